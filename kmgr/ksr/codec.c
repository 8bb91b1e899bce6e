#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "kmgr/ksr/codec_inner.h"

static const struct codec *const codecs[] = {
	&codec_icann,
	&codec_bind,
	&codec_knot,
};
#define N_CODECS (sizeof(codecs) / sizeof(codecs[0]))

static const struct codec *
codec_of(enum ksr_format format)
{
	size_t i;

	for (i = 0; i < N_CODECS; i++)
		if (codecs[i]->format == format)
			return codecs[i];
	return NULL;
}

int
codec_read(const char *text, size_t len, const char *what, struct ksr **out,
    struct error *err)
{
	size_t i;

	*out = NULL;
	if (len > KSR_MAX_LEN)
		return err_set(err, ERR_INPUT, "%s is longer than %d bytes",
		    what, KSR_MAX_LEN);
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return err_set(err, ERR_INPUT, "%s begins with a byte order "
		    "mark", what);
	for (i = 0; i < N_CODECS; i++)
		if (codecs[i]->is_mine(text, len))
			return codecs[i]->read(text, len, what, out, err);
	(void)err_set(err, ERR_INPUT, "%s is no key signing request and no "
	    "signed key response", what);
	return err_hint(err, "it begins with <KSR in the format of ICANN, "
	    "with \";; KeySigningRequest 1.0\" or \";; SignedKeyResponse "
	    "1.0\" in those of BIND and Knot");
}

void
codec_write(const struct ksr *ksr, int64_t generated_at, struct buf *out)
{
	const struct codec *codec = codec_of(ksr->format);

	assert(codec != NULL);
	codec->write(ksr, generated_at, out);
}
