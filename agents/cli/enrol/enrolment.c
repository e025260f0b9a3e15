#include "agents/cli/enrol/enrolment.h"

#include <stdio.h>
#include <string.h>

#include "proto/wire/say.h"

#define LIST_MAX 32u

/* ---- roles and grants ------------------------------------------------------------------------------- */

/* "a,b" as a list in the arena. NULL list and 0 for NULL. */
static enum mu_err cut_list(mu_arena *arena, const char *text, char ***list, size_t *count)
{
    *count = 0;
    *list = NULL;
    if (text == NULL)
        return MU_OK;
    if ((*list = mu_arena_take(arena, LIST_MAX * sizeof(char *))) == NULL)
        return MU_E_NO_MEMORY;
    while (*text != '\0') {
        size_t length = strcspn(text, ",");

        if (length == 0 || *count == LIST_MAX)
            return MU_E_BAD_VALUE;
        if (((*list)[*count] = mu_arena_copy(arena, text, length)) == NULL)
            return MU_E_NO_MEMORY;
        (*count)++;
        text += length + (text[length] == ',' ? 1 : 0);
    }
    return MU_OK;
}

/* One more grant of publishing in `area`, its kinds or role still to be named. */
static Muster__Grant *append_grant(mu_arena *arena, Muster__Enrolment *enrolment, char *area)
{
    Muster__Grant *grant = mu_arena_take(arena, sizeof *grant);
    char **areas = mu_arena_take(arena, sizeof *areas);

    if (enrolment->grants == NULL)
        enrolment->grants = mu_arena_take(arena, (LIST_MAX + 1) * sizeof(Muster__Grant *));
    if (grant == NULL || areas == NULL || enrolment->grants == NULL)
        return NULL;
    muster__grant__init(grant);
    areas[0] = area;
    grant->agency = enrolment->agency;
    grant->areas = areas;
    grant->n_areas = 1;
    grant->has_may_publish = 1;
    grant->may_publish = 1;
    enrolment->grants[enrolment->n_grants++] = grant;
    return grant;
}

/* A role named in the enrolment speaks for the whole county. Within one area it is a grant instead. */
static enum mu_err narrow_roles(mu_arena *arena, Muster__Enrolment *enrolment, char *area)
{
    for (size_t i = 0; i < enrolment->n_roles; i++) {
        Muster__Grant *grant = append_grant(arena, enrolment, area);

        if (grant == NULL)
            return MU_E_NO_MEMORY;
        grant->role = enrolment->roles[i];
    }
    enrolment->n_roles = 0;
    return MU_OK;
}

/* Everyone enrolled may read what is not private; grants are about publishing. */
static enum mu_err add_grants(struct mu_voice *voice, const struct mu_terms *terms,
                              Muster__Enrolment *enrolment)
{
    mu_arena *arena = &voice->arena;
    const char *area = terms->area != NULL ? terms->area : voice->county.area;
    char *copy = mu_arena_copy(arena, area, strlen(area));
    enum mu_err err = copy == NULL ? MU_E_NO_MEMORY : MU_OK;

    if (err == MU_OK && terms->area != NULL)
        err = narrow_roles(arena, enrolment, copy);
    if (err != MU_OK || terms->kinds == NULL)
        return err;
    Muster__Grant *grant = append_grant(arena, enrolment, copy);
    return grant == NULL ? MU_E_NO_MEMORY
                         : cut_list(arena, terms->kinds, &grant->kinds, &grant->n_kinds);
}

int mu_kinds_check(const struct mu_cli *cli, const char *list)
{
    char kind[64], near[128];
    struct mu_text text = mu_text(near, sizeof near);

    for (size_t length; list != NULL && *list != '\0';
         list += length + (list[length] == ',' ? 1 : 0)) {
        length = strcspn(list, ",");
        snprintf(kind, sizeof kind, "%.*s", (int)(length < sizeof kind ? length : sizeof kind - 1),
                 list);
        if (length == 0 || strcmp(kind, "*") == 0 || mu_kind_number(kind) != 0)
            continue; /* an empty one is refused where it is cut */
        return mu_say_near_kind(kind, &text)
                   ? mu_cli_misused(cli, MU_W_UNKNOWN_KIND_NEAR, kind, near, NULL)
                   : mu_cli_misused(cli, MU_W_UNKNOWN_KIND, kind, NULL);
    }
    return MU_EXIT_DONE;
}

/* --from, --until: a slip is explained in the words typed, not by the field they fill. */
static int set_term(struct mu_voice *voice, struct mu_saying *saying, const char *field,
                    const char *value)
{
    if (value == NULL || mu_say_set(saying, field, value, &voice->how) == MU_OK)
        return MU_EXIT_DONE;
    return mu_cli_misused(voice->cli, MU_W_BAD_TIME, value, NULL);
}

int mu_enrolment_fill(struct mu_voice *voice, const struct mu_terms *terms,
                      struct mu_saying *saying)
{
    Muster__Enrolment *enrolment = saying->event->enrolment;
    enum mu_err err = cut_list(&voice->arena, terms->roles, &enrolment->roles, &enrolment->n_roles);

    int code = mu_kinds_check(voice->cli, terms->kinds);

    if (code == MU_EXIT_DONE)
        code = set_term(voice, saying, "enrolment.not_before_ms", terms->from);
    if (code == MU_EXIT_DONE)
        code = set_term(voice, saying, "enrolment.not_after_ms", terms->until);
    if (code != MU_EXIT_DONE)
        return code;
    if (err == MU_OK && terms->name != NULL)
        err = mu_say_set(saying, "enrolment.name", terms->name, &voice->how);
    if (err == MU_OK && terms->area != NULL)
        err = mu_say_set(saying, "enrolment.home_area", terms->area, &voice->how);
    enrolment->has_desk = 1;
    enrolment->desk = terms->desk;
    if (err == MU_OK)
        err = add_grants(voice, terms, enrolment);
    return err == MU_OK ? MU_EXIT_DONE : mu_voice_explain(voice, err, saying->kind);
}

/* ---- is it there already? ---------------------------------------------------------------------------- */

struct search {
    const Muster__Enrolment *wanted;
    struct mu_enrolled *out;
};

static enum mu_err compare(void *user, const struct mu_entry *entry)
{
    struct search *search = user;
    const Muster__Enrolment *e = entry->event == NULL ? NULL : entry->event->enrolment;

    if (entry->code != 0 || e == NULL || entry->event->body_case != MUSTER__EVENT__BODY_ENROLMENT)
        return MU_OK;
    if (e->agent.len != search->wanted->agent.len ||
        memcmp(e->agent.data, search->wanted->agent.data, e->agent.len) != 0)
        return MU_OK;
    search->out->number = entry->number;
    snprintf(search->out->agency, sizeof search->out->agency, "%s", e->agency);
    if (e->has_certificate && e->certificate.len <= sizeof search->out->certificate) {
        memcpy(search->out->certificate, e->certificate.data, e->certificate.len);
        search->out->certificate_size = e->certificate.len;
    }
    return MU_OK;
}

enum mu_err mu_enrolment_find(struct mu_voice *voice, const Muster__Enrolment *wanted,
                              struct mu_enrolled *out)
{
    struct search search = {wanted, out};
    enum mu_err err;

    *out = (struct mu_enrolled){.number = 0};
    voice->talk.on_entry = compare;
    voice->talk.user = &search;
    err = mu_talk_read(&voice->talk, "type=enrolment", 1);
    voice->talk.on_entry = NULL;
    return err;
}
