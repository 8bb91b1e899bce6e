/* Steps of a pass, recorded for many zones together. */
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
wrap(const struct run_zone *z, struct error *err)
{

	return err_wrap(err, "%s of KSK %s",
	    life_step_name(z->change.step.kind),
	    run_key_name(z, &z->change.step));
}

/* What is to answer for it is believed before anything is decided. */
static int
begin(struct run_zone *z, const struct life_step *step, struct error *err)
{
	const struct cmk *cmk = zone_guarantor_of(z->run->session, z->zone,
	    step->key);

	if (cmk == NULL)
		return err_set(err, ERR_INPUT, "zone %s has no KSK of ours",
		    z->text);
	if (trust_prove(z->run->session, cmk, err) != 0)
		return -1;
	z->change.step = *step;
	z->is_stepping = true;
	return 0;
}

static int
judge(struct run_zone *z, struct error *err)
{
	const struct life_step step = z->change.step;

	zone_life_change_clear(&z->change);
	if (zone_life_step_judge(z->run->session, z->zone, &step, &z->change,
	    err) != 0)
		return -1;
	z->is_stepping = true;
	return 0;
}

static int
check(struct run_zone *z, struct error *err)
{

	return zone_life_check_same(z->run->session, z->zone, err) == 0 ? 0 :
	    wrap(z, err);
}

static int
append(struct run_zone *z, struct error *err)
{

	/* Where that fails nobody knows what of it the zone tells of. */
	z->is_stale = true;
	return zone_life_step_append(z->run->session, z->zone, &z->change,
	    err) == 0 ? 0 : wrap(z, err);
}

static const struct cmk *
guarantor(const struct run_zone *z)
{

	return zone_guarantor_of(z->run->session, z->zone,
	    z->change.step.key);
}

/* One checkpoint of a CMK answers for what all its zones have done. */
static int
attest(const struct run_zones *zones, struct error *err)
{
	struct trust_owed cmks = { 0 };
	struct session *session;
	struct store *store;
	size_t i;
	int rc;

	if (zones->n == 0)
		return 0;
	session = zones->list[0]->run->session;
	rc = session_store(session, &store, err);
	if (rc == 0)
		run_zones_ahead(zones, store);
	for (i = 0; i < zones->n && rc == 0; i++) {
		trust_owe(&cmks, guarantor(zones->list[i]));
		rc = store_zone_changes(store, zones->list[i]->text,
		    &zones->list[i]->change.changes, err);
	}
	if (rc == 0)
		rc = trust_owed_attest(session, &cmks, err);
	free(cmks.debts);
	return rc == 0 || zones->n > 1 ? rc : wrap(zones->list[0], err);
}

static void
finish(struct run_zone *z)
{
	const struct life_step *step = &z->change.step;

	zone_life_step_take(z->zone, &z->change);
	/* Of a foreign key it has more than was brought up to date. */
	z->is_stale = step->key >= z->zone->n_ksks;
	trust_owe(&z->pass->owed, guarantor(z));
	/* CDS and CDNSKEY may be others now. */
	z->records.len = 0;
	z->is_changed = z->is_going = true;
	run_tell(z, RUN_DID, life_step_name(step->kind), NULL, "%s",
	    run_key_name(z, step));
}

static struct run_zones
stepping(const struct run_zones *zones)
{
	struct run_zones some = { NULL, 0 };
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (zones->list[i]->is_stepping)
			run_zones_add(&some, zones->list[i]);
	return some;
}

void
run_steps(const struct run_zones *zones)
{
	static const struct run_write write = { check, append, attest,
		finish };
	struct run_zones some = stepping(zones), judged;
	size_t i;

	for (i = 0; i < some.n; i++)
		some.list[i]->is_stepping = false;
	run_zones_read(&some, judge);
	judged = stepping(&some);
	run_zones_commit(&judged, &write);
	for (i = 0; i < some.n; i++) {
		some.list[i]->is_stepping = false;
		zone_life_change_clear(&some.list[i]->change);
	}
	run_zones_clear(&judged);
	run_zones_clear(&some);
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
run_step(struct run_zone *z, const struct life_step *step, struct error *err)
{

	switch (step->kind) {
	case LIFE_RETIRE:
	case LIFE_PROMOTE:
	case LIFE_ADD_DS:
	case LIFE_REMOVE_DS:
	case LIFE_WITHDRAW_DNSKEY:
		return begin(z, step, err);
	case LIFE_MAKE_KSK:
	case LIFE_MAKE_STANDBY:
	case LIFE_PUBLISH_DNSKEY:
	case LIFE_REVOKE_DNSKEY:
	case LIFE_SIGN:
	case LIFE_SIGNER_ADD_ALG:
	case LIFE_SIGNER_DROP_ALG:
	case LIFE_DONE:
	default:
		z->is_stuck = true;
		run_tell(z, RUN_WAITS, life_step_name(step->kind), NULL,
		    "algorithm %u: tell the zone signer", step->alg);
		return 0;
	}
}
