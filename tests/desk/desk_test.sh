#!/bin/sh
# A desk where nobody runs a program of their own: muster-desk states what has reached it, and only there does anybody
# count as having it on the machine.
#
# That HC has not got something is asked only after WR's desk, which is never off, has stated it and then, in a receipt of
# its own, something said after that: a receipt is owed 30 s after the one before, so HC's would lie in that sheet or before.
set -u
. tests/help/tap.sh
. tests/help/county.sh
B=${B:-build}
replay="$B/muster-replay"
desk=
other_desk=
stop_all() {
    for pid in $desk $other_desk; do kill -9 "$pid" 2>/dev/null; done
    county_stop
    rm -rf "$tap_dir"
}
trap stop_all EXIT

enrol_desk() { # directory, agency, role, more options
    dir="$tap_dir/$1"
    agency=$2
    role=$3
    shift 3
    "$B/muster" agency make "$dir" --agency "$agency" --program muster-desk &&
        "$B/muster" agency add "$dir/request" --roles "$role" --dir "$county/admin-1" "$@" &&
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
keep_open() {
    open_desk "$1" || return 1
    other_desk=$desk
    desk=
}
# Sheets come every ten seconds of the log's clock: a third of a second here.
until_held() { # agency, statement
    until "$replay" held "$county" "$1" "$2"; do
        for pid in $desk $other_desk $county_broker; do kill -0 "$pid" 2>/dev/null || return 1; done
        sleep 0.1
    done
}
say_it() { "$B/muster" --dir "$tap_dir/EM" say incident "$1@v1" hazard=flash_flood state=open area=cn/99/01/21; }
# Two things, one after the other, until WR's desk has stated each.
twice() {
    for what in "$1" "$2"; do say_it "$what" && until_held WR "$what@v1" || return 1; done
}

story "a county" county_found
story "is served" county_start
story "EM is there" county_enrol EM emergency_management
story "HC has a desk" enrol_desk hc HC health --desk
story "and a machine that is none" enrol_desk other HC health
story "WR has a desk as well" enrol_desk wr WR water --desk
story "which is never off" keep_open wr
story "the program runs at HC's" open_desk hc
story "EM says something" say_it INC-1
story "HC's desk has it on its machine" until_held HC INC-1@v1
says "by a receipt of its own" '^HC has held it on its machine since .*, by the receipt in entry [0-9]*$'
story "it can be stopped" close_desk
story "EM says more" twice INC-2 INC-3
fails 3 "that is not on HC's machine" "$replay" held "$county" HC INC-2@v1
story "the other machine takes it in, and stays" open_desk other
story "EM says more" twice INC-4 INC-5
fails 3 "what came to the other does not count: it is no desk" "$replay" held "$county" HC INC-4@v1
fails 3 "nor what it took in before" "$replay" held "$county" HC INC-2@v1
story "it is stopped" close_desk
story "the desk is opened again" open_desk hc
story "and now it does" until_held HC INC-2@v1
story "and what came later" until_held HC INC-5@v1
story "killed" kill -9 "$desk"
story "and opened once more" open_desk hc
story "the record stands" "$replay" verify "$county"
says "witnessed by HC and WR" 'witnessed through [0-9]* by 2 of'
tap_done
