#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file_out.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/ledger_check.h"
#include "kmgr/engine/ledger_file.h"

int
cmd_export_ledger(struct cmd *cmd, struct error *err)
{
	const char *path = cmd_output(cmd);
	struct file_out *out = NULL;
	struct store *store;
	int64_t n = 0;
	int rc = -1;

	if (session_store(cmd->session, &store, err) != 0 ||
	    file_out_open(path, 0644, &out, err) != 0)
		return -1;
	if (ledger_file_write(store, file_out_stream(out), &n, err) != 0 ||
	    file_out_commit(out, err) != 0)
		goto out;
	cmd->has_written = true;
	json_put_text(cmd->json, "file", path);
	json_put_int(cmd->json, "events", n);
	buf_printf(&cmd->text, "wrote %lld events to %s\n", (long long)n,
	    path);
	rc = 0;
 out:
	file_out_free(out);
	return rc;
}

static void
print_cmks(const struct ledger_check_report *report, struct cmd *cmd)
{
	struct json *list = json_put_array(cmd->json, "cmks"), *row;
	const struct ledger_check_cmk *cmk;
	size_t i;

	for (i = 0; i < report->n_cmks; i++) {
		cmk = &report->cmks[i];
		buf_printf(&cmd->text, "CMK %s: public key SHA-256 %s, %s; ",
		    cmk->name, cmk->fingerprint, cmk->is_pinned ?
		    "as given" : "the file vouches for it itself");
		if (cmk->covered_seq > 0)
			buf_printf(&cmd->text, "it signed for events 1 to "
			    "%lld\n", (long long)cmk->covered_seq);
		else
			buf_printf(&cmd->text, "it signed for no event\n");
		row = json_add_object(list);
		json_put_text(row, "id", cmk->id);
		json_put_text(row, "name", cmk->name);
		json_put_text(row, "public_key_sha256", cmk->fingerprint);
		json_put_bool(row, "pinned", cmk->is_pinned);
		json_put_int(row, "covered_seq", cmk->covered_seq);
	}
}

static void
print_anchors(const struct ledger_check_report *report,
    const struct ledger_check_known *known, struct cmd *cmd)
{
	struct json *list = json_put_array(cmd->json, "anchors"), *row;
	size_t i;

	for (i = 0; i < known->n_anchors; i++) {
		row = json_add_object(list);
		json_put_text(row, "anchor", known->anchors[i]);
		json_put_int(row, "seq", report->anchor_seqs[i]);
		if (report->anchor_seqs[i] != 0)
			buf_printf(&cmd->text, "anchor %s is event %lld\n",
			    known->anchors[i],
			    (long long)report->anchor_seqs[i]);
	}
}

static void
print_coverage(const struct ledger_check_report *report, struct cmd *cmd)
{
	char first[WHEN_TEXT_LEN], last[WHEN_TEXT_LEN];

	json_put_int(cmd->json, "events", report->n_events);
	json_put_text(cmd->json, "head", report->head);
	json_put_int(cmd->json, "covered_seq", report->covered_seq);
	json_put_int(cmd->json, "unsigned", report->n_unsigned);
	if (report->n_events > 0)
		buf_printf(&cmd->text, "%lld events, %s to %s, head %s\n",
		    (long long)report->n_events,
		    when_rfc3339(report->first_at, first),
		    when_rfc3339(report->last_at, last), report->head);
	if (report->covered_seq > 0)
		buf_printf(&cmd->text, "events 1 to %lld are covered by the "
		    "checkpoint of %s; %lld event%s follow%s it unsigned\n",
		    (long long)report->covered_seq,
		    when_rfc3339(report->covered_at, first),
		    (long long)report->n_unsigned,
		    report->n_unsigned == 1 ? "" : "s",
		    report->n_unsigned == 1 ? "s" : "");
	else
		buf_printf(&cmd->text, "no checkpoint: nobody signed for any "
		    "event\n");
}

static void
print_findings(const struct ledger_check_report *report, struct cmd *cmd)
{
	struct json *list = json_put_array(cmd->json, "findings");
	size_t i;

	for (i = 0; i < report->n_findings; i++) {
		buf_printf(&cmd->text, "%s\n", report->findings[i]);
		json_add_text(list, report->findings[i]);
	}
}

static void
note_unpinned(const struct ledger_check_report *report, struct cmd *cmd)
{
	size_t i;

	for (i = 0; i < report->n_cmks; i++)
		if (!report->cmks[i].is_pinned)
			buf_printf(&cmd->notes, "the key of CMK %s is the "
			    "file's own word: compare its SHA-256 with what "
			    "the CMK's owner tells you, or give the owner's "
			    "key with --cmk-public-key\n",
			    report->cmks[i].name);
}

static int
check(struct cmd *cmd, FILE *stream, const struct ledger_check_known *known,
    struct error *err)
{
	struct ledger_check_report report = LEDGER_CHECK_REPORT_INIT;
	int rc;

	rc = ledger_check_run(stream, known, &report, err);
	if (rc == 0) {
		print_findings(&report, cmd);
		print_anchors(&report, known, cmd);
		print_cmks(&report, cmd);
		print_coverage(&report, cmd);
		note_unpinned(&report, cmd);
		json_put_bool(cmd->json, "verified", report.n_findings == 0);
		if (report.n_findings > 0) {
			cmd->is_partial = true;
			rc = err_set(err, ERR_INTEGRITY, "%zu finding%s",
			    report.n_findings,
			    report.n_findings == 1 ? "" : "s");
		}
	}
	ledger_check_report_clear(&report);
	return rc;
}

static int
open_file(const char *path, FILE **out, struct error *err)
{

	if (cmd_check_input(path, err) != 0)
		return -1;
	*out = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	return *out != NULL ? 0 : err_set_errno(err, "open %s", path);
}

int
cmd_verify_ledger(struct cmd *cmd, struct error *err)
{
	const size_t n = cmd->args->n_values[OPT_CMK_PUBLIC_KEY];
	struct crypto_key **pins = mem_new((n + 1) * sizeof(*pins));
	const struct ledger_check_known known = {
		.pins = pins,
		.n_pins = n,
		.anchors = cmd->args->values[OPT_ANCHOR],
		.n_anchors = cmd->args->n_values[OPT_ANCHOR],
	};
	const char *path = cmd->args->words[0];
	FILE *stream = NULL;
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++)
		rc = cmd_public_key(cmd->args->values[OPT_CMK_PUBLIC_KEY][i],
		    &pins[i], err);
	if (rc == 0 && (rc = open_file(path, &stream, err)) == 0 &&
	    (rc = check(cmd, stream, &known, err)) != 0)
		(void)err_wrap(err, "%s", path);
	if (stream != NULL && stream != stdin)
		(void)fclose(stream);
	for (i = 0; i < n; i++)
		crypto_key_free(pins[i]);
	free(pins);
	return rc;
}
