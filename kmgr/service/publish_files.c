#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/service/publish_files.h"

#define DNSKEY_FILE	"dnskey.zone"
#define CDS_FILE	"cds.zone"
#define STATE_FILE	"state.json"

#define FOLDER_MODE	0755	/* the zone signer may be another user */
#define FILE_MODE	0644
#define FILE_MAX	(1 << 20)	/* bytes */

#define WAIT_S	30		/* for another one's lock */
#define POLL_MS	50
#define AHEAD_S	300		/* so much may clocks differ */

static void
write_set(const struct resolve_set *set, struct publish_files *files)
{
	struct buf *out = set->rrset->type == RRTYPE_DNSKEY ?
	    &files->dnskey : &files->cds;
	size_t i;

	rrset_text(set->rrset, out);
	for (i = 0; i < set->n_rrsigs; i++)
		rrsig_text(&set->rrsigs[i], &set->rrset->owner, out);
}

static void
put_file(struct json *list, const char *name, const struct buf *content)
{
	uint8_t hash[CRYPTO_SHA256_LEN];
	char hex[2 * sizeof(hash) + 1];

	if (content->len == 0)
		return;
	crypto_sha256(content->data, content->len, hash);
	json_put_text(list, name, text_hex(hash, sizeof(hash), hex));
}

static void
write_state(const struct publish_sets *sets, struct publish_files *files)
{
	struct json *state = json_new_object(), *list;
	char zone[NAME_TEXT_MAX], until[WHEN_TEXT_LEN], at[WHEN_TEXT_LEN];

	json_put_int(state, "schema", PUBLISH_FILES_SCHEMA);
	json_put_text(state, "zone", name_text(&sets->zone, zone));
	json_put_text(state, "signed_until",
	    when_rfc3339(sets->until_at, until));
	if (files->age.at != 0)
		json_put_text(state, "decided",
		    when_rfc3339(files->age.at, at));
	if (files->age.signature != 0)
		json_put_int(state, "signature", files->age.signature);
	list = json_put_object(state, "sha256");
	put_file(list, DNSKEY_FILE, &files->dnskey);
	put_file(list, CDS_FILE, &files->cds);
	json_pretty(state, &files->state);
	json_free(state);
}

void
publish_files_init(struct publish_files *files,
    const struct publish_sets *sets, const struct publish_age *age)
{
	struct resolve_set view[PUBLISH_SETS_N];
	size_t i;

	*files = (struct publish_files){ .state = BUF_INIT, .age = *age,
		.zone = sets->zone };
	publish_sets_view(sets, view);
	for (i = 0; i < PUBLISH_SETS_N; i++)
		write_set(&view[i], files);
	write_state(sets, files);
}

void
publish_files_clear(struct publish_files *files)
{

	buf_free(&files->dnskey);
	buf_free(&files->cds);
	buf_free(&files->state);
}

/* With its length, so that nothing can move from one to the next. */
static void
add(struct buf *all, const struct buf *part)
{

	buf_add_u32(all, (uint32_t)part->len);
	if (part->len > 0)
		buf_add(all, part->data, part->len);
}

void
publish_files_hash(const struct publish_files *files,
    uint8_t out[static CRYPTO_SHA256_LEN])
{
	struct buf all = BUF_INIT;

	add(&all, &files->dnskey);
	add(&all, &files->cds);
	add(&all, &files->state);
	crypto_sha256(all.data, all.len, out);
	buf_free(&all);
}

enum presence { MUST_BE, MAY_BE };

static bool
read_one(const char *directory, const char *name, enum presence presence,
    struct buf *out)
{
	char *path = mem_printf("%s/%s", directory, name);
	struct error err = ERR_INIT;
	struct stat st;
	bool is_there = stat(path, &st) == 0, is_read;

	/* Nobody is to wait for what a pipe might bring. */
	is_read = is_there && S_ISREG(st.st_mode) &&
	    file_read(path, FILE_MAX, out, &err) == 0;
	free(path);
	return is_read || (!is_there && errno == ENOENT &&
	    presence == MAY_BE);
}

bool
publish_files_read(const char *directory, struct publish_files *out)
{

	*out = (struct publish_files){ .state = BUF_INIT };
	/* Of a zone that went insecure there is state.json alone. */
	return read_one(directory, STATE_FILE, MUST_BE, &out->state) &&
	    read_one(directory, DNSKEY_FILE, MAY_BE, &out->dnskey) &&
	    read_one(directory, CDS_FILE, MAY_BE, &out->cds);
}

/* One that hangs keeps nobody waiting for ever. */
static int
lock_folder(int fd, const char *directory, struct error *err)
{
	const struct timespec pause = { 0, POLL_MS * 1000000L };
	int i;

	for (i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set_errno(err, "lock %s", directory);
		if (i == WAIT_S * 1000 / POLL_MS) {
			(void)err_set(err, ERR_SYSTEM, "another kmgr is "
			    "writing to %s", directory);
			return err_hint(err, "if it hangs, end it");
		}
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

/* Open and locked: whoever comes next waits until this is closed. */
static int
open_folder(const char *directory, struct error *err)
{
	int fd;

	if (mkdir(directory, FOLDER_MODE) == 0)
		file_sync_folder(directory);
	else if (errno != EEXIST) {
		(void)err_set_errno(err, "make %s", directory);
		return err_hint(err, "make the folder that it is in, where "
		    "kmgr may write");
	}
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, "open %s", directory);
	if (lock_folder(fd, directory, err) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* What is said of the records that are there; NULL: nobody knows. */
static struct json *
read_state(const char *directory)
{
	struct error ignored = ERR_INIT;
	struct buf text = BUF_INIT;
	struct json *state = NULL;

	if (read_one(directory, STATE_FILE, MUST_BE, &text))
		(void)json_read(buf_text(&text), text.len, &state, &ignored);
	buf_free(&text);
	return state;
}

/* What is there already, as far as anybody knows. */
struct there {
	struct publish_age	age;
	bool			is_withdrawn;	/* there are no records */
};

/* Versions before this one wrote no number, and earlier ones no instant. */
static void
read_there(const struct json *state, struct there *out)
{
	const char *decided = json_get_text(state, "decided");
	const struct json *files = json_get(state, "sha256");
	struct error ignored = ERR_INIT;

	*out = (struct there) { .is_withdrawn = files != NULL &&
	    json_get_text(files, DNSKEY_FILE) == NULL };
	if (decided != NULL && when_read(decided, 0, &out->age.at,
	    &ignored) != 0)
		out->age.at = 0;
	(void)json_get_int(state, "signature", &out->age.signature);
}

static bool
is_older(const struct publish_files *files, const struct there *there)
{
	const struct publish_age *ours = &files->age, *theirs = &there->age;
	const bool is_numbered = ours->signature != 0 &&
	    theirs->signature != 0;

	if (is_numbered && ours->signature != theirs->signature)
		return ours->signature < theirs->signature &&
		    ours->at <= theirs->at;
	/* What was signed last is taken away, and not the other way round. */
	if (is_numbered && there->is_withdrawn != (files->dnskey.len == 0))
		return there->is_withdrawn;
	return ours->at < theirs->at;
}

/*
 * One that hung, and awakes behind another one's back, has something old in
 * its hands. By a clock that was ahead nobody is kept out.
 */
static int
refuse_older(const struct publish_files *files, const struct json *state,
    const char *directory, struct error *err)
{
	char ours[WHEN_TEXT_LEN], theirs[WHEN_TEXT_LEN];
	struct there there;

	read_there(state, &there);
	if (files->age.at == 0 || !is_older(files, &there) ||
	    there.age.at > when_now() + AHEAD_S)
		return 0;
	(void)err_set(err, ERR_SYSTEM, "%s has what was signed at %s, and "
	    "this was at %s, before it", directory,
	    when_rfc3339(there.age.at, theirs),
	    when_rfc3339(files->age.at, ours));
	return err_hint(err, "another run has handed over something newer; if "
	    "none has, remove %s/" STATE_FILE, directory);
}

/* The configuration cannot tell: a path is written in many ways. */
static int
refuse_other(const struct publish_files *files, const struct json *state,
    const char *directory, struct error *err)
{
	const char *there = json_get_text(state, "zone");
	char ours[NAME_TEXT_MAX];

	if (there == NULL || strcmp(there, name_text(&files->zone,
	    ours)) == 0)
		return 0;
	(void)err_set(err, ERR_SYSTEM, "%s has the records of %.256s",
	    directory, there);
	return err_hint(err, "give each zone a directory of its own; if that "
	    "one is not published here any more, remove %s/" STATE_FILE,
	    directory);
}

static int
refuse(const struct publish_files *files, const char *directory,
    struct error *err)
{
	struct json *state = read_state(directory);
	int rc = -1;

	if (refuse_other(files, state, directory, err) == 0)
		rc = refuse_older(files, state, directory, err);
	json_free(state);
	return rc;
}

static int
write_one(const char *directory, const char *name, const struct buf *content,
    struct error *err)
{
	char *path = mem_printf("%s/%s", directory, name);
	int rc = 0;

	if (content->len > 0)
		rc = file_write(path, FILE_MODE, content->data, content->len,
		    err);
	else if (unlink(path) == 0)
		file_sync_folder(path);
	else if (errno != ENOENT)
		rc = err_set_errno(err, "remove %s", path);
	free(path);
	return rc;
}

int
publish_files_write(const struct publish_files *files, const char *directory,
    struct error *err)
{
	int fd = open_folder(directory, err), rc = -1;

	if (fd < 0)
		return -1;
	if (refuse(files, directory, err) == 0 &&
	    write_one(directory, DNSKEY_FILE, &files->dnskey, err) == 0 &&
	    write_one(directory, CDS_FILE, &files->cds, err) == 0)
		rc = write_one(directory, STATE_FILE, &files->state, err);
	(void)close(fd);
	return rc;
}
