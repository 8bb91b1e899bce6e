#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/endorsement_internal.h"
#include "kmgr/engine/outcome.h"

static const char *const part_names[PART_N] = {
	[PART_ENDORSEMENT] = "endorsement",
	[PART_ENDORSEMENT_SIGNATURE] = "endorsement_signature",
	[PART_POLICY] = "policy",
	[PART_SEAL] = "seal",
	[PART_SEAL_SIGNATURE] = "seal_signature",
	[PART_CMK_PUBLIC_KEY] = "cmk_public_key",
};

const char *
endorsement_verdict_name(enum endorsement_verdict verdict)
{
	static const char *const names[] = {
		[ENDORSEMENT_PASS] = "pass",
		[ENDORSEMENT_FAIL] = "fail",
		[ENDORSEMENT_NOT_PINNED] = "not-pinned",
		[ENDORSEMENT_NOT_TOLD] = "not-told",
		[ENDORSEMENT_NOT_HELD] = "not-held",
	};

	return names[verdict];
}

char *
endorsement_fingerprint(const struct crypto_key *key,
    char out[static ENDORSEMENT_HEX_TEXT])
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct buf spki = BUF_INIT;

	crypto_key_spki(key, &spki);
	crypto_sha256(spki.data, spki.len, hash);
	buf_free(&spki);
	return text_hex(hash, sizeof(hash), out);
}

void
endorsement_report_clear(struct endorsement_report *report)
{
	size_t i;

	for (i = 0; i < report->n; i++) {
		free(report->checks[i].id);
		free(report->checks[i].detail);
	}
	free(report->checks);
	free(report->title);
	json_free(report->statement);
	*report = (struct endorsement_report)ENDORSEMENT_REPORT_INIT;
}

static bool
is_member(const char *name)
{

	return strcmp(name, "format") == 0 || strcmp(name, "schema") == 0 ||
	    text_is_one_of(name, part_names, PART_N) >= 0;
}

static int
check_kind(const struct json *file, struct error *err)
{
	const char *format = json_get_text(file, "format");
	int64_t schema = 0;

	if (format == NULL || strcmp(format, ENDORSEMENT_FORMAT) != 0) {
		(void)err_set(err, ERR_INPUT, "member \"format\" is %s%.80s%s; "
		    "it must be \"" ENDORSEMENT_FORMAT "\"",
		    format == NULL ? "" : "\"", format == NULL ? "no text" :
		    format, format == NULL ? "" : "\"");
		return json_get(file, "command") == NULL ? -1 : err_hint(err,
		    "this is the output of --json: export-endorsement without "
		    "it writes the file");
	}
	if (!json_get_int(file, "schema", &schema))
		return err_set(err, ERR_INPUT, "member \"schema\" is no "
		    "number; it must be %d", ENDORSEMENT_SCHEMA);
	if (schema != ENDORSEMENT_SCHEMA) {
		(void)err_set(err, ERR_INPUT, "member \"schema\" is %lld; "
		    "this version reads %d", (long long)schema,
		    ENDORSEMENT_SCHEMA);
		return err_hint(err, "a newer kmgr may read it");
	}
	return 0;
}

/* Exactly the members of the schema: what is not checked does not stand. */
static int
read_parts(const struct json *file, struct subject *subject, struct error *err)
{
	const char *name = NULL;
	size_t i;

	if (!json_holds_object(file))
		return err_set(err, ERR_INPUT, "the JSON is no object");
	if (check_kind(file, err) != 0)
		return -1;
	while ((name = json_next_key(file, name)) != NULL)
		if (!is_member(name))
			return err_set(err, ERR_INPUT, "member \"%.80s\" is "
			    "unknown; schema %d has no such", name,
			    ENDORSEMENT_SCHEMA);
	for (i = 0; i < PART_N; i++) {
		subject->parts[i] = json_get_text(file, part_names[i]);
		if (subject->parts[i] == NULL)
			return err_set(err, ERR_INPUT, "member \"%s\" is %s; "
			    "it must be a text", part_names[i],
			    json_get(file, part_names[i]) == NULL ? "missing" :
			    "none");
	}
	return 0;
}

/* A statement's JSON, or NULL. */
static struct json *
read_object(const char *text)
{
	struct error ignored = ERR_INIT;
	struct json *json = NULL;

	if (json_read(text, strlen(text), &json, &ignored) == 0 &&
	    !json_holds_object(json)) {
		json_free(json);
		json = NULL;
	}
	return json;
}

/* Read what can be read; the checks say what could not. */
static void
read_inside(struct subject *s, struct endorsement_report *report)
{
	struct error ignored = ERR_INIT;
	const char *const *parts = s->parts;
	const char *zone, *dnskey;

	if ((s->statement = read_object(parts[PART_ENDORSEMENT])) != NULL)
		s->has |= NEED_STATEMENT;
	if ((s->seal = read_object(parts[PART_SEAL])) != NULL)
		s->has |= NEED_SEAL;
	if (policy_read_json(parts[PART_POLICY], strlen(parts[PART_POLICY]),
	    &s->policy, &ignored) == 0)
		s->has |= NEED_POLICY;
	if (crypto_key_from_pem(parts[PART_CMK_PUBLIC_KEY],
	    strlen(parts[PART_CMK_PUBLIC_KEY]), &s->key, &ignored) == 0) {
		s->has |= NEED_KEY;
		s->fingerprint = endorsement_fingerprint(s->key,
		    report->fingerprint);
	}
	zone = json_get_text(s->statement, "zone");
	if (zone != NULL && name_read(zone, &s->zone, &ignored) == 0)
		s->has |= NEED_ZONE;
	dnskey = json_get_text(s->statement, "dnskey");
	if (dnskey != NULL &&
	    dnskey_from_text(dnskey, &s->dnskey, &ignored) == 0)
		s->has |= NEED_DNSKEY;
}

/* Whose file it says it is. */
static char *
title(const struct subject *subject)
{
	const char *zone = json_get_text(subject->statement, "zone");
	const char *cmk = json_get_text(subject->statement, "cmk_id");
	char text[ERR_MSG_LEN];
	int64_t tag = 0;

	(void)json_get_int(subject->statement, "key_tag", &tag);
	(void)snprintf(text, sizeof(text), "KSK %.512s/%lld under CMK %.64s",
	    zone == NULL ? "(none)" : zone, (long long)tag,
	    cmk == NULL ? "(none)" : cmk);
	return outcome_clean(text);
}

int
endorsement_verify(const char *text, size_t len,
    const struct crypto_key *pinned, struct endorsement_report *report,
    struct error *err)
{
	struct subject subject = { .pinned = pinned };
	struct json *file = NULL;
	int rc = -1;

	if (len > ENDORSEMENT_MAX_LEN)
		return err_set(err, ERR_INPUT, "%zu bytes; at most %d are "
		    "allowed", len, ENDORSEMENT_MAX_LEN);
	if (json_read(text, len, &file, err) != 0 ||
	    read_parts(file, &subject, err) != 0)
		goto out;
	read_inside(&subject, report);
	report->title = title(&subject);
	endorsement_judge_statements(&subject, report);
	endorsement_judge_ksk(&subject, report);
	endorsement_judge_attributes(&subject, report);
	report->statement = subject.statement;
	subject.statement = NULL;
	rc = 0;
 out:
	if (rc != 0)
		(void)err_wrap(err, "no endorsement file");
	json_free(subject.statement);
	json_free(subject.seal);
	policy_free(subject.policy);
	crypto_key_free(subject.key);
	json_free(file);
	return rc;
}

/* What is handed out must prove what it is there for. */
static int
check_export(const struct ksk *ksk, const struct buf *file, struct error *err)
{
	struct endorsement_report report = ENDORSEMENT_REPORT_INIT;
	size_t i;
	int rc;

	rc = endorsement_verify(buf_text(file), file->len, ksk->cmk->public,
	    &report, err);
	for (i = 0; i < report.n && rc == 0; i++)
		if (report.checks[i].verdict == ENDORSEMENT_FAIL)
			rc = err_set(err, ERR_INTEGRITY, "%s: %s",
			    report.checks[i].id, report.checks[i].detail);
	if (rc != 0)
		err->class = ERR_INTEGRITY;
	endorsement_report_clear(&report);
	return rc;
}

int
endorsement_export(const struct ksk *ksk, struct buf *out, struct error *err)
{
	const struct cmk_row *cmk = &ksk->cmk->row;
	struct json *file = json_new_object();
	struct buf pem = BUF_INIT, text = BUF_INIT;
	int rc;

	crypto_key_pem(ksk->cmk->public, &pem);
	json_put_int(file, "schema", ENDORSEMENT_SCHEMA);
	json_put_text(file, "format", ENDORSEMENT_FORMAT);
	json_put_text(file, part_names[PART_ENDORSEMENT],
	    ksk->row.endorsement);
	json_put_text(file, part_names[PART_ENDORSEMENT_SIGNATURE],
	    ksk->row.endorsement_signature);
	json_put_text(file, part_names[PART_POLICY], cmk->policy);
	json_put_text(file, part_names[PART_SEAL], cmk->seal);
	json_put_text(file, part_names[PART_SEAL_SIGNATURE],
	    cmk->seal_signature);
	json_put_text(file, part_names[PART_CMK_PUBLIC_KEY], buf_text(&pem));
	json_pretty(file, &text);
	if ((rc = check_export(ksk, &text, err)) == 0)
		buf_add(out, text.data, text.len);
	else
		(void)err_wrap(err, "export the endorsement of KSK %s/%u",
		    ksk->row.zone, ksk->row.key_tag);
	json_free(file);
	buf_free(&pem);
	buf_free(&text);
	return rc;
}
