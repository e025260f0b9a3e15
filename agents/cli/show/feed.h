/* What one entry says, in clauses: the right-hand end of a feed line. Inside render only.
 *
 * A clause whose field was not stated is left out; what must not be left out says "not stated".
 */
#ifndef MU_CLI_FEED_H
#define MU_CLI_FEED_H

#include "agents/cli/show/show.h"

struct feed {
    struct mu_text *out;
    const struct mu_style *style;
    const Muster__Envelope *envelope; /* NULL: none */
    size_t clauses;
};

/* One clause from the catalogue, after ", " when it is not the first; NULL ends the arguments. */
void mu_feed_clause(struct feed *feed, enum mu_word word, ...) __attribute__((sentinel));
/* The same with {0} a count, thousandths, metres, clock, name, word of a type; nothing unless has. */
void mu_feed_count(struct feed *feed, enum mu_word word, int has, int64_t value);
void mu_feed_metres(struct feed *feed, enum mu_word word, int has, int64_t mm);
void mu_feed_flow(struct feed *feed, enum mu_word word, int has, int64_t milli_m3s);
void mu_feed_clock(struct feed *feed, enum mu_word word, int has, int64_t ms);
void mu_feed_name(struct feed *feed, enum mu_word word, const char *key);
void mu_feed_window(struct feed *feed, enum mu_word word, const Muster__Window *window);
/* Text of a person, cleaned, as {0}. */
void mu_feed_quote(struct feed *feed, enum mu_word word, const char *text);
/* The bare word of a coded value as a clause. */
void mu_feed_term(struct feed *feed, const char *type, int has, uint32_t value);
void mu_feed_term_in(struct feed *feed, enum mu_word word, const char *type, int has,
                     uint32_t value);
void mu_feed_quantities(struct feed *feed, Muster__ItemQuantity *const *lines, size_t count);
void mu_feed_edges(struct feed *feed, enum mu_word word, Muster__EdgeUse *const *edges,
                   size_t count);
void mu_feed_ref(struct feed *feed, enum mu_word word, const Muster__Ref *ref);

/* What a kind adds: rows of the table in feed.c. */
void mu_feed_evacuation(struct feed *feed, const Muster__Event *event);
void mu_feed_shelter(struct feed *feed, const Muster__Event *event);
void mu_feed_casualty(struct feed *feed, const Muster__Event *event);
void mu_feed_hospital(struct feed *feed, const Muster__Event *event);
void mu_feed_unit(struct feed *feed, const Muster__Event *event);
void mu_feed_dispatch(struct feed *feed, const Muster__Event *event);
void mu_feed_need(struct feed *feed, const Muster__Event *event);
void mu_feed_request(struct feed *feed, const Muster__Event *event);
void mu_feed_response(struct feed *feed, const Muster__Event *event);
void mu_feed_commitment(struct feed *feed, const Muster__Event *event);
void mu_feed_stock(struct feed *feed, const Muster__Event *event);
void mu_feed_shipment(struct feed *feed, const Muster__Event *event);
void mu_feed_sheet(struct feed *feed, const Muster__Event *event);
void mu_feed_gauge(struct feed *feed, const Muster__Event *event);
void mu_feed_forecast(struct feed *feed, const Muster__Event *event);
void mu_feed_dam(struct feed *feed, const Muster__Event *event);
void mu_feed_levee(struct feed *feed, const Muster__Event *event);
void mu_feed_road(struct feed *feed, const Muster__Event *event);
void mu_feed_plan(struct feed *feed, const Muster__Event *event);
void mu_feed_task(struct feed *feed, const Muster__Event *event);
void mu_feed_answer(struct feed *feed, const Muster__Event *event);
void mu_feed_finding(struct feed *feed, const Muster__Event *event);
void mu_feed_decision(struct feed *feed, const Muster__Event *event);
void mu_feed_figure(struct feed *feed, const Muster__Event *event);
void mu_feed_report(struct feed *feed, const Muster__Event *event);
void mu_feed_field_report(struct feed *feed, const Muster__Event *event);
void mu_feed_alert(struct feed *feed, const Muster__Event *event);
void mu_feed_declaration(struct feed *feed, const Muster__Event *event);
void mu_feed_acknowledgement(struct feed *feed, const Muster__Event *event);
void mu_feed_receipts(struct feed *feed, const Muster__Event *event);
void mu_feed_genesis(struct feed *feed, const Muster__Event *event);
void mu_feed_enrolment(struct feed *feed, const Muster__Event *event);
void mu_feed_grant(struct feed *feed, const Muster__Event *event);
void mu_feed_endorsement(struct feed *feed, const Muster__Event *event);
void mu_feed_key_change(struct feed *feed, const Muster__Event *event);
void mu_feed_retire(struct feed *feed, const Muster__Event *event);
void mu_feed_compromised(struct feed *feed, const Muster__Event *event);
void mu_feed_quarantine(struct feed *feed, const Muster__Event *event);
void mu_feed_sponsor(struct feed *feed, const Muster__Event *event);
void mu_feed_reference(struct feed *feed, const Muster__Event *event);
void mu_feed_incident(struct feed *feed, const Muster__Event *event);
void mu_feed_tick(struct feed *feed, const Muster__Event *event);

#endif
