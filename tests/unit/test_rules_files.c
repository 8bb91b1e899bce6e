/* Requests and responses judged as they come from files. */
#include <unistd.h>

#include "tests/unit/unit.h"

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/ksr/codec.h"
#include "tests/unit/ksrmutate.h"

static void
expect_nothing(const struct findings *findings, const char *what)
{
	size_t i;

	for (i = 0; i < findings->n; i++)
		if (findings->items[i].verdict == FINDING_FAIL)
			fail_msg("%s: %s: %s", what, findings->items[i].rule,
			    findings->items[i].message);
}

static struct ksr *
written_and_read(const struct ksr *ksr)
{
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct ksr *out = NULL;

	codec_write(ksr, KSRCASE_NOW, &text);
	unit_ok(codec_read(buf_text(&text), text.len, "test", &out, &err),
	    &err);
	buf_free(&text);
	return out;
}

static void
what_was_written_and_read_passes(void **state)
{
	struct findings findings = FINDINGS_INIT;
	struct rules_skr skr = { .n_ksks = 1, .now_at = KSRCASE_NOW };
	struct ksr *request, *answer, *response;
	struct ksrcase c;
	int format;

	(void)state;
	for (format = 0; format < KSR_FORMAT_N; format++) {
		ksrcase_init(&c, (enum ksr_format)format);
		c.in.request = request = written_and_read(c.request);
		rules_check_ksr(c.policy, &c.in, &findings);
		expect_nothing(&findings, ksr_format_name(
		    (enum ksr_format)format));
		findings_clear(&findings);
		answer = ksrcase_answer(&c, request, c.in.end_at);
		ksrcase_sign(&c, answer);
		skr.response = response = written_and_read(answer);
		skr.request = request;
		skr.previous = c.previous;
		skr.ksks = c.ksks;
		skr.end_at = c.in.end_at;
		rules_check_skr(c.policy, &skr, &findings);
		expect_nothing(&findings, ksr_format_name(
		    (enum ksr_format)format));
		findings_clear(&findings);
		ksr_free(request);
		ksr_free(answer);
		ksr_free(response);
		ksrcase_clear(&c);
	}
}

/* The file of the root zone's ceremonies in $KMGR_SAMPLES, or NULL. */
static struct ksr *
read_sample(const char *name)
{
	const char *folder = getenv("KMGR_SAMPLES");
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct ksr *ksr = NULL;
	char *path;

	path = mem_printf("%s/%s", folder == NULL ? "." : folder, name);
	if (folder != NULL && access(path, R_OK) == 0) {
		unit_ok(file_read(path, KSR_MAX_LEN, &text, &err), &err);
		unit_ok(codec_read(buf_text(&text), text.len, name, &ksr,
		    &err), &err);
	}
	buf_free(&text);
	free(path);
	return ksr;
}

static struct policy *
root_policy(int min_rsa_bits)
{
	struct error err = ERR_INIT;
	struct policy *policy;
	char *yaml;

	yaml = mem_printf("version: 1\nzones: [\".\"]\n"
	    "ksk: { algorithm: rsasha256, rfc5011: true }\n"
	    "zsk: { min-rsa-bits: %d }\n"
	    "signatures: { dnskey-ttl: 2d }\n", min_rsa_bits);
	unit_ok(policy_read_yaml(yaml, strlen(yaml), "root", &policy, &err),
	    &err);
	free(yaml);
	return policy;
}

static void
judge(int min_rsa_bits, const struct ksr *request, const struct ksr *previous,
    int64_t now_at, struct findings *findings)
{
	struct policy *policy = root_policy(min_rsa_bits);
	const struct rules_ksr in = { .request = request, .zone = { .len = 1 },
		.previous = previous, .now_at = now_at };

	findings_clear(findings);
	rules_check_ksr(policy, &in, findings);
	policy_free(policy);
}

static void
judge_response(const struct ksr *response, const struct ksr *request,
    const struct ksr *previous, int64_t now_at, struct findings *findings)
{
	struct policy *policy = root_policy(2048);
	const struct rules_skr in = { .response = response,
		.request = request, .previous = previous, .now_at = now_at };

	findings_clear(findings);
	rules_check_skr(policy, &in, findings);
	policy_free(policy);
}

/* On the days of the ceremonies, the root zone's own files are in order. */
static void
the_root_zones_files_pass_at_their_date(void **state)
{
	const int64_t may_2016 = 1463011200, february_2017 = 1486080000;
	struct ksr *q3 = read_sample("ksr-root-2016-q3-0.xml");
	struct ksr *q2 = read_sample("ksr-root-2017-q2-0.xml");
	struct ksr *q1_skr = read_sample("skr-root-2017-q1-0.xml");
	struct ksr *q2_skr = read_sample("skr-root-2017-q2-0.xml");
	struct findings f = FINDINGS_INIT;

	(void)state;
	if (q3 != NULL && q2 != NULL && q1_skr != NULL && q2_skr != NULL) {
		judge(1024, q3, NULL, may_2016, &f);
		expect_nothing(&f, "2016 q3");
		judge(2048, q3, NULL, may_2016, &f);
		ksrmutate_expect(&f, "KSR-POLICY-ALG", NULL, FINDING_FAIL,
		    "2016 q3, RSA of 1024 bits");
		judge(2048, q2, q1_skr, february_2017, &f);
		expect_nothing(&f, "2017 q2");
		judge(2048, q2, q1_skr, february_2017 + 90 * KSRCASE_DAY, &f);
		ksrmutate_expect(&f, "KSR-BUNDLE-PAST", NULL, FINDING_FAIL,
		    "2017 q2, too late");
		judge(2048, q2, q1_skr, february_2017 - 90 * KSRCASE_DAY, &f);
		ksrmutate_expect(&f, "KSR-POLICY-SIG-HORIZON", NULL,
		    FINDING_FAIL, "2017 q2, too early");
		judge_response(q2_skr, q2, q1_skr, february_2017, &f);
		expect_nothing(&f, "2017 q2 response");
		judge_response(q1_skr, NULL, NULL, may_2016 + 180 *
		    KSRCASE_DAY, &f);
		expect_nothing(&f, "2017 q1 response");
		findings_clear(&f);
	}
	ksr_free(q3);
	ksr_free(q2);
	ksr_free(q1_skr);
	ksr_free(q2_skr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_and_read_passes),
		cmocka_unit_test(the_root_zones_files_pass_at_their_date),
	};

	return cmocka_run_group_tests_name("rules on files", tests, NULL,
	    NULL);
}
