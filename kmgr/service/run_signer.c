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

int
run_source_take(struct run_zone *z, struct buf *out, struct error *err)
{
	int rc = -1;

	z->is_asked = false;
	if (z->answer.class != ERR_NONE) {
		*err = z->answer;
		err_clear(&z->answer);
	} else {
		rc = source_take(z->run->session, z->config, &z->source, err);
	}
	if (rc == 0)
		buf_add(out, z->source.zsks.data, z->source.zsks.len);
	else
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

static int
ask(struct run_zone *z, struct error *err)
{

	if (z->is_asked)
		return 0;
	if (run_keep(z, err) != 0)
		return -1;
	run_source_ask(z);
	return 0;
}

static int
look(struct run_zone *z, struct error *err)
{
	struct buf text = BUF_INIT;
	bool differs = false;
	int rc;

	if (!z->is_asked)
		return 0;
	rc = run_source_take(z, &text, err);
	if (rc == 0)
		rc = compare(z, &text, &differs, err);
	buf_free(&text);
	z->wants_signing = rc == 0 && differs;
	return rc;
}

static bool
is_to_be_asked(const struct run_zone *z)
{

	return run_is_well(z) && is_signer_awaited(z) &&
	    source_is_configured(z->config) &&
	    publish_is_configured(z->config);
}

void
run_signers(const struct run_zones *zones)
{
	struct run_zones list = { NULL, 0 };
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (is_to_be_asked(zones->list[i]))
			run_zones_add(&list, zones->list[i]);
	run_source_ask_all(&list);
	for (i = 0; i < list.n; i++)
		run_zone_act(list.list[i], ask);
	run_zones_read(&list, look);
	run_source_record(&list);
	for (i = 0; i < list.n; i++) {
		struct run_zone *z = list.list[i];

		z->wants_signing = z->wants_signing && run_is_well(z);
		run_due(z, session_now(z->run->session) +
		    run_check_interval_s(z));
	}
	run_zones_clear(&list);
}
