#include "agents/player/stage.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ADMIN "admin"
#define WAIT_MS 1000 /* a poll wakes by itself when something is due */

/* Said and not yet answered. */
struct pending {
    struct mu_hash leaf;
    const char *file;
    size_t line;
};

struct actor {
    mu_stage *stage;
    const char *agency;
    mu_agent *agent;
    bool cut;
    struct pending *pending;
    size_t count, room;
};

struct mu_stage {
    const struct mu_play *play;
    struct mu_stage_options options;
    struct actor *actors; /* the administrator first: he reads the record */
    size_t actor_count;
    struct pollfd *polls;
    mu_ledger *ledger;
    mu_seats *seats;
    uint64_t through, head; /* read; known to be there */
    uint64_t accepted;      /* the newest number of ours */
    uint64_t news;          /* grows with everything that happens */
    uint32_t card_rule;     /* waited for */
    const char *card_subject;
    bool refused;
    struct mu_mistake refusal;
};

/* ---- what the sessions call back --------------------------------------------------------------------- */

static struct pending *find_pending(const struct actor *actor, const struct mu_hash *leaf)
{
    for (size_t i = 0; i < actor->count; i++)
        if (mu_hash_equal(&actor->pending[i].leaf, leaf))
            return &actor->pending[i];
    return NULL;
}

static void write_journal(const struct actor *actor, const struct mu_answer *answer)
{
    FILE *journal = actor->stage->options.journal;
    char leaf[65];

    if (journal == NULL)
        return;
    mu_hex(answer->leaf.b, sizeof answer->leaf.b, leaf);
    fprintf(journal, "%u\t%llu\t%s\t%s\t%u\t%llu\n", (unsigned)answer->epoch,
            (unsigned long long)answer->number, leaf, actor->agency, (unsigned)answer->lane,
            (unsigned long long)answer->sequence);
    fflush(journal);
}

static enum mu_err take_answer(void *user, const struct mu_answer *answer)
{
    struct actor *actor = user;
    struct pending *pending = find_pending(actor, &answer->leaf);
    mu_stage *stage = actor->stage;

    stage->news++;
    if (!answer->settled)
        return MU_OK;
    write_journal(actor, answer);
    if (answer->code != MU_OK && !stage->refused) {
        stage->refused = true;
        stage->refusal.file = pending == NULL ? actor->agency : pending->file;
        (void)mu_mistaken(&stage->refusal, answer->code, pending == NULL ? 0 : pending->line,
                          answer->path);
    }
    if (answer->number > stage->accepted)
        stage->accepted = answer->number;
    if (pending != NULL)
        *pending = actor->pending[--actor->count];
    return MU_OK;
}

static enum mu_err take_moved(void *user, const struct mu_kept *was, const struct mu_kept *now)
{
    struct pending *pending = find_pending(user, &was->leaf);

    if (pending != NULL)
        pending->leaf = now->leaf;
    return MU_OK;
}

static enum mu_err take_entry(void *user, const struct mu_entry *entry)
{
    mu_stage *stage = ((struct actor *)user)->stage;
    enum mu_err err = mu_ledger_take(stage->ledger, entry);

    stage->news++;
    return err != MU_OK ? err : mu_seats_take(stage->seats, entry);
}

static enum mu_err take_through(void *user, uint64_t through, uint64_t head)
{
    mu_stage *stage = ((struct actor *)user)->stage;

    stage->news += through != stage->through || head != stage->head;
    stage->through = through;
    stage->head = head;
    return MU_OK;
}

static enum mu_err take_link(void *user, enum mu_link link, enum mu_err why)
{
    (void)link;
    (void)why;
    ((struct actor *)user)->stage->news++;
    return MU_OK;
}

/* ---- opening ------------------------------------------------------------------------------------------- */

static enum mu_err open_actor(mu_stage *stage, const char *agency, const char *dir)
{
    struct actor *actor = &stage->actors[stage->actor_count];
    struct mu_agent_options options = {.program = "muster-player", .desk = true};
    struct mu_agent_calls calls = {
        .on_answer = take_answer,
        .on_moved = take_moved,
        .on_entry = take_entry,
        .on_through = take_through,
        .on_link = take_link,
        .user = actor,
    };

    if (stage->actor_count > 0) { /* the administrator reads for all; the others only hold it */
        calls.on_entry = NULL;
        calls.on_through = NULL;
        options.lazy = true;
    }
    *actor = (struct actor){.stage = stage, .agency = agency};
    enum mu_err err = mu_agent_open(dir, &options, &calls, &actor->agent);
    if (err == MU_OK)
        stage->actor_count++;
    return err;
}

static enum mu_err open_actors(mu_stage *stage, char *about)
{
    const struct mu_reference *reference = &stage->play->reference;
    enum mu_err err;

    snprintf(about, PATH_MAX, "%s", stage->options.admin_dir);
    err = open_actor(stage, ADMIN, about);
    for (size_t i = 0; err == MU_OK && i < reference->agency_count; i++) {
        const char *code = reference->agencies[i].code;

        if (snprintf(about, PATH_MAX, "%s/%s", stage->options.agents_dir, code) >= PATH_MAX)
            return MU_E_LIMIT;
        err = open_actor(stage, code, about);
    }
    return err;
}

static enum mu_err wait_for(mu_stage *stage, bool (*done)(mu_stage *stage, int64_t wanted),
                            int64_t wanted);

static bool is_linked(mu_stage *stage, int64_t wanted)
{
    (void)wanted;
    for (size_t i = 0; i < stage->actor_count; i++)
        if (mu_agent_link(stage->actors[i].agent, NULL) != MU_LINK_OPEN)
            return false;
    return true;
}

/* Why a link is not there, when the broker said why. */
static enum mu_err why_unlinked(const mu_stage *stage, enum mu_err otherwise)
{
    for (size_t i = 0; i < stage->actor_count; i++) {
        enum mu_err why = MU_OK;

        if (mu_agent_link(stage->actors[i].agent, &why) != MU_LINK_OPEN && why != MU_OK)
            return why;
    }
    return otherwise;
}

static enum mu_err reach(mu_stage *stage)
{
    enum mu_err err = wait_for(stage, is_linked, 0);

    if (err == MU_E_TIMEOUT)
        return why_unlinked(stage, MU_E_UNREACHABLE);
    return err != MU_OK ? err : mu_agent_follow(stage->actors[0].agent, "", 1);
}

enum mu_err mu_stage_open(const struct mu_play *play, const struct mu_stage_options *options,
                          mu_stage **out, char *about)
{
    mu_stage *stage = calloc(1, sizeof *stage);
    enum mu_err err = MU_E_NO_MEMORY;

    *out = NULL;
    if (stage == NULL)
        return err;
    stage->play = play;
    stage->options = *options;
    stage->actors = calloc(play->reference.agency_count + 1, sizeof *stage->actors);
    stage->polls = calloc(play->reference.agency_count + 1, sizeof *stage->polls);
    if (stage->actors == NULL || stage->polls == NULL || mu_ledger_new(&stage->ledger) != MU_OK ||
        mu_seats_new(play, &stage->seats) != MU_OK)
        goto out;
    if ((err = open_actors(stage, about)) != MU_OK)
        goto out;
    about[0] = '\0';
    if ((err = reach(stage)) != MU_OK)
        goto out;
    *out = stage;
    stage = NULL;
out:
    mu_stage_close(&stage);
    return err;
}

void mu_stage_close(mu_stage **stage)
{
    mu_stage *gone = *stage;

    *stage = NULL;
    if (gone == NULL)
        return;
    for (size_t i = 0; i < gone->actor_count; i++) {
        mu_agent_close(&gone->actors[i].agent);
        free(gone->actors[i].pending);
    }
    mu_ledger_free(&gone->ledger);
    mu_seats_free(&gone->seats);
    free(gone->actors);
    free(gone->polls);
    free(gone);
}

enum mu_err mu_stage_desks(mu_stage *stage)
{
    enum mu_err err = MU_OK;

    for (size_t i = 1; err == MU_OK && i < stage->actor_count; i++)
        err = mu_agent_follow(stage->actors[i].agent, "", 1);
    return err;
}

/* ---- saying --------------------------------------------------------------------------------------------- */

static struct actor *find_actor(const mu_stage *stage, const char *agency)
{
    for (size_t i = 0; i < stage->actor_count; i++)
        if (strcmp(stage->actors[i].agency, agency) == 0)
            return &stage->actors[i];
    return NULL;
}

static enum mu_err remember(struct actor *actor, const struct mu_hash *leaf, const char *file,
                            size_t line)
{
    if (actor->count == actor->room) {
        size_t room = actor->room == 0 ? 16 : 2 * actor->room;
        struct pending *grown = realloc(actor->pending, room * sizeof *grown);

        if (grown == NULL)
            return MU_E_NO_MEMORY;
        actor->pending = grown;
        actor->room = room;
    }
    actor->pending[actor->count++] = (struct pending){*leaf, file, line};
    return MU_OK;
}

enum mu_err mu_stage_say(mu_stage *stage, const char *agency, const Muster__Event *event,
                         const char *file, size_t line)
{
    struct actor *actor = find_actor(stage, agency);
    size_t size = mu_event_size(event);
    struct mu_fault fault = {.code = MU_OK};
    struct mu_kept kept;
    enum mu_err err;

    if (actor == NULL)
        return MU_E_ABSENT;
    uint8_t *bytes = malloc(size == 0 ? 1 : size);
    if (bytes == NULL)
        return MU_E_NO_MEMORY;
    struct mu_bytes body = {bytes, mu_event_pack(event, bytes)};
    err = mu_agent_say(actor->agent, &body, 1, &kept, &fault);
    free(bytes);
    if (err == MU_OK)
        return remember(actor, &kept.leaf, file, line);
    stage->refused = true;
    stage->refusal.file = file;
    return mu_mistaken(&stage->refusal, err, line, fault.path);
}

/* ---- turning -------------------------------------------------------------------------------------------- */

static int64_t machine_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum mu_err turn_all(mu_stage *stage)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < stage->actor_count; i++)
        if (!stage->actors[i].cut)
            err = mu_agent_turn(stage->actors[i].agent, 0);
    return err;
}

static void sleep_until_news(mu_stage *stage, int timeout_ms)
{
    nfds_t count = 0;

    for (size_t i = 0; i < stage->actor_count; i++)
        if (!stage->actors[i].cut)
            stage->polls[count++] =
                (struct pollfd){.fd = mu_agent_fd(stage->actors[i].agent), .events = POLLIN};
    (void)poll(stage->polls, count, timeout_ms);
}

/* `done` may ask for something that comes later (all_idle asks the broker), so it is asked each turn. */
static enum mu_err wait_for(mu_stage *stage, bool (*done)(mu_stage *stage, int64_t wanted),
                            int64_t wanted)
{
    int64_t quiet_since = machine_ms();
    uint64_t news = stage->news;
    enum mu_err err;

    while ((err = turn_all(stage)) == MU_OK && !stage->refused && !done(stage, wanted)) {
        if (news != stage->news) {
            news = stage->news;
            quiet_since = machine_ms();
        } else if (machine_ms() - quiet_since > stage->options.patience_ms) {
            return MU_E_TIMEOUT;
        }
        sleep_until_news(stage, WAIT_MS);
    }
    return err == MU_OK && stage->refused ? stage->refusal.code : err;
}

static bool is_settled(mu_stage *stage, int64_t wanted)
{
    (void)wanted;
    for (size_t i = 0; i < stage->actor_count; i++)
        if (!stage->actors[i].cut && stage->actors[i].count > 0)
            return false;
    return stage->through >= stage->accepted;
}

enum mu_err mu_stage_settle(mu_stage *stage)
{
    return wait_for(stage, is_settled, 0);
}

/* What the broker knows to be on every desk whose link is not cut, before a clock in steps goes on. */
static bool is_on_desks(const mu_stage *stage)
{
    for (size_t i = 1; i < stage->actor_count; i++)
        if (!stage->actors[i].cut && !mu_agent_stated(stage->actors[i].agent, stage->through))
            return false;
    return true;
}

/* The player counts as a program that is at rest through what it has read: an answer of the broker that
 * is as high was given after it heard that, so it is not an old one. */
static bool is_at_rest(mu_stage *stage, int64_t wanted)
{
    mu_agent *admin = stage->actors[0].agent;

    if (!is_settled(stage, wanted) || stage->through < stage->head || !is_on_desks(stage))
        return false;
    mu_agent_idle(admin, stage->through);
    return mu_agent_all_idle(admin) >= stage->through;
}

enum mu_err mu_stage_rest(mu_stage *stage)
{
    return wait_for(stage, is_at_rest, 0);
}

static bool has_card(mu_stage *stage, int64_t wanted)
{
    struct mu_say_resolver ledger = mu_ledger_resolver(stage->ledger);
    struct mu_hash card, finding;

    (void)wanted;
    return ledger.card(ledger.user, stage->card_rule, stage->card_subject, &card, &finding) ==
           MU_OK;
}

enum mu_err mu_stage_card(mu_stage *stage, uint32_t rule, const char *subject)
{
    stage->card_rule = rule;
    stage->card_subject = subject;
    enum mu_err err = wait_for(stage, has_card, 0);
    return err == MU_E_TIMEOUT ? MU_OK : err;
}

/* ---- the clock ------------------------------------------------------------------------------------------- */

static bool has_passed(mu_stage *stage, int64_t wanted)
{
    return mu_stage_now_ms(stage) >= wanted;
}

/* A PONG may tell the new time before the tick that belongs to it is in the record. */
static bool has_moved(mu_stage *stage, int64_t before)
{
    return mu_agent_clock_answered(stage->actors[0].agent) && mu_stage_now_ms(stage) > before;
}

/* Time itself is no news: waiting for it must not look like waiting for nobody. */
static enum mu_err wait_running(mu_stage *stage, int64_t log_ms)
{
    enum mu_err err = MU_OK;

    while (err == MU_OK && !has_passed(stage, log_ms)) {
        sleep_until_news(stage, 20);
        err = turn_all(stage);
        if (err == MU_OK && stage->refused)
            err = stage->refusal.code;
    }
    return err;
}

enum mu_err mu_stage_hop(mu_stage *stage, int64_t log_ms, bool stepped)
{
    int64_t before = mu_stage_now_ms(stage);

    if (before >= log_ms)
        return MU_OK;
    if (!stepped)
        return wait_running(stage, log_ms);
    mu_agent_idle(stage->actors[0].agent, 0); /* so that the next rest asks anew */
    mu_agent_clock(stage->actors[0].agent, log_ms);
    return wait_for(stage, has_moved, before);
}

int64_t mu_stage_now_ms(const mu_stage *stage)
{
    return mu_agent_log_now_ms(stage->actors[0].agent);
}

uint64_t mu_stage_through(const mu_stage *stage)
{
    return stage->through;
}

/* ---- small things ----------------------------------------------------------------------------------------- */

bool mu_stage_refusal(const mu_stage *stage, struct mu_mistake *mistake)
{
    if (stage->refused)
        *mistake = stage->refusal;
    return stage->refused;
}

void mu_stage_cut(mu_stage *stage, const char *agency, bool cut)
{
    struct actor *actor = find_actor(stage, agency);

    if (actor != NULL)
        actor->cut = cut;
}

const char *mu_stage_voice(const mu_stage *stage, const char *agency)
{
    const struct actor *actor = find_actor(stage, agency);

    return actor == NULL ? agency : mu_agent_agency(actor->agent);
}

struct mu_say_resolver mu_stage_resolver(mu_stage *stage)
{
    return mu_ledger_resolver(stage->ledger);
}

mu_seats *mu_stage_seats(mu_stage *stage)
{
    return stage->seats;
}
