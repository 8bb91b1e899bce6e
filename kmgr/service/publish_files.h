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

/* Their content. */
struct publish_files {
	struct buf	dnskey;
	struct buf	cds;	/* CDS and CDNSKEY; empty: there is no file */
	struct buf	state;
	int64_t		at;	/* these sets are what is to be there */
};

/**
 * publish_files_init(files, sets, at):
 * The files of ${sets}, which are so since ${at}, 0 where that is not known.
 * The same signatures give the same bytes.
 *
 * Owner: the caller, publish_files_clear().
 */
void publish_files_init(struct publish_files *files,
    const struct publish_sets *sets, int64_t at);
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
 * What is there and is so since a later instant stays.
 *
 * Errors: ERR_SYSTEM.
 */
int publish_files_write(const struct publish_files *files,
    const char *directory, struct error *err);

#endif
