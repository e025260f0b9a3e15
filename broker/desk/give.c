/* Taking back what a restored record lost.
 *
 * A batch proves itself: its author's key has sealed it, and the answer it got then puts it under a head
 * the log key has signed. So it is not judged a second time: what was accepted is accepted, what was
 * refused for good is refused, whatever the roster has become. An entry of our own goes before it and
 * says where it stood and when it was accepted; then it is recorded like any batch, with the time of
 * now, because a record's times never fall.
 */
#include "broker/desk/inside.h"

#include <string.h>

#include "proto/sign/accepted.h"
#include "proto/wire/event.h"

/* ---- whether it was -------------------------------------------------------------------------- */

static enum mu_err check_author(mu_desk *desk, struct mu_proposal *p)
{
    const struct mu_seal *seal = &p->batch.seal;
    struct mu_agent_id owner;
    const mu_verifier *key = mu_roster_key(desk->roster, &seal->key, &owner);

    if (seal->lane != p->lane)
        return MU_E_BAD_FRAME;
    if (!mu_hash_equal(&seal->origin, &desk->id))
        return MU_E_OTHER_LOG;
    if (key == NULL) /* whoever enrolled him may not have been here yet */
        return MU_E_STRANGER;
    if (!mu_agent_id_equal(&owner, &seal->agent) || mu_agent_id_equal(&owner, &desk->self))
        return MU_E_BAD_SEAL;
    return mu_batch_check(&p->batch, key);
}

static enum mu_err check_place(mu_desk *desk, const struct mu_proposal *p,
                               const struct mu_accepted *was)
{
    const mu_verifier *key = mu_roster_verifier(desk->roster, &desk->self);
    uint16_t codes[MU_BATCH_EVENTS_MAX];
    struct mu_head head;

    if (key == NULL || mu_checkpoint_read(was->note, &desk->id, key, NULL, &head) != MU_OK ||
        head.epoch >= desk->epoch || mu_accepted_prove(was, &p->batch, &head, codes) != MU_OK)
        return MU_E_BAD_SEAL;
    for (uint32_t i = 0; i < p->batch.seal.count; i++)
        desk->verdicts[i] = (struct mu_verdict){codes[i], NULL};
    return MU_OK;
}

enum mu_err mu_return_check(mu_desk *desk, struct mu_proposal *p, const struct mu_accepted *was)
{
    enum mu_err err = check_author(desk, p);

    return err == MU_OK ? check_place(desk, p, was) : err;
}

/* ---- recording it ---------------------------------------------------------------------------- */

/* Saying it uses the desk's room for one batch: ours first, then theirs is read again. */
static enum mu_err say_returned(mu_desk *desk, const struct mu_proposal *p,
                                const struct mu_accepted *was)
{
    struct mu_hash leaf = p->batch.items[p->batch.seal.count - 1].leaf;
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Epoch said = MUSTER__EPOCH__INIT;
    Muster__EpochReturned returned = MUSTER__EPOCH_RETURNED__INIT;

    returned.has_epoch = returned.has_first_number = returned.has_count = true;
    returned.has_accepted_at_ms = returned.has_number = returned.has_leaf = true;
    returned.epoch = was->epoch;
    returned.first_number = was->first_number;
    returned.count = was->count;
    returned.accepted_at_ms = was->accepted_at_ms;
    returned.number = desk->next_number + 1;
    returned.leaf = (ProtobufCBinaryData){sizeof leaf.b, leaf.b};
    said.has_epoch = said.has_reason = true;
    said.epoch = desk->epoch;
    said.reason = MUSTER__EPOCH_REASON__EPOCH_REASON_RESTORED;
    said.returned = &returned;
    event.body_case = MUSTER__EVENT__BODY_EPOCH;
    event.epoch = &said;
    return mu_author_say(desk, &event);
}

static void copy_path(struct mu_fault *fault, struct mu_bytes path)
{
    size_t size = path.size < sizeof fault->path ? path.size : sizeof fault->path - 1;

    if (size > 0)
        memcpy(fault->path, path.data, size);
    fault->path[size] = '\0';
}

static void take_verdicts(mu_desk *desk, const struct mu_accepted *was)
{
    struct mu_bytes left = was->refusal_bytes;
    struct mu_refusal refusal;

    for (uint32_t i = 0; i < was->count; i++)
        desk->verdicts[i] = (struct mu_verdict){0, NULL};
    for (uint16_t i = 0; i < was->refusals; i++) {
        MU_CHECK(mu_refusal_next(&left, &refusal) == MU_OK && refusal.index < was->count);
        copy_path(&desk->faults[refusal.index], refusal.path);
        desk->verdicts[refusal.index] =
            (struct mu_verdict){refusal.code, desk->faults[refusal.index].path};
    }
}

static enum mu_err take_effect(mu_desk *desk, const struct mu_batch *batch, uint32_t index)
{
    const Muster__Event *event = NULL;
    struct mu_fault unread;
    enum mu_err err;

    desk->is_roster[index] = false;
    desk->wake_at_ms[index] = 0;
    if (desk->verdicts[index].code != 0)
        return MU_OK;
    mu_arena_reset(&desk->unpack);
    desk->unpack.limit = mu_event_arena(batch->items[index].body.size).limit;
    err = mu_event_unpack(batch->items[index].body, &desk->unpack, &event, &unread);
    if (err == MU_OK)
        return mu_judge_take_effect(desk, batch, index, event);
    return err == MU_E_NO_MEMORY ? err : MU_OK; /* an older judge could read what this one cannot */
}

enum mu_err mu_return_record(mu_desk *desk, struct mu_proposal *p, const struct mu_accepted *was)
{
    enum mu_err err;

    if ((err = mu_gate_room(desk, p)) != MU_OK || (err = mu_record_begin(desk)) != MU_OK)
        return err;
    mu_desk_set_time(desk, was->accepted_at_ms); /* the log clock had come that far */
    err = say_returned(desk, p, was);
    if (err != MU_OK && err != MU_E_FULL)
        return err;
    MU_CHECK(mu_batch_read(p->bytes, desk->items, &p->batch) == MU_OK);
    mu_batch_leaves(&p->batch);
    take_verdicts(desk, was);
    if (err == MU_E_FULL) /* the end of the turn will say so */
        return mu_answer_accepted(desk, p);
    for (uint32_t i = 0; i < p->batch.seal.count && err == MU_OK; i++)
        err = take_effect(desk, &p->batch, i);
    if (err != MU_OK || (err = mu_answer_accepted(desk, p)) != MU_OK)
        return err;
    mu_log_turn_leap(desk->log);
    err = mu_record_batch(desk, &p->batch);
    return err == MU_E_FULL ? MU_OK : err;
}
