#!/bin/sh
# A village's message becomes events a person has confirmed: what it plainly says, nothing guessed, second-hand
# on its face; and a second message about one place goes on from the first.
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
. tests/help/county.sh
trap 'county_stop; rm -rf "$tap_dir"' EXIT

story "found a county" county_found
story "its broker starts" county_start
story "a desk is enrolled" county_enrol SH township_desk,emergency_management,reference_data
desk() { "$muster" "$@" --dir "$tap_dir/SH"; }
village=cn/99/01/21/201/203
story "the village is known" desk say reference_object yanjiao@v1 area=$village kind=area name.zh=岩脚村 \
    name.en=Yanjiao area.code=$village area.level=6
story "and the one road through it" desk say reference_object E15@v1 area=cn/99/01/21 kind=road_edge \
    name.en="hill road" road_edge.from_node=N-SW road_edge.to_node=N-LL road_edge.length_m=14km \
    'road_edge.points[0].at_m=4km' "road_edge.points[0].area=$village"
total() { desk watch --no-follow --plain 2>/dev/null | wc -l; }

# ---- nobody confirmed it ----------------------------------------------------------------------------
before=$(total)
fails 2 "with nobody at the keyboard it is not said" desk report --sms '岩脚 塌方 伤9 埋2 路断'
says "but shown" 'casualty .*injured 9, trapped 2'
says "with the road the reference data lead through the village" 'road .*E15 hill road, destroyed'
says "and the flag to use" 'give --yes'
fails 2 "nor with --no-input" desk report --sms '岩脚 塌方 伤9' --no-input
fails 2 "words from standard input leave nobody to ask" desk report --sms - </dev/null
says "and hear of it" '--yes'
[ "$(total)" = "$before" ]
tap_line $? "nothing was said"

# ---- at the keyboard ------------------------------------------------------------------------------------
keyboard() { # what is typed, then the command: on a terminal of its own
    typed=$1
    shift
    printf '%b' "$typed" | script -qec "$muster $* --dir $tap_dir/SH" /dev/null
}
if command -v script >/dev/null 2>&1; then
    keyboard 'n\n' report --sms "'岩脚 塌方 伤9 埋2 路断'" >"$tap_out" 2>&1
    says "it asks" 'Report this?'
    says "and nothing was reported" 'nothing was reported'
    [ "$(total)" = "$before" ]
    tap_line $? "nothing was said"
    keyboard 'triage.red=3\npersons_injured=nine\ny\n' report --sms "'下湾 塌方 伤9'" --place Yanjiao >"$tap_out" 2>&1
    says "a correction is shown again" 'injured 9, red 3'
    says "a slip is explained" 'does not take this value'
    says "yes says it" 'accepted as entry'
    before=$(total)
fi

# ---- confirmed beforehand -----------------------------------------------------------------------------------
story "what a person has confirmed is said" desk report --sms '岩脚 塌方 伤9 埋2 路断' --yes --new --road E15:6km \
    --speaker 村主任 --read-back '伤9 埋2' triage.red=3 triage.yellow=4 triage.green=2
[ "$(grep -c 'accepted as entry' "$tap_out")" = 3 ]
tap_line $? "words, injured and road: three entries"
says "who is owed an answer" "spoken for $village: an answer is owed"
says "and how it is recorded" 'muster say answer to=FR-SH-.* told=".*" channel=telephone'
silent "nothing is missing" 'Still to report'
story "the feed" desk watch --no-follow --type field_report,casualty,road -n 3
says "has the words as they came" '"岩脚 塌方 伤9 埋2 路断", spoken for Yanjiao, speaker: 村主任, SMS'
says "the injured, second-hand on the face of it" 'casualty .*injured 9, red 3, yellow 4, green 2, trapped 2, spoken for Yanjiao, SMS, unverified'
says "the road, where the person said" 'road .*E15 hill road 6+000, destroyed, landslide, spoken for Yanjiao, SMS, unverified'
story "as JSON" desk watch --no-follow --type casualty,road --json -n 2
[ "$(grep -c "\"onBehalfOf\":\"$village\",\"channel\":\"CHANNEL_SMS\",\"speaker\":\"村主任\",\"readBack\":\"伤9 埋2\"" "$tap_out")" = 2 ]
tap_line $? "both say for whom, by what channel, who spoke and what was read back"
[ "$(grep -c '"verification":"VERIFICATION_UNVERIFIED","source":"SOURCE_KIND_VILLAGE","sourceText":"岩脚 塌方 伤9 埋2 路断"' "$tap_out")" = 2 ]
tap_line $? "both keep the words"
[ "$(grep -o '"fromOneReport":\[{"leaf":"[^"]*"' "$tap_out" | sort -u | wc -l)" = 1 ]
tap_line $? "both name the one report they were cut from"
silent "what was not said is not zero" '"personsMissing"\|"personsDead"'

fails 2 "where on the road is not asked of what is no message" desk report "road cut" --place E15 --road E15:6km
says "and not dropped in silence" '--road says where a message means'

# ---- what is owed ------------------------------------------------------------------------------------------
owed() { desk now 2>/dev/null | grep -c 'SH owes .* an answer'; }
before=$(owed)
[ "$before" -ge 1 ]
tap_line $? "an answer is owed, once for the message and not for each of its events ($before)"
reply=$(desk watch --no-follow --type field_report --format '{object}' -n 1)
story "the answer is given by telephone" desk say answer "to=$reply@v1" "told=$village" channel=telephone \
    words="3 ambulances"
[ "$(owed)" = $((before - 1)) ]
tap_line $? "and no more is owed for it"

# ---- the next message ----------------------------------------------------------------------------------------
story "a second message" desk report --sms 'Yanjiao 11 injured, road cut' --yes
says "goes on from the first" 'same place, same kind (casualty), .* min ago by SH: goes on from .* as version 2'
story "the injured" desk watch --no-follow --type casualty -n 1
says "are eleven in all, two still trapped" '@v2 injured 11, red 3, yellow 4, green 2, trapped 2'
story "the road" desk watch --no-follow --type road -n 1
says "stays cut where it was cut" '@v2 E15 hill road 6+000, destroyed'
story "--new is another event" desk report --sms '岩脚 伤1' --yes --new
silent "not a version" 'goes on from'

# ---- doubts ---------------------------------------------------------------------------------------------------
before=$(total)
fails 2 "how many? is not guessed" desk report --sms '岩脚 有人受伤' --yes --new
says "the question" '"受伤": how many injured'
says "and the field that answers it" 'casualty.persons_injured=NUMBER'
fails 2 "nor which of two" desk report --sms '岩脚 受伤 9 被困' --yes --new
fails 2 "nor which road" desk report --sms 'Xiawan road cut' --yes --new
says "asks" 'which road: --road'
fails 1 "a telephone number is not put into a record that is kept for ever" desk report --yes --leave-open --new \
    --sms '岩脚 伤9 电话13800000000'
fails 2 "nowhere is no place" desk report --sms '伤9 埋2' --yes
says "and --place says where" 'give --place'
fails 2 "a letter is no message" desk report --yes --sms "$(printf '伤%0600d' 9)"
[ "$(total)" = "$before" ]
tap_line $? "nothing of all that was said"
story "an answer settles a doubt" desk report --sms '岩脚 有人受伤' --yes --new persons_injured=4
story "--leave-open reports the rest" desk report --sms '岩脚 十几人受伤 埋2' --yes --new --leave-open
story "and" desk watch --no-follow --type casualty --json -n 1
says "only that" '"casualty":{"personsTrapped":2}'
story "none is a stated zero" desk report --sms '岩脚 无人受伤' --yes --new
story "and" desk watch --no-follow --type casualty --json -n 1
says "stands as zero" '"casualty":{"personsInjured":0}'
story "not known is said as such" desk report --sms '岩脚 受伤人数不明' --yes --new
story "and" desk watch --no-follow --type casualty --json -n 1
says "listed as not stated" '"notStated":\["casualty.persons_injured"\]'

# ---- numbers without a name ----------------------------------------------------------------------------------------
scenes() { desk now --json | grep -c '"kind":"casualty"'; }
story "injured people at the bend, by kind" desk report "3 hurt" --place "bend km 9" --kind casualty persons_injured=3
count=$(scenes)
story "more at the same bend" desk report "4 hurt" --place "bend km 9" --kind casualty persons_injured=4
says "go on from there" 'goes on from C-SH-.* as version 2'
[ "$(scenes)" = "$count" ]
tap_line $? "and are not counted twice"
story "--new is another scene" desk report "1 hurt" --place "bend km 9" --kind casualty persons_injured=1 --new
[ "$(scenes)" = $((count + 1)) ]
tap_line $? "and one more"
total_before=$(total)
fails 2 "which of two nobody can know" desk report "5 hurt" --place "bend km 9" --kind casualty persons_injured=5 --no-input
says "so both are named, with what to add" 'already: C-SH-.*, C-SH-.* --new'
[ "$(total)" = "$total_before" ]
tap_line $? "and nothing was said"
if command -v script >/dev/null 2>&1; then
    keyboard 'n\n' report "'6 hurt'" --place "'bend km 9'" --kind casualty persons_injured=6 >"$tap_out" 2>&1
    says "at the keyboard it asks" 'Does this go on from it?'
    [ "$(scenes)" = $((count + 2)) ]
    tap_line $? "and n is another"
fi
fails 2 "a time that is none" desk report x --place qsq --at 25:99
says "is called one" '"25:99" is no time'
fails 2 "a way of hearing nobody knows" desk report x --place qsq --by pigeon
says "is answered with those there are" '--by says how it came in.*"pigeon".*phone, sms, radio, paper'
silent "in words of the command line" 'envelope'
story "one the help does not name" desk report "from the pilot" --place qsq --by in_person --new

# ---- people back in the zone -------------------------------------------------------------------------------------
story "an evacuation of the village" desk say evacuation EV-09@v1 area=$village population_kind=centralised \
    persons_planned=90 persons_moved=90 persons_remaining=0 state=under_way
story "forty went home" desk report --sms '岩脚 40人回家喂牲口' --yes
story "and" desk watch --no-follow --type evacuation -n 1
says "the evacuation knows" 'EV-09@v1 *progress.*went back 40'

# ---- words alone, in Chinese, from standard input, without a broker -------------------------------------------
story "the words of a report come first" desk report "Bridge out" --place qsq
says "what is still to be said" 'Still to report: cause, people affected'
story "said again, it goes on from there" desk report "Bridge still out" --place qsq
says "and says so" 'same place, same kind (field report)'
printf '岩脚\n塌方 伤2\n' >"$tap_dir/message"
story "in Chinese, from standard input" sh -c "$muster report --sms - --yes --new --lang zh --dir $tap_dir/SH <$tap_dir/message"
says "读出" '演练 从原文读出'
says "须予答复" '须予答复'
says "尚待补报" '尚待补报：报告人'
county_stop
story "without a broker the message is kept" desk report --sms '岩脚 塌方 伤3' --yes --timeout 1
says "place and people as they were spoken" 'kept as it was spoken'
says "both entries wait" 'kept on this machine, 2 waiting'
story "the broker comes back" county_start
story "who only watches sends what waited" desk watch --no-follow --type field_report -n 1
says "and says so" '2 reports that waited on this machine have been answered'
says "it is in the record" '岩脚 塌方 伤3'
story "the record verifies" desk verify
tap_done
