#include "kmgr/life/life.h"

const char *
life_state_name(enum life_state state)
{
	static const char *const names[] = { "hidden", "rumoured",
		"omnipresent", "unretentive" };

	return names[state];
}
