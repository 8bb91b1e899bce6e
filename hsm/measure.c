#include <sys/resource.h>

#include "hsm/measure.h"
#include "hsm/run.h"
#include "hsm/trial.h"

#define N_SIGNATURES 16

/* How often this thread gave the processor away because it had to wait. */
static long
waits(void)
{
	struct rusage usage = { 0 };

	(void)getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

static int
work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct trial t = { .module = &token->module, .session = session,
		.mech = mech_find(ALG_ECDSAP256SHA256) };
	struct trial_pair pair;
	bool *computes = arg;
	size_t n = 0;
	long before;

	(void)err;
	*computes = false;
	trial_pair_init(&t, &pair, t.mech);
	if (trial_pair_make(&t, &pair)) {
		before = waits();
		while (n < N_SIGNATURES && trial_pair_signs(&t, &pair,
		    pair.private_key))
			n++;
		*computes = n == N_SIGNATURES &&
		    waits() - before < N_SIGNATURES / 2;
	}
	trial_clear(&t);
	return 0;
}

int
hsm_token_computes(struct hsm_token *token, bool *computes,
    struct error *err)
{
	const struct run run = { work, NULL, computes, RUN_AGAIN };

	return run_do(token, &run, err);
}
