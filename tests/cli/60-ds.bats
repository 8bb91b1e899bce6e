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

# old: old.example, whose key is in all caches in three days. From then on now()
# is kmgr.
old() {
	kmgr -q create-ksk old.example --cmk prod >/dev/null
	dnssec-keygen -q -a 13 old.example >name 2>/dev/null
	kmgr -q sign-zsks old.example "$(cat name).key" >/dev/null

	now() {
		kmgr_later 3d "$@"
	}
}

@test "--zones-from: all of a list, in its order, in every format" {
	kmgr -q create-ksk b.example a.example --cmk prod >/dev/null
	printf '%s\n' b.example '# and' nokey.example a.example b.example >list
	run --separate-stderr kmgr get-ds --zones-from list --early
	[ "$status" -eq 12 ]
	[ "$output" = "$(kmgr -q get-ds b.example; kmgr -q get-ds a.example)" ]
	[[ $stderr == *"2 of 4 zones were not told of; the first: "*"zone nokey.example. has no KSK"* ]]
	[[ $stderr == *"2 of 4 zones are too early for a DS"* ]]
	run --separate-stderr kmgr --json get-ds --zones-from list --early
	[ "$status" -eq 12 ]
	[ "$(jq -c '[.ds[0, 2].zone, .refused[].zone]' <<<"$output")" = \
		'["b.example.","a.example.","nokey.example","b.example"]' ]
	printf '%s\n' b.example a.example >list
	for format in form epp-ds epp-key cds nsupdate; do
		kmgr -q get-ds -f $format --zones-from list --early >out
		{ kmgr -q get-ds -f $format b.example
		[ $format != form ] || echo
		kmgr -q get-ds -f $format a.example; } | cmp - out
	done
	kmgr -q get-ds -f json --zones-from list --early -o out.json
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

@test "--zones-from: no DS that is ahead of its DNSKEY" {
	kmgr -q create-ksk new.example --cmk prod >/dev/null
	old
	now -q sign-zsks example.com \
		"$srcdir/tests/fixtures/good-zsks/bind-dnssec-keygen.zone" \
		>/dev/null
	from=$(now get-ds example.com 2>&1 >/dev/null |
		grep -o '20..-..-..T..:..:..Z')
	printf '%s\n' new.example example.com old.example >list
	for format in zone form epp-ds epp-key cds nsupdate json; do
		run -12 --separate-stderr now get-ds -f $format --zones-from list
		[ "$output" = "$(now -q get-ds -f $format old.example)" ]
		[[ $stderr == *"2 of 3 zones are too early for a DS, which would make them bogus: left out"* ]]
		[[ $stderr == *"1 of them may have it from $from on"* ]]
		[[ $stderr == *"1 of them are not published yet"* ]]
		[[ $stderr == *"2 of 3 zones were not told of; the first: zone new.example.: its KSK is not published yet"*"--early"* ]]
		[ "$(grep -c 'example.com' <<<"$stderr")" -eq 0 ]
	done
	[[ $stderr == *"when the parents have them: kmgr ds-seen --zones-from FILE"* ]]
	# Machines get all of them, and know which.
	run -12 now --json get-ds --zones-from list
	jq -e --arg from "$from" '.n_early == 2 and .n_refused == 0 and
		([.ds[] | [.zone, .ready, .ready_at]] | unique) == [
		["example.com.", false, $from], ["new.example.", false, null],
		["old.example.", true, null]]' <<<"$output"
	# Who knows better says so.
	run -0 --separate-stderr now get-ds --zones-from list --early
	[ "$(wc -l <<<"$output")" -eq 6 ]
	[[ $stderr == *"2 of 3 zones are too early"* ]]
	run -0 now --json get-ds --zones-from list --early
	[ "$(jq '[.ds[] | select(.ready)] | length' <<<"$output")" -eq 2 ]
	run -2 now get-ds example.com --early
	# None is ready: exit 11, and a file stays as it was.
	echo kept >out
	printf '%s\n' new.example example.com >list
	run -11 now get-ds --zones-from list -o out
	[ "$(cat out)" = kept ]
	run -11 --separate-stderr now -q get-ds --zones-from list
	[ -z "$output" ]
}

@test "one zone: ready or not, and what comes next" {
	old
	run -0 --separate-stderr now --json get-ds example.com
	jq -e '[.ds[] | [.ready, .ready_at]] | unique == [[false, null]]' \
		<<<"$output"
	run -0 --separate-stderr now get-ds old.example
	ksk=old.example./$(cut -d ' ' -f 4 <<<"${lines[0]}")
	[ "$stderr" = "when the parent has it: kmgr ds-seen $ksk, unless run looks" ]
	now -q ds-seen "$ksk" >/dev/null
	run -0 --separate-stderr now get-ds old.example
	[ -z "$stderr" ]
}

# three: z1 to z3.example, signed, and in all caches at now(); z4 is not.
three() {
	local i

	for i in 1 2 3 4; do
		echo z$i.example
	done >list
	kmgr -q create-ksk --zones-from list --cmk prod >/dev/null
	dnssec-keygen -q -a 13 x.example >name 2>/dev/null
	mkdir zones
	for i in 1 2 3; do
		sed "s/x.example/z$i.example/" "$(cat name).key" \
			>zones/z$i.example.zone
	done
	kmgr -q sign-zsks --zones-from zones >/dev/null

	now() {
		kmgr_later 3d "$@"
	}
}

n_events() {
	sqlite3 kmgr.db "SELECT count(*) FROM ledger WHERE type = '$1'"
}

@test "ds-seen --zones-from: what can be told is, in one transaction" {
	three
	# It is too early for all.
	run -11 --separate-stderr kmgr ds-seen --zones-from list
	[[ $stderr == *"0 of 4 told, 0 known before, 4 refused"* ]]
	# Three wait for the same: a line of them, and one of the other.
	[[ $stderr == *"3 zones, the first of them z1.example: KSK z1.example./"*" add-ds "*" waits "* ]]
	[ "$(grep -c '^z' <<<"$stderr")" -eq 1 ]
	[ "$(grep -c 'z[23].example' <<<"$stderr")" -eq 0 ]
	[ "$(n_events ds-seen)" -eq 0 ]
	run -11 kmgr -q --json ds-seen --zones-from list
	jq -e '[.refused[] | .zone] | length == 4' <<<"$output"
	run -12 --separate-stderr now ds-seen --zones-from list --dry-run
	[ "$(grep -c '^would record that the DS of KSK z[123].example./' \
		<<<"$output")" -eq 3 ]
	[ "$(n_events ds-seen)" -eq 0 ]
	checkpoints=$(n_events checkpoint)
	echo 'z5 example' >>list
	run -12 --separate-stderr now ds-seen --zones-from list
	[ "$(grep -c '^KSK z[123].example./[0-9]* is active$' <<<"$output")" \
		-eq 3 ]
	[[ $stderr == *"z4.example: KSK z4.example./"*" add-ds "*" waits "* ]]
	[[ $stderr == *"list:5: more than one word"* ]]
	[[ $stderr == *"3 of 5 told, 0 known before, 2 refused"* ]]
	[ "$(n_events ds-seen)" -eq 3 ]
	[ "$(n_events checkpoint)" -eq $((checkpoints + 1)) ]
	# Once more it does what is left.
	sed -i '/z[45]/d' list
	run -0 --separate-stderr now --json ds-seen --zones-from list
	jq -e '.n_told == 0 and .n_known_before == 3 and
		([.ksks[] | [.zone, .state, .known_before]] | .[0] ==
		["z1.example.", "active", true])' <<<"$output"
	[ "$(n_events ds-seen)" -eq 3 ]
	run -0 now verify
	run -2 now ds-seen --zones-from list z1.example/1
}

@test "ds-seen --zones-from: ZONE/KEYTAG, twice a zone, and by force" {
	three
	now -q ds-seen --zones-from list >/dev/null || [ $? -eq 12 ]
	now -q create-ksk z1.example --cmk prod --another >/dev/null
	# Who is meant by the zone is one that is on its way, if there is any.
	echo z1.example >list
	run -11 now ds-seen --zones-from list
	now --json list-ksks z1.example |
		jq -r '.ksks[] | "\(.zone)/\(.key_tag)"' >list
	[ "$(wc -l <list)" -eq 2 ]
	run -12 --separate-stderr now ds-seen --zones-from list
	[[ $stderr == *"0 of 2 told, 1 known before, 1 refused"* ]]
	run -0 --separate-stderr now ds-seen --zones-from list --force
	[[ $stderr == *"1 of 2 told, 1 known before, 0 refused"* ]]
	[[ $stderr == *"1 of the KSKs were never published"* ]]
	# Both at once, and the last one leaves the zone insecure.
	run -0 --separate-stderr now ds-gone --zones-from list --force
	[[ $stderr == *"2 of 2 told, 0 known before, 0 refused"* ]]
	[[ $stderr == *"1 zones have no KSK with its DS at the parent now"* ]]
	[ "$(n_events ds-gone)" -eq 2 ]
	run -0 now verify
}

@test "ds-seen --zones-from: without the token it ends, and tells nothing" {
	three
	mv tokens away
	mkdir tokens
	run -6 --separate-stderr now ds-seen --zones-from list
	rmdir tokens
	mv away tokens
	[ -z "$output" ]
	[ "$(n_events ds-seen)" -eq 0 ]
}

@test "ds-add --zones-from: those whose plan has it, in one transaction, and once" {
	three
	steps=$(n_events ksk-step)
	run -11 --separate-stderr kmgr ds-add --zones-from list
	[[ $stderr == *"3 zones, the first of them z1.example: add-ds of z1.example./"*" waits "* ]]
	[[ $stderr == *"0 of 4 told, 0 known before, 4 refused"* ]]
	run -12 --separate-stderr now ds-add --zones-from list --dry-run
	[ "$(grep -c '^would record that the parent is asked to add the DS of KSK z[123].example./' \
		<<<"$output")" -eq 3 ]
	[ "$(n_events ksk-step)" -eq "$steps" ]
	checkpoints=$(n_events checkpoint)
	run -12 --separate-stderr now ds-add --zones-from list
	[ "$(grep -c '^the parent is asked to add the DS of KSK z[123].example./[0-9]* since 20' \
		<<<"$output")" -eq 3 ]
	[[ $stderr == *"z4.example: add-ds of z4.example./"*" waits "* ]]
	[[ $stderr == *"3 of 4 told, 0 known before, 1 refused"* ]]
	[ "$(n_events ksk-step)" -eq $((steps + 3)) ]
	[ "$(n_events checkpoint)" -eq $((checkpoints + 1)) ]
	# Once more it does what is left; a KSK may be named, too.
	key=$(kmgr --json list-ksks z2.example |
		jq -r '.ksks[0] | "\(.zone)/\(.key_tag)"')
	printf '%s\n' z1.example "$key" z3.example >list
	run -0 --separate-stderr now --json ds-add --zones-from list
	jq -e --arg key "$key" '.n_told == 0 and .n_known_before == 3 and
		(.ksks[1] | "\(.zone)/\(.key_tag)" == $key and .known_before
		and (.asked_at | length == 20))' <<<"$output"
	[ "$(n_events ksk-step)" -eq $((steps + 3)) ]
	# That it is there is told as of what was asked for.
	run -0 now ds-seen --zones-from list
	run -0 now verify
	run -2 now ds-add --zones-from list z1.example/1
}

@test "ds-remove --zones-from: the KSKs that go" {
	three
	sed -i /z4/d list
	now -q ds-seen --zones-from list >/dev/null
	run -5 --separate-stderr now ds-remove --zones-from list
	[[ $stderr == *"remove-ds of z1.example./"*" is no part of the plan"* ]]
	for i in 1 2 3; do
		now -q go-insecure z$i.example --yes >/dev/null
	done
	run -0 --separate-stderr now ds-remove --zones-from list
	[ "$(grep -c '^the parent is asked to remove the DS of KSK z[123].example./' \
		<<<"$output")" -eq 3 ]
	[[ $stderr == *"3 of 3 told, 0 known before, 0 refused"* ]]
	run -0 --separate-stderr now ds-remove --zones-from list
	[[ $stderr == *"0 of 3 told, 3 known before, 0 refused"* ]]
	run -0 now verify
}

@test "ds-add --zones-from: of two KSKs one is named" {
	three
	kmgr -q create-ksk z1.example --cmk prod --another >/dev/null
	kmgr -q sign-zsks z1.example zones/z1.example.zone >/dev/null
	echo z1.example >list
	run -4 --separate-stderr now ds-add --zones-from list
	[[ $stderr == *"zone z1.example. has 2 KSKs whose DS the parent may be asked to add"*"ZONE/KEYTAG"* ]]
	kmgr --json list-ksks z1.example |
		jq -r '.ksks[] | "\(.zone)/\(.key_tag)"' >list
	run -0 --separate-stderr now ds-add --zones-from list
	[[ $stderr == *"2 of 2 told, 0 known before, 0 refused"* ]]
	run -0 now verify
}

@test "zone-signed --zones-from: in one transaction, and once" {
	three
	checkpoints=$(n_events checkpoint)
	{ echo none.example; echo 'z5 example'; echo 0/25.example; } >>list
	run -12 --separate-stderr now zone-signed --zones-from list \
		--alg ed25519 --at -1d --dry-run
	[ "$(grep -c '^would record that all data of z[1-4].example. is signed with ED25519 since ' \
		<<<"$output")" -eq 4 ]
	alg_signed=$(n_events alg-signed)
	run -12 --separate-stderr now zone-signed --zones-from list \
		--alg ed25519 --at -1d
	[ "$(grep -c '^z[1-4].example. is signed with ED25519 since ' \
		<<<"$output")" -eq 4 ]
	[[ $stderr == *"none.example: "*"list:6: more than one word"* ]]
	[[ $stderr == *"0/25.example: "* ]]
	[[ $stderr == *"4 of 7 told, 0 known before, 3 refused"* ]]
	[ "$(n_events alg-signed)" -eq $((alg_signed + 4)) ]
	[ "$(n_events checkpoint)" -eq $((checkpoints + 1)) ]
	# Once more it does what is left; a later word changes nothing.
	sed -i '5,$d' list
	run -0 --separate-stderr now --json zone-signed --zones-from list \
		--alg ed25519
	jq -e '.n_told == 0 and .n_known_before == 4 and (.zones[0] |
		.zone == "z1.example." and .algorithm == "ED25519" and
		.known_before and
		.signed_at < (now + 60 * 3600 | floor | todate))' \
		<<<"$output"
	[ "$(n_events alg-signed)" -eq $((alg_signed + 4)) ]
	# What is in the future, or before what is known, is refused of each.
	run -4 now zone-signed --zones-from list --alg ed25519 --at -2d
	run -4 now zone-signed --zones-from list --alg 14 --at +1d
	run -2 now zone-signed --zones-from list z1.example --alg ed25519
	run -2 now zone-signed --zones-from list
	run -0 now verify
}

@test "zone-unsigned --zones-from: as the plan has it, or by force" {
	three
	now -q zone-signed --zones-from list --alg ed25519 >/dev/null
	run -12 --separate-stderr now zone-unsigned --zones-from list --alg 13
	[[ $stderr == *"0 of 4 told, 1 known before, 3 refused"* ]]
	run -0 --separate-stderr now zone-unsigned --zones-from list --alg 13 \
		--force
	[ "$(grep -c '^z[1-4].example. is signed with ECDSAP256SHA256 no more$' \
		<<<"$output")" -eq 4 ]
	[[ $stderr == *"3 of 4 told, 1 known before, 0 refused"* ]]
	run -0 --separate-stderr now --json zone-unsigned --zones-from list \
		--alg 13
	jq -e '.n_known_before == 4 and .zones[3].signed_at == null' \
		<<<"$output"
	run -0 now verify
}
