/* What a run has found out of CMKs. */
#include <stdio.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/session_inner.h"

/* Threads ask at the same time. */
static bool
is_among(struct common *common, struct cmk_id *const *ids, const size_t *n,
    const char *id)
{
	bool is = false;
	size_t i;

	(void)pthread_mutex_lock(&common->lock);
	for (i = 0; i < *n && !is; i++)
		is = strcmp((*ids)[i].id, id) == 0;
	(void)pthread_mutex_unlock(&common->lock);
	return is;
}

static void
add(struct common *common, struct cmk_id **ids, size_t *n, const char *id)
{
	struct cmk_id *next;

	(void)pthread_mutex_lock(&common->lock);
	next = mem_push(ids, (*n)++, sizeof(*next));
	(void)snprintf(next->id, sizeof(next->id), "%s", id);
	(void)pthread_mutex_unlock(&common->lock);
}

bool
session_is_proved(const struct session *session, const char *id)
{
	struct common *common = session->common;

	return is_among(common, &common->proved, &common->n_proved, id);
}

void
session_set_proved(struct session *session, const char *id)
{
	struct common *common = session->common;

	add(common, &common->proved, &common->n_proved, id);
}

void
session_unset_proved(struct session *session, const char *id)
{
	struct common *common = session->common;
	size_t i, n = 0;

	(void)pthread_mutex_lock(&common->lock);
	for (i = 0; i < common->n_proved; i++)
		if (strcmp(common->proved[i].id, id) != 0)
			common->proved[n++] = common->proved[i];
	common->n_proved = n;
	(void)pthread_mutex_unlock(&common->lock);
}

bool
session_is_doubted(const struct session *session, const char *id)
{
	struct common *common = session->common;

	return is_among(common, &common->doubted, &common->n_doubted, id);
}

void
session_set_doubted(struct session *session, const char *id)
{
	struct common *common = session->common;

	add(common, &common->doubted, &common->n_doubted, id);
}

const char *
session_voucher(const struct session *session, const char *id)
{
	size_t i;

	for (i = 0; i < session->n_vouchers; i++)
		if (strcmp(session->vouchers[i].id, id) == 0)
			return session->vouchers[i].by;
	return NULL;
}

void
session_set_voucher(struct session *session, const char *id, const char *by)
{
	struct voucher *next = mem_push(&session->vouchers,
	    session->n_vouchers++, sizeof(*next));

	(void)snprintf(next->id, sizeof(next->id), "%s", id);
	(void)snprintf(next->by, sizeof(next->by), "%s", by);
}
