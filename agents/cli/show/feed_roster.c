/* What the roster's own entries say: whom they are about, and what for. */
#include "agents/cli/show/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/sign/key.h"
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

void mu_feed_endorsement(struct feed *feed, const Muster__Event *event)
{
    const Muster__Endorsement *e = event->endorsement;

    mu_feed_clause(feed, e->has_refused && e->refused ? MU_W_F_ENDORSED_NO : MU_W_F_ENDORSED, NULL);
    mu_feed_ref(feed, MU_W_F_AS_IS, e->of);
    mu_feed_quote(feed, MU_W_F_QUOTED, e->words);
}

/* The key that comes has no name in the record yet: its agency, and the first digits of its id. */
static void add_admin(struct feed *feed, const Muster__AdminKey *admin)
{
    struct mu_public public;
    struct mu_agent_id id;
    char hex[33];

    if (admin->sign_key.len != sizeof public.b)
        return;
    memcpy(public.b, admin->sign_key.data, sizeof public.b);
    id = mu_public_id(&public);
    mu_hex(id.b, sizeof id.b, hex);
    hex[12] = '\0';
    mu_feed_clause(feed, MU_W_F_ADMIN_IN, admin->agency == NULL ? "" : admin->agency, hex, NULL);
}

static void remove_admin(struct feed *feed, const ProtobufCBinaryData *agent)
{
    char hex[33];

    if (agent->len != sizeof(struct mu_agent_id))
        return;
    mu_hex(agent->data, agent->len, hex);
    hex[12] = '\0';
    mu_feed_clause(feed, MU_W_F_ADMIN_OUT, hex, NULL);
}

void mu_feed_key_change(struct feed *feed, const Muster__Event *event)
{
    const Muster__KeyChange *k = event->key_change;

    mu_feed_clause(feed, MU_W_F_KEY_PROPOSED, NULL); /* whether it stands, an endorsement says */
    for (size_t i = 0; i < k->n_add_admins; i++)
        add_admin(feed, k->add_admins[i]);
    for (size_t i = 0; i < k->n_remove_admins; i++)
        remove_admin(feed, &k->remove_admins[i]);
    if (k->has_ca_certificate)
        mu_feed_clause(feed, MU_W_F_NEW_CA, NULL);
    if (k->has_log_key)
        mu_feed_clause(feed, MU_W_F_NEW_LOG_KEY, NULL);
    mu_feed_quote(feed, MU_W_F_QUOTED, k->reason);
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
