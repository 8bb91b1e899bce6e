#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kmgr/base/mem.h"
#include "kmgr/engine/plan.h"

static const char *
action_name(enum action_kind kind)
{
	static const char *const names[] = {
		[ACTION_MAKE_SEAL_KEY] = "make-seal-key",
		[ACTION_MAKE_IDENTITY_KEY] = "make-identity-key",
		[ACTION_SEAL] = "seal",
		[ACTION_MAKE_KSK] = "make-ksk",
		[ACTION_ENDORSE] = "endorse",
		[ACTION_REPLACE_APPROVER] = "replace-approver",
		[ACTION_RESTORE] = "restore",
		[ACTION_RECOVER] = "recover",
		[ACTION_ADOPT] = "adopt",
		[ACTION_SIGN] = "sign",
		[ACTION_REPLACE_POLICY] = "replace-policy",
		[ACTION_UPDATE_CMK] = "update-cmk",
		[ACTION_SET_STATE] = "set-state",
		[ACTION_RECORD_DS] = "record-ds",
		[ACTION_RECORD_BACKUP] = "record-backup",
		[ACTION_RETIRE_KSK] = "retire-ksk",
		[ACTION_DESTROY_KEY] = "destroy-key",
		[ACTION_KEEP_KEY] = "keep-key",
		[ACTION_LIFE_STEP] = "life-step",
		[ACTION_SET_GOAL] = "set-goal",
		[ACTION_RECORD_SIGNER] = "record-signer",
		[ACTION_FOREIGN_KEY] = "foreign-key",
		[ACTION_WRITE_BACKUP] = "write-backup",
		[ACTION_APPROVE] = "approve",
		[ACTION_END_PLAN] = "end-plan",
		[ACTION_OBSERVE] = "observe",
	};

	return names[kind];
}

void
plan_add(struct plan *plan, enum action_kind kind, const struct name *zone,
    const char *fmt, ...)
{
	struct action *action;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	action = mem_push(&plan->actions, plan->n++, sizeof(*action));
	action->kind = kind;
	action->text = mem_strdup(text);
	if (zone != NULL)
		action->zone = *zone;
}

void
plan_take(struct plan *plan, struct plan *more)
{
	struct action *action;
	size_t i;

	for (i = 0; i < more->n; i++) {
		action = mem_push(&plan->actions, plan->n++, sizeof(*action));
		*action = more->actions[i];
	}
	more->n = 0;
	plan_clear(more);
}

void
plan_text(const struct plan *plan, struct buf *out)
{
	size_t i;

	if (plan->n == 0)
		buf_printf(out, "nothing to do\n");
	for (i = 0; i < plan->n; i++)
		buf_printf(out, "would %s\n", plan->actions[i].text);
}

struct json *
plan_json(const struct plan *plan)
{
	struct json *list = json_new_array();
	char zone[NAME_TEXT_MAX];
	size_t i;

	for (i = 0; i < plan->n; i++) {
		const struct action *action = &plan->actions[i];
		struct json *row = json_add_object(list);

		json_put_text(row, "action", action_name(action->kind));
		json_put_text(row, "zone", action->zone.len == 0 ? NULL :
		    name_text(&action->zone, zone));
		json_put_text(row, "text", action->text);
	}
	return list;
}

void
plan_clear(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		free(plan->actions[i].text);
	free(plan->actions);
	*plan = (struct plan)PLAN_INIT;
}
