# A store that was put back, a token that was changed for another, a clock that
# was turned: nothing is signed, and the message says what is wrong.
load ../lib/common
bats_require_minimum_version 1.5.0

# One world, with a draft in it, made once and copied for each test.
setup_file() {
	local world=$BATS_FILE_TMPDIR/world zone key

	key=oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==
	softhsm_new "$world" kmgr
	kmgr_env "$world"
	kmgr init >/dev/null
	printf 'version: 1\nzones: ["."]\n' >"$world/p.yaml"
	for zone in a b c; do
		echo "$zone.example. 3600 IN DNSKEY 256 3 13 $key" \
			>"$world/$zone"
	done
	kmgr -q create-cmk prod --token main --policy "$world/p.yaml" \
		>/dev/null
	declare -p TOKEN_LABEL TOKEN_MODULE TOKEN_PIN TOKEN_SO_PIN TOKEN_URI \
		SOFTHSM2_CONF KMGR_CONFIG | sed 's/^declare --/declare -g/
		s/^declare -x/declare -gx/' >"$world/vars"
}

setup() {
	cp -a "$BATS_FILE_TMPDIR/world/." "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	sed -i "s,$BATS_FILE_TMPDIR/world,$BATS_TEST_TMPDIR,g" vars \
		kmgr.yaml softhsm2.conf
	. ./vars
	id=$(sqlite3 kmgr.db "SELECT id FROM cmk")
	ratchet=kmgr1:ratchet:${id:0:16}
}

tool() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" "$@"
}

# make ZONE...: KSKs under prod.
make() {
	kmgr -q create-ksk "$@" --cmk prod >/dev/null
}

# keep NAME, put_back NAME: the store as it is now, and there again.
keep() {
	sqlite3 kmgr.db ".backup $1.db"
}

put_back() {
	rm -f kmgr.db kmgr.db-wal kmgr.db-shm
	cp "$1.db" kmgr.db
}

# refused TEXT...: neither a KSK is made nor a signature, nothing changes, and
# the message has each text.
refused() {
	local text command before

	before=$(objects_sum)
	for command in 'create-ksk new.example --cmk prod' 'sign-zsks a.example a'
	do
		# shellcheck disable=SC2086 # words
		run kmgr $command
		echo "$output"
		[ "$status" -eq 10 ] || return
		[[ $output != *RRSIG* ]] || return
		for text; do
			[[ $output == *"$text"* ]] || return
		done
	done
	[ "$before" = "$(objects_sum)" ]
}

# objects_sum: of what is in the token. (A login changes token.object.)
objects_sum() {
	sha256_of tokens/*/????????-*
}

# signs ZONE
signs() {
	kmgr sign-zsks "$1.example" "$1" | grep -q RRSIG
}

# kept: the labels of the records in the token.
kept() {
	tool --list-objects --type data 2>/dev/null | tr -d "'" |
		awk -v application="$ratchet" '$1 == "label:" { label = $2 }
			$2 == application { print label }' | sort -n
}

# points: what the ledger's checkpoints sign.
points() {
	sqlite3 kmgr.db "SELECT payload ->> 'statement' ->> 'ledger_seq'
		FROM ledger WHERE type = 'checkpoint' ORDER BY seq"
}

# --- checkpoints -------------------------------------------------------------

@test "each applied plan has one checkpoint, in the ledger and in the token" {
	[ "$(points)" = 1 ]
	make a.example b.example c.example
	[ "$(points)" = "$(printf '1\n6')" ]
	[ "$(kept)" = "$(points)" ]
	tool --list-objects --type data 2>/dev/null | grep -q "kmgr1:seal:${id:0:16}"
	# A DNSKEY is published.
	signs a
	[ "$(kept)" = "$(points)" ]
	[ "$(points | wc -l)" -eq 3 ]
	# Nothing happened, and signing is routine.
	kmgr -q create-ksk a.example --cmk prod >/dev/null
	signs a
	[ "$(kept)" = "$(points)" ]
	[ "$(points | wc -l)" -eq 3 ]
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "a checkpoint verifies with openssl and jq" {
	make a.example
	kmgr --json describe-cmk prod | jq -r .cmk.public_key >pub.pem
	sqlite3 kmgr.db "SELECT payload FROM ledger WHERE type = 'checkpoint'
		ORDER BY seq DESC LIMIT 1" >event
	{ printf 'kmgr/checkpoint/v1\0'; jq -j .statement event; } >signed
	jq -r .signature event | base64 -d >sig
	openssl dgst -sha256 -verify pub.pem -signature sig signed
	[ "$(jq -r '.statement | fromjson | .ledger_head' event)" = \
		"$(sqlite3 kmgr.db "SELECT lower(hex(hash)) FROM ledger
		WHERE seq = 4")" ]
	jq -e '.statement | fromjson | .sealed and .state == "enabled" and
		.epoch == 0 and .cmk_id == "'"$id"'"' event
}

@test "the cost of a proof does not grow with the ledger" {
	make a.example
	signs a
	KMGR_SHIM_MODULE=$TOKEN_MODULE
	export KMGR_SHIM_MODULE
	kmgr_env "$BATS_TEST_TMPDIR" "main=$(uri_of_shim "$TOKEN_URI")"
	KMGR_SHIM_COUNT=before signs a
	for _ in {1..20}; do
		signs a
	done
	KMGR_SHIM_COUNT=after signs a
	[ "$(wc -l <before)" -eq "$(wc -l <after)" ]
	# The challenge and the DNSKEY; two keys, records and seals at once.
	[ "$(grep -c ' C_Sign$' after)" -eq 2 ]
	[ "$(grep -c ' C_FindObjectsInit$' after)" -eq 3 ]
	# libp11 asks it of both slots; then who it is, and if it takes a PIN.
	[ "$(grep -c ' C_GetTokenInfo$' after)" -eq 4 ]
}

# --- rollback ----------------------------------------------------------------

@test "every earlier copy of the store is a rollback" {
	make a.example
	signs a
	for n in 1 2 3 4; do
		keep $n
		make $n.example
	done
	keep last
	for n in 1 2 3 4; do
		put_back $n
		refused 'the store was rolled back: it ends with event' \
			'is missing' 'hint: nothing is signed' \
			'kmgr restore FILE' 'kmgr recover --accept-loss'
		# Nor is it taken for good when it grows as long as it was.
		for _ in {1..12}; do
			run kmgr create-ksk bad --cmk nobody
			run kmgr sign-zsks a.example a --validity 9999d
		done
		refused 'kmgr restore FILE'
		run kmgr create-cmk other --token main --policy p.yaml
		[ "$status" -eq 10 ]
	done
	put_back 1
	refused 'ends with event 9, and token main has the record of event 17' \
		'what is between is missing, 8 events' 'last known to both: event'
	put_back last
	signs a
	make new.example
}

@test "events that were cut off are missed" {
	make a.example
	make b.example
	sql "DELETE FROM ledger WHERE seq > 4"
	refused 'the store was rolled back: it ends with event 4' \
		'what is between is missing, 3 events'
}

@test "two stores that went different ways do not use one token" {
	make a.example
	keep base
	cp -a tokens base.tokens
	make b.example
	keep one
	cp -a tokens one.tokens
	rm -rf tokens
	cp -a base.tokens tokens
	put_back base
	make c.example
	# Their ledgers are of one length.
	rm -rf tokens
	cp -a one.tokens tokens
	refused 'the store is not the one that token main knows' \
		'last known to both: event 5'
	put_back one
	signs b
}

@test "a checkpoint that is hidden, changed or forged is missed" {
	make a.example
	keep good
	sql "UPDATE ledger SET cmk_id = NULL WHERE seq = 5"
	refused 'the ledger hides event 5, a checkpoint of CMK prod'
	put_back good
	sql "UPDATE ledger SET type = 'sign-zsks' WHERE seq = 5"
	refused 'the store is not the one'
	put_back good
	sql "UPDATE ledger SET payload = replace(payload, 'enabled', 'draft')
		WHERE seq = 5"
	refused 'the checkpoint that is event 5' 'does not verify'
	put_back good
	sql "UPDATE ledger SET at = at + 1 WHERE seq = 4"
	refused 'the store is not the one'
	put_back good
	sql "DELETE FROM ledger WHERE type = 'checkpoint'"
	refused 'the ledger has no checkpoint of CMK prod'
	put_back good
	signs a
}

@test "what anybody with the PIN puts beside the records is no record" {
	make a.example
	printf '{"signature":"AAAA","statement":"{}"}' >one
	sqlite3 kmgr.db "SELECT json_object('statement',
		replace(payload ->> 'statement', '\"ledger_seq\":4',
		'\"ledger_seq\":4000'), 'signature', payload ->> 'signature')
		FROM ledger WHERE seq = 5" >two
	printf 'no JSON' >three
	for file in one two three; do
		tool --write-object $file --type data --private --label 4000 \
			--application-label "$ratchet"
	done
	# A good record of later than the store, which everybody can read.
	keep old
	make b.example
	sqlite3 kmgr.db "SELECT json_object('statement', payload ->>
		'statement', 'signature', payload ->> 'signature') FROM ledger
		WHERE type = 'checkpoint' ORDER BY seq DESC LIMIT 1" >later
	signs a
	make c.example
	put_back old
	refused 'rolled back'
}

@test "a record that everybody can read is none" {
	make a.example
	signs a
	keep old
	cp -a tokens old.tokens
	make b.example
	sqlite3 kmgr.db "SELECT json_object('statement', payload ->>
		'statement', 'signature', payload ->> 'signature') FROM ledger
		WHERE type = 'checkpoint' ORDER BY seq DESC LIMIT 1" >later
	label=$(points | tail -n 1)
	put_back old
	rm -rf tokens
	cp -a old.tokens tokens
	tool --write-object later --type data --label "$label" \
		--application-label "$ratchet"
	signs a
	# And with the PIN it is one: it is what the CMK's key signed.
	tool --write-object later --type data --private --label "$label" \
		--application-label "$ratchet"
	refused 'rolled back'
}

# --- the token ---------------------------------------------------------------

@test "a token that was initialised again is not ours" {
	make a.example
	softhsm2-util --module "$TOKEN_MODULE" --init-token --token kmgr \
		--label kmgr --so-pin "$TOKEN_SO_PIN" --pin "$TOKEN_PIN"
	refused 'prove CMK prod: token main calls itself "kmgr"' 'as ever' \
		'it was initialised again' 'hint: put the right token'
}

@test "another token with the same label is not ours" {
	make a.example
	softhsm_new other kmgr
	sed -i "s,^directories.tokendir.*,directories.tokendir = \
$BATS_TEST_TMPDIR/tokens," "$SOFTHSM2_CONF"
	mv tokens ours
	mv other/tokens .
	cp other/kmgr/pin kmgr/pin
	refused 'token main is another one than CMK prod was made in' \
		'and it has no key with CKA_ID'
}

@test "half a key, and a key twice" {
	make a.example
	seal=$(sqlite3 kmgr.db "SELECT key_id FROM cmk")
	cp -a tokens good
	tool --delete-object --type pubkey --id "$seal"
	refused 'prove CMK prod' 'hint:'
	rm -rf tokens
	cp -a good tokens
	tool --keypairgen --key-type EC:prime256v1 --id "$seal" --label x
	refused 'prove CMK prod' 'hint:'
}

@test "a store of before the CMK makes none beside it" {
	make a.example
	kmgr_env "$BATS_TEST_TMPDIR/new"
	kmgr init >/dev/null
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 10 ]
	[[ $output == *"token main keeps a record of a CMK that the store does"* ]]
	[[ $output == *"hint:"*"kmgr restore FILE"*"--beside-others"* ]]
	[ "$(kmgr --json list-cmks | jq '.cmks | length')" -eq 0 ]
	kmgr create-cmk beside --token main --policy p.yaml --beside-others
	kmgr create-ksk a.example --cmk beside
	signs a
	export KMGR_CONFIG=$BATS_TEST_TMPDIR/kmgr.yaml
	signs a
	# What is public anybody can put there.
	softhsm_new "$BATS_TEST_TMPDIR/third" kmgr
	kmgr_env "$BATS_TEST_TMPDIR/third"
	kmgr init >/dev/null
	tool --write-object p.yaml --type data --label 1 \
		--application-label kmgr1:ratchet:0123456789abcdef
	kmgr create-cmk prod --token main --policy p.yaml
}

@test "what was begun in another token is not called undone" {
	KMGR_SHIM_MODULE=$TOKEN_MODULE
	export KMGR_SHIM_MODULE
	softhsm_new "$BATS_TEST_TMPDIR/own" kmgr
	kmgr_env "$BATS_TEST_TMPDIR/own" "main=$(uri_of_shim "$TOKEN_URI")"
	kmgr init >/dev/null
	KMGR_SHIM_COUNT=calls kmgr create-cmk prod --token main \
		--policy p.yaml >/dev/null
	last=$(grep ' C_GenerateKeyPair$' calls | tail -n 1 | cut -d ' ' -f 1)
	rm -rf own/kmgr.db* own/tokens
	softhsm_new "$BATS_TEST_TMPDIR/own" kmgr
	kmgr init >/dev/null
	KMGR_SHIM_KILL_AFTER=$last run kmgr create-cmk prod --token main \
		--policy p.yaml
	[ "$status" -eq 137 ]
	softhsm2-util --module "$TOKEN_MODULE" --delete-token --token kmgr
	softhsm2-util --module "$TOKEN_MODULE" --init-token --free \
		--label kmgr --so-pin "$TOKEN_SO_PIN" --pin "$TOKEN_PIN"
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 0 ]
	[[ $output == *"abandoned: the token is another one than it was begun in"* ]]
	[ "$(sqlite3 own/kmgr.db "SELECT state FROM intent WHERE id = 1")" = \
		abandoned ]
}

# pin NAME HASH: in a configuration of its own.
pin() {
	cp "$BATS_TEST_TMPDIR/kmgr.yaml" pinned.yaml
	printf 'pins:\n  %s: %s\n' "$1" "$2" >>pinned.yaml
	export KMGR_CONFIG=$BATS_TEST_TMPDIR/pinned.yaml
}

@test "a CMK whose key is pinned has that key or is not used" {
	make a.example
	hash=$(kmgr --json describe-cmk prod | jq -r .cmk.public_key |
		openssl pkey -pubin -outform DER | sha256sum |
		cut -d ' ' -f 1)
	for name in prod "$id"; do
		pin "$name" "$hash"
		signs a
		pin "$name" "$(printf 'ab%.0s' {1..32})"
		refused "the configuration pins for $name" "SHA-256 is $hash"
	done
	pin other "$(printf 'ab%.0s' {1..32})"
	signs a
}

@test "what shows a CMK or a KSK says that its key is not the pinned one" {
	make a.example
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	hash=$(kmgr --json describe-cmk prod | jq -r .cmk.public_key_sha256)
	pin "$id" "$hash"
	echo "  prod: $hash" >>pinned.yaml
	kmgr -q verify
	for command in list-cmks 'describe-cmk prod' list-ksks \
		"describe-ksk a.example/$tag"; do
		# shellcheck disable=SC2086 # words
		kmgr $command 2>&1 >/dev/null | wc -c | grep -qx 0
	done
	# Both count.
	pin "$id" "$hash"
	echo "  prod: $(printf 'ab%.0s' {1..32})" >>pinned.yaml
	for command in list-cmks 'describe-cmk prod' list-ksks \
		"describe-ksk a.example/$tag"; do
		# shellcheck disable=SC2086 # words
		run -10 --separate-stderr kmgr $command
		[[ $output == *prod* ]]
		[[ $stderr == *"CMK prod: "*"configuration pins for prod"* ]]
	done
	run -10 --separate-stderr kmgr export-endorsement "a.example/$tag"
	[ -z "$output" ]
	run -10 kmgr verify
	grep -q '^pin: CMK prod: ' <<<"$output"
}

@test "a pin that is for no CMK is named" {
	make a.example
	hash=$(kmgr --json describe-cmk prod | jq -r .cmk.public_key_sha256)
	pin prod "$hash"
	kmgr -q verify
	# By its name it goes with the name, by its id it does not.
	run -0 kmgr update-cmk prod --name new
	[[ $output == *"the pin of prod in "*"is for no CMK"* ]]
	echo "  $id: $hash" >>pinned.yaml
	run -10 kmgr verify
	grep -q '^unmatched-pin: .*pins the key of prod, ' <<<"$output"
	[ "$(grep -c '^unmatched-pin' <<<"$output")" -eq 1 ]
	for command in 'get-ds a.example' list-cmks list-ksks; do
		# shellcheck disable=SC2086 # words
		run -0 --separate-stderr kmgr $command
		[[ $stderr == *"the pin of prod in "*"is for no CMK"* ]]
	done
	sed -i '/^  prod:/d' pinned.yaml
	kmgr -q verify
}

# --- the seal ----------------------------------------------------------------

# seal_for HASH: what the seal key signs behind kmgr's back, as an object.
seal_for() {
	printf '{"cmk_id":"%s","policy_hash":"%s"}' "$id" "$1" >statement
	{ printf 'kmgr/policy/v1\0'; cat statement; } |
		openssl dgst -sha256 -binary >digest
	tool --sign --mechanism ECDSA --signature-format openssl \
		--id "$(sqlite3 kmgr.db "SELECT key_id FROM cmk")" \
		--input-file digest --output-file sig
	jq -n --arg seal "$(cat statement)" --arg sig "$(base64 -w 0 sig)" \
		'{seal: $seal, seal_signature: $sig}' >object
}

# plant OPTION...: the object among the CMK's seals.
plant() {
	tool --write-object object --type data --label seal "$@" \
		--application-label "kmgr1:seal:${id:0:16}"
}

@test "a second valid seal ends all signing" {
	make a.example
	seal_for "$(printf 'ab%.0s' {1..32})"
	jq '.seal_signature = "AAAA"' object >bad
	mv object good
	mv bad object
	plant --private
	signs a
	mv good object
	plant
	signs a
	plant --private
	refused 'CMK prod has two seals' 'for policy abababababababab...' \
		'the store one for' 'hint: somebody used the seal key'
}

@test "a seal that comes while the store says draft" {
	seal_for "$(printf 'cd%.0s' {1..32})"
	plant --private
	run kmgr create-ksk a.example --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"holds a seal of CMK prod, for policy cdcdcdcdcdcdcdcd..."* ]]
	[[ $output == *"the store says that it is a draft"* ]]
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 0 ]
}

@test "the sealed policy in the token says all that there is to know" {
	make a.example
	file=$(tool --read-object --type data --label 'sealed policy' \
		--application-label "kmgr1:seal:${id:0:16}")
	kmgr get-policy prod --format json >policy
	[ "$(jq -r .policy <<<"$file")" = "$(cat policy)" ]
	jq -e '.cmk_id == "'"$id"'" and .name == "prod" and .token == "main" and
		.seal_token == "main" and (.token_identity | fromjson | .serial)
		and .identity == null' <<<"$file"
	jq -r .cmk_public_key <<<"$file" | base64 -d >pub.der
	{ printf 'kmgr/policy/v1\0'; jq -j .seal <<<"$file"; } >signed
	jq -r .seal_signature <<<"$file" | base64 -d >sig
	openssl dgst -sha256 -verify pub.der -keyform DER -signature sig signed
}

# --- what the store says -----------------------------------------------------

# append TYPE PAYLOAD: an event as somebody writes it who can write to the store
# and knows how the ledger hangs together.
append() {
	local seq prev at hash

	seq=$(sqlite3 kmgr.db "SELECT max(seq) FROM ledger")
	prev=$(sqlite3 kmgr.db "SELECT lower(hex(hash)) FROM ledger
		WHERE seq = $seq")
	at=$(date +%s)
	hash=$(printf 'kmgr/ledger/v1\0{"actor":{},"at":%s,"payload":%s,"prev":"%s","seq":%s,"type":"%s"}' \
		"$at" "$2" "$prev" $((seq + 1)) "$1" | sha256sum |
		cut -d ' ' -f 1)
	sql "INSERT INTO ledger VALUES ($((seq + 1)), x'$prev', x'$hash', '$1',
		'$2', '{}', $at, '$id', NULL)"
}

@test "a state that the ledger does not tell of is not believed" {
	make a.example
	signs a
	keep good
	append cmk-state "{\"cmk_id\":\"$id\",\"from\":\"enabled\",\"to\":\"disabled\"}"
	refused 'its state is enabled, and the ledger tells of disabled'
	# Anybody may stop a CMK; only its key may start it again.
	sql "UPDATE cmk SET state = 'disabled'"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 5 ]
	append cmk-state "{\"cmk_id\":\"$id\",\"from\":\"disabled\",\"to\":\"enabled\"}"
	sql "UPDATE cmk SET state = 'enabled'"
	refused '(cmk-state) of CMK prod is one that no key of the CMK has signed'
	# Nor is it when the stop is taken back unseen.
	put_back good
	append cmk-state "{\"cmk_id\":\"$id\",\"to\":\"pending-deletion\"}"
	sql "UPDATE cmk SET state = 'pending-deletion', deletion_at = 1"
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 10 ]
	[[ $output == *"(cmk-state) of CMK prod is one that no key"* ]]
}

@test "a draft's policy is the one that was put there" {
	kmgr -q create-cmk b --token main --policy p.yaml >/dev/null
	policy=$(kmgr get-policy prod --format json |
		sed 's/"validity":[0-9]*/"validity":1209601/')
	hash=$(printf '%s' "$policy" | sha256sum | cut -d ' ' -f 1)
	sql "UPDATE cmk SET policy = '$policy', policy_hash = x'$hash'
		WHERE name = 'prod'"
	run kmgr create-ksk a.example --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"its policy is $hash, and the ledger tells of"* ]]
	# Nor is it another one because an event says so.
	append put-policy "{\"cmk_id\":\"$id\",\"policy_hash\":\"$hash\"}"
	run kmgr create-ksk a.example --cmk prod
	[ "$status" -eq 10 ]
}

@test "a horizon never comes nearer" {
	make a.example
	signs a
	make b.example
	sql "UPDATE cmk SET horizon_at = horizon_at - 1"
	refused 'its horizon is an earlier one'
}

# --- runs that died ----------------------------------------------------------

# lagging: a KSK whose checkpoint did not come into the token any more.
lagging() {
	make a.example
	signs a
	KMGR_SHIM_MODULE=$TOKEN_MODULE
	export KMGR_SHIM_MODULE
	kmgr_env "$BATS_TEST_TMPDIR" "main=$(uri_of_shim "$TOKEN_URI")"
	KMGR_SHIM_FAIL_ON=C_CreateObject KMGR_SHIM_FAIL_AT=1 \
		KMGR_SHIM_FAIL_COUNT=0 KMGR_SHIM_CKR=CKR_DEVICE_MEMORY \
		run kmgr create-ksk b.example --cmk prod
	[ "$status" -eq 6 ]
	[[ $output == *"checkpoint of CMK prod"*"CKR_DEVICE_MEMORY"* ]]
	[ "$(kept)" = "$(points | head -n -1)" ]
}

@test "a token that is behind is brought up by the next run" {
	lagging
	run kmgr sign-zsks b.example b
	[ "$status" -eq 0 ]
	[[ $output == *"brought token main up to the ledger, which another"* ]]
	[ "$(kept)" = "$(points)" ]
	run kmgr sign-zsks b.example b
	[[ $output != *"brought token"* ]]
}

@test "a token that is behind is left to whoever is at work" {
	lagging
	exec {lock}>>kmgr.db.lock
	flock "$lock"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 0 ]
	[[ $output != *"brought token"* ]]
	[ "$(kept)" = "$(points | head -n -1)" ]
	exec {lock}>&-
	signs b
	[ "$(kept)" = "$(points)" ]
}

@test "who makes keys in a token tells it of other CMKs, too" {
	local last

	KMGR_SHIM_MODULE=$TOKEN_MODULE
	export KMGR_SHIM_MODULE KMGR_SHIM_FAIL_ON=C_CreateObject
	kmgr_env "$BATS_TEST_TMPDIR" "main=$(uri_of_shim "$TOKEN_URI")"
	KMGR_SHIM_COUNT=calls kmgr -q create-cmk one --token main \
		--policy p.yaml >/dev/null
	last=$(wc -l <calls)
	# Killed when all is recorded and the token is to have it.
	KMGR_SHIM_KILL_AT=$last run kmgr create-cmk two --token main \
		--policy p.yaml
	[ "$status" -eq 137 ]
	run kmgr verify
	[[ $output == *"token main is behind the ledger of CMK two"* ]]
	run -0 kmgr create-ksk b.example --cmk prod
	[[ $output == *"brought token main up to the ledger"* ]]
	run -0 kmgr verify
	# And so does who makes another CMK there.
	KMGR_SHIM_KILL_AT=$last run kmgr create-cmk three --token main \
		--policy p.yaml
	[ "$status" -eq 137 ]
	run -0 kmgr create-cmk four --token main --policy p.yaml
	[[ $output == *"brought token main up to the ledger"* ]]
	run -0 kmgr verify
}

@test "a token that takes no more records still signs, and that is told" {
	lagging
	KMGR_SHIM_FAIL_ON=C_CreateObject KMGR_SHIM_FAIL_AT=1 \
		KMGR_SHIM_FAIL_COUNT=0 KMGR_SHIM_CKR=CKR_DEVICE_MEMORY \
		run kmgr sign-zsks a.example a
	[ "$status" -eq 0 ]
	[[ $output == *"token main is still behind the ledger"* ]]
	[[ $output == *"CKR_DEVICE_MEMORY"*"the next run tries again"* ]]
}

@test "where the token keeps no such objects, it is told what that is worth" {
	KMGR_SHIM_MODULE=$TOKEN_MODULE
	export KMGR_SHIM_MODULE
	softhsm_new "$BATS_TEST_TMPDIR/weak" kmgr
	kmgr_env "$BATS_TEST_TMPDIR/weak" "main=$(uri_of_shim "$TOKEN_URI")"
	export KMGR_SHIM_FAIL_ON=C_CreateObject KMGR_SHIM_FAIL_AT=1
	export KMGR_SHIM_FAIL_COUNT=0 KMGR_SHIM_CKR=CKR_FUNCTION_NOT_SUPPORTED
	kmgr init >/dev/null
	run kmgr probe-token main
	[[ $output == *"tamper-evident only: this token does not keep records"* ]]
	[[ $output == *"(data-object-change "*"CKR_FUNCTION_NOT_SUPPORTED"* ]]
	run kmgr create-cmk c --token main --policy p.yaml
	[ "$status" -eq 0 ]
	[[ $output == *"token main is tamper-evident only"* ]]
	run kmgr create-ksk a.example --cmk c
	[ "$status" -eq 0 ]
	[ "$(grep -c 'token main is tamper-evident only' <<<"$output")" -eq 1 ]
	# It is not told, nor tried, each time that something is signed.
	kmgr sign-zsks a.example a >/dev/null
	KMGR_SHIM_COUNT=calls run kmgr sign-zsks a.example a
	[ "$status" -eq 0 ]
	[[ $output != *"tamper-evident"* ]]
	[ ! -e calls ]		# it counts the calls that may fail
	KMGR_SHIM_COUNT=calls kmgr create-ksk b.example --cmk c
	[ -s calls ]
}

# heads: what the witness was told of.
heads() {
	sed 's/^kmgr head seq=\([0-9]*\) .*/\1/' heads
}

@test "witnesses are told of each checkpoint, and again after a run that died" {
	printf 'witnesses:\n  file: %s/heads\n' "$BATS_TEST_TMPDIR" >>kmgr.yaml
	make a.example
	[ "$(heads)" = 4 ]
	grep -q " hash=$(sqlite3 kmgr.db "SELECT lower(hex(hash)) FROM ledger
		WHERE seq = 4") cmk=$id name=prod " heads
	KMGR_SHIM_MODULE=$TOKEN_MODULE
	export KMGR_SHIM_MODULE
	kmgr_env "$BATS_TEST_TMPDIR" "main=$(uri_of_shim "$TOKEN_URI")"
	printf 'witnesses:\n  file: %s/heads\n' "$BATS_TEST_TMPDIR" >>kmgr.yaml
	# Killed before the token has it.
	make b.example
	KMGR_SHIM_FAIL_ON=C_CreateObject KMGR_SHIM_KILL_AT=1 run kmgr create-ksk c.example --cmk prod
	[ "$status" -eq 137 ]
	[ "$(heads)" = "$(printf '4\n6\n8')" ]
	[ "$(kept)" = "$(printf '1\n4\n6')" ]
	signs c
	[ "$(heads | head -n 4)" = "$(printf '4\n6\n8\n8')" ]
	[ "$(kept | head -n 4)" = "$(printf '1\n4\n6\n8')" ]
	[ "$(heads | tail -n 1)" = "$(points | tail -n 1)" ]
	# A witness that is away stops nothing.
	mkdir -p no
	sed -i 's,/heads$,/no,' kmgr.yaml
	run kmgr create-ksk d.example --cmk prod
	[ "$status" -eq 0 ]
	[[ $output == *"/no"* ]]
}

# --- the clock ---------------------------------------------------------------

DAY=86400

# at SECONDS COMMAND...: kmgr by a clock that goes otherwise.
at() {
	with_clock "$1" "$KMGR" "${@:2}"
}

# time_refused TEXT SECONDS: by such a clock nothing is made and nothing signed,
# however often it is tried.
time_refused() {
	local command now

	for command in 'create-ksk new.example --cmk prod' \
		'sign-zsks a.example a' 'sign-zsks a.example a' \
		'create-cmk new --token main --policy p.yaml'; do
		# shellcheck disable=SC2086 # words
		run at "$2" $command
		echo "$output"
		[ "$status" -eq 5 ] || return
		[[ $output == *"the clock says 20"*Z*" was at 20"*Z*"$1"* ]] ||
			return
		[[ $output == *"hint: set the clock right"*"--accept-time-jump"* ]] ||
			return
	done
	[ "$(sqlite3 kmgr.db "SELECT count(*) FROM ledger
		WHERE type = 'sign-zsks'")" -eq 0 ]
}

@test "a clock that is behind the ledger" {
	make a.example
	time_refused 'more than clock.tolerance behind (5m)' -600
	at -240 sign-zsks a.example a | grep -q RRSIG
}

@test "a clock that is far ahead of the ledger" {
	make a.example
	time_refused 'more than clock.max-jump ahead (100d)' $((200 * DAY))
	at $((90 * DAY)) sign-zsks a.example a | grep -q RRSIG
}

@test "who answers for the clock goes on, and the ledger says so" {
	make a.example
	run at $((200 * DAY)) sign-zsks a.example a --accept-time-jump
	[ "$status" -eq 0 ]
	[ "$(sqlite3 kmgr.db "SELECT payload ->> 'now_at' - payload ->>
		'last_at' >= 199 * 86400 FROM ledger
		WHERE type = 'time-jump'")" = 1 ]
	# From then on that is the time.
	at $((201 * DAY)) sign-zsks a.example a | grep -q RRSIG
	run kmgr sign-zsks a.example a
	[ "$status" -eq 5 ]
	kmgr sign-zsks a.example a --accept-time-jump | grep -q RRSIG
	signs a
	[ "$(sqlite3 kmgr.db "SELECT count(*) FROM ledger
		WHERE type = 'time-jump'")" -eq 2 ]
}

@test "an old store is called old, and not late" {
	make a.example
	keep old
	make b.example
	put_back old
	run at $((200 * DAY)) create-ksk c.example --cmk prod
	[ "$status" -eq 10 ]
	[[ $output == *"the store was rolled back"* ]]
}
