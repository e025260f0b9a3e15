/* The join door.
 *
 * The usual path: OPEN from an admin, the door is bound, OPENED; a newcomer's first message takes the
 * door for itself; CAME and PASS go to and fro; SHUT. Each way it ends otherwise, and what is left:
 *   its time is over         the newcomer hears INVITE_OVER, the admin CLOSED
 *   five wrong codes         the same with TRIES_OVER; one who has the code is not thrown out by them
 *   the admin is gone        five seconds later the newcomer hears NO_INVITATION
 *   the admin opens another  the first is shut
 *   musterd stops            both are cut; nothing of it was on disk
 */
#include "broker/daemon/join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "broker/daemon/door.h"
#include "proto/wire/join.h"

#define TRIES_MAX 5u
#define MESSAGES_MAX 8u /* of one newcomer; the conversation has three */
#define LONELY_MS 5000
/* The socket of the invitation before may still be closing. */
#define BIND_MS 3000
#define BIND_AGAIN_MS 50
#define LINGER_MS 500
/* A newcomer whose connection ends loses what it has not read yet: it is let go first. */
#define ENDING_MS 1000
#define LOOK_AGAIN_MS 100
#define HANDSHAKE_MS 5000
#define HEARTBEAT_MS 2000
#define HEARTBEAT_TIMEOUT_MS 10000
#define BACKLOG 16
#define DOOR_BYTES_MAX ((int64_t)4 * MU_JOIN_BYTES_MAX)

struct mu_joining {
    void *door, *monitor;
    struct mu_agent_id admin;
    uint64_t instance; /* ... and which of its programs */
    uint32_t id;       /* its number for this invitation */
    struct mu_curve curve;
    bool bound;
    int64_t bind_until_ms, until_ms, lonely_ms;
    int64_t ending_ms; /* 0: it stands; else it is over, and closed at this machine time */
    unsigned tries_left;
    bool has_guest;
    struct mu_route guest;
    unsigned heard;
};

/* ---- telling the admin ------------------------------------------------------------------------- */

static struct mu_peer *find_admin(struct mu_daemon *d)
{
    const struct mu_joining *j = d->joining;

    for (struct mu_peer *p = d->peers.first; p != NULL; p = p->next)
        if (!p->gone && p->instance == j->instance &&
            mu_agent_id_equal(&p->seat.agent, &j->admin) &&
            mu_session_may_say(&p->session, MU_FRAME_JOIN))
            return p;
    return NULL;
}

static void tell(struct mu_daemon *d, struct mu_peer *peer, const struct mu_join_frame *frame)
{
    uint8_t bytes[MU_JOIN_BYTES_MAX + 64];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    if (peer == NULL || !mu_session_may_say(&peer->session, MU_FRAME_JOIN))
        return;
    mu_join_frame_write(&w, frame);
    MU_CHECK(mu_writer_ok(&w));
    if (mu_send(d, peer, mu_written(&w)) == MU_OK)
        mu_session_said(&peer->session, MU_FRAME_JOIN);
}

static void tell_admin(struct mu_daemon *d, enum mu_join_what what, uint32_t value,
                       struct mu_bytes payload)
{
    struct mu_join_frame frame = {d->joining->id, (uint8_t)what, value, payload};

    tell(d, find_admin(d), &frame);
}

/* ---- telling the newcomer ---------------------------------------------------------------------- */

static enum mu_err pass(struct mu_joining *j, const struct mu_route *to, struct mu_bytes message)
{
    if (zmq_send(j->door, to->b, to->size, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return MU_E_ABSENT;
    return zmq_send(j->door, message.data, message.size, ZMQ_DONTWAIT) < 0 ? MU_E_ABSENT : MU_OK;
}

static void say_no(struct mu_joining *j, const struct mu_route *to, enum mu_err code)
{
    uint8_t bytes[16];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    mu_join_no_write(&w, code);
    (void)pass(j, to, mu_written(&w)); /* one who is gone needs no answer */
}

/* ---- opening and shutting ---------------------------------------------------------------------- */

static void shut(struct mu_daemon *d, enum mu_err code, bool tells_admin)
{
    struct mu_joining *j = d->joining;

    if (tells_admin)
        tell_admin(d, MU_JOIN_CLOSED, (uint32_t)code, (struct mu_bytes){NULL, 0});
    if (!j->has_guest || code == MU_OK) {
        mu_joining_close(d);
        return;
    }
    say_no(j, &j->guest, code);
    j->ending_ms = d->now.machine_ms + ENDING_MS;
    d->retry_ms = LOOK_AGAIN_MS;
}

void mu_joining_close(struct mu_daemon *d)
{
    struct mu_joining *j = d->joining;

    d->joining = NULL;
    if (j == NULL)
        return;
    if (j->door != NULL)
        zmq_socket_monitor(j->door, NULL, 0);
    if (j->monitor != NULL)
        zmq_close(j->monitor);
    if (j->door != NULL)
        zmq_close(j->door);
    mu_wipe(j, sizeof *j);
    free(j);
}

/* No ZAP domain: which key a newcomer comes with is nobody's business, whether it knows the door's is. */
static enum mu_err make_door(struct mu_daemon *d, struct mu_joining *j)
{
    static const struct {
        int option, value;
    } options[] = {
        {ZMQ_CURVE_SERVER, 1},
        {ZMQ_ROUTER_MANDATORY, 1},
        {ZMQ_LINGER, LINGER_MS},
        {ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS},
        {ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS},
        {ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS},
        {ZMQ_BACKLOG, BACKLOG},
        {ZMQ_IPV6, 1},
        {ZMQ_SNDHWM, 16},
        {ZMQ_RCVHWM, 16},
        {MU_OPTION_ZAP_ENFORCE_DOMAIN, 1},
    };
    int64_t largest = DOOR_BYTES_MAX;

    if ((j->door = zmq_socket(d->context, ZMQ_ROUTER)) == NULL)
        return MU_E_SYSTEM;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (zmq_setsockopt(j->door, options[i].option, &options[i].value, sizeof(int)) != 0)
            return MU_E_SYSTEM;
    if (zmq_setsockopt(j->door, ZMQ_MAXMSGSIZE, &largest, sizeof largest) != 0 ||
        zmq_setsockopt(j->door, ZMQ_CURVE_SECRETKEY, j->curve.secret, sizeof j->curve.secret) != 0)
        return MU_E_SYSTEM;
    return MU_OK;
}

static enum mu_err watch_door(struct mu_daemon *d, struct mu_joining *j)
{
    static unsigned long made;
    char address[64];
    int linger = 0;

    snprintf(address, sizeof address, "inproc://muster.join.monitor.%lu", made++);
    if (zmq_socket_monitor(j->door, address, ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL) != 0 ||
        (j->monitor = zmq_socket(d->context, ZMQ_PAIR)) == NULL ||
        zmq_setsockopt(j->monitor, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_connect(j->monitor, address) != 0)
        return MU_E_SYSTEM;
    return MU_OK;
}

static void bind_door(struct mu_daemon *d)
{
    struct mu_joining *j = d->joining;
    char endpoint[MU_ENDPOINT_BYTES_MAX], actual[MU_ENDPOINT_BYTES_MAX];

    mu_config_join_endpoint(d->config, endpoint);
    if (mu_door_bind(j->door, endpoint, actual) == MU_OK) {
        j->bound = true;
        mu_tell("an invitation stands at %s", actual);
        tell_admin(d, MU_JOIN_OPENED, j->tries_left,
                   (struct mu_bytes){(const uint8_t *)actual, strlen(actual)});
    } else if (d->now.machine_ms >= j->bind_until_ms) {
        mu_tell("no invitation can stand at %s: %s", endpoint, zmq_strerror(errno));
        shut(d, MU_E_BUSY, true);
    } else {
        d->retry_ms = BIND_AGAIN_MS;
    }
}

static enum mu_err open_door(struct mu_daemon *d, const struct mu_peer *peer,
                             const struct mu_join_frame *frame)
{
    struct mu_joining *j;
    enum mu_err err;

    if (frame->payload.size != sizeof j->curve.secret || frame->value == 0 ||
        frame->value > MU_JOIN_SECONDS_MAX)
        return MU_E_BAD_FRAME;
    if ((j = calloc(1, sizeof *j)) == NULL)
        return MU_E_BUSY;
    d->joining = j;
    j->admin = peer->seat.agent;
    j->instance = peer->instance;
    j->id = frame->id;
    j->tries_left = TRIES_MAX;
    j->until_ms = d->now.machine_ms + (int64_t)frame->value * 1000;
    j->bind_until_ms = d->now.machine_ms + BIND_MS;
    memcpy(j->curve.secret, frame->payload.data, sizeof j->curve.secret);
    if ((err = make_door(d, j)) == MU_OK)
        err = watch_door(d, j);
    if (err == MU_OK)
        bind_door(d);
    else
        shut(d, MU_E_BUSY, true);
    return MU_OK;
}

/* ---- the admin's words ------------------------------------------------------------------------- */

static bool is_admin(const struct mu_daemon *d, const struct mu_agent_id *agent)
{
    const struct mu_member *member = mu_roster_member(mu_desk_roster(d->desk), agent);

    return member != NULL && member->is_admin && member->standing == MU_STANDING_GOOD;
}

/* One invitation at a time; an admin's own next one takes the place of the one before. */
static enum mu_err take_open(struct mu_daemon *d, struct mu_peer *peer,
                             const struct mu_join_frame *frame)
{
    struct mu_joining *j = d->joining;

    if (j != NULL && j->ending_ms != 0)
        mu_joining_close(d);
    else if (j != NULL && !mu_agent_id_equal(&j->admin, &peer->seat.agent)) {
        tell(d, peer, &(struct mu_join_frame){frame->id, MU_JOIN_CLOSED, MU_E_BUSY, {NULL, 0}});
        return MU_OK;
    }
    if (d->joining != NULL) {
        shut(d, MU_E_NO_INVITATION, false);
        mu_joining_close(d);
    }
    return open_door(d, peer, frame);
}

enum mu_err mu_joining_take(struct mu_daemon *d, struct mu_peer *peer,
                            const struct mu_join_frame *frame)
{
    struct mu_joining *j = d->joining;
    bool is_its = j != NULL && j->ending_ms == 0 && j->id == frame->id &&
                  j->instance == peer->instance && mu_agent_id_equal(&j->admin, &peer->seat.agent);

    if (!is_admin(d, &peer->seat.agent))
        return MU_E_NOT_ADMIN;
    if (frame->what == MU_JOIN_OPEN)
        return take_open(d, peer, frame);
    if (frame->what != MU_JOIN_PASS && frame->what != MU_JOIN_SHUT)
        return MU_E_BAD_FRAME;
    if (!is_its) /* it ended as this was on its way */
        return MU_OK;
    if (frame->what == MU_JOIN_SHUT)
        shut(d, (enum mu_err)frame->value, false);
    else if (!j->has_guest || pass(j, &j->guest, frame->payload) != MU_OK)
        tell_admin(d, MU_JOIN_CAME, 0, (struct mu_bytes){NULL, 0}); /* it is gone */
    return MU_OK;
}

/* ---- the newcomer's words ---------------------------------------------------------------------- */

static bool same_route(const struct mu_route *a, const struct mu_route *b)
{
    return a->size == b->size && memcmp(a->b, b->b, a->size) == 0;
}

/* An empty message to it is not heard by anybody, but finds no way when it is gone. */
static bool is_there(struct mu_joining *j, const struct mu_route *route)
{
    return pass(j, route, (struct mu_bytes){NULL, 0}) == MU_OK;
}

/* The first to come has the door, until it is gone. */
static bool is_guest(struct mu_joining *j, const struct mu_route *route)
{
    if (j->has_guest && same_route(&j->guest, route))
        return true;
    if (j->has_guest && is_there(j, &j->guest))
        return false;
    j->has_guest = true;
    j->guest = *route;
    j->heard = 0;
    return true;
}

static void hear_newcomer(struct mu_daemon *d, const struct mu_route *route,
                          struct mu_bytes message, bool whole)
{
    struct mu_joining *j = d->joining;

    if (message.size > MU_JOIN_BYTES_MAX)
        say_no(j, route, MU_E_TOO_LARGE);
    else if (!whole || message.size == 0)
        say_no(j, route, MU_E_BAD_FRAME);
    else if (!is_guest(j, route))
        say_no(j, route, MU_E_CODE_USED);
    else if (++j->heard <= MESSAGES_MAX)
        tell_admin(d, MU_JOIN_CAME, j->heard, message);
}

/* The route, then one part; of more, the last is kept to be refused. */
static bool receive(struct mu_joining *j, struct mu_route *route, zmq_msg_t *message, bool *whole)
{
    unsigned parts = 0;
    int size = zmq_recv(j->door, route->b, sizeof route->b, ZMQ_DONTWAIT);
    int more = size >= 0;

    if (size < 0)
        return false;
    route->size = (uint8_t)(size > (int)sizeof route->b ? (int)sizeof route->b : size);
    while (more) {
        if (zmq_msg_recv(message, j->door, ZMQ_DONTWAIT) < 0)
            return false;
        parts++;
        more = zmq_msg_more(message);
    }
    *whole = parts == 1;
    return true;
}

static void hear_newcomers(struct mu_daemon *d)
{
    struct mu_route route;
    zmq_msg_t message;
    bool whole;

    zmq_msg_init(&message);
    for (unsigned i = 0; i < 16 && receive(d->joining, &route, &message, &whole); i++)
        hear_newcomer(d, &route, (struct mu_bytes){zmq_msg_data(&message), zmq_msg_size(&message)},
                      whole);
    zmq_msg_close(&message);
}

/* ---- wrong codes ------------------------------------------------------------------------------- */

/* A handshake that did not know the door's key is a wrong code; one broken off otherwise is nothing. */
static bool saw_wrong_code(struct mu_joining *j, bool *wrong)
{
    uint8_t head[6], address[256];
    uint16_t event;
    uint32_t value;

    if (zmq_recv(j->monitor, head, sizeof head, ZMQ_DONTWAIT) != (int)sizeof head)
        return false;
    if (zmq_recv(j->monitor, address, sizeof address, ZMQ_DONTWAIT) < 0)
        return false;
    memcpy(&event, head, sizeof event);
    memcpy(&value, head + sizeof event, sizeof value);
    *wrong = event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL &&
             value == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC;
    return true;
}

static void count_wrong_codes(struct mu_daemon *d)
{
    struct mu_joining *j = d->joining;
    bool wrong = false;

    while (saw_wrong_code(j, &wrong)) {
        if (!wrong || j->tries_left == 0)
            continue;
        j->tries_left--;
        mu_tell("a wrong code was tried, %u more", j->tries_left);
        tell_admin(d, MU_JOIN_TRIED, j->tries_left, (struct mu_bytes){NULL, 0});
    }
    if (j->tries_left == 0 && !j->has_guest)
        shut(d, MU_E_TRIES_OVER, true);
}

/* ---- once a pass ------------------------------------------------------------------------------- */

static bool is_lonely(struct mu_daemon *d)
{
    struct mu_joining *j = d->joining;

    if (find_admin(d) != NULL)
        j->lonely_ms = 0;
    else if (j->lonely_ms == 0)
        j->lonely_ms = d->now.machine_ms;
    return j->lonely_ms != 0 && d->now.machine_ms - j->lonely_ms >= LONELY_MS;
}

static bool stands(const struct mu_daemon *d)
{
    return d->joining != NULL && d->joining->ending_ms == 0;
}

int mu_joining_poll(const struct mu_daemon *d, zmq_pollitem_t items[MU_JOIN_POLL_ITEMS])
{
    if (!stands(d)) /* what comes to one that is over is not heard */
        return 0;
    items[0] = (zmq_pollitem_t){d->joining->door, 0, ZMQ_POLLIN, 0};
    items[1] = (zmq_pollitem_t){d->joining->monitor, 0, ZMQ_POLLIN, 0};
    return MU_JOIN_POLL_ITEMS;
}

static void let_go(struct mu_daemon *d)
{
    struct mu_joining *j = d->joining;

    d->retry_ms = LOOK_AGAIN_MS;
    if (d->now.machine_ms >= j->ending_ms || !is_there(j, &j->guest))
        mu_joining_close(d);
}

void mu_joining_step(struct mu_daemon *d)
{
    if (d->joining != NULL && d->joining->ending_ms != 0)
        let_go(d);
    if (d->joining != NULL && !d->joining->bound)
        bind_door(d);
    if (stands(d))
        hear_newcomers(d);
    if (stands(d))
        count_wrong_codes(d);
    if (!stands(d))
        return;
    if (d->now.machine_ms >= d->joining->until_ms)
        shut(d, MU_E_INVITE_OVER, true);
    else if (is_lonely(d) || !is_admin(d, &d->joining->admin))
        shut(d, MU_E_NO_INVITATION, true);
}
