/*
 * A ledger that travels: JSON lines. The first is the header, with the public
 * keys, certificates and seals of all CMKs; each other one is a record. Every
 * line is canonical JSON and ends with a newline.
 */
#ifndef ENGINE_LEDGER_FILE_H
#define ENGINE_LEDGER_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/replay.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store.h"

#define LEDGER_FILE_FORMAT   "kmgr-ledger"
#define LEDGER_FILE_VERSION  1
#define LEDGER_FILE_LINE_MAX (16 << 20)	/* bytes of a line */

struct ledger_file;		/* one that is read */

/**
 * ledger_file_write(store, stream, n, err):
 * Write the ledger of ${store}, which must be whole, to ${stream}; *${n}
 * records.
 *
 * Errors: ERR_INTEGRITY (the ledger is damaged), ERR_STORE, ERR_SYSTEM.
 */
int ledger_file_write(struct store *store, FILE *stream, int64_t *n,
    struct error *err);

/**
 * ledger_file_header(replay, seq, hash):
 * The header of a ledger whose events made the rows of ${replay}, and whose
 * last record is ${seq} with ${hash}. Owner: the caller, json_free().
 */
struct json *ledger_file_header(const struct replay *replay, int64_t seq,
    const uint8_t hash[static CRYPTO_SHA256_LEN]);

/**
 * ledger_file_open(stream, out, err):
 * Begin to read ${stream}, which stays the caller's: its header. No more than
 * a line is held at a time.
 *
 * Owner: the caller, ledger_file_close().
 * Errors: ERR_INPUT: no file of this kind; ERR_SYSTEM.
 */
int ledger_file_open(FILE *stream, struct ledger_file **out,
    struct error *err);
void ledger_file_close(struct ledger_file *file);

/**
 * ledger_file_is_header(file, header):
 * Whether the header of ${file} is, byte for byte, ${header}.
 */
bool ledger_file_is_header(const struct ledger_file *file,
    const struct json *header);

/**
 * ledger_file_next(file, out, found, err):
 * The next record, where there is one. Its hash is not looked at.
 *
 * Owner: the caller, ledger_record_clear().
 * Errors: ERR_INTEGRITY: the line is no canonical record; ERR_SYSTEM.
 */
int ledger_file_next(struct ledger_file *file, struct ledger_record *out,
    bool *found, struct error *err);

#endif
