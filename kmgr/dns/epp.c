#include <stdlib.h>
#include <string.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/text.h"
#include "kmgr/dns/epp.h"

/* The name as XML text, without the final dot that EPP leaves out. */
static void
add_zone(const struct name *zone, struct buf *out)
{
	char text[NAME_TEXT_MAX];
	const size_t n = strlen(name_text(zone, text));

	if (n > 1)
		text[n - 1] = '\0';
	text_xml(text, out);
}

/* RFC 5910 s5.2.5: a domain <update> that changes nothing but secDNS. */
static void
begin(const struct name *zone, const char *change, struct buf *out)
{

	buf_printf(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
	    "<epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\">\n"
	    "  <command>\n"
	    "    <update>\n"
	    "      <domain:update\n"
	    "       xmlns:domain=\"urn:ietf:params:xml:ns:domain-1.0\">\n"
	    "        <domain:name>");
	add_zone(zone, out);
	buf_printf(out, "</domain:name>\n"
	    "      </domain:update>\n"
	    "    </update>\n"
	    "    <extension>\n"
	    "      <secDNS:update\n"
	    "       xmlns:secDNS=\"urn:ietf:params:xml:ns:secDNS-1.1\">\n"
	    "        <secDNS:%s>\n", change);
}

static void
end(const char *change, struct buf *out)
{

	buf_printf(out,
	    "        </secDNS:%s>\n"
	    "      </secDNS:update>\n"
	    "    </extension>\n"
	    "  </command>\n"
	    "</epp>\n", change);
}

static void
change_ds(const char *change, const struct name *zone, const struct ds *ds,
    size_t n, struct buf *out)
{
	size_t i, j;

	begin(zone, change, out);
	for (i = 0; i < n; i++) {
		buf_printf(out,
		    "          <secDNS:dsData>\n"
		    "            <secDNS:keyTag>%u</secDNS:keyTag>\n"
		    "            <secDNS:alg>%u</secDNS:alg>\n"
		    "            <secDNS:digestType>%u</secDNS:digestType>\n"
		    "            <secDNS:digest>", ds[i].key_tag, ds[i].alg,
		    ds[i].digest_type);
		for (j = 0; j < ds[i].digest_len; j++)
			buf_printf(out, "%02X", ds[i].digest[j]);
		buf_printf(out, "</secDNS:digest>\n"
		    "          </secDNS:dsData>\n");
	}
	end(change, out);
}

static void
change_keys(const char *change, const struct name *zone,
    const struct dnskey *keys, size_t n, struct buf *out)
{
	char *base64;
	size_t i;

	begin(zone, change, out);
	for (i = 0; i < n; i++) {
		base64 = crypto_base64(keys[i].key, keys[i].key_len);
		buf_printf(out,
		    "          <secDNS:keyData>\n"
		    "            <secDNS:flags>%u</secDNS:flags>\n"
		    "            <secDNS:protocol>%u</secDNS:protocol>\n"
		    "            <secDNS:alg>%u</secDNS:alg>\n"
		    "            <secDNS:pubKey>%s</secDNS:pubKey>\n"
		    "          </secDNS:keyData>\n", keys[i].flags,
		    keys[i].protocol, keys[i].alg, base64);
		free(base64);
	}
	end(change, out);
}

void
epp_add_ds(const struct name *zone, const struct ds *ds, size_t n,
    struct buf *out)
{

	change_ds("add", zone, ds, n, out);
}

void
epp_remove_ds(const struct name *zone, const struct ds *ds, size_t n,
    struct buf *out)
{

	change_ds("rem", zone, ds, n, out);
}

void
epp_add_keys(const struct name *zone, const struct dnskey *keys, size_t n,
    struct buf *out)
{

	change_keys("add", zone, keys, n, out);
}

void
epp_remove_keys(const struct name *zone, const struct dnskey *keys, size_t n,
    struct buf *out)
{

	change_keys("rem", zone, keys, n, out);
}
