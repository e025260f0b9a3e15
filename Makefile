# Muster. One Makefile, no recursion; everything built lands under build/.
#
#   make           the programs and libmuster        make test     everything that must be green
#   make run       the exercise, in this terminal    make lint     clang-tidy, clang-format, houses rules
#   make asan      tests under address + undefined   make fuzz SECONDS=60   every parser
#   make bench     figures as ratios                 make storm ROUNDS=100  kill -9, again and again
#   make bare      both commands on a bare Debian    make clean
#   make deb       Debian packages                   make deb-test  installed, tried, removed
#   make install DESTDIR= PREFIX=/usr               make man       pages of the manual (scdoc)

.DEFAULT_GOAL := all
CC       ?= gcc
CLANG    ?= clang
SECONDS  ?= 60
ROUNDS   ?= 100
B        := build
MODE     ?=
V        ?=
Q        := $(if $(V),,@)

WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
HARDEN   := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fstack-clash-protection -fcf-protection -fPIC
CSTD     := -std=c17 -D_GNU_SOURCE -ffp-contract=off
OPT      ?= -O2 -g
INC      := -I. -I$(B)/gen -Iagents/sdk
PKGS     := libzmq libprotobuf-c libssl libcrypto libcyaml
PKGCF    := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS     := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -llmdb -lyaml -lpthread
LDFLAGS  += -Wl,--as-needed -Wl,-z,relro,-z,now -Wl,-z,noexecstack

ifeq ($(MODE),asan)
B        := build/asan
OPT      := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
HARDEN   := -fPIC
LDFLAGS  += -fsanitize=address,undefined
INC      := -I. -I$(B)/gen -Iagents/sdk
endif
ifeq ($(MODE),fuzz)
B        := build/fuzz
CC       := $(CLANG)
OPT      := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
HARDEN   := -fPIC
LDFLAGS  += -fsanitize=address,undefined
INC      := -I. -I$(B)/gen -Iagents/sdk
endif

CFLAGS_ALL := $(CSTD) $(OPT) $(WARN) $(HARDEN) $(INC) $(PKGCF) $(CFLAGS) -MMD -MP
# Generated code is not ours to argue with.
CFLAGS_GEN := $(CSTD) $(OPT) $(HARDEN) $(INC) $(PKGCF) -w -MMD -MP

# ---- the house: rooms of proto, lowest first; a static archive each -------------------------
ROOMS    := base schema topic words wire sign authority session picture rules
SCHEMA   := $(sort $(wildcard proto/schema/*.proto))
GEN_C    := $(patsubst %.proto,$(B)/gen/%.pb-c.c,$(SCHEMA))
GEN_H    := $(GEN_C:.c=.h)
GEN_O    := $(GEN_C:.c=.o)

obj       = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard $(1)/*.c)))
ROOM_A   := $(foreach r,$(ROOMS),$(B)/proto/$(r).a)
LOG_A    := $(B)/broker/log.a
DESK_A   := $(B)/broker/desk.a
SDK_A    := $(B)/libmuster.a
# Archives refer upwards never; the linker still wants the users before the used.
PROTO_L  := $(B)/proto/rules.a $(B)/proto/picture.a $(B)/proto/session.a $(B)/proto/authority.a \
            $(B)/proto/sign.a $(B)/proto/wire.a $(B)/proto/words.a $(B)/proto/topic.a \
            $(B)/proto/schema.a $(B)/proto/base.a

AGENTS   := $(notdir $(patsubst %/,%,$(filter-out agents/sdk/ agents/cli/,$(wildcard agents/*/))))
PROGRAMS := $(B)/musterd $(B)/muster $(B)/muster-replay $(AGENTS:%=$(B)/muster-%)

help:
	@sed -n '/^#   /s/^#   //p' $(firstword $(MAKEFILE_LIST))

.PHONY: help man all run test lint asan fuzz bench storm trials bare clean format install install-programs install-units \
        install-library deb deb-test
all: $(PROGRAMS) $(SDK_A) $(B)/libmuster.so $(B)/muster.pc

$(B)/gen/proto/schema/%.pb-c.c $(B)/gen/proto/schema/%.pb-c.h: proto/schema/%.proto $(SCHEMA)
	@mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(B)/gen $<

$(B)/gen/%.o: $(B)/gen/%.c | $(GEN_H)
	$(Q)$(CC) $(CFLAGS_GEN) -c $< -o $@

$(B)/%.o: %.c | $(GEN_H)
	@mkdir -p $(@D)
	@echo '  CC    $<'
	$(Q)$(CC) $(CFLAGS_ALL) -c $< -o $@

define room
$(B)/proto/$(1).a: $(call obj,proto/$(1)) $(if $(filter schema,$(1)),$(GEN_O))
	@mkdir -p $$(@D) && rm -f $$@
	$(Q)ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

$(LOG_A): $(call obj,broker/log)
$(DESK_A): $(call obj,broker/desk)
$(LOG_A) $(DESK_A):
	@mkdir -p $(@D) && rm -f $@
	$(Q)ar rcs $@ $^

# libmuster carries the rooms it stands on, so that one -lmuster is enough.
SDK_O    := $(call obj,agents/sdk)
SDK_ROOM := $(foreach r,base schema topic words wire sign authority session picture,$(call obj,proto/$(r))) $(GEN_O)
$(SDK_A): $(SDK_O) $(SDK_ROOM)
	$(Q)rm -f $@ && ar rcs $@ $^
$(B)/libmuster.so: $(SDK_O) $(SDK_ROOM) agents/sdk/muster.map
	$(Q)$(CC) -shared -Wl,-soname,libmuster.so.0 -Wl,--version-script=agents/sdk/muster.map $(LDFLAGS) $(SDK_O) $(SDK_ROOM) $(LIBS) -o $@
	ln -sf libmuster.so $(B)/libmuster.so.0
$(B)/muster.pc: agents/sdk/muster.pc.in
	sed -e 's|@LIBDIR@|$(abspath $(B))|' -e 's|@VERSION@|$(VERSION)|' \
	    -e 's|@INCLUDE@|-I"$(abspath agents/sdk)" -I"$(CURDIR)" -I"$(abspath $(B))/gen"|' $< > $@

$(B)/musterd: $(call obj,broker/daemon) $(DESK_A) $(LOG_A) $(ROOM_A)
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(DESK_A) $(LOG_A) $(PROTO_L) $(LIBS) -o $@
$(B)/muster-replay: $(call obj,replay) $(LOG_A) $(ROOM_A)
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(LOG_A) $(PROTO_L) $(LIBS) -o $@
$(B)/muster: $(call obj,agents/cli) $(call obj,agents/cli/*) $(SDK_A) $(ROOM_A)
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(SDK_A) $(PROTO_L) $(LIBS) -o $@
define agent
$(B)/muster-$(1): $(call obj,agents/$(1)) $(SDK_A) $(ROOM_A)
	$(Q)$(CC) $(LDFLAGS) $$(filter %.o,$$^) $(SDK_A) $(PROTO_L) $(LIBS) -o $$@
endef
$(foreach a,$(AGENTS),$(eval $(call agent,$(a))))

run: all
	@$(B)/muster demo $(ARGS)

# ---- tests: C stories (cmocka, TAP) and scripts that drive the real programs ----------------
# A story reads tests/<room>/<noun>_test.c; a script tests/<room>/<noun>.sh; both print TAP.
TEST_C   := $(sort $(wildcard tests/*/*_test.c))
TEST_BIN := $(TEST_C:%.c=$(B)/%)
HELP_O   := $(call obj,tests/help)
TEST_SH  := $(sort $(wildcard tests/*/*_test.sh))

$(B)/tests/%_test: $(B)/tests/%_test.o $(HELP_O) $(ROOM_A) $(LOG_A) $(DESK_A) $(SDK_A)
	$(Q)$(CC) $(LDFLAGS) $< $(HELP_O) $(DESK_A) $(LOG_A) $(SDK_A) $(PROTO_L) $(LIBS) -lcmocka -o $@
.PRECIOUS: $(B)/%.o
.SECONDARY: $(GEN_C) $(GEN_H)

test: all $(TEST_BIN) $(FUZZ_SMOKE)
	@B=$(B) sh tests/run $(TEST_BIN) tests/house/includes.sh tests/house/includes_control.sh $(TEST_SH)

asan:
	$(MAKE) --no-print-directory MODE=asan test

# Pages of the manual; muster.1 holds the help of every command, so it cannot be out of date.
MAN_SCD  := $(filter-out docs/man/muster.1% %.zh_CN.scd,$(wildcard docs/man/*.scd))
MAN_ZH   := $(filter-out docs/man/muster.1%,$(wildcard docs/man/*.zh_CN.scd))
MAN      := $(MAN_SCD:docs/man/%.scd=$(B)/man/%) $(B)/man/muster.1 $(MAN_ZH:docs/man/%.zh_CN.scd=$(B)/man/zh_CN/%) $(B)/man/zh_CN/muster.1
$(B)/man/%: docs/man/%.scd
	@mkdir -p $(@D)
	scdoc < $< > $@
$(B)/man/zh_CN/%: docs/man/%.zh_CN.scd
	@mkdir -p $(@D)
	scdoc < $< > $@
$(B)/man/muster.1: docs/man/muster.1.scd docs/man/commands $(B)/muster
	@mkdir -p $(@D)
	sh docs/man/commands $(B)/muster en | sed -e '/^@COMMANDS@$$/{r /dev/stdin' -e 'd}' $< | scdoc > $@
$(B)/man/zh_CN/muster.1: docs/man/muster.1.zh_CN.scd docs/man/commands $(B)/muster
	@mkdir -p $(@D)
	sh docs/man/commands $(B)/muster zh | sed -e '/^@COMMANDS@$$/{r /dev/stdin' -e 'd}' $< | scdoc > $@
man:
	@if command -v scdoc >/dev/null 2>&1; then $(MAKE) --no-print-directory $(MAN); \
	else echo 'no scdoc: the manual is in docs/man and muster help says the same'; fi

lint:
	sh tests/house/includes.sh
	clang-format --dry-run --Werror $$(git ls-files '*.c' '*.h')
	git ls-files '*.c' | grep -v '^tests/' | xargs -P "$$(nproc)" -n 16 sh -c 'clang-tidy --quiet "$$@" -- $(CSTD) $(INC) $(PKGCF)' tidy

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

# ---- fuzzing: one target per parser, corpus beside it ----------------------------------------
FUZZ_C   := $(sort $(wildcard tests/fuzz/*_fuzz.c))
FUZZ_BIN := $(FUZZ_C:tests/fuzz/%.c=$(B)/%)
$(B)/%_fuzz: tests/fuzz/%_fuzz.c $(ROOM_A)
	$(Q)$(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $(LDFLAGS) $< $(filter %.o,$^) $(PROTO_L) $(LIBS) -o $@
$(B)/export_fuzz: $(B)/broker/log/export.o $(B)/broker/log/piece.o
fuzz-build: $(FUZZ_BIN)
fuzz:
	$(MAKE) --no-print-directory MODE=fuzz fuzz-build
	sh tests/fuzz/run build/fuzz $(SECONDS)

bench: all
	$(MAKE) --no-print-directory bench-build
	sh tests/bench/run $(B)
BENCH_C  := $(sort $(wildcard tests/bench/*_bench.c))
bench-build: $(BENCH_C:%.c=$(B)/%) $(B)/tests/sdk/thin_test $(B)/tests/sdk/crowd_test
$(B)/tests/bench/%_bench: $(B)/tests/bench/%_bench.o $(B)/tests/bench/raw.o $(ROOM_A) $(LOG_A) $(DESK_A) $(SDK_A)
	$(Q)$(CC) $(LDFLAGS) $< $(B)/tests/bench/raw.o $(DESK_A) $(LOG_A) $(SDK_A) $(PROTO_L) $(LIBS) -o $@

trials: $(B)/tests/replay/trial_test $(B)/musterd
	B=$(B) MUSTER_TRIALS=$(or $(TRIALS),100) $(B)/tests/replay/trial_test

storm: all
	B=$(B) sh tests/storm/run $(ROUNDS)

bare:
	sh tests/house/bare.sh

# ---- installing: make install DESTDIR= PREFIX=, or the Debian packages ------------------------
VERSION  := $(shell sed -n 's/^.define MU_VERSION "\(.*\)"$$/\1/p' proto/base/version.h)
PREFIX   ?= /usr
LIBDIR   ?= $(PREFIX)/lib
INSTALL  := install -D
SHARE    := $(DESTDIR)$(PREFIX)/share
HEADERS  := $(addprefix proto/,$(addprefix base/,arena.h bytes.h err.h err.def id.h limits.h text.h) \
            $(addprefix sign/,key.h leaf.h seal.h) $(addprefix wire/,entry.h event.h frame.h json.h))

install: all install-programs install-units install-library install-man
# Pages when they were made (make man), completions always.
install-man:
	for page in $(wildcard $(B)/man/*.[158]); do \
	    $(INSTALL) -m 644 $$page $(SHARE)/man/man$${page##*.}/$${page##*/} || exit 1; done
	for page in $(wildcard $(B)/man/zh_CN/*.1); do \
	    $(INSTALL) -m 644 $$page $(SHARE)/man/zh_CN/man1/$${page##*/} || exit 1; done
	mkdir -p $(SHARE)/bash-completion/completions $(SHARE)/zsh/vendor-completions $(SHARE)/fish/vendor_completions.d
	$(B)/muster completion bash > $(SHARE)/bash-completion/completions/muster
	$(B)/muster completion zsh > $(SHARE)/zsh/vendor-completions/_muster
	$(B)/muster completion fish > $(SHARE)/fish/vendor_completions.d/muster.fish
install-programs:
	$(INSTALL) -t $(DESTDIR)$(PREFIX)/bin $(PROGRAMS)
	$(INSTALL) -m 644 -t $(SHARE)/muster/exercises agents/player/qinghe.yaml agents/player/qinghe.script
	$(INSTALL) -m 644 -t $(SHARE)/doc/muster README.md README.zh-CN.md $(wildcard docs/*.md)
	$(INSTALL) -m 644 -t $(SHARE)/doc/muster/decisions $(wildcard docs/decisions/*.md)
install-units:
	$(INSTALL) -m 644 -t $(DESTDIR)$(PREFIX)/lib/systemd/system $(wildcard deploy/systemd/*.service deploy/systemd/*.timer)
	$(INSTALL) -t $(DESTDIR)$(PREFIX)/lib/muster deploy/backup
	$(INSTALL) -m 644 deploy/systemd/muster.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/muster.conf
	$(INSTALL) -m 644 deploy/systemd/muster.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/muster.conf
# The headers lie as in the source, under one folder of their own.
install-library:
	$(INSTALL) -m 644 $(SDK_A) $(DESTDIR)$(LIBDIR)/libmuster.a
	$(INSTALL) -m 644 $(B)/libmuster.so $(DESTDIR)$(LIBDIR)/libmuster.so.0
	ln -sf libmuster.so.0 $(DESTDIR)$(LIBDIR)/libmuster.so
	$(INSTALL) -m 644 agents/sdk/muster.h $(DESTDIR)$(PREFIX)/include/muster/muster.h
	cd $(B)/gen && find proto -name '*.pb-c.h' -exec $(INSTALL) -m 644 {} $(abspath $(DESTDIR))$(PREFIX)/include/muster/{} \;
	for h in $(HEADERS); do $(INSTALL) -m 644 $$h $(DESTDIR)$(PREFIX)/include/muster/$$h || exit 1; done
	mkdir -p $(DESTDIR)$(LIBDIR)/pkgconfig
	sed -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDE@|-I$(PREFIX)/include/muster|' -e 's|@VERSION@|$(VERSION)|' \
	    agents/sdk/muster.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/muster.pc

deb:
	sh deploy/debian/build $(VERSION)
# Builds, checks, installs, tries, removes: in a bare Debian. Needs root and debootstrap.
deb-test: deb
	sh tests/house/deb.sh
	sh tests/house/units.sh

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' -type f -not -path '*/deb/*' 2>/dev/null)
