#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/foreign_facts.h"
#include "kmgr/engine/zone_facts.h"
#include "kmgr/store/ledger.h"

/* --- what is done -------------------------------------------------------- */

static int
tell(struct session *session, const char *type, struct json *event_take,
    struct error *err)
{
	const int rc = event_append(session, type, event_take, err);

	json_free(event_take);
	return rc;
}

static struct json *
event_of(const char *cmk_id, const char *zone)
{
	struct json *event = json_new_object();

	json_put_text(event, "cmk_id", cmk_id);
	json_put_text(event, "zone", zone);
	return event;
}

int
zone_facts_set_goal(struct session *session, const char *cmk_id,
    const struct zone_row *row, struct error *err)
{
	struct store *store;
	struct json *event;

	if (session_store(session, &store, err) != 0 ||
	    store_zone_put(store, row, err) != 0)
		return -1;
	event = event_of(cmk_id, row->zone);
	json_put_text(event, "goal", row->goal);
	json_put_int(event, "goal_at", row->goal_at);
	return tell(session, "zone-goal", event, err);
}

int
zone_facts_set_alg(struct session *session, const char *cmk_id,
    const struct zone_alg_row *row, struct error *err)
{
	struct store *store;
	struct json *event;

	if (session_store(session, &store, err) != 0 ||
	    store_zone_alg_put(store, row, err) != 0)
		return -1;
	event = event_of(cmk_id, row->zone);
	json_put_int(event, "alg", row->alg);
	json_put_int(event, "signed_at", row->signed_at);
	json_put_bool(event, "dropped", false);
	return tell(session, "alg-signed", event, err);
}

int
zone_facts_drop_alg(struct session *session, const char *cmk_id,
    const char *zone, uint8_t alg, struct error *err)
{
	struct store *store;
	struct json *event;

	if (session_store(session, &store, err) != 0 ||
	    store_zone_alg_drop(store, zone, alg, err) != 0)
		return -1;
	event = event_of(cmk_id, zone);
	json_put_int(event, "alg", alg);
	json_put_bool(event, "dropped", true);
	return tell(session, "alg-signed", event, err);
}

/* --- what was done ------------------------------------------------------- */

/* Whether the event is filed where those of the zone's CMKs are judged. */
static bool
is_filed(const struct ledger_row *event, const struct json *payload,
    char (*cmks)[STORE_ID_TEXT], size_t n)
{
	const char *cmk_id = json_get_text(payload, "cmk_id");
	size_t i;

	if (cmk_id == NULL || event->cmk_id == NULL ||
	    strcmp(cmk_id, event->cmk_id) != 0)
		return false;
	for (i = 0; i < n; i++)
		if (strcmp(cmks[i], cmk_id) == 0)
			return true;
	return false;
}

static int
give(const struct ledger_row *event, char (*cmks)[STORE_ID_TEXT], size_t n,
    int (*take)(void *arg, const struct json *payload, struct error *err),
    void *arg, struct error *err)
{
	struct json *payload = NULL;
	int rc = -1;

	if (json_read(event->record.payload, strlen(event->record.payload),
	    &payload, err) != 0)
		err->class = ERR_INTEGRITY;
	else
		rc = is_filed(event, payload, cmks, n) ?
		    take(arg, payload, err) : 0;
	json_free(payload);
	return rc == 0 ? 0 : err_wrap(err, "event %lld (%s)",
	    (long long)event->record.seq, event->record.type);
}

int
zone_facts_each(struct store *store, const char *zone, const char *type,
    int (*take)(void *arg, const struct json *payload, struct error *err),
    void *arg, struct error *err)
{
	struct ledger_row *rows = NULL;
	char (*cmks)[STORE_ID_TEXT] = NULL;
	size_t i, n = 0, n_cmks = 0;
	int rc = -1;

	if (ledger_all_of_zone(store, zone, type, &rows, &n, err) == 0 &&
	    (n == 0 ||
	    store_ksk_cmks(store, zone, &cmks, &n_cmks, err) == 0))
		rc = 0;
	for (i = 0; i < n && rc == 0; i++)
		rc = give(&rows[i], cmks, n_cmks, take, arg, err);
	ledger_row_list_free(rows, n);
	free(cmks);
	return rc;
}

/* The goal that was told of last. */
struct goal {
	bool	is_insecure;
	int64_t	at;
};

static int
take_goal(void *arg, const struct json *payload, struct error *err)
{
	const char *word = json_get_text(payload, "goal");
	struct goal *goal = arg;

	goal->at = 0;
	(void)json_get_int(payload, "goal_at", &goal->at);
	if (word == NULL)
		return err_set(err, ERR_INTEGRITY, "it has no goal");
	goal->is_insecure = strcmp(word, "insecure") == 0;
	return 0;
}

static int
check_goal(struct store *store, const char *zone, struct error *err)
{
	struct zone_row row = { .zone = NULL };
	struct goal goal = { false, 0 };
	bool found = false, is_same;

	if (zone_facts_each(store, zone, "zone-goal", take_goal, &goal,
	    err) != 0 ||
	    store_zone_find(store, zone, &row, &found, err) != 0)
		return -1;
	is_same = found ? (strcmp(row.goal, "insecure") == 0) ==
	    goal.is_insecure && row.goal_at == goal.at :
	    !goal.is_insecure && goal.at == 0;
	zone_row_clear(&row);
	return is_same ? 0 : err_set(err, ERR_INTEGRITY, "zone %s: the store "
	    "says of its goal what the ledger does not", zone);
}

/* Since when it is signed, by algorithm; 0: it is not. */
static int
take_alg(void *arg, const struct json *payload, struct error *err)
{
	int64_t *signed_at = arg, alg = 0, at = 0;
	bool dropped = false;

	(void)json_get_bool(payload, "dropped", &dropped);
	(void)json_get_int(payload, "signed_at", &at);
	if (!json_get_int(payload, "alg", &alg) || alg < 1 ||
	    alg > UINT8_MAX || (!dropped && at <= 0))
		return err_set(err, ERR_INTEGRITY, "it has no algorithm or "
		    "no instant");
	signed_at[alg] = dropped ? 0 : at;
	return 0;
}

static int
check_algs(struct store *store, const char *zone, struct error *err)
{
	int64_t signed_at[UINT8_MAX + 1] = { 0 };
	struct zone_alg_row *rows = NULL;
	size_t i, n = 0;
	bool is_same = true;

	if (zone_facts_each(store, zone, "alg-signed", take_alg, signed_at,
	    err) != 0 || store_zone_alg_list(store, zone, &rows, &n,
	    err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		signed_at[rows[i].alg] -= rows[i].signed_at;
	zone_alg_rows_free(rows, n);
	for (i = 0; i <= UINT8_MAX; i++)
		is_same = is_same && signed_at[i] == 0;
	return is_same ? 0 : err_set(err, ERR_INTEGRITY, "zone %s: the store "
	    "says of what its zone signer signs with what the ledger does "
	    "not", zone);
}

int
zone_facts_check(struct store *store, const char *zone, struct error *err)
{
	struct foreign_key_row *rows = NULL;
	size_t n = 0;
	int rc = -1;

	if (store_foreign_list(store, zone, &rows, &n, err) == 0 &&
	    foreign_facts_check(store, zone, rows, n, err) == 0 &&
	    check_goal(store, zone, err) == 0 &&
	    check_algs(store, zone, err) == 0)
		rc = 0;
	foreign_key_rows_free(rows, n);
	if (rc == 0 || err->class != ERR_INTEGRITY)
		return rc;
	return err_hint(err, "the store was changed behind kmgr's back; kmgr "
	    "verify lists every difference");
}
