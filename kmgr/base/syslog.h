/* One line for the system's log. */
#ifndef KMGR_BASE_SYSLOG_H
#define KMGR_BASE_SYSLOG_H

#include <stdint.h>

#include "kmgr/base/err.h"

#define SYSLOG_SOCKET "/dev/log"

/**
 * syslog_send(path, at, text, err):
 * Hand the line ${text} of the instant ${at} to the daemon that listens at
 * the socket ${path}, from "kmgr", as authpriv.notice. Unlike syslog(3) it
 * says whether somebody took it, and it leaves alone this process's one
 * connection to the log, which a PKCS#11 module may use.
 *
 * Errors: ERR_SYSTEM.
 * Source: RFC 3164 s4.1, without the host name, as on any local socket.
 */
int syslog_send(const char *path, int64_t at, const char *text,
    struct error *err);

#endif
