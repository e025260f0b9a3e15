#!/bin/sh
# Walk every include line of the house and say which ones go up, sideways or next door.
#
#   sh tests/house/includes.sh [root of the tree]
#
# A clean room gets one "ok" line; every violation gets its own "not ok", with file and line. What is checked:
#
#   (a) a quoted include names its room: "proto/wire/frame.h"; only "muster.h", the public header, stands alone
#   (b) includes only go down: see may_include
#   (c) one library, one room: see the library table
#   (d) proto does no I/O and is told the time: see the lists of headers and calls
#
# Comments and string literals are not code and are not judged. Generated code (*.pb-c.*) is not ours to judge.
set -eu

root=${1:-$(dirname -- "$0")/../..}
cd -- "$root"

for top in proto broker agents replay; do
    [ ! -d "$top" ] || find "$top" -type f -name '*.[ch]' ! -name '*.pb-c.[ch]'
done | LC_ALL=C sort | LC_ALL=C awk '
BEGIN {
    # The rooms of proto from the ground up: a room may include itself and the rooms to its left.
    n = split("base schema topic words wire sign authority session picture rules", rooms, " ")
    for (i = 1; i <= n; i++)
        floor[rooms[i]] = i

    # One library, the rooms that may call it.
    library["lmdb.h"]          = " broker/log agents/sdk "
    library["openssl/"]        = " proto/sign "
    library["geos_c.h"]        = " proto/rules "
    library["zmq.h"]           = " broker/daemon agents/sdk "
    library["protobuf-c/"]     = " proto/wire "

    # Doors to the outside, closed in proto. <stdio.h> stays open for snprintf; its file calls are below.
    m = split("time.h sys/time.h unistd.h fcntl.h dirent.h poll.h netdb.h sys/socket.h sys/stat.h sys/epoll.h " \
              "sys/timerfd.h sys/un.h netinet/ arpa/", doors, " ")

    call_list = "time clock clock_gettime gettimeofday timespec_get open openat creat fopen fdopen freopen tmpfile " \
                "popen system getenv secure_getenv random srandom rand srand getrandom printf vprintf puts putchar " \
                "scanf fscanf fread fwrite fgets fgetc getc getchar getline"
    k = split(call_list, names, " ")
    for (i = 1; i <= k; i++)
        outside[names[i]] = 1
    # Last words before a stop go to standard error, and only from the ground floor.
    split("fprintf vfprintf fputs fputc", names, " ")
    for (i in names)
        last_words[names[i]] = 1
}

{ walk($0) }

END {
    if (files == 0)
        bad(".", 0, "there is no C file to judge under proto, broker, agents or replay")
    for (i = 1; i <= room_count; i++)
        if (!failed_in[room_names[i]]) {
            printf "ok %s: %d files, %d includes\n", room_names[i], files_in[room_names[i]], includes_in[room_names[i]]
            passed++
        }
    printf "%d passed, %d failed\n", passed, failed
    exit failed > 0
}

function bad(path, line, why) {
    printf "not ok %s:%d: %s\n", path, line, why
    failed++
    failed_in[room]++
}

# "proto/wire/frame.c" is in proto/wire, "replay/play.c" in replay. Anything else stands in no room: "".
function room_of(path,   part, count) {
    count = split(path, part, "/")
    if (part[1] == "replay" && count > 1)
        return "replay"
    if (count < 3)
        return ""
    if (part[1] == "proto")
        return part[2] in floor ? "proto/" part[2] : ""
    if (part[1] == "broker")
        return part[2] ~ /^(log|desk|daemon)$/ ? "broker/" part[2] : ""
    if (part[1] == "agents")
        return "agents/" part[2]
    return ""
}

function may_include(from, to) {
    if (from == to)
        return 1
    if (from ~ /^proto\//) {
        if (to == "proto/schema")                # generated structs are for wire and above
            return floor[substr(from, 7)] >= floor["wire"]
        return to ~ /^proto\// && floor[substr(to, 7)] < floor[substr(from, 7)]
    }
    if (to ~ /^proto\//)
        return 1
    if (from == "broker/desk" || from == "replay")
        return to == "broker/log"
    if (from == "broker/daemon")
        return to == "broker/log" || to == "broker/desk"
    if (from ~ /^agents\// && from != "agents/sdk")
        return to == "agents/sdk"
    return 0
}

function walk(path,   text, line, got) {
    room = room_of(path)
    files++
    if (room == "") {
        bad(path, 0, "stands in no room of the house")
        room = "?"
    } else if (!(room in files_in)) {
        room_names[++room_count] = room
    }
    files_in[room]++
    in_comment = 0
    line = 0
    while ((got = (getline text < path)) > 0) {
        line++
        if (!in_comment && text ~ /^[ \t]*#[ \t]*include/)
            judge_include(path, line, text)
        text = code_of(text)
        if (room ~ /^proto\//)
            judge_calls(path, line, text)
    }
    if (got < 0)
        bad(path, 0, "cannot be read")
    close(path)
}

function judge_include(path, line, text,   name) {
    includes_in[room]++
    sub(/^[ \t]*#[ \t]*include(_next)?[ \t]*/, "", text)
    if (match(text, /^"[^"]*"/)) {
        judge_house(path, line, substr(text, 2, RLENGTH - 2))
    } else if (match(text, /^<[^>]*>/)) {
        name = substr(text, 2, RLENGTH - 2)
        if (name ~ /^(proto|broker|agents|replay)\// || name == "muster.h")
            bad(path, line, "<" name "> is ours: write it in quotes")
        judge_library(path, line, name)
    } else {
        bad(path, line, "an include must be written out, not computed")
    }
}

function judge_house(path, line, name,   to) {
    if (name == "muster.h") {
        if (room !~ /^agents\//)
            bad(path, line, room " includes \"muster.h\", which is for agents")
        return
    }
    to = room_of(name)
    if (to == "" || name ~ /(^|\/)\.\.?\// || name ~ /\/\//)
        bad(path, line, "\"" name "\" does not name its room")
    else if (to == "proto/schema" && name !~ /^proto\/schema\/[A-Za-z0-9_-]+\.pb-c\.h$/ && room != to)
        bad(path, line, "\"" name "\" is not a generated header of proto/schema")
    else if (room != "?" && !may_include(room, to))
        bad(path, line, room " may not include " to)
}

function judge_library(path, line, name,   key, i) {
    for (key in library)
        if (begins(name, key) && !index(library[key], " " room " "))
            bad(path, line, "<" name "> is called only in" library[key] "and this is " room)
    if (room !~ /^proto\//)
        return
    for (i = 1; i <= m; i++)
        if (begins(name, doors[i]))
            bad(path, line, "proto does no I/O and is told the time: <" name ">")
}

# A key that ends in a slash names a folder of headers, any other one header.
function begins(name, key) {
    return key ~ /\/$/ ? index(name, key) == 1 : name == key
}

# A call is a name with a parenthesis behind it, not a member of something: clock->time(…) is told, time(…) asks.
function judge_calls(path, line, text,   before, name) {
    if (text ~ /^[ \t]*#[ \t]*include/)
        return
    while (match(text, /[A-Za-z_][A-Za-z0-9_]*/)) {
        name = substr(text, RSTART, RLENGTH)
        before = substr(text, 1, RSTART - 1)
        text = substr(text, RSTART + RLENGTH)
        if (before ~ /(\.|->)[ \t]*$/)
            continue
        if (name == "FILE" || name == "stdin" || name == "stdout")
            bad(path, line, "proto does no I/O: " name)
        else if (text !~ /^[ \t]*\(/)
            continue
        else if (name in outside)
            bad(path, line, "proto does no I/O and is told the time: " name "()")
        else if (name in last_words && !(room == "proto/base" && text ~ /stderr/))
            bad(path, line, "proto does no I/O: " name "()")
    }
}

# The line without comments and without what is inside quotes; remembers an open comment for the next line.
function code_of(text,   out, token, end) {
    out = ""
    for (;;) {
        if (in_comment) {
            end = index(text, "*/")
            if (!end)
                return out
            text = substr(text, end + 2)
            in_comment = 0
            out = out " "
        }
        if (!match(text, /\/\*|\/\/|"|\047/))
            return out text
        token = substr(text, RSTART, RLENGTH)
        out = out substr(text, 1, RSTART - 1)
        text = substr(text, RSTART + RLENGTH)
        if (token == "//")
            return out
        if (token == "/*") {
            in_comment = 1
            continue
        }
        out = out token token
        text = after_quote(text, token)
    }
}

function after_quote(text, quote,   c) {
    while (match(text, /[\\"\047]/)) {
        c = substr(text, RSTART, 1)
        text = substr(text, RSTART + (c == "\\" ? 2 : 1))
        if (c == quote)
            return text
    }
    return ""
}
'
