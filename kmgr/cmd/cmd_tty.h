/* Asking whoever sits at the terminal. */
#ifndef CMD_CMD_TTY_H
#define CMD_CMD_TTY_H

#include "kmgr/base/err.h"

struct cmd_question {
	const char	*text;		/* what is shown before */
	const char	*ask;		/* "Sign it? Type Yes, exactly: " */
	const char	*answer;	/* the only one that will do */
	const char	*without;	/* hint where there is no terminal */
};

/**
 * cmd_tty_confirm(question, err):
 * Show and ask it on the terminal; whatever input and output are.
 *
 * Errors: ERR_USAGE (there is no terminal), ERR_POLICY (another answer).
 */
int cmd_tty_confirm(const struct cmd_question *question, struct error *err);

#endif
