# Stories in shell: read this with `.`; ends with `tap_done`. Every story is one line of TAP.
#
#   story "what must hold" command arguments     ok when the command succeeds
#   fails STATUS "what" command arguments        ok when it exits with exactly STATUS
#   says "what" PATTERN                          ok when the last command's output has a line like it
#   silent "what" PATTERN                        ok when it has none
# shellcheck shell=sh
tap_count=0
tap_bad=0
tap_dir=$(mktemp -d /tmp/muster-test.XXXXXX) || exit 1
tap_out="$tap_dir/out"

tap_line() { # good? what
    tap_count=$((tap_count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $tap_count - $2"
    else
        echo "not ok $tap_count - $2"
        sed 's/^/# /' "$tap_out" 2>/dev/null | head -20
        tap_bad=$((tap_bad + 1))
    fi
}

story() {
    what=$1
    shift
    "$@" >"$tap_out" 2>&1
    tap_line $? "$what"
}

fails() {
    wanted=$1
    what=$2
    shift 2
    "$@" >"$tap_out" 2>&1
    status=$?
    [ "$status" = "$wanted" ] || echo "exit status $status" >>"$tap_out"
    [ "$status" = "$wanted" ]
    tap_line $? "$what"
}

says() {
    grep -q -e "$2" "$tap_out"
    tap_line $? "$1"
}

silent() {
    ! grep -q -e "$2" "$tap_out"
    tap_line $? "$1"
}

tap_done() {
    rm -rf "$tap_dir"
    echo "1..$tap_count"
    [ "$tap_bad" -eq 0 ]
}
