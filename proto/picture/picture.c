/* The fold: one entry after another. What a kind means is in kind.c. */
#include "proto/picture/fold.h"

#include <stdlib.h>

#include "proto/base/clock.h"
#include "proto/wire/event.h"

/* All entries of a log live in one arena; its bound is the machine's memory, not a message's. */
#define ARENA_BYTES_MAX (SIZE_MAX / 4)

enum mu_err mu_picture_new(mu_picture **out)
{
    mu_picture *picture = calloc(1, sizeof *picture);

    *out = picture;
    if (picture == NULL)
        return MU_E_NO_MEMORY;
    picture->arena = mu_arena_make(ARENA_BYTES_MAX);
    return MU_OK;
}

static void free_prints(struct mu_table *objects)
{
    for (size_t i = 0; i < objects->count; i++)
        free(((struct mu_object *)objects->rows[i].value)->prints);
    mu_table_free(objects);
}

void mu_picture_free(mu_picture **picture)
{
    mu_picture *old = *picture;

    *picture = NULL;
    if (old == NULL)
        return;
    for (size_t i = 0; i < MU_KINDS; i++)
        free_prints(&old->kinds[i]);
    mu_table_free(&old->leaves);
    mu_table_free(&old->strikes);
    mu_table_free(&old->places);
    mu_table_free(&old->cards);
    mu_table_free(&old->findings);
    mu_table_free(&old->decisions);
    mu_machine_free(old);
    mu_table_free(&old->told);
    mu_task_free(old);
    mu_table_free(&old->orders);
    mu_table_free(&old->clocks);
    mu_table_free(&old->debts);
    mu_table_free(&old->debt_of);
    mu_table_free(&old->debt_answers);
    mu_table_free(&old->villages);
    mu_arena_free(&old->arena);
    free(old->touches);
    free(old);
}

uint64_t mu_picture_through(const mu_picture *picture)
{
    return picture->through;
}

uint32_t mu_picture_epoch(const mu_picture *picture)
{
    return picture->epoch;
}

int64_t mu_picture_now_ms(const mu_picture *picture)
{
    return picture->now_ms;
}

int64_t mu_picture_ticked_ms(const mu_picture *picture)
{
    return picture->ticked_ms;
}

const struct mu_said *mu_picture_last(const mu_picture *picture)
{
    return picture->last;
}

const struct mu_touch *mu_picture_touches(const mu_picture *picture, size_t *count)
{
    *count = picture->touch_count;
    return picture->touches;
}

enum mu_err mu_fold_touch(struct mu_picture *picture, struct mu_touch touch)
{
    size_t room = picture->touch_room == 0 ? 16 : picture->touch_room * 2;
    struct mu_touch *touches = picture->touches;

    if (picture->touch_count == picture->touch_room) {
        if ((touches = realloc(touches, room * sizeof *touches)) == NULL)
            return MU_E_NO_MEMORY;
        picture->touches = touches;
        picture->touch_room = room;
    }
    picture->touches[picture->touch_count++] = touch;
    return MU_OK;
}

static enum mu_err fold_statement(struct mu_picture *picture, const struct mu_entry *entry,
                                  const Muster__Event *event)
{
    struct mu_said *said;
    const char *id;
    enum mu_err err;

    if ((id = mu_fold_name(picture, entry, event)) == NULL)
        return MU_E_NO_MEMORY;
    if ((err = mu_fold_say(picture, entry, event, id, &said)) != MU_OK ||
        (err = mu_fold_after(picture, (struct mu_object *)(uintptr_t)said->object, said)) !=
            MU_OK ||
        (err = mu_fold_time_ahead(picture, said)) != MU_OK)
        return err;
    if (event->envelope->in_reply_to != NULL)
        err = mu_fold_time_before(picture, said,
                                  mu_picture_said(picture, event->envelope->in_reply_to));
    return err != MU_OK ? err : mu_fold_debt(picture, said);
}

typedef enum mu_err (*take_fn)(struct mu_picture *picture, const struct mu_entry *entry,
                               const Muster__Event *event);

/* Of some events little is kept and nothing of the event, so they are read in passing. */
static enum mu_err fold_in_passing(struct mu_picture *picture, const struct mu_entry *entry,
                                   uint32_t kind, take_fn take)
{
    mu_arena arena = mu_event_arena(entry->body.size);
    const Muster__Event *event = entry->event;
    struct mu_fault fault;
    enum mu_err err = MU_OK;

    if (event == NULL)
        err = mu_event_unpack(entry->body, &arena, &event, &fault);
    if (err == MU_OK && mu_kind_of(event) == kind)
        err = take(picture, entry, event);
    mu_arena_free(&arena);
    return err;
}

static enum mu_err fold_tick(struct mu_picture *picture, const struct mu_entry *entry)
{
    picture->ticked_ms = entry->accepted_at_ms;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_TICK});
}

/* How fast the log's clock runs decides how exactly a time on it can be stated. */
static enum mu_err take_genesis(struct mu_picture *picture, const struct mu_entry *entry,
                                const Muster__Event *event)
{
    (void)entry;
    if (event->genesis->has_clock_rate_milli)
        picture->clock_rate_milli = event->genesis->clock_rate_milli;
    return MU_OK;
}

/* What a restored record is given back is announced: where the next batch stood before, and since when. */
static enum mu_err take_epoch(struct mu_picture *picture, const struct mu_entry *entry,
                              const Muster__Event *event)
{
    const Muster__EpochReturned *returned = event->epoch->returned;

    (void)entry;
    if (returned != NULL)
        picture->returned = (struct mu_returned){.epoch = returned->epoch,
                                                 .count = returned->count,
                                                 .was = returned->first_number,
                                                 .number = returned->number,
                                                 .accepted_at_ms = returned->accepted_at_ms};
    return MU_OK;
}

/* ---- one entry ---- */

static bool is_kept(uint32_t kind)
{
    return mu_fold_means(kind) || kind == MUSTER__EVENT__BODY_FINDING ||
           kind == MUSTER__EVENT__BODY_DECISION || kind == MUSTER__EVENT__BODY_ACKNOWLEDGEMENT;
}

/* Readers that are in a hurry hand out bodies unread. */
static uint32_t kind_of(const struct mu_entry *entry)
{
    struct mu_topic topic = {0};
    struct mu_fault fault;

    if (entry->event != NULL)
        return mu_kind_of(entry->event);
    if (entry->body.size == 0 || mu_event_scan(entry->body, &topic, &fault) != MU_OK)
        return 0;
    return topic.kind;
}

/* Our own copy: the entry is lent for the call only. */
static enum mu_err copy_event(struct mu_picture *picture, const struct mu_entry *entry,
                              const Muster__Event **out)
{
    struct mu_bytes body = entry->body;
    struct mu_fault fault;
    uint8_t *packed = NULL;
    enum mu_err err;

    if (body.size == 0) {
        body.size = mu_event_size(entry->event);
        if ((packed = malloc(body.size + 1)) == NULL)
            return MU_E_NO_MEMORY;
        mu_event_pack(entry->event, packed);
        body.data = packed;
    }
    err = mu_event_unpack(body, &picture->arena, out, &fault);
    free(packed);
    return err;
}

static enum mu_err fold_event(struct mu_picture *picture, const struct mu_entry *entry)
{
    uint32_t kind = kind_of(entry);
    const Muster__Event *event;
    enum mu_err err;

    if (kind == MUSTER__EVENT__BODY_TICK)
        return fold_tick(picture, entry);
    if (kind == MUSTER__EVENT__BODY_GENESIS)
        return fold_in_passing(picture, entry, kind, take_genesis);
    if (kind == MUSTER__EVENT__BODY_EPOCH)
        return fold_in_passing(picture, entry, kind, take_epoch);
    if (kind == MUSTER__EVENT__BODY_RECEIPT_SHEET)
        return fold_in_passing(picture, entry, kind, mu_fold_receipts);
    if (!is_kept(kind))
        return MU_OK;
    if ((err = copy_event(picture, entry, &event)) != MU_OK || event->envelope == NULL)
        return err;
    switch (kind) {
    case MUSTER__EVENT__BODY_FINDING:
        return mu_fold_finding(picture, entry, event);
    case MUSTER__EVENT__BODY_DECISION:
        return mu_fold_decision(picture, entry, event);
    case MUSTER__EVENT__BODY_ACKNOWLEDGEMENT:
        return mu_fold_acknowledgement(picture, entry, event);
    default:
        return fold_statement(picture, entry, event);
    }
}

enum mu_err mu_picture_fold(mu_picture *picture, const struct mu_entry *entry)
{
    enum mu_err err = MU_OK;

    picture->touch_count = 0;
    picture->last = NULL;
    picture->now_ms = mu_minute(entry->accepted_at_ms);
    if (entry->code == 0)
        err = fold_event(picture, entry);
    picture->through = entry->number;
    picture->epoch = entry->epoch;
    return err;
}
