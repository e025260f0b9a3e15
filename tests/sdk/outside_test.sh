#!/bin/sh
# Another department's programmer: pkg-config, muster.h, the shared library, and nothing of the tree.
# shellcheck disable=SC2317  # check calls what stands here
set -eu
B=${B:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

check() { # words command…
    words=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok $words"
    else
        echo "not ok $words"
        sed 's/^/# /' "$work/log"
        failed=1
    fi
}

cat >"$work/outside.c" <<'C'
#include <muster.h>
#include <proto/wire/json.h>

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    static const char json[] = "{\"envelope\":{\"status\":\"STATUS_EXERCISE\",\"agency\":\"WATER\","
                               "\"area\":\"cn/99/01/21\",\"occurredAtMs\":\"1\",\"object\":\"R-1\"},"
                               "\"fieldReport\":{\"words\":\"levee wet\"}}";
    mu_arena arena = mu_arena_make(65536);
    Muster__Event *event = NULL;
    mu_agent *agent = NULL;
    struct mu_fault fault;
    unsigned char body[1024];
    struct mu_bytes one = {body, 0};

    if (argc != 2 || mu_agent_create(argv[1], "WATER", "outside") != MU_OK ||
        mu_agent_open(argv[1], NULL, NULL, &agent) != MU_OK)
        return 1;
    if (mu_event_from_json((struct mu_bytes){(const uint8_t *)json, strlen(json)}, &arena, &event,
                           &fault) != MU_OK || mu_event_check(event, &fault) != MU_OK)
        return 2;
    one.size = mu_event_pack(event, body);
    if (mu_agent_say(agent, &one, 1, NULL, &fault) != MU_E_NOT_ALLOWED)
        return 3;
    printf("%s %s\n", mu_agent_agency(agent), mu_err_remedy(fault.code, MU_LANG_EN));
    mu_agent_close(&agent);
    mu_arena_free(&arena);
    return 0;
}
C

checks=
case $B in
*asan*) checks=-fsanitize=address,undefined ;;
esac
PKG_CONFIG_PATH=$B
export PKG_CONFIG_PATH

only_promised() {
    strangers=$(nm -D --defined-only "$B/libmuster.so" | awk '{print $3}' |
        grep -Ev '^(mu_(agent|err|event|kind|arena|text|hash|civil)|mu_(utf8_ok|hex|unhex|minute|check_failed)|muster__|MUSTER_|__(asan|ubsan|odr_asan))' || true)
    [ -z "$strangers" ] || { echo "$strangers"; return 1; }
}

private_files() {
    open=$(find "$work/agent" -type f -perm /077)
    [ -z "$open" ] || { echo "$open"; return 1; }
    [ "$(stat -c %a "$work/agent")" = 700 ]
}

request_is_public() {
    grep -q '"signKey"' "$work/agent/request" && grep -q '"curveKey"' "$work/agent/request" &&
        ! grep -q "$(sed -n 's/^secret //p' "$work/agent/curve.key")" "$work/agent/request"
}

# What pkg-config prints is quoted for a shell: the checkout's path may have a space in it.
builds_outside() {
    eval "set -- $(pkg-config --cflags --libs muster)"
    # shellcheck disable=SC2086
    ${CC:-cc} -std=c17 -Wall -Wextra -Werror $checks "$work/outside.c" -o "$work/outside" "$@" \
        -Wl,-rpath,"$(pwd)/$B"
}

# The same from what `make install` lays down: every header that muster.h needs is there.
builds_installed() {
    make -s install-library B="$B" DESTDIR="$work/root" PREFIX=/usr LIBDIR=/usr/lib &&
        ${CC:-cc} -std=c17 -Wall -Wextra -Werror $checks -fsyntax-only "$work/outside.c" -I"$work/root/usr/include/muster" &&
        [ -s "$work/root/usr/lib/pkgconfig/muster.pc" ]
}

check "what is installed is whole" builds_installed
check "a program outside the tree builds with pkg-config alone" builds_outside
check "it makes an agent and an event" "$work/outside" "$work/agent"
check "the shared library offers what its map promises and nothing else" only_promised
check "nobody else can read an agent's directory" private_files
check "the request holds public keys and no secret" request_is_public
exit $failed
