#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/process.h"
#include "kmgr/engine/event.h"
#include "kmgr/service/hook.h"
#include "kmgr/store/ledger.h"

/* KMGR_HOOK, those of a message, NULL at the end. */
#define VARIABLES_MAX 16

struct telling {
	struct json	*json;
	char		*env[VARIABLES_MAX];
	size_t		 n_env;
};

const char *
hook_name(enum hook hook)
{
	static const char *const names[] = { "ds-add", "ds-remove",
		"ds-reminder", "zone-publish" };

	return names[hook];
}

static char **
hook_command(const struct config *config, enum hook hook)
{
	const struct config_hooks *hooks = &config->hooks;
	char **const commands[] = { hooks->ds_add, hooks->ds_remove,
		hooks->ds_reminder, hooks->zone_publish };

	return commands[hook];
}

bool
hook_is_configured(const struct config *config, enum hook hook)
{

	return hook_command(config, hook) != NULL;
}

static void
tell_text(struct telling *telling, const char *variable, const char *member,
    const char *text)
{

	if (text == NULL)
		return;
	telling->env[telling->n_env++] = mem_printf("%s=%s", variable, text);
	json_put_text(telling->json, member, text);
}

static void
tell_number(struct telling *telling, const char *variable,
    const char *member, int64_t v)
{

	if (v < 0)
		return;
	telling->env[telling->n_env++] = mem_printf("%s=%lld", variable,
	    (long long)v);
	json_put_int(telling->json, member, v);
}

/* Its lines: one variable, and in JSON a text each. */
static void
tell_lines(struct telling *telling, const char *variable, const char *member,
    const char *lines)
{
	char *copy, *line, *save = NULL;
	struct json *list;

	if (lines == NULL)
		return;
	telling->env[telling->n_env++] = mem_printf("%s=%s", variable, lines);
	list = json_put_array(telling->json, member);
	copy = mem_strdup(lines);
	for (line = strtok_r(copy, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save))
		json_add_text(list, line);
	free(copy);
}

static void
telling_init(struct telling *telling, enum hook hook,
    const struct hook_message *message)
{
	const int64_t none = -1;

	*telling = (struct telling){ .json = json_new_object() };
	json_put_int(telling->json, "schema", HOOK_SCHEMA);
	tell_text(telling, "KMGR_HOOK", "hook", hook_name(hook));
	tell_text(telling, "KMGR_ZONE", "zone", message->zone);
	tell_number(telling, "KMGR_KEYTAG", "key_tag", message->key_tag);
	tell_number(telling, "KMGR_ALG", "algorithm",
	    message->alg > 0 ? message->alg : none);
	tell_number(telling, "KMGR_DIGEST_TYPE", "digest_type",
	    message->digest_type > 0 ? message->digest_type : none);
	tell_text(telling, "KMGR_DIGEST", "digest", message->digest);
	tell_text(telling, "KMGR_DNSKEY", "dnskey", message->dnskey);
	tell_lines(telling, "KMGR_DS_SET", "ds_set", message->ds_set);
	tell_text(telling, "KMGR_CKA_ID", "cka_id", message->cka_id);
	tell_text(telling, "KMGR_FILE", "file", message->file);
}

static void
telling_clear(struct telling *telling)
{
	size_t i;

	for (i = 0; i < telling->n_env; i++)
		free(telling->env[i]);
	json_free(telling->json);
}

/* How it ended; message is the last line of its standard error. */
static struct json *
event_of(enum hook hook, const struct hook_message *message,
    char *const *command, int exit_status, const char *said)
{
	struct json *event = json_new_object();
	struct error line = ERR_INIT;
	size_t len = strlen(said);
	const char *start;

	while (len > 0 && (said[len - 1] == '\n' || said[len - 1] == '\r'))
		len--;
	for (start = said + len; start > said && start[-1] != '\n'; start--)
		continue;
	json_put_text(event, "hook", hook_name(hook));
	if (message->zone != NULL)
		json_put_text(event, "zone", message->zone);
	if (message->key_tag >= 0)
		json_put_int(event, "key_tag", message->key_tag);
	if (message->asked_at != 0)
		json_put_int(event, "asked_at", message->asked_at);
	json_put_text(event, "program", command[0]);
	if (exit_status >= 0)
		json_put_int(event, "status", exit_status);
	/* What it said is anything; as a message it is text. */
	(void)err_set(&line, ERR_SYSTEM, "%.*s", (int)(said + len - start),
	    start);
	if (line.msg[0] != '\0')
		json_put_text(event, "message", line.msg);
	return event;
}

static int
record(struct session *session, const struct json *event, struct error *err)
{
	struct store *store;

	if (session_store(session, &store, err) != 0 ||
	    store_begin(store, err) != 0)
		return -1;
	if (event_append(session, "hook", event, err) == 0 &&
	    store_commit(store, err) == 0)
		return 0;
	store_rollback(store);
	return -1;
}

/* The failure of the hook is what the caller hears of, if both fail. */
static int
finish(struct session *session, const struct json *event, int rc,
    struct error *err)
{
	struct error why = ERR_INIT;

	if (record(session, event, &why) == 0)
		return rc;
	if (rc == 0) {
		*err = why;
		return -1;
	}
	session_note(session, "the ledger does not tell of the hook that "
	    "failed: %s", why.msg);
	return rc;
}

int
hook_run(struct session *session, enum hook hook,
    const struct hook_message *message, struct error *err)
{
	const struct config *config = session_config(session);
	char *const *command = hook_command(config, hook);
	struct buf input = BUF_INIT, said = BUF_INIT;
	struct telling telling;
	struct process process;
	struct json *event;
	int exit_status = -1, rc;

	if (command == NULL)
		return 0;
	telling_init(&telling, hook, message);
	json_canonical(telling.json, &input);
	buf_printf(&input, "\n");
	process = (struct process){
		.argv = (const char *const *)command,
		.env = (const char *const *)telling.env,
		.in = input.data,
		.in_len = input.len,
		.limit_s = config->hooks.timeout_s,
		.complaint = &said,
	};
	rc = process_run(&process, NULL, &exit_status, err);
	if (rc != 0) {
		(void)err_wrap(err, "hook %s of %s", hook_name(hook),
		    message->zone == NULL ? "no zone" : message->zone);
		/* Without a word of its own, what we know of its end. */
		if (said.len == 0)
			buf_printf(&said, "%s", err->msg);
	}
	event = event_of(hook, message, command, exit_status,
	    buf_text(&said));
	rc = finish(session, event, rc, err);
	json_free(event);
	telling_clear(&telling);
	buf_free(&said);
	buf_free(&input);
	return rc;
}

/* Whether the event tells of that, and how it ended. */
static bool
is_about(const struct ledger_record *record, const struct hook_about *about,
    int64_t *status)
{
	struct error ignored = ERR_INIT;
	int64_t tag = -1, asked_at = -1;
	struct json *event = NULL;
	const char *name;
	bool is;

	*status = -1;
	if (json_read(record->payload, strlen(record->payload), &event,
	    &ignored) != 0)
		return false;
	name = json_get_text(event, "hook");
	is = name != NULL && strcmp(name, hook_name(about->hook)) == 0 &&
	    json_get_int(event, "key_tag", &tag) && tag == about->key_tag &&
	    json_get_int(event, "asked_at", &asked_at) &&
	    asked_at == about->asked_at;
	(void)json_get_int(event, "status", status);
	json_free(event);
	return is;
}

static bool
is_any(int64_t status)
{

	(void)status;
	return true;
}

static bool
is_well(int64_t status)
{

	return status == 0;
}

/* The last call whose status is looked for. */
static int
find(struct session *session, const struct hook_about *about,
    bool (*is_sought)(int64_t status), struct hook_end *out,
    struct error *err)
{
	struct ledger_row row = { 0 };
	int64_t below = INT64_MAX, status;
	struct store *store;
	bool found = true;

	*out = (struct hook_end) { 0 };
	if (session_store(session, &store, err) != 0)
		return -1;
	while (out->at == 0) {
		if (ledger_before(store, about->zone, "hook", below, &row,
		    &found, err) != 0)
			return -1;
		/* Nobody is told of what is not decided yet. */
		if (!found || row.record.at < about->asked_at)
			break;
		below = row.record.seq;
		if (is_about(&row.record, about, &status) &&
		    is_sought(status))
			*out = (struct hook_end) { row.record.at, status };
		ledger_row_clear(&row);
	}
	ledger_row_clear(&row);
	return 0;
}

int
hook_last(struct session *session, const struct hook_about *about,
    struct hook_end *out, struct error *err)
{

	return find(session, about, is_any, out, err);
}

int
hook_told(struct session *session, const struct hook_about *about,
    int64_t *at, struct error *err)
{
	struct hook_end end;
	int rc = find(session, about, is_well, &end, err);

	*at = end.at;
	return rc;
}
