/* Steps of a pass, each done and recorded. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/admission.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/service/source.h"
#include "kmgr/store/store_zone.h"

/* The CMK that new KSKs of the zone come from. */
static const struct cmk *
cmk_of(const struct run_zone *z, const struct life_step *step)
{
	const size_t n = z->zone->n_ksks;

	if (step->key != LIFE_NONE && step->key < n)
		return z->zone->ksks[step->key].cmk;
	return n == 0 ? NULL : z->zone->ksks[n - 1].cmk;
}

/* What the KSK is to be kept ready for; NULL: it is to be in use. */
static const char *
standby_of(const struct run_zone *z, const struct life_step *step)
{

	if (step->kind != LIFE_MAKE_STANDBY)
		return NULL;
	return z->zone->life.standby == LIFE_STANDBY_DS ? "ds" : "dnskey";
}

/* By the CMK of the newest KSK that is no standby. */
static const char *
standby_cmk(const struct run_zone *z)
{
	size_t i;

	for (i = z->zone->n_ksks; i-- > 0; )
		if (z->zone->life.keys[i].standby == LIFE_NO_STANDBY)
			return z->zone->ksks[i].cmk->policy->standby_cmk;
	return NULL;
}

/* Make it under the CMK, unless approvers have to sign that. */
static int
make_under(struct run_zone *z, const struct life_step *step,
    const struct cmk *cmk, bool *done, struct error *err)
{
	struct ksk_request request = { .zones = &z->name, .n_zones = 1,
		.wish = KSK_ANOTHER };
	struct cmk_cache cache = { 0 };
	struct ksk *list = NULL;
	size_t n = 0;
	int rc;

	request.standby = standby_of(z, step);
	if (policy_approvals(cmk->policy, POLICY_OP_CREATE_KSK) > 0) {
		run_tell(z, RUN_WAITS, "approval", NULL, "approvers have to "
		    "sign the making of a KSK: kmgr create-ksk %s --cmk %s "
		    "%s", z->text, cmk->row.name, request.standby == NULL ?
		    "--another" : "--standby");
		*done = false;
		return 0;
	}
	request.cmk = cmk->row.id;
	z->is_stale = true;
	rc = ksk_create_apply(z->run->session, &request, &cache, &list, &n,
	    err);
	if (rc == 0)
		run_tell(z, RUN_DID, life_step_name(step->kind), NULL,
		    "made a KSK under CMK %s", cmk->row.name);
	ksk_list_free(list, n);
	cmk_cache_clear(&cache);
	return rc;
}

static int
make_ksk(struct run_zone *z, const struct life_step *step, bool *done,
    struct error *err)
{
	const struct cmk *cmk = cmk_of(z, step);
	const char *other = step->kind == LIFE_MAKE_STANDBY ?
	    standby_cmk(z) : NULL;
	struct cmk *named = NULL;
	struct store *store;
	int rc;

	if (cmk == NULL)
		return err_set(err, ERR_INPUT, "zone %s has no CMK that "
		    "makes its KSKs", z->text);
	if (other == NULL)
		return make_under(z, step, cmk, done, err);
	if (session_store(z->run->session, &store, err) != 0)
		return -1;
	if (cmk_load(store, other, &named, err) != 0)
		return err_wrap(err, "ksk.standby.cmk of CMK %s",
		    cmk->row.name);
	rc = make_under(z, step, named, done, err);
	cmk_free(named);
	return rc;
}

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

int
run_step(struct run_zone *z, const struct life_step *step, bool *done,
    struct error *err)
{

	*done = true;
	switch (step->kind) {
	case LIFE_MAKE_KSK:
	case LIFE_MAKE_STANDBY:
		return make_ksk(z, step, done, err);
	case LIFE_RETIRE:
	case LIFE_PROMOTE:
	case LIFE_ADD_DS:
	case LIFE_REMOVE_DS:
	case LIFE_WITHDRAW_DNSKEY:
		return record(z, step, err);
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
