#include "tests/unit/unit.h"

#include "kmgr/dns/epp.h"
#include "tests/unit/dnshelp.h"

#define HEAD \
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n" \
	"<epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\">\n" \
	"  <command>\n" \
	"    <update>\n" \
	"      <domain:update\n" \
	"       xmlns:domain=\"urn:ietf:params:xml:ns:domain-1.0\">\n" \
	"        <domain:name>"
#define MIDDLE \
	"</domain:name>\n" \
	"      </domain:update>\n" \
	"    </update>\n" \
	"    <extension>\n" \
	"      <secDNS:update\n" \
	"       xmlns:secDNS=\"urn:ietf:params:xml:ns:secDNS-1.1\">\n" \
	"        <secDNS:add>\n"
#define TAIL \
	"        </secDNS:add>\n" \
	"      </secDNS:update>\n" \
	"    </extension>\n" \
	"  </command>\n" \
	"</epp>\n"

static void
adds_ds(void **state)
{
	const struct name zone = dnshelp_name("Example.NET.");
	const struct dnskey key = dnshelp_key(signed_sets[0].key);
	struct buf out = BUF_INIT;
	struct ds ds[2];

	(void)state;
	ds_init(&ds[0], &zone, &key, DIGEST_SHA256);
	ds[1] = ds[0];
	ds[1].key_tag = 1;
	ds[1].digest_len = 2;
	epp_add_ds(&zone, ds, 2, &out);
	assert_string_equal(buf_text(&out),
	    HEAD "example.net" MIDDLE
	    "          <secDNS:dsData>\n"
	    "            <secDNS:keyTag>55648</secDNS:keyTag>\n"
	    "            <secDNS:alg>13</secDNS:alg>\n"
	    "            <secDNS:digestType>2</secDNS:digestType>\n"
	    "            <secDNS:digest>B4C8C1FE2E7477127B27115656AD6256F4246"
	    "25BF5C1E2770CE6D6E37DF61D17</secDNS:digest>\n"
	    "          </secDNS:dsData>\n"
	    "          <secDNS:dsData>\n"
	    "            <secDNS:keyTag>1</secDNS:keyTag>\n"
	    "            <secDNS:alg>13</secDNS:alg>\n"
	    "            <secDNS:digestType>2</secDNS:digestType>\n"
	    "            <secDNS:digest>B4C8</secDNS:digest>\n"
	    "          </secDNS:dsData>\n"
	    TAIL);
	buf_free(&out);
}

static void
adds_keys(void **state)
{
	const struct name zone = dnshelp_name("example.com.");
	const struct dnskey keys[] = { dnshelp_key(signed_sets[2].key),
		dnshelp_key(signed_sets[3].key) };
	struct buf out = BUF_INIT;

	(void)state;
	epp_add_keys(&zone, keys, 2, &out);
	assert_string_equal(buf_text(&out),
	    HEAD "example.com" MIDDLE
	    "          <secDNS:keyData>\n"
	    "            <secDNS:flags>257</secDNS:flags>\n"
	    "            <secDNS:protocol>3</secDNS:protocol>\n"
	    "            <secDNS:alg>15</secDNS:alg>\n"
	    "            <secDNS:pubKey>l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1"
	    "SxZJA4=</secDNS:pubKey>\n"
	    "          </secDNS:keyData>\n"
	    "          <secDNS:keyData>\n"
	    "            <secDNS:flags>257</secDNS:flags>\n"
	    "            <secDNS:protocol>3</secDNS:protocol>\n"
	    "            <secDNS:alg>15</secDNS:alg>\n"
	    "            <secDNS:pubKey>zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9x"
	    "HIEijs=</secDNS:pubKey>\n"
	    "          </secDNS:keyData>\n"
	    TAIL);
	buf_free(&out);
}

static void
names_are_xml_text(void **state)
{
	const struct name odd = dnshelp_name("a<b>&c.example.");
	const struct name root = dnshelp_name("."), one = dnshelp_name("x.");
	struct buf out = BUF_INIT;

	(void)state;
	epp_add_ds(&odd, NULL, 0, &out);
	assert_string_equal(buf_text(&out),
	    HEAD "a&lt;b&gt;&amp;c.example" MIDDLE TAIL);
	buf_free(&out);
	epp_add_keys(&root, NULL, 0, &out);
	assert_string_equal(buf_text(&out), HEAD "." MIDDLE TAIL);
	buf_free(&out);
	epp_add_keys(&one, NULL, 0, &out);
	assert_string_equal(buf_text(&out), HEAD "x" MIDDLE TAIL);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_ds),
		cmocka_unit_test(adds_keys),
		cmocka_unit_test(names_are_xml_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
