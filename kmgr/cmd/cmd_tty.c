#include <stdio.h>
#include <string.h>

#include "kmgr/cmd/cmd_tty.h"

#define ANSWER_MAX 1200		/* a zone's name, and more */

/* One line that somebody types. */
static void
read_line(FILE *tty, char line[static ANSWER_MAX])
{
	int c;

	if (fgets(line, ANSWER_MAX, tty) == NULL)
		line[0] = '\0';
	if (strchr(line, '\n') == NULL)
		while ((c = fgetc(tty)) != EOF && c != '\n')
			;
	line[strcspn(line, "\n")] = '\0';
}

int
cmd_tty_confirm(const struct cmd_question *question, struct error *err)
{
	char line[ANSWER_MAX];
	FILE *in, *out;

	in = fopen("/dev/tty", "re");
	out = in == NULL ? NULL : fopen("/dev/tty", "we");
	if (out == NULL) {
		if (in != NULL)
			(void)fclose(in);
		(void)err_set(err, ERR_USAGE, "nobody can be asked: there is "
		    "no terminal");
		return err_hint(err, "%s", question->without);
	}
	(void)fprintf(out, "%s%s", question->text, question->ask);
	(void)fflush(out);
	read_line(in, line);
	(void)fclose(in);
	(void)fclose(out);
	if (strcmp(line, question->answer) == 0)
		return 0;
	return err_set(err, ERR_POLICY, "the operator did not confirm it: the "
	    "answer was not %s", question->answer);
}
