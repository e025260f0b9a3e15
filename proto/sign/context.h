/* OpenSSL's working space: one set per thread, made at its first use, freed when the thread ends.
 *
 * Making a context costs more than hashing a leaf with it, and looking an algorithm up by name costs
 * more than both. So each thread keeps its own, and no lock is taken anywhere.
 */
#ifndef MU_SIGN_CONTEXT_H
#define MU_SIGN_CONTEXT_H

#include <openssl/evp.h>

struct mu_context {
    EVP_MD *sha256;
    EVP_MD_CTX *digest;
    EVP_MD_CTX *signature; /* signing and checking: take it with mu_context_signature */
};

/* Lends this thread's contexts. Without memory for them nothing can be believed or said, so the
 * process stops. */
const struct mu_context *mu_context(void);

/* Lends the signature context, emptied. Init alone would go on with the key of the time before: the
 * context keeps it, and passes a new one over in silence. */
EVP_MD_CTX *mu_context_signature(void);

#endif
