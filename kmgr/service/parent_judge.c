#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/zone_ttl.h"
#include "kmgr/service/parent.h"
#include "kmgr/service/peer.h"
#include "kmgr/store/store_life.h"

enum parent_match
parent_is_of(const struct ds *ds, const struct name *zone,
    const struct dnskey *key)
{
	struct ds own;

	if (ds->key_tag != dnskey_tag(key) || ds->alg != key->alg)
		return PARENT_NOT_OF;
	/* SHA-1 and GOST are not computed here: they may be of the key. */
	if (ds->digest_type != DIGEST_SHA256 &&
	    ds->digest_type != DIGEST_SHA384)
		return PARENT_MAY_BE_OF;
	ds_init(&own, zone, key, (enum digest)ds->digest_type);
	return ds_is_same(ds, &own) ? PARENT_IS_OF : PARENT_NOT_OF;
}

/* The best match that a server's DS RRset has for the key. */
static enum parent_match
match_at(const struct parent_server *server, const struct name *zone,
    const struct dnskey *key)
{
	enum parent_match best = PARENT_NOT_OF, one;
	struct error ignored = ERR_INIT;
	struct ds ds;
	size_t i;

	for (i = 0; server->ds != NULL && i < server->ds->n_rdata; i++) {
		if (ds_from_rdata(server->ds->rdata[i].bytes,
		    server->ds->rdata[i].len, &ds, &ignored) != 0)
			continue;
		one = parent_is_of(&ds, zone, key);
		if (one > best)
			best = one;
	}
	return best;
}

static enum parent_has
judge_one(const struct parent_view *view, const struct dnskey *key,
    size_t quorum)
{
	const size_t need = quorum > 0 && quorum < view->n ? quorum : view->n;
	size_t n[PARENT_IS_OF + 1] = { 0 }, i;

	for (i = 0; i < view->n; i++)
		if (view->servers[i].trouble.class == ERR_NONE)
			n[match_at(&view->servers[i], &view->zone, key)]++;
	if (n[PARENT_MAY_BE_OF] > 0 ||
	    (n[PARENT_IS_OF] > 0 && n[PARENT_NOT_OF] > 0))
		return PARENT_HAS_SOME;
	if (view->n == 0)
		return PARENT_UNSURE;
	if (n[PARENT_IS_OF] >= need)
		return PARENT_HAS_ALL;
	return n[PARENT_NOT_OF] >= need ? PARENT_HAS_NONE : PARENT_UNSURE;
}

static const struct config_parent *
config_of(struct session *session, const char *zone)
{
	const struct config_zone *own = config_zone(session_config(session),
	    zone);

	return own == NULL ? NULL : &own->parent;
}

static int64_t
last_asked(const struct parent_view *view, int64_t now_at)
{
	int64_t at = now_at;
	size_t i;

	for (i = 0; i < view->n; i++)
		if (view->servers[i].asked_at > at)
			at = view->servers[i].asked_at;
	return at;
}

/* What this pass says of a key, as what was seen before confirms it. */
static int
compare_key(struct store *store, const char *zone, int64_t interval_s,
    struct parent_key *key, int64_t at, struct error *err)
{
	char *kind = mem_printf("parent/%s", key->id);
	struct observation_row *before = NULL;
	size_t n = 0;
	int rc;

	rc = store_observation_list(store, zone, kind, 0, &before, &n, err);
	key->since_at = at;
	key->is_confirmed = false;
	if (rc == 0 && n > 0 && before[0].first_at <= at &&
	    strcmp(before[0].text, parent_has_name(key->has)) == 0) {
		key->since_at = before[0].first_at;
		key->is_confirmed = at - before[0].first_at >= interval_s;
	}
	/* What differs is never certain. */
	if (key->has == PARENT_HAS_SOME || key->has == PARENT_UNSURE)
		key->is_confirmed = false;
	observation_rows_free(before, n);
	free(kind);
	return rc;
}

/* Decide, by what the store has now. */
static int
judge(struct session *session, struct store *store,
    const struct parent_view *view, struct parent_key *keys, size_t n,
    struct error *err)
{
	const int64_t at = last_asked(view, session_now(session));
	const struct config_parent *own;
	char zone[NAME_TEXT_MAX];
	size_t i;

	own = config_of(session, name_text(&view->zone, zone));
	for (i = 0; i < n; i++) {
		keys[i].has = judge_one(view, keys[i].dnskey,
		    own == NULL ? 0 : (size_t)own->quorum);
		if (compare_key(store, zone, own == NULL ?
		    PEER_CHECK_INTERVAL_S : own->check_interval_s, &keys[i],
		    at, err) != 0)
			return -1;
	}
	return 0;
}

static int
record_key(struct store *store, const char *zone,
    const struct parent_key *key, int64_t at, struct error *err)
{
	struct observation_row row = { .first_at = at, .last_at = at };
	int rc;

	row.zone = mem_strdup(zone);
	row.kind = mem_printf("parent/%s", key->id);
	row.text = mem_strdup(parent_has_name(key->has));
	rc = store_observe(store, &row, err);
	free(row.zone);
	free(row.kind);
	free(row.text);
	return rc;
}

static int
record(struct session *session, struct store *store,
    const struct parent_view *view, const struct parent_key *keys, size_t n,
    struct error *err)
{
	const int64_t at = last_asked(view, session_now(session));
	char zone[NAME_TEXT_MAX];
	size_t i;

	if (zone_ttl_record(session, name_text(&view->zone, zone),
	    ZONE_TTL_DS, view->ttl_s, at, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (record_key(store, zone, &keys[i], at, err) != 0)
			return -1;
	return 0;
}

int
parent_judge(struct session *session, const struct parent_view *view,
    struct parent_key *keys, size_t n, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (judge(session, store, view, keys, n, err) == 0 &&
	    record(session, store, view, keys, n, err) == 0)
		return store_commit(store, err);
	store_rollback(store);
	return -1;
}

int
parent_look(struct session *session, const struct parent_view *view,
    struct parent_key *keys, size_t n, struct plan *plan, struct error *err)
{
	static const char *const said[] = {
		"all its servers have a DS",
		"none of its servers has a DS",
		"its servers differ about the DS",
		"too few of its servers answered about the DS" };
	char zone[NAME_TEXT_MAX];
	struct store *store;
	size_t i;

	if (session_store(session, &store, err) != 0 ||
	    judge(session, store, view, keys, n, err) != 0)
		return -1;
	zone_ttl_plan(name_text(&view->zone, zone), ZONE_TTL_DS, view->ttl_s,
	    plan);
	for (i = 0; i < n; i++)
		plan_add(plan, ACTION_OBSERVE, &view->zone, "record what the "
		    "parent was seen to have: %s of KSK %s",
		    said[keys[i].has], keys[i].name);
	return 0;
}

bool
parent_key_is_done(const struct parent_key *key)
{

	return key->is_confirmed && key->has == (key->wants_ds ?
	    PARENT_HAS_ALL : PARENT_HAS_NONE);
}

/* What of the server's DS is not in the list yet. */
static void
add_ds(const struct parent_server *server, struct ds **out, size_t *n)
{
	struct error ignored = ERR_INIT;
	struct ds ds;
	size_t i;

	for (i = 0; server->ds != NULL && i < server->ds->n_rdata; i++)
		if (ds_from_rdata(server->ds->rdata[i].bytes,
		    server->ds->rdata[i].len, &ds, &ignored) == 0 &&
		    !ds_is_among(&ds, *out, *n)) {
			*(struct ds *)mem_push(out, *n, sizeof(ds)) = ds;
			(*n)++;
		}
}

void
parent_ds(const struct parent_view *view, struct ds **out, size_t *n)
{
	size_t i;

	*out = NULL;
	*n = 0;
	for (i = 0; i < view->n; i++)
		add_ds(&view->servers[i], out, n);
}

void
parent_unknown(const struct parent_view *view, const struct parent_key *keys,
    size_t n, struct ds **out, size_t *n_out)
{
	size_t all = 0, kept = 0, i, k;

	parent_ds(view, out, &all);
	for (i = 0; i < all; i++) {
		for (k = 0; k < n; k++)
			if (parent_is_of(&(*out)[i], &view->zone,
			    keys[k].dnskey) != PARENT_NOT_OF)
				break;
		if (k == n)
			(*out)[kept++] = (*out)[i];
	}
	*n_out = kept;
}

const char *
parent_has_name(enum parent_has has)
{
	static const char *const names[] = { "all", "none", "some",
		"unsure" };

	return names[has];
}
