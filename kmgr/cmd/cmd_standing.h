/* Where a zone stands at this instant: what status shows of it. */
#ifndef CMD_CMD_STANDING_H
#define CMD_CMD_STANDING_H

#include "kmgr/cmd/cmd_status_end.h"
#include "kmgr/life/life_todo.h"
#include "kmgr/service/run_claim.h"
#include "kmgr/service/run_failure.h"

struct cmd_standing {
	const struct zone_life	*zone;
	int64_t			 now_at;
	struct life_todo	 todo;
	struct cmd_ends		 ends;
	int64_t			 left_s;	/* of coverage */
	bool			 is_unpublished; /* what was signed last */
	struct run_failure	 failure;
	const char		*broken;	/* hook, or NULL */
	const struct run_claim	*claim;		/* NULL: was not looked for */
};

/* What a zone asks of people, the worst first; each is of one kind. */
enum cmd_standing_kind {
	CMD_STANDING_FAILING,	/* run, a hook, or its signatures ended */
	CMD_STANDING_DUE,	/* a step, or a hand-over */
	CMD_STANDING_WAITING,	/* for somebody's word */
	CMD_STANDING_QUIET,	/* for time alone, or for nothing */
	CMD_STANDING_KINDS
};

/**
 * cmd_standing_find(cmd, zone, plan, out, err):
 * Where ${zone}, whose plan as of now is ${plan}, stands. ${out} borrows
 * ${zone}; its claim is NULL.
 *
 * Owner: the caller, cmd_standing_clear(standing).
 * Errors: ERR_STORE.
 */
int cmd_standing_find(struct cmd *cmd, const struct zone_life *zone,
    const struct life_plan *plan, struct cmd_standing *out,
    struct error *err);
void cmd_standing_clear(struct cmd_standing *standing);

/**
 * cmd_standing_kind(standing):
 * What ${standing} asks of people.
 */
enum cmd_standing_kind cmd_standing_kind(const struct cmd_standing *standing);

#endif
