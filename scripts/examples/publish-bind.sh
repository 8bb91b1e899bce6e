#!/bin/sh
# publish-bind.sh FOLDER [COMMAND...]
#
# A hook zone-publish of kmgr. FOLDER/ZONE has the unsigned zone in the file
# "zone", and the ZSKs as dnssec-keygen makes them. Signs the zone with BIND's
# dnssec-signzone, with the DNSKEY, CDS and CDNSKEY records that kmgr signed in
# it, to the file "signed", and runs COMMAND with the zone's name: rndc reload.

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
# Signatures of keys that are not here are kept while they last longer than -i
# says; the zone's own are all made anew. Serials are the time in seconds.
dnssec-signzone -q -x -i 3600 -N unixtime -o "${zone:-.}" -f "$tmp/signed" \
	"$tmp/with-keys" >&2
mv "$tmp/signed" signed
rm -rf "$tmp"
[ $# -eq 0 ] || exec "$@" "${zone:-.}"
