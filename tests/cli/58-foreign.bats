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
	# And in what the parent is to have, and in lists.
	kmgr -q get-ds example.com >ds
	[ "$(grep -c ' IN DS ' ds)" -eq 2 ]
	dnssec-dsfromkey -2 "$other.key" | awk '{ print $NF }' |
		grep -qiFf - ds
	kmgr -q get-ds example.com --format form >form
	[[ $(<form) == *"Status                  foreign"* ]]
	kmgr --json get-ds example.com | jq -e --argjson tag "$foreign" \
		'.ds[] | select(.key_tag == $tag) | .foreign and .cmk == null'
	[ "$(kmgr -q get-ds "example.com/$tag" | wc -l)" -eq 1 ]
	run -0 kmgr list-ksks example.com
	[[ $output =~ "example.com."\ +$foreign\ .*\ foreign\ +-\  ]]
	kmgr --json list-ksks | jq -e --argjson tag "$foreign" \
		'.foreign_keys[] | .key_tag == $tag and .ds == "hidden"'
	[ "$(kmgr --json list-ksks | jq '.ksks | length')" -eq 1 ]
	run -0 kmgr describe-ksk "example.com/$foreign"
	[[ $output == "foreign KSK example.com./$foreign"*"waits for"* ]]
	[[ $output == *"IN DS $foreign 13 2 "* ]]
	kmgr --json describe-ksk "example.com/$foreign" |
		jq -e '.ksk | .foreign and .waits_for != null'
	kmgr -q verify >/dev/null
}

@test "a foreign key is in every bundle of a response, and signs none" {
	local format key n

	key=$(awk '/DNSKEY/ { print $NF }' "$other.key")
	kmgr -q add-foreign-key example.com "$other.key" >/dev/null
	for format in bind knot; do
		kmgr -q make-ksr example.com --format $format --zsk zsk \
			--start +1h --end +40d -o $format.ksr
	done
	kmgr_later 1h -q sign-ksr bind.ksr --yes --genesis --end +40d \
		-o bind.skr >/dev/null
	n=$(grep -c '^;; SignedKeyResponse 1.0 [0-9]' bind.skr)
	[ "$n" -gt 3 ]
	[ "$(grep -F "$key" bind.skr | grep -c ' IN DNSKEY 257 ')" -eq "$n" ]
	[ "$(grep -c " $foreign example.com. " bind.skr)" -eq 0 ]
	# Not before the parent has that of ours, by the life cycle.
	[ "$(grep -c "CDS $tag 13 2 " bind.skr)" -eq $((n - 1)) ]
	[ "$(grep -c "CDS $foreign 13 2 " bind.skr)" -eq 0 ]
	kmgr_later 1h -q sign-ksr knot.ksr --yes -o knot.skr >/dev/null
	grep -qF "$key" knot.skr
	kmgr_later 2h --json status example.com | jq -e --argjson tag \
		"$foreign" '.zones[0].ksks[] | select(.key_tag == $tag) |
		.dnskey == "rumoured"'
	kmgr_later 2h -q verify >/dev/null
	kmgr_later 2h -q sign-ksr knot.ksr >again
	cmp again knot.skr
	# A response that was made before is not given again without it.
	kmgr_later 3h -q remove-foreign-key "example.com/$foreign" >/dev/null
	run -5 kmgr_later 3h sign-ksr knot.ksr --yes
}

# rests DURATION: whether status says then that theirs may not be replaced, and
# how often sign-zsks notes it.
rests() {
	kmgr_later "$1" sign-zsks example.com zsk 2>notes >/dev/null
	printf '%s %s\n' "$(kmgr_later "$1" --json status example.com |
		jq '.zones[0].rests_on_foreign')" \
		"$(grep -c 'must not take the place of the other' notes)"
}

@test "as long as DS lead to the other one alone that is said" {
	[ "$(rests 0h)" = 'false 0' ]
	kmgr -q add-foreign-key example.com "$other.key" --at -3d >/dev/null
	[ "$(rests 0h)" = 'true 1' ]
	run -0 kmgr status example.com
	[[ $output == *"not to be served yet in the place of"* ]]
	kmgr_later 2d -q ds-add "example.com/$tag" >/dev/null
	[ "$(rests 2d)" = 'true 1' ]
	kmgr_later 2d -q ds-seen "example.com/$tag" >/dev/null
	[ "$(rests 2d)" = 'true 1' ]
	# One DS TTL later every cache has both.
	[ "$(rests 4d)" = 'false 0' ]
	run -0 kmgr_later 4d status example.com
	[[ $output != *"not to be served yet"* ]]
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

@test "leave-zone: only to a provider whose key every cache has" {
	run -4 kmgr leave-zone example.com
	life_activate
	run kmgr_later 5d leave-zone example.com
	[ "$status" -ne 0 ]
	kmgr_later 5d -q add-foreign-key example.com "$other.key" >/dev/null
	run -11 kmgr_later 5d leave-zone example.com
	[[ $output == *"example.com./$foreign"* ]]
	kmgr_later 5d -q sign-zsks example.com zsk >/dev/null
	kmgr_later 6d -q ds-add "example.com/$foreign" >/dev/null
	kmgr_later 6d -q ds-seen "example.com/$foreign" >/dev/null
	run -11 kmgr_later 6d leave-zone example.com
	run -0 kmgr_later 9d leave-zone example.com --dry-run
	[[ $output == *"example.com./$tag"* ]]
	[ "$(kmgr_later 9d --json list-ksks | jq -r '.ksks[0].state')" = active ]
	kmgr_later 9d -q leave-zone example.com >/dev/null
	run -0 kmgr_later 9d status example.com
	[[ $output == *"kmgr ds-remove example.com./$tag"* ]]
	# No successor is ever made.
	[[ $(kmgr_later 9d plan example.com --until +800d) != *successor* ]]
	kmgr_later 9d -q verify >/dev/null
}

@test "a foreign key that is handed over late is told of by a CMK that is there" {
	{
		echo 'zones:'
		echo '  example.com:'
		echo "    source: { file: $PWD/zsk }"
		echo "    publish: { directory: $PWD/out }"
	} >>kmgr.yaml
	kmgr -q run >/dev/null
	kmgr_later 1h -q add-foreign-key example.com "$other.key" >/dev/null
	# Signed with it, and not handed over: in the place of the directory.
	mv out kept
	echo >out
	run -9 kmgr_later 1h run
	rm out
	mv kept out
	# The token is there, and nobody has its PIN.
	cp kmgr/pin right
	echo 00000000 >kmgr/pin
	run kmgr_later 3h run
	[ "$status" -eq 6 ]
	[[ $output != *"was not proved"* ]]
	cat right >kmgr/pin
	kmgr_later 5h -q run >/dev/null
	kmgr --json list-events --type foreign-step |
		jq -e '.events[-1].payload.step == "published-late"'
	kmgr_later 5h -q verify >/dev/null
}
