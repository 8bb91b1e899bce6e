#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_cmk.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/zone_life.h"

void
cmd_ksk_put(struct json *json, const struct ksk *ksk)
{
	char text[NAME_TEXT_MAX];
	struct buf record = BUF_INIT;

	json_put_text(json, "id", ksk->row.id);
	json_put_text(json, "zone", ksk->row.zone);
	json_put_int(json, "key_tag", ksk->row.key_tag);
	json_put_text(json, "algorithm", alg_name(ksk->row.alg));
	json_put_int(json, "bits", dnskey_bits(&ksk->dnskey));
	json_put_text(json, "state", ksk->row.state);
	json_put_int(json, "generation", ksk->row.generation);
	json_put_text(json, "cmk", ksk->cmk->row.name);
	json_put_text(json, "custody",
	    policy_custody_name(ksk->cmk->policy->custody));
	json_put_text(json, "created", when_rfc3339(ksk->row.created_at,
	    text));
	json_put_text(json, "ds_seen", ksk->row.ds_seen_at == 0 ? NULL :
	    when_rfc3339(ksk->row.ds_seen_at, text));
	json_put_text(json, "ds_gone", ksk->row.ds_gone_at == 0 ? NULL :
	    when_rfc3339(ksk->row.ds_gone_at, text));
	dnskey_text(&ksk->dnskey, &record);
	json_put_text(json, "dnskey", buf_text(&record));
	buf_free(&record);
}

void
cmd_ksk_put_foreign(struct json *json, const struct zone_life *zone, size_t i,
    int64_t now_at)
{
	const struct foreign_key_row *row = &zone->foreign[i - zone->n_ksks];
	struct buf record = BUF_INIT;
	char text[WHEN_TEXT_LEN];

	json_put_text(json, "id", row->id);
	json_put_text(json, "zone", zone->text);
	json_put_int(json, "key_tag", row->key_tag);
	json_put_text(json, "algorithm", alg_name(row->alg));
	json_put_bool(json, "foreign", true);
	json_put_text(json, "state", life_word(&zone->life, i, now_at));
	json_put_text(json, "dnskey_state", life_state_name(
	    life_dnskey_state(&zone->life, i, now_at)));
	json_put_text(json, "ds", life_state_name(
	    life_ds_state(&zone->life, i, now_at)));
	json_put_text(json, "added", when_rfc3339(row->added_at, text));
	dnskey_text(zone_life_dnskey(zone, i), &record);
	json_put_text(json, "dnskey", buf_text(&record));
	buf_free(&record);
}

bool
cmd_ksk_note_next(const struct ksk *list, size_t n, struct cmd *cmd)
{
	const struct policy *wrapped = NULL;
	const char *zone = NULL;
	size_t i, n_new = 0;

	for (i = 0; i < n; i++) {
		if (strcmp(list[i].row.state, "generated") != 0)
			continue;
		if (n_new++ == 0)
			zone = list[i].row.zone;
		if (list[i].cmk->policy->custody == CUSTODY_WRAPPED)
			wrapped = list[i].cmk->policy;
	}
	if (wrapped != NULL)
		session_note(cmd->session, "only the store has the private "
		    "key%s, as ciphertext (custody: wrapped): kmgr backup "
		    "FILE before the DS%s", n_new == 1 ? "" : "s",
		    wrapped->require_backup ? ", which is not asked for "
		    "without" : " is at the parent");
	if (n_new == 1)
		session_note(cmd->session, "next: kmgr sign-zsks %s FILE, "
		    "with the zone signer's ZSKs; then kmgr get-ds %s, for "
		    "the parent", zone, zone);
	else if (n_new > 1)
		session_note(cmd->session, "next: kmgr sign-zsks --zones-from "
		    "DIR, with the zone signers' ZSKs in DIR/ZONE.zone; then "
		    "kmgr get-ds --zones-from FILE, for the parents");
	return n_new > 0;
}

int
cmd_ksk_check_pins(struct cmd *cmd, const struct ksk *list, size_t n,
    struct error *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++)
		rc = cmd_cmk_check_pins(cmd, list[i].cmk, err);
	return rc;
}

int
cmd_ksk_load(struct cmd *cmd, struct cmk_cache *cache, const char *text,
    struct name *zone, struct ksk **out, size_t *n, struct error *err)
{
	char name[NAME_TEXT_MAX];
	struct store *store;

	if (session_store(cmd->session, &store, err) != 0)
		return -1;
	if (strchr(text, '/') != NULL) {
		if (ksk_find(store, cache, text, out, err) != 0)
			return -1;
		*n = 1;
		*zone = (*out)->zone;
	} else if (cmd_zone(text, zone, err) != 0 ||
	    ksk_load(store, cache, zone, NULL, out, n, err) != 0)
		return -1;
	if (*n == 0) {
		(void)err_set(err, ERR_INPUT, "zone %s has no KSK",
		    name_text(zone, name));
		return err_hint(err, "kmgr create-ksk %s --cmk NAME makes one",
		    name);
	}
	return cmd_ksk_check_pins(cmd, *out, *n, err);
}
