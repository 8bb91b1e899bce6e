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
tell_hook(struct run_zone *z, enum hook hook, size_t i, int64_t asked_at,
    struct error *err)
{
	struct buf key = BUF_INIT, set = BUF_INIT;
	struct hook_message message = { .zone = z->text,
		.asked_at = asked_at };
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

/*
 * Tell of what is asked of the parent for the ith key, once, and remind of it
 * from time to time; *${due_at} is when that is to be.
 */
static int
tell_key(struct run_zone *z, size_t i, int64_t *due_at, struct error *err)
{
	struct session *session = z->run->session;
	const struct life_key *key = &z->zone->life.keys[i];
	const bool adds = run_awaits_add(key);
	const int64_t asked_at = adds ? key->ds_add_at : key->ds_remove_at;
	const int64_t now_at = session_now(session);
	enum hook hook = adds ? HOOK_DS_ADD : HOOK_DS_REMOVE;
	const int64_t tag = dnskey_tag(zone_life_dnskey(z->zone, i));
	int64_t told_at, reminded_at;

	if (!hook_is_configured(session_config(session), hook))
		return 0;
	if (hook_told(session, hook, z->text, tag, asked_at, &told_at,
	    err) != 0 || hook_told(session, HOOK_DS_REMINDER, z->text, tag,
	    asked_at, &reminded_at, err) != 0)
		return -1;
	if (told_at != 0) {
		hook = HOOK_DS_REMINDER;
		int64_raise(&told_at, reminded_at);
		*due_at = told_at + session_config(session)->hooks.reminder_s;
		if (*due_at > now_at || !hook_is_configured(session_config(
		    session), hook))
			return 0;
	}
	if (tell_hook(z, hook, i, asked_at, err) != 0)
		return -1;
	z->told_at = now_at;
	*due_at = now_at + session_config(session)->hooks.reminder_s;
	return 0;
}

/* One that fails keeps nobody from hearing of another key. */
int
run_hooks(struct run_zone *z, struct error *err)
{
	const int64_t now_at = session_now(z->run->session);
	struct error why;
	int64_t due_at;
	size_t i;
	int rc = 0;

	for (i = 0; i < z->zone->life.n_keys; i++) {
		if (!run_awaits_add(&z->zone->life.keys[i]) &&
		    !run_awaits_remove(&z->zone->life.keys[i]))
			continue;
		why = (struct error)ERR_INIT;
		due_at = 0;
		if (tell_key(z, i, &due_at, &why) != 0) {
			if (rc == 0)
				*err = why;
			else
				session_note(z->run->session, "%s: %s",
				    z->text, why.msg);
			rc = -1;
		}
		/* Where nobody is told, the zone is not due for that. */
		if (due_at > now_at)
			run_due(z, due_at);
	}
	return rc;
}
