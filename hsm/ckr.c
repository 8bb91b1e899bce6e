#include <stddef.h>
#include <stdio.h>

#include "hsm/ckr.h"

struct ckr {
	ck_rv_t		 rv;
	const char	*name;
	enum ckr_mend	 mend;
	const char	*hint;		/* what the user can do, or NULL */
};

/* Later than the version 2.40 that the header is of (PKCS #11 3.1 s2.1.6). */
#define CKR_OPERATION_CANCEL_FAILED	0x202UL
#define CKR_TOKEN_RESOURCE_EXCEEDED	0x201UL
#define CKR_KEY_EXHAUSTED		0x203UL
#define CKR_AEAD_DECRYPT_FAILED		0x42UL
#define CKR_KEY_PARAMS_INVALID		0x6bUL

#define ROW(rv, mend, hint) { rv, #rv, CKR_MEND_##mend, hint }

#define HINT_AWAY "is the token plugged in, its daemon or network up? kmgr " \
	"started the module anew and looked again before it gave up"
#define HINT_FULL "the token is full: delete keys that are no longer used, " \
	"or use a token with more room"
#define HINT_SO "the security officer can unlock it (for example pkcs11-tool " \
	"--login-type so --init-pin); find out first who tried wrong PINs"
#define HINT_ABSENT "the object is gone from the token: kmgr verify says " \
	"which keys are missing; no new key is made in its place"
#define HINT_MECH "kmgr probe-token shows which algorithms this token has"
#define HINT_WRITE "the token or this login may only read: log in as the " \
	"user of a token that is not write-protected"

static const struct ckr table[] = {
	ROW(CKR_OK, NONE, NULL),
	ROW(CKR_CANCEL, NONE, "the token's own dialogue was cancelled"),
	ROW(CKR_HOST_MEMORY, NONE, NULL),
	ROW(CKR_SLOT_ID_INVALID, DEVICE, HINT_AWAY),
	ROW(CKR_GENERAL_ERROR, DEVICE, "the module says no more than this; "
	    "its own log may (SoftHSM: syslog, others: see their manual)"),
	ROW(CKR_FUNCTION_FAILED, DEVICE, NULL),
	ROW(CKR_ARGUMENTS_BAD, NONE, NULL),
	ROW(CKR_NO_EVENT, NONE, NULL),
	ROW(CKR_NEED_TO_CREATE_THREADS, NONE, NULL),
	ROW(CKR_CANT_LOCK, NONE, NULL),
	ROW(CKR_ATTRIBUTE_READ_ONLY, NONE, NULL),
	ROW(CKR_ATTRIBUTE_SENSITIVE, NONE, NULL),
	ROW(CKR_ATTRIBUTE_TYPE_INVALID, NONE, NULL),
	ROW(CKR_ATTRIBUTE_VALUE_INVALID, NONE, NULL),
	ROW(CKR_ACTION_PROHIBITED, NONE, NULL),
	ROW(CKR_DATA_INVALID, NONE, NULL),
	ROW(CKR_DATA_LEN_RANGE, NONE, NULL),
	ROW(CKR_DEVICE_ERROR, DEVICE, HINT_AWAY),
	ROW(CKR_DEVICE_MEMORY, NONE, HINT_FULL),
	ROW(CKR_DEVICE_REMOVED, DEVICE, HINT_AWAY),
	ROW(CKR_ENCRYPTED_DATA_INVALID, NONE, NULL),
	ROW(CKR_ENCRYPTED_DATA_LEN_RANGE, NONE, NULL),
	ROW(CKR_AEAD_DECRYPT_FAILED, NONE, NULL),
	ROW(CKR_FUNCTION_CANCELED, NONE, NULL),
	ROW(CKR_FUNCTION_NOT_PARALLEL, NONE, NULL),
	ROW(CKR_FUNCTION_NOT_SUPPORTED, NONE, HINT_MECH),
	ROW(CKR_KEY_HANDLE_INVALID, HANDLE, HINT_ABSENT),
	ROW(CKR_KEY_SIZE_RANGE, NONE, "the token does not make or use keys "
	    "of this size"),
	ROW(CKR_KEY_TYPE_INCONSISTENT, NONE, NULL),
	ROW(CKR_KEY_NOT_NEEDED, NONE, NULL),
	ROW(CKR_KEY_CHANGED, NONE, NULL),
	ROW(CKR_KEY_NEEDED, NONE, NULL),
	ROW(CKR_KEY_INDIGESTIBLE, NONE, NULL),
	ROW(CKR_KEY_FUNCTION_NOT_PERMITTED, NONE, NULL),
	ROW(CKR_KEY_NOT_WRAPPABLE, NONE, NULL),
	ROW(CKR_KEY_UNEXTRACTABLE, NONE, NULL),
	ROW(CKR_KEY_PARAMS_INVALID, NONE, NULL),
	ROW(CKR_MECHANISM_INVALID, NONE, HINT_MECH),
	ROW(CKR_MECHANISM_PARAM_INVALID, NONE, HINT_MECH),
	ROW(CKR_OBJECT_HANDLE_INVALID, HANDLE, HINT_ABSENT),
	ROW(CKR_OPERATION_ACTIVE, SESSION, NULL),
	ROW(CKR_OPERATION_NOT_INITIALIZED, SESSION, NULL),
	ROW(CKR_PIN_INCORRECT, NONE, "put the right PIN where pin-source "
	    "points; it was tried once, since a few wrong ones lock a token"),
	ROW(CKR_PIN_INVALID, NONE, "the PIN has characters that this token "
	    "does not allow"),
	ROW(CKR_PIN_LEN_RANGE, NONE, "the PIN is shorter or longer than this "
	    "token allows: is it the right one, without a trailing blank?"),
	ROW(CKR_PIN_EXPIRED, NONE, "set a new user PIN with the token's own "
	    "tool (for example pkcs11-tool --change-pin)"),
	ROW(CKR_PIN_LOCKED, NONE, HINT_SO),
	ROW(CKR_SESSION_CLOSED, SESSION, NULL),
	ROW(CKR_SESSION_COUNT, NONE, "all sessions of the token are in use: "
	    "stop other programs that use it"),
	ROW(CKR_SESSION_HANDLE_INVALID, SESSION, NULL),
	ROW(CKR_SESSION_PARALLEL_NOT_SUPPORTED, NONE, NULL),
	ROW(CKR_SESSION_READ_ONLY, NONE, HINT_WRITE),
	ROW(CKR_SESSION_EXISTS, NONE, NULL),
	ROW(CKR_SESSION_READ_ONLY_EXISTS, NONE, NULL),
	ROW(CKR_SESSION_READ_WRITE_SO_EXISTS, NONE, NULL),
	ROW(CKR_SIGNATURE_INVALID, NONE, NULL),
	ROW(CKR_SIGNATURE_LEN_RANGE, NONE, NULL),
	ROW(CKR_TEMPLATE_INCOMPLETE, NONE, NULL),
	ROW(CKR_TEMPLATE_INCONSISTENT, NONE, NULL),
	ROW(CKR_TOKEN_NOT_PRESENT, DEVICE, HINT_AWAY),
	ROW(CKR_TOKEN_NOT_RECOGNIZED, DEVICE, HINT_AWAY),
	ROW(CKR_TOKEN_WRITE_PROTECTED, NONE, HINT_WRITE),
	ROW(CKR_UNWRAPPING_KEY_HANDLE_INVALID, HANDLE, HINT_ABSENT),
	ROW(CKR_UNWRAPPING_KEY_SIZE_RANGE, NONE, NULL),
	ROW(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT, NONE, NULL),
	ROW(CKR_USER_ALREADY_LOGGED_IN, NONE, NULL),
	ROW(CKR_USER_NOT_LOGGED_IN, LOGIN, NULL),
	/* SoftHSM 2.6.1 read while another process logs in says so, too. */
	ROW(CKR_USER_PIN_NOT_INITIALIZED, START, "the security officer has "
	    "not set a user PIN yet (for example pkcs11-tool --login-type so "
	    "--init-pin)"),
	ROW(CKR_USER_TYPE_INVALID, NONE, NULL),
	ROW(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, NONE, NULL),
	ROW(CKR_USER_TOO_MANY_TYPES, NONE, NULL),
	ROW(CKR_WRAPPED_KEY_INVALID, NONE, NULL),
	ROW(CKR_WRAPPED_KEY_LEN_RANGE, NONE, NULL),
	ROW(CKR_WRAPPING_KEY_HANDLE_INVALID, HANDLE, HINT_ABSENT),
	ROW(CKR_WRAPPING_KEY_SIZE_RANGE, NONE, NULL),
	ROW(CKR_WRAPPING_KEY_TYPE_INCONSISTENT, NONE, NULL),
	ROW(CKR_RANDOM_SEED_NOT_SUPPORTED, NONE, NULL),
	ROW(CKR_RANDOM_NO_RNG, NONE, NULL),
	ROW(CKR_DOMAIN_PARAMS_INVALID, NONE, HINT_MECH),
	ROW(CKR_CURVE_NOT_SUPPORTED, NONE, HINT_MECH),
	ROW(CKR_BUFFER_TOO_SMALL, NONE, NULL),
	ROW(CKR_SAVED_STATE_INVALID, NONE, NULL),
	ROW(CKR_INFORMATION_SENSITIVE, NONE, NULL),
	ROW(CKR_STATE_UNSAVEABLE, NONE, NULL),
	ROW(CKR_CRYPTOKI_NOT_INITIALIZED, START, NULL),
	ROW(CKR_CRYPTOKI_ALREADY_INITIALIZED, NONE, NULL),
	ROW(CKR_MUTEX_BAD, NONE, NULL),
	ROW(CKR_MUTEX_NOT_LOCKED, NONE, NULL),
	ROW(CKR_NEW_PIN_MODE, NONE, NULL),
	ROW(CKR_NEXT_OTP, NONE, NULL),
	ROW(CKR_EXCEEDED_MAX_ITERATIONS, NONE, NULL),
	ROW(CKR_FIPS_SELF_TEST_FAILED, NONE, NULL),
	ROW(CKR_LIBRARY_LOAD_FAILED, NONE, NULL),
	ROW(CKR_PIN_TOO_WEAK, NONE, NULL),
	ROW(CKR_PUBLIC_KEY_INVALID, NONE, NULL),
	ROW(CKR_FUNCTION_REJECTED, NONE, NULL),
	ROW(CKR_TOKEN_RESOURCE_EXCEEDED, NONE, HINT_FULL),
	ROW(CKR_OPERATION_CANCEL_FAILED, NONE, NULL),
	ROW(CKR_KEY_EXHAUSTED, NONE, NULL),
};

static const struct ckr *
find(ck_rv_t rv)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].rv == rv)
			return &table[i];
	return NULL;
}

const char *
ckr_name(ck_rv_t rv)
{
	const struct ckr *row = find(rv);

	return row == NULL ? NULL : row->name;
}

char *
ckr_text(ck_rv_t rv, char out[static CKR_TEXT_LEN])
{
	const char *name = ckr_name(rv);

	if (name != NULL)
		(void)snprintf(out, CKR_TEXT_LEN, "%s", name);
	else
		(void)snprintf(out, CKR_TEXT_LEN, "return value 0x%lx", rv);
	return out;
}

enum ckr_mend
ckr_mend(ck_rv_t rv)
{
	const struct ckr *row = find(rv);

	return row == NULL ? CKR_MEND_NONE : row->mend;
}

bool
ckr_refuses_template(ck_rv_t rv)
{

	switch (rv) {
	case CKR_ATTRIBUTE_READ_ONLY:
	case CKR_ATTRIBUTE_SENSITIVE:
	case CKR_ATTRIBUTE_TYPE_INVALID:
	case CKR_ATTRIBUTE_VALUE_INVALID:
	case CKR_TEMPLATE_INCOMPLETE:
	case CKR_TEMPLATE_INCONSISTENT:
		return true;
	default:
		return false;
	}
}

int
ckr_set(struct error *err, const char *call, ck_rv_t rv)
{
	const struct ckr *row = find(rv);

	if (row == NULL)
		(void)err_set(err, ERR_TOKEN, "%s: return value 0x%lx%s", call,
		    rv, rv >= CKR_VENDOR_DEFINED ? " (vendor's own)" : "");
	else
		(void)err_set(err, ERR_TOKEN, "%s: %s (0x%lx)", call,
		    row->name, rv);
	err->code = rv;
	if (row != NULL && row->hint != NULL)
		(void)err_hint(err, "%s", row->hint);
	return -1;
}
