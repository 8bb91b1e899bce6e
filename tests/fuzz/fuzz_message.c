#include <stdlib.h>

#include "kmgr/dns/message.h"
#include "tests/fuzz/fuzz.h"

/* Names are whole, and RDATA with names in it is what the type says. */
static void
check_record(const struct message *message,
    const struct message_record *record)
{
	struct error err = ERR_INIT;
	char text[NAME_TEXT_MAX];
	struct rrset *rrset;
	struct name name;
	uint32_t serial;

	assert(record->ttl <= INT32_MAX);
	assert(record->type != MESSAGE_OPT && record->type != MESSAGE_TSIG);
	(void)name_text(&record->owner, text);
	assert(name_from_wire(record->owner.wire, record->owner.len, &name,
	    &err) == 0);
	assert(name_is_same(&name, &record->owner));
	if (record->class != MESSAGE_IN)
		return;
	if (record->type == MESSAGE_NS || record->type == MESSAGE_CNAME)
		assert(name_from_wire(record->rdata, record->rdata_len, &name,
		    &err) == 0);
	if (record->type == MESSAGE_SOA)
		assert(message_soa_serial(record, &serial));
	rrset = message_rrset(message, record->section, &record->owner,
	    record->type);
	assert(rrset != NULL && rrset->n_rdata > 0);
	rrset_free(rrset);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct error err = ERR_INIT;
	struct message *message;
	size_t i;
	int rc;

	rc = message_read(data, len, &message, &err);
	fuzz_check_error(rc, &err);
	assert((rc == 0) == (message != NULL));
	if (rc != 0)
		return 0;
	assert(message->tsig_at < len);
	/* A record has eleven octets. */
	assert(message->n <= len / 11);
	for (i = 0; i < message->n && i < 64; i++)
		check_record(message, &message->records[i]);
	(void)message_answers(message, message->id, message->opcode,
	    &message->question, message->question_type);
	message_free(message);
	return 0;
}
