# What verify takes grows with what there is to compare and no faster: CMKs of
# two kinds, KSKs, events, valid signatures, objects of the token. KMGR_SOAK=1
# goes on to 10,000 KSKs, which are to take less than a minute. What sign-ksr
# takes grows so with the bundles of the response. All of it in processor time.
load ../lib/common
bats_require_minimum_version 1.5.0

setup_file() {
	. "$TESTDIR/history/life.bash"
	LIFE=$(life_dir)
	export LIFE
}

setup() {
	need_program sqlite3 jq
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

# cpu_ms FILE ARGUMENT...: the processor time that the program takes, whatever
# else the machine has to do; its output is in FILE.
cpu_ms() {
	"$builddir/tests/bench/measure" -o "$1" "$KMGR" "${@:2}" |
		awk '{ print int($3 / 1000) }'
}

# verify_ms N: what the cheapest of three runs takes, in milliseconds.
verify_ms() {
	local best=0 ms

	cd "$LIFE/$1" && export SOFTHSM2_CONF=$PWD/softhsm2.conf
	for _ in 1 2 3; do
		ms=$(cpu_ms report -c kmgr.yaml --json verify)
		[ $best -ne 0 ] && [ $best -le $ms ] || best=$ms
	done
	jq -e ".ksks == $1 and .valid_signatures == $1 and
		(.differences | length) == 0" report >/dev/null || return
	echo $best
}

# is_linear FEW MANY: sets few and many to how long they take, and prints it.
is_linear() {
	grown "$1"
	few=$(verify_ms "$1")
	grown "$2"
	many=$(verify_ms "$2")
	echo "# verify: $1 KSKs $few ms, $2 KSKs $many ms" >&3
	# Quadratic would be four times that and more. A start costs some ms.
	[ "$many" -lt $((($2 / $1) * (few + 20) * 2)) ]
}

@test "verify is linear" {
	is_linear 250 1000
	if [ "${KMGR_SOAK-}" = 1 ]; then
		is_linear 2500 10000
		[ "$many" -lt 60000 ]
	fi
}

# response N: a store and a token that answer a request with N bundles; sets
# calls, signs and cpu_ms: calls to the token, signatures among them, and the
# processor time without the shim.
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
	cpu_ms=$(cpu_ms /dev/null -q sign-ksr --genesis --yes ksr -o skr)
}

@test "sign-ksr is linear" {
	response 250
	few_calls=$calls few_signs=$signs few_ms=$cpu_ms
	response 1000
	echo "# sign-ksr: 250 bundles $few_calls calls, $few_ms ms," \
		"1000 bundles $calls calls, $cpu_ms ms" >&3
	# One each, and the same for all: challenge, checkpoint, ...
	[ $((signs - few_signs)) = 750 ]
	[ "$calls" -lt $((4 * few_calls)) ]
	# As above, of processor time.
	[ "$cpu_ms" -lt $((4 * (few_ms + 20) * 2)) ]
}
