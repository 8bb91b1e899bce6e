# For the history tests: . life.bash, after ../lib/common.bash
#
# A store with a life behind it: LIFE_STEPS are what happened to it, one
# life-cycle event or more each, and after each step there is a copy. All of it
# lives in memory where it can.

# life_dir: makes a folder and prints its name; life_end DIR: it goes.
life_dir() {
	local base=${BATS_FILE_TMPDIR:-${TMPDIR:-/tmp}}

	[ ! -w /dev/shm ] || base=/dev/shm
	mktemp -d "$base/kmgr-life.XXXXXX"
}

life_end() {
	case $1 in
	*/kmgr-life.??????) rm -rf "$1" ;;
	esac
}

# life_new DIR: an empty store and token there, to be entered by life_enter.
life_new() {
	cd "$1" || return
	# Making RSA keys is what takes the time in create-cmk's probe.
	export KMGR_SHIM_REFUSE_MECH=RSA_PKCS_KEY_PAIR_GEN
	softhsm_new "$1" kmgr || return
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	kmgr_env "$1" "main=$(uri_of_shim "$TOKEN_URI")"
	kmgr -q init >/dev/null || return
	ssh-keygen -q -t ed25519 -N '' -C alice -f alice || return
	ssh-keygen -q -t ed25519 -N '' -C bob -f bob || return
	printf '%s\n' 'version: 1' 'zones: ["."]' >token.yaml
	printf '%s\n' 'version: 1' 'zones: ["."]' 'custody: shared' \
		>shared.yaml
	printf '%s\n' 'version: 1' 'zones: ["."]' \
		'signatures: { validity: 10d }' >other.yaml
	printf '%s\n' 'version: 1' 'zones: ["."]' 'ksr:' '  icann:' \
		'    { bundle-count: 2, max-bundles: 2, keys-per-bundle: [],' \
		'      min-cycle: 10d, max-cycle: 20d, min-interval: 10d,' \
		'      max-interval: 10d, max-validity: 15d }' >ceremony.yaml
	printf '%s\n' 'version: 1' 'zones: ["."]' 'approvals:' \
		'  create-ksk: 1' '  approvers:' "    - $(cat alice.pub)" \
		"    - $(cat bob.pub)" >approved.yaml
	declare -p TOKEN_PIN TOKEN_LABEL TOKEN_MODULE TOKEN_URI \
		SOFTHSM2_CONF KMGR_CONFIG KMGR_SHIM_MODULE \
		KMGR_SHIM_REFUSE_MECH |
		sed 's/^declare --/declare -g/; s/^declare -x/declare -gx/' \
			>vars
}

# life_enter DIR
life_enter() {
	cd "$1" && . ./vars
}

# zsks ZONE: what a zone signer wants signed.
zsks() {
	echo "$1. 3600 IN DNSKEY 256 3 13" \
		oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==
}

# --- steps -----------------------------------------------------------------

cmk() {
	kmgr -q create-cmk "$1" --token main --policy "$2.yaml" >/dev/null
}

# ksk CMK ZONE...: one more in each.
ksk() {
	local cmk=$1

	shift
	kmgr -q create-ksk "$@" --another --cmk "$cmk" >/dev/null
}

# first ZONE: the KSK of the zone that was made first and is not removed.
first() {
	kmgr --json list-ksks "$1" | jq -r '[.ksks[] |
		select(.state != "removed")][0] | "\(.zone)/\(.key_tag)"'
}

signed() {
	zsks "$1" | kmgr sign-zsks "$1" >/dev/null
}

# seen ZONE, gone ZONE, deleted ZONE: its first KSK.
seen() {
	signed "$1" && kmgr -q ds-seen --force "$(first "$1")" >/dev/null
}

gone() {
	kmgr -q ds-gone --force "$(first "$1")" >/dev/null
}

deleted() {
	kmgr -q delete-ksk "$(first "$1")" >/dev/null
}

# approved ZONE: one KSK, as alice has signed it.
approved() {
	local hash

	hash=$(kmgr --json create-ksk "$1" --cmk safe 2>/dev/null |
		jq -r .plan_hash)
	sign_plan alice "$hash" &&
		kmgr -q approve "$hash" --signature alice.sig >/dev/null
}

# sign_plan WHO HASH: makes WHO.sig.
sign_plan() {
	kmgr -q show-plan "$2" -o "$1.plan" >/dev/null &&
		rm -f "$1.plan.sig" &&
		ssh-keygen -q -Y sign -n kmgr-plan -f "$1" "$1.plan" \
			2>/dev/null && mv "$1.plan.sig" "$1.sig"
}

# answered ZONE FORMAT OPTION...: the response to a request, by sign-ksr with
# these options.
answered() {
	local zone=$1 span=(--end +20d) zsk

	[ "$2" != icann ] || span=(--bundles 2 --interval 10d --validity 15d
		--ttl 1h)
	zsk=$(compgen -G "K$zone.+*.key") || zsk=$(dnssec-keygen -q \
		-a ECDSAP256SHA256 -L 3600 "$zone").key || return
	kmgr -q make-ksr "$zone" --format "$2" --zsk "$zsk" --start +1d \
		"${span[@]}" -o request &&
		kmgr -q sign-ksr request --yes "${@:3}" -o response >/dev/null
}

# state COMMAND CMK
state() {
	kmgr -q "$1-cmk" "$2" >/dev/null
}

scheduled() {
	kmgr -q schedule-cmk-deletion "$1" >/dev/null
}

cancelled() {
	kmgr -q cancel-cmk-deletion "$1" >/dev/null
}

# dropped CMK: a draft goes at once.
dropped() {
	kmgr -q delete-cmk "$1" >/dev/null
}

replaced() {
	kmgr -q put-policy "$1" "$2.yaml" >/dev/null
}

# The first ones tell of no CMK that is sealed, the last one of the first CMK.
LIFE_STEPS=(
	'cmk prod token'
	'cmk draft token'
	'replaced draft other'
	'cmk group shared'
	'ksk prod a.example'
	'ksk group s1.example s2.example'
	'seen a.example'
	'seen s1.example'
	'ksk prod b.example c.example'
	'deleted b.example'
	'state disable group'
	'state enable group'
	'ksk group s3.example'
	'seen s2.example'
	'gone s2.example'
	'cmk safe approved'
	'approved safe1.example'
	'approved safe2.example'
	'seen safe1.example'
	'replaced draft token'
	'ksk draft d.example'
	'state disable draft'
	'state enable draft'
	'deleted d.example'
	'scheduled draft'
	'cancelled draft'
	'state enable draft'
	'ksk draft d.example'
	'seen d.example'
	'gone d.example'
	'seen d.example'
	'ksk prod a.example'
	'gone a.example'
	'seen c.example'
	'ksk prod b.example e.example'
	'deleted e.example'
	'ksk group s4.example'
	'deleted s3.example'
	'cmk late token'
	'state disable safe'
	'state enable safe'
	'approved safe3.example'
	'deleted safe2.example'
	'ksk late l.example'
	'seen l.example'
	'cmk never token'
	'dropped never'
	'state disable late'
	'state enable late'
	'ksk prod g.example'
)

# life_record DIR: does all steps; the store after step N is copies/N.db, and
# copies/0.db the one before the first.
life_record() {
	local i=0 step

	mkdir copies || return
	life_copy 0 || return
	for step in "${LIFE_STEPS[@]}"; do
		# shellcheck disable=SC2086 # words
		$step || {
			echo "step $((i + 1)) failed: $step" >&2
			return 1
		}
		i=$((i + 1))
		life_copy $i || return
	done
}

# life_copy N: nobody has the store open, so the file is all of it.
life_copy() {
	[ ! -s kmgr.db-wal ] && cp kmgr.db "copies/$1.db"
}

# put_back FILE: the store is that file.
put_back() {
	rm -f kmgr.db kmgr.db-wal kmgr.db-shm
	cp "$1" kmgr.db
}

# objects_sum: of what is in the token. (A login changes token.object.)
objects_sum() {
	sha256_of tokens/*/????????-*
}
