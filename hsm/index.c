#include <stdlib.h>
#include <string.h>

#include "hsm/find.h"
#include "hsm/index.h"
#include "kmgr/base/mem.h"

#define INDEX_AFTER 4		/* searches one by one before all are noted */

/* What is read of each object. */
struct identity {
	unsigned long	class;
	uint8_t		id[HSM_ID_LEN];
	bool		has_id;
};

void
index_init(struct index *index)
{

	memset(index, 0, sizeof(*index));
	(void)pthread_mutex_init(&index->lock, NULL);
}

void
index_forget(struct index *index)
{

	free(index->rows);
	index->rows = NULL;
	index->n_rows = 0;
	index->n_asked = 0;
	index->is_built = false;
}

void
index_clear(struct index *index)
{

	index_forget(index);
	(void)pthread_mutex_destroy(&index->lock);
}

static int
identity_read(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, struct identity *out, struct error *err)
{
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &out->class, sizeof(out->class) },
		{ CKA_ID, out->id, sizeof(out->id) },
	};

	memset(out, 0, sizeof(*out));
	out->class = CK_UNAVAILABLE_INFORMATION;
	if (find_values(module, session, object, attrs, 2, err) != 0)
		return -1;
	out->has_id = attrs[1].value_len == HSM_ID_LEN;
	return 0;
}

static void
halves_add(struct halves *halves, ck_object_handle_t object,
    unsigned long class)
{

	if (class == CKO_PRIVATE_KEY) {
		halves->private = object;
		halves->n_private++;
	} else if (class == CKO_PUBLIC_KEY) {
		halves->public = object;
		halves->n_public++;
	}
}

/* One search in the token. */
static int
search(const struct module *module, ck_session_handle_t session,
    const uint8_t id[static HSM_ID_LEN], struct halves *out,
    struct error *err)
{
	ck_object_handle_t *found;
	struct identity identity;
	size_t i, n;
	int rc;

	rc = find_by_id(module, session, id, &found, &n, err);
	for (i = 0; rc == 0 && i < n; i++) {
		rc = identity_read(module, session, found[i], &identity, err);
		if (rc == 0)
			halves_add(out, found[i], identity.class);
	}
	free(found);
	return rc;
}

static int
row_compare(const void *a, const void *b)
{
	const struct index_row *x = a, *y = b;

	return memcmp(x->id, y->id, sizeof(x->id));
}

/* Sorted rows of one object each become rows of one CKA_ID each. */
static void
merge(struct index *index)
{
	struct index_row *last = index->rows;
	size_t i;

	if (index->n_rows == 0)
		return;
	qsort(index->rows, index->n_rows, sizeof(*index->rows), row_compare);
	for (i = 1; i < index->n_rows; i++) {
		const struct index_row *row = &index->rows[i];

		if (row_compare(last, row) != 0) {
			*++last = *row;
			continue;
		}
		if (row->halves.n_private > 0)
			halves_add(&last->halves, row->halves.private,
			    CKO_PRIVATE_KEY);
		else
			halves_add(&last->halves, row->halves.public,
			    CKO_PUBLIC_KEY);
	}
	index->n_rows = (size_t)(last - index->rows) + 1;
}

/* An object that vanishes meanwhile is left out; there is search() for it. */
static void
build(struct index *index, const struct module *module,
    ck_session_handle_t session)
{
	struct error ignored = ERR_INIT;
	unsigned char yes = 1;
	struct ck_attribute all = { CKA_TOKEN, &yes, sizeof(yes) };
	ck_object_handle_t *found = NULL;
	struct identity identity;
	struct index_row *row;
	size_t i, n;

	index->is_built = true;
	index->n_built++;
	if (find_objects(module, session, &all, 1, &found, &n, &ignored) != 0)
		return;
	for (i = 0; i < n; i++) {
		if (identity_read(module, session, found[i], &identity,
		    &ignored) != 0 || !identity.has_id ||
		    (identity.class != CKO_PRIVATE_KEY &&
		    identity.class != CKO_PUBLIC_KEY))
			continue;
		row = mem_push(&index->rows, index->n_rows, sizeof(*row));
		index->n_rows++;
		memcpy(row->id, identity.id, sizeof(row->id));
		halves_add(&row->halves, found[i], identity.class);
	}
	free(found);
	merge(index);
}

static bool
is_still(const struct module *module, ck_session_handle_t session,
    ck_object_handle_t object, unsigned long class, const uint8_t *id)
{
	struct error ignored = ERR_INIT;
	struct identity identity;

	return identity_read(module, session, object, &identity,
	    &ignored) == 0 && identity.class == class && identity.has_id &&
	    memcmp(identity.id, id, HSM_ID_LEN) == 0;
}

/* A whole pair; everything else is searched for. */
static bool
lookup(const struct index *index, const uint8_t id[static HSM_ID_LEN],
    struct halves *out)
{
	struct index_row key, *row;

	if (index->n_rows == 0)
		return false;
	memcpy(key.id, id, sizeof(key.id));
	row = bsearch(&key, index->rows, index->n_rows, sizeof(key),
	    row_compare);
	if (row == NULL || row->halves.n_private != 1 ||
	    row->halves.n_public != 1)
		return false;
	*out = row->halves;
	return true;
}

static bool
are_still(const struct module *module, ck_session_handle_t session,
    const struct halves *halves, const uint8_t id[static HSM_ID_LEN])
{

	return is_still(module, session, halves->private, CKO_PRIVATE_KEY,
	    id) && is_still(module, session, halves->public, CKO_PUBLIC_KEY,
	    id);
}

/* Unless another thread has noted all anew since. */
static void
forget_if(struct index *index, unsigned long built)
{

	(void)pthread_mutex_lock(&index->lock);
	if (index->n_built == built)
		index_forget(index);
	(void)pthread_mutex_unlock(&index->lock);
}

int
index_find(struct index *index, const struct module *module,
    ck_session_handle_t session, const uint8_t id[static HSM_ID_LEN],
    struct halves *out, struct error *err)
{
	unsigned long built;
	bool is_found;

	memset(out, 0, sizeof(*out));
	(void)pthread_mutex_lock(&index->lock);
	if (!index->is_built && index->n_asked++ >= INDEX_AFTER)
		build(index, module, session);
	is_found = lookup(index, id, out);
	built = index->n_built;
	(void)pthread_mutex_unlock(&index->lock);
	/* A token that takes its time to answer lets others look meanwhile. */
	if (is_found && are_still(module, session, out, id))
		return 0;
	if (is_found)
		forget_if(index, built);
	memset(out, 0, sizeof(*out));
	return search(module, session, id, out, err);
}
