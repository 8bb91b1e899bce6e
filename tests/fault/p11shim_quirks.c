/*
 * How a module wants to be started, what its token says of itself, mechanisms
 * that it does not have, and a signature that went wrong.
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

static bool
is_refused(const struct ck_mechanism *mech)
{
	const struct shim_mechs *set = &shim_conf()->refuse_mech;
	size_t i;

	for (i = 0; i < set->n; i++)
		if (mech != NULL && mech->mechanism == set->type[i])
			return true;
	return false;
}

static ck_rv_t
generate_key_pair(ck_session_handle_t session, struct ck_mechanism *mech,
    struct ck_attribute *pub, unsigned long pub_n, struct ck_attribute *priv,
    unsigned long priv_n, ck_object_handle_t *pub_key,
    ck_object_handle_t *priv_key)
{

	if (is_refused(mech))
		return CKR_MECHANISM_INVALID;
	return real->C_GenerateKeyPair(session, mech, pub, pub_n, priv, priv_n,
	    pub_key, priv_key);
}

static ck_rv_t
generate_key(ck_session_handle_t session, struct ck_mechanism *mech,
    struct ck_attribute *attrs, unsigned long n, ck_object_handle_t *key)
{

	if (is_refused(mech))
		return CKR_MECHANISM_INVALID;
	return real->C_GenerateKey(session, mech, attrs, n, key);
}

static ck_rv_t
sign_init(ck_session_handle_t session, struct ck_mechanism *mech,
    ck_object_handle_t key)
{

	if (is_refused(mech))
		return CKR_MECHANISM_INVALID;
	return real->C_SignInit(session, mech, key);
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
	list->C_GenerateKeyPair = generate_key_pair;
	list->C_GenerateKey = generate_key;
	list->C_SignInit = sign_init;
	list->C_Sign = sign;
}
