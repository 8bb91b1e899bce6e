/* What the files of zsks share: a request on its way. */
#ifndef ENGINE_ZSKS_INTERNAL_H
#define ENGINE_ZSKS_INTERNAL_H

#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/admission.h"
#include "kmgr/engine/zsks.h"
#include "policy/permit.h"

struct zsks {
	struct zonefile		*file;
	struct rules_zsks	 rules;		/* borrows from here */
	struct findings		 findings;
	struct admissions	 requesters;
	const struct cmk	**cmks;		/* of all the zone's KSKs, in
						 * the set or not */
	size_t			 n_cmks;
	struct ksk		*ksks;		/* the zone's, all sign */
	struct judgement	**judgements;	/* of each KSK's policy */
	size_t			 n_ksks;
	struct dnskey		*ksk_dnskeys;	/* the same, as rules want */
	struct zsks_signed	*sets;
	size_t			 n_sets;
};

/**
 * zsks_load_ksks(session, cache, zsks, err):
 * Load the KSKs that are in the zone's DNSKEY RRset now, beside the records of
 * ${zsks}, and the CMKs of all, for zsks_prove(): that a KSK need not sign any
 * more is the word of rows, which proves nothing before its CMK is proved.
 *
 * Errors: ERR_INPUT (none is there), ERR_POLICY, ERR_INTEGRITY, ERR_STORE.
 */
int zsks_load_ksks(struct session *session, struct cmk_cache *cache,
    struct zsks *zsks, struct error *err);

/**
 * zsks_admit(request, cmk, zsks, err):
 * Find out for the rules who asks, if the policy of ${cmk} wants to know, and
 * whether the text of ${request} says for which zone.
 *
 * Errors: ERR_INPUT, ERR_SYSTEM.
 */
int zsks_admit(const struct zsks_request *request, const struct cmk *cmk,
    struct zsks *zsks, struct error *err);

/**
 * zsks_keys_get(session, keys, ksk, out, err):
 * The key pair of ${ksk} in its token, opened at its first use, and under
 * custody wrapped with its CMK's wrapping key, found once. It is good until
 * the next call. Owner: ${keys}.
 *
 * Errors: ERR_TOKEN, ERR_INTEGRITY.
 */
int zsks_keys_get(struct session *session, struct zsks_keys *keys,
    const struct ksk *ksk, struct signer_key **out, struct error *err);

#endif
