#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/run_log.h"
#include "kmgr/life/life.h"

#define ERROR_PAUSE_S 60	/* until the same is told again */

void
run_log_init(struct run_log *log, struct cmd *cmd, bool is_watching)
{

	*log = (struct run_log) { .cmd = cmd, .is_watching = is_watching,
		.list = json_put_array(cmd->json, "events") };
}

void
run_log_clear(struct run_log *log)
{
	size_t i;

	for (i = 0; i <= RUN_FAILED; i++)
		causes_clear(&log->held[i]);
	told_clear(&log->told);
}

static const char *
event_name(enum run_event event)
{
	static const char *const names[] = { "did", "would", "waits",
		"warns", "failed" };

	return names[event];
}

/* systemd.exec(5), JOURNAL_STREAM: the journal notes when it gets a line. */
static bool
is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat is;

	return stream != NULL &&
	    sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	    fstat(fd, &is) == 0 && is.st_dev == device && is.st_ino == inode;
}

/* What a line begins with: when it is told, or nothing. */
static const char *
begin(const struct run_log *log, int fd, char out[static WHEN_TEXT_LEN])
{

	if (!log->is_watching || is_journal(fd))
		return "";
	(void)when_rfc3339(when_now(), out);
	return strcat(out, " ");
}

static void
put_row(struct run_log *log, enum run_event event, const char *zone,
    const char *what, const char *text, const struct error *err)
{
	struct json *row = json_add_object(log->list);
	char at[WHEN_TEXT_LEN];

	json_put_text(row, "event", event_name(event));
	json_put_text(row, "at", when_rfc3339(when_now(), at));
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
print_now(const struct run_log *log)
{
	struct cmd *cmd = log->cmd;

	if (!log->is_watching || cmd->text.len == 0)
		return;
	progress_erase(cmd->progress);
	(void)fputs(buf_text(&cmd->text), stdout);
	(void)fflush(stdout);
	cmd->text.len = 0;
}

/* Whether somebody has yet to hear what stays so until it is seen to. */
static bool
is_new(struct run_log *log, const char *line)
{

	return !log->is_watching || told_is_new(&log->told, line,
	    when_elapsed_ms(), TOLD_MAX_S);
}

static void
put_line(struct run_log *log, enum run_event event, const char *zone,
    const char *text, size_t n)
{
	struct buf *out = &log->cmd->text;
	char at[WHEN_TEXT_LEN];

	buf_printf(out, "%s%s %s %s", begin(log, STDOUT_FILENO, at), zone,
	    event_name(event), text);
	if (n > 1)
		buf_printf(out, "; the first of %zu zones", n);
	buf_printf(out, "\n");
}

/* What has to be seen to may be so of many. */
static bool
is_held(struct run_log *log, enum run_event event, const char *zone,
    const char *text)
{

	return event != RUN_DID && event != RUN_WOULD &&
	    causes_add(&log->held[event], zone, text);
}

/* Who is waited for, in the words of status, where it has some. */
static const char *
said(enum run_event event, const char *what, const char **says_for)
{
	enum life_wait wait;

	*says_for = "";
	if (event != RUN_WAITS || !life_wait_find(what, &wait))
		return what;
	*says_for = "for ";
	return life_wait_text(wait);
}

void
run_log_tell(void *arg, enum run_event event, const char *zone,
    const char *what, const char *text, const struct error *err)
{
	struct run_log *log = arg;
	struct buf line = BUF_INIT;
	const char *says_for;
	char *whole;

	if (log->cmd->wants_json)
		put_row(log, event, zone, what, text, err);
	what = said(event, what, &says_for);
	buf_printf(&line, "%s%s: %s%s%s", says_for, what, text,
	    err != NULL && err->hint[0] != '\0' ? "; " : "",
	    err != NULL ? err->hint : "");
	whole = mem_printf("%s %s %s", zone, event_name(event),
	    buf_text(&line));
	/* A step is done once, and a zone that fails was tried once more. */
	if (((event != RUN_WAITS && event != RUN_WARNS) ||
	    is_new(log, whole)) &&
	    !is_held(log, event, zone, buf_text(&line)))
		put_line(log, event, zone, buf_text(&line), 1);
	free(whole);
	buf_free(&line);
	print_now(log);
}

/* What many zones have is one line, of the first of them. */
static void
tell_held(struct run_log *log, enum run_event event)
{
	struct causes *held = &log->held[event];
	size_t i;

	for (i = 0; i < held->n; i++)
		put_line(log, event, held->list[i].name, held->list[i].text,
		    held->list[i].n);
	causes_clear(held);
}

/* Those of a pass; who does not watch has them at the end. */
static void
tell_notes(struct run_log *log)
{
	struct buf *notes = session_notes(log->cmd->session);
	const char *line = buf_text(notes);
	char at[WHEN_TEXT_LEN], *copy;
	size_t len;

	progress_erase(log->cmd->progress);
	for (; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		copy = mem_printf("%.*s", (int)len, line);
		if (is_new(log, copy))
			(void)fprintf(stderr, "%s%s\n", begin(log,
			    STDERR_FILENO, at), copy);
		free(copy);
	}
	notes->len = 0;
}

void
run_log_end(struct run_log *log)
{

	tell_held(log, RUN_WAITS);
	tell_held(log, RUN_WARNS);
	tell_held(log, RUN_FAILED);
	print_now(log);
	if (!log->is_watching)
		return;
	tell_notes(log);
	told_settle(&log->told, when_elapsed_ms());
}

void
run_log_error(struct run_log *log, const char *more, const struct error *err)
{
	char at[WHEN_TEXT_LEN];
	const char *first = begin(log, STDERR_FILENO, at);

	if (!told_is_new(&log->told, err->msg, when_elapsed_ms(),
	    ERROR_PAUSE_S))
		return;
	progress_erase(log->cmd->progress);
	(void)fprintf(stderr, "%skmgr: %s%s\n", first, err->msg, more);
	if (err->hint[0] != '\0')
		(void)fprintf(stderr, "%skmgr: hint: %s\n", first, err->hint);
}
