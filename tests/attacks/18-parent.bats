# What the store says of the parent, said by somebody who has no PIN, so that a
# wait is over before anybody waited. The parent is one real server.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../interop/dns
load attack

# A KSK of a.example whose DS was asked for two days on.
setup_file() {
	need_program named dig
	world_new
	# Nobody is there yet.
	AUTH_PORT=$(free_port)
	cat >>kmgr.yaml <<-END
		zones:
		  a.example: { parent: { servers: [127.0.0.1@$AUTH_PORT] } }
	END
	at 2 -q run >/dev/null
	echo "declare -g AUTH_PORT=$AUTH_PORT" >>vars
	[ "$(instant ds_add_at)" -gt 0 ]
}

setup() {
	world_enter
}

teardown() {
	servers_stop
}

# instant COLUMN: an instant in the life of the KSK.
instant() {
	sqlite3 kmgr.db "SELECT coalesce($1, 0) FROM ksk"
}

# parent_up [LINE...]: example. with these records.
parent_up() {
	printf '%s\n' "\$TTL 60" '@ SOA ns hm 1 60 60 60 60' '@ NS ns' \
		'ns A 127.0.0.1' 'a NS ns' "$@" >parent
	named_config "$PWD" "example=$PWD/parent" >named.conf
	server_start parent named -g -n 1 -c "$PWD/named.conf"
	server_ready parent 20 is_served example
}

@test "look-forged: the store tells of a look at the parent that nobody had" {
	parent_up "$(kmgr get-ds a.example)"
	sql "INSERT INTO observation (zone, kind, value, text, first_at,
		last_at) SELECT zone, 'parent/' || id, 0, 'all', ds_add_at,
		ds_add_at FROM ksk"
	at 4 run
	# Seen it is, but when kmgr looked: all waits are from then.
	[ "$(instant ds_seen_at)" -ge "$(($(date +%s) + 4 * 86400 - 60))" ]
	at 4 verify
}

@test "look-alone: the store tells of such a look, and the parent has no DS" {
	parent_up
	sql "INSERT INTO observation (zone, kind, value, text, first_at,
		last_at) SELECT zone, 'parent/' || id, 0, 'all', ds_add_at,
		ds_add_at FROM ksk"
	at 4 run
	[ "$(instant ds_seen_at)" = 0 ]
	# And where there is no answer at all.
	server_stop parent
	at 5 run
	[ "$(instant ds_seen_at)" = 0 ]
}
