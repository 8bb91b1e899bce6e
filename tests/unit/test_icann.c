#include "tests/unit/unit.h"

#include <dirent.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/ksr/codec.h"
#include "kmgr/ksr/icann.h"
#include "kmgr/ksr/icann_time.h"
#include "tests/unit/dnshelp.h"
#include "tests/unit/fixtures.h"

#define REQUEST	 "tests/fixtures/ksr/icann-request.xml"
#define RESPONSE "tests/fixtures/ksr/icann-response.xml"

static struct ksr *
read_ok(const char *text, size_t len)
{
	struct error err = ERR_INIT;
	struct ksr *ksr;

	unit_ok(codec_read(text, len, "f", &ksr, &err), &err);
	assert_int_equal(ksr->format, KSR_ICANN);
	return ksr;
}

/* What is read, written and read again says the same; the writer's bytes. */
static void
check_same(const struct ksr *ksr, struct buf *out)
{
	struct buf twice = BUF_INIT;
	struct ksr *again;

	codec_write(ksr, 1800000000, out);
	again = read_ok(buf_text(out), out->len);
	assert_true(ksr_is_same(ksr, again));
	codec_write(again, 1900000000, &twice);
	assert_string_equal(buf_text(out), buf_text(&twice));
	buf_free(&twice);
	ksr_free(again);
}

/* --- documents ---------------------------------------------------------- */

static const struct ksr_policy policy = {
	.publish_safety_s = 10 * 86400, .retire_safety_s = 0,
	.max_validity_s = 21 * 86400, .min_validity_s = 21 * 86400 + 240,
	.max_overlap_s = 3661, .min_overlap_s = 1,
	.algs = { { 13, 256, 0 }, { 8, 2048, 65537 }, { 15, 256, 0 } },
	.n_algs = 3,
};

static void
add_key(struct ksr_bundle *bundle, const char *line, const char *id,
    uint16_t flags)
{
	struct ksr_key key = { .owner = dnshelp_name("com."), .ttl = 3600,
	    .dnskey = dnshelp_key(line) };

	key.id = mem_strdup(id);
	key.dnskey.flags = flags;
	key.stated_tag = dnskey_tag(&key.dnskey);
	ksr_add_key(bundle, &key);
	free(key.id);
}

/* Well, bytes that are as many as a signature has. */
static void
add_sig(struct ksr_bundle *bundle, const struct ksr_key *key)
{
	struct ksr_sig sig = { .owner = key->owner, .ttl = 3600,
	    .key_id = key->id, .rrsig = { .type_covered = RRTYPE_DNSKEY,
	    .alg = 13, .labels = 1, .original_ttl = 3600,
	    .expiration_at = bundle->expiration_at,
	    .inception_at = bundle->inception_at,
	    .key_tag = key->stated_tag, .signer = key->owner,
	    .sig_len = 64 } };

	memset(sig.rrsig.sig, 0xfb, sig.rrsig.sig_len);
	ksr_add_sig(bundle, &sig);
}

/* Two bundles for com, the second of a response with a revoked KSK. */
static struct ksr *
build(enum ksr_kind kind)
{
	const struct dnskey_set *set = &dnskey_sets[1];
	struct ksr *ksr = ksr_new(KSR_ICANN, kind);
	struct ksr_bundle *bundle;
	int64_t i;

	ksr->id = mem_strdup("request 7");
	ksr->zone = dnshelp_name("com.");
	ksr->serial = 7;
	ksr->zsk = policy;
	if (kind == KSR_RESPONSE)
		ksr->ksk = policy;
	for (i = 0; i < 2; i++) {
		bundle = ksr_add_bundle(ksr, 1798761600 + i * 864000,
		    1800576000 + i * 864000);
		bundle->id = mem_printf("bundle-%d", (int)i + 1);
		add_key(bundle, set->zsk, "zsk", 256);
		if (kind == KSR_RESPONSE)
			add_key(bundle, set->ksk, "ksk", i == 0 ? 257 : 385);
		add_sig(bundle, &bundle->keys[bundle->n_keys - 1]);
	}
	return ksr;
}

static void
check_built(enum ksr_kind kind, const char *path)
{
	struct buf fixture = BUF_INIT, out = BUF_INIT;
	struct ksr *ksr = build(kind);

	check_same(ksr, &out);
	fixtures_read(path, &fixture);
	assert_string_equal(buf_text(&out), buf_text(&fixture));
	buf_free(&out);
	ksr->timestamp_at = 1798700000;
	check_same(ksr, &out);
	assert_non_null(strstr(buf_text(&out),
	    " timestamp=\"2026-12-31T06:53:20+00:00\">"));
	buf_free(&out);
	buf_free(&fixture);
	ksr_free(ksr);
}

static void
what_is_built_is_written_and_read(void **state)
{

	(void)state;
	check_built(KSR_REQUEST, REQUEST);
	check_built(KSR_RESPONSE, RESPONSE);
}

static void
all_members_are_read(void **state)
{
	struct ksr *ksr = build(KSR_REQUEST);
	struct ksr_bundle *bundle = &ksr->bundles[1];
	struct buf out = BUF_INIT;

	(void)state;
	/* Each differs from all others that stand beside it. */
	bundle->signers = mem_new(2 * sizeof(char *));
	bundle->signers[0] = mem_strdup("s'1 =/");
	bundle->signers[1] = mem_strdup("s2");
	bundle->n_signers = 2;
	bundle->keys[0].ttl = 0;
	bundle->keys[0].stated_tag = 65535;
	bundle->keys[0].dnskey.flags = 65534;
	bundle->keys[0].dnskey.protocol = 255;
	bundle->keys[0].dnskey.alg = 254;
	bundle->keys[0].dnskey.key_len = 1;
	bundle->sigs[0].ttl = ICANN_TTL_MAX;
	bundle->sigs[0].rrsig.alg = 253;
	bundle->sigs[0].rrsig.labels = 252;
	bundle->sigs[0].rrsig.original_ttl = 251;
	bundle->sigs[0].rrsig.expiration_at = UINT32_MAX;
	bundle->sigs[0].rrsig.inception_at = 0;
	bundle->sigs[0].rrsig.key_tag = 250;
	/* Bytes that no markup may see. */
	bundle->sigs[0].rrsig.signer = dnshelp_name("\\034.<\\&>'.\\200");
	bundle->sigs[0].rrsig.sig_len = CRYPTO_SIG_MAX;
	ksr->serial = INT64_MAX;
	check_same(ksr, &out);
	assert_non_null(strstr(buf_text(&out),
	    "<SignersName>\\034.\\060\\038\\062\\039.\\200.<"));
	buf_free(&out);
	ksr_free(ksr);
}

static void
ids_need_no_escapes(void **state)
{
	char long_id[KSR_ID_MAX + 2];

	(void)state;
	assert_true(icann_is_id("a"));
	assert_true(icann_is_id("1F:2 b='/"));
	assert_false(icann_is_id(""));
	assert_false(icann_is_id(" a"));
	assert_false(icann_is_id("a "));
	assert_false(icann_is_id("a\tb"));
	assert_false(icann_is_id("a<b"));
	assert_false(icann_is_id("a>b"));
	assert_false(icann_is_id("a&b"));
	assert_false(icann_is_id("a\"b"));
	assert_false(icann_is_id("a\x7f"));
	assert_false(icann_is_id("a\xc3\xa4"));
	memset(long_id, 'a', sizeof(long_id));
	long_id[KSR_ID_MAX + 1] = '\0';
	assert_false(icann_is_id(long_id));
	long_id[KSR_ID_MAX] = '\0';
	assert_true(icann_is_id(long_id));
}

/* Files that other tools wrote, in the folders of $KMGR_SAMPLES. */
static void
files_round_trip(void **state)
{
	char *folder = getenv("KMGR_SAMPLES") == NULL ?
	    fixtures_path("tests/fixtures/ksr") :
	    mem_strdup(getenv("KMGR_SAMPLES"));
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT, out = BUF_INIT;
	struct dirent *entry;
	struct ksr *ksr;
	size_t n = 0;
	char *path;
	DIR *dir;

	(void)state;
	assert_non_null(dir = opendir(folder));
	while ((entry = readdir(dir)) != NULL) {
		if (strstr(entry->d_name, ".xml") == NULL)
			continue;
		path = mem_printf("%s/%s", folder, entry->d_name);
		unit_ok(file_read(path, KSR_MAX_LEN, &text, &err), &err);
		free(path);
		/* A folder may have trust anchors too. */
		if (strstr(buf_text(&text), "<KSR ") == NULL) {
			buf_free(&text);
			continue;
		}
		ksr = read_ok(buf_text(&text), text.len);
		check_same(ksr, &out);
		ksr_free(ksr);
		buf_free(&out);
		buf_free(&text);
		n++;
	}
	(void)closedir(dir);
	free(folder);
	assert_true(n >= 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_built_is_written_and_read),
		cmocka_unit_test(all_members_are_read),
		cmocka_unit_test(ids_need_no_escapes),
		cmocka_unit_test(files_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
