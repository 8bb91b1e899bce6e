/*
 * What every fuzz target includes. A target gives its input to one parser and
 * asserts what must hold of whatever the parser accepts.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"

/**
 * LLVMFuzzerTestOneInput(data, len):
 * Called by libFuzzer with each input. Returns 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The input as a string of its own. Owner: the caller, free(). */
static inline char *
fuzz_text(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	assert(text != NULL);
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

/* A failure is described, a success leaves err alone. */
static inline void
fuzz_check_error(int rc, const struct error *err)
{

	assert(rc == 0 || rc == -1);
	assert((rc == 0) == (err->class == ERR_NONE));
	assert((rc == 0) == (err->msg[0] == '\0'));
	assert(memchr(err->msg, '\0', sizeof(err->msg)) != NULL);
	assert(memchr(err->hint, '\0', sizeof(err->hint)) != NULL);
}

#endif
