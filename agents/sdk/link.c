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
#define SILENCE_MS 15000
#define REOPEN_MS 500
#define REOPEN_MAX_MS 30000
#define DISTRUST_MS 30000
#define SMALL_FRAME_BYTES 2048u

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
        mu_clock_step(agent);
        mu_beat_step(agent, now);
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
    mu_clock_welcomed(agent, welcome);
    agent->times.greet_at = INT64_MAX;
    agent->times.greetings = 0;
    agent->times.lost_at = now + SILENCE_MS;
    mu_beat_begin(agent);
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
