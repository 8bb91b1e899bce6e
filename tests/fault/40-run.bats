# `kmgr run` that is killed, and two of them at once: in the end store, ledger,
# token and what the zone signer was handed are as after a pass in peace by the
# same clock. Each round has a pass that begins two rolls and a first signing,
# and a day later one that asks the parent for DS. 25 kills at random instants
# and a sample of the writes; 500 and all of them with KMGR_SOAK=1.
load ../lib/common
bats_require_minimum_version 1.5.0

DAY=86400

setup_file() {
	need_program sqlite3 pkcs11-tool jq faketime
	. "$TESTDIR/fault/world.bash"
	FAKETIME_LIB=$(find_file /usr/lib/*/faketime/libfaketime.so.1)
	FIRST=$(date -u -d '2026-01-01 12:00' +%s)
	ROLL=$((FIRST + 63 * DAY))
	export FAKETIME_LIB FIRST ROLL
	world_new
	export WORLD_BASE
	shape_begin
}

setup() {
	. "$TESTDIR/fault/world.bash"
	world_new
	world_in_haste
	points_seed
	echo "# seed $SEED" >&3
}

# What a test that fails has left running would disturb the next one's world.
teardown() {
	wait
}

teardown_file() {
	. "$TESTDIR/fault/world.bash"
	world_end
}

# at INSTANT [LIBRARY=FILE] COMMAND...: runs it by a clock that says so.
at() {
	local libraries=$FAKETIME_LIB

	case $2 in
	LIBRARY=*)
		libraries=${2#*=}:$libraries
		set -- "$1" "${@:3}"
		;;
	esac
	env ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0" \
		FAKETIME="@$(date -u -d "@$1" '+%F %T')" \
		LD_PRELOAD="$libraries" "${@:2}"
}

# What world.bash asks, is asked by the clock of the round.
kmgr() {
	at "${NOW:-$ROLL}" "$KMGR" "$@"
}

# shape_begin: two zones at the end of their KSKs' lifetimes, and a new one.
# "told" is the world before all rounds, "wanted" what they come to.
shape_begin() {
	local zone day

	world_load empty
	printf '%s\n' 'version: 1' 'zones: ["."]' 'ksk: { lifetime: 60d,' \
		'  automation: [start, expire, done] }' >"$WORLD/life.yaml"
	echo 'zones:' >>"$WORLD/kmgr.yaml"
	for zone in one two three; do
		printf '  %s.example:\n    source: { file: %s }\n    %s\n' $zone \
			"$WORLD/zones/$zone.example.zone" \
			"publish: { directory: $WORLD/out-$zone }" \
			>>"$WORLD/kmgr.yaml"
	done
	printf 'hooks:\n  ds-add: [%s]\n  ds-remove: [%s]\n' \
		"$WORLD/add" "$WORLD/remove" >>"$WORLD/kmgr.yaml"
	for word in add remove; do
		# shellcheck disable=SC2016 # the hook's
		printf '#!/bin/sh\necho "$KMGR_ZONE" >>%s\n' \
			"$WORLD/asked-$word" >"$WORLD/$word"
		chmod 755 "$WORLD/$word"
	done
	NOW=$FIRST
	kmgr -q create-cmk c --token main --policy "$WORLD/life.yaml"
	kmgr -q create-ksk one.example two.example --cmk c
	kmgr -q run
	for day in 2 10 20 30 40 50 59; do
		NOW=$((FIRST + day * DAY))
		kmgr -q run
		[ $day -ne 2 ] || for zone in one two; do
			kmgr -q ds-seen "$zone.example/$(ask "SELECT key_tag
				FROM ksk WHERE zone = '$zone.example.'")"
		done
	done
	rm -f "$WORLD"/asked-*
	NOW=$ROLL
	kmgr -q create-ksk three.example --cmk c
	world_save told
	at $ROLL "$KMGR" run
	NOW=$((ROLL + DAY))
	at $NOW "$KMGR" run
	state >"$WORLD_BASE/wanted"
	cat "$WORLD_BASE/wanted"
	rolled_once
}

# state: KSKs by zone and generation, and the days of their facts.
state() {
	ask "SELECT zone, generation, state, dnskey_in_at / $DAY,
			dnskey_out_at / $DAY, ds_add_at / $DAY,
			ds_seen_at / $DAY, ds_remove_at / $DAY,
			ds_gone_at / $DAY, retire_at / $DAY
		FROM ksk ORDER BY zone, generation;
		SELECT zone, goal, waits_for FROM zone ORDER BY zone;
		SELECT k.zone, generation, payload ->> 'step' AS step
		FROM ledger AS l, ksk AS k WHERE type = 'ksk-step'
			AND payload ->> 'ksk_id' = k.id
			AND step <> 'published-late'
		ORDER BY k.zone, generation, l.seq"
}

# rolled_once: whether what was to happen has happened, and all of it once.
rolled_once() {
	local out

	[ "$(ask 'SELECT group_concat(n) FROM (SELECT count(*) AS n FROM ksk
		GROUP BY zone ORDER BY zone)')" = 2,1,2 ] ||
		complain "KSKs: $(state)" || return
	out=$(ask "SELECT payload ->> 'ksk_id', payload ->> 'step' AS step,
			count(*) FROM ledger WHERE type = 'ksk-step'
			AND step <> 'published-late'
		GROUP BY 1, 2 HAVING count(*) > 1")
	[ -z "$out" ] || complain "twice: $out"
}

# published: whether each zone's directory has what it says, and it is signed.
published() {
	local zone dir

	for zone in one two three; do
		dir=$WORLD/out-$zone
		[ "$(jq -r '.sha256["dnskey.zone"]' "$dir/state.json")" = \
			"$(sha256sum <"$dir/dnskey.zone" | cut -d ' ' -f 1)" ] &&
			is_set "$dir/dnskey.zone" ||
			complain "out-$zone: $(cat "$dir"/*)" || return
	done
}

# is_set FILE: a DNSKEY RRset, all of it, and its signature.
is_set() {
	awk '
		NF < 8 { bad = 1 }
		$4 == "DNSKEY" && $5 == 256 { zsk++ }
		$4 == "DNSKEY" && $5 == 257 { ksk++ }
		$4 == "RRSIG" && $5 == "DNSKEY" { sig++ }
		END { exit bad || zsk != 1 || ksk < 1 || sig < 1 }' "$1"
}

# half_published: whether somebody who looks now sees half a file.
half_published() {
	local file

	for file in "$WORLD"/out-*/dnskey.zone; do
		[ ! -e "$file" ] || is_set "$file" || return 0
	done
	return 1
}

# ended WHAT: whether the world is what it was to become.
ended() {
	state >"$WORLD_BASE/state"
	diff "$WORLD_BASE/wanted" "$WORLD_BASE/state" >&2 ||
		complain "$1: not the same end" || return
	rolled_once && published && world_check no any ||
		complain "$1" || return
	sort -u "$WORLD/asked-add" | tr '\n' ' ' |
		grep -qx 'one.example. two.example. ' ||
		complain "$1: asked $(cat "$WORLD"/asked-*)"
}

# in_peace INSTANT: a pass that nobody disturbs.
in_peace() {
	NOW=$1
	at "$1" "$KMGR" run >"$WORLD/stdout" 2>"$WORLD/stderr" ||
		complain "run: $? $(cat "$WORLD/stdout" "$WORLD/stderr")"
}

# killed_after MS INSTANT: a pass that is killed so many milliseconds later,
# unless it is over by then.
killed_after() {
	local pid status=0

	# The process that is known here is to be kmgr itself.
	(
		env() { exec "$(type -P env)" "$@"; }
		at "$2" "$KMGR" run
	) >"$WORLD/stdout" 2>"$WORLD/stderr" 3>&- &
	pid=$!
	sleep "$(printf '0.%03d' "$1")"
	kill -KILL $pid 2>/dev/null || :
	wait $pid 2>/dev/null || status=$?
	[[ $status =~ ^(0|137)$ ]] || complain "killed: $(cat "$WORLD/stderr")"
	if half_published; then complain 'half a file is published'; fi
}

# pass_ms INSTANT: how long a pass takes.
pass_ms() {
	local from=${EPOCHREALTIME/[^0-9]/}

	in_peace "$1"
	echo $(((${EPOCHREALTIME/[^0-9]/} - from) / 1000))
}

@test "a pass that is killed at any instant is finished by the next one" {
	world_load told
	ms=$(pass_ms $ROLL)
	echo "# a pass takes $ms ms" >&3
	for ((round = 1; round <= (${KMGR_SOAK:+475} + 25); round++)); do
		world_load told
		for now in $ROLL $((ROLL + DAY)); do
			killed_after $((RANDOM % (ms > 900 ? 900 : ms))) $now
			in_peace $now
		done
		ended "round $round of seed $SEED"
	done
}

# writes INSTANT: sets POINTS to those of the changes of files in a pass.
writes() {
	rm -f "$WORLD_BASE/trace"
	KMGR_KILL_PATHS=$WORLD KMGR_KILL_EXCEPT=token.object \
		KMGR_KILL_COUNT=$WORLD_BASE/trace \
		at "$1" LIBRARY="$KILLWRITE" "$KMGR" run
	points "$(wc -l <"$WORLD_BASE/trace")" 20
}

# killed_at N INSTANT: a pass that is killed before the Nth change of a file.
killed_at() {
	local status=0

	KMGR_KILL_PATHS=$WORLD KMGR_KILL_EXCEPT=token.object \
		KMGR_KILL_AT=$1 at "$2" LIBRARY="$KILLWRITE" "$KMGR" run \
		>"$WORLD/stdout" 2>"$WORLD/stderr" || status=$?
	[[ $status =~ ^(0|137)$ ]] || complain "killed: $(cat "$WORLD/stderr")"
	if half_published; then complain 'half a file is published'; fi
}

@test "a pass that begins rolls, killed at any write" {
	world_load told
	writes $ROLL
	for point in "${POINTS[@]}"; do
		world_load told
		killed_at "$point" $ROLL
		in_peace $ROLL
		in_peace $((ROLL + DAY))
		ended "write $point"
	done
}

@test "a pass that asks for DS, killed at any write" {
	world_load told
	in_peace $ROLL
	world_save rolling
	writes $((ROLL + DAY))
	for point in "${POINTS[@]}"; do
		world_load rolling
		killed_at "$point" $((ROLL + DAY))
		in_peace $((ROLL + DAY))
		ended "write $point"
	done
}

@test "two passes at once do each step once" {
	for ((round = 1; round <= (${KMGR_SOAK:+90} + 10); round++)); do
		world_load told
		for NOW in $ROLL $((ROLL + DAY)); do
			at $NOW "$KMGR" run >"$WORLD/first" 2>&1 3>&- &
			first=$!
			sleep "$(printf '0.%03d' $((RANDOM % 200)))"
			at $NOW "$KMGR" run >"$WORLD/second" 2>&1 ||
				complain "$(cat "$WORLD/second")"
			wait $first || complain "$(cat "$WORLD/first")"
		done
		ended "round $round of seed $SEED"
	done
}
