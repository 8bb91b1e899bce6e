#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kmgr/base/when.h"
#include "kmgr/dns/resolve_socket.h"

static int
fail(struct error *err, const char *what)
{

	(void)err_set_errno(err, "%s", what);
	err->class = ERR_NETWORK;
	return -1;
}

/* 1: ready; 0: time is up. */
static int
wait_for(int fd, short events, int64_t until_ms, struct error *err)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };
	int64_t left_ms;
	int n;

	do {
		left_ms = until_ms - when_elapsed_ms();
		if (left_ms < 0)
			left_ms = 0;
		n = poll(&poll_fd, 1, left_ms > INT_MAX ? INT_MAX :
		    (int)left_ms);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? fail(err, "poll") : n;
}

/* As wait_for(), where nothing in time is an error. */
static int
must_wait_for(int fd, short events, int64_t until_ms, struct error *err)
{
	const int rc = wait_for(fd, events, until_ms, err);

	if (rc == 0)
		return err_set(err, ERR_NETWORK, "no answer in time");
	return rc < 0 ? -1 : 0;
}

static int
finish_connect(int fd, int64_t until_ms, struct error *err)
{
	int code = 0;
	socklen_t len = sizeof(code);

	if (errno != EINPROGRESS && errno != EINTR)
		return fail(err, "connect");
	if (must_wait_for(fd, POLLOUT, until_ms, err) != 0)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) != 0)
		return fail(err, "connect");
	errno = code;
	return code == 0 ? 0 : fail(err, "connect");
}

static int
open_at(const struct addrinfo *at, int64_t until_ms, struct error *err)
{
	const int fd = socket(at->ai_family, at->ai_socktype |
	    SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return fail(err, "socket");
	/* A connected datagram socket hears nobody but the server. */
	if (connect(fd, at->ai_addr, at->ai_addrlen) != 0 &&
	    finish_connect(fd, until_ms, err) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

int
resolve_socket_open(const struct resolve_server *server,
    enum resolve_transport transport, int64_t until_ms, struct error *err)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = transport == RESOLVE_UDP ? SOCK_DGRAM :
		SOCK_STREAM };
	struct addrinfo *list = NULL;
	char port[8];
	int fd, rc;

	(void)snprintf(port, sizeof(port), "%u", server->port);
	rc = getaddrinfo(server->address, port, &hints, &list);
	if (rc != 0)
		return err_set(err, ERR_NETWORK, "the address \"%s\": %s",
		    server->address, gai_strerror(rc));
	fd = open_at(list, until_ms, err);
	freeaddrinfo(list);
	return fd;
}

int
resolve_datagram_send(int fd, const uint8_t *wire, size_t len,
    struct error *err)
{

	return send(fd, wire, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 :
	    fail(err, "send");
}

int
resolve_datagram_receive(int fd, int64_t until_ms, struct buf *out,
    struct error *err)
{
	uint8_t wire[MESSAGE_MAX];
	ssize_t n;
	int rc;

	do {
		if ((rc = wait_for(fd, POLLIN, until_ms, err)) <= 0)
			return rc;
		n = recv(fd, wire, sizeof(wire), 0);
	} while (n < 0 && (errno == EAGAIN || errno == EINTR));
	if (n < 0)
		return fail(err, "receive");
	buf_free(out);
	buf_add(out, wire, (size_t)n);
	return 1;
}

static int
send_all(int fd, const uint8_t *p, size_t len, int64_t until_ms,
    struct error *err)
{
	ssize_t n;

	while (len > 0) {
		if (must_wait_for(fd, POLLOUT, until_ms, err) != 0)
			return -1;
		n = send(fd, p, len, MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			return fail(err, "send");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
resolve_stream_send(int fd, const uint8_t *wire, size_t len,
    int64_t until_ms, struct error *err)
{
	struct buf out = BUF_INIT;
	int rc;

	buf_add_u16(&out, (uint16_t)len);
	buf_add(&out, wire, len);
	rc = send_all(fd, out.data, out.len, until_ms, err);
	buf_free(&out);
	return rc;
}

static int
receive_all(int fd, uint8_t *p, size_t len, int64_t until_ms,
    struct error *err)
{
	ssize_t n;

	while (len > 0) {
		if (must_wait_for(fd, POLLIN, until_ms, err) != 0)
			return -1;
		n = recv(fd, p, len, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			return fail(err, "receive");
		if (n == 0)
			return err_set(err, ERR_NETWORK,
			    "the server has closed the connection");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
resolve_stream_receive(int fd, int64_t until_ms, struct buf *out,
    struct error *err)
{
	uint8_t head[2], wire[MESSAGE_MAX];
	size_t len;

	if (receive_all(fd, head, sizeof(head), until_ms, err) != 0)
		return -1;
	len = (size_t)head[0] << 8 | head[1];
	if (receive_all(fd, wire, len, until_ms, err) != 0)
		return -1;
	buf_free(out);
	buf_add(out, wire, len);
	return 0;
}
