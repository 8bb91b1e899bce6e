/*
 * What a token really does, tried on throw-away keys: modules say one thing
 * (C_GetMechanismInfo, accepted templates) and do another.
 */
#ifndef HSM_PROBE_H
#define HSM_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "hsm/token.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/alg.h"

enum hsm_verdict {
	HSM_ENFORCED,		/* the attempt was refused, as it should be */
	HSM_IGNORED,		/* the attempt succeeded: no protection */
	HSM_UNSUPPORTED,	/* the token does not know the attribute */
	HSM_WORKS,		/* an algorithm: generated, signed, verified */
	HSM_ABSENT,		/* an algorithm: the token cannot */
	HSM_NOT_TRIED		/* an earlier row makes it pointless */
};

/* Why a row counts. */
enum hsm_weight {
	HSM_REQUIRED,		/* IGNORED here lets a private value leave */
	HSM_WRAPPED_ONLY,	/* required for custody wrapped only */
	HSM_ADVISORY
};

struct hsm_probe_row {
	const char	*id;		/* stable: "sensitive-read" */
	const char	*what;		/* "read CKA_VALUE of a private key" */
	enum hsm_weight	 weight;
	enum hsm_verdict verdict;
	char		 detail[96];	/* the CKR that decided, by name */
};

struct hsm_probe {
	struct hsm_probe_row	*rows;
	size_t			 n_rows;
	bool			 uses_token_objects; /* no session keys here */
};

/* All rows; or those that a CMK of one algorithm in custody token needs. */
enum hsm_probe_scope {
	HSM_PROBE_ALL,
	HSM_PROBE_RESIDENT	/* no other algorithm, nothing of wrapping */
};

/**
 * hsm_probe_run(token, scope, alg, out, err):
 * Try every property and algorithm of ${scope} on keys that are destroyed
 * afterwards (session objects where the token has them; otherwise token
 * objects labelled "kmgr1:probe:...", as is one pair in any case, and remains
 * of an earlier probe are removed first). HSM_PROBE_RESIDENT tries ${alg} and
 * P-256 only, of which seal keys are; where the token has neither, the other
 * algorithms too. What concerns RSA keys alone it tries only where there will
 * be some, or where token objects are used. The token must be logged in.
 *
 * Owner: the caller, hsm_probe_free().
 * Errors: ERR_TOKEN only where nothing could be tried at all.
 */
int hsm_probe_run(struct hsm_token *token, enum hsm_probe_scope scope,
    enum alg alg, struct hsm_probe **out, struct error *err);

/* The first argument of a program that is to look on. */
#define HSM_ONLOOKER_WORD "--onlooker"

/**
 * hsm_onlooker_is_asked(argc, argv), hsm_onlooker_main(argv):
 * Whether this process was started as hsm_config.onlooker by a probe in
 * another one; be that, and return the exit status.
 */
bool hsm_onlooker_is_asked(int argc, char *const *argv);
int hsm_onlooker_main(char *const *argv);

/**
 * hsm_probe_leak(probe):
 * The first row by which a private value could leave, or NULL: the only
 * reason to refuse a token.
 */
const struct hsm_probe_row *hsm_probe_leak(const struct hsm_probe *probe);

/**
 * hsm_verdict_name(verdict), hsm_weight_name(weight):
 * "enforced", "ignored", ...; "required", "wrapped-only", "advisory".
 */
const char *hsm_verdict_name(enum hsm_verdict verdict);
const char *hsm_weight_name(enum hsm_weight weight);

/**
 * hsm_probe_free(probe):
 * Free ${probe}.
 */
void hsm_probe_free(struct hsm_probe *probe);

#endif
