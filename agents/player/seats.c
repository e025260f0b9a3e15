#include "agents/player/seats.h"

#include <stdlib.h>
#include <string.h>

struct mu_seats {
    const struct mu_play *play;
    struct mu_seat_act *acts; /* not yet done, in the order they were asked for */
    size_t count, room;
};

enum mu_err mu_seats_new(const struct mu_play *play, mu_seats **out)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return MU_E_NO_MEMORY;
    (*out)->play = play;
    return MU_OK;
}

void mu_seats_free(mu_seats **seats)
{
    if (*seats != NULL)
        free((*seats)->acts);
    free(*seats);
    *seats = NULL;
}

/* ---- does the script say it? ------------------------------------------------------------------------ */

/* Whether the list "EV-01@v1,LV-01@v2" holds `name`. */
static bool list_has(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; (at = strstr(at, name)) != NULL; at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

static bool row_has(const struct mu_row *row, const char *key, const char *name)
{
    size_t length = strlen(key);

    for (size_t i = 1; i < row->word_count; i++)
        if (strncmp(row->words[i], key, length) == 0 && list_has(row->words[i] + length, name))
            return true;
    return false;
}

/* Whether a row of this agency is of `kind` and names the statement behind `key`, or as its object. */
static bool script_says(const mu_seats *seats, const char *agency, const char *kind,
                        const char *key, const char *name)
{
    const struct mu_script *script = &seats->play->script;

    for (size_t i = 0; i < script->row_count; i++) {
        const struct mu_row *row = &script->rows[i];

        if (row->act != MU_ROW_SAY || strcmp(row->sender, agency) != 0 ||
            strcmp(row->words[0], kind) != 0)
            continue;
        if (key != NULL ? row_has(row, key, name)
                        : row->word_count > 1 && strncmp(row->words[1], name, strlen(name)) == 0)
            return true;
    }
    return false;
}

static bool script_acknowledges(const mu_seats *seats, const char *agency,
                                const struct mu_entry *entry)
{
    const Muster__Envelope *envelope = entry->event->envelope;
    char name[MU_NAME_BYTES_MAX + 32];
    struct mu_text text = mu_text(name, sizeof name);

    if (entry->event->body_case == MUSTER__EVENT__BODY_FINDING) {
        const Muster__Finding *finding = entry->event->finding;

        mu_text_addf(&text, "%s:%s", mu_say_rule_name((uint32_t)finding->rule),
                     finding->subject == NULL ? "" : finding->subject);
        return script_says(seats, agency, "acknowledgement", "card=", name);
    }
    if (envelope == NULL || envelope->object == NULL)
        return false;
    mu_text_addf(&text, "%s@v%u", envelope->object, (unsigned)envelope->version);
    return script_says(seats, agency, "acknowledgement", "of=", name);
}

/* ---- what an entry asks -------------------------------------------------------------------------------- */

/* When the entry reaches that seat: what is on the way while its link is cut comes with its return. */
static int64_t reaches_ms(const mu_seats *seats, const char *agency, int64_t at_ms)
{
    const struct mu_script *script = &seats->play->script;
    bool cut = false;

    for (size_t i = 0; i < script->row_count; i++) {
        const struct mu_row *row = &script->rows[i];

        if (row->act == MU_ROW_SAY || strcmp(row->sender, agency) != 0)
            continue;
        if (row->at_ms <= at_ms)
            cut = row->act == MU_ROW_CUT;
        else if (cut && row->act == MU_ROW_BACK)
            return row->at_ms;
    }
    return cut ? INT64_MAX : at_ms;
}

static enum mu_err add(mu_seats *seats, enum mu_seat_does does, const char *agency,
                       int64_t delay_ms, const struct mu_entry *entry)
{
    const Muster__Envelope *envelope = entry->event->envelope;
    int64_t reached_ms = reaches_ms(seats, agency, entry->accepted_at_ms);
    struct mu_seat_act *act;

    if (reached_ms == INT64_MAX)
        return MU_OK; /* nobody acknowledges what he never sees */
    if (seats->count == seats->room) {
        size_t room = seats->room == 0 ? 32 : 2 * seats->room;
        struct mu_seat_act *grown = realloc(seats->acts, room * sizeof *grown);

        if (grown == NULL)
            return MU_E_NO_MEMORY;
        seats->acts = grown;
        seats->room = room;
    }
    act = &seats->acts[seats->count++];
    *act = (struct mu_seat_act){.does = does, .agency = agency, .leaf = entry->leaf};
    act->due_ms = reached_ms + delay_ms;
    if (envelope != NULL && envelope->object != NULL) {
        strncat(act->object, envelope->object, MU_NAME_BYTES_MAX);
        act->version = envelope->version;
    }
    return MU_OK;
}

static enum mu_err acknowledge(mu_seats *seats, enum mu_seat_does does, const char *addressee,
                               const struct mu_entry *entry)
{
    const struct mu_place_agency *agency =
        addressee == NULL ? NULL : mu_reference_agency(&seats->play->reference, addressee);

    if (agency == NULL || script_acknowledges(seats, agency->code, entry))
        return MU_OK;
    struct mu_seat_rule rule = mu_script_seat(&seats->play->script, agency->code);
    return rule.never ? MU_OK : add(seats, does, agency->code, rule.acknowledge_ms, entry);
}

/* Raised or returned; what is only updated has been seen. */
static enum mu_err take_finding(mu_seats *seats, const struct mu_entry *entry)
{
    const Muster__Finding *finding = entry->event->finding;
    size_t before = seats->count;
    enum mu_err err;

    if (!finding->has_card_id || finding->gravity != MUSTER__GRAVITY__GRAVITY_LIFE ||
        (finding->state != MUSTER__FINDING_STATE__FINDING_STATE_RAISED &&
         finding->state != MUSTER__FINDING_STATE__FINDING_STATE_RETURNED))
        return MU_OK;
    err = acknowledge(seats, MU_SEAT_ACK_CARD, finding->decider_agency, entry);
    if (err == MU_OK && seats->count > before &&
        finding->card_id.len == sizeof seats->acts[before].card_id.b)
        memcpy(seats->acts[before].card_id.b, finding->card_id.data, finding->card_id.len);
    return err;
}

static enum mu_err take_decision(mu_seats *seats, const struct mu_entry *entry)
{
    const Muster__Decision *decision = entry->event->decision;
    const char *speaker = entry->event->envelope == NULL ? NULL : entry->event->envelope->agency;
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < decision->n_orders; i++) {
        const char *agency = decision->orders[i]->agency;

        if (agency != NULL && (speaker == NULL || strcmp(agency, speaker) != 0))
            err = acknowledge(seats, MU_SEAT_ACK_ORDER, agency, entry);
    }
    return err;
}

static enum mu_err take_dam_operation(mu_seats *seats, const struct mu_entry *entry)
{
    const Muster__DamOperation *operation = entry->event->dam_operation;
    enum mu_err err = MU_OK;

    if (entry->event->envelope != NULL && entry->event->envelope->has_change &&
        entry->event->envelope->change != MUSTER__CHANGE__CHANGE_NEW_VERSION)
        return MU_OK;
    for (size_t i = 0; err == MU_OK && i < operation->n_to_be_told; i++)
        err = acknowledge(seats, MU_SEAT_ACK_ORDER, operation->to_be_told[i]->agency, entry);
    return err;
}

static enum mu_err accept(mu_seats *seats, enum mu_seat_does does, const char *asked,
                          const char *kind, const char *key, const struct mu_entry *entry)
{
    const Muster__Envelope *envelope = entry->event->envelope;
    const struct mu_place_agency *agency =
        asked == NULL ? NULL : mu_reference_agency(&seats->play->reference, asked);
    char name[MU_NAME_BYTES_MAX + 32];
    struct mu_text text = mu_text(name, sizeof name);

    if (agency == NULL || envelope == NULL || envelope->object == NULL)
        return MU_OK;
    mu_text_add(&text, envelope->object);
    if (key != NULL)
        mu_text_addf(&text, "@v%u", (unsigned)envelope->version);
    if (script_says(seats, agency->code, kind, key, name))
        return MU_OK;
    return add(seats, does, agency->code,
               mu_script_seat(&seats->play->script, agency->code).accept_ms, entry);
}

static enum mu_err take_task(mu_seats *seats, const struct mu_entry *entry)
{
    const Muster__Task *task = entry->event->task;
    const char *asked = task->act == MUSTER__TASK_ACT__TASK_ACT_CREATE  ? task->accountable
                        : task->act == MUSTER__TASK_ACT__TASK_ACT_REFER ? task->refer_to
                                                                        : NULL;

    return accept(seats, MU_SEAT_ACCEPT_TASK, asked, "task", NULL, entry);
}

static enum mu_err take_request(mu_seats *seats, const struct mu_entry *entry)
{
    return accept(seats, MU_SEAT_ACCEPT_REQUEST, entry->event->supply_request->asked,
                  "supply_response", "to=", entry);
}

static const struct {
    uint32_t kind;
    enum mu_err (*take)(mu_seats *seats, const struct mu_entry *entry);
} asks[] = {
    {MUSTER__EVENT__BODY_FINDING, take_finding},
    {MUSTER__EVENT__BODY_DECISION, take_decision},
    {MUSTER__EVENT__BODY_DAM_OPERATION, take_dam_operation},
    {MUSTER__EVENT__BODY_TASK, take_task},
    {MUSTER__EVENT__BODY_SUPPLY_REQUEST, take_request},
};

enum mu_err mu_seats_take(mu_seats *seats, const struct mu_entry *entry)
{
    if (entry->event == NULL || entry->code != 0)
        return MU_OK;
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++)
        if (asks[i].kind == mu_kind_of(entry->event))
            return asks[i].take(seats, entry);
    return MU_OK;
}

/* ---- acting --------------------------------------------------------------------------------------------- */

static size_t first_due(const mu_seats *seats)
{
    size_t first = 0;

    for (size_t i = 1; i < seats->count; i++)
        if (seats->acts[i].due_ms < seats->acts[first].due_ms)
            first = i;
    return first;
}

int64_t mu_seats_due(const mu_seats *seats)
{
    return seats->count == 0 ? INT64_MAX : seats->acts[first_due(seats)].due_ms;
}

bool mu_seats_next(mu_seats *seats, int64_t now_ms, struct mu_seat_act *out)
{
    size_t first = first_due(seats);

    if (seats->count == 0 || seats->acts[first].due_ms > now_ms)
        return false;
    *out = seats->acts[first];
    seats->count--;
    memmove(&seats->acts[first], &seats->acts[first + 1],
            (seats->count - first) * sizeof *seats->acts);
    return true;
}

static Muster__Ref *ref_to(const struct mu_seat_act *act, mu_arena *arena)
{
    Muster__Ref *ref = mu_arena_take(arena, sizeof *ref);

    if (ref == NULL)
        return NULL;
    muster__ref__init(ref);
    ref->has_leaf = 1;
    ref->leaf.data = mu_arena_copy(arena, act->leaf.b, sizeof act->leaf.b);
    ref->leaf.len = sizeof act->leaf.b;
    if (act->object[0] != '\0') {
        ref->object = mu_arena_copy(arena, act->object, strlen(act->object));
        ref->has_version = 1;
        ref->version = act->version;
    }
    return ref->leaf.data == NULL ? NULL : ref;
}

static enum mu_err fill_acknowledgement(const struct mu_seat_act *act, mu_arena *arena,
                                        Muster__Event *event)
{
    Muster__Acknowledgement *ack = event->acknowledgement;

    ack->of = mu_arena_take(arena, sizeof *ack->of);
    if (ack->of == NULL || (ack->of[0] = ref_to(act, arena)) == NULL)
        return MU_E_NO_MEMORY;
    ack->n_of = 1;
    ack->has_rung = 1;
    ack->rung = MUSTER__RUNG__RUNG_ACKNOWLEDGED;
    if (act->does != MU_SEAT_ACK_CARD)
        return MU_OK;
    ack->has_card_id = 1;
    ack->card_id.len = sizeof act->card_id.b;
    ack->card_id.data = mu_arena_copy(arena, act->card_id.b, sizeof act->card_id.b);
    return ack->card_id.data == NULL ? MU_E_NO_MEMORY : MU_OK;
}

static enum mu_err fill_task(const struct mu_seat_act *act, mu_arena *arena, Muster__Event *event)
{
    Muster__Envelope *envelope = mu_arena_take(arena, sizeof *envelope);

    if (envelope == NULL)
        return MU_E_NO_MEMORY;
    muster__envelope__init(envelope);
    event->envelope = envelope;
    envelope->object = mu_arena_copy(arena, act->object, strlen(act->object));
    envelope->has_version = 1;
    envelope->version = act->version;
    envelope->has_change = 1;
    envelope->change = MUSTER__CHANGE__CHANGE_PROGRESS;
    event->task->has_act = 1;
    event->task->act = MUSTER__TASK_ACT__TASK_ACT_ACCEPT;
    return envelope->object == NULL ? MU_E_NO_MEMORY : MU_OK;
}

static enum mu_err fill_response(const struct mu_seat_act *act, mu_arena *arena,
                                 Muster__Event *event)
{
    event->supply_response->to = ref_to(act, arena);
    event->supply_response->has_answer = 1;
    event->supply_response->answer = MUSTER__SUPPLY_ANSWER__SUPPLY_ANSWER_ACCEPTED;
    return event->supply_response->to == NULL ? MU_E_NO_MEMORY : MU_OK;
}

static const struct {
    uint32_t kind;
    enum mu_err (*fill)(const struct mu_seat_act *act, mu_arena *arena, Muster__Event *event);
} acts[] = {
    [MU_SEAT_ACK_CARD] = {MUSTER__EVENT__BODY_ACKNOWLEDGEMENT, fill_acknowledgement},
    [MU_SEAT_ACK_ORDER] = {MUSTER__EVENT__BODY_ACKNOWLEDGEMENT, fill_acknowledgement},
    [MU_SEAT_ACCEPT_TASK] = {MUSTER__EVENT__BODY_TASK, fill_task},
    [MU_SEAT_ACCEPT_REQUEST] = {MUSTER__EVENT__BODY_SUPPLY_RESPONSE, fill_response},
};

enum mu_err mu_seat_event(const struct mu_seat_act *act, mu_arena *arena, struct mu_saying *out)
{
    enum mu_err err;

    *out = (struct mu_saying){.kind = acts[act->does].kind};
    err = mu_event_make(out->kind, arena, &out->event);
    return err != MU_OK ? err : acts[act->does].fill(act, arena, out->event);
}
