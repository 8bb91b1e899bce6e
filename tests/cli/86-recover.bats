# A store that is lost for good: what the token keeps, and what is gone.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	main=$TOKEN_URI
	kmgr_env "$BATS_TEST_TMPDIR"
	kmgr init >/dev/null
	cd "$BATS_TEST_TMPDIR"
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	for zone in com net; do
		echo "example.$zone. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==" >$zone.zsk
	done
	create
}

# create [POLICY]: a CMK with a KSK for each of two zones, both signed, and all
# that a careful operator keeps elsewhere.
create() {
	kmgr -q create-cmk prod --token main --policy "${1:-p.yaml}" >/dev/null
	kmgr -q create-ksk example.com example.net --cmk prod >/dev/null
	for zone in com net; do
		kmgr -q sign-zsks example.$zone $zone.zsk -o $zone.signed
		kmgr -q export-endorsement "example.$zone/$(tag $zone)" \
			-o $zone.endorsement
	done
	kmgr --json list-ksks | jq -c '.ksks[] | [.zone, .key_tag]' |
		sort >ksks
}

tag() {
	kmgr --json list-ksks "example.$1" | jq .ksks[0].key_tag
}

# lose [FILE]: an empty store, or an old copy, in the place of the store.
lose() {
	rm -f kmgr.db kmgr.db-wal kmgr.db-shm
	if [ $# -gt 0 ]; then
		cp "$1" kmgr.db
	else
		kmgr init >/dev/null
	fi
}

recover() {
	kmgr recover --accept-loss --token main "$@"
}

# works: nothing differs, both zones are signed by the KSKs that they had, and
# there can be new ones.
works() {
	run kmgr verify
	echo "$output"
	[ "$status" -eq 0 ]
	kmgr --json list-ksks | jq -c '.ksks[] | [.zone, .key_tag]' |
		sort | diff ksks -
	for zone in com net; do
		kmgr -q sign-zsks example.$zone $zone.zsk |
			grep -q "RRSIG.* $(tag $zone) example.$zone"
	done
	kmgr -q create-ksk example.org --cmk prod >/dev/null
	kmgr -q verify >/dev/null
	kmgr export-ledger | env -u KMGR_CONFIG "$KMGR" -q verify-ledger -
}

tool() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" "$@"
}

@test "a store is made anew from the token and endorsement files" {
	cp net.endorsement kept
	lose
	run -10 kmgr create-cmk prod --token main --policy p.yaml
	recover --endorsement com.endorsement --endorsement net.endorsement >said
	grep -q '^did: recover CMK prod, enabled' said
	grep -q "^did: adopt KSK example.com./.*with its endorsement" said
	kmgr list-events --zone example.com --type adopt-ksk |
		grep -q "KSK example.com./$(tag com) under CMK prod"
	grep -q '^lost: events 1 to ' said
	works
	kmgr -q export-endorsement "example.net/$(tag net)" -o again
	cmp again kept
	[ "$(kmgr get-policy prod --format json | sha256sum | cut -c -64)" = \
		"$(kmgr --json describe-cmk prod | jq -r .cmk.policy_hash)" ]
}

@test "where no endorsement is left, what a zone publishes speaks for its KSK" {
	lose
	recover --keys example.com=com.signed --keys example.net=net.signed >said
	grep -q "^did: adopt KSK example.net./.*endorse it anew" said
	works
	# The new endorsement is a whole one, of the epoch after the loss.
	kmgr -q export-endorsement "example.com/$(tag com)" -o anew
	kmgr -q verify-endorsement anew | grep -q ' 0 failed'
	[ "$(jq -r .endorsement anew | jq .epoch)" -eq 1 ]
	jq -r .endorsement com.endorsement | jq -e '.epoch == null'
}

@test "what nothing speaks for is named, and not adopted" {
	lose
	recover --endorsement com.endorsement >said
	[ "$(grep -c '^lost: the pair with CKA_ID' said)" -eq 1 ]
	id=$(jq -r .endorsement net.endorsement | jq -r .key_id)
	grep -q "$id.*is not adopted" said
	run -10 kmgr verify
	[ "$(grep -c '^unknown-object: ' <<<"$output")" -eq 2 ]
	[ "$(grep -c "$id; recover in kmgr(1) says" <<<"$output")" -eq 2 ]
	run -4 kmgr sign-zsks example.net net.zsk
	[ "$(kmgr --json list-events --type recover | jq -r \
		'.events[].payload.unadopted[].key_id')" = "$id" ]
	# It is still there: once it speaks for itself, it comes back.
	horizon=$(sqlite3 kmgr.db 'SELECT horizon_at FROM cmk')
	kmgr -q create-ksk example.edu --cmk prod >/dev/null
	run -4 kmgr recover --accept-loss --token main
	[[ $output == *"nothing is lost"* ]]
	run -4 kmgr recover --accept-loss --token main \
		--endorsement com.endorsement
	[[ $output == *"the store knows KSK example.com."* ]]
	recover --endorsement net.endorsement >said
	grep -q '^did: take up KSKs of CMK prod' said
	grep -q '^did: adopt KSK example.net' said
	run ! grep '^lost:' said
	kmgr -q delete-ksk "example.edu/$(tag edu)" >/dev/null
	[ "$(sqlite3 kmgr.db "SELECT horizon_at FROM ksk
		WHERE zone = 'example.net.'")" -eq "$horizon" ]
	works
}

@test "what a recovery left, and nobody wants, is destroyed by hand" {
	lose
	recover --endorsement com.endorsement >/dev/null
	id=$(jq -r .endorsement net.endorsement | jq -r .key_id)
	run -10 kmgr verify
	tool --delete-object --type privkey --id "$id"
	tool --delete-object --type pubkey --id "$id"
	run -0 kmgr verify
}

@test "--dry-run changes nothing; without --accept-loss nothing happens" {
	lose
	kmgr list-cmks >/dev/null
	# token.object changes with each login.
	before=$(sha256_of kmgr.db $(ls tokens/*/*.object |
		grep -v '/token\.object'))
	run -2 kmgr recover --token main
	[[ $output == *"--accept-loss"* ]]
	kmgr recover --token main --dry-run --keys example.com=com.signed >said
	grep -q '^would recover CMK prod' said
	grep -q '^would adopt KSK example.com' said
	grep -q '^lost: ' said
	[ "$(sha256_of kmgr.db $(ls tokens/*/*.object |
		grep -v '/token\.object'))" = "$before" ]
	run -2 kmgr recover --accept-loss
	run -2 kmgr recover --accept-loss --token main --keys example.com
}

@test "no KSK goes before the last signature can have died" {
	at=$(sqlite3 kmgr.db "SELECT max(expiration_at) FROM signature")
	lose
	recover --endorsement com.endorsement --endorsement net.endorsement \
		>/dev/null
	[ "$(sqlite3 kmgr.db "SELECT count(*) FROM ksk
		WHERE horizon_at >= $at AND state = 'published'")" -eq 2 ]
	[ "$(sqlite3 kmgr.db 'SELECT horizon_at FROM cmk')" -ge "$at" ]
}

@test "an old copy of the store is brought as far as the token knows" {
	kmgr backup old >/dev/null
	kmgr -q create-ksk example.edu --cmk prod >/dev/null
	kmgr -q export-endorsement "$(kmgr --json list-ksks example.edu |
		jq -r '.ksks[0].id')" -o edu.endorsement
	lose old
	run -10 kmgr sign-zsks example.com com.zsk
	recover --endorsement edu.endorsement >said
	grep -q 'example.edu./' said
	run -0 kmgr verify
	kmgr --json list-ksks | jq -e '.ksks | length == 3'
	kmgr -q sign-zsks example.com com.zsk | grep -q RRSIG
	# And once more, of what was recovered.
	kmgr backup old2 >/dev/null
	kmgr -q create-ksk example.org --cmk prod >/dev/null
	lose old2
	run -10 kmgr sign-zsks example.com com.zsk
	recover >/dev/null
	kmgr --json list-events --type recover |
		jq -e '[.events[].payload.epoch] == [1, 2]'
}

# goes ZONE: its KSK, which never had a DS, is deleted, once the horizon is past.
goes() {
	run -5 kmgr delete-ksk "$1"
	[[ $output == *"kmgr ds-gone $1"* ]]
	kmgr ds-gone --force "$1" >/dev/null
	run -11 kmgr delete-ksk "$1"
	[[ $output == *"valid until"* ]]
	with_clock $((420 * 86400)) "$KMGR" -q delete-ksk "$1" \
		--accept-time-jump >/dev/null
}

@test "a KSK that may have been used before the loss can be deleted" {
	kmgr -q create-ksk example.edu --cmk prod >/dev/null
	edu=example.edu./$(tag edu)
	kmgr backup old >/dev/null
	kmgr -q create-ksk example.org --cmk prod >/dev/null
	org=example.org./$(tag org)
	kmgr -q export-endorsement "$org" -o org.endorsement
	lose old
	recover --endorsement org.endorsement >/dev/null
	[ "$(kmgr --json list-ksks example.edu | jq -r '.ksks[0].state')" = \
		generated ]
	goes "$edu"
	[ "$(tool --list-objects --type privkey 2>/dev/null |
		grep -c kmgr1:ksk:)" -eq 3 ]
}

@test "a KSK that was adopted and never used can be deleted" {
	lose
	recover --endorsement com.endorsement --endorsement net.endorsement \
		>/dev/null
	goes "example.com./$(tag com)"
	[ "$(tool --list-objects --type privkey 2>/dev/null |
		grep -c kmgr1:ksk:)" -eq 1 ]
}

@test "an exported ledger that ends too early is the better base" {
	kmgr export-ledger -o ledger >/dev/null
	kmgr -q create-ksk example.edu --cmk prod >/dev/null
	lose
	run -10 kmgr restore --ledger ledger
	recover --ledger ledger --dry-run | grep -q '^lost: the pair with'
	kmgr recover --token main --accept-loss --ledger ledger >/dev/null
	run kmgr verify
	[ "$status" -eq 10 ]	# the KSK that was made after it
	[ "$(grep -c '^[a-z-]*: ' <<<"$output")" -eq 3 ]
	kmgr -q sign-zsks example.com com.zsk | grep -q RRSIG
	kmgr --json list-events | jq -r '.events[].type' | head -n 1 |
		grep -qx create-cmk
}

@test "the copy that was lost is a rollback when it comes back" {
	kmgr backup copy >/dev/null
	lose
	recover --endorsement com.endorsement --endorsement net.endorsement \
		>/dev/null
	cp kmgr.db now
	lose copy
	run -10 kmgr sign-zsks example.com com.zsk
	run -10 kmgr restore copy
	lose now
	works
}

@test "a seal that somebody planted recovers nothing" {
	lose
	# A seal of another policy, with the old signature; and one that is
	# whole, by a key that is not in the token.
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
		-out key.pem 2>/dev/null
	spki=$(openssl pkey -in key.pem -pubout -outform DER | base64 -w 0)
	policy=$(kmgr --json check-policy p.yaml | jq -c -S .policy)
	id=00112233445566778899aabbccddeeff
	seal="{\"cmk_id\":\"$id\",\"ledger_head\":\"$(printf '%064d' 0)\",\"ledger_seq\":1,\"policy_hash\":\"$(printf %s "$policy" | sha256sum | cut -c -64)\",\"sealed_at\":1795000000}"
	signature=$({ printf 'kmgr/policy/v1\0'; printf %s "$seal"; } |
		openssl dgst -sha256 -sign key.pem | base64 -w 0)
	jq -n -c --arg policy "$policy" --arg seal "$seal" --arg id "$id" \
		--arg signature "$signature" --arg spki "$spki" '{cmk_id: $id,
		name: "evil", token: "main", seal_token: "main",
		token_identity: "{}", policy: $policy, seal: $seal,
		seal_signature: $signature, cmk_public_key: $spki,
		seal_key_id: $id, identity: null, identity_signature: null}' \
		>evil
	tool --write-object evil --type data --private --label 'sealed policy' \
		--application-label kmgr1:seal:0011223344556677
	recover --endorsement com.endorsement --endorsement net.endorsement \
		>said
	grep -q '^lost: kmgr1:seal:0011223344556677 .* proves nothing: ' said
	run grep evil said
	[ "$status" -ne 0 ]
	[ "$(kmgr --json list-cmks | jq '.cmks | length')" -eq 1 ]
	run -10 kmgr verify
	[[ $output == *"kmgr1:seal:0011223344556677"* ]]
	tool --delete-object --type data \
		--application-label kmgr1:seal:0011223344556677
	works
}

@test "files that speak for nothing are refused, and nothing is done" {
	sed 's/example\.com/example.cam/g' com.endorsement >bad
	lose
	run -10 kmgr recover --accept-loss --token main --endorsement bad
	run -4 kmgr recover --accept-loss --token main --endorsement p.yaml
	run -4 kmgr recover --accept-loss --token main \
		--keys example.com=net.signed
	run -4 kmgr recover --accept-loss --token main \
		--keys example.com=com.zsk
	run -9 kmgr recover --accept-loss --token main --endorsement missing
	run -3 kmgr recover --accept-loss --token other
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM ledger')" -eq 0 ]
	# A policy that does not have the zone does not get it now.
	recover --endorsement com.endorsement --endorsement net.endorsement \
		>/dev/null
	works
}

@test "there is nothing to recover where nothing is lost" {
	run -4 kmgr recover --accept-loss --token main
	[[ $output == *"nothing is lost"* ]]
	works
	sql "UPDATE ksk SET state = 'active'"
	run -10 kmgr recover --accept-loss --token main
	[[ $output == *"does not agree with itself"* ]]
}

@test "a draft that is lost is named" {
	kmgr -q create-cmk draft --token main --policy p.yaml >/dev/null
	lose
	recover --endorsement com.endorsement --endorsement net.endorsement \
		>said
	grep -q '^lost: the CMK .*, a draft' said
}

@test "an old copy in which the CMK was a draft" {
	kmgr -q create-cmk draft --token main --policy p.yaml >/dev/null
	kmgr backup old >/dev/null
	kmgr -q create-ksk example.edu --cmk draft >/dev/null
	kmgr -q export-endorsement "$(kmgr --json list-ksks example.edu |
		jq -r '.ksks[0].id')" -o edu.endorsement
	lose old
	recover --endorsement edu.endorsement >said
	grep -q '^did: recover CMK draft' said
	run kmgr verify
	echo "$output"
	[ "$status" -eq 0 ]
	kmgr -q create-ksk example.org --cmk draft >/dev/null
	kmgr --json list-cmks | jq -e '.cmks | length == 2'
}

@test "the name that a CMK got last comes back with it" {
	kmgr -q update-cmk prod --name main-zones >/dev/null
	kmgr backup old >/dev/null
	kmgr -q update-cmk main-zones --name renamed >/dev/null
	lose
	recover --endorsement com.endorsement --endorsement net.endorsement \
		>said
	grep -q '^did: recover CMK renamed' said
	run -0 kmgr verify
	kmgr -q create-ksk example.org --cmk renamed >/dev/null
	kmgr -q update-cmk renamed --name again >/dev/null
	run -0 kmgr verify
	lose old
	run -10 kmgr sign-zsks example.com com.zsk
	recover >/dev/null
	kmgr -q sign-zsks example.com com.zsk | grep -q RRSIG
	[ "$(kmgr --json list-cmks | jq -r '.cmks[].name')" = again ]
}

@test "two CMKs of one policy: only endorsements tell whose KSK is whose" {
	kmgr -q create-cmk other --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.org --cmk other >/dev/null
	kmgr -q export-endorsement "$(kmgr --json list-ksks example.org |
		jq -r '.ksks[0].id')" -o org.endorsement
	lose
	run -4 kmgr recover --accept-loss --token main \
		--keys example.com=com.signed
	[[ $output == *"nobody can tell whose KSK"* ]]
	recover --endorsement com.endorsement --endorsement net.endorsement \
		--endorsement org.endorsement >/dev/null
	run -0 kmgr verify
	[ "$(kmgr --json list-ksks --cmk other | jq -r '.ksks[].zone')" = \
		example.org. ]
}

@test "a shared pair comes back for each of its zones" {
	lose
	rm -rf tokens kmgr.db*
	softhsm_new "$BATS_TEST_TMPDIR" shared
	kmgr_env "$BATS_TEST_TMPDIR" "main=$TOKEN_URI"
	kmgr init >/dev/null
	printf 'version: 1\nzones: ["."]\ncustody: shared\n' >shared.yaml
	create shared.yaml
	lose
	recover --endorsement com.endorsement --keys example.net=net.signed \
		>/dev/null
	works
	kmgr -q sign-zsks example.org <(sed s/com/org/ com.zsk) |
		grep -q " $(tag com) "
}

# wrapped: a CMK whose KSKs are in the store only.
wrapped() {
	rm -rf tokens kmgr.db*
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	kmgr_env "$BATS_TEST_TMPDIR" "main=$TOKEN_URI"
	kmgr init >/dev/null
	printf '%s\n' 'version: 1' 'zones: ["."]' 'custody: wrapped' \
		'ksk: { require-backup: false }' >wrapped.yaml
	create wrapped.yaml
}

@test "custody wrapped: the CMK comes back, its KSKs with a ledger only" {
	wrapped
	kmgr export-ledger -o ledger >/dev/null
	kmgr backup copy >/dev/null
	lose
	recover --dry-run --endorsement net.endorsement >said
	grep -q '^lost: the wrapped KSKs of CMK prod .*only a backup' said
	grep -q '^lost: the chain of trust of each zone' said
	grep -q "^lost: KSK example.net./.* of CMK prod, wrapped: gone" said
	run -4 kmgr recover --accept-loss --token main \
		--keys example.com=com.signed
	[[ $output == *"wrapped"* ]]
	recover >/dev/null
	run -0 kmgr verify
	kmgr --json list-ksks | jq -e '.ksks == []'
	# The CMK makes new ones, as wrapped as ever.
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr -q sign-zsks example.com com.zsk | grep -q "RRSIG.* $(tag com) "
	run -0 kmgr verify
	kmgr export-ledger | env -u KMGR_CONFIG "$KMGR" -q verify-ledger -
	# What came later than the record of the token is a rollback.
	lose copy
	run -10 kmgr sign-zsks example.com com.zsk
	lose
	run -10 kmgr restore --ledger ledger
	recover --ledger ledger >said
	works
}

@test "custody wrapped: what has lost its wrapping key is no reason to stop" {
	wrapped
	tool --delete-object --type secrkey --id "$(sqlite3 kmgr.db \
		"SELECT id FROM key WHERE role = 'wrap'")"
	lose
	recover >said
	grep -q '^lost: wrapping key of CMK prod: .*no wrapping key' said
	run -10 kmgr verify
	[[ $output == *"missing-key"*"the wrapping key of CMK prod"* ]]
	run -6 kmgr create-ksk example.com --cmk prod
}

@test "two roles: both tokens are needed, and both roles come back" {
	rm -rf kmgr.db*
	softhsm_new "$BATS_TEST_TMPDIR" daily
	ksks=$TOKEN_URI
	softhsm_new "$BATS_TEST_TMPDIR" seals
	kmgr_env "$BATS_TEST_TMPDIR" "main=$ksks" "vault=$TOKEN_URI"
	kmgr init >/dev/null
	kmgr -q create-cmk prod --token main --seal-token vault \
		--policy p.yaml >/dev/null
	kmgr -q create-ksk example.com example.net --cmk prod >/dev/null
	for zone in com net; do
		kmgr -q export-endorsement "example.$zone/$(tag $zone)" \
			-o $zone.endorsement
	done
	kmgr --json list-ksks | jq -c '.ksks[] | [.zone, .key_tag]' |
		sort >ksks
	lose
	kmgr_env "$BATS_TEST_TMPDIR" "main=$ksks"
	run kmgr recover --accept-loss --token main
	[ "$status" -eq 3 ]
	kmgr_env "$BATS_TEST_TMPDIR" "main=$ksks" "vault=$TOKEN_URI"
	recover --endorsement com.endorsement --endorsement net.endorsement \
		>/dev/null
	works
	# Daily signing still needs the one token only.
	kmgr_env "$BATS_TEST_TMPDIR" "main=$ksks"
	kmgr -q sign-zsks example.com com.zsk | grep -q RRSIG
}

@test "where the policy demands approvers, they sign the plan first" {
	need_program ssh-keygen
	for who in anna bert; do
		ssh-keygen -q -t ed25519 -N '' -C $who -f $who
	done
	rm -rf kmgr.db*
	softhsm_new "$BATS_TEST_TMPDIR" approved
	kmgr_env "$BATS_TEST_TMPDIR" "main=$TOKEN_URI"
	kmgr init >/dev/null
	{
		printf 'version: 1\nzones: ["."]\napprovals:\n'
		printf '  recover: 2\n  approvers:\n'
		sed 's/.*/    - "&"/' anna.pub bert.pub
	} >strict.yaml
	create strict.yaml
	lose
	run -11 kmgr -q recover --accept-loss --token main -o plan \
		--endorsement com.endorsement --endorsement net.endorsement
	[[ $output == *"waits for 2 more approvers of CMK prod"* ]]
	[ "$(jq -r '.op, .cmks[0].cmk' plan | paste -s -d ' ')" = "recover prod" ]
	for who in anna bert; do
		ssh-keygen -q -Y sign -n kmgr-plan -f $who plan 2>/dev/null
		mv plan.sig $who.sig
	done
	run -11 kmgr -q recover --accept-loss --token main \
		--endorsement com.endorsement --endorsement net.endorsement \
		--signature anna.sig --signature anna.sig
	[[ $output == *"waits for 1 more approver"* ]]
	# It is for this plan only.
	run kmgr -q recover --accept-loss --token main \
		--endorsement com.endorsement \
		--signature anna.sig --signature bert.sig
	[ "$status" -ne 0 ]
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM ledger')" -eq 0 ]
	recover --endorsement com.endorsement --endorsement net.endorsement \
		--signature anna.sig --signature bert.sig >/dev/null
	works
	kmgr --json list-events --type recover | jq -e \
		'[.events[0].payload.approvals[].who] | sort == ["anna", "bert"]'
}
