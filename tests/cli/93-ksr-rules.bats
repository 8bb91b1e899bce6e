# Every rule on requests, broken by a file, at check-ksr and sign-ksr: nothing
# is signed, nothing written, and the ledger says which rule it was.
load ../lib/common

bats_require_minimum_version 1.5.0

# One token; two CMKs, plain and loose; a zone for each format under each.
# Two requests of each zone are answered before now, one a quarter of a year.
setup_file() {
	local policy format name dir

	cd "$BATS_FILE_TMPDIR"
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	NOW=$(date +%s)
	export BEGAN=-$((170 * 86400)) NOW TOKEN_MODULE TOKEN_URI
	at $BEGAN init >/dev/null
	for policy in plain loose; do
		maker policy $policy "$(zones $policy)" >$policy.yaml
		at $BEGAN -q create-cmk $policy --token main \
			--policy $policy.yaml >/dev/null
		for format in icann bind knot; do
			found $policy $format
		done
	done
	for name in long-ago before; do
		for dir in {icann,bind,knot}.{plain,loose}; do
			sign_past $dir $name
		done
	done
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	sqlite3 kmgr.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	cp kmgr.db good.db
}

setup() {
	cd "$BATS_FILE_TMPDIR"
	export KMGR_CONFIG=$PWD/kmgr.yaml KMGR_SHIM_MODULE=$TOKEN_MODULE
	rm -f kmgr.db-wal kmgr.db-shm *.skr
	cp good.db kmgr.db
}

maker() {
	"$builddir/tests/unit/ksrmaker" "$@"
}

zones() {
	echo "icann.$1.example, bind.$1.example, knot.$1.example"
}

# at SECONDS ARGUMENTS...: kmgr by a clock that is so far off.
at() {
	if [ "$1" = 0 ]; then
		kmgr "${@:2}"
	else
		with_clock "$1" "$KMGR" "${@:2}"
	fi
}

# found POLICY FORMAT: the zone, its KSK and its requests.
found() {
	local zone=$2.$1.example dir=$2.$1

	mkdir $dir
	maker requests $dir $2 $1 $zone $NOW >$dir/table
	at $BEGAN -q create-ksk $zone --cmk $1 >/dev/null
}

# line_of DIR NAME: sets shift and options of a request.
line_of() {
	local name rules

	IFS=$'\t' read -r name rules shift options < <(grep "^$2" $1/table)
	[ "$options" != - ] || options=
}

# sign_past DIR NAME
sign_past() {
	local shift options

	line_of $1 $2
	# shellcheck disable=SC2086
	at $shift -q sign-ksr $1/$2 --yes $options --accept-time-jump \
		-o $1/$2.skr </dev/null
}

# All rows of all tables but the ledger.
state() {
	sqlite3 kmgr.db .dump | grep -v '^INSERT INTO ledger ' | sha256sum
}

# refuse EXIT WHAT COMMAND...: it fails so with one of the ids WHAT (A|B) in its
# message, which may have no room for all; the store is as it was, nothing is written, and no signature made.
refuse() {
	local status=$1

	rm -f calls
	KMGR_SHIM_COUNT=$PWD/calls run -"$status" --separate-stderr "${@:3}" \
		-o out.skr </dev/null
	[[ $stderr =~ ($2): ]]
	[ ! -e out.skr ]
	run ! grep -qs 'C_Sign' calls
	[ "$(state)" = "$STATE" ]
}

# What the ledger has beyond $SEQ: how much, its types, and the first id.
told() {
	sqlite3 -separator ' ' kmgr.db "SELECT count(*), max(type),
		max(json_extract(payload, '\$.message'))
		FROM ledger WHERE seq > $SEQ" | sed -E \
		"s/^([0-9]+ [a-z]+ )$dir[^ ]* ([A-Z-]+): .*/\1\2/"
}

seq_now() {
	sqlite3 kmgr.db 'SELECT max(seq) FROM ledger'
}

# fails SHIFT FILE CMK OPTIONS: the rules that check-ksr names, with commas.
fails() {
	at "$1" --json check-ksr "$2" --cmk "$3" $4 2>/dev/null | jq -r \
		'[.findings[] | select(.verdict == "fail").rule] | unique |
			join(",")'
}

# One line of a table: the request is refused for just these rules.
mutant() {
	local dir=$1 name=$2 rules=$3 shift=$4 options=$5 sorted

	[ "$options" != - ] || options=
	SEQ=$(seq_now)
	echo "$dir/$name ($rules) $shift $options"
	case $rules in
	unreadable | KSR-KIND)
		[ $rules = KSR-KIND ] || rules=kmgr
		run -4 kmgr check-ksr $dir/$name --cmk ${dir#*.} $options
		refuse 4 $rules kmgr sign-ksr $dir/$name --yes $options
		[ "$(seq_now)" = "$SEQ" ]
		;;
	*)
		sorted=$(tr , '\n' <<<$rules | LC_ALL=C sort | paste -sd ,)
		[ "$(fails $shift $dir/$name ${dir#*.} \
			"$options")" = "$sorted" ]
		refuse 5 "${rules/,/|}" at $shift sign-ksr $dir/$name --yes \
			$options
		[[ "$(told)" =~ ^1\ refusal\ (${rules/,/|})$ ]]
		;;
	esac
}

# all DIR LEAST: every mutant, and at least so many.
all() {
	local name rules shift options n=0

	STATE=$(state)
	while IFS=$'\t' read -r name rules shift options <&4; do
		[[ $name == [0-9]* ]] || continue
		mutant $1 $name $rules $shift "$options"
		n=$((n + 1))
	done 4<$1/table
	[ $n -ge $2 ]
}

# answered DIR: the request that was not spoiled.
answered() {
	local shift options

	line_of $1 good
	[ "$(fails 0 $1/good ${1#*.} "$options")" = '' ]
	kmgr -q sign-ksr $1/good --yes $options --accept-time-jump \
		-o $1.skr </dev/null
	kmgr verify-skr $1.skr --ksr $1/good
}

@test "what was not spoiled is answered" {
	for dir in {icann,bind,knot}.{plain,loose}; do
		answered $dir
	done
	kmgr verify >/dev/null
}

@test "icann: each rule, under the defaults" {
	all icann.plain 30
}

@test "icann: each rule that other rules hide there" {
	all icann.loose 15
}

@test "bind: each rule, under the defaults" {
	all bind.plain 15
}

@test "bind: each rule that is off there" {
	all bind.loose 12
}

@test "knot: each rule, under the defaults" {
	all knot.plain 15
}

@test "knot: each rule that is off there" {
	all knot.loose 12
}
