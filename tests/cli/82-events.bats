# The ledger as people see it: listed, exported, verified without a store.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	kmgr_here
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-cmk other --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com example.net --cmk prod >/dev/null
	zsk='DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=='
	mkdir zones
	for zone in example.com example.net; do
		echo "$zone. 3600 IN $zsk" >zones/$zone.zone
	done
	kmgr -q sign-zsks --zones-from zones -o out >/dev/null
}

# types ARGUMENT...: the types of the events that are listed, on one line.
types() {
	kmgr --json list-events "$@" | jq -r '[.events[].type] | join(" ")'
}

# --- list-events -----------------------------------------------------------

@test "every event has a line with its number, time, type, who and what" {
	kmgr list-events >list
	[ "$(sed 1d list | wc -l)" -eq "$(sqlite3 kmgr.db \
		'SELECT count(*) FROM ledger')" ]
	head -n 1 list | grep -qE '^SEQ +TIME +TYPE +WHO +WHAT$'
	grep -qE "^1  +[0-9TZ:-]+  create-cmk +$(id -un)@[^ ]+ +CMK prod in token main, policy [0-9a-f]{16}\.\.\." list
	grep -qE 'KSK example\.net\./[0-9]+ under CMK prod' list
	grep -qE 'example\.com\. and 1 more, valid until 20' list
	run grep -F '{' list
	[ "$status" -eq 1 ]
}

@test "--json has whole records, which hash to their hashes" {
	need_program python3
	kmgr --json list-events >list.json
	python3 - <<-'END'
	import hashlib, json, calendar, time
	prev = "0" * 64
	for seq, e in enumerate(json.load(open("list.json"))["events"], 1):
	    at = calendar.timegm(time.strptime(e["at"], "%Y-%m-%dT%H:%M:%SZ"))
	    text = json.dumps({"actor": e["actor"], "at": at,
	        "payload": e["payload"], "prev": prev, "seq": seq,
	        "type": e["type"]}, sort_keys=True, separators=(",", ":"),
	        ensure_ascii=False)
	    prev = hashlib.sha256(b"kmgr/ledger/v1\0" + text.encode()).hexdigest()
	    assert e["hash"] == prev and e["seq"] == seq, e
	END
}

@test "events of a CMK, a zone, a type, and of several at once" {
	kmgr --json list-events --cmk prod | jq -r '.events[].type' |
		grep -v -x checkpoint | paste -s -d ' ' >prod
	grep -qx "create-cmk seal create-ksk create-ksk \(ksk-step alg-signed \)\{2\}sign-zsks" prod
	[[ "$(types --cmk other)" == create-cmk* ]]
	[[ "$(types --cmk other)" != *sign-zsks* ]]
	[ "$(types --zone EXAMPLE.net)" = "create-ksk ksk-step alg-signed sign-zsks" ]
	[ "$(types --zone example.net. --type create-ksk)" = create-ksk ]
	[ "$(types --cmk prod --zone example.com)" = "create-ksk ksk-step alg-signed sign-zsks" ]
	[ -z "$(types --cmk other --zone example.com)" ]
	[ "$(types --type seal)" = seal ]
	[ "$(kmgr --json list-events --cmk prod --type create-cmk |
		jq -r '.events[].payload.name')" = prod ]
}

@test "events by time, and only the newest" {
	local all

	all=$(types)
	[ "$(types --since -1h)" = "$all" ]
	[ "$(types --until now)" = "$all" ]
	[ -z "$(types --until -1h)" ]
	[ -z "$(types --since +1h)" ]
	[ "$(types --last 1)" = "${all##* }" ]
	[ "$(types --last 1000)" = "$all" ]
	[ "$(types --type create-cmk --last 1)" = create-cmk ]
	[ "$(kmgr --json list-events --type create-cmk --last 1 |
		jq -r '.events[].payload.name')" = other ]
	[ "$(types --zone example.com --last 2)" = "alg-signed sign-zsks" ]
	[ "$(kmgr --json list-events --last 2 | jq '.events[1].seq -
		.events[0].seq')" -eq 1 ]
}

@test "more events than a page holds come in order and once" {
	need_program python3
	python3 - <<-'END'
	import hashlib, sqlite3
	db = sqlite3.connect("kmgr.db")
	seq, prev = db.execute("SELECT seq, hash FROM ledger"
	    " ORDER BY seq DESC LIMIT 1").fetchone()
	for i in range(1100):
	    seq += 1
	    kind = ("ds-seen", "ds-gone", "refusal")[i % 3]
	    payload = '{"message":"%d","zone":"example.com."}' % i
	    text = '{"actor":{},"at":1900000000,"payload":%s,"prev":"%s",' \
	        '"seq":%d,"type":"%s"}' % (payload, prev.hex(), seq, kind)
	    hash = hashlib.sha256(b"kmgr/ledger/v1\0" + text.encode()).digest()
	    db.execute("INSERT INTO ledger (seq, prev, hash, type, payload,"
	        " actor, at, zone) VALUES (?, ?, ?, ?, ?, '{}', 1900000000,"
	        " 'example.com.')", (seq, prev, hash, kind, payload))
	    prev = hash
	db.commit()
	END
	kmgr --json list-events | jq -r '.events[].seq' >seqs
	seq "$(wc -l <seqs)" | diff - seqs
	kmgr --json list-events --zone example.com |
		jq -r '.events[].payload.message // empty' >numbers
	seq 0 1099 | diff - numbers
	kmgr --json list-events --zone example.com --last 700 |
		jq -r '.events[].payload.message' >numbers
	seq 400 1099 | diff - numbers
}

@test "what is asked for wrongly is refused" {
	run -2 kmgr list-events --type create-ksq
	[[ $output == *"create-ksk"* ]]
	run -2 kmgr list-events --since yesterday
	run -2 kmgr list-events --last 0
	run -2 kmgr list-events --zone ..
	run -4 kmgr list-events --cmk nobody
}

@test "a payload cannot move the terminal" {
	sql "UPDATE ledger SET payload = replace(payload, '\"name\":\"other\"',
		'\"name\":\"a\\u001b[2Jb\"') WHERE type = 'create-cmk'"
	kmgr list-events >list
	grep -q 'CMK a?\[2Jb in token' list
}

# --- export-ledger, verify-ledger ------------------------------------------

# judged FILE STATUS [ARGUMENT...]: verify-ledger without any configuration.
judged() {
	local file=$1 status=$2

	shift 2
	run -"$status" env -u KMGR_CONFIG "$KMGR" -q verify-ledger "$file" "$@"
}

@test "an exported ledger is the whole ledger, and judged with nothing else" {
	local n

	kmgr export-ledger -o ledger >said
	n=$(sqlite3 kmgr.db 'SELECT count(*) FROM ledger')
	[[ $(cat said) == "wrote $n events to ledger" ]]
	[ "$(wc -l <ledger)" -eq $((n + 1)) ]
	kmgr export-ledger | cmp - ledger
	[ "$(head -n 1 ledger | jq -r '.format, .version, .head.seq' |
		paste -s -d ' ')" = "kmgr-ledger 1 $n" ]
	head -n 1 ledger | jq -r '.cmks[] | select(.name == "prod").seal' |
		jq -e .policy_hash
	sed 1d ledger | jq -c --sort-keys . >again
	sed 1d ledger | cmp - again
	judged ledger 0
	[[ $output == *"CMK prod: public key SHA-256 "* ]]
	[[ $output == *"$n events, 20"* ]]
	env -u KMGR_CONFIG "$KMGR" verify-ledger - <ledger >/dev/null
}

@test "a file that is not as it was written is found out" {
	local n

	kmgr export-ledger -o ledger >/dev/null
	sed 's/example\.net/example.nat/' ledger >bad
	judged bad 10
	grep -q 'create-ksk.*does not match its hash' <<<"$output"
	sed 3d ledger >bad
	judged bad 10
	sed '3{h;p}' ledger >bad
	judged bad 10
	sed '3{h;d};4G' ledger >bad
	judged bad 10
	n=$(wc -l <ledger)
	head -n $((n - 1)) ledger >bad
	judged bad 10
	[[ $output == *"an end was cut off"* ]]
	head -c -1 ledger >bad
	judged bad 10
	[[ $output == *"does not end with a newline"* ]]
	sed 's/^{"actor":/{ "actor":/' ledger >bad
	judged bad 10
	sed '1s/"name":"prod"/"name":"tool"/' ledger >bad
	judged bad 10
	[[ $output == *"the header does not say"* ]]
	sed '1s/"version":1/"version":2/' ledger >bad
	judged bad 4
	judged p.yaml 4
	: >bad
	judged bad 4
	judged missing 9
}

@test "a chain that was made anew betrays itself by what was signed" {
	need_program python3
	kmgr export-ledger -o ledger >/dev/null
	cat >forge.py <<-'END'
	import hashlib, json, sys
	def canonical(v):
	    return json.dumps(v, sort_keys=True, separators=(",", ":"),
	        ensure_ascii=False)
	lines = [json.loads(l) for l in open("ledger")]
	head, events = lines[0], lines[1:]
	prev = "0" * 64
	for e in events:
	    if e["type"] == "create-cmk":
	        e["at"] -= 86400
	    e["prev"] = prev
	    body = {k: v for k, v in e.items() if k != "hash"}
	    prev = e["hash"] = hashlib.sha256(b"kmgr/ledger/v1\0" +
	        canonical(body).encode()).hexdigest()
	head["head"]["hash"] = prev
	open("forged", "w").write("".join(canonical(l) + "\n"
	    for l in [head] + events))
	END
	python3 forge.py
	judged forged 10
	[[ $output == *"(seal): the seal: it was signed at another point"* ]]
	[[ $output == *"(create-ksk): the endorsement: it was signed at another point"* ]]
	[[ $output != *"does not match its hash"* ]]
}

@test "a head that a witness kept must be that of an event" {
	local hash

	kmgr export-ledger -o ledger >/dev/null
	hash=$(kmgr --json list-events | jq -r '.events[2].hash')
	judged ledger 0 --anchor "$hash"
	[[ $output == *"anchor $hash is event 3"* ]]
	judged ledger 0 --anchor "${hash:0:16}" --anchor "${hash^^}"
	judged ledger 2 --anchor "${hash:0:15}"
	judged ledger 10 --anchor "$hash" --anchor 00000000000000000000
	[[ $output == *"no event has the hash 0000"* ]]
	# The end is cut off, header and all: only the witness knows.
	head -n 3 ledger >cut
	judged cut 10 --anchor "$hash"
	[[ $output == *"no event has the hash $hash"* ]]
}

@test "a CMK's key is the owner's word, or only the file's" {
	kmgr export-ledger -o ledger >/dev/null
	kmgr describe-cmk prod | sed -n '/BEGIN/,/END/p' >prod.pem
	run kmgr verify-ledger ledger
	[[ $output == *"the key of CMK prod is the file's own word"* ]]
	kmgr --json verify-ledger ledger --cmk-public-key prod.pem >said
	[ "$(jq -c '[.cmks[] | [.name, .pinned]]' said)" = \
		'[["prod",true],["other",false]]' ]
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
		-out key.pem 2>/dev/null
	openssl pkey -in key.pem -pubout -out stranger.pem
	judged ledger 10 --cmk-public-key stranger.pem
	[[ $output == *"is the key of no CMK"* ]]
	[ "$(jq -r '.cmks[0].public_key_sha256' said)" = "$(openssl pkey \
		-pubin -in prod.pem -outform DER | sha256sum | cut -c -64)" ]
}

@test "a damaged ledger is not exported as if it were whole" {
	kmgr export-ledger -o ledger >/dev/null
	cp ledger kept
	sql "UPDATE ledger SET payload = replace(payload, 'prod', 'tool')
		WHERE seq = 1"
	run -10 kmgr export-ledger -o ledger
	cmp ledger kept
	[ "$(ls ledger*)" = ledger ]
}
