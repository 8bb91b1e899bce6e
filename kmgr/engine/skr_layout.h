/*
 * The response to a request, laid out but not signed: which keys stand in
 * which bundle, and every signature that is to be made. Pure: request, roles,
 * KSKs with their policies in, a response out.
 */
#ifndef ENGINE_SKR_LAYOUT_H
#define ENGINE_SKR_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/ksr.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/ksr_roles.h"

struct skr_input {
	const struct ksr	*request;
	const struct ksr_roles	*roles;		/* a slot a bundle */
	const struct ksk	*ksks;		/* the roles' columns */
	const char *const	*ksk_ids;	/* their CKA_LABELs */
	size_t			 n_ksks;
	int64_t			 end_at;	/* KSR_OPEN: nobody says */
	/* Other providers' keys: in each bundle, and they sign none. */
	const struct dnskey	*foreign;
	const char *const	*foreign_ids;
	size_t			 n_foreign;
	/* All keys that can have a DS, in the set or not; which of them have
	 * one, and whether ${keys}[${i}] is to have one ${at} an instant. */
	const struct dnskey	*keys;
	size_t			 n_keys;
	const bool		*has_ds;
	bool			(*wants_ds)(const void *arg, size_t i,
				    int64_t at);
	const void		*arg;
};

/**
 * skr_layout(input, out, err):
 * The response to input->request in its format, all signatures with their
 * windows and without their bytes.
 *
 * ICANN: a bundle a bundle, with the same window as its signatures. BIND and
 * Knot: where a bundle of the request lasts longer than signatures.validity
 * without signatures.refresh, it is signed anew that often; inception is
 * signatures.inception-offset earlier. The last one of the request is signed
 * until end_at is covered, once where there is none. CDS and CDNSKEY are of
 * the keys that are to have a DS when the bundle begins, as
 * ds.cds-cdnskey-publish says, signed by every KSK that signs, with the TTL of
 * the DNSKEY RRset for named and 0 for Knot. Of several policies the shortest
 * window and the most reticent CDS count; their dnskey-ttl is one.
 *
 * Owner: the caller, ksr_free().
 * Errors: ERR_POLICY (no digest in common, too many bundles), ERR_INPUT (a
 * bundle that nobody signs or that has no time; windows beyond what an RRSIG
 * can say).
 */
int skr_layout(const struct skr_input *input, struct ksr **out,
    struct error *err);

/**
 * skr_layout_end(request, end_at, validity_s):
 * When the last bundle of ${request} ends: ${end_at}, unless that is
 * KSR_OPEN, what the file says, or ${validity_s} after its beginning.
 */
int64_t skr_layout_end(const struct ksr *request, int64_t end_at,
    int64_t validity_s);

#endif
