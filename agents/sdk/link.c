/* The link: connecting, greeting, staying in touch, and standing back when it goes wrong.
 *
 * The usual path: open the dealer; when the handshake is done say HELLO; on WELCOME the link is open
 * and submit.c and follow.c go on from what each end knows. PING every five seconds.
 *
 * Each way it can fail, and what happens:
 *  - No broker, or the connection breaks: ZeroMQ tries again by itself, with jitter. What was on its
 *    way counts as not sent; after the next WELCOME it is sent again.
 *  - HELLO is not answered, or nothing is heard for fifteen seconds: HELLO again, then a new socket.
 *  - The handshake refuses our key, or the broker takes leave with a reason: REFUSED, told to the
 *    program; the socket is closed and opened again later, because the reason may have gone.
 *  - What the broker shows does not verify: BYE, REFUSED with MU_E_PROOF, and a long pause. Nothing
 *    kept is given up.
 */
#include "agents/sdk/agent_inside.h"

#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#define GREET_EVERY_MS 5000
#define GREET_AGAIN_MS 50
#define BYE_LINGER_MS 200
#define GREETINGS_MAX 3u
#define PING_EVERY_MS 5000
#define PING_SOON_MS 5
#define SILENCE_MS 15000
#define REOPEN_MS 500
#define REOPEN_MAX_MS 30000
#define DISTRUST_MS 30000
#define OFFSET_KEPT_MS 60000
#define SMALL_FRAME_BYTES 2048u

/* ---- clocks ---------------------------------------------------------------------------------- */

static int64_t clock_ms(clockid_t id)
{
    struct timespec t;

    MU_CHECK(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t mu_machine_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

int64_t mu_wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

int64_t mu_back_off_ms(int64_t base, int64_t max, unsigned times)
{
    int64_t wait = times < 16 && base << times < max ? base << times : max;
    uint32_t dice = 0;

    if (mu_random(&dice, sizeof dice) != MU_OK)
        dice = UINT32_MAX / 2; /* without jitter rather than without waiting */
    return wait + wait / 2 * (int64_t)(dice >> 16) / UINT16_MAX;
}

/* ---- telling --------------------------------------------------------------------------------- */

void mu_link_tell(struct mu_agent *agent, enum mu_link link, enum mu_err why)
{
    enum mu_err said;

    if (agent->link == link && agent->why == why)
        return;
    agent->link = link;
    agent->why = why;
    if (agent->calls.on_link == NULL)
        return;
    said = agent->calls.on_link(agent->calls.user, link, why);
    if (agent->stop == MU_OK)
        agent->stop = said;
}

/* ---- the socket ------------------------------------------------------------------------------ */

static void watch_dealer(struct mu_agent *agent)
{
    int fd[2];

    mu_dealer_fds(agent->dealer, fd);
    for (size_t i = 0; i < 2; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd[i]};

        agent->watched[i] = epoll_ctl(agent->epoll, EPOLL_CTL_ADD, fd[i], &event) == 0 ? fd[i] : -1;
    }
}

void mu_link_close(struct mu_agent *agent)
{
    if (agent->dealer == NULL)
        return;
    for (size_t i = 0; i < 2; i++)
        if (agent->watched[i] >= 0)
            epoll_ctl(agent->epoll, EPOLL_CTL_DEL, agent->watched[i], NULL);
    mu_dealer_close(&agent->dealer);
    mu_session_end(&agent->session);
}

static enum mu_err open_dealer(struct mu_agent *agent, int64_t now)
{
    const struct mu_dealer_keys keys = {.broker = agent->home.broker_curve,
                                        .secret = agent->home.curve_secret,
                                        .public = agent->home.curve_public};
    enum mu_err err = mu_dealer_open(agent->endpoint, &keys, &agent->dealer);

    if (err != MU_OK) {
        agent->times.open_at =
            now + mu_back_off_ms(REOPEN_MS, REOPEN_MAX_MS, agent->times.failures++);
        mu_link_tell(agent, MU_LINK_OFFLINE, err);
        return err == MU_E_NO_MEMORY ? err : MU_OK;
    }
    agent->session = mu_session(MU_SIDE_AGENT, NULL);
    agent->times.greet_at = agent->times.lost_at = INT64_MAX;
    watch_dealer(agent);
    return MU_OK;
}

/* Close, and open again after standing back for a while. */
static void stand_back(struct mu_agent *agent, enum mu_link link, enum mu_err why, int64_t base)
{
    mu_link_close(agent);
    agent->times.open_at =
        mu_machine_ms() + mu_back_off_ms(base, REOPEN_MAX_MS, agent->times.failures++);
    mu_link_tell(agent, link, why);
}

bool mu_link_say(struct mu_agent *agent, uint8_t type, const struct mu_writer *w)
{
    MU_CHECK(mu_writer_ok(w));
    if (mu_dealer_send(agent->dealer, mu_written(w)) != MU_OK) {
        agent->blocked = true;
        return false;
    }
    mu_session_said(&agent->session, type);
    return true;
}

/* ---- greeting -------------------------------------------------------------------------------- */

static void write_hello(const struct mu_agent *agent, struct mu_writer *w)
{
    struct mu_hello hello = {
        .agent = agent->home.self,
        .log = agent->home.log,
        .head_epoch = agent->head.epoch,
        .head_size = agent->head.size,
        .head_root = agent->head.root,
        .wall_ms = mu_wall_ms(),
        .program = {(const uint8_t *)agent->program, strlen(agent->program)},
        .note = {(const uint8_t *)agent->held_note, agent->held_note_size},
    };

    if (agent->spool != NULL) {
        hello.instance = mu_spool_instance(agent->spool);
        for (uint8_t lane = 0; lane < MU_LANES; lane++)
            mu_spool_mark(agent->spool, lane, &hello.lane[lane]);
    }
    mu_hello_write(w, &hello);
}

static void greet(struct mu_agent *agent, int64_t now)
{
    uint8_t frame[SMALL_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);

    if (agent->times.greetings == GREETINGS_MAX) {
        mu_pace_forget(&agent->submit.pace); /* it may have become thin */
        mu_intake_forget(&agent->reading.intake);
        stand_back(agent, MU_LINK_OFFLINE, MU_E_TIMEOUT, REOPEN_MS);
        return;
    }
    write_hello(agent, &w);
    agent->times.lost_at = INT64_MAX;
    agent->times.greet_at = now + GREET_AGAIN_MS;
    if (!mu_link_say(agent, MU_FRAME_HELLO, &w))
        return;
    agent->times.greetings++;
    agent->times.greet_at = now + GREET_EVERY_MS;
    mu_link_tell(agent, MU_LINK_GREETING, agent->why == MU_E_FORK ? MU_E_FORK : MU_OK);
}

void mu_link_regreet(struct mu_agent *agent, enum mu_err why)
{
    int64_t wait = 0;

    if (agent->dealer == NULL)
        return;
    if (agent->times.failures > 0)
        wait = mu_back_off_ms(GREET_AGAIN_MS, REOPEN_MAX_MS, agent->times.failures - 1);
    agent->times.failures++;
    agent->times.greetings = 0;
    agent->times.greet_at = mu_machine_ms() + wait;
    agent->times.lost_at = INT64_MAX;
    mu_link_tell(agent, MU_LINK_GREETING, why);
}

void mu_link_bye(struct mu_agent *agent)
{
    uint8_t frame[SMALL_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);

    if (agent->dealer == NULL || agent->link == MU_LINK_OFFLINE ||
        !mu_session_may_say(&agent->session, MU_FRAME_BYE))
        return;
    mu_bye_write(&w, &(struct mu_bye){.code = 0});
    if (mu_link_say(agent, MU_FRAME_BYE, &w))
        mu_dealer_linger(agent->dealer, BYE_LINGER_MS);
}

void mu_link_leave(struct mu_agent *agent, enum mu_err why)
{
    static const char words[] = "what was shown does not verify";
    uint8_t frame[SMALL_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);
    struct mu_bye bye = {.code = mu_err_class(why) == MU_CLASS_LOCAL ? 0 : (uint16_t)why};
    bool distrust = why == MU_E_PROOF;

    if (distrust)
        bye.text = (struct mu_bytes){(const uint8_t *)words, sizeof words - 1};
    mu_bye_write(&w, &bye);
    if (agent->dealer != NULL && mu_session_may_say(&agent->session, MU_FRAME_BYE))
        (void)mu_link_say(agent, MU_FRAME_BYE, &w);
    stand_back(agent, MU_LINK_REFUSED, why, distrust ? DISTRUST_MS : REOPEN_MS);
}

/* ---- what the monitor sees ------------------------------------------------------------------- */

static void come_up(struct mu_agent *agent, int64_t now)
{
    mu_session_end(&agent->session);
    agent->session = mu_session(MU_SIDE_AGENT, NULL);
    agent->times.greetings = 0;
    agent->times.greet_at = now;
}

static void go_down(struct mu_agent *agent)
{
    mu_session_end(&agent->session);
    agent->times.greet_at = agent->times.lost_at = INT64_MAX;
    mu_link_tell(agent, MU_LINK_OFFLINE, MU_E_UNREACHABLE);
}

void mu_link_watch(struct mu_agent *agent, int64_t now)
{
    enum mu_dealer_event event;

    while (agent->dealer != NULL && (event = mu_dealer_event(agent->dealer)) != MU_DEALER_NOTHING) {
        if (event == MU_DEALER_UP)
            come_up(agent, now);
        else if (event == MU_DEALER_DOWN)
            go_down(agent);
        else
            stand_back(agent, MU_LINK_REFUSED, MU_E_STRANGER, REOPEN_MS);
    }
}

/* ---- staying in touch ------------------------------------------------------------------------ */

static bool all_settled(const struct mu_agent *agent)
{
    return mu_agent_unsettled(agent) == 0;
}

void mu_link_ping(struct mu_agent *agent, int64_t now)
{
    uint8_t frame[SMALL_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);
    uint64_t idle = all_settled(agent) && mu_witness_settled(agent) ? agent->idle_through : 0;
    int64_t wall = mu_wall_ms();

    agent->times.echo = wall > agent->times.echo ? wall : agent->times.echo + 1;
    agent->times.ping_wall = wall;
    mu_ping_write(&w, &(struct mu_ping){.wall_ms = agent->times.echo, .idle_through = idle});
    agent->times.ping_at = now + GREET_AGAIN_MS;
    if (!mu_link_say(agent, MU_FRAME_PING, &w))
        return;
    mu_witness_pinged(agent, agent->times.echo);
    if (idle != agent->idle_told)
        agent->idle_echo = agent->times.echo;
    agent->idle_told = idle;
    agent->times.pinged_at = now;
    agent->times.ping_at = now + PING_EVERY_MS;
    if (!agent->submit.pace.marked)
        mu_pace_marked(&agent->submit.pace, agent->times.echo, now);
}

static void say_clock(struct mu_agent *agent)
{
    uint8_t frame[SMALL_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);

    mu_clock_frame_write(&w, &(struct mu_clock_frame){.log_ms = agent->clock_wanted});
    agent->clock_said = mu_link_say(agent, MU_FRAME_CLOCK, &w);
}

/* A clock in steps that has gone on at all has heard us: asked twice, it would go a step too far. */
static void clock_answered(struct mu_agent *agent, int64_t log_ms)
{
    if (log_ms > agent->clock_stood)
        agent->clock_wanted = 0;
    agent->clock_said = false;
}

static bool idle_news(const struct mu_agent *agent)
{
    return agent->idle_through != agent->idle_told && all_settled(agent) &&
           mu_witness_settled(agent);
}

enum mu_err mu_link_step(struct mu_agent *agent, int64_t now)
{
    if (agent->log_verifier == NULL)
        return MU_OK; /* not pointed: nowhere to connect to */
    if (agent->dealer == NULL)
        return now >= agent->times.open_at ? open_dealer(agent, now) : MU_OK;
    if (now >= agent->times.greet_at) {
        greet(agent, now);
    } else if (now >= agent->times.lost_at) {
        mu_link_regreet(agent, MU_E_TIMEOUT);
    } else if (agent->link == MU_LINK_OPEN) {
        if (agent->clock_wanted != 0 && !agent->clock_said)
            say_clock(agent);
        if (now >= agent->times.ping_at || idle_news(agent))
            mu_link_ping(agent, now);
    }
    return MU_OK;
}

int64_t mu_link_due(const struct mu_agent *agent, int64_t latest)
{
    const struct mu_link_times *t = &agent->times;
    int64_t due[3] = {t->open_at, INT64_MAX, INT64_MAX};

    if (agent->log_verifier == NULL)
        return latest;
    if (agent->dealer != NULL) {
        due[0] = t->greet_at;
        due[1] = t->lost_at;
        due[2] = agent->link == MU_LINK_OPEN ? t->ping_at : INT64_MAX;
    }
    for (size_t i = 0; i < 3; i++)
        if (due[i] < latest)
            latest = due[i];
    return latest;
}

/* ---- hearing --------------------------------------------------------------------------------- */

static void set_clock(struct mu_agent *agent, int64_t log_ms)
{
    agent->clock.start_ms = log_ms;
    agent->clock.machine_ms = mu_machine_ms();
    agent->clock_known = true;
}

void mu_link_clock_passed(struct mu_agent *agent, int64_t log_ms)
{
    if (agent->clock_known && mu_agent_log_now_ms(agent) < log_ms)
        set_clock(agent, log_ms);
}

/* The record was restored: signed, so it is so. What was said and what was read go back to where both
 * records are still the same; only then is the new head believed. */
static enum mu_err lose(struct mu_agent *agent, const struct mu_head *head, uint64_t common)
{
    enum mu_err err = MU_OK;

    if (common > agent->head.size)
        return MU_E_PROOF;
    if (agent->spool != NULL)
        err = mu_spool_lose(agent->spool, head->epoch, common);
    if (err == MU_OK)
        err = mu_follow_lose(agent, common);
    agent->told_head = 0;
    return err;
}

static enum mu_err check_welcome(struct mu_agent *agent, const struct mu_welcome *welcome)
{
    struct mu_head head;
    enum mu_err err;

    if (!mu_hash_equal(&welcome->log, &agent->home.log))
        return MU_E_OTHER_LOG;
    if ((err = mu_head_read(agent, welcome->note, welcome->epoch, &head)) != MU_OK)
        return err;
    if (head.epoch > agent->head.epoch && agent->head.size > 0 &&
        (err = lose(agent, &head, welcome->common)) != MU_OK)
        return err;
    return mu_head_believe(agent, &head, welcome->note, true);
}

enum mu_err mu_link_take_welcome(struct mu_agent *agent, const struct mu_heard *heard)
{
    const struct mu_welcome *welcome = &heard->as.welcome;
    int64_t now = mu_machine_ms();
    enum mu_err err = check_welcome(agent, welcome);

    if (err != MU_OK)
        return err;
    if (agent->spool != NULL && (err = mu_submit_resume(agent, welcome)) != MU_OK)
        return err;
    agent->epoch = welcome->epoch;
    agent->backed_up_through = welcome->backed_up_through;
    agent->clock.rate_milli = welcome->rate_milli;
    set_clock(agent, welcome->log_now_ms);
    clock_answered(agent, welcome->log_now_ms);
    agent->times.greet_at = INT64_MAX;
    agent->times.greetings = 0;
    agent->times.lost_at = now + SILENCE_MS;
    agent->times.ping_at = now; /* with nothing before it: what a round trip takes */
    agent->idle_told = agent->all_idle = 0;
    mu_pace_begin(&agent->submit.pace);
    if (agent->spool != NULL)
        mu_spool_may_forget(agent->spool, welcome->backed_up_through, welcome->log_now_ms);
    mu_follow_resume(agent, agent->head.size);
    mu_witness_resume(agent);
    if (!agent->submit.forked)
        mu_link_tell(agent, MU_LINK_OPEN, MU_OK);
    else
        mu_link_tell(agent, MU_LINK_OPEN, MU_E_FORK);
    return MU_OK;
}

/* The shortest round trip of a minute tells best: what it took lay somewhere between the two readings. */
static void note_offset(struct mu_agent *agent, const struct mu_pong *pong, int64_t now)
{
    int64_t half_ms = (now - agent->times.pinged_at + 1) / 2;
    struct mu_offset *kept = &agent->offset;

    if (kept->read_at != 0 && half_ms > kept->within_ms && now - kept->read_at < OFFSET_KEPT_MS)
        return;
    *kept = (struct mu_offset){
        .ms = pong->wall_ms - (agent->times.ping_wall + half_ms),
        .within_ms = half_ms,
        .read_at = now,
    };
}

enum mu_err mu_link_take_pong(struct mu_agent *agent, const struct mu_heard *heard)
{
    const struct mu_pong *pong = &heard->as.pong;
    int64_t now = mu_machine_ms();

    set_clock(agent, pong->log_now_ms);
    if (pong->echo_ms == agent->times.echo)
        note_offset(agent, pong, now);
    mu_witness_ponged(agent, pong->echo_ms);
    if (agent->spool != NULL)
        mu_spool_may_forget(agent->spool, agent->backed_up_through, pong->log_now_ms);
    if (agent->idle_told == agent->idle_through && pong->echo_ms >= agent->idle_echo)
        agent->all_idle = pong->all_idle_through;
    mu_pace_heard(&agent->submit.pace, pong->echo_ms, now);
    agent->times.failures = 0;
    return MU_OK;
}

enum mu_err mu_link_take_clock(struct mu_agent *agent, const struct mu_heard *heard)
{
    set_clock(agent, heard->as.clock.log_ms);
    agent->clock_wanted = 0;
    return MU_OK;
}

/* Leave without a reason, or for want of room, is not a refusal: the broker closes or is busy. */
enum mu_err mu_link_take_bye(struct mu_agent *agent, const struct mu_heard *heard)
{
    enum mu_err why = (enum mu_err)heard->as.bye.code;

    if (why == MU_E_OUT_OF_TURN || why == MU_E_BAD_FRAME)
        mu_link_regreet(agent, why);
    else if (why == MU_OK || mu_err_class(why) == MU_CLASS_LATER)
        stand_back(agent, MU_LINK_OFFLINE, why == MU_OK ? MU_E_UNREACHABLE : why, REOPEN_MS);
    else
        stand_back(agent, MU_LINK_REFUSED, why, REOPEN_MS);
    return MU_OK;
}

/* ---- the exercise clock ---------------------------------------------------------------------- */

void mu_agent_idle(mu_agent *agent, uint64_t through)
{
    if (through != agent->idle_through)
        agent->all_idle = 0; /* what was told before the broker heard this may be old */
    agent->idle_through = through;
    mu_turn_wake(agent);
}

uint64_t mu_agent_all_idle(mu_agent *agent)
{
    int64_t soon = agent->times.pinged_at + PING_SOON_MS;

    if (agent->times.ping_at > soon) {
        agent->times.ping_at = soon;
        mu_turn_wake(agent);
    }
    return agent->all_idle;
}

void mu_agent_clock(mu_agent *agent, int64_t log_ms)
{
    agent->clock_wanted = log_ms;
    agent->clock_stood = agent->clock_known ? mu_agent_log_now_ms(agent) : INT64_MAX;
    agent->clock_said = false;
    mu_turn_wake(agent);
}

bool mu_agent_clock_offset_ms(const mu_agent *agent, int64_t *ahead_ms, int64_t *within_ms)
{
    *ahead_ms = agent->offset.ms;
    *within_ms = agent->offset.within_ms;
    return agent->offset.read_at != 0;
}

int64_t mu_agent_log_now_ms(const mu_agent *agent)
{
    return agent->clock_known ? mu_clock_at(&agent->clock, mu_machine_ms()) : 0;
}
