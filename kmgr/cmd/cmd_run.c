#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/causes.h"
#include "kmgr/cmd/command.h"
#include "kmgr/service/run_workers.h"
#include "kmgr/store/store_claim.h"

#define PASS_MAX_S 60		/* until the next pass, due or not */
#define POLL_S	   1		/* other commands may make something due */

/* Where the lines of a pass go. */
struct listener {
	struct cmd	*cmd;
	struct json	*list;
	struct causes	 failures;	/* of the pass, not told yet */
	bool		 is_watching;
};

static const char *
event_name(enum run_event event)
{
	static const char *const names[] = { "did", "would", "waits",
		"failed" };

	return names[event];
}

static void
put_line(struct listener *listener, enum run_event event, const char *zone,
    const char *what, const char *text, const struct error *err)
{
	struct json *row = json_add_object(listener->list);

	json_put_text(row, "event", event_name(event));
	json_put_text(row, "zone", zone);
	json_put_text(row, "what", what);
	json_put_text(row, "text", text);
	if (err == NULL)
		return;
	json_put_text(row, "error", err_class_name(err->class));
	json_put_text(row, "hint", err->hint);
}

/* Whoever watches does not wait for the end of a pass. */
static void
print_now(const struct listener *listener)
{
	struct cmd *cmd = listener->cmd;

	if (!listener->is_watching || cmd->wants_json)
		return;
	progress_erase(cmd->progress);
	(void)fputs(buf_text(&cmd->text), stdout);
	(void)fflush(stdout);
	cmd->text.len = 0;
}

static void
tell(void *arg, enum run_event event, const char *zone, const char *what,
    const char *text, const struct error *err)
{
	struct listener *listener = arg;
	struct buf line = BUF_INIT;

	if (listener->cmd->wants_json)
		put_line(listener, event, zone, what, text, err);
	buf_printf(&line, "%s: %s%s%s", what, text,
	    err != NULL && err->hint[0] != '\0' ? "; " : "",
	    err != NULL ? err->hint : "");
	if (event != RUN_FAILED || !causes_add(&listener->failures, zone,
	    buf_text(&line)))
		buf_printf(&listener->cmd->text, "%s %s %s\n", zone,
		    event_name(event), buf_text(&line));
	buf_free(&line);
	print_now(listener);
}

/* What many zones failed of is one line, of the first of them. */
static void
tell_failures(struct listener *listener)
{
	const struct cause *cause;
	size_t i;

	for (i = 0; i < listener->failures.n; i++) {
		cause = &listener->failures.list[i];
		buf_printf(&listener->cmd->text, "%s %s %s", cause->name,
		    event_name(RUN_FAILED), cause->text);
		if (cause->n > 1)
			buf_printf(&listener->cmd->text, "; the first of %zu "
			    "zones", cause->n);
		buf_printf(&listener->cmd->text, "\n");
	}
	causes_clear(&listener->failures);
	print_now(listener);
}

static void
put_result(struct cmd *cmd, const struct run_result *result)
{
	char text[WHEN_TEXT_LEN];
	const int64_t now_at = session_now(cmd->session);

	json_put_int(cmd->json, "n_zones", (int64_t)result->n_zones);
	json_put_int(cmd->json, "n_steps", (int64_t)result->n_steps);
	json_put_int(cmd->json, "n_failed", (int64_t)result->n_failed);
	/* What is due at once has no instant of its own. */
	json_put_text(cmd->json, "next", result->next_at == INT64_MAX ? NULL :
	    when_rfc3339(int64_max(result->next_at, now_at), text));
	json_put_int(cmd->json, "n_waiting", (int64_t)result->n_waiting);
}

static int
read_zones(struct cmd *cmd, struct name **out, size_t *n, struct error *err)
{
	size_t i;

	for (i = 0; i < cmd->args->n_words; i++) {
		struct name *zone = mem_push(out, *n, sizeof(*zone));

		if (cmd_zone(cmd->args->words[i], zone, err) != 0)
			return -1;
		(*n)++;
	}
	return 0;
}

/* Nobody is to read silence as success. */
static int
tell_waiting(const struct run_result *result, struct error *err)
{
	char text[WHEN_TEXT_LEN];

	(void)err_set(err, ERR_PARTIAL, "%zu zone%s until %s after a failure",
	    result->n_waiting, result->n_waiting == 1 ? " waits" : "s wait",
	    when_rfc3339(result->retry_at, text));
	return err_hint(err, "kmgr status says of what; kmgr run ZONE tries "
	    "it at once");
}

/* What a pass came to, where it did not do all. */
static int
judge(const struct listener *listener, const struct run_result *result,
    struct error *err)
{

	if (stop_signal() != 0 && !listener->is_watching) {
		(void)stop_error(err);
		(void)err_wrap(err, "%zu zones were gone over",
		    result->n_zones);
		return err_hint(err, "run the same command again: it does "
		    "what is left");
	}
	if (result->n_failed == 0)
		return result->n_waiting == 0 || listener->is_watching ? 0 :
		    tell_waiting(result, err);
	*err = result->first;
	/* Its line has the hint. */
	if (!listener->cmd->wants_json)
		err->hint[0] = '\0';
	if (listener->is_watching)
		return -1;
	if (result->n_failed < result->n_zones)
		err->class = ERR_PARTIAL;
	return err_wrap(err, "%zu of %zu zones failed, the first of them",
	    result->n_failed, result->n_zones);
}

/* One pass; a zone that failed makes the command fail. */
static int
pass(struct cmd *cmd, struct listener *listener, const struct run *run,
    struct run_result *result, struct error *err)
{

	const int rc = run_workers(run, result, err);

	tell_failures(listener);
	if (rc != 0)
		return -1;
	put_result(cmd, result);
	cmd->is_partial = true;
	return judge(listener, result, err);
}

/*
 * Until a zone is due that no other pass has. The store is asked for nothing
 * but that; if it cannot tell, the next pass says why.
 */
static void
wait_for_work(struct cmd *cmd)
{
	const int64_t end_at = when_now() + PASS_MAX_S;
	struct error ignored = ERR_INIT;
	struct store *store;
	int64_t next_at;

	do {
		(void)sleep(POLL_S);
		if (session_store(cmd->session, &store, &ignored) != 0 ||
		    store_claim_next(store, &next_at, &ignored) != 0)
			return;
	} while (when_now() < next_at && when_now() < end_at &&
	    stop_signal() == 0);
}

static void
tell_error(struct cmd *cmd, const char *more, const struct error *err)
{

	progress_erase(cmd->progress);
	(void)fprintf(stderr, "kmgr: %s%s\n", err->msg, more);
	if (err->hint[0] != '\0')
		(void)fprintf(stderr, "kmgr: hint: %s\n", err->hint);
}

/*
 * A new run: the clock, the configuration and the token as they are now. A
 * configuration that is being written is no reason to end.
 */
static void
open_again(struct cmd *cmd)
{
	struct session_options options = cmd->options;
	struct error err = ERR_INIT;
	struct session *next;

	options.now_at = when_now();
	if (session_open(&options, &next, &err) != 0) {
		tell_error(cmd, ": going on with what it was", &err);
		session_notes(cmd->session)->len = 0;
		return;
	}
	session_close(cmd->session);
	cmd->options = options;
	cmd->session = next;
}

/* Until a signal ends it, between zones. */
static int
watch(struct cmd *cmd, struct listener *listener, struct run *run,
    struct error *err)
{
	struct run_result result;

	while (stop_signal() == 0) {
		run->session = cmd->session;
		if (pass(cmd, listener, run, &result, err) != 0)
			tell_error(cmd, "", err);
		err_clear(err);
		progress_erase(cmd->progress);
		(void)fputs(buf_text(session_notes(cmd->session)), stderr);
		wait_for_work(cmd);
		open_again(cmd);
	}
	return stop_error(err);
}

int
cmd_run(struct cmd *cmd, struct error *err)
{
	struct listener listener = { .cmd = cmd,
		.list = json_put_array(cmd->json, "events"),
		.is_watching = args_has(cmd->args, OPT_WATCH) };
	struct run run = { .session = cmd->session, .tell = tell,
		.arg = &listener,
		.is_trial = args_has(cmd->args, OPT_DRY_RUN) };
	struct run_result result;
	struct name *zones = NULL;
	int rc = -1;

	if (listener.is_watching && (cmd->wants_json || run.is_trial))
		return err_set(err, ERR_USAGE,
		    "--watch never ends: neither --json nor --dry-run go "
		    "with it");
	if (read_zones(cmd, &zones, &run.n_zones, err) == 0) {
		stop_catch();
		run.zones = zones;
		rc = listener.is_watching ? watch(cmd, &listener, &run, err) :
		    pass(cmd, &listener, &run, &result, err);
	}
	free(zones);
	return rc;
}
