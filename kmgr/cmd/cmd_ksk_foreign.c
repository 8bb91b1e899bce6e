/* One KSK of another provider. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/dns/ds.h"

/* The zone of "ZONE/KEYTAG"; false where text has another form. */
static bool
zone_of(const char *text, struct name *out)
{
	const char *slash = strrchr(text, '/');
	struct error ignored = ERR_INIT;
	char zone[NAME_TEXT_MAX];

	if (slash == NULL || (size_t)(slash - text) >= sizeof(zone))
		return false;
	memcpy(zone, text, (size_t)(slash - text));
	zone[slash - text] = '\0';
	return name_read(zone, out, &ignored) == 0;
}

static size_t
find(const struct zone_life *zone, const char *text)
{
	const char *tag = strrchr(text, '/') + 1;
	size_t i;

	for (i = zone->n_ksks; i < zone->life.n_keys; i++)
		if (strcmp(strrchr(zone->names[i], '/') + 1, tag) == 0)
			return i;
	return LIFE_NONE;
}

static void
print(struct cmd *cmd, const struct zone_life *zone, size_t i)
{
	const int64_t now_at = session_now(cmd->session);
	const struct dnskey *dnskey = zone_life_dnskey(zone, i);
	struct json *json = json_put_object(cmd->json, "ksk");
	char *waits_for = cmd_ksk_wait(cmd, zone, i);
	const char *wait = waits_for != NULL ? waits_for : "nothing";
	struct buf *out = &cmd->text;
	char at[WHEN_TEXT_LEN];
	struct ds ds;

	cmd_ksk_put_foreign(json, zone, i, now_at);
	json_put_text(json, "waits_for", wait);
	buf_printf(out, "foreign KSK %s\n  id          %s\n"
	    "  algorithm   %s (%u), %u bits\n  added       %s\n"
	    "  DNSKEY      %s\n  DS          %s\n  waits for   %s\n\n"
	    "%s IN DNSKEY ", zone->names[i],
	    zone->foreign[i - zone->n_ksks].id, alg_name(dnskey->alg),
	    dnskey->alg, dnskey_bits(dnskey), when_rfc3339(
	    zone->foreign[i - zone->n_ksks].added_at, at),
	    life_state_name(life_dnskey_state(&zone->life, i, now_at)),
	    life_state_name(life_ds_state(&zone->life, i, now_at)), wait,
	    zone->text);
	dnskey_text(dnskey, out);
	ds_init(&ds, &zone->name, dnskey, DIGEST_SHA256);
	buf_printf(out, "\n%s IN DS ", zone->text);
	ds_text(&ds, out);
	buf_printf(out, "\n");
	free(waits_for);
}

int
cmd_ksk_foreign(struct cmd *cmd, struct cmk_cache *cache, const char *text,
    bool *found, struct error *err)
{
	struct zone_life *zone = NULL;
	struct error none = ERR_INIT;
	struct name name;
	size_t i;

	*found = false;
	if (!zone_of(text, &name))
		return 0;
	if (zone_life_load(cmd->session, cache, &name, &zone, &none) != 0) {
		if (none.class == ERR_INPUT)
			return 0;	/* no such zone */
		*err = none;
		return -1;
	}
	i = find(zone, text);
	*found = i != LIFE_NONE;
	if (*found)
		print(cmd, zone, i);
	zone_life_free(zone);
	return 0;
}
