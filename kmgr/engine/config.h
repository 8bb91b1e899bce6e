/*
 * kmgr.yaml: where the store and the tokens are, who is told of the ledger's
 * heads, which CMKs are pinned, and what zones need to be looked after
 * unattended. It can loosen no policy.
 */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/err.h"

#define CONFIG_MAX_LEN (1 << 26)	/* bytes; 100,000 zones and more */

struct config_token {
	char	*name;
	char	*uri;
};

/* Who is told of each head of the ledger that the seal key has signed. */
struct config_witnesses {
	bool	 has_syslog;
	char	*file;		/* from the root, or NULL */
	char	**command;	/* its words, NULL at the end; NULL: none */
};

/* The seal key that a CMK must have, whatever the store says. */
struct config_pin {
	char	*name;		/* of the CMK, or its id */
	uint8_t	 sha256[CRYPTO_SHA256_LEN];	/* of its SPKI in DER */
};

/* A name server, as "127.0.0.1@5300", "192.0.2.1" or "2001:db8::1@53". */
struct config_server {
	char		*address;	/* numeric */
	uint16_t	 port;
};

/* A TSIG key (RFC 8945): the secret is read when it is needed. */
struct config_tsig {
	char	*name;			/* canonical, final dot */
	char	*algorithm;		/* "hmac-sha256", -384, -512 */
	char	*secret_file;		/* base64; readable by us alone */
};

/* Where a zone's ZSK set comes from: one of them, or none. */
struct config_source {
	struct config_server	*primary;
	char			*tsig;		/* name, or NULL */
	bool			 transfer;	/* all of the zone, by AXFR */
	char			*file;
	char			**command;	/* words, NULL at the end */
};

/* Where what is signed goes: any of them. */
struct config_publish {
	char			*directory;
	struct config_server	*update;	/* RFC 2136 */
	char			*tsig;
	char			**command;
};

/* The parent's servers; found by walking the delegation where none is named. */
struct config_parent {
	struct config_server	*servers;
	size_t			 n_servers;
	char			*zone;		/* with servers only, or NULL */
	int64_t			 check_interval_s;	/* 60 */
	int64_t			 quorum;	/* 0: all */
};

/* Lengthen the sealed waits; 0: as the policies say. */
struct config_timing {
	int64_t	dnskey_ttl_s;
	int64_t	publish_safety_s, retire_safety_s;
	int64_t	zone_propagation_delay_s, max_zone_ttl_s;
	int64_t	parent_ds_ttl_s, parent_propagation_delay_s;
	int64_t	parent_registration_delay_s;
};

/* What `run` and `check` need for a zone, or for those below a wildcard. */
struct config_zone {
	char			*name;		/* canonical, final dot */
	bool			 is_wildcard;	/* file, directory, commands
						 * may have {zone} in them */
	size_t			 line;		/* where it stands */
	struct config_source	 source;
	struct config_publish	 publish;
	struct config_parent	 parent;
	struct config_timing	 timing;
	struct config_server	*servers;	/* for check; none: found by
						 * its NS */
	size_t			 n_servers;
};

/* Programs that are told, each as words with NULL at the end, or NULL. */
struct config_hooks {
	char	**ds_add, **ds_remove, **ds_reminder, **zone_publish;
	int64_t	 timeout_s;		/* 60 */
	int64_t	 reminder_s;		/* between two reminders, 1 d */
};

/* Who answers when servers and addresses are looked for. */
struct config_resolver {
	struct config_server	*servers;	/* none: /etc/resolv.conf */
	size_t			 n_servers;
	char			*trust_anchor;	/* file of DS or DNSKEY */
	uint16_t		 port;		/* of servers found: 53 */
	int64_t			 timeout_s;	/* of one question, 5 */
};

/* Thresholds of `check`, by their name: "coverage-warning". */
struct config_threshold {
	char	*name;
	int64_t	 value_s;
};

#define CONFIG_SESSIONS_MAX 256
#define CONFIG_WORKERS_MAX 64
#define CONFIG_CALL_TIMEOUT_S 600	/* where none is configured */

/* How many of each; 0: as many as turn out to be of use. */
struct config_performance {
	int64_t	 sessions;	/* with a token at once, in each process */
	int64_t	 workers;	/* processes */
	int64_t	 call_timeout_s; /* hsm_config.call_limit_s */
};

struct config {
	char			*path;
	char			*store;		/* URL */
	struct config_token	*tokens;
	size_t			 n_tokens;
	struct config_witnesses	 witnesses;
	struct config_pin	*pins;
	size_t			 n_pins;
	struct config_zone	*zones;		/* in the order of names */
	size_t			 n_zones;	/* with wildcards */
	size_t			 n_wildcards;
	struct config_tsig	*tsigs;		/* likewise */
	size_t			 n_tsigs;
	struct config_hooks	 hooks;
	struct config_resolver	 resolver;
	struct config_threshold	*thresholds;
	size_t			 n_thresholds;
	struct config_performance performance;
};

/**
 * config_read(path, out, err):
 * Read the configuration file ${path}. Unknown keys and URIs that cannot be
 * used are refused.
 *
 * Owner: the caller, config_free().
 * Errors: ERR_CONFIG, with file and line.
 */
int config_read(const char *path, struct config **out, struct error *err);

/**
 * config_parse(text, len, path, out, err):
 * As config_read(), of ${len} bytes that came from ${path}.
 */
int config_parse(const char *text, size_t len, const char *path,
    struct config **out, struct error *err);

/**
 * config_token(config, name, err):
 * The token named ${name}, or NULL. Owner: ${config}.
 *
 * Errors: ERR_CONFIG, with the names that there are.
 */
const struct config_token *config_token(const struct config *config,
    const char *name, struct error *err);

/**
 * config_pin(config, name):
 * The pin that stands under ${name}, a CMK's name or id as it is written in
 * the file, or NULL where there is none. Owner: ${config}.
 */
const struct config_pin *config_pin(const struct config *config,
    const char *name);

/**
 * config_zone(config, zone), config_tsig(config, name):
 * What the file says of ${zone}, canonical with its final dot, or the TSIG
 * key called ${name}; NULL where it says nothing. Of a zone that is its own
 * entry, else that of the nearest wildcard above it, as it is written: whoever
 * goes to its source, or to where it is published, takes the next one. Owner:
 * ${config}.
 *
 * config_zone_named(config, zone):
 * Likewise, with the zone's name wherever it belongs. ${config} must live
 * longer. Owner: the caller, config_zone_free().
 */
const struct config_zone *config_zone(const struct config *config,
    const char *zone);
struct config_zone *config_zone_named(const struct config *config,
    const char *zone);
void config_zone_free(struct config_zone *zone);
const struct config_tsig *config_tsig(const struct config *config,
    const char *name);

/**
 * config_path(option):
 * The file to read: ${option} where it is not NULL, $KMGR_CONFIG where it is
 * set, the installed default otherwise.
 */
const char *config_path(const char *option);

/**
 * config_free(config):
 * Free ${config}.
 */
void config_free(struct config *config);

#endif
