# A county for stories in shell: read after tap.sh. Everything lives in $tap_dir, nothing else is touched.
#
#   county_found               musterd init, an exercise that begins 2031-07-16 14:00
#   county_start, county_stop  its broker
#   county_enrol CODE ROLES [PROGRAM [DIR]]   make, add, point; the agent's directory is $tap_dir/CODE
# shellcheck shell=sh disable=SC2154  # tap_dir and its like are tap.sh's
county="$tap_dir/county"
county_endpoint="ipc://$tap_dir/broker"
county_broker=
HOME="$tap_dir"
XDG_RUNTIME_DIR="$tap_dir"
LC_ALL=C.UTF-8
export HOME XDG_RUNTIME_DIR LC_ALL
unset MUSTER_DIR NO_COLOR LC_MESSAGES LANG

county_found() {
    "$B/musterd" init --dir "$county" --county "Qinghe County" --area cn/99/01/21 --exercise \
        --start 2031-07-16T14:00 --offset +08:00 --rate 30 --endpoint "$county_endpoint"
}

county_start() {
    "$B/musterd" --dir "$county" --endpoint "$county_endpoint" 2>"$tap_dir/broker.log" &
    county_broker=$!
    for _ in $(seq 600); do
        grep -q ready "$tap_dir/broker.log" && return 0
        kill -0 "$county_broker" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

county_stop() {
    [ -n "$county_broker" ] && kill "$county_broker" 2>/dev/null && wait "$county_broker" 2>/dev/null
    county_broker=
}

county_enrol() {
    dir="$tap_dir/${4:-$1}"
    "$B/muster" agency make "$dir" --agency "$1" --program "${3:-muster}" &&
        "$B/muster" agency add "$dir/request" --roles "$2" --dir "$county/admin-1" &&
        "$B/muster" agency point "$dir" --welcome "$dir/welcome"
}

# Waits until a command's output has a line like PATTERN: county_until PATTERN command ...
county_until() {
    pattern=$1
    shift
    for _ in $(seq 300); do
        "$@" >"$tap_out" 2>&1
        grep -q -e "$pattern" "$tap_out" && return 0
        sleep 0.1
    done
    return 1
}
