#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_status_sum.h"
#include "kmgr/dns/alg.h"

/* What is shown of all zones, and what was seen of them. */
struct list {
	bool			is_todo; /* without those that are quiet */
	struct cmd_status_sum	sum;
};

static const char *
wait_name(const struct cmd_standing *standing)
{

	if (standing->todo.is_idle)
		return "nothing";
	return standing->todo.wait == LIFE_DUE ? "action" :
	    life_wait_name(standing->todo.wait);
}

/* Who is waited for: what `run` does is left to its next pass. */
static const char *
wait_text(const struct cmd_standing *standing)
{
	const struct life_todo *todo = &standing->todo;

	if (todo->is_idle)
		return "nothing";
	return todo->wait == LIFE_DUE &&
	    strcmp(todo->command, "kmgr run") == 0 ? "the next run" :
	    life_wait_text(todo->wait);
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
put_key(struct json *json, const struct cmd_standing *standing, size_t i)
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
put_failure(struct json *json, const struct cmd_standing *standing)
{
	const struct run_failure *failure = &standing->failure;

	json_put_text(json, "failure", failure->text);
	cmd_life_put_time(json, "failing_since", failure->since_at);
	cmd_life_put_time(json, "tried_again", failure->since_at == 0 ? 0 :
	    standing->zone->row.next_at);
}

static void
put_claim(struct json *json, const struct run_claim *claim)
{

	json_put_text(json, "claimed_by_host", claim->host);
	json_put_int(json, "claimed_by_pid", claim->pid);
	cmd_life_put_time(json, "claimed_until", claim->until_at);
}

/* NULL where nobody wants it. */
static struct json *
json_of(const struct cmd *cmd, const struct cmd_standing *standing)
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
	json_put_text(json, "waits_for", wait_name(standing));
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
	if (standing->claim != NULL && standing->claim->until_at != 0)
		put_claim(json, standing->claim);
	return json;
}

static int
end(struct cmd *cmd, struct cmd_standing *standing, struct error *err)
{
	const int rc = cmd_row(cmd, "zones", json_of(cmd, standing), err);

	cmd_standing_clear(standing);
	return rc;
}

/* "unsigned", "expired", "13d2h". */
static const char *
coverage(const struct cmd_standing *standing, char out[static WHEN_TEXT_LEN])
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
print_words(const struct cmd_standing *standing, struct buf *out)
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
print_failure(const struct cmd_standing *standing, struct buf *out)
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
print_next(const struct cmd_standing *standing, struct buf *out)
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

/* Each of many zones. */
static void
print_line(const struct cmd_standing *standing, struct buf *out)
{
	const struct life_todo *todo = &standing->todo;
	char text[WHEN_TEXT_LEN];

	buf_add_text(out, standing->zone->text);
	buf_add_text(out, ": ");
	print_words(standing, out);
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
show_line(struct cmd *cmd, void *arg, const struct zone_life *zone,
    const struct life_plan *plan, struct error *err)
{
	struct cmd_standing standing;
	struct list *list = arg;
	enum cmd_standing_kind kind;

	if (cmd_standing_find(cmd, zone, plan, &standing, err) != 0)
		return -1;
	kind = cmd_standing_kind(&standing);
	list->sum.n_of[kind]++;
	if (list->is_todo && kind == CMD_STANDING_QUIET) {
		cmd_standing_clear(&standing);
		return 0;
	}
	if (!cmd->wants_json)
		print_line(&standing, &cmd->text);
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
print_key(const struct cmd_standing *standing, size_t i, struct buf *out)
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

/* Of what has ended nothing is left. */
static void
print_signed(const struct cmd_standing *standing, struct buf *out)
{
	const int64_t until_at = standing->zone->life.signed_until_at;
	char until[WHEN_TEXT_LEN], left[WHEN_TEXT_LEN];

	if (until_at == 0)
		buf_printf(out, "never signed\n");
	else
		buf_printf(out, "signed until %s (%s%s)%s\n",
		    when_rfc3339(until_at, until), coverage(standing, left),
		    standing->left_s > 0 ? " left" : "",
		    standing->is_unpublished ? ", not handed over" : "");
}

static void
print_claim(const struct run_claim *claim, struct buf *out)
{
	char text[WHEN_TEXT_LEN];

	if (claim->until_at != 0)
		buf_printf(out, "run works on it: process %ld on %s, which "
		    "has it until %s, or longer\n", claim->pid, claim->host,
		    when_rfc3339(claim->until_at, text));
}

static int
show_details(struct cmd *cmd, void *arg, const struct zone_life *zone,
    const struct life_plan *plan, struct error *err)
{
	struct buf *out = &cmd->text;
	const struct life_todo *todo;
	char text[WHEN_TEXT_LEN];
	struct cmd_standing standing;
	struct run_claim claim;
	size_t i;

	(void)arg;
	if (run_claims_find(cmd->session, zone->text, &claim, err) != 0 ||
	    cmd_standing_find(cmd, zone, plan, &standing, err) != 0)
		return -1;
	standing.claim = &claim;
	todo = &standing.todo;
	buf_printf(out, "%s is to be %s\n", zone->text,
	    zone->life.goal == LIFE_INSECURE ? "insecure" : "secure");
	for (i = 0; i < zone->life.n_keys; i++)
		print_key(&standing, i, out);
	print_signed(&standing, out);
	if (zone_life_rests_on_foreign(zone, standing.now_at))
		buf_printf(out, "not to be served yet in the place of the "
		    "other provider's DNSKEY RRset: not every cache has a DS "
		    "of ours\n");
	if (standing.failure.since_at != 0) {
		print_failure(&standing, out);
		buf_printf(out, "\n");
	}
	print_claim(&claim, out);
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

/* One zone's line says as much by itself. */
static int
show_list(struct cmd *cmd, struct error *err)
{
	struct list list = { .is_todo = args_has(cmd->args, OPT_TODO) };
	struct cmd_life_view view = { .show = show_line, .arg = &list };
	const int rc = cmd_life_glance(cmd, &view, err);
	size_t n;

	list.sum.n_unread = view.n_unread;
	n = cmd_status_sum_all(&list.sum);
	cmd_status_sum_put(&list.sum, cmd->json);
	if (n > 1 || (n == 1 && list.is_todo))
		cmd_status_sum_print(&list.sum, &cmd->text);
	return rc;
}

int
cmd_status(struct cmd *cmd, struct error *err)
{
	struct cmd_life_view view = { .show = show_details };

	if (cmd->args->n_words == 0)
		return show_list(cmd, err);
	if (args_has(cmd->args, OPT_TODO))
		return err_set(err, ERR_USAGE, "--todo picks from all zones, "
		    "and one was named");
	return cmd_life_each(cmd, &view, err);
}
