#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/cmd/cmd_ksk.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/endorsement.h"

int
cmd_export_endorsement(struct cmd *cmd, struct error *err)
{
	char fingerprint[ENDORSEMENT_HEX_TEXT];
	struct cmk_cache cache = { 0 };
	struct json *file = NULL;
	struct ksk *ksk = NULL;
	struct store *store;
	int rc = -1;

	if (session_store(cmd->session, &store, err) != 0 ||
	    ksk_find(store, &cache, cmd->args->words[0], &ksk, err) != 0 ||
	    cmd_ksk_check_pins(cmd, ksk, 1, err) != 0 ||
	    endorsement_export(ksk, &cmd->text, err) != 0 ||
	    json_read(buf_text(&cmd->text), cmd->text.len, &file, err) != 0)
		goto out;
	(void)endorsement_fingerprint(ksk->cmk->public, fingerprint);
	json_put_take(cmd->json, "endorsement_file", file);
	json_put_text(cmd->json, "cmk_public_key_sha256", fingerprint);
	session_note(cmd->session, "the public key of CMK %s has SHA-256 %s: "
	    "tell it, or what describe-cmk prints, by another way than the "
	    "file's", ksk->cmk->row.name, fingerprint);
	rc = 0;
 out:
	ksk_list_free(ksk, ksk == NULL ? 0 : 1);
	cmk_cache_clear(&cache);
	return rc;
}

static void
print_checks(const struct endorsement_report *report, struct cmd *cmd)
{
	struct json *list = json_put_array(cmd->json, "checks"), *row;
	const struct endorsement_check *check;
	struct table table;
	size_t i;

	table_init(&table, 3, "CHECK", "VERDICT", "FOUND");
	for (i = 0; i < report->n; i++) {
		check = &report->checks[i];
		table_add(&table, check->id);
		table_add(&table, endorsement_verdict_name(check->verdict));
		table_add(&table, check->detail);
		row = json_add_object(list);
		json_put_text(row, "check", check->id);
		json_put_text(row, "verdict",
		    endorsement_verdict_name(check->verdict));
		json_put_text(row, "detail", check->detail);
	}
	table_print(&table, &cmd->text);
}

static void
print_report(const struct endorsement_report *report, struct cmd *cmd)
{
	const bool is_pinned = args_has(cmd->args, OPT_CMK_PUBLIC_KEY);

	buf_printf(&cmd->text, "%s\n\n", report->title);
	json_put_bool(cmd->json, "verified", report->n_failed == 0);
	print_checks(report, cmd);
	buf_printf(&cmd->text, "\n%zu checks, %zu failed%s\n", report->n,
	    report->n_failed, is_pinned ? "" :
	    "; the CMK's key is not pinned");
	json_put_text(cmd->json, "cmk_public_key_sha256",
	    report->fingerprint);
	json_put_take(cmd->json, "endorsement", report->statement == NULL ?
	    json_new_object() : json_copy_of(report->statement));
	if (is_pinned || report->fingerprint[0] == '\0')
		return;
	buf_printf(&cmd->notes, "the file vouches for its own "
	    "key: whoever made it chose the key. Compare the SHA-256 of its "
	    "SubjectPublicKeyInfo, %s, with what the CMK's owner tells you, "
	    "or give the owner's key with --cmk-public-key\n",
	    report->fingerprint);
}

/* The failed checks by name. */
static int
fail(const struct endorsement_report *report, struct error *err)
{
	struct buf names = BUF_INIT;
	size_t i;

	for (i = 0; i < report->n; i++)
		if (report->checks[i].verdict == ENDORSEMENT_FAIL)
			buf_printf(&names, "%s%s", names.len == 0 ? "" : ", ",
			    report->checks[i].id);
	(void)err_set(err, ERR_INTEGRITY, "%zu of %zu checks failed: %s",
	    report->n_failed, report->n, buf_text(&names));
	buf_free(&names);
	return -1;
}

int
cmd_verify_endorsement(struct cmd *cmd, struct error *err)
{
	const char *pem = args_get(cmd->args, OPT_CMK_PUBLIC_KEY);
	struct endorsement_report report = ENDORSEMENT_REPORT_INIT;
	const char *path = cmd->args->words[0];
	struct crypto_key *pinned = NULL;
	struct buf text = BUF_INIT;
	int rc = -1;

	if ((pem != NULL && cmd_public_key(pem, &pinned, err) != 0) ||
	    cmd_check_input(path, err) != 0 ||
	    file_read(path, ENDORSEMENT_MAX_LEN, &text, err) != 0)
		goto out;
	if (endorsement_verify(buf_text(&text), text.len, pinned, &report,
	    err) != 0) {
		(void)err_wrap(err, "%s", path);
		goto out;
	}
	print_report(&report, cmd);
	if (report.n_failed > 0) {
		cmd->is_partial = true;
		rc = fail(&report, err);
		(void)err_wrap(err, "%s", path);
		goto out;
	}
	rc = 0;
 out:
	endorsement_report_clear(&report);
	crypto_key_free(pinned);
	buf_free(&text);
	return rc;
}
