/*
 * kmgr.yaml: what is read has a store, tokens that can be asked for, witnesses
 * that could be told, and pins that are found.
 */
#include "tests/fuzz/fuzz.h"

#include "hsm/uri.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/cmk.h"
#include "kmgr/engine/config.h"
#include "kmgr/store/store.h"

static void
check_witnesses(const struct config_witnesses *witnesses)
{

	assert(witnesses->file == NULL || witnesses->file[0] == '/');
	assert(witnesses->command == NULL ||
	    (witnesses->command[0] != NULL &&
	    witnesses->command[0][0] == '/'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct error err = ERR_INIT;
	struct config *config;
	struct hsm_uri uri;
	size_t i;
	int rc;

	rc = config_parse((const char *)data, len, "input", &config, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (config != NULL));
	if (rc != 0)
		return 0;
	assert(store_url_check(config->store, &err) == 0);
	assert(config->n_tokens > 0);
	for (i = 0; i < config->n_tokens; i++) {
		assert(config_token(config, config->tokens[i].name, &err) ==
		    &config->tokens[i]);
		assert(hsm_uri_read(config->tokens[i].uri, &uri, &err) == 0);
	}
	check_witnesses(&config->witnesses);
	for (i = 0; i < config->n_pins; i++) {
		assert(text_is_label(config->pins[i].name, CMK_NAME_MAX));
		assert(config_pin(config, config->pins[i].name) ==
		    &config->pins[i]);
	}
	config_free(config);
	return 0;
}
