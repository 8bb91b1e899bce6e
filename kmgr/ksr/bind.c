#include <string.h>

#include "kmgr/ksr/codec_inner.h"
#include "kmgr/ksr/text.h"

/* 14 digits only: so dnssec-ksr writes, and named reads no other. */
static int
read_time(const char *text, int64_t *out, struct error *err)
{
	const size_t digits = strspn(text, "0123456789");

	if (text[digits] != '\0' || digits != 14) {
		(void)err_set(err, ERR_INPUT, "\"%s\" is no time of 14 digits "
		    "(YYYYMMDDHHMMSS, UTC)", text);
		return err_hint(err, digits == 10 && text[digits] == '\0' ?
		    "it is a Unix time, as Knot's format has it, not BIND's" :
		    "nothing else is read as a time in BIND's format");
	}
	if (when_read(text, 0, out, err) != 0)
		return -1;
	/* RFC 4034 s3.1.5: no signature could be valid then. */
	if (*out > UINT32_MAX)
		return err_set(err, ERR_INPUT, "%s lies behind 2106", text);
	return 0;
}

static const struct text_slot slots[] = {
	{ RRTYPE_DNSKEY, DNSKEY_SEP, DNSKEY_SEP },
	{ RRTYPE_DNSKEY, DNSKEY_SEP, 0 },
	{ RRTYPE_RRSIG, UINT16_MAX, RRTYPE_DNSKEY },
	{ RRTYPE_CDNSKEY, 0, 0 },
	{ RRTYPE_RRSIG, UINT16_MAX, RRTYPE_CDNSKEY },
	{ RRTYPE_CDS, 0, 0 },
	{ RRTYPE_RRSIG, UINT16_MAX, RRTYPE_CDS },
};

/*
 * dnssec-ksr sign stops at a blank line, its output has them; named takes them
 * too, but no comments; both know CR LF and need no footer.
 */
static const struct text_form form = {
	.format = KSR_BIND,
	.peer = "BIND",
	.allows_blank = { [KSR_RESPONSE] = true },
	.allows_crlf = true,
	.read_time = read_time,
	.time = when_dns,
	.tail = "",
	.slots = slots,
	.n_slots = sizeof(slots) / sizeof(slots[0]),
};

static bool
is_bind(const char *text, size_t len)
{

	return text_is_like(&form, text, len);
}

static int
read_bind(const char *text, size_t len, const char *what, struct ksr **out,
    struct error *err)
{

	return text_read(&form, text, len, what, out, err);
}

static void
write_bind(const struct ksr *ksr, int64_t generated_at, struct buf *out)
{

	text_write(&form, ksr, generated_at, out);
}

const struct codec codec_bind = { KSR_BIND, is_bind, read_bind, write_bind };
