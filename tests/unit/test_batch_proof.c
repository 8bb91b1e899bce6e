/* One signature for many statements, and what is none of theirs. */
#include "tests/unit/unit.h"

#include "kmgr/base/mem.h"
#include "kmgr/base/merkle.h"
#include "kmgr/engine/batch_proof.h"
#include "kmgr/engine/statement.h"
#include "tests/unit/endorsed.h"

#define TAG STATEMENT_ENDORSEMENT
#define N   5

static struct endorsed *by, *other;
static struct proven *proven;	/* what by has signed */

/* A signed batch of N statements. */
struct batch {
	char	*texts[N];
	char	*proofs[N];
};

/* With n <= N; signed as a statement of kind tag. */
static void
batch_init(struct batch *batch, const struct endorsed *signer, size_t n,
    const char *tag)
{
	struct batch_proof *proof;
	const char *texts[N];
	char *statement, *signature;
	size_t i;

	*batch = (struct batch) { .texts = { NULL } };
	for (i = 0; i < n; i++)
		texts[i] = batch->texts[i] = mem_printf("statement %zu", i);
	proof = batch_proof_new(TAG, texts, n);
	statement = batch_proof_statement(proof, signer->cmk.row.id);
	signature = endorsed_sign(signer, tag, statement);
	for (i = 0; i < n; i++)
		batch->proofs[i] = batch_proof_text(proof, i, signature);
	batch_proof_free(proof);
	free(statement);
	free(signature);
}

static void
batch_clear(struct batch *batch)
{
	size_t i;

	for (i = 0; i < N; i++) {
		free(batch->texts[i]);
		free(batch->proofs[i]);
	}
}

static int
verify(const char *proof, const char *text, struct error *err)
{

	return batch_proof_verify(proof, TAG, text, by->cmk.row.id, proven,
	    err);
}

/* It does not verify, whether or not its signature was seen before. */
static void
refuse(const char *proof, const char *text, const char *why)
{
	struct error err = ERR_INIT;

	unit_fails(verify(proof, text, &err), &err, ERR_INTEGRITY, why);
}

/* proof with what stands behind "INDEX/N" */
static char *
moved(const char *proof, const char *place)
{

	return mem_printf("%s%s", place, strchr(proof, ' '));
}

/* proof with its word number n, from 0, replaced. */
static char *
exchanged(const char *proof, size_t n, const char *word)
{
	const char *from = proof, *to;

	for (; n > 0; n--)
		from = strchr(from, ' ') + 1;
	to = strchr(from, ' ');
	return mem_printf("%.*s%s%s", (int)(from - proof), proof, word,
	    to == NULL ? "" : to);
}

/* A copy of its word number n. */
static char *
word_of(const char *proof, size_t n)
{

	for (; n > 0; n--)
		proof = strchr(proof, ' ') + 1;
	return mem_printf("%.*s", (int)strcspn(proof, " "), proof);
}

/* Statement k, by the proof of statement i. */
static void
try_proof(const struct batch *batch, size_t i, size_t k)
{
	struct error err = ERR_INIT;

	if (i == k)
		unit_ok(verify(batch->proofs[i], batch->texts[k], &err), &err);
	else
		refuse(batch->proofs[i], batch->texts[k], "not verify");
}

static void
each_statement_has_its_proof(void **state)
{
	struct batch batch;
	size_t n, i, k;

	(void)state;
	for (n = 1; n <= N; n++) {
		batch_init(&batch, by, n, STATEMENT_BATCH);
		for (i = 0; i < n; i++)
			for (k = 0; k < n; k++)
				try_proof(&batch, i, k);
		batch_clear(&batch);
	}
}

static void
a_place_is_part_of_the_proof(void **state)
{
	static const struct {
		const char	*place;
		const char	*why;
	} places[] = {
		{ "0/5", "not verify" }, { "2/5", "not verify" },
		{ "3/5", "not verify" }, { "1/6", "not verify" },
		{ "1/8", "not verify" }, { "4/5", "has no path" },
		{ "1/4", "has no path" }, { "1/9", "has no path" },
		{ "0/1", "has no path" }, { "1/65536", "has no path" },
		{ "5/5", "form" }, { "1/1", "form" }, { "1/0", "form" },
		{ "1/65537", "form" }, { "-1/5", "form" }, { "01/5", "form" },
		{ "1/05", "form" }, { "1/5/5", "form" }, { "1", "form" },
		{ "/5", "form" }, { "1/", "form" }, { " 1/5", "form" },
		{ "1/5 ", "form" }, { "+1/5", "form" }, { "0x1/5", "form" },
		{ "", "form" },
		{ "18446744073709551617/18446744073709551621", "form" },
	};
	struct error err = ERR_INIT;
	struct batch batch;
	char *proof;
	size_t i;

	(void)state;
	batch_init(&batch, by, N, STATEMENT_BATCH);
	unit_ok(verify(batch.proofs[1], batch.texts[1], &err), &err);
	for (i = 0; i < N_OF(places); i++) {
		proof = moved(batch.proofs[1], places[i].place);
		refuse(proof, batch.texts[1], places[i].why);
		free(proof);
	}
	batch_clear(&batch);
}

static void
a_path_has_its_length(void **state)
{
	struct batch batch;
	char *longer, *word, *proof;
	size_t i;

	(void)state;
	batch_init(&batch, by, N, STATEMENT_BATCH);
	word = word_of(batch.proofs[1], 3);
	longer = mem_printf("%s %s", batch.proofs[1], word);
	refuse(longer, batch.texts[1], "has no path of 4 nodes");
	for (i = 4; i < MERKLE_PATH_MAX + 1; i++) {
		proof = mem_printf("%s %s", longer, word);
		free(longer);
		longer = proof;
	}
	refuse(longer, batch.texts[1], "form");
	free(longer);
	proof = mem_strdup(batch.proofs[1]);
	*strrchr(proof, ' ') = '\0';
	refuse(proof, batch.texts[1], "has no path of 2 nodes");
	free(proof);
	proof = exchanged(batch.proofs[1], 2, word);
	refuse(proof, batch.texts[1], "not verify");
	free(proof);
	free(word);
	batch_clear(&batch);
}

/* What no version writes is no other way to write the same. */
static void
a_proof_has_one_form(void **state)
{
	static const char *const nodes[] = { "", "AAAA", "*", "A",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	static const char *const tails[] = { " ", "  AAAA", "\n", "\t" };
	struct batch batch;
	char *proof, *big;
	size_t i;

	(void)state;
	batch_init(&batch, by, N, STATEMENT_BATCH);
	for (i = 0; i < N_OF(nodes); i++) {
		proof = exchanged(batch.proofs[1], 3, nodes[i]);
		refuse(proof, batch.texts[1], "form");
		free(proof);
	}
	for (i = 0; i < N_OF(tails); i++) {
		proof = mem_printf("%s%s", batch.proofs[1], tails[i]);
		refuse(proof, batch.texts[1], "form");
		free(proof);
	}
	proof = exchanged(batch.proofs[1], 1, "");
	refuse(proof, batch.texts[1], "form");
	free(proof);
	big = mem_new(2000);
	memset(big, 'A', 1999);
	proof = exchanged(batch.proofs[1], 1, big);
	refuse(proof, batch.texts[1], "form");
	free(proof);
	free(big);
	refuse("", batch.texts[1], "form");
	refuse("1/5", batch.texts[1], "form");
	refuse(NULL, batch.texts[1], "missing");
	refuse(batch.proofs[1], NULL, "missing");
	batch_clear(&batch);
}

static void
another_signature_proves_nothing(void **state)
{
	struct error err = ERR_INIT;
	struct batch batch, theirs;
	char *word, *proof;

	(void)state;
	batch_init(&batch, by, N, STATEMENT_BATCH);
	/* The same statements, endorsed by another CMK. */
	batch_init(&theirs, other, N, STATEMENT_BATCH);
	refuse(theirs.proofs[1], batch.texts[1], "not verify");
	word = word_of(theirs.proofs[1], 1);
	proof = exchanged(batch.proofs[1], 1, word);
	refuse(proof, batch.texts[1], "not verify");
	free(proof);
	free(word);
	batch_clear(&theirs);
	/* By this key, for another CMK. */
	unit_fails(batch_proof_verify(batch.proofs[1], TAG, batch.texts[1],
	    other->cmk.row.id, proven, &err), &err, ERR_INTEGRITY,
	    "not verify");
	/* Statements, and roots, of another kind. */
	unit_ok(verify(batch.proofs[1], batch.texts[1], &err), &err);
	unit_fails(batch_proof_verify(batch.proofs[1], STATEMENT_RETIREMENT,
	    batch.texts[1], by->cmk.row.id, proven, &err), &err,
	    ERR_INTEGRITY, "not verify");
	batch_init(&theirs, by, N, STATEMENT_ENDORSEMENT);
	refuse(theirs.proofs[1], batch.texts[1], "not verify");
	batch_clear(&theirs);
	/* What the seal key signed by itself, as before there were batches. */
	word = endorsed_sign(by, TAG, batch.texts[0]);
	refuse(word, batch.texts[0], "form");
	proof = mem_printf("0/1 %s", word);
	refuse(proof, batch.texts[0], "not verify");
	free(proof);
	free(word);
	batch_clear(&batch);
}

/*
 * What hashes to an inner node is no statement; that of leaves 0 and 1 here,
 * by what is left of their path.
 */
static void
an_inner_node_is_no_statement(void **state)
{
	struct batch batch;
	char *signature, *above, *proof, *node;
	struct buf text = BUF_INIT;
	struct error err = ERR_INIT;

	(void)state;
	batch_init(&batch, by, 4, STATEMENT_BATCH);
	signature = word_of(batch.proofs[0], 1);
	above = word_of(batch.proofs[0], 3);
	node = word_of(batch.proofs[1], 2);	/* leaf 0 */
	unit_ok(crypto_base64_read(node, &text, &err), &err);
	free(node);
	node = word_of(batch.proofs[0], 2);	/* leaf 1 */
	unit_ok(crypto_base64_read(node, &text, &err), &err);
	proof = mem_printf("0/2 %s %s", signature, above);
	refuse(proof, buf_text(&text), "not verify");
	free(proof);
	proof = mem_printf("0/4 %s %s", signature, above);
	refuse(proof, buf_text(&text), "has no path");
	free(proof);
	free(node);
	free(above);
	free(signature);
	buf_free(&text);
	batch_clear(&batch);
}

static int
set_up(void **state)
{

	(void)state;
	by = endorsed_new(ENDORSED_P256, ENDORSED_ZONES, "example.com.");
	proven = proven_new(by->cmk.public);
	other = endorsed_new(ENDORSED_P256, ENDORSED_ZONES, "example.com.");
	return 0;
}

static int
tear_down(void **state)
{

	(void)state;
	proven_free(proven);
	endorsed_free(by);
	endorsed_free(other);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_statement_has_its_proof),
		cmocka_unit_test(a_place_is_part_of_the_proof),
		cmocka_unit_test(a_path_has_its_length),
		cmocka_unit_test(a_proof_has_one_form),
		cmocka_unit_test(another_signature_proves_nothing),
		cmocka_unit_test(an_inner_node_is_no_statement),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
