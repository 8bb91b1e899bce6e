#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/merkle.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/batch_proof.h"
#include "kmgr/engine/statement.h"

#define WORD_MAX 1024		/* a signature by RSA of 4096 bits has 684 */

struct batch_proof {
	struct merkle	*tree;
	size_t		 n;
};

/* A proof taken apart. */
struct parts {
	char			signature[WORD_MAX];
	struct merkle_path	path;
};

static void
make_leaf(const char *tag, const char *text, struct merkle_node *out)
{
	struct buf tbs = BUF_INIT;

	statement_tbs(tag, text, &tbs);
	merkle_leaf(tbs.data, tbs.len, out);
	buf_free(&tbs);
}

struct batch_proof *
batch_proof_new(const char *tag, const char *const *texts, size_t n)
{
	struct batch_proof *batch = mem_new(sizeof(*batch));
	struct merkle_node *leaves = mem_new(n * sizeof(*leaves));
	size_t i;

	for (i = 0; i < n; i++)
		make_leaf(tag, texts[i], &leaves[i]);
	batch->tree = merkle_new(leaves, n);
	batch->n = n;
	free(leaves);
	return batch;
}

void
batch_proof_free(struct batch_proof *batch)
{

	if (batch == NULL)
		return;
	merkle_free(batch->tree);
	free(batch);
}

/* As json_canonical() writes it; an id has no character that JSON escapes. */
static char *
write_statement(const char *cmk_id, size_t n, const struct merkle_node *root)
{
	char hex[2 * CRYPTO_SHA256_LEN + 1];

	return mem_printf("{\"cmk_id\":\"%s\",\"n\":%zu,\"root\":\"%s\"}",
	    cmk_id, n, text_hex(root->hash, sizeof(root->hash), hex));
}

char *
batch_proof_statement(const struct batch_proof *batch, const char *cmk_id)
{

	return write_statement(cmk_id, batch->n, merkle_root(batch->tree));
}

char *
batch_proof_text(const struct batch_proof *batch, size_t i,
    const char *signature)
{
	struct buf text = BUF_INIT;
	struct merkle_path path;
	char *node;
	size_t k;

	merkle_path(batch->tree, i, &path);
	buf_printf(&text, "%zu/%zu %s", i, batch->n, signature);
	for (k = 0; k < path.n_nodes; k++) {
		node = crypto_base64(path.nodes[k].hash, CRYPTO_SHA256_LEN);
		buf_printf(&text, " %s", node);
		free(node);
	}
	return buf_take(&text);
}

/*
 * The next word of *rest, up to end or, where end is a blank, the end of the
 * text; *rest is NULL where there is no more. One text for one proof: words
 * are parted by one character.
 */
static bool
next_word(const char **rest, char end, char word[static WORD_MAX])
{
	const char *from = *rest, *to;
	size_t len;

	if (from == NULL)
		return false;
	to = strchr(from, end);
	if (to == NULL && end != ' ')
		return false;
	len = to == NULL ? strlen(from) : (size_t)(to - from);
	if (len == 0 || len >= WORD_MAX)
		return false;
	memcpy(word, from, len);
	word[len] = '\0';
	*rest = to == NULL ? NULL : to + 1;
	return true;
}

static bool
read_place(const char **rest, size_t *index, size_t *n)
{
	struct error ignored = ERR_INIT;
	char word[WORD_MAX];
	int64_t i, of;

	if (!next_word(rest, '/', word) || text_to_int(word, 0,
	    MERKLE_LEAVES_MAX - 1, &i, &ignored) != 0 ||
	    !next_word(rest, ' ', word) || text_to_int(word, i + 1,
	    MERKLE_LEAVES_MAX, &of, &ignored) != 0)
		return false;
	*index = (size_t)i;
	*n = (size_t)of;
	return true;
}

static bool
read_node(const char *word, struct merkle_node *out)
{
	struct error ignored = ERR_INIT;
	struct buf bytes = BUF_INIT;
	bool is_one;

	is_one = crypto_base64_read(word, &bytes, &ignored) == 0 &&
	    bytes.len == sizeof(out->hash);
	if (is_one)
		memcpy(out->hash, bytes.data, sizeof(out->hash));
	buf_free(&bytes);
	return is_one;
}

static bool
read_parts(const char *proof, struct parts *out)
{
	struct merkle_path *path = &out->path;
	const char *rest = proof;
	char word[WORD_MAX];

	*path = (struct merkle_path) { .n_nodes = 0 };
	if (!read_place(&rest, &path->index, &path->n) ||
	    !next_word(&rest, ' ', out->signature))
		return false;
	for (; rest != NULL; path->n_nodes++)
		if (path->n_nodes == MERKLE_PATH_MAX ||
		    !next_word(&rest, ' ', word) ||
		    !read_node(word, &path->nodes[path->n_nodes]))
			return false;
	return true;
}

static int
refuse_form(struct error *err)
{

	return err_set(err, ERR_INTEGRITY, "its signature has not the form "
	    "\"INDEX/N SIGNATURE NODE...\"");
}

int
batch_proof_place(const char *proof, size_t *index, size_t *n,
    uint8_t signature[static CRYPTO_SHA256_LEN], struct error *err)
{
	char word[WORD_MAX];

	if (proof == NULL || !read_place(&proof, index, n) ||
	    !next_word(&proof, ' ', word))
		return refuse_form(err);
	crypto_sha256((const uint8_t *)word, strlen(word), signature);
	return 0;
}

int
batch_proof_verify(const char *proof, const char *tag, const char *text,
    const char *cmk_id, struct proven *proven, struct error *err)
{
	struct merkle_node leaf, root;
	struct parts parts;
	char *statement;
	int rc;

	if (proof == NULL || text == NULL)
		return err_set(err, ERR_INTEGRITY, "a statement is missing");
	if (!read_parts(proof, &parts))
		return refuse_form(err);
	make_leaf(tag, text, &leaf);
	if (!merkle_fold(&leaf, &parts.path, &root))
		return err_set(err, ERR_INTEGRITY, "leaf %zu of a tree of %zu "
		    "has no path of %zu nodes", parts.path.index,
		    parts.path.n, parts.path.n_nodes);
	/* What was signed is made again: nothing of it has to be compared. */
	statement = write_statement(cmk_id, parts.path.n, &root);
	rc = proven_verify(proven, STATEMENT_BATCH, statement,
	    parts.signature, err);
	free(statement);
	return rc;
}
