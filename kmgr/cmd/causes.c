#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/causes.h"

/* With or without the final dot. */
static bool
names(const char *text, const char *name)
{
	size_t len = strlen(name);

	if (len > 1 && name[len - 1] == '.')
		len--;
	for (; (text = strchr(text, name[0])) != NULL; text++)
		if (strncmp(text, name, len) == 0)
			return true;
	return false;
}

bool
causes_add(struct causes *causes, const char *name, const char *text)
{
	size_t i;

	if (names(text, name))
		return false;
	for (i = 0; i < causes->n; i++)
		if (strcmp(causes->list[i].text, text) == 0) {
			causes->list[i].n++;
			return true;
		}
	if (causes->n == CAUSES_MAX)
		return false;
	*(struct cause *)mem_push(&causes->list, causes->n++,
	    sizeof(struct cause)) = (struct cause) { mem_strdup(name),
		mem_strdup(text), 1 };
	return true;
}

void
causes_clear(struct causes *causes)
{
	size_t i;

	for (i = 0; i < causes->n; i++) {
		free(causes->list[i].name);
		free(causes->list[i].text);
	}
	free(causes->list);
	*causes = (struct causes) { NULL, 0 };
}
