/* One turn, from the first frame to the last answer.
 *
 * The usual path: begin, submit and submit again, end: the log's turn commits, while another thread
 * signs the head it will have; then everyone is answered. Ways to fail:
 *   the log is full         the turn is dropped whole: the roster is folded anew from what is committed,
 *                           our own numbers are taken back, and who was to be accepted hears FULL
 *   any other storage error the process must stop; whoever waits will ask the next start
 *   killed before the commit ended   nobody was answered, nothing is recorded
 *   killed after it                  all is recorded; a repeat gets the same answer
 */
#include "broker/desk/inside.h"

#ifdef MU_CONTROL_ACK_FIRST /* a build that is wrong on purpose, for tests/storm/control_test.sh alone */
#include <unistd.h>

/* Found in the program by its bytes: tests/house/control_test.sh holds that none built for use has them. */
static const char mark[] __attribute__((used)) = "MU_CONTROL_ACK_FIRST";
#endif

#include "proto/base/clock.h"

/* ---- begin ----------------------------------------------------------------------------------- */
void mu_desk_set_time(mu_desk *desk, int64_t log_ms)
{
    if (log_ms > desk->now_ms)
        desk->now_ms = log_ms;
}

/* Nothing is said in the old epoch any more. As long as there is no room to say so, nothing is. */
static enum mu_err tell_restored(mu_desk *desk)
{
    enum mu_err err = desk->maybe_restored ? mu_log_restored(desk->log) : MU_E_ABSENT;

    desk->maybe_restored = err != MU_E_ABSENT;
    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_OK : err;
    err = mu_epoch_begin(desk, NULL, (struct mu_bytes){NULL, 0});
    if (err == MU_E_FULL || err == MU_E_BUSY) {
        desk->full = MU_E_FULL;
        return MU_OK;
    }
    return err;
}

enum mu_err mu_desk_turn_begin(mu_desk *desk, const struct mu_desk_time *time)
{
    enum mu_err err;

    MU_CHECK(!desk->writing && desk->pending_count == 0);
    desk->turn++;
    desk->machine_ms = time->machine_ms;
    mu_desk_set_time(desk, time->log_ms);
    desk->full = MU_OK;
    desk->next_number = desk->head.size + 1;
    desk->epoch = desk->head.epoch;
    desk->author = desk->author_kept;
    if ((err = tell_restored(desk)) != MU_OK || (err = mu_author_ticks(desk)) != MU_OK)
        return err;
    return mu_sheet_due_ms(desk) <= desk->now_ms ? mu_sheet_write(desk) : MU_OK;
}

/* ---- submit ---------------------------------------------------------------------------------- */
/* Also of a batch that cannot be read: its seal may still say which one it is. */
static enum mu_err read_batch(mu_desk *desk, struct mu_proposal *p)
{
    struct mu_reader r = mu_reader(p->bytes);

    if (mu_seal_read(&r, &p->batch.seal) == MU_OK)
        p->first_sequence = p->batch.seal.first_sequence;
    return mu_batch_read(p->bytes, desk->items, &p->batch);
}

static enum mu_err check_answer_room(mu_desk *desk, struct mu_proposal *p)
{
    return mu_answer_room(desk, p);
}

static enum mu_err admit(mu_desk *desk, struct mu_proposal *p)
{
    static enum mu_err (*const steps[])(mu_desk *, struct mu_proposal *) = {
        read_batch,    mu_gate_seat,     check_answer_room,
        mu_judge_seal, mu_novelty_judge, mu_quarantine_gate,
    };
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && err == MU_OK; i++)
        err = steps[i](desk, p);
    return err;
}

/* An author who has verified another record than this one: it is recorded, the operator is told. */
static void look_at_seen(mu_desk *desk, const struct mu_proposal *p)
{
    if (mu_witness_compare(desk, &p->batch.seal.seen) == MU_E_SPLIT)
        mu_desk_alarm(desk, p, MU_E_SPLIT);
}

/* What the record holds of it are refusals; the batch itself follows as an event of the broker's. */
static enum mu_err record_apart(mu_desk *desk, struct mu_proposal *p)
{
    struct mu_seal seal = p->batch.seal;
    uint64_t first = 0;
    enum mu_err err;

    if ((err = mu_gate_room(desk, p)) != MU_OK || (err = mu_record_begin(desk)) != MU_OK)
        return err;
    mu_quarantine_judge(desk, &p->batch);
    if ((err = mu_answer_accepted(desk, p)) != MU_OK)
        return err;
    mu_desk_alarm(desk, p, MU_E_COMPROMISED);
    first = desk->next_number;
    if ((err = mu_record_batch(desk, &p->batch)) == MU_OK)
        err = mu_quarantine_keep(desk, &seal, p->bytes, first);
    return err == MU_E_FULL ? MU_OK : err; /* the end of the turn will say so */
}

static enum mu_err record_new(mu_desk *desk, struct mu_proposal *p)
{
    enum mu_err err;

    look_at_seen(desk, p);
    if ((err = mu_gate_room(desk, p)) != MU_OK || (err = mu_record_begin(desk)) != MU_OK ||
        (err = mu_judge_events(desk, &p->batch)) != MU_OK)
        return err;
    if ((err = mu_answer_accepted(desk, p)) != MU_OK)
        return err;
    err = mu_record_batch(desk, &p->batch);
    return err == MU_E_FULL ? MU_OK : err; /* the end of the turn will say so */
}

static enum mu_err refuse(mu_desk *desk, struct mu_proposal *p, enum mu_err code)
{
    if (mu_err_class(code) == MU_CLASS_STRANGE || code == MU_E_CORRUPT)
        mu_desk_alarm(desk, p, code);
    if (code == MU_E_CORRUPT) /* a damaged row concerns this lane only; the operator knows now */
        code = MU_E_BUSY;
    if (mu_err_class(code) == MU_CLASS_LOCAL)
        return code;
    if (mu_err_class(code) == MU_CLASS_LATER && p->retry_ms == 0)
        p->retry_ms = MU_RETRY_BUSY_MS;
    return mu_answer_refused(desk, p, code);
}

enum mu_err mu_desk_submit(mu_desk *desk, struct mu_desk_seat *seat, uint8_t lane,
                           struct mu_bytes batch)
{
    struct mu_proposal p = {.seat = seat, .lane = lane, .bytes = batch};
    enum mu_err err = admit(desk, &p);

    if (err == MU_OK)
        err = p.again   ? mu_answer_again(desk, &p)
              : p.apart ? record_apart(desk, &p)
                        : record_new(desk, &p);
    return err == MU_OK ? MU_OK : refuse(desk, &p, err);
}

/* ---- what is to come -------------------------------------------------------------------------- */
void mu_desk_expect(mu_desk *desk, const struct mu_desk_seat *seat, uint8_t lane,
                    struct mu_bytes batch)
{
    const mu_verifier *key = mu_roster_verifier(desk->roster, &seat->agent);

    if (key != NULL && mu_gate_may_pass(desk, seat, lane, batch.size))
        mu_checker_expect(desk->checker, batch, key);
}

void mu_desk_forget(mu_desk *desk, struct mu_bytes batch)
{
    mu_checker_forget(desk->checker, batch);
}

/* ---- what was accepted before ---------------------------------------------------------------- */
/* A proof that does not hold is the sender's affair, not ours. */
static enum mu_err check_return(mu_desk *desk, struct mu_proposal *p,
                                const struct mu_return *returned, struct mu_accepted *was)
{
    struct mu_reader r = mu_reader(returned->answer);
    enum mu_err err;

    if ((err = read_batch(desk, p)) != MU_OK || (err = mu_gate_seat(desk, p)) != MU_OK ||
        (err = check_answer_room(desk, p)) != MU_OK)
        return err;
    if (mu_accepted_read(&r, was) != MU_OK)
        return MU_E_BAD_FRAME;
    if ((err = mu_return_check(desk, p, was)) != MU_OK)
        return err;
    return mu_novelty_judge(desk, p);
}

enum mu_err mu_desk_return(mu_desk *desk, struct mu_desk_seat *seat, uint8_t lane,
                           const struct mu_return *returned)
{
    struct mu_proposal p = {.seat = seat, .lane = lane, .bytes = returned->batch, .proved = true};
    struct mu_accepted was;
    enum mu_err err = check_return(desk, &p, returned, &was);

    if (err == MU_OK)
        err = p.again ? mu_answer_again(desk, &p) : mu_return_record(desk, &p, &was);
    return err == MU_OK ? MU_OK : refuse(desk, &p, err);
}

enum mu_err mu_desk_step(mu_desk *desk, int64_t target_ms)
{
    int64_t due_ms = mu_tick_due_ms(desk);
    enum mu_err err = mu_sheet_write_before_step(desk);

    mu_desk_set_time(desk, target_ms < due_ms ? target_ms : due_ms);
    if (err == MU_OK && (err = mu_record_begin(desk)) == MU_OK)
        err = mu_log_turn_clock(desk->log, desk->now_ms);
    if (err == MU_OK)
        err = mu_author_ticks(desk);
    return err == MU_E_FULL ? MU_OK : err;
}

/* ---- alarms ---------------------------------------------------------------------------------- */
/* By the key of the session, not by what the seal claims: a hostile agent begins a new instance for
 * every frame if it likes, and the operator's log must not be its to fill. */
static bool told_lately(mu_desk *desk, const struct mu_proposal *p)
{
    struct mu_alarm *oldest = &desk->alarm[0];
    unsigned lately = 0;

    for (size_t i = 0; i < MU_ALARMS_KEPT; i++) {
        struct mu_alarm *a = &desk->alarm[i];
        bool counts = a->at_ms != 0 && mu_agent_id_equal(&a->agent, &p->seat->agent) &&
                      desk->machine_ms - a->at_ms < MU_MINUTE_MS;

        if (counts && (a->instance == p->batch.seal.instance || ++lately == MU_ALARMS_AGENT_MAX))
            return true;
        if (a->at_ms < oldest->at_ms)
            oldest = a;
    }
    *oldest = (struct mu_alarm){p->seat->agent, p->batch.seal.instance, desk->machine_ms};
    return false;
}

void mu_desk_alarm(mu_desk *desk, const struct mu_proposal *p, enum mu_err code)
{
    if (desk->options.alarm != NULL && !told_lately(desk, p))
        desk->options.alarm(desk->options.user, p->seat, &p->batch.seal, code);
}

/* ---- end ------------------------------------------------------------------------------------- */
static enum mu_err adopt(mu_desk *desk, const struct mu_head *head)
{
    char note[MU_NOTE_BYTES_MAX];
    enum mu_err err;

    if (head->size == desk->head.size)
        return MU_OK;
    if ((err = mu_signer_wait(desk->signer, note)) != MU_OK)
        return err;
    desk->head_is_sheet = desk->sheet_number == head->size && desk->head.size + 1 == head->size;
    desk->head = *head;
    mu_witness_head(desk);
    for (size_t i = 0; i < sizeof note; i++)
        desk->note[i] = note[i];
    return MU_OK;
}

/* What the log could not take did not happen: neither to the roster nor to our own numbers. */
static enum mu_err drop(mu_desk *desk, const struct mu_head *head)
{
    char note[MU_NOTE_BYTES_MAX];

    desk->full = MU_E_FULL;
    mu_sheet_dropped(desk);
    if (head->size != desk->head.size && mu_signer_wait(desk->signer, note) != MU_OK)
        return MU_E_BAD_KEY;
    return desk->folded ? mu_desk_fold_roster(desk) : MU_OK;
}

static enum mu_err commit(mu_desk *desk)
{
    struct mu_head head;
    uint64_t noted = desk->head.size;
    enum mu_err err;

    mu_log_turn_head(desk->log, &head);
    if (head.size != desk->head.size)
        mu_signer_start(desk->signer, &head);
#ifdef MU_CONTROL_ACK_FIRST /* wrong on purpose: the storm must catch this build */
    if ((err = adopt(desk, &head)) != MU_OK || (err = mu_answer_all(desk)) != MU_OK)
        return err;
    /* A slow disk under load. On a fast one the gap between answer and commit is some tens of microseconds, and
     * a storm of five rounds would miss it more often than not. The right build has no gap to widen, so this
     * makes the control quicker and the storm no easier. */
    (void)usleep(20000);
#endif
    err = mu_log_turn_commit(desk->log);
    desk->writing = false;
    if (err == MU_E_FULL)
        return drop(desk, &head);
    if (err != MU_OK || (err = adopt(desk, &head)) != MU_OK)
        return err;
    desk->noted = noted;
    desk->author_kept = desk->author;
    mu_sheet_kept(desk);
    if (!desk->folded)
        return MU_OK;
    desk->folded = false;
    return desk->options.roster != NULL ? desk->options.roster(desk->options.user) : MU_OK;
}

enum mu_err mu_desk_turn_end(mu_desk *desk)
{
    enum mu_err err = MU_OK;

    if (desk->writing)
        err = commit(desk);
    else if (desk->folded)
        err = mu_desk_fold_roster(desk);
    return err == MU_OK ? mu_answer_all(desk) : err;
}
