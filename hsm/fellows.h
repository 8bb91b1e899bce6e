/*
 * Who uses the same module in this process. What one initialises is of all,
 * and so is what one finalizes.
 */
#ifndef HSM_FELLOWS_H
#define HSM_FELLOWS_H

#include "hsm/module.h"

/**
 * fellows_join(module, path), fellows_leave(module):
 * ${module} uses the file ${path} from here on; no more. Where it does or does
 * not already, nothing.
 */
void fellows_join(struct module *module, const char *path);
void fellows_leave(struct module *module);

/**
 * fellows_take(module, path):
 * ${module} is about to finalize ${path}: what libp11 has of it becomes its
 * own, and all others are stale.
 */
void fellows_take(struct module *module, const char *path);

/**
 * fellows_give(module):
 * ${module} is to go: what libp11 has of it becomes another one's, where there
 * is one, who finalizes it some day.
 */
void fellows_give(struct module *module);

#endif
