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
says "by its name" "no receipt of XX's desk"
fails 3 "nor has it receipts" "$replay" receipts "$file" XX
fails 2 "a question without its half" "$replay" held "$file"
says "is told its form in one sentence" '^muster-replay: wanted is muster-replay held RECORD AGENCY OBJECT\[@vN\]$'
[ "$(wc -l <"$tap_out")" = 2 ]
tap_line $? "no page of help buries it"
fails 2 "a command nobody knows" "$replay" hold "$file"
says "is named" 'no command "hold"'
story "the language after --help" "$replay" --help --lang zh
says "counts" '^示例$'
fails 2 "no JSON of these yet" "$replay" show "$file" --as SH --json
tap_done
