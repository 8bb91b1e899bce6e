/* What the zone signer does by now, of what the plan waits for. */
#include "kmgr/dns/zonefile.h"
#include "kmgr/service/publish.h"
#include "kmgr/service/run_inner.h"
#include "kmgr/service/source.h"

#define N_ALGS	    256

void
run_source_ask(struct run_zone *z)
{

	z->is_asked = true;
	/* Nobody may have come to what it said before. */
	source_set_clear(&z->source);
	err_clear(&z->answer);
	(void)source_fetch(z->run->session, z->config, &z->source,
	    &z->answer);
}

static int
take_source(struct run_zone *z, struct buf *out, struct error *err)
{

	if (z->answer.class != ERR_NONE) {
		*err = z->answer;
		err_clear(&z->answer);
		return -1;
	}
	if (source_take(z->run->session, z->config, &z->source, err) != 0)
		return -1;
	/* Waits may be longer by the TTLs that it came with. */
	if (z->source.dnskey_ttl_s != 0)
		z->is_stale = true;
	if (source_record(z->run->session, z->text, &z->source, err) != 0)
		return -1;
	buf_add(out, z->source.zsks.data, z->source.zsks.len);
	return 0;
}

int
run_source(struct run_zone *z, struct buf *out, struct error *err)
{
	int rc;

	if (!z->is_asked) {
		if (run_keep(z, err) != 0)
			return -1;
		run_source_ask(z);
	}
	z->is_asked = false;
	rc = take_source(z, out, err);
	source_set_clear(&z->source);
	return rc;
}

static bool
is_signer_awaited(const struct run_zone *z)
{
	size_t i;

	for (i = 0; i < z->plan.n; i++)
		if (z->plan.steps[i].wait == LIFE_WAITS_SIGNER)
			return true;
	return false;
}

/* Whether the set has ZSKs of other algorithms than the admitted one. */
static int
compare(const struct run_zone *z, const struct buf *text, bool *differs,
    struct error *err)
{
	bool has[N_ALGS] = { false };
	struct zonefile *file = NULL;
	struct error ignored = ERR_INIT;
	struct dnskey dnskey;
	size_t i;

	if (zonefile_read(buf_text(text), text->len, "the configured source",
	    &z->name, &file, err) != 0)
		return -1;
	for (i = 0; i < file->n_records; i++)
		if (dnskey_from_rdata(file->records[i].rdata,
		    file->records[i].rdata_len, &dnskey, &ignored) == 0)
			has[dnskey.alg] = true;
	zonefile_free(file);
	for (i = 0; i < z->zone->life.n_algs; i++)
		if (z->zone->life.algs[i].has_zsk)
			has[z->zone->life.algs[i].alg] ^= true;
	*differs = false;
	for (i = 0; i < N_ALGS; i++)
		*differs = *differs || has[i];
	return 0;
}

int
run_signer(struct run_zone *z, struct error *err)
{
	struct buf text = BUF_INIT;
	bool differs = false;
	int rc;

	if (!is_signer_awaited(z) || !source_is_configured(z->config) ||
	    !publish_is_configured(z->config))
		return 0;
	rc = run_source(z, &text, err);
	if (rc == 0)
		rc = compare(z, &text, &differs, err);
	buf_free(&text);
	z->wants_signing = rc == 0 && differs;
	run_due(z, session_now(z->run->session) + run_check_interval_s(z));
	return rc;
}
