#!/bin/sh
# The demo as people meet it: what it shows, what a second terminal finds, and that nothing is left behind however
# it ends.
# shellcheck disable=SC2086  # $demo, $pair and lists of processes are several words each
set -u
. tests/help/tap.sh
B=${B:-build}
demo="$B/muster demo"
pair="--reference tests/exercise/second.yaml"
# A temporary and a runtime directory of our own: what is left behind is seen.
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

nothing_left() {
    find "$TMPDIR" "$XDG_RUNTIME_DIR" -mindepth 1 | tee "$tap_out"
    [ ! -s "$tap_out" ]
}
all_say_exercise() {
    "$B/muster" demo --speed step --until T+00:12 "$@" >"$tap_dir/shown" 2>&1
    grep -c . "$tap_dir/shown" && ! grep -v -e '^EXERCISE ' -e '^演练 ' "$tap_dir/shown"
}
# Until the file has a line like it; the process that writes it must be alive.
await() {
    until grep -q -e "$2" "$1"; do
        kill -0 "$started" 2>/dev/null || return 1
        sleep 0.05
    done
}
start_staying() {
    rm -f "$tap_dir/shown" "$tap_dir/told"
    : >"$tap_dir/told"
    $demo --speed step --until T+00:18 --stay >"$tap_dir/shown" 2>"$tap_dir/told" &
    started=$!
    await "$tap_dir/told" 'script is over'
}
children() { cat "/proc/$started/task/$started/children"; }
# Processes end a moment after they were told to.
all_gone() {
    for pid in $1; do
        while kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; do
            sleep 0.05
        done
    done
}

# ---- lines ----
story "every line says EXERCISE" all_say_exercise
story "and in Chinese" all_say_exercise --lang zh
story "the first cards are on the screen" grep -q 'CONFLICT *C06:S1' "$tap_dir/shown" -e '冲突 *C06:S1'
# At 60, not faster. The clock begins to run at 14:00, and then twelve desks are manned: with both cores taken twice over
# that has lasted three seconds. The script has CA open EV-01 (14:03) at 14:05, and where the clock runs C15 forgives half a
# second of this machine's time: at 1200 the statement may be 0.75 s late, at 300 1.5 s, at 60 5.5 s. Beyond that it really was
# opened before it was recorded: C15 is raised, rightly, and the count of cards below is another.
story "a clock that runs comes to the same" $demo --speed 60 --until T+00:12
says "the school is over" 'CONFLICT *C06:S1 *raised'
says "it has the number the closing line will name" '^EXERCISE  *this is K-01'
says "and ends with the closing line" '^EXERCISE 14:[0-9]*  2 cards raised, 0 closed, 2 open; next: K-01'
story "nothing is left behind" nothing_left

# ---- what it will not do ----
fails 2 "it runs in no directory somebody names" $demo --dir "$tap_dir"
mkdir "$tap_dir/live"
touch "$tap_dir/live/data"
fails 1 "nor where something lives" $demo --keep "$tap_dir/live"
says "and says so" 'not empty'
fails 2 "a script without its county is half a pair" $demo --script tests/exercise/second.script
printf 'T+00:05\tERM\tevacuation EV-A persons_plannd=3\n' >"$tap_dir/wrong.script"
fails 1 "a mistake in a file ends it before anything is started" \
    $demo $pair --script "$tap_dir/wrong.script" --speed step
says "it is named by file and line" 'wrong.script:1: .*persons_plannd (persons_planned?).*MU-404'
silent "nobody was started for it" 'County set up'
printf '# words\nT+00:05\tROA\tevacuation EV-A population_kind=centralised persons_planned=3\n' >"$tap_dir/mayor.script"
fails 1 "a row the record refuses ends it" $demo $pair --script "$tap_dir/mayor.script" --speed step
says "it is named by file, line and code" 'mayor.script:2: .*no grant.*MU-120'
printf 'T+00:05\tOPS\tdecision card=C04:W-7 verdict=hold\n' >"$tap_dir/early.script"
fails 1 "so does a card nobody raised" $demo $pair --script "$tap_dir/early.script" --speed step --speed step
says "it is named" 'early.script:1: .*C04:W-7'
story "nothing is left behind" nothing_left

# ---- a second terminal, Ctrl-C ----
story "it stays when asked to" start_staying
story "a second terminal finds it" "$B/muster" conflict list
says "and the clash" 'C04:LV-01.*LIFE'
story "as whom one likes" "$B/muster" now --as WR
mkdir -p "$tap_dir/joined/.muster"
touch "$tap_dir/joined/.muster/agent.conf"
fails 1 "who has a place in a record does not land in the exercise" env HOME="$tap_dir/joined" "$B/muster" now
silent "by accident" EXERCISE
story "but by name" env HOME="$tap_dir/joined" "$B/muster" now --as WR
story "only its owner gets in" sh -c "[ \"\$(stat -c %a '$XDG_RUNTIME_DIR/muster-demo')\" = 700 ]"
pids=$(children)
kill -INT "$started"
wait "$started"
started_status=$?
started=
story "Ctrl-C ends it well" [ "$started_status" -eq 0 ]
story "it says so" grep -q 'nothing is left behind' "$tap_dir/told"
story "four programs were running" sh -c "[ $(echo "$pids" | wc -w) -ge 3 ]"
story "none is" all_gone "$pids"
story "nothing is left behind" nothing_left
fails 3 "the second terminal finds no demo" env HOME="$tap_dir" "$B/muster" now

# ---- other ends ----
story "once more" start_staying
pids=$(children)
kill -TERM "$started"
wait "$started"
started=
story "told to end, it ends all" all_gone "$pids"
story "nothing is left behind" nothing_left
story "and once more" start_staying
pids=$(children)
kill -KILL "$started"
wait "$started" 2>/dev/null
story "killed, it takes its programs along" all_gone "$pids"
rm -rf "${TMPDIR:?}"/* "${XDG_RUNTIME_DIR:?}"/*
story "a last time" start_staying
for pid in $(children); do
    case $(readlink "/proc/$pid/exe") in *muster-coordinator) kill -KILL "$pid" ;; esac
done
wait "$started"
started_status=$?
started=
story "a program that dies ends it" [ "$started_status" -eq 1 ]
story "and is named" grep -q 'CMD-muster-coordinator stopped' "$tap_dir/told"
story "nothing is left behind" nothing_left

# ---- whoever reads goes ----
started=
story "it ends when nobody reads any more" sh -c "$demo --speed step --stay --json | head -1"
story "nothing is left behind" nothing_left

# ---- kept ----
fails 1 "until when?" $demo --until 99:99
says "is asked with how it is written" '99:99 (T+MM:SS, HH:MM)'
story "kept when asked to" $demo --speed step --until T+00:06 --keep "$tap_dir/kept"
story "the record stands" "$B/muster-replay" verify "$tap_dir/kept/broker"
fails 1 "and is not played in again" $demo --keep "$tap_dir/kept"
tap_done
