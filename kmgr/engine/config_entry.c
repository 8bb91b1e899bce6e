/* What stands under the name of a zone, or a wildcard. */
#include <stddef.h>

#include "kmgr/engine/config_inner.h"
#include "kmgr/engine/config_template.h"

#define DAY	(24 * 60 * 60)
#define YEAR	(365 * (int64_t)DAY)

#define CHECK_INTERVAL_S 60	/* lifecycle: two looks, so far apart */

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Of the entry that is being read, and whether that is a wildcard's. */
static bool
is_of_wildcard(const struct config_at *at)
{

	return at->config->zones[at->config->n_zones - 1].is_wildcard;
}

static int
check_text(const struct config_at *at, const char *text, struct error *err)
{

	return is_of_wildcard(at) ? config_template_check(at, text, err) :
	    config_template_refuse(at, text, err);
}

static int
read_path(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{

	if (config_value_path(at, key, into, err) != 0)
		return -1;
	return check_text(at, *(char **)into, err);
}

static int
read_command(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	char **word;

	if (config_value_command(at, key, into, err) != 0)
		return -1;
	for (word = *(char ***)into; *word != NULL; word++)
		if (check_text(at, *word, err) != 0)
			return -1;
	return 0;
}

static int
read_source(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	static const struct config_key keys[] = {
		{ .name = "primary", .read = config_value_server,
		    .offset = offsetof(struct config_source, primary) },
		{ .name = "tsig", .read = config_tsig_name,
		    .offset = offsetof(struct config_source, tsig) },
		{ .name = "transfer", .read = config_value_bool,
		    .offset = offsetof(struct config_source, transfer) },
		{ .name = "file", .read = read_path,
		    .offset = offsetof(struct config_source, file) },
		{ .name = "command", .read = read_command,
		    .offset = offsetof(struct config_source, command) },
	};
	struct config_source *source = into;
	int n;

	(void)key;
	if (config_key_read(at, keys, N_OF(keys), source, err) != 0)
		return -1;
	n = (source->primary != NULL) + (source->file != NULL) +
	    (source->command != NULL);
	if (n != 1) {
		(void)config_key_refuse(err, at, "must have one of primary, "
		    "file and command, and has %d", n);
		return err_hint(err, "a ZSK set comes from one place");
	}
	if ((source->tsig != NULL || source->transfer) &&
	    source->primary == NULL)
		return config_key_refuse(err, at,
		    "%s goes with primary only", source->tsig != NULL ?
		    "tsig" : "transfer");
	return 0;
}

static int
read_update(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	static const struct config_key keys[] = {
		{ .name = "primary", .read = config_value_server,
		    .offset = offsetof(struct config_publish, update),
		    .presence = CONFIG_MUST_BE },
		{ .name = "tsig", .read = config_tsig_name,
		    .offset = offsetof(struct config_publish, tsig) },
	};

	(void)key;
	return config_key_read(at, keys, N_OF(keys), into, err);
}

static int
read_publish(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	static const struct config_key keys[] = {
		{ .name = "directory", .read = read_path,
		    .offset = offsetof(struct config_publish, directory) },
		{ .name = "update", .read = read_update },
		{ .name = "command", .read = read_command,
		    .offset = offsetof(struct config_publish, command) },
	};
	struct config_publish *publish = into;

	(void)key;
	if (config_key_read(at, keys, N_OF(keys), publish, err) != 0)
		return -1;
	if (publish->directory == NULL || !is_of_wildcard(at) ||
	    config_template_has_name(publish->directory))
		return 0;
	(void)config_key_refuse(err, at, "directory must have {zone} in it");
	return err_hint(err, "give each zone a directory of its own, as "
	    "/srv/out/{zone}");
}

static int
read_parent_servers(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	struct config_parent *parent = into;

	(void)key;
	return config_value_servers(at, &parent->servers, &parent->n_servers,
	    err);
}

static int
read_parent(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	static const struct config_key keys[] = {
		{ .name = "servers", .read = read_parent_servers },
		{ .name = "zone", .read = config_value_zone,
		    .offset = offsetof(struct config_parent, zone) },
		{ .name = "check-interval", .read = config_value_duration,
		    .offset = offsetof(struct config_parent,
		    check_interval_s), .min = 1, .max = DAY },
		{ .name = "quorum", .read = config_value_number,
		    .offset = offsetof(struct config_parent, quorum),
		    .min = 1, .max = CONFIG_SERVERS_MAX },
	};
	struct config_parent *parent = into;

	(void)key;
	if (config_key_read(at, keys, N_OF(keys), parent, err) != 0)
		return -1;
	if (parent->zone != NULL && parent->n_servers == 0) {
		(void)config_key_refuse(err, at, "zone goes with servers "
		    "only");
		return err_hint(err, "leave zone out: the parent is found by "
		    "walking the delegation; or name its servers");
	}
	if (parent->n_servers > 0 &&
	    parent->quorum > (int64_t)parent->n_servers)
		return config_key_refuse(err, at, "quorum is %lld, and there "
		    "are %zu servers", (long long)parent->quorum,
		    parent->n_servers);
	return 0;
}

static int
read_timing(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
#define WAIT(k, m) { .name = k, .read = config_value_duration, \
	.offset = offsetof(struct config_timing, m), .min = 0, .max = YEAR }
	static const struct config_key keys[] = {
		WAIT("dnskey-ttl", dnskey_ttl_s),
		WAIT("publish-safety", publish_safety_s),
		WAIT("retire-safety", retire_safety_s),
		WAIT("zone-propagation-delay", zone_propagation_delay_s),
		WAIT("max-zone-ttl", max_zone_ttl_s),
		WAIT("parent-ds-ttl", parent_ds_ttl_s),
		WAIT("parent-propagation-delay", parent_propagation_delay_s),
		WAIT("parent-registration-delay",
		    parent_registration_delay_s),
	};
#undef WAIT

	(void)key;
	return config_key_read(at, keys, N_OF(keys), into, err);
}

static int
read_servers(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	struct config_zone *zone = into;

	(void)key;
	return config_value_servers(at, &zone->servers, &zone->n_servers,
	    err);
}

int
config_entry_read(const struct config_at *at, struct config_zone *zone,
    struct error *err)
{
	static const struct config_key keys[] = {
		{ .name = "source", .read = read_source,
		    .offset = offsetof(struct config_zone, source) },
		{ .name = "publish", .read = read_publish,
		    .offset = offsetof(struct config_zone, publish) },
		{ .name = "parent", .read = read_parent,
		    .offset = offsetof(struct config_zone, parent) },
		{ .name = "timing", .read = read_timing,
		    .offset = offsetof(struct config_zone, timing) },
		{ .name = "servers", .read = read_servers },
	};

	zone->parent.check_interval_s = CHECK_INTERVAL_S;
	return config_key_read(at, keys, N_OF(keys), zone, err);
}
