#!/bin/sh
# The picture on one screen: 25 lines of 80 columns whatever stands in the record, what must be done first on top,
# and what is not known said to be. Into a pipe no line is cut.
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
. tests/help/county.sh
trap 'county_stop; rm -rf "$tap_dir"' EXIT

story "found a county" county_found
story "its broker starts" county_start
story "emergency management" county_enrol EM emergency_management,reference_data,relief_supply
story "water resources" county_enrol WR water
story "health" county_enrol HC health
em() { "$muster" "$@" --dir "$tap_dir/EM"; }
wr() { "$muster" "$@" --dir "$tap_dir/WR"; }
hc() { "$muster" "$@" --dir "$tap_dir/HC"; }
page() { COLUMNS=80 em now "$@"; }
fits() {
    [ "$(wc -l <"$tap_out")" -le 25 ] && [ "$(wc -L <"$tap_out")" -le 80 ]
    tap_line $? "$1: at most 25 lines of 80 columns"
}

story "nothing has happened" page
says "whose picture, when, through which entry" '^EXERCISE Qinghe County   log clock 2031-07-16T14:.*through entry'
says "nothing to decide" '^EXERCISE decide *no open conflict'
silent "nobody is moved, so nothing is said of people" 'people'
fits "an empty one"

story "an evacuation" em say evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised \
    persons_planned=620 persons_moved=135 persons_remaining=485 state=under_way
story "another, of which nobody counted anybody" em say evacuation EV-02@v1 area=cn/99/01/21/201/202 \
    population_kind=precautionary persons_planned=150 state=ordered
story "a third that counts half" em say evacuation EV-03@v1 area=cn/99/01/21/201/203 population_kind=centralised \
    persons_planned=90 persons_moved=10 state=under_way
story "a release two are to be told of" wr say dam_operation DAM-01@v1 area=cn/99/01/21 structure=longtan \
    'steps[0].from_at_ms=14:50' 'steps[0].outflow_milli_m3s=260m3/s' to_be_told=EM,HC
story "one is told" em say acknowledgement of=DAM-01@v1 rung=acknowledged person=Wang
story "a task" wr say task T-01@v1 area=cn/99/01/21 act=create what="close the road" requester=WR accountable=EM \
    accept_by_at_ms=13:50
story "a road" em say road RD-1@v1 area=cn/99/01/21/201 stretch=E15:6000 state=destroyed cause=landslide
story "the injured" hc say casualty C-1@v1 area=cn/99/01/21/201/203 persons_injured=9
story "the picture" page
fits "with something of each"
says "people by kind: what is known, and that the rest is not" \
    'people *centralised: moved 145, remaining at least 485 (1 not known)'
says "nobody counted is not zero" 'precautionary: moved not known, remaining not known'
says "each of them" 'EV-02 .*: moved not known of 150'
silent "no zero nobody stated" 'moved 0\|remaining 0'
says "who has not answered" 'told? *DAM-01@v1  .*1 of 2 know; not HC'
says "a task that is late" 'tasks *T-01  LATE [0-9]* min (due 13:50)  EM  close the road'
says "the injured" 'injured 9'
says "beds nobody reported are not known" 'injured *beds: not known'
says "a road" 'roads *E15 6+000, destroyed, landslide'
fails 7 "--fail-on overdue: exit 7" em now --fail-on conflict,overdue
fails 2 "not on something else" em now --fail-on rain
story "in Chinese" page --lang zh
fits "in Chinese"
says "未知" '演练 .*紧急避险：已转移未知，剩余未知'
story "for programs" em now --json
says "the head, then one object a line" '^{"county":"Qinghe County","now":.*"status":"exercise"}'

number=4
while [ "$number" -lt 34 ]; do
    echo "evacuation EV-$number@v1 area=cn/99/01/21/201/203 population_kind=dispersed persons_planned=10 persons_moved=$number state=under_way"
    number=$((number + 1))
done | while read -r line; do
    # shellcheck disable=SC2086
    em say $line >/dev/null || exit 1
done
tap_line $? "thirty evacuations more"
story "the picture" page
fits "with thirty more"
[ "$(wc -l <"$tap_out")" = 25 ]
tap_line $? "the whole screen is used"
says "what had no room is counted" '(+[0-9]* more)'
says "and nobody was pushed off by it: waiting" 'told? *DAM-01@v1'
says "roads" 'roads *E15'
long="close the road from Liulin to Yanjiao for everybody but the ambulances of the county hospital"
story "a task with many words" wr say task T-02@v1 area=cn/99/01/21 act=create what="$long" requester=WR accountable=EM
story "on a page of 80 columns" page
silent "is cut" "$long"
fits "then too"
story "into a pipe" em now
says "no word is lost" "T-02 .*$long$"
[ "$(wc -l <"$tap_out")" = 25 ]
tap_line $? "and the lines are as many"
story "a width nobody can mean" env COLUMNS=7 "$muster" now --dir "$tap_dir/EM"
says "counts as none" "$long"
story "on a terminal of 100 columns" script -qec "stty cols 100; $muster now --dir $tap_dir/EM" "$tap_dir/typed"
tr -d '\r' <"$tap_out" >"$tap_dir/screen"
[ "$(wc -L <"$tap_dir/screen")" -le 100 ] && [ "$(wc -L <"$tap_dir/screen")" -gt 80 ]
tap_line $? "it is as wide as that, and no wider"
story "without colours or a clever terminal" env NO_COLOR=1 TERM=dumb "$muster" now --dir "$tap_dir/EM"
! LC_ALL=C grep -q "$(printf '\033')" "$tap_out"
tap_line $? "no escape is printed"
tap_done
