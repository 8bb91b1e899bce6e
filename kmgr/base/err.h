/*
 * What went wrong, for whom, and what to do next.
 *
 * A function that can fail returns 0 or -1 and describes the failure in the
 * caller's struct error, its last argument, which is never NULL and stays
 * untouched on success.
 */
#ifndef KMGR_BASE_ERR_H
#define KMGR_BASE_ERR_H

/* The class of an error is the exit status of the program (kmgr(1)). */
enum err_class {
	ERR_NONE = 0,
	ERR_INTERNAL = 1,
	ERR_USAGE = 2,
	ERR_CONFIG = 3,		/* configuration or policy file */
	ERR_INPUT = 4,		/* DNS data, KSR, SKR */
	ERR_POLICY = 5,		/* refused by policy */
	ERR_TOKEN = 6,
	ERR_STORE = 7,
	ERR_NETWORK = 8,
	ERR_SYSTEM = 9,
	ERR_INTEGRITY = 10,	/* tampering, rollback, bad signature */
	ERR_NOT_YET = 11,	/* a wait has not passed */
	ERR_PARTIAL = 12,	/* of many some were done, some refused */
	/* As a shell has it of who was ended by SIGHUP, SIGINT or SIGTERM. */
	ERR_HUNG_UP = 129,
	ERR_INTERRUPTED = 130,
	ERR_TERMINATED = 143
};

#define ERR_MSG_LEN  1024
#define ERR_HINT_LEN 512

struct error {
	enum err_class	class;
	unsigned long	code;	/* errno, CK_RV or SQLite code; 0 if none */
	char		msg[ERR_MSG_LEN];	/* outermost context first */
	char		hint[ERR_HINT_LEN];	/* what to do next, or "" */
};

#define ERR_INIT { ERR_NONE, 0, "", "" }

/**
 * err_set(err, class, fmt, ...):
 * Describe in ${err} a failure of ${class} where it is detected; a longer
 * message is cut, and a control character or what is no UTF-8 shows as "?",
 * here and in the functions below. Always returns -1, so that a caller can
 * return it.
 */
int err_set(struct error *err, enum err_class class, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * err_set_errno(err, fmt, ...):
 * As err_set() with class ERR_SYSTEM, code errno, and strerror(errno) after
 * the message. Always returns -1.
 */
int err_set_errno(struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * err_wrap(err, fmt, ...):
 * Put "${fmt}: " in front of the message in ${err}. Always returns -1.
 */
int err_wrap(struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * err_hint(err, fmt, ...):
 * Say in ${err} what the user can do next; the first hint stays, since the
 * place that detected the failure knows best. Always returns -1.
 */
int err_hint(struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * err_clear(err):
 * Forget what ${err} says, as if nothing had failed.
 */
void err_clear(struct error *err);

/**
 * err_class_name(class):
 * A stable snake_case word for ${class}, for machines: "policy", "not_yet".
 */
const char *err_class_name(enum err_class class);

#endif
