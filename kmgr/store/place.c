#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/store/place.h"

#define WAL_WRITE_BYTE 120	/* sqlite.org/walformat.html section 2.3.1 */

/* Magic numbers of statfs(2): locks or shared memory do not hold there. */
static const struct {
	unsigned long magic;
	const char *name;
} network[] = {
	{ 0x6969, "NFS" },
	{ 0x517b, "SMB" },
	{ 0xfe534d42, "SMB" },
	{ 0xff534d42, "CIFS" },
	{ 0x5346414f, "AFS" },
	{ 0x73757245, "Coda" },
};

static int
fail_errno(struct error *err, const char *path)
{

	(void)err_set_errno(err, "store %s", path);
	err->class = ERR_STORE;
	return -1;
}

static int
check_local(const char *path, struct error *err)
{
	struct statfs fs;
	size_t i;

	if (statfs(path, &fs) != 0)
		return fail_errno(err, path);
	for (i = 0; i < sizeof(network) / sizeof(network[0]); i++) {
		if (((unsigned long)fs.f_type & 0xffffffffUL) !=
		    network[i].magic)
			continue;
		(void)err_set(err, ERR_STORE, "store %s: stands on %s, where "
		    "locks and the write-ahead log's shared memory do not "
		    "hold", path, network[i].name);
		return err_hint(err, "keep the store on a local disk");
	}
	return 0;
}

static int
check_access(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return fail_errno(err, path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_STORE,
		    "store %s: not a regular file", path);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		(void)err_set(err, ERR_STORE, "store %s: others can write to "
		    "it (mode %04o)", path, (unsigned int)(st.st_mode & 07777));
		return err_hint(err, "chmod 600 %s, then kmgr verify", path);
	}
	if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0)
		return 0;
	(void)fail_errno(err, path);
	if (errno == EROFS)
		return err_hint(err, "its file system is mounted read-only");
	return err_hint(err, "it belongs to uid %lu, mode %04o, and this is "
	    "uid %lu: run kmgr as the store's owner", (unsigned long)st.st_uid,
	    (unsigned int)(st.st_mode & 07777), (unsigned long)geteuid());
}

/* SQLite would make it readable by everybody. */
static int
make_file(const char *path, struct error *err)
{
	int fd;

	if (file_make_folders(path, err) != 0) {
		err->class = ERR_STORE;
		return err_wrap(err, "store %s", path);
	}
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd < 0)
		return fail_errno(err, path);
	(void)close(fd);
	file_sync_folder(path);
	return 0;
}

int
place_prepare(const char *path, enum store_mode mode, struct error *err)
{
	struct stat st;
	const bool is_missing = stat(path, &st) != 0 && errno == ENOENT;

	if (is_missing && mode == STORE_OPEN) {
		(void)err_set(err, ERR_STORE, "store %s: there is none", path);
		return err_hint(err, "is store: in the configuration right? "
		    "kmgr init makes a first one; one that is lost comes back "
		    "with kmgr restore BACKUP, or after kmgr init with kmgr "
		    "restore --ledger FILE or kmgr recover");
	}
	if (is_missing && make_file(path, err) != 0)
		return -1;
	if (check_access(path, err) != 0)
		return -1;
	return check_local(path, err);
}

struct place_id
place_id_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return (struct place_id) { 0 };
	return (struct place_id) { st.st_dev, st.st_ino };
}

bool
place_is(const char *path, struct place_id id)
{
	const struct place_id now = place_id_of(path);

	return now.dev == id.dev && now.ino == id.ino;
}

/* The process that has a byte of a file locked, as far as the kernel tells. */
static long
locker(const char *path, unsigned long byte)
{
	char kind[8], inode_text[64], mode[8], line[256];
	unsigned long from, inode, to;
	struct stat st;
	long pid, found = 0;
	FILE *f;

	/* No descriptor of the file: closing it would drop our own locks. */
	if (stat(path, &st) != 0 || (f = fopen("/proc/locks", "re")) == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%*s %7s %*s %7s %ld %63s %lu %lu", kind,
		    mode, &pid, inode_text, &from, &to) != 6 ||
		    strrchr(inode_text, ':') == NULL)
			continue;
		inode = strtoul(strrchr(inode_text, ':') + 1, NULL, 10);
		if (strcmp(kind, "POSIX") == 0 && strcmp(mode, "WRITE") == 0 &&
		    inode == st.st_ino && from <= byte && byte <= to)
			found = pid;
	}
	(void)fclose(f);
	return found > 0 ? found : 0;
}

static void
hint_busy(const char *path, struct error *err)
{
	char *shm = mem_printf("%s-shm", path);
	const long pid = locker(shm, WAL_WRITE_BYTE);

	free(shm);
	if (pid != 0)
		(void)err_hint(err, "process %ld is writing to it; wait for it "
		    "or end it, then run the command again", pid);
	else
		(void)err_hint(err, "another process is using it; wait for it "
		    "or end it, then run the command again");
}

void
place_hint(enum place_trouble trouble, const char *path, int sys,
    struct error *err)
{

	if (sys == ENOSPC || sys == EDQUOT || sys == EFBIG)
		trouble = PLACE_FULL;
	switch (trouble) {
	case PLACE_BUSY:
		hint_busy(path, err);
		break;
	case PLACE_FULL:
		(void)err_hint(err, "make room on the disk of %s, then run "
		    "the command again", path);
		break;
	case PLACE_DENIED:
		(void)err_hint(err, "this user must be able to write %s, "
		    "%s-wal and %s-shm, and to make them in their folder",
		    path, path, path);
		break;
	case PLACE_FOREIGN:
		(void)err_hint(err, "this file is not a store of kmgr; is "
		    "store: in the configuration right?");
		break;
	case PLACE_DAMAGED:
		(void)err_hint(err, "the file is damaged: keep a copy of it "
		    "and put a backup in its place");
		break;
	case PLACE_OTHER:
		if (sys != 0)
			(void)err_hint(err, "the system says: %s",
			    strerror(sys));
		break;
	}
}
