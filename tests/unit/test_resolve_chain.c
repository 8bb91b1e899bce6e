#include "tests/unit/unit.h"

#include "kmgr/base/when.h"
#include "kmgr/dns/message.h"
#include "kmgr/dns/resolve_chain.h"
#include "tests/unit/denialvectors.h"
#include "tests/unit/dnshelp.h"

#define IN_2026 1767225600
#define IN_JANUARY_2020 1579000000
#define LINES_MAX 16

static void
add(struct buf *wire, enum message_section section, const char *line)
{
	struct rrset *rrset = dnshelp_rrset(&line, 1);

	message_add(wire, section, &rrset->owner, rrset->type, MESSAGE_IN,
	    rrset->ttl, rrset->rdata->bytes, rrset->rdata->len);
	rrset_free(rrset);
}

/* What an answer with these lines proves of the DS of owner. */
static enum resolve_proof
proof_of(const char *const *lines, size_t n, enum message_section section,
    const char *owner, int64_t now_at)
{
	struct dnskey key = dnshelp_key(denial_key);
	const struct resolve_chain chain = { .keys = &key, .n = 1,
		.zone = dnshelp_name("example.") };
	const struct name name = dnshelp_name(owner);
	struct buf wire = BUF_INIT;
	struct message *message;
	struct error err = ERR_INIT;
	enum resolve_proof proof;
	size_t i;

	message_begin(&wire, 1, MESSAGE_QUERY, 0, &name, RRTYPE_DS);
	for (i = 0; i < n; i++)
		add(&wire, section, lines[i]);
	unit_ok(message_read(wire.data, wire.len, &message, &err), &err);
	proof = resolve_chain_proof(&chain, message, &name, RRTYPE_DS,
	    now_at);
	message_free(message);
	buf_free(&wire);
	return proof;
}

#define DENIES(lines, owner) proof_of(lines, N_OF(lines), MESSAGE_AUTHORITY, \
	owner, IN_2026)

static void
believes_what_the_zone_signed(void **state)
{

	(void)state;
	assert_int_equal(proof_of(denial_ds, N_OF(denial_ds), MESSAGE_ANSWER,
	    "c.example.", IN_2026), RESOLVE_PROVED);
	assert_int_equal(DENIES(denial_nsec, "b.example."), RESOLVE_PROVED);
	assert_int_equal(DENIES(denial_nsec, "bb.example."), RESOLVE_PROVED);
	assert_int_equal(DENIES(denial_nsec3, "b.example."), RESOLVE_PROVED);
	assert_int_equal(DENIES(denial_nsec3, "bb.example."),
	    RESOLVE_PROVED);
	assert_int_equal(DENIES(denial_opt_out, "b.example."),
	    RESOLVE_PROVED);
	assert_int_equal(DENIES(denial_opt_out, "bb.example."),
	    RESOLVE_PROVED);
	/* In any order, and what is twice there is there once. */
	assert_int_equal(proof_of((const char *const[]) { denial_nsec[3],
	    denial_nsec[2], denial_nsec[2], denial_nsec[3] }, 4,
	    MESSAGE_AUTHORITY, "b.example.", IN_2026), RESOLVE_PROVED);
}

static void
believes_no_denial_of_what_is_there(void **state)
{

	(void)state;
	assert_int_equal(DENIES(denial_nsec, "c.example."),
	    RESOLVE_UNPROVED);
	assert_int_equal(DENIES(denial_nsec3, "c.example."),
	    RESOLVE_UNPROVED);
	assert_int_equal(DENIES(denial_opt_out, "c.example."),
	    RESOLVE_UNPROVED);
	assert_int_equal(DENIES(denial_nsec3, "ns.example."),
	    RESOLVE_UNPROVED);
	/* The zone's own name is another zone's delegation. */
	assert_int_equal(DENIES(denial_nsec, "example."), RESOLVE_UNPROVED);
	assert_int_equal(DENIES(denial_nsec3, "example."), RESOLVE_UNPROVED);
	/* An answer that has the type is judged by its signature. */
	assert_int_equal(proof_of(denial_ds, 1, MESSAGE_ANSWER, "c.example.",
	    IN_2026), RESOLVE_UNPROVED);
}

static void
believes_no_other_zone_and_no_other_time(void **state)
{

	(void)state;
	assert_int_equal(DENIES(denial_other, "b.test."), RESOLVE_UNPROVED);
	assert_int_equal(DENIES(denial_other, "b.example."),
	    RESOLVE_UNPROVED);
	/* What is below b is for b to say. */
	assert_int_equal(DENIES(denial_child, "a.b.example."),
	    RESOLVE_UNPROVED);
	assert_int_equal(DENIES(denial_child, "b.example."),
	    RESOLVE_UNPROVED);
	assert_int_equal(DENIES(denial_expired, "b.example."),
	    RESOLVE_UNPROVED);
	assert_int_equal(proof_of(denial_expired, N_OF(denial_expired),
	    MESSAGE_AUTHORITY, "b.example.", IN_JANUARY_2020),
	    RESOLVE_PROVED);
	/* Before it was signed. */
	assert_int_equal(proof_of(denial_nsec3, N_OF(denial_nsec3),
	    MESSAGE_AUTHORITY, "b.example.", 1577836799), RESOLVE_UNPROVED);
	/* A section that denies nothing. */
	assert_int_equal(proof_of(denial_nsec, N_OF(denial_nsec),
	    MESSAGE_ANSWER, "b.example.", IN_2026), RESOLVE_UNPROVED);
	assert_int_equal(proof_of(denial_nsec3, N_OF(denial_nsec3),
	    MESSAGE_ADDITIONAL, "b.example.", IN_2026), RESOLVE_UNPROVED);
}

static void
says_when_it_would_cost_too_much(void **state)
{

	(void)state;
	assert_int_equal(DENIES(denial_costly, "b.example."),
	    RESOLVE_TOO_COSTLY);
	/* That many iterations are believed only when they are signed. */
	assert_int_equal(proof_of((const char *const[]) { denial_costly[0],
	    denial_costly[2], denial_costly[4], denial_costly[6] }, 4,
	    MESSAGE_AUTHORITY, "b.example.", IN_2026), RESOLVE_UNPROVED);
}

/* Each of the lines without its RRSIG, which is the one behind it. */
static void
without_signatures(const char *const *lines, size_t n, const char *owner)
{
	const char *some[LINES_MAX];
	size_t i, without, m;
	bool is_needed = false;

	assert_true(n <= LINES_MAX);
	for (without = 1; without < n; without += 2) {
		for (i = m = 0; i < n; i++)
			if (i != without)
				some[m++] = lines[i];
		is_needed |= proof_of(some, m, MESSAGE_AUTHORITY, owner,
		    IN_2026) == RESOLVE_UNPROVED;
	}
	assert_true(is_needed);
	/* None of them, and a signature over another type. */
	for (i = m = 0; i < n; i += 2)
		some[m++] = lines[i];
	assert_int_equal(proof_of(some, m, MESSAGE_AUTHORITY, owner,
	    IN_2026), RESOLVE_UNPROVED);
}

static void
needs_the_signatures(void **state)
{

	(void)state;
	without_signatures(denial_nsec, N_OF(denial_nsec), "b.example.");
	without_signatures(denial_nsec, N_OF(denial_nsec), "bb.example.");
	without_signatures(denial_nsec3, N_OF(denial_nsec3), "b.example.");
	without_signatures(denial_nsec3, N_OF(denial_nsec3), "bb.example.");
	without_signatures(denial_opt_out, N_OF(denial_opt_out),
	    "bb.example.");
}

/* No octet of RDATA, signed or signature, can be another one. */
static void
no_octet_is_free(void **state)
{
	struct dnskey key = dnshelp_key(denial_key);
	const struct resolve_chain chain = { .keys = &key, .n = 1,
		.zone = dnshelp_name("example.") };
	const struct name name = dnshelp_name("b.example.");
	struct rrset *sets[2];
	struct buf wire = BUF_INIT;
	struct message *message;
	struct error err = ERR_INIT;
	size_t i, k;

	(void)state;
	message_begin(&wire, 1, MESSAGE_QUERY, 0, &name, RRTYPE_DS);
	/* The NSEC3 of b, and its RRSIG. */
	dnshelp_rrsets(denial_nsec3 + 2, 2, sets);
	for (i = 0; i < 2; i++)
		message_add(&wire, MESSAGE_AUTHORITY, &sets[i]->owner,
		    sets[i]->type, MESSAGE_IN, sets[i]->ttl,
		    sets[i]->rdata->bytes, sets[i]->rdata->len);
	unit_ok(message_read(wire.data, wire.len, &message, &err), &err);
	assert_int_equal(message->n, 2);
	assert_int_equal(resolve_chain_proof(&chain, message, &name,
	    RRTYPE_DS, IN_2026), RESOLVE_PROVED);
	for (i = 0; i < 2; i++)
		for (k = 0; k < message->records[i].rdata_len; k++) {
			message->records[i].rdata[k] ^= 0x02;
			assert_int_not_equal(resolve_chain_proof(&chain,
			    message, &name, RRTYPE_DS, IN_2026),
			    RESOLVE_PROVED);
			message->records[i].rdata[k] ^= 0x02;
		}
	message_free(message);
	buf_free(&wire);
	dnshelp_rrsets_free(sets, 2);
}

static void
proves_nothing_without_keys(void **state)
{
	const struct resolve_chain chain = { .n = 0 };
	const struct name name = dnshelp_name("b.example.");
	const struct message message = { .n = 0 };

	(void)state;
	assert_int_equal(resolve_chain_proof(&chain, &message, &name,
	    RRTYPE_DS, IN_2026), RESOLVE_NO_ANCHOR);
	assert_int_equal(proof_of(NULL, 0, MESSAGE_ANSWER, "b.example.",
	    IN_2026), RESOLVE_UNPROVED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_what_the_zone_signed),
		cmocka_unit_test(believes_no_denial_of_what_is_there),
		cmocka_unit_test(believes_no_other_zone_and_no_other_time),
		cmocka_unit_test(says_when_it_would_cost_too_much),
		cmocka_unit_test(needs_the_signatures),
		cmocka_unit_test(no_octet_is_free),
		cmocka_unit_test(proves_nothing_without_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
