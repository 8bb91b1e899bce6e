# zsk.admission: ssh: a sealed requester's signature vouches for a request.
load ../lib/common

bats_require_minimum_version 1.5.0

setup() {
	need_program ssh-keygen
	kmgr_here
	for who in alice bob mallory; do
		ssh-keygen -q -t ed25519 -N '' -C "$who" -f "$who"
	done
	echo "$RECORD" >zsk.zone
}

RECORD='example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=='

# policy FILE WHO...: admission ssh, these people may ask.
policy() {
	printf 'version: 1\nzones: ["."]\nzsk:\n  admission: ssh\n' >"$1"
	printf '  requesters:\n' >>"$1"
	for who in "${@:2}"; do
		printf '  - %s\n' "$(cat "$who.pub")" >>"$1"
	done
}

# zone [NAME]: alice and bob may ask for the ZSKs of example.com.
zone() {
	policy p.yaml alice bob
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk "${1:-example.com}" --cmk prod >/dev/null
}

# request FORMAT FILE [START]
request() {
	kmgr -q make-ksr example.com --format "$1" --zsk zsk.zone \
		--start "${3:-now}" --end +60d -o "$2"
}

# sign NAMESPACE WHO FILE: makes FILE.sig.
sign() {
	rm -f "$3.sig"
	ssh-keygen -q -Y sign -n "$1" -f "$2" "$3" 2>/dev/null
}

print_of() {
	ssh-keygen -l -f "$1.pub" | cut -d ' ' -f 2
}

# refused REASON ARGUMENT...: sign-ksr refuses with the rule, and nothing is
# written or recorded but the refusal.
refused() {
	local before

	before=$(n_events sign-ksr)
	run kmgr sign-ksr --yes --genesis -o out.skr "${@:2}"
	[ "$status" -eq 5 ] || { echo "$output" >&2; return 1; }
	[[ $output == *"KSR-ADMISSION: "*"$1"* ]] ||
		{ echo "$output" >&2; return 1; }
	[ ! -e out.skr ]
	[ "$(n_events sign-ksr)" -eq "$before" ]
	[[ $(kmgr --json list-events --type refusal |
		jq -r '.events[-1].payload.message') == *KSR-ADMISSION* ]]
}

n_events() {
	kmgr --json list-events --type "$1" | jq '.events | length'
}

@test "a requester's signature beside the request, in each text format" {
	zone
	request bind bind.ksr
	sign kmgr-ksr alice bind.ksr
	kmgr -q sign-ksr bind.ksr --yes --genesis --end +60d -o bind.skr >out
	grep -q "^asked for by alice, $(print_of alice)\$" out
	kmgr verify-skr bind.skr --ksr bind.ksr >/dev/null
	request knot knot.ksr
	sign kmgr-ksr bob knot.ksr
	mv knot.ksr.sig elsewhere
	refused 'no signature is given' knot.ksr
	kmgr --json sign-ksr knot.ksr --yes -o knot.skr --record record \
		--requester-signature elsewhere >out
	[ "$(jq -c '.requesters | map([.name, .fingerprint])' out)" = \
		"[[\"bob\",\"$(print_of bob)\"]]" ]
	[ "$(jq -r '.requesters[].name' record)" = bob ]
	[ "$(kmgr --json list-events --type sign-ksr | jq -r \
		'.events[].payload.requesters[].fingerprint')" = \
		"$(print_of alice; print_of bob)" ]
	kmgr verify >/dev/null
}

@test "proof of possession says not who asks" {
	zone
	base=$(dnssec-keygen -q -a ECDSAP256SHA256 example.com)
	kmgr -q make-ksr example.com --format icann --zsk "$base.key" \
		--start +1d -o icann.ksr
	refused 'no signature is given' icann.ksr
	sign kmgr-ksr mallory icann.ksr
	refused "key $(print_of mallory) is not a requester's" icann.ksr
	sign kmgr-ksr alice icann.ksr
	run kmgr sign-ksr icann.ksr --yes --genesis -o out.skr
	[[ $output != *KSR-ADMISSION* ]]
}

@test "another key, other bytes, another request, no signature at all" {
	zone
	request bind r.ksr
	refused 'no signature is given' r.ksr
	sign kmgr-ksr mallory r.ksr
	refused "key $(print_of mallory) is not a requester's" r.ksr
	sign kmgr-ksr alice r.ksr
	sed 's/ DNSKEY /  DNSKEY /' r.ksr >other.ksr
	cp r.ksr.sig other.ksr.sig
	refused 'does not belong to this text' other.ksr
	request bind next.ksr +1h
	refused 'does not belong to this text' next.ksr \
		--requester-signature r.ksr.sig
	echo nonsense >r.ksr.sig
	refused 'zsk.admission is ssh' r.ksr
	: >r.ksr.sig
	refused 'zsk.admission is ssh' r.ksr
	run kmgr sign-ksr r.ksr \
		--end +10d --yes --genesis --requester-signature none
	[ "$status" -eq 9 ]
	[[ $output == *"--requester-signature"*none* ]]
}

@test "a signature in another namespace is none" {
	zone
	request bind r.ksr
	for namespace in kmgr-plan kmgr-zsks file; do
		sign $namespace alice r.ksr
		refused "it was made for the namespace \"$namespace\"" r.ksr
	done
	sign kmgr-ksr alice zsk.zone
	run kmgr sign-zsks example.com zsk.zone
	[ "$status" -eq 5 ]
	[[ $output == *'ZSK-ADMISSION: '*'namespace "kmgr-ksr"'* ]]
}

@test "certificates do not count, not even of a requester's key" {
	zone
	request bind r.ksr
	for who in alice mallory; do
		ssh-keygen -q -s bob -I boss -n kmgr-approver "$who.pub"
		sign kmgr-ksr "$who-cert.pub" r.ksr
		refused 'and a requester signs with the key itself' r.ksr
	done
}

@test "the same request again has the same response, whoever asks" {
	zone
	request bind r.ksr
	sign kmgr-ksr alice r.ksr
	kmgr -q sign-ksr r.ksr --end +10d --yes --genesis -o a.skr >/dev/null
	rm r.ksr.sig
	kmgr -q sign-ksr r.ksr --end +10d --yes --genesis -o b.skr >/dev/null
	cmp a.skr b.skr
	[ "$(n_events sign-ksr)" -eq 1 ]
}

@test "Yes is asked for all that" {
	zone
	request bind r.ksr
	sign kmgr-ksr alice r.ksr
	run setsid -w "$KMGR" sign-ksr r.ksr \
		--end +10d --genesis -o out.skr </dev/null
	[ "$status" -eq 2 ]
	[[ $output == *"compare the digest, and add --yes"* ]]
	[ ! -e out.skr ]
	kmgr sign-ksr r.ksr --end +10d --genesis --dry-run >/dev/null
}

@test "where two CMKs sign, the policy of each judges" {
	zone
	policy q.yaml bob mallory
	kmgr -q create-cmk next --token main --policy q.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk next --another >/dev/null
	request bind r.ksr
	sign kmgr-ksr alice r.ksr
	refused "key $(print_of alice) is not a requester's" r.ksr
	cp r.ksr.sig alice.sig
	sign kmgr-ksr mallory r.ksr
	refused "key $(print_of mallory) is not a requester's" r.ksr
	kmgr --json sign-ksr r.ksr --end +10d --yes --genesis -o a.skr \
		--requester-signature r.ksr.sig \
		--requester-signature alice.sig >out
	[ "$(jq -r '.requesters[].name' out | sort)" = "$(printf \
		'alice\nmallory')" ]
	sign kmgr-zsks bob zsk.zone
	[ "$(kmgr --json sign-zsks example.com zsk.zone | jq -r \
		'.signed.requesters[].name' | uniq -c | tr -s ' ')" = ' 2 bob' ]
}

@test "sign-zsks: the same, in a namespace of its own" {
	zone
	run kmgr sign-zsks example.com zsk.zone
	[ "$status" -eq 5 ]
	[[ $output == *'ZSK-ADMISSION: '*'no signature is given'* ]]
	sign kmgr-zsks mallory zsk.zone
	run kmgr sign-zsks example.com zsk.zone
	[ "$status" -eq 5 ]
	[[ $output == *'ZSK-ADMISSION: '*"is not a requester's"* ]]
	sign kmgr-zsks alice zsk.zone
	kmgr --json sign-zsks example.com zsk.zone >out
	[ "$(jq -r '.signed.requesters[].fingerprint' out)" = \
		"$(print_of alice)" ]
	[ "$(kmgr --json list-events --type sign-zsks | jq -r \
		'.events[].payload.zones[].requesters[].name')" = alice ]
	kmgr sign-zsks example.com --requester-signature zsk.zone.sig \
		<zsk.zone >/dev/null
	run kmgr sign-zsks example.com <zsk.zone
	[ "$status" -eq 5 ]
	echo >>zsk.zone
	run kmgr sign-zsks example.com zsk.zone
	[ "$status" -eq 5 ]
	[[ $output == *'does not belong to this text'* ]]
	kmgr verify >/dev/null
}

@test "a signed ZSK set is of one zone: each record has its name in full" {
	zone
	kmgr -q create-ksk other.example --cmk prod >/dev/null
	printf '; of whom?\n@ %s\n' "${RECORD#* }" >set
	sign kmgr-zsks alice set
	for zone in example.com other.example; do
		run kmgr sign-zsks $zone set
		[ "$status" -eq 5 ]
		[[ $output == *"ZSK-ADMISSION: line 2: the owner is not"* ]]
	done
	# As pdnsutil prints it, and with an origin of its own.
	echo "example.com IN ${RECORD#* * * }" >set
	sign kmgr-zsks alice set
	kmgr sign-zsks example.com set >/dev/null
	printf '$ORIGIN example.com.\n@ %s\n' "${RECORD#* }" >set
	sign kmgr-zsks alice set
	kmgr sign-zsks example.com set >/dev/null
}

@test "--zones-from: a signature beside each file, and who has none is left" {
	zone example.com
	kmgr -q create-ksk example.net example.org --cmk prod >/dev/null
	mkdir d
	for zone in example.com example.net example.org; do
		echo "$zone. ${RECORD#* }" >d/$zone.zone
		sign kmgr-zsks bob d/$zone.zone
	done
	run kmgr sign-zsks --zones-from d --requester-signature d/example.com.zone.sig
	[ "$status" -eq 2 ]
	rm d/example.org.zone.sig
	cp d/example.com.zone.sig d/example.net.zone.sig
	run --separate-stderr kmgr --json sign-zsks --zones-from d
	[ "$status" -eq 12 ]
	[ "$(jq -r '.signed[].zone' <<<"$output")" = example.com. ]
	[ "$(jq -r '.signed[].requesters[].name' <<<"$output")" = bob ]
	[ "$(jq -r '.refused[].message' <<<"$output" |
		grep -c ZSK-ADMISSION)" -eq 2 ]
	run kmgr sign-zsks --zones-from d --again --dry-run
	[[ $output == *"sign example.com. DNSKEY"* ]]
	[[ $output != *"sign example.net. DNSKEY"* ]]
}

@test "check-ksr has the rule, with a policy file and with a CMK" {
	zone
	request bind r.ksr
	verdict() {
		kmgr --json check-ksr r.ksr --genesis "$@" | jq -r '.findings[] |
			select(.rule == "KSR-ADMISSION") | .verdict'
	}
	[ "$(verdict --policy p.yaml)" = fail ]
	[ "$(verdict --cmk prod)" = fail ]
	sign kmgr-ksr mallory r.ksr
	[ "$(verdict --policy p.yaml)" = fail ]
	mv r.ksr.sig bad
	sign kmgr-ksr alice r.ksr
	[ "$(verdict --policy p.yaml)" = pass ]
	[ "$(verdict --cmk prod)" = pass ]
	[ "$(verdict --cmk prod --requester-signature bad)" = fail ]
	printf 'version: 1\nzones: ["."]\n' >operator.yaml
	[ "$(verdict --policy operator.yaml)" = off ]
	printf 'version: 1\nzones: ["."]\nzsk: { admission: tsig }\n' \
		>tsig.yaml
	[ "$(verdict --policy tsig.yaml)" = fail ]
}

@test "under admission operator a file beside the request is nothing" {
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	request bind r.ksr
	head -c 300 /dev/urandom >r.ksr.sig
	mkdir zsk.zone.sig
	kmgr --json sign-ksr r.ksr --end +10d --yes --genesis -o out.skr >out
	[ "$(jq -c .requesters out)" = '[]' ]
	[ "$(kmgr --json list-events --type sign-ksr |
		jq '.events[].payload | has("requesters")')" = false ]
	kmgr sign-zsks example.com zsk.zone >/dev/null
}

@test "approvers sign a plan that keeps the requester's signature" {
	policy p.yaml alice bob
	cat >>p.yaml <<-END
		approvals:
		  sign-ksr: 1
		  approvers: [ '$(cat mallory.pub)', '$(cat bob.pub)' ]
	END
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	request bind r.ksr
	refused 'no signature is given' r.ksr
	sign kmgr-ksr alice r.ksr
	run --separate-stderr kmgr --json sign-ksr r.ksr \
		--end +10d --yes --genesis
	[ "$status" -eq 11 ]
	hash=$(jq -r .plan_hash <<<"$output")
	rm r.ksr.sig
	kmgr show-plan "$hash" -o plan >/dev/null
	grep -q requester_signatures plan
	sign kmgr-plan mallory plan
	kmgr approve "$hash" --signature plan.sig >/dev/null
	[ "$(kmgr --json list-events --type sign-ksr | jq -r \
		'.events[].payload.requesters[].name')" = alice ]
	kmgr -q sign-ksr r.ksr --end +10d --yes --genesis -o out.skr >/dev/null
	kmgr verify-skr out.skr --ksr r.ksr >/dev/null
}

@test "requesters are sealed; who is added afterwards may not ask" {
	zone
	policy p.yaml alice bob mallory
	run kmgr put-policy prod p.yaml
	[ "$status" -eq 5 ]
	[[ $output == *zsk.requesters* ]]
	[ "$(kmgr --json get-policy prod | jq '.policy.zsk.requesters |
		length')" -eq 2 ]
}

@test "ssh without requesters makes no CMK" {
	printf 'version: 1\nzones: ["."]\nzsk: { admission: ssh }\n' >p.yaml
	run kmgr create-cmk prod --token main --policy p.yaml
	[ "$status" -eq 5 ]
	[[ $output == *"POLICY-REQUESTERS"*"nobody could ever ask"* ]]
	[ "$(kmgr --json list-cmks | jq '.cmks | length')" -eq 0 ]
}

@test "where the signature cannot be verified, nothing is signed" {
	zone
	request bind r.ksr
	sign kmgr-ksr alice r.ksr
	TMPDIR=$PWD/none run -9 kmgr sign-ksr r.ksr \
		--end +10d --yes --genesis -o out.skr
	[[ $output == *"make folder $PWD/none"* ]]
	[ ! -e out.skr ]
	[ "$(n_events sign-ksr)" -eq 0 ]
}
