#include <stdlib.h>
#include <string.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/cmd/cmd_requester.h"

#define SUFFIX	      ".sig"	/* what ssh-keygen -Y sign puts behind */
#define SIGNATURE_MAX (1 << 16)	/* bytes of a signature file */

static int
read_one(const char *path, struct cmd_requester *out, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc;

	rc = file_check_regular(path, err);
	if (rc == 0)
		rc = file_read(path, SIGNATURE_MAX, &text, err);
	if (rc == 0)
		*(char **)mem_push(&out->signatures, out->n++,
		    sizeof(char *)) = buf_take(&text);
	buf_free(&text);
	return rc;
}

/* Where ssh-keygen wrote it, if it did. */
static int
read_beside(const char *path, struct cmd_requester *out, struct error *err)
{
	struct error ignored = ERR_INIT;
	char *beside;
	int rc = 0;

	if (strcmp(path, "-") == 0)
		return 0;
	beside = mem_printf("%s" SUFFIX, path);
	if (file_check_regular(beside, &ignored) == 0)
		rc = read_one(beside, out, err);
	free(beside);
	return rc;
}

int
cmd_requester_read(const struct cmd *cmd, const char *path,
    struct cmd_requester *out, struct error *err)
{
	const char *const *files =
	    cmd->args->values[OPT_REQUESTER_SIGNATURE];
	size_t i;

	*out = (struct cmd_requester) { 0 };
	if (!args_has(cmd->args, OPT_REQUESTER_SIGNATURE))
		return read_beside(path, out, err);
	for (i = 0; i < cmd->args->n_values[OPT_REQUESTER_SIGNATURE]; i++)
		if (read_one(files[i], out, err) != 0)
			return err_wrap(err, "--requester-signature");
	return 0;
}

const char *const *
cmd_requester_list(const struct cmd_requester *requester)
{

	return (const char *const *)requester->signatures;
}

void
cmd_requester_clear(struct cmd_requester *requester)
{
	size_t i;

	for (i = 0; i < requester->n; i++)
		free(requester->signatures[i]);
	free(requester->signatures);
	*requester = (struct cmd_requester) { 0 };
}
