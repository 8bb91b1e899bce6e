#include "tests/unit/unit.h"

#include "tests/unit/fixtures.h"
#include "tests/unit/zsks.h"

/* The KSKs of the algorithms that text lists. */
static size_t
read_ksks(const struct buf *text, struct dnskey ksks[4])
{
	struct name root = { .len = 1 };
	struct error err = ERR_INIT;
	struct buf lines = BUF_INIT;
	struct zonefile *zonefile;
	char wanted[256] = "13", *rest = wanted, *word;
	struct dnskey key;
	size_t i, n = 0;

	(void)fixtures_says(text, "ksks", 0, wanted);
	fixtures_read("tests/fixtures/ksks.zone", &lines);
	unit_ok(zonefile_read(buf_text(&lines), lines.len, "ksks", &root,
	    &zonefile, &err), &err);
	while ((word = strsep(&rest, " ")) != NULL)
		for (i = 0; i < zonefile->n_records; i++) {
			unit_ok(dnskey_from_rdata(zonefile->records[i].rdata,
			    zonefile->records[i].rdata_len, &key, &err),
			    &err);
			if (key.alg == strtoul(word, NULL, 10) && n < 4)
				ksks[n++] = key;
		}
	zonefile_free(zonefile);
	buf_free(&lines);
	return n;
}

void
zsks_init(struct zsks *zsks, const struct buf *text)
{
	struct error err = ERR_INIT;
	struct buf yaml = BUF_INIT;
	char line[256];
	size_t i;

	memset(zsks, 0, sizeof(*zsks));
	buf_printf(&yaml, "version: 1\nzones: [example.com]\n");
	for (i = 0; fixtures_says(text, "policy", i, line); i++)
		buf_printf(&yaml, "%s\n", line);
	unit_ok(policy_read_yaml(buf_text(&yaml), yaml.len, "fixture",
	    &zsks->policy, &err), &err);
	buf_free(&yaml);
	unit_ok(name_read("example.com", &zsks->request.zone, &err), &err);
	unit_ok(zonefile_read(buf_text(text), text->len, "fixture",
	    &zsks->request.zone, &zsks->zonefile, &err), &err);
	zsks->request.records = zsks->zonefile->records;
	zsks->request.n_records = zsks->zonefile->n_records;
	zsks->request.ksks = zsks->ksks;
	zsks->request.n_ksks = read_ksks(text, zsks->ksks);
	zsks->request.now_at = ZSKS_NOW;
	zsks->request.inception_at = ZSKS_NOW -
	    zsks->policy->inception_offset_s;
	zsks->request.expiration_at = ZSKS_NOW + zsks->policy->validity_s;
}

void
zsks_read(struct zsks *zsks, const char *name)
{
	struct buf text = BUF_INIT;
	char path[128];

	(void)snprintf(path, sizeof(path), "tests/fixtures/good-zsks/%s.zone",
	    name);
	fixtures_read(path, &text);
	zsks_init(zsks, &text);
	buf_free(&text);
}

void
zsks_clear(struct zsks *zsks)
{

	policy_free(zsks->policy);
	zonefile_free(zsks->zonefile);
	memset(zsks, 0, sizeof(*zsks));
}

int
zsks_badness(enum finding_verdict verdict)
{

	return verdict == FINDING_FAIL ? 2 : verdict == FINDING_WARN;
}

enum finding_verdict
zsks_verdict(const struct findings *findings, const char *rule)
{
	const struct finding *worst = NULL;
	size_t i;

	for (i = 0; i < findings->n; i++)
		if (strcmp(findings->items[i].rule, rule) == 0 &&
		    (worst == NULL || zsks_badness(findings->items[i].verdict) >
		    zsks_badness(worst->verdict)))
			worst = &findings->items[i];
	if (worst == NULL)
		fail_msg("%s left no finding", rule);
	return worst->verdict;
}
