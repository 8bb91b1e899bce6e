#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json_members.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/dns/ds.h"
#include "kmgr/engine/batch_proof.h"
#include "kmgr/engine/ending.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/ksk_wrapped.h"
#include "kmgr/engine/statement.h"
#include "kmgr/store/ledger.h"

/* What compare() and ksk_wrapped_read() want of an endorsement. */
static const char *const compared[] = { "cmk_id", "custody", "dnskey",
	"generation", "key_id", "key_tag", "ksk_id", "policy_hash",
	"wrap_key_id", "wrapped_key_sha256", "zone" };
#define N_COMPARED (sizeof(compared) / sizeof(compared[0]))

/* The SHA-256 DS at least, and every digest that the policy names. */
static void
add_ds(struct json *statement, const struct cmk *cmk, const struct name *zone,
    const struct dnskey *dnskey)
{
	struct json *list = json_put_array(statement, "ds");
	struct buf text = BUF_INIT;
	struct ds ds;
	size_t i;

	for (i = 0; i < cmk->policy->n_digests; i++) {
		ds_init(&ds, zone, dnskey, cmk->policy->digests[i]);
		ds_text(&ds, &text);
		json_add_text(list, buf_text(&text));
		buf_free(&text);
	}
}

char *
ksk_endorsement(const struct cmk *cmk, const struct key_row *key,
    const struct ksk_row *row, int64_t seq,
    const uint8_t head[static CRYPTO_SHA256_LEN])
{
	struct json *s = json_new_object();
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct error ignored = ERR_INIT;
	struct buf text = BUF_INIT;
	struct json *part = NULL;
	struct dnskey dnskey;
	struct name zone;
	char *spki;

	spki = crypto_base64(cmk->key.spki.data, cmk->key.spki.len);
	json_put_text(s, "cmk_id", cmk->row.id);
	json_put_text(s, "cmk_public_key", spki);
	free(spki);
	json_put_text(s, "policy_hash", text_hex(cmk->row.policy_hash,
	    CRYPTO_SHA256_LEN, hex));
	json_put_text(s, "custody", policy_custody_name(cmk->policy->custody));
	json_put_text(s, "ksk_id", row->id);
	json_put_text(s, "key_id", row->key_id);
	json_put_text(s, "zone", row->zone);
	json_put_int(s, "generation", row->generation);
	json_put_int(s, "key_tag", row->key_tag);
	json_put_int(s, "revoked_key_tag", row->revoked_tag);
	json_put_int(s, "created_at", row->created_at);
	json_put_int(s, "ledger_seq", seq);
	json_put_text(s, "ledger_head", text_hex(head, CRYPTO_SHA256_LEN,
	    hex));
	if (cmk->epoch > 0)
		json_put_int(s, "epoch", cmk->epoch);
	if (name_read(row->zone, &zone, &ignored) == 0 &&
	    dnskey_from_rdata(row->dnskey.data, row->dnskey.len, &dnskey,
	    &ignored) == 0) {
		dnskey_text(&dnskey, &text);
		json_put_text(s, "dnskey", buf_text(&text));
		buf_free(&text);
		add_ds(s, cmk, &zone, &dnskey);
	}
	if (json_read(key->attributes, strlen(key->attributes), &part,
	    &ignored) == 0)
		json_put_take(s, "attributes", part);
	if (json_read(cmk->row.token_identity,
	    strlen(cmk->row.token_identity), &part, &ignored) == 0)
		json_put_take(s, "token", part);
	ksk_wrapped_put(key, s);
	json_canonical(s, &text);
	json_free(s);
	return buf_take(&text);
}

static int
says(const struct json *statement, const char *key, const char *expected,
    struct error *err)
{
	const char *value = json_get_text(statement, key);

	if (value == NULL || strcmp(value, expected) != 0)
		return err_set(err, ERR_INTEGRITY, "the endorsement says %s "
		    "%.80s, the store %.80s", key,
		    value == NULL ? "(none)" : value, expected);
	return 0;
}

/* Every field of the row that matters stands in the signed statement. */
static int
compare(const struct json *statement, const struct ksk *ksk,
    const struct ksk_row *row, struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct buf text = BUF_INIT;
	int64_t tag = -1, generation = -1;
	int rc;

	dnskey_text(&ksk->dnskey, &text);
	(void)text_hex(ksk->cmk->row.policy_hash, CRYPTO_SHA256_LEN, hex);
	rc = says(statement, "cmk_id", row->cmk_id, err) != 0 ||
	    says(statement, "ksk_id", row->id, err) != 0 ||
	    says(statement, "key_id", row->key_id, err) != 0 ||
	    says(statement, "zone", row->zone, err) != 0 ||
	    says(statement, "policy_hash", hex, err) != 0 ||
	    says(statement, "dnskey", buf_text(&text), err) != 0 ? -1 : 0;
	buf_free(&text);
	(void)json_get_int(statement, "key_tag", &tag);
	(void)json_get_int(statement, "generation", &generation);
	if (rc == 0 && (tag != row->key_tag || generation != row->generation ||
	    tag != dnskey_tag(&ksk->dnskey) ||
	    row->revoked_tag != dnskey_revoked_tag(&ksk->dnskey) ||
	    row->alg != ksk->dnskey.alg))
		rc = err_set(err, ERR_INTEGRITY,
		    "key tag, generation or algorithm in the store differ "
		    "from the endorsement");
	return rc;
}

int
ksk_check(struct cmk *cmk, const struct ksk_row *row, struct ksk *ksk,
    struct error *err)
{
	struct json *statement = NULL;
	int rc = -1;

	ksk->cmk = cmk;
	ksk->blob = (struct buf)BUF_INIT;
	if (batch_proof_verify(row->endorsement_signature,
	    STATEMENT_ENDORSEMENT, row->endorsement, cmk->row.id, cmk->proven,
	    err) != 0 ||
	    json_members_read(row->endorsement, compared, N_COMPARED,
	    &statement, err) != 0 ||
	    name_read(row->zone, &ksk->zone, err) != 0 ||
	    dnskey_from_rdata(row->dnskey.data, row->dnskey.len, &ksk->dnskey,
	    err) != 0 || compare(statement, ksk, row, err) != 0 ||
	    ksk_wrapped_read(statement, ksk, err) != 0)
		goto out;
	rc = 0;
 out:
	json_free(statement);
	if (rc != 0) {
		err->class = ERR_INTEGRITY;
		(void)err_hint(err, "the store was changed behind kmgr's "
		    "back; kmgr verify lists every difference");
		(void)err_wrap(err, "KSK %s/%u", row->zone, row->key_tag);
	}
	return rc;
}

/*
 * Check rows and move them, those that are not removed, into a list. That one
 * is removed is believed only where the seal key said so.
 */
static int
take_rows(struct store *store, struct cmk_cache *cache, struct ksk_row *rows,
    size_t n_rows, struct ksk **out, size_t *n, struct error *err)
{
	struct ksk *ksk;
	struct cmk *cmk;
	size_t i;

	for (i = 0; i < n_rows; i++) {
		if (cmk_cache_get(cache, store, rows[i].cmk_id, &cmk,
		    err) != 0)
			return -1;
		if (strcmp(rows[i].state, "removed") == 0) {
			if (ending_check_ksk(store, cmk, &rows[i],
			    err) != 0)
				return -1;
			continue;
		}
		ksk = mem_push(out, *n, sizeof(**out));
		if (ksk_check(cmk, &rows[i], ksk, err) != 0)
			return -1;
		ksk->row = rows[i];
		rows[i] = (struct ksk_row) { 0 };
		(*n)++;
	}
	return 0;
}

int
ksk_check_count(struct store *store, const char *zone, size_t n_rows,
    struct error *err)
{
	int64_t n, n_adopted;

	if (ledger_count_of_zone(store, zone, "create-ksk", &n, err) != 0 ||
	    ledger_count_of_zone(store, zone, "adopt-ksk", &n_adopted,
	    err) != 0)
		return -1;
	n += n_adopted;
	if (n == (int64_t)n_rows)
		return 0;
	(void)err_set(err, ERR_INTEGRITY, "zone %s: the store has %zu KSKs, "
	    "and the ledger tells of %lld", zone, n_rows, (long long)n);
	return err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
}

int
ksk_load(struct store *store, struct cmk_cache *cache,
    const struct name *zone, const char *cmk_id, struct ksk **out, size_t *n,
    struct error *err)
{
	char zone_text[NAME_TEXT_MAX];
	struct ksk_row *rows = NULL;
	struct ksk *list = NULL;
	size_t n_rows = 0, n_list = 0;
	int rc = -1;

	*out = NULL;
	*n = 0;
	if (store_ksk_list(store, zone == NULL ? NULL :
	    name_text(zone, zone_text), cmk_id, &rows, &n_rows, err) != 0)
		return -1;
	if ((zone != NULL && cmk_id == NULL &&
	    ksk_check_count(store, zone_text, n_rows, err) != 0) ||
	    take_rows(store, cache, rows, n_rows, &list, &n_list, err) != 0)
		goto out;
	*out = list;
	*n = n_list;
	list = NULL;
	rc = 0;
 out:
	ksk_rows_free(rows, n_rows);
	ksk_list_free(list, rc == 0 ? 0 : n_list);
	return rc;
}

/* Take apart "ZONE/KEYTAG"; tag -1 where text has another form. */
static int64_t
split_name(const char *text, struct name *zone)
{
	struct error ignored = ERR_INIT;
	const char *slash = strrchr(text, '/');
	char copy[NAME_TEXT_MAX];
	int64_t tag;

	if (slash == NULL || (size_t)(slash - text) >= sizeof(copy) ||
	    text_to_int(slash + 1, 0, UINT16_MAX, &tag, &ignored) != 0)
		return -1;
	memcpy(copy, text, (size_t)(slash - text));
	copy[slash - text] = '\0';
	return name_read(copy, zone, &ignored) == 0 ? tag : -1;
}

/* The KSK with an id, in a list of one or none. */
static int
load_by_id(struct store *store, struct cmk_cache *cache, const char *id,
    struct ksk **out, size_t *n, struct error *err)
{
	struct ksk_row *row = mem_new(sizeof(*row));
	bool found = false;
	int rc;

	rc = store_ksk_find(store, id, row, &found, err);
	if (rc == 0 && found)
		rc = take_rows(store, cache, row, 1, out, n, err);
	ksk_rows_free(row, 1);
	return rc;
}

int
ksk_find(struct store *store, struct cmk_cache *cache, const char *text,
    struct ksk **out, struct error *err)
{
	struct ksk *list = NULL;
	struct name zone;
	int64_t tag;
	size_t i, n = 0;
	int rc = -1;

	*out = NULL;
	tag = split_name(text, &zone);
	if ((tag < 0 ? load_by_id(store, cache, text, &list, &n, err) :
	    ksk_load(store, cache, &zone, NULL, &list, &n, err)) != 0)
		goto out;
	for (i = 0; i < n; i++)
		if (tag < 0 || list[i].row.key_tag == tag)
			break;
	if (i == n) {
		(void)err_set(err, ERR_INPUT, "no KSK \"%.300s\"", text);
		(void)err_hint(err, "a KSK is named ZONE/KEYTAG or by its id; "
		    "kmgr list-ksks shows all");
		goto out;
	}
	*out = mem_dup(&list[i], sizeof(list[i]));
	list[i].row = (struct ksk_row) { 0 };
	list[i].blob = (struct buf)BUF_INIT;
	rc = 0;
 out:
	ksk_list_free(list, n);
	return rc;
}

int
ksk_find_removed(struct store *store, const char *text, struct ksk_row *out,
    bool *found, struct error *err)
{
	char zone_text[NAME_TEXT_MAX];
	struct ksk_row *rows = NULL;
	struct name zone;
	size_t i, n = 0;
	int64_t tag;

	*found = false;
	tag = split_name(text, &zone);
	if (tag < 0) {
		if (store_ksk_find(store, text, out, found, err) != 0)
			return -1;
		if (*found && strcmp(out->state, "removed") != 0) {
			ksk_row_clear(out);
			*found = false;
		}
		return 0;
	}
	if (store_ksk_list(store, name_text(&zone, zone_text), NULL, &rows,
	    &n, err) != 0)
		return -1;
	/* The last one that had this tag. */
	for (i = n; i-- > 0 && !*found;)
		if (rows[i].key_tag == tag &&
		    strcmp(rows[i].state, "removed") == 0) {
			*out = rows[i];
			rows[i] = (struct ksk_row) { 0 };
			*found = true;
		}
	ksk_rows_free(rows, n);
	return 0;
}

int
ksk_open(struct session *session, const struct ksk *ksk,
    struct hsm_wrap_key *wrap, struct signer_key **out, struct error *err)
{
	struct hsm_key *key = NULL;
	int rc;

	*out = NULL;
	rc = ksk->cmk->policy->custody == CUSTODY_WRAPPED ?
	    ksk_wrapped_open(ksk, wrap, &key, err) :
	    cmk_find_key(session, ksk->cmk, ksk->row.key_id, &key, err);
	if (rc == 0 && signer_key_new(key, &ksk->dnskey, out, err) == 0)
		return 0;
	return err_wrap(err, "KSK %s/%u", ksk->row.zone, ksk->row.key_tag);
}

void
ksk_list_free(struct ksk *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		ksk_row_clear(&list[i].row);
		buf_free(&list[i].blob);
	}
	free(list);
}
