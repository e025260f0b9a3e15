/* What supply must answer, and its answer. */
#include "proto/picture/fold.h"

enum mu_err mu_fold_touch_needs(struct mu_picture *picture, const struct mu_said *said)
{
    if (picture->needs_cause == NULL || said->number >= picture->needs_cause->number)
        picture->needs_cause = said;
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

bool mu_picture_sheet_current(const mu_picture *picture)
{
    const Muster__SupplySheet *sheet;

    if (picture->sheet == NULL)
        return false;
    if (picture->needs_cause == NULL)
        return true;
    sheet = picture->sheet->event->supply_sheet;
    return sheet->epoch >= picture->needs_cause->epoch &&
           sheet->computed_through >= picture->needs_cause->number;
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
