#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hsm/probe.h"
#include "kmgr/base/file.h"
#include "kmgr/base/file_out.h"
#include "kmgr/base/give_up.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/progress.h"
#include "kmgr/base/secret.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/failure.h"
#include "kmgr/engine/refusal.h"

/* What the options before the command say. */
struct run {
	const struct command	*command;
	struct args		 globals;	/* before the command's name */
	struct args		 args;		/* behind it */
	struct json		*notes;		/* for a JSON error, or NULL */
	bool			 has_told;	/* the error is in the result */
	int			 status;	/* of a success */
};

static bool
has(const struct run *run, enum opt opt)
{

	return args_has(&run->globals, opt) || args_has(&run->args, opt);
}

static void
trace_call(void *arg, const char *call, unsigned long rv, int64_t elapsed_us)
{

	(void)arg;
	(void)fprintf(stderr, "%s %s (0x%lx) %lld us\n", call,
	    hsm_result_name(rv), rv, (long long)elapsed_us);
}

static void
show_progress(void *arg, size_t done, size_t all)
{
	struct cmd *cmd = arg;

	if (!cmd->tells_progress)
		progress_show(cmd->progress, cmd->part_first + done,
		    cmd->parts_all == 0 ? all : cmd->parts_all);
}

static void
error_text(const struct run *run, const struct error *err, struct buf *out)
{

	if (has(run, OPT_JSON))
		failure_json(run->command == NULL ? NULL : run->command->name,
		    run->notes, err, out);
	else
		failure_text(err, out);
}

static void
print_error(const struct run *run, const struct error *err)
{
	struct buf text = BUF_INIT;

	if (run->has_told)
		return;
	error_text(run, err, &text);
	(void)fputs(buf_text(&text), stderr);
	buf_free(&text);
}

/* Of a process that gives up: whoever has stdio's lock keeps it. */
static int
tell_end(void *arg, const struct error *err)
{
	const struct run *run = arg;
	struct buf text = BUF_INIT;

	/* A line of progress may stand there. */
	if (isatty(STDERR_FILENO))
		buf_printf(&text, "\r\033[K");
	error_text(run, err, &text);
	if (write(STDERR_FILENO, text.data, text.len) < 0)
		return ERR_SYSTEM;
	return command_status(run->command, err);
}

static int
write_stdout(const struct buf *text, struct error *err)
{

	/* Modules are not to die of it; who reads no more may end us now. */
	(void)signal(SIGPIPE, SIG_DFL);
	if (fwrite(text->data, 1, text->len, stdout) != text->len ||
	    fflush(stdout) != 0)
		return err_set_errno(err, "write standard output");
	return 0;
}

/* What stands behind the rows, and then all of it into its place. */
static int
write_rest(struct file_out *file, const struct buf *text, struct error *err)
{

	return fwrite(text->data, 1, text->len, file_out_stream(file)) !=
	    text->len ? err_set_errno(err, "write the result") :
	    file_out_commit(file, err);
}

/* The file that the result goes to, NULL for standard output. */
static const char *
output_path(const struct run *run)
{
	const char *path = args_get(&run->args, OPT_OUTPUT);

	/* A plan is no result: the file stays as it is. */
	if (path == NULL || strcmp(path, "-") == 0 ||
	    args_has(&run->args, OPT_DRY_RUN))
		return NULL;
	return path;
}

/* The command's result, whole, to where it was asked for. */
static int
print_result(const struct run *run, struct cmd *cmd, struct error *err)
{
	const char *path = output_path(run);
	struct buf json = BUF_INIT;
	const struct buf *out = &cmd->text;
	int rc;

	/* What was written there already is not told there. */
	if (cmd->has_written && path == NULL)
		return 0;
	if (cmd->has_written)
		path = NULL;
	if (has(run, OPT_JSON)) {
		if (cmd->n_rows > 0)
			cmd_rows_end(cmd, &json);
		else
			json_pretty(cmd->json, &json);
		out = &json;
	}
	if (cmd->n_rows > 0 && cmd->rows_file != NULL)
		rc = write_rest(cmd->rows_file, out, err);
	else
		rc = path != NULL ? file_write(path, 0644, out->data,
		    out->len, err) : write_stdout(out, err);
	buf_free(&json);
	return rc;
}

static const char *
notes_of(const struct cmd *cmd)
{

	return buf_text(cmd->session != NULL ? session_notes(cmd->session) :
	    &cmd->notes);
}

/* Notes go below the result for people, into it for machines. */
static void
print_notes(const struct run *run, const struct cmd *cmd)
{

	if (!has(run, OPT_QUIET) && !has(run, OPT_JSON))
		(void)fputs(notes_of(cmd), stderr);
}

static struct json *
notes_json(const struct cmd *cmd)
{
	struct json *list = json_new_array();
	const char *line = notes_of(cmd);
	size_t len;
	char *copy;

	for (; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		copy = mem_printf("%.*s", (int)len, line);
		json_add_text(list, copy);
		free(copy);
	}
	return list;
}

/* A command that changes something and was refused leaves its trace. */
static void
record_refusal(const struct run *run, const struct cmd *cmd,
    const struct error *err)
{
	const struct refusal refusal = {
		.command = run->command->name,
		.words = run->args.words,
		.n_words = run->args.n_words,
		.cmk = args_get(&run->args, OPT_CMK),
		.zone = json_get_text(cmd->json, "zone"),
		.zones = json_get(cmd->json, "refused"),
	};
	const enum opt *opt = run->command->opts;

	while (*opt != OPT_END && *opt != OPT_DRY_RUN)
		opt++;
	if (*opt == OPT_DRY_RUN && !args_has(&run->args, OPT_DRY_RUN) &&
	    cmd->session != NULL)
		refusal_record(cmd->session, &refusal, err);
}

/* What there is although the command failed; for machines one object. */
static void
print_partial(struct run *run, struct cmd *cmd, const struct error *err)
{
	struct error ignored = ERR_INIT;
	const bool is_one = has(run, OPT_JSON) &&
	    (output_path(run) == NULL) != cmd->has_written;

	if (is_one)
		failure_put(cmd->json, err);
	run->has_told = print_result(run, cmd, &ignored) == 0 && is_one;
}

static int
run_command(struct run *run, struct cmd *cmd, struct error *err)
{
	int rc;

	if (cmd->command->session == CMD_WITH_SESSION &&
	    session_open(&cmd->options, &cmd->session, err) != 0)
		return -1;
	/* Nothing is signed that could not be written. */
	if (output_path(run) != NULL && !command_fills_folder(cmd) &&
	    file_check_writable(output_path(run), err) != 0)
		return -1;
	rc = cmd->command->run(cmd, err);
	progress_erase(cmd->progress);
	if (rc != 0)
		record_refusal(run, cmd, cmd->refusal.class != ERR_NONE ?
		    &cmd->refusal : err);
	run->notes = notes_json(cmd);
	json_put_take(cmd->json, "notes", json_copy_of(run->notes));
	if (rc == 0)
		rc = print_result(run, cmd, err);
	else if (cmd->is_partial)
		print_partial(run, cmd, err);
	print_notes(run, cmd);
	return rc;
}

static int
start_command(struct run *run, struct error *err)
{
	const char *config = args_get(&run->args, OPT_CONFIG);
	struct cmd cmd = { .command = run->command, .args = &run->args };
	struct progress progress = { .what = run->command->name,
		.to = stderr };
	int rc;

	if (config == NULL)
		config = args_get(&run->globals, OPT_CONFIG);
	cmd.options.config_path = config_path(config);
	cmd.options.now_at = when_now();
	cmd.options.onlooker = "/proc/self/exe";
	cmd.options.accepts_time_jump = args_has(&run->args,
	    OPT_ACCEPT_TIME_JUMP);
	if (has(run, OPT_VERBOSE))
		cmd.options.trace = trace_call;
	else if (isatty(STDERR_FILENO) && !has(run, OPT_QUIET)) {
		cmd.options.progress = show_progress;
		cmd.options.arg = &cmd;
		cmd.progress = &progress;
	}
	cmd.wants_json = has(run, OPT_JSON);
	cmd.json = json_new_object();
	json_put_int(cmd.json, "schema", COMMAND_SCHEMA);
	json_put_text(cmd.json, "command", run->command->name);
	rc = run_command(run, &cmd, err);
	run->status = cmd.status;
	session_close(cmd.session);
	file_out_free(cmd.rows_file);
	json_free(cmd.json);
	buf_free(&cmd.text);
	buf_free(&cmd.notes);
	return rc;
}

static int
hint_usage(const struct command *command, struct error *err)
{

	return err_hint(err, "usage: kmgr %s%s%s", command->name,
	    command->words[0] == '\0' ? "" : " ", command->words);
}

static int
check_words(const struct run *run, struct error *err)
{
	const struct command *command = run->command;
	/* A list of zones is as good as one. */
	const size_t n = run->args.n_words + (command->min_words > 0 &&
	    args_has(&run->args, OPT_ZONES_FROM));

	if (n >= command->min_words && n <= command->max_words)
		return 0;
	(void)err_set(err, ERR_USAGE, n < command->min_words ?
	    "%s needs more arguments" : "%s takes fewer arguments",
	    command->name);
	return hint_usage(command, err);
}

/* Help and version need neither a command that is right nor a store. */
static int
print_help(const struct run *run, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc;

	if (has(run, OPT_VERSION))
		buf_printf(&text, "kmgr " PACKAGE_VERSION "\n");
	else if (run->command != NULL)
		command_usage(run->command, &text);
	else
		command_overview(&text);
	rc = write_stdout(&text, err);
	buf_free(&text);
	return rc;
}

static int
run_all(int argc, char **argv, struct run *run, struct error *err)
{
	int used, behind;

	if (args_parse(argc, argv, NULL, ARGS_STOP_AT_WORD, &run->globals,
	    &used, err) != 0)
		return -1;
	if (used < argc && (run->command = command_need(argv[used],
	    err)) == NULL)
		return -1;
	if (run->command != NULL && args_parse(argc - used, argv + used,
	    run->command->opts, ARGS_TO_THE_END, &run->args, &behind,
	    err) != 0)
		return hint_usage(run->command, err);
	if (has(run, OPT_HELP) || has(run, OPT_VERSION))
		return print_help(run, err);
	if (run->command == NULL) {
		(void)err_set(err, ERR_USAGE, "no command is given");
		return err_hint(err, "kmgr help lists the commands");
	}
	return check_words(run, err) != 0 ? -1 : start_command(run, err);
}

int
main(int argc, char **argv)
{
	struct error err = ERR_INIT;
	struct run run = { 0 };
	int status;

	mem_setup();
	secret_disable_dumps();
	(void)signal(SIGPIPE, SIG_IGN);
	/* Whoever started us may ignore it; then no child has a status. */
	(void)signal(SIGCHLD, SIG_DFL);
	if (hsm_onlooker_is_asked(argc, argv))
		return hsm_onlooker_main(argv);
	give_up_by(tell_end, &run);
	if (run_all(argc, argv, &run, &err) == 0) {
		status = run.status;
	} else {
		print_error(&run, &err);
		status = command_status(run.command, &err);
	}
	json_free(run.notes);
	args_clear(&run.globals);
	args_clear(&run.args);
	if (status != 0)
		stop_end();
	return status;
}
