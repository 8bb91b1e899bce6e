/* Records in zone-file form (RFC 1035 section 5), as signers print them. */
#ifndef KMGR_DNS_ZONEFILE_H
#define KMGR_DNS_ZONEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/name.h"

#define ZONEFILE_MAX_LEN     (1 << 20)	/* bytes read */
#define ZONEFILE_MAX_RECORDS 10000
#define ZONEFILE_RDATA_MAX   8192

/* The TTL of a record that states none and stands behind no $TTL. */
#define ZONEFILE_NO_TTL UINT32_MAX

struct zonefile_record {
	struct name	 owner;
	uint16_t	 type;		/* any, also unknown ones */
	uint16_t	 class;
	uint32_t	 ttl;		/* or ZONEFILE_NO_TTL */
	size_t		 line;		/* of the record's first character */
	uint8_t		*rdata;
	size_t		 rdata_len;
};

struct zonefile {
	struct zonefile_record	*records;	/* in the file's order */
	size_t			 n_records;
};

/**
 * zonefile_read(text, len, what, origin, out, err):
 * Read every record in ${len} bytes: ( ) over several lines, comments,
 * $ORIGIN and $TTL, names relative to ${origin}, "@", blank owners, upper
 * case, TTL before or after the class or absent, CRLF. Every other directive,
 * a byte order mark, control characters, bytes that are no UTF-8 and a last
 * line without its end are refused. ${what} names the source in messages.
 *
 * TTL: its own, else that of the last $TTL before it (RFC 2308 section 4),
 * else ZONEFILE_NO_TTL; the TTL of the record before, which RFC 1035 section
 * 5.1 would take, is not a statement about this one. Class: its own, else IN.
 *
 * Owner names: only one with its final dot is absolute. `pdnsutil
 * export-zone-dnskey` prints "example.com IN DNSKEY" where it means
 * example.com., which under ${origin} example.com. reads as
 * example.com.example.com. as the standard demands. Nothing is guessed here;
 * a caller that meets ${origin} twice in an owner can say what to do.
 *
 * Owner: the caller, zonefile_free().
 * Errors: ERR_INPUT, with ${what} and line.
 */
int zonefile_read(const char *text, size_t len, const char *what,
    const struct name *origin, struct zonefile **out, struct error *err);

/**
 * zonefile_read_part(text, len, what, line, origin, out, err):
 * As zonefile_read(), of a part of ${what} whose first line is ${line} there.
 */
int zonefile_read_part(const char *text, size_t len, const char *what,
    size_t line, const struct name *origin, struct zonefile **out,
    struct error *err);

/**
 * zonefile_peek_alg(text, alg):
 * The algorithm of the DNSKEY that the line at *${text} holds in the form of
 * rrset_text(), and *${text} behind that line; false, and nothing changed,
 * where it has another form. The key data is not looked at.
 */
bool zonefile_peek_alg(const char **text, uint8_t *alg);

/**
 * zonefile_free(zonefile):
 * Free all records.
 */
void zonefile_free(struct zonefile *zonefile);

#endif
