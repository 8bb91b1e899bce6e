# For bats files: load ../lib/common; load dns
#
# Zones, zone signers that have nothing but the ZSK, authoritative servers and
# validators. AUTH_PORT and RESOLVER_PORT say where they are, on 127.0.0.1.

# Where Debian has the servers.
PATH+=:/usr/local/sbin:/usr/sbin:/sbin

# --- zones -----------------------------------------------------------------

# zone_write ZONE ALGORITHM [BITS]: makes a directory ZONE with the unsigned
# zone in the file "zone", and a ZSK, made by BIND unless ZSK_MAKER is ldns.
zone_write() {
	local zone=$1

	mkdir "$zone"
	case ${ZSK_MAKER:-bind} in
	bind)
		dnssec-keygen -q -K "$zone" -a "$2" ${3:+-b "$3"} "$zone"
		;;
	ldns)
		(cd "$zone" && ldns-keygen -a "$2" ${3:+-b "$3"} "$zone")
		;;
	esac >/dev/null
	cat >"$zone/zone" <<-END
		\$TTL 3600
		\$ORIGIN $zone.
		@	SOA	ns hostmaster 1 3600 600 86400 300
		@	NS	ns
		@	MX	10 mail
		ns	A	127.0.0.1
		mail	A	192.0.2.25
		www	A	192.0.2.80
		www	AAAA	2001:db8::80
		*.wild	TXT	"expanded"
	END
}

# sign_with_bind ZONE [OPTION...]: makes ZONE/signed out of ZONE/zone and the
# records that kmgr has signed, ZONE/dnskey. dnssec-signzone keeps signatures
# of keys that it does not have as long as they outlast -i.
sign_with_bind() (
	cd "$1" || exit
	echo "\$INCLUDE dnskey" | cat zone - >with-keys
	dnssec-signzone -q -x -i 86400 -O full -o "$1" -f signed "${@:2}" with-keys
)

# sign_with_ldns ZONE: the same. ldns-signzone makes all signatures itself, so
# kmgr's come after it; that a record is twice in a zone file does not matter.
sign_with_ldns() (
	cd "$1" || exit
	key=$(echo K*.private)
	cat zone dnskey >with-keys
	ldns-signzone -o "$1" -f ldns with-keys "${key%.private}"
	cat ldns dnskey >signed
)

# flip_bit FILE TYPE TAG: prints a zone file with one bit changed in the
# signature of the RRSIG that key TAG made of TYPE: one letter of its base64.
flip_bit() {
	awk -v type="$2" -v tag="$3" '
	BEGIN {
		abc = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
		    "abcdefghijklmnopqrstuvwxyz0123456789+/"
	}
	$4 == "RRSIG" && $5 == type && $11 == tag {
		at = index($0, " " $13) + 10
		i = index(abc, substr($0, at, 1))
		i += i % 2 ? 1 : -1
		$0 = substr($0, 1, at - 1) substr(abc, i, 1) substr($0, at + 1)
	}
	{ print }' "$1"
}

# is_one_letter FILE FILE: whether they differ in one letter only.
is_one_letter() {
	[ "$(stat -c %s "$1")" = "$(stat -c %s "$2")" ] &&
		[ "$(cmp -l "$1" "$2" | wc -l)" = 1 ]
}

# has_file_verdict good|bad ZONE FILE: whether both judges of zone files agree
# on it; the DS are in ZONE/ds.
has_file_verdict() {
	local bind=bad ldns=bad

	dnssec-verify -q -x -o "$2" "$3" && bind=good
	ldns-verify-zone -k "$2/ds" "$3" && ldns=good
	echo "dnssec-verify: $bind; ldns-verify-zone: $ldns"
	[ "$bind" = "$1" ] && [ "$ldns" = "$1" ]
}

# --- authoritative servers -------------------------------------------------

# auth_start named|nsd|knotd ZONE=FILE...: serves the zones, after whatever
# served before has ended. NAMED_MORE is added to named's configuration.
auth_start() {
	local kind=$1 dir zone

	shift
	auth_stop
	dir=$(mktemp -d "$BATS_TEST_TMPDIR/auth.XXXXXX")
	AUTH_PORT=$(free_port) || return
	"${kind}_config" "$dir" "$@" >"$dir/conf"
	case $kind in
	named) server_start auth named -g -n 1 -c "$dir/conf" ;;
	nsd) server_start auth nsd -d -c "$dir/conf" ;;
	knotd) server_start auth knotd -c "$dir/conf" ;;
	esac
	for zone in "${@%%=*}"; do
		server_ready auth 20 is_served "$zone" || return
	done
}

auth_stop() {
	server_stop auth
}

# is_served ZONE: whether the server answers with authority.
is_served() {
	dig_at "$AUTH_PORT" +norec "$1" SOA | grep -q '^;; flags:.* aa[ ;]'
}

# *_config DIR ZONE=FILE...

named_config() {
	local dir=$1 zone

	shift
	cat <<-END
		options {
			directory "$dir";
			listen-on port $AUTH_PORT { 127.0.0.1; };
			listen-on-v6 { none; };
			pid-file none;
			session-keyfile none;
			recursion no;
			notify no;
			dnssec-validation no;
		};
		controls { };
		${NAMED_MORE-}
	END
	for zone; do
		cat <<-END
			zone "${zone%%=*}" {
				type primary;
				file "${zone#*=}";
			};
		END
	done
}

nsd_config() {
	local dir=$1 zone

	shift
	cat <<-END
		server:
			ip-address: 127.0.0.1
			port: $AUTH_PORT
			server-count: 1
			username: ""
			zonesdir: "$dir"
			database: ""
			pidfile: "$dir/pid"
			zonelistfile: "$dir/zone.list"
			xfrdfile: "$dir/xfrd.state"
		remote-control:
			control-enable: no
	END
	for zone; do
		cat <<-END
			zone:
				name: "${zone%%=*}"
				zonefile: "${zone#*=}"
		END
	done
}

knotd_config() {
	local dir=$1 zone

	shift
	cat <<-END
		server:
		    rundir: "$dir"
		    listen: 127.0.0.1@$AUTH_PORT
		    udp-workers: 1
		    tcp-workers: 1
		    background-workers: 1
		log:
		  - target: stderr
		    any: info
		database:
		    storage: "$dir"
		template:
		  - id: default
		    zonefile-sync: -1
		    journal-content: none
		zone:
	END
	for zone; do
		cat <<-END
			  - domain: "${zone%%=*}"
			    file: "${zone#*=}"
		END
	done
}

# --- validators ------------------------------------------------------------

# dig_at PORT ARGUMENT...
dig_at() {
	dig @127.0.0.1 -p "$1" +tries=1 +time=5 +nocookie "${@:2}"
}

# resolver_start ANCHORS ZONE...: an unbound that knows nothing yet, believes
# the DS in the file ANCHORS, and asks the server at AUTH_PORT for the zones.
resolver_start() {
	local dir

	server_stop resolver
	dir=$(mktemp -d "$BATS_TEST_TMPDIR/resolver.XXXXXX")
	RESOLVER_PORT=$(free_port) || return
	resolver_config "$dir" "$@" >"$dir/conf"
	server_start resolver unbound -d -c "$dir/conf"
	server_ready resolver 20 dig_at "$RESOLVER_PORT" +norec version.server \
		CH TXT
}

resolver_config() {
	local dir=$1 anchors=$2 zone

	shift 2
	cat <<-END
		server:
			directory: "$dir"
			chroot: ""
			username: ""
			pidfile: ""
			use-syslog: no
			logfile: ""
			val-log-level: 2
			num-threads: 1
			interface: 127.0.0.1@$RESOLVER_PORT
			module-config: "validator iterator"
			do-not-query-localhost: no
			do-ip6: no
			qname-minimisation: no
			trust-anchor-file: "$anchors"
		remote-control:
			control-enable: no
	END
	for zone; do
		cat <<-END
			stub-zone:
				name: "$zone"
				stub-addr: 127.0.0.1@$AUTH_PORT
		END
	done
}

# resolver_says NAME TYPE: "secure" for an answer with AD, "bogus" for one
# that is SERVFAIL and is there when nobody checks it, else what came.
resolver_says() {
	local answer checked

	answer=$(dig_at "$RESOLVER_PORT" +dnssec "$@")
	case $answer in
	*'status: NOERROR'*';; flags: qr rd ra ad;'*'ANSWER: '[1-9]*)
		echo secure
		;;
	*'status: SERVFAIL'*)
		checked=$(dig_at "$RESOLVER_PORT" +cd "$@")
		case $checked in
		*'status: NOERROR'*'ANSWER: '[1-9]*) echo bogus ;;
		*) printf '%s\n' "$checked" ;;
		esac
		;;
	*)
		printf '%s\n' "$answer"
		;;
	esac
}

# delv_says ANCHORS ZONE NAME TYPE: "secure", or what delv has against it. It
# does its own validation and asks the authoritative server directly.
delv_says() {
	local answer

	awk 'BEGIN { print "trust-anchors {" }
	$3 == "DS" {
		digest = ""
		for (i = 7; i <= NF; i++)
			digest = digest $i
		printf "\"%s\" static-ds %d %d %d \"%s\";\n",
		    $1, $4, $5, $6, digest
	}
	END { print "};" }' "$1" >"$BATS_TEST_TMPDIR/anchors.delv"
	answer=$(delv @127.0.0.1 -p "$AUTH_PORT" +root="$2" \
		-a "$BATS_TEST_TMPDIR/anchors.delv" "${@:3}" 2>&1)
	case $answer in
	*'; fully validated'*) echo secure ;;
	*) printf '%s\n' "$answer" ;;
	esac
}
