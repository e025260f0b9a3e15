/* The picture as text: one line per object, in the order of kinds and names. Log numbers are left
 * out, so that two records that say the same in another order read the same. */
#include "proto/picture/card.h"
#include "proto/picture/fold.h"
#include "proto/picture/people.h"
#include "proto/wire/event.h"

static void add_number(struct mu_text *out, const char *word, bool known, int64_t value)
{
    if (known)
        mu_text_addf(out, " %s %lld", word, (long long)value);
}

static void add_word(struct mu_text *out, const char *word, const char *value)
{
    if (value != NULL)
        mu_text_addf(out, " %s %s", word, value);
}

static void dump_evacuation(const mu_picture *picture, const struct mu_said *head,
                            struct mu_text *out)
{
    const Muster__Evacuation *now = head->event->evacuation;
    struct mu_stated moved = mu_evacuation_moved(head->object);
    struct mu_stated remaining = mu_evacuation_remaining(head->object);

    (void)picture;
    add_word(out, "zone", now->zone);
    mu_text_addf(out, " kind %d state %d", (int)now->population_kind,
                 (int)mu_evacuation_state(head->object));
    add_number(out, "planned", now->has_persons_planned, now->persons_planned);
    add_number(out, "moved", moved.known, moved.value);
    add_number(out, "remaining", remaining.known, remaining.value);
    for (size_t i = 0; i < now->n_legs; i++)
        mu_text_addf(out, " -> %s %u",
                     now->legs[i]->destination == NULL ? "?" : now->legs[i]->destination,
                     mu_leg_persons(head->object, i));
}

static void dump_shelter(const mu_picture *picture, const struct mu_said *head, struct mu_text *out)
{
    struct mu_shelter shelter;

    if (!mu_shelter_look(picture, head->object->id, &shelter))
        return;
    add_number(out, "present", shelter.present.known, shelter.present.value);
    add_number(out, "of", shelter.capacity.known, shelter.capacity.value);
    mu_text_addf(out, " load %u", shelter.load);
}

static void dump_stock(const mu_picture *picture, const struct mu_said *head, struct mu_text *out)
{
    const Muster__Stock *stock = head->event->stock;

    (void)picture;
    for (size_t i = 0; i < stock->n_lines; i++) {
        const Muster__StockLine *line = stock->lines[i];

        mu_text_addf(out, " %s", line->item == NULL ? "?" : line->item);
        add_number(out, "on_hand", line->has_on_hand_milli, line->on_hand_milli);
        add_number(out, "usable", line->has_usable_milli, line->usable_milli);
    }
}

static void dump_quantities(struct mu_text *out, Muster__ItemQuantity *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_number(out, lines[i]->item == NULL ? "?" : lines[i]->item, true,
                   lines[i]->quantity_milli);
}

static void dump_request(const mu_picture *picture, const struct mu_said *head, struct mu_text *out)
{
    (void)picture;
    add_word(out, "asked", head->event->supply_request->asked);
    dump_quantities(out, head->event->supply_request->lines, head->event->supply_request->n_lines);
}

static void dump_response(const mu_picture *picture, const struct mu_said *head,
                          struct mu_text *out)
{
    (void)picture;
    mu_text_addf(out, " answer %d", (int)head->event->supply_response->answer);
    dump_quantities(out, head->event->supply_response->lines,
                    head->event->supply_response->n_lines);
}

static void dump_commitment(const mu_picture *picture, const struct mu_said *head,
                            struct mu_text *out)
{
    (void)picture;
    add_word(out, "party", head->event->supply_commitment->party);
    add_word(out, "request", head->event->supply_commitment->request);
    mu_text_addf(out, " kind %d", (int)head->event->supply_commitment->kind);
    dump_quantities(out, head->event->supply_commitment->lines,
                    head->event->supply_commitment->n_lines);
}

static void dump_sheet(const mu_picture *picture, const struct mu_said *head, struct mu_text *out)
{
    const Muster__SupplySheet *sheet = head->event->supply_sheet;

    (void)picture;
    for (size_t i = 0; i < sheet->n_lines; i++) {
        const Muster__SheetLine *line = sheet->lines[i];

        mu_text_addf(out, " %s", line->item == NULL ? "?" : line->item);
        add_number(out, "to_send", line->has_to_send_milli, line->to_send_milli);
        add_number(out, "usable", line->has_stock_usable_milli, line->stock_usable_milli);
        add_number(out, "short", line->has_short_milli, line->short_milli);
    }
}

static void dump_prints(const mu_picture *picture, const struct mu_said *head, struct mu_text *out)
{
    (void)picture;
    for (size_t i = 0; i < head->object->print_count; i++) {
        const struct mu_print *print = &head->object->prints[i];

        mu_text_addf(out, " %s %lld..%lld activity %d effect %d", print->place,
                     (long long)print->span.start_ms, (long long)print->span.end_ms,
                     (int)print->activity, (int)print->effect);
    }
}

static void dump_road(const mu_picture *picture, const struct mu_said *head, struct mu_text *out)
{
    mu_text_addf(out, " state %d", (int)head->event->road->state);
    add_number(out, "max_load_kg", head->event->road->has_max_load_kg,
               head->event->road->max_load_kg);
    dump_prints(picture, head, out);
}

static void dump_declaration(const mu_picture *picture, const struct mu_said *head,
                             struct mu_text *out)
{
    (void)picture;
    mu_text_addf(out, " kind %d level %d", (int)head->event->declaration->kind,
                 (int)head->event->declaration->level);
    add_word(out, "in_charge", head->event->declaration->in_charge);
}

static void dump_alert(const mu_picture *picture, const struct mu_said *head, struct mu_text *out)
{
    (void)picture;
    add_word(out, "area", head->event->envelope->area);
}

static void dump_figure(const mu_picture *picture, const struct mu_said *head, struct mu_text *out)
{
    const Muster__Figure *figure = head->event->figure;

    (void)picture;
    add_word(out, "indicator", figure->indicator);
    add_word(out, "area", figure->area);
    add_number(out, "value", figure->has_value, figure->value);
    add_number(out, "as_of", figure->has_as_of_at_ms, figure->as_of_at_ms);
}

static const struct {
    uint32_t kind;
    void (*dump)(const mu_picture *picture, const struct mu_said *head, struct mu_text *out);
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
};

static void dump_object(const mu_picture *picture, const struct mu_object *object,
                        struct mu_text *out)
{
    const struct mu_said *head = mu_object_head(object);

    mu_text_addf(out, "%s %s", mu_kind_name(object->kind), object->id);
    if (head == NULL) {
        mu_text_add(out, object->withdrawn ? " withdrawn\n" : " not yet stated\n");
        return;
    }
    if (head->version > 0)
        mu_text_addf(out, "@%u", head->version);
    add_word(out, "by", head->event->envelope->agency);
    for (size_t i = 0; i < sizeof dump_rows / sizeof dump_rows[0]; i++)
        if (dump_rows[i].kind == object->kind)
            dump_rows[i].dump(picture, head, out);
    mu_text_add(out, "\n");
}

static void dump_cards(const mu_picture *picture, struct mu_text *out)
{
    const struct mu_card *card;

    for (size_t i = 0; (card = mu_picture_card_at(picture, i)) != NULL; i++)
        if (card->finding != NULL)
            mu_text_addf(out, "%s %s:%s %s raised %u\n",
                         card->finding->has_card_id ? "card" : "finding",
                         mu_rule_name(card->finding->rule),
                         card->finding->subject == NULL ? "" : card->finding->subject,
                         card->open ? "open" : "closed", card->raisings);
}

void mu_picture_dump(const mu_picture *picture, struct mu_text *out)
{
    for (uint32_t kind = 0; kind < MU_KINDS; kind++) {
        const struct mu_object *object;

        if (kind == MUSTER__EVENT__BODY_FINDING || kind == MUSTER__EVENT__BODY_DECISION)
            continue;
        for (size_t i = 0; (object = mu_picture_at(picture, kind, i)) != NULL; i++)
            dump_object(picture, object, out);
    }
    dump_cards(picture, out);
}
