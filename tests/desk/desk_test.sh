#!/bin/sh
# A desk where nobody runs a program of their own: muster-desk states what has reached it, and only there does anybody
# count as having it on the machine.
set -u
. tests/help/tap.sh
. tests/help/county.sh
B=${B:-build}
replay="$B/muster-replay"
desk=
stop_all() {
    [ -n "$desk" ] && kill -9 "$desk" 2>/dev/null
    county_stop
    rm -rf "$tap_dir"
}
trap stop_all EXIT

enrol_desk() { # directory, more options
    dir="$tap_dir/$1"
    shift
    "$B/muster" agency make "$dir" --agency HC --program muster-desk &&
        "$B/muster" agency add "$dir/request" --roles health --dir "$county/admin-1" "$@" &&
        "$B/muster" agency point "$dir" --welcome "$dir/welcome"
}
open_desk() {
    "$B/muster-desk" --dir "$tap_dir/$1" >"$tap_dir/$1.out" 2>"$tap_dir/$1.err" &
    desk=$!
    until grep -qs ready "$tap_dir/$1.out"; do
        kill -0 "$desk" 2>/dev/null || return 1
        sleep 0.05
    done
}
close_desk() {
    kill "$desk" && wait "$desk"
    desk=
}
# Sheets come every ten seconds of the log's clock: a third of a second here.
until_held() {
    until "$replay" held "$county" HC "$1"; do
        kill -0 "$desk" "$county_broker" 2>/dev/null || return 1
        sleep 0.1
    done
}
say_it() { "$B/muster" --dir "$tap_dir/EM" say incident "$1@v1" hazard=flash_flood state=open area=cn/99/01/21; }

story "a county" county_found
story "is served" county_start
story "EM is there" county_enrol EM emergency_management
story "HC has a desk" enrol_desk hc --desk
story "and a machine that is none" enrol_desk other
story "the program runs there" open_desk hc
story "EM says something" say_it INC-1
story "HC's desk has it on its machine" until_held INC-1@v1
says "by a receipt of its own" '^HC has held it on its machine since .*, by the receipt in entry [0-9]*$'
story "it can be stopped" close_desk
story "EM says more" say_it INC-2
fails 3 "that is not on HC's machine" "$replay" held "$county" HC INC-2@v1
story "the other machine takes it in" open_desk other
story "it is stopped" close_desk
fails 3 "and that does not count: it is no desk" "$replay" held "$county" HC INC-2@v1
story "the desk is opened again" open_desk hc
story "and now it does" until_held INC-2@v1
story "killed" kill -9 "$desk"
story "and opened once more" open_desk hc
story "the record stands" "$replay" verify "$county"
says "witnessed by HC" 'witnessed through [0-9]* by 1 of'
tap_done
