#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ksk_collect.h"
#include "kmgr/engine/ksk_create_inner.h"

struct ksk_collected {
	struct ksk	*list;		/* NULL: not read */
	size_t		 n;
	char		 made[STORE_ID_TEXT];	/* "": none */
};

void
ksk_collect_init(struct ksk_collect *collect, struct store *store,
    struct cmk_cache *cache, const char *cmk_id,
    const struct ksk_request *request)
{

	*collect = (struct ksk_collect) { .store = store, .cache = cache,
		.request = request };
	(void)strncpy(collect->cmk_id, cmk_id, sizeof(collect->cmk_id) - 1);
	collect->zones = mem_new((request->n_zones + 1) *
	    sizeof(*collect->zones));
}

static void
forget(struct ksk_collected *one)
{

	ksk_list_free(one->list, one->n);
	one->list = NULL;
	one->n = 0;
}

void
ksk_collect_clear(struct ksk_collect *collect)
{
	size_t i;

	for (i = 0; i < collect->request->n_zones; i++)
		forget(&collect->zones[i]);
	free(collect->zones);
	collect->zones = NULL;
}

/* They come in the order of the request, but for a few. */
static struct ksk_collected *
find(struct ksk_collect *collect, const struct name *zone)
{
	const struct ksk_request *request = collect->request;
	size_t i, k;

	for (i = 0; i < request->n_zones; i++) {
		k = (collect->next + i) % request->n_zones;
		if (!name_is_same(&request->zones[k], zone))
			continue;
		collect->next = k + 1;
		return &collect->zones[k];
	}
	return NULL;
}

static int
load(struct ksk_collect *collect, const struct name *zone,
    struct ksk_collected *one, struct error *err)
{

	return ksk_load(collect->store, collect->cache, zone, collect->cmk_id,
	    &one->list, &one->n, err);
}

void
ksk_collect_zone(struct ksk_collect *collect, const struct name *zone,
    const char *ksk_id)
{
	struct ksk_collected *one = find(collect, zone);
	struct error ignored = ERR_INIT;

	if (one == NULL)
		return;
	(void)strncpy(one->made, ksk_id, sizeof(one->made) - 1);
	forget(one);
	if (load(collect, zone, one, &ignored) != 0)
		forget(one);
}

/* What an interrupted run had begun for the zone is the newest one. */
static bool
is_made(const struct ksk_collected *one, size_t k, bool is_resumed)
{

	return one->made[0] != '\0' ? strcmp(one->list[k].row.id,
	    one->made) == 0 : is_resumed && k + 1 == one->n;
}

int
ksk_collect_end(struct ksk_collect *collect,
    const struct ksk_resumed *resumed, struct ksk **out, size_t *n,
    struct error *err)
{
	const struct ksk_request *request = collect->request;
	bool is_resumed;
	size_t i, k;

	for (i = 0; i < request->n_zones; i++) {
		struct ksk_collected *one = &collect->zones[i];

		if (one->list == NULL && load(collect, &request->zones[i], one,
		    err) != 0) {
			if (!ksk_create_told(request, &request->zones[i], err))
				return -1;
			continue;
		}
		is_resumed = ksk_resumed_has(resumed, &request->zones[i]);
		for (k = 0; k < one->n; k++) {
			one->list[k].is_made = is_made(one, k, is_resumed);
			*(struct ksk *)mem_push(out, (*n)++,
			    sizeof(**out)) = one->list[k];
		}
		free(one->list);	/* its members have moved */
		*one = (struct ksk_collected) { NULL, 0, "" };
	}
	return 0;
}
