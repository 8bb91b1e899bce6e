# What somebody might try to have signed; each is refused, and the ledger says
# so, or is no more than what was vouched for.
load ../lib/common

bats_require_minimum_version 1.5.0

setup() {
	need_program jq
	cd "$BATS_TEST_TMPDIR"
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	kmgr init >/dev/null
	local name

	for name in p256-a p256-b p256-c p256-d ed25519; do
		cp "$TESTDIR/fixtures/ksr-keys/$name.private" .
		sed 's/^[^[:space:]]*/example.com./' \
			"$TESTDIR/fixtures/ksr-keys/$name.key" >$name.key
	done
	chmod 600 *.private
}

# cmk NAME ZONES [YAML...]
cmk() {
	printf 'version: 1\nzones: [%s]\n' "$2" >"$1.yaml"
	[ $# -eq 2 ] || printf '%s\n' "${@:3}" >>"$1.yaml"
	kmgr -q create-cmk "$1" --token main --policy "$1.yaml" >/dev/null
}

zone() {
	cmk prod '"example.com", "example.org", "*.example.net"'
	kmgr -q create-ksk example.com --cmk prod >/dev/null
}

# ask FILE FORMAT OPTION...: a request of example.com.
ask() {
	kmgr -q make-ksr example.com --format "$2" -o "$1" "${@:3}"
}

sign() {
	local end=()

	[[ $* == *--end* ]] || ! grep -q 'Request 1.0 [0-9]\{14\} ' "$1" ||
		end=(--end +60d)
	kmgr -q sign-ksr "$1" --yes -o "$1.skr" "${end[@]}" "${@:2}" </dev/null
}

# refused EXIT WHAT FILE OPTION...: and nothing but a refusal is in the store.
refused() {
	local seq

	sqlite3 kmgr.db .dump | grep -v '^INSERT INTO ledger ' >before
	seq=$(sqlite3 kmgr.db 'SELECT max(seq) FROM ledger')
	run "-$1" sign "${@:3}"
	[[ $output == *"$2"* ]]
	[ ! -e "$3.skr" ]
	sqlite3 kmgr.db .dump | grep -v '^INSERT INTO ledger ' | cmp - before
	[ "$(sqlite3 kmgr.db "SELECT group_concat(type) FROM ledger
		WHERE seq > $seq")" = "$([ "$1" = 4 ] || echo refusal)" ]
}

# slip FILE FLAGS: the KSK's key as one more of the first bundle.
slip() {
	local key

	key=$(kmgr --json describe-ksk "example.com/$tag" |
		jq -r .ksk.dnskey)
	[[ $key =~ ^257\ (.*)$ ]]
	sed -i "2i example.com. 3600 IN DNSKEY $2 ${BASH_REMATCH[1]}" "$1"
	[ "$(grep -c DNSKEY "$1")" = 2 ]
}

# text FILE ZSK...: a text request written by hand: TIME KEYFILE... a line.
text() {
	local at keys key

	while read -r at keys; do
		printf ';; KeySigningRequest 1.0 %s\n' \
			"$(date -u -d "$at" +%Y%m%d%H%M%S)"
		for key in $keys; do
			sed 's/ IN / 3600 IN /' "$key.key"
		done
	done >"$1"
}

# quarter ID START: a request as ICANN makes it, in the file ID.
quarter() {
	ask "$1" icann --zsk p256-a.key --id "$1" --start "$2" --ttl 1h \
		--interval 10d --validity 21d
}

@test "another spelling of the zone has the same history" {
	zone
	ask good bind --zsk p256-a.key --end +60d
	sign good --genesis --end +60d
	sed 's/^example.com/EXAMPLE.Com/' good >case
	sed 's/^example.com/ex\\097mple.com/' good >escaped
	for file in case escaped; do
		refused 5 KSR-GENESIS $file --genesis --end +60d
		cp $file $file.zone
		refused 5 KSR-GENESIS $file.zone --genesis --end +60d \
			--zone Example.COM
		run -5 kmgr check-ksr $file --cmk prod --genesis
	done
}

@test "the zone is that of the request, and of a KSK, and of the policy" {
	zone
	kmgr -q create-ksk example.org --cmk prod >/dev/null
	ask good bind --zsk p256-a.key --end +60d
	refused 5 KSR-DOMAIN good --genesis --zone example.org
	for name in example.net. a.b.example.net. net. .; do
		sed "s/^example\.com\./$name/" good >other
		refused 4 "zone $name has no KSK" other --genesis
		run -5 kmgr create-ksk "$([ $name = a.b.example.net. ] &&
			echo example.info || echo $name)" --cmk prod
	done
	run -5 kmgr check-ksr other --cmk prod --genesis
	[[ $output == *'KSR-DOMAIN'*'fail'*'not among the policy'* ]]
}

@test "a key of a KSK is no ZSK, whatever its flags" {
	zone
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	for flags in 256 257 385; do
		ask evil bind --zsk p256-a.key --end +60d
		slip evil $flags
		refused 5 KSR-KEY-KSK evil --genesis --end +60d
	done
}

@test "a ZSK with the key tag of the KSK, revoked or not" {
	local zsk i=0

	cmk prod '"*.example.com", example.com'
	ask good bind --zsk p256-c.key --end +60d
	zsk=$(kmgr --json show-ksr good | jq '.bundles[0].keys[0].key_tag')
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	for tag in "$zsk" $((zsk - 128)); do
		KMGR_SHIM_TAG=$tag:13 kmgr -q create-ksk $i.example.com \
			--cmk prod >/dev/null
		sed "s/^example/$i.example/" good >$i
		refused 5 "KSR-KEY-COLLISION: bundle 1: key tag $zsk" $i \
			--genesis --end +60d
		i=$((i + 1))
	done
}

@test "a request of a month ago is not signed from its beginning on" {
	zone
	ask old bind --zsk p256-a.key --start -30d --end +60d
	refused 5 KSR-BUNDLE-PAST old --genesis --end +60d
	ask new bind --zsk p256-a.key --start -13d --end +60d
	sign new --genesis --end +60d
}

@test "the same request in other bytes asks for nothing new" {
	zone
	ask first bind --zsk p256-a.key --zsk p256-b.key,+20d --end +60d
	sign first --genesis --end +60d
	sed 's/ 256 /  256  /' first >spaced
	sign spaced --end +60d
	diff <(sed '/ generated at /d; /RRSIG/d' first.skr) \
		<(sed '/ generated at /d; /RRSIG/d' spaced.skr)
	# Once B is alone a request that begins with A is none that follows.
	text next <<-END
		+30days p256-b
	END
	sign next --end +60d
	sed 's/ 256 /   256 /' first >again
	refused 5 KSR-CHAIN-OVERLAP again --end +60d
}

@test "a request in another format keeps the chain" {
	zone
	local year=(--interval 10d --validity 21d)

	cmk chain '"chain.example"' 'ksr: { icann: { keys-per-bundle: [] } }'
	kmgr -q create-ksk chain.example --cmk chain >/dev/null
	for key in p256-*.key; do
		sed -i 's/^example.com/chain.example/' $key
	done
	kmgr -q make-ksr chain.example --format icann --zsk p256-a.key \
		--start now --id one "${year[@]}" -o one
	sign one --genesis
	text two <<-END
		+91days p256-a
		+95days p256-a p256-b
	END
	sign two --end +140d
	# C is in neither, A not in the last bundle alone, and B's id is new.
	kmgr -q make-ksr chain.example --format icann --zsk p256-c.key \
		--start +130d --id three "${year[@]}" -o evil
	with_clock $((100 * 86400)) "$KMGR" check-ksr evil --cmk chain \
		>found || [ $? = 5 ]
	grep -q '^KSR-CHAIN-KEYS *fail' found
	grep -q '^KSR-ZSK-CONTINUITY *fail' found
	# And the id of the first request is still known.
	kmgr -q make-ksr chain.example --format icann --zsk p256-b.key \
		--start +130d --id one "${year[@]}" -o same
	with_clock $((100 * 86400)) "$KMGR" check-ksr same --cmk chain \
		>found || [ $? = 5 ]
	grep -q '^KSR-ID *fail' found
	grep -q '^KSR-BUNDLE-UNIQUE *fail' found
	grep -q '^KSR-CHAIN-KEYS *pass' found
}

@test "a thousand bundles, one more, and times at the border of 2106" {
	zone
	local i

	for ((i = 0; i < 1001; i++)); do
		echo "@$(($(date +%s) + i * 3600)) p256-a"
	done >times
	head -n 1000 times | text thousand
	refused 5 KSR-BUNDLE-COUNT thousand --genesis
	text more <times
	refused 4 'more than 1000 bundles' more --genesis
	text border <<-END
		now p256-a
		@4294967295 p256-a
	END
	refused 5 KSR-BUNDLE-ORDER border --genesis
	text behind <<-END
		now p256-a
		@4294967296 p256-a
	END
	refused 4 'lies behind 2106' behind --genesis
	ask near bind --zsk p256-a.key --end +60d
	refused 5 KSR-POLICY-SIG-HORIZON near --genesis \
		--end 2106-02-07T06:28:15Z
	refused 5 KSR-BUNDLE-ORDER near --genesis --end -1d
}

@test "an RSA key in another form is not another key" {
	zone
	cp "$TESTDIR/fixtures/ksr-keys/rsa-2048.key" .
	local blob long

	blob=$(sed 's/.* 256 3 8 //; s/ //g' rsa-2048.key | base64 -d |
		basenc --base16 -w 0)
	[ "${blob:0:8}" = 03010001 ]
	# The exponent's length in three octets, and a zero before it.
	for long in 000003010001 0400010001; do
		printf 'example.com. IN DNSKEY 256 3 8 %s\n' "$(basenc -d \
			--base16 <<<"$long${blob:8}" | base64 -w 0)" >long.key
		text form <<-END
			now long
		END
		refused 5 KSR-KEY-DATA form --genesis --end +60d
	done
}

@test "schemas of RFC 5011 are not for a zone with a DS" {
	local schema tag

	cmk prod example.com \
		'ksr: { icann: { keys-per-bundle: [], horizon: 400d } }'
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	quarter one now
	sign one --genesis --schema normal
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	kmgr -q ds-seen --force "example.com/$tag"
	quarter two +90d
	for schema in rollover rollover+ revoke revoke+; do
		cp two two.$schema
		refused 5 SKR-RFC5011 two.$schema --schema $schema
	done
	sign two --schema normal
}

@test "a KSK signs after it was published, and stays after it signed" {
	cmk prod example.com 'ksk: { rfc5011: true }' \
		'ksr: { icann: { keys-per-bundle: [] } }'
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	quarter one now
	sign one --genesis --schema normal
	quarter two +90d
	local tag

	tag=$(kmgr --json list-ksks | jq '.ksks[1].key_tag')
	export KMGR_CLOCK_SHIFT=$((80 * 86400)) LD_PRELOAD=$TURNCLOCK
	refused 5 KSR-POLICY-SAFETY two --schema rollover+
	refused 5 KSR-POLICY-SAFETY two --schema normal --current "$tag"
}
