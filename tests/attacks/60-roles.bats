# Two roles: what somebody with the PIN of the KSKs' token does not achieve
# without that of the seal key's.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

setup_file() {
	local world=$BATS_FILE_TMPDIR/world

	need_program softhsm2-util pkcs11-tool sqlite3 jq openssl
	softhsm_new "$world" vault
	vault=$TOKEN_URI
	softhsm_new "$world" kmgr
	kmgr_env "$world" "main=$TOKEN_URI" "vault=$vault"
	cd "$world"
	kmgr init >/dev/null
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	for zone in a b; do
		echo "$zone.example. 3600 IN DNSKEY 256 3 13 $ZSK" >$zone
	done
	for name in prod other; do
		kmgr -q create-cmk $name --token main --seal-token vault \
			--policy p.yaml >/dev/null
	done
	make_ksk a.example
	kmgr -q create-ksk b.example --cmk other >/dev/null
	world_keep
}

setup() {
	world_enter
	# The day's machine has not the vault's PIN.
	mv vault/pin away
}

identity_key() {
	sqlite3 kmgr.db "SELECT identity_key_id FROM cmk WHERE name = 'prod'"
}

# planted ZONE: a key pair of his own in the token for ZONE; sets key.
planted() {
	key=$(od -An -N16 -v -tx1 /dev/urandom | tr -d ' \n')
	tool --keypairgen --key-type EC:prime256v1 --id "$key" \
		--label "kmgr1:ksk:${id:0:16}" >/dev/null
}

@test "roles-daily: with the PIN of the day, a KSK is to be made" {
	signs a
	run kmgr create-ksk b.example --cmk prod
	[ "$status" -ne 0 ]
	[[ $output == *vault* ]]
	[ "$(n_ksks)" -eq 2 ]
}

@test "roles-endorse: the identity key endorses a KSK of his own" {
	planted
	sqlite3 kmgr.db "SELECT endorsement FROM ksk
		WHERE zone = 'a.example.'" | tr -d '\n' >old
	ksk=$(sqlite3 kmgr.db "SELECT id FROM ksk WHERE zone = 'a.example.'")
	tool --read-object --type pubkey --id "$key" --output-file pub
	public=$(tail -c 64 pub | base64 -w 0)
	jq -jcS --arg key "$key" --arg dnskey "257 3 13 $public" \
		'.key_id = $key | .dnskey = $dnskey' old >new
	batch_of_one "$(jq -r .cmk_id new)" new >batch
	signature="0/1 $(seal_sign kmgr/endorsement-batch/v1 batch \
		"$(identity_key)")"
	spki=$(od -An -v -tx1 pub | tr -d ' \n')
	sql "INSERT INTO key SELECT '$key', cmk_id, role, label, alg, bits,
		x'$spki', attributes, 0, NULL, NULL, created_at FROM key
		WHERE id = (SELECT key_id FROM ksk WHERE id = '$ksk');
		UPDATE ksk SET key_id = '$key', endorsement = '$(cat new)',
		endorsement_signature = '$signature',
		dnskey = x'0101030d$(tail -c 64 pub | od -An -v -tx1 |
			tr -d ' \n')' WHERE id = '$ksk'"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output == *"KSK a.example."*"the signature does not verify"* ]]
	run kmgr get-ds a.example
	[ "$status" -eq 10 ]
}

@test "roles-policy: the identity key seals another policy" {
	policy=$(kmgr get-policy prod --format json |
		sed 's/"validity":[0-9]*/"validity":1209601/')
	hash=$(printf '%s' "$policy" | sha256sum | cut -d ' ' -f 1)
	sqlite3 kmgr.db "SELECT seal FROM cmk WHERE name = 'prod'" |
		jq -jcS --arg hash "$hash" '.policy_hash = $hash' >new
	signature=$(seal_sign kmgr/policy/v1 new "$(identity_key)")
	sql "UPDATE cmk SET policy = '$policy', policy_hash = x'$hash',
		seal = '$(cat new)', seal_signature = '$signature'
		WHERE name = 'prod'"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output != *"IN RRSIG"* ]]
	run kmgr get-policy prod
	[ "$status" -eq 10 ]
}

@test "roles-certify: the identity key certifies another one" {
	planted
	tool --read-object --type pubkey --id "$key" --output-file pub
	sqlite3 kmgr.db "SELECT identity FROM cmk WHERE name = 'prod'" |
		jq -jcS --arg key "$key" --arg spki "$(base64 -w 0 pub)" \
		'.key_id = $key | .identity_public_key = $spki' >new
	signature=$(seal_sign kmgr/identity/v1 new "$(identity_key)")
	spki=$(od -An -v -tx1 pub | tr -d ' \n')
	sql "INSERT INTO key SELECT '$key', cmk_id, role, label, alg, bits,
		x'$spki', attributes, 0, NULL, NULL, created_at FROM key
		WHERE id = '$(identity_key)';
		UPDATE cmk SET identity_key_id = '$key',
		identity = '$(cat new)', identity_signature = '$signature'
		WHERE name = 'prod'"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output == *"identity key's certificate"* ]]
}

@test "foreign-identity: another CMK's identity key and certificate" {
	sql "UPDATE cmk SET (identity_key_id, identity, identity_signature) =
		(SELECT identity_key_id, identity, identity_signature FROM cmk
		WHERE name = 'other') WHERE name = 'prod'"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output != *"IN RRSIG"* ]]
}

@test "roles-go-around: with the PIN of the day, past kmgr, anything is signed" {
	head -c 32 /dev/zero >digest
	tool --sign --mechanism ECDSA --id "$(sqlite3 kmgr.db "SELECT key_id
		FROM ksk WHERE zone = 'a.example.'")" --input-file digest \
		--output-file stolen
	[ "$(wc -c <stolen)" -eq 64 ]
	# The seal key is out of his reach.
	rm -f stolen
	run tool --sign --mechanism ECDSA --id "$(seal_key)" \
		--input-file digest --output-file stolen
	[ "$status" -ne 0 ]
	[ ! -s stolen ]
	told roles-go-around
}

@test "both-pins: with both PINs, another policy is sealed" {
	mv away vault/pin
	# Anything can be signed by the seal key: another seal, for one.
	printf '{"cmk_id":"%s","policy_hash":"%s"}' "$id" \
		"$(printf 'ab%.0s' {1..32})" >statement
	TOKEN_LABEL=vault TOKEN_PIN=$(cat vault/pin)
	signature=$(seal_sign kmgr/policy/v1 statement)
	. ./vars
	jq -n --rawfile seal statement --arg signature "$signature" \
		'{seal: $seal, seal_signature: $signature}' >object
	tool --write-object object --type data --private --label seal \
		--application-label "kmgr1:seal:${id:0:16}" >/dev/null 2>&1
	# Where he leaves it, it is seen; where he keeps it, it is not.
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output == *"has two seals"* ]]
	told both-pins
}
