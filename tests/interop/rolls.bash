# For bats files: load ../lib/common; load dns; load rolls
#
# A parent "test." and a child "child.test.", both on one named, in which
# everything is a matter of seconds. The child's signer has only the ZSK and
# gets the DNSKEY RRset by the hook zone-publish, the parent's DS RRset is
# edited by ds-add and ds-remove, and validators are asked all the time.

# world_new: makes the zones, and the validators' trust anchor in anchors.
world_new() {
	parent_keys
	zone_write child.test "$1"
	sed -i 's/^\$TTL.*/$TTL 2/; s/86400 300$/86400 2/' child.test/zone
	echo 0 >serial
	: >parent/ds
	parent_sign
	cp child.test/zone child.test/signed
	auth_start named test="$PWD/parent/signed" \
		child.test="$PWD/child.test/signed"
}

# seconds: the waits of a policy, each a matter of seconds.
seconds() {
	cat <<-END
		timing:
		  publish-safety: 1s
		  retire-safety: 1s
		  zone-propagation-delay: 2s
		  max-zone-ttl: 2s
		  parent-ds-ttl: 2s
		  parent-propagation-delay: 1s
		ds: { cds-cdnskey-publish: none }
	END
}

# cmk_of_seconds: CMK main for the child, with a KSK of $ALG that no schedule
# rolls.
cmk_of_seconds() {
	{
		cat <<-END
			version: 1
			zones: [child.test]
			ksk: { algorithm: $ALG, lifetime: unlimited }
			zsk: { algorithms: [$ALG] }
			signatures: { dnskey-ttl: 2s, validity: 3h,
			  refresh: 30m }
		END
		seconds
	} >policy.yaml
	kmgr create-cmk main --token main --policy policy.yaml
}

# config_more PORT: what run needs of the zone, which we serve on that port.
config_more() {
	mkdir -p child.test/out
	cat >>kmgr.yaml <<-END
		zones:
		  child.test:
		    source: { file: $PWD/child.test/zsks }
		    publish: { directory: $PWD/child.test/out }
		    parent: { servers: [127.0.0.1@$AUTH_PORT], check-interval: 1s }
		    servers: [127.0.0.1@$1]
		hooks:
		  ds-add: [$PWD/ds-add]
		  ds-remove: [$PWD/ds-remove]
		  zone-publish: [$PWD/zone-publish]
	END
}

parent_keys() {
	mkdir parent
	(cd parent && dnssec-keygen -q -a 13 -f KSK test &&
		dnssec-keygen -q -a 13 test) >/dev/null
	dnssec-dsfromkey -2 parent/"$(cd parent &&
		grep -l ' 257 ' Ktest*.key)" >anchors
}

# next_serial: a number that grows with each call, also from two processes.
next_serial() {
	flock serial sh -c 'n=$(($(cat serial) + 1)); echo $n >serial; echo $n'
}

# parent_sign: writes parent/signed with the DS records in parent/ds.
parent_sign() {
	{
		cat <<-END
			\$TTL 2
			\$ORIGIN test.
			@	SOA	ns hostmaster $(next_serial) 60 60 86400 2
			@	NS	ns
			ns	A	127.0.0.1
			child	NS	ns.child
			ns.child	A	127.0.0.1
		END
		cat parent/ds
	} >parent/zone
	(cd parent && dnssec-signzone -q -S -K . -P -x -o test -f new zone &&
		mv new signed) >/dev/null 2>&1
}

# child_sign: writes child.test/signed with the records that kmgr handed over.
# All ZSKs sign that are here, also those whose DNSKEY is not in the zone yet.
# BIND's signer keeps signatures of keys that it has not for as long as they
# outlast -i.
child_sign() (
	cd child.test || exit
	sed "s/hostmaster 1 /hostmaster $(cd .. && next_serial) /" zone >with-keys
	cat out/*.zone >>with-keys
	# Nothing for a signer: it stops.
	grep -q DNSKEY with-keys || {
		mv with-keys signed
		return
	}
	dnssec-signzone -q -P -x -i 600 -O full -o child.test -f new with-keys \
		$(basename -s .private K*.private) && mv new signed
) >/dev/null 2>&1

# zsks_are FILE...: what the zone signer gives from now on. Who reads it
# meanwhile has the former or the new set, never a part.
zsks_are() {
	cat "$@" >child.test/zsks.new
	mv child.test/zsks.new child.test/zsks
}

# auth_reload: named reads its zone files again.
auth_reload() {
	kill -HUP "$(server_pid auth)"
}

# hooks_write: the programs that kmgr runs. They know where things are by the
# folder that they are in.
hooks_write() {
	local hook

	for hook in ds-add ds-remove zone-publish; do
		cat >"$hook" <<-END
			#!/usr/bin/env bash
			export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
			export BATS_FILE_TMPDIR=$BATS_FILE_TMPDIR SRC=$srcdir
			cd "$PWD" || exit
			. "\$SRC/tests/lib/common.bash"
			. "\$SRC/tests/interop/dns.bash"
			. "\$SRC/tests/interop/rolls.bash"
			sleep "\$(cat delay-$hook 2>/dev/null || echo 0)"
			if [ -e lag-$hook ]; then
				(sleep "\$(cat lag-$hook)"; hook_${hook//-/_}) \
					</dev/null >/dev/null 2>&1 &
			else
				hook_${hook//-/_}
			fi
		END
		chmod 755 "$hook"
	done
}

# The parent takes over the whole set, as a registrar's form would.
hook_ds_add() {
	parent_edit
}

hook_ds_remove() {
	parent_edit
}

parent_edit() {
	(
		flock 9
		printf '%s' "$KMGR_DS_SET" | sed 's/ IN DS / 2 IN DS /' >parent/ds
		parent_sign && auth_reload
	) 9>parent/lock
	date "+%s.%N ds ${KMGR_DS_SET:+$(printf '%s' "$KMGR_DS_SET" |
		awk '{ printf "%s ", $4 }')}" >>parent/log
}

hook_zone_publish() {
	child_sign && auth_reload
}

# validator_start NAME: an unbound of its own, asked all the time; what it
# said is counted in NAME.said.
validator_start() {
	local name=$1 dir

	dir=$(mktemp -d "$BATS_TEST_TMPDIR/$name.XXXXXX")
	RESOLVER_PORT=$(free_port) || return
	resolver_config "$dir" "$PWD/anchors" test child.test >"$dir/conf"
	# Without this it knows that there is no test. (RFC 6761 s6.2).
	printf 'server:\n\tlocal-zone: "test." nodefault\n' >>"$dir/conf"
	server_start "$name" unbound -d -c "$dir/conf"
	server_ready "$name" 20 dig_at "$RESOLVER_PORT" +norec \
		version.server CH TXT
	server_start "$name-asked" ask_always "$RESOLVER_PORT" \
		"$PWD/$name.said"
}

# ask_always PORT FILE: a line for every answer: its time, status and AD bit.
ask_always() {
	local answer status

	exec </dev/null
	while :; do
		answer=$(dig_at "$1" +dnssec www.child.test A) || :
		status=$(sed -n 's/.*status: \([A-Z]*\).*/\1/p' <<<"$answer")
		case $answer in
		*'qr rd ra ad;'*) status+=' secure' ;;
		esac
		echo "$(date +%s.%N) ${status:-silent}" >>"$2"
		sleep 0.1
	done
}

# said WORDS...: how often the validators said that.
said() {
	cat ./*.said | cut -d ' ' -f 2- | grep -cx "$*" || :
}
