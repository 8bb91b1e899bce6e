#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/event_text.h"

#define VALUE_MAX 200		/* bytes of a value that are shown */
#define SHORT_LEN 16		/* characters of a hash */
#define FIELD_MAX 64		/* bytes of a path in braces */

/*
 * What an event says. {member} is a member of the payload, {a.b} one within
 * it or within the JSON text that it is, {cmk} the CMK's name. Behind the
 * name, "~" cuts a hash, "@" shows an instant, "#" counts an array. What
 * stands in [] goes where a member in it is missing.
 */
static const struct {
	const char	*type;
	const char	*form;
} forms[] = {
	{ "create-cmk", "CMK {name} in token {token}, policy {policy_hash~}" },
	{ "identity", "CMK {cmk}: identity key[ {key.id}][ in token {token}]" },
	{ "put-policy", "CMK {cmk}: draft policy {policy_hash~}" },
	{ "seal", "CMK {cmk}: policy {policy_hash~} sealed" },
	{ "update-cmk", "CMK {cmk}[, name {name}][, contact \"{contact}\"]"
	    "[, tags {tags}]" },
	{ "cmk-state", "CMK {cmk}: {from} to {to}[, deletion not before "
	    "{deletion_at@}]" },
	{ "create-ksk", "KSK {zone}/{key_tag} under CMK {cmk}" },
	{ "adopt-ksk", "KSK {zone}/{key_tag} under CMK {cmk}" },
	{ "delete-ksk", "KSK {zone}/{key_tag} under CMK {cmk}[, key pair: "
	    "{key_pair}]" },
	{ "ds-seen", "DS of KSK {zone}/{key_tag} at the parent, {from} to "
	    "{to}" },
	{ "ds-gone", "DS of KSK {zone}/{key_tag} gone from the parent, {from} "
	    "to {to}" },
	{ "ksk-step", "KSK {zone}/{key_tag}: {step}" },
	{ "confirm-backup", "KSK {zone}/{key_tag}: a backup covers it since "
	    "{life.backup_at@}" },
	{ "zone-goal", "{zone}: {goal}[ since {goal_at@}]" },
	{ "alg-signed", "{zone}: algorithm {alg}[, signed since "
	    "{signed_at@}][, {dropped}]" },
	{ "add-foreign-key", "{zone}/{key_tag}, algorithm {alg}" },
	{ "foreign-step", "foreign key {zone}/{key_tag}: {step}" },
	{ "observe", "{zone}: {kind}[ {value}][ {text}]" },
	{ "sign-zsks", "{zones.0.zone}[ and {more} more], valid until "
	    "{zones.0.expiration@}" },
	{ "sign-ksr", "{zone}: {responses.0.format} request "
	    "{responses.0.request_hash~} answered, valid until "
	    "{responses.0.expires_at@}[, and in {responses.1.kind}]" },
	{ "plan", "plan {plan_hash~} for {op} of CMK {cmk}[, until "
	    "{plan.expires_at@}]" },
	{ "approval", "plan {plan_hash~} for {op}, signed by {who} "
	    "({fingerprint})" },
	{ "plan-end", "plan {plan_hash~} for {op} is {state}" },
	{ "approvers", "CMK {cmk}: {remove} is replaced by {add}" },
	{ "hook", "{hook} of {zone}[/{key_tag}]: {program}[ ended with status "
	    "{status}][: {message}]" },
	{ "publish", "{zone}: {sha256~}, valid until {until@}" },
	{ "refusal", "[{command}: ][CMK {cmk}: ][{zone}: ]{message}" },
	{ "time-jump", "from {last_at@} to {now_at@}" },
	{ "checkpoint", "CMK {cmk}: head of event {statement.ledger_seq}[ "
	    "{statement.ledger_head~}] signed" },
	{ "undone", "{intent} in token {token} ({label}): {why}" },
	{ "abandoned", "{intent} in token {token} ({label}): {why}" },
	{ "backup", "backup to {file}" },
	{ "restore", "[CMK {cmk}: ]from {source} {file}, up to event {to}" },
	{ "recover", "CMK {cmk} from token {token}[, events lost up to "
	    "{lost.to}][, KSKs adopted: {adopted#}][, not adopted: "
	    "{unadopted#}]" },
};
#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

struct words {
	struct json		*payload;
	const struct cmk_row	*cmks;
	size_t			 n_cmks;
};

/* Append at most VALUE_MAX bytes without what could move a terminal. */
static void
add_plain(struct buf *out, const char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0' && i < VALUE_MAX; i++)
		buf_add_u8(out, (uint8_t)text[i] < ' ' || text[i] == 0x7f ?
		    '?' : (uint8_t)text[i]);
	/* Not in the middle of a character (RFC 3629). */
	if (text[i] != '\0') {
		for (; ((uint8_t)text[i] & 0xc0) == 0x80; i--)
			out->len--;
		out->data[out->len] = '\0';
		buf_printf(out, "...");
	}
}

static const char *
name_of_cmk(const struct words *words)
{
	const char *id = json_get_text(words->payload, "cmk_id");
	size_t i;

	for (i = 0; id != NULL && i < words->n_cmks; i++)
		if (strcmp(words->cmks[i].id, id) == 0)
			return words->cmks[i].name;
	return id;
}

static bool
add_value(const struct json *value, char how, struct buf *out)
{
	char at[WHEN_TEXT_LEN];
	struct buf json = BUF_INIT;
	const char *text = json_text(value);
	int64_t number = 0;

	if (how == '#') {
		buf_printf(out, "%zu", json_len(value));
	} else if (how == '@') {
		if (!json_int(value, &number) || number <= 0)
			return false;
		buf_printf(out, "%s", when_rfc3339(number, at));
	} else if (text != NULL && how == '~') {
		buf_printf(out, "%.*s...", SHORT_LEN, text);
	} else if (text != NULL) {
		add_plain(out, text);
	} else {
		json_canonical(value, &json);
		add_plain(out, buf_text(&json));
		buf_free(&json);
	}
	return true;
}

/* Append what path leads to in json; false where that is nothing. */
static bool
add_member(const struct json *json, const char *path, char how,
    struct buf *out)
{
	const char *dot = strchr(path, '.');
	const size_t len = dot == NULL ? strlen(path) : (size_t)(dot - path);
	struct error ignored = ERR_INIT;
	struct json *inner = NULL;
	const struct json *member;
	char name[FIELD_MAX];
	bool is_there;

	(void)snprintf(name, sizeof(name), "%.*s", (int)len, path);
	member = json_holds_array(json) ?
	    json_at(json, strtoul(name, NULL, 10)) : json_get(json, name);
	if (member == NULL)
		return false;
	if (dot == NULL)
		return add_value(member, how, out);
	if (json_text(member) != NULL && json_read(json_text(member),
	    strlen(json_text(member)), &inner, &ignored) == 0)
		member = inner;
	is_there = add_member(member, dot + 1, how, out);
	json_free(inner);
	return is_there;
}

/* Append the field of the len characters name. */
static bool
add_field(const struct words *words, const char *name, size_t len,
    struct buf *out)
{
	const size_t n_zones = json_len(json_get(words->payload, "zones"));
	char path[FIELD_MAX];
	char how = 0;

	(void)snprintf(path, sizeof(path), "%.*s", (int)len, name);
	if (strcmp(path, "cmk") == 0 && name_of_cmk(words) != NULL) {
		add_plain(out, name_of_cmk(words));
		return true;
	}
	if (strcmp(path, "more") == 0) {
		buf_printf(out, "%zu", n_zones - 1);
		return n_zones > 1;
	}
	if (strchr("~@#", path[len - 1]) != NULL) {
		how = path[len - 1];
		path[len - 1] = '\0';
	}
	return add_member(words->payload, path, how, out);
}

/* Append form up to stop with its fields; false where one was missing. */
static bool
add_form(const struct words *words, const char **form, char stop,
    struct buf *out)
{
	struct buf part = BUF_INIT;
	bool is_whole = true;
	size_t len;

	for (; **form != stop && **form != '\0'; (*form)++) {
		if (**form == '[') {
			(*form)++;
			if (add_form(words, form, ']', &part))
				buf_add(out, part.data, part.len);
			buf_free(&part);
		} else if (**form == '{') {
			len = strcspn(++*form, "}");
			if (!add_field(words, *form, len, out))
				is_whole = false;
			*form += len;
		} else {
			buf_add_u8(out, (uint8_t)**form);
		}
	}
	return is_whole;
}

void
event_text(const struct ledger_record *record, const struct cmk_row *cmks,
    size_t n, struct buf *out)
{
	struct words words = { .cmks = cmks, .n_cmks = n };
	struct error ignored = ERR_INIT;
	const char *form;
	size_t i;

	for (i = 0; i < N_FORMS; i++)
		if (strcmp(forms[i].type, record->type) == 0)
			break;
	if (i == N_FORMS || json_read(record->payload,
	    strlen(record->payload), &words.payload, &ignored) != 0) {
		add_plain(out, record->payload);
		return;
	}
	form = forms[i].form;
	(void)add_form(&words, &form, '\0', out);
	json_free(words.payload);
}

void
event_actor(const struct ledger_record *record, struct buf *out)
{
	struct error ignored = ERR_INIT;
	struct json *actor;
	const char *user;
	int64_t uid = -1;

	if (json_read(record->actor, strlen(record->actor), &actor,
	    &ignored) != 0)
		return;
	user = json_get_text(actor, "user");
	(void)json_get_int(actor, "uid", &uid);
	if (user != NULL && user[0] != '\0')
		add_plain(out, user);
	else
		buf_printf(out, "uid %lld", (long long)uid);
	if (json_get_text(actor, "host") != NULL) {
		buf_printf(out, "@");
		add_plain(out, json_get_text(actor, "host"));
	}
	json_free(actor);
}
