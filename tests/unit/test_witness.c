/* kmgr/engine/witness.c: with a log daemon, a file and a command to tell */
#include "tests/unit/unit.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/process.h"
#include "kmgr/base/syslog.h"
#include "kmgr/engine/witness.h"

#define STATEMENT "{\"cmk\":\"x\",\"note\":\"a \\\"b\\\"\"}"
#define HEX "ab000000000000000000000000000000" \
	"000000000000000000000000000000cd"
#define LINE "kmgr head seq=12 hash=" HEX " cmk=00ff name=prod " \
	"at=2026-11-22T10:00:00Z signature=MEUC+/w=="

/* A folder with all of it, and how the modules below are used. */
static struct {
	char		 dir[64];
	char		 socket[80];
	int		 daemon;
	int64_t		 limit_s;	/* of the command, as it is asked */
	int64_t		 real_limit_s;	/* as it gets it; 0: the same */
	struct session	*session;
} t;

static const struct witness_head head = {
	.seq = 12,
	.hash = { [0] = 0xab, [31] = 0xcd },
	.cmk_id = "00ff",
	.cmk_name = "prod",
	.at = 1795341600,
	.statement = STATEMENT,
	.signature = "MEUC+/w=="
};

int __real_syslog_send(const char *path, int64_t at, const char *text,
    struct error *err);
int __wrap_syslog_send(const char *path, int64_t at, const char *text,
    struct error *err);
int __real_process_run(const struct process *spec, struct buf *out,
    int *exit_status, struct error *err);
int __wrap_process_run(const struct process *spec, struct buf *out,
    int *exit_status, struct error *err);

/* The machine's own log daemon is spared. */
int
__wrap_syslog_send(const char *path, int64_t at, const char *text,
    struct error *err)
{

	assert_string_equal(path, "/dev/log");
	assert_int_equal(at, head.at);
	return __real_syslog_send(t.socket, at, text, err);
}

/* Nobody waits 30 seconds here. */
int
__wrap_process_run(const struct process *spec, struct buf *out,
    int *exit_status, struct error *err)
{
	struct process mine = *spec;

	t.limit_s = spec->limit_s;
	if (t.real_limit_s != 0)
		mine.limit_s = t.real_limit_s;
	return __real_process_run(&mine, out, exit_status, err);
}

static char *
in_dir(char path[static 128], const char *name)
{

	(void)snprintf(path, 128, "%s/%s", t.dir, name);
	return path;
}

static void
put_file(const char *name, mode_t mode, const char *text)
{
	struct error err = ERR_INIT;
	char path[128];

	unit_ok(file_write(in_dir(path, name), mode, text, strlen(text),
	    &err), &err);
}

static void
holds(const char *name, const char *expected)
{
	struct error err = ERR_INIT;
	struct buf buf = BUF_INIT;
	char path[128];

	unit_ok(file_read(in_dir(path, name), 65536, &buf, &err), &err);
	assert_string_equal(buf_text(&buf), expected);
	buf_free(&buf);
}

static int
setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	memset(&t, 0, sizeof(t));
	(void)strcpy(t.dir, "/tmp/test_witness.XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	(void)snprintf(t.socket, sizeof(t.socket), "%s/log", t.dir);
	(void)strcpy(address.sun_path, t.socket);
	t.daemon = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(bind(t.daemon, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	put_file("tell", 0700, "#!/bin/sh\ncat >\"$1\"\necho done\n");
	return 0;
}

static int
teardown(void **state)
{
	char line[128];

	(void)state;
	session_close(t.session);
	(void)close(t.daemon);
	(void)snprintf(line, sizeof(line), "rm -rf '%s'", t.dir);
	return system(line);
}

/* Begin a run with these witnesses; %s in them is the folder. */
static void __attribute__((format(printf, 1, 2)))
begin(const char *fmt, ...)
{
	struct session_options options = { .now_at = head.at };
	struct error err = ERR_INIT;
	char text[1024], path[128];
	va_list ap;
	int n;

	n = snprintf(text, sizeof(text), "store: sqlite:%s/kmgr.db\n"
	    "tokens: { main: 'pkcs11:token=t?module-path=/m.so' }\n", t.dir);
	va_start(ap, fmt);
	(void)vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	put_file("kmgr.yaml", 0600, text);
	options.config_path = in_dir(path, "kmgr.yaml");
	session_close(t.session);
	unit_ok(session_open(&options, &t.session, &err), &err);
}

static void
notes_are(const char *expected)
{

	assert_string_equal(buf_text(session_notes(t.session)), expected);
}

/* The datagram that came, behind the daemon's own header. */
static void
log_has(const char *expected)
{
	char got[2048];
	const ssize_t n = recv(t.daemon, got, sizeof(got) - 1, MSG_DONTWAIT);

	assert_true(n > 0);
	got[n] = '\0';
	assert_memory_equal(got, "<85>", 4);
	assert_non_null(strstr(got, "]: "));
	assert_string_equal(strstr(got, "]: ") + 3, expected);
}

static void
all_are_told(void **state)
{
	struct stat st;
	char path[128];

	(void)state;
	begin("witnesses: { syslog: true, file: %s/heads, "
	    "command: [%s/tell, %s/told] }\n", t.dir, t.dir, t.dir);
	assert_int_equal(witness_tell(t.session, &head), 3);
	notes_are("");
	log_has(LINE);
	holds("heads", LINE "\n");
	assert_int_equal(stat(in_dir(path, "heads"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	holds("told", "{\"at\":\"2026-11-22T10:00:00Z\",\"cmk\":\"00ff\","
	    "\"hash\":\"" HEX "\",\"name\":\"prod\",\"schema\":1,\"seq\":12,"
	    "\"signature\":\"MEUC+/w==\",\"statement\":"
	    "\"{\\\"cmk\\\":\\\"x\\\",\\\"note\\\":\\\"a \\\\\\\"b\\\\\\\""
	    "\\\"}\"}\n");
	assert_int_equal(t.limit_s, 30);
	/* What a file has, it keeps. */
	assert_int_equal(witness_tell(t.session, &head), 3);
	holds("heads", LINE "\n" LINE "\n");
}

static void
only_those_that_there_are(void **state)
{
	char byte;

	(void)state;
	begin("pins: {}\n");
	assert_int_equal(witness_tell(t.session, &head), 0);
	begin("witnesses: { syslog: false, file: %s/heads }\n", t.dir);
	assert_int_equal(witness_tell(t.session, &head), 1);
	holds("heads", LINE "\n");
	assert_int_equal(recv(t.daemon, &byte, 1, MSG_DONTWAIT), -1);
	begin("witnesses: { syslog: true }\n");
	assert_int_equal(witness_tell(t.session, &head), 1);
	log_has(LINE);
	notes_are("");
}

/* One that is away stops neither the others nor the work. */
static void
who_is_away_is_noted(void **state)
{
	char expected[1024];

	(void)state;
	put_file("tell", 0700, "#!/bin/sh\necho 'no route' >&2\nexit 7\n");
	begin("witnesses: { syslog: true, file: %s/none/heads, "
	    "command: [%s/tell] }\n", t.dir, t.dir);
	assert_int_equal(witness_tell(t.session, &head), 1);
	log_has(LINE);
#define NOT_TOLD(who) "the witness \"" who "\" was not told of head 12 of " \
	"the ledger: "
	(void)snprintf(expected, sizeof(expected),
	    NOT_TOLD("file") "append to %s/none/heads: No such file or "
	    "directory\n"
	    NOT_TOLD("command") "%s/tell ended with status 7: no route\n",
	    t.dir, t.dir);
	notes_are(expected);

	(void)unlink(t.socket);
	begin("witnesses: { syslog: true, file: %s/heads, "
	    "command: [%s/nothing] }\n", t.dir, t.dir);
	assert_int_equal(witness_tell(t.session, &head), 1);
	(void)snprintf(expected, sizeof(expected),
	    NOT_TOLD("syslog") "send to %s: No such file or directory\n"
	    NOT_TOLD("command") "run %s/nothing: No such file or directory\n",
	    t.socket, t.dir);
	notes_are(expected);
	holds("heads", LINE "\n");
}

static void
a_command_that_hangs(void **state)
{
	char expected[256];

	(void)state;
	put_file("tell", 0700, "#!/bin/sh\nsleep 1000\n");
	begin("witnesses: { command: [%s/tell] }\n", t.dir);
	t.real_limit_s = 1;
	assert_int_equal(witness_tell(t.session, &head), 0);
	(void)snprintf(expected, sizeof(expected), NOT_TOLD("command")
	    "%s/tell did not end within 1 s\n", t.dir);
	notes_are(expected);
}

/* Whoever writes to the store cannot write lines of his own. */
static void
one_line_whatever_it_says(void **state)
{
	struct witness_head bad = head;

	(void)state;
	bad.cmk_name = "a\nkmgr head seq=13\x1b\xff";
	begin("witnesses: { syslog: true, file: %s/heads }\n", t.dir);
	assert_int_equal(witness_tell(t.session, &bad), 2);
#define BAD_LINE "kmgr head seq=12 hash=" HEX " cmk=00ff " \
	"name=a?kmgr?head?seq=13?? at=2026-11-22T10:00:00Z " \
	"signature=MEUC+/w=="
	log_has(BAD_LINE);
	holds("heads", BAD_LINE "\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_told),
		TEST(only_those_that_there_are),
		TEST(who_is_away_is_noted),
		TEST(a_command_that_hangs),
		TEST(one_line_whatever_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
