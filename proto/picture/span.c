#include "proto/picture/span.h"

#include <stddef.h>

#include "proto/base/err.h"

/* Ranks must look random to keep the tree shallow, and be the same on every machine (splitmix64). */
static uint64_t rank_of(uint64_t order)
{
    uint64_t z = order + UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static bool before(const struct mu_span *a, const struct mu_span *b)
{
    return a->start_ms != b->start_ms ? a->start_ms < b->start_ms : a->order < b->order;
}

static void measure(struct mu_span *span)
{
    span->reach_ms = span->end_ms;
    if (span->early != NULL && span->early->reach_ms > span->reach_ms)
        span->reach_ms = span->early->reach_ms;
    if (span->late != NULL && span->late->reach_ms > span->reach_ms)
        span->reach_ms = span->late->reach_ms;
}

static struct mu_span *join(struct mu_span *early, struct mu_span *late)
{
    if (early == NULL || late == NULL)
        return early == NULL ? late : early;
    if (early->rank > late->rank) {
        early->late = join(early->late, late);
        measure(early);
        return early;
    }
    late->early = join(early, late->early);
    measure(late);
    return late;
}

/* All before `at` to one side, the rest to the other. */
static void split(struct mu_span *root, const struct mu_span *at, struct mu_span **early,
                  struct mu_span **late)
{
    if (root == NULL) {
        *early = *late = NULL;
    } else if (before(root, at)) {
        split(root->late, at, &root->late, late);
        measure(root);
        *early = root;
    } else {
        split(root->early, at, early, &root->early);
        measure(root);
        *late = root;
    }
}

void mu_spans_add(struct mu_spans *spans, struct mu_span *span)
{
    struct mu_span *early, *late;

    span->early = span->late = NULL;
    span->rank = rank_of(span->order);
    measure(span);
    split(spans->root, span, &early, &late);
    spans->root = join(join(early, span), late);
}

static struct mu_span *without(struct mu_span *root, const struct mu_span *span)
{
    MU_CHECK(root != NULL);
    if (root == span)
        return join(root->early, root->late);
    if (before(span, root))
        root->early = without(root->early, span);
    else
        root->late = without(root->late, span);
    measure(root);
    return root;
}

void mu_spans_remove(struct mu_spans *spans, struct mu_span *span)
{
    spans->root = without(spans->root, span);
    span->early = span->late = NULL;
}

struct asked {
    struct mu_spans *spans;
    int64_t start_ms, end_ms;
    bool (*found)(void *user, struct mu_span *span);
    void *user;
};

static bool meet(const struct asked *ask, struct mu_span *span)
{
    if (span == NULL || span->reach_ms <= ask->start_ms)
        return true;
    ask->spans->looked++;
    if (!meet(ask, span->early))
        return false;
    if (span->start_ms >= ask->end_ms)
        return true;
    if (span->end_ms > ask->start_ms && !ask->found(ask->user, span))
        return false;
    return meet(ask, span->late);
}

void mu_spans_meet(struct mu_spans *spans, int64_t start_ms, int64_t end_ms,
                   bool (*found)(void *user, struct mu_span *span), void *user)
{
    struct asked ask = {spans, start_ms, end_ms, found, user};

    if (start_ms < end_ms)
        meet(&ask, spans->root);
}
