#include <string.h>

#include "kmgr/base/workers.h"
#include "kmgr/engine/crew.h"
#include "kmgr/service/run_failure.h"
#include "kmgr/service/run_settings.h"
#include "kmgr/service/run_workers.h"
#include "kmgr/store/store_claim.h"

#define WORTH_N 128		/* zones; for fewer one worker is enough */
#define N_TEXTS 3

struct crew {
	const struct run	*run;
	struct run_result	*out;
	bool			 is_sure;	/* more than one is of use */
	size_t			 n_all;		/* zones at the beginning */
	size_t			 n_behind;	/* zones */
	/* In a worker. */
	struct worker		*worker;
	struct error		 unheard;
};

/* What a message is of. */
enum message_kind {
	MESSAGE_EVENT,
	MESSAGE_BEHIND,		/* a zone is */
	MESSAGE_RESULT		/* what the worker's pass came to */
};

struct message {
	enum message_kind	 kind;
	enum run_event		 event;
	bool			 has_failed;
	struct error		 why;
	struct run_result	 result;
	size_t			 lens[N_TEXTS];	/* each with its end */
};

static void
put(struct crew *crew, struct message *message,
    const char *const texts[N_TEXTS])
{
	struct buf out = BUF_INIT;
	size_t i;

	for (i = 0; i < N_TEXTS; i++)
		message->lens[i] = strlen(texts[i]) + 1;
	buf_add(&out, message, sizeof(*message));
	for (i = 0; i < N_TEXTS; i++)
		buf_add(&out, texts[i], message->lens[i]);
	if (crew->unheard.class == ERR_NONE)
		(void)worker_tell(crew->worker, out.data, out.len,
		    &crew->unheard);
	buf_free(&out);
}

static void
put_event(void *arg, enum run_event event, const char *zone,
    const char *what, const char *text, const struct error *err)
{
	const char *const texts[N_TEXTS] = { zone, what, text };
	struct message message;

	/* Also what the compiler leaves between members. */
	memset(&message, 0, sizeof(message));
	message.kind = MESSAGE_EVENT;
	message.event = event;
	message.has_failed = err != NULL;
	if (err != NULL)
		message.why = *err;
	put(arg, &message, texts);
}

/* There is one line for progress, and it is not ours. */
static void
put_behind(void *arg)
{
	const char *const texts[N_TEXTS] = { "", "", "" };
	struct message message;

	memset(&message, 0, sizeof(message));
	message.kind = MESSAGE_BEHIND;
	put(arg, &message, texts);
}

static void
put_result(struct crew *crew, const struct run_result *result)
{
	const char *const texts[N_TEXTS] = { buf_text(session_notes(
	    crew->run->session)), "", "" };
	struct message message;

	memset(&message, 0, sizeof(message));
	message.kind = MESSAGE_RESULT;
	message.result = *result;
	put(crew, &message, texts);
}

/* A token that fails now is told of by the zone that needs it. */
static int
call_others(struct crew *crew, struct error *err)
{
	struct session *session = crew->run->session;
	struct error ignored = ERR_INIT;
	bool is = false;

	if (crew->is_sure || crew_helps(session, &is, &ignored) != 0 || !is)
		return 0;
	return worker_want_others(crew->worker, err);
}

/* In a process of its own, with its own store, tokens and claims. */
static int
work(void *arg, struct worker *worker, struct error *err)
{
	struct crew *crew = arg;
	struct run run = *crew->run;
	struct run_result result = { .next_at = INT64_MAX };
	int rc;

	crew->worker = worker;
	run.tell = put_event;
	run.is_behind = put_behind;
	run.arg = crew;
	rc = call_others(crew, err);
	if (rc == 0)
		rc = run_pass(&run, &result, err);
	put_result(crew, &result);
	session_close(run.session);
	return rc;
}

static void
add_result(struct crew *crew, const struct run_result *result,
    const char *notes)
{
	struct run_result *out = crew->out;

	if (out->n_failed == 0)
		out->first = result->first;
	out->n_zones += result->n_zones;
	out->n_steps += result->n_steps;
	out->n_failed += result->n_failed;
	buf_printf(session_notes(crew->run->session), "%s", notes);
}

static void
hear(void *arg, const uint8_t *data, size_t len)
{
	struct crew *crew = arg;
	const char *texts[N_TEXTS];
	struct message message;
	size_t i;

	if (len < sizeof(message))
		return;
	memcpy(&message, data, sizeof(message));
	data += sizeof(message);
	len -= sizeof(message);
	for (i = 0; i < N_TEXTS; i++) {
		if (message.lens[i] > len || message.lens[i] == 0 ||
		    data[message.lens[i] - 1] != '\0')
			return;
		texts[i] = (const char *)data;
		data += message.lens[i];
		len -= message.lens[i];
	}
	switch (message.kind) {
	case MESSAGE_EVENT:
		crew->run->tell(crew->run->arg, message.event, texts[0],
		    texts[1], texts[2], message.has_failed ? &message.why :
		    NULL);
		break;
	case MESSAGE_BEHIND:
		run_progress(crew->run->session, ++crew->n_behind,
		    crew->n_all);
		break;
	case MESSAGE_RESULT:
		add_result(crew, &message.result, texts[0]);
		break;
	}
}

/*
 * How many processes it is worth. Where that is more than one the store is
 * closed then: none is handed from one to another.
 */
static int
size_up(struct crew *crew, size_t *n_workers, struct error *err)
{
	struct session *session = crew->run->session;
	struct store *store;

	*n_workers = crew_size(session, SIZE_MAX, &crew->is_sure);
	if (*n_workers == 1)
		return 0;
	if (session_store(session, &store, err) != 0 || store_claim_n_due(store,
	    session_now(session), &crew->n_all, err) != 0)
		return -1;
	if (!crew->is_sure && crew->n_all < WORTH_N)
		*n_workers = 1;
	else
		session_take_store(session, NULL);
	return 0;
}

/* Alone, or with others. */
static int
go(const struct run *run, struct run_result *out, struct error *err)
{
	struct crew crew = { .run = run, .out = out };
	struct workers workers = { .arg = &crew, .work = work, .take = hear };
	struct store *store;

	if (size_up(&crew, &workers.n, err) != 0)
		return -1;
	if (workers.n == 1)
		return run_pass(run, out, err);
	workers.is_first_alone = !crew.is_sure;
	*out = (struct run_result) { .next_at = INT64_MAX, .first = ERR_INIT };
	if (workers_run(&workers, err) != 0 ||
	    session_store(run->session, &store, err) != 0)
		return -1;
	return store_claim_next(store, &out->next_at, err);
}

int
run_workers(const struct run *run, struct run_result *out,
    struct error *err)
{
	int64_t retry_at;
	size_t n_waiting;

	if (run->n_zones > 0)
		return run_pass(run, out, err);
	/* Before: one that fails now does not wait, it was tried. */
	if ((!run->is_trial && run_settings_look(run->session, err) != 0) ||
	    run_failure_count(run->session, &n_waiting, &retry_at, err) != 0 ||
	    (run->is_trial ? run_pass(run, out, err) : go(run, out, err)) != 0)
		return -1;
	out->n_waiting = n_waiting;
	out->retry_at = retry_at;
	return 0;
}
