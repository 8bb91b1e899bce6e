#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/keyfile.h"
#include "kmgr/dns/rrset.h"
#include "kmgr/dns/zonefile.h"

#define DIGITS	  "0123456789"
#define HEX	  DIGITS "abcdefABCDEF"
#define END_LEN	  14		/* "+013+12345.key" */

/* What stands behind the zone: algorithm and key tag. */
static bool
is_end(const char *end)
{

	return end[0] == '+' && strspn(end + 1, DIGITS) == 3 &&
	    end[4] == '+' && strspn(end + 5, DIGITS) == 5 &&
	    strcmp(end + 10, ".key") == 0;
}

/* %2F is a slash: as \047 it is one in a name, too (RFC 1035, 5.1). */
static char *
decode(const char *text, size_t len)
{
	struct buf out = BUF_INIT;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '%' && strspn(text + i + 1, HEX) >= 2) {
			const char hex[] = { text[i + 1], text[i + 2], '\0' };

			buf_printf(&out, "\\%03lu", strtoul(hex, NULL, 16));
			i += 2;
		} else {
			buf_add(&out, text + i, 1);
		}
	}
	return buf_take(&out);
}

bool
keyfile_zone(const char *file, struct name *zone)
{
	const size_t len = strlen(file);
	struct error ignored = ERR_INIT;
	char *text;
	bool is_one;

	if (len < END_LEN + 2 || file[0] != 'K' ||
	    file[len - END_LEN - 1] != '.' || !is_end(file + len - END_LEN))
		return false;
	text = decode(file + 1, len - END_LEN - 1);
	is_one = name_read(text, zone, &ignored) == 0;
	free(text);
	return is_one;
}

static bool
is_ksk(const struct zonefile_record *record)
{
	struct error ignored = ERR_INIT;
	struct dnskey key;

	return record->type == RRTYPE_DNSKEY && dnskey_from_rdata(
	    record->rdata, record->rdata_len, &key, &ignored) == 0 &&
	    (key.flags & DNSKEY_SEP) != 0;
}

int
keyfile_read(const char *path, const struct name *zone, struct buf *out,
    size_t *n_ksks, struct error *err)
{
	struct zonefile *file = NULL;
	struct buf text = BUF_INIT;
	int rc = -1;

	if (file_read_regular(path, ZONEFILE_MAX_LEN, &text, err) != 0 ||
	    zonefile_read(buf_text(&text), text.len, path, zone, &file,
	    err) != 0)
		goto out;
	if (file->n_records != 1)
		(void)err_set(err, ERR_INPUT, "%s has %zu records, and is to "
		    "have one DNSKEY", path, file->n_records);
	else
		rc = 0;
	if (rc == 0 && is_ksk(&file->records[0]))
		(*n_ksks)++;
	else if (rc == 0)
		buf_add(out, text.data, text.len);
 out:
	zonefile_free(file);
	buf_free(&text);
	return rc;
}
