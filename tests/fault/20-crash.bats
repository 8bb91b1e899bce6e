# A process that dies at any call of the token or any write of a file loses no
# key, leaves nothing that nobody knows, and the next run goes on from there.
# crash-loop tells how; a line of it names each point that failed, to try again
# by hand. KMGR_SOAK=1 tries all points.

load ../lib/common

setup_file() {
	need_program sqlite3 pkcs11-tool
	. "$TESTDIR/fault/world.bash"
	points_seed
	export KMGR_TEST_SEED=$SEED
	world_new
	export WORLD_BASE
}

setup() {
	. "$TESTDIR/fault/world.bash"
	world_new
}

# What a test that fails has left running would disturb the next one's world.
teardown() {
	wait
}

teardown_file() {
	. "$TESTDIR/fault/world.bash"
	world_end
}

# loop COMMAND:POLICY KIND: shows what was tried, or what failed.
loop() {
	run "$TESTDIR/fault/crash-loop" "$@"
	echo "$output" | sed '$s/^/# /; $!d' >&3
	[ "$status" -eq 0 ] || {
		echo "$output"
		return 1
	}
}

@test "create-cmk killed around any call of the token" {
	WANTED=20 loop create-cmk:token-governance call
}

@test "create-cmk killed at any write" {
	loop create-cmk:token-governance write
}

@test "create-cmk killed, and nothing can be destroyed" {
	WANTED=8 loop create-cmk:token-compliance call
	WANTED=20 loop create-cmk:token-compliance write
}

@test "create-ksk killed around any call of the token" {
	loop create-ksk:token-governance call
}

@test "create-ksk killed at any write" {
	loop create-ksk:token-governance write
}

@test "create-ksk killed, and nothing can be destroyed" {
	loop create-ksk:token-compliance call
	loop create-ksk:token-compliance write
}

@test "create-ksk killed on its way to the zones of a shared key" {
	loop create-ksk:shared-governance call
	loop create-ksk:shared-governance write
}

@test "create-ksk killed while the wrapping key is made, or a KSK wrapped" {
	loop create-ksk:wrapped-governance call
	loop create-ksk:wrapped-governance write
	WANTED=8 loop create-ksk:wrapped-compliance call
}

@test "sign-zsks killed: no output, or all of it and that recorded" {
	WANTED=12 loop sign-zsks:token-governance call
	WANTED=12 loop sign-zsks:token-governance write
	WANTED=12 loop sign-to-file:token-governance write
	WANTED=12 loop sign-many:shared-governance write
}

@test "sign-ksr killed: no response, or the one that was recorded, once" {
	WANTED=15 loop sign-ksr:token-governance call
	WANTED=15 loop sign-ksr:token-governance write
}

@test "delete-ksk killed: the pair goes, or the next run sees to it" {
	WANTED=20 loop delete-ksk:token-governance call
	WANTED=20 loop delete-ksk:token-governance write
	WANTED=8 loop delete-ksk:token-compliance write
}

@test "delete-cmk killed: its seal key goes, or the next run sees to it" {
	WANTED=20 loop delete-cmk:token-governance call
	WANTED=20 loop delete-cmk:token-governance write
	WANTED=8 loop delete-cmk:token-compliance write
}

# rounds N M: N, and with KMGR_SOAK=1 M.
rounds() {
	echo "${KMGR_SOAK:+$2}" | grep . || echo "$1"
}

# any_command: sets COMMAND to one by chance. Some are refused: a zone without a
# KSK cannot be signed, one that has enough of them gets no other.
any_command() {
	local zone=z$((RANDOM % $(rounds 6 90))).example

	sed "s/^one\.example\./$zone./" "$WORLD/zones/one.example.zone" \
		>"$WORLD/zone"
	case $((RANDOM % 5)) in
	0) COMMAND=(create-ksk "$zone" --cmk c) ;;
	1) COMMAND=(create-ksk "$zone" --another --cmk c) ;;
	2) COMMAND=(create-ksk z0.example z1.example z2.example --cmk c) ;;
	3) COMMAND=(sign-zsks "$zone" "$WORLD/zone") ;;
	4) COMMAND=(create-cmk "c$((RANDOM % 3))" --token main --policy
		"$WORLD/token-compliance.yaml") ;;
	esac
}

@test "one crash after another" {
	world_in_haste
	points_seed
	world_load empty
	kmgr -q create-cmk c --token main \
		--policy "$WORLD/token-compliance.yaml"
	for _ in $(seq "$(rounds 30 600)"); do
		any_command
		if [ $((RANDOM % 2)) -eq 0 ]; then
			KMGR_SHIM_KILL_AT=$((RANDOM % 60 + 1)) \
				run kmgr "${COMMAND[@]}"
		else
			KMGR_KILL_PATHS=$WORLD KMGR_KILL_EXCEPT=token.object \
				KMGR_KILL_AT=$((RANDOM % 240 + 1)) \
				run with_killwrite "$KMGR" "${COMMAND[@]}"
		fi
		echo "${COMMAND[*]}: $status $output"
		[[ $status =~ ^(0|4|5|137)$ ]]
	done
	kmgr create-ksk one.example --cmk c
	world_check yes any
	signs one.example
}

# --- more than one at a time -------------------------------------------------

# shape COMMAND: what its crash-loop begins from; it has made it by now, unless
# this test runs alone.
shape() {
	if ! world_has create-ksk:token-governance; then
		world_load empty
		kmgr -q create-cmk c --token main \
			--policy "$WORLD/token-governance.yaml"
		world_save create-ksk:token-governance
	fi
	world_load "$1"
}

# both COMMAND...: two processes at once; both have to succeed.
both() {
	local first second status=0

	kmgr "$@" >"$WORLD/first" 2>&1 &
	first=$!
	kmgr "$@" >"$WORLD/second" 2>&1 &
	second=$!
	wait $first || status=$?
	wait $second || status=$?
	[ $status -eq 0 ] || {
		cat "$WORLD/first" "$WORLD/second"
		return 1
	}
}

@test "create-cmk twice at once makes one CMK" {
	world_in_haste
	for _ in $(seq "$(rounds 5 100)"); do
		world_load empty
		both create-cmk c --token main \
			--policy "$WORLD/token-governance.yaml"
		world_check no
	done
}

@test "create-ksk twice at once makes one KSK" {
	world_in_haste
	for _ in $(seq "$(rounds 20 200)"); do
		shape create-ksk:token-governance
		both create-ksk one.example --cmk c
		world_check no one.example
	done
}

@test "create-ksk of other zones and sign-zsks at once" {
	world_in_haste
	for _ in $(seq "$(rounds 10 100)"); do
		shape create-ksk:token-governance
		kmgr create-ksk one.example --cmk c
		kmgr sign-zsks one.example "$WORLD/zones/one.example.zone" \
			-o "$WORLD/signed" &
		signer=$!
		both create-ksk two.example three.example --cmk c
		wait $signer
		whole one.example <"$WORLD/signed"
		world_check no one.example two.example three.example
	done
}

@test "verify sees nothing wrong while KSKs are made" {
	world_in_haste
	for _ in $(seq "$(rounds 3 30)"); do
		shape create-ksk:token-governance
		kmgr create-ksk {a..j}.example --cmk c &
		maker=$!
		while kill -0 $maker 2>/dev/null; do
			kmgr verify
		done
		wait $maker
	done
}
