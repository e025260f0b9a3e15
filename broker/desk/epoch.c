/* Epochs: a record that was restored from a backup says so, in an entry of its own.
 *
 * The usual path: `musterd restore` leaves a mark, and the first turn of the next start begins a new
 * epoch before anything else is said, so nothing is ever recorded in the old one beside what others hold.
 * Who holds more names it in HELLO, with the checkpoint; that is added to what is said of the epoch.
 *
 * A directory that was put back by other means has no mark. Then the first checkpoint which the log key
 * has signed and which does not fit begins the new epoch, there and then. What is claimed without such
 * a signature begins nothing. Killed at any point: mark, row and entry are of one commit.
 */
#include "broker/desk/inside.h"

#include <string.h>

static const struct mu_epoch *last_epoch(const struct mu_epoch *epochs, size_t count)
{
    return &epochs[count - 1];
}

/* ---- saying ---------------------------------------------------------------------------------- */

static void name_own(mu_desk *desk, const struct mu_epoch *begun, uint32_t old, struct mu_head *own,
                     Muster__Epoch *said)
{
    mu_log_turn_head(desk->log, own);
    said->has_old_epoch = said->has_own_size = said->has_own_root = true;
    said->old_epoch = old;
    said->own_size = own->size;
    said->own_root = (ProtobufCBinaryData){sizeof own->root.b, own->root.b};
    said->has_common = begun->common > 0;
    said->common = begun->common;
}

static void name_foreign(const struct mu_head *foreign, struct mu_bytes note, struct mu_head *copy,
                         uint8_t *note_copy, Muster__Epoch *said)
{
    *copy = *foreign;
    memcpy(note_copy, note.data, note.size);
    said->has_foreign_epoch = said->has_foreign_size = said->has_foreign_root =
        said->has_foreign_checkpoint = true;
    said->foreign_epoch = copy->epoch;
    said->foreign_size = copy->size;
    said->foreign_root = (ProtobufCBinaryData){sizeof copy->root.b, copy->root.b};
    said->foreign_checkpoint = (ProtobufCBinaryData){note.size, note_copy};
}

static enum mu_err say_epoch(mu_desk *desk, Muster__Epoch *said, uint32_t epoch)
{
    Muster__Event event = MUSTER__EVENT__INIT;

    said->has_epoch = said->has_reason = true;
    said->epoch = epoch;
    said->reason = MUSTER__EPOCH_REASON__EPOCH_REASON_RESTORED;
    event.body_case = MUSTER__EVENT__BODY_EPOCH;
    event.epoch = said;
    return mu_author_say(desk, &event);
}

/* ---- beginning ------------------------------------------------------------------------------- */

/* A directory put back without the mark may have gone on before anybody came: then nobody knows where
 * the two part, unless the record was restored with the mark before, and has its beginning from there. */
static struct mu_epoch next_epoch(const mu_desk *desk, const struct mu_epoch *last, bool marked,
                                  const struct mu_head *foreign)
{
    struct mu_epoch next = {.epoch = last->epoch + 1, .first = desk->next_number};

    next.common = marked ? desk->next_number - 1 : last->common;
    if (foreign != NULL) {
        next.known = foreign->size;
        if (foreign->epoch >= next.epoch)
            next.epoch = foreign->epoch + 1;
    }
    return next;
}

static enum mu_err begin(mu_desk *desk, const struct mu_epoch *last, bool marked,
                         const struct mu_head *foreign, struct mu_bytes note)
{
    struct mu_epoch next = next_epoch(desk, last, marked, foreign);
    Muster__Epoch said = MUSTER__EPOCH__INIT;
    uint8_t note_copy[MU_NOTE_BYTES_MAX];
    struct mu_head own, copy;
    enum mu_err err;

    name_own(desk, &next, last->epoch, &own, &said);
    if (foreign != NULL)
        name_foreign(foreign, note, &copy, note_copy, &said);
    if ((err = mu_log_turn_epoch(desk->log, &next)) != MU_OK ||
        (err = mu_log_turn_restored(desk->log, false)) != MU_OK)
        return err;
    desk->epoch = next.epoch;
    return say_epoch(desk, &said, next.epoch);
}

/* More was lost than was known. */
static enum mu_err amend(mu_desk *desk, struct mu_epoch last, const struct mu_head *foreign,
                         struct mu_bytes note)
{
    Muster__Epoch said = MUSTER__EPOCH__INIT;
    uint8_t note_copy[MU_NOTE_BYTES_MAX];
    struct mu_head copy;
    enum mu_err err;

    name_foreign(foreign, note, &copy, note_copy, &said);
    last.known = foreign->size;
    err = mu_log_turn_epoch(desk->log, &last);
    return err == MU_OK ? say_epoch(desk, &said, last.epoch) : err;
}

static enum mu_err remember_full(mu_desk *desk, enum mu_err err)
{
    if (err == MU_E_FULL)
        desk->full = err;
    return err;
}

enum mu_err mu_epoch_begin(mu_desk *desk, const struct mu_head *foreign, struct mu_bytes note)
{
    struct mu_epoch epochs[MU_EPOCHS_MAX];
    size_t count;
    bool marked;
    enum mu_err err = mu_record_begin(desk);

    if (err != MU_OK)
        return err;
    err = mu_log_restored(desk->log);
    if (err != MU_OK && err != MU_E_ABSENT)
        return err;
    marked = err == MU_OK;
    count = mu_log_epochs(desk->log, epochs);
    if (!marked && foreign != NULL && foreign->epoch < last_epoch(epochs, count)->epoch)
        err = amend(desk, *last_epoch(epochs, count), foreign, note);
    else
        err = begin(desk, last_epoch(epochs, count), marked, foreign, note);
    return remember_full(desk, err);
}

/* ---- what an agent holds --------------------------------------------------------------------- */

/* Whether the tree had this root at this size. A damaged tile proves nothing against anybody. */
static enum mu_err compare_root(mu_desk *desk, const struct mu_head *head, bool *same)
{
    mu_view *view = NULL;
    struct mu_hash root;
    enum mu_err err = mu_view_open(desk->log, &view);

    if (err != MU_OK)
        return err;
    err = mu_root_at(mu_view_node, view, head->size, &root);
    mu_view_close(&view);
    *same = err == MU_E_CORRUPT || (err == MU_OK && mu_hash_equal(&root, &head->root));
    return err == MU_E_CORRUPT || err == MU_E_ABSENT ? MU_OK : err;
}

/* Index of the epoch the head belongs to, and the last number of it here. A number of an epoch that was
 * never ours (another restored record had it) belongs to none: `count`. */
static size_t find_epoch(const mu_desk *desk, const struct mu_epoch *epochs, size_t count,
                         uint32_t epoch, uint64_t *last)
{
    for (size_t i = 0; i < count; i++) {
        if (epochs[i].epoch != epoch)
            continue;
        *last = i + 1 < count ? epochs[i + 1].first - 1 : desk->head.size;
        return i;
    }
    return count;
}

/* Every epoch since may have lost some of what that head stood on. */
static uint64_t common_since(const struct mu_epoch *epochs, size_t count,
                             const struct mu_head *head)
{
    uint64_t common = head->size;

    for (size_t i = 0; i < count; i++) {
        if (epochs[i].epoch > head->epoch && epochs[i].common < common)
            common = epochs[i].common;
    }
    return head->epoch >= epochs[count - 1].epoch ? 0 : common;
}

static bool is_signed(const mu_desk *desk, const struct mu_desk_held *held)
{
    const mu_verifier *key = mu_roster_verifier(desk->roster, &desk->self);
    struct mu_head head;

    return key != NULL && held->note.size > 0 && held->note.size < MU_NOTE_BYTES_MAX &&
           mu_checkpoint_read(held->note, &desk->id, key, NULL, &head) == MU_OK &&
           head.epoch == held->head.epoch && head.size == held->head.size &&
           mu_hash_equal(&head.root, &held->head.root);
}

static enum mu_err compare(mu_desk *desk, struct mu_desk_held *held, bool *news)
{
    struct mu_epoch epochs[MU_EPOCHS_MAX];
    size_t count = mu_log_epochs(desk->log, epochs);
    uint64_t last = 0;
    size_t at = find_epoch(desk, epochs, count, held->head.epoch, &last);
    bool same = false;
    enum mu_err err = MU_OK;

    if (at < count && held->head.size <= last)
        err = compare_root(desk, &held->head, &same);
    held->foreign = !same;
    held->common = same ? held->head.size : common_since(epochs, count, &held->head);
    *news =
        held->head.epoch >= epochs[count - 1].epoch || held->head.size > epochs[count - 1].known;
    return err;
}

enum mu_err mu_desk_hold(mu_desk *desk, struct mu_desk_held *held)
{
    struct mu_epoch epochs[MU_EPOCHS_MAX];
    bool news = false;
    enum mu_err err;

    held->foreign = held->proved = false;
    held->common = 0;
    if (held->head.size == 0)
        return MU_OK;
    if ((err = compare(desk, held, &news)) != MU_OK || !held->foreign)
        return err;
    held->proved = is_signed(desk, held);
    if (!held->proved || !news)
        return MU_OK;
    err = mu_epoch_begin(desk, &held->head, held->note);
    if (err == MU_OK)
        held->common = common_since(epochs, mu_log_epochs(desk->log, epochs), &held->head);
    return err;
}
