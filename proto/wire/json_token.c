#include "proto/wire/json_token.h"

#include <string.h>

uint8_t mu_json_peek(struct mu_json *json)
{
    while (json->at < json->end && strchr(" \t\r\n", *json->at) != NULL)
        json->at++;
    return json->at < json->end ? *json->at : 0;
}

bool mu_json_take(struct mu_json *json, uint8_t c)
{
    if (mu_json_peek(json) != c)
        return false;
    json->at++;
    return true;
}

bool mu_json_take_word(struct mu_json *json, const char *word)
{
    size_t size = strlen(word);

    mu_json_peek(json);
    if ((size_t)(json->end - json->at) < size || memcmp(json->at, word, size) != 0)
        return false;
    json->at += size;
    return true;
}

/* ---- strings ---- */

enum mu_err mu_json_raw_string(struct mu_json *json, struct mu_bytes *out)
{
    const uint8_t *begin;

    if (!mu_json_take(json, '"'))
        return MU_E_MALFORMED;
    begin = json->at;
    for (; json->at < json->end; json->at++) {
        if (*json->at == '"') {
            *out = (struct mu_bytes){begin, (size_t)(json->at++ - begin)};
            return MU_OK;
        }
        if (*json->at < 0x20)
            return MU_E_MALFORMED;
        if (*json->at == '\\' && ++json->at == json->end)
            return MU_E_MALFORMED;
    }
    return MU_E_MALFORMED;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four hex digits off the front. */
static bool take_hex(struct mu_bytes *raw, uint32_t *out)
{
    *out = 0;
    if (raw->size < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        int digit = hex_digit(raw->data[i]);

        if (digit < 0)
            return false;
        *out = *out << 4 | (uint32_t)digit;
    }
    *raw = (struct mu_bytes){raw->data + 4, raw->size - 4};
    return true;
}

/* One character from U+0001 on as UTF-8; its size. Never longer than its escape was. */
static size_t put_character(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* What follows \u: one code unit, or two that make a pair. */
static enum mu_err take_unicode(struct mu_bytes *raw, uint32_t *out)
{
    uint32_t low;

    if (!take_hex(raw, out))
        return MU_E_MALFORMED;
    if (*out == 0 || (*out >= 0xDC00 && *out <= 0xDFFF))
        return MU_E_BAD_TEXT;
    if (*out < 0xD800 || *out > 0xDBFF)
        return MU_OK;
    if (raw->size < 6 || raw->data[0] != '\\' || raw->data[1] != 'u')
        return MU_E_BAD_TEXT;
    *raw = (struct mu_bytes){raw->data + 2, raw->size - 2};
    if (!take_hex(raw, &low))
        return MU_E_MALFORMED;
    if (low < 0xDC00 || low > 0xDFFF)
        return MU_E_BAD_TEXT;
    *out = 0x10000 + ((*out - 0xD800) << 10) + (low - 0xDC00);
    return MU_OK;
}

/* What follows a backslash. */
static enum mu_err take_escape(struct mu_bytes *raw, uint32_t *out)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char means[] = "\"\\/\b\f\n\r\t";
    uint8_t c = raw->data[0];
    const char *letter = strchr(letters, c);

    *raw = (struct mu_bytes){raw->data + 1, raw->size - 1};
    if (c == 'u')
        return take_unicode(raw, out);
    if (c == 0 || letter == NULL)
        return MU_E_MALFORMED;
    *out = (uint32_t)means[letter - letters];
    return MU_OK;
}

enum mu_err mu_json_text(struct mu_bytes raw, char *out, size_t *size)
{
    size_t used = 0;

    while (raw.size > 0) {
        uint8_t c = raw.data[0];
        uint32_t character;
        enum mu_err err;

        raw = (struct mu_bytes){raw.data + 1, raw.size - 1};
        if (c != '\\') {
            out[used++] = (char)c;
            continue;
        }
        if ((err = take_escape(&raw, &character)) != MU_OK)
            return err;
        used += put_character(character, out + used);
    }
    *size = used;
    return MU_OK;
}

/* ---- numbers ---- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Digits off the front as JSON writes whole numbers: no sign but '-', no leading zero. */
static enum mu_err take_digits(struct mu_json *json, bool negative, bool is_signed,
                               union mu_scalar *out)
{
    uint64_t magnitude = 0;
    uint64_t most = !is_signed ? UINT64_MAX : negative ? UINT64_C(1) << 63 : INT64_MAX;
    size_t digits = 0;
    uint8_t first = json->at < json->end ? *json->at : 0;

    for (; json->at < json->end && is_digit(*json->at); json->at++, digits++)
        if (__builtin_mul_overflow(magnitude, 10, &magnitude) ||
            __builtin_add_overflow(magnitude, (uint64_t)(*json->at - '0'), &magnitude))
            return MU_E_BAD_VALUE;
    if (digits == 0 || (digits > 1 && first == '0'))
        return MU_E_MALFORMED;
    if (json->at < json->end && strchr(".eE", *json->at) != NULL)
        return MU_E_BAD_VALUE;
    if (magnitude > most || (negative && !is_signed && magnitude > 0))
        return MU_E_BAD_VALUE;
    out->u = negative ? ~magnitude + 1 : magnitude;
    return MU_OK;
}

enum mu_err mu_json_integer(struct mu_json *json, bool is_signed, union mu_scalar *out)
{
    bool quoted = mu_json_take(json, '"');
    bool negative;
    enum mu_err err;

    if (!quoted)
        mu_json_peek(json);
    negative = json->at < json->end && *json->at == '-';
    json->at += negative;
    err = take_digits(json, negative, is_signed, out);
    if (err != MU_OK || !quoted)
        return err;
    if (json->at == json->end || *json->at != '"')
        return MU_E_BAD_VALUE;
    json->at++;
    return MU_OK;
}

/* ---- bytes ---- */

static int base64_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (is_digit(c))
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

enum mu_err mu_json_base64(struct mu_bytes raw, uint8_t *out, size_t *size)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t used = 0;

    if (raw.size % 4 == 0)
        for (int pads = 0; pads < 2 && raw.size > 0 && raw.data[raw.size - 1] == '='; pads++)
            raw.size--;
    if (raw.size % 4 == 1)
        return MU_E_BAD_VALUE;
    for (size_t i = 0; i < raw.size; i++) {
        int digit = base64_digit(raw.data[i]);

        if (digit < 0)
            return MU_E_BAD_VALUE;
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[used++] = (uint8_t)(bits >> held);
        }
    }
    *size = used;
    /* Bits left over that are not 0 would give one value two spellings. */
    return (bits & ((1u << held) - 1)) == 0 ? MU_OK : MU_E_BAD_VALUE;
}
