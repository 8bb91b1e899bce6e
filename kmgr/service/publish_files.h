/*
 * A directory that the zone signer reads: dnskey.zone, cds.zone or none, and
 * state.json, which is written last and says of which bytes it speaks.
 */
#ifndef SERVICE_PUBLISH_FILES_H
#define SERVICE_PUBLISH_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/service/publish_sets.h"

#define PUBLISH_FILES_SCHEMA 1

/*
 * Which of two is the later: the one with the newer signature. Seconds have no
 * order in themselves, and clocks of two machines differ; but numbers of
 * signatures begin anew in a store that was restored.
 */
struct publish_age {
	int64_t	 at;		/* it is so since then; 0: unknown */
	int64_t	 signature;	/* the zone's newest; 0: unknown */
};

/* Their content. */
struct publish_files {
	struct buf	dnskey;
	struct buf	cds;	/* CDS and CDNSKEY; empty: there is no file */
	struct buf	state;
	struct publish_age age;
	struct name	zone;
};

/**
 * publish_files_init(files, sets, age):
 * The files of ${sets}, which are of that ${age}. The same signatures give the
 * same bytes.
 *
 * Owner: the caller, publish_files_clear().
 */
void publish_files_init(struct publish_files *files,
    const struct publish_sets *sets, const struct publish_age *age);
void publish_files_clear(struct publish_files *files);

/**
 * publish_files_hash(files, out):
 * The hash of all of ${files}.
 */
void publish_files_hash(const struct publish_files *files,
    uint8_t out[static CRYPTO_SHA256_LEN]);

/**
 * publish_files_read(directory, out):
 * Read what is in ${directory}; false where anything cannot be read.
 *
 * Owner: the caller, publish_files_clear(), also of false.
 */
bool publish_files_read(const char *directory, struct publish_files *out);

/**
 * publish_files_write(files, directory, err):
 * Replace what is in ${directory}, which is made where only it is missing:
 * first the records, each file whole, then state.json, so that it never speaks
 * of records that are not there yet. Of two that do so one waits, for a while.
 * What is there and is later stays: of a newer signature, and not of an earlier
 * instant; of the same one, without records where these have some, or of a
 * later instant. So does what is another zone's.
 *
 * Errors: ERR_SYSTEM.
 */
int publish_files_write(const struct publish_files *files,
    const char *directory, struct error *err);

#endif
