#include <stdlib.h>
#include <string.h>

#include "kmgr/base/int64.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/clock.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/service/health_database.h"
#include "kmgr/service/health_inner.h"
#include "kmgr/store/store_server.h"

static void
add_line(void *arg, const char *line)
{
	char **text = arg, *old = *text;

	*text = old == NULL ? mem_strdup(line) :
	    mem_printf("%s; %s", old, line);
	free(old);
}

/* The smallest of all CMKs that may sign. */
static int
find_tolerance(struct store *store, int64_t *tolerance_s, struct error *err)
{
	struct cmk_row *rows;
	struct cmk *cmk;
	size_t i, n;
	int rc = 0;

	*tolerance_s = CLOCK_APART_MAX_S;
	if (store_cmk_list(store, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++) {
		if (strcmp(rows[i].state, "enabled") != 0)
			continue;
		rc = cmk_load(store, rows[i].id, &cmk, err);
		if (rc == 0)
			int64_lower(tolerance_s,
			    cmk->policy->clock_tolerance_s);
		cmk_free(cmk);
	}
	cmk_rows_free(rows, n);
	return rc;
}

/* That they differ is what is looked for, and no error. */
static int
look_at_clock(struct session *session, int64_t tolerance_s,
    enum health_level level, struct health_database *out, struct error *err)
{
	struct error why = ERR_INIT;

	if (clock_check_store(session, tolerance_s, &why) == 0)
		return 0;
	if (why.class != ERR_POLICY) {
		*err = why;
		return -1;
	}
	free(out->clock);
	out->clock = mem_strdup(why.msg);
	out->clock_level = level;
	return 0;
}

int
health_database_read(struct session *session, struct health_database *out,
    struct error *err)
{
	struct store *store;
	int64_t tolerance_s;

	*out = (struct health_database) { .settings = NULL };
	return session_store(session, &store, err) != 0 ||
	    store_settings(store, add_line, &out->settings, err) != 0 ||
	    find_tolerance(store, &tolerance_s, err) != 0 ||
	    look_at_clock(session, tolerance_s, HEALTH_WARNING, out,
	    err) != 0 ||
	    look_at_clock(session, CLOCK_APART_MAX_S, HEALTH_CRITICAL, out,
	    err) != 0 ? -1 : 0;
}

void
health_database_clear(struct health_database *database)
{

	free(database->settings);
	free(database->clock);
	*database = (struct health_database) { .settings = NULL };
}

HEALTH_CHECK(health_database_settings)
{
	char *text;

	(void)limits;
	if (zone->database == NULL || zone->database->settings == NULL)
		return;
	text = mem_printf("%s; next: switch it on, and restart the server",
	    zone->database->settings);
	health_add_once(report, "store-settings", HEALTH_WARNING, text);
	free(text);
}

HEALTH_CHECK(health_database_clock)
{
	char *text;

	(void)limits;
	if (zone->database == NULL || zone->database->clock == NULL)
		return;
	text = mem_printf("%s, and %s; next: set the wrong one of the two "
	    "right", zone->database->clock,
	    zone->database->clock_level == HEALTH_CRITICAL ?
	    "run does nothing" : "a CMK whose policy allows no more signs "
	    "nothing");
	health_add_once(report, "store-clock", zone->database->clock_level,
	    text);
	free(text);
}
