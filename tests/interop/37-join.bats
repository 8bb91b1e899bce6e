# A zone that joins us from Knot, one that leaves us for Knot, and one that
# both serve for good (RFC 8901 model 2): each has its own KSK and ZSK, and
# signs its own DNSKEY RRset, in which all four are. Validators that ask both,
# all the time, may never say SERVFAIL.

bats_require_minimum_version 1.5.0
load ../lib/common
load dns
load rolls
load knot

ALG=ecdsap256sha256

setup_file() {
	need_program dnssec-keygen dnssec-signzone dnssec-dsfromkey named \
		unbound dig knotd knotc keymgr jq
}

setup() {
	by_the_clock
	cd "$BATS_TEST_TMPDIR"
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	hooks_write
	sed -i '/rolls.bash"/a . "$SRC/tests/interop/knot.bash"' zone-publish
	OURS_PORT=$(free_port)
	kmgr init
	world_new $ALG
	knot_new $ALG
	policy
	zsks_are child.test/K*.key knot/zsk
}

teardown() {
	[ -n "${BATS_TEST_COMPLETED-}" ] || {
		tail -n 5 early.said
		tail -n 30 "$(server_log early)" "$(server_log watch)"
		kmgr status child.test
		kmgr plan child.test | head -n 20
	}
	servers_stop
}

policy() {
	cmk_of_seconds
	kmgr create-ksk child.test --cmk main
	config_more "$OURS_PORT"
}

# run_always: what a timer does, more often.
run_always() {
	while :; do
		kmgr run child.test || :
		sleep 0.2
	done
}

# ours_start: our server, as one more of the zone's. It has nothing to do with
# the parent's.
ours_start() {
	local AUTH_PORT=$OURS_PORT

	mkdir ours
	named_config "$PWD/ours" child.test="$PWD/child.test/signed" >ours/conf
	server_start ours named -g -n 1 -c "$PWD/ours/conf"
	server_ready ours 20 is_served child.test
}

# Validators ask the parent's server for the parent, and for the child each of
# its two that answers; which one does not is not remembered.
eval "plain_$(declare -f resolver_config)"
resolver_config() {
	plain_resolver_config "$1" "$2" test
	cat <<-END
		stub-zone:
			name: child.test
			stub-addr: 127.0.0.1@$OURS_PORT
			stub-addr: 127.0.0.1@$THEIRS_PORT
		server:
			infra-host-ttl: 1
			local-zone: test. nodefault
	END
}

# dnskeys PORT: the key tags that are served there.
dnskeys() {
	dig_at "$1" +norec +multiline child.test DNSKEY |
		sed -n 's/.* key id = //p' | sort -n | xargs
}

ds_tags() {
	dig_at "$AUTH_PORT" +norec +short child.test DS | cut -d ' ' -f 1 |
		sort -n | xargs
}

our_tag() {
	kmgr --json list-ksks child.test | jq -r '.ksks[-1].key_tag'
}

sorted() {
	printf '%s\n' "$@" | sort -n | xargs
}

# is_ds TAG...: the parent has just these.
is_ds() {
	[ "$(ds_tags)" = "$(sorted "$@")" ]
}

# can_leave: whether DNSKEY and DS of a foreign KSK are everywhere.
can_leave() {
	kmgr leave-zone child.test --dry-run
}

# both_signed N: whether both serve the same N DNSKEY records.
both_signed() {
	local port

	for port in "$OURS_PORT" "$THEIRS_PORT"; do
		[ "$(dnskeys "$port")" = "$(dnskeys "$OURS_PORT")" ] &&
			[ "$(dnskeys "$port" | wc -w)" = "$1" ] || return
	done
}

# signer PORT: whose signature the DNSKEY RRset has there.
signer() {
	dig_at "$1" +norec +dnssec +short child.test DNSKEY |
		awk '$1 == "DNSKEY" { print $7 }'
}

says() {
	tail -n 1 early.said | grep -q "$*"
}

# validators_start: one from the beginning on.
validators_start() {
	validator_start early
	wait_until 20 says secure
	: >early.said
}

# all_well: many answers, all of them secure; while one of two servers has
# just gone an answer may take long.
all_well() {
	sleep 4
	wait_until 1 eval '[ "$(said NOERROR secure)" -gt 30 ]'
	server_stop early-asked
	grep -hv ' NOERROR secure$' early.said || :
	cat "$(server_log watch)"
	[ "$(said NOERROR secure)" -gt 30 ]
	[ "$(said SERVFAIL)" = 0 ]
	[ "$(cat ./*.said | grep -cv ' \(NOERROR secure\|silent\)$')" = 0 ]
	kmgr verify
}

# caches_empty: all that was served before is forgotten: TTLs are 2 s.
caches_empty() {
	sleep 4
}

# theirs_first: the zone is Knot's; our KSK comes beside Knot's.
theirs_first() {
	cp knot/ds parent/ds
	parent_sign && auth_reload
	knot_start
	wait_until 10 is_ds "$KNOT_TAG"
	validators_start
	kmgr add-foreign-key child.test knot/ksk --at -1h
	kmgr zone-signed child.test --alg $ALG --at -1h
	touch knot/takes-part
	server_start watch run_always
	wait_until 60 is_ds "$KNOT_TAG" "$(our_tag)"
	caches_empty
	ours_start
	wait_until 10 both_signed 4
}

@test "a zone joins from Knot" {
	theirs_first
	# Both serve for a while; then Knot does not.
	caches_empty
	server_stop theirs
	rm knot/takes-part
	caches_empty
	kmgr remove-foreign-key "child.test/$KNOT_TAG"
	wait_until 40 is_ds "$(our_tag)"
	wait_until 40 eval '[ "$(dnskeys $OURS_PORT | wc -w)" = 3 ]'
	caches_empty
	zsks_are child.test/K*.key
	kmgr sign-zsks child.test --fetch >/dev/null
	wait_until 40 eval '[ "$(dnskeys $OURS_PORT | wc -w)" = 2 ]'
	[ "$(signer "$OURS_PORT")" = "$(our_tag)" ]
	all_well
	wait_until 20 kmgr remove-foreign-key "child.test/$KNOT_TAG"
}

# ended TAG: whether a KSK of ours is in no cache any more.
ended() {
	kmgr --json status child.test | jq -e --argjson tag "$1" '
		[.. | objects | select(.key_tag? == $tag) | .word? // .state?]
		| any(. == "dead")'
}

@test "a zone leaves for Knot" {
	zsks_are child.test/K*.key
	server_start watch run_always
	wait_until 40 is_ds "$(our_tag)"
	ours_start
	validators_start
	run -5 kmgr leave-zone child.test
	[[ $output == *'add-foreign-key'* ]]
	# Knot's keys come in, first its ZSK, which nobody needs yet.
	zsks_are child.test/K*.key knot/zsk
	touch knot/takes-part
	kmgr add-foreign-key child.test knot/ksk
	run -11 kmgr leave-zone child.test
	[[ $output == *"KSK child.test./$KNOT_TAG is"* ]]
	kmgr sign-zsks child.test --fetch >/dev/null
	wait_until 40 is_ds "$KNOT_TAG" "$(our_tag)"
	wait_until 40 eval '[ "$(dnskeys $OURS_PORT | wc -w)" = 4 ]'
	# Who has the DS RRset of before does not believe what Knot signs.
	caches_empty
	knot_start
	wait_until 10 both_signed 4
	wait_until 40 can_leave
	caches_empty
	server_stop ours
	caches_empty
	old=$(our_tag)
	kmgr leave-zone child.test
	wait_until 40 is_ds "$KNOT_TAG"
	caches_empty
	: >none
	knot_import none
	wait_until 10 eval '[ "$(dnskeys $THEIRS_PORT | wc -w)" = 2 ]'
	all_well
	# Nothing follows ours, and it may end.
	[ "$(our_tag)" = "$old" ]
	wait_until 40 ended "$old"
}

@test "both serve it for good: RFC 8901 model 2, and we roll meanwhile" {
	theirs_first
	old=$(our_tag)
	[ "$(signer "$OURS_PORT")" = "$old" ]
	[ "$(signer "$THEIRS_PORT")" = "$KNOT_TAG" ]
	caches_empty
	kmgr roll-ksk child.test
	new=$(our_tag)
	[ "$old" != "$new" ]
	wait_until 60 is_ds "$KNOT_TAG" "$new"
	wait_until 40 eval 'both_signed 4 && dnskeys $OURS_PORT | grep -qw $new'
	[ "$(signer "$OURS_PORT")" = "$new" ]
	[ "$(signer "$THEIRS_PORT")" = "$KNOT_TAG" ]
	run -1 grep -w "$old" <<<"$(dnskeys "$OURS_PORT") $(ds_tags)"
	all_well
}
