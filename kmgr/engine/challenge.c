#include <stdlib.h>
#include <string.h>

#include "hsm/object.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/json.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/challenge.h"
#include "kmgr/engine/signer.h"
#include "kmgr/engine/statement.h"

#define NONCE_LEN 32

/* The token that the attestor is in, and its CKA_ID in hex. */
static const char *
attestor_token(const struct cmk *cmk)
{

	return cmk->identity_public != NULL ? cmk->row.token :
	    cmk->row.seal_token;
}

static const char *
attestor_id(const struct cmk *cmk)
{

	return cmk->identity_public != NULL ? cmk->identity_key.id :
	    cmk->key.id;
}

/*
 * Whether the token has nothing under the id, which is another thing than a
 * token that did not answer.
 */
static bool
is_key_absent(struct hsm_token *token, const char *key_id)
{
	struct error ignored = ERR_INIT;
	struct hsm_object *objects;
	uint8_t id[HSM_ID_LEN];
	size_t len, n;

	if (text_from_hex(key_id, id, sizeof(id), &len, &ignored) != 0 ||
	    hsm_object_find(token, id, &objects, &n, &ignored) != 0)
		return false;
	free(objects);
	return n == 0;
}

/* What is told of a token without the key, by how it calls itself. */
static int
refuse_token(struct hsm_token *token, const struct cmk *cmk,
    struct error *err)
{
	const char *was_label, *was_serial;
	struct error ignored = ERR_INIT;
	struct hsm_token_info info;
	struct json *was = NULL;

	if (hsm_token_info_get(token, &info, err) != 0)
		return -1;
	(void)json_read(cmk->row.token_identity,
	    strlen(cmk->row.token_identity), &was, &ignored);
	was_label = json_get_text(was, "label");
	was_serial = json_get_text(was, "serial");
	if (was_label != NULL && was_serial != NULL &&
	    strcmp(attestor_token(cmk), cmk->row.token) == 0 &&
	    (strcmp(was_label, info.label) != 0 ||
	    strcmp(was_serial, info.serial) != 0))
		(void)err_set(err, ERR_INTEGRITY, "token %s is another one "
		    "than CMK %s was made in: it is \"%s\", serial %s, and "
		    "was \"%s\", serial %s; and it has no key with CKA_ID %s",
		    hsm_token_name(token), cmk->row.name, info.label,
		    info.serial, was_label, was_serial, attestor_id(cmk));
	else
		(void)err_set(err, ERR_INTEGRITY, "token %s calls itself "
		    "\"%s\", serial %s, as ever, and has no key with CKA_ID "
		    "%s, which answers for CMK %s: it was initialised again, "
		    "or it is another token", hsm_token_name(token),
		    info.label, info.serial, attestor_id(cmk), cmk->row.name);
	json_free(was);
	return err_hint(err, "put the right token in its place, or restore it "
	    "from its own backup; kmgr never makes a lost key again by itself");
}

static int
open_attestor(struct session *session, const struct cmk *cmk,
    struct hsm_key **out, struct error *err)
{
	struct hsm_token *token;

	*out = NULL;
	if (session_token(session, attestor_token(cmk), &token, err) != 0)
		return -1;
	if (cmk_open_attestor(session, cmk, out, err) == 0)
		return 0;
	if (err->class == ERR_TOKEN && err->code == 0 &&
	    is_key_absent(token, attestor_id(cmk))) {
		err_clear(err);
		return refuse_token(token, cmk, err);
	}
	if (err->class == ERR_INTEGRITY)
		(void)err_hint(err, "somebody with the PIN has put objects "
		    "into the token or taken some away; nothing is signed; "
		    "kmgr verify lists every difference");
	return -1;
}

/* A text that nobody could have had signed before. */
static int
write_challenge(struct session *session, const struct cmk *cmk,
    struct buf *out, struct error *err)
{
	char hex[2 * NONCE_LEN + 1];
	uint8_t nonce[NONCE_LEN];
	struct json *json;

	if (crypto_random(nonce, sizeof(nonce), err) != 0)
		return -1;
	json = json_new_object();
	json_put_text(json, "nonce", text_hex(nonce, sizeof(nonce), hex));
	json_put_text(json, "cmk_id", cmk->row.id);
	json_put_text(json, "token", attestor_token(cmk));
	json_put_int(json, "at", session_now(session));
	json_canonical(json, out);
	json_free(json);
	return 0;
}

int
challenge_run(struct session *session, const struct cmk *cmk,
    struct error *err)
{
	struct buf text = BUF_INIT;
	struct hsm_key *key = NULL;
	char *signature = NULL;
	int rc = -1;

	/* signer_attest() verifies the answer with the pinned public key. */
	if (open_attestor(session, cmk, &key, err) == 0 &&
	    write_challenge(session, cmk, &text, err) == 0)
		rc = signer_attest(key, cmk_attestor_public(cmk),
		    STATEMENT_CHALLENGE, buf_text(&text), &signature, err);
	free(signature);
	hsm_key_free(key);
	buf_free(&text);
	return rc;
}
