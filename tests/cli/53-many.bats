# Many zones in one go: what is left to do, what is told, and how it is ended.
load ../lib/common
bats_require_minimum_version 1.5.0

ZSK='DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=='

setup() {
	kmgr_here
	printf 'version: 1\nzones: ["."]\ncustody: shared\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
}

# zones N: makes KSKs for N zones, the file "list" and the folder "zones".
zones() {
	local i

	mkdir zones
	for ((i = 1; i <= $1; i++)); do
		echo "z$i.example" >>list
		echo "z$i.example. 3600 $ZSK" >zones/z$i.example.zone
	done
	kmgr -q create-ksk --zones-from list --cmk prod >/dev/null
}

# by_shim: from now on by way of the shim; "calls" counts.
by_shim() {
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	export KMGR_SHIM_MODULE=$TOKEN_MODULE KMGR_SHIM_COUNT=$PWD/calls
}

n_signatures() {
	sqlite3 kmgr.db 'SELECT count(*) FROM signature'
}

@test "what is signed for long already is taken as it is, without the token" {
	zones 3
	mv zones/z3.example.zone .
	kmgr -q sign-zsks --zones-from zones -o first
	mv z3.example.zone zones
	kmgr --json sign-zsks --zones-from zones >out.json
	[ "$(jq -c '[.n_signed, .n_signed_before, .n_refused]' out.json)" = \
		'[1,2,0]' ]
	[ "$(jq -c '[.signed[] | [.zone, .signed_before]]' out.json)" = \
		'[["z1.example.",true],["z2.example.",true],["z3.example.",false]]' ]
	[ "$(jq -r '.signed[0, 1].records' out.json | grep .)" = \
		"$(cat first)" ]
	# All of it once more: nothing new, and no token that could be asked.
	mv tokens away
	run --separate-stderr kmgr sign-zsks --zones-from zones -o second
	[ "$status" -eq 0 ]
	[ "$(grep -c "nobody can say that it is the newest" <<<"$stderr")" -eq 1 ]
	[[ $stderr == *"0 of 3 zones signed, 3 signed before, 0 refused"* ]]
	[ "$(head -n "$(wc -l <first)" second)" = "$(cat first)" ]
	[ "$(n_signatures)" -eq 3 ]
	run kmgr sign-zsks --zones-from zones --dry-run
	[ "$status" -eq 0 ]
	[[ $output != *"would sign"* ]]
	run kmgr sign-zsks --zones-from zones --again --dry-run
	[[ $output == *"would sign z1"*"would sign z2"*"would sign z3"* ]]
	run kmgr sign-zsks z1.example zones/z1.example.zone --again
	[ "$status" -eq 2 ]
	# One zone alone is signed in any case, and --again makes many so.
	mv away tokens
	kmgr -q sign-zsks z1.example zones/z1.example.zone >one
	[ "$(n_signatures)" -eq 4 ]
	kmgr -q sign-zsks --zones-from zones --again >out
	[ "$(n_signatures)" -eq 7 ]
}

@test "sets of a store that was rolled back are taken by nobody" {
	zones 3
	kmgr -q sign-zsks --zones-from zones -o one
	sqlite3 kmgr.db '.backup old'
	by_shim
	kmgr -q sign-zsks --zones-from zones -o again
	cmp one again
	# Once for all of them, and nothing is signed but the challenge.
	[ "$(grep -c ' C_Login$' calls)" -eq 1 ]
	[ "$(grep -c ' C_Sign$' calls)" -eq 1 ]
	kmgr -q create-ksk z1.example --cmk prod --another >/dev/null
	rm kmgr.db*
	cp old kmgr.db
	run --separate-stderr -10 kmgr sign-zsks --zones-from zones -o out
	[ ! -s out ]
	[[ $stderr == *"3 zones, the first of them z1.example: prove CMK prod: the store was rolled back"* ]]
}

# other_zsks I: from now on zone I has other ZSKs.
other_zsks() {
	rm -f K*
	dnssec-keygen -q -a ECDSAP256SHA256 "z$1.example" >/dev/null
	cat "Kz$1.example."*.key >"zones/z$1.example.zone"
}

@test "a token is told of other ZSKs, and not of a renewal" {
	local records

	need_program dnssec-keygen
	zones 3
	kmgr -q sign-zsks --zones-from zones -o one
	records=$(n_records)
	kmgr -q sign-zsks --zones-from zones --again -o again
	kmgr -q sign-zsks z1.example zones/z1.example.zone >again
	[ "$(n_records)" -eq "$records" ]
	sqlite3 kmgr.db '.backup old'
	other_zsks 2
	kmgr -q sign-zsks --zones-from zones --again -o two
	[ "$(n_records)" -eq $((records + 1)) ]
	other_zsks 2
	kmgr -q sign-zsks z2.example zones/z2.example.zone >three
	[ "$(n_records)" -eq $((records + 2)) ]
	run -0 kmgr verify
	# A store that has lost them signs nothing by the set before.
	rm kmgr.db*
	cp old kmgr.db
	run -10 kmgr verify
	run -10 kmgr sign-zsks z1.example zones/z1.example.zone
}

@test "who is at a token for long keeps nobody from what is signed" {
	local lock

	zones 130
	exec {lock}>>kmgr.db.lock
	flock "$lock"
	run --separate-stderr kmgr sign-zsks --zones-from zones -o out
	[ "$status" -eq 0 ]
	[ "$(grep -c 'follows in the next run' <<<"$stderr")" -eq 1 ]
	[ "$(grep -c RRSIG out)" -eq 130 ]
	exec {lock}>&-
	run kmgr sign-zsks --zones-from zones -o out
	[ "$status" -eq 0 ]
	[[ $output == *"130 signed before"* ]]
	run -0 kmgr verify
}

# n_records: checkpoints in the token, and n_checkpoints: in the ledger.
n_records() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects --type data 2>/dev/null |
		grep -c kmgr1:ratchet:
}

n_checkpoints() {
	sqlite3 kmgr.db "SELECT count(*) FROM ledger WHERE type = 'checkpoint'"
}

# batches: ten of them, of which four at most are recorded together.
batches() {
	zones 600
	echo 'performance: { workers: 1 }' >>kmgr.yaml
	records=$(n_records)
}

@test "a token hears of many batches together, and of all of them at the end" {
	local records

	batches
	[ "$(n_checkpoints)" -eq "$records" ]
	kmgr -q sign-zsks --zones-from zones -o out
	# The first ones go there at once.
	[ "$(n_records)" -eq $((records + 2)) ]
	[ "$(n_checkpoints)" -gt $((records + 2)) ]
	run -0 --separate-stderr kmgr sign-zsks z1.example zones/z1.example.zone
	[[ $stderr != *"brought token"* ]]
	run -0 kmgr verify
}

@test "a token that cannot be told keeps back its own sets, and no other" {
	zones 2
	kmgr -q create-cmk other --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk o.example --cmk other >/dev/null
	echo "o.example. 3600 $ZSK" >zones/o.example.zone
	sqlite3 kmgr.db "CREATE TRIGGER untold BEFORE UPDATE OF settled_seq
		ON cmk WHEN NEW.name = 'other'
		BEGIN SELECT RAISE(ABORT, 'nobody notes it'); END"
	run -7 --separate-stderr kmgr sign-zsks --zones-from zones
	[[ $stderr == *"2 of 3 zones signed, 0 signed before, 1 refused"* ]]
	[[ $stderr == *"o.example"*"nobody notes it"* ]]
	[ "$(awk '$4 == "RRSIG" { print $1 }' <<<"$output" | sort -u)" = \
		$'z1.example.\nz2.example.' ]
	sqlite3 kmgr.db 'DROP TRIGGER untold'
	run -0 --separate-stderr kmgr sign-zsks --zones-from zones
	[[ $output == *"o.example. "* ]]
	run -0 kmgr verify
}

@test "what one transaction records has one checkpoint of a CMK" {
	zones 700
	echo 'performance: { workers: 1 }' >>kmgr.yaml
	# As if another run was faster with it: CMKs are loaded anew for batches
	# behind, of which one may be recorded together with those before.
	cp zones/z1.example.zone zones/Z1.example.zone
	run kmgr -q sign-zsks --zones-from zones
	[ "$(sqlite3 kmgr.db "SELECT count(*) FROM ledger AS a, ledger AS b
		WHERE b.seq = a.seq + 1 AND a.type = 'checkpoint'
		AND b.type = 'checkpoint'")" -eq 0 ]
}

@test "killed before the end, the next command tells the token the rest" {
	local records hit_at=580

	batches
	by_shim
	echo 'performance: { workers: 1 }' >>kmgr.yaml
	hit 9 C_Sign sign-zsks --zones-from zones -o out
	[ "$status" -eq 137 ]
	[ "$(n_records)" -eq $((records + 1)) ]
	run -0 --separate-stderr kmgr sign-zsks --zones-from zones -o out
	[[ $stderr == *"brought token main up to the ledger"* ]]
	[ "$(grep -c RRSIG out)" -eq 600 ]
	run -0 kmgr verify
}

@test "another set, another window, another day: signed anew" {
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	printf 'signatures: { validity: 14d, refresh: 5d }\n' >>p.yaml
	kmgr -q create-cmk own --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk own >/dev/null
	mkdir zones
	echo "a.example. 3600 $ZSK" >zones/a.example.zone
	# n_new ARGUMENT...: what is signed anew.
	n_new() {
		kmgr --json sign-zsks --zones-from zones "$@" | jq .n_signed
	}
	[ "$(n_new)" -eq 1 ]
	[ "$(n_new)" -eq 0 ]
	[ "$(n_new --validity 7d)" -eq 1 ]
	[ "$(n_new --validity 7d)" -eq 0 ]
	[ "$(n_new)" -eq 1 ]
	# Another ZSK set, and back.
	cp zones/a.example.zone before
	echo "a.example. 3600 DNSKEY 256 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==" >>zones/a.example.zone
	[ "$(n_new)" -eq 1 ]
	[ "$(n_new)" -eq 0 ]
	cp before zones/a.example.zone
	[ "$(n_new)" -eq 1 ]
	later() {
		kmgr_later "$1" --json sign-zsks --zones-from zones |
			jq .n_signed
	}
	[ "$(later 119h)" -eq 0 ]
	[ "$(later 121h)" -eq 1 ]
	[ "$(later 122h)" -eq 0 ]
}

# hit NUMBER CALL ARGUMENT...: runs kmgr, which gets the signal NUMBER at the
# 70th call of CALL, or that of $hit_at.
hit() {
	KMGR_SHIM_KILL_BY=$1 KMGR_SHIM_KILL_AT=${hit_at:-70} KMGR_SHIM_FAIL_ON=$2 \
		run --separate-stderr env --default-signal=HUP,INT,TERM \
		"$KMGR" "${@:3}"
}

@test "a zone whose key the token has no more stops no other" {
	local half

	printf '%s\n' 'version: 1' 'zones: ["."]' \
		'ksk: { require-backup: false }' >own.yaml
	kmgr -q create-cmk own --token main --policy own.yaml >/dev/null
	mkdir zones
	for zone in a b c; do
		kmgr -q create-ksk $zone.example --cmk own >/dev/null
		echo "$zone.example. 3600 $ZSK" >zones/$zone.example.zone
	done
	for half in privkey pubkey; do
		pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr \
			--login --pin "$TOKEN_PIN" --delete-object \
			--type $half --id "$(sqlite3 kmgr.db "SELECT key_id
			FROM ksk WHERE zone = 'b.example.'")" >/dev/null
	done
	run -12 --separate-stderr kmgr sign-zsks --zones-from zones
	[[ $stderr == *"2 of 3 zones signed, 0 signed before, 1 refused"* ]]
	[ "$(awk '$4 == "RRSIG" { print $1 }' <<<"$output" | sort -u)" = \
		$'a.example.\nc.example.' ]
}

@test "a signal ends it between zones; the same command does what is left" {
	zones 200
	by_shim
	hit 15 C_Sign sign-zsks --zones-from zones
	[ "$status" -eq 143 ]
	signed=$(grep -c RRSIG <<<"$output")
	[ "$signed" -ge 64 ] && [ "$signed" -lt 200 ]
	[[ $stderr == *"kmgr: $signed of 200 zones were signed: ended by SIGTERM"* ]]
	[[ $stderr == *"hint: run the same command again"* ]]
	[ "$(n_signatures)" -eq "$signed" ]
	kmgr --json sign-zsks --zones-from zones >out.json
	[ "$(jq -c '[.n_signed, .n_signed_before]' out.json)" = \
		"[$((200 - signed)),$signed]" ]
	[ "$(jq -r '.signed[].records' out.json | grep -c RRSIG)" -eq 200 ]
	[ "$(n_signatures)" -eq 200 ]
	hit 2 C_Sign --json sign-zsks --zones-from zones --again
	[ "$status" -eq 130 ]
	[ "$(jq -c '[.error, .exit_status]' <<<"$output")" = \
		'["interrupted",130]' ]
	signed=$(jq .n_signed <<<"$output")
	[ "$signed" -ge 64 ] && [ "$signed" -lt 200 ]
	[ "$(jq '.signed | length' <<<"$output")" -eq "$signed" ]
	[ "$(n_signatures)" -eq $((200 + signed)) ]
	# The terminal is gone.
	hit 1 C_Sign --json sign-zsks --zones-from zones --again
	[ "$status" -eq 129 ]
	[ "$(jq -c '[.error, .exit_status]' <<<"$output")" = '["hung_up",129]' ]
	run -0 kmgr verify
}

@test "a signal leaves the file of -o as it was" {
	local json more

	zones 200
	by_shim
	echo old >out
	for json in '' --json; do
		# shellcheck disable=SC2086 # words
		hit 2 C_Sign $json sign-zsks --zones-from zones -o out --again
		[ "$status" -eq 130 ]
		[ "$(cat out)" = old ]
		[ -z "$output" ]
		[[ $stderr == *" of 200 zones were signed: interrupted"* ]]
		[[ $stderr == *"out is as it was; --again would begin anew: \
leave it away"* ]]
	done
	hit_at=1 hit 2 C_Initialize sign-zsks --zones-from zones -o out
	[ "$status" -eq 130 ]
	[ "$(cat out)" = old ]
	more=$(n_signatures)
	run -0 --separate-stderr kmgr sign-zsks --zones-from zones -o out
	[ "$(grep -c RRSIG out)" -eq 200 ]
	[[ $stderr == *"zones signed, "[1-9]*" signed before, 0 refused"* ]]
	[ "$(n_signatures)" -lt $((more + 200)) ]
}

@test "--another that is ended tells which KSKs it made, and of how many" {
	local custody made

	for custody in wrapped shared; do
		printf 'version: 1\nzones: ["."]\ncustody: %s\n' $custody >p.yaml
		kmgr -q create-cmk $custody --token main --policy p.yaml \
			>/dev/null
	done
	seq -f 'z%.0f.example' 150 >list
	kmgr -q create-ksk --zones-from list --cmk wrapped >/dev/null
	by_shim
	hit 2 C_GenerateKeyPair --json create-ksk --zones-from list \
		--cmk wrapped --another
	[ "$status" -eq 130 ]
	made=$(jq '.ksks | length' <<<"$output")
	[ "$made" -ge 64 ] && [ "$made" -lt 150 ]
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq $((150 + made)) ]
	jq -e --argjson made "$made" '.n_made == $made and .n_had_one == 0 and
		all(.ksks[]; .made and .generation == 2) and
		(.message | startswith("\($made) of 150 zones were given a KSK: interrupted")) and
		(.hint | contains("take these zones out of the list"))' \
		<<<"$output"
	# One that had one before is not one that got one.
	jq -r '.ksks[].zone' <<<"$output" >made
	unset KMGR_SHIM_FAIL_ON
	run -0 --separate-stderr kmgr --json create-ksk --zones-from list \
		--cmk wrapped
	[ "$(jq -c '[.n_made, .n_had_one, .n_refused]' <<<"$output")" = \
		'[0,150,0]' ]
	jq -e 'all(.ksks[]; .made == false) and
		all(.notes[]; startswith("next: ") | not)' <<<"$output"
	# A pair that is shared goes to those that have none under the CMK.
	head -n 10 list >some
	kmgr -q create-ksk --zones-from some --cmk shared >/dev/null
	run -0 --separate-stderr kmgr create-ksk --zones-from list --cmk shared
	[[ $stderr == *"next: kmgr sign-zsks"* ]]
	[[ $stderr == *"140 of 150 zones were given a KSK, 10 had one, 0 \
refused"* ]]
	run -0 kmgr verify
}

@test "KSKs that are made when the signal comes are made, and no others" {
	printf 'version: 1\nzones: ["."]\ncustody: wrapped\n' >p.yaml
	kmgr -q create-cmk many --token main --policy p.yaml >/dev/null
	seq -f 'z%.0f.example' 200 >list
	by_shim
	hit 2 C_GenerateKeyPair create-ksk --zones-from list --cmk many
	[ "$status" -eq 130 ]
	made=$(kmgr --json list-ksks | jq '.ksks | length')
	[ "$made" -ge 64 ] && [ "$made" -lt 200 ]
	[ "$(grep -c example <<<"$output")" -eq "$made" ]
	[[ $stderr == *"$made of 200 zones were given a KSK: interrupted"* ]]
	kmgr -q create-ksk --zones-from list --cmk many >/dev/null
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 200 ]
	run -0 kmgr verify
}

@test "a zone that is to blame for its error stops no other KSK" {
	for custody in wrapped token; do
		printf 'version: 1\nzones: ["."]\ncustody: %s\n' $custody >p.yaml
		kmgr -q create-cmk $custody --token main --policy p.yaml \
			>/dev/null
	done
	kmgr -q create-ksk old.example late.example --cmk wrapped >/dev/null
	# Another KSK has the tag of the shared pair: of one that is made
	# for the zone before, and of one that is there.
	sqlite3 kmgr.db "DROP TRIGGER ksk_identity;
		CREATE TRIGGER clash AFTER INSERT ON ksk
		WHEN NEW.zone = 'a.example.'
		BEGIN UPDATE ksk SET key_tag = NEW.key_tag
		WHERE zone = 'late.example.'; END"
	printf '%s.example\n' a late b >list
	run --separate-stderr -12 kmgr create-ksk --zones-from list --cmk prod
	[[ $stderr == *"late.example.: the shared key's tag "* ]]
	[ "$(cut -d ' ' -f 1 <<<"$output" | xargs)" = 'ZONE a.example. b.example.' ]
	sqlite3 kmgr.db "UPDATE ksk SET key_tag = (SELECT key_tag FROM ksk
		WHERE zone = 'a.example.') WHERE zone = 'old.example.'"
	printf '%s.example\n' a old c >list
	run --separate-stderr -12 kmgr create-ksk --zones-from list --cmk prod \
		--dry-run
	[ "$output" = 'would endorse the shared KSK of CMK prod for c.example.' ]
	run --separate-stderr -12 kmgr create-ksk --zones-from list --cmk prod
	[[ $stderr == *"1 of 3 zones were not given a KSK; the first: "*"old."* ]]
	[ "$(grep -c '^[ac].example' <<<"$output")" -eq 2 ]
	run -5 kmgr create-ksk d.example old.example --cmk prod
	# What shows when a batch is recorded: the others are, and a pair that
	# is for nobody is destroyed.
	taken
	printf '%s.example\n' p q r >list
	for cmk in wrapped token; do
		run --separate-stderr -12 kmgr create-ksk --zones-from list \
			--cmk $cmk
		[[ $stderr == *"q.example: "*" has a KSK of generation 1"* ]]
		[ "$(grep -c '^[pr].example' <<<"$output")" -eq 2 ]
	done
	[ "$(sqlite3 kmgr.db "SELECT state FROM intent
		WHERE state <> 'done'")" = undone ]
	sqlite3 kmgr.db 'DROP TRIGGER taken'
	run -0 kmgr -q create-ksk --zones-from list --cmk token
}

# taken: another KSK of q.example comes in between.
taken() {
	local c='alg, revoked_tag, dnskey, state, created_at, endorsement,
		endorsement_signature, standby, cmk_id, key_id, zone'

	sqlite3 kmgr.db "CREATE TRIGGER taken BEFORE INSERT ON ksk
		WHEN NEW.zone = 'q.example.' AND NEW.key_tag <> 7
		BEGIN INSERT INTO ksk (id, generation, key_tag, $c)
		SELECT '0' || substr(NEW.id, 2), 1, 7, ${c/%zone/"'q.example.'"}
		FROM ksk WHERE zone = 'c.example.'; END"
}

@test "a signal ends a plan between its parts; its JSON is whole" {
	local status=0

	seq -f 'z%.0f.example' 4500 >list
	mkfifo out
	"$KMGR" --json create-ksk --zones-from list --cmk prod --dry-run \
		>out 2>err 3>&- &
	# It has more to say than the pipe takes, when the signal comes.
	{
		IFS= read -r line
		kill -TERM $!
		{ echo "$line" && cat; } >json
	} <out
	wait $! || status=$?
	[ "$status" -eq 143 ]
	# With what seals the policy.
	[ "$(jq '.plan | length' json)" -eq 2001 ]
	[[ $(jq -r .message json) == "2000 of 4500 zones were looked at: "* ]]
	[ "$(jq -r .hint json)" = 'nothing was changed' ]
	run -0 kmgr --json create-ksk --zones-from list --cmk prod --dry-run
	[ "$(jq '.plan | length' <<<"$output")" -eq 4501 ]
	[ "$(jq '[.plan[].action == "make-ksk" | select(.)] | length' \
		<<<"$output")" -eq 1 ]
}

@test "another KSK for each of a list: who is ended is told what is left" {
	printf 'version: 1\nzones: ["."]\ncustody: wrapped\n' >p.yaml
	kmgr -q create-cmk many --token main --policy p.yaml >/dev/null
	seq -f 'z%.0f.example' 200 >list
	by_shim
	hit 2 C_GenerateKeyPair --json create-ksk --another \
		--zones-from list --cmk many
	[ "$status" -eq 130 ]
	made=$(jq '.ksks | length' <<<"$output")
	[ "$made" -ge 64 ] && [ "$made" -lt 200 ]
	[ "$(jq '.ksks[].zone' <<<"$output" | sort -u | wc -l)" -eq "$made" ]
	[[ $(jq -r .hint <<<"$output") == *"take these zones out of the list"* ]]
}

has_signed() {
	[ "$(n_signatures)" -ge "$1" ]
}

# performance TEXT: from now on with this in the configuration.
performance() {
	sed -i '/^performance:/d' kmgr.yaml
	echo "performance: $1" >>kmgr.yaml
}

@test "worker processes share the zones: results are in order, and one of each" {
	zones 300
	echo 'z7.example. 3600 A 192.0.2.1' >zones/z7.example.zone
	performance '{ workers: 1, sessions: 1 }'
	run --separate-stderr -12 kmgr --json sign-zsks --zones-from zones \
		--again
	jq -r '.signed[].zone' <<<"$output" >in-one
	by_shim
	performance '{ workers: 3 }'
	run --separate-stderr -12 kmgr --json sign-zsks --zones-from zones \
		--again
	jq -r '.signed[].zone' <<<"$output" >in-three
	[ "$(wc -l <in-one)" -eq 299 ]
	cmp in-one in-three
	[ "$(jq -c '[.n_signed, .n_refused, .refused[0].zone]' <<<"$output")" = \
		'[299,1,"z7.example"]' ]
	[ "$(grep -c ' C_Initialize$' calls)" -eq 3 ]
	[ "$(n_signatures)" -eq 598 ]
	# What is noted in a worker is told once.
	run --separate-stderr -12 kmgr sign-zsks --zones-from zones -o out
	[ "$(grep -c 'z7.example:' <<<"$stderr")" -eq 1 ]
	[ "$(grep -c RRSIG out)" -eq 299 ]
	run -0 kmgr verify
}

@test "a worker that is killed stops no other, and loses nothing" {
	local pid status=0

	zones 400
	by_shim
	performance '{ workers: 2, sessions: 1 }'
	KMGR_SHIM_LATENCY_US=5000 "$KMGR" sign-zsks --zones-from zones \
		>out 2>err &
	pid=$!
	wait_until 30 has_signed 64
	kill -KILL "$(pgrep -P "$pid" | head -n 1)"
	wait "$pid" || status=$?
	[ "$status" -eq 9 ]
	grep -q 'a worker process was ended by signal 9' err
	signed=$(grep -c RRSIG out)
	[ "$signed" -ge 200 ] && [ "$signed" -lt 400 ]
	# Of what was recorded a moment before it may not have told.
	[ "$(n_signatures)" -ge "$signed" ]
	run --separate-stderr -0 kmgr sign-zsks --zones-from zones -o out
	[ "$(grep -c RRSIG out)" -eq 400 ]
	[ "$(n_signatures)" -eq 400 ]
	run -0 kmgr verify
}

@test "a signal or a full disk ends workers between zones; nobody is asked twice for a PIN" {
	zones 300
	by_shim
	performance '{ workers: 2, sessions: 1 }'
	hit 15 C_Sign sign-zsks --zones-from zones
	[ "$status" -eq 143 ]
	signed=$(grep -c RRSIG <<<"$output")
	[ "$signed" -ge 64 ] && [ "$signed" -lt 300 ]
	[ "$(n_signatures)" -eq "$signed" ]
	# Nobody takes what they sign: they sign no more.
	KMGR_SHIM_LATENCY_US=5000 run --separate-stderr -9 sh -c \
		"'$KMGR' sign-zsks --zones-from zones --again >/dev/full"
	[ "$(n_signatures)" -lt $((signed + 300)) ]
	[[ $stderr == *"of 300 zones were signed: write standard output"* ]]
	run --separate-stderr -9 sh -c \
		"'$KMGR' --json sign-zsks --zones-from zones >/dev/full"
	[ "$(jq -r .error <<<"$stderr")" = system ]
	sed -i 's#pin-source=\(file:\)*#pin-source=|cat%20#' kmgr.yaml
	run --separate-stderr kmgr sign-zsks --zones-from zones --again -o out
	[ "$status" -eq 0 ] || echo "$stderr" >&3
	[[ $stderr == *"workers: 2 is left aside"* ]]
	[ "$(grep -c RRSIG out)" -eq 300 ]
}

@test "of several workers one tries a wrong PIN, and none after it" {
	local zone

	zones 300
	by_shim
	performance '{ workers: 4 }'
	{
		echo zones:
		for zone in $(<list); do
			echo "  $zone: { source: { file: $PWD/zones/$zone.zone }," \
				"publish: { directory: $PWD/out/$zone } }"
		done
	} >>kmgr.yaml
	echo 00000000 >"${TOKEN_URI##*pin-source=file:}"
	run --separate-stderr kmgr sign-zsks --zones-from zones -o out
	[ "$status" -eq 6 ]
	[[ $stderr == *"it was tried once"* ]]
	[ "$(grep -c ' C_Login$' calls)" -eq 1 ]
	[ "$(grep -c ' C_Initialize$' calls)" -gt 1 ]
	rm calls
	run --separate-stderr kmgr run
	[ "$status" -ne 0 ]
	[ "$(grep -c ' C_Login$' calls)" -eq 1 ]
	[ "$(n_signatures)" -eq 0 ]
}

@test "workers: auto is one a processor where the module computes here, else one" {
	local pid workers

	[ "$(nproc)" -gt 1 ] || skip "one processor is one worker"
	zones 520
	by_shim
	KMGR_SHIM_LATENCY_US=1000 kmgr -q sign-zsks --zones-from zones -o out
	[ "$(grep -c RRSIG out)" -eq 520 ]
	[ "$(grep -c ' C_Initialize$' calls)" -eq 1 ]
	# Each stops itself, so that none is done before the others are there.
	KMGR_SHIM_KILL_BY=19 KMGR_SHIM_KILL_AT=70 KMGR_SHIM_FAIL_ON=C_Sign \
		"$KMGR" -q sign-zsks --zones-from zones --again -o out &
	pid=$!
	workers=$(nproc)
	has_workers() {
		[ "$(pgrep -P "$pid" | wc -l)" -eq \
			$((workers > 64 ? 64 : workers)) ]
	}
	wait_until 30 has_workers || {
		kill -KILL $(pgrep -P "$pid") "$pid"
		return 1
	}
	all_went_on() {
		kill -CONT $(pgrep -P "$pid")
		kill -0 "$pid"
		[ $? -ne 0 ]
	}
	wait_until 30 all_went_on
	wait "$pid"
	[ "$(grep -c RRSIG out)" -eq 520 ]
}

@test "a CMK that is disabled meanwhile has nothing more of it released" {
	local pid status=0 signed

	zones 600
	by_shim
	performance '{ workers: 1, sessions: 1 }'
	KMGR_SHIM_LATENCY_US=20000 "$KMGR" --json sign-zsks \
		--zones-from zones >out.json 2>err 3>&- &
	pid=$!
	wait_until 30 has_signed 64
	# What is recorded is handed out, and waits for nothing.
	wait_until 30 grep -q '"records"' out.json
	kill -0 "$pid"
	kmgr -q disable-cmk prod >/dev/null
	wait "$pid" || status=$?
	[ "$status" -eq 12 ]
	signed=$(jq .n_signed out.json)
	[ "$signed" -lt 600 ]
	[ "$(n_signatures)" -eq "$signed" ]
	[ "$(jq '.n_signed + .n_refused' out.json)" -eq 600 ]
	# Those on their way, and those that were looked at later.
	jq -r '.refused[].message' out.json >told
	grep -q 'CMK prod is disabled since another run' told
	grep -q 'CMK prod is disabled$' told
	kmgr --json list-events | jq -e '.events | map(.type) |
		rindex("cmk-state") > rindex("sign-zsks")'
	run -0 kmgr verify
}

@test "a zone that two files of a folder are named after is in neither" {
	zones 2
	cp zones/z1.example.zone zones/Z1.example.zone
	run --separate-stderr kmgr --json sign-zsks --zones-from zones
	[ "$status" -eq 12 ]
	[ "$(jq -c '[.signed[].zone]' <<<"$output")" = '["z2.example."]' ]
	[ "$(jq -r '.refused[].message' <<<"$output" | sort -u)" = \
		"named twice: Z1.example.zone, z1.example.zone" ]
	[ "$(n_signatures)" -eq 1 ]
}

@test "what is no file in a folder is not waited for, and its name not obeyed" {
	zones 2
	mkfifo zones/z3.example.zone
	: >"zones/$(printf '\033[2Jz4\n5 of 5 zones signed').zone"
	run --separate-stderr timeout 60 "$KMGR" sign-zsks --zones-from zones
	[ "$status" -eq 12 ]
	[ "$(n_signatures)" -eq 2 ]
	[[ $stderr == *"z3.example.zone is not a regular file"* ]]
	[[ $stderr == *"?[2Jz4?5 of 5"* ]]
	[[ $stderr != *$'\033'* ]]
	echo "z3.example zones/z3.example.zone" >fifo
	run -4 timeout 60 "$KMGR" sign-zsks --zones-from fifo
}

@test "who can open no more files is told so once, and not of each zone" {
	local files n_told=0

	zones 20
	for files in {8..40}; do
		run bash -c "ulimit -n $files; exec '$KMGR' sign-zsks --again \
			--zones-from zones"
		[[ $status -ne 4 && $status -ne 12 ]]
		[[ $output != *"open zones/"* ]] || {
			n_told=$((n_told + 1))
			[ "$status" -eq 9 ]
			[ "$(grep -c 'Too many open files' <<<"$output")" -eq 1 ]
			[[ $output == *"hint: "*"ulimit -n"* ]]
		}
	done
	[ "$n_told" -gt 0 ]
	[ "$status" -eq 0 ]
}

@test "a list may begin with a byte order mark, and end its lines with CR" {
	printf '\357\273\277z1.example\r\nz2.example\r\n' >marked
	run -0 kmgr create-ksk --zones-from marked --cmk prod
}

@test "-o that is a folder has a file of each zone, whole or not at all" {
	zones 3
	echo 'bad line' >zones/z2.example.zone
	kmgr -q create-ksk 'a\047b.example' --cmk prod >/dev/null
	echo "a\\047b.example. 3600 $ZSK" >slash
	printf '%s\n' z1.example. z3.example. | sed 's#.*#& zones/&zone#' >list2
	echo "z2.example zones/z2.example.zone" >>list2
	echo 'a\047b.example slash' >>list2
	mkdir out
	run --separate-stderr kmgr sign-zsks --zones-from list2 -o out
	[ "$status" -eq 12 ]
	[ -z "$output" ]
	[ "$(cd out && echo *)" = 'a\047b.example.dnskey z1.example.dnskey z3.example.dnskey' ]
	[ "$(cat out/z1.example.dnskey)" = "$(kmgr -q sign-zsks \
		--zones-from list2 2>/dev/null | grep '^z1')" ]
	# The same command again has the same files; rows name them.
	rm out/z3.example.dnskey
	kmgr --json sign-zsks --zones-from list2 -o out/ >told 2>/dev/null ||
		[ $? -eq 12 ]
	[ "$(jq -r '.signed[].output' told | sort | tail -n 1)" = \
		out//z3.example.dnskey ]
	[ "$(grep -c RRSIG out/z3.example.dnskey)" -eq 1 ]
	run -2 kmgr sign-zsks --zones-from list2 -o none/
	[[ $output == *"no folder none/ for -o"*"mkdir -p none/"* ]]
	# What cannot be written ends it, and says so once.
	mkdir out/z4.example.dnskey
	kmgr -q create-ksk z4.example --cmk prod >/dev/null
	echo "z4.example. 3600 $ZSK" >z4
	echo 'z4.example z4' >>list2
	run -9 kmgr sign-zsks --zones-from list2 -o out
	[[ $output == *"out/z4.example.dnskey"* ]]
	run -12 kmgr sign-zsks --zones-from list2 -o out --dry-run
}

@test "a list for sign-zsks: files, and what the configuration names" {
	zones 3
	cat >>kmgr.yaml <<-END
		zones:
		  z1.example: { source: { file: $PWD/zones/z1.example.zone } }
		  z4.example: { source: { file: $PWD/zones/z1.example.zone } }
	END
	cat >mixed <<-END
		# what is to be signed
		z2.example zones/z2.example.zone	# by file
		z1.example

		z3.example
		z4.example
		z2.example.
		a b c
		z5.example nowhere
	END
	run --separate-stderr kmgr --json sign-zsks --zones-from mixed
	[ "$status" -eq 12 ]
	[ "$(jq -c '[.signed[].zone]' <<<"$output")" = \
		'["z2.example.","z1.example."]' ]
	[ "$(jq -c '[.refused[] | [.zone, .error]]' <<<"$output")" = \
		'[["z3.example","config"],["z4.example","input"],["z2.example.","input"],["a","input"],["z5.example","input"]]' ]
	jq -r '.refused[].message' <<<"$output" >told
	grep -q '^mixed:7: named twice; it stands in line 2$' told
	grep -q '^mixed:8: more than a zone and a file$' told
	grep -q 'the configuration names no source of z3.example.' told
	# Taken as it is, whatever way the set came.
	[ "$(kmgr --json sign-zsks --zones-from mixed 2>&1 |
		jq .n_signed_before)" -eq 2 ]
	run kmgr sign-zsks --zones-from nowhere
	[ "$status" -eq 9 ]
	# What is not there is named, and what may be named instead.
	for what in 'sign-zsks --zones-from' 'get-ds --zones-from' \
		'create-ksk --cmk prod --zones-from' sign-ksr check-ksr; do
		# shellcheck disable=SC2086 # words
		run -9 kmgr $what nowhere
		[[ $output == *"open nowhere: No such file or directory"*"kmgr: hint: name "*" or - for standard input"* ]]
	done
	run -9 kmgr get-ds --zones-from zones
	[[ $output == *"zones: Is a directory"*"one zone a line"* ]]
	run -4 kmgr sign-zsks --zones-from tokens
	[[ $output == *"holds no file named ZONE.zone"*"hint: "* ]]
}

@test "what is wrong with a CMK is told once for all its zones" {
	zones 3
	echo "z4.example. 3600 NS ns" >zones/z4.example.zone
	mv kmgr/pin kmgr/away
	run -3 --separate-stderr kmgr sign-zsks --zones-from zones
	[ "$(grep -c '^3 zones, the first of them z1.example: prove CMK prod: .*pin: No such file' \
		<<<"$stderr")" -eq 1 ]
	[ "$(grep -c 'prove CMK prod' <<<"$stderr")" -eq 2 ]
	[ "$(grep -c '^z4.example: ' <<<"$stderr")" -eq 1 ]
	[[ $stderr == *"0 of 4 zones signed, 0 signed before, 4 refused"* ]]
	# Machines hear of each.
	run -3 kmgr --json sign-zsks --zones-from zones
	[ "$(jq -c '[.n_refused, .refused[0, 1, 2].error, .refused[].zone]' \
		<<<"$output")" = '[4,"config","config","config","z1.example","z2.example","z3.example","z4.example"]' ]
	[ "$(jq '[.notes[] | select(test("prove CMK prod"))] | length' \
		<<<"$output")" -eq 1 ]
	mv kmgr/away kmgr/pin
	# A zone that is alone with it is told of as ever.
	kmgr disable-cmk prod >/dev/null
	rm zones/z[24].example.zone
	run -5 --separate-stderr kmgr sign-zsks --zones-from zones
	[[ $stderr == *"2 zones, the first of them z1.example: CMK prod is disabled"* ]]
	rm zones/z1.example.zone
	run -5 --separate-stderr kmgr sign-zsks --zones-from zones
	[[ $stderr == "z3.example: CMK prod is disabled"* ]]
}

@test "what many zones wait for is told once a pass" {
	zones 3
	kmgr -q sign-zsks --zones-from zones -o out
	kmgr_later 2d -q run >/dev/null
	{
		echo zones:
		sed 's/.*/  &: { parent: { servers: [127.0.0.1@9] } }/' list
	} >>kmgr.yaml
	run -0 --separate-stderr kmgr_later 3d run
	[ "$(grep -c ' waits parent: ' <<<"$output")" -eq 1 ]
	[[ $output == *"z1.example. waits parent: "*"; the first of 3 zones"* ]]
	kmgr_later 4d --json run | jq -e '[.events[] |
		select(.what == "parent")] | length == 3'
}

@test "what is wrong with a CMK run tells once, too, and so does check" {
	zones 3
	kmgr -q sign-zsks --zones-from zones -o out
	echo zones: >>kmgr.yaml
	while read -r zone; do
		printf '  %s: { source: { file: %s } }\n' "$zone" \
			"$PWD/zones/$zone.zone" >>kmgr.yaml
	done <list
	mv kmgr/pin kmgr/away
	run -3 --separate-stderr kmgr_later 12d run
	[ "$(grep -c 'prove CMK prod: ' <<<"$output")" -eq 1 ]
	[[ $output == *"z1.example. failed "*"prove CMK prod: "*"; the first of 3 zones"* ]]
	run -3 kmgr_later 12d --json run z1.example z2.example z3.example
	[ "$(jq '[.events[] | select(.event == "failed")] | length' \
		<<<"$output")" -eq 3 ]
	mv kmgr/away kmgr/pin
	sql "UPDATE cmk SET name = 'other'"
	run -2 kmgr_later 12d check --no-network
	[ "$(grep -c '^CRITICAL .* token-signature: ' <<<"$output")" -eq 1 ]
	[[ $output == *"CRITICAL z1.example. token-signature: the first of 3 zones of CMK other: KSK z1.example./"*" cannot sign: prove CMK other: "* ]]
	# Each zone counts, with this and with what run did not do of it.
	[[ ${lines[0]} == *" zones=3 critical=6 "* ]]
	run -2 kmgr_later 12d --json check --no-network
	jq -e '[.findings[] | select(.check == "token-signature")] |
		length == 1 and (.[0] | [.zone, .cmk, .n_zones, .zones] ==
		["z1.example.", "other", 3, ["z1.example.", "z2.example.",
		"z3.example."]])' <<<"$output"
}

@test "progress is for terminals: one line, and nothing of it stays" {
	need_program script
	zones 3
	# on_tty COMMAND: what a terminal gets of it.
	on_tty() {
		script -qec "$1" /dev/null </dev/null
	}
	erase=$'\r\e[K'
	seen=$(on_tty "$KMGR sign-zsks --zones-from zones --again -o out")
	[[ $seen == *$'\rsign-zsks: '*" of 3"*"$erase"* ]]
	[[ ${seen##*"$erase"} != *sign-zsks:* ]]
	seen=$(on_tty "$KMGR get-ds --zones-from list --early >out")
	[[ $seen == *$'\rget-ds: '*" of 3"*"$erase"* ]]
	# It stands until the end where results go elsewhere.
	[ "${seen#*"$erase"}" = "${seen##*"$erase"}" ]
	# All that are due are three.
	seen=$(on_tty "$KMGR run >out")
	[[ $seen == *$'\rrun: '*" of 3"*"$erase"* ]]
	sqlite3 kmgr.db 'UPDATE zone SET next_at = 0'
	performance '{ workers: 2 }'
	seen=$(on_tty "$KMGR run >out")
	[[ $seen == *$'\rrun: '*" of 3"*"$erase"* ]]
	# Quiet, by a pipe, or among the calls to the token: nothing.
	seen=$(on_tty "$KMGR -q sign-zsks --zones-from zones --again -o out")
	[ -z "$seen" ]
	seen=$(on_tty "$KMGR -v sign-zsks --zones-from zones --again -o out")
	[[ $seen != *"of 3"$'\e'* ]]
	seen=$(on_tty "$KMGR sign-zsks --zones-from zones --again -o out 2>err")
	[ -z "$seen" ]
	[ "$(cat err)" = "3 of 3 zones signed, 0 signed before, 0 refused" ]
}

@test "a signal ends run between zones, too" {
	zones 3
	cat >publish <<-'END'
		#!/bin/sh
		[ -e "$0.once" ] || kill -TERM "$PPID"
		: >"$0.once"
		cat >/dev/null
	END
	chmod 755 publish
	echo zones: >>kmgr.yaml
	while read -r zone; do
		echo "  $zone:"
		echo "    source: { file: $PWD/zones/$zone.zone }"
		echo "    publish: { command: [$PWD/publish] }"
	done <list >>kmgr.yaml
	run --separate-stderr env --default-signal=TERM "$KMGR" run
	[ "$status" -eq 143 ]
	[[ $stderr == *"kmgr: 1 zones were gone over: ended by SIGTERM"* ]]
	# What is signed, and not handed over, is not signed again.
	[ "$(grep -c "did publish:" <<<"$output")" -eq 1 ]
	run -0 kmgr run
	[ "$(grep -c "did publish:" <<<"$output")" -eq 2 ]
	[ "$(n_signatures)" -eq 3 ]
}

@test "a long list is done in parts of one table, and told up to where it failed" {
	{ seq -f 'z%.0f.example' 2050; echo a-longer-name.example; } >list
	sqlite3 kmgr.db "CREATE TRIGGER full BEFORE INSERT ON ksk
		WHEN NEW.zone = 'z2010.example.'
		BEGIN SELECT RAISE(ABORT, 'no more'); END"
	run --separate-stderr kmgr create-ksk --zones-from list --cmk prod
	[ "$status" -eq 7 ]
	[[ $stderr == *"2000 of 2051 zones were given a KSK: "*"no more"* ]]
	[ "${#lines[@]}" -eq 2001 ]
	sqlite3 kmgr.db 'DROP TRIGGER full'
	kmgr -q create-ksk --zones-from list --cmk prod >out
	[ "$(grep -c ^ZONE out)" -eq 1 ]
	[ "$(tail -n +2 out | cut -d ' ' -f 1)" = "$(sed 's/$/./' list)" ]
	[ "$(tail -n +2 out | awk '{ print length($0) }' | uniq -c |
		awk '{ print $1 }')" -eq 2051 ]
}

@test "a folder of dnssec-keygen: all ZSKs of a zone, no KSK, no private key" {
	printf '%s\n' z1.example z2.example 0/25.example >list
	kmgr -q create-ksk --zones-from list --cmk prod >/dev/null
	mkdir keys
	(
		cd keys || exit
		for zone in z1.example z1.example Z2.example 0/25.example; do
			dnssec-keygen -q -a 13 "$zone"
		done
		dnssec-keygen -q -a 13 -f KSK z1.example
		dnssec-keygen -q -a 13 none.example
	) >/dev/null
	ls keys
	chmod 0 keys/*.private
	echo '; no key' >keys/Knothing.key
	run --separate-stderr -12 kmgr sign-zsks --zones-from keys --dry-run
	[[ $output == *"would sign z1.example."* ]]
	run --separate-stderr -12 kmgr sign-zsks --zones-from keys
	[[ $stderr == *"1 key files are of KSKs, and were left out"* ]]
	[[ $stderr == *"none.example."* ]]
	[[ $stderr == *"3 of 4 zones signed, 0 signed before, 1 refused"* ]]
	[ "$(grep -c '^z1.example.*DNSKEY 256 ' <<<"$output")" -eq 2 ]
	[ "$(grep -c '^z1.example.*DNSKEY 257 ' <<<"$output")" -eq 1 ]
	[ "$(grep -c '^z2.example.*DNSKEY 256 ' <<<"$output")" -eq 1 ]
	[ "$(grep -c '^0/25.example.*DNSKEY 256 ' <<<"$output")" -eq 1 ]
	# Once more: what is signed is taken as it is.
	rm keys/Knone*
	run --separate-stderr -0 kmgr sign-zsks --zones-from keys
	[[ $stderr == *"0 of 3 zones signed, 3 signed before, 0 refused"* ]]
	# Which of two has the set nobody knows.
	echo "z2.example. 3600 $ZSK" >keys/z2.example.zone
	run --separate-stderr -12 kmgr sign-zsks --zones-from keys
	[[ $stderr == *"named twice: Kz2.example.+013+"*".key, z2.example.zone"* ]]
	# A file that has something else is its zone's trouble.
	rm keys/z2.example.zone
	for file in keys/Kz2*.key; do
		echo "z2.example. 3600 $ZSK" >>"$file"
	done
	run --separate-stderr -12 kmgr sign-zsks --zones-from keys
	[[ $stderr == *"has 2 records, and is to have one DNSKEY"* ]]
}
