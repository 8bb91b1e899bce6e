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
find_source(struct cmd *cmd, const char *name, struct config_zone *zone,
    struct config_server *server, struct error *err)
{
	const struct config_zone *own = config_zone(
	    session_config(cmd->session), name);
	const char *from = args_get(cmd->args, OPT_FROM);

	if (from != NULL)
		return read_from(cmd, from, zone, server, err);
	if (args_has(cmd->args, OPT_TSIG))
		return err_set(err, ERR_USAGE, "--tsig goes with --from");
	if (!source_is_configured(own)) {
		return no_source(name, err);
	}
	zone->source = own->source;
	return 0;
}

int
cmd_get_zsks(struct cmd *cmd, struct error *err)
{
	struct config_server server = { .address = NULL };
	struct config_zone zone = { .name = NULL };
	char text[NAME_TEXT_MAX];
	struct name name;
	int rc = -1;

	if (cmd_zone(cmd->args->words[0], &name, err) != 0)
		return -1;
	zone.name = name_text(&name, text);
	if (find_source(cmd, text, &zone, &server, err) == 0 &&
	    source_read(cmd->session, &zone, &cmd->text, err) == 0) {
		if (zone.source.primary != NULL && zone.source.tsig == NULL)
			session_note(cmd->session, "the set came without "
			    "TSIG: whoever is between us and the primary can "
			    "have changed it");
		json_put_text(cmd->json, "zone", text);
		json_put_text(cmd->json, "tsig", zone.source.tsig);
		json_put_text(cmd->json, "records", buf_text(&cmd->text));
		rc = 0;
	}
	if (server.address != NULL)
		free(zone.source.tsig);
	free(server.address);
	return rc;
}

int
cmd_zsks_fetch(struct cmd *cmd, struct zsks_request *request,
    struct buf *text, struct error *err)
{
	const struct config_zone *zone;
	char name[NAME_TEXT_MAX];

	if (cmd->args->n_words != 1)
		return err_set(err, ERR_USAGE, "--fetch goes with one zone "
		    "and no file");
	if (cmd_zone(cmd->args->words[0], &request->zone, err) != 0)
		return -1;
	zone = config_zone(session_config(cmd->session),
	    name_text(&request->zone, name));
	if (!source_is_configured(zone))
		return no_source(name, err);
	if (source_read(cmd->session, zone, text, err) != 0)
		return -1;
	request->what = "the configured source";
	request->text = buf_text(text);
	request->len = text->len;
	request->tsig = admission_tsig(zone);
	return 0;
}
