/* The tables of commands, in the order in which people read them. */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include <stddef.h>

#include "kmgr/cmd/command.h"

#define GROUP_SETUP	"Set-up"
#define GROUP_POLICY	"Policy"
#define GROUP_CMK	"Customer master key"
#define GROUP_KSK	"Key-signing keys"
#define GROUP_SIGN	"Signing"
#define GROUP_KSR	"Requests and responses"
#define GROUP_LIFE	"Life cycle"
#define GROUP_HEALTH	"Health"
#define GROUP_PARENT	"Parent"
#define GROUP_TRUST	"Trust"
#define GROUP_APPROVE	"Approvals"
#define GROUP_STORE	"Store"
#define GROUP_HELP	"Help"

extern const struct command commands_keys[], commands_ksr[], commands_life[],
    commands_trust[];
extern const size_t commands_keys_n, commands_ksr_n, commands_life_n,
    commands_trust_n;

#endif
