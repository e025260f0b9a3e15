/* The picture as text: one line per object, in the order of kinds and names. Log numbers are left
 * out, so that two records that say the same in another order read the same. */
#include "proto/picture/card.h"
#include "proto/picture/fold.h"
#include "proto/picture/people.h"
#include "proto/wire/event.h"
#include "proto/wire/json.h"
#include "proto/words/terms.h"

#include <string.h>

/* Two voices say the same: a line for people and for diff, members of one object for programs. What is not
 * known is in neither. */
struct voice {
    struct mu_text *out;
    bool json;
    const char *comma;
};

static void add_key(struct voice *v, const char *key)
{
    mu_text_add(v->out, v->comma);
    mu_json_quote(key, v->out);
    mu_text_add(v->out, ":");
    v->comma = ",";
}

static void begin_word(struct voice *v, const char *word)
{
    if (word != NULL)
        mu_text_addf(v->out, " %s", word);
}

/* `word` stands in the line (NULL: the value alone), `key` in the object. */
static void add_number(struct voice *v, const char *word, const char *key, bool known,
                       int64_t value)
{
    if (!known)
        return;
    if (!v->json) {
        begin_word(v, word);
        mu_text_addf(v->out, " %lld", (long long)value);
        return;
    }
    add_key(v, key);
    mu_text_addf(v->out, "\"%lld\"", (long long)value);
}

static void add_word(struct voice *v, const char *word, const char *key, const char *value)
{
    if (value == NULL)
        return;
    if (!v->json) {
        begin_word(v, word);
        mu_text_addf(v->out, " %s", value);
        return;
    }
    add_key(v, key);
    mu_json_quote(value, v->out);
}

/* A value of an enum: its number in the line, its English name in the object. */
static void add_code(struct voice *v, const char *word, const char *type, uint32_t value)
{
    const char *name = mu_term(type, value, MU_LANG_EN);

    if (!v->json)
        mu_text_addf(v->out, " %s %u", word, value);
    else if (strcmp(name, "?") != 0)
        add_word(v, word, word, name);
}

static void open_list(struct voice *v, const char *key)
{
    if (!v->json)
        return;
    add_key(v, key);
    mu_text_add(v->out, "[");
    v->comma = "";
}

static void close_list(struct voice *v)
{
    if (!v->json)
        return;
    mu_text_add(v->out, "]");
    v->comma = ",";
}

/* One of a list begins with its name; NULL: not stated. */
static void open_item(struct voice *v, const char *sign, const char *key, const char *name)
{
    if (!v->json) {
        mu_text_addf(v->out, " %s%s", sign, name == NULL ? "?" : name);
        return;
    }
    mu_text_addf(v->out, "%s{", v->comma);
    v->comma = "";
    add_word(v, NULL, key, name);
}

static void close_item(struct voice *v)
{
    if (v->json)
        mu_text_add(v->out, "}");
    v->comma = ",";
}

static void dump_evacuation(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    const Muster__Evacuation *now = head->event->evacuation;
    struct mu_stated moved = mu_evacuation_moved(head->object);
    struct mu_stated remaining = mu_evacuation_remaining(head->object);

    (void)picture;
    add_word(v, "zone", "zone", now->zone);
    add_code(v, "kind", "PopulationKind", (uint32_t)now->population_kind);
    add_code(v, "state", "EvacuationState", (uint32_t)mu_evacuation_state(head->object));
    add_number(v, "planned", "planned", now->has_persons_planned, now->persons_planned);
    add_number(v, "moved", "moved", moved.known, moved.value);
    add_number(v, "remaining", "remaining", remaining.known, remaining.value);
    open_list(v, "legs");
    for (size_t i = 0; i < now->n_legs; i++) {
        open_item(v, "-> ", "destination", now->legs[i]->destination);
        add_number(v, NULL, "persons", true, mu_leg_persons(head->object, i));
        close_item(v);
    }
    close_list(v);
}

static void dump_shelter(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    struct mu_shelter shelter;

    if (!mu_shelter_look(picture, head->object->id, &shelter))
        return;
    add_number(v, "present", "present", shelter.present.known, shelter.present.value);
    add_number(v, "of", "capacity", shelter.capacity.known, shelter.capacity.value);
    add_number(v, "load", "load", true, shelter.load);
}

static void dump_stock(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    const Muster__Stock *stock = head->event->stock;

    (void)picture;
    open_list(v, "lines");
    for (size_t i = 0; i < stock->n_lines; i++) {
        const Muster__StockLine *line = stock->lines[i];

        open_item(v, "", "item", line->item);
        add_number(v, "on_hand", "onHandMilli", line->has_on_hand_milli, line->on_hand_milli);
        add_number(v, "usable", "usableMilli", line->has_usable_milli, line->usable_milli);
        close_item(v);
    }
    close_list(v);
}

static void dump_quantities(struct voice *v, Muster__ItemQuantity *const *lines, size_t count)
{
    open_list(v, "lines");
    for (size_t i = 0; i < count; i++) {
        open_item(v, "", "item", lines[i]->item);
        add_number(v, NULL, "quantityMilli", true, lines[i]->quantity_milli);
        close_item(v);
    }
    close_list(v);
}

static void dump_request(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    add_word(v, "asked", "asked", head->event->supply_request->asked);
    dump_quantities(v, head->event->supply_request->lines, head->event->supply_request->n_lines);
}

static void dump_response(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    add_code(v, "answer", "SupplyAnswer", (uint32_t)head->event->supply_response->answer);
    dump_quantities(v, head->event->supply_response->lines, head->event->supply_response->n_lines);
}

static void dump_commitment(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    add_word(v, "party", "party", head->event->supply_commitment->party);
    add_word(v, "request", "request", head->event->supply_commitment->request);
    add_code(v, "kind", "CommitmentKind", (uint32_t)head->event->supply_commitment->kind);
    dump_quantities(v, head->event->supply_commitment->lines,
                    head->event->supply_commitment->n_lines);
}

static void dump_sheet(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    const Muster__SupplySheet *sheet = head->event->supply_sheet;

    (void)picture;
    open_list(v, "lines");
    for (size_t i = 0; i < sheet->n_lines; i++) {
        const Muster__SheetLine *line = sheet->lines[i];

        open_item(v, "", "item", line->item);
        add_number(v, "to_send", "toSendMilli", line->has_to_send_milli, line->to_send_milli);
        add_number(v, "usable", "usableMilli", line->has_stock_usable_milli,
                   line->stock_usable_milli);
        add_number(v, "short", "shortMilli", line->has_short_milli, line->short_milli);
        close_item(v);
    }
    close_list(v);
}

static void dump_print(const struct mu_print *print, struct voice *v)
{
    open_item(v, "", "place", print->place);
    if (v->json) {
        add_number(v, NULL, "startAtMs", print->span.start_ms != INT64_MIN, print->span.start_ms);
        add_number(v, NULL, "endAtMs", print->span.end_ms != INT64_MAX, print->span.end_ms);
    } else {
        mu_text_addf(v->out, " %lld..%lld", (long long)print->span.start_ms,
                     (long long)print->span.end_ms);
    }
    add_code(v, "activity", "Activity", (uint32_t)print->activity);
    add_code(v, "effect", "EdgeEffect", (uint32_t)print->effect);
    close_item(v);
}

static void dump_prints(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    open_list(v, "places");
    for (size_t i = 0; i < head->object->print_count; i++)
        dump_print(&head->object->prints[i], v);
    close_list(v);
}

static void dump_road(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    add_code(v, "state", "RoadState", (uint32_t)head->event->road->state);
    add_number(v, "max_load_kg", "maxLoadKg", head->event->road->has_max_load_kg,
               head->event->road->max_load_kg);
    dump_prints(picture, head, v);
}

static void dump_declaration(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    add_code(v, "kind", "DeclarationKind", (uint32_t)head->event->declaration->kind);
    add_code(v, "level", "ResponseLevel", (uint32_t)head->event->declaration->level);
    add_word(v, "in_charge", "inCharge", head->event->declaration->in_charge);
}

static void dump_alert(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    (void)picture;
    add_word(v, "area", "area", head->event->envelope->area);
}

static void dump_figure(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    const Muster__Figure *figure = head->event->figure;

    (void)picture;
    add_word(v, "indicator", "indicator", figure->indicator);
    add_word(v, "area", "area", figure->area);
    add_number(v, "value", "value", figure->has_value, figure->value);
    add_number(v, "as_of", "asOfMs", figure->has_as_of_at_ms, figure->as_of_at_ms);
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
};

static void dump_row(const mu_picture *picture, const struct mu_said *head, struct voice *v)
{
    for (size_t i = 0; i < sizeof dump_rows / sizeof dump_rows[0]; i++)
        if (dump_rows[i].kind == head->object->kind)
            dump_rows[i].dump(picture, head, v);
}

static void dump_object(const mu_picture *picture, const struct mu_object *object,
                        struct mu_text *out)
{
    const struct mu_said *head = mu_object_head(object);
    struct voice v = {.out = out};

    mu_text_addf(out, "%s %s", mu_kind_name(object->kind), object->id);
    if (head == NULL) {
        mu_text_add(out, object->withdrawn ? " withdrawn\n" : " not yet stated\n");
        return;
    }
    if (head->version > 0)
        mu_text_addf(out, "@%u", head->version);
    add_word(&v, "by", "agency", head->event->envelope->agency);
    dump_row(picture, head, &v);
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

struct dump {
    const mu_picture *picture;
    struct mu_text *out;
};

static void take_object(void *user, const struct mu_object *object)
{
    const struct dump *dump = user;

    dump_object(dump->picture, object, dump->out);
}

void mu_picture_dump(const mu_picture *picture, struct mu_text *out)
{
    struct dump dump = {picture, out};

    mu_picture_each(picture, take_object, &dump);
    dump_cards(picture, out);
}
