#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kmgr/base/mem.h"

#define KEPT  (1 << 20)		/* bytes */
#define SMALL 1024

void
mem_setup(void)
{

	/* glibc gives back what is free at the end from 128 KiB on. */
#ifdef M_TOP_PAD
	(void)mallopt(M_TOP_PAD, KEPT);
#endif
#ifdef M_TRIM_THRESHOLD
	(void)mallopt(M_TRIM_THRESHOLD, 2 * KEPT);
#endif
}

static void *
mem_checked(void *p)
{

	if (p == NULL) {
		(void)fputs("kmgr: out of memory\n", stderr);
		abort();
	}
	return p;
}

/* Of whatever was there. */
static void *
mem_raw(size_t len)
{

	return mem_checked(malloc(len == 0 ? 1 : len));
}

/*
 * What is large may come from the kernel, zeroed. What is small glibc's
 * calloc() does not take from what this thread has just freed, as malloc()
 * does, and so takes twice as long.
 */
void *
mem_new(size_t len)
{

	return len > SMALL ? mem_checked(calloc(1, len)) :
	    memset(mem_raw(len), 0, len);
}

void *
mem_new_shared(size_t len)
{
	void *p = mmap(NULL, len == 0 ? 1 : len, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return mem_checked(p == MAP_FAILED ? NULL : p);
}

void
mem_free_shared(void *p, size_t len)
{

	if (p != NULL)
		(void)munmap(p, len == 0 ? 1 : len);
}

void *
mem_dup(const void *p, size_t len)
{
	void *copy = mem_raw(len);

	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

char *
mem_strdup(const char *s)
{

	return s == NULL ? NULL : mem_dup(s, strlen(s) + 1);
}

char *
mem_printf(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return mem_checked(n < 0 ? NULL : s);
}

void *
mem_push(void *array, size_t n, size_t size)
{
	void **base = array;

	/* Room doubles at powers of two; between them it is there already. */
	if ((n & (n - 1)) == 0)
		*base = mem_checked(
		    reallocarray(*base, n == 0 ? 1 : n * 2, size));
	return memset((char *)*base + n * size, 0, size);
}
