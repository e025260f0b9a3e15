#include "proto/base/id.h"

#include <string.h>

bool mu_hash_equal(const struct mu_hash *a, const struct mu_hash *b)
{
    return memcmp(a->b, b->b, sizeof a->b) == 0;
}

bool mu_hash_is_none(const struct mu_hash *h)
{
    static const struct mu_hash none;
    return mu_hash_equal(h, &none);
}

int mu_hash_compare(const struct mu_hash *a, const struct mu_hash *b)
{
    return memcmp(a->b, b->b, sizeof a->b);
}

bool mu_agent_id_equal(const struct mu_agent_id *a, const struct mu_agent_id *b)
{
    return memcmp(a->b, b->b, sizeof a->b) == 0;
}

void mu_hex(const uint8_t *bytes, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * size] = '\0';
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

enum mu_err mu_unhex(const char *hex, uint8_t *out, size_t size)
{
    if (strlen(hex) != 2 * size)
        return MU_E_BAD_VALUE;
    for (size_t i = 0; i < size; i++) {
        int high = digit(hex[2 * i]);
        int low = digit(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return MU_E_BAD_VALUE;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return MU_OK;
}
