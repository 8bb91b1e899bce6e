/*
 * A token at the other end of a network: calls that take their time while
 * others are made, few sessions, and room for few keys. What happened is
 * written down, so that tests need no clock.
 */

#include "tests/fault/p11shim.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum far_call {
	FAR_SIGN,
	FAR_UNWRAP,
	FAR_GENERATE,
	FAR_WRAP,
	FAR_SESSION,
	FAR_KEY,
	N_FAR
};

static const char *const names[N_FAR] = { "C_Sign", "C_UnwrapKey",
	"C_GenerateKeyPair", "C_WrapKey", "sessions", "keys" };

/* An unwrapped key, which ends with its session. */
struct far_key {
	ck_session_handle_t session;
	ck_object_handle_t object;
};

static const struct ck_function_list *real;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* How often, how many are under way now, and how many were at most. */
static unsigned long all[N_FAR], now[N_FAR], most[N_FAR];
static struct far_key *keys;
static size_t n_keys;

/* One more, if there are less than limit; 0: no limit. */
static bool
begin(enum far_call call, unsigned long limit)
{
	bool has_place;

	pthread_mutex_lock(&lock);
	has_place = limit == 0 || now[call] < limit;
	if (has_place) {
		all[call]++;
		if (++now[call] > most[call])
			most[call] = now[call];
	}
	pthread_mutex_unlock(&lock);
	return has_place;
}

/* No lock is held: so long others may call. */
static void
travel(enum far_call call)
{
	unsigned long us = shim_conf()->latency_us;
	struct timespec ts = {
		.tv_sec = (time_t)(us / 1000000),
		.tv_nsec = (long)(us % 1000000) * 1000,
	};

	begin(call, 0);
	while (us != 0 && nanosleep(&ts, &ts) == -1 && errno == EINTR)
		continue;
}

static ck_rv_t
end(enum far_call call, ck_rv_t rv)
{

	pthread_mutex_lock(&lock);
	now[call]--;
	pthread_mutex_unlock(&lock);
	return rv;
}

static ck_rv_t
sign(ck_session_handle_t session, unsigned char *in, unsigned long in_len,
    unsigned char *out, unsigned long *out_len)
{

	/* A call that only asks for the length makes no signature. */
	if (out == NULL)
		return real->C_Sign(session, in, in_len, out, out_len);
	travel(FAR_SIGN);
	return end(FAR_SIGN, real->C_Sign(session, in, in_len, out, out_len));
}

static ck_rv_t
generate_key_pair(ck_session_handle_t session, struct ck_mechanism *mech,
    struct ck_attribute *pub, unsigned long pub_n, struct ck_attribute *priv,
    unsigned long priv_n, ck_object_handle_t *pub_key,
    ck_object_handle_t *priv_key)
{

	travel(FAR_GENERATE);
	return end(FAR_GENERATE, real->C_GenerateKeyPair(session, mech, pub,
	    pub_n, priv, priv_n, pub_key, priv_key));
}

static ck_rv_t
wrap_key(ck_session_handle_t session, struct ck_mechanism *mech,
    ck_object_handle_t wrapping, ck_object_handle_t key, unsigned char *out,
    unsigned long *out_len)
{

	if (out == NULL)
		return real->C_WrapKey(session, mech, wrapping, key, out,
		    out_len);
	travel(FAR_WRAP);
	return end(FAR_WRAP, real->C_WrapKey(session, mech, wrapping, key, out,
	    out_len));
}

/* --- room for few keys --------------------------------------------------- */

static void
key_note(ck_session_handle_t session, ck_object_handle_t object)
{

	pthread_mutex_lock(&lock);
	keys = realloc(keys, (n_keys + 1) * sizeof(*keys));
	if (keys == NULL)
		shim_die("no memory");
	keys[n_keys++] = (struct far_key){ session, object };
	pthread_mutex_unlock(&lock);
}

/* Those of the session, or this object, or, of neither, all. */
static void
keys_forget(ck_session_handle_t session, ck_object_handle_t object)
{
	size_t i = 0;

	pthread_mutex_lock(&lock);
	while (i < n_keys)
		if ((session == 0 && object == 0) ||
		    (session != 0 && keys[i].session == session) ||
		    (object != 0 && keys[i].object == object)) {
			keys[i] = keys[--n_keys];
			now[FAR_KEY]--;
		} else
			i++;
	pthread_mutex_unlock(&lock);
}

static ck_rv_t
unwrap_key(ck_session_handle_t session, struct ck_mechanism *mech,
    ck_object_handle_t wrapping, unsigned char *in, unsigned long in_len,
    struct ck_attribute *attrs, unsigned long n, ck_object_handle_t *key)
{
	ck_rv_t rv;

	travel(FAR_UNWRAP);
	if (!begin(FAR_KEY, shim_conf()->room))
		return end(FAR_UNWRAP, CKR_DEVICE_MEMORY);
	rv = real->C_UnwrapKey(session, mech, wrapping, in, in_len, attrs, n,
	    key);
	if (rv == CKR_OK)
		key_note(session, *key);
	else
		end(FAR_KEY, rv);
	return end(FAR_UNWRAP, rv);
}

static ck_rv_t
destroy_object(ck_session_handle_t session, ck_object_handle_t object)
{
	ck_rv_t rv = real->C_DestroyObject(session, object);

	if (rv == CKR_OK)
		keys_forget(0, object);
	return rv;
}

/* --- few sessions -------------------------------------------------------- */

static ck_rv_t
get_token_info(ck_slot_id_t slot, struct ck_token_info *info)
{
	ck_rv_t rv = real->C_GetTokenInfo(slot, info);

	if (rv == CKR_OK && shim_conf()->sessions_told != 0)
		info->max_session_count = shim_conf()->sessions_told;
	return rv;
}

static ck_rv_t
open_session(ck_slot_id_t slot, ck_flags_t flags, void *data,
    ck_notify_t notify, ck_session_handle_t *out)
{
	ck_rv_t rv;

	if (!begin(FAR_SESSION, shim_conf()->sessions))
		return CKR_SESSION_COUNT;
	rv = real->C_OpenSession(slot, flags, data, notify, out);
	return rv == CKR_OK ? rv : end(FAR_SESSION, rv);
}

static ck_rv_t
close_session(ck_session_handle_t session)
{
	ck_rv_t rv = real->C_CloseSession(session);

	if (rv != CKR_OK)
		return rv;
	keys_forget(session, 0);
	return end(FAR_SESSION, rv);
}

static void
write_down(int fd)
{
	char line[80];
	size_t i;
	int len;

	for (i = 0; i < N_FAR; i++) {
		len = snprintf(line, sizeof(line), "%s %lu %lu\n", names[i],
		    all[i], most[i]);
		if (write(fd, line, (size_t)len) != len)
			shim_die("KMGR_SHIM_TALLY: %s", strerror(errno));
		all[i] = most[i] = now[i] = 0;
	}
}

/* All sessions end; what was counted since the last time is appended. */
static ck_rv_t
finalize(void *reserved)
{
	const char *path = shim_conf()->tally_file;
	ck_rv_t rv = real->C_Finalize(reserved);
	int fd;

	keys_forget(0, 0);
	pthread_mutex_lock(&lock);
	now[FAR_SESSION] = 0;
	if (rv == CKR_OK && path != NULL) {
		fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
		    0600);
		if (fd == -1)
			shim_die("KMGR_SHIM_TALLY: %s: %s", path,
			    strerror(errno));
		write_down(fd);
		close(fd);
	}
	pthread_mutex_unlock(&lock);
	return rv;
}

void
far_install(struct ck_function_list *list, const struct ck_function_list *below)
{

	real = below;
	list->C_Sign = sign;
	list->C_GenerateKeyPair = generate_key_pair;
	list->C_WrapKey = wrap_key;
	list->C_UnwrapKey = unwrap_key;
	list->C_DestroyObject = destroy_object;
	list->C_GetTokenInfo = get_token_info;
	list->C_OpenSession = open_session;
	list->C_CloseSession = close_session;
	list->C_Finalize = finalize;
}
