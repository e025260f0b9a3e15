/* Water, roads, works: what happens where. */
#include "agents/cli/show/feed.h"
#include "agents/cli/show/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/show/show.h"
#include "proto/picture/river.h"
#include "proto/words/terms.h"

/* ---- releases ---------------------------------------------------------------------------------------- */

struct release {
    struct mu_screen *page;
    const struct mu_said *head;
    uint32_t step;
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line;
};

static void end_step(struct release *release)
{
    if (release->step != 0)
        mu_screen_add(release->page, MU_SECTION_WATER, release->buffer);
    release->step = 0;
}

static const Muster__DamStep *step_of(const struct release *release, uint32_t step)
{
    const Muster__DamOperation *operation = release->head->event->dam_operation;

    return step == 0 || step > operation->n_steps ? NULL : operation->steps[step - 1];
}

/* "DAM-01 14:50 260 m³/s:" */
static void begin_step(struct release *release, const struct mu_arrival *arrival)
{
    const struct mu_style *style = &release->page->look->style;
    const Muster__DamStep *step = step_of(release, arrival->step);

    release->line = mu_text(release->buffer, sizeof release->buffer);
    release->step = arrival->step;
    mu_clean(&release->line, release->head->object->id);
    mu_text_add(&release->line, " ");
    mu_show_clock(&release->line, style, arrival->from_ms);
    if (step != NULL && step->has_outflow_milli_m3s) {
        mu_text_add(&release->line, " ");
        mu_show_milli(&release->line, step->outflow_milli_m3s);
        mu_text_add(&release->line, " m³/s");
    }
    mu_text_add(&release->line, style->lang == MU_LANG_ZH ? "：" : ": ");
}

static void name_arrival(const struct mu_screen *page, struct mu_text *out,
                         const struct mu_arrival *arrival)
{
    const struct mu_style *style = &page->look->style;

    mu_show_name(out, style, arrival->zone->area);
    mu_text_add(out, " ");
    if (!arrival->known) {
        mu_text_add(out, mu_word(MU_W_NOT_KNOWN, style->lang));
        return;
    }
    mu_show_clock(out, style, arrival->earliest_ms);
    mu_text_add(out, "–");
    mu_show_clock(out, style, arrival->latest_ms);
}

/* Every zone is shown: what does not fit into the line goes into the next. */
static bool add_arrival(void *user, const struct mu_arrival *arrival)
{
    struct release *release = user;
    struct mu_screen *page = release->page;
    char buffer[256];
    struct mu_text words = mu_text(buffer, sizeof buffer);

    name_arrival(page, &words, arrival);
    if (arrival->step != release->step) {
        end_step(release);
        begin_step(release, arrival);
    } else if (mu_text_columns(release->buffer) + mu_text_columns(buffer) + 2 >
               mu_screen_room(page)) {
        mu_screen_add(page, MU_SECTION_WATER, release->buffer);
        release->line = mu_text(release->buffer, sizeof release->buffer);
        mu_text_add(&release->line, "    ");
    } else {
        mu_text_add(&release->line, mu_word(MU_W_LIST_COMMA, page->look->style.lang));
    }
    mu_text_add(&release->line, buffer);
    return true;
}

/* One zone after another, each with all its steps: here they are wanted step by step. */
struct one_step {
    struct release *release;
    uint32_t step;
    bool any;
};

static bool add_of_step(void *user, const struct mu_arrival *arrival)
{
    struct one_step *one = user;

    if (arrival->step != one->step)
        return true;
    one->any = true;
    return add_arrival(one->release, arrival);
}

static void add_release(struct mu_screen *page, const struct mu_river *river,
                        const struct mu_object *object)
{
    struct release release = {.page = page, .head = mu_object_head(object)};

    if (release.head == NULL || mu_release_stopped_ms(object) <= page->now_ms)
        return;
    for (uint32_t step = 1; step <= release.head->event->dam_operation->n_steps; step++) {
        struct one_step one = {&release, step, false};

        mu_release_arrivals(page->look->picture, river, object, add_of_step, &one);
        end_step(&release);
    }
}

void mu_screen_water(struct mu_screen *page)
{
    const struct mu_object *object;
    struct mu_river *river = NULL;

    if (mu_river_new(page->look->picture, &river) != MU_OK) {
        page->short_of_memory = true;
        return;
    }
    for (size_t i = 0; (object = mu_picture_at(page->look->picture,
                                               MUSTER__EVENT__BODY_DAM_OPERATION, i)) != NULL;
         i++)
        add_release(page, river, object);
    mu_river_free(&river);
}

/* ---- roads ------------------------------------------------------------------------------------------------ */

static bool is_shut(const struct mu_said *said)
{
    return said->event->road->has_state &&
           said->event->road->state != MUSTER__ROAD_STATE__ROAD_STATE_OPEN;
}

void mu_screen_roads(struct mu_screen *page)
{
    const struct mu_object *object;

    for (size_t i = 0;
         (object = mu_picture_at(page->look->picture, MUSTER__EVENT__BODY_ROAD, i)) != NULL; i++) {
        const struct mu_said *head = mu_object_head(object);
        char buffer[MU_LINE_BYTES_MAX];
        struct mu_text line = mu_text(buffer, sizeof buffer);

        if (head == NULL || !is_shut(head))
            continue;
        struct mu_entry entry = mu_look_entry(head);
        mu_render_summary(&line, &page->look->style, &entry);
        mu_screen_age(&line, page, head->as_of_ms);
        mu_screen_add(page, MU_SECTION_ROADS, buffer);
    }
}

/* ---- plans -------------------------------------------------------------------------------------------------- */

static bool stands(const struct mu_said *said)
{
    Muster__PlanState state = said->event->operation_plan->state;

    return state != MUSTER__PLAN_STATE__PLAN_STATE_ENDED &&
           state != MUSTER__PLAN_STATE__PLAN_STATE_STOPPED;
}

/* Cleared, not cleared, or not judged: the coordinator may be away, and a verdict on version 1 says
 * nothing of version 2. */
static enum mu_word clearance_of(const struct mu_screen *page, const struct mu_said *plan)
{
    char name[160];

    snprintf(name, sizeof name, "CLEARANCE:%s", plan->object->id);
    const struct mu_card *card = mu_picture_card_named(page->look->picture, name);
    if (card == NULL || card->finding->n_parties == 0 || card->finding->parties[0]->ref == NULL ||
        card->finding->parties[0]->ref->version != plan->version)
        return MU_W_NOW_UNJUDGED;
    return card->finding->kind == MUSTER__FINDING_KIND__FINDING_KIND_UNCLEARED ? MU_W_NOW_UNCLEARED
                                                                               : MU_W_NOW_CLEARED;
}

void mu_screen_plans(struct mu_screen *page)
{
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(page->look->picture,
                                               MUSTER__EVENT__BODY_OPERATION_PLAN, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);
        char buffer[MU_LINE_BYTES_MAX];
        struct mu_text line = mu_text(buffer, sizeof buffer);

        if (head == NULL || !stands(head))
            continue;
        struct mu_entry entry = mu_look_entry(head);
        mu_clean(&line, object->id);
        mu_text_addf(&line, "@v%u %s  ", (unsigned)head->version,
                     mu_word(clearance_of(page, head), page->look->style.lang));
        mu_render_summary(&line, &page->look->style, &entry);
        mu_screen_add(page, MU_SECTION_PLANS, buffer);
    }
}
