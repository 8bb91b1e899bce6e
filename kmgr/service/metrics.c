#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/service/metrics.h"
#include "kmgr/store/store_life.h"

/* Under this kind, of the root, the store remembers when run was done. */
#define LAST_RUN "last-run"

enum metric {
	ZONES, KSK_AGE, DNSKEY_STATE, DS_STATE, COVERAGE, RRSIG_REMAINING,
	PARENT_DS_TTL, WAIT_OPERATOR, NEXT_TRANSITION, CHECK, HSM_UP,
	LAST_RUN_AT, METRIC_N
};

/* All are gauges: what is, not what has been counted. */
static const struct {
	const char *name;
	const char *help;
} table[METRIC_N] = {
	[ZONES] = { "kmgr_zones", "Zones that were looked at." },
	[KSK_AGE] = { "kmgr_ksk_age_seconds", "Time since a KSK was made." },
	[DNSKEY_STATE] = { "kmgr_dnskey_state",
	    "1 for the state that the DNSKEY of a KSK is in." },
	[DS_STATE] = { "kmgr_ds_state",
	    "1 for the state that the DS of a KSK is in." },
	[COVERAGE] = { "kmgr_signed_coverage_seconds",
	    "Time that the released DNSKEY RRset is signed for." },
	[RRSIG_REMAINING] = { "kmgr_dnskey_rrsig_remaining_seconds",
	    "Time that the DNSKEY RRset of a name server is signed for." },
	[PARENT_DS_TTL] = { "kmgr_parent_ds_ttl_seconds",
	    "TTL of the DS RRset at a server of the parent." },
	[WAIT_OPERATOR] = { "kmgr_wait_operator_seconds",
	    "Time that a zone has been waiting for somebody." },
	[NEXT_TRANSITION] = { "kmgr_next_transition_timestamp",
	    "When a zone needs run next, in seconds since 1970." },
	[CHECK] = { "kmgr_check",
	    "What a check finds: 0 nothing, 1 a warning, 2 critical." },
	[HSM_UP] = { "kmgr_hsm_up",
	    "1 where a token is there and its KSKs sign." },
	[LAST_RUN_AT] = { "kmgr_last_run_timestamp",
	    "When kmgr run was done last, in seconds since 1970." },
};

struct metrics {
	struct buf	  lines[METRIC_N];
	int64_t		  n_zones;
	char		**failed;	/* tokens in which a KSK failed */
	size_t		  n_failed;
};

struct metrics *
metrics_new(void)
{

	return mem_new(sizeof(struct metrics));
}

void
metrics_free(struct metrics *metrics)
{
	size_t i;

	if (metrics == NULL)
		return;
	for (i = 0; i < METRIC_N; i++)
		buf_free(&metrics->lines[i]);
	for (i = 0; i < metrics->n_failed; i++)
		free(metrics->failed[i]);
	free(metrics->failed);
	free(metrics);
}

/* A backslash, a quote and a line's end have to be escaped. */
static void
print_value(struct buf *out, const char *text)
{

	for (; *text != '\0'; text++)
		if (*text == '\n')
			buf_printf(out, "\\n");
		else
			buf_printf(out, "%s%c", *text == '"' ||
			    *text == '\\' ? "\\" : "", *text);
}

static void
print_label(struct buf *out, const char *name, const char *value)
{

	buf_printf(out, "%s%s=\"", out->data[out->len - 1] == '{' ? "" : ",",
	    name);
	print_value(out, value);
	buf_printf(out, "\"");
}

/* A line of metric; pairs of names and values, NULL at the end. */
static void
add(struct metrics *metrics, enum metric metric, int64_t value,
    const char *const *labels)
{
	struct buf *out = &metrics->lines[metric];

	buf_printf(out, "%s{", table[metric].name);
	for (; *labels != NULL; labels += 2)
		print_label(out, labels[0], labels[1]);
	buf_printf(out, "} %" PRId64 "\n", value);
}

static void
add_of_zone(struct metrics *metrics, enum metric metric,
    const struct health_zone *zone, int64_t value)
{
	const char *const labels[] = { "zone", zone->name, NULL };

	add(metrics, metric, value, labels);
}

static void
add_of_server(struct metrics *metrics, enum metric metric,
    const struct health_zone *zone, const char *ns, int64_t value)
{
	const char *const labels[] = { "zone", zone->name, "ns", ns, NULL };

	add(metrics, metric, value, labels);
}

/* A line for each state that there is, so that graphs have no gaps. */
static void
add_states(struct metrics *metrics, enum metric metric,
    const struct health_zone *zone, const char *tag, enum life_state is)
{
	int state;

	for (state = LIFE_HIDDEN; state <= LIFE_UNRETENTIVE; state++) {
		const char *const labels[] = { "zone", zone->name, "key_tag",
			tag, "state",
			life_state_name((enum life_state)state), NULL };

		add(metrics, metric, (int)is == state, labels);
	}
}

static void
note_failure(struct metrics *metrics, const struct health_key *key)
{
	size_t i;

	/* What a policy forbids, or the store has lost, is no outage. */
	if (!key->was_tried || key->token == NULL ||
	    (key->trial.class != ERR_TOKEN &&
	    key->trial.class != ERR_INTEGRITY))
		return;
	for (i = 0; i < metrics->n_failed; i++)
		if (strcmp(metrics->failed[i], key->token) == 0)
			return;
	*(char **)mem_push(&metrics->failed, metrics->n_failed++,
	    sizeof(*metrics->failed)) = mem_strdup(key->token);
}

static void
add_key(struct metrics *metrics, const struct health_zone *zone,
    const struct health_key *key)
{
	char tag[8];
	const char *const labels[] = { "zone", zone->name, "key_tag", tag,
		NULL };

	(void)snprintf(tag, sizeof(tag), "%u", dnskey_tag(&key->dnskey));
	if (!key->is_foreign)
		add(metrics, KSK_AGE, zone->now_at - key->made_at, labels);
	add_states(metrics, DNSKEY_STATE, zone, tag, key->dnskey_state);
	add_states(metrics, DS_STATE, zone, tag, key->ds_state);
	note_failure(metrics, key);
}

static bool
is_made(const struct health_report *report, const char *id)
{
	const size_t len = strlen(id);
	size_t i;

	for (i = 0; i < report->n_not_made; i++)
		if (strncmp(report->not_made[i], id, len) == 0 &&
		    report->not_made[i][len] == ':')
			return false;
	return true;
}

/* The worst that each check finds; of one that was not made nothing. */
static void
add_checks(struct metrics *metrics, const struct health_zone *zone,
    const struct health_limits *limits)
{
	struct health_report report = HEALTH_REPORT_INIT;
	enum health_level worst;
	size_t i, k;

	health_judge(zone, limits, &report);
	for (i = 0; health_at(i) != NULL; i++) {
		const char *const labels[] = { "zone", zone->name, "id",
			health_at(i)->id, NULL };

		if (!is_made(&report, health_at(i)->id))
			continue;
		worst = HEALTH_OK;
		for (k = 0; k < report.n; k++)
			if (strcmp(report.findings[k].check,
			    health_at(i)->id) == 0 &&
			    report.findings[k].level > worst)
				worst = report.findings[k].level;
		add(metrics, CHECK, (int64_t)worst, labels);
	}
	health_report_clear(&report);
}

static void
add_servers(struct metrics *metrics, const struct health_zone *zone)
{
	struct health_zone one = *zone;
	int64_t s;
	size_t i;

	for (i = 0; i < zone->n_servers; i++) {
		one.servers = &zone->servers[i];
		one.n_servers = 1;
		if ((s = health_served_s(&one)) != HEALTH_UNKNOWN_S)
			add_of_server(metrics, RRSIG_REMAINING, zone,
			    zone->servers[i].name, s);
	}
	for (i = 0; i < zone->n_parents; i++)
		if (zone->parents[i].ds.rrset != NULL)
			add_of_server(metrics, PARENT_DS_TTL, zone,
			    zone->parents[i].name,
			    zone->parents[i].ds.rrset->ttl);
}

void
metrics_add_zone(struct metrics *metrics, const struct health_zone *zone,
    const struct health_limits *limits)
{
	const int64_t coverage_s = health_coverage_s(zone);
	const char *const broken[] = { "zone", zone->name, "id", "store",
		NULL };
	size_t i;

	metrics->n_zones++;
	add(metrics, CHECK, zone->trouble.class == ERR_NONE ? HEALTH_OK :
	    HEALTH_CRITICAL, broken);
	if (zone->trouble.class != ERR_NONE)
		return;
	for (i = 0; i < zone->n_keys; i++)
		add_key(metrics, zone, &zone->keys[i]);
	if (coverage_s != HEALTH_UNKNOWN_S)
		add_of_zone(metrics, COVERAGE, zone, coverage_s);
	add_servers(metrics, zone);
	add_of_zone(metrics, WAIT_OPERATOR, zone, zone->waits_since_at == 0 ?
	    0 : zone->now_at - zone->waits_since_at);
	if (zone->next_at != LIFE_NEVER)
		add_of_zone(metrics, NEXT_TRANSITION, zone, zone->next_at);
	add_checks(metrics, zone, limits);
}

/* Whether it is there, and no KSK of the zones that were added failed in it. */
static void
add_token(struct metrics *metrics, const char *name, bool is_up)
{
	const char *const labels[] = { "token", name, NULL };
	size_t i;

	for (i = 0; i < metrics->n_failed; i++)
		is_up = is_up && strcmp(metrics->failed[i], name) != 0;
	add(metrics, HSM_UP, is_up, labels);
}

/* When run was done last; 0: never. */
static void
set_run(struct metrics *metrics, int64_t at)
{

	buf_printf(&metrics->lines[LAST_RUN_AT], "%s %" PRId64 "\n",
	    table[LAST_RUN_AT].name, at);
}

void
metrics_text(const struct metrics *metrics, struct buf *out)
{
	size_t i;

	for (i = 0; i < METRIC_N; i++) {
		if (i != ZONES && metrics->lines[i].len == 0)
			continue;
		buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s",
		    table[i].name, table[i].help, table[i].name,
		    buf_text(&metrics->lines[i]));
		if (i == ZONES)
			buf_printf(out, "%s %" PRId64 "\n", table[i].name,
			    metrics->n_zones);
	}
}

int
metrics_add_session(struct metrics *metrics, struct session *session,
    struct error *err)
{
	const struct config *config = session_config(session);
	struct observation_row *rows;
	struct store *store;
	size_t i, n;

	for (i = 0; i < config->n_tokens; i++) {
		struct error ignored = ERR_INIT;

		add_token(metrics, config->tokens[i].name,
		    session_find_token(session, config->tokens[i].name,
		    &ignored) == 0);
	}
	if (session_store(session, &store, err) != 0 ||
	    store_observation_list(store, ".", LAST_RUN, 0, &rows, &n,
	    err) != 0)
		return -1;
	if (n > 0)
		set_run(metrics, rows[0].last_at);
	observation_rows_free(rows, n);
	return 0;
}

int
metrics_note_run(struct session *session, struct error *err)
{
	char root[] = ".", kind[] = LAST_RUN, empty[] = "";
	const struct observation_row row = { .zone = root, .kind = kind,
		.text = empty, .first_at = session_now(session),
		.last_at = session_now(session) };
	struct store *store;

	return session_store(session, &store, err) != 0 ? -1 :
	    store_observe_now(store, &row, err);
}
