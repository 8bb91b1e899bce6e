# check-ksr: every rule on a request, with a policy file or a CMK.
bats_require_minimum_version 1.5.0
load ../lib/common

# Two ZSKs; no configuration, no store, no token.
setup() {
	need_program dnssec-keygen jq
	kmgr_env "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	start=2027-01-01T00:00:00Z
	early=2026-12-01
	zsk a
	zsk b
	printf '%s\n' 'version: 1' 'zones: [example.com]' >policy.yaml
}

zsk() {
	local base

	base=$(dnssec-keygen -q -a ECDSAP256SHA256 example.com)
	mv "$base.key" "$1.key"
	mv "$base.private" "$1.private"
}

# The request of each format as its own tool would make it.
make_ksr() {
	case $1 in
	icann)
		kmgr make-ksr example.com --format icann --start $start \
			--zsk a.key,2026-01-01,2027-01-02 --zsk b.key --id first \
			--bundles "${2:-9}" -o icann.ksr ;;
	*)
		kmgr make-ksr example.com --format "$1" --start $start \
			--zsk a.key --zsk b.key,2027-03-01 --end 2027-12-01 \
			-o "$1.ksr" ;;
	esac
}

# verdict RULE: in findings.json
verdict() {
	jq -r --arg rule "$1" '.findings[] | select(.rule == $rule).verdict' \
		findings.json
}

@test "text requests pass with a policy of two lines, without a store" {
	local format end

	for format in bind knot; do
		make_ksr $format
		# keymgr's request has a bundle at its end.
		end=2027-12-01T00:00:0$([ $format = bind ] && echo 0 || echo 1)Z
		run -0 kmgr check-ksr $format.ksr --policy policy.yaml \
			--genesis --as-of $early --end $end
		[[ $output == *"request for example.com. as $format writes it"* ]]
		run -0 grep -cE '^(KSR|SKR)-[A-Z-]+ +(pass|off) ' <<<"$output"
		[ "$output" -ge 36 ]
		kmgr --json check-ksr $format.ksr --policy policy.yaml \
			--genesis --as-of $early --end $end >findings.json
		[ "$(verdict KSR-KEY-FLAGS)" = pass ]
		[ "$(verdict KSR-BUNDLE-POP)" = off ]
		[ "$(verdict KSR-END)" = pass ]
		[ "$(jq .passed findings.json)" = true ]
		[ "$(jq -r .sha256 findings.json)" = \
			"$(sha256sum <$format.ksr | cut -d ' ' -f 1)" ]
	done
}

@test "an open end is warned of, and --end is counted to the horizon" {
	make_ksr bind
	kmgr --json check-ksr bind.ksr --policy policy.yaml --genesis \
		--as-of $early >findings.json
	[ "$(verdict KSR-END)" = warn ]
	run -5 kmgr check-ksr bind.ksr --policy policy.yaml --genesis \
		--as-of $early --end 2028-06-01
	[[ $output == *"KSR-POLICY-SIG-HORIZON"*"fail"*"548d after now"* ]]
}

@test "a request in ICANN's format passes, and each failure has its line" {
	make_ksr icann
	kmgr --json check-ksr icann.ksr --policy policy.yaml --genesis \
		--as-of $early >findings.json
	[ "$(verdict KSR-BUNDLE-POP)" = pass ]
	[ "$(verdict KSR-GENESIS)" = pass ]
	# The shape of the root zone's requests is asked for by name.
	printf '%s\n' 'ksr: { icann: { keys-per-bundle: [2,1,1,1,1,1,1,1,2] } }' \
		>root.yaml
	cat policy.yaml >>root.yaml
	run -5 kmgr check-ksr icann.ksr --policy root.yaml --genesis \
		--as-of $early
	[[ $output == *"KSR-POLICY-KEYS"*"ksr.icann.keys-per-bundle says 2"* ]]
	# Two things at once: another date, and eight bundles.
	make_ksr icann 8
	run -5 --separate-stderr kmgr check-ksr icann.ksr --policy policy.yaml \
		--genesis --as-of 2027-02-01
	[[ $output == *"KSR-BUNDLE-COUNT"*"8 bundles; ksr.icann.bundle-count is 9"* ]]
	[[ $output == *"KSR-BUNDLE-PAST"*"bundle 1 ended at"* ]]
	[[ $stderr == *"kmgr explain-rule KSR-BUNDLE-COUNT"* ]]
}

@test "a KSK in the place of a ZSK is found in every format" {
	local format

	for format in icann bind knot; do
		make_ksr $format
		sed -i 's/DNSKEY\( \|\t\)*256/DNSKEY 257/
			s|<Flags>256|<Flags>257|' $format.ksr
		run -5 kmgr check-ksr $format.ksr --policy policy.yaml \
			--as-of $early
		[[ $output == *"KSR-KEY-FLAGS"*"flags 257, a KSK; a ZSK has 256"* ]]
	done
}

@test "the zone is the one that is wanted" {
	make_ksr knot
	run -0 kmgr check-ksr knot.ksr --policy policy.yaml --as-of $early \
		--zone example.com
	run -5 kmgr check-ksr knot.ksr --policy policy.yaml --as-of $early \
		--zone example.org
	[[ $output == *"KSR-DOMAIN"*"it is for example.com.; example.org. is wanted"* ]]
	sed -i 's/example.com/example.net/' policy.yaml
	run -5 kmgr check-ksr knot.ksr --policy policy.yaml --as-of $early
	[[ $output == *"KSR-DOMAIN"*"is not among the policy's zones"* ]]
}

@test "what is no request is exit 4, and a contradiction exit 2" {
	make_ksr bind
	echo 'nothing of the kind' >junk
	run -4 kmgr check-ksr junk --policy policy.yaml
	run -4 kmgr check-ksr bind.ksr --policy policy.yaml --previous-skr bind.ksr
	[[ $output == *"--previous-skr: bind.ksr is a request, and no response"* ]]
	run -2 kmgr check-ksr bind.ksr
	[[ $output == *"--policy FILE or --cmk CMK"* ]]
	run -2 kmgr check-ksr bind.ksr --policy policy.yaml --cmk prod
	run -2 kmgr check-ksr bind.ksr --policy policy.yaml --as-of yesterday
	run -3 kmgr check-ksr bind.ksr --policy bind.ksr
	run -0 kmgr check-ksr - --policy policy.yaml --as-of $early <bind.ksr
}

@test "with a CMK its own policy and the zone's KSKs count, and no PIN" {
	need_program softhsm2-util
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	kmgr init >/dev/null
	kmgr -q create-cmk prod --token main --policy policy.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	make_ksr knot
	mv tokens tokens.away
	run -0 kmgr check-ksr knot.ksr --cmk prod --as-of $early --genesis
	run -5 kmgr check-ksr knot.ksr --cmk prod --as-of $early
	[[ $output == *"KSR-GENESIS"*"--genesis is not given"* ]]
	# The KSK itself, called a ZSK.
	kmgr --json list-ksks example.com | jq -r '.ksks[0].dnskey' >ksk
	sed "s/^.*257 3 13/example.com. 3600 IN DNSKEY 256 3 13/" ksk >ksk.key
	kmgr make-ksr example.com --format knot --start $start --zsk a.key \
		--zsk ksk.key --end 2027-06-01 -o bad.ksr
	run -5 kmgr check-ksr bad.ksr --cmk prod --as-of $early --genesis
	[[ $output == *"KSR-KEY-KSK"*"fail"*"the key of KSK"* ]]
	run -0 kmgr check-ksr bad.ksr --policy policy.yaml --as-of $early
}

@test "explain-rule knows what kskm checks by its names" {
	local id

	for id in KSR-DOMAIN KSR-ID KSR-BUNDLE-UNIQUE KSR-BUNDLE-KEYS \
		KSR-BUNDLE-POP KSR-BUNDLE-COUNT KSR-BUNDLE-CYCLE-DURATION \
		KSR-POLICY-KEYS KSR-POLICY-ALG KSR-POLICY-SIG-OVERLAP \
		KSR-POLICY-SIG-VALIDITY KSR-POLICY-SIG-HORIZON \
		KSR-POLICY-BUNDLE-INTERVALS KSR-CHAIN-KEYS KSR-CHAIN-OVERLAP \
		KSR-POLICY-SAFETY SKR-VERIFY; do
		run -0 kmgr explain-rule $id
		[[ $output == "$id: "* && $output == *kskm* ]]
	done
}
