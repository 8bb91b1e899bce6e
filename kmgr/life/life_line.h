/*
 * The time line of a zone: which state each record of its keys is in from when
 * until when, and what happens. What a simulation tells, in the form in which
 * it is written and drawn; its size is linear in what happens.
 */
#ifndef LIFE_LIFE_LINE_H
#define LIFE_LIFE_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/json.h"
#include "kmgr/life/life.h"

enum life_line_record { LIFE_LINE_DNSKEY, LIFE_LINE_DS, LIFE_LINE_RECORDS };

/* A record is in one state; bars follow each other without a gap. */
struct life_bar {
	int64_t		 from_at, until_at;
	enum life_state	 state;
};

struct life_row {
	char		*name;		/* of the key */
	uint8_t		 alg;
	struct life_bar	*bars[LIFE_LINE_RECORDS];
	size_t		 n_bars[LIFE_LINE_RECORDS];
};

struct life_line {
	char		*zone;
	int64_t		 from_at, until_at;	/* from_at is now */
	struct life_row	*rows;
	size_t		 n_rows;
	struct life_moment *moments;	/* in an instant steps come first */
	size_t		 n_moments;
};

/* What was simulated: the zone before and after, and what happened. */
struct life_story {
	const struct life_zone	 *before, *after;
	int64_t			  from_at, until_at;
	const struct life_moment *moments;
	size_t			  n;
};

/**
 * life_line_init(line, story), life_line_clear(line):
 * The time line of ${story}.
 *
 * Owner: the caller, life_line_clear().
 */
void life_line_init(struct life_line *line, const struct life_story *story);
void life_line_clear(struct life_line *line);

/**
 * life_line_record_name(record):
 * "DNSKEY" or "DS".
 */
const char *life_line_record_name(enum life_line_record record);

/**
 * life_line_key_name(line, i):
 * What the key ${i} is called, "" of LIFE_NONE. Owner: ${line}.
 */
const char *life_line_key_name(const struct life_line *line, size_t i);

/**
 * life_line_json(line), life_line_step_json(line, step):
 * All of it for machines: {"zone", "from", "until", "keys", "moments"}; one
 * step: {"step", "key", "wait", ...}. Owner: the caller, json_free().
 */
struct json *life_line_json(const struct life_line *line);
struct json *life_line_step_json(const struct life_line *line,
    const struct life_step *step);

#endif
