# check: what monitoring systems of the Nagios kind are told of zones.
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

setup() {
	life_zone
	kmgr -q sign-zsks example.com zsk >/dev/null
}

teardown() {
	servers_stop
}

# check_at DURATION ARGUMENTS...: check so much later, without network.
check_at() {
	kmgr_later "$1" check --no-network "${@:2}"
}

@test "all is well: one line, performance data, exit 0" {
	run -0 kmgr check --no-network
	[[ ${lines[0]} =~ ^'KMGR OK - 14.0 days of signed coverage left '\
'(example.com.); 1 zone, 0 critical, 0 warning | coverage='[0-9]+\
's;216000:;43200: served=U ' ]]
	[[ ${lines[1]} == "not checked: "*": --no-network" ]]
	[[ ${lines[0]} == *" zones=1 critical=0 warning=0" ]]
	run -0 kmgr check example.com --no-network
	run -0 kmgr --json check --no-network
	[ "$(jq -r .status <<<"$output")" = OK ]
	[ "$(jq '.findings | length' <<<"$output")" -eq 0 ]
	[ "$(jq .coverage_seconds <<<"$output")" -gt 1209000 ]
}

@test "days of coverage: warning at half of refresh, critical at 12 hours" {
	run check_at 275h
	[[ $output != *signed-coverage:* ]]
	# That its DS was never asked for is told beside it.
	run check_at 277h
	[[ $output == *"WARNING example.com. \
signed-coverage: the DNSKEY RRset is signed for"* ]]
	run -2 check_at 325h
	[[ $output == "KMGR CRITICAL - "*"CRITICAL example.com. \
signed-coverage: "* ]]
	run -2 check_at 15d
	[[ $output == "KMGR CRITICAL - signatures are expired"* ]]
}

@test "the first line names what is worst, and how many zones have it" {
	local few

	printf 'version: 1\nzones: ["."]\ncustody: wrapped\n' >w.yaml
	kmgr -q create-cmk w --token main --policy w.yaml >/dev/null
	kmgr -q create-ksk a.example --cmk w >/dev/null
	few=$(tag_of a.example.)
	run -1 kmgr check --no-network
	[[ ${lines[0]} == "KMGR WARNING - a.example.: KSK a.example./$few has \
no backup, and gets no DS before; next: kmgr backup FILE, or kmgr \
confirm-backup a.example./$few; 2 zones, 0 critical, 1 warning | coverage="* ]]
	kmgr -q create-ksk b.example c.example --cmk w >/dev/null
	run -1 kmgr check --no-network
	[[ ${lines[0]} == "KMGR WARNING - 3 zones: no backup; next: kmgr \
backup FILE; 4 zones, 0 critical, 3 warning | coverage="* ]]
	kmgr -q backup b >/dev/null
	run -0 kmgr check --no-network
	[[ ${lines[0]} == "KMGR OK - "*" days of signed coverage left \
(example.com.); 4 zones, "* ]]
}

@test "thresholds come from the configuration" {
	echo 'check: { coverage-warning: 13d, coverage-critical: 12d }' \
		>>kmgr.yaml
	run -0 kmgr check --no-network
	run -1 check_at 25h
	run -2 check_at 49h
}

@test "a token that fails: a warning after a while, nothing is released" {
	local before

	before=$(sqlite3 kmgr.db 'SELECT count(*) FROM signature')
	kmgr check --no-network >/dev/null
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM signature')" = "$before" ]
	mv tokens away
	mkdir tokens
	run -0 kmgr check --no-network
	# Since the first time that it was seen to fail.
	run -1 check_at 1h
	[[ $output == *"WARNING example.com. token-signature: KSK \
example.com./"*" cannot sign: "* ]]
	# Signatures have five days left, and it has failed for nine.
	run -2 check_at 216h
	[[ $output == *"CRITICAL example.com. token-signature: "* ]]
	rmdir tokens
	mv away tokens
	run kmgr check --no-network
	[[ $output != *token-signature* ]]
	kmgr verify >/dev/null
}

@test "a KSK that is no more in its token is critical at once" {
	local id

	id=$(sqlite3 kmgr.db "SELECT id FROM key WHERE role = 'ksk'")
	pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr \
		--login --pin "$TOKEN_PIN" --delete-object --type privkey \
		--id "$id" >/dev/null
	# No outage: no wait brings it back.
	run -2 kmgr check --no-network
	[[ $output == *"CRITICAL example.com. token-signature: KSK \
example.com./"* ]]
}

# lose_key TAG [HALF...]: the token has the pair of KSK TAG no more.
lose_key() {
	local id half

	id=$(sqlite3 kmgr.db "SELECT key_id FROM ksk WHERE key_tag = $1")
	for half in "${@:2}"; do
		pkcs11-tool --module "$TOKEN_MODULE" --token-label kmgr \
			--login --pin "$TOKEN_PIN" --delete-object \
			--type "$half" --id "$id" >/dev/null
	done
}

tag_of() {
	sqlite3 kmgr.db "SELECT key_tag FROM ksk WHERE zone = '$1' LIMIT 1"
}

@test "each key is tried whoever vouches for ZSK sets, and before the first" {
	local word

	ssh-keygen -q -t ed25519 -N '' -C alice -f alice
	printf 'version: 1\nzones: ["."]\nzsk:\n  admission: ssh\n%s%s\n' \
		'  requesters: ' "[\"$(cat alice.pub)\"]" >ssh.yaml
	printf 'version: 1\nzones: ["."]\nzsk: { admission: tsig }\n' >tsig.yaml
	for word in ssh tsig; do
		kmgr -q create-cmk $word --token main --policy $word.yaml \
			>/dev/null
		kmgr -q create-ksk $word.example --cmk $word >/dev/null
	done
	run -0 kmgr check --no-network
	[[ $output != *token-signature* ]]
	for word in ssh tsig; do
		lose_key "$(tag_of $word.example.)" privkey
	done
	run -2 kmgr check --no-network
	[[ $output == *"CRITICAL ssh.example. token-signature: KSK ssh.example."*\
"CRITICAL tsig.example. token-signature: KSK tsig.example."* ]]
	[[ $output != *"example.com. token-signature"* ]]
}

@test "a spare key that is gone is found, and which of several it is" {
	local standby

	printf 'version: 1\nzones: ["."]\nksk: { standby: { kind: ds } }\n' \
		>ready.yaml
	kmgr -q create-cmk ready --token main --policy ready.yaml >/dev/null
	kmgr -q create-ksk example.net --cmk ready >/dev/null
	kmgr -q create-ksk example.net --cmk ready --standby >/dev/null
	run -0 kmgr check example.net --no-network
	standby=$(sqlite3 kmgr.db \
		"SELECT key_tag FROM ksk WHERE standby = 'ds'")
	# Both halves: what is not there at all is no outage either.
	lose_key "$standby" privkey pubkey
	run -2 kmgr check example.net --no-network
	[[ $output == *"CRITICAL example.net. token-signature: standby KSK \
example.net./$standby cannot sign: "* ]]
	[ "$(grep -c token-signature: <<<"$output")" -eq 1 ]
	run -0 kmgr check example.net --no-network --no-token
	[[ $output == *"not checked: token-signature: --no-token"* ]]
	kmgr --json list-events >events
	[ "$(jq '[.events[] | select(.type == "sign-zsks")] | length' \
		events)" -eq 1 ]
}

@test "a wrapped key that nothing opens any more is found" {
	local tag

	printf 'version: 1\nzones: ["."]\ncustody: wrapped\n%s' \
		'ksk: { require-backup: false }' >w.yaml
	kmgr -q create-cmk w --token main --policy w.yaml >/dev/null
	kmgr -q create-ksk a.example b.example --cmk w >/dev/null
	run -0 kmgr check --no-network
	tag=$(tag_of a.example.)
	sql "UPDATE key SET blob = zeroblob(length(blob)) WHERE id =
		(SELECT key_id FROM ksk WHERE zone = 'a.example.')"
	run -2 kmgr check --no-network
	[[ $output == *"CRITICAL a.example. token-signature: KSK \
a.example./$tag cannot sign: "* ]]
	[[ $output != *"b.example. token-signature"* ]]
}

@test "a CMK that was stopped signs nothing, and that is told" {
	kmgr -q disable-cmk prod >/dev/null
	run kmgr check --no-network
	run -1 check_at 1h
	[[ $output == *"WARNING example.com. token-signature: KSK \
example.com./"*" cannot sign: "*disabled* ]]
}

@test "what the ledger does not tell of is critical" {
	sql "UPDATE ksk SET ds_seen_at = 1795000000"
	run -2 kmgr check --no-network
	[[ $output == "KMGR CRITICAL - "*"CRITICAL example.com. store: "* ]]
}

@test "where nothing can be told: exit 3, and a line that says why" {
	run -3 kmgr check example.org --no-network
	[[ $output == "KMGR UNKNOWN - "*"example.org. has no KSK"* ]]
	run -3 kmgr check a..b
	[[ $output == "KMGR UNKNOWN - "* ]]
	run -3 kmgr check --no-such-option
	mv kmgr.db elsewhere.db
	run -3 kmgr check --no-network
	[[ ${lines[0]} == "KMGR UNKNOWN - "* ]]
	KMGR_CONFIG=$PWD/none.yaml run -3 kmgr check
	[[ ${lines[0]} == "KMGR UNKNOWN - "*none.yaml* ]]
	run -3 kmgr --json check example.org --no-network
	[ "$(jq -r .status <<<"$(sed -n '/^{/,/^}/p' <<<"$output")")" \
		= UNKNOWN ]
}

@test "a second KSK is nothing to be told of until it is overdue" {
	kmgr -q create-ksk example.com --cmk prod --another >/dev/null
	[[ $(kmgr check --no-network) != *CRITICAL* ]]
	[[ $(kmgr check --no-network) != *released-signature:* ]]
	run -1 check_at 2h
	[[ $output == *"WARNING example.com. run-lateness: "* ]]
	[[ $output != *CRITICAL* ]]
}

@test "what is due is late since it became so, whoever looked meanwhile" {
	kmgr -q backup b >/dev/null
	run -0 check_at 1h
	[[ $output == *" run_lateness=0s "* ]]
	run -0 kmgr_later 8d status example.com
	[[ $output =~ 'waits for the operator (example.com./'[0-9]+') since '([^[:space:],]+) ]]
	since=$(date -d "${BASH_REMATCH[1]}" +%s)
	[ "$since" -lt $(($(date +%s) + 2 * 86400)) ]
	[[ $(kmgr_later 8d status) == *"; waits for the operator since 20"* ]]
	run -2 check_at 8d
	[[ $output == *" run-lateness: something is due since ${BASH_REMATCH[1]:-20}"* ]]
	[[ $output =~ ' run_lateness='([0-9]+)s ]]
	[ "${BASH_REMATCH[1]}" -gt $((5 * 86400)) ]
}

@test "what is released last counts: a response, or a set alone" {
	kmgr -q make-ksr example.com --format bind --zsk zsk --start now \
		--end +60d -o r
	kmgr_later 1h -q sign-ksr r --yes --genesis --end +60d -o s >/dev/null
	# Its ZSKs are admitted: nothing waits for the zone signer.
	run -0 kmgr_later 3d status example.com
	[[ $output == *"next: kmgr ds-add "* ]]
	run -0 kmgr_later 3d plan example.com
	[[ $output != *"sign the DNSKEY RRset anew"* ]]
	kmgr_later 4d -q sign-zsks example.com zsk >/dev/null
	run -0 kmgr_later 4d plan example.com
	[[ $output == *"sign the DNSKEY RRset anew"* ]]
	# Its DS could have been asked for days ago.
	run -1 kmgr_later 5d check --no-network
	[ "$(grep -c ^WARNING <<<"$output")" -eq 1 ]
	[[ $output == *"WARNING example.com. run-lateness: "* ]]
	run kmgr_later 18d check --no-network
	[[ $output == *"CRITICAL example.com. signed-coverage: "* ]]
	[[ $output == *" example.com. run-lateness: "* ]]
}

# serve FILE: named serves zone example.com from it, on 127.0.0.1 and $port.
serve() {
	cat >named.conf <<-END
		options {
			directory "$PWD"; pid-file none; recursion no;
			listen-on port $port { 127.0.0.1; };
			listen-on-v6 { none; };
			dnssec-validation no; notify no;
		};
		controls { };
		zone example.com { type primary; file "$1"; };
		zone com { type primary; file "com.zone"; };
	END
	printf '%s\n' '$TTL 3600' '@ SOA ns. m. 1 3600 900 86400 300' \
		'@ NS ns.' 'example NS ns.example' \
		'ns.example A 127.0.0.1' >com.zone
	server_start named named -g -c named.conf
	server_ready named 20 serves_both
}

# serves_both: named answers a moment before it has read all its zones.
serves_both() {
	local zone

	for zone in com example.com; do
		dig +short +tries=1 +time=1 @127.0.0.1 -p "$port" $zone SOA |
			grep -q . || return
	done
}

# sign_zone IN OUT [OPTION]...: with the ZSK, and KSKs that are here; kmgr's
# stay.
sign_zone() {
	dnssec-signzone -q -x -P -i 86400 -O full -o example.com -f "$2" \
		"${@:3}" "$1" >/dev/null 2>&1
}

# ask_servers: make full.zone, and tell kmgr.yaml who is to serve it.
ask_servers() {
	need_program named dig
	port=$(free_port)
	cat >>kmgr.yaml <<-END
		zones:
		  example.com:
		    servers: ["127.0.0.1@$port"]
		    parent: { servers: ["127.0.0.1@$port"], zone: com }
	END
	{
		echo '$TTL 3600'
		echo '@ SOA ns m 1 3600 900 86400 300'
		echo '@ NS ns'
		echo 'ns A 127.0.0.1'
		kmgr -q sign-zsks example.com zsk
	} >zone
	sign_zone zone full.zone
}

@test "servers are asked: what they serve, and what they do not" {
	ask_servers

	run kmgr check
	[[ $output == *"WARNING example.com. served-set: 127.0.0.1@$port: "* ]]
	serve full.zone
	run -0 kmgr check
	[[ $output =~ ' served='12[0-9]+s ]]
	server_stop named

	# A KSK that nobody knows, and that signs.
	dnssec-keygen -q -a 13 -f KSK example.com >alien 2>/dev/null
	cat zone "$(cat alien).key" >alien
	sign_zone alien alien.zone -3 - -H 5
	serve alien.zone
	run -2 kmgr check
	[[ $output == *"WARNING example.com. policy: 127.0.0.1@$port: NSEC3 \
with 5 iterations"* ]]
	[[ $output == *"CRITICAL example.com. unknown-record: \
127.0.0.1@$port serves a DNSKEY that nobody here knows, flags 257"*"and it \
signs"* ]]
	server_stop named

	# It may lag for half of zone-propagation-delay, and for all of it.
	serve full.zone
	kmgr_later 3h -q sign-zsks example.com zsk >/dev/null
	run -0 kmgr_later 3h check
	run -2 kmgr_later 5h check
	[[ $output == *"CRITICAL example.com. served-set: 127.0.0.1@$port \
serves other signatures than was released at "* ]]

	# The bundle of a response that holds now is what was released, too.
	kmgr_later 1h -q make-ksr example.com --format bind --zsk zsk \
		--start now --end +30d -o r
	kmgr_later 6h -q sign-ksr r --yes --genesis --end +30d -o s >/dev/null
	run kmgr_later 6h check
	[[ $output != *served-set* && $output != *unknown-record* ]]
	run -2 kmgr_later 8h check
	[[ $output == *"CRITICAL example.com. served-set: 127.0.0.1@$port \
serves other signatures than was released at "* ]]
}

@test "CDS are missed where run publishes them, and the parent is asked" {
	ask_servers
	serve full.zone
	cp kmgr.yaml by-hand.yaml
	echo '    publish: { command: [ /bin/true ] }' >>kmgr.yaml
	kmgr run
	kmgr_later 3d run
	run kmgr_later 3d check
	[[ $output != *" cds: "* ]]
	run kmgr_later 4d check
	[[ $output == *"WARNING example.com. cds: 127.0.0.1@$port serves no \
CDS, and a change of the DS is waited for since "* ]]
	# Who signs by hand says each time whether there are any.
	run kmgr_later 4d --config by-hand.yaml check
	[[ $output != *" cds: "* ]]
}

@test "a parent that has no DS of a secure zone is critical at once" {
	ask_servers
	serve full.zone
	# Whatever a pass that fails is worth.
	echo 'check: { failure-warning: 30d, failure-critical: 60d }' \
		>>kmgr.yaml
	kmgr_later 2d -q sign-zsks example.com zsk >/dev/null
	kmgr_later 2d -q ds-add "example.com/$tag" >/dev/null
	run kmgr_later 2d check
	[[ $output != *" drift: "* ]]
	kmgr_later 2d -q ds-seen "example.com/$tag" >/dev/null
	run -2 kmgr_later 2d check
	[[ $output == *"CRITICAL example.com. drift: the parent has no DS of \
the zone, and that of KSK example.com./$tag was told to be there: to \
resolvers the zone is insecure; next: kmgr get-ds example.com. --diff"* ]]
	[ "$(grep -c ' drift: ' <<<"$output")" -eq 1 ]
	# So it stays when caches have it no more, and while it waits to go.
	run -2 kmgr_later 5d check
	[[ $output == *"CRITICAL example.com. drift: "* ]]
	kmgr_later 5d -q go-insecure example.com --yes >/dev/null
	run kmgr_later 5d check
	[[ $output != *"CRITICAL example.com. drift: "* ]]
}
