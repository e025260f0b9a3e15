#!/bin/sh
# From a village's landslide to ambulances on the road, with the real broker and the real program: proposed
# within moments, once; taken up with one command; not said again when the program starts again.
set -u
. tests/help/tap.sh
B=${B:-build}
. tests/help/county.sh
dispatch=''
coordinator=''
stop_one() {
    [ -n "$1" ] && kill "$1" 2>/dev/null && wait "$1" 2>/dev/null
}
stop_all() {
    stop_one "$dispatch"
    stop_one "$coordinator"
    county_stop
    rm -rf "$tap_dir"
}
trap stop_all EXIT
start_dispatch() {
    "$B/muster-dispatch" --dir "$tap_dir/desk" >"$tap_dir/$1" 2>&1 &
    dispatch=$!
}

story "found a county" county_found
story "its broker starts" county_start
story "emergency management" county_enrol EM emergency_management,reference_data
story "health" county_enrol HC health
story "its dispatch desk" county_enrol HC health muster-dispatch desk
story "water resources" county_enrol WR water
story "the command's program" county_enrol CMD coordinator muster-coordinator program

em() { "$B/muster" "$@" --dir "$tap_dir/EM"; }
hc() { "$B/muster" "$@" --dir "$tap_dir/HC"; }
wr() { "$B/muster" "$@" --dir "$tap_dir/WR"; }
proposals() { hc watch --no-follow --type dispatch_proposal --plain; }
how_many() { test "$(proposals 2>/dev/null | wc -l)" = "$1"; }

edge() { # id from to length
    em say reference_object "$1" kind=road_edge road_edge.from_node="$2" road_edge.to_node="$3" \
        road_edge.length_m="$4" 'road_edge.speeds[0].vehicle_class=ambulance' \
        'road_edge.speeds[0].km_per_hour=40' 'road_edge.points[0].at_m=4km' \
        "road_edge.points[0].area=${5:-cn/99/01/21/9}"
}
story "roads" edge E11 N-SW N-XW 6km
story "the levee road" edge E12 N-XW N-BD 5km
story "the main road" edge E14 N-CG N-BD 10km
story "the hill road, the village at km 4" edge E15 N-SW N-LL 14km cn/99/01/21/201/203
story "a hospital with ambulances" hc say reference_object H1 kind=hospital node=N-CG hospital.ambulances=3
story "its beds" hc say hospital H1@v1 'beds[0].kind=icu' 'beds[0].available=2' counted_at_ms=14:00
story "what excludes what" em say matrix M@v1 'lines[0].place_type=road' 'lines[0].effect=one_lane_open' \
    'lines[0].verdict=coordinate' 'lines[1].place_type=*' 'lines[1].verdict=compatible'
story "works keep one lane open" wr say operation_plan LV-01@v1 area=cn/99/01/21/201/202 \
    activity=sandbags state=active 'phases[0].activity=sandbags' 'phases[0].window=13:00-23:00' \
    'phases[0].edges=E12:one_lane_open'
"$B/muster-coordinator" --dir "$tap_dir/program" >"$tap_dir/coordinator.log" 2>&1 &
coordinator=$!
start_dispatch first.log

story "a message from the village" em say casualty CS-YJ@v1 area=cn/99/01/21/201/203 persons_injured=5 \
    triage.red=3 triage.yellow=2 channel=sms on_behalf_of=cn/99/01/21/201/203
story "dispatch proposes" county_until 'DP-CS-YJ' proposals
says "three from H1 by the only road there is" 'HC.*3 ambulances.*H1.*E14.*E12.*E11.*E15.*25 km, 38 min'
says "two beds for three" '2 red to H1.*1 red to ?'
says "and says so" 'no bed (intensive care) counted for 1 persons'
story "in Chinese" hc watch --no-follow --type dispatch_proposal --lang zh
says "派车建议" '派车建议.*救护车3辆.*25公里，38分钟'

fails 2 "which one?" hc dispatch accept
fails 3 "none of that name" hc dispatch accept DP-CS-99
says "and hears it" 'DP-CS-99'
fails 2 "no such journey" hc dispatch accept DP-CS-YJ --journey 7
story "one key" hc dispatch accept DP-CS-YJ HD-01
says "is accepted" 'accepted'
story "the operation" county_until 'HD-01' hc watch --no-follow --type operation_plan --agency HC --json
says "cites the works it passes" '"cites":\[{"leaf":"[^"]*","object":"LV-01","version":1}\]'
says "both ways" '"edge":"E14"},{"edge":"E12","reverse":true},{"edge":"E11","reverse":true}.*"edge":"E11"},{"edge":"E12"},{"edge":"E14","reverse":true}'
says "with passages" '"node":"N-BD","atMs"'
says "for the scene" '"forObjects":\["CS-YJ"\]'
says "three patients, the third where the journey ends" '"persons":2.*"hospital":"H1".*"persons":1.*"hospital":"H1"'
story "it is cleared" county_until 'CLEARANCE:HD-01.*cleared' hc watch --no-follow --type finding
story "and three for two beds is a conflict" county_until 'C10:H1.*raised' hc watch --no-follow --type conflict
fails 3 "twice is not possible" hc dispatch accept DP-CS-YJ
says "they are fetched" 'DP-CS-YJ'

# What was taken up is no news, nor is a start.
story "a bed figure that says the same" hc say hospital H1@v1 change=progress 'beds[0].kind=icu' \
    'beds[0].available=2' counted_at_ms=14:01
stop_one "$dispatch"
start_dispatch second.log
story "the desk starts again" county_until ready cat "$tap_dir/second.log"
story "and says nothing again" how_many 1
story "more are found" em say casualty CS-YJ@v2 area=cn/99/01/21/201/203 persons_injured=6 triage.red=4 triage.yellow=2
story "and that is news" county_until 'DP-CS-YJ.2' proposals
says "nobody is left to send" 'without an ambulance'
story "two proposals in all" how_many 2
fails 2 "with nobody to send there is nothing to accept" hc dispatch accept DP-CS-YJ
tap_done
