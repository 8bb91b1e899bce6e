#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/admission.h"
#include "kmgr/engine/ssh_signature.h"

struct admission_row {
	char		 cmk_id[STORE_ID_TEXT];
	struct requester requester;
};

const char *
admission_tsig(const struct config_zone *zone)
{

	return zone == NULL || zone->source.primary == NULL ? NULL :
	    zone->source.tsig;
}

/* Whether it is a requester's; what it is not, out says. */
static int
try_one(const struct policy *policy, const struct admission *admission,
    const char *signature, struct requester *out, struct error *err)
{
	const struct ssh_signers signers = {
		.keys = (const char *const *)policy->requesters,
		.n_keys = policy->n_requesters,
		.at = admission->at,
		.role = SSH_REQUESTER,
	};
	struct error why = ERR_INIT;
	struct ssh_signer signer;

	if (ssh_signature_verify(admission->namespace, admission->text,
	    admission->len, signature, &signers, &signer, &why) == 0) {
		(void)snprintf(out->fingerprint, sizeof(out->fingerprint),
		    "%s", signer.fingerprint);
		(void)snprintf(out->name, sizeof(out->name), "%s",
		    signer.who);
		ssh_signer_clear(&signer);
		return 0;
	}
	if (why.class != ERR_INPUT && why.class != ERR_POLICY) {
		*err = why;
		return -1;
	}
	if (out->why[0] == '\0')
		(void)snprintf(out->why, sizeof(out->why), "%.199s", why.msg);
	return 0;
}

int
admission_judge(const struct policy *policy,
    const struct admission *admission, struct requester *out,
    struct error *err)
{
	size_t i;

	*out = (struct requester) { .why = "", .tsig = admission->tsig };
	if (policy->admission != ADMISSION_SSH)
		return 0;
	for (i = 0; i < admission->n_signatures; i++) {
		if (try_one(policy, admission, admission->signatures[i], out,
		    err) != 0)
			return -1;
		if (out->fingerprint[0] != '\0')
			return 0;
	}
	if (admission->n_signatures == 0)
		(void)snprintf(out->why, sizeof(out->why), "no signature is "
		    "given");
	return 0;
}

int
admissions_find(struct admissions *all, const struct cmk *cmk,
    const struct admission *admission, const struct requester **out,
    struct error *err)
{
	struct admission_row row;
	size_t i;

	*out = NULL;
	if (cmk->policy->admission == ADMISSION_OPERATOR)
		return 0;
	for (i = 0; i < all->n; i++)
		if (strcmp(all->rows[i].cmk_id, cmk->row.id) == 0)
			break;
	if (i == all->n) {
		memcpy(row.cmk_id, cmk->row.id, sizeof(row.cmk_id));
		if (admission_judge(cmk->policy, admission, &row.requester,
		    err) != 0)
			return -1;
		*(struct admission_row *)mem_push(&all->rows, all->n++,
		    sizeof(row)) = row;
	}
	*out = &all->rows[i].requester;
	return 0;
}

struct json *
admissions_json(const struct admissions *all)
{
	struct json *list = json_new_array(), *entry;
	const struct requester *requester;
	size_t i;

	for (i = 0; i < all->n; i++) {
		requester = &all->rows[i].requester;
		if (requester->fingerprint[0] == '\0' &&
		    requester->tsig == NULL)
			continue;
		entry = json_add_object(list);
		json_put_text(entry, "cmk_id", all->rows[i].cmk_id);
		if (requester->fingerprint[0] == '\0') {
			json_put_text(entry, "tsig", requester->tsig);
			continue;
		}
		json_put_text(entry, "fingerprint", requester->fingerprint);
		json_put_text(entry, "name", requester->name);
	}
	return list;
}

void
admissions_put(const struct admissions *all, struct json *event)
{
	struct json *list = admissions_json(all);

	if (json_len(list) > 0)
		json_put_take(event, "requesters", list);
	else
		json_free(list);
}

/* Whether a row before the ith has the same key. */
static bool
is_again(const struct admissions *all, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(all->rows[k].requester.fingerprint,
		    all->rows[i].requester.fingerprint) == 0)
			return true;
	return false;
}

const struct requester *
admissions_at(const struct admissions *all, size_t i)
{
	size_t k;

	for (k = 0; k < all->n; k++) {
		if (all->rows[k].requester.fingerprint[0] == '\0' ||
		    is_again(all, k))
			continue;
		if (i-- == 0)
			return &all->rows[k].requester;
	}
	return NULL;
}

void
admissions_clear(struct admissions *all)
{

	free(all->rows);
	*all = (struct admissions) { 0 };
}
