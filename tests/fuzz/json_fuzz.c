/* JSON from outside: what is taken for an event is one, and written and read again it is the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
    if (!held)
        abort();
}

static uint8_t *packed(const Muster__Event *event, size_t *size)
{
    uint8_t *out = malloc(mu_event_size(event) + 1);

    must(out != NULL);
    *size = mu_event_pack(event, out);
    return out;
}

static void there_and_back(const Muster__Event *event)
{
    static char buffer[MU_JSON_BYTES_MAX];
    struct mu_text text = mu_text(buffer, sizeof buffer);
    mu_arena arena = mu_arena_make(SIZE_MAX);
    struct mu_fault fault;
    Muster__Event *again;
    size_t before_size, after_size;
    uint8_t *before = packed(event, &before_size), *after;

    mu_event_to_json(event, &text);
    must(!text.cut);
    must(mu_event_from_json((struct mu_bytes){(uint8_t *)buffer, text.used}, &arena, &again,
                            &fault) == MU_OK);
    after = packed(again, &after_size);
    must(before_size == after_size && memcmp(before, after, after_size) == 0);
    /* and its bytes are ones the scan lets in */
    must(mu_event_scan((struct mu_bytes){after, after_size}, NULL, &fault) == MU_OK);
    free(before);
    free(after);
    mu_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mu_arena arena = mu_event_arena(size);
    struct mu_fault fault;
    Muster__Event *event;
    enum mu_err err = mu_event_from_json((struct mu_bytes){data, size}, &arena, &event, &fault);

    must(err == fault.code && (err == MU_OK) == (event != NULL));
    must(memchr(fault.path, '\0', sizeof fault.path) != NULL);
    if (event != NULL)
        there_and_back(event);
    mu_arena_free(&arena);
    return 0;
}
