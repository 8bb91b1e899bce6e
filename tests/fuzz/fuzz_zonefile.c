/* Zone files: what is read, written and read again says the same. */
#include "tests/fuzz/fuzz.h"

#include "kmgr/dns/rrset.h"
#include "kmgr/dns/zonefile.h"

/* The zone-file line of a record that was read. */
static void
write_record(const struct zonefile_record *record, struct buf *out)
{
	struct rrset *rrset = rrset_new(&record->owner,
	    (enum rrtype)record->type,
	    record->ttl == ZONEFILE_NO_TTL ? 0 : record->ttl);

	rrset_add(rrset, record->rdata, record->rdata_len);
	rrset_text(rrset, out);
	rrset_free(rrset);
}

static void
check_again(const struct buf *text, const struct name *origin, size_t n)
{
	struct error err = ERR_INIT;
	struct zonefile *again;
	struct buf twice = BUF_INIT;
	size_t i;

	assert(zonefile_read(buf_text(text), text->len, "again", origin,
	    &again, &err) == 0);
	assert(again->n_records == n);
	for (i = 0; i < n; i++) {
		assert(again->records[i].line == i + 1);
		write_record(&again->records[i], &twice);
	}
	assert(twice.len == text->len);
	assert(strcmp(buf_text(&twice), buf_text(text)) == 0);
	buf_free(&twice);
	zonefile_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct name origin = { "\7example\3com", 13 };
	struct error err = ERR_INIT;
	struct zonefile *zonefile;
	struct buf text = BUF_INIT;
	size_t i;
	int rc;

	rc = zonefile_read((const char *)data, len, "input", &origin,
	    &zonefile, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (zonefile != NULL));
	if (rc != 0)
		return 0;
	assert(zonefile->n_records <= ZONEFILE_MAX_RECORDS);
	for (i = 0; i < zonefile->n_records; i++) {
		assert(zonefile->records[i].line > 0);
		assert(zonefile->records[i].rdata_len <= ZONEFILE_RDATA_MAX);
		assert(i == 0 || zonefile->records[i].line >
		    zonefile->records[i - 1].line);
		write_record(&zonefile->records[i], &text);
	}
	if (text.len <= ZONEFILE_MAX_LEN)
		check_again(&text, &origin, zonefile->n_records);
	buf_free(&text);
	zonefile_free(zonefile);
	return 0;
}
