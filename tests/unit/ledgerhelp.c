#include "tests/unit/ledgerhelp.h"

#include "kmgr/base/buf.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/ledger_file.h"
#include "kmgr/engine/replay.h"
#include "tests/unit/fixtures.h"

struct ledger_record *
ledgerhelp_read(const char *path, size_t *n)
{
	struct ledger_record *records = NULL, record;
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct ledger_file *file;
	bool found = true;
	FILE *stream;

	*n = 0;
	fixtures_read(path, &text);
	stream = fmemopen(text.data, text.len, "r");
	assert_non_null(stream);
	unit_ok(ledger_file_open(stream, &file, &err), &err);
	for (;;) {
		unit_ok(ledger_file_next(file, &record, &found, &err), &err);
		if (!found)
			break;
		*(struct ledger_record *)mem_push(&records, (*n)++,
		    sizeof(record)) = record;
	}
	ledger_file_close(file);
	(void)fclose(stream);
	buf_free(&text);
	return records;
}

void
ledgerhelp_happen(struct storehelp *help, const struct ledger_record *records,
    size_t from, size_t to)
{
	struct replay *replay = replay_new();
	size_t i;

	unit_ok(store_begin(help->store, &help->err), &help->err);
	for (i = 0; i < to; i++)
		unit_ok(replay_event(replay, &records[i], &help->err),
		    &help->err);
	for (i = from; i < to; i++)
		unit_ok(ledger_append_record(help->store, &records[i],
		    &help->err), &help->err);
	unit_ok(replay_write(replay, help->store, &help->err), &help->err);
	unit_ok(store_commit(help->store, &help->err), &help->err);
	replay_free(replay);
}
