#include "broker/daemon/tray.h"

#include <stdlib.h>

#include "broker/daemon/door.h"

/* As many as the desk checks ahead. */
#define TRAY_MESSAGES 8u

struct mu_tray {
    unsigned first, used;
    struct mu_message message[TRAY_MESSAGES];
};

static struct mu_message *at(struct mu_tray *tray, unsigned i)
{
    return &tray->message[(tray->first + i) % TRAY_MESSAGES];
}

enum mu_err mu_tray_open(struct mu_tray **out)
{
    struct mu_tray *tray = calloc(1, sizeof *tray);

    *out = tray;
    if (tray == NULL)
        return MU_E_NO_MEMORY;
    for (unsigned i = 0; i < TRAY_MESSAGES; i++)
        zmq_msg_init(&tray->message[i].payload);
    return MU_OK;
}

void mu_tray_close(struct mu_daemon *d)
{
    if (d->tray == NULL)
        return;
    while (d->tray->used > 0)
        mu_tray_done(d);
    for (unsigned i = 0; i < TRAY_MESSAGES; i++)
        zmq_msg_close(&d->tray->message[i].payload);
    free(d->tray);
    d->tray = NULL;
}

bool mu_tray_holds(const struct mu_tray *tray)
{
    return tray->used > 0;
}

/* ---- taking from the door -------------------------------------------------------------------- */
/* The route, then one payload. */
static bool receive(void *door, struct mu_message *m)
{
    struct mu_route *route = &m->route;
    unsigned parts = 0;
    int size = zmq_recv(door, route->b, sizeof route->b, ZMQ_DONTWAIT);
    int more = size >= 0;

    if (size < 0)
        return false;
    route->size = (uint8_t)(size > (int)sizeof route->b ? (int)sizeof route->b : size);
    while (more) {
        if (zmq_msg_recv(&m->payload, door, ZMQ_DONTWAIT) < 0)
            return false;
        parts++;
        more = zmq_msg_more(&m->payload);
    }
    m->whole = parts == 1;
    return true;
}

/* The batch of a SUBMIT that came in one piece. Whatever else is in it, is heard later. */
static bool read_batch(struct mu_message *m, uint8_t *lane, struct mu_bytes *batch)
{
    struct mu_reader r =
        mu_reader((struct mu_bytes){zmq_msg_data(&m->payload), zmq_msg_size(&m->payload)});
    struct mu_frame_head head;

    if (mu_frame_head_read(&r, &head) != MU_OK || head.type != MU_FRAME_SUBMIT ||
        (head.flags & MU_FRAME_MORE) != 0)
        return false;
    *lane = head.lane;
    *batch = (struct mu_bytes){r.at, r.left};
    return true;
}

static void expect(struct mu_daemon *d, struct mu_message *m)
{
    uint8_t key[MU_CURVE_KEY_BYTES], lane;
    struct mu_bytes batch;
    struct mu_peer *peer = NULL;

    if (read_batch(m, &lane, &batch) && mu_door_peer(&m->payload, key) == MU_OK)
        peer = mu_peers_find(&d->peers, &m->route, key);
    if (peer != NULL)
        mu_desk_expect(d->desk, &peer->seat, lane, batch);
}

/* The first is heard at once: nothing is won by handing it to another thread. */
static void fill(struct mu_daemon *d)
{
    struct mu_tray *tray = d->tray;

    while (tray->used < TRAY_MESSAGES && receive(d->door, at(tray, tray->used))) {
        if (tray->used++ > 0)
            expect(d, at(tray, tray->used - 1));
    }
}

struct mu_message *mu_tray_first(struct mu_daemon *d)
{
    fill(d);
    return d->tray->used > 0 ? at(d->tray, 0) : NULL;
}

void mu_tray_done(struct mu_daemon *d)
{
    struct mu_message *m = at(d->tray, 0);
    struct mu_bytes batch;
    uint8_t lane;

    if (read_batch(m, &lane, &batch))
        mu_desk_forget(d->desk, batch);
    zmq_msg_close(&m->payload);
    zmq_msg_init(&m->payload);
    d->tray->first = (d->tray->first + 1) % TRAY_MESSAGES;
    d->tray->used--;
}
