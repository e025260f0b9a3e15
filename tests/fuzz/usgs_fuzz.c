/* A gauge series from outside: whatever the bytes, each value is taken or refused, and reading ends. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "agents/cli/import/json.c"
#include "agents/cli/import/usgs.c"
#include "agents/cli/import/usgs_json.c"
#include "agents/cli/import/usgs_rdb.c"
#include "agents/cli/import/usgs_value.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_nanao_refusal refusal;
    struct mu_usgs_value value;
    enum mu_err err;
    mu_usgs *reader;

    if (mu_usgs_open((struct mu_bytes){data, size}, &reader, &refusal) != MU_OK)
        return 0;
    for (size_t values = 0; (err = mu_usgs_next(reader, &value, &refusal)) != MU_E_ABSENT; values++)
        if (values > size * 64 || (err == MU_OK && value.id[0] == '\0'))
            abort();
    mu_usgs_close(&reader);
    return 0;
}
