# A chain of trust from kmgr's DS to every record of a zone whose signer has
# only the ZSK: real signers, real servers, real validators. Each test also
# changes one bit of a signature and wants the verdict to change with it.

bats_require_minimum_version 1.5.0
load ../lib/common
load dns

setup_file() {
	need_program dnssec-keygen dnssec-signzone dnssec-verify dnssec-cds \
		dnssec-dsfromkey ldns-keygen ldns-signzone ldns-verify-zone \
		named nsd knotd unbound delv dig nsupdate
	cd "$BATS_FILE_TMPDIR"
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	kmgr init
}

setup() {
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	servers_stop
}

# cmk_new NAME ALGORITHM [MORE-POLICY]
cmk_new() {
	cat >"$1.yaml" <<-END
		version: 1
		zones: ["*.example"]
		ksk: { algorithm: $2 }
		zsk: { algorithms: [$2] }
		${3-}
	END
	kmgr create-cmk "$1" --token main --policy "$1.yaml"
}

# zone_new ZONE CMK ALGORITHM [BITS]: an unsigned zone with a ZSK of its own,
# a KSK, and what kmgr says of both.
zone_new() {
	zone_write "$1" "$3" ${4:+"$4"}
	kmgr create-ksk "$1" --cmk "$2"
	kmgr get-ds "$1" -o "$1/ds"
	kmgr sign-zsks "$1" "$1"/K*.key --cds -o "$1/dnskey"
	# What the signer has is the ZSK, nothing else.
	[ "$(cat "$1"/K*.private | grep -c Private-key-format)" = 1 ]
	[ "$(grep -c ' DNSKEY 257 ' "$1"/K*.key)" = 0 ]
}

# ksk_tags ZONE: the key tags of its KSKs, by its DS.
ksk_tags() {
	awk '$3 == "DS" { print $4 }' "$1/ds"
}

# has_verdict secure|bogus ZONE FILE: whether both validators agree on the
# zone as server $SERVER gives it.
has_verdict() {
	local type said

	auth_start "$SERVER" "$2=$PWD/$3"
	resolver_start "$PWD/$2/ds" "$2"
	for type in "www.$2 A" "x.wild.$2 TXT" "$2 DNSKEY"; do
		# shellcheck disable=SC2086 # name and type
		said=$(resolver_says $type)
		echo "unbound, $type: $said"
		[ "$said" = "$1" ] || return
	done
	said=$(delv_says "$2/ds" "$2" "www.$2" AAAA)
	echo "delv: $said"
	case $1 in
	secure) [ "$said" = secure ] ;;
	bogus) [[ $said == *'broken trust chain'* ]] ;;
	esac
}

# chain_works ZONE: the signed zone is believed, with one bit of the DNSKEY
# RRSIG changed it is not, and as it was it is again.
chain_works() {
	flip_bit "$1/signed" DNSKEY "$(ksk_tags "$1")" >"$1/flipped"
	is_one_letter "$1/signed" "$1/flipped"
	has_file_verdict good "$1" "$1/signed"
	has_file_verdict bad "$1" "$1/flipped"
	has_verdict secure "$1" "$1/signed"
	has_verdict bogus "$1" "$1/flipped"
	has_verdict secure "$1" "$1/signed"
}

@test "RSASHA256, signed by dnssec-signzone, served by named" {
	cmk_new rsa rsasha256
	zone_new rsa.example rsa RSASHA256 2048
	sign_with_bind rsa.example
	SERVER=named chain_works rsa.example
}

@test "ECDSAP256SHA256, signed by dnssec-signzone, served by knotd" {
	cmk_new p256 ecdsap256sha256
	zone_new p256.example p256 ECDSAP256SHA256
	sign_with_bind p256.example
	SERVER=knotd chain_works p256.example
}

@test "ECDSAP384SHA384, ZSK and zone signed by ldns, served by nsd" {
	cmk_new p384 ecdsap384sha384
	ZSK_MAKER=ldns zone_new p384.example p384 ECDSAP384SHA384
	sign_with_ldns p384.example
	SERVER=nsd chain_works p384.example
}

@test "ED25519, signed by dnssec-signzone, served by named" {
	cmk_new ed25519 ed25519
	zone_new ed25519.example ed25519 ED25519
	sign_with_bind ed25519.example
	SERVER=named chain_works ed25519.example
}

@test "CDS and CDNSKEY are believed, by validators and by a parent" {
	local zone=cds.example type said tag

	cmk_new cds ecdsap256sha256
	zone_new $zone cds ECDSAP256SHA256
	kmgr create-ksk $zone --cmk cds --another
	kmgr sign-zsks $zone $zone/K*.key >/dev/null
	for tag in $(kmgr --json list-ksks $zone | jq -r '.ksks[].key_tag'); do
		kmgr ds-seen --force "$zone/$tag"
	done
	kmgr sign-zsks $zone $zone/K*.key --cds -o $zone/dnskey
	sign_with_bind $zone
	has_file_verdict good $zone $zone/signed
	auth_start nsd "$zone=$PWD/$zone/signed"
	resolver_start "$PWD/$zone/ds" $zone
	for type in CDS CDNSKEY; do
		said="$(resolver_says $zone $type)"
		said+=" $(delv_says $zone/ds $zone $zone $type)"
		echo "$type: $said"
		[ "$said" = "secure secure" ]
	done

	# A parent that has the DS of the first key takes both from here.
	kmgr get-ds $zone | sort >wanted
	[ "$(wc -l <wanted)" = 2 ]
	for type in CDS CDNSKEY; do
		parent_takes $type $zone $zone/dnskey >taken
		diff wanted <(sort taken)
		# It went by the signature.
		flip_bit $zone/dnskey $type "$(ksk_tags $zone)" >flipped
		is_one_letter $zone/dnskey flipped
		run ! parent_takes $type $zone flipped
		[[ $output == *"could not validate child $type RRset"* ]]
	done
}

# parent_takes CDS|CDNSKEY ZONE FILE: the DS that a parent with those of ZONE/ds
# makes of a child's records.
parent_takes() {
	case $1 in
	CDS) dnssec-cds -a SHA-256 -s -7200 -d "$2/ds" -f "$3" "$2" ;;
	CDNSKEY) dnssec-cds -D -a SHA-256 -s -7200 -d "$2/ds" -f "$3" "$2" ;;
	esac
}

@test "two KSKs in a zone: both sign, the DS of either is enough" {
	local zone=two.example first second pair mine other

	cmk_new two ecdsap256sha256
	zone_new $zone two ECDSAP256SHA256
	first=$(ksk_tags $zone)
	kmgr create-ksk $zone --cmk two --another
	kmgr get-ds $zone >ds
	second=$(awk -v first="$first" '$4 != first { print $4 }' ds)
	kmgr sign-zsks $zone $zone/K*.key -o $zone/dnskey
	[ "$(grep -c ' DNSKEY 257 ' $zone/dnskey)" = 2 ]
	[ "$(grep -c ' RRSIG DNSKEY ' $zone/dnskey)" = 2 ]
	sign_with_bind $zone

	for pair in "$first $second" "$second $first"; do
		read -r mine other <<<"$pair"
		grep " DS $mine " ds >$zone/ds
		flip_bit $zone/signed DNSKEY "$mine" >$zone/flipped
		flip_bit $zone/signed DNSKEY "$other" >$zone/other
		is_one_letter $zone/signed $zone/flipped
		is_one_letter $zone/signed $zone/other
		SERVER=knotd has_verdict secure $zone $zone/signed
		SERVER=knotd has_verdict bogus $zone $zone/flipped
		SERVER=knotd has_verdict secure $zone $zone/other
	done
}

@test "custody shared: one key, two zones, both believed" {
	local zone dir=$PWD

	cmk_new group ecdsap256sha256 'custody: shared'
	zone_new one.example group ECDSAP256SHA256
	zone_new other.example group ECDSAP256SHA256
	# One key, two DS.
	[ "$(grep ' DNSKEY 257 ' one.example/dnskey | cut -d ' ' -f 5-)" = \
		"$(grep ' DNSKEY 257 ' other.example/dnskey | cut -d ' ' -f 5-)" ]
	[ "$(cut -d ' ' -f 4- one.example/ds)" != \
		"$(cut -d ' ' -f 4- other.example/ds)" ]
	for zone in one.example other.example; do
		sign_with_bind $zone
		has_file_verdict good $zone $zone/signed
	done
	auth_start named one.example="$dir/one.example/signed" \
		other.example="$dir/other.example/signed"
	cat ./*/ds >ds
	resolver_start "$dir/ds" one.example other.example
	for zone in one.example other.example; do
		[ "$(resolver_says www.$zone A)" = secure ]
		[ "$(delv_says $zone/ds $zone www.$zone A)" = secure ]
	done
	# The DS of one is none for the other.
	sed 's/^one/other/' one.example/ds >ds
	resolver_start "$dir/ds" other.example
	[ "$(resolver_says www.other.example A)" = bogus ]
}

@test "the ZSK is rolled without the KSK: a set with both is signed once" {
	local zone=roll.example dir=$PWD old

	cmk_new roll ecdsap256sha256
	zone_new $zone roll ECDSAP256SHA256
	mkdir $zone/next
	dnssec-keygen -q -K $zone/next -a ECDSAP256SHA256 $zone
	cat $zone/K*.key $zone/next/K*.key >zsks
	kmgr sign-zsks $zone zsks --cds -o $zone/dnskey
	[ "$(grep -c ' DNSKEY 256 ' $zone/dnskey)" = 2 ]

	sign_with_bind $zone
	cp $zone/signed before
	old=$(echo $zone/K*.private)
	mv $zone/next/K* $zone
	rm "$old"
	sign_with_bind $zone
	run ! diff <(grep "RRSIG.SOA" before) <(grep "RRSIG.SOA" $zone/signed)
	diff <(grep 'RRSIG.DNSKEY' before) <(grep 'RRSIG.DNSKEY' $zone/signed)
	has_file_verdict good $zone $zone/signed
	SERVER=nsd has_verdict secure $zone before
	SERVER=nsd has_verdict secure $zone $zone/signed
}

@test "dnssec-signzone keeps a signature that is in its last days" {
	local zone=last.example

	cmk_new last ecdsap256sha256
	zone_new $zone last ECDSAP256SHA256
	kmgr sign-zsks $zone $zone/K*.key --validity 2d -o $zone/dnskey
	sign_with_bind $zone
	has_file_verdict good $zone $zone/signed
	# Without -i it wants a quarter of the time its own signatures have.
	[ "$(grep -c 'RRSIG.DNSKEY' $zone/signed)" = 1 ]
	run ! sign_with_bind $zone -i 345600
	[[ $output == *'DNSKEY is not signed'* ]]
}

# parent_serve ZONE=FILE: a named that signs parent.example by itself and takes
# updates of it, and serves a child of it.
parent_serve() {
	NAMED_MORE="zone parent.example {
		type primary; file \"$PWD/parent/zone\";
		key-directory \"$PWD/parent\";
		dnssec-policy default; allow-update { 127.0.0.1; };
	};" auth_start named "$1"
	server_ready auth 20 parent_is_signed
	dnssec-dsfromkey parent/K*.key >parent.ds
	resolver_start "$PWD/parent.ds" parent.example "${1%%=*}"
}

parent_is_signed() {
	dig_at "$AUTH_PORT" +dnssec parent.example SOA | grep 'RRSIG.*SOA'
}

@test "a parent takes the DS by update, and the chain starts there" {
	local zone=child.parent.example

	cmk_new child ecdsap256sha256
	zone_new $zone child ECDSAP256SHA256
	sign_with_bind $zone
	flip_bit $zone/signed DNSKEY "$(ksk_tags $zone)" >flipped
	mkdir parent
	cat >parent/zone <<-END
		\$TTL 300
		@	SOA	ns hostmaster 1 3600 600 86400 300
		@	NS	ns
		ns	A	127.0.0.1
		child	NS	ns.child
		ns.child A	127.0.0.1
	END

	parent_serve "$zone=$PWD/$zone/signed"
	[ "$(resolver_says ns.parent.example A)" = secure ]
	# Delegated without DS: answered, and no more.
	[[ $(resolver_says www.$zone A) == *'status: NOERROR'* ]]

	kmgr get-ds $zone --format nsupdate -o update
	{
		echo "server 127.0.0.1 $AUTH_PORT"
		cat update
	} | nsupdate
	resolver_start "$PWD/parent.ds" parent.example $zone
	[ "$(resolver_says $zone DS)" = secure ]
	[ "$(resolver_says www.$zone A)" = secure ]

	parent_serve "$zone=$PWD/flipped"
	[ "$(resolver_says www.$zone A)" = bogus ]
}
