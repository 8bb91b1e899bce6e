/* How rules are run: each row judges a subject and reports what it finds. */
#ifndef POLICY_REPORT_H
#define POLICY_REPORT_H

#include <stddef.h>

#include "kmgr/base/err.h"
#include "kmgr/base/when.h"
#include "policy/rules.h"

/* A duration as text, for the length of the enclosing block. */
#define REPORT_DURATION(s) when_duration(s, (char[WHEN_TEXT_LEN]){ 0 })
#define REPORT_TIME(at)	   when_rfc3339(at, (char[WHEN_TEXT_LEN]){ 0 })

struct report;

struct rule {
	struct rule_info info;
	enum err_class	 class;		/* of its failures */
	/* What the subject is, the table's file says. */
	void		 (*check)(const void *subject, struct report *);
};

/**
 * report_run(rules, n, subject, findings):
 * Run the ${n} ${rules} over ${subject}; each adds to ${findings} what it
 * finds, or one pass.
 */
void report_run(const struct rule *rules, size_t n, const void *subject,
    struct findings *findings);

/**
 * report_fail(report, fmt, ...), report_warn(...), report_off(...):
 * Add a finding of the rule that runs. Behind a dozen for one rule they are
 * counted only, and the last of them says so.
 */
void report_fail(struct report *report, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void report_warn(struct report *report, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void report_off(struct report *report, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The tables, each in its file, and their number of rows. */
extern const struct rule rules_policy[], rules_policy_approvals[],
    rules_policy_ksr[], rules_ksk[], rules_zsks[], rules_zsk_set[],
    rules_window[], rules_receiver[], rules_peers[], rules_ksr[],
    rules_ksr_keys[], rules_ksr_sets[], rules_ksr_proof[], rules_ksr_time[],
    rules_ksr_chain[], rules_skr[], rules_skr_keys[], rules_skr_time[],
    rules_skr_roll[], rules_oracle[];
extern const size_t rules_policy_n, rules_policy_approvals_n,
    rules_policy_ksr_n, rules_ksk_n, rules_zsks_n, rules_zsk_set_n,
    rules_window_n, rules_receiver_n, rules_peers_n, rules_ksr_n,
    rules_ksr_keys_n, rules_ksr_sets_n, rules_ksr_proof_n, rules_ksr_time_n,
    rules_ksr_chain_n, rules_skr_n, rules_skr_keys_n, rules_skr_time_n,
    rules_skr_roll_n, rules_oracle_n;

#endif
