# One pass after another: what is due is done, once, and what fails is tried
# again.
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

setup() {
	life_zone 'signatures: { validity: 14d, refresh: 5d }'
}

# config LINE...: what run needs of example.com, and more of it.
config() {
	{
		echo 'zones:'
		echo '  example.com:'
		echo "    source: { file: $PWD/zsk }"
		echo "    publish: { directory: $PWD/out }"
		printf '%s\n' "$@"
	} >>kmgr.yaml
}

# hook NAME: a program from standard input for that hook.
hook() {
	{ echo '#!/bin/sh' && cat; } >"$1"
	chmod +x "$1"
	grep -q ^hooks: kmgr.yaml || echo hooks: >>kmgr.yaml
	echo "  $1: [$PWD/$1]" >>kmgr.yaml
}

# events TYPE: how many the ledger has.
events() {
	kmgr --json list-events --type "$1" | jq '.events | length'
}

# fact NAME: of the only KSK.
fact() {
	sqlite3 kmgr.db "SELECT $1 FROM ksk"
}

# told COMMAND...: "event what" of each line that run prints.
told() {
	"$@" --json | jq -r '.events[] | "\(.event) \(.what)"'
}

@test "the first pass signs and hands over, the next one has nothing to do" {
	config
	[ "$(told kmgr run)" = "did publish-dnskey
did sign
did publish" ]
	grep -q " 257 3 13 " out/dnskey.zone
	[ "$(events sign-zsks)" -eq 1 ]
	before=$(sha256_of out)
	run -0 kmgr run
	[ -z "$output" ]
	run -0 kmgr run example.com
	[ -z "$output" ]
	[ "$(events sign-zsks)" -eq 1 ]
	[ "$(events publish)" -eq 1 ]
	[ "$(sha256_of out)" = "$before" ]
	kmgr -q verify >/dev/null
}

@test "a place to publish to that is new is noticed at the next pass" {
	config
	kmgr -q run >/dev/null
	run -0 kmgr run
	[ -z "$output" ]
	sed -i "s,$PWD/out,$PWD/other," kmgr.yaml
	[ "$(told kmgr run)" = 'did publish' ]
	diff out/dnskey.zone other/dnskey.zone
	[ "$(told kmgr run)" = '' ]
	# Also where there was none before.
	printf '  example.net:\n    publish: { directory: %s }\n' \
		"$PWD/net" >>kmgr.yaml
	sed -i "s,directory: .*/other ,directory: $PWD/other\, command: \
[/bin/true] ,; s,file: .*/zsk,file: $PWD/moved," kmgr.yaml
	cp zsk moved
	[ "$(told kmgr run)" = 'did publish' ]
	[ "$(told kmgr run)" = '' ]
	# One that fails is tried again, but not at each pass.
	sed -i "s,/bin/true,/bin/false," kmgr.yaml
	run -9 kmgr run
	[[ $output == *"example.com. failed error: publish example.com. by \
command"* ]]
	[ "$(told kmgr run)" = '' ]
	sed -i "s,/bin/false,/usr/bin/true," kmgr.yaml
	[ "$(told kmgr run)" = 'did publish' ]
	[ "$(events sign-zsks)" -eq 1 ]
	[ "$(events publish)" -eq 4 ]
	kmgr -q verify >/dev/null
}

# goes_over: whether a pass goes over a zone that was not due.
goes_over() {
	local is_same

	sqlite3 kmgr.db 'UPDATE zone SET next_at = next_at + 1000000'
	kmgr -q run >/dev/null
	is_same=$(sqlite3 kmgr.db 'SELECT count(*) FROM zone
		WHERE next_at > unixepoch() + 1000000')
	sqlite3 kmgr.db 'UPDATE zone SET next_at = next_at - 1000000
		WHERE next_at > unixepoch() + 1000000'
	[ "$is_same" -eq 0 ]
}

@test "another source, parent or timing of a zone counts from the next pass" {
	local before

	config "    parent: { check-interval: 1m }"
	kmgr -q run >/dev/null
	before=$(sqlite3 kmgr.db 'SELECT next_at FROM zone')
	run -1 goes_over
	# What is decided by it is another thing at once.
	echo '    timing: { publish-safety: 5d }' >>kmgr.yaml
	kmgr -q run >/dev/null
	[ "$(sqlite3 kmgr.db 'SELECT next_at FROM zone')" -gt "$before" ]
	run -1 goes_over
	sed -i 's/check-interval: 1m/check-interval: 2m/' kmgr.yaml
	goes_over
	sed -i 's/source: .*/source: { command: [\/bin\/cat, zsk] }/' kmgr.yaml
	goes_over
	# What is not of the zone, or not for a pass, counts for nothing.
	printf '    servers: [ 127.0.0.1 ]\n  other.example: {}\n' >>kmgr.yaml
	run -1 goes_over
	# An entry that is gone said something, too.
	sed -i '/^zones:/,$d' kmgr.yaml
	goes_over
	run -1 goes_over
}

@test "whom hooks tell of a DS, and when, counts from the next pass" {
	hook ds-reminder </dev/null
	kmgr -q run >/dev/null
	run -1 goes_over
	# Of what nobody is told nobody is reminded.
	echo '  reminder-interval: 2d' >>kmgr.yaml
	run -1 goes_over
	hook ds-remove </dev/null
	goes_over
	sed -i 's/interval: 2d/interval: 1h/' kmgr.yaml
	goes_over
	sed -i '/^  ds-reminder:/d' kmgr.yaml
	goes_over
	# It has no part in what a zone waits for.
	hook zone-publish </dev/null
	run -1 goes_over
}

@test "what is not due costs no call of the token" {
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	config
	KMGR_SHIM_COUNT=calls kmgr -q run >/dev/null
	[ -s calls ]
	KMGR_SHIM_COUNT=none kmgr -q run
	KMGR_SHIM_COUNT=none kmgr -q run example.com
	[ ! -e none ]
	# That a token is owed nothing is found out once.
	sqlite3 kmgr.db 'UPDATE cmk SET settled_seq = 0'
	kmgr -q run
	KMGR_SHIM_COUNT=none kmgr -q run
	[ ! -e none ]
}

@test "a token that a killed pass left behind the ledger is brought up to it" {
	# Signed and handed over in two seconds is a step more.
	clock_stop
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	config
	kmgr -q run >/dev/null
	KMGR_SHIM_KILL_AT=1 KMGR_SHIM_FAIL_ON=C_CreateObject \
		run -137 kmgr_later 10d run
	[ "$(events ksk-step)" -eq 2 ]
	run -10 kmgr_later 10d verify
	[[ $output == *"token main is behind the ledger"* ]]
	kmgr_later 10d -q run >/dev/null
	kmgr_later 10d -q verify >/dev/null
	# Where it cannot be brought up that is noted, and keeps nothing back.
	sqlite3 kmgr.db 'UPDATE cmk SET settled_seq = 0'
	mv tokens away
	run -0 kmgr_later 10d run
	[[ $output == *"a token may be behind the ledger: "* ]]
}

@test "signatures are made anew at refresh, and not before" {
	config
	kmgr -q run >/dev/null
	until=$(jq -r .signed_until out/state.json)
	# The steps of the DS come first.
	run -0 told kmgr_later 8d run
	[[ $output == *"did add-ds"* ]]
	until=$(jq -r .signed_until out/state.json)
	[ -z "$(told kmgr_later 15d run --accept-time-jump | grep sign)" ]
	[ "$(jq -r .signed_until out/state.json)" = "$until" ]
	told kmgr_later 18d run --accept-time-jump | grep -qx 'did sign'
	[[ $(jq -r .signed_until out/state.json) > $until ]]
}

@test "--dry-run says what is due and does nothing" {
	config
	before=$(sha256_of kmgr.db)
	told kmgr run --dry-run | grep -qx 'would publish-dnskey'
	run told kmgr run --dry-run
	[[ $output != *did* ]]
	[ "$(sha256_of kmgr.db)" = "$before" ]
	[ ! -e out ]
	# That to sign and to hand over follows from it.
	[ "$(kmgr run --dry-run | grep ' would ')" = "example.com. would publish-dnskey: \
example.com./$tag
example.com. would sign: the DNSKEY RRset
example.com. would publish: the signed records" ]
	kmgr --json run --dry-run | jq -e '.n_steps == 3 and .n_failed == 0'
	kmgr -q run example.com >/dev/null
	[[ $(kmgr run --dry-run example.com) != *would* ]]
	# Elsewhere it is handed over, and what is to be signed anew as well.
	sed -i "s|$PWD/out|$PWD/other|" kmgr.yaml
	[[ $(kmgr run --dry-run example.com) == \
		"example.com. would publish: the signed records"* ]]
	[ ! -e other ]
	[ "$(kmgr_later 12d run --dry-run example.com | grep ' would sign: ')" \
		= 'example.com. would sign: the DNSKEY RRset' ]
}

@test "--dry-run names what is missing, and no step that would not be done" {
	run -0 kmgr run --dry-run
	[[ $output == "example.com. waits publish: "* ]]
	[[ $output != *would* ]]
	config
	sed -i '/source:/d' kmgr.yaml
	run -0 kmgr run --dry-run
	[[ $output == "example.com. waits zsk-set: "* ]]
	[[ $output != *would* ]]
}

@test "what was not published did not happen yet" {
	config
	# In the place of the directory.
	echo >out
	run -9 kmgr run
	[[ $output == *"example.com. failed error: "*"publish example.com. by directory"* ]]
	signed_at=$(fact dnskey_in_at)
	# Nobody waits for the zone in the next five minutes.
	run -12 --separate-stderr kmgr run
	[ -z "$output" ]
	run -12 --separate-stderr with_clock 200 "$KMGR" run
	[ -z "$output" ]
	run -9 with_clock 310 "$KMGR" run
	# When it is everywhere is counted from when it was published.
	rm out
	kmgr_later 4h -q run >/dev/null
	[ -e out/dnskey.zone ]
	# What was signed is good, and was not signed anew each time.
	[ "$(events sign-zsks)" -eq 1 ]
	late=$(($(fact dnskey_in_at) - signed_at))
	[ "$late" -ge 14400 ]
	[ "$late" -lt 14520 ]
	kmgr --json list-events --type ksk-step |
		jq -e '.events[-1].payload.step == "published-late"'
	# max-zone-ttl and zone-propagation-delay: 25 hours.
	[ -z "$(told kmgr_later 28h run)" ]
	told kmgr_later 30h run | grep -qx 'did add-ds'
	kmgr_later 30h -q verify >/dev/null
}

# at DAY ARGUMENTS...: the program then.
at() {
	kmgr_later "${1}d" -q "${@:2}"
}

# net FACT [TABLE]: in days, of the first key of example.net in the table.
net() {
	sqlite3 kmgr.db "SELECT ($1 - $start + 3600) / 86400 FROM ${2-ksk}
		WHERE zone = 'example.net.' ORDER BY rowid LIMIT 1"
}

# late DAY: it cannot be published then, and is on the next day.
late() {
	mv net net.good
	echo >net
	run -9 at "$1" run example.net
	rm net
	mv net.good net
	at $(($1 + 1)) run example.net
}

@test "what is revoked or withdrawn counts from when it is published" {
	start=$(date +%s)
	printf '%s\n' 'version: 1' 'zones: ["."]' \
		'signatures: { validity: 20d, refresh: 5d }' \
		'ksk: { rfc5011: true }' 'clock: { max-jump: 100d }' >q.yaml
	kmgr -q create-cmk anchors --token main --policy q.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk anchors >/dev/null
	config '  example.net:' "    source: { file: $PWD/net.zsk }" \
		"    publish: { directory: $PWD/net }"
	sed 's/example\.com/example.net/' zsk >net.zsk
	old=$(kmgr --json list-ksks example.net | jq -r '.ksks[0].id')
	for day in 0 12 24 36; do
		at $day run example.net
	done
	at 36 ds-seen "$old"
	at 37 roll-ksk example.net >/dev/null
	for day in 37 49 61 73; do
		at $day run example.net
	done
	new=$(kmgr --json list-ksks example.net | jq -r '.ksks[-1].id')
	at 73 ds-seen "$new"
	at 73 ds-gone "$old"
	[ -z "$(net revoke_at)" ]
	# All who follow RFC 5011 trust the new one by then.
	late 92
	[ "$(net revoke_at)" = 93 ]
	[ "$(net dnskey_in_at)" = 0 ]
	for day in 105 117; do
		at $day run example.net
	done
	[ -z "$(net dnskey_out_at)" ]
	late 127
	[ "$(net dnskey_out_at)" = 128 ]
	[ "$(net revoke_at)" = 93 ]
	at 128 verify >/dev/null
}

@test "what was served before run had the zone counts from when it was" {
	local before

	life_activate
	before=$(fact dnskey_in_at)
	config
	kmgr_later 3d -q run >/dev/null
	[ "$(events publish)" -eq 1 ]
	[ "$(fact dnskey_in_at)" = "$before" ]
	kmgr_later 3d -q verify >/dev/null
}

@test "a key of others counts from when it is published" {
	start=$(date +%s)
	config '  example.net:' "    source: { file: $PWD/net.zsk }" \
		"    publish: { directory: $PWD/net }"
	sed 's/example\.com/example.net/' zsk >net.zsk
	kmgr -q create-ksk example.net --cmk prod >/dev/null
	kmgr -q run example.net >/dev/null
	dnssec-keygen -q -f KSK -a ECDSAP256SHA256 example.net >/dev/null
	at 1 add-foreign-key example.net Kexample.net*.key >/dev/null
	late 1
	[ "$(net dnskey_in_at foreign_key)" = 2 ]
	[ "$(net dnskey_in_at)" = 0 ]
	at 2 verify >/dev/null
}

# rrsig_of FILE: of its first signature, the text.
rrsig_of() {
	awk '$4 == "RRSIG" { print $NF; exit }' "$1"
}

@test "no clock says whether something is handed over" {
	config
	kmgr -q run >/dev/null
	# By another machine, whose clock was ahead.
	sqlite3 kmgr.db 'UPDATE zone SET published_at = published_at + 200'
	kmgr -q sign-zsks example.com --fetch >signed
	run ! grep -qF "$(rrsig_of signed)" out/dnskey.zone
	[ "$(told kmgr run example.com)" = 'did publish' ]
	grep -qF "$(rrsig_of signed)" out/dnskey.zone
	[ "$(events sign-zsks)" -eq 2 ]
	run -0 kmgr run example.com
	[ -z "$output" ]
	# What it has already it does not get again.
	sqlite3 kmgr.db 'UPDATE zone SET published_changes = 0'
	run -0 kmgr run example.com
	[ -z "$output" ]
	[ "$(events publish)" -eq 2 ]
	[ "$(sqlite3 kmgr.db 'SELECT published_changes = changes FROM zone')" \
		-eq 1 ]
}

@test "what was handed over by a clock far ahead is replaced" {
	config
	kmgr -q run >/dev/null
	kmgr_later 30d -q run >/dev/null
	now=$(date -u +%Y%m%d%H%M%S)
	[[ $(awk '$4 == "RRSIG" { print $10 }' out/dnskey.zone) > $now ]]
	kmgr -q sign-zsks example.com zsk --accept-time-jump >signed
	told kmgr run | grep -qx 'did publish'
	diff <(grep RRSIG signed) <(grep RRSIG out/dnskey.zone)
	[[ ! $(awk '$4 == "RRSIG" { print $10 }' out/dnskey.zone) > $now ]]
	run ! grep -qx 'did publish' <<<"$(told kmgr run example.com)"
}

@test "what somebody else signs the next pass hands over" {
	config
	kmgr -q run >/dev/null
	run -0 kmgr run
	[ -z "$output" ]
	run -0 kmgr status
	[[ $output != *"handed over"* ]]
	kmgr -q sign-zsks example.com --fetch >signed
	run -0 kmgr status
	[[ $output == *"; signed: "*" (not handed over); waits for "*"; next: \
kmgr run" ]]
	run -0 kmgr --json status example.com
	jq -e '.zones[0] | .waits_for_hand_over and .todo == "kmgr run"' \
		<<<"$output"
	kmgr_later 1d check --no-network --no-token >checked || true
	grep -q "run-lateness: not handed over what was signed at .*kmgr run" \
		checked
	[ "$(told kmgr run)" = 'did publish' ]
	grep -qF "$(rrsig_of signed)" out/dnskey.zone
	run -0 kmgr status example.com
	[[ $output != *"handed over"* ]]
	kmgr --json status | jq -e '.zones[0].waits_for_hand_over | not'
	kmgr_later 1d check --no-network --no-token >checked || true
	run ! grep "handed over" checked
}

@test "what is published is what was signed last, whether a token is there" {
	config
	echo >out
	run -9 kmgr run
	rm out
	kmgr -q sign-zsks example.com --fetch >signed
	# Nor whether it is in the configuration.
	sed -i 's/^  main: /  other: /' kmgr.yaml
	run -3 kmgr_later 1h run example.com
	diff <(grep RRSIG signed) <(grep RRSIG out/dnskey.zone)
	rm -r out
	sed -i 's/^  other: /  main: /' kmgr.yaml
	mv tokens elsewhere
	# That it came late is for the token to answer for.
	run -6 kmgr_later 1h run example.com
	diff <(grep RRSIG signed) <(grep RRSIG out/dnskey.zone)
	mv elsewhere tokens
	kmgr_later 1h -q run example.com >/dev/null
	diff <(grep RRSIG signed) <(grep RRSIG out/dnskey.zone)
	[ "$(events sign-zsks)" -eq 2 ]
	kmgr_later 1h -q verify >/dev/null
}

@test "a hand-over that takes long counts when it has ended" {
	config
	hook zone-publish <<<'sleep 3'
	kmgr -q run >/dev/null
	at=$(sqlite3 kmgr.db "SELECT max(at) FROM ledger WHERE type = 'sign-zsks'")
	[ "$(fact dnskey_in_at)" -ge $((at + 3)) ]
	[ "$(sqlite3 kmgr.db 'SELECT published_at FROM zone')" -ge $((at + 3)) ]
}

@test "a hook that fails is run again, one that ended well is not" {
	config
	hook ds-add <<-END
		echo "\$KMGR_KEYTAG" >>$PWD/calls
		[ -e $PWD/works ] || { echo "no, thank you" >&2; exit 3; }
	END
	kmgr -q run >/dev/null
	run -9 kmgr_later 2d run
	[[ $output == *"hook ds-add of example.com."*"status 3"*"no, thank you"* ]]
	[ -n "$(fact ds_add_at)" ]
	touch works
	run -12 kmgr_later 2d -q run
	[ "$(wc -l <calls)" -eq 1 ]
	kmgr_later 49h run | grep -qx "example.com. did ds-add: example.com./$tag"
	kmgr_later 50h -q run
	[ "$(cat calls)" = "$tag
$tag" ]
}

@test "what is signed while hooks are told the next pass hands over" {
	config
	hook ds-add <<-END
		cat >/dev/null
		SOFTHSM2_CONF=$SOFTHSM2_CONF KMGR_CLOCK_SHIFT=$((2 * 86400)) \
		ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$TURNCLOCK \
		$KMGR --config $KMGR_CONFIG -q sign-zsks example.com --fetch \
			--cds >$PWD/signed
	END
	kmgr -q run >/dev/null
	run -0 kmgr_later 2d run
	[[ $output == *"did ds-add"* ]]
	run ! grep -qF "$(awk '$4 == "RRSIG" { print $NF; exit }' signed)" \
		out/dnskey.zone
	run -0 kmgr_later 2d run
	[[ $output == *"did publish"* ]]
	grep -qF "$(awk '$4 == "RRSIG" { print $NF; exit }' signed)" \
		out/dnskey.zone
}

@test "of two hooks the one that fails is run again, and not the other" {
	config
	for word in add remove; do
		hook ds-$word <<-END
			[ ! -e $PWD/no-$word ] || exit 3
			echo "$word \$KMGR_KEYTAG" >>$PWD/calls
		END
	done
	kmgr -q run >/dev/null
	kmgr_later 2d -q run >/dev/null
	kmgr_later 2d -q ds-seen "example.com/$tag"
	kmgr_later 5d -q roll-ksk example.com >/dev/null
	kmgr_later 5d -q run >/dev/null
	touch no-remove
	run -9 kmgr_later 6d run
	[[ $output == *"hook ds-remove of example.com."*"status 3"* ]]
	new=$(kmgr --json list-ksks example.com | jq '.ksks[-1].key_tag')
	[ "$(tail -n +2 calls)" = "add $new" ]
	# The second in which it was told is none in which nothing else is.
	sqlite3 kmgr.db 'UPDATE zone SET told_at =
		(SELECT max(ds_remove_at) FROM ksk)'
	rm no-remove
	kmgr_later 6d -q run example.com >/dev/null
	[ "$(tail -n +2 calls)" = "add $new
remove $tag" ]
	kmgr_later 6d -q run example.com >/dev/null
	[ "$(wc -l <calls)" -eq 3 ]
}

@test "a source that is gone, and is back" {
	config
	mv zsk elsewhere
	run -9 kmgr run
	[[ $output == *"failed error: "*"$PWD/zsk"* ]]
	[ "$(events sign-zsks)" -eq 0 ]
	mv elsewhere zsk
	# Named zones are gone over, due or not.
	kmgr run example.com | grep -qx 'example.com. did publish: the signed records'
}

@test "a source that stays away keeps no signature from renewal in the end" {
	config
	kmgr -q run >/dev/null
	mv zsk elsewhere
	# Signed for 14 days, anew from the 9th on; there is time to mend it.
	run -9 kmgr_later 10d run
	[ "$(events sign-zsks)" -eq 1 ]
	run -0 kmgr_later 12d run
	[[ $output == *"example.com. warns source: signed with the ZSK set \
that was admitted last"*"$PWD/zsk"*"did sign"* ]]
	[ "$(events sign-zsks)" -eq 2 ]
}

@test "a source with a KSK that nobody knows is refused" {
	config
	dnssec-keygen -q -a ECDSAP256SHA256 -f KSK example.com >/dev/null
	cat K*.key >zsk
	run -4 kmgr run
	[[ $output == *"example.com. failed error: "* ]]
	[ ! -e out ]
	[ "$(events sign-zsks)" -eq 0 ]
}

@test "without anybody to publish to nothing is signed, and that is said" {
	run -0 kmgr run
	[[ $output == *"example.com. waits publish: "*"configure publish for example.com."* ]]
	[ "$(events sign-zsks)" -eq 0 ]
	[ -z "$(fact dnskey_in_at)" ]
}

@test "without a source the last admitted ZSK set is signed" {
	config
	sed -i '/source:/d' kmgr.yaml
	run -0 kmgr run
	[[ $output == *"example.com. waits zsk-set: "*"kmgr sign-zsks example.com. FILE"* ]]
	kmgr -q sign-zsks example.com zsk >/dev/null
	kmgr run example.com | grep -qx 'example.com. did publish: the signed records'
	grep -q ' 256 3 13 ' out/dnskey.zone
}

@test "zones that do not exist" {
	config
	run -2 kmgr run 'no..name'
	run -4 kmgr run nowhere.example
	[[ $output == *"nowhere.example. failed error: "* ]]
	run -12 kmgr run nowhere.example example.com
	[[ $output == *"example.com. did sign: "* ]]
}

@test "a zone that fails keeps no other one from its work" {
	config
	printf '  %s:\n    source: { file: %s }\n    publish: { directory: %s }\n' \
		a.example "$PWD/nothing" "$PWD/a" \
		z.example "$PWD/z.zsk" "$PWD/z" >>kmgr.yaml
	kmgr -q create-ksk a.example z.example --cmk prod >/dev/null
	sed 's/example\.com/z.example/' zsk >z.zsk
	run -12 --separate-stderr kmgr --json run
	jq -e '[.n_zones, .n_failed, .error] == [3, 1, "partial"] and
		([.events[] | select(.event == "failed") | .zone] ==
		["a.example."])' <<<"$output"
	[ -e out/dnskey.zone ]
	[ -e z/dnskey.zone ]
	[[ $(kmgr run a.example 2>&1) == *"1 of 1 zones failed"* ]]
}

@test "approvers who have not signed keep no signature from being made anew" {
	ssh-keygen -q -t ed25519 -N '' -f alice
	printf '%s\n' 'version: 1' 'zones: ["."]' \
		'ksk: { lifetime: 30d, require-backup: false }' \
		'signatures: { validity: 14d, refresh: 5d }' \
		'clock: { max-jump: 100d }' \
		"approvals: { create-ksk: 1, approvers: [\"$(cat alice.pub)\"] }" \
		>strict.yaml
	kmgr -q create-cmk strict --token main --policy strict.yaml >/dev/null
	run -11 kmgr create-ksk example.org --cmk strict
	plan=$(kmgr --json list-plans | jq -r '.plans[0].hash')
	kmgr -q show-plan "$plan" -o plan.txt
	ssh-keygen -q -Y sign -n kmgr-plan -f alice plan.txt
	kmgr -q approve "$plan" --signature plan.txt.sig >/dev/null
	config
	printf '  %s:\n    source: { file: %s }\n    publish: { directory: %s }\n' \
		example.org "$PWD/o.zsk" "$PWD/o" >>kmgr.yaml
	sed 's/example\.com/example.org/' zsk >o.zsk
	kmgr -q run example.org >/dev/null
	kmgr_later 1d -q run example.org >/dev/null
	kmgr_later 2d -q ds-seen "$(kmgr --json list-ksks example.org |
		jq -r '.ksks[0].id')" >/dev/null
	kmgr_later 32d run example.org >said
	grep -q 'example.org. waits for the approvers: .*kmgr create-ksk example.org.' said
	grep -qx 'example.org. did sign: the DNSKEY RRset' said
	# And not at each pass, though the next KSK is to be signed for at last.
	signed=$(events sign-zsks)
	kmgr_later 32d run example.org >said
	grep -q 'example.org. waits for the approvers: ' said
	[ "$(events sign-zsks)" -eq "$signed" ]
	kmgr_later 32d -q verify >/dev/null
}

@test "run: a line a zone, with what to do; null where nothing is due again" {
	run -4 --separate-stderr kmgr run nowhere.example
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == "nowhere.example. failed error: "* ]]
	[[ $stderr != *hint:* ]]
	run kmgr --json run nowhere.example
	[[ $output != *'"next": "1970'* ]]
	kmgr -q delete-ksk "example.com/$tag" --force >/dev/null ||
		sqlite3 kmgr.db 'UPDATE zone SET next_at = 9223372036854775807'
	kmgr --json run | jq -e 'has("next") and .next == null'
}

@test "run --watch goes on while its configuration is being written" {
	config
	server_start watch "$KMGR" run --watch
	wait_until 20 [ -e out/dnskey.zone ]
	cp kmgr.yaml whole
	: >kmgr.yaml
	kmgr -c whole -q create-ksk example.net --cmk prod >/dev/null
	wait_until 20 grep -q ': going on with what it was' \
		"$(server_log watch)"
	kill -0 "$(server_pid watch)"
	cp whole kmgr.yaml
	wait_until 20 grep -q ' example.net. waits publish: ' \
		"$(server_log watch)"
	server_stop watch
}

@test "run --watch does what becomes due, also by another command" {
	config
	server_start watch "$KMGR" run --watch
	wait_until 20 [ -e out/dnskey.zone ]
	kmgr -q create-ksk example.net --cmk prod >/dev/null
	wait_until 20 grep -q ' example.net. waits publish: ' "$(server_log watch)"
	kill -0 "$(server_pid watch)"
	server_stop watch
	run -2 kmgr run --watch --dry-run
	run -2 kmgr --json run --watch
}

# passed: a pass was over the zone since it was due last.
passed() {
	[ "$(sqlite3 kmgr.db 'SELECT next_at FROM zone')" -gt 1 ]
}

# due: the zone is, and the pass over it has ended.
due() {
	sqlite3 kmgr.db 'UPDATE zone SET next_at = 1'
	wait_until 20 passed
}

@test "run --watch says when, and what stays as it is once" {
	server_start watch "$KMGR" run --watch
	wait_until 20 passed
	due
	due
	server_stop watch
	lines=("$(grep -c 'example.com. waits publish: ' "$(server_log watch)")")
	[ "${lines[0]}" -eq 1 ]
	grep -Eq '^20[0-9-]{8}T[0-9:]{8}Z example.com. waits publish: ' \
		"$(server_log watch)"
	# The journal knows when.
	log=$(server_log journal)
	: >"$log"
	JOURNAL_STREAM=$(stat -c %d:%i "$log") \
		server_start journal "$KMGR" run --watch
	due
	server_stop journal
	grep -q '^example.com. waits publish: ' "$log"
}

@test "run --watch tells of a zone that fails once, each time it was tried" {
	config
	mv zsk away
	server_start watch "$KMGR" run --watch
	wait_until 20 passed
	due
	server_stop watch
	[ "$(grep -c 'example.com. failed error: ' "$(server_log watch)")" -eq 2 ]
	[ "$(wc -l <"$(server_log watch)")" -eq 3 ]
	[ "$(tail -n 1 "$(server_log watch)")" = "kmgr: ended by SIGTERM" ]
}

@test "run --watch: a store that stays away is not told of each second" {
	config
	server_start watch "$KMGR" run --watch
	wait_until 20 [ -e out/dnskey.zone ]
	mv kmgr.db away
	wait_until 20 grep -q ' kmgr: ' "$(server_log watch)"
	sleep 4
	server_stop watch
	mv away kmgr.db
	[ "$(grep -c ' kmgr: ' "$(server_log watch)")" -le 4 ]
}

@test "run --json says when each thing was" {
	config
	before=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	kmgr --json run | jq -e --arg before "$before" '(.events | length) > 0
		and all(.events[]; .at >= $before)'
}

teardown() {
	servers_stop
}
