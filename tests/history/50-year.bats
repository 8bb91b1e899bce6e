# A year of `kmgr run` by a timer, which misses a day now and then, beside a
# parent that answers hours later. What happens is what `kmgr plan` told on the
# first day, no step earlier and none later than the timer lets it be; what is
# served is judged by BIND, and the signatures never run low. The clock is
# libfaketime's. KMGR_SOAK=1 runs it twice a day.
load ../lib/common
bats_require_minimum_version 1.5.0

ZONE=year.example
DAY=86400
ANSWER_S=21600			# the parent's, as the policy says
DS_KEPT_S=$((DAY + 3600))	# by caches and slow servers, as it says
DNSKEY_KEPT_S=$((3600 + 3600))
REFRESH_S=$((5 * DAY))

setup_file() {
	need_program faketime jq dnssec-keygen dnssec-signzone dnssec-verify
	cd "$BATS_FILE_TMPDIR"
	FAKETIME_LIB=$(find_file /usr/lib/*/faketime/libfaketime.so.1)
	[ ! -w /dev/shm ] || cd "$(mktemp -d /dev/shm/kmgr-year.XXXXXX)"
	export FAKETIME_LIB YEAR=$PWD
	STEP=$((DAY / (${KMGR_SOAK:+1} + 1)))
	START=$(date -u -d 2027-01-01 +%s)
	END=$(date -u -d 2028-01-01 +%s)
	export START END STEP
	year_begin
	year_go
}

setup() {
	cd "$YEAR"
}

teardown_file() {
	case $YEAR in
	/dev/shm/kmgr-year.??????) rm -rf "$YEAR" ;;
	esac
}

# at INSTANT COMMAND...: runs it by a clock that says so.
at() {
	FAKETIME="@$(date -u -d "@$1" '+%F %T')" \
		preloaded "$FAKETIME_LIB" "${@:2}"
}

# year_begin: a zone with its first KSK, published, and the plan of the year.
year_begin() {
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	cat >policy.yaml <<-END
		version: 1
		zones: [$ZONE]
		ksk: { lifetime: 60d, automation: [start, expire, done] }
		zsk: { algorithms: [ecdsap256sha256] }
		signatures: { dnskey-ttl: 1h, validity: 14d, refresh: 5d }
		timing: { parent-registration-delay: 6h, parent-ds-ttl: 1d,
		    parent-propagation-delay: 1h, zone-propagation-delay: 1h }
		ds: { cds-cdnskey-publish: none }
	END
	dnssec-keygen -q -a ECDSAP256SHA256 $ZONE >/dev/null
	cat K*.key >zsks
	parent_write
	at "$START" "$KMGR" -q init
	at "$START" "$KMGR" -q create-cmk c --token main --policy policy.yaml
	at "$START" "$KMGR" -q create-ksk $ZONE --cmk c
	: >parent
	: >ticks
	mkdir sets
	tick "$START"
	at "$START" "$KMGR" --json plan $ZONE --until 2028-01-01 >plan.json
}

# parent_write: what kmgr is told of the world. Hooks note what is asked for.
parent_write() {
	cat >add <<-END
		#!/bin/sh
		echo "\$KMGR_KEYTAG" >>$PWD/asked.\${0##*/}
	END
	chmod 755 add
	cp add remove
	cat >>kmgr.yaml <<-END
		zones:
		  $ZONE:
		    source: { file: $PWD/zsks }
		    publish: { directory: $PWD/out }
		hooks:
		  ds-add: [$PWD/add]
		  ds-remove: [$PWD/remove]
	END
}

# year_go: the timer, by the seconds of $STEP, and what the parent answers.
year_go() {
	local now n=0

	RANDOM=5
	for ((now = START + STEP; now <= END; now += STEP)); do
		# One day in seven, and so now and then some in a row.
		[ $((RANDOM % 7)) -ne 0 ] || continue
		tick "$now"
		n=$((n + 1))
		[ $((n % 30)) -ne 0 ] || end_dead $((now + ANSWER_S + 60))
	done
}

# tick INSTANT: a run; what it left in the directory is kept, and what it asked
# the parent for is done.
tick() {
	at "$1" "$KMGR" run >>run.log 2>&1 || {
		tail -n 20 run.log
		return 1
	}
	echo "$1 $(date -u -d "$(jq -r .signed_until out/state.json)" +%s)" \
		>>ticks
	cmp -s out/dnskey.zone last || {
		cp out/dnskey.zone last
		cp out/dnskey.zone "sets/$1"
	}
	answer "$1" add ds-seen
	answer "$1" remove ds-gone
}

# answer INSTANT WORD COMMAND: the parent's registry is quick, and all its
# servers have what it was asked for when that is told.
answer() {
	local tag

	[ -e "asked.$2" ] || return 0
	while read -r tag; do
		echo "$(($1 + 60)) $2 $tag" >>parent
		at $(($1 + ANSWER_S)) "$KMGR" -q "$3" "$ZONE/$tag"
	done <"asked.$2"
	rm "asked.$2"
}

# end_dead INSTANT: what the operator does once a month: KSKs that nothing needs
# any more end, and leave room for others.
end_dead() {
	local key

	for key in $(at "$1" "$KMGR" --json status $ZONE |
		jq -r '.zones[0].ksks[] | select(.state == "dead").key'); do
		# Not as long as a signature by it is valid.
		at "$1" "$KMGR" -q delete-ksk "$key" || [ $? -eq 11 ]
	done
}

# planned, done_steps: a line for each step but signatures: its instant, its
# name and which KSK it is of, by their age.
planned() {
	jq -r '(.zones[0].keys | map(.key)) as $keys | .zones[0].moments[] |
		select(.step != null and .key != null) |
		"\(.at | fromdate) \(.step) \(.key as $k | $keys | index($k))"' \
		plan.json | grep -Ev ' (make-ksk|done) '
}

done_steps() {
	jq -r '[.events[].payload] | (map(.ksk_id) | reduce .[] as $id ([];
		if index($id) == null then . + [$id] else . end)) as $ids |
		.[] | "\(.at) \(.step) \(.ksk_id as $id | $ids | index($id))"' \
		steps.json | tail -n +2
}

@test "steps are those of the plan, as late as the timer was and no later" {
	at "$END" "$KMGR" --json list-events --type ksk-step >steps.json
	planned >planned
	done_steps >happened
	# What one step is late by all that follow it are; each of them adds
	# at most the time since the timer's last tick, and what a pass takes.
	awk -v end="$END" -v pass=60 '
		FILENAME == "ticks" { gap[$1] = $1 - tick; tick = $1; next }
		FILENAME == "planned" { planned[$2 " " $3] = $1; next }
		{
			step = $2 " " $3
			for (at = $1; !(at in gap) && at > $1 - pass; at--)
				;
			if (!(step in planned)) {
				print "nobody planned " step
				exit 1
			}
			late = $1 - planned[step]
			if (late < 0 || late > before + gap[at] + pass) {
				print step ": " late " s late, and " before \
					" s before"
				exit 1
			}
			if (late > most)
				most = late
			if ($1 != last) {
				before = most
				last = $1
			}
			delete planned[step]
			n++
		}
		END {
			for (step in planned)
				if (planned[step] + most < end) {
					print "it never came to " step
					exit 1
				}
			print n " steps, " most " s late at most" \
				>"/dev/stderr"
			exit n < 20
		}' ticks planned happened 2>count || {
		cat planned happened
		return 1
	}
	sed 's/^/# /' count >&3
}

@test "the signatures never run lower than refresh and the days missed" {
	awk -v refresh="$REFRESH_S" -v day="$DAY" '
		NR > 1 && until - $1 < refresh - ($1 - tick) {
			print "at " $1 " " until - $1 " s were left"
			exit 1
		}
		$2 - $1 < refresh {
			print "at " $1 " " $2 - $1 " s are left after a run"
			exit 1
		}
		{ tick = $1; until = $2 }
		END { exit NR < 200 }' ticks
	# Some days were missed indeed.
	[ "$(wc -l <ticks)" -lt $(((END - START) / STEP - 20)) ]
}

# judged FILE: whether BIND has it for the DNSKEY RRset of a signed zone, by
# the clock of the instant that is its name.
judged() {
	local at=${1##*/}

	cat - "$1" >zone <<-END
		\$TTL 3600
		$ZONE.	SOA	ns hostmaster 1 3600 600 86400 3600
		$ZONE.	NS	ns.$ZONE.
		ns.$ZONE.	A	127.0.0.1
	END
	with_clock $((at - $(date +%s))) dnssec-signzone -q -P -x -i 600 \
		-o $ZONE -f signed zone >judge 2>&1 &&
		with_clock $((at - $(date +%s))) dnssec-verify -x -o $ZONE \
			signed >judge 2>&1 || {
		cat judge
		return 1
	}
}

@test "BIND agrees with every set that was published" {
	for file in sets/*; do
		judged "$file"
	done
	[ "$(find sets -type f | wc -l)" -gt 40 ]
	# And would not, if the set were another one than what was signed.
	mkdir -p other
	sed '/ 257 /d' "$file" >other/"${file##*/}"
	grep -h ' 257 ' sets/"$START" >>other/"${file##*/}"
	run ! judged other/"${file##*/}"
}

# sets_of_ds, sets_of_dnskey: a line for each: from when caches may have it,
# until when, and the tags of its KSKs.
sets_of_ds() {
	awk -v kept="$DS_KEPT_S" -v end="$END" '
		function flush(at) {
			tags = ""
			for (tag in in_set)
				tags = tags " " tag
			if (tags != "")
				print from, at + kept, tags
			from = at
		}
		NR > 1 && $1 != from { flush($1) }
		NR == 1 { from = $1 }
		$2 == "add" { in_set[$3] = 1 }
		$2 == "remove" { delete in_set[$3] }
		END { flush(end) }' parent
}

sets_of_dnskey() {
	local file tags from=

	for file in sets/* "sets/$END"; do
		[ -z "$from" ] || echo "$from" \
			$((${file##*/} + DNSKEY_KEPT_S)) "$tags"
		from=${file##*/}
		[ -e "$file" ] || break
		tags=$(awk '$4 == "RRSIG" { print $11 }' "$file" | xargs)
	done
}

@test "no resolver has a DS set and a DNSKEY set that do not meet" {
	sets_of_ds >ds
	sets_of_dnskey >dnskeys
	awk '
		FILENAME == "ds" {
			from[n] = $1; to[n] = $2; $1 = $2 = ""; tags[n++] = $0
			next
		}
		{
			for (i = 0; i < n; i++) {
				if ($1 >= to[i] || from[i] >= $2)
					continue
				met = 0
				for (j = 3; j <= NF; j++)
					if (index(tags[i] " ", " " $j " "))
						met = 1
				pairs++
				if (!met) {
					print "from " $1 ":" tags[i] ", " $0
					exit 1
				}
			}
		}
		END { exit pairs < 40 }' ds dnskeys
	[ "$(wc -l <ds)" -ge 5 ]
}

@test "verify finds nothing" {
	at "$END" "$KMGR" verify
}
