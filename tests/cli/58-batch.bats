# Zones that one pass goes over together: each one has its own luck.
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
}

teardown() {
	servers_stop
}

# zones NAME...: with a KSK each; their ZSKs are in NAME.zsk.
zones() {
	local name

	kmgr -q create-ksk "$@" --cmk prod >/dev/null
	echo 'zones:' >>kmgr.yaml
	for name in "$@"; do
		echo "$name. 3600 IN $KEY" >"$name.zsk"
	done
}

# config NAME LINE...: what run needs of the zone, and where it publishes.
config() {
	printf '  %s:\n    source: { file: %s }\n' "$1" "$PWD/$1.zsk"
	printf '    %s\n' "${@:2}"
} >>kmgr.yaml

# events TYPE NAME: how many the ledger has of the zone.
events() {
	kmgr --json list-events --type "$1" | jq --arg zone "$2." \
		'[.events[] | select(.payload.zone == $zone)] | length'
}

# refuse_event TYPE NAME: the store has no place for such an event.
refuse_event() {
	sqlite3 kmgr.db "CREATE TRIGGER refuse BEFORE INSERT ON ledger
		WHEN NEW.type = '$1' AND NEW.payload LIKE '%\"$2.\"%'
		BEGIN SELECT RAISE(ABORT, 'there is no place for it'); END"
}

@test "a hand-over that cannot be recorded keeps no other one from being" {
	zones a.example b.example c.example
	for zone in a b c; do
		config $zone.example "publish: { directory: $PWD/$zone }"
	done
	refuse_event publish b.example
	run -12 --separate-stderr kmgr --json run
	jq -e '[.n_zones, .n_failed] == [3, 1] and ([.events[] |
		select(.event == "failed") | .zone] == ["b.example."]) and
		([.events[] | select(.what == "publish") | .zone] ==
		["a.example.", "c.example."])' <<<"$output"
	# That it was not recorded is not recorded as done.
	[ "$(sqlite3 kmgr.db 'SELECT zone FROM zone WHERE published_at
		IS NOT NULL ORDER BY zone')" = $'a.example.\nc.example.' ]
	sqlite3 kmgr.db 'DROP TRIGGER refuse'
	run -0 kmgr_later 4h run
	[[ $output == *"b.example. did publish"* ]]
	[ "$(events publish b.example)" -eq 1 ]
	kmgr --json list-events --type ksk-step |
		jq -e '.events[-1].payload.step == "published-late"'
	kmgr -q verify >/dev/null
}

@test "what a pass did last the token is told at its end" {
	local i names=()

	# More than go together.
	for i in {1..70}; do
		names+=("z$i.example")
	done
	zones "${names[@]}"
	for i in {1..70}; do
		config "z$i.example" "publish: { directory: $PWD/z$i }"
	done
	run -0 --separate-stderr kmgr --json run
	jq -e '[.n_zones, .n_failed] == [70, 0]' <<<"$output"
	run -0 kmgr sign-zsks z1.example z1.example.zsk
	[[ $output != *"brought token"* ]]
}

# primary N: takes updates, once N of them have come, whatever they say; the
# last label but one of a name tells which are refused.
primary() {
	port=$(free_port)
	cat >primary.py <<-'END'
	import socket, sys, threading

	together = threading.Barrier(int(sys.argv[2]))

	def serve(link):
	    file = link.makefile("rb")
	    while len(head := file.read(2)) == 2:
	        wire = file.read(int.from_bytes(head, "big"))
	        is_update = wire[2] >> 3 & 15 == 5
	        if is_update:
	            together.wait()
	        rcode = 5 if is_update and b"refused" in wire else 0
	        end = wire.index(0, 12) + 5
	        out = (wire[:2] + bytes([wire[2] | 0x80, rcode, 0, 1]) +
	            bytes(6) + wire[12:end])
	        link.sendall(len(out).to_bytes(2, "big") + out)

	server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
	while True:
	    link, _ = server.accept()
	    threading.Thread(target=serve, args=[link], daemon=True).start()
	END
	server_start primary python3 primary.py "$port" "$1"
	server_ready primary 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
}

@test "primaries of several zones are updated at once" {
	need_program python3
	primary 4
	zones a.example b.example refused.example d.example
	for zone in a b refused d; do
		config $zone.example "publish: { update: { primary: \
127.0.0.1@$port }, directory: $PWD/$zone }"
	done
	# One that refuses keeps nothing from the others, nor from its own
	# directory; it answers none of them before it has heard all.
	run -12 --separate-stderr kmgr --json run
	jq -e '[.n_zones, .n_failed] == [4, 1] and ([.events[] |
		select(.event == "failed") | .zone] == ["refused.example."]) and
		([.events[] | select(.what == "publish") | .zone] ==
		["a.example.", "b.example.", "d.example."])' <<<"$output"
	[[ $output == *"publish refused.example. by update"*REFUSED* ]]
	grep -q ' 257 3 13 ' refused/dnskey.zone
	[ "$(events publish a.example) $(events publish refused.example)" = \
		'1 0' ]
	kmgr -q verify >/dev/null
}

# knows: a line of a program that notes whether the token was told of all that is recorded.
knows() {
	echo "sqlite3 $PWD/kmgr.db \"SELECT settled_seq = (SELECT max(seq)
		FROM ledger WHERE type = 'checkpoint') FROM cmk\" >>$PWD/told"
}

# many COMMAND: 70 zones, more than go together, each configured by COMMAND.
many() {
	local i names=()

	for i in {1..70}; do
		names+=("z$i.example")
	done
	zones "${names[@]}"
	for i in "${names[@]}"; do
		"$1" "$i"
	done
}

@test "a token is told before a program is given what was signed" {
	put_knowing() {
		put "$1" "$(knows)"
	}
	many put_knowing
	run -0 --separate-stderr kmgr --json run
	[ "$(sort told | uniq -c | awk '{ print $1, $2 }')" = "70 1" ]
}

@test "a token is told before a hook is of what was handed over" {
	put_folder() {
		config "$1" "publish: { directory: $PWD/$1 }"
	}
	printf '#!/bin/sh\n%s\n' "$(knows)" >hook
	chmod +x hook
	printf 'hooks:\n  zone-publish: [%s]\n' "$PWD/hook" >>kmgr.yaml
	many put_folder
	run -0 --separate-stderr kmgr --json run
	[ "$(sort told | uniq -c | awk '{ print $1, $2 }')" = "70 1" ]
}

@test "a token is told before a hook is of a DS that is to be added" {
	printf '#!/bin/sh\n%s\n' "$(knows)" >hook
	chmod +x hook
	printf 'hooks:\n  ds-add: [%s]\n' "$PWD/hook" >>kmgr.yaml
	# What was signed a moment ago is owed for five seconds.
	rolling own shared z{1..70}.example
	kmgr_later 2d -q run >/dev/null
	[ "$(grep -cx 1 told)" -eq 70 ]
}

@test "a token that cannot be told keeps back its own zones, and no other" {
	kmgr -q create-cmk other --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk b.example d.example --cmk other >/dev/null
	zones a.example c.example
	for zone in a b c d; do
		echo "$zone.example. 3600 IN $KEY" >$zone.example.zsk
		config $zone.example "publish: { directory: $PWD/$zone }"
	done
	sqlite3 kmgr.db "CREATE TRIGGER untold BEFORE UPDATE OF settled_seq
		ON cmk WHEN NEW.name = 'other'
		BEGIN SELECT RAISE(ABORT, 'nobody notes it'); END"
	run -7 --separate-stderr kmgr run
	[[ $stderr == *"nobody notes it"* ]]
	[ "$(cd "$PWD" && echo ?/dnskey.zone)" = 'a/dnskey.zone c/dnskey.zone' ]
	sqlite3 kmgr.db 'DROP TRIGGER untold'
	run -0 kmgr_later 1h run
	[ -e b/dnskey.zone ]
	[ -e d/dnskey.zone ]
	kmgr -q verify >/dev/null
}

@test "a token that is away keeps no zone of another one from being signed" {
	first=$TOKEN_URI
	softhsm_new "$BATS_TEST_TMPDIR" second
	kmgr_env "$BATS_TEST_TMPDIR" "main=$first" "other=$TOKEN_URI"
	kmgr -q create-cmk other --token other --policy p.yaml >/dev/null
	kmgr -q create-ksk c.example d.example --cmk other >/dev/null
	# Two that fail in a row end what is tried one by one.
	zones a.example b.example
	for zone in a b c d; do
		echo "$zone.example. 3600 IN $KEY" >$zone.example.zsk
		config $zone.example "publish: { directory: $PWD/$zone }"
	done
	sed -i '/^  main:/s/token=kmgr/token=gone/' kmgr.yaml
	run -12 --separate-stderr kmgr --json run
	[ -e c/dnskey.zone ]
	[ -e d/dnskey.zone ]
	jq -e '[.n_zones, .n_failed] == [4, 2]' <<<"$output"
}

# two_tokens COMMAND...: the KSKs of b to f are in a second one, and the command
# is done by who is asked for its PIN.
two_tokens() {
	local first=$TOKEN_URI zone

	softhsm_new "$BATS_TEST_TMPDIR" second
	kmgr_env "$BATS_TEST_TMPDIR" "main=$first" "other=$TOKEN_URI"
	kmgr -q create-cmk other --token other --policy p.yaml >/dev/null
	kmgr -q create-ksk {b,c,d,e,f}.example --cmk other >/dev/null
	zones a.example
	for zone in a b c d e f; do
		echo "$zone.example. 3600 IN $KEY" >$zone.example.zsk
		config $zone.example "publish: { directory: $PWD/$zone }"
	done
	printf '#!/bin/sh\necho >>%s\n%s\n' "$PWD/asked" "$*" >ask
	chmod +x ask
	sed -i "/^  other:/s#file:.*#|$PWD/ask#" kmgr.yaml
}

@test "a PIN command that fails is run once, and not for each zone" {
	two_tokens false
	run -12 --separate-stderr kmgr --json run
	jq -e '[.n_zones, .n_failed] == [6, 5] and ([.events[] |
		select(.event == "failed" and
		(.text | contains("token other")))] | length == 5)' \
		<<<"$output"
	[ -e a/dnskey.zone ]
	[ "$(wc -l <asked)" -eq 1 ]
}

@test "a token that serves none is not asked for each zone" {
	zones {a,b,c,d,e,f}.example
	for zone in a b c d e f; do
		config $zone.example "publish: { directory: $PWD/$zone }"
	done
	sed -i "s#$TOKEN_MODULE#$P11SHIM#" kmgr.yaml
	export KMGR_SHIM_MODULE=$TOKEN_MODULE KMGR_SHIM_COUNT=$PWD/calls
	run -6 env KMGR_SHIM_FAIL_ON=C_SignInit KMGR_SHIM_FAIL_AT=1 \
		KMGR_SHIM_FAIL_COUNT=0 KMGR_SHIM_CKR=CKR_DEVICE_ERROR \
		"$KMGR" --json run
	# All of them together, and two more that may have been to blame; each
	# has the token opened anew.
	[ "$(wc -l <calls)" -le 9 ]
}

@test "what somebody signs after the pass has is what is handed over" {
	two_tokens "[ ! -e $PWD/anew ] || { rm $PWD/anew; sleep 1.1
		SOFTHSM2_CONF=$SOFTHSM2_CONF KMGR_CLOCK_SHIFT=1036800 \
		ASAN_OPTIONS=verify_asan_link_order=0 \
		LD_PRELOAD=$TURNCLOCK $KMGR --config $KMGR_CONFIG -q \
		sign-zsks a.example $PWD/a.example.zsk --cds >$PWD/signed; }
		cat $PWD/second/pin"
	kmgr -q run >/dev/null
	# Then nothing but to sign is left, and the token is asked for that. What
	# somebody signs meanwhile has all RRsets, for those of the pass, a second
	# older, end too early for that.
	kmgr_later 2d -q run >/dev/null
	touch anew
	run -0 --separate-stderr kmgr_later 12d --json run
	jq -e '[.n_zones, .n_failed] == [6, 0]' <<<"$output"
	kmgr --json list-events --type sign-zsks | jq -e '[.events[] |
		.payload.zones[] | select(.zone == "a.example.")] |
		length == 4'
	# And at once, not when something else has it handed over again.
	[ "$(events publish a.example)" -eq 3 ]
	grep -qF "$(awk '$4 == "RRSIG" { print $NF; exit }' signed)" \
		a/dnskey.zone
	kmgr_later 12d -q verify >/dev/null
}

@test "signatures that cannot be recorded keep no other ones from being" {
	zones a.example b.example c.example d.example
	for zone in a b c d; do
		config $zone.example "publish: { directory: $PWD/$zone }"
	done
	refuse_event sign-zsks b.example
	run -12 --separate-stderr kmgr --json run
	jq -e '[.n_zones, .n_failed] == [4, 1] and ([.events[] |
		select(.what == "publish") | .zone] ==
		["a.example.", "c.example.", "d.example."])' <<<"$output"
	sqlite3 kmgr.db 'DROP TRIGGER refuse'
	run -0 kmgr_later 1h run
	[[ $output == *"b.example. did publish"* ]]
	kmgr -q verify >/dev/null
}

# put NAME COMMAND...: who takes the records of the zone, and does that first.
put() {
	printf '#!/bin/sh\n%s\necho >>%s.given\ncat >%s.got\n' "${*:2}" \
		"$PWD/$1" "$PWD/$1" >put-$1
	chmod +x put-$1
	config "$1" "publish: { command: [$PWD/put-$1] }"
}

@test "what is signed while zones before it are handed over is handed over" {
	zones a.example b.example
	put a.example "test -e $PWD/a.example.given ||
		SOFTHSM2_CONF=$SOFTHSM2_CONF $KMGR --config $KMGR_CONFIG -q \
		sign-zsks b.example $PWD/b.example.zsk >$PWD/signed"
	put b.example
	run -0 --separate-stderr kmgr --json run
	jq -e '[.n_zones, .n_failed] == [2, 0]' <<<"$output"
	grep -q RRSIG signed
	# The older one is not given first: a signer may have taken it.
	[ "$(wc -l <b.example.given)" -eq 1 ]
	grep -qF "$(awk '$4 == "RRSIG" { print $NF; exit }' signed)" \
		b.example.got
	[ "$(events publish b.example)" -eq 1 ]
	[ "$(events publish a.example)" -eq 1 ]
	kmgr -q verify >/dev/null
}

@test "a claim that is lost in a batch loses no other one" {
	zones a.example b.example c.example
	put a.example "sqlite3 $PWD/kmgr.db \"UPDATE claim SET holder = 'x', \
		epoch = epoch + 1 WHERE zone = 'b.example.'\""
	put b.example
	put c.example
	run -0 --separate-stderr kmgr --json run
	jq -e '.n_failed == 0 and ([.events[] | select(.what == "publish") |
		.zone] == ["a.example.", "c.example."])' <<<"$output"
	[ "$(events publish b.example)" -eq 0 ]
	# Who knows what that other one has handed over meanwhile.
	jq -e '.notes | length == 1 and (.[0] | contains("b.example.: " +
		"another run has taken it over") and
		contains("handed over once more"))' <<<"$output"
	[ "$(sqlite3 kmgr.db 'SELECT zone FROM zone WHERE published_at
		IS NOT NULL ORDER BY zone')" = $'a.example.\nc.example.' ]
	[ "$(sqlite3 kmgr.db "SELECT next_at FROM zone
		WHERE zone = 'b.example.'")" -eq 0 ]
}

# rolling CMK CUSTODY NAME...: a CMK and zones with a KSK each, whose lifetime
# is over in 93 days.
rolling() {
	local zone

	printf '%s\n' 'version: 1' 'zones: ["."]' "custody: $2" \
		'ksk: { lifetime: 90d, require-backup: false,' \
		'       automation: [start, expire, done] }' >"$1.yaml"
	kmgr -q create-cmk "$1" --token main --policy "$1.yaml" >/dev/null
	kmgr -q create-ksk "${@:3}" --cmk "$1" >/dev/null
	grep -q ^zones: kmgr.yaml || echo 'zones:' >>kmgr.yaml
	for zone in "${@:3}"; do
		echo "$zone. 3600 IN $KEY" >"$zone.zsk"
		config "$zone" "publish: { directory: $PWD/$zone }"
	done
	kmgr -q run >/dev/null
}

# ds_seen DURATION ZONE...: the DS of the newest KSK of each.
ds_seen() {
	local zone

	for zone in "${@:2}"; do
		kmgr_later "$1" -q ds-seen "$(kmgr --json list-ksks "$zone" |
			jq -r '.ksks[-1] | "\(.zone)/\(.key_tag)"')" >/dev/null
	done
}

# of_second FIELD: of the KSKs that zones have beside their first ones.
of_second() {
	sqlite3 -separator ' ' kmgr.db "SELECT zone, $1 FROM ksk
		WHERE generation = 2 ORDER BY zone"
}

# made_for ZONE...: what run has told, in $output, is that these got a KSK.
made_for() {
	jq -e --arg zones "$*" '[.events[] | select(.what == "make-ksk") |
		.zone[:-1]] == ($zones | split(" "))' <<<"$output"
}

@test "the KSKs of a roll are made together, and those of a group are one" {
	rolling own token a.example b.example c.example d.example
	rolling group shared x.example y.example z.example
	ds_seen 2d {a,b,c,d,x,y,z}.example
	run -0 --separate-stderr kmgr_later 93d --json run
	made_for {a,b,c,d,x,y,z}.example
	# One behind the other, endorsed by one signature.
	run -0 of_second 'substr(endorsement_signature, 1, 3)'
	[ "$output" = "$(printf '%s\n' 'a.example. 0/4' 'b.example. 1/4' \
		'c.example. 2/4' 'd.example. 3/4' 'x.example. 0/1' \
		'y.example. 0/2' 'z.example. 1/2')" ]
	[ "$(of_second key_id | tail -n 3 | cut -d ' ' -f 2 | sort -u |
		wc -l)" -eq 1 ]
	# Before other steps are taken, and no checkpoint for each of them.
	[ "$(sqlite3 kmgr.db "SELECT count(*) > 1 OR max(type) != 'checkpoint'
		FROM ledger WHERE type != 'create-ksk' AND seq
		BETWEEN (SELECT seq FROM ledger WHERE type = 'create-ksk'
		ORDER BY seq LIMIT 1 OFFSET 7) AND (SELECT max(seq)
		FROM ledger WHERE type = 'create-ksk')")" != 1 ]
	kmgr_later 93d -q verify >/dev/null
}

# asked ZONE...: run has told, in $output, that the parents were asked for the DS
# of these.
asked() {
	jq -e --arg zones "$*" '[.events[] | select(.what == "add-ds") |
		.zone[:-1]] == ($zones | split(" "))' <<<"$output"
}

# steps STEP: the numbers of their events.
steps() {
	sqlite3 kmgr.db "SELECT seq FROM ledger WHERE type = 'ksk-step'
		AND payload LIKE '%\"step\":\"$1\"%' ORDER BY seq"
}

@test "the steps of rolls are recorded together, and one checkpoint tells of them" {
	local seqs

	rolling own token a.example b.example c.example d.example
	rolling group shared x.example y.example
	run -0 --separate-stderr kmgr_later 2d --json run
	asked {a,b,c,d,x,y}.example
	mapfile -t seqs < <(steps add-ds)
	[ "${#seqs[@]}" -eq 6 ]
	[ $((seqs[5] - seqs[0])) -eq 5 ]
	# One of each CMK, and no other event between.
	[ "$(sqlite3 kmgr.db "SELECT group_concat(type) FROM (SELECT type
		FROM ledger WHERE seq > ${seqs[5]} ORDER BY seq LIMIT 2)")" = \
		checkpoint,checkpoint ]
	[ "$(sqlite3 kmgr.db "SELECT count(DISTINCT cmk_id) FROM ledger
		WHERE seq BETWEEN ${seqs[5]} + 1 AND ${seqs[5]} + 2")" -eq 2 ]
	run -0 kmgr_later 2d -q run
	[ "$(steps add-ds | wc -l)" -eq 6 ]
	kmgr_later 2d -q verify >/dev/null
}

@test "a step that cannot be recorded keeps no other one from being" {
	rolling own token a.example b.example c.example
	refuse_event ksk-step b.example
	run -12 --separate-stderr kmgr_later 2d --json run
	asked a.example c.example
	jq -e '.n_failed == 1 and ([.events[] | select(.event == "failed") |
		.zone] == ["b.example."])' <<<"$output"
	[[ $output == *"add-ds of KSK b.example./"*"there is no place"* ]]
	[ "$(steps add-ds | wc -l)" -eq 2 ]
	sqlite3 kmgr.db 'DROP TRIGGER refuse'
	run -0 --separate-stderr kmgr_later 3d --json run
	asked b.example
	[ "$(steps add-ds | wc -l)" -eq 3 ]
	kmgr_later 3d -q verify >/dev/null
}

# unrecorded CUSTODY: of three zones one has a KSK that cannot be recorded.
unrecorded() {
	rolling own "$1" a.example b.example c.example
	ds_seen 2d {a,b,c}.example
	refuse_event create-ksk b.example
	run -12 --separate-stderr kmgr_later 93d --json run
	made_for a.example c.example
	jq -e '[.events[] | select(.event == "failed") | .zone] ==
		["b.example."] and (.events[] | select(.event == "failed") |
		.text | contains("create KSK for b.example.: append"))' \
		<<<"$output"
}

@test "a pair that cannot be recorded keeps no other one from being" {
	unrecorded token
	[ "$(sqlite3 kmgr.db "SELECT count(*) FROM intent
		WHERE state = 'open'")" -eq 1 ]
	# Nor does what is left of it: but that zone gets no second pair.
	kmgr_later 93d -q create-ksk d.example --cmk own
	run -7 kmgr_later 93d create-ksk b.example --cmk own --another
	[[ $output == *"create KSK for b.example.: append"* ]]
	sqlite3 kmgr.db 'DROP TRIGGER refuse'
	run -0 kmgr_later 94d run
	[[ $output == *"b.example. did make-ksk"* ]]
	[ "$(of_second zone)" = 'a.example. a.example.
b.example. b.example.
c.example. c.example.' ]
	[ "$(sqlite3 kmgr.db "SELECT count(*) FROM intent
		WHERE state != 'done'")" -eq 0 ]
	kmgr_later 94d -q verify >/dev/null
}

@test "a KSK that cannot be recorded keeps no other one from being" {
	unrecorded wrapped
	sqlite3 kmgr.db 'DROP TRIGGER refuse'
	run -0 --separate-stderr kmgr_later 94d --json run
	made_for b.example
	kmgr_later 94d -q verify >/dev/null
}

@test "run is killed while it makes KSKs: the next one makes none twice" {
	local at zones

	rolling own token a.example b.example c.example
	ds_seen 2d {a,b,c}.example
	zones=$(sed -n '/^zones:/,$p' kmgr.yaml)
	kmgr_env "$PWD" "main=$(uri_of_shim "$TOKEN_URI")"
	echo "$zones" >>kmgr.yaml
	export KMGR_SHIM_MODULE=$TOKEN_MODULE
	mkdir good
	cp -a kmgr.db* tokens ?.example good
	# Before a pair, before what endorses all, before the token is told.
	for at in C_GenerateKeyPair:2 C_Sign:5 C_CreateObject:1; do
		rm -rf tokens kmgr.db* ?.example
		cp -a good/. .
		KMGR_SHIM_FAIL_ON=${at%:*} KMGR_SHIM_KILL_AT=${at#*:} \
			run -137 kmgr_later 93d run
		run -0 kmgr_later 93d -q run
		[ "$(of_second key_tag | wc -l)" -eq 3 ]
		[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM ksk')" -eq 6 ]
		kmgr_later 93d -q verify >/dev/null
	done
}
