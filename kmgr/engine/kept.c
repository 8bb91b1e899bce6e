#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmgr/base/buf.h"
#include "kmgr/base/mem.h"
#include "kmgr/engine/kept.h"

char *
kept_application(const char *prefix, const char *cmk_id,
    char out[static HSM_DATA_NAME_MAX + 1])
{

	(void)snprintf(out, HSM_DATA_NAME_MAX + 1, "%s%.16s", prefix, cmk_id);
	return out;
}

/* Once a run: the ratchet and the seal go the same way. */
static void
note_weakness(struct session *session, const struct hsm_token *token,
    const char *reason)
{
	char *note = mem_printf("token %s is tamper-evident only: %s",
	    hsm_token_name(token), reason);

	if (strstr(buf_text(session_notes(session)), note) == NULL)
		session_note(session, "%s", note);
	free(note);
}

int
kept_put(struct session *session, struct hsm_token *token,
    const char *application, const char *label, const struct json *json,
    struct error *err)
{
	char reason[HSM_DATA_REASON_LEN] = "";
	enum hsm_data_seal seal = HSM_DATA_ABSENT;
	struct buf text = BUF_INIT;
	int rc = 0;

	json_canonical(json, &text);
	if (text.len > HSM_DATA_MAX)
		(void)snprintf(reason, sizeof(reason), "%zu bytes do not fit "
		    "into a data object", text.len);
	else
		rc = hsm_data_put(token, application, label, text.data,
		    text.len, &seal, reason, err);
	buf_free(&text);
	if (rc == 0 && seal != HSM_DATA_SEALED)
		note_weakness(session, token, reason);
	return rc;
}
