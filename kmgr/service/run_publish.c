/* Handing over what is signed, as often as it takes. */
#include "kmgr/base/int64.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/trust.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/store/store_zone.h"

#define FRESH_MS 100		/* since a look at what others did */

/*
 * Whether nothing was signed or decided since the last hand-over. No clock is
 * asked: they step, and those of two machines differ.
 */
static bool
is_as_given(const struct run_zone *z)
{
	const struct zone_row *row = &z->zone->row;

	return row->published_signature == z->newest &&
	    row->published_changes == row->changes;
}

static bool
is_behind(const struct run_zone *z)
{

	if (z->zone->life.has_response)
		return false;
	/* Who leaves a zone to others takes nothing away from them. */
	if (!run_has_records(z) && (z->zone->row.published_at == 0 ||
	    z->zone->life.goal != LIFE_INSECURE))
		return false;
	return z->is_changed || z->records.len > 0 || !is_as_given(z) ||
	    !publish_is_current(z->config, &z->zone->row);
}

bool
run_is_to_give(const struct run_zone *z)
{

	return publish_is_configured(z->config) && is_behind(z);
}

const char *
run_given_text(const struct run_zone *z)
{

	return run_has_records(z) ? "the signed records" :
	    "no records: the zone signer may stop";
}

static void
owe(const struct run_zone *z)
{
	size_t i;

	for (i = 0; i < z->zone->n_ksks; i++)
		trust_owe(&z->pass->owed, z->zone->ksks[i].cmk);
}

/* That nobody has signed, or changed, what was not in it. */
static int
check_same(struct run_zone *z, struct error *err)
{
	struct store *store;
	int64_t newest;

	if (session_store(z->run->session, &store, err) != 0 ||
	    zone_life_check_same(z->run->session, z->zone, err) != 0 ||
	    store_signature_last(store, z->text, &newest, err) != 0)
		return -1;
	z->checked_ms = when_elapsed_ms();
	if (newest == z->newest)
		return 0;
	(void)err_set(err, ERR_STORE, "zone %s was signed while it was handed "
	    "over", z->text);
	err->code = ZONE_LIFE_CHANGED;
	return -1;
}

static int
check_giving(struct run_zone *z, struct error *err)
{

	if (check_same(z, err) != 0)
		return -1;
	z->checked_ms = z->pass->read_ms;
	z->is_giving = true;
	return 0;
}

/* Programs of the operator may have done anything meanwhile. */
static bool
is_fresh(const struct run_zone *z)
{

	return z->checked_ms > z->pass->outside_ms &&
	    when_elapsed_ms() - z->checked_ms <= FRESH_MS;
}

static void
note_outside(const struct run_zone *z)
{

	if (publish_runs_program(session_config(z->run->session), z->config))
		z->pass->outside_ms = when_elapsed_ms();
}

/*
 * That it was handed over, and what counts from now on. Where the zone signer
 * had it already, that was seen in this second.
 */
static int
record(struct run_zone *z, struct error *err)
{
	struct session *session = z->run->session;
	struct store *store;

	if (session_store(session, &store, err) != 0)
		return -1;
	if (z->event != NULL &&
	    (run_late_record(z, &z->late, err) != 0 ||
	    publish_record(session, z->event, err) != 0))
		return -1;
	return store_zone_publish(store, &z->zone->row, err);
}

/*
 * Where there is something to hand over, what it is: signed already, or to be
 * signed now. The zone is loaded before its signatures are, so that whatever
 * comes between is found when the hand-over is recorded.
 */
static int
find(struct run_zone *z, struct error *err)
{

	if (!run_is_to_give(z))
		return 0;
	if (run_zone_look(z, err) != 0)
		return -1;
	if (!is_behind(z))
		return 0;
	if (!run_has_records(z)) {
		/* What was signed after that was decided goes by it, too. */
		z->records.len = 0;
		z->records_at = z->zone->life.goal_at;
		int64_raise(&z->records_at, z->zone->signed_at);
	} else if (run_take_signed(z, err) != 0) {
		return -1;
	}
	if (run_late_read(z, &z->late, err) != 0)
		return -1;
	z->is_giving = true;
	z->wants_signing = run_has_records(z) && z->records.len == 0;
	return 0;
}

/* What was to be signed, and is; else others are waited for. */
static int
find_signed(struct run_zone *z, struct error *err)
{

	if (z->is_stale && (run_zone_look(z, err) != 0 ||
	    run_take_signed(z, err) != 0 ||
	    run_late_read(z, &z->late, err) != 0))
		return -1;
	z->is_giving = !run_has_records(z) || z->records.len > 0;
	return 0;
}

static int
prove(struct run_zone *z, struct error *err)
{
	size_t i;

	for (i = 0; i < z->zone->n_ksks; i++)
		if (trust_prove_given(z->run->session, z->zone->ksks[i].cmk,
		    err) != 0)
			return -1;
	return 0;
}

static bool
is_proved(const struct run_zone *z)
{
	size_t i;

	for (i = 0; i < z->zone->n_ksks; i++)
		if (!session_is_proved(z->run->session,
		    z->zone->ksks[i].cmk->row.id))
			return false;
	return true;
}

/* Who decided something may have died before he told the token. */
static int
prove_decided(struct run_zone *z, const struct publish_given *given,
    struct error *err)
{
	bool is_decided;

	if (is_proved(z))
		return 0;
	if (run_late_is_decided(z, &is_decided, err) != 0)
		return -1;
	return !is_decided && publish_has(z->config, given, &z->zone->row) ?
	    0 : prove(z, err);
}

struct publish_given
run_given(const struct run_zone *z)
{

	return (struct publish_given) { .records = &z->records,
	    .age = { z->records_at, z->newest } };
}

int
run_give_check(struct run_zone *z, struct error *err)
{
	const struct publish_given given = run_given(z);

	if ((!is_fresh(z) && check_same(z, err) != 0) ||
	    prove_decided(z, &given, err) != 0 || run_keep(z, err) != 0)
		return -1;
	/* The row tells of a hand-over that is not recorded yet. */
	z->is_given = z->is_stale = true;
	return 0;
}

/*
 * Under the claim, from the look at what is signed to the record of what was
 * handed over: of two hosts none replaces a newer set by an older one. Where
 * one hangs in between, and overwrites by that what another one has handed
 * over, it finds out when it records that, and has it handed over once more;
 * a directory takes nothing that is older than what it has.
 */
static int
give(struct run_zone *z, struct error *err)
{
	struct publish_given given = run_given(z);
	struct session *session = z->run->session;
	struct zone_row *row = &z->zone->row;
	int rc;

	if (z->is_asked)
		given.updated = &z->answer;
	z->is_asked = false;
	json_free(z->event);
	z->event = NULL;
	/* Zones before this one were given theirs since the look at it. */
	if (run_give_check(z, err) != 0)
		return -1;
	rc = publish_zone(session, z->config, &given, row, &z->event, err);
	note_outside(z);
	if (rc != 0)
		return -1;
	session_advance(session, when_now());
	row->published_at = session_now(session);
	row->published_signature = z->newest;
	row->published_changes = row->changes;
	if (z->event != NULL) {
		run_late_find(z, &z->late);
		if (run_late_prove(z, &z->late, err) != 0)
			return -1;
	}
	z->is_giving = true;
	return 0;
}

/* Recorded, and the zone signer has it. */
static void
finish(struct run_zone *z)
{
	const bool is_told = z->event != NULL;

	z->is_given = z->is_giving = z->is_changed = false;
	z->records.len = 0;
	z->is_stale = z->late.is_any;
	if (z->late.is_any)
		owe(z);
	run_late_clear(&z->late);
	json_free(z->event);
	z->event = NULL;
	if (!is_told)
		return;
	z->is_published = true;
	run_tell(z, RUN_DID, "publish", NULL, "%s", run_given_text(z));
	z->is_to_notify = z->has_cds && run_is_awaited(z);
}

/* Those of which something is to be done; z->is_giving where it is, again. */
static struct run_zones
take_where(const struct run_zones *zones, enum run_which which,
    bool needs_giving)
{
	struct run_zones some = { NULL, 0 };
	size_t i;

	for (i = 0; i < zones->n; i++) {
		struct run_zone *z = zones->list[i];

		if (needs_giving && !z->is_giving)
			continue;
		z->is_giving = false;
		if (which == RUN_ALL || run_is_well(z))
			run_zones_add(&some, z);
	}
	return some;
}

static void
read_where(const struct run_zones *zones, enum run_which which,
    bool needs_giving, int (*read)(struct run_zone *z, struct error *err))
{
	struct run_zones some = take_where(zones, which, needs_giving);

	run_zones_read(&some, read);
	run_zones_clear(&some);
}

static void
give_where(const struct run_zones *zones, enum run_which which)
{
	struct run_zones some = take_where(zones, which, true);
	size_t i;

	for (i = 0; i < some.n; i++)
		run_zone_act(some.list[i], give);
	run_zones_clear(&some);
}

/* What was given, in one transaction. */
static void
record_all(const struct run_zones *zones)
{
	static const struct run_write write = { check_same, record,
		run_late_attest, finish };
	struct run_zones given = { NULL, 0 };
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (zones->list[i]->is_giving)
			run_zones_add(&given, zones->list[i]);
	run_zones_commit(&given, &write);
	run_zones_clear(&given);
}

void
run_hand_over(const struct run_zones *zones, enum run_which which)
{

	size_t i;

	for (i = 0; i < zones->n; i++)
		zones->list[i]->is_giving = false;
	read_where(zones, which, false, find);
	run_sign_all(zones);
	read_where(zones, which, true, find_signed);
	read_where(zones, which, true, check_giving);
	run_tell_tokens(zones);
	run_update_all(zones);
	give_where(zones, which);
	record_all(zones);
	run_notify(zones);
}

void
run_unpublish(struct run_zone *z)
{
	struct error why = ERR_INIT;
	struct store *store;

	if (session_store(z->run->session, &store, &why) != 0 ||
	    store_zone_unpublish(store, z->text, &why) != 0)
		session_note(z->run->session, "%s: it could not be noted that "
		    "what was handed over may be old: %s", z->text, why.msg);
}
