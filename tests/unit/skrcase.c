#include "tests/unit/unit.h"

#include "tests/unit/skrcase.h"

void
skrcase_init(struct skrcase *s, enum ksr_format format)
{

	memset(s, 0, sizeof(*s));
	ksrcase_init(&s->ksr, format);
	s->response = ksrcase_answer(&s->ksr, s->ksr.request,
	    s->ksr.in.end_at);
	s->in = (struct rules_skr) { .response = s->response,
		.request = s->ksr.request, .previous = s->ksr.previous,
		.ksks = s->ksr.ksks, .n_ksks = 1, .now_at = KSRCASE_NOW,
		.end_at = s->ksr.in.end_at };
}

void
skrcase_clear(struct skrcase *s)
{

	ksr_free(s->response);
	ksrcase_clear(&s->ksr);
}

struct ksr_bundle *
skrcase_bundle(struct skrcase *s, size_t b)
{

	return &s->response->bundles[b];
}

void
skrcase_lay(struct skrcase *s, size_t b)
{

	ksrcase_lay(&s->ksr, s->response, skrcase_bundle(s, b));
}

void
skrcase_add_key(struct skrcase *s, size_t b, enum ksrcase_key which,
    uint16_t flags)
{
	struct ksr_key key = ksrcase_key(&s->ksr, which, 3600);

	key.dnskey.flags = flags;
	key.stated_tag = dnskey_tag(&key.dnskey);
	ksr_add_key(skrcase_bundle(s, b), &key);
}

void
skrcase_remove_key(struct skrcase *s, size_t b, enum ksrcase_key which)
{
	struct ksr_bundle *from = skrcase_bundle(s, b);
	struct ksr_key *key = ksrcase_find(&s->ksr, from, which);

	free(key->id);
	from->n_keys--;
	memmove(key, key + 1, (size_t)(from->keys + from->n_keys - key) *
	    sizeof(*key));
}

static void
run(const struct skrmutation *row, size_t i, enum ksr_format format)
{
	struct findings findings = FINDINGS_INIT;
	struct skrcase s;
	char where[64];

	skrcase_init(&s, format);
	row->mutate(&s);
	if (strcmp(row->rule, "SKR-SIGNED") == 0)
		s.ksr.policy->rfc5011 = true;
	rules_check_skr(s.ksr.policy, &s.in, &findings);
	(void)snprintf(where, sizeof(where), "row %zu, %s", i,
	    ksr_format_name(format));
	ksrmutate_expect(&findings, row->rule, row->also, FINDING_FAIL,
	    where);
	findings_clear(&findings);
	skrcase_clear(&s);
}

void
skrcase_run(const struct skrmutation *rows, size_t n)
{
	int format;
	size_t i;

	for (i = 0; i < n; i++)
		for (format = 0; format < KSR_FORMAT_N; format++)
			if ((rows[i].formats & 1U << format) != 0)
				run(&rows[i], i, (enum ksr_format)format);
}
