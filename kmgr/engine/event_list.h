/* Events of the ledger by what they tell of, oldest first. */
#ifndef ENGINE_EVENT_LIST_H
#define ENGINE_EVENT_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/store/ledger.h"
#include "kmgr/store/store.h"

struct event_query {
	const char	*cmk_id;	/* those of one CMK, or NULL */
	const char	*zone;		/* of one zone, as in rows, or NULL */
	const char	*type;		/* of one type, or NULL */
	int64_t		 since_at;	/* not before */
	int64_t		 until_at;	/* not after */
	size_t		 last;		/* only the newest; 0: all */
};

#define EVENT_QUERY_INIT { NULL, NULL, NULL, INT64_MIN, INT64_MAX, 0 }

/**
 * event_list(store, query, each, arg, err):
 * Call ${each} for every record that ${query} wants. A signature of many
 * zones is one event and tells of each of them, and of each CMK whose KSKs
 * signed. No more than a page of each type, and what query->last asks for,
 * is held at a time.
 *
 * Errors: ERR_STORE.
 */
int event_list(struct store *store, const struct event_query *query,
    void (*each)(void *arg, const struct ledger_record *record), void *arg,
    struct error *err);

#endif
