/* Names, from text and from wire: each form gives the other. */
#include "tests/fuzz/fuzz.h"

#include "kmgr/dns/name.h"

static void
check_name(const struct name *name)
{
	const struct name root = { "", 1 };
	struct error err = ERR_INIT;
	char text[NAME_TEXT_MAX], text_again[NAME_TEXT_MAX];
	struct name again;

	assert(name->len >= 1 && name->len <= NAME_WIRE_MAX);
	assert(name->wire[name->len - 1] == 0);
	assert(name_from_wire(name->wire, name->len, &again, &err) == 0);
	assert(name_is_same(name, &again));
	assert(strlen(name_text(name, text)) < sizeof(text));
	assert(name_read(text, &again, &err) == 0);
	assert(name_is_same(name, &again));
	assert(name_read_relative(text, name, &again, &err) == 0);
	assert(name_is_same(name, &again));
	assert(strcmp(text, name_text(&again, text_again)) == 0);
	assert(name_is_below(name, &root) == (name->len > 1));
	assert(!name_is_below(name, name));
	assert(name_labels(name) <= 127);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct name origin = { "\1o\1x", 5 };
	char *text = fuzz_text(data, len);
	struct error err = ERR_INIT;
	struct name name;
	int rc;

	rc = name_read(text, &name, &err);
	fuzz_check_error(rc, &err);
	if (rc == 0)
		check_name(&name);
	err_clear(&err);
	rc = name_read_relative(text, &origin, &name, &err);
	fuzz_check_error(rc, &err);
	if (rc == 0)
		check_name(&name);
	err_clear(&err);
	rc = name_from_wire(data, len, &name, &err);
	fuzz_check_error(rc, &err);
	if (rc == 0)
		check_name(&name);
	free(text);
	return 0;
}
