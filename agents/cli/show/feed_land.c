/* Water, levees, roads, and the plans made on them. */
#include "agents/cli/show/feed.h"

#include <stdio.h>

static void add_crossing(struct feed *feed, const Muster__Crossing *c)
{
    char mark[64], at[32], level[32];
    struct mu_text name = mu_text(mark, sizeof mark);
    struct mu_text mark_m = mu_text(at, sizeof at);
    struct mu_text level_m = mu_text(level, sizeof level);

    mu_show_term(&name, feed->style, "LevelMark", (uint32_t)c->mark);
    mu_show_metres(&mark_m, c->mark_mm);
    mu_show_metres(&level_m, c->level_mm);
    mu_feed_clause(feed, c->above ? MU_W_F_PASSED : MU_W_F_BELOW_AGAIN, mark, at, level, NULL);
}

void mu_feed_gauge(struct feed *feed, const Muster__Event *event)
{
    const Muster__Gauge *g = event->gauge;

    mu_feed_metres(feed, MU_W_F_STAGE, g->has_stage_mm, g->stage_mm);
    mu_feed_metres(feed, MU_W_F_RESERVOIR, g->has_reservoir_level_mm, g->reservoir_level_mm);
    mu_feed_metres(feed, MU_W_F_RISING, g->has_rise_mm_per_hour, g->rise_mm_per_hour);
    mu_feed_flow(feed, MU_W_F_FLOW, g->has_flow_milli_m3s, g->flow_milli_m3s);
    mu_feed_flow(feed, MU_W_F_OUTFLOW, g->has_outflow_milli_m3s, g->outflow_milli_m3s);
    mu_feed_term(feed, "Trend", g->has_trend, (uint32_t)g->trend);
    mu_feed_term(feed, "SensorState",
                 g->has_sensor_state && g->sensor_state != MUSTER__SENSOR_STATE__SENSOR_STATE_OK,
                 (uint32_t)g->sensor_state);
    mu_feed_clock(feed, MU_W_F_AS_OF, g->has_read_at_ms, g->read_at_ms);
    for (size_t i = 0; i < g->n_crossings; i++)
        add_crossing(feed, g->crossings[i]);
}

void mu_feed_forecast(struct feed *feed, const Muster__Event *event)
{
    const Muster__Forecast *f = event->forecast;

    mu_feed_name(feed, MU_W_F_AS_IS, f->station);
    mu_feed_metres(feed, MU_W_F_PEAK, f->has_peak_stage_mm, f->peak_stage_mm);
    mu_feed_metres(feed, MU_W_F_TOLERANCE, f->has_tolerance_mm, f->tolerance_mm);
    mu_feed_window(feed, MU_W_F_AS_IS, f->peak);
    mu_feed_clock(feed, MU_W_F_ISSUED, f->has_issued_at_ms, f->issued_at_ms);
}

static void add_step(struct feed *feed, const Muster__DamStep *step)
{
    char flow[64] = "?", from[32] = "?";
    struct mu_text amount = mu_text(flow, sizeof flow);
    struct mu_text clock = mu_text(from, sizeof from);

    if (step->has_outflow_milli_m3s)
        mu_show_milli(&amount, step->outflow_milli_m3s);
    if (step->has_from_at_ms)
        mu_show_clock(&clock, feed->style, step->from_at_ms);
    mu_feed_clause(feed, MU_W_F_STEP, flow, from, NULL);
}

static void add_arrival(struct feed *feed, const Muster__ArrivalWindow *w)
{
    char where[128], when[64];
    struct mu_text zone = mu_text(where, sizeof where);
    struct mu_text window = mu_text(when, sizeof when);
    Muster__Window times = MUSTER__WINDOW__INIT;

    mu_show_named(&zone, feed->style, w->area != NULL ? w->area : "?");
    if (!w->has_earliest_at_ms || !w->has_latest_at_ms) {
        mu_feed_clause(feed, MU_W_F_WATER_UNKNOWN, where, NULL);
        return;
    }
    times.has_start_at_ms = times.has_end_at_ms = true;
    times.start_at_ms = w->earliest_at_ms;
    times.end_at_ms = w->latest_at_ms;
    mu_show_window(&window, feed->style, &times);
    mu_feed_clause(feed, MU_W_F_WATER_AT, where, when, NULL);
}

void mu_feed_dam(struct feed *feed, const Muster__Event *event)
{
    const Muster__DamOperation *d = event->dam_operation;

    mu_feed_name(feed, MU_W_F_AS_IS, d->structure);
    mu_feed_term(feed, "DamOperationState", d->has_state, (uint32_t)d->state);
    for (size_t i = 0; i < d->n_steps; i++)
        add_step(feed, d->steps[i]);
    mu_feed_flow(feed, MU_W_F_OUTFLOW, d->has_outflow_now_milli_m3s, d->outflow_now_milli_m3s);
    mu_feed_metres(feed, MU_W_F_RESERVOIR, d->has_reservoir_level_mm, d->reservoir_level_mm);
    for (size_t i = 0; i < d->n_arrivals; i++)
        add_arrival(feed, d->arrivals[i]);
    mu_feed_clock(feed, MU_W_F_HOLD_UNTIL, d->has_hold_until_at_ms, d->hold_until_at_ms);
    mu_feed_count(feed, MU_W_F_TO_BE_TOLD, d->n_to_be_told > 0, (int64_t)d->n_to_be_told);
}

static void add_stretch(struct feed *feed, const Muster__LeveeStretch *s)
{
    char where[256];
    struct mu_text text = mu_text(where, sizeof where);

    if (s == NULL)
        return;
    if (s->segment != NULL)
        mu_show_named(&text, feed->style, s->segment);
    if (s->has_from_m && s->has_to_m)
        mu_text_addf(&text, " %lld+%03lld–%lld+%03lld", (long long)(s->from_m / 1000),
                     (long long)(s->from_m % 1000), (long long)(s->to_m / 1000),
                     (long long)(s->to_m % 1000));
    mu_feed_clause(feed, MU_W_F_AS_IS, where, NULL);
    mu_feed_term(feed, "LeveeDefect", s->has_defect, (uint32_t)s->defect);
}

void mu_feed_levee(struct feed *feed, const Muster__Event *event)
{
    const Muster__LeveeJob *l = event->levee_job;

    add_stretch(feed, l->stretch);
    mu_feed_term(feed, "JobState", l->has_state, (uint32_t)l->state);
    mu_feed_term(feed, "Activity", l->has_job, (uint32_t)l->job);
    mu_feed_count(feed, MU_W_F_CREW, l->has_crew_persons, l->crew_persons);
    mu_feed_window(feed, MU_W_F_AS_IS, l->window);
}

void mu_feed_road(struct feed *feed, const Muster__Event *event)
{
    const Muster__Road *r = event->road;
    char where[256];
    struct mu_text text = mu_text(where, sizeof where);

    if (r->stretch != NULL) {
        mu_show_edge(&text, feed->style, r->stretch);
        mu_feed_clause(feed, MU_W_F_AS_IS, where, NULL);
    }
    mu_feed_name(feed, MU_W_F_AS_IS, r->structure);
    mu_feed_term(feed, "RoadState", r->has_state, (uint32_t)r->state);
    mu_feed_term(feed, "RoadCause", r->has_cause, (uint32_t)r->cause);
    mu_feed_metres(feed, MU_W_F_UNDER_WATER, r->has_water_depth_mm, r->water_depth_mm);
    mu_feed_count(feed, MU_W_F_MAX_LOAD, r->has_max_load_kg, r->max_load_kg);
    mu_feed_window(feed, MU_W_F_AS_IS, r->window);
}

static void add_phase(struct feed *feed, const Muster__PlanPhase *p)
{
    mu_feed_term(feed, "Activity", p->has_activity, (uint32_t)p->activity);
    mu_feed_window(feed, MU_W_F_AS_IS, p->window);
    mu_feed_edges(feed, MU_W_F_AS_IS, p->edges, p->n_edges);
    mu_feed_name(feed, MU_W_F_IN, p->zone);
    mu_feed_count(feed, MU_W_F_CREW, p->has_crew_persons, p->crew_persons);
}

void mu_feed_plan(struct feed *feed, const Muster__Event *event)
{
    const Muster__OperationPlan *p = event->operation_plan;

    if (p->n_phases == 0)
        mu_feed_term(feed, "Activity", p->has_activity, (uint32_t)p->activity);
    mu_feed_term(feed, "PlanState", p->has_state, (uint32_t)p->state);
    add_stretch(feed, p->levee);
    for (size_t i = 0; i < p->n_phases; i++)
        add_phase(feed, p->phases[i]);
    for (size_t i = 0; feed->envelope != NULL && i < feed->envelope->n_cites; i++)
        mu_feed_ref(feed, MU_W_F_CITES, feed->envelope->cites[i]);
}
