#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_status_end.h"
#include "kmgr/engine/ksk_end.h"
#include "kmgr/engine/ksk_end_check.h"

/* A foreign one is no more than a row, and the plan says that it is hidden. */
static int
end_of(struct store *store, const struct zone_life *zone,
    const struct life_step *step, int64_t *at, struct error *err)
{
	int64_t horizon_at;

	*at = step->at;
	if (step->key >= zone->n_ksks)
		return 0;
	if (ksk_end_horizon(store, &zone->ksks[step->key], &horizon_at,
	    err) != 0)
		return -1;
	*at = ksk_end_at(zone, step->key, horizon_at);
	return 0;
}

int
cmd_ends_find(struct cmd *cmd, const struct zone_life *zone,
    const struct life_plan *plan, struct cmd_ends *out, struct error *err)
{
	struct store *store;
	struct cmd_end *end;
	int64_t at;
	size_t i;

	*out = (struct cmd_ends) { .n = 0 };
	if (session_store(cmd->session, &store, err) != 0)
		return -1;
	for (i = 0; i < plan->n; i++) {
		if (plan->steps[i].kind != LIFE_DONE)
			continue;
		if (end_of(store, zone, &plan->steps[i], &at, err) != 0) {
			cmd_ends_clear(out);
			return -1;
		}
		end = mem_push(&out->list, out->n++, sizeof(*end));
		*end = (struct cmd_end) { plan->steps[i].key, at };
	}
	return 0;
}

int64_t
cmd_ends_at(const struct cmd_ends *ends, size_t key)
{
	size_t i;

	for (i = 0; i < ends->n; i++)
		if (ends->list[i].key == key)
			return ends->list[i].at;
	return LIFE_NEVER;
}

void
cmd_ends_clear(struct cmd_ends *ends)
{

	free(ends->list);
	*ends = (struct cmd_ends) { .n = 0 };
}

static void
print_one(const struct cmd_end *end, const struct life_key *key,
    struct buf *out)
{
	char at[WHEN_TEXT_LEN];

	if (end->at == LIFE_NEVER)
		buf_printf(out, "KSK %u can be deleted once kmgr ds-gone %s "
		    "tells that the parent has no DS of it", key->key_tag,
		    key->name);
	else
		buf_printf(out, "KSK %u can be deleted%s%s: kmgr %s %s",
		    key->key_tag, end->at == 0 ? "" : " from ",
		    end->at == 0 ? " at any time" :
		    when_rfc3339(end->at, at), key->is_foreign ?
		    "remove-foreign-key" : "delete-ksk", key->name);
}

void
cmd_ends_print(const struct cmd_ends *ends, const struct zone_life *zone,
    const char *before, const char *after, struct buf *out)
{
	size_t i;

	for (i = 0; i < ends->n; i++) {
		buf_printf(out, "%s", before);
		print_one(&ends->list[i],
		    &zone->life.keys[ends->list[i].key], out);
		buf_printf(out, "%s", after);
	}
}
