/*
 * One attempt on throw-away keys, for the rows of probe.h. Whatever a row
 * makes is destroyed after it, and its session closed.
 */
#ifndef HSM_TRIAL_H
#define HSM_TRIAL_H

#include "hsm/attr.h"
#include "hsm/mech.h"
#include "hsm/module.h"
#include "hsm/probe.h"

#define TRIAL_LABEL	"kmgr1:probe:"
#define TRIAL_BLOB_MAX	2560	/* a wrapped RSA key of 4096 bits */
#define TRIAL_MADE_MAX	16

/* With the protection that the row is about, or, to compare, without. */
enum trial_guard {
	TRIAL_GUARDED,
	TRIAL_FREE
};

enum trial_end {
	TRIAL_DONE,		/* what was attempted worked */
	TRIAL_REFUSED,		/* it was tried and refused */
	TRIAL_HELD,		/* it had no effect, which note tells */
	TRIAL_UNKNOWN,		/* the token refuses the attribute */
	TRIAL_UNABLE		/* what the attempt needs cannot be made */
};

struct trial {
	struct hsm_token	*token;
	const struct module	*module;
	ck_session_handle_t	 session;
	const struct mech	*mech;		/* of pairs, unless said */
	bool			 uses_token_objects;
	const char		*call;		/* what decided ... */
	ck_rv_t			 rv;		/* ... and its answer, */
	const char		*note;		/* or, if not NULL, this: */
	char			 said[96];	/* room for it */
	ck_object_handle_t	 made[TRIAL_MADE_MAX];
	size_t			 n_made;
};

struct trial_row;
typedef enum trial_end trial_fn(struct trial *t, const struct trial_row *row,
    enum trial_guard guard);

enum trial_kind {
	TRIAL_WORK,		/* done is good: WORKS or ABSENT */
	TRIAL_ATTACK,		/* done is bad; compared with TRIAL_FREE */
	TRIAL_ATTACK_ALONE	/* as above, with nothing to compare */
};

struct trial_row {
	const char		*id;
	const char		*what;
	enum hsm_weight		 weight;
	enum trial_kind		 kind;
	trial_fn		*attempt;
	unsigned long		 arg;	/* algorithm, attribute, mechanism */
};

/* The tables of rows; each ends with a row whose id is NULL. */
extern const struct trial_row probe_alg_rows[];		/* these first */
extern const struct trial_row probe_value_rows[];
extern const struct trial_row probe_seal_rows[];
extern const struct trial_row probe_wrapped_rows[];

/* A row's attempt that has a file of its own: of probe_wrapped_rows. */
trial_fn probe_birth;

/**
 * trial_needs_rsa(row):
 * Whether ${row} says something of RSA keys alone.
 */
bool trial_needs_rsa(const struct trial_row *row);

/**
 * trial_ok(t, call, rv):
 * Note what decides; whether ${rv} is CKR_OK.
 */
bool trial_ok(struct trial *t, const char *call, ck_rv_t rv);

/**
 * trial_end_of(t):
 * TRIAL_UNKNOWN when the noted answer is that of a token which does not take
 * an attribute, else TRIAL_UNABLE: how a row ends that could not make its
 * key.
 */
enum trial_end trial_end_of(const struct trial *t);

/**
 * trial_set(template, type, v), trial_drop(template, type):
 * Set the boolean ${type} in ${template}, in place or appended; take the
 * attribute ${type} out.
 */
void trial_set(struct attr_template *template, ck_attribute_type_t type,
    bool v);
void trial_drop(struct attr_template *template, ck_attribute_type_t type);

/* The templates of a pair before it is made. */
struct trial_pair {
	const struct mech	*mech;
	struct attr_template	 private;
	struct attr_template	 public;
	ck_object_handle_t	 private_key;
	ck_object_handle_t	 public_key;
};

/**
 * trial_pair_init(t, pair, mech):
 * The templates of a pair that can sign, SENSITIVE and not EXTRACTABLE.
 */
void trial_pair_init(const struct trial *t, struct trial_pair *pair,
    const struct mech *mech);

/**
 * trial_pair_make(t, pair):
 * Generate it; false when the token refuses.
 */
bool trial_pair_make(struct trial *t, struct trial_pair *pair);

/**
 * trial_sign(t, mech, private_key, tbs, len, sig, sig_len):
 * Sign the ${len} bytes ${tbs} by ${private_key} of ${mech}; nobody verifies
 * it.
 */
bool trial_sign(struct trial *t, const struct mech *mech,
    ck_object_handle_t private_key, uint8_t *tbs, size_t len,
    uint8_t sig[static HSM_SIG_MAX], unsigned long *sig_len);

/**
 * trial_pair_signs(t, pair, private_key):
 * Whether ${private_key} makes signatures that software verifies with the
 * public half of ${pair}.
 */
bool trial_pair_signs(struct trial *t, const struct trial_pair *pair,
    ck_object_handle_t private_key);

/**
 * trial_aes_init(t, template), trial_aes_make(t, template, out):
 * An AES key of 256 bits that may do everything; the attributes can be
 * changed in between.
 */
void trial_aes_init(const struct trial *t, struct attr_template *template);
bool trial_aes_make(struct trial *t, struct attr_template *template,
    ck_object_handle_t *out);

/**
 * trial_wrapping_init(t, template, mech, wrap):
 * A wrapping key as hsm_wrap_generate() makes it, for trial_aes_make().
 */
void trial_wrapping_init(const struct trial *t, struct attr_template *template,
    const struct mech *mech, const struct mech_wrap *wrap);

/**
 * trial_copy(t, object, template, out):
 * C_CopyObject.
 */
bool trial_copy(struct trial *t, ck_object_handle_t object,
    struct attr_template *template, ck_object_handle_t *out);

/**
 * trial_change(t, object, type, v):
 * C_SetAttributeValue of one boolean.
 */
bool trial_change(struct trial *t, ck_object_handle_t object,
    ck_attribute_type_t type, bool v);

/**
 * trial_reads(t, object, type, out):
 * Read the boolean ${type}; false when it is unreadable.
 */
bool trial_reads(struct trial *t, ck_object_handle_t object,
    ck_attribute_type_t type, bool *out);

/**
 * trial_wrap(t, mechanism, wrapping, key, blob, len):
 * C_WrapKey; CBC gets an initial vector of zeros.
 */
bool trial_wrap(struct trial *t, ck_mechanism_type_t mechanism,
    ck_object_handle_t wrapping, ck_object_handle_t key,
    uint8_t blob[static TRIAL_BLOB_MAX], size_t *len);

/**
 * trial_unwrap(t, mechanism, unwrapping, blob, len, template, out):
 * C_UnwrapKey.
 */
bool trial_unwrap(struct trial *t, ck_mechanism_type_t mechanism,
    ck_object_handle_t unwrapping, uint8_t *blob, size_t len,
    struct attr_template *template, ck_object_handle_t *out);

/* A wrapped pair. */
struct trial_blob {
	struct trial_pair	pair;
	uint8_t			bytes[TRIAL_BLOB_MAX];
	size_t			len;
};

/**
 * trial_blob_make(t, blob, mech, bits, wrap, wrapping):
 * Make a pair that can leave the token, and wrap it under ${wrapping}. RSA
 * keys have ${bits} bits.
 */
bool trial_blob_make(struct trial *t, struct trial_blob *blob,
    const struct mech *mech, unsigned int bits, const struct mech_wrap *wrap,
    ck_object_handle_t wrapping);

/**
 * trial_blob_signs(t, blob, wrap, unwrapping):
 * Whether the pair comes back as it should and signs.
 */
bool trial_blob_signs(struct trial *t, struct trial_blob *blob,
    const struct mech_wrap *wrap, ck_object_handle_t unwrapping);

/**
 * trial_keep(t, object):
 * ${object} was made by the trial and is to be destroyed after it.
 */
void trial_keep(struct trial *t, ck_object_handle_t object);

/**
 * trial_clear(t):
 * Destroy what was made.
 */
void trial_clear(struct trial *t);

#endif
