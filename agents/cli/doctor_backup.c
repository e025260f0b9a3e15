/* What would be lost with the broker's disk: how far its newest backup reaches, and how old what it lacks is. */
#include "agents/cli/doctor.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/base/clock.h"

#define BACKUP_WARN_MS (2 * MU_HOUR_MS) /* one of the hourly timer's may be late, not two */

struct oldest {
    int64_t accepted_ms; /* 0: none was handed out */
};

static enum mu_err take_oldest(void *user, const struct mu_entry *entry)
{
    struct oldest *oldest = user;

    oldest->accepted_ms = entry->accepted_at_ms;
    return MU_E_STOPPED; /* one is enough: there may be days of them */
}

/* How long ago the first entry was recorded that no backup holds; one that may be read. */
static enum mu_err age_of(struct mu_doctor *doctor, uint64_t number, int64_t *age_ms)
{
    struct oldest oldest = {0};
    enum mu_err err;

    doctor->look.talk.on_entry = take_oldest;
    doctor->look.talk.user = &oldest;
    err = mu_talk_read(&doctor->look.talk, "", number);
    doctor->look.talk.on_entry = NULL;
    *age_ms = oldest.accepted_ms == 0
                  ? 0
                  : mu_agent_log_now_ms(doctor->look.talk.agent) - oldest.accepted_ms;
    return err == MU_E_STOPPED ? MU_OK : err;
}

static void say_since(struct mu_doctor *doctor, struct mu_finding_of_doctor *found,
                      uint64_t through, uint64_t since, int64_t age_ms)
{
    char reaches[32], count[32], minutes[32];
    bool late = age_ms > BACKUP_WARN_MS && !doctor->cli->exercise;

    snprintf(reaches, sizeof reaches, "%" PRIu64, through);
    snprintf(count, sizeof count, "%" PRIu64, since);
    snprintf(minutes, sizeof minutes, "%" PRId64, age_ms / MU_MINUTE_MS);
    mu_doctor_say(doctor, found, late ? MU_HEALTH_WARN : MU_HEALTH_OK, MU_W_DOC_BACKUP_SINCE,
                  reaches, count, minutes, NULL);
    if (late)
        mu_doctor_mend(doctor, found, MU_W_DOC_BACKUP_MEND, "");
}

/* An exercise may be lost; that it is fine is not said. */
void mu_doctor_look_at_backup(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    uint64_t head = doctor->look.talk.head, through;
    char number[32];
    int64_t age_ms;
    enum mu_err err;

    if (!doctor->reached ||
        doctor->ended) { /* a key that ended is told of no backup, and of no entry */
        mu_doctor_say_unheard(doctor, found);
        return;
    }
    through = mu_agent_backed_up(doctor->look.talk.agent);
    snprintf(number, sizeof number, "%" PRIu64, head);
    if (through == 0) {
        mu_doctor_say(doctor, found, doctor->cli->exercise ? MU_HEALTH_UNKNOWN : MU_HEALTH_WARN,
                      MU_W_DOC_BACKUP_NONE, number, NULL);
        if (!doctor->cli->exercise)
            mu_doctor_mend(doctor, found, MU_W_DOC_BACKUP_MEND, "");
    } else if (through >= head) {
        mu_doctor_say(doctor, found, MU_HEALTH_OK, MU_W_DOC_BACKUP_ALL, number, NULL);
    } else if ((err = age_of(doctor, through + 1, &age_ms)) != MU_OK) {
        mu_doctor_say_error(doctor, found, MU_HEALTH_FAIL, err);
    } else {
        say_since(doctor, found, through, head - through, age_ms);
    }
}
