#include "tests/unit/storehelp.h"

#include <sys/wait.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_intent.h"

#define AT 1800000000		/* an instant in 2027 */

void
storehelp_reopen(struct storehelp *help)
{

	store_close(help->store);
	unit_ok(store_open(help->url, STORE_OPEN, &help->store, &help->err),
	    &help->err);
}

char *
storehelp_id(unsigned int n, char out[static STORE_ID_TEXT])
{

	(void)snprintf(out, STORE_ID_TEXT, "%032x", n);
	return out;
}

struct cmk_row
storehelp_cmk(unsigned int n)
{
	struct cmk_row row = {
		.name = mem_printf("cmk-%u", n),
		.token = mem_strdup("main"),
		.seal_token = mem_strdup("vault"),
		.state = mem_strdup("draft"),
		.key_id = mem_printf("%032x", n + 100),
		.created_at = AT,
		.token_identity = mem_strdup("{\"label\":\"kmgr\"}"),
		.probe = mem_strdup("[]"),
		.policy = mem_strdup("{\"version\":1}"),
		.contact = mem_strdup(""),
		.tags = mem_strdup("{}"),
	};

	(void)storehelp_id(n, row.id);
	memset(row.policy_hash, 0xab, sizeof(row.policy_hash));
	return row;
}

struct key_row
storehelp_key(unsigned int n, unsigned int cmk, const char *role)
{
	struct key_row row = {
		.role = mem_strdup(role),
		.label = mem_printf("kmgr/%s/%u", role, n),
		.alg = 13,
		.bits = 256,
		.attributes = mem_strdup("{}"),
		.created_at = AT + n,
	};

	(void)storehelp_id(n, row.id);
	(void)storehelp_id(cmk, row.cmk_id);
	buf_add(&row.spki, "\x30\0\xff", 3);
	return row;
}

struct ksk_row
storehelp_ksk(unsigned int n, const char *zone, int64_t generation)
{
	struct ksk_row row = {
		.zone = mem_strdup(zone),
		.generation = generation,
		.alg = 13,
		.key_tag = (uint16_t)(1000 + n),
		.revoked_tag = (uint16_t)(1128 + n),
		.state = mem_strdup("generated"),
		.created_at = AT,
		.endorsement = mem_strdup("{}"),
		.endorsement_signature = mem_strdup("c2ln"),
	};

	(void)storehelp_id(n + 1000, row.id);
	(void)storehelp_id(1, row.cmk_id);
	(void)storehelp_id(n, row.key_id);
	buf_add(&row.dnskey, "\1\1\3\15key", 7);
	return row;
}

struct plan_row
storehelp_plan(unsigned int n)
{
	struct plan_row row = {
		.op = mem_strdup("delete-ksk"),
		.text = mem_printf("{\"n\":%u}", n),
		.state = mem_strdup("waiting"),
		.created_at = AT + n,
		.expires_at = AT + n + 3600,
	};
	uint8_t hash[CRYPTO_SHA256_LEN];

	(void)storehelp_id(1, row.cmk_id);
	crypto_sha256(row.text, strlen(row.text), hash);
	(void)text_hex(hash, sizeof(hash), row.hash);
	return row;
}

struct ksr_row
storehelp_ksr(unsigned int n, const char *zone)
{
	struct ksr_row row = {
		.zone = mem_strdup(zone),
		.format = mem_strdup("bind"),
		.kind = mem_strdup("regular"),
		.bundle_ids = mem_strdup("[]"),
		.ksk_ids = mem_strdup("[]"),
		.answered_at = AT + n,
		.expires_at = AT + n + 86400,
		.request = mem_printf("request %u", n),
		.response = mem_printf("response %u", n),
	};

	(void)storehelp_id(n + 2000, row.id);
	(void)storehelp_id(1, row.cmk_id);
	crypto_sha256(row.request, strlen(row.request), row.request_hash);
	crypto_sha256(row.response, strlen(row.response), row.response_hash);
	memset(row.plan_hash, 0xcd, sizeof(row.plan_hash));
	return row;
}

void
storehelp_seal(struct cmk_row *cmk)
{

	free(cmk->state);
	cmk->state = mem_strdup("enabled");
	cmk->sealed_at = AT;
	cmk->seal = mem_strdup("{\"tag\":\"kmgr/policy/v1\"}");
	cmk->seal_signature = mem_strdup("c2ln");
}

void
storehelp_retire(struct ksk_row *ksk)
{

	free(ksk->state);
	ksk->state = mem_strdup("removed");
	ksk->retirement = mem_strdup("{\"why\":\"rolled\"}");
	ksk->retirement_signature = mem_strdup("cmV0");
}

void
storehelp_fill(struct storehelp *help)
{
	struct cmk_row cmk = storehelp_cmk(1);
	struct key_row key = storehelp_key(101, 1, "seal");
	unsigned int i;

	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(store_cmk_put(help->store, &cmk, &help->err), &help->err);
	unit_ok(store_key_put(help->store, &key, &help->err), &help->err);
	for (i = 1; i <= 3; i++) {
		key_row_clear(&key);
		key = storehelp_key(i, 1, "ksk");
		unit_ok(store_key_put(help->store, &key, &help->err),
		    &help->err);
	}
	unit_ok(store_commit(help->store, &help->err), &help->err);
	key_row_clear(&key);
	cmk_row_clear(&cmk);
}

struct storehelp *
storehelp_begun(void **state)
{
	struct storehelp *help = *state;

	storehelp_fill(help);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	return help;
}

void
storehelp_committed(struct storehelp *help)
{

	unit_ok(store_commit(help->store, &help->err), &help->err);
	storehelp_reopen(help);
}

void
storehelp_event(struct storehelp *help, const char *type, const char *payload,
    const char *actor, int64_t at)
{
	struct json *p = NULL, *a = NULL;

	unit_ok(json_read(payload, strlen(payload), &p, &help->err),
	    &help->err);
	unit_ok(json_read(actor, strlen(actor), &a, &help->err), &help->err);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	unit_ok(ledger_append(help->store, type, p, a, at, &help->err),
	    &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	json_free(p);
	json_free(a);
}

void
storehelp_append(struct storehelp *help, size_t n)
{
	struct json *payload = json_new_object();
	struct json *actor = json_new_object();
	size_t i;

	json_put_int(actor, "uid", 0);
	for (i = 0; i < n; i++) {
		json_put_int(payload, "n", (int64_t)i);
		unit_ok(store_begin(help->store, &help->err), &help->err);
		unit_ok(ledger_append(help->store, "test", payload, actor,
		    AT + (int64_t)i, &help->err), &help->err);
		unit_ok(store_commit(help->store, &help->err), &help->err);
	}
	json_free(payload);
	json_free(actor);
}

/* CMK 1 is sealed, has an identity key and signed something; 3 is deleted. */
static void
fill_cmks(struct storehelp *help)
{
	struct cmk_row cmk = storehelp_cmk(1), draft = storehelp_cmk(2);
	struct cmk_row deleted = storehelp_cmk(3);
	struct key_row key;
	unsigned int i;

	for (i = 102; i <= 104; i++) {
		key = storehelp_key(i, i == 104 ? 1 : i - 100,
		    i == 104 ? "identity" : "seal");
		unit_ok(store_key_put(help->store, &key, &help->err),
		    &help->err);
		key_row_clear(&key);
	}
	storehelp_seal(&cmk);
	unit_ok(store_cmk_seal(help->store, &cmk, &help->err), &help->err);
	cmk.identity_key_id = mem_printf("%032x", 104);
	cmk.identity = mem_strdup("{}");
	cmk.identity_signature = mem_strdup("c2ln");
	unit_ok(store_cmk_set_identity(help->store, &cmk, &help->err),
	    &help->err);
	unit_ok(store_cmk_raise_horizon(help->store, cmk.id, AT, &help->err),
	    &help->err);
	unit_ok(store_cmk_put(help->store, &draft, &help->err), &help->err);
	free(deleted.state);
	deleted.state = mem_strdup("deleted");
	unit_ok(store_cmk_put(help->store, &deleted, &help->err), &help->err);
	cmk_row_clear(&cmk);
	cmk_row_clear(&draft);
	cmk_row_clear(&deleted);
}

/* KSK 1 of a. is generated and signed something; 2 is removed. */
static void
fill_zone(struct storehelp *help)
{
	struct ksk_row ksk = storehelp_ksk(1, "a.", 1);
	struct ksk_row removed = storehelp_ksk(2, "a.", 2);
	struct signature_row signature = { .zone = ksk.zone,
		.type_covered = 48, .expiration_at = AT, .created_at = AT };
	struct zsk_set_row set = { 0, ksk.zone, { 1 }, "text", AT };

	unit_ok(store_ksk_put(help->store, &ksk, &help->err), &help->err);
	storehelp_retire(&removed);
	removed.horizon_at = removed.revoke_at = removed.compromised_at = AT;
	unit_ok(store_ksk_put(help->store, &removed, &help->err), &help->err);
	memcpy(signature.ksk_id, ksk.id, sizeof(signature.ksk_id));
	buf_add(&signature.rrsig, "nineteen bytes long", 19);
	unit_ok(store_signature_put(help->store, &signature, &help->err),
	    &help->err);
	unit_ok(store_zsk_set_put(help->store, &set, &help->err), &help->err);
	ksk_row_clear(&ksk);
	ksk_row_clear(&removed);
	buf_free(&signature.rrsig);
}

struct foreign_key_row
storehelp_foreign(unsigned int n, const char *zone)
{
	struct foreign_key_row row = {
		.zone = mem_strdup(zone),
		.alg = 13,
		.key_tag = (uint16_t)(2000 + n),
		.added_at = AT + n,
	};

	(void)storehelp_id(n + 3000, row.id);
	buf_add(&row.dnskey, "\1\1\3\15alien", 9);
	return row;
}

/* b. has no KSK of ours; its second foreign key is removed. */
static void
fill_foreign(struct storehelp *help)
{
	char zone[] = "b.", kind[] = "ds-ttl", text[] = "";
	struct zone_alg_row alg = { zone, 13, AT };
	struct observation_row seen = { zone, kind, 3600, text, AT, AT };
	struct foreign_key_row *rows = mem_new(2 * sizeof(*rows));
	unsigned int i;

	for (i = 0; i < 2; i++) {
		rows[i] = storehelp_foreign(i + 1, zone);
		rows[i].removed_at = i == 0 ? 0 : AT + 9;
		unit_ok(store_foreign_put(help->store, &rows[i], &help->err),
		    &help->err);
	}
	foreign_key_rows_free(rows, 2);
	unit_ok(store_zone_alg_put(help->store, &alg, &help->err),
	    &help->err);
	unit_ok(store_observe(help->store, &seen, &help->err), &help->err);
}

/* Response 1 of a. is superseded, 2 is good. */
static void
fill_ksrs(struct storehelp *help)
{
	struct ksr_row row;
	unsigned int i;

	for (i = 1; i <= 2; i++) {
		row = storehelp_ksr(i, "a.");
		row.superseded_at = i == 1 ? AT + 9 : 0;
		unit_ok(store_ksr_put(help->store, &row, &help->err),
		    &help->err);
		ksr_row_clear(&row);
	}
}

/* One of each that waits, one that is resolved. */
static void
fill_waiting(struct storehelp *help)
{
	struct intent_row intent = { .kind = "create-ksk", .token = "main",
		.label = "label", .payload = "{}", .created_at = AT };
	struct plan_row plan = storehelp_plan(1);
	struct approval_row approval = { .fingerprint = "SHA256:a",
		.who = "alice", .signature = "sig", .at = AT };

	(void)storehelp_id(1, intent.key_id);
	unit_ok(store_intent_put(help->store, &intent, &help->err),
	    &help->err);
	unit_ok(store_intent_resolve(help->store, intent.id, "done", AT,
	    &help->err), &help->err);
	(void)storehelp_id(2, intent.key_id);
	unit_ok(store_intent_put(help->store, &intent, &help->err),
	    &help->err);
	unit_ok(store_plan_put(help->store, &plan, &help->err), &help->err);
	memcpy(approval.plan_hash, plan.hash, sizeof(approval.plan_hash));
	unit_ok(store_approval_put(help->store, &approval, &help->err),
	    &help->err);
	unit_ok(store_plan_resolve(help->store, plan.hash, "applied", AT,
	    &help->err), &help->err);
	plan_row_clear(&plan);
	plan = storehelp_plan(2);
	unit_ok(store_plan_put(help->store, &plan, &help->err), &help->err);
	plan_row_clear(&plan);
}

void
storehelp_fill_all(struct storehelp *help)
{

	storehelp_fill(help);
	unit_ok(store_begin(help->store, &help->err), &help->err);
	fill_cmks(help);
	fill_zone(help);
	fill_foreign(help);
	fill_ksrs(help);
	fill_waiting(help);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	storehelp_append(help, 2);
}

pid_t
storehelp_child(struct storehelp *help,
    int (*run)(struct store *store, struct error *err))
{
	struct error err = ERR_INIT;
	struct store *store = NULL;
	pid_t pid;
	int status;

	/* SQLite keeps per process what it must not inherit. */
	store_close(help->store);
	help->store = NULL;
	pid = fork();
	assert_true(pid >= 0);
	if (pid != 0) {
		unit_ok(store_open(help->url, STORE_OPEN, &help->store,
		    &help->err), &help->err);
		return pid;
	}
	if (store_open(help->url, STORE_CREATE, &store, &err) != 0)
		status = 100;
	else
		status = run(store, &err);
	if (status != 0)
		print_error("child: %s\n", err.msg);
	store_close(store);
	/* Not exit(): the parent's buffers and tests are the parent's. */
	_exit(status);
}

int
storehelp_wait(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
