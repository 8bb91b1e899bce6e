#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/dns/trust_anchor.h"
#include "kmgr/engine/ksr_revoked.h"

/* An anchor for each digest of the KSK's policy; until_at 0: no end. */
static void
add_ksk(const struct ksk *ksk, int64_t until_at, struct trust_anchor **list,
    size_t *n)
{
	const struct policy *policy = ksk->cmk->policy;
	struct trust_anchor *anchor;
	size_t i;

	for (i = 0; i < policy->n_digests; i++) {
		anchor = mem_push(list, (*n)++, sizeof(*anchor));
		anchor->key = ksk->dnskey;
		anchor->digest = policy->digests[i];
		anchor->id = ksk->row.id;
		anchor->valid_from_at = ksk->row.created_at;
		anchor->valid_until_at = until_at;
	}
}

/* Its DS is gone, or it is revoked; whatever is first. */
static int
end_of(struct store *store, const struct ksk *ksk, int64_t *at,
    struct error *err)
{

	if (ksr_revoked_at(store, ksk, at, err) != 0)
		return -1;
	if (ksk->row.ds_gone_at != 0 &&
	    (*at == 0 || ksk->row.ds_gone_at < *at))
		*at = ksk->row.ds_gone_at;
	return 0;
}

int
cmd_export_trust_anchor(struct cmd *cmd, struct error *err)
{
	const char *source = args_get(cmd->args, OPT_SOURCE);
	struct trust_anchor *list = NULL;
	struct cmk_cache cache = { 0 };
	struct ksk *ksks = NULL;
	struct store *store;
	int64_t until_at;
	size_t i, n = 0, n_ksks = 0;
	struct name zone;
	int rc = -1;

	if (cmd_ksk_load(cmd, &cache, cmd->args->words[0], &zone, &ksks,
	    &n_ksks, err) != 0 ||
	    session_store(cmd->session, &store, err) != 0)
		goto out;
	for (i = 0; i < n_ksks; i++) {
		if (end_of(store, &ksks[i], &until_at, err) != 0)
			goto out;
		add_ksk(&ksks[i], until_at, &list, &n);
	}
	trust_anchor_write(&zone, source == NULL ? "" : source, list, n,
	    &cmd->text);
	json_put_int(cmd->json, "anchors", (int64_t)n);
	json_put_text(cmd->json, "trust_anchor", buf_text(&cmd->text));
	rc = 0;
 out:
	free(list);
	ksk_list_free(ksks, n_ksks);
	cmk_cache_clear(&cache);
	return rc;
}
