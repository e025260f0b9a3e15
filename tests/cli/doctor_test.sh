#!/bin/sh
# muster doctor names what is wrong and what mends it; the shell completes what there is; help is one and the same.
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
. tests/help/county.sh
trap 'county_stop; rm -rf "$tap_dir"' EXIT

# ---- a machine without an agent ---------------------------------------------------------------------
fails 7 "without an agent the doctor finds a fault" "$muster" doctor --fail-on fail
says "and what mends it" 'FAIL  directory .*no agent lives on this machine'
says "join" 'muster join HOST'
says "what needs the broker is not known" '^-  *clock  *not known'
silent "which is not fine" '^OK  *clock'
story "it fails only when asked to" "$muster" doctor
fails 2 "as bad as what?" "$muster" doctor --fail-on moon

# ---- a healthy one --------------------------------------------------------------------------------------
story "found a county" county_found
story "its broker starts" county_start
story "a department" county_enrol EM emergency_management
em() { "$muster" "$@" --dir "$tap_dir/EM"; }
story "the doctor finds nothing" em doctor --fail-on warn
for check in locale directory disk spool broker clock key cert record; do
    says "$check" "^OK  *$check "
done
says "an exercise without a backup is not warned of, and not said to be fine" '^-  *backup  *none: [0-9]* entr'
story "as JSON" em doctor --json
[ "$(grep -c '^{"check":"[a-z]*","status":"\(ok\|unknown\)"' "$tap_out")" = 10 ]
tap_line $? "one object a check"
story "in Chinese" em doctor --lang zh
says "the same" '^正常  *服务端  *[0-9]*毫秒内连上'
story "in fields" em doctor --plain
[ "$(awk -F'\t' '{print NF}' "$tap_out" | sort -u)" = 4 ]
tap_line $? "four of them"

# ---- what may be wrong -----------------------------------------------------------------------------------
fails 7 "another locale" env LC_ALL=C "$muster" doctor --dir "$tap_dir/EM" --fail-on warn
says "is a warning with its command" 'WARN  locale'
says "that" 'export LC_ALL=C.UTF-8'
story "somebody makes keys" "$muster" agency make "$tap_dir/XX" --agency XX
story "and points them here" "$muster" agency point "$tap_dir/XX" --welcome "$tap_dir/EM/welcome"
fails 7 "a stranger" "$muster" doctor --dir "$tap_dir/XX" --fail-on fail --timeout 2
says "is told that it is one, or not heard" 'FAIL  broker '
chmod 755 "$tap_dir/EM"
fails 7 "an open directory" em doctor --fail-on warn
says "with the command that closes it" "chmod 700 $tap_dir/EM"
chmod 700 "$tap_dir/EM"
county_stop
story "a report is kept" em report "kept" --place x --timeout 1
fails 7 "the broker away is a fault" em doctor --fail-on fail --timeout 1
says "said so" 'FAIL  broker  *not reached'
says "with where to look" 'agent.conf'
says "what waits is a warning" 'WARN  spool  *1 report waits'
says "the key is not known" '^-  *key '

# ---- what would be lost with the broker's disk ---------------------------------------------------------
real="$tap_dir/real"
real_broker=
serve_real() {
    "$B/musterd" --dir "$real" --endpoint "ipc://$tap_dir/real-broker" 2>"$tap_dir/real.log" &
    real_broker=$!
    until grep -q ready "$tap_dir/real.log"; do
        kill -0 "$real_broker" 2>/dev/null || return 1
        sleep 0.05
    done
}
trap 'kill "$real_broker" 2>/dev/null; county_stop; rm -rf "$tap_dir"' EXIT
admin() { "$muster" "$@" --dir "$real/admin-1"; }
story "a county that is no exercise" "$B/musterd" init --dir "$real" --county Qinghe --area cn/99/01/21 \
    --offset +08:00 --endpoint "ipc://$tap_dir/real-broker"
story "is served" serve_real
fails 7 "without a backup" admin doctor --fail-on warn
says "that is a warning" '^WARN  backup  *none: [0-9]* entr[a-z]* [a-z]* on the broker'
says "with what mends it" 'systemctl enable --now muster-backup.timer'
story "in Chinese" admin doctor --lang zh
says "as well" '^注意  *备份  *尚无备份：全部[0-9]*条'
story "it is backed up" "$B/musterd" backup --dir "$real" --to "$tap_dir/first.muster"
story "the doctor looks until its broker knows" county_until '^OK  *backup' admin doctor
says "every entry is in it" '^OK  *backup  *the broker.s newest holds every entry'
says "an admin of the genesis has a key that counts" '^OK  *key '
silent "and nothing warns of it" 'WARN  backup'
story "an entry more" "$muster" agency make "$tap_dir/late" --agency EM
story "is recorded" "$muster" agency add "$tap_dir/late/request" --roles emergency_management --dir "$real/admin-1"
story "and again" admin doctor
says "it is named, and as young as it is" '^OK  *backup  *the broker.s newest ends at entry [0-9]*; [0-9]* .* since, the oldest recorded 0 min ago'

# ---- completion ----------------------------------------------------------------------------------------------
complete_in_bash() { # words...
    # shellcheck disable=SC2016
    bash -c 'eval "$('"$muster"' completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _muster; printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}
if command -v bash >/dev/null 2>&1; then
    story "bash completes commands" complete_in_bash muster conf
    [ "$(cat "$tap_out")" = conflict ]
    tap_line $? "conflict"
    story "their second words" complete_in_bash muster task re
    [ "$(sort "$tap_out" | tr '\n' ' ')" = "refer reopen " ]
    tap_line $? "refer and reopen"
    story "and their options" complete_in_bash muster watch --min
    [ "$(cat "$tap_out")" = --min-severity ]
    tap_line $? "--min-severity"
    story "options of a command of two words" complete_in_bash muster task refer --bec
    [ "$(cat "$tap_out")" = --because ]
    tap_line $? "--because"
    story "the common ones" complete_in_bash muster now --no-c
    [ "$(cat "$tap_out")" = --no-color ]
    tap_line $? "--no-color"
fi
story "for zsh" "$muster" completion zsh
says "it is a completion" '^#compdef muster'
story "for fish" "$muster" completion fish
says "with words for each" "complete -c muster -n '__fish_seen_subcommand_from refer' -l because -r -d"
fails 2 "for no other" "$muster" completion csh

# ---- a key that has ended ---------------------------------------------------------------------------------------
[ -n "$county_broker" ] || county_start
story "a machine that will be lost" county_enrol TS township_desk
story "one that will be replaced" county_enrol TE township_desk
story "its key is retired" "$muster" --dir "$county/admin-1" agency retire TE --reason "new machine"
story "and the other's is lost" "$muster" --dir "$county/admin-1" agency compromised TS --reason stolen
for ended in "TE retired" "TS wrong.hands"; do
    fails 7 "$ended" "$muster" doctor --dir "$tap_dir/${ended% *}" --fail-on fail
    says "is told the cause" "FAIL  key  *.*${ended#* }"
    [ "$(grep -c '^FAIL' "$tap_out")" = 1 ]
    tap_line $? "and nothing else fails"
    silent "no auditor is called for it" 'auditor'
    silent "no backup is missed by one who is told of none" 'all 0 entries'
    says "its own directory is in the way of the new key" "move .*${ended% *} aside; .*muster join HOST"
done

# ---- help ------------------------------------------------------------------------------------------------------
"$muster" --help | sed -n '/^Commands/,/^$/s/^  \([a-z-]*\( [a-z-]*\)\{0,1\}\)  .*/\1/p' | sed 's/ *$//' >"$tap_dir/commands"
[ "$(wc -l <"$tap_dir/commands")" -gt 20 ]
tap_line $? "the menu has them all"
bad=
while read -r name; do
    # shellcheck disable=SC2086
    "$muster" $name -h >"$tap_dir/a" 2>&1 && "$muster" help $name >"$tap_dir/b" 2>&1 &&
        cmp -s "$tap_dir/a" "$tap_dir/b" || bad="$bad $name"
done <"$tap_dir/commands"
[ -z "$bad" ]
tap_line $? "muster help COMMAND is muster COMMAND -h$bad"
tap_done
