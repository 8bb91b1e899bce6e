# Tokens that are not SoftHSM: kmgr works with what they have, says what they
# lack, and refuses only the one that would let the private value out.

bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/tokens
load dns

setup() {
	need_program jq pkcs11-tool dnssec-keygen dnssec-signzone \
		dnssec-verify ldns-verify-zone
	cd "$BATS_TEST_TMPDIR"
	# The TPM's libraries report on standard error whatever they refuse.
	export TSS2_LOG=all+none
}

teardown() {
	tpm_stop
	ock_stop
	nss_stop
	servers_stop
}

kmgr() {
	token_run "$KMGR" "$@"
}

# kmgr_new: the configuration and the store for the token.
kmgr_new() {
	kmgr_env "$PWD/kmgr"
	kmgr init
}

# policy ALGORITHM: a policy of this file name.
policy() {
	cat >"$1.yaml" <<-END
		version: 1
		zones: ["*.example"]
		ksk: { algorithm: $1 }
		zsk: { algorithms: [$1] }
	END
	echo "$1.yaml"
}

# job ALGORITHM ZONE: from the master key to a signed zone that the judges
# believe.
job() {
	kmgr create-cmk "$1" --token main --policy "$(policy "$1")"
	kmgr create-ksk "$2" --cmk "$1"
	sign "$1" "$2"
	kmgr verify
	# What the token does not tell or enforce is no failure.
	kmgr export-endorsement "$(ksk "$2")" -o "$2/endorsement"
	"$KMGR" verify-endorsement "$2/endorsement"
}

# sign ALGORITHM ZONE
sign() {
	zone_write "$2" "${1^^}"
	kmgr sign-zsks "$2" "$2"/K*.key --cds -o "$2/dnskey"
	kmgr get-ds "$2" -o "$2/ds"
	sign_with_bind "$2"
	has_file_verdict good "$2" "$2/signed"
}

# ksk ZONE: its id.
ksk() {
	kmgr --json list-ksks "$1" | jq -r '.ksks[0].id'
}

# not_held ZONE: what the KSK is not, of what was asked for.
not_held() {
	kmgr --json describe-ksk "$(ksk "$1")" | jq -r '
		.ksk.endorsement.attributes.not_held[] |
		"\(.half) \(.name) \(.verdict)"' | sort
}

# probe_says FILE: compares the rows of probe-token that are named on standard
# input with it.
probe_says() {
	local id verdict

	cat >wanted
	jq -r '.rows[] | "\(.id) \(.verdict)"' "$1" >rows
	while read -r id verdict; do
		grep "^$id " rows || echo "$id has no row"
	done <wanted >got
	diff wanted got
}

tool() {
	token_run pkcs11-tool --module "$TOKEN_MODULE" \
		--token-label "$TOKEN_LABEL" --login --pin "$TOKEN_PIN" "$@"
}

objects() {
	tool --list-objects 2>/dev/null | grep -c ' Object'
}

# --- TPM -------------------------------------------------------------------

@test "TPM: P-256, and what is changed behind kmgr's back is found" {
	local id

	tpm_start "$PWD"
	kmgr_new
	job ecdsap256sha256 ec.example
	diff - <(not_held ec.example) <<-END
		private CKA_DECRYPT left-out
		public CKA_ENCRYPT left-out
	END
	run kmgr describe-ksk "$(ksk ec.example)"
	[[ $output =~ CKA_DECRYPT\ +true\ +left-out ]]

	# This token lets anybody with the PIN change what it calls sealed.
	id=$(kmgr --json describe-ksk "$(ksk ec.example)" |
		jq -r .ksk.endorsement.key_id)
	tool --type privkey --id "$id" --set-id 0a0b
	run -10 kmgr verify
	[[ $output == *missing-key:*"$id"* ]]
	run -10 kmgr sign-zsks ec.example ec.example/K*.key
	tool --type privkey --id 0a0b --set-id "$id"
	kmgr verify
	"$builddir/tests/attacks/steal" "$TOKEN_MODULE" "$TOKEN_LABEL" \
		"$TOKEN_PIN" "$id" set=CKA_EXTRACTABLE >change
	grep -x 'set CKA_EXTRACTABLE CKR_OK' change
	run -10 kmgr verify
	[[ $output == *changed-key:*CKA_EXTRACTABLE* ]]
}

@test "TPM: RSA" {
	tpm_start "$PWD"
	kmgr_new
	job rsasha256 rsa.example
	diff - <(not_held rsa.example) <<-END
		private CKA_ALLOWED_MECHANISMS left-out
		private CKA_DECRYPT left-out
		public CKA_ALLOWED_MECHANISMS left-out
		public CKA_ENCRYPT left-out
	END
}

@test "TPM: the probe is honest and leaves nothing" {
	tpm_start "$PWD"
	kmgr_new
	kmgr --json probe-token main >probe
	probe_says probe <<-END
		ecdsap256sha256 works
		ecdsap384sha384 works
		rsasha256-2048 works
		ed25519 absent
		sensitive-read enforced
		extractable-set enforced
		extractable-copy not-tried
		sensitive-flag ignored
		extractable-flag ignored
		modifiable-change ignored
		allowed-mechanisms enforced
		allowed-mechanisms-widen ignored
		data-object-change ignored
		copyable not-tried
		wrapped-ecdsap256sha256 absent
	END
	[ "$(objects)" = 0 ]
}

@test "TPM: wrong PINs lock it; each run spends one and says so" {
	tpm_start "$PWD"
	kmgr_new
	policy ecdsap256sha256
	echo 0000 >"$PWD/pin"
	for CKR in CKR_PIN_INCORRECT CKR_PIN_INCORRECT CKR_PIN_INCORRECT \
		CKR_PIN_LOCKED; do
		run -6 kmgr create-cmk c --token main \
			--policy ecdsap256sha256.yaml
		[[ $output == *"C_Login: $CKR"*"hint:"* ]]
	done
	echo "$TOKEN_PIN" >"$PWD/pin"
	run -6 kmgr create-cmk c --token main --policy ecdsap256sha256.yaml
	[[ $output == *"C_Login: CKR_PIN_LOCKED (0xa4)"*"security officer"* ]]
}

# --- openCryptoki ----------------------------------------------------------

@test "openCryptoki: RSA, the seal key too" {
	ock_start "$PWD"
	kmgr_new
	job rsasha256 rsa.example
	diff - <(not_held rsa.example) <<-END
		private CKA_ALLOWED_MECHANISMS left-out
		private CKA_COPYABLE left-out
		public CKA_ALLOWED_MECHANISMS left-out
		public CKA_COPYABLE left-out
	END
	[[ $(kmgr describe-cmk rsasha256) == *"seal key"*RSASHA256* ]]
	kmgr --json describe-cmk rsasha256 | jq -r .cmk.public_key |
		openssl pkey -pubin -noout -text | grep -q '(3072 bit)'
}

@test "openCryptoki: the probe is honest and leaves nothing" {
	ock_start "$PWD"
	kmgr_new
	kmgr --json probe-token main >probe
	probe_says probe <<-END
		rsasha256-2048 works
		ecdsap256sha256 absent
		ed25519 absent
		sensitive-read enforced
		sensitive-flag enforced
		extractable-copy enforced
		wrap-aes-cbc-pad enforced
		modifiable-change enforced
		modifiable-copy ignored
		copyable unsupported
		destroyable unsupported
		allowed-mechanisms unsupported
		wrapped-rsasha256-2048 absent
	END
	[ "$(objects)" = 0 ]
}

@test "openCryptoki: the last try of a PIN is never spent" {
	ock_start "$PWD"
	kmgr_new
	policy rsasha256
	echo 11111111 >"$PWD/pin"
	for what in CKR_PIN_INCORRECT CKR_PIN_INCORRECT "one try is left" \
		"one try is left"; do
		run -6 kmgr create-cmk c --token main --policy rsasha256.yaml
		[[ $output == *"$what"*"hint:"* ]]
	done
	[[ $(kmgr list-tokens) == *"final try"* ]]
	echo "$TOKEN_PIN" >"$PWD/pin"
	run -6 kmgr create-cmk c --token main --policy rsasha256.yaml
	[[ $output == *"one try is left"* ]]
	# It was left, and the right PIN, by hand as the hint says, mends it.
	tool --list-objects
	[[ $(kmgr list-tokens) == *" ok"* ]]
}

# --- NSS -------------------------------------------------------------------

@test "NSS: a private key could leave, and so it gets none" {
	nss_start "$PWD"
	kmgr_new
	run -6 kmgr create-cmk c --token main \
		--policy "$(policy ecdsap256sha256)"
	[[ $output == *"lets a private key leave"*"probe-token main"* ]]
	[ "$(objects)" = 0 ]
	kmgr verify
	run -6 --separate-stderr kmgr --json probe-token main
	echo "$output" >probe
	probe_says probe <<-END
		ecdsap256sha256 works
		extractable-copy ignored
		wrap-aes-kwp ignored
		copyable ignored
		never-extractable enforced
	END
}

# --- a token at the end of a wire: p11-kit's server before SoftHSM ---------

# remote_start [SWITCH...]: the server, with the shim and these switches in
# its place; as a new one after any that is there.
remote_start() {
	remote_stop
	server_start remote env KMGR_SHIM_MODULE="$REMOTE_MODULE" \
		KMGR_SHIM_COUNT="$PWD/calls" "$@" p11-kit server -f \
		-n "$PWD/sock" --provider "$P11SHIM" "pkcs11:token=kmgr"
	server_ready remote 10 is_listening_at "$PWD/sock"
}

# The server has a child for each connection, which outlives it.
remote_stop() {
	local children=

	[ ! -e "$(servers_dir)/remote.pid" ] ||
		children=$(ps -o pid= --ppid "$(server_pid remote)" || :)
	server_stop remote
	# shellcheck disable=SC2086 # a list
	[ -z "$children" ] || kill -KILL $children 2>/dev/null || :
	rm -f "$PWD/sock" "$PWD/calls"
}

# remote_new: the server and the module that talks to it, as the token "main".
remote_new() {
	need_program p11-kit
	softhsm_new "$PWD/softhsm" kmgr
	REMOTE_MODULE=$TOKEN_MODULE
	TOKEN_MODULE=$(find_file /usr/lib/*/pkcs11/p11-kit-client.so)
	token_uri "$PWD/softhsm/kmgr/pin"
	export P11_KIT_SERVER_ADDRESS=unix:path=$PWD/sock
	remote_start
	kmgr_new
}

# has_deaths N: whether so many children of the server were killed, or more;
# it notices that in its own time.
has_deaths() {
	[ "$(grep -c 'died with signal 9' "$(server_log remote)")" -ge "$1" ]
}

@test "remote: the whole job, and a poor set of mechanisms" {
	remote_new
	job ecdsap256sha256 ec.example
	[ -z "$(not_held ec.example)" ]
	# RPC knows no EdDSA. Nothing is made for a policy that wants it.
	run -6 kmgr create-cmk none --token main --policy "$(policy ed25519)"
	[[ $output == *"cannot make and use ed25519 keys"*"hint:"* ]]
	[ "$(objects)" = 4 ]
	kmgr verify
	remote_stop
}

@test "remote: the server dies in the middle and is back: kmgr carries on" {
	remote_new
	job ecdsap256sha256 ec.example
	# The answer to the challenge and one more; every second one kills.
	remote_start KMGR_SHIM_FAIL_ON=C_Sign KMGR_SHIM_KILL_AT=2
	kmgr sign-zsks ec.example ec.example/K*.key --cds \
		-o ec.example/dnskey
	wait_until 10 has_deaths 1
	run ! has_deaths 2
	sign_with_bind ec.example
	has_file_verdict good ec.example ec.example/signed

	# The key is made, and the answer is lost.
	remote_start KMGR_SHIM_FAIL_ON=C_GenerateKeyPair KMGR_SHIM_KILL_AFTER=1
	run -6 kmgr create-ksk lost.example --cmk ecdsap256sha256
	[[ $output == *"C_GenerateKeyPair: CKR_DEVICE_ERROR"*"hint:"* ]]
	wait_until 10 has_deaths 1
	remote_start
	kmgr create-ksk lost.example --cmk ecdsap256sha256
	sign ecdsap256sha256 lost.example
	kmgr verify
	[ "$(objects)" = 6 ]
	remote_stop
}

@test "remote: the token goes away in the middle, for good" {
	remote_new
	job ecdsap256sha256 ec.example
	before=$(sha256_of kmgr/kmgr.db)
	# It dies of each signature.
	remote_start KMGR_SHIM_FAIL_ON=C_Sign KMGR_SHIM_KILL_AT=1
	run -6 kmgr sign-zsks ec.example ec.example/K*.key -o none
	[[ $output == *"kmgr/challenge/v1"*"C_Sign: CKR_DEVICE_ERROR"* ]]
	[[ $output == *"hint: is the token plugged in"* ]]
	[ ! -e none ]
	wait_until 10 has_deaths 2

	# The server is gone while a signature is made.
	remote_start KMGR_SHIM_DELAY_US=3000000
	"$KMGR" sign-zsks ec.example ec.example/K*.key >out 2>err 3>&- &
	wait_until 10 grep -q ' C_Sign$' calls
	remote_stop
	rc=0
	wait $! || rc=$?
	cat err
	[ $rc = 6 ]
	[ ! -s out ]
	grep 'no token kmgr in' err
	grep 'hint: ' err

	# Nor is it there for the next one.
	run -6 kmgr sign-zsks ec.example ec.example/K*.key
	[[ $output == *"no token kmgr in"*"hint: kmgr list-tokens"* ]]
	[ "$(sha256_of kmgr/kmgr.db)" = "$before" ]

	remote_start
	rm -r ec.example
	sign ecdsap256sha256 ec.example
	remote_stop
}
