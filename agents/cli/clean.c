#include "agents/cli/show/render.h"

#include <string.h>

/* Size of the character at `at`; 0 when the bytes are not UTF-8 (RFC 3629). */
static size_t character(const char *at)
{
    size_t left = strnlen(at, 4);

    for (size_t size = 1; size <= left; size++)
        if (mu_utf8_ok(at, size))
            return size;
    return 0;
}

static uint32_t code_of(const char *at, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)at;
    uint32_t code = size == 1 ? bytes[0] : bytes[0] & (0x7Fu >> size);

    for (size_t i = 1; i < size; i++)
        code = code << 6 | (bytes[i] & 0x3Fu);
    return code;
}

/* What moves the cursor, changes colours, or turns the direction of what follows (the "Trojan
 * source" marks, U+202A..202E and U+2066..2069), and line ends a terminal may honour. */
static bool acts_on_terminal(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x200E || code == 0x200F ||
           code == 0x061C || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

void mu_clean(struct mu_text *out, const char *untrusted)
{
    while (*untrusted != '\0') {
        size_t size = character(untrusted);

        if (size == 0) {
            mu_text_addf(out, "\\x%02X", (unsigned)(unsigned char)*untrusted++);
            continue;
        }
        uint32_t code = code_of(untrusted, size);
        if (code < 0x80 && acts_on_terminal(code))
            mu_text_addf(out, "\\x%02X", (unsigned)code);
        else if (acts_on_terminal(code))
            mu_text_addf(out, "\\u{%04X}", (unsigned)code);
        else
            mu_text_addf(out, "%.*s", (int)size, untrusted);
        untrusted += size;
    }
}
