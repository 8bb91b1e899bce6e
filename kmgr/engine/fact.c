#include <stdlib.h>

#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/fact.h"
#include "kmgr/engine/trust.h"

void
fact_free(struct fact *fact)
{
	struct zone_life *zone;

	if (fact == NULL)
		return;
	zone = fact->zone;
	fact->kind->free(fact);
	zone_life_free(zone);
}

void
fact_add(struct session *session, const struct fact *fact, struct plan *plan)
{

	if (!fact->is_known)
		fact->kind->add(session, fact, plan);
}

const struct cmk *
fact_cmk(struct session *session, const struct fact *fact)
{

	return fact->kind->cmk(session, fact);
}

int
fact_prove(struct session *session, const struct fact *fact,
    struct error *err)
{
	const struct cmk *cmk = fact_cmk(session, fact);

	return cmk == NULL ? 0 : trust_prove(session, cmk, err);
}

int
fact_check(struct session *session, const struct fact *fact,
    struct error *err)
{

	return zone_life_check_same(session, fact->zone, err);
}

int
fact_append(struct session *session, const struct fact *fact,
    struct error *err)
{

	return fact->kind->append(session, fact, err);
}

/* One checkpoint of a CMK answers for what is told of all its zones. */
static int
append_all(struct session *session, struct fact *const *list, size_t n,
    struct trust_owed *cmks, struct error *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (fact_check(session, list[i], err) != 0)
			return -1;
	for (i = 0; i < n; i++) {
		if (fact_append(session, list[i], err) != 0)
			return -1;
		trust_owe(cmks, fact_cmk(session, list[i]));
	}
	return trust_owed_attest(session, cmks, err);
}

int
fact_record(struct session *session, struct fact *const *list, size_t n,
    struct trust_owed *owed, struct error *err)
{
	struct trust_owed cmks = { NULL, 0, 0 };
	struct store *store;
	size_t i;
	int rc;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	rc = append_all(session, list, n, &cmks, err);
	if (rc == 0)
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	for (i = 0; i < n && rc == 0; i++)
		trust_owe(owed, fact_cmk(session, list[i]));
	free(cmks.debts);
	return rc;
}

int
fact_record_one(struct session *session, struct fact *fact,
    struct error *err)
{
	const struct cmk *cmk = fact_cmk(session, fact);
	struct trust_owed owed = { NULL, 0, 0 };
	int rc;

	rc = fact_prove(session, fact, err);
	if (rc == 0)
		rc = fact_record(session, &fact, 1, &owed, err);
	free(owed.debts);
	return rc != 0 || cmk == NULL ? rc :
	    cmk_life_settle(session, cmk, err);
}

int
fact_plan(struct session *session, fact_prepare *prepare,
    const void *request, struct plan *plan, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct fact *fact;
	int rc;

	rc = prepare(session, &cache, request, &fact, err);
	if (rc == 0)
		fact_add(session, fact, plan);
	fact_free(fact);
	cmk_cache_clear(&cache);
	return rc;
}

int
fact_apply(struct session *session, fact_prepare *prepare,
    const void *request, const char *known, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct fact *fact;
	int rc;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = prepare(session, &cache, request, &fact, err);
	if (rc == 0 && fact->is_known)
		session_note(session, "%s; nothing to do", known);
	else if (rc == 0)
		rc = fact_record_one(session, fact, err);
	session_unlock(session);
	fact_free(fact);
	cmk_cache_clear(&cache);
	return rc;
}
