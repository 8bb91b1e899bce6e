/*
 * How a module wants to be started, what its token says of itself, and a
 * signature that went wrong.
 */

#include "tests/fault/p11shim.h"

#include <pthread.h>
#include <string.h>

static const struct ck_function_list *real;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long signatures;

static ck_rv_t
initialize(void *init)
{
	struct ck_c_initialize_args args = { .flags = CKF_OS_LOCKING_OK };
	char *text;

	if (shim_conf()->init_args == NULL)
		return real->C_Initialize(init);
	/* Kept for ever: the module may keep the pointer. */
	text = strdup(shim_conf()->init_args);
	if (text == NULL)
		return CKR_HOST_MEMORY;
	if (init != NULL)
		args = *(struct ck_c_initialize_args *)init;
	args.reserved = text;
	return real->C_Initialize(&args);
}

static ck_rv_t
get_token_info(ck_slot_id_t slot, struct ck_token_info *info)
{
	ck_rv_t rv = real->C_GetTokenInfo(slot, info);

	if (rv == CKR_OK)
		info->flags |= shim_conf()->token_flags;
	return rv;
}

static ck_rv_t
sign(ck_session_handle_t session, unsigned char *in, unsigned long in_len,
    unsigned char *out, unsigned long *out_len)
{
	ck_rv_t rv = real->C_Sign(session, in, in_len, out, out_len);

	/* A call that only asks for the length makes no signature. */
	if (rv != CKR_OK || out == NULL || *out_len == 0)
		return rv;
	pthread_mutex_lock(&lock);
	if (++signatures == shim_conf()->flip_sig)
		out[*out_len / 2] ^= 0x10;
	pthread_mutex_unlock(&lock);
	return rv;
}

void
quirks_install(
    struct ck_function_list *list, const struct ck_function_list *below)
{

	real = below;
	list->C_Initialize = initialize;
	list->C_GetTokenInfo = get_token_info;
	list->C_Sign = sign;
}
