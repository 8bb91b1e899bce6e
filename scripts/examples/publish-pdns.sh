#!/bin/sh
# publish-pdns.sh FOLDER [OPTION...]
#
# A hook zone-publish of kmgr. Signs the zone as publish-bind.sh, which stands
# beside this, and loads it into the database of PowerDNS as one that is signed
# already. The OPTIONs are those of pdnsutil: --config-dir=DIRECTORY.

set -eu
folder=$1
shift
zone=${KMGR_ZONE%.}

"$(dirname "$0")/publish-bind.sh" "$folder"
pdnsutil "$@" load-zone "${zone:-.}" "$folder/${zone:-root}/signed" >&2
pdnsutil "$@" set-presigned "${zone:-.}" >&2
