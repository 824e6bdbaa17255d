/*-------------------------------------------------------------------------
 *
 * block.h
 *		EMSA-PKCS1-v1_5 blocks (RFC 8017, section 9.2), right and wrong.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CORPUS_BLOCK_H
#define CORPUS_BLOCK_H

#include "corpus.h"

/* What DigestInfo begins with for SHA-256, up to the digest. */
#define SHA256_INFO \
	"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"

/* start, pad bytes FF to fill the length, a zero byte, and the tail. */
extern Bytes block(Bytes start, Bytes tail, size_t len);

/* 00 01 FF ... FF 00 and this DigestInfo, whole. */
extern Bytes block_of(Bytes digest_info, size_t len);

/*
 * Emits the usual token, its payload with one member more, whose signature is
 * this block by the private operation of acme's key.
 */
extern void forge_block(const char *name, Bytes em);

/* The digest that such a signature has to be made of. */
extern Bytes usual_digest(void);

#endif							/* CORPUS_BLOCK_H */
