#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/dns/resolve_request.h"
#include "kmgr/dns/resolve_socket.h"

#define KEPT_MAX 1000		/* records of a type */

/* A transfer on its way. */
struct transfer {
	const struct name	*zone;
	struct resolve_transfer	*out;
	size_t			 octets;
	bool			 has_begun;
	bool			 has_ended;
};

static int
take_soa(struct transfer *transfer, const struct message_record *record,
    struct error *err)
{
	uint32_t serial = 0;

	(void)message_soa_serial(record, &serial);
	if (!name_is_same(&record->owner, transfer->zone))
		return err_set(err, ERR_NETWORK,
		    "a SOA that is not the zone's");
	/* RFC 5936 s2.2: the same SOA begins and ends it. */
	if (transfer->has_begun && serial != transfer->out->serial)
		return err_set(err, ERR_NETWORK, "the zone's serial changed "
		    "from %u to %u within the transfer",
		    transfer->out->serial, serial);
	transfer->has_ended = transfer->has_begun;
	transfer->has_begun = true;
	transfer->out->serial = serial;
	return 0;
}

/*
 * Keep a record of the apex. Who sends nothing else would have us sort a
 * gigabyte of them; more than these no answer can hold.
 */
static int
keep(const struct transfer *transfer, const struct message_record *record,
    struct rrset **out, struct error *err)
{

	if (!name_is_same(&record->owner, transfer->zone))
		return 0;
	if (*out == NULL)
		*out = rrset_new(transfer->zone, record->type, record->ttl);
	if ((*out)->n_rdata == KEPT_MAX)
		return err_set(err, ERR_NETWORK, "more than %d %s records of "
		    "the zone's own name", KEPT_MAX,
		    record->type == RRTYPE_DNSKEY ? "DNSKEY" : "RRSIG");
	rrset_add(*out, record->rdata, record->rdata_len);
	return 0;
}

static int
take_record(struct transfer *transfer, const struct message_record *record,
    struct error *err)
{
	struct resolve_transfer *out = transfer->out;

	if (record->section != MESSAGE_ANSWER)
		return 0;
	if (transfer->has_ended)
		return err_set(err, ERR_NETWORK, "records behind its end");
	if (record->type == MESSAGE_SOA) {
		if (take_soa(transfer, record, err) != 0)
			return -1;
	} else if (!transfer->has_begun) {
		return err_set(err, ERR_NETWORK,
		    "it does not begin with the zone's SOA");
	}
	if (transfer->has_ended)
		return 0;
	if (record->class != MESSAGE_IN ||
	    (!name_is_same(&record->owner, transfer->zone) &&
	    !name_is_below(&record->owner, transfer->zone)))
		return err_set(err, ERR_NETWORK,
		    "a record that is not of the zone");
	out->n_records++;
	if (record->ttl > out->max_ttl)
		out->max_ttl = record->ttl;
	if (record->type == RRTYPE_RRSIG)
		return keep(transfer, record, &out->rrsig, err);
	if (record->type != RRTYPE_DNSKEY)
		return 0;
	if (name_is_same(&record->owner, transfer->zone) &&
	    record->ttl > out->dnskey_ttl)
		out->dnskey_ttl = record->ttl;
	return keep(transfer, record, &out->dnskey, err);
}

static int
take_message(struct transfer *transfer, const struct message *message,
    size_t len, struct error *err)
{
	size_t i;

	if (message->rcode != MESSAGE_NOERROR)
		return err_set(err, ERR_NETWORK, "the server answers %s",
		    message_rcode_name(message->rcode));
	if (message->n == 0)
		return err_set(err, ERR_NETWORK, "a message without records");
	transfer->octets += len;
	if (transfer->octets > RESOLVE_TRANSFER_MAX)
		return err_set(err, ERR_NETWORK,
		    "a zone of more than %zu octets", RESOLVE_TRANSFER_MAX);
	for (i = 0; i < message->n; i++)
		if (take_record(transfer, &message->records[i], err) != 0)
			return -1;
	return 0;
}

static int
take_all(struct resolve_request *request, struct transfer *transfer,
    struct error *err)
{
	const int64_t until_ms = when_elapsed_ms() +
	    RESOLVE_TRANSFER_S * INT64_C(1000);
	struct message *message;
	int rc;

	while (!transfer->has_ended) {
		/* Each message has its time; many small ones are no way out. */
		if (when_elapsed_ms() > until_ms)
			return err_set(err, ERR_NETWORK, "it goes on for more "
			    "than %d seconds", RESOLVE_TRANSFER_S);
		if (resolve_request_next(request, &message, err) != 0)
			return -1;
		rc = take_message(transfer, message, request->wire.len, err);
		message_free(message);
		if (rc != 0)
			return -1;
	}
	return resolve_request_end(request, err);
}

int
resolve_transfer(const struct resolve_peer *peer, const struct name *zone,
    struct resolve_transfer *out, struct error *err)
{
	struct transfer transfer = { .zone = zone, .out = out };
	char server[RESOLVE_SERVER_TEXT], text[NAME_TEXT_MAX];
	struct resolve_request request;
	struct buf wire = BUF_INIT;
	int rc;

	memset(out, 0, sizeof(*out));
	message_begin(&wire, 0, MESSAGE_QUERY, 0, zone, MESSAGE_AXFR);
	rc = resolve_request_open(&request, peer, &wire, err);
	if (rc == 0)
		rc = take_all(&request, &transfer, err);
	resolve_request_close(&request);
	buf_free(&wire);
	if (rc == 0)
		return 0;
	resolve_transfer_clear(out);
	return err_wrap(err, "transfer %s from %s", name_text(zone, text),
	    resolve_server_text(&peer->server, server));
}

void
resolve_transfer_clear(struct resolve_transfer *transfer)
{

	rrset_free(transfer->dnskey);
	rrset_free(transfer->rrsig);
	memset(transfer, 0, sizeof(*transfer));
}
