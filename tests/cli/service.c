/*
 * service hook HOOK [MEMBER=TEXT]...
 *
 * Does, with the configuration $KMGR_CONFIG, one step of what `kmgr run` does.
 * Exit status: that of kmgr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/when.h"
#include "kmgr/engine/session.h"
#include "kmgr/service/hook.h"

/* What stands behind NAME= among the words, or NULL. */
static const char *
word(char **words, const char *name)
{
	const size_t len = strlen(name);

	for (; *words != NULL; words++)
		if (strncmp(*words, name, len) == 0 && (*words)[len] == '=')
			return *words + len + 1;
	return NULL;
}

static int64_t
number(char **words, const char *name, int64_t none)
{
	const char *text = word(words, name);

	return text == NULL ? none : strtoll(text, NULL, 10);
}

static int
do_hook(struct session *session, char **words, struct error *err)
{
	const struct hook_message message = {
		.zone = word(words, "zone"),
		.cka_id = word(words, "cka_id"),
		.key_tag = number(words, "key_tag", -1),
		.alg = number(words, "alg", 0),
		.digest_type = number(words, "digest_type", 0),
		.digest = word(words, "digest"),
		.dnskey = word(words, "dnskey"),
		.ds_set = word(words, "ds_set"),
		.file = word(words, "file"),
	};
	enum hook hook;

	for (hook = HOOK_DS_ADD; hook <= HOOK_ZONE_PUBLISH; hook++)
		if (words[0] != NULL && strcmp(hook_name(hook), words[0]) == 0)
			return hook_run(session, hook, &message, err);
	return err_set(err, ERR_USAGE, "no such hook");
}

static const struct {
	const char	*name;
	int		(*run)(struct session *, char **, struct error *);
} steps[] = {
	{ "hook", do_hook },
};

static int
run(struct session *session, char **words, struct error *err)
{
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (words[0] != NULL && strcmp(steps[i].name, words[0]) == 0)
			return steps[i].run(session, words + 1, err);
	return err_set(err, ERR_USAGE, "no such step");
}

int
main(int argc, char **argv)
{
	const struct session_options options = {
		.config_path = config_path(NULL),
		.now_at = when_now(),
	};
	struct session *session = NULL;
	struct error err = ERR_INIT;

	(void)argc;
	if (session_open(&options, &session, &err) == 0) {
		(void)run(session, argv + 1, &err);
		(void)fputs(buf_text(session_notes(session)), stderr);
	}
	session_close(session);
	if (err.class != ERR_NONE)
		(void)fprintf(stderr, "%s\nhint: %s\n", err.msg, err.hint);
	return (int)err.class;
}
