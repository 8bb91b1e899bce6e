# The DS in every format, as registrars and parents want it.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	kmgr_here
	printf 'version: 1\nzones: ["."]\nds: { digest-types: %s }\n' \
		'[sha-256, sha-384]' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr --json list-ksks | jq -r '"example.com. 3600 IN DNSKEY \(.ksks[0].dnskey)"' \
		>key
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
}

@test "no format needs the token" {
	echo 0 >"$BATS_TEST_TMPDIR/kmgr/pin"
	for format in zone json form epp-ds epp-key cds nsupdate; do
		kmgr -q get-ds example.com --format $format | grep -q .
	done
}

@test "zone: what dnssec-dsfromkey makes of the same key" {
	kmgr get-ds example.com >ours
	for digest in SHA-256 SHA-384; do
		dnssec-dsfromkey -a $digest -f key example.com
	done >theirs
	diff ours theirs
}

@test "cds: what dnssec-dsfromkey -C makes, and the key as CDNSKEY" {
	kmgr get-ds example.com --format cds >ours
	{
		for digest in SHA-256 SHA-384; do
			dnssec-dsfromkey -C -a $digest -f key example.com
		done
		sed 's/ 3600 IN DNSKEY / IN CDNSKEY /' key
	} >theirs
	diff ours theirs
}

@test "form: every field that registrars ask for" {
	run kmgr get-ds example.com --format form
	[ "$status" -eq 0 ]
	for label in "Key tag" Flags Protocol "Signing algorithm" \
		"Digest algorithm" Digest "Public key" "DS record" \
		"DNSKEY record"; do
		grep -q "^$label  *[^ ]" <<<"$output"
	done
	grep -q "^Key tag  *$tag\$" <<<"$output"
}

@test "json: all fields of Route 53's DS information" {
	kmgr get-ds example.com --format json >ds.json
	for field in name cmk_id flag signing_algorithm_mnemonic \
		signing_algorithm_type digest_algorithm_mnemonic \
		digest_algorithm_type key_tag digest_value public_key \
		ds_record dnskey_record status created_date; do
		jq -e ".[0] | has(\"$field\")" ds.json
	done
	[ "$(jq -r '.[0].ds_record' ds.json)" = \
		"$(kmgr get-ds example.com | head -1 | cut -d ' ' -f 4-)" ]
	[ "$(jq -r '.[0].flag' ds.json)" -eq 257 ]
}

@test "epp-ds and epp-key are XML with the data of RFC 5910" {
	kmgr get-ds example.com --format epp-ds >ds.xml
	kmgr get-ds example.com --format epp-key >key.xml
	for file in ds.xml key.xml; do
		xmllint --nonet --noout $file
		grep -q 'urn:ietf:params:xml:ns:secDNS-1.1' $file
		grep -q '<domain:name>example.com</domain:name>' $file
	done
	[ "$(grep -c "<secDNS:keyTag>$tag</secDNS:keyTag>" ds.xml)" -eq 2 ]
	grep -q '<secDNS:flags>257</secDNS:flags>' key.xml
	grep -q "<secDNS:pubKey>$(cut -d ' ' -f 8 key)</secDNS:pubKey>" key.xml
}

@test "nsupdate: a script that adds and removes nothing" {
	run kmgr -q get-ds example.com --format nsupdate
	[ "$(grep -c '^update add example.com. 86400 IN DS ' <<<"$output")" -eq 2 ]
	[ "${lines[-1]}" = send ]
	[[ $output != *delete* ]]
}

@test "a DS ahead of its DNSKEY: a note says what comes first" {
	bats_require_minimum_version 1.5.0
	run --separate-stderr kmgr get-ds example.com
	[[ $stderr == *"KSK example.com./$tag is not published yet"* ]]
	[[ $output != *published* ]]
	run --separate-stderr kmgr --json get-ds example.com
	[ -z "$stderr" ]
	[[ $(jq -r '.notes[0]' <<<"$output") == *"is not published yet"* ]]
	run --separate-stderr kmgr -q get-ds example.com
	[ -z "$stderr" ]
}

@test "ZONE/KEYTAG: the DS of one KSK" {
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	[ "$(kmgr -q get-ds example.com | wc -l)" -eq 4 ]
	[ "$(kmgr -q get-ds "example.com/$tag" | cut -d ' ' -f 4 | sort -u)" = \
		"$tag" ]
	run kmgr get-ds example.com/99999
	[ "$status" -eq 4 ]
}

@test "after signing, a note says from when the parent may have the DS" {
	kmgr -q sign-zsks example.com \
		"$srcdir/tests/fixtures/good-zsks/bind-dnssec-keygen.zone" \
		>/dev/null
	bats_require_minimum_version 1.5.0
	run --separate-stderr kmgr get-ds example.com
	# 1d max-zone-ttl, 1h zone-propagation-delay: what is in caches from
	# when it was not signed.
	from=$(grep -o '20..-..-..T..:..:..Z' <<<"$stderr")
	(( $(date -d "$from" +%s) - $(date +%s) > 25 * 3600 - 120 ))
	(( $(date -d "$from" +%s) - $(date +%s) <= 25 * 3600 ))
	run -0 kmgr plan example.com
	[[ $output == *"waits since "*", until $from: max-zone-ttl"* ]]
}

@test "an unknown format: exit 2 with the formats that there are" {
	run kmgr get-ds example.com --format bind
	[ "$status" -eq 2 ]
	[[ $output == *"epp-key, cds, nsupdate"* ]]
}

@test "a zone without a KSK: exit 4" {
	run kmgr get-ds example.org
	[ "$status" -eq 4 ]
	[[ $output == *"has no KSK"* ]]
}

@test "a pinned CMK whose public key is another one gives no DS away" {
	kmgr describe-cmk prod | grep -q "public key   SHA-256"
	pin=$(kmgr --json describe-cmk prod | jq -r .cmk.public_key_sha256)
	[ "$pin" = "$(kmgr --json describe-cmk prod | jq -r .cmk.public_key |
		openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1)" ]
	echo "pins: { prod: $pin }" >>"$KMGR_CONFIG"
	run kmgr get-ds example.com
	[ "$status" -eq 0 ]
	sed -i "s/$pin/$(sha256sum </dev/null | cut -d ' ' -f 1)/" "$KMGR_CONFIG"
	run kmgr get-ds example.com
	[ "$status" -eq 10 ]
	[[ $output == *"pins for prod"* ]]
	[[ $output != *" DS "* ]]
}

@test "--zones-from: all of a list, in its order, in every format" {
	kmgr -q create-ksk b.example a.example --cmk prod >/dev/null
	printf '%s\n' b.example '# and' nokey.example a.example b.example >list
	run --separate-stderr kmgr get-ds --zones-from list
	[ "$status" -eq 12 ]
	[ "$output" = "$(kmgr -q get-ds b.example; kmgr -q get-ds a.example)" ]
	[[ $stderr == *"2 of 4 zones were not told of; the first: "*"zone nokey.example. has no KSK"* ]]
	[[ $stderr == *"it is as early for the DS of 1 more zones"* ]]
	run --separate-stderr kmgr --json get-ds --zones-from list
	[ "$status" -eq 12 ]
	[ "$(jq -c '[.ds[0, 2].zone, .refused[].zone]' <<<"$output")" = \
		'["b.example.","a.example.","nokey.example","b.example"]' ]
	printf '%s\n' b.example a.example >list
	for format in form epp-ds epp-key cds nsupdate; do
		kmgr -q get-ds -f $format --zones-from list >out
		{ kmgr -q get-ds -f $format b.example
		[ $format != form ] || echo
		kmgr -q get-ds -f $format a.example; } | cmp - out
	done
	kmgr -q get-ds -f json --zones-from list -o out.json
	[ "$(jq -c '[.[0, 2].zone]' out.json)" = '["b.example.","a.example."]' ]
	run kmgr get-ds --zones-from list a.example
	[ "$status" -eq 2 ]
	run kmgr get-ds --zones-from list --diff
	[ "$status" -eq 2 ]
	echo nokey.example >list
	run kmgr get-ds --zones-from list -o out.json
	[ "$status" -eq 4 ]
	[ "$(jq length out.json)" -eq 4 ]
}
