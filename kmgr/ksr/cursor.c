#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/crypto.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/ksr/cursor.h"
#include "kmgr/ksr/icann.h"
#include "kmgr/ksr/icann_time.h"

int
cursor_fail(const struct cursor *c, const struct xml_node *node,
    struct error *err, const char *fmt, ...)
{
	char why[ERR_MSG_LEN];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return err_set(err, ERR_INPUT, "%s:%zu: <%s>: %s", c->what,
	    node->line, node->name, why);
}

/* Put the place before what a reader of a value said. */
static int
wrap(const struct cursor *c, const struct xml_node *node, const char *attr,
    struct error *err)
{

	return err_wrap(err, "%s:%zu: <%s>%s%s", c->what, node->line,
	    node->name, attr == NULL ? "" : " ", attr == NULL ? "" : attr);
}

static bool
is_listed(const char *name, const char *const *attrs)
{

	for (; *attrs != NULL; attrs++)
		if (strcmp(*attrs + (**attrs == '?'), name) == 0)
			return true;
	return false;
}

int
cursor_init(struct cursor *c, const char *what, const struct xml_node *node,
    const char *const *attrs, struct error *err)
{
	size_t i;

	*c = (struct cursor) { .what = what, .node = node };
	for (i = 0; i < node->n_attrs; i++)
		if (!is_listed(node->attrs[i].name, attrs))
			return cursor_fail(c, node, err, "no attribute \"%s\" "
			    "belongs here", node->attrs[i].name);
	for (; *attrs != NULL; attrs++)
		if (**attrs != '?' && xml_node_attr(node, *attrs) == NULL)
			return cursor_fail(c, node, err, "the attribute "
			    "\"%s\" is missing", *attrs);
	return 0;
}

int
cursor_id(const struct cursor *c, const char *attr, char **out,
    struct error *err)
{
	const char *value = xml_node_attr(c->node, attr);

	*out = NULL;
	if (!icann_is_id(value)) {
		(void)cursor_fail(c, c->node, err, "%s=\"%.80s\" is not an "
		    "identifier", attr, value);
		return err_hint(err, "1 to %d printable ASCII characters but "
		    "< > & \", no blank first or last", KSR_ID_MAX);
	}
	*out = mem_strdup(value);
	return 0;
}

int
cursor_attr_int(const struct cursor *c, const char *attr, int64_t min,
    int64_t max, int64_t *out, struct error *err)
{

	return text_to_int(xml_node_attr(c->node, attr), min, max, out,
	    err) == 0 ? 0 : wrap(c, c->node, attr, err);
}

bool
cursor_sees(const struct cursor *c, const char *name)
{

	return c->i < c->node->n_children &&
	    strcmp(c->node->children[c->i]->name, name) == 0;
}

int
cursor_child(struct cursor *c, const char *name, const char *const *attrs,
    struct cursor *out, struct error *err)
{

	if (c->i == c->node->n_children)
		return cursor_fail(c, c->node, err, "<%s> is missing", name);
	if (!cursor_sees(c, name))
		return cursor_fail(c, c->node->children[c->i], err,
		    "in <%s> the next element must be <%s>", c->node->name,
		    name);
	return cursor_init(out, c->what, c->node->children[c->i++], attrs,
	    err);
}

int
cursor_text(struct cursor *c, const char *name, const char **out,
    struct error *err)
{
	static const char *const none[] = { NULL };
	struct cursor leaf;

	if (cursor_child(c, name, none, &leaf, err) != 0)
		return -1;
	if (leaf.node->n_children > 0)
		return cursor_fail(c, leaf.node->children[0], err, "it does "
		    "not belong here, in <%s>", name);
	if (leaf.node->text[0] == '\0')
		return cursor_fail(c, leaf.node, err, "it is empty");
	*out = leaf.node->text;
	return 0;
}

/* The child that was read last. */
static const struct xml_node *
last(const struct cursor *c)
{

	return c->node->children[c->i - 1];
}

int
cursor_int(struct cursor *c, const char *name, int64_t max, int64_t *out,
    struct error *err)
{
	const char *text;

	if (cursor_text(c, name, &text, err) != 0)
		return -1;
	return text_to_int(text, 0, max, out, err) == 0 ? 0 :
	    wrap(c, last(c), NULL, err);
}

int
cursor_bytes(struct cursor *c, const char *name, size_t max, struct buf *out,
    struct error *err)
{
	const size_t before = out->len;
	struct buf body = BUF_INIT;
	const char *text;
	size_t n;
	int rc;

	if (cursor_text(c, name, &text, err) != 0)
		return -1;
	for (; *text != '\0'; text += n + strspn(text + n, " \t\n")) {
		n = strcspn(text, " \t\n");
		buf_add(&body, text, n);
	}
	if ((rc = crypto_base64_read(buf_text(&body), out, err)) != 0)
		(void)wrap(c, last(c), NULL, err);
	else if (out->len - before > max)
		rc = cursor_fail(c, last(c), err, "%zu bytes; it has at most "
		    "%zu", out->len - before, max);
	buf_free(&body);
	return rc;
}

int
cursor_time(struct cursor *c, const char *name, int64_t max, int64_t *out,
    struct error *err)
{
	char limit[WHEN_TEXT_LEN];
	const char *text;

	if (cursor_text(c, name, &text, err) != 0)
		return -1;
	if (icann_time_read(text, out, err) != 0)
		return wrap(c, last(c), NULL, err);
	if (*out > max)
		return cursor_fail(c, last(c), err, "%s is after %s", text,
		    when_rfc3339(max, limit));
	return 0;
}

int
cursor_duration(struct cursor *c, const char *name, int64_t *out,
    struct error *err)
{
	const char *text;

	if (cursor_text(c, name, &text, err) != 0)
		return -1;
	return icann_duration_read(text, out, err) == 0 ? 0 :
	    wrap(c, last(c), NULL, err);
}

int
cursor_end(const struct cursor *c, struct error *err)
{

	if (c->i < c->node->n_children)
		return cursor_fail(c, c->node->children[c->i], err,
		    "it does not belong here, in <%s>", c->node->name);
	if (c->node->n_children == 0 && c->node->text[0] != '\0')
		return cursor_fail(c, c->node, err, "it must be empty");
	return 0;
}
