/* Our own small files: one "key value" per line. */
#ifndef MU_CLI_KEYVALUE_H
#define MU_CLI_KEYVALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rest of the first line that begins with `key` and a blank; false when there is none, or it does
 * not fit. */
bool mu_keyvalue(const char *text, const char *key, char *out, size_t size);
/* The same as a number; 0 when there is none. */
int64_t mu_keyvalue_number(const char *text, const char *key);

#endif
