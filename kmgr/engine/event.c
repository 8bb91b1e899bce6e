#include <assert.h>
#include <string.h>

#include "kmgr/engine/event.h"
#include "kmgr/store/ledger.h"

static const struct event_type types[] = {
	{ "create-cmk", EVENT_LIFE_CYCLE, "a CMK was made" },
	{ "identity", EVENT_LIFE_CYCLE,
	    "the identity key of a CMK was made and certified" },
	{ "put-policy", EVENT_LIFE_CYCLE, "a draft policy was replaced" },
	{ "seal", EVENT_LIFE_CYCLE, "a policy was sealed" },
	{ "update-cmk", EVENT_ROUTINE,
	    "name, contact or tags of a CMK were changed" },
	{ "cmk-state", EVENT_LIFE_CYCLE, "the state of a CMK changed" },
	{ "create-ksk", EVENT_LIFE_CYCLE, "a KSK was made and endorsed" },
	{ "adopt-ksk", EVENT_LIFE_CYCLE,
	    "a KSK that a token holds was adopted" },
	{ "delete-ksk", EVENT_LIFE_CYCLE, "a KSK was taken out of its zone" },
	{ "ds-seen", EVENT_LIFE_CYCLE, "a DS was seen at the parent" },
	{ "ds-gone", EVENT_LIFE_CYCLE, "a DS was gone from the parent" },
	{ "ksk-step", EVENT_LIFE_CYCLE,
	    "a step of a KSK's life cycle was done" },
	{ "confirm-backup", EVENT_LIFE_CYCLE, "a backup covers a KSK" },
	{ "zone-goal", EVENT_LIFE_CYCLE, "the goal of a zone changed" },
	{ "alg-signed", EVENT_LIFE_CYCLE,
	    "a zone signer began or ended to sign with an algorithm" },
	{ "add-foreign-key", EVENT_LIFE_CYCLE,
	    "a KSK of another provider was added" },
	{ "foreign-step", EVENT_LIFE_CYCLE,
	    "a step of a foreign key's life cycle was done" },
	{ "observe", EVENT_ROUTINE, "servers were seen to serve something" },
	{ "sign-zsks", EVENT_ROUTINE, "ZSK sets were signed" },
	{ "sign-ksr", EVENT_LIFE_CYCLE, "a key signing request was answered" },
	{ "plan", EVENT_ROUTINE, "a plan waits for approvers" },
	{ "approval", EVENT_ROUTINE, "an approver signed a plan" },
	{ "plan-end", EVENT_ROUTINE, "a plan was applied, or never will be" },
	{ "approvers", EVENT_LIFE_CYCLE, "an approver was replaced" },
	{ "hook", EVENT_ROUTINE, "a program of the user's was told" },
	{ "publish", EVENT_ROUTINE,
	    "signed records were handed to the zone signer" },
	{ "refusal", EVENT_ROUTINE, "a command was refused" },
	{ "time-jump", EVENT_ROUTINE, "a jump of the clock was accepted" },
	{ "checkpoint", EVENT_ROUTINE, "the ledger's head was signed" },
	{ "undone", EVENT_ROUTINE, "an interrupted step was undone" },
	{ "abandoned", EVENT_ROUTINE,
	    "what an interrupted step left stays in the token" },
	{ "backup", EVENT_ROUTINE, "a backup of the store was written" },
	{ "restore", EVENT_LIFE_CYCLE, "the store was restored" },
	{ "recover", EVENT_LIFE_CYCLE, "a loss of the store was accepted" },
};
#define N_TYPES (sizeof(types) / sizeof(types[0]))

const struct event_type *
event_type_at(size_t i)
{

	return i < N_TYPES ? &types[i] : NULL;
}

const struct event_type *
event_type_find(const char *type)
{
	size_t i;

	for (i = 0; i < N_TYPES; i++)
		if (strcmp(types[i].type, type) == 0)
			return &types[i];
	return NULL;
}

int
event_append(struct session *session, const char *type,
    const struct json *payload, struct error *err)
{
	struct store *store;

	assert(event_type_find(type) != NULL);
	if (session_store(session, &store, err) != 0)
		return -1;
	return ledger_append(store, type, payload, session_actor(session),
	    session_now(session), err);
}
