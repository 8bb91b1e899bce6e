/* KSKs that no endorsement is left of, by what their zone publishes. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/ksk_rules.h"
#include "kmgr/engine/loss_internal.h"

#define ID_DIGITS    16		/* of the KSK's id, behind LOSS_LABEL */
#define HINT_DIGITS  8		/* then a colon and those of the policy */
#define ZONE_MAX_LEN (1 << 20)	/* bytes of a file of DNSKEY records */

/*
 * The CMK that the pair was made under: the label has a hint of its policy.
 * Where several CMKs have that policy, nobody can tell.
 */
static int
guess_cmk(const struct loss *loss, const struct loss_pair *pair,
    struct loss_cmk **out, struct error *err)
{
	const char *label = hsm_key_label(pair->key);
	const size_t at = strlen(LOSS_LABEL) + ID_DIGITS + 1;
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	size_t i, n = 0;

	*out = pair->cmk;
	if (pair->cmk != NULL)
		return 0;
	for (i = 0; i < loss->n_cmks; i++) {
		(void)text_hex(loss->cmks[i].cmk->row.policy_hash,
		    CRYPTO_SHA256_LEN, hex);
		if (strlen(label) == at + HINT_DIGITS &&
		    strncmp(label + at, hex, HINT_DIGITS) != 0)
			continue;
		*out = &loss->cmks[i];
		n++;
	}
	if (n == 1)
		return 0;
	*out = NULL;
	(void)err_set(err, ERR_INPUT, n == 0 ? "the label \"%s\" is of no CMK "
	    "that is lost" : "the label \"%s\" is of a policy that several "
	    "CMKs have: nobody can tell whose KSK it is", label);
	return n == 0 ? -1 : err_hint(err, "its endorsement file says it "
	    "(--endorsement)");
}

/* How many KSKs the zone has, adopted ones too, and the next generation. */
static int
count_zone(struct loss *loss, const char *zone, size_t *n_present,
    int64_t *generation, struct error *err)
{
	struct ksk_row *rows;
	size_t i, k, n;

	*n_present = 0;
	*generation = 1;
	if (store_ksk_list(loss->store, zone, NULL, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		*n_present += ksk_rules_counts(&rows[i]);
		if (*generation <= rows[i].generation)
			*generation = rows[i].generation + 1;
	}
	ksk_rows_free(rows, n);
	for (i = 0; i < loss->n_pairs; i++)
		for (k = 0; k < loss->pairs[i].n_ksks; k++) {
			const struct ksk_row *row = &loss->pairs[i].ksks[k];

			if (strcmp(row->zone, zone) != 0)
				continue;
			(*n_present)++;
			if (*generation <= row->generation)
				*generation = row->generation + 1;
		}
	return 0;
}

/* The pair, which the zone publishes as dnskey, becomes its KSK. */
static int
take_published(struct loss *loss, const struct name *zone,
    const struct dnskey *dnskey, struct loss_pair *pair, struct error *err)
{
	struct ksk_row row = { .alg = dnskey->alg,
		.created_at = session_now(loss->session) };
	char text[NAME_TEXT_MAX];
	struct loss_cmk *cmk;
	size_t n_present;
	int rc;

	if (guess_cmk(loss, pair, &cmk, err) != 0 ||
	    count_zone(loss, name_text(zone, text), &n_present,
	    &row.generation, err) != 0 ||
	    ksk_rules_allow(cmk->cmk, zone, n_present, err) != 0 ||
	    store_id_new(row.id, err) != 0)
		return -1;
	if (hsm_key_alg(pair->key) != cmk->cmk->policy->alg)
		return err_set(err, ERR_POLICY, "the pair %s is of another "
		    "algorithm than the policy of CMK %s allows", pair->id,
		    cmk->cmk->row.name);
	memcpy(row.cmk_id, cmk->cmk->row.id, sizeof(row.cmk_id));
	memcpy(row.key_id, pair->id, sizeof(row.key_id));
	row.zone = mem_strdup(text);
	row.key_tag = dnskey_tag(dnskey);
	row.revoked_tag = dnskey_revoked_tag(dnskey);
	dnskey_rdata(dnskey, &row.dnskey);
	rc = loss_adopt_pair(loss, pair, cmk, &row, err);
	ksk_row_clear(&row);
	return rc;
}

/* Whether the pair is the zone's KSK already, by an endorsement. */
static bool
is_taken(const struct loss_pair *pair, const char *zone)
{
	size_t i;

	for (i = 0; i < pair->n_ksks; i++)
		if (strcmp(pair->ksks[i].zone, zone) == 0)
			return true;
	return false;
}

static int
take_record(struct loss *loss, const struct name *zone,
    const struct zonefile_record *record, size_t *n, struct error *err)
{
	struct crypto_key *public = NULL;
	char text[NAME_TEXT_MAX];
	struct loss_pair *pair;
	struct dnskey dnskey;
	int rc = 0;

	if (record->type != RRTYPE_DNSKEY ||
	    !name_is_same(&record->owner, zone))
		return 0;
	if (dnskey_from_rdata(record->rdata, record->rdata_len, &dnskey,
	    err) != 0)
		return -1;
	if (dnskey.flags != DNSKEY_FLAGS_KSK)
		return 0;
	if (dnskey_public(&dnskey, &public, err) != 0)
		return -1;
	pair = loss_find_pair(loss, NULL, public);
	if (pair != NULL) {
		(*n)++;
		if (!is_taken(pair, name_text(zone, text)))
			rc = take_published(loss, zone, &dnskey, pair, err);
	}
	crypto_key_free(public);
	return rc;
}

static int
explain_none(const struct loss *loss, struct error *err)
{
	size_t i;

	(void)err_set(err, ERR_INPUT, "none of the KSKs in it has its pair in "
	    "token %s unknown to the store", loss->request->token);
	for (i = 0; i < loss->n_cmks; i++)
		if (loss->cmks[i].cmk->policy->custody == CUSTODY_WRAPPED)
			return err_hint(err, "no token has wrapped KSKs, as "
			    "those of CMK %s are: a backup or an exported "
			    "ledger brings them back",
			    loss->cmks[i].cmk->row.name);
	return -1;
}

int
loss_take_zone(struct loss *loss, const struct loss_zone *wanted,
    struct error *err)
{
	struct zonefile *file = NULL;
	struct buf text = BUF_INIT;
	char zone[NAME_TEXT_MAX];
	size_t i, n = 0;
	int rc = -1;

	if (file_read(wanted->path, ZONE_MAX_LEN, &text, err) != 0 ||
	    zonefile_read(buf_text(&text), text.len, wanted->path,
	    &wanted->zone, &file, err) != 0)
		goto out;
	for (i = 0; i < file->n_records; i++)
		if (take_record(loss, &wanted->zone, &file->records[i], &n,
		    err) != 0)
			goto out;
	if (n > 0)
		rc = 0;
	else
		(void)explain_none(loss, err);
 out:
	zonefile_free(file);
	buf_free(&text);
	return rc == 0 ? 0 : err_wrap(err, "zone %s, %s", name_text(
	    &wanted->zone, zone), wanted->path);
}
