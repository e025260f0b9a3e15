/* The picture as text: one line per object, in the order of kinds and names. Log numbers are left
 * out, so that two records that say the same in another order read the same. voice.c says each value. */
#include "proto/picture/card.h"
#include "proto/picture/fold.h"
#include "proto/picture/people.h"
#include "proto/picture/voice.h"
#include "proto/wire/event.h"
#include "proto/words/terms.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where nobody named a shelter, people read what kind of place it is. */
static void dump_leg(const struct mu_object *evacuation, size_t index, struct voice *v)
{
    const Muster__EvacuationLeg *leg = mu_object_head(evacuation)->event->evacuation->legs[index];
    uint32_t persons = mu_leg_persons(evacuation, index);
    uint32_t kind = (uint32_t)leg->destination_kind;
    const char *to = leg->destination;

    if (to == NULL && v->listener != NULL && kind != 0)
        to = mu_term("DestinationKind", kind, v->listener->lang);
    mu_voice_item(v, "-> ", "destination", to);
    if (v->listener != NULL && persons == 0 && !leg->has_persons)
        mu_voice_unstated(v);
    else
        mu_voice_count(v, LABEL(NULL, "persons", MU_W_TELL_PERSONS), true, persons);
    mu_voice_item_end(v);
}

static void dump_evacuation(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    const Muster__Evacuation *now = head->event->evacuation;
    struct mu_stated moved = mu_evacuation_moved(head->object);
    struct mu_stated remaining = mu_evacuation_remaining(head->object);

    (void)picture;
    mu_voice_name(v, LABEL("zone", "zone", MU_W_F_FROM), now->zone);
    mu_voice_code(v, LABEL("kind", "kind", MU_W_TELL_KIND), "PopulationKind",
                  (uint32_t)now->population_kind);
    mu_voice_code(v, LABEL("state", "state", MU_W_TELL_STATE), "EvacuationState",
                  (uint32_t)mu_evacuation_state(head->object));
    mu_voice_count(v, LABEL("planned", "planned", MU_W_F_PLANNED), now->has_persons_planned,
                   now->persons_planned);
    mu_voice_count(v, LABEL("moved", "moved", MU_W_F_MOVED), moved.known, moved.value);
    mu_voice_count(v, LABEL("remaining", "remaining", MU_W_F_REMAINING), remaining.known,
                   remaining.value);
    mu_voice_list(v, "legs");
    for (size_t i = 0; i < now->n_legs; i++)
        dump_leg(head->object, i, v);
    mu_voice_list_end(v);
}

static void dump_shelter(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    struct mu_shelter shelter;

    if (!mu_shelter_look(picture, head->object->id, &shelter))
        return;
    mu_voice_count(v, LABEL("present", "present", MU_W_F_PRESENT), shelter.present.known,
                   shelter.present.value);
    mu_voice_count(v, LABEL("of", "capacity", MU_W_F_CAPACITY), shelter.capacity.known,
                   shelter.capacity.value);
    mu_voice_count(v, LABEL("load", "load", MU_W_F_LOAD), true, shelter.load);
}

static void dump_stock(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    const Muster__Stock *stock = head->event->stock;

    (void)picture;
    mu_voice_list(v, "lines");
    for (size_t i = 0; i < stock->n_lines; i++) {
        const Muster__StockLine *line = stock->lines[i];

        mu_voice_item(v, "", "item", line->item);
        mu_voice_milli(v, LABEL("on_hand", "onHandMilli", MU_W_TELL_ON_HAND),
                       line->has_on_hand_milli, line->on_hand_milli, (uint32_t)line->unit);
        mu_voice_milli(v, LABEL("usable", "usableMilli", MU_W_TELL_USABLE), line->has_usable_milli,
                       line->usable_milli, (uint32_t)line->unit);
        mu_voice_item_end(v);
    }
    mu_voice_list_end(v);
}

static void dump_quantities(struct voice *v, Muster__ItemQuantity *const *lines, size_t count)
{
    mu_voice_list(v, "lines");
    for (size_t i = 0; i < count; i++) {
        mu_voice_item(v, "", "item", lines[i]->item);
        if (v->listener != NULL && !lines[i]->has_quantity_milli)
            mu_voice_unstated(v);
        else
            mu_voice_milli(v, LABEL(NULL, "quantityMilli", MU_W_F_AS_IS),
                           lines[i]->has_quantity_milli, lines[i]->quantity_milli,
                           (uint32_t)lines[i]->unit);
        mu_voice_item_end(v);
    }
    mu_voice_list_end(v);
}

static void dump_request(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    mu_voice_name(v, LABEL("asked", "asked", MU_W_F_ASKED_OF), head->event->supply_request->asked);
    dump_quantities(v, head->event->supply_request->lines, head->event->supply_request->n_lines);
}

static void dump_response(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    mu_voice_code(v, LABEL("answer", "answer", MU_W_TELL_ANSWER), "SupplyAnswer",
                  (uint32_t)head->event->supply_response->answer);
    dump_quantities(v, head->event->supply_response->lines, head->event->supply_response->n_lines);
}

static void dump_commitment(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    mu_voice_name(v, LABEL("party", "party", MU_W_F_FROM), head->event->supply_commitment->party);
    mu_voice_name(v, LABEL("request", "request", MU_W_F_ANSWERS),
                  head->event->supply_commitment->request);
    mu_voice_code(v, LABEL("kind", "kind", MU_W_TELL_KIND), "CommitmentKind",
                  (uint32_t)head->event->supply_commitment->kind);
    dump_quantities(v, head->event->supply_commitment->lines,
                    head->event->supply_commitment->n_lines);
}

static void dump_sheet(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    const Muster__SupplySheet *sheet = head->event->supply_sheet;

    (void)picture;
    mu_voice_list(v, "lines");
    for (size_t i = 0; i < sheet->n_lines; i++) {
        const Muster__SheetLine *line = sheet->lines[i];

        mu_voice_item(v, "", "item", line->item);
        mu_voice_milli(v, LABEL("to_send", "toSendMilli", MU_W_TELL_TO_SEND),
                       line->has_to_send_milli, line->to_send_milli, (uint32_t)line->unit);
        mu_voice_milli(v, LABEL("usable", "usableMilli", MU_W_TELL_USABLE),
                       line->has_stock_usable_milli, line->stock_usable_milli,
                       (uint32_t)line->unit);
        mu_voice_milli(v, LABEL("short", "shortMilli", MU_W_TELL_SHORT), line->has_short_milli,
                       line->short_milli, (uint32_t)line->unit);
        mu_voice_item_end(v);
    }
    mu_voice_list_end(v);
}

static void dump_prints(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    mu_voice_places(v, head->object);
}

/* What it says lies in its name, but for people in a number: which rung was reached. */
static void dump_acknowledgement(const mu_picture *picture, const struct mu_said *head,
                                 struct voice *v)
{
    (void)picture;
    if (v->listener != NULL)
        mu_voice_code(v, LABEL("rung", "rung", MU_W_F_AS_IS), "Rung",
                      (uint32_t)head->event->acknowledgement->rung);
}

static void dump_road(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    mu_voice_code(v, LABEL("state", "state", MU_W_TELL_STATE), "RoadState",
                  (uint32_t)head->event->road->state);
    mu_voice_count(v, LABEL("max_load_kg", "maxLoadKg", MU_W_F_MAX_LOAD),
                   head->event->road->has_max_load_kg, head->event->road->max_load_kg);
    dump_prints(picture, head, v);
}

static void dump_declaration(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    mu_voice_code(v, LABEL("kind", "kind", MU_W_TELL_KIND), "DeclarationKind",
                  (uint32_t)head->event->declaration->kind);
    mu_voice_code(v, LABEL("level", "level", MU_W_TELL_LEVEL), "ResponseLevel",
                  (uint32_t)head->event->declaration->level);
    mu_voice_name(v, LABEL("in_charge", "inCharge", MU_W_F_IN_CHARGE),
                  head->event->declaration->in_charge);
}

static void dump_alert(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    mu_voice_name(v, LABEL("area", "area", MU_W_F_IN), head->event->envelope->area);
}

static void dump_figure(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    const Muster__Figure *figure = head->event->figure;

    (void)picture;
    mu_voice_name(v, LABEL("indicator", "indicator", MU_W_F_AS_IS), figure->indicator);
    mu_voice_name(v, LABEL("area", "area", MU_W_F_IN), figure->area);
    mu_voice_measure(v, LABEL("value", "value", MU_W_F_AS_IS), figure->has_value, figure->value,
                     (uint32_t)figure->unit);
    mu_voice_time(v, LABEL("as_of", "asOfMs", MU_W_F_AS_OF), figure->has_as_of_at_ms,
                  figure->as_of_at_ms);
}

static const struct {
    uint32_t kind;
    void (*dump)(const mu_picture *picture, const struct mu_said *head, struct voice *v);
} dump_rows[] = {
    {MUSTER__EVENT__BODY_EVACUATION, dump_evacuation},
    {MUSTER__EVENT__BODY_SHELTER, dump_shelter},
    {MUSTER__EVENT__BODY_SUPPLY_REQUEST, dump_request},
    {MUSTER__EVENT__BODY_SUPPLY_RESPONSE, dump_response},
    {MUSTER__EVENT__BODY_SUPPLY_COMMITMENT, dump_commitment},
    {MUSTER__EVENT__BODY_STOCK, dump_stock},
    {MUSTER__EVENT__BODY_SHIPMENT, dump_prints},
    {MUSTER__EVENT__BODY_SUPPLY_SHEET, dump_sheet},
    {MUSTER__EVENT__BODY_ROAD, dump_road},
    {MUSTER__EVENT__BODY_OPERATION_PLAN, dump_prints},
    {MUSTER__EVENT__BODY_FIGURE, dump_figure},
    {MUSTER__EVENT__BODY_ALERT, dump_alert},
    {MUSTER__EVENT__BODY_DECLARATION, dump_declaration},
    {MUSTER__EVENT__BODY_ACKNOWLEDGEMENT, dump_acknowledgement},
};

static void dump_row(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    for (size_t i = 0; i < sizeof dump_rows / sizeof dump_rows[0]; i++)
        if (dump_rows[i].kind == head->object->kind)
            dump_rows[i].dump(picture, head, v);
}

/* "evacuation EV-01", and what there is instead of a statement. */
static void dump_name(const struct mu_object *object, struct voice *v)
{
    bool known = mu_object_head(object) != NULL;
    const char *kind = v->listener == NULL ? "?" : mu_term("Kind", object->kind, v->listener->lang);

    mu_text_addf(v->out, "%s %s", strcmp(kind, "?") == 0 ? mu_kind_name(object->kind) : kind,
                 object->id);
    if (known)
        return;
    if (v->listener == NULL)
        mu_text_add(v->out, object->withdrawn ? " withdrawn" : " not yet stated");
    else
        mu_text_addf(v->out, " %s",
                     mu_voice_word(v, object->withdrawn ? MU_W_TELL_WITHDRAWN : MU_W_TELL_NOT_YET));
}

static void dump_object(const mu_picture *picture, const struct mu_object *object,
                        const struct mu_listener *listener, struct mu_text *out)
{
    const struct mu_said *head = mu_object_head(object);
    struct voice v = {.out = out, .listener = listener};

    dump_name(object, &v);
    if (head != NULL) {
        if (head->version > 0)
            mu_text_addf(out, "@%u", head->version);
        mu_voice_name(&v, LABEL("by", "agency", MU_W_F_BY), head->event->envelope->agency);
        dump_row(picture, head, &v);
    }
    mu_text_add(out, "\n");
}

void mu_picture_dump_object(const mu_picture *picture, const struct mu_object *object,
                            struct mu_text *out)
{
    const struct mu_said *head = mu_object_head(object);
    struct voice v = {.out = out, .json = true, .comma = ""};

    mu_text_add(out, "{");
    if (head != NULL)
        dump_row(picture, head, &v);
    mu_text_add(out, "}");
}

/* Findings stand as cards, decisions with what they are about. */
void mu_picture_each(const mu_picture *picture, mu_picture_object_fn *take, void *user)
{
    const struct mu_object *object;

    for (uint32_t kind = 0; kind < MU_KINDS; kind++) {
        if (kind == MUSTER__EVENT__BODY_FINDING || kind == MUSTER__EVENT__BODY_DECISION)
            continue;
        for (size_t i = 0; (object = mu_picture_at(picture, kind, i)) != NULL; i++)
            take(user, object);
    }
}

static void dump_card(const struct mu_card *card, struct mu_text *out)
{
    mu_text_addf(out, "%s %s:%s %s raised %u\n", card->finding->has_card_id ? "card" : "finding",
                 mu_rule_name(card->finding->rule),
                 card->finding->subject == NULL ? "" : card->finding->subject,
                 card->open ? "open" : "closed", card->raisings);
}

static void tell_card(const struct mu_card *card, enum mu_lang lang, struct mu_text *out)
{
    char name[512], raised[16];
    struct mu_text text = mu_text(name, sizeof name);
    const char *args[] = {name, mu_word(card->open ? MU_W_TELL_OPEN : MU_W_TELL_CLOSED, lang),
                          raised};

    mu_text_addf(&text, "%s:%s", mu_rule_name(card->finding->rule),
                 card->finding->subject == NULL ? "" : card->finding->subject);
    snprintf(raised, sizeof raised, "%" PRIu32, card->raisings);
    mu_words_fill(out,
                  mu_word(card->finding->has_card_id ? MU_W_TELL_CARD : MU_W_TELL_FINDING, lang),
                  args, 3);
    mu_text_add(out, "\n");
}

struct dump {
    const mu_picture *picture;
    const struct mu_listener *listener;
    struct mu_text *out;
};

static void take_object(void *user, const struct mu_object *object)
{
    const struct dump *dump = user;

    dump_object(dump->picture, object, dump->listener, dump->out);
}

static void dump_all(struct dump dump)
{
    const struct mu_card *card;

    mu_picture_each(dump.picture, take_object, &dump);
    for (size_t i = 0; (card = mu_picture_card_at(dump.picture, i)) != NULL; i++) {
        if (card->finding == NULL)
            continue;
        if (dump.listener == NULL)
            dump_card(card, dump.out);
        else
            tell_card(card, dump.listener->lang, dump.out);
    }
}

void mu_picture_dump(const mu_picture *picture, struct mu_text *out)
{
    dump_all((struct dump){picture, NULL, out});
}

void mu_picture_tell(const mu_picture *picture, const struct mu_listener *listener,
                     struct mu_text *out)
{
    dump_all((struct dump){picture, listener, out});
}
