/*
 * The zones that a pass works on, claimed a batch at a time, so that any number
 * of processes and machines go over one store at once.
 */
#ifndef SERVICE_RUN_CLAIM_H
#define SERVICE_RUN_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"
#include "kmgr/store/store_claim.h"

#define RUN_CLAIM_NAME_LEN 512
#define RUN_MACHINE_LEN	   8	/* bytes of a hash */
#define RUN_MACHINE_TEXT   (2 * RUN_MACHINE_LEN + 1)

#define RUN_HOST_LEN	   256

/* A process that goes over a zone. */
struct run_claim {
	char	host[RUN_HOST_LEN];
	long	pid;
	int64_t	until_at;	/* if it does not claim it anew; 0: nobody */
};

struct run_claims {
	struct session		*session;
	struct store		*store;
	char			 name[RUN_CLAIM_NAME_LEN];
	struct store_holder	 holder;
	struct store_claim	*list;	/* that this pass has now */
	size_t			 n;
	struct store_claim	*entered;	/* of these, borrowed texts */
	int64_t			 renewed_ms;
};

/**
 * run_machine(out):
 * A name of this machine alone, of machine-id(5), which others are not to see;
 * "" where it has none.
 */
void run_machine(char out[static RUN_MACHINE_TEXT]);

/**
 * run_claims_init(claims, session, err):
 * Nothing is claimed yet. What processes of this machine that are gone had
 * claimed is free from now on.
 *
 * run_claims_clear(claims): give up whatever is claimed still.
 *
 * Errors: ERR_STORE.
 */
int run_claims_init(struct run_claims *claims, struct session *session,
    struct error *err);
void run_claims_clear(struct run_claims *claims);

/**
 * run_claims_find(session, zone, out, err):
 * Who has claimed ${zone}, whose text it is in the store.
 *
 * Errors: ERR_STORE.
 */
int run_claims_find(struct session *session, const char *zone,
    struct run_claim *out, struct error *err);

/**
 * run_claims_due(claims, due_at, err):
 * Give up what is claimed, and claim the next zones that are due at
 * ${due_at}; claims->n is 0 where there is none left for this pass.
 *
 * run_claims_zone(claims, zone, err): likewise the one zone; whoever works on
 * it is waited for a while.
 *
 * Errors: ERR_STORE; where somebody has ${zone} still, it says who.
 */
int run_claims_due(struct run_claims *claims, int64_t due_at,
    struct error *err);
int run_claims_zone(struct run_claims *claims, const char *zone,
    struct error *err);

/**
 * run_claims_enter(claims, list, n, err), run_claims_leave(claims):
 * From now on the store is written to for the zones with these ${n} claims of
 * ${list}, and nothing is committed unless all of them are ours; for none.
 *
 * run_claims_keep(claims, i, err): before something is done outside of the
 * store that takes its time: all leases are good for long from now on.
 *
 * run_claims_look(claims, i, err): likewise, however short ago that was done.
 *
 * Errors: ERR_STORE, with STORE_CLAIM_LOST as its code where another run has
 * the zone.
 */
int run_claims_enter(struct run_claims *claims, const size_t *list, size_t n,
    struct error *err);
void run_claims_leave(struct run_claims *claims);
int run_claims_keep(struct run_claims *claims, size_t i, struct error *err);
int run_claims_look(struct run_claims *claims, size_t i, struct error *err);

#endif
