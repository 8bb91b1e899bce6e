#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/process.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/event.h"
#include "kmgr/service/hook.h"
#include "kmgr/service/peer.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/publish_files.h"
#include "kmgr/store/store_zone.h"

/* published_hash: so much of where it went, the rest of what it was. */
#define WHERE_LEN (CRYPTO_SHA256_LEN / 2)

/* One hand-over, on its way. */
struct work {
	struct session			*session;
	const struct config_zone	*zone;
	const struct config_publish	*to;
	const struct error		*updated;	/* as it was given */
	struct publish_sets		 sets;
	struct publish_files		 files;
	uint8_t				 hash[CRYPTO_SHA256_LEN];
};

static int
put_directory(struct work *work, struct error *err)
{

	return publish_files_write(&work->files, work->to->directory, err);
}

static int
put_command(struct work *work, struct error *err)
{
	char *zone = mem_printf("KMGR_ZONE=%s", work->zone->name);
	const char *const env[] = { zone, NULL };
	struct buf records = BUF_INIT;
	struct process process;
	int rc;

	buf_printf(&records, "%s%s", buf_text(&work->files.dnskey),
	    buf_text(&work->files.cds));
	process = (struct process){
		.argv = (const char *const *)work->to->command,
		.env = env,
		.in = records.data,
		.in_len = records.len,
		.limit_s = session_config(work->session)->hooks.timeout_s,
	};
	rc = process_run(&process, NULL, NULL, err);
	buf_free(&records);
	free(zone);
	return rc;
}

static int
update(const struct session *session, const struct work *work,
    struct error *err)
{
	struct resolve_set sets[PUBLISH_SETS_N];
	struct peer peer;
	int rc = -1;

	publish_sets_view(&work->sets, sets);
	if (peer_init(&peer, session, work->to->update, work->to->tsig,
	    err) == 0)
		rc = resolve_update(&peer.peer, &work->sets.zone, sets,
		    PUBLISH_SETS_N, err);
	peer_clear(&peer);
	return rc;
}

static int
put_update(struct work *work, struct error *err)
{

	if (work->updated == NULL)
		return update(work->session, work, err);
	if (work->updated->class == ERR_NONE)
		return 0;
	*err = *work->updated;
	return -1;
}

void
publish_where(const struct config_publish *to, struct buf *out)
{
	char *const *word;

	if (to->directory != NULL)
		buf_printf(out, "directory %s\n", to->directory);
	if (to->update != NULL)
		buf_printf(out, "update %s@%u %s\n", to->update->address,
		    (unsigned int)to->update->port,
		    to->tsig == NULL ? "" : to->tsig);
	for (word = to->command; word != NULL && *word != NULL; word++)
		buf_printf(out, "command %s\n", *word);
}

/* A new place gets what an old one has got. */
static void
hash_where(const struct config_publish *to,
    uint8_t out[static CRYPTO_SHA256_LEN])
{
	struct buf where = BUF_INIT;

	publish_where(to, &where);
	crypto_sha256(where.data, where.len, out);
	buf_free(&where);
}

static void
hash_both(const struct config_publish *to, const struct publish_files *files,
    uint8_t out[static CRYPTO_SHA256_LEN])
{
	uint8_t content[CRYPTO_SHA256_LEN];

	hash_where(to, out);
	publish_files_hash(files, content);
	memcpy(out + WHERE_LEN, content, CRYPTO_SHA256_LEN - WHERE_LEN);
}

static bool
directory_has(const struct config_publish *to,
    const uint8_t hash[static CRYPTO_SHA256_LEN])
{
	struct publish_files files;
	uint8_t found[CRYPTO_SHA256_LEN];
	bool has;

	has = publish_files_read(to->directory, &files);
	if (has)
		hash_both(to, &files, found);
	publish_files_clear(&files);
	return has && memcmp(found, hash, sizeof(found)) == 0;
}

static struct json *
event_of(const struct work *work)
{
	struct json *event = json_new_object();
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct json *to;

	json_put_text(event, "zone", work->zone->name);
	json_put_text(event, "sha256",
	    text_hex(work->hash, sizeof(work->hash), hex));
	json_put_int(event, "until", work->sets.until_at);
	to = json_put_array(event, "to");
	if (work->to->directory != NULL)
		json_add_text(to, "directory");
	if (work->to->command != NULL)
		json_add_text(to, "command");
	if (work->to->update != NULL)
		json_add_text(to, "update");
	return event;
}

int
publish_record(struct session *session, const struct json *event,
    struct error *err)
{

	return event_append(session, "publish", event, err);
}

/* One place that fails keeps nothing from the others. */
static int
put_all(struct work *work, bool has_it, struct error *err)
{
	const struct {
		const char	*name;
		bool		 is_wanted;
		int		(*put)(struct work *, struct error *);
	} places[] = {
		{ "directory", work->to->directory != NULL, put_directory },
		{ "command", work->to->command != NULL && !has_it,
		    put_command },
		{ "update", work->to->update != NULL && !has_it,
		    put_update },
	};
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct error why = ERR_INIT;

		if (!places[i].is_wanted || places[i].put(work, &why) == 0)
			continue;
		(void)err_wrap(&why, "publish %s by %s",
		    work->zone->name, places[i].name);
		if (rc == 0)
			*err = why;
		else
			session_note(work->session, "%s", why.msg);
		rc = -1;
	}
	return rc;
}

static int
tell_hook(const struct work *work, struct error *err)
{
	char *file = work->to->directory == NULL ? NULL :
	    mem_printf("%s/dnskey.zone", work->to->directory);
	const struct hook_message message = {
		.zone = work->zone->name,
		.key_tag = -1,
		.file = file,
	};
	int rc;

	rc = hook_run(work->session, HOOK_ZONE_PUBLISH, &message, err);
	free(file);
	return rc;
}

static bool
is_known(const struct work *work, const struct zone_row *row)
{

	return row->published_at != 0 &&
	    memcmp(row->published_hash, work->hash, sizeof(work->hash)) == 0;
}

/* It was handed over, as row says, and is there. */
static bool
is_done(const struct work *work, const struct zone_row *row)
{

	return is_known(work, row) && (work->to->directory == NULL ||
	    directory_has(work->to, work->hash));
}

static int
hand_over(struct work *work, const struct zone_row *row, bool *done,
    struct error *err)
{

	if (is_done(work, row))
		return 0;
	if (put_all(work, is_known(work, row), err) != 0 ||
	    tell_hook(work, err) != 0)
		return -1;
	*done = true;
	return 0;
}

bool
publish_is_configured(const struct config_zone *zone)
{

	return zone != NULL && (zone->publish.directory != NULL ||
	    zone->publish.command != NULL || zone->publish.update != NULL);
}

bool
publish_runs_program(const struct config *config,
    const struct config_zone *zone)
{

	return zone->publish.command != NULL ||
	    hook_is_configured(config, HOOK_ZONE_PUBLISH);
}

bool
publish_is_elsewhere(const struct config_zone *zone,
    const struct zone_row *row)
{
	uint8_t where[CRYPTO_SHA256_LEN];

	if (row->published_at == 0)
		return true;
	hash_where(&zone->publish, where);
	return memcmp(where, row->published_hash, WHERE_LEN) != 0;
}

int
publish_waits(struct session *session, const struct zone_life *zone,
    bool *waits, struct error *err)
{
	struct store *store;
	int64_t newest;

	*waits = false;
	if (zone->life.has_response || !publish_is_configured(config_zone(
	    session_config(session), zone->text)))
		return 0;
	if (session_store(session, &store, err) != 0 ||
	    store_signature_last(store, zone->text, &newest, err) != 0)
		return -1;
	*waits = newest != zone->row.published_signature;
	return 0;
}

bool
publish_is_current(const struct config_zone *zone,
    const struct zone_row *row)
{

	return !publish_is_elsewhere(zone, row) &&
	    (zone->publish.directory == NULL ||
	    directory_has(&zone->publish, row->published_hash));
}

/* Laid out. */
static int
work_init(struct work *work, const struct publish_given *given,
    struct error *err)
{

	assert(!work->zone->is_wildcard);
	if (publish_sets_init(&work->sets, work->zone->name, given->records,
	    err) != 0)
		return -1;
	publish_files_init(&work->files, &work->sets, &given->age);
	hash_both(work->to, &work->files, work->hash);
	return 0;
}

static void
work_clear(struct work *work)
{

	publish_files_clear(&work->files);
	publish_sets_clear(&work->sets);
}

bool
publish_has(const struct config_zone *zone,
    const struct publish_given *given, const struct zone_row *row)
{
	struct work work = { .zone = zone, .to = &zone->publish };
	struct error ignored = ERR_INIT;
	bool has;

	has = work_init(&work, given, &ignored) == 0 &&
	    is_done(&work, row);
	work_clear(&work);
	return has;
}

int
publish_update(const struct session *session, const struct config_zone *zone,
    const struct publish_given *given, const struct zone_row *row,
    struct error *err)
{
	struct work work = { .zone = zone, .to = &zone->publish };
	int rc;

	rc = work_init(&work, given, err);
	if (rc == 0 && work.to->update != NULL && !is_known(&work, row))
		rc = update(session, &work, err);
	work_clear(&work);
	return rc;
}

int
publish_zone(struct session *session, const struct config_zone *zone,
    const struct publish_given *given, struct zone_row *row,
    struct json **event, struct error *err)
{
	struct work work = { .session = session, .zone = zone,
		.to = &zone->publish, .updated = given->updated };
	bool done = false;
	int rc = -1;

	*event = NULL;
	if (work_init(&work, given, err) == 0 &&
	    hand_over(&work, row, &done, err) == 0) {
		if (done)
			*event = event_of(&work);
		memcpy(row->published_hash, work.hash, sizeof(work.hash));
		rc = 0;
	}
	work_clear(&work);
	return rc;
}
