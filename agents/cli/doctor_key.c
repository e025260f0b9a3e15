/* What the record says of this agent's key, and of the certificate over it. */
#include "agents/cli/doctor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/expiry.h"
#include "agents/cli/enrol/rolls.h"
#include "agents/cli/show/show.h"
#include "proto/base/clock.h"

/* ---- the key ----------------------------------------------------------------------------------------- */

static void say_term(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    int64_t until_ms = doctor->self.not_after_ms;
    int64_t now_ms = mu_agent_log_now_ms(doctor->look.talk.agent);
    int mark = mu_expiry_mark(until_ms, now_ms);
    char days[32];

    mu_expiry_days(until_ms, now_ms, days, sizeof days);
    if (doctor->self.not_before_ms > now_ms)
        mu_doctor_say(doctor, found, MU_HEALTH_FAIL, MU_W_DOC_KEY_NOT_YET, NULL);
    else if (until_ms == 0)
        mu_doctor_say(doctor, found, MU_HEALTH_OK, MU_W_DOC_KEY_ENDLESS, NULL);
    else if (mark == 0)
        mu_doctor_say(doctor, found, MU_HEALTH_FAIL, MU_W_DOC_KEY_OVER, NULL);
    else
        mu_doctor_say(doctor, found, mark == MU_EXPIRY_FAR ? MU_HEALTH_OK : MU_HEALTH_WARN,
                      MU_W_DOC_KEY, days, NULL);
    if (found->health != MU_HEALTH_OK && doctor->self.not_before_ms <= now_ms)
        mu_doctor_mend(doctor, found, MU_W_DOC_KEY_RENEW, doctor->self.agency);
}

/* Who signed it was checked by the broker and, folding the roster, here. */
static enum mu_err note_certificate(void *user, const struct mu_entry *entry)
{
    struct mu_doctor *doctor = user;
    const struct mu_agent_id *self = mu_agent_self(doctor->look.talk.agent);
    const Muster__Event *event = entry->code == 0 ? entry->event : NULL;
    const Muster__Enrolment *e;
    struct mu_certificate c;

    if (event == NULL || event->body_case != MUSTER__EVENT__BODY_ENROLMENT)
        return MU_OK;
    e = event->enrolment;
    if (e->has_certificate && e->agent.len == sizeof self->b &&
        memcmp(e->agent.data, self->b, sizeof self->b) == 0 &&
        mu_certificate_look((struct mu_bytes){e->certificate.data, e->certificate.len}, &c) ==
            MU_OK)
        doctor->newest_until_ms = c.until_ms;
    return MU_OK;
}

static void say_standing(struct mu_doctor *doctor, struct mu_finding_of_doctor *found,
                         const struct mu_member *self)
{
    if (self == NULL || self->standing != MU_STANDING_GOOD) {
        mu_doctor_say(doctor, found, MU_HEALTH_FAIL,
                      self == NULL                                ? MU_W_DOC_KEY_NONE
                      : self->standing == MU_STANDING_COMPROMISED ? MU_W_DOC_KEY_COMPROMISED
                                                                  : MU_W_DOC_KEY_RETIRED,
                      NULL);
        mu_doctor_mend(doctor, found, MU_W_DOC_KEY_MEND, doctor->dir);
        return;
    }
    doctor->known = true;
    doctor->self = *self;
    say_term(doctor, found);
}

static void say_refused(struct mu_doctor *doctor, struct mu_finding_of_doctor *found,
                        enum mu_err err)
{
    if (err != MU_E_RETIRED && err != MU_E_COMPROMISED) {
        mu_doctor_say_error(doctor, found, MU_HEALTH_FAIL, err);
        return;
    }
    doctor->ended = true;
    mu_doctor_say(doctor, found, MU_HEALTH_FAIL,
                  err == MU_E_RETIRED ? MU_W_DOC_KEY_RETIRED : MU_W_DOC_KEY_COMPROMISED, NULL);
    mu_doctor_mend(doctor, found, MU_W_DOC_KEY_MEND, doctor->dir);
}

void mu_doctor_look_at_key(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    struct mu_talk *talk = &doctor->look.talk;
    mu_roster *roster = NULL;
    enum mu_err err;

    if (!doctor->reached) {
        mu_doctor_say_away(doctor, found);
        return;
    }
    if ((err = mu_rolls_read(talk, note_certificate, doctor, &roster)) != MU_OK)
        say_refused(doctor, found, talk->link == MU_LINK_REFUSED ? talk->why : err);
    else
        say_standing(doctor, found, mu_roster_member(roster, mu_agent_self(talk->agent)));
    mu_roster_free(&roster);
}

void mu_doctor_say_unheard(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    if (doctor->reached)
        mu_doctor_say(doctor, found, MU_HEALTH_UNKNOWN, MU_W_DOC_NEEDS_KEY, NULL);
    else
        mu_doctor_say_away(doctor, found);
}

/* ---- the certificate ---------------------------------------------------------------------------------- */

static void say_certificate(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    int64_t until_ms = doctor->self.certificate_until_ms;
    int64_t now_ms = mu_agent_log_now_ms(doctor->look.talk.agent);
    int mark = mu_expiry_mark(until_ms, now_ms);
    char days[32];

    mu_expiry_days(until_ms, now_ms, days, sizeof days);
    if (doctor->self.certificate_outlived)
        mu_doctor_say(doctor, found, MU_HEALTH_WARN, MU_W_DOC_CERTIFICATE_OUTLIVED, NULL);
    else
        mu_doctor_say(doctor, found, mark == MU_EXPIRY_FAR ? MU_HEALTH_OK : MU_HEALTH_WARN,
                      mark == 0 ? MU_W_DOC_CERTIFICATE_OVER : MU_W_DOC_CERTIFICATE, days, NULL);
    if (found->health != MU_HEALTH_OK)
        mu_doctor_mend(doctor, found, MU_W_DOC_CERTIFICATE_MEND, doctor->self.agency);
}

/* It ends nothing by itself, so it is never more than a warning; the file here may be older than what the
 * record has. */
void mu_doctor_look_at_certificate(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    int64_t held_ms;

    if (!doctor->known) {
        mu_doctor_say_unheard(doctor, found);
        return;
    }
    held_ms = mu_expiry_held(doctor->dir);
    if (doctor->self.certificate_until_ms == 0) {
        mu_doctor_say(doctor, found, MU_HEALTH_UNKNOWN, MU_W_DOC_CERTIFICATE_NONE, NULL);
        return;
    }
    say_certificate(doctor, found);
    if (found->health == MU_HEALTH_OK && held_ms != doctor->newest_until_ms) {
        mu_doctor_say(doctor, found, MU_HEALTH_WARN, MU_W_DOC_CERTIFICATE_OLD, NULL);
        mu_doctor_mend(doctor, found, MU_W_DOC_CERTIFICATE_OLD_MEND, "");
    }
}
