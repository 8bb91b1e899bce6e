# What policy refused stands in the ledger.
load ../lib/common

setup() {
	kmgr_here
	printf 'version: 1\nzones: ["*.example"]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk prod >/dev/null
}

refusals() {
	kmgr --json list-events --type refusal | jq -c ".events[].payload | $1"
}

@test "a refused command is an event that names command, reason and subject" {
	run kmgr create-ksk other.test --cmk prod
	[ "$status" -eq 5 ]
	[ "$(refusals '[.command, .zone]')" = '["create-ksk","other.test."]' ]
	[[ $(refusals .message) == *KSK-ZONE* ]]
	[ "$(refusals .cmk_id)" = \
		"$(kmgr --json describe-cmk prod | jq .cmk.id)" ]
	[ "$(kmgr --json list-events --zone other.test --type refusal |
		jq '.events | length')" -eq 1 ]
	run kmgr verify
	[ "$status" -eq 0 ]
}

@test "the same refusal again and again is one event" {
	for _ in 1 2 3; do
		run kmgr create-ksk other.test --cmk prod
		[ "$status" -eq 5 ]
	done
	[ "$(refusals .command | wc -l)" -eq 1 ]
	run kmgr create-ksk third.test --cmk prod
	run kmgr create-ksk other.test --cmk prod
	[ "$(refusals .command | wc -l)" -eq 3 ]
}

@test "a refused ZSK set is an event; of many zones one with all of them" {
	mkdir d
	echo 'a.example. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==' \
		>d/a.example.zone
	run kmgr sign-zsks a.example d/a.example.zone --validity 500d
	[ "$status" -eq 5 ]
	[ "$(refusals '[.command, .zone]')" = '["sign-zsks","a.example."]' ]
	run kmgr sign-zsks --zones-from d --validity 500d
	[ "$status" -eq 5 ]
	[ "$(refusals 'select(.n_zones) | [.n_zones, .zones[0].error]')" = \
		'[1,"policy"]' ]
}

@test "what is no refusal, or changes nothing, is no such event" {
	run kmgr create-ksk other.test --cmk prod --dry-run
	[ "$status" -eq 5 ]
	run kmgr create-ksk a.example --cmk nobody
	[ "$status" -eq 4 ]
	run kmgr check-policy /dev/null
	[ "$status" -ne 0 ]
	[ -z "$(refusals .)" ]
}
