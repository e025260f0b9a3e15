/* What there is of one item: counted, asked for, promised, on the way, lost. Five numbers that are
 * never added into one.
 */
#include "proto/rules/needs_inside.h"

#include <string.h>

#include "proto/rules/promises.h"

Muster__Ref *mu_needs_ref(mu_arena *arena, const struct mu_said *said)
{
    const Muster__Envelope *envelope = said->event->envelope;
    const char *name = envelope->object != NULL ? envelope->object : said->object->id;
    Muster__Ref *ref = mu_arena_take(arena, sizeof *ref);

    if (ref == NULL)
        return NULL;
    *ref = (Muster__Ref)MUSTER__REF__INIT;
    ref->has_leaf = true;
    ref->leaf.len = sizeof said->leaf.b;
    ref->leaf.data = mu_arena_copy(arena, said->leaf.b, sizeof said->leaf.b);
    ref->object = mu_arena_copy(arena, name, strlen(name));
    ref->has_version = envelope->has_version;
    ref->version = envelope->version;
    return ref->leaf.data == NULL || ref->object == NULL ? NULL : ref;
}

enum mu_err mu_needs_append(mu_arena *arena, void *list, size_t *count, const void *item)
{
    uint8_t *at, *longer;

    if (item == NULL)
        return MU_E_NO_MEMORY;
    memcpy(&at, list, sizeof at);
    if ((*count & (*count - 1)) == 0) {
        longer = mu_arena_take(arena, (*count == 0 ? 1 : *count * 2) * sizeof item);
        if (longer == NULL)
            return MU_E_NO_MEMORY;
        if (*count > 0)
            memcpy(longer, at, *count * sizeof item);
        memcpy(list, &longer, sizeof longer);
        at = longer;
    }
    memcpy(at + (*count)++ * sizeof item, &item, sizeof item);
    return MU_OK;
}

/* ---- depots ---- */

static bool is_outside(const mu_picture *picture, const char *depot)
{
    const Muster__ReferenceObject *object =
        mu_picture_reference(picture, depot, MUSTER__OBJECT_KIND__OBJECT_KIND_DEPOT);

    if (object != NULL && object->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_DEPOT)
        return object->depot->has_outside_county && object->depot->outside_county;
    return mu_picture_reference(picture, depot, MUSTER__OBJECT_KIND__OBJECT_KIND_PARTY) != NULL;
}

static int64_t usable_milli(const Muster__StockLine *line)
{
    if (line->has_condition && line->condition > MUSTER__STOCK_CONDITION__STOCK_CONDITION_WORN)
        return 0;
    if (line->has_usable_milli)
        return line->usable_milli;
    return line->on_hand_milli - (line->has_reserved_milli ? line->reserved_milli : 0);
}

/* What a shipment took out of the depot before it was counted is no longer in the count. */
static int64_t sent_before(const mu_picture *picture, const struct mu_said *stock, const char *item)
{
    const struct mu_object *object;
    int64_t milli = 0;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_SHIPMENT, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);
        const Muster__Shipment *shipment = head == NULL ? NULL : head->event->shipment;

        if (shipment == NULL || shipment->from == NULL || !shipment->has_departed_at_ms ||
            strcmp(shipment->from, stock->object->id) != 0 ||
            shipment->departed_at_ms > stock->as_of_ms)
            continue;
        for (size_t k = 0; k < shipment->n_lines; k++)
            if (shipment->lines[k]->item != NULL && strcmp(shipment->lines[k]->item, item) == 0)
                milli += shipment->lines[k]->sent_milli;
    }
    return milli;
}

static enum mu_err add_depot(const mu_picture *picture, mu_arena *arena,
                             const struct mu_said *stock, const char *item, Muster__SheetLine *line,
                             struct mu_supply *out)
{
    Muster__SheetStock *entry;
    int64_t milli = sent_before(picture, stock, item);

    for (size_t i = 0; i < stock->event->stock->n_lines; i++)
        if (stock->event->stock->lines[i]->item != NULL &&
            strcmp(stock->event->stock->lines[i]->item, item) == 0)
            milli += usable_milli(stock->event->stock->lines[i]);
    out->usable_milli += milli;
    if ((entry = mu_arena_take(arena, sizeof *entry)) == NULL)
        return MU_E_NO_MEMORY;
    *entry = (Muster__SheetStock)MUSTER__SHEET_STOCK__INIT;
    entry->depot = (char *)(uintptr_t)stock->object->id;
    entry->has_usable_milli = entry->has_counted_at_ms = true;
    entry->usable_milli = milli;
    entry->counted_at_ms = stock->as_of_ms;
    return mu_needs_append(arena, &line->stocks, &line->n_stocks, entry);
}

static enum mu_err add_depots(const mu_picture *picture, mu_arena *arena, const char *item,
                              Muster__SheetLine *line, struct mu_supply *out)
{
    const struct mu_object *object;
    enum mu_err err = MU_OK;

    for (size_t i = 0;
         err == MU_OK && (object = mu_picture_at(picture, MUSTER__EVENT__BODY_STOCK, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head == NULL || is_outside(picture, object->id))
            continue;
        out->stock_known = true;
        err = add_depot(picture, arena, head, item, line, out);
    }
    return err;
}

/* ---- requests and promises ---- */

static enum mu_err add_requests(const mu_picture *picture, mu_arena *arena, const char *item,
                                Muster__SheetLine *line, struct mu_supply *out)
{
    const struct mu_object *object;
    enum mu_err err = MU_OK;

    for (size_t i = 0;
         err == MU_OK &&
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_SUPPLY_REQUEST, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);
        const Muster__SupplyRequest *request = head == NULL ? NULL : head->event->supply_request;
        int64_t milli = 0;

        if (request == NULL || (request->has_closed && request->closed))
            continue;
        for (size_t k = 0; k < request->n_lines; k++)
            if (request->lines[k]->item != NULL && strcmp(request->lines[k]->item, item) == 0)
                milli += request->lines[k]->quantity_milli;
        out->requested_milli += milli;
        if (milli > 0)
            err = mu_needs_append(arena, &line->requests, &line->n_requests, object->id);
    }
    return err;
}

static enum mu_err add_promises(const mu_picture *picture, mu_arena *arena, const char *item,
                                Muster__SheetLine *line, struct mu_supply *out)
{
    struct mu_promises promises;
    enum mu_err err = mu_promises_all(picture, arena, &promises);

    for (size_t i = 0; i < promises.count && err == MU_OK; i++) {
        int64_t milli = mu_promise_milli(promises.at[i], item);

        if (milli > 0 && mu_promise_is_firm(picture, promises.at[i])) {
            out->committed_milli += milli;
        } else if (milli > 0 && mu_promise_is_on_stand_by(picture, promises.at[i])) {
            out->offered_milli += milli;
            err = mu_needs_append(arena, &line->offers, &line->n_offers,
                                  mu_needs_ref(arena, promises.at[i]));
        }
    }
    return err;
}

/* ---- on the way ---- */

static bool has_state(const Muster__Event *event)
{
    return event->shipment->has_state;
}

/* The newest word about the shipment's lines: what was received is known by whoever signed for it. */
static bool has_received(const Muster__Event *event)
{
    for (size_t i = 0; i < event->shipment->n_lines; i++)
        if (event->shipment->lines[i]->has_received_milli ||
            event->shipment->lines[i]->has_damaged_milli ||
            event->shipment->lines[i]->has_missing_milli)
            return true;
    return false;
}

static void add_received(const struct mu_object *shipment, const char *item, struct mu_supply *out)
{
    const struct mu_said *said = mu_object_news(shipment, has_received);

    for (size_t i = 0; said != NULL && i < said->event->shipment->n_lines; i++) {
        const Muster__ShipmentLine *line = said->event->shipment->lines[i];

        if (line->item == NULL || strcmp(line->item, item) != 0)
            continue;
        out->delivered_milli += line->received_milli;
        out->lost_milli += line->damaged_milli + line->missing_milli;
    }
}

static void add_shipments(const mu_picture *picture, const char *item, struct mu_supply *out)
{
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_SHIPMENT, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);
        const struct mu_said *news = mu_object_news(object, has_state);
        Muster__ShipmentState state = news == NULL
                                          ? MUSTER__SHIPMENT_STATE__SHIPMENT_STATE_NOT_STATED
                                          : news->event->shipment->state;
        int64_t sent_milli = 0;

        if (head == NULL || state == MUSTER__SHIPMENT_STATE__SHIPMENT_STATE_CANCELLED)
            continue;
        for (size_t k = 0; k < head->event->shipment->n_lines; k++)
            if (head->event->shipment->lines[k]->item != NULL &&
                strcmp(head->event->shipment->lines[k]->item, item) == 0)
                sent_milli += head->event->shipment->lines[k]->sent_milli;
        if (state == MUSTER__SHIPMENT_STATE__SHIPMENT_STATE_LOST)
            out->lost_milli += sent_milli;
        else if (state >= MUSTER__SHIPMENT_STATE__SHIPMENT_STATE_ARRIVED)
            add_received(object, item, out);
        else if (state >= MUSTER__SHIPMENT_STATE__SHIPMENT_STATE_EN_ROUTE)
            out->in_transit_milli += sent_milli;
    }
}

enum mu_err mu_supply_of(const mu_picture *picture, mu_arena *arena, const char *item,
                         Muster__SheetLine *line, struct mu_supply *out)
{
    enum mu_err err;

    *out = (struct mu_supply){0};
    if ((err = add_depots(picture, arena, item, line, out)) != MU_OK)
        return err;
    if ((err = add_requests(picture, arena, item, line, out)) != MU_OK)
        return err;
    if ((err = add_promises(picture, arena, item, line, out)) != MU_OK)
        return err;
    add_shipments(picture, item, out);
    return MU_OK;
}

enum mu_err mu_supply_inputs(const mu_picture *picture, mu_arena *arena, Muster__SupplySheet *sheet)
{
    static const uint32_t kinds[] = {
        MUSTER__EVENT__BODY_STOCK,           MUSTER__EVENT__BODY_SUPPLY_REQUEST,
        MUSTER__EVENT__BODY_SUPPLY_RESPONSE, MUSTER__EVENT__BODY_SUPPLY_COMMITMENT,
        MUSTER__EVENT__BODY_SHIPMENT,
    };
    const struct mu_object *object;
    enum mu_err err = MU_OK;

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (size_t i = 0; err == MU_OK && (object = mu_picture_at(picture, kinds[k], i)) != NULL;
             i++) {
            const struct mu_said *head = mu_object_head(object);

            if (head != NULL)
                err = mu_needs_append(arena, &sheet->inputs, &sheet->n_inputs,
                                      mu_needs_ref(arena, head));
        }
    return err;
}
