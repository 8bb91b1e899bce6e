/*
 * kmgr's host in a world of resolvers: it runs now and then, asks
 * kmgr/life what is due and does it; and those whom it asks for something,
 * who take their time: the registrar, the zone signer, the operator.
 */
#ifndef TESTS_UNIT_LIFEHOST_H
#define TESTS_UNIT_LIFEHOST_H

#include "kmgr/life/life.h"
#include "tests/unit/lifeworld.h"

#define LIFEHOST_ACTIONS 8
#define LIFEHOST_START	 INT64_C(10000000) /* the story begins */

/* What somebody does to the zone. */
enum lifehost_what {
	LIFEHOST_NOTHING,
	LIFEHOST_ROLL,		/* roll-ksk */
	LIFEHOST_COMPROMISE,	/* roll-ksk --reason compromise */
	LIFEHOST_LOSE,		/* the active KSK cannot sign any more */
	LIFEHOST_ROLL_ALG,	/* roll-ksk --cmk of another algorithm */
	LIFEHOST_GO_INSECURE,
	LIFEHOST_GO_SECURE,
	LIFEHOST_TTL,		/* another dnskey-ttl from now on */
	LIFEHOST_DS_TTL,	/* the parent's TTL is another one now */
	LIFEHOST_TAKE_OVER,	/* the other provider is left */
	LIFEHOST_SHARE,		/* or serves the zone, too */
	LIFEHOST_WHATS
};

struct lifehost_action {
	int64_t			at;	/* after the start */
	enum lifehost_what	what;
	int64_t			n;	/* a TTL */
};

/* All that a story is told from. */
struct lifehost_story {
	uint64_t		seed;
	struct timing	timing;	/* the policy's */
	enum life_roll		roll;
	enum life_standby	standby;
	unsigned int		automation;
	int64_t			lifetime_s;
	bool			needs_backup;
	uint8_t			alg, other_alg;
	bool			joins;	/* from another provider */
	bool			sees_one; /* ds-seen by hand, of one server */
	int64_t			ds_ttl_s; /* the parent's */
	int64_t			inception_offset_s;
	int64_t			skew_s;	/* the clock is wrong by, at most */
	int64_t			run_s;	/* run comes so late, at most */
	int64_t			outage_s; /* or, now and then, so late */
	int64_t			registrar_s; /* its delay; or ten times it */
	int64_t			signer_s;
	int64_t			length_s;
	struct lifehost_action	actions[LIFEHOST_ACTIONS];
	size_t			n_actions;
};

/* What is broken; zeroes for nothing. */
struct lifehost_fault {
	void	(*timing)(struct timing *timing);
	bool	sees_at_once;	/* a DS that is asked for is seen */
	bool	gone_at_once;
	bool	forgets_ttl;	/* the DNSKEY TTL that was */
	bool	ignores_ds_ttl;	/* what the parent serves */
	bool	forgets_revoke;	/* a KSK goes without having said so */
};

/* What came of it. */
struct lifehost_end {
	struct lifeworld	world;
	size_t			n_rolled;	/* KSKs that came and went */
	size_t			n_refused;	/* rolls */
	size_t			n_runs;
	bool			is_abandoned;	/* left without a DS */
	bool			is_restless;	/* a second plan had more */
	char			text[400];	/* of these two */
};

/**
 * lifehost_tell(story, fault, end):
 * Tell ${story} to its end, with ${fault}.
 *
 * Owner: the caller, lifeworld_clear(&end->world).
 */
void lifehost_tell(const struct lifehost_story *story,
    const struct lifehost_fault *fault, struct lifehost_end *end);

/**
 * lifehost_print(story, text, len):
 * The policy and the script.
 */
void lifehost_print(const struct lifehost_story *story, char *text,
    size_t len);

#endif
