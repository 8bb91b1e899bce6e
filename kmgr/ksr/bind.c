#include "kmgr/ksr/codec_inner.h"

static bool
is_mine(const char *text, size_t len)
{

	(void)text;
	(void)len;
	return false;
}

static int
read_bind(const char *text, size_t len, const char *what, struct ksr **out,
    struct error *err)
{

	(void)text;
	(void)len;
	(void)out;
	return err_set(err, ERR_INTERNAL, "%s: cannot be read yet", what);
}

static void
write_bind(const struct ksr *ksr, int64_t generated_at, struct buf *out)
{

	(void)ksr;
	(void)generated_at;
	(void)out;
}

const struct codec codec_bind = { KSR_BIND, is_mine, read_bind, write_bind };
