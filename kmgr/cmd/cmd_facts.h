/*
 * What is told of the zones of a list: as many as stand together in one
 * transaction. A zone that is refused stops no other, and what is known
 * already is counted.
 */
#ifndef CMD_CMD_FACTS_H
#define CMD_CMD_FACTS_H

#include <stdbool.h>

#include "kmgr/cmd/command.h"
#include "kmgr/cmd/zone_list.h"
#include "kmgr/engine/fact.h"

/* What varies. ${told} is the command's own. */
struct facts_kind {
	const char	*rows;		/* in JSON: "ksks" */
	/* Decide what ${line} tells. */
	int	(*prepare)(struct cmd *cmd, void *told,
		    struct cmk_cache *cache, const struct zone_line *line,
		    struct fact **out, struct error *err);
	/* What it came to: into ${row}, or the command's text. */
	void	(*show)(struct cmd *cmd, void *told, const struct fact *fact,
		    struct json *row);
	/* What there is to note of all of them; or NULL. */
	void	(*note)(struct cmd *cmd, const void *told);
};

/**
 * cmd_facts(cmd, kind, told, err):
 * --zones-from: tell what ${told} says of each zone in the list.
 *
 * Errors: as zone_list_read(), ${kind}->prepare(), fact_record() and
 * tally_end().
 */
int cmd_facts(struct cmd *cmd, const struct facts_kind *kind, void *told,
    struct error *err);

/* Whom a line names: a KSK, or a zone. The other is NULL. */
struct facts_subject {
	const char		*ksk;		/* the line's: ZONE/KEYTAG */
	const struct name	*zone;		/* its own */
	struct name		 name;
};

/**
 * cmd_facts_subject(line, out):
 * Whether ${line} is a ZONE/KEYTAG or a ZONE: names may have a slash (RFC
 * 2317), but none before digits alone. ${out} stays where it is.
 */
void cmd_facts_subject(const struct zone_line *line,
    struct facts_subject *out);

#endif
