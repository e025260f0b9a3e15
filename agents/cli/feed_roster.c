/* What the roster's own entries say: whom they are about, and what for. */
#include "agents/cli/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/words/terms.h"

/* The agency whose key it is, and the first digits of the key's id. */
static void add_agent(struct feed *feed, protobuf_c_boolean has, const ProtobufCBinaryData *bytes)
{
    char shown[96], hex[33];
    struct mu_text text = mu_text(shown, sizeof shown);
    struct mu_agent_id agent;

    if (!has || bytes->len != sizeof agent.b)
        return;
    memcpy(agent.b, bytes->data, sizeof agent.b);
    mu_hex(agent.b, sizeof agent.b, hex);
    mu_show_agent(&text, feed->style, &agent);
    mu_text_addf(&text, " %.12s", hex);
    mu_feed_clause(feed, MU_W_F_AS_IS, shown, NULL);
}

void mu_feed_grant(struct feed *feed, const Muster__Event *event)
{
    const Muster__Grant *g = event->grant;
    bool taken = g->has_revoked && g->revoked;

    mu_feed_name(feed, MU_W_F_AS_IS, g->agency);
    add_agent(feed, g->has_agent, &g->agent);
    mu_feed_clause(feed, taken ? MU_W_GRANT_TAKEN : MU_W_GRANT_GIVEN, NULL);
    mu_feed_clause(
        feed, g->has_may_read && !g->has_may_publish ? MU_W_GRANT_READ : MU_W_GRANT_PUBLISH, NULL);
    mu_feed_quote(feed, MU_W_F_AS_IS, g->role);
    for (size_t i = 0; i < g->n_kinds; i++)
        mu_feed_quote(feed, MU_W_F_AS_IS, g->kinds[i]);
    for (size_t i = 0; i < g->n_areas; i++)
        mu_feed_name(feed, MU_W_F_AS_IS, g->areas[i]);
}

void mu_feed_retire(struct feed *feed, const Muster__Event *event)
{
    add_agent(feed, event->retire->has_agent, &event->retire->agent);
    mu_feed_quote(feed, MU_W_F_QUOTED, event->retire->reason);
}

void mu_feed_compromised(struct feed *feed, const Muster__Event *event)
{
    const Muster__Compromised *c = event->compromised;

    add_agent(feed, c->has_agent, &c->agent);
    mu_feed_clock(feed, MU_W_F_SINCE_LOST, c->has_since_ms, c->since_ms);
    mu_feed_quote(feed, MU_W_F_QUOTED, c->reason);
}

void mu_feed_quarantine(struct feed *feed, const Muster__Event *event)
{
    const Muster__Quarantine *q = event->quarantine;
    char count[32];

    mu_feed_name(feed, MU_W_F_AS_IS, q->agency);
    snprintf(count, sizeof count, "%" PRIu64, q->last_sequence - q->first_sequence + 1);
    mu_feed_clause(feed, MU_W_F_APART, count, NULL);
}

void mu_feed_sponsor(struct feed *feed, const Muster__Event *event)
{
    add_agent(feed, event->sponsor->has_agent, &event->sponsor->agent);
    for (size_t i = 0; i < event->sponsor->n_entries; i++)
        mu_feed_ref(feed, MU_W_F_AS_IS, event->sponsor->entries[i]);
}
