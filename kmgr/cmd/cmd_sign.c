#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/command.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/zsks.h"

/* So many zones are signed before one transaction records them. */
#define BATCH 256

/* What the options say for every zone. */
static int
read_options(struct cmd *cmd, struct zsks_request *request, struct error *err)
{
	const char *inception = args_get(cmd->args, OPT_INCEPTION);
	const char *expiration = args_get(cmd->args, OPT_EXPIRATION);
	const char *validity = args_get(cmd->args, OPT_VALIDITY);
	const int64_t now_at = session_now(cmd->session);

	*request = (struct zsks_request) {
		.inception_at = ZSKS_WINDOW_BY_POLICY,
		.expiration_at = ZSKS_WINDOW_BY_POLICY,
		.validity_s = ZSKS_WINDOW_BY_POLICY,
		.parent_records = args_has(cmd->args, OPT_CDS) ?
		    ZSKS_WITH_CDS : ZSKS_DNSKEY_ONLY,
	};
	if (expiration != NULL && validity != NULL)
		return err_set(err, ERR_USAGE,
		    "--expiration and --validity say the same thing twice");
	if ((inception != NULL && when_read(inception, now_at,
	    &request->inception_at, err) != 0) ||
	    (expiration != NULL && when_read(expiration, now_at,
	    &request->expiration_at, err) != 0) ||
	    (validity != NULL && when_duration_read(validity,
	    &request->validity_s, err) != 0)) {
		err->class = ERR_USAGE;
		return -1;
	}
	return 0;
}

static void
note_warnings(struct cmd *cmd, const struct zsks *zsks)
{
	const struct findings *findings = zsks_findings(zsks);
	size_t i;

	for (i = 0; i < findings->n; i++)
		if (findings->items[i].verdict == FINDING_WARN)
			session_note(cmd->session, "%s: %s",
			    findings->items[i].rule,
			    findings->items[i].message);
}

/* Prepare, sign and record one zone; its records are the command's result. */
static int
sign_one(struct cmd *cmd, struct cmk_cache *cache, struct zsks_keys *keys,
    const struct zsks_request *request, struct error *err)
{
	struct plan plan = PLAN_INIT;
	struct zsks *zsks;
	int rc = -1;

	if (zsks_prepare(cmd->session, cache, request, &zsks, err) != 0)
		return -1;
	note_warnings(cmd, zsks);
	if (args_has(cmd->args, OPT_DRY_RUN)) {
		zsks_plan(zsks, &plan);
		cmd_plan(cmd, &plan);
		plan_clear(&plan);
		rc = 0;
	} else if (zsks_sign(cmd->session, keys, zsks, err) == 0 &&
	    zsks_record(cmd->session, &zsks, 1, err) == 0) {
		zsks_text(zsks, &cmd->text);
		json_put_take(cmd->json, "signed", zsks_json(zsks));
		rc = 0;
	}
	zsks_free(zsks);
	return rc;
}

static int
sign_zone(struct cmd *cmd, struct cmk_cache *cache, struct zsks_keys *keys,
    struct zsks_request *request, struct error *err)
{
	const struct args *args = cmd->args;
	struct buf text = BUF_INIT;
	int rc = -1;

	request->what = args->n_words == 2 ? args->words[1] : "-";
	if (cmd_zone(args->words[0], &request->zone, err) == 0 &&
	    file_read(request->what, ZONEFILE_MAX_LEN, &text, err) == 0) {
		request->text = buf_text(&text);
		request->len = text.len;
		if (strcmp(request->what, "-") == 0)
			request->what = "standard input";
		rc = sign_one(cmd, cache, keys, request, err);
	}
	buf_free(&text);
	return rc;
}

/* Many zones: files DIR/ZONE.zone, in batches that are recorded together. */
struct bulk {
	struct cmd		*cmd;
	struct cmk_cache	*cache;
	struct zsks_keys	*keys;
	struct zsks_request	*request;
	const char		*folder;
	struct dirent		**entries;
	int			 n_entries;
	struct zsks		*batch[BATCH];
	size_t			 n_batch;
	size_t			 n_signed, n_failed;
	struct json		*list;
	struct error		 first;		/* of the failures */
};

static int
is_zone_file(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);

	return len > 5 && strcmp(entry->d_name + len - 5, ".zone") == 0;
}

static void
bulk_failed(struct bulk *bulk, const char *what, const struct error *err)
{

	session_note(bulk->cmd->session, "%s: %s", what, err->msg);
	if (bulk->n_failed++ == 0)
		bulk->first = *err;
}

/* Record the batch; only what is recorded is released. */
static int
bulk_flush(struct bulk *bulk, struct error *err)
{
	size_t i;
	int rc = 0;

	if (bulk->n_batch > 0)
		rc = zsks_record(bulk->cmd->session, bulk->batch,
		    bulk->n_batch, err);
	for (i = 0; i < bulk->n_batch; i++) {
		if (rc == 0) {
			zsks_text(bulk->batch[i], &bulk->cmd->text);
			json_add_take(bulk->list, zsks_json(bulk->batch[i]));
			bulk->n_signed++;
		}
		zsks_free(bulk->batch[i]);
	}
	bulk->n_batch = 0;
	return rc;
}

static int
bulk_one(struct bulk *bulk, const char *file, struct error *err)
{
	char *path = mem_printf("%s/%s", bulk->folder, file);
	struct zsks_request *request = bulk->request;
	char zone[NAME_TEXT_MAX];
	struct buf text = BUF_INIT;
	struct zsks *zsks = NULL;
	int rc = -1;

	(void)snprintf(zone, sizeof(zone), "%.*s", (int)strlen(file) - 5,
	    file);
	if (cmd_zone(zone, &request->zone, err) == 0 &&
	    file_read(path, ZONEFILE_MAX_LEN, &text, err) == 0) {
		request->text = buf_text(&text);
		request->len = text.len;
		request->what = path;
		rc = zsks_prepare(bulk->cmd->session, bulk->cache, request,
		    &zsks, err);
	}
	if (rc == 0) {
		note_warnings(bulk->cmd, zsks);
		rc = zsks_sign(bulk->cmd->session, bulk->keys, zsks, err);
	}
	if (rc == 0)
		bulk->batch[bulk->n_batch++] = zsks;
	else
		zsks_free(zsks);
	buf_free(&text);
	free(path);
	return rc;
}

/* A bad zone stops no other; a store or token that fails stops all. */
static int
bulk_run(struct bulk *bulk, struct error *err)
{
	int i;

	for (i = 0; i < bulk->n_entries; i++) {
		if (bulk_one(bulk, bulk->entries[i]->d_name, err) != 0) {
			if (err->class == ERR_STORE || err->class == ERR_TOKEN)
				break;
			bulk_failed(bulk, bulk->entries[i]->d_name, err);
			err_clear(err);
		}
		if (bulk->n_batch == BATCH && bulk_flush(bulk, err) != 0)
			return -1;
		session_progress(bulk->cmd->session, (size_t)i + 1,
		    (size_t)bulk->n_entries);
	}
	if (i < bulk->n_entries) {
		struct error ignored = ERR_INIT;

		(void)bulk_flush(bulk, &ignored);
		return -1;
	}
	return bulk_flush(bulk, err);
}

static int
sign_folder(struct cmd *cmd, struct cmk_cache *cache, struct zsks_keys *keys,
    struct zsks_request *request, struct error *err)
{
	struct bulk bulk = { .cmd = cmd, .cache = cache, .keys = keys,
		.request = request, .first = ERR_INIT };
	int i, rc;

	bulk.folder = args_get(cmd->args, OPT_ZONES_FROM);
	bulk.n_entries = scandir(bulk.folder, &bulk.entries, is_zone_file,
	    alphasort);
	if (bulk.n_entries < 0)
		return err_set_errno(err, "open folder %s", bulk.folder);
	bulk.list = json_put_array(cmd->json, "signed");
	rc = bulk_run(&bulk, err);
	cmd->is_partial = bulk.n_signed > 0;
	json_put_int(cmd->json, "n_signed", (int64_t)bulk.n_signed);
	json_put_int(cmd->json, "n_failed", (int64_t)bulk.n_failed);
	if (rc == 0 && bulk.n_failed > 0) {
		*err = bulk.first;
		rc = err_wrap(err, "%zu of %d zones were not signed; the "
		    "first", bulk.n_failed, bulk.n_entries);
	}
	for (i = 0; i < bulk.n_entries; i++)
		free(bulk.entries[i]);
	free(bulk.entries);
	return rc;
}

int
cmd_sign_zsks(struct cmd *cmd, struct error *err)
{
	const bool is_bulk = args_has(cmd->args, OPT_ZONES_FROM);
	struct cmk_cache cache = { 0 };
	struct zsks_request request;
	struct zsks_keys *keys;
	int rc = -1;

	if (is_bulk ? cmd->args->n_words > 0 ||
	    args_has(cmd->args, OPT_DRY_RUN) : cmd->args->n_words == 0) {
		(void)err_set(err, ERR_USAGE, "sign-zsks takes a ZONE and a "
		    "FILE, or --zones-from DIR alone");
		return err_hint(err, "usage: kmgr sign-zsks %s",
		    cmd->command->words);
	}
	if (read_options(cmd, &request, err) != 0)
		return -1;
	keys = zsks_keys_new();
	rc = is_bulk ? sign_folder(cmd, &cache, keys, &request, err) :
	    sign_zone(cmd, &cache, keys, &request, err);
	zsks_keys_free(keys);
	cmk_cache_clear(&cache);
	return rc;
}
