#include "config.h"

#include "kmgr/base/pgpwords.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksr_record.h"
#include "kmgr/cmd/cmd_ksr_show.h"
#include "kmgr/store/ledger.h"

static void
print_digest(const char *what, const uint8_t *hash, struct buf *out)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];

	buf_printf(out, "%s\n  sha256 %s\n  words  ", what,
	    text_hex(hash, CRYPTO_SHA256_LEN, hex));
	pgpwords(hash, CRYPTO_SHA256_LEN, out);
	buf_printf(out, "\n");
}

static bool
is_written(const struct skr *skr, enum skr_which which)
{
	const struct buf *text = skr_text(skr, which);

	return text != NULL && text->len > 0;
}

void
cmd_ksr_head(const struct skr *skr, struct buf *out)
{
	const struct requester *requester;
	size_t i;

	buf_printf(out, "zone %s, format %s\n", skr_zone(skr),
	    ksr_format_name(skr_format(skr)));
	for (i = 0; (requester = admissions_at(skr_requesters(skr),
	    i)) != NULL; i++)
		buf_printf(out, "asked for by %s, %s\n", requester->name,
		    requester->fingerprint);
	print_digest("request", skr_request_hash(skr), out);
	if (is_written(skr, SKR_RESPONSE))
		print_digest("response", skr_response_hash(skr,
		    SKR_RESPONSE), out);
	if (is_written(skr, SKR_EMERGENCY_RESPONSE))
		print_digest("emergency response", skr_response_hash(skr,
		    SKR_EMERGENCY_RESPONSE), out);
	buf_printf(out, "\n");
}

static void
put_digest(struct json *json, const uint8_t *hash)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	struct buf words = BUF_INIT;

	json_put_text(json, "sha256", text_hex(hash, CRYPTO_SHA256_LEN, hex));
	pgpwords(hash, CRYPTO_SHA256_LEN, &words);
	json_put_text(json, "words", buf_text(&words));
	buf_free(&words);
}

static void
put_findings(struct json *json, const struct findings *findings)
{
	struct json *list = json_put_array(json, "findings"), *row;
	size_t i;

	for (i = 0; i < findings->n; i++) {
		row = json_add_object(list);
		json_put_text(row, "rule", findings->items[i].rule);
		json_put_text(row, "verdict", finding_verdict_name(
		    findings->items[i].verdict));
		json_put_text(row, "message", findings->items[i].message);
	}
}

static void
put_response(struct json *parent, const char *name, const struct skr *skr,
    enum skr_which which)
{
	struct json *json;

	if (!is_written(skr, which))
		return;
	json = json_put_object(parent, name);
	put_digest(json, skr_response_hash(skr, which));
	cmd_ksr_put(skr_response(skr, which), json);
	json_put_text(json, "text", buf_text(skr_text(skr, which)));
}

static void
put_answer(struct json *json, const struct skr *skr)
{

	json_put_text(json, "zone", skr_zone(skr));
	json_put_text(json, "format", ksr_format_name(skr_format(skr)));
	json_put_bool(json, "answered_before", skr_is_answered(skr));
	json_put_take(json, "requesters", admissions_json(
	    skr_requesters(skr)));
	put_digest(json_put_object(json, "request"), skr_request_hash(skr));
	put_response(json, "response", skr, SKR_RESPONSE);
	put_response(json, "emergency_response", skr,
	    SKR_EMERGENCY_RESPONSE);
	put_findings(json, skr_findings(skr));
}

void
cmd_ksr_result(struct cmd *cmd, const struct skr *skr)
{

	cmd_ksr_head(skr, &cmd->text);
	cmd_ksr_table(skr_response(skr, SKR_RESPONSE), &cmd->text);
	if (cmd->wants_json)
		put_answer(cmd->json, skr);
}

/* Who, when, with what, and where the ledger stands. */
static struct json *
ceremony(const struct cmd *cmd, const struct skr *skr, int64_t seq,
    const uint8_t *head)
{
	struct json *json = json_new_object();
	char text[2 * CRYPTO_SHA256_LEN + 1];

	json_put_text(json, "software", PACKAGE_NAME " " PACKAGE_VERSION);
	json_put_text(json, "at", when_rfc3339(session_now(cmd->session),
	    text));
	json_put_take(json, "actor", json_copy_of(session_actor(
	    cmd->session)));
	json_put_text(json, "cmk", skr_cmk(skr)->row.name);
	json_put_text(json, "cmk_id", skr_cmk(skr)->row.id);
	json_put_text(json, "policy_hash", text_hex(
	    skr_cmk(skr)->row.policy_hash, CRYPTO_SHA256_LEN, text));
	json_put_text(json, "token", skr_cmk(skr)->row.token);
	json_put_int(json, "ledger_seq", seq);
	json_put_text(json, "ledger_head", text_hex(head, CRYPTO_SHA256_LEN,
	    text));
	return json;
}

static void
print_record(const struct skr *skr, const struct json *json, struct buf *out)
{
	const struct findings *findings = skr_findings(skr);
	struct buf value = BUF_INIT;
	const char *name = NULL;
	size_t i;

	buf_printf(out, "record of a key signing ceremony\n\n");
	while ((name = json_next_key(json, name)) != NULL) {
		value.len = 0;
		json_canonical(json_get(json, name), &value);
		buf_printf(out, "%-12s %s\n", name,
		    json_text(json_get(json, name)) != NULL ?
		    json_text(json_get(json, name)) : buf_text(&value));
	}
	buf_free(&value);
	buf_printf(out, "\n");
	cmd_ksr_head(skr, out);
	cmd_ksr_table(skr_response(skr, SKR_RESPONSE), out);
	buf_printf(out, "\n");
	if (is_written(skr, SKR_EMERGENCY_RESPONSE)) {
		cmd_ksr_table(skr_response(skr, SKR_EMERGENCY_RESPONSE), out);
		buf_printf(out, "\n");
	}
	for (i = 0; i < findings->n; i++)
		buf_printf(out, "%-28s %s %s\n", findings->items[i].rule,
		    finding_verdict_name(findings->items[i].verdict),
		    findings->items[i].message);
}

int
cmd_ksr_record(const struct cmd *cmd, const struct skr *skr, struct buf *out,
    struct error *err)
{
	uint8_t head[CRYPTO_SHA256_LEN];
	struct store *store;
	struct json *json;
	int64_t seq;

	if (session_store(cmd->session, &store, err) != 0 ||
	    ledger_head(store, &seq, head, err) != 0)
		return -1;
	json = ceremony(cmd, skr, seq, head);
	if (cmd->wants_json) {
		put_answer(json, skr);
		json_pretty(json, out);
	} else {
		print_record(skr, json, out);
	}
	json_free(json);
	return 0;
}
