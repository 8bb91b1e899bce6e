#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "policy/ssh_key.h"

#define BLOB_MAX     8192
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 16384	/* of OpenSSH */

/* What is left of a blob, or a part of it. */
struct span {
	const uint8_t	*p;
	size_t		 len;
};

struct key_type {
	const char	*word;
	/* Read what stands behind the type in a blob, from rest. */
	int		 (*check)(const struct key_type *, struct span *rest,
			    struct error *);
	const char	*curve;		/* of ECDSA */
	size_t		 point_len;	/* x || y */
	bool		 is_hardware;	/* the blob ends with an application */
};

/* RFC 4251 s5: string is a 32-bit length and as many bytes. */
static bool
take(struct span *from, struct span *out)
{
	size_t len;

	if (from->len < 4)
		return false;
	len = (size_t)from->p[0] << 24 | (size_t)from->p[1] << 16 |
	    (size_t)from->p[2] << 8 | from->p[3];
	if (len > from->len - 4)
		return false;
	*out = (struct span){ from->p + 4, len };
	from->p += 4 + len;
	from->len -= 4 + len;
	return true;
}

static bool
is_word(const struct span *span, const char *word)
{

	return span->len == strlen(word) &&
	    memcmp(span->p, word, span->len) == 0;
}

static int
refuse_blob(struct error *err)
{

	return err_set(err, ERR_INPUT, "the base64 is no key of that type");
}

/* Whether a signature could ever match that point. */
static int
check_point(enum crypto_kind kind, const uint8_t *point, size_t len,
    struct error *err)
{
	struct crypto_key *key;
	struct error why = ERR_INIT;

	if (crypto_key_from_point(kind, point, len, &key, &why) != 0)
		return refuse_blob(err);
	crypto_key_free(key);
	return 0;
}

/* RFC 8709 s4. */
static int
check_ed25519(const struct key_type *type, struct span *rest,
    struct error *err)
{
	struct span point;

	(void)type;
	if (!take(rest, &point))
		return refuse_blob(err);
	return check_point(CRYPTO_ED25519, point.p, point.len, err);
}

/* RFC 5656 s3.1: the curve's name and an uncompressed point. */
static int
check_ecdsa(const struct key_type *type, struct span *rest, struct error *err)
{
	struct span curve, point;

	if (!take(rest, &curve) || !is_word(&curve, type->curve) ||
	    !take(rest, &point) || point.len != 1 + type->point_len ||
	    point.p[0] != 4)
		return refuse_blob(err);
	/* P-521 signs nothing in DNSSEC, so crypto.h does not know it. */
	if (strcmp(type->curve, "nistp521") == 0)
		return 0;
	return check_point(strcmp(type->curve, "nistp256") == 0 ?
	    CRYPTO_P256 : CRYPTO_P384, point.p + 1, point.len - 1, err);
}

/* RFC 4251 s5: mpint is positive and as short as can be. */
static bool
is_positive(const struct span *mpint)
{

	if (mpint->len == 0 || (mpint->p[0] & 0x80) != 0)
		return false;
	if (mpint->p[0] != 0)
		return true;
	return mpint->len > 1 && (mpint->p[1] & 0x80) != 0;
}

static size_t
bits_of(const struct span *mpint)
{
	size_t i = mpint->p[0] == 0 ? 1 : 0, bits = 8 * (mpint->len - i);
	unsigned int top;

	for (top = mpint->p[i]; (top & 0x80) == 0; top <<= 1)
		bits--;
	return bits;
}

/* RFC 4253 s6.6: e and n. */
static int
check_rsa(const struct key_type *type, struct span *rest, struct error *err)
{
	struct span e, n;
	size_t bits;

	(void)type;
	if (!take(rest, &e) || !is_positive(&e) || !take(rest, &n) ||
	    !is_positive(&n))
		return refuse_blob(err);
	bits = bits_of(&n);
	if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
		return err_set(err, ERR_INPUT, "an RSA key of %zu bits; %d to "
		    "%d are allowed", bits, RSA_BITS_MIN, RSA_BITS_MAX);
	/* An even one, or 1, has no private key. */
	if (bits_of(&e) < 2 || (e.p[e.len - 1] & 1) == 0 ||
	    (n.p[n.len - 1] & 1) == 0)
		return refuse_blob(err);
	return 0;
}

static const struct key_type types[] = {
	{ "ssh-ed25519", check_ed25519, NULL, 0, false },
	{ "ecdsa-sha2-nistp256", check_ecdsa, "nistp256", 64, false },
	{ "ecdsa-sha2-nistp384", check_ecdsa, "nistp384", 96, false },
	{ "ecdsa-sha2-nistp521", check_ecdsa, "nistp521", 132, false },
	{ "ssh-rsa", check_rsa, NULL, 0, false },
	{ "sk-ssh-ed25519@openssh.com", check_ed25519, NULL, 0, true },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", check_ecdsa, "nistp256", 64,
	    true },
};
#define N_TYPES (sizeof(types) / sizeof(types[0]))

const char *
ssh_key_types(void)
{

	return "ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, "
	    "ecdsa-sha2-nistp521, ssh-rsa, sk-ssh-ed25519@openssh.com or "
	    "sk-ecdsa-sha2-nistp256@openssh.com";
}

static const struct key_type *
find_type(const char *word)
{
	size_t i;

	for (i = 0; i < N_TYPES; i++)
		if (strcmp(types[i].word, word) == 0)
			return &types[i];
	return NULL;
}

static int
check_blob(const struct key_type *type, const struct buf *blob,
    struct error *err)
{
	struct span rest = { blob->data, blob->len }, word;

	if (blob->len > BLOB_MAX)
		return err_set(err, ERR_INPUT, "a key of %zu bytes; %d are "
		    "allowed", blob->len, BLOB_MAX);
	/* The word in front of it is for people; this one is the key's. */
	if (!take(&rest, &word) || !is_word(&word, type->word))
		return refuse_blob(err);
	if (type->check(type, &rest, err) != 0)
		return -1;
	if (type->is_hardware && !take(&rest, &word))
		return refuse_blob(err);
	return rest.len == 0 ? 0 : refuse_blob(err);
}

static int
check_comment(const char *comment, struct error *err)
{
	const char *p;

	if (strlen(comment) > SSH_KEY_COMMENT_MAX)
		return err_set(err, ERR_INPUT, "a comment of %zu characters; "
		    "%d are allowed", strlen(comment), SSH_KEY_COMMENT_MAX);
	for (p = comment; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return err_set(err, ERR_INPUT, "the comment \"%.64s\" "
			    "is not printable ASCII", comment);
	return 0;
}

static int
check_words(const char *word, const char *base64, const char *comment,
    struct error *err)
{
	const struct key_type *type = find_type(word);
	struct error why = ERR_INIT;
	struct buf blob = BUF_INIT;
	int rc = -1;

	if (type == NULL) {
		(void)err_set(err, ERR_INPUT, "\"%.64s\" is no type of SSH "
		    "public key", word);
		if (strstr(word, "-cert-") != NULL)
			(void)err_hint(err, "name the authority that signed "
			    "the certificate, in approvals.authorities");
		goto out;
	}
	if (base64[0] == '\0') {
		(void)err_set(err, ERR_INPUT, "no key behind \"%s\"", word);
		goto out;
	}
	if (crypto_base64_read(base64, &blob, &why) != 0) {
		(void)err_set(err, ERR_INPUT, "\"%.64s\" is not base64",
		    base64);
		goto out;
	}
	if (check_blob(type, &blob, err) != 0 ||
	    check_comment(comment, err) != 0)
		goto out;
	rc = 0;
 out:
	buf_free(&blob);
	return rc;
}

/* Cut off and return what stands before the next blank. */
static char *
cut_word(char **rest)
{
	char *word = *rest + strspn(*rest, " ");

	*rest = word + strcspn(word, " ");
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

int
ssh_key_read(const char *text, char **line, struct error *err)
{
	char *copy = mem_strdup(text), *rest = copy;
	const char *word = cut_word(&rest), *base64 = cut_word(&rest);
	size_t n;
	int rc;

	*line = NULL;
	rest += strspn(rest, " ");
	for (n = strlen(rest); n > 0 && rest[n - 1] == ' '; n--)
		rest[n - 1] = '\0';
	rc = check_words(word, base64, rest, err);
	if (rc == 0)
		*line = mem_printf("%s %s%s%s", word, base64,
		    rest[0] == '\0' ? "" : " ", rest);
	free(copy);
	return rc;
}

/* How much of a canonical line is type and key. */
static size_t
key_len(const char *line)
{
	const size_t n = strcspn(line, " ");

	assert(line[n] == ' ');
	return n + 1 + strcspn(line + n + 1, " ");
}

char *
ssh_key_fingerprint(const char *line, char out[static SSH_KEY_FINGERPRINT_LEN])
{
	static const char head[] = "SHA256:";
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT, blob = BUF_INIT;
	const size_t from = strcspn(line, " ") + 1;
	char *base64;
	int rc;

	buf_add(&text, line + from, key_len(line) - from);
	rc = crypto_base64_read(buf_text(&text), &blob, &err);
	assert(rc == 0);
	crypto_sha256(blob.data, blob.len, hash);
	base64 = crypto_base64(hash, sizeof(hash));
	/* 32 bytes are 43 characters and one "=". */
	memcpy(out, head, sizeof(head) - 1);
	memcpy(out + sizeof(head) - 1, base64, 43);
	out[SSH_KEY_FINGERPRINT_LEN - 1] = '\0';
	free(base64);
	buf_free(&text);
	buf_free(&blob);
	return out;
}

const char *
ssh_key_comment(const char *line)
{
	const char *end = line + key_len(line);

	return *end == '\0' ? end : end + 1;
}

int
ssh_key_compare(const char *a, const char *b)
{
	const size_t a_len = key_len(a), b_len = key_len(b);
	const int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}
