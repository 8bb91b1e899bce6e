#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/cmd_ds.h"
#include "kmgr/dns/epp.h"

static void
record_text(const struct cmd_ds_one *one, struct buf *out)
{

	ds_text(&one->ds, out);
}

void
cmd_ds_zone(const struct cmd_ds_set *data, struct buf *out)
{
	size_t i;

	for (i = 0; i < data->n; i++) {
		buf_printf(out, "%s IN DS ", data->zone_text);
		record_text(&data->list[i], out);
		buf_printf(out, "\n");
	}
}

void
cmd_ds_cds(const struct cmd_ds_set *data, struct buf *out)
{
	size_t i;

	for (i = 0; i < data->n; i++) {
		buf_printf(out, "%s IN CDS ", data->zone_text);
		record_text(&data->list[i], out);
		buf_printf(out, "\n");
	}
	for (i = 0; i < data->n_ksks; i++) {
		buf_printf(out, "%s IN CDNSKEY ", data->zone_text);
		dnskey_text(&data->ksks[i].dnskey, out);
		buf_printf(out, "\n");
	}
}

/* For the parent's primary: nsupdate(1) adds, and removes nothing. */
void
cmd_ds_nsupdate(const struct cmd_ds_set *data, struct buf *out)
{
	size_t i;

	for (i = 0; i < data->n; i++) {
		buf_printf(out, "update add %s %lld IN DS ", data->zone_text,
		    (long long)data->list[i].ksk->cmk->policy->
		    parent_ds_ttl_s);
		record_text(&data->list[i], out);
		buf_printf(out, "\n");
	}
	buf_printf(out, "send\n");
}

void
cmd_ds_epp_ds(const struct cmd_ds_set *data, struct buf *out)
{
	struct ds *ds = mem_new(data->n * sizeof(*ds));
	size_t i;

	for (i = 0; i < data->n; i++)
		ds[i] = data->list[i].ds;
	epp_add_ds(data->zone, ds, data->n, out);
	free(ds);
}

void
cmd_ds_epp_key(const struct cmd_ds_set *data, struct buf *out)
{
	struct dnskey *keys = mem_new(data->n_ksks * sizeof(*keys));
	size_t i;

	for (i = 0; i < data->n_ksks; i++)
		keys[i] = data->ksks[i].dnskey;
	epp_add_keys(data->zone, keys, data->n_ksks, out);
	free(keys);
}
