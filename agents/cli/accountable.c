#include "agents/cli/accountable.h"

#include <string.h>
#include <strings.h>

#include "proto/topic/area.h"

#define NEAR 2u

/* ---- who there is --------------------------------------------------------------------------------- */

static const char *agency_at(const mu_picture *picture, size_t index, bool *more)
{
    const struct mu_object *object = mu_picture_at(picture, MUSTER__EVENT__BODY_ENROLMENT, index);
    const struct mu_said *head = object == NULL ? NULL : mu_object_head(object);

    *more = object != NULL;
    return head == NULL ? NULL : head->event->enrolment->agency;
}

static bool is_enrolled(const mu_picture *picture, const char *name)
{
    const char *agency;
    bool more = true;

    for (size_t i = 0; agency = agency_at(picture, i, &more), more; i++)
        if (agency != NULL && strcmp(agency, name) == 0)
            return true;
    return false;
}

/* Known to the county's data, though it has no machine: a unit, a village, a firm with a name. */
static bool is_known(const mu_picture *picture, const char *name)
{
    static const Muster__ObjectKind kinds[] = {MUSTER__OBJECT_KIND__OBJECT_KIND_AGENCY,
                                               MUSTER__OBJECT_KIND__OBJECT_KIND_UNIT,
                                               MUSTER__OBJECT_KIND__OBJECT_KIND_AREA};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (mu_picture_reference(picture, name, kinds[i]) != NULL)
            return true;
    return strchr(name, '/') != NULL &&
           mu_area_ok((struct mu_bytes){(const uint8_t *)name, strlen(name)});
}

/* ---- those near ------------------------------------------------------------------------------------ */

static bool is_near(const char *typed, const char *agency)
{
    return strcasecmp(typed, agency) == 0 ||
           (mu_text_distance(typed, agency) < NEAR && strlen(agency) > 1);
}

/* The first by name after `last`; NULL: none. */
static const char *next_name(const mu_picture *picture, const char *last, const char *near)
{
    const char *agency, *first = NULL;
    bool more = true;

    for (size_t i = 0; agency = agency_at(picture, i, &more), more; i++)
        if (agency != NULL && strcmp(agency, last) > 0 &&
            (first == NULL || strcmp(agency, first) < 0) && (near == NULL || is_near(near, agency)))
            first = agency;
    return first;
}

static void list(const mu_picture *picture, const char *near, struct mu_text *out)
{
    const char *name = "";

    while ((name = next_name(picture, name, near)) != NULL)
        mu_text_addf(out, "%s%s", out->used > 0 ? ", " : "", name);
}

static int nobody(const struct mu_voice *voice, const char *name)
{
    char names[512];
    struct mu_text text = mu_text(names, sizeof names);

    list(voice->picture, name, &text);
    if (text.used > 0)
        return mu_cli_fail(voice->cli, MU_EXIT_ABSENT, MU_W_NO_SUCH_ACCOUNTABLE_NEAR, name, names,
                           NULL);
    list(voice->picture, NULL, &text);
    return mu_cli_fail(voice->cli, MU_EXIT_ABSENT, MU_W_NO_SUCH_ACCOUNTABLE, name, names, NULL);
}

/* ---- the check --------------------------------------------------------------------------------------- */

static int check(struct mu_voice *voice, const char *name)
{
    if (name == NULL || is_enrolled(voice->picture, name))
        return MU_EXIT_DONE;
    if (!is_known(voice->picture, name))
        return nobody(voice, name);
    mu_cli_tell(voice->cli, MU_W_ACCOUNTABLE_OUTSIDE, name, NULL);
    return MU_EXIT_DONE;
}

int mu_accountable_check(struct mu_voice *voice, const struct mu_saying *saying)
{
    const Muster__Task *task = saying->event->task;

    if (saying->event->body_case != MUSTER__EVENT__BODY_TASK || !voice->reached ||
        (task->accountable == NULL && task->refer_to == NULL))
        return MU_EXIT_DONE;
    int code = mu_voice_look(voice);
    if (code == MU_EXIT_DONE)
        code = check(voice, task->accountable);
    return code == MU_EXIT_DONE ? check(voice, task->refer_to) : code;
}
