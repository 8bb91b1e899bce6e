#include <stdio.h>

#include "kmgr/base/when.h"
#include "kmgr/service/hook.h"
#include "kmgr/service/run_told.h"

#define WITH_LEN 48		/* " with status 1" */

static void
tell_failed(const struct hook_about *about, const struct hook_end *end,
    struct life_todo *todo)
{
	char at[WHEN_TEXT_LEN], with[WITH_LEN] = "";

	if (end->status >= 0)
		(void)snprintf(with, sizeof(with), " with status %lld",
		    (long long)end->status);
	(void)snprintf(todo->why, sizeof(todo->why), "the parent may not have "
	    "been asked to %s it: hook %s failed at %s%s; repair it",
	    about->hook == HOOK_DS_ADD ? "add" : "remove",
	    hook_name(about->hook), when_rfc3339(end->at, at), with);
}

int
run_told_take(struct session *session, const struct zone_life *zone,
    struct life_todo *todo, const char **broken, struct error *err)
{
	const bool adds = todo->wait == LIFE_WAITS_DS_SEEN;
	const struct life_key *key;
	struct hook_about about = { .hook = adds ? HOOK_DS_ADD :
	    HOOK_DS_REMOVE, .zone = zone->text };
	struct hook_end end;

	*broken = NULL;
	if ((!adds && todo->wait != LIFE_WAITS_DS_GONE) ||
	    todo->key >= zone->life.n_keys ||
	    !hook_is_configured(session_config(session), about.hook))
		return 0;
	key = &zone->life.keys[todo->key];
	about.key_tag = key->key_tag;
	about.asked_at = adds ? key->ds_add_at : key->ds_remove_at;
	if (hook_last(session, &about, &end, err) != 0)
		return -1;
	if (end.at != 0 && end.status == 0)
		return 0;
	(void)snprintf(todo->command, sizeof(todo->command), "kmgr run %s",
	    zone->text);
	if (end.at == 0) {
		(void)snprintf(todo->why, sizeof(todo->why), "hook %s was not "
		    "told of it yet", hook_name(about.hook));
		return 0;
	}
	*broken = hook_name(about.hook);
	tell_failed(&about, &end, todo);
	return 0;
}
