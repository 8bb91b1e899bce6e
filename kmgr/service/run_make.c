/* Making KSKs, for as many zones at once as are to have one. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/service/run_inner.h"

#define FAILED_MAX 2	/* in a row, and a token is not asked again */
#define RSA_MAX	   4	/* at once: a lease has to outlast them */
#define TURN_MS	   100	/* who waits for the lock looks so often, or more */

/* What a zone is to get. */
struct wish {
	enum life_step_kind	 kind;
	char			 cmk_id[STORE_ID_TEXT];
	const char		*standby;	/* NULL: it is to be in use */
	size_t			 max;		/* made at once */
};

/* Zones with the same wish. */
struct group {
	struct wish		 wish;
	struct run_zones	 zones;
};

/* The CMK that new KSKs of the zone come from. */
static const struct cmk *
cmk_of(const struct run_zone *z, const struct life_step *step)
{
	const size_t n = z->zone->n_ksks;

	if (step->key != LIFE_NONE && step->key < n)
		return z->zone->ksks[step->key].cmk;
	return n == 0 ? NULL : z->zone->ksks[n - 1].cmk;
}

/* What the KSK is to be kept ready for; NULL: it is to be in use. */
static const char *
standby_of(const struct run_zone *z, const struct life_step *step)
{

	if (step->kind != LIFE_MAKE_STANDBY)
		return NULL;
	return z->zone->life.standby == LIFE_STANDBY_DS ? "ds" : "dnskey";
}

/* By the CMK of the newest KSK that is no standby. */
static const char *
standby_cmk(const struct run_zone *z)
{
	size_t i;

	for (i = z->zone->n_ksks; i-- > 0; )
		if (z->zone->life.keys[i].standby == LIFE_NO_STANDBY)
			return z->zone->ksks[i].cmk->policy->standby_cmk;
	return NULL;
}

/* It is made under the CMK, unless approvers have to sign that. */
static bool
wish_under(struct run_zone *z, const struct life_step *step,
    const struct cmk *cmk, struct wish *out)
{

	*out = (struct wish) { .kind = step->kind,
		.standby = standby_of(z, step), .max = SIZE_MAX };
	memcpy(out->cmk_id, cmk->row.id, sizeof(out->cmk_id));
	if (cmk->policy->alg == ALG_RSASHA256)
		out->max = RSA_MAX;
	if (policy_approvals(cmk->policy, POLICY_OP_CREATE_KSK) == 0)
		return true;
	run_tell(z, RUN_WAITS, "approval", NULL, "approvers have to sign the "
	    "making of a KSK: kmgr create-ksk %s --cmk %s %s", z->text,
	    cmk->row.name, out->standby == NULL ? "--another" : "--standby");
	z->is_stuck = true;
	return false;
}

/* What the zone is to get, by its plan. Else *has is false. */
static int
wish_of(struct run_zone *z, struct wish *out, bool *has, struct error *err)
{
	const struct life_step *step = run_first_due(z);
	struct cmk *named = NULL;
	const struct cmk *cmk;
	struct store *store;
	const char *other;

	*has = false;
	if (step == NULL || !run_step_makes(step)) {
		z->is_going = true;
		return 0;
	}
	cmk = cmk_of(z, step);
	if (cmk == NULL)
		return err_set(err, ERR_INPUT, "zone %s has no CMK that "
		    "makes its KSKs", z->text);
	other = step->kind == LIFE_MAKE_STANDBY ? standby_cmk(z) : NULL;
	if (other == NULL) {
		*has = wish_under(z, step, cmk, out);
		return 0;
	}
	if (session_store(z->run->session, &store, err) != 0)
		return -1;
	if (cmk_load(store, other, &named, err) != 0)
		return err_wrap(err, "ksk.standby.cmk of CMK %s",
		    cmk->row.name);
	*has = wish_under(z, step, named, out);
	cmk_free(named);
	return 0;
}

static bool
is_alike(const struct wish *a, const struct wish *b)
{

	return a->kind == b->kind && strcmp(a->cmk_id, b->cmk_id) == 0 &&
	    (a->standby == NULL) == (b->standby == NULL) &&
	    (a->standby == NULL || strcmp(a->standby, b->standby) == 0);
}

/* Whether it goes into the group; else it stays, or wants nothing. */
static bool
take(struct run_zone *z, struct group *group, bool *stays)
{
	struct error err = ERR_INIT;
	struct wish wish;
	bool has = false;

	*stays = false;
	if (!run_is_well(z))
		return false;
	if (wish_of(z, &wish, &has, &err) != 0)
		run_zone_fail(z, &err);
	if (!has)
		return false;
	if (group->zones.n == 0)
		group->wish = wish;
	*stays = group->zones.n == group->wish.max ||
	    !is_alike(&group->wish, &wish);
	return !*stays;
}

static void
look_again(const struct run_zones *zones)
{
	size_t i;

	for (i = 0; i < zones->n; i++)
		zones->list[i]->is_stale = true;
	run_zones_look(zones);
}

/*
 * By what the store says under the lock: of zones the first that is to have a
 * KSK, and those that are to have one like it. They are taken out, as are all
 * that are to have none any more.
 */
static struct group
take_alike(struct run_zones *zones)
{
	struct group group = { .zones = { NULL, 0 } };
	size_t i, n = 0;
	bool stays;

	look_again(zones);
	for (i = 0; i < zones->n; i++) {
		struct run_zone *z = zones->list[i];

		if (take(z, &group, &stays)) {
			z->n_ksks = z->zone->n_ksks;
			run_zones_add(&group.zones, z);
		} else if (stays) {
			zones->list[n++] = z;
		}
	}
	zones->n = n;
	return group;
}

/* What came of it, also of what a run that died had begun. */
static void
look_made(const struct run_zones *zones, enum life_step_kind kind)
{
	size_t i;

	look_again(zones);
	for (i = 0; i < zones->n; i++) {
		struct run_zone *z = zones->list[i];
		const struct zone_life *zone = z->zone;

		if (z->is_going || zone == NULL || zone->n_ksks <= z->n_ksks)
			continue;
		z->is_going = true;
		run_tell(z, RUN_DID, life_step_name(kind), NULL,
		    "made a KSK under CMK %s",
		    zone->ksks[zone->n_ksks - 1].cmk->row.name);
	}
}

static void
refused(void *arg, const struct name *name, const struct error *err)
{
	const struct run_zones *zones = arg;
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (name_is_same(&zones->list[i]->name, name))
			run_zone_fail(zones->list[i], err);
}

static int
create(struct run_zones *zones, const struct wish *wish, struct error *err)
{
	struct name *names = mem_new(zones->n * sizeof(*names));
	struct run_pass *pass = zones->list[0]->pass;
	struct ksk_request request = { .cmk = wish->cmk_id, .zones = names,
		.n_zones = zones->n, .wish = KSK_ANOTHER,
		.standby = wish->standby, .owed = &pass->owed,
		.refused = refused, .arg = zones };
	struct cmk_cache cache = { 0 };
	struct ksk *list = NULL;
	size_t i, n = 0;
	int rc;

	for (i = 0; i < zones->n; i++)
		names[i] = zones->list[i]->name;
	rc = ksk_create_apply(pass->run->session, &request, &cache, &list, &n,
	    err);
	ksk_list_free(list, n);
	cmk_cache_clear(&cache);
	free(names);
	return rc;
}

/* Those that are another run's are taken out; of the others err tells. */
static void
make(struct run_zones *zones, const struct wish *wish, struct error *err)
{
	struct run_claims *claims = &zones->list[0]->pass->claims;

	if (run_zones_guard(zones, err) == 0 && zones->n > 0)
		(void)create(zones, wish, err);
	run_claims_leave(claims);
	look_made(zones, wish->kind);
}

/*
 * One by one, what failed with ${why} together: no zone is to wait for what is
 * wrong with another one. A token that serves none is not asked for each.
 */
static void
make_each(const struct run_zones *zones, const struct wish *wish,
    struct error why)
{
	size_t i, n_failed = 0;

	for (i = 0; i < zones->n && stop_signal() == 0; i++) {
		struct run_zone *z = zones->list[i];
		struct run_zones one = { &z, 1 };
		struct error err = ERR_INIT;

		/* The one before may have finished what was begun for it. */
		look_made(&one, wish->kind);
		if (!run_is_well(z) || z->is_going)
			continue;
		if (n_failed < FAILED_MAX) {
			make(&one, wish, &err);
			n_failed = err.class == ERR_NONE ||
			    run_is_overtaken(&err) ? 0 : n_failed + 1;
		} else {
			err = why;
		}
		if (err.class == ERR_NONE || z->is_going)
			continue;
		run_zone_fail(z, &err);
		why = err;
	}
}

static void
make_group(struct group *group)
{
	struct run_zone *only = group->zones.list[0];
	const bool is_one = group->zones.n == 1;
	struct error err = ERR_INIT;

	make(&group->zones, &group->wish, &err);
	if (err.class == ERR_NONE)
		return;
	if (!is_one)
		make_each(&group->zones, &group->wish, err);
	else if (!only->is_going)
		run_zone_fail(only, &err);
	else
		session_note(only->run->session, "%s", err.msg);
}

/*
 * Who makes keys is the only one: what another process has begun to make
 * looks like what one that died has left. Between groups others may have their
 * turn: RSA keys take their time.
 */
static int
make_all(struct run_zones *zones, struct error *err)
{
	const struct timespec turn = { 0, TURN_MS * 1000000L };
	struct session *session = zones->list[0]->run->session;

	while (zones->n > 0 && stop_signal() == 0) {
		struct group group;

		if (run_lock(zones->list[0], err) != 0)
			return -1;
		group = take_alike(zones);
		if (group.zones.n > 0)
			make_group(&group);
		run_zones_clear(&group.zones);
		session_unlock(session);
		if (zones->n > 0)
			(void)nanosleep(&turn, NULL);
	}
	return 0;
}

bool
run_make_all(const struct run_zones *zones)
{
	struct run_zones list = { NULL, 0 };
	struct error err = ERR_INIT;
	bool any;
	size_t i;

	for (i = 0; i < zones->n; i++) {
		if (zones->list[i]->wants_key)
			run_zones_add(&list, zones->list[i]);
		zones->list[i]->wants_key = false;
	}
	any = list.n > 0;
	if (any)
		(void)make_all(&list, &err);
	for (i = 0; i < list.n && err.class != ERR_NONE; i++)
		run_zone_fail(list.list[i], &err);
	run_zones_clear(&list);
	return any;
}
