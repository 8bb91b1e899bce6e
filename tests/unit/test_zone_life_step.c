/* What is due in a zone by its facts; what the oracle lets become of them. */
#include "tests/unit/zonestore.h"

#include "kmgr/base/mem.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/ds_ask.h"
#include "kmgr/engine/foreign_facts.h"

#define HOUR	INT64_C(3600)
#define DAY	INT64_C(86400)
#define NOW	ZONESTORE_NOW
/* DNSKEY TTL 1h, propagation 1h, publish-safety 1h; DS 1d + 1h + 1h. */
#define POLICY	"signatures: { dnskey-ttl: 1h }\n"

static const struct life_key used = { .dnskey_in_at = NOW - 200 * DAY,
	.ds_add_at = NOW - 198 * DAY, .ds_seen_at = NOW - 197 * DAY };

/* One CMK and the KSKs of the facts. */
static void
begin(struct zonestore *zs, void **state, const struct life_key *facts,
    size_t n)
{
	size_t i;

	zonestore_open(zs, *state, "");
	(void)zonestore_cmk(zs, POLICY);
	for (i = 0; i < n; i++)
		(void)zonestore_ksk(zs, 0, &facts[i]);
}

static struct zone_life *
loaded(struct zonestore *zs)
{

	unit_ok(zonestore_load(zs), &zs->help->err);
	return zs->zone;
}

/* --- what is due --------------------------------------------------------- */

/* A roll between two KSKs, by instants of the new one's. */
static void
what_is_due_is_in_the_set_that_is_signed(void **state)
{
	static const struct {
		struct life_key old, new;
		bool	old_in, new_in, old_ds, new_ds;
	} cases[] = {
		/* The new one is not published yet: it comes with the set. */
		{ { .retire_at = NOW - DAY }, { 0 }, true, true, true,
		    false },
		{ { .retire_at = NOW - DAY }, { .dnskey_in_at = NOW - HOUR },
		    true, true, true, false },
		/* Everywhere: the DS are swapped now, whether asked or not. */
		{ { .retire_at = NOW - DAY }, { .dnskey_in_at = NOW - DAY },
		    true, true, false, true },
		{ { .retire_at = NOW - DAY, .ds_remove_at = NOW - HOUR },
		    { .dnskey_in_at = NOW - DAY, .ds_add_at = NOW - HOUR },
		    true, true, false, true },
		/* Gone, and in caches; then not any more. */
		{ { .retire_at = NOW - 9 * DAY, .ds_remove_at = NOW - 5 * DAY,
		    .ds_gone_at = NOW - DAY }, { .dnskey_in_at = NOW - 9 *
		    DAY, .ds_add_at = NOW - 5 * DAY, .ds_seen_at = NOW - 4 *
		    DAY }, true, true, false, true },
		{ { .retire_at = NOW - 9 * DAY, .ds_remove_at = NOW - 5 * DAY,
		    .ds_gone_at = NOW - 2 * DAY }, { .dnskey_in_at = NOW -
		    9 * DAY, .ds_add_at = NOW - 5 * DAY, .ds_seen_at = NOW -
		    4 * DAY }, false, true, false, true },
	};
	struct zonestore zs;
	struct life_key old;
	size_t i;

	begin(&zs, state, &used, 1);
	(void)zonestore_ksk(&zs, 0, NULL);
	unit_ok(storehelp_sql(*state, "INSERT INTO zsk_set (zone, hash, text,"
	    " admitted_at) VALUES ('" ZONESTORE_ZONE "', zeroblob(32), '"
	    ZONESTORE_ZONE " 3600 IN DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1q"
	    "MPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=="
	    "\n', 1)"), &zs.help->err);
	for (i = 0; i < N_OF(cases); i++) {
		const struct zone_life *zone;

		old = cases[i].old;
		old.dnskey_in_at = used.dnskey_in_at;
		old.ds_add_at = used.ds_add_at;
		old.ds_seen_at = used.ds_seen_at;
		zonestore_change(&zs, 0, &old);
		zonestore_change(&zs, 1, &cases[i].new);
		zone = loaded(&zs);
		if (zone_life_in_set(zone, 0, NOW) != cases[i].old_in ||
		    zone_life_in_set(zone, 1, NOW) != cases[i].new_in ||
		    zone_life_wants_ds(zone, 0, NOW) != cases[i].old_ds ||
		    zone_life_wants_ds(zone, 1, NOW) != cases[i].new_ds)
			fail_msg("case %zu: %d %d %d %d", i,
			    zone_life_in_set(zone, 0, NOW),
			    zone_life_in_set(zone, 1, NOW),
			    zone_life_wants_ds(zone, 0, NOW),
			    zone_life_wants_ds(zone, 1, NOW));
		assert_false(zone_life_ends(zone, NOW));
	}
	zonestore_close(&zs);
}

/* What time alone makes due is left to the operator where run does it. */
static void
automation_binds_who_runs_by_itself(void **state)
{
	static const struct life_key facts[] = {
		{ .dnskey_in_at = NOW - 90 * DAY, .ds_seen_at = NOW - 89 *
		    DAY, .ds_add_at = NOW - 90 * DAY, .ds_remove_at = NOW -
		    5 * DAY, .retire_at = NOW - 9 * DAY, .ds_gone_at = NOW -
		    4 * DAY },
		{ .dnskey_in_at = NOW - 9 * DAY, .ds_add_at = NOW - 5 * DAY,
		    .ds_seen_at = NOW - 4 * DAY },
	};
	struct zonestore zs;
	struct zone_life *zone;
	struct life_zone after;

	zonestore_open(&zs, *state, "");
	(void)zonestore_cmk(&zs, POLICY "ksk: { automation: [start] }\n");
	(void)zonestore_ksk(&zs, 0, &facts[0]);
	(void)zonestore_ksk(&zs, 0, &facts[1]);
	zone = loaded(&zs);
	assert_int_equal(zone->actor, ZONE_LIFE_BY_HAND);
	assert_false(zone_life_in_set(zone, 0, NOW));
	zone->actor = ZONE_LIFE_BY_ITSELF;
	assert_true(zone_life_in_set(zone, 0, NOW));
	/* The plan is made with the automation that it was asked with. */
	zone_life_after(zone, NOW, &after);
	assert_int_equal(after.automation, LIFE_AUTO_START);
	life_zone_clear(&after);
	zonestore_close(&zs);
}

static void
dnskeys_alone_leave_ds_as_they_are(void **state)
{
	static const struct life_key facts[] = {
		{ .dnskey_in_at = NOW - 90 * DAY, .ds_seen_at = NOW - 89 *
		    DAY, .ds_add_at = NOW - 90 * DAY,
		    .retire_at = NOW - 9 * DAY },
		{ .dnskey_in_at = NOW - 9 * DAY } };
	struct life_zone after;
	struct zonestore zs;

	begin(&zs, state, facts, N_OF(facts));
	zone_life_after(loaded(&zs), NOW, &after);
	assert_int_equal(after.keys[0].ds_remove_at, NOW);
	assert_int_equal(after.keys[1].ds_add_at, NOW);
	life_zone_clear(&after);
	zone_life_after_dnskeys(zs.zone, NOW, &after);
	assert_int_equal(after.keys[0].ds_remove_at, 0);
	assert_int_equal(after.keys[1].ds_add_at, 0);
	life_zone_clear(&after);
	zonestore_close(&zs);
}

static void
a_zone_ends_where_none_of_ours_is_to_stay(void **state)
{
	struct life_key key = used;
	struct foreign_key_row foreign;
	struct zonestore zs;

	key.retire_at = key.ds_remove_at = NOW - 9 * DAY;
	key.ds_gone_at = NOW - 8 * DAY;
	key.dnskey_out_at = NOW - 5 * DAY;
	begin(&zs, state, &key, 1);
	/* Secure and alone: an operator's mistake is no end. */
	assert_false(zone_life_ends(loaded(&zs), NOW));
	foreign = zonestore_foreign(&zs, 1, &used);
	assert_true(zone_life_ends(loaded(&zs), NOW));
	zonestore_change(&zs, 0, &used);
	assert_false(zone_life_ends(loaded(&zs), NOW));
	foreign_facts_clear(&foreign);
	zonestore_close(&zs);
}

static void
as_long_as_there_is_no_ds_a_set_says_what_is_signed(void **state)
{
	static const uint8_t both[] = { 13, 15 }, one[] = { 15 };
	struct life_key key = { .dnskey_in_at = NOW - DAY };
	struct zonestore zs;
	struct zone_life *zone;

	begin(&zs, state, &key, 1);
	zone = loaded(&zs);
	assert_true(zone_life_is_new(zone, 13, NOW));
	zone_life_admit(zone, both, 2, NOW);
	assert_int_equal(zone->life.n_algs, 2);
	assert_int_equal(zone->life.algs[0].signed_at, NOW);
	assert_false(zone_life_is_new(zone, 13, NOW));
	/* Not again, and not back. */
	zone_life_admit(zone, one, 1, NOW + 5);
	assert_int_equal(zone->life.algs[1].signed_at, NOW);
	assert_false(zone->life.algs[0].has_zsk);
	assert_true(zone->life.algs[1].has_zsk);
	zonestore_change(&zs, 0, &used);
	zone = loaded(&zs);
	assert_false(zone_life_is_new(zone, 15, NOW));
	zone_life_admit(zone, one, 1, NOW);
	assert_int_equal(zone->life.algs[zone->life.n_algs - 1].signed_at, 0);
	zonestore_close(&zs);
}

/* --- the oracle ---------------------------------------------------------- */

/* RFC 4034 s3.1: DNSKEY, algorithm 13, two labels, TTL 3600. */
static void
put_rrsig(struct buf *out, uint16_t tag)
{
	const uint8_t key_tag[] = { (uint8_t)(tag >> 8), (uint8_t)tag };
	static const uint8_t sig[64] = { 1 };

	buf_free(out);
	buf_add(out, "\0\60\15\2\0\0\16\20\1\1\1\1\1\1\1\1", 16);
	buf_add(out, key_tag, sizeof(key_tag));
	buf_add(out, "\7example\3com", 13);
	buf_add(out, sig, sizeof(sig));
}

/* The KSKs whose bits are set signed a set at that instant. */
static void
sign(struct zonestore *zs, int64_t at, unsigned int mask)
{
	struct storehelp *help = zs->help;
	struct signature_row row = { .type_covered = 48,
		.inception_at = at - HOUR, .expiration_at = at + 14 * DAY,
		.created_at = at };
	size_t i;

	row.zone = mem_strdup(ZONESTORE_ZONE);
	memset(row.tbs_hash, (int)mask, sizeof(row.tbs_hash));
	unit_ok(store_begin(help->store, &help->err), &help->err);
	for (i = 0; i < zs->n_ksks; i++) {
		if ((mask & 1U << i) == 0)
			continue;
		(void)strcpy(row.ksk_id, zs->ksks[i]->ksk.row.id);
		put_rrsig(&row.rrsig, zs->ksks[i]->ksk.row.key_tag);
		unit_ok(store_signature_put(help->store, &row, &help->err),
		    &help->err);
	}
	unit_ok(store_commit(help->store, &help->err), &help->err);
	free(row.zone);
	buf_free(&row.rrsig);
}

static int
judge(struct zonestore *zs, struct life_zone *after)
{
	const int rc = zone_life_judge(zs->session, zs->zone, after,
	    &zs->help->err);

	life_zone_clear(after);
	return rc;
}

/* The DS go over to a new key that was signed with so long ago. */
static int
swap(struct zonestore *zs)
{
	struct life_zone after;

	life_zone_copy(&loaded(zs)->life, &after);
	after.keys[0].ds_remove_at = after.keys[1].ds_add_at = NOW;
	return judge(zs, &after);
}

static void
a_swap_of_ds_before_caches_have_the_dnskey_is_refused(void **state)
{
	static const struct {
		int64_t	ago_s;
		bool	refused;
	} cases[] = { { 60, true }, { 2 * HOUR - 1, true },
		{ 2 * HOUR, false }, { 9 * HOUR, false } };
	struct storehelp *help = *state;
	struct life_key facts[] = { used, { 0 } };
	char then[WHEN_TEXT_LEN];
	struct zonestore zs;
	size_t i;

	begin(&zs, state, facts, 2);
	for (i = 0; i < N_OF(cases); i++) {
		const int64_t at = NOW - cases[i].ago_s;

		unit_ok(storehelp_sql(help, "DELETE FROM signature"),
		    &help->err);
		facts[1].dnskey_in_at = at;
		zonestore_change(&zs, 1, &facts[1]);
		sign(&zs, NOW - 5 * DAY, 1);
		sign(&zs, at, 3);
		if (!cases[i].refused) {
			unit_ok(swap(&zs), &help->err);
			continue;
		}
		assert_int_equal(swap(&zs), -1);
		assert_int_equal(help->err.class, ERR_POLICY);
		/* Both cached sets, and when. */
		assert_non_null(strstr(help->err.msg, "SKR-DS-CHAIN"));
		assert_non_null(strstr(help->err.msg,
		    when_rfc3339(NOW - 5 * DAY, then)));
		assert_non_null(strstr(help->err.msg, "DS"));
		assert_non_null(strstr(help->err.msg,
		    when_rfc3339(NOW, then)));
		err_clear(&help->err);
	}
	zonestore_close(&zs);
}

/* What is broken already may be healed, and become no worse. */
static void
what_is_broken_may_be_healed(void **state)
{
	struct storehelp *help = *state;
	struct life_key facts[] = { used, used };
	struct life_zone after;
	struct zonestore zs;

	/* The only DS is of a key that nobody has published. */
	facts[0].dnskey_in_at = 0;
	facts[1].ds_add_at = facts[1].ds_seen_at = 0;
	begin(&zs, state, facts, 2);
	sign(&zs, NOW - 5 * DAY, 2);
	loaded(&zs);
	unit_fails(zone_life_judge_now(zs.session, zs.zone, &help->err),
	    &help->err, ERR_POLICY, "is bogus");
	life_zone_copy(&zs.zone->life, &after);
	after.keys[1].ds_add_at = NOW;
	unit_ok(judge(&zs, &after), &help->err);
	life_zone_copy(&zs.zone->life, &after);
	after.keys[0].dnskey_in_at = NOW;
	unit_ok(judge(&zs, &after), &help->err);
	zonestore_change(&zs, 1, &used);
	loaded(&zs);
	unit_ok(zone_life_judge_now(zs.session, zs.zone, &help->err),
	    &help->err);
	zonestore_close(&zs);
}

/* The last DNSKEY goes when the DS is gone from all caches, not before. */
static void
the_last_dnskey_stays_as_long_as_its_ds_does(void **state)
{
	static const struct {
		int64_t	gone_s;		/* ago; 0: it is there */
		bool	has_foreign, refused;
	} cases[] = {
		{ 0, false, true }, { DAY, false, true },
		{ DAY + 2 * HOUR, false, false }, { 9 * DAY, false, false },
		/* Another provider's goes on alone. */
		{ 0, true, false }, { 9 * DAY, true, false },
	};
	struct storehelp *help = *state;
	struct foreign_key_row foreign;
	struct life_zone after;
	struct life_key key;
	struct zonestore zs;
	size_t i;

	begin(&zs, state, &used, 1);
	sign(&zs, NOW - 5 * DAY, 1);
	for (i = 0; i < N_OF(cases); i++) {
		if (cases[i].has_foreign && !cases[i - 1].has_foreign) {
			foreign = zonestore_foreign(&zs, 1, &used);
			foreign_facts_clear(&foreign);
		}
		key = used;
		if (cases[i].gone_s != 0) {
			key.retire_at = key.ds_remove_at = NOW - 20 * DAY;
			key.ds_gone_at = NOW - cases[i].gone_s;
		}
		zonestore_change(&zs, 0, &key);
		life_zone_copy(&loaded(&zs)->life, &after);
		after.keys[0].dnskey_out_at = NOW;
		if (!cases[i].refused) {
			unit_ok(judge(&zs, &after), &help->err);
			continue;
		}
		if (judge(&zs, &after) == 0)
			fail_msg("case %zu", i);
		unit_fails(-1, &help->err, ERR_POLICY, "SKR-DS-CHAIN");
	}
	zonestore_close(&zs);
}

/* Until its key is to go a zone of which no DS was told is insecure. */
static void
a_ds_that_nobody_told_of_may_be_there(void **state)
{
	struct life_key key = { .dnskey_in_at = NOW - 9 * DAY };
	struct storehelp *help = *state;
	struct life_zone after;
	struct zonestore zs;

	begin(&zs, state, &key, 1);
	sign(&zs, NOW - 5 * DAY, 1);
	life_zone_copy(&loaded(&zs)->life, &after);
	after.keys[0].dnskey_out_at = NOW;
	assert_int_equal(judge(&zs, &after), -1);
	unit_fails(-1, &help->err, ERR_POLICY, "SKR-DS-CHAIN");
	life_zone_copy(&zs.zone->life, &after);
	after.keys[0].dnskey_out_at = NOW;
	after.keys[0].ds_gone_at = NOW - 5 * DAY;
	unit_ok(judge(&zs, &after), &help->err);
	/* A DS whose DNSKEY is not in any set that is known. */
	life_zone_copy(&zs.zone->life, &after);
	after.keys[0].dnskey_out_at = after.keys[0].ds_add_at = NOW;
	assert_int_equal(judge(&zs, &after), -1);
	unit_fails(-1, &help->err, ERR_POLICY, "SKR-DS-CHAIN");
	zonestore_close(&zs);
}

static int
refuse(struct zonestore *zs, const struct life_step *step,
    struct error *err)
{
	struct zone_life_change change;
	int rc;

	rc = zone_life_step_judge(zs->session, zs->zone, step, &change, err);
	zone_life_change_clear(&change);
	return rc;
}

/* A step is one by itself, in the ledger first, or it did not happen. */
static void
a_step_that_cannot_be_recorded_did_not_happen(void **state)
{
	struct storehelp *help = *state;
	struct life_key facts[] = { used, { 0 } };
	struct life_step step = { .kind = LIFE_PUBLISH_DNSKEY };
	struct zonestore zs;
	struct ds_ask_request request = { .kind = LIFE_ADD_DS };
	struct ksk_row row = { .standby = NULL };
	bool found;

	facts[1].dnskey_in_at = NOW - 9 * DAY;
	begin(&zs, state, facts, 2);
	sign(&zs, NOW - 9 * DAY, 3);
	loaded(&zs);
	unit_fails(refuse(&zs, &step, &help->err),
	    &help->err, ERR_INTERNAL, "publish-dnskey is no step");
	/* Of a zone that stays secure neither. */
	step.kind = LIFE_WITHDRAW_DNSKEY;
	unit_fails(refuse(&zs, &step, &help->err),
	    &help->err, ERR_INTERNAL, "withdraw-dnskey is no step");
	step = (struct life_step) { .kind = LIFE_ADD_DS, .key = 2 };
	unit_fails(refuse(&zs, &step, &help->err),
	    &help->err, ERR_INTERNAL, "add-ds is no step");
	/* No seal key can answer for it: the token is away. */
	session_set_proved(zs.session, zs.cmks[0]->cmk.row.id);
	request.zone = &zs.zone->name;
	unit_fails(ds_ask_apply(zs.session, &request, &help->err),
	    &help->err, ERR_CONFIG, "seal key of CMK cmk-0");
	unit_ok(store_ksk_find(help->store, zs.ksks[1]->ksk.row.id, &row,
	    &found, &help->err), &help->err);
	assert_int_equal(row.ds_add_at, 0);
	ksk_row_clear(&row);
	unit_ok(zonestore_load(&zs), &help->err);
	zonestore_close(&zs);
}

/* Others' keys need a CMK of ours that answers for what is told of them. */
static void
foreign_facts_without_a_ksk_of_ours_are_refused(void **state)
{
	struct storehelp *help = *state;
	struct foreign_key_row foreign;
	struct life_key key = used;
	struct zonestore zs;

	begin(&zs, state, &used, 1);
	foreign = zonestore_foreign(&zs, 1, NULL);
	loaded(&zs);
	zs.zone->n_ksks = 0;
	unit_fails(zone_life_append(zs.session, zs.zone, 0, &key, "add-ds",
	    NOW, &help->err), &help->err, ERR_INPUT, "no KSK of ours");
	zs.zone->n_ksks = 1;
	foreign_facts_clear(&foreign);
	zonestore_close(&zs);
}

/* The state that the store keeps is a word for the facts. */
static void
states_are_words_for_facts(void **state)
{
	static const struct {
		const char	*was;
		struct life_key	 key;
		const char	*is, *standby;
	} cases[] = {
		{ "generated", { 0 }, "generated", "none" },
		{ "generated", { .dnskey_in_at = 1 }, "published", "none" },
		{ "published", { .dnskey_in_at = 1, .ds_seen_at = 2 },
		    "active", "none" },
		{ "generated", { .ds_seen_at = 2,
		    .standby = LIFE_STANDBY_DS }, "active", "ds" },
		{ "active", { .ds_seen_at = 2, .retire_at = 3 }, "retired",
		    "none" },
		{ "active", { .ds_seen_at = 2, .ds_gone_at = 3 }, "retired",
		    "none" },
		{ "retired", { .retire_at = 3, .revoke_at = 4 }, "revoked",
		    "none" },
		{ "removed", { .dnskey_in_at = 1,
		    .standby = LIFE_STANDBY_DNSKEY }, "removed", "dnskey" },
	};
	struct ksk_row row;
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(cases); i++) {
		row = (struct ksk_row) { .state = mem_strdup(cases[i].was) };
		zone_life_facts(&cases[i].key, &row);
		assert_string_equal(row.state, cases[i].is);
		assert_string_equal(row.standby, cases[i].standby);
		assert_int_equal(row.ds_seen_at, cases[i].key.ds_seen_at);
		ksk_row_clear(&row);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOREHELP_TEST(what_is_due_is_in_the_set_that_is_signed),
		STOREHELP_TEST(automation_binds_who_runs_by_itself),
		STOREHELP_TEST(dnskeys_alone_leave_ds_as_they_are),
		STOREHELP_TEST(a_zone_ends_where_none_of_ours_is_to_stay),
		STOREHELP_TEST(
		    as_long_as_there_is_no_ds_a_set_says_what_is_signed),
		STOREHELP_TEST(
		    a_swap_of_ds_before_caches_have_the_dnskey_is_refused),
		STOREHELP_TEST(what_is_broken_may_be_healed),
		STOREHELP_TEST(the_last_dnskey_stays_as_long_as_its_ds_does),
		STOREHELP_TEST(a_ds_that_nobody_told_of_may_be_there),
		STOREHELP_TEST(a_step_that_cannot_be_recorded_did_not_happen),
		STOREHELP_TEST(
		    foreign_facts_without_a_ksk_of_ours_are_refused),
		STOREHELP_TEST(states_are_words_for_facts),
	};

	return storehelp_run(tests, N_OF(tests));
}
