/* What the codecs share: one row a format. */
#ifndef KMGR_KSR_CODEC_INNER_H
#define KMGR_KSR_CODEC_INNER_H

#include <stdbool.h>

#include "kmgr/ksr/codec.h"

struct codec {
	enum ksr_format	 format;
	/* Whether the text looks as if it were of this format. */
	bool		(*is_mine)(const char *text, size_t len);
	int		(*read)(const char *text, size_t len, const char *what,
			    struct ksr **out, struct error *err);
	void		(*write)(const struct ksr *ksr, int64_t generated_at,
			    struct buf *out);
};

extern const struct codec codec_icann, codec_bind, codec_knot;

#endif
