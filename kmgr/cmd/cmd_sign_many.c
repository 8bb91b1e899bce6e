/* sign-zsks --zones-from. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/cmd/cmd_sign.h"
#include "kmgr/cmd/cmd_sign_inner.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/crew.h"
#include "kmgr/engine/trust_owed.h"

#define SLICE  4096	/* sets that are fetched before they are signed */
#define PLACED ".dnskey" /* none that is read again as a set of ZSKs */

static int
load(void *arg, size_t i, struct zsks_request *request, struct buf *text,
    struct error *err)
{
	struct many *many = arg;

	*request = many->request;
	return sign_entry_load(many->cmd, &many->entries[many->first + i],
	    request, text, err);
}

static void
show_progress(const struct many *many)
{
	const struct tally *tally = &many->tally;

	cmd_progress(many->cmd, tally->n_done + tally->n_before +
	    tally->n_refused, tally->all);
}

const char *
cmd_sign_folder(const struct cmd *cmd)
{
	const char *path = cmd_output(cmd);

	return path != NULL && args_has(cmd->args, OPT_ZONES_FROM) &&
	    file_is_folder(path) ? path : NULL;
}

/* It is said to be a folder, and there is none. */
static bool
is_missing_folder(const char *path)
{

	return path != NULL && path[0] != '\0' &&
	    path[strlen(path) - 1] == '/' && !file_is_folder(path);
}

/* Of a zone, the file that its set goes to. */
static char *
place_of(const char *folder, const char *zone)
{
	struct error ignored = ERR_INIT;
	char text[NAME_TEXT_MAX];
	struct name name;

	/* What was signed has a name. */
	if (name_read(zone, &name, &ignored) != 0)
		abort();
	return mem_printf("%s/%s" PLACED, folder, name_file(&name, text));
}

/* It goes to a file of its own; one that cannot be written ends all. */
static void
put_file(struct many *many, const struct buf *text, const char *path)
{
	struct error err = ERR_INIT;

	if (file_write(path, 0644, text->data, text->len, &err) != 0)
		stream_break(&many->stream, &err);
}

/* For people its records, for machines a row. */
static void
put_result(struct many *many, const struct sign_result *result)
{
	struct error ignored = ERR_INIT;
	char *path = many->folder == NULL ? NULL : place_of(many->folder,
	    many->entries[result->i].name);
	struct json *row;

	if (path != NULL)
		put_file(many, &result->text, path);
	if (path == NULL && !many->cmd->wants_json) {
		buf_add(&many->cmd->text, result->text.data,
		    result->text.len);
		stream_write(&many->stream);
	} else if (many->cmd->wants_json && result->json.len > 0 &&
	    json_read(buf_text(&result->json), result->json.len, &row,
	    &ignored) == 0) {
		if (path != NULL)
			json_put_text(row, "output", path);
		stream_row(&many->stream, "signed", row);
	}
	free(path);
}

void
many_deliver(struct many *many, struct sign_result *result)
{
	struct sign_entry *entry = &many->entries[result->i];
	struct tally *tally = &many->tally;

	many->n_ksks += result->n_ksks;
	if (result->outcome == SIGN_REFUSED) {
		json_put_text(tally_refuse(tally, entry->name, &result->why),
		    "file", entry->path);
	} else {
		put_result(many, result);
		many->is_unheard |= stream_is_broken(&many->stream);
		(*(result->outcome == SIGN_DONE_BEFORE ? &tally->n_before :
		    &tally->n_done))++;
	}
	sign_entry_clear(entry);
	show_progress(many);
}

static void
take_signed(void *arg, size_t i, const struct zsks *zsks)
{
	struct many *many = arg;
	struct sign_result result = {
		.i = many->first + i,
		.n_ksks = many->entries[many->first + i].n_ksks,
		.outcome = zsks_is_taken(zsks) ? SIGN_DONE_BEFORE : SIGN_DONE,
	};
	struct json *row;

	cmd_sign_note(many->cmd, zsks);
	zsks_text(zsks, &result.text);
	if (many->cmd->wants_json) {
		row = zsks_json(zsks);
		json_put_bool(row, "signed_before", zsks_is_taken(zsks));
		json_canonical(row, &result.json);
		json_free(row);
	}
	many->give(many, &result);
	sign_result_clear(&result);
}

static void
take_refused(void *arg, size_t i, const struct error *err)
{
	struct many *many = arg;
	struct sign_result result = {
		.i = many->first + i,
		.n_ksks = many->entries[many->first + i].n_ksks,
		.outcome = SIGN_REFUSED,
		.why = *err,
	};

	many->give(many, &result);
	sign_result_clear(&result);
}

static bool
is_stopped(void *arg)
{
	struct many *many = arg;

	return stop_signal() != 0 || many->is_unheard;
}

int
many_bulk(struct many *many, struct bulk *out, struct error *err)
{

	*out = (struct bulk) { .arg = many, .load = load,
		.signed_one = take_signed, .refused = take_refused,
		.is_stopped = is_stopped };
	return cmk_life_count(many->cmd->session, &out->n_cmks, err);
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
	many->n_ksks += many->entries[i].n_ksks;
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

		sign_entry_fetch(many->cmd, &many->entries[i]);
		if (plan_entry(many, &cache, i, &plan, &why) != 0)
			take_refused(many, i, &why);
		sign_entry_clear(&many->entries[i]);
		show_progress(many);
	}
	cmd_plan(many->cmd, &plan);
	plan_clear(&plan);
	cmk_cache_clear(&cache);
	return 0;
}

/* Some at a time, so that no more sets than that are in memory. */
static int
sign_slice(struct many *many, const struct bulk *bulk, struct error *err)
{
	size_t i;

	for (i = 0; i < bulk->n && !is_stopped(many); i++)
		sign_entry_fetch(many->cmd, &many->entries[many->first + i]);
	return is_stopped(many) ? 0 : bulk_sign(many->cmd->session, bulk,
	    err);
}

static bool
is_fetched(const struct many *many)
{
	size_t i;

	for (i = 0; i < many->n; i++)
		if (sign_entry_is_fetched(&many->entries[i]))
			return true;
	return false;
}

static int
sign_here(struct many *many, struct error *err)
{
	const size_t slice = is_fetched(many) ? SLICE : many->n;
	struct bulk_failures failures = { NULL, 0 };
	struct trust_owed owed = { NULL, 0, 0 };
	struct error ignored = ERR_INIT;
	struct bulk bulk;
	int rc;

	rc = many_bulk(many, &bulk, err);
	bulk.owed = &owed;
	bulk.failures = &failures;
	for (; rc == 0 && many->first < many->n && !is_stopped(many);
	    many->first += bulk.n) {
		bulk.n = many->n - many->first;
		if (bulk.n > slice)
			bulk.n = slice;
		rc = sign_slice(many, &bulk, err);
		/* Who is asked for the next sets may take his time. */
		(void)trust_owed_tell(many->cmd->session, &owed, &ignored);
	}
	bulk_failures_clear(&failures);
	return trust_owed_end(many->cmd->session, &owed, rc, err);
}

static int
sign_all(struct many *many, struct error *err)
{
	bool is_sure = false;
	size_t n = 1;

	if (!is_fetched(many))
		n = crew_size(many->cmd->session, many->n, &is_sure);
	return n == 1 ? sign_here(many, err) :
	    many_sign_in_workers(many, n, is_sure, err);
}

/* What was recorded is handed over, in a file where that is all of it. */
static int
finish(struct many *many, int rc, struct error *err)
{
	const struct tally *tally = &many->tally;
	struct cmd *cmd = many->cmd;
	struct error second = ERR_INIT;

	if (tally->n_done + tally->n_before > 0 &&
	    (tally_is_cut(tally) ? stream_check : stream_end)(&many->stream,
	    rc == 0 ? err : &second) != 0)
		rc = -1;
	if (cmd->n_rows == 0)
		(void)json_put_array(cmd->json, "signed");
	tally_note(&many->tally);
	if (many->n_ksks > 0)
		session_note(cmd->session, "%zu key files are of KSKs, and "
		    "were left out: kmgr signs with its own", many->n_ksks);
	json_put_int(cmd->json, "n_signed", (int64_t)tally->n_done);
	json_put_int(cmd->json, "n_signed_before", (int64_t)tally->n_before);
	if (!args_has(cmd->args, OPT_DRY_RUN))
		session_note(cmd->session, "%zu of %zu zones signed, %zu "
		    "signed before, %zu refused", tally->n_done, tally->all,
		    tally->n_before, tally->n_refused);
	return tally_end(&many->tally, rc, err);
}

/* How to go on where it was ended early, if not by the same command. */
static const char *
hint_again(const struct cmd *cmd)
{

	if (args_has(cmd->args, OPT_DRY_RUN))
		return "nothing was changed";
	return !args_has(cmd->args, OPT_AGAIN) ? NULL :
	    "--again would begin anew: leave it away, and the command takes "
	    "what is signed, and signs the rest";
}

int
cmd_sign_many(struct cmd *cmd, const struct zsks_request *request,
    struct error *err)
{
	struct many many = { .cmd = cmd, .request = *request,
		.give = many_deliver, .folder = cmd_sign_folder(cmd) };
	size_t i;
	int rc = -1;

	if (is_missing_folder(cmd_output(cmd)))
		return cmd_no_folder(cmd_output(cmd), err);
	if (!args_has(cmd->args, OPT_AGAIN))
		many.request.renewal = ZSKS_TAKE_SIGNED;
	if (sign_entries_read(args_get(cmd->args, OPT_ZONES_FROM),
	    &many.entries, &many.n, err) == 0 &&
	    stream_open(&many.stream, cmd, err) == 0) {
		stop_catch();
		/* -o takes the sets; what is told of them is not there. */
		cmd->has_written = many.folder != NULL &&
		    !args_has(cmd->args, OPT_DRY_RUN);
		tally_init(&many.tally, cmd, "zones", "signed", "zone");
		many.tally.all = many.n;
		many.tally.again = hint_again(cmd);
		rc = (args_has(cmd->args, OPT_DRY_RUN) ? plan_all :
		    sign_all)(&many, err);
		rc = finish(&many, rc, err);
	}
	stream_close(&many.stream);
	for (i = 0; i < many.n; i++)
		sign_entry_clear(&many.entries[i]);
	free(many.entries);
	return rc;
}
