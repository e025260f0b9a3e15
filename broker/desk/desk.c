/* Opening: the roster is folded from the log's marked entries, and the head found is signed again (the
 * checkpoint of the last turn before a crash was never written). */
#include "broker/desk/inside.h"

#include <stdlib.h>
#include <string.h>

/* ---- the roster ------------------------------------------------------------------------------ */
static enum mu_err fold_stored(mu_desk *desk, const struct mu_stored *stored, uint32_t epoch,
                               uint64_t number)
{
    const struct mu_stored_item *item = &stored->items[number - stored->first_number];
    const struct mu_seal *seal = &stored->seal;
    struct mu_fault fault;
    struct mu_entry entry = {
        .epoch = epoch,
        .number = number,
        .accepted_at_ms = stored->accepted_at_ms,
        .code = item->code,
        .judge_version = stored->judge_version,
        .agent = seal->agent,
        .instance = seal->instance,
        .lane = seal->lane,
        .sequence = seal->first_sequence + (number - stored->first_number),
        .leaf = item->leaf,
        .body = item->body,
        .path = "",
    };
    enum mu_err err;

    mu_arena_reset(&desk->unpack);
    desk->unpack.limit = mu_event_arena(item->body.size).limit;
    err = mu_event_unpack(item->body, &desk->unpack, &entry.event, &fault);
    if (err != MU_OK)
        return err == MU_E_NO_MEMORY ? err : MU_E_CORRUPT;
    return mu_roster_fold(desk->roster, &entry);
}

/* One slice: short, so that no page is pinned for long. *number is the next to look for. */
static enum mu_err fold_slice(mu_desk *desk, uint64_t *number)
{
    struct mu_stored stored;
    mu_view *view = NULL;
    enum mu_err err = mu_view_open(desk->log, &view);

    if (err != MU_OK)
        return err;
    for (unsigned entries = 0; entries < 256 && err == MU_OK; entries++) {
        if ((err = mu_view_roster(view, *number, number)) != MU_OK ||
            (err = mu_view_batch(view, *number, &stored)) != MU_OK)
            break;
        err = fold_stored(desk, &stored, stored.epoch, *number);
        ++*number;
    }
    mu_view_close(&view);
    return err;
}

enum mu_err mu_desk_fold_roster(mu_desk *desk)
{
    uint64_t number = 1;
    enum mu_err err;

    mu_roster_free(&desk->roster);
    if ((err = mu_roster_new(&desk->roster)) != MU_OK)
        return err;
    while ((err = fold_slice(desk, &number)) == MU_OK)
        ;
    desk->folded = false;
    if (err == MU_E_ABSENT && mu_roster_genesis(desk->roster) == NULL)
        return MU_E_CORRUPT;
    return err == MU_E_ABSENT ? MU_OK : err;
}

/* ---- opening --------------------------------------------------------------------------------- */
/* Whoever holds another key could not continue this record: better to find out before the first turn.
 * The log key may have been changed since genesis; the agent it made is still the same. */
static enum mu_err check_key(mu_desk *desk, const mu_key *key)
{
    const struct mu_member *self;
    struct mu_public public;

    desk->self = mu_roster_genesis(desk->roster)->broker;
    self = mu_roster_member(desk->roster, &desk->self);
    mu_key_public(key, &public);
    if (self == NULL || memcmp(public.b, self->public.b, sizeof public.b) != 0)
        return MU_E_BAD_KEY;
    return MU_OK;
}

static enum mu_err sign_head(mu_desk *desk)
{
    char note[MU_NOTE_BYTES_MAX];
    enum mu_err err;

    mu_log_head(desk->log, &desk->head);
    mu_signer_start(desk->signer, &desk->head);
    if ((err = mu_signer_wait(desk->signer, desk->note)) != MU_OK)
        return err;
    err = mu_log_last_checkpoint(desk->log, note, &desk->noted);
    return err == MU_E_ABSENT ? MU_OK : err;
}

static mu_desk *new_desk(mu_log *log, uint64_t instance, const struct mu_desk_options *options)
{
    mu_desk *desk = calloc(1, sizeof *desk);

    if (desk == NULL)
        return NULL;
    desk->log = log;
    desk->options = *options;
    desk->waiting_since_ms = INT64_MAX;
    desk->id = *mu_log_id(log);
    desk->instance = instance;
    desk->keep = mu_arena_make(MU_DESK_KEEP_BYTES);
    desk->unpack = mu_arena_make(0);
    desk->now_ms = mu_log_last_accepted_ms(log);
    desk->maybe_restored = true;
    return desk;
}

enum mu_err mu_desk_open(mu_log *log, mu_key *key, uint64_t instance,
                         const struct mu_desk_options *options, mu_desk **out)
{
    mu_desk *desk = new_desk(log, instance, options);
    enum mu_err err;

    *out = NULL;
    if (desk == NULL) {
        mu_key_close(&key);
        return MU_E_NO_MEMORY;
    }
    if ((err = mu_desk_fold_roster(desk)) != MU_OK || (err = check_key(desk, key)) != MU_OK)
        goto out;
    err = mu_signer_open(&desk->id, key, &desk->signer);
    key = NULL; /* taken, also when that failed */
    if (err != MU_OK || (err = sign_head(desk)) != MU_OK ||
        (err = mu_checker_open(&desk->checker)) != MU_OK)
        goto out;
    *out = desk;
    desk = NULL;
out:
    mu_key_close(&key);
    mu_desk_close(&desk);
    return err;
}

void mu_desk_close(mu_desk **desk)
{
    mu_desk *d = *desk;

    *desk = NULL;
    if (d == NULL)
        return;
    mu_checker_close(&d->checker);
    mu_signer_close(&d->signer);
    mu_witness_free(d);
    mu_roster_free(&d->roster);
    mu_arena_free(&d->keep);
    mu_arena_free(&d->unpack);
    free(d->pending);
    free(d);
}

/* ---- asking ---------------------------------------------------------------------------------- */
const mu_roster *mu_desk_roster(const mu_desk *desk)
{
    return desk->roster;
}

struct mu_bytes mu_desk_note(const mu_desk *desk, struct mu_head *head)
{
    *head = desk->head;
    return (struct mu_bytes){(const uint8_t *)desk->note, strlen(desk->note)};
}

int64_t mu_desk_now_ms(const mu_desk *desk)
{
    return desk->now_ms;
}

int64_t mu_tick_due_ms(mu_desk *desk)
{
    struct mu_agent_id asker;
    struct mu_hash subject;
    int64_t due_ms;
    uint8_t lane = mu_kind_lane(MUSTER__EVENT__BODY_TICK, 0);

    if (mu_log_next_timer(desk->log, &due_ms, &asker, &subject) != MU_OK ||
        mu_log_room(desk->log, lane, MU_SEAL_BYTES) != MU_OK)
        return INT64_MAX;
    return due_ms;
}

int64_t mu_desk_due_ms(mu_desk *desk)
{
    int64_t tick_ms = mu_tick_due_ms(desk), sheet_ms = mu_sheet_due_ms(desk);

    return tick_ms < sheet_ms ? tick_ms : sheet_ms;
}
