#include "agents/sdk/agent_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "agents/sdk/file.h"

#define SPOOL_NAME "spool"

/* ---- the directory --------------------------------------------------------------------------- */

static enum mu_err make_spool(const char *dir)
{
    char path[PATH_MAX];
    mu_spool *spool = NULL;
    enum mu_err err = mu_file_path(dir, SPOOL_NAME, path);

    if (err == MU_OK)
        err = mu_spool_open(path, &spool);
    mu_spool_close(&spool);
    return err;
}

enum mu_err mu_agent_create(const char *dir, const char *agency, const char *program)
{
    enum mu_err err = mu_home_create(dir, agency, program);

    return err == MU_OK ? make_spool(dir) : err;
}

enum mu_err mu_agent_point(const char *dir, const char *endpoint, const struct mu_hash *log,
                           const uint8_t broker_curve[MU_CURVE_KEY_BYTES],
                           const struct mu_public *log_key)
{
    return mu_home_point(dir, endpoint, log, broker_curve, log_key);
}

/* ---- opening --------------------------------------------------------------------------------- */

static enum mu_err take_options(struct mu_agent *agent, const struct mu_agent_options *options)
{
    const char *program = agent->home.program, *endpoint = agent->home.endpoint;

    if (options != NULL && options->program != NULL)
        program = options->program;
    if (options != NULL && options->endpoint != NULL)
        endpoint = options->endpoint;
    if (strlen(program) >= sizeof agent->program || strlen(endpoint) >= sizeof agent->endpoint ||
        (endpoint[0] != '\0' && !mu_endpoint_ok(endpoint)))
        return MU_E_BAD_VALUE;
    snprintf(agent->program, sizeof agent->program, "%s", program);
    snprintf(agent->endpoint, sizeof agent->endpoint, "%s", endpoint);
    agent->lazy = options != NULL && options->lazy;
    return MU_OK;
}

static enum mu_err open_spool(struct mu_agent *agent)
{
    char path[PATH_MAX];
    struct mu_bytes note;
    enum mu_err err = mu_file_path(agent->home.dir, SPOOL_NAME, path);

    if (err == MU_OK)
        err = mu_spool_open(path, &agent->spool);
    if (err != MU_OK)
        return err;
    mu_spool_head(agent->spool, &agent->head);
    note = mu_spool_note(agent->spool);
    memcpy(agent->held_note, note.data, note.size);
    agent->held_note_size = note.size;
    agent->epoch = agent->head.epoch;
    agent->told_head = agent->head.size;
    return MU_OK;
}

static enum mu_err open_descriptors(struct mu_agent *agent)
{
    struct epoll_event event = {.events = EPOLLIN};

    agent->epoll = epoll_create1(EPOLL_CLOEXEC);
    agent->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (agent->epoll < 0 || agent->timer < 0 ||
        epoll_ctl(agent->epoll, EPOLL_CTL_ADD, agent->timer, &event) != 0)
        return MU_E_SYSTEM;
    return MU_OK;
}

static enum mu_err open_parts(struct mu_agent *agent, const char *dir,
                              const struct mu_agent_options *options)
{
    enum mu_err err;

    if ((err = mu_home_open(dir, &agent->home)) != MU_OK ||
        (err = take_options(agent, options)) != MU_OK || (err = open_descriptors(agent)) != MU_OK ||
        (err = mu_roster_new(&agent->reading.roster)) != MU_OK)
        return err;
    if (agent->home.pointed && agent->endpoint[0] != '\0' &&
        (err = mu_verifier_open(&agent->home.log_key, &agent->log_verifier)) != MU_OK)
        return err;
    if (options != NULL && options->no_spool)
        return MU_OK;
    if ((err = open_spool(agent)) == MU_OK && options != NULL && options->desk)
        mu_witness_open(agent);
    return err;
}

enum mu_err mu_agent_open(const char *dir, const struct mu_agent_options *options,
                          const struct mu_agent_calls *calls, mu_agent **out)
{
    mu_agent *agent = calloc(1, sizeof *agent);
    enum mu_err err;

    *out = NULL;
    if (agent == NULL)
        return MU_E_NO_MEMORY;
    agent->epoll = agent->timer = -1;
    agent->why = MU_E_UNREACHABLE;
    agent->reading.roles.next = 1;
    agent->reading.held_end = &agent->reading.held;
    if (calls != NULL)
        agent->calls = *calls;
    if ((err = open_parts(agent, dir, options)) != MU_OK)
        mu_agent_close(&agent);
    *out = agent;
    return err;
}

void mu_agent_close(mu_agent **handle)
{
    mu_agent *agent = *handle;

    if (agent == NULL)
        return;
    mu_link_bye(agent);
    mu_link_close(agent);
    mu_arena_free(&agent->say_arena);
    mu_spool_close(&agent->spool);
    mu_give_free(agent);
    mu_follow_free(agent);
    mu_verifier_close(&agent->log_verifier);
    mu_home_close(&agent->home);
    if (agent->timer >= 0)
        close(agent->timer);
    if (agent->epoll >= 0)
        close(agent->epoll);
    free(agent->drafts);
    free(agent);
    *handle = NULL;
}

/* ---- saying ---------------------------------------------------------------------------------- */

static enum mu_err fail(struct mu_fault *fault, enum mu_err code)
{
    if (fault != NULL)
        *fault = (struct mu_fault){.code = code};
    return code;
}

static uint32_t severity_of(const Muster__Event *event)
{
    return event->envelope != NULL && event->envelope->has_severity
               ? (uint32_t)event->envelope->severity
               : 0;
}

/* Checked as the broker will: what it would refuse for good is better refused here. The arena is not
 * the one of the entry being handed out: a program may say while it reads. */
static enum mu_err check_body(struct mu_agent *agent, struct mu_bytes body, uint8_t *lane,
                              struct mu_fault *fault)
{
    mu_arena *arena = &agent->say_arena;
    const Muster__Event *event;
    enum mu_err err;

    if (body.size > MU_EVENT_BYTES_MAX)
        return fail(fault, MU_E_TOO_LARGE);
    mu_arena_reset(arena);
    arena->limit = mu_event_arena(body.size).limit;
    if ((err = mu_event_unpack(body, arena, &event, fault)) != MU_OK ||
        (err = mu_event_check(event, fault)) != MU_OK)
        return err;
    *lane = mu_kind_lane(mu_kind_of(event), severity_of(event));
    return MU_OK;
}

static enum mu_err make_room(struct mu_agent *agent, size_t count)
{
    struct mu_draft *drafts;

    if (count <= agent->drafts_room)
        return MU_OK;
    drafts = reallocarray(agent->drafts, count, sizeof *drafts);
    if (drafts == NULL)
        return MU_E_NO_MEMORY;
    agent->drafts = drafts;
    agent->drafts_room = count;
    return MU_OK;
}

enum mu_err mu_agent_say(mu_agent *agent, const struct mu_bytes *bodies, size_t count,
                         struct mu_kept *kept, struct mu_fault *fault)
{
    const struct mu_signer signer = {
        .key = agent->home.key, .agent = agent->home.self, .log = agent->home.log};
    struct mu_fault unheard;
    enum mu_err err;

    if (fault == NULL)
        fault = &unheard;
    if (agent->spool == NULL || !agent->home.pointed)
        return fail(fault, MU_E_NOT_ALLOWED);
    if ((err = make_room(agent, count)) != MU_OK)
        return fail(fault, err);
    for (size_t i = 0; i < count; i++) {
        agent->drafts[i].body = bodies[i];
        if ((err = check_body(agent, bodies[i], &agent->drafts[i].lane, fault)) != MU_OK)
            return err;
    }
    if (count == 0)
        return MU_OK;
    if ((err = mu_spool_say(agent->spool, &signer, agent->drafts, count, kept)) != MU_OK)
        return fail(fault, err);
    mu_turn_wake(agent);
    return MU_OK;
}

/* ---- asking ---------------------------------------------------------------------------------- */

const struct mu_agent_id *mu_agent_self(const mu_agent *agent)
{
    return &agent->home.self;
}

const char *mu_agent_endpoint(const mu_agent *agent)
{
    return agent->endpoint;
}

const char *mu_agent_program(const mu_agent *agent)
{
    return agent->home.program;
}

uint64_t mu_agent_backed_up(const mu_agent *agent)
{
    return agent->backed_up_through;
}

bool mu_agent_may_say(const mu_agent *agent, uint32_t kind)
{
    return mu_authority_may_say(agent->reading.roster, &agent->home.self, kind,
                                mu_agent_log_now_ms(agent));
}

const char *mu_agent_agency(const mu_agent *agent)
{
    return agent->home.agency;
}

uint64_t mu_agent_unsettled(const mu_agent *agent)
{
    if (agent->spool == NULL)
        return 0;
    return mu_spool_unsettled(agent->spool) + (mu_spool_giving(agent->spool) ? 1 : 0);
}

enum mu_err mu_agent_cursor_keep(mu_agent *agent, const char *name, uint64_t through)
{
    return agent->spool != NULL ? mu_spool_cursor_keep(agent->spool, name, through)
                                : MU_E_NOT_ALLOWED;
}

uint64_t mu_agent_cursor(mu_agent *agent, const char *name)
{
    return agent->spool != NULL ? mu_spool_cursor(agent->spool, name) : 0;
}

enum mu_link mu_agent_link(const mu_agent *agent, enum mu_err *why)
{
    if (why != NULL)
        *why = agent->why;
    return agent->link;
}

void mu_agent_head(const mu_agent *agent, struct mu_head *head)
{
    *head = agent->head;
}
