# Configuration, store and tokens: what is there, and what is wrong with it.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	kmgr_env "$BATS_TEST_TMPDIR"
}

@test "init writes configuration and store once, and keeps them" {
	rm "$KMGR_CONFIG"
	run kmgr init --token "main=$TOKEN_URI" \
		--store "sqlite:$BATS_TEST_TMPDIR/new/kmgr.db"
	[ "$status" -eq 0 ]
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/new/kmgr.db")" = 600 ]
	before=$(sha256_of "$KMGR_CONFIG")
	for again in "" "--token main=$TOKEN_URI"; do
		run kmgr init $again
		[ "$status" -eq 0 ]
		[[ $output == *"stays as it is"* ]]
	done
	for other in "--token other=$TOKEN_URI" "--store sqlite:/x/y.db"; do
		run kmgr init $other
		[ "$status" -eq 2 ]
		[[ $output == *"is there already and says otherwise"* ]]
	done
	[ "$before" = "$(sha256_of "$KMGR_CONFIG")" ]
	run kmgr list-cmks
	[ "$status" -eq 0 ]
}

@test "init leaves no configuration behind for a store that cannot be" {
	rm "$KMGR_CONFIG"
	run kmgr init --token "main=$TOKEN_URI" --store sqlite:/proc/none/k.db
	[ "$status" -ne 0 ]
	[ ! -e "$KMGR_CONFIG" ]
}

@test "a store that others can write to is refused" {
	kmgr init >/dev/null
	chmod 666 "$BATS_TEST_TMPDIR/kmgr.db"
	run kmgr list-cmks
	[ "$status" -eq 7 ]
	[[ $output == *"others can write to it"*"chmod 600"* ]]
}

@test "init --dry-run writes nothing" {
	rm "$KMGR_CONFIG"
	run kmgr init --dry-run --token "main=$TOKEN_URI"
	[ "$status" -eq 0 ]
	[[ $output == *"would write"*"$TOKEN_URI"* ]]
	[ ! -e "$KMGR_CONFIG" ]
}

@test "init refuses what it could not read back" {
	rm "$KMGR_CONFIG"
	for token in main "main=pkcs11:token=x" 'main=a"b' \
		"bad name=$TOKEN_URI"; do
		run kmgr init --token "$token"
		[[ $status -eq 2 || $status -eq 3 ]]
		[ ! -e "$KMGR_CONFIG" ]
	done
	run kmgr init
	[ "$status" -eq 2 ]
	[[ $output == *"--token NAME=URI"* ]]
}

@test "a store with nothing in it says so, and what makes it" {
	local command next

	cd "$BATS_TEST_TMPDIR"
	rm "$KMGR_CONFIG"
	next="there is no CMK yet; next: kmgr create-cmk NAME --token main \
--policy FILE"
	run -0 --separate-stderr kmgr init --token "main=$TOKEN_URI" \
		--store "sqlite:$PWD/new.db"
	[ "$stderr" = "$next" ]
	for command in list-cmks list-ksks status plan; do
		run -0 --separate-stderr kmgr "$command"
		[ "$stderr" = "$next" ]
		kmgr --json "$command" | jq -e --arg next "$next" \
			'.notes == [$next]'
	done
	printf '%s\n' 'version: 1' 'zones: ["."]' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	for command in init list-ksks status plan; do
		run -0 --separate-stderr kmgr "$command"
		[ "$stderr" = "no zone has a KSK; next: kmgr create-ksk ZONE \
--cmk prod" ]
	done
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	for command in init list-cmks list-ksks status plan; do
		run -0 --separate-stderr kmgr "$command"
		[ -z "$stderr" ]
	done
}

@test "a token that is no URI: where to get one is said" {
	rm "$KMGR_CONFIG"
	run -3 kmgr init --token main=kmgr
	[[ $output == *"does not begin with pkcs11:"* ]]
	[[ $output == *"hint: kmgr list-tokens --module PATH "*URI* ]]
	printf 'store: sqlite:%s/x.db\ntokens: { main: kmgr }\n' "$PWD" \
		>"$KMGR_CONFIG"
	run -3 kmgr list-cmks
	[[ $output == *"main"*"hint: kmgr list-tokens --module PATH "* ]]
}

@test "no configuration: exit 3, and how to make one" {
	run kmgr -c "$BATS_TEST_TMPDIR/none.yaml" list-cmks
	[ "$status" -eq 3 ]
	[[ $output == *"none.yaml"*"No such file"* ]]
	[[ $output == *"hint: make one with: kmgr -c"*"init"* ]]
}

@test "no store: exit 7, and how to make one" {
	run kmgr list-cmks
	[ "$status" -eq 7 ]
	[[ $output == *"kmgr.db"* ]]
	[[ $output == *"init"* ]]
}

@test "every bad configuration is refused as its first line says" {
	n=0
	for file in "$srcdir"/tests/fixtures/bad-config/*.yaml; do
		expect=$(sed -n '1s/^# expect: //p' "$file")
		[ -n "$expect" ]
		run kmgr -c "$file" list-tokens
		[ "$status" -eq 3 ] || { echo "$file: $output"; false; }
		[[ $output == *"$expect"* ]] || { echo "$file: $output"; false; }
		[[ $output == *"$file"* ]]
		n=$((n + 1))
	done
	[ $n -ge 20 ]
}

@test "list-tokens shows the configured ones, and those of a module" {
	run kmgr list-tokens
	[ "$status" -eq 0 ]
	[[ $output == *main*kmgr*"SoftHSM v2"*ok* ]]
	run kmgr list-tokens --module "$TOKEN_MODULE"
	[ "$status" -eq 0 ]
	uri=$(grep ^pkcs11: <<<"$output")
	# The URI that is printed is one that the configuration takes.
	kmgr_env "$BATS_TEST_TMPDIR" "found=$uri"
	run kmgr list-tokens
	[[ $output == *found*kmgr*ok* ]]
}

@test "a token that is away is named as such" {
	kmgr_env "$BATS_TEST_TMPDIR" "main=${TOKEN_URI/token=kmgr/token=gone}"
	run kmgr list-tokens
	[ "$status" -eq 0 ]
	[[ $output == *main*"no token"* || $output == *main*gone* ]]
	kmgr init >/dev/null
	run kmgr probe-token main
	[ "$status" -eq 6 ]
	run kmgr probe-token other
	[ "$status" -eq 3 ]
	[[ $output == *'no token named "other"'*"configured are: main"* ]]
}

@test "the PIN: wrong, missing, readable by others" {
	kmgr init >/dev/null
	pin=$BATS_TEST_TMPDIR/kmgr/pin
	cp "$pin" "$pin.good"
	echo 99999999 >"$pin"
	run kmgr probe-token main
	[ "$status" -eq 6 ]
	[[ $output == *"C_Login: CKR_PIN_INCORRECT"* ]]
	[[ $output == *hint:* && $output != *99999999* ]]
	cp "$pin.good" "$pin"
	chmod 644 "$pin"
	run kmgr probe-token main
	[ "$status" -eq 3 ]
	[[ $output == *"can be read or written by others"*"chmod 600"* ]]
	rm "$pin"
	run kmgr probe-token main
	[ "$status" -eq 3 ]
	[[ $output == *"$pin"*"hint: the token's pin-source names"* ]]
}

@test "the PIN comes from a command, or from systemd's credentials" {
	kmgr init >/dev/null
	pin=$(cat "$BATS_TEST_TMPDIR/kmgr/pin")
	kmgr_env "$BATS_TEST_TMPDIR" \
		"main=${TOKEN_URI%pin-source=*}pin-source=|echo%20$pin"
	run kmgr probe-token main
	[ "$status" -eq 0 ]
	# The process that looks on logs in, too, and nobody is asked again.
	asked=$BATS_TEST_TMPDIR/asked
	kmgr_env "$BATS_TEST_TMPDIR" "main=${TOKEN_URI%pin-source=*}pin-source=\
|echo%20once%3E%3E$asked%3B%20echo%20$pin"
	run kmgr probe-token main
	[ "$status" -eq 0 ]
	[[ $output == *birth-window*enforced* ]]
	[ "$(<"$asked")" = once ]
	# Whoever starts it may not care how its children end.
	run env --ignore-signal=CHLD "$KMGR" probe-token main
	[ "$status" -eq 0 ]
	kmgr_env "$BATS_TEST_TMPDIR" "main=${TOKEN_URI%&pin-source=*}"
	mkdir "$BATS_TEST_TMPDIR/credentials"
	(umask 077; echo "$pin" >"$BATS_TEST_TMPDIR/credentials/main.pin")
	CREDENTIALS_DIRECTORY=$BATS_TEST_TMPDIR/credentials \
		run kmgr probe-token main
	[ "$status" -eq 0 ]
	# Without a source and without a terminal there is none.
	run setsid -w "$KMGR" probe-token main </dev/null
	[ "$status" -ne 0 ]
	[[ $output == *pin-source* ]]
}

@test "probe-token: SoftHSM enforces what must hold" {
	kmgr init >/dev/null
	run kmgr probe-token main
	[ "$status" -eq 0 ]
	[[ $output == *"no way was found for a private value to leave"* ]]
	[[ $output == *"records that kmgr keeps in it can neither be changed"* ]]
	[[ ${lines[-1]} == "custody wrapped: possible for rsasha256, \
ecdsap256sha256, ecdsap384sha384; not for ed25519 (wrapped-ed25519 absent: "* ]]
	run kmgr --json probe-token main
	for row in sensitive-read extractable-set; do
		[ "$(jq -r ".rows[] | select(.id == \"$row\") | .verdict" \
			<<<"$output")" = enforced ]
	done
	[ "$(jq '[.rows[] | select(.weight == "advisory" and
		.verdict == "works")] | length' \
		<<<"$output")" -eq 4 ]
	[ "$(jq -r .leak <<<"$output")" = null ]
	[ "$(jq -r .tamper_evident_only <<<"$output")" = null ]
	# It says of each algorithm whether custody wrapped is possible.
	[ "$(jq -c '[.custody_wrapped[] | select(.possible) | .algorithm] |
		sort' <<<"$output")" = \
		'["ecdsap256sha256","ecdsap384sha384","rsasha256"]' ]
	jq -e '.custody_wrapped[] | select(.possible | not) |
		.algorithm == "ed25519" and .row == "wrapped-ed25519" and
		.verdict == "absent" and (.detail | length > 0)' <<<"$output"
	# The throw-away keys are gone.
	run kmgr verify
	[ "$status" -eq 0 ]
	[[ $output == *"0 objects in tokens"* ]]
}

@test "-v shows the calls to the token, never the PIN" {
	kmgr init >/dev/null
	run kmgr -v probe-token main
	[ "$status" -eq 0 ]
	[[ $output == *"C_Login CKR_OK (0x0) "* ]]
	[[ $output == *C_GenerateKeyPair* ]]
	[[ $output != *"$TOKEN_PIN"* ]]
}
