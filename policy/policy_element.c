#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "policy/policy_element.h"
#include "policy/policy_pattern.h"
#include "policy/ssh_key.h"

static int
read_int(const struct policy_field *field, const char *text, void *at,
    struct error *err)
{
	int64_t v;

	if (text_to_int(text, INT64_MIN, INT64_MAX, &v, err) != 0)
		return -1;
	if (v < field->min || v > field->max)
		return err_set(err, ERR_CONFIG, "%" PRId64
		    " is out of bounds", v);
	memcpy(at, &v, sizeof(v));
	return 0;
}

static void
text_int(const struct policy_field *field, const void *at, struct buf *out)
{
	int64_t v;

	(void)field;
	memcpy(&v, at, sizeof(v));
	buf_printf(out, "%" PRId64, v);
}

static void
allowed_int(const struct policy_field *field, struct buf *out)
{

	buf_printf(out, field->min == field->max ? "%" PRId64 :
	    "a number from %" PRId64 " to %" PRId64, field->min, field->max);
}

static int
read_duration(const struct policy_field *field, const char *text, void *at,
    struct error *err)
{
	int64_t v = 0;

	if ((field->zero == NULL || strcmp(text, field->zero) != 0) &&
	    when_duration_read(text, &v, err) != 0)
		return -1;
	if (v < field->min || v > field->max)
		return err_set(err, ERR_CONFIG, "%.64s is out of bounds",
		    text);
	memcpy(at, &v, sizeof(v));
	return 0;
}

static void
text_duration(const struct policy_field *field, const void *at,
    struct buf *out)
{
	char text[WHEN_TEXT_LEN];
	int64_t v;

	memcpy(&v, at, sizeof(v));
	buf_printf(out, "%s", v == 0 && field->zero != NULL ? field->zero :
	    when_duration(v, text));
}

static void
allowed_duration(const struct policy_field *field, struct buf *out)
{
	char lo[WHEN_TEXT_LEN], hi[WHEN_TEXT_LEN];

	buf_printf(out, "a duration from %s to %s",
	    when_duration(field->min, lo), when_duration(field->max, hi));
	if (field->zero != NULL)
		buf_printf(out, ", or %s", field->zero);
}

static int
read_bool(const struct policy_field *field, const char *text, void *at,
    struct error *err)
{
	const bool v = strcmp(text, "true") == 0;

	(void)field;
	if (!v && strcmp(text, "false") != 0)
		return err_set(err, ERR_CONFIG, "\"%.64s\" is neither", text);
	memcpy(at, &v, sizeof(v));
	return 0;
}

static void
text_bool(const struct policy_field *field, const void *at, struct buf *out)
{
	bool v;

	(void)field;
	memcpy(&v, at, sizeof(v));
	buf_printf(out, "%s", v ? "true" : "false");
}

static void
allowed_bool(const struct policy_field *field, struct buf *out)
{

	(void)field;
	buf_printf(out, "true or false");
}

static int
read_word(const struct policy_field *field, const char *text, void *at,
    struct error *err)
{
	int i = 0;

	while (field->words[i] != NULL && strcmp(field->words[i], text) != 0)
		i++;
	if (field->words[i] == NULL)
		return err_set(err, ERR_CONFIG, "\"%.64s\" is none of them",
		    text);
	memcpy(at, &i, sizeof(i));
	return 0;
}

static void
text_word(const struct policy_field *field, const void *at, struct buf *out)
{
	int i;

	memcpy(&i, at, sizeof(i));
	buf_printf(out, "%s", field->words[i]);
}

static void
allowed_word(const struct policy_field *field, struct buf *out)
{
	size_t i;

	for (i = 0; field->words[i] != NULL; i++)
		buf_printf(out, "%s%s", i == 0 ? "" :
		    field->words[i + 1] == NULL ? " or " : ", ",
		    field->words[i]);
}

static int
read_alg(const struct policy_field *field, const char *text, void *at,
    struct error *err)
{
	enum alg alg;

	(void)field;
	if (alg_read(text, &alg, err) != 0)
		return -1;
	memcpy(at, &alg, sizeof(alg));
	return 0;
}

static void
text_alg(const struct policy_field *field, const void *at, struct buf *out)
{
	enum alg alg;

	(void)field;
	memcpy(&alg, at, sizeof(alg));
	buf_printf(out, "%s", alg_find((unsigned int)alg)->word);
}

static void
allowed_alg(const struct policy_field *field, struct buf *out)
{

	(void)field;
	buf_printf(out, "rsasha256, ecdsap256sha256, ecdsap384sha384 or "
	    "ed25519");
}

static int
read_digest(const struct policy_field *field, const char *text, void *at,
    struct error *err)
{
	enum digest digest;

	(void)field;
	if (digest_read(text, &digest, err) != 0)
		return -1;
	memcpy(at, &digest, sizeof(digest));
	return 0;
}

static void
text_digest(const struct policy_field *field, const void *at, struct buf *out)
{
	enum digest digest;
	const char *p;

	(void)field;
	memcpy(&digest, at, sizeof(digest));
	for (p = digest_name(digest); *p != '\0'; p++)
		buf_add_u8(out, (uint8_t)tolower((unsigned char)*p));
}

static void
allowed_digest(const struct policy_field *field, struct buf *out)
{

	(void)field;
	buf_printf(out, "sha-256 or sha-384");
}

static void
clear_line(void *at)
{
	char *line;

	memcpy(&line, at, sizeof(line));
	free(line);
	memset(at, 0, sizeof(line));
}

static int
read_label(const struct policy_field *field, const char *text, void *at,
    struct error *err)
{
	char *copy = NULL;

	if (text[0] != '\0' && !text_is_label(text, (size_t)field->max))
		return err_set(err, ERR_CONFIG, "\"%.64s\" is not a name",
		    text);
	if (text[0] != '\0')
		copy = mem_strdup(text);
	memcpy(at, &copy, sizeof(copy));
	return 0;
}

static void
text_line(const struct policy_field *field, const void *at, struct buf *out)
{
	char *line;

	(void)field;
	memcpy(&line, at, sizeof(line));
	buf_printf(out, "%s", line == NULL ? "" : line);
}

static void
allowed_label(const struct policy_field *field, struct buf *out)
{

	buf_printf(out, "\"\" or 1 to %" PRId64 " of a-z A-Z 0-9 . _ - after a "
	    "letter or digit", field->max);
}

static int
read_zone(const struct policy_field *field, const char *text, void *at,
    struct error *err)
{
	struct policy_zone zone;

	(void)field;
	if (policy_pattern_read(text, &zone, err) != 0)
		return -1;
	memcpy(at, &zone, sizeof(zone));
	return 0;
}

static void
text_zone(const struct policy_field *field, const void *at, struct buf *out)
{
	char text[POLICY_PATTERN_MAX];

	(void)field;
	buf_printf(out, "%s", policy_pattern_text(at, text));
}

static void
allowed_zone(const struct policy_field *field, struct buf *out)
{

	(void)field;
	buf_printf(out, "a zone's name, \"*.\" and a name for every zone "
	    "below it, or \".\" for any zone");
}

/* By canonical text. */
static int
compare_zones(const void *a, const void *b)
{
	char left[POLICY_PATTERN_MAX], right[POLICY_PATTERN_MAX];

	return strcmp(policy_pattern_text(a, left),
	    policy_pattern_text(b, right));
}

/* By registry number; both enums are of int's size. */
static int
compare_numbers(const void *a, const void *b)
{
	int left, right;

	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return (left > right) - (left < right);
}

static int
read_ssh_key(const struct policy_field *field, const char *text, void *at,
    struct error *err)
{
	char *line;

	(void)field;
	if (ssh_key_read(text, &line, err) != 0)
		return -1;
	memcpy(at, &line, sizeof(line));
	return 0;
}

static void
allowed_ssh_key(const struct policy_field *field, struct buf *out)
{

	(void)field;
	buf_printf(out, "an SSH public key \"TYPE BASE64 NAME\" of type %s",
	    ssh_key_types());
}

/* By key: a name makes no second one of it. */
static int
compare_ssh_keys(const void *a, const void *b)
{
	const char *left, *right;

	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return ssh_key_compare(left, right);
}

static const struct policy_element elements[] = {
	[POLICY_INT] = { .read = read_int, .text = text_int,
	    .allowed = allowed_int, .size = sizeof(int64_t),
	    .is_number = true },
	[POLICY_DURATION] = { .read = read_duration, .text = text_duration,
	    .allowed = allowed_duration, .size = sizeof(int64_t),
	    .is_number = true },
	[POLICY_BOOL] = { .read = read_bool, .text = text_bool,
	    .allowed = allowed_bool, .size = sizeof(bool) },
	[POLICY_WORD] = { .read = read_word, .text = text_word,
	    .allowed = allowed_word, .size = sizeof(int) },
	[POLICY_WORDS] = { .read = read_word, .text = text_word,
	    .allowed = allowed_word, .compare = compare_numbers,
	    .size = sizeof(int), .is_list = true },
	[POLICY_ALG] = { .read = read_alg, .text = text_alg,
	    .allowed = allowed_alg, .size = sizeof(enum alg) },
	[POLICY_LABEL] = { .read = read_label, .text = text_line,
	    .allowed = allowed_label, .clear = clear_line,
	    .size = sizeof(char *), .is_quoted = true },
	[POLICY_ALGS] = { .read = read_alg, .text = text_alg,
	    .allowed = allowed_alg, .compare = compare_numbers,
	    .size = sizeof(enum alg), .is_list = true },
	[POLICY_DIGESTS] = { .read = read_digest, .text = text_digest,
	    .allowed = allowed_digest, .compare = compare_numbers,
	    .size = sizeof(enum digest), .is_list = true },
	[POLICY_ZONES] = { .read = read_zone, .text = text_zone,
	    .allowed = allowed_zone, .compare = compare_zones,
	    .size = sizeof(struct policy_zone), .is_list = true,
	    .is_apart = true, .is_quoted = true },
	[POLICY_INTS] = { .read = read_int, .text = text_int,
	    .allowed = allowed_int, .size = sizeof(int64_t),
	    .is_list = true, .is_number = true },
	[POLICY_SSH_KEYS] = { .read = read_ssh_key, .text = text_line,
	    .allowed = allowed_ssh_key, .compare = compare_ssh_keys,
	    .clear = clear_line, .size = sizeof(char *), .is_list = true,
	    .is_apart = true, .is_unique = true, .is_quoted = true },
};

_Static_assert(sizeof(enum alg) == sizeof(int), "compare_numbers()");
_Static_assert(sizeof(enum digest) == sizeof(int), "compare_numbers()");
_Static_assert(sizeof(enum policy_automation) == sizeof(int), "read_word()");
_Static_assert(sizeof(enum policy_custody) == sizeof(int), "read_word()");

const struct policy_element *
policy_element_of(const struct policy_field *field)
{

	return &elements[field->kind];
}
