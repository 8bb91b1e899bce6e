# Endorsement files: written by one kmgr, judged by anybody, with kmgr or with
# what the manual says.
bats_require_minimum_version 1.5.0
load ../lib/common

# The token and its files are made once; each test works on copies.
setup_file() {
	need_program softhsm2-util jq openssl
	cd "$BATS_FILE_TMPDIR"
	softhsm_new "$PWD" kmgr
	kmgr_env "$PWD"
	kmgr init >/dev/null
	cmk prod
	cmk other 'signatures: { validity: 15d }'
	cmk sha384 'ds: { digest-types: [sha-256, sha-384] }'
	export_ksk prod example.com
	export_ksk prod a.example
	export_ksk other b.example
	export_ksk sha384 c.example
	# Five with one signature: a tree in which the last is alone.
	kmgr -q create-ksk {f,g,h,i,j}.example --cmk prod >/dev/null
	for zone in f g h i j; do
		export_made "$zone.example"
	done
	cmk wrapped 'custody: wrapped' 'ksk: { require-backup: false }'
	export_ksk wrapped w.example
	made=$PWD
	export made
}

# cmk NAME YAML...: a CMK, and NAME.pem.
cmk() {
	local name=$1

	shift
	{ printf 'version: 1\nzones: [example.com, "*.example"]\n'
		printf '%s\n' "$@"; } >"$name.yaml"
	kmgr -q create-cmk "$name" --token main --policy "$name.yaml" \
		>/dev/null
	kmgr --json describe-cmk "$name" | jq -r .cmk.public_key >"$name.pem"
}

# export_ksk CMK ZONE: a KSK, and its file ZONE.json.
export_ksk() {
	kmgr -q create-ksk "$2" --cmk "$1" >/dev/null
	export_made "$2"
}

# export_made ZONE: ZONE.json of the KSK that it has.
export_made() {
	kmgr -q export-endorsement "$1/$(kmgr --json list-ksks "$1" |
		jq '.ksks[0].key_tag')" -o "$1.json"
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	cp "$made"/*.json "$made"/*.pem .
	# A judge has no configuration, no store and no token.
	kept=$KMGR_CONFIG
	unset KMGR_CONFIG SOFTHSM2_CONF
}

# judge FILE PEM FAILED...: exactly these checks fail, by name.
judge() {
	local file=$1 pem=$2

	shift 2
	if [ $# -eq 0 ]; then
		run -0 kmgr verify-endorsement "$file" --cmk-public-key "$pem"
		[[ $output == *" checks, 0 failed" ]]
		return
	fi
	run -10 --separate-stderr kmgr --json verify-endorsement "$file" \
		--cmk-public-key "$pem"
	[ "$(jq -r '.checks[] | select(.verdict == "fail").check' \
		<<<"$output" | xargs)" = "$*" ]
	jq -e '.verified == false' <<<"$output"
	[[ $(jq -r .message <<<"$output") == \
		*" checks failed: "*"${*: -1}" ]]
}

# edit FILE FILTER: changes it with jq.
edit() {
	jq "$2" "$1" >edited
	mv edited "$1"
}

# inside MEMBER FILTER: a jq filter that changes the JSON in a member's text.
inside() {
	echo ".$1 |= (fromjson | $2 | tojson)"
}

# own_key: somebody's key, own.pem and own.pub.
own_key() {
	openssl genpkey -quiet -algorithm EC \
		-pkeyopt ec_paramgen_curve:P-256 -out own.pem
	openssl pkey -in own.pem -pubout -out own.pub
}

# forge FILE FILTER: makes changed.json of it with own.pem as the CMK's key,
# both statements signed by it.
forge() {
	local part spki

	spki=$(openssl pkey -in own.pem -pubout -outform DER | base64 -w 0)
	jq --rawfile pem own.pub '.cmk_public_key = $pem |'"$(inside \
		endorsement ".cmk_public_key = \"$spki\"") | $2" "$1" \
		>changed.json
	jq -j .seal changed.json >seal
	edit changed.json ".seal_signature = \"$(own_sign policy seal)\""
	jq -j .endorsement changed.json >endorsement
	batch_of_one "$(jq -r .cmk_id endorsement)" endorsement >batch
	edit changed.json ".endorsement_signature =
		\"0/1 $(own_sign endorsement-batch batch)\""
}

# own_sign KIND FILE: a statement signed with own.pem, base64.
own_sign() {
	{ printf 'kmgr/%s/v1\0' "$1"; cat "$2"; } |
		openssl dgst -sha256 -sign own.pem | base64 -w 0
}

@test "an exported file proves a KSK, with and without the CMK's key" {
	judge example.com.json prod.pem
	[[ $output == "KSK example.com./"*" under CMK "* ]]
	[[ $output != *not-* ]]
	grep -E '^attributes +pass +20 more are held' <<<"$output"
	for check in endorsement-signature cmk-public-key policy-hash \
		seal-signature zone dnskey-algorithm key-tag ds custody \
		private-CKA_SENSITIVE private-CKA_NEVER_EXTRACTABLE; do
		grep -E "^$check +pass +[^ ]" <<<"$output"
	done

	run -0 --separate-stderr kmgr verify-endorsement - <example.com.json
	sha=$(openssl pkey -pubin -in prod.pem -outform DER |
		openssl dgst -sha256 -r | cut -d ' ' -f 1)
	[[ $output == *"cmk-public-key "*"not-pinned"*"$sha"* ]]
	[[ $output == *"0 failed; the CMK's key is not pinned" ]]
	[[ $stderr == "the file vouches for its own key"*"$sha"* ]]

	run -0 kmgr --json verify-endorsement example.com.json
	jq -e --arg sha "$sha" '.schema == 1 and .verified and
		.cmk_public_key_sha256 == $sha and
		.endorsement.zone == "example.com." and
		(.notes | length) == 1 and
		(.checks[] | select(.check == "cmk-public-key").verdict) ==
			"not-pinned" and
		all(.checks[]; keys == ["check", "detail", "verdict"])' \
		<<<"$output"
}

@test "export-endorsement names KSKs by tag and id, and asks no token" {
	export KMGR_CONFIG=$kept
	id=$(kmgr --json list-ksks example.com | jq -r '.ksks[0].id')
	run -0 --separate-stderr kmgr export-endorsement "$id"
	diff <(echo "$output") example.com.json
	[[ $stderr == "the public key of CMK prod has SHA-256 "* ]]
	[ "$(jq -r 'keys_unsorted | join(" ")' example.com.json)" = \
		"schema format endorsement endorsement_signature policy seal \
seal_signature cmk_public_key" ]
	[ "$(jq -j .policy example.com.json)" = \
		"$(kmgr get-policy prod --format json)" ]
	run -0 kmgr --json export-endorsement "$id"
	diff <(jq .endorsement_file <<<"$output") <(jq . example.com.json)
	run -4 kmgr export-endorsement example.com/99999
	[[ $output == *"no KSK"* ]]
	# Its output as JSON is another thing.
	kmgr --json export-endorsement "$id" >wrapped.json
	run -4 kmgr verify-endorsement wrapped.json
	[[ $output == *"wrapped.json: no endorsement file: "*"hint: this is \
the output of --json"* ]]
}

@test "what the store was made to say is not exported" {
	for file in kmgr.db kmgr.yaml; do
		cp "$made/$file" .
	done
	sed -i "s,$made/kmgr.db,$PWD/kmgr.db," kmgr.yaml
	export KMGR_CONFIG=$PWD/kmgr.yaml
	id=$(kmgr --json list-ksks example.com | jq -r '.ksks[0].id')
	kmgr -q export-endorsement "$id" | cmp - example.com.json
	sql "UPDATE ksk SET endorsement =
		replace(endorsement, '\"token\"', '\"shared\"')"
	run -10 kmgr export-endorsement "$id" -o new.json
	[ ! -e new.json ]
}

@test "every change is found, and named by its check" {
	local filter failed n=0

	while IFS='#' read -r filter failed; do
		n=$((n + 1))
		cp c.example.json changed.json
		edit changed.json "$filter"
		# shellcheck disable=SC2086 # words
		judge changed.json sha384.pem $failed
	done <<-END
		$(inside endorsement '.zone = "example.org."')#endorsement-signature zone ds
		$(inside endorsement '.custody = "shared"')#endorsement-signature custody
		$(inside endorsement '.ds |= reverse')#endorsement-signature
		$(inside endorsement '.ds |= .[:1]')#endorsement-signature ds
		$(inside endorsement '.attributes.private.CKA_EXTRACTABLE = "true"')#endorsement-signature private-CKA_EXTRACTABLE
		$(inside endorsement 'del(.attributes.private.CKA_LOCAL)')#endorsement-signature private-CKA_LOCAL
		$(inside seal '.sealed_at += 1')#seal-signature
		$(inside policy '.zones += ["example.org"]')#policy-hash
		$(inside policy '.custody = "shared"')#policy-hash custody
		.policy += " "#policy-form policy-hash zone dnskey-algorithm ds custody
		.endorsement_signature = ""#endorsement-signature
		.endorsement_signature = .seal_signature#endorsement-signature
		.cmk_public_key = ""#endorsement-signature cmk-public-key cmk-key-kind embedded-key seal-signature
	END
	[ "$n" -eq 13 ]
}

@test "parts of other KSKs and CMKs do not fit" {
	# The other KSK of the same CMK.
	jq --slurpfile its a.example.json '.endorsement = $its[0].endorsement' \
		example.com.json >mixed.json
	judge mixed.json prod.pem endorsement-signature
	# Another CMK's policy and seal.
	jq --slurpfile its b.example.json '. + ($its[0] |
		{ policy, seal, seal_signature })' example.com.json >mixed.json
	judge mixed.json prod.pem policy-hash seal-signature seal-cmk \
		seal-policy seal-order
	# Its whole file is good, but of another CMK.
	judge b.example.json other.pem
	judge b.example.json prod.pem cmk-public-key
}

# Each is good in its place of its batch, and nowhere else; by hand, too.
@test "a place in a batch is one KSK's alone" {
	local filter n=0

	for zone in f g h i j; do
		judge "$zone.example.json" prod.pem
	done
	for zone in f i j; do
		by_hand "$zone.example.json" prod.pem
	done
	[ "$(jq -r '.endorsement_signature | split(" ") | .[0], .[1]' \
		{f,g,h,i,j}.example.json | sort -u | wc -l)" -eq 6 ]
	jq -r .endorsement_signature b.example.json >other
	while read -r filter; do
		n=$((n + 1))
		cp g.example.json changed.json
		edit changed.json "def words(f): .endorsement_signature |=
			(split(\" \") | f | join(\" \")); $filter"
		judge changed.json prod.pem endorsement-signature
		run ! by_hand changed.json prod.pem
	done <<-END
		.endorsement_signature = $(jq .endorsement_signature f.example.json)
		.endorsement_signature = $(jq .endorsement_signature j.example.json)
		.endorsement_signature = $(jq -R . other)
		words(.[0] = "0/5")
		words(.[0] = "3/5")
		words(.[0] = "4/5")
		words(.[0] = "5/5")
		words(.[0] = "1/4")
		words(.[0] = "1/6")
		words(.[0] = "1/8")
		words(.[0] = "0/1")
		words(.[:2] | .[0] = "0/1")
		words(.[:-1])
		words(. + .[-1:])
		words(.[3] = .[2])
		words(.[2:4] |= reverse)
		words(.[1] = "$(cut -d ' ' -f 2 other)")
	END
	[ "$n" -eq 17 ]
}

@test "who has no CMK can vouch for nothing but himself" {
	own_key
	forge example.com.json .
	mv changed.json forged.json
	run -0 kmgr verify-endorsement forged.json
	[[ $output == *not-pinned* ]]
	judge forged.json prod.pem cmk-public-key
	judge forged.json own.pub
}

@test "what is no such file: exit 4, with place and reason" {
	head -c 1000 example.com.json >cut.json
	run -4 kmgr verify-endorsement cut.json
	[[ $output == *"cut.json: no endorsement file: JSON, line 4, column"* ]]
	sed 's/"schema": 1,/&\n  "schema": 1,/' example.com.json >twice.json
	run -4 kmgr verify-endorsement twice.json
	[[ $output == *"line 3, column"*duplicate* ]]
	jq '.schema = 2' example.com.json >next.json
	run -4 kmgr verify-endorsement next.json
	[[ $output == *'member "schema" is 2; this version reads 1'* ]]
	jq '.format = "kmgr-ledger"' example.com.json >ledger.json
	run -4 kmgr verify-endorsement ledger.json
	[[ $output == *'"kmgr-ledger"; it must be "kmgr-endorsement"'* ]]
	jq '.more = ""' example.com.json >more.json
	run -4 kmgr verify-endorsement more.json
	[[ $output == *'member "more" is unknown'* ]]
	{ cat example.com.json; head -c 300000 /dev/zero | tr '\0' ' '; } \
		>large.json
	run -4 kmgr verify-endorsement large.json
	[[ $output == *"large.json is longer than 262144 bytes"* ]]
	run -4 kmgr verify-endorsement prod.pem
	run -9 kmgr verify-endorsement missing.json
	run -2 kmgr verify-endorsement
}

@test "what is no public key is refused as --cmk-public-key" {
	openssl genpkey -quiet -algorithm ED25519 -out private.pem
	: >empty.pem
	cat prod.pem other.pem >two.pem
	for pem in private.pem empty.pem two.pem example.com.json; do
		run -4 kmgr verify-endorsement example.com.json \
			--cmk-public-key "$pem"
		[[ $output == "kmgr: $pem: "*"PEM block"* ]]
	done
	run -9 kmgr verify-endorsement example.com.json --cmk-public-key none
	# What openssl writes before the block does no harm.
	openssl pkey -pubin -in prod.pem -text >text.pem
	judge example.com.json text.pem
}

# --- the manual's commands -------------------------------------------------

# by_hand FILE PEM: the block of the manual, on these files, in a folder of
# its own.
by_hand() {
	rm -rf hand
	mkdir hand
	cp "$1" hand/endorsement.json
	cp "$2" hand/cmk.pem
	awk '/42-endorsement\.bats runs/ { wanted = 1; next }
		wanted && /^\.Ed/ { exit }
		wanted && !/^\.Bd/' "$srcdir/kmgr/kmgr.1" |
		sed 's/\\e/\\/g' >hand/commands
	[ "$(wc -l <hand/commands)" -ge 60 ]
	(cd hand && sh commands)
}

@test "the manual's commands prove what kmgr exports" {
	by_hand example.com.json prod.pem
	by_hand a.example.json prod.pem
	by_hand c.example.json sha384.pem
	judge w.example.json wrapped.pem
	by_hand w.example.json wrapped.pem
	run ! by_hand example.com.json other.pem
}

@test "the manual's commands prove all algorithms, custodies and zones" {
	cp -r "$made"/{tokens,softhsm2.conf,kmgr.db,kmgr.yaml,kmgr} .
	sed -i "s,$made,$PWD,g" kmgr.yaml softhsm2.conf
	export KMGR_CONFIG=$PWD/kmgr.yaml SOFTHSM2_CONF=$PWD/softhsm2.conf
	for alg in ecdsap384sha384 ed25519 rsasha256; do
		cmk "$alg" 'custody: shared' "ksk: { algorithm: $alg }"
		export_ksk "$alg" "x.$alg.example"
	done
	printf 'version: 1\nzones: ["."]\n' >root.yaml
	kmgr -q create-cmk root --token main --policy root.yaml >/dev/null
	kmgr --json describe-cmk root | jq -r .cmk.public_key >root.pem
	kmgr -q create-ksk . --cmk root >/dev/null
	kmgr -q export-endorsement "$(kmgr --json list-ksks . |
		jq -r '.ksks[0].id')" -o root.json
	for alg in ecdsap384sha384 ed25519 rsasha256; do
		judge "x.$alg.example.json" "$alg.pem"
		by_hand "x.$alg.example.json" "$alg.pem"
	done
	judge root.json root.pem
	by_hand root.json root.pem
}

@test "the manual's commands find what kmgr finds" {
	local file filter n=0

	own_key
	# Each is signed again, so that signatures alone find nothing.
	while read -r file filter; do
		n=$((n + 1))
		forge "$file.example.json" "$filter"
		by_hand_fails_where_kmgr_does
	done <<-END
		c .
		c $(inside endorsement '.zone = "example.org."')
		c $(inside endorsement '.zone = "d.example."')
		c $(inside endorsement '.custody = "shared"')
		c $(inside endorsement '.ds |= .[:1]')
		c $(inside endorsement '.ds[1] |= sub(".$"; "x")')
		c $(inside endorsement '.key_tag |= (. + 1) % 65536')
		c $(inside endorsement '.revoked_key_tag |= (. + 1) % 65536')
		c $(inside endorsement '.dnskey |= sub("257"; "256")')
		c $(inside endorsement '.dnskey |= sub("257 3 13"; "257 3 14")')
		c $(inside endorsement '.cmk_public_key = "MFkw"')
		c $(inside endorsement '.cmk_id = "0"')
		c $(inside endorsement '.policy_hash = "0"')
		c $(inside endorsement '.ledger_seq = 0')
		c $(inside endorsement '.attributes.private.CKA_SENSITIVE = "false"')
		c $(inside endorsement 'del(.attributes.private.CKA_EXTRACTABLE)')
		c $(inside endorsement 'del(.attributes.private.CKA_LOCAL)')
		c $(inside endorsement '.attributes.private.CKA_ALWAYS_SENSITIVE = "false"')
		c $(inside seal '.policy_hash = "0"')
		c $(inside policy '.custody = "shared"')
		c .schema = 2
		c .format = "kmgr-ledger"
		w .
		w $(inside endorsement '.wrap_key_id = "0"')
		w $(inside endorsement 'del(.wrap_key_id, .wrapped_key_sha256)')
		w $(inside endorsement '.wrapped_key_sha256 |= .[1:]')
		w $(inside endorsement '.attributes.secret.CKA_LOCAL = "false"')
		w $(inside endorsement '.attributes.private.CKA_EXTRACTABLE = "true"')
		w $(inside endorsement 'del(.attributes.secret)')
		w $(inside seal 'del(.wrapping_keys)')
		w $(inside seal '.wrapping_keys += .wrapping_keys')
		w $(inside seal '.wrapping_keys[0].attributes.secret.CKA_DECRYPT = "true"') | $(inside endorsement '.attributes.secret.CKA_DECRYPT = "true"')
		w $(inside seal '.wrapping_keys[0].attributes.secret.CKA_UNWRAP_TEMPLATE = "loose"') | $(inside endorsement '.attributes.secret.CKA_UNWRAP_TEMPLATE = "loose"')
		c $(inside endorsement '.wrap_key_id = "0"')
		c $(inside seal '.wrapping_keys = []')
	END
	[ "$n" -eq 35 ]
}

by_hand_fails_where_kmgr_does() {
	if [ "$filter" = . ]; then
		judge changed.json own.pub
		by_hand changed.json own.pub
		return
	fi
	run ! kmgr verify-endorsement changed.json --cmk-public-key own.pub
	[[ $status -eq 10 || $status -eq 4 ]]
	run ! by_hand changed.json own.pub
	[[ $output != *"syntax error"* && $output != *"jq: error"* ]]
}
