#!/bin/sh
# From an invitation to the first event watched, between two machines: network namespaces joined by one
# wire. What is typed on the second machine is what the first one printed, and nothing else.
set -u
B=${B:-build}
. tests/help/tap.sh
. tests/help/county.sh
here="muh$$"
there="mut$$"

skip() {
    echo "ok 1 - two machines on one wire # SKIP $1"
    echo "1..1"
    rm -rf "$tap_dir"
    exit 0
}
[ "$(id -u)" = 0 ] || skip "network namespaces need root"
command -v ip >/dev/null 2>&1 || skip "no ip(8): apt install iproute2"
ip netns add "$here" 2>/dev/null || skip "network namespaces are not to be had here"

tidy() {
    county_stop
    ip netns del "$here" 2>/dev/null
    ip netns del "$there" 2>/dev/null
    rm -rf "$tap_dir"
}
trap tidy EXIT

wire() {
    ip netns add "$there" &&
        ip link add "$here" type veth peer name "$there" &&
        ip link set "$here" netns "$here" && ip link set "$there" netns "$there" &&
        ip -n "$here" addr add 10.74.0.1/24 dev "$here" && ip -n "$there" addr add 10.74.0.2/24 dev "$there" &&
        ip -n "$here" link set lo up && ip -n "$there" link set lo up &&
        ip -n "$here" link set "$here" up && ip -n "$there" link set "$there" up
}
wire >"$tap_out" 2>&1 || skip "no veth: $(head -1 "$tap_out")"

B=$(cd "$B" && pwd)
county_endpoint=tcp://10.74.0.1:7400
story "a county is founded" county_found
ip netns exec "$here" "$B/musterd" --dir "$county" --endpoint tcp://0.0.0.0:7400 2>"$tap_dir/broker.log" &
county_broker=$!
for _ in $(seq 200); do
    grep -q ready "$tap_dir/broker.log" && break
    sleep 0.05
done

# ---- the admin's machine ----
mkfifo "$tap_dir/keyboard"
ip netns exec "$here" "$B/muster" --dir "$county/admin-1" agency invite HC --role health \
    --name "Health Commission" <"$tap_dir/keyboard" >"$tap_dir/admin" 2>&1 &
admin=$!
exec 8>"$tap_dir/keyboard"
until_there() {
    for _ in $(seq 200); do
        grep -q -e "$2" "$1" && return 0
        sleep 0.05
    done
    return 1
}
story "an invitation says what to type on the other machine" until_there "$tap_dir/admin" 'code: '
typed=$(sed -n 's/.*on that machine: *//p' "$tap_dir/admin")
code=$(sed -n 's/.*code: *\([0-9A-Z-]*\).*/\1/p' "$tap_dir/admin")

# ---- the department's machine: as it stands, and the code ----
export HOME="$tap_dir/machine"
mkdir "$HOME"
cd "$HOME" || exit 1
PATH="$B:$PATH"
printf '%s\n' "$code" >"$tap_dir/typed"
# shellcheck disable=SC2086
ip netns exec "$there" $typed <"$tap_dir/typed" >"$tap_dir/machine.out" 2>&1 &
machine=$!
story "the machine shows four words" until_there "$tap_dir/machine.out" '^    '
story "and so does the admin's" until_there "$tap_dir/admin" 'words: '
[ "$(sed -n 's/^    //p' "$tap_dir/machine.out")" = "$(sed -n 's/.*words: *//p' "$tap_dir/admin")" ]
tap_line $? "the same"
echo y >&8
story "the machine has joined" wait "$machine"
cat "$tap_dir/machine.out" >"$tap_out"
says "tried the line" 'there and back'
says "and says what to type next" 'next: muster watch$'
story "the admin is told" wait "$admin"

# ---- the first event ----
story "what was said over there is watched here" \
    ip netns exec "$there" muster watch -n 50 --count 1 --wait 10 --type enrolment
says "verified on this machine" 'enrolment'
ip netns exec "$there" muster say casualty CS-1@v1 area=cn/99/01/21/201 cause=landslide persons_injured=2 \
    triage.red=2 counted_at_ms=14:00 --wait >"$tap_out" 2>&1
tap_line $? "and what is said here is accepted over there"
story "as anybody there sees" \
    ip netns exec "$here" "$B/muster" --dir "$county/admin-1" watch -n 50 --count 1 --wait 10 --type casualty
says "from the new agency" 'HC  *casualty'

# ---- the wire is cut ----
ip -n "$there" link set "$there" down
fails 5 "without a line an invitation is not reached" \
    ip netns exec "$there" muster join 10.74.0.1 --dir "$tap_dir/other" --code-file "$tap_dir/typed" --timeout 1
says "with the code" 'MU-[34]'

cd - >/dev/null || exit 1
exec 8>&-
tap_done
