/*
 * The switches, all in the environment:
 *
 * KMGR_SHIM_MODULE=PATH	the real module (needed)
 * KMGR_SHIM_INIT_ARGS=TEXT	its parameters, for one that wants a text as
 *				pReserved of C_Initialize (NSS's softokn)
 * KMGR_SHIM_COUNT=FILE		append "N C_Name" for each call
 * KMGR_SHIM_FAIL_ON=C_NAME	count only calls of C_NAME; the three switches
 *				that name a call by number then mean these
 * KMGR_SHIM_FAIL_AT=N		call N is not forwarded, it fails
 * KMGR_SHIM_CKR=CKR		with this return value, name or number
 * KMGR_SHIM_FAIL_COUNT=K	so do the calls after it, K in all (1);
 *				0 for ever
 * KMGR_SHIM_KILL_AT=N		SIGKILL to the process before call N
 * KMGR_SHIM_KILL_AFTER=N	SIGKILL when the real call N has returned
 * KMGR_SHIM_KILL_BY=SIGNAL	another signal than SIGKILL, by its number
 * KMGR_SHIM_HANG_AT=N		call N never returns, and nothing comes of it;
 * KMGR_SHIM_HANG_US=N		or it takes so much more
 * KMGR_SHIM_HANG_ONCE=FILE	in the first of all processes: FILE, once
 *				there, says that one hangs
 * KMGR_SHIM_GONE=FILE		while FILE exists the token is pulled out:
 *				each call is CKR_DEVICE_REMOVED; afterwards
 *				no session or login of before is left
 * KMGR_SHIM_GONE_AT=N		the same without a file: pulled out at call N,
 * KMGR_SHIM_GONE_CALLS=K	back after K calls have failed (1); 0 is in
 *				and out between two calls
 * KMGR_SHIM_DELAY_US=N		C_Sign and C_GenerateKeyPair take so much more
 * KMGR_SHIM_LATENCY_US=N	C_Sign, C_UnwrapKey, C_WrapKey and
 *				C_GenerateKeyPair take so much more, each
 *				while others are made
 * KMGR_SHIM_SESSIONS=N		no more than N sessions: CKR_SESSION_COUNT
 * KMGR_SHIM_SESSIONS_TOLD=N	CK_TOKEN_INFO.ulMaxSessionCount
 * KMGR_SHIM_ROOM=N		no more than N unwrapped keys at a time:
 *				CKR_DEVICE_MEMORY
 * KMGR_SHIM_TALLY=FILE		at C_Finalize append "C_Name CALLS MOST" for
 *				each of the four, the MOST at a time; and
 *				likewise "sessions" and unwrapped "keys"
 * KMGR_SHIM_FLIP_SIG=N		the Nth signature comes with one wrong bit
 * KMGR_SHIM_TOKEN_FLAGS=BITS	set these bits in CK_TOKEN_INFO.flags
 * KMGR_SHIM_REFUSE_ATTR=A,B	a token that does not know attributes A and B
 * KMGR_SHIM_IGNORE_ATTR=A,B	a token that takes A and B and forgets them;
 *				of SENSITIVE and EXTRACTABLE it makes the value
 *				that lets the key leave
 * KMGR_SHIM_REFUSE_MECH=A,B	a token that makes no keys and starts no
 *				signature by mechanisms A and B
 * KMGR_SHIM_SHARE_SESSIONS=1	other processes find the key pairs of a session
 * KMGR_SHIM_EC_POINT=raw	CKA_EC_POINT without the OCTET STRING around
 * KMGR_SHIM_RSA_ZERO=1		CKA_MODULUS and CKA_PUBLIC_EXPONENT with a
 *				leading zero byte
 * KMGR_SHIM_TAG=TAG:ALG	the first P-256 key pair has this key tag as a
 *				DNSKEY of flags 257 and algorithm ALG
 * KMGR_SHIM_TAG_ONCE=FILE	the first of all processes: FILE, once there,
 *				says that it was made
 *
 * C_GetFunctionList is counted too, as it is the first thing that can fail.
 */

#include "tests/fault/p11shim.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define PREFIX "KMGR_SHIM_"

/* One switch: where its value goes and who understands it. */
struct option {
	const char *name;
	void (*read)(const struct option *, const char *, void *);
	void *into;
};

static struct shim_conf conf = { .fail_n = 1, .gone_n = 1,
	.kill_by = SIGKILL };

void
shim_die(const char *fmt, ...)
{
	va_list ap;

	fputs("p11shim: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	_exit(99);
}

static void
read_text(const struct option *opt, const char *value, void *into)
{

	if (*value == '\0')
		shim_die(PREFIX "%s is empty", opt->name);
	*(const char **)into = value;
}

static void
read_number(const struct option *opt, const char *value, void *into)
{
	char *end = NULL;

	errno = 0;
	*(unsigned long *)into = strtoul(value, &end, 0);
	if (errno != 0 || end == value || *end != '\0' || *value == '-')
		shim_die(PREFIX "%s: not a number: %s", opt->name, value);
}

static void
read_rv(const struct option *opt, const char *value, void *into)
{

	if (!name_rv(value, into))
		shim_die(PREFIX "%s: no such CKR: %s", opt->name, value);
}

/* Cut "A,B" and give each word to take(), which says whether it knew it. */
static void
read_words(const struct option *opt, const char *value,
    bool (*take)(const char *word, void *into), void *into)
{
	char list[512], *rest = list, *word;

	if (snprintf(list, sizeof(list), "%s", value) >= (int)sizeof(list))
		shim_die(PREFIX "%s is too long", opt->name);
	while ((word = strsep(&rest, ",")) != NULL)
		if (!take(word, into))
			shim_die(PREFIX "%s: unknown, or too many: %s",
			    opt->name, word);
}

static bool
take_attr(const char *word, void *into)
{
	struct shim_attrs *set = into;

	return set->n < SHIM_ATTRS_MAX && name_attr(word, &set->type[set->n++]);
}

static bool
take_mech(const char *word, void *into)
{
	struct shim_mechs *set = into;

	return set->n < SHIM_MECHS_MAX && name_mech(word, &set->type[set->n++]);
}

static void
read_attrs(const struct option *opt, const char *value, void *into)
{

	read_words(opt, value, take_attr, into);
}

static void
read_mechs(const struct option *opt, const char *value, void *into)
{

	read_words(opt, value, take_mech, into);
}

static void
read_raw(const struct option *opt, const char *value, void *into)
{

	if (strcmp(value, "raw") != 0)
		shim_die(PREFIX "%s can only be raw", opt->name);
	*(bool *)into = true;
}

static void
read_one(const struct option *opt, const char *value, void *into)
{

	if (strcmp(value, "1") != 0)
		shim_die(PREFIX "%s can only be 1", opt->name);
	*(bool *)into = true;
}

static void
read_tag(const struct option *opt, const char *value, void *into)
{
	struct shim_conf *c = into;
	unsigned int tag, alg;
	char rest;

	if (sscanf(value, "%u:%u%c", &tag, &alg, &rest) != 2 ||
	    tag > UINT16_MAX || alg > UINT8_MAX)
		shim_die(PREFIX "%s: not TAG:ALG: %s", opt->name, value);
	c->tag_wanted = true;
	c->tag = (uint16_t)tag;
	c->tag_alg = (uint8_t)alg;
}

static const struct option options[] = {
	{ "MODULE", read_text, &conf.module },
	{ "INIT_ARGS", read_text, &conf.init_args },
	{ "COUNT", read_text, &conf.count_file },
	{ "FAIL_ON", read_text, &conf.only },
	{ "FAIL_AT", read_number, &conf.fail_at },
	{ "FAIL_COUNT", read_number, &conf.fail_n },
	{ "CKR", read_rv, &conf.fail_rv },
	{ "KILL_AT", read_number, &conf.kill_at },
	{ "KILL_AFTER", read_number, &conf.kill_after },
	{ "KILL_BY", read_number, &conf.kill_by },
	{ "HANG_AT", read_number, &conf.hang_at },
	{ "HANG_US", read_number, &conf.hang_us },
	{ "HANG_ONCE", read_text, &conf.hang_once_file },
	{ "GONE", read_text, &conf.gone_file },
	{ "GONE_AT", read_number, &conf.gone_at },
	{ "GONE_CALLS", read_number, &conf.gone_n },
	{ "DELAY_US", read_number, &conf.delay_us },
	{ "LATENCY_US", read_number, &conf.latency_us },
	{ "SESSIONS", read_number, &conf.sessions },
	{ "SESSIONS_TOLD", read_number, &conf.sessions_told },
	{ "ROOM", read_number, &conf.room },
	{ "TALLY", read_text, &conf.tally_file },
	{ "FLIP_SIG", read_number, &conf.flip_sig },
	{ "TOKEN_FLAGS", read_number, &conf.token_flags },
	{ "REFUSE_ATTR", read_attrs, &conf.refuse },
	{ "IGNORE_ATTR", read_attrs, &conf.ignore },
	{ "REFUSE_MECH", read_mechs, &conf.refuse_mech },
	{ "SHARE_SESSIONS", read_one, &conf.shares_sessions },
	{ "EC_POINT", read_raw, &conf.ec_point_raw },
	{ "RSA_ZERO", read_one, &conf.rsa_zero },
	{ "TAG", read_tag, &conf },
	{ "TAG_ONCE", read_text, &conf.tag_once_file },
};

static void
read_variable(const char *name, const char *value)
{
	size_t i, len = (size_t)(value - name) - 1;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct option *opt = &options[i];

		if (strlen(opt->name) == len &&
		    strncmp(opt->name, name, len) == 0) {
			opt->read(opt, value, opt->into);
			return;
		}
	}
	shim_die("no such switch: " PREFIX "%.*s", (int)len, name);
}

static void
read_environment(void)
{
	char **var;

	for (var = environ; *var != NULL; var++) {
		const char *value = strchr(*var, '=');

		if (value != NULL && strncmp(*var, PREFIX, strlen(PREFIX)) == 0)
			read_variable(*var + strlen(PREFIX), value + 1);
	}
	if (conf.module == NULL)
		shim_die(PREFIX "MODULE must name the real module");
	if ((conf.fail_at != 0) != (conf.fail_rv != CKR_OK))
		shim_die(PREFIX "FAIL_AT and " PREFIX "CKR go together");
	if (conf.hang_at == 0 &&
	    (conf.hang_us != 0 || conf.hang_once_file != NULL))
		shim_die(PREFIX "HANG_US, HANG_ONCE need " PREFIX "HANG_AT");
	if (conf.tag_once_file != NULL && !conf.tag_wanted)
		shim_die(PREFIX "TAG_ONCE needs " PREFIX "TAG");
}

const struct shim_conf *
shim_conf(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_environment);
	return &conf;
}
