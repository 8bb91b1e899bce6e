# What verify takes grows with what there is to compare and no faster: CMKs of
# two kinds, KSKs, events, valid signatures, objects of the token. KMGR_SOAK=1
# goes on to 10,000 KSKs. What sign-ksr takes grows so with the bundles of the
# response, and a copy of all rows with them. All of it in instructions.
load ../lib/common
bats_require_minimum_version 1.5.0

setup_file() {
	. "$TESTDIR/history/life.bash"
	LIFE=$(life_dir)
	export LIFE
}

setup() {
	need_program sqlite3 jq valgrind
	. "$TESTDIR/history/life.bash"
}

teardown_file() {
	. "$TESTDIR/history/life.bash"
	life_end "$LIFE"
}

# grown N: a store and a token with N KSKs that have signed, a fifth of them
# with a pair of their own.
grown() {
	local dir=$LIFE/$1 zone

	mkdir "$dir"
	life_new "$dir"
	# By way of the shim all calls cost more.
	kmgr_env "$dir"
	cmk prod token
	cmk group shared
	seq -f 't%.0f.example' $(($1 / 5)) >own
	seq -f 's%.0f.example' $(($1 - $1 / 5)) >common
	kmgr -q create-ksk --zones-from own --cmk prod >/dev/null
	kmgr -q create-ksk --zones-from common --cmk group >/dev/null
	mkdir zones
	while read -r zone; do
		zsks "$zone" >"zones/$zone.zone"
	done < <(cat own common)
	kmgr -q sign-zsks --zones-from zones >/dev/null
}

# counted FILE ARGUMENT...: sets count to how many thousand instructions the
# program runs, as many however busy the machine is; its output is in FILE.
counted() {
	valgrind --tool=cachegrind --cache-sim=no --branch-sim=no \
		--cachegrind-out-file=/dev/null --log-file=counts \
		"$KMGR" "${@:2}" >"$1"
	count=$(sed -n '/I *refs:/ { s/.*: *//; s/,//g; p }' counts)
	count=$((count / 1000))
}

# verified N: sets count to what verify takes.
verified() {
	cd "$LIFE/$1" && export SOFTHSM2_CONF=$PWD/softhsm2.conf
	counted report -c kmgr.yaml --json verify
	jq -e ".ksks == $1 and .valid_signatures == $1 and
		(.differences | length) == 0" report
}

# is_linear FEW MANY: so is verify.
is_linear() {
	local few

	grown "$1"
	verified "$1"
	few=$count
	grown "$2"
	verified "$2"
	echo "# verify: $1 KSKs $few, $2 KSKs $count thousand instructions" >&3
	# What a start takes makes it less. Quadratic would be as many times more.
	[ "$count" -lt $((($2 / $1) * few * 5 / 4)) ]
}

@test "verify is linear" {
	is_linear 100 400
	[ "${KMGR_SOAK-}" != 1 ] || is_linear 1000 10000
}

# response N: a store and a token that answer a request with N bundles; sets
# calls, signs and count: calls to the token, signatures among them, and the
# instructions without the shim.
response() {
	local dir=$LIFE/ksr-$1 now

	mkdir "$dir"
	life_new "$dir"
	printf '%s\n' 'version: 1' 'zones: ["."]' 'ksr: { knot: {' \
		'max-cycle: 1100d, horizon: 1100d } }' 'signatures: {' \
		'validity: 2d, refresh: 1d, max-horizon: 1100d }' \
		'ds: { cds-cdnskey-publish: none }' >daily.yaml
	cmk daily daily
	ksk daily a.example
	zsks a.example >zsk.key
	# The last bundle of all is the one at the end.
	now=$(date +%s)
	kmgr make-ksr a.example --format knot --zsk zsk.key -o ksr --start \
		"$(date -u -d "@$now" +%FT%TZ)" --end \
		"$(date -u -d "@$((now + ($1 - 1) * 86400))" +%FT%TZ)"
	cp -a kmgr.db kept.db
	cp -a tokens kept-tokens
	export KMGR_SHIM_COUNT=$PWD/calls
	kmgr -q sign-ksr --genesis --yes ksr -o skr >/dev/null
	unset KMGR_SHIM_COUNT
	run -0 grep -c RRSIG skr
	[ "$output" = "$1" ]
	calls=$(wc -l <calls)
	signs=$(grep -c ' C_Sign$' calls)
	rm -rf kmgr.db* tokens skr
	mv kept.db kmgr.db
	mv kept-tokens tokens
	kmgr_env "$dir"
	counted /dev/null -q sign-ksr --genesis --yes ksr -o skr
}

@test "sign-ksr is linear" {
	response 100
	few_calls=$calls few_signs=$signs few=$count
	response 400
	echo "# sign-ksr: 100 bundles $few_calls calls, $few," \
		"400 bundles $calls calls, $count thousand instructions" >&3
	# One each, and the same for all: challenge, checkpoint, ...
	[ $((signs - few_signs)) = 300 ]
	[ "$calls" -lt $((4 * few_calls)) ]
	# As above.
	[ "$count" -lt $((4 * few * 5 / 4)) ]
}

# moved N: a store with N keys of KSKs more; sets count to what moving all its
# rows takes, of which a backup that covers KSKs is made, too.
moved() {
	cp kmgr.db "$1.db"
	sqlite3 "$1.db" "INSERT INTO key SELECT lower(hex(randomblob(16))),
		cmk_id, 'ksk', label, alg, bits, spki, attributes, 0, x'00', id,
		created_at FROM key, generate_series(1, $1)
		WHERE role = 'seal'"
	counted /dev/null -q migrate-store "sqlite:$PWD/$1.db" \
		"sqlite:$PWD/$1.moved"
	run -0 sqlite3 "$1.moved" 'SELECT count(*) >= '"$1"' FROM key'
	[ "$output" = 1 ]
}

@test "a copy of all rows is linear" {
	mkdir "$LIFE/moved"
	life_new "$LIFE/moved"
	kmgr_env "$LIFE/moved"
	cmk prod token
	moved 500
	few=$count
	moved 2000
	echo "# migrate-store: 500 keys $few, 2000 keys $count" \
		"thousand instructions" >&3
	# As above.
	[ "$count" -lt $((4 * few * 5 / 4)) ]
}
