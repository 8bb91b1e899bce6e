#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/lexer.h"
#include "kmgr/dns/rdata.h"
#include "kmgr/dns/zonefile.h"

struct reader {
	struct lexer	 lexer;
	struct name	 origin;
	struct name	 owner;		/* of the record before */
	bool		 has_owner;
	uint32_t	 ttl;		/* of $TTL, or ZONEFILE_NO_TTL */
	struct zonefile	*zonefile;
};

/* "3600" or, as BIND prints it, "1h30m" in either case. */
static int
read_ttl(const char *text, uint32_t *out, struct error *err)
{
	char lower[WHEN_TEXT_LEN];
	int64_t s;
	size_t i;

	for (i = 0; text[i] != '\0' && i < sizeof(lower) - 1; i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	lower[i] = '\0';
	/* RFC 2181 s8 */
	if (text[i] != '\0' || !isdigit((unsigned char)text[0]) ||
	    when_duration_read(lower, &s, err) != 0 || s > INT32_MAX)
		return err_set(err, ERR_INPUT,
		    "\"%.64s\" is not a TTL of at most 2^31 - 1 seconds",
		    text);
	*out = (uint32_t)s;
	return 0;
}

static bool
is_class(const char *text, uint16_t *out)
{
	static const struct { const char *name; uint16_t number; } classes[] =
	    { { "IN", 1 }, { "CH", 3 }, { "HS", 4 } };
	struct error ignored = ERR_INIT;
	int64_t number;
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcasecmp(text, classes[i].name) == 0) {
			*out = classes[i].number;
			return true;
		}
	/* RFC 3597 s5 */
	if (strncasecmp(text, "CLASS", 5) != 0 ||
	    text_to_int(text + 5, 1, UINT16_MAX, &number, &ignored) != 0)
		return false;
	*out = (uint16_t)number;
	return true;
}

/* TTL and class, in either order, each at most once, from field *i on. */
static int
read_ttl_and_class(const struct lexer *lexer, size_t *i,
    struct zonefile_record *record, struct error *err)
{
	bool has_ttl = false, has_class = false;
	const char *field;

	for (; *i < lexer->n_fields; (*i)++) {
		field = lexer->fields[*i];
		if (!has_ttl && isdigit((unsigned char)field[0])) {
			if (read_ttl(field, &record->ttl, err) != 0)
				return -1;
			has_ttl = true;
		} else if (!has_class && is_class(field, &record->class)) {
			has_class = true;
		} else {
			return 0;
		}
	}
	return err_set(err, ERR_INPUT, "a record without type");
}

static int
read_owner(struct reader *r, struct error *err)
{

	if (r->lexer.is_indented)
		return r->has_owner ? 0 : err_set(err, ERR_INPUT,
		    "a blank owner, and no record before");
	if (name_read_relative(r->lexer.fields[0], &r->origin, &r->owner,
	    err) != 0)
		return -1;
	r->has_owner = true;
	return 0;
}

static int
read_record(struct reader *r, struct error *err)
{
	struct zonefile_record record = { .class = 1, .ttl = r->ttl,
		.line = r->lexer.entry_line };
	struct zonefile *zonefile = r->zonefile;
	size_t i = r->lexer.is_indented ? 0 : 1;
	struct buf rdata = BUF_INIT;

	if (zonefile->n_records == ZONEFILE_MAX_RECORDS)
		return err_set(err, ERR_INPUT, "more than %d records",
		    ZONEFILE_MAX_RECORDS);
	if (read_owner(r, err) != 0 ||
	    read_ttl_and_class(&r->lexer, &i, &record, err) != 0 ||
	    rdata_type_read(r->lexer.fields[i], &record.type, err) != 0)
		return -1;
	i++;
	if (rdata_read(record.type, r->lexer.fields + i,
	    r->lexer.n_fields - i, &r->origin, &rdata, err) != 0) {
		buf_free(&rdata);
		return -1;
	}
	if (rdata.len > ZONEFILE_RDATA_MAX) {
		buf_free(&rdata);
		return err_set(err, ERR_INPUT,
		    "RDATA of more than %d octets", ZONEFILE_RDATA_MAX);
	}
	record.owner = r->owner;
	record.rdata = mem_dup(rdata.data, rdata.len);
	record.rdata_len = rdata.len;
	buf_free(&rdata);
	*(struct zonefile_record *)mem_push(&zonefile->records,
	    zonefile->n_records, sizeof(record)) = record;
	zonefile->n_records++;
	return 0;
}

/* $ORIGIN (RFC 1035 s5.1) and $TTL (RFC 2308 s4); no other. */
static int
read_directive(struct reader *r, struct error *err)
{
	char *const *fields = r->lexer.fields;
	const bool is_origin = strcasecmp(fields[0], "$ORIGIN") == 0;
	struct name origin;

	if (!is_origin && strcasecmp(fields[0], "$TTL") != 0)
		return err_set(err, ERR_INPUT, "%.64s is not allowed; $ORIGIN "
		    "and $TTL are", fields[0]);
	if (r->lexer.n_fields != 2)
		return err_set(err, ERR_INPUT, "%s has one argument",
		    fields[0]);
	if (!is_origin)
		return read_ttl(fields[1], &r->ttl, err);
	if (name_read_relative(fields[1], &r->origin, &origin, err) != 0)
		return -1;
	r->origin = origin;
	return 0;
}

static int
read_all(struct reader *r, const char *text, size_t len, const char *what,
    size_t line, struct error *err)
{
	int rc;

	if (len > ZONEFILE_MAX_LEN)
		return err_set(err, ERR_INPUT, "%s is longer than %d bytes",
		    what, ZONEFILE_MAX_LEN);
	rc = lexer_init(&r->lexer, text, len, err);
	r->lexer.line += line - 1;
	if (rc != 0)
		return err_wrap(err, "%s:%zu", what, r->lexer.line);
	while ((rc = lexer_next(&r->lexer, err)) > 0) {
		rc = !r->lexer.is_indented && r->lexer.fields[0][0] == '$' ?
		    read_directive(r, err) : read_record(r, err);
		if (rc != 0)
			return err_wrap(err, "%s:%zu", what,
			    r->lexer.entry_line);
	}
	return rc == 0 ? 0 : err_wrap(err, "%s:%zu", what, r->lexer.line);
}

int
zonefile_read(const char *text, size_t len, const char *what,
    const struct name *origin, struct zonefile **out, struct error *err)
{

	return zonefile_read_part(text, len, what, 1, origin, out, err);
}

int
zonefile_read_part(const char *text, size_t len, const char *what, size_t line,
    const struct name *origin, struct zonefile **out, struct error *err)
{
	struct reader r = { .origin = *origin, .ttl = ZONEFILE_NO_TTL };
	int rc;

	*out = NULL;
	r.zonefile = mem_new(sizeof(*r.zonefile));
	rc = read_all(&r, text, len, what, line, err);
	lexer_clear(&r.lexer);
	if (rc != 0) {
		zonefile_free(r.zonefile);
		return -1;
	}
	*out = r.zonefile;
	return 0;
}

/* A number of at most max, and the blank behind it. */
static bool
skip_number(const char **p, uint64_t max, uint64_t *out)
{
	const char *begin = *p;

	for (*out = 0; **p >= '0' && **p <= '9' && *out <= max; (*p)++)
		*out = *out * 10 + (uint64_t)(**p - '0');
	return *p > begin && *out <= max && *(*p)++ == ' ';
}

bool
zonefile_peek_alg(const char **text, uint8_t *alg)
{
	static const char type[] = "IN DNSKEY ";
	const char *p = *text + strcspn(*text, " \n"), *end;
	uint64_t ttl, flags, protocol, number;

	/* An owner is absolute there, and this is no comment. */
	if (p == *text || p[-1] != '.' || **text == ';' || *p++ != ' ' ||
	    !skip_number(&p, UINT32_MAX, &ttl) ||
	    strncmp(p, type, strlen(type)) != 0)
		return false;
	p += strlen(type);
	if (!skip_number(&p, UINT16_MAX, &flags) ||
	    !skip_number(&p, UINT8_MAX, &protocol) ||
	    !skip_number(&p, UINT8_MAX, &number) ||
	    (end = strchr(p, '\n')) == NULL || end == p)
		return false;
	*text = end + 1;
	*alg = (uint8_t)number;
	return true;
}

void
zonefile_free(struct zonefile *zonefile)
{
	size_t i;

	if (zonefile == NULL)
		return;
	for (i = 0; i < zonefile->n_records; i++)
		free(zonefile->records[i].rdata);
	free(zonefile->records);
	free(zonefile);
}
