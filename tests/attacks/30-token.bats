# The token: another one in its place, objects that were put there, a module
# that lies, and what somebody with the PIN does past kmgr.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

setup_file() {
	world_new
}

setup() {
	world_enter
}

ksk_key() {
	sqlite3 kmgr.db "SELECT key_id FROM ksk WHERE zone = 'a.example.'"
}

# --- another token ----------------------------------------------------------

@test "token-swapped: another token with the same label" {
	(softhsm_new other kmgr)
	mv tokens ours
	mv other/tokens .
	cp other/kmgr/pin kmgr/pin
	refused 10 'token main is another one than CMK prod was made in'
	differs missing-key
}

@test "token-reinitialised: the same token, initialised again" {
	softhsm2-util --module "$TOKEN_MODULE" --init-token --token kmgr \
		--label kmgr --so-pin "$TOKEN_SO_PIN" --pin "$TOKEN_PIN"
	refused 10 'prove CMK prod' 'it was initialised again'
	differs missing-key
}

@test "token-exchanged: two configured tokens change places" {
	mine=$TOKEN_URI
	softhsm_new "$PWD" second
	echo "  second: $TOKEN_URI" >>kmgr.yaml
	kmgr -q create-cmk other --token second --policy p.yaml >/dev/null
	kmgr -q create-ksk b.example --cmk other >/dev/null
	second=$TOKEN_URI
	token_at main "$second"
	token_at second "$mine"
	refused 10 'prove CMK prod'
	run kmgr sign-zsks b.example b
	[ "$status" -eq 10 ]
	# The files of one under the name of the other.
	token_at main "$mine"
	token_at second "$second"
	signs a
	set -- tokens/*
	mv "$1" aside
	mv "$2" "$1"
	mv aside "$2"
	# They are what they are, whatever their folders are called.
	signs a
	agrees
}

@test "token-copied: the files of the token, on another machine" {
	mkdir -p elsewhere
	cp -a tokens elsewhere
	sed "s,$PWD,$PWD/elsewhere," softhsm2.conf >elsewhere/softhsm2.conf
	head -c 32 /dev/zero >digest
	# Without the PIN they are of no use.
	SOFTHSM2_CONF=elsewhere/softhsm2.conf run pkcs11-tool \
		--module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin 00000000 --sign --mechanism ECDSA --id "$(ksk_key)" \
		--input-file digest --output-file stolen
	[ "$status" -ne 0 ]
	[ ! -s stolen ]
	# With it they are the key. That is what SoftHSM is.
	SOFTHSM2_CONF=elsewhere/softhsm2.conf tool --sign --mechanism ECDSA \
		--id "$(ksk_key)" --input-file digest --output-file stolen
	[ -s stolen ]
	told token-copied SoftHSM
}

# --- objects ----------------------------------------------------------------

@test "double-key: another pair under the id of a key" {
	for key in $(ksk_key) $(seal_key); do
		keep_token good
		tool --keypairgen --key-type EC:prime256v1 --id "$key" \
			--label planted >/dev/null
		differs duplicate-object
		run kmgr sign-zsks a.example a
		[ "$status" -eq 10 ]
		[[ $output != *"IN RRSIG"* ]]
		put_back_token good
	done
}

@test "key-replaced: another pair in the place of a key" {
	key=$(ksk_key)
	label=$(sqlite3 kmgr.db "SELECT label FROM key WHERE id = '$key'")
	tool --delete-object --type privkey --id "$key"
	tool --delete-object --type pubkey --id "$key"
	tool --keypairgen --key-type EC:prime256v1 --id "$key" \
		--label "$label" >/dev/null
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output != *"IN RRSIG"* ]]
	differs changed-key
}

@test "public-half-replaced: another public key beside the private one" {
	# Governance lets the halves be destroyed; SoftHSM gives any id.
	key=$(ksk_key)
	own_key >/dev/null
	openssl pkey -in own.pem -pubout -outform DER -out own.der
	tool --delete-object --type pubkey --id "$key"
	tool --write-object own.der --type pubkey --id "$key" \
		--label "$(sqlite3 kmgr.db "SELECT label FROM key
		WHERE id = '$key'")" >/dev/null
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output == *"is not the endorsed one"* ]]
	differs changed-key
}

@test "look-alike: a key pair with a label of kmgr's that no store knows" {
	tool --keypairgen --key-type EC:prime256v1 --id 0102 \
		--label "kmgr1:ksk:${id:0:16}" >/dev/null
	differs unknown-object
	signs a
}

@test "records-changed: the records in the token are changed or taken away" {
	for name in ratchet seal; do
		steal - records="kmgr1:$name:${id:0:16}" >tried
		cat tried
		[ "$(wc -l <tried)" -ge 13 ]
		run ! grep ' CKR_OK$' tried
		grep -qx 'destroy record CKR_ACTION_PROHIBITED' tried
	done
	# Where they are made without care each of that succeeds.
	echo x >value
	tool --write-object value --type data --private --label x \
		--application-label open >/dev/null 2>&1
	steal - records=open >tried
	grep -qx 'set CKA_LABEL CKR_OK' tried
	grep -qx 'copy CKA_DESTROYABLE CKR_OK' tried
	grep -qx 'destroy record CKR_OK' tried
	signs a
	agrees
}

@test "record-planted: with the PIN, a record of what never happened" {
	sqlite3 kmgr.db "SELECT json_object('statement',
		replace(payload ->> 'statement', '\"ledger_seq\":',
		'\"ledger_seq\":9'), 'signature', payload ->> 'signature')
		FROM ledger WHERE type = 'checkpoint'" | head -n 1 >forged
	tool --write-object forged --type data --private --label 9999 \
		--application-label "kmgr1:ratchet:${id:0:16}" >/dev/null 2>&1
	# The seal key did not sign that.
	signs a
	make_ksk b.example
	signs b
	differs planted-record
}

@test "second-seal: with the PIN, a seal of another policy" {
	printf '{"cmk_id":"%s","policy_hash":"%s"}' "$id" \
		"$(printf 'ab%.0s' {1..32})" >statement
	jq -n --rawfile seal statement --arg signature \
		"$(seal_sign kmgr/policy/v1 statement)" \
		'{seal: $seal, seal_signature: $signature}' >object
	tool --write-object object --type data --private --label seal \
		--application-label "kmgr1:seal:${id:0:16}" >/dev/null 2>&1
	refused 10 'CMK prod has two seals' 'abababababababab'
}

@test "record-public: without a PIN, objects that look like records" {
	keep old
	make_ksk b.example
	sqlite3 kmgr.db "SELECT json_object('statement', payload ->>
		'statement', 'signature', payload ->> 'signature') FROM ledger
		WHERE type = 'checkpoint' ORDER BY seq DESC LIMIT 1" >later
	put_back_token_of_world
	put_back old
	printf '{"seal":"{}","seal_signature":"AAAA"}' >seal
	# Even a good record, of later than the store: anybody can read it.
	intruder "plant=1,kmgr1:ratchet:${id:0:16},later" \
		"plant=1,kmgr1:seal:${id:0:16},seal" >tried
	[ "$(grep -c '^plant .* CKR_OK$' tried)" -eq 2 ]
	[ "$(grep -c '^destroy .* CKR_ACTION_PROHIBITED$' tried)" -eq 2 ]
	signs a
	make_ksk c.example
	signs c
	differs planted-record 'can be made without the PIN'
}

@test "token-flooded: without a PIN, objects that nobody can destroy" {
	echo x >value
	intruder "plant=200,kmgr1:ratchet:${id:0:16},value" \
		"plant=200,flood,value" >tried
	[ "$(grep -c '^plant .* CKR_OK$' tried)" -eq 2 ]
	signs a
	make_ksk b.example
	# The token gets full and slow, and only its owner can stop that.
	differs planted-record
	told token-flooded
}

# --- past kmgr --------------------------------------------------------------

@test "go-around: with the PIN, past kmgr, a KSK signs anything" {
	head -c 32 /dev/urandom >digest
	tool --sign --mechanism ECDSA --id "$(ksk_key)" --input-file digest \
		--output-file stolen
	[ "$(wc -c <stolen)" -eq 64 ]
	# There is no trace of it where kmgr looks.
	agrees
	told go-around
}

@test "so-pin: the SO sets a new user PIN" {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--login-type so --so-pin "$TOKEN_SO_PIN" --init-pin \
		--new-pin 55555555 >/dev/null
	# It is seen, for kmgr's PIN is none any more, ...
	run kmgr sign-zsks a.example a
	[ "$status" -eq 6 ]
	# ... and he can sign.
	head -c 32 /dev/zero >digest
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin 55555555 --sign --mechanism ECDSA --id "$(ksk_key)" \
		--input-file digest --output-file stolen
	[ "$(wc -c <stolen)" -eq 64 ]
	told so-pin
}

@test "module-swapped: another module in the place of the module" {
	# It can give wrong signatures: none of them gets out.
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	token_at main "$(uri_of_shim "$TOKEN_URI")"
	for n in 1 2; do
		KMGR_SHIM_FLIP_SIG=$n run kmgr sign-zsks a.example a
		[ "$status" -eq 10 ]
		[[ $output != *"IN RRSIG"* ]]
	done
	signs a
	# And it sees the PIN, which is the token's last word.
	told module-swapped
}
