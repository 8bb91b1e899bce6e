#include "kmgr/base/when.h"
#include "kmgr/dns/alg.h"
#include "kmgr/life/life_text.h"

/* What a step does to a key; what it does where it has none. */
static const struct {
	const char	*to_key;
	const char	*alone;
} steps[] = {
	[LIFE_MAKE_KSK] = { "make the successor of", "make a KSK" },
	[LIFE_MAKE_STANDBY] = { "make a standby KSK beside",
	    "make a standby KSK" },
	[LIFE_RETIRE] = { "retire", "retire" },
	[LIFE_PROMOTE] = { "let the standby take over:",
	    "let the standby take over" },
	[LIFE_PUBLISH_DNSKEY] = { "publish the DNSKEY of",
	    "publish the DNSKEY" },
	[LIFE_WITHDRAW_DNSKEY] = { "withdraw the DNSKEY of",
	    "withdraw the DNSKEY" },
	[LIFE_REVOKE_DNSKEY] = { "publish revoked", "publish revoked" },
	[LIFE_ADD_DS] = { "ask the parent to add the DS of",
	    "ask the parent to add the DS" },
	[LIFE_REMOVE_DS] = { "ask the parent to remove the DS of",
	    "ask the parent to remove the DS" },
	[LIFE_SIGN] = { "sign the DNSKEY RRset anew, with",
	    "sign the DNSKEY RRset anew" },
	[LIFE_SIGNER_ADD_ALG] = { "the zone signer begins to sign with",
	    "the zone signer begins to sign with" },
	[LIFE_SIGNER_DROP_ALG] = { "the zone signer stops to sign with",
	    "the zone signer stops to sign with" },
	[LIFE_DONE] = { "nothing needs any more:", "done" },
};

static bool
is_of_signer(const struct life_step *step)
{

	return step->kind == LIFE_SIGNER_ADD_ALG ||
	    step->kind == LIFE_SIGNER_DROP_ALG;
}

void
life_text_step(const struct life_line *line, const struct life_step *step,
    struct buf *out)
{

	if (is_of_signer(step))
		buf_printf(out, "%s %s", steps[step->kind].alone,
		    alg_name(step->alg));
	else if (step->key < line->n_rows)
		buf_printf(out, "%s %s", steps[step->kind].to_key,
		    life_line_key_name(line, step->key));
	else
		buf_printf(out, "%s", steps[step->kind].alone);
}

static void
print_at(int64_t at, struct buf *out)
{
	char text[WHEN_TEXT_LEN];

	buf_printf(out, "%-20s", at <= 0 || at > WHEN_MAX ? "" :
	    when_rfc3339(at, text));
}

static void
print_wait(const struct life_line *line, const struct life_step *step,
    struct buf *out)
{
	char text[WHEN_TEXT_LEN];

	buf_printf(out, "  ");
	life_text_step(line, step, out);
	if (step->kind == LIFE_DONE) {
		buf_printf(out, "\n    %s\n", step->why);
		return;
	}
	buf_printf(out, "\n    waits");
	if (step->wait != LIFE_WAITS_TIME)
		buf_printf(out, " for %s", life_wait_text(step->wait));
	if (step->since_at > 0)
		buf_printf(out, " since %s", when_rfc3339(step->since_at,
		    text));
	buf_printf(out, "%s%s\n", step->why[0] == '\0' ? "" :
	    step->since_at > 0 || step->wait != LIFE_WAITS_TIME ? ", " : " ",
	    step->why);
}

void
life_text_plan(const struct life_line *line, const struct life_plan *plan,
    struct buf *out)
{
	size_t i;

	if (plan->n_due > 0)
		buf_printf(out, "due now\n");
	for (i = 0; i < plan->n_due; i++) {
		buf_printf(out, "  ");
		life_text_step(line, &plan->steps[i], out);
		buf_printf(out, "\n");
	}
	if (plan->n_due < plan->n)
		buf_printf(out, "not yet\n");
	for (i = plan->n_due; i < plan->n; i++)
		print_wait(line, &plan->steps[i], out);
}

/* The first that time brings; the first that somebody else holds up. */
static void
find_next(const struct life_plan *plan, const struct life_step **timed,
    const struct life_step **held)
{
	const struct life_step *step;
	size_t i;

	for (i = 0; i < plan->n; i++) {
		step = &plan->steps[i];
		if (step->kind == LIFE_DONE)
			continue;
		if (step->wait != LIFE_WAITS_TIME)
			*held = *held == NULL ? step : *held;
		else if (*timed == NULL || step->at < (*timed)->at)
			*timed = step;
	}
}

void
life_text_brief(const struct life_line *line, const struct life_plan *plan,
    struct buf *out)
{
	const struct life_step *timed = NULL, *held = NULL;
	char text[WHEN_TEXT_LEN];

	if (plan->n_due > 0) {
		buf_printf(out, "due now: ");
		life_text_step(line, &plan->steps[0], out);
		if (plan->n_due > 1)
			buf_printf(out, ", and %zu more", plan->n_due - 1);
		return;
	}
	find_next(plan, &timed, &held);
	if (held != NULL) {
		buf_printf(out, "not yet: ");
		life_text_step(line, held, out);
		buf_printf(out, ", %s%s", held->why, timed == NULL ? "" :
		    "; ");
	}
	if (timed != NULL) {
		buf_printf(out, "at %s: ", when_rfc3339(timed->at, text));
		life_text_step(line, timed, out);
	}
	if (held == NULL && timed == NULL)
		buf_printf(out, "nothing is to come");
}

/* Steps stand first: states follow from them. */
static void
print_moment(const struct life_line *line, const struct life_moment *moment,
    struct buf *out)
{

	buf_printf(out, "  ");
	print_at(moment->at, out);
	buf_printf(out, "  ");
	if (moment->is_step)
		life_text_step(line, &moment->step, out);
	else
		buf_printf(out, "  %s of %s is %s",
		    life_line_record_name(moment->record == 'K' ?
		    LIFE_LINE_DNSKEY : LIFE_LINE_DS),
		    life_line_key_name(line, moment->key),
		    life_state_name(moment->state));
	buf_printf(out, "\n");
}

void
life_text_line(const struct life_line *line, struct buf *out)
{
	char from[WHEN_TEXT_LEN], until[WHEN_TEXT_LEN];
	size_t i, n_signed = 0;

	buf_printf(out, "%s to %s\n", when_rfc3339(line->from_at, from),
	    when_rfc3339(line->until_at, until));
	if (line->n_moments == 0)
		buf_printf(out, "  nothing happens\n");
	for (i = 0; i < line->n_moments; i++)
		if (line->moments[i].is_step &&
		    line->moments[i].step.kind == LIFE_SIGN)
			n_signed++;
		else
			print_moment(line, &line->moments[i], out);
	/* Nobody reads hundreds of lines that say the same. */
	if (n_signed > 0)
		buf_printf(out, "  and the DNSKEY RRset is signed anew %zu "
		    "time%s\n", n_signed, n_signed == 1 ? "" : "s");
}
