#include "kmgr/cmd/cmd_next.h"
#include "kmgr/store/store_life.h"

int
cmd_next(struct store *store, const struct config *config, struct buf *out,
    struct error *err)
{
	char **zones = NULL;
	struct cmk_row *cmks;
	size_t n, n_zones = 0;
	int rc = 0;

	if (store_cmk_list(store, &cmks, &n, err) != 0)
		return -1;
	if (n == 0)
		buf_printf(out, "there is no CMK yet; next: kmgr create-cmk "
		    "NAME --token %s --policy FILE\n", config->n_tokens == 1 ?
		    config->tokens[0].name : "TOKEN");
	else if ((rc = store_zone_list(store, "", 1, &zones, &n_zones,
	    err)) == 0 && n_zones == 0)
		buf_printf(out, "no zone has a KSK; next: kmgr create-ksk "
		    "ZONE --cmk %s\n", n == 1 ? cmks[0].name : "NAME");
	zone_names_free(zones, n_zones);
	cmk_rows_free(cmks, n);
	return rc;
}

int
cmd_next_note(struct cmd *cmd, struct error *err)
{
	struct store *store;

	if (session_store(cmd->session, &store, err) != 0)
		return -1;
	return cmd_next(store, session_config(cmd->session),
	    session_notes(cmd->session), err);
}
