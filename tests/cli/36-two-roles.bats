# Two roles: the seal key in another token, with another PIN, than the KSKs.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	softhsm_new "$BATS_TEST_TMPDIR" vault
	vault=$TOKEN_URI
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	daily=$TOKEN_URI
	kmgr_env "$BATS_TEST_TMPDIR" "main=$daily" "vault=$vault"
	kmgr init >/dev/null
	cd "$BATS_TEST_TMPDIR"
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	cat >zsk.zone <<'END'
example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==
END
}

# create: the CMK prod with its seal key in the vault.
create() {
	kmgr create-cmk prod --token main --seal-token vault \
		--policy p.yaml "$@"
}

# vault_away: a machine that has not the vault's PIN.
vault_away() {
	mv "$BATS_TEST_TMPDIR/vault/pin" "$BATS_TEST_TMPDIR/vault/away"
}

vault_back() {
	mv "$BATS_TEST_TMPDIR/vault/away" "$BATS_TEST_TMPDIR/vault/pin"
}

# labels PIN-FILE LABEL: the labels of the objects in a token.
labels() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label "$1" --login \
		--pin "$(cat "$BATS_TEST_TMPDIR/$1/pin")" -O 2>/dev/null |
		sed -n 's/^ *label: *//p' | sort -u
}

@test "the seal key is made in one token, the identity key in the other" {
	run create --dry-run
	[ "$status" -eq 0 ]
	[[ $output == *"seal key of CMK prod"*"identity key of CMK prod"* ]]
	[ -z "$(labels kmgr)" ]
	run create
	[ "$status" -eq 0 ]
	[[ $output == *"seal token   vault"*"identity key ECDSAP256SHA256"* ]]
	[[ $(labels vault) == *kmgr1:seal:* ]]
	[[ $(labels vault) != *kmgr1:identity:* ]]
	[[ $(labels kmgr) == *kmgr1:identity:* ]]
	run create
	[ "$status" -eq 0 ]
	[[ $output == *"nothing to do"* ]]
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 4 ]
	[[ $output == *"another token"* ]]
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "the way on from a sealed policy names both tokens" {
	create -q >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	printf 'version: 1\nzones: ["example.com"]\n' >two.yaml
	run -5 kmgr put-policy prod two.yaml
	[[ $output == *"--token main --seal-token vault --policy FILE"* ]]
}

@test "daily signing needs the KSK token only; creating needs both" {
	create -q >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	vault_away
	run kmgr sign-zsks example.com zsk.zone
	[ "$status" -eq 0 ]
	[[ $output == *"RRSIG"* ]]
	run kmgr create-ksk example.net --cmk prod
	[ "$status" -ne 0 ]
	[[ $output == *vault* ]]
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 1 ]
	vault_back
	run kmgr create-ksk example.net --cmk prod
	[ "$status" -eq 0 ]
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "without the seal key's token verify compares the rest, and says so" {
	create -q >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr verify | grep -q ': 0 differences$'
	kmgr --json verify | jq -e '.complete and .not_checked == []'
	vault_away
	run -0 kmgr verify
	[[ $output == *"not checked: token vault (the seal key of CMK prod): "* ]]
	[[ $output == *"0 differences in what was checked, which is not all" ]]
	kmgr --json verify | jq -e '(.complete | not) and
		(.not_checked | length == 1 and .[0].token == "vault")'
	# A machine that does not know that token at all.
	kmgr_env "$BATS_TEST_TMPDIR" "main=$daily"
	run -0 kmgr verify
	[[ $output == *"not checked: token vault (the seal key of CMK prod): "* ]]
	# What differs, differs.
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login --pin \
		"$TOKEN_PIN" --delete-object --type privkey --id "$(kmgr \
		--json describe-ksk "$(kmgr --json list-ksks |
		jq -r '.ksks[0].id')" | jq -r .ksk.endorsement.key_id)"
	run -10 kmgr verify
	[[ $output == *"not checked: token vault"* ]]
	grep -q '^missing-key: ' <<<"$output"
	# Without the token of the KSKs there is no saying.
	kmgr_env "$BATS_TEST_TMPDIR" "main=$daily" "vault=$vault"
	vault_back
	mv kmgr/pin kmgr/away
	run -3 kmgr verify
	[[ $output == *"not checked: token main (keys and records of CMK prod)"* ]]
	mv kmgr/away kmgr/pin
	echo "$TOKEN_SO_PIN" >kmgr/pin
	run -6 kmgr verify
	[[ $output == *"not checked: token main"*CKR_PIN_INCORRECT* ]]
}

@test "a run that died before the identity key was made is made up for" {
	KMGR_SHIM_MODULE=$TOKEN_MODULE
	export KMGR_SHIM_MODULE
	vault_away
	run create
	[ "$status" -ne 0 ]
	vault_back
	# The last pair that is made is the identity key.
	daily=$(uri_of_shim "$daily")
	kmgr_env "$BATS_TEST_TMPDIR" "main=$daily" "vault=$vault"
	KMGR_SHIM_COUNT=calls kmgr create-cmk trial --token main \
		--seal-token vault --policy p.yaml >/dev/null
	last=$(grep -c ' C_GenerateKeyPair$' calls)
	KMGR_SHIM_FAIL_ON=C_GenerateKeyPair KMGR_SHIM_FAIL_AT=$last \
		KMGR_SHIM_FAIL_COUNT=0 KMGR_SHIM_CKR=CKR_DEVICE_MEMORY \
		run create
	[ "$status" -eq 6 ]
	kmgr --json describe-cmk prod | jq -e '.cmk.identity == null'
	run kmgr create-ksk example.com --cmk prod
	[ "$status" -eq 0 ]
	kmgr --json describe-cmk prod | jq -e '.cmk.identity.cmk_id == .cmk.id'
}

@test "an identity key that the seal key did not certify is refused" {
	create -q >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	cp kmgr.db kmgr.saved
	sql "UPDATE cmk SET identity = replace(identity, '\"certified_at\":',
		'\"certified_at\":1')"
	run kmgr sign-zsks example.com zsk.zone
	[ "$status" -eq 10 ]
	[[ $output == *"identity key's certificate"* ]]
	cp kmgr.saved kmgr.db
	# Nor is one made again that the store has lost.
	sql "UPDATE cmk SET identity = NULL, identity_signature = NULL,
		identity_key_id = NULL"
	run kmgr create-ksk example.net --cmk prod
	[ "$status" -eq 10 ]
	cp kmgr.saved kmgr.db
	# Another CMK's certificate is none for this one.
	kmgr -q create-cmk other --token main --seal-token vault \
		--policy p.yaml >/dev/null
	sql "UPDATE cmk SET identity = (SELECT identity FROM cmk
		WHERE name = 'other'), identity_signature = (SELECT
		identity_signature FROM cmk WHERE name = 'other')
		WHERE name = 'prod'"
	run kmgr sign-zsks example.com zsk.zone
	[ "$status" -eq 10 ]
}

@test "the certificate can be verified with openssl and jq alone" {
	create -q >/dev/null
	kmgr --json describe-cmk prod >cmk.json
	jq -r .cmk.public_key cmk.json >seal.pem
	jq -r .cmk.identity_signature cmk.json | base64 -d >sig
	{ printf 'kmgr/identity/v1\0'; jq -jcS .cmk.identity cmk.json; } >tbs
	openssl dgst -sha256 -verify seal.pem -signature sig tbs
}
