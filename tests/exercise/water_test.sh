#!/bin/sh
# The water department's program on a real record: it answers a release once, says a level once, and killed it says
# neither again. Published gauge series go in by one command, and again changes nothing.
set -u
. tests/help/tap.sh
B=${B:-build}
TMPDIR="$tap_dir/tmp"
XDG_RUNTIME_DIR="$tap_dir/run"
mkdir -m 700 "$TMPDIR" "$XDG_RUNTIME_DIR"
export TMPDIR XDG_RUNTIME_DIR
started=
stop_all() {
    [ -n "$started" ] && kill -9 "$started" 2>/dev/null
    rm -rf "$tap_dir"
}
trap stop_all EXIT

await() {
    until grep -q -e "$2" "$1"; do
        kill -0 "$started" 2>/dev/null || return 1
        sleep 0.05
    done
}
start_staying() {
    : >"$tap_dir/told"
    "$B/muster" demo --speed step --until T+00:42 --stay --revive >"$tap_dir/shown" 2>"$tap_dir/told" &
    started=$!
    await "$tap_dir/told" 'script is over'
}
wr() { "$B/muster" --as WR "$@"; }
# Answers of the program in the record: progress of the kind that somebody computed.
computed() { wr watch --type "$1" --since 2031-07-16T00:00 --no-follow --json 2>/dev/null | grep -c SOURCE_KIND_COMPUTED; }
count_is() { [ "$(computed "$1")" -eq "$2" ]; }
water_pid() {
    # shellcheck disable=SC2013  # numbers on one line
    for pid in $(cat "/proc/$started/task/$started/children"); do
        case $(readlink "/proc/$pid/exe") in *muster-water) echo "$pid" ;; esac
    done
}
# The program is there again, and another one than before.
revived() {
    while :; do
        now=$(water_pid)
        [ -n "$now" ] && [ "$now" != "$1" ] && break
        kill -0 "$started" 2>/dev/null || return 1
        sleep 0.05
    done
}
# Until as many answers are in the record. A program that says nothing is given up, so that the story can end.
await_count() {
    tries=0
    until count_is "$1" "$2"; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || return 1
        sleep 0.1
    done
}

story "the exercise stands at 14:21" start_staying
story "the release was answered, once" count_is dam_operation 1
story "the river as people read it" wr river --lang en
says "when the water is where" 'Shangwan, step 1: 15:20–15:35, class B, 8.1 km'
says "how long it can be held" 'may be held until 18:00'
says "who is below" 'EV-01, Shangwan: 485 persons left, needs 112 min, has 60 min (-52 min)'
says "what it rests on" 'observed rises'
story "and in Chinese" wr river DAM-01 --lang zh
says "the hold" '可暂缓至18:00'
story "as lines for machines" wr river --plain
says "an arrival" '^arrival.DAM-01.cn/99/01/21/201/201.1.2031-07-16T15:20:00+08:00'
fails 3 "a release nobody ordered" wr river DAM-99

# ---- levels ----
reads() { wr say gauge BEIDU area=cn/99/01/21/101/201 "stage_mm=$1" datum=cn1985 warning_stage_mm=98.00m; }
story "below the mark" reads 97.50m
story "at the mark" reads 98.00m
story "it is said" await_count gauge 1
story "higher still" reads 98.60m
story "it stands in the feed" wr watch --type gauge --since 2031-07-16T00:00 --no-follow --lang en
says "in words" 'warning level 98.00 m reached at 98.00 m'
before=$(water_pid)
story "the program is killed" kill -KILL "$before"
story "and there again" revived "$before"
story "falls a little" reads 97.99m
story "falls" reads 97.90m
story "below again is said" await_count gauge 2
story "and the release is not answered again" count_is dam_operation 1

# ---- published series ----
series=tests/data/usgs/waterservices_iv.txt
story "a published series goes in" wr import usgs "$series" --lang en
says "value by value" '20 rows taken, 0 known already, 0 refused'
says "in our units" 'waterservices_iv.txt:1  USGS-01491000  taken: 27581 milli m3/s'
story "again" wr import usgs "$series" --lang en
says "nothing is said twice" '0 rows taken, 20 known already, 0 refused'
fails 1 "daily means are no readings" wr import usgs tests/data/usgs/RDB1Example.txt --lang en
says "they are told apart" 'statistic 00003: a value over a period is no reading'
kill -TERM "$started"
wait "$started"
started=
tap_done
