#!/bin/sh
# What an auditor asks of who knew what when: the exercise's own answers, from the record alone, with the broker
# stopped and from the export.
set -u
. tests/help/tap.sh
B=${B:-build}
replay="$B/muster-replay"
HOME="$tap_dir"
XDG_RUNTIME_DIR="$tap_dir"
LC_ALL=C.UTF-8
export HOME XDG_RUNTIME_DIR LC_ALL
unset MUSTER_DIR NO_COLOR LC_MESSAGES LANG
record="$tap_dir/kept/broker"
file="$tap_dir/qinghe.mev"

story "play the exercise up to T+01:36" "$B/muster" demo --speed step --until T+01:36 \
    --keep "$tap_dir/kept"
story "its record stands" "$replay" verify "$record"
says "witnessed by most departments: Shahe is cut off" '^    witnessed through [0-9]* by 11 of 12 agencies$'
story "export it" "$replay" export "$record" "$file"

# ---- when did civil affairs first hold the count? -----------------------------------------------
story "held CA EV-01@v1" "$replay" held "$file" CA EV-01@v1
says "on its machine 14:03, by a receipt" '^CA has held it on its machine since 14:03, by the receipt in entry [0-9]*$'
says "opened 14:05" '^opened 14:05, entry [0-9]*$'

# ---- who knew of release v1 at 14:24? ------------------------------------------------------------
story "who-knows DAM-01@v1 at 14:24" "$replay" who-knows "$file" DAM-01@v1 --at 2031-07-16T14:24
for who in EM CA PS SH LL; do
    says "$who acknowledged by 14:22" "^$who *14:20 *- *14:22 "
done
says "HC had it on its machine and no more" '^HC *14:20 *- *- *- *must answer$'
says "so it was not complete" '^5 of 6 that must answer know of it$'
story "and to the end" "$replay" who-knows "$file" DAM-01@v1
says "complete at 14:25, after 5 min" '^6 of 6 that must answer know of it: complete at 14:25, after 5 min$'
story "its second version" "$replay" who-knows "$file" DAM-01@v2
says "Shahe by telephone, not on its machine" '^SH *- *- *14:48 through EM, telephone'
says "complete at 14:48, after 6 min" 'complete at 14:48, after 6 min$'
story "the same by number" "$replay" who-knows "$file" \
    "$("$replay" who-knows "$file" DAM-01@v2 | sed -n 's/.*entry \([0-9]*\),.*/\1/p')"
says "is the same statement" 'DAM-01@v2 '
story "in Chinese" "$replay" who-knows "$file" DAM-01@v2 --lang zh
says "as well" '^演练 DAM-01@v2 '
fails 3 "no such statement" "$replay" who-knows "$file" DAM-09@v1

# ---- as known to Shahe's machine, cut off since 14:36 --------------------------------------------
story "show --as SH at 15:10" "$replay" show "$file" --at 2031-07-16T15:10 --as SH
says "its newest receipt is of 14:36" '^on the machine of SH: .* newest receipt is of 14:36'
says "release v1 is there" '^dam_operation DAM-01@1\|^release DAM-01@1\|DAM-01@1'
says "v2 is not" '^NOT THERE dam operation DAM-01@v2, WR, entry [0-9]* of 14:42$'
says "but somebody was told of it" '^          second-hand since 14:48, through EM, not on the machine: 140 from 15:50'
says "its receipts agree with the record" '^The receipts of SH agree with the record, entry by entry.$'
silent "nothing of v2 is in its picture" 'DAM-01@2'
cp "$tap_out" "$tap_dir/shown"
story "the live record says the same" "$replay" show "$record" --at 2031-07-16T15:10 --as SH
cmp "$tap_out" "$tap_dir/shown"
tap_line $? "to the byte"
story "show --as EM at 15:10" "$replay" show "$file" --at 2031-07-16T15:10 --as EM
says "has v2 (the control)" 'DAM-01@2'
story "receipts SH" "$replay" receipts "$file" SH
says "the last before the cut" '^14:36  looked through entry '
silent "none after it" '^14:[45]\|^15:'
fails 3 "an agency without a desk" "$replay" show "$file" --as XX
says "by its name" '^XX: nobody of that code was ever enrolled in this record'
fails 3 "nor has it receipts" "$replay" receipts "$file" XX
says "but by whom there is" 'It has CMD, EM, CA, HC, '
fails 2 "a question without its half" "$replay" held "$file"
says "is told its form in one sentence" '^muster-replay: wanted is muster-replay held RECORD AGENCY OBJECT\[@vN\] \[--at TIME\]$'
[ "$(wc -l <"$tap_out")" = 2 ]
tap_line $? "no page of help buries it"
fails 2 "a command nobody knows" "$replay" hold "$file"
says "is named" 'no command "hold"'
story "the language after --help" "$replay" --help --lang zh
says "counts" '^示例$'

# ---- an auditor reads it without a table of codes ---------------------------------------------------
# A name may be a hash, whose digits are no figure.
raw='\(^\|[^0-9a-f]\)[0-9]\{13,\}\|state [0-9]\|kind [0-9]\|level [0-9]\|answer [0-9]\|activity [0-9]\|effect [0-9]\|on_hand'
for as in "" "--as SH"; do
    for at in "" "--at 2031-07-16T14:40"; do
        # shellcheck disable=SC2086  # two words each
        story "show $as $at" "$replay" show "$file" $as $at
        silent "no raw figure, no code" "$raw"
        says "quantities in their units" '^supply request RQ-01@1 by CA, asked of D-CITY, quilt 160$'
        says "litres" '^stock D1@1 .*, water on hand 12,000 L usable 12,000 L, '
        says "states by their words" '^evacuation EV-01@1 by EM, kind centralised, state under way, planned 620,'
        says "a road closed until nobody knows when" '^road RD-E15@1 by SH, state destroyed, E15 6+000 closes 2031-07-16 14:24 – open end$'
        says "local times" '^operation plan PAT-1@1 by WR, M1 levee patrol 2031-07-16 13:50–18:00,'
        says "which rung" '^acknowledgement DAM-01@1/CA/6 by CA, acknowledged$'
        # shellcheck disable=SC2086
        story "in Chinese" "$replay" show "$file" $as $at --lang zh
        silent "neither" "$raw"
        says "quantities" '^物资申请 RQ-01@1 由CA，向D-CITY申请，quilt 160$'
        says "litres in Chinese" '，water 库存12,000升 可用12,000升，'
        says "states" '^转移 EV-01@1 由EM，类别：集中安置，状态：转移中，计划620人，'
        says "the open end" '^道路 RD-E15@1 由SH，状态：毁坏，E15 6+000 封闭 2031-07-16 14:24起，结束时间未定$'
        says "cards" '^提示 C06:S1 已解除，第1次提出$'
        silent "no English word of a state" ' state \| planned \| open, \|closed'
    done
done

# ---- the same for programs -------------------------------------------------------------------------
same() { cmp "$1" "$2"; }
one_document() { # keeps it
    cp "$tap_out" "$tap_dir/document"
    [ "$(wc -l <"$tap_out")" = 1 ] && [ "$(tail -c 2 "$tap_out")" = "}" ]
    tap_line $? "is one document"
}
agency() { # of a ladder: its row
    sed 's/.*"agency":"'"$1"'",\(.*\)/\1/; s/,{"agency":.*//' "$tap_dir/document" >"$tap_dir/row"
}
story "who-knows as JSON" "$replay" who-knows "$file" DAM-01@v1 --at 2031-07-16T14:24 --json
one_document
says "of that statement" '^{"kind":"dam_operation","object":"DAM-01","version":1,"leaf":"[0-9a-f]\{64\}","number":"[0-9]*","agency":"WR","stored":"2031-07-16T14:20:00+08:00"'
says "as of that time" '"asOf":"2031-07-16T14:24:59+08:00"'
says "with the same sum" '"toBeTold":6,"know":5,"byTelephone":0,'
silent "not complete, so not complete at any time" completeAt
for who in EM CA PS SH LL; do
    agency "$who"
    story "$who acknowledged" grep -q '^"mustAnswer":true,"knows":true,.*"acknowledged":{"at":"2031-07-16T14:22:00+08:00","atMs":"1941949320000","number":"[0-9]*"' "$tap_dir/row"
done
agency HC
story "HC has it on its machine" grep -q '"knows":false,"waiting":false,"on_machine":{"at":"2031-07-16T14:20:00' "$tap_dir/row"
fails 1 "and no more: what was not reached is not there" grep -q 'opened\|acknowledged' "$tap_dir/row"
story "to the end" "$replay" who-knows "$file" DAM-01@v1 --json
says "complete" '"toBeTold":6,"know":6,.*"completeAt":"2031-07-16T14:25:00+08:00","completeAtMs":"1941949500000","afterMin":"5"'
story "by telephone" "$replay" who-knows "$file" DAM-01@v2 --json
one_document
agency SH
story "is second-hand and waiting" grep -q '"knows":true,"waiting":true,.*"enteredBy":"EM","channel":"telephone","readBack":"140 from 15:50' "$tap_dir/row"
story "held as JSON" "$replay" held "$file" CA EV-01@v1 --json
says "since when, by which entry" '"holder":"CA","held":true,"on_machine":{"at":"2031-07-16T14:03:00+08:00","atMs":"[0-9]*","number":"[0-9]*"},"opened":{"at":"2031-07-16T14:05:00'
number=$(sed 's/.*"on_machine":{[^}]*"number":"\([0-9]*\)".*/\1/' "$tap_out")
story "the entry the text names" sh -c "'$replay' held '$file' CA EV-01@v1 | grep -q 'receipt in entry $number\$'"
fails 3 "never held" "$replay" held "$file" SH DAM-01@v2 --json
says "is said, and no time of it" '"holder":"SH","held":false,"acknowledged":'
fails 3 "nor was v1 by 14:19" "$replay" held "$file" SH DAM-01@v1 --at 2031-07-16T14:19
story "by 14:20 it was" "$replay" held "$file" SH DAM-01@v1 --at 2031-07-16T14:20
story "receipts" "$replay" receipts "$file" SH
grep 'looked through' "$tap_out" >"$tap_dir/receipts"
story "as JSON" "$replay" receipts "$file" SH --json
says "they agree" '^{"holder":"SH","exercise":true,"damageCount":0,"receiptsAgree":true,"receipts":\[{"at":'
grep -o '{"at":[^}]*}' "$tap_out" |
    sed 's/.*T\([0-9:]*\)[+]08:00","atMs":"[0-9]*","through":"\([0-9]*\)","delivered":"\([0-9]*\)","checkpoint":"\([0-9]*\)","number":"\([0-9]*\)"}/\1  looked through entry \2, \3 delivered, checkpoint \4 verified, recorded in entry \5/; s/^\(..:..\):00 /\1 /' >"$tap_dir/receipts.json"
[ -s "$tap_dir/receipts" ]
tap_line $? "there are some"
story "every number is that of the text" same "$tap_dir/receipts" "$tap_dir/receipts.json"
# A picture's evacuations as the text has them, of JSON.
evacuations() {
    grep -o '{"kind":"evacuation","object":"[^"]*","version":[0-9]*,"agency":"EM","now":{[^]]*]}' |
        sed 's/.*"object":"\([^"]*\)","version":\([0-9]*\).*"planned":"\([0-9]*\)"\(.*\)/\1@\2 planned \3\4/
            s/,"moved":"\([0-9]*\)"/ moved \1/; s/,"remaining":"\([0-9]*\)"/ remaining \1/; s/,"legs":\[//; s/]}//
            s/,*{"persons":"\([0-9]*\)"}/ -> ? \1/g; s/,*{"destination":"\([^"]*\)","persons":"\([0-9]*\)"}/ -> \1 \2/g'
}
for as in "" "--as SH"; do
    # shellcheck disable=SC2086  # two words
    story "show $as" "$replay" show "$file" $as
    grep '^evacuation' "$tap_out" |
        sed 's/^evacuation \([^ ]*\) .* planned/\1 planned/; s/,//g; s/-> [a-z ]* \([0-9]*\)/-> ? \1/g' >"$tap_dir/ev"
    lines=$(grep -v '^on the machine' "$tap_out" | grep -c '^[a-z_]* [^ ]*.* by \|^card\|^finding ')
    # shellcheck disable=SC2086
    story "as JSON" "$replay" show "$file" $as --json
    one_document
    evacuations <"$tap_out" >"$tap_dir/ev.json"
    objects=$(grep -o '{"kind":"[a-z_]*","object":"[^"]*",\("version":[0-9]*,\)*"agency":"[A-Z]*","now":\|{"rule":"[A-Z0-9]*",' "$tap_out" | wc -l)
    [ "$(wc -l <"$tap_dir/ev")" -ge 3 ] && [ "$lines" = "$objects" ]
    tap_line $? "all $lines objects and cards are there ($objects)"
    story "people are counted the same" same "$tap_dir/ev" "$tap_dir/ev.json"
done
story "show --as SH at 15:10 as JSON" "$replay" show "$file" --at 2031-07-16T15:10 --as SH --json
says "who held how much of what" '"holder":"SH","held":"[0-9]*","recorded":"[0-9]*","newestReceipt":{"at":"2031-07-16T14:36:00'
says "v2 was not there" '"notThere":\[.*{"kind":"dam_operation","object":"DAM-01","version":2,"agency":"WR","number":"[0-9]*","acceptedAt":"2031-07-16T14:42:00+08:00","acceptedAtMs":"[0-9]*","secondHand":{"statedAt":"2031-07-16T14:48:00'
fails 3 "in JSON too an unknown agency is none" "$replay" show "$file" --as XX --json

# ---- asked wrongly ------------------------------------------------------------------------------------
story "the version that stood then" "$replay" who-knows "$file" DAM-01 --at 2031-07-16T14:24
says "is not the one that stands now" 'DAM-01@v1 '
story "now it is" "$replay" who-knows "$file" DAM-01
says "the second" 'DAM-01@v2 '
fails 3 "it was not there yet" "$replay" who-knows "$file" DAM-01 --at 2031-07-16T14:10
says "said so" 'no such statement in the record by then'
fails 3 "a version that is no number" "$replay" who-knows "$file" DAM-01@vx
fails 3 "an agency nobody knows" "$replay" held "$file" XX EV-01
says "is not called one that never held it" '^XX: nobody of that code.*It has CMD, '
fails 3 "before the record" "$replay" who-knows "$file" EV-01 --at 2031-07-15T00:00
says "one hears when it begins" 'begins at 2031-07-16 13:30'
story "after it" "$replay" show "$file" --at 2035-01-01T00:00
says "one hears that it ends" 'last entry is of 2031-07-16 14:48'
story "with an offset" "$replay" show "$file" --at 2031-07-16T06:24Z
says "is the record's own time" '^as of 2031-07-16 14:24 (+08:00)'
for at in 14:24 yesterday 2031-07-16T25:00 2031-07-16T14:24+8; do
    fails 2 "$at is no time" "$replay" who-knows "$file" EV-01 --at "$at"
    says "and one hears what would be" "^$at is no time.*2031-07-16T14:24"
done
fails 2 "in Chinese" "$replay" held "$file" CA EV-01 --at 14:24 --lang zh
says "as well" '^14:24 不是有效时间'
fails 2 "an option that would do nothing" "$replay" receipts "$file" SH --at 2031-07-16T14:24
says "is named" 'receipts takes no --at'
fails 6 "another record than the one expected" "$replay" who-knows "$file" EV-01 --log "$(printf '%064d' 7)"
says "is not answered from" '^[^:]*: this is another record'
head -c 20000 "$file" >"$tap_dir/cut"
fails 6 "a file cut short" "$replay" held "$tap_dir/cut" CA EV-01
says "does not say that there was no such thing" 'part of this record is damaged or gone'
fails 6 "as JSON it counts the damage" "$replay" show "$tap_dir/cut" --json
says "of what is left" '"damageCount":1,'
fails 6 "in Chinese" "$replay" show "$tap_dir/cut" --lang zh
says "it is said" '^已损坏：其中有1处'
tap_done
