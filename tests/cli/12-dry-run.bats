# What changes something has --dry-run, and what has none changes nothing.
load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	kmgr_here
	ssh-keygen -q -t ed25519 -N '' -C alice -f alice
	ssh-keygen -q -t ed25519 -N '' -C bob -f bob
}

# approved M: a CMK "ours" whose KSKs want M approvers, and a plan that waits
# for them, whose hash is set.
approved() {
	printf '%s\n' 'version: 1' 'zones: ["."]' 'approvals:' \
		"  create-ksk: $1" '  approvers:' "    - $(cat alice.pub)" \
		"    - $(cat bob.pub)" >ours.yaml
	kmgr -q create-cmk ours --token main --policy ours.yaml >/dev/null
	run -11 --separate-stderr kmgr --json create-ksk example.net --cmk ours
	hash=$(jq -r .plan_hash <<<"$output")
	kmgr show-plan "$hash" -o plan
	for who in alice bob; do
		ssh-keygen -q -Y sign -n kmgr-plan -f $who plan 2>/dev/null
		mv plan.sig $who.sig
	done
}

# world [TABLE]: all that could have been changed: the rows of the store but for
# those of TABLE, the objects of the token, all files.
world() {
	sqlite3 kmgr.db .dump | grep -v "^INSERT INTO ${1:-none} "
	# Its own record is written at each login.
	find tokens -name '*.object' ! -name token.object -print0 | sort -z |
		xargs -0 sha256sum
	find . \( -path ./tokens -o -name 'kmgr.db*' -o -name 'world.*' -o \
		-name 'separate-stderr-*' \) -prune -o -type f -print0 |
		sort -z | xargs -0 sha256sum
}

# unchanged NAME ARGUMENT...: runs the command, which may say that something is
# not as it should be, but not that it was called wrongly.
unchanged() {
	local table

	# What was seen is noted, and makes waits longer, never shorter.
	case $1 in check | metrics) table=observation ;; esac
	world $table >world.before
	run --separate-stderr kmgr "$@" </dev/null
	# The 2 of check says that something is critical.
	[ "$status" -ne 2 ] || [ "$1" = check ] || { echo "$stderr"; return 1; }
	world $table >world.after
	diff world.before world.after || { echo "changed by $*"; return 1; }
}

# estate: something to look at for every command.
estate() {
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	tag=$(kmgr --json list-ksks | jq '.ksks[0].key_tag')
	dnssec-keygen -q -a 13 example.com >name 2>/dev/null
	cp "$(cat name).key" zsks
	dnssec-keygen -q -a 13 -f KSK example.com >name 2>/dev/null
	cp "$(cat name).key" foreign
	kmgr -q sign-zsks example.com zsks -o signed >/dev/null
	kmgr export-ledger -o ledger
	kmgr export-endorsement "example.com/$tag" -o endorsement
	kmgr make-ksr example.com --format bind --zsk zsks --end +10d \
		-o r.ksr >/dev/null
	kmgr -q sign-ksr r.ksr --genesis --end +10d --yes -o r.skr >/dev/null
	kmgr describe-cmk prod >/dev/null
	kmgr -q backup old.db >/dev/null
	approved 2
}

# words_of COMMAND: its arguments, an array "words"; no such command: 1.
words_of() {
	local ksk=example.com/$tag

	case $1 in
	list-tokens | explain-rule | list-cmks | list-ksks | plan | status | \
		list-events | list-plans | export-ledger | verify | help | \
		init | run)
		words=() ;;
	check | metrics) words=(--no-network) ;;
	probe-token) words=(main) ;;
	check-policy) words=(p.yaml) ;;
	get-policy | describe-cmk | disable-cmk | enable-cmk | delete-cmk | \
		schedule-cmk-deletion | cancel-cmk-deletion) words=(prod) ;;
	put-policy) words=(prod p.yaml) ;;
	update-cmk) words=(prod --contact me) ;;
	create-cmk) words=(other --token main --policy p.yaml) ;;
	create-ksk) words=(example.org --cmk prod) ;;
	describe-ksk | export-endorsement | delete-ksk | ds-seen | ds-gone | \
		ds-add | ds-remove | revoke-ksk | confirm-backup)
		words=("$ksk") ;;
	get-ds | export-trust-anchor | roll-ksk | go-insecure | go-secure | \
		leave-zone | check-parent | get-zsks) words=(example.com) ;;
	zone-signed | zone-unsigned) words=(example.com --alg 13) ;;
	add-foreign-key) words=(example.com foreign) ;;
	remove-foreign-key) words=(example.com/1) ;;
	sign-zsks) words=(example.com zsks -o other) ;;
	show-ksr) words=(r.ksr) ;;
	check-ksr) words=(r.ksr --cmk prod) ;;
	sign-ksr) words=(r.ksr --genesis -o other) ;;
	verify-skr) words=(r.skr) ;;
	make-ksr) words=(example.com --format bind --zsk zsks --end +10d) ;;
	verify-ledger) words=(ledger) ;;
	verify-endorsement) words=(endorsement) ;;
	show-plan | apply-plan | withdraw-plan) words=("$hash") ;;
	approve) words=("$hash" --signature alice.sig) ;;
	replace-approver) words=(ours --remove "$(ssh-keygen -lf alice.pub |
		cut -d ' ' -f 2)" --add foreign) ;;
	backup) words=(new.db) ;;
	restore) words=(old.db) ;;
	recover) words=(--token main) ;;
	migrate-store) words=("sqlite:$PWD/kmgr.db" "sqlite:$PWD/to.db") ;;
	*)
		echo "what is $1 to be called with?"
		return 1
		;;
	esac
}

# commands CONDITION: of the table, those whose options fulfil it.
commands() {
	kmgr --json help | jq -r ".commands[] |
		select(.options | index(\"dry-run\") | $1) | .name"
}

@test "a command without --dry-run changes nothing" {
	local command words n=0

	estate
	for command in $(commands '. == null'); do
		words_of "$command"
		unchanged "$command" "${words[@]}"
		n=$((n + 1))
	done
	[ "$n" -ge 20 ]
}

@test "a command with --dry-run changes nothing either" {
	local command words n=0

	estate
	for command in $(commands '. != null'); do
		words_of "$command"
		unchanged "$command" "${words[@]}" --dry-run
		n=$((n + 1))
	done
	[ "$n" -ge 35 ]
}

@test "ds-seen and ds-gone of a list with --dry-run change nothing" {
	estate
	echo example.com >list
	for command in ds-seen ds-gone; do
		unchanged $command --zones-from list --dry-run
		[ "$status" -eq 11 ] || [ "$status" -eq 5 ]
		unchanged $command --zones-from list --dry-run --force
		[ "$status" -eq 0 ]
		[[ $output == "would record that the DS of KSK example.com./$tag"* ]]
	done
}

@test "approve --dry-run: whose it is, and with the last one what is then done" {
	approved 2
	unchanged approve "$hash" --signature alice.sig --dry-run
	[ "$status" -eq 0 ]
	[[ $output == "would record that alice ("*") approves plan \
${hash:0:16}, for create-ksk: 1 of 2 approvers" ]]
	# It is no vote: the same signature counts afterwards.
	kmgr -q approve "$hash" --signature alice.sig >/dev/null
	unchanged approve "$hash" --signature alice.sig -n
	[ "$status" -eq 4 ]
	[ -z "$output" ]
	# With the last one; no token is asked.
	mv tokens away
	mkdir tokens
	unchanged approve "$hash" --signature bob.sig -n
	rmdir tokens
	mv away tokens
	[ "$status" -eq 0 ]
	[[ $output == *": 2 of 2 approvers"*"would seal CMK ours"*"would make"* ]]
	[[ $output == *"would end plan ${hash:0:16} as applied" ]]
	unchanged --json approve "$hash" --signature bob.sig -n
	jq -e '.dry_run and ([.plan[].action] | .[0] == "approve" and
		.[-1] == "end-plan")' <<<"$output"
	run -0 kmgr approve "$hash" --signature bob.sig
	[[ $output == *"is applied"* ]]
}

@test "approve --dry-run refuses what approve would refuse" {
	approved 2
	ssh-keygen -q -t ed25519 -N '' -C mallory -f mallory
	ssh-keygen -q -Y sign -n kmgr-plan -f mallory plan 2>/dev/null
	unchanged approve "$hash" --signature plan.sig -n
	[ "$status" -eq 5 ]
	unchanged approve "$hash" --signature alice.pub -n
	[ "$status" -eq 4 ]
	# What is over is over, and that a dry run saw it is not recorded.
	world >world.before
	run -5 --separate-stderr kmgr_later 60d approve "$hash" \
		--signature alice.sig -n
	[[ $stderr == *expired* ]]
	world | diff world.before -
	# When it is signed for good that it is refused is in the ledger.
	run -5 kmgr approve "$hash" --signature plan.sig
	kmgr --json list-events --type refusal |
		jq -e '.events[-1].payload.command == "approve"'
}

@test "apply-plan --dry-run: the steps as they are judged now" {
	approved 1
	unchanged apply-plan "$hash" -n
	[ "$status" -eq 11 ]
	mv kmgr/pin kmgr/away
	run -3 kmgr approve "$hash" --signature alice.sig
	unchanged apply-plan "$hash" -n
	mv kmgr/away kmgr/pin
	[ "$status" -eq 0 ]
	[[ $output == "would seal CMK ours"*"example.net."*"as applied" ]]
	unchanged withdraw-plan "$hash" -n
	[ "$status" -eq 0 ]
	[[ $output == "would end plan ${hash:0:16}, which waits to do \
create-ksk, as withdrawn; nothing of it is ever done" ]]
	kmgr -q apply-plan "$hash" >/dev/null
	for command in apply-plan withdraw-plan; do
		unchanged $command "$hash" -n
		[ "$status" -eq 5 ]
		[[ $stderr == *"is applied"* ]]
	done
}

@test "backup --dry-run: whether the place is free and writable" {
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	seq=$(kmgr --json list-events | jq '.events[-1].seq')
	unchanged backup new.db -n
	[ "$status" -eq 0 ]
	[ "$output" = "would write a copy of the store, with its events up to \
$seq, to the new file new.db, and record that with its SHA-256" ]
	touch new.db
	for place in new.db none/new.db; do
		run ! kmgr backup $place
		real=$output real_status=$status
		unchanged backup $place -n
		[ "$status" -eq "$real_status" ]
		[ "$stderr" = "$real" ]
	done
}

@test "backup --dry-run: which KSKs in custody wrapped it covers" {
	printf 'version: 1\nzones: ["."]\ncustody: wrapped\n' >p.yaml
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	run -0 --separate-stderr kmgr create-ksk a.example b.example --cmk prod
	[ "$(grep -c 'kmgr backup FILE' <<<"$stderr")" -eq 1 ]
	[[ $stderr == *"only the store has the private keys, as ciphertext"* ]]
	mv kmgr/pin kmgr/away
	unchanged backup new.db -n
	mv kmgr/away kmgr/pin
	[ "$status" -eq 0 ]
	[ "$(grep -c '^would record that a backup covers KSK' <<<"$output")" \
		-eq 2 ]
	# Without the token it is written, and covers nothing.
	mv tokens away
	mkdir tokens
	unchanged backup new.db -n
	rmdir tokens
	mv away tokens
	[ "$status" -eq 6 ]
	[[ $output == "would write a copy of the store"* ]]
	run -0 kmgr -q backup new.db
	unchanged backup again.db -n
	[[ $output != *covers* ]]
}
