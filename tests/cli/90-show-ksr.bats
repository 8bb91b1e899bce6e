# show-ksr: requests and responses of every format, as table and as JSON.

load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	fixtures=$srcdir/tests/fixtures/ksr
	# There is no configuration, and no need for one.
	export KMGR_CONFIG=$PWD/none.yaml
	# The keys of the fixtures: tags 4534 and 19718, revoked 19846.
	zsk="256 3 13 $(of icann-response PublicKey 1)"
	ksk="257 3 13 $(of icann-response PublicKey 2)"
	sig=$(of icann-response SignatureData 1)
}

# of FIXTURE ELEMENT N: the text of the Nth.
of() {
	sed -n "s,.*<$2>\\(.*\\)</$2>.*,\\1,p" "$fixtures/$1.xml" |
		sed -n "$3p"
}

# shown FILE: standard input is the table that is printed of it, below the
# heading.
shown() {
	cat >expected
	kmgr show-ksr "$1" >out
	sed '1,/^$/d' out >table
	[ "$(wc -l <table)" -ge 2 ]
	diff expected table
}

# heading FILE NAME: what stands behind NAME above the table.
heading() {
	kmgr show-ksr "$1" | sed '/^$/,$d' | awk -v name="$2" '
		$1 == name { sub(/^[^ ]+ +/, ""); print }'
}

# rrsig TYPE EXPIRATION TAG
rrsig() {
	echo "com. 3600 IN RRSIG $1 13 1 3600 $2 20261231230000 $3 com. $sig"
}

# bind_response: two bundles, of which the second has a KSK that waits.
bind_response() {
	echo ';; SignedKeyResponse 1.0 20270101000000 (x)'
	echo "com. 3600 IN DNSKEY $ksk"
	echo "com. 3600 IN DNSKEY $zsk"
	rrsig DNSKEY 20270115000000 19718
	echo "com. 3600 IN CDNSKEY $ksk"
	rrsig CDNSKEY 20270114000000 19718
	echo ';; SignedKeyResponse 1.0 20270110000000 (x)'
	echo "com. 3600 IN DNSKEY $ksk"
	echo "com. 3600 IN DNSKEY ${ksk/#257/385}"
	echo "com. 3600 IN DNSKEY $zsk"
	rrsig DNSKEY 20270124000000 19846
	echo ';; SignedKeyResponse 1.0 generated at x'
}

@test "icann: a request" {
	shown "$fixtures/icann-request.xml" <<-'END'
		#  INCEPTION             EXPIRATION            ZSK TAGS  KSK TAGS
		1  2027-01-01T00:00:00Z  2027-01-22T00:00:00Z  4534      -
		2  2027-01-11T00:00:00Z  2027-02-01T00:00:00Z  4534      -
	END
	[ "$(heading "$fixtures/icann-request.xml" format)" = icann ]
	[ "$(heading "$fixtures/icann-request.xml" kind)" = request ]
	[ "$(heading "$fixtures/icann-request.xml" zone)" = com. ]
	[ "$(heading "$fixtures/icann-request.xml" id)" = 'request 7' ]
	[ "$(heading "$fixtures/icann-request.xml" serial)" = 7 ]
	[ "$(heading "$fixtures/icann-request.xml" sha256)" = \
		"$(sha256sum <"$fixtures/icann-request.xml" | cut -c 1-64)" ]
}

@test "icann: a response, with a KSK that signs and then is revoked" {
	shown "$fixtures/icann-response.xml" <<-'END'
		#  INCEPTION             EXPIRATION            ZSK TAGS  KSK TAGS
		1  2027-01-01T00:00:00Z  2027-01-22T00:00:00Z  4534      19718(ksk)/S
		2  2027-01-11T00:00:00Z  2027-02-01T00:00:00Z  4534      19846(ksk)/RS
	END
	[ "$(heading "$fixtures/icann-response.xml" kind)" = response ]
	sed 's/<Response>/<Response timestamp="2026-12-31T00:00:00Z">/' \
		"$fixtures/icann-response.xml" >timed.xml
	[ "$(heading timed.xml timestamp)" = 2026-12-31T00:00:00Z ]
}

@test "who does not sign is published, and an unknown signer is shown" {
	sed 's,<KeyTag>19[0-9]*<,<KeyTag>4711<,' \
		"$fixtures/icann-response.xml" >other.xml
	shown other.xml <<-'END'
		#  INCEPTION             EXPIRATION            ZSK TAGS  KSK TAGS
		1  2027-01-01T00:00:00Z  2027-01-22T00:00:00Z  4534      19718(ksk)/P,4711(ksk)/S?
		2  2027-01-11T00:00:00Z  2027-02-01T00:00:00Z  4534      19846(ksk)/R,4711(ksk)/S?
	END
}

@test "tags are computed, whatever a file states" {
	sed 's/keyTag="4534"/keyTag="1"/' "$fixtures/icann-request.xml" >lie.xml
	kmgr show-ksr lie.xml | grep -q ' 4534  '
	kmgr --json show-ksr lie.xml | jq -e '.bundles[0].keys[0] |
		.key_tag == 4534 and .stated_key_tag == 1'
}

@test "bind: times of headers, and the first expiration" {
	bind_response >response
	shown response <<-'END'
		#  INCEPTION             EXPIRATION            ZSK TAGS  KSK TAGS
		1  2027-01-01T00:00:00Z  2027-01-14T00:00:00Z  4534      19718/S
		2  2027-01-10T00:00:00Z  2027-01-24T00:00:00Z  4534      19718/P,19846/RS
	END
	[ "$(heading response format)" = bind ]
	[ "$(heading response kind)" = response ]
	[ -z "$(heading response id)" ]
	printf '%s\n' ';; KeySigningRequest 1.0 20270101000000 (x)' \
		"com. 3600 IN DNSKEY $zsk" >request
	shown request <<-'END'
		#  INCEPTION             EXPIRATION  ZSK TAGS  KSK TAGS
		1  2027-01-01T00:00:00Z  -           4534      -
	END
	[ "$(heading request kind)" = request ]
}

@test "knot: the same, in its own unit of time" {
	bind_response | sed 's/1.0 20270101000000/1.0 1798761600/
		s/1.0 20270110000000/1.0 1799539200/' >response
	shown response <<-'END'
		#  INCEPTION             EXPIRATION            ZSK TAGS  KSK TAGS
		1  2027-01-01T00:00:00Z  2027-01-14T00:00:00Z  4534      19718/S
		2  2027-01-10T00:00:00Z  2027-01-24T00:00:00Z  4534      19718/P,19846/RS
	END
	[ "$(heading response format)" = knot ]
	kmgr make-ksr com --format knot --start 2027-01-01 --end 2027-02-01 \
		--zsk <(echo "com. IN DNSKEY $zsk") -o request
	shown request <<-'END'
		#  INCEPTION             EXPIRATION  ZSK TAGS  KSK TAGS
		1  2027-01-01T00:00:00Z  -           4534      -
		2  2027-02-01T00:00:00Z  -           4534      -
	END
}

@test "JSON has every field" {
	kmgr --json show-ksr "$fixtures/icann-response.xml" >icann.json
	jq -e '.schema == 1 and .format == "icann" and .kind == "response" and
		.zone == "com." and .id == "request 7" and .serial == 7 and
		.timestamp == null and (.bundles | length) == 2' icann.json
	jq -e '.ksk_policy == .zsk_policy and .zsk_policy == {
		publish_safety_s: 864000, retire_safety_s: 0,
		min_validity_s: 1814640, max_validity_s: 1814400,
		min_overlap_s: 1, max_overlap_s: 3661, algorithms: [
		{ algorithm: 13, algorithm_name: "ECDSAP256SHA256", bits: 256 },
		{ algorithm: 8, algorithm_name: "RSASHA256", bits: 2048,
		  exponent: 65537 },
		{ algorithm: 15, algorithm_name: "ED25519", bits: 256 }] }' \
		icann.json
	jq -e --arg key "${ksk##* }" '.bundles[1].keys[1] == { id: "ksk",
		key_tag: 19846, stated_key_tag: 19846, owner: "com.",
		ttl: 3600, flags: 385, protocol: 3, algorithm: 13,
		algorithm_name: "ECDSAP256SHA256", bits: 256,
		is_signing: true, is_revoked: true, public_key: $key }' \
		icann.json
	jq -e --arg sig "$sig" '.bundles[0].signatures == [{ key_id: "ksk",
		key_tag: 19718, owner: "com.", ttl: 3600,
		type_covered: "DNSKEY", algorithm: 13, labels: 1,
		original_ttl: 3600, inception: "2027-01-01T00:00:00Z",
		expiration: "2027-01-22T00:00:00Z", signer: "com.",
		signature: $sig }]' icann.json
	bind_response >response
	kmgr --json show-ksr response >bind.json
	jq -e --arg cdnskey "com. 3600 IN CDNSKEY $ksk" '.bundles[0] |
		.id == null and .expiration == "2027-01-10T00:00:00Z" and
		.signatures_expire == "2027-01-14T00:00:00Z" and
		.cds == [] and .cdnskey == [$cdnskey] and
		.signatures[1].type_covered == "CDNSKEY" and
		.keys[0].id == null and .keys[0].stated_key_tag == null' \
		bind.json
	jq -e '.bundles[1].expiration == null and .id == null and
		.serial == null' bind.json
}

@test "standard input is a file too" {
	kmgr show-ksr "$fixtures/icann-request.xml" >out
	kmgr show-ksr - <"$fixtures/icann-request.xml" | diff out -
	run -4 --separate-stderr kmgr show-ksr - <<<'<KSR>'
	[ -z "$output" ]
	[[ $stderr == *"standard input:2: not well-formed XML"* ]]
}

@test "what is none of the six is refused, with file and line" {
	run -4 --separate-stderr kmgr show-ksr /dev/null
	[ -z "$output" ]
	[[ $stderr == *"/dev/null is no key signing request and no signed key"* ]]
	[[ $stderr == *"hint: it begins with <KSR"* ]]
	sed 's/<Flags>256/<Flags>65536/' "$fixtures/icann-request.xml" >bad.xml
	run -4 --separate-stderr kmgr show-ksr bad.xml
	[ -z "$output" ]
	[[ $stderr == "kmgr: bad.xml:28: <Flags>: "* ]]
	sed 's/P10D/P1M/' "$fixtures/icann-request.xml" >bad.xml
	run -4 --separate-stderr kmgr show-ksr bad.xml
	[[ $stderr == *"bad.xml:6: <PublishSafety>: \"P1M\" is not a duration"* ]]
	[[ $stderr == *"hint: write it as P21D or PT12H"* ]]
	sed '1a <!DOCTYPE KSR SYSTEM "/etc/passwd">' \
		"$fixtures/icann-request.xml" >bad.xml
	run -4 --separate-stderr kmgr show-ksr bad.xml
	[[ $stderr == *"bad.xml:2: a document type"* ]]
	head -c 5000000 /dev/zero | tr '\0' ' ' >long
	run -4 kmgr show-ksr long
	run -9 kmgr show-ksr none.xml
	run -2 kmgr show-ksr
	run -2 kmgr show-ksr a b
}

@test "an id that make-ksr could not write is refused" {
	openssl genpkey -algorithm ed25519 -out a.private
	chmod 600 a.private
	{
		printf 'com. IN DNSKEY 256 3 15 '
		openssl pkey -in a.private -pubout -outform DER | tail -c 32 |
			base64
	} >a.key
	for id in '' ' a' 'a<b' 'a"b' 'a&b' 'ä' "$(printf '%0256d' 0)"; do
		run -4 kmgr make-ksr com --format icann --zsk a.key --id "$id"
		[[ $output == *"cannot stand in a request"* ]]
	done
	kmgr make-ksr com --format icann --zsk a.key --id "root 'A' 7" -o ksr
	[ "$(heading ksr id)" = "root 'A' 7" ]
	[ "$(kmgr show-ksr ksr | sed '1,/^#/d' | grep -c .)" = 9 ]
}
