#include <string.h>

#include "kmgr/dns/rrset.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/verify_internal.h"
#include "kmgr/store/store_zone.h"

#define PAGE 1000		/* sets that are read at a time */

/* The set again, as it was hashed and written when it was admitted. */
static struct rrset *
build(const struct zonefile *file, const struct name *zone)
{
	struct rrset *rrset = rrset_new(zone, RRTYPE_DNSKEY,
	    file->records[0].ttl);
	size_t i;

	for (i = 0; i < file->n_records; i++)
		rrset_add(rrset, file->records[i].rdata,
		    file->records[i].rdata_len);
	return rrset;
}

static bool
is_as_admitted(const struct zsk_set_row *row, const struct zonefile *file,
    const struct name *zone)
{
	struct buf wire = BUF_INIT, text = BUF_INIT;
	struct rrset *rrset = build(file, zone);
	uint8_t hash[CRYPTO_SHA256_LEN];
	bool is_same;

	rrset_wire(rrset, &wire);
	rrset_text(rrset, &text);
	crypto_sha256(wire.data, wire.len, hash);
	is_same = memcmp(hash, row->hash, sizeof(hash)) == 0 &&
	    strcmp(buf_text(&text), row->text) == 0;
	buf_free(&wire);
	buf_free(&text);
	rrset_free(rrset);
	return is_same;
}

static void
check_set(struct verifier *v, const struct zsk_set_row *row)
{
	struct zonefile *file = NULL;
	struct error err = ERR_INIT;
	char text[NAME_TEXT_MAX];
	struct name zone;

	if (name_read(row->zone, &zone, &err) != 0 || zonefile_read(row->text,
	    strlen(row->text), "the set", &zone, &file, &err) != 0)
		verify_add(v, "zsk-set", "ZSK set %lld of zone %s: %s",
		    (long long)row->id, row->zone, err.msg);
	else if (file->n_records == 0 ||
	    strcmp(name_text(&zone, text), row->zone) != 0 ||
	    !is_as_admitted(row, file, &zone))
		verify_add(v, "zsk-set", "ZSK set %lld of zone %s: its "
		    "records and its hash are not of one set",
		    (long long)row->id, row->zone);
	zonefile_free(file);
}

int
verify_zsk_sets(struct verifier *v, struct error *err)
{
	struct zsk_set_row *rows;
	size_t i, n = PAGE;
	int64_t after = 0;

	while (n == PAGE) {
		if (store_zsk_set_page(v->store, after, PAGE, &rows, &n,
		    err) != 0)
			return -1;
		for (i = 0; i < n; i++)
			check_set(v, &rows[i]);
		after = n > 0 ? rows[n - 1].id : after;
		zsk_set_rows_free(rows, n);
	}
	return 0;
}
