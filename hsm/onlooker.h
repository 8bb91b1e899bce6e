/*
 * Another process of the same user, with the same PIN, that looks at throw-away
 * keys: for what a token shows to others (probe.h). It is this program started
 * anew, with a module of its own.
 */
#ifndef HSM_ONLOOKER_H
#define HSM_ONLOOKER_H

#include <stdbool.h>
#include <stdint.h>

#include "hsm/key.h"
#include "hsm/mech.h"
#include "hsm/run.h"

/* What it could do with a private key. */
enum onlooker_use {
	ONLOOKER_FINDS = 1 << 0,
	ONLOOKER_SIGNS = 1 << 1,
	ONLOOKER_WRAPS = 1 << 2		/* under a key of its own */
};

struct onlooker_key {
	uint8_t		 id[HSM_ID_LEN];
	unsigned int	 uses;		/* bits of enum onlooker_use */
};

/**
 * onlooker_ask(token, mech, keys, err):
 * Start one; it logs in to ${token} and notes what it can do with each of the
 * two pairs ${keys} of ${mech}, which are there meanwhile. It gets the PIN
 * that is at hand; on a PIN pad it has to be entered once more.
 *
 * Errors: ERR_SYSTEM (it could not be started, was killed, or did not end in
 * time), ERR_TOKEN (there is none for this token, or it failed there).
 */
int onlooker_ask(const struct hsm_token *token, const struct mech *mech,
    struct onlooker_key keys[static 2], struct error *err);

#endif
