/* OpenSSH's signatures and keys: what is read is text that can be shown. */
#include "tests/fuzz/fuzz.h"

#include "kmgr/engine/ssh_armor.h"

static void
check_shown(const char *text)
{

	assert(strlen(text) <= SSH_KEY_MAX);
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
	struct buf key = BUF_INIT;
	struct ssh_armor armor;
	const char *comment;
	int rc;

	rc = ssh_armor_read(text, &armor, &err);
	fuzz_check_error(rc, &err);
	if (rc == 0)
		check_armor(&armor);
	ssh_armor_clear(&armor);
	err_clear(&err);
	rc = ssh_armor_key(text, &key, &comment, &err);
	fuzz_check_error(rc, &err);
	check_shown(buf_text(&key));
	check_shown(comment);
	assert(rc == 0 || key.len == 0);
	buf_free(&key);
	free(text);
	return 0;
}
