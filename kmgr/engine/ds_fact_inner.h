/* What the files of ds_fact.h share. */
#ifndef ENGINE_DS_FACT_INNER_H
#define ENGINE_DS_FACT_INNER_H

#include "kmgr/engine/ds_fact.h"
#include "kmgr/engine/zone_life.h"

/* A key of a zone, and the zone with what is told. */
struct ds_fact_told {
	struct fact		 fact;
	enum ds_fact		 what;
	enum ds_fact_doubt	 doubt;
	size_t			 i;
	struct life_zone	 after;
	int64_t			 at;
	bool			 is_begun;	/* nobody had asked for it */
	char			*objection;	/* the oracle's, or NULL */
};

/**
 * ds_fact_of(fact): ${fact}, which is one of these.
 *
 * ds_fact_append(session, fact, err): as a struct fact_kind has it.
 */
const struct ds_fact_told *ds_fact_of(const struct fact *fact);
int ds_fact_append(struct session *session, const struct fact *fact,
    struct error *err);

/**
 * ds_fact_locate(session, cache, request, told, err):
 * Load the zone of ${request}, and find the one key of it that waits for what
 * is told, else one that will, else one of which that is known, else its only
 * one: what is told of it then is refused, or nothing new.
 *
 * Errors: ERR_INPUT (more than one, or none); as zone_life_load().
 */
int ds_fact_locate(struct session *session, struct cmk_cache *cache,
    const struct ds_fact_request *request, struct ds_fact_told *told,
    struct error *err);

/**
 * ds_fact_note_verdict(session, told):
 * Note what the oracle says to what is forced.
 */
void ds_fact_note_verdict(struct session *session,
    const struct ds_fact_told *told);

#endif
