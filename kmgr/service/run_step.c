/* Steps of a pass, each done and recorded. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/engine/admission.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/trust.h"
#include "kmgr/engine/zone_guarantor.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/service/source.h"
#include "kmgr/store/store_zone.h"

/* The CMK that new KSKs of the zone come from. */
static const struct cmk *
cmk_of(const struct run_zone *z, const struct life_step *step)
{
	const size_t n = z->zone->n_ksks;

	if (step->key != LIFE_NONE && step->key < n)
		return z->zone->ksks[step->key].cmk;
	return n == 0 ? NULL : z->zone->ksks[n - 1].cmk;
}

/* What the KSK is to be kept ready for; NULL: it is to be in use. */
static const char *
standby_of(const struct run_zone *z, const struct life_step *step)
{

	if (step->kind != LIFE_MAKE_STANDBY)
		return NULL;
	return z->zone->life.standby == LIFE_STANDBY_DS ? "ds" : "dnskey";
}

/* By the CMK of the newest KSK that is no standby. */
static const char *
standby_cmk(const struct run_zone *z)
{
	size_t i;

	for (i = z->zone->n_ksks; i-- > 0; )
		if (z->zone->life.keys[i].standby == LIFE_NO_STANDBY)
			return z->zone->ksks[i].cmk->policy->standby_cmk;
	return NULL;
}

/* Make it under the CMK, unless approvers have to sign that. */
static int
make_under(struct run_zone *z, const struct life_step *step,
    const struct cmk *cmk, bool *done, struct error *err)
{
	struct ksk_request request = { .zones = z->name, .n_zones = 1,
		.wish = KSK_ANOTHER };
	struct cmk_cache cache = { 0 };
	struct ksk *list = NULL;
	size_t n = 0;
	int rc;

	request.standby = standby_of(z, step);
	if (policy_approvals(cmk->policy, POLICY_OP_CREATE_KSK) > 0) {
		run_tell(z, RUN_WAITS, "approval", NULL, "approvers have to "
		    "sign the making of a KSK: kmgr create-ksk %s --cmk %s "
		    "%s", z->text, cmk->row.name, request.standby == NULL ?
		    "--another" : "--standby");
		*done = false;
		return 0;
	}
	request.cmk = cmk->row.id;
	rc = ksk_create_apply(z->run->session, &request, &cache, &list, &n,
	    err);
	if (rc == 0)
		run_tell(z, RUN_DID, life_step_name(step->kind), NULL,
		    "made a KSK under CMK %s", cmk->row.name);
	ksk_list_free(list, n);
	cmk_cache_clear(&cache);
	return rc;
}

static int
make_ksk(struct run_zone *z, const struct life_step *step, bool *done,
    struct error *err)
{
	const struct cmk *cmk = cmk_of(z, step);
	const char *other = step->kind == LIFE_MAKE_STANDBY ?
	    standby_cmk(z) : NULL;
	struct cmk *named = NULL;
	struct store *store;
	int rc;

	if (cmk == NULL)
		return err_set(err, ERR_INPUT, "zone %s has no CMK that "
		    "makes its KSKs", z->text);
	if (other == NULL)
		return make_under(z, step, cmk, done, err);
	if (session_store(z->run->session, &store, err) != 0)
		return -1;
	if (cmk_load(store, other, &named, err) != 0)
		return err_wrap(err, "ksk.standby.cmk of CMK %s",
		    cmk->row.name);
	rc = make_under(z, step, named, done, err);
	cmk_free(named);
	return rc;
}

static int
record(struct run_zone *z, const struct life_step *step, struct error *err)
{
	const struct cmk *cmk = zone_guarantor_of(z->run->session, z->zone,
	    step->key);

	if (cmk == NULL)
		return err_set(err, ERR_INPUT, "zone %s has no KSK of ours",
		    z->text);
	if (trust_prove(z->run->session, cmk, err) != 0 ||
	    zone_life_step(z->run->session, z->zone, step, err) != 0)
		return -1;
	run_owe(z->debts, cmk);
	/* CDS and CDNSKEY may be others now. */
	z->records.len = 0;
	z->is_changed = true;
	run_tell(z, RUN_DID, life_step_name(step->kind), NULL, "%s",
	    run_key_name(z, step));
	return 0;
}

int
run_step(struct run_zone *z, const struct life_step *step, bool *done,
    struct error *err)
{

	*done = true;
	switch (step->kind) {
	case LIFE_MAKE_KSK:
	case LIFE_MAKE_STANDBY:
		return make_ksk(z, step, done, err);
	case LIFE_RETIRE:
	case LIFE_PROMOTE:
	case LIFE_ADD_DS:
	case LIFE_REMOVE_DS:
		return record(z, step, err);
	case LIFE_WITHDRAW_DNSKEY:
		return zone_life_ends(z->zone,
		    session_now(z->run->session)) ? record(z, step, err) :
		    run_sign(z, done, err);
	case LIFE_PUBLISH_DNSKEY:
	case LIFE_REVOKE_DNSKEY:
	case LIFE_SIGN:
		return run_sign(z, done, err);
	case LIFE_SIGNER_ADD_ALG:
	case LIFE_SIGNER_DROP_ALG:
	case LIFE_DONE:
	default:
		*done = false;
		run_tell(z, RUN_WAITS, life_step_name(step->kind), NULL,
		    "algorithm %u: tell the zone signer", step->alg);
		return 0;
	}
}

/* Whether half of the time to sign anew is gone already. */
static bool
is_pressing(const struct run_zone *z)
{
	const struct life_zone *life = &z->zone->life;

	return life->signed_until_at != 0 && session_now(z->run->session) >
	    life->signed_until_at - life->timing.refresh_s / 2;
}

/* The ZSK set to sign: from its source, else the last that was admitted. */
static int
zsk_set(struct run_zone *z, struct buf *out, const char **what,
    struct error *err)
{
	struct zsk_set_row row = { 0 };
	struct error why = ERR_INIT;
	struct store *store;
	bool found = false;

	*what = "the configured source";
	if (source_is_configured(z->config)) {
		if (run_source(z, out, &why) == 0)
			return 0;
		if (!is_pressing(z)) {
			*err = why;
			return -1;
		}
		session_note(z->run->session, "%s: signed with the ZSK set "
		    "that was admitted last, before signatures expire: %s",
		    z->text, why.msg);
	}
	*what = "the last admitted ZSK set";
	if (session_store(z->run->session, &store, err) != 0 ||
	    store_zsk_set_last(store, z->text, &row, &found, err) != 0)
		return -1;
	if (found)
		buf_printf(out, "%s", row.text);
	zsk_set_row_clear(&row);
	return 0;
}

static void
tell_signed(struct run_zone *z, const struct zsks *zsks)
{
	const struct findings *findings = zsks_findings(zsks);
	size_t i;

	for (i = 0; i < z->plan.n_due; i++) {
		const struct life_step *step = &z->plan.steps[i];

		if (step->kind == LIFE_PUBLISH_DNSKEY ||
		    step->kind == LIFE_WITHDRAW_DNSKEY ||
		    step->kind == LIFE_REVOKE_DNSKEY)
			run_tell(z, RUN_DID, life_step_name(step->kind), NULL,
			    "%s", run_key_name(z, step));
	}
	run_tell(z, RUN_DID, "sign", NULL, "the DNSKEY RRset");
	for (i = 0; i < findings->n; i++)
		if (findings->items[i].verdict == FINDING_WARN)
			session_note(z->run->session, "%s: %s: %s", z->text,
			    findings->items[i].rule,
			    findings->items[i].message);
}

static int
sign_text(struct run_zone *z, const struct buf *text, const char *what,
    struct error *err)
{
	const struct zsks_request request = { .zone = *z->name,
		.text = buf_text(text), .len = text->len, .what = what,
		.parent_records = ZSKS_CDS_BY_POLICY,
		.inception_at = ZSKS_WINDOW_BY_POLICY,
		.expiration_at = ZSKS_WINDOW_BY_POLICY,
		.validity_s = ZSKS_WINDOW_BY_POLICY,
		.newest = &z->newest,
		.tsig = admission_tsig(z->config) };
	struct session *session = z->run->session;
	struct zsks *zsks = NULL;
	int rc = -1;

	if (zsks_prepare(session, &z->cache, &request, &zsks, err) == 0 &&
	    zsks_prove(session, zsks, err) == 0 &&
	    zsks_sign(session, z->keys, zsks, err) == 0 &&
	    zsks_record(session, &zsks, 1, err) == 0) {
		run_take_records(z, zsks, session_now(session));
		z->is_changed = true;
		tell_signed(z, zsks);
		rc = 0;
	}
	zsks_free(zsks);
	return rc;
}

int
run_sign(struct run_zone *z, bool *done, struct error *err)
{
	struct buf text = BUF_INIT;
	const char *what;
	int rc = -1;

	z->is_tried = true;
	*done = false;
	if (!publish_is_configured(z->config)) {
		run_tell(z, RUN_WAITS, "publish", NULL, "nobody is named who "
		    "gets the signed records: configure publish for %s in "
		    "the section zones, or kmgr sign-zsks %s FILE -o FILE",
		    z->text, z->text);
		return 0;
	}
	*done = true;
	if (zsk_set(z, &text, &what, err) != 0)
		goto out;
	if (text.len == 0) {
		run_tell(z, RUN_WAITS, "zsk-set", NULL, "no ZSK set was "
		    "admitted yet: kmgr sign-zsks %s FILE, or configure "
		    "zones.%s.source", z->text, z->text);
		*done = false;
		rc = 0;
	} else {
		rc = sign_text(z, &text, what, err);
	}
	/* The set comes too early: that is no failure. */
	if (rc != 0 && err->class == ERR_NOT_YET) {
		run_tell(z, RUN_WAITS, "time", err, "%s", err->msg);
		err_clear(err);
		*done = false;
		rc = 0;
	}
 out:
	buf_free(&text);
	return rc;
}
