#include "proto/topic/area.h"

#include <string.h>

/* Twelve characters hold every national code in use, with room for a suffix. */
#define SEGMENT_BYTES_MAX 12u
#define SEGMENTS_MAX 8u

static bool is_code_character(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool mu_area_ok(struct mu_bytes area)
{
    size_t segments = 1;
    size_t length = 0;

    for (size_t i = 0; i < area.size; i++) {
        if (area.data[i] == '/') {
            if (length == 0 || ++segments > SEGMENTS_MAX)
                return false;
            length = 0;
        } else if (!is_code_character(area.data[i]) || ++length > SEGMENT_BYTES_MAX) {
            return false;
        }
    }
    return length > 0;
}

bool mu_area_within(struct mu_bytes area, struct mu_bytes prefix)
{
    if (prefix.size == 0)
        return true;
    if (area.size < prefix.size || memcmp(area.data, prefix.data, prefix.size) != 0)
        return false;
    /* cn/99/0 is no prefix of cn/99/01: a jurisdiction ends where a segment ends. */
    return area.size == prefix.size || area.data[prefix.size] == '/';
}

bool mu_area_overlap(struct mu_bytes a, struct mu_bytes b)
{
    return mu_area_within(a, b) || mu_area_within(b, a);
}
