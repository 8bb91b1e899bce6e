#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/message.h"

#define LABEL_MAX 63
#define COUNTS 4

/* The message being read, and how far. */
struct cursor {
	const uint8_t	*wire;
	size_t		 len;
	size_t		 at;
	bool		 has_opt;
};

static int
cut_off(struct error *err)
{

	return err_set(err, ERR_INPUT, "it is cut off");
}

static int
take_u16(struct cursor *c, uint16_t *out, struct error *err)
{

	if (c->len - c->at < 2)
		return cut_off(err);
	*out = (uint16_t)(c->wire[c->at] << 8 | c->wire[c->at + 1]);
	c->at += 2;
	return 0;
}

static int
take_u32(struct cursor *c, uint32_t *out, struct error *err)
{
	uint16_t high = 0, low = 0;

	if (take_u16(c, &high, err) != 0 || take_u16(c, &low, err) != 0)
		return -1;
	*out = (uint32_t)high << 16 | low;
	return 0;
}

/*
 * The name at *at, before end; *at moves behind it. A pointer (RFC 1035
 * s4.1.4) must point before the place where the name, or the pointer's last
 * target, began: so there is an end.
 */
static int
take_name(const struct cursor *c, size_t *at, size_t end, struct name *out,
    struct error *err)
{
	uint8_t wire[NAME_WIRE_MAX];
	size_t p = *at, floor = *at, len = 0, limit = end, target, n;
	bool has_jumped = false;

	for (;;) {
		if (p >= limit)
			return cut_off(err);
		n = c->wire[p];
		if (n > LABEL_MAX) {
			if (n < 0xc0 || limit - p < 2)
				return err_set(err, ERR_INPUT, "a label "
				    "that is neither text nor a pointer");
			target = (n & 0x3f) << 8 | c->wire[p + 1];
			if (!has_jumped)
				*at = p + 2;
			if (target >= floor || target < MESSAGE_HEAD)
				return err_set(err, ERR_INPUT,
				    "a pointer that does not point back");
			has_jumped = true;
			limit = c->len;
			p = floor = target;
			continue;
		}
		if (limit - p < n + 1)
			return cut_off(err);
		if (len + n + 1 > sizeof(wire))
			return err_set(err, ERR_INPUT,
			    "a name of more than %d octets", NAME_WIRE_MAX);
		memcpy(wire + len, c->wire + p, n + 1);
		len += n + 1;
		p += n + 1;
		if (n == 0)
			break;
	}
	if (!has_jumped)
		*at = p;
	return name_from_wire(wire, len, out, err);
}

/* Octets before the names, names, and octets behind them. */
static const struct layout {
	uint16_t	type;
	uint8_t		before, names, behind;
} layouts[] = {
	{ MESSAGE_NS, 0, 1, 0 },
	{ MESSAGE_CNAME, 0, 1, 0 },
	{ MESSAGE_SOA, 0, 2, 20 },
	{ 12, 0, 1, 0 },	/* PTR */
	{ 15, 2, 1, 0 },	/* MX */
};

static const struct layout *
layout_of(uint16_t type)
{
	size_t i;

	for (i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (layouts[i].type == type)
			return &layouts[i];
	return NULL;
}

/* RFC 3597 s4: in these the names may be compressed. */
static int
expand(const struct cursor *c, const struct layout *layout, size_t end,
    struct buf *out, struct error *err)
{
	struct name name;
	size_t at = c->at;
	unsigned int i;

	if (end - at < layout->before)
		return cut_off(err);
	buf_add(out, c->wire + at, layout->before);
	at += layout->before;
	for (i = 0; i < layout->names; i++) {
		if (take_name(c, &at, end, &name, err) != 0)
			return -1;
		buf_add(out, name.wire, name.len);
	}
	if (at > end || end - at != layout->behind)
		return err_set(err, ERR_INPUT, "RDATA of a wrong length");
	buf_add(out, c->wire + at, layout->behind);
	return 0;
}

/* Lengths that others count on. */
static bool
is_whole(uint16_t type, size_t len)
{

	switch (type) {
	case MESSAGE_A:
		return len == 4;
	case MESSAGE_AAAA:
		return len == 16;
	case MESSAGE_DSYNC:
		return len >= 6;
	default:
		return true;
	}
}

static int
read_rdata(const struct cursor *c, size_t len, struct message_record *record,
    struct error *err)
{
	const struct layout *layout = record->class == MESSAGE_IN ?
	    layout_of(record->type) : NULL;
	struct buf out = BUF_INIT;
	int rc = 0;

	/* An UPDATE's deletions, too, have records without RDATA. */
	if (layout != NULL)
		rc = expand(c, layout, c->at + len, &out, err);
	else if (record->class == MESSAGE_IN && !is_whole(record->type, len))
		rc = err_set(err, ERR_INPUT, "RDATA of a wrong length");
	else
		buf_add(&out, c->wire + c->at, len);
	if (rc == 0) {
		record->rdata = mem_dup(out.data == NULL ?
		    (const uint8_t *)"" : out.data, out.len);
		record->rdata_len = out.len;
	}
	buf_free(&out);
	return rc;
}

/* OPT and TSIG say something of the message. True: it was one of them. */
static int
take_meta(struct cursor *c, const struct message_record *record, size_t begin,
    bool is_last, struct message *message, struct error *err)
{

	if (record->type == MESSAGE_OPT) {
		if (c->has_opt || record->owner.len != 1 ||
		    record->section != MESSAGE_ADDITIONAL)
			return err_set(err, ERR_INPUT,
			    "an OPT where none may be");
		c->has_opt = true;
		message->rcode |= record->ttl >> 24 << 4;
		return 0;
	}
	/* RFC 8945 s5.1 */
	if (!is_last || record->section != MESSAGE_ADDITIONAL)
		return err_set(err, ERR_INPUT,
		    "a TSIG that is not the last record");
	message->tsig_at = begin;
	return 0;
}

static int
read_record(struct cursor *c, enum message_section section, bool is_last,
    struct message *message, struct error *err)
{
	struct message_record record = { .section = section };
	const size_t begin = c->at;
	uint16_t len = 0;

	if (take_name(c, &c->at, c->len, &record.owner, err) != 0 ||
	    take_u16(c, &record.type, err) != 0 ||
	    take_u16(c, &record.class, err) != 0 ||
	    take_u32(c, &record.ttl, err) != 0 ||
	    take_u16(c, &len, err) != 0)
		return -1;
	if (len > c->len - c->at)
		return cut_off(err);
	if (record.type == MESSAGE_OPT || record.type == MESSAGE_TSIG) {
		if (take_meta(c, &record, begin, is_last, message, err) != 0)
			return -1;
		c->at += len;
		return 0;
	}
	/* RFC 2181 s8: 31 bits; with the highest one it is zero. */
	if (record.ttl > INT32_MAX)
		record.ttl = 0;
	if (read_rdata(c, len, &record, err) != 0)
		return -1;
	c->at += len;
	*(struct message_record *)mem_push(&message->records, message->n,
	    sizeof(record)) = record;
	message->n++;
	return 0;
}

static int
read_section(struct cursor *c, enum message_section section, unsigned int n,
    struct message *message, struct error *err)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (read_record(c, section, i + 1 == n, message, err) != 0)
			return err_wrap(err, "record %u of section %u", i + 1,
			    (unsigned int)section + 1);
	return 0;
}

static int
read_all(struct cursor *c, struct message *message, struct error *err)
{
	uint16_t flags = 0, counts[COUNTS] = { 0 };
	size_t i;

	if (take_u16(c, &message->id, err) != 0 ||
	    take_u16(c, &flags, err) != 0)
		return -1;
	for (i = 0; i < COUNTS; i++)
		if (take_u16(c, &counts[i], err) != 0)
			return -1;
	message->is_response = (flags & 0x8000) != 0;
	message->opcode = (enum message_opcode)(flags >> 11 & 0xf);
	message->is_authoritative = (flags & 0x0400) != 0;
	message->is_truncated = (flags & 0x0200) != 0;
	message->is_authentic = (flags & 0x0020) != 0;
	message->rcode = flags & 0xf;
	if (counts[0] > 1)
		return err_set(err, ERR_INPUT, "%u questions", counts[0]);
	message->has_question = counts[0] == 1;
	if (message->has_question &&
	    (take_name(c, &c->at, c->len, &message->question, err) != 0 ||
	    take_u16(c, &message->question_type, err) != 0 ||
	    take_u16(c, &message->question_class, err) != 0))
		return err_wrap(err, "the question");
	for (i = 1; i < COUNTS; i++)
		if (read_section(c, (enum message_section)(i - 1), counts[i],
		    message, err) != 0)
			return -1;
	if (c->at != c->len)
		return err_set(err, ERR_INPUT, "%zu octets behind its end",
		    c->len - c->at);
	return 0;
}

int
message_read(const uint8_t *wire, size_t len, struct message **out,
    struct error *err)
{
	struct cursor c = { .wire = wire, .len = len };
	struct message *message;

	*out = NULL;
	if (len > MESSAGE_MAX)
		return err_set(err, ERR_INPUT,
		    "a DNS message of more than %d octets", MESSAGE_MAX);
	message = mem_new(sizeof(*message));
	if (read_all(&c, message, err) != 0) {
		message_free(message);
		return err_wrap(err, "a malformed DNS message");
	}
	*out = message;
	return 0;
}
