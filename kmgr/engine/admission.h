/*
 * Who asks for ZSKs to be signed, where a policy wants to know. Under
 * zsk.admission: ssh the signature over the request's very bytes by one of its
 * sealed requesters; under tsig that they came from the configured source.
 */
#ifndef ENGINE_ADMISSION_H
#define ENGINE_ADMISSION_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/base/json.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/config.h"
#include "policy/requester.h"

/* What requesters sign in: a signature of one kind is none of another. */
#define ADMISSION_KSR  "kmgr-ksr"
#define ADMISSION_ZSKS "kmgr-zsks"

/* A request, and the signatures that came with it. */
struct admission {
	const char		*namespace;
	const char		*text;		/* the very bytes */
	size_t			 len;
	/* As ssh-keygen wrote them: the policy of each CMK takes one. */
	const char *const	*signatures;
	size_t			 n_signatures;
	int64_t			 at;
	const char		*tsig;		/* of struct zsks_request */
};

/* What was found for each CMK whose policy asks for a requester. */
struct admissions {
	struct admission_row	*rows;
	size_t			 n;
};

/**
 * admission_tsig(zone):
 * The TSIG key with which the configured source of ${zone}, which may be NULL,
 * signs what it gives; NULL where it does not. Owner: the configuration.
 */
const char *admission_tsig(const struct config_zone *zone);

/**
 * admission_judge(policy, admission, out, err):
 * Find the requester of ${policy} who signed ${admission}. Whether there is
 * one says *${out}, and what follows the rules: that none did is no error.
 *
 * Errors: ERR_SYSTEM (ssh-keygen cannot be run).
 */
int admission_judge(const struct policy *policy,
    const struct admission *admission, struct requester *out,
    struct error *err);

/**
 * admissions_find(all, cmk, admission, out, err):
 * As admission_judge() for the policy of ${cmk}, once a CMK. *${out} is NULL
 * where zsk.admission is operator; good until the next call. Owner:
 * ${all}.
 *
 * Errors: ERR_SYSTEM.
 */
int admissions_find(struct admissions *all, const struct cmk *cmk,
    const struct admission *admission, const struct requester **out,
    struct error *err);

/**
 * admissions_json(all):
 * An array: cmk_id, fingerprint and name of each requester, or tsig, the key of
 * the source. Owner: the caller.
 */
struct json *admissions_json(const struct admissions *all);

/**
 * admissions_put(all, event):
 * Put that array into ${event} as "requesters", unless it is empty.
 */
void admissions_put(const struct admissions *all, struct json *event);

/**
 * admissions_at(all, i):
 * The ${i}th requester, each key once; NULL behind the last. Owner: ${all}.
 */
const struct requester *admissions_at(const struct admissions *all, size_t i);

/**
 * admissions_clear(all):
 * Free what ${all} holds.
 */
void admissions_clear(struct admissions *all);

#endif
