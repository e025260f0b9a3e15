/* People moved, sheltered, injured; beds and teams. */
#include "agents/cli/show/feed.h"

static void add_destinations(struct feed *feed, const Muster__Evacuation *e)
{
    for (size_t i = 0; i < e->n_legs; i++) {
        char persons[64];
        char place[256];
        struct mu_text count = mu_text(persons, sizeof persons);
        struct mu_text name = mu_text(place, sizeof place);

        if (e->legs[i]->destination != NULL)
            mu_show_named(&name, feed->style, e->legs[i]->destination);
        else
            mu_show_term(&name, feed->style, "DestinationKind",
                         (uint32_t)e->legs[i]->destination_kind);
        if (e->legs[i]->has_persons)
            mu_show_count(&count, e->legs[i]->persons);
        mu_feed_clause(feed, MU_W_F_TO_DESTINATION, persons, place, NULL);
    }
}

void mu_feed_evacuation(struct feed *feed, const Muster__Event *event)
{
    const Muster__Evacuation *e = event->evacuation;
    bool progress =
        feed->envelope != NULL && feed->envelope->change == MUSTER__CHANGE__CHANGE_PROGRESS;

    mu_feed_name(feed, MU_W_F_AS_IS,
                 e->zone != NULL || feed->envelope == NULL ? e->zone : feed->envelope->area);
    mu_feed_term(feed, "EvacuationState", e->has_state, (uint32_t)e->state);
    mu_feed_term(feed, "PopulationKind", e->has_population_kind, (uint32_t)e->population_kind);
    mu_feed_count(feed, MU_W_F_PLANNED, e->has_persons_planned, e->persons_planned);
    mu_feed_count(feed, MU_W_F_MOVED, e->has_persons_moved, e->persons_moved);
    mu_feed_count(feed, MU_W_F_REMAINING, e->has_persons_remaining, e->persons_remaining);
    mu_feed_count(feed, MU_W_F_REFUSED, e->has_persons_refused, e->persons_refused);
    mu_feed_count(feed, MU_W_F_RETURNED, e->has_persons_returned, e->persons_returned);
    mu_feed_count(feed, MU_W_F_PER_HOUR, e->has_rate_persons_per_hour, e->rate_persons_per_hour);
    if (!progress)
        add_destinations(feed, e);
}

void mu_feed_shelter(struct feed *feed, const Muster__Event *event)
{
    const Muster__Shelter *s = event->shelter;

    mu_feed_term(feed, "ShelterState", s->has_state, (uint32_t)s->state);
    mu_feed_count(feed, MU_W_F_PRESENT, s->has_persons_present, s->persons_present);
    mu_feed_count(feed, MU_W_F_CAPACITY, s->has_capacity_persons, s->capacity_persons);
    mu_feed_count(feed, MU_W_F_EN_ROUTE, s->has_persons_en_route, s->persons_en_route);
    mu_feed_clock(feed, MU_W_F_AS_OF, s->has_counted_at_ms, s->counted_at_ms);
}

static void add_triage(struct feed *feed, const Muster__TriageCounts *t)
{
    if (t == NULL)
        return;
    mu_feed_count(feed, MU_W_F_RED, t->has_red, t->red);
    mu_feed_count(feed, MU_W_F_YELLOW, t->has_yellow, t->yellow);
    mu_feed_count(feed, MU_W_F_GREEN, t->has_green, t->green);
    mu_feed_count(feed, MU_W_F_BLACK, t->has_black, t->black);
}

void mu_feed_casualty(struct feed *feed, const Muster__Event *event)
{
    const Muster__Casualty *c = event->casualty;

    mu_feed_count(feed, MU_W_F_INJURED, c->has_persons_injured, c->persons_injured);
    add_triage(feed, c->triage);
    mu_feed_count(feed, MU_W_F_TRAPPED, c->has_persons_trapped, c->persons_trapped);
    mu_feed_count(feed, MU_W_F_MISSING, c->has_persons_missing, c->persons_missing);
    mu_feed_count(feed, MU_W_F_DEAD, c->has_persons_dead, c->persons_dead);
    mu_feed_count(feed, MU_W_F_RESCUED, c->has_persons_rescued, c->persons_rescued);
    mu_feed_name(feed, MU_W_F_TO, c->destination);
}

void mu_feed_hospital(struct feed *feed, const Muster__Event *event)
{
    const Muster__Hospital *h = event->hospital;

    for (size_t i = 0; i < h->n_beds; i++) {
        char kind[64];
        char free_beds[32];
        struct mu_text word = mu_text(kind, sizeof kind);
        struct mu_text count = mu_text(free_beds, sizeof free_beds);

        mu_show_term(&word, feed->style, "BedKind", (uint32_t)h->beds[i]->kind);
        if (!h->beds[i]->has_available)
            mu_text_add(&count, "?");
        else
            mu_show_count(&count, h->beds[i]->available);
        mu_feed_clause(feed, MU_W_F_BEDS, kind, free_beds, NULL);
    }
    mu_feed_term(feed, "FloodState", h->has_flood_state, (uint32_t)h->flood_state);
    mu_feed_count(feed, MU_W_F_AMBULANCES, h->has_ambulances_available, h->ambulances_available);
    mu_feed_clock(feed, MU_W_F_AS_OF, h->has_counted_at_ms, h->counted_at_ms);
}

void mu_feed_unit(struct feed *feed, const Muster__Event *event)
{
    const Muster__Unit *u = event->unit;

    mu_feed_term(feed, "UnitKind", u->has_kind, (uint32_t)u->kind);
    mu_feed_term(feed, "UnitState", u->has_state, (uint32_t)u->state);
    mu_feed_count(feed, MU_W_F_PERSONS, u->has_persons, u->persons);
    for (size_t i = 0; i < u->n_assignments; i++)
        mu_feed_name(feed, MU_W_F_UNDER, u->assignments[i]->superior_agency);
}

/* "2 red to H1", or that nobody has a bed for them. */
static void add_moves(struct feed *feed, const Muster__ProposedJourney *j)
{
    for (size_t i = 0; i < j->n_patients; i++) {
        const Muster__PatientMove *move = j->patients[i];
        char persons[96];
        char place[256];
        char number[32], colour[64];
        const char *args[] = {number, colour};
        struct mu_text count = mu_text(number, sizeof number);
        struct mu_text triage = mu_text(colour, sizeof colour);
        struct mu_text words = mu_text(persons, sizeof persons);
        struct mu_text name = mu_text(place, sizeof place);

        mu_show_count(&count, move->persons);
        mu_show_term(&triage, feed->style, "Triage", (uint32_t)move->triage);
        mu_words_fill(&words, mu_word(MU_W_F_PATIENTS, feed->style->lang), args, 2);
        if (move->hospital != NULL)
            mu_show_named(&name, feed->style, move->hospital);
        else
            mu_text_add(&name, "?");
        mu_feed_clause(feed, MU_W_F_PATIENTS_TO, persons, place, NULL);
    }
}

static void add_way(struct feed *feed, const Muster__ProposedJourney *j)
{
    char far[32], takes[32];
    struct mu_text km = mu_text(far, sizeof far);
    struct mu_text min = mu_text(takes, sizeof takes);

    mu_feed_edges(feed, MU_W_F_BY_ROUTE, j->n_route > 0 ? j->route : j->return_route,
                  j->n_route > 0 ? j->n_route : j->n_return_route);
    if (!j->has_distance_m || !j->has_travel_min)
        return;
    mu_show_milli(&km, j->distance_m);
    mu_show_count(&min, j->travel_min);
    mu_feed_clause(feed, MU_W_F_FAR, far, takes, NULL);
}

void mu_feed_dispatch(struct feed *feed, const Muster__Event *event)
{
    const Muster__DispatchProposal *d = event->dispatch_proposal;

    for (size_t i = 0; i < d->n_journeys; i++) {
        const Muster__ProposedJourney *j = d->journeys[i];

        if (j->has_unit_count)
            mu_feed_count(feed, MU_W_F_SEND_AMBULANCES, 1, j->unit_count);
        mu_feed_name(feed, MU_W_F_FROM, j->from);
        if (j->from != NULL)
            mu_feed_name(feed, MU_W_F_TO, j->scene);
        add_way(feed, j);
        mu_feed_clock(feed, MU_W_F_ARRIVES, j->has_arrives_at_ms, j->arrives_at_ms);
        add_moves(feed, j);
    }
    for (size_t i = 0; i < d->n_warnings; i++) {
        char words[512];
        struct mu_text text = mu_text(words, sizeof words);

        mu_render_sentence(&text, feed->style, d->warnings[i]);
        mu_feed_clause(feed, MU_W_F_AS_IS, words, NULL);
    }
}
