#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/process.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/zone_ttl.h"
#include "kmgr/service/peer.h"
#include "kmgr/service/source.h"
#include "kmgr/store/store_life.h"

/* The keys that are ours, or another provider's, whatever their flags. */
struct known {
	struct dnskey	*keys;
	size_t		 n;
};

static int
known_add(struct known *known, const struct buf *rdata, struct error *err)
{
	struct dnskey *key = mem_push(&known->keys, known->n++, sizeof(*key));

	return dnskey_from_rdata(rdata->data, rdata->len, key, err);
}

/* Removed ones, too: the primary may serve them still. */
static int
known_load(struct session *session, const char *zone, struct known *known,
    struct error *err)
{
	struct foreign_key_row *foreign = NULL;
	struct ksk_row *ksks = NULL;
	size_t i, n_foreign = 0, n_ksks = 0;
	struct store *store;
	int rc;

	if (session_store(session, &store, err) != 0)
		return -1;
	rc = store_ksk_list(store, zone, NULL, &ksks, &n_ksks, err);
	if (rc == 0)
		rc = store_foreign_list(store, zone, &foreign, &n_foreign,
		    err);
	for (i = 0; rc == 0 && i < n_ksks; i++)
		rc = known_add(known, &ksks[i].dnskey, err);
	for (i = 0; rc == 0 && i < n_foreign; i++)
		rc = known_add(known, &foreign[i].dnskey, err);
	ksk_rows_free(ksks, n_ksks);
	foreign_key_rows_free(foreign, n_foreign);
	return rc;
}

static bool
known_has(const struct known *known, const struct dnskey *key)
{
	size_t i;

	for (i = 0; i < known->n; i++)
		if (dnskey_is_same_key(&known->keys[i], key))
			return true;
	return false;
}

static int
fetch_file(const struct session *session, const struct config_zone *zone,
    struct source_set *set, struct error *err)
{
	const char *path = zone->source.file;

	(void)session;
	return file_read_regular(path, ZONEFILE_MAX_LEN, &set->text, err);
}

static int
fetch_command(const struct session *session, const struct config_zone *zone,
    struct source_set *set, struct error *err)
{
	char *variable = mem_printf("KMGR_ZONE=%s", zone->name);
	const char *const env[] = { variable, NULL };
	const struct process process = {
		.argv = (const char *const *)zone->source.command,
		.env = env,
		.out_max = ZONEFILE_MAX_LEN,
		.limit_s = session_config(session)->hooks.timeout_s,
	};
	int rc = process_run(&process, &set->text, NULL, err);

	free(variable);
	return rc;
}

static int
refuse_empty(struct error *err)
{

	(void)err_set(err, ERR_INPUT, "it serves no DNSKEY records");
	return err_hint(err, "let the zone signer publish its ZSKs");
}

/* The largest: a cache may keep records of one RRset apart. */
static uint32_t
ttl_of(const struct message *message, const struct name *name)
{
	const struct message_record *record;
	uint32_t ttl_s = 0;
	size_t i;

	for (i = 0; i < message->n; i++) {
		record = &message->records[i];
		if (record->section == MESSAGE_ANSWER &&
		    record->type == RRTYPE_DNSKEY &&
		    name_is_same(&record->owner, name) &&
		    record->ttl > ttl_s)
			ttl_s = record->ttl;
	}
	return ttl_s;
}

/* Of what it serves with authority. */
static int
read_answer(const struct message *message, const struct name *name,
    struct source_set *set, struct error *err)
{
	struct rrset *rrset;

	if (!message->is_authoritative) {
		(void)err_set(err, ERR_NETWORK, "it answers without "
		    "authority");
		return err_hint(err, "name the zone's primary, not a "
		    "resolver");
	}
	rrset = message_rrset(message, MESSAGE_ANSWER, name, RRTYPE_DNSKEY);
	if (rrset == NULL)
		return refuse_empty(err);
	rrset_text(rrset, &set->text);
	rrset_free(rrset);
	set->dnskey_ttl_s = ttl_of(message, name);
	return 0;
}

static int
ask(const struct resolve_peer *peer, const struct name *name,
    struct source_set *set, struct error *err)
{
	struct message *message = NULL;
	int rc;

	if (resolve_ask_peer(peer, name, RRTYPE_DNSKEY, &message, err) != 0)
		return -1;
	rc = read_answer(message, name, set, err);
	message_free(message);
	return rc;
}

/* All of the zone, where somebody wants to know its highest TTL. */
static int
transfer(const struct resolve_peer *peer, const struct name *name,
    struct source_set *set, struct error *err)
{
	struct resolve_transfer zone;
	int rc = 0;

	if (resolve_transfer(peer, name, &zone, err) != 0)
		return err->class != ERR_NETWORK ? -1 : err_hint(err, "let "
		    "the primary give us the zone, or only ask it, without "
		    "transfer");
	if (zone.dnskey == NULL) {
		rc = refuse_empty(err);
	} else {
		rrset_text(zone.dnskey, &set->text);
		set->dnskey_ttl_s = zone.dnskey_ttl;
		set->max_zone_ttl_s = zone.max_ttl;
	}
	resolve_transfer_clear(&zone);
	return rc;
}

static int
fetch_primary(const struct session *session, const struct config_zone *zone,
    struct source_set *set, struct error *err)
{
	struct peer peer = { 0 };
	struct name name;
	int rc = -1;

	set->asked_at = session_now(session);
	if (name_read(zone->name, &name, err) == 0 &&
	    peer_init(&peer, session, zone->source.primary,
	    zone->source.tsig, err) == 0)
		rc = (zone->source.transfer ? transfer : ask)(&peer.peer,
		    &name, set, err);
	peer_clear(&peer);
	return rc;
}

static void
write_record(const struct zonefile_record *record, const struct dnskey *key,
    struct buf *out)
{
	char owner[NAME_TEXT_MAX];

	buf_printf(out, "%s ", name_text(&record->owner, owner));
	if (record->ttl != ZONEFILE_NO_TTL)
		buf_printf(out, "%lu ", (unsigned long)record->ttl);
	buf_printf(out, "IN DNSKEY ");
	dnskey_text(key, out);
	buf_printf(out, "\n");
}

/* What of a zone's records is for zsks_prepare(); whether a ZSK is there. */
static int
filter(const struct zonefile *file, const struct name *zone,
    const struct known *known, struct buf *out, struct error *err)
{
	struct dnskey key;
	bool has_zsk = false;
	size_t i;

	for (i = 0; i < file->n_records; i++) {
		const struct zonefile_record *record = &file->records[i];

		if (record->type != RRTYPE_DNSKEY ||
		    !name_is_same(&record->owner, zone))
			continue;
		if (dnskey_from_rdata(record->rdata, record->rdata_len, &key,
		    err) != 0)
			return -1;
		if (known_has(known, &key))
			continue;
		has_zsk |= key.flags == DNSKEY_FLAGS_ZSK;
		write_record(record, &key, out);
	}
	if (!has_zsk) {
		(void)err_set(err, ERR_INPUT, "there is no ZSK, a DNSKEY of "
		    "flags 256 at the zone's name, among %zu records",
		    file->n_records);
		return err_hint(err, "let the zone signer publish its ZSKs "
		    "before KSKs sign them");
	}
	return 0;
}

bool
source_is_configured(const struct config_zone *zone)
{

	return zone != NULL && (zone->source.primary != NULL ||
	    zone->source.file != NULL || zone->source.command != NULL);
}

static int
fetch(const struct session *session, const struct config_zone *zone,
    struct source_set *set, struct error *err)
{
	const struct config_source *from = &zone->source;

	if (from->primary != NULL) {
		buf_printf(&set->place, "%s@%u", from->primary->address,
		    (unsigned int)from->primary->port);
		return fetch_primary(session, zone, set, err);
	}
	if (from->file != NULL) {
		buf_printf(&set->place, "%s", from->file);
		return fetch_file(session, zone, set, err);
	}
	buf_printf(&set->place, "%s", from->command[0]);
	return fetch_command(session, zone, set, err);
}

void
source_set_clear(struct source_set *set)
{

	buf_free(&set->text);
	buf_free(&set->place);
	buf_free(&set->zsks);
	*set = (struct source_set) { .text = BUF_INIT };
}

static int
refuse(const struct config_zone *zone, const struct source_set *set,
    struct error *err)
{

	return err_wrap(err, "ZSK set of %s from %s", zone->name,
	    buf_text(&set->place));
}

int
source_fetch(const struct session *session, const struct config_zone *zone,
    struct source_set *out, struct error *err)
{

	assert(!zone->is_wildcard);
	*out = (struct source_set) { .text = BUF_INIT };
	return fetch(session, zone, out, err) == 0 ? 0 :
	    refuse(zone, out, err);
}

int
source_take(struct session *session, const struct config_zone *zone,
    struct source_set *set, struct error *err)
{
	struct zonefile *file = NULL;
	struct known known = { 0 };
	struct name name;
	int rc = -1;

	if (name_read(zone->name, &name, err) == 0 &&
	    known_load(session, zone->name, &known, err) == 0 &&
	    zonefile_read(buf_text(&set->text), set->text.len,
	    buf_text(&set->place), &name, &file, err) == 0 &&
	    filter(file, &name, &known, &set->zsks, err) == 0)
		rc = 0;
	zonefile_free(file);
	free(known.keys);
	return rc == 0 ? 0 : refuse(zone, set, err);
}

int
source_read(struct session *session, const struct config_zone *zone,
    struct source_set *out, struct error *err)
{

	if (source_fetch(session, zone, out, err) == 0 &&
	    source_take(session, zone, out, err) == 0)
		return 0;
	source_set_clear(out);
	return -1;
}

void
source_plan(const char *zone, const struct source_set *set, struct plan *plan)
{

	if (set->dnskey_ttl_s == 0)
		return;
	zone_ttl_plan(zone, ZONE_TTL_DNSKEY, set->dnskey_ttl_s, plan);
	zone_ttl_plan(zone, ZONE_TTL_MAX, set->max_zone_ttl_s, plan);
}

int
source_put(struct session *session, const char *zone,
    const struct source_set *set, struct error *err)
{

	if (set->dnskey_ttl_s == 0)
		return 0;
	return zone_ttl_record(session, zone, ZONE_TTL_DNSKEY,
	    set->dnskey_ttl_s, set->asked_at, err) != 0 ? -1 :
	    zone_ttl_record(session, zone, ZONE_TTL_MAX, set->max_zone_ttl_s,
	    set->asked_at, err);
}

int
source_record(struct session *session, const char *zone,
    const struct source_set *set, struct error *err)
{
	struct store *store;

	if (set->dnskey_ttl_s == 0)
		return 0;
	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (source_put(session, zone, set, err) == 0 &&
	    store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}
