# One bit of the store is another one, wherever it is: verify says so, sign-zsks
# signs nothing else than before and nothing at all under what it relies on,
# and nothing crashes or hangs. tests/history/columns says what is expected of
# each column. A seeded sample of the bytes, all of them with KMGR_SOAK=1.
load ../lib/common
bats_require_minimum_version 1.5.0

setup_file() {
	need_program sqlite3 jq ssh-keygen dnssec-keygen
	. "$TESTDIR/history/life.bash"
	. "$TESTDIR/fault/world.bash"
	LIFE=$(life_dir)
	export LIFE
	points_seed
	export SEED
	life_new "$LIFE"
	softhsm_new "$LIFE" vault
	kmgr_env "$LIFE" "main=$(sed -n 's/^  main: //p' kmgr.yaml)" \
		"vault=$(uri_of_shim "$TOKEN_URI")"
	little_of_all
	# By way of the shim all calls cost more.
	sed -i "s,module-path=[^&]*,module-path=$TOKEN_MODULE," kmgr.yaml
	sql 'SELECT 1'
	mv kmgr.db pristine.db
}

# One of each kind of row.
little_of_all() {
	cmk prod token
	cmk group shared
	cmk safe approved
	kmgr -q create-cmk split --token main --seal-token vault \
		--policy token.yaml >/dev/null
	ksk prod a.example x.example
	ksk group s1.example s2.example
	ksk split t.example
	approved safe.example
	kmgr --json create-ksk more.example --cmk safe >/dev/null 2>&1 ||
		[ $? -eq 11 ]
	seen a.example
	deleted x.example
	# What is in use is published, so that to sign it again records no step.
	for zone in s1 s2 t safe; do
		signed $zone.example
	done
	little_of_requests
	little_of_life
	kmgr verify
}

# A key of another provider's, what servers were seen to serve, and a zone that
# run goes over, and tells somebody of.
little_of_life() {
	kmgr -q add-foreign-key a.example "$(dnssec-keygen -q -f KSK \
		-a ECDSAP256SHA256 a.example).key" >/dev/null
	signed a.example
	zsks s1.example >s1.zone
	cat >>kmgr.yaml <<-END
		zones:
		  s1.example:
		    source: { file: $PWD/s1.zone }
		    publish: { directory: $PWD/out }
		    parent: { servers: [127.0.0.1@1] }
		hooks: { ds-add: [/bin/true] }
	END
	kmgr -q run s1.example >/dev/null
	sqlite3 kmgr.db "INSERT INTO observation (zone, kind, value, text,
		first_at, last_at) VALUES ('a.example.', 'ds-ttl', 3600, '',
		1, 1)"
}

# Responses with ids and without, one for an emergency, and some superseded.
little_of_requests() {
	cmk root ceremony
	ksk root q.example
	answered q.example icann --genesis
	seen q.example
	ksk root q.example
	answered q.example bind --end +20d --emergency-skr other
	gone q.example
}

setup() {
	. "$TESTDIR/history/life.bash"
	life_enter "$LIFE"
	echo "# seed $SEED" >&3
	stride=250
	[ "${KMGR_SOAK-}" != 1 ] || stride=1
}

teardown_file() {
	. "$TESTDIR/history/life.bash"
	life_end "$LIFE"
}

# flip TABLE...: flips, and shows what is not as tests/history/columns says.
flip() {
	run "$builddir/tests/history/flip" "$PWD" "$SEED" $stride "$@"
	printf '%s\n' "$output" >flips
	[ "$status" -eq 0 ] || {
		echo "exit $status behind: $(tail -n 2 flips)"
		return 1
	}
	awk '
		FNR == NR {
			if (!/^#/ && NF > 0) {
				verify[$1] = $2
				sign[$1] = $3
			}
			next
		}
		{ n++ }
		!($1 in verify) || NF != 7 {
			print "not judged: " $0
			bad++
			next
		}
		# Which is silent and which is refused may differ by the bit.
		($6 != "detected" && (verify[$1] != "silent" ||
		    $6 != "silent")) ||
		    ($7 !~ /^refused-/ && $7 !~ /^same[+]?$/ &&
		    ($5 == "needed" || $7 != "untried")) ||
		    ($7 ~ /[+]$/ && sign[$1] != "same+") ||
		    ($5 == "needed" && sign[$1] == "refused" &&
		    $7 !~ /^refused-/) {
			print
			bad++
		}
		END { print n " flips" >"/dev/stderr"; exit bad > 0 }
	' "$TESTDIR/history/columns" flips 2>count || {
		cat count
		return 1
	}
	sed 's/^/# /' count >&3
}

@test "flips of CMKs, their policies, seals and identity keys" {
	flip cmk
}

@test "flips of key pairs, endorsements and retirements" {
	flip key ksk zone
}

@test "flips of events and checkpoints" {
	flip ledger
}

@test "flips of plans, approvals, signatures, ZSK sets and intents" {
	flip plan approval signature zsk_set intent
}

@test "flips of requests and their responses" {
	flip ksr
}

@test "flips of what the life cycle knows of zones" {
	flip zone_alg foreign_key observation
}

@test "every table is flipped or is none of kmgr's" {
	run -0 sqlite3 pristine.db "SELECT group_concat(name, ' ') FROM (
		SELECT name FROM sqlite_master WHERE type = 'table'
		ORDER BY name)"
	# Who works on a zone is forgotten within minutes, and no fact.
	[ "$output" = "approval claim cmk foreign_key intent key ksk ksr \
ledger observation plan signature zone zone_alg zsk_set" ]
}
