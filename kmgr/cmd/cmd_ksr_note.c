#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksr_note.h"
#include "kmgr/cmd/cmd_ksr_sign.h"

static void
note_warnings(struct cmd *cmd, const struct skr *skr)
{
	const struct findings *findings = skr_findings(skr);
	size_t i, k;

	for (i = 0; i < findings->n; i++) {
		if (findings->items[i].verdict != FINDING_WARN)
			continue;
		for (k = 0; k < i; k++)
			if (findings->items[k].rule ==
			    findings->items[i].rule &&
			    strcmp(findings->items[k].message,
			    findings->items[i].message) == 0)
				break;
		if (k == i)
			session_note(cmd->session, "%s: %s",
			    findings->items[i].rule,
			    findings->items[i].message);
	}
}

/* What is to be served one day is worth something only with a DS. */
static void
note_standby(struct cmd *cmd, const struct skr *skr)
{
	const struct ksk_row *ksk = skr_without_ds(skr);

	if (ksk != NULL)
		session_note(cmd->session, "the emergency response is of no "
		    "use until the parent has the DS of KSK %s/%u, and ds-seen "
		    "has not told of it: kmgr get-ds %s", ksk->zone,
		    ksk->key_tag, ksk->zone);
}

/*
 * Where nobody has told of any DS the oracle has nothing to ask of. For the
 * first response of a zone that is as it should be.
 */
static void
note_untold_ds(struct cmd *cmd, const struct skr *skr)
{
	const struct findings *findings = skr_findings(skr);
	size_t i;

	if (args_has(cmd->args, OPT_GENESIS) &&
	    !args_has(cmd->args, OPT_SCHEMA))
		return;
	for (i = 0; i < findings->n; i++)
		if (findings->items[i].verdict == FINDING_OFF &&
		    strcmp(findings->items[i].rule, "SKR-DS-CHAIN") == 0) {
			session_note(cmd->session, "SKR-DS-CHAIN was not "
			    "judged: %s; where the parent has one, tell it "
			    "with kmgr ds-seen first",
			    findings->items[i].message);
			return;
		}
}

void
cmd_ksr_note(struct cmd *cmd, const struct skr *skr, int rc)
{

	if (rc == 0) {
		note_warnings(cmd, skr);
		note_standby(cmd, skr);
		note_untold_ds(cmd, skr);
	}
	/* Of many requests each has its zone beside it. */
	if (!cmd_ksr_is_many(cmd->args))
		json_put_text(cmd->json, "zone", skr == NULL ||
		    skr_zone(skr)[0] == '\0' ? NULL : skr_zone(skr));
}
