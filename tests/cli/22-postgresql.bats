# A store in PostgreSQL: as one in a file, and what happens when it is away.
load ../lib/common
load ../lib/postgresql
bats_require_minimum_version 1.5.0

setup_file() {
	postgresql_start fsync
}

teardown_file() {
	postgresql_stop
}

setup() {
	postgresql_here
	printf 'version: 1\nzones: ["."]\n' >p.yaml
	echo 'example.com. 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==' >zsk
}

# begin: a store with a CMK, a KSK and a signed set.
begin() {
	kmgr -q init >/dev/null
	kmgr -q create-cmk prod --token main --policy p.yaml >/dev/null
	kmgr -q create-ksk example.com --cmk prod >/dev/null
	kmgr -q sign-zsks example.com zsk >/dev/null
}

# works: nothing differs, and zones are signed.
works() {
	kmgr -q verify >/dev/null || return
	goes_on
}

# goes_on: the same after a crash, of which the next command finishes the rest.
goes_on() {
	kmgr -q create-ksk "new$RANDOM.example" --cmk prod >/dev/null || return
	kmgr -q sign-zsks example.com zsk | grep -q 'RRSIG' || return
	kmgr -q verify >/dev/null
}

# sql SQL: on the store of this test.
sql() {
	psql_as_owner -d "$PGNAME" -c "$1"
}

# rows URL: what is in a store, by a copy in a file that is taken back.
rows() {
	rm -f rows.db
	"$KMGR" -q migrate-store "$1" "sqlite:$PWD/rows.db" >/dev/null || return
	"$KMGR" -q migrate-store "sqlite:$PWD/rows.db" "$1" >/dev/null || return
	sqlite3 rows.db .dump | grep -v '^CREATE TRIGGER shut_'
	rm -f rows.db
}

# head_of URL
head_of() {
	"$KMGR" --json migrate-store "$1" "sqlite:$PWD/none.db" --dry-run |
		jq -r '"\(.seq) \(.head)"'
}

@test "a service and a shell lock tokens in one place" {
	begin
	mkdir locks
	for KMGR_LOCK_DIR in "$PWD/locks" ""; do
		touch before
		TMPDIR=$PWD/a XDG_RUNTIME_DIR=$PWD/a kmgr -q sign-zsks \
			example.com zsk >/dev/null
		TMPDIR=$PWD/b XDG_RUNTIME_DIR= kmgr -q sign-zsks \
			example.com zsk >/dev/null
		top=${KMGR_LOCK_DIR:-/run/lock}/kmgr-$(id -u)
		[ "$(find "$top" -newer before -name '*.main.lock' \
			-printf '%m\n' -delete)" = 600 ]
		[ "$(stat -c %a "$top")" = 700 ]
		[ ! -e a ] && [ ! -e b ]
	done
	# Nobody can lead them elsewhere.
	mv locks/kmgr-* elsewhere
	ln -s ../elsewhere "locks/kmgr-$(id -u)"
	KMGR_LOCK_DIR=$PWD/locks
	run -9 kmgr sign-zsks example.com zsk
	[[ $output == *"open lock file "*"/locks/kmgr-$(id -u)-is-not-ours"* ]]
}

@test "what a store in a file does, one in PostgreSQL does" {
	run -7 kmgr list-cmks
	[[ $output == *"there is none in this database yet"*"kmgr init"* ]]
	run -0 kmgr init
	[[ $output == *"store $STORE_URL is ready"* ]]
	begin
	kmgr -q plan example.com >/dev/null
	works
	[[ $(kmgr list-events --type sign-zsks) == *example.com.* ]]
	[[ $(kmgr --json list-ksks example.com | jq -r '.ksks | length') -eq 1 ]]
	kmgr -q check --no-network >/dev/null || [ $? -le 2 ]
	[ "$(sql 'SELECT max(seq) = count(*) FROM ledger')" = t ]
	# Who has the database in his hands finds the guards there, too.
	run -1 sql "UPDATE ledger SET at = 1"
	[[ $output == *append-only* ]]
	run -1 sql "TRUNCATE ledger"
	[[ $output == *append-only* ]]
	# What gets by them is found.
	sql "ALTER TABLE ksk DISABLE TRIGGER ksk_identity"
	run -10 kmgr verify
	[[ $output == *"trigger ksk_identity of ksk is off"* ]]
	sql "UPDATE ksk SET key_tag = key_tag # 1 WHERE zone = 'example.com.'"
	sql "ALTER TABLE ksk ENABLE TRIGGER ksk_identity"
	run -10 kmgr verify
	[[ $output == *example.com.* ]]
}

@test "by a clock that is not the server's nothing is signed, whoever answers for it" {
	local apart="and that of the database "

	printf 'version: 1\nzones: ["."]\nclock: { tolerance: 0s }\n' >exact
	begin
	kmgr -q create-cmk exact --token main --policy exact >/dev/null
	kmgr -q create-ksk exact.example --cmk exact >/dev/null
	sed 's/^example.com/exact.example/' zsk >exact.zsk
	echo "zones: { example.com: { publish: { directory: $PWD/out } } }" \
		>>kmgr.yaml
	for skew in 1800 -1800 $((30 * 86400)); do
		run -5 with_clock $skew "$KMGR" sign-zsks example.com zsk
		[[ $output == *"$apart"*"more than 5m apart"* ]]
		run -5 with_clock $skew "$KMGR" sign-zsks example.com zsk \
			--accept-time-jump
		[[ $output == *"$apart"* ]]
	done
	run -5 with_clock 30 "$KMGR" sign-zsks exact.example exact.zsk
	[[ $output == *"more than 10s apart"* ]]
	with_clock 3 "$KMGR" -q sign-zsks exact.example exact.zsk >/dev/null
	with_clock 200 "$KMGR" -q sign-zsks example.com zsk >/dev/null
	# check tells which of the two it is: one CMK, or nothing at all.
	run -0 with_clock 3 "$KMGR" check --no-network
	[[ $output != *store-clock* ]]
	run -1 with_clock 30 "$KMGR" check --no-network
	[[ $output == *"WARNING - store-clock: "*"$apart"*"more than 10s"* ]]
	run -2 with_clock 7200 "$KMGR" check --no-network
	[[ $output == *"CRITICAL - store-clock: "*"$apart"*"more than 1h"* ]]
	[ "$(grep -c store-clock <<<"$output")" -eq 1 ]
	for flag in -n --accept-time-jump; do
		run -5 kmgr_later 30d run $flag
		[[ $output == *"$apart"*"more than 1h apart"* ]]
		run -5 kmgr_later 30d run example.com $flag
	done
	[ ! -e out ]
	[ "$(sql 'SELECT count(*) FROM signature')" -eq 3 ]
	# Both of them may be right, much later.
	postgresql_clock $((30 * 86400))
	kmgr_later 30d -q run
	postgresql_clock 0
	[ "$(sql 'SELECT count(*) FROM signature')" -gt 3 ]
}

# statements ARGUMENT...: what the server heard of a command two days from now.
statements() {
	psql_as_owner -d postgres -c "ALTER ROLE keeper SET log_statement = 'all'" \
		-c "ALTER ROLE keeper SET log_min_messages = 'log'"
	: >"$PGDIR/log"
	postgresql_clock 172800
	kmgr_later 2d "$@" >/dev/null || return
	postgresql_clock 0
	grep -a -o -E '(execute [^:]*|statement): .*' "$PGDIR/log"
	psql_as_owner -d postgres -c "ALTER ROLE keeper RESET ALL"
}

@test "run asks the store of many zones at once, and changes them at once" {
	local zone

	begin
	echo zones: >>kmgr.yaml
	for zone in {a,b,c,d,e,f}.example; do
		sed "s/^example.com/$zone/" zsk >"$zone.zsk"
		echo "  $zone: { source: { file: $PWD/$zone.zsk }," \
			"publish: { directory: $PWD/$zone } }" >>kmgr.yaml
	done
	kmgr -q create-ksk {a,b,c,d,e,f}.example --cmk prod >/dev/null
	kmgr -q run >/dev/null || [ $? -eq 12 ]
	statements -q run >asked
	# Each was to have its DS, and was signed anew with CDS.
	[ "$(grep -c 'UPDATE ksk SET state' asked)" -ge 6 ]
	[ "$(grep -c 'INSERT INTO signature ' asked)" -ge 18 ]
	# Of none it was asked alone what keys it has, or what was signed.
	run ! grep -E "FROM (ksk|foreign_key|zsk_set|zone_alg) WHERE zone = " \
		asked
	# No change was waited for before that of the next one was made, and
	# their steps are one transaction.
	[ "$(grep -c ': SAVEPOINT q' asked)" -le 9 ]
	[ "$(grep -c 'BEGIN .*pg_advisory_xact_lock' asked)" -le 9 ]
}

@test "libpq is loaded for a store in PostgreSQL alone" {
	LD_DEBUG=files LD_DEBUG_OUTPUT=$PWD/server kmgr -q init >/dev/null
	grep -q '/libpq\.so' server.*
	in_a_file=sqlite:$PWD/store/kmgr.db
	store_is "$in_a_file"
	LD_DEBUG=files LD_DEBUG_OUTPUT=$PWD/file kmgr -q init >/dev/null
	grep -q '/libsqlite3\.so' file.*
	run ! grep -q '/lib\(pq\|ldap\|gssapi\)' file.*

	# One that cannot be loaded, and one that is too old.
	mkdir lib
	: >lib/libpq.so.5
	export LD_LIBRARY_PATH=$PWD/lib
	kmgr -q status
	store_is "$STORE_URL"
	run -9 kmgr status
	[[ $output == *"store: load libpq: $PWD/lib/libpq.so.5: file too "* ]]
	[[ $output == *"needs libpq 14 or later "*"apt install libpq5"* ]]
	ln -sf "$(ldd "$KMGR" | awk '$1 ~ /^libexpat/ { print $3 }')" \
		lib/libpq.so.5
	run -9 kmgr status
	[[ $output == *"load libpq: "*"undefined symbol: PQ"* ]]
	[[ $output == *"needs libpq 14 or later "* ]]
	store_is "$in_a_file"
	kmgr -q status
}

@test "a password stands in a file, and is never told" {
	begin
	for url in "postgresql://keeper:Wachtwoord-8@/x?host=$PGDIR" \
		"$STORE_URL&password=Wachtwoord-8" \
		"postgres://keeper:Wachtwoord-8@/x" \
		"postgresql://keeper:Wachtwoord-8@[/x"; do
		store_is "$url"
		run -3 kmgr list-cmks
		[[ $output != *Wachtwoord* ]]
		run -2 kmgr migrate-store "$url" "$url"
		[[ $output != *Wachtwoord* ]]
	done
	store_is "$STORE_URL&password=Wachtwoord-8"
	run -3 kmgr list-cmks
	[[ $output == *"a password in it"*passfile=* ]]
	store_is "$STORE_URL&passfile=$PGPASSFILE"
	unset PGPASSFILE
	kmgr -q verify >/dev/null
	store_is "$STORE_URL"
	run -7 env HOME=/nonexistent "$KMGR" list-cmks
	[[ $output == *"no password supplied"*passfile=* ]]
	(umask 077 && echo '*:*:*:keeper:Geheim-9' >wrong)
	run -7 env PGPASSFILE="$PWD/wrong" "$KMGR" list-cmks
	[[ $output == *"password authentication failed"* ]]
	[[ $output != *Geheim* ]]
}

@test "a database that cannot be a store is refused by name" {
	psql_as_owner -d "$PGNAME" -c 'CREATE TABLE theirs (a int)'
	run -7 kmgr init
	[[ $output == *"belongs to another program"*search_path* ]]
	# Beside it there is room in a schema of its own.
	psql_as_owner -d "$PGNAME" -c 'CREATE SCHEMA keys AUTHORIZATION keeper'
	store_is "$STORE_URL&options=-csearch_path%3Dkeys"
	begin
	works
	psql_as_owner -d "$PGNAME" -c 'UPDATE keys.kmgr_schema SET version = 9'
	run -7 kmgr list-cmks
	[[ $output == *"its schema is version 9"* ]]
	store_is "$STORE_URL&options=-csearch_path%3Dnowhere"
	run -7 kmgr init
	[[ $output == *"no schema of the search_path"* ]]
	psql_as_owner -d postgres -c "CREATE DATABASE latin_$PGNAME OWNER
		keeper ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'
		TEMPLATE template0"
	store_is "postgresql://keeper@/latin_$PGNAME?host=$PGDIR"
	run -7 kmgr init
	[[ $output == *"encoding is not UTF8"* ]]
	store_is "$STORE_URL&options=-cdefault_transaction_read_only%3Don"
	run -7 kmgr init
	[[ $output == *"set to read only"* ]]
}

@test "server down, crashed between commands and while one works" {
	begin
	postgresql down immediate
	run -7 kmgr list-cmks
	[[ $output == *"is the server up"* ]]
	postgresql up
	works
	# One that is in the middle of it hears it and has done nothing, or all.
	for i in 1 2 3; do
		for zone in $(seq 1 20); do
			echo "z$i-$zone.example"
		done >zones
		before=$(sql 'SELECT count(*) FROM ledger')
		kmgr create-ksk --zones-from zones --cmk prod >out 2>&1 3>&- &
		pid=$!
		wait_until 20 more_than "$before"
		postgresql restart immediate
		status=0
		wait $pid || status=$?
		cat out
		[ $status -eq 7 ] || [ $status -eq 0 ]
		[ $status -eq 0 ] || grep -q 'lost\|shut\|terminat\|closed' out
		goes_on
	done
	kmgr -q verify >/dev/null
}

# more_than N: whether the ledger has more events.
more_than() {
	[ "$(sql 'SELECT count(*) FROM ledger')" -gt "$1" ]
}

@test "the backup that covers KSKs can be restored" {
	printf 'version: 1\nzones: ["."]\ncustody: wrapped\n' >wrapped.yaml
	kmgr -q init >/dev/null
	kmgr -q create-cmk wrapped --token main --policy wrapped.yaml >/dev/null
	kmgr -q create-ksk w.example --cmk wrapped >/dev/null
	kmgr --json backup covering >made.json
	[ "$(jq .covered made.json)" -eq 1 ]
	[ "$(sqlite3 covering "SELECT count(*) FROM ksk WHERE backup_at <> 0")" \
		-eq 1 ]
	[ "$(sqlite3 covering 'SELECT max(seq) FROM ledger')" -eq \
		"$(jq .seq made.json)" ]
	sed -i "s,^store: .*,store: sqlite:$PWD/other.db," kmgr.yaml
	run -0 kmgr restore covering
	run -0 kmgr verify
}

@test "backup and restore, from and into either" {
	begin
	kmgr -q backup one >/dev/null
	[ "$(stat -c %a one)" = 600 ]
	# It is the file that a store in a file makes, and can be one.
	kmgr -q migrate-store "$STORE_URL" "sqlite:$PWD/file.db" >/dev/null
	kmgr -q migrate-store "sqlite:$PWD/file.db" "$STORE_URL" >/dev/null
	sqlite3 file.db "VACUUM INTO 'file.copy'"
	[ "$(sqlite3 one .schema)" = "$(sqlite3 file.copy .schema |
		grep -v 'TRIGGER shut_')" ]
	kmgr -q create-ksk example.net --cmk prod >/dev/null
	kmgr -q sign-zsks example.com zsk >/dev/null
	run -4 kmgr restore one
	[[ $output == *"it ends with event"* ]]
	kmgr -q backup two >/dev/null
	# The first one comes back by a hand that knows of no restore.
	sql 'DROP OWNED BY keeper' && sql 'GRANT ALL ON SCHEMA public TO keeper'
	sql "GRANT CREATE ON DATABASE $PGNAME TO keeper"
	cp one old.db
	kmgr -q migrate-store "sqlite:$PWD/old.db" "$STORE_URL" >/dev/null
	run -10 kmgr verify
	run -0 kmgr restore two
	[[ $output == *"the old store is kept as schema public_before_restore_"* ]]
	works
	# Into a file, and from there into an empty database.
	store_is "sqlite:$PWD/three.db"
	kmgr -q init >/dev/null
	kmgr -q backup three >/dev/null 2>&1 || true
	store_is "$STORE_URL"
	kmgr -q backup four >/dev/null
	store_is "sqlite:$PWD/three.db"
	rm -f three.db*
	run -0 kmgr restore four
	works
	kmgr -q backup five >/dev/null
	sql 'DROP OWNED BY keeper' && sql 'GRANT ALL ON SCHEMA public TO keeper'
	store_is "$STORE_URL"
	run -0 kmgr restore five
	works
}

@test "restore says what its user may not do" {
	begin
	kmgr -q backup one >/dev/null
	sql "REVOKE CREATE ON DATABASE $PGNAME FROM keeper"
	psql_as_owner -d postgres -c "ALTER DATABASE $PGNAME OWNER TO kmgr"
	psql_as_owner -d "$PGNAME" -c 'GRANT ALL ON SCHEMA public TO keeper'
	sql 'ALTER TABLE ledger DISABLE TRIGGER ALL'
	sql "UPDATE ledger SET payload = replace(payload, 'e', 'f')
		WHERE seq = 3"
	run -7 kmgr restore one
	[[ $output == *"may not create the schema"*"GRANT CREATE ON DATABASE"* ]]
}

@test "a ledger brings a database up to it" {
	begin
	kmgr -q export-ledger -o events >/dev/null
	sql 'DROP OWNED BY keeper' && sql 'GRANT ALL ON SCHEMA public TO keeper'
	run -7 kmgr restore --ledger events
	kmgr -q init >/dev/null
	run -0 kmgr restore --ledger events
	works
}

@test "migrate-store: there and back, every row" {
	begin
	works
	rows "$STORE_URL" >pg.rows
	head_of "$STORE_URL" >pg.head
	run -0 kmgr migrate-store "$STORE_URL" "sqlite:$PWD/f.db" --dry-run
	[[ $output == *"would copy"*ledger*"event "* ]]
	[ ! -e f.db ]
	run -0 kmgr migrate-store "$STORE_URL" "sqlite:$PWD/f.db"
	[[ $output == *"copied $STORE_URL to"*"next: name the new store"* ]]
	# What was left behind is read, and not written.
	run -7 kmgr sign-zsks example.com zsk
	[[ $output == *"this store is shut: it has moved to $PWD/f.db"* ]]
	[[ $output == *"takes a move back"* ]]
	run -7 kmgr create-ksk example.net --cmk prod
	[[ $output == *"this store is shut"* ]]
	run -10 kmgr verify
	[[ $output == *"this store is shut: it has moved to $PWD/f.db"* ]]
	run -0 kmgr status example.com
	[ "$(head_of "sqlite:$PWD/f.db")" = "$(cat pg.head)" ]
	store_is "sqlite:$PWD/f.db"
	works
	# Neither of them is written over.
	run -4 kmgr migrate-store "sqlite:$PWD/f.db" "$STORE_URL"
	[[ $output == *"is shut: it has moved to"*"name an empty store"* ]]
	run -4 kmgr migrate-store "$STORE_URL" "sqlite:$PWD/f.db" --dry-run
	run -2 kmgr migrate-store "$STORE_URL" "$STORE_URL"
	# Back into the database, once that is empty.
	sql 'DROP OWNED BY keeper' && sql 'GRANT ALL ON SCHEMA public TO keeper'
	rows "sqlite:$PWD/f.db" >file.rows
	head_of "sqlite:$PWD/f.db" >file.head
	run -0 kmgr migrate-store "sqlite:$PWD/f.db" "$STORE_URL"
	[ "$(head_of "$STORE_URL")" = "$(cat file.head)" ]
	rows "$STORE_URL" | cmp - file.rows
	store_is "$STORE_URL"
	works
	# A ledger that is broken does not travel.
	sql 'DROP TRIGGER ledger_update ON ledger'
	sql 'UPDATE ledger SET at = at + 1 WHERE seq = 2'
	run -10 kmgr migrate-store "$STORE_URL" "sqlite:$PWD/g.db"
	[[ $output == *"record 2"* ]]
	[ "$(sqlite3 g.db 'SELECT count(*) FROM ledger')" -eq 0 ]
}

# signs FILE: until FILE is there; prints how often it was recorded.
signs() {
	local n=0

	until [ -e "$1" ]; do
		if kmgr -q sign-zsks example.com zsk >/dev/null 2>&1
		then
			n=$((n + 1))
		fi
	done
	echo "$n"
}

# signed URL: how many signings are in its ledger.
signed() {
	sed "s|^store: .*|store: \"${1//&/\\&}\"|" "$KMGR_CONFIG" >one.yaml
	"$KMGR" -c one.yaml --json list-events --type sign-zsks |
		jq '.events | length'
}

# moves_under_a_signer FROM TO: nothing that was recorded is left behind.
moves_under_a_signer() {
	local before n signer

	before=$(signed "$1")
	rm -f enough
	signs enough >signed.n 3>&- & signer=$!
	for n in $(seq 100); do
		[ "$(signed "$1")" -le "$before" ] || break
		sleep 0.1
	done
	kmgr -q migrate-store "$1" "$2" >/dev/null
	touch enough
	wait "$signer"
	[ "$(cat signed.n)" -gt 0 ]
	[ "$(signed "$2")" -eq $((before + $(cat signed.n))) ]
}

@test "migrate-store: who signs meanwhile is not lost" {
	begin
	works
	moves_under_a_signer "$STORE_URL" "sqlite:$PWD/f.db"
	store_is "sqlite:$PWD/f.db"
	sql 'DROP OWNED BY keeper' && sql 'GRANT ALL ON SCHEMA public TO keeper'
	moves_under_a_signer "sqlite:$PWD/f.db" "$STORE_URL"
	store_is "$STORE_URL"
	run -0 kmgr verify
}

# tls_on: the server speaks TCP, and TLS with a certificate of its own.
tls_on() {
	PGTCP=$(free_port)
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
		-keyout key.pem -out ca.pem 2>/dev/null
	# The server may be another user, and wants the key for itself.
	install -m 600 key.pem "$PGDIR/data/server.key"
	install -m 644 ca.pem "$PGDIR/data/server.crt"
	chown --reference="$PGDIR/data" "$PGDIR/data"/server.*
	cp "$PGDIR/data/postgresql.conf" "$PGDIR/data/pg_hba.conf" .
	printf 'listen_addresses = localhost\nport = %s\n' "$PGTCP" \
		>>"$PGDIR/data/postgresql.conf"
	echo 'host all all localhost scram-sha-256' >>"$PGDIR/data/pg_hba.conf"
	postgresql restart
}

# tls_off: as before, for others in this file.
tls_off() {
	cat postgresql.conf >"$PGDIR/data/postgresql.conf"
	cat pg_hba.conf >"$PGDIR/data/pg_hba.conf"
	postgresql restart
}

@test "verify tells of a server that waits for no disk" {
	begin
	echo 'fsync = off' >>"$PGDIR/data/postgresql.conf"
	postgresql restart
	run -10 kmgr verify
	[[ $output == *"fsync of the server is off"* ]]
	run -1 kmgr check --no-network
	[[ $output == *"WARNING - store-settings: fsync of the server is off: "* ]]
	kmgr --json check --no-network >said || [ $? -eq 1 ]
	jq -e '.findings[] | select(.check == "store-settings") |
		.zone == null and .level == "WARNING"' said
	sed -i '/^fsync = off$/d' "$PGDIR/data/postgresql.conf"
	postgresql restart
	run -0 kmgr verify
	[[ $(kmgr check --no-network) != *store-settings* ]]
}

# pooled PORT: a pooler in transaction mode before the server.
pooled() {
	cat >"$PGDIR/pgb.ini" <<-PGB
		[databases]
		$PGNAME = host=$PGDIR user=kmgr
		[pgbouncer]
		listen_addr = 127.0.0.1
		listen_port = $1
		unix_socket_dir =
		auth_type = any
		pool_mode = transaction
	PGB
	set --
	# As the server: the folder is its own.
	chmod a+r "$PGDIR/pgb.ini"
	[ "$(id -u)" -ne 0 ] || set -- setpriv --clear-groups \
		--reuid "$(stat -c %u "$PGDIR")"
	exec "$@" pgbouncer "$PGDIR/pgb.ini" >pgb.log 2>&1 3>&-
}

@test "a pooler before the server is refused" {
	local port pooler

	need_program pgbouncer
	port=$(free_port)
	pooled "$port" & pooler=$!
	store_is "postgresql://kmgr@127.0.0.1:$port/$PGNAME"
	poll_until 30 grep -q "listening on" pgb.log
	run -7 kmgr init
	kill "$pooler"
	[[ $output == *"a pooler stands before the server"*"name the server"* ]]
}

# is_watched: the server asks soon whether who is connected is there.
is_watched() {
	ss -tnoH state established "sport = :$PGTCP" |
		grep -E 'keepalive,([12]?[0-9]|30)(\.[0-9]+)?(sec|ms)'
}

@test "a machine that is gone is missed by the server" {
	local holder reader

	need_program ss
	begin
	tls_on
	store_is "postgresql://keeper@localhost:$PGTCP/$PGNAME?sslmode=disable"
	psql_as_owner -p "$PGTCP" -d "$PGNAME" -c 'BEGIN' \
		-c 'LOCK TABLE cmk' -c 'SELECT pg_sleep(60)' >out 2>&1 3>&- &
	holder=$!
	until [ "$(psql_as_owner -p "$PGTCP" -d "$PGNAME" -c "SELECT count(*)
	    FROM pg_stat_activity WHERE wait_event = 'PgSleep'")" = 1 ]; do
		kill -0 "$holder"
		sleep 0.1
	done
	kmgr list-cmks >cmks 2>&1 3>&- & reader=$!
	poll_until 60 is_watched
	kill "$holder" "$reader"
	tls_off
}

# standby NAME: the server waits for it with each commit; "": for none.
standby() {
	psql_as_owner -d postgres \
		-c "ALTER SYSTEM SET synchronous_standby_names = '$1'" \
		-c 'SELECT pg_reload_conf()'
}

# cancel_waits: of all who wait for a standby.
cancel_waits() {
	psql_as_owner -d postgres -c "SELECT pg_cancel_backend(pid)
		FROM pg_stat_activity WHERE wait_event = 'SyncRep'" >/dev/null
}

# probes: commits, until one has waited for the standby.
probes() {
	until psql_as_owner -d postgres -c 'INSERT INTO probe VALUES (1)' 2>&1 |
		grep -q 'canceling wait'; do
		sleep 0.1
	done
}

# is_awaited: a commit waits for the standby.
is_awaited() {
	[ "$(psql_as_owner -d postgres -c "SELECT count(*) > 0
		FROM pg_stat_activity WHERE wait_event = 'SyncRep'")" = t ]
}

# is_cancelled: the command that waits has ended.
is_cancelled() {
	cancel_waits
	[ -s ended ]
}

@test "a commit whose standby is not waited for is not told as written" {
	local prober

	begin
	works
	psql_as_owner -d postgres -c 'CREATE TABLE probe (i int)'
	standby gone
	probes 3>&- & prober=$!
	wait_until 30 is_awaited
	cancel_waits
	wait "$prober"
	{
		code=0
		kmgr create-cmk late --token main --policy p.yaml >told 2>&1 ||
			code=$?
		echo $code >ended
	} 3>&- &
	wait_until 30 is_cancelled
	standby ''
	[ "$(cat ended)" -eq 7 ]
	grep -q 'perhaps on no standby' told
	grep -q 'hint: .*pg_stat_replication' told
	# As after a crash, the next command finishes what is there.
	goes_on
}

@test "TLS and certificates are what the URL says" {
	tls_on
	local url="postgresql://keeper@localhost:$PGTCP/$PGNAME"
	# Without TLS: whoever insists on it is not served.
	store_is "$url?sslmode=disable"
	kmgr -q init >/dev/null
	for mode in require verify-full; do
		store_is "$url?sslmode=$mode&sslrootcert=$PWD/ca.pem"
		run -7 kmgr list-cmks
		[[ $output == *"server does not support SSL"* ]]
	done
	echo 'ssl = on' >>"$PGDIR/data/postgresql.conf"
	postgresql restart
	store_is "$url?sslmode=verify-full&sslrootcert=$PWD/ca.pem"
	begin
	works
	run -0 psql -X -q -A -t -d "$url?sslmode=verify-full&sslrootcert=$PWD/ca.pem" \
		-c 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
	[ "$output" = t ]
	# Another's certificate, and one for another name.
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 2 -subj /CN=other -keyout other.key -out other.pem \
		2>/dev/null
	store_is "$url?sslmode=verify-ca&sslrootcert=$PWD/other.pem"
	run -7 kmgr list-cmks
	[[ $output == *"certificate verify failed"* ]]
	store_is "${url/localhost/127.0.0.1}?sslmode=verify-full&sslrootcert=$PWD/ca.pem"
	run -7 kmgr list-cmks
	[[ $output == *"does not match host name"* ]]
	store_is "$url?sslmode=verify-full&sslrootcert=$PWD/none.pem"
	run -7 kmgr list-cmks
	[[ $output == *"none.pem"* ]]
	tls_off
}
