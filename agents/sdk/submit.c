/* Batches out and answers in: per lane in order, life safety first, bytes in flight bounded.
 *
 * The usual path: a batch goes KEPT -> SENT -> ACCEPTED and leaves the queue. ACCEPTED is believed
 * only when the checkpoint is signed, and our own batch with the numbers, times and verdicts the
 * broker states leads to its root. A REFUSED that says "not now" holds the lane; a gap rewinds it; a
 * fork is for fork.c; anything else leaves the batch where it is and tells the program why.
 *
 * On a thin link batches of the slower lanes leave in pieces (pace.h): a batch that is half sent is
 * finished before anything else of its lane, and if it cannot be, the session begins anew.
 */
#include "agents/sdk/agent_inside.h"
#include "proto/sign/accepted.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_MS_MIN 20
#define PIECE_MIN 256u /* smaller ones are mostly head and box */
#define STUCK_MS 30000
#define OVERDRAFT_LANE MU_LANE_LIFE

static struct mu_queue *queue_of(struct mu_agent *agent, uint8_t lane)
{
    return mu_spool_queue(agent->spool, lane);
}

static uint64_t frame_bytes(const struct mu_waiting *row)
{
    return row->size_bytes + MU_FRAME_HEAD_BYTES;
}

/* ---- out ------------------------------------------------------------------------------------- */

/* The row is on its way no longer: answered, or to be sent again. */
static void land(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row,
                 enum mu_waiting_state state)
{
    if (row->state == MU_WAITING_SENT) {
        agent->submit.in_flight -= frame_bytes(row);
        agent->submit.unanswered -= lane != MU_LANE_LIFE;
    }
    row->state = state;
}

static void rewind_lane(struct mu_agent *agent, uint8_t lane, uint64_t from)
{
    struct mu_queue *queue = queue_of(agent, lane);

    for (size_t i = mu_queue_count(queue); i > 0; i--) {
        struct mu_waiting *row = mu_queue_at(queue, i - 1);

        if (row->first_sequence < from)
            break;
        if (row->state == MU_WAITING_SENT)
            land(agent, lane, row, MU_WAITING_KEPT);
    }
    agent->submit.lane[lane].next = from;
}

/* Bytes of this batch that may leave now; 0: none. Life safety is never cut: the others are, so that
 * little of them is ever before it. */
static size_t piece_bytes(const struct mu_agent *agent, uint8_t lane, size_t left)
{
    size_t room = mu_pace_room(&agent->submit.pace);

    if (lane == MU_LANE_LIFE || room >= left + MU_FRAME_HEAD_BYTES)
        return left;
    return room >= PIECE_MIN + MU_FRAME_HEAD_BYTES ? room - MU_FRAME_HEAD_BYTES : 0;
}

static enum mu_err send_bytes(struct mu_agent *agent, uint8_t lane, struct mu_bytes piece,
                              bool more)
{
    size_t size = piece.size + MU_FRAME_HEAD_BYTES;
    struct mu_writer w;
    uint8_t *data;
    enum mu_err err = mu_dealer_prepare(agent->dealer, size, &data);

    if (err != MU_OK)
        return err;
    w = mu_writer(data, size);
    mu_frame_head_write(&w, MU_FRAME_SUBMIT, more ? MU_FRAME_MORE : 0, lane);
    mu_write_bytes(&w, piece.data, piece.size);
    MU_CHECK(mu_writer_ok(&w));
    if ((err = mu_dealer_send_prepared(agent->dealer)) == MU_OK)
        mu_pace_sent(&agent->submit.pace, size);
    return err;
}

/* The next piece of the batch; on a fast link that is all of it. MU_E_ABSENT: none may leave now. */
static enum mu_err send_piece(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row)
{
    struct mu_submit_lane *l = &agent->submit.lane[lane];
    size_t from = l->cutting == row->first_sequence ? l->cut_at : 0;
    size_t size = piece_bytes(agent, lane, row->size_bytes - from);
    bool more = from + size < row->size_bytes;
    struct mu_bytes batch;
    enum mu_err err;

    if (size == 0)
        return MU_E_ABSENT;
    if ((err = mu_spool_load(agent->spool, lane, row, &batch)) != MU_OK ||
        (err = send_bytes(agent, lane, (struct mu_bytes){batch.data + from, size}, more)) != MU_OK)
        return err;
    if (row->state == MU_WAITING_KEPT) {
        agent->submit.in_flight += frame_bytes(row);
        agent->submit.unanswered += lane != MU_LANE_LIFE;
    }
    row->state = MU_WAITING_SENT;
    row->sent_through = agent->submit.pace.sent;
    l->cutting = more ? row->first_sequence : 0;
    l->cut_at = from + size;
    if (!more) {
        mu_session_said(&agent->session, MU_FRAME_SUBMIT);
        if (l->next == row->first_sequence)
            l->next += row->count;
    }
    return MU_OK;
}

/* PROTOCOL: a sender may overdraw by one chunk. The reserve of that is for life safety's first. */
static bool has_credit(const struct mu_agent *agent, uint8_t lane)
{
    const struct mu_submit *s = &agent->submit;
    uint64_t reserve = lane == OVERDRAFT_LANE ? 0 : s->window / 8;

    return s->in_flight == 0 || s->in_flight < s->window - reserve;
}

static struct mu_waiting *next_to_send(struct mu_agent *agent, uint8_t lane)
{
    struct mu_submit_lane *l = &agent->submit.lane[lane];
    struct mu_queue *queue = queue_of(agent, lane);
    struct mu_waiting *row;
    size_t index;

    if (l->giving)
        return NULL;
    if (l->cutting != 0) /* half sent, it must be finished, whatever was heard meanwhile */
        return mu_queue_find(queue, l->cutting, NULL);
    if (mu_queue_count(queue) == 0)
        return NULL;
    if (l->next < mu_queue_at(queue, 0)->first_sequence)
        l->next = mu_queue_at(queue, 0)->first_sequence;
    row = mu_queue_find(queue, l->next, &index);
    while (row != NULL && row->state != MU_WAITING_KEPT) {
        l->next = row->first_sequence + row->count;
        row = ++index < mu_queue_count(queue) ? mu_queue_at(queue, index) : NULL;
    }
    return row;
}

static bool may_begin(struct mu_agent *agent, uint8_t lane, const struct mu_waiting *row)
{
    if (lane != MU_LANE_LIFE && !mu_pace_may_begin(&agent->submit.pace, agent->submit.unanswered))
        return false;
    return has_credit(agent, lane) && (!agent->submit.forked || mu_fork_may_send(agent, lane, row));
}

static enum mu_err send_lane(struct mu_agent *agent, uint8_t lane, int64_t now)
{
    struct mu_submit_lane *l = &agent->submit.lane[lane];
    struct mu_waiting *row;
    enum mu_err err = MU_OK;

    if (now < l->hold_until && l->cutting == 0)
        return MU_OK;
    if (now >= l->hold_until)
        l->hold_until = 0;
    while (err == MU_OK && (row = next_to_send(agent, lane)) != NULL &&
           (l->cutting != 0 || may_begin(agent, lane, row)))
        err = send_piece(agent, lane, row);
    if (err == MU_OK && l->cutting != 0)
        mu_link_regreet(agent, MU_OK); /* answered while half sent: the other half leads nowhere */
    return err == MU_E_ABSENT ? MU_OK : err;
}

enum mu_err mu_submit_step(struct mu_agent *agent, int64_t now)
{
    enum mu_err err = MU_OK;

    if (agent->link != MU_LINK_OPEN || agent->spool == NULL)
        return MU_OK;
    for (uint8_t lane = 0; err == MU_OK && agent->link == MU_LINK_OPEN && lane < MU_LANES; lane++)
        err = send_lane(agent, lane, now);
    if (err == MU_OK && agent->link == MU_LINK_OPEN && mu_pace_wants_mark(&agent->submit.pace))
        mu_beat_ping(agent, now);
    if (err != MU_E_BUSY)
        return err;
    agent->blocked = true;
    return MU_OK;
}

int64_t mu_submit_due(const struct mu_agent *agent, int64_t latest)
{
    if (agent->link != MU_LINK_OPEN || agent->spool == NULL)
        return latest;
    for (size_t i = 0; i < MU_LANES; i++) {
        int64_t until = agent->submit.lane[i].hold_until;

        if (until != 0 && until < latest)
            latest = until;
    }
    if (agent->submit.forked && agent->submit.reseal_at > mu_machine_ms() &&
        agent->submit.reseal_at < latest)
        latest = agent->submit.reseal_at;
    return latest;
}

/* ---- after WELCOME --------------------------------------------------------------------------- */

/* A row the broker called strange stays suspicious, whatever WELCOME says: we are fenced. */
static bool any_strange(struct mu_agent *agent, uint8_t lane)
{
    struct mu_queue *queue = queue_of(agent, lane);

    for (size_t i = 0; i < mu_queue_count(queue); i++)
        if (mu_queue_at(queue, i)->state == MU_WAITING_STRANGE)
            return true;
    return false;
}

enum mu_err mu_submit_resume(struct mu_agent *agent, const struct mu_welcome *welcome)
{
    struct mu_submit *s = &agent->submit;
    bool forked = false;

    for (uint8_t lane = 0; lane < MU_LANES; lane++) {
        enum mu_spool_stand stand = mu_spool_agrees(agent->spool, lane, &welcome->lane[lane]);
        enum mu_err err = mu_give_begin(agent, lane);

        if (err != MU_OK)
            return err;
        if (s->lane[lane].giving)
            stand = MU_SPOOL_AGREES; /* as far as both go; asked again when all is given */
        if (stand == MU_SPOOL_BEHIND && mu_spool_lost_in(agent->spool) != welcome->epoch)
            return MU_E_PROOF;
        if (stand == MU_SPOOL_BEHIND) /* lost for good: the chain cannot go on from there */
            stand = MU_SPOOL_FORKED;
        forked = forked || stand == MU_SPOOL_FORKED || any_strange(agent, lane);
        rewind_lane(agent, lane, 0);
        s->lane[lane].hold_until = 0;
        s->lane[lane].cutting = 0;
        s->lane[lane].broker_last = welcome->lane[lane].sequence;
        s->lane[lane].agrees = stand == MU_SPOOL_AGREES;
    }
    s->forked = forked;
    s->in_flight = 0;
    s->unanswered = 0;
    s->window = welcome->credit_bytes;
    return mu_give_resume(agent);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void tell_answer(struct mu_agent *agent, const struct mu_answer *answer)
{
    enum mu_err said;

    if (agent->calls.on_answer == NULL)
        return;
    said = agent->calls.on_answer(agent->calls.user, answer);
    if (agent->stop == MU_OK)
        agent->stop = said;
}

/* The batch of a row, its leaves filled; bytes lent by the spool, leaves our own. */
static enum mu_err read_batch(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row,
                              struct mu_batch *batch)
{
    struct mu_bytes bytes;
    enum mu_err err = mu_spool_load(agent->spool, lane, row, &bytes);

    if (err != MU_OK)
        return err;
    if (mu_batch_read(bytes, agent->items, batch) != MU_OK)
        return MU_E_CORRUPT;
    mu_batch_leaves(batch);
    return MU_OK;
}

static struct mu_answer answer_of(const struct mu_batch *batch, uint32_t index)
{
    return (struct mu_answer){.leaf = batch->items[index].leaf,
                              .lane = batch->seal.lane,
                              .instance = batch->seal.instance,
                              .sequence = batch->seal.first_sequence + index,
                              .path = ""};
}

static void copy_path(char out[MU_PATH_BYTES_MAX], struct mu_bytes path)
{
    size_t size = path.size < MU_PATH_BYTES_MAX ? path.size : MU_PATH_BYTES_MAX - 1;

    if (size > 0)
        memcpy(out, path.data, size);
    out[size] = '\0';
}

void mu_submit_tell_accepted(struct mu_agent *agent, const struct mu_batch *batch,
                             const struct mu_accepted *accepted, const uint16_t *codes)
{
    struct mu_bytes refusals = accepted->refusal_bytes;

    for (uint32_t i = 0; i < batch->seal.count; i++) {
        struct mu_answer answer = answer_of(batch, i);
        struct mu_refusal refusal;
        char path[MU_PATH_BYTES_MAX] = "";

        if (codes[i] != 0 && mu_refusal_next(&refusals, &refusal) == MU_OK)
            copy_path(path, refusal.path);
        answer.code = (enum mu_err)codes[i];
        answer.settled = true;
        answer.epoch = accepted->epoch;
        answer.number = accepted->first_number + i;
        answer.accepted_at_ms = accepted->accepted_at_ms;
        answer.path = path;
        tell_answer(agent, &answer);
    }
}

enum mu_err mu_submit_verify(struct mu_agent *agent, const struct mu_accepted *accepted,
                             const struct mu_batch *batch, uint16_t *codes)
{
    struct mu_head head;
    enum mu_err err;

    if ((err = mu_head_read(agent, accepted->note, 0, &head)) != MU_OK ||
        (err = mu_accepted_prove(accepted, batch, &head, codes)) != MU_OK)
        return err;
    return mu_head_believe(agent, &head, accepted->note, true);
}

/* The answer as it will be kept: written again from what was read, for its layout has one form. */
static enum mu_err settle(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row,
                          const struct mu_accepted *accepted)
{
    struct mu_writer count = mu_writer(NULL, 0), w;
    struct mu_settlement settlement = {.epoch = accepted->epoch,
                                       .first_number = accepted->first_number,
                                       .accepted_at_ms = accepted->accepted_at_ms};
    uint8_t *bytes;
    enum mu_err err;

    mu_accepted_write(&count, lane, accepted);
    if ((bytes = malloc(count.used)) == NULL)
        return MU_E_NO_MEMORY;
    w = mu_writer(bytes, count.used);
    mu_accepted_write(&w, lane, accepted);
    MU_CHECK(mu_writer_ok(&w));
    settlement.answer =
        (struct mu_bytes){bytes + MU_FRAME_HEAD_BYTES, w.used - MU_FRAME_HEAD_BYTES};
    err = mu_spool_settle(agent->spool, lane, row, &settlement);
    free(bytes);
    return err;
}

enum mu_err mu_submit_take_accepted(struct mu_agent *agent, const struct mu_heard *heard)
{
    const struct mu_accepted *accepted = &heard->as.accepted;
    uint16_t codes[MU_BATCH_EVENTS_MAX];
    struct mu_waiting *row;
    struct mu_batch batch;
    enum mu_err err;

    if (agent->spool == NULL)
        return MU_E_OUT_OF_TURN;
    if (agent->submit.lane[heard->lane].giving)
        return mu_give_take_accepted(agent, heard);
    row = mu_queue_find(queue_of(agent, heard->lane), accepted->first_sequence, NULL);
    if (row == NULL || row->state == MU_WAITING_ACCEPTED)
        return MU_OK; /* answered before: it was sent twice */
    if ((err = read_batch(agent, heard->lane, row, &batch)) != MU_OK ||
        (err = mu_submit_verify(agent, accepted, &batch, codes)) != MU_OK)
        return err;
    mu_pace_arrived(&agent->submit.pace, row->sent_through);
    land(agent, heard->lane, row, MU_WAITING_KEPT);
    if ((err = settle(agent, heard->lane, row, accepted)) != MU_OK)
        return err;
    agent->times.failures = 0;
    mu_submit_tell_accepted(agent, &batch, accepted, codes);
    return MU_OK;
}

/* ---- refusals -------------------------------------------------------------------------------- */

void mu_submit_tell_kept(struct mu_agent *agent, const struct mu_batch *batch, enum mu_err why,
                         const char *path)
{
    for (uint32_t i = 0; i < batch->seal.count; i++) {
        struct mu_answer answer = answer_of(batch, i);

        answer.code = why;
        answer.path = path;
        tell_answer(agent, &answer);
    }
}

static enum mu_err tell_unsettled(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row,
                                  const struct mu_refused *refused)
{
    char path[MU_PATH_BYTES_MAX];
    struct mu_batch batch;
    enum mu_err err;

    if (agent->calls.on_answer == NULL)
        return MU_OK;
    if ((err = read_batch(agent, lane, row, &batch)) != MU_OK)
        return err;
    copy_path(path, refused->path);
    mu_submit_tell_kept(agent, &batch, (enum mu_err)refused->code, path);
    return MU_OK;
}

static enum mu_err hold(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row,
                        const struct mu_refused *refused)
{
    int64_t wait = refused->retry_ms > RETRY_MS_MIN ? refused->retry_ms : RETRY_MS_MIN;

    rewind_lane(agent, lane, row->first_sequence);
    agent->submit.lane[lane].hold_until = mu_machine_ms() + mu_back_off_ms(wait, STUCK_MS, 0);
    return tell_unsettled(agent, lane, row, refused);
}

/* Only the broker's own next number can close a gap; when that is not ours to give, greet anew. */
static enum mu_err close_gap(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row,
                             const struct mu_refused *refused)
{
    (void)row;
    if (mu_queue_find(queue_of(agent, lane), refused->expected, NULL) != NULL)
        rewind_lane(agent, lane, refused->expected);
    else
        mu_link_regreet(agent, MU_E_GAP);
    return MU_OK;
}

static enum mu_err suspect(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row,
                           const struct mu_refused *refused)
{
    (void)refused;
    land(agent, lane, row, MU_WAITING_STRANGE);
    if (!agent->submit.forked)
        mu_link_regreet(agent, MU_E_FORK); /* WELCOME says what the broker holds by now */
    agent->submit.forked = true;
    return MU_OK;
}

static enum mu_err stand_down(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row,
                              const struct mu_refused *refused)
{
    enum mu_err err = tell_unsettled(agent, lane, row, refused);

    mu_link_leave(agent, (enum mu_err)refused->code);
    return err;
}

static enum mu_err greet_again(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row,
                               const struct mu_refused *refused)
{
    (void)lane;
    (void)row;
    mu_link_regreet(agent, (enum mu_err)refused->code);
    return MU_OK;
}

/* Not a verdict we can act upon: keep it, say so, try seldom. */
static enum mu_err keep_stuck(struct mu_agent *agent, uint8_t lane, struct mu_waiting *row,
                              const struct mu_refused *refused)
{
    rewind_lane(agent, lane, row->first_sequence);
    agent->submit.lane[lane].hold_until = mu_machine_ms() + STUCK_MS;
    return tell_unsettled(agent, lane, row, refused);
}

static const struct {
    enum mu_err code;
    enum mu_err (*act)(struct mu_agent *, uint8_t, struct mu_waiting *, const struct mu_refused *);
} refusals[] = {
    {MU_E_GAP, close_gap},          {MU_E_FORK, suspect},
    {MU_E_FENCED, suspect},         {MU_E_RECUT, suspect},
    {MU_E_STRANGER, stand_down},    {MU_E_RETIRED, stand_down},
    {MU_E_COMPROMISED, stand_down}, {MU_E_OUT_OF_TURN, greet_again},
};

/* First sequence 0: the broker could not read that far, so it is the oldest on its way. */
static struct mu_waiting *refused_row(struct mu_agent *agent, uint8_t lane, uint64_t first)
{
    struct mu_queue *queue = queue_of(agent, lane);

    if (first != 0)
        return mu_queue_find(queue, first, NULL);
    for (size_t i = 0; i < mu_queue_count(queue); i++)
        if (mu_queue_at(queue, i)->state == MU_WAITING_SENT)
            return mu_queue_at(queue, i);
    return NULL;
}

enum mu_err mu_submit_take_refused(struct mu_agent *agent, const struct mu_heard *heard)
{
    const struct mu_refused *refused = &heard->as.refused;
    struct mu_waiting *row;

    if (agent->spool == NULL)
        return MU_E_OUT_OF_TURN;
    if (agent->submit.lane[heard->lane].giving)
        return mu_give_take_refused(agent, heard);
    row = refused_row(agent, heard->lane, refused->first_sequence);
    if (row == NULL || row->state == MU_WAITING_ACCEPTED)
        return MU_OK;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (refusals[i].code == (enum mu_err)refused->code)
            return refusals[i].act(agent, heard->lane, row, refused);
    if (mu_err_class((enum mu_err)refused->code) == MU_CLASS_LATER)
        return hold(agent, heard->lane, row, refused);
    return keep_stuck(agent, heard->lane, row, refused);
}
