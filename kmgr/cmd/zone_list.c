#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/cmd/zone_list.h"

#define LIST_MAX_LEN (64 << 20)
#define BLANKS	     " \t\r"
#define BOM	     "\xef\xbb\xbf" /* of editors that begin UTF-8 with it */

/* Cut a word off: what is behind it. */
static char *
cut_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);
	char *end = word + strcspn(word, BLANKS);

	*rest = *end == '\0' ? end : end + 1;
	*end = '\0';
	return word;
}

static void
refuse(struct zone_line *line, const char *path, const struct error *why)
{

	line->why = mem_dup(why, sizeof(*why));
	line->why->class = ERR_INPUT;
	(void)err_wrap(line->why, "%s:%zu", path, line->number);
}

static void
read_line(const char *path, enum zone_list_form form, char *text,
    struct zone_line *line)
{
	struct error why = ERR_INIT;
	const char *word;
	struct name zone;

	text[strcspn(text, "#")] = '\0';
	line->text = mem_strdup(cut_word(&text));
	word = cut_word(&text);
	if (form == ZONE_LIST_ZONES_FILES && *word != '\0') {
		line->file = mem_strdup(word);
		word = cut_word(&text);
	}
	if (*word != '\0') {
		(void)err_set(&why, ERR_INPUT, "more than %s",
		    form == ZONE_LIST_ZONES ? "one word" :
		    "a zone and a file");
		refuse(line, path, &why);
	} else if (name_read(line->text, &zone, &why) != 0) {
		(void)err_wrap(&why, "zone \"%.80s\"", line->text);
		refuse(line, path, &why);
	} else {
		line->wire = mem_dup(zone.wire, zone.len);
	}
}

/* With the root's 0, before which there is none but as a length. */
static size_t
wire_len(const uint8_t *wire)
{
	size_t len = 0;

	while (wire[len] != 0)
		len += 1 + (size_t)wire[len];
	return len + 1;
}

/* Of two wire forms; any order will do. */
static int
compare_wires(const uint8_t *a, const uint8_t *b)
{
	const size_t len = wire_len(a), other = wire_len(b);

	if (len != other)
		return len < other ? -1 : 1;
	return memcmp(a, b, len);
}

static int
compare_lines(const void *a, const void *b)
{
	const struct zone_line *const *left = a, *const *right = b;
	const int order = compare_wires((*left)->wire, (*right)->wire);

	if (order != 0)
		return order;
	return (*left)->number < (*right)->number ? -1 : 1;
}

/* Sort what names a zone; who is named again loses the second place. */
static void
sort(struct zone_list *list, const char *path)
{
	struct zone_line *last = NULL;
	struct error why = ERR_INIT;
	size_t i, n = 0, kept = 0;

	list->sorted = mem_new((list->n + 1) * sizeof(*list->sorted));
	for (i = 0; i < list->n; i++)
		if (list->lines[i].why == NULL)
			list->sorted[n++] = &list->lines[i];
	qsort(list->sorted, n, sizeof(*list->sorted), compare_lines);
	for (i = 0; i < n; i++) {
		struct zone_line *line = list->sorted[i];

		if (last == NULL || compare_wires(last->wire,
		    line->wire) != 0) {
			list->sorted[kept++] = last = line;
			continue;
		}
		err_clear(&why);
		(void)err_set(&why, ERR_INPUT, "named twice; it stands in "
		    "line %zu", last->number);
		refuse(line, path, &why);
	}
	list->n_sorted = kept;
}

static void
read_text(const char *path, enum zone_list_form form, char *text,
    struct zone_list *list)
{
	struct zone_line *line;
	size_t number = 0;
	char *next;

	for (; text != NULL; text = next) {
		number++;
		if ((next = strchr(text, '\n')) != NULL)
			*next++ = '\0';
		text += strspn(text, BLANKS);
		if (*text == '\0' || *text == '#')
			continue;
		line = mem_push(&list->lines, list->n++, sizeof(*line));
		*line = (struct zone_line) { .number = number };
		read_line(path, form, text, line);
	}
}

int
zone_list_read(const char *path, enum zone_list_form form,
    struct zone_list *list, struct error *err)
{
	struct buf text = BUF_INIT;
	char *from;
	int rc = -1;

	*list = (struct zone_list) { .lines = NULL };
	if (file_read(path, LIST_MAX_LEN, &text, err) != 0) {
		(void)err_hint(err, "name %sa file with one zone a line, or "
		    "- for standard input", form == ZONE_LIST_ZONES ? "" :
		    "a folder of files ZONE.zone, ");
		goto out;
	}
	if (text.len != strlen(buf_text(&text))) {
		(void)err_set(err, ERR_INPUT, "%s: a byte 0 in it", path);
		goto out;
	}
	if (text.len > 0) {
		from = (char *)text.data;
		if (strncmp(from, BOM, strlen(BOM)) == 0)
			from += strlen(BOM);
		read_text(path, form, from, list);
	}
	if (list->n == 0) {
		(void)err_set(err, ERR_INPUT, "%s names no zone", path);
		(void)err_hint(err, "write one zone a line");
		goto out;
	}
	sort(list, path);
	rc = 0;
 out:
	buf_free(&text);
	return rc;
}

void
zone_list_name(const struct zone_line *line, struct name *out)
{

	out->len = wire_len(line->wire);
	memcpy(out->wire, line->wire, out->len);
}

static int
compare_key(const void *key, const void *item)
{
	const struct zone_line *const *line = item;

	return compare_wires(key, (*line)->wire);
}

struct zone_line *
zone_list_find(const struct zone_list *list, const struct name *zone)
{
	struct zone_line *const *found = bsearch(zone->wire, list->sorted,
	    list->n_sorted, sizeof(*list->sorted), compare_key);

	return found == NULL ? NULL : *found;
}

void
zone_list_clear(struct zone_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		free(list->lines[i].wire);
		free(list->lines[i].text);
		free(list->lines[i].file);
		free(list->lines[i].why);
	}
	free(list->lines);
	free(list->sorted);
	*list = (struct zone_list) { .lines = NULL };
}
