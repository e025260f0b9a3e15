#!/bin/sh
# A spool that is not alone: copied while it lives, restored from yesterday's copy, deleted. Both copies
# speak through the real broker. There is never a silent yes: whoever is told "accepted as entry N" finds
# his own words there; nothing is lost, nothing stands twice; and the second voice is another instance.
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
. tests/help/county.sh
trap 'county_stop; rm -rf "$tap_dir"' EXIT

at() { # directory words...: say it, and note what was answered beside what was said
    at_dir="$tap_dir/$1"
    shift
    "$muster" report "$*" --place x --dir "$at_dir" --wait --json 2>"$at_dir.err" >"$at_dir.said"
    at_status=$?
    sed "s/^/$* /" "$at_dir.said" >>"$at_dir.told"
    cat "$at_dir.said" "$at_dir.err"
    return "$at_status"
}

keep() { # directory words...: the broker is away
    keep_dir="$tap_dir/$1"
    shift
    "$muster" report "$*" --place x --dir "$keep_dir" --timeout 1 --json
}

record() { "$muster" watch --no-follow --json --type field_report --dir "$tap_dir/WATCH" >"$tap_dir/record"; }

once() { # words...: each stands in the record exactly once
    record || return 1
    for words in "$@"; do
        n=$(grep -c "\"words\":\"$words\"" "$tap_dir/record")
        [ "$n" = 1 ] || { echo "\"$words\" stands $n times"; return 1; }
    done
}

instance_of() { sed -n "s/.*\"instance\":\"\([0-9]*\)\".*\"words\":\"$1\".*/\1/p" "$tap_dir/record"; }
differ() { [ -n "$(instance_of "$1")" ] && [ "$(instance_of "$1")" != "$(instance_of "$2")" ]; }
agree() { [ -n "$(instance_of "$1")" ] && [ "$(instance_of "$1")" = "$(instance_of "$2")" ]; }

# Whoever heard "accepted as entry N" finds his words under N.
told_the_truth() {
    record || return 1
    for told in "$tap_dir"/*.told; do
        while read -r words answer; do
            n=$(printf '%s' "$answer" | sed -n 's/.*"result":"accepted".*"number":\([0-9]*\).*/\1/p')
            [ -z "$n" ] || grep "^{\"number\":$n," "$tap_dir/record" | grep -q "\"words\":\"$words\"" || {
                echo "$told: \"$words\" is not entry $n"
                return 1
            }
        done <"$told"
    done
}

# Identity is (agent, instance, lane, sequence): nothing in the record has another's.
nobody_stands_twice() {
    "$muster" watch --no-follow --json --dir "$tap_dir/WATCH" >"$tap_dir/all" || return 1
    grep -o '"agent":"[0-9a-f]*","instance":"[0-9]*","lane":[0-9]*,"sequence":[0-9]*' "$tap_dir/all" \
        >"$tap_dir/names"
    sort "$tap_dir/names" | uniq -d | grep . && return 1
    [ "$(wc -l <"$tap_dir/names")" = "$(wc -l <"$tap_dir/all")" ]
}

audit() { # the record and its export, by an auditor who has public keys only
    story "$1: nobody was told what is not so" told_the_truth
    story "$1: no identity stands twice" nobody_stands_twice
    story "$1: the record verifies" "$B/muster-replay" verify "$county"
    rm -f "$tap_dir/out.mev"
    story "$1: it can be exported" "$B/muster-replay" export "$county" "$tap_dir/out.mev"
    story "$1: the export verifies" "$B/muster-replay" verify "$tap_dir/out.mev"
    says "$1: with no gap" '^OK .* 0 gaps'
}

copy() { rm -rf "${tap_dir:?}/$2" && cp -a "$tap_dir/$1" "$tap_dir/$2"; }

story "a county" county_found
story "its broker" county_start
story "EM" county_enrol EM emergency_management
story "a watcher" county_enrol WATCH observer

# ---- copied while nothing waits: both go on --------------------------------------------------------
story "EM speaks" at EM a1
copy EM CLONE
story "EM speaks on" at EM a2
story "so does its copy, which thinks that the next number is its own" at CLONE a3
says "and is accepted" '"result":"accepted"'
story "EM again" at EM a4
story "the copy again" at CLONE a5
story "all stand once" once a1 a2 a3 a4 a5
differ a2 a3 && agree a3 a5 && agree a1 a4
tap_line $? "the copy is another instance in plain sight, the first goes on as it was"
audit "a copy"

# The control: an answer that is not so would be noticed.
echo 'a1 {"result":"accepted","number":2}' >"$tap_dir/LIAR.told"
fails 1 "a false yes would be noticed" told_the_truth
rm "$tap_dir/LIAR.told"

# ---- both at once, again and again -----------------------------------------------------------------
copy EM TWIN
chatter() {
    for i in 1 2 3 4 5 6; do
        at "$1" "$2$i" >/dev/null || echo "$2$i" >>"$tap_dir/unsaid"
    done
}
: >"$tap_dir/unsaid"
chatter EM b &
one=$!
chatter TWIN c &
two=$!
wait "$one" "$two"
[ ! -s "$tap_dir/unsaid" ]
tap_line $? "two copies speak at the same time and both are heard"
story "all twelve stand once" once b1 b2 b3 b4 b5 b6 c1 c2 c3 c4 c5 c6
differ b6 c6
tap_line $? "under two instances"
audit "two at once"

# ---- copied with something waiting; each adds its own -------------------------------------------------
county_stop
story "without a broker EM keeps one" keep EM d1
copy EM HALF
story "EM keeps another" keep EM d2
story "its copy keeps a different one under the same number" keep HALF d3
story "the broker is back" county_start
at EM d4 >"$tap_dir/first" 2>&1 &
one=$!
at HALF d5 >"$tap_dir/second" 2>&1 &
two=$!
wait "$one"
good=$?
wait "$two"
good=$((good + $?))
cat "$tap_dir/first" "$tap_dir/second" >"$tap_out"
tap_line "$good" "both send all they have at the same time"
story "what both kept stands once, what each kept stands once" once d1 d2 d3 d4 d5
differ d2 d3
tap_line $? "one of them is another instance"
audit "copied while waiting"

# ---- rolled back ----------------------------------------------------------------------------------------
copy EM YESTERDAY
story "EM speaks after the backup" at EM e1
copy YESTERDAY EM
story "EM is restored from it and speaks" at EM e2
story "what was said in between still stands, and the new word too" once e1 e2
differ e1 e2
tap_line $? "the restored spool is another instance"
county_stop
story "EM keeps one" keep EM f1
copy EM YESTERDAY
story "the broker is back" county_start
story "it goes out" at EM f2
county_stop
copy YESTERDAY EM
story "restored: it waits again, and something else under a number already used" keep EM f3
story "the broker is back" county_start
story "EM sends all" at EM f4
story "what had gone out already stands once" once f1 f2 f3 f4
differ f2 f3
tap_line $? "what the restored spool said is another instance's"
"$muster" watch --no-follow --json --dir "$tap_dir/WATCH" | grep -c '"kind":"field_report"' >"$tap_dir/before"
story "EM has nothing left to send" at EM f5
"$muster" watch --no-follow --json --dir "$tap_dir/WATCH" | grep -c '"kind":"field_report"' >"$tap_dir/after"
[ "$(cat "$tap_dir/after")" = $(($(cat "$tap_dir/before") + 1)) ]
tap_line $? "one word, one entry"
audit "rolled back"

# ---- deleted ------------------------------------------------------------------------------------------
record
rm -rf "$tap_dir/EM/spool"
story "EM without its spool speaks" at EM g1
story "and is accepted" once g1
differ g1 f5
tap_line $? "as a new instance"
audit "deleted"

# ---- retired: neither the original nor a copy -----------------------------------------------------------
agent=$(sed -n 's/.*"agent":"\([0-9a-f]*\)".*"words":"g1".*/\1/p' "$tap_dir/record")
story "an admin retires EM's key" "$muster" say retire "agent=$agent" --dir "$county/admin-1" --wait
fails 4 "the original is not believed any more" at EM h1
says "and hears the code, why and what to do" 'MU-302'
fails 4 "nor is a copy" at CLONE h2
says "for the same reason" 'MU-302'
record
! grep -q '"words":"h[12]"' "$tap_dir/record"
tap_line $? "nothing of it stands"
audit "retired"
tap_done
