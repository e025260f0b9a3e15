/* Wanted against published: what has to be said now.
 *
 * Published is the fold of our own findings, and over it those said that have not come back. After a
 * restart nothing is awaited and the picture holds all that was ever recorded, so the same comparison
 * says exactly what is missing. Two runs that say the same after the same findings give it the same
 * id, so that even a repeat is one finding.
 */
#include "proto/rules/engine.h"

#include <stdlib.h>
#include <string.h>

#include "proto/sign/digest.h"
#include "proto/wire/event.h"

struct published {
    bool open;
    uint32_t raisings, told;
    int64_t wake_at_ms; /* 0: none */
    struct mu_hash core, last_id;
    const Muster__Finding *last; /* as recorded; NULL: none, or one is on its way */
};

static struct published look_up(const mu_rules *rules, const struct wanted *wanted,
                                const char *agency)
{
    char buffer[3 * CAUSE_BYTES];
    struct mu_text key = mu_text(buffer, sizeof buffer);
    struct published out = {0};
    const struct mu_card *card;

    if (wanted->awaited)
        return (struct published){wanted->awaited_open,
                                  wanted->awaited_raisings,
                                  wanted->awaited_told,
                                  wanted->awaited_wake_at_ms,
                                  wanted->awaited_core,
                                  wanted->awaited_id,
                                  NULL};
    mu_card_key(&key, agency, wanted->public.role, wanted->public.cause);
    card = mu_picture_card(rules->picture, buffer);
    if (card == NULL || card->finding == NULL)
        return out;
    out = (struct published){
        card->open,   card->raisings,
        card->told,   card->finding->has_wake_at_ms ? card->finding->wake_at_ms : 0,
        card->core,   {{0}},
        card->finding};
    if (card->finding->has_finding_id && card->finding->finding_id.len == sizeof out.last_id.b)
        memcpy(out.last_id.b, card->finding->finding_id.data, sizeof out.last_id.b);
    return out;
}

/* How far whoever spoke before the record was restored had judged it. */
static const struct place *judged_before(const mu_rules *rules)
{
    return rules->judged[0].epoch < mu_picture_epoch(rules->picture) ? &rules->judged[0]
                                                                     : &rules->judged[1];
}

/* A restored record is given back word by word, by whoever comes first. All that was judged before, and what was
 * said of it stands, also that nothing was said of it: half of it now shows another picture, and saying so would be
 * a lie, for nothing has changed. So a card is left as it is until something happens that had not been judged. */
static bool is_settled(const mu_rules *rules, const struct wanted *wanted,
                       const struct published *published)
{
    const struct place *judged = judged_before(rules);

    if (wanted->awaited || judged->epoch == 0 || mu_place_after(&wanted->moved, judged))
        return false;
    return published->last == NULL ||
           (published->last->has_epoch && published->last->epoch <= judged->epoch);
}

static bool must_say(const struct wanted *wanted, const struct published *published)
{
    if (wanted->public.open != published->open)
        return true;
    /* A mark that has passed is let go of in silence; another one must be asked for. */
    return wanted->public.open &&
           (!mu_hash_equal(&wanted->public.core, &published->core) ||
            (wanted->wake_at_ms != 0 && wanted->wake_at_ms != published->wake_at_ms));
}

static Muster__FindingState state_of(const struct wanted *wanted, const struct published *published,
                                     const Muster__Finding *finding)
{
    if (!wanted->public.open)
        return MUSTER__FINDING_STATE__FINDING_STATE_CLOSED;
    if (!published->open)
        return published->raisings > 0 ? MUSTER__FINDING_STATE__FINDING_STATE_RETURNED
                                       : MUSTER__FINDING_STATE__FINDING_STATE_RAISED;
    return finding->decision != NULL ? MUSTER__FINDING_STATE__FINDING_STATE_DECIDED
                                     : MUSTER__FINDING_STATE__FINDING_STATE_UPDATED;
}

/* H(what was said before of this card, state, count, what is said, causes). */
static void finding_id(const struct wanted *wanted, const struct published *published,
                       const Muster__Finding *finding, struct mu_hash *out)
{
    static const char tag[] = "muster finding 1";
    uint8_t how[8];
    struct mu_writer writer = mu_writer(how, sizeof how);
    struct mu_bytes parts[5 + 64];
    size_t count = 0;

    mu_write_u32(&writer, (uint32_t)finding->state);
    mu_write_u32(&writer, finding->raising_count);
    parts[count++] = (struct mu_bytes){(const uint8_t *)tag, sizeof tag};
    parts[count++] = (struct mu_bytes){wanted->card_id.b, sizeof wanted->card_id.b};
    parts[count++] = (struct mu_bytes){published->last_id.b, sizeof published->last_id.b};
    parts[count++] = (struct mu_bytes){how, sizeof how};
    parts[count++] = (struct mu_bytes){wanted->public.core.b, sizeof wanted->public.core.b};
    for (size_t i = 0; i < finding->n_causes && i < 64; i++)
        parts[count++] =
            (struct mu_bytes){finding->causes[i]->leaf.data, finding->causes[i]->leaf.len};
    mu_sha256_parts(parts, count, out);
}

static Muster__Ref *closing_ref(struct mu_judgement *judgement, const struct wanted *wanted)
{
    return wanted->turned_by == NULL ? NULL : mu_judge_ref(judgement, wanted->turned_by);
}

static void fill_finding(struct mu_judgement *judgement, struct wanted *wanted,
                         const struct published *published, Muster__Finding *finding)
{
    struct mu_hash *id = mu_judge_take(judgement, sizeof *id);

    finding->has_state = true;
    finding->state = state_of(wanted, published, finding);
    finding->has_raising_count = true;
    finding->raising_count = published->raisings + (wanted->public.open && !published->open);
    finding->has_judged_through = finding->has_epoch = finding->has_judged_at_ms = true;
    finding->judged_through = mu_picture_through(judgement->picture);
    finding->epoch = mu_picture_epoch(judgement->picture);
    finding->judged_at_ms = mu_picture_now_ms(judgement->picture);
    if (!wanted->public.open) {
        finding->has_close_reason = true;
        finding->close_reason = wanted->public.close_reason;
        finding->closed_by = closing_ref(judgement, wanted);
    }
    finding_id(wanted, published, finding, id);
    finding->has_finding_id = true;
    finding->finding_id.len = sizeof id->b;
    finding->finding_id.data = id->b;
}

static Muster__Envelope *make_envelope(struct mu_judgement *judgement, const struct wanted *wanted,
                                       const struct published *published,
                                       const struct mu_rules_voice *voice,
                                       const Muster__Finding *finding)
{
    const Muster__Envelope *lead = wanted->lead->event->envelope;
    Muster__Envelope *envelope = mu_judge_take(judgement, sizeof *envelope);

    *envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    envelope->incident = mu_judge_text(judgement, lead->incident);
    envelope->area = mu_judge_text(judgement, lead->area);
    envelope->object = mu_judge_text(judgement, wanted->name);
    envelope->has_version = true;
    envelope->version = published->told + 1;
    envelope->has_status = lead->has_status;
    envelope->status = lead->status;
    envelope->has_change = true;
    envelope->change = MUSTER__CHANGE__CHANGE_NEW_VERSION;
    envelope->agency = mu_judge_text(judgement, voice->agency);
    envelope->has_occurred_at_ms = envelope->has_sent_at_ms = true;
    envelope->occurred_at_ms = finding->judged_at_ms;
    envelope->sent_at_ms = voice->now_ms;
    envelope->has_msg_kind = envelope->has_source = true;
    envelope->msg_kind = MUSTER__MSG_KIND__MSG_KIND_REPORT;
    envelope->source = MUSTER__SOURCE_KIND__SOURCE_KIND_COMPUTED;
    envelope->has_severity = finding->has_severity;
    envelope->severity = finding->severity;
    return envelope;
}

static enum mu_err say(mu_rules *rules, struct wanted *wanted, const struct published *published,
                       const struct mu_rules_voice *voice, mu_arena *arena, Muster__Event **out)
{
    struct mu_judgement judgement = {.picture = rules->picture, .arena = arena};
    const Muster__Event *packed;
    struct mu_fault fault;
    Muster__Finding *finding;
    enum mu_err err;

    if ((err = mu_event_unpack(wanted->public.packed, arena, &packed, &fault)) != MU_OK)
        return err;
    *out = mu_judge_take(&judgement, sizeof **out);
    **out = *packed;
    finding = packed->finding;
    fill_finding(&judgement, wanted, published, finding);
    (*out)->envelope = make_envelope(&judgement, wanted, published, voice, finding);
    if (!wanted->awaited)
        rules->awaited++;
    wanted->awaited = true;
    wanted->awaited_open = wanted->public.open;
    wanted->awaited_raisings = finding->raising_count;
    wanted->awaited_told = published->told + 1;
    wanted->awaited_wake_at_ms = wanted->wake_at_ms;
    wanted->awaited_core = wanted->public.core;
    memcpy(wanted->awaited_id.b, finding->finding_id.data, sizeof wanted->awaited_id.b);
    return MU_OK;
}

/* Clearances first, then cards by decider: the same on every machine. */
static int by_key(const void *a, const void *b)
{
    const struct wanted *one = *(struct wanted *const *)a, *other = *(struct wanted *const *)b;
    int order = strcmp(one->public.role, other->public.role);

    return order != 0 ? order : strcmp(one->public.cause, other->public.cause);
}

enum mu_err mu_rules_differ(mu_rules *rules, const struct mu_rules_voice *voice, mu_arena *arena,
                            const Muster__Event ***out, size_t *count)
{
    const Muster__Event **events =
        mu_arena_take(arena, (rules->changed_count + 1) * sizeof(const Muster__Event *));
    enum mu_err err = events == NULL ? MU_E_NO_MEMORY : MU_OK;

    *count = 0;
    *out = events;
    if (rules->changed_count > 1)
        qsort(rules->changed, rules->changed_count, sizeof(struct wanted *), by_key);
    for (size_t i = 0; i < rules->changed_count && err == MU_OK; i++) {
        struct wanted *wanted = rules->changed[i];
        struct published published = look_up(rules, wanted, voice->agency);
        Muster__Event *event;

        wanted->changed = false;
        if (!must_say(wanted, &published) || is_settled(rules, wanted, &published))
            continue;
        err = say(rules, wanted, &published, voice, arena, &event);
        if (err == MU_OK)
            events[(*count)++] = event;
    }
    rules->changed_count = 0;
    return err;
}
