# For bats files about the life cycle: load ../lib/life

# life_cmk POLICY-LINE...: a token, a CMK "prod" whose policy has these lines,
# and ZSKs of example.com in the file zsk.
life_cmk() {
	kmgr_here
	printf '%s\n' 'version: 1' 'zones: ["."]' "$@" >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	dnssec-keygen -q -a ECDSAP256SHA256 example.com >/dev/null
	cat K*.key >zsk
}

# life_zone POLICY-LINE...: likewise, and the zone has a KSK, its tag in $tag.
life_zone() {
	life_cmk "$@"
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
}

# life_activate: the zone's only KSK is published now, and its DS is at the
# parent in two days.
life_activate() {
	kmgr -q sign-zsks example.com zsk >/dev/null
	kmgr_later 2d -q ds-add "example.com/$tag" >/dev/null
	kmgr_later 2d -q ds-seen "example.com/$tag" >/dev/null
}

# life_todo DURATION: what is to be done next then, and what is waited for.
life_todo() {
	kmgr_later "$1" --json status example.com |
		jq -r '.zones[0] | "\(.waits_for) \(.todo)"'
}

# life_newest: the key tag of the KSK that was made last.
life_newest() {
	kmgr --json list-ksks example.com | jq '.ksks[-1].key_tag'
}
