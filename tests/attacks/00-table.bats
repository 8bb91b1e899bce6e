# The list of attacks in kmgr-security(7) is that of the tests.
bats_require_minimum_version 1.5.0
load ../lib/common

setup() {
	man=$srcdir/kmgr/kmgr-security.7
	cd "$BATS_TEST_TMPDIR"
}

# listed: "NAME: ATTACK" of the manual, a line each.
listed() {
	awk '/^\.Sh / { inside = $2 == "ATTACKS" }
		!inside { next }
		/^\.It Li / { name = $3; text = ""; next }
		/^\./ { if (name != "") print name ":" text; name = ""; next }
		{ text = text " " $0 }' "$man" | sed 's/\.$//; s/\\&//g'
}

# tested: the same of the tests, which begin small.
tested() {
	sed -n 's/^@test "\(.*\)" {$/\1/p' "$srcdir"/tests/attacks/[1-9]*.bats
}

@test "each attack in the manual is a test, and each test is in the manual" {
	listed | sed 's/: ./: /' | LC_ALL=C sort >manual
	tested | sed 's/: ./: /' | LC_ALL=C sort >tests
	diff manual tests
	[ "$(wc -l <tests)" -ge 80 ]
	# The name of one is that of no other.
	[ -z "$(cut -d : -f 1 tests | uniq -d)" ]
	run ! grep -vE '^[a-z0-9-]+: .' tests
}

@test "each attack has a verdict, and what is not prevented was looked at" {
	awk '/^\.Sh / { inside = $2 == "ATTACKS" }
		inside && /^\.It Li / {
			if (name != "" && !verdict) print name
			name = $3; verdict = 0 }
		/^\.Em (Prevented|Refused|Detected|Without effect|Not prevented)/ {
			verdict = 1 }
		END { if (!verdict) print name }' "$man" >without
	diff /dev/null without
	awk '/^\.It Li / { name = $3 }
		/^\.Em Not prevented/ && name != "" { print name }' "$man" |
		sort -u >manual
	sed -n 's/^	told \([a-z0-9-]*\).*/\1/p' \
		"$srcdir"/tests/attacks/[1-9]*.bats | sort -u >tests
	diff manual tests
}

@test "all test files are in the makefile" {
	local file

	for file in "$srcdir"/tests/attacks/*.bats; do
		grep -q "tests/attacks/${file##*/}" \
			"$srcdir/tests/attacks/local.mk"
	done
}

@test "the manual is without fault, installed, and kmgr(1) leads to it" {
	need_program mandoc
	mandoc -T lint -W style "$man" 2>&1 |
		grep -v 'mandoc\.db\|referenced manual not found' |
		diff /dev/null -
	grep -q 'kmgr/kmgr-security\.7' "$srcdir/kmgr/local.mk"
	[ "$(grep -c '^\.Xr kmgr-security 7' "$srcdir/kmgr/kmgr.1")" -ge 2 ]
	grep -q 'kmgr-security' "$srcdir/README.md"
}
