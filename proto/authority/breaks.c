#include "proto/authority/breaks.h"

#include <stdlib.h>
#include <string.h>

static bool names_root(const ProtobufCBinaryData *said, const struct mu_hash *root)
{
    return said->len == sizeof root->b && memcmp(said->data, root->b, sizeof root->b) == 0;
}

/* ---- beginning ------------------------------------------------------------------------------- */

static void take_foreign(struct mu_break *at, const Muster__Epoch *said)
{
    if (!said->has_foreign_size || said->foreign_size < at->foreign_size)
        return;
    at->foreign_size = said->foreign_size;
    at->foreign_epoch = said->foreign_epoch;
}

static void begin(struct mu_breaks *b, const Muster__Epoch *said, uint64_t number,
                  const struct mu_hash *before, bool *fits)
{
    struct mu_break at = {
        .epoch = said->epoch, .old_epoch = b->epoch, .first = number, .kept = number - 1};

    *fits = said->epoch > b->epoch && said->has_old_epoch && said->old_epoch == b->epoch &&
            said->has_own_size && said->own_size == number - 1 && said->has_own_root &&
            (before == NULL || names_root(&said->own_root, before)) &&
            (!said->has_common || said->common < number) && b->count < MU_BREAKS_MAX;
    if (!*fits)
        return;
    if (said->has_common && said->common < at.kept)
        at.kept = said->common; /* what came after it is here, and is another */
    take_foreign(&at, said);
    b->at[b->count++] = at;
    b->epoch = said->epoch;
}

/* ---- given back ------------------------------------------------------------------------------ */

static int compare(const struct mu_returned *a, const struct mu_returned *b)
{
    if (a->epoch != b->epoch)
        return a->epoch < b->epoch ? -1 : 1;
    return a->first < b->first ? -1 : a->first > b->first;
}

static enum mu_err make_room(struct mu_breaks *b)
{
    size_t room = b->returned_room == 0 ? 64 : b->returned_room * 2;
    struct mu_returned *more;

    if (b->returned_count < b->returned_room)
        return MU_OK;
    if ((more = realloc(b->returned, room * sizeof *more)) == NULL)
        return MU_E_NO_MEMORY;
    b->returned = more;
    b->returned_room = room;
    return MU_OK;
}

/* The first that does not lie before `one`. They come nearly in order: the search begins at the end. */
static size_t place_of(const struct mu_breaks *b, const struct mu_returned *one)
{
    size_t at = b->returned_count;

    while (at > 0 && compare(&b->returned[at - 1], one) > 0)
        at--;
    return at;
}

static bool joins(const struct mu_returned *a, const struct mu_returned *b)
{
    return a->epoch == b->epoch && a->last + 1 == b->first;
}

static enum mu_err add_returned(struct mu_breaks *b, const struct mu_returned *one)
{
    size_t at;
    enum mu_err err = make_room(b);

    if (err != MU_OK)
        return err;
    at = place_of(b, one);
    if (at > 0 && joins(&b->returned[at - 1], one)) {
        b->returned[at - 1].last = one->last;
        return MU_OK;
    }
    if (at < b->returned_count && joins(one, &b->returned[at])) {
        b->returned[at].first = one->first;
        return MU_OK;
    }
    memmove(&b->returned[at + 1], &b->returned[at], (b->returned_count - at) * sizeof *one);
    b->returned[at] = *one;
    b->returned_count++;
    return MU_OK;
}

static enum mu_err take_returned(struct mu_breaks *b, const Muster__EpochReturned *said,
                                 uint64_t number, bool *fits)
{
    struct mu_returned one = {.epoch = said->epoch,
                              .first = said->first_number,
                              .last = said->first_number + said->count - 1};

    *fits = b->count > 0 && said->epoch < b->epoch && said->count > 0 &&
            said->count <= MU_BATCH_EVENTS_MAX && said->first_number > 0 &&
            said->first_number < UINT64_MAX / 2 && said->number == number + 1 &&
            said->leaf.len == sizeof b->expected_leaf.b;
    if (!*fits)
        return MU_OK;
    b->expected = said->number;
    memcpy(b->expected_leaf.b, said->leaf.data, sizeof b->expected_leaf.b);
    b->at[b->count - 1].returned += said->count;
    return add_returned(b, &one);
}

enum mu_err mu_breaks_take(struct mu_breaks *b, const Muster__Epoch *said, uint32_t epoch,
                           uint64_t number, const struct mu_hash *before, bool *fits)
{
    *fits = said->epoch == epoch;
    if (!*fits)
        return MU_OK;
    if (said->epoch != b->epoch) {
        begin(b, said, number, before, fits);
        return MU_OK;
    }
    if (said->returned != NULL)
        return take_returned(b, said->returned, number, fits);
    if (b->count > 0)
        take_foreign(&b->at[b->count - 1], said);
    *fits = b->count > 0;
    return MU_OK;
}

enum mu_announced mu_breaks_ask(struct mu_breaks *b, uint64_t first,
                                const struct mu_hash *last_leaf)
{
    uint64_t expected = b->expected;

    if (expected == 0)
        return MU_NOT_ANNOUNCED;
    b->expected = 0;
    return expected == first && mu_hash_equal(last_leaf, &b->expected_leaf) ? MU_ANNOUNCED
                                                                            : MU_ANNOUNCED_OTHER;
}

/* ---- lost ------------------------------------------------------------------------------------ */

bool mu_breaks_lost(const struct mu_breaks *b, const struct mu_break *at, uint64_t *first,
                    uint64_t *last)
{
    if (*first <= at->kept)
        *first = at->kept + 1;
    *last = at->foreign_size;
    for (size_t i = 0; i < b->returned_count && *first <= *last; i++) {
        const struct mu_returned *one = &b->returned[i];

        if (one->epoch != at->foreign_epoch || one->last < *first)
            continue;
        if (one->first > *first) {
            *last = one->first - 1 < *last ? one->first - 1 : *last;
            return true;
        }
        *first = one->last + 1;
    }
    return *first <= *last;
}

void mu_breaks_free(struct mu_breaks *b)
{
    free(b->returned);
    *b = (struct mu_breaks){.count = 0};
}
