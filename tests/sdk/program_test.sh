#!/bin/sh
# A directory is one program's voice: another program over it, the same one twice, or a key that may say nothing of what
# the program is for is refused, with the way out. Each beside the same start that is right.
set -u
. tests/help/tap.sh
. tests/help/county.sh
B=${B:-build}
child=
stop_all() {
    [ -n "$child" ] && kill -9 "$child" 2>/dev/null
    county_stop
    rm -rf "$tap_dir"
}
trap stop_all EXIT

run() { # program, directory: until it is ready, or has ended
    "$B/$1" --dir "$tap_dir/$2" >"$tap_dir/told" 2>"$tap_dir/complained" &
    child=$!
    until grep -q ready "$tap_dir/told"; do
        kill -0 "$child" 2>/dev/null || return 1
        sleep 0.05
    done
}
leave() {
    kill "$child" && wait "$child"
    child=
}

story "a county" county_found
story "is served" county_start
story "civil affairs, with its program" county_enrol CA relief_supply muster-supply ca
story "health, with its own" county_enrol HC health muster-dispatch hc
story "water" county_enrol WR water muster-water wr
story "the command" county_enrol CMD coordinator muster-coordinator cmd
story "a desk" county_enrol EM emergency_management muster-desk em
story "a machine where people type" county_enrol FR fire_rescue muster fr

# ---- the program the directory was made for --------------------------------------------------------
for pair in supply:ca dispatch:hc water:wr coordinator:cmd desk:em; do
    program=muster-${pair%:*} dir=${pair#*:}
    story "$program runs over its own" run "$program" "$dir"
    story "and ends when asked" leave
done

# ---- another's --------------------------------------------------------------------------------------------
for pair in supply:hc supply:fr dispatch:ca water:ca coordinator:ca desk:ca; do
    program=muster-${pair%:*} dir=${pair#*:}
    fails 4 "$program over another's" "$B/$program" --dir "$tap_dir/$dir"
    says "names both" "^$program: $tap_dir/$dir was made for muster.*, and would speak as "
    says "with code and remedy" 'MU-417 OTHER_PROGRAM.*another program.*agency make'
    silent "it was never ready" '^ready'
done
fails 4 "in Chinese" env LC_ALL=zh_CN.UTF-8 "$B/muster-supply" --dir "$tap_dir/hc"
says "as well" '是为 muster-dispatch 建立的，将以HC的名义发言'

# ---- twice ------------------------------------------------------------------------------------------------
story "one runs" run muster-supply ca
fails 1 "the same once more" "$B/muster-supply" --dir "$tap_dir/ca"
says "is refused" 'MU-415 IN_USE'
silent "and is not ready" '^ready'
fails 1 "and another" "$B/muster-desk" --dir "$tap_dir/ca"
says "is refused as well" 'MU-415 IN_USE'
story "the first still runs" kill -0 "$child"
story "people may read meanwhile" "$B/muster" now --dir "$tap_dir/ca"
story "it ends" leave
story "then there is room" run muster-supply ca
story "for one" leave

# ---- a key that may not ---------------------------------------------------------------------------------
story "publicity is given supply's program" county_enrol PU publicity muster-supply pu
fails 4 "it may not say what that says" "$B/muster-supply" --dir "$tap_dir/pu"
says "is told so" "^muster-supply: the key in $tap_dir/pu, of agency PU, may say supply_sheet nowhere"
says "with code and remedy" 'MU-120 NOT_GRANTED.*ask an admin for a grant'
silent "it was never ready" '^ready'
story "an admin grants it" "$B/muster" agency grant PU --kinds supply_sheet --dir "$county/admin-1"
story "now it runs" run muster-supply pu
story "and ends" leave
story "the admin takes it back" "$B/muster" agency revoke PU --kinds supply_sheet --dir "$county/admin-1"
fails 4 "and it does not run again" "$B/muster-supply" --dir "$tap_dir/pu"
tap_done
