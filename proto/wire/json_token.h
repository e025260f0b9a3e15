/* The words of JSON (RFC 8259), taken off the front of a text one by one. Room-internal.
 *
 * Strict: no comments, no trailing commas, no numbers JSON does not have. The text has been found to
 * be UTF-8 without NUL before.
 */
#ifndef MU_WIRE_JSON_TOKEN_H
#define MU_WIRE_JSON_TOKEN_H

#include "proto/base/arena.h"
#include "proto/base/bytes.h"
#include "proto/wire/field.h"

struct mu_json {
    const uint8_t *at, *end;
};

/* The next character that is no white space; 0 at the end. */
uint8_t mu_json_peek(struct mu_json *json);
/* Takes it when it is `c`. */
bool mu_json_take(struct mu_json *json, uint8_t c);
/* Takes true, false or null when it stands there. */
bool mu_json_take_word(struct mu_json *json, const char *word);

/* A string, its quotes and escapes still on. MU_E_MALFORMED. */
MU_MUST_USE enum mu_err mu_json_raw_string(struct mu_json *json, struct mu_bytes *out);
/* The text a raw string stands for, with a NUL behind it, into `out`, which holds raw.size bytes.
 * MU_E_BAD_TEXT for half a surrogate pair or a NUL. */
MU_MUST_USE enum mu_err mu_json_text(struct mu_bytes raw, char *out, size_t *size);
/* A whole number, bare or as a string. MU_E_MALFORMED, MU_E_BAD_VALUE when it has a fraction, an
 * exponent or more than 64 bits. */
MU_MUST_USE enum mu_err mu_json_integer(struct mu_json *json, bool is_signed, union mu_scalar *out);
/* Base64, either alphabet, padded or not, into `out`, which holds raw.size bytes. */
MU_MUST_USE enum mu_err mu_json_base64(struct mu_bytes raw, uint8_t *out, size_t *size);

#endif
