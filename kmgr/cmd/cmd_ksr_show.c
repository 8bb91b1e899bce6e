#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/cmd/cmd_ksr_show.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/ksr/codec.h"

int64_t
cmd_ksr_expiration(const struct ksr_bundle *bundle)
{
	int64_t at = KSR_OPEN;
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++)
		if (bundle->sigs[i].rrsig.expiration_at < at)
			at = bundle->sigs[i].rrsig.expiration_at;
	return at;
}

static bool
is_by(const struct rrsig *rrsig, const struct dnskey *key)
{

	return rrsig->type_covered == RRTYPE_DNSKEY &&
	    rrsig->alg == key->alg && rrsig->key_tag == dnskey_tag(key);
}

bool
cmd_ksr_signs(const struct ksr_bundle *bundle, const struct dnskey *key)
{
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++)
		if (is_by(&bundle->sigs[i].rrsig, key))
			return true;
	return false;
}

static void
add_tag(struct buf *out, unsigned int tag, const char *id)
{

	buf_printf(out, "%s%u", out->len == 0 ? "" : ",", tag);
	if (id != NULL)
		buf_printf(out, "(%s)", id);
}

static void
add_ksk(struct buf *out, const struct ksr_bundle *bundle,
    const struct ksr_key *key)
{
	const bool is_revoked = (key->dnskey.flags & DNSKEY_REVOKE) != 0;
	const bool is_signing =
	    cmd_ksr_signs(bundle, &key->dnskey);

	add_tag(out, dnskey_tag(&key->dnskey), key->id);
	buf_printf(out, "/%s%s", is_revoked ? "R" : "",
	    is_signing ? "S" : is_revoked ? "" : "P");
}

/* A signature that no key of the bundle explains must not go unseen. */
static void
add_strangers(struct buf *out, const struct ksr_bundle *bundle)
{
	const struct ksr_sig *sig;
	size_t i;

	for (i = 0; i < bundle->n_sigs; i++) {
		sig = &bundle->sigs[i];
		if (sig->rrsig.type_covered != RRTYPE_DNSKEY ||
		    ksr_key_of(bundle, &sig->rrsig) != NULL)
			continue;
		add_tag(out, sig->rrsig.key_tag, sig->key_id);
		buf_printf(out, "/S?");
	}
}

static void
add_tags(struct table *table, const struct ksr_bundle *bundle)
{
	struct buf zsks = BUF_INIT, ksks = BUF_INIT;
	const struct ksr_key *key;
	size_t i;

	for (i = 0; i < bundle->n_keys; i++) {
		key = &bundle->keys[i];
		if ((key->dnskey.flags & DNSKEY_SEP) != 0)
			add_ksk(&ksks, bundle, key);
		else
			add_tag(&zsks, dnskey_tag(&key->dnskey), NULL);
	}
	add_strangers(&ksks, bundle);
	table_add(table, zsks.len == 0 ? "-" : buf_text(&zsks));
	table_add(table, ksks.len == 0 ? "-" : buf_text(&ksks));
	buf_free(&zsks);
	buf_free(&ksks);
}

void
cmd_ksr_table(const struct ksr *ksr, struct buf *out)
{
	const struct ksr_bundle *bundle;
	char text[WHEN_TEXT_LEN];
	struct table table;
	int64_t at;
	size_t i;

	table_init(&table, 5, "#", "INCEPTION", "EXPIRATION", "ZSK TAGS",
	    "KSK TAGS");
	for (i = 0; i < ksr->n_bundles; i++) {
		bundle = &ksr->bundles[i];
		(void)snprintf(text, sizeof(text), "%zu", i + 1);
		table_add(&table, text);
		table_add(&table, when_rfc3339(bundle->inception_at, text));
		at = ksr->format == KSR_ICANN ? bundle->expiration_at :
		    cmd_ksr_expiration(bundle);
		table_add(&table, at == KSR_OPEN ? "-" :
		    when_rfc3339(at, text));
		add_tags(&table, bundle);
	}
	table_print(&table, out);
}

static void
print_head(const struct ksr *ksr, const char *sha256, struct buf *out)
{
	char zone[NAME_TEXT_MAX], time[WHEN_TEXT_LEN];

	buf_printf(out, "format     %s\nkind       %s\nzone       %s\n",
	    ksr_format_name(ksr->format), ksr_kind_name(ksr->kind),
	    name_text(&ksr->zone, zone));
	if (ksr->format == KSR_ICANN)
		buf_printf(out, "id         %s\nserial     %" PRId64 "\n",
		    ksr->id, ksr->serial);
	if (ksr->timestamp_at != 0)
		buf_printf(out, "timestamp  %s\n",
		    when_rfc3339(ksr->timestamp_at, time));
	buf_printf(out, "sha256     %s\n\n", sha256);
}

int
cmd_show_ksr(struct cmd *cmd, struct error *err)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];
	const char *path = cmd->args->words[0];
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct buf text = BUF_INIT;
	struct ksr *ksr = NULL;
	int rc = -1;

	if (file_read(path, KSR_MAX_LEN, &text, err) != 0 ||
	    codec_read(buf_text(&text), text.len,
	    strcmp(path, "-") == 0 ? "standard input" : path, &ksr,
	    err) != 0)
		goto out;
	crypto_sha256(buf_text(&text), text.len, hash);
	(void)text_hex(hash, sizeof(hash), hex);
	print_head(ksr, hex, &cmd->text);
	cmd_ksr_table(ksr, &cmd->text);
	json_put_text(cmd->json, "sha256", hex);
	cmd_ksr_put(ksr, cmd->json);
	rc = 0;
 out:
	ksr_free(ksr);
	buf_free(&text);
	return rc;
}
