/* What the files of steal know of each other. */
#ifndef TESTS_ATTACKS_STEAL_H
#define TESTS_ATTACKS_STEAL_H

#include "tests/fault/p11shim.h"

#define N(array)  (sizeof(array) / sizeof((array)[0]))
#define STEAL_MAX 4096

struct thief {
	struct ck_function_list	*p11;
	ck_slot_id_t		 slot;
	ck_session_handle_t	 session;
	unsigned char		 id[32];
	size_t			 id_len;
	ck_object_handle_t	 priv;	/* of the key he is after */
	ck_object_handle_t	 pub;
	ck_object_handle_t	 wrapping; /* of blobs he is after */
	/* His own, session objects; 0 where the token makes none. */
	ck_object_handle_t	 aes;
	ck_object_handle_t	 des;
	ck_object_handle_t	 des3;
	ck_object_handle_t	 rsa_pub;
	ck_object_handle_t	 copy_pub; /* of ${pub}, made by hand */
};

/**
 * steal_say(class, what, rv):
 * Print one attempt and its result.
 */
void steal_say(const char *class, const char *what, ck_rv_t rv);

/**
 * steal_must(what, rv):
 * End the program unless ${rv} is CKR_OK: without ${what} there is no attempt.
 */
void steal_must(const char *what, ck_rv_t rv);

/**
 * steal_tools(thief):
 * Make his own keys.
 */
void steal_tools(struct thief *thief);

/**
 * steal_by_wrapping(thief):
 * Wrap the private half under his own keys, with every mechanism that wraps.
 */
void steal_by_wrapping(struct thief *thief);

/**
 * steal_by_using(thief):
 * Use both halves for all but what they are for, and the private one to sign
 * with every mechanism of the token that signs.
 */
void steal_by_using(struct thief *thief);

/**
 * steal_make_wrapping(thief):
 * Make a wrapping key with his id, that only CKA_SENSITIVE and CKA_EXTRACTABLE
 * protect.
 */
void steal_make_wrapping(struct thief *thief);

/**
 * steal_wrap(thief, path):
 * Wrap a new P-256 key under it, and write the blob to ${path}.
 */
void steal_wrap(struct thief *thief, const char *path);

/**
 * steal_unwrap(thief, path):
 * Try to get at the key in the blob ${path}, and to put others in its place.
 */
void steal_unwrap(struct thief *thief, const char *path);

/**
 * steal_records(thief, application):
 * Change, copy and destroy each data object of ${application}.
 */
void steal_records(struct thief *thief, const char *application);

/**
 * steal_plant(thief, arg):
 * Put data objects into the token: "N,APPLICATION,FILE".
 */
void steal_plant(struct thief *thief, const char *arg);

/**
 * steal_read(path, data, size), steal_write(path, data, len):
 * A file, whole. Returns its length.
 */
size_t steal_read(const char *path, unsigned char *data, size_t size);
void steal_write(const char *path, const unsigned char *data, size_t len);

#endif
