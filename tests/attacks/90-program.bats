# The program itself: what it shows of its PIN, what it is fed, and two of it at
# the same time.
bats_require_minimum_version 1.5.0
load ../lib/common
load attack

setup_file() {
	world_new
}

setup() {
	world_enter
}

@test "pin-seen: the PIN is looked for in arguments, environment, output and core" {
	ulimit -c unlimited
	# There is no way to say it.
	for option in --pin --pin-value --password; do
		run kmgr sign-zsks a.example a $option "$TOKEN_PIN"
		[ "$status" -eq 2 ]
	done
	token_at main "$TOKEN_URI&pin-value=$TOKEN_PIN"
	run kmgr sign-zsks a.example a
	[ "$status" -eq 3 ]
	[[ $output != *"$TOKEN_PIN"* ]]
	# While it runs, and has logged in, nothing of it can be read.
	export KMGR_SHIM_MODULE=$TOKEN_MODULE KMGR_SHIM_DELAY_US=60000000
	token_at main "$(uri_of_shim "$TOKEN_URI")"
	"$KMGR" -v sign-zsks a.example a >out 2>err 3>&- &
	wait_until 10 grep -q 'C_Login' err
	tr '\0' '\n' <"/proc/$!/cmdline" >shown
	tr '\0' '\n' <"/proc/$!/environ" >>shown
	grep '^Max core file size' "/proc/$!/limits" >limits
	kill -ABRT $!
	wait $! || true
	[ -s shown ]
	run ! grep -q "$TOKEN_PIN" shown out err
	grep -qE '^Max core file size +0 ' limits
	run ! compgen -G 'core*'
	# Neither the store nor what it says holds it.
	run ! grep -aq "$TOKEN_PIN" kmgr.db kmgr.yaml
}

@test "pin-file-open: a PIN file that others can read" {
	chmod 640 kmgr/pin
	refused 3 'pin'
	chmod 600 kmgr/pin
	mv kmgr/pin elsewhere
	mkfifo kmgr/pin
	refused 3 'pin'
}

@test "hostile-input: ZSK sets that are huge, binary, nested, or include files" {
	{ cat a; echo '$INCLUDE /etc/passwd'; } >include
	head -c 2000000 /dev/zero | tr '\0' a >huge
	head -c 100000 /dev/urandom >binary
	printf '(%.0s' {1..70000} >nested
	printf 'a.example. 3600 IN DNSKEY \\# 999999999 00\n' >length
	printf 'a.example. 3600 IN DNSKEY 257 3 13 %s\n' "$ZSK" >ksk
	for file in include huge binary nested length ksk /dev/null; do
		run timeout 120 "$KMGR" sign-zsks a.example $file
		echo "$file: $status ${output:0:300}"
		[[ $status -eq 4 || $status -eq 5 ]]
		[[ $output != *"IN RRSIG"* && $output != *root:* ]]
	done
	run timeout 120 "$KMGR" sign-zsks a.example \
		<(yes 'a.example. 3600 IN DNSKEY 256 3 13 AAAA')
	[ "$status" -eq 4 ]
}

@test "hostile-yaml: policies and configurations that explode or nest" {
	{
		echo 'a: &a [x, x, x, x, x, x, x, x, x]'
		for n in b c d e f g h i; do
			echo "$n: &$n [*a, *a, *a, *a, *a, *a, *a, *a, *a]"
		done
	} >bomb.yaml
	printf '[%.0s' {1..100000} >nested.yaml
	for file in bomb.yaml nested.yaml; do
		run timeout 120 "$KMGR" check-policy $file
		[ "$status" -eq 3 ]
		run timeout 120 "$KMGR" -c $file list-cmks
		[ "$status" -eq 3 ]
	done
}

@test "hostile-json: endorsements and ledgers that are none" {
	printf '[%.0s' {1..100000} >nested
	head -c 400000 /dev/urandom >binary
	yes '{"a":1}' | head -c 400000 >lines
	for file in nested binary lines; do
		for command in verify-endorsement verify-ledger; do
			run timeout 120 "$KMGR" $command $file
			echo "$command $file: $status"
			[[ $status -eq 4 || $status -eq 10 ]]
		done
	done
}

@test "weak-algorithm: algorithms that RFC 9904 forbids, and short keys" {
	for alg in rsamd5 dsa rsasha1 nsec3rsasha1 ecc-gost; do
		printf 'version: 1\nzones: ["."]\nksk: { algorithm: %s }\n' \
			$alg >weak.yaml
		run kmgr create-cmk weak --token main --policy weak.yaml
		[ "$status" -eq 3 ]
	done
	printf 'version: 1\nzones: ["."]\nksk: { algorithm: rsasha256, rsa-bits: 1024 }\n' \
		>weak.yaml
	run kmgr create-cmk weak --token main --policy weak.yaml
	[ "$status" -eq 3 ]
	for alg in 1 3 5 7 12; do
		sed "s/256 3 13/256 3 $alg/" a >weak
		run kmgr sign-zsks a.example weak
		[[ $status -eq 4 || $status -eq 5 ]]
	done
}

@test "tag-collision: a KSK whose key tag the zone has already" {
	tag=$(kmgr --json list-ksks a.example | jq '.ksks[0].key_tag')
	export KMGR_SHIM_MODULE=$TOKEN_MODULE KMGR_SHIM_TAG=$tag:13
	token_at main "$(uri_of_shim "$TOKEN_URI")"
	make_ksk a.example --another
	[ "$(kmgr --json list-ksks a.example | jq '[.ksks[].key_tag] |
		length == 2 and (unique | length) == 2')" = true ]
	# The one that collided was thrown away.
	agrees
}

@test "race: many processes make the first KSK at once" {
	kmgr -q create-cmk fresh --token main --policy p.yaml >/dev/null
	for n in 1 2 3 4 5 6; do
		kmgr -q create-ksk b.example --cmk fresh >out.$n 2>&1 3>&- &
	done
	for n in 1 2 3 4 5 6; do
		wait -n || true
	done
	[ "$(kmgr --json list-ksks b.example | jq '.ksks | length')" -eq 1 ]
	[ "$(kmgr --json list-events --type seal --cmk fresh |
		jq '.events | length')" -eq 1 ]
	signs b
	agrees
}

@test "crash: kmgr is killed between token and store" {
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	token_at main "$(uri_of_shim "$TOKEN_URI")"
	KMGR_SHIM_FAIL_ON=C_GenerateKeyPair KMGR_SHIM_KILL_AFTER=1 \
		run kmgr create-ksk b.example --cmk prod
	[ "$status" -eq 137 ]
	differs unfinished
	make_ksk b.example
	signs b
	agrees
	[ "$(kmgr --json list-ksks b.example | jq '.ksks | length')" -eq 1 ]
}
