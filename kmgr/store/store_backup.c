#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/store/store_copy.h"
#include "kmgr/store/store_inner.h"
#include "kmgr/store/store_replace_inner.h"

/* An empty file, for its owner only, that becomes path when it is whole. */
static int
make_temp(const char *path, char **temp, struct error *err)
{
	int fd;

	*temp = mem_printf("%s.XXXXXX", path);
	if ((fd = mkostemp(*temp, O_CLOEXEC)) < 0) {
		free(*temp);
		*temp = NULL;
		return err_set_errno(err, "write %s", path);
	}
	(void)close(fd);
	return 0;
}

static int
refuse_existing(const char *path, struct error *err)
{

	(void)err_set(err, ERR_SYSTEM, "%s is there already", path);
	return err_hint(err, "name a new file for each backup");
}

/* A plain rename() would take the place of what came meanwhile. */
static int
publish(const char *temp, const char *path, struct error *err)
{
	int rc = renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE);

	/* NFS has no such rename, but it has links. */
	if (rc != 0 && errno == EINVAL && (rc = link(temp, path)) == 0)
		(void)unlink(temp);
	if (rc != 0)
		return errno == EEXIST ? refuse_existing(path, err) :
		    err_set_errno(err, "write %s", path);
	file_sync_folder(path);
	return 0;
}

static int
check_place(const char *path, struct error *err)
{

	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return refuse_existing(path, err);
	return file_check_writable(path, err);
}

int
store_backup_check(const char *path, struct error *err)
{

	return check_place(path, err) == 0 ? 0 :
	    err_wrap(err, "back the store up");
}

int
store_backup(struct store *store, const char *path, struct error *err)
{
	struct db *db = store->db;
	char *temp = NULL;
	int rc = -1;

	assert(!db->is_snapshot);
	if (check_place(path, err) == 0 &&
	    make_temp(path, &temp, err) == 0 &&
	    (db->is_writing ? store_copy_to_file : db->driver->copy)(db, temp,
	    err) == 0 &&
	    file_sync(temp, err) == 0)
		rc = publish(temp, path, err);
	if (rc != 0 && temp != NULL)
		store_replace_remove(temp);
	free(temp);
	return rc == 0 ? 0 : err_wrap(err, "back the store up");
}
