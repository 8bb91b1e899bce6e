#include <stdio.h>

#include "kmgr/service/health_facts.h"
#include "kmgr/service/health_limits.h"
#include "kmgr/service/health_net.h"
#include "kmgr/service/health_run.h"
#include "kmgr/service/health_trial.h"

#define PAGE 1000	/* zones */

/* What lasts for all zones. */
struct run {
	struct session		*session;
	struct store		*store;
	struct health_net	*net;		/* NULL: nobody is asked */
	struct health_trials	*trials;	/* NULL: no key is tried */
	void			(*each)(void *, const struct health_zone *,
				    const struct health_limits *);
	void			*arg;
};

static void
gather(struct run *run, const struct name *name, struct zone_life *life,
    struct health_zone *zone)
{
	struct health_limits limits;

	if (health_facts(run->session, life, zone, &zone->trouble) == 0) {
		if (run->trials != NULL)
			health_trial(run->trials, run->session, life, zone);
		else
			zone->no_token = "--no-token";
		if (run->net != NULL) {
			health_net_ask(run->net, name, zone);
			health_seen(run->session, zone);
		} else {
			zone->no_network = "--no-network";
		}
	}
	health_limits(session_config(run->session), zone, &limits);
	run->each(run->arg, zone, &limits);
}

/* A zone that is not there is an error, any other trouble a fact. */
static int
look_at(struct run *run, struct cmk_cache *cache, const char *text,
    struct error *err)
{
	const struct health_limits none = { 0 };
	struct health_zone zone = { .name = text, .trouble = ERR_INIT };
	struct zone_life *life = NULL;
	struct name name;
	int rc = 0;

	if (name_read(text, &name, err) != 0)
		return -1;
	if (zone_life_load(run->session, cache, &name, &life,
	    &zone.trouble) == 0) {
		gather(run, &name, life, &zone);
	} else if (zone.trouble.class == ERR_INPUT) {
		*err = zone.trouble;
		rc = -1;
	} else {
		run->each(run->arg, &zone, &none);
	}
	health_zone_clear(&zone);
	zone_life_free(life);
	return rc;
}

static int
look_at_all(struct run *run, struct cmk_cache *cache, struct error *err)
{
	char after[NAME_TEXT_MAX] = "";
	char **names;
	size_t i, n = PAGE;
	int rc = 0;

	while (rc == 0 && n == PAGE) {
		if (store_zone_list(run->store, after, PAGE, &names, &n,
		    err) != 0)
			return -1;
		for (i = 0; rc == 0 && i < n; i++)
			rc = look_at(run, cache, names[i], err);
		if (n > 0)
			(void)snprintf(after, sizeof(after), "%s",
			    names[n - 1]);
		zone_names_free(names, n);
	}
	return rc;
}

int
health_run(struct session *session, const char *name,
    enum health_network network, enum health_token token,
    void (*each)(void *arg, const struct health_zone *zone,
    const struct health_limits *limits), void *arg, struct error *err)
{
	struct run run = { .session = session, .each = each, .arg = arg };
	struct cmk_cache cache = { 0 };
	int rc = -1;

	if (token == HEALTH_TRY_KEYS)
		run.trials = health_trials_new();
	if (session_store(session, &run.store, err) != 0 ||
	    (network == HEALTH_ASK_SERVERS && health_net_new(
	    session_config(session), &run.net, err) != 0))
		goto out;
	rc = name != NULL ? look_at(&run, &cache, name, err) :
	    look_at_all(&run, &cache, err);
 out:
	health_net_free(run.net);
	health_trials_free(run.trials);
	cmk_cache_clear(&cache);
	return rc;
}
