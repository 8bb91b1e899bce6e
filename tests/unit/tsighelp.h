/*
 * A server's side of TSIG (RFC 8945), written for tests from the RFC and not
 * from kmgr/dns/tsig.c, so that one can judge the other.
 */
#ifndef TESTS_UNIT_TSIGHELP_H
#define TESTS_UNIT_TSIGHELP_H

#include "kmgr/base/buf.h"
#include "kmgr/dns/tsig.h"

/* A conversation that one request began. */
struct tsighelp {
	const struct tsig_key *key;
	struct buf	 digest;	/* the MAC before, and since then the
					 * messages without TSIG */
	bool		 has_signed;
};

/* What the TSIG of a message says; zero is "as it should be". */
struct tsighelp_word {
	const char	*name, *algorithm;	/* written in the record */
	int64_t		 at;
	uint16_t	 fudge_s;		/* 0: 300 */
	uint16_t	 error;
	const char	*other;
	uint16_t	 other_len;
	size_t		 mac_len;		/* 0: all of it */
	bool		 has_no_mac;
};

/**
 * tsighelp_begin(server, key, request):
 * Take the signed ${request}. Owner: the caller, tsighelp_end().
 */
void tsighelp_begin(struct tsighelp *server, const struct tsig_key *key,
    const struct buf *request);
void tsighelp_end(struct tsighelp *server);

/**
 * tsighelp_sign(server, word, wire), tsighelp_pass(server, wire):
 * Send the message ${wire} with a TSIG that says ${word}; without one.
 */
void tsighelp_sign(struct tsighelp *server, const struct tsighelp_word *word,
    struct buf *wire);
void tsighelp_pass(struct tsighelp *server, const struct buf *wire);

#endif
