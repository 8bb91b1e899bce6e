/* What every unit test includes. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kmgr/base/err.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* rc is a success; err, untouched, says so. */
static inline void
unit_ok(int rc, const struct error *err)
{

	if (rc != 0)
		fail_msg("unexpected failure: %s", err->msg);
	assert_int_equal(err->class, ERR_NONE);
}

/* rc is a failure of the class, with part in its message; err is cleared. */
static inline void
unit_fails(int rc, struct error *err, enum err_class class, const char *part)
{

	assert_int_equal(rc, -1);
	assert_int_equal(err->class, class);
	if (strstr(err->msg, part) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", part, err->msg);
	err_clear(err);
}

#endif
