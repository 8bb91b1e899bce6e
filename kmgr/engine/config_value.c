#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/name.h"
#include "kmgr/engine/config_value.h"

#define PORT_DNS 53
#define WORD_SHOWN 64		/* bytes of a value in a message */

/* A scalar's text; NULL, refused as not being what it must be. */
static const char *
scalar(const struct config_at *at, const char *must_be, struct error *err)
{

	if (at->node->kind == YAML_NODE_SCALAR)
		return at->node->text;
	(void)config_key_refuse(err, at, "must be %s", must_be);
	return NULL;
}

static int
refuse(const struct config_at *at, const char *must_be, const char *text,
    struct error *err)
{

	return config_key_refuse(err, at, "must be %s, not \"%.*s\"", must_be,
	    WORD_SHOWN, text);
}

int
config_value_path(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	static const char must_be[] = "a path from the root";
	const char *text = scalar(at, must_be, err);

	(void)key;
	if (text == NULL)
		return -1;
	if (text[0] != '/') {
		(void)refuse(at, must_be, text, err);
		return err_hint(err, "kmgr is run from any folder: write the "
		    "whole path, beginning with /");
	}
	*(char **)into = mem_strdup(text);
	return 0;
}

static bool
is_command(const struct yaml_node *list)
{
	size_t i;

	if (list->kind != YAML_NODE_LIST || list->n_items == 0)
		return false;
	for (i = 0; i < list->n_items; i++)
		if (list->items[i]->kind != YAML_NODE_SCALAR)
			return false;
	return list->items[0]->text[0] == '/';
}

int
config_value_command(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err)
{
	const struct yaml_node *list = at->node;
	char **words;
	size_t i;

	(void)key;
	if (!is_command(list)) {
		(void)config_key_refuse(err, at, "must be a list [PATH, "
		    "ARGUMENT, ...] with a path from the root");
		return err_hint(err, "no shell reads it: each argument is an "
		    "element of its own, as in [/usr/bin/env, A=1, /opt/tell]");
	}
	words = mem_new((list->n_items + 1) * sizeof(*words));
	for (i = 0; i < list->n_items; i++)
		words[i] = mem_strdup(list->items[i]->text);
	*(char ***)into = words;
	return 0;
}

void
config_value_words_free(char **words)
{
	char **word = words;

	for (; word != NULL && *word != NULL; word++)
		free(*word);
	free(words);
}

int
config_value_duration(const struct config_at *at,
    const struct config_key *key, void *into, struct error *err)
{
	const char *text = scalar(at, "a duration, as 1d12h", err);
	char lo[WHEN_TEXT_LEN], hi[WHEN_TEXT_LEN];
	int64_t v = 0;

	if (text == NULL)
		return -1;
	if (when_duration_read(text, &v, err) != 0)
		return config_key_blame(at, err);
	if (v < key->min || v > key->max)
		return config_key_refuse(err, at, "must be a duration from %s "
		    "to %s, not \"%.*s\"", when_duration(key->min, lo),
		    when_duration(key->max, hi), WORD_SHOWN, text);
	*(int64_t *)into = v;
	return 0;
}

int
config_value_bool(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	static const char must_be[] = "true or false";
	const char *text = scalar(at, must_be, err);
	const bool is_true = text != NULL && strcmp(text, "true") == 0;

	(void)key;
	if (text == NULL)
		return -1;
	if (!is_true && strcmp(text, "false") != 0)
		return refuse(at, must_be, text, err);
	*(bool *)into = is_true;
	return 0;
}

int
config_value_number(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	const char *text = scalar(at, "a number", err);

	if (text == NULL)
		return -1;
	if (text_to_int(text, key->min, key->max, into, err) != 0)
		return config_key_blame(at, err);
	return 0;
}

int
config_value_auto(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	const char *text = scalar(at, "a number or auto", err);
	struct error why = ERR_INIT;

	if (text == NULL)
		return -1;
	*(int64_t *)into = 0;
	if (strcmp(text, "auto") == 0 ||
	    text_to_int(text, key->min, key->max, into, &why) == 0)
		return 0;
	return config_key_refuse(err, at, "\"%.40s\" is neither auto nor a "
	    "number from %lld to %lld", text, (long long)key->min,
	    (long long)key->max);
}

int
config_value_port(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	const struct config_key range = { .min = 1, .max = UINT16_MAX };
	int64_t v = 0;

	(void)key;
	if (config_value_number(at, &range, &v, err) != 0)
		return -1;
	*(uint16_t *)into = (uint16_t)v;
	return 0;
}

int
config_value_zone(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	const char *text = scalar(at, "a domain name", err);
	char canonical[NAME_TEXT_MAX];
	struct name name;

	(void)key;
	if (text == NULL)
		return -1;
	if (name_read(text, &name, err) != 0)
		return config_key_blame(at, err);
	*(char **)into = mem_strdup(name_text(&name, canonical));
	return 0;
}

/*
 * Where the address in text ends and its port begins: ADDRESS, ADDRESS@PORT,
 * 192.0.2.1:PORT or [2001:db8::1]:PORT. NULL: there is no port.
 */
static const char *
find_port(const char *text, const char **address, size_t *len)
{
	const char *at = strrchr(text, '@'), *colon = strrchr(text, ':');
	const char *bracket = strrchr(text, ']');

	*address = text;
	if (text[0] == '[' && bracket != NULL &&
	    (bracket[1] == '\0' || colon == bracket + 1)) {
		*address = text + 1;
		*len = (size_t)(bracket - text) - 1;
		return bracket[1] == '\0' ? NULL : colon + 1;
	}
	if (at == NULL && colon != NULL && colon == strchr(text, ':'))
		at = colon;
	*len = at == NULL ? strlen(text) : (size_t)(at - text);
	return at == NULL ? NULL : at + 1;
}

/* The address in one spelling, since two spellings are one server. */
static bool
read_address(const char *text, size_t len, char out[static INET6_ADDRSTRLEN])
{
	char copy[INET6_ADDRSTRLEN];
	struct in6_addr v6;
	struct in_addr v4;

	if (len == 0 || len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, &v4) == 1)
		return inet_ntop(AF_INET, &v4, out, INET6_ADDRSTRLEN) != NULL;
	return inet_pton(AF_INET6, copy, &v6) == 1 &&
	    inet_ntop(AF_INET6, &v6, out, INET6_ADDRSTRLEN) != NULL;
}

static int
read_server(const struct config_at *at, struct config_server *out,
    struct error *err)
{
	static const char must_be[] = "the address of a name server";
	const char *text = scalar(at, must_be, err), *start, *port;
	char address[INET6_ADDRSTRLEN];
	struct error why = ERR_INIT;
	int64_t v = PORT_DNS;
	size_t len = 0;

	if (text == NULL)
		return -1;
	port = find_port(text, &start, &len);
	if (!read_address(start, len, address) || (port != NULL &&
	    text_to_int(port, 1, UINT16_MAX, &v, &why) != 0)) {
		(void)refuse(at, must_be, text, err);
		return err_hint(err, "write 192.0.2.1, 192.0.2.1@5300, "
		    "2001:db8::1 or 2001:db8::1@5300; names are not looked "
		    "up");
	}
	out->address = mem_strdup(address);
	out->port = (uint16_t)v;
	return 0;
}

int
config_value_server(const struct config_at *at, const struct config_key *key,
    void *into, struct error *err)
{
	struct config_server server = { 0 };

	(void)key;
	if (read_server(at, &server, err) != 0)
		return -1;
	*(struct config_server **)into = mem_dup(&server, sizeof(server));
	return 0;
}

static int
check_first(const struct config_at *at, const struct config_server *servers,
    size_t n, struct error *err)
{
	const struct config_server *last = &servers[n - 1];
	size_t i;

	for (i = 0; i + 1 < n; i++)
		if (servers[i].port == last->port &&
		    strcmp(servers[i].address, last->address) == 0)
			return config_key_refuse(err, at,
			    "%s@%u stands here twice", last->address,
			    (unsigned int)last->port);
	return 0;
}

int
config_value_servers(const struct config_at *at, struct config_server **out,
    size_t *n, struct error *err)
{
	const struct yaml_node *list = at->node;
	size_t i;

	if (list->kind != YAML_NODE_LIST || list->n_items == 0 ||
	    list->n_items > CONFIG_SERVERS_MAX) {
		(void)config_key_refuse(err, at, "must be a list of 1 to %d "
		    "addresses of name servers", CONFIG_SERVERS_MAX);
		return err_hint(err, "write [192.0.2.1, 2001:db8::1@5300]");
	}
	for (i = 0; i < list->n_items; i++) {
		const struct config_at item = { at->config, at->above,
		    list->items[i], at->key, at->is_name };
		struct config_server server = { 0 };

		if (read_server(&item, &server, err) != 0)
			return -1;
		*(struct config_server *)mem_push(out, (*n)++,
		    sizeof(server)) = server;
		if (check_first(&item, *out, *n, err) != 0)
			return -1;
	}
	return 0;
}

void
config_value_servers_free(struct config_server *servers, size_t n)
{
	size_t i;

	for (i = 0; servers != NULL && i < n; i++)
		free(servers[i].address);
	free(servers);
}
