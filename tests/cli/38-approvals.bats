# Approvals: what m of n approvers must sign before it is done.
load ../lib/common

bats_require_minimum_version 1.5.0

setup() {
	kmgr_here
	for who in alice bob carol mallory; do
		ssh-keygen -q -t ed25519 -N '' -C "$who" -f "$who"
	done
	policy 2
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
}

# policy M [YAML...]: create-ksk takes M of alice, bob and carol.
policy() {
	cat >p.yaml <<-END
		version: 1
		zones: ["."]
		approvals:
		  create-ksk: $1
		  approvers:
		    - $(cat alice.pub)
		    - $(cat bob.pub)
		    - $(cat carol.pub)
	END
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" >>p.yaml
}

# ask ARGUMENT...: a command that waits; sets hash.
ask() {
	run --separate-stderr kmgr --json "$@"
	[ "$status" -eq 11 ] || { echo "$output $stderr" >&2; return 1; }
	hash=$(jq -r .plan_hash <<<"$output")
}

# sign WHO [FILE]: WHO.sig is that person's signature under plan $hash.
sign() {
	kmgr show-plan "$hash" -o plan >/dev/null
	rm -f plan.sig
	ssh-keygen -q -Y sign -n "${2:-kmgr-plan}" -f "$1" plan 2>/dev/null
	mv plan.sig "$1.sig"
}

approve() {
	sign "$1"
	foretold kmgr approve "$hash" --signature "$1.sig"
}

n_ksks() {
	kmgr --json list-ksks | jq '.ksks | length'
}

@test "create-ksk waits for two approvers, then exactly that is done, once" {
	ask create-ksk example.com --cmk prod
	[ "$(n_ksks)" -eq 0 ]
	[[ $output == *"waits for 2 approvers"*"ssh-keygen -Y sign"* ]]
	[[ $(kmgr show-plan "$hash") == *"would seal CMK prod"*"would make"* ]]
	run approve alice
	[ "$status" -eq 0 ]
	[[ $output == "1 of 2"* ]]
	[ "$(n_ksks)" -eq 0 ]
	run approve bob
	[ "$status" -eq 0 ]
	[[ $output == *"is applied"* ]]
	[ "$(n_ksks)" -eq 1 ]
	# Once.
	run approve carol
	[ "$status" -eq 5 ]
	[[ $output == *"is applied"* ]]
	run kmgr apply-plan "$hash"
	[ "$status" -eq 5 ]
	[ "$(n_ksks)" -eq 1 ]
	# The ledger says who.
	kmgr --json list-events --type create-ksk |
		jq -e --arg hash "$hash" '.events[0].actor |
			.plan == $hash and (.approvers | length) == 2'
	[ "$(kmgr --json list-events --type approval |
		jq -c '[.events[].payload.who]')" = '["alice","bob"]' ]
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "who has to approve, and what came of it, is told at each step" {
	run -0 kmgr create-ksk example.com example.net --cmk prod --dry-run
	[[ $output == *"needs 2 approvers of CMK prod"* ]]
	kmgr --json create-ksk example.com --cmk prod -n |
		jq -e '.approvers_needed == 2'
	kmgr --json describe-cmk prod | jq -e --arg who "$(ssh-keygen -lf \
		carol.pub | cut -d ' ' -f 2)" '.cmk | (.approvers | length == 3)
		and any(.approver_fingerprints[]; . == $who) and
		.approvals == { "create-ksk": 2 }'
	ask create-ksk example.com example.net --cmk prod
	approve alice
	run -0 kmgr list-plans
	[[ $output == *"${hash:0:16}  create-ksk  prod  example.com. and 1 more\
  waiting  1 of 2  $(id -un) "* ]]
	kmgr --json list-plans | jq -e '.plans[0] | .cmk == "prod" and
		.zones == ["example.com.", "example.net."] and
		.approvals_valid == 1 and .approvers_needed == 2 and
		.requested_by.user'
	# The token is away when the last one signs.
	mv kmgr/pin kmgr/away
	run approve bob
	[ "$status" -ne 0 ]
	[[ $output == *"kmgr apply-plan ${hash:0:16} tries again"* ]]
	run -0 kmgr list-plans
	[[ $output == *"2 of 2"*"kmgr apply-plan ${hash:0:16}"* ]]
	run -0 kmgr show-plan "$hash"
	[[ $output == *"enough have signed: kmgr apply-plan ${hash:0:16}"* ]]
	mv kmgr/away kmgr/pin
	run -0 kmgr apply-plan "$hash"
	[[ $output == *"did seal CMK prod"*"did make"*"example.net."*generated* ]]
	[[ $output == *"next: kmgr sign-zsks --zones-from DIR"*"get-ds --zones-from"* ]]
	run -0 kmgr list-plans
	[[ $output == *"applied  2 of 2"* ]]
	run -0 kmgr disable-cmk prod --dry-run
	[[ $output != *approver* ]]
}

@test "what the approvers sign is the file that show-plan writes, and its hash" {
	ask create-ksk example.com --cmk prod
	kmgr show-plan "${hash:0:12}" -o plan
	[ "$(sha256sum <plan | cut -d ' ' -f 1)" = "$hash" ]
	jq -e '.op == "create-ksk" and .arguments.zones == ["example.com."]
		and .approvers_needed == 2' plan
}

@test "one approver does not count twice, and a stranger not at all" {
	ask create-ksk example.com --cmk prod
	approve alice
	run approve alice
	[ "$status" -eq 4 ]
	run approve mallory
	[ "$status" -eq 5 ]
	sign bob file
	run kmgr approve "$hash" --signature bob.sig
	[ "$status" -eq 4 ]
	echo more >>plan
	ssh-keygen -q -Y sign -n kmgr-plan -f bob plan 2>/dev/null
	run kmgr approve "$hash" --signature plan.sig
	[ "$status" -eq 4 ]
	run kmgr approve "$hash" --signature bob.pub
	[ "$status" -eq 4 ]
	run kmgr apply-plan "$hash"
	[ "$status" -eq 11 ]
	[[ $output == *"1 of 2"* ]]
	[ "$(n_ksks)" -eq 0 ]
}

@test "the same request is the same plan, another one another" {
	ask create-ksk example.com --cmk prod
	first=$hash
	ask create-ksk EXAMPLE.com. --cmk prod
	[ "$hash" = "$first" ]
	ask create-ksk example.net --cmk prod
	[ "$hash" != "$first" ]
	[ "$(kmgr --json list-plans | jq '.plans | length')" -eq 2 ]
}

@test "a plan expires, and can be withdrawn" {
	ask create-ksk example.com --cmk prod
	approve alice
	sign bob
	run with_clock $((8 * 86400)) "$KMGR" approve "$hash" --signature bob.sig
	[ "$status" -eq 5 ]
	[[ $output == *"expired"* ]]
	[ "$(n_ksks)" -eq 0 ]
	rm -rf kmgr.db*
	kmgr init >/dev/null
	kmgr -q create-cmk prod2 --token main --policy p.yaml >/dev/null ||
		kmgr -q create-cmk prod2 --token main --policy p.yaml \
			--beside-others >/dev/null
	ask create-ksk example.com --cmk prod2
	kmgr withdraw-plan "$hash"
	run approve alice
	[ "$status" -eq 5 ]
	[[ $output == *"withdrawn"* ]]
}

@test "a plan whose effect has changed is not applied" {
	policy 1 'ksk: { max-per-zone: 2 }'
	kmgr -q create-cmk one --token main --policy p.yaml >/dev/null
	ask create-ksk example.com --cmk one
	first=$hash
	sign alice
	mv alice.sig first.sig
	ask create-ksk example.com example.net --cmk one
	approve alice
	[ "$(n_ksks)" -eq 2 ]
	# The zone has its KSK: nothing is left of the first plan.
	run kmgr approve "$first" --signature first.sig
	[ "$status" -eq 0 ]
	[ "$(n_ksks)" -eq 2 ]
	ask create-ksk example.com --cmk one --another
	approve bob
	[ "$(n_ksks)" -eq 3 ]
}

@test "a certificate of an authority approves; one for another role does not" {
	ssh-keygen -q -t ed25519 -N '' -C ca -f ca
	cat >p.yaml <<-END
		version: 1
		zones: ["."]
		approvals:
		  create-ksk: 1
		  authorities: ["$(cat ca.pub)"]
	END
	kmgr -q create-cmk certified --token main --policy p.yaml >/dev/null
	ask create-ksk example.com --cmk certified
	ssh-keygen -q -s ca -I mallory -n deployer -V +1d mallory.pub
	sign mallory-cert.pub || true
	kmgr show-plan "$hash" -o plan
	rm -f plan.sig
	ssh-keygen -q -Y sign -n kmgr-plan -f mallory-cert.pub plan 2>/dev/null
	run kmgr approve "$hash" --signature plan.sig
	[ "$status" -eq 5 ]
	ssh-keygen -q -s ca -I dora -n kmgr-approver -V +1d alice.pub
	rm -f plan.sig
	ssh-keygen -q -Y sign -n kmgr-plan -f alice-cert.pub plan 2>/dev/null
	run kmgr approve "$hash" --signature plan.sig
	[ "$status" -eq 0 ]
	[ "$(n_ksks)" -eq 1 ]
}

@test "a lost approver is replaced by as many as any plan takes" {
	# What a plan has made is told by the plan, not by the second.
	clock_stop
	ask create-ksk example.com --cmk prod
	approve alice
	approve bob
	lost=$(ssh-keygen -lf carol.pub | cut -d ' ' -f 2)
	run kmgr replace-approver prod --remove SHA256:none --add mallory.pub
	[ "$status" -eq 4 ]
	# Those of a draft go with its policy.
	kmgr -q create-cmk draft --token main --policy p.yaml >/dev/null
	run kmgr replace-approver draft --remove "$lost" --add mallory.pub
	[ "$status" -eq 5 ]
	[[ $output == *"is a draft"*"kmgr put-policy draft"* ]]
	run kmgr replace-approver prod --remove "$lost" --add bob.pub
	[ "$status" -eq 4 ]
	ask replace-approver prod --remove "$lost" --add mallory.pub
	approve alice
	[ "$(kmgr --json list-events --type approvers |
		jq '.events | length')" -eq 0 ]
	approve bob
	ask create-ksk example.net --cmk prod
	run approve carol
	[ "$status" -eq 5 ]
	approve mallory
	# Who may approve now is not what the policy says.
	run -0 kmgr describe-cmk prod
	[[ $output == *"approver     $(ssh-keygen -lf mallory.pub |
		cut -d ' ' -f 2) "* ]]
	[[ $output != *"$lost"* ]]
	kmgr --json approve "$hash" --signature "$(sign alice &&
		echo alice.sig)" | jq -e '.ksks | length == 1 and
		.[0].zone == "example.net."'
	[ "$(n_ksks)" -eq 2 ]
}

@test "an approver whom only the store put there approves nothing" {
	ask create-ksk example.com --cmk prod
	approve alice
	fingerprint=$(ssh-keygen -lf mallory.pub | cut -d ' ' -f 2)
	sign mallory
	# A row that says that mallory has signed.
	sql "INSERT INTO approval SELECT '$hash', '$fingerprint', 'bob',
		'$(cat mallory.sig)', 1"
	run kmgr apply-plan "$hash"
	[ "$status" -eq 11 ]
	# Alice's signature once more under bob's fingerprint.
	sql "UPDATE approval SET signature = (SELECT signature FROM approval
		WHERE who = 'alice'), fingerprint =
		'$(ssh-keygen -lf bob.pub | cut -d ' ' -f 2)' WHERE who = 'bob'"
	run kmgr apply-plan "$hash"
	[ "$status" -eq 11 ]
	# A plan that says something else.
	sql "UPDATE plan SET text = replace(text, 'example.com', 'example.org')"
	run kmgr show-plan "$hash"
	[ "$status" -eq 10 ]
	[ "$(n_ksks)" -eq 0 ]
}

@test "delete-ksk and schedule-cmk-deletion wait for their approvers" {
	sed -e 's/create-ksk: 2/delete-ksk: 1/' \
		-e '/delete-ksk: 1/a\  schedule-cmk-deletion: 1' p.yaml >end.yaml
	kmgr -q create-cmk end --token main --policy end.yaml >/dev/null
	tag=$(kmgr --json create-ksk example.com --cmk end |
		jq '.ksks[0].key_tag')
	ask delete-ksk "example.com/$tag"
	[ "$(n_ksks)" -eq 1 ]
	[[ $(kmgr show-plan "$hash") == *"is removed"*"destroy its key pair"* ]]
	approve alice
	[ "$(n_ksks)" -eq 0 ]
	run kmgr apply-plan "$hash"
	[ "$status" -eq 5 ]
	# What is done already needs nobody.
	run kmgr delete-ksk "example.com/$tag"
	[ "$status" -eq 0 ]

	kmgr -q create-ksk example.net --cmk end >/dev/null
	ask schedule-cmk-deletion end
	[[ $(kmgr show-plan "$hash") == *"pending deletion; 30d later"* ]]
	[ "$(kmgr --json describe-cmk end | jq -r .cmk.state)" = enabled ]
	approve bob
	kmgr --json describe-cmk end >cmk.json
	[ "$(jq -r .cmk.state cmk.json)" = pending-deletion ]
	[ "$(jq -r .cmk.deletion cmk.json)" != null ]
	kmgr cancel-cmk-deletion end
}

@test "a plan to delete a KSK ends nothing that came into use meanwhile" {
	sed -e 's/create-ksk: 2/delete-ksk: 1/' p.yaml >end.yaml
	kmgr -q create-cmk end --token main --policy end.yaml >/dev/null
	tag=$(kmgr --json create-ksk example.com --cmk end |
		jq '.ksks[0].key_tag')
	ask delete-ksk "example.com/$tag"
	kmgr ds-seen --force "example.com/$tag"
	run approve alice
	[ "$status" -eq 5 ]
	[[ $output == *"the last KSK of the zone"* ]]
	[ "$(n_ksks)" -eq 1 ]
}
