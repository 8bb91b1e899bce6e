/*
 * rewind FROM TO N
 *
 * Make the store TO, as it was when the store FROM had just N events: from
 * these events and nothing else. Both are files of SQLite.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/replay.h"

static void
must(int rc, const char *what, const struct error *err)
{

	if (rc == 0)
		return;
	(void)fprintf(stderr, "rewind: %s: %s\n", what, err->msg);
	exit(2);
}

static struct store *
open_store(const char *path, enum store_mode mode)
{
	char *url = mem_printf("sqlite:%s", path);
	struct error err = ERR_INIT;
	struct store *store;

	must(store_open(url, mode, &store, &err), path, &err);
	free(url);
	return store;
}

int
main(int argc, char **argv)
{
	struct replay *replay = replay_new();
	struct error err = ERR_INIT;
	struct ledger_record *records;
	struct store *from, *to;
	size_t i, n, wanted;

	if (argc != 4)
		return 2;
	wanted = strtoul(argv[3], NULL, 10);
	from = open_store(argv[1], STORE_OPEN);
	to = open_store(argv[2], STORE_CREATE);
	must(ledger_list(from, 1, wanted, &records, &n, &err), "read", &err);
	must(n == wanted ? 0 : -1, "too few events", &err);
	must(store_begin(to, &err), "begin", &err);
	for (i = 0; i < n; i++) {
		must(ledger_append_record(to, &records[i], &err), "append",
		    &err);
		must(replay_event(replay, &records[i], &err), "replay", &err);
	}
	must(replay_write(replay, to, &err), "write", &err);
	must(store_commit(to, &err), "commit", &err);
	ledger_records_free(records, n);
	replay_free(replay);
	store_close(from);
	store_close(to);
	return 0;
}
