#include "kmgr/engine/trust.h"

int
trust_prove(struct session *session, const struct cmk *cmk, struct error *err)
{
	struct hsm_key *key = NULL;

	if (session_is_proved(session, cmk->row.id))
		return 0;
	if (cmk_open_attestor(session, cmk, &key, err) != 0)
		return -1;
	hsm_key_free(key);
	session_set_proved(session, cmk->row.id);
	return 0;
}

int
trust_settle(struct session *session, const struct cmk *cmk, struct error *err)
{

	(void)session;
	(void)cmk;
	(void)err;
	return 0;
}
