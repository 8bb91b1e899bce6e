# Two runs at once that want the same: one wins, or both agree, and store,
# ledger and token are as after one of them alone. 20 rounds of each, 200 with
# KMGR_SOAK=1; in each round one of the two comes later by some milliseconds, as
# a seed says, so that they meet at many places.
load ../lib/common
bats_require_minimum_version 1.5.0

setup_file() {
	need_program sqlite3 jq ssh-keygen pkcs11-tool flock
	. "$TESTDIR/history/life.bash"
	LIFE=$(life_dir)
	export LIFE
	mkdir "$LIFE/world"
	life_new "$LIFE/world"
	cmk prod token
	cmk safe approved
	sed 's/create-ksk: 1/create-ksk: 2/' approved.yaml >two.yaml
	cmk both two
	cd /
	cp -a "$LIFE/world" "$LIFE/shape"
}

setup() {
	. "$TESTDIR/history/life.bash"
	. "$TESTDIR/fault/world.bash"
	points_seed
	echo "# seed $SEED" >&3
	rounds=20
	[ "${KMGR_SOAK-}" != 1 ] || rounds=200
	again
}

teardown_file() {
	. "$TESTDIR/history/life.bash"
	life_end "$LIFE"
}

# again: the world as it was before all rounds.
again() {
	cd /
	rm -rf "$LIFE/world"
	cp -a "$LIFE/shape" "$LIFE/world"
	life_enter "$LIFE/world"
}

# race A B: both commands at once, with their words in one text each; sets
# status_a and status_b, with their output in a.out and b.out.
race() {
	local delay_a=0 delay_b=0 a b gate

	case $((RANDOM % 3)) in
	0) delay_a=$((RANDOM % 15)) ;;
	1) delay_b=$((RANDOM % 15)) ;;
	esac
	exec {gate}>gate
	flock "$gate"
	racer $delay_a "$1" >a.out 2>&1 3>&- &
	a=$!
	racer $delay_b "$2" >b.out 2>&1 3>&- &
	b=$!
	sleep 0.005
	exec {gate}>&-
	status_a=0 status_b=0
	wait $a || status_a=$?
	wait $b || status_b=$?
}

# Both wait at the gate until it opens.
racer() {
	exec {gate}>&-
	flock -s gate true
	[ "$1" -eq 0 ] || sleep "$(printf '0.%03d' "$1")"
	$2
}

# ended A B...: the statuses are those of one of the pairs, in any order.
ended() {
	local pair

	for pair; do
		case "$status_a $status_b" in
		"$pair" | "${pair#* } ${pair% *}") return 0 ;;
		esac
	done
	echo "round $round: exit $status_a and $status_b" \
		"$(tail -n 3 a.out b.out)"
	return 1
}

query() {
	sqlite3 -batch kmgr.db "$1"
}

# is_sound: store, ledger and token agree, no event is missing and nothing is
# open.
is_sound() {
	run kmgr verify
	[ "$status" -eq 0 ] || {
		echo "round $round: $output $(tail -n 3 a.out b.out)"
		return 1
	}
	[ "$(query "SELECT count(*) = max(seq) FROM ledger")" = 1 ]
	[ "$(query "SELECT count(*) FROM intent WHERE state = 'open'")" -eq 0 ]
}

# is_kept_once: no record is in the token twice.
is_kept_once() {
	[ -z "$(objects_of | sed -n 's/^data kmgr1:/&/p' | uniq -d)" ]
}

make_cmks() {
	for ((round = 1; round <= rounds; round++)); do
		[ $((round % 10)) -ne 0 ] || again
		race "cmk new$round token" "cmk new$round $other"
		ended "$ends"
		is_sound
		[ "$(query "SELECT count(*) FROM cmk
			WHERE name = 'new$round'")" -eq 1 ]
	done
	is_kept_once
}

@test "two runs make a CMK of one name and policy" {
	other=token ends='0 0'
	make_cmks
}

@test "two runs make a CMK of one name and two policies" {
	other=shared ends='0 4'
	make_cmks
}

@test "two runs seal a CMK and make a KSK of one zone" {
	for ((round = 1; round <= rounds; round++)); do
		again
		race 'kmgr create-ksk a.example --cmk prod' \
			'kmgr create-ksk a.example --cmk prod'
		ended '0 0'
		is_sound
		[ "$(query "SELECT count(*) FROM ksk")" -eq 1 ]
		[ "$(query "SELECT count(*) FROM ledger
			WHERE type IN ('seal', 'create-ksk')")" -eq 2 ]
	done
	is_kept_once
}

@test "two runs seal a CMK for two zones" {
	for ((round = 1; round <= rounds; round++)); do
		again
		race 'kmgr create-ksk a.example --cmk prod' \
			'kmgr create-ksk b.example --cmk prod'
		ended '0 0'
		is_sound
		[ "$(query "SELECT count(*) FROM ksk")" -eq 2 ]
		[ "$(query "SELECT count(*) FROM ledger
			WHERE type = 'seal'")" -eq 1 ]
	done
	is_kept_once
}

# asked ZONE CMK: sets hash, and makes alice.sig and bob.sig.
asked() {
	hash=$(kmgr --json create-ksk "$1" --cmk "$2" 2>/dev/null |
		jq -r .plan_hash)
	sign_plan alice "$hash"
	sign_plan bob "$hash"
}

# approve_at_once CMK WHO WHO ENDS: both sign one plan after another for a KSK.
# After each is_approved says whether that is what was to come of it.
approve_at_once() {
	for ((round = 1; round <= rounds; round++)); do
		[ $((round % 10)) -ne 0 ] || again
		asked "z$round.example" "$1"
		race "kmgr approve $hash --signature $2.sig" \
			"kmgr approve $hash --signature $3.sig"
		ended "$4"
		is_sound
		is_approved
	done
	is_kept_once
}

@test "two approvers, and one is enough" {
	is_approved() {
		[ "$(query "SELECT state FROM plan
			WHERE hash = '$hash'")" = applied ]
		[ "$(query "SELECT count(*) FROM ksk
			WHERE zone = 'z$round.example.'")" -eq 1 ]
	}
	approve_at_once safe alice bob '0 5'
}

@test "two approvers, and both are needed" {
	is_approved() {
		[ "$(query "SELECT state FROM plan
			WHERE hash = '$hash'")" = applied ]
		[ "$(query "SELECT count(*) FROM ksk
			WHERE zone = 'z$round.example.'")" -eq 1 ]
		[ "$(query "SELECT count(*) FROM approval
			WHERE plan_hash = '$hash'")" -eq 2 ]
	}
	approve_at_once both alice bob '0 0'
}

@test "one approver twice is one approver" {
	is_approved() {
		[ "$(query "SELECT state FROM plan
			WHERE hash = '$hash'")" = waiting ]
		[ "$(query "SELECT count(*) FROM ksk")" -eq 0 ]
		[ "$(query "SELECT count(*) FROM approval
			WHERE plan_hash = '$hash'")" -eq 1 ]
		[ "$(query "SELECT count(*) FROM ledger
			WHERE type = 'approval'
			AND payload ->> 'plan_hash' = '$hash'")" -le 1 ]
	}
	approve_at_once both alice alice '0 4'
}

@test "two runs delete one KSK" {
	kmgr -q create-ksk keep.example --cmk prod >/dev/null
	for ((round = 1; round <= rounds; round++)); do
		kmgr -q create-ksk a.example --cmk prod >/dev/null
		one=$(first a.example)
		race "kmgr delete-ksk $one" "kmgr delete-ksk $one"
		ended '0 4' '0 0'
		is_sound
		[ "$(query "SELECT count(*) FROM ksk
			WHERE zone = 'a.example.' AND state <> 'removed'")" \
			-eq 0 ]
		[ "$(query "SELECT count(*) FROM ledger
			WHERE type = 'delete-ksk'")" -eq "$round" ]
	done
	is_kept_once
}

@test "one run disables a CMK and another one enables it" {
	kmgr -q create-ksk a.example --cmk prod >/dev/null
	for ((round = 1; round <= rounds; round++)); do
		race 'kmgr disable-cmk prod' 'kmgr enable-cmk prod'
		ended '0 0'
		is_sound
		race 'kmgr disable-cmk prod' 'kmgr disable-cmk prod'
		ended '0 0'
		[ "$(query "SELECT state FROM cmk WHERE name = 'prod'")" = \
			disabled ]
		is_sound
		kmgr -q enable-cmk prod >/dev/null
		is_sound
	done
	is_kept_once
}

# keeps_signing: until "stop" is there; what did not sign comes to signs.bad.
keeps_signing() {
	local out n=0

	until [ -e stop ]; do
		out=$(zsks a.example | kmgr sign-zsks a.example 2>&1) ||
			echo "exit $?: $out" >>signs.bad
		n=$((n + 1))
	done
	echo $n >signs.n
}

@test "sign-zsks beside whoever makes keys finds no rollback" {
	kmgr -q create-ksk a.example --cmk prod >/dev/null
	keeps_signing 3>&- &
	signer=$!
	for ((round = 1; round <= rounds; round++)); do
		kmgr -q create-ksk "z$round.example" --cmk prod >/dev/null
		[ $((round % 5)) -ne 0 ] || cmk "new$round" token
	done
	touch stop
	wait $signer
	[ "$(cat signs.n)" -gt 5 ]
	[ ! -e signs.bad ] || { cat signs.bad; return 1; }
	is_sound
	is_kept_once
}
