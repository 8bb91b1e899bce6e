# For the attacks: load ../lib/common; load attack
#
# A test is one attack. Its title begins with the name that kmgr-security(7)
# gives it. The attacker is root on kmgr's machine: he writes to the store, the
# configuration and the token's files. Where he has a PIN as well, the test
# uses tool, seal_sign or steal.

# A P-256 key that some zone signer made.
ZSK=oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1
ZSK+=x8fGAa2XhSA==

# world_new [--draft] [YAML...]: for setup_file: a token "main", a store with
# the CMK "prod" whose policy has these lines, ZSK sets of three zones, and a
# KSK of a.example with which one is signed, unless it is to stay a draft. Each
# test gets its copy.
world_new() {
	local world=$BATS_FILE_TMPDIR/world draft= zone

	need_program softhsm2-util pkcs11-tool sqlite3 jq openssl
	if [ "${1-}" = --draft ]; then
		draft=yes
		shift
	fi
	softhsm_new "$world" kmgr
	kmgr_env "$world"
	cd "$world" || return
	kmgr init >/dev/null
	printf '%s\n' 'version: 1' 'zones: ["."]' "$@" >p.yaml
	for zone in a b c; do
		echo "$zone.example. 3600 IN DNSKEY 256 3 13 $ZSK" >"$zone"
	done
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	[ -n "$draft" ] || { make_ksk a.example && signs a; }
	world_keep
}

# world_keep: what softhsm_new and kmgr_env set, for the tests.
world_keep() {
	declare -p TOKEN_LABEL TOKEN_MODULE TOKEN_PIN TOKEN_SO_PIN TOKEN_URI \
		SOFTHSM2_CONF KMGR_CONFIG | sed 's/^declare --/declare -g/
		s/^declare -x/declare -gx/' >vars
}

# world_enter: for setup: a copy of the world, in which the test is.
world_enter() {
	cp -a "$BATS_FILE_TMPDIR/world/." "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR" || return
	sed -i "s,$BATS_FILE_TMPDIR/world,$BATS_TEST_TMPDIR,g" vars \
		kmgr.yaml softhsm2.conf
	# shellcheck source=/dev/null
	. ./vars
	id=$(sqlite3 kmgr.db "SELECT id FROM cmk WHERE name = 'prod'")
}

# --- what the operator does -------------------------------------------------

# make_ksk ZONE... [OPTION...]
make_ksk() {
	kmgr -q create-ksk "$@" --cmk prod >/dev/null
}

# signs ZONE: kmgr signs the ZSK set of ZONE.example.
signs() {
	kmgr sign-zsks "$1.example" "$1" | grep -q RRSIG
}

# at DAYS COMMAND...: kmgr by a clock that goes so many days otherwise.
at() {
	with_clock "$(($1 * 86400))" "$KMGR" "${@:2}"
}

n_ksks() {
	kmgr --json list-ksks | jq '.ksks | length'
}

# --- what the attacker does -------------------------------------------------

# tool ARGUMENT...: with the PIN, past kmgr.
tool() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label "$TOKEN_LABEL" \
		--login --pin "$TOKEN_PIN" "$@"
}

# steal ID STEP...: the same, by raw calls.
steal() {
	"$builddir/tests/attacks/steal" "$TOKEN_MODULE" "$TOKEN_LABEL" \
		"$TOKEN_PIN" "$@"
}

# intruder STEP...: raw calls without a PIN.
intruder() {
	"$builddir/tests/attacks/steal" "$TOKEN_MODULE" "$TOKEN_LABEL" - - \
		"$@"
}

# token_at NAME URI: what the configuration calls NAME is there now.
token_at() {
	awk -v name="  $1:" -v uri="$2" 'index($0, name) == 1 {
		print name " " uri; next } { print }' kmgr.yaml >new.yaml
	mv new.yaml kmgr.yaml
}

# keep NAME, put_back NAME: the store as it is now, and there again.
keep() {
	sqlite3 kmgr.db ".backup $1.db"
}

put_back() {
	rm -f kmgr.db kmgr.db-wal kmgr.db-shm
	cp "$1.db" kmgr.db
}

# put_back_world: the store as every test finds it; put_back_token_of_world:
# the token.
put_back_world() {
	rm -f kmgr.db kmgr.db-wal kmgr.db-shm
	cp "$BATS_FILE_TMPDIR/world/kmgr.db" .
}

put_back_token_of_world() {
	rm -rf tokens
	cp -a "$BATS_FILE_TMPDIR/world/tokens" .
}

# keep_token NAME, put_back_token NAME: all files of the token.
keep_token() {
	rm -rf "$1.tokens"
	cp -a tokens "$1.tokens"
}

put_back_token() {
	rm -rf tokens
	cp -a "$1.tokens" tokens
}

# seal_key: the CKA_ID of prod's seal key.
seal_key() {
	sqlite3 kmgr.db "SELECT key_id FROM cmk WHERE name = 'prod'"
}

# seal_sign TAG FILE [ID]: with the PIN: a statement signed by the seal key, or
# another one, as kmgr would; base64.
seal_sign() {
	{ printf '%s\0' "$1"; cat "$2"; } | openssl dgst -sha256 -binary \
		>digest
	tool --sign --mechanism ECDSA --signature-format openssl \
		--id "${3:-$(seal_key)}" --input-file digest \
		--output-file sig >/dev/null 2>&1
	base64 -w 0 sig
}

# own_key: a key of the attacker's own, own.pem; prints its
# SubjectPublicKeyInfo in hex.
own_key() {
	openssl genpkey -quiet -algorithm EC \
		-pkeyopt ec_paramgen_curve:P-256 -out own.pem
	openssl pkey -in own.pem -pubout -outform DER |
		od -An -v -tx1 | tr -d ' \n'
}

# own_sign TAG TEXT: signed by that, base64.
own_sign() {
	{ printf '%s\0' "$1"; printf '%s' "$2"; } |
		openssl dgst -sha256 -sign own.pem | base64 -w 0
}

# event_hash SEQ PREV: of the event SEQ of the store if it came behind PREV.
event_hash() {
	sqlite3 kmgr.db "SELECT '{\"actor\":' || actor || ',\"at\":' || at ||
		',\"payload\":' || payload || ',\"prev\":\"$2\",\"seq\":' ||
		seq || ',\"type\":\"' || type || '\"}' FROM ledger
		WHERE seq = $1" >event
	{ printf 'kmgr/ledger/v1\0'; tr -d '\n' <event; } | sha256sum |
		cut -d ' ' -f 1
}

# rechain [SEQ]: the chain of hashes anew, from the event SEQ on.
rechain() {
	local seq=${1:-1} n prev hash

	n=$(sqlite3 kmgr.db 'SELECT max(seq) FROM ledger')
	prev=$(sqlite3 kmgr.db "SELECT lower(hex(hash)) FROM ledger
		WHERE seq = $seq - 1")
	for ((; seq <= n; seq++)); do
		prev=${prev:-$(printf '%064d' 0)}
		hash=$(event_hash "$seq" "$prev")
		sql "UPDATE ledger SET prev = x'$prev', hash = x'$hash'
			WHERE seq = $seq"
		prev=$hash
	done
}

# append TYPE PAYLOAD [ZONE]: one more event, with a good hash.
append() {
	local zone=NULL

	[ -z "${3-}" ] || zone="'$3'"
	sql "INSERT INTO ledger SELECT max(seq) + 1, zeroblob(32),
		zeroblob(32), '$1', '$2', '{}', strftime('%s', 'now'), '$id',
		$zone FROM ledger"
	rechain "$(sqlite3 kmgr.db 'SELECT max(seq) FROM ledger')"
}

# --- what has to come of it --------------------------------------------------

# objects_sum: of all that is in the tokens. (A login changes token.object.)
objects_sum() {
	sha256_of tokens/*/????????-*
}

# refused STATUS TEXT...: neither is a KSK made nor a signature, nothing in the
# token changes, and the message has each text.
refused() {
	local status_wanted=$1 text command before

	shift
	before=$(objects_sum)
	for command in 'sign-zsks a.example a' 'create-ksk new.example --cmk prod'
	do
		# shellcheck disable=SC2086 # words
		run kmgr $command
		echo "$command: $status: $output"
		[ "$status" -eq "$status_wanted" ] || return
		[[ $output != *"IN RRSIG"* ]] || return
		for text; do
			[[ $output == *"$text"* ]] || return
		done
	done
	[ "$before" = "$(objects_sum)" ]
}

# differs KIND [TEXT]: verify exits 10 and names a difference of this kind.
differs() {
	run kmgr verify
	echo "$output"
	[ "$status" -eq 10 ] || return
	grep -q "^$1: .*${2-}" <<<"$output"
}

# agrees: verify finds nothing.
agrees() {
	run kmgr verify
	echo "$output"
	[ "$status" -eq 0 ]
}

# told NAME TEXT...: what no software prevents is in kmgr-security(7): it says
# of the attack NAME that it is not prevented, and each text.
told() {
	local manual=$srcdir/kmgr/kmgr-security.7 text

	awk -v name="$1" '/^\.It Li / { here = $3 == name }
		/^\.El/ { here = 0 }
		here' "$manual" | grep -q '^\.Em Not prevented' || {
		echo "the manual does not say that $1 is not prevented"
		return 1
	}
	shift
	for text; do
		sed 's/^\.[A-Z][a-z]* //' "$manual" | tr -s '\n' ' ' |
			grep -qF "$text" || {
			echo "the manual does not say: $text"
			return 1
		}
	done
}
