/* Each looks at one thing and says how it is and what mends it. What cannot be known is said to be unknown,
 * never to be fine. */
#include "agents/cli/doctor.h"

#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "proto/base/clock.h"

#define MIB (1024u * 1024u)
#define DISK_FAIL_BYTES (UINT64_C(100) * MIB)
#define DISK_WARN_BYTES (UINT64_C(1024) * MIB)
#define CLOCK_WARN_MS 2000
#define CLOCK_FAIL_MS (5 * MU_MINUTE_MS) /* beyond it every statement would be marked */
#define TAIL_ENTRIES 500u

/* ---- saying ------------------------------------------------------------------------------------------ */

void mu_doctor_say(const struct mu_doctor *doctor, struct mu_finding_of_doctor *found,
                   enum mu_health health, enum mu_word word, ...)
{
    struct mu_text text = mu_text(found->what, sizeof found->what);
    const char *args[4], *arg;
    size_t count = 0;
    va_list list;

    va_start(list, word);
    while (count < 4 && (arg = va_arg(list, const char *)) != NULL)
        args[count++] = arg;
    va_end(list);
    found->health = health;
    found->repair[0] = '\0';
    mu_words_fill(&text, mu_word(word, doctor->cli->lang), args, count);
}

void mu_doctor_mend(const struct mu_doctor *doctor, struct mu_finding_of_doctor *found,
                    enum mu_word word, const char *arg)
{
    struct mu_text text = mu_text(found->repair, sizeof found->repair);

    mu_words_fill(&text, mu_word(word, doctor->cli->lang), &arg, 1);
}

void mu_doctor_say_error(const struct mu_doctor *doctor, struct mu_finding_of_doctor *found,
                         enum mu_health health, enum mu_err err)
{
    found->health = health;
    snprintf(found->what, sizeof found->what, "%s: %s", mu_err_code(err),
             mu_err_sentence(err, doctor->cli->lang));
    snprintf(found->repair, sizeof found->repair, "%s", mu_err_remedy(err, doctor->cli->lang));
}

/* ---- this machine --------------------------------------------------------------------------------------- */

static void look_at_locale(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    const char *names[] = {getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")};
    const char *asked = "C";

    for (size_t i = 3; i-- > 0;)
        if (names[i] != NULL && names[i][0] != '\0')
            asked = names[i];
    bool utf8 = strstr(asked, "UTF-8") != NULL || strstr(asked, "utf8") != NULL;
    if (utf8 && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) {
        mu_doctor_say(doctor, found, MU_HEALTH_OK, MU_W_DOC_LOCALE, asked, NULL);
        return;
    }
    mu_doctor_say(doctor, found, MU_HEALTH_WARN, MU_W_DOC_LOCALE_BAD, asked, NULL);
    mu_doctor_mend(doctor, found, MU_W_DOC_LOCALE_MEND, "");
}

static void look_at_directory(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    struct stat st;

    if (!doctor->has_dir || stat(doctor->dir, &st) != 0 || !S_ISDIR(st.st_mode)) {
        mu_doctor_say(doctor, found, MU_HEALTH_FAIL, MU_W_DOC_NO_AGENT, doctor->dir, NULL);
        mu_doctor_mend(doctor, found, MU_W_DOC_NO_AGENT_MEND, "");
        return;
    }
    doctor->has_agent = true;
    if ((st.st_mode & 077) == 0) {
        mu_doctor_say(doctor, found, MU_HEALTH_OK, MU_W_DOC_DIRECTORY, doctor->dir, NULL);
        return;
    }
    mu_doctor_say(doctor, found, MU_HEALTH_WARN, MU_W_DOC_DIRECTORY_OPEN, doctor->dir, NULL);
    mu_doctor_mend(doctor, found, MU_W_DOC_DIRECTORY_MEND, doctor->dir);
}

static void look_at_disk(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    struct statvfs fs;
    char size[32], why[128];
    struct mu_text text = mu_text(why, sizeof why);

    if (!doctor->has_dir || statvfs(doctor->dir, &fs) != 0) {
        mu_words_system(&text, doctor->has_dir ? errno : ENOENT, doctor->cli->lang);
        mu_doctor_say(doctor, found, MU_HEALTH_UNKNOWN, MU_W_DOC_UNKNOWN, why, NULL);
        return;
    }
    uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;
    snprintf(size, sizeof size, "%.1f GB", (double)room / 1e9);
    if (room >= DISK_WARN_BYTES) {
        mu_doctor_say(doctor, found, MU_HEALTH_OK, MU_W_DOC_DISK, size, NULL);
        return;
    }
    mu_doctor_say(doctor, found, room < DISK_FAIL_BYTES ? MU_HEALTH_FAIL : MU_HEALTH_WARN,
                  MU_W_DOC_DISK, size, NULL);
    mu_doctor_mend(doctor, found, MU_W_DOC_DISK_MEND, doctor->dir);
}

static void say_spool(struct mu_doctor *doctor, struct mu_finding_of_doctor *found,
                      uint64_t waiting)
{
    char count[32];

    snprintf(count, sizeof count, "%" PRIu64, waiting);
    mu_doctor_say(doctor, found, waiting == 0 ? MU_HEALTH_OK : MU_HEALTH_WARN, MU_W_DOC_SPOOL,
                  count, NULL);
    if (waiting > 0)
        mu_doctor_mend(doctor, found, MU_W_DOC_SPOOL_MEND, "");
}

/* What waits, and whether keys and spool can be opened at all. */
static void look_at_spool(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    struct mu_agent_options options = {.program = "muster"};
    struct mu_agent_calls calls = {.user = NULL};
    mu_agent *agent = NULL;

    if (!doctor->has_agent) {
        mu_doctor_say(doctor, found, MU_HEALTH_UNKNOWN, MU_W_DOC_NO_AGENT, doctor->dir, NULL);
        return;
    }
    enum mu_err err = mu_agent_open(doctor->dir, &options, &calls, &agent);
    if (err == MU_E_IN_USE)
        mu_doctor_say(doctor, found, MU_HEALTH_OK, MU_W_DOC_SPOOL_USED, NULL);
    else if (err != MU_OK)
        mu_doctor_say_error(doctor, found, MU_HEALTH_FAIL, err);
    else
        say_spool(doctor, found, mu_agent_unsettled(agent));
    if (agent != NULL)
        mu_agent_close(&agent);
}

/* ---- the broker -------------------------------------------------------------------------------------------- */

static void look_at_broker(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    char ms[32];
    int64_t since = mu_talk_machine_ms();

    if (!doctor->has_agent || mu_talk_open(&doctor->look.talk, doctor->cli, true) != MU_EXIT_DONE) {
        mu_doctor_say(doctor, found, MU_HEALTH_UNKNOWN, MU_W_DOC_NO_AGENT, doctor->dir, NULL);
        return;
    }
    doctor->looked = true;
    doctor->why = mu_talk_reach(&doctor->look.talk, doctor->cli->timeout_ms);
    snprintf(ms, sizeof ms, "%" PRId64, mu_talk_machine_ms() - since);
    mu_county_read(doctor->dir, &doctor->look.county);
    if (doctor->why == MU_OK)
        doctor->why = mu_county_learn(&doctor->look.talk, doctor->dir, &doctor->look.county);
    doctor->reached = doctor->why == MU_OK;
    doctor->cli->exercise = doctor->look.county.status == MUSTER__STATUS__STATUS_EXERCISE;
    if (doctor->reached)
        mu_doctor_say(doctor, found, MU_HEALTH_OK, MU_W_DOC_BROKER, ms, NULL);
    else if (doctor->why == MU_E_UNREACHABLE || doctor->why == MU_E_TIMEOUT) {
        mu_doctor_say(doctor, found, MU_HEALTH_FAIL, MU_W_DOC_BROKER_AWAY, ms, NULL);
        mu_doctor_mend(doctor, found, MU_W_DOC_BROKER_MEND, doctor->dir);
    } else {
        mu_doctor_say_error(doctor, found, MU_HEALTH_FAIL, doctor->why);
    }
}

void mu_doctor_say_away(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    mu_doctor_say(doctor, found, MU_HEALTH_UNKNOWN, MU_W_DOC_NEEDS_BROKER, NULL);
}

/* An exercise has a clock of its own: only a record of the real day says anything of this machine's. */
static void look_at_clock(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    char ms[32];

    if (!doctor->reached) {
        mu_doctor_say_away(doctor, found);
        return;
    }
    if (doctor->look.county.rate_milli != 1000 || doctor->cli->exercise) {
        mu_doctor_say(doctor, found, MU_HEALTH_OK, MU_W_DOC_CLOCK_EXERCISE, NULL);
        return;
    }
    int64_t offset = mu_talk_wall_ms() - mu_agent_log_now_ms(doctor->look.talk.agent);
    int64_t far = offset < 0 ? -offset : offset;
    snprintf(ms, sizeof ms, "%+" PRId64, offset);
    mu_doctor_say(doctor, found,
                  far > CLOCK_FAIL_MS   ? MU_HEALTH_FAIL
                  : far > CLOCK_WARN_MS ? MU_HEALTH_WARN
                                        : MU_HEALTH_OK,
                  MU_W_DOC_CLOCK, ms, NULL);
    if (far > CLOCK_WARN_MS)
        mu_doctor_mend(doctor, found, MU_W_DOC_CLOCK_MEND, "");
}

/* ---- the record ------------------------------------------------------------------------------------------------ */

static enum mu_err count_entry(void *user, const struct mu_entry *entry)
{
    uint64_t *count = user;

    (void)entry;
    (*count)++;
    return MU_OK;
}

static bool is_damage(enum mu_err err)
{
    return mu_cli_exit(err) == MU_EXIT_INTEGRITY || err == MU_E_SPLIT || err == MU_E_BAD_SEAL ||
           err == MU_E_OTHER_LOG;
}

/* Everything handed to us is verified; the tail is what a fault would meet first. */
static void look_at_record(struct mu_doctor *doctor, struct mu_finding_of_doctor *found)
{
    uint64_t count = 0, head = doctor->look.talk.head;
    char entries[32], number[32];

    if (!doctor->reached || doctor->ended) {
        mu_doctor_say_unheard(doctor, found);
        return;
    }
    doctor->look.talk.on_entry = count_entry;
    doctor->look.talk.user = &count;
    enum mu_err err =
        mu_talk_read(&doctor->look.talk, "", head > TAIL_ENTRIES ? head - TAIL_ENTRIES + 1 : 1);
    doctor->look.talk.on_entry = NULL;
    if (err != MU_OK) {
        mu_doctor_say_error(doctor, found, MU_HEALTH_FAIL, err);
        if (is_damage(err)) /* anything else is no fault of the record */
            mu_doctor_mend(doctor, found, MU_W_DOC_RECORD_MEND, "");
        return;
    }
    snprintf(entries, sizeof entries, "%" PRIu64, count);
    snprintf(number, sizeof number, "%" PRIu64, doctor->look.talk.through);
    mu_doctor_say(doctor, found, MU_HEALTH_OK, MU_W_DOC_RECORD, entries, number, NULL);
}

const struct mu_doctor_check mu_doctor_checks[] = {
    {"locale", MU_W_DOC_ON_LOCALE, look_at_locale},
    {"directory", MU_W_DOC_ON_DIRECTORY, look_at_directory},
    {"disk", MU_W_DOC_ON_DISK, look_at_disk},
    {"spool", MU_W_DOC_ON_SPOOL, look_at_spool},
    {"broker", MU_W_DOC_ON_BROKER, look_at_broker},
    {"clock", MU_W_DOC_ON_CLOCK, look_at_clock},
    {"key", MU_W_DOC_ON_KEY, mu_doctor_look_at_key},
    {"certificate", MU_W_DOC_ON_CERTIFICATE, mu_doctor_look_at_certificate},
    {"record", MU_W_DOC_ON_RECORD, look_at_record},
    {"backup", MU_W_DOC_ON_BACKUP, mu_doctor_look_at_backup},
    {NULL, MU_W_EXERCISE, NULL},
};
