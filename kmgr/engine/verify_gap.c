/* What a comparison had to leave out. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/verify_internal.h"

bool
verify_is_skipped(const struct verifier *v, const char *token)
{
	size_t i;

	for (i = 0; i < v->report->n_gaps; i++)
		if (strcmp(v->report->gaps[i].token, token) == 0)
			return true;
	return false;
}

static void
name_cmk(struct buf *out, const char *what, const struct cmk_row *cmk)
{

	buf_printf(out, "%s%s of CMK %s", out->len == 0 ? "" : ", ", what,
	    cmk->name);
}

void
verify_skip(struct verifier *v, const char *token, const struct error *why)
{
	struct buf holds = BUF_INIT;
	struct verify_gap *gap;
	bool holds_ksks = false;
	size_t i;

	if (verify_is_skipped(v, token))
		return;
	for (i = 0; i < v->n_cmks; i++) {
		if (strcmp(v->cmks[i].state, "deleted") == 0)
			continue;
		if (strcmp(v->cmks[i].token, token) == 0) {
			name_cmk(&holds, "keys and records", &v->cmks[i]);
			holds_ksks = true;
		} else if (strcmp(v->cmks[i].seal_token, token) == 0) {
			name_cmk(&holds, "the seal key", &v->cmks[i]);
		}
	}
	if (holds.len == 0)
		buf_printf(&holds, "objects of no CMK");
	gap = mem_push(&v->report->gaps, v->report->n_gaps++, sizeof(*gap));
	gap->token = mem_strdup(token);
	gap->holds = buf_take(&holds);
	gap->holds_ksks = holds_ksks;
	gap->why = *why;
}
