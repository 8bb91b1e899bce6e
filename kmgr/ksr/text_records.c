#include <assert.h>
#include <string.h>

#include "kmgr/dns/dnskey.h"
#include "kmgr/dns/ds.h"
#include "kmgr/dns/rrsig.h"
#include "kmgr/ksr/text.h"

#define CLASS_IN 1

/* The flags of a DNSKEY, the type that an RRSIG covers; both come first. */
static uint16_t
detail_of(const struct zonefile_record *record)
{

	return record->rdata_len < 2 ? 0 :
	    (uint16_t)(record->rdata[0] << 8 | record->rdata[1]);
}

static bool
is_in_slot(const struct text_slot *slot, unsigned int type,
    unsigned int detail)
{

	return (unsigned int)slot->type == type &&
	    (detail & slot->mask) == slot->value;
}

static bool
is_in_a_slot(const struct text_form *form, const struct zonefile_record *record)
{
	size_t i;

	for (i = 0; i < form->n_slots; i++)
		if (is_in_slot(&form->slots[i], record->type,
		    detail_of(record)))
			return true;
	return false;
}

static bool
covers_key_type(const struct zonefile_record *record)
{
	const uint16_t type = detail_of(record);

	return type == RRTYPE_DNSKEY || type == RRTYPE_CDNSKEY ||
	    type == RRTYPE_CDS;
}

/* What must hold for each record, whatever its type. */
static int
check_record(const struct text_form *form, const struct ksr *ksr,
    const struct zonefile_record *record, struct error *err)
{
	char owner[NAME_TEXT_MAX], zone[NAME_TEXT_MAX];
	struct buf type = BUF_INIT;
	int rc = 0;

	rrtype_text(record->type, &type);
	if (record->class != CLASS_IN)
		rc = err_set(err, ERR_INPUT, "class %u where IN is expected",
		    record->class);
	else if (!name_is_same(&record->owner, &ksr->zone))
		rc = err_set(err, ERR_INPUT, "a record of %.255s among "
		    "those of %.255s; all must have one owner, the zone",
		    name_text(&record->owner, owner),
		    name_text(&ksr->zone, zone));
	else if (ksr->kind == KSR_REQUEST && record->type != RRTYPE_DNSKEY)
		rc = err_set(err, ERR_INPUT, "%s: a request holds DNSKEY "
		    "records only", buf_text(&type));
	else if (!is_in_a_slot(form, record) ||
	    (record->type == RRTYPE_RRSIG && !covers_key_type(record)))
		rc = err_set(err, ERR_INPUT, "%s%s: a response holds DNSKEY, "
		    "CDNSKEY and CDS records and the RRSIGs over them only",
		    buf_text(&type), record->type == RRTYPE_RRSIG ?
		    " over another type" : "");
	buf_free(&type);
	return rc;
}

static int
take_key(struct ksr_bundle *bundle, const struct zonefile_record *record,
    struct error *err)
{
	struct ksr_key key = { .owner = record->owner, .ttl = record->ttl,
		.line = record->line };

	if (bundle->n_keys == KSR_KEYS_MAX)
		return err_set(err, ERR_INPUT,
		    "more than %d DNSKEY records in a bundle", KSR_KEYS_MAX);
	if (dnskey_from_rdata(record->rdata, record->rdata_len, &key.dnskey,
	    err) != 0)
		return -1;
	ksr_add_key(bundle, &key);
	return 0;
}

static int
take_sig(struct ksr_bundle *bundle, const struct zonefile_record *record,
    struct error *err)
{
	struct ksr_sig sig = { .owner = record->owner, .ttl = record->ttl,
		.line = record->line };

	if (bundle->n_sigs == KSR_SIGS_MAX)
		return err_set(err, ERR_INPUT,
		    "more than %d RRSIG records in a bundle", KSR_SIGS_MAX);
	if (rrsig_from_rdata(record->rdata, record->rdata_len, &sig.rrsig,
	    err) != 0)
		return -1;
	ksr_add_sig(bundle, &sig);
	return 0;
}

/* A CDS or CDNSKEY record; RRsets have one TTL (RFC 2181 s5.2). */
static int
take_child(struct rrset **rrset, const struct zonefile_record *record,
    struct error *err)
{
	struct dnskey dnskey;
	struct ds ds;

	if ((record->type == RRTYPE_CDS ?
	    ds_from_rdata(record->rdata, record->rdata_len, &ds, err) :
	    dnskey_from_rdata(record->rdata, record->rdata_len, &dnskey,
	    err)) != 0)
		return -1;
	if (*rrset == NULL)
		*rrset = rrset_new(&record->owner, (enum rrtype)record->type,
		    record->ttl);
	if ((*rrset)->ttl != record->ttl)
		return err_set(err, ERR_INPUT, "the %s records of a bundle "
		    "have different TTLs", rrtype_name(record->type));
	if ((*rrset)->n_rdata == KSR_KEYS_MAX)
		return err_set(err, ERR_INPUT,
		    "more than %d %s records in a bundle", KSR_KEYS_MAX,
		    rrtype_name(record->type));
	rrset_add(*rrset, record->rdata, record->rdata_len);
	return 0;
}

static int
take_record(struct ksr_bundle *bundle, const struct zonefile_record *record,
    struct error *err)
{

	switch (record->type) {
	case RRTYPE_DNSKEY:
		return take_key(bundle, record, err);
	case RRTYPE_RRSIG:
		return take_sig(bundle, record, err);
	case RRTYPE_CDS:
		return take_child(&bundle->cds, record, err);
	default:
		return take_child(&bundle->cdnskey, record, err);
	}
}

static int
take_slot(const struct text_slot *slot, struct ksr_bundle *bundle,
    const struct zonefile *zonefile, const char *what, struct error *err)
{
	const struct zonefile_record *record;
	size_t i;

	for (i = 0; i < zonefile->n_records; i++) {
		record = &zonefile->records[i];
		if (is_in_slot(slot, record->type, detail_of(record)) &&
		    take_record(bundle, record, err) != 0)
			return err_wrap(err, "%s:%zu", what, record->line);
	}
	return 0;
}

int
text_take(const struct text_form *form, struct ksr *ksr,
    struct ksr_bundle *bundle, const struct zonefile *zonefile,
    const char *what, struct error *err)
{
	size_t i;

	if (ksr->n_bundles == 1 && zonefile->n_records > 0)
		ksr->zone = zonefile->records[0].owner;
	for (i = 0; i < zonefile->n_records; i++)
		if (check_record(form, ksr, &zonefile->records[i], err) != 0)
			return err_wrap(err, "%s:%zu", what,
			    zonefile->records[i].line);
	for (i = 0; i < form->n_slots; i++)
		if (take_slot(&form->slots[i], bundle, zonefile, what,
		    err) != 0)
			return -1;
	if (bundle->n_keys == 0) {
		(void)err_set(err, ERR_INPUT, "a bundle without DNSKEY "
		    "records");
		return err_wrap(err, "%s:%zu", what, bundle->line);
	}
	return 0;
}

/* "owner TTL IN TYPE ", without the TTL where none was stated. */
static void
put_head(const struct name *owner, uint32_t ttl, enum rrtype type,
    struct buf *out)
{
	char text[NAME_TEXT_MAX];

	buf_printf(out, "%s ", name_text(owner, text));
	if (ttl != ZONEFILE_NO_TTL)
		buf_printf(out, "%u ", ttl);
	buf_printf(out, "IN %s ", rrtype_name(type));
}

static void
put_keys(const struct text_slot *slot, const struct ksr_bundle *bundle,
    struct buf *out)
{
	const struct ksr_key *key;
	size_t i;

	for (i = 0; i < bundle->n_keys; i++) {
		key = &bundle->keys[i];
		if (!is_in_slot(slot, RRTYPE_DNSKEY, key->dnskey.flags))
			continue;
		put_head(&key->owner, key->ttl, RRTYPE_DNSKEY, out);
		dnskey_text(&key->dnskey, out);
		buf_add(out, "\n", 1);
	}
}

static void
put_sigs(const struct text_slot *slot, const struct ksr_bundle *bundle,
    struct buf *out)
{
	const struct ksr_sig *sig;
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++) {
		sig = &bundle->sigs[i];
		if (!is_in_slot(slot, RRTYPE_RRSIG, sig->rrsig.type_covered))
			continue;
		put_head(&sig->owner, sig->ttl, RRTYPE_RRSIG, out);
		rrsig_rdata_text(&sig->rrsig, out);
		buf_add(out, "\n", 1);
	}
}

static void
put_child(const struct rrset *rrset, struct buf *out)
{
	struct error err = ERR_INIT;
	const struct rdata *rdata;
	struct dnskey dnskey;
	struct ds ds;
	size_t i;
	int rc;

	for (i = 0; rrset != NULL && i < rrset->n_rdata; i++) {
		rdata = &rrset->rdata[i];
		put_head(&rrset->owner, rrset->ttl, (enum rrtype)rrset->type,
		    out);
		if (rrset->type == RRTYPE_CDS) {
			rc = ds_from_rdata(rdata->bytes, rdata->len, &ds,
			    &err);
			assert(rc == 0);
			ds_text(&ds, out);
		} else {
			rc = dnskey_from_rdata(rdata->bytes, rdata->len,
			    &dnskey, &err);
			assert(rc == 0);
			dnskey_text(&dnskey, out);
		}
		buf_add(out, "\n", 1);
	}
}

void
text_put(const struct text_form *form, const struct ksr_bundle *bundle,
    struct buf *out)
{
	const struct text_slot *slot;
	size_t i;

	for (i = 0; i < form->n_slots; i++) {
		slot = &form->slots[i];
		if (slot->type == RRTYPE_DNSKEY)
			put_keys(slot, bundle, out);
		else if (slot->type == RRTYPE_RRSIG)
			put_sigs(slot, bundle, out);
		else
			put_child(slot->type == RRTYPE_CDS ? bundle->cds :
			    bundle->cdnskey, out);
	}
}
