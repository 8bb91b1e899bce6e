#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmgr/base/mem.h"
#include "kmgr/store/store_replace_inner.h"

/* Result codes of SQLite, fixed for ever (sqlite.org/rescode.html). */
#define CODE_CORRUPT 11
#define CODE_NOTADB  26

static const struct db_question ask_check = { "check the database",
	"PRAGMA integrity_check(1)" };

const char *
store_replace_beside(size_t i)
{
	static const char *const beside[] = { "-wal", "-shm", "-journal" };

	return i < sizeof(beside) / sizeof(beside[0]) ? beside[i] : NULL;
}

bool
store_is_damage(const struct error *err)
{
	const unsigned long code = err->code & 0xff;

	return err->class == ERR_STORE &&
	    (code == CODE_CORRUPT || code == CODE_NOTADB);
}

/* What the names of files about the store begin with. */
static char *
base_of(const char *url, struct error *err)
{
	const char *place = NULL;
	const struct db_driver *driver = db_find_driver(url, &place, err);

	return driver == NULL ? NULL : driver->beside(place);
}

bool
store_is_there(const char *url)
{
	struct error ignored = ERR_INIT;
	const char *place = NULL;
	const struct db_driver *driver = db_find_driver(url, &place, &ignored);

	return driver == NULL || driver->is_there(place);
}

void
store_replace_remove(const char *path)
{
	const char *suffix;
	char *name;
	size_t i;

	for (i = 0; (suffix = store_replace_beside(i)) != NULL; i++) {
		name = mem_printf("%s%s", path, suffix);
		(void)unlink(name);
		free(name);
	}
	name = mem_printf("%s.lock", path);
	(void)unlink(name);
	free(name);
	(void)unlink(path);
}

static int
copy_bytes(int from, int to, const char *what, struct error *err)
{
	char chunk[65536];
	ssize_t n, done, put, total = 0;

	while ((n = read(from, chunk, sizeof(chunk))) != 0) {
		if (n < 0)
			return err_set_errno(err, "read %s", what);
		for (done = 0; done < n; done += put)
			if ((put = write(to, chunk + done,
			    (size_t)(n - done))) < 0)
				return err_set_errno(err, "copy %s", what);
		total += n;
	}
	return total > 0 ? 0 : err_set(err, ERR_INPUT, "%s is empty", what);
}

/* Copy a file; one that need not be there may be missing. */
static int
copy_file(const char *from, const char *to, int flags, struct error *err)
{
	const int in = open(from, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int out, rc;

	if (in < 0)
		return err_set_errno(err, "open %s", from);
	out = open(to, O_WRONLY | O_CLOEXEC | flags, 0600);
	if (out < 0)
		rc = err_set_errno(err, "write %s", to);
	else
		rc = copy_bytes(in, out, from, err);
	if (out >= 0)
		(void)close(out);
	(void)close(in);
	return rc;
}

/* A copy that was taken while the store was open has its log beside it. */
static int
copy_log(const char *from, const char *to, struct error *err)
{
	char *log = mem_printf("%s-wal", from);
	char *copy = mem_printf("%s-wal", to);
	int rc = 0;

	if (access(log, F_OK) == 0)
		rc = copy_file(log, copy, O_CREAT | O_EXCL, err);
	free(log);
	free(copy);
	return rc;
}

/* The store that is there, as it is now. */
static int
copy_current(const char *url, const char *temp, struct error *err)
{
	struct db *db;
	int rc;

	if (db_open(url, STORE_OPEN, &db, err) != 0)
		return -1;
	rc = db->driver->copy(db, temp, err);
	db_close(db);
	return rc;
}

static void
read_verdict(const struct db_rows *rows, void *out)
{

	*(char **)out = db_get_text(rows, 0);
}

static int
check_sound(struct db *db, const char *name, struct error *err)
{
	static const struct db_shape shape = { sizeof(char *), read_verdict,
		NULL };
	char *verdict = NULL;
	bool found = false;
	int rc = 0;

	if (db_one(db, &ask_check, NULL, 0, &shape, &verdict, &found,
	    err) != 0)
		return -1;
	if (verdict == NULL || strcmp(verdict, "ok") != 0) {
		rc = err_set(err, ERR_STORE, "%s is damaged: %.200s", name,
		    verdict == NULL ? "" : verdict);
		err->code = CODE_CORRUPT;
	}
	free(verdict);
	return rc;
}

/* Open the copy temp under the name and the locks that it is to have. */
static int
open_copy(const char *temp, const char *place, const char *name,
    struct store **out, struct error *err)
{
	char *url = mem_printf("sqlite:%s", temp);
	struct db *db = NULL;
	int rc;

	rc = db_open(url, STORE_OPEN, &db, err);
	free(url);
	if (rc != 0 || check_sound(db, name, err) != 0) {
		db_close(db);
		return -1;
	}
	free(db->lock_base);
	db->lock_base = mem_strdup(place);
	*out = mem_new(sizeof(**out));
	(*out)->db = db;
	return 0;
}

/* A copy of path, or of the store itself, in the file temp, which is there. */
static int
fill_copy(const char *url, const char *path, const char *temp,
    struct error *err)
{

	if (path == NULL)
		return copy_current(url, temp, err);
	return copy_file(path, temp, O_TRUNC, err) != 0 ? -1 :
	    copy_log(path, temp, err);
}

int
store_stage(const char *url, const char *path, struct store **out,
    struct error *err)
{
	char *base = base_of(url, err), *temp = NULL;
	const char *name = path == NULL ? base : path;
	int fd, rc = -1;

	*out = NULL;
	if (base == NULL)
		return -1;
	temp = mem_printf("%s.restore-XXXXXX", base);
	if ((fd = mkostemp(temp, O_CLOEXEC)) < 0) {
		(void)err_set_errno(err, "write %s", temp);
		goto out;
	}
	(void)close(fd);
	if (fill_copy(url, path, temp, err) == 0)
		rc = open_copy(temp, base, name, out, err);
	if (rc != 0) {
		store_replace_remove(temp);
		(void)err_wrap(err, "%s", name);
	}
 out:
	free(temp);
	free(base);
	return rc;
}

void
store_stage_discard(struct store *staged)
{
	char *path;

	if (staged == NULL)
		return;
	path = mem_strdup(staged->db->name);
	store_close(staged);
	store_replace_remove(path);
	free(path);
}
