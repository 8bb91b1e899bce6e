# What is written about kmgr is true: manual, README, CONTRIBUTING, completion.

load ../lib/common
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	man=$srcdir/kmgr/kmgr.1
}

# --- the manual ------------------------------------------------------------

@test "mandoc finds nothing to say about the manuals" {
	local page

	need_program mandoc
	[ "$(find "$srcdir/kmgr" -name 'kmgr*.[17]' | wc -l)" -eq 4 ]
	# Whether other manuals are on this machine is none of our business.
	for page in "$srcdir"/kmgr/kmgr*.[17]; do
		mandoc -T lint -W style "$page" 2>&1 |
			grep -v 'mandoc\.db\|referenced manual not found' |
			diff /dev/null -
	done
	mandoc -T utf8 "$man" >man.txt 2>/dev/null
	grep -q '^KMGR(1)' man.txt
}

# man_of COMMAND: the source of the items that describe it.
man_of() {
	awk -v command="$1" '
		/^\.It / { item = $0; here = 0 }
		/^\.S[hs] / { here = 0 }
		/^\.(It )?Cm / {
			word = $2 == "Cm" ? $3 : $2
			if (/^\.It / || item == ".It Xo")
				here = word == command
			item = ""
		}
		here { print }' "$man"
}

@test "every command and each of its options is in the manual" {
	local command option missing=

	kmgr --json help >help.json
	for command in $(jq -r '.commands[].name' help.json); do
		man_of "$command" >item
		[ "$(wc -l <item)" -ge 2 ] || missing+=" $command"
		for option in $(jq -r --arg name "$command" '.commands[] |
			select(.name == $name).options[]' help.json); do
			has_option "$option" item || missing+=" $command:$option"
		done
	done
	for option in $(jq -r '(.global_options + [.commands[].options[]]) |
		unique[]' help.json); do
		grep -qE -- "^\.It.* Fl -$option( |$)" "$man" ||
			missing+=" --$option"
	done
	echo "not in the manual:$missing"
	[ -z "$missing" ]
}

# has_option NAME FILE: as --name or by its letter.
has_option() {
	local letter

	letter=$(kmgr help get-ds; kmgr help create-ksk)
	letter=$(sed -n "s/^  -\(.\), --$1 .*/\1/p" <<<"$letter" | head -n 1)
	grep -qE -- "Fl (-$1${letter:+|$letter})( |$)" "$2"
}

@test "every command and option in the manual is one of kmgr's" {
	local word unknown= n=0

	kmgr --json help >help.json
	for word in $(grep -oE 'Fl -[a-z-]{2,}' "$man" | cut -d ' ' -f 2 |
		sort -u); do
		jq -e --arg option "${word#-}" '[.global_options[],
			.commands[].options[]] | index($option)' help.json \
			>/dev/null || unknown+=" -$word"
	done
	for word in $(sed -n '/^\.Ss Set-up/,/^\.Ss Options of/p' "$man" |
		awk '/^\.Bl/ { depth++ } /^\.El/ { depth-- }
			depth == 1 && /^\.It Cm / { print $3 }
			/^\.It Xo/ { getline; print $2 }' | sort -u); do
		jq -e --arg name "$word" '.commands[] | select(.name == $name)' \
			help.json >/dev/null || unknown+=" $word"
		n=$((n + 1))
	done
	echo "unknown:$unknown"
	[ -z "$unknown" ]
	[ "$n" -ge "$(jq '.commands | length' help.json)" ]
}

# policy_keys: a line for each key of a policy in the manual: key, default
# and what is allowed, parted by tabs; "none" and "derived" are no defaults.
policy_keys() {
	sed -n '/^\.Sh POLICY FILE/,/^\.Sh RULES/p' "$man" | awk '
		function keys_of(line) {
			gsub(/^\.It Cm |\\&/, "", line)
			if (line !~ /Ar format/)
				return line
			sub(/ Ns Ar format Ns Cm /, "@", line)
			return line
		}
		function value(text) {
			gsub(/\\&/, "", text)
			gsub(/^"|"$/, "", text)
			gsub(/\\\(dq/, "\"", text)
			return text
		}
		function flush(   part, i, names) {
			sub(/\.( \(\+\))?$/, "", allowed)
			if (key !~ /@/) {
				print key "\t" preset "\t" allowed
				return
			}
			split(preset, part, / , /)
			split("icann bind knot", names, " ")
			for (i = 1; i <= 3; i++) {
				name = key
				sub(/@/, names[i], name)
				preset = part[(i > 1) + 1]
				print name "\t" preset "\t" allowed
			}
		}
		/^\.It Cm / { key = keys_of($0); state = "default"; next }
		state == "default" && /^Must be there;/ {
			preset = "none"; state = "allowed"; allowed = ""; next }
		state == "default" && /^Must be / {
			preset = "none"; allowed = $3; flush()
			state = ""; next }
		state == "default" && /^Default is/ {
			preset = "derived"; state = "allowed"; allowed = ""
			next }
		state == "default" && /^\.Cm .* ;$/ {
			preset = value(substr($0, 5, length($0) - 6))
			state = "allowed"; allowed = ""; next }
		state == "allowed" {
			allowed = allowed (allowed == "" ? "" : " ") $0
			if (/\.( \(\+\))?$/) { flush(); state = "" } }'
}

# Durations of standard input in seconds, so that 7d is 1w.
in_seconds() {
	awk 'BEGIN { s["w"] = 604800; s["d"] = 86400; s["h"] = 3600
			s["m"] = 60; s["s"] = 1 }
		function seconds(word,   n, sum) {
			while (match(word, /^[0-9]+[wdhms]/)) {
				n = substr(word, 1, RLENGTH - 1)
				sum += n * s[substr(word, RLENGTH, 1)]
				word = substr(word, RLENGTH + 1)
			}
			return sum "s" word
		}
		{ for (i = 1; i <= NF; i++)
			if ($i ~ /^([0-9]+[wdhms])+,?$/) $i = seconds($i)
		print }'
}

# policy_of KEY VALUE: a policy in which KEY, dotted, is set. JSON is YAML.
policy_of() {
	jq -n --arg key "$1" --arg value "$2" '
		{ version: "1", zones: ["example.com"] } |
		setpath($key / "."; if $value | startswith("[")
			then $value[1:-1] | if . == "" then [] else . / ", " end
			else $value | ltrimstr("\"") | rtrimstr("\"") end)'
}

@test "the keys of a policy are those of the manual" {
	printf 'version: 1\nzones: [example.com]\n' >least.yaml
	kmgr --json check-policy least.yaml | jq -r '.policy |
		[paths(type != "object") | map(strings) | join(".")] |
		unique[]' | LC_ALL=C sort >program
	policy_keys | cut -f 1 | LC_ALL=C sort >manual
	[ "$(wc -l <manual)" -ge 90 ]
	diff program manual
}

@test "the defaults of a policy are those of the manual" {
	local key preset all

	printf 'version: 1\nzones: [example.com]\n' >least.yaml
	all=$(jq -n '{}')
	while IFS=$'\t' read -r key preset _; do
		[ "$preset" != none ] && [ "$preset" != derived ] || continue
		all=$(jq -n --argjson all "$all" --argjson one \
			"$(policy_of "$key" "$preset")" '$all * $one')
	done < <(policy_keys)
	[ "$(jq '[paths(scalars)] | length' <<<"$all")" -ge 90 ]
	echo "$all" >all.yaml
	[ "$(kmgr --json check-policy least.yaml | jq -r .policy_hash)" = \
		"$(kmgr --json check-policy all.yaml | jq -r .policy_hash)" ]
}

@test "the bounds of a policy's values are those of the manual" {
	local key allowed wrong= n=0

	while IFS=$'\t' read -r key _ allowed; do
		[ "$key" != version ] || continue
		n=$((n + 1))
		policy_of "$key" '?' >policy.yaml
		run kmgr check-policy policy.yaml
		[ "$status" -eq 3 ]
		output=$(sed -n '1s/.*; allowed is //p' <<<"$output")
		[ "$(in_seconds <<<"$output")" = \
			"$(in_seconds <<<"$allowed")" ] ||
			wrong+="$key: $allowed; kmgr: $output"$'\n'
	done < <(policy_keys)
	echo "$wrong"
	[ -z "$wrong" ]
	[ "$n" -ge 90 ]
}

@test "the manual says that every key of a policy takes effect, and it does" {
	local member unused=

	run -1 grep -nF '(+)' "$man"
	grep -qx 'Every key takes effect\.' "$man"
	# Its value is read where something is decided.
	sed -n '/^struct policy_ksr {/,/^};/p; /^struct policy {/,/^};/p' \
		"$srcdir/policy/policy.h" | sed 's,/\*.*\*/,,' |
		grep -v '^struct policy\(_ksr\)\? {' |
		grep -oE '[a-z_0-9]+(\[[A-Z_]+\])?[,;]' |
		sed 's/[[,;].*//' | grep -v '^n_' >members
	[ "$(wc -l <members)" -ge 60 ]
	while read -r member; do
		find "$srcdir/kmgr" "$srcdir/policy" -name '*.c' \
			-not -name 'policy.c' -not -name 'policy_*.c' \
			-exec grep -lw -- "$member" {} + >users ||
			unused+=" $member"
	done <members
	echo "nothing reads:$unused"
	[ -z "$unused" ]
}

@test "the configuration in the manual is one" {
	sed -n '/^\.Sh CONFIGURATION FILE/,/^\.Ed/p' "$man" |
		sed '1,/^\.Bd/d; /^\.Ed/d; s/\\e$/\\/' >kmgr.yaml
	grep -q '^tokens:' kmgr.yaml
	# It has no such store here, but that is the first thing amiss.
	run kmgr -c kmgr.yaml list-cmks
	[ "$status" -eq 7 ]
	[[ $output == *"/var/lib/kmgr/kmgr.db"* ]]
}

# keys_at YAML: the keys that may stand there beside the unknown key "?", which
# is in the text.
keys_at() {
	printf '%s\n' 'store: sqlite:/x' \
		'tokens: { t: "pkcs11:token=t?module-path=/m.so" }' \
		"$1" >keys.yaml
	run kmgr -c keys.yaml list-cmks
	[ "$status" -eq 3 ] || return
	sed -n 's/.*hint: the [a-z]* are: //p' <<<"$output" | tr -d , |
		tr ' ' '\n' | grep .
}

@test "every key of the configuration, and every threshold, is in the manual" {
	sed -n '/^\.Sh CONFIGURATION FILE/,/^\.Sh PIN SOURCES/p' "$man" >section
	n=0
	for at in '"?": 1' 'witnesses: { "?": 1 }' 'hooks: { "?": 1 }' \
		'resolver: { "?": 1 }' 'performance: { "?": 1 }' \
		'tsig: { k: { "?": 1 } }' \
		'zones: { a: { "?": 1 } }' 'check: { "?": 1 }' \
		'zones: { a: { source: { "?": 1 } } }' \
		'zones: { a: { publish: { "?": 1 } } }' \
		'zones: { a: { publish: { update: { "?": 1 } } } }' \
		'zones: { a: { parent: { "?": 1 } } }' \
		'zones: { a: { timing: { "?": 1 } } }'; do
		keys_at "$at" >keys
		while read -r key; do
			grep -Eq "^\.(It )?Cm (.* )?$key( |\$)" section || {
				echo "$key of $at"
				false
			}
			n=$((n + 1))
		done <keys
	done
	[ "$n" -ge 50 ]
	# No threshold in the manual that is none.
	keys_at 'check: { "?": 1 }' | sort >keys
	sed -n '/^\.It Cm check$/,/^\.El/s/^\.It Cm \([a-z-]*\) Ta .*/\1/p' \
		section | sort | diff - keys
}

@test "the variables of a hook: the manual and the program agree" {
	sed -n 's/^\.It Ev \(KMGR_[A-Z_]*\) Ta \([a-z_]*\) .*/\1 \2/p' "$man" \
		>manual
	tr '\n' ' ' <"$srcdir/kmgr/service/hook.c" |
		grep -o '"KMGR_[A-Z_]*",[[:space:]]*"[a-z_]*"' |
		tr -d '",' | tr -s '\t ' ' ' | diff manual -
}

@test "exit statuses: the manual, README and the program agree" {
	sed -n '/^\.Sh EXIT STATUS/,/^\.El/p' "$man" |
		sed -n 's/^\.It \([0-9]*\)$/\1/p' >manual
	sed -n '/^## Exit status/,/^## Speed/p' "$srcdir/README.md" |
		sed -n 's/^| \([0-9]*\) |.*/\1/p' >readme
	[ "$(wc -l <manual)" -ge 10 ]
	diff manual readme
	sed -n '/^enum err_class/,/^}/s/.* = \([0-9]*\).*/\1/p' \
		"$srcdir/kmgr/base/err.h" | diff - manual
}

# --- README and CONTRIBUTING -----------------------------------------------

# fenced FILE: all lines of its fenced blocks.
fenced() {
	awk '/^```/ { inside = !inside; next } inside' "$1"
}

@test "every kmgr command in README and CONTRIBUTING exists" {
	local file word unknown=

	kmgr --json help | jq -r '.commands[].name' >commands
	for file in README.md CONTRIBUTING.md; do
		{
			fenced "$srcdir/$file"
			grep -o '`[^`]*`' "$srcdir/$file" | tr -d '`'
		} | grep -oE '(^|[$(| ])kmgr( (-c [^ ]+|-[-a-z]+))* [a-z][a-z-]+' |
			sed 's/.* //' | sort -u >words
		while read -r word; do
			grep -qx -- "$word" commands || unknown+=" $file:$word"
		done <words
	done
	echo "unknown:$unknown"
	[ -z "$unknown" ]
	grep -qx sign-zsks words || grep -q 'kmgr sign-zsks' "$srcdir/README.md"
}

# anchor: headings of standard input as GitHub makes anchors of them.
anchor() {
	sed -n 's/^##* //p' | tr '[:upper:]' '[:lower:]' |
		sed 's/[^a-z0-9 -]//g; s/ /-/g'
}

@test "links in README, CONTRIBUTING and CHANGELOG lead somewhere" {
	local file link broken= n=0

	for file in README.md CONTRIBUTING.md CHANGELOG.md; do
		while read -r link; do
			n=$((n + 1))
			case $link in
			https://*) ;;
			'#'*)
				anchor <"$srcdir/$file" |
					grep -qx -- "${link#\#}" ||
					broken+=" $file:$link"
				;;
			*)
				[ -e "$srcdir/${link%%#*}" ] ||
					broken+=" $file:$link"
				;;
			esac
		done < <(grep -oE '\]\([^)]*\)' "$srcdir/$file" |
			sed 's/^](//; s/)$//')
	done
	echo "broken:$broken"
	[ -z "$broken" ]
	[ "$n" -ge 15 ]
}

@test "files that README and CONTRIBUTING name are there" {
	local name missing= IFS=$'\n'

	set -f
	for name in $(cat "$srcdir/README.md" "$srcdir/CONTRIBUTING.md" |
		grep -oE '(^|[[(` ])(\./)?(kmgr|hsm|policy|tests|scripts)/[a-zA-Z0-9_./*-]*' |
		sed 's,^[[(` ]*,,; s,[./]*$,,; s,^\./,,' | sort -u); do
		# Made by the build, or a name that stands for many.
		case $name in
		kmgr/kmgr | *NAME* | *NOUN*) continue ;;
		tests/unit/test_*[!c]) [ -e "$srcdir/$name.c" ] && continue ;;
		esac
		compgen -G "$srcdir/$name" >/dev/null || missing+=" $name"
	done
	echo "missing:$missing"
	[ -z "$missing" ]
}

# tour_script: the blocks marked "sh tour", to be run by bash. A command ends
# with status 0, or with N where "# exit N" stands behind it.
tour_script() {
	echo 'set -euo pipefail'
	awk '/^```sh tour$/ { inside = 1; print "echo @@" n++; next }
		/^```$/ { inside = 0 }
		inside && match($0, /# exit [0-9]+$/) {
			status = substr($0, RSTART + 7)
			print "got=0"
			print substr($0, 1, RSTART - 1) "|| got=$?"
			print "[ $got -eq " status " ] ||"
			print "{ echo \"exit $got, not " status "\"; exit 1; }"
			next
		}
		inside' "$srcdir/README.md"
}

# tour_output: what README says that the blocks print, under the same marks.
tour_output() {
	awk '/^```sh tour$/ { print "@@" n++; wanted = 1; next }
		wanted && /^```text$/ { inside = 1; wanted = 0; next }
		/^```$/ { inside = 0 }
		inside' "$srcdir/README.md"
}

# What is another at every run: folders, times, base64, ids and numbers. Those
# keep their place.
same_everywhere() {
	sed -E 's,(/[^ ]*)?/tmp\.[[:alnum:]]+,DIR,g
		s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/TIME/g
		s,[A-Za-z0-9+/]{40\,}=*,BLOB,g
		s/[0-9a-f]{16,}/ID/g
		s/[0-9]+/N/g
		s/ +/ /g
		s/ $//'
}

@test "the tour of README runs, and prints what README says" {
	need_program softhsm2-util dnssec-keygen dnssec-signzone jq openssl
	local module=/usr/lib/softhsm/libsofthsm2.so

	softhsm_new "$PWD/unused" unused
	mkdir bin
	ln -s "$KMGR" bin/kmgr
	tour_script | sed "s,$module,$TOKEN_MODULE,g" >tour.bash
	[ "$(grep -c ^kmgr tour.bash)" -ge 12 ]
	TMPDIR=$PWD PATH=$PWD/bin:$PATH bash tour.bash >out 2>&1 || {
		cat out
		false
	}
	sed "s,$TOKEN_MODULE,$module,g" out | grep -v '^$' |
		same_everywhere >is
	tour_output | grep -v '^$' | same_everywhere >said
	diff said is
}

# --- completion ------------------------------------------------------------

# complete_at WORD...: what the words complete to, sorted, and no errors.
complete_at() {
	COMP_WORDS=("$KMGR" "$@")
	COMP_CWORD=$#
	_kmgr 2>errors
	diff /dev/null errors
	printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' ' '
}

@test "bash completes commands, options, names and files" {
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	kmgr init >/dev/null
	printf 'version: 1\nzones: ["."]\n' >policy.yaml
	kmgr -q create-cmk prod --token main --policy policy.yaml >/dev/null
	kmgr -q create-ksk example.com . --cmk prod >/dev/null
	tag=$(kmgr --json list-ksks example.com | jq '.ksks[0].key_tag')
	mkdir files
	touch files/a.yaml 'files/b c.yaml'
	# None of what follows may touch the token.
	unset SOFTHSM2_CONF
	source "$srcdir/kmgr/completion/kmgr"

	[ "$(complete_at '')" = "$(kmgr --json help |
		jq -r '.commands[].name' | LC_ALL=C sort | tr '\n' ' ')" ]
	[ "$(complete_at create-c)" = 'create-cmk ' ]
	[ "$(complete_at help sign)" = 'sign-ksr sign-zsks ' ]
	[ "$(complete_at sign-ksr r --schema ro)" = 'rollover rollover+ ' ]
	[ "$(complete_at disable-cmk '')" = 'prod ' ]
	[ "$(complete_at ds-gone ex)" = "example.com/$tag " ]
	[ "$(complete_at put-policy prod files/a)" = 'files/a.yaml ' ]
	[ "$(complete_at create-ksk --an)" = '--another ' ]
	[[ $(complete_at get-ds --) == *--format*--json*--output* ]]
	[[ $(complete_at get-ds --) != *--cds* ]]
	[ "$(complete_at create-ksk x.example --cmk '')" = 'prod ' ]
	[ "$(complete_at create-ksk --cmk = p)" = 'prod ' ]
	[ "$(complete_at describe-cmk p)" = 'prod ' ]
	[ "$(complete_at probe-token '')" = 'main ' ]
	[ "$(complete_at create-cmk new --token '')" = 'main ' ]
	[ "$(complete_at list-ksks '')" = '. example.com ' ]
	[ "$(complete_at describe-ksk ex)" = "example.com/$tag " ]
	[ "$(complete_at explain-rule zsk-f)" = 'ZSK-FLAGS ' ]
	[ "$(complete_at get-ds example.com -f e)" = 'epp-ds epp-key ' ]
	[ "$(complete_at get-policy --format '')" = 'json yaml ' ]
	[ "$(complete_at check-policy files/)" = \
		'files/a.yaml files/b c.yaml ' ]
	[ "$(complete_at sign-zsks example.com files/a)" = 'files/a.yaml ' ]

	# Another configuration on the line is the one that counts.
	[ "$(complete_at -c none.yaml describe-cmk '')" = ' ' ]
	unset KMGR_CONFIG
	[ "$(complete_at -c "$PWD/kmgr.yaml" describe-cmk '')" = 'prod ' ]
}

@test "completion knows the formats of get-ds, and what takes a value" {
	kmgr_env "$PWD" main=pkcs11:token=none?module-path=/none.so
	source "$srcdir/kmgr/completion/kmgr"
	run kmgr get-ds example.com -f none
	formats=$(sed -n 's/.*formats are: //p' <<<"$output" | tr -d ,)
	[ "$(complete_at get-ds --format '')" = \
		"$(tr ' ' '\n' <<<"$formats" | LC_ALL=C sort | tr '\n' ' ')" ]
	for command in $(kmgr --json help | jq -r '.commands[].name'); do
		kmgr help "$command"
	done | sed -nE 's/^  .*--([a-z-]+)( [A-Z=]+)?  .*/\1\2/p' |
		sort -u >options
	[ "$(wc -l <options)" -ge 15 ]
	while read -r option value; do
		if _kmgr_takes_value "--$option"; then
			[ -n "$value" ]
		else
			[ -z "$value" ]
		fi
	done <options
}

@test "the manual explains every custody among its words" {
	sed -n '/^\.Sh DESCRIPTION/,/^\.It store/p' "$man" |
		sed -n '/^\.It custody/,/^\.It ZSK set/p' >words
	for custody in token shared wrapped; do
		grep -qx "\.Cm $custody :" words
	done
	# A reference is part of a sentence.
	grep -A 1 '^\.Ed' "$man" >behind
	run -1 grep -qx see behind
}
