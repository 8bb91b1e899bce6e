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
static int
begin(struct cmd *cmd, const char *list, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc;

	json_pretty(cmd->json, &text);
	text.len -= strlen("\n}\n");
	buf_printf(&text, ",\n  \"%s\": [", list);
	rc = write_out(text.data, text.len, err);
	buf_free(&text);
	json_free(cmd->json);
	cmd->json = json_new_object();
	return rc;
}

/* As it would be in the array: a line break is the end of a line. */
static int
write_row(const struct cmd *cmd, const struct json *row, struct error *err)
{
	struct buf text = BUF_INIT, out = BUF_INIT;
	const char *line;
	size_t len;
	int rc;

	json_pretty(row, &text);
	for (line = buf_text(&text); *line != '\0'; line += len + 1) {
		len = strcspn(line, "\n");
		buf_printf(&out, "%s\n    %.*s", line == buf_text(&text) &&
		    cmd->n_rows > 0 ? "," : "", (int)len, line);
	}
	rc = write_out(out.data, out.len, err);
	buf_free(&out);
	buf_free(&text);
	return rc;
}

int
cmd_row(struct cmd *cmd, const char *list, struct json *row_take,
    struct error *err)
{
	int rc = 0;

	if (cmd->wants_json) {
		if (cmd->n_rows == 0)
			rc = begin(cmd, list, err);
		if (rc == 0)
			rc = write_row(cmd, row_take, err);
	} else if (cmd->text.len >= ENOUGH) {
		rc = write_out(cmd->text.data, cmd->text.len, err);
		cmd->text.len = 0;
	}
	cmd->n_rows++;
	json_free(row_take);
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
