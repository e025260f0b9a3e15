#include "agents/cli/gazetteer.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The lower, the better. */
enum fit { FIT_ID, FIT_NAME, FIT_ALIAS, FIT_INITIALS, FIT_BEGINNING, FIT_LONGER, FIT_NONE };

/* "Qingshi Bridge" is "qb"; letters after a hyphen count too. */
static bool has_initials(const char *name, const char *typed)
{
    bool begins = true;

    for (; *name != '\0'; name++) {
        bool letter = isalnum((unsigned char)*name) != 0;

        if (letter && begins) {
            if (tolower((unsigned char)*name) != tolower((unsigned char)*typed))
                return false;
            typed++;
        }
        begins = !letter;
    }
    return *typed == '\0';
}

/* "岩脚村3组" and "Yanjiao village" lie in Yanjiao; "Yanjiaozi" is another place. A short name in Latin
 * letters would fit too much. */
static bool goes_on(const char *name, const char *typed)
{
    size_t length = strlen(name);
    bool latin = (unsigned char)name[0] < 0x80;

    if (length < 4 || strncasecmp(typed, name, length) != 0)
        return false;
    return !latin || !isalnum((unsigned char)typed[length]);
}

static enum fit fit_name(const char *name, const char *typed)
{
    if (name == NULL || *name == '\0')
        return FIT_NONE;
    if (strcasecmp(name, typed) == 0)
        return FIT_NAME;
    if (strlen(typed) >= 2 && has_initials(name, typed))
        return FIT_INITIALS;
    if (strncasecmp(name, typed, strlen(typed)) == 0)
        return FIT_BEGINNING;
    return goes_on(name, typed) ? FIT_LONGER : FIT_NONE;
}

static enum fit better(enum fit a, enum fit b)
{
    return a < b ? a : b;
}

static enum fit fit_of(const char *id, const Muster__ReferenceObject *reference, const char *typed)
{
    enum fit fit = strcasecmp(id, typed) == 0 ? FIT_ID : FIT_NONE;

    if (reference->name != NULL) {
        fit = better(fit, fit_name(reference->name->zh, typed));
        fit = better(fit, fit_name(reference->name->en, typed));
    }
    for (size_t i = 0; i < reference->n_aliases; i++)
        if (strcasecmp(reference->aliases[i], typed) == 0)
            fit = better(fit, FIT_ALIAS);
    if (reference->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_AREA &&
        reference->area->code != NULL && strcmp(reference->area->code, typed) == 0)
        fit = FIT_ID;
    return fit;
}

static const char *area_of(const struct mu_said *said)
{
    const Muster__ReferenceObject *reference = said->event->reference_object;

    if (reference->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_AREA)
        return reference->area->code;
    return said->event->envelope->area;
}

enum mu_err mu_gazetteer_find(const mu_picture *picture, const char *typed, struct mu_place *out,
                              struct mu_text *several)
{
    const struct mu_object *object;
    enum fit best = FIT_NONE;
    size_t count = 0;

    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++) {
        const struct mu_said *said = mu_object_head(object);
        enum fit fit = said == NULL || said->event->reference_object->retired
                           ? FIT_NONE
                           : fit_of(object->id, said->event->reference_object, typed);

        if (fit == FIT_NONE || fit > best)
            continue;
        if (fit < best) {
            *several = mu_text(several->at, several->size);
            count = 0;
        }
        best = fit;
        *out = (struct mu_place){object->id, area_of(said), said->event->reference_object};
        mu_text_addf(several, "%s%s", count++ == 0 ? "" : ", ", object->id);
    }
    if (count > 1)
        return MU_E_BAD_VALUE;
    return count == 0 ? MU_E_ABSENT : MU_OK;
}
