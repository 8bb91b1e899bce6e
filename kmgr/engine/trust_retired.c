#include "kmgr/engine/trust.h"
#include "kmgr/engine/trust_judge.h"
#include "kmgr/engine/trust_vouch.h"

/* The store by itself: as a token that keeps no records lets it be judged. */
static int
judge_alone(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	const struct evidence none = { .voucher = session_voucher(session,
	    cmk->row.id) };
	struct store *store;
	int64_t signed_at;
	bool owes;
	int rc;

	if (session_store(session, &store, err) != 0 ||
	    trust_check_pins(session, cmk, err) != 0 ||
	    store_snapshot(store, err) != 0)
		return -1;
	rc = trust_judge(store, cmk, &none, &owes, &signed_at, err);
	store_release(store);
	return rc;
}

int
trust_prove_retired(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	struct error away = ERR_INIT;

	if (session_is_proved(session, cmk->row.id) ||
	    session_find_token(session, cmk->row.token, &away) == 0)
		return trust_prove(session, cmk, err);
	if (trust_vouch_prove(session, cmk, err) != 0 ||
	    judge_alone(session, cmk, err) != 0)
		return -1;
	if (trust_vouch_stands_in(session, cmk))
		session_note(session, "token %s is lost: what became of the "
		    "KSKs of CMK %s another CMK answers for", cmk->row.token,
		    cmk->row.name);
	else
		session_note(session, "token %s is not there: that no KSK of "
		    "CMK %s need sign rests on the CMK's signatures in the "
		    "store alone", cmk->row.token, cmk->row.name);
	session_set_proved(session, cmk->row.id);
	return 0;
}

int
trust_prove_given(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	struct error why = ERR_INIT;

	if (session_is_doubted(session, cmk->row.id) ||
	    trust_prove(session, cmk, &why) == 0)
		return 0;
	if (why.class != ERR_TOKEN && why.class != ERR_CONFIG) {
		*err = why;
		return -1;
	}
	session_set_doubted(session, cmk->row.id);
	session_note(session, "CMK %s: what was signed before is handed over, "
	    "and nobody can say that it is the newest: %s", cmk->row.name,
	    why.msg);
	return 0;
}
