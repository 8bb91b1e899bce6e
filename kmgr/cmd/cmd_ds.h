/* What get-ds shows: DS, and what there is to change at the parent. */
#ifndef CMD_CMD_DS_H
#define CMD_CMD_DS_H

#include "kmgr/cmd/command.h"
#include "kmgr/dns/ds.h"
#include "kmgr/engine/ds_ready.h"
#include "kmgr/engine/ksk.h"

/* One KSK's DS, for each digest type of its policy. */
struct cmd_ds_one {
	const struct ksk	*ksk;
	struct ds		 ds;
	const struct ds_ready	*ready;		/* NULL: it is not asked */
};

struct cmd_ds_set {
	const struct name	*zone;
	char			 zone_text[NAME_TEXT_MAX];
	const struct ksk	*ksks;
	size_t			 n_ksks;
	const struct ds_ready	*ready;		/* of each KSK, or NULL */
	struct cmd_ds_one	*list;
	size_t			 n;
};

/* What the parent should change, of keys that kmgr knows. */
struct cmd_ds_diff {
	struct cmd_ds_set	 wanted;	/* all of it */
	struct cmd_ds_set	 add, keep, remove;	/* without ksks */
	struct ds		*unknown;	/* of no key: nobody's to
						 * remove unasked */
	size_t			 n_unknown;
	uint32_t		 ttl_s;		/* of a DS to be added */
};

/* How a set is printed, and what differs from the parent's. */
struct cmd_ds_format {
	const char	*name;
	void		(*print)(const struct cmd_ds_set *, struct buf *);
	void		(*diff)(const struct cmd_ds_diff *, struct buf *);
};

/**
 * cmd_ds_format_find(name, out, err):
 * The format called ${name}; NULL is the usual one.
 *
 * Errors: ERR_USAGE.
 */
int cmd_ds_format_find(const char *name, const struct cmd_ds_format **out,
    struct error *err);

/**
 * cmd_ds_is_foreign(ksk):
 * Whether ${ksk} is another provider's: it has no CMK of its own, and borrows
 * one here.
 */
bool cmd_ds_is_foreign(const struct ksk *ksk);

/**
 * cmd_ds_collect(set):
 * Fill the list: DS of every KSK in ${set}, a digest type of its policy each.
 */
void cmd_ds_collect(struct cmd_ds_set *set);

/**
 * cmd_ds_zone(set, out), ...:
 * Append the DS in one of the formats; as CDS with the CDNSKEY.
 *
 * cmd_ds_json(set): for machines. Owner: the caller, json_free().
 */
void cmd_ds_zone(const struct cmd_ds_set *set, struct buf *out);
void cmd_ds_nsupdate(const struct cmd_ds_set *set, struct buf *out);
void cmd_ds_epp_ds(const struct cmd_ds_set *set, struct buf *out);
void cmd_ds_epp_key(const struct cmd_ds_set *set, struct buf *out);
void cmd_ds_form(const struct cmd_ds_set *set, struct buf *out);
void cmd_ds_print_json(const struct cmd_ds_set *set, struct buf *out);
void cmd_ds_cds(const struct cmd_ds_set *set, struct buf *out);
struct json *cmd_ds_json(const struct cmd_ds_set *set);

/**
 * cmd_ds_diff(cmd, print, err):
 * get-ds --diff: ask the parent, compare, and let ${print} write the result.
 *
 * Errors: ERR_NETWORK, where no server answered, and as cmd_ksk_load().
 */
int cmd_ds_diff(struct cmd *cmd, void (*print)(const struct cmd_ds_diff *,
    struct buf *), struct error *err);

/**
 * cmd_ds_diff_zone(diff, out), ...:
 * Append ${diff}, additions before removals, so that whoever takes one after
 * the other is never without a DS that works.
 */
void cmd_ds_diff_zone(const struct cmd_ds_diff *diff, struct buf *out);
void cmd_ds_diff_json(const struct cmd_ds_diff *diff, struct buf *out);
void cmd_ds_diff_form(const struct cmd_ds_diff *diff, struct buf *out);
void cmd_ds_diff_epp_ds(const struct cmd_ds_diff *diff, struct buf *out);
void cmd_ds_diff_epp_key(const struct cmd_ds_diff *diff, struct buf *out);
void cmd_ds_diff_cds(const struct cmd_ds_diff *diff, struct buf *out);
void cmd_ds_diff_nsupdate(const struct cmd_ds_diff *diff, struct buf *out);

#endif
