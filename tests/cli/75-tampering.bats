# What somebody who can write to the store, and has no PIN, does not achieve.
load ../lib/common

setup() {
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	kmgr_env "$BATS_TEST_TMPDIR"
	kmgr init >/dev/null
	cd "$BATS_TEST_TMPDIR"
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	printf 'version: 1\nzones: ["."]\ncustody: shared\n' >shared.yaml
	echo 'example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==' >zsk
}

prod() {
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	key=$(sqlite3 kmgr.db "SELECT id FROM key WHERE role = 'ksk'")
}

# sql STATEMENT...: with the guards taken away.
sql() {
	local trigger

	for trigger in $(sqlite3 kmgr.db "SELECT name FROM sqlite_master
		WHERE type = 'trigger'"); do
		sqlite3 kmgr.db "DROP TRIGGER $trigger"
	done
	sqlite3 kmgr.db "$@"
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

@test "a public key that the store calls shared is not endorsed" {
	kmgr -q create-cmk group --token main --policy shared.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk group >/dev/null
	spki=$(attacker_key)
	sql "INSERT INTO key SELECT '$(printf 'a%.0s' {1..32})', cmk_id, role,
		label, alg, bits, x'$spki', attributes, 1, created_at + 9
		FROM key WHERE is_shared = 1"
	run kmgr create-ksk b.example --cmk group
	[ "$status" -eq 10 ]
	[[ $output == *"never endorsed"* ]]
	[ "$(kmgr --json list-ksks b.example | jq '.ksks | length')" -eq 0 ]
}

@test "a shared pair whose public key was replaced is not endorsed" {
	kmgr -q create-cmk group --token main --policy shared.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk group >/dev/null
	real=$(kmgr --json list-ksks | jq -r '.ksks[0].dnskey')
	spki=$(attacker_key)
	sql "UPDATE key SET spki = x'$spki' WHERE is_shared = 1"
	kmgr -q create-ksk b.example --cmk group >/dev/null
	[ "$(kmgr --json list-ksks b.example | jq -r '.ksks[0].dnskey')" = \
		"$real" ]
}
