#!/bin/sh
# publish-nsd.sh FOLDER [COMMAND...]
#
# A hook zone-publish of kmgr. FOLDER/ZONE has the unsigned zone in the file
# "zone", and the ZSKs as ldns-keygen makes them. Signs the zone with
# ldns-signzone, with the DNSKEY, CDS and CDNSKEY records that kmgr signed in
# it, to the file "signed", and runs COMMAND with the zone's name: nsd-control
# reload.

set -eu
folder=$1
shift
zone=${KMGR_ZONE%.}
out=$(dirname "$KMGR_FILE")

cd "$folder/${zone:-root}"
# In this folder, so that the last mv is one step; of two runs each has its own.
tmp=$(mktemp -d ./publish.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
cat zone "$out"/*.zone >"$tmp/with-keys"
keys=
for key in K*.private; do
	keys="$keys ${key%.private}"
done
# It has no use for signatures that are there, and signs CDS itself too: ours
# come after it. What stands in a zone file twice is there once.
# shellcheck disable=SC2086 # a list of words
ldns-signzone -u -o "${zone:-.}" -f "$tmp/ldns" "$tmp/with-keys" $keys
cat "$tmp/ldns" "$out"/*.zone >"$tmp/signed"
mv "$tmp/signed" signed
rm -rf "$tmp"
[ $# -eq 0 ] || exec "$@" "${zone:-.}"
