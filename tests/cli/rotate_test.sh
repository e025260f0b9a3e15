#!/bin/sh
# Keys and certificates that follow one another: an admin's own key, the county CA, certificates that end; with
# real certificates, looked at by openssl, and a record that is verified over each change.
set -u
B=${B:-build}
. tests/help/tap.sh
. tests/help/county.sh
trap 'county_stop; rm -rf "$tap_dir"' EXIT

first="$county/admin-1"
second="$county/admin-2"
admin() { "$B/muster" --dir "$first" agency "$@"; }
other() { "$B/muster" --dir "$second" agency "$@"; }
hc() { "$B/muster" "$@" --dir "$tap_dir/HC"; }
injured() { # directory, object
    "$B/muster" say casualty "$2@v1" area=cn/99/01/21/201 cause=landslide persons_injured=2 triage.red=2 \
        counted_at_ms=14:00 --dir "$1" --wait
}
waiting() { admin list 2>&1 | sed -n 's/.*agency endorse \([0-9]*\).*/\1/p' | head -1; }
newest() { admin list --plain | awk -F'\t' '$1 == "HC" && $3 == "good" { print $4 }'; }

story "a county is founded" county_found
story "its broker serves" county_start

# ---- a request file: the certificate comes with it ----
"$B/muster" agency make "$tap_dir/HC" --agency HC >/dev/null 2>&1
story "an admin adds by a request file" admin add "$tap_dir/HC/request" --roles health --desk
"$B/muster" agency point "$tap_dir/HC" --welcome "$tap_dir/HC/welcome" >/dev/null 2>&1
openssl x509 -inform DER -in "$tap_dir/HC/certificate.der" -noout -text >"$tap_out" 2>&1
tap_line $? "the machine has a certificate openssl can read"
says "for this agency" 'Subject: O = HC'
says "by the county's CA" 'Issuer: CN = Qinghe County'
says "that names the very key" "spiffe://cn.99.01.21/agent/$(newest)"
says "for a year of the record's clock" 'Not After : Jul 15 .* 2032'
mv "$county/ca.key" "$tap_dir/away"
"$B/muster" agency make "$tap_dir/XX" --agency XX >/dev/null 2>&1
fails 3 "without the CA's key nobody is added" admin add "$tap_dir/XX/request" --roles health
says "and where it is must be said" '--ca FILE'
story "so it is said" admin add "$tap_dir/XX/request" --roles health --ca "$tap_dir/away"
mv "$tap_dir/away" "$county/ca.key"

# ---- certificates renewed ----
story "a certificate for twenty days" admin renew HC --days 20
says "until when" 'HC [0-9a-f]*: certificate until 2031-08-05'
story "the machine takes it from the record" hc agency renew
openssl x509 -inform DER -in "$tap_dir/HC/certificate.der" -noout -enddate >"$tap_out" 2>&1
says "and openssl says the same" 'notAfter=Aug  5 .* 2031'
hc watch --no-follow -n 1 >"$tap_out" 2>&1
says "it is warned of once the mark of thirty days is passed" 'certificate ends in 19 days, on 2031-08-05: .*renew HC'
hc watch --no-follow -n 1 >"$tap_out" 2>&1
silent "and not again" 'certificate ends'
story "the doctor warns as long as it is so" hc doctor
says "with the command" 'WARN  cert .*good for 19 more days'
story "the admin's list too" admin list
says "with the command" 'certificate of HC [0-9a-f]* ends in 19 days: muster agency renew HC'
hc agency list >"$tap_out" 2>&1
silent "nobody else's" 'certificate of HC'
for days in 14 7; do
    admin renew HC --days "$days" >/dev/null 2>&1
    hc agency renew >/dev/null 2>&1
    hc watch --no-follow -n 1 >"$tap_out" 2>&1
    says "it is warned of again at $days" "certificate ends in $((days - 1)) days"
done
story "those that are due are renewed" admin renew --all
says "this one" 'HC [0-9a-f]*: certificate until 2032-07-15'
silent "and nobody else" 'XX '
story "then none is due" admin renew --all
says "and that is said" 'no certificate is due'
story "the doctor sees that this machine has an older one" hc doctor
says "and how to take the newer" 'WARN  cert .*the record has a newer one'
hc agency renew >/dev/null 2>&1
story "taken, nothing is to be warned of" hc doctor --fail-on warn
story "a term of its own is set" admin renew HC --until 2031-07-16T13:00
story "the doctor says that it is over" hc doctor
says "with what mends it" 'muster agency renew HC --until TIME'
fails 4 "when it is over nothing is taken" injured "$tap_dir/HC" CS-1
says "with the code" 'MU-122'
story "it is moved" admin renew HC --until 2031-12-31T00:00
story "and the same key speaks again" injured "$tap_dir/HC" CS-2
story "with the grants it had" admin show HC
says "which are" 'may publish  cn/99/01/21  health'
fails 4 "nobody but an admin renews" "$B/muster" --dir "$tap_dir/HC" agency renew HC --ca "$county/ca.key"
says "with the code" 'MU-121'
fails 2 "renew whose?" admin renew HC XX
fails 2 "for how long?" admin renew HC --days 0
fails 2 "until when?" admin renew HC --until yesterday
says "is asked in the words typed" '"yesterday" is no time'
fails 3 "an agency nobody knows is not found" admin renew YY

# ---- an admin's own key ----
fails 2 "nobody rotates nothing" admin rotate
fails 2 "an admin's key is not rotated by a code" admin rotate ADMIN
says "but by himself" 'agency rotate --own'
fails 1 "and an agency's not by itself" "$B/muster" --dir "$tap_dir/HC" agency rotate --own
says "but by an admin" 'muster agency rotate HC'
old=$(admin list --plain | awk -F'\t' '$1 == "ADMIN" && $2 == "muster" { print $4; exit }')
story "an admin proposes his new key" admin rotate --own --reason "old laptop"
says "which is nothing yet" 'another admin must'
story "until then the old one counts" admin grant HC --kinds road
fails 75 "asked again he is told what it waits for" admin rotate --own
number=$(waiting)
says "by its number" "entry $number still waits"
story "the list says what it is" admin list
says "in words" "asked for, new admin key of ADMIN: [0-9a-f]*, no admin any more: $(echo "$old" | cut -c1-12)"
says "and until which day" "entry $number waits for a second admin until 2031-07-1[67]T"
fails 4 "his own word is not a second one" admin endorse "$number"
says "as he is told" 'your own word'
story "the other admin endorses it" other endorse "$number"
says "and sees what" 'new admin key of ADMIN'
fails 4 "from the next frame on the old key is none" admin grant HC --kinds gauge
says "but retired" 'MU-302'
says "and the new one, which waits, needs no invitation" 'waits in .*\.next\. .*agency rotate --own'
story "the new key takes its place" admin rotate --own
says "and the old one is kept" "kept in $first\\.$(echo "$old" | cut -c1-8)"
story "the new one grants" admin grant HC --kinds gauge
fails 4 "the old one does not" "$B/muster" --dir "$first.$(echo "$old" | cut -c1-8)" agency grant HC --kinds plan
says "with the code" 'MU-302'
story "the list has both" admin list --plain
says "the old" "^ADMIN	muster	retired	$old"
story "the record is whole over the change" "$B/muster-replay" verify "$county"

# A forged one: by an agency, and with the end of a key that is not removed.
key=$(printf '%064d' 7 | sed 's/0/a/g')
fails 4 "an agency that names itself admin is refused" "$B/muster" --dir "$tap_dir/HC" say key_change \
    "add_admins[0].sign_key=$key" "add_admins[0].curve_key=$key" --wait
says "with the code" 'MU-121'
fails 1 "and an admin who removes one who is none" "$B/muster" --dir "$first" say key_change \
    "remove_admins[0]=$old" --wait
says "is told where" 'key_change.remove_admins'

for field in log_key broker_curve_key; do
    fails 1 "a $field this broker does not hold is refused: the record would stand still" \
        "$B/muster" --dir "$first" say key_change "$field=$key" --wait
    says "with the field" "MU-108.*key_change.$field"
done
fails 1 "of two admins neither is retired" admin retire ADMIN --reason left --agent "$(admin list --plain |
    awk -F'\t' '$1 == "ADMIN" && $2 == "muster" && $3 == "good" { print $4; exit }')"
says "and what to do instead is said" 'agency rotate --own'

# ---- the county CA ----
cp "$county/ca.key" "$tap_dir/old-ca.key"
openssl x509 -inform DER -in "$tap_dir/HC/certificate.der" -out "$tap_dir/before.pem" 2>/dev/null
story "an admin proposes a new CA" admin rotate --county-ca
fails 75 "it waits too" admin rotate --county-ca
story "until then the old one certifies" admin renew HC
story "the other admin endorses it" other endorse "$(waiting)"
says "and sees what" 'a new county CA'
fails 1 "the old CA's key is out of force" admin renew HC --ca "$tap_dir/old-ca.key"
says "and says so" 'is not the key of the county CA in force'
mv "$county/ca.key" "$county/ca.key.aside" # as one killed between the two names leaves it
story "the new key takes its place" admin rotate --county-ca
says "and what comes next" 'muster agency renew --all'
story "an outlived certificate ends nobody" injured "$tap_dir/HC" CS-3
story "it is due, however long it would last" admin renew --all
says "this one" 'HC [0-9a-f]*: certificate until 2032-07-15'
says "and the other" 'XX [0-9a-f]*: certificate until 2032-07-15'
story "the machine takes it" hc agency renew
"$B/muster" --dir "$first" watch --no-follow -n 500 --type key_change --json 2>/dev/null |
    sed -n 's/.*"caCertificate":"\([^"]*\)".*/\1/p' >"$tap_dir/ca.text"
base64 -d <"$tap_dir/ca.text" 2>/dev/null | openssl x509 -inform DER -out "$tap_dir/ca.pem" 2>"$tap_out"
tap_line $? "the record announces the new CA's certificate"
openssl x509 -inform DER -in "$tap_dir/HC/certificate.der" -out "$tap_dir/leaf.pem" 2>/dev/null
openssl verify -no_check_time -CAfile "$tap_dir/ca.pem" "$tap_dir/leaf.pem" >"$tap_out" 2>&1
tap_line $? "openssl verifies the new certificate by it"
! openssl verify -no_check_time -CAfile "$tap_dir/ca.pem" "$tap_dir/before.pem" >"$tap_out" 2>&1
tap_line $? "and not the old one"
story "the record is whole over this one too" "$B/muster-replay" verify "$county"
story "a machine that was away folds both" hc doctor --fail-on fail

# ---- the record's clock, two years on, as this machine was last told it ----
forward() { # directory, days
    now=$(sed -n 's/^log_ms //p' "$1/county")
    sed -i "s/^log_ms .*/log_ms $((now + $2 * 86400000))/" "$1/county"
}
forward "$tap_dir/HC" 730
hc watch --no-follow -n 1 >"$tap_out" 2>&1
says "its holder is told that it ended, and that this cuts nothing off" 'certificate ended on 2032-.*nothing is cut off'
story "which is true" injured "$tap_dir/HC" CS-9
silent "and it is not said twice a day" 'certificate ended'

tap_done
