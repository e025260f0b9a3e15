/* Fields by name: lines "path=value" under a kind chosen by the first byte. Whatever is said, the event
 * stays one that can be walked, packed and checked. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/assign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
    if (!held)
        abort();
}

static void say_line(Muster__Event *event, char *line, const struct mu_assign *how)
{
    char *value = strchr(line, '=');
    enum mu_err err;

    if (value == NULL)
        return;
    *value++ = '\0';
    err = mu_event_assign(event, mu_kind_of(event), line, value, how);
    must(err == how->fault->code);
    must(memchr(how->fault->path, '\0', sizeof how->fault->path) != NULL);
}

static void walk(const Muster__Event *event)
{
    struct mu_fault fault;
    uint8_t *out = malloc(mu_event_size(event) + 1);
    size_t size;

    must(out != NULL);
    size = mu_event_pack(event, out);
    must(size == mu_event_size(event));
    enum mu_err err = mu_event_scan((struct mu_bytes){out, size}, NULL, &fault);
    must(err == MU_OK || err == MU_E_TOO_MANY || err == MU_E_TOO_LARGE);
    (void)!mu_event_check(event, &fault);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mu_arena arena = mu_arena_make(1u << 20);
    struct mu_fault fault;
    struct mu_assign how = {&arena, INT64_C(1941897600000), 480, &fault};
    Muster__Event *event;
    char *text;

    if (size == 0 || mu_event_make(data[0], &arena, &event) != MU_OK) {
        mu_arena_free(&arena);
        return 0;
    }
    text = malloc(size);
    must(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    for (char *line = text; line != NULL;) {
        char *next = strchr(line, '\n');

        if (next != NULL)
            *next++ = '\0';
        say_line(event, line, &how);
        line = next;
    }
    walk(event);
    free(text);
    mu_arena_free(&arena);
    return 0;
}
