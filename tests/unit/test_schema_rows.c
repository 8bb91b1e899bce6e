/* Rows that the schema refuses: each CHECK, UNIQUE and REFERENCES. */
#include "tests/unit/storehelp.h"

#define ID(c)  "'0000000000000000000000000000000" c "'"
#define HASH   "zeroblob(32)"
#define HEX64  "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                          \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"
#define LONG41 "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"

/* A column and its value as SQL writes it. */
struct column {
	const char *name, *value;
};

/* A row that fits beside those of storehelp_fill_all(). */
struct good {
	const char *table;
	struct column columns[18];
};

static const struct good good_key = { "key", { { "id", ID("a") },
	{ "cmk_id", ID("1") }, { "role", "'ksk'" }, { "label", "'label'" },
	{ "alg", "13" }, { "bits", "256" }, { "spki", "zeroblob(3)" },
	{ "attributes", "'{}'" }, { "is_shared", "0" },
	{ "created_at", "1" } } };
static const struct good good_cmk = { "cmk", { { "id", ID("a") },
	{ "name", "'new'" }, { "token", "'main'" },
	{ "seal_token", "'main'" }, { "state", "'draft'" },
	{ "key_id", ID("1") }, { "created_at", "1" },
	{ "token_identity", "'{}'" }, { "probe", "'[]'" },
	{ "policy", "'{}'" }, { "policy_hash", HASH }, { "contact", "''" },
	{ "tags", "'{}'" } } };
static const struct good good_ksk = { "ksk", { { "id", ID("a") },
	{ "cmk_id", ID("1") }, { "key_id", ID("1") }, { "zone", "'b.'" },
	{ "generation", "1" }, { "alg", "13" }, { "key_tag", "1" },
	{ "revoked_tag", "2" }, { "dnskey", "zeroblob(9)" },
	{ "state", "'generated'" }, { "created_at", "1" },
	{ "endorsement", "'{}'" }, { "endorsement_signature", "'c2ln'" },
	{ "standby", "'none'" } } };
static const struct good good_zone = { "zone", { { "zone", "'c.'" },
	{ "goal", "'secure'" }, { "next_at", "0" }, { "waits_for", "''" } } };
static const struct good good_alg = { "zone_alg", { { "zone", "'a.'" },
	{ "alg", "13" }, { "signed_at", "1" } } };
static const struct good good_foreign = { "foreign_key", { { "id", ID("a") },
	{ "zone", "'b.'" }, { "alg", "13" }, { "key_tag", "1" },
	{ "dnskey", "zeroblob(9)" }, { "added_at", "1" } } };
static const struct good good_seen = { "observation", { { "zone", "'a.'" },
	{ "kind", "'serial'" }, { "value", "0" }, { "text", "''" },
	{ "first_at", "1" }, { "last_at", "1" } } };
static const struct good good_signature = { "signature", { { "id", "9" },
	{ "ksk_id", "'000000000000000000000000000003e9'" },
	{ "zone", "'a.'" }, { "type_covered", "48" }, { "tbs_hash", HASH },
	{ "inception_at", "5" }, { "expiration_at", "6" },
	{ "rrsig", "zeroblob(19)" }, { "created_at", "1" } } };
static const struct good good_set = { "zsk_set", { { "id", "9" },
	{ "zone", "'a.'" }, { "hash", HASH }, { "text", "'t'" },
	{ "admitted_at", "1" } } };
static const struct good good_ksr = { "ksr", { { "id", ID("9") },
	{ "cmk_id", ID("1") }, { "zone", "'b.'" }, { "format", "'bind'" },
	{ "kind", "'regular'" }, { "request_hash", HASH },
	{ "bundle_ids", "'[]'" }, { "response_hash", HASH },
	{ "plan_hash", HASH }, { "ksk_ids", "'[]'" }, { "answered_at", "1" },
	{ "expires_at", "2" }, { "request", "'q'" },
	{ "response", "'r'" } } };
static const struct good good_intent = { "intent", { { "id", "9" },
	{ "kind", "'create-ksk'" }, { "token", "'main'" },
	{ "key_id", ID("9") }, { "label", "'label'" }, { "payload", "'{}'" },
	{ "state", "'open'" }, { "created_at", "1" } } };
static const struct good good_plan = { "plan", { { "hash", HEX64 },
	{ "cmk_id", ID("1") }, { "op", "'delete-ksk'" }, { "text", "'{}'" },
	{ "state", "'waiting'" }, { "created_at", "1" },
	{ "expires_at", "2" } } };
static const struct good good_approval = { "approval", {
	{ "plan_hash", "(SELECT hash FROM plan WHERE state = 'waiting')" },
	{ "fingerprint", "'SHA256:a'" }, { "who", "''" },
	{ "signature", "'s'" }, { "at", "1" } } };

static const struct column *
column_of(const struct column *columns, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n && columns[i].name != NULL; i++)
		if (strcmp(columns[i].name, name) == 0)
			return &columns[i];
	return NULL;
}

static void
add(struct buf *names, struct buf *values, const struct column *column)
{
	const char *comma = names->len == 0 ? "" : ", ";

	buf_printf(names, "%s%s", comma, column->name);
	buf_printf(values, "%s%s", comma, column->value);
}

/* The row, with the ${n} columns ${changed} as they are there. */
static int
insert(struct storehelp *help, const struct good *good,
    const struct column *changed, size_t n)
{
	struct buf names = BUF_INIT, values = BUF_INIT, sql = BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; good->columns[i].name != NULL; i++)
		if (column_of(changed, n, good->columns[i].name) == NULL)
			add(&names, &values, &good->columns[i]);
	for (i = 0; i < n && changed[i].name != NULL; i++)
		add(&names, &values, &changed[i]);
	buf_printf(&sql, "INSERT INTO %s (%s) VALUES (%s)", good->table,
	    buf_text(&names), buf_text(&values));
	rc = storehelp_sql(help, buf_text(&sql));
	buf_free(&names);
	buf_free(&values);
	buf_free(&sql);
	return rc;
}

/* All but these columns as it should be. */
static const struct wrong {
	const struct good *good;
	struct column columns[6];
	const char *why;
} wrong[] = {
	{ &good_key, { { "id", "'ab'" } }, "length(id)" },
	{ &good_key, { { "id", "upper(" ID("b") ")" } }, "length(id)" },
	{ &good_key, { { "id", ID("1") } }, "UNIQUE" },
	{ &good_key, { { "cmk_id", ID("7") } }, "FOREIGN KEY" },
	{ &good_key, { { "role", "'king'" } }, "role = 'seal'" },
	{ &good_key, { { "label", "''" } }, "length(label)" },
	{ &good_key, { { "label", LONG41 } }, "length(label)" },
	{ &good_key, { { "alg", "256" } }, "alg BETWEEN" },
	{ &good_key, { { "bits", "127" } }, "bits BETWEEN" },
	{ &good_key, { { "spki", "13" } }, "spki" },
	{ &good_key, { { "is_shared", "2" } }, "is_shared IN" },
	{ &good_key, { { "created_at", "0" } }, "created_at > 0" },
	{ &good_key, { { "blob", "zeroblob(3)" } }, "wrap_key_id IS NULL" },
	{ &good_key, { { "wrap_key_id", ID("1") } }, "blob IS NULL" },
	{ &good_key, { { "blob", "zeroblob(0)" },
	    { "wrap_key_id", ID("1") } }, "length(blob)" },
	{ &good_key, { { "blob", "zeroblob(3)" },
	    { "wrap_key_id", ID("7") } }, "FOREIGN KEY" },
	{ &good_cmk, { { "id", "'ab'" } }, "length(id)" },
	{ &good_cmk, { { "id", ID("1") } }, "UNIQUE" },
	{ &good_cmk, { { "name", "''" } }, "length(name)" },
	{ &good_cmk, { { "name", "'cmk-1'" } }, "UNIQUE" },
	{ &good_cmk, { { "token", "''" } }, "length(token)" },
	{ &good_cmk, { { "seal_token", "''" } }, "length(seal_token)" },
	{ &good_cmk, { { "state", "'asleep'" }, { "sealed_at", "1" },
	    { "seal", "'{}'" }, { "seal_signature", "'s'" } },
	    "state = 'draft' OR" },
	{ &good_cmk, { { "state", "'enabled'" } }, "state = 'deleted'" },
	{ &good_cmk, { { "deletion_at", "5" } }, "deletion_at IS NULL" },
	{ &good_cmk, { { "state", "'deleted'" }, { "deletion_at", "5" } },
	    "deletion_at IS NULL" },
	{ &good_cmk, { { "state", "'pending-deletion'" },
	    { "sealed_at", "5" }, { "seal", "'{}'" },
	    { "seal_signature", "'c2ln'" } }, "deletion_at IS NULL" },
	{ &good_cmk, { { "state", "'pending-deletion'" },
	    { "sealed_at", "5" }, { "seal", "'{}'" },
	    { "seal_signature", "'c2ln'" }, { "deletion_at", "0" } },
	    "deletion_at > 0" },
	{ &good_cmk, { { "key_id", ID("7") } }, "FOREIGN KEY" },
	{ &good_cmk, { { "key_id", "'00000000000000000000000000000065'" } },
	    "UNIQUE" },
	{ &good_cmk, { { "created_at", "0" } }, "created_at > 0" },
	{ &good_cmk, { { "policy", "''" } }, "length(policy)" },
	{ &good_cmk, { { "policy_hash", "zeroblob(31)" } },
	    "length(policy_hash)" },
	{ &good_cmk, { { "sealed_at", "5" }, { "seal", "'{}'" },
	    { "seal_signature", "'c2ln'" } }, "state = 'deleted'" },
	{ &good_cmk, { { "state", "'enabled'" }, { "sealed_at", "0" },
	    { "seal", "'{}'" }, { "seal_signature", "'c2ln'" } },
	    "sealed_at > 0" },
	{ &good_cmk, { { "seal_signature", "'c2ln'" } }, "seal_signature" },
	{ &good_cmk, { { "state", "'deleted'" }, { "seal", "'{}'" } },
	    "= (seal IS NULL)" },
	{ &good_cmk, { { "identity_key_id", ID("1") } },
	    "identity_key_id IS NULL" },
	{ &good_cmk, { { "identity", "'{}'" },
	    { "identity_signature", "'c2ln'" } }, "identity_key_id IS NULL" },
	{ &good_cmk, { { "identity", "'{}'" },
	    { "identity_key_id", ID("1") } }, "identity_signature IS NULL" },
	{ &good_cmk, { { "identity", "'{}'" },
	    { "identity_key_id", ID("7") },
	    { "identity_signature", "'c2ln'" } }, "FOREIGN KEY" },
	{ &good_cmk, { { "horizon_at", "0" } }, "horizon_at > 0" },
	{ &good_cmk, { { "contact", "NULL" } }, "cmk.contact" },
	{ &good_cmk, { { "tags", "NULL" } }, "cmk.tags" },
	{ &good_ksk, { { "id", "'ab'" } }, "length(id)" },
	{ &good_ksk, { { "cmk_id", ID("7") } }, "FOREIGN KEY" },
	{ &good_ksk, { { "key_id", ID("7") } }, "FOREIGN KEY" },
	{ &good_ksk, { { "zone", "''" } }, "length(zone)" },
	{ &good_ksk, { { "generation", "0" } }, "generation > 0" },
	{ &good_ksk, { { "alg", "0" } }, "alg BETWEEN" },
	{ &good_ksk, { { "key_tag", "65536" } }, "key_tag BETWEEN" },
	{ &good_ksk, { { "revoked_tag", "-1" } }, "revoked_tag BETWEEN" },
	{ &good_ksk, { { "dnskey", "zeroblob(4)" } }, "length(dnskey)" },
	{ &good_ksk, { { "state", "'lost'" } }, "state = 'generated'" },
	{ &good_ksk, { { "created_at", "0" } }, "created_at > 0" },
	{ &good_ksk, { { "endorsement", "''" } }, "length(endorsement)" },
	{ &good_ksk, { { "endorsement_signature", "''" } },
	    "length(endorsement_signature)" },
	{ &good_ksk, { { "ds_seen_at", "0" } }, "ds_seen_at > 0" },
	{ &good_ksk, { { "ds_seen_at", "1" }, { "ds_gone_at", "0" } },
	    "ds_gone_at > 0" },
	{ &good_ksk, { { "ds_gone_at", "1" } }, "ds_seen_at IS NOT NULL" },
	{ &good_ksk, { { "zone", "'c.'" } }, "FOREIGN KEY" },
	{ &good_ksk, { { "standby", "'both'" } }, "standby = 'none'" },
	{ &good_ksk, { { "dnskey_in_at", "0" } }, "dnskey_in_at > 0" },
	{ &good_ksk, { { "dnskey_in_at", "1" }, { "dnskey_out_at", "0" } },
	    "dnskey_out_at > 0" },
	{ &good_ksk, { { "dnskey_out_at", "1" } },
	    "dnskey_in_at IS NOT NULL" },
	{ &good_ksk, { { "ds_add_at", "0" } }, "ds_add_at > 0" },
	{ &good_ksk, { { "ds_remove_at", "0" } }, "ds_remove_at > 0" },
	{ &good_ksk, { { "retire_at", "0" } }, "retire_at > 0" },
	{ &good_ksk, { { "revoke_at", "0" } }, "revoke_at > 0" },
	{ &good_ksk, { { "compromised_at", "0" } }, "compromised_at > 0" },
	{ &good_ksk, { { "backup_at", "0" } }, "backup_at > 0" },
	{ &good_ksk, { { "horizon_at", "0" } }, "horizon_at > 0" },
	{ &good_ksk, { { "state", "'removed'" } }, "retirement IS NOT NULL" },
	{ &good_ksk, { { "retirement", "'{}'" },
	    { "retirement_signature", "'c2ln'" } }, "state = 'removed'" },
	{ &good_ksk, { { "state", "'removed'" }, { "retirement", "'{}'" } },
	    "retirement_signature IS NULL" },
	{ &good_ksk, { { "retirement_signature", "'c2ln'" } },
	    "retirement_signature IS NULL" },
	{ &good_zone, { { "zone", "''" } }, "length(zone)" },
	{ &good_zone, { { "zone", "'a.'" } }, "UNIQUE" },
	{ &good_zone, { { "goal", "'bogus'" }, { "goal_at", "1" } },
	    "goal IN" },
	{ &good_zone, { { "goal", "'insecure'" } }, "goal_at IS NOT NULL" },
	{ &good_zone, { { "goal_at", "0" } }, "goal_at > 0" },
	{ &good_zone, { { "next_at", "-1" } }, "next_at >= 0" },
	{ &good_zone, { { "next_at", "NULL" } }, "zone.next_at" },
	{ &good_zone, { { "waiting_since_at", "0" } },
	    "waiting_since_at > 0" },
	{ &good_zone, { { "waits_for", "NULL" } }, "zone.waits_for" },
	{ &good_zone, { { "published_hash", "zeroblob(31)" },
	    { "published_at", "1" }, { "published_signature", "0" },
	    { "published_changes", "0" } }, "length(published_hash)" },
	{ &good_zone, { { "published_hash", HASH }, { "published_at", "0" },
	    { "published_signature", "0" }, { "published_changes", "0" } },
	    "published_at > 0" },
	{ &good_zone, { { "published_at", "1" } },
	    "published_at IS NULL" },
	{ &good_zone, { { "published_signature", "0" } },
	    "published_signature IS NULL" },
	{ &good_zone, { { "published_hash", HASH }, { "published_at", "1" },
	    { "published_signature", "-1" }, { "published_changes", "0" } },
	    "published_signature >= 0" },
	{ &good_zone, { { "published_changes", "0" } },
	    "published_changes IS NULL" },
	{ &good_zone, { { "published_hash", HASH }, { "published_at", "1" },
	    { "published_signature", "0" }, { "published_changes", "-1" } },
	    "published_changes >= 0" },
	{ &good_alg, { { "zone", "'c.'" } }, "FOREIGN KEY" },
	{ &good_alg, { { "zone", "'b.'" } }, "UNIQUE" },
	{ &good_alg, { { "alg", "0" } }, "alg BETWEEN" },
	{ &good_alg, { { "signed_at", "0" } }, "signed_at > 0" },
	{ &good_foreign, { { "id", "'ab'" } }, "length(id)" },
	{ &good_foreign, { { "id", "(SELECT min(id) FROM foreign_key)" } },
	    "UNIQUE" },
	{ &good_foreign, { { "zone", "''" } }, "length(zone)" },
	{ &good_foreign, { { "zone", "'c.'" } }, "FOREIGN KEY" },
	{ &good_foreign, { { "alg", "0" } }, "alg BETWEEN" },
	{ &good_foreign, { { "key_tag", "65536" } }, "key_tag BETWEEN" },
	{ &good_foreign, { { "key_tag", "2001" } }, "UNIQUE" },
	{ &good_foreign, { { "dnskey", "zeroblob(4)" } }, "length(dnskey)" },
	{ &good_foreign, { { "added_at", "0" } }, "added_at > 0" },
	{ &good_foreign, { { "dnskey_in_at", "0" } }, "dnskey_in_at > 0" },
	{ &good_foreign, { { "dnskey_in_at", "1" },
	    { "dnskey_out_at", "0" } }, "dnskey_out_at > 0" },
	{ &good_foreign, { { "dnskey_out_at", "1" } },
	    "dnskey_in_at IS NOT NULL" },
	{ &good_foreign, { { "ds_add_at", "0" } }, "ds_add_at > 0" },
	{ &good_foreign, { { "ds_seen_at", "0" } }, "ds_seen_at > 0" },
	{ &good_foreign, { { "ds_remove_at", "0" } }, "ds_remove_at > 0" },
	{ &good_foreign, { { "ds_seen_at", "1" }, { "ds_gone_at", "0" } },
	    "ds_gone_at > 0" },
	{ &good_foreign, { { "ds_gone_at", "1" } },
	    "ds_seen_at IS NOT NULL" },
	{ &good_foreign, { { "retire_at", "0" } }, "retire_at > 0" },
	{ &good_foreign, { { "removed_at", "0" } }, "removed_at > 0" },
	{ &good_seen, { { "zone", "''" } }, "length(zone)" },
	{ &good_seen, { { "kind", "''" } }, "length(kind)" },
	{ &good_seen, { { "text", "NULL" } }, "observation.text" },
	{ &good_seen, { { "value", "NULL" } }, "observation.value" },
	{ &good_seen, { { "first_at", "0" } }, "first_at > 0" },
	{ &good_seen, { { "last_at", "0" } }, "last_at >= first_at" },
	{ &good_signature, { { "ksk_id", ID("7") } }, "FOREIGN KEY" },
	{ &good_signature, { { "type_covered", "0" } },
	    "type_covered BETWEEN" },
	{ &good_signature, { { "tbs_hash", "zeroblob(33)" } },
	    "length(tbs_hash)" },
	{ &good_signature, { { "inception_at", "6" } },
	    "inception_at < expiration_at" },
	{ &good_signature, { { "rrsig", "zeroblob(18)" } }, "length(rrsig)" },
	{ &good_signature, { { "created_at", "0" } }, "created_at > 0" },
	{ &good_set, { { "hash", "zeroblob(31)" } }, "length(hash)" },
	{ &good_set, { { "admitted_at", "0" } }, "admitted_at > 0" },
	{ &good_ksr, { { "id", "'ab'" } }, "length(id)" },
	{ &good_ksr, { { "id", "(SELECT min(id) FROM ksr)" } }, "UNIQUE" },
	{ &good_ksr, { { "zone", "'a.'" },
	    { "request_hash", "(SELECT request_hash FROM ksr LIMIT 1)" } },
	    "UNIQUE" },
	{ &good_ksr, { { "cmk_id", ID("7") } }, "FOREIGN KEY" },
	{ &good_ksr, { { "zone", "''" } }, "length(zone)" },
	{ &good_ksr, { { "format", "'xml'" } }, "format = 'icann'" },
	{ &good_ksr, { { "kind", "'late'" } }, "kind IN" },
	{ &good_ksr, { { "request_hash", "zeroblob(31)" } },
	    "length(request_hash)" },
	{ &good_ksr, { { "response_hash", "zeroblob(31)" } },
	    "length(response_hash)" },
	{ &good_ksr, { { "plan_hash", "zeroblob(31)" } },
	    "length(plan_hash)" },
	{ &good_ksr, { { "answered_at", "0" } }, "answered_at > 0" },
	{ &good_ksr, { { "superseded_at", "0" } }, "superseded_at > 0" },
	{ &good_ksr, { { "request", "NULL" } }, "request IS NULL" },
	{ &good_intent, { { "kind", "''" } }, "length(kind)" },
	{ &good_intent, { { "token", "''" } }, "length(token)" },
	{ &good_intent, { { "key_id", "'ab'" } }, "length(key_id)" },
	{ &good_intent, { { "key_id", ID("2") } }, "UNIQUE" },
	{ &good_intent, { { "label", LONG41 } }, "length(label)" },
	{ &good_intent, { { "state", "'lost'" }, { "resolved_at", "1" } },
	    "state = 'open' OR" },
	{ &good_intent, { { "state", "'done'" } }, "resolved_at IS NULL" },
	{ &good_intent, { { "state", "'done'" }, { "resolved_at", "0" } },
	    "resolved_at > 0" },
	{ &good_intent, { { "created_at", "0" } }, "created_at > 0" },
	{ &good_intent, { { "resolved_at", "5" } }, "resolved_at IS NULL" },
	{ &good_plan, { { "hash", "'ab'" } }, "length(hash)" },
	{ &good_plan, { { "hash", "upper(" HEX64 ")" } }, "length(hash)" },
	{ &good_plan, { { "hash", "(SELECT min(hash) FROM plan)" } },
	    "UNIQUE" },
	{ &good_plan, { { "cmk_id", ID("7") } }, "FOREIGN KEY" },
	{ &good_plan, { { "op", "''" } }, "length(op)" },
	{ &good_plan, { { "text", "''" } }, "length(text)" },
	{ &good_plan, { { "state", "'lost'" }, { "resolved_at", "1" } },
	    "state = 'waiting' OR" },
	{ &good_plan, { { "state", "'applied'" } }, "resolved_at IS NULL" },
	{ &good_plan, { { "resolved_at", "1" } }, "resolved_at IS NULL" },
	{ &good_plan, { { "state", "'expired'" }, { "resolved_at", "0" } },
	    "resolved_at > 0" },
	{ &good_plan, { { "created_at", "0" } }, "created_at > 0" },
	{ &good_plan, { { "expires_at", "1" } }, "expires_at > created_at" },
	{ &good_approval, { { "plan_hash", HEX64 } }, "FOREIGN KEY" },
	{ &good_approval, { { "fingerprint", "''" } },
	    "length(fingerprint)" },
	{ &good_approval, { { "who", "NULL" } }, "approval.who" },
	{ &good_approval, { { "signature", "''" } }, "length(signature)" },
	{ &good_approval, { { "at", "0" } }, "at > 0" },
};

static void
refuses_what_cannot_be(void **state)
{
	struct storehelp *help = *state;
	const struct wrong *w;

	storehelp_fill_all(help);
	for (w = wrong; w < wrong + N_OF(wrong); w++) {
		if (insert(help, w->good, w->columns, N_OF(w->columns)) == 0)
			fail_msg("allowed: %s.%s = %s", w->good->table,
			    w->columns[0].name, w->columns[0].value);
		if (strstr(help->err.msg, w->why) == NULL)
			fail_msg("%s.%s = %s: %s", w->good->table,
			    w->columns[0].name, w->columns[0].value,
			    help->err.msg);
		err_clear(&help->err);
		(void)storehelp_sql(help, "ROLLBACK");
		err_clear(&help->err);
	}
}

/* The values that the test above starts from are not to blame. */
static void
takes_the_rows_that_fit(void **state)
{
	static const struct good *const good[] = { &good_key, &good_ksk,
		&good_signature, &good_set, &good_ksr, &good_intent, &good_plan,
		&good_cmk, &good_zone, &good_alg, &good_foreign, &good_seen };
	struct storehelp *help = *state;
	size_t i;

	storehelp_fill_all(help);
	unit_ok(insert(help, &good_approval, NULL, 0), &help->err);
	unit_fails(insert(help, &good_approval, NULL, 0), &help->err,
	    ERR_STORE, "UNIQUE");
	for (i = 0; i < N_OF(good); i++)
		unit_ok(insert(help, good[i], NULL, 0), &help->err);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		STOREHELP_TEST(refuses_what_cannot_be),
		STOREHELP_TEST(takes_the_rows_that_fit),
	};

	return storehelp_run(tests, N_OF(tests));
}
