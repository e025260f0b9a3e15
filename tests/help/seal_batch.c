#include "tests/help/seal_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/help/keys.h"

void help_author_open(struct help_author *author, uint8_t seed, const struct mu_hash *log,
                      uint8_t lane)
{
    struct mu_public public;

    *author = (struct help_author){.seed = seed, .key = help_key(seed), .body_bytes = 100};
    mu_key_public(author->key, &public);
    author->seal.agent = mu_public_id(&public);
    author->seal.instance = 1;
    author->seal.lane = lane;
    author->seal.first_sequence = 1;
    if (log != NULL)
        author->seal.origin = *log;
}

void help_author_close(struct help_author *author)
{
    mu_key_close(&author->key);
}

void help_body(uint8_t seed, uint64_t sequence, uint8_t *out, size_t size)
{
    char text[64];
    int length =
        snprintf(text, sizeof text, "[author %u event %llu]", seed, (unsigned long long)sequence);

    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)text[i % (size_t)length];
}

struct help_batch *help_seal_bodies(struct help_author *author, const struct mu_bytes *bodies,
                                    const struct mu_hash *committed, size_t count)
{
    struct help_batch *made = calloc(1, sizeof *made);
    struct mu_writer w;
    struct mu_hash last;

    MU_CHECK(made != NULL);
    made->size = mu_batch_size(bodies, count) + count * sizeof last.b;
    made->bytes = malloc(made->size);
    MU_CHECK(made->bytes != NULL);
    w = mu_writer(made->bytes, made->size);
    MU_CHECK(mu_batch_write_committed(&w, &author->seal, bodies, committed, count, author->key,
                                      &last) == MU_OK);
    made->size = w.used;
    MU_CHECK(mu_batch_read(mu_written(&w), made->items, &made->batch) == MU_OK);
    mu_batch_leaves(&made->batch);
    author->seal.first_sequence += count;
    author->seal.previous = last;
    return made;
}

struct help_batch *help_seal(struct help_author *author, size_t count)
{
    size_t size = (size_t)author->body_bytes;
    struct mu_bytes *bodies = calloc(count, sizeof *bodies);
    uint8_t *text = calloc(count, size + 1);
    struct help_batch *made;

    MU_CHECK(bodies != NULL && text != NULL);
    for (size_t i = 0; i < count; i++) {
        help_body(author->seed, author->seal.first_sequence + i, text + i * size, size);
        bodies[i] = (struct mu_bytes){text + i * size, size};
    }
    made = help_seal_bodies(author, bodies, NULL, count);
    free(bodies);
    free(text);
    return made;
}

void help_batch_free(struct help_batch **batch)
{
    if (*batch == NULL)
        return;
    free((*batch)->bytes);
    free(*batch);
    *batch = NULL;
}
