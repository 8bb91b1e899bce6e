#include <string.h>

#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/zone_past.h"
#include "kmgr/ksr/codec.h"

int
zone_past_ksk(struct zone_history *history, const struct ksk_row *row,
    struct error *err)
{
	const struct zone_history_facts ds = { row->ds_add_at,
		row->ds_seen_at, row->ds_remove_at, row->ds_gone_at, 0 };
	struct dnskey dnskey;

	if (dnskey_from_rdata(row->dnskey.data, row->dnskey.len, &dnskey,
	    err) != 0)
		return -1;
	zone_history_add_ksk(history, row->id, &dnskey, &ds);
	return 0;
}

int
zone_past_sets(struct store *store, const char *zone, int64_t since_at,
    struct zone_history *history, struct error *err)
{
	struct signature_row *rows;
	size_t n;

	if (store_signature_sets(store, zone, since_at, &rows, &n, err) != 0)
		return -1;
	zone_history_add_signatures(history, rows, n);
	signature_rows_free(rows, n);
	return 0;
}

int
zone_past_response(struct zone_history *history, const struct ksr_row *row,
    const char *text, int64_t now_at, struct error *err)
{
	struct ksr *response = NULL;

	if (strcmp(row->kind, KSR_REGULAR) != 0)
		return 0;
	if (text == NULL && row->expires_at > now_at) {
		/* It may be served: it cannot be left out of what is judged. */
		(void)err_set(err, ERR_INTEGRITY, "zone %s: the text of "
		    "response %s, which may be served still, is gone",
		    row->zone, row->id);
		return err_hint(err, "give the file with --previous-skr, or "
		    "restore the store from a backup that has it");
	}
	if (text == NULL)
		return 0;
	if (codec_read(text, strlen(text), "an earlier response", &response,
	    err) != 0)
		return -1;
	zone_history_add_response(history, response, KSR_OPEN);
	ksr_free(response);
	return 0;
}
