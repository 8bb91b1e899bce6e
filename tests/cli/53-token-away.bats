# Many zones of two CMKs, each in a token of its own, of which one does not
# serve: the zones of the other one go on.
load ../lib/common
bats_require_minimum_version 1.5.0

ZSK='DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=='

# The token "good" is used as it is, "bad" by way of the shim with a module of
# its own; each has its CMK. What is said of the shim is so of "bad" alone.
setup() {
	softhsm_new "$BATS_TEST_TMPDIR" good
	cd "$BATS_TEST_TMPDIR"
	local good=$TOKEN_URI

	softhsm_new "$BATS_TEST_TMPDIR" bad
	cp "$TOKEN_MODULE" bad/module.so
	export KMGR_SHIM_MODULE=$PWD/bad/module.so KMGR_SHIM_COUNT=$PWD/calls
	kmgr_env "$PWD" "good=$good" "bad=$(uri_of_shim "$TOKEN_URI")"
	kmgr init >/dev/null
	printf 'version: 1\nzones: ["."]\ncustody: shared\n' >p.yaml
	kmgr -q create-cmk good --token good --policy p.yaml >/dev/null
	kmgr -q create-cmk bad --token bad --policy p.yaml >/dev/null
}

# zones N: N zones of each of the two, which take turns, in the folder "zones".
zones() {
	local i cmk

	mkdir zones
	for cmk in good bad; do
		seq -f "z%g.$cmk.example" "$1" >$cmk.list
		kmgr -q create-ksk --zones-from $cmk.list --cmk $cmk >/dev/null
	done
	for i in $(cat good.list bad.list); do
		echo "$i. 3600 $ZSK" >"zones/$i.zone"
	done
	rm -f calls
}

# sources: from now on run finds the ZSKs there, and hands over to "out".
sources() {
	local zone

	echo zones:
	for zone in $(cat good.list bad.list); do
		echo "  $zone: { source: { file: $PWD/zones/$zone.zone }," \
			"publish: { directory: $PWD/out/$zone } }"
	done
}

n_calls() {
	grep -c " $1\$" calls
}

signed() {
	sqlite3 kmgr.db 'SELECT DISTINCT zone FROM signature' | sort
}

all_of() {
	sed 's/$/./' "$@" | sort
}

# sign STATUS [ARGUMENT...]
sign() {
	run --separate-stderr kmgr sign-zsks --zones-from zones -o out "${@:2}"
	[ "$status" -eq "$1" ] || { echo "$status $stderr" >&2; return 1; }
}

@test "a wrong PIN is tried once, and stops no zone of another CMK" {
	zones 3
	echo 00000000 >bad/pin
	sign 12
	[ "$(n_calls C_Login)" -eq 1 ]
	[ "$(grep -c '^3 zones, the first of them z1.bad.example: prove CMK bad: .*CKR_PIN_INCORRECT' <<<"$stderr")" -eq 1 ]
	[[ $stderr == *"it was tried once"* ]]
	[[ $stderr == *"3 of 6 zones signed, 0 signed before, 3 refused"* ]]
	[ "$(grep -c RRSIG out)" -eq 3 ]
	[ "$(signed)" = "$(all_of good.list)" ]
	# The same command does what is left.
	echo "$TOKEN_PIN" >bad/pin
	sign 0
	[[ $stderr == *"3 of 6 zones signed, 3 signed before, 0 refused"* ]]
	[ "$(grep -c RRSIG out)" -eq 6 ]
	run -0 kmgr verify
}

@test "of several workers one tries a wrong PIN, and all go on without it" {
	zones 130
	echo 'performance: { workers: 3 }' >>kmgr.yaml
	echo 00000000 >bad/pin
	sign 12
	[ "$(n_calls C_Login)" -eq 1 ]
	[ "$(n_calls C_Initialize)" -gt 1 ]
	[[ $stderr == *"130 zones, the first of them"*"prove CMK bad: "* ]]
	[[ $stderr == *"130 of 260 zones signed, 0 signed before, 130 refused"* ]]
	[ "$(signed)" = "$(all_of good.list)" ]
	echo "$TOKEN_PIN" >bad/pin
	sign 0
	[ "$(signed)" = "$(all_of good.list bad.list)" ]
}

@test "a token that is not there is looked for once" {
	local n

	zones 3
	sed -i 's/token=bad/token=gone/' kmgr.yaml
	run kmgr sign-zsks z1.bad.example zones/z1.bad.example.zone
	[ "$status" -eq 6 ]
	n=$(n_calls C_Initialize)
	rm calls
	sign 12
	[ "$(n_calls C_Initialize)" -eq "$n" ]
	[[ $stderr == *"3 zones, the first of them z1.bad.example: prove CMK bad: "*"no token gone"* ]]
	[ "$(signed)" = "$(all_of good.list)" ]
	# Where none of them is there nothing is done.
	sed -i 's/token=good/token=lost/' kmgr.yaml
	mv out before
	sign 6 --again
	[ ! -e out ]
}

@test "a PIN that is not to be had is asked for once" {
	zones 3
	mv bad/pin bad/away
	sign 12
	[[ $stderr == *"3 zones, the first of them z1.bad.example: prove CMK bad: "*"No such file"* ]]
	[ "$(signed)" = "$(all_of good.list)" ]
	printf '#!/bin/sh\necho asked >>asked\nexit 1\n' >ask
	chmod +x ask
	sed -i "/^  bad:/s#pin-source=.*#pin-source=|./ask#" kmgr.yaml
	sign 12
	[ "$(wc -l <asked)" -eq 1 ]
	[[ $stderr == *"0 of 6 zones signed, 3 signed before, 3 refused"* ]]
}

@test "a token that fails while it signs is not asked again, others go on" {
	zones 40
	echo 'performance: { workers: 1, sessions: 1 }' >>kmgr.yaml
	export KMGR_SHIM_FAIL_ON=C_Sign KMGR_SHIM_FAIL_COUNT=0
	export KMGR_SHIM_CKR=CKR_FUNCTION_FAILED
	# Of the first sets checkpoints are signed, too, now or then.
	export KMGR_SHIM_FAIL_AT=12
	sign 12
	[ "$(n_calls C_Sign)" -le 20 ]
	[[ $stderr == *"zones, the first of them z"*".bad.example: "*CKR_FUNCTION_FAILED* ]]
	[ "$(signed | grep -c good)" -eq 40 ]
	[ "$(signed | grep -c bad)" -lt 40 ]
	KMGR_SHIM_FAIL_AT=100000
	sign 0
	[[ $stderr == *" signed before, 0 refused"* ]]
	[ "$(grep -c RRSIG out)" -eq 80 ]
	# Of those that are renewed, the challenge alone.
	rm calls
	KMGR_SHIM_FAIL_AT=12
	sign 12 --again
	[ "$(n_calls C_Sign)" -le 16 ]
	[[ $stderr == *"50 of 80 zones signed, 0 signed before, 30 refused"* ]]
	[[ $stderr == *"29 zones, the first of them z"*": the token of its CMK failed at another zone: "* ]]
	run -0 kmgr verify
}

@test "run: a wrong PIN is tried once a pass, and holds up no other token" {
	zones 70
	sources >>kmgr.yaml
	echo 'performance: { workers: 3 }' >>kmgr.yaml
	mkdir out
	echo 00000000 >bad/pin
	run -12 kmgr run
	[ "$(n_calls C_Login)" -eq 1 ]
	[ "$(n_calls C_Initialize)" -gt 1 ]
	[ "$(signed)" = "$(all_of good.list)" ]
	[ "$(find out -name dnskey.zone | wc -l)" -eq 70 ]
	echo "$TOKEN_PIN" >bad/pin
	run -0 kmgr_later 1h run
	[ "$(signed)" = "$(all_of good.list bad.list)" ]
}

@test "sign-ksr: a request of a token that is away stops no other" {
	local zone

	zones 2
	mkdir requests
	for zone in $(cat good.list bad.list); do
		kmgr -q make-ksr "$zone" --format bind --zsk "zones/$zone.zone" \
			--start now --end +60d -o "requests/$zone.ksr" \
			2>/dev/null
	done
	rm -f calls
	echo 00000000 >bad/pin
	run --separate-stderr -12 kmgr sign-ksr requests --yes --genesis \
		--end +60d
	[ "$(n_calls C_Login)" -eq 1 ]
	[ "$(find requests -name '*.skr' | sort)" = \
		$'requests/z1.good.example.skr\nrequests/z2.good.example.skr' ]
	echo "$TOKEN_PIN" >bad/pin
	run --separate-stderr -0 kmgr sign-ksr requests --yes --genesis \
		--end +60d
	[ "$(find requests -name '*.skr' | wc -l)" -eq 4 ]
}
