# The token of a zone's KSK is gone for good.
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

# Two tokens; the KSK of the zone is in the first, its standby, whose DS is at
# the parent, in the second.
setup() {
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	first=$TOKEN_URI
	softhsm_new "$BATS_TEST_TMPDIR" spare
	kmgr_env "$BATS_TEST_TMPDIR" "main=$first" "spare=$TOKEN_URI"
	cd "$BATS_TEST_TMPDIR"
	kmgr init >/dev/null
	printf 'version: 1\nzones: ["."]\nksk: { standby: { kind: ds, cmk: b } }\n' >a.yaml
	printf 'version: 1\nzones: ["."]\n' >b.yaml
	kmgr -q create-cmk b --token spare --policy b.yaml >/dev/null
	kmgr -q create-cmk a --token main --policy a.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk a >/dev/null
	dnssec-keygen -q -a ECDSAP256SHA256 example.com >/dev/null
	cat K*.key >zsk
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	life_activate
	kmgr_later 3d -q create-ksk example.com --standby --cmk b >/dev/null
	new=$(life_newest)
	kmgr_later 4d -q sign-zsks example.com zsk >/dev/null
	kmgr_later 4d -q ds-add "example.com/$new" >/dev/null
	kmgr_later 4d -q ds-seen "example.com/$new" >/dev/null
}

# token_gone LABEL: the directory of that token is moved away.
token_gone() {
	local object

	mkdir -p gone
	for object in tokens/*; do
		if grep -q -a "$1" "$object/token.object"; then
			mv "$object" gone/
		fi
	done
}

@test "loss: the standby in another token takes over, and answers for it" {
	token_gone kmgr
	run -6 kmgr_later 6d sign-zsks example.com zsk
	run kmgr_later 6d roll-ksk example.com --reason loss --dry-run
	[ "$status" -eq 0 ]
	[[ $output == *"KSK example.com./$tag can deceive resolvers for"* ]]
	run -2 setsid -w "$KMGR" roll-ksk example.com --reason loss
	[[ $output == *--yes* ]]
	kmgr_later 6d -q roll-ksk example.com --reason loss --yes >/dev/null
	kmgr_later 6d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	grep -q "RRSIG DNSKEY.* $new example.com" signed
	kmgr_later 6d -q ds-remove "example.com/$tag" >/dev/null
	kmgr_later 7d -q ds-gone "example.com/$tag" >/dev/null
	kmgr_later 9d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	run kmgr_later 9d verify
	echo "$output"
	[[ $output != *"ksk:"* ]]
}
