# Passes that go over one store at the same time.
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

# config LINE...: what run needs of example.com. It goes over zones itself: who
# stops whoever has started him stops it.
config() {
	{
		echo 'performance: { workers: 1 }'
		echo 'zones:'
		echo '  example.com:'
		printf '%s\n' "$@"
	} >>kmgr.yaml
}

# program NAME: one from standard input.
program() {
	{ echo '#!/bin/sh' && cat; } >"$1"
	chmod +x "$1"
}

# stops_once NAME: the first time it stops who runs it.
stops_once() {
	program "$1" <<-END
		set -e
		if [ ! -e $PWD/stopped ]; then
			touch $PWD/stopped
			kill -STOP \$PPID
			sleep 1
		fi
		cat $2
	END
}

# is_stopped PID
is_stopped() {
	grep -q '^State:[[:space:]]*T' "/proc/$1/status"
}

# events TYPE: how many the ledger has.
events() {
	kmgr --json list-events --type "$1" | jq '.events | length'
}

# later SECONDS COMMAND...: run by a clock that is so far ahead.
later() {
	with_clock "$1" "$KMGR" "${@:2}"
}

# begin_and_stop [SECONDS]: a pass, so far ahead, that hangs, its id in $run.
begin_and_stop() {
	(
		export KMGR_CLOCK_SHIFT=${1:-0}
		export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
		LD_PRELOAD=$TURNCLOCK exec "$KMGR" run >a.out 2>a.err 3>&-
	) &
	run=$!
	wait_until 10 is_stopped $run
}

# go_on: it awakes, and is done with.
go_on() {
	kill -CONT $run
	wait $run
	[[ $(<a.err) == *"example.com.: another run has taken it over"* ]]
	[[ $(<a.err) == *"left to that run"* ]]
	run ! grep failed a.out
}

@test "run: one that hangs before it signs signs nothing when it awakes" {
	life_zone
	stops_once source zsk
	config "    source: { command: [$PWD/source] }" \
		"    publish: { directory: $PWD/out }"
	begin_and_stop
	# As long as its claim lasts nobody does its work.
	run -0 kmgr run
	[ -z "$output" ]
	kmgr status example.com | grep -q "^run works on it: process $run on \
$(hostname), which has it until 20.*Z, or longer\$"
	kmgr --json status example.com | jq -e --argjson pid $run \
		'.zones[0] | .claimed_by_pid == $pid and .claimed_until > ""'
	later 0 run example.com >named.out 2>&1 3>&- &
	named=$!
	run -0 later 200 run
	[ -z "$output" ]
	status=0
	wait $named || status=$?
	[ $status -eq 7 ]
	[[ $(<named.out) == *"another run works on it"*"process $run on"* ]]
	run -0 later 300 run
	[[ $output == *"did sign"*"did publish"* ]]
	[[ $(later 300 status example.com) != *"works on it"* ]]
	before=$(sha256_of out)
	go_on
	[ "$(events sign-zsks)" -eq 1 ]
	[ "$(sha256_of out)" = "$before" ]
	[ "$(sqlite3 kmgr.db 'SELECT epoch FROM claim')" -eq 2 ]
	later 300 -q verify >/dev/null
}

@test "run: what one that hangs hands over at last is handed over once more" {
	life_zone
	stops_once put "-"
	sed -i "s|^cat -|echo once >>$PWD/given; cat >$PWD/got|" put
	config "    source: { file: $PWD/zsk }" \
		"    publish: { command: [$PWD/put] }"
	begin_and_stop
	run -0 later 300 run
	[[ $output == *"did publish"* ]]
	go_on
	# It cannot know whose came last, and does it again as it should.
	[[ $(<a.err) == *"handed over once more"* ]]
	[[ $(<a.out) == *"did publish"* ]]
	[ "$(wc -l <given)" -eq 3 ]
	grep -q RRSIG got
	run -0 later 301 run
	[ -z "$output" ]
	[ "$(events sign-zsks)" -eq 1 ]
	later 302 -q verify >/dev/null
}

@test "run: a hook of one that hangs says nothing of it afterwards" {
	life_zone
	stops_once add "-"
	config "    source: { file: $PWD/zsk }" \
		"    publish: { directory: $PWD/out }"
	printf 'hooks:\n  ds-add: [%s]\n' "$PWD/add" >>kmgr.yaml
	kmgr -q run >/dev/null
	begin_and_stop $((2 * 86400))
	run -0 later $((2 * 86400 + 300)) run
	[[ $output == *"did ds-add"* ]]
	go_on
	[ "$(events hook)" -eq 1 ]
	later $((2 * 86400 + 300)) -q verify >/dev/null
}

@test "run: what a killed one has claimed waits for nobody" {
	life_zone
	stops_once source zsk
	config "    source: { command: [$PWD/source] }" \
		"    publish: { directory: $PWD/out }"
	begin_and_stop
	kill -KILL $run
	status=0
	wait $run || status=$?
	[ $status -eq 137 ]
	run -0 kmgr run
	[[ $output == *"did sign"*"did publish"* ]]
	# Nothing is said of a process of another machine, whatever its name.
	read -r host _ space _ < <(sqlite3 kmgr.db 'SELECT holder FROM claim')
	[ ! -s /etc/machine-id ] || [[ $space =~ ^pid:.*-[0-9a-f]{16}$ ]]
	for holder in 'elsewhere 999999 pid:[1] 1' \
		"elsewhere 999999 $space 1" "$host 999999 ${space%-*}-other 1"; do
		sqlite3 kmgr.db "UPDATE zone SET next_at = 0;
			UPDATE claim SET until_at = strftime('%s') + 100,
			holder = '$holder'"
		run -0 kmgr run
		[ "$(sqlite3 kmgr.db 'SELECT next_at FROM zone')" -eq 0 ]
	done
	run -0 later 101 run
	[ "$(sqlite3 kmgr.db 'SELECT next_at FROM zone')" -gt 0 ]
}

@test "run: an operator's signing waits for no pass, and is not signed over" {
	life_zone
	stops_once source zsk
	config "    source: { command: [$PWD/source] }" \
		"    publish: { directory: $PWD/out }"
	begin_and_stop
	kmgr -q sign-zsks example.com zsk >signed
	kill -CONT $run
	wait $run
	run ! grep failed a.out
	# What he signed is what is handed over: nothing was signed over it.
	[ "$(events sign-zsks)" -eq 1 ]
	grep -q "$(awk '$4 == "RRSIG" { print $NF; exit }' signed)" \
		out/dnskey.zone
	kmgr -q verify >/dev/null
}

# publishes: a zone with two sets, old and new, and what hands one over.
publishes() {
	life_zone
	config "    publish: { directory: $PWD/out }"
	kmgr -q sign-zsks example.com zsk >old
	kmgr_later 1h -q sign-zsks example.com zsk >new
	now=$(date +%s)
}

publish() {
	"$builddir/tests/cli/service" publish example.com. "$@"
}

# publish_refused FILE AT [NUMBER]: there is something later.
publish_refused() {
	local before

	before=$(sha256_of out)
	run -9 publish "$@"
	[[ $output == *"has what was signed at"*state.json* ]]
	[ "$(sha256_of out)" = "$before" ]
}

@test "a directory takes nothing that is older than what it has" {
	publishes
	publish new $now
	publish_refused old $((now - 1))
	# By a clock that was ahead nobody is kept out for ever.
	publish new $((now + 86400))
	publish old $now
	cmp <(grep -c RRSIG old) <(grep -hc RRSIG out/dnskey.zone)
}

@test "which of two sets is older the signatures say, and not only clocks" {
	publishes
	: >none
	# In one second two are signed; clocks of two machines differ.
	publish new $now 8
	publish_refused old $now 7
	publish old $((now - 1)) 9
	# A store that was restored begins with its numbers anew.
	publish new $((now + 1)) 3
	# What is withdrawn stays so, and goes in the place of what was signed.
	publish none $((now + 1)) 3
	[ ! -e out/dnskey.zone ]
	publish_refused new $((now + 1)) 3
	publish new $((now + 1)) 4
	# Older versions wrote no number.
	jq 'del(.signature)' out/state.json >state && mv state out/state.json
	publish_refused old $now 5
	publish old $((now + 1)) 2
}

@test "run: the last signature of a zone that is left holds up nothing" {
	life_zone
	config "    source: { file: $PWD/zsk }" \
		"    publish: { directory: $PWD/out }"
	life_activate
	kmgr_later 5d -q run >/dev/null
	kmgr_later 5d -q go-insecure example.com --yes >/dev/null
	# It is signed once more after that was decided, and by it (RFC 8078).
	run -0 kmgr_later 121h run
	[[ $output == *"did sign"*"did publish"*"did remove-ds"* ]]
	grep -q " CDS 0 0 0 00$" out/cds.zone
	kmgr_later 6d -q ds-gone "example.com/$tag" >/dev/null
	kmgr_later 9d -q run >/dev/null
	[ ! -e out/dnskey.zone ]
	[ "$(jq -c .sha256 out/state.json)" = '{}' ]
	run -0 kmgr_later 9d run example.com
	[ -z "$output" ]
	kmgr_later 9d -q verify >/dev/null
}

@test "run: worker processes share the zones, and tell of all as one" {
	key='256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=='
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	kmgr_env "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' 'version: 1' 'zones: ["."]' 'custody: shared' \
		'ds: { cds-cdnskey-publish: none }' \
		'ksk: { automation: [expire, done] }' >p.yaml
	kmgr -q init >/dev/null
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	seq -f 'z%g.example' 100 199 >list
	kmgr -q create-ksk --zones-from list --cmk prod >/dev/null
	mkdir zsks out
	for zone in $(<list); do
		echo "$zone. 3600 IN DNSKEY $key" >zsks/$zone.zone
		echo "  $zone: { publish: { directory: $PWD/out/$zone } }"
	done >zones.yaml
	{
		echo 'performance: { workers: 3 }'
		echo 'zones:'
		cat zones.yaml
	} >>kmgr.yaml
	kmgr -q sign-zsks --zones-from zsks >/dev/null
	run --separate-stderr -0 later $((11 * 86400)) --json run
	[ "$(jq -c '[.n_zones, .n_failed]' <<<"$output")" = '[100,0]' ]
	for what in sign publish; do
		[ "$(jq -r --arg what $what '.events[] | select(.event ==
			"did" and .what == $what) | .zone' <<<"$output" |
			sort -u)" = "$(sed 's/$/./' list)" ]
	done
	[ "$(jq '.next != null' <<<"$output")" = true ]
	# Each of the three has claimed what it worked on, and none of it twice.
	[ "$(sqlite3 kmgr.db 'SELECT count(*), count(DISTINCT zone)
		FROM signature')" = '200|100' ]
	[ "$(sqlite3 kmgr.db 'SELECT max(epoch) FROM claim')" -eq 1 ]
	[ "$(sqlite3 kmgr.db 'SELECT count(DISTINCT holder) FROM claim')" -gt 1 ]
	later $((11 * 86400)) -q verify >/dev/null
	# One line tells how far all of them are, and nothing of it stays.
	need_program script
	seen=$(with_clock $((22 * 86400)) script -qec "$KMGR run" /dev/null \
		</dev/null)
	counts=$(tr '\r' '\n' <<<"$seen" | sed -n 's/^run: \([0-9]*\).*/\1/p')
	[ -n "$counts" ]
	[ "$counts" = "$(sort -nu <<<"$counts")" ]
	[[ ${seen##*$'\r\e[K'} != *run:* ]]
}
