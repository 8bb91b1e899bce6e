/* Requests made for a zone operator who has no generator of requests. */
#ifndef KMGR_KSR_MAKE_H
#define KMGR_KSR_MAKE_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto_private.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/ksr.h"

/* A ZSK and when it is in the zone's DNSKEY RRset. */
struct make_zsk {
	struct dnskey		 dnskey;
	const char		*id;		/* keyIdentifier */
	int64_t			 publish_at;	/* INT64_MIN: from the start */
	int64_t			 remove_at;	/* INT64_MAX: to the end */
	/* For its proof of possession; NULL where the format has none. */
	const struct crypto_private *private;
};

struct make_request {
	enum ksr_format		 format;
	struct name		 zone;
	const struct make_zsk	*zsks;
	size_t			 n_zsks;
	uint32_t		 ttl;
	int64_t			 start_at;
	int64_t			 end_at;	/* text: of the last */
	/* ICANN's only. */
	const char		*id;
	int64_t			 serial;
	size_t			 n_bundles;
	int64_t			 interval_s;	/* inception to inception */
	int64_t			 validity_s;	/* inception to expiration */
};

/**
 * make_request(request, out, err):
 * The request of ${request}'s ZSKs. ICANN: n_bundles bundles, each with the
 * ZSKs that are there at some instant of the interval that it begins, signed
 * by each of them. Text: a bundle at the start and at each change of the set
 * before the end; Knot's has one at the end, too, as keymgr writes it.
 *
 * Owner: the caller, ksr_free().
 * Errors: ERR_INPUT: a bundle without ZSK, a private key that is not the
 * ZSK's or is not there, more bundles than KSR_BUNDLES_MAX, an id that is none
 * (icann_is_id()).
 */
int make_request(const struct make_request *request, struct ksr **out,
    struct error *err);

#endif
