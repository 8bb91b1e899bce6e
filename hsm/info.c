#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/info.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"

/* Cryptoki pads with blanks; what is no text must not reach a terminal. */
static void
unpad(char *out, const unsigned char *in, size_t len)
{
	size_t i;

	memcpy(out, in, len);
	for (; len > 0 && (out[len - 1] == ' ' || out[len - 1] == '\0'); len--)
		;
	out[len] = '\0';
	for (i = 0; i < len; i++)
		if ((unsigned char)out[i] < ' ' || out[i] == 0x7f)
			out[i] = '?';
	if (text_is_utf8(out, len))
		return;
	for (i = 0; i < len; i++)
		if ((unsigned char)out[i] >= 0x80)
			out[i] = '?';
}

static void
version(char out[static 16], const struct ck_version *v)
{

	(void)snprintf(out, 16, "%u.%u", v->major, v->minor);
}

static uint64_t
known_or(unsigned long v, uint64_t otherwise)
{

	return v == CK_UNAVAILABLE_INFORMATION ? otherwise : v;
}

/* openCryptoki writes -2 for "as many as you like", others 0 or -1. */
static uint64_t
limit_of(unsigned long v)
{

	return v > INT32_MAX ? 0 : v;
}

static void
flags_fill(struct hsm_token_info *out, ck_flags_t flags)
{

	out->is_initialized = (flags & CKF_TOKEN_INITIALIZED) != 0;
	out->has_pin_pad = (flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
	out->is_pin_low = (flags & CKF_USER_PIN_COUNT_LOW) != 0;
	out->is_pin_final_try = (flags & CKF_USER_PIN_FINAL_TRY) != 0;
	out->is_pin_locked = (flags & CKF_USER_PIN_LOCKED) != 0;
	out->is_write_protected = (flags & CKF_WRITE_PROTECTED) != 0;
}

int
info_read_all(const struct module *module, ck_slot_id_t slot,
    struct hsm_token_info *out, ck_flags_t *flags, struct error *err)
{
	struct ck_token_info info;
	struct ck_info library;
	ck_rv_t rv;

	memset(out, 0, sizeof(*out));
	if ((rv = CALL(module, C_GetInfo, (&library))) != CKR_OK)
		return ckr_set(err, "C_GetInfo", rv);
	if ((rv = CALL(module, C_GetTokenInfo, (slot, &info))) != CKR_OK)
		return ckr_set(err, "C_GetTokenInfo", rv);
	unpad(out->label, info.label, sizeof(info.label));
	unpad(out->manufacturer, info.manufacturer_id,
	    sizeof(info.manufacturer_id));
	unpad(out->model, info.model, sizeof(info.model));
	unpad(out->serial, info.serial_number, sizeof(info.serial_number));
	unpad(out->library, library.library_description,
	    sizeof(library.library_description));
	version(out->library_version, &library.library_version);
	version(out->firmware_version, &info.firmware_version);
	flags_fill(out, info.flags);
	out->max_sessions = limit_of(info.max_session_count);
	out->free_memory = known_or(info.free_private_memory, UINT64_MAX);
	*flags = info.flags;
	return 0;
}

int
info_read(const struct module *module, ck_slot_id_t slot,
    struct hsm_token_info *out, struct error *err)
{
	ck_flags_t ignored;

	return info_read_all(module, slot, out, &ignored, err);
}

bool
info_same_token(const struct hsm_token_info *a, const struct hsm_token_info *b)
{

	return strcmp(a->label, b->label) == 0 &&
	    strcmp(a->serial, b->serial) == 0 &&
	    strcmp(a->manufacturer, b->manufacturer) == 0 &&
	    strcmp(a->model, b->model) == 0;
}

int
info_slots(const struct module *module, ck_slot_id_t **slots, size_t *n,
    struct error *err)
{
	unsigned long count = 0;
	ck_rv_t rv;

	*slots = NULL;
	*n = 0;
	rv = CALL(module, C_GetSlotList, (1, NULL, &count));
	if (rv == CKR_OK) {
		*slots = mem_new(count * sizeof(**slots));
		rv = CALL(module, C_GetSlotList, (1, *slots, &count));
	}
	if (rv != CKR_OK) {
		free(*slots);
		*slots = NULL;
		return ckr_set(err, "C_GetSlotList", rv);
	}
	*n = count;
	return 0;
}

int
info_flags(const struct module *module, ck_slot_id_t slot, ck_flags_t *out,
    struct error *err)
{
	struct ck_token_info info;
	const ck_rv_t rv = CALL(module, C_GetTokenInfo, (slot, &info));

	if (rv != CKR_OK)
		return ckr_set(err, "C_GetTokenInfo", rv);
	*out = info.flags;
	return 0;
}

int
hsm_module_list(const char *path, int64_t call_limit_s,
    struct hsm_token_info **out, size_t *n, struct error *err)
{
	const struct hsm_config config = { .name = path,
		.call_limit_s = call_limit_s };
	struct module module = { .config = &config };
	struct hsm_token_info *infos = NULL;
	ck_slot_id_t *slots = NULL;
	size_t i, n_slots = 0;
	int rc = -1;

	*out = NULL;
	*n = 0;
	if (module_load(&module, path, err) != 0 ||
	    info_slots(&module, &slots, &n_slots, err) != 0)
		goto out;
	infos = mem_new(n_slots * sizeof(*infos));
	for (i = 0; i < n_slots; i++)
		if (info_read(&module, slots[i], &infos[i],
		    err) != 0)
			goto out;
	*out = infos;
	infos = NULL;
	*n = n_slots;
	rc = 0;
 out:
	if (rc != 0)
		(void)err_wrap(err, "list tokens of %s", path);
	free(infos);
	free(slots);
	module_unload(&module);
	return rc;
}
