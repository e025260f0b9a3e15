#!/bin/sh
# The broker's disk fills up while it serves: what is routine stays on the agents' machines and is told why
# and what to do, life safety goes on within the reserve, and with room again everything moves by itself,
# in one process from beginning to end.
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
. tests/help/county.sh
disk="$tap_dir/disk"
county="$disk/county"
trap 'county_stop; umount "$disk" 2>/dev/null; rm -rf "$tap_dir"' EXIT

# A small file system of our own: as root, or in a user namespace where one is let.
if [ "${SIEGE_DISK:-}" != inside ]; then
    rm -rf "$tap_dir"
    trap - EXIT
    if unshare -m true 2>/dev/null; then
        SIEGE_DISK=inside exec unshare -m sh "$0"
    elif unshare -Urm true 2>/dev/null; then
        SIEGE_DISK=inside exec unshare -Urm sh "$0"
    fi
    echo "ok 1 - a disk that fills up # SKIP no small file system can be mounted here"
    echo "1..1"
    exit 0
fi
mkdir "$disk"
if ! mount -t tmpfs -o size=40m tmpfs "$disk" 2>/dev/null; then
    echo "ok 1 - a disk that fills up # SKIP no small file system can be mounted here"
    echo "1..1"
    exit 0
fi

fill() { # MiB that stay free
    free=$(df -k --output=avail "$disk" | tail -1)
    dd if=/dev/zero of="$disk/ballast" bs=1k count=$((free - $1 * 1024)) 2>/dev/null
}
report() { "$muster" report "$1" --place x --dir "$tap_dir/EM" --timeout 2 --json; }
evacuate() {
    "$muster" say evacuation "$1@v1" area=cn/99/01/21/201/201 population_kind=centralised \
        persons_planned=62 state=ordered --dir "$tap_dir/EM" --wait --json --timeout 5
}
entries() { "$muster" watch --no-follow --plain --dir "$tap_dir/EM" | wc -l; }

story "a county on a small disk" county_found
printf 'reserve_bytes: 16777216\n' >>"$county/musterd.conf"
story "its broker" county_start
first=$county_broker
story "EM" county_enrol EM emergency_management
story "a report, with room" report "before"
says "is accepted" '"result":"accepted"'

# ---- into the reserve ---------------------------------------------------------------------------------
fill 8
story "the disk fills up to the reserve: a report is kept" report "kept one"
says "on this machine, and told why" '"result":"kept".*"why":"MU-201 FULL"'
story "life safety goes on" evacuate EV-01
says "and is accepted" '"result":"accepted"'
story "another report is kept" report "kept two"
says "on this machine" '"result":"kept"'
"$muster" report "kept three" --place x --dir "$tap_dir/EM" --wait --timeout 2 >"$tap_out" 2>&1
status=$?
[ "$status" = 5 ]
tap_line $? "told to wait: exit 5 (it was $status)"
says "with the reason" 'MU-201 FULL: the log has no room left'
silent "not with another" 'did not answer'
says "and what to do" 'free disk space'
story "life safety goes on" evacuate EV-02
says "and is accepted" '"result":"accepted"'

# ---- to the last byte ------------------------------------------------------------------------------------
dd if=/dev/zero of="$disk/more" bs=4k 2>/dev/null
"$muster" say evacuation EV-03@v1 area=cn/99/01/21/201/201 population_kind=centralised \
    persons_planned=62 state=ordered --dir "$tap_dir/EM" --json --timeout 2 >"$tap_out" 2>&1
says "not one byte left: even life safety is kept here" '"result":"kept"'
kill -0 "$first" 2>/dev/null
tap_line $? "the broker lives"
story "and can be read" entries

# ---- room again --------------------------------------------------------------------------------------------
rm -f "$disk/more" "$disk/ballast"
story "room again: the next report goes out" "$muster" report "after" --place x --dir "$tap_dir/EM" --wait --json --timeout 20
says "and is accepted" '"result":"accepted"'
kill -0 "$first" 2>/dev/null && [ "$first" = "$county_broker" ]
tap_line $? "of the same process"
story "all that was kept is there" "$muster" watch --no-follow --json --dir "$tap_dir/EM"
for words in before "kept one" "kept two" "kept three" after; do
    [ "$(grep -c "\"words\":\"$words\"" "$tap_out")" = 1 ]
    tap_line $? "\"$words\" once"
done
for object in EV-01 EV-02 EV-03; do
    [ "$(grep -c "\"object\":\"$object\"" "$tap_out")" = 1 ]
    tap_line $? "$object once"
done
story "the record verifies" "$B/muster-replay" verify "$county"
county_stop
umount "$disk"
tap_done
