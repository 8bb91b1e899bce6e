# Several passes at once over a store in PostgreSQL, killed, and the server with
# them. It is as long as one likes: ROUNDS=50 ZONES=1000.
load ../lib/common
load ../lib/postgresql
bats_require_minimum_version 1.5.0

: "${ROUNDS:=3}" "${ZONES:=900}"
STEP=3		# days between two rounds

setup_file() {
	postgresql_start fsync
}

teardown_file() {
	postgresql_stop
}

setup() {
	postgresql_here
	# A token that takes its time, so that passes are killed in the midst.
	sed -i "s|module-path=[^&]*|module-path=$P11SHIM|" kmgr.yaml
	echo 'performance: { sessions: 1 }' >>kmgr.yaml
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
}

sql() {
	psql_as_owner -d "$PGNAME" -c "$1"
}

# zones_of ROUND: the numbers of those that are due then.
zones_of() {
	seq "$1" "$ROUNDS" "$ZONES"
}

# make_zones: all of them have one key pair, and so they are made at once. Each
# round has its part of them.
make_zones() {
	local key i r

	printf '%s\n' 'version: 1' 'zones: ["."]' 'custody: shared' \
		'ds: { cds-cdnskey-publish: none }' \
		'ksk: { automation: [expire, done] }' >p.yaml
	kmgr -q init >/dev/null
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	seq -f 'z%g.example' 1 "$ZONES" >zones
	kmgr -q create-ksk --zones-from zones --cmk prod >/dev/null
	key='256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=='
	echo 'zones:' >>kmgr.yaml
	mkdir out
	for i in $(seq 1 "$ZONES"); do
		echo "  z$i.example: { publish: { directory: $PWD/out/$i } }"
	done >>kmgr.yaml
	for r in $(seq 1 "$ROUNDS"); do
		mkdir "zsks$r"
		for i in $(zones_of "$r"); do
			echo "z$i.example. 3600 IN DNSKEY $key" \
				>"zsks$r/z$i.example.zone"
		done
	done
}

# work NAME SECONDS: passes by a clock so far ahead until one has done all that
# it could; the id of each is in the file NAME.
work() {
	local pid status=1

	while [ $status -ne 0 ]; do
		(
			export KMGR_CLOCK_SHIFT=$2 LD_PRELOAD=$TURNCLOCK
			export KMGR_SHIM_LATENCY_US=5000
			export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
			exec setsid "$KMGR" run >>"$1.out" 2>>"$1.err"
		) &
		pid=$!
		echo $pid >"$1"
		status=0
		wait $pid || status=$?
		echo "$status" >>"$1.status"
		# Killed, or without a server: those are the ones it may be.
		case $status in
		0 | 137) ;;
		7) sleep 0.1 ;;
		*) return 1 ;;
		esac
	done
}

# signed_since INSTANT: how many zones.
signed_since() {
	sql "SELECT count(DISTINCT zone) FROM signature WHERE created_at >= $1"
}

# ends_by INSTANT: of how many zones what was signed last does.
ends_by() {
	sql "SELECT count(*) FROM (SELECT max(expiration_at) AS at FROM
		signature GROUP BY zone) AS x WHERE at <= $1"
}

more_than() {
	[ "$(signed_since "$2" 2>/dev/null || echo 0)" -gt "$1" ]
}

# disturb SINCE N: while some of N zones are signed, one pass is killed with its
# workers, as if its machine went, then the server, then another pass, whose
# workers end by themselves.
disturb() {
	wait_until 60 more_than $(($2 / 10 + RANDOM % ($2 / 10))) "$1" ||
		return
	kill -KILL -- "-$(cat a)" 2>/dev/null || true
	wait_until 60 more_than $(($2 * 4 / 10 + RANDOM % ($2 / 10))) "$1" ||
		return
	postgresql restart immediate || return
	wait_until 60 more_than $(($2 * 6 / 10 + RANDOM % ($2 / 10))) "$1" ||
		return
	kill -KILL "$(cat b)" 2>/dev/null || true
}

# hit STATUS: in half of the rounds a pass ended with it. Some are over before.
hit() {
	[ "$(cat a.status b.status | grep -cx "$1")" -ge $(((ROUNDS + 1) / 2)) ]
}

# sign_part ROUND: so that it is to be signed anew in that round.
sign_part() {
	postgresql_clock $(($1 * STEP * 86400)) || return
	with_clock $(($1 * STEP * 86400)) "$KMGR" -q sign-zsks \
		--zones-from "zsks$1" >/dev/null
}

# finish_round SECONDS: a pass, after which nobody works any more.
finish_round() {
	with_clock "$1" "$KMGR" -q run >>a.out 2>>a.err || return
	[ "$(sql "SELECT count(*) FROM claim WHERE until_at > 0")" -eq 0 ]
}

# run_round ROUND
run_round() {
	local shift_s=$(((10 + $1 * STEP) * 86400)) since n end

	postgresql_clock $shift_s || return
	since=$(($(date +%s) + shift_s))
	end=$((since + 5 * 86400))
	n=$(ends_by $end)
	[ "$n" -ge $((ZONES / ROUNDS)) ] || return
	work a $shift_s 3>&- &
	a=$!
	work b $shift_s 3>&- &
	b=$!
	disturb $since "$n" || return
	wait $a || return
	wait $b || return
	# What such a worker had still is the next pass's when it has ended.
	wait_until 60 finish_round $shift_s || return
	# By both together: each zone that was due, and none twice.
	[ "$(sql "SELECT count(*), count(DISTINCT zone) FROM signature
		WHERE created_at >= $since")" = "$n|$n" ] || return
	[ "$(ends_by $end)" -eq 0 ] || return
	# And given to whom it is for.
	[ "$(awk -v end="$(date -u -d "@$end" +%Y%m%d%H%M%S)" \
		'$4 == "RRSIG" && $9 > end' out/*/dnskey.zone | wc -l)" \
		-eq "$(sql 'SELECT count(DISTINCT zone) FROM signature')" ] ||
		return
	[ "$(sql 'SELECT max(seq) = count(*) FROM ledger')" = t ]
}

@test "killed passes and a killed server: each zone is signed, and none twice" {
	make_zones
	# What is signed on day STEP * I is to be signed anew ten days later.
	for i in $(seq 1 $((ROUNDS + 3))); do
		[ $i -gt "$ROUNDS" ] || sign_part $i
		[ $i -le 3 ] || run_round $((i - 3)) || {
			tail -n 5 a.err b.err
			cat a.status b.status
			false
		}
	done
	hit 137
	hit 7
	with_clock $(((10 + ROUNDS * STEP) * 86400)) "$KMGR" -q verify \
		>/dev/null
	[ "$(sql "SELECT count(*) FROM intent WHERE state = 'open'")" -eq 0 ]
}
