# The units: what systemd says of them, and that their command lines run as an
# unprivileged user with the PIN as a credential.
load ../lib/common
bats_require_minimum_version 1.5.0

units=$builddir/scripts/systemd

# Below a folder that others can enter, which bats's own is not.
setup() {
	dir=$(mktemp -d "${TMPDIR:-/tmp}/kmgr-units.XXXXXX")
	chmod 755 "$dir"
	cd "$dir"
}

teardown() {
	cd /
	rm -rf "$dir"
}

# exec_of UNIT: the words of its ExecStart, with the program that was built.
exec_of() {
	sed -n 's/^ExecStart=//p' "$units/$1" | sed "s,^[^ ]*/kmgr,$dir/kmgr,"
}

# as_user COMMAND...: as the owner of this test's files, who is not root.
as_user() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
		return
	fi
	setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs \
		--bounding-set=-all "$@"
}

# world: a token, a store and a zone that belong to that user; the PIN is in
# credentials/main.pin alone.
world() {
	cp "$KMGR" kmgr
	chmod 755 kmgr
	mkdir state
	softhsm_new "$dir/state" kmgr
	mkdir credentials
	mv state/kmgr/pin credentials/main.pin
	chmod 700 credentials
	chmod 400 credentials/main.pin
	kmgr_env "$dir/state" "main=${TOKEN_URI%&pin-source=*}"
	printf 'zones:\n  example.com: { publish: { directory: %s } }\n' \
		"$dir/state/out" >>state/kmgr.yaml
	[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 state credentials
	export CREDENTIALS_DIRECTORY=$dir/credentials HOME=$dir/state
	umask 077
	cd state
	as_user "$dir/kmgr" init >/dev/null
	printf 'version: 1\nzones: ["."]\n' | as_user tee p.yaml >/dev/null
	as_user "$dir/kmgr" -q create-cmk prod --token main --policy p.yaml \
		>/dev/null
	as_user "$dir/kmgr" -q create-ksk example.com --cmk prod >/dev/null
	dnssec-keygen -q -a 13 -K "$dir" example.com >../name 2>/dev/null
	as_user "$dir/kmgr" -q sign-zsks example.com - \
		<"$dir/$(cat ../name).key" >/dev/null
}

@test "systemd finds nothing wrong with the units" {
	need_program systemd-analyze
	# It looks for the program, and for manuals that are not installed.
	for unit in kmgr-run.service kmgr-watch.service; do
		sed -e 's,^ExecStart=[^ ]*,ExecStart=/bin/true,' \
			-e '/^Documentation=/d' "$units/$unit" >"$unit"
	done
	sed '/^Documentation=/d' "$srcdir/scripts/systemd/kmgr-run.timer" \
		>kmgr-run.timer
	run -0 systemd-analyze verify ./kmgr-run.service \
		./kmgr-watch.service ./kmgr-run.timer
	[ -z "$output" ]
	# What it thinks of the hardening: 10 is none at all.
	for unit in kmgr-run.service kmgr-watch.service; do
		run -0 systemd-analyze security --offline=yes \
			--threshold=20 "./$unit"
	done
}

@test "the timer starts the service, and both name the installed program" {
	grep -qx 'OnCalendar=\*:0/10' "$srcdir/scripts/systemd/kmgr-run.timer"
	[[ $(exec_of kmgr-run.service) == "$dir/kmgr -q run" ]]
	[[ $(exec_of kmgr-watch.service) == "$dir/kmgr -q run --watch" ]]
	grep -q "^ExecStart=/.*/bin/kmgr " "$units/kmgr-run.service"
	grep -q '/bin/kmgr -q run$' "$builddir/scripts/cron/kmgr"
	for unit in kmgr-run.service kmgr-watch.service; do
		grep -qx 'User=kmgr' "$units/$unit"
		grep -qx 'NoNewPrivileges=true' "$units/$unit"
		grep -qx 'ProtectSystem=strict' "$units/$unit"
		grep -q '^LoadCredential=main.pin:/.*/kmgr/main.pin$' \
			"$units/$unit"
		run -1 grep @ <(grep -v '^SystemCallFilter=' "$units/$unit")
	done
}

@test "make install puts units, user and crontab, or leaves them out" {
	run -0 make -s -C "$builddir" install DESTDIR="$dir/root"
	root=$dir/root$(make -s -C "$builddir" print-unitdir)
	[ "$(cd "$root" && echo *)" = \
		'kmgr-run.service kmgr-run.timer kmgr-watch.service' ]
	[ "$(stat -c %a "$root/kmgr-run.service")" = 644 ]
	[ -n "$(find "$dir/root" -path '*sysusers.d/kmgr.conf')" ]
	[ -n "$(find "$dir/root" -name kmgr.cron)" ]
	run -0 make -s -C "$builddir" uninstall DESTDIR="$dir/root"
	[ -z "$(find "$dir/root" -type f)" ]
}

@test "kmgr-run.service: as an unprivileged user, with a credential" {
	world
	before=$(as_user "$dir/kmgr" --json list-events |
		jq '.events | length')
	run -0 as_user $(exec_of kmgr-run.service)
	[[ $output == *"did publish: the signed records"* ]]
	# What it made nobody else may read.
	[ -z "$(find . -name 'kmgr.db*' -perm /077)" ]
	[ "$(id -u)" -ne 0 ] || [ -z "$(find . -user 0)" ]
	# Later it signs anew, which takes the PIN.
	run -0 as_user env KMGR_CLOCK_SHIFT=$((10 * 86400)) \
		LD_PRELOAD="$TURNCLOCK" $(exec_of kmgr-run.service)
	[ "$(as_user "$dir/kmgr" --json list-events | jq '.events |
		length')" -gt "$before" ]
	# Without it there is nothing to sign with.
	unset CREDENTIALS_DIRECTORY
	run as_user env KMGR_CLOCK_SHIFT=$((20 * 86400)) \
		LD_PRELOAD="$TURNCLOCK" $(exec_of kmgr-run.service)
	[ "$status" -ne 0 ]
}

@test "a credential that others may read is refused" {
	world
	chmod 444 "$dir/credentials/main.pin"
	run -3 as_user "$dir/kmgr" verify
	[[ $output == *"main.pin can be read or written by others"* ]]
}
