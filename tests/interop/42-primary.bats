# A zone's primary: what it is asked, told and believed, with TSIG and without.

bats_require_minimum_version 1.5.0
load ../lib/common
load dns

ZONE=child.example

setup_file() {
	need_program named knotd dnssec-keygen dig jq python3
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	PEER=$builddir/tests/interop/peer
	(umask 077 && head -c 32 /dev/urandom | base64 -w 0 >secret)
	SECRET=$(cat secret)
	zone_write $ZONE ECDSAP256SHA256
	cat $ZONE/K*.key >>$ZONE/zone
}

teardown() {
	servers_stop
}

# keyed KIND ALGORITHM: a primary, named or knotd, which gives and takes
# the zone by the key "transfer" only.
keyed() {
	case $1 in
	named)
		NAMED_MORE="key transfer { algorithm $2; secret \"$SECRET\"; };" \
			auth_start named $ZONE="$PWD/$ZONE/zone" || return
		sed -i "s/type primary;/& $(printf 'allow-%s { key transfer; }; ' \
			transfer update)/" \
			"$(ls -d "$BATS_TEST_TMPDIR"/auth.*)/conf"
		server_stop auth
		server_start auth named -g -n 1 \
			-c "$(ls -d "$BATS_TEST_TMPDIR"/auth.*)/conf"
		;;
	knotd)
		auth_start knotd $ZONE="$PWD/$ZONE/zone" || return
		conf=$(ls -d "$BATS_TEST_TMPDIR"/auth.*)/conf
		{
			cat <<-END
				key:
				  - id: transfer
				    algorithm: $2
				    secret: $SECRET
				acl:
				  - id: by-key
				    key: transfer
				    action: [transfer, update]
			END
			sed 's/^    journal-content: none/&\n    acl: by-key/' "$conf"
		} >conf.new
		cp conf.new "$conf"
		server_stop auth
		server_start auth knotd -c "$conf"
		;;
	esac
	server_ready auth 20 is_served $ZONE
}

# peer COMMAND [ALGORITHM [SECRET [NAME]]]
peer() {
	"$PEER" "$1" 127.0.0.1 "$AUTH_PORT" $ZONE \
		${2:+"${4-transfer}" "$2" "${3-$SECRET}"}
}

# kmgr_ready [POLICY]: a store with a KSK for the zone, whose source is the
# primary, by the key.
kmgr_ready() {
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	cat >>kmgr.yaml <<-END
		tsig:
		  transfer: { algorithm: ${ALG-hmac-sha256}, secret-file: $PWD/secret }
		zones:
		  $ZONE:
		    source: { primary: "127.0.0.1@$AUTH_PORT", tsig: transfer }
	END
	kmgr init
	printf 'version: 1\nzones: ["*.example"]\n%s\n' "${1-}" >policy.yaml
	kmgr create-cmk main --token main --policy policy.yaml
	kmgr create-ksk $ZONE --cmk main
}

@test "AXFR by every algorithm of TSIG, from named and from knotd" {
	local kind algorithm

	for kind in named knotd; do
		for algorithm in hmac-sha256 hmac-sha384 hmac-sha512; do
			rm -rf auth.*
			keyed $kind $algorithm
			run -0 peer axfr $algorithm
			[[ ${lines[0]} == 'serial 1 max-ttl 3600 records '* ]]
			[[ ${lines[1]} == "$ZONE. 3600 IN DNSKEY 256 3 13 "* ]]
			[ ${#lines[@]} = 2 ]
		done
	done
}

@test "a zone of many messages comes whole, each of them verified" {
	local kind

	for i in {1..6000}; do
		echo "h$i $i TXT \"$(printf '%0100d' "$i")\""
	done >>$ZONE/zone
	for kind in named knotd; do
		rm -rf auth.*
		keyed $kind hmac-sha256
		run -0 peer axfr hmac-sha256
		[[ ${lines[0]} == 'serial 1 max-ttl 6000 records 6009' ]]
	done
}

@test "a zone with more DNSKEYs than an answer can hold is not sorted out" {
	for i in {1..999}; do
		echo "@ DNSKEY 256 3 15 $(printf '%032d' "$i" | base64 -w 0)"
	done >>$ZONE/zone
	keyed knotd hmac-sha256
	run -0 peer axfr hmac-sha256
	[ ${#lines[@]} = 1001 ]
	server_stop auth
	rm -rf auth.*
	echo "@ DNSKEY 256 3 15 $(printf '%032d' 0 | base64 -w 0)" >>$ZONE/zone
	keyed knotd hmac-sha256
	run -8 peer axfr hmac-sha256
	[[ $output == *"more than 1000 DNSKEY records of the zone's own name"* ]]
}

@test "another secret, another key, no key: nothing is believed" {
	local kind

	for kind in named knotd; do
		rm -rf auth.*
		keyed $kind hmac-sha256
		run -8 peer axfr hmac-sha256 "$(head -c 32 /dev/zero | base64)"
		[[ $output == *BADSIG* ]]
		run -8 peer axfr hmac-sha256 "$SECRET" nobody
		[[ $output == *BADKEY* ]]
		run -8 peer axfr
		[[ $output == *'answers'* ]]
	done
	run -3 peer axfr hmac-md5
	run -3 peer axfr hmac-sha256 c2hvcnQ=
}

@test "a TSIG that is five minutes off is refused" {
	keyed named hmac-sha256
	run -8 with_clock -600 "$PEER" axfr 127.0.0.1 "$AUTH_PORT" $ZONE \
		transfer hmac-sha256 "$SECRET"
	[[ $output == *BADTIME* ]]
}

@test "UPDATE replaces a set and its signatures, and no others" {
	# Without DNSKEY, which BIND would sign with, and types whose RDATA it
	# does not compare with them.
	sed -i '/DNSKEY/d' $ZONE/zone
	keyed named hmac-sha256
	sig='13 2 60 20370101000000 20260101000000 1 child.example. AAAA'
	printf '@ 60 IN CAA 0 issue "x"\n@ 60 IN RRSIG CAA %s\n' "$sig" |
		peer update hmac-sha256
	printf '@ 60 IN TXT one\n@ 60 IN TXT two\n@ 60 IN RRSIG TXT %s\n' \
		"$sig" | peer update hmac-sha256
	[ "$(dig_at "$AUTH_PORT" +short $ZONE RRSIG | wc -l)" = 2 ]
	[ "$(dig_at "$AUTH_PORT" +short $ZONE TXT | wc -l)" = 2 ]
	printf '@ 60 IN TXT three\n@ 60 IN RRSIG TXT %s\n' "${sig/AAAA/BBBB}" |
		peer update hmac-sha256
	[ "$(dig_at "$AUTH_PORT" +short $ZONE TXT)" = '"three"' ]
	dig_at "$AUTH_PORT" +short $ZONE RRSIG >rrsigs
	[ "$(grep -c '^TXT .*BBBB$' rrsigs)" = 1 ]
	[ "$(grep -c '^CAA .*AAAA$' rrsigs)" = 1 ]
	[ "$(wc -l <rrsigs)" = 2 ]
	# Nothing in: all of it goes, and CAA stays.
	peer update hmac-sha256 </dev/null
	[ -z "$(dig_at "$AUTH_PORT" +short $ZONE TXT)" ]
	[ "$(dig_at "$AUTH_PORT" +short $ZONE RRSIG | wc -l)" = 1 ]
	run -8 peer update hmac-sha256 "$SECRET" nobody </dev/null
	run -8 peer update </dev/null
	[[ $output == *REFUSED* ]]
}

@test "get-zsks gives what sign-zsks takes" {
	keyed named hmac-sha256
	kmgr_ready
	kmgr get-zsks $ZONE --from "127.0.0.1@$AUTH_PORT" --tsig transfer >zsks
	kmgr -q sign-zsks $ZONE zsks >signed
	[ "$(grep -c 'DNSKEY 25[67] 3 13 ' signed)" = 2 ]
	diff zsks <(kmgr get-zsks $ZONE)
	# What it would note, and nothing is noted, nor written.
	sqlite3 kmgr.db 'DELETE FROM observation' .dump >before
	run -0 kmgr -q get-zsks $ZONE --transfer -n -o none
	[[ $output == "would record that the DNSKEY RRset of "*"would record \
that the record that is kept longest of "* ]]
	[ ! -e none ]
	sqlite3 kmgr.db .dump | diff before -
	run -0 --separate-stderr kmgr get-zsks $ZONE --from "127.0.0.1@$AUTH_PORT"
	diff zsks - <<<"$output"
	[[ $stderr == *'without TSIG'* ]]
	# Where nothing can be written the set comes all the same.
	sqlite3 kmgr.db 'DELETE FROM observation;
		CREATE TRIGGER closed BEFORE INSERT ON observation
		BEGIN SELECT RAISE(ABORT, "for reading only"); END'
	run -0 --separate-stderr kmgr get-zsks $ZONE
	diff zsks - <<<"$output"
	[[ $stderr == *'not remembered: '*'for reading only'* ]]
	run -7 kmgr get-zsks $ZONE --transfer
}

@test "get-zsks: a wrong secret, a key that is not there, a server that is not" {
	keyed knotd hmac-sha256
	kmgr_ready
	head -c 32 /dev/zero | base64 >secret
	run -8 --separate-stderr kmgr get-zsks $ZONE
	[[ $stderr == *BADSIG* ]]
	[ -z "$output" ]
	chmod 644 secret
	run -3 kmgr get-zsks $ZONE
	run -3 kmgr get-zsks $ZONE --from "127.0.0.1@$AUTH_PORT" --tsig nobody
	run -2 kmgr get-zsks $ZONE --from localhost
	run -8 kmgr get-zsks $ZONE --from 127.0.0.1@1
}

# seen: the TTLs that are remembered.
seen() {
	sqlite3 kmgr.db "SELECT kind, value FROM observation
		WHERE zone = '$ZONE.' ORDER BY kind, id"
}

@test "get-zsks --transfer: the set, and the highest TTL, by AXFR" {
	echo 'far 300000 TXT "a while"' >>$ZONE/zone
	keyed named hmac-sha256
	kmgr_ready
	kmgr get-zsks $ZONE >zsks
	[ "$(seen)" = 'dnskey-ttl|3600' ]
	kmgr --json get-zsks $ZONE --transfer >got
	diff zsks <(jq -r .records got | sed '$d')
	jq -e '.dnskey_ttl == 3600 and .max_zone_ttl == 300000' got
	[ "$(seen)" = 'dnskey-ttl|3600
max-zone-ttl|300000' ]
	# Waits are as long: the first DS comes after all that is unsigned.
	kmgr -q sign-zsks $ZONE zsks >/dev/null
	kmgr plan $ZONE | grep 'max-zone-ttl 3d11h20m'
	# Without the key, with another one, and where nobody is.
	run -8 kmgr get-zsks $ZONE --from "127.0.0.1@$AUTH_PORT" --transfer
	[[ $output == *'answers'*'let the primary give us the zone'* ]]
	run -3 kmgr get-zsks $ZONE --from "127.0.0.1@$AUTH_PORT" --transfer \
		--tsig nobody
	run -8 kmgr get-zsks $ZONE --from 127.0.0.1@1 --transfer
	head -c 32 /dev/zero | base64 >secret
	run -8 kmgr get-zsks $ZONE --transfer
	[[ $output == *BADSIG* ]]
	[ "$(seen | wc -l)" = 2 ]
}

@test "source: transfer, also for sign-zsks and where anybody may transfer" {
	auth_start named $ZONE="$PWD/$ZONE/zone"
	kmgr_ready
	sed -i 's/, tsig: transfer }/, transfer: true }/' kmgr.yaml
	kmgr -q sign-zsks $ZONE --fetch -n >/dev/null
	[ -z "$(seen)" ]
	kmgr -q sign-zsks $ZONE --fetch >signed
	[ "$(grep -c 'RRSIG DNSKEY' signed)" = 1 ]
	[ "$(seen)" = 'dnskey-ttl|3600
max-zone-ttl|3600' ]
	run -0 --separate-stderr kmgr get-zsks $ZONE
	[[ $stderr == *'without TSIG'* ]]
	sed -i 's/source: .*/source: { file: \/zsks, transfer: true }/' kmgr.yaml
	run -3 kmgr get-zsks $ZONE
	[[ $output == *'transfer goes with primary only'* ]]
	sed -i 's/, transfer: true//' kmgr.yaml
	run -2 kmgr get-zsks $ZONE --transfer
	[[ $output == *'is no primary'* ]]
}

@test "a TTL of decades is noted once, named by check, and waited for a week" {
	sed -i 's/ IN DNSKEY / 2147483647 IN DNSKEY /' $ZONE/zone
	auth_start named $ZONE="$PWD/$ZONE/zone"
	kmgr_ready
	sed -i "s/, tsig: transfer }/ }\n    servers: [127.0.0.1@$AUTH_PORT]/" \
		kmgr.yaml
	run -0 --separate-stderr kmgr get-zsks $ZONE
	[[ $stderr == *'TTL of 2147483647 seconds; no more than 604800'* ]]
	run -0 --separate-stderr kmgr get-zsks $ZONE
	[[ $stderr != *2147483647* ]]
	cat $ZONE/K*.key >zsks
	kmgr -q sign-zsks $ZONE zsks >/dev/null
	kmgr plan $ZONE | grep 'DNSKEY TTL 1w'
	run -1 kmgr check $ZONE
	[[ $output == *'the TTL of the DNSKEY RRset is 2147483647'*'no more than 7d'* ]]
}

@test "zsk.admission: tsig admits what came by the key in this very run" {
	keyed named hmac-sha256
	kmgr_ready 'zsk: { admission: tsig }'
	kmgr -q get-zsks $ZONE >zsks
	run -5 --separate-stderr kmgr sign-zsks $ZONE zsks
	[[ $stderr == *ZSK-ADMISSION*'in this very run'* ]]
	kmgr -q sign-zsks $ZONE --fetch >signed
	[ "$(grep -c 'RRSIG DNSKEY' signed)" = 1 ]
	kmgr --json list-events --type sign-zsks |
		jq -e '.events[-1].payload.zones[0].requesters[0].tsig == "transfer."'
	# Without the key it is anybody's word.
	sed -i 's/, tsig: transfer }/ }/' kmgr.yaml
	run -5 --separate-stderr kmgr sign-zsks $ZONE --fetch
	[[ $stderr == *ZSK-ADMISSION* ]]
	run -2 kmgr sign-zsks $ZONE zsks --fetch
}

# listener ANSWER: writes the first datagram that comes to "got", and answers
# with RCODE ANSWER.
listener() {
	PORT=$(free_port)
	server_start listener python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", int(sys.argv[1])))
open("listening", "w").close()
wire, who = s.recvfrom(512)
open("got", "wb").write(wire)
# First somebody else'"'"'s answer, then ours.
s.sendto(bytes([wire[0] ^ 1]) + wire[1:2] + b"\xa4\x00" + wire[4:], who)
s.sendto(wire[:2] + bytes([0xa4, int(sys.argv[2])]) + wire[4:], who)
' "$PORT" "$1"
	server_ready listener 10 test -e listening
}

@test "NOTIFY(CDS) is sent, and its answer waited for" {
	listener 0
	"$PEER" notify 127.0.0.1 "$PORT" $ZONE
	# RFC 1996: opcode 4, AA; one question, CDS (59), class IN.
	[ "$(tail -c +3 got | od -An -tx1 -v | tr -d ' \n')" = \
		"240000010000000000000563$(printf hild | od -An -tx1 |
		tr -d ' ')076578616d706c6500003b0001" ]
}

@test "NOTIFY that is refused, or that nobody answers, is no success" {
	listener 5
	run -8 "$PEER" notify 127.0.0.1 "$PORT" $ZONE
	[[ $output == *REFUSED* ]]
	run -8 "$PEER" notify 127.0.0.1 "$(free_port)" $ZONE
}

# parent_zone OWNER: example., with a DSYNC record at OWNER for the listener.
parent_zone() {
	local listener=$PORT

	cat >parent <<-END
		\$TTL 60
		@	SOA	ns . 1 1 1 1 1
		@	NS	ns
		ns	A	127.0.0.1
		target	A	127.0.0.1
		child	NS	ns
		$1	TYPE66	\\# 21 003b01$(printf %04x "$listener")$(printf \
			'\6target\7example\0' | od -An -tx1 -v | tr -d ' \n')
	END
	auth_start named example="$PWD/parent"
	cat >notify.yaml <<-END
		store: sqlite:$PWD/none.db
		tokens: { none: "pkcs11:token=none?module-path=/none.so" }
		resolver: { servers: ["127.0.0.1@$AUTH_PORT"], port: $AUTH_PORT }
	END
}

@test "the parent's DSYNC target is told, by the child's name or for all" {
	local owner

	for owner in child._dsync _dsync; do
		rm -f listening got
		listener 0
		parent_zone $owner
		run -0 "$PEER" dsync notify.yaml - $ZONE
		[ "$output" = 'told 1' ]
		[ -s got ]
	done
}

@test "no DSYNC, nobody is told; one that refuses is an error" {
	listener 5
	parent_zone child._dsync
	run -8 "$PEER" dsync notify.yaml - $ZONE
	[[ $output == *REFUSED* ]]
	parent_zone elsewhere
	run -0 "$PEER" dsync notify.yaml - $ZONE
	[ "$output" = 'told 0' ]
}
