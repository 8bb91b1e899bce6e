/* Signing zones, as many at once as want it. */
#include <string.h>

#include "kmgr/base/stop.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/admission.h"
#include "kmgr/engine/bulk.h"
#include "kmgr/service/run_inner.h"

#define FAILED_MAX 2		/* in a row, and a token is not asked again */

static void
tell_signed(struct run_zone *z, const struct zsks *zsks)
{
	const struct findings *findings = zsks_findings(zsks);
	size_t i;

	for (i = 0; i < z->plan.n_due; i++) {
		const struct life_step *step = &z->plan.steps[i];

		if (step->kind == LIFE_PUBLISH_DNSKEY ||
		    step->kind == LIFE_WITHDRAW_DNSKEY ||
		    step->kind == LIFE_REVOKE_DNSKEY)
			run_tell(z, RUN_DID, life_step_name(step->kind), NULL,
			    "%s", run_key_name(z, step));
	}
	run_tell(z, RUN_DID, "sign", NULL, "the DNSKEY RRset");
	for (i = 0; i < findings->n; i++)
		if (findings->items[i].verdict == FINDING_WARN)
			run_tell(z, RUN_WARNS, "sign", NULL, "%s: %s",
			    findings->items[i].rule,
			    findings->items[i].message);
}

void
run_get_stuck(struct run_zone *z)
{

	z->is_stuck = true;
	z->is_going = false;
}

static int
load(void *arg, size_t i, struct zsks_request *request, struct buf *text,
    struct error *err)
{
	const struct run_zones *zones = arg;
	struct run_zone *z = zones->list[i];

	(void)err;
	*request = (struct zsks_request) { .zone = z->name,
		.what = z->zsks_from,
		.parent_records = ZSKS_CDS_BY_POLICY,
		.actor = ZONE_LIFE_BY_ITSELF,
		.inception_at = ZSKS_WINDOW_BY_POLICY,
		.expiration_at = ZSKS_WINDOW_BY_POLICY,
		.validity_s = ZSKS_WINDOW_BY_POLICY,
		.newest = &z->newest,
		.tsig = admission_tsig(z->config) };
	buf_add(text, z->zsks.data, z->zsks.len);
	return 0;
}

/* What it was made of, so that it need not be looked for. */
static void
note_signed(struct run_zone *z, const struct zsks *zsks)
{
	const struct zsks_signed *sets;
	size_t i, n;

	sets = zsks_signed(zsks, &n);
	z->n_signed = 0;
	for (i = 0; i < n; i++)
		z->n_signed += (int64_t)sets[i].n_rrsigs;
	z->signed_newest = z->newest;
	z->signed_changes = z->zone->row.changes;
}

static void
signed_one(void *arg, size_t i, const struct zsks *zsks)
{
	const struct run_zones *zones = arg;
	struct run_zone *z = zones->list[i];

	z->zsks.len = 0;
	run_take_records(z, zsks, session_now(z->run->session));
	note_signed(z, zsks);
	z->is_changed = z->is_stale = z->is_going = true;
	tell_signed(z, zsks);
}

static void
refused(void *arg, size_t i, const struct error *err)
{
	const struct run_zones *zones = arg;
	struct run_zone *z = zones->list[i];

	z->zsks.len = 0;
	/* The set comes too early: that is no failure. */
	if (err->class == ERR_NOT_YET) {
		run_tell(z, RUN_WAITS, "time", err, "%s", err->msg);
		run_get_stuck(z);
	} else {
		run_zone_fail(z, err);
	}
}

static bool
is_stopped(void *arg)
{

	(void)arg;
	return stop_signal() != 0;
}

/*
 * Sign ${zones}, without those that are another run's. What is given back to
 * nobody failed with ${err}, or was not begun when a signal came.
 */
static void
sign(struct run_zones *zones, struct error *err)
{
	struct run_pass *pass = zones->list[0]->pass;
	struct bulk bulk = { .arg = zones, .keys = pass->keys,
		.owed = &pass->owed, .is_part = true, .load = load,
		.signed_one = signed_one, .refused = refused,
		.is_stopped = is_stopped };

	session_advance(pass->run->session, when_now());
	if (run_zones_guard(zones, err) == 0 && (bulk.n = zones->n) > 0)
		(void)bulk_sign(pass->run->session, &bulk, err);
	run_claims_leave(&pass->claims);
}

/*
 * One by one, what failed with ${why} together: it may be the key of one zone
 * that a token does not take, and no other one is to wait for that. A token
 * that serves none is not asked for each.
 */
static void
sign_each(const struct run_zones *zones, struct error why)
{
	size_t i, n_failed = 0;

	for (i = 0; i < zones->n; i++) {
		struct run_zones one = { &zones->list[i], 1 };
		struct run_zone *z = zones->list[i];
		struct error err = ERR_INIT;

		if (z->zsks.len == 0)
			continue;
		if (n_failed < FAILED_MAX) {
			sign(&one, &err);
			n_failed = err.class == ERR_NONE ||
			    run_is_overtaken(&err) ? 0 : n_failed + 1;
		} else {
			err = why;
		}
		if (err.class == ERR_NONE)
			continue;
		run_zone_fail(z, &err);
		why = err;
	}
}

/* Whether all tokens that sign for a, or answer for it, do so for b. */
static bool
shares_tokens(const struct run_zone *a, const struct run_zone *b)
{
	const struct cmk_row *row, *other;
	size_t i, k;

	for (i = 0; i < a->zone->n_ksks; i++) {
		row = &a->zone->ksks[i].cmk->row;
		for (k = 0; k < b->zone->n_ksks; k++) {
			other = &b->zone->ksks[k].cmk->row;
			if (strcmp(row->token, other->token) == 0 &&
			    strcmp(row->seal_token, other->seal_token) == 0)
				break;
		}
		if (k == b->zone->n_ksks)
			return false;
	}
	return true;
}

/*
 * Of ${zones} the first, and those that need the same tokens: one that is away
 * keeps no zone of others from being signed. They are taken out.
 */
static struct run_zones
take_alike(struct run_zones *zones)
{
	const struct run_zone *first = zones->list[0];
	struct run_zones alike = { NULL, 0 };
	size_t i, n = 0;

	for (i = 0; i < zones->n; i++) {
		struct run_zone *z = zones->list[i];

		if (shares_tokens(first, z) && shares_tokens(z, first))
			run_zones_add(&alike, z);
		else
			zones->list[n++] = z;
	}
	zones->n = n;
	return alike;
}

static void
sign_alike(struct run_zones *zones)
{
	struct error err = ERR_INIT;

	sign(zones, &err);
	if (err.class == ERR_NONE)
		return;
	if (zones->n > 1)
		sign_each(zones, err);
	else
		run_zone_fail(zones->list[0], &err);
}

void
run_sign_all(const struct run_zones *zones)
{
	struct run_zones list = run_gather(zones);

	while (list.n > 0) {
		struct run_zones alike = take_alike(&list);

		sign_alike(&alike);
		run_zones_clear(&alike);
	}
	run_zones_clear(&list);
}
