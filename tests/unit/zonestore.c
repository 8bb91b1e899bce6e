#include "tests/unit/zonestore.h"

#include "kmgr/base/mem.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/ksk_facts.h"
#include "kmgr/engine/statement.h"

#define BORN (ZONESTORE_NOW - 400 * INT64_C(86400))

static void
write_config(const struct zonestore *zs, const char *config, char path[512])
{
	FILE *file;

	(void)snprintf(path, 512, "%s/kmgr.yaml", zs->help->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fprintf(file, "store: %s\ntokens:\n  main: "
	    "pkcs11:token=away?module-path=/nonexistent/module.so\n%s",
	    zs->help->url, config);
	assert_int_equal(fclose(file), 0);
}

void
zonestore_open(struct zonestore *zs, struct storehelp *help,
    const char *config)
{
	char path[512];

	*zs = (struct zonestore) { .help = help };
	write_config(zs, config, path);
	unit_ok(session_open(&(struct session_options) { .config_path = path,
	    .now_at = ZONESTORE_NOW }, &zs->session, &help->err), &help->err);
	session_take_store(zs->session, help->store);
}

void
zonestore_close(struct zonestore *zs)
{
	size_t i;

	zone_life_free(zs->zone);
	cmk_cache_clear(&zs->cache);
	for (i = 0; i < zs->n_ksks; i++)
		endorsed_free(zs->ksks[i]);
	for (i = 0; i < zs->n_cmks; i++)
		endorsed_free(zs->cmks[i]);
	(void)session_give_store(zs->session);
	session_close(zs->session);
}

/* What endorsed_new() leaves out, as it needs no store. */
static void
put_cmk(struct storehelp *help, const struct endorsed *e, size_t n)
{
	char name[16], label[32], none[] = "{}", list[] = "[]", empty[] = "";
	char token[] = "main", enabled[] = "enabled", role[] = "seal";
	struct cmk_row row = e->cmk.row;	/* borrows texts */
	struct key_row key = e->cmk.key;

	(void)snprintf(name, sizeof(name), "cmk-%zu", n);
	(void)snprintf(label, sizeof(label), "kmgr/seal/%zu", n);
	(void)storehelp_id(0xc000 + (unsigned int)n, key.id);
	row.name = name;
	row.token = row.seal_token = token;
	row.state = enabled;
	row.key_id = key.id;
	row.created_at = key.created_at = BORN;
	row.probe = list;
	row.contact = empty;
	row.tags = key.attributes = none;
	(void)strcpy(key.cmk_id, row.id);
	key.role = role;
	key.label = label;
	key.alg = 13;
	key.bits = 256;
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_cmk_put(help->store, &row, &help->err), &help->err);
	unit_ok(store_key_put(help->store, &key, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
}

size_t
zonestore_cmk(struct zonestore *zs, const char *policy)
{
	char *yaml = mem_printf("version: 1\nzones: [\".\"]\n%s", policy);
	const size_t n = zs->n_cmks++;

	assert_true(n < ZONESTORE_MAX);
	zs->cmks[n] = endorsed_new(ENDORSED_P256, yaml, ZONESTORE_ZONE);
	free(yaml);
	put_cmk(zs->help, zs->cmks[n], n);
	return n;
}

static void
put_facts(struct ksk_row *row, const struct life_key *facts)
{

	zone_life_facts(facts, row);
	row->backup_at = facts->backup_at;
	row->compromised_at = facts->is_compromised ? ZONESTORE_NOW - 1 : 0;
}

/* The row behind the endorsement, which is made anew for it. */
static void
complete_ksk(struct endorsed *e, size_t n, const struct life_key *facts)
{
	static const uint8_t head[CRYPTO_SHA256_LEN] = { 1 };
	const struct life_key none = { .standby = LIFE_NO_STANDBY };
	struct ksk_row *row = &e->ksk.row;
	struct key_row *key = &e->key;

	(void)strcpy(row->cmk_id, e->cmk.row.id);
	row->alg = e->ksk.dnskey.alg;
	row->generation = (int64_t)n + 1;
	row->created_at = BORN;
	row->state = mem_strdup("generated");
	put_facts(row, facts == NULL ? &none : facts);
	(void)strcpy(key->id, row->key_id);
	(void)strcpy(key->cmk_id, row->cmk_id);
	key->role = mem_strdup("ksk");
	key->label = mem_printf("kmgr/ksk/%zu", n);
	key->alg = row->alg;
	key->bits = 256;
	buf_add(&key->spki, "spki", 4);
	key->created_at = BORN;
	free(row->endorsement);
	free(row->endorsement_signature);
	row->endorsement = ksk_endorsement(&e->cmk, key, row, 7, head);
	row->endorsement_signature = endorsed_endorse(e, row->endorsement);
}

void
zonestore_tell(struct zonestore *zs, const char *type,
    struct json *payload_take)
{
	struct storehelp *help = zs->help;

	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(event_append(zs->session, type, payload_take, &help->err),
	    &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	json_free(payload_take);
}

size_t
zonestore_ksk(struct zonestore *zs, size_t cmk, const struct life_key *facts)
{
	struct storehelp *help = zs->help;
	const size_t n = zs->n_ksks++;
	struct endorsed *e;

	assert_true(n < ZONESTORE_MAX && cmk < zs->n_cmks);
	e = zs->ksks[n] = endorsed_another(zs->cmks[cmk], ZONESTORE_ZONE);
	complete_ksk(e, n, facts);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_key_put(help->store, &e->key, &help->err), &help->err);
	unit_ok(store_ksk_put(help->store, &e->ksk.row, &help->err),
	    &help->err);
	/* A new KSK has no instants yet. */
	unit_ok(store_ksk_set_life(help->store, &e->ksk.row, &help->err),
	    &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	zonestore_tell(zs, "create-ksk", ksk_facts_event(&e->ksk.row));
	return n;
}

void
zonestore_change(struct zonestore *zs, size_t i, const struct life_key *facts)
{
	struct ksk_row *row = &zs->ksks[i]->ksk.row;
	struct storehelp *help = zs->help;

	put_facts(row, facts);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_ksk_set_life(help->store, row, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	zonestore_tell(zs, "ksk-step", ksk_facts_event(row));
}

/* A P-256 point of nobody's that n tells from others. */
static void
foreign_dnskey(unsigned int n, struct dnskey *key)
{

	*key = (struct dnskey) { .flags = 257, .protocol = 3, .alg = 13,
		.key_len = 64 };
	memset(key->key, (int)(n + 1), key->key_len);
}

static struct json *
added(const struct zonestore *zs, const struct foreign_key_row *row)
{
	struct json *event = json_new_object();
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct dnskey dnskey;

	unit_ok(dnskey_from_rdata(row->dnskey.data, row->dnskey.len, &dnskey,
	    &err), &err);
	dnskey_text(&dnskey, &text);
	json_put_text(event, "cmk_id", zs->cmks[0]->cmk.row.id);
	json_put_text(event, "foreign_id", row->id);
	json_put_text(event, "zone", row->zone);
	json_put_text(event, "dnskey", buf_text(&text));
	json_put_int(event, "added_at", row->added_at);
	json_put_take(event, "life", foreign_facts_json(row));
	buf_free(&text);
	return event;
}

struct foreign_key_row
zonestore_foreign(struct zonestore *zs, unsigned int n,
    const struct life_key *facts)
{
	struct foreign_key_row row = { .zone = mem_strdup(ZONESTORE_ZONE),
		.alg = 13, .added_at = BORN };
	struct storehelp *help = zs->help;
	struct dnskey dnskey;

	(void)storehelp_id(0xf000 + n, row.id);
	foreign_dnskey(n, &dnskey);
	row.key_tag = dnskey_tag(&dnskey);
	dnskey_rdata(&dnskey, &row.dnskey);
	if (facts != NULL) {
		row.dnskey_in_at = facts->dnskey_in_at;
		row.dnskey_out_at = facts->dnskey_out_at;
		row.ds_add_at = facts->ds_add_at;
		row.ds_seen_at = facts->ds_seen_at;
		row.ds_remove_at = facts->ds_remove_at;
		row.ds_gone_at = facts->ds_gone_at;
		row.retire_at = facts->retire_at;
	}
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_foreign_put(help->store, &row, &help->err), &help->err);
	unit_ok(store_foreign_set(help->store, &row, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	zonestore_tell(zs, "add-foreign-key", added(zs, &row));
	return row;
}

int
zonestore_load(struct zonestore *zs)
{
	struct error *err = &zs->help->err;
	struct name name;

	unit_ok(name_read(ZONESTORE_ZONE, &name, err), err);
	zone_life_free(zs->zone);
	zs->zone = NULL;
	cmk_cache_clear(&zs->cache);
	return zone_life_load(zs->session, &zs->cache, &name, &zs->zone, err);
}
