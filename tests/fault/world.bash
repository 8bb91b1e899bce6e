# For the fault tests: . world.bash, after ../lib/common.bash
#
# A world is a directory with a SoftHSM token, a store, policies, ZSK sets and
# a configuration that reaches the token by way of the shim. It is made once in
# each shape that tests begin from, and copied back before each round, so that
# no round sees what another one did. It lives in memory where it can: a round
# is some hundred small writes and twenty fsync.

# P-256 keys that some zone signer made.
ZSK=8Lv9mGFVyznU9pnobYqPAGJgbZnBbcNSfKiSvoXOZ7YQ
ZSK+=TzAWtvQ7IIRB1okRgK9lVFMZNiLFW2nu6SGkjhGW3A==
OTHER_ZSK=oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeq
OTHER_ZSK+=CYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==

# world_new: makes an empty one and sets
#   WORLD		where it lives, the same path in every round
#   SHAPES		where the shapes are kept
# and what softhsm_new and kmgr_env set. Where WORLD_BASE is in the
# environment, it is the world that another process made.
world_new() {
	local base=${BATS_FILE_TMPDIR:-${TMPDIR:-/tmp}}
	local policy custody seal zone

	if [ -n "${WORLD_BASE-}" ]; then
		# shellcheck source=/dev/null
		. "$WORLD_BASE/vars"
		return
	fi
	[ ! -w /dev/shm ] || base=/dev/shm
	WORLD_BASE=$(mktemp -d "$base/kmgr-world.XXXXXX") || return
	WORLD=$WORLD_BASE/live
	SHAPES=$WORLD_BASE/shapes
	# Making RSA keys is what takes the time in create-cmk's probe.
	export KMGR_SHIM_REFUSE_MECH=RSA_PKCS_KEY_PAIR_GEN
	mkdir "$WORLD" "$SHAPES" || return
	softhsm_new "$WORLD" kmgr || return
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	kmgr_env "$WORLD" "main=$(uri_of_shim "$TOKEN_URI")"
	printf 'witnesses:\n  file: %s/heads\n' "$WORLD" >>"$WORLD/kmgr.yaml"
	for policy in {token,shared,wrapped}-governance \
		{token,wrapped}-compliance; do
		custody=${policy%-*} seal=${policy#*-}
		printf '%s\n' 'version: 1' 'zones: ["."]' \
			"custody: $custody" "seal: $seal" \
			'ksk: { require-backup: false }' \
			>"$WORLD/$policy.yaml"
	done
	mkdir "$WORLD/zones"
	for zone in one two three; do
		echo "$zone.example. 3600 IN DNSKEY 256 3 13 $ZSK" \
			>"$WORLD/zones/$zone.example.zone"
	done
	kmgr -q init >/dev/null || return
	world_save empty
	declare -p WORLD SHAPES TOKEN_PIN TOKEN_SO_PIN TOKEN_LABEL \
		TOKEN_MODULE TOKEN_URI SOFTHSM2_CONF KMGR_CONFIG \
		KMGR_SHIM_MODULE KMGR_SHIM_REFUSE_MECH |
		sed 's/^declare --/declare -g/; s/^declare -x/declare -gx/' \
			>"$WORLD_BASE/vars"
}

# world_save SHAPE, world_load SHAPE: the world becomes a shape; a shape the
# world.
world_save() {
	cp -a "$WORLD" "$SHAPES/$1"
}

world_load() {
	rm -rf "$WORLD" && cp -a "$SHAPES/$1" "$WORLD"
}

# world_has SHAPE
world_has() {
	[ -d "$SHAPES/$1" ]
}

# world_end: all of it goes.
world_end() {
	[ -z "${WORLD_BASE-}" ] || rm -rf "$WORLD_BASE"
}

# world_in_haste: from here on a build with sanitizers looks for no leaks,
# which is what takes the time there, except under "with_leaks COMMAND...".
world_in_haste() {
	THOROUGH=${ASAN_OPTIONS-}
	export ASAN_OPTIONS=$THOROUGH:fast_unwind_on_malloc=1:detect_leaks=0
}

with_leaks() {
	ASAN_OPTIONS=$THOROUGH "$@"
}

# objects_of: the objects of the token as "private ID", "public ID" and "data
# APPLICATION LABEL", asked without kmgr and the shim. One without CKA_ID is
# "private -".
objects_of() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects 2>/dev/null |
		tr -d "'" | awk '
			function flush() {
				if (kind == "data")
					print kind, application, label
				else if (kind != "")
					print kind, id
			}
			/^[A-Za-z].*[Oo]bject/ {
				flush(); kind = tolower($1)
				id = application = label = "-"
			}
			/^  ID:/ { id = $2 }
			/^  label:/ { label = $2 }
			/^  application:/ { application = $2 }
			END { flush() }' | LC_ALL=C sort
}

# ask SQL: of the store, without kmgr.
ask() {
	sqlite3 -batch -separator ' ' "$WORLD/kmgr.db" "$1"
}

# complain TEXT: says why a world is not sound; fails.
complain() {
	echo "unsound: $*" >&2
	return 1
}

# world_check MAY-ABANDON ZONE...: whether store, ledger and token are what
# they were to become: one CMK; one KSK in each zone; nothing open; each object
# of the token that of a key (a wrapped one has none, a wrapping one is one), or, where MAY-ABANDON is yes, of an intent that
# was given up because half a pair could not be destroyed; each step once in
# the ledger; the token keeps each CMK's newest checkpoint, and its seal, and
# nothing of the kind that the ledger does not have; the witness was told of the
# newest checkpoint; and kmgr's own verify agrees. ZONE any is any number of CMKs
# and KSKs.
world_check() {
	local may_abandon=$1 out zones

	shift
	out=$(kmgr verify 2>&1) || complain "verify: $? $out" || return
	zones=any
	[ "$*" = any ] || zones=$(printf '%s.\n' "$@" | grep -v '^\.$' |
		LC_ALL=C sort | tr '\n' ' ')
	out=$({
		ask "SELECT iif(role = 'wrap', 'wrap', 'key'), id FROM key
				WHERE blob IS NULL AND NOT ($DESTROYED)
			UNION ALL SELECT 'junk', key_id FROM intent
				WHERE state = 'abandoned';
			$WRONG; $KEPT"
		objects_of
		sed 's/^kmgr head seq=\([0-9]*\) .*/told \1/' "$WORLD/heads"
	} | awk -v may_abandon="$may_abandon" -v zones="$zones" '
		$1 == "key" { wanted[$2] = 1; next }
		$1 == "wrap" { wrap[$2] = 1; next }
		$1 == "junk" { junk[$2] = 1; next }
		$1 == "zone" { has = has $2 " "; next }
		$1 == "cmks" { cmks = $2; next }
		$1 == "wrong" { print; next }
		$1 == "kept" { may[$2, $3] = 1; next }
		$1 == "newest" { must[$2 " " $3] = 1; point[$3] = 1; next }
		$1 == "told" { told[$2] = 1; next }
		$1 == "data" {
			if ($2 ~ /^kmgr1:/ && !(($2, $3) in may))
				print "kept, and not in the ledger: " $0
			delete must[$2 " " $3]
			next
		}
		{ seen[$2, $1]++ }
		!($2 in wanted) && !($2 in wrap) && !($2 in junk) {
			print "nobody knows " $0
		}
		END {
			for (id in wanted)
				if (seen[id, "private"] != 1 ||
				    seen[id, "public"] != 1)
					print "no pair of " id
			for (id in wrap)
				if (seen[id, "secret"] != 1)
					print "no wrapping key " id
			for (id in junk)
				if (may_abandon != "yes" ||
				    (seen[id, "private"] == 0 &&
				    seen[id, "public"] == 0 &&
				    seen[id, "secret"] == 0))
					print "abandoned: " id
			for (seq in point)
				if (seq != "sealed" && !(seq in told))
					print "no witness was told of " seq
			for (name in must)
				print "the token does not keep " name
			if (zones != "any" && (cmks != 1 || has != zones))
				print cmks " CMKs, KSKs for " has \
					"instead of " zones
		}') || complain 'the check itself has failed' || return
	[ -z "$out" ] || complain "$out"
}

# Keys of which the token has nothing any more: those of a deleted CMK, and of
# KSKs that are all removed, unless nothing of the CMK can be destroyed.
DESTROYED="cmk_id NOT IN (SELECT id FROM cmk
		WHERE policy LIKE '%\"seal\":\"compliance\"%')
	AND CASE role WHEN 'ksk' THEN id NOT IN (SELECT key_id FROM ksk
		WHERE state <> 'removed')
	ELSE cmk_id IN (SELECT id FROM cmk WHERE state = 'deleted') END"

# Each thing that was made stands in the ledger once, and nothing else does.
WRONG="
	SELECT 'zone', zone FROM (SELECT zone FROM ksk
		WHERE state <> 'removed' ORDER BY zone);
	SELECT 'cmks', count(*) FROM cmk;
	SELECT 'wrong: open', label FROM intent WHERE state = 'open'
	UNION ALL SELECT 'wrong: CMK', id FROM cmk WHERE 1 <> (SELECT count(*)
		FROM ledger WHERE type = 'create-cmk'
		AND payload ->> 'cmk_id' = id)
	UNION ALL SELECT 'wrong: seal', id FROM cmk WHERE (sealed_at NOTNULL) <>
		(SELECT count(*) FROM ledger WHERE type = 'seal'
		AND payload ->> 'cmk_id' = id)
	UNION ALL SELECT 'wrong: KSK', id FROM ksk WHERE 1 <> (SELECT count(*)
		FROM ledger WHERE type = 'create-ksk'
		AND payload ->> 'ksk_id' = ksk.id)
	UNION ALL SELECT 'wrong: removed KSK', id FROM ksk
		WHERE (state = 'removed') <> (SELECT count(*) FROM ledger
		WHERE type = 'delete-ksk' AND payload ->> 'ksk_id' = ksk.id)
	UNION ALL SELECT 'wrong: deleted CMK', id FROM cmk
		WHERE (state = 'deleted') <> (SELECT count(*) FROM ledger
		WHERE type = 'cmk-state' AND payload ->> 'to' = 'deleted'
		AND payload ->> 'cmk_id' = id)
	UNION ALL SELECT 'wrong: intent', id FROM intent
		WHERE state IN ('undone', 'abandoned') AND 1 <>
		(SELECT count(*) FROM ledger WHERE type = state
		AND payload ->> 'key_id' = key_id)
	UNION ALL SELECT 'wrong: more CMKs', count(*) FROM ledger
		WHERE type = 'create-cmk'
		HAVING count(*) <> (SELECT count(*) FROM cmk)
	UNION ALL SELECT 'wrong: more KSKs', count(*) FROM ledger
		WHERE type = 'create-ksk'
		HAVING count(*) <> (SELECT count(*) FROM ksk)"

# What the token may keep, and what it must.
KEPT="
	WITH point AS (SELECT cmk_id, payload ->> 'statement' ->> 'ledger_seq'
		AS seq FROM ledger WHERE type = 'checkpoint')
	SELECT 'kept', 'kmgr1:ratchet:' || substr(cmk_id, 1, 16), seq
		FROM point
	UNION ALL SELECT 'newest', 'kmgr1:ratchet:' || substr(cmk_id, 1, 16),
		max(seq) FROM point GROUP BY cmk_id
	UNION ALL SELECT what, 'kmgr1:seal:' || substr(id, 1, 16), 'sealed'
		FROM cmk, (SELECT 'kept' AS what UNION ALL SELECT 'newest')
		WHERE sealed_at NOTNULL"

# sign_zone ZONE: with its ZSK, or, as one KSK in 30,000 has that one's key tag,
# or gets it when it is revoked, with another.
sign_zone() {
	local out status=0

	out=$(kmgr sign-zsks "$1" "$WORLD/zones/$1.zone" 2>&1) || status=$?
	case $status$out in
	[1-9]*" ZSK-TAG: "*)
		sed "s|$ZSK|$OTHER_ZSK|" "$WORLD/zones/$1.zone" |
			kmgr sign-zsks "$1" 2>&1
		return ;;
	esac
	echo "$out"
	return $status
}

# signs ZONE...: whether the KSKs of these zones can be used.
signs() {
	local zone out

	for zone in "$@"; do
		out=$(sign_zone "$zone") ||
			complain "$zone cannot be signed: $out" || return
		whole "$zone" <<<"$out" || complain "$zone: $out" || return
	done
}

# whole ZONE: whether standard input is a signed DNSKEY RRset.
whole() {
	awk -v zone="$1." '
		$1 == zone && $4 == "DNSKEY" && $5 == 256 { zsk++ }
		$1 == zone && $4 == "DNSKEY" && $5 == 257 { ksk++ }
		$1 == zone && $4 == "RRSIG" && $5 == "DNSKEY" { sig++ }
		END { exit !(zsk == 1 && ksk == 1 && sig == 1) }'
}

# --- points ----------------------------------------------------------------

# points_seed: sets SEED from KMGR_TEST_SEED, or by chance, and starts RANDOM.
points_seed() {
	SEED=${KMGR_TEST_SEED:-$((RANDOM << 15 | RANDOM))}
	RANDOM=$SEED
}

# points N WANTED [ALWAYS...]: sets POINTS to the points of 1 to N to try: all
# with KMGR_SOAK=1; else those that are always tried and, of as many stretches
# of equal length as are still wanted, one each by chance, so that runs with
# other seeds come to every point. Not for a subshell: RANDOM begins anew there.
points() {
	local n=$1 wanted=$2 i from to

	shift 2
	if [ "${KMGR_SOAK-}" = 1 ]; then
		readarray -t POINTS < <(seq "$n")
		return
	fi
	POINTS=()
	for i; do
		[ "$i" -lt 1 ] || [ "$i" -gt "$n" ] || POINTS+=("$i")
	done
	wanted=$((wanted > $# + 4 ? wanted - $# : 4))
	[ $wanted -le "$n" ] || wanted=$n
	for ((i = 0; i < wanted; i++)); do
		from=$((i * n / wanted)) to=$(((i + 1) * n / wanted))
		[ $to -le $from ] ||
			POINTS+=($((from + RANDOM % (to - from) + 1)))
	done
	readarray -t POINTS < <(printf '%s\n' "${POINTS[@]}" | sort -nu)
}
