# The fault injectors do what they say. One that did nothing would let every
# test that relies on it pass.

load ../lib/common

setup() {
	cd "$BATS_TEST_TMPDIR"
	softhsm_new "$PWD" kmgr
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
}

# steps STEP...: takes them through the shim, after init, open and login.
steps() {
	"$P11STEPS" "$P11SHIM" init open login="$TOKEN_PIN" "$@"
}

# rv_of STEP: what the last step of this name returned, from $output.
rv_of() {
	sed -n "s/^$1 //p" <<<"$output" | tail -n 1 | cut -d ' ' -f 1
}

# note_of STEP: what it gave besides.
note_of() {
	sed -n "s/^$1 [^ ]* //p" <<<"$output" | tail -n 1
}

# objects: how many objects the token holds; asked without the shim.
objects() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects 2>/dev/null |
		grep -c 'Key Object' || :
}

# key_tag HEX-OF-EC-POINT ALGORITHM: what ldns thinks of it.
key_tag() {
	local key

	key=$(sed 's/^044104//; s/../\\x&/g' <<<"$1")
	key=$(printf '%b' "$key" | openssl base64 -A)
	echo "example. 3600 IN DNSKEY 257 3 $2 $key" >key
	ldns-key2ds -n -2 key | awk '{ print $5 }'
}

# --- the shim --------------------------------------------------------------

@test "without a switch all works as with the module itself" {
	run "$P11STEPS" "$P11SHIM" list
	[ "$(note_of list)" = 68 ]
	run steps gen-token=ec sign verify priv=CKA_VALUE relabel destroy final
	[ "$status" -eq 0 ]
	[ "$(grep -cw CKR_OK <<<"$output")" = 8 ]
	[ "$(rv_of priv)" = CKR_ATTRIBUTE_SENSITIVE ]
	[ "$(rv_of relabel)" = CKR_ACTION_PROHIBITED ]
	via_shim=$output
	run "$P11STEPS" "$TOKEN_MODULE" init open login="$TOKEN_PIN" \
		gen-token=ec sign verify priv=CKA_VALUE relabel destroy final
	[ "$output" = "$via_shim" ]
}

@test "pkcs11-tool cannot tell it from the module" {
	for module in "$TOKEN_MODULE" "$P11SHIM"; do
		pkcs11-tool --module "$module" --list-token-slots \
			--list-mechanisms >"$(basename "$module").out"
	done
	cmp libsofthsm2.so.out p11shim.so.out
	[ "$(wc -l <p11shim.so.out)" -gt 40 ]
}

@test "an unknown switch or value is never taken in silence" {
	for switch in FAIL_TA=1 FAIL_AT=1 CKR=CKR_PIN_LOCKED COUNT= \
		KILL_AT=x KILL_AT=-1 KILL_AFTER=1x TAG=70000:13 TAG=1 \
		TAG_ONCE=file HANG_US=1 HANG_ONCE=file REFUSE_ATTR=COPABLE REFUSE_MECH=RSA IGNORE_ATTR=TOKEN,,PRIVATE \
		EC_POINT=1 RSA_ZERO=yes TOKEN_FLAGS=locked; do
		run env "KMGR_SHIM_$switch" "$P11STEPS" "$P11SHIM" init
		[ "$status" -eq 99 ]
		[[ $output == "p11shim: "*"${switch%%=*}"* ]]
	done
	run env KMGR_SHIM_FAIL_AT=1 KMGR_SHIM_CKR=CKR_NOT "$P11STEPS" \
		"$P11SHIM" init
	[ "$status" -eq 99 ]
	run env -u KMGR_SHIM_MODULE "$P11STEPS" "$P11SHIM" init
	[ "$status" -eq 99 ]
	run env KMGR_SHIM_MODULE=/dev/null "$P11STEPS" "$P11SHIM" init
	[ "$status" -eq 99 ]
}

@test "COUNT: each call with its number and name" {
	export KMGR_SHIM_COUNT=$PWD/calls
	steps gen=ec sign final
	cat >expected <<-END
		1 C_GetFunctionList
		2 C_Initialize
		3 C_GetSlotList
		4 C_GetTokenInfo
		5 C_OpenSession
		6 C_Login
		7 C_GenerateKeyPair
		8 C_SignInit
		9 C_Sign
		10 C_Sign
		11 C_Finalize
	END
	diff expected calls
}

@test "FAIL_AT: call n fails, for every n, and no other" {
	KMGR_SHIM_COUNT=$PWD/calls steps gen=ec sign verify final
	total=$(wc -l <calls)
	[ "$total" = 13 ]
	export KMGR_SHIM_CKR=CKR_FUNCTION_REJECTED
	for n in $(seq 2 "$total"); do
		run env KMGR_SHIM_FAIL_AT="$n" "$P11STEPS" "$P11SHIM" \
			init open login="$TOKEN_PIN" gen=ec sign verify final
		[ "$(grep -c REJECTED <<<"$output")" = 1 ]
	done
	# The last of the 13 is C_Finalize.
	[ "$(rv_of final)" = CKR_FUNCTION_REJECTED ]
	[ "$(rv_of verify)" = CKR_OK ]
	# Nothing is beyond the end.
	run env KMGR_SHIM_FAIL_AT=$((total + 1)) "$P11STEPS" "$P11SHIM" \
		init open login="$TOKEN_PIN" gen=ec sign verify final
	[ "$(grep -c REJECTED <<<"$output")" = 0 ]
	# The first is what makes the module a module.
	run env KMGR_SHIM_FAIL_AT=1 "$P11STEPS" "$P11SHIM" init
	[ "$status" -eq 1 ]
	[ "$output" = 'load failed' ]
}

@test "FAIL_AT: the call that fails has no effect" {
	export KMGR_SHIM_FAIL_AT=1 KMGR_SHIM_FAIL_ON=C_GenerateKeyPair
	export KMGR_SHIM_CKR=CKR_DEVICE_MEMORY
	run steps gen-token=ec
	[ "$(rv_of gen-token)" = CKR_DEVICE_MEMORY ]
	[ "$(objects)" = 0 ]
	run steps gen-token=ec gen-token=ec
	[ "$(rv_of gen-token)" = CKR_OK ]
	[ "$(objects)" = 2 ]
}

@test "CKR: by name with or without prefix, by number, unknown ones too" {
	export KMGR_SHIM_FAIL_AT=2
	for ckr in CKR_PIN_LOCKED PIN_LOCKED 0xa4 164; do
		KMGR_SHIM_CKR=$ckr run steps
		[ "$(rv_of init)" = CKR_PIN_LOCKED ]
	done
	KMGR_SHIM_CKR=0x80000042 run steps
	[ "$(rv_of init)" = 0x80000042 ]
}

@test "FAIL_COUNT: k calls in a row, or all that follow" {
	export KMGR_SHIM_FAIL_ON=C_GetSessionInfo KMGR_SHIM_FAIL_AT=2
	export KMGR_SHIM_CKR=CKR_SESSION_COUNT
	ok='session CKR_OK state=3'
	no='session CKR_SESSION_COUNT'
	run steps session session session session
	[ "${output#*login CKR_OK?}" = "$ok"$'\n'"$no"$'\n'"$ok"$'\n'"$ok" ]
	KMGR_SHIM_FAIL_COUNT=2 run steps session session session session
	[ "${output#*login CKR_OK?}" = "$ok"$'\n'"$no"$'\n'"$no"$'\n'"$ok" ]
	KMGR_SHIM_FAIL_COUNT=0 run steps session session session session
	[ "${output#*login CKR_OK?}" = "$ok"$'\n'"$no"$'\n'"$no"$'\n'"$no" ]
}

@test "FAIL_ON: counts and fails the named function only" {
	export KMGR_SHIM_FAIL_ON=C_Sign KMGR_SHIM_COUNT=$PWD/calls
	export KMGR_SHIM_FAIL_AT=2 KMGR_SHIM_CKR=CKR_DEVICE_ERROR
	run steps gen=ec sign
	[ "$(rv_of gen)" = CKR_OK ]
	[ "$(rv_of sign)" = CKR_DEVICE_ERROR ]
	printf '1 C_Sign\n2 C_Sign\n' | diff - calls
}

# hangs STEP...: it comes to the call of C_Sign, and does not return from it.
hangs() {
	local pid status

	rm -f calls
	KMGR_SHIM_COUNT=$PWD/calls "$P11STEPS" "$P11SHIM" init open \
		login="$TOKEN_PIN" "$@" >steps.out 2>&1 3>&- &
	pid=$!
	wait_until 10 grep -qs C_Sign calls
	sleep 1
	kill "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
}

@test "HANG_AT: never returns, or late, or in the first process alone" {
	export KMGR_SHIM_FAIL_ON=C_Sign KMGR_SHIM_HANG_AT=1
	hangs gen-token=ec sign verify
	[ "$(objects)" = 2 ]
	KMGR_SHIM_HANG_AT=9 run steps gen-token=ec sign
	[ "$status" -eq 0 ]
	KMGR_SHIM_HANG_US=1000 run steps gen-token=ec sign verify
	[ "$(rv_of verify)" = CKR_OK ]
	touch once
	KMGR_SHIM_HANG_ONCE=$PWD/once run steps gen-token=ec sign verify
	[ "$(rv_of verify)" = CKR_OK ]
	rm once
	KMGR_SHIM_HANG_ONCE=$PWD/once hangs gen-token=ec sign
	[ -e once ]
}

@test "KILL_AT: dies before the call, KILL_AFTER: when it is done" {
	export KMGR_SHIM_FAIL_ON=C_GenerateKeyPair
	KMGR_SHIM_KILL_AT=1 run steps gen-token=ec sign
	[ "$status" -eq 137 ]
	[[ $output != *gen-token* ]]
	[ "$(objects)" = 0 ]
	KMGR_SHIM_KILL_AFTER=1 run steps gen-token=ec sign
	[ "$status" -eq 137 ]
	[[ $output != *gen-token* ]]
	[ "$(objects)" = 2 ]
	KMGR_SHIM_KILL_AFTER=2 run steps gen-token=ec sign
	[ "$status" -eq 0 ]
	[ "$(objects)" = 4 ]
}

@test "GONE: every call fails while the file is there; then all is new" {
	export KMGR_SHIM_GONE=$PWD/gone
	run steps gen-token=ec session touch="$PWD/gone" session sign destroy \
		rm="$PWD/gone" session open session \
		login="$TOKEN_PIN" session sign
	cat >expected <<-END
		session CKR_OK state=3
		touch CKR_OK
		session CKR_DEVICE_REMOVED
		sign CKR_DEVICE_REMOVED
		destroy CKR_DEVICE_REMOVED
		rm CKR_OK
		session CKR_SESSION_HANDLE_INVALID
		open CKR_OK
		session CKR_OK state=2
		login CKR_OK
		session CKR_OK state=3
		sign CKR_OBJECT_HANDLE_INVALID
	END
	echo "${output#*gen-token CKR_OK?}" | diff expected -
	[ "$(objects)" = 2 ]
}

@test "GONE: C_Finalize works without a token, C_Initialize does not" {
	export KMGR_SHIM_GONE=$PWD/gone
	run steps touch="$PWD/gone" final init rm="$PWD/gone" session init \
		open session
	cat >expected <<-END
		touch CKR_OK
		final CKR_OK
		init CKR_DEVICE_REMOVED
		rm CKR_OK
		session CKR_CRYPTOKI_NOT_INITIALIZED
		init CKR_OK
		open CKR_OK
		session CKR_OK state=2
	END
	echo "${output#*login CKR_OK?}" | diff expected -
}

@test "GONE_AT: pulled out at call n for k calls" {
	export KMGR_SHIM_GONE_AT=8
	run steps session session session session open session
	cat >expected <<-END
		session CKR_OK state=3
		session CKR_DEVICE_REMOVED
		session CKR_SESSION_HANDLE_INVALID
		session CKR_SESSION_HANDLE_INVALID
		open CKR_OK
		session CKR_OK state=2
	END
	echo "${output#*login CKR_OK?}" | diff expected -
	KMGR_SHIM_GONE_CALLS=3 run steps session session session session session
	[ "$(grep -c REMOVED <<<"$output")" = 3 ]
	[ "$(rv_of session)" = CKR_SESSION_HANDLE_INVALID ]
	KMGR_SHIM_GONE_CALLS=0 run steps session session session
	[ "$(grep -c REMOVED <<<"$output")" = 0 ]
	[ "$(grep -c SESSION_HANDLE_INVALID <<<"$output")" = 2 ]
}

@test "DELAY_US: signatures and key pairs take longer, nothing else" {
	export KMGR_SHIM_DELAY_US=300000
	for step in gen=ec sign; do
		before=$(date +%s%N)
		steps gen=ec "$step"
		[ $(($(date +%s%N) - before)) -ge 600000000 ]
	done
	# What would take two minutes ends in one.
	export KMGR_SHIM_DELAY_US=120000000
	timeout 60 "$P11STEPS" "$P11SHIM" init open login="$TOKEN_PIN" \
		session session session final
}

@test "SESSIONS: one too many is refused; TALLY: what there was, and at a time" {
	export KMGR_SHIM_TALLY=$PWD/tally
	KMGR_SHIM_SESSIONS=2 run steps open open gen=ec sign sign final
	[ "$(grep -c 'open CKR_OK' <<<"$output")" = 2 ]
	[ "$(rv_of open)" = CKR_SESSION_COUNT ]
	[ "$(tr '\n' ' ' <tally)" = "C_Sign 2 1 C_UnwrapKey 0 0 \
C_GenerateKeyPair 1 1 C_WrapKey 0 0 sessions 2 2 keys 0 0 " ]
	steps open open final
	grep -x 'sessions 3 3' tally
}

@test "FLIP_SIG: the nth signature is wrong, in one bit" {
	export KMGR_SHIM_FLIP_SIG=2
	for type in ec rsa; do
		run steps gen=$type sign verify sign verify sign verify
		[ "$(grep -c 'sign CKR_OK' <<<"$output")" = 3 ]
		grep verify <<<"$output" >verdicts
		printf 'verify %s\n' CKR_OK CKR_SIGNATURE_INVALID CKR_OK |
			diff - verdicts
	done
}

@test "TOKEN_FLAGS: are set besides the real ones" {
	run steps token-flags
	real=$(note_of token-flags)
	[ $((real & 0x60000)) = 0 ]
	KMGR_SHIM_TOKEN_FLAGS=0x60000 run steps token-flags
	[ $(($(note_of token-flags))) = $((real | 0x60000)) ]
}

@test "REFUSE_ATTR: not in a template, not to be read" {
	export KMGR_SHIM_REFUSE_ATTR=CKA_DESTROYABLE,ALLOWED_MECHANISMS
	run steps gen=ec gen-token=rsa data=DESTROYABLE data=PRIVATE
	[ "$(rv_of gen)" = CKR_ATTRIBUTE_TYPE_INVALID ]
	[ "$(rv_of gen-token)" = CKR_ATTRIBUTE_TYPE_INVALID ]
	[ "$(grep -c 'data CKR_ATTRIBUTE_TYPE_INVALID' <<<"$output")" = 1 ]
	[ "$(rv_of data)" = CKR_OK ]
	[ "$(objects)" = 0 ]
	# No key pair has it in its template here, but SoftHSM knows it.
	export KMGR_SHIM_REFUSE_ATTR=DERIVE
	run steps gen=ec priv=SIGN priv=DERIVE
	[[ $output == *"priv CKR_OK 01"*"priv CKR_ATTRIBUTE_TYPE_INVALID"* ]]
}

@test "IGNORE_ATTR: the template is taken, the attribute has no effect" {
	export KMGR_SHIM_IGNORE_ATTR=MODIFIABLE,COPYABLE
	run steps gen=ec priv=MODIFIABLE relabel copy priv=VALUE
	[ "$(rv_of gen)" = CKR_OK ]
	[ "$(rv_of relabel)" = CKR_OK ]
	[ "$(rv_of copy)" = CKR_OK ]
	[ "$(rv_of priv)" = CKR_ATTRIBUTE_SENSITIVE ]
	[[ $output == *"priv CKR_OK 01"* ]]
}

@test "IGNORE_ATTR=SENSITIVE,EXTRACTABLE: the key can leave" {
	export KMGR_SHIM_IGNORE_ATTR=SENSITIVE,EXTRACTABLE
	run steps gen=ec priv=SENSITIVE priv=EXTRACTABLE priv=VALUE sign verify
	[[ $output == *"priv CKR_OK 00"*"priv CKR_OK 01"* ]]
	# A number of 32 octets, of which the first ones may be 0 and left out.
	[[ "$(note_of priv | wc -c)" =~ ^(6[135]|59)$ ]]
	[ "$(rv_of verify)" = CKR_OK ]
}

@test "REFUSE_MECH: makes no such key, starts no such signature" {
	KMGR_SHIM_REFUSE_MECH=CKM_EC_KEY_PAIR_GEN run steps gen=ec gen=rsa
	[[ $output == *"gen CKR_MECHANISM_INVALID"*"gen CKR_OK"* ]]
	KMGR_SHIM_REFUSE_MECH=RSA_PKCS,ECDSA run steps gen=ec sign gen=rsa sign
	[ "$(grep -c 'gen CKR_OK' <<<"$output")" = 2 ]
	[ "$(grep -c 'sign CKR_MECHANISM_INVALID' <<<"$output")" = 2 ]
}

@test "EC_POINT=raw: the same point without its wrapper" {
	run steps gen-token=ec pub=EC_POINT
	[[ $(note_of pub) == 044104* ]]
	[ "$(note_of pub | wc -c)" = 135 ]
	KMGR_SHIM_EC_POINT=raw run steps gen-token=ec pub=EC_POINT pub=EC_PARAMS
	[ "$(sed -n 's/^pub CKR_OK //p' <<<"$output" | head -n 1 | wc -c)" = 131 ]
	[[ $output == *"pub CKR_OK 04"*"pub CKR_OK 06082a8648ce3d030107" ]]
	# It is the point: the one that the module itself gives in a wrapper.
	point=$(sed -n 's/^pub CKR_OK //p' <<<"$output" | head -n 1)
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --list-objects |
		grep -q "EC_POINT: *0441$point"
}

@test "RSA_ZERO: modulus and exponent with a zero before" {
	run steps gen=rsa pub=MODULUS pub=PUBLIC_EXPONENT
	[ "$(note_of pub)" = 010001 ]
	[ "$(sed -n 's/^pub CKR_OK //p' <<<"$output" | head -n 1 | wc -c)" = 513 ]
	KMGR_SHIM_RSA_ZERO=1 run steps gen=rsa pub=MODULUS pub=PUBLIC_EXPONENT
	[ "$(note_of pub)" = 00010001 ]
	modulus=$(sed -n 's/^pub CKR_OK //p' <<<"$output" | head -n 1)
	[ ${#modulus} = 514 ]
	[[ $modulus == 00[89a-f]* ]]
}

@test "TAG: a sealed token key with the wished key tag, once" {
	need_program ldns-key2ds openssl
	export KMGR_SHIM_TAG=4711:13
	run steps gen-token=ec pub=EC_POINT sign verify
	[ "$(key_tag "$(note_of pub)" 13)" = 4711 ]
	[ "$(rv_of verify)" = CKR_OK ]
	[ "$(objects)" = 2 ]
	# What only a key that was generated in the token can say.
	run steps gen-token=ec pub=EC_POINT priv=LOCAL priv=NEVER_EXTRACTABLE \
		priv=ALWAYS_SENSITIVE priv=COPYABLE priv=MODIFIABLE pub=TOKEN
	[ "$(grep '^p' <<<"$output" | tail -n 6 | tr -d '\n')" = \
		"$(printf '%s CKR_OK %s' priv 01 priv 01 priv 01 priv 00 priv 00 \
		pub 01)" ]
	# The second pair of the process is any other; and the algorithm counts.
	run steps gen-token=ec gen-token=ec pub=EC_POINT
	[ "$(key_tag "$(note_of pub)" 13)" != 4711 ]
	KMGR_SHIM_TAG=4711:15 run steps gen-token=ec pub=EC_POINT
	[ "$(key_tag "$(note_of pub)" 13)" = 4709 ]
}

@test "TAG_ONCE: once among processes" {
	need_program ldns-key2ds openssl
	export KMGR_SHIM_TAG=65535:13 KMGR_SHIM_TAG_ONCE=$PWD/once
	run steps gen-token=ec pub=EC_POINT
	[ "$(key_tag "$(note_of pub)" 13)" = 65535 ]
	[ -e once ]
	run steps gen-token=ec pub=EC_POINT
	[ "$(key_tag "$(note_of pub)" 13)" != 65535 ]
	rm once
	run steps gen-token=ec pub=EC_POINT
	[ "$(key_tag "$(note_of pub)" 13)" = 65535 ]
}

# --- killwrite -------------------------------------------------------------

SQL='PRAGMA journal_mode=WAL; CREATE TABLE t(a);
     INSERT INTO t VALUES(1); INSERT INTO t VALUES(2);'

@test "killwrite: needs to know which files, and takes no bad number" {
	run with_killwrite sqlite3 db "$SQL"
	[ "$status" -eq 99 ]
	[[ $output == *KMGR_KILL_PATHS* ]]
	export KMGR_KILL_PATHS=$PWD/db
	KMGR_KILL_AT=0 run with_killwrite sqlite3 db "$SQL"
	[ "$status" -eq 99 ]
	KMGR_KILL_AT=1x run with_killwrite sqlite3 db "$SQL"
	[ "$status" -eq 99 ]
}

@test "killwrite: counts what SQLite changes, in these files only" {
	export KMGR_KILL_PATHS=$PWD/db KMGR_KILL_COUNT=$PWD/changes
	with_killwrite sqlite3 other "$SQL"
	[ ! -e changes ]
	with_killwrite sqlite3 db "$SQL"
	grep -q "^[0-9]* pwrite64 $PWD/db-wal\$" changes
	grep -q "^[0-9]* fdatasync $PWD/db-wal\$" changes
	grep -q "^[0-9]* unlink $PWD/db-wal\$" changes
	awk '$1 != NR { exit 1 }' changes
	all=$(wc -l <changes)

	rm -f db changes
	export KMGR_KILL_EXCEPT=nothing:-wal
	with_killwrite sqlite3 db "$SQL"
	[ "$(grep -c -e -wal changes)" = 0 ]
	[ "$(wc -l <changes)" -gt 3 ]
	[ "$(wc -l <changes)" -lt "$all" ]

	rm -f db changes
	export KMGR_KILL_EXCEPT=
	KMGR_KILL_PATHS=/nowhere:$PWD/db with_killwrite sqlite3 db "$SQL"
	[ "$(wc -l <changes)" = "$all" ]
}

@test "killwrite: dies before each change of a data base, which survives" {
	export KMGR_KILL_PATHS=$PWD/db
	KMGR_KILL_COUNT=$PWD/changes with_killwrite sqlite3 db "$SQL"
	total=$(wc -l <changes)
	seen=
	for n in $(seq "$total"); do
		rm -f db db-* changes
		KMGR_KILL_AT=$n KMGR_KILL_COUNT=$PWD/changes \
			run with_killwrite sqlite3 db "$SQL"
		[ "$status" -eq 137 ]
		[ "$(wc -l <changes)" = "$n" ]
		seen+=" $(sqlite3 db 'SELECT count(*) FROM t' 2>&1 | tail -n 1)"
	done
	# It died before, between and after the two rows.
	[[ $seen == *" 0 "* && $seen == *" 1 "* && $seen == *" 2"* ]]
	rm -f db db-*
	KMGR_KILL_AT=$((total + 1)) with_killwrite sqlite3 db "$SQL"
	[ "$(sqlite3 db 'SELECT count(*) FROM t')" = 2 ]
}

@test "killwrite: sees what SoftHSM writes through stdio" {
	export KMGR_KILL_PATHS=$PWD/tokens KMGR_KILL_COUNT=$PWD/changes
	with_killwrite "$P11STEPS" "$TOKEN_MODULE" init open \
		login="$TOKEN_PIN" gen-token=ec destroy
	grep -q ' ftruncate .*/token\.object$' changes
	grep -Eq ' (fwrite|fflush|fclose) .*/[0-9a-f-]*\.object$' changes
	grep -q ' remove .*\.object$' changes
	rm changes
	export KMGR_KILL_EXCEPT=token.object
	with_killwrite "$P11STEPS" "$TOKEN_MODULE" init open \
		login="$TOKEN_PIN" gen-token=ec
	[ "$(grep -c token.object changes)" = 0 ]
	[ "$(wc -l <changes)" -gt 10 ]
}

@test "killwrite: half a key pair can be had" {
	export KMGR_KILL_PATHS=$PWD/tokens KMGR_KILL_EXCEPT=token.object
	KMGR_KILL_COUNT=$PWD/changes with_killwrite "$P11STEPS" \
		"$TOKEN_MODULE" init open login="$TOKEN_PIN" gen-token=ec
	[ "$(objects)" = 2 ]
	# Before the first change of the second object.
	first=$(awk 'NR == 1 { sub(/.*\//, ""); print; exit }' <(
		grep -E '/[0-9a-f-]{36}\.object$' changes))
	n=$(grep -E '/[0-9a-f-]{36}\.object$' changes | grep -v "$first" |
		head -n 1 | cut -d ' ' -f 1)
	KMGR_KILL_AT=$n run with_killwrite "$P11STEPS" "$TOKEN_MODULE" \
		init open login="$TOKEN_PIN" gen-token=ec
	[ "$status" -eq 137 ]
	[ "$(objects)" = 3 ]
}

@test "killwrite: other ways to change a file" {
	export KMGR_KILL_PATHS=$PWD/d KMGR_KILL_COUNT=$PWD/changes
	with_killwrite mkdir d
	(cd d && with_killwrite dd if=/dev/zero of=a bs=10 count=3 conv=fsync)
	with_killwrite mv d/a d/b
	with_killwrite rm d/b
	with_killwrite rmdir d
	sed 's/^[0-9]* //' changes >without
	grep -qx "mkdir $PWD/d" without
	[ "$(grep -cx "write $PWD/d/a" without)" = 3 ]
	grep -qx "fsync $PWD/d/a" without
	grep -Eqx "rename(at2?)? $PWD/d/b" without
	grep -qx "unlinkat $PWD/d/b" without
	grep -qx "rmdir $PWD/d" without
}
