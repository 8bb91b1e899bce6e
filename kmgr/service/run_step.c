/* Steps of a pass, each done and recorded. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/admission.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/service/source.h"
#include "kmgr/store/store_zone.h"

static int
record(struct run_zone *z, const struct life_step *step, struct error *err)
{
	const struct cmk *cmk = zone_guarantor_of(z->run->session, z->zone,
	    step->key);

	if (cmk == NULL)
		return err_set(err, ERR_INPUT, "zone %s has no KSK of ours",
		    z->text);
	if (trust_prove(z->run->session, cmk, err) != 0)
		return -1;
	/* Where that fails nobody knows what of it the zone tells of. */
	z->is_stale = true;
	if (zone_life_step(z->run->session, z->zone, step, err) != 0)
		return -1;
	/* Of a foreign key it has more than was brought up to date. */
	z->is_stale = step->key >= z->zone->n_ksks;
	trust_owe(&z->pass->owed, cmk);
	/* CDS and CDNSKEY may be others now. */
	z->records.len = 0;
	z->is_changed = true;
	run_tell(z, RUN_DID, life_step_name(step->kind), NULL, "%s",
	    run_key_name(z, step));
	return 0;
}

bool
run_step_signs(const struct run_zone *z, const struct life_step *step)
{

	if (step->kind == LIFE_WITHDRAW_DNSKEY)
		return !zone_life_ends(z->zone, session_now(z->run->session));
	return step->kind == LIFE_PUBLISH_DNSKEY ||
	    step->kind == LIFE_REVOKE_DNSKEY || step->kind == LIFE_SIGN;
}

bool
run_step_makes(const struct life_step *step)
{

	return step->kind == LIFE_MAKE_KSK || step->kind == LIFE_MAKE_STANDBY;
}

int
run_step(struct run_zone *z, const struct life_step *step, bool *done,
    struct error *err)
{

	*done = true;
	switch (step->kind) {
	case LIFE_RETIRE:
	case LIFE_PROMOTE:
	case LIFE_ADD_DS:
	case LIFE_REMOVE_DS:
	case LIFE_WITHDRAW_DNSKEY:
		return record(z, step, err);
	case LIFE_MAKE_KSK:
	case LIFE_MAKE_STANDBY:
	case LIFE_PUBLISH_DNSKEY:
	case LIFE_REVOKE_DNSKEY:
	case LIFE_SIGN:
	case LIFE_SIGNER_ADD_ALG:
	case LIFE_SIGNER_DROP_ALG:
	case LIFE_DONE:
	default:
		*done = false;
		run_tell(z, RUN_WAITS, life_step_name(step->kind), NULL,
		    "algorithm %u: tell the zone signer", step->alg);
		return 0;
	}
}
