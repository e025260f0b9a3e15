/* Batches from outside: whatever is read must write back to the same bytes, and nothing a fuzzer makes
 * up carries a seal that fits, unless it was in the corpus. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sign/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The key of the corpus: seed 32 times 0x01. */
static const struct mu_public author = {{0x8a, 0x88, 0xe3, 0xdd, 0x74, 0x09, 0xf1, 0x95,
                                         0xfd, 0x52, 0xdb, 0x2d, 0x3c, 0xba, 0x5d, 0x72,
                                         0xca, 0x67, 0x09, 0xbf, 0x1d, 0x94, 0x12, 0x1b,
                                         0xf3, 0x74, 0x88, 0x01, 0xb4, 0x0f, 0x6f, 0x5c}};

static void write_back(const struct mu_batch *batch, const uint8_t *data, size_t size)
{
    uint8_t *again = malloc(size);
    struct mu_writer w = mu_writer(again, size);

    mu_seal_write(&w, &batch->seal);
    for (uint32_t i = 0; i < batch->seal.count; i++) {
        mu_write_u8(&w, batch->items[i].has_private);
        if (batch->items[i].has_private)
            mu_write_hash(&w, &batch->items[i].committed);
        mu_write_long(&w, batch->items[i].body);
    }
    if (!mu_writer_ok(&w) || w.used != size || memcmp(again, data, size) != 0)
        abort();
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mu_item items[MU_BATCH_EVENTS_MAX];
    static mu_verifier *verifier;
    struct mu_batch batch;
    enum mu_err err;

    if (verifier == NULL && mu_verifier_open(&author, &verifier) != MU_OK)
        abort();
    err = mu_batch_read((struct mu_bytes){data, size}, items, &batch);
    if (err != MU_OK && err != MU_E_MALFORMED && err != MU_E_TOO_LARGE && err != MU_E_TOO_MANY)
        abort();
    if (err != MU_OK)
        return 0;
    write_back(&batch, data, size);
    err = mu_batch_check(&batch, verifier);
    if (err != MU_OK && err != MU_E_BAD_SEAL)
        abort();
    return 0;
}
