# Old copies: of the store, of the token, of both.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

setup_file() {
	world_new
	cat >>kmgr.yaml <<-END
		witnesses:
		  file: $PWD/heads
	END
}

setup() {
	world_enter
	sed -i "s,$BATS_FILE_TMPDIR/world,$BATS_TEST_TMPDIR,g" kmgr.yaml
}

@test "rollback-store: an old copy of the store is put back" {
	keep old
	make_ksk b.example
	put_back old
	refused 10 'the store was rolled back: it ends with event' 'is missing'
	# Nor is it taken for good when it has grown as long as it was.
	for _ in {1..6}; do
		run kmgr sign-zsks a.example a --validity 9999d
	done
	refused 10 'hint: nothing is signed'
	run kmgr create-cmk next --token main --policy p.yaml
	[ "$status" -eq 10 ]
}

@test "rollback-empty: the store is taken away, and a new one made" {
	rm -f kmgr.db*
	kmgr init >/dev/null
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 10 ]
	[[ $output == *"a CMK that the store does"* ]]
}

@test "events-cut: the last events are deleted" {
	make_ksk b.example
	keep good
	sql "DELETE FROM ledger WHERE seq > (SELECT max(seq) FROM ledger) - 2"
	refused 10 'rolled back'
	# Down to the last checkpoint, a signature is forgotten, and that is
	# all: kmgr cannot know.
	put_back good
	signs b
	last=$(sqlite3 kmgr.db "SELECT max(seq) FROM ledger")
	made=$(sqlite3 kmgr.db "SELECT max(id) FROM signature")
	signs b
	sql "DELETE FROM ledger WHERE seq > $last;
		DELETE FROM signature WHERE id > $made"
	signs b
	told events-cut 'after the last checkpoint'
}

@test "rollback-fork: one token is used by two stores that went different ways" {
	keep base
	keep_token base
	make_ksk b.example
	keep_token one
	put_back base
	put_back_token base
	make_ksk c.example
	put_back_token one
	refused 10 'the store is not the one that token main knows'
}

@test "rollback-token: an old copy of the token is put back" {
	keep_token old
	make_ksk b.example
	put_back_token old
	# What was made since is missed, and is not made again.
	run kmgr sign-zsks b.example b
	[ "$status" -ne 0 ]
	[[ $output != *"IN RRSIG"* ]]
	differs missing-key
	make_ksk b.example || true
	differs missing-key
	# The records of what happened come back.
	signs a
	run ! kmgr sign-zsks b.example b
}

@test "rollback-both: old copies of the store and of the token" {
	keep old
	keep_token old
	make_ksk b.example
	put_back old
	put_back_token old
	# Nothing within reach can tell.
	signs a
	agrees
	told rollback-both 'store and token are put back together'
	# A witness can: it was told of a head that the ledger does not have.
	seq=$(sed -n 's/.* seq=\([0-9]*\) .*/\1/p' heads | sort -n | tail -n 1)
	hash=$(sed -n 's/.* hash=\([0-9a-f]*\) .*/\1/p' heads | tail -n 1)
	[ "$(kmgr --json list-events | jq --arg hash "$hash" \
		'[.events[] | select(.hash == $hash)] | length')" -eq 0 ]
	[ "$seq" -gt 5 ]
	# And who gave it the line can prove that he was not the one.
	sed -n 's/.*signature=//p' heads | tail -n 1 | grep -q .
}

@test "history-rewritten: with the PIN, another past, signed by the seal key" {
	make_ksk b.example
	# The last KSK was never made, says the ledger, and its checkpoint.
	sql "UPDATE ledger SET payload = replace(payload, 'b.example',
		'x.example') WHERE type = 'create-ksk'"
	rechain
	seq=$(sqlite3 kmgr.db "SELECT max(seq) FROM ledger
		WHERE type = 'checkpoint'")
	head=$(sqlite3 kmgr.db "SELECT lower(hex(hash)) FROM ledger
		WHERE seq = $seq - 1")
	sqlite3 kmgr.db "SELECT payload ->> 'statement' FROM ledger
		WHERE seq = $seq" | jq -jcS --arg head "$head" \
		'.ledger_head = $head' >statement
	signature=$(seal_sign kmgr/checkpoint/v1 statement)
	jq -cnjS --arg id "$id" --rawfile statement statement \
		--arg signature "$signature" --slurpfile old \
		<(sqlite3 kmgr.db "SELECT payload FROM ledger
			WHERE seq = $seq") \
		'$old[0] + {signature: $signature, statement: $statement}' \
		>payload
	sql "UPDATE ledger SET payload = '$(cat payload)' WHERE seq = $seq"
	rechain "$seq"
	# Into the token with it, too.
	jq -cjS '{signature, statement}' payload >record
	tool --write-object record --type data --private --label 99 \
		--application-label "kmgr1:ratchet:${id:0:16}" >/dev/null 2>&1
	# The record that is there already cannot be taken away.
	refused 10 'the store is not the one that token main knows'
	# Unless the token is an old copy as well: then only a witness knows.
	run ! grep -q "$head" heads
	told history-rewritten
}

@test "witness-silenced: the witnesses are taken out of the configuration" {
	make_ksk b.example
	lines=$(wc -l <heads)
	sed -i '/^witnesses:/,$d' kmgr.yaml
	make_ksk c.example
	# Nobody is told, and only who waits for the line misses it.
	[ "$(wc -l <heads)" -eq "$lines" ]
	told witness-silenced 'waits for its line'
}
