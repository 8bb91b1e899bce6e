#include "kmgr/service/hook.h"

const char *
hook_name(enum hook hook)
{
	static const char *const names[] = { "ds-add", "ds-remove",
		"ds-reminder", "zone-publish" };

	return names[hook];
}
