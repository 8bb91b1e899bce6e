# Whole rolls in seconds, by `kmgr run --watch`, with a real parent, a real
# child and validators that are asked ten times a second: none of them may ever
# say SERVFAIL. And a roll that goes wrong on purpose, so that they could.

bats_require_minimum_version 1.5.0
load ../lib/common
load dns
load rolls

setup_file() {
	need_program dnssec-keygen dnssec-signzone dnssec-dsfromkey named \
		unbound dig
}

setup() {
	by_the_clock
	cd "$BATS_TEST_TMPDIR"
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	hooks_write
}

teardown() {
	[ -n "${BATS_TEST_COMPLETED-}" ] || history_show
	servers_stop
}

# history_show: what happened, for whoever has to find out why.
history_show() {
	cat "$(server_log watch)" parent/log || :
	kmgr status child.test || :
	grep -hv ' NOERROR secure$' ./*.said | head -n 20 || :
}

# policy NAME ALGORITHM KSK-WORDS: everything a matter of seconds.
policy() {
	{
		cat <<-END
			version: 1
			zones: [child.test]
			ksk: { algorithm: $2, $3 }
			zsk: { algorithms: [$2] }
			signatures: { dnskey-ttl: 2s, validity: 2h,
			  refresh: 30m, inception-offset: 10m }
		END
		seconds
	} >"$1.yaml"
	kmgr create-cmk "$1" --token main --policy "$1.yaml"
}

# life_begin ALGORITHM KSK-WORDS: the zone with its first KSK, all the way to
# a chain of trust.
life_begin() {
	kmgr init
	world_new "$1"
	policy first "$1" "$2"
	zsks_are child.test/K*.key
	kmgr create-ksk child.test --cmk first
	config_more "$AUTH_PORT"
	server_start watch "$KMGR" run --watch
	wait_until 20 has_ds 1
	validator_start early
	wait_until 10 says secure
	validator_start late
	: >early.said
}

# has_ds N: whether the parent has N DS records.
has_ds() {
	[ "$(dig_at "$AUTH_PORT" +norec +short child.test DS | wc -l)" = "$1" ]
}

says() {
	tail -n 1 early.said | grep -q "$*"
}

# tags: the key tags in the DNSKEY RRset with SEP, as the child serves it.
tags() {
	dig_at "$AUTH_PORT" +norec +multiline child.test DNSKEY |
		sed -n 's/.*; KSK; alg = .* ; key id = //p' | sort -n | xargs
}

# ds_tags: those in the parent's DS set.
ds_tags() {
	dig_at "$AUTH_PORT" +norec +short child.test DS | cut -d ' ' -f 1 |
		sort -un | xargs
}

# rolled FROM: whether another KSK is alone now, in both.
rolled() {
	[ "$(tags)" != "$1" ] && [ "$(tags | wc -w)" = 1 ] &&
		[ "$(ds_tags)" = "$(tags)" ]
}

# all_well: many answers, all of them secure, of both validators. A machine with
# other work to do gives fewer in a second.
all_well() {
	sleep 4
	wait_until 1 eval '[ "$(said NOERROR secure)" -gt 100 ]'
	server_stop early-asked
	server_stop late-asked
	grep -hv ' NOERROR secure$' early.said late.said || :
	cat "$(server_log watch)"
	[ "$(said NOERROR secure)" -gt 100 ]
	[ "$(said SERVFAIL)" = 0 ]
	[ "$(cat ./*.said | grep -cv ' NOERROR secure$')" = 0 ]
	kmgr verify
}

@test "a double-signature roll that the schedule begins" {
	life_begin ecdsap256sha256 'lifetime: 25s'
	old=$(tags)
	wait_until 90 rolled "$old"
	all_well
}

@test "a double-DS roll" {
	life_begin ecdsap256sha256 'lifetime: unlimited, roll-type: double-ds'
	old=$(tags)
	kmgr roll-ksk child.test
	wait_until 60 rolled "$old"
	all_well
}

@test "a double-RRset roll" {
	life_begin ecdsap256sha256 \
		'lifetime: unlimited, roll-type: double-rrset'
	old=$(tags)
	kmgr roll-ksk child.test
	wait_until 60 rolled "$old"
	all_well
}

@test "an emergency roll, after a standby was published" {
	life_begin ecdsap256sha256 \
		'lifetime: unlimited, standby: { kind: dnskey }'
	wait_until 40 eval '[ "$(tags | wc -w)" = 2 ]'
	old=$(ds_tags)
	kmgr roll-ksk child.test --reason compromise --yes
	wait_until 60 eval '[ "$(ds_tags)" != "$old" ] &&
		[ "$(ds_tags | wc -w)" = 1 ] && ! tags | grep -qw "$old"'
	all_well
}

@test "an algorithm roll, with both CMKs" {
	life_begin ecdsap256sha256 'lifetime: unlimited'
	old=$(tags)
	policy second ed25519 'lifetime: unlimited'
	kmgr roll-ksk child.test --cmk second
	# The zone signer signs with the new algorithm first, and tells so.
	(cd child.test && dnssec-keygen -q -a ed25519 child.test >/dev/null)
	run -0 --separate-stderr kmgr status child.test
	child_sign && auth_reload
	kmgr zone-signed child.test --alg ed25519
	zsks_are child.test/K*.key
	# And takes the old ones out when it is told.
	wait_until 60 eval 'kmgr status child.test | grep -q "leaves its ZSKs"'
	zsks_are child.test/K*+015+*.key
	wait_until 60 rolled "$old"
	all_well
}

@test "going insecure" {
	life_begin ecdsap256sha256 'lifetime: unlimited'
	wait_until 20 eval '[ "$(said NOERROR secure)" -gt 30 ]'
	kmgr go-insecure child.test --yes
	wait_until 30 has_ds 0
	wait_until 30 eval '[ -z "$(tags)" ]'
	wait_until 10 says NOERROR
	sleep 2
	wait_until 1 eval '[ "$(said NOERROR)" -gt 20 ]'
	server_stop early-asked
	server_stop late-asked
	[ "$(said NOERROR secure)" -gt 20 ]
	[ "$(said NOERROR)" -gt 20 ]
	[ "$(cat ./*.said | grep -cv ' NOERROR\( secure\)\?$')" = 0 ]
	kmgr verify
}

@test "a zone signer that takes its time is waited for" {
	life_begin ecdsap256sha256 'lifetime: unlimited'
	old=$(tags)
	# The policy knows nothing of this, but the hook ends only then.
	echo 4 >delay-zone-publish
	kmgr roll-ksk child.test
	wait_until 60 rolled "$old"
	all_well
}

@test "control: records that reach the servers later than the policy says" {
	life_begin ecdsap256sha256 'lifetime: unlimited'
	old=$(tags)
	# The hook ends at once, and what it was to do is done later.
	echo 60 >lag-zone-publish
	kmgr roll-ksk child.test
	wait_until 40 eval '[ "$(ds_tags)" != "$old" ]'
	[ "$(tags)" = "$old" ]
	wait_until 20 says SERVFAIL
	[ "$(said SERVFAIL)" -gt 0 ]
}
