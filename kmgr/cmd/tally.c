#include <string.h>

#include "kmgr/base/stop.h"
#include "kmgr/cmd/tally.h"

void
tally_init(struct tally *tally, struct cmd *cmd, const char *what,
    const char *done, const char *member)
{

	*tally = (struct tally) { .cmd = cmd, .what = what, .done = done,
		.member = member, .first = ERR_INIT,
		.refused = json_new_array() };
}

static void
note_first(struct tally *tally, const struct error *err)
{

	if (tally->n_refused + tally->n_held == 0)
		tally->first = *err;
}

void
tally_hold(struct tally *tally, const struct error *err)
{

	note_first(tally, err);
	tally->n_held++;
}

static void
note(const struct tally *tally, const char *name, const char *text)
{
	const size_t len = strlen(name);

	/* What is wrong with a file begins with its name. */
	if (strncmp(text, name, len) == 0 && text[len] == ':')
		session_note(tally->cmd->session, "%s", text);
	else
		session_note(tally->cmd->session, "%s: %s", name, text);
}

void
tally_note(struct tally *tally)
{
	const struct cause *cause;
	size_t i;

	for (i = 0; i < tally->causes.n; i++) {
		cause = &tally->causes.list[i];
		if (cause->n == 1)
			note(tally, cause->name, cause->text);
		else
			session_note(tally->cmd->session, "%zu %s, the first "
			    "of them %s: %s", cause->n, tally->what,
			    cause->name, cause->text);
	}
	causes_clear(&tally->causes);
}

struct json *
tally_refuse(struct tally *tally, const char *name, const struct error *err)
{
	struct json *row = json_add_object(tally->refused);

	json_put_text(row, tally->member, name);
	json_put_text(row, "error", err_class_name(err->class));
	json_put_text(row, "message", err->msg);
	json_put_text(row, "hint", err->hint);
	/* What has to wait most often waits with many, for the same. */
	if (!(err->class == ERR_NOT_YET ? causes_add_alike : causes_add)(
	    &tally->causes, name, err->msg))
		note(tally, name, err->msg);
	note_first(tally, err);
	tally->n_refused++;
	/* The ledger has what policy refuses. */
	if (err->class == ERR_POLICY &&
	    tally->cmd->refusal.class == ERR_NONE)
		tally->cmd->refusal = *err;
	return row;
}

static size_t
n_behind(const struct tally *tally)
{

	return tally->n_done + tally->n_before + tally->n_refused +
	    tally->n_held;
}

bool
tally_is_cut(const struct tally *tally)
{

	return n_behind(tally) < tally->all;
}

/* The file that the result would have gone to; NULL: to none. */
static const char *
file_of(const struct cmd *cmd)
{

	return command_fills_folder(cmd) ||
	    args_has(cmd->args, OPT_DRY_RUN) ? NULL : cmd_output(cmd);
}

/* What is behind stays so, whatever ended the work. */
static int
end_early(const struct tally *tally, struct error *err)
{
	const char *again = tally->again != NULL ? tally->again :
	    "run the same command again: it does what is left";
	const char *file = tally_is_cut(tally) ? file_of(tally->cmd) : NULL;

	if (tally->n_before > 0)
		(void)err_wrap(err, "%zu of %zu %s were %s, and %zu before",
		    tally->n_done, tally->all, tally->what, tally->done,
		    tally->n_before);
	else
		(void)err_wrap(err, "%zu of %zu %s were %s", tally->n_done,
		    tally->all, tally->what, tally->done);
	return file == NULL ? err_hint(err, "%s", again) :
	    err_hint(err, "%s is as it was; %s", file, again);
}

void
tally_put(struct tally *tally)
{

	tally_note(tally);
	if (tally->refused != NULL)
		json_put_take(tally->cmd->json, "refused", tally->refused);
	tally->refused = NULL;
}

int
tally_end(struct tally *tally, int rc, struct error *err)
{
	struct cmd *cmd = tally->cmd;
	const size_t good = tally->n_done + tally->n_before;
	const size_t bad = tally->n_refused + tally->n_held;

	tally_put(tally);
	json_put_int(cmd->json, "n_refused", (int64_t)tally->n_refused);
	/* A file is replaced by all there is for it, or stays as it was. */
	if (file_of(cmd) != NULL)
		cmd->is_partial = good > 0 && !tally_is_cut(tally);
	else if (good > 0 || bad > 0 || stop_signal() != 0)
		cmd->is_partial = true;
	if (rc != 0)
		return good == 0 ? -1 : end_early(tally, err);
	if (stop_signal() != 0 && tally_is_cut(tally)) {
		(void)stop_error(err);
		return end_early(tally, err);
	}
	if (bad == 0)
		return 0;
	*err = tally->first;
	if (good > 0)
		err->class = ERR_PARTIAL;
	return err_wrap(err, "%zu of %zu %s were not %s; the first",
	    bad, tally->all, tally->what, tally->done);
}
