#include "agents/cli/demo/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/sdk/home.h"
#include "proto/wire/json.h"

#define REQUEST_BYTES_MAX 8192u
/* Two agents an agency, the programs and the feed. */
#define MEMBERS_MAX 160u

struct member {
    char dir[PATH_MAX];
    const struct mu_demo_agency *agency;
    bool desk; /* the one machine of its agency whose receipts count */
};

struct roll {
    const struct mu_demo_place *place;
    const struct mu_demo_plan *plan;
    const char *endpoint;
    mu_agent *admin;
    struct member *members;
    size_t count;
    size_t unanswered;
    enum mu_err refusal;
    char *about;
};

/* ---- directories ----------------------------------------------------------------------------------- */

static enum mu_err make_member(struct roll *roll, const char *room, const char *name,
                               const struct mu_demo_agency *agency, const char *program)
{
    struct member *member = &roll->members[roll->count];
    enum mu_err err;

    if (roll->count == MEMBERS_MAX)
        return MU_E_LIMIT;
    if ((err = mu_demo_path(roll->place, member->dir, room, name)) != MU_OK)
        return err;
    snprintf(roll->about, PATH_MAX, "%s", member->dir);
    member->agency = agency;
    member->desk = strcmp(room, "play") == 0;
    if ((err = mu_agent_create(member->dir, agency->code, program)) == MU_OK)
        roll->count++;
    return err;
}

static const struct mu_demo_agency *find_agency(const struct mu_demo_plan *plan, const char *code)
{
    for (size_t i = 0; i < plan->agency_count; i++)
        if (strcmp(plan->agencies[i].code, code) == 0)
            return &plan->agencies[i];
    return NULL;
}

static enum mu_err make_programs(struct roll *roll)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < roll->plan->program_count; i++) {
        const struct mu_demo_program *program = &roll->plan->programs[i];
        const struct mu_demo_agency *agency = find_agency(roll->plan, program->agency);

        err = agency == NULL
                  ? MU_E_ABSENT
                  : make_member(roll, "programs", program->name, agency, program->program);
    }
    return err;
}

/* An agency's desk is its played session: it follows everything, as a console does, and its link is the
 * one a script may cut. Programs follow what they need. */

/* The person at the keyboard is the first agency's until he says --as. */
static enum mu_err link_default(const struct roll *roll)
{
    char link[PATH_MAX], admin[PATH_MAX];
    enum mu_err err = mu_demo_path(roll->place, link, "seats/agents", "default");

    if (err == MU_OK)
        err = mu_demo_path(roll->place, admin, "seats", "admin");
    if (err != MU_OK)
        return err;
    return symlink(roll->plan->agencies[0].code, link) == 0 &&
                   symlink("../broker/admin-2", admin) == 0
               ? MU_OK
               : MU_E_SYSTEM;
}

static enum mu_err make_members(struct roll *roll)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < roll->plan->agency_count; i++) {
        const struct mu_demo_agency *agency = &roll->plan->agencies[i];

        err = make_member(roll, "play", agency->code, agency, "muster-player");
        if (err == MU_OK)
            err = make_member(roll, "seats/agents", agency->code, agency, "muster");
    }
    if (err == MU_OK)
        err = make_programs(roll);
    if (err == MU_OK)
        err = make_member(roll, ".", "feed", &roll->plan->agencies[0], "muster-demo");
    return err != MU_OK ? err : link_default(roll);
}

/* ---- enrolments -------------------------------------------------------------------------------------- */

static enum mu_err read_request(const struct member *member, mu_arena *arena, Muster__Event **out)
{
    char path[PATH_MAX + 16], text[REQUEST_BYTES_MAX];
    struct mu_fault fault;
    size_t size;

    snprintf(path, sizeof path, "%s/request", member->dir);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return MU_E_SYSTEM;
    size = fread(text, 1, sizeof text, file);
    fclose(file);
    return mu_event_from_json((struct mu_bytes){(const uint8_t *)text, size}, arena, out, &fault);
}

static enum mu_err add_roles(Muster__Enrolment *enrolment, const char *roles, mu_arena *arena)
{
    size_t count = 0;

    enrolment->roles = mu_arena_take(arena, 32 * sizeof *enrolment->roles);
    if (enrolment->roles == NULL)
        return MU_E_NO_MEMORY;
    while (*roles != '\0' && count < 32) {
        size_t length = strcspn(roles, ",");

        if ((enrolment->roles[count++] = mu_arena_copy(arena, roles, length)) == NULL)
            return MU_E_NO_MEMORY;
        roles += length + (roles[length] == ',');
    }
    enrolment->n_roles = count;
    return MU_OK;
}

static char *copy(mu_arena *arena, const char *text)
{
    return text[0] == '\0' ? NULL : mu_arena_copy(arena, text, strlen(text));
}

static enum mu_err fill_enrolment(const struct member *member, mu_arena *arena,
                                  Muster__Enrolment *enrolment)
{
    const struct mu_demo_agency *agency = member->agency;

    enrolment->name = mu_arena_take(arena, sizeof *enrolment->name);
    if (enrolment->name == NULL)
        return MU_E_NO_MEMORY;
    muster__name__init(enrolment->name);
    enrolment->name->zh = copy(arena, agency->zh);
    enrolment->name->en = copy(arena, agency->en);
    enrolment->telephone = copy(arena, agency->telephone);
    enrolment->home_area = copy(arena, agency->area);
    enrolment->has_desk = 1;
    enrolment->desk = member->desk;
    return add_roles(enrolment, agency->roles, arena);
}

static enum mu_err fill_envelope(const struct roll *roll, mu_arena *arena, Muster__Event *event)
{
    Muster__Envelope *envelope = mu_arena_take(arena, sizeof *envelope);

    if (envelope == NULL)
        return MU_E_NO_MEMORY;
    muster__envelope__init(envelope);
    event->envelope = envelope;
    envelope->agency = copy(arena, mu_agent_agency(roll->admin));
    envelope->area = copy(arena, roll->plan->area);
    envelope->has_status = 1;
    envelope->status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope->has_occurred_at_ms = envelope->has_sent_at_ms = 1;
    envelope->occurred_at_ms = envelope->sent_at_ms = mu_agent_log_now_ms(roll->admin);
    return MU_OK;
}

static enum mu_err say_enrolment(struct roll *roll, const struct member *member, mu_arena *arena)
{
    Muster__Event *event = NULL;
    struct mu_fault fault;
    enum mu_err err = read_request(member, arena, &event);

    if (err == MU_OK)
        err = fill_enrolment(member, arena, event->enrolment);
    if (err == MU_OK)
        err = fill_envelope(roll, arena, event);
    if (err != MU_OK)
        return err;
    size_t size = mu_event_size(event);
    uint8_t *bytes = mu_arena_take(arena, size + 1);
    if (bytes == NULL)
        return MU_E_NO_MEMORY;
    struct mu_bytes body = {bytes, mu_event_pack(event, bytes)};
    err = mu_agent_say(roll->admin, &body, 1, NULL, &fault);
    roll->unanswered += err == MU_OK;
    return err;
}

static enum mu_err take_answer(void *user, const struct mu_answer *answer)
{
    struct roll *roll = user;

    if (!answer->settled)
        return MU_OK;
    roll->unanswered--;
    if (answer->code != MU_OK && roll->refusal == MU_OK)
        roll->refusal = answer->code;
    return MU_OK;
}

static bool is_linked(const struct roll *roll)
{
    return mu_agent_link(roll->admin, NULL) == MU_LINK_OPEN;
}

static bool is_answered(const struct roll *roll)
{
    return roll->unanswered == 0;
}

static enum mu_err turn_until(struct roll *roll, bool (*done)(const struct roll *roll),
                              int timeout_ms)
{
    int64_t until = mu_talk_machine_ms() + timeout_ms;
    enum mu_err err = MU_OK;

    while (err == MU_OK && !done(roll)) {
        if (mu_talk_machine_ms() > until)
            return MU_E_TIMEOUT;
        err = mu_agent_turn(roll->admin, 100);
        if (err == MU_OK)
            err = roll->refusal;
    }
    return err;
}

static enum mu_err enrol_members(struct roll *roll, int timeout_ms)
{
    enum mu_err err = turn_until(roll, is_linked, timeout_ms);

    for (size_t i = 0; err == MU_OK && i < roll->count; i++) {
        mu_arena arena = mu_arena_make(256 * 1024);

        snprintf(roll->about, PATH_MAX, "%s", roll->members[i].dir);
        err = say_enrolment(roll, &roll->members[i], &arena);
        mu_arena_free(&arena);
    }
    return err != MU_OK ? err : turn_until(roll, is_answered, timeout_ms);
}

/* ---- pointing: where the broker is, and by which keys one knows it ------------------------------------- */

static enum mu_err point_all(struct roll *roll, const struct mu_home *admin)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < roll->count; i++) {
        snprintf(roll->about, PATH_MAX, "%s", roll->members[i].dir);
        err = mu_agent_point(roll->members[i].dir, roll->endpoint, &admin->log, admin->broker_curve,
                             &admin->log_key);
    }
    return err;
}

/* The broker chose its port when it started; the admins' directories were made before. */
static enum mu_err point_admin(struct roll *roll, const char *name, struct mu_home *home)
{
    char dir[PATH_MAX];
    enum mu_err err = mu_demo_path(roll->place, dir, "broker", name);

    snprintf(roll->about, PATH_MAX, "%s", dir);
    if (err == MU_OK)
        err = mu_home_open(dir, home);
    if (err == MU_OK)
        err = mu_agent_point(dir, roll->endpoint, &home->log, home->broker_curve, &home->log_key);
    return err;
}

static enum mu_err open_admin(struct roll *roll, struct mu_home *home)
{
    struct mu_agent_options options = {.program = "muster"};
    struct mu_agent_calls calls = {.on_answer = take_answer, .user = roll};
    struct mu_home other;
    char dir[PATH_MAX];
    enum mu_err err = point_admin(roll, "admin-2", &other);

    if (err == MU_OK)
        mu_home_close(&other);
    if (err == MU_OK)
        err = point_admin(roll, "admin-1", home);
    if (err == MU_OK)
        err = mu_demo_path(roll->place, dir, "broker", "admin-1");
    return err != MU_OK ? err : mu_agent_open(dir, &options, &calls, &roll->admin);
}

enum mu_err mu_demo_enrol(const struct mu_demo_place *place, const struct mu_demo_plan *plan,
                          const char *endpoint, int timeout_ms, char about[PATH_MAX])
{
    struct roll roll = {.place = place, .plan = plan, .endpoint = endpoint};
    struct mu_home home;
    enum mu_err err = MU_E_NO_MEMORY;

    memset(&home, 0, sizeof home);
    roll.about = about;
    if ((roll.members = calloc(MEMBERS_MAX, sizeof *roll.members)) == NULL)
        return err;
    if ((err = open_admin(&roll, &home)) != MU_OK || (err = make_members(&roll)) != MU_OK ||
        (err = point_all(&roll, &home)) != MU_OK)
        goto out;
    err = enrol_members(&roll, timeout_ms);
out:
    mu_agent_close(&roll.admin);
    mu_home_close(&home);
    free(roll.members);
    return err;
}
