#include <string.h>

#include "policy/policy_pattern.h"

int
policy_pattern_read(const char *text, struct policy_zone *out,
    struct error *err)
{
	const bool is_below = strncmp(text, "*.", 2) == 0;
	struct policy_zone zone = { SCOPE_EXACT, { .len = 1 } };

	if (strcmp(text, ".") == 0)
		zone.scope = SCOPE_ANY;
	else if (is_below)
		zone.scope = SCOPE_BELOW;
	if (zone.scope != SCOPE_ANY && strcmp(text, "*.") != 0 &&
	    name_read(is_below ? text + 2 : text, &zone.name, err) != 0)
		return -1;
	if (name_is_wildcard(&zone.name) ||
	    (is_below && zone.name.len == 1))
		return err_set(err, ERR_CONFIG, "\"%.256s\" is no pattern",
		    text);
	*out = zone;
	return 0;
}

const char *
policy_pattern_text(const struct policy_zone *zone,
    char out[static POLICY_PATTERN_MAX])
{

	if (zone->scope == SCOPE_ANY)
		return ".";
	memcpy(out, "*.", 2);
	(void)name_text(&zone->name, out + 2);
	out[strlen(out) - 1] = '\0';
	return zone->scope == SCOPE_BELOW ? out : out + 2;
}
