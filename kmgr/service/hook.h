/*
 * Hooks: programs of the user's that are told what is to happen at the parent
 * and at the zone signer. Run without a shell, with a time limit.
 */
#ifndef SERVICE_HOOK_H
#define SERVICE_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "kmgr/base/err.h"
#include "kmgr/engine/session.h"

enum hook { HOOK_DS_ADD, HOOK_DS_REMOVE, HOOK_DS_REMINDER,
	HOOK_ZONE_PUBLISH };

/* Of the JSON that a hook reads. */
#define HOOK_SCHEMA 1

/* What a hook is told. Texts may be NULL. */
struct hook_message {
	const char	*zone;
	const char	*cka_id;
	int64_t		 key_tag;	/* -1: none */
	int64_t		 alg;		/* 0: none */
	int64_t		 digest_type;	/* likewise */
	const char	*digest;	/* hex */
	const char	*dnskey;	/* one line */
	const char	*ds_set;	/* what the parent should have, lines */
	const char	*file;		/* of zone-publish */
	int64_t		 asked_at;	/* for the ledger: when what it is told
					 * of was decided; 0: none */
};

/**
 * hook_run(session, hook, message, err):
 * Tell the program that the configuration names for ${hook}, if any: JSON on
 * its standard input, the same as KMGR_ZONE, KMGR_KEYTAG, ... in its
 * environment, only what is set. How it ended becomes an event in the
 * ledger, with the last line of its standard error. Not inside a transaction.
 *
 * Errors: ERR_SYSTEM (it failed, or did not end in time), ERR_STORE.
 */
int hook_run(struct session *session, enum hook hook,
    const struct hook_message *message, struct error *err);

/* Of what a hook is told: of what was decided at asked_at about a key. */
struct hook_about {
	enum hook	 hook;
	const char	*zone;
	int64_t		 key_tag;
	int64_t		 asked_at;
};

/* How a call of a hook ended, by the ledger. */
struct hook_end {
	int64_t	 at;		/* 0: there was none */
	int64_t	 status;	/* 0: well; -1: not by itself, or not begun */
};

/**
 * hook_last(session, about, out, err):
 * How the last call that told ${about} ended.
 *
 * hook_told(session, about, at, err):
 * When one that told ${about} ended well, the last of them; 0: none did yet.
 *
 * Errors: ERR_STORE.
 */
int hook_last(struct session *session, const struct hook_about *about,
    struct hook_end *out, struct error *err);
int hook_told(struct session *session, const struct hook_about *about,
    int64_t *at, struct error *err);

/**
 * hook_is_configured(config, hook), hook_name(hook):
 * Whether there is a program for ${hook}; "ds-add".
 */
bool hook_is_configured(const struct config *config, enum hook hook);
const char *hook_name(enum hook hook);

#endif
