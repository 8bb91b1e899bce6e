#include <stdbool.h>
#include <string.h>

#include "kmgr/engine/pins.h"

static bool
is_for_one(const struct config_pin *pin, const struct cmk_row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(pin->name, rows[i].name) == 0 ||
		    strcmp(pin->name, rows[i].id) == 0)
			return true;
	return false;
}

const struct config_pin *
pins_unmatched(const struct config *config, const struct cmk_row *rows,
    size_t n, const struct config_pin *pin)
{

	if (config->n_pins == 0)
		return NULL;
	pin = pin == NULL ? config->pins : pin + 1;
	for (; pin < config->pins + config->n_pins; pin++)
		if (!is_for_one(pin, rows, n))
			return pin;
	return NULL;
}

int
pins_note_unmatched(struct session *session, struct error *err)
{
	const struct config *config = session_config(session);
	const struct config_pin *pin = NULL;
	struct cmk_row *rows = NULL;
	struct store *store;
	size_t n = 0;

	if (session_store(session, &store, err) != 0 ||
	    store_cmk_list(store, &rows, &n, err) != 0)
		return -1;
	while ((pin = pins_unmatched(config, rows, n, pin)) != NULL)
		session_note(session, "the pin of %s in %s is for no CMK of "
		    "the store, and guards none; a pin under a CMK's id "
		    "outlives a new name", pin->name, config->path);
	cmk_rows_free(rows, n);
	return 0;
}
