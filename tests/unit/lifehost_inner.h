/* What the files of lifehost share; for them only. */
#ifndef TESTS_UNIT_LIFEHOST_INNER_H
#define TESTS_UNIT_LIFEHOST_INNER_H

#include "tests/unit/lifehost.h"

enum lifehost_event_kind {
	LIFEHOST_RUN,
	LIFEHOST_BY_HAND,	/* a run that does the operator's part too */
	LIFEHOST_ACT,		/* the ${n}th action */
	LIFEHOST_DS_ADD,	/* the registrar does, for the key ${n} */
	LIFEHOST_DS_REMOVE,
	LIFEHOST_DATA_ADD,	/* the zone signer has, with algorithm ${n} */
	LIFEHOST_ZSK_ADD,
	LIFEHOST_ZSK_DROP,
	LIFEHOST_DATA_DROP,
	LIFEHOST_BACKUP,	/* there is one, of the key ${n} */
	LIFEHOST_LEAVE		/* the other provider's key is not needed */
};

struct lifehost_event {
	int64_t			 at;
	enum lifehost_event_kind kind;
	size_t			 n;
};

struct lifehost {
	const struct lifehost_story *story;
	const struct lifehost_fault *fault;
	struct lifehost_end	*end;
	struct lifeworld	*world;		/* end's */
	uint64_t		 x;
	int64_t			 at;		/* the true time */
	int64_t			 skew_s;	/* of its clock, now */
	int64_t			 last_at;	/* of its clock, in a run */
	struct life_zone	 zone;
	size_t			 keys[LIFEWORLD_KEYS]; /* the world's */
	char			 names[LIFEWORLD_KEYS][24];
	struct lifehost_event	*events;
	size_t			 n_events;
	int64_t			 down_until_at;	/* no run before */
	int64_t			 dnskey_ttl_s;	/* of what is signed next */
	int64_t			 old_ttl_s;	/* of what was */
	int64_t			 old_ttl_until_at;
	int64_t			 ds_ttl_s;	/* the parent's */
	int64_t			 old_ds_ttl_s;
	int64_t			 old_ds_ttl_until_at;
	bool			 is_signed_anew; /* to be, in this run */
	bool			 had_ds;
};

/**
 * lifehost_now(host):
 * What its clock says.
 */
int64_t lifehost_now(const struct lifehost *host);

/**
 * lifehost_pick(host, n):
 * A number under ${n}.
 */
int64_t lifehost_pick(struct lifehost *host, int64_t n);

/**
 * lifehost_expect(host, at, kind, n):
 * Something is to happen then, unless the same is expected already.
 */
void lifehost_expect(struct lifehost *host, int64_t at,
    enum lifehost_event_kind kind, size_t n);

/**
 * lifehost_do(host, step):
 * Do ${step}, and ask of others what belongs to it.
 */
void lifehost_do(struct lifehost *host, const struct life_step *step);

/**
 * lifehost_ask_parent(host, kind, i):
 * Ask the registrar to add or remove the DS of the zone's ${i}th key.
 */
void lifehost_ask_parent(struct lifehost *host,
    enum lifehost_event_kind kind, size_t i);

/**
 * lifehost_observe(host):
 * Look at the parent: which DS is seen, and gone.
 */
void lifehost_observe(struct lifehost *host);

/**
 * lifehost_ask_signer(host, step):
 * Tell the zone signer what the plan waits for.
 */
void lifehost_ask_signer(struct lifehost *host, const struct life_step *step);

/**
 * lifehost_admit_zsk(host, alg):
 * The zone signer has a ZSK, and signs no data yet.
 */
void lifehost_admit_zsk(struct lifehost *host, uint8_t alg);

/**
 * lifehost_publish(host):
 * The DNSKEY RRset, signed now, is what the zone has.
 */
void lifehost_publish(struct lifehost *host);

/**
 * lifehost_happen(host, event):
 * What others do: all kinds but runs and actions.
 */
void lifehost_happen(struct lifehost *host,
    const struct lifehost_event *event);

/**
 * lifehost_act(host, n):
 * Do the ${n}th action of the story.
 */
void lifehost_act(struct lifehost *host, size_t n);

#endif
