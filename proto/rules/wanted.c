/* From drafts to wanted findings: what several rules say of one cause becomes one finding for each
 * decider; what people decided about it is taken in; what nobody says any more is closed.
 */
#include "proto/rules/engine.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire/event.h"

/* ---- filing ---- */

static void set_name(struct wanted *wanted, const Muster__Finding *finding)
{
    struct mu_text name = mu_text(wanted->name, sizeof wanted->name);

    mu_text_addf(&name, "%s:%s", mu_rule_name(finding->rule),
                 finding->subject == NULL ? "" : finding->subject);
}

static enum mu_err pack(struct wanted *wanted, Muster__Finding *finding)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    uint8_t *packed;
    size_t size;
    enum mu_err err;

    if ((err = mu_finding_core(finding, &wanted->public.core)) != MU_OK)
        return err;
    event.body_case = MUSTER__EVENT__BODY_FINDING;
    event.finding = finding;
    size = mu_event_size(&event);
    if ((packed = malloc(size + 1)) == NULL)
        return MU_E_NO_MEMORY;
    mu_event_pack(&event, packed);
    free(wanted->packed);
    wanted->packed = packed;
    wanted->public.packed = (struct mu_bytes){packed, size};
    wanted->wake_at_ms = finding->has_wake_at_ms ? finding->wake_at_ms : 0;
    set_name(wanted, finding);
    return MU_OK;
}

static struct wanted *make_wanted(mu_rules *rules, struct cause *cause, const char *role)
{
    char buffer[2 * CAUSE_BYTES];
    struct mu_text key = mu_text(buffer, sizeof buffer);
    struct wanted *wanted = mu_arena_take(&rules->names, sizeof *wanted);
    char *kept;

    mu_text_add(&key, role);
    mu_text_add(&key, "|");
    mu_text_add(&key, cause->name);
    kept = mu_arena_copy(&rules->names, buffer, key.used);
    if (wanted == NULL || kept == NULL || mu_table_put(&rules->wanted, kept, wanted) != MU_OK)
        return NULL;
    wanted->public.cause = cause->name;
    wanted->public.role = mu_arena_copy(&rules->names, role, strlen(role));
    wanted->cause = cause;
    wanted->beside = cause->wanted;
    cause->wanted = wanted;
    mu_card_id(role, cause->name, &wanted->card_id);
    return wanted->public.role == NULL ? NULL : wanted;
}

static struct wanted *find_wanted(struct cause *cause, const char *role)
{
    struct wanted *wanted = cause->wanted;

    while (wanted != NULL && strcmp(wanted->public.role, role) != 0)
        wanted = wanted->beside;
    return wanted;
}

/* ---- what people decided ---- */

static bool rests_on_newer(const struct mu_judgement *judgement, const Muster__Finding *finding,
                           const struct mu_said *decision)
{
    for (size_t i = 0; i < finding->n_causes; i++) {
        const struct mu_said *said = mu_picture_said(judgement->picture, finding->causes[i]);

        if (said != NULL && mu_said_recorded_before(decision, said))
            return true;
    }
    return false;
}

static bool settles(Muster__Verdict verdict, Muster__CloseReason *reason)
{
    if (verdict == MUSTER__VERDICT__VERDICT_PROCEED)
        *reason = MUSTER__CLOSE_REASON__CLOSE_REASON_RISK_ACCEPTED;
    else if (verdict == MUSTER__VERDICT__VERDICT_FALSE_ALARM)
        *reason = MUSTER__CLOSE_REASON__CLOSE_REASON_FALSE_ALARM;
    else
        return false;
    return true;
}

/* Only the card's decider decides; what others say of it is recorded and changes nothing. A decision
 * counts for the raising it was made on. One that takes the risk closes the card as long
 * as nothing it rests on has changed since; any other leaves it open until the change it asks for. */
static void take_decision(struct mu_judgement *judgement, const struct wanted *wanted,
                          struct mu_draft *draft)
{
    Muster__Finding *finding = draft->finding;
    char buffer[CAUSE_BYTES];
    struct mu_text name = mu_text(buffer, sizeof buffer);
    const struct mu_said *decision;
    struct place decided_at;

    if (!finding->has_card_id || wanted == NULL || wanted->raised_at.number == 0 ||
        finding->decider_agency == NULL)
        return;
    mu_text_addf(&name, "%s:%s", mu_rule_name(finding->rule),
                 finding->subject == NULL ? "" : finding->subject);
    decision =
        mu_picture_decision(judgement->picture, &wanted->card_id, buffer, finding->decider_agency);
    if (decision == NULL)
        return;
    decided_at = mu_place_of(decision);
    if (!mu_place_after(&decided_at, &wanted->raised_at))
        return;
    finding->decision = mu_judge_ref(judgement, decision);
    if (draft->open && settles(decision->event->decision->verdict, &draft->reason) &&
        !rests_on_newer(judgement, finding, decision))
        draft->open = false;
}

/* ---- closing ---- */

/* Why it is closed when the rules do not say: the last entry knows. */
static Muster__CloseReason reason_now(const mu_rules *rules, Muster__CloseReason said)
{
    const struct mu_said *last = mu_picture_last(rules->picture);

    if (said != MUSTER__CLOSE_REASON__CLOSE_REASON_BY_CHANGE)
        return said;
    if (last == NULL)
        return MUSTER__CLOSE_REASON__CLOSE_REASON_PASSED;
    if (last->event->body_case == MUSTER__EVENT__BODY_RULE_SWITCH)
        return MUSTER__CLOSE_REASON__CLOSE_REASON_RULE_OFF;
    if (last->event->envelope->change == MUSTER__CHANGE__CHANGE_WITHDRAWAL)
        return MUSTER__CLOSE_REASON__CLOSE_REASON_WITHDRAWN;
    return said;
}

static enum mu_err turn(mu_rules *rules, struct wanted *wanted, bool open,
                        Muster__CloseReason reason)
{
    if (open && !wanted->public.open) {
        wanted->public.raisings++;
        wanted->raised_at = mu_place_now(rules);
    }
    if (!open && wanted->public.open) {
        wanted->public.close_reason = reason_now(rules, reason);
        wanted->turned_by = mu_picture_last(rules->picture);
    }
    wanted->public.open = open;
    return mu_wanted_keep_open(rules, wanted);
}

/* What is left of a finding that nobody draws up any more: what it was about. */
static void strip(struct mu_judgement *judgement, Muster__Finding *finding)
{
    const char *subject = finding->subject == NULL ? "" : finding->subject;

    finding->headline =
        mu_judge_say(judgement, "card.closed", mu_arg_object(judgement, subject), NULL);
    finding->n_lines = finding->n_options = finding->n_evidence = finding->n_uncited = 0;
    finding->n_also_rules = 0;
    finding->has_decide_by_ms = finding->has_wake_at_ms = false;
    finding->margin = NULL;
}

static enum mu_err close_silently(mu_rules *rules, struct mu_judgement *judgement,
                                  struct wanted *wanted)
{
    const Muster__Event *event;
    struct mu_fault fault;
    enum mu_err err;

    if (!wanted->public.open)
        return MU_OK;
    err = mu_event_unpack(wanted->public.packed, judgement->arena, &event, &fault);
    if (err != MU_OK)
        return err;
    strip(judgement, event->finding);
    err = turn(rules, wanted, false, MUSTER__CLOSE_REASON__CLOSE_REASON_BY_CHANGE);
    if (err != MU_OK)
        return err;
    mu_wanted_changed(rules, wanted);
    return pack(wanted, event->finding);
}

struct wanted *mu_wanted_adopt(mu_rules *rules, const char *key, const struct mu_card *card)
{
    struct mu_judgement judgement = {.picture = rules->picture, .arena = &rules->scratch};
    char role[CAUSE_BYTES];
    struct mu_text text = mu_text(role, sizeof role);
    Muster__Finding finding = *card->finding;
    const char *name = strchr(key, '|') + 1;
    struct cause *cause = mu_table_find(&rules->causes, name);
    struct wanted *wanted;

    mu_text_addf(&text, "%.*s", (int)(name - 1 - key), key);
    if (strchr(name, ':') == NULL)
        return NULL;
    if (cause == NULL)
        cause = mu_cause_make(rules, name);
    wanted = cause == NULL ? NULL : make_wanted(rules, cause, role);
    if (wanted == NULL)
        return NULL;
    strip(&judgement, &finding);
    wanted->lead = card->said;
    wanted->public.is_card = finding.has_card_id;
    wanted->public.close_reason = MUSTER__CLOSE_REASON__CLOSE_REASON_BY_CHANGE;
    rules->err = pack(wanted, &finding);
    mu_arena_reset(&rules->scratch);
    return wanted;
}

/* ---- one cause ---- */

static void set_card_id(struct mu_judgement *judgement, struct mu_draft *draft, const char *cause)
{
    struct mu_hash *id = mu_judge_take(judgement, sizeof *id);

    if (draft->finding->decider_role == NULL)
        return;
    mu_card_id(draft->finding->decider_role, cause, id);
    draft->finding->has_card_id = true;
    draft->finding->card_id.len = sizeof id->b;
    draft->finding->card_id.data = id->b;
}

/* Clearances stand open by the thousand and wait for nobody. */
static bool is_watched(const Muster__Finding *finding)
{
    return finding->has_card_id || (finding->kind != MUSTER__FINDING_KIND__FINDING_KIND_CLEARANCE &&
                                    finding->kind != MUSTER__FINDING_KIND__FINDING_KIND_UNCLEARED);
}

static enum mu_err file_role(mu_rules *rules, struct cause *cause, struct mu_judgement *judgement,
                             const char *role)
{
    struct wanted *wanted = find_wanted(cause, role);
    struct mu_draft *draft = mu_draft_merge(judgement, role);
    struct mu_hash before;
    int64_t woken_ms;
    enum mu_err err;

    set_card_id(judgement, draft, cause->name);
    take_decision(judgement, wanted, draft);
    if (wanted == NULL && !draft->open)
        return MU_OK;
    if (wanted == NULL && (wanted = make_wanted(rules, cause, role)) == NULL)
        return MU_E_NO_MEMORY;
    wanted->filed = true;
    if (!draft->open && !wanted->public.open)
        return MU_OK;
    before = wanted->public.core;
    woken_ms = wanted->wake_at_ms;
    if ((err = pack(wanted, draft->finding)) != MU_OK)
        return err;
    /* A mark that was let go of is no news. */
    if (draft->open != wanted->public.open || !mu_hash_equal(&before, &wanted->public.core) ||
        (woken_ms != wanted->wake_at_ms && wanted->wake_at_ms != 0))
        mu_wanted_changed(rules, wanted);
    wanted->lead = draft->lead;
    wanted->public.is_card = draft->finding->has_card_id;
    wanted->watched = is_watched(draft->finding);
    return turn(rules, wanted, draft->open, draft->reason);
}

static bool is_first_of_role(const struct mu_judgement *judgement, const struct mu_draft *draft)
{
    for (const struct mu_draft *d = judgement->drafts; d != draft; d = d->next)
        if (strcmp(mu_draft_role(d), mu_draft_role(draft)) == 0)
            return false;
    return true;
}

enum mu_err mu_wanted_file(mu_rules *rules, struct cause *cause, struct mu_judgement *judgement)
{
    enum mu_err err = MU_OK;

    for (struct mu_draft *draft = judgement->drafts; draft != NULL && err == MU_OK;
         draft = draft->next)
        if (is_first_of_role(judgement, draft))
            err = file_role(rules, cause, judgement, mu_draft_role(draft));
    for (struct wanted *wanted = cause->wanted; wanted != NULL; wanted = wanted->beside) {
        if (!wanted->filed && err == MU_OK)
            err = close_silently(rules, judgement, wanted);
        wanted->filed = false;
    }
    return err;
}
