/* Giving back what a restored broker lost.
 *
 * The usual path: WELCOME says another epoch, and how far the numbers still mean the same; that is
 * written down (lost.c); then every batch accepted behind it is sent with RETURN, lane by lane, life safety
 * first, one at a time, each with the answer it got then. ACCEPTED gives it its new place. A lane in
 * which something waits says nothing new until the old is back: its sequences go on from there.
 *
 * Each way it can go otherwise:
 *  - The link breaks, or the program is killed: after the next WELCOME the rest is given.
 *  - "Not now", or an author the broker does not know again yet: later.
 *  - The broker holds something else there: this batch is kept here and offered no more; the program is
 *    told. What was said after it comes back all the same.
 *  - A batch is kept no longer: what came after it is given all the same. When nothing that came after
 *    it is left either, the lane ends before what this spool said last, and what waits is sealed anew
 *    under a new instance (fork.c).
 */
#include "agents/sdk/agent_inside.h"

#include <stdlib.h>
#include <string.h>

#include "proto/sign/accepted.h"

#define LATER_MS 2000
#define PIECE_MIN 256u

/* ---- the frame on its way -------------------------------------------------------------------- */

static void drop_frame(struct mu_giver *giver)
{
    free(giver->frame);
    giver->frame = NULL;
    giver->sent = false;
}

void mu_give_free(struct mu_agent *agent)
{
    drop_frame(&agent->giver);
}

static enum mu_err write_frame(struct mu_giver *giver, const struct mu_lost *lost)
{
    const struct mu_return f = {lost->answer, lost->batch};
    struct mu_writer w = mu_writer(NULL, 0);

    mu_return_write(&w, lost->lane, &f);
    if ((giver->frame = malloc(w.used)) == NULL)
        return MU_E_NO_MEMORY;
    w = mu_writer(giver->frame, w.used);
    mu_return_write(&w, lost->lane, &f);
    MU_CHECK(mu_writer_ok(&w));
    giver->size = w.used;
    giver->at = 0;
    giver->lost = *lost;
    giver->lost.answer = giver->lost.batch = (struct mu_bytes){NULL, 0};
    return MU_OK;
}

/* On a thin link in pieces, like the batches of the slower lanes. MU_E_BUSY: no room now. */
static enum mu_err send_piece(struct mu_agent *agent)
{
    struct mu_giver *giver = &agent->giver;
    size_t left = giver->size - (giver->at == 0 ? MU_FRAME_HEAD_BYTES : giver->at);
    size_t room = mu_pace_room(&agent->submit.pace), at = giver->at;
    uint8_t *data = NULL;
    struct mu_writer w;
    enum mu_err err;

    if (room < left + MU_FRAME_HEAD_BYTES && room < PIECE_MIN + MU_FRAME_HEAD_BYTES)
        return MU_E_BUSY;
    if (left + MU_FRAME_HEAD_BYTES < room)
        room = left + MU_FRAME_HEAD_BYTES;
    if ((data = malloc(room)) == NULL)
        return MU_E_NO_MEMORY;
    w = mu_writer(data, room);
    MU_CHECK(mu_frame_cut((struct mu_bytes){giver->frame, giver->size}, room, &at, &w) &&
             mu_writer_ok(&w));
    err = mu_dealer_send(agent->dealer, mu_written(&w));
    free(data);
    if (err != MU_OK)
        return err;
    mu_pace_sent(&agent->submit.pace, w.used);
    giver->at = at;
    giver->sent = at == giver->size;
    if (giver->sent)
        mu_session_said(&agent->session, MU_FRAME_RETURN);
    return MU_OK;
}

/* ---- lanes ----------------------------------------------------------------------------------- */

static bool lane_waits(const struct mu_agent *agent, uint8_t *lane)
{
    for (*lane = 0; *lane < MU_LANES; (*lane)++) {
        if (agent->submit.lane[*lane].giving)
            return true;
    }
    return false;
}

/* All of this lane is back: the next WELCOME says where it stands now. */
static enum mu_err end_lane(struct mu_agent *agent, uint8_t lane)
{
    uint8_t next;
    enum mu_err err = MU_OK;

    agent->submit.lane[lane].giving = false;
    if (!lane_waits(agent, &next))
        err = mu_spool_gave(agent->spool);
    if (err == MU_OK)
        mu_link_regreet(agent, MU_OK);
    return err == MU_E_FULL ? MU_OK : err;
}

/* After WELCOME: whether this lane has something to give back first. */
enum mu_err mu_give_begin(struct mu_agent *agent, uint8_t lane)
{
    struct mu_lost lost;
    enum mu_err err = mu_spool_lost_next(agent->spool, lane, &lost);

    agent->submit.lane[lane].giving = err == MU_OK;
    return err == MU_E_ABSENT ? MU_OK : err;
}

enum mu_err mu_give_resume(struct mu_agent *agent)
{
    uint8_t lane;
    enum mu_err err;

    drop_frame(&agent->giver);
    agent->giver.hold_until = 0;
    if (!mu_spool_giving(agent->spool) || lane_waits(agent, &lane))
        return MU_OK;
    err = mu_spool_gave(agent->spool);
    return err == MU_E_FULL ? MU_OK : err; /* it is said again when there is room */
}

enum mu_err mu_give_step(struct mu_agent *agent, int64_t now)
{
    struct mu_giver *giver = &agent->giver;
    struct mu_lost lost;
    uint8_t lane;
    enum mu_err err = MU_OK;

    if (agent->spool == NULL || agent->link != MU_LINK_OPEN || !lane_waits(agent, &lane) ||
        now < giver->hold_until || giver->sent)
        return MU_OK;
    if (giver->frame == NULL) {
        err = mu_spool_lost_next(agent->spool, lane, &lost);
        if (err == MU_E_ABSENT)
            return end_lane(agent, lane);
        if (err == MU_OK)
            err = write_frame(giver, &lost);
    }
    while (err == MU_OK && !giver->sent)
        err = send_piece(agent);
    if (mu_pace_wants_mark(&agent->submit.pace))
        mu_beat_ping(agent, now);
    if (err != MU_E_BUSY)
        return err;
    agent->blocked = mu_pace_room(&agent->submit.pace) > PIECE_MIN + MU_FRAME_HEAD_BYTES;
    return MU_OK;
}

int64_t mu_give_due(const struct mu_agent *agent, int64_t latest)
{
    uint8_t lane;

    if (agent->link == MU_LINK_OPEN && lane_waits(agent, &lane) && !agent->giver.sent &&
        agent->giver.hold_until != 0 && agent->giver.hold_until < latest)
        return agent->giver.hold_until;
    return latest;
}

/* ---- answers --------------------------------------------------------------------------------- */

static bool is_answer(const struct mu_agent *agent, uint8_t lane, uint64_t first_sequence)
{
    return agent->giver.sent && agent->giver.lost.lane == lane &&
           (first_sequence == 0 || agent->giver.lost.first_sequence == first_sequence);
}

static enum mu_err read_batch(struct mu_agent *agent, struct mu_batch *batch)
{
    struct mu_lost lost;
    enum mu_err err = mu_spool_lost_next(agent->spool, agent->giver.lost.lane, &lost);

    if (err != MU_OK || mu_batch_read(lost.batch, agent->items, batch) != MU_OK)
        return err == MU_OK || err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    mu_batch_leaves(batch);
    return MU_OK;
}

static enum mu_err move_on(struct mu_agent *agent, const struct mu_accepted *accepted)
{
    struct mu_writer count = mu_writer(NULL, 0), w;
    struct mu_settlement now = {.epoch = accepted->epoch,
                                .first_number = accepted->first_number,
                                .accepted_at_ms = accepted->accepted_at_ms};
    uint8_t lane = agent->giver.lost.lane, *bytes;
    enum mu_err err;

    mu_accepted_write(&count, lane, accepted);
    if ((bytes = malloc(count.used)) == NULL)
        return MU_E_NO_MEMORY;
    w = mu_writer(bytes, count.used);
    mu_accepted_write(&w, lane, accepted);
    now.answer = (struct mu_bytes){bytes + MU_FRAME_HEAD_BYTES, w.used - MU_FRAME_HEAD_BYTES};
    err = mu_spool_given(agent->spool, &agent->giver.lost, &now);
    free(bytes);
    return err;
}

enum mu_err mu_give_take_accepted(struct mu_agent *agent, const struct mu_heard *heard)
{
    const struct mu_accepted *accepted = &heard->as.accepted;
    uint16_t codes[MU_BATCH_EVENTS_MAX];
    struct mu_batch batch;
    enum mu_err err;

    if (!is_answer(agent, heard->lane, accepted->first_sequence))
        return MU_OK;
    if ((err = read_batch(agent, &batch)) != MU_OK ||
        (err = mu_submit_verify(agent, accepted, &batch, codes)) != MU_OK)
        return err;
    agent->times.failures = 0;
    if ((err = move_on(agent, accepted)) == MU_E_FULL) {
        agent->giver.hold_until = mu_machine_ms() + LATER_MS; /* sent again, it is a repeat */
        drop_frame(&agent->giver);
        return MU_OK;
    }
    if (err != MU_OK)
        return err;
    mu_submit_tell_accepted(agent, &batch, accepted, codes);
    drop_frame(&agent->giver);
    return MU_OK;
}

static bool comes_later(enum mu_err code)
{
    return mu_err_class(code) == MU_CLASS_LATER || code == MU_E_STRANGER;
}

enum mu_err mu_give_take_refused(struct mu_agent *agent, const struct mu_heard *heard)
{
    const struct mu_refused *refused = &heard->as.refused;
    enum mu_err code = (enum mu_err)refused->code, err = MU_OK;
    int64_t wait = refused->retry_ms > 0 ? refused->retry_ms : LATER_MS;
    struct mu_batch batch;

    if (!is_answer(agent, heard->lane, refused->first_sequence))
        return MU_OK;
    if (code == MU_E_RETIRED || code == MU_E_COMPROMISED) {
        mu_link_leave(agent, code);
        return MU_OK;
    }
    if (comes_later(code)) {
        agent->giver.hold_until = mu_machine_ms() + mu_back_off_ms(wait, LATER_MS * 10, 0);
    } else if ((err = read_batch(agent, &batch)) == MU_OK) {
        mu_submit_tell_kept(agent, &batch, code, "");
        err = mu_spool_not_given(agent->spool, &agent->giver.lost);
    }
    drop_frame(&agent->giver);
    return err == MU_E_FULL ? MU_OK : err;
}
