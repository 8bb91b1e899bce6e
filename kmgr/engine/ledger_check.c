#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/endorsement.h"
#include "kmgr/engine/ledger_check.h"
#include "kmgr/engine/ledger_file.h"
#include "kmgr/engine/ledger_signed.h"
#include "kmgr/engine/outcome.h"

#define FINDINGS_MAX 1000	/* one change can make many */

/* A judgement under way. */
struct judge {
	const struct ledger_check_known *known;
	struct ledger_check_report	*report;
	struct replay			*replay;
	struct ledger_signed		*ledger;
	int64_t				 seq;	/* of the last record */
	uint8_t				 hash[CRYPTO_SHA256_LEN];
	bool				 is_lost; /* a line was no record */
};

static void
find(struct judge *j, const char *line)
{
	struct ledger_check_report *report = j->report;

	if (report->n_findings > FINDINGS_MAX)
		return;
	*(char **)mem_push(&report->findings, report->n_findings,
	    sizeof(char *)) = outcome_clean(
	    report->n_findings == FINDINGS_MAX ? "and more" : line);
	report->n_findings++;
}

/* What err says is a finding, unless it kept the judgement from being made. */
static int
take(struct judge *j, struct error *err)
{

	if (err->class != ERR_INTEGRITY)
		return -1;
	find(j, err->msg);
	err_clear(err);
	return 0;
}

/* A hash is what a record hashes to: anybody can write down another one. */
static void
match_anchors(struct judge *j, const struct ledger_record *record)
{
	struct error ignored = ERR_INIT;
	char hex[LEDGER_CHECK_HEX_TEXT];
	size_t i;

	if (j->known->n_anchors == 0 || ledger_record_check(record,
	    record->seq, record->prev, &ignored) != 0)
		return;
	(void)text_hex(record->hash, sizeof(record->hash), hex);
	for (i = 0; i < j->known->n_anchors; i++)
		if (strncasecmp(hex, j->known->anchors[i],
		    strlen(j->known->anchors[i])) == 0)
			j->report->anchor_seqs[i] = record->seq;
}

/* How far a checkpoint reaches. */
static void
note_checkpoint(struct judge *j, const struct ledger_record *record)
{
	struct ledger_check_report *report = j->report;
	struct error ignored = ERR_INIT;
	struct json *payload;
	const char *id;
	size_t i;

	if (strcmp(record->type, "checkpoint") != 0 ||
	    json_read(record->payload, strlen(record->payload), &payload,
	    &ignored) != 0)
		return;
	report->covered_seq = record->seq - 1;
	report->covered_at = record->at;
	report->n_unsigned = 0;
	id = json_get_text(payload, "cmk_id");
	for (i = 0; i < report->n_cmks; i++)
		if (strcmp(report->cmks[i].id, id) == 0)
			report->cmks[i].covered_seq = record->seq - 1;
	json_free(payload);
}

/* The CMK that an event was the first to tell of. */
static void
note_cmks(struct judge *j)
{
	struct ledger_check_report *report = j->report;
	struct cmk_row *const *rows;
	struct ledger_check_cmk *cmk;
	size_t n;

	rows = replay_cmks(j->replay, &n);
	while (report->n_cmks < n) {
		cmk = mem_push(&report->cmks, report->n_cmks, sizeof(*cmk));
		memcpy(cmk->id, rows[report->n_cmks++]->id, STORE_ID_TEXT);
	}
}

/* The chain, the record, what it does, and what it carries. */
static void
judge_record(struct judge *j, const struct ledger_record *record)
{
	struct ledger_check_report *report = j->report;
	struct error err = ERR_INIT;
	const bool follows = !j->is_lost;

	if (ledger_record_check(record, follows ? j->seq + 1 : record->seq,
	    follows ? j->hash : record->prev, &err) != 0)
		find(j, err.msg);
	err_clear(&err);
	j->is_lost = false;
	j->seq = record->seq;
	memcpy(j->hash, record->hash, sizeof(j->hash));
	match_anchors(j, record);
	report->n_events++;
	report->n_unsigned++;
	report->last_at = record->at;
	if (report->n_events == 1)
		report->first_at = record->at;
	if (replay_event(j->replay, record, &err) != 0) {
		find(j, err.msg);
		return;
	}
	note_cmks(j);
	if (ledger_signed_check(j->ledger, record, &err) != 0)
		find(j, err.msg);
	else
		note_checkpoint(j, record);
}

static int
judge_records(struct judge *j, struct ledger_file *file, struct error *err)
{
	struct ledger_record record;
	const size_t most = FINDINGS_MAX;
	bool found = true;

	while (found && j->report->n_findings <= most) {
		if (ledger_file_next(file, &record, &found, err) != 0) {
			if (take(j, err) != 0)
				return -1;
			j->is_lost = true;
			continue;
		}
		if (found)
			judge_record(j, &record);
		ledger_record_clear(&record);
	}
	return 0;
}

/* What the ledger says of its CMKs in the end, and who knows their keys. */
static void
judge_keys(struct judge *j)
{
	bool *is_used = mem_new((j->known->n_pins + 1) * sizeof(*is_used));
	struct ledger_check_report *report = j->report;
	struct error ignored = ERR_INIT;
	struct ledger_check_cmk *cmk;
	struct crypto_key *key;
	size_t i, k;

	for (i = 0; i < report->n_cmks; i++) {
		cmk = &report->cmks[i];
		cmk->name = outcome_clean(replay_cmk(j->replay,
		    cmk->id)->name);
		if (ledger_signed_key(j->replay, cmk->id, &key,
		    &ignored) != 0)
			continue;
		(void)endorsement_fingerprint(key, cmk->fingerprint);
		for (k = 0; k < j->known->n_pins; k++) {
			if (!crypto_key_is_same(key, j->known->pins[k]))
				continue;
			cmk->is_pinned = true;
			is_used[k] = true;
		}
		crypto_key_free(key);
	}
	for (k = 0; k < j->known->n_pins; k++)
		if (!is_used[k])
			find(j, "a key that was given with --cmk-public-key "
			    "is the key of no CMK of this ledger");
	free(is_used);
}

static void
judge_anchors(struct judge *j)
{
	char *line;
	size_t i;

	for (i = 0; i < j->known->n_anchors; i++) {
		if (j->report->anchor_seqs[i] != 0)
			continue;
		line = mem_printf("no event has the hash %s that a witness "
		    "kept: the ledger was made anew, or it ends before it",
		    j->known->anchors[i]);
		find(j, line);
		free(line);
	}
}

static void
judge_header(struct judge *j, const struct ledger_file *file)
{
	struct error err = ERR_INIT;
	struct json *header;

	if (ledger_signed_end(j->ledger, &err) != 0)
		find(j, err.msg);
	header = ledger_file_header(j->replay, j->seq, j->hash);
	if (!ledger_file_is_header(file, header))
		find(j, "the header does not say what the events tell of the "
		    "CMKs and of the last event: an end was cut off, or the "
		    "header was changed");
	json_free(header);
	(void)text_hex(j->hash, sizeof(j->hash), j->report->head);
}

static int
check_anchors(const struct ledger_check_known *known, struct error *err)
{
	size_t i, len;

	for (i = 0; i < known->n_anchors; i++) {
		len = strlen(known->anchors[i]);
		if (len >= LEDGER_CHECK_ANCHOR_MIN &&
		    len < LEDGER_CHECK_HEX_TEXT && strspn(known->anchors[i],
		    "0123456789abcdefABCDEF") == len)
			continue;
		return err_set(err, ERR_USAGE, "\"%.80s\" is no hash: %d to "
		    "%d hex digits", known->anchors[i],
		    LEDGER_CHECK_ANCHOR_MIN, LEDGER_CHECK_HEX_TEXT - 1);
	}
	return 0;
}

int
ledger_check_run(FILE *stream, const struct ledger_check_known *known,
    struct ledger_check_report *report, struct error *err)
{
	struct judge judge = { .known = known, .report = report };
	struct ledger_file *file;
	int rc;

	if (check_anchors(known, err) != 0 ||
	    ledger_file_open(stream, &file, err) != 0)
		return -1;
	judge.replay = replay_new();
	judge.ledger = ledger_signed_new(judge.replay);
	report->anchor_seqs = mem_new((known->n_anchors + 1) *
	    sizeof(*report->anchor_seqs));
	rc = judge_records(&judge, file, err);
	if (rc == 0) {
		judge_keys(&judge);
		judge_anchors(&judge);
		judge_header(&judge, file);
	}
	ledger_signed_free(judge.ledger);
	replay_free(judge.replay);
	ledger_file_close(file);
	return rc;
}

void
ledger_check_report_clear(struct ledger_check_report *report)
{
	size_t i;

	for (i = 0; i < report->n_findings; i++)
		free(report->findings[i]);
	free(report->findings);
	for (i = 0; i < report->n_cmks; i++)
		free(report->cmks[i].name);
	free(report->cmks);
	free(report->anchor_seqs);
	*report = (struct ledger_check_report)LEDGER_CHECK_REPORT_INIT;
}
