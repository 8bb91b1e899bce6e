# Knot's requests and responses as our codec reads and writes them: keymgr
# takes them in place of its own, and what we refuse it refuses too.

bats_require_minimum_version 1.5.0
load ../lib/common
load dns

setup_file() {
	need_program keymgr
}

setup() {
	cd "$BATS_TEST_TMPDIR"
}

again() {
	"$builddir/tests/interop/ksr_again"
}

# keymgr_at SIDE ARGUMENT...: the zone's keymgr on the side with the ZSKs or
# the one with the KSK.
keymgr_at() {
	keymgr -c "$1.conf" example.com. "${@:2}" 2>&1
}

# sides_new ALGORITHM: both sides, with a ZSK and with a KSK.
sides_new() {
	local side

	for side in zsks ksk; do
		mkdir $side
		cat >$side.conf <<-END
			server:
			    rundir: $PWD/$side
			database:
			    storage: $PWD/$side
			policy:
			  - id: offline
			    algorithm: $1
			    offline-ksk: on
			    manual: on
			    dnskey-ttl: 3600
			    zone-max-ttl: 3600
			    rrsig-lifetime: 14d
			    rrsig-refresh: 7d
			    zsk-lifetime: 60d
			    propagation-delay: 1h
			    cds-cdnskey-publish: always
			zone:
			  - domain: example.com
			    storage: $PWD/$side
			    dnssec-signing: on
			    dnssec-policy: offline
		END
	done
	keymgr_at zsks generate ksk=no zsk=yes algorithm="$1" created=+0 \
		publish=+0 active=+0
	keymgr_at zsks pregenerate +6mo
	keymgr_at ksk generate ksk=yes zsk=no algorithm="$1" created=-1d \
		publish=-1d ready=-1d active=-1d
}

# bundles FILE
bundles() {
	grep -c '^;; .* 1\.0 [0-9]' "$1"
}

# check_round ALGORITHM: request and response go through our hands, and all
# of the response is stored.
check_round() {
	sides_new "$1"
	keymgr -c zsks.conf example.com. generate-ksr +0 +6mo >theirs.ksr
	again <theirs.ksr >ours.ksr
	[ "$(bundles theirs.ksr)" -ge 6 ]
	[ "$(bundles ours.ksr)" = "$(bundles theirs.ksr)" ]

	keymgr -c ksk.conf example.com. sign-ksr theirs.ksr >theirs.skr
	keymgr -c ksk.conf example.com. sign-ksr ours.ksr >of-ours.skr
	[ "$(bundles of-ours.skr)" = "$(bundles theirs.skr)" ]
	again <of-ours.skr >ours.skr
	# Its exit status says nothing.
	run -0 keymgr_at zsks validate-skr ours.skr
	[ "$output" = OK ]
	run -0 keymgr_at zsks import-skr ours.skr
	[ "$output" = OK ]
	run -0 keymgr_at zsks show-offline
	[ "$(grep -c 'RRSIG.*[^C]DNSKEY ' <<<"$output")" = \
		"$(bundles theirs.skr)" ]
}

@test "keymgr signs our requests and stores all of our responses: P-256" {
	check_round ecdsap256sha256
}

@test "keymgr signs our requests and stores all of our responses: RSA" {
	check_round rsasha256
}

# refused_by_both FILE WHY: our reader refuses FILE because of WHY, keymgr
# does not store it.
refused_by_both() {
	run -4 again <"$1"
	[[ $output == *"$2"* ]]
	run ! keymgr_at zsks import-skr "$1"
}

@test "what keymgr does not store our reader refuses" {
	sides_new ecdsap256sha256
	keymgr -c zsks.conf example.com. generate-ksr +0 +6mo >ksr
	keymgr -c ksk.conf example.com. sign-ksr ksr >skr
	grep -v generated skr >no-footer
	refused_by_both no-footer "ends without the footer"
	sed 's/$/\r/' skr >crlf
	refused_by_both crlf "CR before the line's end"
	run -0 keymgr_at zsks import-skr skr
}

# With one semicolon a header is a comment to keymgr: it takes the records
# behind it for the bundle before, and says nothing.
@test "a lost bundle, which keymgr does not see, our reader refuses" {
	sides_new ecdsap256sha256
	keymgr -c zsks.conf example.com. generate-ksr +0 +6mo >ksr
	sed '0,/^;; Key/! { 0,/^;; Key/ s/^;; Key/; Key/ }' ksr >one
	[ "$(bundles one)" = "$(($(bundles ksr) - 1))" ]
	run -4 again <one
	[[ $output == *"looks like a header but is none"* ]]
	run -0 keymgr_at ksk sign-ksr one
	again <ksr >/dev/null
}
