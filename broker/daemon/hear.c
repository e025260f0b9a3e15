/* Hearing: from a message to what is done about it.
 *
 * The usual path: two parts arrive, route and frame; the key in the frame's metadata says whose it is;
 * the roster says whether he still stands; the session reads the frame; the table below does the
 * rest. Whatever is wrong on the way costs the peer his session at most: BYE with a code.
 */
#include "broker/daemon/inside.h"

#include <string.h>

#include "broker/daemon/door.h"
#include "broker/daemon/epoch.h"
#include "broker/daemon/feed.h"
#include "broker/daemon/join.h"
#include "broker/daemon/tray.h"

/* A turn holds what arrived while the one before was written; these keep one flood from delaying the
 * answers to everybody else. */
#define TURN_MS_MAX 5
#define TURN_FRAMES_MAX 4096u
#ifdef MU_CONTROL_ACK_FIRST /* that build can prove one batch a turn before it is committed */
#define TURN_BATCHES_MAX 1u
#else
#define TURN_BATCHES_MAX TURN_FRAMES_MAX
#endif

/* ---- the turn -------------------------------------------------------------------------------- */
static int64_t log_now(const struct mu_daemon *d)
{
    return mu_broker_clock_at(&d->clock, &d->now);
}

enum mu_err mu_hear_begin_turn(struct mu_daemon *d)
{
    struct mu_desk_time time;

    if (d->in_turn)
        return MU_OK;
    d->now = mu_instant_now();
    time = (struct mu_desk_time){log_now(d), d->now.machine_ms};
    d->in_turn = true;
    return mu_desk_turn_begin(d->desk, &time);
}

/* ---- frames ---------------------------------------------------------------------------------- */
/* What an agent holds is compared with what is here; what it proves to hold beside that begins a new
 * epoch before it is welcomed. */
static enum mu_err compare_heads(struct mu_daemon *d, struct mu_peer *peer,
                                 const struct mu_hello *hello)
{
    struct mu_desk_held held = {.head = {hello->head_epoch, hello->head_size, hello->head_root},
                                .note = hello->note};
    enum mu_err err = mu_hear_begin_turn(d);

    if (err == MU_OK)
        err = mu_desk_hold(d->desk, &held);
    if (err != MU_OK)
        return err;
    peer->common = held.common;
    mu_epoch_tell(d, peer, &held);
    return MU_OK;
}

/* Each answers MU_OK, a code to say BYE with, or a storage error. */
static enum mu_err take_hello(struct mu_daemon *d, struct mu_peer *peer,
                              const struct mu_heard *heard)
{
    const struct mu_hello *hello = &heard->as.hello;
    struct mu_peer *older;
    enum mu_err err;

    mu_feed_end(d, peer);
    if (!mu_agent_id_equal(&hello->agent, &peer->seat.agent))
        return MU_E_WRONG_AGENT;
    if (!mu_hash_is_none(&hello->log) && !mu_hash_equal(&hello->log, mu_log_id(d->log)))
        return MU_E_OTHER_LOG;
    if ((err = compare_heads(d, peer, hello)) != MU_OK) {
        if (mu_err_class(err) == MU_CLASS_LOCAL)
            d->err = err;
        return mu_err_class(err) == MU_CLASS_LOCAL ? MU_OK : MU_E_FULL;
    }
    peer->instance = hello->instance;
    peer->deliver_bytes = hello->credit_bytes;
    peer->fragment_bytes = hello->fragment_bytes;
    peer->reports_idle = false;
    memcpy(peer->program, hello->program.data, hello->program.size);
    peer->program[hello->program.size] = '\0';
    /* A program that was killed and is back must not be waited for under its old connection. */
    if ((older = mu_peers_older(&d->peers, peer)) != NULL)
        older->reports_idle = false;
    peer->welcome_owed = d->answers_owed = true;
    return MU_OK;
}

static enum mu_err take_submit(struct mu_daemon *d, struct mu_peer *peer,
                               const struct mu_heard *heard)
{
    enum mu_err err = mu_hear_begin_turn(d);

    d->turn_bytes += heard->size;
    d->turn_batches++;
    if (err == MU_OK)
        err = mu_desk_submit(d->desk, &peer->seat, heard->lane, heard->as.batch);
    if (err != MU_OK)
        d->err = err;
    return MU_OK;
}

static enum mu_err take_return(struct mu_daemon *d, struct mu_peer *peer,
                               const struct mu_heard *heard)
{
    enum mu_err err = mu_hear_begin_turn(d);

    d->turn_bytes += heard->size;
    d->turn_batches++;
    if (err == MU_OK)
        err = mu_desk_return(d->desk, &peer->seat, heard->lane, &heard->as.returned);
    if (err != MU_OK)
        d->err = err;
    mu_broker_clock_leap(&d->clock, mu_desk_now_ms(d->desk), &d->now);
    return MU_OK;
}

static enum mu_err take_follow(struct mu_daemon *d, struct mu_peer *peer,
                               const struct mu_heard *heard)
{
    return mu_feed_follow(d, peer, &heard->as.follow);
}

static enum mu_err take_credit(struct mu_daemon *d, struct mu_peer *peer,
                               const struct mu_heard *heard)
{
    mu_feed_credit(d, peer, &heard->as.credit);
    return MU_OK;
}

static enum mu_err take_receipt(struct mu_daemon *d, struct mu_peer *peer,
                                const struct mu_heard *heard)
{
    enum mu_err err = mu_desk_receipt(d->desk, &peer->seat, log_now(d), &heard->as.receipt);

    if (mu_err_class(err) != MU_CLASS_LOCAL)
        return err;
    d->err = err;
    return MU_OK;
}

/* Whoever has not folded the newest entry may have something to say to it; and a turn not yet committed
 * holds newer ones. */
static uint64_t all_idle(const struct mu_daemon *d)
{
    uint64_t least = mu_peers_idle_through(&d->peers, d->head.size);

    return d->in_turn || least < d->head.size ? 0 : least;
}

static enum mu_err take_ping(struct mu_daemon *d, struct mu_peer *peer,
                             const struct mu_heard *heard)
{
    uint8_t bytes[64];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    uint64_t idle_through = d->head.size;

    peer->idle_through = heard->as.ping.idle_through;
    peer->reports_idle = peer->reports_idle || peer->idle_through != 0;
    if (!d->clock.is_wall) /* nobody waits for programs of an actual record */
        idle_through = all_idle(d);
    mu_pong_write(
        &w, &(struct mu_pong){heard->as.ping.wall_ms, log_now(d), idle_through, d->now.wall_ms});
    if (mu_send(d, peer, mu_written(&w)) == MU_OK)
        mu_session_said(&peer->session, MU_FRAME_PONG);
    return MU_OK;
}

/* PROTOCOL §9.3: the clock of an exercise moves at the word of an admin or of the player. */
static bool may_move_clock(const struct mu_daemon *d, const struct mu_peer *peer)
{
    const mu_roster *roster = mu_desk_roster(d->desk);
    const struct mu_member *member = mu_roster_member(roster, &peer->seat.agent);
    const char *player = mu_roster_role(roster, "player");

    return member != NULL &&
           (member->is_admin || (player != NULL && strcmp(player, member->agency) == 0));
}

static enum mu_err take_clock(struct mu_daemon *d, struct mu_peer *peer,
                              const struct mu_heard *heard)
{
    enum mu_err err;

    if (!may_move_clock(d, peer))
        return MU_E_NOT_GRANTED;
    peer->clock_owed = d->answers_owed = true;
    if (d->clock.is_wall) /* nobody moves that one: the answer says where it stands */
        return MU_OK;
    if ((err = mu_hear_begin_turn(d)) == MU_OK)
        err = mu_desk_step(d->desk, heard->as.clock.log_ms);
    if (err != MU_OK)
        d->err = err;
    mu_broker_clock_leap(&d->clock, mu_desk_now_ms(d->desk), &d->now);
    return MU_OK;
}

static enum mu_err take_join(struct mu_daemon *d, struct mu_peer *peer,
                             const struct mu_heard *heard)
{
    return mu_joining_take(d, peer, &heard->as.join);
}

static enum mu_err take_bye(struct mu_daemon *d, struct mu_peer *peer, const struct mu_heard *heard)
{
    (void)heard;
    mu_peers_leave(&d->peers, peer);
    return MU_OK;
}

/* What a retired key may still do: hand in what it said before it ended, which its seals must show. */
static const struct {
    enum mu_err (*take)(struct mu_daemon *, struct mu_peer *, const struct mu_heard *);
    bool also_retired;
} table[MU_FRAME_TYPES] = {
    [MU_FRAME_HELLO] = {take_hello, true},      [MU_FRAME_SUBMIT] = {take_submit, true},
    [MU_FRAME_FOLLOW] = {take_follow, false},   [MU_FRAME_CREDIT] = {take_credit, false},
    [MU_FRAME_RECEIPT] = {take_receipt, false}, [MU_FRAME_PING] = {take_ping, true},
    [MU_FRAME_CLOCK] = {take_clock, false},     [MU_FRAME_BYE] = {take_bye, true},
    [MU_FRAME_JOIN] = {take_join, false},       [MU_FRAME_RETURN] = {take_return, true},
};

/* ---- one message ----------------------------------------------------------------------------- */
static void refuse_half(struct mu_daemon *d, struct mu_peer *peer, uint8_t lane)
{
    uint8_t bytes[128];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    mu_refused_write(&w, lane, &(struct mu_refused){.code = MU_E_BUSY, .retry_ms = 1000});
    mu_send_answer(d, &peer->seat, mu_written(&w));
}

static void send_off(struct mu_daemon *d, struct mu_peer *peer, enum mu_err code)
{
    mu_send_bye(d, peer, code);
    mu_feed_end(d, peer);
}

static void hear_frame(struct mu_daemon *d, struct mu_peer *peer, struct mu_bytes message)
{
    enum mu_err standing =
        mu_authority_standing(mu_desk_roster(d->desk), &peer->seat.agent, log_now(d));
    struct mu_heard heard;
    enum mu_err err;

    if (standing == MU_E_STRANGER) { /* dropped unread */
        send_off(d, peer, standing);
        return;
    }
    err = mu_session_hear(&peer->session, message, &heard);
    if (err == MU_E_BUSY) {
        refuse_half(d, peer, heard.lane);
        return;
    }
    if (err == MU_OK && heard.type == 0)
        return;
    if (err == MU_OK && standing != MU_OK && !table[heard.type].also_retired)
        err = standing;
    if (err == MU_OK)
        err = table[heard.type].take(d, peer, &heard);
    if (err != MU_OK)
        send_off(d, peer, err);
}

/* One key must not take the places of all: the session of it that is least alive makes room. */
static void make_room_beside(struct mu_daemon *d, const struct mu_peer *peer)
{
    struct mu_peer *out = mu_peers_crowding(&d->peers, peer);

    if (out == NULL)
        return;
    send_off(d, out, MU_E_BUSY);
    mu_peers_leave(&d->peers, out);
}

static struct mu_peer *welcome_peer(struct mu_daemon *d, const struct mu_route *route,
                                    const uint8_t key[MU_CURVE_BYTES])
{
    const struct mu_member *member = mu_roster_by_curve(mu_desk_roster(d->desk), key);
    struct mu_peer *peer = NULL;
    enum mu_err err = member != NULL ? MU_OK : MU_E_STRANGER;

    if (err == MU_OK)
        err = mu_peers_add(&d->peers, route, key, &d->halves, &peer);
    if (err != MU_OK) {
        mu_send_away(d, route, err == MU_E_NO_MEMORY ? MU_E_BUSY : err);
        return NULL;
    }
    peer->seat.agent = member->agent;
    peer->heard_ms = d->now.machine_ms;
    make_room_beside(d, peer);
    return peer;
}

static void hear_message(struct mu_daemon *d, struct mu_message *m)
{
    uint8_t key[MU_CURVE_KEY_BYTES];
    struct mu_peer *peer;

    if (mu_door_peer(&m->payload, key) != MU_OK)
        return; /* nobody we could answer to */
    peer = mu_peers_find(&d->peers, &m->route, key);
    if (peer == NULL)
        peer = welcome_peer(d, &m->route, key);
    if (peer == NULL)
        return;
    peer->heard_ms = d->now.machine_ms;
    if (m->whole)
        hear_frame(d, peer,
                   (struct mu_bytes){zmq_msg_data(&m->payload), zmq_msg_size(&m->payload)});
    else
        send_off(d, peer, MU_E_BAD_FRAME);
}

/* ---- all that has arrived -------------------------------------------------------------------- */
static bool has_enough(const struct mu_daemon *d, unsigned frames, int64_t since_ms)
{
    return d->err != MU_OK || frames >= TURN_FRAMES_MAX || d->turn_batches >= TURN_BATCHES_MAX ||
           d->turn_bytes >= d->config->turn_bytes || d->now.machine_ms - since_ms >= TURN_MS_MAX;
}

void mu_hear_all(struct mu_daemon *d)
{
    int64_t since_ms = d->now.machine_ms;
    struct mu_message *m;

    for (unsigned frames = 0; !has_enough(d, frames, since_ms); frames++) {
        if ((m = mu_tray_first(d)) == NULL)
            return;
        hear_message(d, m);
        mu_tray_done(d);
        d->now = mu_instant_now();
    }
    d->more = d->more || mu_tray_holds(d->tray);
}

/* ---- after the commit ------------------------------------------------------------------------ */
/* Half of the budget is for what comes in. Each gets an eighth of what is left of that: a few agents much,
 * a thousand little, and nobody less than one batch. */
static uint32_t grant(struct mu_daemon *d, struct mu_peer *peer)
{
    uint64_t half = d->config->budget_bytes / 2, left, bytes;

    mu_peers_grant(&d->peers, peer, 0);
    left = d->peers.granted < half ? half - d->peers.granted : 0;
    bytes = left / 8 < d->config->credit_bytes ? left / 8 : d->config->credit_bytes;
    mu_peers_grant(&d->peers, peer,
                   (uint32_t)(bytes < MU_BATCH_BYTES_MAX ? MU_BATCH_BYTES_MAX : bytes));
    return peer->seat.credit_bytes;
}

static enum mu_err say_welcome(struct mu_daemon *d, struct mu_peer *peer)
{
    uint8_t bytes[1024];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    const struct mu_genesis *genesis = mu_roster_genesis(mu_desk_roster(d->desk));
    struct mu_welcome f = {
        .log = *mu_log_id(d->log),
        .log_now_ms = log_now(d),
        .rate_milli = d->clock.is_wall ? 1000 : d->clock.clock.rate_milli,
        .status = (uint8_t)genesis->status,
        .credit_bytes = grant(d, peer),
        .epoch = d->head.epoch,
        .backed_up_through = d->backup.through,
        .common = peer->common,
        .note = d->note,
    };

    for (uint8_t lane = 0; lane < MU_LANES; lane++) {
        struct mu_sequence last = {0};
        enum mu_err err = mu_log_sequence(d->log, &peer->seat.agent, peer->instance, lane, &last);

        if (err != MU_OK && err != MU_E_ABSENT)
            return err;
        f.lane[lane] = (struct mu_lane_mark){last.sequence, last.leaf};
    }
    mu_welcome_write(&w, &f);
    MU_CHECK(mu_writer_ok(&w));
    if (mu_send(d, peer, mu_written(&w)) == MU_OK)
        mu_session_said(&peer->session, MU_FRAME_WELCOME);
    return MU_OK;
}

static void say_clock(struct mu_daemon *d, struct mu_peer *peer)
{
    uint8_t bytes[64];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    mu_clock_frame_write(&w, &(struct mu_clock_frame){log_now(d)});
    if (mu_send(d, peer, mu_written(&w)) == MU_OK)
        mu_session_said(&peer->session, MU_FRAME_CLOCK);
}

/* A damaged lane row concerns the one agent; whatever else fails concerns the record. */
static void welcome(struct mu_daemon *d, struct mu_peer *peer)
{
    enum mu_err err = say_welcome(d, peer);

    if (err == MU_E_CORRUPT || err == MU_E_LIMIT)
        send_off(d, peer, MU_E_BUSY);
    else if (err != MU_OK)
        d->err = err;
}

void mu_hear_answer(struct mu_daemon *d)
{
    if (!d->answers_owed)
        return;
    d->answers_owed = false;
    d->now = mu_instant_now();
    for (struct mu_peer *peer = d->peers.first; peer != NULL; peer = peer->next) {
        if (peer->welcome_owed && mu_session_may_say(&peer->session, MU_FRAME_WELCOME))
            welcome(d, peer);
        if (peer->clock_owed && mu_session_may_say(&peer->session, MU_FRAME_CLOCK))
            say_clock(d, peer);
        peer->welcome_owed = peer->clock_owed = false;
    }
}
