/*
 * ICANN's format: what reader and writer share.
 *
 *	KSR = Request  { RequestPolicy { ZSK }, RequestBundle+ }
 *	    | Response { ResponsePolicy { KSK, ZSK }, ResponseBundle+ }
 *
 * One extension: the schema has no element for the size of Edwards curve
 * keys, which is <EdDSA size="256"/> here.
 */
#ifndef KMGR_KSR_ICANN_H
#define KMGR_KSR_ICANN_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/ksr/codec_inner.h"

#define ICANN_TTL_MAX 2147483647	/* RFC 2181 section 8 */

/* The element names that differ between requests and responses. */
struct icann_shape {
	const char	*body, *policy, *bundle;
};
extern const struct icann_shape icann_shapes[KSR_RESPONSE + 1];

/* The durations of a policy in their order, each at an offset in it. */
struct icann_span {
	const char	*name;
	size_t		 at;
};
#define ICANN_SPANS_N 6
extern const struct icann_span icann_spans[ICANN_SPANS_N];

/**
 * icann_params(alg):
 * The element in which a policy declares keys of ${alg}: "RSA", "ECDSA",
 * "EdDSA"; NULL for an algorithm that the format has no element for.
 */
const char *icann_params(unsigned int alg);

/**
 * icann_is_id(text):
 * Whether ${text} can be an identifier: 1 to KSR_ID_MAX printable ASCII
 * characters, none of < > & ", neither the first nor the last a blank, so
 * that it needs no escapes, which other readers do not know.
 */
bool icann_is_id(const char *text);

/* As the members of struct codec. */
int icann_read(const char *text, size_t len, const char *what,
    struct ksr **out, struct error *err);
void icann_write(const struct ksr *ksr, int64_t generated_at,
    struct buf *out);

#endif
