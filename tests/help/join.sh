# Inviting and joining for stories in shell: read after county.sh.
#
#   invite CODE WORDS...        muster agency invite in the background; its output is $tap_dir/CODE.invite,
#                               its admin reads the words from the pipe $tap_dir/CODE.words
#   invite_code CODE            the code it printed, once it stands
#   invite_ends CODE            waits for it; its exit status
#   join_begins CODE [DIR]      muster join in the background with that code, as $tap_dir/DIR (or CODE)
#   join_words CODE             the words it shows, once it does
#   join_ends CODE              waits for it; its exit status
# shellcheck shell=sh disable=SC2154  # county and tap_dir are county.sh's and tap.sh's
join_at="$county_endpoint.join"

until_file() { # file pattern
    for _ in $(seq 300); do
        grep -q -e "$2" "$1" 2>/dev/null && return 0
        sleep 0.05
    done
    return 1
}

invite() {
    who=$1
    shift
    rm -f "$tap_dir/$who.words"
    mkfifo "$tap_dir/$who.words"
    : >"$tap_dir/$who.invite"
    "$B/muster" --dir "$county/admin-1" agency invite "$who" --expect-words "$tap_dir/$who.words" "$@" \
        >"$tap_dir/$who.invite" 2>&1 &
    echo $! >"$tap_dir/$who.invite.pid"
}

invite_code() {
    until_file "$tap_dir/$1.invite" '^.*code: ' || return 1
    sed -n 's/.*code: *\([0-9A-Z-]*\).*/\1/p' "$tap_dir/$1.invite"
}

invite_ends() {
    wait "$(cat "$tap_dir/$1.invite.pid")"
    status=$?
    cat "$tap_dir/$1.invite"
    return "$status"
}

join_begins() {
    invite_code "$1" >"$tap_dir/$1.code" || return 1
    : >"$tap_dir/$1.join"
    "$B/muster" join "$join_at" --dir "$tap_dir/${2:-$1}" --code-file "$tap_dir/$1.code" >"$tap_dir/$1.join" 2>&1 &
    echo $! >"$tap_dir/$1.join.pid"
}

join_words() {
    until_file "$tap_dir/$1.join" '^    ' || return 1
    sed -n 's/^    //p' "$tap_dir/$1.join"
}

join_ends() {
    wait "$(cat "$tap_dir/$1.join.pid")"
    status=$?
    cat "$tap_dir/$1.join"
    return "$status"
}

# All of it, the words compared: join_all CODE WORDS...
join_all() {
    invite "$@" && join_begins "$1" && join_words "$1" >"$tap_dir/$1.words" && join_ends "$1" && invite_ends "$1"
}
