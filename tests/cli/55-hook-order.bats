# In which order hooks are told, and what is said while one of them fails.
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

# hook NAME: a program that fails while the file no-NAME is there, and writes
# down for which key it did what.
hook() {
	cat >"$1" <<-END
		#!/bin/sh
		[ ! -e $PWD/no-$1 ] || { echo "try later" >&2; exit 3; }
		echo "$1 \$KMGR_KEYTAG" >>$PWD/calls
	END
	chmod +x "$1"
	grep -q ^hooks: kmgr.yaml || echo hooks: >>kmgr.yaml
	echo "  $1: [$PWD/$1]" >>kmgr.yaml
}

# serves: a zone that has its DS at the parent for long, 6d from now.
serves() {
	life_zone 'signatures: { validity: 14d, refresh: 5d }'
	cat >>kmgr.yaml <<-END
		zones:
		  example.com:
		    source: { file: $PWD/zsk }
		    publish: { directory: $PWD/out }
	END
	kmgr -q run >/dev/null
	kmgr_later 2d -q run >/dev/null
	kmgr_later 2d -q ds-seen "example.com/$tag" >/dev/null
}

# rolls: likewise, and another DS is to replace it from then on.
rolls() {
	serves
	kmgr_later 5d -q roll-ksk example.com >/dev/null
	kmgr_later 5d -q run >/dev/null
	new=$(life_newest)
}

@test "a DS is added before another one is removed" {
	rolls
	hook ds-add
	hook ds-remove
	kmgr_later 6d -q run >/dev/null
	[ "$(cat calls)" = "ds-add $new
ds-remove $tag" ]
}

@test "none is removed while another one cannot be added" {
	rolls
	hook ds-add
	hook ds-remove
	touch no-ds-add
	run -9 kmgr_later 6d run
	[[ $output == *"hook ds-add of example.com."*"status 3"* ]]
	[[ $output == *"example.com. waits ds-add: ds-remove \
example.com./$tag until the DS of example.com./$new is added"* ]]
	[ ! -e calls ]
	run -9 kmgr_later 6d run example.com
	[ ! -e calls ]
	rm no-ds-add
	kmgr_later 6d -q run example.com >/dev/null
	[ "$(cat calls)" = "ds-add $new
ds-remove $tag" ]
	kmgr_later 6d -q run example.com >/dev/null
	[ "$(wc -l <calls)" -eq 2 ]
}

@test "a reminder that fails holds up nobody" {
	rolls
	hook ds-add
	hook ds-remove
	hook ds-reminder
	touch no-ds-remove no-ds-reminder
	run -9 kmgr_later 6d run
	[ "$(cat calls)" = "ds-add $new" ]
	rm no-ds-remove
	run -9 kmgr_later 8d run example.com
	[[ $output == *"hook ds-reminder of example.com."*"status 3"* ]]
	[ "$(cat calls)" = "ds-add $new
ds-remove $tag" ]
}

@test "where no hook adds, one is removed once the other is seen" {
	rolls
	hook ds-remove
	run -0 kmgr_later 6d run
	[[ $output == *"waits ds-add: ds-remove example.com./$tag until"* ]]
	[ ! -e calls ]
	kmgr_later 6d -q ds-seen "example.com/$new" >/dev/null
	kmgr_later 6d -q run >/dev/null
	[ "$(cat calls)" = "ds-remove $tag" ]
}

# status_is REST TODO: what is said to be next, in a line and in full.
status_is() {
	[[ $(kmgr_later 6d status) == *"; next: $1" ]]
	kmgr_later 6d status example.com | grep -qx "next: $1"
	[ "$(life_todo 6d)" = "$2" ]
}

@test "while a hook fails nobody is to tell what the parent has not done" {
	rolls
	hook ds-add
	hook ds-remove
	touch no-ds-add no-ds-remove
	run -9 kmgr_later 6d run
	status_is "repair hook ds-add, then kmgr run example.com." \
		"ds-seen kmgr run example.com."
	run -0 kmgr_later 6d status example.com
	[[ $output == *"may not have been asked to add it: hook ds-add failed \
at 2"*"Z with status 3; repair it"* ]]
	rm no-ds-add
	run -9 kmgr_later 6d run example.com
	status_is "kmgr ds-seen example.com./$new" \
		"ds-seen kmgr ds-seen example.com./$new"
	kmgr_later 6d -q ds-seen "example.com/$new" >/dev/null
	status_is "repair hook ds-remove, then kmgr run example.com." \
		"ds-gone kmgr run example.com."
	rm no-ds-remove
	kmgr_later 6d -q run example.com >/dev/null
	status_is "kmgr ds-gone example.com./$tag" \
		"ds-gone kmgr ds-gone example.com./$tag"
}

@test "a hook that is not told yet is told by run" {
	rolls
	kmgr_later 6d -q run >/dev/null
	hook ds-add
	status_is "kmgr run example.com." "ds-seen kmgr run example.com."
	rm ds-add
	run -9 kmgr_later 6d run example.com
	run -0 kmgr_later 6d status example.com
	[[ $output == *"hook ds-add failed at 2"*"Z; repair it"* ]]
}

@test "a zone has no DS only where none may be there" {
	rolls
	kmgr_later 6d -q run >/dev/null
	run -0 kmgr_later 6d ds-gone "example.com/$tag"
	[[ $output != *"resolvers will not validate"* ]]
	[[ $output == *"no KSK of zone example.com. is known to have its DS \
at the parent: that of example.com./$new is asked for"* ]]
}

@test "a zone that goes insecure has nothing to add first" {
	serves
	hook ds-add
	hook ds-remove
	kmgr_later 6d -q go-insecure example.com --yes >/dev/null
	kmgr_later 6d -q run >/dev/null
	[ "$(cat calls)" = "ds-remove $tag" ]
}
