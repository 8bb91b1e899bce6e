#include "kmgr/base/int64.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ds_early.h"

/*
 * A DS ahead of its DNSKEY makes the zone bogus for who validates, and so does
 * the first DS while caches have data from when the zone was not signed. RFC
 * 7583 s3.3.1: IpubC = DprpC + TTLkey, and a safety margin.
 */
static void
note_key(struct cmd *cmd, const struct ksk *ksk, const struct ds_ready *ready)
{
	char text[WHEN_TEXT_LEN];

	if (ready->is_unpublished)
		session_note(cmd->session, "KSK %s/%u is not published yet: "
		    "put what sign-zsks prints into the zone and wait until "
		    "caches have it, before the parent gets its DS",
		    ksk->row.zone, ksk->row.key_tag);
	else if (ready->at != LIFE_NEVER)
		session_note(cmd->session, "the parent may have the DS of KSK "
		    "%s/%u from %s on, if the zone has been serving the key "
		    "since it was first signed; kmgr plan %s says why",
		    ksk->row.zone, ksk->row.key_tag,
		    when_rfc3339(ready->at, text), ksk->row.zone);
	else if (!ready->lacks_backup)
		session_note(cmd->session, "the parent may not have the DS of "
		    "KSK %s/%u yet; kmgr plan %s says why", ksk->row.zone,
		    ksk->row.key_tag, ksk->row.zone);
	if (ready->lacks_backup)
		session_note(cmd->session, "KSK %s/%u has no backup yet, and "
		    "its policy says that it gets no DS before: kmgr backup "
		    "FILE", ksk->row.zone, ksk->row.key_tag);
}

void
cmd_ds_note_early(struct cmd *cmd, const struct cmd_ds_set *set)
{
	size_t i;

	for (i = 0; i < set->n_ksks; i++)
		if (!cmd_ds_is_foreign(&set->ksks[i]))
			note_key(cmd, &set->ksks[i], &set->ready[i]);
}

const char *
cmd_ds_unseen(const struct zone_life *life, const struct cmd_ds_set *set)
{
	const struct life_key *key;
	size_t i, k;

	for (i = 0; i < set->n_ksks; i++) {
		k = zone_life_find(life, set->ksks[i].row.id);
		key = k == LIFE_NONE ? NULL : &life->life.keys[k];
		if (key != NULL && !key->is_foreign && (key->ds_seen_at == 0 ||
		    key->ds_seen_at < key->ds_add_at))
			return key->name;
	}
	return NULL;
}

/* What the zone waits for is what the last of our KSKs does. */
static struct ds_ready
sum_up(const struct cmd_ds_set *set)
{
	struct ds_ready sum = { .at = 0 };
	size_t i;

	for (i = 0; i < set->n_ksks; i++) {
		if (cmd_ds_is_foreign(&set->ksks[i]))
			continue;
		sum.is_unpublished |= set->ready[i].is_unpublished;
		sum.lacks_backup |= set->ready[i].lacks_backup;
		int64_raise(&sum.at, set->ready[i].at);
	}
	return sum;
}

int
cmd_ds_early_add(struct cmd_ds_early *early, const struct cmd_ds_set *set,
    struct error *err)
{
	const struct ds_ready sum = sum_up(set);
	char text[WHEN_TEXT_LEN];

	early->n++;
	early->n_unpublished += sum.is_unpublished;
	early->n_unbacked += sum.lacks_backup;
	if (sum.at != LIFE_NEVER) {
		if (early->n_timed++ == 0 || sum.at < early->first_at)
			early->first_at = sum.at;
		int64_raise(&early->last_at, sum.at);
	}
	if (sum.is_unpublished)
		(void)err_set(err, ERR_NOT_YET, "zone %s: its KSK is not "
		    "published yet", set->zone_text);
	else if (sum.at != LIFE_NEVER)
		(void)err_set(err, ERR_NOT_YET, "zone %s: the parent may have "
		    "its DS from %s on", set->zone_text,
		    when_rfc3339(sum.at, text));
	else
		(void)err_set(err, ERR_NOT_YET, "zone %s: the parent may not "
		    "have its DS yet; kmgr plan %s says why", set->zone_text,
		    set->zone_text);
	return err_hint(err, "--early prints them all the same");
}

static void
note_times(const struct cmd_ds_early *early, struct cmd *cmd)
{
	char first[WHEN_TEXT_LEN], last[WHEN_TEXT_LEN];

	(void)when_rfc3339(early->first_at, first);
	if (early->first_at == early->last_at)
		session_note(cmd->session, "%zu of them may have it from %s "
		    "on, if they have been served since they were first "
		    "signed", early->n_timed, first);
	else
		session_note(cmd->session, "%zu of them may have it later, "
		    "the first from %s on, the last from %s on, if they have "
		    "been served since they were first signed",
		    early->n_timed, first, when_rfc3339(early->last_at, last));
}

void
cmd_ds_early_note(const struct cmd_ds_early *early, struct cmd *cmd,
    size_t all)
{

	if (early->n == 0)
		return;
	session_note(cmd->session, "%zu of %zu zones are too early for a DS, "
	    "which would make them bogus%s", early->n, all,
	    args_has(cmd->args, OPT_EARLY) ? "" : cmd->wants_json ?
	    ": not ready" : ": left out");
	if (early->n_timed > 0)
		note_times(early, cmd);
	if (early->n_unpublished > 0)
		session_note(cmd->session, "%zu of them are not published "
		    "yet: put what sign-zsks prints into the zones first",
		    early->n_unpublished);
	if (early->n_unbacked > 0)
		session_note(cmd->session, "%zu of them have no backup yet, "
		    "and their policy says that they get no DS before: kmgr "
		    "backup FILE", early->n_unbacked);
}
