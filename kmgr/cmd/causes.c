#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/causes.h"

static size_t
len_of(const char *name)
{
	const size_t len = strlen(name);

	return len > 1 && name[len - 1] == '.' ? len - 1 : len;
}

/* Where text has name, with or without the final dot; or NULL. */
static const char *
find_name(const char *text, const char *name)
{
	const size_t len = len_of(name);

	for (; (text = strchr(text, name[0])) != NULL; text++)
		if (strncmp(text, name, len) == 0)
			return text;
	return NULL;
}

static bool
is_digit(char c)
{

	return c >= '0' && c <= '9';
}

/* The text without the name, and with a 0 for each number. */
static char *
shape_of(const char *text, const char *name)
{
	char *shape = mem_strdup(text), *to = shape;
	const char *next = find_name(text, name);

	while (*text != '\0') {
		if (text == next) {
			text += len_of(name);
			next = find_name(text, name);
		} else if (is_digit(*text)) {
			*to++ = '0';
			text += strspn(text, "0123456789");
			next = find_name(text, name);
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
	return shape;
}

static const char *
key_of(const struct cause *cause)
{

	return cause->shape != NULL ? cause->shape : cause->text;
}

/* Takes shape. */
static bool
add(struct causes *causes, const char *name, const char *text, char *shape)
{
	const char *key = shape != NULL ? shape : text;
	size_t i;

	for (i = 0; i < causes->n; i++)
		if (strcmp(key_of(&causes->list[i]), key) == 0) {
			causes->list[i].n++;
			free(shape);
			return true;
		}
	if (causes->n == CAUSES_MAX) {
		free(shape);
		return false;
	}
	*(struct cause *)mem_push(&causes->list, causes->n++,
	    sizeof(struct cause)) = (struct cause) { mem_strdup(name),
		mem_strdup(text), shape, 1 };
	return true;
}

bool
causes_add(struct causes *causes, const char *name, const char *text)
{

	return find_name(text, name) == NULL &&
	    add(causes, name, text, NULL);
}

bool
causes_add_alike(struct causes *causes, const char *name, const char *text)
{

	return add(causes, name, text, shape_of(text, name));
}

void
causes_clear(struct causes *causes)
{
	size_t i;

	for (i = 0; i < causes->n; i++) {
		free(causes->list[i].name);
		free(causes->list[i].text);
		free(causes->list[i].shape);
	}
	free(causes->list);
	*causes = (struct causes) { NULL, 0 };
}
