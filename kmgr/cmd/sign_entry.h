/*
 * The zones that sign-zsks --zones-from names: the files of a folder, or the
 * lines of a list.
 */
#ifndef CMD_SIGN_ENTRY_H
#define CMD_SIGN_ENTRY_H

#include "kmgr/cmd/cmd_requester.h"
#include "kmgr/cmd/command.h"
#include "kmgr/engine/zsks.h"

/* A zone, and where its set comes from. */
struct sign_entry {
	char			*name;		/* for who reads of it */
	char			*path;		/* NULL: fetched, or */
	char			**files;	/* of dnssec-keygen */
	size_t			 n_files;
	size_t			 n_ksks;	/* of them, when loaded */
	struct error		*why;		/* it cannot be signed */
	struct buf		 fetched;
	const char		*tsig;		/* it came by */
	struct cmd_requester	 requester;
};

/**
 * sign_entries_read(path, entries, n, err):
 * All that ${path}, a folder or a list, names. In a folder the zones of
 * files of dnssec-keygen are as good as files ZONE.zone; the ZSKs of all files
 * of a zone are its set.
 *
 * Owner: the caller, sign_entry_clear() of each, free() of all.
 * Errors: ERR_SYSTEM, ERR_INPUT.
 */
int sign_entries_read(const char *path, struct sign_entry **entries,
    size_t *n, struct error *err);

/**
 * sign_entry_fetch(cmd, entry):
 * Have the set of ${entry} where it has to be fetched, before anything is
 * signed: what is learnt on the way is recorded.
 */
void sign_entry_fetch(struct cmd *cmd, struct sign_entry *entry);

/**
 * sign_entry_load(cmd, entry, request, text, err):
 * Fill in what ${request} has of its own zone, which borrows from ${entry},
 * and append the records to ${text}.
 *
 * Errors: ERR_INPUT, ERR_USAGE; why it cannot be signed.
 */
int sign_entry_load(struct cmd *cmd, struct sign_entry *entry,
    struct zsks_request *request, struct buf *text, struct error *err);

/**
 * sign_entry_is_fetched(entry): whether its set is, and it has one.
 */
bool sign_entry_is_fetched(const struct sign_entry *entry);

void sign_entry_clear(struct sign_entry *entry);

#endif
