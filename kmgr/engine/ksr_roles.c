#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/ksr_roles.h"

#define P  KSR_PUBLISHES
#define PS (KSR_PUBLISHES | KSR_SIGNS)
#define RS (KSR_PUBLISHES | KSR_SIGNS | KSR_IS_REVOKED)

/* What the two KSKs do in the first bundle, those between, and the last. */
static const struct schema {
	const char	*name;
	struct {
		uint8_t	current, next;
	} first, middle, last;
} schemas[] = {
	{ "normal", { PS, 0 }, { PS, 0 }, { PS, 0 } },
	{ "pre-publish", { PS, 0 }, { PS, P }, { PS, P } },
	{ "rollover", { PS, P }, { P, PS }, { P, PS } },
	{ "revoke", { P, PS }, { RS, PS }, { 0, PS } },
	{ "publish+", { PS, P }, { PS, P }, { PS, P } },
	{ "rollover+", { P, PS }, { P, PS }, { P, PS } },
	{ "revoke+", { 0, PS }, { RS, PS }, { 0, PS } },
};
#define N_SCHEMAS (sizeof(schemas) / sizeof(schemas[0]))

static const struct schema *
find_schema(const char *name, struct error *err)
{
	size_t i;

	for (i = 0; i < N_SCHEMAS; i++)
		if (strcmp(schemas[i].name, name) == 0)
			return &schemas[i];
	(void)err_set(err, ERR_USAGE, "no schema \"%.32s\"", name);
	(void)err_hint(err, "normal, pre-publish, rollover, revoke, publish+, "
	    "rollover+ or revoke+");
	return NULL;
}

static bool
needs_next(const struct schema *schema)
{

	return schema->first.next != 0 || schema->middle.next != 0 ||
	    schema->last.next != 0;
}

static int
refuse_slots(const struct schema *schema, size_t n_slots, struct error *err)
{

	(void)err_set(err, ERR_INPUT, "schema %s has other roles in the first "
	    "bundle, those between and the last, and the request has %zu",
	    schema->name, n_slots);
	return err_hint(err, "publish+ and rollover+ are for any number of "
	    "bundles; make-ksr makes more of them with a ZSK's FROM and "
	    "UNTIL");
}

/* The KSK with tag, or the oldest one younger than generation after. */
static size_t
find_ksk(const struct ksk *ksks, size_t n, int32_t tag, int64_t after)
{
	size_t i, found = n;

	for (i = 0; i < n; i++) {
		if (tag != KSR_TAG_BY_GENERATION) {
			if (ksks[i].row.key_tag == tag)
				return i;
		} else if (ksks[i].row.generation > after && (found == n ||
		    ksks[i].row.generation < ksks[found].row.generation)) {
			found = i;
		}
	}
	return found;
}

static int
refuse_tag(int32_t tag, struct error *err)
{

	(void)err_set(err, ERR_INPUT, "the zone has no KSK with key tag %d",
	    tag);
	return err_hint(err, "kmgr list-ksks shows those that it has");
}

int
ksr_roles_pick(const struct ksk *ksks, size_t n, int32_t current_tag,
    int32_t next_tag, struct ksr_pair *out, struct error *err)
{

	out->current = find_ksk(ksks, n, current_tag, 0);
	if (out->current == n)
		return refuse_tag(current_tag, err);
	out->next = find_ksk(ksks, n, next_tag,
	    ksks[out->current].row.generation);
	if (out->next == n && next_tag != KSR_TAG_BY_GENERATION)
		return refuse_tag(next_tag, err);
	if (out->next == out->current)
		return err_set(err, ERR_INPUT, "KSK %d is to be the current "
		    "and the next one", next_tag);
	return 0;
}

/* Who is published signs too, where the format's importer demands it. */
static uint8_t
adapt(uint8_t roles, enum ksr_format format)
{

	return format != KSR_ICANN && roles != 0 ? roles | KSR_SIGNS : roles;
}

/* Roles that no bundle is left for would be dropped without a word. */
static int
check_slots(const struct schema *schema, enum ksr_format format,
    size_t n_slots, struct error *err)
{
	const bool is_one = n_slots == 1;
	const uint8_t current = is_one ? schema->first.current :
	    schema->last.current;
	const uint8_t next = is_one ? schema->first.next : schema->last.next;

	if (n_slots > 2 || (adapt(schema->middle.current, format) ==
	    adapt(current, format) && adapt(schema->middle.next, format) ==
	    adapt(next, format)))
		return 0;
	return refuse_slots(schema, n_slots, err);
}

static void
new_table(size_t n_slots, size_t n_ksks, struct ksr_roles *out)
{

	out->n_slots = n_slots;
	out->n_ksks = n_ksks;
	out->bits = mem_new(n_slots * n_ksks + 1);
}

int
ksr_roles_by_schema(const char *name, enum ksr_format format, size_t n_slots,
    size_t n_ksks, const struct ksr_pair *pair, struct ksr_roles *out,
    struct error *err)
{
	const struct schema *schema = find_schema(name, err);
	uint8_t current, next, *slot;
	size_t i;

	if (schema == NULL)
		return -1;
	if (needs_next(schema) && pair->next >= n_ksks) {
		(void)err_set(err, ERR_INPUT, "schema %s needs a next KSK, "
		    "and the zone has none younger than the current one",
		    name);
		return err_hint(err, "kmgr create-ksk --another makes it");
	}
	if (check_slots(schema, format, n_slots, err) != 0)
		return -1;
	new_table(n_slots, n_ksks, out);
	for (i = 0; i < n_slots; i++) {
		slot = out->bits + i * n_ksks;
		current = schema->middle.current;
		next = schema->middle.next;
		if (i == 0) {
			current = schema->first.current;
			next = schema->first.next;
		} else if (i + 1 == n_slots) {
			current = schema->last.current;
			next = schema->last.next;
		}
		slot[pair->current] = adapt(current, format);
		if (pair->next < n_ksks)
			slot[pair->next] = adapt(next, format);
	}
	return 0;
}

void
ksr_roles_by_state(const bool *signs, size_t n_ksks, size_t n_slots,
    struct ksr_roles *out)
{
	size_t i, k;

	new_table(n_slots, n_ksks, out);
	for (i = 0; i < n_slots; i++)
		for (k = 0; k < n_ksks; k++)
			out->bits[i * n_ksks + k] = signs[k] ? PS : 0;
}

unsigned int
ksr_roles_of(const struct ksr_roles *roles, size_t slot, size_t ksk)
{

	return roles->bits[slot * roles->n_ksks + ksk];
}

bool
ksr_roles_has(const struct ksr_roles *roles, size_t ksk)
{
	size_t i;

	for (i = 0; i < roles->n_slots; i++)
		if (ksr_roles_of(roles, i, ksk) != 0)
			return true;
	return false;
}

void
ksr_roles_clear(struct ksr_roles *roles)
{

	free(roles->bits);
	*roles = (struct ksr_roles)KSR_ROLES_INIT;
}
