#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/secret.h"

struct secret {
	size_t	len;
	char	bytes[SECRET_MAX + 3];	/* read: CR LF and one too many */
};

void
secret_disable_dumps(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* A page of its own, so that wiping and unlocking touch nothing else. */
static struct secret *
secret_map(struct error *err)
{
	void *p = mmap(NULL, sizeof(struct secret), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		(void)err_set_errno(err, "memory for a PIN");
		return NULL;
	}
	/* A limit of 0 locked bytes must not stop the work. */
	(void)mlock(p, sizeof(struct secret));
	return p;
}

int
secret_new(const char *text, size_t len, struct secret **out,
    struct error *err)
{
	struct secret *secret;

	*out = NULL;
	if (len == 0 || len > SECRET_MAX)
		return err_set(err, ERR_INPUT,
		    "a secret of %zu bytes; 1 to %d are possible", len,
		    SECRET_MAX);
	if ((secret = secret_map(err)) == NULL)
		return -1;
	memcpy(secret->bytes, text, len);
	secret->len = len;
	*out = secret;
	return 0;
}

/*
 * Read until end of file or the room is full, but from a terminal one line;
 * false on a read error.
 */
static bool
read_some(int fd, char *p, size_t room, size_t *len)
{
	ssize_t n;

	while (*len < room && (n = read(fd, p + *len, room - *len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		*len += (size_t)n;
		if (p[*len - 1] == '\n' && isatty(fd))
			break;
	}
	return true;
}

int
secret_read_fd(int fd, const char *what, struct secret **out,
    struct error *err)
{
	struct secret *secret;
	char *newline;

	*out = NULL;
	if ((secret = secret_map(err)) == NULL)
		return -1;
	if (!read_some(fd, secret->bytes, sizeof(secret->bytes),
	    &secret->len)) {
		(void)err_set_errno(err, "read the secret from %s", what);
		goto out;
	}
	newline = memchr(secret->bytes, '\n', secret->len);
	if (newline != NULL &&
	    newline + 1 != secret->bytes + secret->len) {
		(void)err_set(err, ERR_CONFIG,
		    "%s holds more than one line", what);
		goto out;
	}
	if (newline != NULL)
		secret->len--;
	if (secret->len > 0 && secret->bytes[secret->len - 1] == '\r')
		secret->len--;
	if (secret->len == 0 || secret->len > SECRET_MAX) {
		(void)err_set(err, ERR_CONFIG, "%s holds %s secret", what,
		    secret->len == 0 ? "no" : "too long a");
		goto out;
	}
	secret->bytes[secret->len] = '\0';
	*out = secret;
	return 0;
 out:
	secret_free(secret);
	return -1;
}

int
secret_read_file(const char *path, const char *what, struct secret **out,
    struct error *err)
{
	int fd, rc;

	*out = NULL;
	/* Before it is opened: nobody is to wait at a pipe. */
	if (access(path, F_OK) == 0 && file_check_private(path, err) != 0)
		return -1;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0) {
		(void)err_set_errno(err, "open %s", path);
		err->class = ERR_CONFIG;
		return err_hint(err, "write %s into it, one line, mode 0600",
		    what);
	}
	rc = secret_read_fd(fd, path, out, err);
	(void)close(fd);
	return rc;
}

const char *
secret_bytes(const struct secret *secret)
{

	return secret->bytes;
}

size_t
secret_len(const struct secret *secret)
{

	return secret->len;
}

void
secret_wipe(void *p, size_t len)
{

	OPENSSL_cleanse(p, len);
}

void
secret_free(struct secret *secret)
{

	if (secret == NULL)
		return;
	OPENSSL_cleanse(secret, sizeof(*secret));
	(void)munmap(secret, sizeof(*secret));
}
