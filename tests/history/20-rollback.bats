# Every earlier copy of a store with a life behind it, and every beginning of
# its ledger, put in place of what is there now: known to be old by whatever
# would make or sign something, and by verify. KMGR_SOAK=1 tries all; else a
# seeded sample of the beginnings.
load ../lib/common
bats_require_minimum_version 1.5.0

setup_file() {
	need_program sqlite3 jq ssh-keygen
	. "$TESTDIR/history/life.bash"
	LIFE=$(life_dir)
	export LIFE
	life_new "$LIFE"
	life_record
	cp kmgr.db now.db
	# Somebody who changes a store takes its guards away first.
	sql 'SELECT 1' >/dev/null
	mv kmgr.db open.db
	put_back now.db
	cd /
}

setup() {
	. "$TESTDIR/history/life.bash"
	. "$TESTDIR/fault/world.bash"
	life_enter "$LIFE"
	put_back now.db
	bad=0
}

teardown_file() {
	. "$TESTDIR/history/life.bash"
	life_end "$LIFE"
}

# is_refused WHAT COMMAND...: exit 10, no signature, no key; else $bad counts. A
# set that must not be signed yet, by those rows, is refused before (exit 11).
is_refused() {
	local what=$1 status=0 out

	shift
	out=$("$@" 2>&1) || status=$?
	[ "$1 $status" = 'sign 11' ] && status=10
	if [ $status -ne 10 ] || [[ $out == *RRSIG* ]]; then
		bad=$((bad + 1))
		echo "$what: $*: exit $status: ${out:0:300}"
	fi
}

# query FILE SQL: of a store that nobody has open.
query() {
	sqlite3 -batch "$1" "$2"
}

# is_old WHAT FILE ROWS: FILE, as the store, is refused by all that would make
# or sign something under what is in ROWS, and by verify.
is_old() {
	local what=$1 file=$2 rows=$3 zone cmk

	put_back "$file"
	is_refused "$what" kmgr verify
	cmk=$(query "$rows" "SELECT name FROM cmk WHERE state IN ('enabled',
		'draft') AND name <> 'safe' ORDER BY random() LIMIT 1")
	zone=$(query "$rows" "SELECT rtrim(zone, '.') FROM ksk
		WHERE state <> 'removed' AND cmk_id IN (SELECT id FROM cmk
		WHERE state = 'enabled') ORDER BY random() LIMIT 1")
	put_back "$file"
	[ -z "$zone" ] || is_refused "$what" sign "$zone"
	put_back "$file"
	if [ -n "$cmk" ]; then
		is_refused "$what" kmgr -q create-ksk new.example --cmk "$cmk"
	else
		is_refused "$what" kmgr -q create-cmk new --token main \
			--policy token.yaml
	fi
	[ "$(query kmgr.db "SELECT count(*) FROM ksk
		WHERE zone = 'new.example.'")" -eq 0 ] || bad=$((bad + 1))
}

# shellcheck disable=SC2317 # is_refused calls it
sign() {
	zsks "$1" | kmgr sign-zsks "$1"
}

@test "the history is one of fifty life-cycle events" {
	run -0 kmgr verify
	[ ${#LIFE_STEPS[@]} -eq 50 ]
	[ -s copies/50.db ]
	# And what is there now signs.
	run -0 sign a.example
	[[ $output == *RRSIG* ]]
	run -0 kmgr create-ksk new.example --cmk prod --dry-run
}

@test "every earlier copy of the store is known to be old" {
	before=$(objects_sum)
	for ((i = 0; i < 50; i++)); do
		is_old "copy $i" copies/$i.db copies/$i.db
	done
	[ $bad -eq 0 ]
	[ "$before" = "$(objects_sum)" ]
}

# beginnings WANTED: sets POINTS and before.
beginnings() {
	n=$(query now.db 'SELECT max(seq) FROM ledger')
	points_seed
	echo "# seed $SEED" >&3
	points $((n - 1)) "$1" 1 2 $((n - 1))
	before=$(objects_sum)
}

@test "every beginning of the ledger is known to be one" {
	beginnings 24
	for i in "${POINTS[@]}"; do
		cp open.db cut.db
		sqlite3 cut.db "DELETE FROM ledger WHERE seq > $i"
		is_old "event $i" cut.db now.db
	done
	[ $bad -eq 0 ]
	[ "$before" = "$(objects_sum)" ]
}

@test "and with all rows as they were then" {
	beginnings 24
	for i in "${POINTS[@]}"; do
		rm -f then.db
		"$builddir/tests/history/rewind" "$PWD/now.db" "$PWD/then.db" \
			"$i"
		is_old "event $i" then.db then.db
	done
	[ $bad -eq 0 ]
	[ "$before" = "$(objects_sum)" ]
}
