#!/bin/sh
# Who knows of an order, as four departments on separate machines make it known: by their own word, by
# telephone, and not by silence. The coordinator tells the duty leader when the limit has passed.
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
story "health" county_enrol HC health
story "a township" county_enrol SH township_desk
story "the command's program" county_enrol CMD coordinator muster-coordinator program
"$B/muster-coordinator" --dir "$tap_dir/program" >"$tap_dir/coordinator.log" 2>&1 &
coordinator=$!

em() { "$B/muster" "$@" --dir "$tap_dir/EM"; }
wr() { "$B/muster" "$@" --dir "$tap_dir/WR"; }
hc() { "$B/muster" "$@" --dir "$tap_dir/HC"; }

story "who leads tonight" em say declaration DECL-01@v1 kind=command_established in_charge=CMD \
    'charges[0].role=duty_leader' 'charges[0].agency=CMD' 'charges[0].person_name=Zhao' \
    'charges[0].window=00:00-23:59'
story "how many asks are many" em say limit_table LIMITS@v1 'lines[0].name=load_asks_max' \
    'lines[0].value.value=1' 'lines[0].value.unit=times'
story "a release, to be acknowledged" wr say dam_operation DAM-01@v1 structure=LONGTAN \
    'steps[0].from_at_ms=23:50' 'steps[0].outflow_milli_m3s=260m3/s' 'to_be_told[0].agency=EM' \
    'to_be_told[1].agency=HC' 'to_be_told[2].agency=SH'
story "nobody knows yet" em who-knows DAM-01
says "and that is said first" 'DAM-01@v1, WR .*: 3 to be told, 0 know, 0 of them by telephone'
story "emergency management acknowledges" em say acknowledgement of=DAM-01@v1 \
    rung=acknowledged post=duty person=Wang
story "health only opens it" hc say acknowledgement of=DAM-01@v1 rung=opened
story "the township is told by telephone" em say acknowledgement of=DAM-01@v1 rung=acknowledged \
    for_agency=SH on_behalf_of=SH channel=telephone speaker=Chen 'read_back=260 from 23:50'
story "who knows" em who-knows DAM-01@v1
says "two of three, one of them second-hand" '3 to be told, 2 know, 1 of them by telephone'
says "by name" '^EXERCISE EM .*✔ .* Wang'
says "by telephone, by whom" '^EXERCISE SH .*☎ .* Chen by EM'
says "opening is not knowing" '^EXERCISE HC .*◉ [0-9:]* *\(due\|!\) '
story "as JSON" em who-knows DAM-01 --json
says "with what was read back" '"readBack":"260 from 23:50"'
story "as fields" em who-knows DAM-01 --plain
[ "$(grep -c must "$tap_out")" = 3 ]
tap_line $? "a line for each who must answer"
story "in Chinese" em who-knows DAM-01 --lang zh
says "应告知" '应告知3家，已知悉2家，其中电话1家'
story "the order is known to be incomplete" county_until 'ORDER:DAM-01 .*2 of 3 acknowledged; not: HC' \
    em watch --no-follow --type finding
story "and after three minutes the duty leader is told" \
    county_until 'DEADLINE:DAM-01.v1 .*not acknowledged by HC within 3 min; duty leader .*Zhao' \
    em watch --no-follow --type finding
story "health acknowledges, late" hc say acknowledgement of=DAM-01@v1 rung=acknowledged
story "and it is complete" county_until 'ORDER:DAM-01 .*all 3 acknowledged' \
    em watch --no-follow --type finding

story "a task for health" wr say task T-00@v1 act=create what=beds accountable=HC
story "one thing more for health" wr say task T-01@v1 act=create what=beds accountable=HC
says "and the asker hears what it has to answer already" 'HC has 1 open ask from 1 already'
story "who is asked for it" em who-knows T-01
says "and has not said yes" '1 to be told, 0 know'
fails 3 "nothing of that name" em who-knows DAM-99
fails 3 "nor of that version" em who-knows DAM-01@v7
fails 2 "nothing named" em who-knows
story "the record verifies" em verify
tap_done
