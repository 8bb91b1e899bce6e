# Signing ZSK sets.
load ../lib/common

bats_require_minimum_version 1.5.0

setup() {
	kmgr_here
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	cat >zsk.zone <<'END'
example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==
END
}

# The fixtures that need no policy or KSK of their own; the unit tests judge
# the others too.
judged_by_default() {
	grep -LE '^; (only a warning|policy|ksks|zone|now|shared)|^; expect:.*(KSK|TAG)' \
		"$srcdir/tests/fixtures/$1"/*.zone
}

# The signed RRset in file $1 verifies: ldns reads and checks it.
verifies() {
	local tag

	tag=$(awk '$4 == "RRSIG" && $5 == "DNSKEY" { print $11; exit }' "$1")
	[ "$tag" = "$(kmgr --json list-ksks | jq '.ksks[0].key_tag')" ]
	{
		echo 'example.com. 3600 IN SOA . . 1 1 1 1 1'
		cat "$1"
	} >"$1.signed"
	run ldns-verify-zone -S -V 3 "$1.signed"
	[[ $output != *"bogus"* && $output != *"Bogus"* ]]
}

@test "the signed RRset has KSK, ZSK and one RRSIG, with the policy's window" {
	now=$(date +%s)
	kmgr sign-zsks example.com zsk.zone >out
	[ "$(awk '{ print $4 }' out | sort | uniq -c | tr -s ' \n' ' ')" = \
		" 2 DNSKEY 1 RRSIG " ]
	read -r expiration inception < <(awk '$4 == "RRSIG" {
		print $9, $10 }' out)
	seconds() { date -u -d "$(sed -E \
		's/(....)(..)(..)(..)(..)(..)/\1-\2-\3 \4:\5:\6/' <<<"$1")" +%s; }
	(( $(seconds "$expiration") - now >= 14 * 86400 ))
	(( $(seconds "$expiration") - now <= 14 * 86400 + 60 ))
	(( now - $(seconds "$inception") >= 3600 - 60 ))
	verifies out
}

@test "--cds adds CDS and CDNSKEY, each with its RRSIG" {
	kmgr sign-zsks example.com zsk.zone >/dev/null
	# max-zone-ttl 1d + zone-propagation-delay 1h
	run kmgr_later 24h sign-zsks example.com zsk.zone --cds
	[ "$status" -eq 0 ]
	[[ $output == *"no DS"*"waits until"*"max-zone-ttl 1d"* ]]
	[[ $output != *"IN CDS"* ]]
	kmgr_later 26h sign-zsks example.com zsk.zone --cds >out
	[ "$(awk '$4 == "RRSIG" { print $5 }' out | sort | tr '\n' ' ')" = \
		"CDNSKEY CDS DNSKEY " ]
	[ "$(awk '$4 == "CDS" { print $5, $6, $7, $8 }' out)" = \
		"$(kmgr get-ds example.com | cut -d ' ' -f 4-)" ]
}

@test "every good ZSK set is signed, as BIND, Knot, NSD and PowerDNS print it" {
	n=0
	for file in $(judged_by_default good-zsks); do
		run kmgr -q sign-zsks example.com "$file"
		[ "$status" -eq 0 ] || { echo "$file: $output"; false; }
		n=$((n + 1))
	done
	[ $n -ge 5 ]
}

@test "every bad ZSK set is refused by the rule in its first line, unsigned" {
	n=0
	for file in $(judged_by_default bad-zsks); do
		expect=$(sed -n '1s/^; expect: //p' "$file")
		[ -n "$expect" ]
		# The command takes PowerDNS's form, see below.
		[[ $file != *ZSK-OWNER-2.zone ]] || continue
		run --separate-stderr kmgr sign-zsks example.com "$file"
		[[ $status -eq 4 || $status -eq 5 ]] ||
			{ echo "$file: $status $stderr"; false; }
		[ -z "$output" ]
		for rule in $expect; do
			[[ $stderr == *"$rule"* ]] ||
				{ echo "$file: $stderr"; false; }
		done
		n=$((n + 1))
	done
	[ $n -ge 25 ]
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM signature')" -eq 0 ]
}

@test "PowerDNS's export-zone-dnskey, with no final dot, is of the zone" {
	sed 's/^example.com. 3600/example.com/' zsk.zone >pdns
	kmgr sign-zsks example.com pdns >out
	[ "$(grep -c '^example.com. 3600 IN DNSKEY' out)" -eq 2 ]
	# Any other name below the zone stays a foreign one.
	sed 's/^example.com. 3600/www/' zsk.zone >other
	run kmgr sign-zsks example.com other
	[ "$status" -eq 4 ]
	[[ $output == *ZSK-OWNER* ]]
}

@test "standard input, with and without a dash" {
	kmgr sign-zsks example.com - <zsk.zone >a
	kmgr sign-zsks example.com <zsk.zone >b
	[ "$(grep -c DNSKEY a)" -eq 3 ]
	[ "$(grep -v RRSIG a)" = "$(grep -v RRSIG b)" ]
}

@test "--inception, --expiration and --validity, within the policy" {
	kmgr sign-zsks example.com zsk.zone --validity 3d >out
	verifies out
	kmgr sign-zsks example.com zsk.zone --expiration +10d \
		--inception -30m >out
	verifies out
	for options in "--validity 400d" "--expiration +500d" \
		"--expiration -1d" "--inception +1d" "--validity 0s"; do
		run kmgr sign-zsks example.com zsk.zone $options
		[ "$status" -eq 5 ] || { echo "$options: $output"; false; }
		[[ $output == *SIG-* ]]
	done
	for options in "--validity 1y" "--expiration tomorrow" \
		"--inception 1700000000" "--validity 1d --expiration +1d"; do
		run kmgr sign-zsks example.com zsk.zone $options
		[ "$status" -eq 2 ] || { echo "$options: $output"; false; }
	done
}

@test "--dry-run signs nothing and needs no PIN" {
	kmgr sign-zsks example.com zsk.zone >/dev/null
	echo 0 >"$BATS_TEST_TMPDIR/kmgr/pin"
	run kmgr_later 26h sign-zsks example.com zsk.zone --cds --dry-run
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[0]} == "would sign example.com. DNSKEY (2 records)"* ]]
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM signature')" -eq 1 ]
}

@test "-o writes the whole file or leaves the old one" {
	kmgr sign-zsks example.com zsk.zone -o out
	grep -q RRSIG out
	before=$(sha256_of out)
	run kmgr sign-zsks example.com /dev/null -o out
	[ "$status" -ne 0 ]
	[ "$before" = "$(sha256_of out)" ]
	run kmgr sign-zsks example.com zsk.zone -o none/out
	[ "$status" -eq 9 ]
	[[ $output == *none/out* ]]
	[ "$(ls -a | grep -c '^out\.')" -eq 0 ]
}

@test "nothing is signed that could not be written" {
	run kmgr sign-zsks example.com zsk.zone -o none/out
	[ "$status" -eq 9 ]
	[ "$(kmgr --json list-ksks | jq -r '.ksks[0].state')" = generated ]
	cp zsk.zone same.zone
	run kmgr sign-zsks example.com same.zone -o same.zone
	[ "$status" -eq 2 ]
	[[ $output == *"would overwrite the ZSK set"* ]]
	cmp zsk.zone same.zone
}

@test "a validity without a unit, a file in the place of the zone" {
	run kmgr sign-zsks example.com zsk.zone --validity 14
	[ "$status" -eq 2 ]
	[[ $output == *"has no unit"*"write 14d, 14h or 14s"* ]]
	run kmgr sign-zsks zsk.zone
	[ "$status" -eq 2 ]
	[[ $output == *"zsk.zone is a file"*"kmgr sign-zsks ZONE zsk.zone"* ]]
}

@test "a zone without a KSK, a file that is not there, junk" {
	run kmgr sign-zsks example.org zsk.zone
	[ "$status" -eq 4 ]
	[[ $output == *"zone example.org. has no KSK"*create-ksk* ]]
	run kmgr sign-zsks example.com none.zone
	[ "$status" -ne 0 ]
	[[ $output == *none.zone* ]]
	head -c 4096 /dev/urandom >junk
	run kmgr sign-zsks example.com junk
	[ "$status" -eq 4 ]
	head -c 2000000 /dev/zero | tr '\0' ';' >huge
	run kmgr sign-zsks example.com huge
	[ "$status" -eq 4 ]
	[[ $output == *"longer than"* ]]
}

@test "a KSK is published once it has signed" {
	[ "$(kmgr --json list-ksks | jq -r '.ksks[0].state')" = generated ]
	kmgr sign-zsks example.com zsk.zone >/dev/null
	[ "$(kmgr --json list-ksks | jq -r '.ksks[0].state')" = published ]
	id=$(kmgr --json list-ksks | jq -r '.ksks[0].id')
	[ "$(kmgr --json describe-ksk "$id" | jq '.ksk.signatures |
		length')" -eq 1 ]
}

@test "two KSKs sign; two CMKs judge" {
	printf 'version: 1\nzones: ["."]\nzsk: { max-keys: 1 }\n' >strict.yaml
	kmgr -q create-cmk strict --token main --policy strict.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk strict >/dev/null
	kmgr sign-zsks example.com zsk.zone >out
	[ "$(grep -c RRSIG out)" -eq 2 ]
	{
		cat zsk.zone
		echo 'example.com. 3600 IN DNSKEY 256 3 13 wLpMWDT9cWAiVIQ9' \
			'DlmD6Je6vxNxwZOlBlVZ9xIbqCWb7rM24vCMVqcZHlzmMSBn' \
			'O0t7c3vJzQbrKuWVMjJ4xg=='
	} >two.zone
	run kmgr sign-zsks example.com two.zone
	[ "$status" -ne 0 ]
}

# other YAML...: a second CMK, and a KSK of example.com under it.
other() {
	{ printf 'version: 1\nzones: ["."]\n'; printf '%s\n' "$@"; } \
		>other.yaml
	kmgr -q create-cmk other --token main --policy other.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk other
}

@test "two CMKs: the shorter window, and the digests of both" {
	other 'signatures: { validity: 8d }' \
		'ds: { digest-types: [sha-256, sha-384] }'
	kmgr sign-zsks example.com zsk.zone >/dev/null
	kmgr_later 26h --json sign-zsks example.com zsk.zone --cds >out.json
	[ "$(jq -r '.signed | (.expiration | fromdate) -
		(.inception | fromdate)' out.json)" -eq $((8 * 86400 + 3600)) ]
	[ "$(jq -r .signed.records out.json | grep -c 'IN CDS')" -eq 2 ]
	[ "$(jq -r .signed.records out.json | grep -c 'RRSIG CDS')" -eq 2 ]
}

@test "two CMKs without a digest in common: no CDS, exit 5" {
	other 'ds: { digest-types: [sha-384] }'
	kmgr sign-zsks example.com zsk.zone >/dev/null
	run kmgr_later 26h sign-zsks example.com zsk.zone --cds
	[ "$status" -eq 5 ]
	[[ $output == *"ds.digest-types in common"* ]]
	kmgr sign-zsks example.com zsk.zone | grep -q RRSIG
}

@test "a KSK that no ZSK set could please is not made, or waits" {
	run other 'signatures: { dnskey-ttl: 2h }'
	[ "$status" -eq 5 ]
	[[ $output == *"dnskey-ttl is 3600 s"*"7200 s"* ]]
	printf 'version: 1\nzones: ["."]\nksk: { algorithm: ed25519 }\n' >ed.yaml
	kmgr -q create-cmk ed --token main --policy ed.yaml >/dev/null
	# Of another algorithm: it waits for a ZSK of its own.
	kmgr create-ksk example.com --cmk ed
	kmgr sign-zsks example.com zsk.zone >out
	[ "$(grep -c 'RRSIG DNSKEY 13' out)" -eq 1 ]
	[ "$(grep -c 'RRSIG DNSKEY 15' out)" -eq 0 ]
	[ "$(grep -c 'DNSKEY 257 3 15' out)" -eq 0 ]
	[[ $(kmgr verify) == *": 0 differences" ]]
}

@test "many zones in one go: a bad one is named and stops no other" {
	kmgr -q create-ksk a.example b.example c.example --cmk prod >/dev/null
	mkdir zones
	for zone in a b c; do
		sed "s/^example.com/$zone.example/" zsk.zone \
			>zones/$zone.example.zone
	done
	kmgr sign-zsks --zones-from zones >out
	[ "$(grep -c RRSIG out)" -eq 3 ]
	[ "$(sqlite3 kmgr.db "SELECT count(*) FROM ledger
		WHERE type = 'sign-zsks'")" -eq 1 ]
	sed -i 's/ 256 / 257 /' zones/b.example.zone
	run --separate-stderr kmgr sign-zsks --zones-from zones
	[ "$status" -eq 12 ]
	[ "$(grep -c RRSIG <<<"$output")" -eq 2 ]
	[[ $stderr == *"b.example"*"ZSK-FLAGS"* ]]
	[[ $stderr == *"1 of 3 zones were not signed"* ]]
	rm zones/[ac]*
	echo precious >out
	run kmgr sign-zsks --zones-from zones -o out
	[ "$status" -eq 4 ]
	[ "$(cat out)" = precious ]
	mkdir empty
	run kmgr sign-zsks --zones-from empty
	[ "$status" -eq 4 ]
	[[ $output == *"no file named ZONE.zone"* ]]
}

# signed_event FILTER: what jq reads of the last sign-zsks event.
signed_event() {
	sqlite3 kmgr.db "SELECT payload FROM ledger WHERE type = 'sign-zsks'
		ORDER BY seq DESC LIMIT 1" | jq -r "$1"
}

# published: the KSKs that were, by the ledger.
published() {
	sqlite3 kmgr.db "SELECT json_extract(payload, '\$.ksk_id') FROM ledger
		WHERE type = 'ksk-step' AND
		json_extract(payload, '\$.step') = 'publish-dnskey'"
}

horizon() {
	sqlite3 kmgr.db 'SELECT horizon_at FROM cmk'
}

@test "events say which KSKs became published, the CMK until when" {
	sed 's/^example.com/b.example/' zsk.zone >b.zone
	kmgr -q create-ksk b.example --cmk prod >/dev/null
	kmgr sign-zsks example.com zsk.zone --validity 10d >/dev/null
	[ "$(published)" = "$(sqlite3 kmgr.db \
		"SELECT id FROM ksk WHERE zone = 'example.com.'")" ]
	[ "$(horizon)" = "$(signed_event '.zones[].expiration')" ]
	# Shorter and once more: nothing is new, and nothing comes nearer.
	kmgr sign-zsks example.com zsk.zone --validity 8d >/dev/null
	[ "$(published | wc -l)" -eq 1 ]
	[ "$(horizon)" -gt "$(signed_event '.zones[].expiration')" ]
	# Another zone of the CMK raises it.
	kmgr sign-zsks b.example b.zone --validity 12d >/dev/null
	[ "$(published | wc -l)" -eq 2 ]
	[ "$(horizon)" = "$(signed_event '.zones[].expiration')" ]
}

@test "--json has the records, the window and every finding" {
	kmgr --json sign-zsks example.com zsk.zone >out.json
	[ "$(jq -r .signed.zone out.json)" = example.com. ]
	jq -r .signed.records out.json | grep -q RRSIG
	[ "$(jq -r '[.signed.findings[].verdict] | unique | .[]' out.json |
		grep -c fail)" -eq 0 ]
	[ "$(jq '.signed.findings | length' out.json)" -gt 10 ]
}

@test "--dry-run leaves the file of -o as it is" {
	echo precious >out
	run kmgr sign-zsks example.com zsk.zone --dry-run -o out
	[ "$status" -eq 0 ]
	[[ $output == *"would sign example.com. DNSKEY"* ]]
	[ "$(cat out)" = precious ]
	kmgr sign-zsks example.com zsk.zone -o - | grep -q RRSIG
	[ ! -e - ]
}

@test "-o replaces no pipe or device" {
	mkfifo pipe
	run kmgr sign-zsks example.com zsk.zone -o pipe
	[ "$status" -eq 9 ]
	[[ $output == *"not a regular file"* ]]
	[ -p pipe ]
}

@test "many zones: what cannot be read stops no other; --json says why" {
	mkdir -p zones/a.example.zone
	cp zsk.zone zones/example.com.zone
	run --separate-stderr kmgr --json sign-zsks --zones-from zones
	[ "$status" -eq 12 ]
	[ "$(jq -c '[.n_signed, .n_refused]' <<<"$output")" = '[1,1]' ]
	[ "$(jq -c '.refused[0] | [.zone, .error]' <<<"$output")" = \
		'["a.example","input"]' ]
	[ "$(jq -r '.refused[0].file' <<<"$output")" = zones/a.example.zone ]
	[[ $(jq -r '.refused[0].message' <<<"$output") == *"not a regular file"* ]]
}

@test "many zones: --dry-run signs none" {
	mkdir zones
	cp zsk.zone zones/example.com.zone
	run kmgr sign-zsks --zones-from zones --dry-run
	[ "$status" -eq 0 ]
	[[ $output == *"would sign example.com. DNSKEY"* ]]
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM signature')" -eq 0 ]
}
