#include "proto/sign/roots.h"

#include <stdlib.h>
#include <string.h>

static enum mu_err make_room(struct mu_roots *roots)
{
    size_t room = roots->room == 0 ? 64 : 2 * roots->room;
    struct mu_head *more;

    if (roots->count < roots->room)
        return MU_OK;
    if (roots->max != 0 && roots->count >= 2 * roots->max) { /* forget the older half */
        memmove(roots->heads, roots->heads + roots->count - roots->max,
                roots->max * sizeof *roots->heads);
        roots->count = roots->max;
        return MU_OK;
    }
    if ((more = reallocarray(roots->heads, room, sizeof *more)) == NULL)
        return MU_E_NO_MEMORY;
    roots->heads = more;
    roots->room = room;
    return MU_OK;
}

enum mu_err mu_roots_add(struct mu_roots *roots, const struct mu_head *head)
{
    enum mu_err err = make_room(roots);

    if (err == MU_OK)
        roots->heads[roots->count++] = *head;
    return err;
}

void mu_roots_cut(struct mu_roots *roots, uint64_t size)
{
    while (roots->count > 0 && roots->heads[roots->count - 1].size > size)
        roots->count--;
}

size_t mu_roots_at(const struct mu_roots *roots, uint64_t size)
{
    size_t from = 0, to = roots->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (roots->heads[middle].size < size)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* A later epoch begins with what an older one and it have in common, under the same sizes. What an older
 * one had beyond that is not here: that break is in plain sight. */
enum mu_past mu_roots_ask(const struct mu_roots *roots, const struct mu_head *head, uint64_t before)
{
    size_t at = mu_roots_at(roots, head->size);

    if (head->size == 0)
        return MU_PAST_FITS;
    if (roots->count == 0 || head->epoch > roots->heads[roots->count - 1].epoch)
        return MU_PAST_UNKNOWN;
    if (head->epoch == roots->heads[roots->count - 1].epoch && head->size >= before)
        return MU_PAST_OTHER;
    if (at == roots->count || roots->heads[at].epoch > head->epoch ||
        (at == 0 && roots->heads[0].size > head->size))
        return MU_PAST_UNKNOWN;
    if (roots->heads[at].size != head->size)
        return MU_PAST_OTHER; /* nobody signs a head in the middle of a batch */
    return mu_hash_equal(&roots->heads[at].root, &head->root) ? MU_PAST_FITS : MU_PAST_OTHER;
}

void mu_roots_free(struct mu_roots *roots)
{
    free(roots->heads);
    *roots = (struct mu_roots){.max = roots->max};
}
