/* Text in a fixed buffer: appending past the end cuts at a character and is remembered. */
#ifndef MU_BASE_TEXT_H
#define MU_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mu_text {
    char *at; /* always NUL-terminated when size > 0 */
    size_t size;
    size_t used;
    bool cut;
};

struct mu_text mu_text(char *buffer, size_t size);
void mu_text_add(struct mu_text *text, const char *string);
void mu_text_addf(struct mu_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether the bytes are UTF-8 as RFC 3629 has it (no surrogates, no overlong forms) without NUL. */
bool mu_utf8_ok(const void *data, size_t size);

/* Columns a UTF-8 string takes in a terminal: two for East Asian wide characters. */
size_t mu_text_columns(const char *string);

/* How many bytes must be changed, added or left out to make `b` of `a`; SIZE_MAX when either is longer
 * than a name is. */
size_t mu_text_distance(const char *a, const char *b);

#endif
