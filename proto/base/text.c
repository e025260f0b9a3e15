#include "proto/base/text.h"

#include <stdio.h>
#include <string.h>

/* Names of commands, kinds and fields are shorter. */
#define DISTANCE_CHARS_MAX 63u

struct mu_text mu_text(char *buffer, size_t size)
{
    if (size > 0)
        buffer[0] = '\0';
    return (struct mu_text){.at = buffer, .size = size};
}

/* The longest prefix of at most `room` bytes that does not end inside a character. */
static size_t whole_characters(const char *string, size_t room)
{
    while (room > 0 && ((unsigned char)string[room] & 0xC0) == 0x80)
        room--;
    return room;
}

void mu_text_add(struct mu_text *text, const char *string)
{
    size_t length = strlen(string);
    size_t room = text->size > text->used ? text->size - text->used - 1 : 0;

    if (length > room) {
        length = whole_characters(string, room);
        text->cut = true;
    }
    if (text->size == 0)
        return;
    memcpy(text->at + text->used, string, length);
    text->used += length;
    text->at[text->used] = '\0';
}

void mu_text_addf(struct mu_text *text, const char *format, ...)
{
    char piece[2048];
    va_list args;

    va_start(args, format);
    int length = vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof piece)
        text->cut = true;
    if (length >= 0)
        mu_text_add(text, piece);
}

/* One character of 2 to 4 bytes; 0 when it is not one. RFC 3629, section 4. */
static size_t long_character(const uint8_t *at, size_t left)
{
    static const struct {
        uint8_t first_low, first_high, second_low, second_high, size;
    } forms[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t size = forms[i].size;

        if (at[0] < forms[i].first_low || at[0] > forms[i].first_high)
            continue;
        if (left < size || at[1] < forms[i].second_low || at[1] > forms[i].second_high)
            return 0;
        for (size_t k = 2; k < size; k++)
            if ((at[k] & 0xC0) != 0x80)
                return 0;
        return size;
    }
    return 0;
}

/* Eight bytes that are all ASCII and none of them NUL: most text is, and a broker reads a lot of it.
 * Subtracting one from each byte borrows into its top bit only where it was zero. */
static bool plain_eight(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
    return ((word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) == 0;
}

bool mu_utf8_ok(const void *data, size_t size)
{
    const uint8_t *at = data;
    size_t i = 0;

    while (i < size) {
        size_t step;

        if (size - i >= 8 && plain_eight(at + i)) {
            i += 8;
            continue;
        }
        step = at[i] == 0 ? 0 : at[i] < 0x80 ? 1 : long_character(at + i, size - i);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

static uint32_t code_point(const uint8_t *at, size_t step)
{
    uint32_t first = step == 1 ? at[0] : at[0] & (0x7Fu >> step);

    for (size_t k = 1; k < step; k++)
        first = first << 6 | (at[k] & 0x3Fu);
    return first;
}

/* Unicode Standard Annex 11, the blocks that occur in our texts. */
static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
           (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x20000 && c <= 0x3FFFD);
}

size_t mu_text_columns(const char *string)
{
    const uint8_t *at = (const uint8_t *)string;
    size_t size = strlen(string);
    size_t columns = 0;

    for (size_t i = 0; i < size;) {
        size_t step = at[i] < 0x80 ? 1 : long_character(at + i, size - i);

        if (step == 0)
            step = 1;
        columns += is_wide(code_point(at + i, step)) ? 2 : 1;
        i += step;
    }
    return columns;
}

/* Levenshtein: one row of the table is enough. */
size_t mu_text_distance(const char *a, const char *b)
{
    size_t row[DISTANCE_CHARS_MAX + 1];
    size_t width = strlen(b);

    if (width > DISTANCE_CHARS_MAX || strlen(a) > DISTANCE_CHARS_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t corner = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t change = corner + (a[i] != b[j]);
            size_t shift = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;

            corner = row[j + 1];
            row[j + 1] = change < shift ? change : shift;
        }
    }
    return row[width];
}
