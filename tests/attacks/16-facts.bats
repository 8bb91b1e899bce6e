# What the store says of the life cycle of a zone, said by somebody who has no
# PIN: waits that are over, goals that nobody set, keys of others.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

# A KSK of a.example that is signed with, and one beside it.
setup_file() {
	world_new
	make_ksk a.example --another
	signs a
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	kmgr -q ds-seen --force "a.example/$tag" >/dev/null
}

setup() {
	world_enter
	old=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	ksk=$(sqlite3 kmgr.db "SELECT id FROM ksk WHERE key_tag = $old")
	born=$(sqlite3 kmgr.db "SELECT created_at FROM ksk WHERE id = '$ksk'")
}

# unsigned WORDS: nothing is signed, and why has these words.
unsigned() {
	run kmgr sign-zsks a.example a
	echo "$output"
	[ "$status" -eq 10 ] || return
	[[ $output == *"$1"* && $output != *"IN RRSIG"* ]]
}

# noticed WORDS: kmgr verify finds a difference with these words.
noticed() {
	run kmgr verify
	echo "$output"
	[ "$status" -eq 10 ] || return
	[[ $output == *"$1"* ]]
}

@test "wait-forged: a DNSKEY is older, a DS asked for earlier, a KSK retired" {
	local column

	keep good
	for column in dnskey_in_at ds_add_at retire_at revoke_at \
		compromised_at backup_at; do
		sql "UPDATE ksk SET $column = $born - 864000
			WHERE id = '$ksk'"
		unsigned "KSK a.example./$old: the store says of its life"
		noticed "KSK a.example./$old"
		put_back good
	done
	sql "UPDATE ksk SET standby = 'dnskey' WHERE id = '$ksk'"
	unsigned "KSK a.example./$old"
	noticed "standby is dnskey"
}

# step_appended: an event of it, as only kmgr writes them, filed under a CMK.
step_appended() {
	append ksk-step "$(jq -cnjS --arg id "$id" --arg ksk "$ksk" \
		--argjson tag "$old" --argjson at "$born" '{at: $at,
			cmk_id: $id, key_tag: $tag, ksk_id: $ksk,
			life: { dnskey_in_at: $at, ds_seen_at: $at,
				standby: "none", state: "active" },
			step: "publish-dnskey", zone: "a.example."}')" \
		a.example.
	sql "UPDATE ksk SET dnskey_in_at = $born, ds_seen_at = $born,
		ds_add_at = NULL WHERE id = '$ksk'"
}

@test "step-appended: the ledger is made to tell of a step" {
	step_appended
	unsigned "no key of the CMK has signed"
}

@test "step-beside: a step is told, and filed under no CMK, where nobody looks" {
	step_appended
	sql "UPDATE ledger SET cmk_id = NULL WHERE type = 'ksk-step'"
	unsigned "KSK a.example./$old: the store says of its life"
	noticed "filed under another"
}

@test "voucher-forged: a token is said to be lost, and another CMK to tell what became of its KSK" {
	append ksk-step "$(jq -cnjS --arg id "$id" --arg ksk "$ksk" \
		--argjson tag "$old" --argjson at "$born" '{at: $at,
			cmk_id: $id, key_tag: $tag, ksk_id: $ksk,
			life: { dnskey_in_at: $at, ds_seen_at: $at,
				standby: "none", state: "active" },
			step: "publish-dnskey",
			voucher: ({cmk_id: $id} | tojson),
			voucher_signature: "AA==", zone: "a.example."}')" \
		a.example.
	sql "UPDATE ksk SET dnskey_in_at = $born, ds_seen_at = $born,
		ds_add_at = NULL WHERE id = '$ksk'"
	unsigned "tells that the token of CMK prod is lost"
	noticed "the voucher: it speaks of another event"
}

@test "goal-forged: the zone is to become insecure" {
	sql "UPDATE zone SET goal = 'insecure', goal_at = $born
		WHERE zone = 'a.example.'"
	unsigned "zone a.example.: the store says of its goal"
	noticed "zone a.example.: the store says that its goal is insecure"
}

# forge_goal: that the zone is to become insecure, in store and ledger.
forge_goal() {
	sql "UPDATE zone SET goal = 'insecure', goal_at = $born
		WHERE zone = 'a.example.'"
	append zone-goal "$(jq -cnjS --arg id "$id" --argjson at "$born" \
		'{cmk_id: $id, goal: "insecure", goal_at: $at,
			zone: "a.example."}')" a.example.
}

@test "goal-appended: the ledger is made to tell that the zone is to become insecure" {
	forge_goal
	unsigned "no key of the CMK has signed"
}

@test "signer-forged: the zone signer is said to sign with an algorithm" {
	sql "INSERT INTO zone_alg VALUES ('a.example.', 15, $born)"
	unsigned "zone a.example.: the store says of what its zone signer"
	noticed "zone a.example.: no event tells that it is signed with"
	append alg-signed "$(jq -cnjS --arg id "$id" --argjson at "$born" \
		'{alg: 15, cmk_id: $id, dropped: false, signed_at: $at,
			zone: "a.example."}')" a.example.
	unsigned "no key of the CMK has signed"
}

@test "foreign-forged: somebody else's key is said to be of the zone" {
	sql "INSERT INTO foreign_key (id, zone, alg, key_tag, dnskey,
		added_at) SELECT '00112233445566778899aabbccddeeff', zone,
		alg, 7, dnskey, created_at FROM ksk WHERE id = '$ksk'"
	unsigned "foreign key a.example./7: the store says of it"
	noticed "no event tells of foreign key a.example./7"
}

@test "foreign-hidden: a key that the ledger tells of is not in the store" {
	append add-foreign-key "$(jq -cnjS --arg id "$id" --argjson at "$born" \
		'{added_at: $at, alg: 13, cmk_id: $id, dnskey:
			"257 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==",
			foreign_id: "00112233445566778899aabbccddeeff",
			key_tag: 7, life: {}, zone: "a.example."}')" a.example.
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	noticed "the store has no record of foreign key"
}

# spare_new NAME: a second token, and in it the CMK NAME.
spare_new() {
	local token=$BATS_TEST_TMPDIR/spare

	( softhsm_new "$BATS_TEST_TMPDIR" spare
	echo "$TOKEN_URI" >spare.uri
	echo "$TOKEN_PIN" >spare.pin )
	sed -i "/^  main: /a\\  spare: $(cat spare.uri)" kmgr.yaml
	kmgr -q create-cmk "$1" --token spare --policy p.yaml >/dev/null
}

@test "step-between: after the store was judged, and before it is signed again, the ledger is made to tell of a step" {
	spare_new other
	make_ksk b.example
	kmgr -q create-ksk b.example --another --cmk other >/dev/null
	# The PIN of the second token is asked for when the first one's CMK was
	# judged already.
	cat >pin <<-END
		#!/bin/bash
		cd $BATS_TEST_TMPDIR
		. $srcdir/tests/lib/common.bash
		. $srcdir/tests/attacks/attack.bash
		id=$id
		born=$born
		[ -e between ] || forge_goal >&2
		touch between
		cat spare.pin
	END
	declare -f forge_goal >forge
	sed -i '/^born=/r forge' pin
	chmod +x pin
	sed -i "s,^\\(  spare: .*\\)pin-source=.*,\\1pin-source=|$PWD/pin," kmgr.yaml
	run -10 kmgr sign-zsks b.example b
	echo "$output"
	[ -e between ]
	[[ $output == *"(zone-goal) of CMK prod is one that no key"* ]]
	[[ $output != *"IN RRSIG"* ]]
	# And nobody signed it: it is found by whoever looks next.
	unsigned "no key of the CMK has signed"
	noticed "(zone-goal) of CMK prod is one that no key"
}

# other_sign WHAT TEXT: a statement that the CMK other signs, with its PIN.
other_sign() {
	printf %s "$2" >statement
	TOKEN_LABEL=spare TOKEN_PIN=$(cat spare.pin) seal_sign "kmgr/$1/v1" \
		statement "$(sqlite3 kmgr.db "SELECT key_id FROM cmk
		WHERE name = 'other'")"
}

# vouched TYPE PAYLOAD ZONE: an event that the CMK other vouches for.
vouched() {
	local statement

	statement=$(jq -cnjS --arg type "$1" \
		--arg by "$(sqlite3 kmgr.db "SELECT id FROM cmk
			WHERE name = 'other'")" \
		--arg event "$(printf %s "$2" | sha256sum | cut -d ' ' -f 1)" \
		--arg head "$(sqlite3 kmgr.db "SELECT lower(hex(hash))
			FROM ledger ORDER BY seq DESC LIMIT 1")" \
		--argjson seq "$(sqlite3 kmgr.db 'SELECT max(seq) FROM ledger')" \
		'{cmk_id: $by, event: $event, ledger_head: $head,
			ledger_seq: $seq, type: $type}')
	append "$1" "$(jq -cjS --arg text "$statement" \
		--arg signature "$(other_sign voucher "$statement")" \
		'. + {voucher: $text, voucher_signature: $signature}' \
		<<<"$2")" "$3"
}

# vouch PAYLOAD: a step of the KSK of a.example is told so.
vouch() {
	vouched ksk-step "$1" a.example.
	sql "UPDATE ksk SET dnskey_in_at = $born, ds_seen_at = $born,
		ds_add_at = NULL WHERE id = '$ksk'"
}

# main_gone: the token of prod is away.
main_gone() {
	local token

	mkdir -p gone
	for token in tokens/*; do
		if grep -q -a kmgr "$token/token.object"; then
			mv "$token" gone/
		fi
	done
}

@test "voucher-stranger: a CMK that has no KSK in the zone tells what became of a lost one" {
	local payload

	spare_new other
	kmgr -q create-ksk c.example --cmk other >/dev/null
	payload=$(jq -cnjS --arg id "$id" --arg ksk "$ksk" \
		--argjson tag "$old" --argjson at "$born" '{at: $at,
			cmk_id: $id, key_tag: $tag, ksk_id: $ksk,
			life: { dnskey_in_at: $at, ds_seen_at: $at,
				standby: "none", state: "active" },
			step: "publish-dnskey", zone: "a.example."}')
	main_gone
	keep good
	vouch "$payload"
	noticed "the voucher: CMK other had no KSK in the zone"
	[[ $output == *"(ksk-step) tells that the token of CMK prod is lost"* ]]
	# With a KSK in the zone it is one that may tell.
	put_back good
	kmgr -q create-ksk a.example --another --cmk other >/dev/null
	vouch "$payload"
	run -6 kmgr verify
	[[ $output == *": 0 differences in what was"* ]]
}

# end_as_lost MEMBERS: the CMK other, which has a KSK in b.example, says that the
# one of prod there has ended; MEMBERS are what it says of that.
end_as_lost() {
	local text seq head by key signature

	spare_new other
	make_ksk b.example
	kmgr -q create-ksk b.example --another --cmk other >/dev/null
	signs b
	IFS='|' read -r ksk key old < <(sqlite3 kmgr.db "SELECT id, key_id,
		key_tag FROM ksk WHERE zone = 'b.example.' AND cmk_id = '$id'")
	by=$(sqlite3 kmgr.db "SELECT id FROM cmk WHERE name = 'other'")
	IFS='|' read -r seq head < <(sqlite3 kmgr.db "SELECT seq,
		lower(hex(hash)) FROM ledger ORDER BY seq DESC LIMIT 1")
	text=$(jq -cnjS --arg id "$id" --arg ksk "$ksk" --arg key "$key" \
		--arg by "$by" --arg head "$head" --argjson seq "$seq" \
		--argjson tag "$old" --argjson at "$born" \
		--argjson members "$1" '$members + {cmk_id: $id,
			key_id: $key, key_tag: $tag,
			ksk_id: $ksk, ledger_head: $head, ledger_seq: $seq,
			retired_at: $at, voucher: $by, zone: "b.example."}')
	signature=$(other_sign retirement "$text")
	vouched delete-ksk "$(jq -cnjS --arg id "$id" --arg ksk "$ksk" \
		--arg key "$key" --argjson tag "$old" --arg text "$text" \
		--arg signature "$signature" '{cmk_id: $id, from: "published",
			key_id: $key, key_pair: "lost", key_tag: $tag,
			ksk_id: $ksk, retirement: $text,
			retirement_signature: $signature,
			zone: "b.example."}')" b.example.
	sql "UPDATE ksk SET state = 'removed', retirement = '$text',
		retirement_signature = '$signature' WHERE id = '$ksk'"
	# What stays in the zone is of the other CMK alone.
	run -10 kmgr sign-zsks b.example b
	echo "$output"
	[[ $output != *"IN RRSIG"* ]]
}

@test "lost-forged: a CMK that has a KSK in the zone ends another one's as lost, whose token is there" {
	end_as_lost '{"key_pair": "lost", "lost_token": "main"}'
	[[ $output == *"KSK b.example./$old was ended because token main was lost"* ]]
	noticed "tells that the token of CMK prod is lost"
	[[ $output == *"lost-key: token main"* ]]
}

@test "end-forged: a CMK that has a KSK in the zone ends another one's, and does not say that it is lost" {
	end_as_lost '{}'
	[[ $output == *"KSK b.example./$old: its retirement: "*"and not both"* ]]
	noticed "KSK b.example./$old: its retirement: "
}
