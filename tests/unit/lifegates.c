#include "tests/unit/lifegates.h"

/* The rules one by one: they are known in their own file only. */
#define life_allowed lifegates_allowed
#include "kmgr/life/life_gate.c"
#undef life_allowed

bool __real_life_allowed(const struct life_zone *zone,
    enum life_step_kind kind, size_t i, int64_t now_at);
bool __wrap_life_allowed(const struct life_zone *zone,
    enum life_step_kind kind, size_t i, int64_t now_at);
int64_t __real_timing_publish_s(const struct timing *timing);
int64_t __wrap_timing_publish_s(const struct timing *timing);
int64_t __real_timing_retire_s(const struct timing *timing);
int64_t __wrap_timing_retire_s(const struct timing *timing);
int64_t __real_timing_ds_s(const struct timing *timing);
int64_t __wrap_timing_ds_s(const struct timing *timing);
int64_t __real_timing_revoke_s(const struct timing *timing);
int64_t __wrap_timing_revoke_s(const struct timing *timing);
int64_t __real_life_data_at(const struct life_zone *zone, uint8_t alg);
int64_t __wrap_life_data_at(const struct life_zone *zone, uint8_t alg);
int64_t __real_life_first_ds_at(const struct life_zone *zone);
int64_t __wrap_life_first_ds_at(const struct life_zone *zone);
int64_t __real_life_refresh_at(const struct life_zone *zone);
int64_t __wrap_life_refresh_at(const struct life_zone *zone);

bool __real_life_policy_allows(const struct life_zone *zone,
    const struct life_step *step, int64_t now_at);
bool __wrap_life_policy_allows(const struct life_zone *zone,
    const struct life_step *step, int64_t now_at);

static enum lifegates_missing gone[2];

void
lifegates_remove(enum lifegates_missing missing, enum lifegates_missing too)
{

	gone[0] = missing;
	gone[1] = too;
}

static bool
lacks(enum lifegates_missing what)
{

	return gone[0] == what || gone[1] == what;
}

static bool
is_ungated(enum life_step_kind kind)
{

	switch (kind) {
	case LIFE_PUBLISH_DNSKEY:
		return lacks(LIFEGATES_PUBLISH);
	case LIFE_WITHDRAW_DNSKEY:
		return lacks(LIFEGATES_WITHDRAW);
	case LIFE_ADD_DS:
		return lacks(LIFEGATES_ADD_DS);
	case LIFE_REMOVE_DS:
		return lacks(LIFEGATES_REMOVE_DS);
	default:
		return false;
	}
}

static bool
keeps(rule_fn *rule, enum life_step_kind kind, const struct life_zone *zone,
    const struct life_zone *after, int64_t now_at)
{

	if (rule(after, now_at))
		return true;
	if (rule(zone, now_at))
		return false;
	return lacks(LIFEGATES_PATIENCE) ||
	    (kind == LIFE_PUBLISH_DNSKEY && rule != has_signed_data) ||
	    !comes_to_hold(rule, zone, now_at);
}

bool
__wrap_life_allowed(const struct life_zone *zone, enum life_step_kind kind,
    size_t i, int64_t now_at)
{
	const struct life_step step = { .kind = kind, .key = i };
	struct life_zone after;
	bool is_allowed = true;

	if (gone[0] == LIFEGATES_NOTHING && gone[1] == LIFEGATES_NOTHING)
		return __real_life_allowed(zone, kind, i, now_at);
	if (is_ungated(kind))
		return true;
	life_zone_copy(zone, &after);
	life_apply(&after, &step, now_at);
	if (!lacks(LIFEGATES_SECURED))
		is_allowed = keeps(is_secured, kind, zone, &after, now_at);
	if (!lacks(LIFEGATES_CHAIN))
		is_allowed = is_allowed && keeps(has_chain, kind, zone,
		    &after, now_at);
	if (!lacks(LIFEGATES_OWN_CHAIN))
		is_allowed = is_allowed && keeps(has_own_chain, kind, zone,
		    &after, now_at);
	if (!lacks(LIFEGATES_DATA))
		is_allowed = is_allowed && keeps(has_signed_data, kind, zone,
		    &after, now_at);
	life_zone_clear(&after);
	return is_allowed;
}

int64_t
__wrap_timing_publish_s(const struct timing *timing)
{
	struct timing caches = *timing;

	if (lacks(LIFEGATES_ADD_HOLD_DOWN))
		caches.is_rfc5011 = false;
	return lacks(LIFEGATES_PUBLISH_WAIT) ? 0 :
	    __real_timing_publish_s(&caches);
}

int64_t
__wrap_timing_revoke_s(const struct timing *timing)
{

	return lacks(LIFEGATES_REMOVE_HOLD_DOWN) ? 0 :
	    __real_timing_revoke_s(timing);
}

int64_t
__wrap_timing_retire_s(const struct timing *timing)
{

	return lacks(LIFEGATES_RETIRE_WAIT) ? 0 :
	    __real_timing_retire_s(timing);
}

int64_t
__wrap_timing_ds_s(const struct timing *timing)
{

	return lacks(LIFEGATES_DS_WAIT) ? 0 : __real_timing_ds_s(timing);
}

int64_t
__wrap_life_data_at(const struct life_zone *zone, uint8_t alg)
{
	const struct life_alg *signer = life_alg_find(zone, alg);

	if (lacks(LIFEGATES_DATA_WAIT) && signer != NULL &&
	    signer->signed_at != 0)
		return signer->signed_at;
	return __real_life_data_at(zone, alg);
}

int64_t
__wrap_life_first_ds_at(const struct life_zone *zone)
{

	return lacks(LIFEGATES_FIRST_WAIT) &&
	    zone->first_signed_at != 0 ? zone->first_signed_at :
	    __real_life_first_ds_at(zone);
}

int64_t
__wrap_life_refresh_at(const struct life_zone *zone)
{

	return lacks(LIFEGATES_REFRESH) && zone->signed_until_at != 0 ?
	    zone->signed_until_at : __real_life_refresh_at(zone);
}

bool
__wrap_life_policy_allows(const struct life_zone *zone,
    const struct life_step *step, int64_t now_at)
{

	return (lacks(LIFEGATES_ORDER) && step->kind == LIFE_REMOVE_DS) ||
	    __real_life_policy_allows(zone, step, now_at);
}
