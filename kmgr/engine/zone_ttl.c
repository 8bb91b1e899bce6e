#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/zone_ttl.h"
#include "kmgr/store/store_life.h"

static const struct {
	const char	*kind;		/* of the observation */
	const char	*name;
} ttls[] = {
	[ZONE_TTL_DS] = { "ds-ttl", "DS RRset" },
	[ZONE_TTL_DNSKEY] = { "dnskey-ttl", "DNSKEY RRset" },
	[ZONE_TTL_MAX] = { "max-zone-ttl", "record that is kept longest" },
};

static int64_t
bounded(int64_t ttl_s)
{

	return ttl_s < ZONE_TTL_SEEN_MAX_S ? ttl_s : ZONE_TTL_SEEN_MAX_S;
}

int
zone_ttl_record(struct session *session, const char *zone,
    enum zone_ttl what, uint32_t ttl_s, int64_t at, struct error *err)
{
	char *copy = mem_strdup(zone), *kind = mem_strdup(ttls[what].kind);
	char text[] = "";
	const struct observation_row row = { .zone = copy, .kind = kind,
		.value = ttl_s > INT32_MAX ? INT32_MAX : (int64_t)ttl_s,
		.text = text, .first_at = at, .last_at = at };
	struct store *store;
	bool is_new = false;
	int rc;

	rc = session_store(session, &store, err);
	if (rc == 0 && ttl_s != 0)
		rc = store_observe_max(store, &row, &is_new, err);
	if (rc == 0 && is_new && row.value > ZONE_TTL_SEEN_MAX_S)
		session_note(session, "%s: the %s has a TTL of %lld seconds; "
		    "no more than %lld of them are waited for, unless policy "
		    "or configuration say so", zone, ttls[what].name,
		    (long long)row.value, (long long)ZONE_TTL_SEEN_MAX_S);
	free(kind);
	free(copy);
	return rc;
}

void
zone_ttl_plan(const char *zone, enum zone_ttl what, uint32_t ttl_s,
    struct plan *plan)
{

	if (ttl_s != 0)
		plan_add(plan, ACTION_OBSERVE, NULL, "record that the %s of "
		    "%s is served with a TTL of %u seconds: no wait is "
		    "shorter", ttls[what].name, zone, ttl_s);
}

int
zone_ttl_seen(struct store *store, const char *zone, enum zone_ttl what,
    int64_t lag_s, int64_t now_at, int64_t *ttl_s, struct error *err)
{
	struct observation_row *rows;
	size_t i, n;

	*ttl_s = 0;
	if (store_observation_list(store, zone, ttls[what].kind, 0, &rows, &n,
	    err) != 0)
		return -1;
	/* Until the next one was seen, some server may have served it. */
	for (i = 0; i < n; i++)
		if (rows[i].value > *ttl_s && (i == 0 ||
		    rows[i - 1].first_at + lag_s + bounded(rows[i].value) >
		    now_at))
			*ttl_s = rows[i].value;
	observation_rows_free(rows, n);
	return 0;
}
