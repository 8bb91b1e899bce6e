/* How zones do, as monitoring systems of the Nagios kind read it. */
#include <inttypes.h>
#include <string.h>

#include "kmgr/cmd/command.h"
#include "kmgr/service/health_headline.h"
#include "kmgr/service/health_run.h"

struct check {
	struct health_report	 report;
	struct cmd		*cmd;
};

static void
judge(void *arg, const struct health_zone *zone,
    const struct health_limits *limits)
{
	struct check *check = arg;

	health_judge(zone, limits, &check->report);
}

/* Perfdata begins at the first bar: a message has none. */
static void
print_line(struct buf *out, const char *text)
{

	for (; *text != '\0'; text++)
		buf_printf(out, "%c", *text == '|' ? '/' : *text == '\n' ?
		    ' ' : *text);
}

/* 'label'=value[unit];warning;critical */
static void
print_perf(struct buf *out, const char *label, int64_t s, const char *limits)
{

	if (s == HEALTH_UNKNOWN_S)
		buf_printf(out, " %s=U", label);
	else
		buf_printf(out, " %s=%" PRId64 "s%s", label, s, limits);
}

static void
print_perfdata(const struct health_report *report, struct buf *out)
{
	struct buf limits = BUF_INIT;

	/* Less is worse: "432000:" in the plug-ins' own notation. */
	buf_printf(&limits, ";%" PRId64 ":;%" PRId64 ":",
	    report->coverage_warning_s, report->coverage_critical_s);
	buf_printf(out, " |");
	print_perf(out, "coverage", report->coverage_s, buf_text(&limits));
	print_perf(out, "served", report->served_s, "");
	print_perf(out, "ksk_age", report->age_s, "");
	print_perf(out, "operator_wait", report->wait_s, "");
	print_perf(out, "run_lateness", report->late_s, "");
	buf_printf(out, " zones=%zu critical=%zu warning=%zu\n",
	    report->n_zones, report->n_level[HEALTH_CRITICAL],
	    report->n_level[HEALTH_WARNING]);
	buf_free(&limits);
}

static void
print_status(const struct health_report *report, struct buf *out)
{
	struct buf headline = BUF_INIT;

	health_headline(report, &headline);
	buf_printf(out, "KMGR %s - ",
	    health_level_name(health_worst(report)));
	print_line(out, buf_text(&headline));
	buf_printf(out, "; %zu zone%s, %zu critical, %zu warning",
	    report->n_zones, report->n_zones == 1 ? "" : "s",
	    report->n_level[HEALTH_CRITICAL],
	    report->n_level[HEALTH_WARNING]);
	print_perfdata(report, out);
	buf_free(&headline);
}

/* What many zones have for one cause is one line, of the first of them. */
static void
print_finding(const struct health_finding *finding, struct buf *out)
{

	buf_printf(out, "%s %s %s: ", health_level_name(finding->level),
	    finding->zone == NULL ? "-" : finding->zone, finding->check);
	if (finding->n_more > 0)
		buf_printf(out, "the first of %zu zones%s%s: ",
		    finding->n_more + 1, finding->cmk == NULL ? "" :
		    " of CMK ", finding->cmk == NULL ? "" : finding->cmk);
	print_line(out, finding->text);
	buf_printf(out, "\n");
}

static void
print_report(const struct health_report *report, struct buf *out)
{
	size_t i;

	print_status(report, out);
	for (i = 0; i < report->n; i++)
		print_finding(&report->findings[i], out);
	for (i = 0; i < report->n_not_made; i++) {
		buf_printf(out, "not checked: ");
		print_line(out, report->not_made[i]);
		buf_printf(out, "\n");
	}
}

static void
put_seconds(struct json *json, const char *key, int64_t s)
{

	if (s != HEALTH_UNKNOWN_S)
		json_put_int(json, key, s);
}

static void
put_finding(const struct health_finding *finding, struct json *row)
{
	struct json *zones;
	size_t i;

	json_put_text(row, "zone", finding->zone);
	json_put_text(row, "check", finding->check);
	json_put_text(row, "level", health_level_name(finding->level));
	json_put_text(row, "text", finding->text);
	json_put_text(row, "cmk", finding->cmk);
	json_put_int(row, "n_zones", finding->zone == NULL ? 0 :
	    (int64_t)finding->n_more + 1);
	zones = json_put_array(row, "zones");
	if (finding->zone != NULL)
		json_add_text(zones, finding->zone);
	for (i = 0; i < finding->n_more; i++)
		json_add_text(zones, finding->more[i]);
}

static void
put_report(const struct health_report *report, struct json *json)
{
	struct json *list;
	size_t i;

	json_put_text(json, "status",
	    health_level_name(health_worst(report)));
	put_seconds(json, "coverage_seconds", report->coverage_s);
	json_put_text(json, "coverage_zone", report->coverage_zone);
	put_seconds(json, "served_seconds", report->served_s);
	json_put_int(json, "zones", (int64_t)report->n_zones);
	json_put_int(json, "critical",
	    (int64_t)report->n_level[HEALTH_CRITICAL]);
	json_put_int(json, "warning",
	    (int64_t)report->n_level[HEALTH_WARNING]);
	list = json_put_array(json, "findings");
	for (i = 0; i < report->n; i++)
		put_finding(&report->findings[i], json_add_object(list));
	list = json_put_array(json, "not_checked");
	for (i = 0; i < report->n_not_made; i++)
		json_add_text(list, report->not_made[i]);
}

static int
check_zones(struct check *check, struct error *err)
{
	struct cmd *cmd = check->cmd;
	const char *zone = cmd->args->n_words == 1 ? cmd->args->words[0] :
	    NULL;
	struct name name;
	char text[NAME_TEXT_MAX];

	if (zone != NULL && cmd_zone(zone, &name, err) != 0)
		return -1;
	return session_open(&cmd->options, &cmd->session, err) != 0 ? -1 :
	    health_run(cmd->session, zone == NULL ? NULL :
	    name_text(&name, text), args_has(cmd->args, OPT_NO_NETWORK) ?
	    HEALTH_NO_NETWORK : HEALTH_ASK_SERVERS,
	    args_has(cmd->args, OPT_NO_TOKEN) ? HEALTH_NO_TOKEN :
	    HEALTH_TRY_KEYS, judge, check, err);
}

int
cmd_check(struct cmd *cmd, struct error *err)
{
	struct check check = { HEALTH_REPORT_INIT, cmd };
	int rc;

	rc = check_zones(&check, err);
	if (rc == 0) {
		health_sort(&check.report);
		print_report(&check.report, &cmd->text);
		put_report(&check.report, cmd->json);
		cmd->status = (int)health_worst(&check.report);
	} else {
		/* Who runs plug-ins reads the first line of this. */
		buf_printf(&cmd->text, "KMGR UNKNOWN - ");
		print_line(&cmd->text, err->msg);
		buf_printf(&cmd->text, "\n");
		json_put_text(cmd->json, "status", "UNKNOWN");
		cmd->is_partial = true;
	}
	health_report_clear(&check.report);
	return rc;
}
