/*
 * The PGP word list: bytes as words that people read to each other, as the
 * root zone's key ceremonies do with digests.
 */
#ifndef KMGR_BASE_PGPWORDS_H
#define KMGR_BASE_PGPWORDS_H

#include <stddef.h>
#include <stdint.h>

#include "kmgr/base/buf.h"

/**
 * pgpwords(bytes, len, out):
 * Append the words of the ${len} ${bytes}, parted by blanks.
 *
 * Source: P. Juola and P. Zimmermann, "Whole-Word Phonetic Distances and the
 * PGPfone Alphabet", 1996.
 */
void pgpwords(const uint8_t *bytes, size_t len, struct buf *out);

#endif
