/* Who asks for a ZSK set to be signed, where a policy wants to know. */
#include "kmgr/engine/zsks_internal.h"

/*
 * The first record whose owner depends on the zone that the file is taken
 * for: the requester has signed a file, and not a name beside it. Read below
 * the root, names that are not in full are others.
 */
static int
find_unnamed(const struct zsks_request *request, struct zsks *zsks,
    struct error *err)
{
	struct zonefile *again = NULL;
	struct name root;
	size_t i;

	if (name_read(".", &root, err) != 0 ||
	    zonefile_read(request->text, request->len, request->what, &root,
	    &again, err) != 0)
		return -1;
	zsks->rules.unnamed_line = 0;
	for (i = again->n_records; i-- > 0; )
		if (i >= zsks->file->n_records ||
		    !name_is_same(&again->records[i].owner,
		    &zsks->file->records[i].owner))
			zsks->rules.unnamed_line = again->records[i].line;
	zonefile_free(again);
	return 0;
}

int
zsks_admit(const struct zsks_request *request, const struct cmk *cmk,
    struct zsks *zsks, struct error *err)
{
	const struct admission admission = { ADMISSION_ZSKS, request->text,
		request->len, request->signatures, request->n_signatures,
		zsks->rules.now_at, request->tsig };

	if (admissions_find(&zsks->requesters, cmk, &admission,
	    &zsks->rules.requester, err) != 0)
		return -1;
	return cmk->policy->admission != ADMISSION_SSH ? 0 :
	    find_unnamed(request, zsks, err);
}
