/* The desk's receipts: what was handed to the program is counted and hashed, stated, kept, and said.
 *
 * The usual path: each entry handed out adds its log leaf; when a receipt falls due it is signed over the
 * newest checkpoint, committed to the spool, and then sent. The row in the spool is the desk's cursor
 * and the next receipt's beginning.
 *
 * Each way it can go otherwise:
 *  - Killed between commit and sending, or the link broke: said again after the next WELCOME, with the
 *    time it was first stated.
 *  - Killed before the commit: what was handed out since is handed out and counted again.
 *  - The program follows something else, or from beyond where the last receipt ended: what lies between
 *    was never seen, so nothing can be stated. A follow from 1 begins a count of its own.
 *  - The disk is full: no receipt, tried again later. Nobody is told what is not kept.
 *  - The checkpoint does not reach what was handed out yet: the next DELIVER brings one that does.
 */
#include "agents/sdk/reading.h"

#include <string.h>

#include "proto/sign/digest.h"

#define LIFE_EVERY_MS 2000 /* of log clock */
#define EVERY_MS 30000
#define FULL_AGAIN_MS 5000 /* of the machine's */
/* ... too: each receipt is a commit, and an exercise's clock may run a thousand times as fast. */
#define MACHINE_EVERY_MS 200
#define FRAME_BYTES 2048u

/* ---- what is counted ------------------------------------------------------------------------- */

void mu_witness_open(struct mu_agent *agent)
{
    struct mu_witness *w = &agent->witness;

    w->wanted = agent->spool != NULL;
    w->kept = w->wanted && mu_spool_receipt(agent->spool, &w->last) == MU_OK;
}

void mu_witness_begin(struct mu_agent *agent)
{
    struct mu_witness *w = &agent->witness;
    const struct mu_follower *f = &agent->reading.wanted;

    if (!w->wanted)
        return;
    mu_sha256(f->filter, strlen(f->filter), &w->filter);
    w->delivered = (struct mu_delivered){.count = 0};
    w->looked = 0;
    w->moved = w->moved_life = false;
    w->epoch = agent->epoch;
    w->continues = w->kept && mu_hash_equal(&w->filter, &w->last.filter) &&
                   f->next <= mu_receipt_through(&w->last) + 1 &&
                   (w->epoch == 0 || w->epoch == w->last.head.epoch);
    w->owed_again = w->continues;
    if (w->continues) {
        w->delivered = w->last.delivered;
        w->looked = mu_receipt_through(&w->last);
    }
    w->on = w->continues || f->next == 1;
}

/* The record broke: what was counted goes on when all of it is in the new epoch too. */
void mu_witness_resume(struct mu_agent *agent)
{
    struct mu_witness *w = &agent->witness;
    bool same = w->epoch == agent->epoch ||
                (w->epoch == 0 && (!w->continues || w->last.head.epoch == agent->epoch));

    if (w->on && !same && (w->epoch == 0 || agent->reading.wanted.next <= w->looked))
        mu_witness_begin(agent);
    w->epoch = agent->epoch;
    w->owed_again = w->continues && w->last.head.epoch == agent->epoch;
}

static bool is_sheet(const struct mu_entry *entry)
{
    struct mu_topic topic;
    struct mu_fault fault;

    return entry->code == 0 && mu_event_scan(entry->body, &topic, &fault) == MU_OK &&
           topic.kind == MUSTER__EVENT__BODY_RECEIPT_SHEET;
}

void mu_witness_take(struct mu_agent *agent, const struct mu_entry *entry)
{
    struct mu_witness *w = &agent->witness;
    struct mu_hash leaf;

    if (!w->on || entry->number <= w->looked)
        return;
    leaf = mu_entry_log_leaf(entry);
    mu_delivered_add(&w->delivered, &leaf);
    w->looked = entry->number;
    if (is_sheet(entry))
        return;
    w->moved = true;
    w->moved_life = w->moved_life || entry->lane == MU_LANE_LIFE;
}

void mu_witness_through(struct mu_agent *agent, uint64_t through)
{
    if (agent->witness.on && through > agent->witness.looked)
        agent->witness.looked = through;
}

/* ---- when it is due -------------------------------------------------------------------------- */

static bool is_desk(const struct mu_agent *agent)
{
    const struct mu_member *self = mu_roster_member(agent->reading.roster, &agent->home.self);

    return self != NULL && self->is_desk;
}

/* Something is to be stated, and there is a checkpoint to state it of. */
static bool has_news(const struct mu_agent *agent)
{
    const struct mu_witness *w = &agent->witness;

    return w->on && w->moved && agent->link == MU_LINK_OPEN && agent->head.epoch == agent->epoch &&
           agent->head.size >= w->looked && is_desk(agent);
}

static int64_t due_log_ms(const struct mu_agent *agent)
{
    const struct mu_witness *w = &agent->witness;

    if (!w->kept || agent->clock.rate_milli == 0)
        return 0;
    return w->last.stated_at_ms + (w->moved_life ? LIFE_EVERY_MS : EVERY_MS);
}

int64_t mu_witness_due(const struct mu_agent *agent, int64_t latest)
{
    int64_t now = mu_machine_ms(), due = now, wait_ms;

    if (!has_news(agent))
        return latest;
    wait_ms = due_log_ms(agent) - mu_agent_log_now_ms(agent);
    if (wait_ms > 0)
        due = now + wait_ms * 1000 / (int64_t)agent->clock.rate_milli + 1;
    if (due < agent->witness.hold_until)
        due = agent->witness.hold_until;
    return due < latest ? due : latest;
}

bool mu_witness_settled(const struct mu_agent *agent)
{
    const struct mu_witness *w = &agent->witness;

    if (!w->on || agent->clock.rate_milli != 0 || !is_desk(agent))
        return true;
    return !w->owed_again && !w->moved;
}

void mu_witness_pinged(struct mu_agent *agent, int64_t echo)
{
    struct mu_witness *w = &agent->witness;

    if (w->unheard && !w->owed_again && w->mark == 0)
        w->mark = echo;
}

void mu_witness_ponged(struct mu_agent *agent, int64_t echo)
{
    struct mu_witness *w = &agent->witness;

    if (w->mark != 0 && echo >= w->mark)
        w->unheard = false;
}

bool mu_agent_stated(const mu_agent *agent, uint64_t through)
{
    const struct mu_witness *w = &agent->witness;

    if (!w->on || agent->clock.rate_milli != 0)
        return true;
    if (w->looked < through)
        return false;
    return !is_desk(agent) || (!w->moved && !w->owed_again && !w->unheard);
}

/* ---- stating it ------------------------------------------------------------------------------ */

static void send_receipt(struct mu_agent *agent)
{
    const char *filter = agent->reading.wanted.filter;
    uint8_t frame[FRAME_BYTES], bytes[MU_RECEIPT_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame), r = mu_writer(bytes, sizeof bytes);

    mu_receipt_write(&r, &agent->witness.last);
    mu_receipt_frame_write(
        &w, &(struct mu_receipt_frame){mu_written(&r), {(const uint8_t *)filter, strlen(filter)}});
    agent->witness.owed_again = !mu_link_say(agent, MU_FRAME_RECEIPT, &w);
    agent->witness.unheard = true;
    agent->witness.mark = 0;
    if (agent->clock.rate_milli == 0)
        agent->times.ping_at = 0; /* somebody waits for it to have arrived */
}

static enum mu_err make_receipt(struct mu_agent *agent, struct mu_receipt *out)
{
    const struct mu_witness *w = &agent->witness;

    *out = (struct mu_receipt){.agent = agent->home.self,
                               .log = agent->home.log,
                               .instance = mu_spool_instance(agent->spool),
                               .head = agent->head,
                               .filter = w->filter,
                               .delivered = w->delivered,
                               .stated_at_ms = mu_agent_log_now_ms(agent)};
    for (size_t lane = 0; lane < MU_LANES; lane++)
        out->through[lane] = w->looked;
    return mu_receipt_sign(out, agent->home.key);
}

static enum mu_err state(struct mu_agent *agent, int64_t now)
{
    struct mu_witness *w = &agent->witness;
    struct mu_receipt receipt;
    enum mu_err err = make_receipt(agent, &receipt);

    if (err == MU_OK)
        err = mu_spool_receipt_keep(agent->spool, &receipt);
    if (err == MU_E_FULL) {
        w->hold_until = now + FULL_AGAIN_MS;
        return MU_OK;
    }
    if (err != MU_OK)
        return err;
    w->last = receipt;
    w->kept = w->continues = true;
    w->moved = w->moved_life = false;
    if (agent->clock.rate_milli != 0)
        w->hold_until = now + MACHINE_EVERY_MS;
    send_receipt(agent);
    return MU_OK;
}

enum mu_err mu_witness_step(struct mu_agent *agent, int64_t now)
{
    struct mu_witness *w = &agent->witness;

    if (!w->on || agent->link != MU_LINK_OPEN)
        return MU_OK;
    if (w->owed_again && is_desk(agent))
        send_receipt(agent);
    if (!has_news(agent) || now < w->hold_until || mu_agent_log_now_ms(agent) < due_log_ms(agent))
        return MU_OK;
    return state(agent, now);
}

uint64_t mu_agent_witnessed(const mu_agent *agent)
{
    const struct mu_witness *w = &agent->witness;

    return w->on && w->continues && !w->owed_again ? mu_receipt_through(&w->last) : 0;
}
