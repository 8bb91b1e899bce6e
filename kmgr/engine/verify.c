#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/pins.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/verify_internal.h"
#include "kmgr/store/store_intent.h"

static const struct {
	const char	*kind;
	const char	*meaning;
} meanings[] = {
	{ "store", "a value that kmgr never writes, or a damaged file; restore "
	    "the store from a backup" },
	{ "ledger", "an event was changed, removed or put in behind kmgr's "
	    "back; compare with a backup or an outside copy" },
	{ "cmk", "the record of the CMK or its sealed policy was changed "
	    "behind kmgr's back; restore the store from a backup" },
	{ "pin", "the store is another one, or was changed behind kmgr's back; "
	    "or the configuration is: nothing is signed" },
	{ "unmatched-pin", "the CMK has another name now, or the store is "
	    "another one; pin each CMK under its id as well" },
	{ "ksk", "the record of the KSK was changed behind kmgr's back; "
	    "restore the store from a backup" },
	{ "signature", "the record of a signature was changed behind kmgr's "
	    "back; what it says of how long its KSK is needed is not true" },
	{ "checkpoint", "the ledger's end was signed there, and it is not "
	    "what was signed; restore the store from a backup" },
	{ "rollback", "the store is an old one, or was changed behind kmgr's "
	    "back; nothing is signed until it is restored" },
	{ "planted-record", "it counts for nothing, but somebody put it "
	    "there; find out who has the token" },
	{ "changed-record", "the record was changed behind kmgr's back; what "
	    "the ledger tells counts; kmgr restore of the ledger or a backup "
	    "writes it again" },
	{ "zsk-set", "the record of a zone signer's keys was changed behind "
	    "kmgr's back; have the zone signer's set signed again" },
	{ "response", "the text of a request or response was changed behind "
	    "kmgr's back; restore the store from a backup" },
	{ "removed-record", "the ledger knows of it and the store does not, or "
	    "the other way round; restore the store from a backup" },
	{ "unfinished", "a run was interrupted; the next one that makes or "
	    "deletes a key in this token finishes or undoes it" },
	{ "planted-intent", "its key is in use, so that no run has left it; "
	    "somebody put it there to have the key destroyed; restore the "
	    "store from a backup" },
	{ "deleted-key", "it was destroyed: somebody has put back an old copy "
	    "of the token, or the token does not destroy what it says it "
	    "does; find out which" },
	{ "lost-key", "whoever has the token can sign with it, and kmgr never "
	    "does again; destroy the key pair or the whole token by the "
	    "token's own tools, and take it out of the configuration" },
	{ "missing-key", "the token has lost the key, or is another token; "
	    "kmgr never makes a lost key again by itself" },
	{ "duplicate-object", "somebody put another object under the id of a "
	    "key into the token; find out who holds the PIN" },
	{ "changed-key", "the token's key is not the one that was recorded, "
	    "or its attributes changed; do not use this token" },
	{ "not-compared", "the comparison ended there, after what is found "
	    "above; there may be more" },
	{ "unknown-object", "an object with kmgr's label that this store does "
	    "not know: of another store, or made behind kmgr's back" },
};

void
verify_add(struct verifier *v, const char *kind, const char *fmt, ...)
{
	struct verify_problem *p;
	char text[1200];
	size_t i;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* Two ways to find it make no two differences. */
	for (i = 0; i < v->report->n_problems; i++)
		if (strcmp(v->report->problems[i].kind, kind) == 0 &&
		    strcmp(v->report->problems[i].text, text) == 0)
			return;
	p = mem_push(&v->report->problems, v->report->n_problems++,
	    sizeof(*p));
	p->kind = kind;
	p->text = mem_strdup(text);
	p->meaning = "";
	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcmp(meanings[i].kind, kind) == 0)
			p->meaning = meanings[i].meaning;
}

static void
add_damage(void *arg, const char *line)
{

	verify_add(arg, "store", "%s", line);
}

static int
load_all(struct verifier *v, struct error *err)
{

	if (store_cmk_list(v->store, &v->cmks, &v->n_cmks, err) != 0 ||
	    store_key_list(v->store, &v->keys, &v->n_keys, err) != 0 ||
	    store_ksk_list(v->store, NULL, NULL, &v->ksks, &v->n_ksks,
	    err) != 0 || store_intent_list(v->store, NULL, &v->intents,
	    &v->n_intents, err) != 0)
		return -1;
	verify_index(v);
	v->report->n_cmks = v->n_cmks;
	v->report->n_keys = v->n_keys;
	v->report->n_ksks = v->n_ksks;
	return 0;
}

bool
verify_is_failure(const struct error *err)
{

	return err->class == ERR_STORE || err->class == ERR_TOKEN ||
	    err->class == ERR_SYSTEM || err->class == ERR_INTERNAL;
}

/* Whether a run that was interrupted has left intent, or something else. */
static void
check_intent(struct verifier *v, const struct intent_row *intent)
{
	const struct key_row *key = verify_key(v, intent->key_id);
	const char *kind = "unfinished";

	if (strcmp(intent->state, "abandoned") == 0)
		v->report->n_abandoned++;
	if (strcmp(intent->state, "open") != 0)
		return;
	if (key != NULL && (strncmp(intent->kind, "delete-", 7) != 0 ||
	    verify_end_of(v, key) != VERIFY_DESTROYED))
		kind = "planted-intent";
	verify_add(v, kind, "%s of \"%s\" in token %s", intent->kind,
	    intent->label, intent->token);
}

/* The key that the configuration wants the CMK to have. */
static void
check_pin(struct verifier *v, const struct cmk *cmk)
{
	struct error wrong = ERR_INIT;

	if (trust_check_pins(v->session, cmk, &wrong) != 0)
		verify_add(v, "pin", "CMK %s: %s", cmk->row.name, wrong.msg);
}

static void
check_unmatched(struct verifier *v)
{
	const struct config *config = session_config(v->session);
	const struct config_pin *pin = NULL;

	while ((pin = pins_unmatched(config, v->cmks, v->n_cmks,
	    pin)) != NULL)
		verify_add(v, "unmatched-pin", "%s pins the key of %s, and "
		    "the store has no CMK of that name or id", config->path,
		    pin->name);
}

static int
check_cmk(struct verifier *v, const struct cmk_row *row, struct error *err)
{
	struct cmk *cmk;

	if (cmk_cache_get(&v->cache, v->store, row->id, &cmk, err) == 0) {
		check_pin(v, cmk);
		verify_wrapped_cmk(v, cmk);
		return 0;
	}
	if (verify_is_failure(err))
		return -1;
	verify_add(v, "cmk", "%s", err->msg);
	err_clear(err);
	return 0;
}

static int
check_ksk(struct verifier *v, const struct ksk_row *row, struct error *err)
{
	struct cmk *cmk;
	struct ksk ksk;
	bool is_told;

	is_told = cmk_cache_get(&v->cache, v->store, row->cmk_id, &cmk,
	    err) != 0 && verify_cmk(v, row->cmk_id) != NULL;
	if (err->class == ERR_NONE && ksk_check(cmk, row, &ksk, err) == 0) {
		verify_wrapped_ksk(v, &ksk, row);
		return 0;
	}
	if (verify_is_failure(err))
		return -1;
	/* What is wrong with its CMK was reported with that. */
	if (!is_told)
		verify_add(v, "ksk", "%s", err->msg);
	err_clear(err);
	return 0;
}

/* The records against their signatures. */
static int
check_records(struct verifier *v, struct error *err)
{
	size_t i;

	for (i = 0; i < v->n_cmks; i++)
		if (check_cmk(v, &v->cmks[i], err) != 0)
			return -1;
	for (i = 0; i < v->n_ksks; i++)
		if (check_ksk(v, &v->ksks[i], err) != 0)
			return -1;
	for (i = 0; i < v->n_intents; i++)
		check_intent(v, &v->intents[i]);
	check_unmatched(v);
	return 0;
}

static int
compare(struct verifier *v, struct error *err)
{

	if (store_check(v->store, add_damage, v, err) != 0 ||
	    load_all(v, err) != 0 || verify_history(v, err) != 0 ||
	    check_records(v, err) != 0 || verify_end_records(v, err) != 0 ||
	    verify_signatures(v, err) != 0 || verify_zsk_sets(v, err) != 0 ||
	    verify_ksrs(v, err) != 0 ||
	    verify_tokens(v, err) != 0)
		return -1;
	return verify_kept(v, err);
}

int
verify_run(struct session *session, struct verify_report *report,
    struct error *err)
{
	struct verifier v = { .session = session, .report = report };
	int rc;

	/* A key that is just being made is in the token before the store. */
	if (session_store(session, &v.store, err) != 0 ||
	    session_lock(session, SESSION_LOCK_WAIT_S, err) != 0)
		return -1;
	rc = compare(&v, err);
	/* What is found does not go lost by what cannot be looked at. */
	if (rc != 0 && report->n_problems > 0) {
		verify_add(&v, "not-compared", "%s", err->msg);
		err_clear(err);
		rc = 0;
	}
	session_unlock(session);
	cmk_cache_clear(&v.cache);
	cmk_rows_free(v.cmks, v.n_cmks);
	key_rows_free(v.keys, v.n_keys);
	ksk_rows_free(v.ksks, v.n_ksks);
	intent_rows_free(v.intents, v.n_intents);
	return rc;
}

void
verify_report_clear(struct verify_report *report)
{
	size_t i;

	for (i = 0; i < report->n_problems; i++)
		free(report->problems[i].text);
	free(report->problems);
	for (i = 0; i < report->n_gaps; i++) {
		free(report->gaps[i].token);
		free(report->gaps[i].holds);
	}
	free(report->gaps);
	*report = (struct verify_report)VERIFY_REPORT_INIT;
}
