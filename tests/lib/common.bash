# For bats files: load ../lib/common
#
# Tests are run by tests/lib/run-bats, which exports srcdir, builddir, TESTDIR,
# P11SHIM, KILLWRITE, TURNCLOCK, P11STEPS and KMGR. All functions here return
# non-zero on failure, with the reason on standard error. What they start or
# make belongs to a directory that the caller names, below one that bats throws
# away.

# need_program NAME...: skips the test where a real component is missing.
need_program() {
	local name

	for name in "$@"; do
		command -v "$name" >/dev/null ||
			skip "$name is not installed: scripts/install-deps test"
	done
}

# find_file PATTERN...: prints the first file that one of the patterns matches.
find_file() {
	local file

	for file in "$@"; do
		if [ -e "$file" ]; then
			printf '%s\n' "$file"
			return 0
		fi
	done
	echo "none of these files is there: $*" >&2
	return 1
}

# wait_until SECONDS COMMAND...: runs the command until it succeeds. What takes
# SECONDS on a machine that has time for it is given a minute and a half
# more on one that has not: it costs nothing where all is well.
wait_until() {
	poll_until $(($1 + 90)) "${@:2}"
}

# poll_until SECONDS COMMAND...: no longer than that. What takes more than a
# second is not asked for so often: others need the processor.
poll_until() {
	local began=$SECONDS end=$((SECONDS + $1)) nap=0.05

	shift
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			echo "waited in vain for: $*" >&2
			return 1
		fi
		[ $((SECONDS - began)) -lt 2 ] || nap=0.25
		sleep $nap
	done
}

# by_the_clock: this test, and what it starts from now on, goes before others
# where that is ours to say: its servers have to keep to seconds.
by_the_clock() {
	renice -n -10 -p $$ >/dev/null 2>&1 || :
}

# random_digits N
random_digits() {
	local digits=

	while [ ${#digits} -lt "$1" ]; do
		digits+=$RANDOM
	done
	printf '%s\n' "${digits:0:$1}"
}

# sha256_of FILE...: one line for the contents of all files, and of a directory
# for the names and contents of all that is in it; to see that nothing changed.
sha256_of() {
	find "$@" -type f -print0 | LC_ALL=C sort -z |
		xargs -0 -r sha256sum | sha256sum | cut -d ' ' -f 1
}

# --- kmgr ------------------------------------------------------------------

# kmgr ARGUMENTS...: the program that was built.
kmgr() {
	"$KMGR" "$@"
}

# kmgr_env DIR [NAME=URI...]: makes DIR/kmgr.yaml with a store in DIR and these
# tokens, or one token "main" of URI $TOKEN_URI, and sets KMGR_CONFIG.
kmgr_env() {
	local dir=$1 token

	shift
	[ $# -gt 0 ] || set -- "main=$TOKEN_URI"
	mkdir -p "$dir"
	{
		echo "store: sqlite:$dir/kmgr.db"
		echo 'tokens:'
		for token in "$@"; do
			echo "  ${token%%=*}: ${token#*=}"
		done
	} >"$dir/kmgr.yaml"
	export KMGR_CONFIG=$dir/kmgr.yaml
}

# sql ARGUMENT...: sqlite3 on kmgr.db here, with the guards taken away, as
# somebody would who wants to.
sql() {
	local trigger

	for trigger in $(sqlite3 kmgr.db "SELECT name FROM sqlite_master
		WHERE type = 'trigger'"); do
		sqlite3 kmgr.db "DROP TRIGGER $trigger"
	done
	sqlite3 kmgr.db "$@"
}

# batch_of_one CMK_ID FILE: what the seal key of the CMK signs to endorse what
# FILE says, alone.
batch_of_one() {
	printf '{"cmk_id":"%s","n":1,"root":"%s"}' "$1" \
		"$({ printf '\0kmgr/endorsement/v1\0'; cat "$2"; } |
			sha256sum | cut -d ' ' -f 1)"
}

# foretold COMMAND...: runs what approves or applies a plan, but first with
# --dry-run: which refuses only what is refused then as well, and otherwise says
# what is done, step for step.
foretold() {
	local told=$BATS_TEST_TMPDIR/foretold would=0 did=0

	"$@" --dry-run >"$told.would" 2>/dev/null || would=$?
	"$@" >"$told.did" 2>"$told.err" || did=$?
	cat "$told.did"
	cat "$told.err" >&2
	[ $would -eq 0 ] || [ $would -eq $did ] || {
		echo "--dry-run ended with $would" >&2
		return 99
	}
	sed '/^would record that .* approves plan/d
		/^would end plan .* as applied$/d; s/^would //' \
		"$told.would" >"$told.steps"
	# What an earlier run has done is no step, but is told once more.
	[ $did -ne 0 ] || [ ! -s "$told.steps" ] ||
		! grep -q '^did ' "$told.did" ||
		sed -n 's/^did //p' "$told.did" | diff "$told.steps" - >&2 ||
		return 99
	return $did
}

# --- SoftHSM ---------------------------------------------------------------

# kmgr_here: for setup. A token and a store of this test alone, and it goes on
# in the folder of both.
kmgr_here() {
	softhsm_new "$BATS_TEST_TMPDIR" kmgr
	kmgr_env "$BATS_TEST_TMPDIR"
	kmgr init >/dev/null
	cd "$BATS_TEST_TMPDIR"
}

# pin_file DIR PIN: writes DIR/pin as kmgr wants it and prints its name.
pin_file() {
	(umask 077 && printf '%s\n' "$2" >"$1/pin") && echo "$1/pin"
}

# softhsm_new DIR LABEL: makes a token of its own in DIR and sets
#   SOFTHSM2_CONF			(exported)
#   TOKEN_MODULE TOKEN_LABEL	its module and label
#   TOKEN_PIN TOKEN_SO_PIN
#   TOKEN_URI			with module-path and pin-source
# Called again for the same DIR it adds a token with another label.
softhsm_new() {
	local dir=$1

	TOKEN_LABEL=$2
	TOKEN_MODULE=$(find_file "${SOFTHSM2_MODULE:-}" \
		/usr/lib/softhsm/libsofthsm2.so \
		/usr/lib/*/softhsm/libsofthsm2.so \
		/usr/local/lib/softhsm/libsofthsm2.so) || return
	TOKEN_PIN=$(random_digits 8)
	TOKEN_SO_PIN=$(random_digits 10)
	export SOFTHSM2_CONF=$dir/softhsm2.conf
	mkdir -p "$dir/tokens" "$dir/$TOKEN_LABEL"
	cat >"$SOFTHSM2_CONF" <<-END
		directories.tokendir = $dir/tokens
		objectstore.backend = file
		log.level = ERROR
		slots.removable = false
	END
	softhsm2-util --module "$TOKEN_MODULE" --init-token --free \
		--label "$TOKEN_LABEL" --so-pin "$TOKEN_SO_PIN" \
		--pin "$TOKEN_PIN" >"$dir/softhsm2-util.log" 2>&1 || {
		cat "$dir/softhsm2-util.log" >&2
		return 1
	}
	token_uri "$(pin_file "$dir/$TOKEN_LABEL" "$TOKEN_PIN")"
}

# token_uri PIN-FILE: sets TOKEN_URI from TOKEN_LABEL and TOKEN_MODULE.
token_uri() {
	TOKEN_URI="pkcs11:token=${TOKEN_LABEL// /%20}"
	TOKEN_URI+="?module-path=$TOKEN_MODULE&pin-source=file:$1"
}

# uri_of_shim URI: the same token by way of the shim, whose switches are in
# tests/fault/p11shim_conf.c; also set KMGR_SHIM_MODULE=$TOKEN_MODULE.
uri_of_shim() {
	[ -e "$P11SHIM" ] || {
		echo "$P11SHIM is not built" >&2
		return 1
	}
	echo "${1%%module-path=*}module-path=$P11SHIM&pin-source=${1##*pin-source=}"
}

# preloaded LIBRARY COMMAND...: runs it with one of the libraries above.
preloaded() {
	[ -e "$1" ] || {
		echo "$1 is not built" >&2
		return 1
	}
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 \
		LD_PRELOAD=$1 "${@:2}"
}

# with_killwrite COMMAND...: runs it under tests/fault/killwrite.c, whose
# switches the caller exports.
with_killwrite() {
	preloaded "$KILLWRITE" "$@"
}

# with_clock SECONDS COMMAND...: runs it by a clock that is so far ahead, or
# behind where there is a minus.
with_clock() {
	KMGR_CLOCK_SHIFT=$1 preloaded "$TURNCLOCK" "${@:2}"
}

# kmgr_later DURATION ARGUMENTS...: the program at so many days or hours from
# now, "15d" or "3h".
kmgr_later() {
	local s=$((${1%[dh]} * 3600))

	[[ $1 == *h ]] || s=$((s * 24))
	with_clock $s "$KMGR" "${@:2}"
}

# clock_stop: from now on the clock of the program stands still at this second,
# for tests that compare what is reckoned from now. kmgr_later reckons from it.
clock_stop() {
	KMGR_CLOCK_AT=$(date +%s)
	export KMGR_CLOCK_AT

	kmgr() {
		with_clock 0 "$KMGR" "$@"
	}
}

# --- servers ---------------------------------------------------------------

# is_port_free PORT: whether nobody has it on any address, TCP or UDP.
is_port_free() {
	! cat /proc/net/{tcp,tcp6,udp,udp6} 2>/dev/null |
		awk '{ print $2 }' | grep -q "$(printf ':%04X' "$1")\$"
}

# next_port: the next of the even ports below the ephemeral ones, in a row that
# all tests of this build share, which begins anywhere.
next_port() {
	local file=$builddir/tests/last-port n

	{
		flock 9
		read -r n <"$file" || n=$((RANDOM % 10000))
		n=$(((n + 1) % 10000))
		echo $n >"$file"
	} 9>>"$file"
	echo $((10240 + 2 * n))
}

# free_port: prints a port that nobody has, and neither the one after it; also
# not who was told one before and has not bound it yet.
free_port() {
	local port try

	for try in {1..200}; do
		port=$(next_port) || return
		if is_port_free $port && is_port_free $((port + 1)); then
			echo "$port"
			return 0
		fi
	done
	echo "no free port after $try tries" >&2
	return 1
}

# Where the process ids are, so that teardown finds what setup started.
servers_dir() {
	local dir=${BATS_FILE_TMPDIR:?}/servers

	mkdir -p "$dir"
	echo "$dir"
}

# server_start NAME COMMAND...: starts it in the background, in the foreground
# mode that the command must have, with its output in $(server_log NAME).
server_start() {
	local name=$1 dir

	dir=$(servers_dir)
	shift
	# bats waits for descriptor 3 to be closed by all.
	"$@" >"$dir/$name.log" 2>&1 3>&- </dev/null &
	echo $! >"$dir/$name.pid"
}

server_log() {
	echo "$(servers_dir)/$1.log"
}

server_pid() {
	cat "$(servers_dir)/$1.pid"
}

# server_ready NAME SECONDS COMMAND...: waits until the command succeeds; fails
# with the log of the server if that has died or takes much longer.
server_ready() {
	local name=$1 end=$((SECONDS + $2 + 90)) pid

	pid=$(server_pid "$name") || return
	shift 2
	until "$@" >/dev/null 2>&1 3>&-; do
		if ! kill -0 "$pid" 2>/dev/null || [ $SECONDS -ge $end ]; then
			echo "$name is not ready ($*):" >&2
			cat "$(server_log "$name")" >&2
			return 1
		fi
		sleep 0.05
	done
}

# pid_is_gone PID: whether it has ended; a zombie has.
pid_is_gone() {
	! kill -0 "$1" 2>/dev/null ||
		grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

# server_stop NAME: asks it to end, and makes it after $SERVER_GRACE seconds.
SERVER_GRACE=5
server_stop() {
	local file pid

	file=$(servers_dir)/$1.pid
	[ -e "$file" ] || return 0
	pid=$(cat "$file")
	rm -f "$file"
	kill "$pid" 2>/dev/null || return 0
	poll_until "$SERVER_GRACE" pid_is_gone "$pid" 2>/dev/null ||
		kill -KILL "$pid"
}

# servers_stop: stops all; for teardown and teardown_file.
servers_stop() {
	local file

	for file in "$(servers_dir)"/*.pid; do
		[ -e "$file" ] || continue
		file=${file##*/}
		server_stop "${file%.pid}"
	done
}
