#!/bin/sh
# A wrong line is explained, exits 2 and runs nothing; every help page begins with examples, in both
# languages; nothing hangs without a broker.
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
HOME="$tap_dir"
XDG_RUNTIME_DIR="$tap_dir"
export HOME XDG_RUNTIME_DIR
unset MUSTER_DIR NO_COLOR LC_MESSAGES LANG
LC_ALL=C.UTF-8
export LC_ALL

story "without words: a short menu" "$muster"
says "it begins with examples" '^Examples$'
says "it lists the commands" '^  conflict decide '
story "--version" "$muster" --version
says "names program and version" '^muster [0-9]'

for page in demo watch now report say "conflict list" "conflict show" "conflict decide" \
    "agency make" "agency add" "agency point" import verify help; do
    # shellcheck disable=SC2086
    story "help of $page" "$muster" $page --help
    head -1 "$tap_out" | grep -q '^Examples$'
    tap_line $? "$page: examples first"
    # shellcheck disable=SC2086
    "$muster" help $page >"$tap_dir/other" 2>&1
    cmp -s "$tap_out" "$tap_dir/other"
    tap_line $? "$page: help COMMAND and COMMAND --help are one page"
    # shellcheck disable=SC2086
    story "help of $page in Chinese" "$muster" --lang zh $page --help
    says "$page: 示例" '^示例$'
    silent "$page: no English heading" '^Examples$\|^Options'
done

LC_ALL=zh_CN.UTF-8 "$muster" >"$tap_out" 2>&1
says "the locale chooses the language" '^示例$'

wrong() { # what is wrong, pattern of the remedy, words
    what=$1
    pattern=$2
    shift 2
    fails 2 "$what: exit 2" "$muster" "$@"
    says "$what: says what to do" "$pattern"
    silent "$what: in words, not in codes of the system" 'Segmentation\|errno'
}
wrong "a typo in the command" 'did you mean "watch"? (not run)' wach
wrong "a typo in an option" 'did you mean --since? (not run)' watch --sinse 10m
wrong "an option without its value" 'see muster now --help' now --dir
wrong "a count that is none" '.--count does not take "x"' watch --count x
wrong "half a command" 'see muster conflict --help' conflict
wrong "a command nobody knows" 'see muster --help' frobnicate
wrong "a report without a place" 'report "WORDS" --place PLACE' report "Bridge out"
wrong "a decision without a reason" '.--reason "WORDS"' conflict decide C04:LV-01 --option 1
wrong "a decision of nothing" '.--verdict' conflict decide C04:LV-01 --reason x
wrong "say nothing" 'KIND' say
wrong "a word too many" 'one word too many' now please
wrong "a filter that is none" 'nothing can be filtered' watch --area 'CN 99'
story "the language counts wherever it stands" "$muster" now --help --lang zh
says "示例" '^示例$'
story "also behind --lang=" "$muster" --help --lang=zh
says "示例" '^示例$'
fails 2 "what an option does not take" "$muster" now --fail-on rain
says "is answered with what it takes" '--fail-on does not take "rain"; it takes conflict,overdue'
fails 2 "named as it was typed" "$muster" agency retire HC --reason old --backlog many
says "not by its value" '--backlog does not take "many"; it takes N'
fails 3 "a file for muster-replay" "$muster" verify "$tap_dir/nowhere" --lang zh
says "is asked in the same language" '此处没有记录'
wrong "a language nobody speaks here" '.--lang does not take "fr"' --lang fr now

fails 3 "no agent anywhere: exit 3" "$muster" now
says "and how to make one" 'muster agency make'
fails 3 "an agency without a demo: exit 3" "$muster" now --as EM
fails 3 "no agent in this directory" "$muster" now --dir "$tap_dir/none"

story "make an agent" "$muster" agency make "$tap_dir/hc" --agency HC
says "says where the request is" "$tap_dir/hc/request"
fails 1 "not twice" "$muster" agency make "$tap_dir/hc" --agency HC
grep -q 'HC' "$tap_dir/hc/request" && ! grep -qi 'secret\|private' "$tap_dir/hc/request"
tap_line $? "the request names the agency and holds no secret"
[ "$(stat -c %a "$tap_dir/hc")" = 700 ]
tap_line $? "the directory is its owner's alone"

printf 'not a welcome\n' >"$tap_dir/bad"
fails 1 "a file that is no welcome" "$muster" agency point "$tap_dir/hc" --welcome "$tap_dir/bad"
fails 3 "a welcome that is not there" "$muster" agency point "$tap_dir/hc" --welcome "$tap_dir/no"
tap_done
