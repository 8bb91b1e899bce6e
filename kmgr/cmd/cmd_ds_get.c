/* get-ds: which DS the parent is to have, of one zone or of many. */
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ds_early.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/stream.h"
#include "kmgr/cmd/tally.h"
#include "kmgr/cmd/zone_list.h"
#include "kmgr/engine/pins.h"
#include "kmgr/engine/zone_life.h"
#include "kmgr/store/store_zone.h"

/* What is printed, of zone after zone. */
struct printing {
	struct cmd			*cmd;
	const struct cmd_ds_format	*format;
	struct cmk_cache		 cache;
	struct json			*list;	/* of one zone: all of it */
	struct stream			*stream; /* of many */
	size_t				 n_listed; /* in JSON as a format */
	size_t				 n_zones;
	struct cmd_ds_early		 early;
	size_t				 n_unseen; /* that are ready */
};

static int
refuse_none(const struct ksk *ksk, const struct zone_life *zone, size_t i,
    int64_t now_at, struct error *err)
{
	char at[WHEN_TEXT_LEN];

	if (ksk->row.ds_gone_at != 0)
		(void)err_set(err, ERR_POLICY, "KSK %s/%u is %s: its DS is "
		    "gone from the parent since %s", ksk->row.zone,
		    ksk->row.key_tag, life_word(&zone->life, i, now_at),
		    when_rfc3339(ksk->row.ds_gone_at, at));
	else
		(void)err_set(err, ERR_POLICY, "KSK %s/%u is %s: the parent "
		    "should have no DS of it", ksk->row.zone,
		    ksk->row.key_tag, life_word(&zone->life, i, now_at));
	return err_hint(err, "kmgr create-ksk %s --another --cmk NAME makes a "
	    "new KSK", ksk->row.zone);
}

/* Whether it is on its way to a DS, be it not time yet. */
static bool
is_coming(const struct zone_life *zone, size_t i, int64_t now_at)
{
	const struct life_key *key = &zone->life.keys[i];

	return key->retire_at == 0 && !key->is_compromised &&
	    key->ds_gone_at == 0 && zone->life.goal == LIFE_SECURE &&
	    key->standby != LIFE_STANDBY_DNSKEY &&
	    life_ds_state(&zone->life, i, now_at) == LIFE_HIDDEN;
}

/*
 * Keep those of the *n KSKs whose DS the parent should have, or, where it
 * should have none yet, those that are on their way. is_early says which.
 */
static int
keep_wanted(const struct zone_life *zone, struct ksk *list, size_t *n,
    int64_t now_at, bool *is_early, struct error *err)
{
	size_t i, k, kept = 0;
	struct ksk other;
	int pass;

	for (pass = 0; pass < 2 && kept == 0; pass++) {
		*is_early = pass == 1;
		for (k = 0; k < *n; k++) {
			i = zone_life_find(zone, list[k].row.id);
			if (i >= zone->n_ksks || (pass == 0 ?
			    !zone_life_wants_ds(zone, i, now_at) :
			    !is_coming(zone, i, now_at)))
				continue;
			other = list[kept];
			list[kept++] = list[k];
			list[k] = other;
		}
	}
	if (kept == 0)
		return refuse_none(&list[0], zone, zone_life_find(zone,
		    list[0].row.id), now_at, err);
	while (*n > kept)
		ksk_row_clear(&list[--*n].row);
	return 0;
}

/* Other providers' keys, as the parent is to have their DS beside ours. */
static void
add_foreign(const struct zone_life *zone, int64_t now_at, bool is_early,
    struct ksk **list, size_t *n)
{
	const size_t n_own = *n;
	struct ksk *ksk;
	size_t i, k;

	for (k = 0; k < zone->n_foreign; k++) {
		i = zone->n_ksks + k;
		if (!zone_life_wants_ds(zone, i, now_at) &&
		    !(is_early && is_coming(zone, i, now_at)))
			continue;
		ksk = mem_push(list, (*n)++, sizeof(*ksk));
		*ksk = (struct ksk) { .zone = zone->name,
			.dnskey = zone->foreign_dnskeys[k],
			.cmk = (*list)[n_own - 1].cmk };
		memcpy(ksk->row.id, zone->foreign[k].id,
		    sizeof(ksk->row.id));
		ksk->row.zone = mem_strdup(zone->text);
		ksk->row.key_tag = zone->foreign[k].key_tag;
		ksk->row.alg = zone->foreign[k].alg;
		ksk->row.created_at = zone->foreign[k].added_at;
		ksk->row.state = mem_strdup("foreign");
	}
}

/* The words of the life cycle, as status has them. */
static void
put_words(const struct zone_life *zone, int64_t now_at, struct ksk *list,
    size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		k = zone_life_find(zone, list[i].row.id);
		if (k == LIFE_NONE)
			continue;
		free(list[i].row.state);
		list[i].row.state = mem_strdup(life_word(&zone->life, k,
		    now_at));
	}
}

/* Of many zones each goes where it is to go at once. */
static void
print_row(struct printing *all, const struct json *row)
{
	struct cmd *cmd = all->cmd;

	if (all->stream == NULL) {
		json_add_take(all->list, json_copy_of(row));
	} else if (cmd->wants_json) {
		stream_row(all->stream, "ds", json_copy_of(row));
	} else {
		buf_printf(&cmd->text, "%s", all->n_listed == 0 ? "[" : "");
		cmd_row_put(row, 1, all->n_listed == 0, &cmd->text);
		all->n_listed++;
	}
}

/* As the format has it; for machines, and as an array, in rows. */
static void
print_set(struct printing *all, const struct cmd_ds_set *data)
{
	struct cmd *cmd = all->cmd;
	struct json *rows;
	size_t i;

	/* What makes one object cannot be printed zone by zone. */
	if (all->format->print != cmd_ds_print_json) {
		if (all->n_zones > 0 && all->format->print == cmd_ds_form)
			buf_printf(&cmd->text, "\n");
		all->format->print(data, &cmd->text);
	}
	if (all->format->print == cmd_ds_print_json || cmd->wants_json) {
		rows = cmd_ds_json(data);
		for (i = 0; i < json_len(rows); i++)
			print_row(all, json_at(rows, i));
		json_free(rows);
	}
	all->n_zones++;
}

/*
 * Whoever asks for one zone is told when it is early. Of many the DS go where
 * nobody reads notes, and those that are early stay here: in JSON they say so.
 */
static int
print(struct printing *all, const struct zone_life *life,
    const struct cmd_ds_set *data, struct error *err)
{
	struct cmd *cmd = all->cmd;
	const char *unseen = NULL;
	struct error why = ERR_INIT;
	int rc = 0;

	if (data->ready[0].is_ready)
		unseen = cmd_ds_unseen(life, data);
	else if (all->stream == NULL)
		cmd_ds_note_early(cmd, data);
	else
		rc = cmd_ds_early_add(&all->early, data, &why);
	all->n_unseen += unseen != NULL;
	if (unseen != NULL && all->stream == NULL)
		session_note(cmd->session, "when the parent has it: kmgr "
		    "ds-seen %s, unless run looks", unseen);
	if (args_has(cmd->args, OPT_EARLY))
		rc = 0;
	if (rc == 0 || cmd->wants_json)
		print_set(all, data);
	if (rc != 0)
		*err = why;
	return rc;
}

/* The parent is to have all of them, or none yet. Owner: the caller. */
static struct ds_ready *
ready_of(const struct zone_life *life, const struct cmd_ds_set *data,
    int64_t now_at, bool is_early)
{
	struct ds_ready *ready = mem_new(data->n_ksks * sizeof(*ready));
	size_t i;

	for (i = 0; i < data->n_ksks; i++)
		if (is_early)
			ds_ready_ahead(life, zone_life_find(life,
			    data->ksks[i].row.id), now_at, &ready[i]);
		else
			ready[i].is_ready = true;
	return ready;
}

/* Of ZONE, or ZONE/KEYTAG. */
static int
print_zone(struct printing *all, const char *word, struct error *err)
{
	const int64_t now_at = session_now(all->cmd->session);
	struct cmd_ds_set data = { 0 };
	struct ds_ready *ready = NULL;
	struct zone_life *life = NULL;
	struct ksk *ksks = NULL;
	bool is_early = false;
	struct name zone;
	int rc = -1;

	if (cmd_ksk_load(all->cmd, &all->cache, word, &zone, &ksks,
	    &data.n_ksks, err) != 0 ||
	    zone_life_load(all->cmd->session, &all->cache, &zone, &life,
	    err) != 0 ||
	    keep_wanted(life, ksks, &data.n_ksks, now_at, &is_early,
	    err) != 0)
		goto out;
	data.zone = &zone;
	(void)name_text(&zone, data.zone_text);
	if (strchr(word, '/') == NULL)
		add_foreign(life, now_at, is_early, &ksks, &data.n_ksks);
	put_words(life, now_at, ksks, data.n_ksks);
	data.ksks = ksks;
	data.ready = ready = ready_of(life, &data, now_at, is_early);
	cmd_ds_collect(&data);
	rc = print(all, life, &data, err);
 out:
	free(ready);
	free(data.list);
	ksk_list_free(ksks, data.n_ksks);
	zone_life_free(life);
	return rc;
}

/* Whether every zone would fail with this. */
static bool
is_of_all(const struct error *err)
{

	return err->class != ERR_INPUT && err->class != ERR_POLICY &&
	    err->class != ERR_INTEGRITY && err->class != ERR_USAGE;
}

static int
print_list(struct printing *all, const struct zone_list *list,
    struct stream *stream, struct tally *tally, struct error *err)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct zone_line *line = &list->lines[i];
		struct error why = ERR_INIT;

		if (stop_signal() != 0 || stream_is_broken(stream))
			break;
		if (line->why != NULL) {
			(void)tally_refuse(tally, line->text, line->why);
		} else if (print_zone(all, line->text, &why) == 0) {
			tally->n_done++;
			stream_write(stream);
		} else if (why.class == ERR_NOT_YET) {
			tally_hold(tally, &why);
		} else if (is_of_all(&why)) {
			*err = why;
			return -1;
		} else {
			(void)tally_refuse(tally, line->text, &why);
		}
		cmd_progress(all->cmd, i + 1, list->n);
	}
	return 0;
}

/* All of it, in the order of the list. */
static int
print_many(struct printing *all, struct error *err)
{
	const char *path = args_get(all->cmd->args, OPT_ZONES_FROM);
	struct stream stream = { .cmd = all->cmd };
	struct zone_list list;
	struct tally tally;
	int rc = -1;

	if (zone_list_read(path, ZONE_LIST_ZONES, &list, err) == 0 &&
	    stream_open(&stream, all->cmd, err) == 0) {
		stop_catch();
		all->stream = &stream;
		tally_init(&tally, all->cmd, "zones", "told of", "zone");
		tally.all = list.n;
		rc = print_list(all, &list, &stream, &tally, err);
		if (all->format->print == cmd_ds_print_json &&
		    !all->cmd->wants_json) {
			buf_printf(&all->cmd->text, "%s]\n",
			    all->n_listed == 0 ? "[" : "\n");
			stream_write(&stream);
		}
		if (all->cmd->n_rows == 0)
			(void)json_put_array(all->cmd->json, "ds");
		if (rc == 0 && tally.n_done > 0)
			rc = (tally_is_cut(&tally) ? stream_check :
			    stream_end)(&stream, err);
		tally_note(&tally);
		if (all->n_unseen > 0)
			session_note(all->cmd->session, "when the parents "
			    "have them: kmgr ds-seen --zones-from FILE, "
			    "unless run looks");
		cmd_ds_early_note(&all->early, all->cmd, list.n);
		json_put_int(all->cmd->json, "n_early",
		    (int64_t)all->early.n);
		rc = tally_end(&tally, rc, err);
	}
	stream_close(&stream);
	zone_list_clear(&list);
	return rc;
}

int
cmd_get_ds(struct cmd *cmd, struct error *err)
{
	const bool is_bulk = args_has(cmd->args, OPT_ZONES_FROM);
	struct printing all = { .cmd = cmd };
	int rc;

	if (cmd_ds_format_find(args_get(cmd->args, OPT_FORMAT), &all.format,
	    err) != 0)
		return -1;
	if (is_bulk && args_has(cmd->args, OPT_DIFF))
		return err_set(err, ERR_USAGE, "--diff asks the parent of one "
		    "zone, and --zones-from names many");
	if (!is_bulk && args_has(cmd->args, OPT_EARLY))
		return err_set(err, ERR_USAGE, "--early is for --zones-from: "
		    "the DS of one zone are printed in any case");
	if (args_has(cmd->args, OPT_DIFF))
		return cmd_ds_diff(cmd, all.format->diff, err);
	if (pins_note_unmatched(cmd->session, err) != 0)
		return -1;
	if (is_bulk) {
		rc = print_many(&all, err);
	} else {
		all.list = json_put_array(cmd->json, "ds");
		rc = print_zone(&all, cmd->args->words[0], err);
		if (all.format->print == cmd_ds_print_json)
			json_pretty(all.list, &cmd->text);
	}
	cmk_cache_clear(&all.cache);
	return rc;
}
