#include "kmgr/base/progress.h"
#include "kmgr/base/when.h"

#define RATE_AFTER_MS 1000	/* less says little */
#define PAUSE_MS      300	/* from one line to the next */
#define MINUTE_S      60
#define HOUR_S	      (60 * MINUTE_S)

/* With a comma before every third digit. */
static void
put_number(uint64_t number, struct buf *out)
{

	if (number < 1000) {
		buf_printf(out, "%u", (unsigned int)number);
		return;
	}
	put_number(number / 1000, out);
	buf_printf(out, ",%03u", (unsigned int)(number % 1000));
}

static void
put_left(uint64_t left_s, struct buf *out)
{

	if (left_s < 2 * MINUTE_S)
		buf_printf(out, ", %u s left", (unsigned int)left_s);
	else if (left_s < 2 * HOUR_S)
		buf_printf(out, ", %u min left",
		    (unsigned int)(left_s / MINUTE_S));
	else
		buf_printf(out, ", %llu h left",
		    (unsigned long long)(left_s / HOUR_S));
}

void
progress_text(size_t done, size_t all, size_t step_n, int64_t elapsed_ms,
    struct buf *out)
{
	uint64_t rate;

	put_number(done, out);
	if (all != 0) {
		buf_printf(out, " of ");
		put_number(all, out);
	}
	if (elapsed_ms < RATE_AFTER_MS || step_n == 0)
		return;
	rate = step_n * UINT64_C(1000) / (uint64_t)elapsed_ms;
	if (rate > 0) {
		buf_printf(out, ", ");
		put_number(rate, out);
		buf_printf(out, "/s");
	}
	if (all > done)
		put_left((all - done) * (uint64_t)elapsed_ms / step_n / 1000,
		    out);
}

void
progress_show(struct progress *progress, size_t done, size_t all)
{
	const int64_t now_ms = when_elapsed_ms();
	struct buf text = BUF_INIT;

	if (all == 1)
		return;
	if (progress->began_ms == 0 || done < progress->last) {
		progress->first = done;
		progress->began_ms = now_ms;
	}
	progress->last = done;
	/* Also where results have taken the place of the line meanwhile. */
	if (progress->shown_ms != 0 && now_ms - progress->shown_ms < PAUSE_MS)
		return;
	progress_text(done, all, done - progress->first,
	    now_ms - progress->began_ms, &text);
	/* ECMA-48 8.3.41 EL: what a longer line has left. */
	(void)fprintf(progress->to, "\r%s: %s\033[K", progress->what,
	    buf_text(&text));
	(void)fflush(progress->to);
	buf_free(&text);
	progress->shown_ms = now_ms;
	progress->is_shown = true;
}

void
progress_erase(struct progress *progress)
{

	if (progress == NULL || !progress->is_shown)
		return;
	(void)fputs("\r\033[K", progress->to);
	(void)fflush(progress->to);
	progress->is_shown = false;
}
