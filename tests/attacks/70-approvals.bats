# Approvals, by somebody who can write to the store and has no approver's key,
# or too few of them.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

setup_file() {
	local who

	need_program ssh-keygen
	mkdir "$BATS_FILE_TMPDIR/world"
	cd "$BATS_FILE_TMPDIR/world"
	for who in alice bob carol mallory ca; do
		ssh-keygen -q -t ed25519 -N '' -C "$who" -f "$who"
	done
	ssh-keygen -q -s ca -I dora -n kmgr-approver \
		-V -30d:-1d mallory.pub
	for who in one two; do
		ssh-keygen -q -t ed25519 -N '' -C "$who" -f "$who"
		ssh-keygen -q -s ca -I erin -n kmgr-approver -V +1d "$who.pub"
	done
	world_new --draft "approvals:" "  create-ksk: 2" "  approvers:" \
		"    - $(cat alice.pub)" "    - $(cat bob.pub)" \
		"    - $(cat carol.pub)" "  authorities: [\"$(cat ca.pub)\"]"
}

setup() {
	world_enter
}

# ask ARGUMENT...: a command that waits; sets hash.
ask() {
	run --separate-stderr kmgr --json "$@"
	[ "$status" -eq 11 ] || { echo "$output $stderr" >&2; return 1; }
	hash=$(jq -r .plan_hash <<<"$output")
}

# sign WHO: WHO.sig is that person's signature under plan $hash.
sign() {
	kmgr show-plan "$hash" -o plan >/dev/null
	rm -f plan.sig
	ssh-keygen -q -Y sign -n kmgr-plan -f "$1" plan 2>/dev/null
	mv plan.sig "$1.sig"
}

approve() {
	sign "$1"
	kmgr approve "$hash" --signature "$1.sig"
}

fingerprint() {
	ssh-keygen -lf "$1" | cut -d ' ' -f 2
}

# put FINGERPRINT SIGNATURE-FILE [AT]: a row that says that somebody approved.
put() {
	sql "INSERT INTO approval VALUES ('$hash', '$1', 'x', '$(cat "$2")',
		${3:-strftime('%s', 'now')})"
}

# not_applied STATUS: the plan $hash is not, and nothing was made.
not_applied() {
	local before

	before=$(n_ksks)
	run kmgr apply-plan "$hash"
	echo "$output"
	[ "$status" -eq "$1" ]
	[ "$(n_ksks)" -eq "$before" ]
}

@test "approval-forged: rows of approvals that nobody gave" {
	ask create-ksk a.example --cmk prod
	approve alice
	# Somebody's own signature, as bob's; and alice's once more.
	sign mallory
	put "$(fingerprint bob.pub)" mallory.sig
	put "$(fingerprint mallory.pub)" mallory.sig
	put "$(fingerprint carol.pub)" alice.sig
	not_applied 11
	[[ $output == *"1 of 2"* ]]
}

@test "approval-reused: signatures under one plan, shown for another" {
	ask create-ksk a.example --cmk prod
	sign alice
	sign bob
	ask create-ksk b.example --cmk prod
	run kmgr approve "$hash" --signature alice.sig
	[ "$status" -eq 4 ]
	put "$(fingerprint alice.pub)" alice.sig
	put "$(fingerprint bob.pub)" bob.sig
	not_applied 11
	[[ $output == *"0 of 2"* ]]
}

@test "plan-changed: another text under the plan that was approved" {
	ask create-ksk a.example --cmk prod
	approve alice
	sign bob
	sql "UPDATE plan SET text = replace(text, 'a.example', 'b.example')"
	run kmgr approve "$hash" --signature bob.sig
	[ "$status" -eq 10 ]
	not_applied 10
	# With its own hash it is another plan, which nobody has signed.
	new=$(sqlite3 kmgr.db "SELECT text FROM plan" | tr -d '\n' | sha256sum |
		cut -d ' ' -f 1)
	sql "UPDATE plan SET hash = '$new'; UPDATE approval SET
		plan_hash = '$new'"
	hash=$new
	not_applied 11
	[[ $output == *"0 of 2"* ]]
}

@test "plan-expired: a plan is made to last longer than its approvers saw" {
	ask create-ksk a.example --cmk prod
	approve alice
	sign bob
	sql "UPDATE plan SET expires_at = expires_at + 365 * 86400"
	run at 8 approve "$hash" --signature bob.sig
	[ "$status" -eq 10 ]
	[[ $output == *"is not what the store says"* ]]
	[ "$(n_ksks)" -eq 0 ]
}

@test "plan-twice: a plan that was applied is made to wait again" {
	ask create-ksk a.example --cmk prod
	approve alice
	approve bob
	ask create-ksk a.example --cmk prod --another
	approve alice
	approve bob
	[ "$(n_ksks)" -eq 2 ]
	sql "UPDATE plan SET state = 'waiting', resolved_at = NULL"
	not_applied 10
	[[ $output == *"waits, and event "*" tells of its end"* ]]
	# An approver who came back after he had been replaced is not
	# replaced again by the old plan.
	ask replace-approver prod --remove "$(fingerprint carol.pub)" \
		--add mallory.pub
	old=$hash
	approve alice
	approve bob
	ask replace-approver prod --remove "$(fingerprint mallory.pub)" \
		--add carol.pub
	approve alice
	approve bob
	sql "UPDATE plan SET state = 'waiting', resolved_at = NULL"
	hash=$old
	not_applied 10
	ask create-ksk b.example --cmk prod
	run approve mallory
	[ "$status" -eq 5 ]
}

@test "approver-planted: the ledger is made to tell of a new approver" {
	append approvers "$(jq -cnS --arg id "$id" \
		--arg remove "$(fingerprint alice.pub)" \
		--arg add "$(cut -d ' ' -f 1,2 mallory.pub)" \
		'{add: $add, cmk_id: $id, plan_hash: ("0" * 64),
			remove: $remove}')"
	run kmgr --json create-ksk a.example --cmk prod
	run kmgr list-plans
	hash=$(sqlite3 kmgr.db "SELECT hash FROM plan")
	if [ -n "$hash" ]; then
		kmgr show-plan "$hash" -o plan || true
		not_applied 10
	fi
	[ "$(n_ksks)" -eq 0 ]
}

@test "approver-returned: an approver who was replaced is made one again, unseen" {
	ask create-ksk a.example --cmk prod
	approve alice
	approve bob
	ask replace-approver prod --remove "$(fingerprint carol.pub)" \
		--add mallory.pub
	approve alice
	approve bob
	ask create-ksk b.example --cmk prod
	approve alice
	sign carol
	run kmgr approve "$hash" --signature carol.sig
	[ "$status" -eq 5 ]
	keep good
	# The event is hidden from whoever looks for the CMK's.
	sql "UPDATE ledger SET cmk_id = NULL WHERE type = 'approvers'"
	put "$(fingerprint carol.pub)" carol.sig
	not_applied 10
	run kmgr approve "$hash" --signature carol.sig
	[ "$status" -ne 0 ]
	differs ledger
	# It becomes another one.
	put_back good
	sql "UPDATE ledger SET type = 'update-cmk' WHERE type = 'approvers'"
	put "$(fingerprint carol.pub)" carol.sig
	not_applied 10
	differs ledger
	[ "$(n_ksks)" -eq 1 ]
}

@test "approver-cut: an approver who was replaced comes back with an old end" {
	ask create-ksk a.example --cmk prod
	approve alice
	approve bob
	last=$(sqlite3 kmgr.db "SELECT max(seq) FROM ledger")
	ask replace-approver prod --remove "$(fingerprint carol.pub)" \
		--add mallory.pub
	approve alice
	approve bob
	keep good
	seq=$(sqlite3 kmgr.db "SELECT seq FROM ledger WHERE type = 'approvers'")
	# The checkpoint that signs it stands right behind it.
	[ "$(sqlite3 kmgr.db "SELECT type FROM ledger
		WHERE seq = $seq + 1")" = checkpoint ]
	[ "$(sqlite3 kmgr.db "SELECT payload ->> 'statement' ->>
		'approvers_hash' FROM ledger WHERE seq = $seq + 1")" = \
		"$(jq -cnjS --arg ca "$(cat ca.pub)" '{approvers: ($ARGS.positional |
		sort), authorities: [$ca]}' --args "$(cat alice.pub)" \
		"$(cat bob.pub)" "$(cat mallory.pub)" | sha256sum |
		cut -d ' ' -f 1)" ]
	sql "DELETE FROM ledger WHERE seq > $last"
	run kmgr create-ksk b.example --cmk prod
	hash=$(sqlite3 kmgr.db "SELECT hash FROM plan WHERE state = 'waiting'")
	approve alice
	run approve carol
	[ "$status" -eq 10 ]
	[[ $output == *"rolled back"* ]]
	[ "$(n_ksks)" -eq 1 ]
	# Nor does he with another event, which no key of the CMK has signed.
	put_back good
	append approvers "$(jq -cnS --arg id "$id" \
		--arg remove "$(fingerprint mallory.pub)" \
		--arg add "$(cat carol.pub)" '{add: $add, cmk_id: $id,
			plan_hash: ("0" * 64), remove: $remove}')"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output == *"(approvers) of CMK prod is one that no key"* ]]
	# Nor where the event that replaced him is not found.
	put_back good
	sql "UPDATE ledger SET cmk_id = NULL WHERE type = 'approvers'"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output == *"the list of its approvers"* ]]
}

@test "approver-recovered: an approver who was replaced signs when the store is lost" {
	printf '%s\n' 'version: 1' 'zones: ["."]' approvals: '  recover: 1' \
		'  approvers:' "    - $(cat one.pub)" "    - $(cat two.pub)" \
		>r.yaml
	kmgr -q create-cmk lost --token main --policy r.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk lost >/dev/null
	kmgr --json describe-cmk lost | jq -r '.cmk.approvers[]' >old
	ask replace-approver lost --remove "$(fingerprint two.pub)" \
		--add mallory.pub
	approve one
	kmgr --json describe-cmk lost | jq -r '.cmk.approvers[]' >now
	grep -q mallory now
	kmgr export-ledger -o ledger >/dev/null
	kmgr -q create-ksk b.example --cmk lost >/dev/null
	rm kmgr.db*
	kmgr init >/dev/null
	run -5 kmgr recover --accept-loss --token main
	[[ $output == *"approvers of CMK lost were replaced"*"--approvers"* ]]
	run -5 kmgr recover --token main --dry-run
	run -4 kmgr recover --accept-loss --token main --approvers old
	[[ $output == *"old: it is not the list of approvers"* ]]
	run -4 kmgr recover --accept-loss --token main --approvers r.yaml
	[[ $output == *"line 1"* ]]
	run -11 kmgr -q recover --accept-loss --token main --approvers now \
		-o plan
	for who in two mallory; do
		ssh-keygen -q -Y sign -n kmgr-plan -f $who plan 2>/dev/null
		mv plan.sig $who.sig
	done
	run -5 kmgr recover --accept-loss --token main --approvers now \
		--signature two.sig
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM ledger')" -eq 0 ]
	# A ledger says it as well.
	run -11 kmgr -q recover --accept-loss --token main --ledger ledger
	[[ $output == *"waits for 1 more approver of CMK lost"* ]]
	kmgr recover --accept-loss --token main --approvers now \
		--signature mallory.sig >/dev/null
	kmgr --json describe-cmk lost | jq -r '.cmk.approvers[]' | cmp - now
	# What is found to count goes on: one is replaced, and cannot be unseen.
	ask replace-approver lost --remove "$(fingerprint one.pub)" \
		--add bob.pub
	approve mallory
	kmgr --json describe-cmk lost | jq -r '.cmk.approvers[]' >now
	[ "$(sort now)" = "$(sort mallory.pub bob.pub)" ]
	kmgr -q create-ksk c.example --cmk lost >/dev/null
	before=$(n_ksks)
	sql "UPDATE ledger SET payload = replace(payload, '$(cat mallory.pub)',
		'$(cat two.pub)') WHERE type = 'recover'"
	run -10 kmgr create-ksk b.example --cmk lost
	[ "$(n_ksks)" -eq "$before" ]
}

@test "approval-backdated: a certificate that has run out, and an old date" {
	ask create-ksk a.example --cmk prod
	approve alice
	rm -f plan.sig
	ssh-keygen -q -Y sign -n kmgr-plan -f mallory-cert.pub plan 2>/dev/null
	run kmgr approve "$hash" --signature plan.sig
	[ "$status" -eq 5 ]
	put "$(fingerprint mallory.pub)" plan.sig "strftime('%s', 'now') -
		5 * 86400"
	not_applied 11
	[[ $output == *"1 of 2"* ]]
}

@test "approval-two-keys: one person signs with two keys that an authority certified" {
	ask create-ksk a.example --cmk prod
	approve one-cert.pub
	sign two-cert.pub
	run kmgr approve "$hash" --signature two-cert.pub.sig
	[ "$status" -eq 4 ]
	[[ $output == *"erin"*"has approved"*"already"* ]]
	# Past kmgr, too.
	put "$(fingerprint two.pub)" two-cert.pub.sig
	not_applied 11
	[[ $output == *"1 of 2"* ]]
	sql "DELETE FROM approval WHERE who = 'x'"
	approve bob
	[ "$(n_ksks)" -eq 1 ]
}

@test "approval-borrowed: another CMK's approvers sign a recovery of both" {
	local who

	for who in one two; do
		printf '%s\n' 'version: 1' 'zones: ["."]' approvals: \
			'  recover: 1' '  approvers:' "    - $(cat $who.pub)" \
			>$who.yaml
		kmgr -q create-cmk $who --token main --policy $who.yaml \
			>/dev/null
		kmgr -q create-ksk $who.example --cmk $who >/dev/null
	done
	rm kmgr.db*
	kmgr init >/dev/null
	run -11 kmgr -q recover --accept-loss --token main -o plan
	[[ $output == *"1 more approver of CMK "*" and 1 more approver of CMK"* ]]
	for who in one two alice; do
		ssh-keygen -q -Y sign -n kmgr-plan -f $who plan 2>/dev/null
		mv plan.sig $who.sig
	done
	run -11 kmgr -q recover --accept-loss --token main --signature one.sig
	[[ $output == *"waits for 1 more approver of CMK two"* ]]
	run -5 kmgr -q recover --accept-loss --token main --signature one.sig \
		--signature two.sig --signature alice.sig
	[[ $output == *alice.sig*"is not an approver's"* ]]
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM ledger')" -eq 0 ]
	kmgr recover --accept-loss --token main --signature two.sig \
		--signature one.sig >/dev/null
	kmgr --json list-events --type recover | jq -e '[.events[].payload |
		[.cmk.name, .approvals[].who]] | sort ==
		[["one", "one"], ["two", "two"]]'
}

@test "approval-avoided: the policy is made to demand no approvers" {
	ask create-ksk a.example --cmk prod
	approve alice
	approve bob
	[ "$(n_ksks)" -eq 1 ]
	keep good
	sql "UPDATE cmk SET policy = replace(policy, '\"create-ksk\":2',
		'\"create-ksk\":0')"
	run kmgr create-ksk b.example --cmk prod
	[ "$status" -eq 10 ]
	hash=$(sqlite3 kmgr.db "SELECT policy FROM cmk" | tr -d '\n' |
		sha256sum | cut -d ' ' -f 1)
	sql "UPDATE cmk SET policy_hash = x'$hash'"
	run kmgr create-ksk b.example --cmk prod
	[ "$status" -eq 10 ]
	put_back good
	[ "$(n_ksks)" -eq 1 ]
}
