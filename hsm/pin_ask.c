#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "hsm/pin.h"
#include "kmgr/base/stop.h"

enum answer {
	ANSWER_LINE,
	ANSWER_SIGNAL,		/* one is pending */
	ANSWER_FAILED
};

static void
ending_signals(sigset_t *set)
{

	(void)sigemptyset(set);
	(void)sigaddset(set, SIGHUP);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGQUIT);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGTSTP);
}

/* Wait for a line or a signal; what signal it is stays pending. */
static enum answer
wait_line(int tty, int signals)
{
	struct pollfd p[2] = {
		{ .fd = tty, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	while (poll(p, 2, -1) < 0)
		if (errno != EINTR)
			return ANSWER_FAILED;
	return (p[1].revents & POLLIN) != 0 ? ANSWER_SIGNAL : ANSWER_LINE;
}

static enum answer
read_line(int tty, int signals, char *line, size_t room, size_t *len)
{
	const enum answer answer = wait_line(tty, signals);
	ssize_t n;

	if (answer != ANSWER_LINE)
		return answer;
	if ((n = read(tty, line, room)) < 0)
		return ANSWER_FAILED;
	*len = (size_t)n;
	return ANSWER_LINE;
}

/*
 * Echo is off only while the signals that end or stop the program are held
 * back; they are let through when it is on again.
 */
static enum answer
ask_once(int tty, const char *name, char *line, size_t room, size_t *len)
{
	struct termios shown, hidden;
	sigset_t set, before;
	enum answer answer = ANSWER_FAILED;
	int signals;

	ending_signals(&set);
	if (tcgetattr(tty, &shown) != 0 ||
	    (signals = signalfd(-1, &set, SFD_CLOEXEC)) < 0)
		return ANSWER_FAILED;
	(void)pthread_sigmask(SIG_BLOCK, &set, &before);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	hidden.c_lflag |= ICANON | ISIG;
	if (tcsetattr(tty, TCSAFLUSH, &hidden) == 0) {
		(void)dprintf(tty, "PIN of token %s: ", name);
		answer = read_line(tty, signals, line, room, len);
		(void)tcsetattr(tty, TCSAFLUSH, &shown);
		(void)dprintf(tty, "\n");
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)close(signals);
	return answer;
}

static int
take_line(char *line, size_t len, struct secret **out, struct error *err)
{

	if (len > 0 && line[len - 1] == '\n')
		len--;
	if (len == 0)
		return err_set(err, ERR_CONFIG, "no PIN was entered");
	if (secret_new(line, len, out, err) != 0) {
		err->class = ERR_CONFIG;
		return -1;
	}
	return 0;
}

int
pin_ask(const char *name, struct secret **out, struct error *err)
{
	char line[SECRET_MAX + 2];
	enum answer answer;
	size_t len = 0;
	int tty, rc = -1;

	*out = NULL;
	if ((tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) {
		(void)err_set(err, ERR_CONFIG, "no PIN: there is no "
		    "pin-source, no credential %s.pin and no terminal", name);
		return err_hint(err, "add pin-source=file:PATH to the "
		    "token's URI, or LoadCredential=%s.pin:PATH to the "
		    "service", name);
	}
	/* A program that was stopped and goes on asks again. */
	answer = ask_once(tty, name, line, sizeof(line), &len);
	if (answer == ANSWER_SIGNAL && stop_signal() == 0)
		answer = ask_once(tty, name, line, sizeof(line), &len);
	if (answer == ANSWER_SIGNAL)
		errno = EINTR;
	if (answer == ANSWER_LINE)
		rc = take_line(line, len, out, err);
	else
		(void)err_set_errno(err, "read the PIN from the terminal");
	secret_wipe(line, sizeof(line));
	(void)close(tty);
	return rc;
}
