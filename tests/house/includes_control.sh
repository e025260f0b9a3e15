#!/bin/sh
# The control of includes.sh: a small clean house must pass, and each wrong line put into it must be caught, alone,
# with its file and line. A check that cannot fail proves nothing.
set -eu

check=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/includes.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/muster includes.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0

pass() { printf 'ok %s\n' "$1"; passed=$((passed + 1)); }
fail() { printf 'not ok %s\n' "$1"; sed 's/^/#   /' "$work/said"; failed=$((failed + 1)); }

# put <file> <line>…: a file of the small house.
put() {
    file=$work/house/$1
    shift
    mkdir -p "$(dirname -- "$file")"
    printf '%s\n' "$@" > "$file"
}

# Every include that is allowed at least once, and every innocent thing that looks like a guilty one.
build_house() {
    rm -rf "$work/house"
    put proto/base/text.c '#include "proto/base/text.h"' '#include <stdio.h>' \
        'int f(void) { return snprintf(b, 4, "open(time(fopen("); }' \
        '/* time( never asked; open( never called' '#include "broker/log/log.h" in a comment' 'getenv( */' \
        '// fopen( here neither' \
        'int g(mu_clock *c) { return c->time(c) + door.open(1) + mu_log_time(2) + my_random(3) + (int)time; }' \
        "char q = '\"'; char *s = \"\\\"/*\"; char e = '\\''; int h(void);" \
        'void stop(void) { fprintf(stderr, "our bug\n"); }'
    put proto/base/text.h '#include <stddef.h>'
    put proto/words/word.c '#include "proto/topic/topic.h"' '#include "proto/base/text.h"'
    put proto/wire/frame.c '#include "proto/schema/event.pb-c.h"' '#include <protobuf-c/protobuf-c.h>' \
        '#include "proto/words/word.h"'
    put proto/sign/key.c '#include <openssl/evp.h>' '#include "proto/wire/frame.h"'
    put proto/authority/roster.c '#include "proto/sign/key.h"' '#include "proto/wire/frame.h"' \
        '#include "proto/schema/event.pb-c.h"'
    put proto/rules/clash.c '#include <geos_c.h>' '#include "proto/picture/picture.h"' \
        '#include "proto/session/session.h"'
    put proto/schema/event.pb-c.c '#include <time.h>' '#include "broker/log/log.h"'
    put broker/log/log.c '#include <lmdb.h>' '#include "proto/sign/key.h"' '#include <unistd.h>' \
        'int t(void) { return time(0); }'
    put broker/desk/turn.c '#include "broker/log/log.h"' '#include "proto/base/text.h"'
    put broker/daemon/main.c '#include <zmq.h>' '#include "broker/desk/turn.h"' '#include "broker/log/log.h"'
    put agents/sdk/spool.c '#include "muster.h"' '#include <lmdb.h>' '#include <zmq.h>' '#include "proto/wire/frame.h"'
    put agents/supply/main.c '#include "muster.h"' '#  include "agents/supply/sheet.h"' \
        '#include "agents/sdk/spool.h"' '#include "proto/rules/clash.h"'
    put replay/verify.c '#include "broker/log/log.h"' '#include "replay/report.h"' '#include "proto/base/text.h"'
}

judge() { sh "$check" "$work/house" > "$work/said" 2>&1; }

# caught <file> <wrong line> <part of the reason>: the line stands second in a new file of the clean house.
caught() {
    build_house
    put "$1" '/* one wrong line */' "$2"
    if judge; then
        fail "passes though $1 says: $2"
    elif [ "$(grep -c '^not ok' "$work/said")" -ne 1 ]; then
        fail "not reported exactly once: $1 says: $2"
    elif ! grep '^not ok' "$work/said" | grep -qF -- "$1:${4:-2}: "; then
        fail "reported at another place: $1 says: $2"
    elif ! grep '^not ok' "$work/said" | grep -qF -- "$3"; then
        fail "reported for another reason than \"$3\": $1 says: $2"
    elif ! tail -n 1 "$work/said" | grep -qx '[0-9]* passed, 1 failed'; then
        fail "not counted: $1 says: $2"
    else
        pass "caught: $1: $2"
    fi
}

clean_house_passes() {
    build_house
    if judge && tail -n 1 "$work/said" | grep -qx '12 passed, 0 failed'; then
        pass "a clean house passes"
    else
        fail "a clean house passes"
    fi
}

empty_house_fails() {
    rm -rf "$work/house"
    mkdir "$work/house"
    if judge; then fail "an empty tree is not a clean house"; else pass "an empty tree is not a clean house"; fi
}

clean_house_passes
empty_house_fails

# (a) an include names its room
caught proto/wire/x.c       '#include "frame.h"'                    'does not name its room'
caught proto/wire/x.c       '#include "wire/frame.h"'               'does not name its room'
caught proto/wire/x.c       '#include "proto/frame.h"'              'does not name its room'
caught proto/wire/x.c       '#include "proto/attic/frame.h"'        'does not name its room'
caught broker/log/x.c       '#include "proto/base/../../agents/sdk/spool.h"' 'does not name its room'
caught broker/log/x.c       '#include "./log.h"'                    'does not name its room'
caught broker/log/x.c       '#include "tests/help/story.h"'         'does not name its room'
caught broker/log/x.c       '#include LOG_HEADER'                   'not computed'
caught broker/log/x.c       '#include <proto/base/text.h>'          'write it in quotes'
caught proto/wire/x.c       '#include "proto/schema/event.h"'       'not a generated header'
caught broker/log/x.c       '#include "muster.h"'                   'is for agents'
caught replay/x.c           '#include "muster.h"'                   'is for agents'
caught proto/x.c            '#include <stddef.h>'                   'stands in no room' 0
caught proto/attic/x.c      '#include <stddef.h>'                   'stands in no room' 0
caught broker/attic/x.c     '#include <stddef.h>'                   'stands in no room' 0
caught agents/x.c           '#include <stddef.h>'                   'stands in no room' 0

# (b) includes only go down
caught proto/base/x.c       '#include "broker/log/log.h"'           'proto/base may not include broker/log'
caught proto/rules/x.h      '#include "agents/sdk/spool.h"'         'proto/rules may not include agents/sdk'
caught proto/picture/x.c    '#include "replay/verify.h"'            'proto/picture may not include replay'
caught proto/base/x.c       '#include "proto/wire/frame.h"'         'proto/base may not include proto/wire'
caught proto/base/x.c       '#include "proto/schema/event.pb-c.h"'  'proto/base may not include proto/schema'
caught proto/topic/x.c      '#include "proto/schema/event.pb-c.h"'  'proto/topic may not include proto/schema'
caught proto/words/x.c      '#include "proto/schema/event.pb-c.h"'  'proto/words may not include proto/schema'
caught proto/topic/x.c      '#include "proto/words/word.h"'         'proto/topic may not include proto/words'
caught proto/words/x.c      '#include "proto/wire/frame.h"'         'proto/words may not include proto/wire'
caught proto/wire/x.c       '#include "proto/sign/key.h"'           'proto/wire may not include proto/sign'
caught proto/sign/x.c       '#include "proto/authority/roster.h"'   'proto/sign may not include proto/authority'
caught proto/authority/x.c  '#include "proto/session/session.h"'    'proto/authority may not include proto/session'
caught proto/session/x.c    '#include "proto/picture/picture.h"'    'proto/session may not include proto/picture'
caught proto/picture/x.c    '#include "proto/rules/clash.h"'        'proto/picture may not include proto/rules'
caught broker/log/x.c       '#include "broker/desk/turn.h"'         'broker/log may not include broker/desk'
caught broker/log/x.c       '#include "agents/sdk/spool.h"'         'broker/log may not include agents/sdk'
caught broker/desk/x.c      '#include "broker/daemon/main.h"'       'broker/desk may not include broker/daemon'
caught broker/daemon/x.c    '#include "agents/sdk/spool.h"'         'broker/daemon may not include agents/sdk'
caught broker/daemon/x.c    '#include "replay/verify.h"'            'broker/daemon may not include replay'
caught agents/sdk/x.c       '#include "broker/log/log.h"'           'agents/sdk may not include broker/log'
caught agents/sdk/x.c       '#include "agents/supply/sheet.h"'      'agents/sdk may not include agents/supply'
caught agents/water/x.c     '#include "agents/supply/sheet.h"'      'agents/water may not include agents/supply'
caught agents/cli/x.c       '#include "broker/log/log.h"'           'agents/cli may not include broker/log'
caught replay/x.c           '#include "broker/desk/turn.h"'         'replay may not include broker/desk'
caught replay/x.c           '#include "agents/sdk/spool.h"'         'replay may not include agents/sdk'

# (c) one library, one room
caught broker/desk/x.c      '#include <lmdb.h>'                     '<lmdb.h> is called only in'
caught replay/x.c           '#include <lmdb.h>'                     '<lmdb.h> is called only in'
caught proto/wire/x.c       '#include <openssl/sha.h>'              '<openssl/sha.h> is called only in'
caught agents/sdk/x.c       '#include <openssl/evp.h>'              '<openssl/evp.h> is called only in'
caught proto/picture/x.c    '#include <geos_c.h>'                   '<geos_c.h> is called only in'
caught agents/cli/x.c       '#include <zmq.h>'                      '<zmq.h> is called only in'
caught broker/desk/x.c      '#include <zmq.h>'                      '<zmq.h> is called only in'
caught proto/sign/x.c       '#include <protobuf-c/protobuf-c.h>'    'is called only in'
caught broker/log/x.c       '#include <protobuf-c/protobuf-c.h>'    'is called only in'

# (d) proto does no I/O and is told the time
for header in time.h unistd.h fcntl.h sys/socket.h sys/time.h netinet/in.h; do
    caught proto/rules/x.c  "#include <$header>"                    "told the time: <$header>"
done
caught proto/rules/x.c      'int64_t now = time(NULL);'             'time()'
caught proto/rules/x.c      'clock_gettime(CLOCK_REALTIME, &t);'    'clock_gettime()'
caught proto/base/x.c       'int fd = open (path, 0);'              'open()'
caught proto/base/x.c       'if (x/* why */&&fopen("a", "r"))'      'fopen()'
caught proto/base/x.c       '/* note */ char *home = getenv("HOME");' 'getenv()'
caught proto/session/x.c    'delay_ms += random();'                 'random()'
caught proto/base/x.c       'char *s = "a \" /*"; rand();'          'rand()'
caught proto/base/x.c       'void f(void) { printf("x"); }'         'printf()'
caught proto/base/x.h       'void f(FILE *out);'                    'FILE'
caught proto/wire/x.c       'fprintf(stderr, "x");'                 'fprintf()'
caught proto/base/x.c       'fprintf(out, "x");'                    'fprintf()'

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
