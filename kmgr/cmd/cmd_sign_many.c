/* sign-zsks --zones-from: the files of a folder, or the zones of a list. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/cmd/cmd_requester.h"
#include "kmgr/cmd/cmd_sign.h"
#include "kmgr/cmd/cmd_zsks.h"
#include "kmgr/cmd/stream.h"
#include "kmgr/cmd/tally.h"
#include "kmgr/cmd/zone_list.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/bulk.h"

#define SUFFIX ".zone"
#define SLICE  4096	/* sets that are fetched before they are signed */

/* A zone, and where its set comes from. */
struct entry {
	char			*name;		/* for who reads of it */
	char			*path;		/* NULL: fetched */
	struct error		*why;		/* it cannot be signed */
	struct buf		 fetched;
	const char		*tsig;		/* it came by */
	struct cmd_requester	 requester;
};

struct many {
	struct cmd		*cmd;
	struct zsks_request	 request;	/* what the options say */
	struct entry		*entries;
	size_t			 n;
	size_t			 first;		/* of those at hand */
	struct stream		 stream;
	struct json		*list;
	struct tally		 tally;
};

static struct entry *
add_entry(struct many *many, const char *name)
{
	struct entry *entry = mem_push(&many->entries, many->n++,
	    sizeof(*entry));

	entry->name = mem_strdup(name);
	return entry;
}

static int
is_zone_file(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);

	return len > strlen(SUFFIX) &&
	    strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* DIR/ZONE.zone. */
static int
read_folder(struct many *many, const char *path, struct error *err)
{
	struct dirent **files;
	struct entry *entry;
	int i, n;

	n = scandir(path, &files, is_zone_file, alphasort);
	if (n < 0)
		return err_set_errno(err, "open folder %s", path);
	for (i = 0; i < n; i++) {
		entry = add_entry(many, files[i]->d_name);
		entry->path = mem_printf("%s/%s", path, entry->name);
		entry->name[strlen(entry->name) - strlen(SUFFIX)] = '\0';
		free(files[i]);
	}
	free(files);
	return n > 0 ? 0 : err_set(err, ERR_INPUT, "%s holds no file named "
	    "ZONE" SUFFIX, path);
}

/* "ZONE", of the configured source, or "ZONE FILE". */
static int
read_list(struct many *many, const char *path, struct error *err)
{
	struct zone_list list;
	struct entry *entry;
	size_t i;
	int rc;

	rc = zone_list_read(path, ZONE_LIST_ZONES_FILES, &list, err);
	for (i = 0; rc == 0 && i < list.n; i++) {
		entry = add_entry(many, list.lines[i].text);
		entry->path = list.lines[i].file;
		entry->why = list.lines[i].why;
		list.lines[i].file = NULL;	/* the entry's now */
		list.lines[i].why = NULL;
	}
	zone_list_clear(&list);
	return rc;
}

/* Before anything is signed: what is learnt on the way is recorded. */
static void
fetch(struct many *many, struct entry *entry)
{
	struct zsks_request request = { .tsig = NULL };
	struct error why = ERR_INIT;

	if (entry->path != NULL || entry->why != NULL)
		return;
	if (cmd_zsks_fetch(many->cmd, entry->name, &request,
	    &entry->fetched, &why) != 0)
		entry->why = mem_dup(&why, sizeof(why));
	entry->tsig = request.tsig;
}

static void
entry_clear(struct entry *entry)
{

	cmd_requester_clear(&entry->requester);
	buf_free(&entry->fetched);
	free(entry->name);
	free(entry->path);
	free(entry->why);
	*entry = (struct entry) { .name = NULL };
}

static int
load_file(struct many *many, struct entry *entry,
    struct zsks_request *request, struct buf *text, struct error *err)
{

	request->what = entry->path;
	if (file_read(entry->path, ZONEFILE_MAX_LEN, text, err) == 0 &&
	    cmd_requester_read(many->cmd, entry->path, &entry->requester,
	    err) == 0) {
		request->signatures = cmd_requester_list(&entry->requester);
		request->n_signatures = entry->requester.n;
		return 0;
	}
	/* A file that cannot be read is its zone's trouble, not the run's. */
	err->class = ERR_INPUT;
	return -1;
}

static int
load(void *arg, size_t i, struct zsks_request *request, struct buf *text,
    struct error *err)
{
	struct many *many = arg;
	struct entry *entry = &many->entries[many->first + i];

	*request = many->request;
	if (entry->why != NULL) {
		*err = *entry->why;
		return -1;
	}
	if (cmd_zone(entry->name, &request->zone, err) != 0)
		return -1;
	if (entry->path != NULL)
		return load_file(many, entry, request, text, err);
	request->what = "the configured source";
	request->tsig = entry->tsig;
	buf_add(text, entry->fetched.data, entry->fetched.len);
	return 0;
}

static void
show_progress(const struct many *many)
{
	const struct tally *tally = &many->tally;

	cmd_progress(many->cmd, tally->n_done + tally->n_before +
	    tally->n_refused, tally->all);
}

static void
take_signed(void *arg, size_t i, const struct zsks *zsks)
{
	struct many *many = arg;
	struct json *row;

	cmd_sign_note(many->cmd, zsks);
	zsks_text(zsks, &many->cmd->text);
	stream_write(&many->stream);
	if (many->cmd->wants_json) {
		row = zsks_json(zsks);
		json_put_bool(row, "signed_before", zsks_is_taken(zsks));
		json_add_take(many->list, row);
	}
	(*(zsks_is_taken(zsks) ? &many->tally.n_before :
	    &many->tally.n_done))++;
	entry_clear(&many->entries[many->first + i]);
	show_progress(many);
}

static void
take_refused(void *arg, size_t i, const struct error *err)
{
	struct many *many = arg;
	struct entry *entry = &many->entries[many->first + i];

	json_put_text(tally_refuse(&many->tally, entry->name, err), "file",
	    entry->path);
	entry_clear(entry);
	show_progress(many);
}

static bool
is_stopped(void *arg)
{
	struct many *many = arg;

	return stop_signal() != 0 || stream_is_broken(&many->stream);
}

/* What would be done for one zone. */
static int
plan_entry(struct many *many, struct cmk_cache *cache, size_t i,
    struct plan *plan, struct error *err)
{
	struct zsks_request request;
	struct buf text = BUF_INIT;
	struct zsks *zsks = NULL;
	int rc = -1;

	if (load(many, i, &request, &text, err) != 0)
		goto out;
	request.text = buf_text(&text);
	request.len = text.len;
	if (zsks_prepare(many->cmd->session, cache, &request, &zsks,
	    err) != 0)
		goto out;
	cmd_sign_note(many->cmd, zsks);
	zsks_plan(zsks, plan);
	(*(zsks_is_taken(zsks) ? &many->tally.n_before :
	    &many->tally.n_done))++;
	rc = 0;
 out:
	zsks_free(zsks);
	buf_free(&text);
	return rc;
}

static int
plan_all(struct many *many, struct error *err)
{
	struct cmk_cache cache = { 0 };
	struct plan plan = PLAN_INIT;
	size_t i;

	(void)err;
	for (i = 0; i < many->n && !is_stopped(many); i++) {
		struct error why = ERR_INIT;

		fetch(many, &many->entries[i]);
		if (plan_entry(many, &cache, i, &plan, &why) != 0)
			take_refused(many, i, &why);
		entry_clear(&many->entries[i]);
		show_progress(many);
	}
	cmd_plan(many->cmd, &plan);
	plan_clear(&plan);
	cmk_cache_clear(&cache);
	return 0;
}

/* Some at a time, so that no more sets than that are in memory. */
static int
sign_slice(struct many *many, size_t n, struct error *err)
{
	const struct bulk bulk = { .n = n, .arg = many, .load = load,
		.signed_one = take_signed, .refused = take_refused,
		.is_stopped = is_stopped };
	size_t i;

	for (i = 0; i < n && !is_stopped(many); i++)
		fetch(many, &many->entries[many->first + i]);
	return is_stopped(many) ? 0 : bulk_sign(many->cmd->session, &bulk,
	    err);
}

static bool
is_fetched(const struct many *many)
{
	size_t i;

	for (i = 0; i < many->n; i++)
		if (many->entries[i].path == NULL &&
		    many->entries[i].why == NULL)
			return true;
	return false;
}

static int
sign_all(struct many *many, struct error *err)
{
	const size_t slice = is_fetched(many) ? SLICE : many->n;
	size_t n;
	int rc = 0;

	many->list = json_put_array(many->cmd->json, "signed");
	for (; rc == 0 && many->first < many->n && !is_stopped(many);
	    many->first += n) {
		n = many->n - many->first;
		if (n > slice)
			n = slice;
		rc = sign_slice(many, n, err);
	}
	return rc;
}

/* What was recorded is handed over, whatever came then. */
static int
finish(struct many *many, int rc, struct error *err)
{
	const struct tally *tally = &many->tally;
	struct cmd *cmd = many->cmd;
	struct error second = ERR_INIT;

	if (tally->n_done + tally->n_before > 0 &&
	    stream_end(&many->stream, rc == 0 ? err : &second) != 0)
		rc = -1;
	json_put_int(cmd->json, "n_signed", (int64_t)tally->n_done);
	json_put_int(cmd->json, "n_signed_before", (int64_t)tally->n_before);
	if (!args_has(cmd->args, OPT_DRY_RUN))
		session_note(cmd->session, "%zu of %zu zones signed, %zu "
		    "signed before, %zu refused", tally->n_done, tally->all,
		    tally->n_before, tally->n_refused);
	return tally_end(&many->tally, rc, err);
}

static int
read_entries(struct many *many, struct error *err)
{
	const char *path = args_get(many->cmd->args, OPT_ZONES_FROM);
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return read_folder(many, path, err);
	return read_list(many, path, err);
}

int
cmd_sign_many(struct cmd *cmd, const struct zsks_request *request,
    struct error *err)
{
	struct many many = { .cmd = cmd, .request = *request };
	size_t i;
	int rc = -1;

	if (!args_has(cmd->args, OPT_AGAIN))
		many.request.renewal = ZSKS_TAKE_SIGNED;
	if (read_entries(&many, err) == 0 &&
	    stream_open(&many.stream, cmd, err) == 0) {
		stop_catch();
		tally_init(&many.tally, cmd, "zones", "signed", "zone");
		many.tally.all = many.n;
		rc = (args_has(cmd->args, OPT_DRY_RUN) ? plan_all :
		    sign_all)(&many, err);
		rc = finish(&many, rc, err);
	}
	stream_close(&many.stream);
	for (i = 0; i < many.n; i++)
		entry_clear(&many.entries[i]);
	free(many.entries);
	return rc;
}
