#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/dns/lexer.h"

/* Refuse what no line of a zone file may hold. */
static int
check_line(const char *line, size_t len, struct error *err)
{
	size_t i;

	if (len > 0 && line[len - 1] == '\r')
		len--;
	for (i = 0; i < len; i++)
		if (((uint8_t)line[i] < 0x20 && line[i] != '\t') ||
		    line[i] == 0x7f)
			return err_set(err, ERR_INPUT,
			    "a control character (0x%02x)", (uint8_t)line[i]);
	if (!text_is_utf8(line, len))
		return err_set(err, ERR_INPUT, "not UTF-8");
	return 0;
}

int
lexer_init(struct lexer *lexer, const char *text, size_t len,
    struct error *err)
{
	const char *line, *end;

	memset(lexer, 0, sizeof(*lexer));
	lexer->p = text;
	lexer->end = text + len;
	lexer->line = 1;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return err_set(err, ERR_INPUT, "a byte order mark");
	for (line = text; line < lexer->end; line = end + 1) {
		end = memchr(line, '\n', (size_t)(lexer->end - line));
		if (end == NULL) {
			(void)err_set(err, ERR_INPUT,
			    "the last line has no end");
			return err_hint(err, "the file may have been cut "
			    "off; if it is complete, add a newline");
		}
		if (check_line(line, (size_t)(end - line), err) != 0)
			return -1;
		lexer->line++;
	}
	lexer->line = 1;
	return 0;
}

static void
drop_entry(struct lexer *lexer)
{

	while (lexer->n_fields > 0)
		free(lexer->fields[--lexer->n_fields]);
	free(lexer->fields);
	lexer->fields = NULL;
}

static bool
ends_field(char c)
{

	switch (c) {
	case '\0':
	case ' ':
	case '\t':
	case '\r':
	case '\n':
	case '(':
	case ')':
	case ';':
		return true;
	default:
		return false;
	}
}

/* Add the field at p to the entry; quotes and escapes stay in it. */
static int
take_field(struct lexer *lexer, struct error *err)
{
	const char *begin = lexer->p;
	bool is_quoted = false;
	size_t len;
	char *field;

	for (; is_quoted || !ends_field(*lexer->p); lexer->p++) {
		if (*lexer->p == '\n')
			return err_set(err, ERR_INPUT, "an open quote");
		if (*lexer->p == '"')
			is_quoted = !is_quoted;
		if (*lexer->p == '\\' &&
		    strchr("\r\n", *++lexer->p) != NULL)
			return err_set(err, ERR_INPUT,
			    "a backslash at the line's end");
	}
	if (lexer->n_fields == LEXER_FIELDS_MAX)
		return err_set(err, ERR_INPUT, "more than %d fields",
		    LEXER_FIELDS_MAX);
	len = (size_t)(lexer->p - begin);
	field = mem_new(len + 1);
	memcpy(field, begin, len);
	*(char **)mem_push(&lexer->fields, lexer->n_fields,
	    sizeof(*lexer->fields)) = field;
	lexer->n_fields++;
	return 0;
}

static void
skip_comment(struct lexer *lexer)
{

	/* lexer_init() saw that every line has its end. */
	while (*lexer->p != '\n')
		lexer->p++;
}

/*
 * Read one entry, or an empty line, up to and with its line end. Every step
 * moves p, and the last byte is a line end.
 */
static int
take_entry(struct lexer *lexer, struct error *err)
{
	bool is_open = false;

	while (lexer->p < lexer->end) {
		switch (*lexer->p) {
		case '\n':
			lexer->p++;
			lexer->line++;
			if (!is_open)
				return 0;
			break;
		case ' ':
		case '\t':
		case '\r':
			lexer->p++;
			break;
		case ';':
			skip_comment(lexer);
			break;
		case '(':
		case ')':
			if (is_open == (*lexer->p == '('))
				return err_set(err, ERR_INPUT,
				    "a parenthesis that has no partner");
			is_open = !is_open;
			lexer->p++;
			break;
		default:
			if (take_field(lexer, err) != 0)
				return -1;
		}
	}
	lexer->line = lexer->entry_line;
	return err_set(err, ERR_INPUT, "a parenthesis is never closed");
}

int
lexer_next(struct lexer *lexer, struct error *err)
{

	do {
		drop_entry(lexer);
		if (lexer->p == lexer->end)
			return 0;
		lexer->entry_line = lexer->line;
		lexer->is_indented = *lexer->p == ' ' || *lexer->p == '\t';
		if (take_entry(lexer, err) != 0)
			return -1;
	} while (lexer->n_fields == 0);
	return 1;
}

void
lexer_clear(struct lexer *lexer)
{

	drop_entry(lexer);
}
