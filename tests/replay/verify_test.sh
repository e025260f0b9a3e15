#!/bin/sh
# What an auditor does with muster-replay: a record that an exercise left behind, the same as one file, a
# record that is being written to, and things that are no record.
set -u
. tests/help/tap.sh
B=${B:-build}
replay="$B/muster-replay"
HOME="$tap_dir"
XDG_RUNTIME_DIR="$tap_dir"
LC_ALL=C.UTF-8
export HOME XDG_RUNTIME_DIR LC_ALL
unset MUSTER_DIR NO_COLOR LC_MESSAGES LANG
record="$tap_dir/kept/broker"
file="$tap_dir/qinghe.mev"
broker=
stop_broker() {
    [ -n "$broker" ] && kill "$broker" 2>/dev/null && wait "$broker" 2>/dev/null
    broker=
}
trap 'stop_broker; rm -rf "$tap_dir"' EXIT

same() { cmp "$1" "$2"; }
field() { sed 's/.*"'"$1"'":"\([^"]*\)".*/\1/' "$tap_out"; }

# ---- an exercise and its export ------------------------------------------------------------------
story "play the exercise up to T+00:36" "$B/muster" demo --speed step --until T+00:36 \
    --keep "$tap_dir/kept"
story "its record stands" "$replay" verify "$record"
says "and says so" '^OK  [0-9]* entries, tree unbroken, 0 gaps'
story "as JSON" "$replay" verify "$record" --json
log=$(field log)
entries=$(field entries)
cp "$tap_out" "$tap_dir/live.json"
[ "${#log}" = 64 ] && [ "$entries" -gt 50 ]
tap_line $? "with its log id"
story "export it" "$replay" export "$record" "$file"
[ -s "$file" ] && [ ! -e "$file.part" ]
tap_line $? "into one file"
story "the file stands as well" "$replay" verify "$file" --json
cp "$tap_out" "$tap_dir/file.json"
story "and says exactly the same" same "$tap_dir/live.json" "$tap_dir/file.json"
story "export again" "$replay" export "$record" "$tap_dir/again.mev"
story "it is the same file" same "$file" "$tap_dir/again.mev"
story "against the log id one knows" "$replay" verify "$file" --log "$log"
fails 6 "against another" "$replay" verify "$file" --log "$(echo "$log" | tr 0-9a-f 1-9a-f0)"
says "it is another log" 'OTHER_LOG'
silent "and nothing is called OK" '^OK'
fails 2 "a log id that is none" "$replay" verify "$file" --log 7f3a
says "is told from one" '^7f3a is no log id'
fails 6 "a file cut short" sh -c "head -c 20000 '$file' >'$tap_dir/cut' &&
    '$replay' verify '$tap_dir/cut'"
says "names what is gone" '^CUT '

# ---- the picture as it was ----------------------------------------------------------------------
story "show 14:06" "$replay" show "$record" --at 2031-07-16T14:06
says "its first line says of when" '^as of 2031-07-16 14:06 (+08:00), entries 1–[0-9]*, EXERCISE$'
says "EV-01 sends 620 to S1" '^evacuation EV-01@1 .*-> S1 620$'
says "EV-02 340: 960 where 700 have room" '^evacuation EV-02@1 .*-> S1 340$'
says "which is flagged" '^card C06:S1 open'
story "show 14:12" "$replay" show "$record" --at 2031-07-16T14:12
says "EV-02 sends 80 there now: 700" '^evacuation EV-02@2 .*-> S1 80 -> S2 260$'
says "and the card is closed" '^card C06:S1 closed'
cp "$tap_out" "$tap_dir/shown"
story "the export shows" "$replay" show "$file" --at 2031-07-16T14:12
cp "$tap_out" "$tap_dir/shown.file"
story "the same" same "$tap_dir/shown.file" "$tap_dir/shown"
story "without a time: the end" "$replay" show "$file"
says "all entries" "entries 1–$entries, EXERCISE"
fails 2 "a time that is none" "$replay" show "$file" --at yesterday
says "is named" '^yesterday is no time'
fails 2 "nor is there a 31st of June" "$replay" show "$file" --at 2031-06-31T00:00
fails 3 "nothing before entry 1" "$replay" show "$file" --at 2031-07-15T00:00
story "the picture in JSON" "$replay" show "$file" --json
says "as of the end" '^{"asOf":"2031-07-16T14:18:00+08:00",.*"exercise":true,"damageCount":0,"objects":\['
[ "$(field through)" = "$entries" ]
tap_line $? "all entries there too"
story "in JSON at 14:12" "$replay" show "$file" --at 2031-07-16T14:12 --json
says "the card is closed" '{"rule":"C06","subject":"S1","card":true,"open":false,'

# ---- a record that is being written to -----------------------------------------------------------
county="$tap_dir/county"
"$B/musterd" init --dir "$county" --county "Qinghe County" --area cn/99/01/21 --exercise \
    --start 2031-07-16T14:00 --offset +08:00 --rate 30 --endpoint "ipc://$tap_dir/s" \
    >/dev/null 2>&1
"$B/musterd" --dir "$county" --endpoint "ipc://$tap_dir/s" 2>"$tap_dir/log" &
broker=$!
until grep -q ready "$tap_dir/log"; do kill -0 "$broker" 2>/dev/null || break; sleep 0.05; done
"$B/muster" agency make "$tap_dir/EM" --agency EM >/dev/null 2>&1
story "a department joins while an auditor looks" "$B/muster" agency add "$tap_dir/EM/request" \
    --roles emergency_management --dir "$county/admin-1"
"$B/muster" agency point "$tap_dir/EM" --welcome "$tap_dir/EM/welcome" >/dev/null 2>&1
for n in 1 2 3; do
    story "it says something" "$B/muster" say field_report "words=report $n" \
        area=cn/99/01/21/201 --dir "$tap_dir/EM"
    story "the record stands while the broker runs" "$replay" verify "$county" --json
    [ "$(field entries)" -gt "$n" ]
    tap_line $? "with what was just accepted"
done
story "export it meanwhile" "$replay" export "$county" "$tap_dir/county.mev"
stop_broker
story "that export stands" "$replay" verify "$tap_dir/county.mev"
fails 6 "it is not the exercise's" "$replay" verify "$tap_dir/county.mev" --log "$log"

# ---- stopped half way ------------------------------------------------------------------------------
# A pipe holds the reader where it is: the second half comes when it has been told to stop, or not.
mkfifo "$tap_dir/pipe"
half_way() { # signal to send, "": none
    "$replay" export "$tap_dir/pipe" "$tap_dir/half.mev" 2>"$tap_dir/said" &
    reader=$!
    exec 3>"$tap_dir/pipe"
    head -c 30000 "$file" >&3
    [ -z "$1" ] || kill -"$1" "$reader"
    tail -c +30001 "$file" >&3 2>/dev/null
    exec 3>&-
    wait "$reader"
}
story "left alone, all of it is exported" half_way ""
story "to the byte" same "$tap_dir/half.mev" "$file"
rm -f "$tap_dir/half.mev"
for signal in INT TERM; do
    fails 130 "$signal half way" half_way "$signal"
    story "is answered" grep -q 'stopped before the end.*MU-416' "$tap_dir/said"
    [ ! -e "$tap_dir/half.mev" ] && [ ! -e "$tap_dir/half.mev.part" ]
    tap_line $? "and leaves nothing behind"
done

# ---- no record ------------------------------------------------------------------------------------
fails 1 "a file that is no record" "$replay" verify Makefile
says "is told by its code" 'MU-'
silent "and nothing is called OK" '^OK'
: >"$tap_dir/empty"
fails 1 "an empty file" "$replay" verify "$tap_dir/empty"
fails 3 "a file that is not there" "$replay" verify "$tap_dir/nothing"
mkdir "$tap_dir/folder"
fails 3 "a folder without a record" "$replay" verify "$tap_dir/folder"
fails 3 "nothing to export" "$replay" export "$tap_dir/folder" "$tap_dir/none.mev"
[ ! -e "$tap_dir/none.mev" ] && [ ! -e "$tap_dir/none.mev.part" ]
tap_line $? "leaves nothing behind"
fails 1 "nowhere to export to" "$replay" export "$record" "$tap_dir/no/such.mev"
says "is named, with what the system says" 'such.mev cannot be written: No such file'
fails 2 "no command at all" "$replay"
tap_done
