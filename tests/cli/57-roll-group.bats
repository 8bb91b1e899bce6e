# Rolls of all zones of a CMK as one plan.
load ../lib/common
bats_require_minimum_version 1.5.0

ZSK="3600 IN DNSKEY 256 3 13 \
oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=="

setup() {
	kmgr_here
}

# group CUSTODY ZONE...: CMK "group" with a KSK for each of the zones, signed
# and, two days later, with its DS at the parent. KEYTAG is that of the first.
group() {
	local zone

	policy p "$1"
	shift
	kmgr -q create-cmk group --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk "$@" --cmk group >/dev/null
	mkdir zones
	for zone; do
		echo "$zone. $ZSK" >"zones/$zone.zone"
	done
	kmgr -q sign-zsks --zones-from zones -o signed
	for zone; do
		ds_of "$zone" "$(newest "$zone")" 2d
	done
}

# policy NAME CUSTODY [LINE...]: writes NAME.yaml.
policy() {
	printf '%s\n' 'version: 1' 'zones: ["."]' "custody: $2" \
		"${@:3}" >"$1.yaml"
	grep -q '^ksk:' "$1.yaml" ||
		echo 'ksk: { require-backup: false }' >>"$1.yaml"
}

# ds_of ZONE KEYTAG DURATION: the parent has its DS then.
ds_of() {
	kmgr_later "$3" -q ds-add "$1/$2" >/dev/null
	kmgr_later "$3" -q ds-seen "$1/$2" >/dev/null
}

# newest ZONE: the key tag of its newest KSK.
newest() {
	kmgr --json list-ksks "$1" | jq '.ksks[-1].key_tag'
}

# ksks: "ZONE NUMBER-OF-KSKS TAG-OF-THE-NEWEST", a line a zone.
ksks() {
	kmgr --json list-ksks | jq -r '.ksks | group_by(.zone)[] |
		"\(.[0].zone) \(length) \(.[-1].key_tag)"'
}

# privates: how many private keys the token has beside the seal keys.
privates() {
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects --type privkey 2>/dev/null |
		grep -c 'label: *kmgr1:ksk:'
}

# rolled TAG ZONE...: each has that KSK, the one before it is retired, and the
# group got one pair more.
rolled() {
	local tag=$1 zone

	shift
	for zone; do
		[ "$(newest "$zone")" -eq "$tag" ] || return
		kmgr --json list-ksks "$zone" | jq -e '.ksks | length == 2' \
			>/dev/null || return
		sqlite3 kmgr.db "SELECT count(*) FROM ksk WHERE
			zone = '$zone.' AND retire_at NOTNULL" |
			grep -qx 1 || return
	done
	[ "$(privates)" -eq 2 ]
}

@test "one new pair for all zones of a shared CMK" {
	need_program jq sqlite3 pkcs11-tool
	group shared a.example b.example c.example
	old=$(newest a.example)
	before=$(sha256_of kmgr.db tokens)
	kmgr_later 5d --json roll-ksk --zones-of group --dry-run >plan
	jq -e '.zones_rolled == 3 and .key_pairs == 1 and
		(.plan | map(.action)) == ["make-ksk", "endorse", "life-step"]
		and (.phases | map(.step)) == ["publish-dnskey", "add-ds",
		"remove-ds", "withdraw-dnskey"] and
		(.phases[0].first_at < .phases[1].first_at) and
		(.phases[2].last_at < .phases[3].last_at)' plan
	run -0 kmgr_later 5d roll-ksk --zones-of group --dry-run
	[[ $output == *"3 zones to roll, 1 new key pair"*"would make one ECDSAP256SHA256 key pair in token main"* ]]
	[ "$(privates)" -eq 1 ]
	run -0 kmgr_later 5d roll-ksk --zones-of group
	[[ $output == *"retire the KSK under CMK group of each of them"* ]]
	new=$(newest a.example)
	[ "$new" -ne "$old" ]
	rolled "$new" a.example b.example c.example
	# Whoever asks again gets no other one; who joins gets that one.
	run -0 kmgr_later 5d --json roll-ksk --zones-of group
	jq -e '.zones_rolled == 0 and .zones_rolling == 3' <<<"$output"
	kmgr_later 6d -q create-ksk d.example --cmk group >/dev/null
	[ "$(newest d.example)" -eq "$new" ]
	[ "$(privates)" -eq 2 ]
	# Each zone goes on alone: the parent of c does not answer.
	kmgr_later 6d -q sign-zsks --zones-from zones -o signed
	[ "$(grep -c ' 257 3 13 ' signed)" -eq 6 ]
	for zone in a b; do
		run -11 kmgr_later 6d ds-gone "$zone.example/$old"
		kmgr_later 7d -q ds-remove "$zone.example/$old" >/dev/null
		ds_of "$zone.example" "$new" 7d
		kmgr_later 7d -q ds-gone "$zone.example/$old" >/dev/null
	done
	kmgr_later 9d -q sign-zsks --zones-from zones -o signed
	[ "$(grep -c ' 257 3 13 ' signed)" -eq 4 ]
	kmgr_later 11d -q ds-remove "c.example/$old" >/dev/null
	ds_of c.example "$new" 11d
	kmgr_later 11d -q ds-gone "c.example/$old" >/dev/null
	kmgr_later 13d -q sign-zsks --zones-from zones -o signed
	for zone in a b; do
		run -0 kmgr_later 40d delete-ksk "$zone.example/$old"
		[[ $output == *"stays: other zones use it"* ]]
	done
	[ "$(privates)" -eq 2 ]
	run -0 kmgr_later 40d delete-ksk "c.example/$old"
	[[ $output == *"its key pair is destroyed"* ]]
	[ "$(privates)" -eq 1 ]
	kmgr_later 40d -q verify >/dev/null
	# The next roll is to another pair.
	kmgr_later 40d --json roll-ksk --zones-of group --dry-run |
		jq -e '.zones_rolled == 4 and .key_pairs == 1'
}

@test "kill -9 at any moment: the same command goes on" {
	need_program jq sqlite3 pkcs11-tool
	policy p shared
	kmgr -q create-cmk group --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk a.example b.example c.example --cmk group >/dev/null
	for zone in a b c; do
		echo "$zone.example. $ZSK" >$zone
		kmgr -q sign-zsks $zone.example $zone >/dev/null
	done
	mkdir good
	cp -a kmgr.db* tokens good
	KMGR_KILL_PATHS=$PWD KMGR_KILL_COUNT=$BATS_TEST_TMPDIR/calls \
		with_killwrite "$KMGR" -q roll-ksk --zones-of group >/dev/null
	n=$(wc -l <calls)
	# The first change, the last one, and what lies between them.
	for i in 1 2 3 4 5 6 7; do
		rm -rf tokens kmgr.db*
		cp -a good/. .
		KMGR_KILL_PATHS=$PWD KMGR_KILL_AT=$((1 + (n - 1) * (i - 1) / 6)) \
			run -137 with_killwrite "$KMGR" -q roll-ksk \
			--zones-of group
		run -0 kmgr -q roll-ksk --zones-of group
		new=$(newest a.example)
		rolled "$new" a.example b.example c.example
		# Who comes next finishes what is owed to the token.
		kmgr -q create-ksk d.example --cmk group >/dev/null
		[ "$(newest d.example)" -eq "$new" ]
		kmgr -q verify >/dev/null
	done
}

@test "a signal ends it between zones: the same command does the rest" {
	need_program jq sqlite3 pkcs11-tool
	policy p shared
	kmgr -q create-cmk group --token main --policy p.yaml >/dev/null
	seq -f 'z%.0f.example' 130 >list
	kmgr -q create-ksk --zones-from list --cmk group >/dev/null
	mkdir zones
	while read -r zone; do
		echo "$zone. $ZSK" >"zones/$zone.zone"
	done <list
	kmgr -q sign-zsks --zones-from zones >/dev/null
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	# While the endorsements of the first ones are signed.
	KMGR_SHIM_KILL_BY=2 KMGR_SHIM_KILL_AT=3 KMGR_SHIM_FAIL_ON=C_Sign \
		run --separate-stderr env --default-signal=INT \
		"$KMGR" --json roll-ksk --zones-of group
	[ "$status" -eq 130 ]
	jq -e '.error == "interrupted" and .zones_rolled == 64 and
		(has("done") | not)' <<<"$output"
	[[ $(jq -r .message <<<"$output") == "64 of 130 zones were rolled: interrupted"* ]]
	[[ $(jq -r .hint <<<"$output") == "run the same command again"* ]]
	run -0 kmgr --json roll-ksk --zones-of group
	jq -e '.zones_rolled == 66 and .zones_rolling == 64 and
		(.done | length) == 2' <<<"$output"
	[ "$(ksks | cut -d ' ' -f 2,3 | sort -u | wc -l)" -eq 1 ]
	[ "$(privates)" -eq 2 ]
	run -0 kmgr verify
	# Each pair is tried once, beside what the master key has to answer.
	KMGR_SHIM_COUNT=$PWD/calls kmgr check --no-network >/dev/null ||
		[ $? -le 2 ]
	[ "$(grep -c ' C_Sign$' calls)" -le 4 ]
}

@test "a zone that refuses holds up no other, and follows" {
	need_program jq sqlite3 pkcs11-tool
	group shared a.example b.example c.example
	kmgr_later 3d -q go-insecure b.example --yes >/dev/null
	run -12 kmgr_later 5d --json roll-ksk --zones-of group --dry-run
	run -12 kmgr_later 5d --json roll-ksk --zones-of group
	[[ $output == *"1 of 3 zones were not rolled; the first: zone b.example. is to be insecure"* ]]
	jq -e '.zones_rolled == 2 and .zones_refused == 1 and
		(.refused | map(.zone)) == ["b.example."]' <<<"$output"
	new=$(newest a.example)
	rolled "$new" a.example c.example
	[ "$(newest b.example)" -ne "$new" ]
	kmgr_later 6d -q go-secure b.example >/dev/null
	run -0 kmgr_later 6d --json roll-ksk --zones-of group
	jq -e '.zones_rolled == 1 and .zones_rolling == 2' <<<"$output"
	rolled "$new" a.example b.example c.example
	kmgr_later 6d -q verify >/dev/null
	# Usage.
	run -2 kmgr roll-ksk a.example --zones-of group
	run -2 kmgr roll-ksk --zones-of group --break-chain a.example
	run -2 kmgr roll-ksk
	[[ $output == *"--zones-of CMK"* ]]
	run -4 kmgr roll-ksk --zones-of nobody
}

@test "one plan, one approval" {
	need_program jq sqlite3 pkcs11-tool ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -f alice
	policy p shared "approvals: { create-ksk: 1, roll-ksk: 1, approvers: [\"$(
		cat alice.pub)\"] }"
	kmgr -q create-cmk group --token main --policy p.yaml >/dev/null
	run -11 kmgr create-ksk a.example b.example --cmk group
	approve now create-ksk
	for zone in a b; do
		echo "$zone.example. $ZSK" >$zone
		kmgr -q sign-zsks $zone.example $zone >/dev/null
	done
	for zone in a b; do
		ds_of $zone.example "$(newest $zone.example)" 2d
	done
	for reason in scheduled compromise; do
		run -11 kmgr_later 5d roll-ksk --zones-of group \
			--reason $reason --yes
		[[ $output == *"waits for 1 approver"* ]]
		[ "$(privates)" -eq 1 ]
		[ $reason = scheduled ] || approve 5d roll-ksk
	done
	rolled "$(newest a.example)" a.example b.example
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM ksk
		WHERE compromised_at NOTNULL')" -eq 2 ]
	kmgr_later 5d -q verify >/dev/null
	run -0 kmgr_later 5d --json roll-ksk --zones-of group
	jq -e '.zones_rolled == 0 and .zones_rolling == 2' <<<"$output"
	# What was approved for the same roll was carried out with it: the pair
	# is there, and no zone has an older one.
	approve 5d create-ksk
	[ "$(privates)" -eq 2 ]
}

# approve DURATION|now OP [KEY]: the plan that waits, with alice's key or this.
approve() {
	local hash later=(kmgr) key=${3-alice}

	[ "$1" = now ] || later=(kmgr_later "$1")
	hash=$(kmgr --json list-plans | jq -r --arg op "$2" '.plans[] |
		select(.state == "waiting" and .op == $op).hash')
	kmgr -q show-plan "$hash" -o plan >/dev/null
	rm -f plan.sig
	ssh-keygen -q -Y sign -n kmgr-plan -f "$key" plan
	foretold "${later[@]}" -q approve "$hash" --signature plan.sig >/dev/null
}

@test "approvers of a roll speak for their own CMK, and as many as it wants" {
	need_program jq sqlite3 pkcs11-tool ssh-keygen
	for who in alice bob; do
		ssh-keygen -q -t ed25519 -N '' -C $who -f $who
	done
	policy weak token "approvals: { roll-ksk: 1, approvers: [\"$(
		cat alice.pub)\"] }"
	policy strong token "approvals: { create-ksk: 1, approvers: [\"$(
		cat bob.pub)\"] }"
	policy both token "approvals: { create-ksk: 2, roll-ksk: 1,
		approvers: [\"$(cat alice.pub)\", \"$(cat bob.pub)\"] }"
	for cmk in weak strong both; do
		kmgr -q create-cmk $cmk --token main --policy $cmk.yaml \
			>/dev/null
	done
	kmgr -q create-ksk a.example --cmk weak >/dev/null
	echo "a.example. $ZSK" >a
	kmgr -q sign-zsks a.example a >/dev/null
	run -11 kmgr create-ksk b.example --cmk both
	approve now create-ksk
	approve now create-ksk bob
	echo "b.example. $ZSK" >b
	kmgr -q sign-zsks b.example b >/dev/null
	ds_of a.example "$(newest a.example)" 2d
	ds_of b.example "$(newest b.example)" 2d
	# A CMK whose approvers nobody asks makes nothing, and is not sealed.
	for how in --dry-run --yes; do
		run -5 kmgr_later 5d roll-ksk --zones-of weak --cmk strong \
			--reason compromise $how
		[[ $output == *"CMK strong demands approvers for create-ksk"* ]]
		[[ $output == *"kmgr create-ksk --zones-from FILE --another --cmk strong"* ]]
	done
	kmgr --json list-plans | jq -e '[.plans[].state] == ["applied"]'
	kmgr --json describe-cmk strong | jq -e '.cmk.sealed == null'
	# They make the successor, and the other ones retire what was before.
	echo a.example >list
	run -11 kmgr_later 5d create-ksk --zones-from list --another \
		--cmk strong
	approve 5d create-ksk bob
	run -11 kmgr_later 5d roll-ksk --zones-of weak --cmk strong \
		--reason compromise --yes
	approve 5d roll-ksk
	[ "$(sqlite3 kmgr.db "SELECT count(*), count(retire_at) FROM ksk
		WHERE zone = 'a.example.'")" = '2|1' ]
	# One CMK that wants two for making keys does so of this roll, too.
	run -11 kmgr_later 5d roll-ksk --zones-of both --reason compromise --yes
	[[ $output == *"waits for 2 approvers"* ]]
	[ "$(privates)" -eq 3 ]
	approve 5d create-ksk
	[ "$(privates)" -eq 3 ]
	approve 5d create-ksk bob
	[ "$(privates)" -eq 4 ]
	kmgr_later 5d -q verify >/dev/null
}

@test "a policy that is put after a roll was asked for was not approved" {
	need_program jq pkcs11-tool ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -f alice
	policy old token "approvals: { roll-ksk: 1, approvers: [\"$(
		cat alice.pub)\"] }"
	policy new token
	policy newer token "approvals: { create-ksk: 1, approvers: [\"$(
		cat alice.pub)\"] }"
	kmgr -q create-cmk old --token main --policy old.yaml >/dev/null
	kmgr -q create-cmk new --token main --policy new.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk old >/dev/null
	echo "a.example. $ZSK" >a
	kmgr -q sign-zsks a.example a >/dev/null
	ds_of a.example "$(newest a.example)" 2d
	run -11 kmgr_later 5d roll-ksk --zones-of old --cmk new \
		--reason compromise --yes
	# The draft demands approvers since that was asked.
	kmgr_later 5d -q put-policy new newer.yaml >/dev/null
	run -5 approve 5d roll-ksk
	[[ $output == *"it would now also seal CMK new"* ]]
	[ "$(privates)" -eq 1 ]
	kmgr --json describe-cmk new | jq -e '.cmk.sealed == null'
}

@test "what is approved names the CMK that it seals" {
	need_program jq pkcs11-tool ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -f alice
	policy old token "approvals: { roll-ksk: 1, approvers: [\"$(
		cat alice.pub)\"] }"
	policy new token
	kmgr -q create-cmk old --token main --policy old.yaml >/dev/null
	kmgr -q create-cmk new --token main --policy new.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk old >/dev/null
	echo "a.example. $ZSK" >a
	kmgr -q sign-zsks a.example a >/dev/null
	ds_of a.example "$(newest a.example)" 2d
	for what in '--zones-of old' a.example; do
		kmgr_later 5d --json roll-ksk $what --cmk new \
			--reason compromise --yes --dry-run | jq -e '
			.plan | map(.action) | index("seal") == 0'
	done
	run -11 kmgr_later 5d roll-ksk --zones-of old --cmk new \
		--reason compromise --yes
	approve 5d roll-ksk
	rolled "$(newest a.example)" a.example
}

@test "an approved roll of which a zone is refused stays open for it" {
	need_program jq sqlite3 pkcs11-tool ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -f alice
	policy p shared "approvals: { create-ksk: 1, approvers: [\"$(
		cat alice.pub)\"] }"
	kmgr -q create-cmk group --token main --policy p.yaml >/dev/null
	run -11 kmgr create-ksk a.example b.example --cmk group
	approve now create-ksk
	for zone in a b; do
		echo "$zone.example. $ZSK" >$zone
		kmgr -q sign-zsks $zone.example $zone >/dev/null
	done
	ds_of a.example "$(newest a.example)" 2d
	ds_of b.example "$(newest b.example)" 2d
	run -11 kmgr_later 5d roll-ksk --zones-of group
	kmgr_later 5d -q go-insecure b.example --yes >/dev/null
	hash=$(kmgr --json list-plans | jq -r '.plans[] |
		select(.state == "waiting").hash')
	run -12 approve 5d create-ksk
	run -12 kmgr_later 5d apply-plan "$hash"
	[[ $output == *"1 of 2 zones were not rolled"*"kmgr apply-plan"* ]]
	new=$(newest a.example)
	rolled "$new" a.example
	kmgr_later 6d -q go-secure b.example >/dev/null
	kmgr_later 6d -q apply-plan "$hash" >/dev/null
	rolled "$new" a.example b.example
	run -5 kmgr_later 6d apply-plan "$hash"
}

@test "a group rolls on schedule, whenever its zones joined" {
	need_program jq sqlite3 pkcs11-tool
	policy p shared
	sed -i 's/^ksk: { /&lifetime: 60d, /' p.yaml
	kmgr -q create-cmk group --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk a.example b.example --cmk group >/dev/null
	for zone in a b c; do
		echo "$zone.example. $ZSK" >$zone
	done
	kmgr -q sign-zsks a.example a >/dev/null
	kmgr -q sign-zsks b.example b >/dev/null
	ds_of a.example "$(newest a.example)" 2d
	ds_of b.example "$(newest b.example)" 2d
	kmgr_later 40d -q create-ksk c.example --cmk group >/dev/null
	kmgr_later 40d -q sign-zsks c.example c >/dev/null
	ds_of c.example "$(newest c.example)" 42d
	kmgr_later 55d -q run >/dev/null || :
	[ "$(ksks | cut -d ' ' -f 2 | sort -u)" = 1 ]
	kmgr_later 60d -q run >/dev/null || :
	rolled "$(newest a.example)" a.example b.example c.example
	[ "$(ksks | cut -d ' ' -f 3 | sort -u | wc -l)" -eq 1 ]
	kmgr_later 60d -q verify >/dev/null
}

@test "a wrapping key is replaced by rolling its KSKs to another CMK" {
	need_program jq sqlite3 pkcs11-tool
	group wrapped a.example b.example c.example
	kmgr_later 2d -q create-cmk next --token main --policy p.yaml >/dev/null
	kmgr_later 5d --json roll-ksk --zones-of group --cmk next --dry-run |
		jq -e '.zones_rolled == 3 and .key_pairs == 3'
	kmgr_later 5d -q roll-ksk --zones-of group --cmk next >/dev/null
	run -0 kmgr_later 5d --json roll-ksk --zones-of group --cmk next
	jq -e '.zones_rolled == 0' <<<"$output"
	kmgr_later 5d -q sign-zsks --zones-from zones -o signed
	[ "$(grep -c ' 257 3 13 ' signed)" -eq 6 ]
	while read -r zone old new; do
		kmgr_later 7d -q ds-remove "$zone/$old" >/dev/null
		ds_of "$zone" "$new" 7d
		kmgr_later 7d -q ds-gone "$zone/$old" >/dev/null
	done < <(kmgr --json list-ksks | jq -r '.ksks | group_by(.zone)[] |
		"\(.[0].zone) \(.[0].key_tag) \(.[1].key_tag)"')
	kmgr_later 9d -q sign-zsks --zones-from zones -o signed
	[ "$(grep -c ' 257 3 13 ' signed)" -eq 3 ]
	# The old CMK has no part in anything any more, and can be ended.
	while read -r ksk; do
		kmgr_later 40d -q delete-ksk "$ksk" >/dev/null
	done < <(kmgr --json list-ksks | jq -r '.ksks[] |
		select(.cmk == "group") | "\(.zone)/\(.key_tag)"')
	kmgr_later 40d -q schedule-cmk-deletion group >/dev/null
	kmgr_later 71d -q delete-cmk group >/dev/null
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr --login \
		--pin "$TOKEN_PIN" --list-objects --type secrkey \
		>secret 2>/dev/null
	[ "$(grep -c 'label: *kmgr1:wrap:' secret)" -eq 1 ]
	kmgr_later 71d -q sign-zsks --zones-from zones -o signed
	[ "$(grep -c RRSIG signed)" -eq 3 ]
	kmgr_later 71d -q verify >/dev/null
}
