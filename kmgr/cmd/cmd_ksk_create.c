#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/cmd_plan.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/tally.h"
#include "kmgr/cmd/zone_list.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/zone_life.h"

/* What is asked for, and what comes of it. */
struct creation {
	struct cmd		*cmd;
	struct ksk_request	 request;
	struct name		*zones;		/* of the request */
	struct zone_list	 list;		/* --zones-from */
	struct tally		 tally;		/* of its zones */
	struct cmk_cache	 cache;
	struct ksk		*ksks;		/* that there are now */
	size_t			 n;
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
count(struct creation *all)
{
	const struct name *last = NULL;
	const struct zone_line *line;
	size_t i;

	for (i = 0; i < all->n; i++) {
		line = zone_list_find(&all->list, &all->ksks[i].zone);
		if (line->why == NULL && (last == NULL ||
		    !name_is_same(last, &line->zone)))
			all->tally.n_done++;
		last = &line->zone;
	}
}

static int
apply_create(struct creation *all, struct error *err)
{

	if (ksk_create_apply(all->cmd->session, &all->request, &all->cache,
	    &all->ksks, &all->n, err) != 0)
		return -1;
	cmd_ksk_list(all->ksks, all->n, all->cmd);
	cmd_ksk_note_next(all->ksks, all->n, all->cmd);
	if (all->request.refused != NULL)
		count(all);
	return 0;
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

int
cmd_create_ksk(struct cmd *cmd, struct error *err)
{
	struct creation all = { .cmd = cmd, .request = { .wish =
	    args_has(cmd->args, OPT_ANOTHER) ? KSK_ANOTHER :
	    KSK_IF_MISSING } };
	int rc = -1;

	if (read_zones(&all, err) == 0 &&
	    read_standby(cmd, &all.request, err) == 0) {
		if (all.request.refused != NULL)
			stop_catch();
		rc = create(&all, err);
		if (all.request.refused != NULL)
			rc = tally_end(&all.tally, rc, err);
	}
	ksk_list_free(all.ksks, all.n);
	cmk_cache_clear(&all.cache);
	zone_list_clear(&all.list);
	free(all.zones);
	return rc;
}
