/* Ambulances that are proposed to another scene and not yet sent. All red are equally grave: the scene that was
 * recorded first holds what it is proposed, the next is proposed what is left; only when that is not enough the
 * same ambulances are named twice, and whose they are is said.
 */
#include "proto/rules/dispatch_inside.h"

#include <stdlib.h>
#include <string.h>

static const struct mu_said *first_word(const struct mu_object *casualty)
{
    const struct mu_said *first = casualty->versions;

    while (first != NULL && first->lower != NULL)
        first = first->lower;
    return first;
}

static bool waits_before(const struct mu_object *one, const struct mu_object *other)
{
    const struct mu_said *a = first_word(one), *b = first_word(other);

    return one->waiting.red > 0 && mu_object_head(one) != NULL && a != NULL && b != NULL &&
           mu_said_recorded_before(a, b);
}

static int by_first_word(const void *a, const void *b)
{
    const struct mu_said *one = first_word(*(const struct mu_object *const *)a);
    const struct mu_said *other = first_word(*(const struct mu_object *const *)b);

    return mu_said_recorded_before(one, other) ? -1 : mu_said_recorded_before(other, one);
}

uint32_t mu_held_of(const struct mu_held *held, const char *hospital)
{
    uint32_t count = 0;

    for (size_t i = 0; i < held->count; i++)
        if (strcmp(held->at[i].hospital, hospital) == 0)
            count += held->at[i].ambulances;
    return count;
}

/* What one scene is proposed, of what those before it have left. False: nothing is left for those after it. */
static bool hold_for(struct mu_work *work, const struct mu_object *casualty, struct mu_held *held)
{
    struct mu_work other = {.judgement = work->judgement,
                            .casualty = casualty,
                            .head = mu_object_head(casualty),
                            .depart_ms = work->depart_ms};
    uint32_t red = casualty->waiting.red, all;
    struct mu_posts posts;

    mu_work_input(work, casualty->news);
    if (!mu_work_find_scene(&other))
        return true;
    posts = mu_ambulances_free(work->judgement, &other.scene, other.depart_ms, &all);
    for (size_t i = 0; i < posts.count && red > 0; i++) {
        uint32_t taken = mu_held_of(held, posts.at[i].hospital);
        uint32_t left = posts.at[i].free > taken ? posts.at[i].free - taken : 0;
        struct mu_hold_of_scene one = {posts.at[i].hospital, casualty->id, left < red ? left : red};

        red -= one.ambulances;
        if (one.ambulances > 0)
            MU_JUDGE_APPEND(work->judgement, held->at, held->count, one);
    }
    return red == 0 || posts.count == 0; /* it may only be cut off */
}

struct mu_held mu_work_held(struct mu_work *work)
{
    const struct mu_object **before = NULL, *casualty;
    struct mu_held held = {0};
    size_t count = 0;

    for (size_t i = 0; (casualty = mu_picture_at(work->judgement->picture,
                                                 MUSTER__EVENT__BODY_CASUALTY, i)) != NULL;
         i++)
        if (casualty != work->casualty && waits_before(casualty, work->casualty))
            MU_JUDGE_PUT(work->judgement, before, count, casualty);
    if (count > 1)
        qsort((void *)before, count, sizeof *before, by_first_word);
    for (size_t i = 0; i < count && hold_for(work, before[i], &held); i++)
        ;
    return held;
}

/* "{0} of {1} are proposed to {2} as well" for each scene that holds some of them. */
void mu_held_warn(struct mu_work *work, const struct mu_held *held, const char *hospital,
                  uint32_t twice)
{
    struct mu_judgement *judgement = work->judgement;

    for (size_t i = 0; i < held->count && twice > 0; i++) {
        uint32_t count = held->at[i].ambulances < twice ? held->at[i].ambulances : twice;

        if (strcmp(held->at[i].hospital, hospital) != 0)
            continue;
        mu_work_warn(work,
                     mu_judge_say(judgement, "dispatch.held",
                                  mu_arg_number(judgement, count, MUSTER__MEASURE__MEASURE_VEHICLE),
                                  mu_arg_object(judgement, hospital),
                                  mu_arg_object(judgement, held->at[i].scene), NULL));
        twice -= count;
    }
}
