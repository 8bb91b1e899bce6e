#include <stdio.h>
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/service/health_database.h"
#include "kmgr/service/health_facts.h"
#include "kmgr/service/health_limits.h"
#include "kmgr/service/health_net.h"
#include "kmgr/service/health_run.h"
#include "kmgr/service/health_trial.h"
#include "kmgr/store/store_migrate.h"

#define PAGE 250	/* zones */

/* What lasts for all zones. */
struct run {
	struct session		*session;
	struct store		*store;
	struct cmk_cache	 cache;
	struct health_database	 database;
	struct health_net	*net;		/* NULL: nobody is asked */
	struct health_trials	*trials;	/* NULL: no key is tried */
	void			(*each)(void *, const struct health_zone *,
				    const struct health_limits *);
	void			*arg;
};

/* A zone as the store has it. */
struct looked {
	struct name		 name;
	struct zone_life	*life;		/* NULL: zone.trouble */
	struct health_zone	 zone;
};

static void
looked_free(struct looked *list, size_t n)
{

	while (n-- > 0) {
		health_zone_clear(&list[n].zone);
		zone_life_free(list[n].life);
	}
	free(list);
}

/* A zone that is not there is an error, any other trouble a fact. */
static int
read_zone(struct run *run, const char *text, struct looked *out,
    struct error *err)
{
	struct error *trouble = &out->zone.trouble;

	out->zone = (struct health_zone) { .name = text,
		.trouble = ERR_INIT };
	if (name_read(text, &out->name, err) != 0)
		return -1;
	if (zone_life_load(run->session, &run->cache, &out->name, &out->life,
	    trouble) == 0) {
		(void)health_facts(run->session, out->life, &out->zone,
		    trouble);
		return 0;
	}
	if (trouble->class != ERR_INPUT)
		return 0;
	*err = *trouble;
	return -1;
}

/* What is not in the store: it takes its time, and may be written down. */
static void
look_further(struct run *run, struct looked *looked)
{
	struct health_zone *zone = &looked->zone;

	if (run->trials != NULL)
		health_trial(run->trials, run->session, looked->life, zone);
	else
		zone->no_token = "--no-token";
	if (run->net != NULL) {
		health_net_ask(run->net, &looked->name, zone);
		health_seen(run->session, zone);
	} else {
		zone->no_network = "--no-network";
	}
}

static void
tell(struct run *run, struct looked *looked)
{
	struct health_limits limits = { 0 };

	looked->zone.database = &run->database;
	if (looked->life != NULL) {
		if (looked->zone.trouble.class == ERR_NONE)
			look_further(run, looked);
		health_limits(session_config(run->session), &looked->zone,
		    &limits);
	}
	run->each(run->arg, &looked->zone, &limits);
}

/* The store's part of it as of one instant, and read at once. */
static int
look_at(struct run *run, const char *after, char *const *names, size_t n,
    struct error *err)
{
	struct looked *list = mem_new(n * sizeof(*list));
	size_t i, n_read = 0;
	int rc;

	rc = store_snapshot(run->store, err);
	if (rc == 0 && n > 1)
		store_ahead(run->store, after, names[n - 1]);
	while (rc == 0 && n_read < n) {
		rc = read_zone(run, names[n_read], &list[n_read], err);
		n_read++;
	}
	store_release(run->store);
	for (i = 0; rc == 0 && i < n; i++)
		tell(run, &list[i]);
	looked_free(list, n_read);
	return rc;
}

static int
look_at_all(struct run *run, struct error *err)
{
	/* What servers say of a zone is told before others are asked. */
	const size_t page = run->net == NULL ? PAGE : 1;
	char after[NAME_TEXT_MAX] = "";
	size_t n = page;
	char **names;
	int rc = 0;

	while (rc == 0 && n == page) {
		if (store_zone_list(run->store, after, page, &names, &n,
		    err) != 0)
			return -1;
		if (n > 0) {
			rc = look_at(run, after, names, n, err);
			(void)snprintf(after, sizeof(after), "%s",
			    names[n - 1]);
		}
		zone_names_free(names, n);
	}
	return rc;
}

/* What a store says that another one has replaced is of no zone by now. */
static int
look_at_shut(struct run *run, const char *why, const char *name)
{
	const struct health_limits limits = { 0 };
	struct health_zone zone = {
		.name = name != NULL ? name : "all zones" };

	(void)err_set(&zone.trouble, ERR_STORE, "this store is shut: %s; "
	    "next: name the store that took its place in store: of the "
	    "configuration", why);
	run->each(run->arg, &zone, &limits);
	return 0;
}

int
health_run(struct session *session, const char *name,
    enum health_network network, enum health_token token,
    void (*each)(void *arg, const struct health_zone *zone,
    const struct health_limits *limits), void *arg, struct error *err)
{
	struct run run = { .session = session, .each = each, .arg = arg };
	char *asked = mem_strdup(name), *why = NULL;
	int rc = -1;

	if (token == HEALTH_TRY_KEYS)
		run.trials = health_trials_new();
	if (session_store(session, &run.store, err) != 0 ||
	    health_database_read(session, &run.database, err) != 0 ||
	    store_migrate_shut(run.store, &why, err) != 0 ||
	    (network == HEALTH_ASK_SERVERS && health_net_new(
	    session_config(session), &run.net, err) != 0))
		goto out;
	rc = why != NULL ? look_at_shut(&run, why, name) :
	    name != NULL ? look_at(&run, "", &asked, 1, err) :
	    look_at_all(&run, err);
 out:
	health_database_clear(&run.database);
	health_net_free(run.net);
	health_trials_free(run.trials);
	cmk_cache_clear(&run.cache);
	free(asked);
	free(why);
	return rc;
}
