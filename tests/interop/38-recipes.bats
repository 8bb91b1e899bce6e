# The recipes of kmgr-recipes(7): each zone signer gets kmgr's records by the
# hook that is shipped, and validators that have nothing but our DS believe
# what is served, before and in the midst of a roll.

bats_require_minimum_version 1.5.0
load ../lib/common
load dns

ZONE=child.example
TYPES="www.$ZONE A|$ZONE DNSKEY|$ZONE SOA|none.$ZONE A|$ZONE CDS"

setup_file() {
	need_program dnssec-keygen dnssec-signzone named nsd knotd keymgr unbound \
		delv dig ldns-keygen ldns-signzone pdns_server pdnsutil jq
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	EXAMPLES=$srcdir/scripts/examples
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	(umask 077 && head -c 32 /dev/urandom | base64 -w 0 >secret)
	printf '%s\n' 'version: 1' "zones: [$ZONE]" \
		'signatures: { validity: 14d }' \
		'ds: { cds-cdnskey-publish: always }' >policy.yaml
	past=-5d
	kmgr_then init
	kmgr_then -q create-cmk main --token main --policy policy.yaml
	kmgr_then -q create-ksk $ZONE --cmk main
	kmgr_then -q get-ds $ZONE -o ds
}

# kmgr_then ARGUMENT...: the program some days ago, so that what it said then
# is everywhere by now.
kmgr_then() {
	kmgr_later "$past" "$@"
}

teardown() {
	servers_stop
}

# config ZONE-LINES HOOK-WORDS: the rest of the configuration.
config() {
	cat >>kmgr.yaml <<-END
		tsig:
		  transfer: { algorithm: hmac-sha256, secret-file: $PWD/secret }
		zones:
		  $ZONE: { $1 }
		hooks: { ${2:+zone-publish: [$2]} }
	END
}

# by_hook SCRIPT WORD...: the records come into a directory, the script takes
# them from there; reload is called after it.
by_hook() {
	printf '#!/bin/sh\necho "$*" >>"%s/reloaded"\nkill -HUP "$(cat %s)"\n' \
		"$PWD" "$BATS_FILE_TMPDIR/servers/auth.pid" >reload
	chmod 755 reload
	printf '%s' "$EXAMPLES/$1" >hook
	printf ', %s' "${@:2}" >>hook
	cat $ZONE/K*.key >zsks
	config "source: { file: $PWD/zsks }, publish: { directory: $PWD/out }" \
		"$(cat hook)"
}

# tags: the key tags with SEP that are served.
tags() {
	dig_at "$AUTH_PORT" +norec +multiline $ZONE DNSKEY |
		sed -n 's/.*; KSK; alg = .* ; key id = //p' | sort -n | xargs
}

# is_believed: by both validators.
is_believed() {
	local type said

	resolver_start "$PWD/ds" $ZONE
	while read -r type; do
		# shellcheck disable=SC2086 # name and type
		said="$(verdict $type) $(delv_says ds $ZONE $type)"
		echo "$type: $said"
		case $said in
		'secure secure' | 'secure '*'ncache nxrrset'* | \
			'secure '*'ncache nxdomain'*) ;;
		*) return 1 ;;
		esac
	done < <(tr '|' '\n' <<<"$TYPES")
}

# verdict NAME TYPE: as resolver_says, of a denial too.
verdict() {
	local answer

	answer=$(dig_at "$RESOLVER_PORT" +dnssec "$@")
	case $answer in
	*';; flags: qr rd ra ad;'*) echo secure ;;
	*) printf '%s\n' "$answer" ;;
	esac
}

# has_ds: the parent is told to have the DS of our KSK since some days ago.
has_ds() {
	kmgr_then -q ds-seen "$ZONE/$(kmgr --json list-ksks $ZONE |
		jq '.ksks[0].key_tag')" --force
}

# rolled: the successor beside the old KSK is what the next run hands over.
rolled() {
	old=$(tags)
	[ "$(wc -w <<<"$old")" = 1 ]
	past=-3d
	has_ds
	kmgr -q roll-ksk $ZONE >/dev/null
	kmgr run
	wait_until 20 eval '[ "$(tags | wc -w)" = 2 ]'
	tags | grep -qw "$old"
	[ "$(dig_at "$AUTH_PORT" +norec +short $ZONE CDS | wc -l)" -ge 1 ]
	is_believed
}

@test "BIND: a signed zone by dnssec-signzone" {
	zone_write $ZONE ECDSAP256SHA256
	by_hook publish-bind.sh "$PWD" "$PWD/reload"
	# Nobody could be told to read it yet; it is there all the same.
	run -9 kmgr_then run
	[ -s reloaded ]
	auth_start named $ZONE="$PWD/$ZONE/signed"
	is_believed
	rolled
	grep -qx $ZONE reloaded
}

@test "BIND: a zone that cannot be signed is an error, and served as it was" {
	zone_write $ZONE ECDSAP256SHA256
	by_hook publish-bind.sh "$PWD"
	kmgr_then run
	auth_start named $ZONE="$PWD/$ZONE/signed"
	cp $ZONE/signed before
	has_ds
	echo 'www CNAME www' >>$ZONE/zone
	kmgr -q roll-ksk $ZONE >/dev/null
	run ! kmgr run
	[[ $output == *zone-publish* ]]
	cmp before $ZONE/signed
	is_believed
}

@test "NSD: a signed zone by ldns-signzone" {
	ZSK_MAKER=ldns zone_write $ZONE ECDSAP256SHA256
	by_hook publish-nsd.sh "$PWD" "$PWD/reload"
	run -9 kmgr_then run
	auth_start nsd $ZONE="$PWD/$ZONE/signed"
	is_believed
	rolled
}

# pdns_start: PowerDNS with its bind backend, which knows that the zone is
# signed already.
pdns_start() {
	AUTH_PORT=$(free_port)
	mkdir pdns
	echo "zone \"$ZONE\" { type master; file \"$PWD/$ZONE/signed\"; };" \
		>pdns/named.conf
	cat >pdns/pdns.conf <<-END
		launch=bind
		bind-config=$PWD/pdns/named.conf
		bind-dnssec-db=$PWD/pdns/dnssec.db
		local-address=127.0.0.1
		local-port=$AUTH_PORT
		socket-dir=$PWD/pdns
		cache-ttl=0
		query-cache-ttl=0
		negquery-cache-ttl=0
		guardian=no
		daemon=no
	END
	pdnsutil --config-dir="$PWD/pdns" create-bind-db "$PWD/pdns/dnssec.db"
	pdnsutil --config-dir="$PWD/pdns" set-presigned $ZONE
	server_start auth pdns_server --config-dir="$PWD/pdns"
	server_ready auth 20 is_served $ZONE
}

@test "PowerDNS: a zone that is signed already" {
	zone_write $ZONE ECDSAP256SHA256
	by_hook publish-bind.sh "$PWD" /usr/bin/pdns_control \
		"--config-dir=$PWD/pdns" bind-reload-now
	run -9 kmgr_then run
	pdns_start
	is_believed
	rolled
}

# knot_primary: a hidden primary of the unsigned zone, which gives and takes
# it by the key.
knot_primary() {
	PRIMARY_PORT=$(free_port)
	mkdir primary
	AUTH_PORT=$PRIMARY_PORT knotd_config "$PWD/primary" \
		$ZONE="$PWD/$ZONE/zone" |
		sed 's/^    journal-content: none/&\n    acl: by-key/' >knot.part
	{
		cat <<-END
			key:
			  - id: transfer
			    algorithm: hmac-sha256
			    secret: $(cat secret)
			acl:
			  - id: by-key
			    key: transfer
			    action: [transfer, update]
		END
		cat knot.part
	} >primary/conf
	server_start primary knotd -c "$PWD/primary/conf"
	AUTH_PORT=$PRIMARY_PORT server_ready primary 20 is_served $ZONE
}

# sign_transferred: what a zone signer does that follows the primary.
sign_transferred() {
	dig_at "$PRIMARY_PORT" -y "hmac-sha256:transfer:$(cat secret)" \
		+noall +answer +onesoa $ZONE AXFR >$ZONE/transferred
	(cd $ZONE && dnssec-signzone -q -x -i 3600 -N unixtime -O full \
		-o $ZONE -f signed transferred)
}

@test "Knot: a primary that takes updates, with a signer behind it" {
	zone_write $ZONE ECDSAP256SHA256
	cat $ZONE/K*.key >>$ZONE/zone
	knot_primary
	config "source: { primary: \"127.0.0.1@$PRIMARY_PORT\", tsig: transfer },
		publish: { update: { primary: \"127.0.0.1@$PRIMARY_PORT\",
		tsig: transfer } }"
	kmgr run
	sign_transferred
	auth_start named $ZONE="$PWD/$ZONE/signed"
	is_believed
	# Signed anew, nothing is left of the signatures before: one of each
	# type, and another than before.
	kmgr -q ds-seen "$ZONE/$(tags)" --force
	kmgr run
	sign_transferred
	our_sigs >before
	[ "$(cut -f 1 before | xargs)" = 'CDNSKEY CDS DNSKEY' ]
	kmgr -q sign-zsks $ZONE --fetch --cds >/dev/null
	kmgr run $ZONE
	sign_transferred
	our_sigs >after
	[ "$(cut -f 1 after | xargs)" = 'CDNSKEY CDS DNSKEY' ]
	[ "$(comm -12 before after | wc -l)" = 0 ]
	auth_start named $ZONE="$PWD/$ZONE/signed"
	is_believed
}

# our_sigs: type and signature of each RRSIG at the primary, in order.
our_sigs() {
	awk '$4 == "RRSIG" { print $5 "\t" $NF }' $ZONE/transferred |
		LC_ALL=C sort
}

# recipe TITLE: the lines of its examples in the manual, one block after the
# other, with what the manual's source escapes.
recipe() {
	awk -v title=".Ss $1" '
		/^\.S[hs] / { here = $0 == title }
		/^\.Ed/ { shown = 0 }
		here && shown { gsub(/\\e/, "\\"); print }
		/^\.Bd -literal/ { shown = 1 }' "$srcdir/kmgr/kmgr-recipes.7"
}

@test "Knot, offline KSK: the policy and the commands of the manual" {
	recipe 'Knot DNS, offline KSK' >lines
	mkdir knot
	zone_write example.com ECDSAP256SHA256
	AUTH_PORT=$(free_port)
	knotd_config "$PWD/knot" example.com="$PWD/example.com/zone" |
		sed 's/^  - id: default/&\n    dnssec-signing: on\n    dnssec-policy: offline/' \
		>part
	{
		grep -v '^k' lines
		cat part
	} >knot/conf
	sed -n 's/example\.com/example.com./g; /^keymgr/s/^keymgr/& -c knot\/conf/p
		/^kmgr/p' lines >commands
	[ "$(wc -l <commands)" -eq 5 ]
	printf '%s\n' 'version: 1' 'zones: [example.com]' >other.yaml
	kmgr -q create-cmk offline --token main --policy other.yaml
	kmgr -q create-ksk example.com --cmk offline
	(
		kmgr() { "$KMGR" "$@"; }
		set -e
		. ./commands
	) >said
	# What the server then serves is signed by our KSK, for all the time.
	server_start auth knotd -c "$PWD/knot/conf"
	server_ready auth 20 is_served example.com
	kmgr -q get-ds example.com -o offline.ds
	wait_until 20 eval 'dig_at "$AUTH_PORT" +norec +dnssec example.com \
		DNSKEY | grep -q "RRSIG.*DNSKEY"'
	[ "$(delv_says offline.ds example.com www.example.com A)" = secure ]
	run -0 kmgr verify-skr skr --ksr ksr
}

@test "each script that is shipped is in the manual, and the other way round" {
	(cd "$EXAMPLES" && ls ./*.sh) | sed 's,^\./,,' >shipped
	grep -o 'publish-[a-z]*\.sh' "$srcdir/kmgr/kmgr-recipes.7" |
		sort -u | diff shipped -
	command -v shellcheck >/dev/null || skip 'shellcheck is not installed'
	shellcheck "$EXAMPLES"/*.sh
}
