# Key-signing keys: made once, for the zones that the policy allows.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	kmgr_here
}

# cmk NAME YAML...: a CMK for any zone.
cmk() {
	local name=$1

	shift
	{ printf 'version: 1\nzones: ["."]\n'; printf '%s\n' "$@"; } \
		>"$name.yaml"
	kmgr -q create-cmk "$name" --token main --policy "$name.yaml" \
		>/dev/null
}

@test "a KSK for each algorithm, in custody token and shared" {
	for custody in token shared; do
		for alg in ecdsap256sha256 ecdsap384sha384 ed25519 rsasha256; do
			cmk "$custody-$alg" "custody: $custody" \
				"ksk: { algorithm: $alg }"
			zone=$alg.$custody.example
			run kmgr --json create-ksk "$zone" \
				--cmk "$custody-$alg"
			[ "$status" -eq 0 ]
			[ "$(kmgr --json list-ksks "$zone" |
				jq -r '.ksks[0].algorithm | ascii_downcase')" \
				= "$alg" ]
		done
	done
	run kmgr verify
	[ "$status" -eq 0 ]
	[[ $output == "8 CMKs, 16 key pairs, 8 KSKs"*"56 objects"* ]]
}

@test "RSA keys have the size that the policy says" {
	for bits in 2048 3072; do
		cmk "rsa$bits" "ksk: { algorithm: rsasha256, rsa-bits: $bits }"
		kmgr -q create-ksk "r$bits.example" --cmk "rsa$bits" >/dev/null
		[ "$(kmgr --json list-ksks "r$bits.example" |
			jq '.ksks[0].bits')" -eq $bits ]
	done
}

@test "create-ksk is idempotent; --another makes one more" {
	cmk prod
	first=$(kmgr --json create-ksk example.com --cmk prod |
		jq -r '.ksks[].id')
	run kmgr create-ksk EXAMPLE.com. --cmk prod
	[ "$status" -eq 0 ]
	[ "$(kmgr --json list-ksks | jq -r '.ksks[].id')" = "$first" ]
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 2 ]
	[ "$(kmgr --json list-ksks | jq -c '[.ksks[].generation]')" = "[1,2]" ]
}

@test "max-per-zone holds, and nothing is made beyond it" {
	cmk prod "ksk: { max-per-zone: 2 }"
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	before=$(sha256_of tokens)
	run kmgr create-ksk example.com --cmk prod --another
	[ "$status" -eq 5 ]
	[[ $output == *KSK-COUNT* ]]
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 2 ]
	[[ $(kmgr verify) == *": 0 differences" ]]
	# One that is retired, and was in no RRset, makes place.
	tag=$(kmgr --json list-ksks | jq '.ksks[-1].key_tag')
	kmgr -q roll-ksk "example.com/$tag"
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 3 ]
}

@test "a zone that the policy does not name: exit 5, before anything is made" {
	printf 'version: 1\nzones: ["example.com", "*.example.net"]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	for zone in example.org sub.example.com example.net; do
		run kmgr create-ksk "$zone" --cmk prod
		[ "$status" -eq 5 ]
		[[ $output == *KSK-ZONE* && $output == *"$zone"* ]]
	done
	# One bad zone among good ones: none is made, the CMK stays a draft.
	run kmgr create-ksk example.com example.org --cmk prod
	[ "$status" -eq 5 ]
	[[ $(kmgr verify) == "1 CMKs, 1 key pairs, 0 KSKs"* ]]
	[ "$(kmgr --json describe-cmk prod | jq -r .cmk.state)" = draft ]
	run kmgr create-ksk example.com a.b.example.net --cmk prod
	[ "$status" -eq 0 ]
}

@test "zones from a file; what is wrong in it is named by line" {
	cmk prod
	printf '# zones\na.example\n\n  b.example.  # two\r\n' >zones
	kmgr -q create-ksk --zones-from zones --cmk prod >/dev/null
	[ "$(kmgr --json list-ksks | jq -c '[.ksks[].zone]')" = \
		'["a.example.","b.example."]' ]
	printf 'd..example\n' >zones
	run kmgr create-ksk --zones-from zones --cmk prod
	[ "$status" -eq 4 ]
	[[ $output == *"zones:1:"* ]]
	printf 'c.example d.example\n' >zones
	run kmgr create-ksk --zones-from zones --cmk prod
	[ "$status" -eq 4 ]
	[[ $output == *"zones:1: more than one word"* ]]
	echo '# none' >zones
	run kmgr create-ksk --zones-from zones --cmk prod
	[ "$status" -eq 4 ]
	[[ $output == *"zones names no zone"* ]]
	run kmgr create-ksk --zones-from zones c.example --cmk prod
	[ "$status" -eq 2 ]
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 2 ]
}

@test "of a list what can have a KSK gets one; the rest is told, exit 12" {
	printf 'version: 1\nzones: ["*.example"]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	printf '%s\n' a.example other.test d..example b.example A.EXAMPLE \
		>zones
	run --separate-stderr kmgr --json create-ksk --zones-from zones \
		--cmk prod --dry-run
	[ "$status" -eq 12 ]
	[ "$(jq '.plan | length' <<<"$output")" -eq 3 ]
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 0 ]
	run --separate-stderr kmgr --json create-ksk --zones-from zones \
		--cmk prod
	[ "$status" -eq 12 ]
	[ "$(jq -c '[.error, .exit_status, .n_refused]' <<<"$output")" = \
		'["partial",12,3]' ]
	[ "$(jq -c '[.refused[] | [.zone, .error]]' <<<"$output")" = \
		'[["d..example","input"],["A.EXAMPLE","input"],["other.test","policy"]]' ]
	[[ $(jq -r '.refused[1].message' <<<"$output") == \
		"zones:5: named twice; it stands in line 1" ]]
	[ "$(jq -c '[.ksks[].zone]' <<<"$output")" = \
		'["a.example.","b.example."]' ]
	# What policy refused is in the ledger.
	[ "$(kmgr --json list-events --type refusal |
		jq '.events[].payload.n_zones')" -eq 3 ]
	# Again: nothing is left that could be done.
	run --separate-stderr kmgr create-ksk --zones-from zones --cmk prod
	[ "$status" -eq 12 ]
	[[ $stderr == *"3 of 5 zones were not given a KSK; the first: "* ]]
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 2 ]
	# None of them: as one alone would end.
	echo other.test >zones
	run kmgr create-ksk --zones-from zones --cmk prod
	[ "$status" -eq 5 ]
}

@test "a zone that stands twice among many is found" {
	cmk prod
	{ seq -f 'z%.0f.example' 1500; echo Z7.example.; } >zones
	run kmgr create-ksk --zones-from zones --cmk prod --dry-run
	[ "$status" -eq 12 ]
	[[ $output == *"Z7.example.: zones:1501: named twice; it stands in line 7"* ]]
	printf 'a.example\n\0b.example\n' >zones
	run kmgr create-ksk --zones-from zones --cmk prod --dry-run
	[ "$status" -eq 4 ]
}

@test "names that are none: exit 2" {
	cmk prod
	for zone in "" "a..b" ".a" \
		"$(printf 'a%.0s' {1..64}).example" "ex ample.com" "ä.example"; do
		run kmgr create-ksk "$zone" --cmk prod
		[ "$status" -eq 2 ] || { echo "$zone: $output"; false; }
	done
	run kmgr create-ksk a.example A.EXAMPLE. --cmk prod
	[ "$status" -eq 2 ]
	[[ $output == *"named twice"* ]]
	run kmgr create-ksk --cmk prod
	[ "$status" -eq 2 ]
	run kmgr create-ksk a.example
	[ "$status" -eq 2 ]
	[[ $output == *"needs --cmk NAME"* ]]
	run kmgr create-ksk a.example --cmk nobody
	[ "$status" -eq 4 ]
}

@test "custody shared: one key pair, one DNSKEY, a DS for each zone" {
	cmk group "custody: shared"
	kmgr -q create-ksk a.example b.example --cmk group >/dev/null
	kmgr -q create-ksk c.example --cmk group >/dev/null
	[ "$(kmgr --json list-ksks | jq -r '.ksks[].dnskey' | sort -u |
		wc -l)" -eq 1 ]
	[ "$(for zone in a b c; do kmgr get-ds $zone.example; done |
		cut -d ' ' -f 7 | sort -u | wc -l)" -eq 3 ]
	[[ $(kmgr verify) == "1 CMKs, 2 key pairs, 3 KSKs"*"8 objects"* ]]
	# Another one of a zone is another one of the group, once.
	kmgr -q create-ksk a.example --cmk group --another >/dev/null
	kmgr -q create-ksk b.example --cmk group --another >/dev/null
	kmgr -q create-ksk d.example --cmk group >/dev/null
	kmgr --json list-ksks | jq -e '.ksks | group_by(.zone) |
		map(map(.key_tag)) | .[0] == .[1] and (.[0] | length) == 2 and
		.[2] == [.[0][0]] and .[3] == [.[0][1]]'
	[[ $(kmgr verify) == "1 CMKs, 3 key pairs, 6 KSKs"* ]]
}

@test "create-ksk --dry-run says what comes, and does none of it" {
	cmk prod
	before=$(sha256_of tokens)
	run kmgr create-ksk a.example b.example --cmk prod --dry-run
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "would seal CMK prod"* ]]
	[[ ${lines[1]} == *"KSK for a.example."* ]]
	[[ ${lines[2]} == *"KSK for b.example."* ]]
	[ "$before" = "$(sha256_of tokens)" ]
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 0 ]
	run kmgr --json create-ksk a.example --cmk prod --dry-run
	[ "$(jq -c '[.plan[].action]' <<<"$output")" = '["seal","make-ksk"]' ]
}

@test "the endorsement verifies with openssl, and binds key and policy" {
	cmk prod
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr --json describe-ksk "example.com/$(kmgr --json list-ksks |
		jq '.ksks[0].key_tag')" >ksk.json
	kmgr --json describe-cmk prod | jq -r .cmk.public_key >seal.pem
	read -r place sig < <(jq -r .ksk.endorsement_signature ksk.json)
	[ "$place" = 0/1 ]
	base64 -d <<<"$sig" >sig
	jq -cjS .ksk.endorsement ksk.json >endorsement
	{ printf 'kmgr/endorsement-batch/v1\0'
		batch_of_one "$(jq -r .cmk_id endorsement)" endorsement; } \
		>tbs
	openssl dgst -sha256 -verify seal.pem -signature sig tbs
	[ "$(jq -r .ksk.endorsement.dnskey ksk.json)" = \
		"$(jq -r .ksk.dnskey ksk.json)" ]
	[ "$(jq -r .ksk.endorsement.policy_hash ksk.json)" = \
		"$(kmgr --json describe-cmk prod | jq -r .cmk.policy_hash)" ]
	[ "$(jq '.ksk.endorsement.attributes.not_held | length' ksk.json)" -eq 0 ]
	for sealed in CKA_EXTRACTABLE CKA_MODIFIABLE CKA_COPYABLE; do
		[ "$(jq -r ".ksk.endorsement.attributes.private.$sealed" \
			ksk.json)" = false ]
	done
	[ "$(jq -r .ksk.endorsement.attributes.private.CKA_SENSITIVE \
		ksk.json)" = true ]
}

@test "describe-ksk: by tag, by id, and what is none" {
	cmk prod
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	id=$(kmgr --json list-ksks | jq -r '.ksks[0].id')
	[ "$(kmgr describe-ksk "example.com/$tag")" = \
		"$(kmgr describe-ksk "$id")" ]
	for name in example.com/99999 example.com/x example.org/$tag \
		deadbeef example.com; do
		run kmgr describe-ksk "$name"
		[ "$status" -eq 4 ]
		[[ $output == *"no KSK"*"ZONE/KEYTAG"* ]]
	done
}

@test "seal: compliance makes keys that nobody can destroy" {
	cmk vault "seal: compliance"
	kmgr -q create-ksk example.com --cmk vault >/dev/null
	kmgr describe-ksk "$(kmgr --json list-ksks | jq -r '.ksks[0].id')" |
		grep -E 'private +CKA_DESTROYABLE +false +held'
	id=$(kmgr --json list-ksks | jq -r '.ksks[0].id')
	key=$(kmgr --json describe-ksk "$id" | jq -r .ksk.endorsement.key_id)
	run pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --delete-object --type privkey --id "$key"
	[ "$status" -ne 0 ]
	[[ $(kmgr verify) == *": 0 differences" ]]
}

@test "what cannot be written down is not made" {
	cmk prod
	kmgr -q create-ksk a.example --cmk prod >/dev/null
	# The second of three.
	sqlite3 kmgr.db "CREATE TRIGGER full BEFORE INSERT ON intent
		WHEN EXISTS (SELECT 1 FROM intent WHERE state = 'open')
		BEGIN SELECT RAISE(ABORT, 'no room'); END"
	run kmgr create-ksk b.example c.example d.example --cmk prod
	echo "$output"
	[ "$status" -eq 7 ]
	[[ $output == *"no room"* ]]
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 1 ]
	sqlite3 kmgr.db 'DROP TRIGGER full'
	kmgr -q create-ksk b.example c.example d.example --cmk prod >/dev/null
	kmgr -q verify >/dev/null
}
