#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "tests/unit/dnshelp.h"

struct name
dnshelp_name(const char *text)
{
	struct error err = ERR_INIT;
	struct name name;

	unit_ok(name_read(text, &name, &err), &err);
	return name;
}

struct zonefile *
dnshelp_zonefile(const char *text)
{
	const struct name root = dnshelp_name(".");
	struct error err = ERR_INIT;
	struct zonefile *zonefile;

	unit_ok(zonefile_read(text, strlen(text), "test", &root, &zonefile,
	    &err), &err);
	return zonefile;
}

/* The one record of a line that has no line end. */
static struct zonefile *
read_line(const char *line)
{
	char *text = mem_printf("%s\n", line);
	struct zonefile *zonefile = dnshelp_zonefile(text);

	free(text);
	assert_int_equal(zonefile->n_records, 1);
	return zonefile;
}

struct rrset *
dnshelp_rrset(const char *const *lines, size_t n)
{
	struct rrset *rrset = NULL;
	struct zonefile *zonefile;
	size_t i;

	for (i = 0; i < n; i++) {
		zonefile = read_line(lines[i]);
		if (rrset == NULL)
			rrset = rrset_new(&zonefile->records[0].owner,
			    (enum rrtype)zonefile->records[0].type,
			    zonefile->records[0].ttl);
		rrset_add(rrset, zonefile->records[0].rdata,
		    zonefile->records[0].rdata_len);
		zonefile_free(zonefile);
	}
	return rrset;
}

void
dnshelp_rrsets(const char *const *lines, size_t n, struct rrset **out)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = dnshelp_rrset(&lines[i], 1);
}

void
dnshelp_rrsets_free(struct rrset *const *list, size_t n)
{

	while (n-- > 0)
		rrset_free(list[n]);
}

struct dnskey
dnshelp_key(const char *line)
{
	struct zonefile *zonefile = read_line(line);
	struct error err = ERR_INIT;
	struct dnskey key;

	assert_int_equal(zonefile->records[0].type, RRTYPE_DNSKEY);
	unit_ok(dnskey_from_rdata(zonefile->records[0].rdata,
	    zonefile->records[0].rdata_len, &key, &err), &err);
	zonefile_free(zonefile);
	return key;
}

struct rrsig
dnshelp_rrsig(const char *line)
{
	struct zonefile *zonefile = read_line(line);
	struct error err = ERR_INIT;
	struct rrsig rrsig;

	assert_int_equal(zonefile->records[0].type, RRTYPE_RRSIG);
	unit_ok(rrsig_from_rdata(zonefile->records[0].rdata,
	    zonefile->records[0].rdata_len, &rrsig, &err), &err);
	zonefile_free(zonefile);
	return rrsig;
}
