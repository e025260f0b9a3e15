#include "agents/cli/keyvalue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool mu_keyvalue(const char *text, const char *key, char *out, size_t size)
{
    size_t length = strlen(key);

    for (const char *at = text; at != NULL && *at != '\0';) {
        size_t line = strcspn(at, "\n");

        if (line > length && strncmp(at, key, length) == 0 && at[length] == ' ') {
            int used = snprintf(out, size, "%.*s", (int)(line - length - 1), at + length + 1);

            return used >= 0 && (size_t)used < size;
        }
        at = at[line] == '\n' ? at + line + 1 : NULL;
    }
    return false;
}

int64_t mu_keyvalue_number(const char *text, const char *key)
{
    char value[64];

    return mu_keyvalue(text, key, value, sizeof value) ? strtoll(value, NULL, 10) : 0;
}
