/* One road edge: how long it takes, what it bears, whether it is open. */
#include "proto/rules/roads.h"

#include "proto/base/clock.h"

const Muster__RefRoadEdge *mu_edge(const mu_picture *picture, const char *edge)
{
    const Muster__ReferenceObject *object =
        mu_picture_reference(picture, edge, MUSTER__OBJECT_KIND__OBJECT_KIND_ROAD_EDGE);

    return object == NULL || object->details_case != MUSTER__REFERENCE_OBJECT__DETAILS_ROAD_EDGE
               ? NULL
               : object->road_edge;
}

Muster__VehicleClass mu_usual_vehicle(Muster__Activity activity)
{
    switch (activity) {
    case MUSTER__ACTIVITY__ACTIVITY_EVACUATION:
        return MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_BUS;
    case MUSTER__ACTIVITY__ACTIVITY_CONVOY:
        return MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_TRUCK;
    case MUSTER__ACTIVITY__ACTIVITY_AMBULANCE:
        return MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_AMBULANCE;
    default:
        return MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_CAR;
    }
}

/* A class nobody gave a speed goes as slowly as the slowest that has one. */
static int64_t speed_of(const Muster__RefRoadEdge *edge, Muster__VehicleClass vehicle)
{
    int64_t slowest = 0;

    for (size_t i = 0; i < edge->n_speeds; i++) {
        const Muster__EdgeSpeed *speed = edge->speeds[i];

        if (!speed->has_km_per_hour || speed->km_per_hour <= 0)
            continue;
        if (speed->has_vehicle_class && speed->vehicle_class == vehicle)
            return speed->km_per_hour;
        if (slowest == 0 || speed->km_per_hour < slowest)
            slowest = speed->km_per_hour;
    }
    return slowest;
}

int64_t mu_edge_duration_ms(const mu_picture *picture, const char *edge,
                            Muster__VehicleClass vehicle, int64_t length_m)
{
    const Muster__RefRoadEdge *data = mu_edge(picture, edge);
    int64_t speed = data == NULL ? 0 : speed_of(data, vehicle);

    if (speed == 0 || (length_m == 0 && !data->has_length_m))
        return -1;
    return (length_m > 0 ? length_m : data->length_m) * (MU_HOUR_MS / 1000) / speed;
}

/* ---- what happens on it ---- */

/* Reports on one edge. */
struct seen {
    const struct mu_print *prints[64];
    size_t count;
};

static bool collect(void *user, const struct mu_print *print)
{
    struct seen *seen = user;

    if (seen->count < sizeof seen->prints / sizeof seen->prints[0])
        seen->prints[seen->count++] = print;
    return true;
}

static bool find_works(void *user, const struct mu_print *print)
{
    bool *works = user;

    *works = print->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_CLOSES;
    return !*works;
}

/* A newer report that covers as much puts an older one out of force. */
static bool overruled(const struct seen *seen, const struct mu_print *print)
{
    for (size_t i = 0; i < seen->count; i++) {
        const struct mu_print *other = seen->prints[i];

        if (other != print && other->from_m <= print->from_m && other->to_m >= print->to_m &&
            (other->said->as_of_ms > print->said->as_of_ms ||
             (other->said->as_of_ms == print->said->as_of_ms &&
              mu_said_recorded_before(print->said, other->said))))
            return true;
    }
    return false;
}

/* What nobody knows is never taken for open; a report of nothing but a limit says that there is a road. */
static bool may_be_open(const Muster__Road *road)
{
    return road->state == MUSTER__ROAD_STATE__ROAD_STATE_OPEN ||
           road->state == MUSTER__ROAD_STATE__ROAD_STATE_RESTRICTED ||
           (!road->has_state && (road->has_max_load_kg || road->n_only_classes > 0));
}

bool mu_edge_closed(const mu_picture *picture, const char *edge, int64_t start_ms, int64_t end_ms)
{
    struct seen seen = {0};
    bool works = false;

    mu_picture_meet(picture, MU_PLACE_ROAD, edge, start_ms, end_ms, collect, &seen);
    for (size_t i = 0; i < seen.count; i++)
        if (!may_be_open(seen.prints[i]->said->event->road) && !overruled(&seen, seen.prints[i]))
            return true;
    mu_picture_meet(picture, MU_PLACE_EDGE, edge, start_ms, end_ms, find_works, &works);
    return works;
}

int64_t mu_edge_max_load_kg(const mu_picture *picture, const char *edge, int64_t start_ms,
                            int64_t end_ms)
{
    const Muster__RefRoadEdge *data = mu_edge(picture, edge);
    int64_t load = data != NULL && data->has_max_load_kg ? data->max_load_kg : -1;
    struct seen seen = {0};

    mu_picture_meet(picture, MU_PLACE_ROAD, edge, start_ms, end_ms, collect, &seen);
    for (size_t i = 0; i < seen.count; i++) {
        const Muster__Road *road = seen.prints[i]->said->event->road;

        if (road->has_max_load_kg && !overruled(&seen, seen.prints[i]) &&
            (load < 0 || road->max_load_kg < load))
            load = road->max_load_kg;
    }
    return load;
}

/* ---- one stretch at one time ---- */

static bool share_ground(const struct mu_print *print, int64_t from_m, int64_t to_m)
{
    if (print->from_m == print->to_m || from_m == to_m)
        return print->from_m <= to_m && from_m <= print->to_m;
    return print->from_m < to_m && from_m < print->to_m;
}

static bool takes_class(const Muster__Road *road, Muster__VehicleClass vehicle)
{
    for (size_t i = 0; i < road->n_only_classes; i++)
        if (road->only_classes[i] == vehicle)
            return true;
    return road->n_only_classes == 0;
}

static bool lets_pass(const Muster__Road *road, Muster__VehicleClass vehicle, int64_t heaviest_kg)
{
    return may_be_open(road) && takes_class(road, vehicle) &&
           (!road->has_max_load_kg || heaviest_kg <= road->max_load_kg);
}

struct works {
    int64_t from_m, to_m;
    const struct mu_print *closing; /* the earliest */
};

static bool find_closing(void *user, const struct mu_print *print)
{
    struct works *works = user;

    if (print->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_CLOSES &&
        share_ground(print, works->from_m, works->to_m))
        works->closing = print;
    return works->closing == NULL;
}

static const struct mu_print *closing_between(const mu_picture *picture, const char *edge,
                                              int64_t from_m, int64_t to_m, int64_t start_ms,
                                              int64_t end_ms)
{
    struct works works = {from_m, to_m, NULL};

    mu_picture_meet(picture, MU_PLACE_EDGE, edge, start_ms, end_ms, find_closing, &works);
    return works.closing;
}

const struct mu_print *mu_stretch_closing(const mu_picture *picture, const char *edge,
                                          int64_t from_m, int64_t to_m, int64_t from_ms)
{
    return closing_between(picture, edge, from_m, to_m, from_ms, MU_ENDLESS);
}

bool mu_stretch_open(const mu_picture *picture, const char *edge, int64_t from_m, int64_t to_m,
                     int64_t start_ms, int64_t end_ms, Muster__VehicleClass vehicle,
                     int64_t heaviest_kg)
{
    const Muster__RefRoadEdge *data = mu_edge(picture, edge);
    struct seen seen = {0};

    if (data == NULL || (data->has_max_load_kg && heaviest_kg > data->max_load_kg))
        return false;
    end_ms += end_ms == start_ms;
    mu_picture_meet(picture, MU_PLACE_ROAD, edge, start_ms, end_ms, collect, &seen);
    for (size_t i = 0; i < seen.count; i++)
        if (share_ground(seen.prints[i], from_m, to_m) && !overruled(&seen, seen.prints[i]) &&
            !lets_pass(seen.prints[i]->said->event->road, vehicle, heaviest_kg))
            return false;
    return closing_between(picture, edge, from_m, to_m, start_ms, end_ms) == NULL;
}
