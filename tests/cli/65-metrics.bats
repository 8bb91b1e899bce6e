# metrics: what Prometheus reads from a file.
load ../lib/common
load ../lib/life
bats_require_minimum_version 1.5.0

setup() {
	life_zone
	kmgr -q sign-zsks example.com zsk >/dev/null
}

# parse FILE: the text format 0.0.4, strictly: each family in one piece behind
# its HELP and TYPE, names and labels as they must be, no sample twice.
parse() {
	awk '
		function die(why) { print FILENAME ":" NR ": " why; bad = 1 }
		/^# HELP / { if ($3 in help) die("HELP twice"); help[$3] = 1
			if (NF < 4) die("no text"); family = $3; next }
		/^# TYPE / { if ($3 != family) die("TYPE elsewhere")
			if ($4 != "gauge") die("no gauge"); typed = $3; next }
		/^#|^$/ { die("what is this"); next }
		{
			if ($0 !~ /^[a-z_]+(\{[a-z_]+="([^"\\]|\\[\\n"])*"(,[a-z_]+="([^"\\]|\\[\\n"])*")*\})? -?[0-9]+$/)
				die("no sample: " $0)
			name = $0
			sub(/[{ ].*/, "", name)
			if (name != family || name != typed)
				die("out of its family: " name)
			sample = $0
			sub(/ -?[0-9]+$/, "", sample)
			if (sample in seen) die("twice: " sample)
			seen[sample] = 1
			n++
		}
		END { if (n == 0) die("nothing"); exit bad }' "$1"
}

# value FILE SAMPLE: its number.
value() {
	awk -v sample="$2" '{ v = $NF; sub(/ [^ ]*$/, "")
		if ($0 == sample) print v }' "$1"
}

@test "the parser of this test finds what is wrong" {
	kmgr metrics --no-network >good
	parse good
	sed 's/^# TYPE kmgr_zones.*//' good >bad
	run -1 parse bad
	sed 's/"example.com."/example.com/' good >bad
	run -1 parse bad
	{ cat good; tail -n 1 good; } >bad
	run -1 parse bad
	{ cat good; echo 'kmgr_zones 2'; } >bad
	run -1 parse bad
}

@test "keys, states, coverage, checks and tokens" {
	kmgr metrics --no-network >m
	parse m
	[ "$(value m kmgr_zones)" = 1 ]
	[ "$(value m "kmgr_ksk_age_seconds{zone=\"example.com.\",\
key_tag=\"$tag\"}")" -lt 600 ]
	[ "$(value m "kmgr_dnskey_state{zone=\"example.com.\",\
key_tag=\"$tag\",state=\"rumoured\"}")" = 1 ]
	[ "$(value m "kmgr_ds_state{zone=\"example.com.\",key_tag=\"$tag\",\
state=\"hidden\"}")" = 1 ]
	[ "$(grep -c '^kmgr_ds_state{.* 1$' m)" -eq 1 ]
	[ "$(value m 'kmgr_signed_coverage_seconds{zone="example.com."}')" \
		-gt 1209000 ]
	[ "$(value m 'kmgr_hsm_up{token="main"}')" = 1 ]
	[ "$(value m 'kmgr_check{zone="example.com.",id="oracle"}')" = 0 ]
	# What was not looked at is not said to be well.
	[ -z "$(value m 'kmgr_check{zone="example.com.",id="ds-match"}')" ]
	kmgr_later 325h metrics --no-network >m
	[ "$(value m 'kmgr_check{zone="example.com.",id="signed-coverage"}')" \
		= 2 ]
}

@test "a token that is away is down" {
	mv tokens away
	mkdir tokens
	kmgr metrics --no-network >m
	parse m
	[ "$(value m 'kmgr_hsm_up{token="main"}')" = 0 ]
	mv away/* tokens
	kmgr metrics --no-network >m
	[ "$(value m 'kmgr_hsm_up{token="main"}')" = 1 ]
}

@test "-o: whole or not at all, readable by the exporter" {
	mkdir collector
	echo old >collector/kmgr.prom
	ln collector/kmgr.prom old
	kmgr metrics --no-network -o collector/kmgr.prom
	parse collector/kmgr.prom
	[ "$(stat -c %a collector/kmgr.prom)" = 644 ]
	# Another file took its place; nobody sees half of one.
	[ "$(cat old)" = old ]
	[ "$(ls collector)" = kmgr.prom ]
	cp collector/kmgr.prom before
	mv kmgr.db elsewhere.db
	run -7 kmgr metrics --no-network -o collector/kmgr.prom
	cmp before collector/kmgr.prom
}

@test "labels are escaped" {
	kmgr -q create-ksk 'a\"b.example' --cmk prod >/dev/null
	kmgr metrics --no-network >m
	parse m
	grep -qF 'zone="a\\\"b.example."' m
}

@test "when run was done last" {
	kmgr metrics --no-network >m
	[ -z "$(value m kmgr_last_run_timestamp)" ]
	kmgr -q run
	kmgr metrics --no-network >m
	parse m
	[ "$(value m kmgr_last_run_timestamp)" -ge \
		"$(($(date +%s) - 600))" ]
	[ "$(value m kmgr_last_run_timestamp)" -le "$(date +%s)" ]
}
