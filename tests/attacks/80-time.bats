# Clocks that were turned, and good things of yesterday shown again.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

setup_file() {
	world_new
}

setup() {
	world_enter
}

# time_refused DAYS TEXT: by such a clock nothing is made and nothing signed,
# and trying changes nothing in that.
time_refused() {
	local command before

	before=$(objects_sum)
	for command in 'sign-zsks a.example a' \
		'create-ksk new.example --cmk prod' 'sign-zsks a.example a'
	do
		# shellcheck disable=SC2086 # words
		run at "$1" $command
		echo "$output"
		[ "$status" -eq 5 ] || return
		[[ $output == *"$2"* && $output != *"IN RRSIG"* ]] || return
	done
	[ "$before" = "$(objects_sum)" ]
}

@test "clock-back: the clock is turned back" {
	time_refused -1 'clock.tolerance'
	time_refused -400 'clock.tolerance'
	signs a
}

@test "clock-forward: the clock is turned forward" {
	time_refused 101 'clock.max-jump'
	time_refused 9000 'clock.max-jump'
	signs a
	# Within the limit nobody can tell, and the ledger has the times.
	at 99 sign-zsks a.example a | grep -q RRSIG
	told clock-forward 'clock.max-jump'
}

# excused DAYS: the ledger is made to tell that the clock was accepted so.
excused() {
	append time-jump '{"last_at":1,"last_seq":1,"now_at":1}'
	sql "UPDATE ledger SET at = at + $1 * 86400, cmk_id = NULL
		WHERE type = 'time-jump'"
	rechain "$(sqlite3 kmgr.db 'SELECT max(seq) FROM ledger')"
}

checkpoints() {
	kmgr --json list-events --type checkpoint | jq '.events | length'
}

@test "clock-excused: the ledger is made to tell that the clock was right" {
	keep good
	excused 300
	time_refused 300 'clock.max-jump'
	# And back, with nothing in the ledger that is later.
	put_back good
	sql "DELETE FROM ledger WHERE seq > (SELECT max(seq) FROM ledger
		WHERE type = 'checkpoint')"
	excused -300
	time_refused -300 'clock.tolerance'
	# What is signed about the time is never far away.
	put_back good
	n=$(checkpoints)
	at 30 sign-zsks a.example a >/dev/null
	at 60 sign-zsks a.example a >/dev/null
	echo "checkpoints: $n, then $(checkpoints)"
	[ "$(checkpoints)" -eq $((n + 2)) ]
	at 150 sign-zsks a.example a | grep -q RRSIG
}

@test "clock-accepted: a jump of the clock is accepted" {
	at 200 sign-zsks a.example a --accept-time-jump | grep -q RRSIG
	[ "$(kmgr --json list-events --type time-jump |
		jq '.events | length')" -eq 1 ]
	# The way back is one, too.
	run kmgr sign-zsks a.example a
	[ "$status" -eq 5 ]
}

@test "zsk-replayed: an old ZSK set is handed in again" {
	# A ZSK that was compromised, and left the zone since.
	sed "s,13 .*,13 8Lv9mGFVyznU9pnobYqPAGJgbZnBbcNSfKiSvoXOZ7YQTzAWtvQ7IIRB1okRgK9lVFMZNiLFW2nu6SGkjhGW3A==," \
		a >new
	kmgr sign-zsks a.example new >/dev/null
	run kmgr sign-zsks a.example a
	[ "$status" -eq 0 ]
	# Who vouches for the set is who runs the command: the ledger has him.
	[ "$(kmgr --json list-events --type sign-zsks | jq -r \
		'.events[-1].actor.uid')" = "$(id -u)" ]
	told zsk-replayed
}

@test "set-replayed: an old signed set is served again" {
	kmgr sign-zsks a.example a >old
	# It is good until it expires, and no later than the policy lets it.
	for more in '--validity 15d' '--expiration +15d' \
		'--inception +13d --expiration +27d'; do
		# shellcheck disable=SC2086 # words
		run kmgr sign-zsks a.example a $more
		[ "$status" -eq 5 ]
		[[ $output == *SIG-* ]]
	done
	expiration=$(awk '$4 == "RRSIG" { print $9 }' old)
	[ "$expiration" -le "$(date -u -d '+14 days 1 minute' \
		+%Y%m%d%H%M%S)" ]
	told set-replayed
}
