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
says "a backup is not known here, and not said to be fine" '^-  *backup '
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
