/*
 * What the KSKs of a zone are there for at an instant: which are in its
 * DNSKEY RRset and sign it, and whose DS the parent is to have. Pure: facts
 * and policies in, answers out.
 */
#ifndef ENGINE_KSK_USE_H
#define ENGINE_KSK_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmgr/engine/ksk.h"
#include "kmgr/store/store.h"

#define KSK_USE_NEVER INT64_MAX

/* A zone whose DNSKEY RRset is to be made. */
struct ksk_use {
	const struct ksk	*ksks;		/* all that are not removed */
	size_t			 n;
	int64_t			 now_at;
	const uint8_t		*zsk_algs;	/* of the ZSKs in the set */
	size_t			 n_zsk_algs;
};

/**
 * ksk_use_is_at_parent(row):
 * Whether the parent's DS set has a DS of this KSK, for all that was told.
 */
bool ksk_use_is_at_parent(const struct ksk_row *row);

/**
 * ksk_use_wants_ds(row):
 * Whether the parent should have, or get, its DS: what CDS, CDNSKEY and get-ds
 * show. It should not once its DS was taken away.
 */
bool ksk_use_wants_ds(const struct ksk_row *row);

/**
 * ksk_use_wanted_first(list, n):
 * Put the KSKs of ksk_use_wants_ds() before the others of the ${n}, in their
 * order; returns their number.
 */
size_t ksk_use_wanted_first(struct ksk *list, size_t n);

/**
 * ksk_use_ds_out_at(ksks, n, i):
 * From when on no cache has the DS of the ${i}th of the ${n} KSKs of a zone:
 * 0 where the parent never had it, KSK_USE_NEVER where it has it still. Where
 * the policies of several CMKs differ, the longest wait counts.
 *
 * Source: RFC 7583 s3.3.1: Iret = DprpP + TTLds, and retire-safety.
 */
int64_t ksk_use_ds_out_at(const struct ksk *ksks, size_t n, size_t i);

/**
 * ksk_use_signs(use, i):
 * Whether the ${i}th KSK is in the DNSKEY RRset and signs it. One leaves when
 * no cache has its DS any more, if the parent has the DS of another one, and
 * if it leaves no ZSK behind whose algorithm no other KSK has.
 *
 * Source: RFC 6781 s4.1.2, s4.1.4; RFC 4035 s2.2.
 */
bool ksk_use_signs(const struct ksk_use *use, size_t i);

#endif
