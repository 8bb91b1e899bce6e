/* SSH public keys: those of ssh-keygen, and all that is none. */
#include "tests/unit/unit.h"

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "policy/ssh_key.h"
#include "tests/unit/fixtures.h"

static void
refuses(const char *line, const char *part)
{
	struct error err = ERR_INIT;
	char *read;

	unit_fails(ssh_key_read(line, &read, &err), &err, ERR_INPUT, part);
	assert_null(read);
}

static void
accepts(const char *line)
{
	struct error err = ERR_INIT;
	char *read = NULL;

	unit_ok(ssh_key_read(line, &read, &err), &err);
	free(read);
}

/* The blob of a line, and its type. */
static char *
blob_of(const char *line, struct buf *blob)
{
	struct error err = ERR_INIT;
	char *copy = mem_strdup(line), *rest = copy;
	char *type = strsep(&rest, " "), *base64 = strsep(&rest, " ");

	unit_ok(crypto_base64_read(base64, blob, &err), &err);
	type = mem_strdup(type);
	free(copy);
	return type;
}

static void
blob_refused(const char *type, const uint8_t *blob, size_t len,
    const char *part)
{
	char *base64 = crypto_base64(blob, len);
	char *line = mem_printf("%s %s", type, base64);

	refuses(line, part);
	free(line);
	free(base64);
}

/* RFC 4251 s5. */
static void
add_string(struct buf *blob, const void *p, size_t len)
{

	buf_add_u32(blob, (uint32_t)len);
	buf_add(blob, p, len);
}

static void
keys_of_ssh_keygen_have_its_fingerprint(void **state)
{
	char out[SSH_KEY_FINGERPRINT_LEN], *line, *read, *print;
	struct error err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; (line = fixtures_ssh_key(i, &print)) != NULL; i++) {
		unit_ok(ssh_key_read(line, &read, &err), &err);
		assert_string_equal(read, line);
		assert_string_equal(ssh_key_fingerprint(read, out), print);
		free(read);
		free(line);
		free(print);
	}
	assert_int_equal(i, 13);
}

static void
one_key_has_one_form(void **state)
{
	char *line = fixtures_ssh_key(0, NULL), *space, *text, *read;
	struct error err = ERR_INIT;

	(void)state;
	assert_string_equal(ssh_key_comment(line), "alice@example.net");
	space = strchr(strchr(line, ' ') + 1, ' ');
	*space = '\0';
	text = mem_printf("  %s   Alice  B. #1  ", line);
	unit_ok(ssh_key_read(text, &read, &err), &err);
	assert_string_equal(ssh_key_comment(read), "Alice  B. #1");
	assert_int_equal(strncmp(read, line, strlen(line)), 0);
	assert_string_equal(read + strlen(line), " Alice  B. #1");
	free(read);
	free(text);
	text = mem_printf("%s ", line);
	unit_ok(ssh_key_read(text, &read, &err), &err);
	assert_string_equal(read, line);
	assert_string_equal(ssh_key_comment(read), "");
	free(read);
	free(text);
	free(line);
}

static void
keys_are_compared_without_their_comment(void **state)
{
	char *a = fixtures_ssh_key(0, NULL), *b = fixtures_ssh_key(1, NULL);
	char *again = mem_printf("%s or another", a), *bare = mem_strdup(a);

	(void)state;
	*strrchr(bare, ' ') = '\0';
	assert_int_equal(ssh_key_compare(a, again), 0);
	assert_int_equal(ssh_key_compare(bare, a), 0);
	assert_int_equal(ssh_key_compare(a, bare), 0);
	assert_true(ssh_key_compare(a, b) > 0);
	assert_true(ssh_key_compare(b, again) < 0);
	free(a);
	free(b);
	free(again);
	free(bare);
}

/* A cut blob, one with a byte more, and one under each other's type. */
static void
no_blob_but_the_whole_of_its_type_is_accepted(void **state)
{
	char *line, *other, *type;
	struct buf blob = BUF_INIT;
	size_t i, j, len;

	(void)state;
	for (i = 0; (line = fixtures_ssh_key(i, NULL)) != NULL; i++) {
		type = blob_of(line, &blob);
		for (len = 0; len < blob.len; len++)
			blob_refused(type, blob.data, len, "");
		for (j = 0; (other = fixtures_ssh_key(j, NULL)) != NULL; j++) {
			*strchr(other, ' ') = '\0';
			if (strcmp(other, type) != 0)
				blob_refused(other, blob.data, blob.len,
				    "no key of that type");
			free(other);
		}
		buf_add_u8(&blob, 0);
		blob_refused(type, blob.data, blob.len,
		    "no key of that type");
		buf_free(&blob);
		free(type);
		free(line);
	}
}

/* The fixture's key of the type, with its bytes at xored. */
static void
flip(const char *type, size_t at_end, uint8_t bits)
{
	char *line, *word;
	struct buf blob = BUF_INIT;
	size_t i, n = 0;

	for (i = 0; (line = fixtures_ssh_key(i, NULL)) != NULL; i++) {
		word = blob_of(line, &blob);
		if (strcmp(word, type) == 0) {
			blob.data[blob.len - at_end] ^= bits;
			blob_refused(type, blob.data, blob.len,
			    "no key of that type");
			n++;
		}
		buf_free(&blob);
		free(word);
		free(line);
	}
	assert_true(n > 0);
}

static void
what_is_no_point_is_refused(void **state)
{
	static const uint8_t zero[32] = { 2 };
	struct buf blob = BUF_INIT;

	(void)state;
	/* Another y has another x; compressed forms are not of SSH. */
	flip("ecdsa-sha2-nistp256", 1, 1);
	flip("ecdsa-sha2-nistp384", 1, 1);
	flip("ecdsa-sha2-nistp256", 65, 6);
	flip("ecdsa-sha2-nistp521", 133, 6);
	/* The name of the curve. */
	flip("ecdsa-sha2-nistp256", 65 + 4 + 1, 1);
	add_string(&blob, "ssh-ed25519", 11);
	add_string(&blob, zero, 31);
	blob_refused("ssh-ed25519", blob.data, blob.len, "no key of");
	buf_free(&blob);
	add_string(&blob, "ssh-ed25519", 11);
	/* y = 2 lies on no point. */
	add_string(&blob, zero, 32);
	blob_refused("ssh-ed25519", blob.data, blob.len, "no key of");
	buf_free(&blob);
}

/* An RSA blob of an exponent and a modulus with such octets at its ends. */
static void
rsa_blob(const char *e, size_t e_len, size_t n_len, uint8_t first,
    uint8_t second, uint8_t last, struct buf *blob)
{
	uint8_t *n = mem_new(n_len);

	memset(n, 0x55, n_len);
	n[0] = first;
	n[1] = second;
	n[n_len - 1] = last;
	add_string(blob, "ssh-rsa", 7);
	add_string(blob, e, e_len);
	add_string(blob, n, n_len);
	free(n);
}

static void
rsa_keys_have_bounds(void **state)
{
	static const struct {
		const char *e;
		size_t	    e_len, n_len;
		uint8_t	    first, second, last;
		const char *part;
	} cases[] = {
		{ "\3", 1, 257, 0, 0x80, 1, NULL },
		{ "\1\0\1", 3, 2049, 0, 0x80, 1, NULL },
		{ "\3", 1, 256, 0x7f, 0xff, 1, "2047 bits; 2048 to 16384" },
		{ "\3", 1, 128, 0x7f, 0, 1, "1023 bits" },
		{ "\3", 1, 2049, 1, 0, 1, "16385 bits" },
		{ "\1", 1, 257, 0, 0x80, 1, "no key of" },
		{ "\4", 1, 257, 0, 0x80, 1, "no key of" },
		{ "\0", 1, 257, 0, 0x80, 1, "no key of" },
		{ "", 0, 257, 0, 0x80, 1, "no key of" },
		{ "\0\3", 2, 257, 0, 0x80, 1, "no key of" },
		{ "\x83", 1, 257, 0, 0x80, 1, "no key of" },
		/* An even one, a needless 0, a negative one. */
		{ "\3", 1, 257, 0, 0x80, 2, "no key of" },
		{ "\3", 1, 258, 0, 0x7f, 1, "no key of" },
		{ "\3", 1, 256, 0x80, 0, 1, "no key of" },
	};
	struct buf blob = BUF_INIT;
	char *base64, *line;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(cases); i++) {
		rsa_blob(cases[i].e, cases[i].e_len, cases[i].n_len,
		    cases[i].first, cases[i].second, cases[i].last, &blob);
		base64 = crypto_base64(blob.data, blob.len);
		line = mem_printf("ssh-rsa %s", base64);
		if (cases[i].part == NULL)
			accepts(line);
		else
			refuses(line, cases[i].part);
		free(base64);
		free(line);
		buf_free(&blob);
	}
}

static void
what_is_no_line_is_refused(void **state)
{
	static const char *const lines[][2] = {
		{ "", "\"\" is no type" },
		{ "  ", "\"\" is no type" },
		{ "ssh-ed25519", "no key behind" },
		{ "ssh-ed25519 ", "no key behind" },
		{ "ssh-ed25519 AAAA=", "not base64" },
		{ "ssh-ed25519 -----", "not base64" },
		{ "ssh-dss AAAA", "\"ssh-dss\" is no type" },
		{ "SSH-ED25519 AAAA", "is no type" },
		{ "cert-authority ssh-ed25519 AAAA",
		    "\"cert-authority\" is no type" },
	};
	struct error err = ERR_INIT;
	char *read = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(lines); i++)
		refuses(lines[i][0], lines[i][1]);
	assert_int_equal(ssh_key_read("ssh-ed25519-cert-v01@openssh.com AAAA",
	    &read, &err), -1);
	assert_non_null(strstr(err.hint, "approvals.authorities"));
}

static void
comments_are_short_and_printable(void **state)
{
	static const char *const comments[][2] = {
		{ " alice\n", "not printable ASCII" },
		{ " alice\tb", "not printable ASCII" },
		{ " Zo\xc3\xab", "not printable ASCII" },
		{ " \x7f", "not printable ASCII" },
		{ "\talice", "not base64" },
	};
	char *key = fixtures_ssh_key(0, NULL), *text;
	size_t i;

	(void)state;
	*strrchr(key, ' ') = '\0';
	for (i = 0; i < N_OF(comments); i++) {
		text = mem_printf("%s%s", key, comments[i][0]);
		refuses(text, comments[i][1]);
		free(text);
	}
	text = mem_printf("%s %0*d", key, SSH_KEY_COMMENT_MAX + 1, 0);
	refuses(text, "a comment of 257 characters; 256 are allowed");
	text[strlen(text) - 1] = '\0';
	accepts(text);
	free(text);
	free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_of_ssh_keygen_have_its_fingerprint),
		cmocka_unit_test(one_key_has_one_form),
		cmocka_unit_test(keys_are_compared_without_their_comment),
		cmocka_unit_test(no_blob_but_the_whole_of_its_type_is_accepted),
		cmocka_unit_test(what_is_no_point_is_refused),
		cmocka_unit_test(rsa_keys_have_bounds),
		cmocka_unit_test(what_is_no_line_is_refused),
		cmocka_unit_test(comments_are_short_and_printable),
	};

	return cmocka_run_group_tests_name("SSH keys", tests, NULL, NULL);
}
