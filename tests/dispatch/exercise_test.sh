#!/bin/sh
# Qinghe from the landslide to the last turn-off, played with the real programs: what dispatch proposes, and
# which cards rise over beds and over the bridge. Numbers as in the exercise's own account.
set -u
. tests/help/tap.sh
B=${B:-build}
trap 'rm -rf "$tap_dir"' EXIT
LC_ALL=C.UTF-8
export LC_ALL
entries="$tap_dir/entries"
play() { "$B/muster" demo --speed step --until T+02:16 --json >"$entries" 2>"$tap_dir/words"; }
# of_kind KIND: the entries of that kind; card RULE:SUBJECT DECIDER: what was said of that card, one a line
of_kind() { grep "\"kind\":\"$1\"" "$entries"; }
card() { of_kind finding | grep "\"object\":\"$1\"" | grep "\"deciderAgency\":\"$2\""; }
# 2031-07-16T00:00+08:00 in milliseconds; minutes HH MM
clock() { echo $((1941897600000 + ($1 * 60 + $2) * 60000)); }

story "the exercise is played" play
of_kind dispatch_proposal >"$tap_out"
story "one proposal" test "$(wc -l <"$tap_out")" = 1
of_kind dispatch_proposal >"$tap_out"
says "in the minute of the message" 'T14:24:'
says "three ambulances of H1" '"unitCount":3,"from":"H1"'
says "25 km in 38 min" '"distanceM":"25000","travelMin":"38"'
says "there at 15:08" "\"arrivesAtMs\":\"$(clock 15 8)\",\"patients\""
says "away at 15:20, back at 15:58" "\"leavesAtMs\":\"$(clock 15 20)\",\"backAtMs\":\"$(clock 15 58)\""
says "yellow and green to H2" '"returnTo":"H2"'
says "six of eight beds" '"hospital":"H2","kind":"BED_KIND_GENERAL","available":8,"used":6'
says "E12 is the only way in until 16:05" "only_way_closes\",\"args\":\[{\"edge\":{\"edge\":\"E12\"}},{\"object\":\"LV-01\"},{\"atMs\":\"$(clock 16 5)\"}"
says "H3 is to be asked" '"templateId":"c10.ask","args":\[{"object":"H3"}'
says "its inputs are named" '"inputs":\[{"leaf"'

card C10:H1 HC >"$tap_out"
story "K-07: raised, told that H3 has room, closed" test "$(wc -l <"$tap_out")" = 3
card C10:H1 HC | head -1 >"$tap_out"
says "at 14:30" 'T14:30:.*FINDING_STATE_RAISED'
says "three for two, at 15:58" "\"value\":\"3\".*\"value\":\"2\".*\"atMs\":\"$(clock 15 58)\""
says "ask H3" 'c10.ask'
card C10:H1 HC | sed -n 2p >"$tap_out"
says "at 14:36" 'T14:36:.*c10.divert'
card C10:H1 HC | sed -n 3p >"$tap_out"
says "at 14:38: full is not over" 'T14:38:.*FINDING_STATE_CLOSED'
of_kind finding | grep '"object":"C10:' | grep -v '"object":"C10:H1"' >"$tap_out"
silent "no other card about beds" .

bridge() { card C02:E14 "$1" | head -1 >"$tap_out"; }
bridge EM
says "K-10: the buses, at once" "T15:00:.*\"decideByMs\":\"$(clock 15 0)\""
says "by S210" 'E12-E13-S210'
bridge CA
says "K-11: the lorries, before 15:06" "T15:00:.*\"decideByMs\":\"$(clock 15 6)\""
says "at km 5" '"value":"5000"'
says "28 minutes later" 'E14-S210.*"value":"28"\|"value":"28".*E14-S210'
bridge HC
says "K-12: the ambulances, before Beidu at 15:43" "T15:00:.*\"decideByMs\":\"$(clock 15 43)\""
says "at the bridge 15:46" "\"atMs\":\"$(clock 15 46)\""
says "18 minutes later" 'E13-S210.*"value":"18"\|"value":"18".*E13-S210'
for who in "CA 15:02" "EM 15:04" "HC 15:08"; do
    # shellcheck disable=SC2086  # two words
    set -- $who
    card C02:E14 "$1" | tail -1 >"$tap_out"
    says "$1 closed its own at $2" "T$2:.*FINDING_STATE_CLOSED"
done
of_kind finding | grep '"object":"C0[24]:' | grep -v '"object":"C0[24]:\(E14\|LV-01\)"' >"$tap_out"
silent "nothing else in anybody's way" .
of_kind finding | grep '"object":"C04:LV-01"' | grep -v 'T14:[01]' >"$tap_out"
silent "the works that close at 16:05 do not meet the journey that ends at 16:16" .
tap_done
