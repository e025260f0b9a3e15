/* Hearing a frame: head, table, fragments, payload; and only then the next state.
 *
 * Nothing of a stranger's bytes is kept before the table allows the frame, and what is kept (half
 * a frame) is bounded per lane and, over all sessions, by the budget. A frame that fails anywhere
 * leaves the state as it was.
 */
#include "proto/session/session.h"

#include <stdlib.h>
#include <string.h>

#include "proto/session/table.h"

/* Most fragments are of one batch: beginning here keeps a thin link's first growth from being many. */
#define LANE_BYTES_MIN 4096u

static enum mu_side other_side(enum mu_side side)
{
    return side == MU_SIDE_AGENT ? MU_SIDE_BROKER : MU_SIDE_AGENT;
}

/* ---- one lane ------------------------------------------------------------------------------ */
static void empty_lane(struct mu_session *s, struct mu_session_lane *lane)
{
    if (s->budget != NULL)
        s->budget->used -= lane->room;
    free(lane->data);
    lane->data = NULL;
    lane->used = lane->room = 0;
    lane->type = 0;
    lane->skipping = false;
}

static void empty_lanes(struct mu_session *s)
{
    for (size_t i = 0; i < MU_LANES; i++)
        empty_lane(s, &s->lane[i]);
}

/* Frames handed out whole were lent until now. */
static void empty_lent(struct mu_session *s)
{
    for (size_t i = 0; i < MU_LANES; i++) {
        if (s->lane[i].type == 0 && s->lane[i].data != NULL)
            empty_lane(s, &s->lane[i]);
    }
}

static bool make_room(struct mu_session *s, struct mu_session_lane *lane, size_t bytes)
{
    size_t room = lane->room < LANE_BYTES_MIN ? LANE_BYTES_MIN : lane->room;
    uint8_t *data;

    if (bytes <= lane->room)
        return true;
    while (room < bytes)
        room *= 2;
    if (room > MU_FRAME_BYTES_MAX)
        room = MU_FRAME_BYTES_MAX;
    if (s->budget != NULL && room - lane->room > s->budget->max - s->budget->used)
        return false;
    data = realloc(lane->data, room);
    if (data == NULL)
        return false;
    if (s->budget != NULL)
        s->budget->used += room - lane->room;
    lane->data = data;
    lane->room = room;
    return true;
}

static enum mu_err skip_frame(struct mu_session *s, struct mu_session_lane *lane, uint8_t type,
                              bool more)
{
    empty_lane(s, lane);
    lane->type = more ? type : 0;
    lane->skipping = more;
    return MU_E_BUSY;
}

/* Puts a fragment behind the ones before; *payload is the whole payload when none is missing. */
static enum mu_err add_fragment(struct mu_session *s, const struct mu_frame_head *head,
                                struct mu_bytes *payload, bool *whole)
{
    struct mu_session_lane *lane = &s->lane[head->lane];
    bool more = (head->flags & MU_FRAME_MORE) != 0;
    size_t bytes = lane->used + payload->size;

    *whole = false;
    if (lane->skipping) {
        if (!more)
            empty_lane(s, lane);
        return MU_OK;
    }
    if (bytes > MU_FRAME_BYTES_MAX - MU_FRAME_HEAD_BYTES || payload->size == 0) {
        empty_lane(s, lane);
        return payload->size == 0 ? MU_E_BAD_FRAME : MU_E_TOO_LARGE;
    }
    if (!make_room(s, lane, bytes))
        return skip_frame(s, lane, head->type, more);
    memcpy(lane->data + lane->used, payload->data, payload->size);
    lane->used = bytes;
    lane->type = more ? head->type : 0;
    *whole = !more;
    if (*whole)
        *payload = (struct mu_bytes){lane->data, lane->used};
    return MU_OK;
}

/* The head counts once, with the first piece. */
static void note_piece(const struct mu_session_lane *lane, size_t bytes, struct mu_heard *heard)
{
    if (lane->skipping || lane->type == 0)
        return;
    heard->piece.type = lane->type;
    heard->piece.size = lane->used == bytes ? bytes + MU_FRAME_HEAD_BYTES : bytes;
    heard->piece.so_far = (struct mu_bytes){lane->data, lane->used};
}

/* PROTOCOL §4.3: a whole frame of another type may pass a half-received one in its lane. */
static enum mu_err put_together(struct mu_session *s, const struct mu_frame_head *head,
                                struct mu_bytes *payload, bool *whole)
{
    uint8_t half = s->lane[head->lane].type;
    bool more = (head->flags & MU_FRAME_MORE) != 0;

    *whole = !more && half != head->type;
    if (*whole)
        return MU_OK;
    if (half != 0 && half != head->type)
        return MU_E_BAD_FRAME;
    return add_fragment(s, head, payload, whole);
}

/* ---- payloads ------------------------------------------------------------------------------ */
#define READER(name, member)                                                                       \
    static enum mu_err take_##name(struct mu_reader *r, struct mu_heard *heard)                    \
    {                                                                                              \
        return mu_##name##_read(r, &heard->as.member);                                             \
    }
READER(hello, hello)
READER(welcome, welcome)
READER(accepted, accepted)
READER(refused, refused)
READER(return, returned)
READER(follow, follow)
READER(deliver, deliver)
READER(credit, credit)
READER(receipt_frame, receipt)
READER(ping, ping)
READER(pong, pong)
READER(clock_frame, clock)
READER(bye, bye)
READER(join_frame, join)
#undef READER

/* A batch is read where it is judged. */
static enum mu_err take_submit(struct mu_reader *r, struct mu_heard *heard)
{
    heard->as.batch = mu_read_bytes(r, r->left);
    return heard->as.batch.size > 0 ? MU_OK : MU_E_BAD_FRAME;
}

static enum mu_err (*const take[MU_FRAME_TYPES])(struct mu_reader *, struct mu_heard *) = {
    [MU_FRAME_HELLO] = take_hello,
    [MU_FRAME_WELCOME] = take_welcome,
    [MU_FRAME_SUBMIT] = take_submit,
    [MU_FRAME_ACCEPTED] = take_accepted,
    [MU_FRAME_REFUSED] = take_refused,
    [MU_FRAME_FOLLOW] = take_follow,
    [MU_FRAME_DELIVER] = take_deliver,
    [MU_FRAME_CREDIT] = take_credit,
    [MU_FRAME_RECEIPT] = take_receipt_frame,
    [MU_FRAME_PING] = take_ping,
    [MU_FRAME_PONG] = take_pong,
    [MU_FRAME_CLOCK] = take_clock_frame,
    [MU_FRAME_BYE] = take_bye,
    [MU_FRAME_JOIN] = take_join_frame,
    [MU_FRAME_RETURN] = take_return,
};

static enum mu_err read_payload(const struct mu_frame_head *head, struct mu_bytes payload,
                                struct mu_heard *heard)
{
    struct mu_reader r = mu_reader(payload);
    enum mu_err err;

    MU_CHECK(take[head->type] != NULL); /* what the table takes can be read */
    err = take[head->type](&r, heard);
    if (err != MU_OK)
        return err;
    heard->type = head->type;
    heard->size = payload.size + MU_FRAME_HEAD_BYTES;
    return MU_OK;
}

/* ---- the conversation ---------------------------------------------------------------------- */
struct mu_session mu_session(enum mu_side side, struct mu_session_budget *budget)
{
    return (struct mu_session){.side = side, .state = MU_SESSION_NEW, .budget = budget};
}

void mu_session_end(struct mu_session *session)
{
    empty_lanes(session);
    session->state = MU_SESSION_CLOSED;
}

static void move_on(struct mu_session *s, uint8_t type, enum mu_session_state next)
{
    s->state = next;
    if (type == MU_FRAME_HELLO || type == MU_FRAME_BYE)
        empty_lanes(s);
}

enum mu_err mu_session_hear(struct mu_session *session, struct mu_bytes message,
                            struct mu_heard *heard)
{
    struct mu_reader r = mu_reader(message);
    struct mu_frame_head head;
    struct mu_session_row row;
    struct mu_bytes payload;
    bool whole;
    enum mu_err err;

    memset(heard, 0, sizeof *heard);
    empty_lent(session);
    if (message.size > MU_FRAME_BYTES_MAX)
        return MU_E_TOO_LARGE;
    if ((err = mu_frame_head_read(&r, &head)) != MU_OK)
        return err;
    heard->lane = head.lane;
    row = mu_session_row(session->state, head.type, other_side(session->side));
    if (row.act != MU_SESSION_TAKE)
        return row.act == MU_SESSION_DROP ? MU_OK : MU_E_OUT_OF_TURN;
    payload = (struct mu_bytes){r.at, r.left};
    if ((err = put_together(session, &head, &payload, &whole)) != MU_OK)
        return err;
    if (!whole) {
        note_piece(&session->lane[head.lane], payload.size, heard);
        return MU_OK;
    }
    if ((err = read_payload(&head, payload, heard)) == MU_OK)
        move_on(session, head.type, row.next);
    return err;
}

bool mu_session_may_say(const struct mu_session *session, uint8_t type)
{
    return mu_session_row(session->state, type, session->side).act == MU_SESSION_TAKE;
}

void mu_session_said(struct mu_session *session, uint8_t type)
{
    struct mu_session_row row = mu_session_row(session->state, type, session->side);

    MU_CHECK(row.act == MU_SESSION_TAKE);
    move_on(session, type, row.next);
}
