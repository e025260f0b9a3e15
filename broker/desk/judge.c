/* The judge: sees the proposal and the state, and nothing else. Facts are judged for honesty of form,
 * never for whether they are welcome: a clash is recorded and flagged, not refused. */
#include "broker/desk/inside.h"

#include <stdio.h>
#include <string.h>

/* ---- the batch ------------------------------------------------------------------------------- */
enum mu_err mu_judge_seal(mu_desk *desk, struct mu_proposal *p)
{
    const struct mu_seal *seal = &p->batch.seal;
    const mu_verifier *verifier;
    enum mu_err err;

    if (seal->lane != p->lane)
        return MU_E_BAD_FRAME;
    if (!mu_agent_id_equal(&seal->agent, &p->seat->agent))
        return MU_E_WRONG_AGENT;
    if (!mu_hash_equal(&seal->origin, &desk->id))
        return MU_E_OTHER_LOG;
    err = mu_authority_seal_stands(desk->roster, seal, desk->now_ms);
    p->apart = err == MU_E_COMPROMISED;
    if (err != MU_OK && !p->apart)
        return err;
    verifier = mu_roster_verifier(desk->roster, &seal->agent);
    return verifier != NULL ? mu_checker_check(desk->checker, p->bytes, verifier, &p->batch)
                            : MU_E_STRANGER;
}

/* ---- one event ------------------------------------------------------------------------------- */
static struct mu_bytes bytes_of(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, text != NULL ? strlen(text) : 0};
}

/* From the unpacked event: a second scan would tell nothing more. */
static struct mu_topic topic_of(const Muster__Event *event)
{
    const Muster__Envelope *e = event->envelope;
    struct mu_topic topic = {.kind = mu_kind_of(event)};

    if (e == NULL)
        return topic;
    topic.area = bytes_of(e->area);
    topic.agency = bytes_of(e->agency);
    topic.incident = bytes_of(e->incident);
    topic.object = bytes_of(e->object);
    topic.version = e->has_version ? e->version : 0;
    topic.severity = e->has_severity ? (uint32_t)e->severity : 0;
    topic.status = e->has_status ? (uint32_t)e->status : 0;
    return topic;
}

static enum mu_err check_lane(const struct mu_topic *topic, uint8_t lane, struct mu_fault *fault)
{
    uint8_t fixed = mu_kind_lane(topic->kind, topic->severity);

    if (fixed == lane)
        return MU_OK;
    fault->code = MU_E_BAD_LANE;
    snprintf(fault->path, sizeof fault->path, "lane %u", fixed);
    return MU_E_BAD_LANE;
}

/* A record goes on under the key its broker signs with and the link key it answers by. This broker has no
 * way to take up others while it runs, so a change that would leave it without is refused here. */
static enum mu_err check_own_keys(const Muster__Event *event, struct mu_fault *fault)
{
    const char *field = NULL;

    if (event->body_case != MUSTER__EVENT__BODY_KEY_CHANGE)
        return MU_OK;
    if (event->key_change->has_log_key)
        field = "key_change.log_key";
    else if (event->key_change->has_broker_curve_key)
        field = "key_change.broker_curve_key";
    if (field == NULL)
        return MU_OK;
    fault->code = MU_E_BAD_VALUE;
    snprintf(fault->path, sizeof fault->path, "%s", field);
    return MU_E_BAD_VALUE;
}

static enum mu_err judge_event(mu_desk *desk, const struct mu_seal *seal, struct mu_bytes body,
                               struct mu_fault *fault, const Muster__Event **event)
{
    struct mu_topic topic;
    enum mu_err err;

    mu_arena_reset(&desk->unpack);
    desk->unpack.limit = mu_event_arena(body.size).limit;
    if ((err = mu_event_unpack(body, &desk->unpack, event, fault)) != MU_OK ||
        (err = mu_event_check(*event, fault)) != MU_OK)
        return err;
    topic = topic_of(*event);
    if ((err = check_lane(&topic, seal->lane, fault)) != MU_OK ||
        (err = check_own_keys(*event, fault)) != MU_OK)
        return err;
    return mu_authority_judge(desk->roster, &seal->agent, &topic, *event, desk->now_ms, fault);
}

/* ---- what an accepted event changes here ----------------------------------------------------- */
/* Later events of the same batch are judged by the roster this one leaves. */
static enum mu_err fold_roster(mu_desk *desk, const struct mu_batch *batch, uint32_t index,
                               const Muster__Event *event)
{
    const struct mu_seal *seal = &batch->seal;
    struct mu_entry entry = {
        .epoch = desk->epoch,
        .number = desk->next_number + index,
        .accepted_at_ms = desk->now_ms,
        .judge_version = MU_JUDGE_VERSION,
        .agent = seal->agent,
        .instance = seal->instance,
        .lane = seal->lane,
        .sequence = seal->first_sequence + index,
        .leaf = batch->items[index].leaf,
        .body = batch->items[index].body,
        .path = "",
        .event = event,
    };

    desk->is_roster[index] = true;
    desk->folded = true;
    return mu_roster_fold(desk->roster, &entry);
}

/* A finding that asks to be looked at again is owed a tick. */
static void note_wake(mu_desk *desk, uint32_t index, const Muster__Event *event)
{
    const Muster__Finding *finding = event->finding;

    if (!finding->has_wake_at_ms || finding->wake_at_ms <= 0 ||
        finding->finding_id.len != sizeof desk->wake_for[index].b)
        return;
    desk->wake_at_ms[index] = finding->wake_at_ms;
    memcpy(desk->wake_for[index].b, finding->finding_id.data, finding->finding_id.len);
}

enum mu_err mu_judge_take_effect(mu_desk *desk, const struct mu_batch *batch, uint32_t index,
                                 const Muster__Event *event)
{
    uint32_t kind = mu_kind_of(event);

    if (mu_kind_is_roster(kind))
        return fold_roster(desk, batch, index, event);
    if (kind == MUSTER__EVENT__BODY_FINDING)
        note_wake(desk, index, event);
    return MU_OK;
}

enum mu_err mu_judge_events(mu_desk *desk, const struct mu_batch *batch)
{
    bool folded = desk->folded;

    for (uint32_t i = 0; i < batch->seal.count; i++) {
        const Muster__Event *event = NULL;
        struct mu_fault *fault = &desk->faults[i];
        enum mu_err err;

        fault->path[0] = '\0';
        desk->is_roster[i] = false;
        desk->wake_at_ms[i] = 0;
        err = judge_event(desk, &batch->seal, batch->items[i].body, fault, &event);
        if (err == MU_E_NO_MEMORY && desk->folded == folded)
            return MU_E_BUSY;
        if (mu_err_class(err) == MU_CLASS_LOCAL)
            return err;
        desk->verdicts[i] = (struct mu_verdict){(uint16_t)err, err == MU_OK ? NULL : fault->path};
        if (err == MU_OK && (err = mu_judge_take_effect(desk, batch, i, event)) != MU_OK)
            return err;
    }
    return MU_OK;
}
