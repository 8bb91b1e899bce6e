/*
 * DNS messages (RFC 1035 section 4) as they go over the wire: written for
 * what we ask, and read strictly from whoever answers.
 */
#ifndef KMGR_DNS_MESSAGE_H
#define KMGR_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"
#include "kmgr/dns/rrset.h"

#define MESSAGE_MAX 65535
#define MESSAGE_HEAD 12		/* octets before the question */

/* Types that only messages need; the others are in rrset.h. */
enum {
	MESSAGE_A = 1, MESSAGE_NS = 2, MESSAGE_CNAME = 5, MESSAGE_SOA = 6,
	MESSAGE_AAAA = 28, MESSAGE_DNAME = 39, MESSAGE_OPT = 41,
	MESSAGE_NSEC = 47, MESSAGE_NSEC3 = 50, MESSAGE_NSEC3PARAM = 51,
	MESSAGE_DSYNC = 66, MESSAGE_TSIG = 250, MESSAGE_AXFR = 252,
	MESSAGE_ANY = 255
};

enum { MESSAGE_IN = 1, MESSAGE_NONE = 254, MESSAGE_CLASS_ANY = 255 };

enum message_opcode {
	MESSAGE_QUERY = 0, MESSAGE_NOTIFY = 4, MESSAGE_UPDATE = 5
};

enum {
	MESSAGE_NOERROR = 0, MESSAGE_FORMERR = 1, MESSAGE_SERVFAIL = 2,
	MESSAGE_NXDOMAIN = 3, MESSAGE_NOTIMP = 4, MESSAGE_REFUSED = 5,
	MESSAGE_NOTAUTH = 9
};

/* In the order of the message; UPDATE calls them prerequisite and update. */
enum message_section { MESSAGE_ANSWER, MESSAGE_AUTHORITY,
	MESSAGE_ADDITIONAL };

/* Bits of message_begin(). */
enum {
	MESSAGE_RD = 1,		/* whoever is asked may ask others */
	MESSAGE_CD = 2,		/* and need not validate */
	MESSAGE_DO = 4,		/* signatures, too: an OPT record */
	MESSAGE_AA = 8		/* of NOTIFY (RFC 1996 s3.8) */
};

struct message_record {
	enum message_section section;
	struct name	 owner;
	uint16_t	 type;
	uint16_t	 class;
	uint32_t	 ttl;
	uint8_t		*rdata;		/* names in it not compressed and
					 * in lower case where RFC 3597 s4
					 * lets them be compressed */
	size_t		 rdata_len;
};

/* OPT and TSIG are not among the records. */
struct message {
	uint16_t	 id;
	enum message_opcode opcode;
	unsigned int	 rcode;		/* 12 bits with those of OPT */
	bool		 is_response;
	bool		 is_authoritative;	/* AA */
	bool		 is_truncated;		/* TC */
	bool		 is_authentic;		/* AD */
	bool		 has_question;
	struct name	 question;
	uint16_t	 question_type;
	uint16_t	 question_class;
	struct message_record *records;
	size_t		 n;
	size_t		 tsig_at;	/* where the TSIG record begins in the
					 * wire form; 0: there is none */
};

/**
 * message_begin(out, id, opcode, bits, name, type):
 * Start the message ${out}, which is empty: head and the question ${name},
 * ${type}, class IN. With MESSAGE_DO it ends with an OPT record, and nothing
 * but a TSIG can follow.
 *
 * Source: RFC 1035 s4.1; RFC 6891 s6.1; RFC 3225.
 */
void message_begin(struct buf *out, uint16_t id, enum message_opcode opcode,
    unsigned int bits, const struct name *name, uint16_t type);

/**
 * message_add(out, section, owner, type, class, ttl, rdata, len):
 * Append a record to the message ${out}, which has none of a later section.
 */
void message_add(struct buf *out, enum message_section section,
    const struct name *owner, uint16_t type, uint16_t class, uint32_t ttl,
    const uint8_t *rdata, size_t len);

/**
 * message_read(wire, len, out, err):
 * Read the ${len} octets ${wire}: exactly one message, at most one question,
 * names whose pointers go back only, RDATA of the length it says, at most one
 * OPT, a TSIG only as the last record. That is all that is judged.
 *
 * Owner: the caller, message_free().
 * Errors: ERR_INPUT.
 */
int message_read(const uint8_t *wire, size_t len, struct message **out,
    struct error *err);
void message_free(struct message *message);

/**
 * message_answers(message, id, opcode, name, type):
 * Whether ${message} is the response to that request.
 *
 * Source: RFC 5452 s9.1.
 */
bool message_answers(const struct message *message, uint16_t id,
    enum message_opcode opcode, const struct name *name, uint16_t type);

/**
 * message_rrset(message, section, owner, type):
 * The RRset of ${owner}, ${type} and class IN in ${section}, with the
 * smallest TTL of its records; NULL where it is not there.
 *
 * Owner: the caller, rrset_free().
 */
struct rrset *message_rrset(const struct message *message,
    enum message_section section, const struct name *owner, uint16_t type);

/**
 * message_find(message, section, owner, type):
 * The first such record of class IN, or NULL; of any owner where ${owner} is
 * NULL. Owner: ${message}.
 */
const struct message_record *message_find(const struct message *message,
    enum message_section section, const struct name *owner, uint16_t type);

/**
 * message_soa_serial(record, out):
 * The serial of the SOA ${record}; false where its RDATA is none.
 */
bool message_soa_serial(const struct message_record *record, uint32_t *out);

/**
 * message_rcode_name(rcode):
 * "NOERROR", "SERVFAIL", ...; "an unknown RCODE".
 */
const char *message_rcode_name(unsigned int rcode);

#endif
