#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/config_inner.h"

#define DAY	(24 * 60 * 60)
#define YEAR	(365 * (int64_t)DAY)

#define CHECK_INTERVAL_S 60	/* lifecycle: two looks, so far apart */

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

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
		{ .name = "file", .read = config_value_path,
		    .offset = offsetof(struct config_source, file) },
		{ .name = "command", .read = config_value_command,
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
		{ .name = "directory", .read = config_value_path,
		    .offset = offsetof(struct config_publish, directory) },
		{ .name = "update", .read = read_update },
		{ .name = "command", .read = config_value_command,
		    .offset = offsetof(struct config_publish, command) },
	};

	(void)key;
	return config_key_read(at, keys, N_OF(keys), into, err);
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

static int
read_one(struct config *config, const struct config_at *at,
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
	struct config_zone *zone = mem_push(&config->zones, config->n_zones++,
	    sizeof(*zone));
	char text[NAME_TEXT_MAX];
	struct name name;

	zone->line = at->node->line;
	zone->parent.check_interval_s = CHECK_INTERVAL_S;
	if (name_read(at->key, &name, err) != 0)
		return config_key_blame(at, err);
	if (name_is_wildcard(&name))
		return config_key_refuse(err, at, "is no zone but a wildcard");
	zone->name = mem_strdup(name_text(&name, text));
	return config_key_read(at, keys, N_OF(keys), zone, err);
}

static int
compare(const void *a, const void *b)
{
	const struct config_zone *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* In the order of lines for equal ones, so that the later one is blamed. */
static int
compare_directories(const void *a, const void *b)
{
	const struct config_zone *x = *(const struct config_zone *const *)a;
	const struct config_zone *y = *(const struct config_zone *const *)b;
	const int order = strcmp(x->publish.directory, y->publish.directory);

	return order != 0 ? order : x->line < y->line ? -1 : x->line > y->line;
}

/* Two zones in one directory would overwrite each other's records. */
static int
check_directories(const struct config *config, struct error *err)
{
	const struct config_zone **all = mem_new((config->n_zones + 1) *
	    sizeof(*all));
	size_t i, n = 0;
	int rc = 0;

	for (i = 0; i < config->n_zones; i++)
		if (config->zones[i].publish.directory != NULL)
			all[n++] = &config->zones[i];
	qsort(all, n, sizeof(*all), compare_directories);
	for (i = 1; rc == 0 && i < n; i++)
		if (strcmp(all[i - 1]->publish.directory,
		    all[i]->publish.directory) == 0)
			rc = err_set(err, ERR_CONFIG, "%s:%zu: %s: "
			    "publish.directory is that of %s, line %zu",
			    config->path, all[i]->line, all[i]->name,
			    all[i - 1]->name, all[i - 1]->line);
	if (rc != 0)
		(void)err_hint(err, "give each zone a directory of its own");
	free(all);
	return rc;
}

static int
check_once(const struct config *config, struct error *err)
{
	const struct config_zone *zones = config->zones;
	size_t i, first, second;

	for (i = 1; i < config->n_zones; i++) {
		if (compare(&zones[i - 1], &zones[i]) != 0)
			continue;
		first = zones[i - 1].line;
		second = zones[i].line;
		return err_set(err, ERR_CONFIG, "%s:%zu: %s: stands in line "
		    "%zu already", config->path,
		    first > second ? first : second, zones[i].name,
		    first > second ? second : first);
	}
	return 0;
}

int
config_zone_read(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	struct config *config = into;
	size_t i;

	(void)key;
	if (at->node->kind != YAML_NODE_MAP)
		return config_key_refuse(err, at,
		    "must be a map of ZONE: { .. }");
	for (i = 0; i < at->node->n_items; i++) {
		const struct config_at child = config_key_named(at, i);

		if (read_one(config, &child, err) != 0)
			return -1;
	}
	if (config->n_zones == 0)
		return 0;
	qsort(config->zones, config->n_zones, sizeof(*config->zones), compare);
	if (check_once(config, err) != 0)
		return -1;
	return check_directories(config, err);
}

const struct config_zone *
config_zone(const struct config *config, const char *zone)
{
	struct config_zone wanted = { .name = mem_strdup(zone) };
	const struct config_zone *found = NULL;

	if (config->n_zones > 0)
		found = bsearch(&wanted, config->zones, config->n_zones,
		    sizeof(*config->zones), compare);
	free(wanted.name);
	return found;
}

static void
clear(struct config_zone *zone)
{

	free(zone->name);
	config_value_servers_free(zone->source.primary, 1);
	free(zone->source.tsig);
	free(zone->source.file);
	config_value_words_free(zone->source.command);
	free(zone->publish.directory);
	config_value_servers_free(zone->publish.update, 1);
	free(zone->publish.tsig);
	config_value_words_free(zone->publish.command);
	config_value_servers_free(zone->parent.servers,
	    zone->parent.n_servers);
	free(zone->parent.zone);
	config_value_servers_free(zone->servers, zone->n_servers);
}

void
config_zone_clear(struct config *config)
{
	size_t i;

	for (i = 0; i < config->n_zones; i++)
		clear(&config->zones[i]);
	free(config->zones);
}
