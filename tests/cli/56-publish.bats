# What is signed, handed to the zone signer; and where ZSK sets come from

load ../lib/common

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || exit 1
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	kmgr init -q
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	cat >zsk.zone <<'END'
example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==
END
}

teardown() {
	servers_stop
}

# signed [ARGUMENT...]: a file with signed records.
signed() {
	kmgr -q sign-zsks example.com zsk.zone -o records "$@"
}

# with_ds: the parent is to have the DS, so that there are CDS and CDNSKEY.
with_ds() {
	signed
	kmgr -q ds-seen "example.com/$(kmgr --json list-ksks |
		jq '.ksks[0].key_tag')" --force >/dev/null
}

# zone TEXT: adds the zone with these keys, and more sections.
zone() {
	printf 'zones:\n  example.com:\n%s\n' "$1" >>kmgr.yaml
}

service() {
	"$builddir/tests/cli/service" "$@"
}

# n_events TYPE: how many there are.
n_events() {
	kmgr --json list-events | jq "[.events[] | select(.type == \"$1\")] | length"
}

publish() {
	service publish example.com. records
}

current() {
	service current example.com.
}

# hash_is FILE: state.json speaks of these bytes.
hash_is() {
	[ "$(jq -r ".sha256[\"$1\"]" out/state.json)" = \
		"$(sha256sum "out/$1" | cut -d ' ' -f 1)" ]
}

@test "a directory gets the records and what they are" {
	zone "    publish: { directory: $PWD/out }"
	with_ds
	signed --cds
	publish
	cat out/dnskey.zone out/cds.zone | sort | diff - <(sort records)
	run ! grep -q CDS out/dnskey.zone
	[ "$(jq -r .zone out/state.json)" = example.com. ]
	until=$(awk '$4 == "RRSIG" { print $9 }' out/dnskey.zone)
	[ "$(jq -r .signed_until out/state.json | tr -d 'TZ:-')" = "$until" ]
	hash_is dnskey.zone
	hash_is cds.zone
	[ "$(stat -c %a out/dnskey.zone)" = 644 ]
	kmgr verify
}

@test "what has no CDS any more takes the file away" {
	zone "    publish: { directory: $PWD/out }"
	with_ds
	signed --cds
	publish
	[ -e out/cds.zone ]
	signed
	publish
	[ ! -e out/cds.zone ]
	[ "$(jq -c '.sha256 | keys' out/state.json)" = '["dnskey.zone"]' ]
}

@test "what was handed over is not again, unless it is lost or changed" {
	zone "    publish: { directory: $PWD/out, command: [$PWD/put] }"
	printf '#!/bin/sh\ncat >>%s\n' "$PWD/got" >put
	chmod +x put
	with_ds
	signed --cds
	[ "$(current)" = no ]
	publish
	[ "$(current)" = yes ]
	[ "$(sort got)" = "$(sort records)" ]
	[ "$(n_events publish)" -eq 1 ]
	good=$(sha256_of out)
	publish
	[ "$(n_events publish)" -eq 1 ]
	for damage in 'rm -r out' 'rm out/cds.zone' 'echo >>out/dnskey.zone' \
		'rm out/state.json' 'echo "{}" >out/state.json' \
		'rm out/cds.zone; mkfifo out/cds.zone'; do
		bash -c "$damage"
		[ "$(current)" = no ]
		rm -f out/cds.zone
		publish
		[ "$(sha256_of out)" = "$good" ]
		[ "$(current)" = yes ]
	done
	# Only the directory was written again.
	[ "$(sort got)" = "$(sort records)" ]
	signed --cds
	publish
	[ "$(sha256_of out)" != "$good" ]
	[ "$(wc -l <got)" -eq $((2 * $(wc -l <records))) ]
}

@test "another place gets it, too" {
	cp kmgr.yaml base.yaml
	zone "    publish: { directory: $PWD/out }"
	signed
	publish
	cp base.yaml kmgr.yaml
	zone "    publish: { directory: $PWD/other }"
	[ "$(current)" = no ]
	publish
	diff out/dnskey.zone other/dnskey.zone
	[ "$(current)" = yes ]
}

@test "state.json is written last" {
	zone "    publish: { directory: $PWD/out }"
	with_ds
	signed --cds
	publish
	before=$(cat out/state.json)
	signed --cds
	rm out/cds.zone
	mkdir out/cds.zone
	run publish
	[ "$status" -eq 9 ]
	[[ $output == *"publish example.com. by directory"* ]]
	[ "$(cat out/state.json)" = "$before" ]
	run ! hash_is dnskey.zone
	[ "$(current)" = no ]
	rmdir out/cds.zone
	publish
	hash_is dnskey.zone
}

@test "a place that fails keeps nothing from the others, and all is done again" {
	zone "    publish: { directory: $PWD/none/out, command: [$PWD/put] }"
	printf '#!/bin/sh\ncat >%s\nexit $(cat %s)\n' "$PWD/got" \
		"$PWD/status" >put
	chmod +x put
	signed
	echo 0 >status
	run publish
	[ "$status" -eq 9 ]
	[[ $output == *"by directory: make $PWD/none/out: No such file"* ]]
	[[ $output == *"hint: make the folder that it is in"* ]]
	[ "$(sort got)" = "$(sort records)" ]
	[ "$(n_events publish)" -eq 0 ]
	[ "$(current)" = no ]
	mkdir none
	echo 3 >status
	run publish
	[ "$status" -eq 9 ]
	[[ $output == *"by command: $PWD/put ended with status 3"* ]]
	[ "$(current)" = no ]
	echo 0 >status
	publish
	[ "$(current)" = yes ]
}

@test "the hook zone-publish comes last, and what it refuses is not done" {
	printf 'hooks: { zone-publish: [%s] }\n' "$PWD/tell" >>kmgr.yaml
	zone "    publish: { directory: $PWD/out }"
	printf '#!/bin/sh\ncp "$KMGR_FILE" %s\nexit $(cat %s)\n' "$PWD/seen" \
		"$PWD/status" >tell
	chmod +x tell
	signed
	echo 1 >status
	run publish
	[ "$status" -eq 9 ]
	[[ $output == *"hook zone-publish of example.com."* ]]
	[ "$(current)" = no ]
	echo 0 >status
	publish
	diff seen out/dnskey.zone
	[ "$(current)" = yes ]
	[ "$(n_events hook)" -eq 2 ]
}

@test "only signed records of the zone are handed over" {
	zone "    publish: { directory: $PWD/out }"
	with_ds
	signed --cds
	cp records all
	grep -v 'RRSIG CDS' all >records
	run publish
	[ "$status" -eq 4 ]
	[[ $output == *"CDS records without signature"* ]]
	grep -v DNSKEY all >records
	run publish
	[ "$status" -eq 4 ]
	{ cat all; echo 'www.example.com. 60 IN A 192.0.2.1'; } >records
	run publish
	[ "$status" -eq 4 ]
	[ ! -e out ]
}

# --- sources ----------------------------------------------------------------

@test "a ZSK set comes from a file, without our KSKs and other records" {
	zone "    source: { file: $PWD/all.zone }"
	with_ds
	signed --cds
	kmgr --json get-ds example.com >ds
	{
		cat records
		echo 'example.com. 3600 IN NS ns.example.net.'
	} >all.zone
	service source example.com. >got
	diff got zsk.zone
}

@test "a KSK that nobody knows stays for the rules to refuse" {
	zone "    source: { file: $PWD/all.zone }"
	sed 's/256 3 13 oJMR/257 3 13 oJMS/' zsk.zone | cat zsk.zone - >all.zone
	service source example.com. >got
	diff got all.zone
	run kmgr sign-zsks example.com got
	[ "$status" -ne 0 ]
}

@test "a ZSK set comes from a command, which knows the zone" {
	printf '#!/bin/sh\n[ $KMGR_ZONE = "$1" ] && cat %s\n' "$PWD/zsk.zone" \
		>give
	chmod +x give
	zone "    source: { command: [$PWD/give, example.com.] }"
	service source example.com. >got
	diff got zsk.zone
	printf '#!/bin/sh\necho no keys today >&2\nexit 4\n' >give
	run service source example.com.
	[ "$status" -eq 9 ]
	[[ $output == *"ZSK set of example.com. from $PWD/give: "*"status 4: no keys today"* ]]
}

@test "a source without ZSK is an error" {
	zone "    source: { file: $PWD/all.zone }"
	run service source example.com.
	[ "$status" -eq 9 ]
	signed
	sed '/ 256 /d' records >all.zone
	run service source example.com.
	[ "$status" -eq 4 ]
	[[ $output == *"there is no ZSK"*"among 2 records"* ]]
	rm all.zone
	mkfifo all.zone
	run service source example.com.
	[ "$status" -eq 9 ]
	[ "$(service source example.net.)" = none ]
}

# primary: knotd with a zone that a zone signer has signed with a ZSK of its
# own, in zsk.zone, and which may be changed with a TSIG key.
# named refuses DNSSEC records for which it has no private key.
primary() {
	port=$(free_port)
	secret=$(head -c 32 /dev/urandom | base64 -w 0)
	(umask 077 && echo "$secret" >tsig.key)
	cat >unsigned.zone <<-'END'
	example.com. 3600 IN SOA ns.example.com. a. 1 60 60 600 3600
	example.com. 60 IN NS ns.example.com.
	ns.example.com. 60 IN A 127.0.0.1
	END
	zsk=$(ldns-keygen -a ECDSAP256SHA256 example.com)
	ldns-signzone -b -f example.zone unsigned.zone "$zsk"
	awk '$4 == "DNSKEY" { print $1, $2, $3, $4, $5, $6, $7, $8 }' \
		example.zone >zsk.zone
	cat >knot.conf <<-END
	server:
	    rundir: "$PWD"
	    listen: 127.0.0.1@$port
	    udp-workers: 1
	    tcp-workers: 1
	    background-workers: 1
	log:
	  - target: stderr
	    any: info
	database:
	    storage: "$PWD/knot"
	key:
	  - id: up
	    algorithm: hmac-sha256
	    secret: "$secret"
	acl:
	  - id: up
	    key: up
	    action: [update, transfer]
	zone:
	  - domain: example.com
	    file: "$PWD/example.zone"
	    acl: up
	END
	mkdir -p knot
	server_start primary knotd -c knot.conf
	server_ready primary 20 soa_is_there
}

soa_is_there() {
	ask SOA | grep -q SOA
}

ask() {
	dig -y "hmac-sha256:up:$secret" -p "$port" @127.0.0.1 +noall +answer \
		+nosplit +tcp example.com "$1"
}

@test "the primary gives the ZSK set and takes the signed one, by TSIG" {
	need_program knotd dig ldns-signzone
	primary
	printf 'tsig: { up: { algorithm: hmac-sha256, secret-file: %s } }\n' \
		"$PWD/tsig.key" >>kmgr.yaml
	zone "    source: { primary: 127.0.0.1@$port, tsig: up }
    publish: { update: { primary: 127.0.0.1@$port, tsig: up } }"
	service source example.com. >got
	diff got zsk.zone
	with_ds
	signed --cds
	publish
	serves_records
	# The KSK that it serves now is none of the zone signer's.
	service source example.com. >got
	diff got zsk.zone
	# Without CDS: all of them go, and their signatures.
	signed
	publish
	[ "$(ask CDS)$(ask CDNSKEY)" = "" ]
	serves_records
}

# serves_records: of each type what stands in the file, and nothing else.
serves_records() {
	ask AXFR | awk '$4 $5 ~ /^(RRSIG)?(DNSKEY|CDS|CDNSKEY)/ ||
		$4 ~ /^(DNSKEY|CDS|CDNSKEY)$/ {
		print $4, $5, $NF }' | sort >served
	awk '{ print $4, $5, $NF }' records | sort | diff served -
}

@test "a TSIG key that others can read, or another one, is refused" {
	need_program knotd dig ldns-signzone
	primary
	printf 'tsig: { up: { algorithm: hmac-sha256, secret-file: %s } }\n' \
		"$PWD/tsig.key" >>kmgr.yaml
	zone "    source: { primary: 127.0.0.1@$port, tsig: up }"
	chmod 640 tsig.key
	run service source example.com.
	[ "$status" -eq 3 ]
	[[ $output == *"tsig.up.: "*"can be read or written by others"* ]]
	chmod 600 tsig.key
	head -c 32 /dev/urandom | base64 -w 0 >tsig.key
	run service source example.com.
	[ "$status" -eq 8 ]
	[[ $output == *"ZSK set of example.com. from 127.0.0.1@$port"* ]]
}
