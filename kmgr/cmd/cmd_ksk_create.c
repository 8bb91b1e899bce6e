#include <stdint.h>

#include "kmgr/base/stop.h"
#include "kmgr/cmd/cmd_ksk_create_inner.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/engine/zone_life.h"

/* All or none: who types names can type them again. */
static int
read_words(struct creation *all, struct error *err)
{
	const struct args *args = all->cmd->args;

	if (zone_parts_words(&all->zones, args->words, args->n_words,
	    err) != 0)
		return -1;
	all->request.zones = all->zones.zones;
	all->request.n_zones = all->zones.n;
	return 0;
}

/* A zone of the list, once. */
static void
refuse(void *arg, const struct name *zone, const struct error *err)
{
	struct creation *all = arg;
	struct zone_line *line = zone_list_find(&all->zones.list, zone);

	if (line->is_refused)
		return;
	line->is_refused = true;
	(void)tally_refuse(&all->tally, line->text, err);
}

/* How to go on where it was ended early, if not by the same command. */
static const char *
hint_again(const struct creation *all)
{

	if (args_has(all->cmd->args, OPT_DRY_RUN))
		return "nothing was changed";
	return all->request.wish != KSK_ANOTHER ? NULL :
	    "the result has what was made: take these zones out of the list, "
	    "or the same command makes another one for each";
}

static int
read_list(struct creation *all, struct error *err)
{
	const struct zone_line *line;
	size_t i;

	if (zone_parts_list(&all->zones, args_get(all->cmd->args,
	    OPT_ZONES_FROM), err) != 0)
		return -1;
	tally_init(&all->tally, all->cmd, "zones", "given a KSK", "zone");
	all->tally.all = all->zones.list.n;
	all->tally.again = hint_again(all);
	for (i = 0; i < all->zones.list.n; i++) {
		line = &all->zones.list.lines[i];
		if (line->why != NULL)
			(void)tally_refuse(&all->tally, line->text, line->why);
	}
	all->request.refused = refuse;
	all->request.arg = all;
	all->request.resumed = &all->resumed;
	return 0;
}

static int
read_zones(struct creation *all, struct error *err)
{
	const struct cmd *cmd = all->cmd;
	const bool is_bulk = args_has(cmd->args, OPT_ZONES_FROM);

	if (cmd_option(cmd, OPT_CMK, &all->request.cmk, err) != 0)
		return -1;
	if (is_bulk == (cmd->args->n_words > 0)) {
		(void)err_set(err, ERR_USAGE, is_bulk ? "zones are named, "
		    "and --zones-from names others" : "no zone is named");
		return err_hint(err, "usage: kmgr create-ksk %s",
		    cmd->command->words);
	}
	return is_bulk ? read_list(all, err) : read_words(all, err);
}

/*
 * The policy demands approvers: write down what they are to sign. That is all
 * of it or nothing.
 */
static int
ask_create(struct cmd *cmd, const struct ksk_request *request,
    struct error *err)
{
	struct json *arguments = ksk_create_arguments(request);
	struct plan plan = PLAN_INIT;
	int rc = -1;

	if (ksk_create_plan(cmd->session, request, &plan, err) == 0)
		rc = cmd_plan_ask(cmd, request->cmk,
		    &(struct approval_subject) { KSK_CREATE_OP, arguments,
		    &plan }, err);
	plan_clear(&plan);
	json_free(arguments);
	return rc;
}

/*
 * What the zone's policy keeps a standby for; the standby itself may be under
 * another CMK.
 */
static int
read_standby(struct creation *all, struct error *err)
{
	static const char *const words[] = { NULL, "ds", "dnskey" };
	struct ksk_request *request = &all->request;
	struct cmk_cache cache = { 0 };
	struct zone_life *zone = NULL;

	if (!args_has(all->cmd->args, OPT_STANDBY))
		return 0;
	if (all->zones.all != 1)
		return err_set(err, ERR_USAGE, "--standby is for one zone");
	if (zone_life_load(all->cmd->session, &cache, zone_parts_only(
	    &all->zones), &zone, err) == 0) {
		request->wish = KSK_ANOTHER;
		request->standby = words[zone->life.standby];
		if (request->standby == NULL) {
			(void)err_set(err, ERR_POLICY, "the policy of zone %s "
			    "says standby: none", zone->text);
			(void)err_hint(err, "--another makes a further KSK "
			    "that is in use");
		}
	}
	zone_life_free(zone);
	cmk_cache_clear(&cache);
	return request->standby == NULL ? -1 : 0;
}

/* Zones of the list that have one now, from this run or from before. */
static void
count(struct creation *all, const struct ksk *ksks, size_t n)
{
	struct tally *tally = &all->tally;
	const struct zone_line *line;
	bool is_made;
	size_t i;

	while (n > 0) {
		is_made = false;
		for (i = 0; i < n && name_is_same(&ksks->zone,
		    &ksks[i].zone); i++)
			is_made = is_made || ksks[i].is_made;
		line = zone_list_find(&all->zones.list, &ksks->zone);
		if (!line->is_refused)
			(*(is_made ? &tally->n_done : &tally->n_before))++;
		ksks += i;
		n -= i;
	}
}

static bool
has_made(const struct ksk *ksks, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ksks[i].is_made)
			return true;
	return false;
}

/* Those that were made go to the front, in their order; how many they are. */
static size_t
put_made_first(struct ksk *ksks, size_t n)
{
	size_t i, n_made = 0;
	struct ksk other;

	for (i = 0; i < n; i++)
		if (ksks[i].is_made) {
			other = ksks[n_made];
			ksks[n_made++] = ksks[i];
			ksks[i] = other;
		}
	return n_made;
}

static int
apply_part(struct creation *all, struct error *err)
{
	const bool is_listed = all->request.refused != NULL;
	struct ksk *ksks;
	size_t n, n_told;

	all->cmd->part_first = all->zones.first;
	if (ksk_create_apply(all->cmd->session, &all->request, &all->cache,
	    &ksks, &n, err) != 0)
		return -1;
	/* A zone that had some before, and gets no other, is not behind. */
	n_told = is_listed && all->request.wish == KSK_ANOTHER ?
	    put_made_first(ksks, n) : n;
	cmd_ksk_parts_add(&all->ksks, ksks, n_told);
	if (!all->has_noted && (!is_listed || has_made(ksks, n)))
		all->has_noted = cmd_ksk_note_next(ksks, n_told, all->cmd);
	if (is_listed) {
		count(all, ksks, n_told);
		stream_write(&all->stream);
	}
	ksk_list_free(ksks, n);
	return 0;
}

static int
apply_words(struct creation *all, struct error *err)
{
	int rc;

	cmd_ksk_parts_begin(&all->ksks, all->cmd, NULL);
	rc = apply_part(all, err);
	table_clear(&all->ksks.table);
	return rc;
}

static int
apply_list(struct creation *all, struct error *err)
{
	int rc = 0;

	cmd_ksk_parts_begin(&all->ksks, all->cmd, &all->stream);
	/* One width for all parts, which nobody has seen yet. */
	if (all->zones.all > CREATION_PART)
		cmd_ksk_parts_widen(&all->ksks, zone_parts_width(
		    &all->zones));
	all->cmd->parts_all = all->zones.all;
	while (rc == 0 && (all->zones.n == 0 || creation_goes_on(all)) &&
	    creation_take(all, CREATION_PART))
		rc = apply_part(all, err);
	if (all->cmd->n_rows == 0)
		(void)json_put_array(all->cmd->json, "ksks");
	table_clear(&all->ksks.table);
	return rc;
}

static int
create(struct creation *all, struct error *err)
{
	const bool is_listed = all->request.refused != NULL;
	bool waits = false;

	/* Every line was refused. */
	if (all->zones.all == 0)
		return 0;
	if (args_has(all->cmd->args, OPT_DRY_RUN))
		return (is_listed ? creation_plan_list :
		    creation_plan_words)(all, err);
	if (cmd_plan_waits(all->cmd, all->request.cmk, KSK_CREATE_OP, &waits,
	    err) != 0)
		return -1;
	if (!waits)
		return (is_listed ? apply_list : apply_words)(all, err);
	if (all->tally.n_refused > 0) {
		*err = all->tally.first;
		return -1;
	}
	if (is_listed)
		(void)creation_take(all, SIZE_MAX);
	all->request.refused = NULL;
	return ask_create(all->cmd, &all->request, err);
}

static int
finish_list(struct creation *all, int rc, struct error *err)
{
	const struct tally *tally = &all->tally;
	struct cmd *cmd = all->cmd;

	/* What waits for approvers is all of it or nothing. */
	if (all->request.refused == NULL)
		return rc;
	tally_note(&all->tally);
	if (!args_has(cmd->args, OPT_DRY_RUN)) {
		session_note(cmd->session, "%zu of %zu zones were given a "
		    "KSK, %zu had one, %zu refused", tally->n_done,
		    tally->all, tally->n_before, tally->n_refused);
		json_put_int(cmd->json, "n_made", (int64_t)tally->n_done);
		json_put_int(cmd->json, "n_had_one",
		    (int64_t)tally->n_before);
	}
	return tally_end(&all->tally, rc, err);
}

/* Of a list what can be done is, and all of it is told. */
static int
create_listed(struct creation *all, struct error *err)
{
	int rc = -1;

	stop_catch();
	if (stream_open(&all->stream, all->cmd, err) == 0 &&
	    (rc = create(all, err)) == 0)
		rc = stream_end(&all->stream, err);
	stream_close(&all->stream);
	return finish_list(all, rc, err);
}

int
cmd_create_ksk(struct cmd *cmd, struct error *err)
{
	struct creation all = { .cmd = cmd, .request = { .wish =
	    args_has(cmd->args, OPT_ANOTHER) ? KSK_ANOTHER :
	    KSK_IF_MISSING } };
	int rc = -1;

	if (read_zones(&all, err) == 0 &&
	    read_standby(&all, err) == 0)
		rc = (all.request.refused == NULL ? create :
		    create_listed)(&all, err);
	tally_put(&all.tally);
	cmk_cache_clear(&all.cache);
	ksk_resumed_clear(&all.resumed);
	zone_parts_clear(&all.zones);
	return rc;
}
