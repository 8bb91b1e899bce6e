#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/run_log.h"
#include "kmgr/service/run_workers.h"
#include "kmgr/store/store_claim.h"

#define PASS_MAX_S 60		/* until the next pass, due or not */
#define POLL_S	   1		/* other commands may make something due */

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
judge(const struct run_log *log, const struct run_result *result,
    struct error *err)
{

	/* Who watches was told of each zone as it failed. */
	if (log->is_watching)
		return 0;
	if (stop_signal() != 0) {
		(void)stop_error(err);
		(void)err_wrap(err, "%zu zones were gone over",
		    result->n_zones);
		return err_hint(err, "run the same command again: it does "
		    "what is left");
	}
	if (result->n_failed == 0)
		return result->n_waiting == 0 ? 0 :
		    tell_waiting(result, err);
	*err = result->first;
	/* Its line has the hint. */
	if (!log->cmd->wants_json)
		err->hint[0] = '\0';
	if (result->n_failed < result->n_zones)
		err->class = ERR_PARTIAL;
	return err_wrap(err, "%zu of %zu zones failed, the first of them",
	    result->n_failed, result->n_zones);
}

/* One pass; a zone that failed makes the command fail. */
static int
pass(struct cmd *cmd, struct run_log *log, const struct run *run,
    struct run_result *result, struct error *err)
{

	const int rc = run_workers(run, result, err);

	run_log_end(log);
	if (rc != 0)
		return -1;
	put_result(cmd, result);
	cmd->is_partial = true;
	return judge(log, result, err);
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

/*
 * A new run: the clock, the configuration and the token as they are now. A
 * configuration that is being written is no reason to end.
 */
static void
open_again(struct cmd *cmd, struct run_log *log)
{
	struct session_options options = cmd->options;
	struct error err = ERR_INIT;
	struct session *next;

	options.now_at = when_now();
	if (session_open(&options, &next, &err) != 0) {
		run_log_error(log, ": going on with what it was", &err);
		return;
	}
	session_close(cmd->session);
	cmd->options = options;
	cmd->session = next;
}

/* Until a signal ends it, between zones. */
static int
watch(struct cmd *cmd, struct run_log *log, struct run *run,
    struct error *err)
{
	struct run_result result;

	while (stop_signal() == 0) {
		run->session = cmd->session;
		if (pass(cmd, log, run, &result, err) != 0)
			run_log_error(log, "", err);
		err_clear(err);
		wait_for_work(cmd);
		open_again(cmd, log);
	}
	return stop_error(err);
}

int
cmd_run(struct cmd *cmd, struct error *err)
{
	const bool is_watching = args_has(cmd->args, OPT_WATCH);
	struct run_log log;
	struct run run = { .session = cmd->session, .tell = run_log_tell,
		.arg = &log,
		.is_trial = args_has(cmd->args, OPT_DRY_RUN) };
	struct run_result result;
	struct name *zones = NULL;
	int rc = -1;

	if (is_watching && (cmd->wants_json || run.is_trial))
		return err_set(err, ERR_USAGE,
		    "--watch never ends: neither --json nor --dry-run go "
		    "with it");
	run_log_init(&log, cmd, is_watching);
	if (read_zones(cmd, &zones, &run.n_zones, err) == 0) {
		stop_catch();
		run.zones = zones;
		rc = is_watching ? watch(cmd, &log, &run, err) :
		    pass(cmd, &log, &run, &result, err);
	}
	run_log_clear(&log);
	free(zones);
	return rc;
}
