/*
 * A token: its module loaded, found by URI, logged in once, reopened when it
 * was away. No type of Cryptoki appears in this header.
 */
#ifndef HSM_TOKEN_H
#define HSM_TOKEN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/err.h"

struct hsm_token;

struct hsm_config {
	const char	*name;		/* the configuration's, for messages */
	const char	*uri;		/* see hsm/uri.h */
	/*
	 * A file that every kmgr process locks while it initialises and logs
	 * in (SoftHSM 2.6.1 loses a race there), or NULL.
	 */
	const char	*lock_path;
	/*
	 * How the token refused its PIN, a CK_RV, or 0. In memory that all
	 * processes of a command have in common, so that none of them tries it
	 * after another one was refused; NULL: there is only this one.
	 */
	atomic_ulong	*pin_refusal;
	/*
	 * The program that a probe starts to look at its keys from another
	 * process, hsm_onlooker_main(): from the root; NULL: it has none.
	 */
	const char	*onlooker;
	/*
	 * Where a call of Cryptoki takes longer the process gives up, with
	 * ERR_TOKEN (kmgr/base/give_up.h), but for a login on a PIN pad; 0: it
	 * waits for ever.
	 */
	int64_t		 call_limit_s;
	/* Called after every Cryptoki call, or NULL. */
	void		(*trace)(void *trace_arg, const char *call,
			    unsigned long rv, int64_t elapsed_us);
	void		*trace_arg;
};

/* Text fields without padding. */
struct hsm_token_info {
	char	label[33];
	char	manufacturer[33];
	char	model[17];
	char	serial[17];
	char	library[33];		/* CK_INFO.libraryDescription */
	char	library_version[16];
	char	firmware_version[16];
	bool	is_initialized;
	bool	has_pin_pad;		/* CKF_PROTECTED_AUTHENTICATION_PATH */
	bool	is_pin_low;		/* CKF_USER_PIN_COUNT_LOW */
	bool	is_pin_final_try;
	bool	is_pin_locked;
	bool	is_write_protected;
	uint64_t max_sessions;		/* 0: not stated or without limit */
	uint64_t free_memory;		/* bytes; UINT64_MAX: not stated */
};

/**
 * hsm_token_open(config, out, err):
 * Load the module and find the token. ${config} and what it points to must
 * outlive the token. Nothing secret is asked for yet. SIGPIPE is ignored from
 * here on unless the program has its own handler: modules that talk to a
 * daemon would end the process with it.
 *
 * Owner: the caller, hsm_token_close().
 * Errors: ERR_TOKEN (module does not load, token absent, two that match),
 * ERR_CONFIG (URI).
 */
int hsm_token_open(const struct hsm_config *config, struct hsm_token **out,
    struct error *err);

/**
 * hsm_token_is_unattended(config):
 * Whether hsm_token_login() will ask nobody for the PIN. False also where the
 * URI cannot be read.
 */
bool hsm_token_is_unattended(const struct hsm_config *config);

/**
 * hsm_token_login(token, err):
 * Log in as user, once; later calls return at once. The PIN comes from the
 * URI's pin-source (a file that only its owner can read, or a command), from
 * $CREDENTIALS_DIRECTORY/<name>.pin, from the terminal, or from the token's
 * own PIN pad. A wrong PIN is never tried again; CKF_USER_PIN_FINAL_TRY and a
 * locked PIN are refused before a try is spent.
 *
 * Errors: ERR_TOKEN, ERR_CONFIG (source of the PIN).
 */
int hsm_token_login(struct hsm_token *token, struct error *err);

/**
 * hsm_token_info_get(token, out, err):
 * What the token says of itself now.
 *
 * Errors: ERR_TOKEN.
 */
int hsm_token_info_get(struct hsm_token *token, struct hsm_token_info *out,
    struct error *err);

/**
 * hsm_token_name(token):
 * The configuration's name of the token.
 */
const char *hsm_token_name(const struct hsm_token *token);

/**
 * hsm_token_close(token):
 * Close sessions, finalize, unload; PIN wiped. Keys of the token are freed
 * before.
 */
void hsm_token_close(struct hsm_token *token);

/**
 * hsm_result_name(rv):
 * The name of a Cryptoki return value, "CKR_OK"; "CKR_?" for one that the
 * standard does not have.
 */
const char *hsm_result_name(unsigned long rv);

/**
 * hsm_module_list(path, call_limit_s, out, n, err):
 * What tokens the module ${path} offers, for people who look for a URI;
 * ${call_limit_s} as in struct hsm_config.
 *
 * Owner: the caller, free(*${out}).
 * Errors: ERR_TOKEN.
 */
int hsm_module_list(const char *path, int64_t call_limit_s,
    struct hsm_token_info **out, size_t *n, struct error *err);

#endif
