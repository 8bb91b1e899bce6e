/* What the files of skr_layout share. */
#ifndef ENGINE_SKR_LAYOUT_INNER_H
#define ENGINE_SKR_LAYOUT_INNER_H

#include "kmgr/engine/skr_layout.h"

/* What all policies that take part let a response be. */
struct skr_terms {
	const struct policy	*first;
	int64_t			 validity_s;
	int64_t			 refresh_s;
	int64_t			 offset_s;
	enum policy_cds		 cds;
};

/* The times of one bundle and of its signatures. */
struct skr_window {
	int64_t	bundle_at, until_at;
	int64_t	inception_at, expiration_at;
};

/**
 * skr_layout_cds(input, terms, bundle, err):
 * Put CDS and CDNSKEY RRsets into ${bundle}, if any are to be there when it
 * begins.
 *
 * Errors: ERR_POLICY where the policies have no digest in common.
 */
int skr_layout_cds(const struct skr_input *input,
    const struct skr_terms *terms, struct ksr_bundle *bundle,
    struct error *err);

/**
 * skr_layout_head(input, terms, ksr):
 * What an ICANN response says before its bundles.
 */
void skr_layout_head(const struct skr_input *input,
    const struct skr_terms *terms, struct ksr *ksr);

#endif
