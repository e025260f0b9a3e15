#!/bin/sh
# The manual says what the programs say: every option of --help is in the page, and every option of the page in
# --help; in both languages.
set -u
. tests/help/tap.sh
B=${B:-build}
trap 'rm -rf "$tap_dir"' EXIT
LC_ALL=C.UTF-8
export LC_ALL

options() { grep -o -e '--[a-z][a-z-]*' | sort -u; }
same() { # what: the sets in $tap_dir/a and $tap_dir/b
    diff "$tap_dir/a" "$tap_dir/b" >"$tap_out" 2>&1 && [ -s "$tap_dir/a" ]
    tap_line $? "$1"
}

# ---- muster: each command's own section --------------------------------------------------------------
section() { # name file: from its heading to the next
    awk -v heading="## $1" '$0 == heading { on = 1; next } /^##? / { on = 0 } on' "$2"
}
defined() { grep -e '^\(\*-[a-z]\*, \)\{0,1\}\*--' | grep -o -e '\*--[a-z-]*\*' | tr -d '*' | sort -u; }
for lang in en zh; do
    sh docs/man/commands "$B/muster" "$lang" >"$tap_dir/page" 2>"$tap_out"
    tap_line $? "the commands print their part of the page ($lang)"
    "$B/muster" completion fish | grep -c '__fish_use_subcommand -a' >"$tap_dir/count"
    [ "$(grep -c '^## ' "$tap_dir/page")" -ge "$(cat "$tap_dir/count")" ]
    tap_line $? "one section each ($lang)"
    bad=
    grep '^## ' "$tap_dir/page" | sed 's/^## //' >"$tap_dir/names"
    while read -r name; do
        # shellcheck disable=SC2086
        "$B/muster" $name -h --lang "$lang" | grep -o -e '^ *\(-[a-z], \)\{0,1\}--[a-z-]*' |
            grep -o -e '--[a-z-]*' | sort -u >"$tap_dir/a"
        { section "$name" "$tap_dir/page"; sed -n '/^# /,$p' "$tap_dir/page"; } | defined >"$tap_dir/b"
        cmp -s "$tap_dir/a" "$tap_dir/b" || bad="$bad $name"
    done <"$tap_dir/names"
    [ -z "$bad" ]
    tap_line $? "every option in the help of its command and the other way round ($lang)$bad"
done
# The test would see one that is missing.
sed -i '/^\*--min-severity\*/d' "$tap_dir/page"
"$B/muster" watch -h --lang zh | options >"$tap_dir/a"
{ section watch "$tap_dir/page"; sed -n '/^# /,$p' "$tap_dir/page"; } | defined >"$tap_dir/b"
! cmp -s "$tap_dir/a" "$tap_dir/b"
tap_line $? "one option taken out is noticed"
for page in docs/man/muster.1.scd docs/man/muster.1.zh_CN.scd; do
    [ "$(grep -c '^@COMMANDS@$' "$page")" = 1 ]
    tap_line $? "$page has a place for them"
done

# ---- the others -----------------------------------------------------------------------------------------
for program in musterd:8 muster-replay:1 muster-player:8 muster-supply:8 muster-water:8 muster-dispatch:8 muster-coordinator:8 muster-desk:8; do
    name=${program%:*}
    "$B/$name" --help 2>&1 | options >"$tap_dir/a"
    options <"docs/man/$name.${program#*:}.scd" >"$tap_dir/b"
    same "$name: the same options in the page and in --help"
done
"$B/muster-replay" --help --lang zh | options >"$tap_dir/a"
options <docs/man/muster-replay.1.zh_CN.scd >"$tap_dir/b"
same "muster-replay: in Chinese too"
"$B/musterd" --help | grep -o '^#[a-z_]*:' | tr -d '#:' | sort -u >"$tap_dir/a"
# shellcheck disable=SC1003  # a backslash
tr -d '\\' <docs/man/musterd.conf.5.scd | grep -o '^\*[a-z_]*\*:' | tr -d '*:' | sort -u >"$tap_dir/b"
same "musterd.conf: the same keys"

# ---- they are pages ----------------------------------------------------------------------------------------
if command -v scdoc >/dev/null 2>&1; then
    story "the pages are made" make --no-print-directory B="$B" man
    [ -s "$B/man/muster.1" ] && [ -s "$B/man/zh_CN/muster.1" ] && [ -s "$B/man/zh_CN/muster-replay.1" ] && [ -s "$B/man/musterd.conf.5" ]
    tap_line $? "all of them"
else
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - the pages are made # SKIP no scdoc"
fi
tap_done
