/* Following: asking, giving credit back, and keeping frames that must wait for the roster.
 *
 * The usual path: FOLLOW from `next`; each DELIVER is read (deliver.c), `next` moves on, and its bytes
 * go back as credit: piece by piece where it is cut, so that a batch larger than the window arrives.
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

/* The filter as a follow keeps it, and whether it wants everything. */
static enum mu_err check_filter(const char *filter, bool *everything)
{
    struct mu_bytes text = {(const uint8_t *)filter, strlen(filter)};
    struct mu_filter *read = malloc(sizeof *read); /* it is larger than a stack should lend */
    size_t at;
    enum mu_err err = read != NULL ? mu_filter_read(text, read, &at) : MU_E_NO_MEMORY;

    if (err == MU_OK && text.size >= MU_FILTER_TEXT_MAX)
        err = MU_E_BAD_VALUE;
    *everything = err == MU_OK && mu_filter_is_everything(read);
    free(read);
    return err;
}

static void begin(struct mu_reading *reading, struct mu_follower *f, const char *filter,
                  uint64_t from, uint8_t lanes)
{
    mu_roots_free(&f->roots);
    *f = (struct mu_follower){.serial = reading->serials,
                              .next = from,
                              .through = from - 1,
                              .lanes = lanes,
                              .roots.max = ROOTS_KEPT};
    memcpy(f->filter, filter, strlen(filter) + 1);
}

static void end_slower(struct mu_reading *reading)
{
    for (size_t i = 0; i < MU_LANES - 1; i++)
        reading->slower[i] = (struct mu_follower){0};
}

enum mu_err mu_agent_follow(mu_agent *agent, const char *filter, uint64_t from)
{
    struct mu_reading *reading = &agent->reading;
    struct mu_follower *f = &reading->wanted;
    bool everything;
    enum mu_err err = check_filter(filter, &everything);

    if (err == MU_OK && from == 0)
        err = MU_E_BAD_VALUE;
    if (err == MU_OK) {
        reading->serials++;
        end_slower(reading);
        begin(reading, f, filter, from, ALL_LANES);
        f->everything = everything;
        f->edged = everything && from == 1;
        mu_witness_begin(agent);
    }
    mu_turn_wake(agent);
    return err;
}

/* What comes lane by lane is no stretch of the record: no receipt is stated of it. */
enum mu_err mu_agent_follow_lanes(mu_agent *agent, const char *filter,
                                  const uint64_t from[MU_LANES])
{
    struct mu_reading *reading = &agent->reading;
    bool everything;
    enum mu_err err = check_filter(filter, &everything);

    for (size_t i = 0; err == MU_OK && i < MU_LANES; i++)
        if (from[i] == 0)
            err = MU_E_BAD_VALUE;
    if (err == MU_OK) {
        reading->serials++;
        begin(reading, &reading->wanted, filter, from[0], 1);
        for (size_t i = 1; i < MU_LANES; i++)
            begin(reading, &reading->slower[i - 1], filter, from[i], (uint8_t)(1u << i));
        agent->witness.on = false;
    }
    mu_turn_wake(agent);
    return err;
}

uint64_t mu_agent_lane_through(const mu_agent *agent, uint8_t lane)
{
    const struct mu_reading *reading = &agent->reading;

    if (lane >= MU_LANES || reading->wanted.serial == 0)
        return 0;
    return lane == 0 || reading->slower[0].serial == 0 ? reading->wanted.through
                                                       : reading->slower[lane - 1].through;
}

/* ---- frames that wait: letting go ------------------------------------------------------------ */

static void drop_held(struct mu_reading *reading)
{
    while (reading->held != NULL) {
        struct mu_held *next = reading->held->next;

        free(reading->held);
        reading->held = next;
    }
    reading->held_end = &reading->held;
}

/* Those of a follow that is asked for anew. */
static void drop_held_of(struct mu_reading *reading, uint32_t id)
{
    struct mu_held **at = &reading->held;

    while (*at != NULL) {
        struct mu_held *held = *at;

        if (held->id != id) {
            at = &held->next;
            continue;
        }
        *at = held->next;
        free(held);
    }
    reading->held_end = at;
}

/* ---- saying it ------------------------------------------------------------------------------- */

/* Who follows lane by lane has what is grave wait for little of the others. */
static uint32_t window_of(const struct mu_agent *agent, const struct mu_follower *f)
{
    uint32_t window = agent->reading.intake.window;

    return f->lanes == ALL_LANES || f->lanes == 1 ? window : window / 2;
}

static void ask(struct mu_agent *agent, struct mu_follower *f)
{
    uint8_t frame[FOLLOW_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);
    uint32_t window = window_of(agent, f);
    struct mu_follow follow = {.id = ++agent->reading.ids,
                               .epoch = agent->epoch,
                               .from = f->next,
                               .lanes = f->lanes,
                               .credit_bytes = window,
                               .filter = {(const uint8_t *)f->filter, strlen(f->filter)}};

    if (agent->reading.ids > FOLLOWS_MAX) {
        mu_link_regreet(agent, MU_OK);
        return;
    }
    drop_held_of(&agent->reading, f->id);
    mu_follow_write(&w, &follow);
    f->asked = mu_link_say(agent, MU_FRAME_FOLLOW, &w);
    f->id = follow.id;
    f->out = window;
    f->heard = 0;
    f->half = 0;
}

static void give_credit(struct mu_agent *agent, struct mu_follower *f)
{
    uint8_t frame[FOLLOW_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);
    struct mu_credit credit = {.id = f->id, .heard_bytes = f->heard};

    credit.bytes = f->asked ? mu_intake_credit(window_of(agent, f), f->out) : 0;
    if (credit.bytes == 0)
        return;
    mu_credit_write(&w, &credit);
    if (mu_link_say(agent, MU_FRAME_CREDIT, &w))
        f->out += credit.bytes;
}

void mu_follow_step(struct mu_agent *agent)
{
    struct mu_reading *reading = &agent->reading;
    bool carries = mu_reading_carries_roster(reading);
    struct mu_follower *f;

    if (reading->wanted.serial == 0 || agent->link != MU_LINK_OPEN)
        return;
    if (!carries && !reading->roles.asked) {
        mu_roles_filter(reading->roles.filter);
        reading->roles.lanes = ALL_LANES;
        ask(agent, &reading->roles);
    }
    for (size_t i = 0; (f = mu_reading_wanted(reading, i)) != NULL; i++) {
        if (!f->asked && agent->link == MU_LINK_OPEN &&
            (carries || reading->roles.next > reading->roster_goal))
            ask(agent, f);
        if (reading->held == NULL) /* frames that wait are memory */
            give_credit(agent, f);
    }
    give_credit(agent, &reading->roles);
}

void mu_follow_resume(struct mu_agent *agent, uint64_t head)
{
    struct mu_follower *f;

    agent->reading.roles.asked = false;
    for (size_t i = 0; (f = mu_reading_wanted(&agent->reading, i)) != NULL; i++)
        f->asked = false;
    agent->reading.roster_goal = head;
    agent->reading.ids = 0;
    mu_intake_begin(&agent->reading.intake);
    drop_held(&agent->reading);
}

/* A tree read from the first number on cannot be cut back: only one that begins anew is held against
 * the checkpoints to the last. */
static void go_back(struct mu_follower *f, uint64_t common)
{
    f->next = common + 1;
    f->through = common;
    f->edge = (struct mu_edge){.size = 0};
    mu_roots_free(&f->roots);
    f->looked_at = 0;
    f->edged = f->everything && f->next == 1;
}

enum mu_err mu_follow_lose(struct mu_agent *agent, uint64_t common)
{
    struct mu_reading *reading = &agent->reading;
    struct mu_follower *f;
    bool back = false;
    enum mu_err err = MU_OK;

    if (reading->roles.next > common + 1)
        err = mu_roles_begin_anew(reading);
    for (size_t i = 0; err == MU_OK && (f = mu_reading_wanted(reading, i)) != NULL; i++) {
        if (f->next <= common + 1)
            continue;
        go_back(f, common);
        back = true;
    }
    if (!back)
        return err;
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
    held->id = deliver->id;
    held->next = NULL;
    *reading->held_end = held;
    reading->held_end = &held->next;
    return MU_OK;
}

/* NULL: of a follow that was replaced. */
static struct mu_follower *follower_of(struct mu_reading *reading, uint32_t id)
{
    struct mu_follower *f;

    for (size_t i = 0; (f = mu_reading_wanted(reading, i)) != NULL; i++)
        if (f->asked && f->id == id)
            return f;
    return reading->roles.asked && reading->roles.id == id ? &reading->roles : NULL;
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
        frame.follower = follower_of(reading, held->id);
        if (frame.follower != NULL && frame.follower != &reading->roles)
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

static enum mu_err take_wanted(struct mu_agent *agent, struct mu_follower *f,
                               const struct mu_heard *heard)
{
    const struct mu_deliver *deliver = &heard->as.deliver;
    struct mu_frame frame = {
        .agent = agent, .follower = f, .deliver = deliver, .size = heard->size};
    enum mu_err err = MU_OK;

    frame.wait = agent->reading.held != NULL;
    if (!frame.wait)
        err = mu_frame_read(&frame);
    return err == MU_OK && frame.wait ? hold(&agent->reading, deliver, heard->size) : err;
}

/* ---- what arrives ---------------------------------------------------------------------------- */

static void note_heard(struct mu_agent *agent, struct mu_follower *f, size_t bytes)
{
    f->out -= (int64_t)bytes;
    f->heard += bytes;
    mu_intake_heard(&agent->reading.intake, bytes, mu_machine_ms(), agent->submit.pace.bare_ms);
}

void mu_follow_take_piece(struct mu_agent *agent, const struct mu_piece *piece)
{
    struct mu_reader r = mu_reader(piece->so_far);
    struct mu_follower *f = follower_of(&agent->reading, mu_read_u32(&r));

    if (f == NULL)
        return;
    note_heard(agent, f, piece->size);
    f->half += piece->size;
}

enum mu_err mu_follow_take_deliver(struct mu_agent *agent, const struct mu_heard *heard)
{
    const struct mu_deliver *deliver = &heard->as.deliver;
    struct mu_reading *reading = &agent->reading;
    struct mu_follower *f = follower_of(reading, deliver->id);
    enum mu_err err;

    agent->times.failures = 0;
    if (f == NULL)
        return MU_OK;
    note_heard(agent, f, heard->size - (f->half < heard->size ? f->half : heard->size));
    f->half = 0;
    if (deliver->through >= deliver->head)
        mu_intake_rest(&reading->intake);
    if (f != &reading->roles)
        return take_wanted(agent, f, heard);
    if ((err = mu_roles_take(agent, deliver)) != MU_OK)
        return err;
    return read_held(agent);
}
