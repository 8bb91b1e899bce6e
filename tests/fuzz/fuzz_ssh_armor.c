/* OpenSSH's signatures: what is read is text that can be shown. */
#include "tests/fuzz/fuzz.h"

#include "kmgr/engine/ssh_armor.h"

static void
check_shown(const char *text)
{

	for (; *text != '\0'; text++)
		assert((unsigned char)*text >= ' ' && *text != 0x7f);
}

/* Armoured afresh it says the same. */
static void
check_armor(const struct ssh_armor *armor)
{
	struct error err = ERR_INIT;
	struct ssh_armor again;

	check_shown(armor->namespace);
	if (armor->key_id != NULL)
		check_shown(armor->key_id);
	if (strlen(armor->text) > SSH_ARMOR_MAX)
		return;
	assert(ssh_armor_read(armor->text, &again, &err) == 0);
	assert(strcmp(armor->text, again.text) == 0);
	assert(strcmp(armor->namespace, again.namespace) == 0);
	assert((armor->key_id == NULL) == (again.key_id == NULL));
	ssh_armor_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len);
	struct error err = ERR_INIT;
	struct ssh_armor armor;
	int rc;

	rc = ssh_armor_read(text, &armor, &err);
	fuzz_check_error(rc, &err);
	if (rc == 0)
		check_armor(&armor);
	ssh_armor_clear(&armor);
	free(text);
	return 0;
}
