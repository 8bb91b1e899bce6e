# For bats files: load ../lib/common; load dns; load rolls
#
# Knot as the other provider of child.test, with a KSK and a ZSK of its own,
# both in knot/; THEIRS_PORT says where it serves.

# knot_new ALGORITHM: its keys, and the zone with other data than ours has.
knot_new() {
	mkdir knot
	THEIRS_PORT=$(free_port) || return
	sed 's/hostmaster 1 /hostmaster 1000 /' child.test/zone >knot/zone
	cat >knot/conf <<-END
		server:
		    rundir: $PWD/knot
		    listen: 127.0.0.1@$THEIRS_PORT
		    udp-workers: 1
		    tcp-workers: 1
		    background-workers: 1
		log:
		  - target: stderr
		    any: info
		database:
		    storage: $PWD/knot
		policy:
		  - id: hand
		    algorithm: $1
		    manual: on
		    dnskey-ttl: 2
		    zone-max-ttl: 2
		    rrsig-lifetime: 1h
		    rrsig-refresh: 20m
		    rrsig-pre-refresh: 1m
		    propagation-delay: 1s
		    cds-cdnskey-publish: none
		zone:
		  - domain: child.test
		    file: $PWD/knot/zone
		    zonefile-load: whole
		    zonefile-sync: -1
		    journal-content: none
		    serial-policy: unixtime
		    dnssec-signing: on
		    dnssec-policy: hand
	END
	knot_key ksk ksk=yes zsk=no algorithm="$1" publish=+0 ready=+0 \
		active=+0
	knot_key zsk ksk=no zsk=yes algorithm="$1" publish=+0 active=+0
	cat knot/ksk knot/zsk >knot/dnskeys
	keymgr_do ds | awk '$5 == 2 { $2 = "2 IN DS"; print }' >knot/ds
	KNOT_TAG=$(awk '{ print $5 }' knot/ds)
}

# knot_key FILE WORD...: makes a key, and puts its DNSKEY record into FILE.
knot_key() {
	keymgr_do dnskey "$(keymgr_do generate "${@:2}" | head -n 1)" \
		>"knot/$1"
}

keymgr_do() {
	keymgr -c knot/conf child.test. "$@"
}

knot_start() {
	server_start theirs knotd -c "$PWD/knot/conf"
	server_ready theirs 20 knot_serves
}

knot_serves() {
	dig_at "$THEIRS_PORT" +norec +dnssec child.test SOA | grep 'RRSIG.*SOA'
}

# knot_import FILE: Knot publishes those DNSKEY records in FILE which are not
# its own, and no others.
knot_import() {
	local key file id

	mkdir -p knot/others
	awk '$4 == "DNSKEY"' "$1" | while read -r key; do
		grep -qF "${key##* }" knot/dnskeys || printf '%s\n' "$key"
	done >knot/others/wanted
	while read -r key; do
		file=knot/others/$(sha256sum <<<"${key##* }" | cut -c 1-16)
		[ ! -e "$file.key" ] || continue
		printf '%s\n' "$key" >"$file.key"
		id=$(keymgr_do import-pub "$file.key" | head -n 1) &&
			keymgr_do set "$id" publish=+0
	done <knot/others/wanted
	for file in knot/others/*.key; do
		[ -e "$file" ] || continue
		grep -qF "$(awk '{ print $NF }' "$file")" knot/others/wanted ||
			knot_forget "$file"
	done
	[ ! -S knot/knot.sock ] ||
		knotc -c knot/conf zone-keys-load child.test
}

# knot_forget FILE: takes the key that was imported from it out again.
knot_forget() {
	keymgr_do delete "$(dnssec-dsfromkey -2 "$1" | awk '{ print $4 }')" &&
		rm "$1"
}

# What ./rolls does when there is something to publish: our server, which has
# nothing to do with the parent's here, has it, and Knot learns our keys.
hook_zone_publish() {
	local at=$(date +%s.%N)
	cp child.test/out/dnskey.zone /tmp/hist/$at.out
	child_sign || echo "child_sign failed" >/tmp/hist/$at.failed
	cp child.test/signed /tmp/hist/$at.signed
	cp child.test/with-keys /tmp/hist/$at.with
	[ ! -e knot/takes-part ] || knot_import child.test/out/dnskey.zone
	[ ! -e "$(servers_dir)/ours.pid" ] || kill -HUP "$(server_pid ours)"
}
