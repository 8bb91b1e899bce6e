/* What was answered before, and the same answer again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/ksr_told.h"
#include "kmgr/engine/skr_internal.h"
#include "kmgr/ksr/codec.h"

static bool
is_text_of(const struct ksr_row *row, const char *text)
{
	uint8_t hash[CRYPTO_SHA256_LEN];

	crypto_sha256(text, strlen(text), hash);
	return memcmp(hash, row->response_hash, sizeof(hash)) == 0;
}

/* Of those that were given; the ledger's hash says which it is. */
static char *
find_kept(const struct skr_request *asked, const struct ksr_row *row)
{
	size_t i;

	for (i = 0; i < asked->n_kept; i++)
		if (is_text_of(row, asked->kept[i]))
			return mem_strdup(asked->kept[i]);
	return NULL;
}

int
skr_fetch(struct session *session, const struct skr *skr,
    const struct ksr_row *row, char **out, struct error *err)
{
	struct ksr_row whole = { 0 };
	struct store *store;
	bool found = false;
	int rc = 0;

	*out = NULL;
	if (session_store(session, &store, err) != 0 ||
	    store_ksr_get(store, row->id, &whole, &found, err) != 0)
		return -1;
	if (!found || whole.response == NULL) {
		*out = find_kept(skr->asked, row);
	} else if (is_text_of(row, whole.response)) {
		*out = mem_strdup(whole.response);
	} else {
		(void)err_set(err, ERR_INTEGRITY, "response %s was changed "
		    "in the store", row->id);
		rc = err_hint(err, "kmgr verify lists every difference");
	}
	ksr_row_clear(&whole);
	return rc;
}

/* What is given as a released response is one of the zone. */
static int
check_kept(const struct skr *skr, struct error *err)
{
	size_t i, k;

	for (i = 0; i < skr->asked->n_kept; i++) {
		for (k = 0; k < skr->n_past; k++)
			if (is_text_of(&skr->past[k], skr->asked->kept[i]))
				break;
		if (k == skr->n_past)
			return err_set(err, ERR_INPUT, "--previous-skr: file "
			    "%zu is no response that was released for zone "
			    "%s", i + 1, skr->zone_text);
	}
	return 0;
}

/* Forget what was answered later; the list begins with the oldest. */
static void
forget_after(struct skr *skr, int64_t until_at)
{

	while (skr->n_past > 0 &&
	    skr->past[skr->n_past - 1].answered_at > until_at)
		ksr_row_clear(&skr->past[--skr->n_past]);
}

/* The last response that was not one for emergencies, if its text is kept. */
int
skr_load_past(struct session *session, struct skr *skr, int64_t until_at,
    struct error *err)
{
	const struct ksr_row *last = NULL;
	struct store *store;
	char *text = NULL;
	size_t i;
	int rc = 0;

	if (session_store(session, &store, err) != 0 ||
	    store_ksr_list(store, skr->zone_text, &skr->past, &skr->n_past,
	    err) != 0 || ksr_told_check(store, skr->zone_text, skr->past,
	    skr->n_past, err) != 0)
		return -1;
	if (check_kept(skr, err) != 0)
		return -1;
	forget_after(skr, until_at);
	for (i = 0; i < skr->n_past; i++)
		if (strcmp(skr->past[i].kind, KSR_REGULAR) == 0)
			last = &skr->past[i];
	if (last == NULL)
		return 0;
	if (skr_fetch(session, skr, last, &text, err) != 0)
		return -1;
	if (text != NULL)
		rc = codec_read(text, strlen(text), "the last response",
		    &skr->previous, err);
	free(text);
	return rc;
}

static int
refuse(const struct ksr_row *row, const char *why, const char *hint,
    struct error *err)
{
	char at[WHEN_TEXT_LEN];

	(void)err_set(err, ERR_POLICY, "KSR-REPLAY: this request was answered "
	    "at %s, and the same answer is not given again: %s",
	    when_rfc3339(row->answered_at, at), why);
	return err_hint(err, "%shave the zone's side make a new request",
	    hint);
}

/* The KSKs in a bundle, by tag and role: "4711/S 815/RS". */
static void
describe(const struct ksr_bundle *bundle, char *out, size_t size)
{
	size_t i, k, len = 0;
	bool signs;

	out[0] = '\0';
	for (i = 0; i < bundle->n_keys && len < size; i++) {
		const struct dnskey *key = &bundle->keys[i].dnskey;

		if ((key->flags & DNSKEY_SEP) == 0)
			continue;
		signs = false;
		for (k = 0; k < bundle->n_sigs; k++)
			signs = signs || ksr_key_of(bundle,
			    &bundle->sigs[k].rrsig) == &bundle->keys[i];
		len += (size_t)snprintf(out + len, size - len, "%s%u/%s%s",
		    len > 0 ? " " : "", dnskey_tag(key),
		    (key->flags & DNSKEY_REVOKE) != 0 ? "R" : "P",
		    signs ? "S" : "");
	}
}

/* What of the plan is not as it was. */
static void
name_change(const struct ksr *old, const struct ksr *new, char *out,
    size_t size)
{
	char was[100], is[100];
	size_t i;

	for (i = 0; i < old->n_bundles && i < new->n_bundles; i++) {
		describe(&old->bundles[i], was, sizeof(was));
		describe(&new->bundles[i], is, sizeof(is));
		if (strcmp(was, is) == 0)
			continue;
		(void)snprintf(out, size, "the KSKs of bundle %zu were %s, "
		    "and would be %s now", i + 1, was, is);
		return;
	}
	if (old->n_bundles != new->n_bundles)
		(void)snprintf(out, size, "it had %zu bundles, and would have "
		    "%zu now (--end)", old->n_bundles, new->n_bundles);
	else
		(void)snprintf(out, size, "the policy of a KSK is another "
		    "one");
}

/* Whether the same would be made now; an end that is named counts, too. */
static bool
is_still_good(const struct skr *skr, const struct ksr_row *row,
    const struct skr_half *half, const struct ksr *old)
{

	return memcmp(row->plan_hash, half->plan_hash,
	    sizeof(half->plan_hash)) == 0 &&
	    (skr->asked->end_at == KSR_OPEN ||
	    old->n_bundles == half->response->n_bundles);
}

/* The answer of row for half, where nothing has changed since. */
static int
take_answer(struct session *session, struct skr *skr,
    const struct ksr_row *row, struct skr_half *half, struct error *err)
{
	struct ksr *old = NULL;
	char why[300], at[WHEN_TEXT_LEN];
	char *text;
	int rc = -1;

	if (row->superseded_at != 0) {
		(void)snprintf(why, sizeof(why), "it is superseded since %s",
		    when_rfc3339(row->superseded_at, at));
		return refuse(row, why, "", err);
	}
	if (skr_fetch(session, skr, row, &text, err) != 0)
		return -1;
	if (text == NULL)
		return refuse(row, "the store was restored from a ledger, "
		    "which has no texts", "give the response that was "
		    "released with --previous-skr, or ", err);
	if (codec_read(text, strlen(text), "the kept response", &old,
	    err) != 0)
		goto out;
	if (!is_still_good(skr, row, half, old)) {
		name_change(old, half->response, why, sizeof(why));
		(void)refuse(row, why, "say what was said then (--schema, "
		    "--current, --next, --end), or ", err);
		goto out;
	}
	if (skr_verify(skr, NULL, old, "the kept response", err) != 0)
		goto out;
	ksr_free(half->response);
	half->response = old;
	old = NULL;
	buf_add_text(&half->text, text);
	memcpy(half->hash, row->response_hash, sizeof(half->hash));
	memcpy(half->id, row->id, sizeof(half->id));
	rc = 0;
 out:
	ksr_free(old);
	free(text);
	return rc;
}

static const struct ksr_row *
find_row(const struct skr *skr, const char *kind)
{
	size_t i;

	for (i = 0; i < skr->n_past; i++)
		if (strcmp(skr->past[i].kind, kind) == 0 &&
		    memcmp(skr->past[i].request_hash, skr->hash,
		    sizeof(skr->hash)) == 0)
			return &skr->past[i];
	return NULL;
}

int
skr_find_answer(struct session *session, struct skr *skr, bool *found,
    struct error *err)
{
	const struct ksr_row *row = find_row(skr, KSR_REGULAR), *other;
	size_t i;

	*found = false;
	if (row == NULL)
		return 0;
	for (i = 0; i < skr->n_halves; i++) {
		other = find_row(skr, skr->halves[i].kind);
		if (other == NULL)
			return refuse(row, "there was no emergency response "
			    "then", "", err);
		if (take_answer(session, skr, other, &skr->halves[i],
		    err) != 0)
			return -1;
	}
	*found = true;
	return 0;
}

void
skr_leave_past(struct session *session, struct skr *skr)
{
	const struct ksr_row *last = skr->n_past == 0 ? NULL :
	    &skr->past[skr->n_past - 1];
	const struct timespec rest = { 0, 10 * 1000 * 1000 };
	int left = 110;

	if (last == NULL || last->answered_at != skr->now_at ||
	    memcmp(last->request_hash, skr->hash, sizeof(skr->hash)) == 0)
		return;
	while (when_now() <= last->answered_at && left-- > 0)
		(void)nanosleep(&rest, NULL);
	session_advance(session, last->answered_at + 1);
	skr->now_at = session_now(session);
}
