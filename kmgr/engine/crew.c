#include <sched.h>
#include <string.h>

#include "hsm/measure.h"
#include "kmgr/base/workers.h"
#include "kmgr/engine/crew.h"

#define WORTH_N 512		/* zones; for fewer one worker is done before
				 * others have opened their tokens */

static size_t
n_processors(void)
{
	cpu_set_t set;

	/* Those that this process may use. */
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return (size_t)CPU_COUNT(&set);
}

static bool
asks_for_pin(const struct config *config)
{
	size_t i;

	for (i = 0; i < config->n_tokens; i++) {
		const struct hsm_config token = {
			.name = config->tokens[i].name,
			.uri = config->tokens[i].uri,
		};

		if (!hsm_token_is_unattended(&token))
			return true;
	}
	return false;
}

size_t
crew_size(struct session *session, size_t n_items, bool *is_sure)
{
	const struct config *config = session_config(session);
	size_t n = (size_t)config->performance.workers;

	*is_sure = n != 0;
	if (n == 1)
		return 1;
	if (asks_for_pin(config)) {
		if (n != 0)
			session_note(session, "performance: workers: %zu is "
			    "left aside: a token has no pin-source that is a "
			    "file, and each of them would ask for its PIN", n);
		*is_sure = true;
		return 1;
	}
	if (n == 0)
		n = n_items < WORTH_N ? 1 : n_processors();
	return n < WORKERS_MAX ? n : WORKERS_MAX;
}

/* Whether an earlier CMK of the list has the same token. */
static bool
is_seen(const struct cmk_row *rows, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(rows[k].token, rows[i].token) == 0 &&
		    strcmp(rows[k].state, "enabled") == 0)
			return true;
	return false;
}

int
crew_helps(struct session *session, bool *helps, struct error *err)
{
	struct error away = ERR_INIT;
	struct hsm_token *token;
	struct cmk_row *rows;
	struct store *store;
	bool is_any = false;
	size_t i, n;
	int rc = 0;

	*helps = true;
	if (session_store(session, &store, err) != 0 ||
	    store_cmk_list(store, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0 && *helps; i++) {
		if (strcmp(rows[i].state, "enabled") != 0 ||
		    is_seen(rows, i) || session_token(session, rows[i].token,
		    &token, &away) != 0)
			continue;
		rc = hsm_token_computes(token, helps, err);
		is_any = true;
	}
	*helps = *helps && is_any;
	cmk_rows_free(rows, n);
	return rc;
}
