#include <stdio.h>

#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_status_end.h"
#include "kmgr/dns/alg.h"
#include "kmgr/engine/config.h"
#include "kmgr/life/life_todo.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/run_failure.h"
#include "kmgr/service/run_told.h"

/* A zone at this instant. */
struct standing {
	const struct zone_life	*zone;
	int64_t			 now_at;
	struct life_todo	 todo;
	struct cmd_ends		 ends;
	int64_t			 left_s;	/* of coverage */
	bool			 is_unpublished; /* what was signed last */
	struct run_failure	 failure;
	const char		*broken;	/* hook, or NULL */
};

static const char *
wait_text(const struct standing *standing)
{

	if (standing->todo.is_idle)
		return "nothing";
	return standing->todo.wait == LIFE_DUE ? "action" :
	    life_wait_name(standing->todo.wait);
}

/* What `run` does where it knows the way nobody has to do. */
static void
leave_to_run(struct cmd *cmd, const struct zone_life *zone,
    struct life_todo *todo)
{
	const struct config_zone *known = config_zone(
	    session_config(cmd->session), zone->text);

	if (todo->wait != LIFE_DUE || todo->is_idle || known == NULL ||
	    (known->source.primary == NULL && known->source.file == NULL &&
	    known->source.command == NULL))
		return;
	(void)snprintf(todo->command, sizeof(todo->command), "kmgr run");
}

static int
stand(struct cmd *cmd, const struct zone_life *zone,
    const struct life_plan *plan, struct standing *out, struct error *err)
{

	out->zone = zone;
	out->now_at = session_now(cmd->session);
	life_todo(&zone->life, plan, out->now_at, &out->todo);
	leave_to_run(cmd, zone, &out->todo);
	if (run_told_take(cmd->session, zone, &out->todo, &out->broken,
	    err) != 0)
		return -1;
	out->left_s = zone->life.signed_until_at - out->now_at;
	if (publish_waits(cmd->session, zone, &out->is_unpublished, err) != 0)
		return -1;
	/* Before whatever somebody else is asked for. */
	if (out->is_unpublished)
		(void)snprintf(out->todo.command, sizeof(out->todo.command),
		    "kmgr run");
	if (cmd_ends_find(cmd, zone, plan, &out->ends, err) != 0)
		return -1;
	if (run_failure_find(cmd->session, &zone->row, &out->failure,
	    err) == 0)
		return 0;
	cmd_ends_clear(&out->ends);
	return -1;
}

/* What is on its way out, or dead, is rolled no more. */
static int64_t
roll_at(const struct life_zone *zone, size_t i)
{
	const struct life_key *key = &zone->keys[i];

	return zone->goal == LIFE_INSECURE || key->retire_at != 0 ||
	    key->revoke_at != 0 || key->is_compromised ? LIFE_NEVER :
	    life_roll_at(zone, i);
}

static void
put_key(struct json *json, const struct standing *standing, size_t i)
{
	const struct life_zone *zone = &standing->zone->life;
	const struct life_key *key = &zone->keys[i];
	const int64_t now_at = standing->now_at;

	json_put_text(json, "key", key->name);
	json_put_int(json, "key_tag", key->key_tag);
	json_put_text(json, "algorithm", alg_name(key->alg));
	json_put_bool(json, "foreign", key->is_foreign);
	json_put_text(json, "state", life_word(zone, i, now_at));
	json_put_text(json, "dnskey", life_state_name(
	    life_dnskey_state(zone, i, now_at)));
	cmd_life_put_time(json, "dnskey_until",
	    life_dnskey_until(zone, i, now_at));
	json_put_text(json, "ds", life_state_name(
	    life_ds_state(zone, i, now_at)));
	cmd_life_put_time(json, "ds_until", life_ds_until(zone, i, now_at));
	cmd_life_put_time(json, "roll", roll_at(zone, i));
	cmd_life_put_time(json, "delete_from", cmd_ends_at(&standing->ends,
	    i));
	json_put_text(json, "stopped_by", key->stopped_by);
}

static void
put_failure(struct json *json, const struct standing *standing)
{
	const struct run_failure *failure = &standing->failure;

	json_put_text(json, "failure", failure->text);
	cmd_life_put_time(json, "failing_since", failure->since_at);
	cmd_life_put_time(json, "tried_again", failure->since_at == 0 ? 0 :
	    standing->zone->row.next_at);
}

/* NULL where nobody wants it. */
static struct json *
json_of(const struct cmd *cmd, const struct standing *standing)
{
	struct json *json = cmd->wants_json ? json_new_object() : NULL;
	const struct zone_life *zone = standing->zone;
	const struct life_todo *todo = &standing->todo;
	struct json *list;
	size_t i;

	if (json == NULL)
		return NULL;
	json_put_text(json, "zone", zone->text);
	json_put_text(json, "goal", zone->life.goal == LIFE_INSECURE ?
	    "insecure" : "secure");
	list = json_put_array(json, "ksks");
	for (i = 0; i < zone->life.n_keys; i++)
		put_key(json_add_object(list), standing, i);
	json_put_text(json, "waits_for", wait_text(standing));
	json_put_text(json, "key", todo->key < zone->life.n_keys ?
	    zone->life.keys[todo->key].name : NULL);
	cmd_life_put_time(json, "since", todo->since_at);
	cmd_life_put_time(json, "until", todo->until_at);
	json_put_text(json, "why", todo->why);
	json_put_text(json, "todo", todo->command[0] != '\0' ?
	    todo->command : NULL);
	cmd_life_put_time(json, "signed_until", zone->life.signed_until_at);
	json_put_bool(json, "rests_on_foreign", zone_life_rests_on_foreign(
	    zone, standing->now_at));
	json_put_int(json, "coverage_left_s", standing->left_s > 0 ?
	    standing->left_s : 0);
	json_put_bool(json, "waits_for_hand_over", standing->is_unpublished);
	put_failure(json, standing);
	return json;
}

static int
end(struct cmd *cmd, struct standing *standing, struct error *err)
{
	const int rc = cmd_row(cmd, "zones", json_of(cmd, standing), err);

	run_failure_clear(&standing->failure);
	cmd_ends_clear(&standing->ends);
	return rc;
}

/* "unsigned", "expired", "13d2h". */
static const char *
coverage(const struct standing *standing, char out[static WHEN_TEXT_LEN])
{

	if (standing->zone->life.signed_until_at == 0)
		return "unsigned";
	if (standing->left_s <= 0)
		return "expired";
	/* Nobody reads seconds of days. */
	return when_duration(standing->left_s >= 86400 ?
	    standing->left_s / 3600 * 3600 : standing->left_s, out);
}

/* "12345 active, 23456 published". */
static void
print_words(const struct standing *standing, struct buf *out)
{
	const struct life_zone *zone = &standing->zone->life;
	size_t i;

	for (i = 0; i < zone->n_keys; i++) {
		buf_printf(out, "%s%u ", i > 0 ? ", " : "",
		    zone->keys[i].key_tag);
		buf_add_text(out, life_word(zone, i, standing->now_at));
	}
}

/* What is past by now was hastened: the next pass tries. */
static void
print_failure(const struct standing *standing, struct buf *out)
{
	const struct run_failure *failure = &standing->failure;
	const int64_t next_at = standing->zone->row.next_at;
	char since[WHEN_TEXT_LEN], next[WHEN_TEXT_LEN];

	buf_printf(out, "run fails since %s: %s; tried again %s%s",
	    when_rfc3339(failure->since_at, since), failure->text,
	    next_at > standing->now_at ? "at " : "by the next run",
	    next_at > standing->now_at ? when_rfc3339(next_at, next) : "");
}

/* What is to be mended first no command does. */
static void
print_next(const struct standing *standing, struct buf *out)
{

	buf_add_text(out, "next: ");
	if (standing->broken != NULL) {
		buf_add_text(out, "repair hook ");
		buf_add_text(out, standing->broken);
		buf_add_text(out, ", then ");
	}
	buf_add_text(out, standing->todo.command[0] != '\0' ?
	    standing->todo.command : "nothing to do");
}

/* What one reads behind the keys; the line of each of many zones. */
static void
print_rest(const struct standing *standing, struct buf *out)
{
	const struct life_todo *todo = &standing->todo;
	char text[WHEN_TEXT_LEN];

	buf_add_text(out, "; signed: ");
	buf_add_text(out, coverage(standing, text));
	if (standing->is_unpublished)
		buf_add_text(out, " (not handed over)");
	buf_add_text(out, "; ");
	if (standing->failure.since_at != 0) {
		print_failure(standing, out);
		buf_add_text(out, "; ");
	}
	buf_add_text(out, "waits for ");
	buf_add_text(out, wait_text(standing));
	if (todo->since_at > 0) {
		buf_add_text(out, " since ");
		buf_add_text(out, when_rfc3339(todo->since_at, text));
	}
	if (!todo->is_idle && todo->wait != LIFE_DUE &&
	    todo->until_at != LIFE_NEVER) {
		buf_add_text(out, " until ");
		buf_add_text(out, when_rfc3339(todo->until_at, text));
	}
	if (todo->command[0] != '\0') {
		buf_add_text(out, "; ");
		print_next(standing, out);
	}
	cmd_ends_print(&standing->ends, standing->zone, "; ", "", out);
	buf_add_text(out, "\n");
}

static int
show_line(struct cmd *cmd, const struct zone_life *zone,
    const struct life_plan *plan, struct error *err)
{
	struct standing standing;

	if (stand(cmd, zone, plan, &standing, err) != 0)
		return -1;
	buf_add_text(&cmd->text, zone->text);
	buf_add_text(&cmd->text, ": ");
	print_words(&standing, &cmd->text);
	print_rest(&standing, &cmd->text);
	return end(cmd, &standing, err);
}

static void
print_record(const char *record, enum life_state state, int64_t until_at,
    struct buf *out)
{
	char text[WHEN_TEXT_LEN];

	buf_printf(out, ", %s %s", record, life_state_name(state));
	if (until_at != LIFE_NEVER)
		buf_printf(out, " until %s", when_rfc3339(until_at, text));
}

static void
print_key(const struct standing *standing, size_t i, struct buf *out)
{
	const struct life_zone *zone = &standing->zone->life;
	const int64_t now_at = standing->now_at;
	char text[WHEN_TEXT_LEN];

	buf_printf(out, "  %s %s: %s", zone->keys[i].name,
	    alg_name(zone->keys[i].alg), life_word(zone, i, now_at));
	print_record("DNSKEY", life_dnskey_state(zone, i, now_at),
	    life_dnskey_until(zone, i, now_at), out);
	print_record("DS", life_ds_state(zone, i, now_at),
	    life_ds_until(zone, i, now_at), out);
	if (roll_at(zone, i) != LIFE_NEVER)
		buf_printf(out, "; its roll begins at %s",
		    when_rfc3339(roll_at(zone, i), text));
	if (zone->keys[i].stopped_by != NULL)
		buf_printf(out, "; nothing is signed with it: CMK %s is not "
		    "enabled", zone->keys[i].stopped_by);
	buf_printf(out, "\n");
}

static int
show_details(struct cmd *cmd, const struct zone_life *zone,
    const struct life_plan *plan, struct error *err)
{
	struct buf *out = &cmd->text;
	const struct life_todo *todo;
	char text[WHEN_TEXT_LEN];
	struct standing standing;
	size_t i;

	if (stand(cmd, zone, plan, &standing, err) != 0)
		return -1;
	todo = &standing.todo;
	buf_printf(out, "%s is to be %s\n", zone->text,
	    zone->life.goal == LIFE_INSECURE ? "insecure" : "secure");
	for (i = 0; i < zone->life.n_keys; i++)
		print_key(&standing, i, out);
	if (zone->life.signed_until_at != 0)
		buf_printf(out, "signed until %s (%s left)%s\n",
		    when_rfc3339(zone->life.signed_until_at, text),
		    coverage(&standing, (char[WHEN_TEXT_LEN]) { 0 }),
		    standing.is_unpublished ? ", not handed over" : "");
	else
		buf_printf(out, "never signed\n");
	if (zone_life_rests_on_foreign(zone, standing.now_at))
		buf_printf(out, "not to be served yet in the place of the "
		    "other provider's DNSKEY RRset: not every cache has a DS "
		    "of ours\n");
	if (standing.failure.since_at != 0) {
		print_failure(&standing, out);
		buf_printf(out, "\n");
	}
	buf_printf(out, "waits for %s", wait_text(&standing));
	if (todo->key < zone->life.n_keys)
		buf_printf(out, " (%s)", zone->life.keys[todo->key].name);
	if (todo->since_at > 0)
		buf_printf(out, " since %s", when_rfc3339(todo->since_at,
		    text));
	buf_printf(out, "%s%s\n", todo->why[0] != '\0' ? ", " : "",
	    todo->why);
	print_next(&standing, out);
	buf_printf(out, "\n");
	cmd_ends_print(&standing.ends, zone, "", "\n", out);
	return end(cmd, &standing, err);
}

int
cmd_status(struct cmd *cmd, struct error *err)
{

	return cmd_life_glance(cmd, cmd->args->n_words == 0 ? show_line :
	    show_details, err);
}
