/* Telling of DS changes that are awaited, and reminding of them. */
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
		ds_init(&ds, z->name, zone_life_dnskey(z->zone, i),
		    digest_of(z, i));
		buf_printf(out, "%s IN DS ", z->text);
		ds_text(&ds, out);
		buf_add_u8(out, '\n');
	}
}

static int
tell_hook(struct run_zone *z, enum hook hook, size_t i, struct error *err)
{
	struct buf key = BUF_INIT, set = BUF_INIT;
	struct hook_message message = { .zone = z->text };
	char hex[2 * sizeof(((struct ds *)0)->digest) + 1];
	const struct dnskey *dnskey = zone_life_dnskey(z->zone, i);
	struct ds ds;
	int rc;

	ds_set(z, &set);
	ds_init(&ds, z->name, dnskey, digest_of(z, i));
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

/* Whether somebody is to be told of the ith key, and what. */
static bool
hook_for(const struct run_zone *z, size_t i, enum hook *out)
{
	const int64_t told_at = z->zone->row.told_at;
	const struct life_key *key = &z->zone->life.keys[i];
	const struct config_hooks *hooks =
	    &session_config(z->run->session)->hooks;
	int64_t asked_at;

	if (!run_awaits_add(key) && !run_awaits_remove(key))
		return false;
	*out = run_awaits_add(key) ? HOOK_DS_ADD : HOOK_DS_REMOVE;
	asked_at = run_awaits_add(key) ? key->ds_add_at : key->ds_remove_at;
	if (told_at < asked_at)
		return true;
	*out = HOOK_DS_REMINDER;
	return told_at + hooks->reminder_s <= session_now(z->run->session);
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

int
run_hooks(struct run_zone *z, struct error *err)
{
	const struct config_hooks *hooks =
	    &session_config(z->run->session)->hooks;
	const int64_t now_at = session_now(z->run->session);
	bool is_told = false;
	enum hook hook;
	size_t i;

	if (!run_is_awaited(z))
		return 0;
	for (i = 0; i < z->zone->life.n_keys; i++) {
		if (!hook_for(z, i, &hook) ||
		    !hook_is_configured(session_config(z->run->session),
		    hook))
			continue;
		if (tell_hook(z, hook, i, err) != 0)
			return -1;
		is_told = true;
	}
	if (is_told)
		z->zone->row.told_at = now_at;
	/* Where nobody is told, the zone is not due for that. */
	if (z->zone->row.told_at + hooks->reminder_s > now_at)
		run_due(z, z->zone->row.told_at + hooks->reminder_s);
	return 0;
}
