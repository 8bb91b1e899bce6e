# Customer master keys and their policies.
load ../lib/common

setup() {
	kmgr_here
	printf 'version: 1\nzones: ["example.com", "*.example.net"]\n' \
		>policy.yaml
}

create_prod() {
	kmgr -q create-cmk prod --token main --policy policy.yaml
}

@test "create-cmk makes a draft, and a second time changes nothing" {
	run create_prod
	[ "$status" -eq 0 ]
	[[ $output == *"CMK prod"*"state        draft"* ]]
	id=$(kmgr --json describe-cmk prod | jq -r .cmk.id)
	run kmgr create-cmk prod --token main --policy policy.yaml
	[ "$status" -eq 0 ]
	[[ $output == *"is there already"* ]]
	[ "$id" = "$(kmgr --json describe-cmk prod | jq -r .cmk.id)" ]
	run kmgr verify
	[ "$status" -eq 0 ]
	[[ $output == "1 CMKs, 1 key pairs, 0 KSKs"*"3 objects in tokens"* ]]
}

@test "a name is taken by one policy and one token" {
	create_prod
	printf 'version: 1\nzones: ["example.org"]\n' >other.yaml
	run kmgr create-cmk prod --token main --policy other.yaml
	[ "$status" -eq 4 ]
	[[ $output == *"another policy"*"choose another name"* ]]
	run kmgr create-cmk "bad/name" --token main --policy policy.yaml
	[ "$status" -eq 2 ]
	run kmgr create-cmk other --token nowhere --policy policy.yaml
	[ "$status" -eq 3 ]
	[[ $(kmgr verify) == "1 CMKs"* ]]
}

@test "create-cmk --dry-run changes neither store nor token" {
	kmgr list-cmks >/dev/null
	before=$(sha256_of tokens)
	run kmgr create-cmk prod --token main --policy policy.yaml --dry-run
	[ "$status" -eq 0 ]
	[[ $output == *"would probe token main and make the seal key"* ]]
	[ "$before" = "$(sha256_of tokens)" ]
	run kmgr describe-cmk prod
	[ "$status" -eq 4 ]
	[[ $output == *'no CMK named "prod"'* ]]
}

@test "a policy that makes no sense makes no CMK" {
	printf 'version: 1\nzones: ["."]\nksk: { lifetime: 1d }\n' >bad.yaml
	run kmgr create-cmk prod --token main --policy bad.yaml
	[ "$status" -eq 5 ]
	[[ $output == *POLICY-LIFETIME* ]]
	run kmgr create-cmk prod --token main --policy none.yaml
	[ "$status" -eq 3 ]
	[[ $(kmgr verify) == "0 CMKs, 0 key pairs"* ]]
}

@test "check-policy shows every default, and its output is a policy" {
	run kmgr check-policy policy.yaml
	[ "$status" -eq 0 ]
	[[ $output == *"dnskey-ttl: 1h"* && $output == *"lifetime: "* ]]
	hash=$(sed -n 's/^# SHA-256 of the canonical form: //p' <<<"$output")
	kmgr check-policy policy.yaml >full.yaml
	[ "$hash" = "$(kmgr --json check-policy full.yaml |
		jq -r .policy_hash)" ]
	kmgr check-policy - <policy.yaml | cmp - full.yaml
}

@test "the canonical policy hashes to the policy's hash" {
	create_prod
	hash=$(kmgr --json describe-cmk prod | jq -r .cmk.policy_hash)
	[ "$hash" = "$(kmgr get-policy prod --format json | sha256sum |
		cut -d ' ' -f 1)" ]
	kmgr get-policy prod >back.yaml
	[ "$hash" = "$(kmgr --json check-policy back.yaml |
		jq -r .policy_hash)" ]
	run kmgr get-policy prod --format xml
	[ "$status" -eq 2 ]
}

@test "the first KSK seals the policy, and the seal verifies with openssl" {
	create_prod
	[ "$(kmgr --json describe-cmk prod | jq -r .cmk.sealed)" = null ]
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr --json describe-cmk prod >cmk.json
	[ "$(jq -r .cmk.state cmk.json)" = enabled ]
	[ "$(jq -r .cmk.seal.policy_hash cmk.json)" = \
		"$(jq -r .cmk.policy_hash cmk.json)" ]
	jq -r .cmk.public_key cmk.json >seal.pem
	jq -r .cmk.seal_signature cmk.json | base64 -d >seal.sig
	{ printf 'kmgr/policy/v1\0'; jq -cjS .cmk.seal cmk.json; } >seal.tbs
	openssl dgst -sha256 -verify seal.pem -signature seal.sig seal.tbs
}

@test "list-cmks, and names that are none" {
	create_prod
	run kmgr list-cmks
	[[ $output == *prod*draft*main*token*ECDSAP256SHA256*no* ]]
	run kmgr describe-cmk nobody
	[ "$status" -eq 4 ]
	run kmgr get-policy nobody
	[ "$status" -eq 4 ]
}

@test "a changed policy in the store is no policy: exit 10" {
	create_prod
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	sqlite3 kmgr.db "DROP TRIGGER cmk_sealed" 2>/dev/null || true
	for trigger in $(sqlite3 kmgr.db "SELECT name FROM sqlite_master
		WHERE type = 'trigger' AND tbl_name = 'cmk'"); do
		sqlite3 kmgr.db "DROP TRIGGER $trigger"
	done
	sqlite3 kmgr.db "UPDATE cmk SET policy =
		replace(policy, 'example.com', 'example.org')"
	run kmgr create-ksk example.org --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"CMK prod"*"does not hash"* ]]
	# With a hash that fits, the seal does not.
	hash=$(sqlite3 kmgr.db "SELECT policy FROM cmk" | tr -d '\n' |
		sha256sum | cut -d ' ' -f 1)
	sqlite3 kmgr.db "UPDATE cmk SET policy_hash = x'$hash'"
	run kmgr create-ksk example.org --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *sealed* ]]
	run kmgr verify
	[ "$status" -eq 10 ]
	[[ $output == *"cmk: CMK prod"* ]]
}

@test "a name that looks like an id is refused before a key is made" {
	before=$(sha256_of tokens)
	run kmgr create-cmk 0123456789abcdef0123456789abcdef --token main \
		--policy policy.yaml
	[ "$status" -eq 4 ]
	[[ $output == *"choose another name"* ]]
	[ "$before" = "$(sha256_of tokens)" ]
	run create_prod
	[ "$status" -eq 0 ]
}

@test "an intent for the seal key of a CMK that was deleted from the store" {
	create_prod
	# As if the process had died with the pair made: but the ledger knows.
	for trigger in $(sqlite3 kmgr.db "SELECT name FROM sqlite_master
		WHERE type = 'trigger'"); do
		sqlite3 kmgr.db "DROP TRIGGER $trigger"
	done
	key=$(sqlite3 kmgr.db "SELECT key_id FROM cmk")
	kmgr -q create-cmk spare --token main --policy policy.yaml
	sqlite3 kmgr.db "DELETE FROM cmk WHERE name = 'prod';
		DELETE FROM key WHERE id = '$key';
		UPDATE intent SET state = 'open', resolved_at = NULL
		WHERE key_id = '$key';
		UPDATE cmk SET name = 'prod'"
	run kmgr create-cmk prod --token main --policy policy.yaml
	[ "$status" -eq 10 ]
	run kmgr create-ksk example.com --cmk prod
	[ "$status" -eq 10 ]
	run pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects --type privkey
	[[ $output == *"$key"* ]]
}
