#include <string.h>

#include "kmgr/engine/claim.h"
#include "kmgr/store/ledger.h"

#define PAGE 1000		/* events that are read at a time */

/* What tells how a step ended names its key too, and makes it nobody's. */
static bool
is_end(const char *type)
{

	return strcmp(type, "undone") == 0 || strcmp(type, "abandoned") == 0;
}

int
claim_find(struct store *store, const char *key_id, bool *found,
    struct error *err)
{
	struct ledger_record *records;
	size_t i, n = PAGE;
	int64_t from = 1;

	*found = false;
	while (n == PAGE && !*found) {
		if (ledger_list(store, from, PAGE, &records, &n, err) != 0)
			return -1;
		for (i = 0; i < n; i++)
			if (!is_end(records[i].type) &&
			    strstr(records[i].payload, key_id) != NULL)
				*found = true;
		from = n > 0 ? records[n - 1].seq + 1 : from;
		ledger_records_free(records, n);
	}
	return 0;
}
