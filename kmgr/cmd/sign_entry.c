#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/cmd/cmd_zsks.h"
#include "kmgr/cmd/sign_entry.h"
#include "kmgr/cmd/zone_list.h"
#include "kmgr/dns/zonefile.h"

#define SUFFIX ".zone"

static struct sign_entry *
add_entry(struct sign_entry **entries, size_t *n, const char *name)
{
	struct sign_entry *entry = mem_push(entries, (*n)++, sizeof(*entry));

	entry->name = mem_strdup(name);
	return entry;
}

static int
is_zone_file(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);

	return len > strlen(SUFFIX) &&
	    strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* A file by the zone that it is named after. */
struct named {
	struct sign_entry	*entry;
	struct name		 zone;
};

static int
compare_named(const void *a, const void *b)
{
	const struct named *left = a, *right = b;

	return name_order(&left->zone, &right->zone);
}

static void
refuse_twice(struct sign_entry *entry, const char *first, const char *second)
{
	struct error why = ERR_INIT;

	if (entry->why != NULL)
		return;
	(void)err_set(&why, ERR_INPUT, "named twice: %s" SUFFIX ", %s" SUFFIX,
	    first, second);
	(void)err_hint(&why, "leave the one that has the zone's ZSKs");
	entry->why = mem_dup(&why, sizeof(why));
}

/* Which of two files has the zone's set nobody knows: neither is signed. */
static void
check_twice(struct sign_entry *entries, size_t n)
{
	struct named *list = mem_new((n + 1) * sizeof(*list));
	struct error ignored = ERR_INIT;
	size_t i, n_named = 0;

	for (i = 0; i < n; i++)
		if (name_read(entries[i].name, &list[n_named].zone,
		    &ignored) == 0)
			list[n_named++].entry = &entries[i];
	qsort(list, n_named, sizeof(*list), compare_named);
	for (i = 1; i < n_named; i++) {
		struct sign_entry *one = list[i - 1].entry;
		struct sign_entry *other = list[i].entry;

		if (!name_is_same(&list[i - 1].zone, &list[i].zone))
			continue;
		refuse_twice(one, one->name, other->name);
		refuse_twice(other, one->name, other->name);
	}
	free(list);
}

/* DIR/ZONE.zone. */
static int
read_folder(const char *path, struct sign_entry **entries, size_t *n,
    struct error *err)
{
	struct dirent **files;
	struct sign_entry *entry;
	int i, n_files;

	n_files = scandir(path, &files, is_zone_file, alphasort);
	if (n_files < 0) {
		(void)err_set_errno(err, "open folder %s", path);
		return err_hint(err, "name a folder that can be read, or a "
		    "file with one zone a line");
	}
	for (i = 0; i < n_files; i++) {
		entry = add_entry(entries, n, files[i]->d_name);
		entry->path = mem_printf("%s/%s", path, entry->name);
		entry->name[strlen(entry->name) - strlen(SUFFIX)] = '\0';
		free(files[i]);
	}
	free(files);
	check_twice(*entries, *n);
	if (n_files > 0)
		return 0;
	(void)err_set(err, ERR_INPUT, "%s holds no file named ZONE" SUFFIX,
	    path);
	return err_hint(err, "the file example.com" SUFFIX " has the ZSKs of "
	    "that zone; a list of zones and their files is a file");
}

/* "ZONE", of the configured source, or "ZONE FILE". */
static int
read_list(const char *path, struct sign_entry **entries, size_t *n,
    struct error *err)
{
	struct zone_list list;
	struct sign_entry *entry;
	size_t i;
	int rc;

	rc = zone_list_read(path, ZONE_LIST_ZONES_FILES, &list, err);
	for (i = 0; rc == 0 && i < list.n; i++) {
		entry = add_entry(entries, n, list.lines[i].text);
		entry->path = list.lines[i].file;
		entry->why = list.lines[i].why;
		list.lines[i].file = NULL;	/* the entry's now */
		list.lines[i].why = NULL;
	}
	zone_list_clear(&list);
	return rc;
}

int
sign_entries_read(const char *path, struct sign_entry **entries, size_t *n,
    struct error *err)
{
	struct stat st;

	*entries = NULL;
	*n = 0;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return read_folder(path, entries, n, err);
	return read_list(path, entries, n, err);
}

void
sign_entry_fetch(struct cmd *cmd, struct sign_entry *entry)
{
	struct zsks_request request = { .tsig = NULL };
	struct error why = ERR_INIT;

	if (entry->path != NULL || entry->why != NULL)
		return;
	if (cmd_zsks_fetch(cmd, entry->name, &request, &entry->fetched,
	    &why) != 0)
		entry->why = mem_dup(&why, sizeof(why));
	entry->tsig = request.tsig;
}

static int
load_file(struct cmd *cmd, struct sign_entry *entry,
    struct zsks_request *request, struct buf *text, struct error *err)
{

	request->what = entry->path;
	if (file_read_regular(entry->path, ZONEFILE_MAX_LEN, text, err) == 0 &&
	    cmd_requester_read(cmd, entry->path, &entry->requester,
	    err) == 0) {
		request->signatures = cmd_requester_list(&entry->requester);
		request->n_signatures = entry->requester.n;
		return 0;
	}
	/* A file that cannot be read is its zone's trouble, not the run's. */
	if (err->code != EMFILE && err->code != ENFILE && err->code != ENOMEM)
		err->class = ERR_INPUT;
	else
		(void)err_hint(err, "raise the limits of the process (ulimit "
		    "-n), then run the command again");
	return -1;
}

int
sign_entry_load(struct cmd *cmd, struct sign_entry *entry,
    struct zsks_request *request, struct buf *text, struct error *err)
{

	if (entry->why != NULL) {
		*err = *entry->why;
		return -1;
	}
	if (cmd_zone(entry->name, &request->zone, err) != 0)
		return -1;
	if (entry->path != NULL)
		return load_file(cmd, entry, request, text, err);
	request->what = "the configured source";
	request->tsig = entry->tsig;
	buf_add(text, entry->fetched.data, entry->fetched.len);
	return 0;
}

void
sign_entry_clear(struct sign_entry *entry)
{

	cmd_requester_clear(&entry->requester);
	buf_free(&entry->fetched);
	free(entry->name);
	free(entry->path);
	free(entry->why);
	*entry = (struct sign_entry) { .name = NULL };
}
