/* Algorithms: a pair is made, it signs, software verifies. */
#include "hsm/trial.h"

static enum trial_end
try_algorithm(struct trial *t, const struct trial_row *row,
    enum trial_guard guard)
{
	struct trial_pair pair;

	(void)guard;
	trial_pair_init(t, &pair, mech_find((enum alg)row->arg));
	if (!trial_pair_make(t, &pair) ||
	    !trial_pair_signs(t, &pair, pair.private_key))
		return TRIAL_REFUSED;
	return TRIAL_DONE;
}

#define ROW(id, alg) { id, "generate, sign, verify in software", \
	HSM_ADVISORY, TRIAL_WORK, try_algorithm, alg }

/* The first that works is the one whose pairs the other rows use. */
const struct trial_row probe_alg_rows[] = {
	ROW("ecdsap256sha256", ALG_ECDSAP256SHA256),
	ROW("ecdsap384sha384", ALG_ECDSAP384SHA384),
	ROW("rsasha256-2048", ALG_RSASHA256),
	ROW("ed25519", ALG_ED25519),
	{ NULL, NULL, HSM_ADVISORY, TRIAL_WORK, NULL, 0 },
};
