/* The sets that were, or are to be, signed one at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/rrsig.h"
#include "kmgr/engine/zone_history_inner.h"

static const struct history_ksk *
find_ksk(const struct zone_history *history, const char *id)
{
	size_t i;

	for (i = 0; i < history->n_ksks; i++)
		if (history->ksks[i].id[0] != '\0' &&
		    strcmp(history->ksks[i].id, id) == 0)
			return &history->ksks[i];
	return NULL;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct signature_row *x = *(const struct signature_row *const *)a;
	const struct signature_row *y = *(const struct signature_row *const *)b;

	if (x->created_at != y->created_at)
		return x->created_at < y->created_at ? -1 : 1;
	return x->inception_at < y->inception_at ? -1 :
	    x->inception_at > y->inception_at;
}

static bool
is_one_set(const struct signature_row *a, const struct signature_row *b)
{

	return a->created_at == b->created_at &&
	    a->inception_at == b->inception_at &&
	    a->expiration_at == b->expiration_at;
}

/* Name one more key of a set that is signed one at a time. */
static void
name_key(struct history_set *set, const struct oracle_key *key)
{
	const size_t len = strlen(set->what);

	(void)snprintf(set->what + len, sizeof(set->what) - len, "%s%u",
	    set->n_keys == 0 ? " by KSK " : "+", key->key_tag);
}

/*
 * One signature of a set; every KSK that is in it signs it, and a revoked one
 * has another tag (RFC 5011 s2.1).
 */
static void
add_row(struct history_set *set, const struct history_ksk *ksk,
    const struct signature_row *row)
{
	struct error err = ERR_INIT;
	bool is_revoked = false;
	struct rrsig rrsig;

	if (rrsig_from_rdata(row->rrsig.data, row->rrsig.len, &rrsig,
	    &err) == 0) {
		int64_raise(&set->ttl_s, rrsig.original_ttl);
		is_revoked = rrsig.key_tag != ksk->key.key_tag;
	}
	name_key(set, &ksk->key);
	zone_history_add_sig(set, zone_history_add_key(set, &ksk->key,
	    is_revoked), row->inception_at, row->expiration_at);
	int64_raise(&set->until_at, row->expiration_at);
}

/*
 * Whether what was done at ${at} is in a set that was signed before next_at,
 * where that is not 0. What is handed over late counts from then on, and what
 * is handed over is the newest set that there is.
 */
static bool
has(int64_t at, int64_t next_at)
{

	return at != 0 && (next_at == 0 || next_at > at);
}

/* Keys of others: their provider serves and signs the set, too. */
static void
add_foreign(const struct zone_history *history, struct history_set *set,
    const struct signature_row *row, int64_t next_at)
{
	const struct history_ksk *ksk;
	size_t i;

	for (i = 0; i < history->n_ksks; i++) {
		ksk = &history->ksks[i];
		if (!ksk->is_foreign || !has(ksk->in_at, next_at) ||
		    has(ksk->out_at, next_at))
			continue;
		name_key(set, &ksk->key);
		zone_history_add_sig(set, zone_history_add_key(set,
		    &ksk->key, false), row->inception_at,
		    row->expiration_at);
	}
}

/* Signatures of the zone's own KSKs over its DNSKEY RRset, in their order. */
static const struct signature_row **
sort(const struct zone_history *history, const struct signature_row *rows,
    size_t n, size_t *n_sorted)
{
	const struct signature_row **sorted = mem_new((n + 1) *
	    sizeof(*sorted));
	size_t i;

	*n_sorted = 0;
	for (i = 0; i < n; i++)
		if (rows[i].type_covered == RRTYPE_DNSKEY &&
		    find_ksk(history, rows[i].ksk_id) != NULL)
			sorted[(*n_sorted)++] = &rows[i];
	qsort(sorted, *n_sorted, sizeof(*sorted), compare_rows);
	return sorted;
}

/* When the set after the one of the ith row was signed; 0: there is none. */
static int64_t
next_signed(const struct signature_row *const *sorted, size_t n, size_t i)
{
	const struct signature_row *row = sorted[i];

	while (i < n && is_one_set(row, sorted[i]))
		i++;
	return i < n ? sorted[i]->created_at : 0;
}

void
zone_history_add_signatures(struct zone_history *history,
    const struct signature_row *rows, size_t n)
{
	const struct signature_row **sorted;
	struct history_set *set = NULL;
	char text[WHEN_TEXT_LEN];
	size_t i;

	sorted = sort(history, rows, n, &n);
	for (i = 0; i < n; i++) {
		if (i == 0 || !is_one_set(sorted[i - 1], sorted[i])) {
			zone_history_supersede(history, HISTORY_SIGNED,
			    sorted[i]->created_at);
			set = zone_history_add_set(history, HISTORY_SIGNED,
			    sorted[i]->created_at);
			int64_raise(&set->from_at, sorted[i]->inception_at);
			(void)snprintf(set->what, sizeof(set->what),
			    "signed at %s",
			    when_rfc3339(sorted[i]->created_at, text));
			add_foreign(history, set, sorted[i],
			    next_signed(sorted, n, i));
		}
		add_row(set, find_ksk(history, sorted[i]->ksk_id), sorted[i]);
	}
	free(sorted);
}

void
zone_history_add_planned(struct zone_history *history, int64_t at,
    int64_t until_at, const struct zone_history_key *keys, size_t n)
{
	struct history_set *set;
	struct oracle_key key;
	size_t i;

	zone_history_supersede(history, HISTORY_SIGNED, at);
	set = zone_history_add_set(history, HISTORY_SIGNED, at);
	set->until_at = until_at;
	(void)snprintf(set->what, sizeof(set->what), "signed now");
	for (i = 0; i < n; i++) {
		key = zone_history_key_of(keys[i].dnskey);
		name_key(set, &key);
		zone_history_add_sig(set, zone_history_add_key(set, &key,
		    keys[i].is_revoked), at, until_at);
	}
}
