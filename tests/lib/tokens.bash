# For bats files: load ../lib/common; load ../lib/tokens
# shellcheck disable=SC2034 # the variables are for the tests
#
# Tokens other than SoftHSM. Each X_start DIR makes an initialized, empty token
# in DIR and sets TOKEN_MODULE, TOKEN_LABEL, TOKEN_PIN and TOKEN_URI as
# softhsm_new does; X_stop ends what it started. What a token needs in the
# environment is exported. Run whatever uses the token as "token_run COMMAND".

# token_run COMMAND...: runs it where the token can be reached, by way of the
# command TOKEN_RUN where there is one.
token_run() {
	if [ ${#TOKEN_RUN[@]} -eq 0 ]; then
		"$@"
		return
	fi
	# The working directory is lost on the way into a mount namespace.
	# shellcheck disable=SC2016 # expanded there
	"${TOKEN_RUN[@]}" sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" "$@"
}
TOKEN_RUN=()

# --- TPM 2.0: tpm2-pkcs11 over swtpm ---------------------------------------
#
# The module needs a resource manager before the TPM, and that needs a bus.

tpm_start() {
	local dir=$1 port bus=unix:path=$1/bus

	need_program swtpm tpm2-abrmd tpm2_ptool dbus-daemon dbus-send
	TOKEN_RUN=()
	TOKEN_MODULE=$(find_file /usr/lib/*/libtpm2_pkcs11.so.1 \
		/usr/lib/*/pkcs11/libtpm2_pkcs11.so \
		/usr/lib/libtpm2_pkcs11.so.1) || return
	TOKEN_LABEL=kmgr-tpm
	TOKEN_PIN=$(random_digits 8)
	mkdir -p "$dir/state" "$dir/store"

	# swtpm listens at two ports that follow each other.
	port=$(free_port) || return
	server_start swtpm swtpm socket --tpm2 --tpmstate "dir=$dir/state" \
		--server "type=tcp,port=$port,bindaddr=127.0.0.1" \
		--ctrl "type=tcp,port=$((port + 1)),bindaddr=127.0.0.1" \
		--flags not-need-init,startup-clear
	server_ready swtpm 10 is_listening $((port + 1)) || return

	tpm_bus_config "$dir/bus" >"$dir/bus.conf"
	server_start bus dbus-daemon --config-file="$dir/bus.conf" --nofork
	server_ready bus 10 is_listening_at "$dir/bus" || return

	export DBUS_SESSION_BUS_ADDRESS=$bus
	server_start abrmd tpm2-abrmd --session --allow-root \
		--tcti="swtpm:host=127.0.0.1,port=$port"
	server_ready abrmd 10 tpm_manager_is_up || return

	export TPM2_PKCS11_STORE=$dir/store
	export TPM2_PKCS11_TCTI=tabrmd:bus_type=session
	export TPM2TOOLS_TCTI=$TPM2_PKCS11_TCTI
	{
		tpm2_ptool init --path "$dir/store" &&
			tpm2_ptool addtoken --pid 1 --path "$dir/store" \
				--label "$TOKEN_LABEL" --userpin "$TOKEN_PIN" \
				--sopin "$(random_digits 8)"
	} >"$dir/ptool.log" 2>&1 3>&- || {
		cat "$dir/ptool.log" >&2
		return 1
	}
	token_uri "$(pin_file "$dir" "$TOKEN_PIN")"
}

tpm_stop() {
	server_stop abrmd
	server_stop bus
	server_stop swtpm
}

# is_listening PORT: asks the kernel, for a connection would count as a client.
is_listening() {
	awk -v port="$(printf ':%04X' "$1")" \
		'$4 == "0A" && substr($2, length($2) - 4) == port { hit = 1 }
		END { exit !hit }' /proc/net/tcp
}

# is_listening_at SOCKET: likewise; it has a name a moment earlier.
is_listening_at() {
	awk -v path="$1" '$4 == "00010000" && $NF == path { hit = 1 }
		END { exit !hit }' /proc/net/unix
}

tpm_bus_config() {
	cat <<-END
		<!DOCTYPE busconfig PUBLIC
		 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
		 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
		<busconfig>
		  <type>session</type>
		  <listen>unix:path=$1</listen>
		  <auth>EXTERNAL</auth>
		  <policy context="default">
		    <allow send_destination="*" eavesdrop="true"/>
		    <allow eavesdrop="true"/>
		    <allow own="*"/>
		  </policy>
		</busconfig>
	END
}

tpm_manager_is_up() {
	dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
		org.freedesktop.DBus.GetNameOwner string:com.intel.tss2.Tabrmd
}

# --- openCryptoki: its soft token ------------------------------------------
#
# All its paths are fixed, below /etc, /var and /run. So it gets directories of
# ours in their place, in a mount namespace that ends with its daemon; where
# the machine does not let root make one, its own files are moved aside and
# come back at ock_stop, or at the next ock_start if that never came.

OCK_SLOT=3
OCK_CONF=/etc/opencryptoki/opencryptoki.conf
OCK_DATA=/var/lib/opencryptoki/swtok

ock_start() {
	local dir=$1

	need_program pkcsslotd pkcsconf unshare nsenter
	[ "$(id -u)" -eq 0 ] || skip "openCryptoki's daemon needs root"
	TOKEN_MODULE=$(find_file \
		/usr/lib/*/opencryptoki/libopencryptoki.so.0 \
		/usr/lib/opencryptoki/libopencryptoki.so.0) || return
	TOKEN_LABEL=kmgr-ock
	# 4 to 8 digits, and not one of the preset ones.
	TOKEN_PIN=9$(random_digits 7)
	mkdir -p "$dir"
	if ock_can_unshare; then
		ock_start_apart "$dir" || return
	else
		ock_start_in_place "$dir" || return
	fi
	ock_init "$dir" >"$dir/pkcsconf.log" 2>&1 3>&- || {
		cat "$dir/pkcsconf.log" >&2
		return 1
	}
	token_uri "$(pin_file "$dir" "$TOKEN_PIN")"
}

ock_stop() {
	server_stop pkcsslotd
	ock_restore
	if [ -n "${OCK_LOCK-}" ]; then
		exec {OCK_LOCK}<&-
		OCK_LOCK=
	fi
}

ock_can_unshare() {
	[ -z "${KMGR_TEST_OCK_IN_PLACE-}" ] &&
		unshare --mount --ipc true 2>/dev/null
}

ock_write_config() {
	printf 'version opencryptoki-3.1\nslot %d\n{\n%s\n}\n' "$OCK_SLOT" \
		'stdll = libpkcs11_sw.so' >"$1"
}

# ock_enter DIR: the first command in the namespace; becomes the daemon. Where
# the test's own folder is in /dev/shm, it stays there.
ock_enter() {
	local top=${1#/dev/shm/}

	top=${top%%/*}
	if [[ $1 == /dev/shm/* ]]; then
		mkdir "$1/shm/$top" &&
			mount -n --bind "/dev/shm/$top" "$1/shm/$top" || return
	fi
	mount -n --bind "$1/etc" "${OCK_CONF%/*}" &&
		mount -n --bind "$1/lib" "${OCK_DATA%/*}" &&
		mount -n --rbind "$1/shm" /dev/shm &&
		mount -n --bind "$1/run" /run &&
		exec pkcsslotd -f
}

ock_start_apart() {
	local dir=$1

	mkdir -p "$dir/etc" "$dir/lib/swtok/TOK_OBJ" "$dir/shm" \
		"$dir/run/lock/opencryptoki/swtok"
	ock_write_config "$dir/etc/${OCK_CONF##*/}"
	export -f ock_enter
	export OCK_CONF OCK_DATA
	# unshare executes the command, so that it has the process id we know.
	# shellcheck disable=SC2016 # expanded there
	server_start pkcsslotd unshare --mount --ipc bash -c 'ock_enter "$1"' \
		bash "$dir"
	TOKEN_RUN=(nsenter --target "$(server_pid pkcsslotd)" --mount --ipc)
	server_ready pkcsslotd 10 test -S "$dir/run/pkcsslotd.socket"
}

ock_start_in_place() {
	# One test at a time; the lock ends with its processes.
	exec {OCK_LOCK}<"${OCK_CONF%/*}"
	flock -w 120 "$OCK_LOCK" || return
	if cat /proc/[0-9]*/comm 2>/dev/null | grep -qx pkcsslotd; then
		skip "another pkcsslotd runs, and no namespace can be made"
	fi
	ock_restore
	mv "$OCK_DATA" "$OCK_DATA.kmgr-saved"
	mv "$OCK_CONF" "$OCK_CONF.kmgr-saved"
	mkdir -p "$OCK_DATA/TOK_OBJ" /run/lock/opencryptoki/swtok
	ock_write_config "$OCK_CONF"
	TOKEN_RUN=()
	server_start pkcsslotd pkcsslotd -f
	server_ready pkcsslotd 10 test -S /run/pkcsslotd.socket
}

# Undoes ock_start_in_place, of this test or of one that was killed in it.
ock_restore() {
	if [ -e "$OCK_DATA.kmgr-saved" ]; then
		rm -rf "$OCK_DATA"
		mv "$OCK_DATA.kmgr-saved" "$OCK_DATA"
	fi
	if [ -e "$OCK_CONF.kmgr-saved" ]; then
		mv "$OCK_CONF.kmgr-saved" "$OCK_CONF"
		rm -f /run/pkcsslotd.pid /dev/shm/var.lib.opencryptoki.swtok
	fi
}

# The token wants its preset PINs changed: SO 87654321, and the user's after
# the SO has set it.
ock_init() {
	local so user

	so=8$(random_digits 7)
	user=7$(random_digits 7)
	printf '87654321\n%s\n' "$TOKEN_LABEL" |
		token_run pkcsconf -I -c "$OCK_SLOT" &&
		token_run pkcsconf -P -c "$OCK_SLOT" -S 87654321 -n "$so" &&
		token_run pkcsconf -u -c "$OCK_SLOT" -S "$so" -n "$user" &&
		token_run pkcsconf -p -c "$OCK_SLOT" -U "$user" -n "$TOKEN_PIN"
}

# --- NSS: softokn ----------------------------------------------------------
#
# It takes the place of its data base as a text at C_Initialize, which no URI
# can say: the shim says it. The shim is TOKEN_MODULE, softokn behind it.

nss_start() {
	local dir=$1

	need_program certutil
	TOKEN_RUN=()
	TOKEN_MODULE=$P11SHIM
	TOKEN_LABEL='NSS Certificate DB'
	TOKEN_PIN=$(random_digits 8)
	KMGR_SHIM_MODULE=$(find_file /usr/lib/*/libsoftokn3.so \
		/usr/lib/*/nss/libsoftokn3.so) || return
	KMGR_SHIM_INIT_ARGS="configdir='sql:$dir' certPrefix='' keyPrefix=''"
	KMGR_SHIM_INIT_ARGS+=" secmod='secmod.db' flags="
	# shellcheck disable=SC2089,SC2090 # the quotes are for softokn
	export KMGR_SHIM_MODULE KMGR_SHIM_INIT_ARGS
	mkdir -p "$dir"
	token_uri "$(pin_file "$dir" "$TOKEN_PIN")"
	certutil -N -d "sql:$dir" -f "$dir/pin" >"$dir/certutil.log" 2>&1 || {
		cat "$dir/certutil.log" >&2
		return 1
	}
}

nss_stop() {
	unset KMGR_SHIM_MODULE KMGR_SHIM_INIT_ARGS
}
