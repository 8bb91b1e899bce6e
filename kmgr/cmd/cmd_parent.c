#include <stdlib.h>
#include <time.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/cmd_parent.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/service/parent.h"
#include "kmgr/service/peer.h"

#define PASSES 2		/* that have to agree */

int
cmd_parent_keys(struct cmd *cmd, const char *text,
    struct cmd_parent_keys *out, struct error *err)
{
	const int64_t now_at = session_now(cmd->session);
	const struct zone_life *life;
	struct parent_key *key;
	struct name zone;
	size_t i;

	*out = (struct cmd_parent_keys) { .n = 0 };
	if (cmd_zone(text, &zone, err) != 0 || zone_life_load(cmd->session,
	    &out->cache, &zone, &out->life, err) != 0 ||
	    cmd_ksk_check_pins(cmd, out->life->ksks, out->life->n_ksks,
	    err) != 0)
		return -1;
	life = out->life;
	for (i = 0; i < life->life.n_keys; i++) {
		key = mem_push(&out->list, out->n++, sizeof(*key));
		key->id = i < life->n_ksks ? life->ksks[i].row.id :
		    life->foreign[i - life->n_ksks].id;
		key->name = life->life.keys[i].name;
		key->dnskey = zone_life_dnskey(life, i);
		key->wants_ds = zone_life_wants_ds(life, i, now_at);
	}
	return 0;
}

void
cmd_parent_keys_clear(struct cmd_parent_keys *keys)
{

	free(keys->list);
	zone_life_free(keys->life);
	cmk_cache_clear(&keys->cache);
}

/* "12345 23456", by key tag, or "-". */
static char *
tags_text(const struct parent_server *server)
{
	struct error ignored = ERR_INIT;
	struct buf text = BUF_INIT;
	struct ds ds;
	size_t i;

	for (i = 0; server->ds != NULL && i < server->ds->n_rdata; i++)
		if (ds_from_rdata(server->ds->rdata[i].bytes,
		    server->ds->rdata[i].len, &ds, &ignored) == 0)
			buf_printf(&text, "%s%u/%u", text.len == 0 ? "" : " ",
			    ds.key_tag, ds.digest_type);
	if (text.len == 0)
		buf_printf(&text, "-");
	return buf_take(&text);
}

static void
add_number(struct table *table, bool is_there, uint32_t v)
{
	char *text = is_there ? mem_printf("%u", v) : mem_strdup("-");

	table_add(table, text);
	free(text);
}

static void
add_server(struct table *table, const struct parent_server *server)
{
	const bool is_good = server->trouble.class == ERR_NONE;
	char text[NAME_TEXT_MAX], address[RESOLVE_SERVER_TEXT];
	char *tags = tags_text(server);

	table_add(table, server->server.name.len == 0 ? "-" :
	    name_text(&server->server.name, text));
	table_add(table, server->server.address[0] == '\0' ? "-" :
	    resolve_server_text(&server->server, address));
	table_add(table, !is_good ? "-" : server->transport == RESOLVE_TCP ?
	    "tcp" : "udp");
	add_number(table, is_good, server->serial);
	add_number(table, server->ds != NULL, server->ttl_s);
	table_add(table, is_good ? tags : "?");
	table_add(table, !is_good ? server->trouble.msg : server->is_valid ?
	    "validated" : "unvalidated");
	free(tags);
}

static void
print(struct cmd *cmd, const struct parent_view *view,
    const struct cmd_parent_keys *keys)
{
	char text[NAME_TEXT_MAX], at[WHEN_TEXT_LEN];
	const struct parent_key *key;
	struct table table;
	size_t i;

	buf_free(&cmd->text);
	buf_printf(&cmd->text, "parent: %s\n\n",
	    name_text(&view->parent, text));
	table_init(&table, 7, "SERVER", "ADDRESS", "BY", "SERIAL", "TTL",
	    "DS", "ANSWER");
	for (i = 0; i < view->n; i++)
		add_server(&table, &view->servers[i]);
	table_print(&table, &cmd->text);
	buf_printf(&cmd->text, "\n");
	table_init(&table, 5, "KSK", "DS WANTED", "SERVERS THAT HAVE IT",
	    "SINCE", "CONFIRMED");
	for (i = 0; i < keys->n; i++) {
		key = &keys->list[i];
		table_add(&table, key->name);
		table_add(&table, key->wants_ds ? "yes" : "no");
		table_add(&table, parent_has_name(key->has));
		table_add(&table, when_rfc3339(key->since_at, at));
		table_add(&table, key->is_confirmed ? "yes" : "no");
	}
	table_print(&table, &cmd->text);
}

/* What the operator should look at, whatever the result. */
static void
note(struct cmd *cmd, const struct parent_view *view,
    const struct cmd_parent_keys *keys)
{
	struct buf text = BUF_INIT;
	struct ds *unknown;
	int64_t ttl_s = 0;
	size_t n, i;

	parent_unknown(view, keys->list, keys->n, &unknown, &n);
	for (i = 0; i < n; i++) {
		buf_free(&text);
		ds_text(&unknown[i], &text);
		session_note(cmd->session, "the parent has a DS of no key "
		    "that kmgr knows: %s", buf_text(&text));
	}
	for (i = 0; i < keys->life->n_ksks; i++)
		if (keys->life->ksks[i].cmk->policy->parent_ds_ttl_s > ttl_s)
			ttl_s = keys->life->ksks[i].cmk->policy->
			    parent_ds_ttl_s;
	if (view->ttl_s > ttl_s)
		session_note(cmd->session, "the parent's DS has a TTL of %u "
		    "s, and the policy supposes %lld s: waits are as for the "
		    "longer one", view->ttl_s, (long long)ttl_s);
	if (view->unvalidated != NULL)
		session_note(cmd->session, "what the parent says is not "
		    "validated: %s", view->unvalidated);
	buf_free(&text);
	free(unknown);
}

static bool
is_done(const struct cmd_parent_keys *keys)
{
	size_t i;

	for (i = 0; i < keys->n; i++)
		if (!parent_key_is_done(&keys->list[i]))
			return false;
	return true;
}

static bool
is_right(const struct parent_key *key)
{

	return key->has == (key->wants_ds ? PARENT_HAS_ALL : PARENT_HAS_NONE);
}

/* Whether another pass could confirm what this one says. */
static bool
is_worth_waiting(const struct cmd_parent_keys *keys)
{
	size_t i;

	for (i = 0; i < keys->n; i++)
		if (!is_right(&keys->list[i]))
			return false;
	return true;
}

/* The error that says what is not as wanted. */
static int
not_done(const struct parent_view *view, const struct cmd_parent_keys *keys,
    struct error *err)
{
	static const char *const said[] = { "all its servers have one",
		"none of its servers has one", "its servers differ",
		"too few of its servers answered" };
	const struct parent_key *key = keys->list;
	char address[RESOLVE_SERVER_TEXT];
	size_t i;

	while (parent_key_is_done(key))
		key++;
	for (i = 0; i < view->n && key->has == PARENT_UNSURE; i++)
		if (view->servers[i].trouble.class != ERR_NONE) {
			*err = view->servers[i].trouble;
			return err_wrap(err, "%s", view->servers[i].server.
			    address[0] == '\0' ? "a server of the parent" :
			    resolve_server_text(&view->servers[i].server,
			    address));
		}
	(void)err_set(err, ERR_NOT_YET, "%s: the parent is to have %s DS of "
	    "it; %s%s", key->name, key->wants_ds ? "a" : "no",
	    said[key->has], is_right(key) ? ", which another pass has to "
	    "confirm" : "");
	return err_hint(err, "kmgr get-ds ZONE --diff prints what the parent "
	    "is to change; a second pass, check-interval later, confirms");
}

static int64_t
interval_of(struct cmd *cmd, const struct name *zone)
{
	char text[NAME_TEXT_MAX];
	const struct config_zone *own = config_zone(
	    session_config(cmd->session), name_text(zone, text));

	return own == NULL ? PEER_CHECK_INTERVAL_S :
	    own->parent.check_interval_s;
}

static void
put_view(struct cmd *cmd, const struct parent_view *view,
    const struct cmd_parent_keys *keys)
{
	struct json *json = parent_json(view, keys->list, keys->n);
	const char *member;

	for (member = json_next_key(json, NULL); member != NULL;
	    member = json_next_key(json, member))
		json_put_take(cmd->json, member,
		    json_copy_of(json_get(json, member)));
	json_free(json);
	print(cmd, view, keys);
	cmd->is_partial = true;
}

/* One pass; its result takes the place of the one before. */
static int
pass(struct cmd *cmd, struct cmd_parent_keys *keys, int64_t now_at,
    struct parent_view **view, struct error *err)
{
	const bool is_dry = args_has(cmd->args, OPT_DRY_RUN);
	struct plan plan = PLAN_INIT;
	int rc;

	parent_view_free(*view);
	if (parent_ask(session_config(cmd->session), &keys->life->name, now_at,
	    view, err) != 0)
		return err_wrap(err, "the parent of %s", keys->life->text);
	rc = is_dry ? parent_look(cmd->session, *view, keys->list, keys->n,
	    &plan, err) : parent_judge(cmd->session, *view, keys->list,
	    keys->n, err);
	if (rc == 0)
		put_view(cmd, *view, keys);
	if (rc == 0 && is_dry) {
		buf_printf(&cmd->text, "\n");
		cmd_plan(cmd, &plan);
	}
	plan_clear(&plan);
	return rc;
}

int
cmd_check_parent(struct cmd *cmd, struct error *err)
{
	/* What is not recorded confirms nothing. */
	const int passes = args_has(cmd->args, OPT_ONCE) ||
	    args_has(cmd->args, OPT_DRY_RUN) ? 1 : PASSES;
	struct cmd_parent_keys keys;
	struct parent_view *view = NULL;
	struct timespec pause = { 0 };
	const int64_t begun_ms = when_elapsed_ms();
	int i, rc;

	rc = cmd_parent_keys(cmd, cmd->args->words[0], &keys, err);
	for (i = 0; i < passes && rc == 0; i++) {
		if (i > 0 && (is_done(&keys) || !is_worth_waiting(&keys)))
			break;
		if (i > 0) {
			pause.tv_sec = interval_of(cmd, &keys.life->name);
			(void)nanosleep(&pause, NULL);
		}
		rc = pass(cmd, &keys, session_now(cmd->session) +
		    (when_elapsed_ms() - begun_ms) / 1000, &view, err);
	}
	if (rc == 0) {
		note(cmd, view, &keys);
		rc = is_done(&keys) ? 0 : not_done(view, &keys, err);
	}
	parent_view_free(view);
	cmd_parent_keys_clear(&keys);
	return rc;
}
