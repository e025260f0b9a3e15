#!/bin/sh
# A request nobody may lose: asked for by a township, passed on, accepted, done, confirmed; who may do what is said
# before anything is.
set -u
. tests/help/tap.sh
B=${B:-build}
muster="$B/muster"
. tests/help/county.sh
trap 'county_stop; rm -rf "$tap_dir"' EXIT

story "found a county" county_found
story "its broker starts" county_start
story "a township desk" county_enrol LL township_desk
story "emergency management" county_enrol EM emergency_management
story "water resources" county_enrol WR water
ll() { "$muster" "$@" --dir "$tap_dir/LL"; }
em() { "$muster" "$@" --dir "$tap_dir/EM"; }
wr() { "$muster" "$@" --dir "$tap_dir/WR"; }

story "nothing is asked" em task list
says "and that is said" 'no open task'
story "the township asks for pumps" ll say task T-09@v1 area=cn/99/01/21/101 act=create \
    what="2 drainage pumps at S1" requester=LL accountable=EM accept_by_at_ms=14:20
story "emergency management sees it" em task list --mine
says "as not accepted, with its limit" '^EXERCISE T-09 *not accepted *due 14:20 (in [0-9]* min) *held by EM, for LL *"2 drainage pumps at S1"'
story "it is nothing of water's" wr task list --mine
says "yet" 'no open task'
story "in Chinese" em task list --lang zh
says "演练" '^演练 T-09 *未接受 .*EM负责，LL请求'
story "for programs" em task list --json
says "one object" '^{"task":"T-09","state":"open",.*"holder":"EM","asked":"EM","requester":"LL"'
story "in fields" em task list --plain
[ "$(cut -f1-5 "$tap_out" | tr '\t' ' ')" = "T-09 open EM EM LL" ]
tap_line $? "seven of them"
fails 3 "no such task" em task accept T-99
fails 4 "water cannot accept what it was not asked" wr task accept T-09
says "and hears who can" 'waits for EM'
fails 4 "nor can anybody but the holder say it is done" wr task "done" T-09
fails 2 "declining needs a reason" em task decline T-09
fails 2 "referring needs somebody" em task refer T-09

story "it is passed on" em task refer T-09 --to WR --because specialist --reason drainage
story "whoever passed it on" em task list
says "stays accountable until the other accepts" 'held by EM, WR asked, for LL'
says "with the reason given" 'refer (EM): drainage'
story "in the feed" em watch --no-follow --type task -n 1
says "too, and no word that says less" 'refer, referred to WR, specialist, reason: drainage'
story "and on the screen" em now
says "as well" 'T-09 .*refer (EM): drainage'
story "the other accepts" wr task accept T-09 --person Chen
story "and" wr task show T-09
says "holds it" 'accepted .*held by WR, for LL'
says "the clock goes on from the beginning" 'min since it was asked for; WR has had it'
[ "$(grep -c 'task  *T-09@v1' "$tap_out")" = 3 ]
tap_line $? "three acts, in order"
fails 1 "what is not done cannot be confirmed" ll task confirm T-09
says "and who has it" 'WR has it'
story "water says it is done" wr task "done" T-09 --evidence "pumps run since 14:10"
story "not so, says the township" ll task reopen T-09 --reason "one stands still"
story "done again" wr task "done" T-09
fails 4 "nobody but the requester confirms" wr task confirm T-09
says "LL" 'only LL can do this'
story "the township confirms" ll task confirm T-09
story "nothing is open" em task list
says "now" 'no open task'
story "and all of them" em task list --all
says "ended, confirmed" 'T-09 *confirmed'
fails 1 "an ended task takes no more acts" wr task "done" T-09
says "that is said" 'has ended'

story "one with a limit that is over" ll say task T-10@v1 area=cn/99/01/21/101 act=create what="a boat" \
    requester=LL accountable=EM accept_by_at_ms=13:00
fails 7 "--fail-on overdue: exit 7" em task list --fail-on overdue
says "LATE" 'T-10 .*LATE [0-9]* min (due 13:00)'
story "declined with a reason" em task decline T-10 --reason "none left"
story "who asked" ll task show T-10
says "reads why" 'decline (EM): none left'
says "in the act itself as well" 'decline, reason: none left'
story "a program" ll task show T-10 --json
says "too" '"lastAct":"decline","reason":"none left"'
fails 1 "then nobody is asked" em task accept T-10
says "and that is said" 'nobody is asked'
story "passed on without a word of the list" ll say task T-11@v1 area=cn/99/01/21/101 act=create what=rope requester=LL accountable=EM
story "but with words" em task refer T-11 --to WR --reason "they have rope"
story "reads" em watch --no-follow --type task -n 1
silent "as stated" 'not stated'
says "by the words" 'reason: they have rope'
fails 3 "an agency that is not there" ll say task T-12@v1 area=cn/99/01/21/101 act=create what=a requester=LL accountable=EMM
says "is not asked, and the near one is named" 'no agency "EMM" .*did you mean EM?'
fails 3 "nor one near nothing" em task refer T-11 --to HIGHWAYS
says "then all are named, by name" 'There are: EM, LL, WR\.'
story "one without a machine may be named" ll say reference_object HIGHWAYS@v1 kind=agency name="Highway office"
story "and asked" ll say task T-13@v1 area=cn/99/01/21/101 act=create what="a digger" requester=LL accountable=HIGHWAYS
says "with a word on how it hears of it" 'HIGHWAYS has no machine .*ring up'
story "the record verifies" em verify
tap_done
