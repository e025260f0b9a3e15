/* The broker as an author: ticks and receipt sheets, sealed with the log key like anybody's events.
 *
 * It starts a new instance at every start and counts from 1, so a crash between signing and commit
 * leaves nothing that could be said twice. A dropped turn takes its numbers back.
 */
#include "broker/desk/inside.h"

#include <stdlib.h>
#include <string.h>

/* Wakes in one tick; what is left over goes into the next. */
#define WAKES_MAX 64u
/* Ticks in one turn: a flood of timers must not keep agents waiting. */
#define TICKS_MAX 16u

struct wake_list {
    size_t count;
    int64_t due_ms[WAKES_MAX];
    struct mu_agent_id asker[WAKES_MAX];
    struct mu_hash subject[WAKES_MAX];
    Muster__Wake wake[WAKES_MAX];
    Muster__Wake *pointer[WAKES_MAX];
};

/* ---- saying ---------------------------------------------------------------------------------- */
static enum mu_err seal_one(mu_desk *desk, uint8_t lane, struct mu_bytes body, struct mu_writer *w)
{
    struct mu_author_state *state = &desk->author;
    struct mu_hash last;
    struct mu_seal seal = {
        .lane = lane,
        .agent = desk->self,
        .origin = desk->id,
        .instance = desk->instance,
        .first_sequence = state->sequence[lane] + 1,
        .previous = state->leaf[lane],
        .seen = desk->head,
    };

    return mu_batch_write(w, &seal, &body, 1, mu_signer_key(desk->signer), &last);
}

/* Through the same judge as everybody's; only the signature is not checked, it is our own. */
static enum mu_err record_own(mu_desk *desk, uint8_t lane, struct mu_bytes bytes)
{
    struct mu_batch batch;
    enum mu_err err = mu_batch_read(bytes, desk->items, &batch);

    MU_CHECK(err == MU_OK);
    mu_batch_leaves(&batch);
    if ((err = mu_judge_events(desk, &batch)) != MU_OK)
        return err;
    MU_CHECK(desk->verdicts[0].code == 0); /* what we say must pass our own judge */
    if ((err = mu_record_batch(desk, &batch)) != MU_OK)
        return err;
    desk->author.sequence[lane] = batch.seal.first_sequence;
    desk->author.leaf[lane] = batch.items[0].leaf;
    return MU_OK;
}

static enum mu_err seal_and_record(mu_desk *desk, const Muster__Event *event, uint8_t *memory,
                                   size_t size)
{
    uint8_t lane = mu_kind_lane(mu_kind_of(event), 0);
    struct mu_writer w = mu_writer(memory + size, MU_SEAL_BYTES + 64 + size);
    struct mu_bytes body = {memory, size};
    enum mu_err err;

    mu_event_pack(event, memory);
    if ((err = seal_one(desk, lane, body, &w)) != MU_OK)
        return err;
    return record_own(desk, lane, mu_written(&w));
}

/* Body and batch lie beside each other in memory of the call's own: judging uses the desk's. */
static enum mu_err say(mu_desk *desk, const Muster__Event *event)
{
    size_t size = mu_event_size(event);
    uint8_t *memory = malloc(2 * size + MU_SEAL_BYTES + 64);
    enum mu_err err = memory != NULL ? seal_and_record(desk, event, memory, size) : MU_E_BUSY;

    free(memory);
    return err;
}

enum mu_err mu_author_say(mu_desk *desk, Muster__Event *event)
{
    const struct mu_genesis *genesis = mu_roster_genesis(desk->roster);
    const struct mu_member *self = mu_roster_member(desk->roster, &desk->self);
    char agency[MU_NAME_BYTES_MAX], area[MU_TOPIC_BYTES_MAX];
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    enum mu_err err;

    MU_CHECK(genesis != NULL && self != NULL);
    memcpy(agency, self->agency, sizeof agency);
    memcpy(area, genesis->area, sizeof area);
    envelope.agency = agency;
    envelope.area = area;
    envelope.has_status = envelope.has_occurred_at_ms = true;
    envelope.status = (Muster__Status)genesis->status;
    envelope.occurred_at_ms = desk->now_ms;
    event->envelope = &envelope;
    err = say(desk, event);
    event->envelope = NULL;
    return err;
}

/* ---- ticks ----------------------------------------------------------------------------------- */
/* Takes due timers away as it lists them: tick and removal stand or fall with the same commit. */
static enum mu_err list_due(mu_desk *desk, struct wake_list *list)
{
    enum mu_err err = MU_OK;

    for (list->count = 0; list->count < WAKES_MAX; list->count++) {
        size_t i = list->count;

        err = mu_log_next_timer(desk->log, &list->due_ms[i], &list->asker[i], &list->subject[i]);
        if (err != MU_OK || list->due_ms[i] > desk->now_ms)
            break;
        err = mu_log_turn_timer(desk->log, list->due_ms[i], &list->asker[i], &list->subject[i],
                                false);
        if (err != MU_OK)
            break;
    }
    return err == MU_E_ABSENT ? MU_OK : err;
}

/* The tick could not be written: what it would have told is still owed. */
static enum mu_err put_back(mu_desk *desk, const struct wake_list *list, enum mu_err why)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < list->count && err == MU_OK; i++)
        err =
            mu_log_turn_timer(desk->log, list->due_ms[i], &list->asker[i], &list->subject[i], true);
    return err == MU_OK ? why : err;
}

static void fill_wakes(struct wake_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        Muster__Wake *wake = &list->wake[i];

        *wake = (Muster__Wake)MUSTER__WAKE__INIT;
        wake->has_finding_id = wake->has_agent = wake->has_wake_at_ms = true;
        wake->finding_id = (ProtobufCBinaryData){sizeof list->subject[i].b, list->subject[i].b};
        wake->agent = (ProtobufCBinaryData){sizeof list->asker[i].b, list->asker[i].b};
        wake->wake_at_ms = list->due_ms[i];
        list->pointer[i] = wake;
    }
}

static enum mu_err say_tick(mu_desk *desk, struct wake_list *list)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Tick tick = MUSTER__TICK__INIT;

    fill_wakes(list);
    tick.has_at_ms = tick.has_reason = true;
    tick.at_ms = desk->now_ms;
    tick.reason = MUSTER__TICK_REASON__TICK_REASON_WAKE;
    tick.n_wakes = list->count;
    tick.wakes = list->pointer;
    event.body_case = MUSTER__EVENT__BODY_TICK;
    event.tick = &tick;
    return mu_author_say(desk, &event);
}

enum mu_err mu_author_ticks(mu_desk *desk)
{
    struct wake_list list;
    enum mu_err err = MU_OK;

    for (unsigned ticks = 0; ticks < TICKS_MAX && err == MU_OK; ticks++) {
        if (mu_tick_due_ms(desk) > desk->now_ms)
            break;
        if ((err = mu_record_begin(desk)) != MU_OK || (err = list_due(desk, &list)) != MU_OK)
            break;
        if (list.count > 0 && (err = say_tick(desk, &list)) == MU_E_BUSY)
            err = put_back(desk, &list, err);
    }
    /* No room or no memory for a tick now: it is tried again with the next turn. */
    return err == MU_E_FULL || err == MU_E_BUSY ? MU_OK : err;
}
