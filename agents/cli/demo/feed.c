#include "agents/cli/demo/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/show/show.h"
#include "proto/base/moment.h"
#include "proto/picture/card.h"

#define CARDS_MAX 1024u

struct mu_demo_feed {
    struct mu_cli *cli;
    const struct mu_demo_plan *plan;
    mu_agent *agent;
    mu_picture *picture;
    mu_names *names;
    struct mu_style style;
    uint64_t through;
    uint64_t before; /* entries before T+00:00 */
    uint64_t voided; /* findings overtaken by another entry before they were recorded */
    bool begun;
    /* Cards in the order of raising: K-01, K-02 ... */
    struct mu_hash cards[CARDS_MAX];
    size_t card_count;
};

/* ---- cards ------------------------------------------------------------------------------------------- */

static bool has_id(const Muster__Finding *finding, struct mu_hash *id)
{
    if (!finding->has_card_id || finding->card_id.len != sizeof id->b)
        return false;
    memcpy(id->b, finding->card_id.data, sizeof id->b);
    return true;
}

static const struct mu_card *find_card(const struct mu_demo_feed *feed, const struct mu_hash *id)
{
    const struct mu_card *card;

    for (size_t i = 0; (card = mu_picture_card_at(feed->picture, i)) != NULL; i++) {
        struct mu_hash other;

        if (card->finding != NULL && has_id(card->finding, &other) && mu_hash_equal(&other, id))
            return card;
    }
    return NULL;
}

static uint64_t count_voided(const struct mu_demo_feed *feed)
{
    const struct mu_card *card;
    uint64_t voided = 0;

    for (size_t i = 0; (card = mu_picture_card_at(feed->picture, i)) != NULL; i++)
        voided += card->voided;
    return voided;
}

/* Its number when this entry raised it, 0 for everything else. */
static size_t number_card(struct mu_demo_feed *feed, const struct mu_entry *entry)
{
    struct mu_hash id;

    if (entry->event == NULL || entry->event->body_case != MUSTER__EVENT__BODY_FINDING ||
        !has_id(entry->event->finding, &id) || find_card(feed, &id) == NULL ||
        feed->card_count == CARDS_MAX)
        return 0;
    for (size_t i = 0; i < feed->card_count; i++)
        if (mu_hash_equal(&feed->cards[i], &id))
            return 0;
    feed->cards[feed->card_count++] = id;
    return feed->card_count;
}

/* The number people call it by in this exercise, below its lines. */
static void show_number(const struct mu_demo_feed *feed, size_t number)
{
    char text[24];

    snprintf(text, sizeof text, "K-%02zu", number);
    if (feed->cli->form == MU_FORM_HUMAN)
        mu_output_line(feed->cli, MU_W_DEMO_NUMBER, text, NULL);
}

/* ---- lines --------------------------------------------------------------------------------------------- */

static bool is_machinery(const struct mu_entry *entry)
{
    return entry->event == NULL || mu_kind_is_system(mu_kind_of(entry->event));
}

/* What a person at the terminal is shown: from T+00:00 on, and nothing the record says to itself. A
 * script gets every entry. */
static void show(struct mu_demo_feed *feed, const struct mu_entry *entry, bool is_void)
{
    if (feed->cli->form != MU_FORM_HUMAN) {
        mu_output_entry(feed->cli, &feed->style, entry);
        return;
    }
    if (entry->accepted_at_ms < feed->plan->start_ms && entry->code == 0) {
        feed->before++;
        return;
    }
    if (!feed->begun) {
        char count[24];

        snprintf(count, sizeof count, "%llu", (unsigned long long)feed->before);
        mu_output_line(feed->cli, MU_W_DEMO_SET_UP, count, NULL);
        feed->begun = true;
    }
    if (!is_machinery(entry) && !is_void)
        mu_output_entry(feed->cli, &feed->style, entry);
}

static enum mu_err take_entry(void *user, const struct mu_entry *entry)
{
    struct mu_demo_feed *feed = user;
    enum mu_err err = mu_names_learn(feed->names, entry);

    if (err == MU_OK)
        err = mu_picture_fold(feed->picture, entry);
    if (err != MU_OK)
        return err;
    uint64_t voided = count_voided(feed);
    size_t number = number_card(feed, entry);
    show(feed, entry, voided != feed->voided);
    if (number > 0)
        show_number(feed, number);
    feed->voided = voided;
    return MU_OK;
}

static enum mu_err take_through(void *user, uint64_t through, uint64_t head)
{
    struct mu_demo_feed *feed = user;

    (void)head;
    feed->through = through;
    fflush(stdout);
    return MU_OK;
}

/* ---- opening, turning ------------------------------------------------------------------------------------ */

enum mu_err mu_demo_feed_open(struct mu_cli *cli, const struct mu_demo_place *place,
                              const struct mu_demo_plan *plan, struct mu_demo_feed **out)
{
    struct mu_demo_feed *feed = calloc(1, sizeof *feed);
    struct mu_agent_options options = {.program = "muster-demo", .no_spool = true};
    struct mu_agent_calls calls = {
        .on_entry = take_entry, .on_through = take_through, .user = feed};
    char dir[PATH_MAX];
    int offset_min = 0;
    enum mu_err err = MU_E_NO_MEMORY;

    *out = NULL;
    if (feed == NULL)
        return err;
    feed->cli = cli;
    feed->plan = plan;
    if ((err = mu_names_new(&feed->names)) != MU_OK ||
        (err = mu_picture_new(&feed->picture)) != MU_OK ||
        (err = mu_demo_path(place, dir, "feed", NULL)) != MU_OK ||
        (err = mu_agent_open(dir, &options, &calls, &feed->agent)) != MU_OK ||
        (err = mu_agent_follow(feed->agent, "", 1)) != MU_OK)
        goto out;
    (void)mu_offset_read(plan->offset, &offset_min); /* the player has read it before us */
    feed->style = mu_output_style(cli, offset_min, feed->names);
    *out = feed;
    feed = NULL;
out:
    mu_demo_feed_close(&feed);
    return err;
}

void mu_demo_feed_close(struct mu_demo_feed **feed)
{
    if (*feed != NULL) {
        mu_agent_close(&(*feed)->agent);
        mu_picture_free(&(*feed)->picture);
        mu_names_free(&(*feed)->names);
    }
    free(*feed);
    *feed = NULL;
}

enum mu_err mu_demo_feed_turn(struct mu_demo_feed *feed, int timeout_ms)
{
    return mu_agent_turn(feed->agent, timeout_ms);
}

bool mu_demo_feed_has(const struct mu_demo_feed *feed, uint64_t number)
{
    return feed->through >= number;
}

/* ---- the closing line --------------------------------------------------------------------------------------- */

struct tally {
    size_t raised, closed;
    const struct mu_card *next; /* open, undecided, the earliest to be decided */
    size_t next_number;
};

static bool is_sooner(const Muster__Finding *a, const Muster__Finding *b)
{
    if (a->has_decide_by_ms != b->has_decide_by_ms)
        return a->has_decide_by_ms;
    return a->has_decide_by_ms && a->decide_by_ms < b->decide_by_ms;
}

static struct tally count_cards(const struct mu_demo_feed *feed)
{
    struct tally tally = {.raised = feed->card_count};

    for (size_t i = 0; i < feed->card_count; i++) {
        const struct mu_card *card = find_card(feed, &feed->cards[i]);

        if (card == NULL || !card->open) {
            tally.closed++;
            continue;
        }
        if (card->finding->state != MUSTER__FINDING_STATE__FINDING_STATE_DECIDED &&
            (tally.next == NULL || is_sooner(card->finding, tally.next->finding))) {
            tally.next = card;
            tally.next_number = i + 1;
        }
    }
    return tally;
}

static void add_next(struct mu_text *out, const struct mu_demo_feed *feed,
                     const struct tally *tally)
{
    const Muster__Finding *finding = tally->next->finding;
    char number[24], by[32], role[128];
    struct mu_text by_text = mu_text(by, sizeof by), role_text = mu_text(role, sizeof role);
    const char *args[] = {number, role, by};

    snprintf(number, sizeof number, "K-%02zu", tally->next_number);
    if (finding->has_decide_by_ms)
        mu_show_clock(&by_text, &feed->style, finding->decide_by_ms);
    if (finding->decider_role != NULL)
        mu_show_role(&role_text, &feed->style, finding->decider_role);
    mu_words_fill(
        out,
        mu_word(finding->has_decide_by_ms ? MU_W_DEMO_NEXT_BY : MU_W_DEMO_NEXT, feed->cli->lang),
        args, 3);
}

void mu_demo_feed_finish(struct mu_demo_feed *feed, int64_t now_ms)
{
    struct tally tally = count_cards(feed);
    char clock[32], raised[24], closed[24], open[24], next[512] = "";
    struct mu_text clock_text = mu_text(clock, sizeof clock);
    struct mu_text next_text = mu_text(next, sizeof next);

    mu_show_clock(&clock_text, &feed->style, now_ms);
    snprintf(raised, sizeof raised, "%zu", tally.raised);
    snprintf(closed, sizeof closed, "%zu", tally.closed);
    snprintf(open, sizeof open, "%zu", tally.raised - tally.closed);
    if (tally.next != NULL)
        add_next(&next_text, feed, &tally);
    if (feed->cli->form == MU_FORM_HUMAN)
        mu_output_line(feed->cli, MU_W_DEMO_CLOSING, clock, raised, closed, open, next, NULL);
    else
        mu_cli_tell(feed->cli, MU_W_DEMO_CLOSING, clock, raised, closed, open, next, NULL);
    fflush(stdout);
}
