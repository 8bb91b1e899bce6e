#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kmgr/base/text.h"
#include "kmgr/ksr/codec_inner.h"
#include "kmgr/ksr/text.h"

/*
 * Ten digits, 2001 to 2106: fewer could be a date, and keymgr up to 3.5.3
 * takes 14 for a year in which it signs until the disk is full.
 */
static int
read_time(const char *text, int64_t *out, struct error *err)
{
	const size_t digits = strspn(text, "0123456789");

	if (text[digits] != '\0' || digits != 10) {
		(void)err_set(err, ERR_INPUT, "\"%s\" is no Unix time of ten "
		    "digits", text);
		return err_hint(err, digits == 14 && text[digits] == '\0' ?
		    "14 digits are a time as BIND's format has it, not "
		    "Knot's" : "nothing else is read as a time in Knot's "
		    "format");
	}
	return text_to_int(text, 0, UINT32_MAX, out, err);
}

static char *
write_time(int64_t at, char out[static WHEN_TEXT_LEN])
{

	(void)snprintf(out, WHEN_TEXT_LEN, "%" PRId64, at);
	return out;
}

static const struct text_slot slots[] = {
	{ RRTYPE_DNSKEY, 0, 0 },
	{ RRTYPE_CDNSKEY, 0, 0 },
	{ RRTYPE_CDS, 0, 0 },
	{ RRTYPE_RRSIG, 0, 0 },
};

/* keymgr reads a bundle when the next header or the footer comes. */
static const struct text_form form = {
	.format = KSR_KNOT,
	.peer = "Knot",
	.allows_blank = { true, true },
	.allows_comment = { true, true },
	.needs_footer = true,
	.read_time = read_time,
	.time = write_time,
	.tail = " =========",
	.slots = slots,
	.n_slots = sizeof(slots) / sizeof(slots[0]),
};

static bool
is_knot(const char *text, size_t len)
{

	return text_is_like(&form, text, len);
}

static int
read_knot(const char *text, size_t len, const char *what, struct ksr **out,
    struct error *err)
{

	return text_read(&form, text, len, what, out, err);
}

static void
write_knot(const struct ksr *ksr, int64_t generated_at, struct buf *out)
{

	text_write(&form, ksr, generated_at, out);
}

const struct codec codec_knot = { KSR_KNOT, is_knot, read_knot, write_knot };
