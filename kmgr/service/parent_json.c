#include <stdlib.h>

#include "kmgr/base/when.h"
#include "kmgr/service/parent.h"

static void
put_time(struct json *object, const char *key, int64_t at)
{
	char text[WHEN_TEXT_LEN];

	json_put_text(object, key, at == 0 ? NULL : when_rfc3339(at, text));
}

static void
add_ds(struct json *list, const struct ds *ds)
{
	struct buf text = BUF_INIT;

	ds_text(ds, &text);
	json_add_text(list, buf_text(&text));
	buf_free(&text);
}

static void
put_answer(struct json *entry, const struct parent_server *server)
{
	struct json *list = json_put_array(entry, "ds");
	struct error ignored = ERR_INIT;
	struct ds ds;
	size_t i;

	json_put_text(entry, "transport", server->transport == RESOLVE_TCP ?
	    "tcp" : "udp");
	json_put_int(entry, "soa_serial", server->serial);
	for (i = 0; server->ds != NULL && i < server->ds->n_rdata; i++)
		if (ds_from_rdata(server->ds->rdata[i].bytes,
		    server->ds->rdata[i].len, &ds, &ignored) == 0)
			add_ds(list, &ds);
	if (server->ds != NULL) {
		json_put_int(entry, "ttl", server->ds->ttl);
		json_put_int(entry, "cached_ttl", server->ttl_s);
	}
	if (server->n_rrsigs > 0)
		json_put_int(entry, "original_ttl",
		    server->rrsigs[0].original_ttl);
	json_put_bool(entry, "validated", server->is_valid);
}

static void
put_server(struct json *entry, const struct parent_server *server)
{
	char text[NAME_TEXT_MAX], address[RESOLVE_SERVER_TEXT];

	json_put_text(entry, "name", server->server.name.len == 0 ? NULL :
	    name_text(&server->server.name, text));
	json_put_text(entry, "address", server->server.address[0] == '\0' ?
	    NULL : resolve_server_text(&server->server, address));
	put_time(entry, "asked_at", server->asked_at);
	json_put_text(entry, "error", server->trouble.class == ERR_NONE ?
	    NULL : server->trouble.msg);
	if (server->trouble.class == ERR_NONE)
		put_answer(entry, server);
}

static void
put_key(struct json *entry, const struct parent_key *key)
{

	json_put_text(entry, "id", key->id);
	json_put_text(entry, "name", key->name);
	json_put_bool(entry, "wanted", key->wants_ds);
	json_put_text(entry, "parent_has", parent_has_name(key->has));
	json_put_bool(entry, "confirmed", key->is_confirmed);
	put_time(entry, "since", key->since_at);
	json_put_bool(entry, "done", parent_key_is_done(key));
}

struct json *
parent_json(const struct parent_view *view, const struct parent_key *keys,
    size_t n)
{
	struct json *out = json_new_object(), *list;
	char text[NAME_TEXT_MAX];
	struct ds *unknown;
	size_t n_unknown, i;

	json_put_text(out, "zone", name_text(&view->zone, text));
	json_put_text(out, "parent", name_text(&view->parent, text));
	json_put_text(out, "unvalidated", view->unvalidated);
	json_put_int(out, "ds_ttl", view->ttl_s);
	list = json_put_array(out, "servers");
	for (i = 0; i < view->n; i++)
		put_server(json_add_object(list), &view->servers[i]);
	list = json_put_array(out, "keys");
	for (i = 0; i < n; i++)
		put_key(json_add_object(list), &keys[i]);
	list = json_put_array(out, "unknown_ds");
	parent_unknown(view, keys, n, &unknown, &n_unknown);
	for (i = 0; i < n_unknown; i++)
		add_ds(list, &unknown[i]);
	free(unknown);
	return out;
}
