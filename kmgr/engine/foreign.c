#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/foreign.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/engine/zone_life.h"

/* A file, and the keys in it that are to be registered. */
struct batch {
	struct cmk_cache	 cache;
	struct zone_life	*zone;
	struct zonefile		*file;
	struct dnskey		*keys;
	size_t			 n;
	size_t			 n_known;	/* were there already */
};

static void
batch_clear(struct batch *batch)
{

	free(batch->keys);
	zonefile_free(batch->file);
	zone_life_free(batch->zone);
	cmk_cache_clear(&batch->cache);
}

/* Whether the zone has the key; a key of ours, or another's tag, is refused. */
static int
check_free(const struct zone_life *zone, const struct dnskey *key,
    bool *is_known, struct error *err)
{
	uint16_t tags[2];
	size_t i;

	*is_known = false;
	for (i = 0; i < zone->life.n_keys; i++) {
		const struct dnskey *other = zone_life_dnskey(zone, i);

		if (dnskey_is_same_key(other, key)) {
			*is_known = i >= zone->n_ksks;
			return *is_known ? 0 : err_set(err, ERR_INPUT,
			    "KSK %s is one of ours", zone->life.keys[i].name);
		}
		tags[0] = dnskey_tag(other);
		tags[1] = dnskey_revoked_tag(other);
		if (dnskey_collides(key, tags, 2))
			return err_set(err, ERR_INPUT, "key tag %u, or that "
			    "of its revoked twin, is in use by KSK %s: "
			    "validators could take one for the other",
			    dnskey_tag(key), zone->life.keys[i].name);
	}
	return 0;
}

static int
take_record(struct batch *batch, const struct zonefile_record *record,
    const char *what, struct error *err)
{
	struct dnskey key;
	bool is_known;
	size_t i;

	if (record->type != RRTYPE_DNSKEY)
		return 0;
	if (!name_is_same(&record->owner, &batch->zone->name))
		return err_set(err, ERR_INPUT, "%s:%zu: the record is not of "
		    "zone %s", what, record->line, batch->zone->text);
	if (dnskey_from_rdata(record->rdata, record->rdata_len, &key,
	    err) != 0)
		return err_wrap(err, "%s:%zu", what, record->line);
	if (key.flags != DNSKEY_FLAGS_KSK)
		return 0;
	for (i = 0; i < batch->n; i++)
		if (dnskey_is_same_key(&batch->keys[i], &key))
			return 0;
	if (check_free(batch->zone, &key, &is_known, err) != 0)
		return err_wrap(err, "%s:%zu", what, record->line);
	batch->n_known += is_known;
	if (!is_known)
		*(struct dnskey *)mem_push(&batch->keys, batch->n++,
		    sizeof(key)) = key;
	return 0;
}

static int
check_request(struct session *session, const struct zone_life *zone,
    const struct foreign_request *request, struct error *err)
{
	char text[WHEN_TEXT_LEN];

	if (request->ds_at > session_now(session))
		return err_set(err, ERR_INPUT, "%s is in the future",
		    when_rfc3339(request->ds_at, text));
	if (zone->n_ksks > 0)
		return 0;
	(void)err_set(err, ERR_INPUT, "zone %s has no KSK of ours, whose CMK "
	    "could answer for it", zone->text);
	return err_hint(err, "first: kmgr create-ksk %s --cmk NAME",
	    zone->text);
}

static int
prepare(struct session *session, const struct foreign_request *request,
    struct batch *batch, struct error *err)
{
	size_t i;

	*batch = (struct batch) { .n = 0 };
	if (zone_life_load(session, &batch->cache, request->zone,
	    &batch->zone, err) != 0 ||
	    check_request(session, batch->zone, request, err) != 0 ||
	    zonefile_read(request->text, request->len, request->what,
	    request->zone, &batch->file, err) != 0)
		return -1;
	for (i = 0; i < batch->file->n_records; i++)
		if (take_record(batch, &batch->file->records[i],
		    request->what, err) != 0)
			return -1;
	if (batch->n + batch->n_known > 0)
		return 0;
	(void)err_set(err, ERR_INPUT, "%s: no DNSKEY record with flags 257",
	    request->what);
	return err_hint(err, "ask the other provider's server: dig +short is "
	    "not enough, dig +noall +answer %s DNSKEY is",
	    batch->zone->text);
}

int
foreign_plan(struct session *session, const struct foreign_request *request,
    struct plan *plan, struct error *err)
{
	struct batch batch;
	size_t i;
	int rc;

	rc = prepare(session, request, &batch, err);
	for (i = 0; rc == 0 && i < batch.n; i++)
		plan_add(plan, ACTION_FOREIGN_KEY, request->zone, "add the "
		    "foreign KSK %s/%u: it is in every DNSKEY RRset that is "
		    "signed from now on", batch.zone->text,
		    dnskey_tag(&batch.keys[i]));
	batch_clear(&batch);
	return rc;
}

static int
add(struct session *session, const struct cmk *cmk, const struct batch *batch,
    const struct foreign_request *request, size_t i, struct error *err)
{
	struct foreign_key_row row = { .alg = batch->keys[i].alg,
		.key_tag = dnskey_tag(&batch->keys[i]),
		.added_at = session_now(session),
		.ds_add_at = request->ds_at, .ds_seen_at = request->ds_at };
	int rc = -1;

	row.zone = mem_strdup(batch->zone->text);
	dnskey_rdata(&batch->keys[i], &row.dnskey);
	if (store_id_new(row.id, err) == 0)
		rc = foreign_facts_add(session, cmk->row.id, &row, err);
	foreign_facts_clear(&row);
	return rc;
}

static int
add_all(struct session *session, const struct batch *batch,
    const struct foreign_request *request, struct error *err)
{
	const struct cmk *cmk = zone_guarantor(session, batch->zone);
	struct store *store;
	size_t i;
	int rc;

	if (trust_prove(session, cmk, err) != 0 ||
	    session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	rc = zone_life_check_same(session, batch->zone, err);
	for (i = 0; i < batch->n && rc == 0; i++)
		rc = add(session, cmk, batch, request, i, err);
	if (rc != 0 || store_commit(store, err) != 0) {
		store_rollback(store);
		return -1;
	}
	return cmk_life_settle(session, cmk, err);
}

int
foreign_apply(struct session *session, const struct foreign_request *request,
    struct error *err)
{
	struct batch batch;
	int rc;

	if (session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = prepare(session, request, &batch, err);
	if (rc == 0 && batch.n == 0)
		session_note(session, "what the file has is there already; "
		    "nothing to do");
	else if (rc == 0)
		rc = add_all(session, &batch, request, err);
	session_unlock(session);
	batch_clear(&batch);
	return rc;
}
