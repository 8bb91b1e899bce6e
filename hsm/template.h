/* Generation with as much of the full template as a token takes. */
#ifndef HSM_TEMPLATE_H
#define HSM_TEMPLATE_H

#include "hsm/pair.h"

struct template_arg {
	const struct hsm_key_spec	*spec;
	struct hsm_key			*key;
	unsigned int			 left_out;	/* these in any case */
	bool				 takes_vague;	/* CKR_GENERAL_ERROR */
};

/**
 * template_generate(token, session, arg, err):
 * Make the pair arg->spec; its handles go into arg->key, and what was left
 * out of the template into arg->key->want.left_out. Left out are the fewest
 * groups of attributes that make the token accept, which is remembered for
 * the next key. ${arg} is a struct template_arg, for run.h.
 *
 * Errors: ERR_TOKEN.
 */
int template_generate(struct hsm_token *token, ck_session_handle_t session,
    void *arg, struct error *err);

/**
 * template_forget(token, mech):
 * Begin with the full template again.
 */
void template_forget(struct hsm_token *token, const struct mech *mech);

#endif
