#include <string.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/message.h"
#include "kmgr/dns/nsec.h"

#define WINDOW_MAX 32		/* octets of one */

/* From the name owner to next there is nothing. */
struct nsec {
	const struct name *owner;
	struct name	 next;
	struct nsec_types types;
};

bool
nsec_types_read(const uint8_t *p, size_t len, struct nsec_types *out)
{
	size_t at = 0;
	int before = -1;

	*out = (struct nsec_types) { .windows = p, .len = len };
	while (at < len) {
		if (len - at < 2 || p[at] <= before || p[at + 1] == 0 ||
		    p[at + 1] > WINDOW_MAX || len - at - 2 < p[at + 1])
			return false;
		before = p[at];
		at += 2 + (size_t)p[at + 1];
	}
	return true;
}

bool
nsec_types_has(const struct nsec_types *types, uint16_t type)
{
	const size_t octet = (type & 0xff) / 8;
	const uint8_t *p;
	size_t at;

	for (at = 0; at < types->len; at += 2 + (size_t)p[1]) {
		p = types->windows + at;
		if (p[0] == type >> 8)
			return p[1] > octet &&
			    (p[2 + octet] & 0x80 >> type % 8) != 0;
	}
	return false;
}

bool
nsec_types_delegate_without(const struct nsec_types *types, uint16_t type)
{

	return nsec_types_has(types, MESSAGE_NS) &&
	    !nsec_types_has(types, MESSAGE_SOA) &&
	    !nsec_types_has(types, MESSAGE_CNAME) &&
	    !nsec_types_has(types, type);
}

bool
nsec_types_end_here(const struct nsec_types *types)
{

	return nsec_types_has(types, MESSAGE_DNAME) ||
	    (nsec_types_has(types, MESSAGE_NS) &&
	    !nsec_types_has(types, MESSAGE_SOA));
}

static bool
is_in(const struct name *name, const struct name *zone)
{

	return name_is_same(name, zone) || name_is_below(name, zone);
}

/* A name has one NSEC; what is malformed or leaves the zone says nothing. */
static bool
read_nsec(const struct rrset *rrset, const struct name *zone,
    struct nsec *out)
{
	struct error ignored = ERR_INIT;
	const struct rdata *rdata = rrset->rdata;
	size_t end = 0;

	if (rrset->type != MESSAGE_NSEC || rrset->n_rdata != 1)
		return false;
	while (end < rdata->len && rdata->bytes[end] != 0)
		end += 1 + (size_t)rdata->bytes[end];
	if (end >= rdata->len || name_from_wire(rdata->bytes, end + 1,
	    &out->next, &ignored) != 0)
		return false;
	out->owner = &rrset->owner;
	return is_in(out->owner, zone) && is_in(&out->next, zone) &&
	    nsec_types_read(rdata->bytes + end + 1, rdata->len - end - 1,
	    &out->types);
}

/* Whether there is no such name, or nothing but names below it. */
static bool
covers(const struct nsec *nsec, const struct name *zone,
    const struct name *name)
{

	if (name_is_below(name, nsec->owner) &&
	    nsec_types_end_here(&nsec->types))
		return false;
	/* RFC 4034 s4.1.1: the last one's next name is the zone's. */
	return name_order(nsec->owner, name) < 0 &&
	    (name_order(name, &nsec->next) < 0 ||
	    name_is_same(&nsec->next, zone));
}

static bool
find(struct rrset *const *list, size_t n, const struct name *zone,
    const struct name *name, bool is_match(const struct nsec *,
    const struct name *, const struct name *), struct nsec *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (read_nsec(list[i], zone, out) &&
		    is_match(out, zone, name))
			return true;
	return false;
}

static bool
is_of(const struct nsec *nsec, const struct name *zone,
    const struct name *name)
{

	(void)zone;
	return name_is_same(nsec->owner, name);
}

/* The nearest name above that there is: above one end of the gap, too. */
static struct name
closest_encloser(const struct nsec *gap, const struct name *name)
{
	struct name up = *name;

	do
		up = name_above(&up);
	while (!is_in(gap->owner, &up) && !is_in(&gap->next, &up));
	return up;
}

bool
nsec_denies(struct rrset *const *list, size_t n, const struct name *zone,
    const struct name *owner, uint16_t type)
{
	struct name wildcard;
	struct nsec nsec;

	if (!name_is_below(owner, zone))
		return false;
	if (find(list, n, zone, owner, is_of, &nsec))
		return nsec_types_delegate_without(&nsec.types, type);
	/* With names below it, it is no delegation, but it is there. */
	if (!find(list, n, zone, owner, covers, &nsec) ||
	    name_is_below(&nsec.next, owner))
		return false;
	wildcard = closest_encloser(&nsec, owner);
	wildcard = name_wildcard(&wildcard);
	if (find(list, n, zone, &wildcard, is_of, &nsec))
		return !nsec_types_has(&nsec.types, type) &&
		    !nsec_types_has(&nsec.types, MESSAGE_CNAME);
	return find(list, n, zone, &wildcard, covers, &nsec);
}
