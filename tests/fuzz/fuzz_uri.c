/* PKCS#11 URIs: what is read names a module and a token, and no PIN. */
#include "tests/fuzz/fuzz.h"

#include "hsm/uri.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);
	struct error err = ERR_INIT;
	struct hsm_uri uri;
	int rc;

	assert(text != NULL);
	memcpy(text, data, len);
	text[len] = '\0';
	rc = hsm_uri_read(text, &uri, &err);
	fuzz_check_error(rc, &err);
	if (rc == 0) {
		assert(uri.module_path[0] == '/');
		assert(uri.token[0] != '\0' || uri.serial[0] != '\0');
		assert(memchr(uri.token, 0, sizeof(uri.token)) != NULL);
		assert(memchr(uri.pin_source, 0,
		    sizeof(uri.pin_source)) != NULL);
	}
	free(text);
	return 0;
}
