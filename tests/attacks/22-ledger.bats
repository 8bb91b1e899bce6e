# The ledger as a file, and stores that are brought back.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

setup_file() {
	world_new
	make_ksk b.example
	kmgr -q export-ledger -o ledger
	kmgr --json describe-cmk prod | jq -r .cmk.public_key >prod.pem
}

setup() {
	world_enter
}

# judged STATUS FILE [OPTION...]
judged() {
	local status_wanted=$1

	shift
	run kmgr verify-ledger "$@"
	echo "$output"
	[ "$status" -eq "$status_wanted" ]
}

@test "ledger-file-edited: a line of an exported ledger is changed" {
	judged 0 ledger --cmk-public-key prod.pem
	for edit in 's/b\.example/x.example/' 's/"uid":[0-9]*/"uid":4711/' \
		'3d' '$d' '2,4d'; do
		sed "$edit" ledger >edited
		run ! cmp -s ledger edited
		judged 10 edited --cmk-public-key prod.pem
	done
}

@test "ledger-file-cut: the end of an exported ledger is cut off" {
	head=$(sqlite3 kmgr.db "SELECT lower(hex(hash)) FROM ledger
		ORDER BY seq DESC LIMIT 1")
	judged 0 ledger --anchor "$head"
	# An older file is whole, and good; who knows a later head sees it.
	keep now
	put_back_world
	kmgr -q export-ledger -o now
	make_ksk c.example
	head=$(sqlite3 kmgr.db "SELECT lower(hex(hash)) FROM ledger
		ORDER BY seq DESC LIMIT 1")
	judged 0 now --cmk-public-key prod.pem
	judged 10 now --cmk-public-key prod.pem --anchor "$head"
	told ledger-file-cut
}

@test "ledger-file-foreign: the ledger of another CMK of the same name" {
	mkdir his
	(
		softhsm_new "$PWD/his" kmgr
		kmgr_env "$PWD/his"
		kmgr init
		kmgr create-cmk prod --token main --policy p.yaml
		kmgr create-ksk a.example b.example --cmk prod
		kmgr -q export-ledger -o foreign
	) >/dev/null
	judged 10 foreign --cmk-public-key prod.pem
	# Nobody who knows nothing of the real one can tell.
	judged 0 foreign
	told ledger-file-foreign
}

@test "restore-old: an old backup or ledger is restored" {
	kmgr -q backup "$PWD/old.backup" >/dev/null
	make_ksk c.example
	keep now
	for from in old.backup "--ledger ledger"; do
		before=$(sha256_of kmgr.db)
		# shellcheck disable=SC2086 # words
		run kmgr restore $from
		echo "$status $output"
		# Whatever it says, nothing that was made is forgotten.
		signs c
		agrees
	done
	# Nor where the store is away, and the token knows better.
	rm -f kmgr.db*
	run kmgr restore old.backup
	[ "$status" -eq 10 ]
	rm -f kmgr.db*
	kmgr init >/dev/null
	run kmgr restore --ledger ledger
	[ "$status" -eq 10 ]
}

@test "restore-forged: a store is restored from a ledger that was edited" {
	keep good
	sed 's/b\.example/x.example/' ledger >edited
	rm -f kmgr.db*
	kmgr init >/dev/null
	run kmgr restore --ledger edited
	echo "$output"
	[ "$status" -eq 10 ]
	[ "$(kmgr --json list-cmks | jq '.cmks | length')" -eq 0 ]
	# A backup that was edited.
	sqlite3 good.db "DROP TRIGGER ksk_identity; UPDATE ksk SET zone =
		'x.example.' WHERE zone = 'b.example.'"
	run kmgr restore good.db
	echo "$output"
	[ "$status" -eq 10 ]
	[ "$(kmgr --json list-cmks | jq '.cmks | length')" -eq 0 ]
}

@test "restore-rechained: one with a chain that was made anew" {
	sql "UPDATE ledger SET payload = replace(payload, 'b.example',
		'x.example'); UPDATE ksk SET zone = 'x.example.',
		endorsement = replace(endorsement, 'b.example', 'x.example')
		WHERE zone = 'b.example.'"
	rechain
	keep forged
	kmgr -q export-ledger -o forged || true
	put_back_world
	run kmgr restore forged.db
	echo "$output"
	[ "$status" -eq 10 ]
	signs b
	rm -f kmgr.db*
	kmgr init >/dev/null
	run kmgr restore --ledger forged
	echo "$output"
	[ "$status" -ne 0 ]
	[ "$(kmgr --json list-cmks | jq '.cmks | length')" -eq 0 ]
}
