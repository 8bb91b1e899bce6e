#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kmgr/base/when.h"

static const struct unit {
	char	letter;
	int64_t	s;
} units[] = {
	{ 'w', 604800 },
	{ 'd', 86400 },
	{ 'h', 3600 },
	{ 'm', 60 },
	{ 's', 1 },
};
#define N_UNITS (sizeof(units) / sizeof(units[0]))

int64_t
when_now(void)
{

	return (int64_t)time(NULL);
}

int64_t
when_elapsed_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
when_elapsed_ms(void)
{

	return when_elapsed_us() / 1000;
}

/* The calendar parts of at, or NULL outside the years 1970 to 9999. */
static const struct tm *
parts_of(int64_t at, struct tm *tm)
{
	const time_t t = (time_t)at;

	return at < 0 || at > WHEN_MAX ? NULL : gmtime_r(&t, tm);
}

/* Lists are full of instants, and strftime() takes long for each. */
static void
put_digits(int value, size_t n, char *out)
{

	while (n-- > 0) {
		out[n] = (char)('0' + value % 10);
		value /= 10;
	}
}

/* The parts of at in their order, gap characters of out between them. */
static char *
put_parts(int64_t at, size_t gap, char out[static WHEN_TEXT_LEN])
{
	struct tm tm;
	char *p;

	if (parts_of(at, &tm) == NULL)
		return strcpy(out, "invalid");
	put_digits(tm.tm_year + 1900, 4, out);
	p = out + 4 + gap;
	put_digits(tm.tm_mon + 1, 2, p);
	p += 2 + gap;
	put_digits(tm.tm_mday, 2, p);
	p += 2 + gap;
	put_digits(tm.tm_hour, 2, p);
	p += 2 + gap;
	put_digits(tm.tm_min, 2, p);
	p += 2 + gap;
	put_digits(tm.tm_sec, 2, p);
	return out;
}

char *
when_rfc3339(int64_t at, char out[static WHEN_TEXT_LEN])
{

	(void)strcpy(out, "0000-00-00T00:00:00Z");
	return put_parts(at, 1, out);
}

char *
when_dns(int64_t at, char out[static WHEN_TEXT_LEN])
{

	(void)strcpy(out, "00000000000000");
	return put_parts(at, 0, out);
}

/* Digits of text stand where the pattern has '0', the rest is the same. */
static bool
matches(const char *text, const char *pattern)
{

	for (; *pattern != '\0'; text++, pattern++)
		if (*pattern == '0' ? *text < '0' || *text > '9' :
		    *text != *pattern)
			return false;
	return *text == '\0';
}

/* The value of the n digits at *p, which moves behind them and skip more. */
static int
take_digits(const char **p, size_t n, size_t skip)
{
	int v = 0;

	while (n-- > 0)
		v = v * 10 + (*(*p)++ - '0');
	*p += skip;
	return v;
}

/*
 * An instant from its calendar parts, which stand gap characters apart; -1
 * where there is no such day.
 */
static int
from_parts(const char *p, size_t gap, bool with_time, int64_t *out)
{
	struct tm tm = { 0 }, back;
	time_t t;

	tm.tm_year = take_digits(&p, 4, gap) - 1900;
	tm.tm_mon = take_digits(&p, 2, gap) - 1;
	tm.tm_mday = take_digits(&p, 2, with_time ? gap : 0);
	if (with_time) {
		tm.tm_hour = take_digits(&p, 2, gap);
		tm.tm_min = take_digits(&p, 2, gap);
		tm.tm_sec = take_digits(&p, 2, 0);
	}
	back = tm;
	/* timegm() carries 31 April into May: then it was no instant. */
	t = timegm(&back);
	if (t < 0 || back.tm_mday != tm.tm_mday || back.tm_mon != tm.tm_mon ||
	    back.tm_hour != tm.tm_hour || back.tm_min != tm.tm_min ||
	    back.tm_sec != tm.tm_sec)
		return -1;
	*out = (int64_t)t;
	return 0;
}

static int
when_read_absolute(const char *text, int64_t *out)
{

	if (matches(text, "0000-00-00T00:00:00Z"))
		return from_parts(text, 1, true, out);
	if (matches(text, "0000-00-00"))
		return from_parts(text, 1, false, out);
	if (matches(text, "00000000000000"))
		return from_parts(text, 0, true, out);
	return -1;
}

int
when_read(const char *text, int64_t now_at, int64_t *out, struct error *err)
{
	int64_t s;

	if (strcmp(text, "now") == 0) {
		*out = now_at;
		return 0;
	}
	if (text[0] == '+' || text[0] == '-') {
		if (when_duration_read(text + 1, &s, err) != 0)
			return -1;
		s = text[0] == '+' ? now_at + s : now_at - s;
		if (s < 0 || s > WHEN_MAX)
			return err_set(err, ERR_INPUT,
			    "%.64s lies outside the years 1970 to 9999", text);
		*out = s;
		return 0;
	}
	if (when_read_absolute(text, out) != 0) {
		(void)err_set(err, ERR_INPUT, "\"%.64s\" is not an instant",
		    text);
		return err_hint(err, "write it in UTC as 2027-03-01T04:00:00Z, "
		    "2027-03-01, 20270301040000, now, or +14d");
	}
	return 0;
}

/*
 * Read "<digits><unit>"... from *p up to end or, when upper, as the part of
 * an ISO 8601 duration whose units are set[from..to). Each unit once, in
 * order.
 */
static int
read_units(const char **p, size_t from, size_t to, bool upper, int64_t *sum)
{
	size_t next = from;
	int64_t v;
	size_t i;

	while (**p >= '0' && **p <= '9') {
		for (v = 0; **p >= '0' && **p <= '9'; (*p)++)
			if ((v = v * 10 + (**p - '0')) > WHEN_MAX)
				return -1;
		for (i = next; i < to; i++)
			if (**p == (upper ? units[i].letter - 32 :
			    units[i].letter))
				break;
		if (i == to || v > (WHEN_MAX - *sum) / units[i].s)
			return -1;
		*sum += v * units[i].s;
		next = i + 1;
		(*p)++;
	}
	return 0;
}

static int
read_iso8601(const char *p, int64_t *sum)
{
	const char *part;

	if (read_units(&p, 0, 2, true, sum) != 0)
		return -1;
	if (*p == 'T') {
		part = ++p;
		if (read_units(&p, 2, N_UNITS, true, sum) != 0 || p == part)
			return -1;
	}
	return *p == '\0' ? 0 : -1;
}

int
when_duration_read(const char *text, int64_t *out, struct error *err)
{
	const size_t digits = strspn(text, "0123456789");
	const char *p = text;
	int64_t sum = 0;
	int rc;

	if (digits > 0 && text[digits] == '\0')
		rc = sscanf(text, "%12" SCNd64, &sum) == 1 && digits <= 12 &&
		    sum <= WHEN_MAX ? 0 : -1;
	else if (text[0] == 'P' && text[1] != '\0')
		rc = read_iso8601(text + 1, &sum);
	else
		rc = digits > 0 && read_units(&p, 0, N_UNITS, false, &sum) == 0
		    && *p == '\0' ? 0 : -1;
	if (rc != 0) {
		(void)err_set(err, ERR_INPUT, "\"%.64s\" is not a duration",
		    text);
		return err_hint(err, "write durations as 1w2d, 36h, 90m, 3600 "
		    "or ISO 8601 (P9D, PT36H); years and months have no fixed "
		    "length");
	}
	*out = sum;
	return 0;
}

char *
when_duration(int64_t s, char out[static WHEN_TEXT_LEN])
{
	size_t i, n = 0;
	int64_t v;

	if (s <= 0) {
		(void)snprintf(out, WHEN_TEXT_LEN, "%" PRId64 "s", s);
		return out;
	}
	/* People say 2w, and 365d rather than 52w1d. */
	for (i = s % units[0].s == 0 ? 0 : 1; i < N_UNITS; i++) {
		if ((v = s / units[i].s) == 0)
			continue;
		n += (size_t)snprintf(out + n, WHEN_TEXT_LEN - n,
		    "%" PRId64 "%c", v, units[i].letter);
		s %= units[i].s;
	}
	return out;
}
