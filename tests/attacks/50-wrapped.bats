# Custody wrapped, by somebody with the PIN and the blob. What is tried on
# kmgr's wrapping key is tried on one that was made without care as well: where
# it succeeds there, it must be refused here, and for the right reason.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

KEY=000102030405060708090a0b0c0d0e0f
OTHER=0f0e0d0c0b0a09080706050403020100
CONTROL=0a01

setup_file() {
	need_program pkcs11-tool openssl
	cd "$BATS_FILE_TMPDIR"
	softhsm_new "$PWD" kmgr
	export TOKEN_MODULE TOKEN_PIN TOKEN_LABEL TOKEN_URI
	wrapped make $KEY blob pub
	wrapped make $OTHER other other.pub
	steal $CONTROL make=aes wrap=control-blob unwrap=control-blob >control
	steal $KEY unwrap=blob >sealed
	cat control sealed
}

setup() {
	cd "$BATS_FILE_TMPDIR"
}

# wrapped STEP ID BLOB PUB: what kmgr does with wrapped keys.
wrapped() {
	"$builddir/tests/attacks/wrapped" "$TOKEN_URI" "$@"
}

# held ATTEMPT CKR: it succeeds on the control, and not on kmgr's.
held() {
	grep -qx "$1 CKR_OK" control
	grep -qx "$1 $2" sealed
}

# absent ATTEMPT: what would follow did not come to be.
absent() {
	grep -q "^$1 CKR_OK\$" control
	run ! grep -q "^$1 " sealed
}

# still_good: after all that, kmgr's key does what it is for.
still_good() {
	wrapped open $KEY blob pub
}

@test "wrapped-readable: A1, a blob is unwrapped so that its value can be read" {
	held "unwrap open" CKR_TEMPLATE_INCONSISTENT
	absent "read open"
	still_good
}

@test "wrapped-extractable: A2, a blob is unwrapped so that it can be wrapped again" {
	held "unwrap extractable" CKR_TEMPLATE_INCONSISTENT
	absent "rewrap extractable"
}

@test "wrapped-decrypt: A3, a blob is decrypted with the wrapping key" {
	# Not even with the one made without care, as it is.
	run ! grep -qx "decrypt as-it-is CKR_OK" control
	run ! grep -qx "decrypt as-it-is CKR_OK" sealed
	# Allowed to decrypt, by a change or in a copy: then any wrap can be
	# undone.
	held "set CKA_DECRYPT" CKR_ACTION_PROHIBITED
	held "copy CKA_DECRYPT" CKR_ACTION_PROHIBITED
	grep -qx "decrypt by-set CKR_OK" control
	run ! grep -qx "decrypt by-set CKR_OK" sealed
	absent "decrypt by-copy"
}

@test "wrapped-relax: A3, the wrapping key is made changeable or extractable" {
	for attr in CKA_MODIFIABLE CKA_COPYABLE CKA_EXTRACTABLE CKA_ENCRYPT; do
		for how in set copy; do
			grep -qx "$how $attr CKR_ACTION_PROHIBITED" sealed
		done
	done
	grep -qx "set CKA_ENCRYPT CKR_OK" control
	still_good
}

@test "wrapped-trojan: A4, a wrapping key that he knows is unwrapped into the token" {
	held "unwrap trojan" CKR_TEMPLATE_INCONSISTENT
}

@test "wrapped-own: A4b, a private key that he knows, wrapped as if made there" {
	# No template stops it.
	grep -qx "wrap own CKR_OK" sealed
	grep -qx "unwrap own CKR_OK" sealed
	# But it is not the key that was endorsed, and what it signs is nothing.
	run -10 wrapped open $KEY blob.own pub
	[[ $output == *"does not verify"* ]]
	# The token takes it, with its own public half: an endorsement binds
	# blob and public half, and only the seal key makes those.
	wrapped open $KEY blob.own blob.pub
	told wrapped-own
}

@test "wrapped-as-secret: A5, a private key is unwrapped as a readable secret" {
	held "unwrap as-secret" CKR_TEMPLATE_INCONSISTENT
	absent "read as-secret"
}

@test "wrapped-exact: A6, a blob is unwrapped just as kmgr does it, and signs" {
	grep -qx "unwrap exact CKR_OK" sealed
	grep -qx "sign exact CKR_OK" sealed
	# That is what going around kmgr is worth with a blob at hand.
	told wrapped-exact
}

@test "wrapped-mechanism: A7, the wrapping key is used by another mechanism" {
	held "mechanism CKM_AES_KEY_WRAP" CKR_MECHANISM_INVALID
}

@test "wrapped-birth: A8, another process looks while a pair is made" {
	cp sealed before
	KMGR_SHIM_MODULE=$TOKEN_MODULE KMGR_SHIM_DELAY_US=300000 \
		"$builddir/tests/attacks/wrapped" \
		"$(uri_of_shim "$TOKEN_URI")" make \
		ffffffffffffffffffffffffffffff01 born born.pub &
	n=0
	while kill -0 $! 2>/dev/null; do
		run tool --list-objects --type privkey
		[[ $output != *"Private Key Object"* ]]
		n=$((n + 1))
	done
	wait $!
	[ "$n" -ge 3 ]
	wrapped open ffffffffffffffffffffffffffffff01 born born.pub
}

@test "wrapped-swap: the blob of another pair, or under another wrapping key" {
	run -10 wrapped open $KEY blob other.pub
	wrapped open $OTHER other other.pub
	run wrapped open $KEY other pub
	[ "$status" -ne 0 ]
	# One bit.
	cp blob changed
	printf '\377' | dd of=changed bs=1 seek=20 conv=notrunc status=none
	cmp blob changed && printf '\376' | dd of=changed bs=1 seek=20 \
		conv=notrunc status=none
	run -10 wrapped open $KEY changed pub
}
