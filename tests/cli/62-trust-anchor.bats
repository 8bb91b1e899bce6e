# The trust anchors of a zone in the file that validators read.
load ../lib/common

setup() {
	kmgr_here
	printf 'version: 1\nzones: ["."]\nds: { digest-types: %s }\n' \
		'[sha-256, sha-384]' >p.yaml
	kmgr -q create-cmk root --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk . --cmk root >/dev/null
}

# values ELEMENT: of the file anchors.xml, a line each.
values() {
	grep -o "<$1>[^<]*" anchors.xml | cut -d '>' -f 2
}

@test "each digest of each KSK, as the DS has it, with key and flags" {
	kmgr export-trust-anchor . --source 'https://example/a?b&c' \
		-o anchors.xml
	xmllint --noout anchors.xml
	[ "$(values Zone)" = . ]
	grep -q 'source="https://example/a?b&amp;c"' anchors.xml
	paste -d ' ' <(values KeyTag) <(values Algorithm) \
		<(values DigestType) <(values Digest) >ours
	kmgr get-ds . | cut -d ' ' -f 4- >theirs
	diff ours theirs
	[ "$(wc -l <ours)" = 2 ]
	[ "$(values Flags | sort -u)" = 257 ]
	[ "$(values PublicKey | head -n 1)" = \
		"$(kmgr --json get-ds . | jq -r '.ds[0].public_key')" ]
	from=$(kmgr --json get-ds . | jq -r '.ds[0].created_date' | tr -d Z)
	grep -q "validFrom=\"$from+00:00\">" anchors.xml
}

@test "the same keys give the same file, another key another id" {
	kmgr export-trust-anchor . >a
	kmgr export-trust-anchor . >b
	cmp a b
	kmgr -q create-ksk . --cmk root --another >/dev/null
	kmgr export-trust-anchor . >b
	run ! cmp <(grep -o 'TrustAnchor id="[^"]*' a) \
		<(grep -o 'TrustAnchor id="[^"]*' b)
	[ "$(grep -c '<KeyDigest' b)" = 4 ]
	tag=$(kmgr --json list-ksks | jq '.ksks[1].key_tag')
	kmgr export-trust-anchor "./$tag" >c
	[ "$(grep -c "<KeyTag>$tag<" c)" = 2 ]
}

@test "a zone without KSK has no trust anchor" {
	run -4 kmgr export-trust-anchor example.com -o file
	[[ $output == *"has no KSK"* ]]
	[ ! -e file ]
}
