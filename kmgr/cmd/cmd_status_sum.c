#include "kmgr/cmd/cmd_status_sum.h"

static const struct {
	const char	*member;
	const char	*text;
} kinds[CMD_STANDING_KINDS] = {
	[CMD_STANDING_FAILING] = { "failing", "failing" },
	[CMD_STANDING_DUE] = { "due", "due" },
	[CMD_STANDING_WAITING] = { "waiting", "waiting for somebody" },
	[CMD_STANDING_QUIET] = { "nothing_to_do", "with nothing to do" },
};

size_t
cmd_status_sum_all(const struct cmd_status_sum *sum)
{
	size_t i, n = sum->n_unread;

	for (i = 0; i < CMD_STANDING_KINDS; i++)
		n += sum->n_of[i];
	return n;
}

void
cmd_status_sum_put(const struct cmd_status_sum *sum, struct json *json)
{
	struct json *to = json_put_object(json, "summary");
	size_t i;

	json_put_int(to, "zones", (int64_t)cmd_status_sum_all(sum));
	for (i = 0; i < CMD_STANDING_KINDS; i++)
		json_put_int(to, kinds[i].member, (int64_t)sum->n_of[i]);
	json_put_int(to, "unreadable", (int64_t)sum->n_unread);
}

void
cmd_status_sum_print(const struct cmd_status_sum *sum, struct buf *out)
{
	const size_t all = cmd_status_sum_all(sum);
	const char *before = ": ";
	size_t i;

	buf_printf(out, "%zu zone%s", all, all == 1 ? "" : "s");
	if (sum->n_unread > 0) {
		buf_printf(out, "%s%zu unreadable", before, sum->n_unread);
		before = ", ";
	}
	for (i = 0; i < CMD_STANDING_KINDS; i++) {
		if (sum->n_of[i] == 0)
			continue;
		buf_printf(out, "%s%zu %s", before, sum->n_of[i],
		    kinds[i].text);
		before = ", ";
	}
	buf_printf(out, "\n");
}
