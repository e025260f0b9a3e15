#!/bin/sh
# A county restored from its backup, as its operators and programs meet it: the commands, what they say, and a
# program that answers the record and must not answer twice.
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
. tests/help/county.sh
supply=
trap '[ -n "$supply" ] && kill "$supply" 2>/dev/null; county_stop; rm -rf "$tap_dir"' EXIT

report() { "$muster" report "$1" --place x --dir "$tap_dir/EM" --wait --json; }
watch() { "$muster" watch --no-follow --json --dir "$tap_dir/EM" "$@"; }
stands() { # how often words stand in the record
    [ "$(watch --type field_report | grep -c "\"words\":\"$1\"")" = "$2" ]
}
starts() { [ "$(grep -c '^ready' "$tap_dir/supply.out")" = "$1" ]; }
ready() {
    for _ in $(seq 300); do
        starts "$1" && return 0
        sleep 0.1
    done
    return 1
}
back_up() { "$B/musterd" backup --dir "$county" --to "$tap_dir/backup" --keys "$tap_dir/keys"; }
burn() {
    kill -9 "$county_broker"
    wait "$county_broker" 2>/dev/null
    rm -rf "$county/log" "$county/log.key" "$county/broker.curve"
}

story "a county" county_found
story "its broker" county_start
story "emergency management" county_enrol EM emergency_management
story "a supply office" county_enrol CA relief_supply muster-supply
story "a report" report "before the backup"
story "a backup of the serving record" back_up
says "says how far it reaches" "entries backed up to"
says "and where the keys are" "Lock it away"
story "which restores whole" "$B/musterd" restore --from "$tap_dir/backup" --check
says "and leaves nothing" "the trial was removed"
fails 1 "into a record that is there it restores nothing" \
    "$B/musterd" restore --from "$tap_dir/backup" --dir "$county"
story "a report after it" report "after the backup"
"$B/muster-supply" --dir "$tap_dir/CA" >"$tap_dir/supply.out" 2>"$tap_dir/supply.err" &
supply=$!
story "supply has read it all" ready 1
burn
story "the record is gone, and is restored" \
    "$B/musterd" restore --from "$tap_dir/backup" --keys "$tap_dir/keys" --dir "$county"
says "which says what will happen" "begins a new epoch"
story "the broker starts" county_start
story "and tells its operator" grep -q "epoch 2 begins with entry" "$tap_dir/broker.log"
story "supply begins anew by itself" ready 2
story "it is the same process" kill -0 "$supply"
story "one more report brings back what was lost" report "and on"
story "nothing was lost" stands "before the backup" 1
story "nor what was said after" stands "after the backup" 1
story "nothing stands twice" stands "and on" 1
story "the record verifies" "$B/muster-replay" verify "$county"
says "with its epoch" "epoch 2 from entry"
story "its export verifies" sh -c "'$B/muster-replay' export '$county' '$tap_dir/export' && '$B/muster-replay' verify '$tap_dir/export'"
says "with its epoch as well" "epoch 2 from entry"
story "and is a backup" "$B/musterd" restore --from "$tap_dir/export" --check
fails 6 "one byte changed it is not" sh -c \
    "printf x | dd of='$tap_dir/export' bs=1 seek=2000 conv=notrunc 2>/dev/null; '$B/musterd' restore --from '$tap_dir/export' --check"
fails 3 "no file is no backup" "$B/musterd" restore --from "$tap_dir/none" --check
fails 2 "a restore must know where to" "$B/musterd" restore --from "$tap_dir/backup"
tap_done
