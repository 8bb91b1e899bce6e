# What somebody who can write to the store, and has no PIN, does not achieve.
load ../lib/common

setup() {
	kmgr_here
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	printf 'version: 1\nzones: ["."]\ncustody: shared\n' >shared.yaml
	echo 'example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==' >zsk
}

prod() {
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	key=$(sqlite3 kmgr.db "SELECT id FROM key WHERE role = 'ksk'")
}

# attacker_key: makes own.pem, and prints its SubjectPublicKeyInfo in hex.
attacker_key() {
	openssl genpkey -quiet -algorithm EC \
		-pkeyopt ec_paramgen_curve:P-256 -out own.pem
	openssl pkey -in own.pem -pubout -outform DER |
		od -An -v -tx1 | tr -d ' \n'
}

# plant_intent LABEL ZONE: an open intent for the key $key.
plant_intent() {
	sql "INSERT INTO intent (kind, token, key_id, label, payload, state,
		created_at) SELECT 'create-ksk', 'main', '$key', '$1',
		json_object('cmk_id', id, 'ksk_id', '$(printf 'a%.0s' {1..32})',
		'zone', '$2'), 'open', 1 FROM cmk"
}

# signs: the KSK of example.com is there and signs.
signs() {
	kmgr sign-zsks example.com zsk | grep -q RRSIG
}

@test "shared-planted: a public key of his own, which the store calls shared" {
	kmgr -q create-cmk group --token main --policy shared.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk group >/dev/null
	spki=$(attacker_key)
	sql "INSERT INTO key SELECT '$(printf 'a%.0s' {1..32})', cmk_id, role,
		label, alg, bits, x'$spki', attributes, 1, NULL, NULL, created_at + 9
		FROM key WHERE is_shared = 1"
	run kmgr create-ksk b.example --cmk group
	[ "$status" -eq 10 ]
	[[ $output == *"never endorsed"* ]]
	[ "$(kmgr --json list-ksks b.example | jq '.ksks | length')" -eq 0 ]
}

@test "shared-replaced: the public key of a shared pair is replaced in the store" {
	kmgr -q create-cmk group --token main --policy shared.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk group >/dev/null
	real=$(kmgr --json list-ksks | jq -r '.ksks[0].dnskey')
	spki=$(attacker_key)
	sql "UPDATE key SET spki = x'$spki' WHERE is_shared = 1"
	kmgr -q create-ksk b.example --cmk group >/dev/null
	[ "$(kmgr --json list-ksks b.example | jq -r '.ksks[0].dnskey')" = \
		"$real" ]
}

# forge TEXT TAG: the attacker's signature of a statement, base64.
forge() {
	{ printf '%s\0' "$2"; printf '%s' "$1"; } |
		openssl dgst -sha256 -sign own.pem | base64 -w 0
}

@test "forged-seal: another policy, under a seal of his own" {
	prod
	spki=$(attacker_key)
	policy=$(sqlite3 kmgr.db "SELECT policy FROM cmk" |
		sed 's/"validity":[0-9]*/"validity":31536000/
		s/"max-horizon":[0-9]*/"max-horizon":63072000/')
	new=$(printf '%s' "$policy" | sha256sum | cut -d ' ' -f 1)
	old=$(sqlite3 kmgr.db "SELECT lower(hex(policy_hash)) FROM cmk")
	seal=$(sqlite3 kmgr.db "SELECT seal FROM cmk")
	statement=$(sqlite3 kmgr.db "SELECT endorsement FROM ksk")
	seal=${seal/$old/$new}
	statement=${statement/$old/$new}
	printf '%s' "$statement" >statement
	id=$(sqlite3 kmgr.db "SELECT id FROM cmk")
	sql "UPDATE cmk SET policy = '$policy', policy_hash = x'$new',
		seal = '$seal',
		seal_signature = '$(forge "$seal" kmgr/policy/v1)';
		UPDATE ksk SET endorsement = '$statement',
		endorsement_signature = '0/1 $(forge "$(batch_of_one "$id" \
			statement)" kmgr/endorsement-batch/v1)';
		UPDATE key SET spki = x'$spki' WHERE role = 'seal'"
	# The store agrees with itself; the token does not.
	[[ $(kmgr get-policy prod --format json) == *'"validity":31536000'* ]]
	run kmgr sign-zsks example.com zsk --validity 300d
	[ "$status" -eq 10 ]
	[[ $output == *"seal key of CMK prod"*"is not the recorded one"* ]]
	run kmgr verify
	[ "$status" -eq 10 ]
}

@test "intent-live-key: a live key, named as what an interrupted run has left" {
	prod
	label=$(sqlite3 kmgr.db "SELECT label FROM key WHERE id = '$key'")
	plant_intent "$label" example.com.
	run kmgr create-ksk b.example --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"which is in use"* ]]
	signs
	run kmgr verify
	[ "$status" -eq 10 ]
	[[ $output == *planted-intent:* ]]
}

@test "records-gone: the same of a key whose records are deleted" {
	prod
	before=$(sha256_of tokens)
	label=$(sqlite3 kmgr.db "SELECT label FROM key WHERE id = '$key'")
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	# Its tag is taken by another row, the pair's own is gone.
	plant_intent "$label" example.com.
	sql "UPDATE ksk SET key_id = (SELECT key_id FROM cmk);
		DELETE FROM key WHERE id = '$key'"
	run kmgr create-ksk b.example --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"which is in use"* ]]
	run pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects --type privkey
	[[ $output == *"$key"* ]]
}

@test "intent-foreign-key: the same of another program's key" {
	prod
	key=00112233445566778899aabbccddeeff
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --keypairgen --key-type EC:prime256v1 \
		--id $key --label www
	for label in www kmgr1:ksk:x; do
		plant_intent $label b.example.
		run kmgr create-ksk b.example --cmk prod
		[ "$status" -eq 0 ]
		[[ $output == *abandoned*"label is another one"* ]]
	done
	run pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects --type privkey
	[[ $output == *"$key"* ]]
}

@test "intent-beyond-policy: the same for a zone that the policy does not allow" {
	prod
	label=$(sqlite3 kmgr.db "SELECT label FROM key WHERE id = '$key'")
	printf 'version: 1\nzones: ["example.net"]\n' >narrow.yaml
	kmgr -q create-cmk narrow --token main --policy narrow.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk narrow >/dev/null
	sql "DELETE FROM ksk WHERE key_id = '$key';
		DELETE FROM key WHERE id = '$key';
		DELETE FROM cmk WHERE name = 'prod'"
	plant_intent "$label" example.org.
	run kmgr create-ksk example.net --cmk narrow
	[ "$status" -eq 10 ]
	[[ $output == *"which is in use"* ]]
	[ "$(kmgr --json list-ksks example.org | jq '.ksks | length')" -eq 0 ]
}

@test "seal-removed: a seal is taken off, for another one to be put on" {
	prod
	sql "UPDATE cmk SET seal = NULL, seal_signature = NULL,
		sealed_at = NULL, state = 'draft'"
	run kmgr create-ksk b.example --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"holds a seal of CMK prod"*"says that it is a draft"* ]]
}
