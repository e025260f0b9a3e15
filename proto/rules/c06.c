/* C06: more people are there or on their way than a shelter holds. Full is not over. */
#include "proto/rules/shelters.h"

#include <string.h>

static Muster__Argument *persons(struct mu_judgement *judgement, int64_t count)
{
    return mu_arg_number(judgement, count, MUSTER__MEASURE__MEASURE_PERSON);
}

/* ---- who makes it so full ---- */

struct senders {
    struct mu_judgement *judgement;
    struct mu_draft *draft;
};

static bool add_sender(void *user, const struct mu_print *print)
{
    struct senders *senders = user;
    struct mu_judgement *judgement = senders->judgement;
    Muster__FindingLine *line;
    int64_t sent;

    if (!mu_population_lodged(print->population))
        return true;
    line = mu_draft_line(judgement, senders->draft, print->object->id);
    sent = (line->need == NULL ? 0 : line->need->value) +
           (int64_t)mu_leg_persons(print->object, print->part);
    line->need = mu_judge_number(judgement, sent, MUSTER__MEASURE__MEASURE_PERSON);
    line->ref = mu_judge_ref(judgement, print->said);
    line->agency = mu_judge_text(judgement, print->said->event->envelope->agency);
    line->text = mu_judge_say(judgement, "c06.sent", mu_arg_object(judgement, print->object->id),
                              persons(judgement, sent), NULL);
    mu_draft_party(judgement, senders->draft, print->said, print->activity);
    return true;
}

void mu_shelter_senders(struct mu_judgement *judgement, struct mu_draft *draft,
                        const struct mu_shelter *shelter)
{
    struct senders senders = {judgement, draft};
    Muster__FindingLine *line;

    mu_picture_meet(judgement->picture, MU_PLACE_SHELTER, shelter->id, INT64_MIN, MU_ENDLESS,
                    add_sender, &senders);
    if (shelter->status == NULL)
        return;
    mu_draft_party(judgement, draft, shelter->status, MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
    if (shelter->unexplained == 0)
        return;
    line = mu_draft_line(judgement, draft, "present");
    line->need = mu_judge_number(judgement, shelter->unexplained, MUSTER__MEASURE__MEASURE_PERSON);
    line->text =
        mu_judge_say(judgement, "c06.present", persons(judgement, shelter->unexplained), NULL);
}

/* ---- where else they could go ---- */

struct offer {
    const char *id;
    int64_t room;
    uint32_t proposal_order; /* 0: none */
    int64_t distance_ms;     /* -1: no way known */
};

static int64_t way_ms(struct mu_judgement *judgement, const struct mu_shelter *from,
                      const struct mu_shelter *to)
{
    struct mu_journey journey = {
        .from_node = from->node,
        .to_node = to->node,
        .vehicle = MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_BUS,
        .heaviest_kg = -1,
        .start_ms = judgement->now_ms,
        .end_ms = judgement->now_ms + 1,
    };
    struct mu_route route;

    if (from->node == NULL || to->node == NULL)
        return -1;
    if (*judgement->roads == NULL)
        MU_CHECK(mu_roads_new(judgement->picture, judgement->roads) == MU_OK);
    return mu_roads_find(*judgement->roads, judgement->picture, &journey, &route)
               ? route.duration_ms
               : -1;
}

/* The county's own order comes first, then the shorter way, then the name. */
static bool is_better(const struct offer *a, const struct offer *b)
{
    uint64_t order_a = a->proposal_order == 0 ? UINT64_MAX : a->proposal_order;
    uint64_t order_b = b->proposal_order == 0 ? UINT64_MAX : b->proposal_order;
    uint64_t way_a = a->distance_ms < 0 ? UINT64_MAX : (uint64_t)a->distance_ms;
    uint64_t way_b = b->distance_ms < 0 ? UINT64_MAX : (uint64_t)b->distance_ms;

    if (order_a != order_b)
        return order_a < order_b;
    return way_a != way_b ? way_a < way_b : strcmp(a->id, b->id) < 0;
}

/* A shelter that fits by number but lies in a river's zone is no help in a flood. */
static bool is_safe(const struct mu_shelter *shelter)
{
    if (shelter->river_zone != NULL && shelter->river_zone[0] != '\0')
        return false;
    if (shelter->status != NULL && shelter->status->event->shelter->has_in_hazard_zone_from_at_ms)
        return false;
    return !shelter->closed;
}

static struct offer best_offer(struct mu_judgement *judgement, const struct mu_shelter *full,
                               int64_t over)
{
    const struct mu_object *object;
    struct offer best = {0};

    for (size_t i = 0; (object = mu_picture_at(judgement->picture,
                                               MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL;
         i++) {
        struct mu_shelter shelter;
        struct offer offer = {.id = object->id};

        if (strcmp(object->id, full->id) == 0 ||
            mu_picture_reference(judgement->picture, object->id,
                                 MUSTER__OBJECT_KIND__OBJECT_KIND_SHELTER) == NULL ||
            !mu_shelter_look(judgement->picture, object->id, &shelter) || !shelter.capacity.known ||
            !is_safe(&shelter))
            continue;
        judgement->looked++;
        offer.room = shelter.capacity.value - (int64_t)shelter.load;
        if (offer.room < over)
            continue;
        offer.proposal_order = shelter.proposal_order;
        offer.distance_ms = way_ms(judgement, full, &shelter);
        if (best.id == NULL || is_better(&offer, &best))
            best = offer;
    }
    return best;
}

void mu_shelter_offer(struct mu_judgement *judgement, struct mu_draft *draft,
                      const struct mu_shelter *full, int64_t over)
{
    struct offer offer = best_offer(judgement, full, over);
    Muster__FindingOption *option;

    if (offer.id == NULL) {
        mu_draft_option(judgement, draft,
                        mu_judge_say(judgement, "c06.none", persons(judgement, over), NULL), false);
        return;
    }
    option = mu_draft_option(judgement, draft,
                             mu_judge_say(judgement, "c06.next", persons(judgement, over),
                                          mu_arg_object(judgement, offer.id),
                                          persons(judgement, offer.room), NULL),
                             true);
    option->object = mu_judge_text(judgement, offer.id);
}

/* ---- the rule ---- */

void mu_judge_c06(struct mu_judgement *judgement)
{
    struct mu_shelter shelter;
    const struct mu_said *lead;
    struct mu_draft *draft;
    int64_t over;

    if (!mu_shelter_look(judgement->picture, judgement->id, &shelter) || !shelter.capacity.known)
        return;
    lead = shelter.reference != NULL ? shelter.reference : shelter.status;
    over = (int64_t)shelter.load - shelter.capacity.value;
    draft = mu_draft_begin(judgement, lead, shelter.id);
    draft->open = over > 0;
    draft->finding->place = mu_judge_text(judgement, shelter.id);
    draft->finding->margin = mu_judge_number(judgement, -over, MUSTER__MEASURE__MEASURE_PERSON);
    mu_shelter_senders(judgement, draft, &shelter);
    if (draft->finding->n_causes == 0)
        mu_draft_cause(judgement, draft, lead);
    if (over > 0) {
        draft->finding->headline = mu_judge_say(
            judgement, "c06.over", mu_arg_object(judgement, shelter.id),
            persons(judgement, shelter.load), persons(judgement, shelter.capacity.value),
            persons(judgement, over), NULL);
        mu_shelter_offer(judgement, draft, &shelter, over);
    } else {
        draft->finding->headline = mu_judge_say(
            judgement, "c06.fits", mu_arg_object(judgement, shelter.id),
            persons(judgement, shelter.load), persons(judgement, shelter.capacity.value), NULL);
    }
}
