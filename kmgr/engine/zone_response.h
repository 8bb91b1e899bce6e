/* The response, to a request of many ZSK sets, that a zone signer serves. */
#ifndef ENGINE_ZONE_RESPONSE_H
#define ENGINE_ZONE_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/ksr.h"
#include "kmgr/store/store.h"

struct zone_response {
	bool		 is_served;
	int64_t		 answered_at;
	struct ksr	*response;	/* NULL: its text is gone */
};

/**
 * zone_response_load(store, zone, signed_at, now_at, out, err):
 * The newest regular response for ${zone}, until its last signature ends. It
 * is not served any more where a set that was signed alone was released
 * later: the newest signature over the DNSKEY RRset was made at ${signed_at}.
 *
 * Owner: the caller, zone_response_clear().
 * Errors: ERR_INTEGRITY (the ledger tells otherwise, or of another text),
 * ERR_STORE.
 */
int zone_response_load(struct store *store, const char *zone,
    int64_t signed_at, int64_t now_at, struct zone_response *out,
    struct error *err);
void zone_response_clear(struct zone_response *response);

/**
 * zone_response_bundle(response, now_at):
 * The bundle that holds at ${now_at}; NULL before the first.
 */
const struct ksr_bundle *zone_response_bundle(
    const struct zone_response *response, int64_t now_at);

#endif
