#include <stdlib.h>
#include <string.h>

#include "kmgr/base/json_head.h"
#include "kmgr/base/mem.h"

struct json_head {
	const char	*last;
	struct json	*members;	/* NULL: nothing is known */
	struct buf	 text;		/* of them, up to the comma behind */
	size_t		 n_others;	/* that began with something else */
};

struct json_head *
json_head_new(const char *last)
{
	struct json_head *head = mem_new(sizeof(*head));

	head->last = last;
	return head;
}

static void
forget(struct json_head *head)
{

	json_free(head->members);
	head->members = NULL;
	buf_free(&head->text);
}

void
json_head_free(struct json_head *head)
{

	if (head == NULL)
		return;
	forget(head);
	free(head);
}

static bool
is_known(const struct json_head *head, const char *text)
{

	return head->members != NULL && strncmp(text, buf_text(&head->text),
	    head->text.len) == 0;
}

/* Put what is in members into json; false where it has one of them already. */
static bool
join(const struct json *members, struct json *json)
{
	const char *key = NULL;

	while ((key = json_next_key(members, key)) != NULL) {
		if (json_get(json, key) != NULL)
			return false;
		json_put_take(json, key, json_share(json_get(members, key)));
	}
	return true;
}

/*
 * What is behind whole members and a comma is an object without its brace, if
 * another member follows. NULL where it is not, or one of them comes twice.
 */
static struct json *
read_rest(const struct json *members, const char *rest)
{
	struct error ignored = ERR_INIT;
	struct buf text = BUF_INIT;
	struct json *json = NULL;

	if (rest[0] != '"')
		return NULL;
	buf_add(&text, "{", 1);
	buf_add(&text, rest, strlen(rest));
	if (json_read(buf_text(&text), text.len, &json, &ignored) == 0 &&
	    !join(members, json)) {
		json_free(json);
		json = NULL;
	}
	buf_free(&text);
	return json;
}

/* The first members of json, and in *text how canonical JSON has them. */
static struct json *
cut(const struct json *json, const char *last, struct buf *text)
{
	struct json *members = json_new_object();
	const char *key = NULL;

	while ((key = json_next_key(json, key)) != NULL)
		if (strcmp(key, last) <= 0)
			json_put_take(members, key,
			    json_share(json_get(json, key)));
	json_canonical(members, text);
	text->data[text->len - 1] = ',';
	return members;
}

/* Ever more seldom, so that texts which all differ cost no more than that. */
static void
learn(struct json_head *head, const struct json *json)
{
	const size_t n = ++head->n_others;

	if ((n & (n - 1)) != 0)
		return;
	forget(head);
	head->members = cut(json, head->last, &head->text);
	if (json_len(head->members) == 0)
		forget(head);
}

int
json_head_read(struct json_head *head, const char *text, struct json **out,
    struct error *err)
{

	*out = head == NULL || !is_known(head, text) ? NULL :
	    read_rest(head->members, text + head->text.len);
	if (*out != NULL)
		return 0;
	/* Anew, for the error alone where it was tried. */
	if (json_read(text, strlen(text), out, err) != 0)
		return -1;
	if (head != NULL && json_holds_object(*out))
		learn(head, *out);
	return 0;
}
