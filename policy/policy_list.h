/* The elements of a policy's list or set, one behind the other. */
#ifndef POLICY_POLICY_LIST_H
#define POLICY_POLICY_LIST_H

#include <stddef.h>

#include "policy/policy_element.h"

/**
 * policy_list_clear(element, list, n):
 * Free what the ${n} elements hold, but not ${list}.
 */
void policy_list_clear(const struct policy_element *element, char *list,
    size_t n);

/**
 * policy_list_sort(element, list, n):
 * Sort a set; a list whose order means something stays as it is.
 */
void policy_list_sort(const struct policy_element *element, char *list,
    size_t n);

/**
 * policy_list_find_double(element, list, n):
 * An element of the sorted set that stands there again, or NULL.
 */
const char *policy_list_find_double(const struct policy_element *element,
    const char *list, size_t n);

/**
 * policy_list_merge(element, list, n):
 * Let equal elements of a sorted set become one. Returns how many are left.
 */
size_t policy_list_merge(const struct policy_element *element, char *list,
    size_t n);

#endif
