# sign-ksr and a store that somebody has changed, or facts that nobody told.
load ../lib/common

bats_require_minimum_version 1.5.0

setup() {
	kmgr_here
	cat >zsk.zone <<'END_OF_ZONE'
example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==
END_OF_ZONE
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	old=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
}

# request FILE START
request() {
	kmgr -q make-ksr example.com --format knot --zsk zsk.zone \
		--start "$2" --end +60d -o "$1" 2>/dev/null
}

# another: a second KSK, whose tag is $new.
another() {
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	new=$(kmgr --json list-ksks |
		jq ".ksks[] | select(.key_tag != $old) | .key_tag")
}

# refused STATUS PART ARGUMENT...: of sign-ksr, which writes and tells nothing.
refused() {
	local status_wanted=$1 part=$2

	shift 2
	run --separate-stderr kmgr sign-ksr "$@" --yes -o no.skr
	[ "$status" -eq "$status_wanted" ]
	[[ $stderr == *"$part"* ]]
	[ ! -e no.skr ]
}

@test "a response that the store has lost is no new beginning" {
	request a.ksr now
	request b.ksr +1h
	kmgr -q sign-ksr a.ksr --yes --genesis -o a.skr >/dev/null
	sql 'DELETE FROM ksr'
	refused 10 'the store has lost response' b.ksr --genesis
	refused 10 'the store has lost response' a.ksr --genesis
	refused 10 'the store has lost response' b.ksr
}

@test "a response is superseded when the ledger says so" {
	request a.ksr now
	request b.ksr +1h
	kmgr -q sign-ksr a.ksr --yes --genesis -o a.skr >/dev/null
	another
	for tag in "$old" "$new"; do
		kmgr -q ds-seen --force "example.com/$tag" >/dev/null 2>&1
	done
	[ "$(sqlite3 kmgr.db 'SELECT superseded_at > 0 FROM ksr')" -eq 1 ]
	cp kmgr.db good
	sql 'UPDATE ksr SET superseded_at = NULL'
	refused 10 'otherwise than the ledger' b.ksr
	cp good kmgr.db
	sql 'UPDATE ksr SET superseded_at = superseded_at + 1'
	refused 10 'otherwise than the ledger' b.ksr
	cp good kmgr.db
	kmgr -q sign-ksr b.ksr --yes -o b.skr >/dev/null
}

@test "another response under the hash of its own is none" {
	request a.ksr now
	kmgr -q sign-ksr a.ksr --yes --genesis -o a.skr >/dev/null
	cp kmgr.db good
	for column in response_hash plan_hash request_hash; do
		sql "UPDATE ksr SET $column = zeroblob(32)"
		refused 10 'otherwise than the ledger' a.ksr
		cp good kmgr.db
	done
	sql "INSERT INTO ksr SELECT '00' || substr(id, 3), cmk_id, zone,
		format, kind, zeroblob(32), request_id, bundle_ids,
		response_hash, plan_hash, ksk_ids, answered_at, expires_at,
		superseded_at, request, response FROM ksr"
	refused 10 'no event tells of response' a.ksr
}

@test "a KSK that was published stays until somebody tells of its DS" {
	request a.ksr now
	request b.ksr +1h
	kmgr -q sign-ksr a.ksr --yes --genesis -o a.skr >/dev/null
	another
	# Nobody said ds-seen, and the parent may have it all the same.
	refused 5 "withdraws KSK $old" b.ksr --schema normal --current "$new"
	kmgr -q sign-ksr b.ksr --yes -o b.skr >/dev/null
	# That another one has a DS says nothing of its own.
	request c.ksr +4d
	kmgr_later 3d -q ds-seen --force "example.com/$new" >/dev/null
	run -5 --separate-stderr kmgr_later 3d sign-ksr c.ksr --schema normal \
		--current "$new" --yes -o no.skr
	[[ $stderr == *"SKR-DS-CHAIN: bundle 1 withdraws KSK $old; nobody told \
of its DS, which may be at the parent: it stays until kmgr ds-gone "* ]]
	[ ! -e no.skr ]
	kmgr_later 3d -q ds-gone --force "example.com/$old" >/dev/null
	request d.ksr +8d
	kmgr_later 7d -q sign-ksr d.ksr --schema normal --current "$new" \
		--yes -o d.skr >/dev/null
}

# two_tokens: the zone has rolled away from token kmgr, which is lost.
two_tokens() {
	softhsm_new "$BATS_TEST_TMPDIR" other
	echo "  other: $TOKEN_URI" >>kmgr.yaml
	kmgr -q create-cmk second --token other --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --another --cmk second >/dev/null
	new=$(kmgr --json list-ksks |
		jq ".ksks[] | select(.key_tag != $old) | .key_tag")
	request a.ksr now
	kmgr -q sign-ksr a.ksr --yes --genesis -o a.skr >/dev/null
	for tag in "$old" "$new"; do
		kmgr -q ds-seen --force "example.com/$tag" >/dev/null 2>&1
	done
	kmgr -q ds-gone --force "example.com/$old" >/dev/null 2>&1
	softhsm2-util --delete-token --token kmgr >/dev/null
}

@test "a lost token stops no zone that has rolled away, and no other" {
	two_tokens
	request b.ksr +4d
	refused 6 'token main' b.ksr
	run --separate-stderr kmgr_later 3d sign-ksr b.ksr --yes -o b.skr
	[ "$status" -eq 0 ]
	[[ $stderr == *"token main is not there"*"CMK prod"*signatures* ]]
	[ "$(kmgr --json show-ksr b.skr | jq -r '[.bundles[].signatures[] |
		.key_tag] | unique[]')" = "$new" ]
}

@test "nobody drops a KSK with a forged fact while its token is away" {
	two_tokens
	request b.ksr +4d
	sql "UPDATE ksk SET ds_gone_at = ds_gone_at - 259200
		WHERE key_tag = $old"
	refused 10 "KSK example.com./$old" b.ksr
}

@test "what is signed is what was shown when somebody typed Yes" {
	need_program script
	request a.ksr now
	mkfifo answer
	script -qfec "$KMGR sign-ksr a.ksr --genesis -o no.skr" typed \
		<answer >/dev/null 2>&1 &
	local pid=$! status=0
	exec 7>answer
	wait_until 10 grep -q 'Type Yes' typed
	another
	echo Yes >&7
	exec 7>&-
	wait "$pid" || status=$?
	[ "$status" -eq 7 ]
	grep -q 'changed by another run' typed
	[ ! -e no.skr ]
}

@test "a file that cannot be written, or only over another, signs nothing" {
	request a.ksr now
	for files in '--record none/rec -o no.skr' \
		'--emergency-skr none/e.skr -o no.skr' \
		'--record no.skr -o no.skr'; do
		# shellcheck disable=SC2086
		run kmgr sign-ksr a.ksr --yes --genesis $files
		[ "$status" -ne 0 ]
		[ ! -e no.skr ]
	done
	[ "$(kmgr --json list-events --type sign-ksr |
		jq '.events | length')" -eq 0 ]
}
