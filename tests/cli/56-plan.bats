# What happens when, why nothing happens now, and the one thing to do next.
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

setup() {
	life_zone
}

@test "plan: what waits says until when, and by which formula" {
	kmgr -q sign-zsks example.com zsk >/dev/null
	run kmgr plan example.com --until +3d
	[ "$status" -eq 0 ]
	[[ $output == *"ask the parent to add the DS of example.com./$tag"* ]]
	[[ $output == *"until 2"*"max-zone-ttl 1d + zone-propagation-delay 1h"* ]]
	[[ ${lines[-1]} == "oracle: until "*"keeps the chain of trust" ]]
}

@test "plan: machines get steps, keys and moments, in the order of time" {
	life_activate
	kmgr_later 2d --json plan example.com --until +1000d >plan.json
	jq -e '.zones[0] | .zone == "example.com." and .due == 0 and
		(.keys | length) >= 3 and .steps[0].wait == "time"' plan.json
	jq -e '[.zones[0].moments[].at] | . == sort' plan.json
	# A roll a year: DS asked for, DNSKEY withdrawn, and done.
	jq -e '[.zones[0].moments[] | select(.step == "done")] |
		length == 2' plan.json
	jq -e '.zones[0].oracle | test("keeps the chain of trust$")' plan.json
}

@test "plan: all zones, and none of it changes anything" {
	kmgr -q create-ksk example.net --cmk prod >/dev/null
	before=$(sqlite3 kmgr.db 'SELECT count(*) FROM ledger')
	kmgr --json plan | jq -e '[.zones[].zone] ==
		["example.com.", "example.net."]'
	[ "$(sqlite3 kmgr.db 'SELECT count(*) FROM ledger')" = "$before" ]
}

@test "plan: of many zones a line each, of a few and for machines all" {
	life_activate
	kmgr_later 2d -q create-ksk example.net example.org --cmk prod \
		>/dev/null
	run -0 --separate-stderr kmgr_later 3d plan
	[ -z "$stderr" ]
	[ "$(grep -c 'is to be secure$' <<<"$output")" -eq 3 ]
	[ "$(grep -c '^oracle: ' <<<"$output")" -eq 3 ]
	kmgr_later 2d -q create-ksk b.example c.example --cmk prod >/dev/null
	run -0 --separate-stderr kmgr_later 3d plan
	[ "${#lines[@]}" -eq 5 ]
	[[ ${lines[0]} == "b.example.: due now: publish the DNSKEY of \
b.example./"* ]]
	[[ ${lines[2]} == "example.com.: at 20"*"Z: sign the DNSKEY RRset anew" ]]
	[[ $stderr == *"kmgr plan ZONE shows the whole plan of one" ]]
	[[ $(kmgr_later 3d plan c.example) == "c.example. is to be secure"* ]]
	kmgr_later 3d --json plan | jq -e '.notes == [] and
		([.zones[] | select(.steps and .moments)] | length) == 5'
}

@test "plan --svg: a picture that XML readers take, of one zone" {
	need_program xmllint
	life_activate
	kmgr_later 2d -q plan example.com --svg life.svg >/dev/null
	xmllint --noout life.svg
	grep -q "<title>DNSKEY of example.com./$tag: omnipresent" life.svg
	run -2 kmgr plan --svg all.svg
	[ ! -e all.svg ]
}

@test "plan --until: only what is to come" {
	run -2 kmgr plan example.com --until -1d
	[[ $output == *"not in the future"* ]]
	run -2 kmgr plan example.com --until soon
}

@test "status: the one thing to do, from the first signature to the DS" {
	run life_todo 0d
	[ "$output" = "action kmgr sign-zsks example.com. FILE" ]
	kmgr -q sign-zsks example.com zsk >/dev/null
	[ "$(life_todo 0d)" = "time null" ]
	[ "$(life_todo 2d)" = "action kmgr ds-add example.com./$tag" ]
	kmgr_later 2d -q ds-add "example.com/$tag" >/dev/null
	[ "$(life_todo 3d)" = "ds-seen kmgr ds-seen example.com./$tag" ]
	kmgr_later 3d -q ds-seen "example.com/$tag" >/dev/null
	[ "$(life_todo 3d)" = "time null" ]
	[ "$(life_todo 10d)" = "action kmgr sign-zsks example.com. FILE" ]
}

@test "status: a line a zone, with coverage and state" {
	clock_stop
	kmgr -q create-ksk example.net --cmk prod >/dev/null
	kmgr -q sign-zsks example.com zsk >/dev/null
	run kmgr status
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[0]} == "example.com.: $tag published; signed: 2w; waits for time since "*" until "* ]]
	[[ ${lines[1]} == "example.net.: "*" generated; signed: unsigned; waits for the operator since "*"; next: kmgr sign-zsks example.net. FILE" ]]
	run with_clock 1 "$KMGR" status
	[[ ${lines[0]} == *" published; signed: 13d23h; waits for "* ]]
	[[ $(kmgr_later 1d status example.com) == *"
signed until 20"*"Z (13d left)
"* ]]
	# Of what has ended nothing is left.
	[[ $(kmgr_later 20d status example.com) == *"
signed until 20"*"Z (expired)
"* ]]
	kmgr_later 30d --json status example.com |
		jq -e '.zones[0].coverage_left_s == 0'
}

@test "status: a zone in the list is what it is by itself, row by row" {
	kmgr -q create-ksk example.net example.org --cmk prod >/dev/null
	life_activate
	sed s/example.com/example.net/ zsk >zsk.net
	kmgr_later 2d -q sign-zsks example.net zsk.net >/dev/null
	# What is reckoned from now is not the same a second later.
	rows='.zones[] | del(.coverage_left_s, .until)'
	for at in 2d 3d 8d 10d 30d; do
		for zone in example.com example.net example.org; do
			kmgr_later "$at" --json status "$zone"
		done | jq -S "$rows" >each
		kmgr_later "$at" --json status |
			jq -S "$rows" >list
		diff each list
	done
	# Rows are believed only where nothing is due.
	sqlite3 kmgr.db "UPDATE ksk SET ds_add_at = 5
		WHERE zone = 'example.org.'"
	run -10 --separate-stderr kmgr_later 3d --json status
	[ "$(jq -r '[.zones[].zone] | join(" ")' <<<"$output")" = \
		"example.com. example.net." ]
	[ "$(jq -r .error <<<"$output")" = integrity ]
	sqlite3 kmgr.db "UPDATE ksk SET ds_add_at = 5
		WHERE zone = 'example.com.'"
	run -10 kmgr_later 3d status example.com
}

@test "status: a last line counts what zones ask for, the worst of each" {
	life_activate
	# One zone is no list.
	[[ $(kmgr_later 3d status) != *" zone"* ]]
	kmgr_later 2d -q create-ksk example.net example.org --cmk prod \
		>/dev/null
	sed s/example.com/example.net/ zsk >zsk.net
	kmgr_later 2d -q sign-zsks example.net zsk.net >/dev/null
	tag=$(kmgr --json list-ksks example.net | jq '.ksks[0].key_tag')
	kmgr_later 4d -q ds-add "example.net/$tag" >/dev/null
	run -0 kmgr_later 4d status
	[ "${lines[-1]}" = "3 zones: 1 due, 1 waiting for somebody, \
1 with nothing to do" ]
	run -0 kmgr_later 4d --json status
	jq -e '.summary == {zones: 3, failing: 0, due: 1, waiting: 1,
		nothing_to_do: 1, unreadable: 0}' <<<"$output"
	# Its signatures have ended, and the parent may have its DS.
	run -0 kmgr_later 15d status
	[ "${lines[-1]}" = "3 zones: 1 failing, 2 due" ]
	sqlite3 kmgr.db "UPDATE ksk SET ds_add_at = 5
		WHERE zone = 'example.org.'"
	run -10 --separate-stderr kmgr_later 4d status
	[ "${lines[-1]}" = "3 zones: 1 unreadable, 1 waiting for somebody, \
1 with nothing to do" ]
}

@test "status --todo: only zones that ask for something, and all are counted" {
	life_activate
	run -0 kmgr_later 3d status --todo
	[ "$output" = "1 zone: 1 with nothing to do" ]
	kmgr_later 3d --json status --todo |
		jq -e '.zones == [] and .summary.zones == 1'
	kmgr_later 2d -q create-ksk example.net --cmk prod >/dev/null
	run -0 kmgr_later 3d status --todo
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == "example.net.: "*"next: kmgr sign-zsks "* ]]
	[ "${lines[1]}" = "2 zones: 1 due, 1 with nothing to do" ]
	kmgr_later 3d --json status --todo | jq -e '.summary.zones == 2 and
		[.zones[].zone] == ["example.net."]'
	# Nothing else is left out, and what is shown is the same.
	kmgr_later 3d status | grep -v '^example.com' | diff - <(kmgr_later 3d \
		status --todo)
	run -2 kmgr status example.com --todo
	[[ $output == *"--todo picks from all zones"* ]]
}

@test "status: where run knows the way it is run that comes next" {
	printf 'zones:\n  example.com:\n    source: { file: %s/zsk }\n' \
		"$PWD" >>kmgr.yaml
	run life_todo 0d
	[ "$output" = "action kmgr run" ]
	[[ $(kmgr status) == *"; waits for the next run since "*"; next: kmgr run" ]]
}

@test "status, plan: people read who is waited for, machines a word" {
	kmgr -q sign-zsks example.com zsk >/dev/null
	[[ $(kmgr_later 2d status example.com) == *"
waits for the operator (example.com./$tag) since "* ]]
	kmgr_later 2d -q ds-add "example.com/$tag" >/dev/null
	[[ $(kmgr_later 3d status) == *"; waits for the parent to have the DS \
since "*"; next: kmgr ds-seen example.com./$tag" ]]
	[[ $(kmgr_later 3d plan example.com) == *"
    waits for the parent to have the DS since "* ]]
	[ "$(life_todo 3d)" = "ds-seen kmgr ds-seen example.com./$tag" ]
	kmgr_later 3d --json plan example.com | jq -e '
		[.zones[0].steps[].wait] | index("ds-seen") != null'
	# So it is with what run and check say.
	run -0 kmgr_later 3d run example.com
	[[ $output == *"example.com. waits for the parent to have the DS: add-ds \
example.com./$tag until "* ]]
	kmgr_later 3d --json run example.com | jq -e '
		[.events[] | select(.event == "waits").what] |
			index("ds-seen") != null'
	run ! kmgr_later 4d check --no-network
	[[ $output == *" operator-wait: waits since 20"*" for the parent to \
have the DS (example.com./$tag); next: "* ]]
}

@test "status: a zone that nobody knows" {
	run -4 kmgr status example.org
	[[ $output == *"create-ksk example.org."* ]]
}
