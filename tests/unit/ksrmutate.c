#include "tests/unit/unit.h"

#include "tests/unit/ksrmutate.h"

static bool
is_bad(const struct finding *finding)
{

	return finding->verdict == FINDING_FAIL ||
	    finding->verdict == FINDING_WARN;
}

static bool
is_rule(const struct finding *finding, const char *rule)
{

	return rule != NULL && strcmp(finding->rule, rule) == 0;
}

void
ksrmutate_expect(const struct findings *findings, const char *rule,
    const char *also, enum finding_verdict verdict, const char *where)
{
	const struct finding *finding;
	bool found = false, found_also = also == NULL;
	size_t i;

	for (i = 0; i < findings->n; i++) {
		finding = &findings->items[i];
		if (!is_bad(finding))
			continue;
		if (!is_rule(finding, rule) && !is_rule(finding, also))
			fail_msg("%s: also %s: %s", where, finding->rule,
			    finding->message);
		if (is_rule(finding, rule) && finding->verdict != verdict)
			fail_msg("%s: %s: %s", where,
			    finding_verdict_name(finding->verdict),
			    finding->message);
		found |= is_rule(finding, rule);
		found_also |= is_rule(finding, also);
	}
	if (!found)
		fail_msg("%s: %s finds nothing", where, rule);
	if (!found_also)
		fail_msg("%s: %s finds nothing", where, also);
}

void
ksrmutate(const struct ksrmutate *row, struct ksrcase *c)
{

	row->mutate(c);
	if (row->proof == PROVED_ANEW)
		ksrcase_prove(c, c->request);
}

static void
run_one(const struct ksrmutate *row, size_t i, enum ksr_format format)
{
	struct findings findings = FINDINGS_INIT;
	struct ksrcase c;
	char where[64];

	ksrcase_init_in(&c, &(struct ksrcase_world) { format, row->policy,
	    "example.com", KSRCASE_NOW });
	ksrmutate(row, &c);
	rules_check_ksr(c.policy, &c.in, &findings);
	(void)snprintf(where, sizeof(where), "row %zu, %s", i,
	    ksr_format_name(format));
	ksrmutate_expect(&findings, row->rule, row->also,
	    row->verdict == FINDING_PASS ? FINDING_FAIL : row->verdict,
	    where);
	findings_clear(&findings);
	ksrcase_clear(&c);
}

void
ksrmutate_run(const struct ksrmutate *rows, size_t n)
{
	int format;
	size_t i;

	for (i = 0; i < n; i++)
		for (format = 0; format < KSR_FORMAT_N; format++)
			if ((rows[i].formats & 1U << format) != 0)
				run_one(&rows[i], i, (enum ksr_format)format);
}
