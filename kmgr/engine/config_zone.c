#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/config_inner.h"
#include "kmgr/engine/config_template.h"

static int
read_one(struct config *config, const struct config_at *at,
    struct error *err)
{
	struct config_zone *zone = mem_push(&config->zones, config->n_zones++,
	    sizeof(*zone));
	char text[NAME_TEXT_MAX];
	struct name name;

	zone->line = at->node->line;
	if (name_read(at->key, &name, err) != 0)
		return config_key_blame(at, err);
	zone->is_wildcard = name_is_wildcard(&name);
	config->n_wildcards += zone->is_wildcard;
	zone->name = mem_strdup(name_text(&name, text));
	return config_entry_read(at, zone, err);
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
		if (config->zones[i].publish.directory != NULL &&
		    !config->zones[i].is_wildcard)
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

static int
compare_name(const void *name, const void *zone)
{

	return strcmp(name, ((const struct config_zone *)zone)->name);
}

static const struct config_zone *
find(const struct config *config, const char *name)
{

	return config->n_zones == 0 ? NULL : bsearch(name, config->zones,
	    config->n_zones, sizeof(*config->zones), compare_name);
}

/* The name without its first label; "" is the root. */
static const char *
above(const char *name)
{
	const char *p = name;

	/* The dot of "\\." is none, and there is none in "\\046". */
	while (*p != '\0' && *p != '.')
		p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
	return *p == '.' ? p + 1 : p;
}

const struct config_zone *
config_zone(const struct config *config, const char *zone)
{
	const struct config_zone *found = find(config, zone);
	const char *up = strcmp(zone, ".") == 0 ? "" : zone;
	char wildcard[NAME_TEXT_MAX + 2];

	if (config->n_wildcards == 0)
		return found;
	while (found == NULL && up[0] != '\0') {
		up = above(up);
		(void)snprintf(wildcard, sizeof(wildcard), "*.%s", up);
		found = find(config, wildcard);
	}
	return found;
}

struct config_zone *
config_zone_named(const struct config *config, const char *zone)
{
	const struct config_zone *entry = config_zone(config, zone);
	struct config_zone *own;

	if (entry == NULL)
		return NULL;
	own = mem_dup(entry, sizeof(*entry));
	own->name = mem_strdup(zone);
	config_template_fill(own);
	return own;
}

void
config_zone_free(struct config_zone *zone)
{

	if (zone == NULL)
		return;
	config_template_clear(zone);
	free(zone->name);
	free(zone);
}

static void
clear(struct config_zone *zone)
{

	config_template_clear(zone);
	free(zone->name);
	config_value_servers_free(zone->source.primary, 1);
	free(zone->source.tsig);
	config_value_servers_free(zone->publish.update, 1);
	free(zone->publish.tsig);
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
