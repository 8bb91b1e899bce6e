# The tokens that other tests use work at all: each, driven by pkcs11-tool,
# makes a key and a signature that OpenSSL verifies.

load ../lib/common
load ../lib/tokens

setup() {
	need_program pkcs11-tool openssl
	cd "$BATS_TEST_TMPDIR"
	echo 'to be signed' >data
	openssl dgst -sha256 -binary <data >digest
}

teardown() {
	tpm_stop
	ock_stop
	nss_stop
	servers_stop
}

tool() {
	token_run pkcs11-tool --module "$TOKEN_MODULE" \
		--token-label "$TOKEN_LABEL" --login --pin "$TOKEN_PIN" "$@"
}

# sign TYPE MECHANISM ID: makes a key pair and a signature of the digest.
sign() {
	tool --keypairgen --key-type "$1" --id "$3" --label test
	tool --sign --mechanism "$2" --signature-format openssl --id "$3" \
		--input-file digest --output-file sig
	tool --read-object --type pubkey --id "$3" --output-file pub.der
	openssl pkey -pubin -inform DER -in pub.der -out pub.pem
}

ec_works() {
	sign EC:prime256v1 ECDSA 01
	openssl pkeyutl -verify -pubin -inkey pub.pem -in digest -sigfile sig
}

# CKM_RSA_PKCS pads what it is given: here the digest without a DigestInfo.
rsa_works() {
	sign rsa:2048 RSA-PKCS 02
	openssl pkeyutl -verify -pubin -inkey pub.pem -in digest -sigfile sig
}

pin_matches() {
	[ "$(cat "${TOKEN_URI##*pin-source=file:}")" = "$TOKEN_PIN" ]
	[ "$(stat -c %a "${TOKEN_URI##*pin-source=file:}")" = 600 ]
	[[ $TOKEN_URI == "pkcs11:token="*"?module-path=/"* ]]
}

@test "SoftHSM: two tokens in one place" {
	softhsm_new "$PWD" one
	pin_matches
	ec_works
	softhsm_new "$PWD" two
	pin_matches
	ec_works
	rsa_works
	[ "$(softhsm2-util --show-slots | grep -c 'Initialized:  *yes')" = 2 ]
}

@test "TPM: EC and RSA" {
	tpm_start "$PWD"
	pin_matches
	ec_works
	rsa_works
}

@test "TPM: all that was started ends" {
	local pids

	tpm_start "$PWD"
	pids="$(server_pid swtpm) $(server_pid bus) $(server_pid abrmd)"
	kill -0 $pids
	tpm_stop
	for pid in $pids; do
		pid_is_gone "$pid"
	done
}

@test "openCryptoki: RSA" {
	ock_start "$PWD"
	pin_matches
	rsa_works
}

@test "openCryptoki in place: RSA, and the machine as it was" {
	export KMGR_TEST_OCK_IN_PLACE=1
	[ "$(id -u)" -eq 0 ] || skip "openCryptoki's daemon needs root"
	before=$(sha256_of /etc/opencryptoki /var/lib/opencryptoki)
	ock_start "$PWD"
	[ "$(sha256_of /etc/opencryptoki /var/lib/opencryptoki)" != "$before" ]
	rsa_works
	ock_stop
	[ "$(sha256_of /etc/opencryptoki /var/lib/opencryptoki)" = "$before" ]
	# A test that was killed in the middle: the next one cleans up.
	ock_start "$PWD"
	server_stop pkcsslotd
	exec {OCK_LOCK}<&-
	ock_start "$PWD"
	ock_stop
	[ "$(sha256_of /etc/opencryptoki /var/lib/opencryptoki)" = "$before" ]
}

@test "NSS by way of the shim: EC and RSA" {
	nss_start "$PWD"
	pin_matches
	ec_works
	rsa_works
}

@test "kmgr_env: one token or several, each by its URI" {
	softhsm_new "$PWD" one
	kmgr_env "$PWD/etc"
	printf 'store: sqlite:%s\ntokens:\n  main: %s\n' "$PWD/etc/kmgr.db" \
		"$TOKEN_URI" | diff - "$KMGR_CONFIG"
	first=$TOKEN_URI
	softhsm_new "$PWD" two
	kmgr_env "$PWD/etc" "a=$first" "b=$(uri_of_shim "$TOKEN_URI")"
	grep -qx "  a: $first" "$KMGR_CONFIG"
	grep -qx "  b: pkcs11:token=two?module-path=$P11SHIM&pin-source=file:\
$PWD/two/pin" "$KMGR_CONFIG"
}

@test "servers: a port is free, until somebody has it" {
	need_program swtpm
	port=$(free_port)
	is_port_free "$port"
	mkdir state
	server_start holder swtpm socket --tpm2 --tpmstate "dir=$PWD/state" \
		--server "type=tcp,port=$port,bindaddr=127.0.0.1" \
		--ctrl "type=tcp,port=$((port + 1)),bindaddr=127.0.0.1"
	server_ready holder 10 is_listening "$port"
	run is_port_free "$port"
	[ "$status" -ne 0 ]
}

@test "servers: nobody is told a port that somebody else was told before" {
	for i in {1..20}; do
		free_port >>of-one &
		free_port >>of-another
	done
	wait
	[ "$(sort of-one of-another | uniq | wc -l)" -eq 40 ]
	for port in $(sort of-one of-another); do
		[ $((port % 2)) -eq 0 ]
	done
}

@test "servers: a dead one is seen at once, with its log" {
	server_start dud sh -c 'echo broken by design; exit 1'
	run server_ready dud 600 false
	[ "$status" -ne 0 ]
	[[ $output == *"broken by design"* ]]
	[ "$SECONDS" -lt 300 ]
}

@test "servers: one that does not want to end is killed" {
	server_start stubborn bash -c \
		'trap "" TERM; echo ready; while :; do sleep 1; done'
	pid=$(server_pid stubborn)
	wait_until 5 grep -q ready "$(server_log stubborn)"
	SERVER_GRACE=1 server_stop stubborn
	wait_until 2 pid_is_gone "$pid"
}
