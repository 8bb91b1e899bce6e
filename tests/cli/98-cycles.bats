# Four cycles of requests, each answered from where the last one ended: a KSK
# rolled by RFC 5011, and one whose DS is at a parent.
load ../lib/common

bats_require_minimum_version 1.5.0

# zone_new ZONE KSK-POLICY: two KSKs, CUR and NEXT, and a ZSK.
zone_new() {
	need_program dnssec-keygen jq
	cd "$BATS_TEST_TMPDIR"
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	kmgr init
	cat >p.yaml <<-END
		version: 1
		zones: ["."]
		ksk: $2
		ksr:
		  icann: { bundle-count: 3, max-bundles: 3, min-cycle: 40d,
		    max-cycle: 40d, min-interval: 20d, max-interval: 20d,
		    keys-per-bundle: [], max-validity: 35d, horizon: 400d }
	END
	ZONE=$1
	kmgr -q create-cmk prod --token main --policy p.yaml
	kmgr -q create-ksk "$ZONE" --cmk prod
	kmgr -q create-ksk "$ZONE" --cmk prod --another
	CUR=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	NEXT=$(kmgr --json list-ksks | jq '.ksks[1].key_tag')
	ZSK=$(dnssec-keygen -q -a ECDSAP256SHA256 -L 3600 "$ZONE").key
	# Whole days, whatever the time is.
	START=$(date -u -d '+1 day 00:00' +%s)
}

# request N: that of the Nth cycle of 60 days, in N.ksr.
request() {
	kmgr -q make-ksr "$ZONE" --format icann --zsk "$ZSK" --ttl 1h \
		--start "$(date -u -d "@$((START + ($1 - 1) * 60 * 86400))" \
		+%FT%TZ)" --bundles 3 --interval 20d --validity 35d -o "$1.ksr"
}

# answer N SCHEMA [OPTION...]: the Nth request at the day before its cycle;
# without a schema where that is "".
answer() {
	request "$1"
	kmgr_at "$1" -q sign-ksr "$1.ksr" --yes -o "$1.skr" \
		${2:+--schema "$2" --current "$CUR" --next "$NEXT"} "${@:3}"
}

# kmgr_at N ARGUMENT...
kmgr_at() {
	kmgr_later $((($1 - 1) * 60))d "${@:2}"
}

# roles N: tag/roles of each bundle's KSKs, as in "1 4711/S".
roles() {
	kmgr --json show-ksr "$1.skr" | jq -r --arg cur "$CUR" \
		--arg next "$NEXT" '.bundles | to_entries[] | . as $b |
		[.value.keys[] | select(.flags != 256) | . as $key |
		(if .flags == 385 then "revoked" elif "\(.key_tag)" == $cur
		then "cur" else "next" end) +
		(if any($b.value.signatures[]; .key_tag == $key.key_tag)
		then "/S" else "/P" end)] | sort | join(" ")' | paste -sd ,
}

@test "RFC 5011: normal, pre-publish, rollover, revoke, each on the last" {
	zone_new . '{ rfc5011: true }'
	answer 1 normal --genesis
	[ "$(roles 1)" = cur/S,cur/S,cur/S ]
	answer 2 pre-publish
	[ "$(roles 2)" = 'cur/S,cur/S next/P,cur/S next/P' ]
	answer 3 rollover
	[ "$(roles 3)" = 'cur/S next/P,cur/P next/S,cur/P next/S' ]
	answer 4 revoke
	[ "$(roles 4)" = 'cur/P next/S,next/S revoked/S,next/S' ]
	for n in 1 2 3 4; do
		kmgr verify-skr $n.skr --ksr $n.ksr
	done
	kmgr_at 4 verify
	# Who is revoked is an anchor until then.
	revoked=$(kmgr --json show-ksr 4.skr | jq -r '.bundles[1].inception')
	kmgr export-trust-anchor . >anchors.xml
	[ "$(grep -c validUntil anchors.xml)" -eq 1 ]
	grep -A 1 "validUntil=\"${revoked%Z}+00:00\"" anchors.xml |
		grep "<KeyTag>$CUR<"
	[ "$(kmgr --json list-events --type sign-ksr | jq '.events | length')" \
		= 4 ]
}

@test "RFC 5011: what does not follow the last response is refused" {
	zone_new . '{ rfc5011: true }'
	answer 1 normal --genesis
	# A cycle left out, one again, a key that nobody has seen yet.
	run -5 answer 3 normal
	[[ $output == *KSR-CHAIN-OVERLAP* ]]
	run -5 answer 2 rollover
	[[ $output == *'SKR-DS-CHAIN: '*'no trust anchor that all followers'* ]]
	run -5 answer 2 revoke
	[[ $output == *KSR-POLICY-SAFETY* ]]
	run -5 answer 2 pre-publish --genesis
	[[ $output == *KSR-GENESIS* ]]
	[ ! -e 2.skr ]
	answer 2 pre-publish
	answer 3 rollover
	# Back to the old one, that is published yet.
	run -5 answer 4 normal
	kmgr_at 4 verify
}

# save, load: store and token, as they are and were.
save() {
	mkdir saved
	cp -r kmgr.db tokens saved
}

load() {
	rm -rf kmgr.db* tokens
	cp -r saved/kmgr.db saved/tokens .
}

@test "a DS: the old KSK stays until its DS is gone, and was waited for" {
	# Who rolls by DS revokes nothing: the oracle says when a KSK may leave.
	zone_new example '{}'
	answer 1 normal --genesis
	kmgr_later 5d -q ds-seen --force "example/$CUR"
	answer 2 pre-publish
	[ "$(roles 2)" = 'cur/S,cur/S next/P,cur/S next/P' ]

	# No DS has changed: the old KSK signs all that will be served.
	run -5 answer 3 rollover
	[[ $output == *"SKR-RFC5011: bundle 2: KSK $CUR signed before"* ]]
	[[ $output == *"SKR-DS-CHAIN: "* ]]
	run -5 answer 3 revoke
	[[ $output == *"SKR-RFC5011: "*"KSK $CUR"* ]]
	[ ! -e 3.skr ]
	# Both sign, so that the DS may be that of either.
	answer 3 ''
	[ "$(roles 3)" = 'cur/S next/S,cur/S next/S,cur/S next/S' ]
	kmgr_later 125d -q ds-seen --force "example/$NEXT"

	# Both DS are there: a resolver may have that of either.
	OLD=$CUR CUR=$NEXT NEXT=$OLD
	run -5 answer 4 normal
	[[ $output == *SKR-DS-CHAIN* ]]
	save
	kmgr_at 4 -q ds-gone --force "example/$OLD"
	run -5 answer 4 normal
	[[ $output == *SKR-DS-CHAIN* ]]
	[ ! -e 4.skr ]
	load
	kmgr_later 170d -q ds-gone --force "example/$OLD"
	answer 4 normal
	[ "$(roles 4)" = cur/S,cur/S,cur/S ]

	kmgr_later 175d -q get-ds example -o ds
	kmgr verify-skr 4.skr --ksr 4.ksr --ds ds
	run -4 kmgr verify-skr 1.skr --ksr 1.ksr --ds ds
	[[ $output == *'RESPONSE-DS '*fail* ]]
	kmgr_at 4 verify
}
