#include "proto/picture/people.h"

#include <string.h>

#include "proto/picture/fold.h"
#include "proto/topic/area.h"

/* ---- how an evacuation goes ---- */

static bool says_state(const Muster__Event *event)
{
    return event->evacuation->has_state;
}

static bool says_moved(const Muster__Event *event)
{
    return event->evacuation->has_persons_moved;
}

static bool says_remaining(const Muster__Event *event)
{
    return event->evacuation->has_persons_remaining;
}

Muster__EvacuationState mu_evacuation_state(const struct mu_object *evacuation)
{
    const struct mu_said *said = mu_object_news(evacuation, says_state);

    return said == NULL ? MUSTER__EVACUATION_STATE__EVACUATION_STATE_UNSPECIFIED
                        : said->event->evacuation->state;
}

bool mu_evacuation_over(const struct mu_object *evacuation)
{
    Muster__EvacuationState state = mu_evacuation_state(evacuation);

    return mu_object_head(evacuation) == NULL ||
           state == MUSTER__EVACUATION_STATE__EVACUATION_STATE_CANCELLED ||
           state == MUSTER__EVACUATION_STATE__EVACUATION_STATE_RETURNED_HOME;
}

static struct mu_stated stated(const struct mu_said *said, int64_t value)
{
    return (struct mu_stated){true, value, said->as_of_ms, said};
}

struct mu_stated mu_evacuation_moved(const struct mu_object *evacuation)
{
    const struct mu_said *said = mu_object_news(evacuation, says_moved);

    return said == NULL ? (struct mu_stated){0}
                        : stated(said, said->event->evacuation->persons_moved);
}

struct mu_stated mu_evacuation_remaining(const struct mu_object *evacuation)
{
    const struct mu_said *said = mu_object_news(evacuation, says_remaining);

    return said == NULL ? (struct mu_stated){0}
                        : stated(said, said->event->evacuation->persons_remaining);
}

/* ---- legs ---- */

static bool is_complete(const struct mu_object *evacuation)
{
    return mu_evacuation_state(evacuation) == MUSTER__EVACUATION_STATE__EVACUATION_STATE_COMPLETE;
}

/* Progress names a leg by its id; without one it can only be spoken of when it is the only one. */
static bool moved_by_leg(const struct mu_object *evacuation, const Muster__EvacuationLeg *leg,
                         uint32_t *moved)
{
    for (const struct mu_said *said = evacuation->news; said != NULL; said = said->older)
        for (size_t i = 0; !said->struck && i < said->event->evacuation->n_legs; i++) {
            const Muster__EvacuationLeg *now = said->event->evacuation->legs[i];

            if (now->has_persons_moved && (now == leg || mu_same(now->leg_id, leg->leg_id))) {
                *moved = now->persons_moved;
                return true;
            }
        }
    return false;
}

uint32_t mu_leg_persons(const struct mu_object *evacuation, size_t index)
{
    const Muster__Evacuation *now = mu_object_head(evacuation)->event->evacuation;
    const Muster__EvacuationLeg *leg = now->legs[index];
    struct mu_stated moved = mu_evacuation_moved(evacuation);
    uint32_t planned = leg->has_persons ? leg->persons : 0;
    uint32_t persons;

    if (!leg->has_persons && now->n_legs == 1 && now->has_persons_planned)
        planned = now->persons_planned;
    if (!is_complete(evacuation))
        return planned;
    if (moved_by_leg(evacuation, leg, &persons))
        return persons;
    return now->n_legs == 1 && moved.known ? (uint32_t)moved.value : planned;
}

Muster__PopulationKind mu_leg_population(const Muster__Evacuation *evacuation, size_t index)
{
    const Muster__EvacuationLeg *leg = evacuation->legs[index];

    if (leg->has_population_kind)
        return leg->population_kind;
    return evacuation->has_population_kind ? evacuation->population_kind
                                           : MUSTER__POPULATION_KIND__POPULATION_KIND_NOT_STATED;
}

bool mu_population_lodged(Muster__PopulationKind kind)
{
    return kind != MUSTER__POPULATION_KIND__POPULATION_KIND_DISPERSED &&
           kind != MUSTER__POPULATION_KIND__POPULATION_KIND_PRECAUTIONARY &&
           kind != MUSTER__POPULATION_KIND__POPULATION_KIND_RESPONDER;
}

/* ---- a shelter: what is known of it ---- */

static void take_reference(struct mu_shelter *out, const struct mu_said *said)
{
    const Muster__ReferenceObject *object = said->event->reference_object;
    const Muster__RefShelter *shelter = object->shelter;

    out->reference = said;
    out->river_zone = object->river_zone;
    out->node = object->node;
    out->area = said->event->envelope->area;
    out->closed = object->has_retired && object->retired;
    out->capacity = (struct mu_stated){shelter->has_capacity_persons, shelter->capacity_persons,
                                       said->as_of_ms, NULL};
    out->floor_m2 =
        (struct mu_stated){shelter->has_floor_m2, shelter->floor_m2, said->as_of_ms, NULL};
    out->own_water_l_per_day = (struct mu_stated){
        shelter->has_own_water_l_per_day, shelter->own_water_l_per_day, said->as_of_ms, NULL};
    out->toilets = (struct mu_stated){shelter->has_toilets, shelter->toilets, said->as_of_ms, NULL};
    out->taps = (struct mu_stated){shelter->has_taps, shelter->taps, said->as_of_ms, NULL};
    out->proposal_order = shelter->has_proposal_order ? shelter->proposal_order : 0;
}

static void take(struct mu_stated *field, bool has, int64_t value, const struct mu_said *said)
{
    if (has)
        *field = stated(said, value);
}

static void take_status(struct mu_shelter *out, const struct mu_said *said)
{
    const Muster__Shelter *shelter = said->event->shelter;

    out->status = said;
    if (out->area == NULL)
        out->area = said->event->envelope->area;
    take(&out->present, shelter->has_persons_present, shelter->persons_present, said);
    take(&out->capacity, shelter->has_capacity_persons, shelter->capacity_persons, said);
    take(&out->floor_m2, shelter->has_floor_m2, shelter->floor_m2, said);
    take(&out->own_water_l_per_day, shelter->has_own_water_l_per_day, shelter->own_water_l_per_day,
         said);
    take(&out->toilets, shelter->has_toilets, shelter->toilets, said);
    take(&out->taps, shelter->has_taps, shelter->taps, said);
    out->present_kind = shelter->has_population_kind
                            ? shelter->population_kind
                            : MUSTER__POPULATION_KIND__POPULATION_KIND_CENTRALISED;
    if (shelter->has_state)
        out->closed = out->closed ||
                      shelter->state == MUSTER__SHELTER_STATE__SHELTER_STATE_CLOSED ||
                      shelter->state == MUSTER__SHELTER_STATE__SHELTER_STATE_CLOSING;
    out->stated_more = (shelter->has_persons_en_route ? shelter->persons_en_route : 0) +
                       (shelter->has_persons_assigned ? shelter->persons_assigned : 0);
}

/* ---- a shelter: who is there and who will be ---- */

struct count {
    const struct mu_shelter *shelter;
    uint32_t sent, there;
};

static struct mu_bytes bytes_of(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

/* Those the door register says come from where this evacuation leaves. */
static uint32_t registered(const Muster__Shelter *status, const char *zone)
{
    uint32_t persons = 0;

    for (size_t i = 0; i < status->n_origins; i++)
        if (zone != NULL && status->origins[i]->area != NULL &&
            mu_area_overlap(bytes_of(status->origins[i]->area), bytes_of(zone)))
            persons += status->origins[i]->persons;
    return persons;
}

static bool began_later(const Muster__Evacuation *evacuation, int64_t counted_at_ms)
{
    return (evacuation->has_start_at_ms && counted_at_ms < evacuation->start_at_ms) ||
           (evacuation->has_rate_since_at_ms && counted_at_ms < evacuation->rate_since_at_ms);
}

/* How many of a leg the shelter may already have counted. A head count taken before the move began
 * holds none of them; a door register says how many; else as many as have left. */
static uint32_t already_counted(const struct mu_shelter *shelter, const struct mu_print *print,
                                uint32_t persons)
{
    const struct mu_said *head = print->said;
    const Muster__Evacuation *evacuation = head->event->evacuation;
    struct mu_stated moved = mu_evacuation_moved(print->object);
    uint32_t there = persons;

    if (shelter->status == NULL || !shelter->present.known)
        return 0;
    if (shelter->status->event->shelter->n_origins > 0)
        there = registered(shelter->status->event->shelter, mu_evacuation_zone(head));
    else if (began_later(evacuation, shelter->present.as_of_ms))
        there = 0;
    else if (moved.known && moved.as_of_ms >= shelter->present.as_of_ms &&
             !is_complete(print->object))
        there = (uint32_t)moved.value;
    return there < persons ? there : persons;
}

static bool count_leg(void *user, const struct mu_print *print)
{
    struct count *count = user;
    uint32_t persons;

    if (!mu_population_lodged(print->population))
        return true;
    persons = mu_leg_persons(print->object, print->part);
    count->sent += persons;
    count->there += already_counted(count->shelter, print, persons);
    return true;
}

static void count_people(const mu_picture *picture, struct mu_shelter *out)
{
    struct count count = {.shelter = out};
    uint32_t present = out->present.known ? (uint32_t)out->present.value : 0;

    mu_picture_meet(picture, MU_PLACE_SHELTER, out->id, INT64_MIN, MU_ENDLESS, count_leg, &count);
    out->sent = count.sent;
    out->sent_there = count.there < present ? count.there : present;
    out->unexplained = present - out->sent_there;
    out->load = out->unexplained + out->sent;
    /* The shelter's own word about who is coming holds the same people the legs send. */
    if (out->load < present + out->stated_more)
        out->load = present + out->stated_more;
}

bool mu_shelter_look(const mu_picture *picture, const char *id, struct mu_shelter *out)
{
    const struct mu_said *reference =
        mu_object_head(mu_picture_object(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, id));
    const struct mu_said *status =
        mu_object_head(mu_picture_object(picture, MUSTER__EVENT__BODY_SHELTER, id));

    *out = (struct mu_shelter){.id = id};
    if (reference != NULL && reference->event->reference_object->details_case ==
                                 MUSTER__REFERENCE_OBJECT__DETAILS_SHELTER)
        take_reference(out, reference);
    if (status != NULL)
        take_status(out, status);
    count_people(picture, out);
    return out->reference != NULL || out->status != NULL;
}
