/*
 * In the place of what the engine has under these names: a session without a
 * store, for test_bulk.c.
 */
#ifndef KMGR_TESTS_BULKHELP_H
#define KMGR_TESTS_BULKHELP_H

#include <stddef.h>

#include "kmgr/engine/config.h"

struct session {
	struct config	 config;
	size_t		 n_progress;	/* times that it was told */
};

#endif
