#!/bin/sh
# What an admin does with those who have joined: look, grant, revoke, retire, report lost, endorse; and what
# becomes of what they say, from the next frame on.
set -u
B=${B:-build}
. tests/help/tap.sh
. tests/help/county.sh
. tests/help/join.sh
trap 'county_stop; rm -rf "$tap_dir"' EXIT

admin() { "$B/muster" --dir "$county/admin-1" agency "$@"; }
second() { "$B/muster" --dir "$county/admin-2" agency "$@"; }
road() { # agent's directory, object, area
    "$B/muster" say road "$2@v1" stretch=E14:8000-8000 state=closed cause=flooded window.start_at_ms=14:00 \
        window.until_changed=true area="$3" --dir "$1" --wait
}
injured() { # agent's directory, object
    "$B/muster" say casualty "$2@v1" area=cn/99/01/21/201 cause=landslide persons_injured=2 triage.red=2 \
        counted_at_ms=14:00 --dir "$1" --wait
}
refused() { # code command ...
    code=$1
    shift
    ! "$@" >"$tap_dir/said" 2>&1 && cat "$tap_dir/said" && grep -q "$code" "$tap_dir/said"
}

story "a county is founded" county_found
story "its broker serves" county_start
join_all HC --role health --name "Health Commission" >/dev/null || echo "# HC did not join"

# ---- looking ----
story "everybody can see who is in the roster" "$B/muster" --dir "$tap_dir/HC" agency list
says "with standing" '^EXERCISE HC  *muster  *stands'
says "and office" 'ADMIN .* admin'
story "for programs too" admin list --plain
says "one line each" "^HC	muster	good	[0-9a-f]*	2	"
story "one agency is one page" admin show HC
says "with its keys" 'sign [0-9a-f]\{64\}'
says "its certificate" 'certificate until 2032-07-15'
says "and every grant" 'may publish  cn/99/01/21  health  .*casualty'
story "as JSON" admin show HC --json
says "with the same" '"role":"health"'
fails 3 "an agency nobody knows is not found" admin show XX

# ---- grant and revoke ----
story "it may not close roads" refused MU-120 road "$tap_dir/HC" RD-1 cn/99/01/21/201
story "until it is granted" admin grant HC --kinds road --area cn/99/01/21/201
story "from then on it may" road "$tap_dir/HC" RD-1 cn/99/01/21/201
story "there and nowhere else" refused MU-120 road "$tap_dir/HC" RD-2 cn/99/01/21/202
story "a grant for a time" admin grant HC --kinds road --area cn/99/01/21/202 --until 2031-07-16T13:00
story "that is over gives nothing" refused MU-122 road "$tap_dir/HC" RD-2 cn/99/01/21/202
story "what was granted is revoked" admin revoke HC --kinds road
story "and over with the next frame" refused MU-120 road "$tap_dir/HC" RD-3 cn/99/01/21/201
story "what it has by its role stays" injured "$tap_dir/HC" CS-1
story "all it may say is revoked" admin revoke HC
story "and it says nothing" refused MU-120 injured "$tap_dir/HC" CS-2
story "the page says so" admin show HC
says "in plain words" 'MAY NOT publish'
story "a role is granted again" admin grant HC --role health
story "and counts again" injured "$tap_dir/HC" CS-3
fails 4 "nobody but an admin grants" "$B/muster" --dir "$tap_dir/HC" agency grant HC --kinds road
says "with the code" 'MU-121'
fails 2 "a grant of nothing is no grant" admin grant HC

fails 2 "a kind nobody has" admin grant HC --kinds nosuch
says "is named as typed" 'no kind "nosuch"'
fails 2 "a role nobody has" admin revoke HC --role nosuch
says "is answered with those there are" 'no role "nosuch" .*health water'
fails 3 "an agency nobody knows is granted nothing" admin grant HCX --role health
story "why may be said with it" admin grant HC --kinds gauge --reason "their own gauge"
story "and is read" "$B/muster" watch --no-follow --type grant -n 1 --dir "$tap_dir/HC"
says "by everybody" 'reason: their own gauge'

# ---- retire ----
for act in retire compromised; do
    fails 2 "$act without a reason is not said" admin $act TB --no-input
    says "and says what to give" 'give --reason'
    fails 2 "nor with an empty one" admin $act TB --reason ""
done
county_enrol TB traffic >/dev/null 2>&1
story "an agency says something" road "$tap_dir/TB" RD-9 cn/99/01/21/201
story "its key is retired in order" admin retire TB --reason "new machine"
story "the page says how it stands" admin show TB
says "retired" 'retired'
fails 4 "what it says from then on does not land" road "$tap_dir/TB" RD-10 cn/99/01/21/201
county_enrol PS traffic >/dev/null 2>&1
road "$tap_dir/PS" RD-20 cn/99/01/21/201 >/dev/null 2>&1
county_stop
"$B/muster" say road RD-21@v1 stretch=E14:8000-8000 state=closed cause=flooded window.start_at_ms=14:00 \
    window.until_changed=true area=cn/99/01/21/201 --dir "$tap_dir/PS" --timeout 1 >/dev/null 2>&1
county_start
story "with room for what waits in its spool" admin retire PS --backlog 1 --reason "new machine"
landed() { county_until 'RD-21' "$B/muster" watch -n 500 --no-follow --type road --dir "$county/admin-1" --plain; }
"$B/muster" say road RD-22@v1 stretch=E14:8000-8000 state=closed cause=flooded window.start_at_ms=14:00 \
    window.until_changed=true area=cn/99/01/21/201 --dir "$tap_dir/PS" --timeout 1 --wait >/dev/null 2>&1
story "an honest backlog lands" landed
silent "and nothing after it" 'RD-22'

# ---- a new key ----
rotate() { # command ...
    rm -f "$tap_dir/HC.words"
    mkfifo "$tap_dir/HC.words"
    : >"$tap_dir/HC.invite"
    "$B/muster" --dir "$county/admin-1" agency "$@" --expect-words "$tap_dir/HC.words" >"$tap_dir/HC.invite" 2>&1 &
    echo $! >"$tap_dir/HC.invite.pid"
    invite_code HC >"$tap_dir/HC.code"
}
old=$(admin list --plain | awk '$1 == "HC" { print $4 }')
rotate rotate HC
fails 1 "an invitation to rotate is not for a new machine" \
    "$B/muster" join "$join_at" --dir "$tap_dir/another" --code-file "$tap_dir/HC.code"
says "and says so" 'join .* --rotate'
kill -INT "$(cat "$tap_dir/HC.invite.pid")"
invite_ends HC >/dev/null
rotate rotate HC
"$B/muster" join "$join_at" --dir "$tap_dir/HC" --rotate --code-file "$tap_dir/HC.code" >"$tap_dir/HC.join" 2>&1 &
echo $! >"$tap_dir/HC.join.pid"
join_words HC >"$tap_dir/HC.words"
story "a machine gets a new key" join_ends HC
says "the old one is kept beside" "kept in $tap_dir/HC\\.[0-9a-f]*"
story "the admin retires the old one" invite_ends HC
says "after it has joined" 'HC has joined'
story "the list says so" admin list --plain
says "old" "^HC	muster	retired	$old"
says "and new" '^HC	muster	good	'
story "the machine speaks as before" injured "$tap_dir/HC" CS-4
says "accepted" 'accepted'
fails 4 "and no more with the old key" injured "$(ls -d "$tap_dir"/HC.????????/)" CS-5
says "which is retired" 'MU-302'

# ---- two seals ----
"$B/muster" agency make "$tap_dir/third" --agency ADMIN --program admin-3 >/dev/null 2>&1
third() { admin list --plain | grep '^ADMIN	admin-3	'; }
story "an admin proposes a third" admin add "$tap_dir/third/request" --roles admin
says "who is none until another agrees" 'another admin must'
number=$(sed -n 's/.*agency endorse \([0-9]*\).*/\1/p' "$tap_out")
fails 1 "so far there is none" third
story "the list says what waits" admin list
says "and how to agree" "agency endorse $number"
fails 4 "nobody endorses his own" admin endorse "$number"
story "the second admin agrees" second endorse "$number"
story "now there are three" third
fails 3 "and nothing waits any more" second endorse "$number"
story "one admin cannot end another" admin retire ADMIN --agent "$(third | cut -f4)" --reason left
says "his word waits too" 'another admin must'
number=$(sed -n 's/.*agency endorse \([0-9]*\).*/\1/p' "$tap_out" | head -1)
story "the other says no" second endorse "$number" --refuse --reason "he has not"
story "and the third stands" third
says "as before" '	good	'

# ---- compromised ----
join_all FD --role fire_rescue >/dev/null
invite FD --role fire_rescue
join_begins FD FD-other
join_words FD >"$tap_dir/FD.words"
story "a second machine of an agency joins" join_ends FD
invite_ends FD >/dev/null
first=$(admin list --plain | awk '$1 == "FD" { print $4; exit }')
story "the first one's key is reported lost" admin compromised FD --agent "$first" --reason stolen
story "what it says" refused MU-125 injured "$tap_dir/FD" CS-9
story "is kept apart and its agency sees it" "$B/muster" --dir "$tap_dir/FD-other" agency sponsor
says "event by event" 'CS-9'
silent_for_others() { "$B/muster" watch -n 500 --no-follow --type casualty --plain --dir "$tap_dir/HC"; }
story "nobody takes it for said" silent_for_others
silent "it is not there" 'CS-9'
fails 3 "what is not kept apart is not vouched for" "$B/muster" --dir "$tap_dir/FD-other" agency sponsor --number 1
says "and that is said" 'is not kept apart'
story "the doctor of the lost machine says what is the matter" "$B/muster" --dir "$tap_dir/FD" doctor
says "with its key" 'FAIL  key .*wrong hands'
silent "and blames nothing else" 'FAIL  record'
story "the other key says it again" "$B/muster" --dir "$tap_dir/FD-other" agency sponsor --all
says "as an entry of its own" 'vouched for'
story "and now everybody hears it" silent_for_others
says "in its words" 'CS-9'
story "once" "$B/muster" --dir "$tap_dir/FD-other" agency sponsor
says "nothing is left" '^EXERCISE 0 kept apart'
story "another agency has none of it" "$B/muster" --dir "$tap_dir/HC" agency sponsor
says "to say" '^EXERCISE 0 kept apart'
story "and the record is whole" "$B/muster-replay" verify "$county"

tap_done
