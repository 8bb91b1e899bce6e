#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/mem.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/config_template.h"
#include "kmgr/engine/config_value.h"

#define PLACEHOLDER "{zone}"
#define PLACEHOLDER_LEN (sizeof(PLACEHOLDER) - 1)

#define WORD	"abcdefghijklmnopqrstuvwxyz0123456789_-" \
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* --- what is written ----------------------------------------------------- */

/* The bytes of what looks like a placeholder, 0: text does not. */
static size_t
word_len(const char *text)
{
	size_t n;

	if (text[0] != '{')
		return 0;
	n = strspn(text + 1, WORD);
	return n > 0 && text[1 + n] == '}' ? n + 2 : 0;
}

static bool
is_name(const char *text)
{

	return strncmp(text, PLACEHOLDER, PLACEHOLDER_LEN) == 0;
}

/* Bytes of the element that begins here: a placeholder, "{{" or one byte. */
static size_t
element_len(const char *text)
{
	const size_t n = word_len(text);

	if (text[0] == '{' && text[1] == '{')
		return 2;
	return n > 0 ? n : 1;
}

int
config_template_check(const struct config_at *at, const char *text,
    struct error *err)
{
	const char *p;

	for (p = text; *p != '\0'; p += element_len(p)) {
		if (word_len(p) == 0 || is_name(p))
			continue;
		(void)config_key_refuse(err, at, "unknown placeholder %.*s",
		    (int)word_len(p), p);
		return err_hint(err, "{zone} is the zone's name; write {{ "
		    "where a brace is meant");
	}
	return 0;
}

int
config_template_refuse(const struct config_at *at, const char *text,
    struct error *err)
{

	if (strstr(text, PLACEHOLDER) == NULL)
		return 0;
	(void)config_key_refuse(err, at, PLACEHOLDER " is a name under a "
	    "wildcard only");
	return err_hint(err, "write the zone's name, or leave its entry out");
}

bool
config_template_has_name(const char *text)
{
	const char *p;

	for (p = text; *p != '\0'; p += element_len(p))
		if (is_name(p))
			return true;
	return false;
}

/* --- what it is for a zone ----------------------------------------------- */

/* The name of a zone below a wildcard, so never the root's, for a path. */
static char *
path_name(const char *zone)
{
	struct error ignored = ERR_INIT;
	char text[NAME_TEXT_MAX];
	struct name name;
	const int rc = name_read(zone, &name, &ignored);

	assert(rc == 0 && name.len > 1);
	(void)rc;
	return mem_strdup(name_file(&name, text));
}

/* Where there is no name, as it is written. */
static char *
fill(const char *text, const char *name)
{
	struct buf out = BUF_INIT;
	const char *p;
	char *filled;

	if (text == NULL || name == NULL)
		return text == NULL ? NULL : mem_strdup(text);
	for (p = text; *p != '\0'; p += element_len(p)) {
		if (is_name(p))
			buf_printf(&out, "%s", name);
		else
			buf_printf(&out, "%c", *p);
	}
	filled = mem_strdup(buf_text(&out));
	buf_free(&out);
	return filled;
}

static char **
fill_words(char *const *words, const char *name)
{
	char **filled;
	size_t i, n = 0;

	if (words == NULL)
		return NULL;
	while (words[n] != NULL)
		n++;
	filled = mem_new((n + 1) * sizeof(*filled));
	for (i = 0; i < n; i++)
		filled[i] = fill(words[i], name);
	return filled;
}

void
config_template_fill(struct config_zone *zone)
{
	char *name = zone->is_wildcard ? path_name(zone->name) : NULL;

	zone->source.file = fill(zone->source.file, name);
	zone->source.command = fill_words(zone->source.command, name);
	zone->publish.directory = fill(zone->publish.directory, name);
	zone->publish.command = fill_words(zone->publish.command, name);
	zone->is_wildcard = false;
	free(name);
}

void
config_template_clear(struct config_zone *zone)
{

	free(zone->source.file);
	config_value_words_free(zone->source.command);
	free(zone->publish.directory);
	config_value_words_free(zone->publish.command);
}
