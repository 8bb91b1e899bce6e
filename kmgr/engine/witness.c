#include <stdlib.h>

#include "kmgr/base/file.h"
#include "kmgr/base/json.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/process.h"
#include "kmgr/base/syslog.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/witness.h"

#define COMMAND_LIMIT_S 30
#define FILE_MODE	0640

/* What all witnesses are told, in both forms. */
struct news {
	int64_t		 at;
	struct buf	 line;		/* without its newline */
	struct buf	 json;
};

/* One member of the line and of the object. */
static void
put(struct news *news, struct json *object, const char *key,
    const char *value)
{
	char *word = mem_strdup(value);
	char *p;

	/* Nobody may add a line or a member by what stands in the store. */
	for (p = word; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			*p = '?';
	buf_printf(&news->line, " %s=%s", key, word);
	json_put_text(object, key, word);
	free(word);
}

static void
news_write(const struct witness_head *head, struct news *news)
{
	struct json *object = json_new_object();
	char hash[2 * CRYPTO_SHA256_LEN + 1], when[WHEN_TEXT_LEN];

	news->at = head->at;
	json_put_int(object, "schema", 1);
	json_put_int(object, "seq", head->seq);
	buf_printf(&news->line, "kmgr head seq=%lld", (long long)head->seq);
	put(news, object, "hash",
	    text_hex(head->hash, sizeof(head->hash), hash));
	put(news, object, "cmk", head->cmk_id);
	put(news, object, "name", head->cmk_name);
	put(news, object, "at", when_rfc3339(head->at, when));
	put(news, object, "signature", head->signature);
	json_put_text(object, "statement", head->statement);
	json_canonical(object, &news->json);
	buf_printf(&news->json, "\n");
	json_free(object);
}

static int
tell_syslog(const struct config_witnesses *witnesses, const struct news *news,
    struct error *err)
{

	(void)witnesses;
	return syslog_send(SYSLOG_SOCKET, news->at, buf_text(&news->line),
	    err);
}

static int
tell_file(const struct config_witnesses *witnesses, const struct news *news,
    struct error *err)
{
	struct buf line = BUF_INIT;
	int rc;

	buf_printf(&line, "%s\n", buf_text(&news->line));
	rc = file_append(witnesses->file, FILE_MODE, line.data, line.len, err);
	buf_free(&line);
	return rc;
}

static int
tell_command(const struct config_witnesses *witnesses,
    const struct news *news, struct error *err)
{
	const struct process spec = {
		.argv = (const char *const *)witnesses->command,
		.in = news->json.data,
		.in_len = news->json.len,
		.limit_s = COMMAND_LIMIT_S,
	};

	return process_run(&spec, NULL, NULL, err);
}

size_t
witness_tell(struct session *session, const struct witness_head *head)
{
	const struct config_witnesses *witnesses =
	    &session_config(session)->witnesses;
	const struct {
		const char	*name;
		bool		 is_wanted;
		int		(*tell)(const struct config_witnesses *,
				    const struct news *, struct error *);
	} all[] = {
		{ "syslog", witnesses->has_syslog, tell_syslog },
		{ "file", witnesses->file != NULL, tell_file },
		{ "command", witnesses->command != NULL, tell_command },
	};
	struct news news = { 0 };
	size_t i, n_told = 0;

	news_write(head, &news);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct error err = ERR_INIT;

		if (!all[i].is_wanted)
			continue;
		if (all[i].tell(witnesses, &news, &err) == 0)
			n_told++;
		else
			session_note(session, "the witness \"%s\" was not told "
			    "of head %lld of the ledger: %s", all[i].name,
			    (long long)head->seq, err.msg);
	}
	buf_free(&news.line);
	buf_free(&news.json);
	return n_told;
}
