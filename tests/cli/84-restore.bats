# The ways back where there is still a copy: backups and exported ledgers.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	kmgr_here
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	echo 'example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==' >zsk
	kmgr -q sign-zsks example.com zsk >/dev/null
}

# more: what happens after the backup.
more() {
	kmgr -q create-ksk example.net --cmk prod >/dev/null
	kmgr -q sign-zsks example.com zsk >/dev/null
}

# put FILE: an old copy in the place of the store, as somebody would who does
# not know of restore.
put() {
	rm -f kmgr.db kmgr.db-wal kmgr.db-shm
	[ -z "$1" ] || cp "$1" kmgr.db
}

# works: nothing differs, and zones are signed.
works() {
	run kmgr verify
	echo "$output"
	[ "$status" -eq 0 ]
	kmgr -q sign-zsks example.com zsk | grep -q 'RRSIG'
	kmgr -q create-ksk "new$RANDOM.example" --cmk prod >/dev/null
	kmgr -q verify >/dev/null
}

# rows FILE: what the store says, without what no ledger tells.
rows() {
	sqlite3 "$1" 'CREATE TEMP TABLE told AS SELECT * FROM cmk;
		ALTER TABLE told DROP COLUMN settled_seq;
		SELECT * FROM told ORDER BY id; SELECT * FROM key ORDER BY id;
		SELECT * FROM ksk ORDER BY id'
}

# kept: the file that keeps the old store.
kept() {
	ls -d kmgr.db.before-restore-*
}

# --- backup ----------------------------------------------------------------

@test "a backup is a whole store, and says what it is" {
	run -0 kmgr backup copy
	[[ $output == *"SHA-256  $(sha256sum copy | cut -c -64)"* ]]
	[[ $output == *"event $(sqlite3 copy 'SELECT max(seq) FROM ledger'), $(
		sqlite3 copy 'SELECT lower(hex(hash)) FROM ledger
		ORDER BY seq DESC LIMIT 1')"* ]]
	[ "$(stat -c %a copy)" = 600 ]
	# The store tells of it.
	kmgr --json list-events --type backup | jq -e --arg sum \
		"$(sha256sum copy | cut -c -64)" --argjson to \
		"$(sqlite3 copy 'SELECT max(seq) FROM ledger')" '
		.events | length == 1 and (.[0].payload | .file == "copy" and
		.sha256 == $sum and .to == $to)'
	# It is there, and stays.
	run -9 kmgr backup copy
	[[ $output == *"is there already"* ]]
	# What came to nothing is not told.
	run -9 kmgr backup missing/copy
	kmgr --json list-events --type backup | jq -e '.events | length == 1'
	kmgr --json backup other | jq -e '.sha256 and .head and .seq'
}

# --- restore FILE ----------------------------------------------------------

@test "a store that was lost comes back from its backup" {
	more
	kmgr backup copy >/dev/null
	put ''
	kmgr restore --dry-run copy | grep -q '^would put copy'
	[ ! -e kmgr.db ]
	kmgr restore copy 2>notes
	grep -q 'make a new backup' notes
	works
	[ "$(kmgr --json list-events --type restore | jq -r \
		'.events[].payload | [.source, .file] | join(" ")')" = \
		"backup copy" ]
	run kept
	[ "$status" -ne 0 ]
}

@test "a rolled-back store gives way to the newer backup, and is kept" {
	kmgr backup old >/dev/null
	more
	kmgr backup new >/dev/null
	put old
	run -10 kmgr sign-zsks example.com zsk
	before=$(sha256_of kmgr.db)
	kmgr restore --dry-run new
	[ "$(sha256_of kmgr.db)" = "$before" ]
	kmgr restore new 2>notes
	grep -q 'rolled back' notes
	works
	[ "$(rows "$(kept)")" = "$(rows old)" ]
	ls | grep -c '^kmgr\.db' | grep -qx 4	# store, kept, two locks
}

@test "an old backup is refused: the token knows better" {
	kmgr backup old >/dev/null
	more
	kmgr backup new >/dev/null
	before=$(sha256_of kmgr.db)
	run -4 kmgr restore old
	[[ $output == *"which is sound"* ]]
	put ''
	run -10 kmgr restore old
	[[ $output == *"rolled back"*"try a newer backup"*recover* ]]
	[ ! -e kmgr.db ]
	printf 'not a database at all' >kmgr.db
	run -10 kmgr restore old
	[ "$(cat kmgr.db)" = 'not a database at all' ]
	run ls -d kmgr.db.restore-*
	[ "$status" -ne 0 ]
}

@test "a sound store gives way to nothing that has no more" {
	kmgr backup copy >/dev/null
	# The token does not know of a mere backup, but the store does.
	run -4 kmgr restore copy
	[[ $output == *"has events up to"* ]]
	sqlite3 kmgr.db '.backup same'
	run -4 kmgr restore same
	[[ $output == *"no event that the store lacks"* ]]
	kmgr -q sign-zsks example.com zsk >/dev/null
	run -4 kmgr restore copy
	[[ $output == *"has events up to"* ]]
	works
}

@test "a damaged store gives way: changed rows, broken pages, no database" {
	more
	kmgr backup copy >/dev/null
	sql "UPDATE ksk SET zone = 'example.org.' WHERE zone = 'example.net.'"
	kmgr restore copy 2>notes
	grep -q 'the old store: ' notes
	works
	kmgr backup copy2 >/dev/null
	kmgr export-ledger -o ledger >/dev/null
	dd if=/dev/urandom of=kmgr.db bs=4096 seek=2 count=8 conv=notrunc \
		2>/dev/null
	kmgr restore copy2
	works
	kmgr backup copy3 >/dev/null
	head -c 10000 /dev/urandom >kmgr.db
	kmgr restore copy3
	works
	[ "$(kept | wc -l)" -eq 3 ]
}

@test "a backup that was tampered with is refused" {
	more
	kmgr backup copy >/dev/null
	cp kmgr.db own.db
	put copy
	sql "UPDATE cmk SET policy = replace(policy, '\"max-keys\":3',
		'\"max-keys\":9')"
	sqlite3 kmgr.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	cp kmgr.db policy.bad
	put copy
	sql "UPDATE ksk SET state = 'active'"
	cp kmgr.db state.bad
	put copy
	sql "UPDATE ledger SET payload = replace(payload, 'example.net',
		'example.nat')"
	cp kmgr.db ledger.bad
	put copy
	sql "DELETE FROM ksk WHERE zone = 'example.net.'"
	cp kmgr.db row.bad
	head -c 20000 copy >cut.bad
	put ''
	for file in *.bad; do
		run kmgr restore "$file"
		echo "$file: $status $output"
		[ "$status" -eq 10 ] || [ "$file:$status" = cut.bad:7 ]
		[ ! -e kmgr.db ]
	done
	: >empty
	run -4 kmgr restore empty
	run -7 kmgr restore zsk
	run -9 kmgr restore missing
	kmgr -q restore copy >/dev/null
	works
}

@test "the wrong token restores nothing" {
	kmgr backup copy >/dev/null
	put ''
	softhsm2-util --module "$TOKEN_MODULE" --init-token --token kmgr \
		--label kmgr --so-pin "$TOKEN_SO_PIN" --pin "$TOKEN_PIN"
	run kmgr restore copy
	[ "$status" -eq 10 ] || [ "$status" -eq 6 ]
	[ ! -e kmgr.db ]
}

@test "a wrapped estate comes back on a copy of the token" {
	local i wrapped

	printf 'version: 1\nzones: ["."]\ncustody: wrapped\n' >w.yaml
	kmgr -q create-cmk many --token main --policy w.yaml >/dev/null
	# The HSM's own backup is made once, when there is a wrapping key.
	kmgr -q create-ksk z1.example --cmk many >/dev/null
	cp -a tokens clone
	mkdir zones
	for i in {1..20}; do
		echo "z$i.example"
		sed "s/^example.com/z$i.example/" zsk >"zones/z$i.example.zone"
	done >names
	kmgr -q create-ksk --zones-from names --cmk many >/dev/null
	kmgr -q sign-zsks --zones-from zones -o before
	kmgr -q backup copy >/dev/null
	# The machine and its token are gone.
	put ''
	mv tokens gone
	cp -a clone tokens
	kmgr -q restore copy >/dev/null
	works
	kmgr -q sign-zsks --zones-from zones --again -o after
	[ "$(grep -c RRSIG after)" -eq 20 ]
	[ "$(grep -v RRSIG before | sort)" = "$(grep -v RRSIG after | sort)" ]
	# A token that has another wrapping key in its place opens none.
	wrapped=$(sqlite3 copy "SELECT id FROM key WHERE role = 'wrap'")
	put ''
	rm -r tokens
	cp -a clone tokens
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	KMGR_SHIM_MODULE=$TOKEN_MODULE KMGR_SHIM_FAIL_ON=C_UnwrapKey \
		KMGR_SHIM_FAIL_AT=1 KMGR_SHIM_CKR=CKR_WRAPPED_KEY_INVALID \
		run -10 kmgr restore copy
	[[ $output == *"another wrapping key than the one of CMK many"*"HSM's own backup"* ]]
	[ ! -e kmgr.db ]
	kmgr_env "$PWD"
	wrapping --delete-object --type secrkey --id "$wrapped"
	cp -a tokens without
	wrapping --keygen --key-type AES:32 --id "$wrapped" --label twin
	run -10 kmgr restore copy
	[[ $output == *"another wrapping key than the one of CMK many"* ]]
	[ ! -e kmgr.db ]
	# One that is lost is lost: what else is in the store is not.
	rm -r tokens
	mv without tokens
	run -0 kmgr restore copy
	[[ $output == *"no KSK of CMK many can sign with this token"* ]]
	kmgr -q sign-zsks example.com zsk | grep -q RRSIG
}

# wrapping ARGUMENT...: pkcs11-tool on the token.
wrapping() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" "$@" >/dev/null 2>&1
}

@test "who has the store open is not robbed of it" {
	kmgr backup old >/dev/null
	more
	kmgr backup new >/dev/null
	put old
	sqlite3 kmgr.db 'SELECT 1' >/dev/null
	mkfifo wait
	(exec 3>&-; sqlite3 kmgr.db <wait >read 2>&1) &
	reader=$!
	exec 9>wait
	echo 'BEGIN; SELECT count(*) FROM cmk;' >&9
	wait_until 10 test -s read
	run -7 timeout 60 "$KMGR" restore new
	[[ $output == *"$reader"* || $output == *"another process"* ]]
	run kept
	[ "$status" -ne 0 ]
	exec 9>&-
	wait "$reader" || :
	kmgr -q restore new >/dev/null
	works
}

@test "what is no backup is called by its name" {
	kmgr export-ledger -o ledger >/dev/null
	run -4 kmgr restore ledger
	[[ $output == *"is an exported ledger"*"kmgr restore --ledger ledger"* ]]
	# Nobody waits for whoever may write to a pipe.
	mkfifo pipe
	run -9 timeout 120 "$KMGR" restore pipe
	[[ $output == *"not a regular file"* ]]
	run -9 timeout 120 "$KMGR" restore --ledger pipe
	run -9 timeout 120 "$KMGR" verify-ledger pipe
	[[ $output == *"or - for standard input"* ]]
	run -9 timeout 120 "$KMGR" verify-endorsement pipe
	[[ $output == *"or - for standard input"* ]]
	# A store that is lost has more ways back than a new one.
	put ''
	run -7 kmgr list-cmks
	[[ $output == *"kmgr restore BACKUP"*"kmgr recover"* ]]
}

# --- restore --ledger ------------------------------------------------------

@test "a rolled-back store is brought up to an exported ledger" {
	kmgr backup old >/dev/null
	more
	kmgr export-ledger -o ledger >/dev/null
	rows kmgr.db >before
	put old
	run -10 kmgr sign-zsks example.com zsk
	kmgr restore --dry-run --ledger ledger | grep -q 'would append events'
	kmgr restore --ledger ledger 2>notes
	grep -q 'the signatures of 1 event' notes
	rows kmgr.db >after
	# Only the horizon of what was signed meanwhile is new.
	diff before after | grep -c '^>' | grep -qx 1
	works
}

@test "an empty store is filled from an exported ledger alone" {
	more
	kmgr export-ledger -o ledger >/dev/null
	rows kmgr.db >before
	put ''
	run -7 kmgr restore --ledger ledger
	[[ $output == *"kmgr init makes an empty one"* ]]
	kmgr init >/dev/null
	kmgr restore --ledger ledger
	# The same but for the horizons.
	rows kmgr.db | sed -E 's/\|1[0-9]{9}\|\|$/|||/' >after
	diff before after
	works
	kmgr export-ledger | head -c 1 | grep -q '{'
	kmgr export-ledger | env -u KMGR_CONFIG "$KMGR" -q verify-ledger -
}

@test "a ledger of another history, or a changed one, brings nothing" {
	kmgr backup old >/dev/null
	more
	kmgr export-ledger -o ledger >/dev/null
	run -4 kmgr restore --ledger ledger
	[[ $output == *"no event that the store lacks"* ]]
	put old
	kmgr list-cmks >/dev/null
	before=$(sha256_of kmgr.db)
	sed 's/example\.net/example.nat/' ledger >bad
	run -10 kmgr restore --ledger bad
	head -n -1 ledger >bad
	run -10 kmgr restore --ledger bad
	run -4 kmgr restore --ledger zsk
	run -9 kmgr restore --ledger missing
	run -2 kmgr restore
	run -2 kmgr restore old --ledger ledger
	[ "$(sha256_of kmgr.db)" = "$before" ]
	# Another store on another token.
	softhsm_new "$BATS_TEST_TMPDIR" second
	kmgr_env "$BATS_TEST_TMPDIR/other" "main=$TOKEN_URI"
	kmgr init >/dev/null
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	run -10 kmgr restore --ledger ledger
	[[ $output == *"two histories"* ]]
}

@test "an export that ends before the token's record is not enough" {
	kmgr export-ledger -o ledger >/dev/null
	more
	put ''
	kmgr init >/dev/null
	run -10 kmgr restore --ledger ledger
	[[ $output == *"rolled back"* ]]
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM cmk')" -eq 0 ]
}

@test "a store that does not agree with itself is not brought up to a ledger" {
	kmgr backup old >/dev/null
	more
	kmgr export-ledger -o ledger >/dev/null
	put old
	sql "UPDATE ksk SET state = 'active'"
	run -10 kmgr restore --ledger ledger
	[[ $output == *"does not agree with itself"* ]]
	put ''
	kmgr init >/dev/null
	kmgr -q restore --ledger ledger >/dev/null
	works
}
