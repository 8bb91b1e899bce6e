#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_life.h"
#include "kmgr/cmd/cmd_next.h"

/* Zones at once: what is read of one of them stays in the cache of SQLite. */
#define PAGE 200

struct walk {
	struct cmd		*cmd;
	struct cmd_life_view	*view;
	struct cmk_cache	 cache;
	bool			 is_glance;	/* quiet zones are believed */
};

void
cmd_life_put_time(struct json *json, const char *name, int64_t at)
{
	char text[WHEN_TEXT_LEN];

	json_put_text(json, name, at <= 0 || at > WHEN_MAX ? NULL :
	    when_rfc3339(at, text));
}

void
cmd_life_done(struct cmd *cmd, const struct plan *plan)
{
	size_t i;

	json_put_take(cmd->json, "done", plan_json(plan));
	for (i = 0; i < plan->n; i++)
		buf_printf(&cmd->text, "done: %s\n", plan->actions[i].text);
}

static int
show(struct walk *walk, const struct zone_life *zone, struct error *err)
{
	struct life_plan plan;
	int rc;

	life_plan(&zone->life, session_now(walk->cmd->session), &plan);
	rc = walk->view->show(walk->cmd, walk->view->arg, zone, &plan, err);
	life_plan_clear(&plan);
	return rc;
}

static int
show_one(struct walk *walk, const struct name *name, struct error *err)
{
	struct zone_life *zone = NULL;
	int rc;

	if (zone_life_load(walk->cmd->session, &walk->cache, name, &zone,
	    err) != 0)
		return -1;
	rc = show(walk, zone, err);
	zone_life_free(zone);
	return rc;
}

/* What is wrong with a zone that cannot even be read is said by its load. */
static int
show_quiet(struct walk *walk, const struct name *name, bool *is_shown,
    struct error *err)
{
	const int64_t now_at = session_now(walk->cmd->session);
	struct error ignored = ERR_INIT;
	struct zone_life *zone = NULL;
	struct life_plan plan;
	int rc = 0;

	*is_shown = false;
	if (zone_life_read(walk->cmd->session, &walk->cache, name, &zone,
	    &ignored) != 0)
		return 0;
	life_plan(&zone->life, now_at, &plan);
	if (zone_life_is_quiet(zone, &plan, now_at)) {
		*is_shown = true;
		rc = walk->view->show(walk->cmd, walk->view->arg, zone,
		    &plan, err);
	}
	life_plan_clear(&plan);
	zone_life_free(zone);
	return rc;
}

static int
show_next(struct walk *walk, const struct name *name, struct error *err)
{
	bool is_shown = false;

	if (walk->is_glance &&
	    show_quiet(walk, name, &is_shown, err) != 0)
		return -1;
	return is_shown ? 0 : show_one(walk, name, err);
}

/* The first error stays; the page is shown to its end. */
static int
show_zones(struct walk *walk, char *const *names, size_t n,
    struct error *err)
{
	struct error later = ERR_INIT;
	struct name name;
	size_t i;
	int rc = 0;

	for (i = 0; i < n; i++) {
		struct error *to = rc == 0 ? err : &later;

		if (name_read(names[i], &name, to) == 0 &&
		    show_next(walk, &name, to) == 0)
			continue;
		walk->view->n_unread++;
		(void)err_wrap(to, "zone %s", names[i]);
		if (rc != 0)
			session_note(walk->cmd->session, "%s", later.msg);
		err_clear(&later);
		rc = -1;
	}
	return rc;
}

/* All of it as of one instant, read at once. */
static int
show_page(struct walk *walk, struct store *store, const char *after,
    char *const *names, size_t n, struct error *err)
{
	int rc;

	if (n == 0)
		return 0;
	if (store_snapshot(store, err) != 0)
		return -1;
	store_ahead(store, after, names[n - 1]);
	rc = show_zones(walk, names, n, err);
	store_release(store);
	return rc;
}

static int
show_all(struct walk *walk, struct store *store, struct error *err)
{
	struct error later = ERR_INIT;
	char *after = mem_strdup("");
	char **names = NULL;
	size_t n = PAGE;
	int rc = 0;

	walk->cmd->is_partial = true;
	while (n == PAGE) {
		if (store_zone_list(store, after, PAGE, &names, &n,
		    rc == 0 ? err : &later) != 0) {
			rc = -1;
			break;
		}
		if (show_page(walk, store, after, names, n, rc == 0 ? err :
		    &later) != 0)
			rc = -1;
		err_clear(&later);
		free(after);
		after = mem_strdup(n == 0 ? "" : names[n - 1]);
		zone_names_free(names, n);
	}
	free(after);
	return rc;
}

static int
show_asked(struct walk *walk, struct error *err)
{
	struct cmd *cmd = walk->cmd;
	struct store *store;
	struct name name;
	int rc = -1;

	if (session_store(cmd->session, &store, err) != 0)
		return -1;
	if (cmd->args->n_words == 0)
		rc = show_all(walk, store, err);
	else if (cmd_zone(cmd->args->words[0], &name, err) == 0)
		rc = show_one(walk, &name, err);
	cmk_cache_clear(&walk->cache);
	if (cmd->args->n_words == 0 && rc == 0 && cmd->n_rows == 0)
		rc = cmd_next_note(cmd, err);
	if (cmd->n_rows == 0)
		(void)json_put_array(cmd->json, "zones");
	return rc;
}

int
cmd_life_each(struct cmd *cmd, struct cmd_life_view *view, struct error *err)
{
	struct walk walk = { .cmd = cmd, .view = view };

	return show_asked(&walk, err);
}

int
cmd_life_glance(struct cmd *cmd, struct cmd_life_view *view,
    struct error *err)
{
	struct walk walk = { .cmd = cmd, .view = view, .is_glance = true };

	return show_asked(&walk, err);
}
