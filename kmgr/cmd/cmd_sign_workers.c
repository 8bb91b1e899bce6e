/* sign-zsks --zones-from in worker processes. */
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/workers.h"
#include "kmgr/cmd/cmd_sign_inner.h"
#include "kmgr/engine/crew.h"

/* Zones that a worker may be ahead, for each of them: what waits for the
 * slowest one is in memory, and who waits for it has no work. */
#define AHEAD (16 * BULK_SHARE)

struct sign_workers {
	bool		 is_sure;	/* that more than one is of use */
	/* In a worker. */
	struct worker	*worker;
	size_t		 noted;		/* bytes of notes that were told */
	struct error	 unheard;	/* why nobody hears of it any more */
	/* In the process that has started them. */
	struct buf	*early;		/* what came before its turn, a zone */
	size_t		 next;		/* zone whose turn it is */
	bool		 is_garbled;	/* a result could not be read */
};

/* To the process that has started this one, with what was noted since. */
static void
tell(struct many *many, struct sign_result *result)
{
	const struct buf *notes = session_notes(many->cmd->session);
	struct sign_workers *workers = many->workers;
	struct buf message = BUF_INIT;

	if (notes->len > workers->noted)
		buf_add(&result->notes, notes->data + workers->noted,
		    notes->len - workers->noted);
	workers->noted = notes->len;
	sign_result_write(result, &message);
	if (workers->unheard.class == ERR_NONE &&
	    worker_tell(workers->worker, message.data, message.len,
	    &workers->unheard) != 0)
		many->is_unheard = true;
	buf_free(&message);
	if (result->outcome != SIGN_NOTES_ONLY)
		sign_entry_clear(&many->entries[result->i]);
}

/* Whoever reads what the first process writes may be gone. */
static bool
is_stopped(void *arg)
{
	const struct many *many = arg;

	return stop_signal() != 0 || many->is_unheard ||
	    worker_is_unwanted(many->workers->worker);
}

static bool
is_enough(void *arg)
{
	const struct many *many = arg;

	return many->is_unheard || many->workers->is_garbled;
}

static size_t
n_in_order(void *arg)
{
	const struct many *many = arg;

	return many->workers->next;
}

static bool
next_share(void *arg, size_t *first, size_t *n)
{
	const struct many *many = arg;

	return worker_next(many->workers->worker, first, n);
}

/*
 * The first one finds out whether others are of use. A token that fails now is
 * told of by who needs it.
 */
static int
call_others(struct many *many, struct error *err)
{
	struct error ignored = ERR_INIT;
	bool helps = false;

	if (many->workers->is_sure ||
	    crew_helps(many->cmd->session, &helps, &ignored) != 0 || !helps)
		return 0;
	return worker_want_others(many->workers->worker, err);
}

/* In a process of its own, with its own store and tokens. */
static int
work(void *arg, struct worker *worker, struct error *err)
{
	struct sign_result rest = { .outcome = SIGN_NOTES_ONLY };
	struct many *many = arg;
	struct bulk bulk;
	int rc;

	many->give = tell;
	many->workers->worker = worker;
	many->cmd->progress = NULL;
	many->cmd->tells_progress = true;
	rc = call_others(many, err);
	if (rc == 0)
		rc = many_bulk(many, &bulk, err);
	bulk.n = many->n;
	bulk.next = next_share;
	bulk.is_stopped = is_stopped;
	if (rc == 0)
		rc = bulk_sign(many->cmd->session, &bulk, err);
	tell(many, &rest);
	sign_result_clear(&rest);
	session_close(many->cmd->session);
	if (rc == 0 && many->is_unheard) {
		*err = many->workers->unheard;
		rc = -1;
	}
	return rc;
}

/* Those whose turn it is; at the end whatever there is. */
static void
deliver_early(struct many *many, bool is_end)
{
	struct sign_workers *workers = many->workers;
	struct sign_result result;
	struct buf *early;

	for (; workers->next < many->n; workers->next++) {
		early = &workers->early[workers->next];
		if (early->len == 0 && !is_end)
			return;
		if (early->len > 0 && sign_result_read(early->data,
		    early->len, &result)) {
			many_deliver(many, &result);
			sign_result_clear(&result);
		}
		buf_free(early);
	}
}

static void
hear(void *arg, const uint8_t *message, size_t len)
{
	struct many *many = arg;
	struct sign_result result;
	struct buf *early;

	if (sign_result_read(message, len, &result)) {
		buf_add(session_notes(many->cmd->session),
		    result.notes.data, result.notes.len);
		early = result.i < many->n && result.outcome !=
		    SIGN_NOTES_ONLY ? &many->workers->early[result.i] : NULL;
		if (early != NULL && early->len == 0)
			buf_add(early, message, len);
	} else {
		many->workers->is_garbled = true;
	}
	sign_result_clear(&result);
	deliver_early(many, false);
}

int
many_sign_in_workers(struct many *many, size_t n, bool is_sure,
    struct error *err)
{
	struct sign_workers own = { .is_sure = is_sure };
	const struct workers workers = {
		.n = n, .is_first_alone = !is_sure,
		.n_items = many->n, .n_share = BULK_SHARE, .arg = many,
		.work = work, .take = hear, .is_enough = is_enough,
		.n_in_order = n_in_order, .n_ahead = n * AHEAD,
	};
	int rc;

	own.early = mem_new(many->n * sizeof(*own.early));
	many->workers = &own;
	rc = workers_run(&workers, err);
	deliver_early(many, true);
	free(own.early);
	many->workers = NULL;
	return rc == 0 && own.is_garbled ? err_set(err, ERR_INTERNAL,
	    "a worker process told what nobody understands") : rc;
}
