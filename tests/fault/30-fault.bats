# Tokens and stores that fail: kmgr mends what can be mended, says what failed
# by name and what to do, ends with the status that fits, and leaves everything
# so that the same command works when the trouble is over.

load ../lib/common

setup_file() {
	need_program sqlite3 pkcs11-tool jq unshare
	. "$TESTDIR/fault/world.bash"
	points_seed
	export KMGR_TEST_SEED=$SEED
	world_new
	kmgr -q create-cmk c --token main \
		--policy "$WORLD/token-governance.yaml" >&2
	world_save create-ksk:token-governance
	kmgr -q create-ksk one.example --cmk c >&2
	kmgr -q make-ksr one.example --format bind --start +1d --end +20d \
		--zsk "$WORLD/zones/one.example.zone" -o "$WORLD/request" >&2
	world_save signing:token-governance
	kmgr -q create-ksk two.example three.example --cmk c >&2
	world_save three
	export WORLD_BASE
	start_waiting
}

setup() {
	. "$TESTDIR/fault/world.bash"
	world_new
	world_load signing:token-governance
	ZONE_FILE=$WORLD/zones/one.example.zone
}

teardown_file() {
	. "$TESTDIR/fault/world.bash"
	exec {HOLD}>&-
	world_end
}

# fails STATUS TEXT... -- COMMAND...: it ends with the status, has no output,
# and standard error has each text.
fails() {
	local status=$1 texts=() text

	shift
	while [ "$1" != -- ]; do
		texts+=("$1")
		shift
	done
	shift
	run_both "$@"
	[ "$STATUS" -eq "$status" ] || {
		echo "status $STATUS instead of $status: $ERR"
		return 1
	}
	[ -z "$OUT" ] || {
		echo "output: $OUT"
		return 1
	}
	for text in "${texts[@]}"; do
		[[ $ERR == *"$text"* ]] || {
			echo "no \"$text\" in: $ERR"
			return 1
		}
	done
}

# run_both COMMAND...: sets STATUS, OUT and ERR.
run_both() {
	STATUS=0
	OUT=$("$@" 2>"$BATS_TEST_TMPDIR/err") || STATUS=$?
	ERR=$(cat "$BATS_TEST_TMPDIR/err")
}

# calls C_NAME: how often it was called, by $BATS_TEST_TMPDIR/calls.
calls() {
	grep -c " $1\$" "$BATS_TEST_TMPDIR/calls" || :
}

# recorded: what the store knows of signatures and events.
recorded() {
	ask 'SELECT count(*) FROM signature; SELECT count(*) FROM ledger;
		SELECT count(*) FROM zsk_set; SELECT state FROM ksk'
}

# loop COMMAND: fault-loop; shows what was tried, or what failed.
loop() {
	run "$TESTDIR/fault/fault-loop" "$@"
	echo "$output" | sed '$s/^/# /; $!d' >&3
	[ "$status" -eq 0 ] || {
		echo "$output"
		return 1
	}
}

# --- any call, any return value ----------------------------------------------

@test "list-tokens with any call failing" {
	WANTED=7 loop list-tokens
}

@test "probe-token with any call failing" {
	WANTED=8 loop probe-token
}

@test "create-cmk with any call failing" {
	WANTED=10 loop create-cmk
}

@test "create-ksk with any call failing" {
	WANTED=13 loop create-ksk
}

@test "sign-zsks with any call failing" {
	WANTED=13 loop sign-zsks
}

@test "sign-ksr with any call failing" {
	WANTED=13 loop sign-ksr
}

@test "verify with any call failing" {
	WANTED=10 loop verify
}

# --- the PIN -----------------------------------------------------------------

@test "a wrong PIN is tried once" {
	printf '00000000\n' >"$WORLD/kmgr/pin"
	export KMGR_SHIM_COUNT=$BATS_TEST_TMPDIR/calls
	fails 6 'log in to token main: C_Login: CKR_PIN_INCORRECT (0xa0)' \
		'hint: put the right PIN where pin-source points' -- \
		kmgr sign-zsks one.example "$ZONE_FILE"
	[ "$(calls C_Login)" = 1 ]
	rm "$KMGR_SHIM_COUNT"
	fails 6 'C_Login: CKR_PIN_INCORRECT (0xa0)' -- \
		kmgr create-ksk two.example --cmk c
	[ "$(calls C_Login)" = 1 ]
	[ "$(recorded)" = "$(world_load signing:token-governance && recorded)" ]
}

@test "a locked PIN, known before or by the try" {
	export KMGR_SHIM_COUNT=$BATS_TEST_TMPDIR/calls
	hint='hint: the security officer can unlock it'
	KMGR_SHIM_TOKEN_FLAGS=0x40000 fails 6 "$hint" \
		'log in to token main: CKF_USER_PIN_LOCKED is set: CKR_PIN_LOCKED' \
		-- kmgr sign-zsks one.example "$ZONE_FILE"
	[ "$(calls C_Login)" = 0 ]
	KMGR_SHIM_FAIL_ON=C_Login KMGR_SHIM_FAIL_AT=1 \
		KMGR_SHIM_CKR=CKR_PIN_LOCKED \
		fails 6 'C_Login: CKR_PIN_LOCKED (0xa4)' "$hint" -- \
		kmgr sign-zsks one.example "$ZONE_FILE"
}

@test "the final try is not spent" {
	export KMGR_SHIM_COUNT=$BATS_TEST_TMPDIR/calls
	export KMGR_SHIM_TOKEN_FLAGS=0x20000
	fails 6 'one try is left before the token locks its user PIN' \
		'CKF_USER_PIN_FINAL_TRY' 'hint: find out who tried wrong PINs' \
		-- kmgr sign-zsks one.example "$ZONE_FILE"
	[ "$(calls C_Login)" = 0 ]
	run kmgr list-tokens
	[[ $output == *"final try"* ]]
}

# --- tokens that are away, full, or others -----------------------------------

@test "the token is absent" {
	sed -i 's/token=kmgr/token=other/' "$KMGR_CONFIG"
	for command in "sign-zsks one.example $ZONE_FILE" \
		'create-ksk two.example --cmk c' 'probe-token main'; do
		# shellcheck disable=SC2086 # words
		fails 6 "token main: no token other in $P11SHIM" \
			'hint: kmgr list-tokens --module' -- \
			kmgr $command
	done
	# What verify could compare all the same is its result.
	run_both kmgr verify
	[ "$STATUS" -eq 6 ]
	[[ $OUT == "not checked: token main "*"no token other in $P11SHIM"* ]]
	[[ $OUT == *": 0 differences in what was checked"* ]]
	[[ $ERR == *'hint: kmgr list-tokens --module'* ]]
	run kmgr list-tokens
	[ "$status" -eq 0 ]
	[[ $output == *"no token other in"* ]]
}

@test "the token is full, and then no longer" {
	KMGR_SHIM_FAIL_ON=C_GenerateKeyPair KMGR_SHIM_FAIL_AT=1 \
		KMGR_SHIM_FAIL_COUNT=0 KMGR_SHIM_CKR=CKR_DEVICE_MEMORY \
		fails 6 'create KSK for two.example.' \
		'C_GenerateKeyPair: CKR_DEVICE_MEMORY (0x31)' \
		'hint: the token is full' -- \
		kmgr create-ksk two.example --cmk c
	world_check no one.example
	kmgr create-ksk two.example --cmk c
	world_check no one.example two.example
}

@test "a mechanism is missing" {
	KMGR_SHIM_REFUSE_MECH=EC_KEY_PAIR_GEN fails 6 \
		'make ECDSAP256SHA256 key in token main' \
		'C_GenerateKeyPair: CKR_MECHANISM_INVALID (0x70)' \
		'hint: kmgr probe-token shows which algorithms' -- \
		kmgr create-ksk two.example --cmk c
	KMGR_SHIM_REFUSE_MECH=ECDSA fails 6 \
		'prove CMK c: sign a statement (kmgr/challenge/v1)' \
		'C_SignInit: CKR_MECHANISM_INVALID (0x70)' -- \
		kmgr sign-zsks one.example "$ZONE_FILE"
	KMGR_SHIM_REFUSE_MECH=EC_KEY_PAIR_GEN fails 6 \
		'token main cannot make and use ecdsap256sha256 keys' \
		'(C_GenerateKeyPair: CKR_MECHANISM_INVALID)' \
		'hint: kmgr probe-token main shows what it can' -- \
		kmgr create-cmk d --token main \
		--policy "$WORLD/token-governance.yaml"
	world_check no one.example
}

@test "the token is pulled out and put back while many zones are signed" {
	world_load three
	KMGR_SHIM_COUNT=$BATS_TEST_TMPDIR/calls kmgr sign-zsks \
		--zones-from "$WORLD/zones"
	second=$(grep ' C_Sign$' "$BATS_TEST_TMPDIR/calls" | sed -n '2s/ .*//p')
	for out in 0 1 3 8; do
		world_load three
		KMGR_SHIM_GONE_AT=$second KMGR_SHIM_GONE_CALLS=$out \
			kmgr sign-zsks --zones-from "$WORLD/zones" \
			-o "$WORLD/signed"
		for zone in one two three; do
			whole $zone.example <"$WORLD/signed"
		done
	done
	world_check no one.example two.example three.example
}

@test "the token is pulled out and does not come back" {
	world_load three
	KMGR_SHIM_GONE_AT=$((RANDOM % 25 + 15)) KMGR_SHIM_GONE_CALLS=100000 \
		run_both kmgr sign-zsks --zones-from "$WORLD/zones"
	[ "$STATUS" -eq 6 ]
	[[ $ERR == *"CKR_DEVICE_REMOVED (0x32)"* ]]
	[[ $ERR == *"hint: is the token plugged in"* ]]
	# What was put out was recorded, and what was recorded was put out.
	[ "$(grep -c RRSIG <<<"$OUT")" = "$(ask 'SELECT count(*)
		FROM signature')" ]
	world_check no one.example two.example three.example
}

# Another token with the same label is never taken for ours.
other_token() {
	fails 10 'prove CMK c: token main' "$1" 'no key with CKA_ID' \
		'hint: put the right token in its place' -- \
		kmgr sign-zsks one.example "$ZONE_FILE"
	fails 10 'prove CMK c: token main' "$1" -- \
		kmgr create-ksk two.example --cmk c
	[ -z "$(objects_of)" ]
	run kmgr verify
	[ "$status" -eq 10 ]
	[ "$(grep -c ^missing-key <<<"$output")" = 2 ]
}

@test "the token was initialised anew" {
	softhsm2-util --module "$TOKEN_MODULE" --init-token --token kmgr \
		--label kmgr --so-pin "$TOKEN_SO_PIN" --pin "$TOKEN_PIN"
	other_token 'it was initialised again'
}

@test "another token has the label" {
	softhsm2-util --module "$TOKEN_MODULE" --delete-token --token kmgr
	softhsm2-util --module "$TOKEN_MODULE" --init-token --free \
		--label kmgr --so-pin "$TOKEN_SO_PIN" --pin "$TOKEN_PIN"
	other_token 'is another one than CMK c was made in'
}

# --- tokens that lie ---------------------------------------------------------

@test "a wrong signature is never released" {
	before=$(recorded)
	KMGR_SHIM_FLIP_SIG=1 fails 10 'sign a statement (kmgr/challenge/v1)' \
		'the signature does not verify' -- \
		kmgr sign-zsks one.example "$ZONE_FILE"
	KMGR_SHIM_FLIP_SIG=2 fails 10 'sign one.example. DNSKEY' \
		'the signature does not verify' -- \
		kmgr sign-zsks one.example "$ZONE_FILE" -o "$WORLD/signed"
	[ ! -e "$WORLD/signed" ]
	for n in 1 2 3; do
		KMGR_SHIM_FLIP_SIG=$n fails 10 'does not verify' -- \
			kmgr sign-zsks one.example "$ZONE_FILE"
	done
	[ "$(recorded)" = "$before" ]
	world_check no one.example
}

@test "a wrong signature makes no KSK and no seal" {
	n=0
	while n=$((n + 1)) && [ $n -lt 20 ]; do
		world_load create-ksk:token-governance
		KMGR_SHIM_FLIP_SIG=$n run_both kmgr create-ksk one.example \
			--cmk c
		[ "$STATUS" -ne 0 ] || break
		[[ $STATUS -eq 6 || $STATUS -eq 10 ]]
		[[ $ERR == *"does not verify"* ]]
		[ -z "$OUT" ]
		[ $n -eq 5 ] || [ -z "$(ask 'SELECT 1 FROM ksk')" ]
		kmgr create-ksk one.example --cmk c
		world_check no one.example
	done
	# The challenge, the seal, a trial of the new key, the endorsement, the
	# checkpoint, without which the KSK is made all the same.
	[ $n -eq 6 ]
}

@test "EC points without their wrapper" {
	KMGR_SHIM_EC_POINT=raw kmgr create-ksk two.example --cmk c
	KMGR_SHIM_EC_POINT=raw signs one.example two.example
	signs one.example two.example
	world_check no one.example two.example
	KMGR_SHIM_EC_POINT=raw world_check no one.example two.example
}

@test "RSA numbers with leading zeros" {
	world_load empty
	sed -e '/^ksk:/d' -e 's/^custody.*/ksk: { algorithm: rsasha256 }/' \
		"$WORLD/token-governance.yaml" >"$WORLD/rsa.yaml"
	unset KMGR_SHIM_REFUSE_MECH
	export KMGR_SHIM_RSA_ZERO=1
	kmgr create-cmk c --token main --policy "$WORLD/rsa.yaml"
	kmgr create-ksk one.example --cmk c
	world_check no one.example
	dnskey=$(kmgr --json -q list-ksks | jq -r '.ksks[0].dnskey')
	unset KMGR_SHIM_RSA_ZERO
	world_check no one.example
	# 3, 65537 and 2048 bits: no zero more (RFC 3110 section 2).
	base64 -d <<<"${dnskey##* }" >"$WORLD/rsa"
	[ "$(stat -c %s "$WORLD/rsa")" = 260 ]
	[ "$(od -An -tx1 -N4 "$WORLD/rsa" | tr -d ' \n')" = 03010001 ]
	[ "$(od -An -tu1 -j4 -N1 "$WORLD/rsa")" -ge 128 ]
}

@test "attributes that the token refuses are left out, and that is told" {
	for attr in COPYABLE ALLOWED_MECHANISMS MODIFIABLE; do
		world_load empty
		KMGR_SHIM_REFUSE_ATTR=$attr
		export KMGR_SHIM_REFUSE_ATTR
		kmgr create-cmk c --token main \
			--policy "$WORLD/token-governance.yaml"
		kmgr create-ksk one.example --cmk c
		run kmgr describe-ksk "one.example/$(ask \
			'SELECT key_tag FROM ksk')"
		echo "$output"
		[ "$(grep -c "CKA_$attr .*left-out" <<<"$output")" = 2 ]
		[ "$(grep -c left-out <<<"$output")" = 2 ]
		signs one.example
		world_check no one.example
	done
}

@test "what a private key cannot be without is not left out" {
	for attr in SENSITIVE EXTRACTABLE PRIVATE SIGN TOKEN ID; do
		KMGR_SHIM_REFUSE_ATTR=$attr fails 6 \
			'C_GenerateKeyPair: CKR_ATTRIBUTE_TYPE_INVALID' -- \
			kmgr create-ksk two.example --cmk c
	done
	world_check no one.example
}

@test "a token that cannot keep a secret gets none" {
	for attr in EXTRACTABLE SENSITIVE; do
		export KMGR_SHIM_IGNORE_ATTR=$attr
		fails 6 'nothing of it is left in the token' "CKA_$attr" \
			'its value could leave the token' -- \
			kmgr create-ksk two.example --cmk c
		fails 6 'create CMK d' 'leave' -- kmgr create-cmk d \
			--token main --policy "$WORLD/token-governance.yaml"
		world_check no one.example
	done
}

@test "a leaky key is not adopted after a crash either" {
	KMGR_SHIM_COUNT=$BATS_TEST_TMPDIR/calls kmgr create-ksk two.example \
		--cmk c
	world_load signing:token-governance
	made=$(sed -n 's/ C_GenerateKeyPair$//p' "$BATS_TEST_TMPDIR/calls")
	export KMGR_SHIM_IGNORE_ATTR=EXTRACTABLE
	KMGR_SHIM_KILL_AFTER=$made run kmgr create-ksk two.example --cmk c
	[ "$status" -eq 137 ]
	[ "$(objects_of | grep -cv ^data)" = 6 ]
	run kmgr create-ksk two.example --cmk c
	[ "$status" -eq 6 ]
	world_check no one.example
}

# --- key tags ----------------------------------------------------------------

# another TAG: a second KSK, whose first try has this key tag.
another() {
	KMGR_SHIM_TAG=$1:13 run_both kmgr create-ksk one.example --another \
		--cmk c
	[ "$STATUS" -eq 0 ]
	[[ $ERR == *"a new key had a key tag that collides"* ]]
	# Each tag and each revoked twin's is there once.
	[ "$(ask 'SELECT key_tag FROM ksk UNION SELECT revoked_tag FROM ksk' |
		wc -l)" = 4 ]
	[ "$(objects_of | grep -cv ^data)" = 6 ]
	kmgr verify
	[ "$(ask "SELECT count(*) FROM ledger WHERE type = 'undone'")" = 1 ]
}

@test "a second key never has the first one's tag" {
	another "$(ask 'SELECT key_tag FROM ksk')"
}

@test "nor that of its revoked twin" {
	another "$(ask 'SELECT revoked_tag FROM ksk')"
}

@test "nor a twin that has the first one's tag" {
	tag=$(ask 'SELECT key_tag FROM ksk')
	# RFC 5011 section 2.1 adds 128 to the flags, so to the sum.
	another $((tag >= 128 ? tag - 128 : tag - 128 + 65535))
}

@test "nor that of a ZSK" {
	signs one.example
	tag=$(ldns-key2ds -f -n -2 "$ZONE_FILE" | awk '{ print $5 }')
	another "$tag"
}

@test "a shared key that collides in a zone: nothing is planned for it" {
	kmgr -q create-cmk g --token main \
		--policy "$WORLD/shared-governance.yaml"
	kmgr -q create-ksk two.example --cmk g
	tag=$(ask "SELECT key_tag FROM ksk WHERE zone = 'two.example.'")
	KMGR_SHIM_TAG=$tag:13 kmgr -q create-ksk three.example --cmk c
	[ "$(ask "SELECT count(*) FROM ksk WHERE key_tag = $tag")" = 2 ]
	fails 5 "three.example" "shared key's tag $tag is in use" -- \
		kmgr create-ksk --dry-run three.example --another --cmk g
}

@test "a colliding key that a crash left is not taken" {
	signs one.example
	KMGR_SHIM_COUNT=$BATS_TEST_TMPDIR/calls kmgr create-ksk two.example \
		--cmk c
	made=$(sed -n 's/ C_GenerateKeyPair$//p' "$BATS_TEST_TMPDIR/calls")
	world_load signing:token-governance
	tag=$(ask 'SELECT key_tag FROM ksk')
	KMGR_SHIM_TAG=$tag:13 KMGR_SHIM_KILL_AFTER=$made run \
		kmgr create-ksk one.example --another --cmk c
	[ "$status" -eq 137 ]
	[ "$(objects_of | grep -cv ^data)" = 6 ]
	kmgr create-ksk one.example --another --cmk c
	[ "$(ask 'SELECT key_tag FROM ksk UNION SELECT revoked_tag FROM ksk' |
		wc -l)" = 4 ]
	kmgr verify
}

@test "a colliding key that cannot be destroyed is abandoned" {
	world_load empty
	kmgr create-cmk c --token main --policy "$WORLD/token-compliance.yaml"
	kmgr create-ksk one.example --cmk c
	KMGR_SHIM_TAG=$(ask 'SELECT key_tag FROM ksk'):13 run_both \
		kmgr create-ksk one.example --another --cmk c
	[ "$STATUS" -eq 0 ]
	[[ $ERR == *"keeps 2 objects labelled "*" recorded as abandoned"* ]]
	run kmgr verify
	[ "$status" -eq 0 ]
	[[ $output == *"12 objects in tokens"*"1 abandoned: 0 differences"* ]]
}

# --- the store ---------------------------------------------------------------

# on_small COMMAND...: runs it as a shell line where $WORLD/small is a file
# system of 1 MB of its own, that has the store.
on_small() {
	mkdir -p "$WORLD/small"
	sed -i 's,/live/kmgr.db,/live/small/kmgr.db,' "$KMGR_CONFIG"
	unshare --mount --map-root-user bash -c '
		set -eu
		mount -t tmpfs -o size=1m none "$WORLD/small"
		cp "$WORLD/kmgr.db" "$WORLD/small"
		'"$1"'
		# What could not be written back yet stands in the log beside it.
		for file in kmgr.db kmgr.db-wal; do
			[ ! -e "$WORLD/small/$file" ] ||
				cp "$WORLD/small/$file" "$WORLD"
		done'
	sed -i 's,/live/small/kmgr.db,/live/kmgr.db,' "$KMGR_CONFIG"
}

@test "a store that cannot be written" {
	export WORLD ZONE_FILE
	before=$(sha256_of "$WORLD/kmgr.db" "$WORLD/tokens"/*/????????-*)
	run on_small '
		mount -o remount,ro "$WORLD/small"
		for command in "create-ksk two.example --cmk c" verify \
			"sign-zsks one.example $ZONE_FILE"; do
			status=0
			"$KMGR" $command || status=$?
			echo "status $status"
		done
		mount -o remount,rw "$WORLD/small"'
	[ "$status" -eq 0 ]
	[ "$(grep -c 'Read-only file system$' <<<"$output")" = 3 ]
	[ "$(grep -c 'status 7' <<<"$output")" = 3 ]
	[ "$before" = "$(sha256_of "$WORLD/kmgr.db" \
		"$WORLD/tokens"/*/????????-*)" ]
}

@test "a disk that fills up" {
	export WORLD ZONE_FILE
	for room in 0 32 $((RANDOM % 40 + 50)) $((RANDOM % 60 + 90)) 200; do
		world_load signing:token-governance
		run on_small '
			room=$(df -k --output=avail "$WORLD/small" | tail -n 1)
			dd if=/dev/zero of="$WORLD/small/fill" bs=1k status=none \
				count=$((room - '$room'))
			for command in "create-ksk two.example --cmk c" \
				"sign-zsks one.example $ZONE_FILE"; do
				status=0
				"$KMGR" $command || status=$?
				echo "status $status"
			done
			rm "$WORLD/small/fill"'
		echo "$room KiB: $output"
		[ "$status" -eq 0 ]
		[ "$(grep -c '^status [07]$' <<<"$output")" = 2 ]
		[ "$(grep -c '^status 7' <<<"$output")" = "$(grep -c \
			'hint: make room on the disk of' <<<"$output")" ]
		[ $room -gt 0 ] || [ "$(grep -c '^status 7' <<<"$output")" = 2 ]
		[ $room -lt 200 ] || [ "$(grep -c '^status 0' <<<"$output")" = 2 ]
		kmgr create-ksk two.example --cmk c
		signs one.example two.example
		world_check no one.example two.example
	done
}

# Who waits for a lock gives up after 30 seconds. That time is spent while the
# other tests run: a copy of the world, whose locks are all held.
start_waiting() {
	local waiting=$WORLD_BASE/waiting name

	cp -a "$SHAPES/signing:token-governance" "$waiting"
	sed -i "s,$WORLD,$waiting,g" "$waiting/kmgr.yaml" \
		"$waiting/softhsm2.conf"
	cp -a "$waiting/kmgr.db" "$waiting/token-lock.db"
	cp -a "$waiting/kmgr.db" "$waiting/write-lock.db"
	for name in token-lock write-lock; do
		sed "s,kmgr.db,$name.db," "$waiting/kmgr.yaml" \
			>"$waiting/$name.yaml"
	done
	# The last of the three holds all locks, and ends with its input.
	mkfifo "$waiting/end"
	flock "$waiting/kmgr.db.lock" flock \
		"$waiting/token-lock.db.main.lock" sqlite3 \
		"$waiting/write-lock.db" <"$waiting/end" >"$waiting/held" \
		2>&1 3>&- &
	exec {HOLD}>"$waiting/end"
	printf 'BEGIN IMMEDIATE;\n.print held\n' >&$HOLD
	wait_until 10 grep -q held "$waiting/held"
	export SOFTHSM2_CONF=$waiting/softhsm2.conf
	wait_for_lock kmgr create-ksk two.example --cmk c
	wait_for_lock token-lock verify
	wait_for_lock write-lock sign-zsks one.example \
		"$waiting/zones/one.example.zone"
}

# wait_for_lock NAME COMMAND...: in the background.
wait_for_lock() {
	local waiting=$WORLD_BASE/waiting name=$1

	shift
	{
		status=0
		"$KMGR" -c "$waiting/$name.yaml" "$@" >"$waiting/$name.out" \
			2>&1 || status=$?
		echo "status $status" >>"$waiting/$name.out"
	} 3>&- &
}

# gave_up NAME STATUS TEXT...
gave_up() {
	local out=$WORLD_BASE/waiting/$1.out status=$2 text

	shift 2
	wait_until 60 grep -q ^status "$out"
	cat "$out"
	grep -qx "status $status" "$out"
	for text; do
		grep -q "$text" "$out"
	done
}

@test "a lock that is released is waited for" {
	rm -f held
	flock "$WORLD/kmgr.db.lock" sh -c 'touch held; sleep 1' 3>&- &
	wait_until 5 test -e held
	kmgr create-ksk two.example --cmk c
	wait $!
	world_check no one.example two.example
}

@test "a lock that is never released ends the waiting" {
	gave_up kmgr 7 'kmgr.db.lock: another kmgr is at work'
	gave_up token-lock 9 'token-lock.db.main.lock' \
		'hint: another kmgr process holds it while it logs in'
	gave_up write-lock 7 'begin to write: .*database is locked' hint:
}
