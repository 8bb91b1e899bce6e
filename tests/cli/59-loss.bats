# The token of a zone's KSK is gone for good.
load ../lib/common
load ../lib/life
load ../attacks/attack
bats_require_minimum_version 1.5.0

# Two tokens; the KSK of the zone is in the first, its standby, whose DS is at
# the parent, in the second.
setup() {
	local custody=token

	[[ $BATS_TEST_DESCRIPTION != *wrapped* ]] || custody=wrapped
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	first=$TOKEN_URI
	softhsm_new "$BATS_TEST_TMPDIR" spare
	kmgr_env "$BATS_TEST_TMPDIR" "main=$first" "spare=$TOKEN_URI"
	cd "$BATS_TEST_TMPDIR"
	kmgr init >/dev/null
	printf '%s\n' 'version: 1' 'zones: ["."]' "custody: $custody" \
		'ksk: { require-backup: false, standby: { kind: ds, cmk: b } }' \
		>a.yaml
	printf 'version: 1\nzones: ["."]\n' >b.yaml
	kmgr -q create-cmk b --token spare --policy b.yaml >/dev/null
	kmgr -q create-cmk a --token main --policy a.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk a >/dev/null
	dnssec-keygen -q -a ECDSAP256SHA256 example.com >/dev/null
	cat K*.key >zsk
	dnssec-keygen -q -a ECDSAP256SHA256 example.net >/dev/null
	cat Kexample.net*.key >zsk-net
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	life_activate
	kmgr_later 3d -q create-ksk example.com --standby --cmk b >/dev/null
	new=$(life_newest)
	kmgr_later 4d -q sign-zsks example.com zsk >/dev/null
	kmgr_later 4d -q ds-add "example.com/$new" >/dev/null
	kmgr_later 4d -q ds-seen "example.com/$new" >/dev/null
}

# token_gone LABEL, tokens_back: the directory of that token is moved away; all
# of them are put back.
token_gone() {
	local token

	mkdir -p gone
	for token in tokens/*; do
		if grep -q -a "$1" "$token/token.object"; then
			mv "$token" gone/
		fi
	done
}

tokens_back() {
	mv gone/* tokens/
}

# lose: the first token is gone, and the operator has said so.
lose() {
	token_gone kmgr
	kmgr_later 6d -q roll-ksk example.com --reason loss --yes >/dev/null
}

n_events() {
	sqlite3 kmgr.db 'SELECT count(*) FROM ledger'
}

@test "loss: the standby in another token takes over, and answers for it" {
	token_gone kmgr
	run -6 kmgr_later 6d sign-zsks example.com zsk
	run -6 kmgr_later 6d roll-ksk example.com
	run kmgr_later 6d roll-ksk example.com --reason loss --dry-run
	[ "$status" -eq 0 ]
	[[ $output == *"KSK example.com./$tag can deceive resolvers for"* ]]
	[[ $output == *"let the standby KSK example.com./$new take over"* ]]
	run -2 setsid -w "$KMGR" roll-ksk example.com --reason loss
	[[ $output == *--yes* ]]
	kmgr_later 6d -q roll-ksk example.com --reason loss --yes >/dev/null
	kmgr_later 6d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	grep -q "RRSIG DNSKEY.* $new example.com" signed
	run -11 kmgr_later 6d ds-remove "example.com/$tag"
	kmgr_later 7d -q ds-remove "example.com/$tag" >/dev/null
	kmgr_later 7d -q ds-gone "example.com/$tag" >/dev/null
	kmgr_later 9d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	kmgr_later 9d --json status example.com |
		jq -e '[.zones[0].ksks[].state] == ["dead", "active"]'
	# The token is named as what was not looked at, and nothing else.
	run -6 kmgr_later 9d verify
	[[ $output == *"not checked: token main"*": 0 differences in what was"* ]]
}

@test "loss: without the token of who answers for it nothing is believed" {
	token_gone kmgr
	token_gone spare
	before=$(n_events)
	run -6 kmgr_later 6d roll-ksk example.com --reason loss --yes
	[ "$(n_events)" = "$before" ]
	tokens_back
	lose
	token_gone spare
	run -6 kmgr_later 7d sign-zsks example.com zsk
	run -6 kmgr_later 7d ds-gone "example.com/$tag" --force
	[[ $output == *"CMK b, which vouches for CMK a"* ]]
}

@test "loss: what nobody signed is not believed, and not in another place" {
	lose
	good=$(sqlite3 kmgr.db "SELECT payload FROM ledger
		WHERE type = 'ksk-step' AND payload LIKE '%voucher%'")
	id=$(jq -r .cmk_id <<<"$good")
	for payload in "$good" \
		"$(jq -cS 'del(.voucher, .voucher_signature)' <<<"$good")"; do
		cp kmgr.db good.db
		append ksk-step "$payload" example.com.
		run -10 kmgr_later 6d sign-zsks example.com zsk
		run -10 kmgr_later 6d verify
		cp good.db kmgr.db
	done
	kmgr_later 6d -q sign-zsks example.com zsk >/dev/null
}

@test "loss: a token that is there is asked itself" {
	kmgr_later 6d -q roll-ksk example.com --reason loss --yes >/dev/null
	[ "$(sqlite3 kmgr.db "SELECT count(*) FROM ledger
		WHERE payload LIKE '%voucher%'")" -eq 0 ]
	kmgr_later 6d -q sign-zsks example.com zsk >/dev/null
	kmgr_later 6d -q verify >/dev/null
}

# lose_all: also example.net, which has no DS, and example.org, whose KSK is
# $lost; neither has a standby.
lose_all() {
	kmgr_later 4d -q create-ksk example.net example.org --cmk a >/dev/null
	kmgr_later 4d -q sign-zsks example.net zsk-net >/dev/null
	sed 's/example.net/example.org/' zsk-net >zsk-org
	kmgr_later 4d -q sign-zsks example.org zsk-org >/dev/null
	lost=example.org/$(kmgr --json list-ksks example.org |
		jq '.ksks[0].key_tag')
	kmgr_later 6d -q ds-add "$lost" >/dev/null
	kmgr_later 6d -q ds-seen "$lost" >/dev/null
	token_gone kmgr
}

@test "loss: a token that comes back does not go on as if nothing had been" {
	lose
	tokens_back
	run -10 kmgr_later 6d sign-zsks example.com zsk
	[[ $output == *"tells that the token of CMK a is lost"* ]]
}

@test "loss: without a standby the CMK in another token is named" {
	lose_all
	before=$(n_events)
	run -6 kmgr_later 6d roll-ksk example.net --reason loss --yes
	echo "$output"
	[[ $output == *"--reason loss --cmk NAME"* ]]
	[ "$(n_events)" = "$before" ]
	# Nor is a successor made beside one of which nothing can be told.
	run -6 kmgr_later 6d roll-ksk example.net --cmk b
	[[ $output == *"nothing can be recorded of KSK example.net./"* ]]
	[ "$(n_events)" = "$before" ]
	tag=$(kmgr --json list-ksks example.net | jq '.ksks[0].key_tag')
	kmgr_later 6d -q roll-ksk example.net --reason loss --cmk b \
		--yes >/dev/null
	# Nobody told of its DS: the parent may have it.
	run -6 kmgr_later 6d sign-zsks example.net zsk-net
	[[ $output == *"kmgr ds-gone example.net./$tag"* ]]
	kmgr_later 6d -q ds-gone "example.net/$tag" >/dev/null
	kmgr_later 8d -q sign-zsks example.net zsk-net >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	lost_with_its_ds
}

# lost_with_its_ds: as its last signature ends the KSK of example.org is out of
# the set; but nobody has seen its successor's DS, and so the oracle lets no
# set be signed. Both sets that a resolver may have are named, and when.
lost_with_its_ds() {
	local heir hole

	kmgr_later 8d -q roll-ksk example.org --reason loss --cmk b \
		--yes >/dev/null
	heir=$(kmgr --json list-ksks example.org | jq '.ksks[-1].key_tag')
	kmgr_later 17d -q ds-add "example.org/$heir" >/dev/null
	hole="zone example.org.: the DNSKEY set that is due: SKR-DS-CHAIN: "
	hole+="from ([-0-9T:]+)Z until ([-0-9T:]+)Z a resolver with the "
	hole+="DNSKEY set signed now by KSK $heir and the DS set ${lost#*/} "
	hole+="in its caches is bogus: no KSK is in both"
	echo old >out
	run -5 kmgr_later 18d sign-zsks example.org zsk-org -o out
	[[ $output =~ ^"kmgr: "$hole ]]
	[[ ${BASH_REMATCH[1]} < ${BASH_REMATCH[2]} ]]
	[ "$(cat out)" = old ]
	run -5 kmgr_later 18d --json sign-zsks example.org zsk-org
	jq -e '.error == "policy" and .exit_status == 5' <<<"$output"
	[[ $(jq -r .message <<<"$output") =~ ^$hole ]]
	[[ $(sqlite3 kmgr.db "SELECT payload FROM ledger
		WHERE type = 'refusal'") == *SKR-DS-CHAIN* ]]
	# Once no cache has the old DS alone the set is harmless.
	kmgr_later 18d -q ds-seen "example.org/$heir" >/dev/null
	run -5 kmgr_later 19d sign-zsks example.org zsk-org
	kmgr_later 20d -q sign-zsks example.org zsk-org >/dev/null
}

@test "loss: of all zones of a CMK in one go, each with what it has" {
	lose_all
	# Who has a standby needs no other CMK; the others are told how.
	run -12 kmgr_later 6d roll-ksk --zones-of a --reason loss --yes
	[[ $output == *"2 of 3 zones were not rolled; the first: "*"--reason loss --cmk NAME"* ]]
	[ "$(n_retired)" -eq 1 ]
	run -2 setsid -w "$KMGR" roll-ksk --zones-of a --reason loss --cmk b
	[[ $output == *--yes* ]]
	kmgr_later 6d --json roll-ksk --zones-of a --reason loss --cmk b \
		--yes | jq -e '.zones_rolled == 2 and .zones_refused == 0'
	[ "$(n_retired)" -eq 3 ]
	kmgr_later 6d --json roll-ksk --zones-of a --reason loss --cmk b \
		--yes | jq -e '.zones_rolled == 0 and .zones_refused == 0'
	[ "$(n_retired)" -eq 3 ]
	tag=$(kmgr --json list-ksks example.net | jq '.ksks[0].key_tag')
	kmgr_later 6d -q ds-gone "example.net/$tag" >/dev/null
	kmgr_later 6d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	kmgr_later 8d -q sign-zsks example.net zsk-net >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	# With a DS it is signed when no cache has that of the lost one alone.
	heir=$(kmgr --json list-ksks example.org | jq '.ksks[-1].key_tag')
	kmgr_later 8d -q ds-add "example.org/$heir" >/dev/null
	kmgr_later 8d -q ds-seen "example.org/$heir" >/dev/null
	kmgr_later 18d -q sign-zsks example.org zsk-org >signed
	grep -q "RRSIG DNSKEY.* $heir example.org" signed
	run -6 kmgr_later 18d verify
	[[ $output == *": 0 differences in what was"* ]]
}

# n_retired: how many KSKs of CMK a are given up.
n_retired() {
	sqlite3 kmgr.db "SELECT count(*) FROM ksk JOIN cmk ON cmk.id = cmk_id
		WHERE name = 'a' AND retire_at NOTNULL"
}

@test "loss: of the zone and of others' keys another CMK of the zone tells" {
	local foreign

	# The newest KSK is in the token that will be lost.
	kmgr_later 5d -q create-ksk example.com --another --cmk a >/dev/null
	foreign=$(dnssec-keygen -q -f KSK -a ECDSAP256SHA256 example.com)
	token_gone kmgr
	kmgr_later 6d -q go-insecure example.com --yes >/dev/null
	kmgr_later 6d -q go-secure example.com >/dev/null
	kmgr_later 6d -q zone-signed example.com --alg ed25519 >/dev/null
	kmgr_later 6d -q zone-unsigned example.com --alg ed25519 \
		--force >/dev/null
	kmgr_later 6d -q add-foreign-key example.com "$foreign.key" >/dev/null
	foreign=$((10#${foreign##*+}))
	kmgr_later 6d -q ds-seen --force "example.com/$foreign" >/dev/null
	kmgr_later 6d -q remove-foreign-key "example.com/$foreign" >/dev/null
	[ "$(sqlite3 kmgr.db "SELECT count(*) FROM ledger JOIN cmk
		ON cmk.id = cmk_id WHERE name = 'b' AND type IN ('zone-goal',
		'alg-signed', 'add-foreign-key', 'foreign-step')")" -eq 7 ]
	run -6 kmgr_later 6d verify
	[[ $output == *": 0 differences in what was"* ]]
	# Where that one's token is gone too, it is named.
	token_gone spare
	run -6 kmgr_later 6d go-insecure example.com --yes
	tokens_back
	kmgr_later 6d -q verify >/dev/null
}

@test "loss: of a CMK that is disabled it is said what to do, and its KSK rolled away without it" {
	kmgr_later 5d -q disable-cmk a >/dev/null
	run -5 kmgr_later 5d sign-zsks example.com zsk
	[[ $output == *"CMK a is disabled"*"kmgr enable-cmk a"* ]]
	[ "$(life_todo 5d)" = "operator kmgr enable-cmk a" ]
	run kmgr_later 5d status example.com
	[[ $output == *"/$tag "*"nothing is signed with it: CMK a is not enabled"* ]]
	[[ $output == *"roll-ksk --reason compromise rolls it away"* ]]
	kmgr_later 5d --json status example.com | jq -e \
		'[.zones[0].ksks[].stopped_by] == ["a", null]'
	# When it would have to be signed anew the plan says so, too.
	run kmgr_later 13d plan example.com
	echo "$output"
	[[ $output == *"until CMK a is enabled, or example.com./$tag is rolled away"* ]]
	# The standby signs by itself, and nobody waits for the disabled one.
	kmgr_later 6d -q roll-ksk example.com --reason compromise --yes \
		>/dev/null
	kmgr_later 6d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	grep -q "RRSIG DNSKEY.* $new example.com" signed
	kmgr_later 6d -q verify >/dev/null
}

# lost_for_good: its standby has taken over, and caches have nothing of it.
lost_for_good() {
	lose
	kmgr_later 6d -q sign-zsks example.com zsk >/dev/null
	kmgr_later 7d -q ds-remove "example.com/$tag" >/dev/null
	kmgr_later 7d -q ds-gone "example.com/$tag" >/dev/null
	kmgr_later 9d -q sign-zsks example.com zsk >/dev/null
}

@test "loss: a lost KSK is ended in the records, which say that nothing was destroyed" {
	local lost="its private key was lost with token main, not destroyed by kmgr"

	lose
	run -5 kmgr_later 6d delete-ksk "example.com/$tag"
	[[ $output == *"its DS is at the parent since"* ]]
	kmgr_later 6d -q sign-zsks example.com zsk >/dev/null
	kmgr_later 7d -q ds-remove "example.com/$tag" >/dev/null
	kmgr_later 7d -q ds-gone "example.com/$tag" >/dev/null
	run -11 kmgr_later 7d delete-ksk "example.com/$tag"
	kmgr_later 9d -q sign-zsks example.com zsk >/dev/null
	run kmgr_later 25d delete-ksk "example.com/$tag" --dry-run
	[[ $output == *"sign with the seal key of CMK b that KSK example.com./$tag"* ]]
	[[ $output == *"record that $lost"* ]]
	# Not without the token of who answers for it.
	token_gone spare
	run -6 kmgr_later 25d delete-ksk "example.com/$tag"
	# Nor with its own: that is not lost, and whose it is, is to be found out.
	tokens_back
	run kmgr_later 25d delete-ksk "example.com/$tag" --dry-run
	[[ $output == *"sign with the seal key of CMK a that KSK example.com./$tag"* ]]
	[[ $output != *"$lost"* ]]
	run -10 kmgr_later 25d delete-ksk "example.com/$tag"
	token_gone kmgr
	run kmgr_later 25d delete-ksk "example.com/$tag"
	[ "$status" -eq 0 ]
	[[ $output == *"is removed; its private key was lost with its token, not destroyed by kmgr"* ]]
	run kmgr_later 25d delete-ksk "example.com/$tag"
	[[ $output == *"removed already; nothing to do"* ]]
	[ "$(kmgr --json list-ksks | jq -c '[.ksks[].key_tag]')" = "[$new]" ]
	run kmgr describe-ksk "example.com/$tag"
	[[ $output == *"$lost"* ]]
	kmgr --json describe-ksk "example.com/$tag" | jq -e --arg lost "$lost" \
		'.ksk.lost_token == "main" and
		(.ksk.retirement | fromjson | .key_pair) == $lost'
	run kmgr list-events --type delete-ksk
	[[ $output == *"$lost"* ]]
	# Nothing of it is missing, and the zone goes on.
	run -6 kmgr_later 25d verify
	[[ $output == *": 0 differences in what was"* ]]
	kmgr_later 25d -q sign-zsks example.com zsk >/dev/null
	kmgr export-ledger -o ledger
	kmgr verify-ledger ledger
}

@test "loss: a token that comes back with a KSK that was ended is named" {
	lost_for_good
	kmgr_later 25d -q delete-ksk "example.com/$tag" >/dev/null
	tokens_back
	run -10 kmgr_later 25d verify
	[[ $output == *"lost-key: token main, which was recorded as lost, is there and has KSK example.com./$tag"* ]]
	[[ $output == *"destroy the key pair or the whole token"* ]]
	run -10 kmgr_later 25d sign-zsks example.com zsk
	[[ $output == *"was ended because token main was lost, and that token is there"* ]]
	# Out of the configuration it is out of the way.
	sed -i '/^  main: /d' kmgr.yaml
	kmgr_later 25d -q sign-zsks example.com zsk >/dev/null
}

@test "loss: so is one with the wrapping key of a wrapped KSK that was ended" {
	lost_for_good
	kmgr_later 25d -q delete-ksk "example.com/$tag" >/dev/null
	kmgr_later 25d -q sign-zsks example.com zsk >/dev/null
	tokens_back
	run -10 kmgr_later 25d sign-zsks example.com zsk
	[[ $output == *"was ended because token main was lost, and that token is there"* ]]
}

# approved COMMAND...: it waits for an approver, who signs it at the same time.
approved() {
	local when=$1 hash

	shift
	run --separate-stderr kmgr_later "$when" --json "$@"
	[ "$status" -eq 11 ] || { echo "$output $stderr" >&2; return 1; }
	hash=$(jq -r .plan_hash <<<"$output")
	kmgr_later "$when" show-plan "$hash" -o plan >/dev/null
	rm -f plan.sig
	ssh-keygen -q -Y sign -n kmgr-plan -f alice plan 2>/dev/null
	foretold kmgr_later "$when" approve "$hash" --signature plan.sig
}

@test "loss: approvers of a lost CMK are asked, and what they signed is done" {
	local old

	ssh-keygen -q -t ed25519 -N '' -C alice -f alice
	printf '%s\n' 'version: 1' 'zones: ["."]' 'approvals:' \
		'  roll-ksk: 1' '  delete-ksk: 1' \
		"  approvers: [\"$(cat alice.pub)\"]" >c.yaml
	kmgr_later 5d -q create-cmk c --token main --policy c.yaml >/dev/null
	kmgr_later 5d -q create-ksk example.net --cmk c >/dev/null
	old=$(kmgr --json list-ksks example.net | jq '.ksks[0].key_tag')
	kmgr_later 5d -q sign-zsks example.net zsk-net >/dev/null
	kmgr_later 7d -q ds-add "example.net/$old" >/dev/null
	kmgr_later 7d -q ds-seen "example.net/$old" >/dev/null
	token_gone kmgr
	run -11 kmgr_later 9d roll-ksk example.net --reason loss --cmk b --yes
	run -0 approved 9d roll-ksk example.net --reason loss --cmk b --yes
	[[ $output == *"is applied"* ]]
	new=$(kmgr --json list-ksks example.net | jq '.ksks[-1].key_tag')
	[ "$new" != "$old" ]
	kmgr_later 9d -q ds-add "example.net/$new" >/dev/null
	kmgr_later 9d -q ds-seen "example.net/$new" >/dev/null
	kmgr_later 12d -q sign-zsks example.net zsk-net >signed
	grep -q "RRSIG DNSKEY.* $new example.net" signed
	kmgr_later 14d -q ds-remove "example.net/$old" >/dev/null
	kmgr_later 14d -q ds-gone "example.net/$old" >/dev/null
	run -0 approved 40d delete-ksk "example.net/$old"
	[[ $output == *"is applied"* ]]
	run kmgr describe-ksk "example.net/$old"
	[[ $output == *"was lost with token main"* ]]
	kmgr --json list-events --type delete-ksk | jq -e \
		'.events[0].actor.approvers | length == 1'
	run -6 kmgr_later 40d verify
	[[ $output == *": 0 differences in what was"* ]]
}
