/*
 * A pass of run in worker processes: each claims zones that are due, and does
 * what run_pass() does.
 */
#ifndef SERVICE_RUN_WORKERS_H
#define SERVICE_RUN_WORKERS_H

#include "kmgr/base/err.h"
#include "kmgr/service/run.h"

/**
 * run_workers(run, out, err):
 * As run_pass(), in as many worker processes as are of use (crew.h): in none
 * where zones are named, or it is a trial. The store and tokens of the
 * session must not have been opened. ${run}->tell() is called in this process.
 *
 * Errors: as run_pass(); ERR_SYSTEM where a worker was killed.
 */
int run_workers(const struct run *run, struct run_result *out,
    struct error *err);

#endif
