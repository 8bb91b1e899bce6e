# The end of a KSK: facts of the parent, waits, retirement, and its key pair.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	need_program sqlite3 jq pkcs11-tool openssl
	kmgr_here
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	printf 'version: 1\nzones: ["."]\ncustody: shared\n' >shared.yaml
	echo 'example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==' >zsk
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
}

# ksk: makes one more for example.com and prints its key tag.
ksk() {
	kmgr --json create-ksk example.com --another --cmk prod |
		jq -r '.ksks[-1].key_tag'
}

sign() {
	kmgr sign-zsks example.com zsk
}

# state TAG
state() {
	kmgr --json describe-ksk "example.com/$1" | jq -r .ksk.state
}

privates() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects --type privkey 2>/dev/null |
		grep -c kmgr1:ksk:
}

# two: the KSKs old and new, both signed with and at the parent.
two() {
	old=$(ksk)
	new=$(ksk)
	sign >/dev/null
	kmgr -q ds-seen --force "example.com/$old" >/dev/null
	kmgr -q ds-seen --force "example.com/$new" >/dev/null
}

# --- what the parent has ----------------------------------------------------

@test "a DS at the parent of a KSK that nobody has published is warned of" {
	tag=$(ksk)
	[ "$(state "$tag")" = generated ]
	run kmgr ds-seen --force "example.com/$tag"
	[ "$status" -eq 0 ]
	[[ $output == *"example.com./$tag was never published"*sign-zsks* ]]
}

@test "ds-seen and ds-gone: states and events" {
	tag=$(ksk)
	sign >/dev/null
	[ "$(state "$tag")" = published ]
	run kmgr ds-seen --force "example.com/$tag" --dry-run
	[[ $output == *"would record that the DS"*"it is active then"* ]]
	[ "$(state "$tag")" = published ]
	run kmgr ds-seen --force "example.com/$tag"
	[ "$status" -eq 0 ]
	[[ $output == *"is active"* ]]
	[[ $output != *"never published"* ]]
	run kmgr ds-seen --force "example.com/$tag"
	[ "$status" -eq 0 ]
	[[ $output == *"nothing to do"* ]]
	run kmgr ds-gone --force "example.com/$tag"
	[ "$status" -eq 0 ]
	[[ $output == *"is retired"*"resolvers will not validate it"* ]]
	run kmgr ds-gone --force "example.com/$tag"
	[ "$status" -eq 0 ]
	[[ $output == *"nothing to do"* ]]
	kmgr --json describe-ksk "example.com/$tag" >ksk.json
	[ "$(jq -r '.ksk.ds_seen <= .ksk.ds_gone' ksk.json)" = true ]
	[ "$(sqlite3 kmgr.db "SELECT group_concat(type || ' ' ||
		json_extract(payload, '$.from') || ' ' ||
		json_extract(payload, '$.to'), ', ') FROM ledger
		WHERE type LIKE 'ds-%'")" = \
		'ds-seen published active, ds-gone active retired' ]
	# It comes back: no wait is running any more. But it is to go.
	kmgr ds-seen --force "example.com/$tag"
	[ "$(state "$tag")" = retired ]
	[ "$(kmgr --json describe-ksk "example.com/$tag" |
		jq .ksk.ds_gone)" = null ]
}

@test "an instant is not in the future, not before what is known" {
	tag=$(ksk)
	sign >/dev/null
	run kmgr ds-seen --force "example.com/$tag" --at +1h
	[ "$status" -eq 4 ]
	[[ $output == *"in the future"* ]]
	run kmgr ds-seen --force "example.com/$tag" --at -1d
	[ "$status" -eq 4 ]
	[[ $output == *"before the KSK was made"* ]]
	run kmgr ds-seen --force "example.com/$tag" --at yesterday
	[ "$status" -eq 2 ]
	run kmgr_later 5d ds-seen --force "example.com/$tag" --at -2d
	[ "$status" -eq 0 ]
	run kmgr_later 5d ds-seen --force "example.com/$tag" --at -3d
	[ "$status" -eq 4 ]
	run kmgr_later 5d ds-gone --force "example.com/$tag" --at -3d
	[ "$status" -eq 4 ]
	[[ $output == *"is before its DS was seen"* ]]
	kmgr_later 5d ds-gone --force "example.com/$tag" --at -1d
	gone=$(kmgr --json describe-ksk "example.com/$tag" | jq .ksk.ds_gone)
	run kmgr_later 5d ds-gone --force "example.com/$tag" --at -36h
	[ "$status" -eq 4 ]
	# Said again it is known; said to be later, the wait is longer.
	kmgr_later 5d ds-gone --force "example.com/$tag"
	[ "$gone" = "$(kmgr --json describe-ksk "example.com/$tag" |
		jq .ksk.ds_gone)" ]
	kmgr_later 5d ds-gone --force "example.com/$tag" --at -1h
	[ "$(kmgr --json describe-ksk "example.com/$tag" |
		jq ".ksk.ds_gone > $gone")" = true ]
	run kmgr ds-seen --force example.com/1
	[ "$status" -eq 4 ]
}

@test "ds-gone without ds-seen: of a published KSK, not of a generated one" {
	tag=$(ksk)
	run kmgr ds-gone --force "example.com/$tag"
	[ "$status" -eq 5 ]
	[[ $output == *"kmgr delete-ksk"*"at once"* ]]
	sign >/dev/null
	run kmgr ds-gone --force "example.com/$tag"
	[ "$status" -eq 0 ]
	kmgr --json describe-ksk "example.com/$tag" >ksk.json
	[ "$(jq '.ksk.ds_seen == .ksk.created' ksk.json)" = true ]
}

# --- what is shown and signed ----------------------------------------------

@test "a retired KSK is in no DS, CDS or CDNSKEY any more" {
	two
	kmgr -q ds-gone --force "example.com/$old"
	run -0 --separate-stderr kmgr get-ds example.com
	[[ $output == *"IN DS $new "* ]]
	[[ $output != *"IN DS $old "* ]]
	run kmgr get-ds "example.com/$old"
	[ "$status" -eq 5 ]
	[[ $output == *"gone from the parent since"* ]]
	kmgr sign-zsks example.com zsk --cds >signed
	[ "$(grep -c "IN CDS " signed)" -eq 1 ]
	grep "IN CDS $new " signed
	[ "$(grep -c "IN CDNSKEY " signed)" -eq 1 ]
	# Both are in the zone, and sign, until caches have no DS of it.
	[ "$(grep -c "IN DNSKEY 257" signed)" -eq 2 ]
	kmgr -q ds-gone --force "example.com/$new"
	run kmgr get-ds example.com
	[ "$status" -eq 5 ]
	run kmgr sign-zsks example.com zsk --cds
	[ "$status" -eq 5 ]
	[[ $output == *"there is none for CDS"* ]]
}

@test "a retired KSK leaves the signed set after its wait, if another is active" {
	two
	kmgr -q ds-gone --force "example.com/$old"
	# parent-ds-ttl 1d + parent-propagation-delay 1h + retire-safety 1h
	kmgr_later 25h sign-zsks example.com zsk >before
	[ "$(grep -c "RRSIG DNSKEY" before)" -eq 2 ]
	kmgr_later 27h sign-zsks example.com zsk >after
	[ "$(grep -c "RRSIG DNSKEY" after)" -eq 1 ]
	grep "RRSIG DNSKEY.* $new example.com" after
	[ "$(grep -c "DNSKEY 257" after)" -eq 1 ]
	# The last one of a zone stays and signs.
	kmgr_later 27h -q ds-gone --force "example.com/$new"
	kmgr_later 30d sign-zsks example.com zsk >last
	[ "$(grep -c "RRSIG DNSKEY" last)" -eq 1 ]
	grep "RRSIG DNSKEY.* $new example.com" last
}

@test "a KSK that has left lets its CMK go, and signing goes on" {
	kmgr -q create-cmk next --token main --policy p.yaml >/dev/null
	old=$(ksk)
	new=$(kmgr --json create-ksk example.com --cmk next |
		jq -r '.ksks[0].key_tag')
	sign >/dev/null
	kmgr -q ds-seen --force "example.com/$old"
	kmgr -q ds-seen --force "example.com/$new"
	kmgr -q ds-gone --force "example.com/$old"
	kmgr disable-cmk prod
	run sign
	[ "$status" -eq 5 ]
	kmgr_later 3d sign-zsks example.com zsk >signed
	grep "RRSIG DNSKEY.* $new example.com" signed
}

# two_tokens: old under prod in its token, new under next in another one, both
# signed with; the DS of old is gone. The first token is "one" in the token
# folder, and has no more than that folder.
two_tokens() {
	local first=$TOKEN_URI

	softhsm_new "$BATS_TEST_TMPDIR" other
	kmgr_env "$BATS_TEST_TMPDIR" "main=$first" "other=$TOKEN_URI"
	kmgr -q create-cmk next --token other --policy p.yaml >/dev/null
	old=$(ksk)
	new=$(kmgr --json create-ksk example.com --cmk next |
		jq -r '.ksks[0].key_tag')
	sign >/dev/null
	kmgr -q ds-seen --force "example.com/$old"
	kmgr -q ds-seen --force "example.com/$new"
	kmgr -q ds-gone --force "example.com/$old"
	softhsm2-util --delete-token --token kmgr >/dev/null
}

@test "a token that is lost stops no zone that has rolled away from it" {
	two_tokens
	run kmgr sign-zsks example.com zsk
	[ "$status" -eq 6 ]
	run --separate-stderr kmgr_later 3d sign-zsks example.com zsk
	[ "$status" -eq 0 ]
	[[ $stderr == *"token main is not there"*"CMK prod"*signatures* ]]
	grep "RRSIG DNSKEY.* $new example.com" <<<"$output"
	[ "$(grep -c 'DNSKEY 257' <<<"$output")" -eq 1 ]
}

@test "nobody retires a KSK with a forged fact while its token is away" {
	two_tokens
	sqlite3 kmgr.db "DROP TRIGGER ksk_identity;
		UPDATE ksk SET ds_gone_at = ds_gone_at - 259200
		WHERE key_tag = $old"
	run kmgr sign-zsks example.com zsk
	[ "$status" -eq 10 ]
	[[ $output != *'RRSIG DNSKEY'* ]]
}

# --- delete-ksk --------------------------------------------------------------

@test "a KSK that was never used goes at once" {
	tag=$(ksk)
	[ "$(privates)" -eq 1 ]
	run kmgr delete-ksk "example.com/$tag" --dry-run
	[ "$status" -eq 0 ]
	[[ $output == *"would sign"*"is removed"*"would destroy its key pair"* ]]
	[ "$(privates)" -eq 1 ]
	run kmgr delete-ksk "example.com/$tag"
	[ "$status" -eq 0 ]
	[[ $output == *"is removed; its key pair is destroyed"* ]]
	[ "$(privates || true)" -eq 0 ]
	run kmgr list-ksks
	[[ $output != *"$tag"* ]]
	run kmgr delete-ksk "example.com/$tag"
	[ "$status" -eq 0 ]
	[[ $output == *"removed already; nothing to do"* ]]
	run kmgr delete-ksk example.com/1
	[ "$status" -eq 4 ]
	run kmgr sign-zsks example.com zsk
	[ "$status" -eq 4 ]
	[[ $output == *"has no KSK"* ]]
	run kmgr verify
	[ "$status" -eq 0 ]
	# Another one gets its own generation.
	ksk
	[ "$(kmgr --json list-ksks | jq '.ksks[0].generation')" -eq 2 ]
}

@test "a KSK in use goes after its DS and its last signature" {
	two
	run kmgr delete-ksk "example.com/$old"
	[ "$status" -eq 5 ]
	[[ $output == *"at the parent since"*"kmgr ds-gone"* ]]
	kmgr -q ds-gone --force "example.com/$new"
	run kmgr delete-ksk "example.com/$old"
	[ "$status" -eq 5 ]
	[[ $output == *"the last KSK of the zone"* ]]
	kmgr -q ds-seen --force "example.com/$new"
	kmgr -q ds-gone --force "example.com/$old"
	run kmgr delete-ksk "example.com/$old"
	[ "$status" -eq 11 ]
	[[ $output == *"a signature by it is valid until 20"* ]]
	run kmgr_later 13d delete-ksk "example.com/$old"
	[ "$status" -eq 11 ]
	run kmgr_later 15d delete-ksk "example.com/$old"
	[ "$status" -eq 0 ]
	kmgr_later 15d sign-zsks example.com zsk | grep RRSIG
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "the wait for caches is longer than a short signature" {
	old=$(ksk)
	new=$(ksk)
	kmgr sign-zsks example.com zsk --validity 1d >/dev/null
	kmgr -q ds-seen --force "example.com/$old"
	kmgr -q ds-seen --force "example.com/$new"
	kmgr -q ds-gone --force "example.com/$old"
	run kmgr_later 25h delete-ksk "example.com/$old"
	[ "$status" -eq 11 ]
	[[ $output == *"caches may have its DS until"* ]]
	kmgr_later 27h delete-ksk "example.com/$old"
}

@test "the retirement verifies with openssl, and the ledger has it" {
	tag=$(ksk)
	kmgr --json delete-ksk "example.com/$tag" >ksk.json
	[ "$(jq -r .ksk.key_pair ksk.json)" = destroyed ]
	kmgr --json describe-cmk prod | jq -r .cmk.public_key >seal.pem
	jq -r .ksk.retirement_signature ksk.json | base64 -d >sig
	{ printf 'kmgr/retirement/v1\0'; jq -jr .ksk.retirement ksk.json; } >tbs
	openssl dgst -sha256 -verify seal.pem -signature sig tbs
	sqlite3 kmgr.db "SELECT payload FROM ledger
		WHERE type = 'delete-ksk'" >event
	[ "$(jq -r .retirement event)" = "$(jq -r .ksk.retirement ksk.json)" ]
	[ "$(jq -r '.retirement | fromjson | .key_tag' event)" = "$tag" ]
}

@test "a shared pair goes with its last zone, and the next zone gets a new one" {
	kmgr -q create-cmk group --token main --policy shared.yaml >/dev/null
	kmgr -q create-ksk a.example b.example --cmk group >/dev/null
	tag=$(kmgr --json list-ksks a.example | jq '.ksks[0].key_tag')
	[ "$(privates)" -eq 1 ]
	run kmgr delete-ksk "a.example/$tag"
	[ "$status" -eq 0 ]
	[[ $output == *"stays: other zones use it"* ]]
	[ "$(privates)" -eq 1 ]
	kmgr -q create-ksk c.example --cmk group >/dev/null
	[ "$(privates)" -eq 1 ]
	kmgr delete-ksk "b.example/$tag"
	run kmgr delete-ksk "c.example/$tag"
	[[ $output == *"its key pair is destroyed"* ]]
	[ "$(privates || true)" -eq 0 ]
	run kmgr verify
	[ "$status" -eq 0 ]
	kmgr -q create-ksk a.example d.example --cmk group >/dev/null
	[ "$(privates)" -eq 1 ]
	[ "$(kmgr --json list-ksks | jq -r '[.ksks[].key_tag] | unique |
		length')" -eq 1 ]
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "a pair that the token does not destroy is recorded, and left" {
	printf 'version: 1\nzones: ["."]\nseal: compliance\n' >forever.yaml
	kmgr -q create-cmk forever --token main --policy forever.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk forever >/dev/null
	tag=$(kmgr --json list-ksks example.net | jq '.ksks[0].key_tag')
	run kmgr delete-ksk "example.net/$tag" --dry-run
	[[ $output == *"would leave its key pair"*"seal: compliance"* ]]
	kmgr delete-ksk "example.net/$tag"
	[ "$(privates)" -eq 1 ]
	run kmgr verify
	[ "$status" -eq 0 ]
}

# --- what the store may not say ---------------------------------------------

@test "a KSK that the store calls removed is not dropped: exit 10" {
	two
	id=$(sqlite3 kmgr.db "SELECT id FROM ksk WHERE key_tag = $old")
	sql "UPDATE ksk SET state = 'removed', retirement = '{}',
		retirement_signature = 'AAAA' WHERE id = '$id'"
	for words in "sign-zsks example.com zsk" "get-ds example.com" \
		"list-ksks"; do
		# shellcheck disable=SC2086 # words
		run kmgr $words
		[ "$status" -eq 10 ]
		[[ $output == *"example.com./$old"*retirement* ]]
	done
	run kmgr verify
	[ "$status" -eq 10 ]
	[[ $output == *"ksk: KSK example.com./$old: its retirement"* ]]
}

@test "nor by the retirement of another KSK" {
	two
	other=$(ksk)
	kmgr -q delete-ksk "example.com/$other"
	sql "UPDATE ksk SET state = 'removed',
		retirement = (SELECT retirement FROM ksk
			WHERE key_tag = $other),
		retirement_signature = (SELECT retirement_signature FROM ksk
			WHERE key_tag = $other) WHERE key_tag = $old"
	run kmgr sign-zsks example.com zsk
	[ "$status" -eq 10 ]
	[[ $output == *"the statement is of another KSK"* ]]
}

@test "a KSK whose row is gone is missed: exit 10" {
	two
	sql "DELETE FROM signature; DELETE FROM ksk WHERE key_tag = $old"
	for words in "sign-zsks example.com zsk" "get-ds example.com"; do
		# shellcheck disable=SC2086 # words
		run kmgr $words
		[ "$status" -eq 10 ]
		[[ $output == *"has 1 KSKs, and the ledger tells of 2"* ]]
	done
}

@test "facts of the parent that the ledger does not tell drop nothing" {
	two
	sql "UPDATE ksk SET state = 'retired', ds_gone_at = created_at + 1
		WHERE key_tag = $old"
	run kmgr_later 3d sign-zsks example.com zsk
	[ "$status" -eq 10 ]
	[[ $output == *"the store says of its life cycle what the ledger"* ]]
	run kmgr_later 15d delete-ksk "example.com/$old"
	[ "$status" -eq 10 ]
	run kmgr verify
	[ "$status" -eq 10 ]
}

@test "a fact of the parent that no key has signed is refused" {
	two
	kmgr -q ds-gone --force "example.com/$old"
	need_program python3
	# The same event once more, as only kmgr's hash chain would have it.
	python3 - kmgr.db <<-'END'
		import hashlib, json, sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		for name, in db.execute("SELECT name FROM sqlite_master "
		    "WHERE type = 'trigger'").fetchall():
		    db.execute("DROP TRIGGER " + name)
		seq, prev = db.execute("SELECT seq, hash FROM ledger "
		    "ORDER BY seq DESC LIMIT 1").fetchone()
		kind, payload, actor, at, cmk, zone = db.execute("SELECT type, "
		    "payload, actor, at, cmk_id, zone FROM ledger "
		    "WHERE type = 'ds-gone'").fetchone()
		text = json.dumps({"actor": json.loads(actor), "at": at,
		    "payload": json.loads(payload), "prev": prev.hex(),
		    "seq": seq + 1, "type": kind}, sort_keys=True,
		    separators=(",", ":"), ensure_ascii=False)
		own = hashlib.sha256(b"kmgr/ledger/v1\0" + text.encode())
		db.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
		    "?)", (seq + 1, prev, own.digest(), kind, payload, actor,
		    at, cmk, zone))
		db.commit()
	END
	run sign
	[ "$status" -eq 10 ]
	[[ $output == *"(ds-gone) of CMK prod is one that no key"* ]]
}

@test "an intent to destroy a KSK's pair destroys none that is in use" {
	two
	sql "INSERT INTO intent (kind, token, key_id, label, payload, state,
		created_at) SELECT 'delete-ksk', 'main', key.id, label,
		json_object('cmk_id', ksk.cmk_id, 'ksk_id', ksk.id),
		'open', 1 FROM key, ksk WHERE ksk.key_id = key.id
		AND key_tag = $old"
	run kmgr create-ksk example.net --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"which is in use"*"no key was touched"* ]]
	[ "$(privates)" -eq 2 ]
	run kmgr verify
	[ "$status" -eq 10 ]
	[[ $output == *planted-intent:* ]]
}

@test "a destroyed pair that is back in the token is noticed" {
	tag=$(ksk)
	cp -a tokens before
	kmgr delete-ksk "example.com/$tag"
	rm -rf tokens
	mv before tokens
	run kmgr verify
	[ "$status" -eq 10 ]
	[[ $output == *"deleted-key: token main has 2 objects of KSK"* ]]
}
