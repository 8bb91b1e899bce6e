/*
 * What the store has of a set already. It is asked of all zones of a
 * transaction before the first change: that is one question.
 */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/zsks_internal.h"

/* The ZSKs alone, in canonical order, as the admitted set. */
static int
look_at_set(struct store *store, struct zsks *zsks, struct error *err)
{
	struct zsk_set_row *row = &zsks->admitted;
	struct rrset *rrset = rrset_new(&zsks->rules.zone, RRTYPE_DNSKEY,
	    zsks->sets[0].rrset->ttl);
	struct buf wire = BUF_INIT, text = BUF_INIT;
	size_t i;

	for (i = 0; i < zsks->rules.n_records; i++)
		rrset_add(rrset, zsks->rules.records[i].rdata,
		    zsks->rules.records[i].rdata_len);
	rrset_wire(rrset, &wire);
	rrset_text(rrset, &text);
	zsk_set_row_clear(row);
	row->zone = mem_strdup(zsks->ksks[0].row.zone);
	crypto_sha256(wire.data, wire.len, row->hash);
	row->text = buf_take(&text);
	buf_free(&wire);
	rrset_free(rrset);
	return store_zsk_set_is_last(store, row->zone, row->hash,
	    &zsks->is_admitted, err);
}

static bool
has(const struct zone_alg_row *rows, size_t n, uint8_t alg)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (rows[i].alg == alg)
			return true;
	return false;
}

/* Those of which the set itself is the first word. */
static int
look_at_algs(struct store *store, struct zsks *zsks, struct error *err)
{
	const struct life_zone *after = &zsks->after;
	struct zone_alg_row *rows;
	size_t i, n;

	if (store_zone_alg_list(store, zsks->life->text, &rows, &n, err) != 0)
		return -1;
	free(zsks->is_new_alg);
	zsks->is_new_alg = mem_new(after->n_algs + 1);
	for (i = 0; i < after->n_algs; i++)
		zsks->is_new_alg[i] = after->algs[i].signed_at != 0 &&
		    !has(rows, n, after->algs[i].alg);
	zone_alg_rows_free(rows, n);
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* What the first of two changes the second has to see: not together. */
static int
check_once(const char **names, size_t n, struct error *err)
{
	size_t i;

	qsort(names, n, sizeof(*names), compare_names);
	for (i = 1; i < n && strcmp(names[i - 1], names[i]) != 0; i++)
		continue;
	if (i >= n)
		return 0;
	(void)err_set(err, ERR_STORE, "zone %s is to be signed twice at once",
	    names[i]);
	err->code = ZONE_LIFE_CHANGED;
	return -1;
}

int
zsks_look(struct session *session, struct zsks *const *zsks, size_t n,
    struct error *err)
{
	const char **names = mem_new(n * sizeof(*names));
	struct store *store = NULL;
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		names[i] = zsks[i]->life->text;
	rc = check_once(names, n, err);
	if (rc == 0)
		rc = session_store(session, &store, err);
	if (rc == 0 && n > 1)
		store_ahead_of(store, names, n);
	for (i = 0; i < n && rc == 0; i++)
		if (zsks_check_same(session, zsks[i], err) != 0 ||
		    look_at_set(store, zsks[i], err) != 0 ||
		    look_at_algs(store, zsks[i], err) != 0)
			rc = -1;
	free(names);
	return rc;
}
