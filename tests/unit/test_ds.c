#include "tests/unit/unit.h"

#include "kmgr/dns/alg.h"
#include "kmgr/dns/ds.h"
#include "tests/unit/dnshelp.h"

static void
check_text(const char *zone, const struct dnskey *key, enum digest digest,
    const char *expected)
{
	const struct name name = dnshelp_name(zone);
	struct buf text = BUF_INIT;
	struct ds ds;

	ds_init(&ds, &name, key, digest);
	ds_text(&ds, &text);
	assert_string_equal(buf_text(&text), expected);
	buf_free(&text);
}

static void
digests_are_those_of_others(void **state)
{
	struct dnskey key;
	size_t i;

	(void)state;
	for (i = 0; i < N_DNSKEY_SETS; i++) {
		key = dnshelp_key(dnskey_sets[i].ksk);
		check_text(dnskey_sets[i].zone, &key, DIGEST_SHA256,
		    dnskey_sets[i].ds_sha256);
		check_text(dnskey_sets[i].zone, &key, DIGEST_SHA384,
		    dnskey_sets[i].ds_sha384);
	}
	for (i = 0; i < N_SIGNED_SETS; i++) {
		key = dnshelp_key(signed_sets[i].key);
		/* The owner is what the line begins with; RFC 6605's second
		 * example is the only one with SHA-384. */
		check_text(key.alg == ALG_ED25519 ? "Example.COM" :
		    "EXAMPLE.net.", &key, key.alg == ALG_ECDSAP384SHA384 ?
		    DIGEST_SHA384 : DIGEST_SHA256, signed_sets[i].ds);
	}
	key = dnshelp_key(RFC4034_KEY);
	check_text("dskey.example.com.", &key, DIGEST_SHA256, RFC4509_DS);
}

static void
rdata_is_read_back(void **state)
{
	const struct name name = dnshelp_name("example.com.");
	const struct dnskey key = dnshelp_key(dnskey_sets[0].ksk);
	struct error err = ERR_INIT;
	struct buf rdata = BUF_INIT;
	struct ds ds, again;

	(void)state;
	ds_init(&ds, &name, &key, DIGEST_SHA384);
	ds_rdata(&ds, &rdata);
	assert_int_equal(rdata.len, 4 + 48);
	assert_int_equal(rdata.data[0] << 8 | rdata.data[1], 20326);
	assert_int_equal(rdata.data[2], 8);
	assert_int_equal(rdata.data[3], 4);
	unit_ok(ds_from_rdata(rdata.data, rdata.len, &again, &err), &err);
	assert_true(ds_is_same(&ds, &again));
	buf_free(&rdata);
	ds_init(&ds, &name, &key, DIGEST_SHA256);
	ds_rdata(&ds, &rdata);
	unit_ok(ds_from_rdata(rdata.data, rdata.len, &again, &err), &err);
	assert_true(ds_is_same(&ds, &again));
	unit_fails(ds_from_rdata(rdata.data, rdata.len - 1, &again, &err),
	    &err, ERR_INPUT, "a digest of 31 octets where type 2 has 32");
	buf_free(&rdata);
}

static void
digests_have_their_length(void **state)
{
	static const struct { uint8_t type; size_t min, max; } t[] = {
		{ 0, 1, 1 }, { 1, 20, 20 }, { 2, 32, 32 }, { 3, 32, 32 },
		{ 4, 48, 48 }, { 5, 1, 48 }, { 200, 1, 48 },
	};
	struct error err = ERR_INIT;
	uint8_t rdata[64] = { 0 };
	struct ds ds;
	size_t i, len;

	(void)state;
	for (i = 0; i < N_OF(t); i++) {
		rdata[3] = t[i].type;
		for (len = 0; len <= sizeof(rdata); len++) {
			if (len >= 4 + t[i].min && len <= 4 + t[i].max)
				unit_ok(ds_from_rdata(rdata, len, &ds, &err),
				    &err);
			else
				unit_fails(ds_from_rdata(rdata, len, &ds,
				    &err), &err, ERR_INPUT, "octets");
		}
	}
}

static void
every_field_makes_a_difference(void **state)
{
	const struct name name = dnshelp_name("example.com.");
	const struct dnskey key = dnshelp_key(dnskey_sets[1].ksk);
	struct ds ds, other;

	(void)state;
	ds_init(&ds, &name, &key, DIGEST_SHA256);
	other = ds;
	assert_true(ds_is_same(&ds, &other));
	other.key_tag ^= 1;
	assert_false(ds_is_same(&ds, &other));
	other = ds;
	other.alg ^= 1;
	assert_false(ds_is_same(&ds, &other));
	other = ds;
	other.digest_type ^= 1;
	assert_false(ds_is_same(&ds, &other));
	other = ds;
	other.digest_len--;
	assert_false(ds_is_same(&ds, &other));
	other = ds;
	other.digest[31] ^= 1;
	assert_false(ds_is_same(&ds, &other));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_others),
		cmocka_unit_test(rdata_is_read_back),
		cmocka_unit_test(digests_have_their_length),
		cmocka_unit_test(every_field_makes_a_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
