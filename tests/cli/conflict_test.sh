#!/bin/sh
# A conflict from the first clash to the change that ends it, as departments on separate machines see and
# decide it; the coordinator runs as it would in a county.
set -u
. tests/help/tap.sh
B=${B:-build}
. tests/help/county.sh
coordinator=
stop_all() {
    [ -n "$coordinator" ] && kill "$coordinator" 2>/dev/null && wait "$coordinator" 2>/dev/null
    county_stop
    rm -rf "$tap_dir"
}
trap stop_all EXIT

story "found a county" county_found
story "its broker starts" county_start
story "emergency management" county_enrol EM emergency_management,reference_data
story "water resources" county_enrol WR water
story "the command" county_enrol CMD flood_command
story "the command's program" county_enrol CMD coordinator muster-coordinator program
story "who holds which role" "$B/muster" say role_map ROLES@v1 'lines[0].role=flood_command' \
    'lines[0].agency=CMD' 'lines[1].role=water' 'lines[1].agency=WR' --dir "$county/admin-1"
"$B/muster-coordinator" --dir "$tap_dir/program" >"$tap_dir/coordinator.log" 2>&1 &
coordinator=$!

em() { "$B/muster" "$@" --dir "$tap_dir/EM"; }
wr() { "$B/muster" "$@" --dir "$tap_dir/WR"; }
cmd() { "$B/muster" "$@" --dir "$tap_dir/CMD"; }

story "nothing clashes yet" em conflict list --fail-on conflict
says "and that is said" 'no open conflict'
story "people are moved over the levee road" em say evacuation EV-01@v1 \
    area=cn/99/01/21/201/201 population_kind=centralised persons_planned=620 state=under_way \
    'legs[0].persons=620' 'legs[0].destination=S1' 'legs[0].route=E11,E12' \
    'legs[0].window=13:52-22:00'
story "works are to close it" wr say operation_plan LV-01@v1 area=cn/99/01/21/201/202 \
    activity=pile_driving state=submitted 'phases[0].activity=pile_driving' \
    'phases[0].window=14:15-21:00' 'phases[0].edges=E12:closes' 'phases[0].crew_persons=24'
story "the conflict is seen" county_until 'C04:LV-01' em conflict list
says "as one for life" 'CONFLICT.*C04:LV-01.*LIFE'
says "with the command to decide it" 'decides: CMD'
says "and what to type next" 'muster conflict show C04:LV-01'
fails 7 "--fail-on conflict: exit 7" em conflict list --fail-on conflict
fails 7 "in the picture too" em now --fail-on conflict
story "as JSON" em conflict list --json
says "one card an object" '"card":"C04:LV-01"'
story "in Chinese" em conflict list --lang zh
says "演练, 冲突" '^演练 .*冲突.*C04:LV-01.*打桩'

story "the card" em conflict show C04:LV-01
for title in what where bites claims why options decides by next; do
    says "answers $title" "^EXERCISE $title "
done
says "both sides with their signatures" 'WR .*LV-01@v1.*signed'
says "the other side" 'EM .*EV-01@v1.*620.*signed'
says "why" 'rule C04'

fails 4 "who does not hold it cannot decide it" em conflict decide C04:LV-01 --option 1 --reason x
says "and hears who can" "CMD's to decide"
fails 2 "not without a reason" cmd conflict decide C04:LV-01 --option 1
fails 2 "not by an option nobody offered" cmd conflict decide C04:LV-01 --option 99 --reason x
fails 3 "not a card nobody raised" cmd conflict decide C04:LV-99 --option 1 --reason x
story "the command decides" cmd conflict decide C04:LV-01 --verdict hold --reason "people first" \
    'orders[0].agency=WR' 'orders[0].object=LV-01' 'orders[0].owes_version=true'
says "and is answered" 'accepted as entry'
silent "of an earlier decision, for there is none" 'decided already'
story "everybody sees it decided" county_until '^EXERCISE decided .*people first' \
    wr conflict show C04:LV-01
story "decided once more" cmd conflict decide C04:LV-01 --verdict hold --reason "people first, still" \
    'orders[0].agency=WR' 'orders[0].object=LV-01' 'orders[0].owes_version=true'
says "it hears what it decided before" 'was decided already ("people first")'
story "and who owes what" county_until 'owed .*WR owes a new version of LV-01' \
    em watch --no-follow --type finding

story "water changes its plan" wr say operation_plan LV-01@v2 area=cn/99/01/21/201/202 \
    activity=pile_driving state=submitted cites=EV-01@v1 'phases[0].activity=pile_driving' \
    'phases[0].window=22:05-23:30' 'phases[0].edges=E12:closes' 'phases[0].crew_persons=24'
story "the card closes by itself" county_until 'no open conflict' em conflict list
story "and stays in the list of all" em conflict list --all
says "with how it ended" 'C04:LV-01.*closed, by change'
fails 3 "a closed one is not decided again" cmd conflict decide C04:LV-01 --option 1 --reason x
story "cards alone can be watched" em watch --no-follow --type conflict --plain
[ "$(cut -f6 "$tap_out" | sort -u)" = "C04:LV-01" ]
tap_line $? "one card, from raising to closing"
story "the record verifies" em verify
tap_done
