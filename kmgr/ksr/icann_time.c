#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kmgr/ksr/icann_time.h"

#define LEN 19			/* of YYYY-MM-DDTHH:MM:SS */

int
icann_time_read(const char *text, int64_t *out, struct error *err)
{
	const char *zone = strlen(text) < LEN ? "?" : text + LEN;
	struct error ignored = ERR_INIT;
	char utc[LEN + 2];

	if (strcmp(zone, "Z") == 0 || strcmp(zone, "+00:00") == 0 ||
	    zone[0] == '\0') {
		(void)snprintf(utc, sizeof(utc), "%.*sZ", LEN, text);
		if (when_read(utc, 0, out, &ignored) == 0)
			return 0;
	}
	(void)err_set(err, ERR_INPUT, "\"%.40s\" is not an instant in UTC "
	    "from 1970 to 9999", text);
	return err_hint(err, "write it as 2027-03-01T00:00:00+00:00, without "
	    "fractions and in no other time zone");
}

char *
icann_time(int64_t at, char out[static WHEN_TEXT_LEN])
{

	(void)when_rfc3339(at, out);
	assert(strlen(out) == LEN + 1);
	(void)snprintf(out + LEN, WHEN_TEXT_LEN - LEN, "+00:00");
	return out;
}

int
icann_duration_read(const char *text, int64_t *out, struct error *err)
{
	struct error ignored = ERR_INIT;

	/* Without the P it would be one of ours. */
	if (text[0] == 'P' && when_duration_read(text, out, &ignored) == 0)
		return 0;
	(void)err_set(err, ERR_INPUT, "\"%.40s\" is not a duration in whole "
	    "weeks, days, hours, minutes and seconds", text);
	return err_hint(err, "write it as P21D or PT12H; years and months have "
	    "no fixed length, and none is negative");
}

char *
icann_duration(int64_t s, char out[static WHEN_TEXT_LEN])
{
	static const struct {
		int64_t	s;
		char	letter;
	} units[] = { { 3600, 'H' }, { 60, 'M' }, { 1, 'S' } };
	size_t i, n;

	assert(s >= 0);
	if (s == 0)
		return strcpy(out, "PT0S");
	n = (size_t)snprintf(out, WHEN_TEXT_LEN, "P");
	if (s >= 86400)
		n += (size_t)snprintf(out + n, WHEN_TEXT_LEN - n,
		    "%" PRId64 "D", s / 86400);
	if ((s %= 86400) > 0)
		n += (size_t)snprintf(out + n, WHEN_TEXT_LEN - n, "T");
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (s >= units[i].s)
			n += (size_t)snprintf(out + n, WHEN_TEXT_LEN - n,
			    "%" PRId64 "%c", s / units[i].s, units[i].letter);
		s %= units[i].s;
	}
	return out;
}
