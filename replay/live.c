/* Rows are handed out as they lie, beside the leaves in the tiles; the audit proves them. A batch that
 * cannot be read is a piece of its own: the walk goes on behind it with the leaves, so that one bad row is
 * named once. Slices are short: a live log is being written to.
 */
#include "replay/live.h"

#include <stdlib.h>

#include "broker/log/log.h"

#define SLICE_BATCHES 256u

struct live {
    mu_log *log;
    mu_piece_fn *take;
    void *user;
    uint64_t next; /* number to read next */
    uint64_t head;
    uint64_t checkpoint; /* size of the next checkpoint row to hand out; 0: none left */
    struct mu_audit_item *items;
    struct mu_hash *leaves;
};

static enum mu_err stored_leaves(struct live *live, mu_view *view, uint64_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        enum mu_err err = mu_view_node(view, 0, first - 1 + i, &live->leaves[i]);

        if (err != MU_OK)
            return err;
    }
    return MU_OK;
}

static enum mu_err take_unreadable(struct live *live, mu_view *view, const struct mu_stored *stored,
                                   bool missing)
{
    uint64_t first = stored->first_number;
    uint32_t count = stored->seal.count;
    struct mu_piece piece = {.kind = MU_PIECE_UNREADABLE, .missing = missing};

    if (first < live->next || count == 0 || count > MU_BATCH_EVENTS_MAX) {
        first = live->next;
        count = 1;
    }
    piece.first = first;
    piece.last = first + count - 1;
    piece.damaged = stored->damaged >= first && stored->damaged <= piece.last ? stored->damaged : 0;
    piece.leaves = stored_leaves(live, view, first, count) == MU_OK ? live->leaves : NULL;
    live->next = piece.last + 1;
    return live->take(live->user, &piece);
}

static enum mu_err take_stored(struct live *live, mu_view *view, const struct mu_stored *stored)
{
    struct mu_piece piece = {.kind = MU_PIECE_BATCH};
    struct mu_audit_batch *batch = &piece.batch;
    enum mu_err err = stored_leaves(live, view, stored->first_number, stored->seal.count);

    for (uint32_t i = 0; i < stored->seal.count; i++) {
        const struct mu_stored_item *item = &stored->items[i];

        live->items[i] = (struct mu_audit_item){.code = item->code,
                                                .has_private = item->has_private,
                                                .committed = item->committed,
                                                .leaf = item->leaf,
                                                .body = item->body,
                                                .path = item->path};
    }
    batch->epoch = stored->epoch;
    batch->first_number = stored->first_number;
    batch->accepted_at_ms = stored->accepted_at_ms;
    batch->judge_version = stored->judge_version;
    batch->seal = stored->seal;
    batch->items = live->items;
    batch->stored_leaves = err == MU_OK ? live->leaves : NULL;
    live->next = stored->first_number + stored->seal.count;
    return live->take(live->user, &piece);
}

/* Checkpoint rows up to the place reached. Those beyond the head are handed out at the end: they say
 * that the record was once longer. */
static enum mu_err take_checkpoints(struct live *live, mu_view *view, bool at_end)
{
    while (live->checkpoint != 0 && (at_end || live->checkpoint < live->next)) {
        struct mu_piece piece = {.kind = MU_PIECE_CHECKPOINT, .size = live->checkpoint};
        enum mu_err err = mu_view_checkpoint(view, &piece.size, &piece.note);

        if (err != MU_OK || (!at_end && piece.size >= live->next)) {
            live->checkpoint = err == MU_OK ? piece.size : 0;
            return MU_OK;
        }
        err = live->take(live->user, &piece);
        if (err != MU_OK)
            return err;
        live->checkpoint = piece.size + 1;
    }
    return MU_OK;
}

static enum mu_err take_slice(struct live *live, mu_view *view)
{
    struct mu_stored stored = {0};

    for (unsigned i = 0; i < SLICE_BATCHES && live->next <= live->head; i++) {
        enum mu_err err = mu_view_batch(view, live->next, &stored);

        if (err == MU_E_CORRUPT || err == MU_E_ABSENT)
            err = take_unreadable(live, view, &stored, err == MU_E_ABSENT);
        else if (err == MU_OK)
            err = take_stored(live, view, &stored);
        if (err == MU_OK)
            err = take_checkpoints(live, view, false);
        if (err != MU_OK)
            return err;
    }
    return MU_OK;
}

static enum mu_err walk_log(struct live *live)
{
    struct mu_piece end = {.kind = MU_PIECE_END};
    mu_view *view = NULL;
    struct mu_head head;
    enum mu_err err;

    do {
        if ((err = mu_view_open(live->log, &view)) != MU_OK)
            return err;
        mu_view_set_mode(view, MU_VIEW_RAW);
        if (live->head == 0) {
            mu_view_head(view, &head);
            live->head = head.size;
        }
        err = take_slice(live, view);
        if (err == MU_OK && live->next > live->head)
            err = take_checkpoints(live, view, true);
        mu_view_close(&view);
    } while (err == MU_OK && live->next <= live->head);
    end.size = live->head;
    return err == MU_OK ? live->take(live->user, &end) : err;
}

enum mu_err mu_live_walk(const char *dir, mu_piece_fn *take, void *user)
{
    struct mu_log_options options = {.read_only = true};
    struct live live = {.take = take, .user = user, .next = 1, .checkpoint = 1};
    enum mu_err err = mu_log_open(dir, &options, &live.log);

    if (err != MU_OK)
        return err;
    live.items = calloc(MU_BATCH_EVENTS_MAX, sizeof *live.items);
    live.leaves = calloc(MU_BATCH_EVENTS_MAX, sizeof *live.leaves);
    err = live.items == NULL || live.leaves == NULL ? MU_E_NO_MEMORY : walk_log(&live);
    free(live.items);
    free(live.leaves);
    mu_log_close(&live.log);
    return err;
}
