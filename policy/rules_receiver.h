/*
 * Rules for who receives a signed key response, which is all that he has:
 * whether it is good, and whether the program that is to import it takes it.
 */
#ifndef POLICY_RULES_RECEIVER_H
#define POLICY_RULES_RECEIVER_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/dns/ds.h"
#include "kmgr/dns/ksr.h"
#include "policy/rules.h"

struct rules_receiver {
	const struct ksr	*response;
	size_t			 len;		/* bytes of its file */
	const struct ksr	*request;	/* NULL: not given */
	const struct ds		*ds;		/* the zone's at the parent */
	size_t			 n_ds;		/* 0: not given */
	int64_t			 now_at;
};

/**
 * rules_check_receiver(receiver, findings):
 * Run all rules; what was not given, and peers of other formats, are off.
 */
void rules_check_receiver(const struct rules_receiver *receiver,
    struct findings *findings);

#endif
