/* What a set that was signed does to the life cycle of its zone. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/trust_vouch.h"
#include "kmgr/engine/vouch.h"
#include "kmgr/engine/zone_facts.h"
#include "kmgr/engine/zsks_internal.h"
#include "kmgr/store/store_zone.h"

/* What was done to a DNSKEY; the state is but a word for it. */
static bool
find_step(const struct life_key *was, const struct life_key *is,
    enum life_step_kind *step)
{

	if (is->revoke_at != was->revoke_at)
		*step = LIFE_REVOKE_DNSKEY;
	else if (is->dnskey_out_at != was->dnskey_out_at &&
	    is->dnskey_out_at != 0)
		*step = LIFE_WITHDRAW_DNSKEY;
	else if (is->dnskey_in_at != was->dnskey_in_at)
		*step = LIFE_PUBLISH_DNSKEY;
	else
		return false;
	return true;
}

int
zsks_check_same(struct session *session, const struct zsks *zsks,
    struct error *err)
{
	struct store *store;
	int64_t newest;

	if (session_store(session, &store, err) != 0 ||
	    zone_life_check_same(session, zsks->life, err) != 0)
		return -1;
	if (zsks->newest < 0)
		return 0;
	if (store_signature_last(store, zsks->life->text, &newest, err) != 0)
		return -1;
	if (newest == zsks->newest)
		return 0;
	(void)err_set(err, ERR_STORE, "zone %s was signed by another run "
	    "meanwhile", zsks->life->text);
	err->code = ZONE_LIFE_CHANGED;
	return err_hint(err, "nothing of this one was released");
}

bool
zsks_is_overtaken(const struct error *err)
{

	return err->class == ERR_STORE && err->code == ZONE_LIFE_CHANGED;
}

/*
 * Whether someone can answer for what is done to a KSK of zone. The token of
 * one that is withdrawn may be gone for good: it is left out of each set from
 * now on, and nothing is recorded that its seal key had to sign.
 */
static bool
has_seal(struct session *session, const struct cmk *cmk, const char *zone)
{
	struct error ignored = ERR_INIT;

	if (trust_vouch_stands_in(session, cmk))
		return vouch_check_zone(session, session_voucher(session,
		    cmk->row.id), zone, &ignored) == 0;
	return session_find_token(session, cmk->row.seal_token,
	    &ignored) == 0;
}

static int
record_ksk(struct session *session, const struct zsks *zsks, size_t i,
    bool *did, struct error *err)
{
	const struct life_key *is = &zsks->after.keys[i];
	struct ksk_row row = zsks->life->ksks[i].row;	/* borrows texts */
	enum life_step_kind step;
	char *state = NULL;
	int rc;

	if (!find_step(&zsks->life->life.keys[i], is, &step) ||
	    (step == LIFE_WITHDRAW_DNSKEY &&
	    !has_seal(session, zsks->life->ksks[i].cmk, row.zone)))
		return 0;
	row.dnskey_in_at = is->dnskey_in_at;
	row.dnskey_out_at = is->dnskey_out_at;
	row.revoke_at = is->revoke_at;
	if (step == LIFE_REVOKE_DNSKEY)
		row.state = state = mem_strdup("revoked");
	else if (strcmp(row.state, "generated") == 0)
		row.state = state = mem_strdup("published");
	rc = ksk_facts_append(session, &row, "ksk-step",
	    life_step_name(step), zsks->rules.now_at, err);
	free(state);
	*did = true;
	return rc;
}

static int
record_foreign(struct session *session, const struct zsks *zsks, size_t i,
    bool *did, struct error *err)
{
	const size_t k = zsks->life->n_ksks + i;
	const struct life_key *is = &zsks->after.keys[k];
	struct foreign_key_row row = zsks->life->foreign[i];
	enum life_step_kind step;

	if (!find_step(&zsks->life->life.keys[k], is, &step))
		return 0;
	row.dnskey_in_at = is->dnskey_in_at;
	row.dnskey_out_at = is->dnskey_out_at;
	*did = true;
	return foreign_facts_append(session, zsks->ksks[0].row.cmk_id, &row,
	    life_step_name(step), zsks->rules.now_at, err);
}

/* Algorithms of which the set itself is the first word. */
static int
record_algs(struct session *session, const struct zsks *zsks, bool *did,
    struct error *err)
{
	struct zone_alg_row row = { .zone = zsks->ksks[0].row.zone };
	size_t i;

	for (i = 0; i < zsks->after.n_algs; i++) {
		if (!zsks->is_new_alg[i])
			continue;
		row.alg = zsks->after.algs[i].alg;
		row.signed_at = zsks->after.algs[i].signed_at;
		if (zone_facts_set_alg(session, zsks->ksks[0].row.cmk_id,
		    &row, err) != 0)
			return -1;
		*did = true;
	}
	return 0;
}

int
zsks_record_life(struct session *session, const struct zsks *zsks, bool *did,
    struct error *err)
{
	size_t i;

	for (i = 0; i < zsks->life->n_ksks; i++)
		if (record_ksk(session, zsks, i, did, err) != 0)
			return -1;
	for (i = 0; i < zsks->life->n_foreign; i++)
		if (record_foreign(session, zsks, i, did, err) != 0)
			return -1;
	return record_algs(session, zsks, did, err);
}

/* Whether an event of cmk may have been appended for the zone. */
static bool
has_part(struct session *session, const struct zsks *zsks,
    const struct cmk *cmk)
{
	enum life_step_kind step;
	size_t i;

	if (zsks->ksks[0].cmk == cmk)
		return true;
	for (i = 0; i < zsks->life->n_ksks; i++)
		if (zsks->life->ksks[i].cmk == cmk &&
		    find_step(&zsks->life->life.keys[i],
		    &zsks->after.keys[i], &step))
			return has_seal(session, cmk,
			    zsks->life->text);
	return false;
}

/* Each CMK of those that did something, once; sets have it of many caches. */
static bool
is_among(const struct cmk *const *seen, size_t n, const struct cmk *cmk)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(seen[i]->row.id, cmk->row.id) == 0)
			return true;
	return false;
}

/* What of those that did something has a part in it. Owner: the caller. */
static const struct cmk **
cmks_of(struct session *session, struct zsks *const *zsks, size_t n,
    const bool *did, size_t *n_cmks)
{
	const struct cmk **seen = NULL;
	size_t i, k;

	*n_cmks = 0;
	for (i = 0; i < n; i++)
		for (k = 0; did[i] && k < zsks[i]->n_cmks; k++) {
			const struct cmk *cmk = zsks[i]->cmks[k];

			if (is_among(seen, *n_cmks, cmk) ||
			    !has_part(session, zsks[i], cmk))
				continue;
			*(const struct cmk **)mem_push(&seen, (*n_cmks)++,
			    sizeof(cmk)) = cmk;
		}
	return seen;
}

/* As one cache has it: another one may have it otherwise. */
static bool
is_checked(const struct cmk *const *seen, size_t n, const struct cmk *cmk)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (seen[i] == cmk)
			return true;
	return false;
}

/* Its row as it is now: who was allowed to sign by it may be so no more. */
static int
check_cmk(struct store *store, const struct cmk *cmk, struct error *err)
{
	struct cmk_row row = { .name = NULL };
	bool found = false, is_same;

	if (store_cmk_find(store, cmk->row.id, &row, &found, err) != 0)
		return -1;
	is_same = found && strcmp(row.state, cmk->row.state) == 0;
	if (!is_same)
		(void)err_set(err, ERR_STORE, "CMK %s is %s since another run "
		    "changed it meanwhile", cmk->row.name, found ? row.state :
		    "not there");
	cmk_row_clear(&row);
	if (is_same)
		return 0;
	err->code = ZONE_LIFE_CHANGED;
	return err_hint(err, "nothing of this was recorded or released");
}

int
zsks_check_cmks(struct session *session, struct zsks *const *zsks, size_t n,
    struct error *err)
{
	const struct cmk **seen = NULL;
	struct store *store;
	size_t i, k, n_seen = 0;
	int rc;

	rc = session_store(session, &store, err);
	for (i = 0; i < n && rc == 0; i++)
		for (k = 0; k < zsks[i]->n_ksks && rc == 0; k++) {
			const struct cmk *cmk = zsks[i]->ksks[k].cmk;

			if (is_checked(seen, n_seen, cmk))
				continue;
			*(const struct cmk **)mem_push(&seen, n_seen++,
			    sizeof(cmk)) = cmk;
			rc = check_cmk(store, cmk, err);
		}
	free(seen);
	return rc;
}

/* Those that wait for its checkpoint say so. */
static void
note_failed(struct session *session, struct zsks *const *zsks, size_t n,
    const bool *did, const struct cmk *cmk)
{
	const struct cmk *own;
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; did[i] && k < zsks[i]->n_cmks; k++) {
			own = zsks[i]->cmks[k];
			if (strcmp(own->row.id, cmk->row.id) == 0 &&
			    has_part(session, zsks[i], own))
				zsks[i]->failed = own;
		}
}

int
zsks_attest_life(struct session *session, struct zsks *const *zsks, size_t n,
    const bool *did, struct error *err)
{
	const struct cmk **cmks;
	size_t i, n_cmks;
	int rc = 0;

	cmks = cmks_of(session, zsks, n, did, &n_cmks);
	for (i = 0; i < n_cmks && rc == 0; i++)
		if ((rc = trust_attest_cmk(session, cmks[i], err)) != 0)
			note_failed(session, zsks, n, did, cmks[i]);
	free(cmks);
	return rc;
}

const struct error *
zsks_untold(const struct zsks *zsks, const struct trust_owed *owed)
{
	const struct error *why = NULL;
	size_t i;

	for (i = 0; i < zsks->n_cmks && why == NULL; i++)
		why = trust_owed_why(owed, zsks->cmks[i]);
	return why;
}

void
zsks_owe_life(struct session *session, struct zsks *const *zsks, size_t n,
    const bool *did, struct trust_owed *owed)
{
	const struct cmk **cmks;
	size_t i, n_cmks;

	cmks = cmks_of(session, zsks, n, did, &n_cmks);
	for (i = 0; i < n_cmks; i++)
		trust_owe(owed, cmks[i]);
	free(cmks);
}
