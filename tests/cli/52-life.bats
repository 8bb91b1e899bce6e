# A roll by hand, from its first signed set to the end of the old KSK: what is
# signed, what the parent should have, and what has to wait, at each step.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	need_program sqlite3 jq
	kmgr_here
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	echo 'example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==' >zsk
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	old=$(kmgr --json create-ksk example.com --cmk prod |
		jq '.ksks[0].key_tag')
}

# signers AT: the KSKs of the set that is signed then.
signers() {
	kmgr_later "$1" sign-zsks example.com zsk >"signed$1"
	awk '$4 == "RRSIG" { print $11 }' "signed$1" | sort -n | xargs
}

# both: the tags of the two in the order of numbers.
both() {
	printf '%s\n' "$old" "$new" | sort -n | xargs
}

# wanted AT: the DS that the parent should have then.
wanted() {
	kmgr_later "$1" -q get-ds example.com | awk '{ print $4 }' | xargs
}

# instant FACT SECONDS: so long after a fact of the KSK with that tag.
instant() {
	date -u -d "@$(($(sqlite3 kmgr.db "SELECT $2 FROM ksk
		WHERE key_tag = $1") + $3))" +%Y-%m-%dT%H:%M:%SZ
}

at_parent() {
	kmgr sign-zsks example.com zsk >/dev/null
	kmgr_later 26h -q ds-seen "example.com/$old" >/dev/null
}

@test "the first DS waits until no cache has the zone as it was unsigned" {
	run -11 kmgr ds-seen "example.com/$old"
	kmgr sign-zsks example.com zsk >/dev/null
	run -11 kmgr_later 24h ds-seen "example.com/$old"
	[[ $output == *"until $(instant "$old" dnskey_in_at $((25 * 3600)))"* ]]
	run -11 kmgr_later 24h ds-seen "example.com/$old" --dry-run
	[ "$(sqlite3 kmgr.db 'SELECT count(ds_add_at) FROM ksk')" -eq 0 ]
	run -0 kmgr_later 26h ds-seen "example.com/$old"
	# It was asked for and seen in one instant.
	[ "$(sqlite3 kmgr.db 'SELECT ds_add_at = ds_seen_at FROM ksk')" -eq 1 ]
}

@test "a roll by hand: set, DS and waits at each step" {
	at_parent
	kmgr_later 5d -q roll-ksk example.com >/dev/null
	new=$(kmgr --json list-ksks | jq '.ksks[-1].key_tag')
	[ "$(signers 5d)" = "$(both)" ]
	[ "$(wanted 5d)" = "$old" ]
	# dnskey-ttl, zone-propagation-delay and publish-safety: 1h each.
	run -11 kmgr_later 5d ds-seen "example.com/$new"
	[[ $output == *"until $(instant "$new" dnskey_in_at 10800)"* ]]
	run -11 kmgr_later 5d ds-gone "example.com/$old"
	kmgr_later 6d -q ds-seen "example.com/$new" >/dev/null
	kmgr_later 6d -q ds-gone "example.com/$old" >/dev/null
	[ "$(wanted 6d)" = "$new" ]
	# parent-ds-ttl 1d, parent-propagation-delay and retire-safety 1h.
	[ "$(signers 7d)" = "$(both)" ]
	run -11 kmgr_later 7d delete-ksk "example.com/$old"
	[ "$(signers 8d)" = "$new" ]
	[ "$(grep -c 'DNSKEY 257' signed8d)" -eq 1 ]
	kmgr verify >/dev/null
	# What it signed on the seventh day lives for fourteen.
	run -11 kmgr_later 20d delete-ksk "example.com/$old"
	[[ $output == *"a signature by it is valid until"* ]]
	kmgr_later 22d -q delete-ksk "example.com/$old" >/dev/null
	[ "$(signers 22d)" = "$new" ]
}

@test "--force records what is so, and tells what the oracle says to it" {
	at_parent
	kmgr_later 5d -q roll-ksk example.com >/dev/null
	new=$(kmgr --json list-ksks | jq '.ksks[-1].key_tag')
	# The parent has the DS of a KSK that no cache knows, and no other.
	kmgr_later 5d -q ds-seen "example.com/$new" --force >/dev/null
	run -0 kmgr_later 5d ds-gone "example.com/$old" --force
	[[ $output == *"the oracle: SKR-DS-CHAIN: from "*" until "* ]]
	[[ $output == *"with the DNSKEY set signed"*" by KSK $old"* ]]
	[[ $output == *"and the DS set $new in its caches is bogus"* ]]
	run -2 kmgr_later 5d check --no-network example.com
	[[ $output == *"CRITICAL"*"SKR-DS-CHAIN: from "*" is bogus"* ]]
}

@test "DS that nobody wants are refused: exit 5" {
	kmgr sign-zsks example.com zsk >/dev/null
	run kmgr_later 26h ds-gone "example.com/$old"
	[ "$status" -eq 5 ]
	[[ $output == *"no part of the plan"* ]]
}
