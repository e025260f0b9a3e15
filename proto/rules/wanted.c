/* From drafts to wanted findings: what several rules say of one cause becomes one finding for each
 * decider; what people decided about it is taken in; what nobody says any more is closed.
 */
#include "proto/rules/engine.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire/event.h"

/* ---- filing ---- */

bool mu_place_after(const struct place *a, const struct place *b)
{
    return a->epoch != b->epoch ? a->epoch > b->epoch : a->number > b->number;
}

/* Findings move nothing: they tell what moved. Nor do receipts: that a machine holds what was given back says
 * nothing of whoever has not given back yet what he answered. */
static bool moves(const mu_rules *rules)
{
    const struct mu_said *last = mu_picture_last(rules->picture);
    size_t count;
    const struct mu_touch *touches = mu_picture_touches(rules->picture, &count);

    if (last != NULL)
        return last->event->body_case != MUSTER__EVENT__BODY_FINDING;
    return count == 0 || touches[0].kind != MU_TOUCH_RECEIPTS;
}

struct place mu_place_of(const struct mu_said *said)
{
    return said->was_number != 0 ? (struct place){said->was_epoch, said->was_number}
                                 : (struct place){said->epoch, said->number};
}

/* Of the entry being judged. */
static struct place place_now(const mu_rules *rules)
{
    const struct mu_said *last = mu_picture_last(rules->picture);

    return last != NULL ? mu_place_of(last)
                        : (struct place){mu_picture_epoch(rules->picture),
                                         mu_picture_through(rules->picture)};
}

static void note_move(const mu_rules *rules, struct wanted *wanted)
{
    struct place at = place_now(rules);

    if (!moves(rules))
        return;
    if (mu_place_after(&at, &wanted->moved))
        wanted->moved = at;
}

void mu_wanted_changed(mu_rules *rules, struct wanted *wanted)
{
    size_t room = rules->changed_room == 0 ? 16 : rules->changed_room * 2;
    struct wanted **changed = rules->changed;

    note_move(rules, wanted);
    if (wanted->changed)
        return;
    if (rules->changed_count == rules->changed_room) {
        if ((changed = realloc(changed, room * sizeof(struct wanted *))) == NULL) {
            rules->err = MU_E_NO_MEMORY;
            return;
        }
        rules->changed = changed;
        rules->changed_room = room;
    }
    wanted->changed = true;
    rules->changed[rules->changed_count++] = wanted;
}

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

static const char *role_of(const struct mu_draft *draft)
{
    return draft->finding->decider_role == NULL ? "" : draft->finding->decider_role;
}

static struct wanted *find_wanted(struct cause *cause, const char *role)
{
    struct wanted *wanted = cause->wanted;

    while (wanted != NULL && strcmp(wanted->public.role, role) != 0)
        wanted = wanted->beside;
    return wanted;
}

/* ---- one finding of several ---- */

static void add_rule(struct mu_judgement *judgement, Muster__Finding *into, Muster__Rule rule)
{
    if (into->rule == rule)
        return;
    for (size_t i = 0; i < into->n_also_rules; i++)
        if (into->also_rules[i] == rule)
            return;
    MU_JUDGE_APPEND(judgement, into->also_rules, into->n_also_rules, rule);
}

static bool has_line(const Muster__Finding *finding, const char *line_id)
{
    for (size_t i = 0; i < finding->n_lines; i++)
        if (strcmp(finding->lines[i]->line_id, line_id) == 0)
            return true;
    return false;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const char *addressee(const Muster__FindingOption *option)
{
    const Muster__Sentence *text = option->text;

    return text->n_args > 0 && text->args[0]->value_case == MUSTER__ARGUMENT__VALUE_OBJECT
               ? text->args[0]->object
               : NULL;
}

/* What is offered, and to whom: the sentence's first argument. */
static bool same_option(const Muster__FindingOption *a, const Muster__FindingOption *b)
{
    const char *to_a = addressee(a), *to_b = addressee(b);

    return strcmp(a->text->template_id, b->text->template_id) == 0 &&
           same_text(a->object, b->object) && same_text(to_a, to_b);
}

static bool has_option(const Muster__Finding *finding, const Muster__FindingOption *option)
{
    for (size_t i = 0; i < finding->n_options; i++)
        if (same_option(finding->options[i], option))
            return true;
    return false;
}

static bool has_party(const Muster__Finding *finding, const Muster__FindingParty *party)
{
    for (size_t i = 0; i < finding->n_parties; i++)
        if (finding->parties[i]->ref != NULL && party->ref != NULL &&
            memcmp(finding->parties[i]->ref->leaf.data, party->ref->leaf.data, 32) == 0)
            return true;
    return false;
}

static bool has_cause(const Muster__Finding *finding, const Muster__Ref *cause)
{
    for (size_t i = 0; i < finding->n_causes; i++)
        if (memcmp(finding->causes[i]->leaf.data, cause->leaf.data, 32) == 0)
            return true;
    return false;
}

static void take_earlier(protobuf_c_boolean *has, int64_t *into, bool other_has, int64_t other)
{
    if (other_has && (!*has || other < *into)) {
        *has = true;
        *into = other;
    }
}

/* `from` is less grave: it adds what the graver one did not say. */
static void merge(struct mu_judgement *judgement, Muster__Finding *into,
                  const Muster__Finding *from)
{
    add_rule(judgement, into, from->rule);
    for (size_t i = 0; i < from->n_lines; i++)
        if (!has_line(into, from->lines[i]->line_id))
            MU_JUDGE_PUT(judgement, into->lines, into->n_lines, from->lines[i]);
    for (size_t i = 0; i < from->n_options; i++)
        if (!has_option(into, from->options[i]))
            MU_JUDGE_PUT(judgement, into->options, into->n_options, from->options[i]);
    for (size_t i = 0; i < from->n_parties; i++)
        if (!has_party(into, from->parties[i]))
            MU_JUDGE_PUT(judgement, into->parties, into->n_parties, from->parties[i]);
    for (size_t i = 0; i < from->n_causes; i++)
        if (!has_cause(into, from->causes[i]))
            MU_JUDGE_PUT(judgement, into->causes, into->n_causes, from->causes[i]);
    take_earlier(&into->has_decide_by_ms, &into->decide_by_ms, from->has_decide_by_ms,
                 from->decide_by_ms);
    take_earlier(&into->has_wake_at_ms, &into->wake_at_ms, from->has_wake_at_ms, from->wake_at_ms);
    if (into->margin == NULL)
        into->margin = from->margin;
}

/* The gravest of those that are open for this decider, else the gravest. */
static struct mu_draft *name_giver(struct mu_judgement *judgement, const char *role)
{
    struct mu_draft *best = NULL;

    for (struct mu_draft *draft = judgement->drafts; draft != NULL; draft = draft->next) {
        if (strcmp(role_of(draft), role) != 0)
            continue;
        if (best == NULL || (draft->open && !best->open) ||
            (draft->open == best->open && draft->grave < best->grave))
            best = draft;
    }
    return best;
}

static struct mu_draft *merge_drafts(struct mu_judgement *judgement, const char *role)
{
    struct mu_draft *into = name_giver(judgement, role);

    for (int grave = into->grave; grave <= MU_GRAVE_LAST; grave++)
        for (struct mu_draft *draft = judgement->drafts; draft != NULL; draft = draft->next)
            if (draft != into && draft->open && into->open && draft->grave == grave &&
                strcmp(role_of(draft), role) == 0)
                merge(judgement, into->finding, draft->finding);
    return into;
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

static enum mu_err join_open(mu_rules *rules, struct wanted *wanted)
{
    size_t room = rules->open_room == 0 ? 16 : rules->open_room * 2;
    struct wanted **open = rules->open;

    if (rules->open_count == rules->open_room) {
        if ((open = realloc(open, room * sizeof(struct wanted *))) == NULL)
            return MU_E_NO_MEMORY;
        rules->open = open;
        rules->open_room = room;
    }
    rules->open[rules->open_count++] = wanted;
    wanted->open_at = rules->open_count;
    return MU_OK;
}

static void leave_open(mu_rules *rules, struct wanted *wanted)
{
    struct wanted *last = rules->open[--rules->open_count];

    rules->open[wanted->open_at - 1] = last;
    last->open_at = wanted->open_at;
    wanted->open_at = 0;
}

static enum mu_err keep_open(mu_rules *rules, struct wanted *wanted)
{
    bool belongs = wanted->public.open && wanted->watched;

    if (belongs && wanted->open_at == 0)
        return join_open(rules, wanted);
    if (!belongs && wanted->open_at > 0)
        leave_open(rules, wanted);
    return MU_OK;
}

static enum mu_err turn(mu_rules *rules, struct wanted *wanted, bool open,
                        Muster__CloseReason reason)
{
    if (open && !wanted->public.open) {
        wanted->public.raisings++;
        wanted->raised_at = place_now(rules);
    }
    if (!open && wanted->public.open) {
        wanted->public.close_reason = reason_now(rules, reason);
        wanted->turned_by = mu_picture_last(rules->picture);
    }
    wanted->public.open = open;
    return keep_open(rules, wanted);
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
    struct mu_draft *draft = merge_drafts(judgement, role);
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
        if (strcmp(role_of(d), role_of(draft)) == 0)
            return false;
    return true;
}

enum mu_err mu_wanted_file(mu_rules *rules, struct cause *cause, struct mu_judgement *judgement)
{
    enum mu_err err = MU_OK;

    for (struct mu_draft *draft = judgement->drafts; draft != NULL && err == MU_OK;
         draft = draft->next)
        if (is_first_of_role(judgement, draft))
            err = file_role(rules, cause, judgement, role_of(draft));
    for (struct wanted *wanted = cause->wanted; wanted != NULL; wanted = wanted->beside) {
        if (!wanted->filed && err == MU_OK)
            err = close_silently(rules, judgement, wanted);
        wanted->filed = false;
    }
    return err;
}
