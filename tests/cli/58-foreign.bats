# KSKs of other providers.
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

setup() {
	life_zone
	other=$(dnssec-keygen -q -f KSK -a ECDSAP256SHA256 example.com)
	foreign=$((10#${other##*+}))
}

@test "a foreign key is in every set that is signed, and in what is shown" {
	cat "$other.key" zsk >served
	kmgr -q add-foreign-key example.com served >/dev/null
	kmgr -q sign-zsks example.com zsk >signed
	grep -qF "$(awk '/DNSKEY/ { print $NF }' "$other.key")" signed
	# It signs nothing here.
	[ "$(grep -c RRSIG signed)" -eq 1 ]
	kmgr --json status example.com | jq -e --argjson tag "$foreign" \
		'.zones[0].ksks[] | select(.key_tag == $tag) | .foreign'
	kmgr -q verify >/dev/null
}

@test "an unregistered KSK in a ZSK set stays refused" {
	cat "$other.key" zsk >mixed
	run -4 kmgr sign-zsks example.com mixed
}

@test "the same again is nothing, ours and colliding ones are refused" {
	kmgr -q add-foreign-key example.com "$other.key" >/dev/null
	run kmgr add-foreign-key example.com "$other.key"
	[ "$status" -eq 0 ]
	[[ $output == *"nothing to do"* ]]
	kmgr --json list-ksks | jq -r \
		'"example.com. IN DNSKEY \(.ksks[0].dnskey)"' >ours
	run -4 kmgr add-foreign-key example.com ours
	[[ $output == *"is one of ours"* ]]
	run -4 kmgr add-foreign-key example.com zsk
	[[ $output == *"no DNSKEY record with flags 257"* ]]
	run -4 kmgr add-foreign-key example.com "$other.key" --at +1d
	run -4 kmgr add-foreign-key example.org "$other.key"
}

@test "it goes as ours do: DS, wait, DNSKEY, wait" {
	life_activate
	kmgr_later 5d -q add-foreign-key example.com "$other.key" >/dev/null
	kmgr_later 5d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 2 ]
	kmgr_later 6d -q remove-foreign-key "example.com/$foreign" >/dev/null
	run -11 kmgr_later 6d remove-foreign-key "example.com/$foreign"
	[[ $output == *"on its way out"* ]]
	kmgr_later 6d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	run -11 kmgr_later 6d remove-foreign-key "example.com/$foreign"
	kmgr_later 7d -q remove-foreign-key "example.com/$foreign" >/dev/null
	run -4 kmgr_later 7d remove-foreign-key "example.com/$foreign"
	kmgr_later 7d -q verify >/dev/null
}

@test "a zone joins by run alone, which admits what its source has" {
	printf 'zones:\n  example.com:\n    source: { file: %s }\n' \
		"$PWD/zsk" >>kmgr.yaml
	printf '    publish: { directory: %s }\n' "$PWD/out" >>kmgr.yaml
	kmgr -q add-foreign-key example.com "$other.key" --at -3d >/dev/null
	kmgr -q zone-signed example.com --alg 13 --at -3d >/dev/null
	# A DS leads to the zone: no first set may come of itself.
	kmgr -q run >/dev/null
	[ "$(grep -c ' 257 3 13 ' out/dnskey.zone)" -eq 2 ]
	grep -q ' 256 3 13 ' out/dnskey.zone
	kmgr_later 2d -q run >/dev/null
	[ "$(sqlite3 kmgr.db 'SELECT ds_add_at > 0 FROM ksk')" -eq 1 ]
	kmgr -q verify
}

@test "remove-foreign-key is not for ours" {
	run -4 kmgr remove-foreign-key "example.com/$tag"
	[[ $output == *"is one of ours"* ]]
}
