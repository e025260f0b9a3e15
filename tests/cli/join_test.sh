#!/bin/sh
# A machine joins: from the invitation to the first thing it says, and every way it can go wrong between.
set -u
B=${B:-build}
. tests/help/tap.sh
. tests/help/county.sh
. tests/help/join.sh
trap 'county_stop; rm -rf "$tap_dir"' EXIT

story "a county is founded" county_found
story "its broker serves" county_start

# ---- calling it wrongly ----
fails 2 "an invitation names whom" "$B/muster" --dir "$county/admin-1" agency invite --role health
fails 2 "and as what" "$B/muster" --dir "$county/admin-1" agency invite HC
fails 2 "a role nobody knows is said at once" "$B/muster" --dir "$county/admin-1" agency invite HC --role helth
says "with its name" 'helth'
fails 2 "so is a kind" "$B/muster" --dir "$county/admin-1" agency invite HC --role health --kinds gauge,raod
says "with the one that may be meant" 'no kind "raod"; did you mean "road"'
fails 2 "so is a code no machine could join as" "$B/muster" --dir "$county/admin-1" agency invite "H C" --role health
fails 2 "a time that is none is wrong usage" "$B/muster" --dir "$county/admin-1" agency invite HC --role health --valid 3
fails 2 "nobody becomes an admin by a code" "$B/muster" --dir "$county/admin-1" agency invite X --role admin
fails 2 "a machine joins somewhere" "$B/muster" join
fails 2 "without a code and without a person it says what to give" \
    "$B/muster" join "$join_at" --dir "$tap_dir/none" --no-input
says "by its name" '--code-file'
printf 'QH7K-3MZP-9XWD\n' >"$tap_dir/slip"
fails 2 "a slip in the code is found before anything is sent" \
    "$B/muster" join "$join_at" --dir "$tap_dir/none" --code-file "$tap_dir/slip"

fails 2 "an address that is none" "$B/muster" join "two words" --dir "$tap_dir/none" --code-file "$tap_dir/slip"
says "is said to be none" 'is no address'
printf 'QH7K-3MZP-9XWW\n' >"$tap_dir/fine"
fails 5 "a host nobody knows" "$B/muster" join nosuch.invalid --dir "$tap_dir/nobody" --code-file "$tap_dir/fine" --timeout 1
says "is looked for at the address and in the firewall" 'nothing answers at tcp://nosuch.invalid:7401.*firewall.*muster join nosuch.invalid'
silent "nothing is promised that nobody said" 'kept on this machine'

# ---- it joins ----
story "a machine joins as health" join_all HC --role health --name "Health Commission"
says "the admin sees that it came" 'A machine has come for HC'
says "and that it has joined" 'HC has joined'
cat "$tap_dir/HC.join" >"$tap_out"
says "it says what it is enrolled as" 'HC is enrolled, entry [0-9]*; certificate until 2032-07-15'
says "that a message went there and back" 'there and back'
says "and what to do next" 'next: muster watch'
mode_is() { [ "$(stat -c %a "$2")" = "$1" ]; }
story "its keys are its own" mode_is 600 "$tap_dir/HC/agent.key"
story "it says what its role may say" "$B/muster" say casualty C-1@v1 area=cn/99/01/21/201 \
    cause=landslide persons_injured=2 triage.red=2 counted_at_ms=14:00 --dir "$tap_dir/HC" --wait
story "and watches it arrive" "$B/muster" watch -n 50 --type casualty --count 1 --wait 10 --dir "$tap_dir/HC"
says "as everybody sees it" 'HC  *casualty'

fails 5 "a used code opens nothing" \
    "$B/muster" join "$join_at" --dir "$tap_dir/late" --code-file "$tap_dir/HC.code"
says "with code and remedy" 'MU-320'

# ---- who may say what ----
refused_120() { ! "$B/muster" say "$@" >"$tap_dir/said" 2>&1 && cat "$tap_dir/said" && grep -q MU-120 "$tap_dir/said"; }
story "what its role may not say is refused" \
    refused_120 evacuation EV-1@v1 area=cn/99/01/21 population_kind=centralised persons_planned=6 --dir "$tap_dir/HC" --wait
story "a desk joins for one township" join_all T201 --role township_desk --area cn/99/01/21/201 --desk
story "it speaks of its township" "$B/muster" say road RD-1@v1 stretch=E14:8000-8000 state=closed \
    area=cn/99/01/21/201 cause=flooded window.start_at_ms=14:00 window.until_changed=true --dir "$tap_dir/T201" --wait
story "a place the county has no name for is taken as said of its own township" "$B/muster" report "Bridge out" \
    --place "the old mill" --dir "$tap_dir/T201" --wait
story "and is there for everybody" "$B/muster" watch --no-follow --type field_report --area cn/99/01/21/201 \
    --json --dir "$tap_dir/HC"
says "in the desk's own words" 'the old mill'
story "and of no other" refused_120 road RD-2@v1 stretch=E15:8000-8000 state=closed \
    area=cn/99/01/21/202 cause=flooded window.start_at_ms=14:00 window.until_changed=true --dir "$tap_dir/T201" --wait

closed() { # agency
    "$B/muster" say road "RD-$1@v1" stretch=E14:8000-8000 state=closed area=cn/99/01/21/201 cause=flooded \
        window.start_at_ms=14:00 window.until_changed=true --dir "$tap_dir/$1" --wait
}
story "one joins for tomorrow" join_all NY --role traffic --from 2031-07-17T00:00
refused_122() { ! closed "$1" >"$tap_dir/said" 2>&1 && cat "$tap_dir/said" && grep -q MU-122 "$tap_dir/said"; }
story "and may say nothing yet" refused_122 NY
story "one joins for yesterday" join_all OV --role traffic --until 2031-07-16T13:00
story "and may say nothing any more" refused_122 OV

# ---- the words differ ----
invite CA --role relief_supply
join_begins CA
join_words CA >/dev/null
echo "these are others here" >"$tap_dir/CA.words"
fails 4 "other words: the machine is sent away" join_ends CA
says "with the code" 'MU-325'
fails 4 "and the admin told to stop" invite_ends CA
says "the same" 'MU-325'
in_roster() { "$B/muster" watch -n 100 --no-follow --type enrolment --plain --dir "$county/admin-1" 2>/dev/null | wc -l; }
[ "$(in_roster)" = 4 ]
tap_line $? "nothing was enrolled"
story "the same keys may try again" join_all CA --role relief_supply
cat "$tap_dir/CA.join" >"$tap_out"
says "and are the same" 'keys of the try before'

# ---- killed at either end ----
invite WR --role water
join_begins WR
join_words WR >/dev/null
kill -9 "$(cat "$tap_dir/WR.join.pid")"
wait "$(cat "$tap_dir/WR.join.pid")" 2>/dev/null
join_begins WR
join_words WR >"$tap_dir/WR.words"
story "killed while it waited, the machine comes again with the same code" join_ends WR
says "and the same keys" 'keys of the try before'
story "the admin's side went on" invite_ends WR
says "and was told that the words before do not count" 'does not count'

invite FD --role fire_rescue
join_begins FD
join_words FD >/dev/null
kill -9 "$(cat "$tap_dir/FD.invite.pid")"
wait "$(cat "$tap_dir/FD.invite.pid")" 2>/dev/null
story "killed while it stood, the admin invites again" join_all FD --role fire_rescue
cat "$tap_dir/FD.join" >"$tap_out"
says "and the machine goes on with its keys" 'keys of the try before'

invite TB --role traffic
invite_code TB >/dev/null
kill -INT "$(cat "$tap_dir/TB.invite.pid")"
fails 1 "Ctrl-C closes the door" invite_ends TB
says "and says that nothing was enrolled" 'nothing was enrolled'

# An answer that never arrived: enrolled, and not told.
"$B/muster" agency make "$tap_dir/TB" --agency TB >/dev/null 2>&1
"$B/muster" agency add "$tap_dir/TB/request" --roles traffic --dir "$county/admin-1" >/dev/null 2>&1
before=$(in_roster)
story "who was enrolled and not told joins without a second enrolment" join_all TB --role traffic
[ "$(in_roster)" = "$before" ]
tap_line $? "the record holds one"
story "who has joined may ask again at any time" "$B/muster" join "$join_at" --dir "$tap_dir/TB" --no-input
says "and only the link is tried" 'joined already'

# ---- Ctrl-C before the code ----
mkfifo "$tap_dir/mouth"
exec 9<>"$tap_dir/mouth" # somebody who types nothing
stopped() { # DIR words: interrupted until it says so, for it may not listen yet
    dir=$1
    shift
    "$B/muster" join "$join_at" --dir "$dir" "$@" <"$tap_dir/mouth" >"$tap_dir/stopped" 2>&1 &
    for _ in $(seq 300); do
        grep -q 'Stopped' "$tap_dir/stopped" && break
        kill -INT $! 2>/dev/null
        sleep 0.02
    done
    wait $!
    status=$?
    cat "$tap_dir/stopped"
    return "$status"
}
fails 1 "stopped before the code" stopped "$tap_dir/early"
says "it has made nothing" 'Nothing was made.*muster join [^ ]*$'
silent "and speaks of no keys" 'keys stay'
[ ! -e "$tap_dir/early" ]
tap_line $? "there are none"
fails 1 "stopped before the code of a new key" stopped "$tap_dir/HC" --rotate
says "it says how to begin again" 'Nothing was made.*muster join .* --rotate$'
exec 9<&-

# ---- wrong codes ----
invite ME --role meteorology
invite_code ME >/dev/null
for left in 4 3 2 1; do
    fails 4 "a wrong code is refused" "$B/muster" join "$join_at" --dir "$tap_dir/ME" --code-file "$tap_dir/HC.code"
    says "with its code" 'MU-321'
    until_file "$tap_dir/ME.invite" "$left more"
    tap_line $? "and the admin told: $left more"
done
fails 4 "a fifth time" "$B/muster" join "$join_at" --dir "$tap_dir/ME" --code-file "$tap_dir/HC.code"
fails 4 "five close the invitation" invite_ends ME
says "with the reason" 'MU-324'
invite_code ME >"$tap_dir/ME.code"
fails 5 "the right code comes too late" \
    "$B/muster" join "$join_at" --dir "$tap_dir/ME" --code-file "$tap_dir/ME.code"

tap_done
