# One pass over zones: what fails or waits keeps nothing else from being done.
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

# runs DURATION: a pass at that time, whatever its exit status.
runs() {
	kmgr_later "$1" run example.com >run.log 2>&1 || true
}

# signed_until: the end of the newest signed DNSKEY RRset.
signed_until() {
	awk '$4 == "RRSIG" { print $9 }' out/dnskey.zone | sort -n | tail -n 1
}

# alice_approves OPERATION POLICY-LINE...: life_cmk, where alice has to approve
# the operation, and the zone's records go to the folder out.
alice_approves() {
	ssh-keygen -q -t ed25519 -N '' -C alice -f "$BATS_TEST_TMPDIR/alice"
	life_cmk "${@:2}" "approvals: { $1: 1, approvers: [\"$(<\
"$BATS_TEST_TMPDIR/alice.pub")\"] }"
	cat >>kmgr.yaml <<-END
		zones:
		  example.com:
		    publish: { directory: $PWD/out }
	END
}

# alice_signs HASH: the plan.
alice_signs() {
	kmgr -q show-plan "$1" -o plan >/dev/null
	ssh-keygen -q -Y sign -n kmgr-plan -f alice plan 2>/dev/null
}

@test "run: what waits for approvers does not keep signatures from renewal" {
	alice_approves create-ksk 'ksk: { standby: { kind: dnskey } }'
	hash=$(kmgr --json create-ksk example.com --cmk prod |
		jq -r .plan_hash) || true
	alice_signs "$hash"
	foretold kmgr -q approve "$hash" --signature plan.sig >/dev/null
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	life_activate
	runs 2d
	before=$(signed_until)
	runs 12d
	[[ $(<run.log) == *"approvers have to sign"* ]]
	[ "$(signed_until)" -gt "$before" ]
}

# revoked: whether the records that were handed over have a revoked KSK.
revoked() {
	grep -q ' 385 \|	385 ' out/dnskey.zone
}

@test "run: a revocation waits for its approvers, and signatures do not" {
	alice_approves revoke-ksk \
		'ksk: { rfc5011: true, automation: [report, expire, done] }'
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	kmgr -q sign-zsks example.com zsk >/dev/null
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	runs 1h
	runs 10d
	runs 20d
	runs 30d
	kmgr_later 32d -q roll-ksk "example.com/$tag" >/dev/null
	kmgr_later 32d -q ds-gone "example.com/$tag" >/dev/null
	runs 34d
	[[ $(<run.log) == *"until approvers sign the revocation of \
example.com./$tag"* ]]
	run ! revoked
	before=$(signed_until)
	kmgr_later 35d -q ds-seen "example.com/$(life_newest)" >/dev/null
	# Nor is it revoked by hand, and signatures are renewed.
	kmgr_later 40d -q sign-zsks example.com K*.key >signed
	run ! grep -q ' 385 ' signed
	runs 41d
	run ! revoked
	[ "$(signed_until)" -gt "$before" ]
	[ "$(life_todo 41d)" = "approval kmgr revoke-ksk example.com./$tag" ]
	run --separate-stderr -11 kmgr_later 41d --json revoke-ksk \
		"example.com/$tag"
	hash=$(jq -r .plan_hash <<<"$output")
	runs 41d
	run ! revoked
	alice_signs "$hash"
	foretold kmgr_later 41d -q approve "$hash" --signature plan.sig >/dev/null
	runs 41d
	revoked
	run kmgr_later 41d revoke-ksk "example.com/$tag"
	[[ $output == *"revoked already"* ]]
	kmgr_later 41d -q verify
}

@test "run: a clock that steps back a little does no step again" {
	life_zone
	kmgr -q sign-zsks example.com zsk >/dev/null
	with_clock $((2 * 86400 + 240)) "$KMGR" -q run example.com
	with_clock $((2 * 86400)) "$KMGR" -q run example.com
	[ "$(kmgr --json list-events --type ksk-step | jq '[.events[] |
		select(.payload.step == "add-ds")] | length')" -eq 1 ]
}

@test "run: what another host records while a zone is published stays" {
	life_zone
	cat >slow <<-END
		#!/bin/sh
		[ ! -e wait ] || { rm wait; touch begun; }
		until [ -e telling ]; do sleep 0.05; done
		sleep 1
		cat >got
	END
	chmod +x slow
	cat >>kmgr.yaml <<-END
		zones:
		  example.com:
		    publish: { command: [$PWD/slow] }
	END
	touch wait
	kmgr -q sign-zsks example.com zsk >/dev/null
	kmgr_later 1h -q run example.com 3>&- &
	run=$!
	wait_until 10 test -e begun
	touch telling
	kmgr_later 1h -q ds-seen "example.com/$tag" --force >/dev/null
	wait $run
	[ "$(sqlite3 kmgr.db 'SELECT ds_seen_at > 0 FROM ksk')" -eq 1 ]
	kmgr -q verify
}

@test "run: a standby is made under the CMK that the policy names" {
	life_zone 'ksk: { standby: { kind: dnskey, cmk: spare } }'
	printf 'version: 1\nzones: ["."]\n' >spare.yaml
	kmgr -q create-cmk spare --token main --policy spare.yaml >/dev/null
	life_activate
	kmgr_later 12d -q run example.com
	[ "$(sqlite3 kmgr.db "SELECT cmk.name FROM ksk JOIN cmk
		ON cmk.id = ksk.cmk_id WHERE ksk.standby = 'dnskey'")" = spare ]
	# It takes over across CMKs.
	kmgr_later 14d -q roll-ksk example.com --reason compromise --yes
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM ksk')" -eq 2 ]
	[ "$(sqlite3 kmgr.db "SELECT cmk.name FROM ksk JOIN cmk
		ON cmk.id = ksk.cmk_id WHERE coalesce(retire_at, 0) = 0")" = spare ]
}

@test "ds-gone: a DS that was never seen may still come" {
	life_zone
	kmgr -q sign-zsks example.com zsk >/dev/null
	kmgr_later 2d -q ds-add "example.com/$tag"
	kmgr_later 2d -q roll-ksk example.com --reason compromise \
		--break-chain example.com.
	run -11 kmgr_later 2d ds-gone "example.com/$tag"
	[[ $output == *"was never seen"*"counts as gone"* ]]
	run -0 kmgr_later 5d ds-gone "example.com/$tag"
}

@test "run: a zone that waits for its parent is due when that is to be asked" {
	clock_stop
	life_zone
	printf '%s\n' 'zones:' '  example.com: { parent: { check-interval: 90s } }' \
		>>kmgr.yaml
	kmgr -q sign-zsks example.com zsk >/dev/null
	kmgr_later 2d -q run example.com
	[ "$(sqlite3 kmgr.db 'SELECT next_at FROM zone')" -eq \
		$((KMGR_CLOCK_AT + 2 * 86400 + 90)) ]
}

# failing: since when, as status says.
failing() {
	kmgr --json status example.com | jq -r '.zones[0].failing_since'
}

@test "what a pass failed of is told of until one does not" {
	life_zone 'ksk: { require-backup: false }'
	printf '%s\n' zones: '  example.com:' "    source: { file: $PWD/zsk }" \
		"    publish: { directory: $PWD/away/out }" >>kmgr.yaml
	run -9 kmgr run
	[ "$(sqlite3 kmgr.db 'SELECT waits_for FROM zone')" = retry ]
	run -12 --separate-stderr kmgr run
	[ -z "$output" ]
	[[ ${stderr_lines[0]} == "kmgr: 1 zone waits until 20"*"Z after a failure" ]]
	[ "$(kmgr --json run | jq -c '[.n_zones, .n_waiting, .error]')" = \
		'[0,1,"partial"]' ]
	run -12 kmgr run -n
	[[ $(kmgr status) == *"; run fails since 20"*"Z: publish example.com. by \
directory: make "*"; tried again at 20"*"Z; waits for "* ]]
	kmgr status example.com | grep -q '^run fails since 20.*; tried again at 20'
	since=$(failing)
	[ "$since" != null ]
	# A moment is nothing to get up for, and told of all the same.
	run -0 kmgr check --no-network
	[[ ${lines[0]} == "KMGR OK - example.com.: run fails since $since: "*"; a \
warning if it lasts longer than 5m; next: kmgr run example.com.; 1 zone, 0 \
critical, 0 warning |"* ]]
	[[ ${lines[1]} == "OK example.com. run-failure: run fails since "* ]]
	kmgr --json check --no-network | jq -e '.status == "OK" and
		([.findings[] | [.check, .level]] == [["run-failure", "OK"]])'
	run -1 with_clock 310 "$KMGR" check --no-network
	[[ $output == *"WARNING example.com. run-failure: run fails since $since: \
publish example.com. by directory: "* ]]
	run -9 with_clock 310 "$KMGR" run
	[ "$(failing)" = "$since" ]
	run -2 kmgr_later 4d check --no-network
	[[ $output == *"CRITICAL example.com. run-failure: "* ]]
	mkdir away
	run -0 with_clock 620 "$KMGR" run
	[[ $output == *"did publish"* ]]
	[ "$(failing)" = null ]
	[[ $(kmgr status) != *"run fails"* ]]
	[[ $(kmgr_later 1h check --no-network) != *run-failure* ]]
	# The next one is another one.
	mv away gone
	sed -i 's,/away/,/nowhere/,' kmgr.yaml
	run -9 kmgr_later 1h run
	[ "$(failing)" '>' "$since" ]
}
