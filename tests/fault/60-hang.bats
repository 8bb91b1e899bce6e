# Calls that never return: the process that made one ends, says so, and leaves
# nothing behind that the next one would wait for.
load ../lib/common
bats_require_minimum_version 1.5.0

ZONES=60

# In each round one call hangs, and a limit of two seconds is kept.
setup_file() {
	need_program sqlite3 jq
	. "$TESTDIR/fault/world.bash"
	world_new
	printf '%s\n' 'version: 1' 'zones: ["."]' 'custody: shared' \
		'ds: { cds-cdnskey-publish: none }' \
		'ksk: { require-backup: false, automation: [expire, done] }' \
		>"$WORLD/p.yaml"
	kmgr -q create-cmk c --token main --policy "$WORLD/p.yaml" >/dev/null
	rm -r "$WORLD/zones"
	mkdir "$WORLD/zones"
	echo zones: >>"$WORLD/kmgr.yaml"
	for i in $(seq -w $ZONES); do
		echo "z$i.example"
		echo "z$i.example. 3600 IN DNSKEY 256 3 13 $ZSK" \
			>"$WORLD/zones/z$i.example.zone"
		printf '  z%s.example:\n    source: { file: %s }\n    %s\n' \
			"$i" "$WORLD/zones/z$i.example.zone" \
			"publish: { directory: $WORLD/out/$i }" \
			>>"$WORLD/kmgr.yaml"
	done >"$WORLD/names"
	mkdir "$WORLD/out"
	kmgr -q create-ksk --zones-from "$WORLD/names" --cmk c >/dev/null
	world_save many
	export WORLD_BASE
}

setup() {
	. "$TESTDIR/fault/world.bash"
	world_new
	world_load many
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	servers_stop
	wait
}

teardown_file() {
	. "$TESTDIR/fault/world.bash"
	world_end
}

# performance TEXT [LIMIT]: beside the limit, from here on.
performance() {
	performance=$1
	sed -i '/^performance:/d' "$WORLD/kmgr.yaml"
	echo "performance: { call-timeout: ${2-2s}, $1 }" >>"$WORLD/kmgr.yaml"
}

# patient: from here on a call may take long where the machine has no time.
patient() {
	performance "$performance" 10m
}

# hangs_at FUNCTION N COMMAND...: of the first process that comes to it the Nth
# call of FUNCTION never returns. It ends, by itself.
hangs_at() {
	rm -f once
	KMGR_SHIM_FAIL_ON=$1 KMGR_SHIM_HANG_AT=$2 KMGR_SHIM_HANG_ONCE=$PWD/once \
		run --separate-stderr timeout 120 "$KMGR" "${@:3}"
	[ -e once ]
}

# n_signed: zones that have a signature.
n_signed() {
	ask 'SELECT count(DISTINCT ksk_id) FROM signature'
}

# the_rest COMMAND...: succeeds, and all zones are signed, once.
the_rest() {
	patient
	run --separate-stderr kmgr "$@"
	echo "$stderr"; [ "$status" -eq 0 ]
	[ "$(n_signed)" -eq $ZONES ]
	[ "$(ask 'SELECT count(*) FROM signature')" -eq $ZONES ]
	run -0 kmgr verify
	[ "$(ask "SELECT count(*) FROM intent WHERE state = 'open'")" -eq 0 ]
}

@test "sign-zsks: what was recorded counts, and the same command does the rest" {
	performance 'workers: 1, sessions: 1'
	hangs_at C_Sign 50 sign-zsks --zones-from "$WORLD/zones"
	[ "$status" -eq 6 ]
	[[ $stderr == *"kmgr: token main: C_Sign has not returned for "* ]]
	[[ $stderr == *"kmgr: hint: "*"run the same command again"* ]]
	[[ $stderr == *"call-timeout"* ]]
	before=$(n_signed)
	[ "$before" -lt $ZONES ]
	hangs_at C_Sign 1 --json sign-zsks --zones-from "$WORLD/zones"
	[ "$status" -eq 6 ]
	[ "$(jq -r '[.command, .error, .exit_status] | join(" ")' \
		<<<"$stderr")" = 'sign-zsks token 6' ]
	[[ $(jq -r .message <<<"$stderr") == *"C_Sign has not returned"* ]]
	the_rest sign-zsks --zones-from "$WORLD/zones" -o all
	[ "$(grep -c RRSIG all)" -eq $ZONES ]
}

@test "sign-zsks: of two workers one hangs: the other one does what it can" {
	performance 'workers: 2, sessions: 1'
	hangs_at C_Sign 1 --json sign-zsks --zones-from "$WORLD/zones"
	[ "$status" -eq 6 ]
	# As one object, with what was signed.
	[ "$(jq -r '[.error, .exit_status] | join(" ")' <<<"$output")" = \
		'token 6' ]
	[[ $(jq -r .message <<<"$output") == *"token main: C_Sign has not "* ]]
	n=$(jq .n_signed <<<"$output")
	[ "$n" -gt 0 ]
	[ "$n" -lt $ZONES ]
	[ "$(jq '.signed | length' <<<"$output")" -eq "$n" ]
	the_rest sign-zsks --zones-from "$WORLD/zones" -o all
	[ "$(grep -c RRSIG all)" -eq $ZONES ]
}

@test "run: the same, in one process and in workers" {
	for workers in 1 2; do
		world_load many
		performance "workers: $workers, sessions: 1"
		hangs_at C_Sign 1 run
		[ "$status" -eq 6 ]
		[[ $stderr == *"token main: C_Sign has not returned"* ]]
		the_rest run
	done
}

@test "run --watch: one process ends for systemd to start it again" {
	performance 'workers: 1'
	hangs_at C_Sign 1 run --watch
	[ "$status" -eq 6 ]
	[[ $stderr == *"token main: C_Sign has not returned"* ]]
	grep -qx 'Restart=on-failure' "$builddir/scripts/systemd/"*watch.service
	the_rest run
}

all_signed() {
	[ "$(n_signed)" -eq $ZONES ]
}

@test "run --watch: where a worker hangs the next pass does its zones" {
	performance 'workers: 2, sessions: 1'
	KMGR_SHIM_FAIL_ON=C_Sign KMGR_SHIM_HANG_AT=1 \
		KMGR_SHIM_HANG_ONCE=$PWD/once \
		server_start watch env --default-signal=TERM "$KMGR" run --watch
	wait_until 120 all_signed
	grep -q 'kmgr: token main: C_Sign has not returned' "$(server_log watch)"
	kill -0 "$(server_pid watch)"
	server_stop watch
	[ -e once ]
	the_rest run
}

@test "create-ksk: nothing half made stays" {
	performance 'workers: 1'
	sed 's/^z/y/' "$WORLD/names" >more
	kmgr -q create-cmk d --token main \
		--policy "$WORLD/token-governance.yaml" >/dev/null
	hangs_at C_GenerateKeyPair 3 create-ksk --zones-from more --cmk d
	[ "$status" -eq 6 ]
	[[ $stderr == *"token main: C_GenerateKeyPair has not returned"* ]]
	patient
	# The lock of who makes keys went with the process.
	run -0 kmgr create-ksk --zones-from more --cmk d
	[ "$(ask 'SELECT count(*) FROM ksk')" -eq $((2 * ZONES)) ]
	[ "$(ask "SELECT count(*) FROM intent WHERE state = 'open'")" -eq 0 ]
	run -0 kmgr verify
}

@test "probe-token and list-tokens: wherever it hangs" {
	performance 'workers: 1'
	for call in C_Initialize C_OpenSession C_Login \
		C_FindObjects C_GenerateKeyPair C_Sign; do
		hangs_at $call 1 probe-token main
		echo "$call: $status $stderr"
		[ "$status" -eq 6 ]
		[[ $stderr == *"token main: $call has not returned for "* ]]
	done
	for call in C_Initialize C_Finalize; do
		hangs_at $call 1 list-tokens
		[ "$status" -eq 6 ]
		[[ $stderr == *"token main: $call has not returned for "* ]]
	done
	# Where nothing was done, nothing is to be seen of it.
	patient
	run -0 kmgr probe-token main
	run -0 kmgr verify
}

@test "who types on a PIN pad takes as long as he likes" {
	performance 'workers: 1'
	KMGR_SHIM_HANG_US=4000000 KMGR_SHIM_FAIL_ON=C_Login \
		KMGR_SHIM_HANG_AT=1 run -6 kmgr probe-token main
	[[ $output == *"token main: C_Login has not returned"* ]]
	# CKF_PROTECTED_AUTHENTICATION_PATH, and no PIN from us, which SoftHSM
	# wants nevertheless.
	sed -i 's/[?&]pin-source=[^"]*//' "$WORLD/kmgr.yaml"
	KMGR_SHIM_HANG_US=4000000 KMGR_SHIM_FAIL_ON=C_Login \
		KMGR_SHIM_HANG_AT=1 KMGR_SHIM_TOKEN_FLAGS=0x100 \
		run -6 kmgr probe-token main
	[[ $output == *"C_Login: CKR_ARGUMENTS_BAD"* ]]
	[[ $output != *"has not returned"* ]]
}

# has_default PID NUMBER: whether the signal is no longer caught.
has_default() {
	local caught

	caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status")
	(((16#$caught >> ($2 - 1) & 1) == 0))
}

@test "a second Ctrl-C ends a command that hangs, at once" {
	local status=0

	performance 'workers: 1' 1d
	KMGR_SHIM_FAIL_ON=C_Sign KMGR_SHIM_HANG_AT=5 \
		KMGR_SHIM_HANG_ONCE=$PWD/once \
		server_start sign env --default-signal=INT "$KMGR" sign-zsks \
		--zones-from "$WORLD/zones" -o all
	wait_until 30 [ -e once ]
	pid=$(server_pid sign)
	kill -INT "$pid"
	wait_until 30 has_default "$pid" 2
	kill -0 "$pid"
	kill -INT "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	the_rest sign-zsks --zones-from "$WORLD/zones" -o all
}
