/* What the files of replay share. */
#ifndef ENGINE_REPLAY_INTERNAL_H
#define ENGINE_REPLAY_INTERNAL_H

#include <stdint.h>

#include "kmgr/base/json.h"
#include "kmgr/engine/ksr_record.h"
#include "kmgr/engine/replay.h"
#include "kmgr/store/store_intent.h"
#include "kmgr/store/store_life.h"
#include "kmgr/store/store_plan.h"

/* Rows of one table, in the order that they came, and found by a key. */
struct replay_rows {
	void	**rows;		/* each begins with its id */
	size_t	  n;
	void	 *by_id;	/* tree of tsearch(3) */
};

/* Until when a KSK has signed. */
struct replay_horizon {
	char	ksk_id[STORE_ID_TEXT];
	int64_t	at;
};

/* A zone: its goal, and what it is signed with since when. */
struct replay_zone {
	char	*zone;
	char	*goal;
	int64_t	 goal_at;
	struct zone_alg_row *algs;	/* without their zones' names */
	size_t	 n_algs;
	char	(*cmk_ids)[STORE_ID_TEXT]; /* those that its KSKs are, and
					 * were, under: they answer for it */
	size_t	 n_cmk_ids;
};

/* A response, and the one of its zone that came before. */
struct replay_ksr {
	struct ksr_row		 row;
	struct replay_ksr	*before;	/* or NULL */
};

/* What an interrupted step left in a token, by its key's id. */
struct replay_abandoned {
	char			 key_id[STORE_ID_TEXT];
	struct intent_row	 row;
};

struct replay {
	struct replay_rows cmks;
	struct replay_rows keys;
	struct replay_rows ksks;
	void		*by_tag;	/* KSKs by zone and key tag, a tree */
	struct replay_rows foreign;	/* other providers' keys */
	struct replay_zone **zones;	/* in the order that they came */
	size_t		 n_zones;
	void		*by_zone;	/* and by name, a tree */
	struct replay_rows horizons;	/* by KSK */
	struct replay_rows plans;	/* by hash */
	struct replay_rows ksrs;	/* what was answered */
	void		*by_ksr_zone;	/* and the last of each zone, a tree */
	struct approval_row *approvals;
	size_t		 n_approvals;
	struct replay_rows abandoned;
};

/**
 * replay_rows_find(rows, id):
 * The row with ${id}, or NULL.
 */
void *replay_rows_find(const struct replay_rows *rows, const char *id);

/**
 * replay_rows_add(rows, row_take, err):
 * Append a row from mem_new(), which stays the caller's where there is one
 * with its id.
 *
 * Errors: ERR_INTEGRITY.
 */
int replay_rows_add(struct replay_rows *rows, void *row_take,
    struct error *err);

/**
 * replay_ksk_tag(replay, row):
 * Let ${row} be found by its zone and key tag.
 */
void replay_ksk_tag(struct replay *replay, struct ksk_row *row);

/**
 * replay_recovered(replay, payload, at, err):
 * Let the recovery that ${payload} tells of, at ${at}, happen.
 *
 * Errors: ERR_INTEGRITY.
 */
int replay_recovered(struct replay *replay, const struct json *payload,
    int64_t at, struct error *err);

/* An event taken apart. */
struct replay_happening {
	const struct ledger_record *record;
	struct json	*payload;
};

/**
 * replay_need(happening, name, out, err):
 * The text ${name} of the payload, which must be there. Owner: ${happening}.
 *
 * Errors: ERR_INTEGRITY.
 */
int replay_need(const struct replay_happening *happening, const char *name,
    const char **out, struct error *err);

/**
 * replay_replace(text, by):
 * Put a copy of ${by}, unless that is NULL, into the place of *${text}.
 */
void replay_replace(char **text, const char *by);

/**
 * replay_find_cmk(replay, happening, out, err):
 * The CMK that the event tells of. Owner: ${replay}.
 *
 * Errors: ERR_INTEGRITY.
 */
int replay_find_cmk(struct replay *replay,
    const struct replay_happening *happening, struct cmk_row **out,
    struct error *err);

/**
 * replay_put_key(replay, json, out, err), replay_add_key(replay, happening,
 * out, err):
 * Add the key ${json}, that of the event, unless it is there already, the
 * same. Owner: ${replay}.
 *
 * Errors: ERR_INTEGRITY.
 */
int replay_put_key(struct replay *replay, const struct json *json,
    struct key_row **out, struct error *err);
int replay_add_key(struct replay *replay,
    const struct replay_happening *happening, struct key_row **out,
    struct error *err);

/* Let an event of one type happen. Errors: ERR_INTEGRITY. */
int replay_on_create_cmk(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_identity(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_put_policy(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_seal(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_update_cmk(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_cmk_state(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_create_ksk(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_adopt_ksk(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_delete_ksk(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_ds(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_ksk_step(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_zone_goal(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_alg_signed(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_add_foreign(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_foreign_step(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_sign_zsks(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_sign_ksr(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_restore(struct replay *replay,
    const struct replay_happening *happening, struct error *err);

int replay_on_plan(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_approval(struct replay *replay,
    const struct replay_happening *happening, struct error *err);
int replay_on_plan_end(struct replay *replay,
    const struct replay_happening *happening, struct error *err);

/**
 * replay_write_plans(replay, store, err), replay_compare_approvals(replay,
 * store, each, arg, err):
 * replay_write() for plans and what approvers signed; replay_compare() for
 * what approvers signed.
 */
int replay_write_plans(const struct replay *replay, struct store *store,
    struct error *err);
int replay_compare_approvals(const struct replay *replay, struct store *store,
    void (*each)(void *arg, enum replay_difference kind, const char *line),
    void *arg, struct error *err);

/**
 * replay_zone(replay, name), replay_zone_find(replay, name):
 * The zone of that name; made where it is new, NULL there. Owner: ${replay}.
 * replay_zone_answers(zone, cmk_id): the CMK answers for the zone from now on.
 */
struct replay_zone *replay_zone(struct replay *replay, const char *name);
void replay_zone_answers(struct replay_zone *zone, const char *cmk_id);
struct replay_zone *replay_zone_find(const struct replay *replay,
    const char *name);
void replay_zones_clear(struct replay *replay);

/**
 * replay_write_zones(replay, store, err), replay_compare_zones(replay, store,
 * each, arg, err):
 * replay_write() for zones, what they are signed with, and foreign keys;
 * replay_compare() for zones and what they are signed with.
 */
int replay_write_zones(const struct replay *replay, struct store *store,
    struct error *err);
int replay_compare_zones(const struct replay *replay, struct store *store,
    void (*each)(void *arg, enum replay_difference kind, const char *line),
    void *arg, struct error *err);

/**
 * replay_raise(replay, ksk, at):
 * ${ksk}, and its CMK, have signed until ${at} at least.
 */
void replay_raise(struct replay *replay, const struct ksk_row *ksk,
    int64_t at);

/**
 * replay_supersede(replay, ksk, fact, at):
 * End the responses that ${fact} about ${ksk} at ${at} ends.
 */
void replay_supersede(struct replay *replay, const struct ksk_row *ksk,
    enum ksr_fact fact, int64_t at);

/**
 * replay_write_ksrs(replay, store, err), replay_ksrs_forget(replay):
 * replay_write() for responses, which come back without their texts; forget
 * which zones they are of.
 */
int replay_write_ksrs(const struct replay *replay, struct store *store,
    struct error *err);
void replay_ksrs_forget(struct replay *replay);

/* A member of a row, for whatever is done to all alike. */
enum replay_kind {
	REPLAY_TEXT,		/* char *, may be NULL */
	REPLAY_ID,		/* char[STORE_ID_TEXT] */
	REPLAY_INT,		/* int64_t */
	REPLAY_U16,
	REPLAY_U8,
	REPLAY_UINT,		/* unsigned int */
	REPLAY_BOOL,
	REPLAY_HASH,		/* uint8_t[CRYPTO_SHA256_LEN] */
	REPLAY_BYTES		/* struct buf */
};

struct replay_field {
	const char	*name;
	enum replay_kind kind;
	size_t		 offset;
};

/* A table that is compared row by row. */
struct replay_table {
	const char	*what;		/* "KSK" */
	const struct replay_field *fields;
	size_t		 n_fields;
	char		*(*name)(const void *row);
};
extern const struct replay_table replay_cmk_table;
extern const struct replay_table replay_key_table;
extern const struct replay_table replay_ksk_table;
extern const struct replay_table replay_foreign_table;
extern const struct replay_table replay_plan_table;
extern const struct replay_table replay_ksr_table;

#endif
