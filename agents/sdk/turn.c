/* One turn: move on what can move, wait, hear, move on again. */
#include "agents/sdk/agent_inside.h"

#include <poll.h>
#include <sys/timerfd.h>

#define FRAMES_MAX 256u      /* heard in one turn, so that a turn ends */
#define FLUSH_LAZILY_MS 1000 /* settled rows are written with the next say, or after this */
#define FLUSH_BYTES (256u * 1024)
#define SILENCE_MS 15000
#define ARM_MS_MAX 60000

/* ---- hearing --------------------------------------------------------------------------------- */

static enum mu_err (*const take[MU_FRAME_TYPES])(struct mu_agent *, const struct mu_heard *) = {
    [MU_FRAME_WELCOME] = mu_link_take_welcome,   [MU_FRAME_ACCEPTED] = mu_submit_take_accepted,
    [MU_FRAME_REFUSED] = mu_submit_take_refused, [MU_FRAME_DELIVER] = mu_follow_take_deliver,
    [MU_FRAME_PONG] = mu_beat_take_pong,         [MU_FRAME_CLOCK] = mu_clock_take,
    [MU_FRAME_BYE] = mu_link_take_bye,           [MU_FRAME_JOIN] = mu_link_take_join,
};

/* What is wrong with this machine ends the turn; what is wrong with the broker ends the link. */
static bool is_ours(enum mu_err err)
{
    return err == MU_E_NO_MEMORY || err == MU_E_IO || err == MU_E_CORRUPT || err == MU_E_SYSTEM;
}

static enum mu_err hear(struct mu_agent *agent, struct mu_bytes message)
{
    struct mu_heard heard;
    enum mu_err err = mu_session_hear(&agent->session, message, &heard);

    if (err == MU_E_BUSY)
        return MU_OK; /* dropped for want of room; the broker sends it again when asked */
    if (err == MU_OK && heard.type != 0)
        err = take[heard.type](agent, &heard);
    else if (err == MU_OK && heard.piece.type == MU_FRAME_DELIVER)
        mu_follow_take_piece(agent, &heard.piece);
    if (agent->link == MU_LINK_OPEN)
        agent->times.lost_at = mu_machine_ms() + SILENCE_MS;
    if (err == MU_OK || is_ours(err))
        return err;
    mu_link_leave(agent, err);
    return MU_OK;
}

static enum mu_err hear_all(struct mu_agent *agent)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < FRAMES_MAX && err == MU_OK && agent->stop == MU_OK; i++) {
        struct mu_bytes message;

        if (agent->dealer == NULL)
            return MU_OK;
        err = mu_dealer_receive(agent->dealer, &message);
        if (err == MU_E_ABSENT)
            return MU_OK;
        if (err == MU_E_BAD_FRAME) {
            mu_link_leave(agent, err);
            return MU_OK;
        }
        if (err == MU_OK)
            err = hear(agent, message);
    }
    return err;
}

/* ---- moving on ------------------------------------------------------------------------------- */

static enum mu_err flush(struct mu_agent *agent, int64_t now)
{
    size_t pending = agent->spool != NULL ? mu_spool_pending(agent->spool) : 0;
    enum mu_err err;

    if (pending == 0) {
        agent->flush_at = 0;
        return MU_OK;
    }
    if (agent->flush_at == 0)
        agent->flush_at = now + FLUSH_LAZILY_MS;
    if (now < agent->flush_at && pending < FLUSH_BYTES)
        return MU_OK;
    err = mu_spool_flush(agent->spool);
    agent->flush_at = now + FLUSH_LAZILY_MS;
    return err == MU_E_FULL ? MU_OK : err; /* a say will be told; sending needs no room */
}

static enum mu_err move_on(struct mu_agent *agent)
{
    int64_t now = mu_machine_ms();
    enum mu_err err;

    agent->blocked = false;
    if ((err = mu_witness_step(agent, now)) != MU_OK || /* before PING says that we are idle */
        (err = mu_link_step(agent, now)) != MU_OK || (err = mu_fork_step(agent, now)) != MU_OK ||
        (err = mu_give_step(agent, now)) != MU_OK || (err = mu_submit_step(agent, now)) != MU_OK)
        return err;
    mu_follow_step(agent);
    return flush(agent, now);
}

static int64_t next_due(const struct mu_agent *agent, int64_t latest)
{
    if (agent->flush_at != 0 && agent->flush_at < latest)
        latest = agent->flush_at;
    latest = mu_link_due(agent, mu_witness_due(agent, latest));
    return mu_give_due(agent, mu_submit_due(agent, latest));
}

/* ---- waiting --------------------------------------------------------------------------------- */

static int time_to_wait(const struct mu_agent *agent, int timeout_ms)
{
    int64_t now = mu_machine_ms();
    int64_t latest = timeout_ms < 0 ? INT64_MAX : now + timeout_ms;
    int64_t due = next_due(agent, latest);

    if (due == INT64_MAX)
        return -1;
    if (due <= now)
        return 0;
    return due - now > INT32_MAX ? INT32_MAX : (int)(due - now);
}

static void wait(struct mu_agent *agent, int timeout_ms)
{
    if (agent->dealer != NULL)
        mu_dealer_wait(agent->dealer, time_to_wait(agent, timeout_ms), agent->blocked);
    else
        poll(NULL, 0, time_to_wait(agent, timeout_ms));
}

static void set_timer(struct mu_agent *agent, int64_t wait_ms)
{
    struct itimerspec at = {.it_value = {.tv_nsec = 1}}; /* due, however long ago */

    if (wait_ms > 0)
        at.it_value = (struct timespec){wait_ms / 1000, wait_ms % 1000 * 1000000};
    MU_CHECK(timerfd_settime(agent->timer, 0, &at, NULL) == 0);
}

void mu_turn_wake(struct mu_agent *agent)
{
    set_timer(agent, 0);
}

/* For those who poll the descriptor: readable when something is due, or here already. */
static void arm(struct mu_agent *agent)
{
    int64_t now = mu_machine_ms(), latest = now + ARM_MS_MAX;

    if (agent->dealer != NULL && mu_dealer_has_more(agent->dealer))
        set_timer(agent, 0);
    else
        set_timer(agent, next_due(agent, latest) - now);
}

int mu_agent_fd(const mu_agent *agent)
{
    return agent->epoll;
}

enum mu_err mu_agent_turn(mu_agent *agent, int timeout_ms)
{
    enum mu_err err;

    agent->stop = MU_OK;
    if ((err = move_on(agent)) != MU_OK || agent->stop != MU_OK)
        goto out;
    wait(agent, timeout_ms);
    mu_link_watch(agent, mu_machine_ms());
    if ((err = hear_all(agent)) == MU_OK && agent->stop == MU_OK)
        err = move_on(agent);
out:
    arm(agent);
    return err != MU_OK ? err : agent->stop;
}
