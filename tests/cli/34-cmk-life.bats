# The life of a CMK: its draft, what stays mutable, its states, its end.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	need_program sqlite3 jq pkcs11-tool
	kmgr_here
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	printf 'version: 1\nzones: ["."]\nseal: compliance\n' >forever.yaml
	printf 'version: 1\nzones: ["."]\nsignatures: { validity: 10d }\n' \
		>other.yaml
	echo 'example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==' >zsk
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
}

# hash_of: the hash of the policy that prod has.
hash_of() {
	kmgr --json describe-cmk prod | jq -r .cmk.policy_hash
}

state() {
	kmgr --json describe-cmk "${1:-prod}" | jq -r .cmk.state
}

# ksk: makes one for example.com and prints its key tag.
ksk() {
	kmgr --json create-ksk example.com --cmk prod |
		jq -r '.ksks[0].key_tag'
}

# objects: how many halves of key pairs are in the token.
objects() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label "$TOKEN_LABEL" \
		--login --pin "$TOKEN_PIN" --list-objects 2>/dev/null | grep -c 'Key Object'
}

events() {
	sqlite3 kmgr.db "SELECT count(*) FROM ledger WHERE type = '$1'"
}

# --- the draft -------------------------------------------------------------

@test "put-policy replaces the policy of a draft, and the ledger has both" {
	old=$(hash_of)
	new=$(kmgr --json check-policy other.yaml | jq -r .policy_hash)
	run kmgr put-policy prod other.yaml --dry-run
	[ "$status" -eq 0 ]
	[[ $output == *"would change signatures.validity"*"2w to 10d"* ]]
	[ "$old" = "$(hash_of)" ]
	run kmgr put-policy prod other.yaml
	[ "$status" -eq 0 ]
	[ "$new" = "$(hash_of)" ]
	[ "$new" = "$(kmgr get-policy prod --format json | sha256sum |
		cut -d ' ' -f 1)" ]
	sqlite3 kmgr.db "SELECT payload FROM ledger
		WHERE type = 'put-policy'" >event
	[ "$(jq -r .was_policy_hash event)" = "$old" ]
	[ "$(jq -r .policy_hash event)" = "$new" ]
	[ "$(jq -jr .policy event | sha256sum | cut -d ' ' -f 1)" = "$new" ]
	# What was put is what gets sealed.
	ksk
	[ "$(kmgr --json describe-cmk prod | jq -r .cmk.seal.policy_hash)" = \
		"$new" ]
}

@test "put-policy gives a draft approvers, and takes them away" {
	need_program ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -f alice
	printf '%s\n' 'version: 1' 'zones: ["."]' >none.yaml
	cp none.yaml some.yaml
	echo "approvals: { create-ksk: 1, approvers: [\"$(cat alice.pub)\"] }" \
		>>some.yaml
	kmgr -q create-cmk draft --token main --policy none.yaml >/dev/null
	kmgr -q put-policy draft some.yaml >/dev/null
	run -11 kmgr create-ksk a.example --cmk draft
	kmgr -q put-policy draft none.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk draft >/dev/null
	kmgr -q verify >/dev/null
}

@test "put-policy of the same policy is no change, sealed or not" {
	kmgr get-policy prod >same.yaml
	for _ in draft sealed; do
		run kmgr put-policy prod same.yaml
		[ "$status" -eq 0 ]
		[[ $output == *"has this policy already; nothing to do"* ]]
		[ "$(events put-policy)" -eq 0 ]
		ksk >/dev/null
	done
	[ "$(state)" = enabled ]
}

@test "put-policy on a sealed CMK names what differs: exit 5" {
	ksk >/dev/null
	hash=$(hash_of)
	printf 'version: 1\nzones: ["."]\nsignatures: { validity: 10d }
ksk: { max-per-zone: 6 }\n' >two.yaml
	run kmgr put-policy prod two.yaml
	[ "$status" -eq 5 ]
	[[ $output == *"signatures.validity "*2w*10d* ]]
	[[ $output == *"ksk.max-per-zone "*4*6* ]]
	[[ $output == *"is sealed, and 2 keys"*"create-cmk NAME --token main"* ]]
	run -5 --separate-stderr kmgr --json put-policy prod two.yaml
	[ "$(jq -c '[.differences[] | [.key, .old, .new]]' <<<"$output")" = \
		'[["ksk.max-per-zone","4","6"],["signatures.validity","2w","10d"]]' ]
	# For machines the refusal is in the same object.
	[ "$(jq -s '[length, .[0].exit_status, .[0].error]' -c \
		<<<"$output")" = '[1,5,"policy"]' ]
	[ -z "$stderr" ]
	run kmgr put-policy prod two.yaml --dry-run
	[ "$status" -eq 5 ]
	[ "$hash" = "$(hash_of)" ]
	[ "$(events put-policy)" -eq 0 ]
}

@test "a draft gets no policy that its seal key or token cannot keep" {
	hash=$(hash_of)
	run kmgr put-policy prod forever.yaml
	[ "$status" -eq 5 ]
	[[ $output == *"made for seal: governance"*"make a new CMK"* ]]
	printf 'version: 1\nzones: ["."]\nksk: { lifetime: 1d }\n' >bad.yaml
	run kmgr put-policy prod bad.yaml
	[ "$status" -eq 5 ]
	[[ $output == *POLICY-LIFETIME* ]]
	printf 'version: 1\nzones: ["."]\nksk: { algorithm: ed25519 }
zsk: { algorithms: [ed25519] }\n' >ed.yaml
	# The probe of the draft did not look for it, and no other one is made.
	run kmgr put-policy prod ed.yaml
	[ "$status" -eq 5 ]
	[[ $output == *"did not see it make and use ed25519 keys"* ]]
	run kmgr put-policy nobody p.yaml
	[ "$status" -eq 4 ]
	run kmgr put-policy prod none.yaml
	[ "$status" -eq 3 ]
	[ "$hash" = "$(hash_of)" ]
}

@test "a draft is deleted at once, and its seal key with it" {
	run kmgr schedule-cmk-deletion prod
	[ "$status" -eq 5 ]
	[[ $output == *"it is draft"*"delete-cmk prod deletes it at once"* ]]
	run kmgr disable-cmk prod
	[ "$status" -eq 5 ]
	run kmgr delete-cmk prod --dry-run
	[ "$status" -eq 0 ]
	[[ $output == *"would destroy its seal key in token main"* ]]
	[ "$(objects)" -eq 2 ]
	run kmgr delete-cmk prod
	[ "$status" -eq 0 ]
	[ "$(state)" = deleted ]
	[ "$(objects || true)" -eq 0 ]
	run kmgr verify
	[ "$status" -eq 0 ]
	run kmgr delete-cmk prod
	[ "$status" -eq 0 ]
	[[ $output == *"deleted already; nothing to do"* ]]
	run kmgr create-ksk example.com --cmk prod
	[ "$status" -eq 5 ]
	[[ $output == *"CMK prod is deleted"*"gone for ever"* ]]
	run kmgr put-policy prod other.yaml
	[ "$status" -eq 5 ]
	# Its name goes to another one only when it is given free.
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 4 ]
	[[ $output == *"is deleted"*"update-cmk prod --name NEW"* ]]
	kmgr update-cmk prod --name old
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 0 ]
	[ "$(state)" = draft ]
}

@test "the seal key of a draft under seal: compliance stays, and is known" {
	kmgr -q create-cmk forever --token main --policy forever.yaml
	run kmgr delete-cmk forever
	[ "$status" -eq 0 ]
	[[ $output == *"its seal key stays in token main"* ]]
	[ "$(state forever)" = deleted ]
	[ "$(objects)" -eq 4 ]
	run kmgr verify
	[ "$status" -eq 0 ]
}

# --- what stays mutable ----------------------------------------------------

@test "name, contact and tags change, sealed or not; the id does not" {
	id=$(kmgr --json describe-cmk prod | jq -r .cmk.id)
	ksk >/dev/null
	run kmgr update-cmk prod --contact "ops@example.com" --tag team=dns \
		--tag cost=42 --dry-run
	[ "$status" -eq 0 ]
	[[ $output == *"would change the contact"*"would change the tags"* ]]
	[ "$(events update-cmk)" -eq 0 ]
	kmgr update-cmk prod --contact "ops@example.com" --tag team=dns \
		--tag cost=42
	run kmgr update-cmk "$id" --name main --untag cost --tag team=dnssec
	[ "$status" -eq 0 ]
	[[ $output == *"CMK main"*"ops@example.com"*"team=dnssec"* ]]
	# The name is signed with its change.
	[ "$(sqlite3 kmgr.db "SELECT payload ->> 'statement' ->> 'name'
		FROM ledger WHERE seq = 1 + (SELECT max(seq) FROM ledger
		WHERE type = 'update-cmk')")" = main ]
	kmgr --json describe-cmk main >cmk.json
	[ "$(jq -r .cmk.id cmk.json)" = "$id" ]
	[ "$(jq -c .cmk.tags cmk.json)" = '{"team":"dnssec"}' ]
	[ "$(kmgr --json list-cmks | jq -r '.cmks[0].contact')" = \
		ops@example.com ]
	run kmgr describe-cmk prod
	[ "$status" -eq 4 ]
	run kmgr update-cmk main --contact ops@example.com
	[[ $output == *"as wanted already; nothing to do"* ]]
	[ "$(events update-cmk)" -eq 2 ]
	kmgr sign-zsks example.com zsk >/dev/null
}

@test "a name is taken once and is no id; texts are plain" {
	kmgr -q create-cmk second --token main --policy p.yaml >/dev/null
	run kmgr update-cmk second --name prod
	[ "$status" -eq 4 ]
	[[ $output == *"already"* ]]
	run kmgr update-cmk second --name 0123456789abcdef0123456789abcdef
	[ "$status" -eq 4 ]
	for bad in "--name a/b" "--tag novalue" "--tag a/b=1" "--tag =1"; do
		# shellcheck disable=SC2086 # words
		run kmgr update-cmk second $bad
		[ "$status" -eq 2 ]
	done
	run kmgr update-cmk second --contact $'two\nlines'
	[ "$status" -eq 2 ]
	run kmgr update-cmk second --contact $'\xff'
	[ "$status" -eq 2 ]
	run kmgr update-cmk second --contact "$(printf 'x%.0s' {1..257})"
	[ "$status" -eq 2 ]
	[ "$(events update-cmk)" -eq 0 ]
}

# --- states ----------------------------------------------------------------

@test "under a disabled CMK nothing is signed or made, until it is enabled" {
	ksk >/dev/null
	run kmgr disable-cmk prod --dry-run
	[[ $output == "would make CMK prod disabled" ]]
	run kmgr disable-cmk prod
	[ "$status" -eq 0 ]
	[[ $output == *"state        disabled"* ]]
	run kmgr disable-cmk prod
	[ "$status" -eq 0 ]
	[[ $output == *"disabled already; nothing to do"* ]]
	for words in "sign-zsks example.com zsk" \
		"create-ksk example.net --cmk prod"; do
		# shellcheck disable=SC2086 # words
		run kmgr $words
		[ "$status" -eq 5 ]
		[[ $output == *"CMK prod is disabled"*"kmgr enable-cmk prod"* ]]
	done
	run kmgr enable-cmk prod
	[ "$status" -eq 0 ]
	kmgr sign-zsks example.com zsk | grep RRSIG
	[ "$(events cmk-state)" -eq 2 ]
	sqlite3 kmgr.db "SELECT payload FROM ledger
		WHERE type = 'cmk-state' LIMIT 1" >event
	[ "$(jq -c '[.from, .to, .deletion_at]' event)" = \
		'["enabled","disabled",0]' ]
}

@test "a CMK can be disabled while its token is away, not enabled" {
	ksk >/dev/null
	mv tokens away
	run kmgr describe-cmk prod
	[ "$status" -eq 0 ]
	[[ $output == *"state        unavailable"*"token main is not there"* ]]
	[ "$(state)" = unavailable ]
	run kmgr disable-cmk prod
	[ "$status" -eq 0 ]
	[ "$(state)" = disabled ]
	run kmgr enable-cmk prod
	[ "$status" -eq 6 ]
	mv away tokens
	kmgr enable-cmk prod
	[ "$(state)" = enabled ]
	[ "$(kmgr --json list-cmks | jq -r '.cmks[0].state')" = enabled ]
}

# --- deletion --------------------------------------------------------------

@test "a CMK in use is not scheduled for deletion" {
	tag=$(ksk)
	kmgr sign-zsks example.com zsk >/dev/null
	kmgr ds-seen --force "example.com/$tag"
	run kmgr schedule-cmk-deletion prod
	[ "$status" -eq 5 ]
	[[ $output == *"in use by 1 KSK: KSK example.com./$tag"*"ds-gone"* ]]
	kmgr ds-gone --force "example.com/$tag"
	run kmgr schedule-cmk-deletion prod
	[ "$status" -eq 11 ]
	[[ $output == *"until 20"*"a signature by it is valid until"* ]]
	[ "$(state)" = enabled ]
	# When nothing is left of it the KSK need not be deleted yet.
	kmgr_later 15d schedule-cmk-deletion prod --dry-run
}

@test "the window is the policy's at least, 7d to 30d" {
	ksk >/dev/null
	run kmgr schedule-cmk-deletion prod --pending-window 8d
	[ "$status" -eq 5 ]
	[[ $output == *"shorter than deletion.pending-window 30d"* ]]
	for bad in 6d 31d soon; do
		run kmgr schedule-cmk-deletion prod --pending-window $bad
		[ "$status" -eq 2 ]
	done
	printf 'version: 1\nzones: ["."]\ndeletion: { pending-window: 9d }
' >short.yaml
	kmgr -q create-cmk short --token main --policy short.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk short >/dev/null
	run kmgr schedule-cmk-deletion short --pending-window 10d
	[ "$status" -eq 0 ]
	run kmgr_later 9d delete-cmk short
	[ "$status" -eq 11 ]
	run kmgr schedule-cmk-deletion short
	[ "$status" -eq 0 ]
	[[ $output == *"pending-deletion already; nothing to do"* ]]
	run kmgr schedule-cmk-deletion short --pending-window 12d
	[ "$status" -eq 5 ]
}

@test "a policy's window of 60d can be asked for, and no other" {
	printf 'version: 1\nzones: ["."]\ndeletion: { pending-window: 60d }
' >long.yaml
	kmgr -q check-policy long.yaml >/dev/null
	kmgr -q create-cmk long --token main --policy long.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk long >/dev/null
	run -5 kmgr schedule-cmk-deletion long --pending-window 30d
	[[ $output == *"shorter than deletion.pending-window 60d"* ]]
	run -2 kmgr schedule-cmk-deletion long --pending-window 61d
	[[ $output == *"is 61d: 60d to 60d"* ]]
	kmgr schedule-cmk-deletion long --dry-run --pending-window 60d
	kmgr -q schedule-cmk-deletion long >/dev/null
	run -11 kmgr_later 59d delete-cmk long
}

@test "a deletion is scheduled, cancelled, waited for, and carried out" {
	tag=$(ksk)
	run kmgr delete-cmk prod
	[ "$status" -eq 5 ]
	[[ $output == *"schedule-cmk-deletion prod"* ]]
	run kmgr cancel-cmk-deletion prod
	[ "$status" -eq 5 ]
	kmgr schedule-cmk-deletion prod
	[ "$(state)" = pending-deletion ]
	run kmgr sign-zsks example.com zsk
	[ "$status" -eq 5 ]
	[[ $output == *"cancel-cmk-deletion prod"* ]]
	run kmgr enable-cmk prod
	[ "$status" -eq 5 ]
	kmgr cancel-cmk-deletion prod
	[ "$(state)" = disabled ]
	kmgr schedule-cmk-deletion prod
	run kmgr delete-cmk prod
	[ "$status" -eq 11 ]
	[[ $output == *"may be deleted from 20"*" on"* ]]
	run kmgr_later 31d delete-cmk prod
	[ "$status" -eq 5 ]
	[[ $output == *"still has KSK example.com./$tag"*delete-ksk* ]]
	kmgr delete-ksk "example.com/$tag"
	run kmgr_later 31d delete-cmk prod
	[ "$status" -eq 0 ]
	[ "$(state)" = deleted ]
	[ "$(objects || true)" -eq 0 ]
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "under seal: compliance a CMK is never deleted" {
	kmgr -q create-cmk forever --token main --policy forever.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk forever >/dev/null
	for words in schedule-cmk-deletion delete-cmk; do
		run kmgr $words forever
		[ "$status" -eq 5 ]
		[[ $output == *"can never be deleted"* ]]
	done
	run kmgr delete-ksk "example.net/$(kmgr --json list-ksks example.net |
		jq '.ksks[0].key_tag')"
	[ "$status" -eq 0 ]
	[[ $output == *"stays in the token for ever"* ]]
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "with the seal key in a token of its own both end" {
	softhsm_new "$BATS_TEST_TMPDIR" vault
	echo "  vault: $TOKEN_URI" >>kmgr.yaml
	kmgr -q create-cmk two --token main --seal-token vault \
		--policy p.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk two >/dev/null
	kmgr delete-ksk "example.net/$(kmgr --json list-ksks example.net |
		jq '.ksks[0].key_tag')"
	kmgr schedule-cmk-deletion two
	kmgr_later 31d delete-cmk two
	[ "$(objects || true)" -eq 0 ]
	TOKEN_LABEL=kmgr TOKEN_PIN=$(cat kmgr/pin)
	[ "$(objects)" -eq 2 ]
	run kmgr verify
	[ "$status" -eq 0 ]
}

# --- what the store may not say ---------------------------------------------

@test "a deletion that only the store tells of is none" {
	tag=$(ksk)
	kmgr delete-ksk "example.com/$tag"
	sql "UPDATE cmk SET state = 'pending-deletion', deletion_at = 1"
	run kmgr delete-cmk prod
	[ "$status" -eq 10 ]
	[ "$(objects)" -eq 2 ]
	# Nor is a shorter window than the ledger's.
	sql "UPDATE cmk SET state = 'enabled', deletion_at = NULL"
	kmgr schedule-cmk-deletion prod
	sql "UPDATE cmk SET deletion_at = 1"
	run kmgr delete-cmk prod
	[ "$status" -eq 10 ]
	[ "$(objects)" -eq 2 ]
}

@test "an intent to destroy the seal key destroys nothing without its word" {
	ksk >/dev/null
	plant='INSERT INTO intent (kind, token, key_id, label, payload, state,
		created_at) SELECT '"'delete-cmk', 'main'"', key.id, label,
		json_object('"'cmk_id', cmk.id, 'deletion', '{}',
		'deletion_signature', 'AAAA'"'), '"'open'"', 1
		FROM cmk, key WHERE key.id = cmk.key_id'
	for state in enabled deleted; do
		sql "DELETE FROM intent WHERE state = 'open';
			UPDATE cmk SET state = '$state'; $plant"
		run kmgr create-cmk another --token main --policy p.yaml
		[ "$status" -eq 10 ]
		[ "$(objects)" -eq 4 ]
	done
	run kmgr verify
	[ "$status" -eq 10 ]
}
