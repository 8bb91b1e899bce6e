#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/file_out.h"
#include "kmgr/base/mem.h"

struct file_out {
	char	*path;		/* NULL: standard output */
	char	*temp;		/* NULL: it has no name */
	mode_t	 mode;
	FILE	*stream;
};

static int
open_named(struct file_out *out, struct error *err)
{
	int fd;

	if (file_check_writable(out->path, err) != 0)
		return -1;
	out->temp = mem_printf("%s.XXXXXX", out->path);
	if ((fd = mkostemp(out->temp, O_CLOEXEC)) < 0) {
		free(out->temp);
		out->temp = NULL;
		return err_set_errno(err, "write %s", out->path);
	}
	out->stream = fdopen(fd, "w");
	return 0;
}

int
file_out_open(const char *path, mode_t mode, struct file_out **out,
    struct error *err)
{
	struct file_out *file = mem_new(sizeof(*file));

	*out = NULL;
	file->path = mem_strdup(path);
	file->mode = mode;
	if (path == NULL)
		file->stream = tmpfile();
	else if (open_named(file, err) != 0)
		goto fail;
	if (file->stream == NULL) {
		(void)err_set_errno(err, "make a temporary file");
		goto fail;
	}
	*out = file;
	return 0;
 fail:
	file_out_free(file);
	return -1;
}

FILE *
file_out_stream(struct file_out *out)
{

	return out->stream;
}

static int
copy_to_stdout(FILE *from, struct error *err)
{
	char chunk[16384];
	size_t n;

	rewind(from);
	while ((n = fread(chunk, 1, sizeof(chunk), from)) > 0)
		if (fwrite(chunk, 1, n, stdout) != n)
			return err_set_errno(err, "write standard output");
	if (ferror(from) || fflush(stdout) != 0)
		return err_set_errno(err, "write standard output");
	return 0;
}

int
file_out_commit(struct file_out *out, struct error *err)
{

	/* What could not be written before may be out of the buffer. */
	if (ferror(out->stream) || fflush(out->stream) != 0)
		return err_set_errno(err, "write %s", out->path == NULL ?
		    "a temporary file" : out->temp);
	if (out->path == NULL)
		return copy_to_stdout(out->stream, err);
	if (fchmod(fileno(out->stream), out->mode) != 0 ||
	    fsync(fileno(out->stream)) != 0)
		return err_set_errno(err, "write %s", out->temp);
	if (rename(out->temp, out->path) != 0)
		return err_set_errno(err, "rename %s to %s", out->temp,
		    out->path);
	free(out->temp);
	out->temp = NULL;
	file_sync_folder(out->path);
	return 0;
}

void
file_out_free(struct file_out *out)
{

	if (out == NULL)
		return;
	if (out->stream != NULL)
		(void)fclose(out->stream);
	if (out->temp != NULL)
		(void)unlink(out->temp);
	free(out->temp);
	free(out->path);
	free(out);
}
