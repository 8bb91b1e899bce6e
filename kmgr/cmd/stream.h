/*
 * A result of many parts, written part by part: to standard output at once, to
 * a file whole or not at all. For machines the parts are rows of one JSON
 * document; what else it says main writes behind them.
 */
#ifndef CMD_STREAM_H
#define CMD_STREAM_H

#include <stdatomic.h>

#include "kmgr/base/file_out.h"
#include "kmgr/cmd/command.h"

struct stream {
	struct cmd	*cmd;
	struct file_out	*file;		/* of text; NULL: standard output */
	bool		 is_terminal;	/* what standard output is */
	atomic_bool	 is_broken;	/* it cannot be written to */
	struct error	 why;
};

/**
 * stream_open(stream, cmd, err):
 * Begin the result of ${cmd}.
 *
 * Owner: the caller, stream_close(), also after an error.
 * Errors: ERR_SYSTEM.
 */
int stream_open(struct stream *stream, struct cmd *cmd, struct error *err);

/**
 * stream_write(stream), stream_row(stream, list, row_take),
 * stream_break(stream, err), stream_is_broken(stream):
 * Move what is in the command's text to where it goes, unless JSON is wanted;
 * where it is, write one more row of the array ${list}, the command's only one
 * of that kind. Nobody takes it any more, as ${err} says; whether that is so,
 * which any thread may ask.
 */
void stream_write(struct stream *stream);
void stream_row(struct stream *stream, const char *list,
    struct json *row_take);
void stream_break(struct stream *stream, const struct error *err);
bool stream_is_broken(const struct stream *stream);

/**
 * stream_check(stream, err), stream_end(stream, err):
 * Whether all parts could be written; and put the file into its place.
 *
 * Errors: ERR_SYSTEM.
 */
int stream_check(struct stream *stream, struct error *err);
int stream_end(struct stream *stream, struct error *err);

/**
 * stream_close(stream):
 * Free what ${stream} holds; what was not ended leaves the file as it was.
 */
void stream_close(struct stream *stream);

#endif
