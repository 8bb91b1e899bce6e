#include <string.h>

#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/dns/dnskey.h"
#include "kmgr/engine/ksk_record.h"

static int
read_id(const struct json *json, const char *name,
    char out[static STORE_ID_TEXT], struct error *err)
{
	const char *id = json_get_text(json, name);

	if (id == NULL || strlen(id) != STORE_ID_TEXT - 1)
		return err_set(err, ERR_INTEGRITY, "%s is no id", name);
	memcpy(out, id, STORE_ID_TEXT);
	return 0;
}

static int
read_dnskey(const struct json *json, struct ksk_row *out, struct error *err)
{
	const char *text = json_get_text(json, "dnskey");
	struct dnskey dnskey;

	if (text == NULL)
		return err_set(err, ERR_INTEGRITY, "it has no DNSKEY");
	if (dnskey_from_text(text, &dnskey, err) != 0)
		return -1;
	dnskey_rdata(&dnskey, &out->dnskey);
	out->alg = dnskey.alg;
	out->key_tag = dnskey_tag(&dnskey);
	out->revoked_tag = dnskey_revoked_tag(&dnskey);
	return 0;
}

static int
read_row(const struct json *json, struct ksk_row *out, struct error *err)
{
	const char *zone = json_get_text(json, "zone");

	if (read_id(json, "ksk_id", out->id, err) != 0 ||
	    read_id(json, "cmk_id", out->cmk_id, err) != 0 ||
	    read_id(json, "key_id", out->key_id, err) != 0 ||
	    read_dnskey(json, out, err) != 0)
		return -1;
	if (zone == NULL ||
	    !json_get_int(json, "generation", &out->generation) ||
	    !json_get_int(json, "created_at", &out->created_at))
		return err_set(err, ERR_INTEGRITY,
		    "it has no zone, generation or instant");
	out->zone = mem_strdup(zone);
	return 0;
}

int
ksk_record_read(const char *endorsement, const char *signature,
    struct ksk_row *out, struct error *err)
{
	struct json *json = NULL;
	int rc = -1;

	*out = (struct ksk_row) { 0 };
	if (endorsement == NULL || signature == NULL)
		(void)err_set(err, ERR_INTEGRITY, "it is missing");
	else if (json_read(endorsement, strlen(endorsement), &json,
	    err) == 0)
		rc = read_row(json, out, err);
	json_free(json);
	if (rc != 0) {
		ksk_row_clear(out);
		err->class = ERR_INTEGRITY;
		return err_wrap(err, "the endorsement");
	}
	out->state = mem_strdup("generated");
	out->standby = mem_strdup("none");
	out->endorsement = mem_strdup(endorsement);
	out->endorsement_signature = mem_strdup(signature);
	return 0;
}

const char *
ksk_record_standby(const char *text)
{

	if (text != NULL && strcmp(text, "ds") == 0)
		return "ds";
	return text != NULL && strcmp(text, "dnskey") == 0 ? "dnskey" : NULL;
}
