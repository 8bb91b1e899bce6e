# What a parent serves, asked of real name servers: example. on 127.0.0.1 and
# 127.0.0.2, one port, and a resolver that is the first of them, which knows
# of example. all that there is to find.

bats_require_minimum_version 1.5.0
load ../lib/common
load dns

setup_file() {
	need_program named knotd dnssec-keygen dnssec-signzone \
		dnssec-dsfromkey faketime dig jq
	cd "$BATS_FILE_TMPDIR"
	mkdir keys
	dnssec-keygen -q -K keys -a ECDSAP256SHA256 -f KSK example
	dnssec-keygen -q -K keys -a ECDSAP256SHA256 example
	dnssec-dsfromkey -2 "$(grep -l ' 257 ' keys/*.key)" >anchor
}

setup() {
	by_the_clock
	cd "$BATS_TEST_TMPDIR"
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	PORT=$(free_port)
	cat >>kmgr.yaml <<-END
		resolver: { servers: [127.0.0.1@$PORT], port: $PORT, timeout: 2s,
		    trust-anchor: $BATS_FILE_TMPDIR/anchor }
		zones:
		  child.example: { parent: { check-interval: 1s } }
	END
	past init
	dnssec-keygen -q -K . -a ECDSAP256SHA256 child.example
	cat >policy.yaml <<-END
		version: 1
		zones: ["*.example"]
		timing: { parent-ds-ttl: 1h }
	END
	past create-cmk main --token main --policy policy.yaml
	past create-ksk child.example --cmk main
	past sign-zsks child.example Kchild*.key >signed
	kmgr get-ds child.example -o ds
}

# past COMMAND...: kmgr, so long ago that every cache has what it signed then,
# and its DS is wanted now.
past() {
	with_clock $((-5 * 86400)) "$KMGR" "$@"
}

teardown() {
	servers_stop
}

# example SERIAL [LINE...]: makes the signed parent zone example.SERIAL with
# the records LINE in it, and signs it with the options HOW.
example() {
	{
		cat <<-END
			\$TTL 3600
			\$ORIGIN example.
			@	SOA	ns1 hostmaster $1 3600 600 86400 300
			@	NS	ns1
			@	NS	${NS-ns2}
			ns1	A	127.0.0.1
			ns2	${NS2-A	127.0.0.2}
			${CHILD-child	NS	ns.child}
			ns.child A	192.0.2.1
		END
		printf '%s\n' "${@:2}"
	} >zone.$1
	resign "$1"
}

# resign SERIAL: signs zone.SERIAL again.
resign() {
	# shellcheck disable=SC2086 # words
	dnssec-signzone -q -S -K "$BATS_FILE_TMPDIR/keys" -o example \
		${HOW-} -f "example.$1" "zone.$1" >/dev/null
}

# parent_up N FILE: serves ${ZONE-example} on 127.0.0.1 (1) or ::1 (6) by
# named, which takes only addresses that an interface has, or on 127.0.0.2 by
# knotd.
parent_up() {
	local dir at=127.0.0.$1 zone=${ZONE-example}

	dir=$(mktemp -d "$BATS_TEST_TMPDIR/parent.XXXXXX")
	server_stop "parent$1"
	AUTH_PORT=$PORT
	case $1 in
	2)
		knotd_config "$dir" "$zone=$PWD/$2" |
			sed "s/listen: .*@/listen: $at@/" >"$dir/conf"
		server_start parent2 knotd -c "$dir/conf"
		;;
	*)
		named_config "$dir" "$zone=$PWD/$2" ${OTHER+"$OTHER"} \
			>"$dir/conf"
		[ "$1" = 1 ] || {
			at=::1
			sed -i "s/listen-on port $PORT .*/listen-on { none; };/
			s/listen-on-v6 .*/listen-on-v6 port $PORT { ::1; };/" \
				"$dir/conf"
		}
		server_start "parent$1" named -g -n 1 -c "$dir/conf"
		;;
	esac
	# Each zone is served as soon as it is read.
	for zone in "$zone" ${OTHER+"${OTHER%%=*}"}; do
		server_ready "parent$1" 20 is_serving "$at" "$zone" || return
	done
}

# is_serving ADDRESS ZONE
is_serving() {
	dig "@$1" -p "$PORT" +norec +time=1 +tries=1 "$2" SOA |
		grep -q '^;; flags:.* aa[ ;]'
}

# ds_line [TTL]: the DS of child.example as a line of a zone file.
ds_line() {
	sed "s/ IN DS / ${1:-3600} IN DS /" ds
}

@test "a DS that nobody told of keeps its KSK in the set" {
	cat Kchild*.key >zsk
	sed -i "s|child.example: {|& source: { file: $PWD/zsk }, publish: \
{ directory: $PWD/out },|" kmgr.yaml
	old=$(jq_tag)
	example 7 "$(ds_line)"
	parent_up 1 example.7
	parent_up 2 example.7
	run -0 kmgr roll-ksk child.example
	[[ $output == *"nobody told of its DS, which may be at the parent"* ]]
	kmgr run
	# Both, although the successor's DS is nowhere.
	[ "$(grep -c ' 257 ' out/dnskey.zone)" -eq 2 ]
	grep -q "RRSIG.* $old child.example" out/dnskey.zone
	sleep 1		# check-interval
	kmgr run
	[ "$(grep -c ' 257 ' out/dnskey.zone)" -eq 2 ]
	# Who says that the parent has none waits for caches to know it.
	kmgr ds-gone "child.example/$old"
	kmgr run
	[ "$(grep -c ' 257 ' out/dnskey.zone)" -eq 2 ]
}

@test "run: what is seen of many zones is one transaction" {
	local i

	echo '  kid.example: { parent: { check-interval: 1s } }' >>kmgr.yaml
	dnssec-keygen -q -K . -a ECDSAP256SHA256 kid.example
	past create-ksk kid.example --cmk main
	past sign-zsks kid.example Kkid*.key >signed
	kmgr -q get-ds kid.example >>ds
	example 7 "kid NS ns.child" "$(ds_line)"
	parent_up 1 example.7
	parent_up 2 example.7
	# The DS is asked for; two looks, check-interval apart, agree.
	for i in 1 2 3 4; do
		kmgr run >out || :
		cat out >>all
		sleep 1.1
	done
	[ "$(grep -c '^[a-z]*.example. did ds-seen: ' all)" -eq 2 ]
	[ "$(sqlite3 kmgr.db "SELECT group_concat(type, ' ') FROM (SELECT type
		FROM ledger WHERE seq >= (SELECT min(seq) FROM ledger
		WHERE type = 'ds-seen') ORDER BY seq LIMIT 3)")" = \
		'ds-seen ds-seen checkpoint' ]
	kmgr -q verify
}

@test "of two DS that are swapped the one that came is told of first" {
	cat Kchild*.key >zsk
	sed -i "s|child.example: {|& source: { file: $PWD/zsk }, publish: \
{ directory: $PWD/out },|" kmgr.yaml
	old=$(jq_tag)
	with_clock $((-90 * 3600)) "$KMGR" ds-add "child.example/$old"
	with_clock $((-90 * 3600)) "$KMGR" ds-seen "child.example/$old"
	with_clock $((-3 * 86400)) "$KMGR" roll-ksk child.example
	with_clock $((-3 * 86400)) "$KMGR" run
	run -0 kmgr run
	[[ $output == *"did add-ds"*"did remove-ds"* ]]
	kmgr get-ds child.example >ds
	example 7 "$(ds_line)"
	parent_up 1 example.7
	parent_up 2 example.7
	run -0 --separate-stderr kmgr run child.example
	sleep 1		# check-interval
	run -0 --separate-stderr kmgr run child.example
	[[ $output == *"did ds-seen"*"did ds-gone"* ]]
	[[ $stderr != *"no KSK of zone"* ]]
}

# jq_tag: the key tag of the zone's first KSK.
jq_tag() {
	kmgr --json list-ksks child.example | jq '.ksks[0].key_tag'
}

@test "both servers have the DS: seen after two passes" {
	example 7 "$(ds_line)"
	parent_up 1 example.7
	parent_up 2 example.7
	run -11 --separate-stderr kmgr check-parent child.example --once
	[[ $output == *"parent: example."* ]]
	[[ $stderr == *'all its servers have one, which another pass has to confirm'* ]]
	sleep 1		# check-interval
	run -0 kmgr --json check-parent child.example --once
	jq -e '.parent == "example." and .unvalidated == null and
	    (.servers | length == 2) and .ds_ttl == 3600 and
	    all(.servers[]; .soa_serial == 7 and .transport == "udp" and
	        .validated and .original_ttl == 3600 and .error == null and
		(.ds | length == 1)) and
	    .keys[0].parent_has == "all" and .keys[0].confirmed and
	    .unknown_ds == []' <<<"$output"
}

@test "--dry-run asks, shows, and records nothing" {
	example 7 "$(ds_line)"
	parent_up 1 example.7
	parent_up 2 example.7
	sqlite3 kmgr.db .dump >before
	run -11 --separate-stderr kmgr check-parent child.example -n
	[[ $output == *'yes        all'* ]]
	[[ $output == *"would record that the DS RRset of child.example. is \
served with a TTL of 3600 seconds"*"would record what the parent was seen to \
have: all its servers have a DS of KSK child.example./"* ]]
	sleep 1		# check-interval
	# What was not recorded confirms nothing; what was does.
	run -11 --separate-stderr kmgr --json check-parent child.example -n
	jq -e '.dry_run and .keys[0].parent_has == "all" and
	    (.keys[0].confirmed | not) and
	    [.plan[].action] == ["observe", "observe"]' <<<"$output"
	sqlite3 kmgr.db .dump | diff before -
	run -11 kmgr check-parent child.example --once
	sleep 1
	run -0 kmgr check-parent child.example -n
}

@test "one command makes both passes" {
	example 7 "$(ds_line)"
	parent_up 1 example.7
	parent_up 2 example.7
	run -0 kmgr check-parent child.example
	[[ $output == *'yes        all'* ]]
}

@test "a server that lags: not seen, and what was seen begins anew" {
	example 7
	example 8 "$(ds_line)"
	parent_up 1 example.8
	parent_up 2 example.7
	run -11 --separate-stderr kmgr check-parent child.example
	[[ $stderr == *'its servers differ'* ]]
	parent_up 2 example.8
	run -11 kmgr check-parent child.example --once
	parent_up 2 example.7
	run -11 kmgr check-parent child.example --once
	parent_up 2 example.8
	# The pass before the one that differed confirms nothing.
	run -11 kmgr check-parent child.example --once
	sleep 1
	run -0 kmgr check-parent child.example --once
}

@test "passes less than check-interval apart confirm nothing" {
	sed -i 's/check-interval: 1s/check-interval: 1h/' kmgr.yaml
	example 7 "$(ds_line)"
	parent_up 1 example.7
	parent_up 2 example.7
	run -11 kmgr check-parent child.example --once
	run -11 kmgr check-parent child.example --once
	run -0 with_clock 3660 "$KMGR" check-parent child.example --once
}

@test "no DS at all: none, with the parent's signed word for it" {
	example 7
	parent_up 1 example.7
	parent_up 2 example.7
	run -11 --separate-stderr kmgr --json check-parent child.example
	jq -e '.keys[0].parent_has == "none" and
	    all(.servers[]; .validated and .ds == [])' <<<"$output"
}

# says_none_validated: what both servers say is that there is no DS.
says_none_validated() {
	run -11 --separate-stderr kmgr --json check-parent child.example --once
	jq -e '.keys[0].parent_has == "none" and .unvalidated == null and
	    (.servers | length == 2) and
	    all(.servers[]; .validated and .ds == [])' <<<"$output"
}

@test "no DS, said with NSEC3" {
	HOW='-3 aabbcc -H 3' example 7
	parent_up 1 example.7
	parent_up 2 example.7
	grep -q 'NSEC3.* 1 0 3 AABBCC' example.7
	says_none_validated
}

@test "no DS, said with NSEC3 and opt-out, which leaves the child out" {
	HOW='-3 - -A' example 7
	parent_up 1 example.7
	parent_up 2 example.7
	# The apex and the two with addresses.
	[ "$(grep -c 'IN NSEC3 1 1 0 -' example.7)" -le 3 ]
	says_none_validated
}

@test "no DS, since there is no such name: NSEC, NSEC3, opt-out" {
	local how

	for how in '' '-3 aabb' '-3 aabb -A'; do
		CHILD='' HOW=$how example 7
		# What is left of it is not there, too.
		sed -i '/^ns\.child/d' zone.7
		HOW=$how resign 7
		parent_up 1 example.7
		parent_up 2 example.7
		dig @127.0.0.1 -p "$PORT" child.example DS |
			grep -q 'status: NXDOMAIN'
		says_none_validated
	done
}

@test "NSEC3 of more iterations than validators count: insecure, and said" {
	HOW='-3 aabb -H 101' example 7
	parent_up 1 example.7
	parent_up 2 example.7
	run -11 --separate-stderr kmgr --json check-parent child.example --once
	jq -e '.keys[0].parent_has == "none" and
	    (.unvalidated | test("more than 100 iterations")) and
	    all(.servers[]; .validated | not)' <<<"$output"
	jq -e '.notes | any(test("not validated: its NSEC3"))' <<<"$output"
}

@test "a server whose answer is not signed says nothing" {
	example 7 "$(ds_line)"
	parent_up 1 example.7
	parent_up 2 zone.7
	# With the DS that is wanted, and without one.
	run -10 --separate-stderr kmgr check-parent child.example --once
	[[ $stderr == *"127.0.0.2@$PORT"*'signed by the parent'* ]]
	example 6
	parent_up 2 zone.6
	run -10 --separate-stderr kmgr --json check-parent child.example --once
	jq -e '.servers[1].error | test("signed by the parent")' <<<"$output"
	# With a quorum it is one that is down, as the contract has it.
	sed -i 's/check-interval: 1s/check-interval: 1s, quorum: 1/' kmgr.yaml
	run -0 kmgr check-parent child.example
}

@test "one server is down: counts as no, unless there is a quorum" {
	example 7 "$(ds_line)"
	parent_up 1 example.7
	run -8 --separate-stderr kmgr check-parent child.example
	[[ $stderr == *"127.0.0.2@$PORT"* ]]
	sed -i 's/check-interval: 1s/check-interval: 1s, quorum: 1/' kmgr.yaml
	run -0 kmgr check-parent child.example
	# A quorum overrules nobody who says no.
	example 6
	parent_up 2 example.6
	run -11 kmgr check-parent child.example
}

@test "a lame server says nothing" {
	example 7 "$(ds_line)"
	parent_up 1 example.7
	printf '$TTL 60\n@ SOA . . 1 1 1 1 1\n@ NS ns\nns A 127.0.0.2\n' >other
	ZONE=child.example parent_up 2 other
	run -8 --separate-stderr kmgr --json check-parent child.example
	jq -e '.servers[1].error | test("REFUSED|authority|serve")' <<<"$output"
}

@test "a name server without address, or that is an alias, says why" {
	# Of another zone, since BIND loads none that has it in itself.
	printf '$TTL 60\n@ SOA . . 1 1 1 1 1\n@ NS ns1.example.\n%s\n' \
		'ns2 CNAME ns1.example.' >other
	NS=ns2.other. example 7 "$(ds_line)"
	OTHER=other=$PWD/other parent_up 1 example.7
	run -8 --separate-stderr kmgr --json check-parent child.example
	jq -e '[.servers[] | select(.address == null) | .error] |
	    length == 1 and (.[0] | test("CNAME"))' <<<"$output"
}

@test "an answer that is too long for UDP comes over TCP" {
	local i

	example 7 "$(ds_line)" "$(for i in {1..60}; do
		printf 'child 3600 DS %d 13 2 %064d\n' "$i" "$i"; done)"
	parent_up 1 example.7
	parent_up 2 example.7
	run -0 --separate-stderr kmgr --json check-parent child.example
	jq -e 'all(.servers[]; .transport == "tcp" and .validated) and
	    (.unknown_ds | length == 60)' <<<"$output"
	jq -e '.notes | any(test("a DS of no key that kmgr knows"))' <<<"$output"
}

@test "IPv6 servers are asked, too" {
	NS2='AAAA ::1' example 7 "$(ds_line)"
	parent_up 1 example.7
	parent_up 6 example.7
	run -0 kmgr --json check-parent child.example
	jq -e --arg at "::1@$PORT" '.servers[1].address == $at and
	    .servers[1].error == null' <<<"$output"
	server_stop parent6
	run -8 kmgr check-parent child.example
}

@test "the largest TTL of all servers is told, and kept" {
	example 7 "$(ds_line 3600)"
	example 8 "$(ds_line 7200)"
	parent_up 1 example.7
	parent_up 2 example.8
	run -0 --separate-stderr kmgr --json check-parent child.example
	jq -e '.ds_ttl == 7200' <<<"$output"
	jq -e '.notes | any(test("TTL of 7200 s, and the policy supposes 3600"))' \
		<<<"$output"
	[ "$(sqlite3 kmgr.db "SELECT value FROM observation
		WHERE zone = 'child.example.' AND kind = 'ds-ttl'")" = 7200 ]
}

@test "a signature that is not the parent's is not called validated" {
	example 7 "$(ds_line)"
	parent_up 1 example.7
	parent_up 2 example.7
	# Another anchor reaches nothing.
	sed 's/ 13 2 ../ 13 2 00/' "$BATS_FILE_TMPDIR/anchor" >anchor
	sed -i "s|trust-anchor: .*/anchor|trust-anchor: $PWD/anchor|" kmgr.yaml
	run -0 --separate-stderr kmgr --json check-parent child.example
	jq -e '(.unvalidated | test("vouched")) and
	    all(.servers[]; .validated | not)' <<<"$output"
	jq -e '.notes | any(test("not validated"))' <<<"$output"
}

@test "configured servers are asked instead of those that are found" {
	example 7 "$(ds_line)"
	example 6
	parent_up 1 example.6
	parent_up 2 example.7
	sed -i "s/check-interval: 1s/check-interval: 1s, servers: [127.0.0.2@$PORT]/" \
		kmgr.yaml
	run -0 kmgr --json check-parent child.example
	jq -e '.parent == "example." and (.servers | length == 1)' <<<"$output"
}

@test "no resolver: exit 8, and nothing is recorded" {
	run -8 --separate-stderr kmgr check-parent child.example
	[[ $stderr == *'find the parent zone'* ]]
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM observation')" = 0 ]
}

@test "get-ds --diff: what to keep" {
	example 7 "$(ds_line)"
	parent_up 1 example.7
	parent_up 2 example.7
	run -0 --separate-stderr kmgr get-ds child.example --diff
	diff - <(echo "$output") <<-END
		; add
		; keep
		$(cat ds)
		; remove
	END
	[ -z "$(kmgr get-ds child.example --diff --format epp-ds)" ]
}

@test "get-ds --diff: what to remove, after what to add" {
	local add remove unknown

	add=$(cut -d ' ' -f 4- ds)
	# A KSK that is not to have its DS yet, and a DS of nobody.
	kmgr create-ksk child.example --another --cmk main
	remove=$(kmgr --json list-ksks child.example |
		jq -r '.ksks[1] | "child.example. 60 IN DNSKEY \(.dnskey)"' |
		dnssec-dsfromkey -2 -f - child.example | cut -d ' ' -f 4-)
	unknown="1 13 2 $(printf '%064d' 7)"
	example 7 "child 3600 DS $remove" "child 3600 DS $unknown"
	parent_up 1 example.7
	parent_up 2 example.7
	run -0 --separate-stderr kmgr get-ds child.example --diff
	diff - <(echo "$output") <<-END
		; add
		child.example. IN DS $add
		; keep
		; remove
		; child.example. IN DS $remove
	END
	[[ $stderr == *"neither kept nor removed here: $unknown"* ]]
	kmgr get-ds child.example --diff --format nsupdate >diff
	diff - diff <<-END
		update add child.example. 3600 IN DS $add
		update delete child.example. IN DS $remove
		send
	END
	kmgr get-ds child.example --diff --format epp-ds >diff
	[ "$(grep -c '^<epp ' diff)" = 2 ]
	diff <(grep -oE '<secDNS:(add|rem|keyTag)>[0-9]*' diff) - <<-END
		<secDNS:add>
		<secDNS:keyTag>${add%% *}
		<secDNS:rem>
		<secDNS:keyTag>${remove%% *}
	END
	kmgr get-ds child.example --diff --format epp-key >diff
	diff <(grep -oE '<secDNS:(add|rem|flags)>[0-9]*' diff) - <<-END
		<secDNS:add>
		<secDNS:flags>257
		<secDNS:rem>
		<secDNS:flags>257
	END
	kmgr get-ds child.example --diff --format cds >diff
	grep -qx "child.example. IN CDS $add" diff
	run -1 grep "^child.example. IN CDS $remove" diff
	kmgr get-ds child.example --diff --format form >diff
	grep -A8 '^Remove: 1' diff | grep -q "^Key tag  *${remove%% *}\$"
	kmgr get-ds child.example --diff --format json >diff
	jq -e --arg add "$add" --arg remove "$remove" --arg unknown "$unknown" \
		'.add[0].ds_record == $add and .remove[0].ds_record == $remove and
		.keep == [] and .unknown == [$unknown]' diff
}

@test "get-ds --diff without an answer: exit 8, and nothing is said" {
	example 7
	parent_up 1 example.7
	sed -i "s/check-interval: 1s/check-interval: 1s, servers: [127.0.0.2@$PORT], zone: example/" \
		kmgr.yaml
	run -8 --separate-stderr kmgr get-ds child.example --diff
	[ -z "$output" ]
}
