#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/cmd_zsks.h"
#include "kmgr/engine/admission.h"
#include "kmgr/service/peer.h"
#include "kmgr/service/source.h"

static int
no_source(const char *name, struct error *err)
{

	(void)err_set(err, ERR_CONFIG,
	    "the configuration names no source of %s", name);
	return err_hint(err, "zones: { %s: { source: { primary: ADDRESS, "
	    "tsig: NAME } } }; get-zsks takes --from ADDRESS[@PORT], too",
	    name);
}

/* The zone as the configuration has it, asked at the server of --from. */
static int
read_from(struct cmd *cmd, const char *from, struct config_zone *zone,
    struct config_server *server, struct error *err)
{
	struct resolve_server at;

	if (peer_server_read(from, &at, err) != 0)
		return err_wrap(err, "--from");
	server->address = mem_strdup(at.address);
	server->port = at.port;
	zone->source = (struct config_source) { .primary = server };
	if (!args_has(cmd->args, OPT_TSIG))
		return 0;
	zone->source.tsig = mem_strdup(args_get(cmd->args, OPT_TSIG));
	return 0;
}

/* Where the set comes from, and what that is worth. */
static int
find_source(struct cmd *cmd, const struct config_zone *own,
    struct config_zone *zone, struct config_server *server, struct error *err)
{
	const char *from = args_get(cmd->args, OPT_FROM);

	if (from != NULL)
		return read_from(cmd, from, zone, server, err);
	if (args_has(cmd->args, OPT_TSIG))
		return err_set(err, ERR_USAGE, "--tsig goes with --from");
	if (!source_is_configured(own))
		return no_source(zone->name, err);
	zone->source = own->source;
	if (args_has(cmd->args, OPT_TRANSFER) && own->source.primary == NULL)
		return err_set(err, ERR_USAGE, "--transfer: the configured "
		    "source of %s is no primary; name one with --from",
		    zone->name);
	return 0;
}

/*
 * A store that nothing can be written to keeps nobody from a set that others
 * have asked for too; from a TTL that is to be waited for it does.
 */
static int
remember(struct cmd *cmd, const struct config_zone *zone,
    const struct source_set *set, struct error *err)
{
	struct error why = ERR_INIT;

	if (source_record(cmd->session, zone->name, set, &why) == 0)
		return 0;
	if (why.class != ERR_STORE || args_has(cmd->args, OPT_TRANSFER)) {
		*err = why;
		return -1;
	}
	session_note(cmd->session, "the TTL of the set is not remembered: "
	    "%s", why.msg);
	return 0;
}

static void
tell_plan(struct cmd *cmd, const struct config_zone *zone,
    const struct source_set *set)
{
	struct plan plan = PLAN_INIT;

	source_plan(zone->name, set, &plan);
	cmd_plan(cmd, &plan);
	plan_clear(&plan);
}

/* The set, and with which TTLs it came. */
static int
print_set(struct cmd *cmd, const struct config_zone *zone, struct error *err)
{
	const bool is_dry = args_has(cmd->args, OPT_DRY_RUN);
	struct source_set set;
	int rc;

	if (source_read(cmd->session, zone, &set, err) != 0)
		return -1;
	rc = is_dry ? 0 : remember(cmd, zone, &set, err);
	if (zone->source.primary != NULL && zone->source.tsig == NULL)
		session_note(cmd->session, "the set came without TSIG: "
		    "whoever is between us and the primary can have changed "
		    "it");
	if (is_dry)
		tell_plan(cmd, zone, &set);
	else
		buf_add(&cmd->text, set.zsks.data, set.zsks.len);
	json_put_text(cmd->json, "zone", zone->name);
	json_put_text(cmd->json, "tsig", zone->source.tsig);
	json_put_text(cmd->json, "records", buf_text(&set.zsks));
	if (set.dnskey_ttl_s != 0)
		json_put_int(cmd->json, "dnskey_ttl", set.dnskey_ttl_s);
	if (set.max_zone_ttl_s != 0)
		json_put_int(cmd->json, "max_zone_ttl", set.max_zone_ttl_s);
	source_set_clear(&set);
	return rc;
}

int
cmd_get_zsks(struct cmd *cmd, struct error *err)
{
	struct config_server server = { .address = NULL };
	struct config_zone zone = { .name = NULL }, *own;
	char text[NAME_TEXT_MAX];
	struct name name;
	int rc = -1;

	if (cmd_zone(cmd->args->words[0], &name, err) != 0)
		return -1;
	zone.name = name_text(&name, text);
	own = config_zone_named(session_config(cmd->session), text);
	if (find_source(cmd, own, &zone, &server, err) == 0) {
		if (args_has(cmd->args, OPT_TRANSFER))
			zone.source.transfer = true;
		rc = print_set(cmd, &zone, err);
	}
	if (server.address != NULL)
		free(zone.source.tsig);
	free(server.address);
	config_zone_free(own);
	return rc;
}

static int
read_configured(struct cmd *cmd, const struct config_zone *zone,
    struct buf *text, struct error *err)
{
	struct source_set set;
	int rc = 0;

	if (source_read(cmd->session, zone, &set, err) != 0)
		return -1;
	if (!args_has(cmd->args, OPT_DRY_RUN))
		rc = source_record(cmd->session, zone->name, &set, err);
	if (rc == 0)
		buf_add(text, set.zsks.data, set.zsks.len);
	source_set_clear(&set);
	return rc;
}

int
cmd_zsks_fetch(struct cmd *cmd, const char *word,
    struct zsks_request *request, struct buf *text, struct error *err)
{
	struct config_zone *zone;
	char name[NAME_TEXT_MAX];
	int rc;

	if (cmd_zone(word, &request->zone, err) != 0)
		return -1;
	zone = config_zone_named(session_config(cmd->session),
	    name_text(&request->zone, name));
	rc = source_is_configured(zone) ?
	    read_configured(cmd, zone, text, err) : no_source(name, err);
	if (rc == 0) {
		request->what = "the configured source";
		request->text = buf_text(text);
		request->len = text->len;
		request->tsig = admission_tsig(zone);
	}
	config_zone_free(zone);
	return rc;
}
