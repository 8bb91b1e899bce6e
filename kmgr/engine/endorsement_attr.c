/*
 * What the token held of the pair when it was endorsed. The private value
 * must not be able to leave, and must not have been outside; whatever else
 * was asked for is advice, and its exceptions are shown.
 */
#include <stdio.h>
#include <string.h>

#include "hsm/key.h"
#include "kmgr/engine/endorsement_internal.h"

#define EXCEPTIONS_MAX 64
#define ID_LEN 80

/* What the endorsement says of one attribute. */
struct said {
	const char		*value;		/* NULL: the token did not */
	const struct json	*exception;	/* in not_held, or NULL */
};

static bool
is_text(const struct json *row, const char *key, const char *expected)
{
	const char *text = json_get_text(row, key);

	return text != NULL && strcmp(text, expected) == 0;
}

static struct said
find_said(const struct json *attributes, const struct hsm_attr_rule *rule)
{
	const struct json *list = json_get(attributes, "not_held");
	struct said said = { json_get_text(json_get(attributes, rule->half),
	    rule->name), NULL };
	size_t i;

	for (i = 0; i < json_len(list); i++)
		if (is_text(json_at(list, i), "half", rule->half) &&
		    is_text(json_at(list, i), "name", rule->name))
			said.exception = json_at(list, i);
	return said;
}

/* Why the token did not tell, as it was recorded. */
static const char *
reason(const struct said *said)
{
	const char *verdict = json_get_text(said->exception, "verdict");

	return verdict == NULL ? "not told" : verdict;
}

/* What the token told is not what was asked for. */
static void
judge_other(const struct outcome *o, const struct hsm_attr_rule *rule,
    const struct said *said)
{

	if (said->exception == NULL)
		outcome_fail(o, "the token has %.40s, asked was %s, and "
		    "not_held does not say so", said->value, rule->asked);
	else if (rule->need == HSM_ATTR_ADVISORY)
		outcome_say(o, ENDORSEMENT_NOT_HELD, "the token has %.40s, "
		    "asked was %s (%.40s); advisory", said->value, rule->asked,
		    reason(said));
	else
		outcome_fail(o, "the token has %.40s, required is %s: the "
		    "private value %s", said->value, rule->asked,
		    rule->need == HSM_ATTR_SECRECY ? "can leave" :
		    "was outside");
}

/* Nothing was told; whether it was noted makes a difference. */
static void
judge_silence(const struct outcome *o, const struct hsm_attr_rule *rule,
    const struct said *said)
{

	if (rule->need == HSM_ATTR_SECRECY)
		outcome_fail(o, "not told by the token, required is %s",
		    rule->asked);
	else if (said->exception != NULL)
		outcome_say(o, ENDORSEMENT_NOT_TOLD, "not told by the token "
		    "(%.40s), asked was %s; advisory", reason(said),
		    rule->asked);
	else if (rule->need == HSM_ATTR_ORIGIN)
		outcome_fail(o, "the endorsement does not name it, neither as "
		    "held nor in not_held");
	else
		outcome_say(o, ENDORSEMENT_NOT_TOLD, "the endorsement does "
		    "not name it; advisory");
}

/* One attribute; *${n_held} counts those that speak for themselves. */
static void
judge(const struct json *attributes, const struct hsm_attr_rule *rule,
    struct endorsement_report *report, size_t *n_held)
{
	const struct said said = find_said(attributes, rule);
	char id[ID_LEN];
	const struct outcome o = { id, report };

	(void)snprintf(id, sizeof(id), "%s-%s", rule->half, rule->name);
	if (said.value == NULL)
		judge_silence(&o, rule, &said);
	else if (strcmp(said.value, rule->asked) != 0)
		judge_other(&o, rule, &said);
	else if (said.exception != NULL)
		outcome_fail(&o, "the token has %.40s, as asked, and not_held "
		    "says it has not", said.value);
	else if (rule->need != HSM_ATTR_ADVISORY)
		outcome_pass(&o, "%s", said.value);
	else
		(*n_held)++;
}

/* Whether a row of not_held is about one of the rules. */
static bool
is_known(const struct json *row, const struct hsm_attr_rule *rules, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_text(row, "half", rules[i].half) &&
		    is_text(row, "name", rules[i].name))
			return true;
	return false;
}

/* Exceptions that another version of this program asked for. */
static void
show_others(const struct json *not_held, const struct hsm_attr_rule *rules,
    size_t n, struct endorsement_report *report)
{
	const char *half, *name, *asked;
	char id[ID_LEN];
	size_t i;

	for (i = 0; i < json_len(not_held); i++) {
		const struct json *row = json_at(not_held, i);
		const struct outcome o = { id, report };

		if (is_known(row, rules, n))
			continue;
		half = json_get_text(row, "half");
		name = json_get_text(row, "name");
		asked = json_get_text(row, "asked");
		(void)snprintf(id, sizeof(id), "%.10s-%.60s",
		    half == NULL ? "(none)" : half,
		    name == NULL ? "(none)" : name);
		outcome_say(&o, ENDORSEMENT_NOT_HELD, "unknown to this "
		    "version, asked was %.40s; advisory",
		    asked == NULL ? "(none)" : asked);
	}
}

/* The algorithm, of the DNSKEY where no policy can be read. */
static enum alg
find_alg(const struct subject *s)
{
	const struct alg_info *alg = alg_find(s->dnskey.alg);

	if (s->policy != NULL)
		return s->policy->alg;
	return alg != NULL && alg->refusal == NULL ? (enum alg)alg->number :
	    ALG_ECDSAP256SHA256;
}

/*
 * An unwrapped key is never local, nor was it always inside: of a wrapped one
 * only what keeps the value there can be asked.
 */
static bool
is_asked(const struct subject *s, const struct hsm_attr_rule *rule)
{

	return s->policy == NULL || s->policy->custody != CUSTODY_WRAPPED ||
	    rule->need == HSM_ATTR_SECRECY;
}

void
endorsement_judge_attributes(const struct subject *subject,
    struct endorsement_report *report)
{
	const struct json *attributes = json_get(subject->statement,
	    "attributes");
	const struct json *not_held = json_get(attributes, "not_held");
	const bool is_compliance = subject->policy != NULL &&
	    subject->policy->seal == SEAL_COMPLIANCE;
	const struct outcome all = { "attributes", report };
	struct hsm_attr_rule rules[HSM_ATTR_RULES_MAX];
	size_t i, n, n_held = 0;

	n = hsm_attr_rules(find_alg(subject), is_compliance ?
	    HSM_UNDESTROYABLE : HSM_DESTROYABLE, rules);
	for (i = 0; i < n; i++)
		if (is_asked(subject, &rules[i]))
			judge(attributes, &rules[i], report, &n_held);
	if (!json_holds_array(not_held) ||
	    json_len(not_held) > EXCEPTIONS_MAX) {
		outcome_fail(&all, "the endorsement has no list not_held of at "
		    "most %d", EXCEPTIONS_MAX);
		return;
	}
	show_others(not_held, rules, n, report);
	outcome_pass(&all, "%zu more are held as asked for, not_held lists "
	    "%zu", n_held, json_len(not_held));
}
