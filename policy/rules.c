#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/report.h"
#include "policy/rules.h"

const struct rule_info *
rules_at(size_t i)
{
	const struct {
		const struct rule	*rules;
		size_t			 n;
	} tables[] = {
		{ rules_policy, rules_policy_n },
		{ rules_policy_approvals, rules_policy_approvals_n },
		{ rules_policy_ksr, rules_policy_ksr_n },
		{ rules_ksk, rules_ksk_n },
		{ rules_zsks, rules_zsks_n },
		{ rules_zsk_set, rules_zsk_set_n },
		{ rules_window, rules_window_n },
		{ rules_receiver, rules_receiver_n },
		{ rules_peers, rules_peers_n },
		{ rules_ksr, rules_ksr_n },
		{ rules_ksr_keys, rules_ksr_keys_n },
		{ rules_ksr_sets, rules_ksr_sets_n },
		{ rules_ksr_proof, rules_ksr_proof_n },
		{ rules_ksr_time, rules_ksr_time_n },
		{ rules_ksr_chain, rules_ksr_chain_n },
		{ rules_skr, rules_skr_n },
		{ rules_skr_keys, rules_skr_keys_n },
		{ rules_skr_time, rules_skr_time_n },
		{ rules_skr_roll, rules_skr_roll_n },
		{ rules_oracle, rules_oracle_n },
	};
	size_t t;

	for (t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		if (i < tables[t].n)
			return &tables[t].rules[i].info;
		i -= tables[t].n;
	}
	return NULL;
}

const struct rule_info *
rules_find(const char *id)
{
	const struct rule_info *info;
	size_t i;

	for (i = 0; (info = rules_at(i)) != NULL; i++)
		if (strcasecmp(info->id, id) == 0)
			return info;
	return NULL;
}

size_t
findings_failed(const struct findings *findings)
{
	size_t i, n = 0;

	for (i = 0; i < findings->n; i++)
		n += findings->items[i].verdict == FINDING_FAIL;
	return n;
}

/* Put finding behind what msg says; false when there is no room for it. */
static bool
append(char *msg, size_t size, const struct finding *finding)
{
	const size_t at = strlen(msg);
	const int n = snprintf(NULL, 0, "; %s: %s", finding->rule,
	    finding->message);

	if (at + (size_t)n >= size)
		return false;
	(void)snprintf(msg + at, size - at, "%s%s: %s", at == 0 ? "" : "; ",
	    finding->rule, finding->message);
	return true;
}

int
findings_error(const struct findings *findings, struct error *err)
{
	/* The tail is kept free for the number that found no room. */
	char msg[ERR_MSG_LEN - 128] = "";
	const struct finding *finding, *first = NULL;
	size_t i, left = 0;

	for (i = 0; i < findings->n; i++) {
		finding = &findings->items[i];
		if (finding->verdict != FINDING_FAIL)
			continue;
		if (first == NULL)
			first = finding;
		if (left > 0 || !append(msg, sizeof(msg), finding))
			left++;
	}
	if (first == NULL)
		return err_set(err, ERR_INTERNAL, "no rule failed");
	if (left > 0)
		(void)err_set(err, first->class, "%s; and %zu more", msg,
		    left);
	else
		(void)err_set(err, first->class, "%s", msg);
	return err_hint(err, "kmgr explain-rule %s", first->rule);
}

void
findings_clear(struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->n; i++)
		free(findings->items[i].text);
	free(findings->items);
	*findings = (struct findings)FINDINGS_INIT;
}

const char *
finding_verdict_name(enum finding_verdict verdict)
{
	static const char *const names[] = { "pass", "warn", "fail", "off" };

	return names[verdict];
}
