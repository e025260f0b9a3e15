#include "tests/help/auditor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "proto/base/version.h"
#include "tests/help/keys.h"

static void take_turn(struct auditor *a, struct help_batch *batch, bool roster)
{
    struct mu_head head;
    char note[MU_NOTE_BYTES_MAX];
    uint64_t first;

    mu_log_head(a->county.log, &head);
    a->now_ms += 1000;
    assert_int_equal(mu_log_turn_begin(a->county.log), MU_OK);
    assert_int_equal(mu_checkpoint_sign(&a->county.id, &head, a->log_key, note), MU_OK);
    assert_int_equal(mu_log_turn_checkpoint(a->county.log, head.size,
                                            (struct mu_bytes){(const uint8_t *)note, strlen(note)}),
                     MU_OK);
    assert_int_equal(
        mu_log_turn_batch(a->county.log, &batch->batch, a->now_ms, MU_JUDGE_VERSION, NULL, &first),
        MU_OK);
    if (roster)
        assert_int_equal(mu_log_turn_roster(a->county.log, first), MU_OK);
    assert_int_equal(mu_log_turn_commit(a->county.log), MU_OK);
    a->size = first + batch->batch.seal.count - 1;
    help_batch_free(&batch);
}

void auditor_open(struct auditor *a)
{
    struct mu_bytes body;

    memset(a, 0, sizeof *a);
    founded_make(&a->county, NULL);
    a->now_ms = COUNTY_START_MS;
    a->log_key = help_key(COUNTY_BROKER);
    help_author_open(&a->admin, COUNTY_ADMIN, &a->county.id, MU_LANE_ROUTINE);
    help_author_open(&a->em, 21, &a->county.id, MU_LANE_URGENT);
    body = founded_enrolment(&a->county, 21, "EM", "emergency_management", NULL);
    take_turn(a, help_seal_bodies(&a->admin, &body, NULL, 1), true);
}

void auditor_close(struct auditor *a)
{
    help_author_close(&a->admin);
    help_author_close(&a->em);
    mu_key_close(&a->log_key);
    founded_remove(&a->county);
}

void auditor_says(struct auditor *a, size_t count)
{
    struct mu_bytes *bodies = calloc(count, sizeof *bodies);

    assert_non_null(bodies);
    for (size_t i = 0; i < count; i++)
        bodies[i] = founded_report(&a->county, (unsigned)(a->size + i));
    take_turn(a, help_seal_bodies(&a->em, bodies, NULL, count), false);
    free(bodies);
}

static void fill_in(char *out, size_t size, const char *pattern, const char *dir)
{
    const char *place = strstr(pattern, "%s");

    if (place == NULL)
        snprintf(out, size, "%s", pattern);
    else
        snprintf(out, size, "%.*s%s%s", (int)(place - pattern), pattern, dir, place + 2);
}

int auditor_replay(struct auditor *a, const char *arguments)
{
    const char *build = getenv("B");
    char words[512], command[1024];
    size_t got;
    FILE *out;
    int status;

    fill_in(words, sizeof words, arguments, a->county.dir);
    snprintf(command, sizeof command, "LC_ALL=C.UTF-8 '%s/muster-replay' %s 2>/dev/null",
             build == NULL ? "build" : build, words);
    out = popen(command, "r");
    assert_non_null(out);
    got = fread(a->said, 1, sizeof a->said - 1, out);
    a->said[got] = '\0';
    status = pclose(out);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void auditor_finds(struct auditor *a, const char *file, const char *damage)
{
    char wanted[1024], arguments[512];
    int status;

    snprintf(arguments, sizeof arguments, "verify --json '%s'", file == NULL ? "%s" : file);
    snprintf(wanted, sizeof wanted, "\"damage\":[%s]}\n", damage);
    status = auditor_replay(a, arguments);
    if (strstr(a->said, wanted) == NULL)
        fprintf(stderr, "# status %d, said %s# wanted %s", status, a->said, wanted);
    assert_non_null(strstr(a->said, wanted));
    assert_int_equal(status, damage[0] == '\0' ? 0 : 6);
}
