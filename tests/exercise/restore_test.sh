#!/bin/sh
# Half of the exercise is lost with the broker's disk and given back by those who kept it: the programs by
# themselves, the people as each comes back. No card is raised twice, none is closed because somebody is late, no
# sheet is said twice, and at the end a new start of every program finds nothing to say.
set -u
. tests/help/tap.sh
B=${B:-build}
HOME="$tap_dir"
XDG_RUNTIME_DIR="$tap_dir"
LC_ALL=C.UTF-8
export HOME XDG_RUNTIME_DIR LC_ALL
unset MUSTER_DIR NO_COLOR LC_MESSAGES LANG
kept="$tap_dir/kept"
answers=finding,supply_sheet,dam_operation,dispatch_proposal
broker=
programs=
stop_programs() {
    # shellcheck disable=SC2086  # several
    [ -n "$programs" ] && kill $programs 2>/dev/null && wait $programs 2>/dev/null
    programs=
}
stop_broker() {
    [ -n "$broker" ] && kill "$broker" 2>/dev/null && wait "$broker" 2>/dev/null
    broker=
}
trap 'stop_programs; stop_broker; rm -rf "$tap_dir"' EXIT

# The backup is taken while the exercise goes on, as soon as supply has answered once.
play() {
    "$B/muster" demo --speed step --until T+01:32 --json --keep "$kept" >"$tap_dir/shown" 2>"$tap_dir/told" &
    player=$!
    until grep -q '"kind":"supply_sheet"' "$tap_dir/shown"; do
        kill -0 "$player" 2>/dev/null || return 1
        sleep 0.02
    done
    "$B/musterd" backup --dir "$kept/broker" --to "$tap_dir/backup" || return 1
    wait "$player"
}
restore() {
    rm -rf "$tap_dir/again"
    cp -a "$kept" "$tap_dir/again"
    rm -rf "$tap_dir/again/broker/log"
    "$B/musterd" restore --from "$tap_dir/backup" --dir "$tap_dir/again/broker"
    for conf in "$tap_dir"/again/programs/*/agent.conf "$tap_dir"/again/play/*/agent.conf; do
        sed -i "s|tcp://[0-9.:]*|ipc://$tap_dir/broker|" "$conf"
    done
}
start_broker() {
    "$B/musterd" --dir "$tap_dir/again/broker" --endpoint "ipc://$tap_dir/broker" 2>"$tap_dir/broker.log" &
    broker=$!
    until grep -q ready "$tap_dir/broker.log"; do
        kill -0 "$broker" 2>/dev/null || return 1
        sleep 0.05
    done
}
start_programs() {
    for dir in "$tap_dir"/again/programs/*; do
        program=${dir##*/}
        : >"$dir/out"
        "$B/${program#*-}" --dir "$dir" >>"$dir/out" 2>>"$tap_dir/errors" &
        programs="$programs $!"
    done
}
# Each says "ready" when it has read all, has said what is missing and has heard that it stands.
all_ready() {
    for dir in "$tap_dir"/again/programs/*; do
        for _ in $(seq 600); do
            grep -q ready "$dir/out" && break
            sleep 0.05
        done
        grep -q ready "$dir/out" || return 1
    done
}
# Whoever speaks again gives back what was lost of what he had said.
come_back() {
    for who in "$@"; do
        "$B/muster" report "we are back" --place qsq --wait --dir "$tap_dir/again/play/$who" || return 1
    done
}
# What the programs said, by leaf.
leaves() {
    grep '"kind":"\(finding\|supply_sheet\|dam_operation\|dispatch_proposal\)"' "$1" |
        sed 's/^[^}]*"acceptedAt":"[^"]*","leaf":"\([0-9a-f]*\)".*"object":"\([^"]*\)","version":\([0-9]*\),"status".*/\2 \3 \1/' | sort
}
same_answers() {
    "$B/muster" watch --type "$answers" --no-follow --json --since 2031-07-16T00:00 \
        --dir "$tap_dir/again/play/CMD" >"$tap_dir/after" || return 1
    leaves "$tap_dir/shown" >"$tap_dir/leaves"
    leaves "$tap_dir/after" | diff "$tap_dir/leaves" -
}
came_after_backup() {
    tail -n +"$(sed -n 's/^\([0-9]*\) entries backed up.*/\1/p' "$tap_dir/played")" "$tap_dir/shown" |
        grep "\"kind\":\"$1\"" >"$tap_out"
}
# restored WHAT FIRST THEN: people who are back before the programs start, and after.
restored() {
    story "$1: the backup is put back" restore
    story "its broker begins a new epoch" start_broker
    # shellcheck disable=SC2086  # several
    story "who is back first" come_back $2
    start_programs
    story "the programs give back what they had said" all_ready
    # shellcheck disable=SC2086
    story "the rest comes back" come_back $3
    stop_programs
    start_programs
    story "started anew they have read it all" all_ready
    stop_programs
    story "and what they said stands once, with nothing beside it" same_answers
    story "the record verifies" "$B/muster-replay" verify "$tap_dir/again/broker"
    says "in its second epoch" "epoch 2 from entry"
    stop_broker
}

story "play the exercise, and back it up on the way" play
cp "$tap_out" "$tap_dir/played"
story "cards were raised after the backup" came_after_backup finding
story "sheets were written" came_after_backup supply_sheet
story "a proposal was made" came_after_backup dispatch_proposal
restored "nobody but the programs" "" "WR PS CA EM FR HC HU LL MO PU SH CMD"
restored "everybody first" "SH EM FR HU LL PS PU CMD WR MO CA HC" ""
tap_done
