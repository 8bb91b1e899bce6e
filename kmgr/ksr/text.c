#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kmgr/dns/lexer.h"
#include "kmgr/ksr/text.h"

#define TOKEN_MAX 64		/* shown of what stands where a time should */

static const char *const words[] = {
	[KSR_REQUEST] = "KeySigningRequest",
	[KSR_RESPONSE] = "SignedKeyResponse",
};

/* What is not read yet, of a line or of the text. */
struct rest {
	const char	*p, *end;
};

struct reader {
	const struct text_form *form;
	const char	*what;
	struct rest	 text;		/* behind the line */
	const char	*line, *line_end;
	size_t		 n_line;
	struct ksr	*ksr;		/* NULL before the first header */
	const char	*records;	/* behind the last header */
	bool		 has_footer;
	size_t		 n_records;
};

static bool
skip(struct rest *rest, const char *literal)
{
	const size_t len = strlen(literal);

	if ((size_t)(rest->end - rest->p) < len ||
	    memcmp(rest->p, literal, len) != 0)
		return false;
	rest->p += len;
	return true;
}

static bool
skip_word(struct rest *rest, enum ksr_kind *kind)
{

	*kind = KSR_REQUEST;
	if (skip(rest, words[KSR_REQUEST]))
		return true;
	*kind = KSR_RESPONSE;
	return skip(rest, words[KSR_RESPONSE]);
}

/* The characters up to the next blank, as far as they fit. */
static void
take_token(struct rest *rest, char out[static TOKEN_MAX])
{
	size_t n = 0;

	for (; rest->p < rest->end && *rest->p != ' ' && *rest->p != '\t';
	    rest->p++)
		if (n < TOKEN_MAX - 1)
			out[n++] = *rest->p;
	out[n] = '\0';
}

/* Which tool wrote a header: that is how it goes on behind the time. */
static enum ksr_format
format_of(struct rest header, const char *time)
{

	if (memmem(header.p, (size_t)(header.end - header.p), "=====", 5) !=
	    NULL)
		return KSR_KNOT;
	/* As ctime(3) writes it: "(Sun Nov 22 09:30:21 2026)" */
	if (skip(&header, " (") && header.end - header.p >= 4 &&
	    header.p[3] == ' ')
		return KSR_BIND;
	return strspn(time, "0123456789") == 10 && time[10] == '\0' ?
	    KSR_KNOT : KSR_BIND;
}

bool
text_is_like(const struct text_form *form, const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);
	struct rest line = { text, end == NULL ? text + len : end };
	char token[TOKEN_MAX];
	enum ksr_kind kind;

	if (!skip(&line, ";; ") || !skip_word(&line, &kind))
		return false;
	/* A version that is wrong is not another file's. */
	if (skip(&line, " "))
		take_token(&line, token);
	token[0] = '\0';
	if (skip(&line, " "))
		take_token(&line, token);
	return format_of(line, token) == form->format;
}

/* Read what stands between this header and the last into its bundle. */
static int
end_bundle(struct reader *r, struct error *err)
{
	const struct name root = { .len = 1 };
	struct zonefile *zonefile = NULL;
	struct ksr_bundle *bundle;
	size_t len;
	int rc = -1;

	if (r->ksr->n_bundles == 0)
		return 0;
	bundle = &r->ksr->bundles[r->ksr->n_bundles - 1];
	len = (size_t)(r->line - r->records);
	if (len > ZONEFILE_MAX_LEN) {
		(void)err_set(err, ERR_INPUT, "a bundle of more than %d bytes",
		    ZONEFILE_MAX_LEN);
		return err_wrap(err, "%s:%zu", r->what, bundle->line);
	}
	if (zonefile_read_part(r->records, len, r->what, bundle->line + 1,
	    &root, &zonefile, err) != 0)
		goto out;
	r->n_records += zonefile->n_records;
	if (r->n_records > KSR_RECORDS_MAX) {
		(void)err_set(err, ERR_INPUT, "%s has more than %d records",
		    r->what, KSR_RECORDS_MAX);
		goto out;
	}
	rc = text_take(r->form, r->ksr, bundle, zonefile, r->what, err);
 out:
	zonefile_free(zonefile);
	return rc;
}

static int
begin_bundle(struct reader *r, const char *time, struct error *err)
{
	struct ksr *ksr = r->ksr;
	int64_t at;

	if (r->form->read_time(time, &at, err) != 0)
		return -1;
	if (ksr->n_bundles == KSR_BUNDLES_MAX)
		return err_set(err, ERR_INPUT, "more than %d bundles",
		    KSR_BUNDLES_MAX);
	if (ksr->n_bundles > 0)
		ksr->bundles[ksr->n_bundles - 1].expiration_at = at;
	ksr_add_bundle(ksr, at, KSR_OPEN)->line = r->n_line;
	r->records = r->text.p;
	return 0;
}

/* ";; KeySigningRequest 1.0 ", up to the time. */
static int
read_head(struct reader *r, struct rest *line, struct error *err)
{
	char version[TOKEN_MAX];
	enum ksr_kind kind;

	if (!skip(line, ";; ") || !skip_word(line, &kind) || !skip(line, " "))
		return err_set(err, ERR_INPUT, "this looks like a header but "
		    "is none; one is written \";; %s 1.0 TIME\"",
		    words[r->ksr == NULL ? KSR_REQUEST : r->ksr->kind]);
	if (r->ksr == NULL)
		r->ksr = ksr_new(r->form->format, kind);
	if (kind != r->ksr->kind)
		return err_set(err, ERR_INPUT, "a header of a %s in a %s",
		    ksr_kind_name(kind), ksr_kind_name(r->ksr->kind));
	take_token(line, version);
	if (strcmp(version, "1.0") != 0)
		return err_set(err, ERR_INPUT,
		    "version \"%s\" where only 1.0 is known", version);
	if (r->has_footer) {
		(void)err_set(err, ERR_INPUT, "a header behind the footer");
		return err_hint(err, "are these two files in one? A second "
		    "one is never read with the first");
	}
	return 0;
}

static int
read_header(struct reader *r, struct error *err)
{
	struct rest line = { r->line, r->line_end };
	char time[TOKEN_MAX] = "";

	if (read_head(r, &line, err) != 0)
		return err_wrap(err, "%s:%zu", r->what, r->n_line);
	if (skip(&line, " "))
		take_token(&line, time);
	/* The footer ends a bundle too. */
	if (end_bundle(r, err) != 0)
		return -1;
	if (strcmp(time, "generated") == 0)
		r->has_footer = true;
	else if (begin_bundle(r, time, err) != 0)
		return err_wrap(err, "%s:%zu", r->what, r->n_line);
	return 0;
}

static bool
begins_with(const char *p, const char *end, const char *word)
{
	const size_t len = strlen(word);

	return (size_t)(end - p) >= len && strncasecmp(p, word, len) == 0;
}

/* Whether a word that only a header has stands in the line's comment. */
static bool
is_header(const struct reader *r)
{
	const char *p = r->line;

	while (p < r->line_end && *p != ';')
		p++;
	for (; p < r->line_end; p++)
		if (begins_with(p, r->line_end, words[KSR_REQUEST]) ||
		    begins_with(p, r->line_end, words[KSR_RESPONSE]))
			return true;
	return false;
}

/* A line that is no header, before zonefile_read_part() looks at it. */
static int
check_line(const struct reader *r, struct error *err)
{
	const enum ksr_kind kind = r->ksr->kind;
	const char *p = r->line;

	while (p < r->line_end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == r->line_end)
		return r->form->allows_blank[kind] ? 0 :
		    err_set(err, ERR_INPUT, "a blank line, which %s refuses "
		    "in a %s", r->form->peer, ksr_kind_name(kind));
	if (*p == ';')
		return r->form->allows_comment[kind] ? 0 :
		    err_set(err, ERR_INPUT, "a line with a comment only, "
		    "which %s refuses in a %s", r->form->peer,
		    ksr_kind_name(kind));
	if (r->has_footer)
		return err_set(err, ERR_INPUT, "a record behind the footer");
	if (r->line[0] == '$' || r->line[0] == '@')
		return err_set(err, ERR_INPUT, "\"%c\" has no meaning in a "
		    "%s of %s; write the zone's name", r->line[0],
		    ksr_kind_name(kind), r->form->peer);
	return 0;
}

/* Step to the next line; lexer_init() saw that each has its end. */
static bool
next_line(struct reader *r)
{
	const size_t len = (size_t)(r->text.end - r->text.p);

	/* What is behind the last line belongs to no line. */
	r->line = r->line_end = r->text.p;
	if (len == 0)
		return false;
	r->line_end = memchr(r->line, '\n', len);
	r->text.p = r->line_end + 1;
	r->n_line++;
	if (r->form->allows_crlf && r->line_end > r->line &&
	    r->line_end[-1] == '\r')
		r->line_end--;
	return true;
}

static int
read_line(struct reader *r, struct error *err)
{

	if (r->line_end > r->line && r->line_end[-1] == '\r') {
		(void)err_set(err, ERR_INPUT, "%s:%zu: CR before the line's "
		    "end, which %s refuses", r->what, r->n_line,
		    r->form->peer);
		return err_hint(err, "was the file sent as text? Convert its "
		    "line ends to LF");
	}
	if (is_header(r))
		return read_header(r, err);
	if (check_line(r, err) != 0)
		return err_wrap(err, "%s:%zu", r->what, r->n_line);
	return 0;
}

/* All lines are there; what is still missing? */
static int
end_text(struct reader *r, struct error *err)
{

	if (!r->has_footer && r->form->needs_footer) {
		(void)err_set(err, ERR_INPUT, "%s ends without the footer "
		    "\";; %s 1.0 generated ...\"", r->what,
		    words[r->ksr->kind]);
		return err_hint(err, "%s drops the last bundle of such a "
		    "file; it may have been cut off", r->form->peer);
	}
	if (!r->has_footer && end_bundle(r, err) != 0)
		return -1;
	if (r->ksr->n_bundles == 0)
		return err_set(err, ERR_INPUT, "%s has no bundle", r->what);
	return 0;
}

static int
read_all(struct reader *r, struct error *err)
{
	struct lexer lexer;

	/* Bytes that no line may hold; each line has its end. */
	if (lexer_init(&lexer, r->text.p, (size_t)(r->text.end - r->text.p),
	    err) != 0)
		return err_wrap(err, "%s:%zu", r->what, lexer.line);
	while (next_line(r))
		if (read_line(r, err) != 0)
			return -1;
	return end_text(r, err);
}

int
text_read(const struct text_form *form, const char *text, size_t len,
    const char *what, struct ksr **out, struct error *err)
{
	struct reader r = { .form = form, .what = what,
		.text = { text, text + len } };

	*out = NULL;
	if (read_all(&r, err) != 0) {
		ksr_free(r.ksr);
		return -1;
	}
	*out = r.ksr;
	return 0;
}

void
text_write(const struct text_form *form, const struct ksr *ksr,
    int64_t generated_at, struct buf *out)
{
	char time[WHEN_TEXT_LEN], utc[WHEN_TEXT_LEN];
	size_t i;

	for (i = 0; i < ksr->n_bundles; i++) {
		const struct ksr_bundle *bundle = &ksr->bundles[i];

		buf_printf(out, ";; %s 1.0 %s (%s)%s\n", words[ksr->kind],
		    form->time(bundle->inception_at, time),
		    when_rfc3339(bundle->inception_at, utc), form->tail);
		text_put(form, bundle, out);
	}
	buf_printf(out, ";; %s 1.0 generated at %s by kmgr\n",
	    words[ksr->kind], when_rfc3339(generated_at, utc));
}
