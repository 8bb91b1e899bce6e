#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/cover.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/trust.h"

/* KSKs that are to be covered, and where they come from. */
struct cover {
	struct cmk_cache	 cache;
	struct ksk		*ksks;
	size_t			 n;
};

static void
clear(struct cover *cover)
{

	ksk_list_free(cover->ksks, cover->n);
	cmk_cache_clear(&cover->cache);
}

/* KSKs of one CMK, in use. */
static int
load_cmk(struct session *session, const char *name, struct cover *cover,
    struct error *err)
{
	struct store *store;
	struct cmk *cmk;
	int rc;

	if (cmk_get(session, name, &store, &cmk, err) != 0)
		return -1;
	rc = ksk_load(store, &cover->cache, NULL, cmk->row.id, &cover->ksks,
	    &cover->n, err);
	cmk_free(cmk);
	return rc;
}

static int
load(struct session *session, const struct cover_request *request,
    struct cover *cover, struct error *err)
{
	struct store *store;

	*cover = (struct cover) { .n = 0 };
	if (request->cmk != NULL)
		return load_cmk(session, request->cmk, cover, err);
	if (session_store(session, &store, err) != 0 ||
	    ksk_find(store, &cover->cache, request->ksk, &cover->ksks,
	    err) != 0)
		return -1;
	cover->n = 1;
	return 0;
}

/* Every KSK of every CMK under custody wrapped that asks for a backup. */
static int
load_wrapped(struct session *session, struct cover *cover, struct error *err)
{
	struct ksk *all;
	struct store *store;
	size_t i, n;

	*cover = (struct cover) { .n = 0 };
	if (session_store(session, &store, err) != 0 ||
	    ksk_load(store, &cover->cache, NULL, NULL, &all, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (all[i].cmk->policy->custody == CUSTODY_WRAPPED &&
		    all[i].cmk->policy->require_backup)
			*(struct ksk *)mem_push(&cover->ksks, cover->n++,
			    sizeof(*all)) = all[i];
		else
			ksk_list_free(mem_dup(&all[i], sizeof(*all)), 1);
	free(all);
	return 0;
}

static bool
has_ksk_of(const struct cover *cover, const struct cmk *cmk)
{
	size_t i;

	for (i = 0; i < cover->n; i++)
		if (cover->ksks[i].cmk == cmk)
			return true;
	return false;
}

static int
for_each_cmk(struct session *session, const struct cover *cover,
    int (*what)(struct session *, const struct cmk *, struct error *),
    struct error *err)
{
	size_t i;

	for (i = 0; i < cover->cache.n; i++)
		if (has_ksk_of(cover, cover->cache.cmks[i]) &&
		    what(session, cover->cache.cmks[i], err) != 0)
			return -1;
	return 0;
}

static int
attest(struct session *session, const struct cmk *cmk, struct error *err)
{

	return trust_attest(session, cmk->row.id, err);
}

/* Those that are covered already fall out of the list. */
static void
drop_covered(struct cover *cover)
{
	size_t i, n = 0;

	for (i = 0; i < cover->n; i++)
		if (cover->ksks[i].row.backup_at == 0)
			cover->ksks[n++] = cover->ksks[i];
		else
			ksk_list_free(mem_dup(&cover->ksks[i],
			    sizeof(*cover->ksks)), 1);
	cover->n = n;
}

/* Its facts as they are by now: a run may have gone on with its zone. */
static int
refresh(struct store *store, struct ksk *ksk, struct error *err)
{
	struct ksk_row row = { .standby = NULL };
	bool found = false;

	if (store_ksk_find(store, ksk->row.id, &row, &found, err) != 0)
		return -1;
	if (!found || ksk_facts_are_same(&row, &ksk->row)) {
		ksk_row_clear(&row);
		return 0;
	}
	ksk_row_clear(&ksk->row);
	ksk->row = row;
	return ksk_facts_check(store, &ksk->row, err);
}

static int
record(struct session *session, struct cover *cover,
    const struct cover_copy *copy, struct error *err)
{
	const int64_t now_at = session_now(session);
	struct store *store;
	size_t i;
	int rc = -1;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	for (i = 0; i < cover->n; i++) {
		if (refresh(store, &cover->ksks[i], err) != 0)
			break;
		cover->ksks[i].row.backup_at = now_at;
		if (ksk_facts_append(session, &cover->ksks[i].row,
		    "confirm-backup", "confirm-backup", now_at, err) != 0)
			break;
	}
	if (i == cover->n &&
	    for_each_cmk(session, cover, attest, err) == 0 &&
	    (copy == NULL || copy->write(copy->arg, err) == 0))
		rc = store_commit(store, err);
	if (rc != 0)
		store_rollback(store);
	return rc;
}

/* What the store says of a KSK is only worth a backup if the ledger says so. */
static int
check_facts(struct session *session, const struct cover *cover,
    struct error *err)
{
	struct store *store;
	size_t i;

	if (session_store(session, &store, err) != 0)
		return -1;
	for (i = 0; i < cover->n; i++)
		if (ksk_facts_check(store, &cover->ksks[i].row, err) != 0)
			return -1;
	return 0;
}

/* The KSKs of one CMK fall out of the list. */
static void
drop_cmk(struct cover *cover, const struct cmk *cmk)
{
	size_t i, n = 0;

	for (i = 0; i < cover->n; i++)
		if (cover->ksks[i].cmk != cmk)
			cover->ksks[n++] = cover->ksks[i];
		else
			ksk_list_free(mem_dup(&cover->ksks[i],
			    sizeof(*cover->ksks)), 1);
	cover->n = n;
}

/*
 * A CMK whose token is not to be had keeps the KSKs of no other from being
 * covered: its own are left out, and ${away} says why, of the first.
 */
static int
prove_each(struct session *session, struct cover *cover, struct error *away,
    struct error *err)
{
	const struct cmk *cmk;
	struct error why;
	size_t i;

	for (i = 0; i < cover->cache.n; i++) {
		cmk = cover->cache.cmks[i];
		why = (struct error)ERR_INIT;
		if (!has_ksk_of(cover, cmk) ||
		    trust_prove(session, cmk, &why) == 0)
			continue;
		if (why.class != ERR_TOKEN && why.class != ERR_CONFIG) {
			*err = why;
			return -1;
		}
		if (away->class == ERR_NONE)
			*away = why;
		drop_cmk(cover, cmk);
	}
	return 0;
}

static int
find_token(struct session *session, const struct cmk *cmk, struct error *err)
{

	return session_find_token(session, cmk->row.token, err);
}

/* What apply() does. */
static int
look(struct session *session, struct cover *cover, struct plan *plan,
    struct error *err)
{
	const struct ksk *ksk;
	size_t i;

	if (check_facts(session, cover, err) != 0)
		return -1;
	drop_covered(cover);
	if (for_each_cmk(session, cover, find_token, err) != 0)
		return -1;
	for (i = 0; i < cover->n; i++) {
		ksk = &cover->ksks[i];
		plan_add(plan, ACTION_RECORD_BACKUP, &ksk->zone, "record that "
		    "a backup covers KSK %s/%u; it may get its DS then",
		    ksk->row.zone, ksk->row.key_tag);
	}
	return 0;
}

int
cover_plan(struct session *session, const struct cover_request *request,
    struct plan *plan, struct error *err)
{
	struct cover cover;
	int rc;

	rc = load(session, request, &cover, err);
	if (rc == 0)
		rc = look(session, &cover, plan, err);
	clear(&cover);
	return rc;
}

int
cover_wrapped_plan(struct session *session, struct plan *plan,
    struct error *err)
{
	struct cover cover;
	int rc;

	rc = load_wrapped(session, &cover, err);
	if (rc == 0)
		rc = look(session, &cover, plan, err);
	clear(&cover);
	return rc;
}

static int
apply(struct session *session, struct cover *cover,
    const struct cover_copy *copy, size_t *n, struct error *err)
{
	struct error away = ERR_INIT;

	if (check_facts(session, cover, err) != 0)
		return -1;
	drop_covered(cover);
	if (cover->n == 0)
		return 0;
	if (prove_each(session, cover, &away, err) != 0)
		return -1;
	if (cover->n > 0 && record(session, cover, copy, err) != 0)
		return -1;
	*n = cover->n;
	if (for_each_cmk(session, cover, trust_settle, err) != 0)
		return -1;
	if (away.class == ERR_NONE)
		return 0;
	*err = away;
	if (cover->n > 0)
		(void)err_wrap(err, "not those of every CMK");
	return err->hint[0] != '\0' ? -1 : err_hint(err, "once the token is "
	    "there, write another backup");
}

int
cover_apply(struct session *session, const struct cover_request *request,
    size_t *n, struct error *err)
{
	struct cover cover;
	int rc = -1;

	*n = 0;
	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	if (load(session, request, &cover, err) == 0)
		rc = apply(session, &cover, NULL, n, err);
	session_unlock(session);
	clear(&cover);
	return rc;
}

int
cover_wrapped(struct session *session, const struct cover_copy *copy,
    size_t *n, struct error *err)
{
	struct cover cover;
	int rc = -1;

	*n = 0;
	if (load_wrapped(session, &cover, err) == 0)
		rc = apply(session, &cover, copy, n, err);
	clear(&cover);
	return rc;
}
