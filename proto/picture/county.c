/* Roles and tables: what a county decided beforehand. */
#include "proto/picture/fold.h"

#include <string.h>

#include "proto/topic/area.h"

static struct mu_bytes bytes_of(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

/* ---- who holds a role ---- */

static bool in_force(const Muster__Window *window, int64_t now_ms)
{
    if (window == NULL)
        return true;
    return !(window->has_start_at_ms && now_ms < window->start_at_ms) &&
           !(window->has_end_at_ms && now_ms >= window->end_at_ms);
}

static bool fits(const Muster__RoleLine *line, const char *role, const char *area, int64_t now_ms)
{
    return mu_same(line->role, role) && line->agency != NULL && in_force(line->window, now_ms) &&
           (area == NULL || line->area == NULL ||
            mu_area_within(bytes_of(area), bytes_of(line->area)));
}

/* The line for the smallest area wins: a township's own before the county's. */
static const char *mapped(const mu_picture *picture, const char *role, const char *area)
{
    const struct mu_object *object;
    const char *agency = NULL;
    size_t closest = 0;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_ROLE_MAP, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        for (size_t k = 0; head != NULL && k < head->event->role_map->n_lines; k++) {
            const Muster__RoleLine *line = head->event->role_map->lines[k];
            size_t depth = bytes_of(line->area).size + 1;

            if (depth > closest && fits(line, role, area, picture->now_ms)) {
                agency = line->agency;
                closest = depth;
            }
        }
    }
    return agency;
}

static const char *enrolled(const mu_picture *picture, const char *role)
{
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_ENROLMENT, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        for (size_t k = 0; head != NULL && k < head->event->enrolment->n_roles; k++)
            if (mu_same(head->event->enrolment->roles[k], role))
                return head->event->enrolment->agency;
    }
    return NULL;
}

const char *mu_picture_role(const mu_picture *picture, const char *role, const char *area)
{
    const char *agency = mapped(picture, role, area);

    return agency != NULL ? agency : enrolled(picture, role);
}

/* ---- planning figures ---- */

const struct mu_said *mu_picture_rates(const mu_picture *picture, const char *area)
{
    const struct mu_object *object;
    const struct mu_said *best = NULL;
    size_t closest = 0;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_RATE_TABLE, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);
        struct mu_bytes of = bytes_of(head == NULL ? NULL : head->event->envelope->area);

        if (head == NULL || (area != NULL && !mu_area_within(bytes_of(area), of)))
            continue;
        if (of.size + 1 > closest ||
            (of.size + 1 == closest && mu_said_recorded_before(best, head))) {
            best = head;
            closest = of.size + 1;
        }
    }
    return best;
}

/* ---- reference objects ---- */

const Muster__ReferenceObject *mu_picture_reference(const mu_picture *picture, const char *id,
                                                    Muster__ObjectKind kind)
{
    const struct mu_said *head =
        mu_object_head(mu_picture_object(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, id));
    const Muster__ReferenceObject *object = head == NULL ? NULL : head->event->reference_object;

    if (object == NULL || object->kind != kind || (object->has_retired && object->retired))
        return NULL;
    return object;
}

/* ---- limits, charges, telephones ---- */

static int closeness(const Muster__LimitLine *line, const char *name, const char *agency)
{
    const char *scope = line->scope == NULL ? NULL : line->scope->agency;

    if (!mu_same(line->name, name) || line->value == NULL || !line->value->has_value)
        return 0;
    if (scope == NULL)
        return 1;
    return mu_same(scope, agency) ? 2 : 0;
}

int64_t mu_picture_limit(const mu_picture *picture, const char *name, const char *agency,
                         int64_t usual)
{
    const struct mu_object *object;
    int closest = 0;

    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_LIMIT_TABLE, i)) != NULL; i++) {
        const struct mu_said *head = mu_object_head(object);

        for (size_t k = 0; head != NULL && k < head->event->limit_table->n_lines; k++) {
            const Muster__LimitLine *line = head->event->limit_table->lines[k];
            int close = closeness(line, name, agency);

            if (close > closest) {
                closest = close;
                usual = line->value->value;
            }
        }
    }
    return usual;
}

const Muster__Charge *mu_picture_charge(const mu_picture *picture, const char *role)
{
    const struct mu_object *object;
    const Muster__Charge *charge = NULL;
    const struct mu_said *latest = NULL;

    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_DECLARATION, i)) != NULL; i++) {
        const struct mu_said *head = mu_object_head(object);

        for (size_t k = 0; head != NULL && k < head->event->declaration->n_charges; k++) {
            const Muster__Charge *line = head->event->declaration->charges[k];

            if ((latest == NULL || !mu_said_recorded_before(head, latest)) &&
                mu_same(line->role, role) && in_force(line->window, picture->now_ms)) {
                charge = line;
                latest = head;
            }
        }
    }
    return charge;
}

static const Muster__RefSeat *seat_of(const struct mu_object *object)
{
    const struct mu_said *head = mu_object_head(object);

    return head == NULL || head->event->reference_object->retired ||
                   head->event->reference_object->details_case !=
                       MUSTER__REFERENCE_OBJECT__DETAILS_SEAT
               ? NULL
               : head->event->reference_object->seat;
}

static const char *seat_telephone(const mu_picture *picture, const char *agency, const char *post)
{
    const struct mu_object *object;
    const char *any = NULL;

    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++) {
        const Muster__RefSeat *seat = seat_of(object);

        if (seat == NULL || seat->telephone == NULL || !mu_same(seat->agency, agency))
            continue;
        if (post != NULL && mu_same(seat->post, post))
            return seat->telephone;
        any = any == NULL ? seat->telephone : any;
    }
    return any;
}

static const char *enrolled_telephone(const mu_picture *picture, const char *agency)
{
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_ENROLMENT, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head != NULL && mu_same(head->event->enrolment->agency, agency) &&
            head->event->enrolment->telephone != NULL &&
            head->event->enrolment->telephone[0] != '\0')
            return head->event->enrolment->telephone;
    }
    return NULL;
}

const char *mu_picture_telephone(const mu_picture *picture, const char *agency, const char *post)
{
    const Muster__ReferenceObject *object =
        mu_picture_reference(picture, agency, MUSTER__OBJECT_KIND__OBJECT_KIND_AGENCY);
    const char *telephone = seat_telephone(picture, agency, post);

    if (telephone == NULL && object != NULL &&
        object->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_AGENCY)
        telephone = object->agency->telephone;
    return telephone != NULL ? telephone : enrolled_telephone(picture, agency);
}

/* ---- what may stand beside what ---- */

static const char *general_type(enum mu_place_kind kind)
{
    static const char *const names[] = {
        "road",     "road",    "river_zone", "resource", "shelter", "scene",
        "hospital", "release", "people",     "node",     "area",    "fleet",
    };

    return names[kind];
}

static const char *special_type(const mu_picture *picture, const struct mu_print *print)
{
    const Muster__ReferenceObject *edge;

    if (print->place_kind != MU_PLACE_EDGE)
        return NULL;
    edge = mu_picture_reference(picture, print->place, MUSTER__OBJECT_KIND__OBJECT_KIND_ROAD_EDGE);
    return edge == NULL || edge->details_case != MUSTER__REFERENCE_OBJECT__DETAILS_ROAD_EDGE
               ? NULL
               : edge->road_edge->place_type;
}

static bool type_fits(const char *wanted, const char *general, const char *special)
{
    return wanted == NULL || wanted[0] == '\0' || strcmp(wanted, "*") == 0 ||
           mu_same(wanted, general) || mu_same(wanted, special);
}

static bool activity_fits(bool has, Muster__Activity wanted, Muster__Activity activity)
{
    return !has || wanted == MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED || wanted == activity;
}

static bool effect_fits(bool has, Muster__EdgeEffect wanted, Muster__EdgeEffect effect)
{
    return !has || wanted == MUSTER__EDGE_EFFECT__EDGE_EFFECT_UNSPECIFIED || wanted == effect;
}

static bool line_fits(const Muster__MatrixLine *line, const struct mu_print *a,
                      const struct mu_print *b)
{
    return activity_fits(line->has_activity, line->activity, a->activity) &&
           activity_fits(line->has_beside, line->beside, b->activity) &&
           effect_fits(line->has_effect, line->effect, a->effect) &&
           effect_fits(line->has_beside_effect, line->beside_effect, b->effect);
}

static bool closes(const struct mu_print *print)
{
    return print->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_CLOSES;
}

static bool passes(const struct mu_print *print)
{
    return print->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES;
}

static bool stands_aside(const struct mu_print *print)
{
    return print->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_STANDS_BESIDE;
}

static bool releases(const struct mu_print *print)
{
    return print->activity == MUSTER__ACTIVITY__ACTIVITY_RELEASE;
}

/* Where the county's matrix is silent. */
static Muster__Compatibility usual(const struct mu_print *a, const struct mu_print *b)
{
    if (a->place_kind == MU_PLACE_ZONE && (releases(a) || releases(b)))
        return MUSTER__COMPATIBILITY__COMPATIBILITY_COORDINATE;
    if (a->place_kind == MU_PLACE_RESOURCE)
        return a->exclusive || b->exclusive ? MUSTER__COMPATIBILITY__COMPATIBILITY_COORDINATE
                                            : MUSTER__COMPATIBILITY__COMPATIBILITY_COMPATIBLE;
    if (a->place_kind != MU_PLACE_EDGE || (passes(a) && passes(b)) || stands_aside(a) ||
        stands_aside(b))
        return MUSTER__COMPATIBILITY__COMPATIBILITY_COMPATIBLE;
    if ((closes(a) && passes(b)) || (passes(a) && closes(b)))
        return MUSTER__COMPATIBILITY__COMPATIBILITY_EXCLUSIVE;
    return MUSTER__COMPATIBILITY__COMPATIBILITY_COORDINATE;
}

Muster__Compatibility mu_picture_beside(const mu_picture *picture, const struct mu_print *a,
                                        const struct mu_print *b)
{
    const char *general = general_type(a->place_kind);
    const char *special = special_type(picture, a);
    const struct mu_object *object;

    if (a->place_kind == MU_PLACE_SCENE || a->place_kind == MU_PLACE_HOSPITAL ||
        a->place_kind == MU_PLACE_FLEET)
        return MUSTER__COMPATIBILITY__COMPATIBILITY_COMPATIBLE; /* counted, not cleared */
    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_MATRIX, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        for (size_t k = 0; head != NULL && k < head->event->matrix->n_lines; k++) {
            const Muster__MatrixLine *line = head->event->matrix->lines[k];

            if (type_fits(line->place_type, general, special) &&
                (line_fits(line, a, b) || line_fits(line, b, a)))
                return line->verdict;
        }
    }
    return usual(a, b);
}
