# What a receiver is told of a response before he imports it: verify-skr.
load ../lib/common

bats_require_minimum_version 1.5.0

# A request of each format, FORMAT.ksr, its response, FORMAT.skr, and the DS
# of the zone FORMAT.example, FORMAT.ds.
setup_file() {
	local format

	need_program dnssec-keygen jq
	cd "$BATS_FILE_TMPDIR"
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	kmgr init
	cat >p.yaml <<-END
		version: 1
		zones: ["."]
		ksr: { icann: { keys-per-bundle: [], horizon: 400d } }
	END
	kmgr -q create-cmk prod --token main --policy p.yaml
	START=$(date -u -d '+1 hour' +%FT%TZ)
	export START
	for format in icann bind knot; do
		kmgr -q create-ksk $format.example --cmk prod
		kmgr -q get-ds $format.example -o $format.ds
		zsk $format.example $format
		request $format -o $format.ksr
		kmgr -q sign-ksr $format.ksr --yes --genesis -o $format.skr \
			$([ $format != bind ] || echo --end +60d)
	done
}

# Neither token nor store nor configuration is there.
setup() {
	unset KMGR_CONFIG SOFTHSM2_CONF
	cd "$BATS_TEST_TMPDIR"
	cp "$BATS_FILE_TMPDIR"/*.{ksr,skr,ds,key,private} .
}

# zsk ZONE NAME: a ZSK in NAME.key and NAME.private.
zsk() {
	local base

	base=$(dnssec-keygen -q -a ECDSAP256SHA256 "$1")
	mv "$base.key" "$2.key"
	mv "$base.private" "$2.private"
}

# request FORMAT OPTION...
request() {
	kmgr -q make-ksr "$1.example" --format "$1" --ttl 1h --start $START \
		--zsk "$1.key" $([ "$1" = icann ] || echo --end +60d) "${@:2}"
}

# verdicts FILE OPTION...: every rule that does not pass, with its verdict.
verdicts() {
	kmgr --json verify-skr "$@" 2>/dev/null | jq -r '.findings[] |
		select(.verdict != "pass") | "\(.rule) \(.verdict)"' |
		sort -u | tr '\n' ' '
}

# fails STATUS RULE MESSAGE FILE OPTION...: it is refused for this reason.
fails() {
	run "-$1" kmgr verify-skr "${@:4}"
	[[ $output == *"$2 "*fail*"$3"* ]]
}

# drop FILE N: without the bundle N, from 1, of a text.
drop() {
	awk -v n="$2" '/^;; .* 1\.0 [0-9]/ { i++ }
	/generated/ { i = -1 }
	i != n' "$1"
}

# flip FILE N: one letter of the Nth signature of a text.
flip() {
	awk -v n="$2" '$4 == "RRSIG" && ++i == n {
		$NF = (substr($NF, 9, 1) == "A" ? "B" : "A") \
		    substr($NF, 1, 8) substr($NF, 10)
	}
	{ print }' "$1"
}

@test "each format: all is well, for the receiver and his own importer" {
	local wanted format

	while read -r format wanted; do
		run -0 kmgr verify-skr $format.skr --ksr $format.ksr \
			--ds $format.ds --as-of +2h
		[ "$(grep -c '^RESPONSE-[A-Z]* *pass *$' <<<"$output")" = 9 ]
		[[ $output == *"$(sha256sum $format.skr | cut -d ' ' -f 1)"* ]]
		[ "$(verdicts $format.skr --ksr $format.ksr --ds $format.ds \
			--as-of +2h)" = "$wanted " ]
	done <<-END
		icann PEER-KNOT off PEER-KSKM warn PEER-NAMED off
		bind PEER-KNOT off PEER-KSKM off PEER-NAMED warn
		knot PEER-KSKM off PEER-NAMED off
	END
}

@test "JSON: what the file is, and a verdict a rule" {
	run -0 --separate-stderr kmgr --json verify-skr knot.skr
	[ "$(jq -r '.format, .zone, .response_sha256' <<<"$output")" = \
		"$(printf '%s\n' knot knot.example. \
		"$(sha256sum knot.skr | cut -d ' ' -f 1)")" ]
	[ "$(jq .bundles <<<"$output")" = "$(grep -c '1\.0 [0-9]' knot.skr)" ]
	[ "$(jq '.findings | map(.rule) | unique | length' <<<"$output")" = 12 ]
	[ "$(jq -r '.findings[] | select(.rule == "RESPONSE-REQUEST") |
		"\(.verdict): \(.message)"' <<<"$output")" = \
		'off: no request was given' ]
	# That of the first CDNSKEY set: there is a DS by then.
	flip knot.skr 3 >bad
	run -10 --separate-stderr kmgr --json verify-skr bad
	[ "$(jq -r '[.findings[] | select(.verdict == "fail") | .rule] |
		unique | join(" ")' <<<"$output")" = \
		'PEER-KNOT RESPONSE-SIGNED' ]
	[[ $(jq -r '.findings[] | select(.verdict == "fail") | .message' \
		<<<"$output") == *'bundle 2: the RRSIG of key'*'over CDNSKEY '* ]]
}

@test "a flipped signature, whichever it is, is found: exit 10" {
	local n

	for n in 1 2 3 7; do
		flip bind.skr $n >bad
		fails 10 RESPONSE-SIGNED 'does not verify' bad
	done
	sed '0,/<SignatureData>/ s/<SignatureData>../<SignatureData>AA/' \
		icann.skr >bad
	fails 10 RESPONSE-SIGNED 'bundle 1: the RRSIG of key' bad
	# named takes it, and is not said to refuse it.
	flip bind.skr 1 >bad
	[[ $(verdicts bad) != *'PEER-NAMED fail'* ]]
}

@test "a record more or less is a wrong signature" {
	awk '!(/DNSKEY 256/ && !n++)' bind.skr >bad
	fails 10 RESPONSE-SIGNED 'bundle 1: the RRSIG of key' bad
	awk '{ print } $4 == "CDS" && !n++ { sub(/..$/, "00"); print }' \
		bind.skr >bad
	fails 10 RESPONSE-SIGNED 'over CDS does not verify' bad
	sed 's/ DNSKEY 257 / DNSKEY 385 /' bind.skr >bad
	fails 10 RESPONSE-SIGNED 'no KSK in it signed its DNSKEY RRset' bad
}

@test "a removed RRSIG" {
	awk '!($4 == "RRSIG" && $5 == "CDS" && !n++)' bind.skr >bad
	fails 10 RESPONSE-SIGNED 'no KSK in it signed its CDS RRset' bad
	fails 10 PEER-NAMED 'is published but does not sign the CDS RRset' bad
	awk '!($4 == "RRSIG" && $5 == "DNSKEY" && !n++)' knot.skr >bad
	fails 10 PEER-KNOT "no KSK's signature over the DNSKEY RRset" bad
}

@test "a dropped bundle: a hole, and less than the request asks for" {
	drop bind.skr 3 >bad
	fails 4 RESPONSE-WINDOWS 'bundle 2: the RRSIG of key' bad
	drop bind.skr 1 >bad
	kmgr verify-skr bad
	fails 10 RESPONSE-REQUEST 'no bundle begins at' bad --ksr bind.ksr
	drop knot.skr 3 >bad
	fails 4 PEER-KNOT 'oncoming RRSIG expiration' bad
	# Those of ICANN overlap: the request alone tells.
	awk '/<ResponseBundle / { i++ } i != 4 { print }
	/<\/ResponseBundle>/ && i == 4 { i = 4.5 }' icann.skr >bad
	[ "$(grep -c '<ResponseBundle ' bad)" = 8 ]
	kmgr verify-skr bad
	fails 10 RESPONSE-REQUEST '8 bundles answer the 9' bad --ksr icann.ksr
	fails 10 RESPONSE-REQUEST 'as bundle 4 of the request does' bad \
		--ksr icann.ksr
}

@test "bundles in another order" {
	{
		awk '/<ResponseBundle / { i++ } !i' icann.skr
		for n in 2 1 3 4 5 6 7 8 9; do
			awk -v n=$n '/<ResponseBundle / { i++ } i == n
			/<\/ResponseBundle>/ && i == n { exit }' icann.skr
		done
		sed '0,/.*/d' icann.skr | tac |
			awk '/<\/ResponseBundle>/ { exit } { print }' | tac
	} >bad
	fails 4 RESPONSE-ORDER 'bundle 2 begins at' bad
	{
		drop knot.skr 1 | grep -v generated
		grep -B 99 -m 2 '^;; .* 1\.0 [0-9]' knot.skr | sed '$d'
		grep generated knot.skr
	} >bad
	fails 4 RESPONSE-ORDER 'begins at' bad
	fails 4 PEER-KNOT 'Knot stores nothing from bundle' bad
}

@test "ZSKs that nobody asked for, and a request of somebody else" {
	zsk bind.example other
	kmgr -q make-ksr bind.example --format bind --ttl 1h --end +60d \
		--start "$START" --zsk other.key -o other.ksr
	fails 10 RESPONSE-REQUEST 'is not in the request' bind.skr \
		--ksr other.ksr
	fails 10 RESPONSE-REQUEST 'of the request is not there' bind.skr \
		--ksr other.ksr
	fails 10 RESPONSE-REQUEST 'the request is of another zone' bind.skr \
		--ksr knot.ksr
}

@test "--ds: another, several, those of another zone, none" {
	sed 's/[0-9A-F]\{64\}$/000102030405060708090A0B0C0D0E0F101112131415161'`
		`'718191A1B1C1D1E1F/' bind.ds >other.ds
	cmp -s bind.ds other.ds && return 1
	fails 4 RESPONSE-DS 'bundle 1: no KSK of algorithm' bind.skr \
		--ds other.ds
	# One of an algorithm is enough: that of the next KSK may stand there.
	cat bind.ds other.ds >both.ds
	kmgr verify-skr bind.skr --ds both.ds
	sed 's/ 13 2 / 8 2 /' other.ds | cat bind.ds - >algs.ds
	fails 4 RESPONSE-DS 'no KSK of algorithm RSASHA256' bind.skr \
		--ds algs.ds
	run -4 kmgr verify-skr bind.skr --ds knot.ds
	[[ $output == *"knot.ds:1: not a DS of the response's zone"* ]]
	: >none.ds
	run -4 kmgr verify-skr bind.skr --ds none.ds
	[[ $output == *'none.ds holds no DS'* ]]
}

@test "--as-of: before it, in it, behind it" {
	[[ $(verdicts knot.skr --as-of now) == *'RESPONSE-CURRENT warn'* ]]
	[[ $(verdicts knot.skr --as-of +30d) != *RESPONSE-CURRENT* ]]
	fails 4 RESPONSE-CURRENT 'it ended at' knot.skr --as-of +100d
	run -2 kmgr verify-skr knot.skr --as-of yesterday
}

@test "the TTLs of a set" {
	awk '/ DNSKEY 256 / && !n++ { $2 = 60 } { print }' bind.skr >bad
	fails 4 RESPONSE-TTL 'its DNSKEYs have TTLs 3600 and 60' bad
	awk '$4 == "RRSIG" && !n++ { $2 = 60 } { print }' bind.skr >bad
	fails 4 RESPONSE-TTL 'an RRSIG has TTL 60 and original TTL 3600' bad
	fails 4 PEER-NAMED 'not exact' bad
}

@test "several faults: a wrong signature decides the exit status" {
	drop bind.skr 3 >hole
	fails 4 RESPONSE-WINDOWS '' hole
	flip hole 1 >bad
	fails 10 RESPONSE-WINDOWS '' bad
	zsk bind.example other
	kmgr -q make-ksr bind.example --format bind --ttl 1h --end +60d \
		--start "$START" --zsk other.key -o other.ksr
	fails 10 RESPONSE-WINDOWS '' hole --ksr other.ksr
}

@test "files that are none: exit 4, and nothing is said of them" {
	run -4 --separate-stderr kmgr verify-skr bind.ksr
	[[ $stderr == *'bind.ksr is a request, not a response'* ]]
	[ -z "$output" ]
	run -4 kmgr verify-skr bind.skr --ksr bind.skr
	[[ $output == *'bind.skr is a response, not a request'* ]]
	sed 's/$/\r/' knot.skr >crlf
	run -4 kmgr verify-skr crlf
	[[ $output == *"crlf:1: CR before the line's end"* ]]
	# named takes them.
	sed 's/$/\r/' bind.skr >crlf
	kmgr verify-skr crlf
	# In the midst of a signature: a whole number of bundles is a response.
	sed '/RRSIG/{s/.......$//;q}' bind.skr >cut
	run -4 kmgr verify-skr cut
	head -c 1000 /dev/urandom >junk
	run -4 kmgr verify-skr junk
	: >empty
	run -4 kmgr verify-skr empty
	run -9 kmgr verify-skr nothing-there
	run -2 kmgr verify-skr
	kmgr verify-skr - <bind.skr
}
