#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/engine/ledger_file.h"

#define PAGE	  500		/* records that are read at a time */
#define N_MEMBERS 7		/* of a record */
#define HEX_LEN	  (2 * CRYPTO_SHA256_LEN + 1)

struct ledger_file {
	FILE		*stream;
	struct buf	 line;		/* the last one, without newline */
	struct buf	 header;
	int64_t		 n_lines;
};

/* --- writing ------------------------------------------------------------- */

static void
put_cmk(struct json *json, const struct replay *replay,
    const struct cmk_row *row)
{
	const struct key_row *key = replay_key(replay, row->key_id);
	struct error ignored = ERR_INIT;
	struct crypto_key *public = NULL;
	struct buf pem = BUF_INIT;

	if (key != NULL && crypto_key_from_spki(key->spki.data, key->spki.len,
	    &public, &ignored) == 0)
		crypto_key_pem(public, &pem);
	json_put_text(json, "id", row->id);
	json_put_text(json, "name", row->name);
	json_put_text(json, "public_key", buf_text(&pem));
	json_put_text(json, "identity", row->identity);
	json_put_text(json, "identity_signature", row->identity_signature);
	json_put_text(json, "seal", row->seal);
	json_put_text(json, "seal_signature", row->seal_signature);
	crypto_key_free(public);
	buf_free(&pem);
}

struct json *
ledger_file_header(const struct replay *replay, int64_t seq,
    const uint8_t hash[static CRYPTO_SHA256_LEN])
{
	struct json *header = json_new_object(), *list, *head;
	struct cmk_row *const *cmks;
	char hex[HEX_LEN];
	size_t i, n;

	json_put_text(header, "format", LEDGER_FILE_FORMAT);
	json_put_int(header, "version", LEDGER_FILE_VERSION);
	head = json_put_object(header, "head");
	json_put_int(head, "seq", seq);
	json_put_text(head, "hash", text_hex(hash, CRYPTO_SHA256_LEN, hex));
	list = json_put_array(header, "cmks");
	cmks = replay_cmks(replay, &n);
	for (i = 0; i < n; i++)
		put_cmk(json_add_object(list), replay, cmks[i]);
	return header;
}

static int
write_line(FILE *stream, const struct buf *text, struct error *err)
{

	if (fwrite(text->data, 1, text->len, stream) == text->len &&
	    fputc('\n', stream) != EOF)
		return 0;
	return err_set_errno(err, "write the ledger");
}

/* Actor and payload are canonical JSON already, as the chain demands. */
static int
write_record(FILE *stream, const struct ledger_record *record,
    struct error *err)
{
	char hash[HEX_LEN], prev[HEX_LEN];
	struct buf text = BUF_INIT;
	int rc;

	buf_printf(&text, "{\"actor\":%s,\"at\":%lld,\"hash\":\"%s\","
	    "\"payload\":%s,\"prev\":\"%s\",\"seq\":%lld,\"type\":\"%s\"}",
	    record->actor, (long long)record->at, text_hex(record->hash,
	    CRYPTO_SHA256_LEN, hash), record->payload, text_hex(record->prev,
	    CRYPTO_SHA256_LEN, prev), (long long)record->seq, record->type);
	rc = write_line(stream, &text, err);
	buf_free(&text);
	return rc;
}

static void
ignore(void *arg, const char *line)
{

	(void)arg;
	(void)line;
}

static int
write_header(struct store *store, FILE *stream, struct error *err)
{
	struct replay *replay = replay_new();
	uint8_t hash[CRYPTO_SHA256_LEN];
	struct buf text = BUF_INIT;
	struct json *header;
	int64_t seq;
	int rc = -1;

	if (ledger_head(store, &seq, hash, err) == 0 &&
	    replay_ledger(replay, store, 1, ignore, NULL, err) == 0) {
		header = ledger_file_header(replay, seq, hash);
		json_canonical(header, &text);
		rc = write_line(stream, &text, err);
		json_free(header);
	}
	buf_free(&text);
	replay_free(replay);
	return rc;
}

/* A page of records that follow the one with hash prev. */
static int
write_page(FILE *stream, const struct ledger_record *records, size_t n,
    int64_t *seq, uint8_t prev[static CRYPTO_SHA256_LEN], struct error *err)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (ledger_record_check(&records[i], *seq + 1, prev,
		    err) != 0 || write_record(stream, &records[i], err) != 0)
			return -1;
		memcpy(prev, records[i].hash, CRYPTO_SHA256_LEN);
		(*seq)++;
	}
	return 0;
}

static int
write_all(struct store *store, FILE *stream, int64_t *n, struct error *err)
{
	uint8_t prev[CRYPTO_SHA256_LEN] = { 0 };
	struct ledger_record *records;
	size_t page = PAGE;
	int rc = 0;

	*n = 0;
	if (write_header(store, stream, err) != 0)
		return -1;
	while (rc == 0 && page == PAGE) {
		if (ledger_list(store, *n + 1, PAGE, &records, &page,
		    err) != 0)
			return -1;
		rc = write_page(stream, records, page, n, prev, err);
		ledger_records_free(records, page);
	}
	return rc;
}

int
ledger_file_write(struct store *store, FILE *stream, int64_t *n,
    struct error *err)
{
	int rc;

	/* Header and records are of one moment. */
	if (store_snapshot(store, err) != 0)
		return -1;
	rc = write_all(store, stream, n, err);
	store_release(store);
	if (rc == 0 && fflush(stream) != 0)
		rc = err_set_errno(err, "write the ledger");
	if (rc != 0 && err->class == ERR_INTEGRITY)
		(void)err_hint(err, "the store was changed behind kmgr's "
		    "back; kmgr verify lists every difference");
	return rc;
}

/* --- reading ------------------------------------------------------------- */

/* The next line; *found is false at the end. A last line without newline was
 * cut. */
static int
read_line(struct ledger_file *file, bool *found, struct error *err)
{
	int c = EOF;

	file->line.len = 0;
	*found = false;
	while (file->line.len <= LEDGER_FILE_LINE_MAX &&
	    (c = getc(file->stream)) != EOF && c != '\n')
		buf_add_u8(&file->line, (uint8_t)c);
	if (ferror(file->stream))
		return err_set_errno(err, "read the ledger");
	if (c == EOF && file->line.len == 0)
		return 0;
	file->n_lines++;
	if (file->line.len > LEDGER_FILE_LINE_MAX)
		return err_set(err, ERR_INPUT, "line %lld is longer than %d "
		    "bytes", (long long)file->n_lines, LEDGER_FILE_LINE_MAX);
	if (c == EOF)
		return err_set(err, ERR_INPUT, "line %lld is cut: it does not "
		    "end with a newline", (long long)file->n_lines);
	*found = true;
	return 0;
}

/* The line as JSON, which must be in canonical form. */
static int
read_json(struct ledger_file *file, struct json **out, struct error *err)
{
	const char *text = buf_text(&file->line);
	struct buf again = BUF_INIT;
	struct json *json;
	bool is_same;

	*out = NULL;
	if (json_read(text, file->line.len, &json, err) != 0)
		return err_wrap(err, "line %lld", (long long)file->n_lines);
	json_canonical(json, &again);
	is_same = again.len == file->line.len &&
	    memcmp(again.data, text, again.len) == 0;
	buf_free(&again);
	if (!is_same) {
		json_free(json);
		return err_set(err, ERR_INPUT, "line %lld is no canonical "
		    "JSON", (long long)file->n_lines);
	}
	*out = json;
	return 0;
}

static int
read_header(struct ledger_file *file, struct error *err)
{
	struct json *json = NULL;
	const char *format;
	int64_t version = 0;
	bool found;
	int rc = -1;

	if (read_line(file, &found, err) != 0)
		return -1;
	if (!found)
		return err_set(err, ERR_INPUT, "it is empty");
	if (read_json(file, &json, err) != 0)
		return -1;
	format = json_get_text(json, "format");
	if (format == NULL || strcmp(format, LEDGER_FILE_FORMAT) != 0)
		(void)err_set(err, ERR_INPUT, "its first line does not say "
		    "that it is a \"" LEDGER_FILE_FORMAT "\"");
	else if (!json_get_int(json, "version", &version) ||
	    version != LEDGER_FILE_VERSION)
		(void)err_set(err, ERR_INPUT, "it has version %lld, and this "
		    "kmgr reads %d", (long long)version, LEDGER_FILE_VERSION);
	else
		rc = 0;
	json_free(json);
	file->header = file->line;
	file->line = (struct buf)BUF_INIT;
	return rc;
}

int
ledger_file_open(FILE *stream, struct ledger_file **out, struct error *err)
{
	struct ledger_file *file = mem_new(sizeof(*file));

	*out = NULL;
	file->stream = stream;
	if (read_header(file, err) != 0) {
		ledger_file_close(file);
		return err_wrap(err, "no exported ledger");
	}
	*out = file;
	return 0;
}

void
ledger_file_close(struct ledger_file *file)
{

	if (file == NULL)
		return;
	buf_free(&file->line);
	buf_free(&file->header);
	free(file);
}

bool
ledger_file_is_header(const struct ledger_file *file,
    const struct json *header)
{
	struct buf text = BUF_INIT;
	bool is_same;

	json_canonical(header, &text);
	is_same = text.len == file->header.len &&
	    memcmp(text.data, file->header.data, text.len) == 0;
	buf_free(&text);
	return is_same;
}

static bool
read_hash(const struct json *json, const char *name,
    uint8_t out[static CRYPTO_SHA256_LEN])
{
	const char *hex = json_get_text(json, name);
	struct error ignored = ERR_INIT;
	size_t len;

	return hex != NULL && strspn(hex, "0123456789abcdef") == HEX_LEN - 1 &&
	    text_from_hex(hex, out, CRYPTO_SHA256_LEN, &len, &ignored) == 0 &&
	    len == CRYPTO_SHA256_LEN;
}

static char *
canonical_member(const struct json *json, const char *name)
{
	struct buf text = BUF_INIT;

	json_canonical(json_get(json, name), &text);
	return buf_take(&text);
}

static bool
read_record(const struct json *json, struct ledger_record *out)
{
	const char *type = json_get_text(json, "type");

	if (!json_holds_object(json) || json_len(json) != N_MEMBERS ||
	    type == NULL || json_get(json, "payload") == NULL ||
	    json_get(json, "actor") == NULL ||
	    !json_get_int(json, "seq", &out->seq) ||
	    !json_get_int(json, "at", &out->at) ||
	    !read_hash(json, "prev", out->prev) ||
	    !read_hash(json, "hash", out->hash))
		return false;
	out->type = mem_strdup(type);
	out->payload = canonical_member(json, "payload");
	out->actor = canonical_member(json, "actor");
	return true;
}

int
ledger_file_next(struct ledger_file *file, struct ledger_record *out,
    bool *found, struct error *err)
{
	struct json *json = NULL;
	int rc = -1;

	*out = (struct ledger_record) { 0 };
	if (read_line(file, found, err) != 0)
		goto out;
	if (!*found)
		return 0;
	if (read_json(file, &json, err) == 0)
		rc = read_record(json, out) ? 0 : err_set(err, ERR_INPUT,
		    "line %lld is no record", (long long)file->n_lines);
	json_free(json);
 out:
	if (rc != 0 && err->class == ERR_INPUT)
		err->class = ERR_INTEGRITY;
	return rc;
}
