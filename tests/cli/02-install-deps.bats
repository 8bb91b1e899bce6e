# scripts/install-deps with stand-ins for Debian's programs: what it asks of
# them, in which order, and what it leaves behind.

load ../lib/common

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir bin
	# The same script, but for the file that it puts into /usr/sbin.
	sed "s,^policy=.*,policy=$PWD/policy-rc.d," \
		"$srcdir/scripts/install-deps" >install-deps
	grep -q "^policy=$PWD/policy-rc.d" install-deps
	chmod +x install-deps
	echo 'gcc make bats' >lacking
	# Says "installed" of all that the file "lacking" does not name.
	stub dpkg-query <<-'END'
		for package; do :; done
		case " $(cat lacking) " in
		*" $package "*) exit 1 ;;
		*) printf installed ;;
		esac
	END
	# Notes what it is asked, and whether services are forbidden by then.
	stub apt-get <<-'END'
		forbidden=$([ -x policy-rc.d ] && ./policy-rc.d; echo $?)
		echo "apt-get $* [$forbidden $DEBIAN_FRONTEND]" >>calls
		[ ! -e "fail-$(grep -c . calls)" ]
	END
	stub id <<-'END'
		cat uid
	END
	stub sleep </dev/null
	echo 0 >uid
	: >calls
	unset DEBIAN_FRONTEND
	PATH=$PWD/bin:$PATH
}

# stub NAME: a program of this name, from standard input.
stub() {
	{ echo '#!/bin/sh' && cat; } >"bin/$1"
	chmod +x "bin/$1"
}

@test "installs what is missing, of the wished set, with services forbidden" {
	run ./install-deps build
	[ "$status" -eq 0 ]
	[[ $output == *"installing: gcc make" ]]
	cat >expected <<-END
		apt-get -q update [101 ]
		apt-get -q -y install --no-install-recommends gcc make [101 noninteractive]
	END
	diff expected calls
	[ ! -e policy-rc.d ]
}

@test "the set for tests holds all others" {
	./install-deps test
	grep -q 'install .* gcc make bats ' calls
	echo softhsm2 >lacking
	./install-deps quickstart
	grep -q 'install .* softhsm2 ' calls
}

@test "nothing missing: no call, no privilege, no word" {
	: >lacking
	echo 1000 >uid
	for set in build quickstart test; do
		run ./install-deps $set
		[ "$status" -eq 0 ]
		[ -z "$output" ]
	done
	[ ! -s calls ]
}

@test "an update that fails is tried once more" {
	touch fail-1
	run ./install-deps build
	[ "$status" -eq 0 ]
	[ "$(grep -c update calls)" = 2 ]
	[ "$(grep -c install calls)" = 1 ]
	: >calls
	touch fail-2
	run ./install-deps build
	[ "$status" -ne 0 ]
	[ "$(grep -c update calls)" = 2 ]
	[ "$(grep -c install calls)" = 0 ]
	[ ! -e policy-rc.d ]
}

@test "a failed installation fails, and services are as before" {
	touch fail-2
	run ./install-deps build
	[ "$status" -ne 0 ]
	[ ! -e policy-rc.d ]
}

@test "a policy that is there stays" {
	printf '#!/bin/sh\nexit 104\n' >policy-rc.d
	chmod +x policy-rc.d
	./install-deps build
	grep -q '104 noninteractive' calls
	[ -x policy-rc.d ]
}

@test "interrupted: services are as before" {
	stub apt-get <<-'END'
		[ -x policy-rc.d ] && touch seen
		kill -TERM "$PPID"
	END
	run ./install-deps build
	[ "$status" -eq 143 ]
	[ -e seen ]
	[ ! -e policy-rc.d ]
}

@test "not root: by sudo, or a hint at the command" {
	echo 1000 >uid
	stub sudo <<-'END'
		echo "sudo $1" >>sudo-calls
		"$@"
	END
	./install-deps build
	[ "$(sort sudo-calls | uniq -c | tr -s ' ' ' ' | tr '\n' ';')" = \
		' 1 sudo apt-get; 1 sudo chmod; 1 sudo env; 1 sudo rm; 1 sudo tee;' ]
	rm bin/sudo
	: >calls
	# Nothing of the machine's own but what the script needs.
	for program in sh cat dirname grep; do
		ln -s "$(command -v $program)" bin/
	done
	PATH=$PWD/bin run ./install-deps build
	[ "$status" -eq 1 ]
	[[ $output == *"neither root nor sudo"*"apt-get install"*"gcc make"* ]]
	[ ! -s calls ]
}

@test "not Debian: names the packages" {
	rm bin/dpkg-query bin/apt-get
	ln -s "$(command -v sh)" bin/
	PATH=$PWD/bin run ./install-deps quickstart
	[ "$status" -eq 1 ]
	[[ $output == *"no Debian"*libssl-dev*softhsm2* ]]
}

@test "bad usage" {
	for arguments in '' all 'build test'; do
		run ./install-deps $arguments
		[ "$status" -eq 2 ]
		[[ $output == usage:* ]]
	done
	[ ! -s calls ]
}
