# For bats files: load ../lib/postgresql
#
# A PostgreSQL server for the tests of one file; tests/lib/postgresql starts it.

# postgresql_start [fsync]: for setup_file. Sets PGDIR (exported).
postgresql_start() {
	PGDIR=$("$srcdir/tests/lib/postgresql" start $$ "$@" 3>&-) || return
	export PGDIR
}

# postgresql_stop: for teardown_file.
postgresql_stop() {
	[ -z "${PGDIR:-}" ] || "$srcdir/tests/lib/postgresql" stop "$PGDIR"
}

# postgresql down|up|restart [MODE]
postgresql() {
	"$srcdir/tests/lib/postgresql" "$1" "$PGDIR" "${@:2}" 3>&-
}

# postgresql_clock SECONDS: so far ahead is the server's clock from now on.
postgresql_clock() {
	echo "$1" >"$PGDIR/clock.new"
	chmod 644 "$PGDIR/clock.new"
	mv "$PGDIR/clock.new" "$PGDIR/clock"
}

# psql_as_owner [DATABASE] ...: SQL as the server's superuser.
psql_as_owner() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$PGDIR" -U kmgr "$@"
}

# postgresql_env DIR: as kmgr_env, with the store in a new database of user
# "keeper", who has a password. Sets PGNAME, STORE_URL, PGPASSFILE (exported).
postgresql_env() {
	local dir=$1

	PGNAME=kmgr_$BATS_TEST_NUMBER
	psql_as_owner -d postgres -c "DO \$\$ BEGIN IF NOT EXISTS (SELECT 1
		FROM pg_roles WHERE rolname = 'keeper') THEN
		CREATE ROLE keeper LOGIN PASSWORD 'Wachtwoord-8'; END IF;
		END \$\$" -c "CREATE DATABASE $PGNAME OWNER keeper"
	(umask 077 && echo "*:*:*:keeper:Wachtwoord-8" >"$dir/pgpass")
	export PGPASSFILE=$dir/pgpass
	STORE_URL="postgresql://keeper@/$PGNAME?host=$PGDIR"
	kmgr_env "$dir"
	store_is "$STORE_URL"
}

# postgresql_here: for setup. A token of this test alone and a database that
# nobody has begun a store in; it goes on in their folder.
postgresql_here() {
	need_program psql
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	postgresql_env "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
}

# store_is URL: what the configuration names from now on.
store_is() {
	sed -i "s|^store: .*|store: \"${1//&/\\&}\"|" "$KMGR_CONFIG"
}
