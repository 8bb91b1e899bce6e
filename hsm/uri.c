#include <stdbool.h>
#include <string.h>

#define CRYPTOKI_GNU 1
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#include "hsm/uri.h"

/* What the configuration may say, and why not the rest (RFC 7512 s2.3). */
static const struct {
	const char	*name;
	const char	*refusal;	/* NULL: taken */
} known[] = {
	{ "token", NULL },
	{ "manufacturer", NULL },
	{ "model", NULL },
	{ "serial", NULL },
	{ "module-path", NULL },
	{ "pin-source", NULL },
	{ "pin-value", "a PIN does not belong in a configuration; use "
	    "pin-source=file:PATH" },
	{ "slot-id", "slot numbers move; name the token by token= and "
	    "serial=" },
	{ "slot-manufacturer", "name the token, not its slot" },
	{ "slot-description", "name the token, not its slot" },
	{ "object", "it names an object, a token is wanted" },
	{ "id", "it names an object, a token is wanted" },
	{ "type", "it names an object, a token is wanted" },
	{ "library-manufacturer", "the library is named by module-path=" },
	{ "library-description", "the library is named by module-path=" },
	{ "library-version", "the library is named by module-path=" },
	{ "module-name", "the library is named by module-path=, in full" },
	{ "pinfile", "an old word; write pin-source=" },
};

#define N_KNOWN (sizeof(known) / sizeof(known[0]))

/* One "name=value" of the URI; seen[] holds which names came before. */
static int
attribute_check(const char *text, size_t len, bool seen[static N_KNOWN],
    struct error *err)
{
	const char *equals = memchr(text, '=', len);
	const size_t name_len = equals == NULL ? len : (size_t)(equals - text);
	size_t i;

	if (equals == NULL)
		return err_set(err, ERR_CONFIG,
		    "a part of it is not of the form NAME=VALUE");
	for (i = 0; i < N_KNOWN; i++)
		if (strlen(known[i].name) == name_len &&
		    memcmp(known[i].name, text, name_len) == 0)
			break;
	if (i == N_KNOWN)
		return err_set(err, ERR_CONFIG, "unknown attribute \"%.*s\"",
		    (int)name_len, text);
	if (known[i].refusal != NULL)
		return err_set(err, ERR_CONFIG, "attribute \"%s\" is not "
		    "taken: %s", known[i].name, known[i].refusal);
	if (seen[i])
		return err_set(err, ERR_CONFIG, "attribute \"%s\" stands "
		    "twice", known[i].name);
	seen[i] = true;
	return 0;
}

/*
 * Of two attributes of one name p11-kit takes the last, and of an unknown one
 * it does not tell which: so the names are looked at here.
 */
static int
names_check(const char *text, struct error *err)
{
	bool seen[N_KNOWN] = { false };
	const char *p = text + P11_KIT_URI_SCHEME_LEN + 1;
	size_t len;

	for (; *p != '\0'; p += len + (p[len] != '\0')) {
		len = strcspn(p, ";?&");
		if (len > 0 && attribute_check(p, len, seen, err) != 0)
			return -1;
	}
	return 0;
}

/* p11-kit leaves out blanks and stops at NUL; an attacker could use both. */
static int
bytes_check(const char *text, struct error *err)
{
	const char *p;

	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return err_set(err, ERR_CONFIG,
			    "a blank or control character; write it as %%20");
	if (strstr(text, "%00") != NULL)
		return err_set(err, ERR_CONFIG, "%%00 is in no name or path");
	return 0;
}

/* Cryptoki pads with blanks and puts no 0 behind. */
static void
padded_copy(char *out, const unsigned char *in, size_t len)
{

	memcpy(out, in, len);
	for (; len > 0 && (out[len - 1] == ' ' || out[len - 1] == '\0'); len--)
		;
	out[len] = '\0';
}

static int
text_copy(char *out, size_t room, const char *in, const char *what,
    struct error *err)
{

	if (in == NULL)
		return 0;
	if (strlen(in) >= room)
		return err_set(err, ERR_CONFIG, "%s is longer than %zu bytes",
		    what, room - 1);
	memcpy(out, in, strlen(in) + 1);
	return 0;
}

static int
uri_fill(p11_kit_uri *parsed, struct hsm_uri *uri, struct error *err)
{
	const struct ck_token_info *info =
	    p11_kit_uri_get_token_info(parsed);

	padded_copy(uri->token, info->label, sizeof(info->label));
	padded_copy(uri->manufacturer, info->manufacturer_id,
	    sizeof(info->manufacturer_id));
	padded_copy(uri->model, info->model, sizeof(info->model));
	padded_copy(uri->serial, info->serial_number,
	    sizeof(info->serial_number));
	if (text_copy(uri->module_path, sizeof(uri->module_path),
	    p11_kit_uri_get_module_path(parsed), "module-path", err) != 0 ||
	    text_copy(uri->pin_source, sizeof(uri->pin_source),
	    p11_kit_uri_get_pin_source(parsed), "pin-source", err) != 0)
		return -1;
	if (uri->token[0] == '\0' && uri->serial[0] == '\0')
		return err_set(err, ERR_CONFIG,
		    "no token named; add token=LABEL or serial=NUMBER");
	if (uri->module_path[0] == '\0')
		return err_set(err, ERR_CONFIG,
		    "no module; add ?module-path=/PATH/OF/MODULE.so");
	if (uri->module_path[0] != '/')
		return err_set(err, ERR_CONFIG,
		    "module-path \"%s\" is not absolute", uri->module_path);
	return 0;
}

int
hsm_uri_read(const char *text, struct hsm_uri *out, struct error *err)
{
	p11_kit_uri *parsed = NULL;
	struct hsm_uri uri;
	int result, rc = -1;

	memset(out, 0, sizeof(*out));
	memset(&uri, 0, sizeof(uri));
	if (strncasecmp(text, "pkcs11:", 7) != 0) {
		(void)err_set(err, ERR_CONFIG, "does not begin with pkcs11:");
		(void)err_hint(err, "kmgr list-tokens --module PATH shows "
		    "the tokens of a PKCS#11 module with their URIs");
		goto out;
	}
	if (bytes_check(text, err) != 0 || names_check(text, err) != 0)
		goto out;
	parsed = p11_kit_uri_new();
	result = p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, parsed);
	if (result != P11_KIT_URI_OK) {
		(void)err_set(err, ERR_CONFIG, "%s",
		    p11_kit_uri_message(result));
		goto out;
	}
	if (p11_kit_uri_any_unrecognized(parsed)) {
		(void)err_set(err, ERR_CONFIG, "a value is longer than "
		    "Cryptoki allows (token and manufacturer 32 bytes, model "
		    "and serial 16)");
		goto out;
	}
	if (uri_fill(parsed, &uri, err) != 0)
		goto out;
	*out = uri;
	rc = 0;
 out:
	/* Not its text, which may hold a PIN in the wrong place. */
	if (rc != 0)
		(void)err_wrap(err, "token URI");
	p11_kit_uri_free(parsed);
	return rc;
}
