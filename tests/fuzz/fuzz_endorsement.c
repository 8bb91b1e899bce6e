/*
 * Endorsement files: judged without a crash, whatever stands in them. The
 * first byte says which member of a good file the rest of the input is; with
 * 'f' it is the file itself.
 */
#include "tests/fuzz/fuzz.h"

#include "kmgr/base/text.h"
#include "kmgr/engine/endorsement.h"

/* A statement and a seal as they are, but for what is of one key only. */
static const char endorsement[] =
    "{\"attributes\":{\"not_held\":[],\"private\":{\"CKA_EXTRACTABLE\":"
    "\"false\",\"CKA_SENSITIVE\":\"true\"},\"public\":{}},\"cmk_id\":\"0\","
    "\"cmk_public_key\":\"\",\"created_at\":1,\"custody\":\"token\","
    "\"dnskey\":\"257 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD"
    "5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==\",\"ds\":[],\"generation\":1,"
    "\"key_id\":\"0\",\"key_tag\":1,\"ksk_id\":\"0\",\"ledger_head\":\"0\","
    "\"ledger_seq\":2,\"policy_hash\":\"0\",\"revoked_key_tag\":1,"
    "\"token\":{},\"zone\":\"example.com.\"}";
static const char seal[] = "{\"cmk_id\":\"0\",\"ledger_head\":\"0\","
    "\"ledger_seq\":1,\"policy_hash\":\"0\",\"sealed_at\":1}";
static const char signature[] = "MAYCAQECAQE=";	/* r = s = 1 */
static const char proof[] = "0/1 MAYCAQECAQE=";
static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6a+dN6FW3BlOHFO+CQWT0Gg7k3uQ\n"
    "5djUBQS1v9c3gWBmtwSczSydPtHw5+37YtfHYJf2hcySOpELep09x9kSIQ==\n"
    "-----END PUBLIC KEY-----\n";

static void
put_policy(struct json *file)
{
	static const char yaml[] = "version: 1\nzones: [example.com]\n";
	struct buf text = BUF_INIT;
	struct error err = ERR_INIT;
	struct policy *policy;
	int rc;

	rc = policy_read_yaml(yaml, strlen(yaml), "yaml", &policy, &err);
	assert(rc == 0);
	policy_canonical(policy, &text);
	json_put_text(file, "policy", buf_text(&text));
	policy_free(policy);
	buf_free(&text);
}

/* The file in which the member called name is text, where that can be. */
static void
make_file(const char *name, const char *text, struct buf *out)
{
	struct json *file = json_new_object();

	json_put_text(file, "format", ENDORSEMENT_FORMAT);
	json_put_int(file, "schema", ENDORSEMENT_SCHEMA);
	json_put_text(file, "endorsement", endorsement);
	json_put_text(file, "endorsement_signature", proof);
	put_policy(file);
	json_put_text(file, "seal", seal);
	json_put_text(file, "seal_signature", signature);
	json_put_text(file, "cmk_public_key", pem);
	if (text_is_utf8(text, strlen(text)))
		json_put_text(file, name, text);
	json_pretty(file, out);
	json_free(file);
}

/* What is said goes to terminals. */
static void
check_text(const char *text)
{

	for (; *text != '\0'; text++)
		assert((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void
check_report(const struct endorsement_report *report)
{
	size_t i, n_failed = 0;

	assert(report->n >= 27 && report->title != NULL);
	check_text(report->title);
	for (i = 0; i < report->n; i++) {
		check_text(report->checks[i].id);
		check_text(report->checks[i].detail);
		assert(endorsement_verdict_name(report->checks[i].verdict) !=
		    NULL);
		n_failed += report->checks[i].verdict == ENDORSEMENT_FAIL;
	}
	/* Nobody here has a key that could sign anything. */
	assert(n_failed == report->n_failed && n_failed > 0);
}

static const char *
member_of(uint8_t which)
{

	switch (which) {
	case 'e':
		return "endorsement";
	case 'g':
		return "endorsement_signature";
	case 'p':
		return "policy";
	case 's':
		return "seal";
	case 't':
		return "seal_signature";
	case 'k':
		return "cmk_public_key";
	default:
		return NULL;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct endorsement_report report = ENDORSEMENT_REPORT_INIT;
	const char *member = len == 0 ? NULL : member_of(data[0]);
	struct error err = ERR_INIT;
	struct buf file = BUF_INIT;
	char *text;
	int rc;

	if (len == 0)
		return 0;
	text = fuzz_text(data + 1, len - 1);
	if (member == NULL)
		buf_add(&file, data + 1, len - 1);
	else
		make_file(member, text, &file);
	rc = endorsement_verify(buf_text(&file), file.len, NULL, &report,
	    &err);
	fuzz_check_error(rc, &err);
	assert(rc == 0 || err.class == ERR_INPUT);
	assert(rc == 0 || member == NULL);
	if (rc == 0)
		check_report(&report);
	else
		assert(report.n == 0 && report.statement == NULL);
	endorsement_report_clear(&report);
	buf_free(&file);
	free(text);
	return 0;
}
