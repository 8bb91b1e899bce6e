#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/epp.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/ksk_use.h"
#include "kmgr/engine/pins.h"
#include "kmgr/store/store_zone.h"

/* One KSK's DS, for each digest type of its policy. */
struct parent_ds {
	const struct ksk	*ksk;
	struct ds		 ds;
};

struct parent_data {
	const struct name	*zone;
	char			 zone_text[NAME_TEXT_MAX];
	const struct ksk	*ksks;
	size_t			 n_ksks;
	struct parent_ds	*list;
	size_t			 n;
};

static void
record_text(const struct parent_ds *one, struct buf *out)
{

	ds_text(&one->ds, out);
}

static void
print_zone(const struct parent_data *data, struct buf *out)
{
	size_t i;

	for (i = 0; i < data->n; i++) {
		buf_printf(out, "%s IN DS ", data->zone_text);
		record_text(&data->list[i], out);
		buf_printf(out, "\n");
	}
}

static void
print_cds(const struct parent_data *data, struct buf *out)
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
static void
print_nsupdate(const struct parent_data *data, struct buf *out)
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

static void
print_epp_ds(const struct parent_data *data, struct buf *out)
{
	struct ds *ds = mem_new(data->n * sizeof(*ds));
	size_t i;

	for (i = 0; i < data->n; i++)
		ds[i] = data->list[i].ds;
	epp_add_ds(data->zone, ds, data->n, out);
	free(ds);
}

static void
print_epp_key(const struct parent_data *data, struct buf *out)
{
	struct dnskey *keys = mem_new(data->n_ksks * sizeof(*keys));
	size_t i;

	for (i = 0; i < data->n_ksks; i++)
		keys[i] = data->ksks[i].dnskey;
	epp_add_keys(data->zone, keys, data->n_ksks, out);
	free(keys);
}

/* What Route 53 shows as "information to create DS record", and more. */
static void
put_one(struct json *row, const struct parent_data *data,
    const struct parent_ds *one)
{
	char at[WHEN_TEXT_LEN];
	struct buf text = BUF_INIT;
	char *key, *digest;

	key = crypto_base64(one->ksk->dnskey.key, one->ksk->dnskey.key_len);
	json_put_text(row, "zone", data->zone_text);
	json_put_text(row, "name", one->ksk->row.id);
	json_put_text(row, "cmk", one->ksk->cmk->row.name);
	json_put_text(row, "cmk_id", one->ksk->cmk->row.id);
	json_put_text(row, "key_type", "KSK");
	json_put_int(row, "flag", one->ksk->dnskey.flags);
	json_put_int(row, "protocol", one->ksk->dnskey.protocol);
	json_put_int(row, "signing_algorithm_type", one->ds.alg);
	json_put_text(row, "signing_algorithm_mnemonic",
	    alg_name(one->ds.alg));
	json_put_int(row, "digest_algorithm_type", one->ds.digest_type);
	json_put_text(row, "digest_algorithm_mnemonic",
	    digest_name((enum digest)one->ds.digest_type));
	json_put_int(row, "key_tag", one->ds.key_tag);
	ds_text(&one->ds, &text);
	json_put_text(row, "ds_record", buf_text(&text));
	digest = strrchr((char *)text.data, ' ');
	json_put_text(row, "digest_value", digest + 1);
	buf_free(&text);
	json_put_text(row, "public_key", key);
	dnskey_text(&one->ksk->dnskey, &text);
	json_put_text(row, "dnskey_record", buf_text(&text));
	buf_free(&text);
	json_put_text(row, "status", one->ksk->row.state);
	json_put_text(row, "created_date",
	    when_rfc3339(one->ksk->row.created_at, at));
	free(key);
}

static const struct {
	const char	*member;
	const char	*label;
} form_rows[] = {
	{ "zone", "Zone" },
	{ "name", "KSK id" },
	{ "cmk", "Customer master key" },
	{ "key_type", "Key type" },
	{ "flag", "Flags" },
	{ "protocol", "Protocol" },
	{ "key_tag", "Key tag" },
	{ "signing_algorithm_type", "Signing algorithm" },
	{ "signing_algorithm_mnemonic", "Signing algorithm name" },
	{ "digest_algorithm_type", "Digest algorithm" },
	{ "digest_algorithm_mnemonic", "Digest algorithm name" },
	{ "digest_value", "Digest" },
	{ "public_key", "Public key" },
	{ "ds_record", "DS record" },
	{ "dnskey_record", "DNSKEY record" },
	{ "status", "Status" },
	{ "created_date", "Created" },
};

/* Labelled lines, as registrars' web forms ask for them. */
static void
print_form(const struct parent_data *data, struct buf *out)
{
	struct json *row;
	const char *text;
	int64_t number;
	size_t i, k;

	for (i = 0; i < data->n; i++) {
		row = json_new_object();
		put_one(row, data, &data->list[i]);
		if (i > 0)
			buf_printf(out, "\n");
		for (k = 0; k < sizeof(form_rows) / sizeof(form_rows[0]);
		    k++) {
			buf_printf(out, "%-24s", form_rows[k].label);
			text = json_get_text(row, form_rows[k].member);
			if (text != NULL)
				buf_printf(out, "%s\n", text);
			else if (json_get_int(row, form_rows[k].member,
			    &number))
				buf_printf(out, "%lld\n", (long long)number);
		}
		json_free(row);
	}
}

static struct json *
data_json(const struct parent_data *data)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; i < data->n; i++)
		put_one(json_add_object(list), data, &data->list[i]);
	return list;
}

static void
print_json(const struct parent_data *data, struct buf *out)
{
	struct json *list = data_json(data);

	json_pretty(list, out);
	json_free(list);
}

static const struct ds_format {
	const char	*name;
	void		(*print)(const struct parent_data *, struct buf *);
} formats[] = {
	{ "zone", print_zone },
	{ "json", print_json },
	{ "form", print_form },
	{ "epp-ds", print_epp_ds },
	{ "epp-key", print_epp_key },
	{ "cds", print_cds },
	{ "nsupdate", print_nsupdate },
};
#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

static int
find_format(const char *name, const struct ds_format **out, struct error *err)
{
	struct buf names = BUF_INIT;
	size_t i;

	for (i = 0; i < N_FORMATS; i++) {
		*out = &formats[i];
		if (name == NULL || strcmp(name, formats[i].name) == 0)
			break;
		buf_printf(&names, "%s%s", i > 0 ? ", " : "",
		    formats[i].name);
	}
	if (i == N_FORMATS) {
		(void)err_set(err, ERR_USAGE, "no format \"%.32s\"", name);
		(void)err_hint(err, "formats are: %s", buf_text(&names));
	}
	buf_free(&names);
	return i < N_FORMATS ? 0 : -1;
}

static void
collect(struct parent_data *data)
{
	struct parent_ds *one;
	size_t i, k;

	for (i = 0; i < data->n_ksks; i++) {
		const struct policy *policy = data->ksks[i].cmk->policy;

		for (k = 0; k < policy->n_digests; k++) {
			one = mem_push(&data->list, data->n++, sizeof(*one));
			one->ksk = &data->ksks[i];
			ds_init(&one->ds, data->zone, &data->ksks[i].dnskey,
			    policy->digests[k]);
		}
	}
}

/* When ksk first signed; 0: never. */
static int64_t
first_signed(const struct ksk *ksk, const struct signature_row *rows,
    size_t n)
{
	int64_t at = 0;
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(rows[i].ksk_id, ksk->row.id) == 0 &&
		    (at == 0 || rows[i].created_at < at))
			at = rows[i].created_at;
	return at;
}

/*
 * A DS ahead of its DNSKEY makes the zone bogus for who validates. RFC 7583
 * s3.3.1: IpubC = DprpC + TTLkey, and a safety margin.
 */
static void
note_early(struct cmd *cmd, const struct parent_data *data,
    const struct signature_row *rows, size_t n)
{
	char text[WHEN_TEXT_LEN];
	size_t i;

	for (i = 0; i < data->n_ksks; i++) {
		const struct ksk *ksk = &data->ksks[i];
		const struct policy *policy = ksk->cmk->policy;
		const int64_t at = first_signed(ksk, rows, n);
		const int64_t ready_at = at + policy->dnskey_ttl_s +
		    policy->zone_propagation_delay_s +
		    policy->publish_safety_s;

		if (at == 0)
			session_note(cmd->session, "KSK %s/%u is not published "
			    "yet: put what sign-zsks prints into the zone and "
			    "wait until caches have it, before the parent gets "
			    "its DS", data->zone_text, ksk->row.key_tag);
		else if (session_now(cmd->session) < ready_at)
			session_note(cmd->session, "the parent may have the DS "
			    "of KSK %s/%u from %s on, if the zone has been "
			    "serving the key since it was first signed "
			    "(dnskey-ttl + zone-propagation-delay + "
			    "publish-safety)", data->zone_text,
			    ksk->row.key_tag, when_rfc3339(ready_at, text));
	}
}

/* Keep those of the *n KSKs whose DS the parent should have. */
static int
drop_gone(struct ksk *list, size_t *n, struct error *err)
{
	const size_t n_wanted = ksk_use_wanted_first(list, *n);
	char at[WHEN_TEXT_LEN];

	if (n_wanted == 0) {
		(void)err_set(err, ERR_POLICY, "KSK %s/%u is %s: its DS is "
		    "gone from the parent since %s", list[0].row.zone,
		    list[0].row.key_tag, list[0].row.state,
		    when_rfc3339(list[0].row.ds_gone_at, at));
		return err_hint(err, "kmgr create-ksk %s --another --cmk NAME "
		    "makes a new KSK", list[0].row.zone);
	}
	while (*n > n_wanted)
		ksk_row_clear(&list[--*n].row);
	return 0;
}

int
cmd_get_ds(struct cmd *cmd, struct error *err)
{
	struct parent_data data = { 0 };
	const struct ds_format *format;
	struct cmk_cache cache = { 0 };
	struct signature_row *rows = NULL;
	struct ksk *ksks = NULL;
	struct store *store;
	struct name zone;
	size_t n_rows = 0;
	int rc = -1;

	if (find_format(args_get(cmd->args, OPT_FORMAT), &format, err) != 0 ||
	    cmd_ksk_load(cmd, &cache, cmd->args->words[0], &zone, &ksks,
	    &data.n_ksks, err) != 0 ||
	    session_store(cmd->session, &store, err) != 0)
		goto out;
	data.zone = &zone;
	data.ksks = ksks;
	(void)name_text(&zone, data.zone_text);
	if (pins_note_unmatched(cmd->session, err) != 0 ||
	    drop_gone(ksks, &data.n_ksks, err) != 0 || store_signature_list(
	    store, data.zone_text, &rows, &n_rows, err) != 0)
		goto out;
	collect(&data);
	note_early(cmd, &data, rows, n_rows);
	format->print(&data, &cmd->text);
	json_put_take(cmd->json, "ds", data_json(&data));
	rc = 0;
 out:
	free(data.list);
	signature_rows_free(rows, n_rows);
	ksk_list_free(ksks, data.n_ksks);
	cmk_cache_clear(&cache);
	return rc;
}
