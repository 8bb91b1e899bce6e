/* Which token of a module a URI names. */
#include <stdlib.h>
#include <string.h>

#include <libp11.h>

#include "hsm/info.h"
#include "hsm/module.h"

static bool
word_matches(const char *wanted, const char *got)
{

	return wanted[0] == '\0' || (got != NULL && strcmp(wanted, got) == 0);
}

static bool
slot_matches(const struct hsm_uri *uri, const PKCS11_TOKEN *token)
{

	return token != NULL && word_matches(uri->token, token->label) &&
	    word_matches(uri->serial, token->serialnr) &&
	    word_matches(uri->manufacturer, token->manufacturer) &&
	    word_matches(uri->model, token->model);
}

/*
 * libp11 closes all sessions with a token when its slot is released, those of
 * other users in this process too. So the slots are kept until the module is
 * unloaded, when all sessions end anyway.
 */
static int
find_by_libp11(struct module *module, const struct hsm_uri *uri,
    ck_slot_id_t *slot, size_t *n_found, struct error *err)
{
	struct module_call call = module_call(module, "C_GetSlotList");
	unsigned int i;

	if (module->slots == NULL && PKCS11_enumerate_slots(module->ctx,
	    &module->slots, &module->n_slots) != 0) {
		module->slots = NULL;
		(void)module_error(err, "C_GetSlotList, C_GetSlotInfo or "
		    "C_GetTokenInfo", "the module lists no slots");
		module_called(&call, err->code);
		return -1;
	}
	module_called(&call, CKR_OK);
	for (i = 0; i < module->n_slots; i++) {
		if (!slot_matches(uri, module->slots[i].token))
			continue;
		*slot = PKCS11_get_slotid_from_slot(&module->slots[i]);
		(*n_found)++;
	}
	return 0;
}

/*
 * Without libp11: in a module that another token has loaded it would disturb
 * that one, and in another instance it has other slots.
 */
static int
find_beside(const struct module *module, const struct hsm_uri *uri,
    ck_slot_id_t *slot, size_t *n_found, struct error *err)
{
	struct hsm_token_info info;
	ck_slot_id_t *slots;
	size_t i, n;
	int rc = 0;

	if (info_slots(module, &slots, &n, err) != 0)
		return -1;
	for (i = 0; rc == 0 && i < n; i++) {
		rc = info_read(module, slots[i], &info, err);
		if (rc != 0 || !word_matches(uri->token, info.label) ||
		    !word_matches(uri->serial, info.serial) ||
		    !word_matches(uri->manufacturer, info.manufacturer) ||
		    !word_matches(uri->model, info.model))
			continue;
		*slot = slots[i];
		(*n_found)++;
	}
	free(slots);
	return rc;
}

int
module_find(struct module *module, const struct hsm_uri *uri,
    ck_slot_id_t *slot, struct error *err)
{
	size_t n_found = 0;
	int rc;

	if (module->ctx != NULL && !module->is_instance)
		rc = find_by_libp11(module, uri, slot, &n_found, err);
	else
		rc = find_beside(module, uri, slot, &n_found, err);
	if (rc != 0 || n_found == 1)
		return rc;
	if (n_found > 1) {
		(void)err_set(err, ERR_TOKEN, "%zu tokens match the URI",
		    n_found);
		return err_hint(err, "add serial= to the URI; kmgr "
		    "list-tokens --module %s shows it", uri->module_path);
	}
	(void)err_set(err, ERR_TOKEN, "no token %s%s%s in %s", uri->token,
	    uri->serial[0] != '\0' ? " of serial " : "", uri->serial,
	    uri->module_path);
	err->code = CKR_TOKEN_NOT_PRESENT;
	return err_hint(err, "kmgr list-tokens --module %s shows the tokens "
	    "that it has; is the right one plugged in?", uri->module_path);
}
