#include <stdio.h>

#include "kmgr/cmd/stream.h"

int
stream_open(struct stream *stream, struct cmd *cmd, struct error *err)
{

	*stream = (struct stream) { .cmd = cmd, .why = ERR_INIT };
	if (cmd->wants_json || cmd_output(cmd) == NULL ||
	    args_has(cmd->args, OPT_DRY_RUN))
		return 0;
	return file_out_open(cmd_output(cmd), 0644, &stream->file, err);
}

void
stream_write(struct stream *stream)
{
	struct cmd *cmd = stream->cmd;
	FILE *to = stream->file == NULL ? stdout :
	    file_out_stream(stream->file);

	if (cmd->wants_json || cmd->text.len == 0 ||
	    stream_is_broken(stream))
		return;
	/* Both may be one terminal. */
	if (stream->file == NULL)
		progress_erase(cmd->progress);
	if (fwrite(cmd->text.data, 1, cmd->text.len, to) != cmd->text.len ||
	    (stream->file == NULL && fflush(to) != 0)) {
		(void)err_set_errno(&stream->why, "write %s",
		    stream->file == NULL ? "standard output" :
		    cmd_output(cmd));
		atomic_store(&stream->is_broken, true);
	}
	cmd->text.len = 0;
	cmd->has_written = true;
}

bool
stream_is_broken(const struct stream *stream)
{

	return atomic_load(&stream->is_broken);
}

int
stream_end(struct stream *stream, struct error *err)
{

	if (stream_is_broken(stream)) {
		*err = stream->why;
		return -1;
	}
	return stream->file == NULL ? 0 : file_out_commit(stream->file, err);
}

void
stream_close(struct stream *stream)
{

	file_out_free(stream->file);
	stream->file = NULL;
}
