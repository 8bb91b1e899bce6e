/*
 * The outer form of zone files (RFC 1035 section 5.1): entries made of fields,
 * over several lines between ( and ), with comments. What the fields mean is
 * not known here.
 */
#ifndef KMGR_DNS_LEXER_H
#define KMGR_DNS_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "kmgr/base/err.h"

#define LEXER_FIELDS_MAX 20000	/* of one entry */

struct lexer {
	const char	*p, *end;	/* what is still to be read */
	size_t		 line;		/* where p is; 1 is the first */

	/* The entry that was read last. */
	size_t		 entry_line;	/* of its first character */
	bool		 is_indented;	/* it begins with a blank */
	char		**fields;	/* escapes and quotes as written */
	size_t		 n_fields;	/* at least 1 */
};

/**
 * lexer_init(lexer, text, len, err):
 * Begin to read the ${len} bytes ${text}, which stay the caller's and must
 * be UTF-8 without byte order mark, without control characters but tabs and
 * line ends (LF or CRLF), and with a line end after the last line: a file
 * without it may have been cut off, and half a key can look like a key.
 *
 * Errors: ERR_INPUT; lexer->line says where.
 */
int lexer_init(struct lexer *lexer, const char *text, size_t len,
    struct error *err);

/**
 * lexer_next(lexer, err):
 * Read the next entry into ${lexer}. Returns 1, or 0 at the end, or -1.
 *
 * Errors: ERR_INPUT (an unbalanced parenthesis, an open quote, a backslash
 * at a line's end, too many fields); lexer->line says where.
 */
int lexer_next(struct lexer *lexer, struct error *err);

/**
 * lexer_clear(lexer):
 * Free what ${lexer} holds.
 */
void lexer_clear(struct lexer *lexer);

#endif
