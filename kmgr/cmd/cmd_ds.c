#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ds.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/dns/ds.h"
#include "kmgr/engine/ksk.h"
#include "kmgr/engine/pins.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/store/store_zone.h"

/* Of another provider: it has no CMK of its own, and borrows one here. */
static bool
is_foreign(const struct ksk *ksk)
{

	return ksk->row.cmk_id[0] == '\0';
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
	json_put_bool(row, "foreign", is_foreign(one->ksk));
	json_put_text(row, "cmk", is_foreign(one->ksk) ? NULL :
	    one->ksk->cmk->row.name);
	json_put_text(row, "cmk_id", is_foreign(one->ksk) ? NULL :
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

static void
print_json(const struct cmd_ds_set *data, struct buf *out)
{
	struct json *list = cmd_ds_json(data);

	json_pretty(list, out);
	json_free(list);
}

static const struct ds_format {
	const char	*name;
	void		(*print)(const struct cmd_ds_set *, struct buf *);
	void		(*diff)(const struct cmd_ds_diff *, struct buf *);
} formats[] = {
	{ "zone", cmd_ds_zone, cmd_ds_diff_zone },
	{ "json", print_json, cmd_ds_diff_json },
	{ "form", cmd_ds_form, cmd_ds_diff_form },
	{ "epp-ds", cmd_ds_epp_ds, cmd_ds_diff_epp_ds },
	{ "epp-key", cmd_ds_epp_key, cmd_ds_diff_epp_key },
	{ "cds", cmd_ds_cds, cmd_ds_diff_cds },
	{ "nsupdate", cmd_ds_nsupdate, cmd_ds_diff_nsupdate },
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
note_early(struct cmd *cmd, const struct cmd_ds_set *data,
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

		if (is_foreign(ksk))
			continue;
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

static int
refuse_none(const struct ksk *ksk, const struct zone_life *zone, size_t i,
    int64_t now_at, struct error *err)
{
	char at[WHEN_TEXT_LEN];

	if (ksk->row.ds_gone_at != 0)
		(void)err_set(err, ERR_POLICY, "KSK %s/%u is %s: its DS is "
		    "gone from the parent since %s", ksk->row.zone,
		    ksk->row.key_tag, life_word(&zone->life, i, now_at),
		    when_rfc3339(ksk->row.ds_gone_at, at));
	else
		(void)err_set(err, ERR_POLICY, "KSK %s/%u is %s: the parent "
		    "should have no DS of it", ksk->row.zone,
		    ksk->row.key_tag, life_word(&zone->life, i, now_at));
	return err_hint(err, "kmgr create-ksk %s --another --cmk NAME makes a "
	    "new KSK", ksk->row.zone);
}

/* Whether it is on its way to a DS, be it not time yet. */
static bool
is_coming(const struct zone_life *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->life.keys[i];

	return key->retire_at == 0 && !key->is_compromised &&
	    key->ds_gone_at == 0 && zone->life.goal == LIFE_SECURE &&
	    key->standby != LIFE_STANDBY_DNSKEY &&
	    life_ds_state(&zone->life, i, now_at) == LIFE_HIDDEN;
}

/*
 * Keep those of the *n KSKs whose DS the parent should have, or, where it
 * should have none yet, those that are on their way. is_early says which.
 */
static int
keep_wanted(const struct zone_life *zone, struct ksk *list, size_t *n,
    int64_t now_at, bool *is_early, struct error *err)
{
	size_t i, k, kept = 0;
	struct ksk other;
	int pass;

	for (pass = 0; pass < 2 && kept == 0; pass++) {
		*is_early = pass == 1;
		for (k = 0; k < *n; k++) {
			i = zone_life_find(zone, list[k].row.id);
			if (i >= zone->n_ksks || (pass == 0 ?
			    !zone_life_wants_ds(zone, i, now_at) :
			    !is_coming(zone, i, now_at)))
				continue;
			other = list[kept];
			list[kept++] = list[k];
			list[k] = other;
		}
	}
	if (kept == 0)
		return refuse_none(&list[0], zone, zone_life_find(zone,
		    list[0].row.id), now_at, err);
	while (*n > kept)
		ksk_row_clear(&list[--*n].row);
	return 0;
}

/* Other providers' keys, as the parent is to have their DS beside ours. */
static void
add_foreign(const struct zone_life *zone, int64_t now_at, bool is_early,
    struct ksk **list, size_t *n)
{
	const size_t n_own = *n;
	struct ksk *ksk;
	size_t i, k;

	for (k = 0; k < zone->n_foreign; k++) {
		i = zone->n_ksks + k;
		if (!zone_life_wants_ds(zone, i, now_at) &&
		    !(is_early && is_coming(zone, i, now_at)))
			continue;
		ksk = mem_push(list, (*n)++, sizeof(*ksk));
		*ksk = (struct ksk) { .zone = zone->name,
			.dnskey = zone->foreign_dnskeys[k],
			.cmk = (*list)[n_own - 1].cmk };
		memcpy(ksk->row.id, zone->foreign[k].id,
		    sizeof(ksk->row.id));
		ksk->row.zone = mem_strdup(zone->text);
		ksk->row.key_tag = zone->foreign[k].key_tag;
		ksk->row.alg = zone->foreign[k].alg;
		ksk->row.created_at = zone->foreign[k].added_at;
		ksk->row.state = mem_strdup("foreign");
	}
}

/* The words of the life cycle, as status has them. */
static void
put_words(const struct zone_life *zone, int64_t now_at, struct ksk *list,
    size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		k = zone_life_find(zone, list[i].row.id);
		if (k == LIFE_NONE)
			continue;
		free(list[i].row.state);
		list[i].row.state = mem_strdup(life_word(&zone->life, k,
		    now_at));
	}
}

int
cmd_get_ds(struct cmd *cmd, struct error *err)
{
	struct cmd_ds_set data = { 0 };
	const struct ds_format *format;
	struct cmk_cache cache = { 0 };
	struct signature_row *rows = NULL;
	struct zone_life *life = NULL;
	struct ksk *ksks = NULL;
	struct store *store;
	bool is_early = false;
	struct name zone;
	size_t n_rows = 0;
	int rc = -1;

	if (find_format(args_get(cmd->args, OPT_FORMAT), &format, err) != 0)
		return -1;
	if (args_has(cmd->args, OPT_DIFF))
		return cmd_ds_diff(cmd, format->diff, err);
	if (cmd_ksk_load(cmd, &cache, cmd->args->words[0], &zone, &ksks,
	    &data.n_ksks, err) != 0 ||
	    session_store(cmd->session, &store, err) != 0)
		goto out;
	data.zone = &zone;
	(void)name_text(&zone, data.zone_text);
	if (pins_note_unmatched(cmd->session, err) != 0 ||
	    zone_life_load(cmd->session, &cache, &zone, &life, err) != 0 ||
	    keep_wanted(life, ksks, &data.n_ksks, session_now(cmd->session),
	    &is_early, err) != 0 || store_signature_list(
	    store, data.zone_text, &rows, &n_rows, err) != 0)
		goto out;
	if (strchr(cmd->args->words[0], '/') == NULL)
		add_foreign(life, session_now(cmd->session), is_early, &ksks,
		    &data.n_ksks);
	put_words(life, session_now(cmd->session), ksks, data.n_ksks);
	data.ksks = ksks;
	cmd_ds_collect(&data);
	if (is_early)
		note_early(cmd, &data, rows, n_rows);
	format->print(&data, &cmd->text);
	json_put_take(cmd->json, "ds", cmd_ds_json(&data));
	rc = 0;
 out:
	free(data.list);
	signature_rows_free(rows, n_rows);
	ksk_list_free(ksks, data.n_ksks);
	zone_life_free(life);
	cmk_cache_clear(&cache);
	return rc;
}
