/* Receipts from outside: one that can be read is written again as the same bytes, and what it claims
 * to have looked at it has verified. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sign/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_reader r = mu_reader((struct mu_bytes){data, size});
    uint8_t again[MU_RECEIPT_BYTES];
    struct mu_writer w = mu_writer(again, sizeof again);
    struct mu_receipt receipt;

    if (mu_receipt_read(&r, &receipt) != MU_OK)
        return 0;
    mu_receipt_write(&w, &receipt);
    if (!mu_writer_ok(&w) || w.used != sizeof again || memcmp(again, data, sizeof again) != 0 ||
        mu_receipt_through(&receipt) > receipt.head.size)
        abort();
    return 0;
}
