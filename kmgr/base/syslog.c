#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/syslog.h"

#define SEND_LIMIT_S 5		/* a daemon that is there and stuck */

/* A socket of this type to path, or -1 and errno. */
static int
connect_as(int type, const char *path)
{
	const struct timeval limit = { .tv_sec = SEND_LIMIT_S };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	(void)strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if ((fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0)) < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (const struct sockaddr *)(const void *)&address,
	    sizeof(address)) == 0)
		return fd;
	error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}

static void
message_write(int64_t at, const char *text, struct buf *out)
{
	const time_t seconds = (time_t)at;
	char when[32];
	struct tm tm;

	/* English, since nothing here sets a locale. */
	(void)localtime_r(&seconds, &tm);
	(void)strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	buf_printf(out, "<%d>%s kmgr[%ld]: %s", LOG_AUTHPRIV | LOG_NOTICE,
	    when, (long)getpid(), text);
}

int
syslog_send(const char *path, int64_t at, const char *text,
    struct error *err)
{
	struct buf message = BUF_INIT;
	size_t len;
	int fd, rc = 0;

	message_write(at, text, &message);
	len = message.len;
	/* On a stream its final 0 ends a message. */
	if ((fd = connect_as(SOCK_DGRAM, path)) < 0 && errno == EPROTOTYPE) {
		fd = connect_as(SOCK_STREAM, path);
		len++;
	}
	if (fd < 0 ||
	    send(fd, message.data, len, MSG_NOSIGNAL) != (ssize_t)len)
		rc = err_set_errno(err, "send to %s", path);
	if (fd >= 0)
		(void)close(fd);
	buf_free(&message);
	return rc;
}
