#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/ssh_armor.h"

#define ARMOR_BEGIN "-----BEGIN SSH SIGNATURE-----"
#define ARMOR_END   "-----END SSH SIGNATURE-----"
#define BLANKS	    " \t\r\n"
#define MAGIC	    "SSHSIG"
#define CERT_SUFFIX "-cert-v01@openssh.com"
#define NAME_MAX_LEN 256	/* a namespace, a key id */

/* What is still to be read; NULL after the first that was not there. */
struct wire {
	const uint8_t	*p;
	size_t		 left;
};

static const uint8_t *
wire_bytes(struct wire *wire, size_t len)
{
	const uint8_t *p = wire->p;

	if (p == NULL || len > wire->left) {
		wire->p = NULL;
		return NULL;
	}
	wire->p += len;
	wire->left -= len;
	return p;
}

static uint32_t
wire_u32(struct wire *wire)
{
	const uint8_t *p = wire_bytes(wire, 4);

	return p == NULL ? 0 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* RFC 4251 s5: a string is its length and its bytes. */
static struct wire
wire_string(struct wire *wire)
{
	struct wire string = { NULL, wire_u32(wire) };

	string.p = wire_bytes(wire, string.left);
	return string;
}

static bool
wire_is(const struct wire *string, const char *text)
{

	return string->p != NULL && string->left == strlen(text) &&
	    memcmp(string->p, text, string->left) == 0;
}

/* Short UTF-8 without control characters, else NULL. Owner: the caller. */
static char *
wire_name(const struct wire *string)
{
	size_t i;

	if (string->p == NULL || string->left > NAME_MAX_LEN ||
	    !text_is_utf8((const char *)string->p, string->left))
		return NULL;
	for (i = 0; i < string->left; i++)
		if (string->p[i] < ' ' || string->p[i] == 0x7f)
			return NULL;
	return mem_printf("%.*s", (int)string->left, (const char *)string->p);
}

/* How many strings of a certificate stand between its nonce and serial. */
static const struct {
	const char	*type;
	int		 n_strings;
} certificates[] = {
	{ "ssh-rsa" CERT_SUFFIX, 2 },
	{ "ecdsa-sha2-nistp256" CERT_SUFFIX, 2 },
	{ "ecdsa-sha2-nistp384" CERT_SUFFIX, 2 },
	{ "ecdsa-sha2-nistp521" CERT_SUFFIX, 2 },
	{ "ssh-ed25519" CERT_SUFFIX, 1 },
	{ "sk-ecdsa-sha2-nistp256" CERT_SUFFIX, 3 },
	{ "sk-ssh-ed25519" CERT_SUFFIX, 2 },
};
#define N_CERTIFICATES (sizeof(certificates) / sizeof(certificates[0]))

/* The key id of a certificate, "" without a usable one; NULL: a bare key. */
static char *
key_id_of(struct wire key)
{
	const struct wire type = wire_string(&key);
	struct wire id = { NULL, 0 };
	char *name;
	size_t i;
	int n;

	for (i = 0; i < N_CERTIFICATES; i++)
		if (wire_is(&type, certificates[i].type))
			break;
	if (i == N_CERTIFICATES)
		return type.p != NULL && memmem(type.p, type.left,
		    "-cert-", 6) != NULL ? mem_strdup("") : NULL;
	/* PROTOCOL.certkeys: nonce, the key, uint64 serial, uint32 type. */
	for (n = 0; n <= certificates[i].n_strings; n++)
		(void)wire_string(&key);
	(void)wire_bytes(&key, 8 + 4);
	id = wire_string(&key);
	name = wire_name(&id);
	return name != NULL ? name : mem_strdup("");
}

/* The base64 between the two lines, or NULL. Owner: the caller. */
static char *
body_of(const char *text)
{
	const char *from = text + strspn(text, BLANKS), *end, *behind;
	char *body, *to;

	if (strncmp(from, ARMOR_BEGIN, strlen(ARMOR_BEGIN)) != 0)
		return NULL;
	from += strlen(ARMOR_BEGIN);
	if ((end = strstr(from, ARMOR_END)) == NULL)
		return NULL;
	behind = end + strlen(ARMOR_END);
	if (behind[strspn(behind, BLANKS)] != '\0')
		return NULL;
	body = to = mem_new((size_t)(end - from) + 1);
	for (; from < end; from++)
		if (strchr(BLANKS, *from) == NULL)
			*to++ = *from;
	return body;
}

/* PROTOCOL.sshsig: magic, version, key, namespace, and what is not for us. */
static int
blob_read(const struct buf *blob, struct ssh_armor *out, struct error *err)
{
	struct wire wire = { blob->data, blob->len }, key, namespace;
	const uint8_t *magic = wire_bytes(&wire, strlen(MAGIC));
	uint32_t version;
	int i;

	if (magic == NULL || memcmp(magic, MAGIC, strlen(MAGIC)) != 0)
		return err_set(err, ERR_INPUT, "it does not begin with "
		    MAGIC);
	if ((version = wire_u32(&wire)) != 1)
		return err_set(err, ERR_INPUT,
		    "it is of version %lu, not of 1", (unsigned long)version);
	key = wire_string(&wire);
	namespace = wire_string(&wire);
	for (i = 0; i < 3; i++)		/* reserved, hash, signature */
		(void)wire_string(&wire);
	if (wire.p == NULL || wire.left != 0)
		return err_set(err, ERR_INPUT, "it is cut or has a tail");
	if ((out->namespace = wire_name(&namespace)) == NULL)
		return err_set(err, ERR_INPUT, "its namespace is no text");
	out->key_id = key_id_of(key);
	return 0;
}

int
ssh_armor_read(const char *text, struct ssh_armor *out, struct error *err)
{
	struct buf blob = BUF_INIT;
	char *body = NULL;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (strlen(text) > SSH_ARMOR_MAX) {
		(void)err_set(err, ERR_INPUT, "it is longer than %d bytes",
		    SSH_ARMOR_MAX);
		goto out;
	}
	if ((body = body_of(text)) == NULL) {
		(void)err_set(err, ERR_INPUT, "it does not stand between "
		    ARMOR_BEGIN " and " ARMOR_END);
		goto out;
	}
	if (crypto_base64_read(body, &blob, err) != 0 ||
	    blob_read(&blob, out, err) != 0)
		goto out;
	out->text = mem_printf(ARMOR_BEGIN "\n%s\n" ARMOR_END "\n", body);
	rc = 0;
 out:
	free(body);
	buf_free(&blob);
	return rc;
}

void
ssh_armor_clear(struct ssh_armor *armor)
{

	free(armor->namespace);
	free(armor->text);
	free(armor->key_id);
	memset(armor, 0, sizeof(*armor));
}
