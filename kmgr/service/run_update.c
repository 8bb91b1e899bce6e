/* Primaries that take what is signed by an update: many at once. */
#include "kmgr/service/publish.h"
#include "kmgr/service/run_inner.h"

static int
begin(struct run_zone *z, struct error *err)
{

	z->is_giving = false;
	if (run_give_check(z, err) != 0)
		return -1;
	z->is_giving = true;
	return 0;
}

static void
update(struct run_zone *z)
{
	const struct publish_given given = run_given(z);

	z->is_asked = true;
	err_clear(&z->answer);
	(void)publish_update(z->run->session, z->config, &given,
	    &z->zone->row, &z->answer);
}

void
run_update_all(const struct run_zones *zones)
{
	struct run_zones list = { NULL, 0 };
	struct run_zone *z;
	size_t i;

	for (i = 0; i < zones->n; i++) {
		z = zones->list[i];
		if (!z->is_giving)
			continue;
		/* Of another question nobody has come to what was said. */
		z->is_asked = false;
		if (z->config->publish.update == NULL)
			continue;
		run_zone_act(z, begin);
		if (z->is_giving)
			run_zones_add(&list, z);
	}
	run_ask_all(&list, update);
	run_zones_clear(&list);
}

const struct error *
run_untold_of(const struct run_zone *z)
{
	const struct error *why = NULL;
	size_t i;

	for (i = 0; i < z->zone->n_ksks && why == NULL; i++)
		why = trust_owed_why(&z->pass->owed, z->zone->ksks[i].cmk);
	return why;
}

/*
 * Before others hear of what was signed: what a program takes may last long,
 * and nothing that is known outside is to be unknown to the token meanwhile.
 */
void
run_tell_tokens(const struct run_zones *zones)
{
	struct error ignored = ERR_INIT;
	bool any = false, lasts = false;
	const struct error *untold;
	struct run_pass *pass;
	size_t i;

	for (i = 0; i < zones->n; i++)
		if (zones->list[i]->is_giving) {
			any = true;
			lasts |= publish_runs_program(session_config(
			    zones->list[i]->run->session),
			    zones->list[i]->config);
		}
	if (!any)
		return;
	pass = zones->list[0]->pass;
	(void)(lasts ? trust_owed_tell : trust_owed_tell_some)(
	    pass->run->session, &pass->owed, &ignored);
	for (i = 0; i < zones->n; i++) {
		if (!zones->list[i]->is_giving ||
		    (untold = run_untold_of(zones->list[i])) == NULL)
			continue;
		zones->list[i]->is_giving = false;
		run_zone_fail(zones->list[i], untold);
	}
}
