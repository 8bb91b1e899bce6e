#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/stop.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/service/run_claim.h"
#include "kmgr/store/store_claim_holder.h"
#include "kmgr/store/store_life.h"

#define BATCH	   64		/* zones claimed at once */
#define LEASE_S	   120		/* and the time that two commands may take */
#define KEEP_MS	   5000		/* a lease is renewed no more often */
#define TRIES	   10		/* where others are claiming just now */
#define TRY_MS	   50
#define WAIT_S	   5		/* for a zone that is named */
#define WAIT_MS	   200

#define MACHINE_ID_MAX 64

static void
nap(long ms)
{
	const struct timespec pause = { ms / 1000, ms % 1000 * 1000000L };

	(void)nanosleep(&pause, NULL);
}

void
run_machine(char out[static RUN_MACHINE_TEXT])
{
	struct error ignored = ERR_INIT;
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct buf id = BUF_INIT;

	out[0] = '\0';
	if (file_read("/etc/machine-id", MACHINE_ID_MAX, &id, &ignored) == 0 &&
	    id.len > 0) {
		crypto_sha256(id.data, id.len, hash);
		(void)text_hex(hash, RUN_MACHINE_LEN, out);
	}
	buf_free(&id);
}

/*
 * Where process ids mean the same: "pid:[4026531836]-MACHINE"; "" is unknown.
 * The first part is the same on every machine, and hosts may share a name.
 */
static void
id_space(char out[static 64])
{
	char space[32], id[RUN_MACHINE_TEXT];
	const ssize_t n = readlink("/proc/self/ns/pid", space, 31);

	out[0] = '\0';
	if (n <= 0)
		return;
	space[n] = '\0';
	run_machine(id);
	(void)snprintf(out, 64, "%s-%s", space, id);
}

/* HOST PROCESS SPACE RANDOM: the last makes it one that never was before. */
static int
make_name(struct run_claims *claims, struct error *err)
{
	char host[256] = "", space[64], id[STORE_ID_TEXT];

	if (store_id_new(id, err) != 0)
		return -1;
	(void)gethostname(host, sizeof(host) - 1);
	id_space(space);
	(void)snprintf(claims->name, sizeof(claims->name), "%s %ld %s %s",
	    host, (long)getpid(), space, id);
	return 0;
}

struct owner {
	char host[RUN_HOST_LEN], space[64];
	long pid;
};

static bool
read_name(const char *name, struct owner *out)
{

	return sscanf(name, "%255s %ld %63s", out->host, &out->pid,
	    out->space) == 3;
}

/* Whether it was a process of this machine, and is gone for sure. */
static bool
is_gone(const char *name)
{
	char host[256] = "", space[64];
	struct owner owner;

	(void)gethostname(host, sizeof(host) - 1);
	id_space(space);
	return read_name(name, &owner) && owner.pid > 0 &&
	    strcmp(owner.host, host) == 0 &&
	    strcmp(owner.space, space) == 0 &&
	    kill((pid_t)owner.pid, 0) != 0 && errno == ESRCH;
}

/*
 * Nobody has to wait until the lease is over of one that was killed. Should it
 * live all the same, it is one that has lost its claims, and knows it.
 */
static int
free_gone(struct run_claims *claims, struct error *err)
{
	char **names = NULL;
	size_t i, n = 0;
	int rc = 0;

	if (store_claim_holder_list(claims->store, &names, &n, err) != 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		if (is_gone(names[i]))
			rc = store_claim_release(claims->store, names[i],
			    err);
	zone_names_free(names, n);
	return rc;
}

int
run_claims_init(struct run_claims *claims, struct session *session,
    struct error *err)
{

	*claims = (struct run_claims) { .session = session };
	claims->holder.name = claims->name;
	/* A set that is handed over is told to a command and to a hook. */
	claims->holder.lease_s = LEASE_S +
	    2 * session_config(session)->hooks.timeout_s;
	if (claims->holder.lease_s > STORE_CLAIM_LEASE_MAX_S)
		claims->holder.lease_s = STORE_CLAIM_LEASE_MAX_S;
	return make_name(claims, err) != 0 ||
	    session_store(session, &claims->store, err) != 0 ||
	    free_gone(claims, err) != 0 ? -1 : 0;
}

static int
release(struct run_claims *claims, struct error *err)
{
	int rc = 0;

	run_claims_leave(claims);
	if (claims->n > 0)
		rc = store_claim_release(claims->store, claims->name, err);
	store_claims_free(claims->list, claims->n);
	claims->list = NULL;
	claims->n = 0;
	return rc;
}

void
run_claims_clear(struct run_claims *claims)
{
	struct error ignored = ERR_INIT;

	/* What cannot be given up ends by itself. */
	(void)release(claims, &ignored);
}

/*
 * Nothing is written where nothing is due. What others are claiming at this
 * moment is passed over, and what they made room for is seen a moment later.
 */
int
run_claims_due(struct run_claims *claims, int64_t due_at, struct error *err)
{
	int64_t next_at;
	int i;

	if (release(claims, err) != 0)
		return -1;
	for (i = 0; i < TRIES && claims->n == 0; i++) {
		if (store_claim_next(claims->store, &next_at, err) != 0)
			return -1;
		if (next_at > due_at)
			return 0;
		if (i > 0)
			nap(TRY_MS);
		claims->renewed_ms = when_elapsed_ms();
		if (store_claim_due(claims->store, &claims->holder, due_at,
		    BATCH, &claims->list, &claims->n, err) != 0)
			return -1;
	}
	return 0;
}

static int
refuse_held(const char *zone, const char *name, struct error *err)
{
	struct owner owner;

	(void)err_set(err, ERR_STORE, "zone %s: another run works on it",
	    zone);
	return read_name(name, &owner) ? err_hint(err, "it is kmgr process "
	    "%ld on %s; wait for it or end it, then run the command again",
	    owner.pid, owner.host) : err_hint(err, "wait for it, then run "
	    "the command again");
}

int
run_claims_find(struct session *session, const char *zone,
    struct run_claim *out, struct error *err)
{
	struct store_claim_holder holder = { NULL, 0 };
	struct store *store;
	struct owner owner;

	*out = (struct run_claim) { .until_at = 0 };
	if (session_store(session, &store, err) != 0 ||
	    store_claim_holder_of(store, zone, &holder, err) != 0)
		return -1;
	if (holder.name != NULL && read_name(holder.name, &owner)) {
		(void)snprintf(out->host, sizeof(out->host), "%s",
		    owner.host);
		out->pid = owner.pid;
		out->until_at = holder.until_at;
	}
	store_claim_holder_clear(&holder);
	return 0;
}

int
run_claims_zone(struct run_claims *claims, const char *zone,
    struct error *err)
{
	const int64_t until_ms = when_elapsed_ms() + WAIT_S * 1000;
	char *other = NULL;
	int rc;

	if (release(claims, err) != 0)
		return -1;
	for (;;) {
		claims->renewed_ms = when_elapsed_ms();
		if (store_claim_zone(claims->store, &claims->holder, zone,
		    &claims->list, &claims->n, &other, err) != 0)
			return -1;
		if (claims->n > 0)
			return 0;
		if (when_elapsed_ms() >= until_ms || stop_signal() != 0)
			break;
		free(other);
		nap(WAIT_MS);
	}
	rc = refuse_held(zone, other == NULL ? "" : other, err);
	free(other);
	return rc;
}

static int
refuse_lost(const struct store_claim *claim, struct error *err)
{

	(void)err_set(err, ERR_STORE, "zone %s: another run has taken it over",
	    claim->zone);
	err->code = STORE_CLAIM_LOST;
	return -1;
}

static int
renew(struct run_claims *claims, int64_t age_ms, struct error *err)
{
	const int64_t at_ms = when_elapsed_ms();

	if (at_ms - claims->renewed_ms < age_ms)
		return 0;
	if (store_claim_renew(claims->store, &claims->holder, claims->list,
	    claims->n, err) != 0)
		return -1;
	claims->renewed_ms = at_ms;
	return 0;
}

int
run_claims_enter(struct run_claims *claims, const size_t *list, size_t n,
    struct error *err)
{
	size_t i;

	run_claims_leave(claims);
	if (renew(claims, claims->holder.lease_s * 1000 / 4, err) != 0)
		return -1;
	claims->entered = mem_new(n * sizeof(*claims->entered));
	for (i = 0; i < n; i++) {
		claims->entered[i] = claims->list[list[i]];
		if (claims->entered[i].is_lost)
			return refuse_lost(&claims->entered[i], err);
	}
	store_claim_guard(claims->store, &claims->holder, claims->entered, n);
	return 0;
}

void
run_claims_leave(struct run_claims *claims)
{

	if (claims->store != NULL)
		store_claim_guard(claims->store, &claims->holder, NULL, 0);
	free(claims->entered);
	claims->entered = NULL;
}

static int
keep(struct run_claims *claims, size_t i, int64_t age_ms, struct error *err)
{

	if (renew(claims, age_ms, err) != 0)
		return -1;
	return claims->list[i].is_lost ?
	    refuse_lost(&claims->list[i], err) : 0;
}

int
run_claims_keep(struct run_claims *claims, size_t i, struct error *err)
{

	return keep(claims, i, KEEP_MS, err);
}

int
run_claims_look(struct run_claims *claims, size_t i, struct error *err)
{

	return keep(claims, i, 0, err);
}
