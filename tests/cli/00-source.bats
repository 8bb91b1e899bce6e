# The sources keep to the rules that a program can check, and the programs
# that check them are not blind.

load ../lib/common

setup() {
	cd "$srcdir"
}

# sources PATTERN...: the files of the project that match, without what a
# build leaves in its tree.
sources() {
	local names=(-false) name

	for name in "$@"; do
		names+=(-o -name "$name")
	done
	find kmgr hsm policy tests scripts \( "${names[@]}" \) -type f |
		grep -v '/\.' | LC_ALL=C sort
}

shell_files() {
	sources '*.bats' '*.bash' run-bats tmpdir
	find scripts -type f ! -name '*.*'
}

@test "check-layers sees every kind of wrong include" {
	scripts/check-layers --self-test
}

@test "includes keep to the layers" {
	scripts/check-layers
}

@test "check-size sees every kind of excess" {
	scripts/check-size --self-test
}

@test "files, functions, nesting and lines keep to their sizes" {
	scripts/check-size
}

@test "every source file is in a makefile" {
	local file missing=

	for file in $(sources '*.c' '*.h' '*.bats' '*.bash' '*.sql'); do
		case $file in
		kmgr/store/schema.h | kmgr/cmd/completion.h) continue ;;
		esac
		# A program without _SOURCES has automake's: its name and .c.
		grep -Fq -e "$file" -e "${file%.c} " -e "${file%.c}\\" \
			./*/local.mk ./*/*/local.mk ||
			grep -qE "(^|[[:space:]])${file%.c}\$" \
			./*/local.mk ./*/*/local.mk || missing+=" $file"
	done
	echo "in no local.mk:$missing"
	[ -z "$missing" ]
}

@test "every header guards itself, each by its own name" {
	local file wrong=

	for file in $(sources '*.h'); do
		# Included several times on purpose.
		[ "$file" != tests/fault/p11shim_calls.h ] || continue
		awk '/^#ifndef [A-Z0-9_]*_H$/ { guard = $2; getline
			exit !($1 == "#define" && $2 == guard) }
			/^#/ { exit 1 }' "$file" || wrong+=" $file"
	done
	echo "no guard:$wrong"
	[ -z "$wrong" ]
	# Two headers with one guard hide each other.
	sed -n 's/^#ifndef \([A-Z0-9_]*_H\)$/\1/p' $(sources '*.h') | sort |
		uniq -d | diff /dev/null -
}

@test "text files end in a newline and have no trailing blanks" {
	local files file

	files=$(sources '*.c' '*.h' '*.mk' '*.sql' && shell_files)
	grep -n '[[:blank:]]$' $files | cut -d : -f 1,2 | diff /dev/null -
	# What is left of the last characters when the newlines are away.
	if [ -n "$(tail -qc 1 $files)" ]; then
		for file in $files; do
			[ -z "$(tail -c 1 "$file")" ] || echo "$file"
		done
		false
	fi
}

@test "scripts can be executed and parsed" {
	local file

	for file in $(find scripts -type f ! -name '*.*') tests/lib/run-bats \
		tests/lib/tmpdir; do
		[ -x "$file" ]
		case $(head -n 1 "$file") in
		'#!/bin/sh') sh -n "$file" ;;
		*bash*) bash -n "$file" ;;
		*) echo "$file: which interpreter?" && false ;;
		esac
	done
}

@test "no test line in bats is a negation, which set -e does not see" {
	# "! command" that fails does not end a test: it must be an "if", or the
	# status of "run".
	grep -nE '^[[:blank:]]*! ' $(sources '*.bats') | diff /dev/null -
}
