#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/message.h"

#define BIT_RD 0x0100
#define BIT_AA 0x0400
#define BIT_CD 0x0010
#define EDNS_DO 0x8000
#define EDNS_ROOM 1232		/* octets over UDP that are not fragmented */

static void
put_u16(uint8_t *p, unsigned int v)
{

	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* One more record in the section, as the head counts them. */
static void
count(struct buf *out, enum message_section section)
{
	uint8_t *at = out->data + 6 + 2 * (size_t)section;

	put_u16(at, ((unsigned int)at[0] << 8 | at[1]) + 1);
}

void
message_begin(struct buf *out, uint16_t id, enum message_opcode opcode,
    unsigned int bits, const struct name *name, uint16_t type)
{
	static const struct name root = { .len = 1 };
	unsigned int flags = (unsigned int)opcode << 11;

	flags |= (bits & MESSAGE_RD) != 0 ? BIT_RD : 0;
	flags |= (bits & MESSAGE_CD) != 0 ? BIT_CD : 0;
	flags |= (bits & MESSAGE_AA) != 0 ? BIT_AA : 0;
	buf_add_u16(out, id);
	buf_add_u16(out, (uint16_t)flags);
	buf_add_u16(out, 1);
	buf_add(out, "\0\0\0\0\0", 6);
	buf_add(out, name->wire, name->len);
	buf_add_u16(out, type);
	buf_add_u16(out, MESSAGE_IN);
	if ((bits & MESSAGE_DO) == 0)
		return;
	/* RFC 6891 s6.1.2: the class is room, the TTL holds the flags. */
	message_add(out, MESSAGE_ADDITIONAL, &root, MESSAGE_OPT, EDNS_ROOM,
	    EDNS_DO, NULL, 0);
}

void
message_add(struct buf *out, enum message_section section,
    const struct name *owner, uint16_t type, uint16_t class, uint32_t ttl,
    const uint8_t *rdata, size_t len)
{

	buf_add(out, owner->wire, owner->len);
	buf_add_u16(out, type);
	buf_add_u16(out, class);
	buf_add_u32(out, ttl);
	buf_add_u16(out, (uint16_t)len);
	if (len > 0)
		buf_add(out, rdata, len);
	count(out, section);
}

bool
message_answers(const struct message *message, uint16_t id,
    enum message_opcode opcode, const struct name *name, uint16_t type)
{

	if (!message->is_response || message->id != id ||
	    message->opcode != opcode)
		return false;
	/*
	 * RFC 2136 s3.8, RFC 1035: only an error may come without the
	 * question, as servers do that could not read it.
	 */
	if (!message->has_question)
		return message->rcode != MESSAGE_NOERROR || opcode !=
		    MESSAGE_QUERY;
	return message->question_class == MESSAGE_IN &&
	    message->question_type == type &&
	    name_is_same(&message->question, name);
}

const struct message_record *
message_find(const struct message *message, enum message_section section,
    const struct name *owner, uint16_t type)
{
	const struct message_record *record;
	size_t i;

	for (i = 0; i < message->n; i++) {
		record = &message->records[i];
		if (record->section == section && record->type == type &&
		    record->class == MESSAGE_IN &&
		    (owner == NULL || name_is_same(&record->owner, owner)))
			return record;
	}
	return NULL;
}

struct rrset *
message_rrset(const struct message *message, enum message_section section,
    const struct name *owner, uint16_t type)
{
	const struct message_record *record;
	struct rrset *rrset = NULL;
	size_t i;

	for (i = 0; i < message->n; i++) {
		record = &message->records[i];
		if (record->section != section || record->type != type ||
		    record->class != MESSAGE_IN ||
		    !name_is_same(&record->owner, owner))
			continue;
		if (rrset == NULL)
			rrset = rrset_new(owner, (enum rrtype)type,
			    record->ttl);
		/* RFC 2181 s5.2: differing TTLs are an error; the least. */
		if (record->ttl < rrset->ttl)
			rrset->ttl = record->ttl;
		rrset_add(rrset, record->rdata, record->rdata_len);
	}
	return rrset;
}

bool
message_soa_serial(const struct message_record *record, uint32_t *out)
{
	const uint8_t *p;

	if (record->type != MESSAGE_SOA || record->rdata_len < 2 + 20)
		return false;
	p = record->rdata + record->rdata_len - 20;
	*out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
	return true;
}

const char *
message_rcode_name(unsigned int rcode)
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL",
		"NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
		"NXRRSET", "NOTAUTH", "NOTZONE" };

	return rcode < sizeof(names) / sizeof(names[0]) ? names[rcode] :
	    "an unknown RCODE";
}

void
message_free(struct message *message)
{
	size_t i;

	if (message == NULL)
		return;
	for (i = 0; i < message->n; i++)
		free(message->records[i].rdata);
	free(message->records);
	free(message);
}
