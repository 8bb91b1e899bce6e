#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/lifehelp.h"
#include "tests/unit/unit.h"

void
lifehelp_zone(struct life_zone *zone, const char *name,
    const struct life_key *keys, size_t n)
{
	struct life_alg alg = { .alg = 13,
		.signed_at = LIFEHELP_T0 - 100 * 86400, .has_zsk = true };

	*zone = (struct life_zone) { .name = name, .alg = 13,
		.automation = LIFE_AUTO_ALL, .n_keys = n, .n_algs = 1,
		.first_signed_at = LIFEHELP_T0 - 100 * 86400,
		.signed_until_at = LIFEHELP_T0 + 10 * 86400,
		.timing = { .dnskey_ttl_s = 3600,
		    .zone_propagation_delay_s = 43200,
		    .publish_safety_s = 3600, .retire_safety_s = 3600,
		    .max_zone_ttl_s = 86400, .parent_ds_ttl_s = 86400,
		    .parent_propagation_delay_s = 9999,
		    .validity_s = 14 * 86400, .refresh_s = 5 * 86400 } };
	zone->keys = mem_dup(keys, n * sizeof(*keys));
	zone->algs = mem_dup(&alg, sizeof(alg));
}

void
lifehelp_golden(const char *name, const struct buf *text)
{
	struct error err = ERR_INIT;
	struct buf wanted = BUF_INIT;
	char path[256];

	(void)snprintf(path, sizeof(path), "tests/unit/golden/%s", name);
	fixtures_read(path, &wanted);
	if (strcmp(buf_text(&wanted), buf_text(text)) == 0) {
		buf_free(&wanted);
		return;
	}
	buf_free(&wanted);
	(void)snprintf(path, sizeof(path), "tests/unit/%s.actual", name);
	(void)file_write(path, 0644, text->data, text->len, &err);
	fail_msg("tests/unit/golden/%s differs from %s", name, path);
}
