/*
 * What BIND's and Knot's requests and responses have in common: bundles of
 * records in zone-file form behind a header, which is a comment, and a footer.
 */
#ifndef KMGR_KSR_TEXT_H
#define KMGR_KSR_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/ksr.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/zonefile.h"

/*
 * Records of a bundle that stand together: DNSKEYs by their flags, RRSIGs by
 * the type that they cover, both after ${mask}; CDS and CDNSKEY.
 */
struct text_slot {
	enum rrtype	 type;
	uint16_t	 mask, value;
};

/* One of the two, and in what it differs from the other. */
struct text_form {
	enum ksr_format	 format;
	const char	*peer;		/* "BIND", "Knot" */
	/* What a line that is no header and no record may be, by kind. */
	bool		 allows_blank[2];
	bool		 allows_comment[2];
	bool		 allows_crlf;
	bool		 needs_footer;
	int		(*read_time)(const char *text, int64_t *out,
			    struct error *err);
	char		*(*time)(int64_t at, char out[static WHEN_TEXT_LEN]);
	const char	*tail;		/* of a header, behind the time */
	const struct text_slot *slots;	/* in the order of the peer */
	size_t		 n_slots;
};

/**
 * text_is_like(form, text, len):
 * Whether ${text} begins with a header that looks more like ${form} than like
 * the other: by the signs behind the time, which each tool writes in its own
 * way, and where there are none, by the digits of the time.
 */
bool text_is_like(const struct text_form *form, const char *text, size_t len);

/**
 * text_read(form, text, len, what, out, err), text_write(form, ksr,
 * generated_at, out):
 * codec_read() and codec_write() of ${form}. Bundles, and in them the records
 * of one slot, stay in the order of the file.
 */
int text_read(const struct text_form *form, const char *text, size_t len,
    const char *what, struct ksr **out, struct error *err);
void text_write(const struct text_form *form, const struct ksr *ksr,
    int64_t generated_at, struct buf *out);

/**
 * text_take(form, ksr, bundle, zonefile, what, err):
 * Put the records into ${bundle}, the last of ${ksr}.
 *
 * Errors: ERR_INPUT, with ${what} and line: a record that ${ksr}'s kind does
 * not hold, another owner or class, too many.
 */
int text_take(const struct text_form *form, struct ksr *ksr,
    struct ksr_bundle *bundle, const struct zonefile *zonefile,
    const char *what, struct error *err);

/**
 * text_put(form, bundle, out):
 * Append the records of ${bundle}, a line each.
 */
void text_put(const struct text_form *form, const struct ksr_bundle *bundle,
    struct buf *out);

#endif
