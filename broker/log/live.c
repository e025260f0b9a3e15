/* Rows are handed out as they lie, beside the leaves in the tiles; the audit proves them. A batch that
 * cannot be read is a piece of its own: the walk goes on behind it with the leaves, so that one bad row is
 * named once. Slices are short: a live log is being written to.
 */
#include "broker/log/live.h"

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
    bool checkpoint_lost;
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

/* The stretch a batch takes, as far as its seal can be read; else the one entry asked for. */
static void set_stretch(const struct live *live, const struct mu_stored *stored,
                        struct mu_audit_hole *hole)
{
    uint32_t count = stored->seal.count;

    hole->first = hole->last = live->next;
    if (stored->first_number == live->next && count >= 1 && count <= MU_BATCH_EVENTS_MAX)
        hole->last = live->next + count - 1;
}

static enum mu_err take_hole(struct live *live, mu_view *view, const struct mu_stored *stored,
                             bool missing)
{
    struct mu_piece piece = {.kind = MU_PIECE_HOLE};
    struct mu_audit_hole *hole = &piece.hole;

    set_stretch(live, stored, hole);
    hole->kind = missing ? MU_DAMAGE_MISSING : MU_DAMAGE_BYTES;
    if (stored->damaged >= hole->first && stored->damaged <= hole->last)
        hole->blame_first = hole->blame_last = stored->damaged;
    while (missing && hole->blame_first != 0 && hole->blame_last < hole->last &&
           !mu_view_holds(view, hole->blame_last + 1))
        hole->blame_last++;
    if (stored_leaves(live, view, hole->first, (uint32_t)(hole->last - hole->first + 1)) == MU_OK)
        hole->leaves = live->leaves;
    live->next = hole->last + 1;
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

/* The next checkpoint row. One that does not fit its check goes out without its note, which nothing
 * accepts; when the record knows of one more and it is not there, that is said at the end. */
static enum mu_err next_checkpoint(struct live *live, mu_view *view, struct mu_piece *piece)
{
    enum mu_err err;

    piece->size = live->checkpoint;
    err = mu_view_checkpoint(view, &piece->size, &piece->note);
    if (err != MU_E_CORRUPT)
        return err;
    if (piece->note.data == NULL) {
        live->checkpoint_lost = true;
        return MU_E_ABSENT;
    }
    piece->note = (struct mu_bytes){NULL, 0};
    return MU_OK;
}

/* Checkpoint rows up to the place reached. Those beyond the head are handed out at the end: they say
 * that the record was once longer. */
static enum mu_err take_checkpoints(struct live *live, mu_view *view, bool at_end)
{
    struct mu_piece lost = {.kind = MU_PIECE_CHECKPOINT, .size = live->head};

    while (live->checkpoint != 0 && (at_end || live->checkpoint < live->next)) {
        struct mu_piece piece = {.kind = MU_PIECE_CHECKPOINT};
        enum mu_err err = next_checkpoint(live, view, &piece);

        if (err != MU_OK && err != MU_E_ABSENT)
            return err;
        if (err != MU_OK || (!at_end && piece.size >= live->next)) {
            live->checkpoint = err == MU_OK ? piece.size : 0;
            break;
        }
        if ((err = live->take(live->user, &piece)) != MU_OK)
            return err;
        live->checkpoint = piece.size + 1;
    }
    return at_end && live->checkpoint_lost ? live->take(live->user, &lost) : MU_OK;
}

static enum mu_err take_slice(struct live *live, mu_view *view)
{
    struct mu_stored stored = {0};

    for (unsigned i = 0; i < SLICE_BATCHES && live->next <= live->head; i++) {
        enum mu_err err = mu_view_batch(view, live->next, &stored);

        if (err == MU_E_CORRUPT || err == MU_E_ABSENT)
            err = take_hole(live, view, &stored, err == MU_E_ABSENT);
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
