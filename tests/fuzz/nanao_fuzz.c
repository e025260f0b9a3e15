/* A table from outside: whatever the bytes, each row is taken or refused, and reading ends. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "agents/cli/import/csv.c"
#include "agents/cli/import/nanao.c"
#include "agents/cli/import/value.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_nanao_refusal refusal;
    struct mu_nanao_row row;
    mu_nanao *reader;

    if (mu_nanao_open((struct mu_bytes){data, size}, &reader, &refusal) != MU_OK)
        return 0;
    for (size_t rows = 0; mu_nanao_next(reader, &row, &refusal) != MU_E_ABSENT; rows++)
        if (rows > size)
            abort(); /* more rows than bytes: it does not move on */
    mu_nanao_close(&reader);
    return 0;
}
