/* Event bodies from outside. What the scan lets through, protobuf-c must unpack within the arena or stop
 * at its bound, and what was unpacked packs to what it was read as; the check and the JSON mapping walk
 * it without harm. Every refusal names a code and a path that fits. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/event.h"
#include "proto/wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
    if (!held)
        abort();
}

static void check_fault(enum mu_err err, const struct mu_fault *fault)
{
    must(err == fault->code);
    must(memchr(fault->path, '\0', sizeof fault->path) != NULL);
    must(err == MU_OK || mu_err_class(err) == MU_CLASS_FINAL);
}

/* Unpacked, packed and unpacked again, it is the same event: nothing was merged, cut or kept twice. */
static void pack_again(const Muster__Event *event)
{
    size_t size = mu_event_size(event);
    uint8_t *once = malloc(size + 1), *twice = malloc(size + 1);
    mu_arena arena = mu_arena_make(SIZE_MAX);
    struct mu_fault fault;
    const Muster__Event *again;

    must(once != NULL && twice != NULL);
    must(mu_event_pack(event, once) == size);
    if (size <= MU_EVENT_BYTES_MAX) {
        must(mu_event_unpack((struct mu_bytes){once, size}, &arena, &again, &fault) == MU_OK);
        must(mu_event_size(again) == size && mu_event_pack(again, twice) == size);
        must(memcmp(once, twice, size) == 0);
    }
    free(once);
    free(twice);
    mu_arena_free(&arena);
}

static void write_json(const Muster__Event *event)
{
    static char buffer[256 * 1024];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    mu_event_to_json(event, &text);
    must(text.cut || strlen(buffer) == text.used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_bytes body = {data, size};
    mu_arena arena = mu_event_arena(size);
    struct mu_topic topic;
    struct mu_fault fault;
    const Muster__Event *event;
    enum mu_err scanned = mu_event_scan(body, &topic, &fault);
    enum mu_err err;

    check_fault(scanned, &fault);
    err = mu_event_unpack(body, &arena, &event, &fault);
    check_fault(err, &fault);
    must(scanned != MU_OK ? err == scanned : err == MU_OK || err == MU_E_TOO_MANY);
    must((event != NULL) == (err == MU_OK));
    if (event != NULL) {
        must(topic.kind == mu_kind_of(event));
        must(mu_kind_lane(topic.kind, topic.severity) < MU_LANES);
        check_fault(mu_event_check(event, &fault), &fault);
        pack_again(event);
        write_json(event);
    }
    mu_arena_free(&arena);
    return 0;
}
