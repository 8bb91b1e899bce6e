/*
 * What became of each of many: who is refused stops no other, and the exit
 * status tells whether all of it was done.
 */
#ifndef CMD_TALLY_H
#define CMD_TALLY_H

#include "kmgr/cmd/causes.h"
#include "kmgr/cmd/command.h"

struct tally {
	struct cmd	*cmd;
	const char	*what;		/* "zones" */
	const char	*done;		/* "signed" */
	const char	*member;	/* of a refusal in JSON: "file" */
	const char	*again;		/* what to do when it was ended; NULL:
					 * the same, which does what is left */
	size_t		 all;
	size_t		 n_done;
	size_t		 n_before;	/* done by an earlier run already */
	size_t		 n_refused;
	size_t		 n_held;	/* refused for now */
	struct json	*refused;
	struct error	 first;		/* of the refusals */
	struct causes	 causes;	/* that were not told yet */
};

/**
 * tally_init(tally, cmd, what, done, member):
 * Nothing was done yet. The strings are kept.
 */
void tally_init(struct tally *tally, struct cmd *cmd, const char *what,
    const char *done, const char *member);

/**
 * tally_refuse(tally, name, err):
 * ${name} was refused, or failed, with ${err}: a note, and a row in JSON, which
 * it returns. Owner: ${tally}. What does not name ${name} may be of a CMK that
 * many have, and what is too early is so for many: one note tells of all of
 * them, and waits for tally_note().
 */
struct json *tally_refuse(struct tally *tally, const char *name,
    const struct error *err);

/**
 * tally_hold(tally, err):
 * One more cannot be done yet, for ${err}: whoever calls tells of all of them
 * together.
 */
void tally_hold(struct tally *tally, const struct error *err);

/**
 * tally_note(tally):
 * Tell what waits to be told. tally_put() does it.
 *
 * tally_put(tally):
 * Put what was refused into the command's JSON, where it stands behind what
 * was done. tally_end() does it.
 */
void tally_note(struct tally *tally);
void tally_put(struct tally *tally);

/**
 * tally_is_cut(tally):
 * Whether the work was ended before all were behind: then a file that was to
 * have the result stays as it was.
 */
bool tally_is_cut(const struct tally *tally);

/**
 * tally_end(tally, rc, err):
 * What the command is to return for ${rc} of the whole: 0 with ${err} untouched
 * only where all are behind and none was refused.
 *
 * Errors: that of ${rc}; as stop_error(); ERR_PARTIAL where
 * something was done, else the class of the first refusal.
 */
int tally_end(struct tally *tally, int rc, struct error *err);

#endif
