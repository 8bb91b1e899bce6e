/*
 * kmgr/life with a part missing: its functions are wrapped by the linker, so
 * that the code itself knows nothing of it. A test that has this is linked
 * with -Wl,--wrap= for each of them.
 */
#ifndef TESTS_UNIT_LIFEGATES_H
#define TESTS_UNIT_LIFEGATES_H

#include <stdint.h>

enum lifegates_missing {
	LIFEGATES_NOTHING,
	LIFEGATES_SECURED,	/* rule R1 */
	LIFEGATES_CHAIN,	/* rule R2 */
	LIFEGATES_OWN_CHAIN,	/* R2 again, for our own servers */
	LIFEGATES_DATA,		/* rule R3 */
	LIFEGATES_PATIENCE,	/* with what time alone mends */
	LIFEGATES_PUBLISH,	/* all rules, for this step */
	LIFEGATES_WITHDRAW,
	LIFEGATES_ADD_DS,
	LIFEGATES_REMOVE_DS,
	LIFEGATES_PUBLISH_WAIT,	/* timing_publish_s(): a DNSKEY in */
	LIFEGATES_RETIRE_WAIT,	/* timing_retire_s(): a DNSKEY out */
	LIFEGATES_DS_WAIT,	/* timing_ds_s(): a DS in, or out */
	LIFEGATES_DATA_WAIT,	/* life_data_at(): zone data signed */
	LIFEGATES_FIRST_WAIT,	/* life_first_ds_at(): the first DS */
	LIFEGATES_REFRESH,	/* life_refresh_at(): signed anew in time */
	LIFEGATES_ADD_HOLD_DOWN, /* RFC 5011's part of timing_publish_s() */
	LIFEGATES_REMOVE_HOLD_DOWN, /* timing_revoke_s(): how long revoked */
	LIFEGATES_ORDER		/* the policy's order, for remove-ds */
};

/**
 * lifegates_remove(missing, too):
 * From now on both are missing, and nothing else.
 */
void lifegates_remove(enum lifegates_missing missing,
    enum lifegates_missing too);

#endif
