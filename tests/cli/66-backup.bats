# ksk.require-backup: no DS before a backup covers the KSK.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	kmgr_env "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	kmgr init >/dev/null
	dnssec-keygen -q -a 13 example.com >name 2>/dev/null
	cp "$(cat name).key" zsks
}

# begin CUSTODY: a CMK that wants backups, a KSK that is everywhere tomorrow.
begin() {
	printf 'version: 1\nzones: ["."]\ncustody: %s\n%s\n' "$1" \
		'ksk: { require-backup: true }' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr -q sign-zsks example.com zsks >/dev/null
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
}

# waits: the zone waits for a backup, and no DS is asked for.
waits() {
	local plan

	plan=$(kmgr_later 3d plan example.com) || return
	[[ $plan == *backup* ]] || return
	run -11 kmgr_later 3d ds-seen "example.com/$tag" || return
	[[ $output == *" waits for a backup, until "* ]]
}

@test "custody token: confirm-backup is what opens the gate" {
	begin token
	waits
	run -1 kmgr check --no-network
	[[ $output == *"WARNING example.com. backup: KSK example.com./$tag has \
no backup"* ]]
	run -0 --separate-stderr kmgr get-ds example.com
	[[ $stderr == *"KSK example.com./$tag has no backup yet"*"kmgr backup FILE"* ]]
	# The store's backup does not have the key.
	kmgr --json backup copy.db >b.json
	[ "$(jq .covered b.json)" -eq 0 ]
	waits
	run -0 kmgr confirm-backup "example.com/$tag" --dry-run
	[[ $output == *"record that a backup covers KSK example.com./$tag"* ]]
	waits
	run -0 kmgr confirm-backup "example.com/$tag"
	[[ $output == "a backup covers 1 KSK now" ]]
	run -0 --separate-stderr kmgr get-ds example.com
	[[ $stderr == *"may have the DS"* && $stderr != *backup* ]]
	[[ $(kmgr list-events --type confirm-backup) == *"example.com./$tag"* ]]
	kmgr verify >/dev/null
	run -0 kmgr_later 3d ds-seen "example.com/$tag"
	run -0 kmgr_later 3d check --no-network
	[[ $output != *backup* ]]
}

@test "again is no news, and of all KSKs of a CMK at once" {
	begin token
	kmgr -q create-ksk b.example c.example --cmk prod >/dev/null
	kmgr -q confirm-backup "example.com/$tag" >/dev/null
	run -0 kmgr confirm-backup "example.com/$tag"
	[[ $output == *"that is known; nothing to do"* ]]
	run -0 kmgr --json confirm-backup --cmk prod
	[ "$(jq .covered <<<"$output")" -eq 2 ]
	[ "$(kmgr --json list-events --type confirm-backup |
		jq '.events | length')" -eq 3 ]
	run -2 kmgr confirm-backup
	run -2 kmgr confirm-backup "example.com/$tag" --cmk prod
	run -4 kmgr confirm-backup example.com/1
	run -4 kmgr confirm-backup --cmk none
	kmgr verify >/dev/null
}

@test "custody wrapped: a backup of the store covers what it holds" {
	printf 'version: 1\nzones: ["."]\ncustody: wrapped\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr -q sign-zsks example.com zsks >/dev/null
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	waits
	# Without the token it cannot be recorded; the copy is whole.
	mv tokens away
	mkdir tokens
	run -6 kmgr backup first.db
	[[ $output == *"first.db is whole, but that it covers KSKs could not \
be recorded"* ]]
	[ -s first.db ]
	rmdir tokens
	mv away tokens
	waits
	run -0 kmgr backup copy.db
	[[ $output == *"covers   1 KSK that may get their DS now"* ]]
	[ "$(stat -c %a copy.db)" = 600 ]
	run -0 kmgr --json backup again.db
	[ "$(jq .covered <<<"$output")" -eq 0 ]
	kmgr verify >/dev/null
	# One that is made after it is in no backup.
	kmgr -q create-ksk b.example --cmk prod >/dev/null
	run -1 kmgr check --no-network
	[[ $output == *"WARNING b.example. backup: "* ]]
	[[ $output != *"example.com. backup: "* ]]
	kmgr_later 3d ds-seen "example.com/$tag" >/dev/null
}

@test "a token that is not to be had keeps no KSK of another from being covered" {
	softhsm_new "$BATS_TEST_TMPDIR" other
	sed -i "/^  main:/a\\  other: \"$TOKEN_URI\"" kmgr.yaml
	printf 'version: 1\nzones: ["."]\ncustody: wrapped\n' >p.yaml
	for cmk in main other; do
		kmgr -q create-cmk $cmk --token $cmk --policy p.yaml >/dev/null
		kmgr -q create-ksk a.$cmk.example b.$cmk.example --cmk $cmk \
			>/dev/null
	done
	pin=$(sed -n 's/.*token=other.*pin-source=file:\([^"&]*\).*/\1/p' kmgr.yaml)
	mv "$pin" away
	run -3 kmgr backup first.db
	[[ $output == *"first.db is whole and covers 2 KSKs: not those of every CMK: prove CMK other: "* ]]
	[[ $output == *hint:* ]]
	[ "$(kmgr --json list-events --type confirm-backup |
		jq -r '.events[].payload.zone' | sort | tr '\n' ' ')" = \
		"a.main.example. b.main.example. " ]
	mv away "$pin"
	run -0 kmgr --json backup second.db
	[ "$(jq .covered <<<"$output")" -eq 2 ]
	kmgr verify >/dev/null
}

@test "the backup that covers KSKs is one that can be restored" {
	printf 'version: 1\nzones: ["."]\ncustody: wrapped\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk a.example b.example --cmk prod >/dev/null
	kmgr --json backup copy.db >made.json
	[ "$(jq .covered made.json)" -eq 2 ]
	# It tells so itself, and its head is the one that is told.
	[ "$(sqlite3 copy.db "SELECT count(*) FROM ksk WHERE backup_at <> 0")" \
		-eq 2 ]
	[ "$(sqlite3 copy.db 'SELECT max(seq) FROM ledger')" -eq \
		"$(jq .seq made.json)" ]
	rm kmgr.db*
	run -7 kmgr recover --accept-loss --token main --dry-run
	[[ $output == *"put the newest backup in its place"* ]]
	run -0 kmgr restore copy.db
	run -0 kmgr --json backup again.db
	[ "$(jq .covered <<<"$output")" -eq 0 ]
	run -0 kmgr verify
	kmgr -q create-ksk c.example --cmk prod >/dev/null
}

@test "a backup that is ended leaves no file, and covers nothing" {
	begin wrapped
	mkdir there
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	KMGR_SHIM_MODULE=$TOKEN_MODULE KMGR_SHIM_KILL_BY=2 KMGR_SHIM_KILL_AT=1 \
		KMGR_SHIM_FAIL_ON=C_Sign run --separate-stderr \
		env --default-signal=INT "$KMGR" backup there/f.db
	[ "$status" -eq 130 ]
	[[ $stderr == *"interrupted"* ]]
	[ -z "$(ls -A there)" ]
	kmgr_env "$PWD"
	waits
	kmgr backup there/f.db
	[ "$(ls -A there)" = f.db ]
}

@test "who says so behind kmgr's back is not believed" {
	begin token
	sql "UPDATE ksk SET backup_at = created_at"
	run -10 kmgr confirm-backup "example.com/$tag"
	run -10 kmgr_later 3d ds-seen "example.com/$tag"
	run -2 kmgr check --no-network
	[[ $output == *"CRITICAL example.com. store: "* ]]
}

@test "backup --help says that it has wrapped keys, as ciphertext" {
	run -0 kmgr backup --help
	[[ $output != *"no private key"* && $output == *ciphertext* ]]
}

@test "a store that has moved says so, whatever is asked" {
	local new=sqlite:$PWD/new.db word

	begin token
	kmgr -q migrate-store "sqlite:$PWD/kmgr.db" "$new" >/dev/null
	for word in status plan list-ksks; do
		run -0 --separate-stderr kmgr "$word"
		[[ $stderr == "this store is shut: it has moved to \
$PWD/new.db; what it says is of then; next: name the store "* ]]
		[[ $output == *example.com* ]]
	done
	run -2 --separate-stderr kmgr check --no-network
	[[ ${lines[0]} == "KMGR CRITICAL - all zones: this store is shut: it \
has moved to $PWD/new.db; next: name the store "* ]]
	sed -i "s|^store:.*|store: $new|" kmgr.yaml
	run -0 --separate-stderr kmgr status
	[ -z "$stderr" ]
}

@test "a copy of a store that has moved is found out by what the new one has" {
	local new=sqlite:$PWD/new.db

	begin token
	cp kmgr.db copy.db
	run -0 --separate-stderr kmgr migrate-store "sqlite:$PWD/kmgr.db" \
		"$new"
	[[ $stderr == *"next: name the new store"*"kmgr verify"* ]]
	[[ $stderr == *"let nobody use a copy of the old one"* ]]
	sed "s|^store:.*|store: $new|" kmgr.yaml >new.yaml
	sed "s|^store:.*|store: sqlite:$PWD/copy.db|" kmgr.yaml >copy.yaml
	# Nothing tells them apart yet.
	run -0 kmgr -c new.yaml verify
	run -0 kmgr -c copy.yaml verify
	kmgr -c new.yaml -q sign-zsks example.com zsks >/dev/null
	kmgr -c copy.yaml -q sign-zsks example.com zsks >/dev/null
	kmgr -c new.yaml -q create-ksk example.net --cmk prod >/dev/null
	run -10 kmgr -c copy.yaml sign-zsks example.com zsks
	run -10 kmgr -c copy.yaml verify
	run -0 kmgr -c new.yaml verify
	# Of a store without CMKs there is nothing to tell.
	rm kmgr.db
	sed -i "s|^store:.*|store: sqlite:$PWD/empty.db|" kmgr.yaml
	kmgr init >/dev/null 2>&1 || true
	run -0 --separate-stderr kmgr migrate-store "sqlite:$PWD/empty.db" \
		"sqlite:$PWD/other.db"
	[[ $stderr == *"next: name the new store"* ]]
	[[ $stderr != *CMK* ]]
}
