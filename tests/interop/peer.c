/*
 * peer: what resolve_primary.h does, for name servers to judge.
 *
 *   peer axfr ADDRESS PORT ZONE [KEY ALGORITHM SECRET]
 *   peer update ADDRESS PORT ZONE KEY ALGORITHM SECRET <RECORDS
 *   peer notify ADDRESS PORT ZONE
 *   peer dsync CONFIG - ZONE
 *
 * update: the records of standard input, of one type, take the place of those
 * of the zone's name; none of them: its TXT go. Exit status as kmgr's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/err.h"
#include "kmgr/base/when.h"
#include "kmgr/dns/resolve_primary.h"
#include "kmgr/dns/zonefile.h"
#include "kmgr/engine/config.h"
#include "kmgr/service/parent.h"

static int
axfr(const struct resolve_peer *peer, const struct name *zone,
    struct error *err)
{
	struct resolve_transfer transfer;
	struct buf text = BUF_INIT;

	if (resolve_transfer(peer, zone, &transfer, err) != 0)
		return -1;
	if (transfer.dnskey != NULL)
		rrset_text(transfer.dnskey, &text);
	(void)printf("serial %u max-ttl %u records %zu\n%s", transfer.serial,
	    transfer.max_ttl, transfer.n_records, buf_text(&text));
	buf_free(&text);
	resolve_transfer_clear(&transfer);
	return 0;
}

static int
update(const struct resolve_peer *peer, const struct name *zone,
    struct error *err)
{
	static char text[1 << 16];
	const size_t len = fread(text, 1, sizeof(text), stdin);
	struct zonefile *file = NULL;
	struct rrsig rrsigs[8];
	struct resolve_set set = { .rrsigs = rrsigs };
	struct rrset *rrset;
	size_t i;
	int rc = 0;

	if (zonefile_read(text, len, "input", zone, &file, err) != 0)
		return -1;
	rrset = rrset_new(zone, (enum rrtype)(file->n_records == 0 ? 16 :
	    file->records[0].type), file->n_records == 0 ? 0 :
	    file->records[0].ttl);
	for (i = 0; i < file->n_records && rc == 0; i++)
		if (file->records[i].type == RRTYPE_RRSIG)
			rc = rrsig_from_rdata(file->records[i].rdata,
			    file->records[i].rdata_len,
			    &rrsigs[set.n_rrsigs++], err);
		else
			rrset_add(rrset, file->records[i].rdata,
			    file->records[i].rdata_len);
	set.rrset = rrset;
	if (rc == 0)
		rc = resolve_update(peer, zone, &set, 1, err);
	rrset_free(rrset);
	zonefile_free(file);
	return rc;
}

/* parent_notify(), with the resolver that the configuration names. */
static int
dsync(const char *path, const char *text, struct error *err)
{
	struct config *config = NULL;
	struct name zone;
	size_t told = 0;
	int rc = -1;

	if (name_read(text, &zone, err) == 0 &&
	    config_read(path, &config, err) == 0)
		rc = parent_notify(config, &zone, &told, err);
	(void)printf("told %zu\n", told);
	config_free(config);
	return rc;
}

static int
run(char **argv, struct error *err)
{
	struct resolve_peer peer = { .now_at = when_now() };
	struct tsig_key key = { .secret = NULL };
	struct name zone;
	int rc = -1;

	if (strcmp(argv[1], "dsync") == 0)
		return dsync(argv[2], argv[4], err);
	if (resolve_server_init(&peer.server, argv[2],
	    (uint16_t)atoi(argv[3]), err) != 0 ||
	    name_read(argv[4], &zone, err) != 0 || (argv[5] != NULL &&
	    tsig_key_init(&key, argv[5], argv[6], argv[7], err) != 0))
		return -1;
	peer.key = argv[5] == NULL ? NULL : &key;
	if (strcmp(argv[1], "axfr") == 0)
		rc = axfr(&peer, &zone, err);
	else if (strcmp(argv[1], "update") == 0)
		rc = update(&peer, &zone, err);
	else
		rc = resolve_notify(&peer.server, 2000, &zone, RRTYPE_CDS,
		    err);
	tsig_key_clear(&key);
	return rc;
}

int
main(int argc, char **argv)
{
	struct error err = ERR_INIT;

	if (argc != 5 && argc != 8)
		return 2;
	if (run(argv, &err) == 0)
		return 0;
	(void)fprintf(stderr, "%s\n", err.msg);
	return (int)err.class;
}
