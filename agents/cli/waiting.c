#include "agents/cli/waiting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/show.h"
#include "proto/base/clock.h"
#include "proto/picture/debt.h"
#include "proto/picture/load.h"

/* The role of a desk where villages' words come in, as grants and the role map call it. */
#define TOWNSHIP_ROLE "township_desk"

struct waiting {
    const struct mu_look *look;
    void (*line)(void *user, const char *text);
    void *user;
};

static void say(const struct waiting *waiting, enum mu_word word, const char *const *args,
                size_t count)
{
    const struct mu_style *style = &waiting->look->style;
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    if (style->exercise)
        mu_text_addf(&text, "%s ", mu_word(MU_W_EXERCISE, style->lang));
    mu_words_fill(&text, mu_word(word, style->lang), args, count);
    waiting->line(waiting->user, buffer);
}

/* ---- orders ---------------------------------------------------------------------------------------- */

static bool waits(const struct mu_card *card)
{
    if (card->finding == NULL || !card->open)
        return false;
    switch (card->finding->kind) {
    case MUSTER__FINDING_KIND__FINDING_KIND_ORDER_STATE:
    case MUSTER__FINDING_KIND__FINDING_KIND_OVERDUE:
    case MUSTER__FINDING_KIND__FINDING_KIND_ESCALATION:
    case MUSTER__FINDING_KIND__FINDING_KIND_OWED:
        return true;
    default:
        return false;
    }
}

static void add_orders(const struct waiting *waiting)
{
    const struct mu_card *card;

    for (size_t i = 0; (card = mu_picture_card_at(waiting->look->picture, i)) != NULL; i++) {
        char buffer[MU_LINE_BYTES_MAX];
        struct mu_text text = mu_text(buffer, sizeof buffer);

        if (!waits(card))
            continue;
        struct mu_entry entry = mu_look_entry(card->said);
        mu_render_line(&text, &waiting->look->style, &entry);
        waiting->line(waiting->user, buffer);
    }
}

/* ---- answers owed ------------------------------------------------------------------------------------ */

static void add_debt(const struct waiting *waiting, const struct mu_debt *debt, int64_t now_ms)
{
    char desk[128], village[128], since[32], age[24];
    struct mu_text text = mu_text(desk, sizeof desk);
    const char *args[] = {desk, village, since, age};

    mu_show_named(&text, &waiting->look->style, debt->desk);
    text = mu_text(village, sizeof village);
    mu_show_named(&text, &waiting->look->style, debt->village);
    text = mu_text(since, sizeof since);
    mu_show_clock(&text, &waiting->look->style, debt->since_ms);
    (void)snprintf(age, sizeof age, "%" PRId64, (now_ms - debt->since_ms) / MU_MINUTE_MS);
    say(waiting, MU_W_WAITING_DEBT, args, 4);
}

static void add_debts(const struct waiting *waiting)
{
    int64_t now_ms = mu_county_now_ms(&waiting->look->county, waiting->look->talk.agent);
    const struct mu_debt *debt;

    for (size_t i = 0; (debt = mu_picture_debt_at(waiting->look->picture, i)) != NULL; i++)
        if (mu_debt_is_open(debt))
            add_debt(waiting, debt, now_ms);
}

/* ---- what one desk has to answer ---------------------------------------------------------------------- */

static void add_load(const struct waiting *waiting, const char *target)
{
    char name[128], open[24], soon[24], asking[24];
    struct mu_text text = mu_text(name, sizeof name);
    const char *args[] = {name, open, soon, asking};
    struct mu_load load;

    mu_load_of(waiting->look->picture, target, &load);
    if (load.open == 0)
        return;
    mu_show_named(&text, &waiting->look->style, target);
    (void)snprintf(open, sizeof open, "%zu", load.open);
    (void)snprintf(soon, sizeof soon, "%zu", load.within_hour);
    (void)snprintf(asking, sizeof asking, "%zu", load.asking);
    say(waiting, load.over ? MU_W_WAITING_LOAD_OVER : MU_W_WAITING_LOAD, args, 4);
}

static bool is_township(const Muster__Enrolment *enrolment)
{
    for (size_t i = 0; i < enrolment->n_roles; i++)
        if (strcmp(enrolment->roles[i], TOWNSHIP_ROLE) == 0)
            return true;
    return false;
}

/* An agency has one line, however many machines. */
static bool is_first_of_agency(const mu_picture *picture, size_t index, const char *agency)
{
    for (size_t i = 0; i < index; i++) {
        const struct mu_said *head =
            mu_object_head(mu_picture_at(picture, MUSTER__EVENT__BODY_ENROLMENT, i));

        if (head != NULL && is_township(head->event->enrolment) &&
            strcmp(head->event->enrolment->agency, agency) == 0)
            return false;
    }
    return true;
}

static void add_loads(const struct waiting *waiting)
{
    const mu_picture *picture = waiting->look->picture;
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_ENROLMENT, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head != NULL && is_township(head->event->enrolment) &&
            is_first_of_agency(picture, i, head->event->enrolment->agency))
            add_load(waiting, head->event->enrolment->agency);
    }
    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++)
        if (mu_picture_reference(picture, object->id, MUSTER__OBJECT_KIND__OBJECT_KIND_UNIT) !=
            NULL)
            add_load(waiting, object->id);
}

void mu_waiting_lines(const struct mu_look *look, void (*line)(void *user, const char *text),
                      void *user)
{
    struct waiting waiting = {look, line, user};

    add_orders(&waiting);
    add_debts(&waiting);
    add_loads(&waiting);
}
