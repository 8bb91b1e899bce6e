/* The one thing that an operator has to do next for a zone. */
#ifndef LIFE_LIFE_TODO_H
#define LIFE_LIFE_TODO_H

#include <stdint.h>

#include "kmgr/life/life.h"

/* Room for a command with a zone's name as long as names may be. */
#define LIFE_TODO_LEN 1200

struct life_todo {
	enum life_wait	wait;		/* LIFE_DUE: do it now */
	size_t		key;		/* in the zone's, or LIFE_NONE */
	int64_t		since_at;	/* 0: unknown */
	int64_t		until_at;	/* LIFE_NEVER: a fact is missing */
	char		why[LIFE_WHY_LEN];
	char		command[LIFE_TODO_LEN];	/* "" where time alone helps,
					 * or nothing is to come */
	bool		is_idle;	/* nothing is to come */
};

/**
 * life_todo(zone, plan, now_at, out):
 * What ${zone}, whose plan at ${now_at} is ${plan}, waits for first: what is
 * due, then what somebody was asked for, then what only the operator can do;
 * where all of it goes on by itself the step that comes first. That a KSK can
 * be ended (LIFE_DONE) is not waited for.
 */
void life_todo(const struct life_zone *zone, const struct life_plan *plan,
    int64_t now_at, struct life_todo *out);

#endif
