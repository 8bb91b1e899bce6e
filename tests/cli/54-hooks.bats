# Hooks: what a program of the user's is told, and what becomes of it

load ../lib/common

setup() {
	cd "$BATS_TEST_TMPDIR" || exit 1
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	kmgr init -q
}

# hooks TEXT: adds the section hooks.
hooks() {
	printf 'hooks:\n%s\n' "$1" >>kmgr.yaml
}

# program NAME: a program from standard input.
program() {
	cat >"$1" && chmod +x "$1"
}

tell() {
	"$builddir/tests/cli/service" hook "$@"
}

last_event() {
	kmgr --json list-events | jq -c '.events[-1]'
}

@test "a hook is told by JSON and environment, and nothing else" {
	program tell <<-'END'
	#!/bin/sh
	env | grep -v '^_=\|^PWD=\|^SHLVL=\|^OLDPWD=' | LC_ALL=C sort >"$1.env"
	cat >"$1.json"
	END
	hooks "  ds-add: [$PWD/tell, $PWD/told]"
	export SECRET_OF_OURS=1
	tell ds-add zone=example.com. key_tag=4711 alg=13 digest_type=2 \
		digest=00ff "dnskey=example.com. IN DNSKEY 257 3 13 AA==" \
		"ds_set=example.com. IN DS 1 13 2 00
example.com. IN DS 2 13 2 01" cka_id=abcd
	diff - told.env <<-'END'
	KMGR_ALG=13
	KMGR_CKA_ID=abcd
	KMGR_DIGEST=00ff
	KMGR_DIGEST_TYPE=2
	KMGR_DNSKEY=example.com. IN DNSKEY 257 3 13 AA==
	KMGR_DS_SET=example.com. IN DS 1 13 2 00
	KMGR_HOOK=ds-add
	KMGR_KEYTAG=4711
	KMGR_ZONE=example.com.
	LC_ALL=C
	PATH=/usr/bin:/bin:/usr/sbin:/sbin
	example.com. IN DS 2 13 2 01
	END
	[ "$(jq -cS . told.json)" = "$(jq -cnS '{schema: 1, hook: "ds-add",
		zone: "example.com.", key_tag: 4711, algorithm: 13,
		digest_type: 2, digest: "00ff",
		dnskey: "example.com. IN DNSKEY 257 3 13 AA==",
		ds_set: ["example.com. IN DS 1 13 2 00",
			"example.com. IN DS 2 13 2 01"], cka_id: "abcd"}')" ]
}

@test "what is not set is not there" {
	program tell <<-END
	#!/bin/sh
	env | grep ^KMGR_ | LC_ALL=C sort >$PWD/told.env
	cat >$PWD/told.json
	END
	hooks "  zone-publish: [$PWD/tell]"
	tell zone-publish zone=example.com. file=/out/example.com
	diff - told.env <<-'END'
	KMGR_FILE=/out/example.com
	KMGR_HOOK=zone-publish
	KMGR_ZONE=example.com.
	END
	[ "$(jq -cS . told.json)" = '{"file":"/out/example.com","hook":"zone-publish","schema":1,"zone":"example.com."}' ]
}

@test "no shell reads the words of a hook, nor what it is told" {
	program tell <<-'END'
	#!/bin/sh
	for word; do printf '<%s>' "$word"; done >told
	END
	hooks "  ds-remove: [/usr/bin/env, -C, $PWD, $PWD/tell, '\$(touch a)', 'b c', '; touch d', '']"
	tell ds-remove 'zone=$(touch e).example.'
	[ "$(cat told)" = '<$(touch a)><b c><; touch d><>' ]
	[ ! -e a ]
	[ ! -e d ]
	[ ! -e e ]
}

@test "the ledger tells how a hook ended" {
	program tell <<-'END'
	#!/bin/sh
	echo first >&2
	printf 'the \033last\n' >&2
	exit "$1"
	END
	hooks "  ds-add: [$PWD/tell, '0']
  ds-remove: [$PWD/tell, '7']"
	tell ds-add zone=example.com. key_tag=12
	last_event >event
	[ "$(jq -r .type event)" = hook ]
	[ "$(jq -cS .payload event)" = "$(jq -cnS --arg p "$PWD/tell" '{hook: "ds-add",
		zone: "example.com.", key_tag: 12, program: $p, status: 0,
		message: "the ?last"}')" ]
	run tell ds-remove zone=example.com.
	[ "$status" -eq 9 ]
	[[ $output == *"hook ds-remove of example.com.: $PWD/tell ended with status 7: first; the ?last"* ]]
	last_event >event
	[ "$(jq -cS .payload event)" = "$(jq -cnS --arg p "$PWD/tell" '{hook: "ds-remove",
		zone: "example.com.", program: $p, status: 7,
		message: "the ?last"}')" ]
	run kmgr list-events
	[[ $output == *"ds-add of example.com./12: $PWD/tell ended with status 0: the ?last"* ]]
	kmgr verify
}

@test "a hook that does not end is killed, and all that it began" {
	program tell <<-END
	#!/bin/sh
	sleep 1000 &
	echo \$! >$PWD/child
	echo waiting >&2
	wait
	END
	hooks "  ds-reminder: [$PWD/tell]
  timeout: 3s"
	run tell ds-reminder zone=example.com.
	[ "$status" -eq 9 ]
	[[ $output == *"did not end within 3 s: waiting"* ]]
	wait_until 10 pid_is_gone "$(cat child)"
	last_event >event
	[ "$(jq -r .payload.hook event)" = ds-reminder ]
	[ "$(jq -r .payload.status event)" = null ]
	[ "$(jq -r .payload.message event)" = waiting ]
}

@test "a program that is not there is a failure that the ledger tells of" {
	hooks "  ds-add: [$PWD/none]"
	run tell ds-add zone=example.com.
	[ "$status" -eq 9 ]
	[[ $output == *"$PWD/none"*"No such file"* ]]
	[ "$(last_event | jq -r .payload.status)" = null ]
	[[ $(last_event | jq -r .payload.message) == *"No such file"* ]]
}

@test "without a hook nothing is run, and the ledger stays as it is" {
	hooks "  ds-add: [$PWD/none]"
	before=$(last_event)
	tell ds-remove zone=example.com.
	[ "$(last_event)" = "$before" ]
}

@test "a hook that reads nothing has not failed" {
	hooks "  ds-add: [/bin/true]"
	tell ds-add zone=example.com. "dnskey=$(head -c 100000 /dev/zero | tr '\0' x)"
	[ "$(last_event | jq -r .payload.status)" = 0 ]
}
