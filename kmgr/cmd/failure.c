#include "kmgr/cmd/command.h"
#include "kmgr/cmd/failure.h"

void
failure_put(struct json *json, const struct error *err)
{

	json_put_text(json, "error", err_class_name(err->class));
	json_put_int(json, "exit_status", (int64_t)err->class);
	json_put_int(json, "code", (int64_t)err->code);
	json_put_text(json, "message", err->msg);
	json_put_text(json, "hint", err->hint);
}

void
failure_text(const struct error *err, struct buf *out)
{

	buf_printf(out, "kmgr: %s\n", err->msg);
	if (err->hint[0] != '\0')
		buf_printf(out, "kmgr: hint: %s\n", err->hint);
}

void
failure_json(const char *command, const struct json *notes,
    const struct error *err, struct buf *out)
{
	struct json *json = json_new_object();

	json_put_int(json, "schema", COMMAND_SCHEMA);
	json_put_text(json, "command", command);
	failure_put(json, err);
	if (notes != NULL)
		json_put_take(json, "notes", json_copy_of(notes));
	json_pretty(json, out);
	json_free(json);
}
