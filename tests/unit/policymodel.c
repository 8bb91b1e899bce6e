#include <ctype.h>

#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "policy/policy_fields.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/policymodel.h"

#define N_KEYS	   13		/* of tests/fixtures/ssh-keys */
#define CHILD_MAX  64		/* keys and sections in a section */
#define LABEL_BASE (N_OF(zone_labels) + 1)

static const char *const algs[][2] = { { "8", "rsasha256" },
	{ "13", "ecdsap256sha256" }, { "14", "ecdsap384sha384" },
	{ "15", "ed25519" } };
static const char *const digests[][3] = { { "2", "sha-256", "sha256" },
	{ "4", "sha-384", "sha384" } };
static const char *const labels[] = { "", "a", "A", "spare-2", "X.y_z", "123",
	"true", "null" };
/* All different, whatever the case. */
static const char *const zone_labels[] = { "a", "example", "com",
	"xn--bcher-kva", "_x", "1", "a\\.b", "\\032", "\\\"", "\\\\", "\\@",
	"zz-top" };
static const char *const comments[] = { "", "alice", "Alice", "a  b",
	"x\"y'z", "back\\slash", "# no: comment, [really]", "~!@$%^&*()" };

/* xorshift64 */
static uint64_t
next_random(uint64_t *random)
{

	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

static uint64_t
below(uint64_t *random, uint64_t n)
{

	return next_random(random) % n;
}

uint64_t
policymodel_seed(uint64_t seed)
{
	/* Neighbours must not begin alike (splitmix64). */
	uint64_t z = seed + UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return z == 0 ? 1 : z;
}

static bool
is_list(const struct policy_field *field)
{

	return field->kind == POLICY_WORDS || field->kind == POLICY_ALGS ||
	    field->kind == POLICY_DIGESTS || field->kind == POLICY_ZONES ||
	    field->kind == POLICY_INTS || field->kind == POLICY_SSH_KEYS;
}

/* How many values there are; those of zones have gaps. */
static uint64_t
count_of(const struct policy_field *field)
{
	uint64_t n = 0;

	switch (field->kind) {
	case POLICY_BOOL:
		return 2;
	case POLICY_WORD:
	case POLICY_WORDS:
		while (field->words[n] != NULL)
			n++;
		return n;
	case POLICY_ALG:
	case POLICY_ALGS:
		return N_OF(algs);
	case POLICY_DIGESTS:
		return N_OF(digests);
	case POLICY_LABEL:
		return N_OF(labels);
	case POLICY_SSH_KEYS:
		return N_KEYS * N_OF(comments);
	case POLICY_INT:
	case POLICY_INTS:
	case POLICY_DURATION:
	case POLICY_ZONES:
	default:
		return (uint64_t)(field->max - field->min) + 1;
	}
}

/* 0 is any zone, else a bit that says below, and up to three labels. */
static uint64_t
draw_zone(uint64_t *random)
{
	const uint64_t n = 1 + below(random, 3);
	uint64_t i, v = 0;

	if (below(random, 16) == 0)
		return 0;
	for (i = 0; i < n; i++)
		v = v * LABEL_BASE + 1 + below(random, N_OF(zone_labels));
	return 1 + (v << 1 | below(random, 2));
}

static uint64_t
draw_id(const struct policy_field *field, uint64_t *random)
{
	const uint64_t n = count_of(field);

	if (field->kind == POLICY_ZONES)
		return draw_zone(random);
	switch (below(random, 6)) {
	case 0:
		return 0;
	case 1:
		return n - 1;
	case 2:
		return below(random, n < 10 ? n : 10);
	default:
		return below(random, n);
	}
}

static bool
may_not_both_stand(const struct policy_field *field, uint64_t a, uint64_t b)
{

	if (field->kind == POLICY_INTS)
		return false;
	if (field->kind == POLICY_SSH_KEYS)
		return a / N_OF(comments) == b / N_OF(comments);
	return a == b;
}

static size_t
n_max(const struct policy_field *field)
{

	return field->n_max == 0 || field->n_max > POLICYMODEL_VALUES ?
	    POLICYMODEL_VALUES : field->n_max;
}

/* Put one more in the list unless that cannot be. */
static void
add_one(const struct policy_field *field, uint64_t id,
    struct policymodel_value *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (may_not_both_stand(field, v->ids[i], id))
			return;
	if (v->n < n_max(field))
		v->ids[v->n++] = id;
}

static void
draw_value(const struct policy_field *field, uint64_t *random,
    struct policymodel_value *v)
{
	size_t i, n = below(random, n_max(field) + 1);

	v->n = 0;
	if (!is_list(field)) {
		v->ids[v->n++] = draw_id(field, random);
		return;
	}
	for (i = 0; i < n || v->n < field->n_min; i++)
		add_one(field, draw_id(field, random), v);
}

void
policymodel_draw(struct policymodel *model, uint64_t *random)
{
	const struct policy_field *field;
	struct policymodel_value *v;
	/* From nearly nothing to nearly all. */
	const uint64_t share = below(random, 9);
	size_t i;

	for (i = 0; (field = policy_fields_at(i)) != NULL; i++) {
		assert_true(i < POLICYMODEL_FIELDS);
		v = &model->values[i];
		draw_value(field, random, v);
		/* A default that follows from others would change with them. */
		v->is_given = below(random, 8) < share ||
		    field->derive != NULL || field->preset == NULL;
	}
}

static bool
has(const struct policymodel_value *v, uint64_t id)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (v->ids[i] == id)
			return true;
	return false;
}

static bool
is_same(const struct policy_field *field, const struct policymodel_value *a,
    const struct policymodel_value *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (field->kind == POLICY_INTS ? a->ids[i] != b->ids[i] :
		    !has(b, a->ids[i]))
			return false;
	return true;
}

static void
remove_one(size_t i, struct policymodel_value *v)
{

	for (; i + 1 < v->n; i++)
		v->ids[i] = v->ids[i + 1];
	v->n--;
}

/* Another value, often as near as can be; or by chance the same. */
static void
alter(const struct policy_field *field, uint64_t *random,
    struct policymodel_value *v)
{
	const size_t i = v->n == 0 ? 0 : below(random, v->n);
	uint64_t near = draw_id(field, random);

	if (v->n > 0 && field->kind != POLICY_ZONES && below(random, 2) == 0)
		near = (v->ids[i] + 1) % count_of(field);
	switch (is_list(field) ? below(random, 4) : 4) {
	case 0:
		draw_value(field, random, v);
		break;
	case 1:
		add_one(field, near, v);
		break;
	case 2:
		if (v->n > field->n_min)
			remove_one(i, v);
		break;
	case 3:
		if (v->n == 0)
			break;
		remove_one(i, v);
		add_one(field, near, v);
		if (v->n < field->n_min)
			draw_value(field, random, v);
		break;
	default:
		v->ids[0] = near;
	}
}

const char *
policymodel_change(struct policymodel *model, uint64_t *random)
{
	const size_t n = policy_fields_table()->n;
	const struct policy_field *field;
	struct policymodel_value old, *v;
	size_t i;

	/* version has but one value; what is not given is not known here. */
	do
		i = 1 + below(random, n - 1);
	while (!model->values[i].is_given);
	field = policy_fields_at(i);
	v = &model->values[i];
	old = *v;
	do {
		*v = old;
		alter(field, random, v);
	} while (is_same(field, &old, v));
	return field->key;
}

static void
spell_case(const char *text, uint64_t *random, struct buf *out)
{

	for (; *text != '\0'; text++)
		buf_printf(out, "%c", below(random, 2) == 0 ? *text :
		    toupper((unsigned char)*text));
}

/* Some of each unit, as long as some is left; seconds take what is. */
static void
spell_units(uint64_t s, bool is_iso, uint64_t *random, struct buf *out)
{
	static const struct { const char *iso, *plain; uint64_t s; } units[] = {
		{ "W", "w", 604800 }, { "D", "d", 86400 }, { "H", "h", 3600 },
		{ "M", "m", 60 }, { "S", "s", 1 },
	};
	bool has_time = false, has_any = false;
	uint64_t n;
	size_t i;

	buf_printf(out, "%s", is_iso ? "P" : "");
	for (i = 0; i < N_OF(units); i++) {
		n = s / units[i].s;
		if (i < 4 && n > 0)
			n = below(random, 3) == 0 ? below(random, n + 1) : n;
		s -= n * units[i].s;
		if (n == 0 && (i < 4 || has_any))
			continue;
		if (is_iso && i >= 2 && !has_time) {
			buf_printf(out, "T");
			has_time = true;
		}
		has_any = true;
		buf_printf(out, "%llu%s", (unsigned long long)n,
		    is_iso ? units[i].iso : units[i].plain);
	}
}

static void
spell_duration(const struct policy_field *field, uint64_t s, uint64_t *random,
    struct buf *out)
{

	if (s == 0 && field->zero != NULL && below(random, 2) == 0) {
		buf_printf(out, "%s", field->zero);
		return;
	}
	switch (below(random, 4)) {
	case 0:
		buf_printf(out, "%llu", (unsigned long long)s);
		break;
	case 1:
		buf_printf(out, "PT%lluS", (unsigned long long)s);
		break;
	default:
		spell_units(s, below(random, 2) == 0, random, out);
	}
}

/* A letter may be its number, in either case. */
static void
spell_label(const char *label, uint64_t *random, struct buf *out)
{
	const bool is_plain = strchr(label, '\\') == NULL;
	struct buf text = BUF_INIT;
	const char *p;

	spell_case(label, random, &text);
	for (p = buf_text(&text); *p != '\0'; p++)
		buf_printf(out, is_plain && below(random, 8) == 0 ? "\\%03d" :
		    "%c", *p);
	buf_free(&text);
}

static void
spell_zone(uint64_t id, uint64_t *random, struct buf *out)
{
	uint64_t v = (id - 1) >> 1;

	if (id == 0) {
		buf_printf(out, ".");
		return;
	}
	buf_printf(out, "%s", ((id - 1) & 1) != 0 ? "*." : "");
	for (; v > 0; v /= LABEL_BASE) {
		spell_label(zone_labels[v % LABEL_BASE - 1], random, out);
		buf_printf(out, "%s", v >= LABEL_BASE ||
		    below(random, 2) == 0 ? "." : "");
	}
}

/* Type and key of the fixture, with a comment of ours. */
static void
spell_ssh_key(uint64_t id, uint64_t *random, struct buf *out)
{
	char *line = fixtures_ssh_key(id / N_OF(comments), NULL), *rest = line;
	const char *type = strsep(&rest, " "), *base64 = strsep(&rest, " ");
	const char *comment = comments[id % N_OF(comments)];
	const char *gap = below(random, 2) == 0 ? "" : "  ";

	buf_printf(out, "%s%s %s%s%s%s%s%s", gap, type, gap, base64,
	    *comment == '\0' ? "" : " ", gap, comment, gap);
	free(line);
}

static void
spell(const struct policy_field *field, uint64_t id, uint64_t *random,
    struct buf *out)
{

	switch (field->kind) {
	case POLICY_BOOL:
		buf_printf(out, "%s", id == 0 ? "false" : "true");
		break;
	case POLICY_WORD:
	case POLICY_WORDS:
		buf_printf(out, "%s", field->words[id]);
		break;
	case POLICY_ALG:
	case POLICY_ALGS:
		spell_case(algs[id][below(random, 2)], random, out);
		break;
	case POLICY_DIGESTS:
		spell_case(digests[id][below(random, 3)], random, out);
		break;
	case POLICY_LABEL:
		buf_printf(out, "%s", labels[id]);
		break;
	case POLICY_ZONES:
		spell_zone(id, random, out);
		break;
	case POLICY_SSH_KEYS:
		spell_ssh_key(id, random, out);
		break;
	case POLICY_DURATION:
		spell_duration(field, (uint64_t)field->min + id, random, out);
		break;
	case POLICY_INT:
	case POLICY_INTS:
	default:
		buf_printf(out, "%llu",
		    (unsigned long long)((uint64_t)field->min + id));
	}
}

/* Text as a YAML scalar: bare where that is safe, or in either quotes. */
static void
quote(const char *text, uint64_t *random, struct buf *out)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+=@ -";
	const size_t n = strlen(text);
	const char mark = below(random, 2) == 0 ? '"' : '\'';

	if (n > 0 && text[strspn(text, safe)] == '\0' &&
	    isalnum((unsigned char)text[0]) && text[n - 1] != ' ' &&
	    below(random, 2) == 0) {
		buf_printf(out, "%s", text);
		return;
	}
	buf_printf(out, "%c", mark);
	for (; *text != '\0'; text++) {
		if (mark == '\'' && *text == '\'')
			buf_printf(out, "'");
		if (mark == '"' && (*text == '"' || *text == '\\'))
			buf_printf(out, "\\");
		buf_printf(out, "%c", *text);
	}
	buf_printf(out, "%c", mark);
}

static void
write_one(const struct policy_field *field, uint64_t id, uint64_t *random,
    struct buf *out)
{
	struct buf text = BUF_INIT;

	spell(field, id, random, &text);
	quote(buf_text(&text), random, out);
	buf_free(&text);
}

/* The ids of a list to be written: a set in any order, some twice. */
static size_t
order_ids(const struct policy_field *field, const struct policymodel_value *v,
    uint64_t *random, uint64_t ids[static 2 * POLICYMODEL_VALUES])
{
	uint64_t id;
	size_t i, j, n = v->n;

	memcpy(ids, v->ids, n * sizeof(*ids));
	if (field->kind == POLICY_INTS)
		return n;
	for (i = 0; i < v->n && field->kind != POLICY_SSH_KEYS; i++)
		if (below(random, 8) == 0)
			ids[n++] = v->ids[i];
	for (i = n; i > 1; i--) {
		j = below(random, i);
		id = ids[j];
		ids[j] = ids[i - 1];
		ids[i - 1] = id;
	}
	return n;
}

static void
write_value(const struct policy_field *field,
    const struct policymodel_value *v, bool is_flow, size_t depth,
    uint64_t *random, struct buf *out)
{
	uint64_t ids[2 * POLICYMODEL_VALUES];
	size_t i, n;

	if (!is_list(field)) {
		buf_printf(out, " ");
		write_one(field, v->ids[0], random, out);
		return;
	}
	n = order_ids(field, v, random, ids);
	if (!is_flow && n > 0 && below(random, 2) == 0) {
		for (i = 0; i < n; i++) {
			buf_printf(out, "\n%*s- ", (int)(2 * depth), "");
			write_one(field, ids[i], random, out);
		}
		return;
	}
	buf_printf(out, " [");
	for (i = 0; i < n; i++) {
		buf_printf(out, "%s", i == 0 ? " " : ", ");
		write_one(field, ids[i], random, out);
	}
	buf_printf(out, " ]");
}

/* The words that stand in section, in random order. */
static size_t
children_of(const struct policymodel *model, const char *section,
    uint64_t *random, char *words[static CHILD_MAX])
{
	const struct policy_field *field;
	const size_t skip = *section == '\0' ? 0 : strlen(section) + 1;
	char *word;
	size_t i, j, n = 0;

	for (i = 0; (field = policy_fields_at(i)) != NULL; i++) {
		if (!model->values[i].is_given ||
		    !policy_fields_within(field, section))
			continue;
		word = mem_strdup(field->key + skip);
		word[strcspn(word, ".")] = '\0';
		for (j = 0; j < n && strcmp(words[j], word) != 0; j++)
			continue;
		if (j < n) {
			free(word);
			continue;
		}
		assert_true(n < CHILD_MAX);
		j = below(random, n + 1);
		words[n++] = words[j];
		words[j] = word;
	}
	return n;
}

static void
write_section(const struct policymodel *model, const char *section,
    bool is_flow, size_t depth, uint64_t *random, struct buf *out)
{
	const struct policy_field *field;
	char *words[CHILD_MAX] = { NULL }, *key;
	const size_t n = children_of(model, section, random, words);
	bool is_block;
	size_t i;

	for (i = 0; i < n; i++) {
		if (is_flow)
			buf_printf(out, "%s%s:", i == 0 ? "" : ", ", words[i]);
		else
			buf_printf(out, "%*s%s:", (int)(2 * depth), "",
			    words[i]);
		key = *section == '\0' ? mem_strdup(words[i]) :
		    mem_printf("%s.%s", section, words[i]);
		field = policy_fields_find(key);
		is_block = !is_flow && below(random, 3) > 0;
		if (field != NULL)
			write_value(field,
			    &model->values[field - policy_fields_at(0)],
			    is_flow, depth, random, out);
		else {
			buf_printf(out, is_block ? "\n" : " { ");
			write_section(model, key, !is_block, depth + 1,
			    random, out);
			buf_printf(out, is_block ? "# end" : " }");
		}
		buf_printf(out, "%s%s", is_flow ? "" :
		    below(random, 4) == 0 ? " # a remark" : "",
		    is_flow ? "" : "\n");
		free(key);
		free(words[i]);
	}
}

void
policymodel_write(const struct policymodel *model, uint64_t *random,
    struct buf *out)
{

	write_section(model, "", false, 0, random, out);
}
