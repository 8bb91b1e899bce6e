/* sign-ksr DIR: every request in a folder, each response beside it. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/text.h"
#include "kmgr/cmd/cmd_ksr_sign.h"
#include "kmgr/cmd/cmd_requester.h"
#include "kmgr/cmd/stream.h"
#include "kmgr/cmd/tally.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/ksr/codec.h"

#define REQUEST	 "ksr"
#define RESPONSE "skr"
#define LETTERS	 3		/* of either */

struct many {
	struct cmd		*cmd;
	struct skr_request	 request;	/* what the options say */
	struct plan		 plan;
	struct stream		 stream;
	struct tally		 tally;
	size_t			 n_cmks;	/* that sign */
};

/* One request, and where its response goes. */
struct one {
	struct many	*many;
	const char	*path;
	char		*output;
};

bool
cmd_ksr_is_many(const struct args *args)
{

	return args->n_words == 1 && file_is_folder(args->words[0]);
}

/* The last LETTERS behind a dot, NULL where there are none. */
static const char *
suffix_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL ? NULL : dot + 1;
}

/* NAME.ksr as make-ksr's users have it, ksr-NAME.xml as the root zone's. */
static int
is_request(const struct dirent *entry)
{
	const char *suffix = suffix_of(entry->d_name);

	if (suffix == NULL || suffix == entry->d_name + 1 ||
	    strcmp(suffix, "sig") == 0)
		return 0;
	return strcmp(suffix, REQUEST) == 0 ||
	    strncmp(entry->d_name, REQUEST, LETTERS) == 0;
}

/* The same name with skr for ksr, beside it or in the folder of -o. */
static char *
output_of(const struct cmd *cmd, const char *name)
{
	const char *folder = cmd_output(cmd);
	char *path = mem_printf("%s/%s", folder != NULL ? folder :
	    cmd->args->words[0], name);
	char *base = path + strlen(path) - strlen(name);
	char *suffix = strrchr(base, '.') + 1;

	if (strncmp(base, REQUEST, LETTERS) == 0)
		memcpy(base, RESPONSE, LETTERS);
	if (strcmp(suffix, REQUEST) == 0)
		memcpy(suffix, RESPONSE, LETTERS);
	return path;
}

static void
put_row(const struct one *one, const char *zone, const uint8_t *request_hash,
    const uint8_t *response_hash, bool is_old)
{
	struct many *many = one->many;
	struct json *row = json_new_object();
	char hex[2 * CRYPTO_SHA256_LEN + 1];

	json_put_text(row, "file", one->path);
	json_put_text(row, "zone", zone);
	json_put_text(row, "output", one->output);
	json_put_bool(row, "answered_before", is_old);
	json_put_text(row, "request_sha256", text_hex(request_hash,
	    CRYPTO_SHA256_LEN, hex));
	json_put_text(row, "response_sha256", text_hex(response_hash,
	    CRYPTO_SHA256_LEN, hex));
	if (many->cmd->wants_json) {
		stream_row(&many->stream, "answered", row);
	} else {
		json_free(row);
		buf_printf(&many->cmd->text, "%s %s %s%s\n", zone, one->path,
		    one->output, is_old ? " (answered before)" : "");
		/* What would be done is told in one piece. */
		if (!args_has(many->cmd->args, OPT_DRY_RUN))
			stream_write(&many->stream);
	}
	(*(is_old ? &many->tally.n_before : &many->tally.n_done))++;
}

static int
release(const struct cmd_ksr_task *task, const struct skr *skr,
    struct error *err)
{
	const struct one *one = task->arg;
	const struct buf *text = skr_text(skr, SKR_RESPONSE);

	if (file_write(one->output, 0644, text->data, text->len, err) != 0)
		return -1;
	put_row(one, skr_zone(skr), skr_request_hash(skr),
	    skr_response_hash(skr, SKR_RESPONSE), skr_is_answered(skr));
	return 0;
}

/* Whether the response that the row tells of is in its place. */
static bool
is_there(const struct one *one, const struct ksr_row *row,
    const uint8_t *request_hash)
{
	struct error ignored = ERR_INIT;
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct buf text = BUF_INIT;
	bool is_same = false;

	if (strcmp(row->kind, KSR_REGULAR) != 0 || row->superseded_at != 0 ||
	    memcmp(row->request_hash, request_hash, sizeof(hash)) != 0)
		return false;
	if (file_read(one->output, KSR_MAX_LEN, &text, &ignored) == 0) {
		crypto_sha256(text.data, text.len, hash);
		is_same = memcmp(row->response_hash, hash,
		    sizeof(hash)) == 0;
	}
	buf_free(&text);
	return is_same;
}

/*
 * A request whose response lies there is done with, whatever has become of the
 * KSKs since: it would be judged by them.
 */
static int
find_answered(const struct one *one, const struct buf *text, bool *found,
    struct error *err)
{
	struct error ignored = ERR_INIT;
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct ksr_row *rows = NULL;
	char zone[NAME_TEXT_MAX];
	struct ksr *ksr = NULL;
	struct store *store;
	size_t i, n = 0;
	int rc = -1;

	*found = false;
	if (codec_read(buf_text(text), text->len, one->path, &ksr,
	    &ignored) != 0)
		return 0;
	crypto_sha256(text->data, text->len, hash);
	if (session_store(one->many->cmd->session, &store, err) != 0 ||
	    store_ksr_list(store, name_text(&ksr->zone, zone), &rows, &n,
	    err) != 0)
		goto out;
	for (i = 0; i < n && !*found; i++) {
		*found = is_there(one, &rows[i], hash);
		if (*found)
			put_row(one, zone, hash, rows[i].response_hash, true);
	}
	rc = 0;
 out:
	ksr_rows_free(rows, n);
	ksr_free(ksr);
	return rc;
}

static int
sign_one(struct one *one, struct error *err)
{
	struct many *many = one->many;
	struct skr_request request = many->request;
	const struct cmd_ksr_task task = { .cmd = many->cmd,
		.request = &request, .plan = &many->plan,
		.release = release, .arg = one };
	struct cmd_requester requester = { 0 };
	const size_t n_planned = many->plan.n;
	struct buf text = BUF_INIT;
	bool found = false;
	int rc = -1;

	request.what = one->path;
	if (cmd_check_input(one->path, err) != 0 ||
	    file_read(one->path, KSR_MAX_LEN, &text, err) != 0 ||
	    file_check_writable(one->output, err) != 0 ||
	    cmd_requester_read(many->cmd, one->path, &requester, err) != 0) {
		/* The file's trouble, not the run's. */
		err->class = ERR_INPUT;
		goto out;
	}
	request.signatures = cmd_requester_list(&requester);
	request.n_signatures = requester.n;
	request.text = buf_text(&text);
	request.len = text.len;
	if (strlen(request.text) != request.len)
		(void)err_set(err, ERR_INPUT, "%s: a byte 0 in it",
		    one->path);
	else if (find_answered(one, &text, &found, err) == 0)
		rc = found ? 0 : cmd_ksr_answer(&task, err);
	/* An answer that would be the old one has no part in a plan. */
	if (rc == 0 && args_has(many->cmd->args, OPT_DRY_RUN) && !found)
		(*(many->plan.n > n_planned ? &many->tally.n_done :
		    &many->tally.n_before))++;
 out:
	cmd_requester_clear(&requester);
	buf_free(&text);
	return rc;
}

/* Whether every request would fail with this; a token that of others. */
static bool
is_of_all(const struct many *many, const struct error *err)
{

	return (err->class == ERR_TOKEN && err->code != 0 &&
	    many->n_cmks <= 1) || err->class == ERR_STORE ||
	    err->class == ERR_SYSTEM || err->class == ERR_INTERNAL ||
	    err->class == ERR_USAGE;
}

static int
sign_named(struct many *many, const char *name, struct error *err)
{
	const char *folder = many->cmd->args->words[0];
	char *path = mem_printf("%s/%s", folder, name);
	struct one one = { many, path, output_of(many->cmd, name) };
	struct error why = ERR_INIT;
	int rc = 0;

	if (sign_one(&one, &why) != 0) {
		if (is_of_all(many, &why)) {
			*err = why;
			rc = -1;
		} else {
			(void)tally_refuse(&many->tally, path, &why);
		}
	}
	free(one.output);
	free(path);
	return rc;
}

static int
sign_all(struct many *many, struct dirent **entries, size_t n,
    struct error *err)
{
	const bool is_dry = args_has(many->cmd->args, OPT_DRY_RUN);
	size_t i;
	int rc = 0;

	/* Who is asked for Yes can end it as ever. */
	if (is_dry || args_has(many->cmd->args, OPT_YES))
		stop_catch();
	many->tally.all = n;
	for (i = 0; rc == 0 && i < n && stop_signal() == 0 &&
	    !stream_is_broken(&many->stream); i++) {
		rc = sign_named(many, entries[i]->d_name, err);
		cmd_progress(many->cmd, i + 1, n);
	}
	if (is_dry)
		cmd_plan(many->cmd, &many->plan);
	if (rc == 0)
		rc = stream_end(&many->stream, err);
	if (many->cmd->n_rows == 0)
		(void)json_put_array(many->cmd->json, "answered");
	json_put_int(many->cmd->json, "n_answered",
	    (int64_t)many->tally.n_done);
	json_put_int(many->cmd->json, "n_answered_before",
	    (int64_t)many->tally.n_before);
	return tally_end(&many->tally, rc, err);
}

/* As for any -o, the folder is made by who names it. */
static int
check_output(const char *folder, struct error *err)
{

	if (folder == NULL || file_is_folder(folder))
		return 0;
	if (access(folder, F_OK) != 0)
		return cmd_no_folder(folder, err);
	(void)err_set(err, ERR_USAGE, "-o %s is no folder", folder);
	return err_hint(err, "the responses to the requests of a folder go "
	    "to a folder that is there, or without -o beside them");
}

/* What is said of one request cannot be meant for all. */
static int
check_options(const struct cmd *cmd, struct error *err)
{
	static const enum opt of_one[] = { OPT_ZONE, OPT_PREVIOUS_SKR,
		OPT_REQUESTER_SIGNATURE, OPT_EMERGENCY_SKR, OPT_RECORD,
		OPT_CURRENT, OPT_NEXT };
	size_t i;

	for (i = 0; i < sizeof(of_one) / sizeof(of_one[0]); i++)
		if (args_has(cmd->args, of_one[i]))
			return err_set(err, ERR_USAGE, "--%s is of one "
			    "request, and %s is a folder",
			    args_opt(of_one[i])->name, cmd->args->words[0]);
	return check_output(cmd_output(cmd), err);
}

int
cmd_ksr_sign_many(struct cmd *cmd, struct error *err)
{
	struct many many = { .cmd = cmd, .plan = PLAN_INIT,
		.stream = { .cmd = cmd, .why = ERR_INIT } };
	const char *folder = cmd->args->words[0];
	struct dirent **entries;
	int i, n, rc = -1;

	if (check_options(cmd, err) != 0 ||
	    cmd_ksr_options(cmd, &many.request, err) != 0 ||
	    cmk_life_count(cmd->session, &many.n_cmks, err) != 0)
		return -1;
	n = scandir(folder, &entries, is_request, alphasort);
	if (n < 0) {
		(void)err_set_errno(err, "open folder %s", folder);
		return err_hint(err, "name a folder that can be read, or one "
		    "request");
	}
	if (n == 0) {
		(void)err_set(err, ERR_INPUT, "%s holds no request", folder);
		(void)err_hint(err, "its name ends in ." REQUEST ", or begins "
		    "with " REQUEST);
	} else {
		/* -o takes the responses; what is told of them is not there. */
		cmd->has_written = cmd_output(cmd) != NULL &&
		    !args_has(cmd->args, OPT_DRY_RUN);
		cmd->is_partial = true;
		tally_init(&many.tally, cmd, "requests", "answered", "file");
		rc = sign_all(&many, entries, (size_t)n, err);
	}
	for (i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	plan_clear(&many.plan);
	return rc;
}
