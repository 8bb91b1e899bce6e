/*
 * How a zone does: checks over what the store, the token, every name server
 * and every server of the parent say of it. Each is a row of one table; facts
 * come in as plain data, findings go out.
 *
 * Source: RFC 7583; RFC 6781 s4; RFC 7344; RFC 8078; Zonemaster's DNSSEC01
 * to DNSSEC18 for what resolvers stumble over.
 */
#ifndef SERVICE_HEALTH_H
#define SERVICE_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/rrsig.h"
#include "kmgr/life/life.h"
#include "policy/rules.h"

#define HEALTH_UNKNOWN_S INT64_MIN	/* a duration that nobody knows */

/* In the order of their badness; the numbers are Nagios's. */
enum health_level { HEALTH_OK, HEALTH_WARNING, HEALTH_CRITICAL };

/* When checks fire, seconds; see config_check.c and health_limits(). */
struct health_limits {
	int64_t	coverage_warning_s, coverage_critical_s;
	int64_t	rrsig_warning_s, rrsig_critical_s;
	int64_t	ksk_age_warning_s;	/* before the end of its lifetime */
	int64_t	waiting_warning_s, waiting_critical_s;
	int64_t	lateness_warning_s, lateness_critical_s;
	int64_t	failure_warning_s, failure_critical_s;
	int64_t	lag_warning_s, lag_critical_s;
	int64_t	skew_warning_s, skew_critical_s;
	int64_t	token_warning_s;	/* how long a token is away */
	int64_t	token_critical_s;	/* more coverage than this is left
					 * when it has been away for the
					 * rest of it */
};

/* A key of the zone, ours or another provider's. */
struct health_key {
	const char	*name;		/* "example.com./12345" */
	const char	*token;		/* NULL of foreign ones */
	const char	*cmk;		/* its name; likewise */
	struct dnskey	 dnskey;	/* as it is published */
	struct ds	*ds;		/* as a CDS has it, one a digest */
	size_t		 n_ds;
	bool		 is_foreign;
	bool		 is_standby;
	enum life_state	 dnskey_state, ds_state;
	bool		 is_in_set;	/* of what is signed now */
	bool		 wants_ds;	/* the parent is to have its DS */
	bool		 is_leaving;	/* rolled away from, or revoked */
	int64_t		 made_at;
	int64_t		 active_at;	/* its lifetime began */
	int64_t		 lifetime_s;	/* 0: no end */
	bool		 needs_backup;
	int64_t		 backup_at;	/* 0: never */
	int64_t		 ds_seen_at;	/* its DS was told to be there; 0 */
	int64_t		 awaited_since_at; /* a change of its DS; 0: none */
	bool		 was_tried;	/* in its token */
	struct error	 trial;		/* ERR_NONE: it signed */
};

/* An RRset of a server; NULL: it has none. */
struct health_set {
	struct rrset	*rrset;
	struct rrsig	*rrsigs;
	size_t		 n_rrsigs;
};

/* One address of a name server, of the zone or of its parent. */
struct health_server {
	char		*name;		/* "ns1.example. (192.0.2.1)" */
	struct error	 trouble;	/* ERR_NONE: it answered with AA */
	struct health_set dnskey, cds, cdnskey;	/* of the zone's servers */
	int64_t		 soa_ttl_s;		/* likewise */
	bool		 soa_algs[256];		/* that sign the SOA */
	unsigned int	 nsec3_iterations;	/* of its NSEC3PARAM */
	struct health_set ds;			/* of the parent's */
};

/* What a validating resolver made of the zone. */
struct health_resolver {
	char		*name;
	struct error	 trouble;	/* ERR_NONE: it answered */
	bool		 is_servfail;
	bool		 is_servfail_cd; /* also with checking disabled */
	bool		 is_secure;	/* AD */
};

/* The database of the store, which all zones have in common. */
struct health_database {
	char			*settings;	/* that lose commits, or NULL */
	char			*clock;		/* how it differs, or NULL */
	enum health_level	 clock_level;
};

/* All that is known of a zone. Instants are 0 for what did not happen. */
struct health_zone {
	const char		*name;		/* "example.com." */
	struct error		 trouble;	/* it could not be looked at */
	int64_t			 now_at;
	enum life_goal		 goal;
	struct timing	 timing;
	int64_t			 inception_offset_s;
	/* As policies and configuration have them; timing counts in what was
	 * observed. */
	int64_t			 dnskey_ttl_s, max_zone_ttl_s, parent_ds_ttl_s;
	struct health_key	*keys;
	size_t			 n_keys;
	struct dnskey		*zsks;		/* of the last admitted set, or
						 * of a whole response */
	size_t			 n_zsks;
	uint8_t			 zone_algs[8];	/* all data is signed with */
	size_t			 n_zone_algs;
	struct health_set	 signed_set;	/* as it was released last */
	int64_t			 signed_at;	/* when */
	int64_t			 signed_until_at; /* of all that is released */
	/* What a step waits for, "" and 0: nothing. */
	char			*waits_for;	/* "a backup (KEY)" */
	int64_t			 waits_since_at;
	int64_t			 next_at;	/* of the next step, signing or
						 * hand-over; LIFE_NEVER */
	int64_t			 unpublished_since_at;	/* what was signed last
						 * is not handed over; 0: is */
	char			*failure;	/* of the last run, or NULL */
	int64_t			 failing_since_at;
	int64_t			 token_failing_since_at; /* of a key that fails;
						 * 0: nobody knows */
	struct findings		 policy;	/* rules, of all its CMKs */
	int64_t			 lifetime_s;	/* of its KSKs; 0: no end */
	int64_t			 roll_s;	/* a whole roll, with delays */
	enum policy_cds		 cds;		/* that are released */
	char			*oracle_now;	/* the hole, or NULL */
	char			*oracle_next;
	bool			 is_rolling;
	bool			 rolls_by_itself;	/* `run` begins rolls */
	size_t			 n_standbys_wanted;
	const struct health_database *database;	/* NULL: nobody looked */
	/* What the network said; none was asked where n is 0. */
	struct health_server	*servers, *parents;
	size_t			 n_servers, n_parents;
	struct health_resolver	*resolvers;
	size_t			 n_resolvers;
	const char		*no_network;	/* why none was asked */
	const char		*no_token;	/* why no key was tried */
	int64_t			 parent_ds_ttl_before_s; /* observed last */
	/* The largest of what was observed, and a cache may have; 0 */
	int64_t			 dnskey_ttl_seen_s, max_zone_ttl_seen_s;
};

#define HEALTH_CAUSES 64	/* more are not looked for in other zones */

/* What is wrong with a zone, or with what many zones rest on. */
struct health_finding {
	const char		*check;		/* id */
	char			*zone;		/* the first one; NULL: of none
						 * alone */
	enum health_level	 level;		/* never OK */
	char			*text;		/* of that */
	char			*cause;		/* that others may have, too;
						 * NULL: it is the zone's */
	char			*cmk;		/* that it comes of, or NULL */
	char			**more;		/* zones with that cause */
	size_t			 n_more;
};

/* Of all zones. A check that was not made says why. */
struct health_report {
	struct health_finding	*findings;
	size_t			 n;
	size_t			 n_zones;
	size_t			 n_level[3];	/* findings, a zone each */
	size_t			 causes[HEALTH_CAUSES]; /* findings with one */
	size_t			 n_causes;
	char			**not_made;	/* "ds-match: no network" */
	size_t			 n_not_made;
	/* The worst of all zones, for graphs. */
	int64_t			 coverage_s;	/* HEALTH_UNKNOWN_S: none */
	char			*coverage_zone;
	int64_t			 coverage_warning_s, coverage_critical_s;
	int64_t			 served_s;	/* likewise, HEALTH_UNKNOWN_S */
	int64_t			 age_s, wait_s, late_s;
};

#define HEALTH_REPORT_INIT { .coverage_s = HEALTH_UNKNOWN_S, \
	.served_s = HEALTH_UNKNOWN_S }

struct health_check {
	const char	*id;		/* "signed-coverage" */
	const char	*what;		/* what holds when it finds nothing */
	void		(*run)(const struct health_zone *zone,
			    const struct health_limits *limits,
			    struct health_report *report);
};

/**
 * health_at(i):
 * The ${i}th check, those that tell of the nearest end first; NULL behind the
 * last.
 */
const struct health_check *health_at(size_t i);

/**
 * health_judge(zone, limits, report):
 * Make all checks over ${zone} and add what they find to ${report}.
 */
void health_judge(const struct health_zone *zone,
    const struct health_limits *limits, struct health_report *report);

/**
 * health_coverage_s(zone), health_served_s(zone):
 * For how long, from now on, what was released has a valid signature over the
 * DNSKEY RRset; the same of what is served, by the server where it is
 * shortest. Negative: since when not. HEALTH_UNKNOWN_S where nothing was ever
 * signed, or no server was asked.
 */
int64_t health_coverage_s(const struct health_zone *zone);
int64_t health_served_s(const struct health_zone *zone);

/**
 * health_worst(report):
 * The worst level there is.
 */
enum health_level health_worst(const struct health_report *report);

/**
 * health_level_name(level):
 * "OK", "WARNING", "CRITICAL".
 */
const char *health_level_name(enum health_level level);

/**
 * health_sort(report):
 * What is critical first, else in the order in which it was found.
 */
void health_sort(struct health_report *report);

/**
 * health_set_clear(set), health_zone_clear(zone), health_report_clear(report):
 * Free what they hold.
 */
void health_set_clear(struct health_set *set);
void health_zone_clear(struct health_zone *zone);
void health_report_clear(struct health_report *report);

#endif
