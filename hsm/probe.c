#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/find.h"
#include "hsm/login.h"
#include "hsm/run.h"
#include "hsm/trial.h"
#include "kmgr/base/mem.h"

static const struct trial_row *const tables[] = {
	probe_value_rows,
	probe_seal_rows,
	probe_wrapped_rows,
};

struct probe_arg {
	enum hsm_probe_scope	 scope;
	enum alg		 alg;
	struct hsm_probe	*probe;
	const struct mech	*mech;	/* of throw-away pairs */
	const struct trial_row	*row;
	struct hsm_probe_row	*out;
};

/* What says by itself that it was this protection that refused. */
static bool
is_specific(ck_rv_t rv)
{

	return rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_READ_ONLY ||
	    rv == CKR_KEY_UNEXTRACTABLE || rv == CKR_ACTION_PROHIBITED ||
	    rv == CKR_KEY_FUNCTION_NOT_PERMITTED;
}

static void
detail(struct hsm_probe_row *out, const char *prefix, const struct trial *t)
{
	char text[CKR_TEXT_LEN];

	if (t->note != NULL)
		(void)snprintf(out->detail, sizeof(out->detail), "%s",
		    t->note);
	else
		(void)snprintf(out->detail, sizeof(out->detail), "%s%s: %s",
		    prefix, t->call, ckr_text(t->rv, text));
}

/* Refused: by the protection, or is it refused to every key? */
static enum hsm_verdict
compare(struct trial *t, struct probe_arg *arg)
{
	struct trial other = *t;
	enum trial_end end = TRIAL_UNABLE;

	if (is_specific(t->rv))
		return HSM_ENFORCED;
	if (arg->row->kind == TRIAL_ATTACK) {
		other.n_made = 0;
		end = arg->row->attempt(&other, arg->row, TRIAL_FREE);
		trial_clear(&other);
	}
	if (end == TRIAL_DONE)
		return HSM_ENFORCED;
	detail(arg->out, end == TRIAL_REFUSED ? "refused for any key: " :
	    "inconclusive: ", t);
	return HSM_NOT_TRIED;
}

static enum hsm_verdict
judge(struct trial *t, struct probe_arg *arg)
{
	const bool is_work = arg->row->kind == TRIAL_WORK;
	const enum trial_end end =
	    arg->row->attempt(t, arg->row, TRIAL_GUARDED);

	detail(arg->out, "", t);
	switch (end) {
	case TRIAL_DONE:
		if (is_work)
			arg->out->detail[0] = '\0';
		return is_work ? HSM_WORKS : HSM_IGNORED;
	case TRIAL_UNKNOWN:
		return is_work ? HSM_ABSENT : HSM_UNSUPPORTED;
	case TRIAL_HELD:
		return HSM_ENFORCED;
	case TRIAL_REFUSED:
		return is_work ? HSM_ABSENT : compare(t, arg);
	case TRIAL_UNABLE:
		return is_work ? HSM_ABSENT : HSM_NOT_TRIED;
	}
	return HSM_NOT_TRIED;
}

static int
open_trial(struct hsm_token *token, const struct probe_arg *arg,
    struct trial *t, struct error *err)
{
	ck_rv_t rv;

	memset(t, 0, sizeof(*t));
	t->call = "nothing was called";
	t->token = token;
	t->module = &token->module;
	t->mech = arg->mech;
	t->uses_token_objects = arg->probe->uses_token_objects;
	rv = CALL(&token->module, C_OpenSession, (token->slot,
	    CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &t->session));
	return rv == CKR_OK ? 0 : ckr_set(err, "C_OpenSession", rv);
}

static void
close_trial(struct trial *t)
{

	trial_clear(t);
	(void)CALL(t->module, C_CloseSession, (t->session));
}

/* Whether it may be the moment's answer, and not the token's. */
static bool
is_passing(ck_rv_t rv)
{
	const enum ckr_mend mend = ckr_mend(rv);

	return mend == CKR_MEND_DEVICE || mend == CKR_MEND_SESSION ||
	    mend == CKR_MEND_LOGIN;
}

/*
 * One row in a session of its own. What failed under it, the device, session
 * or login, is mended by run_do() and the row done again.
 */
static int
row_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct probe_arg *probe = arg;
	struct trial t;
	int rc = 0;

	if (login_check(token, session, err) != 0 ||
	    open_trial(token, probe, &t, err) != 0)
		return -1;
	probe->out->verdict = judge(&t, probe);
	if ((probe->out->verdict == HSM_NOT_TRIED ||
	    probe->out->verdict == HSM_ABSENT) &&
	    is_passing(t.rv))
		rc = ckr_set(err, t.call, t.rv);
	close_trial(&t);
	return rc;
}

static int
row_run(struct hsm_token *token, struct probe_arg *arg, struct error *err)
{
	const struct run run = { row_work, NULL, arg, RUN_AGAIN };
	struct hsm_probe *probe = arg->probe;
	struct error failed = ERR_INIT;

	arg->out = mem_push(&probe->rows, probe->n_rows,
	    sizeof(*probe->rows));
	probe->n_rows++;
	arg->out->id = arg->row->id;
	arg->out->what = arg->row->what;
	arg->out->weight = arg->row->weight;
	arg->out->verdict = HSM_NOT_TRIED;
	if (run_do(token, &run, &failed) == 0)
		return 0;
	/* It still fails: that is this token's answer. */
	if (failed.class == ERR_TOKEN && is_passing(failed.code) &&
	    token->module.list != NULL)
		return 0;
	*err = failed;
	return -1;
}

/* Which pair the attempts are made on: the fastest that works. */
static const struct mech *
working_mech(const struct hsm_probe *probe)
{
	const struct trial_row *row;
	size_t i;

	for (row = probe_alg_rows; row->id != NULL; row++)
		for (i = 0; i < probe->n_rows; i++)
			if (strcmp(probe->rows[i].id, row->id) == 0 &&
			    probe->rows[i].verdict == HSM_WORKS)
				return mech_find((enum alg)row->arg);
	return NULL;
}

static bool
is_remains(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object)
{
	char label[64];
	struct ck_attribute attr = { CKA_LABEL, label, sizeof(label) };
	struct error ignored = ERR_INIT;

	return find_values(module, session, object, &attr, 1,
	    &ignored) == 0 && attr.value_len != CK_UNAVAILABLE_INFORMATION &&
	    attr.value_len >= strlen(TRIAL_LABEL) &&
	    memcmp(label, TRIAL_LABEL, strlen(TRIAL_LABEL)) == 0;
}

/* What a probe that was cut short has left. */
static int
sweep_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	const struct module *module = &token->module;
	unsigned char yes = 1;
	struct ck_attribute all = { CKA_TOKEN, &yes, sizeof(yes) };
	ck_object_handle_t *found = NULL;
	size_t i, n;

	(void)arg;
	if (login_check(token, session, err) != 0 || find_objects(module,
	    session, &all, 1, &found, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (is_remains(module, session, found[i]))
			(void)CALL(module, C_DestroyObject,
			    (session, found[i]));
	free(found);
	return 0;
}

/* Some tokens (TPM) have no session keys: then token objects are used. */
static int
kind_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct probe_arg *probe = arg;
	struct trial_pair pair;
	struct trial t;
	size_t i;
	bool ok = false;

	if (login_check(token, session, err) != 0 ||
	    open_trial(token, probe, &t, err) != 0)
		return -1;
	for (i = 0; !ok && mech_at(i) != NULL; i++) {
		/* RSA is the first row and the slowest: try it last. */
		const struct mech *mech = mech_at(i + 1) != NULL ?
		    mech_at(i + 1) : mech_at(0);

		trial_pair_init(&t, &pair, mech);
		ok = trial_pair_make(&t, &pair);
	}
	probe->probe->uses_token_objects = !ok;
	close_trial(&t);
	return 0;
}

/* Whether the algorithm's row is worth the time that its keys take. */
static bool
is_wanted(const struct probe_arg *arg, const struct trial_row *row)
{
	const enum alg alg = (enum alg)row->arg;

	if (arg->scope == HSM_PROBE_ALL || alg == arg->alg ||
	    alg == ALG_ECDSAP256SHA256)
		return true;
	return working_mech(arg->probe) == NULL;
}

/* Whether the row tells anything of the keys that will be there. */
static bool
is_apt(const struct probe_arg *arg, const struct trial_row *row)
{

	if (arg->scope == HSM_PROBE_ALL)
		return true;
	if (row->weight == HSM_WRAPPED_ONLY)
		return false;
	/*
	 * The TPM's module shows what a generation that failed has left only
	 * when it was started again, as these rows make it: for the sweep.
	 */
	return !trial_needs_rsa(row) || arg->alg == ALG_RSASHA256 ||
	    arg->mech->key_type == CKK_RSA || arg->probe->uses_token_objects;
}

static int
probe_algs(struct hsm_token *token, struct probe_arg *arg, struct error *err)
{

	for (arg->row = probe_alg_rows; arg->row->id != NULL; arg->row++)
		if (is_wanted(arg, arg->row) && row_run(token, arg, err) != 0)
			return -1;
	if ((arg->mech = working_mech(arg->probe)) == NULL)
		return err_set(err, ERR_TOKEN, "no algorithm of DNSSEC works "
		    "in this token (%s)", arg->probe->rows[0].detail);
	return 0;
}

static int
probe_all(struct hsm_token *token, struct probe_arg *arg, struct error *err)
{
	const struct run sweep = { sweep_work, NULL, NULL, RUN_AGAIN };
	const struct run kind = { kind_work, NULL, arg, RUN_AGAIN };
	size_t i;

	if (run_do(token, &sweep, err) != 0 || run_do(token, &kind, err) != 0)
		return -1;
	if (probe_algs(token, arg, err) != 0)
		return -1;
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (arg->row = tables[i]; arg->row->id != NULL; arg->row++)
			if (is_apt(arg, arg->row) &&
			    row_run(token, arg, err) != 0)
				return -1;
	/* Where token objects were used, nothing may be left. */
	return run_do(token, &sweep, err);
}

int
hsm_probe_run(struct hsm_token *token, enum hsm_probe_scope scope,
    enum alg alg, struct hsm_probe **out, struct error *err)
{
	struct probe_arg arg = { .scope = scope, .alg = alg,
		.probe = mem_new(sizeof(*arg.probe)) };

	*out = NULL;
	if (probe_all(token, &arg, err) != 0) {
		hsm_probe_free(arg.probe);
		return err_wrap(err, "probe token %s", hsm_token_name(token));
	}
	*out = arg.probe;
	return 0;
}

const struct hsm_probe_row *
hsm_probe_leak(const struct hsm_probe *probe)
{
	size_t i;

	for (i = 0; i < probe->n_rows; i++)
		if (probe->rows[i].weight == HSM_REQUIRED &&
		    probe->rows[i].verdict == HSM_IGNORED)
			return &probe->rows[i];
	return NULL;
}

const char *
hsm_verdict_name(enum hsm_verdict verdict)
{
	static const char *const names[] = { "enforced", "ignored",
		"unsupported", "works", "absent", "not-tried" };

	if ((size_t)verdict >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[verdict];
}

const char *
hsm_weight_name(enum hsm_weight weight)
{
	static const char *const names[] = { "required", "wrapped-only",
		"advisory" };

	if ((size_t)weight >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[weight];
}

void
hsm_probe_free(struct hsm_probe *probe)
{

	if (probe == NULL)
		return;
	free(probe->rows);
	free(probe);
}
