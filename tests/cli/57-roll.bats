# Rolls by hand, and zones that leave DNSSEC.
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

setup() {
	life_zone
}

@test "a roll, every step by hand, and none before its time" {
	life_activate
	kmgr_later 5d -q roll-ksk example.com >/dev/null
	new=$(life_newest)
	[ "$new" != "$tag" ]
	run -11 kmgr_later 5d roll-ksk example.com
	[[ $output == *"the roll of example.com./$tag goes on"* ]]
	kmgr_later 5d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 2 ]
	run -11 kmgr_later 5d ds-add "example.com/$new"
	[[ $output == *"DNSKEY TTL 1h + zone-propagation-delay 1h + publish-safety 1h"* ]]
	run -11 kmgr_later 5d ds-remove "example.com/$tag"
	kmgr_later 6d -q ds-add "example.com/$new" >/dev/null
	kmgr_later 6d -q ds-remove "example.com/$tag" >/dev/null
	kmgr_later 6d -q ds-seen "example.com/$new" >/dev/null
	kmgr_later 6d -q ds-gone "example.com/$tag" >/dev/null
	kmgr_later 6d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 2 ]
	kmgr_later 8d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	kmgr_later 9d -q verify >/dev/null
}

# roll_all: a roll to its end, in eight days; the new tag in $new.
roll_all() {
	life_activate
	kmgr_later 5d -q roll-ksk example.com >/dev/null
	new=$(life_newest)
	kmgr_later 5d -q sign-zsks example.com zsk >/dev/null
	kmgr_later 6d -q ds-add "example.com/$new" >/dev/null
	kmgr_later 6d -q ds-remove "example.com/$tag" >/dev/null
	kmgr_later 6d -q ds-seen "example.com/$new" >/dev/null
	kmgr_later 6d -q ds-gone "example.com/$tag" >/dev/null
	kmgr_later 8d -q sign-zsks example.com zsk >/dev/null
}

@test "after a roll nothing is to do: the old KSK can be deleted, from when" {
	local from

	roll_all
	printf '%s\n' 'zones:' '  example.com:' \
		"    source: { file: $PWD/zsk }" >>kmgr.yaml
	[ "$(life_todo 9d)" = "time null" ]
	run -0 kmgr_later 9d run
	run -0 kmgr_later 9d status example.com
	[[ $output != *"waits for the "* ]]
	[[ $output == *"
next: nothing to do
KSK $tag can be deleted from 20"*"Z: kmgr delete-ksk \
example.com./$tag"* ]]
	# What is retired is not rolled.
	[[ $output =~ $tag' '[^$'\n']*'DS hidden'$'\n' ]]
	run -0 kmgr_later 9d status
	[[ $output == *"; waits for time until 20"*"Z; KSK $tag can be deleted \
from 20"*"Z: kmgr delete-ksk example.com./$tag" ]]
	run -0 kmgr_later 9d plan example.com
	[[ $output == *"nothing needs any more: example.com./$tag
    kmgr delete-ksk ends it"* ]]
	[[ $output != *"waits for due"* ]]
	# It says when, and that is so.
	from=$(kmgr_later 9d --json status example.com |
		jq -r ".zones[0].ksks[] | select(.key_tag == $tag) |
			.delete_from")
	run kmgr_later 9d delete-ksk "example.com/$tag"
	[[ $output == *"until $from" ]]
	kmgr_later 30d -q delete-ksk "example.com/$tag" >/dev/null
	[[ $(kmgr_later 30d status) != *"can be deleted"* ]]
}

@test "a KSK that goes, or is dead, has no roll to come" {
	roll_all
	run -0 kmgr_later 8d status example.com
	[[ $(grep -c 'its roll begins at' <<<"$output") -eq 1 ]]
	kmgr_later 8d -q go-insecure example.com --yes >/dev/null
	run -0 kmgr_later 8d status example.com
	[[ $output != *"its roll begins at"* ]]
	[ "$(kmgr_later 8d --json status example.com |
		jq '[.zones[0].ksks[].roll] | all(. == null)')" = true ]
}

@test "roll-ksk takes up what a run that died has left" {
	life_activate
	# As if it had died between the successor and the end of the old KSK.
	kmgr_later 5d -q create-ksk example.com --another --cmk prod >/dev/null
	kmgr_later 5d -q roll-ksk example.com >/dev/null
	kmgr --json list-ksks | jq -e '.ksks | length == 2'
}

@test "roll-ksk --dry-run changes nothing" {
	life_activate
	before=$(sqlite3 kmgr.db 'SELECT count(*) FROM ledger')
	run kmgr_later 5d roll-ksk example.com --dry-run
	[[ $output == *"would make an ECDSAP256SHA256 KSK"* ]]
	[[ $output == *"would retire KSK example.com./$tag (scheduled)"* ]]
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM ledger')" = "$before" ]
}

@test "compromise: the exposure is shown, and somebody has to choose" {
	life_activate
	run kmgr_later 5d roll-ksk example.com --reason compromise --dry-run
	# 3600 * 3 until the new DNSKEY is everywhere, then 86400 + 3600.
	[[ $output == *"KSK example.com./$tag can deceive resolvers for 1d4h from now on; with margins 1d5h"* ]]
	[[ $output == *"DS TTL 1d + parent-propagation-delay 1h"* ]]
	run -2 setsid -w "$KMGR" roll-ksk example.com --reason compromise
	[[ $output == *--yes*--break-chain* ]]
	kmgr --json list-ksks | jq -e '.ksks | length == 1'
	kmgr_later 5d -q roll-ksk example.com --reason compromise --yes >/dev/null
	kmgr_later 5d --json status example.com |
		jq -e '[.zones[0].ksks[].state] == ["retired", "generated"]'
}

@test "compromise: who breaks the chain repeats the zone's name" {
	life_activate
	run -2 kmgr_later 5d roll-ksk example.com --reason compromise \
		--break-chain example.org
	run -2 kmgr_later 5d roll-ksk example.com --break-chain example.com
	run kmgr_later 5d roll-ksk example.com --reason compromise \
		--break-chain example.com
	[ "$status" -eq 0 ]
	[[ $output == *"may find example.com. bogus"* ]]
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM ksk
		WHERE ds_remove_at IS NOT NULL')" -eq 1 ]
	# Until the new DS is there, and for DS TTL 1d +
	# parent-propagation-delay 1h after it, caches may know of none.
	kmgr_later 5d --json plan example.com >plan.json
	from=$(date -ud "@$(sqlite3 kmgr.db 'SELECT max(ds_remove_at)
		FROM ksk')" +%FT%TZ)
	seen=$(jq -r '[.zones[0].moments[] | select(.step == "add-ds")][0].at' \
		plan.json)
	until=$(date -ud "$seen + 25 hours" +%FT%TZ)
	jq -e --arg from "$from" --arg until "$until" \
		'.zones[0].oracle | test("no resolver finds the zone bogus; " +
		"the chain of trust is broken from " + $from + " to " +
		$until + ": resolvers that ask the parent while it has " +
		"no DS take the zone for insecure$")' plan.json
	# People read who is waited for, machines a word.
	run -0 kmgr_later 5d describe-ksk "example.com/$tag"
	[[ $output == *"
  waits for   the parent to have no DS until "*", for remove-ds"* ]]
	kmgr_later 5d --json describe-ksk "example.com/$tag" | jq -e '
		.ksk.waits_for | startswith("ds-gone until ")'
	# Also where each of many zones has a line.
	for i in 1 2 3 4; do
		kmgr_later 5d -q create-ksk "z$i.example" --cmk prod >/dev/null
	done
	run -0 kmgr_later 5d plan
	[[ $output == *"example.com.: "*"; oracle: "*"is broken from "* ]]
	[[ $output != *"z1.example.: "*"; oracle: "*z2.example.* ]]
}

@test "compromise is refused without the approvers that the policy demands" {
	printf 'approvals: { roll-ksk: 1, approvers: ["%s"] }\n' \
		"$(ssh-keygen -q -t ed25519 -N '' -f alice >/dev/null &&
		cat alice.pub)" >>p.yaml
	kmgr -q create-cmk strict --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk strict >/dev/null
	dnssec-keygen -q -a ECDSAP256SHA256 example.net >/dev/null
	kmgr -q sign-zsks example.net Kexample.net*.key >/dev/null
	run -11 kmgr roll-ksk example.net --reason compromise --yes
	plan=$(kmgr --json list-plans | jq -r '.plans[0].hash')
	kmgr -q show-plan "$plan" -o plan.txt
	ssh-keygen -q -Y sign -n kmgr-plan -f alice plan.txt
	foretold kmgr -q approve "$plan" --signature plan.txt.sig >/dev/null
	kmgr --json list-ksks example.net | jq -e '.ksks | length == 2'
	# On schedule nobody is asked.
	kmgr -q roll-ksk example.com --dry-run >/dev/null || [ $? -eq 4 ]
}

@test "another CMK: algorithm and policy change, both sign" {
	life_activate
	printf 'version: 1\nzones: ["."]\nksk: { algorithm: ed25519 }\nzsk: { algorithms: [ed25519] }\n' \
		>q.yaml
	kmgr_later 5d -q create-cmk next --token main --policy q.yaml >/dev/null
	kmgr_later 5d -q roll-ksk example.com --cmk next >/dev/null
	kmgr --json list-ksks | jq -e '[.ksks[] | [.cmk, .algorithm]] ==
		[["prod", "ECDSAP256SHA256"], ["next", "ED25519"]]'
	# First the zone signer signs with the new algorithm, too.
	[ "$(life_todo 5d)" = "signer kmgr zone-signed example.com. --alg ED25519" ]
	# Each policy judges its own algorithm: a set with both is signed.
	dnssec-keygen -q -a ED25519 example.com >/dev/null
	cat Kexample.com.+015*.key >>zsk
	run -11 kmgr_later 5d sign-zsks example.com zsk
	[[ $output == *"kmgr zone-signed example.com. --alg 15"* ]]
	kmgr_later 5d -q zone-signed example.com --alg ed25519 >/dev/null
	kmgr_later 7d -q sign-zsks example.com zsk >signed
	[ "$(grep -v RRSIG signed | grep -c ' 256 3 ')" -eq 2 ]
	dnssec-keygen -q -a ECDSAP384SHA384 example.com >/dev/null
	cat zsk Kexample.com.+014*.key >third
	kmgr_later 7d -q zone-signed example.com --alg 14 >/dev/null
	run -5 kmgr_later 9d sign-zsks example.com third
	[[ $output == *ZSK-ALGORITHM* ]]
}

@test "an algorithm that the zone needs is not to be dropped" {
	life_activate
	run -5 kmgr_later 5d zone-unsigned example.com --alg 13
	run -4 kmgr_later 5d zone-signed example.com --alg ed25519 --at +9d
	run -2 kmgr zone-signed example.com
	run -2 kmgr zone-signed example.com --alg rot13
}

@test "a zone goes insecure by its own waits, and back" {
	life_activate
	run -2 setsid -w "$KMGR" go-insecure example.com
	kmgr_later 5d -q go-insecure example.com --yes >/dev/null
	[ "$(life_todo 5d)" = "action kmgr ds-remove example.com./$tag" ]
	run -5 kmgr_later 5d roll-ksk example.com
	kmgr_later 5d -q ds-remove "example.com/$tag" >/dev/null
	[ "$(life_todo 5d)" = "ds-gone kmgr ds-gone example.com./$tag" ]
	kmgr_later 5d -q go-secure example.com >/dev/null
	kmgr_later 5d --json status example.com |
		jq -e '.zones[0].goal == "secure"'
	kmgr_later 5d -q verify >/dev/null
}

@test "revoke-ksk: not where nobody follows, and not with a DS" {
	kmgr -q sign-zsks example.com zsk >/dev/null
	run -5 kmgr revoke-ksk "example.com/$tag"
	[[ $output == *"rfc5011: false"* ]]
	printf 'version: 1\nzones: ["."]\nksk: { rfc5011: true }\n' >q.yaml
	kmgr -q create-cmk anchors --token main --policy q.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk anchors >/dev/null
	other=$(kmgr --json list-ksks example.net | jq '.ksks[0].key_tag')
	run -4 kmgr revoke-ksk "example.net/$other"
	[[ $output == *"not published"* ]]
	dnssec-keygen -q -a ECDSAP256SHA256 example.net >/dev/null
	kmgr -q sign-zsks example.net Kexample.net*.key >/dev/null
	run -11 kmgr_later 10d ds-add "example.net/$other"
	[[ $output == *"add hold-down 30d"* ]]
	for day in 10 20 30; do
		kmgr_later ${day}d -q sign-zsks example.net \
			Kexample.net*.key >/dev/null
	done
	kmgr_later 32d -q ds-add "example.net/$other" >/dev/null
	kmgr_later 32d -q ds-seen "example.net/$other" >/dev/null
	run -5 kmgr_later 32d revoke-ksk "example.net/$other"
	[[ $output == *"is at the parent"*"kmgr roll-ksk example.net./$other"* ]]
}

@test "a standby is made as the policy says, and takes over" {
	run -5 kmgr create-ksk example.com --cmk prod --standby
	[[ $output == *"standby: none"* ]]
	printf 'version: 1\nzones: ["."]\nksk: { standby: { kind: dnskey } }\n' \
		>q.yaml
	kmgr -q create-cmk ready --token main --policy q.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk ready >/dev/null
	kmgr -q create-ksk example.net --cmk ready --standby >/dev/null
	[ "$(sqlite3 kmgr.db "SELECT group_concat(standby) FROM ksk
		WHERE zone = 'example.net.'")" = none,dnskey ]
	dnssec-keygen -q -a ECDSAP256SHA256 example.net >/dev/null
	kmgr -q sign-zsks example.net Kexample.net*.key >signed
	[ "$(grep -c ' 257 ' signed)" -eq 2 ]
	kmgr -q roll-ksk example.net >/dev/null
	[ "$(sqlite3 kmgr.db "SELECT group_concat(standby) FROM ksk
		WHERE zone = 'example.net.'")" = none,none ]
	kmgr -q verify >/dev/null
}

@test "a DS that nobody told of keeps the DNSKEY until it is known to be gone" {
	kmgr -q sign-zsks example.com zsk >/dev/null
	# What get-ds printed may be at the parent, and the old KSK stays.
	run kmgr_later 3d roll-ksk example.com --dry-run
	[[ $output == *"would retire KSK example.com./$tag (scheduled); nobody told of its DS, which may be at the parent: it stays until kmgr ds-gone example.com./$tag"* ]]
	kmgr_later 3d -q roll-ksk example.com >/dev/null
	new=$(life_newest)
	for at in 3d 4d 90d; do
		kmgr_later $at -q sign-zsks example.com zsk >signed
		[ "$(grep -c ' 257 ' signed)" -eq 2 ]
	done
	run kmgr_later 90d plan example.com
	[[ $output == *"example.com./$tag"* ]]
	kmgr_later 90d -q ds-add "example.com/$new" >/dev/null
	kmgr_later 90d -q ds-seen "example.com/$new" >/dev/null
	kmgr_later 90d -q ds-remove "example.com/$tag" >/dev/null
	[ "$(life_todo 95d)" = "ds-gone kmgr ds-gone example.com./$tag" ]
	kmgr_later 95d -q ds-gone "example.com/$tag" >/dev/null
	kmgr_later 95d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 2 ]
	kmgr_later 97d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
	kmgr_later 97d -q verify >/dev/null
}

@test "a DS that nobody told of: ds-gone and ds-seen of what goes are answers" {
	kmgr -q sign-zsks example.com zsk >/dev/null
	kmgr_later 3d -q roll-ksk example.com >/dev/null
	kmgr_later 3d -q sign-zsks example.com zsk >/dev/null
	kmgr_later 3d -q ds-seen "example.com/$tag" >/dev/null
	run -11 kmgr_later 3d ds-gone "example.com/$tag"
	kmgr_later 5d -q ds-seen "example.com/$(life_newest)" >/dev/null
	kmgr_later 5d -q ds-gone "example.com/$tag" >/dev/null
	kmgr_later 7d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
}

@test "a zone without a DS goes on once that is told" {
	kmgr -q sign-zsks example.com zsk >/dev/null
	kmgr_later 3d -q roll-ksk example.com >/dev/null
	kmgr_later 3d -q ds-gone "example.com/$tag" >/dev/null
	kmgr_later 3d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 2 ]
	kmgr_later 5d -q sign-zsks example.com zsk >signed
	[ "$(grep -c ' 257 ' signed)" -eq 1 ]
}

# says WORDS...: the command that just ran named them as what to do.
says() {
	[[ $output == *"kmgr $*"* ]]
}

@test "kmgr-recipes(7), a customer leaves: with a DS at the parent" {
	life_activate
	kmgr_later 10d -q go-insecure example.com --yes >/dev/null
	run -0 kmgr_later 10d status example.com
	says "ds-remove example.com./$tag"
	kmgr_later 10d -q run >/dev/null
	run -0 kmgr_later 10d status example.com
	says "sign-zsks example.com. FILE"
	kmgr_later 10d -q sign-zsks example.com zsk >/dev/null
	run -0 kmgr_later 10d status example.com
	says "ds-gone example.com./$tag"
	kmgr_later 11d -q ds-gone "example.com/$tag" >/dev/null
	kmgr_later 13d -q run >/dev/null
	run -0 kmgr_later 20d status example.com
	[[ $output == *"KSK $tag can be deleted from 20"*": kmgr delete-ksk \
example.com./$tag"* ]]
	run -11 kmgr_later 20d delete-ksk "example.com/$tag"
	kmgr_later 25d -q delete-ksk "example.com/$tag" >/dev/null
	[ -z "$(kmgr_later 25d status)" ]
}

@test "kmgr-recipes(7), a customer leaves: never a DS, and all say how" {
	local at

	kmgr -q sign-zsks example.com zsk >/dev/null
	run -5 kmgr_later 1h delete-ksk "example.com/$tag"
	says "go-insecure example.com."
	says "ds-gone example.com./$tag"
	run -5 kmgr_later 1h ds-gone "example.com/$tag"
	says "go-insecure example.com."
	kmgr_later 1h -q go-insecure example.com --yes >/dev/null
	run -0 kmgr_later 1h status example.com
	[[ $output == *"waits for the parent to have no DS (example.com./$tag) since "* ]]
	[[ $output == *"nobody has told whether the parent has it"* ]]
	says "ds-gone example.com./$tag"
	run -0 kmgr_later 1h run
	[[ $output == *" waits for the parent to have no DS: "* ]]
	run -5 kmgr_later 1h delete-ksk "example.com/$tag"
	says "ds-gone example.com./$tag"
	[[ $output != *go-insecure* ]]
	kmgr_later 1h -q ds-gone "example.com/$tag" >/dev/null
	# No cache has it: the zone signer signs no more, and run ends it.
	kmgr_later 3d -q run >/dev/null
	run -11 kmgr_later 3d delete-ksk "example.com/$tag"
	at=${output##*until }
	run -0 kmgr_later 10d status example.com
	[[ $output == *"KSK $tag can be deleted from $at: kmgr delete-ksk \
example.com./$tag"* ]]
	kmgr_later 16d -q delete-ksk "example.com/$tag" >/dev/null
	[ -z "$(kmgr_later 16d status)" ]
}
