/* What people need, what there is, where it is. Asked, promised, on the way and delivered stay apart. */
#include "agents/cli/show/feed.h"

void mu_feed_need(struct feed *feed, const Muster__Event *event)
{
    const Muster__SupplyNeed *n = event->supply_need;

    mu_feed_name(feed, MU_W_F_FOR, n->place);
    mu_feed_count(feed, MU_W_F_PERSONS, n->has_persons, n->persons);
    mu_feed_quantities(feed, n->lines, n->n_lines);
    mu_feed_clock(feed, MU_W_F_NEEDED_BY, n->has_needed_by_at_ms, n->needed_by_at_ms);
}

void mu_feed_request(struct feed *feed, const Muster__Event *event)
{
    const Muster__SupplyRequest *r = event->supply_request;

    mu_feed_quantities(feed, r->lines, r->n_lines);
    mu_feed_name(feed, MU_W_F_ASKED_OF, r->asked);
    mu_feed_name(feed, MU_W_F_TO, r->deliver_to);
    mu_feed_clock(feed, MU_W_F_NEEDED_BY, r->has_required_by_at_ms, r->required_by_at_ms);
    if (r->closed)
        mu_feed_clause(feed, MU_W_F_CLOSED, NULL);
}

void mu_feed_response(struct feed *feed, const Muster__Event *event)
{
    const Muster__SupplyResponse *r = event->supply_response;

    mu_feed_ref(feed, MU_W_F_ANSWERS, r->to);
    mu_feed_term(feed, "SupplyAnswer", r->has_answer, (uint32_t)r->answer);
    mu_feed_name(feed, MU_W_F_BY, r->party);
    mu_feed_quantities(feed, r->lines, r->n_lines);
    mu_feed_clock(feed, MU_W_F_ARRIVES, r->has_arrives_at_ms, r->arrives_at_ms);
    mu_feed_quote(feed, MU_W_F_REASON, r->reason);
}

void mu_feed_commitment(struct feed *feed, const Muster__Event *event)
{
    const Muster__SupplyCommitment *c = event->supply_commitment;

    mu_feed_term(feed, "CommitmentKind", c->has_kind, (uint32_t)c->kind);
    mu_feed_name(feed, MU_W_F_BY, c->party);
    mu_feed_quantities(feed, c->lines, c->n_lines);
    mu_feed_name(feed, MU_W_F_ANSWERS, c->request);
    mu_feed_clock(feed, MU_W_F_ARRIVES, c->has_arrives_at_ms, c->arrives_at_ms);
}

/* "quilts 800": item and one of its quantities. */
static void add_line(struct feed *feed, enum mu_word word, const char *item, int has,
                     int64_t quantity_milli)
{
    char name[128], amount[64];
    struct mu_text text = mu_text(name, sizeof name);
    struct mu_text number = mu_text(amount, sizeof amount);

    if (!has || item == NULL)
        return;
    mu_show_item(&text, feed->style, item);
    mu_show_milli(&number, quantity_milli);
    mu_feed_clause(feed, word, name, amount, NULL);
}

void mu_feed_stock(struct feed *feed, const Muster__Event *event)
{
    const Muster__Stock *s = event->stock;

    for (size_t i = 0; i < s->n_lines; i++) {
        const Muster__StockLine *line = s->lines[i];
        bool usable = line->has_usable_milli;

        add_line(feed, MU_W_F_ITEM, line->item, usable || line->has_on_hand_milli,
                 usable ? line->usable_milli : line->on_hand_milli);
    }
    mu_feed_clock(feed, MU_W_F_AS_OF, s->has_counted_at_ms, s->counted_at_ms);
}

void mu_feed_shipment(struct feed *feed, const Muster__Event *event)
{
    const Muster__Shipment *s = event->shipment;

    mu_feed_term(feed, "ShipmentState", s->has_state, (uint32_t)s->state);
    mu_feed_name(feed, MU_W_F_FROM, s->from);
    mu_feed_name(feed, MU_W_F_TO, s->to);
    for (size_t i = 0; i < s->n_lines; i++) {
        const Muster__ShipmentLine *line = s->lines[i];

        add_line(feed, MU_W_F_ITEM_SENT, line->item, line->has_sent_milli, line->sent_milli);
        add_line(feed, MU_W_F_ITEM_RECEIVED, line->item, line->has_received_milli,
                 line->received_milli);
        add_line(feed, MU_W_F_ITEM_DAMAGED, line->item, line->has_damaged_milli,
                 line->damaged_milli);
    }
    mu_feed_edges(feed, MU_W_F_BY_ROUTE, s->route, s->n_route);
    mu_feed_clock(feed, MU_W_F_ARRIVES, s->has_expected_at_ms, s->expected_at_ms);
}

/* Only what is short or needed; the whole sheet is `muster now`. */
void mu_feed_sheet(struct feed *feed, const Muster__Event *event)
{
    const Muster__SupplySheet *s = event->supply_sheet;

    mu_feed_ref(feed, MU_W_F_ANSWERS, s->cause);
    for (size_t i = 0; i < s->n_lines; i++) {
        const Muster__SheetLine *line = s->lines[i];

        add_line(feed, MU_W_F_ITEM_NEEDED, line->item, line->has_needed_milli, line->needed_milli);
        add_line(feed, MU_W_F_ITEM_SHORT, line->item,
                 line->has_short_milli && line->short_milli > 0, line->short_milli);
    }
}
