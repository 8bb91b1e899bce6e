#include <stdio.h>

#include "kmgr/base/stop.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/clock.h"
#include "kmgr/engine/trust_owed.h"
#include "kmgr/service/metrics.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/store/store_life.h"

#define PAGE 256		/* zones asked for at once */

/* All that are due, a batch at a time; other runs have others meanwhile. */
static int
all_due(struct run_pass *pass, struct error *err)
{
	const int64_t due_at = when_now();

	do {
		if (run_claims_due(&pass->claims, due_at, err) != 0 ||
		    run_batch(pass, err) != 0)
			return -1;
	} while (pass->claims.n > 0 && stop_signal() == 0);
	return 0;
}

/* Those that are named, due or not. */
static int
all_named(struct run_pass *pass, struct error *err)
{
	char text[NAME_TEXT_MAX];
	size_t i;

	for (i = 0; i < pass->run->n_zones && stop_signal() == 0; i++)
		if (run_claims_zone(&pass->claims,
		    name_text(&pass->run->zones[i], text), err) != 0 ||
		    run_batch(pass, err) != 0)
			return -1;
	return 0;
}

static int
work(struct run_pass *pass, struct error *err)
{
	struct session *session = pass->run->session;
	int rc = -1;

	pass->keys = zsks_keys_new();
	if (trust_owed_settle(session, NULL, err) == 0 &&
	    run_claims_init(&pass->claims, session, err) == 0)
		rc = pass->run->n_zones == 0 ? all_due(pass, err) :
		    all_named(pass, err);
	rc = trust_owed_end(session, &pass->owed, rc, err);
	run_claims_clear(&pass->claims);
	zsks_keys_free(pass->keys);
	return rc == 0 ? metrics_note_run(session, err) : -1;
}

/* --- a trial ------------------------------------------------------------- */

/* Whether a step that is due is done by signing, and what it signs is there. */
static int
find_signing(struct run_zone *z, bool *signs, bool *can, struct error *err)
{
	size_t i;

	*signs = *can = false;
	for (i = 0; i < z->plan.n_due; i++)
		*signs = *signs || run_step_signs(z, &z->plan.steps[i]);
	return *signs ? run_gather_foresee(z, can, err) : 0;
}

static void
tell_step(struct run_zone *z, const struct life_step *step, bool can_sign)
{

	if (step->kind == LIFE_DONE || step->kind == LIFE_SIGN ||
	    (run_step_signs(z, step) && !can_sign))
		return;
	run_tell(z, RUN_WOULD, life_step_name(step->kind), NULL, "%s",
	    run_key_name(z, step));
	/* CDS and CDNSKEY may be others then. */
	z->is_changed = z->is_changed || !run_step_makes(step);
}

/*
 * What a pass would do first, and with what is signed then; the steps after
 * that depend on it.
 */
static int
tell_due(struct run_zone *z, struct error *err)
{
	bool signs, can_sign;
	size_t i;

	if (run_zone_load(z, err) != 0 ||
	    find_signing(z, &signs, &can_sign, err) != 0)
		return -1;
	for (i = 0; i < z->plan.n_due; i++)
		tell_step(z, &z->plan.steps[i], can_sign);
	if (can_sign)
		run_tell(z, RUN_WOULD, "sign", NULL, "the DNSKEY RRset");
	if (can_sign || run_is_to_give(z))
		run_tell(z, RUN_WOULD, "publish", NULL, "%s", can_sign ?
		    "the signed records" : run_given_text(z));
	run_tell_waits(z);
	return 0;
}

static void
look_at_zone(struct run_pass *pass, const struct name *name)
{
	struct error err = ERR_INIT;
	struct run_zone z;

	run_zone_init(&z, pass, 0, name);
	if (tell_due(&z, &err) != 0) {
		run_zone_fail(&z, &err);
		run_tell_failed(&z);
	}
	run_count(&z);
	run_zone_clear(&z);
}

/* What would be done, of the zones that are due, a page at a time. */
static int
all_looked_at(struct run_pass *pass, struct error *err)
{
	struct session *session = pass->run->session;
	char after[NAME_TEXT_MAX] = "", **names;
	struct store *store;
	struct name name;
	size_t i, n = PAGE;
	int rc = 0;

	if (session_store(session, &store, err) != 0)
		return -1;
	while (n == PAGE && rc == 0 && stop_signal() == 0) {
		if (store_zone_due(store, session_now(session), after,
		    PAGE, &names, &n, err) != 0)
			return -1;
		for (i = 0; i < n && rc == 0 && stop_signal() == 0; i++) {
			if ((rc = name_read(names[i], &name, err)) == 0)
				look_at_zone(pass, &name);
		}
		if (n > 0)
			(void)snprintf(after, sizeof(after), "%s",
			    names[n - 1]);
		zone_names_free(names, n);
	}
	return rc;
}

static int
look_at(struct run_pass *pass, struct error *err)
{
	size_t i;

	if (pass->run->n_zones == 0)
		return all_looked_at(pass, err);
	for (i = 0; i < pass->run->n_zones && stop_signal() == 0; i++)
		look_at_zone(pass, &pass->run->zones[i]);
	return 0;
}

/* How many zones there are, unless somebody else tells of progress. */
static int
count_all(struct run_pass *pass, struct store *store, struct error *err)
{
	const struct run *run = pass->run;

	pass->n_all = run->n_zones;
	return run->n_zones > 0 || run->is_behind != NULL ? 0 :
	    store_claim_n_due(store, session_now(run->session), &pass->n_all,
	    err);
}

int
run_pass(const struct run *run, struct run_result *out, struct error *err)
{
	struct run_pass pass = { .run = run, .result = out };
	struct store *store;
	int rc;

	*out = (struct run_result) { .next_at = INT64_MAX, .first = ERR_INIT };
	session_advance(run->session, when_now());
	/* The clock alone says what is due; each CMK has its own limit. */
	if (session_store(run->session, &store, err) != 0 ||
	    clock_check_store(run->session, CLOCK_APART_MAX_S, err) != 0 ||
	    count_all(&pass, store, err) != 0)
		return -1;
	rc = run->is_trial ? look_at(&pass, err) : work(&pass, err);
	run_cmks_clear(&pass.cmks);
	return rc != 0 ? -1 : store_claim_next(store, &out->next_at, err);
}
