/* The lists wanted findings stand in: those that may differ from what was said, and those that are open; and the
 * places in the record they are ordered by.
 */
#include "proto/rules/engine.h"

#include <stdlib.h>

/* ---- places ---- */

bool mu_place_after(const struct place *a, const struct place *b)
{
    return a->epoch != b->epoch ? a->epoch > b->epoch : a->number > b->number;
}

/* Findings move nothing: they tell what moved. Nor do receipts: that a machine holds what was given back says
 * nothing of whoever has not given back yet what he answered. */
static bool moves(const mu_rules *rules)
{
    const struct mu_said *last = mu_picture_last(rules->picture);
    size_t count;
    const struct mu_touch *touches = mu_picture_touches(rules->picture, &count);

    if (last != NULL)
        return last->event->body_case != MUSTER__EVENT__BODY_FINDING;
    return count == 0 || touches[0].kind != MU_TOUCH_RECEIPTS;
}

struct place mu_place_of(const struct mu_said *said)
{
    return said->was_number != 0 ? (struct place){said->was_epoch, said->was_number}
                                 : (struct place){said->epoch, said->number};
}

/* Of the entry being judged. */
struct place mu_place_now(const mu_rules *rules)
{
    const struct mu_said *last = mu_picture_last(rules->picture);

    return last != NULL ? mu_place_of(last)
                        : (struct place){mu_picture_epoch(rules->picture),
                                         mu_picture_through(rules->picture)};
}

static void note_move(const mu_rules *rules, struct wanted *wanted)
{
    struct place at = mu_place_now(rules);

    if (!moves(rules))
        return;
    if (mu_place_after(&at, &wanted->moved))
        wanted->moved = at;
}

void mu_wanted_changed(mu_rules *rules, struct wanted *wanted)
{
    size_t room = rules->changed_room == 0 ? 16 : rules->changed_room * 2;
    struct wanted **changed = rules->changed;

    note_move(rules, wanted);
    if (wanted->changed)
        return;
    if (rules->changed_count == rules->changed_room) {
        if ((changed = realloc(changed, room * sizeof(struct wanted *))) == NULL) {
            rules->err = MU_E_NO_MEMORY;
            return;
        }
        rules->changed = changed;
        rules->changed_room = room;
    }
    wanted->changed = true;
    rules->changed[rules->changed_count++] = wanted;
}

/* ---- those that are open ---- */

static enum mu_err join_open(mu_rules *rules, struct wanted *wanted)
{
    size_t room = rules->open_room == 0 ? 16 : rules->open_room * 2;
    struct wanted **open = rules->open;

    if (rules->open_count == rules->open_room) {
        if ((open = realloc(open, room * sizeof(struct wanted *))) == NULL)
            return MU_E_NO_MEMORY;
        rules->open = open;
        rules->open_room = room;
    }
    rules->open[rules->open_count++] = wanted;
    wanted->open_at = rules->open_count;
    return MU_OK;
}

static void leave_open(mu_rules *rules, struct wanted *wanted)
{
    struct wanted *last = rules->open[--rules->open_count];

    rules->open[wanted->open_at - 1] = last;
    last->open_at = wanted->open_at;
    wanted->open_at = 0;
}

enum mu_err mu_wanted_keep_open(mu_rules *rules, struct wanted *wanted)
{
    bool belongs = wanted->public.open && wanted->watched;

    if (belongs && wanted->open_at == 0)
        return join_open(rules, wanted);
    if (!belongs && wanted->open_at > 0)
        leave_open(rules, wanted);
    return MU_OK;
}
