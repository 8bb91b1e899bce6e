/* An exported ledger, judged without store, token or configuration. */
#ifndef ENGINE_LEDGER_CHECK_H
#define ENGINE_LEDGER_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"
#include "kmgr/store/store.h"

#define LEDGER_CHECK_ANCHOR_MIN 16	/* hex digits of a hash */
#define LEDGER_CHECK_HEX_TEXT	(2 * CRYPTO_SHA256_LEN + 1)

/* What whoever judges knows from elsewhere. */
struct ledger_check_known {
	struct crypto_key *const *pins;		/* public keys of CMKs */
	size_t			  n_pins;
	const char *const	 *anchors;	/* hashes, or their begin */
	size_t			  n_anchors;
};

/* A CMK of the ledger. */
struct ledger_check_cmk {
	char	 id[STORE_ID_TEXT];
	char	*name;
	char	 fingerprint[LEDGER_CHECK_HEX_TEXT]; /* of its public key */
	bool	 is_pinned;
	int64_t	 covered_seq;		/* last event that it signed for, 0 */
};

struct ledger_check_report {
	char			**findings;	/* a line each */
	size_t			  n_findings;
	struct ledger_check_cmk	 *cmks;
	size_t			  n_cmks;
	int64_t			  n_events;
	char			  head[LEDGER_CHECK_HEX_TEXT];
	int64_t			  first_at, last_at;
	int64_t			  covered_seq;	/* last signed event, 0 */
	int64_t			  covered_at;	/* when it was signed */
	int64_t			  n_unsigned;	/* events that came after */
	int64_t			 *anchor_seqs;	/* 0: no event has it */
};

#define LEDGER_CHECK_REPORT_INIT { NULL, 0, NULL, 0, 0, "", 0, 0, 0, 0, 0, \
	NULL }

/**
 * ledger_check_run(stream, known, report, err):
 * Judge the exported ledger that ${stream} has: the chain, every statement
 * that a CMK's keys signed, the header, and what is ${known}. An anchor is met
 * by an event that hashes to it, not by one that only says so. Memory grows
 * with the number of keys, not with that of events. That something is wrong
 * is no error of this function.
 *
 * Owner: the caller, ledger_check_report_clear().
 * Errors: ERR_INPUT: no exported ledger, or no anchor; ERR_SYSTEM.
 */
int ledger_check_run(FILE *stream, const struct ledger_check_known *known,
    struct ledger_check_report *report, struct error *err);

/**
 * ledger_check_report_clear(report):
 * Free what ${report} holds.
 */
void ledger_check_report_clear(struct ledger_check_report *report);

#endif
