# Custody wrapped: KSKs that lie in the store as ciphertext.
load ../lib/common

bats_require_minimum_version 1.5.0

ZSK="IN DNSKEY 256 3 13 \
oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=="

setup() {
	kmgr_here
	policy p ecdsap256sha256
	zone a.example
	zone b.example
}

# policy NAME ALGORITHM [LINE]: writes NAME.yaml.
policy() {
	printf '%s\n' 'version: 1' 'zones: ["."]' 'custody: wrapped' \
		"ksk: { algorithm: $2, require-backup: false }" \
		"${3-}" >"$1.yaml"
}

zone() {
	echo "$1. 3600 $ZSK" >"$1.zone"
}

# zsk_of ALGORITHM: a ZSK of it for ALGORITHM.example.
zsk_of() {
	local n

	case $1 in
	rsasha256) n=8 ;;
	ecdsap256sha256) n=13 ;;
	ecdsap384sha384) n=14 ;;
	esac
	sed -n "s/^example\.com\.\(.*DNSKEY\) 257 3 $n /$1.example.\1 256 3 $n /p" \
		"$srcdir/tests/fixtures/ksks.zone"
}

# sealed ZONE...: a CMK and KSKs for the zones.
sealed() {
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk "$@" --cmk prod >/dev/null
}

# secrets: the secret keys in the token.
secrets() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects --type secrkey 2>/dev/null
}

# privates: how many private keys are in the token.
privates() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects --type privkey 2>/dev/null |
		grep -c '^Private'
}

# verifies ZONE FILE: ldns reads the signed RRset and checks it.
verifies() {
	{
		echo "$1. 3600 IN SOA . . 1 1 1 1 1"
		cat "$2"
	} >"$2.signed"
	run ldns-verify-zone -S -V 3 "$2.signed"
	[[ $output != *"bogus"* && $output != *"Bogus"* ]]
}

@test "KSKs of each algorithm sign, and the token keeps one key for all" {
	need_program ldns-verify-zone pkcs11-tool
	for alg in ecdsap256sha256 ecdsap384sha384 rsasha256; do
		policy "$alg" "$alg"
		kmgr -q create-cmk "$alg" --token main --policy "$alg.yaml"
		kmgr -q create-ksk "$alg.example" "$alg.test" --cmk "$alg"
		zsk_of "$alg" >"$alg.example.zone"
		kmgr sign-zsks "$alg.example" "$alg.example.zone" >"$alg.out"
		verifies "$alg.example" "$alg.out"
	done
	[ "$(secrets | grep -c 'label: *kmgr1:wrap:')" -eq 3 ]
	[ "$(privates)" -eq 3 ]
	run -0 kmgr verify
	[[ $output == *"0 differences" ]]
}

@test "another run, another process: the blob is opened again" {
	sealed a.example
	kmgr sign-zsks a.example a.example.zone >one
	kmgr sign-zsks a.example a.example.zone >two
	[ "$(grep -c RRSIG two)" -eq 1 ]
	[ "$(grep -v RRSIG one)" = "$(grep -v RRSIG two)" ]
}

@test "a pair whose DS goes out before it signs is opened once" {
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	policy d ecdsap256sha256
	sed -i 's/^ksk: { /&roll-type: double-ds, /' d.yaml
	for cmk in p d; do
		kmgr -q create-cmk $cmk --token main --policy $cmk.yaml \
			>/dev/null
		kmgr -q create-ksk first.$cmk.example --cmk $cmk >/dev/null
		KMGR_SHIM_COUNT=$PWD/$cmk kmgr -q create-ksk 1.$cmk.example \
			2.$cmk.example 3.$cmk.example --cmk $cmk >/dev/null
	done
	[ "$(grep -c ' C_UnwrapKey$' p)" -eq 1 ]
	[ "$(grep -c ' C_UnwrapKey$' d)" -eq 3 ]
}

# eighty: as many zones with a KSK each, and their ZSKs in zones.
eighty() {
	local name

	printf '%s\n' z{1..80}.example >names
	kmgr -q create-cmk prod --token main --policy p.yaml
	kmgr -q create-ksk --zones-from names --cmk prod >/dev/null
	mkdir zones
	while read -r name; do
		echo "$name. 3600 $ZSK" >"zones/$name.zone"
	done <names
}

@test "more zones than handles are kept, signed in one go" {
	need_program sqlite3
	eighty
	[ "$(sqlite3 kmgr.db 'SELECT count(DISTINCT blob) FROM key')" -eq 80 ]
	kmgr -q sign-zsks --zones-from zones -o out
	[ "$(grep -c RRSIG out)" -eq 80 ]
	run -0 kmgr verify
}

@test "what a batch opens is closed, also where it fails in between" {
	need_program sqlite3
	eighty
	kmgr -v sign-zsks --zones-from zones -o out 2>good
	closes good
	# The store takes nothing of the second batch.
	sqlite3 kmgr.db "CREATE TRIGGER full BEFORE INSERT ON signature
		WHEN NEW.zone = 'z70.example.'
		BEGIN SELECT RAISE(ABORT, 'no room'); END"
	run -7 kmgr -v sign-zsks --zones-from zones --again \
		-o out
	[[ $output == *"no room"* ]]
	echo "$output" >bad
	closes bad
}

# closes FILE: of the calls there, as many destroyed an object as made one: a
# key that was opened, or a record that takes the place of another.
closes() {
	[ "$(grep -c 'C_UnwrapKey' "$1")" -ge 60 ] &&
		[ "$(grep -c 'C_DestroyObject' "$1")" -eq "$(
			grep -c 'C_UnwrapKey\|C_CreateObject' "$1")" ]
}

@test "a token with room for few keys makes room" {
	uri=$(uri_of_shim "$TOKEN_URI")
	sealed a.example b.example
	mkdir zones && cp a.example.zone b.example.zone zones
	kmgr_env "$PWD" "main=$uri"
	echo 'performance: { sessions: 2, workers: 1 }' >>kmgr.yaml
	export KMGR_SHIM_MODULE=$TOKEN_MODULE KMGR_SHIM_FAIL_ON=C_UnwrapKey
	# Late, so that the first key is there still when there is no room.
	KMGR_SHIM_FAIL_AT=2 KMGR_SHIM_CKR=CKR_DEVICE_MEMORY \
		KMGR_SHIM_LATENCY_US=100000 \
		kmgr -q sign-zsks --zones-from zones -o out
	[ "$(grep -c RRSIG out)" -eq 2 ]
	KMGR_SHIM_FAIL_AT=1 KMGR_SHIM_FAIL_COUNT=0 \
		KMGR_SHIM_CKR=CKR_DEVICE_MEMORY \
		run -6 kmgr sign-zsks a.example a.example.zone
	[[ $output == *CKR_DEVICE_MEMORY* ]]
}

@test "the seal names the wrapping key, and the endorsement the blob" {
	need_program sqlite3 jq
	sealed a.example
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	kmgr export-endorsement "a.example/$tag" >e.json
	id=$(jq -r '.endorsement | fromjson | .wrap_key_id' e.json)
	kmgr describe-cmk prod |
		grep -q "^  wrapping key kmgr1:wrap:.*, CKA_ID $id\$"
	[ "$(kmgr --json describe-cmk prod | jq -r .cmk.wrapping_key_id)" = \
		"$id" ]
	[ "$id" = "$(jq -r '.seal | fromjson | .wrapping_keys[0].key_id' \
		e.json)" ]
	[ "$id" = "$(sqlite3 kmgr.db "SELECT id FROM key
		WHERE role = 'wrap'")" ]
	hash=$(sqlite3 kmgr.db "SELECT hex(blob) FROM key
		WHERE blob NOTNULL" | xxd -r -p | sha256sum | cut -d ' ' -f 1)
	[ "$hash" = "$(jq -r '.endorsement | fromjson |
		.wrapped_key_sha256' e.json)" ]
	jq -e '.endorsement | fromjson | .attributes |
		.secret.CKA_UNWRAP_TEMPLATE == "exact" and
		.private.CKA_EXTRACTABLE == "false"' e.json
	run -0 kmgr verify-endorsement e.json
	[[ $output == *"wrapped-key "*"pass"*"wrapping-key "*"pass"* ]]
	run -0 kmgr describe-ksk "a.example/$tag"
	[[ $output == *"secret "*CKA_UNWRAP_TEMPLATE*exact*held* ]]
}

@test "blobs that were swapped, changed or taken away sign nothing" {
	need_program sqlite3
	sealed a.example b.example
	kmgr sign-zsks a.example a.example.zone >/dev/null
	cp kmgr.db good.db
	for change in \
		"blob = (SELECT was.blob FROM was WHERE was.id <> key.id)" \
		"blob = CAST(x'00' || substr(blob, 2) AS BLOB)" \
		"wrap_key_id = (SELECT id FROM key WHERE role = 'seal')" \
		"blob = NULL, wrap_key_id = NULL"; do
		cp good.db kmgr.db
		sql "CREATE TEMP TABLE was AS SELECT id, blob FROM key
				WHERE blob NOTNULL;
			UPDATE key SET $change WHERE blob NOTNULL"
		run -10 kmgr sign-zsks a.example a.example.zone
		[[ $output != *RRSIG* ]]
		run -10 kmgr verify
		[[ $output == *"KSK a.example./"* ]]
		[[ $output == *"KSK b.example./"* ]]
	done
}

@test "a wrapping key that the seal does not name is not used" {
	need_program sqlite3
	sealed a.example
	kmgr -q create-cmk other --token main --policy p.yaml
	kmgr -q create-ksk b.example --cmk other >/dev/null
	sql "UPDATE key SET wrap_key_id = (SELECT id FROM key AS other
		WHERE other.role = 'wrap' AND other.cmk_id <> key.cmk_id)
		WHERE blob NOTNULL"
	run -10 kmgr sign-zsks a.example a.example.zone
	[[ $output == *"the store has the wrapping key"*", the seal "* ]]
}

@test "a wrapping key that is gone, or double, is found out" {
	need_program pkcs11-tool
	sealed a.example
	id=$(kmgr --json list-events | jq -r '[.events[] |
		select(.type == "seal")][0].payload.key.id')
	pkcs11() {
		pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr \
			--login --pin "$TOKEN_PIN" "$@" >/dev/null 2>&1
	}
	pkcs11 --keygen --key-type AES:32 --id "$id" --label twin
	run -10 kmgr verify
	[[ $output == *"duplicate-object: "*"the wrapping key of CMK prod"* ]]
	run -10 kmgr sign-zsks a.example a.example.zone
	pkcs11 --delete-object --type secrkey --id "$id"
	pkcs11 --delete-object --type secrkey --id "$id" || :
	run -6 kmgr sign-zsks a.example a.example.zone
	[[ $output == *"has no wrapping key with CKA_ID $id"* ]]
	run -10 kmgr verify
	[[ $output == *"missing-key: "*"the wrapping key of CMK prod"* ]]
}

@test "an algorithm that the token does not wrap makes no CMK" {
	policy ed ed25519
	run -6 kmgr create-cmk ed --token main --policy ed.yaml
	[[ $output == *"cannot wrap ed25519 keys"*KEY_NOT_WRAPPABLE* ]]
	[[ $(kmgr verify) == "0 CMKs, 0 key pairs"* ]]
}

@test "a token whose unwrap attack succeeds makes no CMK" {
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	KMGR_SHIM_IGNORE_ATTR=UNWRAP_TEMPLATE \
		run -6 kmgr create-cmk prod --token main --policy p.yaml
	[[ $output == *"unwrap with CKA_SENSITIVE false (unwrap-readable) \
was not refused: "* ]]
	[[ $(kmgr verify) == "0 CMKs, 0 key pairs"* ]]
	KMGR_SHIM_IGNORE_ATTR=UNWRAP_TEMPLATE run kmgr --json probe-token main
	[ "$(jq -c '[.rows[] | select(.weight == "wrapped-only" and
		.verdict == "ignored").id]' <<<"$output")" = \
		'["unwrap-readable","unwrap-extractable","unwrap-secret","unwrap-trojan"]' ]
	[ "$(jq -c '[.custody_wrapped[] | select(.possible)]' <<<"$output")" = \
		'[]' ]
	[ "$(jq -r '.custody_wrapped[] | select(.algorithm == "rsasha256") |
		"\(.row) \(.verdict)"' <<<"$output")" = \
		'unwrap-readable ignored' ]
	KMGR_SHIM_IGNORE_ATTR=ALLOWED_MECHANISMS \
		run -6 kmgr create-cmk prod --token main --policy p.yaml
	[[ $output == *"wrap by another mechanism (master-mechanism) was not"* ]]
	KMGR_SHIM_IGNORE_ATTR=MODIFIABLE \
		run -6 kmgr create-cmk prod --token main --policy p.yaml
	[[ $output == *"let the wrapping key decrypt (master-change) was not"* ]]
	# Custody token asks nothing of the kind.
	printf 'version: 1\nzones: ["."]\n' >token.yaml
	KMGR_SHIM_IGNORE_ATTR=UNWRAP_TEMPLATE \
		kmgr -q create-cmk prod --token main --policy token.yaml
}

@test "a token that shows a pair to other processes makes no wrapped CMK" {
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	# They do not show theirs: the attack fails.
	kmgr --json probe-token main >probe
	[ "$(jq -r '.rows[] | select(.id == "birth-window") |
		"\(.verdict) \(.weight)"' probe)" = 'enforced wrapped-only' ]
	export KMGR_SHIM_SHARE_SESSIONS=1
	run -6 kmgr create-cmk prod --token main --policy p.yaml
	[[ $output == *"use a pair from another process before it is wrapped \
(birth-window) was not refused: ignored, another process finds it, signs by it \
and wraps it"* ]]
	[[ $(kmgr verify) == "0 CMKs, 0 key pairs"* ]]
	# The probe says it as well, and custody token does not mind.
	kmgr probe-token main | grep -q '^birth-window  *ignored  *wrapped-only'
	printf 'version: 1\nzones: ["."]\n' >token.yaml
	kmgr -q create-cmk prod --token main --policy token.yaml
}

# planted KEY-ID LABEL KIND: an intent that says a run has left this key.
planted() {
	sql "DELETE FROM key WHERE id = '$1';
		INSERT INTO intent (kind, token, key_id, label, payload, state,
			created_at)
		VALUES ('$3', 'main', '$1', '$2', json_object('cmk_id',
			(SELECT id FROM cmk WHERE name = 'draft')), 'open',
			unixepoch())"
}

# back: to what was put into good.
back() {
	rm -rf tokens kmgr.db*
	cp -a good/. .
}

@test "no store has a wrapping key destroyed that may have wrapped" {
	need_program sqlite3 pkcs11-tool
	sealed a.example
	kmgr -q create-cmk draft --token main --policy p.yaml
	mkdir good
	cp -a kmgr.db tokens good
	read -r id label < <(sqlite3 -separator ' ' kmgr.db "SELECT id, label
		FROM key WHERE role = 'wrap'")
	for kind in create-wrap create-ksk create-cmk; do
		back
		planted "$id" "$label" "$kind"
		run kmgr create-ksk b.example --cmk draft
		[[ $(secrets) == *"$id"* ]]
	done
	back
	kmgr -q sign-zsks a.example a.example.zone >/dev/null
}

@test "under seal: compliance the wrapping key cannot be destroyed" {
	need_program pkcs11-tool
	policy p ecdsap256sha256 'seal: compliance'
	sealed a.example
	id=$(kmgr --json list-events | jq -r '[.events[] |
		select(.type == "seal")][0].payload.key.id')
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --delete-object --type secrkey --id "$id" \
		>/dev/null 2>&1 || :
	kmgr -q sign-zsks a.example a.example.zone >/dev/null
	run -0 kmgr verify
}

@test "the end of a wrapped KSK is provable when its wrapping key has gone" {
	need_program jq pkcs11-tool
	sealed a.example
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	run -0 kmgr delete-ksk "a.example/$tag" --dry-run
	[[ $output == *"not provable until its wrapping key in token main is \
destroyed"* ]]
	run -0 kmgr delete-ksk "a.example/$tag"
	[[ $output == *"is removed; that it has ended is not provable until \
its wrapping key is destroyed"* ]]
	run -0 kmgr verify
	[[ $output == *"0 differences"*"note: of 1 removed KSK "*"until the \
wrapping key is destroyed"* ]]
	[ "$(kmgr --json verify | jq .not_provable)" -eq 1 ]
	run -0 kmgr describe-ksk "a.example/$tag"
	[[ $output == *"state       removed"*"not provable until its wrapping"* ]]
	kmgr --json describe-ksk "a.example/$tag" |
		jq -e '.ksk | .state == "removed" and (.provable | not)'
	[[ $(secrets) == *kmgr1:wrap:* ]]
	kmgr -q schedule-cmk-deletion prod >/dev/null
	kmgr_later 31d -q delete-cmk prod
	[[ $(secrets) != *kmgr1:wrap:* ]]
	run -0 kmgr_later 31d --json verify
	[ "$(jq .not_provable <<<"$output")" -eq 0 ]
	kmgr --json describe-ksk "a.example/$tag" | jq -e .ksk.provable
	run -4 kmgr describe-ksk a.example/1
}

@test "put-policy takes custody wrapped where the probe saw it hold" {
	need_program jq
	printf 'version: 1\nzones: ["."]\n' >token.yaml
	kmgr -q create-cmk resident --token main --policy token.yaml
	run -5 kmgr put-policy resident p.yaml
	[[ $output == *"did not see it keep what custody: wrapped needs"* ]]
	kmgr -q create-cmk prod --token main --policy p.yaml
	kmgr -q put-policy prod token.yaml
	kmgr -q put-policy prod p.yaml
	policy ed ed25519
	run -5 kmgr put-policy prod ed.yaml
	[[ $output == *"did not see it keep what custody: wrapped needs"* ]]
	kmgr -q create-ksk a.example --cmk prod
	# A probe of before the last attack was known says nothing of it.
	kmgr -q create-cmk later --token main --policy p.yaml
	sqlite3 kmgr.db "DROP TRIGGER cmk_identity;
		UPDATE cmk SET probe = (SELECT json_group_array(json(value))
		FROM json_each(probe) WHERE value ->> 'id' != 'birth-window')
		WHERE name = 'later'"
	kmgr -q put-policy later token.yaml
	run -5 kmgr put-policy later p.yaml
	[[ $output == *"did not see it keep what custody: wrapped needs"* ]]
	[[ $output == *"make a new CMK with this policy, and kmgr delete-cmk \
later, which is a draft"* ]]
	# Nor does one that is none, whatever it is.
	for probe in '' '{' '{}' 'null' '[]' '[7, null, [], {}]' \
		'[{ "weight": "wrapped-only", "verdict": "enforced" }]' \
		'[{ "id": 7, "weight": "wrapped-only", "verdict": "works" },
		{ "id": "birth-window", "weight": 7, "verdict": null }]'; do
		sqlite3 kmgr.db "UPDATE cmk SET probe = '$probe'
			WHERE name = 'later'"
		run -5 kmgr put-policy later p.yaml
	done
}
