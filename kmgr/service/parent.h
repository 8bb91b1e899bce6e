/*
 * What the parent of a zone serves, at every address of every one of its name
 * servers, and what follows from it for the DS of each KSK.
 *
 * Source: RFC 7583 s3.3: a DS is published when all of them have it.
 */
#ifndef SERVICE_PARENT_H
#define SERVICE_PARENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/name.h"
#include "kmgr/dns/resolve.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"
#include "kmgr/engine/plan.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store.h"

/* One address of a server of the parent, and what it said. */
struct parent_server {
	struct resolve_server	 server;
	int64_t			 asked_at;
	enum resolve_transport	 transport;	/* of its answer */
	struct error		 trouble;	/* ERR_NONE: it answered, and
						 * with authority */
	uint32_t		 serial;	/* of the parent zone */
	struct rrset		*ds;		/* NULL: there is none */
	struct rrsig		*rrsigs;	/* over it */
	size_t			 n_rrsigs;
	uint32_t		 ttl_s;		/* for which caches keep it:
						 * the RRSIG's original TTL,
						 * where there is one */
	bool			 is_valid;	/* it, or that there is none,
						 * is proved */
};

/* One pass over all of them. */
struct parent_view {
	struct name		 zone, parent;
	struct parent_server	*servers;
	size_t			 n;
	uint32_t		 ttl_s;		/* the largest */
	char			*unvalidated;	/* why what they say cannot be
						 * proved; NULL: a trust anchor
						 * reaches the parent */
};

/**
 * parent_ask(config, zone, now_at, out, err):
 * Find the parent of ${zone} and its servers, as ${config} names them or else
 * by walking the delegation, and ask each of them for the parent's SOA and the
 * zone's DS. A server that does not answer is in the result with its trouble,
 * and so is one whose answer a trust anchor reaches, but does not prove. An
 * error does not name ${zone}: others may have the same.
 *
 * Owner: the caller, parent_view_free().
 * Errors: ERR_NETWORK (no parent, no servers), ERR_CONFIG, ERR_SYSTEM.
 */
int parent_ask(const struct config *config, const struct name *zone,
    int64_t now_at, struct parent_view **out, struct error *err);
void parent_view_free(struct parent_view *view);

enum parent_has {
	PARENT_HAS_ALL,		/* every server has a DS of the key */
	PARENT_HAS_NONE,	/* no server has one */
	PARENT_HAS_SOME,	/* they differ */
	PARENT_UNSURE		/* too few of them answered */
};

/* A key of the zone, and what the parent has of it. */
struct parent_key {
	const char	*id;		/* of the KSK, or foreign key */
	const char	*name;		/* "example.com./12345"; borrowed */
	const struct dnskey *dnskey;	/* borrowed */
	bool		 wants_ds;
	/* parent_judge() */
	enum parent_has	 has;
	bool		 is_confirmed;	/* by a pass check-interval ago */
	int64_t		 since_at;	/* the first of those that agree; what
					 * the store says, and so for people
					 * only: no wait counts from it */
};

/**
 * parent_judge(session, view, keys, n, err):
 * Decide what the parent has of each of the ${n} ${keys}, and record what was
 * observed: the TTL (kind "ds-ttl"), and for each key what this pass says
 * (kind "parent/ID"), which confirms, or is confirmed by, that of another
 * pass, check-interval apart. A server that did not answer has what is not
 * wanted: it counts as one that differs, unless parent.quorum servers agree
 * and none contradicts.
 *
 * parent_look(session, view, keys, n, plan, err): decide the same, and append
 * to ${plan} what would be recorded.
 *
 * Errors: ERR_STORE.
 */
int parent_judge(struct session *session, const struct parent_view *view,
    struct parent_key *keys, size_t n, struct error *err);
int parent_look(struct session *session, const struct parent_view *view,
    struct parent_key *keys, size_t n, struct plan *plan, struct error *err);

/**
 * parent_key_is_done(key):
 * Whether the parent has of ${key}, confirmed, what is wanted.
 */
bool parent_key_is_done(const struct parent_key *key);

/**
 * parent_unknown(view, keys, n, out, n_out):
 * The DS at any server that is of none of the ${n} ${keys}: each once.
 * Owner: the caller, free().
 */
void parent_unknown(const struct parent_view *view,
    const struct parent_key *keys, size_t n, struct ds **out, size_t *n_out);

/**
 * parent_ds(view, out, n):
 * The DS that any server has: each once. Owner: the caller, free().
 */
void parent_ds(const struct parent_view *view, struct ds **out, size_t *n);

/**
 * parent_is_of(ds, zone, key):
 * Whether ${ds} is, or where its digest type is not ours may be, of ${key}.
 */
enum parent_match { PARENT_NOT_OF, PARENT_MAY_BE_OF, PARENT_IS_OF };
enum parent_match parent_is_of(const struct ds *ds, const struct name *zone,
    const struct dnskey *key);

/**
 * parent_has_name(has):
 * "all", "none", "some", "unsure".
 */
const char *parent_has_name(enum parent_has has);

/**
 * parent_json(view, keys, n):
 * All of it for machines. Owner: the caller, json_free().
 */
struct json *parent_json(const struct parent_view *view,
    const struct parent_key *keys, size_t n);

/**
 * parent_notify(config, zone, told, err):
 * Tell the targets that the parent names with DSYNC records that the CDS of
 * ${zone} have changed; *${told} of them confirmed it, and none where the
 * parent names none.
 *
 * Errors: ERR_NETWORK where it names some and none confirmed; ERR_CONFIG.
 * Source: RFC 9859 s4.
 */
int parent_notify(const struct config *config, const struct name *zone,
    size_t *told, struct error *err);

#endif
