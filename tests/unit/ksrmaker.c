/*
 * Requests for the tests of commands: a good one, those it continues, and one
 * for each mutation that a file can say. Each gets a line on standard output:
 * its name, the rules that refuse it, how far the clock is to be turned, and
 * the options that belong to it, with tabs between; "-" for none.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "kmgr/base/file.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/ksr/codec.h"
#include "tests/unit/ksrmutants.h"

#define DAY KSRCASE_DAY

#define USAGE \
    "usage: ksrmaker policy plain|loose ZONES\n" \
    "       ksrmaker requests DIR icann|bind|knot plain|loose ZONE NOW\n"

static void
write_request(const char *dir, const char *name, const struct ksr *request)
{
	struct error err = ERR_INIT;
	struct buf text = BUF_INIT, path = BUF_INIT;

	codec_write(request, KSRCASE_NOW, &text);
	buf_printf(&path, "%s/%s", dir, name);
	unit_ok(file_write(buf_text(&path), 0644, text.data, text.len, &err),
	    &err);
	buf_free(&path);
	buf_free(&text);
}

/* Whether what would be written is read at all. */
static bool
is_readable(const struct ksr *request)
{
	struct error ignored = ERR_INIT;
	struct buf text = BUF_INIT;
	struct ksr *again = NULL;
	bool ok;

	codec_write(request, KSRCASE_NOW, &text);
	ok = codec_read(buf_text(&text), text.len, "it", &again,
	    &ignored) == 0;
	ksr_free(again);
	buf_free(&text);
	return ok;
}

static void
print_line(const char *name, const char *rules, int64_t shift_s,
    int64_t end_at, const char *genesis)
{
	char end[WHEN_TEXT_LEN];

	(void)printf("%s\t%s\t%" PRId64 "\t", name, rules, shift_s);
	if (end_at != KSR_OPEN)
		(void)printf("--end %s %s\n", when_rfc3339(end_at, end),
		    genesis);
	else
		(void)printf("%s\n", genesis[0] == '\0' ? "-" : genesis);
}

static void
make_good(const char *dir, const struct ksrcase_world *world)
{
	const bool is_bind = world->format == KSR_BIND;
	struct ksrcase c;

	ksrcase_init_in(&c, world);
	write_request(dir, "long-ago", c.long_ago);
	write_request(dir, "before", c.before);
	write_request(dir, "good", c.request);
	print_line("long-ago", "-", c.start_at - 181 * DAY - c.now_at,
	    is_bind ? c.start_at - 89 * DAY : KSR_OPEN, "--genesis");
	print_line("before", "-", c.start_at - 91 * DAY - c.now_at,
	    is_bind ? c.start_at + DAY : KSR_OPEN, "");
	print_line("good", "-", 0, c.in.end_at, "");
	ksrcase_clear(&c);
}

static void
make_mutant(const char *dir, const struct ksrcase_world *world,
    const struct ksrmutate *row, size_t number)
{
	char name[64], rules[80];
	struct ksrcase c;

	ksrcase_init_in(&c, world);
	ksrmutate(row, &c);
	(void)snprintf(name, sizeof(name), "%03zu.%s", number, row->rule);
	(void)snprintf(rules, sizeof(rules), "%s%s%s", row->rule,
	    row->also == NULL ? "" : ",", row->also == NULL ? "" : row->also);
	write_request(dir, name, c.request);
	print_line(name, is_readable(c.request) ? rules : "unreadable",
	    c.in.now_at - c.now_at, c.in.end_at,
	    c.in.is_genesis ? "--genesis" : "");
	ksrcase_clear(&c);
}

static void
make_requests(const char *dir, const struct ksrcase_world *world)
{
	const struct ksrmutate *row;
	size_t t, i, number = 0;

	make_good(dir, world);
	for (t = 0; t < ksrmutants_all_n; t++)
		for (i = 0; i < ksrmutants_all[t]->n; i++) {
			row = &ksrmutants_all[t]->rows[i];
			number++;
			if ((row->files & 1U << world->format) != 0 &&
			    row->policy == world->policy)
				make_mutant(dir, world, row, number);
		}
}

static int
read_policy(const char *word, enum ksrcase_policy *out)
{

	*out = strcmp(word, "loose") == 0 ? POLICY_LOOSE : POLICY_PLAIN;
	return *out == POLICY_LOOSE || strcmp(word, "plain") == 0 ? 0 : -1;
}

static int
read_world(char **words, struct ksrcase_world *world)
{
	struct error err = ERR_INIT;
	int format;

	for (format = 0; format < KSR_FORMAT_N; format++)
		if (strcmp(ksr_format_name((enum ksr_format)format),
		    words[0]) == 0)
			break;
	world->format = (enum ksr_format)format;
	world->zone = words[2];
	return format == KSR_FORMAT_N ||
	    read_policy(words[1], &world->policy) != 0 ||
	    text_to_int(words[3], 0, UINT32_MAX, &world->now_at,
	    &err) != 0 ? -1 : 0;
}

int
main(int argc, char **argv)
{
	struct buf yaml = BUF_INIT;
	enum ksrcase_policy policy;
	struct ksrcase_world world;

	if (argc == 4 && strcmp(argv[1], "policy") == 0 &&
	    read_policy(argv[2], &policy) == 0) {
		ksrcase_yaml(policy, argv[3], &yaml);
		(void)fputs(buf_text(&yaml), stdout);
		buf_free(&yaml);
	} else if (argc == 7 && strcmp(argv[1], "requests") == 0 &&
	    read_world(argv + 3, &world) == 0) {
		make_requests(argv[2], &world);
	} else {
		(void)fputs(USAGE, stderr);
		return 2;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
