#include "tests/help/founded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/version.h"

static void make_folder(struct founded *founded)
{
    const char *above = getenv("TMPDIR");

    snprintf(founded->dir, sizeof founded->dir, "%s/muster-founded-XXXXXX",
             above != NULL ? above : "/tmp");
    MU_CHECK(mkdtemp(founded->dir) != NULL);
}

void founded_make(struct founded *founded, const struct mu_log_options *options)
{
    struct county_genesis genesis;
    struct help_author founder;
    struct help_batch *batch;
    struct mu_bytes body;

    memset(founded, 0, sizeof *founded);
    make_folder(founded);
    founded->arena = mu_arena_make((size_t)64 << 20);
    county_genesis(&genesis);
    genesis.admin[0].agency = genesis.admin[1].agency = (char *)"ADMIN";
    genesis.genesis.clock_rate_milli = 0;
    body = help_packed(&genesis.event, &founded->arena);
    help_author_open(&founder, COUNTY_BROKER, NULL, MU_LANE_ROUTINE);
    batch = help_seal_bodies(&founder, &body, NULL, 1);
    founded->id = batch->items[0].leaf;
    MU_CHECK(mu_log_create(founded->dir, &batch->batch, COUNTY_START_MS, MU_JUDGE_VERSION) ==
             MU_OK);
    MU_CHECK(mu_log_open(founded->dir, options, &founded->log) == MU_OK);
    help_batch_free(&batch);
    help_author_close(&founder);
}

void founded_reopen(struct founded *founded, const struct mu_log_options *options)
{
    mu_log_close(&founded->log);
    MU_CHECK(mu_log_open(founded->dir, options, &founded->log) == MU_OK);
}

void founded_remove(struct founded *founded)
{
    static const char *const names[] = {"/log/data.mdb", "/log/lock.mdb", "/log", ""};
    char path[160];

    mu_log_close(&founded->log);
    mu_arena_free(&founded->arena);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s%s", founded->dir, names[i]);
        (void)remove(path);
    }
}

/* ---- an admin's words ------------------------------------------------------------------------ */
static void say_as_admin(Muster__Event *event, Muster__Envelope *envelope)
{
    *envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    envelope->agency = (char *)"ADMIN";
    envelope->area = (char *)COUNTY_AREA;
    envelope->has_status = envelope->has_occurred_at_ms = 1;
    envelope->status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope->occurred_at_ms = COUNTY_START_MS;
    event->envelope = envelope;
}

static struct mu_bytes enrolment(struct founded *founded, uint8_t seed, const char *agency,
                                 const char *roles, const uint8_t *curve, bool desk)
{
    struct county_enrolment e;
    char *agency_copy = mu_arena_copy(&founded->arena, agency, strlen(agency));
    char *roles_copy = mu_arena_copy(&founded->arena, roles, strlen(roles));

    MU_CHECK(agency_copy != NULL && roles_copy != NULL);
    county_enrolment(&e, seed, agency_copy, roles_copy);
    if (curve != NULL)
        memcpy(e.curve, curve, sizeof e.curve);
    if (desk)
        e.enrolment.has_desk = e.enrolment.desk = true;
    say_as_admin(&e.event, &e.envelope);
    return help_packed(&e.event, &founded->arena);
}

struct mu_bytes founded_enrolment(struct founded *founded, uint8_t seed, const char *agency,
                                  const char *roles, const uint8_t *curve)
{
    return enrolment(founded, seed, agency, roles, curve, false);
}

struct mu_bytes founded_desk(struct founded *founded, uint8_t seed, const char *agency,
                             const char *roles)
{
    return enrolment(founded, seed, agency, roles, NULL, true);
}

struct mu_bytes founded_retire(struct founded *founded, uint8_t seed)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Envelope envelope;
    Muster__Retire retire = MUSTER__RETIRE__INIT;
    struct mu_agent_id agent = county_agent(seed);

    say_as_admin(&event, &envelope);
    retire.has_agent = 1;
    retire.agent = (ProtobufCBinaryData){sizeof agent.b, agent.b};
    event.body_case = MUSTER__EVENT__BODY_RETIRE;
    event.retire = &retire;
    return help_packed(&event, &founded->arena);
}

struct mu_bytes founded_compromised(struct founded *founded, uint8_t seed)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Envelope envelope;
    Muster__Compromised compromised = MUSTER__COMPROMISED__INIT;
    struct mu_agent_id agent = county_agent(seed);

    say_as_admin(&event, &envelope);
    compromised.has_agent = 1;
    compromised.agent = (ProtobufCBinaryData){sizeof agent.b, agent.b};
    event.body_case = MUSTER__EVENT__BODY_COMPROMISED;
    event.compromised = &compromised;
    return help_packed(&event, &founded->arena);
}

/* ---- EM's words ------------------------------------------------------------------------------ */
struct mu_bytes founded_evacuation(struct founded *founded, unsigned n)
{
    char object[48];

    snprintf(object, sizeof object, "envelope.object=EV-%02u", n);
    return help_packed(HELP_EVENT(&founded->arena, "evacuation", object, "persons_planned=100",
                                  "population_kind=centralised"),
                       &founded->arena);
}

struct mu_bytes founded_report(struct founded *founded, unsigned n)
{
    char words[48];

    snprintf(words, sizeof words, "words=the %uth report", n);
    return help_packed(HELP_EVENT(&founded->arena, "field_report", words), &founded->arena);
}
