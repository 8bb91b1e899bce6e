/*
 * Where keys are, for whoever looks for many: a search by CKA_ID costs every
 * module that was measured a walk over all its objects, so after a few of
 * them one walk notes all. What is noted is only a hint: each handle is looked
 * at again before it is believed, and who is not in it is searched for. (A
 * second pair of one id made since the walk is not seen until the next.)
 */
#ifndef HSM_INDEX_H
#define HSM_INDEX_H

#include <pthread.h>

#include "hsm/key.h"
#include "hsm/module.h"

/* The objects of one CKA_ID. */
struct halves {
	ck_object_handle_t	private;
	ck_object_handle_t	public;
	size_t			n_private;
	size_t			n_public;
};

struct index_row {
	uint8_t		id[HSM_ID_LEN];
	struct halves	halves;
};

struct index {
	pthread_mutex_t	  lock;
	struct index_row *rows;		/* sorted by id */
	size_t		  n_rows;
	size_t		  n_asked;	/* searches since it was forgotten */
	bool		  is_built;
	unsigned long	  n_built;	/* how often */
};

/**
 * index_init(index), index_clear(index), index_forget(index):
 * An empty index; free it; begin anew, as handles are not what they were.
 */
void index_init(struct index *index);
void index_clear(struct index *index);
void index_forget(struct index *index);

/**
 * index_find(index, module, session, id, out, err):
 * The key objects in the token with CKA_ID ${id}. Those that are not in the
 * index, or no longer what they were, are searched for in the token, so none
 * found means that there is none that ${session} can see.
 *
 * Errors: ERR_TOKEN.
 */
int index_find(struct index *index, const struct module *module,
    ck_session_handle_t session, const uint8_t id[static HSM_ID_LEN],
    struct halves *out, struct error *err);

#endif
