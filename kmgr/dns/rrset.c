#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"

#define CLASS_IN 1

struct rrset *
rrset_new(const struct name *owner, enum rrtype type, uint32_t ttl)
{
	struct rrset *rrset = mem_new(sizeof(*rrset));

	rrset->owner = *owner;
	rrset->type = (uint16_t)type;
	rrset->ttl = ttl;
	return rrset;
}

/* RFC 4034 s6.3: as left-justified octets; a lack of one sorts first. */
static int
compare(const struct rdata *a, const uint8_t *bytes, size_t len)
{
	const size_t both = a->len < len ? a->len : len;
	const int order = both == 0 ? 0 : memcmp(a->bytes, bytes, both);

	if (order != 0)
		return order;
	return a->len < len ? -1 : a->len > len;
}

void
rrset_add(struct rrset *rrset, const uint8_t *bytes, size_t len)
{
	size_t at = rrset->n_rdata;
	int order = -1;

	while (at > 0 &&
	    (order = compare(&rrset->rdata[at - 1], bytes, len)) > 0)
		at--;
	if (at > 0 && order == 0)
		return;
	(void)mem_push(&rrset->rdata, rrset->n_rdata, sizeof(*rrset->rdata));
	memmove(rrset->rdata + at + 1, rrset->rdata + at,
	    (rrset->n_rdata - at) * sizeof(*rrset->rdata));
	rrset->rdata[at].bytes = mem_dup(bytes, len);
	rrset->rdata[at].len = len;
	rrset->n_rdata++;
}

void
rrset_wire(const struct rrset *rrset, struct buf *out)
{
	size_t i;

	for (i = 0; i < rrset->n_rdata; i++) {
		buf_add(out, rrset->owner.wire, rrset->owner.len);
		buf_add_u16(out, rrset->type);
		buf_add_u16(out, CLASS_IN);
		buf_add_u32(out, rrset->ttl);
		buf_add_u16(out, (uint16_t)rrset->rdata[i].len);
		buf_add(out, rrset->rdata[i].bytes, rrset->rdata[i].len);
	}
}

static int
text_of_dnskey(const struct rdata *rdata, struct buf *out)
{
	struct error ignored = ERR_INIT;
	struct dnskey key;

	if (dnskey_from_rdata(rdata->bytes, rdata->len, &key, &ignored) != 0)
		return -1;
	dnskey_text(&key, out);
	return 0;
}

static int
text_of_ds(const struct rdata *rdata, struct buf *out)
{
	struct error ignored = ERR_INIT;
	struct ds ds;

	if (ds_from_rdata(rdata->bytes, rdata->len, &ds, &ignored) != 0)
		return -1;
	ds_text(&ds, out);
	return 0;
}

static int
text_of_rrsig(const struct rdata *rdata, struct buf *out)
{
	struct error ignored = ERR_INIT;
	struct rrsig rrsig;

	if (rrsig_from_rdata(rdata->bytes, rdata->len, &rrsig, &ignored) != 0)
		return -1;
	rrsig_rdata_text(&rrsig, out);
	return 0;
}

static const struct type_info {
	enum rrtype	 type;
	const char	*name;
	int		(*text)(const struct rdata *, struct buf *);
} types[] = {
	{ RRTYPE_DS, "DS", text_of_ds },
	{ RRTYPE_RRSIG, "RRSIG", text_of_rrsig },
	{ RRTYPE_DNSKEY, "DNSKEY", text_of_dnskey },
	{ RRTYPE_CDS, "CDS", text_of_ds },
	{ RRTYPE_CDNSKEY, "CDNSKEY", text_of_dnskey },
};
#define N_TYPES (sizeof(types) / sizeof(types[0]))

static const struct type_info *
type_find(unsigned int type)
{
	size_t i;

	for (i = 0; i < N_TYPES; i++)
		if ((unsigned int)types[i].type == type)
			return &types[i];
	return NULL;
}

/* RFC 3597 s5: the form that every type has. */
static void
add_generic(const struct rdata *rdata, struct buf *out)
{
	size_t i;

	buf_printf(out, "\\# %zu%s", rdata->len, rdata->len > 0 ? " " : "");
	for (i = 0; i < rdata->len; i++)
		buf_printf(out, "%02X", rdata->bytes[i]);
}

void
rrset_text(const struct rrset *rrset, struct buf *out)
{
	const struct type_info *info = type_find(rrset->type);
	char owner[NAME_TEXT_MAX];
	size_t i;

	(void)name_text(&rrset->owner, owner);
	for (i = 0; i < rrset->n_rdata; i++) {
		buf_printf(out, "%s %u IN ", owner, rrset->ttl);
		rrtype_text(rrset->type, out);
		buf_add(out, " ", 1);
		if (info == NULL || info->text(&rrset->rdata[i], out) != 0)
			add_generic(&rrset->rdata[i], out);
		buf_add(out, "\n", 1);
	}
}

void
rrset_free(struct rrset *rrset)
{
	size_t i;

	if (rrset == NULL)
		return;
	for (i = 0; i < rrset->n_rdata; i++)
		free(rrset->rdata[i].bytes);
	free(rrset->rdata);
	free(rrset);
}

const char *
rrtype_name(unsigned int type)
{
	const struct type_info *info = type_find(type);

	return info == NULL ? "TYPE?" : info->name;
}

void
rrtype_text(unsigned int type, struct buf *out)
{
	const struct type_info *info = type_find(type);

	if (info != NULL)
		buf_printf(out, "%s", info->name);
	else
		buf_printf(out, "TYPE%u", type);
}
