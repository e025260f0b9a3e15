/* What a start believes only after looking: the last turns, the edge, the last checkpoint.
 *
 * A power cut or a failed sync hurts the end of the file, so the end is read back and hashed before
 * anything new rests on it. Older damage is found slice by slice, before it is served. Nothing here
 * grows with the length of the log.
 */
#include <string.h>

#include "broker/log/inside.h"

#define TAIL_ENTRIES 256u

/* Nothing may lie behind the last entry the edge knows, but for its own checkpoint. */
static enum mu_err check_end(mu_view *view)
{
    enum mu_what what = MU_WHAT_SEAL;
    uint64_t number = 0;
    MDB_val k, v;
    int rc = mdb_cursor_get(view->record, &k, &v, MDB_LAST);

    if (rc == MDB_SUCCESS && mu_row_key_is(k, &number, &what) && what == MU_WHAT_CHECKPOINT)
        rc = mdb_cursor_get(view->record, &k, &v, MDB_PREV);
    if (rc != MDB_SUCCESS)
        return rc == MDB_NOTFOUND ? MU_E_CORRUPT : mu_read_err(rc);
    if (!mu_row_key_is(k, &number, &what) || what != MU_WHAT_ENTRY ||
        number != view->state.tiles.edge.size)
        return MU_E_CORRUPT;
    return MU_OK;
}

static enum mu_err check_entries(mu_view *view)
{
    uint64_t size = view->state.tiles.edge.size;
    uint64_t number = size;
    struct mu_stored batch;
    enum mu_err err;

    if ((err = check_end(view)) != MU_OK || (err = mu_view_batch(view, number, &batch)) != MU_OK)
        return err;
    if (batch.first_number + batch.seal.count - 1 != size ||
        batch.accepted_at_ms != view->state.accepted_at_ms)
        return MU_E_CORRUPT;
    while (err == MU_OK && size - batch.first_number < TAIL_ENTRIES && batch.first_number > 1) {
        number = batch.first_number - 1;
        err = mu_view_batch(view, number, &batch);
    }
    return err;
}

static enum mu_err check_checkpoint(mu_log *log, mu_view *view)
{
    char note[MU_NOTE_BYTES_MAX];
    struct mu_head head;
    struct mu_edge edge;
    struct mu_hash root;
    struct mu_bytes bytes = {(const uint8_t *)note, 0};
    uint64_t size;
    enum mu_err err = mu_log_last_checkpoint(log, note, &size);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_OK : err;
    bytes.size = strlen(note);
    if (mu_checkpoint_read(bytes, &log->id, NULL, NULL, &head) != MU_OK || head.size != size ||
        head.epoch != mu_epoch_of(&view->state.epochs, size))
        return MU_E_CORRUPT;
    err = mu_tiles_edge_at(&view->state.tiles, mu_view_tile, view, size, &edge);
    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    mu_edge_root(&edge, &root);
    return mu_hash_equal(&root, &head.root) ? MU_OK : MU_E_CORRUPT;
}

enum mu_err mu_tail_check(mu_log *log)
{
    mu_view *view = NULL;
    enum mu_err err = mu_view_open(log, &view);

    if (err != MU_OK)
        return err;
    if ((err = check_entries(view)) == MU_OK &&
        (err = mu_tiles_check(&view->state.tiles, mu_view_tile, view)) == MU_OK)
        err = check_checkpoint(log, view);
    mu_view_close(&view);
    return err;
}
