# A zone comes to us from Knot or OpenDNSSEC, by the recipe of
# kmgr-recipes(7): its name servers stay, and so does its ZSK; only who signs
# the DNSKEY RRset changes. A validator that asks all the time never says
# SERVFAIL.

bats_require_minimum_version 1.5.0
load ../lib/common
load dns
load rolls

ALG=ecdsap256sha256

setup_file() {
	need_program dnssec-keygen dnssec-signzone dnssec-dsfromkey named \
		unbound dig delv ldns-verify-zone jq
}

setup() {
	by_the_clock
	cd "$BATS_TEST_TMPDIR"
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	kmgr init
	world_new $ALG
	cmk_of_seconds
}

teardown() {
	[ -n "${BATS_TEST_COMPLETED-}" ] || {
		tail -n 5 early.said
		kmgr status child.test
	}
	servers_stop
}

# old_signer: the zone as it is before, signed by a KSK and a ZSK of its own,
# and its DS at the parent.
old_signer() {
	mkdir old child.test/out
	old=$(cd old && dnssec-keygen -q -L 2 -a $ALG -f KSK child.test)
	old_tag=$((10#${old##*+}))
	cat child.test/K*.key | sed 's/ IN DNSKEY/ 2 IN DNSKEY/' >zsks
	(
		cd child.test || exit
		cat zone K*.key "../old/$old.key" >with-keys
		dnssec-signzone -q -O full -o child.test -f signed with-keys \
			"../old/$old" "$(basename -s .private K*.private)"
	)
	dnssec-dsfromkey -2 -T 2 "old/$old.key" >parent/ds
	parent_sign
	auth_reload
}

says() {
	tail -n 1 early.said | grep -q "$*"
}

our_tag() {
	kmgr --json list-ksks child.test | jq -r '.ksks[-1].key_tag'
}

# parent_gets: what get-ds says, as a registrar would.
parent_gets() {
	kmgr -q get-ds child.test | sed 's/ IN DS / 2 IN DS /' >parent/ds
	parent_sign
	auth_reload
}

early() {
	kmgr --json status child.test | jq -e '.zones[0].rests_on_foreign'
}

# hand_over FILE: the DNSKEY RRset in it is what is served from now on.
hand_over() {
	cp "$1" child.test/out/dnskey.zone
	child_sign
	auth_reload
}

# believed DS: whether a zone with what kmgr signed would be, by these DS.
believed() {
	mkdir -p trial
	cp -r child.test trial/
	cp first.zone trial/child.test/out/dnskey.zone
	(cd trial && cp ../serial . && child_sign)
	ldns-verify-zone -k "$1" trial/child.test/signed
}

@test "a zone comes from another signer, and no resolver loses it" {
	old_signer
	validator_start early
	wait_until 20 says secure
	: >early.said
	cp parent/ds old.ds

	# 1. Our KSK; theirs, with its DS; the data is signed.
	kmgr -q create-ksk child.test --cmk main
	tag=$(our_tag)
	run -0 kmgr add-foreign-key child.test "old/$old.key" --at -1h
	kmgr -q zone-signed child.test --alg $ALG --at -1h

	# 2. The set is signed, and not served: with their DS alone it is bogus.
	run -0 --separate-stderr kmgr sign-zsks child.test zsks -o first.zone
	[[ $stderr == *"must not take the place of the other provider's yet"* ]]
	[ "$(grep -c ' 257 ' first.zone)" -eq 2 ]
	early
	run -0 kmgr status child.test
	[[ $output == *"not to be served yet"* ]]
	run ! believed old.ds

	# 3. Our DS comes beside theirs.
	wait_until 60 kmgr -q ds-add "child.test/$tag"
	parent_gets
	[ "$(grep -c ' DS ' parent/ds)" -eq 2 ]
	wait_until 20 kmgr -q ds-seen "child.test/$tag"
	early
	wait_until 40 eval '! early >/dev/null'
	believed parent/ds

	# 4. From now on it is ours that is served.
	hand_over first.zone
	sleep 6

	# 5. Theirs goes: its DS, its DNSKEY.
	kmgr -q remove-foreign-key "child.test/$old_tag"
	wait_until 20 kmgr -q ds-remove "child.test/$old_tag"
	parent_gets
	[ "$(grep -c ' DS ' parent/ds)" -eq 1 ]
	wait_until 20 kmgr -q ds-gone "child.test/$old_tag"
	wait_until 40 alone
	hand_over second.zone
	wait_until 40 kmgr -q remove-foreign-key "child.test/$old_tag"
	run -4 kmgr describe-ksk "child.test/$old_tag"

	sleep 4
	wait_until 1 eval '[ "$(said NOERROR secure)" -gt 30 ]'
	server_stop early-asked
	[ "$(said NOERROR secure)" -gt 30 ]
	[ "$(cat ./*.said | grep -cv ' NOERROR secure$')" -eq 0 ]
	[ "$(dig_at "$AUTH_PORT" +norec +short child.test DNSKEY |
		grep -c '^257 ')" -eq 1 ]
	kmgr verify
}

# alone: what is signed now has no KSK but ours.
alone() {
	kmgr -q sign-zsks child.test zsks -o second.zone &&
		[ "$(grep -c ' 257 ' second.zone)" -eq 1 ]
}
