# Requests of Knot's keymgr answered by kmgr, imported by keymgr, served by
# knotd, and judged by validators that have nothing but our DS, at instants
# all over the time that the response is for.

bats_require_minimum_version 1.5.0
load ../lib/common
load dns

setup_file() {
	need_program keymgr knotd delv unbound faketime dig dnssec-keygen \
		named-checkzone dnssec-verify ldns-verify-zone
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

# ksk_new ZONE ALGORITHM [POLICY-LINE...]: a CMK of the zone's name, its KSK,
# and ZONE.ds.
ksk_new() {
	printf '%s\n' 'version: 1' "zones: [\"$1\"]" "ksk: { algorithm: $2 }" \
		"zsk: { algorithms: [$2] }" "${@:3}" >"$1.yaml"
	kmgr -q create-cmk "$1" --token main --policy "$1.yaml" >/dev/null
	kmgr -q create-ksk "$1" --cmk "$1" >/dev/null
	kmgr -q get-ds "$1" -o "$1.ds"
}

# later COMMAND...: runs it $AT seconds from now, in place of the shell that it
# is called in. Servers wait by the clock that is turned, and need libfaketime
# for it.
later() {
	exec env LD_PRELOAD="$(find_file /usr/lib/*/faketime/libfaketimeMT.so.1)" \
		FAKETIME="+${AT}s" FAKETIME_DONT_FAKE_MONOTONIC=1 "$@"
}

# What ./dns starts.
knotd() { later knotd "$@"; }
unbound() { later unbound "$@"; }
delv() { with_clock "$AT" timeout 20 delv "$@"; }

# --- Knot ------------------------------------------------------------------

# knot_new ZONE ALGORITHM: a zone whose signer has its ZSKs only, half a year
# of them, and no KSK: kasp.conf, and the zone in ZONE.zone.
knot_new() {
	mkdir kasp
	zone_text "$1" >"$1.zone"
	{
		cat <<-END
			server:
			    rundir: $PWD/kasp
			    listen: 127.0.0.1@@PORT@
			    udp-workers: 1
			    tcp-workers: 1
			    background-workers: 1
			log:
			  - target: stderr
			    any: info
			database:
			    storage: $PWD/kasp
			policy:
			  - id: offline
			    algorithm: $2
			    offline-ksk: on
			    manual: on
			    dnskey-ttl: 3600
			    zone-max-ttl: 3600
			    rrsig-lifetime: 14d
			    rrsig-refresh: 7d
			    zsk-lifetime: 60d
			    propagation-delay: 1h
			    cds-cdnskey-publish: none
			zone:
			  - domain: $1
			    file: $PWD/$1.zone
			    zonefile-load: whole
			    zonefile-sync: -1
			    journal-content: none
			    dnssec-signing: on
			    dnssec-policy: offline
		END
	} >kasp.template
	sed 's/@PORT@/53/' kasp.template >kasp.conf
	keymgr_of "$1" generate ksk=no zsk=yes algorithm="$2" created=+0 \
		publish=+0 active=+0
	keymgr_of "$1" pregenerate +6mo
}

zone_text() {
	cat <<-END
		\$TTL 3600
		\$ORIGIN $1.
		@	SOA	ns hostmaster 1 3600 600 86400 300
		@	NS	ns
		ns	A	127.0.0.1
		www	A	192.0.2.80
	END
}

# keymgr_of ZONE ARGUMENT...
keymgr_of() {
	keymgr -c kasp.conf "$1." "${@:2}"
}

# knot_start ZONE: knotd at $AT.
knot_start() {
	auth_stop
	AUTH_PORT=$(free_port)
	sed "s/@PORT@/$AUTH_PORT/" kasp.template >kasp.conf
	server_start auth knotd -c "$PWD/kasp.conf"
	server_ready auth 20 is_signed "$1"
}

is_signed() {
	dig_at "$AUTH_PORT" +dnssec "$1" SOA | grep 'RRSIG.*SOA'
}

# bundles FILE: their number.
bundles() {
	grep -c '^;; .* 1\.0 [0-9]' "$1"
}

# answer ZONE: the request of the zone's keymgr, our response, and what its
# keymgr has against it: nothing. All of it is stored.
answer() {
	keymgr_of "$1" generate-ksr +0 +6mo >ksr
	[ "$(bundles ksr)" -ge 6 ]
	kmgr -q sign-ksr ksr --genesis --yes -o skr >/dev/null
	[ "$(bundles skr)" -gt "$(bundles ksr)" ]
	kmgr verify-skr skr --ksr ksr --ds "$1.ds"
	# Its exit status says nothing.
	run -0 keymgr_of "$1" validate-skr skr
	[ "$output" = OK ]
	run -0 keymgr_of "$1" import-skr skr
	[ "$output" = OK ]
	run -0 keymgr_of "$1" show-offline
	[ "$(grep -c 'RRSIG.*[^C]DNSKEY ' <<<"$output")" = "$(bundles skr)" ]
}

# is_believed ZONE TYPE...: both validators, at $AT, with our DS.
is_believed() {
	local type said

	resolver_start "$PWD/$1.ds" "$1"
	for type in "www.$1 A" "$1 DNSKEY" "$1 SOA"; do
		# shellcheck disable=SC2086 # name and type
		said="$(resolver_says $type) $(delv_says "$1.ds" "$1" $type)"
		echo "$AT, $type: $said"
		[ "$said" = 'secure secure' ] || return
	done
}

# expires_at ZONE: when the DNSKEY RRset that is served ends.
expires_at() {
	dig_at "$AUTH_PORT" +dnssec "$1" DNSKEY |
		awk '$4 == "RRSIG" && $5 == "DNSKEY" { print $9 }'
}

# is_believed_over ZONE DAY...: at each of them another bundle is served, and
# believed.
is_believed_over() {
	local day seen=

	for day in "${@:2}"; do
		AT=$((day * 86400 + 60))
		knot_start "$1"
		is_believed "$1"
		seen+="$(expires_at "$1") "
	done
	echo "$seen"
	[ "$(tr ' ' '\n' <<<"$seen" | sort -u | grep -c .)" = $(($# - 1)) ]
}

@test "keymgr asks, we answer, knotd serves, validators believe: P-256" {
	knot_new p256.example ecdsap256sha256
	ksk_new p256.example ecdsap256sha256
	answer p256.example
	is_believed_over p256.example 0 30 61 100 170

	# Behind its end nobody does.
	AT=$((260 * 86400))
	knot_start p256.example
	run ! is_believed p256.example
	[[ $output == *'A: bogus '*expired* ]]
}

@test "the same: RSA of 2048 bits" {
	knot_new rsa.example rsasha256
	ksk_new rsa.example rsasha256
	answer rsa.example
	is_believed_over rsa.example 0 62 170
}

@test "the same: Ed25519" {
	knot_new ed.example ed25519
	ksk_new ed.example ed25519
	answer ed.example
	is_believed_over ed.example 0 62 170
}

@test "CDS and CDNSKEY in Knot's form are stored and served" {
	local type

	knot_new cds.example ecdsap256sha256
	ksk_new cds.example ecdsap256sha256 \
		'ds: { cds-cdnskey-publish: always }'
	answer cds.example
	AT=$((40 * 86400))
	knot_start cds.example
	resolver_start "$PWD/cds.example.ds" cds.example
	for type in CDS CDNSKEY; do
		[ "$(resolver_says cds.example $type)" = secure ]
	done
	dig_at "$AUTH_PORT" +short cds.example CDS | tr -d ' ' >served
	awk '{ print $4 $5 $6 $7 $8 }' cds.example.ds | diff served -
}

# flip FILE: one letter of the 5th signature in it.
flip() {
	awk '$4 == "RRSIG" && ++n == 5 {
		$NF = (substr($NF, 9, 1) == "A" ? "B" : "A") \
		    substr($NF, 1, 8) substr($NF, 10)
	}
	{ print }' "$1"
}

@test "what keymgr refuses verify-skr refuses before, and says so" {
	knot_new bad.example ecdsap256sha256
	ksk_new bad.example ecdsap256sha256
	keymgr_of bad.example generate-ksr +0 +6mo >ksr
	kmgr -q sign-ksr ksr --genesis --yes -o skr >/dev/null

	flip skr >flipped
	run ! diff -q skr flipped
	run -10 kmgr verify-skr flipped
	[[ $output == *'PEER-KNOT'*'fail'*'wrong signature of key'* ]]
	run ! keymgr_of bad.example import-skr flipped

	sed 's/$/\r/' skr >crlf
	run -4 kmgr verify-skr crlf
	run ! keymgr_of bad.example import-skr crlf

	grep -v generated skr >cut
	run -4 kmgr verify-skr cut
	run ! keymgr_of bad.example import-skr cut
	run -0 keymgr_of bad.example import-skr skr
}

# --- BIND's text -----------------------------------------------------------

# What ../interop/dns runs, at $AT.
dnssec-signzone() { with_clock "$AT" env dnssec-signzone "$@"; }
dnssec-verify() { with_clock "$AT" env dnssec-verify "$@"; }
ldns-verify-zone() { with_clock "$AT" env ldns-verify-zone "$@"; }

# bundle FILE N: the records of its Nth bundle.
bundle() {
	awk -v n="$2" '/^;; .* 1\.0 [0-9]/ { i++ } i == n && /^[^;]/' "$1"
}

# time_of FILE N: when it begins, in seconds from now.
time_of() {
	local at

	at=$(awk -v n="$2" '/^;; .* 1\.0 [0-9]/ && ++i == n { print $4 }' "$1")
	echo $(($(date -u -d "${at:0:8} ${at:8:2}:${at:10:2}:${at:12:2}" +%s) - \
		$(date +%s)))
}

# check_bundles ZONE: each bundle is put into the zone at its time, and both
# judges of zone files take it with our DS.
check_bundles() {
	local i n

	n=$(bundles skr)
	for ((i = 1; i <= n; i++)); do
		bundle skr "$i" >"$1/dnskey"
		AT=$(($(time_of skr "$i") + 60))
		sign_with_bind "$1"
		has_file_verdict good "$1" "$1/signed"
	done
	# They look: by the clock of the first the last is none yet.
	AT=60
	has_file_verdict bad "$1" "$1/signed"
}

@test "BIND's form: every bundle makes a zone that is believed" {
	local zone algorithm

	for algorithm in RSASHA256 ECDSAP256SHA256 ED25519; do
		zone=${algorithm,,}.example
		zone_write "$zone" "$algorithm"
		ksk_new "$zone" "${algorithm,,}"
		mv "$zone.ds" "$zone/ds"
		kmgr make-ksr "$zone" --format bind --ttl 1h --end +60d \
			--zsk "$(echo "$zone"/K*.key)" -o ksr
		kmgr -q sign-ksr ksr --genesis --yes --end +60d -o skr
		run -0 kmgr verify-skr skr --ksr ksr --ds "$zone/ds"
		[[ $output == *'PEER-NAMED           warn     named keeps'* ]]
		[ "$(bundles skr)" -ge 5 ]
		check_bundles "$zone"
	done
}
