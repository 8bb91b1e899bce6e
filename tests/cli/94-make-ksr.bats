# Requests made from ZSK files, in each format.
load ../lib/common

bats_require_minimum_version 1.5.0

setup() {
	kmgr_env "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	start=2027-01-01T00:00:00Z
}

# zsk NAME [ALGORITHM]: makes a ZSK and links its files to NAME.key and
# NAME.private.
zsk() {
	local base

	base=$(dnssec-keygen -q -a "${2:-ECDSAP256SHA256}" example.com)
	mv "$base.key" "$1.key"
	mv "$base.private" "$1.private"
}

@test "bind: a bundle at the start and at each change" {
	zsk a
	zsk b
	kmgr make-ksr example.com --format bind --zsk a.key \
		--zsk b.key,2027-02-01,2027-03-01 --start $start \
		--end 2027-06-01 -o ksr
	run -0 grep -c '^;; KeySigningRequest 1.0 2' ksr
	[ "$output" = 3 ]
	run -0 grep -c DNSKEY ksr
	[ "$output" = 4 ]
	grep -q '^;; KeySigningRequest 1.0 20270201000000 ' ksr
	grep -q '^;; KeySigningRequest 1.0 20270301000000 ' ksr
}

@test "knot: the end is a bundle of its own, and the footer is there" {
	zsk a
	kmgr make-ksr example.com --format knot --zsk a.key --start $start \
		--end 2027-06-01 -o ksr
	grep -q "^;; KeySigningRequest 1.0 $(date -u -d 2027-01-01 +%s) " ksr
	grep -q "^;; KeySigningRequest 1.0 $(date -u -d 2027-06-01 +%s) " ksr
	tail -n 1 ksr | grep -q '^;; KeySigningRequest 1.0 generated'
}

@test "icann: nine bundles, each signed by each of its ZSKs" {
	for algorithm in ECDSAP256SHA256 ED25519 RSASHA256 ECDSAP384SHA384; do
		zsk a $algorithm
		zsk b $algorithm
		kmgr --json make-ksr example.com --format icann --zsk a.key \
			--zsk b.key,2027-01-25 --start $start --id $algorithm |
			jq -r .request >ksr
		run -0 grep -c '<RequestBundle ' ksr
		[ "$output" = 9 ]
		# 2 bundles of one key, 7 of two
		run -0 grep -c '<SignatureData>' ksr
		[ "$output" = 16 ]
	done
}

@test "icann: no proof without the private half, and none of another key" {
	zsk a
	zsk b
	cp b.private a.private
	run -4 kmgr make-ksr example.com --format icann --zsk a.key
	[[ $output == *"not that of the DNSKEY"* ]]
	zsk c RSASHA256
	cp c.private a.private
	run -4 kmgr make-ksr example.com --format icann --zsk a.key
	[[ $output == *"another algorithm"* ]]
	echo nothing >a.private
	run -4 kmgr make-ksr example.com --format icann --zsk a.key
	[[ $output == *"neither a private key of dnssec-keygen nor"* ]]
	chmod 644 b.private
	run -3 kmgr make-ksr example.com --format icann --zsk b.key
	rm b.private
	run ! kmgr make-ksr example.com --format icann --zsk b.key
	[[ $output == *"proof of possession"* ]]
}

@test "a private half in PEM is as good" {
	openssl genpkey -algorithm ed25519 -out a.private
	chmod 600 a.private
	{
		printf 'example.com. 3600 IN DNSKEY 256 3 15 '
		openssl pkey -in a.private -pubout -outform DER | tail -c 32 |
			base64
	} >a.key
	kmgr make-ksr example.com --format icann --zsk a.key --start $start |
		grep -q '<SignatureData>'
}

@test "what makes no request is refused" {
	zsk a
	run -2 kmgr make-ksr example.com --format bind --zsk a.key
	[[ $output == *"--end is missing"* ]]
	run -2 kmgr make-ksr example.com --format icann
	[[ $output == *"--zsk is missing"* ]]
	run -2 kmgr make-ksr example.com --format xml --zsk a.key
	run -2 kmgr make-ksr example.com --format bind --end +1d \
		--zsk a.key,+2d,+1d
	run -4 kmgr make-ksr example.org --format bind --end +1d --zsk a.key
	[[ $output == *"the DNSKEY is of example.com., not of example.org."* ]]
	run -4 kmgr make-ksr example.com --format bind --end +10d \
		--zsk a.key,+5d
	[[ $output == *"no ZSK is there"* ]]
	run -4 kmgr make-ksr example.com --format bind --start +2d --end +1d \
		--zsk a.key
	run -4 kmgr make-ksr example.com --format icann --zsk a.key \
		--interval 10d --validity 10d
	[[ $output == *"gap"* ]]
	cat a.key a.key >two
	run -4 kmgr make-ksr example.com --format bind --end +1d --zsk two
}

@test "a ZSK without FROM is there from the start until UNTIL" {
	zsk a
	zsk b
	kmgr make-ksr example.com --format bind --zsk a.key,,2027-02-01 \
		--zsk b.key,2027-01-20 --start $start --end 2027-06-01 -o ksr
	[ "$(kmgr --json show-ksr ksr | jq -c '[.bundles[].keys | length]')" = \
		'[1,2,1]' ]
}

@test "an option that the format has no place for is refused by name" {
	zsk a
	run -2 kmgr make-ksr example.com --format icann --zsk a.key --end +80d
	[[ $output == *"--end is for the text formats"*"--bundles"* ]]
	for option in --bundles=3 --interval=5d --validity=9d --id=x --serial=1; do
		run -2 kmgr make-ksr example.com --format knot --zsk a.key \
			--end +80d ${option%=*} ${option#*=}
		[[ $output == *"${option%=*} is for the format of icann"* ]]
	done
}

@test "a bind request is handed on with the end that it cannot say" {
	zsk a
	run --separate-stderr -0 kmgr make-ksr example.com --format bind \
		--zsk a.key --start $start --end 2027-06-01 -o ksr
	[[ $stderr == *"sign-ksr take --end 2027-06-01T00:00:00Z"* ]]
	run --separate-stderr -0 kmgr make-ksr example.com --format knot \
		--zsk a.key --start $start --end 2027-06-01 -o ksr
	[[ $stderr != *--end* ]]
}

@test "icann: a request that was cut off is called so" {
	zsk a
	kmgr make-ksr example.com --format icann --zsk a.key -o ksr
	for n in 1500 1550 1600 3000; do
		head -c $n ksr >cut
		run -4 kmgr show-ksr cut
		[[ $output == *"hint: the file ends too early; it may have been cut off"* ]]
	done
}
