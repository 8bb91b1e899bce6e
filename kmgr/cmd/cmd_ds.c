#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ds.h"
#include "kmgr/cmd/command.h"
#include "kmgr/dns/ds.h"

bool
cmd_ds_is_foreign(const struct ksk *ksk)
{

	return ksk->row.cmk_id[0] == '\0';
}

/* Machines that hand it on have to know whether that is too early. */
static void
put_ready(struct json *row, const struct ds_ready *ready)
{
	char at[WHEN_TEXT_LEN];

	json_put_bool(row, "ready", ready->is_ready);
	json_put_text(row, "ready_at", ready->is_ready ||
	    ready->at == LIFE_NEVER ? NULL : when_rfc3339(ready->at, at));
}

/* What Route 53 shows as "information to create DS record", and more. */
static void
put_one(struct json *row, const struct cmd_ds_set *data,
    const struct cmd_ds_one *one)
{
	char at[WHEN_TEXT_LEN];
	struct buf text = BUF_INIT;
	char *key, *digest;

	key = crypto_base64(one->ksk->dnskey.key, one->ksk->dnskey.key_len);
	json_put_text(row, "zone", data->zone_text);
	json_put_text(row, "name", one->ksk->row.id);
	json_put_bool(row, "foreign", cmd_ds_is_foreign(one->ksk));
	json_put_text(row, "cmk", cmd_ds_is_foreign(one->ksk) ? NULL :
	    one->ksk->cmk->row.name);
	json_put_text(row, "cmk_id", cmd_ds_is_foreign(one->ksk) ? NULL :
	    one->ksk->cmk->row.id);
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
	if (one->ready != NULL)
		put_ready(row, one->ready);
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
void
cmd_ds_form(const struct cmd_ds_set *data, struct buf *out)
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
			text = json_get_text(row, form_rows[k].member);
			if (text != NULL)
				buf_printf(out, "%-24s%s\n",
				    form_rows[k].label, text);
			else if (json_get_int(row, form_rows[k].member,
			    &number))
				buf_printf(out, "%-24s%lld\n",
				    form_rows[k].label, (long long)number);
		}
		json_free(row);
	}
}

struct json *
cmd_ds_json(const struct cmd_ds_set *data)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; i < data->n; i++)
		put_one(json_add_object(list), data, &data->list[i]);
	return list;
}

void
cmd_ds_print_json(const struct cmd_ds_set *data, struct buf *out)
{
	struct json *list = cmd_ds_json(data);

	json_pretty(list, out);
	json_free(list);
}

static const struct cmd_ds_format formats[] = {
	{ "zone", cmd_ds_zone, cmd_ds_diff_zone },
	{ "json", cmd_ds_print_json, cmd_ds_diff_json },
	{ "form", cmd_ds_form, cmd_ds_diff_form },
	{ "epp-ds", cmd_ds_epp_ds, cmd_ds_diff_epp_ds },
	{ "epp-key", cmd_ds_epp_key, cmd_ds_diff_epp_key },
	{ "cds", cmd_ds_cds, cmd_ds_diff_cds },
	{ "nsupdate", cmd_ds_nsupdate, cmd_ds_diff_nsupdate },
};
#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

int
cmd_ds_format_find(const char *name, const struct cmd_ds_format **out,
    struct error *err)
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

void
cmd_ds_collect(struct cmd_ds_set *data)
{
	struct cmd_ds_one *one;
	size_t i, k;

	for (i = 0; i < data->n_ksks; i++) {
		const struct policy *policy = data->ksks[i].cmk->policy;

		for (k = 0; k < policy->n_digests; k++) {
			one = mem_push(&data->list, data->n++, sizeof(*one));
			one->ksk = &data->ksks[i];
			one->ready = data->ready == NULL ? NULL :
			    &data->ready[i];
			ds_init(&one->ds, data->zone, &data->ksks[i].dnskey,
			    policy->digests[k]);
		}
	}
}
