/* What is told of a DS at the parent: believed, or why not. */
#include "tests/unit/zonestore.h"

#include "kmgr/base/mem.h"
#include "kmgr/engine/ds_fact.h"

#define HOUR	INT64_C(3600)
#define DAY	INT64_C(86400)
#define NOW	ZONESTORE_NOW

/* In use, and about to be replaced by a second one, in all caches. */
#define USED	.dnskey_in_at = NOW - 90 * DAY, .ds_add_at = NOW - 88 * DAY, \
	.ds_seen_at = NOW - 87 * DAY
#define RETIRED	USED, .retire_at = NOW - 9 * DAY
#define NEW	.dnskey_in_at = NOW - 9 * DAY

static const struct {
	const char	*what;
	struct life_key	 keys[2];	/* what is told is told of the last */
	enum ds_fact	 fact;
	int64_t		 at;
	enum err_class	 class;		/* ERR_NONE: it is recorded */
	enum err_class	 forced;	/* likewise, for who insists */
	const char	*part;		/* of the message, or the plan */
} cases[] = {
	{ "seen: asked for", { { RETIRED, .ds_remove_at = NOW - DAY },
	    { NEW, .ds_add_at = NOW - DAY } }, DS_FACT_SEEN, DS_FACT_NOW,
	    ERR_NONE, ERR_NONE, "was at the parent at" },
	{ "seen: before it was asked for", { { RETIRED }, { NEW,
	    .ds_add_at = NOW - DAY } }, DS_FACT_SEEN, NOW - DAY - 1,
	    ERR_INPUT, ERR_INPUT, "is before the parent was asked" },
	{ "seen: in the future", { { RETIRED }, { NEW,
	    .ds_add_at = NOW - DAY } }, DS_FACT_SEEN, NOW + 1,
	    ERR_INPUT, ERR_INPUT, "is in the future" },
	{ "seen: before the KSK was there", { { RETIRED }, { NEW } },
	    DS_FACT_SEEN, NOW - 500 * DAY, ERR_INPUT, ERR_INPUT,
	    "is before the KSK was made" },
	{ "seen: asked for in this instant", { { RETIRED }, { NEW } },
	    DS_FACT_SEEN, DS_FACT_NOW, ERR_NONE, ERR_NONE, "was at" },
	{ "seen: caches lack the DNSKEY", { { RETIRED },
	    { .dnskey_in_at = NOW - HOUR } }, DS_FACT_SEEN, DS_FACT_NOW,
	    ERR_NOT_YET, ERR_NONE, "add-ds" },
	{ "seen: known", { { RETIRED }, { NEW, .ds_add_at = NOW - DAY,
	    .ds_seen_at = NOW - DAY } }, DS_FACT_SEEN, NOW - HOUR, ERR_NONE,
	    ERR_NONE, NULL },
	{ "seen: earlier than that is known", { { RETIRED }, { NEW,
	    .ds_add_at = NOW - DAY, .ds_seen_at = NOW - HOUR } },
	    DS_FACT_SEEN, NOW - DAY, ERR_INPUT, ERR_INPUT,
	    "is before its DS was seen first" },
	{ "seen: before it was gone", { { NEW }, { RETIRED,
	    .ds_remove_at = NOW - DAY, .ds_gone_at = NOW - HOUR } },
	    DS_FACT_SEEN, NOW - 2 * HOUR, ERR_INPUT, ERR_INPUT,
	    "is before its DS was gone" },
	{ "seen: nobody wants it back", { { NEW, .ds_add_at = NOW - DAY,
	    .ds_seen_at = NOW - DAY }, { RETIRED, .ds_remove_at = NOW - DAY,
	    .ds_gone_at = NOW - HOUR } }, DS_FACT_SEEN, DS_FACT_NOW,
	    ERR_POLICY, ERR_NONE, "is no part of the plan" },
	{ "gone: asked for", { { NEW, .ds_add_at = NOW - 5 * DAY,
	    .ds_seen_at = NOW - 4 * DAY }, { RETIRED,
	    .ds_remove_at = NOW - DAY } }, DS_FACT_GONE, NOW - DAY, ERR_NONE,
	    ERR_NONE, "was gone from the parent at" },
	{ "gone: before it was asked for", { { NEW, .ds_add_at = NOW - 5 *
	    DAY, .ds_seen_at = NOW - 4 * DAY }, { RETIRED,
	    .ds_remove_at = NOW - DAY } }, DS_FACT_GONE, NOW - DAY - 1,
	    ERR_INPUT, ERR_INPUT, "is before the parent was asked" },
	{ "gone: before it was seen", { { NEW }, { RETIRED } },
	    DS_FACT_GONE, NOW - 87 * DAY - 1, ERR_INPUT, ERR_INPUT,
	    "is before its DS was seen" },
	{ "gone: the only one, in use", { { NEW }, { USED } }, DS_FACT_GONE,
	    DS_FACT_NOW, ERR_POLICY, ERR_NONE, "is no part of the plan" },
	{ "gone: known, and later now", { { NEW }, { RETIRED,
	    .ds_remove_at = NOW - DAY, .ds_gone_at = NOW - HOUR } },
	    DS_FACT_GONE, NOW - 60, ERR_NONE, ERR_NONE, "was gone" },
	{ "gone: known, and earlier now", { { NEW }, { RETIRED,
	    .ds_remove_at = NOW - DAY, .ds_gone_at = NOW - HOUR } },
	    DS_FACT_GONE, NOW - 2 * HOUR, ERR_INPUT, ERR_INPUT,
	    "is before its DS was gone" },
	{ "gone: never used", { { USED }, { .retire_at = NOW - DAY } },
	    DS_FACT_GONE, DS_FACT_NOW, ERR_POLICY, ERR_POLICY,
	    "nothing was ever signed with it" },
	/* One that was never seen may be under way. */
	{ "gone: never seen, within the wait", { { USED }, { NEW,
	    .ds_add_at = NOW - 5 * DAY, .ds_remove_at = NOW - 26 * HOUR + 1,
	    .retire_at = NOW - 4 * DAY } }, DS_FACT_GONE, DS_FACT_NOW,
	    ERR_NOT_YET, ERR_NONE, "it counts as gone from" },
	{ "gone: never seen, behind the wait", { { USED }, { NEW,
	    .ds_add_at = NOW - 5 * DAY, .ds_remove_at = NOW - 26 * HOUR,
	    .retire_at = NOW - 4 * DAY } }, DS_FACT_GONE, DS_FACT_NOW,
	    ERR_NONE, ERR_NONE, "was gone" },
	{ "gone: never seen, removal not asked for", { { USED }, { NEW,
	    .ds_add_at = NOW - HOUR, .retire_at = NOW - HOUR } },
	    DS_FACT_GONE, DS_FACT_NOW, ERR_NOT_YET, ERR_NONE,
	    "may still take effect" },
	{ "gone: before it was to be added", { { USED }, { NEW,
	    .ds_add_at = NOW - HOUR, .retire_at = NOW - HOUR } },
	    DS_FACT_GONE, NOW - 2 * HOUR, ERR_INPUT, ERR_INPUT,
	    "is before the parent was asked to add it" },
};

/* The key and its zone's word for it. */
static void
tell(struct zonestore *zs, size_t i, enum ds_fact_doubt doubt)
{
	const enum err_class class = doubt == DS_FACT_FORCED ?
	    cases[i].forced : cases[i].class;
	struct error *err = &zs->help->err;
	struct plan plan = PLAN_INIT;
	char *key = mem_printf(ZONESTORE_ZONE "/%u",
	    zs->ksks[1]->ksk.row.key_tag);
	int rc;

	rc = ds_fact_plan(zs->session, &(struct ds_fact_request) { key,
	    cases[i].fact, cases[i].at, doubt, NULL }, &plan, err);
	if ((rc == 0 ? ERR_NONE : err->class) != class)
		fail_msg("%s%s: %s", cases[i].what, doubt == DS_FACT_FORCED ?
		    ", forced" : "", rc == 0 ? "believed" : err->msg);
	if (rc != 0)
		unit_fails(rc, err, class, cases[i].part);
	else if ((cases[i].class == ERR_NONE && cases[i].part == NULL) !=
	    (plan.n == 0))
		fail_msg("%s: %zu actions", cases[i].what, plan.n);
	else if (plan.n != 0 && cases[i].class == ERR_NONE &&
	    strstr(plan.actions[0].text, cases[i].part) == NULL)
		fail_msg("%s: %s", cases[i].what, plan.actions[0].text);
	plan_clear(&plan);
	free(key);
}

static void
each_fact_is_judged(void **state)
{
	struct zonestore zs;
	size_t i;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, NULL);
	(void)zonestore_ksk(&zs, 0, NULL);
	for (i = 0; i < N_OF(cases); i++) {
		zonestore_change(&zs, 0, &cases[i].keys[0]);
		zonestore_change(&zs, 1, &cases[i].keys[1]);
		tell(&zs, i, DS_FACT_ASKED_FOR);
		tell(&zs, i, DS_FACT_FORCED);
	}
	zonestore_close(&zs);
}

static void
keys_that_are_not_there(void **state)
{
	static const char *const names[] = { "example.com./1", "example.com.",
		"example.com./x", "example.org./1", "00", "", "/1",
		"example.com./65536", "example.com./-1" };
	struct storehelp *help = *state;
	struct plan plan = PLAN_INIT;
	struct zonestore zs;
	size_t i;

	zonestore_open(&zs, help, "");
	(void)zonestore_cmk(&zs, "");
	(void)zonestore_ksk(&zs, 0, NULL);
	for (i = 0; i < N_OF(names); i++) {
		assert_int_equal(ds_fact_plan(zs.session,
		    &(struct ds_fact_request) { names[i], DS_FACT_SEEN,
		    DS_FACT_NOW, DS_FACT_FORCED, NULL }, &plan,
		    &help->err), -1);
		unit_fails(-1, &help->err, ERR_INPUT, "");
		assert_int_equal(plan.n, 0);
	}
	zonestore_close(&zs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOREHELP_TEST(each_fact_is_judged),
		STOREHELP_TEST(keys_that_are_not_there),
	};

	return storehelp_run(tests, N_OF(tests));
}
