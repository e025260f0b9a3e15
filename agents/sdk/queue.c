#include "agents/sdk/queue.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64u

size_t mu_queue_count(const struct mu_queue *queue)
{
    return queue->end - queue->first;
}

struct mu_waiting *mu_queue_at(const struct mu_queue *queue, size_t index)
{
    MU_CHECK(index < mu_queue_count(queue));
    return &queue->rows[queue->first + index];
}

static enum mu_err make_room(struct mu_queue *queue)
{
    size_t count = mu_queue_count(queue);
    size_t room = queue->room > 0 ? queue->room * 2 : FIRST_ROOM;
    struct mu_waiting *rows;

    if (queue->first > queue->room / 2) {
        memmove(queue->rows, queue->rows + queue->first, count * sizeof *queue->rows);
        queue->first = 0;
        queue->end = count;
        return MU_OK;
    }
    rows = reallocarray(queue->rows, room, sizeof *rows);
    if (rows == NULL)
        return MU_E_NO_MEMORY;
    queue->rows = rows;
    queue->room = room;
    return MU_OK;
}

enum mu_err mu_queue_push(struct mu_queue *queue, const struct mu_waiting *row)
{
    if (queue->end == queue->room) {
        enum mu_err err = make_room(queue);

        if (err != MU_OK)
            return err;
    }
    queue->rows[queue->end++] = *row;
    return MU_OK;
}

struct mu_waiting *mu_queue_find(const struct mu_queue *queue, uint64_t first_sequence,
                                 size_t *index)
{
    size_t low = queue->first, high = queue->end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (queue->rows[middle].first_sequence < first_sequence)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == queue->end || queue->rows[low].first_sequence != first_sequence)
        return NULL;
    if (index != NULL)
        *index = low - queue->first;
    return &queue->rows[low];
}

void mu_queue_drop_front(struct mu_queue *queue)
{
    MU_CHECK(queue->first < queue->end);
    queue->first++;
    if (queue->first == queue->end)
        queue->first = queue->end = 0;
}

void mu_queue_cut(struct mu_queue *queue, size_t count)
{
    MU_CHECK(count <= mu_queue_count(queue));
    queue->end = queue->first + count;
}

void mu_queue_free(struct mu_queue *queue)
{
    free(queue->rows);
    *queue = (struct mu_queue){0};
}
