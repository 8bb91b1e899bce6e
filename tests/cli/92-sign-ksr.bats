# Key signing requests answered: sign-ksr.
load ../lib/common

bats_require_minimum_version 1.5.0

setup() {
	kmgr_here
	cat >zsk.zone <<'END'
example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==
END
}

# zone [YAML...]: a policy, CMK prod, and a KSK of example.com.
zone() {
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	[ $# -eq 0 ] || printf '%s\n' "$@" >>p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
}

# request FORMAT FILE [START]: sixty days from now on.
request() {
	kmgr -q make-ksr example.com --format "$1" --zsk zsk.zone \
		--start "${3:-now}" --end +60d -o "$2" 2>/dev/null
}

tag_of() {
	kmgr --json list-ksks | jq ".ksks[$1].key_tag"
}

n_answers() {
	kmgr --json list-events --type sign-ksr | jq '.events | length'
}

# Its signatures as DNSKEY TAG, CDS TAG, ... one a line.
signatures() {
	kmgr --json show-ksr "$1" | jq -r '.bundles[].signatures[] |
		"\(.type_covered) \(.key_tag)"' | sort | uniq -c |
		sed 's/^ *//' | sort
}

@test "BIND and Knot: what verify-skr takes, and verify finds nothing" {
	zone
	for format in bind knot; do
		request "$format" "$format.ksr"
	done
	run --separate-stderr kmgr sign-ksr bind.ksr --yes --genesis \
		--end +60d -o bind.skr
	[ "$status" -eq 0 ]
	[[ $output == *"$(sha256sum bind.ksr | cut -d ' ' -f 1)"* ]]
	[[ $output == *"$(sha256sum bind.skr | cut -d ' ' -f 1)"* ]]
	kmgr verify-skr bind.skr --ksr bind.ksr >/dev/null
	# 14 days of validity, signed anew 5 days before their end; the first
	# of them begins before the parent is to have a DS.
	[ "$(grep -c '^;; SignedKeyResponse 1.0 [0-9]' bind.skr)" -eq 7 ]
	[ "$(signatures bind.skr | cut -d ' ' -f 1,2)" = \
		"$(printf '6 CDNSKEY\n6 CDS\n7 DNSKEY')" ]
	kmgr verify >/dev/null
	kmgr -q sign-ksr knot.ksr --yes -o knot.skr >/dev/null
	kmgr verify-skr knot.skr --ksr knot.ksr >/dev/null
	[ "$(kmgr --json list-ksks | jq -r '.ksks[0].state')" = published ]
	kmgr verify >/dev/null
}

@test "BIND: without an end the last bundle would be two weeks of all" {
	zone
	request bind r.ksr
	run --separate-stderr -2 kmgr sign-ksr r.ksr --yes --genesis -o r.skr
	[[ $stderr == *"does not say when the last bundle ends"* ]]
	[[ $stderr == *"hint: --end TIME"* ]]
	[ ! -e r.skr ]
	run -2 kmgr sign-ksr r.ksr --genesis --dry-run
	# Nothing was answered: with the end it is.
	[ "$(n_answers)" -eq 0 ]
	kmgr -q sign-ksr r.ksr --yes --genesis --end +60d -o r.skr >/dev/null
	[ "$(grep -c '^;; SignedKeyResponse 1.0 [0-9]' r.skr)" -eq 7 ]
	# What was answered needs none.
	kmgr -q sign-ksr r.ksr -o again.skr >/dev/null
	cmp r.skr again.skr
}

@test "a folder of requests: each is answered once, a bad one stops no other" {
	zone
	kmgr -q create-ksk example.net --cmk prod >/dev/null
	mkdir in out
	request bind in/a.ksr
	sed -i s/com/net/ zsk.zone
	kmgr -q make-ksr example.net --format knot --zsk zsk.zone --start now \
		--end +60d -o in/ksr-net.txt 2>/dev/null
	echo junk >in/junk.ksr
	echo other >in/README
	run -2 kmgr sign-ksr in --yes --genesis --end +61d -o zsk.zone
	[[ $output == *"-o zsk.zone is no folder"*"a folder that is there"* ]]
	run -2 kmgr sign-ksr in --yes --genesis --end +61d -o new
	[[ $output == *"there is no folder new"*"hint: mkdir -p new"* ]]
	[ ! -e new ]
	run kmgr sign-ksr in --yes --genesis --record r
	[ "$status" -eq 2 ]
	run kmgr sign-ksr out --yes
	[ "$status" -eq 4 ]
	[[ $output == *"out holds no request"* ]]
	run --separate-stderr kmgr --json sign-ksr in --yes --genesis \
		--end +61d -o out --dry-run
	[ "$status" -eq 12 ]
	[ "$(jq '.plan | length' <<<"$output")" -gt 2 ]
	[ -z "$(ls out)" ]
	# Nobody said Yes.
	run setsid -w "$KMGR" sign-ksr in --genesis --end +61d -o out
	[ "$status" -eq 2 ]
	[[ $output == *"--yes"* ]]
	[ "$(n_answers)" -eq 0 ]
	run --separate-stderr kmgr --json sign-ksr in --yes --genesis \
		--end +61d -o out
	[ "$status" -eq 12 ]
	[ "$(jq -c '[.n_answered, .n_answered_before, .n_refused]' \
		<<<"$output")" = '[2,0,1]' ]
	[ "$(jq -r '.refused[] | "\(.file) \(.error)"' <<<"$output")" = \
		'in/junk.ksr input' ]
	[ "$(jq -r '.answered[] | "\(.file) \(.zone) \(.output)"' \
		<<<"$output")" = \
		"in/a.ksr example.com. out/a.skr
in/ksr-net.txt example.net. out/skr-net.txt" ]
	[ "$(ls out)" = "$(printf 'a.skr\nskr-net.txt')" ]
	kmgr verify-skr out/a.skr --ksr in/a.ksr >/dev/null
	kmgr verify-skr out/skr-net.txt --ksr in/ksr-net.txt >/dev/null
	[ "$(n_answers)" -eq 2 ]
	# Again: what is lost is written again, what is there stays there, even
	# where it would not be made now.
	before=$(sha256_of out)
	rm out/a.skr in/junk.ksr
	kmgr -q create-ksk example.net --cmk prod --another >/dev/null
	kmgr sign-ksr in --yes --genesis --end +61d -o out >told
	[ "$(cat told)" = "example.com. in/a.ksr out/a.skr (answered before)
example.net. in/ksr-net.txt out/skr-net.txt (answered before)" ]
	[ "$(sha256_of out)" = "$before" ]
	[ "$(n_answers)" -eq 2 ]
	# Beside the requests where no other folder is named.
	kmgr -q sign-ksr in --yes --genesis --end +61d 2>/dev/null || :
	cmp in/a.skr out/a.skr
}

@test "the same request gets the same bytes, without a signature" {
	zone
	request bind r.ksr
	kmgr -q sign-ksr r.ksr --end +10d --yes --genesis -o a.skr >/dev/null
	kmgr sign-ksr r.ksr >b.skr 2>notes
	cmp a.skr b.skr
	grep -q 'answered before' notes
	[ "$(n_answers)" -eq 1 ]
	[ "$(kmgr --json verify | jq .valid_signatures)" -eq 1 ]
	# Another KSK that signs now: no longer what it was.
	old=$(tag_of 0)
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	run --separate-stderr kmgr sign-ksr r.ksr --yes -o c.skr
	[ "$status" -eq 5 ]
	[[ $stderr == *"KSR-REPLAY"*"bundle 1 were $old/PS"* ]]
	[ ! -e c.skr ]
	kmgr verify >/dev/null
}

@test "who asks again need not say again which end it was" {
	zone
	request bind r.ksr
	kmgr -q sign-ksr r.ksr --yes --genesis --end +60d -o a.skr >/dev/null
	kmgr -q sign-ksr r.ksr -o b.skr >/dev/null
	cmp a.skr b.skr
	# The same words, of another instant.
	kmgr_later 1h -q sign-ksr r.ksr --yes --end +60d -o c.skr >/dev/null
	cmp a.skr c.skr
	run --separate-stderr kmgr sign-ksr r.ksr --yes --end +90d -o d.skr
	[ "$status" -eq 5 ]
	[[ $stderr == *"it had 7 bundles, and would have "*" now (--end)"*"hint: say what was said then"* ]]
	[ ! -e d.skr ]
	[ "$(n_answers)" -eq 1 ]
}

@test "a schema with more steps than the request has bundles is refused" {
	zone 'ksk: { rfc5011: true }'
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	request bind r.ksr
	run --separate-stderr -4 kmgr sign-ksr r.ksr --yes --genesis \
		--end +60d --schema revoke -o a.skr
	[[ $stderr == *"schema revoke has other roles"*"the request has 1"* ]]
	[[ $stderr == *"hint: publish+ and rollover+ are"* ]]
	run --separate-stderr -4 kmgr sign-ksr r.ksr \
		--end +10d --yes --genesis \
		--schema normal --current 1 -o a.skr
	[[ $stderr == *"no KSK with key tag 1"*"kmgr list-ksks"* ]]
	[ ! -e a.skr ]
}

@test "killed between record and output: the next run gives the response" {
	local n=1

	zone
	request bind r.ksr
	mkdir out
	# The response is in the store before the folder is touched.
	while :; do
		rm -f out/*
		KMGR_KILL_PATHS=$PWD/out KMGR_KILL_AT=$n preloaded \
			"$KILLWRITE" "$KMGR" -q sign-ksr r.ksr --yes \
			--genesis --end +60d -o "$PWD/out/r.skr" >/dev/null 2>&1 && break
		[ ! -e out/r.skr ] || kmgr verify-skr out/r.skr >/dev/null
		[ "$(n_answers)" -le 1 ]
		n=$((n + 1))
	done
	[ "$n" -gt 2 ]
	[ "$(n_answers)" -eq 1 ]
	kmgr verify-skr out/r.skr --ksr r.ksr >/dev/null
	kmgr verify >/dev/null
}

@test "without a terminal and --yes nobody answers for the digest" {
	zone
	request bind r.ksr
	before=$(sha256_of kmgr.db)
	run --separate-stderr setsid -w "$KMGR" sign-ksr r.ksr \
		--end +10d --genesis \
		-o r.skr
	[ "$status" -eq 2 ]
	[[ $stderr == *"--yes"* ]]
	[ ! -e r.skr ]
	[ "$(sha256_of kmgr.db)" = "$before" ]
}

@test "on a terminal exactly Yes goes on" {
	need_program script
	zone
	request bind r.ksr
	for answer in yes YES '' 'Yes '; do
		run script -qec "$KMGR sign-ksr r.ksr \
			--end +10d --genesis -o r.skr" \
			/dev/null <<<"$answer"
		[ "$status" -eq 5 ]
		[[ $output == *"$(sha256sum r.ksr | cut -d ' ' -f 1)"* ]]
		[ ! -e r.skr ]
	done
	[ "$(n_answers)" -eq 0 ]
	run script -qec "$KMGR sign-ksr r.ksr \
		--end +10d --genesis -o r.skr" /dev/null \
		<<<Yes
	[ "$status" -eq 0 ]
	kmgr verify-skr r.skr --ksr r.ksr >/dev/null
}

@test "--dry-run names each signature and makes none" {
	zone
	request bind r.ksr
	before=$(sha256_of kmgr.db)
	run --separate-stderr kmgr --json sign-ksr r.ksr \
		--end +10d --genesis --dry-run \
		-o r.skr
	[ "$status" -eq 0 ]
	[ "$(jq '.plan | length' <<<"$output")" -eq 1 ]
	[ ! -e r.skr ]
	[ "$(sha256_of kmgr.db)" = "$before" ]
}

@test "what a rule refuses is in the ledger, and nothing else is changed" {
	zone
	request bind r.ksr
	run --separate-stderr kmgr sign-ksr r.ksr --yes -o r.skr
	[ "$status" -eq 5 ]
	[[ $stderr == *"KSR-GENESIS"* ]]
	[ ! -e r.skr ]
	[ "$(n_answers)" -eq 0 ]
	run kmgr --json list-events --last 1
	[ "$(jq -r '.events[0].type' <<<"$output")" = refusal ]
	[[ $(jq -r '.events[0].payload.message' <<<"$output") == \
		*"KSR-GENESIS"* ]]
	[ "$(jq -r '.events[0].payload.zone' <<<"$output")" = example.com. ]
	# A KSK among the ZSKs would be the end of the zone.
	sed 's/DNSKEY 256/DNSKEY 257/' r.ksr >bad.ksr
	run --separate-stderr kmgr sign-ksr bad.ksr --yes --genesis -o r.skr
	[ "$status" -ne 0 ]
	[ ! -e r.skr ]
	# Another zone's.
	run --separate-stderr kmgr sign-ksr r.ksr --end +10d --yes --genesis \
		--zone example.net -o r.skr
	[ "$status" -ne 0 ]
	[ "$(kmgr --json list-ksks | jq -r '.ksks[0].state')" = generated ]
	kmgr verify >/dev/null
}

@test "both KSKs of a roll sign every bundle; the DS decides who may leave" {
	zone
	old=$(tag_of 0)
	kmgr -q ds-seen --force "example.com/$old" >/dev/null
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	new=$(kmgr --json list-ksks |
		jq ".ksks[] | select(.key_tag != $old) | .key_tag")
	request knot r.ksr
	# The schema leaves the old one out, and the parent has its DS.
	run --separate-stderr kmgr sign-ksr r.ksr --yes --genesis \
		--schema normal --current "$new" -o r.skr
	[ "$status" -eq 5 ]
	[[ $stderr == *"SKR-DS-CHAIN"* ]]
	[ ! -e r.skr ]
	kmgr -q sign-ksr r.ksr --yes --genesis -o r.skr >/dev/null
	for tag in "$old" "$new"; do
		signatures r.skr | grep -q "DNSKEY $tag\$"
		signatures r.skr | grep -q "CDS $tag\$"
	done
	kmgr verify-skr r.skr --ksr r.ksr >/dev/null
}

@test "a DS that nobody has told of is noted where a KSK may go" {
	zone
	request bind r.ksr
	run --separate-stderr -0 kmgr sign-ksr r.ksr --end +10d --genesis -n
	[[ $stderr != *SKR-DS-CHAIN* ]]
	run --separate-stderr -0 kmgr sign-ksr r.ksr --end +10d --genesis -n \
		--schema normal
	[[ $stderr == *"SKR-DS-CHAIN was not judged"*"kmgr ds-seen first"* ]]
	kmgr -q ds-seen --force "example.com/$(tag_of 0)"
	run --separate-stderr -0 kmgr sign-ksr r.ksr --end +10d --genesis -n \
		--schema normal
	[[ $stderr != *"was not judged"* ]]
}

@test "a DS that goes, and one that comes, supersede what is outstanding" {
	zone
	old=$(tag_of 0)
	request bind r.ksr
	kmgr -q sign-ksr r.ksr --end +10d --yes --genesis -o r.skr >/dev/null
	end=$(kmgr --json show-ksr r.skr |
		jq -r '[.bundles[].signatures[].expiration] | max')
	run --separate-stderr kmgr ds-seen --force "example.com/$old"
	[[ $stderr != *superseded* ]]
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	new=$(kmgr --json list-ksks |
		jq ".ksks[] | select(.key_tag != $old) | .key_tag")
	run --separate-stderr kmgr ds-seen --force "example.com/$new"
	[ "$status" -eq 0 ]
	[[ $stderr == *superseded*"$end"* ]]
	run --separate-stderr kmgr sign-ksr r.ksr --yes -o again.skr
	[ "$status" -eq 5 ]
	[[ $stderr == *"superseded since"* ]]
	[[ $(kmgr describe-ksk "example.com/$old") == \
		*"until $end, superseded since"* ]]
	kmgr verify >/dev/null
}

@test "the emergency response is the standby's alone" {
	zone
	old=$(tag_of 0)
	request bind r.ksr
	run --separate-stderr kmgr sign-ksr r.ksr --end +10d --yes --genesis \
		--emergency-skr e.skr -o r.skr
	[ "$status" -eq 5 ]
	[[ $stderr == *"has none beside"* ]]
	[ ! -e e.skr ] && [ ! -e r.skr ]
	kmgr -q ds-seen --force "example.com/$old" >/dev/null
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	new=$(kmgr --json list-ksks |
		jq ".ksks[] | select(.key_tag != $old) | .key_tag")
	run --separate-stderr kmgr sign-ksr r.ksr --end +10d --yes --genesis \
		--emergency-skr e.skr -o r.skr
	[ "$status" -eq 0 ]
	[ "$(grep -c "of no use.*DS of KSK example.com./$new," \
		<<<"$stderr")" -eq 1 ]
	[ "$(signatures e.skr | grep -v " $new\$")" = "" ]
	[[ $(kmgr show-ksr e.skr) != *"$old/"* ]]
	kmgr verify-skr e.skr --ksr r.ksr >/dev/null
	kmgr -q sign-ksr r.ksr --emergency-skr e2.skr -o r2.skr >/dev/null
	cmp e.skr e2.skr
	cmp r.skr r2.skr
	kmgr -q ds-seen --force "example.com/$new" >/dev/null
	run --separate-stderr kmgr sign-ksr r.ksr --emergency-skr e3.skr \
		-o r3.skr
	[ "$status" -eq 0 ]
	[[ $stderr != *"of no use"* ]]
	kmgr verify >/dev/null
}

@test "approvers sign the plan of every signature; then it is answered once" {
	ssh-keygen -q -t ed25519 -N '' -C alice -f alice
	zone 'approvals:' '  sign-ksr: 1' '  approvers:' \
		"    - $(cat alice.pub)"
	request bind r.ksr
	run --separate-stderr kmgr --json sign-ksr r.ksr \
		--end +10d --yes --genesis \
		-o r.skr
	[ "$status" -eq 11 ]
	[ "$(n_answers)" -eq 0 ]
	hash=$(kmgr --json list-plans | jq -r '.plans[0].plan_hash // .plans[0].hash')
	kmgr show-plan "$hash" -o plan >/dev/null
	ssh-keygen -q -Y sign -n kmgr-plan -f alice plan 2>/dev/null
	foretold kmgr -q approve "$hash" --signature plan.sig >/dev/null
	[ "$(n_answers)" -eq 1 ]
	kmgr -q sign-ksr r.ksr -o out.skr >/dev/null
	kmgr verify-skr out.skr --ksr r.ksr >/dev/null
	kmgr verify >/dev/null
}

# signed WHO HASH: approves, as WHO.
signed() {
	kmgr show-plan "$2" -o plan >/dev/null
	rm -f plan.sig
	ssh-keygen -q -Y sign -n kmgr-plan -f "$1" plan 2>/dev/null
	foretold kmgr -q approve "$2" --signature plan.sig
}

@test "where two CMKs demand approvers each has its plan, and both are needed" {
	for who in alice bob; do
		ssh-keygen -q -t ed25519 -N '' -C $who -f $who
		printf '%s\n' 'version: 1' 'zones: ["."]' 'approvals:' \
			'  sign-ksr: 1' '  approvers:' \
			"    - $(cat $who.pub)" >$who.yaml
		kmgr -q create-cmk of-$who --token main --policy $who.yaml \
			>/dev/null
		kmgr -q create-ksk example.com --another --cmk of-$who \
			>/dev/null
	done
	request bind r.ksr
	end=$(date -u -d '10 days' +%Y%m%d%H%M%S)
	run --separate-stderr kmgr --json sign-ksr r.ksr \
		--end "$end" --yes --genesis
	[ "$status" -eq 11 ]
	[ "$(jq -r '.plans[].cmk' <<<"$output" | paste -sd ' ')" = \
		'of-alice of-bob' ]
	a=$(jq -r '.plans[0].plan_hash' <<<"$output")
	b=$(jq -r '.plans[1].plan_hash' <<<"$output")
	[ "$(jq -r .plan_hash <<<"$output")" = "$a" ]
	# Asked again, the same wait.
	run --separate-stderr kmgr sign-ksr r.ksr --end "$end" --yes --genesis
	[ "$status" -eq 11 ]
	[[ $stderr == *'of CMK of-alice and 1 approver of CMK of-bob'* ]]
	[ "$(kmgr --json list-plans | jq '.plans | length')" -eq 2 ]
	# Nobody signs for the other one.
	run signed alice "$b"
	[ "$status" -eq 5 ]
	run signed alice "$a"
	[ "$status" -eq 11 ]
	[[ $output == *"CMK of-bob demands approvers as well, and 0 of 1"* ]]
	run kmgr apply-plan "$a"
	[ "$status" -eq 11 ]
	[ "$(n_answers)" -eq 0 ]
	signed bob "$b"
	[ "$(n_answers)" -eq 1 ]
	[ "$(kmgr --json list-plans | jq -r '.plans[].state' |
		paste -sd ' ')" = 'applied applied' ]
	kmgr -q sign-ksr r.ksr -o r.skr >/dev/null
	kmgr verify-skr r.skr --ksr r.ksr >/dev/null
	kmgr verify >/dev/null
}

@test "a plan of one of two CMKs that is withdrawn stops both" {
	ssh-keygen -q -t ed25519 -N '' -C alice -f alice
	printf '%s\n' 'version: 1' 'zones: ["."]' 'approvals:' \
		'  sign-ksr: 1' '  approvers:' "    - $(cat alice.pub)" >p.yaml
	for cmk in one two; do
		kmgr -q create-cmk $cmk --token main --policy p.yaml >/dev/null
		kmgr -q create-ksk example.com --another --cmk $cmk >/dev/null
	done
	request bind r.ksr
	run --separate-stderr kmgr --json sign-ksr r.ksr \
		--end +10d --yes --genesis
	one=$(jq -r '.plans[0].plan_hash' <<<"$output")
	two=$(jq -r '.plans[1].plan_hash' <<<"$output")
	run signed alice "$two"
	[ "$status" -eq 11 ]
	kmgr -q withdraw-plan "$two" >/dev/null
	run signed alice "$one"
	[ "$status" -eq 5 ]
	[[ $output == *"CMK two demands approvers as well, and no plan"* ]]
	[ "$(n_answers)" -eq 0 ]
}

@test "backup and ledger keep what was answered" {
	zone
	request bind r.ksr
	kmgr -q backup b0.db >/dev/null
	kmgr -q sign-ksr r.ksr --end +10d --yes --genesis -o r.skr >/dev/null
	kmgr -q backup b.db >/dev/null
	rm kmgr.db*
	kmgr -q restore b.db >/dev/null
	kmgr -q sign-ksr r.ksr -o again.skr >/dev/null
	cmp r.skr again.skr
	kmgr verify >/dev/null
	kmgr -q export-ledger -o ledger >/dev/null
	# From a ledger come digests and horizons, and no texts.
	rm kmgr.db*
	cp b0.db kmgr.db
	kmgr -q restore --ledger ledger >/dev/null
	kmgr verify >/dev/null
	run --separate-stderr kmgr sign-ksr r.ksr --yes -o none.skr
	[ "$status" -eq 5 ]
	[[ $stderr == *"restored from a ledger"*--previous-skr* ]]
	[ ! -e none.skr ]
	# Whoever kept the file has the way on; any other file is none.
	run --separate-stderr kmgr sign-ksr r.ksr --yes -o none.skr \
		--previous-skr r.ksr
	[ "$status" -eq 4 ]
	[ ! -e none.skr ]
	kmgr -q sign-ksr r.ksr --previous-skr r.skr -o third.skr >/dev/null
	cmp r.skr third.skr
}

@test "a text that was changed in the store is found, and not given away" {
	zone
	request bind r.ksr
	kmgr -q sign-ksr r.ksr --end +10d --yes --genesis -o r.skr >/dev/null
	sqlite3 kmgr.db "DROP TRIGGER ksr_identity;
		UPDATE ksr SET response = replace(response, '13 2', '13 3')"
	run --separate-stderr kmgr sign-ksr r.ksr -o again.skr
	[ "$status" -eq 10 ]
	[ ! -e again.skr ]
	run kmgr verify
	[ "$status" -eq 10 ]
	[[ $output == *"its text is not what was released"* ]]
}

@test "four chained cycles of a zone that rolls by RFC 5011" {
	need_program dnssec-keygen
	cat >p.yaml <<'END'
version: 1
zones: ["."]
ksk: { rfc5011: true }
ksr:
  icann: { bundle-count: 3, max-bundles: 3, min-cycle: 40d, max-cycle: 40d,
    min-interval: 20d, max-interval: 20d, keys-per-bundle: [],
    max-validity: 35d, horizon: 400d }
END
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk . --cmk prod >/dev/null
	kmgr -q create-ksk . --cmk prod --another >/dev/null
	cur=$(tag_of 0)
	next=$(tag_of 1)
	zsk=$(dnssec-keygen -q -a ECDSAP256SHA256 -L 3600 .)
	local day=1 i=1 schema

	for schema in normal pre-publish rollover revoke; do
		kmgr -q make-ksr . --format icann --zsk "$zsk.key" \
			--start "+${day}d" --bundles 3 --interval 20d \
			--validity 35d --ttl 1h -o $i.xml 2>/dev/null
		kmgr -q sign-ksr $i.xml --yes --schema $schema \
			$([ $i -gt 1 ] || echo --genesis) -o $i.skr >/dev/null
		kmgr verify-skr $i.skr --ksr $i.xml >/dev/null
		day=$((day + 60)) i=$((i + 1))
	done
	[ "$(signatures 1.skr)" = "3 DNSKEY $cur" ]
	[ "$(signatures 2.skr)" = "3 DNSKEY $cur" ]
	[ "$(signatures 3.skr)" = "$(printf '%s\n' "1 DNSKEY $cur" \
		"2 DNSKEY $next" | sort)" ]
	# The revoked one signs itself, under its other tag.
	revoked=$(kmgr describe-ksk "./$cur" |
		sed -n 's/^ *revoked tag *//p')
	[ "$(signatures 4.skr)" = "$(printf '%s\n' \
		"1 DNSKEY $revoked" "3 DNSKEY $next" | sort)" ]
	kmgr verify >/dev/null
}

@test "the record of a ceremony says who, with what, and what came of it" {
	zone
	request bind r.ksr
	kmgr -q sign-ksr r.ksr \
		--end +10d --yes --genesis --record rec -o r.skr >/dev/null
	grep -q "$(sha256sum r.ksr | cut -d ' ' -f 1)" rec
	grep -q "$(sha256sum r.skr | cut -d ' ' -f 1)" rec
	grep -q 'ledger_head' rec
	grep -q 'SKR-COSIGN *pass' rec
	grep -q 'SKR-DS-CHAIN *off' rec
	kmgr --json sign-ksr r.ksr --record rec.json -o r.skr >out.json
	[ "$(jq -r .cmk rec.json)" = prod ]
	[ "$(jq -r .response.sha256 rec.json)" = \
		"$(sha256sum r.skr | cut -d ' ' -f 1)" ]
	[ "$(jq -r .answered_before out.json)" = true ]
}
