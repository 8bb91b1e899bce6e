#ifndef KMGR_TESTS_P11SHIM_H
#define KMGR_TESTS_P11SHIM_H

/* Plain C types, and struct members by their lower-case names. */
#define CRYPTOKI_GNU 1
#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A PKCS#11 module that stands before a real one and misbehaves on request.
 * What each switch in the environment does is told in p11shim_conf.c, which
 * reads them all; the other files each hold one kind of misbehaviour.
 *
 *	caller
 *	-> p11shim.c		every function, by way of
 *	   p11shim_faults.c	counting, failing, killing
 *	   p11shim_gone.c	a token that is pulled out
 *	-> p11shim_attr.c	attributes that a token does not know or keep
 *	-> p11shim_quirks.c	flags, mechanisms, wrong signatures
 *	-> p11shim_tag.c	key pairs of a chosen key tag
 *	-> p11shim_far.c	calls that take time, few sessions and keys
 *	-> the real module
 *
 * A module has no place of its own to keep state between two calls, so this
 * one keeps file-scope variables, which the rest of the project does not.
 */

#define SHIM_ATTRS_MAX 16
#define SHIM_MECHS_MAX 8

/* Attribute types that one switch names. */
struct shim_attrs {
	ck_attribute_type_t	type[SHIM_ATTRS_MAX];
	size_t			n;
};

/* The same for mechanisms. */
struct shim_mechs {
	ck_mechanism_type_t	type[SHIM_MECHS_MAX];
	size_t			n;
};

/* The environment, read once; an absent number is 0 and an absent name NULL. */
struct shim_conf {
	const char		*module;	/* path of the real module */
	const char		*init_args;	/* for the real C_Initialize */
	const char		*count_file;
	const char		*only;		/* the one function counted */
	unsigned long		 fail_at;
	unsigned long		 fail_n;	/* 0: for ever */
	ck_rv_t			 fail_rv;
	unsigned long		 kill_at;
	unsigned long		 kill_after;
	unsigned long kill_by;
	unsigned long		 hang_at;
	unsigned long		 hang_us;
	const char		*hang_once_file;
	const char		*gone_file;
	unsigned long		 gone_at;
	unsigned long		 gone_n;
	unsigned long		 delay_us;
	unsigned long		 latency_us;
	unsigned long		 sessions;
	unsigned long		 sessions_told;
	unsigned long		 room;
	const char		*tally_file;
	unsigned long		 flip_sig;
	ck_flags_t		 token_flags;
	struct shim_attrs	 refuse;
	struct shim_attrs	 ignore;
	struct shim_mechs	 refuse_mech;
	bool			 ec_point_raw;
	bool			 rsa_zero;
	bool			 shares_sessions;
	bool			 tag_wanted;
	uint16_t		 tag;
	uint8_t			 tag_alg;
	const char		*tag_once_file;
};

/* One call on its way through the shim. */
struct shim_call {
	const char	*name;
	unsigned long	 n;		/* its number, or 0 if not counted */
	bool		 forwarded;	/* to the real module */
	ck_rv_t		 rv;
};

/**
 * shim_conf():
 * The switches; a switch that is unknown or makes no sense ends the process
 * with a message and status 99, so that no test passes by a typing error.
 */
const struct shim_conf *shim_conf(void);

/**
 * shim_die(fmt, ...):
 * Say on standard error what is wrong with the set-up of the test and end the
 * process with status 99.
 */
void shim_die(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/**
 * shim_next():
 * The functions behind the counting ones: the real module's, with those
 * replaced that a switch bends.
 */
struct ck_function_list *shim_next(void);

/**
 * faults_enter(call) / faults_leave(call):
 * Count ${call} and decide its fate: true is to forward it and put what came
 * back into call->rv, false is that call->rv holds the error to return.
 * faults_leave is called in both cases.
 */
bool faults_enter(struct shim_call *call);
ck_rv_t faults_leave(struct shim_call *call);

/**
 * faults_first(file):
 * Whether ${file} was not there; it is now. Of all processes one is first.
 */
bool faults_first(const char *file);

/**
 * gone_enter(call) / gone_leave():
 * false if the token is pulled out; when it is back, the real module has been
 * started anew by the time gone_enter returns.
 */
bool gone_enter(const struct shim_call *call);
void gone_leave(void);

/**
 * <file>_install(list, real):
 * Replace in ${list} the functions that this file bends; ${real} are those of
 * the layer below and live as long as the process.
 */
void gone_install(struct ck_function_list *list,
    const struct ck_function_list *real);
void tag_install(struct ck_function_list *list,
    const struct ck_function_list *real);
void quirks_install(struct ck_function_list *list,
    const struct ck_function_list *real);
void far_install(struct ck_function_list *list,
    const struct ck_function_list *real);
void attr_install(struct ck_function_list *list,
    const struct ck_function_list *real);

/**
 * name_attr(name, type) / name_mech(name, type) / name_rv(name, rv):
 * The number of the attribute, mechanism or return value that Cryptoki calls
 * ${name}, with or without CKA_, or as a number for a return value; false if
 * unknown.
 */
bool name_attr(const char *name, ck_attribute_type_t *type);
bool name_mech(const char *name, ck_mechanism_type_t *type);
bool name_rv(const char *name, ck_rv_t *rv);

/**
 * name_of_rv(rv):
 * The CKR_ name of ${rv}, or NULL.
 */
const char *name_of_rv(ck_rv_t rv);

#endif
