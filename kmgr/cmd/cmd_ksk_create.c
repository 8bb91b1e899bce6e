#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/stream.h"
#include "kmgr/cmd/tally.h"
#include "kmgr/cmd/zone_list.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/zone_life.h"

#define PART 2000	/* zones of a list whose KSKs are in memory at once */

/* What is asked for, and what comes of it. */
struct creation {
	struct cmd		*cmd;
	struct ksk_request	 request;
	struct name		*zones;		/* of the request */
	struct zone_list	 list;		/* --zones-from */
	struct tally		 tally;		/* of its zones */
	struct cmk_cache	 cache;
	struct cmd_ksk_parts	 parts;		/* KSKs that there are now */
	struct stream		 stream;	/* where those of a list go */
	bool			 has_noted;	/* what is to be done next */
};

static void
add_zone(struct creation *all, const struct name *zone)
{
	struct ksk_request *request = &all->request;

	*(struct name *)mem_push(&all->zones, request->n_zones++,
	    sizeof(*zone)) = *zone;
	request->zones = all->zones;
}

/* All or none: who types names can type them again. */
static int
read_words(struct creation *all, struct error *err)
{
	const struct args *args = all->cmd->args;
	char text[NAME_TEXT_MAX];
	struct name zone;
	size_t i, k;

	for (i = 0; i < args->n_words; i++) {
		if (cmd_zone(args->words[i], &zone, err) != 0)
			return -1;
		/* Twice the same zone would get two KSKs. */
		for (k = 0; k < i; k++)
			if (name_is_same(&all->zones[k], &zone))
				return err_set(err, ERR_USAGE, "zone %s is "
				    "named twice", name_text(&zone, text));
		add_zone(all, &zone);
	}
	return 0;
}

/* A zone of the list, once. */
static void
refuse(void *arg, const struct name *zone, const struct error *err)
{
	struct creation *all = arg;
	struct zone_line *line = zone_list_find(&all->list, zone);

	if (line->why != NULL)
		return;
	line->why = mem_dup(err, sizeof(*err));
	(void)tally_refuse(&all->tally, line->text, err);
}

static int
read_list(struct creation *all, struct error *err)
{
	const struct zone_line *line;
	size_t i;

	if (zone_list_read(args_get(all->cmd->args, OPT_ZONES_FROM),
	    ZONE_LIST_ZONES, &all->list, err) != 0)
		return -1;
	tally_init(&all->tally, all->cmd, "zones", "given a KSK", "zone");
	all->tally.all = all->list.n;
	for (i = 0; i < all->list.n; i++) {
		line = &all->list.lines[i];
		if (line->why != NULL)
			(void)tally_refuse(&all->tally, line->text, line->why);
		else
			add_zone(all, &line->zone);
	}
	all->request.refused = refuse;
	all->request.arg = all;
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
read_standby(struct cmd *cmd, struct ksk_request *request, struct error *err)
{
	static const char *const words[] = { NULL, "ds", "dnskey" };
	struct cmk_cache cache = { 0 };
	struct zone_life *zone = NULL;

	if (!args_has(cmd->args, OPT_STANDBY))
		return 0;
	if (request->n_zones != 1)
		return err_set(err, ERR_USAGE, "--standby is for one zone");
	if (zone_life_load(cmd->session, &cache, &request->zones[0], &zone,
	    err) == 0) {
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

static int
plan_create(struct creation *all, struct error *err)
{
	struct plan plan = PLAN_INIT;
	int rc;

	rc = ksk_create_plan(all->cmd->session, &all->request, &plan, err);
	if (rc == 0)
		rc = cmd_plan_dry(all->cmd, all->request.cmk, KSK_CREATE_OP,
		    &plan, err);
	all->tally.n_done = rc == 0 ? all->tally.all - all->tally.n_refused :
	    0;
	plan_clear(&plan);
	return rc;
}

/* Zones of the list that have one now. */
static void
count(struct creation *all, const struct ksk *ksks, size_t n)
{
	const struct name *last = NULL;
	const struct zone_line *line;
	size_t i;

	for (i = 0; i < n; i++) {
		line = zone_list_find(&all->list, &ksks[i].zone);
		if (line->why == NULL && (last == NULL ||
		    !name_is_same(last, &line->zone)))
			all->tally.n_done++;
		last = &line->zone;
	}
}

static int
apply_part(struct creation *all, size_t first, size_t n, struct error *err)
{
	struct ksk_request part = all->request;
	struct ksk *ksks;
	size_t n_ksks;

	part.zones = &all->zones[first];
	part.n_zones = n;
	all->cmd->part_first = first;
	if (ksk_create_apply(all->cmd->session, &part, &all->cache, &ksks,
	    &n_ksks, err) != 0)
		return -1;
	cmd_ksk_parts_add(&all->parts, ksks, n_ksks);
	if (!all->has_noted)
		all->has_noted = cmd_ksk_note_next(ksks, n_ksks, all->cmd);
	if (part.refused != NULL) {
		count(all, ksks, n_ksks);
		stream_write(&all->stream);
	}
	ksk_list_free(ksks, n_ksks);
	return 0;
}

/*
 * How many zones go at once: of words all or none do. And what an interrupted
 * run of --another had begun is told from what it had not by a count of all.
 */
static size_t
part_size(const struct ksk_request *request)
{

	return request->refused == NULL || request->wish != KSK_IF_MISSING ||
	    request->n_zones < PART ? request->n_zones : PART;
}

/* One width for all parts, which nobody has seen yet. */
static void
expect_parts(struct creation *all)
{
	char text[NAME_TEXT_MAX];
	size_t i, len, most = 0;

	for (i = 0; i < all->request.n_zones; i++) {
		len = strlen(name_text(&all->zones[i], text));
		most = len > most ? len : most;
	}
	cmd_ksk_parts_widen(&all->parts, most);
	all->cmd->parts_all = all->request.n_zones;
}

static bool
goes_on(const struct creation *all)
{

	return stop_signal() == 0 && !stream_is_broken(&all->stream);
}

static int
apply_create(struct creation *all, struct error *err)
{
	const size_t n = all->request.n_zones;
	const size_t part = part_size(&all->request);
	size_t i;
	int rc = 0;

	cmd_ksk_parts_begin(&all->parts, all->cmd);
	if (part < n)
		expect_parts(all);
	for (i = 0; rc == 0 && i < n && (i == 0 || goes_on(all)); i += part)
		rc = apply_part(all, i, n - i < part ? n - i : part, err);
	table_clear(&all->parts.table);
	return rc;
}

static int
create(struct creation *all, struct error *err)
{
	bool waits = false;

	/* Every line was refused. */
	if (all->request.n_zones == 0)
		return 0;
	if (args_has(all->cmd->args, OPT_DRY_RUN))
		return plan_create(all, err);
	if (cmd_plan_waits(all->cmd, all->request.cmk, KSK_CREATE_OP, &waits,
	    err) != 0)
		return -1;
	if (!waits)
		return apply_create(all, err);
	if (all->tally.n_refused > 0) {
		*err = all->tally.first;
		return -1;
	}
	all->request.refused = NULL;
	return ask_create(all->cmd, &all->request, err);
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
	tally_put(&all->tally);
	/* What waits for approvers is all of it or nothing. */
	return all->request.refused == NULL ? rc :
	    tally_end(&all->tally, rc, err);
}

int
cmd_create_ksk(struct cmd *cmd, struct error *err)
{
	struct creation all = { .cmd = cmd, .request = { .wish =
	    args_has(cmd->args, OPT_ANOTHER) ? KSK_ANOTHER :
	    KSK_IF_MISSING } };
	int rc = -1;

	if (read_zones(&all, err) == 0 &&
	    read_standby(cmd, &all.request, err) == 0)
		rc = (all.request.refused == NULL ? create :
		    create_listed)(&all, err);
	cmk_cache_clear(&all.cache);
	zone_list_clear(&all.list);
	free(all.zones);
	return rc;
}
