/* Results that are lists of as many rows as there are zones. */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "kmgr/cmd/command.h"

#define ENOUGH 65536		/* bytes of text, until they are written */

static int
write_out(const void *p, size_t len, struct error *err)
{

	/* As main does it: who reads no more may end us now. */
	(void)signal(SIGPIPE, SIG_DFL);
	return fwrite(p, 1, len, stdout) == len ? 0 :
	    err_set_errno(err, "write standard output");
}

/* Members that are there now stand before the rows. */
static void
begin(struct cmd *cmd, const char *list, struct buf *out)
{
	const size_t from = out->len;

	json_pretty(cmd->json, out);
	assert(out->len - from > strlen("{\n}\n"));
	out->len -= strlen("\n}\n");
	buf_printf(out, ",\n  \"%s\": [", list);
	json_free(cmd->json);
	cmd->json = json_new_object();
}

void
cmd_row_put(const struct json *row, size_t depth, bool is_first,
    struct buf *out)
{
	struct buf text = BUF_INIT;
	const char *line;
	size_t len;

	json_pretty(row, &text);
	for (line = buf_text(&text); *line != '\0'; line += len + 1) {
		len = strcspn(line, "\n");
		buf_printf(out, "%s\n%*s%.*s", line == buf_text(&text) &&
		    !is_first ? "," : "", (int)(2 * depth), "", (int)len,
		    line);
	}
	buf_free(&text);
}

void
cmd_row_json(struct cmd *cmd, const char *list, struct json *row_take,
    struct buf *out)
{

	if (cmd->n_rows == 0)
		begin(cmd, list, out);
	cmd_row_put(row_take, 2, cmd->n_rows == 0, out);
	cmd->n_rows++;
	json_free(row_take);
}

int
cmd_row(struct cmd *cmd, const char *list, struct json *row_take,
    struct error *err)
{
	struct buf text = BUF_INIT;
	int rc = 0;

	if (cmd->wants_json) {
		cmd_row_json(cmd, list, row_take, &text);
		rc = write_out(text.data, text.len, err);
		buf_free(&text);
		return rc;
	}
	if (cmd->text.len >= ENOUGH) {
		rc = write_out(cmd->text.data, cmd->text.len, err);
		cmd->text.len = 0;
	}
	cmd->n_rows++;
	return rc;
}

void
cmd_rows_end(const struct cmd *cmd, struct buf *out)
{
	struct buf rest = BUF_INIT;

	json_pretty(cmd->json, &rest);
	assert(rest.len > strlen("{\n}\n"));
	buf_printf(out, "\n  ],\n%s", buf_text(&rest) + strlen("{\n"));
	buf_free(&rest);
}
