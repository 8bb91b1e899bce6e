# Zones that have no entry of their own: a wildcard's is theirs
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

KEY='DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=='

setup() {
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	kmgr_env "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	kmgr -q init >/dev/null
	printf '%s\n' 'version: 1' 'zones: ["."]' 'custody: shared' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	mkdir zsks out
}

# zones NAME...: with a KSK each; their ZSKs are in zsks/NAME.zone.
zones() {
	local name

	kmgr -q create-ksk "$@" --cmk prod >/dev/null
	for name in "$@"; do
		echo "$name. 3600 IN $KEY" >"zsks/$name.zone"
	done
}

# template NAME: the entry of that wildcard, in kmgr.yaml.
template() {
	cat >>kmgr.yaml <<-END
		  "$1":
		    source:  { file: "$PWD/zsks/{zone}.zone" }
		    publish: { directory: "$PWD/out/{zone}" }
	END
}

# did: "zone what" of what a pass does.
did() {
	kmgr --json run | jq -r '.events[] | "\(.zone) \(.what)"' | sort
}

@test "run: zones below a wildcard are looked after by its entry" {
	zones a.example b.example c.hosting.example d.example
	zones '0\04725.2.0.192.in-addr.arpa'
	echo zones: >>kmgr.yaml
	template '*'
	# The entry of its own is all that counts: it has no source.
	cat >>kmgr.yaml <<-END
		  d.example:
		    publish: { directory: "$PWD/own" }
		  "*.hosting.example":
		    source:
		      command: [/bin/cat, "$PWD/zsks/{zone}.zone"]
		    publish: { directory: "$PWD/hosted-{zone}" }
	END
	kmgr -q sign-zsks d.example zsks/d.example.zone >/dev/null
	kmgr -q run >/dev/null
	[ "$(cd out && printf '%s\n' *)" = '0\04725.2.0.192.in-addr.arpa
a.example
b.example' ]
	[ "$(jq -r .zone out/a.example/state.json)" = a.example. ]
	grep -q "^b.example. .* DNSKEY 257 " out/b.example/dnskey.zone
	[ "$(jq -r .zone hosted-c.hosting.example/state.json)" = \
		c.hosting.example. ]
	[ "$(jq -r .zone own/state.json)" = d.example. ]
	[ -z "$(did)" ]
	# A zone that comes later is looked after as the others are.
	zones e.example
	[[ $(did) == *'e.example. publish'* ]]
	[ "$(jq -r .zone out/e.example/state.json)" = e.example. ]
	[ "$(kmgr get-zsks b.example)" = "b.example. 3600 IN $KEY" ]
	printf '%s\n' a.example e.example >list
	kmgr -q sign-zsks --zones-from list --again >signed
	grep -q '^e.example. .* DNSKEY 257 ' signed
	kmgr -q verify >/dev/null
}

@test "run: a zone without a KSK is none, whatever the wildcard says" {
	zones a.example
	echo zones: >>kmgr.yaml
	template '*'
	echo "z.example. 3600 IN $KEY" >zsks/z.example.zone
	kmgr -q run >/dev/null
	[ -e out/a.example/state.json ]
	[ ! -e out/z.example ]
	run -4 kmgr run z.example
}

@test "run: what is changed under a wildcard is, for all below it" {
	zones a.example b.example c.example
	echo zones: >>kmgr.yaml
	template '*'
	echo "  c.example: { publish: { directory: $PWD/own } }" >>kmgr.yaml
	kmgr -q sign-zsks c.example zsks/c.example.zone >/dev/null
	kmgr -q run >/dev/null
	[ -z "$(did)" ]
	sed -i "s,$PWD/out/,$PWD/out/new-," kmgr.yaml
	[ "$(did)" = 'a.example. publish
b.example. publish' ]
	diff out/a.example/dnskey.zone out/new-a.example/dnskey.zone
	# Its own entry goes, and it is one of them.
	sed -i /c.example/d kmgr.yaml
	[[ $(did) == *'c.example. publish' ]]
	[ -e out/new-c.example/state.json ]
	[ -z "$(did)" ]
}

# next_at ZONE: when it is due.
next_at() {
	sqlite3 kmgr.db "SELECT next_at FROM zone WHERE zone = '$1.'"
}

@test "run: what a wildcard said of time counts no longer once it is gone" {
	local later own

	zones a.example b.example c.example
	kmgr -q sign-zsks --zones-from zsks >/dev/null
	# Where no source has to be asked time alone is waited for.
	cat >>kmgr.yaml <<-END
		zones:
		  c.example:
		    publish: { directory: "$PWD/own" }
		  "*":
		    publish: { directory: "$PWD/out/{zone}" }
		    timing: { publish-safety: 5d }
	END
	kmgr -q run >/dev/null
	later=$(next_at a.example)
	own=$(next_at c.example)
	[ "$later" -gt "$own" ]
	# Nothing is to be done, but to wait for less.
	sed -i '/"\*"/,$d' kmgr.yaml
	sqlite3 kmgr.db "UPDATE zone SET next_at = next_at + 1
		WHERE zone = 'c.example.'"
	[ -z "$(did)" ]
	[ "$(next_at a.example)" -lt "$later" ]
	[ "$(next_at b.example)" -lt "$later" ]
	# The other one is not gone over.
	[ "$(next_at c.example)" -eq $((own + 1)) ]
}

@test "run: a zone's directory is no other one's, however it is written" {
	zones a.example b.example
	echo zones: >>kmgr.yaml
	template '*'
	cat >>kmgr.yaml <<-END
		  b.example:
		    source:  { file: "$PWD/zsks/b.example.zone" }
		    publish: { directory: "$PWD/out/../out/a.example" }
	END
	kmgr -q run a.example >/dev/null
	run -9 kmgr run b.example
	[[ $output == *"publish b.example. by directory: \
$PWD/out/../out/a.example has the records of a.example."* ]]
	[ "$(jq -r .zone out/a.example/state.json)" = a.example. ]
	# Nobody has it any more.
	rm out/a.example/state.json
	kmgr -q run b.example >/dev/null
	[ "$(jq -r .zone out/a.example/state.json)" = b.example. ]
}
