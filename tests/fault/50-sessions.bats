# Many sessions with a token that takes its time: what was under way at a time
# is what the shim has written down, and no clock is asked.

load ../lib/common

bats_require_minimum_version 1.5.0

ZONES=40

setup_file() {
	need_program sqlite3
	. "$TESTDIR/fault/world.bash"
	world_new
	kmgr -q create-cmk c --token main \
		--policy "$WORLD/wrapped-governance.yaml" >&2
	rm -r "$WORLD/zones"
	mkdir "$WORLD/zones"
	for i in $(seq -w $ZONES); do
		echo "z$i.example"
		echo "z$i.example. 3600 IN DNSKEY 256 3 13 $ZSK" \
			>"$WORLD/zones/z$i.example.zone"
	done >"$WORLD/names"
	kmgr -q create-ksk --zones-from "$WORLD/names" --cmk c >/dev/null
	world_save many
	export WORLD_BASE
}

setup() {
	. "$TESTDIR/fault/world.bash"
	world_new
	world_load many
	export KMGR_SHIM_TALLY=$BATS_TEST_TMPDIR/tally
}

teardown_file() {
	. "$TESTDIR/fault/world.bash"
	world_end
}

# sessions N: from here on.
sessions() {
	printf 'performance: { sessions: %s, workers: 1 }\n' "$1" \
		>>"$WORLD/kmgr.yaml"
}

# calls NAME, most NAME: how many there were, and at a time.
calls() {
	awk -v name="$1" '$1 == name { n += $2 } END { print n + 0 }' \
		"$KMGR_SHIM_TALLY"
}

most() {
	awk -v name="$1" '$1 == name && $3 > n { n = $3 } END { print n + 0 }' \
		"$KMGR_SHIM_TALLY"
}

# sign [OPTION...]: signs all; the result is in out.
sign() {
	kmgr -q sign-zsks --zones-from "$WORLD/zones" --again \
		-o "$BATS_TEST_TMPDIR/out" "$@"
}

# signed: the zones that were, in the order of the result.
signed() {
	awk '$4 == "RRSIG" { print $1 }' "$BATS_TEST_TMPDIR/out"
}

# is_whole: all zones, in order, and recorded.
is_whole() {
	sed 's/$/./' "$WORLD/names" | diff - <(signed) || return
	[ "$(ask 'SELECT count(*) FROM signature')" -eq $ZONES ] || return
	[ "$(calls C_UnwrapKey)" -ge $ZONES ]
}

@test "sessions: 8 has many signatures under way at a time, in order" {
	sessions 8
	KMGR_SHIM_LATENCY_US=80000 sign
	is_whole
	[ "$(most C_Sign)" -ge 5 ]
	[ "$(most C_Sign)" -le 8 ]
	[ "$(most C_UnwrapKey)" -ge 5 ]
	run -0 kmgr verify
}

@test "sessions: 1 has one" {
	sessions 1
	KMGR_SHIM_LATENCY_US=1000 sign
	is_whole
	[ "$(most C_Sign)" -eq 1 ]
	[ "$(most C_UnwrapKey)" -eq 1 ]
}

@test "sessions: auto signs all, too" {
	KMGR_SHIM_LATENCY_US=5000 sign
	is_whole
}

@test "a token with few sessions gets no more, whether it says so or not" {
	sessions 8
	KMGR_SHIM_LATENCY_US=2000 KMGR_SHIM_SESSIONS=3 sign
	is_whole
	[ "$(most sessions)" -eq 3 ]
	world_load many
	sessions 8
	rm "$KMGR_SHIM_TALLY"
	KMGR_SHIM_LATENCY_US=2000 KMGR_SHIM_SESSIONS=3 \
		KMGR_SHIM_SESSIONS_TOLD=3 sign
	is_whole
	# Nobody had to be refused to know it.
	[ "$(most sessions)" -eq 3 ]
	world_load many
	sessions 8
	KMGR_SHIM_SESSIONS=1 sign
	is_whole
}

@test "a token with room for few keys: sessions wait for each other's" {
	sessions 8
	for room in 1 3; do
		world_load many
		sessions 8
		rm -f "$KMGR_SHIM_TALLY"
		KMGR_SHIM_LATENCY_US=1000 KMGR_SHIM_ROOM=$room sign
		is_whole
		[ "$(most keys)" -eq $room ]
	done
	# No room at all is said, and not waited for.
	world_load many
	sessions 8
	KMGR_SHIM_FAIL_ON=C_UnwrapKey KMGR_SHIM_FAIL_AT=1 \
		KMGR_SHIM_FAIL_COUNT=0 KMGR_SHIM_CKR=CKR_DEVICE_MEMORY \
		run -6 sign
	[[ $output == *CKR_DEVICE_MEMORY* ]]
}

@test "no key is left in the token" {
	sessions 8
	sign
	before=$(objects_of)
	sign
	[ "$(objects_of)" = "$before" ]
	[ "$(calls keys)" -eq $((2 * ZONES)) ]
	[ "$(grep -c C_DestroyObject <(KMGR_SHIM_COUNT=/dev/stdout sign))" \
		-ge $ZONES ]
}

@test "a wrong signature in one session stops no other zone" {
	sessions 8
	KMGR_SHIM_LATENCY_US=1000 KMGR_SHIM_FLIP_SIG=17 \
		run --separate-stderr sign
	[ "$status" -ne 0 ]
	[[ $stderr == *'does not verify'* ]]
	[ "$(signed | wc -l)" -eq $((ZONES - 1)) ]
	signed | sort -c
	[ "$(ask 'SELECT count(*) FROM signature')" -eq $((ZONES - 1)) ]
	run -0 kmgr verify
}

@test "a token that dies meanwhile: what was signed is recorded and released" {
	sessions 8
	# The first time the KSKs are published, which the seal key signs.
	sign
	KMGR_SHIM_COUNT=$BATS_TEST_TMPDIR/calls sign
	n=$(grep ' C_Sign$' "$BATS_TEST_TMPDIR/calls" | sed -n '20s/ .*//p')
	before=$(ask 'SELECT max(id) FROM signature')
	KMGR_SHIM_LATENCY_US=1000 KMGR_SHIM_GONE_AT=$n \
		KMGR_SHIM_GONE_CALLS=100000 run --separate-stderr \
		kmgr sign-zsks --zones-from "$WORLD/zones" --again
	[ "$status" -eq 6 ]
	[[ $stderr == *CKR_DEVICE_REMOVED* ]]
	released=$(awk '$4 == "RRSIG" { print $1 }' <<<"$output")
	[ -n "$released" ]
	[ "$(wc -l <<<"$released")" -lt $ZONES ]
	sort -c <<<"$released"
	[ "$released" = "$(ask "SELECT k.zone FROM signature JOIN ksk k
		ON k.id = ksk_id WHERE signature.id > $before
		ORDER BY k.zone")" ]
	# The rest is signed when the token is back.
	sign
	is_whole_again
	run -0 kmgr verify
}

# Who was released before is signed once more.
is_whole_again() {
	sed 's/$/./' "$WORLD/names" | diff - <(signed)
}

@test "a token that goes and comes back meanwhile" {
	sessions 8
	KMGR_SHIM_COUNT=$BATS_TEST_TMPDIR/calls sign
	n=$(grep ' C_Sign$' "$BATS_TEST_TMPDIR/calls" | sed -n '20s/ .*//p')
	for out in 0 1 12; do
		world_load many
		sessions 8
		KMGR_SHIM_GONE_AT=$n KMGR_SHIM_GONE_CALLS=$out sign
		is_whole
	done
}

@test "a zone that is there twice stops no other" {
	sessions 8
	cp "$WORLD/zones/z05.example.zone" "$WORLD/zones/Z05.example.zone"
	run sign
	sed 's/$/./' "$WORLD/names" | grep -v '^z05[.]' |
		diff - <(signed)
}

# --- making KSKs -------------------------------------------------------------

# more PREFIX: a list of other zones, in file more.
more() {
	seq -f "$1%02g.example" $ZONES >"$BATS_TEST_TMPDIR/more"
}

make() {
	kmgr -q create-ksk --zones-from "$BATS_TEST_TMPDIR/more" "$@" \
		>"$BATS_TEST_TMPDIR/made"
}

# ksks: how many there are.
ksks() {
	ask 'SELECT count(*) FROM ksk'
}

@test "create-ksk: many key pairs are made at a time, wrapped and in the token" {
	sessions 8
	kmgr -q create-cmk d --token main \
		--policy "$WORLD/token-governance.yaml" >/dev/null
	for cmk in c d; do
		rm -f "$KMGR_SHIM_TALLY"
		before=$(ksks)
		more $cmk
		KMGR_SHIM_LATENCY_US=5000 make --cmk $cmk
		[ $(($(ksks) - before)) -eq $ZONES ]
		[ "$(most C_GenerateKeyPair)" -ge 5 ]
		[ "$(most C_GenerateKeyPair)" -le 8 ]
	done
	run -0 kmgr verify
}

@test "create-ksk: a pair that fails: what was made counts, the rest follows" {
	sessions 8
	kmgr -q create-cmk d --token main \
		--policy "$WORLD/token-governance.yaml" >/dev/null
	for cmk in c d; do
		before=$(ksks)
		more $cmk
		KMGR_SHIM_LATENCY_US=2000 KMGR_SHIM_FAIL_AT=20 \
			KMGR_SHIM_FAIL_ON=C_GenerateKeyPair \
			KMGR_SHIM_FAIL_COUNT=0 \
			KMGR_SHIM_CKR=CKR_DEVICE_MEMORY \
			run make --cmk $cmk
		[ "$status" -ne 0 ]
		[[ $output == *"create KSK for $cmk"*CKR_DEVICE_MEMORY* ]]
		n=$(($(ksks) - before))
		[ $n -ge 12 ]
		[ $n -lt $ZONES ]
		make --cmk $cmk
		[ $(($(ksks) - before)) -eq $ZONES ]
	done
	run -0 kmgr verify
	[ "$(ask "SELECT count(*) FROM intent WHERE state = 'open'")" -eq 0 ]
}
