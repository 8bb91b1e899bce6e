#include <string.h>

#include "kmgr/engine/tokens.h"

#define WRAPPED "wrapped-"	/* rows of rounds, and the policy's word */

struct json *
tokens_identity_json(const struct hsm_token_info *info)
{
	struct json *json = json_new_object();

	json_put_text(json, "label", info->label);
	json_put_text(json, "manufacturer", info->manufacturer);
	json_put_text(json, "model", info->model);
	json_put_text(json, "serial", info->serial);
	return json;
}

struct json *
tokens_probe_json(const struct hsm_probe *probe)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; i < probe->n_rows; i++) {
		const struct hsm_probe_row *row = &probe->rows[i];
		struct json *json = json_add_object(list);

		json_put_text(json, "id", row->id);
		json_put_text(json, "what", row->what);
		json_put_text(json, "weight", hsm_weight_name(row->weight));
		json_put_text(json, "verdict",
		    hsm_verdict_name(row->verdict));
		json_put_text(json, "detail", row->detail);
	}
	return list;
}

const struct hsm_probe_row *
tokens_row(const struct hsm_probe *probe, enum alg alg)
{
	const char *word = alg_find(alg)->word;
	const size_t len = strlen(word);
	size_t i;

	/* The probe's rows of algorithms begin with the policy's word. */
	for (i = 0; i < probe->n_rows; i++)
		if (strncmp(probe->rows[i].id, word, len) == 0)
			return &probe->rows[i];
	return NULL;
}

bool
tokens_can(const struct hsm_probe *probe, enum alg alg)
{
	const struct hsm_probe_row *row = tokens_row(probe, alg);

	return row != NULL && row->verdict == HSM_WORKS;
}

static bool
is_round(const struct hsm_probe_row *row)
{

	return strncmp(row->id, WRAPPED, strlen(WRAPPED)) == 0;
}

const struct hsm_probe_row *
tokens_wrap_row(const struct hsm_probe *probe, enum alg alg)
{
	const char *word = alg_find(alg)->word;
	size_t i;

	for (i = 0; i < probe->n_rows; i++)
		if (is_round(&probe->rows[i]) && strncmp(probe->rows[i].id +
		    strlen(WRAPPED), word, strlen(word)) == 0)
			return &probe->rows[i];
	return NULL;
}

const struct hsm_probe_row *
tokens_unwrap_hole(const struct hsm_probe *probe)
{
	size_t i;

	for (i = 0; i < probe->n_rows; i++)
		if (probe->rows[i].weight == HSM_WRAPPED_ONLY &&
		    !is_round(&probe->rows[i]) &&
		    probe->rows[i].verdict != HSM_ENFORCED)
			return &probe->rows[i];
	return NULL;
}

const struct hsm_probe_row *
tokens_no_wrap(const struct hsm_probe *probe, enum alg alg)
{
	const struct hsm_probe_row *row = hsm_probe_leak(probe);

	if (row != NULL)
		return row;
	if (!tokens_can(probe, alg))
		return tokens_row(probe, alg);
	row = tokens_wrap_row(probe, alg);
	return row->verdict == HSM_WORKS ? tokens_unwrap_hole(probe) : row;
}

const struct hsm_probe_row *
tokens_weak_record(const struct hsm_probe *probe)
{
	size_t i;

	for (i = 0; i < probe->n_rows; i++)
		if (strncmp(probe->rows[i].id, "data-object-", 12) == 0 &&
		    probe->rows[i].verdict != HSM_ENFORCED)
			return &probe->rows[i];
	return NULL;
}
