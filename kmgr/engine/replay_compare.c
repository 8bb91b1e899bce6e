#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/replay_internal.h"

#define SHOWN_MAX 64		/* characters of a value that are shown */
#define LINE_MAX_LEN 1500	/* a zone's name and two values */

static const struct replay_field cmk_fields[] = {
	{ "name", REPLAY_TEXT, offsetof(struct cmk_row, name) },
	{ "token", REPLAY_TEXT, offsetof(struct cmk_row, token) },
	{ "seal token", REPLAY_TEXT, offsetof(struct cmk_row, seal_token) },
	{ "state", REPLAY_TEXT, offsetof(struct cmk_row, state) },
	{ "end of the wait", REPLAY_INT, offsetof(struct cmk_row,
	    deletion_at) },
	{ "seal key", REPLAY_TEXT, offsetof(struct cmk_row, key_id) },
	{ "birth", REPLAY_INT, offsetof(struct cmk_row, created_at) },
	{ "token's identity", REPLAY_TEXT, offsetof(struct cmk_row,
	    token_identity) },
	{ "probe", REPLAY_TEXT, offsetof(struct cmk_row, probe) },
	{ "policy", REPLAY_TEXT, offsetof(struct cmk_row, policy) },
	{ "policy hash", REPLAY_HASH, offsetof(struct cmk_row, policy_hash) },
	{ "instant of its seal", REPLAY_INT, offsetof(struct cmk_row,
	    sealed_at) },
	{ "seal", REPLAY_TEXT, offsetof(struct cmk_row, seal) },
	{ "seal's signature", REPLAY_TEXT, offsetof(struct cmk_row,
	    seal_signature) },
	{ "identity key", REPLAY_TEXT, offsetof(struct cmk_row,
	    identity_key_id) },
	{ "identity key's certificate", REPLAY_TEXT, offsetof(struct cmk_row,
	    identity) },
	{ "certificate's signature", REPLAY_TEXT, offsetof(struct cmk_row,
	    identity_signature) },
	{ "horizon", REPLAY_INT, offsetof(struct cmk_row, horizon_at) },
	{ "contact", REPLAY_TEXT, offsetof(struct cmk_row, contact) },
	{ "tags", REPLAY_TEXT, offsetof(struct cmk_row, tags) },
};
static const struct replay_field key_fields[] = {
	{ "CMK", REPLAY_ID, offsetof(struct key_row, cmk_id) },
	{ "role", REPLAY_TEXT, offsetof(struct key_row, role) },
	{ "label", REPLAY_TEXT, offsetof(struct key_row, label) },
	{ "algorithm", REPLAY_U8, offsetof(struct key_row, alg) },
	{ "size", REPLAY_UINT, offsetof(struct key_row, bits) },
	{ "public key", REPLAY_BYTES, offsetof(struct key_row, spki) },
	{ "attributes", REPLAY_TEXT, offsetof(struct key_row, attributes) },
	{ "being shared", REPLAY_BOOL, offsetof(struct key_row, is_shared) },
	{ "wrapped half", REPLAY_BYTES, offsetof(struct key_row, blob) },
	{ "wrapping key", REPLAY_TEXT, offsetof(struct key_row, wrap_key_id) },
	{ "birth", REPLAY_INT, offsetof(struct key_row, created_at) },
};
static const struct replay_field ksk_fields[] = {
	{ "CMK", REPLAY_ID, offsetof(struct ksk_row, cmk_id) },
	{ "key pair", REPLAY_ID, offsetof(struct ksk_row, key_id) },
	{ "zone", REPLAY_TEXT, offsetof(struct ksk_row, zone) },
	{ "generation", REPLAY_INT, offsetof(struct ksk_row, generation) },
	{ "algorithm", REPLAY_U8, offsetof(struct ksk_row, alg) },
	{ "key tag", REPLAY_U16, offsetof(struct ksk_row, key_tag) },
	{ "revoked key tag", REPLAY_U16, offsetof(struct ksk_row,
	    revoked_tag) },
	{ "DNSKEY", REPLAY_BYTES, offsetof(struct ksk_row, dnskey) },
	{ "state", REPLAY_TEXT, offsetof(struct ksk_row, state) },
	{ "birth", REPLAY_INT, offsetof(struct ksk_row, created_at) },
	{ "endorsement", REPLAY_TEXT, offsetof(struct ksk_row, endorsement) },
	{ "endorsement's signature", REPLAY_TEXT, offsetof(struct ksk_row,
	    endorsement_signature) },
	{ "first sight of its DS", REPLAY_INT, offsetof(struct ksk_row,
	    ds_seen_at) },
	{ "end of its DS", REPLAY_INT, offsetof(struct ksk_row, ds_gone_at) },
	{ "horizon", REPLAY_INT, offsetof(struct ksk_row, horizon_at) },
	{ "retirement", REPLAY_TEXT, offsetof(struct ksk_row, retirement) },
	{ "retirement's signature", REPLAY_TEXT, offsetof(struct ksk_row,
	    retirement_signature) },
};
static const struct replay_field plan_fields[] = {
	{ "CMK", REPLAY_ID, offsetof(struct plan_row, cmk_id) },
	{ "operation", REPLAY_TEXT, offsetof(struct plan_row, op) },
	{ "text", REPLAY_TEXT, offsetof(struct plan_row, text) },
	{ "state", REPLAY_TEXT, offsetof(struct plan_row, state) },
	{ "birth", REPLAY_INT, offsetof(struct plan_row, created_at) },
	{ "expiry", REPLAY_INT, offsetof(struct plan_row, expires_at) },
	{ "end", REPLAY_INT, offsetof(struct plan_row, resolved_at) },
};
static const struct replay_field ksr_fields[] = {
	{ "CMK", REPLAY_ID, offsetof(struct ksr_row, cmk_id) },
	{ "zone", REPLAY_TEXT, offsetof(struct ksr_row, zone) },
	{ "format", REPLAY_TEXT, offsetof(struct ksr_row, format) },
	{ "kind", REPLAY_TEXT, offsetof(struct ksr_row, kind) },
	{ "request's hash", REPLAY_HASH, offsetof(struct ksr_row,
	    request_hash) },
	{ "request's id", REPLAY_TEXT, offsetof(struct ksr_row, request_id) },
	{ "bundles' ids", REPLAY_TEXT, offsetof(struct ksr_row, bundle_ids) },
	{ "hash", REPLAY_HASH, offsetof(struct ksr_row, response_hash) },
	{ "plan", REPLAY_HASH, offsetof(struct ksr_row, plan_hash) },
	{ "KSKs", REPLAY_TEXT, offsetof(struct ksr_row, ksk_ids) },
	{ "birth", REPLAY_INT, offsetof(struct ksr_row, answered_at) },
	{ "expiry", REPLAY_INT, offsetof(struct ksr_row, expires_at) },
	{ "end", REPLAY_INT, offsetof(struct ksr_row, superseded_at) },
};
#define N(array) (sizeof(array) / sizeof((array)[0]))

/* A comparison of one table. */
struct table {
	const char		*what;		/* "KSK" */
	const struct replay_field *fields;
	size_t			 n_fields;
	void			(*each)(void *arg, enum replay_difference kind,
				    const char *line);
	void			*arg;
};

/* A member of row as text. */
static char *
show(const struct replay_field *field, const void *row)
{
	const void *p = (const char *)row + field->offset;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	const struct buf *bytes = p;
	const char *text;

	switch (field->kind) {
	case REPLAY_TEXT:
		text = *(const char *const *)p;
		return mem_strdup(text == NULL ? "nothing" : text);
	case REPLAY_ID:
		return mem_strdup(p);
	case REPLAY_INT:
		return mem_printf("%lld", (long long)*(const int64_t *)p);
	case REPLAY_U16:
		return mem_printf("%u", *(const uint16_t *)p);
	case REPLAY_U8:
		return mem_printf("%u", *(const uint8_t *)p);
	case REPLAY_UINT:
		return mem_printf("%u", *(const unsigned int *)p);
	case REPLAY_BOOL:
		return mem_strdup(*(const bool *)p ? "true" : "false");
	case REPLAY_HASH:
		return mem_strdup(text_hex(p, CRYPTO_SHA256_LEN, hex));
	case REPLAY_BYTES:
		break;
	}
	return crypto_base64(bytes->data, bytes->len);
}

static void
compare_field(const struct table *table, const struct replay_field *field,
    const char *name, const void *told, const void *found)
{
	char *was = show(field, told), *is = show(field, found);
	char line[LINE_MAX_LEN];

	if (strcmp(was, is) != 0) {
		if (strlen(was) <= SHOWN_MAX && strlen(is) <= SHOWN_MAX)
			(void)snprintf(line, sizeof(line), "%s %s: the store "
			    "says that its %s is %s, the ledger %s",
			    table->what, name, field->name, is, was);
		else
			(void)snprintf(line, sizeof(line), "%s %s: its %s in "
			    "the store is not what the ledger tells",
			    table->what, name, field->name);
		table->each(table->arg, REPLAY_CHANGED, line);
	}
	free(was);
	free(is);
}

/* How people call a row. */
static char *
name_of(const struct table *table, const void *row)
{
	const struct cmk_row *cmk = row;
	const struct key_row *key = row;
	const struct ksk_row *ksk = row;

	if (table->fields == plan_fields || table->fields == ksr_fields)
		return mem_strdup(row);
	if (table->fields == cmk_fields)
		return mem_strdup(cmk->name);
	if (table->fields == key_fields)
		return mem_printf("\"%s\" (%s)", key->label, key->id);
	return mem_printf("%s/%u (%s)", ksk->zone, ksk->key_tag, ksk->id);
}

static int
compare_texts(const void *a, const void *b)
{

	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Rows that the ledger tells of and the store has not. */
static void
report_missing(const struct table *table, const struct replay_rows *told,
    const char **ids, size_t n)
{
	const char *id;
	char *line;
	size_t i;

	if (n > 0)
		qsort(ids, n, sizeof(*ids), compare_texts);
	for (i = 0; i < told->n; i++) {
		id = told->rows[i];
		if (n > 0 && bsearch(&id, ids, n, sizeof(*ids),
		    compare_texts) != NULL)
			continue;
		line = mem_printf("the store has no record of %s %s",
		    table->what, id);
		table->each(table->arg, REPLAY_REMOVED, line);
		free(line);
	}
}

/* An id is the first member of each of the n rows of so many bytes. */
static void
compare_rows(const struct table *table, const struct replay_rows *told,
    const void *rows, size_t n, size_t size)
{
	const char **ids = mem_new((n + 1) * sizeof(*ids));
	const void *wanted;
	char *name, *line;
	size_t i, k;

	for (i = 0; i < n; i++) {
		ids[i] = (const char *)rows + i * size;
		wanted = replay_rows_find(told, ids[i]);
		name = name_of(table, ids[i]);
		for (k = 0; wanted != NULL && k < table->n_fields; k++)
			compare_field(table, &table->fields[k], name, wanted,
			    ids[i]);
		if (wanted == NULL) {
			line = mem_printf("no event tells of %s %s",
			    table->what, name);
			table->each(table->arg, REPLAY_ADDED, line);
			free(line);
		}
		free(name);
	}
	report_missing(table, told, ids, n);
	free(ids);
}

static int
compare_cmks(const struct replay *replay, struct store *store,
    struct table table, struct error *err)
{
	struct cmk_row *rows;
	size_t n;

	table.what = "CMK";
	table.fields = cmk_fields;
	table.n_fields = N(cmk_fields);
	if (store_cmk_list(store, &rows, &n, err) != 0)
		return -1;
	compare_rows(&table, &replay->cmks, rows, n, sizeof(*rows));
	cmk_rows_free(rows, n);
	return 0;
}

static int
compare_keys(const struct replay *replay, struct store *store,
    struct table table, struct error *err)
{
	struct key_row *rows;
	size_t n;

	table.what = "key pair";
	table.fields = key_fields;
	table.n_fields = N(key_fields);
	if (store_key_list(store, &rows, &n, err) != 0)
		return -1;
	compare_rows(&table, &replay->keys, rows, n, sizeof(*rows));
	key_rows_free(rows, n);
	return 0;
}

static int
compare_ksks(const struct replay *replay, struct store *store,
    struct table table, struct error *err)
{
	struct ksk_row *rows;
	size_t n;

	table.what = "KSK";
	table.fields = ksk_fields;
	table.n_fields = N(ksk_fields);
	if (store_ksk_list(store, NULL, NULL, &rows, &n, err) != 0)
		return -1;
	compare_rows(&table, &replay->ksks, rows, n, sizeof(*rows));
	ksk_rows_free(rows, n);
	return 0;
}

static int
compare_plans(const struct replay *replay, struct store *store,
    struct table table, struct error *err)
{
	struct plan_row *rows;
	size_t n;

	table.what = "plan";
	table.fields = plan_fields;
	table.n_fields = N(plan_fields);
	if (store_plan_list(store, NULL, &rows, &n, err) != 0)
		return -1;
	compare_rows(&table, &replay->plans, rows, n, sizeof(*rows));
	plan_rows_free(rows, n);
	return replay_compare_approvals(replay, store, table.each, table.arg,
	    err);
}

static int
compare_ksrs(const struct replay *replay, struct store *store,
    struct table table, struct error *err)
{
	struct ksr_row *rows;
	size_t n;

	table.what = "response";
	table.fields = ksr_fields;
	table.n_fields = N(ksr_fields);
	if (store_ksr_list(store, NULL, &rows, &n, err) != 0)
		return -1;
	compare_rows(&table, &replay->ksrs, rows, n, sizeof(*rows));
	ksr_rows_free(rows, n);
	return 0;
}

int
replay_compare(const struct replay *replay, struct store *store,
    void (*each)(void *arg, enum replay_difference kind, const char *line),
    void *arg, struct error *err)
{
	const struct table table = { .each = each, .arg = arg };

	if (compare_cmks(replay, store, table, err) != 0 ||
	    compare_keys(replay, store, table, err) != 0 ||
	    compare_ksks(replay, store, table, err) != 0 ||
	    compare_ksrs(replay, store, table, err) != 0)
		return -1;
	return compare_plans(replay, store, table, err);
}
