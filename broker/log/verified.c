#include "broker/log/verified.h"

#include <stdlib.h>
#include <string.h>

/* 8 KiB a chunk: ten million entries take 1.2 MiB. */
#define CHUNK_WORDS 1024u
#define CHUNK_BITS ((uint64_t)CHUNK_WORDS * 64)

static uint64_t bit_of(uint64_t number)
{
    return (uint64_t)1 << number % 64;
}

bool mu_verified_has(const struct mu_verified *verified, uint64_t number)
{
    uint64_t c = number / CHUNK_BITS;

    if (c >= verified->chunks || verified->chunk[c] == NULL)
        return false;
    return verified->chunk[c][number % CHUNK_BITS / 64] & bit_of(number);
}

static bool grow(struct mu_verified *verified, size_t chunks)
{
    uint64_t **chunk = realloc(verified->chunk, chunks * sizeof *chunk);

    if (chunk == NULL)
        return false;
    memset(chunk + verified->chunks, 0, (chunks - verified->chunks) * sizeof *chunk);
    verified->chunk = chunk;
    verified->chunks = chunks;
    return true;
}

void mu_verified_add(struct mu_verified *verified, uint64_t number)
{
    uint64_t c = number / CHUNK_BITS;

    if (c >= verified->chunks && !grow(verified, (size_t)c + 1))
        return;
    if (verified->chunk[c] == NULL)
        verified->chunk[c] = calloc(CHUNK_WORDS, sizeof(uint64_t));
    if (verified->chunk[c] != NULL)
        verified->chunk[c][number % CHUNK_BITS / 64] |= bit_of(number);
}

void mu_verified_free(struct mu_verified *verified)
{
    for (size_t c = 0; c < verified->chunks; c++)
        free(verified->chunk[c]);
    free(verified->chunk);
    *verified = (struct mu_verified){0};
}
