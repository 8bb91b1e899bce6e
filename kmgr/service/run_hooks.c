/* Telling of DS changes that are awaited, and reminding of them. */
#include "kmgr/base/int64.h"
#include "kmgr/base/text.h"
#include "kmgr/dns/ds.h"
#include "kmgr/service/hook.h"
#include "kmgr/service/run_inner.h"

bool
run_awaits_add(const struct life_key *key)
{

	return key->ds_add_at != 0 && key->ds_seen_at < key->ds_add_at &&
	    key->ds_remove_at == 0;
}

bool
run_awaits_remove(const struct life_key *key)
{

	return key->ds_remove_at != 0 && key->ds_gone_at < key->ds_remove_at;
}

/* When the parent was asked for what is awaited. */
static int64_t
asked_at(const struct life_key *key)
{

	return run_awaits_add(key) ? key->ds_add_at : key->ds_remove_at;
}

/* The digest that a hook is told of: the first of the policy's. */
static enum digest
digest_of(const struct run_zone *z, size_t i)
{

	return i < z->zone->n_ksks ?
	    z->zone->ksks[i].cmk->policy->digests[0] : DIGEST_SHA256;
}

/* All DS that the parent should have, a line each. */
static void
ds_set(const struct run_zone *z, struct buf *out)
{
	const int64_t now_at = session_now(z->run->session);
	struct ds ds;
	size_t i;

	for (i = 0; i < z->zone->life.n_keys; i++) {
		if (!zone_life_wants_ds(z->zone, i, now_at))
			continue;
		ds_init(&ds, &z->name, zone_life_dnskey(z->zone, i),
		    digest_of(z, i));
		buf_printf(out, "%s IN DS ", z->text);
		ds_text(&ds, out);
		buf_add_u8(out, '\n');
	}
}

/* What a program hears of, its token knows already. */
static int
tell_token(struct run_zone *z, struct error *err)
{
	struct error ignored = ERR_INIT;
	const struct error *untold;

	(void)trust_owed_tell(z->run->session, &z->pass->owed, &ignored);
	if ((untold = run_untold_of(z)) == NULL)
		return 0;
	*err = *untold;
	return -1;
}

static int
tell_hook(struct run_zone *z, enum hook hook, size_t i, struct error *err)
{
	struct buf key = BUF_INIT, set = BUF_INIT;
	struct hook_message message = { .zone = z->text,
		.asked_at = asked_at(&z->zone->life.keys[i]) };
	char hex[2 * sizeof(((struct ds *)0)->digest) + 1];
	const struct dnskey *dnskey = zone_life_dnskey(z->zone, i);
	struct ds ds;
	int rc;

	if (run_keep(z, err) != 0 || tell_token(z, err) != 0)
		return -1;
	ds_set(z, &set);
	ds_init(&ds, &z->name, dnskey, digest_of(z, i));
	buf_printf(&key, "%s IN DNSKEY ", z->text);
	dnskey_text(dnskey, &key);
	message.cka_id = i < z->zone->n_ksks ?
	    z->zone->ksks[i].row.key_id : NULL;
	message.key_tag = ds.key_tag;
	message.alg = ds.alg;
	message.digest_type = ds.digest_type;
	message.digest = text_hex(ds.digest, ds.digest_len, hex);
	message.dnskey = buf_text(&key);
	message.ds_set = buf_text(&set);
	rc = hook_run(z->run->session, hook, &message, err);
	if (rc == 0)
		run_tell(z, RUN_DID, hook_name(hook), NULL, "%s",
		    z->zone->life.keys[i].name);
	buf_free(&key);
	buf_free(&set);
	return rc;
}

bool
run_is_awaited(const struct run_zone *z)
{
	size_t i;

	for (i = 0; i < z->zone->life.n_keys; i++)
		if (run_awaits_add(&z->zone->life.keys[i]) ||
		    run_awaits_remove(&z->zone->life.keys[i]))
			return true;
	return false;
}

/* When a hook was told of what is asked for the ith key; 0: not yet. */
static int
told_at(const struct run_zone *z, enum hook hook, size_t i, int64_t *at,
    struct error *err)
{
	const struct hook_about about = { .hook = hook, .zone = z->text,
		.key_tag = dnskey_tag(zone_life_dnskey(z->zone, i)),
		.asked_at = asked_at(&z->zone->life.keys[i]) };

	return hook_told(z->run->session, &about, at, err);
}

/*
 * Tell of what is asked of the parent for the ith key, once, and remind of it
 * from time to time; *${due_at} is when that is to be.
 */
static int
tell_key(struct run_zone *z, enum hook hook, size_t i, int64_t *due_at,
    struct error *err)
{
	struct session *session = z->run->session;
	const struct config *config = session_config(session);
	const int64_t now_at = session_now(session);
	int64_t at, reminded_at;

	if (!hook_is_configured(config, hook))
		return 0;
	if (told_at(z, hook, i, &at, err) != 0 ||
	    told_at(z, HOOK_DS_REMINDER, i, &reminded_at, err) != 0)
		return -1;
	if (at != 0) {
		hook = HOOK_DS_REMINDER;
		int64_raise(&at, reminded_at);
		*due_at = at + config->hooks.reminder_s;
		if (*due_at > now_at || !hook_is_configured(config, hook))
			return 0;
	}
	if (tell_hook(z, hook, i, err) != 0)
		return -1;
	z->told_at = now_at;
	*due_at = now_at + config->hooks.reminder_s;
	return 0;
}

/* One that fails keeps nobody from hearing of another key. */
static int
tell_each(struct run_zone *z, enum hook hook,
    bool (*awaits)(const struct life_key *key), struct error *err)
{
	const int64_t now_at = session_now(z->run->session);
	struct error why;
	int64_t due_at;
	size_t i;
	int rc = 0;

	for (i = 0; i < z->zone->life.n_keys; i++) {
		if (!awaits(&z->zone->life.keys[i]))
			continue;
		why = (struct error)ERR_INIT;
		due_at = 0;
		if (tell_key(z, hook, i, &due_at, &why) != 0) {
			if (rc == 0)
				*err = why;
			else
				run_tell(z, RUN_WARNS, "hook", &why, "%s",
				    why.msg);
			rc = -1;
		}
		/* Where nobody is told, the zone is not due for that. */
		if (due_at > now_at)
			run_due(z, due_at);
	}
	return rc;
}

/* The first DS that is to be added of which no hook took note; or LIFE_NONE. */
static int
find_not_added(const struct run_zone *z, size_t *out, struct error *err)
{
	int64_t at;
	size_t i;

	*out = LIFE_NONE;
	for (i = 0; i < z->zone->life.n_keys && *out == LIFE_NONE; i++) {
		if (!run_awaits_add(&z->zone->life.keys[i]))
			continue;
		if (told_at(z, HOOK_DS_ADD, i, &at, err) != 0)
			return -1;
		if (at == 0)
			*out = i;
	}
	return 0;
}

static void
note_removes_wait(const struct run_zone *z, size_t added)
{
	size_t i;

	if (!hook_is_configured(session_config(z->run->session),
	    HOOK_DS_REMOVE))
		return;
	for (i = 0; i < z->zone->life.n_keys; i++)
		if (run_awaits_remove(&z->zone->life.keys[i]))
			run_tell(z, RUN_WAITS, hook_name(HOOK_DS_ADD), NULL,
			    "%s %s until the DS of %s is added",
			    hook_name(HOOK_DS_REMOVE),
			    z->zone->life.keys[i].name,
			    z->zone->life.keys[added].name);
}

/*
 * Whoever has one call for each DS would leave a zone without any if the one
 * that goes went first, or if the one that comes did not come. Where no hook
 * adds the answer of the parent is waited for.
 */
int
run_hooks(struct run_zone *z, struct error *err)
{
	struct error why = ERR_INIT;
	size_t missing;
	int rc;

	rc = tell_each(z, HOOK_DS_ADD, run_awaits_add, err);
	if (find_not_added(z, &missing, &why) != 0) {
		if (rc == 0)
			*err = why;
		return -1;
	}
	if (missing != LIFE_NONE) {
		note_removes_wait(z, missing);
		return rc;
	}
	/* No add has failed: all that are awaited were told of. A reminder of
	 * one may have; that keeps nobody waiting. */
	if (tell_each(z, HOOK_DS_REMOVE, run_awaits_remove, &why) == 0)
		return rc;
	if (rc == 0)
		*err = why;
	else
		run_tell(z, RUN_WARNS, "hook", &why, "%s", why.msg);
	return -1;
}
