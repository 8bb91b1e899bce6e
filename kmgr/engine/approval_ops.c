#include <string.h>

#include "kmgr/engine/approval_inner.h"
#include "kmgr/engine/approver_change.h"
#include "kmgr/engine/approvers.h"
#include "kmgr/engine/cmk_life.h"
#include "kmgr/engine/ksk_create.h"
#include "kmgr/engine/ksk_end.h"
#include "kmgr/engine/ksk_revoke.h"
#include "kmgr/engine/skr.h"
#include "kmgr/engine/zone_roll.h"

static const struct approval_op ops[] = {
	{ KSK_CREATE_OP, ksk_create_approved, ksk_create_approved_plan },
	{ KSK_END_OP, ksk_end_approved, ksk_end_approved_plan },
	{ KSK_REVOKE_OP, ksk_revoke_approved, ksk_revoke_approved_plan },
	{ SKR_OP, skr_approved, skr_approved_plan },
	{ ZONE_ROLL_OP, zone_roll_approved, zone_roll_approved_plan },
	{ CMK_LIFE_DELETION_OP, cmk_life_approved, cmk_life_approved_plan },
	{ APPROVERS_REPLACE, approver_change_approved,
	    approver_change_approved_plan },
};
#define N_OPS (sizeof(ops) / sizeof(ops[0]))

const struct approval_op *
approval_op_find(const char *op)
{
	size_t i;

	for (i = 0; i < N_OPS; i++)
		if (strcmp(ops[i].op, op) == 0)
			return &ops[i];
	return NULL;
}
