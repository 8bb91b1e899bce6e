/* What the files of the store share. */
#ifndef STORE_STORE_INNER_H
#define STORE_STORE_INNER_H

#include "kmgr/store/db.h"
#include "kmgr/store/store.h"

struct store {
	struct db *db;
};

#define STORE_N(array) (sizeof(array) / sizeof((array)[0]))

#endif
