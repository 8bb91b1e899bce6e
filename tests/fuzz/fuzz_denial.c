#include <stdbool.h>

#include "kmgr/dns/message.h"
#include "kmgr/dns/nsec.h"
#include "kmgr/dns/nsec3.h"
#include "tests/fuzz/fuzz.h"

#define SETS_MAX 12

/*
 * The input is a DNS message; what its authority section has counts as signed
 * by example.
 */
static size_t
sets_of(const struct message *message, uint16_t type,
    struct rrset *out[static SETS_MAX])
{
	const struct message_record *record;
	size_t i, n = 0;

	for (i = 0; i < message->n && n < SETS_MAX; i++) {
		record = &message->records[i];
		if (record->type == type && record == message_find(message,
		    MESSAGE_AUTHORITY, &record->owner, type))
			out[n++] = message_rrset(message, MESSAGE_AUTHORITY,
			    &record->owner, type);
	}
	return n;
}

static void
check(const struct message *message, const struct name *zone,
    const struct name *owner)
{
	struct rrset *list[SETS_MAX];
	bool is_denied;
	size_t n;

	n = sets_of(message, MESSAGE_NSEC, list);
	is_denied = nsec_denies(list, n, zone, owner, RRTYPE_DS);
	assert(!is_denied || (n > 0 && name_is_below(owner, zone)));
	/* The zone denies nothing of a name that is not below it. */
	assert(!nsec_denies(list, n, owner, zone, RRTYPE_DS) ||
	    name_is_below(zone, owner));
	while (n > 0)
		rrset_free(list[--n]);
	n = sets_of(message, MESSAGE_NSEC3, list);
	is_denied = nsec3_denies(list, n, zone, owner, RRTYPE_DS) ==
	    NSEC3_DENIES;
	assert(!is_denied || (n > 0 && name_is_below(owner, zone)));
	/* One alone matches, or is the zone's only one. */
	assert(!is_denied || n > 1 || list[0]->n_rdata == 1);
	while (n > 0)
		rrset_free(list[--n]);
}

static void
check_order(const struct name *a, const struct name *b)
{
	const int order = name_order(a, b);

	assert((order == 0) == name_is_same(a, b));
	assert((order < 0) == (name_order(b, a) > 0));
	if (name_is_below(a, b))
		assert(order > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct name zone = { "\7example", 9 };
	struct error ignored = ERR_INIT;
	struct nsec_types types;
	struct message *message;
	size_t i;

	if (nsec_types_read(data, len, &types))
		for (i = 0; i <= UINT16_MAX; i += 37)
			(void)nsec_types_has(&types, (uint16_t)i);
	if (message_read(data, len, &message, &ignored) != 0)
		return 0;
	if (message->has_question)
		check(message, &zone, &message->question);
	for (i = 0; i + 1 < message->n && i < 16; i++)
		check_order(&message->records[i].owner,
		    &message->records[i + 1].owner);
	message_free(message);
	return 0;
}
