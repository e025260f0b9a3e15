#!/bin/sh
# musterd as people call it: what it says, what it leaves, and with which status it ends.
set -u
. tests/help/tap.sh
export LC_ALL=C.UTF-8
musterd="${B:-build}/musterd"
dir="$tap_dir/county"

init() {
    "$musterd" init --dir "$dir" --county 庆禾县 --area cn/99/01/21 --exercise \
        --start 2031-07-16T14:00 --rate step --offset +08:00
}

# Waits for the ready line on a pipe, then lets the words after it run while musterd serves.
serving() { # directory command arguments
    where=$1
    shift
    mkfifo "$tap_dir/said"
    "$musterd" --dir "$where" --endpoint 'tcp://127.0.0.1:*' 2>"$tap_dir/said" &
    pid=$!
    exec 7<"$tap_dir/said"
    ready=
    while read -r line <&7; do
        echo "$line"
        case $line in *": ready at "*) ready=1 && break ;; esac
    done
    status=1
    if [ -n "$ready" ]; then
        "$@"
        status=$?
        kill -TERM "$pid"
    fi
    wait "$pid" || status=1
    exec 7<&-
    rm -f "$tap_dir/said"
    return "$status"
}

configured() { # lines of musterd.conf
    printf '%s\n' "$1" >"$dir/musterd.conf"
    "$musterd" --dir "$dir" --endpoint 'tcp://127.0.0.1:*'
}

mode_is() { # mode path
    [ "$(stat -c %a "$2")" = "$1" ]
}

# ---- calling it wrongly ----
fails 2 "without a directory it says how it is called" "$musterd"
says "with examples first" '^Examples'
fails 2 "an option it does not know is wrong usage" "$musterd" --dri "$dir"
says "in one sentence" '^musterd: no option --dri$'
fails 2 "init without a county is wrong usage" "$musterd" init --dir "$dir" --area cn/99
says "the sentence names what is missing" '^musterd init: --county NAME is missing$'
[ "$(wc -l <"$tap_out")" = 2 ]
tap_line $? "no page of help buries it"
fails 2 "without an area" "$musterd" init --dir "$dir" --county X
says "too" '^musterd init: --area PATH is missing$'
fails 2 "a time zone that is none" "$musterd" init --dir "$dir" --county X --area cn/99 --offset 8
says "is shown one" '+08:00 or -03:30, not "8"'
fails 2 "a command nobody knows" "$musterd" serve --dir "$dir"
says "is named" 'no command "serve"'
fails 2 "an option without its value" "$musterd" --dir
says "wants one" 'musterd: --dir needs a value'
fails 2 "the language counts wherever it stands" "$musterd" init --dir "$dir" --lang zh
says "in Chinese" '^musterd init：缺少 --county NAME$'
story "and after --help" "$musterd" --help --lang zh
says "示例" '^示例$'
fails 2 "an area that is no path is wrong usage" "$musterd" init --dir "$dir" --county X --area 'CN//99'
fails 2 "an actual record has no start of its own" \
    "$musterd" init --dir "$dir" --county X --area cn/99 --start 2031-07-16T14:00
fails 3 "nothing to serve is not found" "$musterd" --dir "$tap_dir/nowhere"
says "and it is said how a record begins" 'no record was founded here.*musterd init'
mkdir "$tap_dir/agent"
fails 3 "nor in a folder that is somebody else's" "$musterd" --dir "$tap_dir/agent"
says "which is there, and is not said to be missing" 'no record was founded here'
fails 6 "what is no backup is not restored" "$musterd" restore --from /dev/null --check
says "and called none" 'no backup of a record.*musterd backup.*MU-101'
story "--help answers" "$musterd" --help
for key in endpoint quota_bytes reserve_bytes sessions_max credit_bytes rate_bytes_s turn_bytes \
    budget_bytes; do
    says "--help explains $key" "^#$key: "
done

# ---- founding ----
story "a county is founded" init
says "and its log id told" '[0-9a-f]\{64\}'
fails 1 "it is not founded twice" init
says "with the reason" 'MU-410'
for name in log.key broker.curve ca.key recovery.key admin-1/agent.key admin-1/curve.key \
    admin-2/agent.key admin-1/agent.conf; do
    story "$name is for its owner only" mode_is 600 "$dir/$name"
done

# ---- serving ----
story "it serves, and SIGTERM is a clean stop" serving "$dir" grep -q '^tcp://127.0.0.1:[0-9]*$' "$dir/endpoint"
says "EXERCISE stands on its ready line" 'ready at tcp://127.0.0.1:[0-9]*, .*EXERCISE'
second() {
    "$musterd" --dir "$dir" --endpoint 'tcp://127.0.0.1:*'
    [ $? = 1 ]
}
story "a second one over the same record does not start" serving "$dir" second
says "because it is in use" 'MU-415'
fails 1 "an address that cannot be had is an error" "$musterd" --dir "$dir" --endpoint tcp://203.0.113.1:7400
says "and named" '203\.0\.113\.1'

# ---- musterd.conf ----
fails 2 "a key nobody knows is refused" configured 'colour: blue'
says "by name" 'colour'
says "with line and column" 'line: 1, column: '
fails 2 "so is a value out of bounds" configured 'sessions_max: 0'
says "with the bounds" 'sessions_max: 0 is not within 1 and '
fails 2 "and a word where a number belongs" configured 'quota_bytes: plenty'
printf 'sessions_max: 10\n' >"$dir/musterd.conf"
story "what is right is taken" serving "$dir" true
rm "$dir/musterd.conf"
story "no file at all means the defaults" serving "$dir" true

# ---- keys ----
chmod 644 "$dir/log.key"
fails 4 "a key others may read is not used" "$musterd" --dir "$dir" --endpoint 'tcp://127.0.0.1:*'
chmod 600 "$dir/log.key"
cp "$dir/log.key" "$tap_dir/log.key"
cp "$dir/ca.key" "$dir/log.key"
fails 4 "another key cannot go on with the record" "$musterd" --dir "$dir" --endpoint 'tcp://127.0.0.1:*'
cp "$tap_dir/log.key" "$dir/log.key"
cp "$dir/broker.curve" "$tap_dir/broker.curve"
cp "$dir/admin-1/curve.key" "$dir/broker.curve"
fails 4 "nor another CURVE key than the roster names" "$musterd" --dir "$dir" --endpoint 'tcp://127.0.0.1:*'
cp "$tap_dir/broker.curve" "$dir/broker.curve"

# ---- damage ----
damage() { # the last body written: genesis, in the only page of entries
    offset=$(grep -abo 'cn/99/01/21' "$dir/log/data.mdb" | head -1 | cut -d: -f1)
    printf 'X' | dd of="$dir/log/data.mdb" bs=1 seek="$offset" conv=notrunc status=none
}
story "one byte of the record is changed" damage
fails 6 "and it is not served" "$musterd" --dir "$dir" --endpoint 'tcp://127.0.0.1:*'
says "with what to do" 'muster-replay verify'

tap_done
