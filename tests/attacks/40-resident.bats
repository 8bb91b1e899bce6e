# The private key cannot leave the token and cannot be used for anything else,
# whoever has the PIN. Each attempt is made on a key of kmgr's and on a control
# made without sealing, in the same token: where it succeeds on the control, it
# must be refused on kmgr's, and for the right reason.

bats_require_minimum_version 1.5.0
load ../lib/common
load ../interop/dns

setup_file() {
	need_program pkcs11-tool jq openssl dnssec-keygen dnssec-signzone \
		dnssec-verify ldns-verify-zone
	cd "$BATS_FILE_TMPDIR"
	softhsm_new "$PWD" kmgr
	export TOKEN_MODULE TOKEN_PIN TOKEN_URI
	kmgr_env "$PWD"
	kmgr init
	cmk_new ec ecdsap256sha256
	cmk_new ed25519 ed25519
	cmk_new rsa rsasha256
	cmk_new forever ecdsap256sha256 'seal: compliance'
}

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# cmk_new NAME ALGORITHM [MORE-POLICY]: with a KSK of NAME.example.
cmk_new() {
	cat >"$1.yaml" <<-END
		version: 1
		zones: ["*.example"]
		ksk: { algorithm: $2 }
		zsk: { algorithms: [$2] }
		${3-}
	END
	kmgr create-cmk "$1" --token main --policy "$1.yaml"
	kmgr create-ksk "$1.example" --cmk "$1"
}

# ksk_id ZONE: the CKA_ID of its KSK.
ksk_id() {
	local ksk

	ksk=$(kmgr --json list-ksks "$1" | jq -r '.ksks[0].id')
	kmgr --json describe-ksk "$ksk" | jq -r .ksk.endorsement.key_id
}

# seal_id CMK: the CKA_ID of its seal key.
seal_id() {
	kmgr describe-cmk "$1" | sed -n 's/.*seal key.*CKA_ID //p'
}

steal() {
	"$builddir/tests/attacks/steal" "$TOKEN_MODULE" kmgr "$TOKEN_PIN" "$@"
}

# all_refused CONTROL SEALED MECHANISM: judges what steal said of both. With
# this mechanism both sign; nothing else may work with the sealed key, and what
# works with the control must be refused for the right reason.
all_refused() {
	paste -d ' ' "$1" "$2" | awk -v own="sign $3" '
	BEGIN {
		why["read"] = "CKR_ATTRIBUTE_SENSITIVE"
		why["wrap"] = "CKR_KEY_UNEXTRACTABLE"
		why["sign"] = why["public-sign"] = "CKR_MECHANISM_INVALID"
		why["use"] = why["public-use"] = \
		    "CKR_KEY_FUNCTION_NOT_PERMITTED"
		why["copy"] = why["public-copy"] = why["set"] = \
		    why["public-set"] = why["destroy"] = \
		    "CKR_ACTION_PROHIBITED"
	}
	function wrong(what) {
		print what ": " $0
		bad = 1
	}
	NF != 6 || $1 != $4 || $2 != $5	{ wrong("not the same attempt") }
	$1 == "untried"			{ wrong("not in the table") }
	$1 " " $2 == own {
		if ($3 != "CKR_OK" || $6 != "CKR_OK")
			wrong("it does not sign")
		next
	}
	$6 == "CKR_OK"				{ wrong("not refused") }
	$3 == "CKR_OK" && $6 != why[$1]		{ wrong("want " why[$1]) }
	END { exit bad }'
}

# succeeded FILE ATTEMPT...: whether steal did these, so that they are real.
succeeded() {
	local attempt

	for attempt in "${@:2}"; do
		grep -qx "$attempt CKR_OK" "$1" || {
			echo "does not succeed on the control: $attempt"
			return 1
		}
	done
}

# Common to all types of key.
CHANGES=({copy,set}" CKA_EXTRACTABLE" {copy,set}" CKA_SENSITIVE"
	{copy,set}" CKA_LABEL" {copy,set}" CKA_ID" {copy,set}" CKA_DECRYPT"
	"copy CKA_TOKEN" "copy CKA_MODIFIABLE" "copy CKA_DESTROYABLE"
	public-{copy,set}" CKA_LABEL" public-{copy,set}" CKA_ENCRYPT"
	"public-copy CKA_MODIFIABLE")

# still_good ZONE ALGORITHM: after all that was tried kmgr finds nothing amiss
# and signs as before.
still_good() {
	kmgr verify
	zone_write "$1" "$2"
	kmgr sign-zsks "$1" "$1"/K*.key -o "$1/dnskey"
	kmgr get-ds "$1" -o "$1/ds"
	sign_with_bind "$1"
	has_file_verdict good "$1" "$1/signed"
}

@test "resident-p256: with the PIN, every raw call on a P-256 KSK" {
	steal 0a01 make=ec attack >control
	succeeded control "${CHANGES[@]}" "read CKA_VALUE" "use derive" \
		"wrap CKM_AES_KEY_WRAP" "wrap CKM_AES_KEY_WRAP_PAD"
	steal "$(ksk_id ec.example)" attack >sealed
	all_refused control sealed CKM_ECDSA
	still_good ec.example ECDSAP256SHA256
}

@test "resident-seal-key: with the PIN, every raw call on the seal key" {
	steal 0a02 make=ec attack >control
	succeeded control "${CHANGES[@]}" "read CKA_VALUE" "use derive" \
		"wrap CKM_AES_KEY_WRAP" "wrap CKM_AES_KEY_WRAP_PAD"
	steal "$(seal_id ec)" attack >sealed
	all_refused control sealed CKM_ECDSA
	still_good ec.example ECDSAP256SHA256
}

@test "resident-ed25519: with the PIN, every raw call on an Ed25519 KSK" {
	steal 0a03 make=ed25519 attack >control
	succeeded control "${CHANGES[@]}" "read CKA_VALUE"
	steal "$(ksk_id ed25519.example)" attack >sealed
	all_refused control sealed CKM_EDDSA
	still_good ed25519.example ED25519
}

@test "resident-rsa: with the PIN, every raw call on an RSA KSK" {
	steal 0a04 make=rsa attack >control
	succeeded control "${CHANGES[@]}" "read CKA_PRIVATE_EXPONENT" \
		"read CKA_PRIME_1" "read CKA_PRIME_2" "read CKA_EXPONENT_1" \
		"read CKA_EXPONENT_2" "read CKA_COEFFICIENT" \
		"wrap CKM_AES_KEY_WRAP" "wrap CKM_AES_KEY_WRAP_PAD" \
		"sign CKM_RSA_X_509" "sign CKM_SHA1_RSA_PKCS" \
		"sign CKM_SHA256_RSA_PKCS" "sign CKM_RSA_PKCS_PSS" \
		"use decrypt" "use unwrap" \
		"public-use encrypt" "public-use wrap"
	steal "$(ksk_id rsa.example)" attack >sealed
	all_refused control sealed CKM_RSA_PKCS
	still_good rsa.example RSASHA256
}

@test "resident-destroy: with the PIN, keys are destroyed" {
	steal 0a05 make=ec destroy >control
	succeeded control "destroy private" "destroy public"
	for id in "$(ksk_id forever.example)" "$(seal_id forever)"; do
		steal "$id" destroy >sealed
		cat sealed
		[ "$(grep -c ' CKR_ACTION_PROHIBITED$' sealed)" = 2 ]
	done
	still_good forever.example ECDSAP256SHA256

	# Governance lets it happen, not unseen.
	softhsm_new "$PWD/other" kmgr
	kmgr_env "$PWD/other"
	kmgr init
	cmk_new gone ecdsap256sha256
	kmgr verify
	id=$(ksk_id gone.example)
	steal "$id" destroy >destroyed
	succeeded destroyed "destroy private" "destroy public"
	run -10 kmgr verify
	[[ $output == *missing-key*"$id"* ]]
}

# pkcs11-tool can neither read nor wrap private keys: steal does that.
tool() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" "$@"
}

# tool_tries ID: one line for each attempt, as steal does.
tool_tries() {
	local id=$1

	tool --read-object --type pubkey --id "$id" --output-file pub >/dev/null
	rm -f encrypted
	openssl pkeyutl -encrypt -pubin -keyform DER -inkey pub -in data \
		-out encrypted 2>/dev/null || cp data encrypted
	tool_try "sign" SHA256-RSA-PKCS --sign -m SHA256-RSA-PKCS \
		--input-file data --output-file out --id "$id"
	tool_try use decrypt --decrypt -m RSA-PKCS --input-file encrypted \
		--output-file out --id "$id"
	tool_try use derive --derive -m ECDH1-DERIVE --input-file peer \
		--output-file out --id "$id"
	tool_try set CKA_ID --type privkey --id "$id" --set-id "${id}00"
	tool_try public-set CKA_ID --type pubkey --id "$id" --set-id "${id}00"
}

# tool_try CLASS WHAT ARGUMENT...
tool_try() {
	local said=CKR_OK

	if ! tool "${@:3}" >tool.log 2>&1; then
		# It has no name for CKR_ACTION_PROHIBITED.
		said=$(sed -n 's/unknown PKCS11 error (0x1b)/CKR_ACTION_PROHIBITED (0x1b)/
			s/.*rv = \(.*\) (0x.*/\1/p' tool.log | tail -n 1)
	fi
	echo "$1 $2 ${said:-$(cat tool.log)}"
}

@test "resident-tool: with the PIN, pkcs11-tool on KSKs" {
	head -c 32 /dev/zero | tr '\0' x >data
	openssl ecparam -name prime256v1 -genkey -noout |
		openssl ec -pubout -outform DER -out peer
	steal 0a06 make=ec
	tool_tries 0a06 >control
	succeeded control "use derive" "set CKA_ID" "public-set CKA_ID"
	tool_tries "$(ksk_id ec.example)" >sealed
	all_refused control sealed none

	steal 0a07 make=rsa
	tool_tries 0a07 >control
	succeeded control "sign SHA256-RSA-PKCS" "use decrypt" "set CKA_ID" \
		"public-set CKA_ID"
	tool_tries "$(ksk_id rsa.example)" >sealed
	all_refused control sealed none

	steal 0a08 make=ec
	tool --delete-object --type privkey --id 0a08
	tool --delete-object --type pubkey --id 0a08
	for type in privkey pubkey; do
		run tool --delete-object --type $type \
			--id "$(ksk_id forever.example)"
		[ "$status" -ne 0 ]
		[[ $output == *'(0x1b)'* ]]
	done
	still_good rsa.example RSASHA256
}
