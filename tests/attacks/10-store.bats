# What somebody who can write to the store and the configuration, and has no
# PIN, does not achieve unseen.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

setup_file() {
	world_new
	make_ksk b.example
	kmgr -q create-cmk other --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk c.example --cmk other >/dev/null
}

setup() {
	world_enter
}

@test "policy-file: the policy file is edited" {
	hash=$(kmgr get-policy prod --format json | sha256sum)
	printf '%s\n' 'version: 1' 'zones: ["."]' \
		'signatures: { validity: 20d }' >p.yaml
	run kmgr sign-zsks a.example a --validity 19d
	[ "$status" -eq 5 ]
	[ "$hash" = "$(kmgr get-policy prod --format json | sha256sum)" ]
	# Nor does it become the policy of what has one.
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 4 ]
	[ "$hash" = "$(kmgr get-policy prod --format json | sha256sum)" ]
	signs a
}

@test "policy-row: the sealed policy in the store is edited" {
	sql "UPDATE cmk SET policy = replace(policy, '\"validity\":1209600',
		'\"validity\":9999999') WHERE name = 'prod'"
	refused 10 'does not hash to its recorded hash'
	differs cmk
	# With its own hash beside it.
	hash=$(sqlite3 kmgr.db "SELECT policy FROM cmk WHERE name = 'prod'" |
		tr -d '\n' | sha256sum | cut -d ' ' -f 1)
	sql "UPDATE cmk SET policy_hash = x'$hash' WHERE name = 'prod'"
	refused 10
	differs cmk
}

@test "policy-of-another: another CMK's policy and seal are put in its place" {
	sql "UPDATE cmk SET (policy, policy_hash, seal, seal_signature,
		sealed_at) = (SELECT policy, policy_hash, seal,
		seal_signature, sealed_at FROM cmk WHERE name = 'other')
		WHERE name = 'prod'"
	refused 10
	differs cmk
}

@test "event-changed: an event is edited" {
	sql "UPDATE ledger SET payload = replace(payload, 'a.example',
		'x.example') WHERE type = 'create-ksk'"
	differs ledger
}

@test "event-rechained: an event is edited, and the chain made anew" {
	sql "UPDATE ledger SET actor = replace(actor, '\"uid\":', '\"uid\":7')
		WHERE seq = 1"
	rechain
	run ! kmgr sign-zsks b.example b
	refused 10
	differs ledger
}

@test "event-hidden: an event keeps its hash and is not found any more" {
	for hide in "cmk_id = NULL WHERE type = 'seal'" \
		"zone = 'x.example.' WHERE type = 'create-ksk'" \
		"zone = NULL WHERE type = 'create-ksk'"; do
		keep good
		sql "UPDATE ledger SET $hide"
		differs ledger
		put_back good
	done
	# Of checkpoints, kmgr asks each time.
	sql "UPDATE ledger SET cmk_id = NULL WHERE type = 'checkpoint'"
	refused 10
}

@test "events-removed: single events are deleted" {
	sql "DELETE FROM ledger WHERE type = 'sign-zsks'"
	differs ledger
	put_back_world
	sql "DELETE FROM ledger WHERE type = 'create-ksk'"
	differs ledger
}

@test "rows-removed: rows of KSKs, keys, CMKs and signatures are deleted" {
	sql "PRAGMA foreign_keys = OFF; DELETE FROM ksk
		WHERE zone = 'b.example.'"
	differs removed-record
	run kmgr sign-zsks b.example b
	[ "$status" -ne 0 ]
	# None is made for the zone in its place as if there had been none.
	before=$(objects_sum)
	run kmgr create-ksk b.example --cmk prod
	[ "$status" -eq 10 ]
	[ "$before" = "$(objects_sum)" ]
	put_back_world
	sql "PRAGMA foreign_keys = OFF; DELETE FROM key WHERE id =
		(SELECT key_id FROM ksk WHERE zone = 'a.example.')"
	differs removed-record
	put_back_world
	sql "PRAGMA foreign_keys = OFF; DELETE FROM cmk WHERE name = 'prod'"
	run kmgr sign-zsks a.example a
	[ "$status" -ne 0 ]
	[[ $output != *"IN RRSIG"* ]]
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 10 ]
	differs removed-record
}

@test "ksk-moved: the records of two KSKs change places, or one its zone" {
	sql "UPDATE ksk SET (endorsement, endorsement_signature) =
		(SELECT endorsement, endorsement_signature FROM ksk
		WHERE zone = 'b.example.') WHERE zone = 'a.example.'"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 10 ]
	[[ $output != *"IN RRSIG"* ]]
	run kmgr get-ds a.example
	[ "$status" -eq 10 ]
	differs ksk
	put_back_world
	# The whole row of b for a zone that has none.
	sql "UPDATE ksk SET zone = 'd.example.' WHERE zone = 'b.example.'"
	run kmgr get-ds d.example
	[ "$status" -eq 10 ]
	differs ksk
}

@test "batch-moved: KSKs that were endorsed at once change their places" {
	local proof='(SELECT endorsement_signature FROM ksk WHERE zone ='

	make_ksk d.example e.example f.example
	keep good
	for new in "$proof 'e.example.')" "$proof 'b.example.')" \
		"$proof 'c.example.')" \
		"replace(endorsement_signature, '0/3 ', '2/3 ')" \
		"replace(endorsement_signature, '0/3 ', '0/4 ')" \
		"replace(endorsement_signature, '0/3 ', '0/1 ')" \
		'substr(endorsement_signature, 1,
			length(endorsement_signature) - 45)' \
		'endorsement_signature || substr(endorsement_signature, -45)'
	do
		sql "UPDATE ksk SET endorsement_signature = $new
			WHERE zone = 'd.example.'"
		run kmgr get-ds d.example
		[ "$status" -eq 10 ]
		[[ $output == *"KSK d.example."* ]]
		differs ksk
		put_back good
	done
}

# take_out ZONE: its KSK, and the event that tells of it.
take_out() {
	local seq

	seq=$(sqlite3 kmgr.db "SELECT seq FROM ledger
		WHERE type = 'create-ksk' AND zone = '$1'")
	sql "DELETE FROM ksk WHERE zone = '$1';
		DELETE FROM ledger WHERE seq = $seq"
	for ((; seq < $(sqlite3 kmgr.db 'SELECT max(seq) FROM ledger'); seq++))
	do
		sql "UPDATE ledger SET seq = $seq WHERE seq = $seq + 1"
	done
	rechain
}

@test "batch-cut: of KSKs that were endorsed at once the ledger forgets one" {
	printf '%s\n' 'version: 1' 'zones: ["."]' 'custody: shared' \
		>shared.yaml
	kmgr -q create-cmk group --token main --policy shared.yaml >/dev/null
	kmgr -q create-ksk d.example --cmk group >/dev/null
	keep_token before
	kmgr -q create-ksk e.example f.example g.example --cmk group >/dev/null
	# As if that run had died before it signed a checkpoint.
	put_back_token before
	sql "DELETE FROM ledger WHERE type = 'checkpoint' AND
		seq = (SELECT max(seq) FROM ledger)"
	keep died
	kmgr -q create-ksk h.example --cmk group >/dev/null
	agrees
	for zone in e f g; do
		put_back_token before
		put_back died
		take_out $zone.example.
		run kmgr create-ksk $zone.example --cmk group
		[ "$status" -eq 10 ]
		[[ $output == *"endorsed together"* ]]
		differs ledger "endorsed together"
	done
}

@test "foreign-endorsement: a KSK that another CMK has endorsed" {
	sql "UPDATE ksk SET cmk_id = '$id' WHERE zone = 'c.example.'"
	run kmgr sign-zsks c.example c
	[ "$status" -eq 10 ]
	[[ $output != *"IN RRSIG"* ]]
	differs ksk
	# A good endorsement of that CMK's seal key says nothing of this one.
	put_back_world
	kmgr -q export-endorsement "c.example/$(kmgr --json list-ksks \
		c.example | jq '.ksks[0].key_tag')" -o c.json
	kmgr --json describe-cmk prod | jq -r .cmk.public_key >prod.pem
	run kmgr verify-endorsement c.json --cmk-public-key prod.pem
	[ "$status" -eq 10 ]
}

@test "state-forged: the store says that a stopped CMK works again, or is deleted" {
	append cmk-state "{\"cmk_id\":\"$id\",\"from\":\"enabled\",\"to\":\"disabled\"}"
	append cmk-state "{\"cmk_id\":\"$id\",\"from\":\"disabled\",\"to\":\"enabled\"}"
	refused 10 'no key of the CMK has signed'
	put_back_world
	sql "UPDATE cmk SET state = 'pending-deletion', deletion_at = 1
		WHERE name = 'prod'"
	refused_or_stopped
	put_back_world
	sql "UPDATE cmk SET state = 'deleted' WHERE name = 'prod'"
	refused_or_stopped
	run kmgr verify
	[ "$status" -eq 10 ]
}

# refused_or_stopped: nothing is signed, whatever the reason.
refused_or_stopped() {
	local before

	before=$(objects_sum)
	run kmgr sign-zsks a.example a
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output != *"IN RRSIG"* ]]
	[ "$before" = "$(objects_sum)" ]
}

@test "horizon-nearer: the store forgets how long signatures live" {
	sql "UPDATE cmk SET horizon_at = 1 WHERE name = 'prod'"
	run kmgr verify
	[ "$status" -eq 10 ]
}

@test "signature-forged: the record of a signature is edited" {
	sql "UPDATE signature SET expiration_at = expiration_at - 86400"
	differs signature
}

@test "store-replaced: a whole store of his own, with a token of his own" {
	# All his: a token with the same label, a CMK of the same name, a KSK
	# for the same zone.
	mkdir his
	(
		softhsm_new "$PWD/his" kmgr
		kmgr_env "$PWD/his"
		kmgr init
		kmgr create-cmk prod --token main --policy p.yaml
		kmgr create-ksk a.example --cmk prod
	) >/dev/null
	rm -f kmgr.db-wal kmgr.db-shm
	cp his/kmgr.db kmgr.db
	refused 10 'token main is another one'
	run kmgr verify
	[ "$status" -eq 10 ]
	# What needs no token believes the store, unless the CMK is pinned.
	kmgr get-ds a.example >his.ds
	told store-replaced
}

@test "pinned: with the PIN, a CMK of the same name in a new store" {
	pin=$(kmgr --json describe-cmk prod | jq -r .cmk.public_key |
		openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1)
	printf 'pins:\n  prod: %s\n' "$pin" >>kmgr.yaml
	signs a
	# Somebody with the PIN makes his own beside it, in a new store.
	rm -f kmgr.db kmgr.db-wal kmgr.db-shm
	kmgr init >/dev/null
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 10 ]
	run kmgr create-cmk prod --token main --policy p.yaml --beside-others
	run kmgr create-ksk a.example --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"the configuration pins for prod"* ]]
	# Without the pin nothing tells it from what the operator made.
	sed -i '/^pins:/,$d' kmgr.yaml
	run kmgr create-ksk a.example --cmk prod
	[ "$status" -eq 0 ]
	told pinned
}
