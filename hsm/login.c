#include <string.h>

#include "hsm/info.h"
#include "hsm/login.h"
#include "hsm/pin.h"
#include "hsm/start.h"

static int
get_pin(struct hsm_token *token, struct error *err)
{

	if (pin_read(token->config->name, token->uri.pin_source, &token->pin,
	    err) != 0)
		return -1;
	if (token->pin != NULL || token->has_pin_pad)
		return 0;
	return pin_ask(token->config->name, &token->pin, err);
}

int
login_prepare(struct hsm_token *token, struct error *err)
{

	if (!token->needs_login || token->pin != NULL ||
	    atomic_load(token->pin_refusal) != CKR_OK)
		return 0;
	/* A command or a person that did not tell is not asked per zone. */
	if (token->pin_failure.class == ERR_NONE &&
	    get_pin(token, &token->pin_failure) == 0)
		return 0;
	*err = token->pin_failure;
	return -1;
}

/* Nobody may find out from us that the next wrong PIN was the last one. */
static int
flags_check(ck_flags_t flags, struct error *err)
{

	if ((flags & CKF_USER_PIN_LOCKED) != 0)
		return ckr_set(err, "CKF_USER_PIN_LOCKED is set",
		    CKR_PIN_LOCKED);
	if ((flags & CKF_USER_PIN_FINAL_TRY) != 0) {
		(void)err_set(err, ERR_TOKEN, "one try is left before the "
		    "token locks its user PIN (CKF_USER_PIN_FINAL_TRY); it "
		    "was not spent");
		return err_hint(err, "find out who tried wrong PINs, then log "
		    "in once with the right one by hand (for example "
		    "pkcs11-tool --login --list-objects), which clears this");
	}
	return 0;
}

static bool
is_pin_refusal(ck_rv_t rv)
{

	return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID ||
	    rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_LOCKED ||
	    rv == CKR_PIN_EXPIRED;
}

static ck_rv_t
call_login(struct hsm_token *token, ck_session_handle_t session)
{
	unsigned char *pin;

	/* Cryptoki takes the PIN without const; a copy would be one more. */
	if (token->pin == NULL)
		return CALL_PERSON(&token->module, C_Login, (session,
		    CKU_USER, NULL, 0));
	pin = (unsigned char *)(uintptr_t)secret_bytes(token->pin);
	return CALL(&token->module, C_Login, (session, CKU_USER, pin,
	    secret_len(token->pin)));
}

static int
login_now(struct hsm_token *token, ck_session_handle_t session,
    struct error *err)
{
	ck_flags_t flags;
	ck_rv_t rv;

	if ((rv = atomic_load(token->pin_refusal)) != CKR_OK)
		return ckr_set(err, "C_Login", rv);
	if (info_flags(&token->module, token->slot, &flags, err) != 0)
		return -1;
	if (flags_check(flags, err) != 0)
		return -1;
	rv = call_login(token, session);
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return 0;
	if (is_pin_refusal(rv)) {
		atomic_store(token->pin_refusal, rv);
		secret_free(token->pin);
		token->pin = NULL;
	}
	return ckr_set(err, "C_Login", rv);
}

static int
is_logged_in(struct hsm_token *token, ck_session_handle_t session, bool *out,
    struct error *err)
{
	struct ck_session_info info;
	ck_rv_t rv;

	rv = CALL(&token->module, C_GetSessionInfo, (session, &info));
	if (rv != CKR_OK)
		return ckr_set(err, "C_GetSessionInfo", rv);
	*out = info.state == CKS_RO_USER_FUNCTIONS ||
	    info.state == CKS_RW_USER_FUNCTIONS;
	return 0;
}

int
login_session(struct hsm_token *token, ck_session_handle_t session,
    struct error *err)
{
	bool is_in = false;
	int fd, rc;

	if (!token->needs_login)
		return 0;
	(void)pthread_mutex_lock(&token->login_lock);
	rc = is_logged_in(token, session, &is_in, err);
	/* That it has ended the others must know first: run.c sees to that. */
	if (rc == 0 && !is_in && token->login_epoch == token->epoch)
		rc = ckr_set(err, "C_GetSessionInfo",
		    CKR_USER_NOT_LOGGED_IN);
	if (rc == 0 && !is_in && (rc = start_lock(token, &fd, err)) == 0) {
		rc = login_now(token, session, err);
		start_unlock(fd);
	}
	if (rc == 0)
		token->login_epoch = token->epoch;
	(void)pthread_mutex_unlock(&token->login_lock);
	return rc;
}

int
login_check(struct hsm_token *token, ck_session_handle_t session,
    struct error *err)
{
	bool is_in = false;

	if (!token->needs_login)
		return 0;
	if (is_logged_in(token, session, &is_in, err) != 0)
		return -1;
	return is_in ? 0 :
	    ckr_set(err, "C_FindObjects", CKR_USER_NOT_LOGGED_IN);
}

bool
hsm_token_is_unattended(const struct hsm_config *config)
{
	struct error ignored = ERR_INIT;
	struct hsm_uri uri;

	return hsm_uri_read(config->uri, &uri, &ignored) == 0 &&
	    pin_is_unattended(config->name, uri.pin_source);
}
