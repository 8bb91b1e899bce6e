#include <string.h>

#include "kmgr/cmd/sign_result.h"

#define N_PARTS 3

/* Before the bytes of the parts; both ends are one program. */
struct head {
	size_t			 i;
	enum sign_outcome	 outcome;
	size_t			 n_ksks;
	struct error		 why;
	size_t			 lens[N_PARTS];
};

void
sign_result_write(const struct sign_result *result, struct buf *out)
{
	const struct buf *parts[N_PARTS] = { &result->text, &result->json,
		&result->notes };
	struct head head;
	size_t i;

	/* Also what the compiler leaves between members. */
	memset(&head, 0, sizeof(head));
	head.i = result->i;
	head.outcome = result->outcome;
	head.n_ksks = result->n_ksks;
	head.why = result->why;
	for (i = 0; i < N_PARTS; i++)
		head.lens[i] = parts[i]->len;
	buf_add(out, &head, sizeof(head));
	for (i = 0; i < N_PARTS; i++)
		buf_add(out, parts[i]->data, parts[i]->len);
}

bool
sign_result_read(const uint8_t *data, size_t len, struct sign_result *out)
{
	struct buf *parts[N_PARTS] = { &out->text, &out->json, &out->notes };
	struct head head;
	size_t i;

	*out = (struct sign_result) { .text = BUF_INIT };
	if (len < sizeof(head))
		return false;
	memcpy(&head, data, sizeof(head));
	data += sizeof(head);
	len -= sizeof(head);
	for (i = 0; i < N_PARTS; i++) {
		if (head.lens[i] > len)
			return false;
		len -= head.lens[i];
	}
	if (len != 0)
		return false;
	out->i = head.i;
	out->outcome = head.outcome;
	out->n_ksks = head.n_ksks;
	out->why = head.why;
	for (i = 0; i < N_PARTS; i++) {
		buf_add(parts[i], data, head.lens[i]);
		data += head.lens[i];
	}
	return true;
}

void
sign_result_clear(struct sign_result *result)
{

	buf_free(&result->text);
	buf_free(&result->json);
	buf_free(&result->notes);
}
