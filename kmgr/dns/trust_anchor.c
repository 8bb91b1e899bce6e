#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/trust_anchor.h"

static int
by_start(const void *left, const void *right)
{
	const struct trust_anchor *a = left, *b = right;

	if (a->valid_from_at != b->valid_from_at)
		return a->valid_from_at < b->valid_from_at ? -1 : 1;
	return (dnskey_tag(&a->key) > dnskey_tag(&b->key)) -
	    (dnskey_tag(&a->key) < dnskey_tag(&b->key));
}

/* An attribute with an instant, in the one form that old readers take. */
static void
add_time(const char *name, int64_t at, struct buf *out)
{
	char text[WHEN_TEXT_LEN];

	(void)when_rfc3339(at, text);
	buf_printf(out, " %s=\"%.19s+00:00\"", name, text);
}

static void
add_key(const struct name *zone, const struct trust_anchor *anchor,
    struct buf *out)
{
	char hex[2 * sizeof(((struct ds *)NULL)->digest) + 1], *c;
	char *public = crypto_base64(anchor->key.key, anchor->key.key_len);
	struct ds ds;

	ds_init(&ds, zone, &anchor->key, anchor->digest);
	for (c = text_hex(ds.digest, ds.digest_len, hex); *c != '\0'; c++)
		if (*c >= 'a')
			*c = (char)(*c - 'a' + 'A');
	buf_printf(out, "  <KeyDigest id=\"");
	text_xml(anchor->id, out);
	buf_printf(out, "\"");
	add_time("validFrom", anchor->valid_from_at, out);
	if (anchor->valid_until_at != 0)
		add_time("validUntil", anchor->valid_until_at, out);
	buf_printf(out, ">\n"
	    "    <KeyTag>%u</KeyTag>\n"
	    "    <Algorithm>%u</Algorithm>\n"
	    "    <DigestType>%u</DigestType>\n"
	    "    <Digest>%s</Digest>\n"
	    "    <PublicKey>%s</PublicKey>\n"
	    "    <Flags>%u</Flags>\n"
	    "  </KeyDigest>\n", ds.key_tag, ds.alg, ds.digest_type, hex,
	    public, anchor->key.flags);
	free(public);
}

void
trust_anchor_write(const struct name *zone, const char *source,
    const struct trust_anchor *anchors, size_t n, struct buf *out)
{
	struct trust_anchor *sorted = mem_dup(anchors, n * sizeof(*sorted));
	char text[NAME_TEXT_MAX], id[2 * CRYPTO_SHA256_LEN + 1];
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct buf keys = BUF_INIT;
	size_t i;

	qsort(sorted, n, sizeof(*sorted), by_start);
	for (i = 0; i < n; i++)
		add_key(zone, &sorted[i], &keys);
	crypto_sha256(keys.data, keys.len, hash);
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<TrustAnchor id=\"%s\" source=\"", text_hex(hash, 16, id));
	text_xml(source, out);
	buf_printf(out, "\">\n  <Zone>");
	text_xml(name_text(zone, text), out);
	buf_printf(out, "</Zone>\n");
	buf_add(out, keys.data, keys.len);
	buf_printf(out, "</TrustAnchor>\n");
	buf_free(&keys);
	free(sorted);
}
