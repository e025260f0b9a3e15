/* The kinds that change a roster, as a table: how each is checked, and how it is applied. */
#include "proto/authority/inside.h"

static enum mu_err check_enrolment(const mu_roster *r, const Muster__Event *event,
                                   const struct mu_roster_word *word, struct mu_fault *fault)
{
    (void)word;
    return mu_enrolment_check(r, event->enrolment, fault);
}

static enum mu_err apply_enrolment(mu_roster *r, const Muster__Event *event,
                                   const struct mu_roster_word *word)
{
    return mu_enrolment_apply(r, event->enrolment, word->number);
}

static enum mu_err check_endorsement(const mu_roster *r, const Muster__Event *event,
                                     const struct mu_roster_word *word, struct mu_fault *fault)
{
    return mu_endorsement_check(r, event->endorsement, word, fault);
}

static enum mu_err apply_endorsement(mu_roster *r, const Muster__Event *event,
                                     const struct mu_roster_word *word)
{
    return mu_endorsement_apply(r, event->endorsement, word);
}

static enum mu_err check_grant(const mu_roster *r, const Muster__Event *event,
                               const struct mu_roster_word *word, struct mu_fault *fault)
{
    (void)word;
    return mu_grant_check(r, event->grant, "grant", false, fault);
}

static enum mu_err apply_grant(mu_roster *r, const Muster__Event *event,
                               const struct mu_roster_word *word)
{
    (void)word;
    return mu_grant_apply(r, event->grant, NULL);
}

static enum mu_err check_retire(const mu_roster *r, const Muster__Event *event,
                                const struct mu_roster_word *word, struct mu_fault *fault)
{
    (void)word;
    return mu_retire_check(r, event->retire, fault);
}

static enum mu_err apply_retire(mu_roster *r, const Muster__Event *event,
                                const struct mu_roster_word *word)
{
    (void)word;
    return mu_retire_apply(r, event->retire);
}

static enum mu_err check_compromised(const mu_roster *r, const Muster__Event *event,
                                     const struct mu_roster_word *word, struct mu_fault *fault)
{
    (void)word;
    return mu_compromised_check(r, event->compromised, fault);
}

static enum mu_err apply_compromised(mu_roster *r, const Muster__Event *event,
                                     const struct mu_roster_word *word)
{
    (void)word;
    return mu_compromised_apply(r, event->compromised);
}

static enum mu_err check_role_map(const mu_roster *r, const Muster__Event *event,
                                  const struct mu_roster_word *word, struct mu_fault *fault)
{
    (void)word;
    return mu_role_map_check(r, event->role_map, fault);
}

static enum mu_err apply_role_map(mu_roster *r, const Muster__Event *event,
                                  const struct mu_roster_word *word)
{
    (void)word;
    return mu_role_map_apply(r, event->role_map);
}

static enum mu_err check_key_change(const mu_roster *r, const Muster__Event *event,
                                    const struct mu_roster_word *word, struct mu_fault *fault)
{
    (void)word;
    return mu_key_change_check(r, event->key_change, fault);
}

static enum mu_err apply_key_change(mu_roster *r, const Muster__Event *event,
                                    const struct mu_roster_word *word)
{
    return mu_key_change_apply(r, event->key_change, word->number);
}

static const struct change {
    uint32_t kind;
    enum mu_err (*check)(const mu_roster *, const Muster__Event *, const struct mu_roster_word *,
                         struct mu_fault *);
    enum mu_err (*apply)(mu_roster *, const Muster__Event *, const struct mu_roster_word *);
} changes[] = {
    {MUSTER__EVENT__BODY_ENROLMENT, check_enrolment, apply_enrolment},
    {MUSTER__EVENT__BODY_ENDORSEMENT, check_endorsement, apply_endorsement},
    {MUSTER__EVENT__BODY_GRANT, check_grant, apply_grant},
    {MUSTER__EVENT__BODY_RETIRE, check_retire, apply_retire},
    {MUSTER__EVENT__BODY_COMPROMISED, check_compromised, apply_compromised},
    {MUSTER__EVENT__BODY_ROLE_MAP, check_role_map, apply_role_map},
    {MUSTER__EVENT__BODY_KEY_CHANGE, check_key_change, apply_key_change},
};

static const struct change *find(uint32_t kind)
{
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        if (changes[i].kind == kind)
            return &changes[i];
    return NULL;
}

enum mu_err mu_change_check(const mu_roster *r, const Muster__Event *event,
                            const struct mu_roster_word *word, struct mu_fault *fault)
{
    const struct change *change = find((uint32_t)event->body_case);

    return change == NULL ? MU_OK : change->check(r, event, word, fault);
}

enum mu_err mu_change_apply(mu_roster *r, const Muster__Event *event,
                            const struct mu_roster_word *word)
{
    const struct change *change = find((uint32_t)event->body_case);
    enum mu_err err;

    if (change == NULL)
        return MU_OK;
    if ((err = change->check(r, event, word, NULL)) != MU_OK)
        return err;
    return change->apply(r, event, word);
}
