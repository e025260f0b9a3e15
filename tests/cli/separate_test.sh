#!/bin/sh
# init, agency add, watch, report in separate data directories, no demo involved: what a county and its
# departments do on their own machines. And what they see when the broker is away.
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
. tests/help/county.sh
trap 'county_stop; rm -rf "$tap_dir"' EXIT

# ---- found a county, enrol two departments -------------------------------------------------------
story "found a county" county_found
story "its broker starts" county_start

enrol() { # code roles
    dir="$tap_dir/$1"
    story "$1 makes its keys where it lives" "$muster" agency make "$dir" --agency "$1"
    story "an admin enrols $1" "$muster" agency add "$dir/request" --roles "$2" \
        --dir "$county/admin-1"
    says "$1 is in the record" "EXERCISE $1 is enrolled"
    story "$1 is told where its broker is" "$muster" agency point "$dir" --welcome "$dir/welcome"
    [ -s "$dir/welcome" ] && ! grep -qi "secret\|private" "$dir/welcome"
    tap_line $? "the welcome of $1 holds no secret"
}
enrol EM emergency_management,reference_data
enrol CA relief_supply,shelters
story "enrolling again only hands out the welcome" "$muster" agency add "$tap_dir/CA/request" \
    --roles relief_supply,shelters --dir "$county/admin-1" --out "$tap_dir/again"
silent "without a second entry" 'accepted as entry'
grep -q "^log $(sed -n 's/^log //p' "$tap_dir/CA/welcome")$" "$tap_dir/again"
tap_line $? "of the same record"
story "a third department makes its keys" "$muster" agency make "$tap_dir/HC" --agency HC
fails 4 "another department cannot enrol it" "$muster" agency add "$tap_dir/HC/request" \
    --roles health --dir "$tap_dir/EM"
says "only an admin can" 'MU-121'
[ ! -e "$tap_dir/HC/welcome" ]
tap_line $? "and no welcome is handed out"
fails 1 "a role nobody knows" "$muster" agency add "$tap_dir/HC/request" --roles sorcery \
    --dir "$county/admin-1"
says "is named" 'enrolment.roles'

em() { "$muster" "$@" --dir "$tap_dir/EM"; }
ca() { "$muster" "$@" --dir "$tap_dir/CA"; }

# ---- say, report, watch ----------------------------------------------------------------------------
story "EM says where a shelter is" em say reference_object S1@v1 kind=shelter \
    "name=Liulin Middle School" area=cn/99/01/21/101 shelter.capacity_persons=700
says "and is answered" '^EXERCISE accepted as entry [0-9]* at 14:'
story "EM orders an evacuation" em say evacuation EV-01@v1 area=cn/99/01/21/201/201 \
    population_kind=centralised persons_planned=620 state=under_way 'legs[0].persons=620' \
    'legs[0].destination=S1'
story "progress needs neither version nor area" em say evacuation EV-01 change=progress \
    persons_moved=55 persons_remaining=565 population_kind=centralised
story "CA acknowledges it by name" ca say acknowledgement of=EV-01@v1 rung=opened
fails 3 "not what was never said" ca say acknowledgement of=EV-09@v1 rung=opened
says "and hears which" 'EV-09@v1'
fails 2 "a field that does not exist" em say evacuation EV-01 person_moved=5
says "is offered the one that does" 'did you mean "persons_moved"? (not said)'
fails 2 "a value that is none" em say evacuation EV-01 state=running
says "is offered those that are" 'under_way'
fails 1 "what must be stated" em say evacuation EV-02@v1 persons_planned=5
says "is named" 'evacuation.population_kind'
says "with a remedy" 'not_stated'
fails 4 "what EM has no right to" em say gauge BEIDU stage_mm=98.60m datum=cn1985
says "is refused with a remedy" 'ask an admin'
story "EM reports by place" em report "9 injured" --place lms --for Yanjiao --by sms \
    --speaker "village head" --kind casualty C-1@v1 persons_injured=9
says "initials are enough" 'place "lms" is S1'
[ "$(grep -c 'accepted as entry' "$tap_out")" = 2 ]
tap_line $? "words and what was understood are two entries"

story "CA sees it all" ca watch --no-follow
says "the evacuation" 'EXERCISE 14:.* EM .*evacuation .*EV-01@v1.*planned 620'
says "its progress, where it was" 'progress, cn/99/01/21/201/201.*moved 55, remaining 565'
says "the report, spoken for another" '"9 injured".*spoken for Yanjiao.*village head'
says "the refusal, whose it was" 'EM .*REFUSED MU-120'
! grep -v '^EXERCISE ' "$tap_out" | grep -q .
tap_line $? "EXERCISE on every line"
story "only what was asked for" ca watch --no-follow --type evacuation -n 1
[ "$(wc -l <"$tap_out")" = 1 ]
tap_line $? "one line"
story "as JSON" ca watch --no-follow --type casualty --json
says "is one object a line" '^{"number":[0-9]*,.*"kind":"casualty".*"personsInjured":9'
says "naming the report it was cut from" '"fromOneReport":\[{"leaf":'
story "as fields" ca watch --no-follow --type evacuation --plain
[ "$(awk -F'\t' '{print NF}' "$tap_out" | sort -u)" = 9 ]
tap_line $? "nine of them"
story "in Chinese" ca watch --no-follow --lang zh --type evacuation
says "演练 on every line" '^演练 14:.*转移.*计划620人'
story "until a time that is over" ca watch --until 2031-07-16T13:00
[ ! -s "$tap_out" ]
tap_line $? "nothing stands there"

# A follower that is there sees what comes, and ends after one.
ca watch --type field_report --since 2031-07-16T14:00 --count 2 >"$tap_dir/follow" 2>&1 &
follower=$!
story "EM reports while CA watches" em report "bridge under water" --place "km 8"
wait "$follower"
tap_line $? "the follower ends by itself after two"
cp "$tap_dir/follow" "$tap_out"
says "and has the new one" 'bridge under water'

story "the picture" ca now
says "people moved and to be moved" 'EV-01.*: moved 55 of 620, remaining 565'
says "the shelter and its load" 'S1 Liulin Middle School: 620 for 700 places'
story "no conflict" ca conflict list --fail-on conflict
fails 3 "no such conflict" ca conflict show C04:LV-01
story "the record verifies" ca verify
says "OK, no gap" '^EXERCISE OK .*0 gaps'

# ---- a stranger, and text that would act on a terminal ----------------------------------------------
story "somebody makes keys" "$muster" agency make "$tap_dir/XX" --agency XX
story "and points them here without being enrolled" "$muster" agency point "$tap_dir/XX" \
    --welcome "$tap_dir/EM/welcome"
"$muster" watch --no-follow --dir "$tap_dir/XX" --timeout 3 >"$tap_out" 2>&1
status=$?
[ "$status" = 4 ] || [ "$status" = 5 ]
tap_line $? "a stranger sees nothing (exit 4 or 5)"
silent "not one line" 'evacuation'
story "a hostile report" em report "$(printf '\033[2J\033]0;x\007all clear\r\nEXERCISE 15:00')" --place x
ca watch --no-follow --type field_report -n 1 >"$tap_out" 2>&1
! LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" "$tap_out"
tap_line $? "reaches no terminal as a control character"
[ "$(wc -l <"$tap_out")" = 1 ]
tap_line $? "and makes no line of its own"
ca now >"$tap_out" 2>&1
! LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" "$tap_out"
tap_line $? "nor in the picture"

# ---- the broker away ----------------------------------------------------------------------------------
before=$(ca watch --no-follow --plain | wc -l)
county_stop
story "without a broker a report is kept" em report "kept one" --place "road to Yanjiao" --timeout 1
says "and says so" 'kept on this machine, 1 waiting'
fails 5 "told to wait: exit 5" em report "kept two" --place x --wait --timeout 1
says "both are waiting" 'kept on this machine, 2 waiting'
says "the reason is said" 'did not answer within 1 s'
story "as JSON" em report "kept three" --place x --timeout 1 --json
says "it is one object" '"result":"kept".*"waiting":3'
fails 5 "what cites the record cannot be kept" em say acknowledgement of=EV-01@v1 rung=opened \
    --timeout 1
fails 5 "nothing can be watched" ca watch --no-follow --timeout 1
fails 5 "nor verified" ca verify --timeout 1
story "the broker comes back" county_start
story "and with the next report everything goes out" em report "the fourth" --place x --wait
story "CA reads on" ca watch --no-follow --plain
after=$(wc -l <"$tap_out")
[ "$after" = $((before + 4)) ]
tap_line $? "four entries more: nothing lost, nothing twice ($before, $after)"
for words in "kept one" "kept two" "kept three" "the fourth"; do
    [ "$(grep -c "$words" "$tap_out")" = 1 ]
    tap_line $? "\"$words\" once"
done
grep -o '"kept one"\|"kept two"\|"kept three"\|"the fourth"' "$tap_out" | tr -d '\n' >"$tap_dir/order"
[ "$(cat "$tap_dir/order")" = '"kept one""kept two""kept three""the fourth"' ]
tap_line $? "in the order they were said"
story "the record verifies" ca verify

# ---- files go to muster-replay --------------------------------------------------------------------------
county_stop
story "a directory is handed over to muster-replay" "$muster" verify "$county"
says "which says the same" 'OK'
tap_done
