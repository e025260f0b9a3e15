#!/bin/sh
# The timers' command: what it writes, what it keeps, what it will not take for a backup.
set -u
. tests/help/tap.sh
B=${B:-build}
MUSTER_DIR="$tap_dir/county"
MUSTER_BACKUPS="$tap_dir/backups"
MUSTERD="$B/musterd"
export MUSTER_DIR MUSTER_BACKUPS MUSTERD
served=
stop_all() {
    [ -n "$served" ] && kill -9 "$served" 2>/dev/null
    rm -rf "$tap_dir"
}
trap stop_all EXIT
mkdir "$MUSTER_BACKUPS"

serve() {
    "$MUSTERD" init --dir "$MUSTER_DIR" --county Test --area zz/1 --endpoint "ipc://$tap_dir/door" || return 1
    "$MUSTERD" --dir "$MUSTER_DIR" 2>"$tap_dir/served" &
    served=$!
    until grep -q ready "$tap_dir/served"; do
        kill -0 "$served" 2>/dev/null || return 1
        sleep 0.05
    done
}
there() { find "$MUSTER_BACKUPS" -name '*.muster' | wc -l; }
old() { cp "$(find "$MUSTER_BACKUPS" -name '*.muster' | head -1)" "$MUSTER_BACKUPS/$1" && touch -d '20 days ago' "$MUSTER_BACKUPS/$1"; }
spoil() { printf X | dd of="$1" bs=1 seek=200 conv=notrunc; }

fails 2 "it says how it is called" sh deploy/backup
fails 3 "nothing can be proved where there is no backup" sh deploy/backup check
story "a county is served" serve
story "it is backed up while it serves" sh deploy/backup now
story "there is one file" [ "$(there)" -eq 1 ]
story "it is proved to be a backup" sh deploy/backup check
# shellcheck disable=SC2016  # eval expands it
story "old ones lie beside it" eval 'for n in 1 2 3 4 5; do old "2020010${n}T000000Z.muster" || exit 1; done'
# Names are to the second; this one was an hour ago.
mv "$(find "$MUSTER_BACKUPS" -newer "$tap_dir/served" -name '*.muster' -not -name '2020*')" "$MUSTER_BACKUPS/20250101T000000Z.muster"
story "the next one removes the old" sh deploy/backup now
story "but never one of the last three" [ "$(there)" -eq 3 ]
story "somebody changes a byte" spoil "$(find "$MUSTER_BACKUPS" -name '*.muster' | sort | tail -1)"
fails 6 "that is no backup any more" sh deploy/backup check
tap_done
