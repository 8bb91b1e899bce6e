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
#include "kmgr/dns/keyfile.h"
#include "kmgr/dns/zonefile.h"

#define SUFFIX ".zone"

static struct sign_entry *
add_entry(struct sign_entry **entries, size_t *n, const char *name)
{
	struct sign_entry *entry = mem_push(entries, (*n)++, sizeof(*entry));

	entry->name = mem_strdup(name);
	return entry;
}

static bool
is_zone_file(const char *file)
{
	const size_t len = strlen(file);

	return len > strlen(SUFFIX) &&
	    strcmp(file + len - strlen(SUFFIX), SUFFIX) == 0;
}

static int
is_set(const struct dirent *entry)
{
	struct name zone;

	return is_zone_file(entry->d_name) ||
	    keyfile_zone(entry->d_name, &zone);
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

static const char *
file_of(const struct sign_entry *entry)
{
	const char *path = entry->path != NULL ? entry->path :
	    entry->files[0];
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static void
refuse_twice(struct sign_entry *entry, const struct sign_entry *first,
    const struct sign_entry *second)
{
	struct error why = ERR_INIT;

	if (entry->why != NULL)
		return;
	(void)err_set(&why, ERR_INPUT, "named twice: %s, %s",
	    file_of(first), file_of(second));
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
		refuse_twice(one, one, other);
		refuse_twice(other, one, other);
	}
	free(list);
}

/* Those of a zone stand together, as the folder is sorted. */
static void
add_key_file(struct sign_entry **entries, size_t *n, const struct name *zone,
    char *path_take)
{
	struct sign_entry *entry = *n == 0 ? NULL : &(*entries)[*n - 1];
	char text[NAME_TEXT_MAX];

	(void)name_text(zone, text);
	if (entry == NULL || entry->files == NULL ||
	    strcmp(entry->name, text) != 0)
		entry = add_entry(entries, n, text);
	*(char **)mem_push(&entry->files, entry->n_files++,
	    sizeof(*entry->files)) = path_take;
}

/* DIR/ZONE.zone, or DIR/KZONE.+013+12345.key and others of the zone. */
static void
add_file(const char *folder, const char *file, struct sign_entry **entries,
    size_t *n)
{
	char *path = mem_printf("%s/%s", folder, file);
	struct sign_entry *entry;
	struct name zone;

	if (keyfile_zone(file, &zone)) {
		add_key_file(entries, n, &zone, path);
		return;
	}
	entry = add_entry(entries, n, file);
	entry->path = path;
	entry->name[strlen(file) - strlen(SUFFIX)] = '\0';
}

static int
read_folder(const char *path, struct sign_entry **entries, size_t *n,
    struct error *err)
{
	struct dirent **files;
	int i, n_files;

	n_files = scandir(path, &files, is_set, alphasort);
	if (n_files < 0) {
		(void)err_set_errno(err, "open folder %s", path);
		return err_hint(err, "name a folder that can be read, or a "
		    "file with one zone a line");
	}
	for (i = 0; i < n_files; i++) {
		add_file(path, files[i]->d_name, entries, n);
		free(files[i]);
	}
	free(files);
	check_twice(*entries, *n);
	if (n_files > 0)
		return 0;
	(void)err_set(err, ERR_INPUT, "%s holds no file named ZONE" SUFFIX
	    ", and none of dnssec-keygen", path);
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

bool
sign_entry_is_fetched(const struct sign_entry *entry)
{

	return entry->path == NULL && entry->files == NULL &&
	    entry->why == NULL;
}

void
sign_entry_fetch(struct cmd *cmd, struct sign_entry *entry)
{
	struct zsks_request request = { .tsig = NULL };
	struct error why = ERR_INIT;

	if (!sign_entry_is_fetched(entry))
		return;
	if (cmd_zsks_fetch(cmd, entry->name, &request, &entry->fetched,
	    &why) != 0)
		entry->why = mem_dup(&why, sizeof(why));
	entry->tsig = request.tsig;
}

/* A file that cannot be read is its zone's trouble, not the run's. */
static int
refuse_file(struct error *err)
{

	if (err->code != EMFILE && err->code != ENFILE && err->code != ENOMEM)
		err->class = ERR_INPUT;
	else
		(void)err_hint(err, "raise the limits of the process (ulimit "
		    "-n), then run the command again");
	return -1;
}

static int
load_file(struct cmd *cmd, struct sign_entry *entry,
    struct zsks_request *request, struct buf *text, struct error *err)
{

	request->what = entry->path;
	if (file_read_regular(entry->path, ZONEFILE_MAX_LEN, text, err) != 0 ||
	    cmd_requester_read(cmd, entry->path, &entry->requester,
	    err) != 0)
		return refuse_file(err);
	request->signatures = cmd_requester_list(&entry->requester);
	request->n_signatures = entry->requester.n;
	return 0;
}

static int
load_key_files(struct sign_entry *entry, struct zsks_request *request,
    struct buf *text, struct error *err)
{
	size_t i;

	request->what = "the key files of dnssec-keygen";
	entry->n_ksks = 0;
	for (i = 0; i < entry->n_files; i++)
		if (keyfile_read(entry->files[i], &request->zone, text,
		    &entry->n_ksks, err) != 0)
			return refuse_file(err);
	return 0;
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
	if (entry->files != NULL)
		return load_key_files(entry, request, text, err);
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
	while (entry->n_files > 0)
		free(entry->files[--entry->n_files]);
	free(entry->files);
	free(entry->why);
	*entry = (struct sign_entry) { .name = NULL };
}
