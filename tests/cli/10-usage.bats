# The command line itself: help, wrong words, wrong options.
bats_require_minimum_version 1.5.0
load ../lib/common

@test "without a command: exit 2, and where help is" {
	run kmgr
	[ "$status" -eq 2 ]
	[[ $output == *"no command is given"* ]]
	[[ $output == *"hint: kmgr help"* ]]
}

@test "help lists every command, each with its own help" {
	run kmgr help
	[ "$status" -eq 0 ]
	[[ $output == *create-ksk* && $output == *sign-zsks* ]]
	for command in $(kmgr --json help | jq -r '.commands[].name'); do
		run kmgr help "$command"
		[ "$status" -eq 0 ]
		[[ $output == "usage: kmgr $command"* ]]
		run kmgr "$command" --help
		[ "$status" -eq 0 ]
		[[ $output == "usage: kmgr $command"* ]]
		[[ $output == *"--json"* ]]
	done
}

@test "--version" {
	run kmgr --version
	[ "$status" -eq 0 ]
	[[ $output =~ ^kmgr\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "an unknown command: exit 2, and the nearest one" {
	run kmgr creat-ksk
	[ "$status" -eq 2 ]
	[[ $output == *'no command "creat-ksk"'* ]]
	[[ $output == *"did you mean create-ksk?"* ]]
	run kmgr frobnicate
	[ "$status" -eq 2 ]
	[[ $output == *"kmgr help lists the commands"* ]]
}

@test "an unknown option: exit 2, named, with the usage" {
	run kmgr get-ds example.com --frob
	[ "$status" -eq 2 ]
	[[ $output == *"no option --frob"* ]]
	[[ $output == *"usage: kmgr get-ds"* ]]
	run kmgr get-ds example.com -z
	[ "$status" -eq 2 ]
	[[ $output == *"no option -z"* ]]
}

@test "an option of another command is refused" {
	run kmgr list-cmks --cds
	[ "$status" -eq 2 ]
	[[ $output == *"no option --cds"* ]]
}

@test "an option without its value: exit 2, saying what it needs" {
	run kmgr create-cmk prod --token
	[ "$status" -eq 2 ]
	[[ $output == *"needs a NAME"* ]]
	run kmgr get-ds example.com -o
	[ "$status" -eq 2 ]
	[[ $output == *"needs a FILE"* ]]
	run kmgr get-ds --json=yes example.com
	[ "$status" -eq 2 ]
	[[ $output == *"--json takes no value"* ]]
}

@test "too few and too many words: exit 2" {
	run kmgr get-ds
	[ "$status" -eq 2 ]
	[[ $output == *"needs more arguments"* ]]
	run kmgr get-ds a.example b.example
	[ "$status" -eq 2 ]
	[[ $output == *"takes fewer arguments"* ]]
}

@test "errors are JSON with --json, before or behind the command" {
	for words in "--json frobnicate" "get-ds --json"; do
		run kmgr $words
		[ "$status" -eq 2 ]
		[ "$(jq -r .error <<<"$output")" = usage ]
		[ "$(jq -r .exit_status <<<"$output")" = 2 ]
		[ "$(jq -r .schema <<<"$output")" = 1 ]
	done
}

@test "a full output device is an error, exit 9" {
	run sh -c "'$KMGR' help >/dev/full"
	[ "$status" -eq 9 ]
	[[ $output == *"write standard output"* ]]
}

@test "a reader that ends early is no error to talk about" {
	run bash -c "'$KMGR' help | head -1; exit \${PIPESTATUS[0]}"
	[[ $output != *"Broken pipe"* ]]
}

@test "rules are explained, each of them" {
	run kmgr explain-rule
	[ "$status" -eq 0 ]
	for id in $(kmgr --json explain-rule | jq -r '.rules[].id'); do
		run kmgr explain-rule "$id"
		[ "$status" -eq 0 ]
		[[ $output == "$id: "* ]]
		[ "${#output}" -gt 80 ]
	done
	run kmgr explain-rule zsk-flags
	[ "$status" -eq 0 ]
	run kmgr explain-rule NO-SUCH
	[ "$status" -eq 2 ]
}

@test "--json before an option that is none: the error is JSON" {
	run kmgr sign-zsks --json --bogus
	[ "$status" -eq 2 ]
	[ "$(jq -r .error <<<"$output")" = usage ]
}

@test "options are written whole, and a word is not like any other" {
	run -2 kmgr run --watc
	[[ $output == *"no option --watc: options are written whole, as --watch"* ]]
	run -2 kmgr help --js
	run -2 kmgr create-cmk x --tok=main --policy p
	[[ $output == *"as --token"* ]]
	run -2 kmgr sing
	[[ $output != *"did you mean"* ]]
	run -2 kmgr sgin-zsks
	[[ $output == *"did you mean sign-zsks?"* ]]
}
