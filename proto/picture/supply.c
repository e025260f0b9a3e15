/* What supply must answer, and its answer. */
#include "proto/picture/fold.h"

/* What was given back comes lane by lane, agent by agent: which was last is told by its old place. */
static bool is_later(const struct mu_said *said, const struct mu_said *than)
{
    if (than == NULL || said->was_epoch != than->was_epoch)
        return than == NULL || said->was_epoch > than->was_epoch;
    return said->was_number != than->was_number ? said->was_number > than->was_number
                                                : said->number >= than->number;
}

enum mu_err mu_fold_touch_needs(struct mu_picture *picture, const struct mu_said *said)
{
    const struct mu_said **latest =
        said->was_number == 0 ? &picture->needs_told : &picture->needs_returned;

    if (picture->needs_cause == NULL || said->number >= picture->needs_cause->number)
        picture->needs_cause = said;
    if (is_later(said, *latest))
        *latest = said;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_NEEDS});
}

uint64_t mu_picture_needs_mark(const mu_picture *picture)
{
    return picture->needs_cause == NULL ? 0 : picture->needs_cause->number;
}

const struct mu_said *mu_picture_needs_cause(const mu_picture *picture)
{
    return picture->needs_cause;
}

const struct mu_said *mu_picture_sheet(const mu_picture *picture)
{
    return picture->sheet;
}

static bool knew(const Muster__SupplySheet *sheet, const struct mu_said *cause)
{
    return cause == NULL || mu_said_before(cause, sheet->epoch, sheet->computed_through);
}

/* A sheet given back with its causes is as good as it was: none is said again for them. */
bool mu_picture_sheet_current(const mu_picture *picture)
{
    const Muster__SupplySheet *sheet;

    if (picture->sheet == NULL)
        return false;
    sheet = picture->sheet->event->supply_sheet;
    return knew(sheet, picture->needs_cause) && knew(sheet, picture->needs_told) &&
           knew(sheet, picture->needs_returned);
}

const char *mu_fold_request(const struct mu_picture *picture, const struct mu_said *said)
{
    const Muster__Event *event = said->event;
    const struct mu_said *to;

    if (event->body_case == MUSTER__EVENT__BODY_SUPPLY_COMMITMENT)
        return event->supply_commitment->request;
    if (event->body_case == MUSTER__EVENT__BODY_SUPPLY_REQUEST)
        return said->object->id;
    if (event->supply_response->to == NULL)
        return NULL;
    to = mu_picture_said(picture, event->supply_response->to);
    if (to == NULL)
        return event->supply_response->to->object;
    return to->event->body_case == MUSTER__EVENT__BODY_SUPPLY_COMMITMENT
               ? to->event->supply_commitment->request
               : to->object->id;
}
