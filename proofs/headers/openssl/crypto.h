/*-------------------------------------------------------------------------
 *
 * crypto.h
 *		What the proofs need of OpenSSL's header, so that they do without the package.
 *
 *-------------------------------------------------------------------------
 */
#include <stddef.h>

extern void OPENSSL_cleanse(void *memory, size_t len);
