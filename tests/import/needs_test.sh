#!/bin/sh
# Published head counts in, needs out: three snapshots of Nanao's shelters, imported into the record of a running
# exercise, answered by supply, and held against what was worked out by hand.
#
# Rates (tests/data/nanao/rates.yaml), for a day and rounded up per shelter; no shelter states anything of its own:
#   water 15 L + 10 % = 16.5 L a person   an odd count ends in .5 and is rounded up by .5
#   meals 3 + 10 % = 3.3 a person         rounding adds, by the count's last digit: 1 .7  2 .4  3 .1  4 .8  5 .5
#                                         6 .2  7 .9  8 .6  9 .3  0 nothing
#   quilts 1 a person
#   floor 3.5 m2 a person                 an odd count adds .5
#   toilets 1 for 20, taps 1 for 250      for each shelter
#
# 9 January 18:00, 29 shelters, 1886 persons, 10 odd counts; last digits 1, 2 once, 3 three times, 5, 6, 7 twice, 8 five
# times, 9 twice
#   water   1886 x 16.5 = 31,119 + 10 x .5                                            = 31,124
#   meals   1886 x 3.3 = 6,223.8 + .7 + .4 + .3 + 1.0 + .4 + 1.8 + 3.0 + .6           = 6,232
#   floor   1886 x 3.5 = 6,601 + 10 x .5                                              = 6,606
#   toilets 9 7 2 7 2 3 8 1 2 1 1 6 2 7 1 1 1 1 8 4 5 1 12 2 2 2 3 3 1                = 105
#   taps    none above 250: one each                                                  = 29
# 13 January 06:00, 28 shelters, 1933 persons, 13 odd; 1 once, 2 twice, 3 six times, 5, 6 once, 7 twice, 8 six times, 9
# three times
#   water   1933 x 16.5 = 31,894.5 + 13 x .5                                          = 31,901
#   meals   1933 x 3.3 = 6,378.9 + .7 + .8 + .6 + .5 + .2 + 1.8 + 3.6 + .9            = 6,388
#   floor   1933 x 3.5 = 6,765.5 + 13 x .5                                            = 6,772
#   toilets 6 2 9 2 1 2 14 1 1 7 3 1 6 7 1 2 1 1 5 8 5 1 11 2 2 1 3 3                 = 108
#   taps    262 persons in one: two there                                             = 29
# 22 February 06:00, 23 shelters, 723 persons, 9 odd; 2 twice, 3 four times, 4 once, 6 six times, 7, 8 twice, 9 three
# times
#   water   723 x 16.5 = 11,929.5 + 9 x .5                                            = 11,934
#   meals   723 x 3.3 = 2,385.9 + .8 + .4 + .8 + 1.2 + 1.8 + 1.2 + .9                 = 2,393
#   floor   723 x 3.5 = 2,530.5 + 9 x .5                                              = 2,535
#   toilets 2 4 2 1 1 7 1 4 2 1 4 1 2 1 1 2 2 3 1 1 1 1 2                             = 47
#   taps    one each                                                                  = 23
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
data=tests/data/nanao
TMPDIR="$tap_dir/tmp"
XDG_RUNTIME_DIR="$tap_dir/run"
mkdir -m 700 "$TMPDIR" "$XDG_RUNTIME_DIR"
export TMPDIR XDG_RUNTIME_DIR
started=
stop_city() {
    [ -n "$started" ] && kill "$started" 2>/dev/null && wait "$started"
    started=
}
trap 'stop_city; rm -rf "$tap_dir"' EXIT

start_city() {
    : >"$tap_dir/told"
    "$muster" demo --speed step --stay --reference $data/rates.yaml --script $data/nobody.script \
        >/dev/null 2>"$tap_dir/told" &
    started=$!
    until grep -q 'script is over' "$tap_dir/told"; do
        kill -0 "$started" || return 1
        sleep 0.05
    done
}
record() { "$muster" watch --no-follow --json --type "$1"; }
last_number() { record "$1" | tail -1 | sed 's/^{"number":\([0-9]*\),.*/\1/'; }
# Supply answers entry by entry; its last sheet is the one that has looked at the last count.
await_sheet() {
    wanted=$(last_number shelter)
    until record supply_sheet | tail -1 >"$tap_dir/sheet" &&
        through=$(sed 's/.*"computedThrough":"\([0-9]*\)".*/\1/' "$tap_dir/sheet") &&
        [ "${through:-0}" -ge "$wanted" ]; do
        kill -0 "$started" || return 1
        sleep 0.05
    done
}
# What the sheet says is needed of an item, all shelters together.
needs() {
    number=$(grep -o "\"item\":\"$1\",\"unit\":\"[A-Z_]*\",\"neededMilli\":\"[0-9]*\"" "$tap_dir/sheet" | head -1 |
        sed 's/.*:"\([0-9]*\)000"$/\1/')
    echo "$1: ${number:-nothing}, worked out: $2"
    [ "$number" = "$2" ]
}
import() { "$muster" import nanao --as SHE "$@"; }

snapshot() { # stamp rows persons water meals floor toilets taps
    story "$1: a record of its own" start_city
    story "$1: the table is taken" import "$data/open_shelter_Nanao-shi_$1.csv"
    says "$1: all $2 rows of it" "$2 rows taken, 0 known already, 0 refused"
    story "$1: supply answers" await_sheet
    story "$1: water" needs water "$4"
    story "$1: meals" needs meal "$5"
    story "$1: quilts, one for each of $3" needs quilt "$3"
    story "$1: floor" needs floor "$6"
    story "$1: toilets" needs toilet "$7"
    story "$1: taps" needs tap "$8"
}

snapshot 2024-01-09-1800 29 1886 31124 6232 6606 105 29
story "the same table again" import "$data/open_shelter_Nanao-shi_2024-01-09-1800.csv"
says "says nothing twice" "0 rows taken, 29 known already, 0 refused"
story "a house that states no capacity" record reference_object
says "says so" '"object":"NEW001".*"notStated":\[[^]]*"reference_object.shelter.capacity_persons"'
says "its coordinates say that their system is not stated" 'COORDINATE_SYSTEM_NOT_STATED'
says "source and licence stand beside it" '"licence":"CC-BY-4.0"'
story "the next table" import "$data/open_shelter_Nanao-shi_2024-01-11-1800.csv"
# Two houses are new in it, and one stands in another district now (御祓, then 西湊).
story "a house is told again only when the table says something else of it" \
    sh -c "[ \$($muster watch --no-follow --json --type reference_object | wc -l) -eq 32 ]"
story "the second version of one" record reference_object
says "is the one that changed" '"object":"CC0000000552","version":2,'
story "a figure for each house and count, and no sum" \
    sh -c "[ \$($muster watch --no-follow --json --type figure | grep -c sheltered_persons) -eq 57 ]"
stop_city
snapshot 2024-01-13-0600 28 1933 31901 6388 6772 108 29
stop_city
snapshot 2024-02-22-0600 23 723 11934 2393 2535 47 23

# ---- tables that went wrong, at the command line ----
good='A1,御祓,甲,12,令和6年1月11日午後6時,37.04,136.96,'
printf 'ID,地区,名称,人数,時点,緯度,経度,想定収容人数\n%s\nA2,御祓,乙,不明,令和6年1月11日午後6時,37,136,\n' "$good" >"$tap_dir/mixed.csv"
fails 1 "a row that is refused is no success" import "$tap_dir/mixed.csv"
says "it is named by file and line, with a reason and a remedy" \
    'mixed.csv:3  A2  refused: "不明" is no head count; .*plain digits.*MU-108'
says "the other is taken" 'mixed.csv:2  A1  taken: 12 persons'
fails 1 "in Chinese" import "$tap_dir/mixed.csv" --lang zh
says "as well" '拒绝：“不明”不是人数'
fails 1 "as JSON" import "$tap_dir/mixed.csv" --json
says "with its code" '"line":3,"id":"A2","verdict":"refused","code":"MU-108'
fails 1 "a table without its headings is not taken" import "$tap_dir/told"
says "and the column is named" 'there is no column "ID"'
fails 3 "a table that is not there" import "$tap_dir/none.csv"
fails 1 "who holds no shelters" "$muster" import nanao --as OPS "$data/open_shelter_Nanao-shi_2024-01-09-1800.csv"
says "cannot say what is in them" 'CC0000000518  refused: .*no grant.*MU-120'
says "and no row counts as taken that is half refused" '0 rows taken, 0 known already, 29 refused'
fails 2 "without a form" "$muster" import "$tap_dir/mixed.csv"
stop_city

# ---- dry run: no record at all ----
story "all tables, dry" "$muster" import nanao --dry-run "$data"/*.csv
says "every row would be taken" '800 rows would be taken, 0 known already, 0 refused'
tap_done
