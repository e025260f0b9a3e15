/* Following: asking, giving credit back, and keeping frames that must wait for the roster.
 *
 * The usual path: FOLLOW from `next`; each DELIVER is read (deliver.c), `next` moves on, and its bytes
 * go back as credit.
 *
 * Each way it can go otherwise:
 *  - The link breaks: FOLLOW again from `next` after WELCOME.
 *  - The program's callback ends the turn: what it did not see is asked for again, from `next`.
 *  - An author nobody enrolled so far: the frame waits, uncredited, until the roster's own follow has
 *    passed that number. Still unknown then: it is no record of ours.
 */
#include "agents/sdk/reading.h"

#include <stdlib.h>
#include <string.h>

/* Five large frames on their way keep a fast link busy. On a thin one answers must not wait long behind
 * what was only asked for. */
#define WINDOW_BYTES (1024u * 1024)
#define WINDOW_BYTES_THIN (16u * 1024)
#define ALL_LANES 7u
/* A broker keeps room for a few follows of one session, and a FOLLOW with an id in use replaces that
 * one; what the old one had on its way could not be told from the new one's. So an id is used once,
 * and when these are used up the session begins anew: HELLO ends all follows. */
#define FOLLOWS_MAX 6u
#define FOLLOW_FRAME_BYTES 2048u
/* Batches back to which what others had seen is compared: days of a busy record, 3 MiB. Older claims are
 * for the auditor. */
#define ROOTS_KEPT 32768u

/* ---- asking ---------------------------------------------------------------------------------- */

enum mu_err mu_agent_follow(mu_agent *agent, const char *filter, uint64_t from)
{
    struct mu_follower *f = &agent->reading.wanted;
    struct mu_bytes text = {(const uint8_t *)filter, strlen(filter)};
    struct mu_filter *read = malloc(sizeof *read); /* it is larger than a stack should lend */
    size_t at;
    enum mu_err err = read != NULL ? mu_filter_read(text, read, &at) : MU_E_NO_MEMORY;

    if (err == MU_OK && (text.size >= sizeof f->filter || from == 0))
        err = MU_E_BAD_VALUE;
    if (err == MU_OK) {
        mu_roots_free(&f->roots);
        *f = (struct mu_follower){
            .serial = ++agent->reading.serials, .next = from, .roots.max = ROOTS_KEPT};
        memcpy(f->filter, text.data, text.size + 1);
        f->everything = mu_filter_is_everything(read);
        f->edged = f->everything && from == 1;
        mu_witness_begin(agent);
    }
    free(read);
    mu_turn_wake(agent);
    return err;
}

static void drop_held(struct mu_reading *reading)
{
    while (reading->held != NULL) {
        struct mu_held *next = reading->held->next;

        free(reading->held);
        reading->held = next;
    }
    reading->held_end = &reading->held;
}

static void ask(struct mu_agent *agent, struct mu_follower *f)
{
    uint8_t frame[FOLLOW_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);
    uint32_t window = agent->submit.pace.thin ? WINDOW_BYTES_THIN : WINDOW_BYTES;
    struct mu_follow follow = {.id = ++agent->reading.ids,
                               .epoch = agent->epoch,
                               .from = f->next,
                               .lanes = ALL_LANES,
                               .credit_bytes = window,
                               .filter = {(const uint8_t *)f->filter, strlen(f->filter)}};

    if (agent->reading.ids > FOLLOWS_MAX) {
        mu_link_regreet(agent, MU_OK);
        return;
    }
    mu_follow_write(&w, &follow);
    f->asked = mu_link_say(agent, MU_FRAME_FOLLOW, &w);
    f->id = follow.id;
    f->owed = 0;
    f->window = window;
    if (f == &agent->reading.wanted)
        drop_held(&agent->reading);
}

static void give_credit(struct mu_agent *agent, struct mu_follower *f)
{
    uint8_t frame[FOLLOW_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);

    if (!f->asked || f->owed < f->window / 4)
        return;
    mu_credit_write(&w, &(struct mu_credit){.id = f->id, .bytes = f->owed});
    if (mu_link_say(agent, MU_FRAME_CREDIT, &w))
        f->owed = 0;
}

void mu_follow_step(struct mu_agent *agent)
{
    struct mu_reading *reading = &agent->reading;
    bool carries = mu_reading_carries_roster(reading);

    if (reading->wanted.serial == 0 || agent->link != MU_LINK_OPEN)
        return;
    if (!carries && !reading->roles.asked) {
        mu_roles_filter(reading->roles.filter);
        ask(agent, &reading->roles);
    }
    if (!reading->wanted.asked && (carries || reading->roles.next > reading->roster_goal))
        ask(agent, &reading->wanted);
    give_credit(agent, &reading->wanted);
    give_credit(agent, &reading->roles);
}

void mu_follow_resume(struct mu_agent *agent, uint64_t head)
{
    agent->reading.roles.asked = agent->reading.wanted.asked = false;
    agent->reading.roster_goal = head;
    agent->reading.ids = 0;
    drop_held(&agent->reading);
}

/* A tree read from the first number on cannot be cut back: only one that begins anew is held against
 * the checkpoints to the last. */
static void go_back(struct mu_follower *f, uint64_t common)
{
    f->next = common + 1;
    f->edge = (struct mu_edge){.size = 0};
    mu_roots_free(&f->roots);
    f->looked_at = 0;
    f->edged = f->everything && f->next == 1;
}

enum mu_err mu_follow_lose(struct mu_agent *agent, uint64_t common)
{
    struct mu_reading *reading = &agent->reading;
    enum mu_err err = MU_OK;

    if (reading->roles.next > common + 1)
        err = mu_roles_begin_anew(reading);
    if (err != MU_OK || reading->wanted.serial == 0 || reading->wanted.next <= common + 1)
        return err;
    go_back(&reading->wanted, common);
    if (agent->calls.on_epoch != NULL)
        agent->stop = agent->calls.on_epoch(agent->calls.user, common);
    return MU_OK;
}

void mu_follow_free(struct mu_agent *agent)
{
    struct mu_reading *reading = &agent->reading;

    drop_held(reading);
    mu_roots_free(&reading->wanted.roots);
    mu_roster_free(&reading->roster);
    mu_arena_free(&reading->arena);
    mu_arena_free(&reading->fold_arena);
    free(reading->leaves);
    free(reading->hashed);
}

/* ---- frames that wait ------------------------------------------------------------------------ */

struct held_parts {
    struct mu_deliver deliver; /* its bytes follow in the same block */
    size_t frame_bytes;
};

static enum mu_err hold(struct mu_reading *reading, const struct mu_deliver *deliver,
                        size_t frame_bytes)
{
    size_t size = sizeof(struct held_parts) + deliver->slice_bytes.size + deliver->note.size;
    struct mu_held *held = malloc(sizeof *held + size);
    struct held_parts parts = {*deliver, frame_bytes};
    uint8_t *bytes;

    if (held == NULL)
        return MU_E_NO_MEMORY;
    bytes = held->data + sizeof parts;
    if (deliver->slice_bytes.size > 0)
        memcpy(bytes, deliver->slice_bytes.data, deliver->slice_bytes.size);
    if (deliver->note.size > 0)
        memcpy(bytes + deliver->slice_bytes.size, deliver->note.data, deliver->note.size);
    parts.deliver.slice_bytes.data = bytes;
    parts.deliver.note.data = bytes + deliver->slice_bytes.size;
    memcpy(held->data, &parts, sizeof parts);
    held->size = size;
    held->next = NULL;
    *reading->held_end = held;
    reading->held_end = &held->next;
    return MU_OK;
}

static enum mu_err read_held(struct mu_agent *agent)
{
    struct mu_reading *reading = &agent->reading;
    enum mu_err err = MU_OK;

    while (reading->held != NULL && err == MU_OK && agent->stop == MU_OK) {
        struct mu_held *held = reading->held;
        struct held_parts parts;
        struct mu_frame frame = {.agent = agent};

        memcpy(&parts, held->data, sizeof parts);
        frame.deliver = &parts.deliver;
        frame.size = parts.frame_bytes;
        if (parts.deliver.id == reading->wanted.id && reading->wanted.asked)
            err = mu_frame_read(&frame);
        if (frame.wait)
            return err;
        reading->held = held->next;
        if (reading->held == NULL)
            reading->held_end = &reading->held;
        free(held);
    }
    return err;
}

static enum mu_err take_wanted(struct mu_agent *agent, const struct mu_heard *heard)
{
    const struct mu_deliver *deliver = &heard->as.deliver;
    struct mu_frame frame = {.agent = agent, .deliver = deliver, .size = heard->size};
    enum mu_err err = MU_OK;

    frame.wait = agent->reading.held != NULL;
    if (!frame.wait)
        err = mu_frame_read(&frame);
    return err == MU_OK && frame.wait ? hold(&agent->reading, deliver, heard->size) : err;
}

enum mu_err mu_follow_take_deliver(struct mu_agent *agent, const struct mu_heard *heard)
{
    const struct mu_deliver *deliver = &heard->as.deliver;
    struct mu_reading *reading = &agent->reading;
    enum mu_err err;

    agent->times.failures = 0;
    if (reading->wanted.asked && deliver->id == reading->wanted.id)
        return take_wanted(agent, heard);
    if (!reading->roles.asked || deliver->id != reading->roles.id)
        return MU_OK; /* of a follow that was replaced */
    if ((err = mu_roles_take(agent, deliver)) != MU_OK)
        return err;
    reading->roles.owed += (uint32_t)heard->size;
    return read_held(agent);
}
