# What the store says of states, of the parent and of waits, said by somebody
# who has no PIN, so that the operator ends what is in use.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

# Two KSKs of a.example, old and new, both signed with and at the parent.
setup_file() {
	world_new
	make_ksk a.example --another
	signs a
	for tag in $(kmgr --json list-ksks | jq '.ksks[].key_tag'); do
		kmgr -q ds-seen --force "a.example/$tag" >/dev/null
	done
}

setup() {
	world_enter
	old=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	ksk=$(sqlite3 kmgr.db "SELECT id FROM ksk WHERE key_tag = $old")
}

# kept: the private keys of all KSKs are in the token.
kept() {
	[ "$(tool --list-objects --type privkey 2>/dev/null |
		grep -c 'kmgr1:ksk:')" -eq 2 ]
}

# not_ended: two weeks on, nothing is destroyed and none is dropped.
not_ended() {
	run at 15 sign-zsks a.example a
	echo "$output"
	[ "$status" -eq 10 ] || return
	run at 15 delete-ksk "a.example/$old"
	echo "$output"
	[ "$status" -eq 10 ] || return
	kept
}

@test "removed-forged: a KSK in use is called removed" {
	sql "UPDATE ksk SET state = 'removed', retirement = '{}',
		retirement_signature = 'AAAA' WHERE id = '$ksk'"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output == *retirement* && $output != *"IN RRSIG"* ]]
	run kmgr get-ds a.example
	[ "$status" -eq 10 ]
	differs ksk
	kept
}

@test "retirement-foreign: a KSK in use, with the retirement of another one" {
	make_ksk a.example --another
	third=$(kmgr --json list-ksks | jq '.ksks[2].key_tag')
	kmgr -q delete-ksk "a.example/$third" >/dev/null
	sql "UPDATE ksk SET (state, retirement, retirement_signature) =
		(SELECT state, retirement, retirement_signature FROM ksk
		WHERE key_tag = $third) WHERE id = '$ksk'"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	kept
}

@test "fact-forged: the store says that a DS is gone" {
	sql "UPDATE ksk SET state = 'retired', ds_gone_at = ds_seen_at
		WHERE id = '$ksk'"
	not_ended
	differs changed-record
}

# fact_appended: an event of it, as only kmgr writes them.
fact_appended() {
	local life

	# All that the row says, as only kmgr writes it.
	life=$(sqlite3 kmgr.db "SELECT json_object('state', 'retired',
		'standby', standby, 'dnskey_in_at', dnskey_in_at,
		'ds_add_at', ds_add_at, 'ds_seen_at', ds_seen_at,
		'ds_gone_at', ds_seen_at) FROM ksk WHERE id = '$ksk'")
	append ds-gone "$(jq -cnjS --arg id "$id" --arg ksk "$ksk" \
		--argjson tag "$old" --argjson life "$life" '{
			at: $life.ds_seen_at, cmk_id: $id,
			ds_gone_at: $life.ds_seen_at,
			ds_seen_at: $life.ds_seen_at, from: "active",
			key_tag: $tag, ksk_id: $ksk, life: $life,
			to: "retired", zone: "a.example."}')" a.example.
	sql "UPDATE ksk SET state = 'retired', ds_gone_at = ds_seen_at
		WHERE id = '$ksk'"
}

@test "fact-appended: the ledger is made to tell that a DS is gone" {
	fact_appended
	not_ended
	# That kmgr signed nothing of it.
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
}

@test "fact-beside: DS are called gone, of all KSKs of one CMK, where another has one" {
	kmgr -q create-cmk next --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk next >/dev/null
	signs a
	kmgr -q ds-seen --force "a.example/$(kmgr --json list-ksks |
		jq '.ksks[2].key_tag')" >/dev/null
	for old in $(kmgr --json list-ksks | jq '.ksks[0, 1].key_tag'); do
		ksk=$(sqlite3 kmgr.db "SELECT id FROM ksk
			WHERE key_tag = $old")
		fact_appended
	done
	# None that is left asks the CMK of those that are to be dropped.
	run at 15 sign-zsks a.example a
	echo "$output"
	[ "$status" -eq 10 ]
	[[ $output == *"no key of the CMK has signed"* ]]
	[[ $output != *"IN RRSIG"* ]]
	mkdir zones
	cp a zones/a.example.zone
	run at 15 sign-zsks --zones-from zones -o out
	echo "$output"
	[ "$status" -eq 10 ]
	[ -z "$(ls out 2>/dev/null)" ]
}

@test "fact-hidden: the events that tell of a DS are hidden" {
	sql "UPDATE ledger SET zone = NULL WHERE type = 'ds-seen';
		UPDATE ksk SET state = 'published', ds_seen_at = NULL
		WHERE id = '$ksk'"
	run kmgr delete-ksk "a.example/$old"
	[ "$status" -eq 10 ]
	# As if it had never been used.
	sql "DELETE FROM signature; UPDATE ksk SET state = 'generated',
		horizon_at = NULL WHERE id = '$ksk'"
	run kmgr delete-ksk "a.example/$old"
	[ "$status" -eq 10 ]
	kept
	differs ledger
}

@test "signatures-forgotten: the store forgets that signatures live" {
	kmgr -q ds-gone --force "a.example/$old" >/dev/null
	sql "DELETE FROM signature; UPDATE ksk SET horizon_at = NULL"
	run at 3 delete-ksk "a.example/$old"
	echo "$output"
	[ "$status" -eq 10 ]
	kept
	differs signature
}

@test "delete-early: what is in use is to be deleted" {
	run kmgr delete-ksk "a.example/$old"
	[ "$status" -eq 5 ]
	run kmgr schedule-cmk-deletion prod
	[ "$status" -eq 5 ]
	run kmgr delete-cmk prod
	[ "$status" -eq 5 ]
	kmgr -q ds-gone --force "a.example/$old" >/dev/null
	run kmgr delete-ksk "a.example/$old"
	[ "$status" -eq 11 ]
	kept
}

@test "deletion-forged: the store says that the wait for a deletion is over" {
	kmgr -q create-cmk second --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk b.example --cmk second >/dev/null
	kmgr -q delete-ksk "b.example/$(kmgr --json list-ksks b.example |
		jq '.ksks[0].key_tag')" >/dev/null
	before=$(tool --list-objects --type privkey 2>/dev/null | grep -c Obj)
	sql "UPDATE cmk SET state = 'pending-deletion', deletion_at = 1
		WHERE name = 'second'"
	run kmgr delete-cmk second
	[ "$status" -eq 10 ]
	sql "UPDATE cmk SET state = 'deleted', deletion_at = NULL
		WHERE name = 'second'"
	kmgr -q delete-cmk second >/dev/null || true
	differs changed-record
	sql "UPDATE cmk SET state = 'enabled' WHERE name = 'second'"
	kmgr -q schedule-cmk-deletion second >/dev/null
	sql "UPDATE cmk SET deletion_at = 1 WHERE name = 'second'"
	run kmgr delete-cmk second
	[ "$status" -eq 10 ]
	[ "$before" -eq "$(tool --list-objects --type privkey 2>/dev/null |
		grep -c Obj)" ]
}

@test "intent-planted: a KSK's end is put among what is to be finished" {
	sql "INSERT INTO intent (kind, token, key_id, label, payload, state,
		created_at) SELECT 'delete-ksk', 'main', key.id, label,
		json_object('cmk_id', ksk.cmk_id, 'ksk_id', ksk.id), 'open', 1
		FROM key, ksk WHERE ksk.key_id = key.id AND ksk.id = '$ksk'"
	run kmgr create-ksk b.example --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"which is in use"* ]]
	kept
	differs planted-intent
}

@test "state-reverted: a disabled CMK is called enabled" {
	kmgr -q disable-cmk prod >/dev/null
	sql "UPDATE cmk SET state = 'enabled'"
	refused 10 'its state is enabled'
	append cmk-state "{\"cmk_id\":\"$id\",\"from\":\"disabled\",\"to\":\"enabled\"}"
	refused 10 'no key of the CMK has signed'
}

@test "draft-replaced: the policy of a draft is edited, and the ledger with it" {
	kmgr -q create-cmk draft --token main --policy p.yaml >/dev/null
	id=$(sqlite3 kmgr.db "SELECT id FROM cmk WHERE name = 'draft'")
	was=$(sqlite3 kmgr.db "SELECT lower(hex(policy_hash)) FROM cmk
		WHERE name = 'draft'")
	policy=$(kmgr get-policy draft --format json |
		sed 's/"validity":[0-9]*/"validity":1209601/')
	hash=$(printf '%s' "$policy" | sha256sum | cut -d ' ' -f 1)
	sql "UPDATE cmk SET policy = '$policy', policy_hash = x'$hash'
		WHERE name = 'draft'"
	run kmgr create-ksk b.example --cmk draft
	[ "$status" -eq 10 ]
	append put-policy "$(jq -cnjS --arg id "$id" --arg policy "$policy" \
		--arg hash "$hash" --arg was "$was" '{cmk_id: $id,
			policy: $policy, policy_hash: $hash,
			was_policy_hash: $was}')"
	run kmgr create-ksk b.example --cmk draft
	echo "$output"
	[ "$status" -eq 10 ]
	[ "$(kmgr --json describe-cmk draft | jq .cmk.seal)" = null ]
}

@test "names-exchanged: two CMKs change names" {
	kmgr -q create-cmk other --token main --policy p.yaml >/dev/null
	sql "UPDATE cmk SET name = 'x' WHERE name = 'prod';
		UPDATE cmk SET name = 'prod' WHERE name = 'other';
		UPDATE cmk SET name = 'other' WHERE name = 'x'"
	refused 10 'its name is' 'and the ledger tells of'
	differs changed-record
	# The ledger tells of it too.
	prod=$id
	renamed "$prod" prod x
	renamed "$(sqlite3 kmgr.db "SELECT id FROM cmk WHERE name = 'prod'")" \
		other prod
	renamed "$prod" x other
	refused 10 'its name is' 'and the ledger tells of'
	# What asks no token is told by whoever has pinned the name.
	printf 'pins:\n  prod: %s\n' "$(kmgr --json describe-cmk other |
		jq -r .cmk.public_key | openssl pkey -pubin -outform DER |
		sha256sum | cut -d ' ' -f 1)" >>kmgr.yaml
	run kmgr create-ksk b.example --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"the configuration pins for prod"* ]]
	told names-exchanged
}

# renamed ID FROM TO: an event of it, as only kmgr writes them.
renamed() {
	id=$1 append update-cmk "$(jq -cnjS --arg id "$1" --arg from "$2" \
		--arg to "$3" '{cmk_id: $id, contact: "", name: $to,
			tags: "{}", was_named: $from}')"
}

@test "name-reverted: a name that a CMK had before is given back to it" {
	keep old
	kmgr -q update-cmk prod --name test >/dev/null
	# Without the event, and with one that takes it back.
	keep new
	sql "UPDATE cmk SET name = 'prod'"
	refused 10 'its name is prod'
	renamed "$id" test prod
	refused 10 'its name is prod'
	# And with the whole store as it was.
	put_back old
	refused 10 'the store was rolled back'
	put_back new
	agrees
}

@test "recovery-forged: the ledger is made to tell that a loss was accepted" {
	append recover "{\"cmk_id\":\"$id\",\"epoch\":77}"
	refused 10 'no key of the CMK has signed'
}

@test "restore-forged-event: the ledger is made to tell that the store was restored" {
	append restore "$(jq -cnjS --arg id "$id" --arg ksk "$ksk" '{cmk_id: $id,
		file: "x", from: 1, horizons: [{horizon_at: 9999999999,
			ksk_id: $ksk}], source: "ledger", to: 2}')"
	refused 10 '(restore) of CMK prod' 'no key of the CMK has signed'
}

# forged TYPE: the last event of TYPE once more, under another number.
forged() {
	keep good
	append "$1" "$(sqlite3 kmgr.db "SELECT payload FROM ledger
		WHERE type = '$1' ORDER BY seq DESC LIMIT 1")"
	refused 10 "($1)" 'it was signed at another point of another ledger'
	put_back good
}

@test "event-appended: life-cycle events are appended, to be signed with the next" {
	make_ksk a.example --another
	kmgr -q delete-ksk "a.example/$(kmgr --json list-ksks |
		jq '.ksks[2].key_tag')" >/dev/null
	# What a key of the CMK signed counts where it was signed.
	forged create-ksk
	forged delete-ksk
	forged seal
	# Nor does a statement of somebody else.
	own_key >/dev/null
	seq=$(sqlite3 kmgr.db "SELECT max(seq) FROM ledger")
	head=$(sqlite3 kmgr.db "SELECT lower(hex(hash)) FROM ledger
		WHERE seq = $seq")
	endorsement=$(sqlite3 kmgr.db "SELECT endorsement FROM ksk LIMIT 1" |
		jq -cS --arg head "$head" --argjson seq "$seq" \
		'.ledger_head = $head | .ledger_seq = $seq')
	printf '%s' "$endorsement" >endorsement
	append create-ksk "$(sqlite3 kmgr.db "SELECT payload FROM ledger
		WHERE type = 'create-ksk' LIMIT 1" | jq -cS \
		--arg text "$endorsement" --arg signature \
		"0/1 $(own_sign kmgr/endorsement-batch/v1 "$(batch_of_one \
			"$(jq -r .cmk_id endorsement)" endorsement)")" \
		'.endorsement = $text | .endorsement_signature = $signature')"
	refused 10 '(create-ksk)' 'does not verify'
	# No checkpoint was made of any of it.
	[ "$(sqlite3 kmgr.db 'SELECT max(seq) FROM ledger')" -eq $((seq + 1)) ]
}
