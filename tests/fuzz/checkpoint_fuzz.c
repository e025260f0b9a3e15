/* Notes from outside: what is read says one thing only, so its text can be written again from what was
 * read; and believing never says more than reading. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sign/base64.h"
#include "proto/sign/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The key of the corpus: seed 32 times 0x09. Its log id is 32 times 0xa1. */
static const struct mu_public log_key = {{0xfd, 0x17, 0x24, 0x38, 0x5a, 0xa0, 0xc7, 0x5b,
                                          0x64, 0xfb, 0x78, 0xcd, 0x60, 0x2f, 0xa1, 0xd9,
                                          0x91, 0xfd, 0xeb, 0xf7, 0x6b, 0x13, 0xc5, 0x8e,
                                          0xd7, 0x02, 0xea, 0xc8, 0x35, 0xe9, 0xf6, 0x18}};

static void write_back(const struct mu_hash *log, const struct mu_head *head, const uint8_t *data,
                       size_t size)
{
    char hex[65], root[45], text[MU_NOTE_BYTES_MAX];
    int length;

    mu_hex(log->b, sizeof log->b, hex);
    mu_base64(head->root.b, sizeof head->root.b, root);
    length = snprintf(text, sizeof text, "muster/%s/%u\n%llu\n%s\n\n", hex, head->epoch,
                      (unsigned long long)head->size, root);
    if (size < (size_t)length || memcmp(text, data, (size_t)length) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static mu_verifier *verifier;
    const struct mu_bytes note = {data, size};
    struct mu_head head, believed;
    struct mu_hash log;
    enum mu_err err, belief;

    memset(log.b, 0xa1, sizeof log.b);
    if (verifier == NULL && mu_verifier_open(&log_key, &verifier) != MU_OK)
        abort();
    err = mu_checkpoint_read(note, &log, NULL, NULL, &head);
    belief = mu_checkpoint_read(note, &log, verifier, NULL, &believed);
    if (belief == MU_OK && err != MU_OK)
        abort();
    if (err != MU_OK)
        return 0;
    write_back(&log, &head, data, size);
    if (belief == MU_OK && (believed.epoch != head.epoch || believed.size != head.size ||
                            !mu_hash_equal(&believed.root, &head.root)))
        abort();
    return 0;
}
