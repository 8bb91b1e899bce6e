/*
 * ksr_again: reads a request or response, in whatever format, from standard
 * input and writes it again to standard output, so that the tool of the format
 * can judge what our readers and writers make of its files. Exit 4 where it is
 * refused, with the reason on standard error.
 */
#include <stdio.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/base/when.h"
#include "kmgr/ksr/codec.h"

int
main(void)
{
	static char text[KSR_MAX_LEN + 1];
	struct error err = ERR_INIT;
	struct buf out = BUF_INIT;
	struct ksr *ksr;
	size_t len;
	int rc = 1;

	len = fread(text, 1, sizeof(text), stdin);
	if (codec_read(text, len, "input", &ksr, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.msg);
		return (int)err.class;
	}
	codec_write(ksr, when_now(), &out);
	if (fwrite(out.data, 1, out.len, stdout) == out.len &&
	    fflush(stdout) == 0)
		rc = 0;
	buf_free(&out);
	ksr_free(ksr);
	return rc;
}
