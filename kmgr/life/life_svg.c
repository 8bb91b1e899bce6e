#include "kmgr/base/when.h"
#include "kmgr/dns/alg.h"
#include "kmgr/life/life_svg.h"
#include "kmgr/life/life_text.h"

/* Pixels. */
#define WIDTH	  1200
#define LEFT	  280		/* of the plot */
#define RIGHT	  30		/* behind it */
#define PLOT	  (WIDTH - LEFT - RIGHT)
#define TOP	  70
#define ROW	  52
#define BAR	  16
#define AXIS	  30
#define LEGEND	  64
#define TICKS_MAX 10

#define DAY 86400

/* Colours that remain apart for who sees no red or no green, and in grey. */
static const struct {
	const char	*fill;
	const char	*edge;
} colours[] = {
	[LIFE_HIDDEN] = { "none", "none" },
	[LIFE_RUMOURED] = { "#9ecae9", "#2166ac" },
	[LIFE_OMNIPRESENT] = { "#2166ac", "#2166ac" },
	[LIFE_UNRETENTIVE] = { "#fdd0a2", "#b35806" },
};

/* Names and texts are ASCII; what XML forbids stands nowhere in the file. */
static void
add_escaped(const char *text, struct buf *out)
{
	static const struct { char c; const char *entity; } entities[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" },
	};
	size_t i;

	for (; *text != '\0'; text++) {
		for (i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
			if (*text == entities[i].c)
				break;
		if (i < sizeof(entities) / sizeof(entities[0]))
			buf_printf(out, "%s", entities[i].entity);
		else
			buf_printf(out, "%c", *text < ' ' || *text > '~' ?
			    '?' : *text);
	}
}

/* Where an instant is, in tenths of a pixel. */
static int64_t
x_of(const struct life_line *line, int64_t at)
{
	const int64_t span = line->until_at - line->from_at;

	if (at <= line->from_at || span <= 0)
		return LEFT * 10;
	if (at >= line->until_at)
		return (LEFT + PLOT) * 10;
	return LEFT * 10 + (at - line->from_at) * PLOT * 10 / span;
}

static void
add_x(const char *name, int64_t x, struct buf *out)
{

	buf_printf(out, " %s=\"%lld.%lld\"", name, (long long)(x / 10),
	    (long long)(x % 10));
}

static int
row_y(size_t i)
{

	return TOP + AXIS + (int)i * ROW;
}

static void
print_head(const struct life_line *line, const char *verdict,
    struct buf *out)
{
	const int height = row_y(line->n_rows) + LEGEND;
	char from[WHEN_TEXT_LEN], until[WHEN_TEXT_LEN];

	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" "
	    "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
	    "aria-labelledby=\"title desc\" font-family=\"sans-serif\" "
	    "font-size=\"13\">\n<title id=\"title\">Keys of ", WIDTH, height,
	    WIDTH, height);
	add_escaped(line->zone, out);
	buf_printf(out, " from %s to %s</title>\n<desc id=\"desc\">",
	    when_rfc3339(line->from_at, from),
	    when_rfc3339(line->until_at, until));
	buf_printf(out, "A row for each key-signing key: above the state of "
	    "its DNSKEY, below that of its DS. ");
	add_escaped(verdict, out);
	buf_printf(out, "</desc>\n<rect width=\"%d\" height=\"%d\" "
	    "fill=\"#ffffff\"/>\n<text x=\"16\" y=\"28\" font-size=\"18\" "
	    "font-weight=\"bold\">", WIDTH, height);
	add_escaped(line->zone, out);
	buf_printf(out, "</text>\n<text x=\"16\" y=\"50\">");
	add_escaped(verdict, out);
	buf_printf(out, "</text>\n");
}

/* The shortest step of these that gives no more than TICKS_MAX. */
static int64_t
tick_s(int64_t span)
{
	static const int64_t steps[] = { 60, 300, 900, 3600, 3 * 3600,
		6 * 3600, 12 * 3600, DAY, 2 * DAY, 7 * DAY, 14 * DAY,
		30 * DAY, 91 * DAY, 182 * DAY, 365 * DAY, 2 * 365 * DAY,
		5 * 365 * DAY, 10 * 365 * DAY };
	int64_t step = steps[0];
	size_t i;

	for (i = 1; i < sizeof(steps) / sizeof(steps[0]) &&
	    span / step > TICKS_MAX; i++)
		step = steps[i];
	while (span / step > TICKS_MAX)
		step *= 2;
	return step;
}

static void
print_axis(const struct life_line *line, struct buf *out)
{
	const int64_t step = tick_s(line->until_at - line->from_at);
	char text[WHEN_TEXT_LEN];
	int64_t at;

	buf_printf(out, "<g stroke=\"#d0d0d0\" fill=\"#444444\" "
	    "font-size=\"11\" text-anchor=\"middle\">\n");
	for (at = (line->from_at / step + 1) * step; at < line->until_at;
	    at += step) {
		buf_printf(out, "<line");
		add_x("x1", x_of(line, at), out);
		add_x("x2", x_of(line, at), out);
		buf_printf(out, " y1=\"%d\" y2=\"%d\"/>", TOP + AXIS - 8,
		    row_y(line->n_rows));
		(void)when_rfc3339(at, text);
		/* A date; below a day a time of the day. */
		text[step < DAY ? 16 : 10] = '\0';
		buf_printf(out, "<text stroke=\"none\"");
		add_x("x", x_of(line, at), out);
		buf_printf(out, " y=\"%d\">%s</text>\n", TOP + AXIS - 14,
		    step < DAY ? text + 5 : text);
	}
	buf_printf(out, "</g>\n");
}

static void
print_bar(const struct life_line *line, const struct life_row *row,
    enum life_line_record record, const struct life_bar *bar, int y,
    struct buf *out)
{
	const int64_t x = x_of(line, bar->from_at);
	int64_t width = x_of(line, bar->until_at) - x;
	char from[WHEN_TEXT_LEN], until[WHEN_TEXT_LEN];

	if (bar->state == LIFE_HIDDEN)
		return;
	if (width < 5)
		width = 5;
	buf_printf(out, "<rect");
	add_x("x", x, out);
	buf_printf(out, " y=\"%d\"", y);
	add_x("width", width, out);
	buf_printf(out, " height=\"%d\" fill=\"%s\" stroke=\"%s\"%s><title>",
	    BAR, colours[bar->state].fill, colours[bar->state].edge,
	    bar->state == LIFE_UNRETENTIVE ? " stroke-dasharray=\"3 2\"" :
	    "");
	buf_printf(out, "%s of ", life_line_record_name(record));
	add_escaped(row->name, out);
	buf_printf(out, ": %s from %s to %s</title></rect>\n",
	    life_state_name(bar->state), when_rfc3339(bar->from_at, from),
	    when_rfc3339(bar->until_at, until));
}

static void
print_row(const struct life_line *line, size_t i, struct buf *out)
{
	const struct life_row *row = &line->rows[i];
	const int y = row_y(i);
	size_t k, b;

	buf_printf(out, "<g>\n<text x=\"16\" y=\"%d\" font-weight=\"bold\">",
	    y + 18);
	add_escaped(row->name, out);
	buf_printf(out, "</text>\n<text x=\"16\" y=\"%d\" font-size=\"11\" "
	    "fill=\"#444444\">%s</text>\n", y + 34, alg_name(row->alg));
	for (k = 0; k < LIFE_LINE_RECORDS; k++) {
		const int top = y + 6 + (int)k * (BAR + 4);

		buf_printf(out, "<text x=\"%d\" y=\"%d\" font-size=\"11\" "
		    "text-anchor=\"end\">%s</text>\n", LEFT - 8, top + 12,
		    life_line_record_name((enum life_line_record)k));
		for (b = 0; b < row->n_bars[k]; b++)
			print_bar(line, row, (enum life_line_record)k,
			    &row->bars[k][b], top, out);
	}
	buf_printf(out, "</g>\n");
}

static void
print_upright(const struct life_line *line, int64_t at, const char *style,
    const char *what, struct buf *out)
{
	char text[WHEN_TEXT_LEN];

	buf_printf(out, "<line");
	add_x("x1", x_of(line, at), out);
	add_x("x2", x_of(line, at), out);
	buf_printf(out, " y1=\"%d\" y2=\"%d\" %s><title>%s: ",
	    TOP + AXIS - 4, row_y(line->n_rows), style,
	    when_rfc3339(at, text));
	add_escaped(what, out);
	buf_printf(out, "</title></line>\n");
}

#define STYLE_ADD    "stroke=\"#1b7837\" stroke-width=\"1.5\""
#define STYLE_REMOVE "stroke=\"#762a83\" stroke-width=\"1.5\" " \
	"stroke-dasharray=\"6 3\""
#define STYLE_NOW    "stroke=\"#d7191c\" stroke-width=\"2.5\""

static void
print_uprights(const struct life_line *line, struct buf *out)
{
	struct buf what = BUF_INIT;
	size_t i;

	for (i = 0; i < line->n_moments; i++) {
		const struct life_moment *moment = &line->moments[i];

		if (!moment->is_step || (moment->step.kind != LIFE_ADD_DS &&
		    moment->step.kind != LIFE_REMOVE_DS))
			continue;
		life_text_step(line, &moment->step, &what);
		print_upright(line, moment->at,
		    moment->step.kind == LIFE_ADD_DS ? STYLE_ADD :
		    STYLE_REMOVE, buf_text(&what), out);
		buf_free(&what);
	}
	print_upright(line, line->from_at, STYLE_NOW, "now", out);
}

static void
print_legend(const struct life_line *line, struct buf *out)
{
	static const struct { const char *style; const char *text; } lines[] =
	    { { STYLE_ADD, "DS to be added" },
		{ STYLE_REMOVE, "DS to be removed" }, { STYLE_NOW, "now" } };
	const int y = row_y(line->n_rows) + 22;
	int state, x = LEFT;
	size_t i;

	for (state = LIFE_RUMOURED; state <= LIFE_UNRETENTIVE; state++) {
		buf_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"28\" "
		    "height=\"%d\" fill=\"%s\" stroke=\"%s\"%s/>"
		    "<text x=\"%d\" y=\"%d\">%s</text>\n", x, y, BAR,
		    colours[state].fill, colours[state].edge,
		    state == LIFE_UNRETENTIVE ? " stroke-dasharray=\"3 2\"" :
		    "", x + 36, y + 13,
		    life_state_name((enum life_state)state));
		x += 150;
	}
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		buf_printf(out, "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" "
		    "y2=\"%d\" %s/><text x=\"%d\" y=\"%d\">%s</text>\n",
		    x + 4, x + 4, y, y + BAR, lines[i].style, x + 14, y + 13,
		    lines[i].text);
		x += 150;
	}
}

void
life_svg_line(const struct life_line *line, const char *verdict,
    struct buf *out)
{
	size_t i;

	print_head(line, verdict, out);
	print_axis(line, out);
	for (i = 0; i < line->n_rows; i++)
		print_row(line, i, out);
	print_uprights(line, out);
	print_legend(line, out);
	buf_printf(out, "</svg>\n");
}
