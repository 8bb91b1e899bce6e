/* Whether a response answers the request that its receiver made. */
#ifndef POLICY_RECEIVER_REQUEST_H
#define POLICY_RECEIVER_REQUEST_H

#include "policy/report.h"

/**
 * receiver_request_check(subject, report):
 * The check of RESPONSE-REQUEST: the ${subject}, a struct receiver_sigs, has
 * the ZSKs of the request at each time, and a bundle where it has one.
 */
void receiver_request_check(const void *subject, struct report *report);

#endif
