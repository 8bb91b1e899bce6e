#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/checkpoint.h"
#include "kmgr/engine/event.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/trust_tail.h"
#include "kmgr/engine/trust_vouch.h"
#include "kmgr/engine/vouch.h"

/* Who vouches for the first event of type behind last; NULL: nobody. */
static int
find_of_type(struct store *store, const struct cmk *cmk, const char *type,
    int64_t from, char **out, struct error *err)
{
	struct ledger_record *records;
	size_t n;

	if (ledger_of_cmk(store, cmk->row.id, type, from, 1, &records, &n,
	    err) != 0)
		return -1;
	*out = n == 0 ? NULL : vouch_by(&records[0]);
	ledger_records_free(records, n);
	return 0;
}

int
trust_vouch_find(struct store *store, const struct cmk *cmk, char **out,
    struct error *err)
{
	struct checkpoint last = { 0 };
	const char *type;
	size_t i;
	int rc;

	*out = NULL;
	if ((rc = checkpoint_last(store, cmk, &last, err)) != 0)
		return -1;
	for (i = 0; rc == 0 && *out == NULL && (type = vouch_type_at(i)) !=
	    NULL; i++)
		rc = find_of_type(store, cmk, type, last.seq + 1, out, err);
	checkpoint_clear(&last);
	return rc;
}

/* It answers for itself: nobody vouches for who vouches. */
static int
prove_voucher(struct session *session, struct store *store,
    const struct cmk *cmk, const struct cmk *voucher, struct error *err)
{
	char *another = NULL;

	if (trust_vouch_find(store, voucher, &another, err) != 0)
		return -1;
	if (another != NULL || strcmp(voucher->row.id, cmk->row.id) == 0) {
		free(another);
		return err_set(err, ERR_INTEGRITY, "CMK %s cannot vouch for "
		    "CMK %s: it does not answer for itself",
		    voucher->row.name, cmk->row.name);
	}
	if (trust_prove(session, voucher, err) != 0)
		return err_wrap(err, "CMK %s, which vouches for CMK %s",
		    voucher->row.name, cmk->row.name);
	session_set_voucher(session, cmk->row.id, voucher->row.id);
	return 0;
}

int
trust_vouch_prove(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	struct error away = ERR_INIT;
	struct cmk *voucher = NULL;
	struct store *store;
	char *id = NULL;
	int rc;

	/* Of a token that is there only its own signatures count. */
	if (session_voucher(session, cmk->row.id) != NULL ||
	    session_find_token(session, cmk->row.token, &away) == 0)
		return 0;
	if (session_store(session, &store, err) != 0 ||
	    trust_vouch_find(store, cmk, &id, err) != 0)
		return -1;
	if (id == NULL)
		return 0;
	rc = cmk_load(store, id, &voucher, err);
	if (rc == 0)
		rc = prove_voucher(session, store, cmk, voucher, err);
	cmk_free(voucher);
	free(id);
	return rc;
}

int
trust_vouch_declare(struct session *session, const struct cmk *cmk,
    const struct cmk *voucher, struct error *err)
{
	struct store *store;

	if (trust_vouch_prove(session, cmk, err) != 0 ||
	    session_store(session, &store, err) != 0)
		return -1;
	return session_voucher(session, cmk->row.id) != NULL ? 0 :
	    prove_voucher(session, store, cmk, voucher, err);
}

bool
trust_vouch_stands_in(const struct session *session, const struct cmk *cmk)
{

	return session_voucher(session, cmk->row.id) != NULL;
}

int
trust_vouch_attest(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	const char *id = session_voucher(session, cmk->row.id);
	struct trust_tail tail = { .voucher = id };
	struct checkpoint last = { 0 };
	struct store *store;
	bool stops;
	int rc;

	if (session_store(session, &store, err) != 0 ||
	    checkpoint_last(store, cmk, &last, err) != 0)
		return -1;
	tail.after = last.seq;
	rc = trust_tail_judge(store, cmk, &tail, &stops, err);
	checkpoint_clear(&last);
	if (rc == 0)
		return trust_attest(session, id, err);
	/* All that was there before was judged when the CMK was proved. */
	if (err->class == ERR_INTEGRITY)
		(void)err_set(err, ERR_TOKEN, "token %s is lost, and this is "
		    "nothing that another CMK can tell of CMK %s",
		    cmk->row.token, cmk->row.name);
	return -1;
}

int
trust_vouch_settle(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	struct cmk *voucher;
	struct store *store;
	int rc;

	if (cmk_get(session, session_voucher(session, cmk->row.id), &store,
	    &voucher, err) != 0)
		return -1;
	rc = trust_settle(session, voucher, err);
	cmk_free(voucher);
	return rc;
}
