#include "proto/sign/context.h"

#include <pthread.h>
#include <stdlib.h>

#include "proto/base/err.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key; /* only so that a thread's end is noticed */
static _Thread_local struct mu_context *mine;

static void free_contexts(void *contexts)
{
    struct mu_context *c = contexts;

    EVP_MD_CTX_free(c->signature);
    EVP_MD_CTX_free(c->digest);
    EVP_MD_free(c->sha256);
    free(c);
}

static void make_key(void)
{
    MU_CHECK(pthread_key_create(&key, free_contexts) == 0);
}

static struct mu_context *make_contexts(void)
{
    struct mu_context *c = calloc(1, sizeof *c);

    MU_CHECK(c != NULL);
    c->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    c->digest = EVP_MD_CTX_new();
    c->signature = EVP_MD_CTX_new();
    MU_CHECK(c->sha256 != NULL && c->digest != NULL && c->signature != NULL);
    pthread_once(&once, make_key);
    MU_CHECK(pthread_setspecific(key, c) == 0);
    return c;
}

const struct mu_context *mu_context(void)
{
    if (mine == NULL)
        mine = make_contexts();
    return mine;
}

EVP_MD_CTX *mu_context_signature(void)
{
    EVP_MD_CTX *ctx = mu_context()->signature;

    EVP_MD_CTX_reset(ctx);
    return ctx;
}
