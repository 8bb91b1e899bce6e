# verify names every difference between store, ledger and token.
load ../lib/common

setup() {
	kmgr_here
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	id=$(kmgr --json list-ksks | jq -r '.ksks[0].id')
	key=$(kmgr --json describe-ksk "$id" | jq -r .ksk.endorsement.key_id)
}

tool() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" "$@"
}

# differs KIND: verify exits 10 and names a difference of this kind.
differs() {
	run kmgr verify
	[ "$status" -eq 10 ]
	grep -q "^$1: " <<<"$output"
	run kmgr --json verify
	[ "$status" -eq 10 ]
	[[ $output == *"\"kind\": \"$1\""* ]]
}

@test "nothing differs" {
	run kmgr verify
	[ "$status" -eq 0 ]
	[[ $output == "1 CMKs, 2 key pairs, 1 KSKs, 5 events, 7 objects"* ]]
}

@test "a difference is told once, and what it means once for all of a kind" {
	kmgr -q create-ksk example.net example.org --cmk prod >/dev/null
	sql "UPDATE cmk SET policy = replace(policy, '\"max-keys\":3',
		'\"max-keys\":9')"
	run kmgr verify
	[ "$status" -eq 10 ]
	echo "$output"
	[ "$(grep -c 'does not hash to its recorded hash' <<<"$output")" -eq 1 ]
	[ -z "$(sort <<<"$output" | uniq -d)" ]
	kmgr --json verify 2>/dev/null >report || :
	jq -e '.differences | map([.kind, .text]) | length > 0 and
		length == (unique | length)' report
}

@test "a KSK whose CMK the store has lost signs nothing: exit 10" {
	echo 'example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==' >zsk
	sql "DELETE FROM cmk"
	for command in 'sign-zsks example.com zsk' list-ksks \
		"describe-ksk $id" 'get-ds example.com'; do
		# shellcheck disable=SC2086 # words
		run kmgr $command
		[ "$status" -eq 10 ]
		[[ $output == *"the store has no CMK with the id"* ]]
	done
	differs removed-record
}

@test "a private key that is gone" {
	tool --delete-object --type privkey --id "$key"
	differs missing-key
	[[ $(kmgr verify 2>&1 || :) == *"no private half of KSK example.com./"* ]]
	run kmgr sign-zsks example.com /dev/null
	[ "$status" -ne 0 ]
}

@test "a pair that is gone, and is not made again" {
	tool --delete-object --type privkey --id "$key"
	tool --delete-object --type pubkey --id "$key"
	differs missing-key
	run kmgr create-ksk example.com --cmk prod
	[ "$status" -eq 0 ]
	differs missing-key
}

@test "another object under the key's id" {
	tool --keypairgen --key-type EC:prime256v1 --id "$key" --label planted
	differs duplicate-object
	echo 'example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==' >zsk
	run kmgr sign-zsks example.com zsk
	[ "$status" -eq 10 ]
	[[ $output != *RRSIG* ]]
}

@test "another key in the place of ours" {
	tool --delete-object --type privkey --id "$key"
	tool --delete-object --type pubkey --id "$key"
	tool --keypairgen --key-type EC:prime256v1 --id "$key" --label planted
	differs changed-key
}

@test "an attribute that is not what it was is named" {
	sql "UPDATE key SET attributes = replace(attributes,
		'\"CKA_COPYABLE\":\"false\"', '\"CKA_COPYABLE\":\"true\"')
		WHERE role = 'ksk'"
	differs changed-key
	[[ $(kmgr verify 2>&1 || :) == *"KSK example.com./"*": CKA_COPYABLE of its private half was true and is false"* ]]
}

@test "an object with our label that nobody knows" {
	tool --keypairgen --key-type EC:prime256v1 --id 0102 \
		--label kmgr1:ksk:ffffffff
	differs unknown-object
}

@test "objects of others are none of our business" {
	tool --keypairgen --key-type EC:prime256v1 --id 0102 --label other
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "a KSK's row that was changed" {
	sql "UPDATE ksk SET zone = 'example.org.'"
	differs ksk
	run kmgr get-ds example.org
	[ "$status" -eq 10 ]
}

@test "a KSK's key that was replaced in the store" {
	sql "UPDATE ksk SET dnskey =
		x'0101030d$(printf '%0128d' 7)'"
	differs ksk
	run kmgr get-ds example.com
	[ "$status" -eq 10 ]
	[[ $output != *" DS "* ]]
}

@test "an endorsement that was changed" {
	sql "UPDATE ksk SET endorsement =
		replace(endorsement, 'example.com', 'example.org')"
	differs ksk
}

@test "an event that was changed, or removed" {
	cp kmgr.db saved.db
	sql "UPDATE ledger SET payload = replace(payload, 'prod', 'test')
		WHERE seq = 1"
	differs ledger
	cp saved.db kmgr.db
	sql "DELETE FROM ledger WHERE seq = 2"
	differs ledger
}

@test "an intent that is open" {
	sql "INSERT INTO intent (kind, token, key_id, label, payload, state,
		created_at) VALUES ('create-ksk', 'main',
		'000102030405060708090a0b0c0d0e0f', 'kmgr1:ksk:x', '{}', 'open',
		1)"
	differs unfinished
	# The next creation undoes it: the token has nothing of it.
	kmgr -q create-ksk example.net --cmk prod >/dev/null
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "the wrong token: initialised again under the same name" {
	softhsm2-util --module "$TOKEN_MODULE" --init-token --token kmgr \
		--label kmgr --so-pin "$TOKEN_SO_PIN" --pin "$TOKEN_PIN"
	differs missing-key
	run kmgr create-ksk example.net --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"token main calls itself"*"it was initialised again"* ]]
}

@test "a KSK whose CMK is gone is named, and is no end of the comparison" {
	sql "PRAGMA foreign_keys = OFF; UPDATE ksk SET
		cmk_id = '00000000000000000000000000000000'"
	differs ksk
}

@test "a KSK's record that was removed" {
	sql "DELETE FROM ksk"
	differs removed-record
}

@test "a resolved intent of a token that is configured no more" {
	sql "INSERT INTO intent (kind, token, key_id, label, payload, state,
		created_at, resolved_at) VALUES ('create-ksk', 'old',
		'000102030405060708090a0b0c0d0e0f', 'kmgr1:ksk:x', '{}',
		'undone', 1, 2)"
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "a chain that was made anew differs from the heads that were signed" {
	cat >chain.py <<-'END'
	import hashlib, json, sqlite3
	db = sqlite3.connect("kmgr.db")
	prev = bytes(32)
	for seq, type, payload, actor, at in db.execute("SELECT seq, type,"
	    " payload, actor, at FROM ledger ORDER BY seq").fetchall():
	    text = '{"actor":%s,"at":%d,"payload":%s,"prev":"%s","seq":%d,' \
	        '"type":"%s"}' % (actor, at, payload, prev.hex(), seq, type)
	    hash = hashlib.sha256(b"kmgr/ledger/v1\0" + text.encode()).digest()
	    db.execute("UPDATE ledger SET prev = ?, hash = ? WHERE seq = ?",
	        (prev, hash, seq))
	    prev = hash
	db.commit()
	END
	sql "UPDATE ledger SET actor = replace(actor, '\"uid\":', '\"uid\":1')
		WHERE seq = 1"
	need_program python3
	python3 chain.py
	differs ledger
	[[ $output == *"(seal): the seal: it was signed at another point"* ]]
}

@test "a kept signature that was changed, or moved to another KSK" {
	kmgr -q create-ksk example.net --cmk prod >/dev/null
	cat >zsk.zone <<'END'
example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==
END
	kmgr -q sign-zsks example.com zsk.zone >/dev/null
	run kmgr verify
	[ "$status" -eq 0 ]
	[[ $output == *"1 valid signatures"* ]]
	cp kmgr.db saved
	sql "UPDATE signature SET expiration_at = expiration_at + 1"
	differs signature
	cp saved kmgr.db
	sql "UPDATE signature SET tbs_hash = randomblob(32)"
	differs signature
	cp saved kmgr.db
	sql "UPDATE signature SET ksk_id = (SELECT id FROM ksk
		WHERE zone = 'example.net.')"
	differs signature
	cp saved kmgr.db
	sql "UPDATE signature SET ksk_id = 'none'"
	differs signature
}
