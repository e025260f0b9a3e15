#include "agents/sdk/reading.h"

#include <stdlib.h>
#include <string.h>

bool mu_reading_carries_roster(const struct mu_reading *reading)
{
    return reading->wanted.everything && reading->wanted.next <= reading->roles.next;
}

struct mu_follower *mu_reading_wanted(struct mu_reading *reading, size_t index)
{
    struct mu_follower *f;

    if (index >= MU_LANES)
        return NULL;
    f = index == 0 ? &reading->wanted : &reading->slower[index - 1];
    return f->serial != 0 ? f : NULL;
}

static enum mu_err grow(void **array, size_t *room, size_t wanted, size_t each)
{
    void *larger;

    if (wanted <= *room)
        return MU_OK;
    larger = reallocarray(*array, wanted, each);
    if (larger == NULL)
        return MU_E_NO_MEMORY;
    *array = larger;
    *room = wanted;
    return MU_OK;
}

enum mu_err mu_reading_make_room(struct mu_reading *reading, const struct mu_deliver *deliver)
{
    struct mu_bytes left = deliver->slice_bytes;
    void *leaves = reading->leaves, *hashed = reading->hashed;
    size_t count = 0;
    struct mu_slice slice;
    enum mu_err err;

    for (uint16_t i = 0; i < deliver->slices; i++) {
        if (mu_slice_next(&left, &slice) != MU_OK)
            return MU_E_PROOF;
        count += slice.count;
    }
    err = grow(&leaves, &reading->leaves_room, count, sizeof *reading->leaves);
    reading->leaves = leaves;
    if (err == MU_OK)
        err = grow(&hashed, &reading->hashed_room, deliver->slices, sizeof *reading->hashed);
    reading->hashed = hashed;
    return err;
}

uint64_t mu_hashed_end(const struct mu_hashed *hashed)
{
    return hashed->slice.first_number + hashed->slice.count;
}

void mu_reading_entry(const struct mu_deliver *deliver, const struct mu_hashed *hashed,
                      uint32_t index, const struct mu_slice_item *item,
                      char path[MU_PATH_BYTES_MAX], struct mu_entry *entry)
{
    size_t size = item->path.size < MU_PATH_BYTES_MAX ? item->path.size : 0;

    if (size > 0)
        memcpy(path, item->path.data, size);
    path[size] = '\0';
    *entry = (struct mu_entry){
        .epoch = deliver->epoch,
        .number = hashed->slice.first_number + index,
        .accepted_at_ms = hashed->slice.accepted_at_ms,
        .code = item->what == MU_SLICE_FULL ? 0 : item->code,
        .judge_version = hashed->slice.judge_version,
        .agent = hashed->seal.agent,
        .instance = hashed->seal.instance,
        .lane = hashed->seal.lane,
        .sequence = hashed->seal.first_sequence + index,
        .leaf = hashed->leaves[index],
        .body = item->body,
        .path = path,
    };
}
