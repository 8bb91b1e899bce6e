#include <stdlib.h>
#include <string.h>

#include "policy/policy_list.h"

void
policy_list_clear(const struct policy_element *element, char *list, size_t n)
{
	size_t i;

	for (i = 0; element->clear != NULL && i < n; i++)
		element->clear(list + i * element->size);
}

void
policy_list_sort(const struct policy_element *element, char *list, size_t n)
{

	if (element->compare != NULL && n > 0)
		qsort(list, n, element->size, element->compare);
}

const char *
policy_list_find_double(const struct policy_element *element,
    const char *list, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++, list += element->size)
		if (element->compare(list, list + element->size) == 0)
			return list + element->size;
	return NULL;
}

size_t
policy_list_merge(const struct policy_element *element, char *list, size_t n)
{
	const size_t size = element->size;
	size_t i, kept = 0;

	if (n == 0 || element->compare == NULL)
		return n;
	for (i = 1; i < n; i++) {
		if (element->compare(list + kept * size, list + i * size) == 0)
			policy_list_clear(element, list + i * size, 1);
		else if (++kept != i)
			memcpy(list + kept * size, list + i * size, size);
	}
	return kept + 1;
}
