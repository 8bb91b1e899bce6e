# scripts/bench-scale measures what it says: each table has its rows, both
# sides did as much, and every figure is one. How fast it was is not asked.
load ../lib/common
bats_require_minimum_version 1.5.0

# bench SECTIONS OPTION...: its tables, in the file tables.
bench() {
	"$srcdir/scripts/bench-scale" --sections "$1" --runs 1 \
		--dir "$BATS_TEST_TMPDIR" "${@:2}" "$builddir" \
		>"$BATS_TEST_TMPDIR/tables" 2>"$BATS_TEST_TMPDIR/said" || {
		cat "$BATS_TEST_TMPDIR/said"
		return 1
	}
}

# rows TITLE COLUMN...: those columns of the table with this title, by name;
# of a name that stands there twice the first.
rows() {
	awk -F ' *[|] *' -v title="$1" -v names="$(printf '%s|' "${@:2}")" '
	BEGIN { n = split(names, want, "|") - 1 }
	/^[^|]/ { here = index($0, title) == 1; known = 0; next }
	!here || /^$/ || /^\|---/ { next }
	!known++ { for (i = NF; i > 1; i--) column[$i] = i; next }
	{
		line = ""
		for (i = 1; i <= n; i++)
			line = line (i > 1 ? " " : "") (want[i] in column ? \
				$column[want[i]] : "no column " want[i])
		print line
	}' "$BATS_TEST_TMPDIR/tables"
}

# numbers TITLE COLUMN: every row has a number there, above zero.
numbers() {
	local text

	text=$(rows "$1" "$2")
	[ -n "$text" ]
	run ! grep -vE '^[0-9]+(\.[0-9]+)?( (ms|s|MiB))?$' <<<"$text"
	run ! grep -xE '0(\.0+)?( (ms|s|MiB))?' <<<"$text"
}

# nothing_is_left: no folder of its own.
nothing_is_left() {
	[ "$(cd "$BATS_TEST_TMPDIR" && echo kmgr-*)" = 'kmgr-*' ]
}

@test "sign, create and read have a row for each figure, with its floor" {
	need_program dnssec-keygen sqlite3
	bench sign,create,read --custody wrapped --rsa-zones 0 --zones '2 3'
	[ "$(rows Signing what custody algorithm zones processes signatures)" \
	    = "first wrapped ecdsap256sha256 2 1 2 and 2
again wrapped ecdsap256sha256 2 1 2 and 2
first wrapped ecdsap256sha256 2 2 2 and 2
again wrapped ecdsap256sha256 2 2 2 and 2
first wrapped ecdsap256sha256 3 1 3 and 3
again wrapped ecdsap256sha256 3 1 3 and 3
first wrapped ecdsap256sha256 3 2 3 and 3
again wrapped ecdsap256sha256 3 2 3 and 3" ]
	for scaling in 'Scaling, all' 'Scaling, as many'; do
		[ "$(rows "$scaling" what zones processes)" = "first 2 2
again 2 2
first 3 2
again 3 2" ]
	done
	[ "$(rows Growth what processes 'from zones' 'to zones' target)" = \
"first 1 2 3 -
again 1 2 3 -
first 2 2 3 -
again 2 2 3 -" ]
	[ "$(rows Creating custody KSKs processes made)" = \
"wrapped 2 1 2 and 2
wrapped 2 2 2 and 2
wrapped 3 1 3 and 3
wrapped 3 2 3 and 3" ]
	[ "$(rows Reading command zones)" = "status 2
plan 2
check --no-network 2
run 2
status 3
plan 3
check --no-network 3
run 3" ]
	for column in floor kmgr ratio 'memory, kmgr' 'processor, floor'; do
		numbers Signing "$column"
		numbers Creating "$column"
	done
	numbers Scaling ratio
	numbers Reading 'the rows alone'
	numbers Reading kmgr
	rows Signing target | grep -qE '^0\.90 (met|missed)$'
	run ! grep -iwE 'nan|inf|-nan|-inf' "$BATS_TEST_TMPDIR/tables"
	nothing_is_left
}

@test "custody token and shared, and RSA, are signed with too" {
	need_program dnssec-keygen sqlite3
	bench sign --custody shared,token --zones 2 --processes 1
	[ "$(rows Signing what custody algorithm signatures)" = \
"first shared ecdsap256sha256 2 and 2
again shared ecdsap256sha256 2 and 2
first token ecdsap256sha256 2 and 2
again token ecdsap256sha256 2 and 2
first shared rsasha256 2 and 2
again shared rsasha256 2 and 2" ]
	numbers Signing ratio
	[ -z "$(rows Scaling zones)" ]
}

@test "keymgr makes as many keys and signatures beside kmgr" {
	need_program dnssec-keygen sqlite3 keymgr
	bench keymgr --keymgr 2
	[ "$(rows 'Beside keymgr' what zones)" = "create 2
sign 2" ]
	numbers 'Beside keymgr' keymgr
	numbers 'Beside keymgr' kmgr
	numbers 'Beside keymgr' 'keymgr / kmgr'
}

@test "a token that answers late is called as often as zones need it" {
	need_program dnssec-keygen sqlite3
	bench latency --custody wrapped --latency '0 2' --sessions '1 2' \
		--seconds 0.004
	[ "$(rows 'Signing again, by a token' custody latency sessions)" = \
"wrapped 0 ms 1
wrapped 0 ms 2
wrapped 2 ms 1
wrapped 2 ms 2" ]
	for column in 'floor, calls a second' 'bound, calls a second' \
		'kmgr, calls a second' ratio; do
		numbers 'Signing again, by a token' "$column"
	done
	# One C_UnwrapKey and one C_Sign each, the one more or less at the
	# beginning is not a matter of zones.
	rows 'Signing again, by a token' zones 'calls of the token' |
		awk '$2 < 2 * ($1 - 1) { bad = 1 } END { exit bad || NR != 4 }'
	nothing_is_left
}

@test "runs over PostgreSQL sign every zone" {
	need_program dnssec-keygen sqlite3 psql
	bench pgsql --pgsql 3
	[ "$(rows PostgreSQL 'at once' zones | sort)" = "1 3
2 3" ]
	[ "$(rows PostgreSQL 'at once' signatures 'one each' | head -n 1)" = \
		"1 3 met" ]
	numbers PostgreSQL floor
	numbers PostgreSQL kmgr
	nothing_is_left
}

@test "a bench that is interrupted leaves nothing behind" {
	need_program dnssec-keygen sqlite3
	run -130 timeout --preserve-status -s INT 2 \
		"$srcdir/scripts/bench-scale" --sections sign --zones 20000 \
		--dir "$BATS_TEST_TMPDIR" "$builddir"
	nothing_is_left
}

@test "a section that is not there is named" {
	run -2 "$srcdir/scripts/bench-scale" --sections sing "$builddir"
	[[ $output == *"no section sing"* ]]
	[[ $output == *"usage: bench-scale"* ]]
}
