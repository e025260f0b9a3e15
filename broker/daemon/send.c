/* Sending: never blocking, to one route, mandatory. ZeroMQ's queues carry frames between two live
 * sessions; nothing in them is counted on. */
#include "broker/daemon/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

static enum mu_err send_route(void *door, const struct mu_route *route)
{
    if (zmq_send(door, route->b, route->size, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return errno == EAGAIN ? MU_E_BUSY : MU_E_ABSENT;
    return MU_OK;
}

/* The route took the first part, so it takes the second: a message is queued whole. */
static enum mu_err send_to(void *door, const struct mu_route *route, struct mu_bytes frame)
{
    enum mu_err err = send_route(door, route);

    if (err == MU_OK && zmq_send(door, frame.data, frame.size, ZMQ_DONTWAIT) < 0)
        return MU_E_ABSENT;
    return err;
}

static enum mu_err note_gone(struct mu_daemon *d, struct mu_peer *peer, enum mu_err err)
{
    if (err == MU_E_ABSENT)
        mu_peers_leave(&d->peers, peer);
    return err;
}

enum mu_err mu_send(struct mu_daemon *d, struct mu_peer *peer, struct mu_bytes frame)
{
    return peer->gone ? MU_E_ABSENT : note_gone(d, peer, send_to(d->door, &peer->route, frame));
}

static void free_frame(void *frame, void *unused)
{
    (void)unused;
    free(frame);
}

enum mu_err mu_send_owned(struct mu_daemon *d, struct mu_peer *peer, uint8_t **frame, size_t size)
{
    enum mu_err err = peer->gone ? MU_E_ABSENT : send_route(d->door, &peer->route);
    zmq_msg_t part;

    if (err != MU_OK)
        return note_gone(d, peer, err);
    if (zmq_msg_init_data(&part, *frame, size, free_frame, NULL) != 0)
        return note_gone(d, peer, MU_E_ABSENT);
    *frame = NULL;
    if (zmq_msg_send(&part, d->door, ZMQ_DONTWAIT) >= 0)
        return MU_OK;
    zmq_msg_close(&part);
    return note_gone(d, peer, MU_E_ABSENT);
}

static struct mu_bytes write_bye(struct mu_writer *w, enum mu_err code)
{
    const char *text = code == MU_OK ? "the broker stops" : mu_err_sentence(code, MU_LANG_EN);

    mu_bye_write(w, &(struct mu_bye){(uint16_t)code, {(const uint8_t *)text, strlen(text)}});
    MU_CHECK(mu_writer_ok(w));
    return mu_written(w);
}

void mu_send_bye(struct mu_daemon *d, struct mu_peer *peer, enum mu_err code)
{
    uint8_t bytes[512];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    if (!mu_session_may_say(&peer->session, MU_FRAME_BYE))
        return;
    mu_session_said(&peer->session, MU_FRAME_BYE);
    /* A pipe too full for a farewell belongs to a peer that does not read it anyway. */
    if (mu_send(d, peer, write_bye(&w, code)) != MU_OK)
        mu_peers_leave(&d->peers, peer);
}

void mu_send_away(struct mu_daemon *d, const struct mu_route *route, enum mu_err code)
{
    uint8_t bytes[512];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    (void)send_to(d->door, route, write_bye(&w, code));
}

/* An answer that finds no room ends the session: its agent says HELLO again, learns where its lanes
 * stand, and asks for what it missed by sending the same bytes. */
void mu_send_answer(void *user, struct mu_desk_seat *seat, struct mu_bytes frame)
{
    struct mu_daemon *d = user;
    struct mu_peer *peer = seat->user;
    uint8_t type = frame.data[1];

    if (peer->gone || !mu_session_may_say(&peer->session, type))
        return;
    if (mu_send(d, peer, frame) == MU_OK)
        mu_session_said(&peer->session, type);
    else
        mu_peers_leave(&d->peers, peer);
}
