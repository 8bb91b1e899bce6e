#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/alg.h"
#include "kmgr/life/life_line.h"
#include "kmgr/life/life_text.h"

const char *
life_line_record_name(enum life_line_record record)
{

	return record == LIFE_LINE_DNSKEY ? "DNSKEY" : "DS";
}

const char *
life_line_key_name(const struct life_line *line, size_t i)
{

	return i < line->n_rows ? line->rows[i].name : "";
}

static void
open_bar(struct life_row *row, enum life_line_record record, int64_t at,
    enum life_state state)
{
	struct life_bar *bar;

	bar = mem_push(&row->bars[record], row->n_bars[record]++,
	    sizeof(*bar));
	*bar = (struct life_bar) { at, at, state };
}

/* What ended where it began was never seen by anybody. */
static void
change(struct life_row *row, enum life_line_record record, int64_t at,
    enum life_state state)
{
	struct life_bar *last = &row->bars[record][row->n_bars[record] - 1];

	last->until_at = at;
	if (last->from_at == at)
		row->n_bars[record]--;
	open_bar(row, record, at, state);
}

static void
begin_row(struct life_line *line, const struct life_story *story, size_t i)
{
	const struct life_key *key = &story->after->keys[i];
	const bool is_new = i >= story->before->n_keys;
	struct life_row *row = &line->rows[i];

	/* One that is made by then has no key tag yet. */
	row->name = is_new || key->name == NULL ? mem_printf("%s/new-%zu",
	    line->zone, i + 1 - story->before->n_keys) :
	    mem_strdup(key->name);
	row->alg = key->alg;
	open_bar(row, LIFE_LINE_DNSKEY, line->from_at, is_new ? LIFE_HIDDEN :
	    life_dnskey_state(story->before, i, line->from_at));
	open_bar(row, LIFE_LINE_DS, line->from_at, is_new ? LIFE_HIDDEN :
	    life_ds_state(story->before, i, line->from_at));
}

/* In each instant what is done comes before what follows from it. */
static void
order_moments(struct life_line *line, const struct life_story *story)
{
	size_t i, k, end, n = 0;

	line->moments = mem_new((story->n + 1) * sizeof(*line->moments));
	for (i = 0; i < story->n; i = end) {
		for (end = i; end < story->n &&
		    story->moments[end].at == story->moments[i].at; end++)
			continue;
		for (k = i; k < end; k++)
			if (story->moments[k].is_step)
				line->moments[n++] = story->moments[k];
		for (k = i; k < end; k++)
			if (!story->moments[k].is_step)
				line->moments[n++] = story->moments[k];
	}
	line->n_moments = n;
}

void
life_line_init(struct life_line *line, const struct life_story *story)
{
	size_t i, k;

	*line = (struct life_line) { .zone = mem_strdup(story->before->name),
		.from_at = story->from_at, .until_at = story->until_at };
	order_moments(line, story);
	line->n_rows = story->after->n_keys;
	line->rows = mem_new((line->n_rows + 1) * sizeof(*line->rows));
	for (i = 0; i < line->n_rows; i++)
		begin_row(line, story, i);
	for (i = 0; i < story->n; i++) {
		const struct life_moment *moment = &story->moments[i];

		if (!moment->is_step && moment->key < line->n_rows)
			change(&line->rows[moment->key],
			    moment->record == 'K' ? LIFE_LINE_DNSKEY :
			    LIFE_LINE_DS, moment->at, moment->state);
	}
	for (i = 0; i < line->n_rows; i++)
		for (k = 0; k < LIFE_LINE_RECORDS; k++)
			line->rows[i].bars[k][line->rows[i].n_bars[k] - 1]
			    .until_at = line->until_at;
}

void
life_line_clear(struct life_line *line)
{
	size_t i, k;

	for (i = 0; i < line->n_rows; i++) {
		free(line->rows[i].name);
		for (k = 0; k < LIFE_LINE_RECORDS; k++)
			free(line->rows[i].bars[k]);
	}
	free(line->rows);
	free(line->moments);
	free(line->zone);
	*line = (struct life_line) { 0 };
}

static void
put_time(struct json *json, const char *name, int64_t at)
{
	char text[WHEN_TEXT_LEN];

	json_put_text(json, name, at <= 0 || at > WHEN_MAX ? NULL :
	    when_rfc3339(at, text));
}

static void
put_key(struct json *json, const struct life_line *line, size_t key)
{

	json_put_text(json, "key", key < line->n_rows ?
	    line->rows[key].name : NULL);
}

static void
put_row(struct json *json, const struct life_row *row)
{
	static const char *const members[] = { "dnskey", "ds" };
	struct json *list, *bar;
	size_t i, k;

	json_put_text(json, "key", row->name);
	json_put_text(json, "algorithm", alg_name(row->alg));
	for (k = 0; k < LIFE_LINE_RECORDS; k++) {
		list = json_put_array(json, members[k]);
		for (i = 0; i < row->n_bars[k]; i++) {
			bar = json_add_object(list);
			json_put_text(bar, "state",
			    life_state_name(row->bars[k][i].state));
			put_time(bar, "from", row->bars[k][i].from_at);
			put_time(bar, "until", row->bars[k][i].until_at);
		}
	}
}

struct json *
life_line_step_json(const struct life_line *line,
    const struct life_step *step)
{
	struct json *json = json_new_object();
	struct buf text = BUF_INIT;

	life_text_step(line, step, &text);
	json_put_text(json, "step", life_step_name(step->kind));
	json_put_text(json, "text", buf_text(&text));
	put_key(json, line, step->key);
	if (step->alg != 0)
		json_put_text(json, "algorithm", alg_name(step->alg));
	json_put_text(json, "wait", life_wait_name(step->wait));
	put_time(json, "since", step->since_at);
	put_time(json, "at", step->at);
	json_put_text(json, "why", step->why);
	buf_free(&text);
	return json;
}

static void
put_moment(struct json *json, const struct life_line *line,
    const struct life_moment *moment)
{
	struct buf text = BUF_INIT;

	put_time(json, "at", moment->at);
	if (moment->is_step) {
		life_text_step(line, &moment->step, &text);
		json_put_text(json, "step",
		    life_step_name(moment->step.kind));
		put_key(json, line, moment->step.key);
		json_put_text(json, "text", buf_text(&text));
		buf_free(&text);
		return;
	}
	put_key(json, line, moment->key);
	json_put_text(json, "record", moment->record == 'K' ? "DNSKEY" :
	    "DS");
	json_put_text(json, "state", life_state_name(moment->state));
}

struct json *
life_line_json(const struct life_line *line)
{
	struct json *json = json_new_object(), *list;
	size_t i;

	json_put_text(json, "zone", line->zone);
	put_time(json, "from", line->from_at);
	put_time(json, "until", line->until_at);
	list = json_put_array(json, "keys");
	for (i = 0; i < line->n_rows; i++)
		put_row(json_add_object(list), &line->rows[i]);
	list = json_put_array(json, "moments");
	for (i = 0; i < line->n_moments; i++)
		put_moment(json_add_object(list), line, &line->moments[i]);
	return json;
}
