/*
 * service hook HOOK [MEMBER=TEXT]...
 * service publish ZONE FILE [AT [NUMBER]] signed RRsets in zone-file form,
 *				since when they are so, and of the newest
 *				signature
 * service current ZONE
 * service source ZONE
 *
 * Does, with the configuration $KMGR_CONFIG, one step of what `kmgr run` does,
 * and prints what came of it. Exit status: that of kmgr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/session.h"
#include "kmgr/service/hook.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/source.h"

/* What stands behind NAME= among the words, or NULL. */
static const char *
word(char **words, const char *name)
{
	const size_t len = strlen(name);

	for (; *words != NULL; words++)
		if (strncmp(*words, name, len) == 0 && (*words)[len] == '=')
			return *words + len + 1;
	return NULL;
}

static int64_t
number(char **words, const char *name, int64_t none)
{
	const char *text = word(words, name);

	return text == NULL ? none : strtoll(text, NULL, 10);
}

static int
do_hook(struct session *session, char **words, struct error *err)
{
	const struct hook_message message = {
		.zone = word(words, "zone"),
		.cka_id = word(words, "cka_id"),
		.key_tag = number(words, "key_tag", -1),
		.alg = number(words, "alg", 0),
		.digest_type = number(words, "digest_type", 0),
		.digest = word(words, "digest"),
		.dnskey = word(words, "dnskey"),
		.ds_set = word(words, "ds_set"),
		.file = word(words, "file"),
	};
	enum hook hook;

	for (hook = HOOK_DS_ADD; hook <= HOOK_ZONE_PUBLISH; hook++)
		if (words[0] != NULL && strcmp(hook_name(hook), words[0]) == 0)
			return hook_run(session, hook, &message, err);
	return err_set(err, ERR_USAGE, "no such hook");
}

/* As run does: what was handed over stands in the zone's row. */
static int
record(struct session *session, struct zone_row *row,
    const struct json *event, struct error *err)
{
	struct store *store;

	row->published_at = session_now(session);
	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if ((event == NULL || publish_record(session, event, err) == 0) &&
	    store_zone_put(store, row, err) == 0 &&
	    store_zone_publish(store, row, err) == 0 &&
	    store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

static int
load(struct session *session, char **words,
    struct config_zone **zone, struct zone_row *row, struct error *err)
{
	struct store *store;
	bool found = false;

	*zone = words[0] == NULL ? NULL :
	    config_zone_named(session_config(session), words[0]);
	if (*zone == NULL)
		return err_set(err, ERR_USAGE, "no such zone");
	if (session_store(session, &store, err) != 0 ||
	    store_zone_find(store, words[0], row, &found, err) != 0)
		return -1;
	if (!found)
		row->zone = mem_strdup(words[0]);
	return 0;
}

static int
do_publish(struct session *session, char **words, struct error *err)
{
	struct config_zone *zone = NULL;
	struct zone_row row = { 0 };
	struct buf text = BUF_INIT;
	struct publish_given given = { .records = &text };
	struct json *event = NULL;
	int rc = -1;

	if (words[2] != NULL)
		given.age.at = strtoll(words[2], NULL, 10);
	if (words[2] != NULL && words[3] != NULL)
		given.age.signature = strtoll(words[3], NULL, 10);
	if (load(session, words, &zone, &row, err) == 0 &&
	    file_read(words[1], ZONEFILE_MAX_LEN, &text, err) == 0 &&
	    publish_zone(session, zone, &given, &row, &event, err) == 0)
		rc = record(session, &row, event, err);
	json_free(event);
	zone_row_clear(&row);
	buf_free(&text);
	config_zone_free(zone);
	return rc;
}

static int
do_current(struct session *session, char **words, struct error *err)
{
	struct config_zone *zone = NULL;
	struct zone_row row = { 0 };
	int rc = load(session, words, &zone, &row, err);

	if (rc == 0)
		(void)puts(publish_is_current(zone, &row) ? "yes" : "no");
	zone_row_clear(&row);
	config_zone_free(zone);
	return rc;
}

static int
do_source(struct session *session, char **words, struct error *err)
{
	struct config_zone *zone = words[0] == NULL ? NULL :
	    config_zone_named(session_config(session), words[0]);
	struct source_set set = { .zsks = BUF_INIT };
	int rc = 0;

	if (!source_is_configured(zone))
		(void)puts("none");
	else if ((rc = source_read(session, zone, &set, err)) == 0)
		(void)fputs(buf_text(&set.zsks), stdout);
	source_set_clear(&set);
	config_zone_free(zone);
	return rc;
}

static const struct {
	const char	*name;
	int		(*run)(struct session *, char **, struct error *);
} steps[] = {
	{ "hook", do_hook },
	{ "publish", do_publish },
	{ "current", do_current },
	{ "source", do_source },
};

static int
run(struct session *session, char **words, struct error *err)
{
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (words[0] != NULL && strcmp(steps[i].name, words[0]) == 0)
			return steps[i].run(session, words + 1, err);
	return err_set(err, ERR_USAGE, "no such step");
}

int
main(int argc, char **argv)
{
	const struct session_options options = {
		.config_path = config_path(NULL),
		.now_at = when_now(),
	};
	struct session *session = NULL;
	struct error err = ERR_INIT;

	(void)argc;
	if (session_open(&options, &session, &err) == 0) {
		(void)run(session, argv + 1, &err);
		(void)fputs(buf_text(session_notes(session)), stderr);
	}
	session_close(session);
	if (err.class != ERR_NONE)
		(void)fprintf(stderr, "%s\nhint: %s\n", err.msg, err.hint);
	return (int)err.class;
}
