#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "kmgr/cmd/stream.h"

int
stream_open(struct stream *stream, struct cmd *cmd, struct error *err)
{

	*stream = (struct stream) { .cmd = cmd, .why = ERR_INIT,
		.is_terminal = isatty(STDOUT_FILENO) != 0 };
	if (cmd_output(cmd) == NULL || args_has(cmd->args, OPT_DRY_RUN) ||
	    command_fills_folder(cmd))
		return 0;
	return file_out_open(cmd_output(cmd), 0644, cmd->wants_json ?
	    &cmd->rows_file : &stream->file, err);
}

/* Where it goes; NULL: to standard output. */
static struct file_out *
file_of(const struct stream *stream)
{

	return stream->cmd->wants_json ? stream->cmd->rows_file :
	    stream->file;
}

/* What goes to a full disk can be had by the same command later. */
static int
hint_room(const struct stream *stream, struct error *err)
{

	return err->code != ENOSPC && err->code != EDQUOT ? -1 :
	    err_hint(err, "make room on the disk of %s, then run the same "
	    "command again: it does what is left", cmd_output(stream->cmd));
}

void
stream_break(struct stream *stream, const struct error *err)
{

	stream->why = *err;
	if (cmd_output(stream->cmd) != NULL)
		(void)hint_room(stream, &stream->why);
	atomic_store(&stream->is_broken, true);
}

static void
put(struct stream *stream, const struct buf *text)
{
	struct cmd *cmd = stream->cmd;
	struct error err = ERR_INIT;
	struct file_out *file = file_of(stream);
	FILE *to = file == NULL ? stdout : file_out_stream(file);

	if (stream_is_broken(stream))
		return;
	if (file == NULL && stream->is_terminal)
		progress_erase(cmd->progress);
	if (fwrite(text->data, 1, text->len, to) != text->len ||
	    (file == NULL && fflush(to) != 0)) {
		(void)err_set_errno(&err, "write %s",
		    file == NULL ? "standard output" : cmd_output(cmd));
		stream_break(stream, &err);
	}
}

void
stream_write(struct stream *stream)
{
	struct cmd *cmd = stream->cmd;

	if (cmd->wants_json || cmd->text.len == 0 ||
	    stream_is_broken(stream))
		return;
	put(stream, &cmd->text);
	cmd->text.len = 0;
	cmd->has_written = true;
}

void
stream_row(struct stream *stream, const char *list, struct json *row_take)
{
	struct buf text = BUF_INIT;

	cmd_row_json(stream->cmd, list, row_take, &text);
	put(stream, &text);
	buf_free(&text);
}

bool
stream_is_broken(const struct stream *stream)
{

	return atomic_load(&stream->is_broken);
}

int
stream_check(struct stream *stream, struct error *err)
{

	if (!stream_is_broken(stream))
		return 0;
	*err = stream->why;
	return -1;
}

int
stream_end(struct stream *stream, struct error *err)
{

	if (stream_check(stream, err) != 0)
		return -1;
	return stream->file == NULL || file_out_commit(stream->file,
	    err) == 0 ? 0 : hint_room(stream, err);
}

void
stream_close(struct stream *stream)
{

	file_out_free(stream->file);
	stream->file = NULL;
}
