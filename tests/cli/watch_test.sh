#!/bin/sh
# muster watch as a tool for others: a command per event and each once, chosen forms, the newest of each thing,
# places by name, severities.
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
. tests/help/county.sh
trap 'county_stop; rm -rf "$tap_dir"' EXIT

story "found a county" county_found
story "its broker starts" county_start
story "a department" county_enrol EM emergency_management,reference_data
story "another" county_enrol HC health
em() { "$muster" "$@" --dir "$tap_dir/EM"; }
hc() { "$muster" "$@" --dir "$tap_dir/HC"; }
road() { em say road RD-1 area=cn/99/01/21/201 stretch=E15 state="$1"; }
got="$tap_dir/got"
# shellcheck disable=SC2016  # the watch's shell expands it
hand='sed -n "s/^{\"number\":\([0-9]*\),.*/\1/p" >>"$GOT"'
GOT=$got
export GOT
numbers() { tr '\n' ' ' <"$got"; }

# ---- a command, each once --------------------------------------------------------------------------------
story "something is said before anybody watches" road open
hc watch --type road --exec "$hand" --count 1 2>"$tap_dir/log" &
watcher=$!
# It begins with what comes from now on: said again until it has heard one.
while kill -0 "$watcher" 2>/dev/null; do road closed >/dev/null; done
wait "$watcher"
tap_line $? "the command had one and the watch ends"
first=$(numbers)
[ "$(wc -l <"$got")" = 1 ] && [ "$first" != "" ]
tap_line $? "one, as JSON on its standard input"
story "two more are said" road restricted
story "while nobody watches" road open
fails 2 "a command is handed each once, not the last few" hc watch --exec true -n 2 --no-follow
says "and where it begins is said" '--exec goes on where it was'
fails 2 "a kind nobody knows is not waited for" hc watch --type gauge,raod
says "by its name" 'no kind "raod"'
story "the next watch goes on where the last one was" hc watch --type road --exec "$hand" --no-follow
sort -n "$got" | uniq -d >"$tap_out"
[ ! -s "$tap_out" ]
tap_line $? "nothing twice"
last=$(hc watch --type road --no-follow --format '{number}' -n 1 2>/dev/null)
[ "$(tail -1 "$got")" = "$last" ]
tap_line $? "up to the last"
before=$(numbers)
story "again" hc watch --type road --exec "$hand" --no-follow
[ "$(numbers)" = "$before" ]
tap_line $? "there is nothing to do"
story "another filter has a place of its own" hc watch --type road,gauge --exec "$hand" --since 2031-07-16T00:00 --no-follow
[ "$(wc -l <"$got")" -gt "$(echo "$before" | wc -w)" ]
tap_line $? "and --since begins it at a time"

# ---- failures ------------------------------------------------------------------------------------------------
: >"$got"
story "a named place is made" hc watch --type road --cursor roads --exec true --no-follow
story "two are said" road closed
story "the second" road open
fails 1 "a command that fails stops the watch" hc watch --type road --cursor roads --no-follow \
    --exec "$hand; exit 3"
says "with its status and the entry" 'ended with status 3 for entry [0-9]*: stopped here'
[ "$(wc -l <"$got")" = 1 ]
tap_line $? "at the first"
failed=$(numbers)
story "it is handed over again" hc watch --type road --cursor roads --no-follow --exec "$hand"
[ "$(sed -n 2p "$got") " = "$failed" ] && [ "$(wc -l <"$got")" = 3 ]
tap_line $? "because it was not done, and then the rest"
story "two more" road closed
story "are said" road open
: >"$got"
fails 1 "--keep-going passes over failures" hc watch --type road --cursor roads --no-follow --keep-going \
    --exec "$hand; false"
[ "$(wc -l <"$got")" = 2 ]
tap_line $? "both were handed over, and the exit says that they failed"
story "and not again" hc watch --type road --cursor roads --no-follow --exec "$hand"
[ "$(wc -l <"$got")" = 2 ]
tap_line $? "each once"

# ---- killed while the command ran ---------------------------------------------------------------------------------
story "one is said" road closed
: >"$got"
mkfifo "$tap_dir/gate"
# The command says that it has begun, then waits; the watch is killed meanwhile.
"$muster" watch --dir "$tap_dir/HC" --type road --cursor roads --no-follow \
    --exec "$hand; echo begun >$tap_dir/gate; read line <$tap_dir/gate" >/dev/null 2>&1 &
watcher=$!
read -r line <"$tap_dir/gate"
[ "$line" = begun ]
tap_line $? "a command is at work"
kill -9 "$watcher"
wait "$watcher" 2>/dev/null
echo go >"$tap_dir/gate"
story "after the crash it is not run twice" hc watch --type road --cursor roads --no-follow --exec "$hand"
says "and that is said" 'whether it did its work is not known.*--again'
[ "$(wc -l <"$got")" = 1 ]
tap_line $? "once"
fails 2 "a place with another's name is none" hc watch --cursor ../x --exec true
fails 2 "a cursor without a command" hc watch --cursor x

# A command that does not read what it is handed.
story "one is said" road open
story "who does not listen does no harm" hc watch --type road --cursor roads --no-follow --exec true

# ---- forms and choices ----------------------------------------------------------------------------------------------
story "a form of one's own" hc watch --type road --no-follow -n 1 --format '{status}\t{agency}\t{kind}\t{object}@v{version}'
grep -q "^EXERCISE$(printf '\t')EM$(printf '\t')road$(printf '\t')RD-1@v[0-9]*\$" "$tap_out"
tap_line $? "comes out as it was asked for"
fails 2 "a field that does not exist" hc watch --format '{nothing}'
says "and those that do" '{number} {time} .*{summary}'
story "the newest of each" hc watch --type road --no-follow --last-per-key --format '{object} {summary}'
[ "$(cat "$tap_out")" = "RD-1 E15, open" ]
tap_line $? "is one of all that was said of a road"
story "a village" em say reference_object yanjiao@v1 area=cn/99/01/21/201/203 kind=area name.zh=岩脚村 \
    name.en=Yanjiao area.code=cn/99/01/21/201/203 area.level=6
story "something happens there" em say casualty C-1@v1 area=cn/99/01/21/201/203 persons_injured=9 severity=severe
story "by the village's name" hc watch --no-follow --place 岩脚 --type casualty,road --format '{object}'
grep -qx C-1 "$tap_out" && ! grep -q RD-1 "$tap_out"
tap_line $? "only what happened there"
fails 3 "no such place" hc watch --no-follow --place Atlantis
story "by severity" hc watch --no-follow --min-severity severe --format '{object} {severity}'
[ "$(cat "$tap_out")" = "C-1 severe" ]
tap_line $? "only what is that grave"
fails 2 "a severity nobody knows" hc watch --min-severity awful
tap_done
