#include "proto/wire/event.h"

#include "proto/wire/path.h"

/* Unpacked, a message is larger than on the wire: structs, pointers, protobuf-c's notes about each
 * field. A sheet of short lines takes nine times its size, a route of edges fourteen; sixteen times
 * and a floor for small ones holds every honest event, and a dishonest one stops at the last. */
#define ARENA_PER_BYTE ((size_t)16)
#define ARENA_FLOOR_BYTES ((size_t)64 * 1024)
#define ARENA_BYTES_MAX ((size_t)4 * 1024 * 1024)

mu_arena mu_event_arena(size_t body_size)
{
    if (body_size > (ARENA_BYTES_MAX - ARENA_FLOOR_BYTES) / ARENA_PER_BYTE)
        return mu_arena_make(ARENA_BYTES_MAX);
    return mu_arena_make(ARENA_PER_BYTE * body_size + ARENA_FLOOR_BYTES);
}

struct bounded {
    mu_arena *arena;
    enum mu_err why; /* why the last take failed */
};

static void *take(void *data, size_t size)
{
    struct bounded *bounded = data;
    void *out = mu_arena_take(bounded->arena, size);

    /* The bound is the sender's doing and final; our own memory running out is neither. */
    if (out == NULL)
        bounded->why =
            size > bounded->arena->limit - bounded->arena->used ? MU_E_TOO_MANY : MU_E_NO_MEMORY;
    return out;
}

/* The arena takes everything back at once. */
static void give_back(void *data, void *pointer)
{
    (void)data;
    (void)pointer;
}

enum mu_err mu_event_unpack(struct mu_bytes body, mu_arena *arena, const Muster__Event **out,
                            struct mu_fault *fault)
{
    struct bounded bounded = {arena, MU_E_MALFORMED};
    ProtobufCAllocator allocator = {take, give_back, &bounded};
    enum mu_err err = mu_event_scan(body, NULL, fault);

    *out = NULL;
    if (err != MU_OK)
        return err;
    *out = muster__event__unpack(&allocator, body.size, body.data);
    if (*out != NULL)
        return MU_OK;
    return mu_fault_at(fault, bounded.why, NULL, NULL);
}

size_t mu_event_size(const Muster__Event *event)
{
    return muster__event__get_packed_size(event);
}

size_t mu_event_pack(const Muster__Event *event, uint8_t *out)
{
    return muster__event__pack(event, out);
}
